"""Taking the awards of a contracts register in: each reference becomes one case, as a notice's process does.

- What stands in the open of an entry tells nothing of a row: its process and its release are names that nobody can guess.
- The rows themselves, and who took them in, are kept as a document that is never made public.
- The same rows again add nothing. What was kept back and is now published is taken in anew, and becomes public.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from pathlib import Path

import msgspec

from fairplace.awards.columns import Columns, Role, guess
from fairplace.awards.kept import WORDS
from fairplace.awards.report import Listed, Report, report_of
from fairplace.awards.rows import Award, Fault, Reading, read
from fairplace.errors import Malformed, Missing, Refused
from fairplace.ocds import packages
from fairplace.ocds.importing import Importer, Item, alone
from fairplace.on_disk import Register
from fairplace.terms import Day, Evidence, london_day
from fairplace.workbook import files
from fairplace.workbook.book import Book, Limits
from fairplace.workbook.layout import first

WHOLE = Limits(what="contracts", rows=150_000, texts=100_000_000, bytes=128 << 20, unpacked=1 << 30)
"""How much the command line reads of one file."""

EVIDENCE: Evidence = "stated-by-officer"
"""A row is no notice, and no portal wrote it: the council states it."""

_ROLES_OF: dict[str, Role] = {
    "title": "title",
    "description": "description",
    "suppliers": "supplier",
    "value": "value",
    "date": "awarded_on",
}


class Taking:
    """Takes readings into one register, while nobody else imports: use it within `alone`. `by` is kept with each award."""

    def __init__(self, register: Register, *, by: str, columns: Columns) -> None:
        self._importer = Importer(register)
        self._register = register
        self._by = by
        self._columns = columns

    def take(self, reading: Reading, file: str, go_on: Callable[[], bool] = lambda: True) -> Report:
        """Every award of a reading, as long as `go_on`; what is left then is taken by doing it again."""
        report = report_of(reading)
        for number, award in enumerate(reading.awards):
            if not go_on():
                report.left = len(reading.awards) - number
                break
            if self._is_known(award):
                report.known += 1
            else:
                report.taken += self._take(award, file, report.faults)
            self._importer.settle()
        _list(report, self._register, reading)
        report.entries_appended = self._importer.tally.finished().entries_appended
        return report

    def _is_known(self, award: Award) -> bool:
        for key in _keys(award):
            if (index := self._importer.known(key)) is not None:
                if not award.kept.why:
                    self._importer.settle_later(index)
                elif award.refused and key == _key(award, is_open=True):
                    self._importer.take_down_later(index)
                return True
        return False

    def _take(self, award: Award, file: str, faults: list[Fault]) -> bool:
        def fault(path: str, problem: str) -> None:
            role = next((role for part, role in _ROLES_OF.items() if part in path.split("/")), None)
            column = self._columns.columns.get(role, "") if role else ""
            faults.append(_fault(award, file, column, problem))

        key = _key(award, is_open=not award.kept.why)
        release = award.shown | {
            "ocid": "register/"
            + self._register.store.name_for(f"process of a contracts register\n{_plain(award.reference)}"),
            "id": "row/" + self._register.store.name_for(f"row of a contracts register\n{key}"),
        }
        kept = {
            "file": file,
            "sheet": award.sheet,
            "rows": [{"row": number, "cells": cells} for number, cells in zip(award.rows, award.raw, strict=True)],
            "columns": msgspec.to_builtins(self._columns),
            "taken_in_by": self._by,
            "kept_back": award.kept.why,
            "release": award.release,
        }
        item = Item(
            release=release,
            raw=packages.as_bytes(kept),
            key=key,
            evidence=EVIDENCE,
            public=not award.kept.why,
            one_person=award.kept.one_person,
            refused=award.refused,
        )
        try:
            self._importer.record(item, fault)
        except (Malformed, Refused) as error:
            fault("", f"it could not be recorded: {error}")
            return False
        return True


def look(register: Register, reading: Reading) -> Report:
    """What taking it in would find; nothing is recorded."""
    report = report_of(reading)
    _list(report, register, reading)
    report.known = sum(one.case != "" for one in report.listed)
    report.left = len(reading.awards) - report.known
    return report


def _list(report: Report, register: Register, reading: Reading) -> None:
    """Every award of a reading, with its case where it is taken in. What is public already is not kept back."""
    public = register.reader.disclosed()
    for award in reading.awards:
        case = _case(register, award)
        stays = bool(award.kept.why and case) and any(
            public.get(one.index) for one in register.store.case_entries(register.origin, case, None)
        )
        if stays:
            report.public_already += 1
            report.kept_back[award.kept.why] -= 1
        report.listed.append(
            Listed(
                reference=award.reference,
                row=award.rows[0],
                title=award.title,
                description=award.description,
                kept_back=WORDS.get(award.kept.why, ""),
                case=case,
                to_read=award.kept.to_read,
                public_already=stays,
            )
        )
    report.kept_back = {why: count for why, count in report.kept_back.items() if count}


def _case(register: Register, award: Award) -> str:
    for key in _keys(award):
        if (found := register.store.by_key(register.origin, key)) is not None:
            case: str = register.reader.entry(found.indexes[0]).envelope.body["case"]
            return case
    return ""


def import_files(
    register: Register,
    paths: Iterable[Path],
    *,
    columns: Columns | None,
    published: bool,
    care_read: bool = False,
    by: str,
    rehearse: bool = False,
) -> tuple[Report, list[str]]:
    """Take in every file, or only look at them. Beside the report: a sentence for each that could not be read at all.

    Without `columns` those of each file are guessed. Raises Busy while another import runs.
    """
    report, unreadable = Report(), list[str]()
    with alone(register):
        for path in paths:
            try:
                book = files.read(path.name, _bytes(path), WHOLE)
                said = msgspec.structs.replace(
                    columns or guess(first(book)),
                    published=published or bool(columns and columns.published),
                    care_read=care_read,
                )
                reading = reading_of(register, book, said)
            except (Malformed, Missing) as error:
                sentence = f"{path.name} cannot be read: {error}"
                report.faults.append(
                    Fault(file=path.name, sheet="", row=0, column="", reference="", problem=str(error))
                )
                unreadable.append(sentence)
                continue
            if not reading.awards and reading.faults and not reading.rows:
                unreadable.append(f"{path.name} cannot be read: {reading.faults[0].problem}")
            report.columns[path.name] = said.columns
            if rehearse:
                report.add(look(register, reading))
            else:
                report.add(Taking(register, by=by, columns=said).take(reading, path.name))
    return report, unreadable


def reading_of(register: Register, book: Book, columns: Columns) -> Reading:
    today: Day = london_day(register.store.now()).isoformat()
    return read(book, columns, authority=register.settings.authority, today=today)


def _bytes(path: Path) -> bytes:
    if not path.exists():
        raise Missing(f"there is no file {path}")
    if not path.is_file():
        raise Malformed("it is no file; give a register that a spreadsheet saved as .xlsx or .csv")
    try:
        with path.open("rb") as stream:
            return stream.read(WHOLE.bytes + 1)
    except OSError as error:
        raise Malformed(f"it cannot be opened: {error.strerror}") from error


def _fault(award: Award, file: str, column: str, problem: str) -> Fault:
    return Fault(
        file=file, sheet=award.sheet, row=award.rows[0], column=column, reference=award.reference, problem=problem
    )


def _plain(reference: str) -> str:
    return " ".join(reference.casefold().split())


def _keys(award: Award) -> list[str]:
    """The keys under which it may stand in the log: what is kept back now may have been public before."""
    return [_key(award, is_open=True), *([_key(award, is_open=False)] if award.kept.why else [])]


def _key(award: Award, *, is_open: bool) -> str:
    said = msgspec.json.encode([_plain(award.reference), award.content, is_open])
    return "row:" + hashlib.sha256(said).hexdigest()
