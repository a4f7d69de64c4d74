"""One code of a list, with the days between which it may be used."""

from __future__ import annotations

import msgspec

from fairplace.terms import Day


class Code(msgspec.Struct, frozen=True, kw_only=True):
    """`valid_from` null: since before the lists that were read; `valid_to` null: still. Both days included."""

    code: str
    label: str
    valid_from: Day | None = None
    valid_to: Day | None = None
    source: str

    def is_valid(self, day: Day) -> bool:
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)


def listed(source: str, rows: str, **validity: tuple[Day | None, Day | None]) -> tuple[Code, ...]:
    """Codes from lines of `code label`; `validity` names those that were not always in the list."""
    found = []
    for line in filter(None, map(str.strip, rows.splitlines())):
        code, _, label = line.partition(" ")
        first, last = validity.get(code, (None, None))
        found.append(Code(code=code, label=label, valid_from=first, valid_to=last, source=source))
    return tuple(found)
