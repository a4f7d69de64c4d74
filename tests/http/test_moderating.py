"""Nobody sees others' marks before the panel agrees; whoever moderates is shown where to look, and says why a mark changes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from litestar import Litestar
from litestar.routes import HTTPRoute

from fairplace.forms.tasks import TASKS
from fairplace.http.app import create_app
from fairplace.people.commands import DecideInterest, DeclareInterests
from fairplace.procurement.commands import Marked, SignSheet
from fairplace.workroom import Workroom
from tests import story
from tests.http.colleagues import Colleague, text_of
from tests.http.test_headers import EXAMPLES
from tests.office import Office, open_office, signer
from tests.story import APPROVER, EVALUATORS, MODERATOR, MONITORING, OFFERS, OFFICER

CANARY = "The therapist of Wren House keeps a night log that nobody else in this tender mentions"
BIDS = OFFERS[:2]
CELLS = [f"b{row}-{column}" for row in range(2) for column in range(2)]
SHEET = {
    "evidence": "signed-by-party", "do": "sign", **{f"{one}-mark": "4" for one in CELLS},
    **{f"{one}-reason": f"Page {one} says how." for one in CELLS},
}  # fmt: skip
"""A form of marks, filled in."""


def sheet(marks: dict[str, int], reason: str) -> SignSheet:
    given = Marked(marks=marks, reasons={one: f"{reason} on {one}." for one in marks})
    return SignSheet(id="test", bids={offer.provider.id: given for offer in BIDS})


class Panel:
    """Two bids; the first evaluator's sheet is in, the second's is not."""

    def __init__(self, folder: Path) -> None:
        self.office: Office = open_office(folder, until="opened", offers=BIDS)
        for one in EVALUATORS[:2]:
            self.office.do(DeclareInterests(id="test", acting_as="evaluator"), by=one)
        self.office.do(DeclareInterests(id="test", acting_as="moderator"), by=MODERATOR)
        self.office.do(story.checks(BIDS))
        self.office.do(sheet({"care": 2, "staff": 6}, CANARY), by=EVALUATORS[0])
        self.office.register.follow()
        self.app: Litestar = create_app(self.office.register)
        self.case = self.office.case

    def person(self, who: Any, name: str) -> Colleague:
        made = Colleague(self.office, self.app, who, name)
        made.open_file(self.case)
        return made


@pytest.fixture
def panel(tmp_path: Path) -> Iterator[Panel]:
    made = Panel(tmp_path / "register")
    yield made
    made.office.close()


def addresses(panel: Panel) -> list[str]:
    """Every address that can be read, for this case, each task of it, and each place."""
    found = set()
    for route in panel.app.routes:
        assert isinstance(route, HTTPRoute)
        if "GET" not in route.route_handler_map:
            continue
        path = route.path.replace("{case:str}", panel.case)
        if "{code:str}" in path:
            found |= {path.replace("{code:str}", one.code) for one in TASKS}
        elif "{name:str}" in path and panel.case in path:
            found |= {path.replace("{name:str}", name) for name in ("01", "02", "decision", "page")}
        else:
            found.add(EXAMPLES.get(route.path, path))
    found |= {
        f"/decisions/{panel.case}",
        f"/decisions/{panel.case}.json",
        f"/log/{panel.office.register.reader.size - 1}",
    }
    return sorted(found)


@pytest.mark.parametrize(
    ("who", "name"),
    [(EVALUATORS[1], "Emil Novák"), (OFFICER, "Olga Smith"), (APPROVER, "Asha Rao")],
)
def test_nobody_reads_a_sheet_that_is_in_before_marks_are_agreed(panel: Panel, who: Any, name: str) -> None:
    one = panel.person(who, name)
    read = [(address, one.get(address)) for address in addresses(panel)]
    assert len(read) > 60
    assert [address for address, answer in read if "Wren House" in answer.text] == []
    assert [address for address, answer in read if answer.status_code >= 500] == []
    opened = [
        answer for address, answer in read if address.endswith(("/sheet", "/checks")) and answer.status_code == 200
    ]
    assert all("Open this case file" not in answer.text for answer in opened)


def test_whoever_moderates_reads_it_at_the_form_and_says_so(panel: Panel) -> None:
    panel.office.do(sheet({"care": 8, "staff": 6}, CANARY.replace("Wren", "Robin")), by=EVALUATORS[1])
    moderator = panel.person(MODERATOR, "Mo Ali")
    panel.person(EVALUATORS[0], "Eva Jones")
    panel.person(EVALUATORS[1], "Emil Novák")
    said = text_of(moderator.get(f"/desk/cases/{panel.case}/moderation"))
    assert "Marks that stand apart" in said
    assert "Alder Homes: Quality of care : Eva Jones gave 2, the other 8." in said
    assert "Alder Homes: Staffing and training : Eva Jones gave" not in said
    assert "The same sentence in several reasons" in said
    assert "(2 evaluators)" in said
    assert f"Eva Jones gave 2 : {CANARY} on care." in said
    assert "Emil Novák gave 8 : " in said


def test_who_took_part_is_asked_of_those_who_may_act_and_do_not_stay_out(panel: Panel) -> None:
    moderator, out = panel.person(MODERATOR, "Mo Ali"), panel.person(EVALUATORS[1], "Emil Novák")
    panel.person(EVALUATORS[0], "Eva Jones")
    for name, key in (("Una Waits", "officer/waits"), ("Nils Left", "officer/left")):
        accounts = Workroom(panel.office.register).accounts
        link = accounts.invite(name=name, email="one@council.example", roles=("evaluator",))
        with accounts.database.writing() as connection:
            person = accounts.accept(connection, accounts.invitation(link))
        accounts.keep_key(person.id, signer(f"council.example/{key}").vkey.text, "laptop", ("evaluator",))
    said = text_of(moderator.get(f"/desk/cases/{panel.case}/moderation"))
    assert [name for name in ("Eva Jones", "Emil Novák", "Una Waits", "Nils Left") if name in said] == [
        "Eva Jones",
        "Emil Novák",
    ]
    panel.office.do(
        DecideInterest(id="test", person=EVALUATORS[1].key, outcome="recuse", reason="Too close."), by=MONITORING
    )
    assert out.person.name not in text_of(moderator.get(f"/desk/cases/{panel.case}/moderation"))


def test_an_evaluator_declares_first_reads_what_is_signed_in_words_and_finds_the_sheet_done(panel: Panel) -> None:
    emil, late = panel.person(EVALUATORS[1], "Emil Novák"), panel.person(EVALUATORS[2], "Priya Lal")
    address = f"/desk/cases/{panel.case}/sheet"
    assert "First declare your interests" in text_of(late.get(f"/desk/cases/{panel.case}"))
    assert "Declare your interests in this case first" in text_of(late.get(address))
    refused = text_of(late.post(address, version="0", **SHEET))
    assert "You have not declared interests in this case" in refused
    page = emil.post(address, version="0", **SHEET)
    said = text_of(page)
    assert "(Alder Homes): the marks Sealed Quality of care: 4 Staffing and training: 4" in said
    assert [code for code in ("signed-by-party", "Seen ", ".000Z") if code in said] == []
    assert "Back to the case" in text_of(emil.sign(page))
    assert "You signed yours Done" in text_of(emil.get(f"/desk/cases/{panel.case}"))
    assert "You signed your marks; they stand in the log" in text_of(emil.get(address))


def test_what_was_prepared_before_and_is_refused_now_waits_no_more(panel: Panel) -> None:
    emil, address = panel.person(EVALUATORS[1], "Emil Novák"), f"/desk/cases/{panel.case}/sheet"
    first = emil.post(address, version="0", **SHEET)
    emil.sign(emil.post(address, version="1", **SHEET))
    assert emil.get(first.url.path).status_code == 404
    assert "To sign" not in text_of(emil.get("/desk"))


def test_those_who_keep_the_file_are_pointed_to_nothing_before_marks_are_agreed(panel: Panel) -> None:
    panel.office.do(sheet({"care": 8, "staff": 6}, CANARY), by=EVALUATORS[1])
    officer, monitoring = panel.person(OFFICER, "Olga Smith"), panel.person(MONITORING, "Mona Hill")
    address = f"/desk/cases/{panel.case}/moderation"
    assert "To look at first" not in officer.get(address).text
    assert "Wren House" not in officer.get(address).text
    assert "To look at first" in monitoring.get(address).text


def test_a_changed_mark_needs_a_reason_even_where_all_agreed(panel: Panel) -> None:
    panel.office.do(sheet({"care": 2, "staff": 6}, "Another view of the same plan"), by=EVALUATORS[1])
    moderator = panel.person(MODERATOR, "Mo Ali")
    address = f"/desk/cases/{panel.case}/moderation"
    form = moderator.get(address)
    assert "Why another mark than everybody gave (optional)" in form.text
    sent = {"evidence": "signed-by-party", "do": "sign"}
    for row in range(2):
        for column, mark in enumerate(("4" if row == 0 else "2", "6")):
            sent[f"b{row}-{column}-mark"] = mark
            sent[f"b{row}-{column}-reason"] = "The panel read it again."
    page = moderator.post(address, version="0", **sent)
    assert page.status_code == 422
    assert "say why" in text_of(page)
    page = moderator.post(address, version="1", **sent, **{"b0-0-change": "The rota was overlooked."})
    moderator.sign(page)
    event = panel.office.register.reader.case(panel.case)[-1].event
    [changed] = [bid.changes.get() for bid in event.bids.values() if bid.changes.get()]
    assert changed["care"].reason == "The rota was overlooked."
