"""How long an answer takes tells nothing that is sealed: what is done for it does not depend on it.

Two registers differ in sealed values alone. Before the release everybody who has no business with them is answered by
the same statements, rows, bytes, calls and templates, at the same length and with the same headers, whether they look at
a page or send a form; and nothing of the record is decrypted for them.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from types import SimpleNamespace

import pytest

from fairplace.accounts import sessions
from tests.http.opened import Client
from tests.matrix import WHOLE, every
from tests.twins import STAGES, asked, sent, told
from tests.work_counted import Work, counting, instruments

PREPARES = ("/withdraw", "/question")
"""What a bidder would sign, and a question that is taken in for one, is prepared from the whole case, as any act is. Its answer is the same, and so is how many
values are read for it: deposits that hold nothing are among them."""


def answered(client: Client, address: str, token: str | None = None) -> tuple[tuple[object, ...], Work]:
    """What somebody who measures everything sees of an answer but its words, and what it cost.

    With a `token`, empty for somebody who is not signed in, they send a form.
    """
    with counting() as work:
        if token is None:
            answer = client.get(address, headers={"accept": "text/html"}, follow_redirects=False)
        else:
            form = {"token": token, "do": "save", "words": "Is it Birch?", "kind": "note", "version": "0"}
            headers = {"accept": "text/html", "sec-fetch-site": "same-origin"}
            answer = client.post(address, data=form, headers=headers, follow_redirects=False)
    assert answer.status_code < 500, address
    lengths = sorted((name, len(value)) for name, value in answer.headers.items())
    return (answer.status_code, len(answer.content), lengths), work


def differences(one: Work, other: Work) -> Work:
    return Counter({what: other[what] - one[what] for what in {*one, *other} if one[what] != other[what]})


@pytest.mark.long
@pytest.mark.slow
@pytest.mark.matrix
def test_nothing_sealed_changes_what_an_answer_costs_or_how_long_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Tries are counted by the clock on the wall. It stands still here: else the cost told how fast this machine is.
    hour = [0.0]
    monkeypatch.setattr(sessions, "time", SimpleNamespace(time=lambda: hour[0]))
    with instruments(monkeypatch):
        looked: Work = Counter()
        done: Work = Counter()
        for stage, tame, wild in told(tmp_path):
            hour[0] += 4000
            if stage == "released":
                one, other = (
                    answered(each.askers()["nobody"], f"/decisions/{each.office.case}") for each in (tame, wild)
                )
                assert one[0] != other[0], "the control: what is public now is another answer"
                assert differences(one[1], other[1])
                continue
            for name, client in tame.askers().items():
                assert asked(tame.office, name) == asked(wild.office, name), "cases and entries have the same names"
                tokens = [each.token(name) for each in (tame, wild)]
                looks = [(address, [None, None]) for address in asked(tame.office, name)]
                for address, forms in every(2, [*looks, *((address, tokens) for address in sent(tame.office))]):
                    for time in ("first", "second"):
                        one = answered(client, address, forms[0])
                        other = answered(wild.askers()[name], address, forms[1])
                        where = (
                            f"{stage}: {name}, {'a form to ' if forms[0] is not None else ''}{address}, the {time} time"
                        )
                        assert one[0] == other[0], where
                        assert name != "nobody" or not one[1]["decrypt"], where
                        if time == "second" and (
                            forms[0] is None or not address.endswith(PREPARES)
                        ):  # templates that the first of the two compiled, the other found ready
                            assert differences(one[1], other[1]) == Counter(), where
                            looked[f"{stage} {name}"] += 1
                            done += one[1]
            if stage == "awarded":
                file = f"/desk/cases/{tame.office.case}/letters/decision"
                one, other = (answered(each.insider(), file) for each in (tame, wild))
                assert one[1]["decrypt"], "the control: for whoever may see it, it is decrypted"
                assert one[0] != other[0]
                assert "bytes read" in differences(one[1], other[1])
        assert len(looked) == len(STAGES) * len(tame.askers())
        assert min(looked.values()) > (40 if WHOLE else 20)
        for what in ("steps of SQLite", "rows", "bytes read"):
            assert done[what] > 1_000, what
        for what in ("call: base.html ", "call: decisions.py ", "statement: SELECT"):
            assert any(counted.startswith(what) for counted in done), what
