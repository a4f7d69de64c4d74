"""Marking without names at the desk: letters in place of bidders, answers in place of bids, and no name on any page."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from docx import Document

from fairplace.decision import History
from fairplace.http.app import create_app
from fairplace.people.commands import DeclareInterests
from fairplace.procurement.commands import OpenBids
from fairplace.procurement.state import state_of
from fairplace.procurement.veil import bid_under, letter
from tests import story
from tests.http.colleagues import Colleague, text_of
from tests.office import Office, open_office
from tests.story import ALDER, EVALUATORS, MODERATOR, MONITORING, OFFERS, OFFICER

NAMES = re.compile(r"Alder|Birch|Cedar|GB-COH", re.IGNORECASE)
ACT = {"evidence": "signed-by-party", "do": "sign", "version": "0"}


class Unnamed:
    """A case in which bids are marked without names: opened and checked, with everybody at their desks."""

    def __init__(self, folder: Path) -> None:
        self.office: Office = open_office(folder, until="deposited")
        self.office.register.follow()
        self.olga = Colleague(self.office, create_app(self.office.register), OFFICER, "Olga Smith")
        self.base = f"/desk/cases/{self.office.case}"

    def decide(self) -> Any:
        self.olga.open_file(self.office.case)
        form = self.olga.post(
            f"{self.base}/anonymity", **ACT, arrangements="The officer puts each answer in under its letter"
        )
        return self.olga.sign(form)

    def open(self) -> None:
        self.office.wait_until("2026-04-02T09:00:00.000Z")
        self.office.do(OpenBids(id="test", present=[MONITORING.key]))
        for one in EVALUATORS[:2]:
            self.office.do(DeclareInterests(id="test", acting_as="evaluator", bidders_known=True), by=one)
        self.office.do(DeclareInterests(id="test", acting_as="moderator", bidders_known=True), by=MODERATOR)
        self.office.do(story.checks(OFFERS[:3], cedar=story.check(reason="Cedar House sent its certificate")))
        self.sit_down()

    def sit_down(self) -> None:
        self.office.register.follow()
        self.app = create_app(self.office.register)
        self.olga.begin(self.app)
        self.eva = Colleague(self.office, self.app, EVALUATORS[0], "Eva Jones")
        self.mo = Colleague(self.office, self.app, MODERATOR, "Mo Field")
        for one in (self.olga, self.eva, self.mo):
            one.open_file(self.office.case)

    @property
    def state(self) -> Any:
        self.office.register.follow()
        return state_of(History(case=self.office.case, events=self.office.register.reader.case(self.office.case)))


@pytest.fixture
def unnamed(tmp_path: Path) -> Iterator[Unnamed]:
    made = Unnamed(tmp_path / "register")
    made.decide()
    made.open()
    yield made
    made.office.close()


def pages_of(made: Unnamed) -> list[str]:
    tasks = (
        "sheet",
        "interests",
        "name-seen",
        "workbook",
        "files",
        "documents",
        "checks",
        "moderation",
        "letters",
        "award",
    )
    return ["/desk", "/desk/cases", made.base, *(f"{made.base}/{one}" for one in tasks)]


def test_no_page_shows_whoever_marks_which_bid_is_whose(unnamed: Unnamed) -> None:
    for path in pages_of(unnamed):
        answer = unnamed.eva.get(path)
        words = text_of(answer)
        if path.endswith("/interests"):
            assert "Those who bid, by the alphabet: Alder Homes, Birch Care, Cedar House." in words
        else:
            assert not NAMES.search(answer.text), path
    letters = sorted(letter(bid.place) for bid in unnamed.state.bids.values())
    sheet = text_of(unnamed.eva.get(f"{unnamed.base}/sheet"))
    assert re.findall(r"Bid ([A-Z]+) \(place \d\d\): Quality of care", sheet) == letters


def test_who_keeps_the_file_and_who_moderates_see_names(unnamed: Unnamed) -> None:
    assert "Alder Homes" in unnamed.olga.get(f"{unnamed.base}/checks").text
    assert "Alder Homes" in unnamed.olga.get(f"{unnamed.base}/files").text
    assert "Alder Homes" in unnamed.mo.get(f"{unnamed.base}/files").text


def marks(made: Unnamed) -> dict[str, str]:
    found = {}
    for row in range(3):
        for column in range(2):
            found[f"b{row}-{column}-mark"] = "6"
            found[f"b{row}-{column}-reason"] = f"Page {row + 4} says how, in answer {column + 1}"
    return found


def test_a_sheet_is_filled_in_and_signed_under_letters_and_counts_for_the_right_bids(unnamed: Unnamed) -> None:
    signing = unnamed.eva.post(f"{unnamed.base}/sheet", **ACT, **{**marks(unnamed), "b0-0-mark": "8"})
    assert "Sign your marks and reasons for 3 bids" in text_of(signing)
    assert not NAMES.search(signing.text)
    preview = unnamed.eva.get(f"{signing.url.path}/preview")
    assert not NAMES.search(preview.text)
    done = unnamed.eva.sign(signing)
    assert not NAMES.search(done.text)
    state = unnamed.state
    first = min(bid.place for bid in state.bids.values())
    assert [sheet.marks[first]["care"] for sheet in state.sheets] == [8]


def test_what_is_wrong_with_a_sheet_is_said_by_letters(unnamed: Unnamed) -> None:
    sent = marks(unnamed)
    del sent["b1-0-mark"]
    answer = unnamed.eva.post(f"{unnamed.base}/sheet", **ACT, **sent)
    assert answer.status_code == 422
    place = sorted(bid.place for bid in unnamed.state.bids.values())[1]
    assert f"{bid_under(place)}: Quality of care: choose mark" in text_of(answer)
    assert not NAMES.search(answer.text)


def test_names_come_back_once_marks_are_agreed(unnamed: Unnamed) -> None:
    places = {name: bid.place for name, bid in unnamed.state.bids.items()}
    fair = story.sheet(OFFERS[:3])
    for one in EVALUATORS[:2]:
        unnamed.office.do(
            story.SignSheet(id="test", bids={places[name]: given for name, given in fair.bids.items()}), by=one
        )
    assert "Alder Homes" not in unnamed.eva.get(f"{unnamed.base}/files").text
    unnamed.office.wait_until("2026-04-07T09:00:00.000Z")
    unnamed.office.do(story.agreed(OFFERS[:3]), by=MODERATOR)
    unnamed.office.register.follow()
    unnamed.eva.begin(unnamed.app)
    unnamed.eva.open_file(unnamed.office.case)
    assert "Alder Homes" in unnamed.eva.get(f"{unnamed.base}/files").text


def test_whoever_saw_a_name_says_so_and_the_public_page_says_how_often(unnamed: Unnamed) -> None:
    place = unnamed.state.bids[ALDER.id].place
    form = unnamed.eva.get(f"{unnamed.base}/name-seen")
    assert bid_under(place) in text_of(form)
    signing = unnamed.eva.post(
        f"{unnamed.base}/name-seen", **ACT, how="answer", bid=place, note="The letterhead on page 4"
    )
    unnamed.eva.sign(signing)
    unnamed.office.register.follow()
    page = text_of(unnamed.eva.get(f"/decisions/{unnamed.office.case}"))
    assert "Marked without names" in page
    assert (
        "Until then names are known to the approving officer, the auditor, the moderator, the monitoring officer and a"
        in page
    )
    assert "Names that became known 1 time" in page
    assert "letterhead" not in page


def test_once_bids_are_opened_it_can_no_longer_be_decided(tmp_path: Path) -> None:
    made = Unnamed(tmp_path / "register")
    made.open()
    assert "Mark bids without names" not in text_of(made.olga.get(made.base))
    late = made.olga.post(f"{made.base}/anonymity", **ACT)
    assert late.status_code == 422
    assert "it is too late to leave them out" in text_of(late)
    assert "Alder Homes" in made.eva.get(f"{made.base}/sheet").text
    made.office.close()


# Written answers


def docx(words: str, author: str = "") -> bytes:
    made = Document()
    made.core_properties.author = author
    made.add_paragraph(words)
    kept = io.BytesIO()
    made.save(kept)
    return kept.getvalue()


def put_in(made: Unnamed, data: bytes, name: str = "Bid C.docx") -> Any:
    return made.olga.post(f"{made.base}/documents/new", kind="answer", files={"file": (name, data)})


def test_whoever_marks_reads_answers_without_names_and_without_their_authors(unnamed: Unnamed) -> None:
    page = put_in(unnamed, docx("Each child has a key worker from the first day.", author="Alder Homes"))
    assert page.status_code == 200, text_of(page)
    address = page.url.path
    index = unnamed.eva.get(f"{unnamed.base}/documents")
    assert "Bid C.docx" in text_of(index)
    shown = unnamed.eva.get(address)
    assert not NAMES.search(shown.text)
    copy = unnamed.eva.get(f"{address}/copy")
    assert Document(io.BytesIO(copy.content)).core_properties.author == ""
    assert unnamed.eva.get(f"{address}/file").status_code == 404, "as it came it has its author"
    assert unnamed.olga.get(f"{address}/file").status_code == 200


@pytest.mark.parametrize(
    "words",
    [
        "Alder Homes looks after forty children.",
        "At ALDER we listen.",
        "Company number GB-COH-01000001",
        "Our friends at Birch Care",
    ],
)
def test_an_answer_that_names_a_bidder_is_not_given_to_whoever_marks(unnamed: Unnamed, words: str) -> None:
    page = put_in(unnamed, docx(words))
    assert "tells whose bid it is" in text_of(page)
    assert "It cannot go to others" in text_of(page)
    assert unnamed.eva.get(page.url.path).status_code == 404
    assert "Bid C.docx" not in text_of(unnamed.eva.get(f"{unnamed.base}/documents"))


@pytest.mark.parametrize("name", ["Alder Homes.docx", "answers_birch.docx", "GB-COH-01000003.docx"])
def test_a_file_that_is_called_after_a_bidder_is_refused(unnamed: Unnamed, name: str) -> None:
    answer = put_in(unnamed, docx("Each child has a key worker."), name)
    assert answer.status_code == 422
    assert "called after a bidder" in text_of(answer)


def test_what_cannot_be_read_somebody_looks_at_first(unnamed: Unnamed) -> None:
    page = put_in(unnamed, PICTURE, "Bid C.png")
    assert "not all of it could be read" in text_of(page)
    assert unnamed.eva.get(page.url.path).status_code == 404
    seen = unnamed.olga.post(page.url.path, do="seen")
    assert "Looked at by eye" in text_of(seen)
    assert unnamed.eva.get(f"{page.url.path}/copy").status_code == 200


PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c63f8cfc0f01f0005"
    "0001ff89993d1d0000000049454e44ae426082"
)


def test_a_bid_itself_is_not_for_whoever_marks_without_names(unnamed: Unnamed) -> None:
    page = unnamed.olga.post(f"{unnamed.base}/documents/new", kind="bid", files={"file": ("Alder.docx", docx("Alder"))})
    assert unnamed.eva.get(page.url.path).status_code == 404
    assert not NAMES.search(unnamed.eva.get(f"{unnamed.base}/documents").text)


def test_where_names_are_known_no_answer_without_them_is_taken(tmp_path: Path) -> None:
    made = Unnamed(tmp_path / "register")
    made.open()
    assert "Written answer without a name" not in text_of(made.olga.get(f"{made.base}/documents"))
    assert put_in(made, docx("Each child has a key worker.")).status_code == 400
    made.office.close()
