"""Registers into a real log: cases, what is public, what the open bytes tell, and the same file twice."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from fairplace.awards.columns import Columns, guess
from fairplace.awards.report import Report
from fairplace.awards.taking import Taking, import_files, look, reading_of
from fairplace.clerk import Clerk
from fairplace.cli import main
from fairplace.errors import Busy, Refused
from fairplace.ledger.note import Signer
from fairplace.ocds.importing import alone
from fairplace.on_disk import Register
from fairplace.openness.commands import Release, WithdrawValue
from fairplace.openness.events import Disclosed, Slots, Withdrawn
from fairplace.workbook.files import read as workbook
from fairplace.workbook.layout import first
from tests.awards.registers import placement, register, row
from tests.placement_office import open_placements
from tests.taken_in import ROOT, events, founded, imported, public_bytes

SECRET = placement(title="Residential placement for Zaphod Quillfeather", supplier="Betelgeuse Homes Ltd")


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Register]:
    with founded(tmp_path) as made:
        yield made


def take(into: Register, *rows: tuple[str, ...], published: bool = False, columns: Columns | None = None) -> Report:
    path = into.folder.parent / "register.csv"
    path.write_bytes(register(*rows))
    report, unreadable = import_files(into, [path], columns=columns, published=published, by="a test")
    assert unreadable == []
    return report


def counts(report: Report) -> tuple[int, int, int, dict[Any, int], int]:
    return report.awards, report.taken, report.known, report.kept_back, report.entries_appended


def test_each_reference_is_a_case_and_what_was_published_is_public(kept: Register) -> None:
    report = take(kept, row(), row("C-2", published=""), SECRET)
    assert counts(report) == (3, 3, 0, {"not-published": 1, "one-person": 1}, 4)
    assert [(event.evidence, event.concerns_one_person) for event in imported(kept)] == [
        ("stated-by-officer", False),
        ("stated-by-officer", False),
        ("stated-by-officer", True),
    ]
    shown = [event for event in events(kept, "public") if getattr(event, "ocid", None)]
    assert [event.title.get() for event in shown] == ["Grounds maintenance", None, None]
    [award] = shown[0].awards.get()
    assert (award.id, award.decided_on, award.value) == ("C-001", "2024-03-15", 123456789)
    [disclosed] = [event for event in events(kept) if isinstance(event, Disclosed)]
    assert disclosed.occasion == "import"


def test_the_open_bytes_tell_nothing_of_a_row_that_was_kept_back(kept: Register) -> None:
    """Not even whoever guesses its reference can find it."""
    take(kept, row("C-2222", published="", title="Zebra crossing"), SECRET)
    public = public_bytes(kept)
    for word in (
        b"C-2222",
        b"C-900",
        b"Zebra",
        b"Zaphod",
        b"Betelgeuse",
        b"Green Ltd",
        b"2024-03",
        b"2024-04",
        b'"open"',
    ):
        assert word not in public
    assert kept.rows.list("register")[1] == kept.rows.list("decision-record")[1] == 0


def test_the_same_rows_again_add_nothing(kept: Register) -> None:
    rows = (row(), row("C-2", published=""), SECRET)
    take(kept, *rows)
    size = kept.reader.size
    assert counts(take(kept, *rows[::-1])) == (3, 0, 3, {"not-published": 1, "one-person": 1}, 0)
    assert kept.reader.size == size


def test_a_changed_row_is_a_new_release_of_its_case(kept: Register) -> None:
    take(kept, row())
    assert take(kept, row(value="2", title="Mowing")).taken == 1
    one, other = imported(kept)
    assert (one.case, one.ocid) == (other.case, other.ocid)
    assert one.release != other.release
    kept.follow()
    [line] = kept.rows.list("register")[0]
    assert (line.title, line.value, line.state, line.ocid) == ("Mowing", 200, "listed", None)
    assert [found.case for found in kept.rows.search("register", "C-001")[0]] == [one.case]


def test_the_older_words_of_a_corrected_row_are_taken_down_and_the_rest_of_it_stays(kept: Register) -> None:
    take(kept, row(title="Mowing by Zaphod", description="Verges"))
    assert counts(take(kept, row(title="Mowing"))) == (1, 1, 0, {}, 3)
    assert b"Zaphod" not in public_bytes(kept)
    old, new = [event for event in events(kept, "public") if getattr(event, "ocid", None)]
    assert (old.title.get(), new.title.get()) == (None, "Mowing")
    assert old.awards.get() == new.awards.get()
    [withdrawn] = [event for event in events(kept) if isinstance(event, Withdrawn)]
    assert (withdrawn.ground, withdrawn.openings[0].slots) == ("error", ["/description", "/title"])
    assert take(kept, row(title="Mowing")).entries_appended == 0
    kept.follow()
    assert [line.title for line in kept.rows.list("register")[0]] == ["Mowing"]


@pytest.mark.parametrize("changes", [{}, {"value": "2"}])
def test_a_row_that_says_no_takes_down_what_was_public(kept: Register, changes: dict[str, str]) -> None:
    take(kept, row(published=""), published=True)
    report = take(kept, row(published="No", **changes))
    assert (report.kept_back, report.public_already) == ({"not-published": 1}, 0)
    assert b"Grounds maintenance" not in public_bytes(kept)
    assert take(kept, row(published="No", **changes), published=True).entries_appended == 0
    kept.follow()
    assert kept.rows.list("register")[1] == 0


def test_what_is_published_later_becomes_public_and_what_was_public_stays_so(kept: Register) -> None:
    take(kept, row(published=""))
    assert take(kept, row(published=""), published=True).taken == 1
    again = take(kept, row(published=""))
    assert (counts(again), again.public_already) == ((1, 0, 1, {}, 0), 1)
    assert "1 public already that would be kept back now" in "\n".join(again.lines())
    assert b"public already, take it down from its file: nothing says" in again.awards_as_csv()
    kept.follow()
    [line] = kept.rows.list("register")[0]
    assert line.title == "Grounds maintenance"
    assert line.route == "open"
    assert len(imported(kept)[0].cpv) == 0


def test_an_entry_that_was_kept_back_stays_so_beside_one_that_is_public(kept: Register) -> None:
    take(kept, row(published="No", title="An old title"))
    take(kept, row())
    shown = [event for event in events(kept, "public") if getattr(event, "ocid", None)]
    assert [event.title.get() for event in shown] == [None, "Grounds maintenance"]
    assert b"An old title" not in public_bytes(kept)


def test_when_a_case_turns_out_to_concern_one_person_it_is_taken_down(kept: Register) -> None:
    take(kept, row("C-900"))
    take(kept, SECRET)
    shown = [event for event in events(kept, "public") if getattr(event, "ocid", None)]
    assert [event.title.get() for event in shown] == [None, None]
    kept.follow()
    assert kept.rows.list("register")[1] == 0


def test_the_rows_and_who_took_them_in_are_kept(kept: Register) -> None:
    take(kept, row(description="Ask ann@example.org"))
    [event] = imported(kept)
    raw = json.loads(kept.documents.get(event.raw.get().sha256))
    assert raw["taken_in_by"] == "a test"
    assert raw["rows"] == [{"row": 2, "cells": {**raw["rows"][0]["cells"], "Contract ref": "C-001"}}]
    assert raw["columns"]["columns"]["value"] == "Contract value"
    assert "ann@example.org" not in event.description.get()


def test_what_is_too_long_is_told_with_its_row_and_column(kept: Register) -> None:
    report = take(kept, row("C-0"), row(title="x" * 600, supplier="call ann@example.org"))
    assert [(fault.row, fault.column, fault.reference) for fault in report.faults] == [
        (3, "Contract title", "C-001"),
        (3, "Supplier name", "C-001"),
    ]
    assert len(imported(kept)[1].title.get()) == 500


def test_a_look_records_nothing_and_a_stop_is_gone_on_from(kept: Register) -> None:
    book = workbook("register.csv", register(*[row(f"C-{number}") for number in range(5)]))
    said = guess(first(book))
    reading = reading_of(kept, book, said)
    before = kept.reader.size
    assert (look(kept, reading).left, kept.reader.size) == (5, before)
    left = iter([True, True, False])
    with alone(kept):
        stopped = Taking(kept, by="a test", columns=said).take(reading, book.name, lambda: next(left))
        assert (stopped.taken, stopped.left) == (2, 3)
        assert look(kept, reading).left == 3
        rest = Taking(kept, by="a test", columns=said).take(reading, book.name)
    assert (rest.known, rest.taken, rest.left) == (2, 3, 0)


def test_two_imports_do_not_run_at_once(kept: Register) -> None:
    with alone(kept), pytest.raises(Busy):
        take(kept, row())


def test_the_command_reports_and_can_only_look(
    kept: Register, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, out = tmp_path / "register.csv", tmp_path / "faults.csv"
    path.write_bytes(register(row("=1+1", value="1.2m", published="")))
    size = kept.reader.size
    kept.close()
    line = ["import", "csv", str(kept.folder), str(path)]
    assert main([*line, "--dry-run", "--report", str(out)]) == 0
    said = capsys.readouterr().err
    assert "value from “Contract value”" in said
    assert "1 kept from the public: nothing says that it was published." in said
    assert "Nothing was recorded." in said
    lines = out.read_text("utf-8-sig").splitlines()
    assert lines[1].startswith("register.csv,register.csv,2,Contract value,'=1+1,\"“1.2m” is no amount")
    assert main([*line, "--published", "--report", str(tmp_path / "found.json")]) == 0
    assert json.loads((tmp_path / "found.json").read_bytes())["taken"] == 1
    with Register.open(kept.folder) as again:
        assert again.reader.size == size + 2


def test_care_is_listed_to_be_read_before_the_command_makes_it_public(
    kept: Register, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "register.csv"
    care = placement(procedure="Open", title="Short breaks for families", description="Swimming")
    path.write_bytes(register(care, placement("C-2", procedure="Open")))
    kept.close()
    line = ["import", "csv", str(kept.folder), str(path)]
    assert main([*line, "--dry-run"]) == 0
    said = capsys.readouterr().err
    assert "row 2: Short breaks for families | Swimming" in said
    assert "row 3:" not in said  # it has initials, and stays back whoever read it
    assert main([*line, "--care-read"]) == 0
    with Register.open(kept.folder) as again:
        public = [event.title.get() for event in events(again, "public") if getattr(event, "ocid", None)]
        assert public == ["Short breaks for families", None]
        assert json.loads(again.documents.get(imported(again)[0].raw.get().sha256))["columns"]["care_read"] is True
    mapping = tmp_path / "mapping.json"
    mapping.write_text('{"columns": {"reference": "Contract ref"}, "care_read": true}')
    assert main([*line, "--columns", str(mapping)]) == 2
    assert "nobody has read a file before it is there" in capsys.readouterr().err


def test_the_command_ends_with_2_when_a_file_cannot_be_read(
    kept: Register, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sound, broken, bare, strange = (tmp_path / f"{name}.csv" for name in ("sound", "broken", "bare", "strange"))
    strange.write_text("Nr,What,Who\n1,Mowing,Green Ltd\n")
    sound.write_bytes(register(row()))
    broken.write_bytes(b"PK\x03\x04 no workbook")
    bare.write_text("Ref,Title\nC-1,Mowing\n")
    kept.close()
    assert (
        main(
            [
                "import",
                "csv",
                str(kept.folder),
                str(broken),
                str(bare),
                str(strange),
                str(tmp_path / "none"),
                str(sound),
            ]
        )
        == 2
    )
    said = capsys.readouterr().err
    assert "broken.csv cannot be read: this workbook is damaged" in said
    assert "bare.csv has no column for the supplier (supplier); there are “Ref”, “Title”" in said
    assert "say which column is what; there are “Nr”, “What”, “Who”" in said
    assert "strange.csv: no column is known; name them with --columns." in said
    assert "there is no file" in said
    assert "1 taken in" in said


def test_a_register_of_placements_takes_in_no_awards(tmp_path: Path) -> None:
    path = tmp_path / "register.csv"
    path.write_bytes(register(row()))
    with open_placements(tmp_path / "homes") as office, pytest.raises(Refused, match="this is one of placements"):
        import_files(office.register, [path], columns=None, published=True, by="a test")


def test_what_was_kept_back_can_be_released_by_an_officer_but_not_what_concerns_one_person(kept: Register) -> None:
    take(kept, row(published=""), SECRET)
    officer = Signer("council.example/officer/olga", b"\7" * 32)
    kept.enrol(officer.vkey.text, "officer", holder="Olga", provider=None, admin=ROOT)
    clerk = Clerk(kept, lambda _: officer)
    closed, secret = imported(kept)
    slots = [Slots(entry=kept.reader.case(closed.case)[0].index, slots=["/title", "/awards"])]
    command = Release(id="one", as_=officer.vkey.name, case=closed.case, occasion="request", only=slots)
    clerk.carry_out(command)
    kept.follow()
    [line] = kept.rows.list("register")[0]
    assert (line.title, line.authority, line.state) == ("Grounds maintenance", None, "listed")
    other = msgspec.structs.replace(command, id="two", case=secret.case, only=None)
    with pytest.raises(Refused, match="concerns one person"):
        clerk.carry_out(other)


def test_an_award_that_is_taken_down_whole_has_no_page_any_more(kept: Register) -> None:
    take(kept, row())
    officer = Signer("council.example/officer/lin", b"\7" * 32)
    kept.enrol(officer.vkey.text, "monitoring", holder="Lin", provider=None, admin=ROOT)
    [event] = imported(kept)
    slots = ["/awards", "/buyer", "/description", "/tender_value", "/title"]
    index = kept.reader.case(event.case)[0].index
    command = WithdrawValue(
        id="one",
        as_=officer.vkey.name,
        case=event.case,
        entry=index,
        slots=slots,
        ground="personal",
        reason="It names a person.",
    )
    Clerk(kept, lambda _: officer).carry_out(command)
    kept.follow()
    assert kept.rows.list("register")[1] == kept.rows.list("decision-record")[1] == 0
    assert kept.replay.check() == []
    assert take(kept, row()).known == 1  # what was taken down does not come back
    assert kept.rows.list("register")[1] == 0
