"""Every role at every private address, about its own case, about another, and about a thing of one under the other.

Nobody sees or changes anything of a case whose file is closed to them, whatever else they have open; and whoever stays out
of a case neither sees nor changes anything of it, whatever their role.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest
from litestar.testing import TestClient

from fairplace.http import debrief
from fairplace.http.app import HERE
from fairplace.ledger.store.sqlite import SqliteStore
from fairplace.post.links import LASTS
from tests.http.access_table import CASE, ROLES, TABLE
from tests.http.opened import Client
from tests.http.two_cases import CANARIES, TwoCases

OWN_CANARIES = ("Osprey", "Alder Homes", "Birch Care", "520000", "5,200", "Forty families")

PARTS = {
    "{challenge:str}": "challenge", "{message:str}": "message", "{note:str}": "note", "{link:str}": "link",
    "{sha256:str}": "sha256", "{act:str}": "act",
}  # fmt: skip
"""What of a case stands in an address, and which thing of it is meant."""

SAID = {"{code:str}": "interests", "{what:str}": "file"}
"""What addresses say besides."""

NARROWER = {f"{CASE}/{{code:str}}/notice", f"{CASE}/workbook"}
"""Where a task asks for one of few roles, or a name of nothing stands in the address."""

FIELDS: dict[str, dict[str, str]] = {
    f"{CASE}/names": {"names": "Anybody Else"},
    f"{CASE}/debriefs": {f"to-{place:02d}": "thief@else.example" for place in range(1, 9)},
    f"{CASE}/correspondence/{{note:str}}/answer": {"words": "An answer that nobody gave"},
    f"{CASE}/{{code:str}}": {"do": "save", "acting_as": "officer"},
    f"{CASE}/documents/{{name:str}}": {"do": "copy"},
    "/desk/sign/{act:str}": {"withdraw": "yes"},
    "/desk/bids/{case:str}/challenge": {"kind": "complaint", "ground": "reasons", "words": "x", "remedy": "re-run"},
}
"""What is sent, so that something would change if nothing stood in its way."""


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TwoCases]:
    made = TwoCases(tmp_path_factory.mktemp("two") / "register")
    yield made
    made.office.close()


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(debrief, "PER_MINUTE", 10_000)


def address(two: TwoCases, path: str, case: str, things: str) -> str:
    """The address of a case (`own`, `other`), with the things of one."""
    found = path.replace("{case:str}", two.cases[case])
    for part, name in PARTS.items():
        found = found.replace(part, two.things[things][name])
    for part, word in SAID.items():
        found = found.replace(part, "UK6" if "/notices/" in path else "tender" if path.endswith("/notice") else word)
    named = two.things[things]["deposit"] if "/receipts/" in path else two.things[things]["document"]
    if "/letters/" in path or "/preview/" in path:
        named = "decision" if "/letters/" in path else "page"
    return found.replace("{name:str}", named)


def ask(two: TwoCases, client: Client, method: str, path: str, case: str, things: str) -> Any:
    where = address(two, path, case, things)
    return client.get(where) if method == "GET" else two.desk.send(client, where, **FIELDS.get(path, {}))


def of_cases() -> list[tuple[str, str]]:
    """Methods and addresses that name a case, or a thing of one."""
    return sorted(
        (method, path) for method, path in TABLE if "{case:str}" in path or any(part in path for part in PARTS)
    )


def leaks(answer: Any, canaries: tuple[str, ...] = CANARIES) -> list[str]:
    said = unescape(answer.content.decode("utf-8", "replace")) + repr(sorted(answer.headers.items()))
    return [word for word in canaries if word in said]


@pytest.mark.parametrize("role", ROLES)
def test_nothing_of_another_case_is_seen_or_changed(two: TwoCases, role: str) -> None:
    client = two.be(role)
    before = two.state(two.other)
    assert len(of_cases()) > 40
    for method, path in of_cases():
        shut = role not in TABLE[method, path]
        for case, things in (("other", "other"), ("own", "other"), ("other", "own")):
            if case != things and not any(part in path for part in (*PARTS, "{name:str}")):
                continue  # there is nothing in it to mix
            answer = ask(two, client, method, path, case, things)
            told = (role, method, path, case, things, answer.status_code)
            assert answer.status_code < 500, told
            assert leaks(answer) == [], told
            assert not shut or answer.status_code == 403, told
            assert answer.headers["cache-control"] == "no-store", told
            if (case, things) == ("other", "other") and path.startswith(CASE) and method == "GET" and not shut:
                assert "Open this case file" in answer.text, told
    assert two.state(two.other) == before


@pytest.mark.parametrize("role", ROLES)
def test_of_ones_own_case_each_role_sees_what_is_its_own(two: TwoCases, role: str) -> None:
    """The control: the same addresses answer, so that what was asked above was really there."""
    client = two.be(role)
    found = {}
    for method, path in of_cases():
        if method == "GET" and not path.startswith(("/desk/openers", "/desk/sign")):
            answer = ask(two, client, method, path, "own", "own")
            shut = role not in TABLE[method, path]
            assert (answer.status_code == 403) == shut or path in NARROWER, (role, path, answer.status_code)
            found[path] = answer
    if role in ("officer", "monitoring"):
        for path, word in (
            (f"{CASE}/correspondence", "Osprey"),
            (f"{CASE}/challenges/{{challenge:str}}", "Osprey"),
            (f"{CASE}/documents/{{name:str}}", "Osprey"),
            (f"{CASE}/debriefs", "osprey"),
        ):
            assert word in found[path].text, (role, path)
        assert found[f"{CASE}/documents/{{name:str}}/{{what:str}}"].status_code == 200
        assert b"Osprey" in found[f"{CASE}/correspondence/{{note:str}}/{{sha256:str}}"].content
    if role == "provider":
        assert found["/desk/bids/{case:str}/receipts/{name:str}"].status_code == 200


def test_whoever_stays_out_sees_and_changes_nothing_of_the_case(two: TwoCases) -> None:
    client = two.stays_out()
    before = two.state(two.own)
    for method, path in of_cases():
        if not path.startswith(CASE):
            continue
        answer = ask(two, client, method, path, "own", "own")
        told = (method, path, answer.status_code)
        assert leaks(answer, OWN_CANARIES) == [], told
        assert answer.status_code in (403, 422) or path == CASE, told
    assert two.state(two.own) == before


def test_a_provider_finds_nothing_of_another_under_its_own_tender(two: TwoCases) -> None:
    client = two.be("provider")
    mine, theirs = two.things["own"], two.things["other"]
    for case, index in ((two.own, mine["rival"]), (two.own, theirs["deposit"]), (two.other, theirs["lodged"])):
        for suffix in ("", ".txt", ".pdf", ".tlog-proof"):
            assert client.get(f"/desk/bids/{case}/receipts/{index}{suffix}").status_code == 404, (index, suffix)
    assert client.get(f"/desk/bids/{two.own}/receipts/{mine['deposit']}").status_code == 200


def test_behind_a_link_there_is_one_bidder_of_one_case(two: TwoCases) -> None:
    client = TestClient(two.desk.app, base_url=HERE, raise_server_exceptions=False)
    mine, theirs = two.things["own"], two.things["other"]
    link = f"/debrief/{mine['token']}"
    assert client.post(link, headers={"sec-fetch-site": "same-origin"}, follow_redirects=False).status_code == 303
    assert "Alder" in client.get(link).text
    assert client.get(f"{link}/receipts/{mine['lodged']}").status_code == 200
    for index in (theirs["lodged"], theirs["deposit"], mine["rival"], "0"):
        for suffix in ("", ".txt", ".tlog-proof"):
            answer = client.get(f"{link}/receipts/{index}{suffix}")
            assert (answer.status_code, leaks(answer)) == (404, []), (index, suffix)
    answer = client.get(f"/debrief/{theirs['token']}")
    assert "Show our result" in answer.text, "the link of one opens nothing behind the link of another"
    assert client.get(f"/debrief/{theirs['token']}/receipts/{theirs['lodged']}").status_code == 404


def test_what_no_link_opens_costs_the_same_whatever_is_wrong_with_it(
    two: TwoCases, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So neither the answer nor the time that it takes tells a link that was from one that never was."""
    room, asked = two.room, list[str]()
    old = room.links.make(two.own, two.room.links.find(two.things["own"]["token"]).provider, "bea@osprey.example")
    with room.outbox._file.writing() as connection:
        now = two.office.clock
        assert now is not None
        past = (now.now - LASTS).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        connection.execute("UPDATE link SET expires = ? WHERE id = ?", (past, room.links.find(old).id))
    back = room.links.make(two.own, two.room.links.find(two.things["own"]["token"]).provider, "bea@osprey.example")
    room.links.revoke(two.own, room.links.find(back).id)
    for name in ("entries", "case_entries", "openings", "cases", "of_types"):

        def counted(self: SqliteStore, *_: object, _name: str = name, **__: object) -> list[object]:
            asked.append(_name)
            return []

        monkeypatch.setattr(SqliteStore, name, counted)
    answers = set()
    for token in (old, back, "never", "x" * 43, two.things["own"]["link"], two.things["own"]["token"][:-1]):
        client = TestClient(two.desk.app, base_url=HERE, raise_server_exceptions=False)
        for method, path in (
            ("GET", ""),
            ("POST", ""),
            ("POST", "/ask"),
            ("GET", "/challenge"),
            ("GET", "/others"),
            ("GET", "/receipts/1"),
            ("GET", "/proofs/bid.tlog-proof"),
        ):
            answer = client.request(method, f"/debrief/{token}{path}", headers={"sec-fetch-site": "same-origin"})
            answers.add((answer.status_code, answer.text.replace(token, ""), repr(sorted(answer.headers.items()))))
    assert len(answers) == 1, answers
    assert asked == [], "nothing of a case is looked up before the link is good"
