"""Formal faults put right at the desk: the same page for all bids, one moment for all, and letters to those invited."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from docx import Document

from fairplace.decision import History
from fairplace.http.app import create_app
from fairplace.procurement.state import state_of
from tests.http.colleagues import Colleague, text_of
from tests.office import Office, open_office
from tests.story import ALDER, CEDAR, EVALUATORS, OFFICER

BASE = {"evidence": "signed-by-party", "do": "sign"}
UNTIL = {"until-day": "3", "until-month": "4", "until-year": "2026", "until-time": "12:00"}
CAME = {"day": "3", "month": "4", "year": "2026", "time": "09:30"}


class Opened:
    """A case whose bids are opened, with an officer and an evaluator at their desks."""

    def __init__(self, folder: Path) -> None:
        self.office: Office = open_office(folder, until="opened")
        self.office.register.follow()
        self.app = create_app(self.office.register)
        self.olga = Colleague(self.office, self.app, OFFICER, "Olga Smith")
        self.eva = Colleague(self.office, self.app, EVALUATORS[0], "Eva Jones")
        self.base = f"/desk/cases/{self.office.case}"
        self.olga.open_file(self.office.case)

    def row(self, provider: Any) -> int:
        return list(self.state.bids).index(provider.id)

    @property
    def state(self) -> Any:
        self.office.register.follow()
        return state_of(History(case=self.office.case, events=self.office.register.reader.case(self.office.case)))

    def invite(self, **more: Any) -> Any:
        """Alder and Cedar, who both left a form unsigned."""
        faults = {f"f{self.row(one)}-kinds": "signature" for one in (ALDER, CEDAR)}
        return self.olga.post(f"{self.base}/corrections", version="0", **{**BASE, **UNTIL, **faults, **more})


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Opened]:
    made = Opened(tmp_path / "register")
    yield made
    made.office.close()


def test_the_officer_invites_all_that_have_the_same_fault_and_records_what_came(opened: Opened) -> None:
    signing = opened.invite()
    said = text_of(signing)
    assert "Invite 2 bidders to put formal faults right, all until 3 April 2026" in said
    assert "; 1 other bid has no formal fault." in said
    opened.olga.sign(signing)
    size = opened.office.register.reader.size
    opened.olga.sign(signing)  # in another tab, where the page still stands
    assert opened.office.register.reader.size == size
    assert {one.faults.kinds[0] for one in opened.state.corrections.values()} == {"signature"}
    case = text_of(opened.olga.get(opened.base))
    assert "Record what was put right 2 invited" in case

    opened.office.wait_until("2026-04-04T09:00:00.000Z")
    opened.olga.begin(opened.app)
    opened.olga.open_file(opened.office.case)
    alder, cedar = opened.row(ALDER), opened.row(CEDAR)
    form = opened.olga.get(f"{opened.base}/corrections-came")
    assert "Birch Care (not invited)" in text_of(form)
    came = {f"c{alder}-at-{part}": value for part, value in CAME.items()}
    done = opened.olga.post(
        f"{opened.base}/corrections-came", version="0",
        **{**BASE, **came, f"c{alder}-what": "accepted", f"c{cedar}-what": "nothing"},
    )  # fmt: skip
    opened.olga.sign(done)
    state = opened.state
    assert state.corrected[state.bids[ALDER.id].place].came_at == "2026-04-03T08:30:00.000Z"
    assert state.corrected[state.bids[CEDAR.id].place].came_at is None
    assert "Done" in text_of(opened.olga.get(opened.base)).split("Record what was put right")[1][:20]


def test_leaving_one_out_stops_the_act_and_a_reason_with_a_second_signature_lets_it_through(opened: Opened) -> None:
    cedar = opened.row(CEDAR)
    left_out = {f"f{cedar}-invited": "no", f"f{cedar}-note": "It came on paper"}
    refused = opened.invite(**left_out)
    assert refused.status_code == 422
    assert "has a missing signature like others that may put it right; invite it too" in text_of(refused)
    assert "It came on paper" in refused.text, "what was typed is still there"
    assert "second signature" in text_of(refused) or "all the same" in text_of(refused)


def test_it_can_be_recorded_after_the_fact(opened: Opened) -> None:
    cedar = opened.row(CEDAR)
    opened.office.wait_until("2026-04-05T09:00:00.000Z")
    opened.olga.begin(opened.app)
    opened.olga.open_file(opened.office.case)
    when = {"happened_at-day": "2", "happened_at-month": "4", "happened_at-year": "2026", "happened_at-time": "14:00"}
    told = opened.invite(
        **{"evidence": "stated-by-officer", f"f{cedar}-invited": "no", f"f{cedar}-note": "Forgotten", **when}
    )
    opened.olga.sign(told)
    assert len(opened.state.corrections) == 2


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("kinds", "everything", "Choose from the answers"),
        ("note", "x" * 20_001, "Shorten this to 20,000 characters"),
        ("invited", "no", "is not invited to put it right; say why"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_lost(opened: Opened, name: str, value: str, words: str) -> None:
    alder = opened.row(ALDER)
    answer = opened.invite(**{f"f{alder}-{name}": value})
    assert answer.status_code in (409, 422)
    assert words in text_of(answer)
    assert not opened.state.corrections


def test_hostile_words_come_back_as_words(opened: Opened) -> None:
    hostile = "<script>alert(1)</script>\u202e =cmd()"
    answer = opened.invite(**{f"f{opened.row(ALDER)}-note": hostile, "until-day": "32"})
    assert answer.status_code == 422
    assert "<script>alert(1)" not in answer.text
    assert "&lt;script&gt;" in answer.text


def test_a_note_without_a_fault_is_not_lost_but_asked_about(opened: Opened) -> None:
    birch = next(row for row in range(3) if row not in (opened.row(ALDER), opened.row(CEDAR)))
    answer = opened.invite(**{f"f{birch}-note": "Something about page 4"})
    assert "Name each kind of fault" in text_of(answer)
    assert "Something about page 4" in answer.text


def test_each_who_is_invited_has_a_letter_of_its_own_as_a_page_and_a_word_file(opened: Opened) -> None:
    assert "Invitations to put formal faults right" not in text_of(opened.olga.get(f"{opened.base}/letters"))
    opened.olga.sign(opened.invite(**{f"f{opened.row(ALDER)}-note": "Page 3 of the form of tender"}))
    index = opened.olga.get(f"{opened.base}/letters")
    assert "Invitation to Alder Homes" in text_of(index)
    assert "Invitation to Birch Care" not in text_of(index)
    place = opened.state.bids[ALDER.id].place
    address = f"{opened.base}/letters/correction-{place}"
    page = opened.olga.get(address)
    assert "Page 3 of the form of tender" in text_of(page)
    assert "Cedar" not in text_of(page)
    file = opened.olga.get(f"{address}.docx")
    assert 'filename="correction-alder-homes.docx"' in file.headers["content-disposition"]
    assert Document(io.BytesIO(file.content)).paragraphs[0].text in page.text
    for other in ("correction-99", "correction-", "correction-99.docx", "correction-<b>"):
        assert opened.olga.get(f"{opened.base}/letters/{other}").status_code == 404


def test_an_evaluator_neither_invites_nor_reads_whose_form_was_unsigned(opened: Opened) -> None:
    opened.olga.sign(opened.invite(**{f"f{opened.row(ALDER)}-note": "canary of the form"}))
    opened.eva.open_file(opened.office.case)
    place = opened.state.bids[ALDER.id].place
    for path in ("corrections", "corrections-came", "letters", f"letters/correction-{place}"):
        answer = opened.eva.get(f"{opened.base}/{path}")
        assert answer.status_code == 403, path
        assert "canary" not in answer.text
    assert "canary" not in opened.eva.get(opened.base).text
