"""What an import of a contracts register found: counts, why awards were kept back, and every fault with its row and column."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

import msgspec

from fairplace import spreadsheet
from fairplace.awards.columns import LABELS, Role
from fairplace.awards.kept import WORDS, Why
from fairplace.awards.rows import Fault, Reading
from fairplace.counted import counted


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """One award of a file, and its case here; empty while it is not taken in. `to_read`: care that somebody reads first.

    `public_already`: it would be kept back, for this reason, and is public all the same.
    """

    reference: str
    row: int
    title: str
    description: str
    kept_back: str
    case: str
    to_read: bool = False
    public_already: bool = False

    @property
    def why(self) -> str:
        """Why it is kept back, or would be."""
        return (
            f"public already, take it down from its file: {self.kept_back}" if self.public_already else self.kept_back
        )


class Report(msgspec.Struct, kw_only=True):
    """What was found, and what became of it. `left`: not taken in yet. `kept_back` counts all of the file, by why.

    `columns`: by what each file was read.
    """

    rows: int = 0
    awards: int = 0
    taken: int = 0
    known: int = 0
    left: int = 0
    kept_back: dict[Why, int] = {}
    public_already: int = 0
    entries_appended: int = 0
    columns: dict[str, Mapping[Role, str]] = {}
    listed: list[Listed] = []
    faults: list[Fault] = []

    @property
    def public(self) -> int:
        """How many of the awards are public, or will be."""
        return self.awards - sum(self.kept_back.values())

    def add(self, other: Report) -> None:
        for name in ("rows", "awards", "taken", "known", "left", "public_already", "entries_appended"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.kept_back = dict(Counter(self.kept_back) + Counter(other.kept_back))
        self.columns = {**self.columns, **other.columns}
        self.listed = [*self.listed, *other.listed]
        self.faults = [*self.faults, *other.faults]

    def lines(self) -> Iterator[str]:
        """The report for people."""
        for file, columns in self.columns.items():
            read = ", ".join(f"{LABELS[role].lower()} from “{text}”" for role, text in columns.items())
            yield f"{file}: {read or 'no column is known; name them with --columns'}."
        yield f"{counted(self.rows, 'row')}, {counted(self.awards, 'award')}."
        left = f", {self.left} not taken in yet" if self.left else ""
        yield f"{self.taken} taken in, {self.known} here already{left}."
        for why, count in self.kept_back.items():
            yield f"{count} kept from the public: {WORDS[why]}."
        if self.public_already:
            yield f"{self.public_already} public already that would be kept back now: take down from its file what must not stand."
        yield f"Entries added: {self.entries_appended}. Faults: {len(self.faults)}."

    def lines_to_read(self) -> Iterator[str]:
        """The awards of care that become public when somebody says to have read them."""
        found = [one for one in self.listed if one.to_read]
        if found:
            yield "Care that becomes public with '--care-read'. Read it first: does any of it tell who a child is?"
        for one in found:
            yield f"  row {one.row}: {one.title}" + "".join(
                f" | {line}" for line in one.description.splitlines() if line
            )

    def awards_as_csv(self) -> bytes:
        """Every award with its case, for whoever looks for one."""
        lines = [(one.reference, str(one.row), one.title, one.why, one.case) for one in self.listed]
        return spreadsheet.written([("Reference", "Row", "Title", "Kept from the public", "Case"), *lines])

    def faults_as_csv(self) -> bytes:
        """Every fault, for whoever puts the register right."""
        lines = [
            (one.file, one.sheet, str(one.row) if one.row else "", one.column, one.reference, one.problem)
            for one in self.faults
        ]
        return spreadsheet.written([("File", "Sheet", "Row", "Column", "Reference", "Problem"), *lines])

    def as_json(self) -> bytes:
        return msgspec.json.format(msgspec.json.encode(self), indent=2) + b"\n"


def report_of(reading: Reading) -> Report:
    """A reading of which nothing is taken in yet."""
    whys: Counter[Why] = Counter(award.kept.why for award in reading.awards if award.kept.why)
    return Report(rows=reading.rows, awards=len(reading.awards), kept_back=dict(whys), faults=list(reading.faults))
