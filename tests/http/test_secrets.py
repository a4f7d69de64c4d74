"""Trade secrets on pages: marked by the bidder before the opening, recorded and decided on at the desk, told with the award."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fairplace.decision import History
from fairplace.http.app import create_app
from fairplace.procurement.state import state_of
from tests.http.colleagues import Colleague, text_of
from tests.office import CHAPTERS, Office, key_of, open_office, signer
from tests.story import ALDER, EVALUATORS, OFFERS, OFFICER

ACT = {"evidence": "signed-by-party", "do": "sign", "version": "0"}
MARKS = "Rota, pages 7 to 9: competitors could copy it\nPlan for nights: it took us years"


class Marking:
    """A tender to which bids came; Alder lodged its own here."""

    def __init__(self, folder: Path) -> None:
        self.office: Office = open_office(folder, until="deposited")
        self.office.register.follow()
        self.app = create_app(self.office.register)
        self.olga = Colleague(self.office, self.app, OFFICER, "Olga Smith")
        self.room = self.olga.room
        self.alder = self._bidder(ALDER)
        deposit = next(
            one for one in self.office.register.reader.case(self.office.case)
            if one.type == "deposit.received/1" and one.event.provider.get().id == ALDER.id  # type: ignore[attr-defined]
        )  # fmt: skip
        self.room.lodgings.put("bid", self.office.case, ALDER.id, place=deposit.index, stream=deposit.stream, person="")
        self.base, self.page = f"/desk/cases/{self.office.case}", f"/desk/bids/{self.office.case}/secrets"

    def _bidder(self, provider: Any) -> Any:
        made = Colleague.__new__(Colleague)
        link = self.room.accounts.invite(name="Al", email="al@alder.example", roles=("provider",), provider=provider.id)
        with self.room.accounts.database.writing() as connection:
            made.person = self.room.accounts.accept(connection, self.room.accounts.invitation(link))
        self.room.accounts.keep_key(made.person.id, signer(key_of(provider)).vkey.text, "laptop", ("provider",))
        made.signer, made._sessions = signer(key_of(provider)), self.olga._sessions
        made.begin(self.app)
        return made

    def open(self) -> None:
        CHAPTERS["opened"](self.office, OFFERS[:3])
        self.office.register.follow()
        for one in (self.olga, self.alder):
            one.begin(self.app)
        self.olga.open_file(self.office.case)

    @property
    def state(self) -> Any:
        self.office.register.follow()
        return state_of(History(case=self.office.case, events=self.office.register.reader.case(self.office.case)))

    @property
    def row(self) -> int:
        return list(self.state.bids).index(ALDER.id)


@pytest.fixture
def marking(tmp_path: Path) -> Iterator[Marking]:
    made = Marking(tmp_path / "register")
    yield made
    made.office.close()


def test_a_bidder_marks_parts_and_no_entry_tells_of_it(marking: Marking) -> None:
    size = marking.office.register.reader.size
    kept = marking.alder.post(marking.page, parts=MARKS)
    assert "competitors could copy it" in text_of(kept)
    assert marking.office.register.reader.size == size
    store = b"".join(path.read_bytes() for path in marking.office.folder.glob("post.sqlite*"))
    for word in (b"Rota", ALDER.id.encode()):
        assert word not in store
    assert "Rota" not in marking.olga.get("/desk").text
    marking.olga.open_file(marking.office.case)
    assert "Rota" not in marking.olga.get(f"{marking.base}/secrets").text, "not before the opening"


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ("Rota", "Write line 1 as the part, a colon and the reason"),
        ("Rota: copied\n: because", "Write line 2"),
        ("Rota: a\nROTA: b", "Name each part once"),
        ("Rota: " + "x" * 1_000, "Shorten line 1"),
        ("\n".join(f"Page {n}: copied" for n in range(51)), "51 parts came"),
    ],
)
def test_what_is_wrong_with_a_line_is_said_and_nothing_is_lost(marking: Marking, lines: str, words: str) -> None:
    answer = marking.alder.post(marking.page, parts=lines)
    assert answer.status_code == 422
    assert words in text_of(answer)
    assert lines.splitlines()[0][:20] in answer.text
    assert not marking.room.lodgings.marks(marking.office.case)


def test_hostile_words_come_back_as_words(marking: Marking) -> None:
    answer = marking.alder.post(marking.page, parts="<script>alert(1)</script>: =cmd()\u202e")
    assert "<script>alert(1)" not in answer.text
    assert "&lt;script&gt;" in answer.text


def test_without_a_bid_there_is_nothing_to_mark(marking: Marking) -> None:
    marking.room.lodgings.put("withdrawal", marking.office.case, ALDER.id, place=99, stream="x", person="")
    answer = marking.alder.get(marking.page)
    assert answer.status_code == 422
    assert "you have no bid here" in answer.text
    assert marking.alder.post(marking.page, parts=MARKS).status_code == 422


def test_the_officer_finds_what_was_marked_records_it_and_decides_part_by_part(marking: Marking) -> None:
    marking.alder.post(marking.page, parts=MARKS)
    marking.open()
    assert "Record trade secrets When it happens. Marked by 1" in text_of(marking.olga.get(marking.base))
    form = marking.olga.get(f"{marking.base}/secrets")
    assert "Rota, pages 7 to 9: competitors could copy it" in form.text
    signing = marking.olga.post(f"{marking.base}/secrets", **ACT, **{f"s{marking.row}": MARKS})
    assert "1 bid marks 2 parts" in text_of(signing)
    marking.olga.sign(signing)
    place, row = marking.state.bids[ALDER.id].place, marking.row
    assert [one.part for one in marking.state.secrets[place]] == ["Rota, pages 7 to 9", "Plan for nights"]
    said = {f"d{row}-0-accepted": "yes", f"d{row}-0-reason": "Not known outside", f"d{row}-1-accepted": "no"}
    missing = marking.olga.post(f"{marking.base}/secrets-decided", **ACT, **said)
    assert missing.status_code == 422
    said[f"d{row}-1-reason"] = "It stands on your web site"
    again = {**ACT, "version": "1", **said}
    marking.olga.sign(marking.olga.post(f"{marking.base}/secrets-decided", **again))
    assert [one.accepted for one in marking.state.rulings[place]] == [True, False]
    late = marking.alder.post(marking.page, parts="More: please")
    assert "can no longer be changed here" in text_of(late)
    tell(marking)
    page = text_of(marking.olga.get(f"/decisions/{marking.office.case}"))
    assert "What the bidder calls a trade secret" in page
    assert "Rota, pages 7 to 9 competitors could copy it Accepted: Not known outside" in page
    assert "Not accepted: It stands on your web site" in page


def tell(made: Marking) -> None:
    """The rest of a fair competition, which Alder wins, up to its release."""
    for chapter in ("marked", "moderated", "awarded", "released"):
        CHAPTERS[chapter](made.office, OFFERS[:3])
    made.office.register.follow()


def test_whoever_marks_bids_reads_no_trade_secret_of_them(marking: Marking) -> None:
    marking.alder.post(marking.page, parts=MARKS)
    marking.open()
    eva = Colleague(marking.office, marking.app, EVALUATORS[0], "Eva Jones")
    eva.open_file(marking.office.case)
    for path in ("secrets", "secrets-decided"):
        answer = eva.get(f"{marking.base}/{path}")
        assert answer.status_code == 403
        assert "Rota" not in answer.text
