"""Nothing sealed, nothing taken down and nobody who lost can be read in any row (invariant I12)."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from fairplace import catalogue, trail
from fairplace.event import Fact
from fairplace.ledger.disclosure import Sealed
from fairplace.openness.events import Disclosed, Withdrawn
from fairplace.replay import Replay
from tests.projections.story import PROJECTIONS, Log, Planter, case_id, planned

CASE = case_id(1)

# Open or not, these are shown to nobody: who asked, who lost, who challenged, and notes about people.
NEVER = {
    "QuestionAsked /asked_by", "QuestionAnswered /recipients", "DeadlineChanged /recipients",
    "ContactRecorded /provider", "ContactRecorded /note",
    "DepositReceived /provider", "DepositReceived /provider_signature", "DepositReceived /document",
    "DepositReceivedLate /provider", "DepositReceivedLate /provider_signature", "DepositReceivedLate /document",
    "DepositWithdrawn /provider_signature", "ClaimNotified /claimant", "Lodged /challenger",
    "Lodged /challenger_signature", "InterestsDeclared /interests", "InterestDecided /reason",
    "ConflictsAssessed /conflicts", "ConflictsAssessed /steps", "Imported /raw",
}  # fmt: skip


PUBLISHED = {name: kind for name, kind in catalogue.TYPES.items() if name not in catalogue.PLACEMENTS}
"""A log of placements has no page for an entry."""


class Planted:
    """A case with an event of every type, a mark in every slot, and a file of rows."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "register.sqlite"
        self.log = Log()
        self.planter = Planter(CASE)
        self.log.add(planned(CASE))
        self.indexes = [
            self.log.add(self.planter.event(kind), stream=stream)
            for kind, stream in self._streams()
            if kind not in (Disclosed, Withdrawn)
        ]
        self.replay = Replay(self.file, self.log, PROJECTIONS, code="NCC", batch=7)

    def _streams(self) -> Iterator[tuple[type, str | None]]:
        for name, kind in PUBLISHED.items():
            yield kind, case_id(77) if name.startswith("challenge.") else None

    def release(self) -> None:
        for index in self.indexes:
            case = {"/case"} & set(self.log.slots(index))
            slots = [slot for slot in self.log.slots(index) if slot not in case]
            self.log.disclose(CASE, index, slots=slots)

    def rows(self) -> bytes:
        return b"\n".join(row + columns for _, _, row, columns in self.replay.stored())

    def found(self, haystack: bytes) -> set[str]:
        return {slot for slot, marks in self.planter.marks.items() if any(mark.encode() in haystack for mark in marks)}


@pytest.fixture
def planted(tmp_path: Path) -> Planted:
    return Planted(tmp_path)


def test_a_sealed_value_is_in_no_row(planted: Planted) -> None:
    planted.replay.catch_up()
    assert len(planted.planter.marks) > 150
    assert len(list(planted.replay.stored())) >= 4
    assert planted.found(planted.rows()) == set()
    assert planted.found(planted.file.read_bytes()) == set()


def test_marks_are_found_once_they_are_released(planted: Planted) -> None:
    """The control: without it the tests beside this one would pass on empty rows."""
    planted.release()
    planted.replay.catch_up()
    found = planted.found(planted.rows())
    assert found >= {
        "Planned /need", "Moderated /bids/03/reasons", "Lodged /words", "Decided /reason", "Imported /title",
        "ContractEntered /value", "QuestionAnswered /answer", "EndedWithoutAward /reason", "Awarded /bids/03/award",
        "ContactRecorded /handling",
    }  # fmt: skip


def test_who_asked_lost_or_challenged_is_never_shown_even_when_released(planted: Planted) -> None:
    planted.release()
    planted.replay.catch_up()
    assert set(planted.planter.marks) >= NEVER
    assert planted.found(planted.rows()) & NEVER == set()


def test_a_text_taken_down_leaves_no_byte_in_the_file(planted: Planted) -> None:
    planted.replay.catch_up()
    planted.release()
    planted.replay.catch_up()
    assert len(planted.found(planted.file.read_bytes())) > 60
    for index in planted.indexes:
        planted.log.take_down(CASE, index)
        planted.replay.catch_up()
    assert planted.found(planted.rows()) == set()
    assert planted.found(planted.file.read_bytes()) == set()
    assert planted.replay.check() == []


def test_a_text_taken_down_leaves_no_byte_in_the_write_ahead_log(tmp_path: Path) -> None:
    planted = Planted(tmp_path)
    planted.replay._connection.execute("PRAGMA journal_mode = WAL")
    planted.release()
    planted.replay.catch_up()
    planted.log.take_down(CASE, *planted.indexes[:12])
    planted.log.take_down(CASE, *planted.indexes[12:24])
    planted.log.take_down(CASE, *planted.indexes[24:])
    planted.replay.catch_up()
    for file in tmp_path.iterdir():
        if not file.name.endswith("-shm"):
            assert planted.found(file.read_bytes()) == set(), file.name


def test_what_was_taken_down_is_listed_as_such(planted: Planted) -> None:
    planted.release()
    planted.log.take_down(CASE, planted.indexes[0], slots=["/need"])
    planted.replay.catch_up()
    record = _row(planted, "decision-record", CASE)
    marked = [(one["index"], one["slot"], one["ground"]) for one in record["withheld"] if one["withdrawn"]]
    assert marked == [(planted.indexes[0], "/need", "child")]


def test_a_take_down_is_marked_on_the_challenge_too(planted: Planted) -> None:
    lodged = next(index for index in planted.indexes if "/challenger" in planted.log.slots(index))
    planted.release()
    planted.replay.catch_up()
    assert _row(planted, "challenge-trail", case_id(77))["words"].startswith("canary")
    act = planted.log.take_down(CASE, lodged, slots=["/words"])
    planted.replay.catch_up()
    row = _row(planted, "challenge-trail", case_id(77))
    assert row["words"] is None
    assert row["index"] == act
    assert [one["slot"] for one in row["withheld"] if one["withdrawn"]] == ["/words"]
    assert planted.replay.check() == []


def test_every_event_type_has_its_line_in_the_allow_list() -> None:
    assert set(trail.FACTS) == set(PUBLISHED.values())
    for kind, names in trail.FACTS.items():
        hints = {field.name: field.type for field in msgspec.structs.fields(kind)}
        assert [name for name in names if "Sealed" in str(hints[name])] == []
    for kind, names in trail.WORDS.items():
        hints = {field.name: field.type for field in msgspec.structs.fields(kind)}
        assert {hints[name] for name in names} <= {Sealed[str], Sealed[str | None]}


@pytest.mark.parametrize("kind", PUBLISHED.values(), ids=list(PUBLISHED))
def test_every_slot_that_is_closed_is_named(kind: type[Fact]) -> None:
    """Whatever a type of event is made of: a value is never withheld in silence."""
    log = Log()
    index = log.add(Planter(CASE).event(kind))
    [recorded] = log.recorded(index, index + 1, "public")
    item, withheld = trail.trail_item(recorded)
    expected = Counter(trail.collapsed(slot) for slot in log.slots(index))
    assert {one.slot: one.count for one in withheld} == expected
    assert item.withheld == sorted(expected)
    assert item.words == {}


WHOLESALE = {"to_builtins", "asdict", "astuple", "__struct_fields__", "__dict__", "vars", "fields", "encode"}


@pytest.mark.parametrize(
    "file", sorted(Path(__file__).parents[2].joinpath("projections").glob("*.py")), ids=lambda p: p.name
)
def test_no_projection_copies_an_event(file: Path) -> None:
    tree = ast.parse(file.read_text("utf-8"))
    used = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    used |= {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    assert used & WHOLESALE == set()
    rows = [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    facts = {kind.__name__ for kind in catalogue.TYPES.values()} | {"Fact", "Event", "Step", "Recorded", "Sealed"}
    named = {
        name.id
        for row in rows
        for member in row.body
        if isinstance(member, ast.AnnAssign)
        for name in ast.walk(member.annotation)
        if isinstance(name, ast.Name)
    }
    assert named & facts == set()


def _row(planted: Planted, projection: str, key: str) -> dict[str, object]:
    rows = {(name, one): row for name, one, row, _ in planted.replay.stored()}
    found = msgspec.json.decode(rows[projection, key])
    assert isinstance(found, dict)
    return found
