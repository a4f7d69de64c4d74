"""Marks from a workbook become drafts, cell by cell and nothing retyped; each evaluator signs their own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fairplace.forms.fields import Sent
from fairplace.http.app import create_app
from fairplace.people.commands import DeclareInterests
from fairplace.procurement.commands import CheckBids, OpenBids
from fairplace.procurement.events import Criterion, Scale, SheetSigned
from tests import story
from tests.http.colleagues import Colleague, text_of
from tests.office import Office, open_office, person
from tests.story import APPROVER, EVALUATORS, MODERATOR, OFFERS, OFFICER
from tests.workbook.written import Marks, comma_separated, long, wide, xlsx

TITLES = {
    "care": "Quality of care", "safe": "Keeping children safe", "voice": "Children’s voice", "staff": "Staffing",
    "health": "Health", "school": "Education", "move": "Moving on", "value": "Social value",
}  # fmt: skip
NAMES = ("Eva Jones", "Emil Novák", "Esi Mensah")


def marks() -> Marks:
    """5 bids, 3 evaluators, 8 criteria: 120 marks, each with a reason of its own."""
    return {
        (who, offer.provider.name, title): (
            (number * 3 + bid * 5 + row) % 6,
            f"Sheet {number + 1} on {offer.provider.name}, {title}: see page {number + bid * 8 + row}, “quoted”; clear.",
        )
        for number, who in enumerate(NAMES)
        for bid, offer in enumerate(OFFERS)
        for row, title in enumerate(TITLES.values())
    }


class Panel:
    """A case whose bids are checked and wait for marks, and its people at their desks."""

    def __init__(self, folder: Path) -> None:
        self.office: Office = open_office(folder)
        criteria = [Criterion(id=one, parent=None, kind="quality", weight=750) for one in TITLES]
        price = Criterion(id="price", parent=None, kind="price", weight=4000)
        office = self.office
        office.do(story.plan())
        office.do(story.conflicts())
        office.do(story.tender(criteria=[*criteria, price], titles={**TITLES, "price": "Price"}, descriptors={}, scale=Scale(lowest=0, highest=5, step=1)))  # fmt: skip
        office.wait_until("2026-03-30T09:00:00.000Z")
        for offer in OFFERS:
            office.do(story.bid(offer), by=person(offer.provider))
        office.wait_until("2026-04-02T09:00:00.000Z")
        office.do(OpenBids(id="test"))
        office.do(CheckBids(id="test", bids={offer.provider.id: story.check() for offer in OFFERS}))
        for one in EVALUATORS:
            office.do(DeclareInterests(id="test", acting_as="evaluator"), by=one)
        office.register.follow()
        app = create_app(office.register)
        self.officer = Colleague(office, app, OFFICER, "Olga Smith")
        self.evaluators = [Colleague(office, app, one, name) for one, name in zip(EVALUATORS, NAMES, strict=True)]
        self.moderator = Colleague(office, app, MODERATOR, "Mo Ali")
        self.approver = Colleague(office, app, APPROVER, "Asha Rao")
        for one in (self.officer, *self.evaluators, self.moderator, self.approver):
            one.open_file(office.case)

    @property
    def address(self) -> str:
        return f"/desk/cases/{self.office.case}/workbook"

    def choose(self, who: Colleague, data: bytes, name: str = "marks.xlsx") -> Any:
        return who.post(self.address, do="choose", files={"workbook": (name, data)})

    def sheet(self, number: int) -> Sent:
        one = self.evaluators[number]
        draft = one.drafts.get(self.office.case, "sheet", one.person.id)
        return draft.written if draft else {}


@pytest.fixture
def panel(tmp_path: Path) -> Iterator[Panel]:
    made = Panel(tmp_path / "register")
    yield made
    made.office.close()


LAYOUTS = {
    "one sheet for each evaluator": lambda: xlsx({who: wide(marks(), who) for who in NAMES}),
    "a row for each mark": lambda: xlsx({"All scores": long(marks())}),
    "csv": lambda: comma_separated(long(marks()), mark=";", coding="utf-8-sig"),
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_120_marks_of_a_workbook_are_signed_with_none_retyped(panel: Panel, layout: str) -> None:
    page = panel.choose(panel.officer, LAYOUTS[layout]())
    assert "120 marks read, 0 to answer." in text_of(page)
    size = panel.office.register.reader.size
    assert panel.sheet(0) == {}  # shown before anything is kept
    page = panel.officer.post(panel.address, do="keep")
    assert "The marks are in the drafts. Nothing is signed yet." in text_of(page)
    assert panel.office.register.reader.size == size
    expected = {
        (who, offer.provider.id, one): marks()[who, offer.provider.name, title]
        for who in NAMES
        for offer in OFFERS
        for one, title in TITLES.items()
    }
    equal = 0
    for number, one in enumerate(panel.evaluators):
        address = f"/desk/cases/{panel.office.case}/sheet"
        form = one.get(address)
        assert form.text.count("From the workbook") == 80
        assert 'value="signed-by-party" checked' in form.text
        # What the browser holds is sent back as it is: nobody types anything.
        sent = {name: values for name, values in panel.sheet(number).items() if not name.startswith("@")}
        assert len(sent) == 80
        page = one.post(address, **sent, version="1", evidence="signed-by-party", do="sign")
        one.sign(page)
        event = panel.office.register.reader.case(panel.office.case)[-1].event
        assert isinstance(event, SheetSigned)
        for offer in OFFERS:
            bid = event.bids[place_of(panel, offer.provider.id)]
            for criterion in TITLES:
                mark, reason = expected[NAMES[number], offer.provider.id, criterion]
                assert (bid.marks.get({})[criterion], bid.reasons.get({})[criterion]) == (mark, reason)
                equal += 1
    assert equal == 120


def place_of(panel: Panel, provider: str) -> str:
    from fairplace.decision import History
    from fairplace.procurement.state import state_of

    case = panel.office.case
    return state_of(History(case=case, events=panel.office.register.reader.case(case))).bids[provider].place


def test_what_an_evaluator_wrote_stays_and_an_older_import_gives_way(panel: Panel) -> None:
    eva = panel.evaluators[0]
    address = f"/desk/cases/{panel.office.case}/sheet"
    name = "b0-0-reason"
    eva.post(address, **{name: "In my own words."}, version="0", do="save")
    panel.choose(panel.officer, xlsx({"All": long(marks())}))
    page = panel.officer.post(panel.address, do="keep")
    assert "1 mark or reason stays as it was written there by hand" in text_of(page)
    assert "In my own words" not in page.text
    assert panel.sheet(0)[name] == ["In my own words."]
    first = panel.sheet(0)["b0-1-reason"]
    corrected = {which: (mark, reason.replace("page", "sheet")) for which, (mark, reason) in marks().items()}
    panel.choose(panel.officer, xlsx({"All": long(corrected)}))
    panel.officer.post(panel.address, do="keep")
    assert panel.sheet(0)[name] == ["In my own words."]
    assert panel.sheet(0)["b0-1-reason"] == [first[0].replace("page", "sheet")]


def test_an_evaluator_reads_their_own_marks_alone_out_of_a_workbook(panel: Panel) -> None:
    emil = panel.evaluators[1]
    page = panel.choose(emil, xlsx({who: wide(marks(), who) for who in NAMES}))
    assert "40 marks read, 0 to answer. 80 marks left out." in text_of(page)
    assert "Sheet 1 on" not in page.text
    emil.post(panel.address, do="keep")
    assert len(panel.sheet(1)) == 81
    assert panel.sheet(0) == panel.sheet(2) == {}


def test_agreed_marks_fill_the_draft_of_the_moderation(panel: Panel) -> None:
    agreed = {("Agreed", bidder, title): value for (who, bidder, title), value in marks().items() if who == NAMES[0]}
    page = panel.choose(panel.moderator, xlsx({"Agreed": wide(agreed, "Agreed"), NAMES[0]: wide(marks(), NAMES[0])}))
    assert "40 marks read, 0 to answer. 40 marks left out." in text_of(page)
    panel.moderator.post(panel.address, do="keep")
    draft = panel.moderator.drafts.get(panel.office.case, "moderation")
    assert draft is not None
    assert len([name for name in draft.written if name.endswith("-mark")]) == 40
    assert panel.sheet(0) == {}


def test_a_name_is_answered_and_the_layout_is_offered_next_time(panel: Panel) -> None:
    rows = [["Bid", "What", "By", "Given", "Why"]]
    rows += [
        [bidder, title, "EJ", mark, why] for (who, bidder, title), (mark, why) in marks().items() if who == NAMES[0]
    ]
    page = panel.choose(panel.officer, comma_separated(rows), "x.csv")
    assert "0 marks read, 0 to answer." in text_of(page)
    for words in (
        "Looked for were whole marks from 0 to 5",
        "the bids Alder Homes; ",
        "the criteria Quality of care; ",
        "; in row 1: “",
    ):
        assert words in text_of(page)
    assert "choose it again" in text_of(page)
    said = {"column-bidder": "Bid", "column-criterion": "What", "column-evaluator": "By", "column-mark": "Given", "column-reason": "Why"}  # fmt: skip
    page = panel.officer.post(panel.address, do="look", shape="rows", heading="1", **said)
    assert "0 marks read, 40 to answer." in text_of(page)
    eva = panel.evaluators[0].person.id
    page = panel.officer.post(panel.address, do="look", shape="rows", heading="1", **said, **{"name evaluator:EJ": eva})
    assert "40 marks read, 0 to answer." in text_of(page)
    panel.officer.post(panel.address, do="keep")
    assert len(panel.sheet(0)) == 81
    page = panel.choose(panel.evaluators[1], comma_separated([["Panel 2"], *rows]), "y.csv")
    assert "0 marks read, 40 to answer." in text_of(page)
    assert "It is read as the last one with these headings was." in text_of(page)


def test_a_layout_that_was_said_once_is_offered_again(panel: Panel) -> None:
    rows = [["", "A note"], ["Supplier", "Criterion", "Evaluator", "Score", "Reason", "Comments"]]
    rows += [[bidder, title, who, str(mark), "no", why] for (who, bidder, title), (mark, why) in marks().items()]
    data = comma_separated(rows)
    panel.choose(panel.officer, data)
    said = {"column-bidder": "Supplier", "column-criterion": "Criterion", "column-evaluator": "Evaluator", "column-mark": "Score", "column-reason": "Comments"}  # fmt: skip
    panel.officer.post(panel.address, do="look", shape="rows", heading="2", **said)
    panel.officer.post(panel.address, do="keep")
    page = panel.choose(panel.evaluators[0], data)
    assert "40 marks read, 0 to answer. 80 marks left out." in text_of(page)
    assert "It is read as the last one with these headings was." in text_of(page)
    assert "see page" in page.text


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "The file is empty"),
        (b"PK\x03\x04 nothing", "This workbook is damaged"),
        (b"\xd0\xcf\x11\xe0 old", "with a password, or of the old kind"),
        (b"x" * ((16 << 20) + 10), "the file has 16 MB"),
    ],
)
def test_what_is_no_workbook_is_said_on_the_page(panel: Panel, data: bytes, sentence: str) -> None:
    page = panel.choose(panel.officer, data)
    assert page.status_code == 400
    assert sentence.lower() in text_of(page).lower()
    assert "Read it" in page.text


def test_sending_nothing_or_nonsense_says_what_to_do(panel: Panel) -> None:
    assert "choose the workbook" in text_of(panel.officer.post(panel.address, do="choose"))
    for what in ("keep", "look"):
        page = panel.officer.post(panel.address, do=what, heading="99999999999", shape="<b>")
        assert (page.status_code, "choose it again" in text_of(page)) == (400, True)
    panel.choose(panel.officer, comma_separated([["a", "b"], ["c", "d"]]))
    page = panel.officer.post(panel.address, do="look", heading="²", shape="no", **{"name evaluator:x": "nobody", "column-mark": "z"})  # fmt: skip
    assert (page.status_code, "0 marks read" in text_of(page)) == (200, True)
    assert "no mark could be read" in text_of(panel.officer.post(panel.address, do="keep")).lower()


def test_hostile_words_of_a_workbook_are_shown_as_words(panel: Panel) -> None:
    hostile = "<script>alert(1)</script>"
    rows = [["Supplier", "Criterion", "Evaluator", "Score", hostile], [hostile, hostile, hostile, hostile, hostile]]
    page = panel.choose(panel.officer, comma_separated(rows), f"{hostile}.csv")
    assert hostile not in page.text
    assert "&lt;script&gt;" in page.text


def test_who_may_not_mark_nor_keep_the_file_reads_no_workbook(panel: Panel) -> None:
    assert panel.approver.get(panel.address).status_code == 403
    assert panel.choose(panel.approver, xlsx({"All": long(marks())})).status_code == 403


def test_a_draft_stays_with_its_bid_when_another_drops_out(panel: Panel) -> None:
    panel.choose(panel.officer, xlsx({"All": long(marks())}))
    panel.officer.post(panel.address, do="keep")
    out = OFFERS[1].provider
    panel.office.do(
        CheckBids(
            id="test",
            bids={offer.provider.id: story.check() for offer in OFFERS}
            | {out.id: story.check(status="disregarded", ground="incomplete", reason="No plan")},
        )
    )
    text = panel.evaluators[0].get(f"/desk/cases/{panel.office.case}/sheet").text
    assert f"Sheet 1 on {out.name}" not in text
    for offer in (OFFERS[0], *OFFERS[2:]):
        group = text.split(f"{offer.provider.name}: Quality of care", 1)[1]
        assert f"Sheet 1 on {offer.provider.name}, Quality of care" in group.split("</textarea>", 1)[0]
