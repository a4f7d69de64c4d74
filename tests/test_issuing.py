"""A release of numbers: counted from the log, refused when it is not due, signed by two, kept whole, taken back."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from fairplace import affairs, erasing, issuing
from fairplace.counting import rows
from fairplace.counting.events import RELEASED, WITHDRAWN, PlacementsReleased
from fairplace.counting.naming import name
from fairplace.decision import History
from fairplace.disclosure_control import writing
from fairplace.disclosure_control.released import RULES, Release
from fairplace.errors import Forbidden, Malformed, Missing, Refused, Unproven
from fairplace.http import numbers_made
from fairplace.ledger.disclosure import sealed
from fairplace.ledger.note import Signer
from fairplace.referral.commands import EndReferral
from fairplace.searching import Search
from fairplace.tags import party
from fairplace.terms import day, london_day
from tests.counting.many import SPOT, pseudonym, search
from tests.homes import APPROVER, MONITORING, OFFICER, SOCIAL_WORKER
from tests.office import open_office, seed_of, signer
from tests.placement_office import PlacementOffice, open_placements
from tests.test_of_placements import secrets_of

CHILDREN = 8
UNTIL = "2025-09-30"
TWO = [signer(OFFICER.key), signer(MONITORING.key)]


@contextmanager
def counted(folder: Path, searches: int = 12, first: dict[str, Any] | None = None) -> Iterator[PlacementOffice]:
    """So many children found a home by September 2025, which is over; `first`: how that of the first was bought."""
    with open_placements(folder / "register") as office:
        for number in range(searches):
            search(office, number, chosen=None if number else first)
        office.wait_until("2025-10-01T09:00:00.000Z")
        yield office


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PlacementOffice]:
    """Eight children found a home in June 2025; nothing is released. Nobody records anything more here."""
    with counted(tmp_path_factory.mktemp("placements"), CHILDREN, first=SPOT) as office:
        yield office


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PlacementOffice]:
    """The same, and its numbers are out."""
    with counted(tmp_path_factory.mktemp("out"), CHILDREN) as office:
        issuing.sign(office.register, issuing.draft(office.register, "decisions"), TWO)
        yield office


def recorded(office: PlacementOffice) -> int:
    return office.register.reader.size


def test_a_draft_counts_each_child_once_and_records_nothing(told: PlacementOffice) -> None:
    before = recorded(told)
    made = issuing.draft(told.register, "decisions")
    assert recorded(told) == before
    assert made.release.until == UNTIL
    [stretch] = made.release.table("spot").stretches
    region = stretch.rows[0]
    assert [str(cell.count) for cell in region.cells if cell.label == "all"] == [str(CHILDREN)]
    assert {str(cell.count) for cell in region.cells if cell.label in ("spot", "under-agreement")} == {"c"}


def test_no_byte_of_a_draft_tells_of_a_case(told: PlacementOffice) -> None:
    public = {b"North", b"SYN01", b"SYN01 Council", b"North West", b"emergency", b"residential"}
    secrets = [one for one in secrets_of(told) if one not in public]
    secrets += [pseudonym(number).encode() for number in range(CHILDREN)]
    made = issuing.draft(told.register, "decisions").release
    for data in (writing.as_json(made), writing.as_csv(made)):
        assert [one for one in secrets if one in data] == []


def test_answers_are_counted_by_provider_and_kind_and_are_a_plan_of_their_own(told: PlacementOffice) -> None:
    made = issuing.draft(told.register, "answers").release
    region = {cell.label: str(cell.count) for cell in made.table("kinds").stretches[0].rows[0].cells}
    reader = told.register.reader
    searches = [Search(History(case=case, events=reader.case(case))) for case in reader.cases()]
    asked = sum(len(one.invited or ()) for one in searches if one.choice)
    assert region["all"] == str(asked)
    assert issuing.draft(told.register, "decisions").release.number == made.number == 1


def test_a_fee_comes_only_with_words_for_everybody(told: PlacementOffice) -> None:
    without = issuing.draft(told.register, "decisions")
    assert "fee" not in " ".join(table.name for table in without.release.tables)
    for words, refusal in ((" ", Malformed), ("Weighed with kim@council.example", Refused)):
        with pytest.raises(refusal):
            issuing.draft(told.register, "decisions", public_interest_test=words)
    with pytest.raises(Malformed, match="fees belong to the plan decisions"):
        issuing.draft(told.register, "answers", public_interest_test="Weighed.")


def test_a_table_can_be_left_out_for_once(told: PlacementOffice) -> None:
    left = issuing.draft(told.register, "decisions", without=["unregistered"]).release
    assert {"unregistered", "outcomes", "findings"} & {table.name for table in left.tables} == set()
    with pytest.raises(Malformed, match="there is no table"):
        issuing.draft(told.register, "decisions", without=["=cmd()"])


def test_the_entry_names_the_digest_of_what_is_kept_whole(out: PlacementOffice) -> None:
    [one] = issuing.issued(out.register)
    envelope = out.register.reader.entry(one.index).envelope
    document = out.register.documents.get(one.document.sha256)
    assert envelope.type == RELEASED
    assert envelope.body["document"]["sha256"] == hashlib.sha256(document).hexdigest()
    assert (envelope.body["number"], envelope.body["until"], envelope.body["rules"]) == (1, UNTIL, RULES)
    assert writing.as_json(issuing.release_of(out.register, one)) == document


def test_the_entry_of_a_release_bears_two_signatures_and_belongs_to_no_case(out: PlacementOffice) -> None:
    [one] = issuing.issued(out.register)
    [stored] = out.register.store.entries(out.register.origin, one.index, one.index + 1)
    assert stored.case is None
    assert len(out.register.reader.entry(one.index).lines) == 2


def test_what_was_counted_is_sealed_in_the_entry(out: PlacementOffice) -> None:
    [one] = issuing.issued(out.register)
    envelope = out.register.reader.entry(one.index).envelope
    assert one.rows is not None
    assert "/rows" in envelope.sealed
    assert one.rows.sha256 not in str(envelope.body)


@pytest.mark.parametrize(
    ("names", "refusal"),
    [
        ([OFFICER], Refused),
        ([OFFICER, OFFICER], Refused),
        ([SOCIAL_WORKER, MONITORING], Forbidden),
        ([OFFICER, SOCIAL_WORKER], Forbidden),
        ([APPROVER, MONITORING], Forbidden),
    ],
    ids=str,
)
def test_a_release_needs_two_persons_of_the_right_roles(
    told: PlacementOffice, names: list[object], refusal: type[Exception]
) -> None:
    made, before = issuing.draft(told.register, "decisions"), recorded(told)
    with pytest.raises(refusal):
        issuing.sign(told.register, made, [signer(one.key) for one in names])  # type: ignore[attr-defined]
    assert recorded(told) == before


def test_nothing_is_due_before_the_next_quarter_is_over(out: PlacementOffice) -> None:
    with pytest.raises(Refused, match="no quarter has closed since release 1"):
        issuing.draft(out.register, "decisions")


@pytest.mark.parametrize("until", ["2025-10-01", "2026-09-30", "9999-12-31"])
def test_a_day_that_is_not_over_is_refused(told: PlacementOffice, until: str) -> None:
    with pytest.raises(Refused, match=f"{until} is not over yet"):
        issuing.draft(told.register, "decisions", until)


@pytest.mark.parametrize("until", ["", "soon", "2025-02-30", "20250930", "2025-W01-1", "=1+1", "1.5", "９９９９-01-01"])
def test_what_is_no_day_is_said_to_be_none(told: PlacementOffice, until: str) -> None:
    with pytest.raises(Malformed):
        issuing.draft(told.register, "decisions", until)


def test_a_plan_that_is_not_there_is_missing(told: PlacementOffice) -> None:
    with pytest.raises(Missing, match="there is decisions"):
        issuing.draft(told.register, "<script>")


def test_a_register_without_a_chosen_home_has_nothing_to_count(tmp_path: Path) -> None:
    with (
        open_placements(tmp_path / "register") as office,
        pytest.raises(Refused, match="there is nothing to count"),
    ):
        issuing.draft(office.register, "decisions")


def test_a_register_of_procurement_publishes_no_such_numbers(tmp_path: Path) -> None:
    with open_office(tmp_path / "register") as office, pytest.raises(Refused, match="register of placements"):
        issuing.draft(office.register, "decisions")


def test_a_draft_that_another_overtook_is_not_signed(out: PlacementOffice, told: PlacementOffice) -> None:
    made, before = issuing.draft(told.register, "decisions"), recorded(out)
    with pytest.raises(Refused, match="make it again"):
        issuing.sign(out.register, made, TWO)
    assert recorded(out) == before


@pytest.mark.parametrize("why", ["The child of SW1A 2AA was counted twice", "Ask kim@council.example why"])
def test_a_reason_that_tells_who_a_child_is_never_gets_into_the_log(out: PlacementOffice, why: str) -> None:
    before = recorded(out)
    with pytest.raises(Refused, match="public for ever"):
        issuing.withdraw(out.register, "decisions", 1, why, signer(OFFICER.key))
    assert recorded(out) == before


# A story of its own: the next release, and a withdrawal


def test_later_releases_agree_with_earlier_ones_and_a_withdrawn_one_leaves_a_tombstone(tmp_path: Path) -> None:
    with open_placements(tmp_path / "register") as office:
        register = office.register
        for number in range(6):
            search(office, number)
        office.wait_until("2025-07-01T09:00:00.000Z")
        first = issuing.draft(register, "decisions")
        assert (first.release.until, first.release.tables) == ("2025-06-30", ())  # half a half-year
        issuing.sign(register, first, TWO)
        for number in range(6, 12):
            search(office, number)
        office.wait_until("2025-10-01T09:00:00.000Z")
        second = issuing.draft(register, "decisions")
        issuing.sign(register, second, TWO)
        total = second.release.table("spot").stretches[0].rows[0].cells[0]
        assert (second.release.number, str(total.count)) == (2, "12")

        before = recorded(office)
        for number, why, refusal in ((2, "  ", Malformed), (3, "Wrong", Missing)):
            with pytest.raises(refusal):
                issuing.withdraw(register, "decisions", number, why, signer(OFFICER.key))
        assert recorded(office) == before
        issuing.withdraw(register, "decisions", 2, " A home was counted twice ", signer(APPROVER.key))
        newest = issuing.issued(register)[-1]
        assert newest.withdrawn is not None
        assert newest.withdrawn.why == "A home was counted twice"
        assert newest.withdrawn.day == day(london_day(register.store.now()))
        shown = writing.as_json(issuing.release_of(register, newest))
        assert b"tables" not in shown
        assert b"A home was counted twice" in shown
        assert newest.withdrawn_by is not None
        assert register.reader.entry(newest.withdrawn_by).envelope.type == WITHDRAWN
        with pytest.raises(Refused, match="already"):
            issuing.withdraw(register, "decisions", 2, "Again", signer(OFFICER.key))


def test_a_withdrawn_release_is_replaced_by_one_that_counts_its_periods_anew(tmp_path: Path) -> None:
    """What was known only later stays in its own period, and the releases after it agree with both."""
    with counted(tmp_path) as office:
        register = office.register
        issuing.sign(register, issuing.draft(register, "decisions"), TWO)
        with pytest.raises(Refused, match="release 1 stands; withdraw it"):
            issuing.draft(register, "decisions", replaces=1)
        issuing.withdraw(register, "decisions", 1, "A label was wrong", signer(APPROVER.key))
        for number in range(12, 18):
            search(office, number)
        office.wait_until("2026-04-01T09:00:00.000Z")
        issuing.sign(register, issuing.draft(register, "decisions"), TWO)  # 2, made before the first is replaced

        with pytest.raises(Malformed, match="leave the day out"):
            issuing.draft(register, "decisions", "2025-12-31", replaces=1)
        for number in (4, 99):
            with pytest.raises(Missing, match=f"there is no release {number}"):
                issuing.draft(register, "decisions", replaces=number)
        again = issuing.draft(register, "decisions", replaces=1)
        assert (again.release.number, again.release.until, again.release.replaces) == (3, UNTIL, 1)
        assert total(again.release) == "12"
        issuing.sign(register, again, TWO)
        with pytest.raises(Refused):
            issuing.draft(register, "decisions", replaces=3)  # it stands

        for number in range(18, 24):
            search(office, number)
        office.wait_until("2026-10-01T09:00:00.000Z")
        last = issuing.draft(register, "decisions")
        assert (last.release.number, total(last.release)) == (4, "6")
        issuing.sign(register, last, TWO)
        found = numbers_made.out(register, register.reader.size)
        assert [(one.name, one.replaces, one.replaced_by) for one in found] == [
            ("decisions-1", "", "decisions-3"),
            ("decisions-2", "", ""),
            ("decisions-3", "decisions-1", ""),
            ("decisions-4", "", ""),
        ]


class Overtaken(Signer):
    """A signer before whom somebody else does something first: just once, while the text lies in front of them."""

    def __init__(self, name: str, meanwhile: Callable[[], object]) -> None:
        super().__init__(name, seed_of(name))
        self._meanwhile = [meanwhile]

    def line(self, text: bytes) -> str:
        while self._meanwhile:
            self._meanwhile.pop()()
        return super().line(text)


def test_of_two_who_sign_or_withdraw_at_once_the_second_is_told(tmp_path: Path) -> None:
    with counted(tmp_path) as office:
        register = office.register
        mine = issuing.draft(register, "decisions")
        theirs = issuing.draft(register, "decisions", without=["access"])
        late = [Overtaken(OFFICER.key, lambda: issuing.sign(register, theirs, TWO)), TWO[1]]
        with pytest.raises(Refused, match="was signed meanwhile; make it again"):
            issuing.sign(register, mine, late)
        [one] = issuing.issued(register)
        assert issuing.release_of(register, one) == theirs.release

        gone = partial(issuing.withdraw, register, "decisions", 1, "A label was wrong")
        slow = Overtaken(OFFICER.key, lambda: gone(signer(APPROVER.key)))
        with pytest.raises(Refused, match="was withdrawn on 2025-10-01 already"):
            gone(slow)
        types = [register.reader.entry(at).envelope.type for at in range(one.index, register.reader.size)]
        assert types.count(WITHDRAWN) == 1


def test_a_log_in_which_a_number_was_given_twice_is_read_whole(tmp_path: Path) -> None:
    """Older versions let it happen: no release may vanish, or nothing could be held against it any more."""
    with counted(tmp_path) as office:
        register = office.register
        issuing.sign(register, issuing.draft(register, "decisions"), TWO)
        [one] = issuing.issued(register)
        assert one.rows is not None
        event = PlacementsReleased(
            happened_at=register.store.now(), evidence="signed-by-party", exhibit=sealed("personal", None), number=1,
            plan="decisions", until=one.until, rules=RULES, document=one.document, rows=party(one.rows),
        )  # fmt: skip
        affairs.append(register, lambda _: event, "Again", TWO, stream=issuing.stream_of(register.origin))
        first, second = issuing.issued(register)
        assert (first.name, second.name) == ("decisions-1", f"decisions-1-entry-{second.index}")
        assert [each.name for each in numbers_made.out(register, register.reader.size)] == [first.name, second.name]
        issuing.withdraw(register, "decisions", 1, "Twice", signer(APPROVER.key))
        assert all(each.withdrawn for each in issuing.issued(register))


def test_one_release_stands_for_a_period_and_its_place_is_taken_by_either_number(tmp_path: Path) -> None:
    with counted(tmp_path) as office:
        register = office.register
        issuing.sign(register, issuing.draft(register, "decisions"), TWO)
        issuing.withdraw(register, "decisions", 1, "A label was wrong", signer(APPROVER.key))
        issuing.sign(register, issuing.draft(register, "decisions", replaces=1), TWO)
        with pytest.raises(Refused, match="release 2 took the place of release 1 and stands; withdraw it"):
            issuing.draft(register, "decisions", replaces=1)
        issuing.withdraw(register, "decisions", 2, "So was another", signer(APPROVER.key))
        for number in (1, 2):
            again = issuing.draft(register, "decisions", replaces=number).release
            assert (again.number, again.replaces, total(again)) == (3, 1, "12")


def total(release: Release) -> str:
    return str(release.table("spot").stretches[0].rows[0].cells[0].count)


def test_an_earlier_release_that_was_changed_or_is_lost_stops_the_next(tmp_path: Path) -> None:
    with counted(tmp_path, 6) as office:
        issuing.sign(office.register, issuing.draft(office.register, "decisions"), TWO)
        office.wait_until("2026-01-02T09:00:00.000Z")
        before = recorded(office)
        [one] = issuing.issued(office.register)
        files = {path: path.read_bytes() for path in (office.folder / "documents").iterdir()}
        for path in files:
            path.write_bytes(b"other bytes")
        with pytest.raises(Unproven):
            issuing.draft(office.register, "decisions")
        for path in files:
            path.unlink()
        with pytest.raises(Missing, match=r"no document [0-9a-f]{64} is kept here"):
            issuing.draft(office.register, "decisions")
        for path, data in files.items():
            path.write_bytes(data)
        assert issuing.draft(office.register, "decisions").release.number == 2
        assert recorded(office) == before
        assert one.number == 1


def test_once_its_key_is_destroyed_no_kept_row_leads_back_to_a_search_or_a_child(tmp_path: Path) -> None:
    """The number of a case stands in the log, and a pseudonym may stand in a file that was exported long ago."""
    with open_placements(tmp_path / "register") as office:
        register, cases = office.register, list[str]()
        for number in range(CHILDREN):
            cases.append(search(office, number, until="opened"))
            office.record(EndReferral(id=f"end-{number}", how="withdrawn", reason="Family can care"), by=OFFICER)
        office.wait_until("2025-10-01T09:00:00.000Z")
        issuing.sign(register, issuing.draft(register, "endings"), TWO)
        [out] = issuing.issued(register)
        assert out.rows is not None
        kept = {row.id: row for row in rows.read(register.documents.get(out.rows.sha256))}
        assert len(kept) == CHILDREN

        def names() -> set[str]:
            """What somebody can still make from the log, from the register and from what they know of the child."""
            found = {row.id for row in issuing.count_endings(register, register.store.now())}
            found |= {name("ending", case) for case in cases}
            return found | {name("child", pseudonym(one)) for one in range(CHILDREN)}

        assert kept.keys() <= names(), "before, whoever keeps the register can tell"
        erasing.erase(register, [f"case:{cases[3]}"], "erasure-request", "The young person asked", TWO)
        [gone] = kept.keys() - names()
        assert kept[gone].child not in names()
        assert len(list(issuing.count_endings(register, register.store.now()))) == CHILDREN - 1

        for number in range(CHILDREN, 2 * CHILDREN):
            search(office, number, until="opened")
            office.record(EndReferral(id=f"end-{number}", how="withdrawn", reason="Family can care"), by=OFFICER)
        office.wait_until("2026-04-01T09:00:00.000Z")
        made = issuing.draft(register, "endings")
        assert gone in {fact.id for fact in made.facts}, "what was counted stays counted"
