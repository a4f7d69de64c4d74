"""One object of a release, read member by member: what is not as the standard has it is a fault, and counts as absent."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Iterator
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from fairplace.ledger.canonical import MAX_INTEGER
from fairplace.ocds.packages import join, name_of
from fairplace.terms import LONDON, Day, Instant, Pence, Text, instant, with_few_marks

Fault = Callable[[str, str], None]
"""Told of a fault: the path, and the problem."""

YEARS = range(1980, 2100)
"""Years that a date of a procurement can have; notices write 0001 and 9999 for `not known`."""

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_DIRECTION = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""Marks that let a text show its words in another order than it has them."""
_DATE_ONLY = re.compile(r"\d{4}-\d\d-\d\d")
_CODE = re.compile(r"[A-Za-z0-9_./:-]{1,100}")


class Part:
    """An object at its path. Absent and null are the same: None, or an empty part."""

    def __init__(self, value: dict[str, Any], where: str, fault: Fault) -> None:
        self.value = value
        self.where = where
        self._fault = fault

    def fault(self, name: str, problem: str) -> None:
        self._fault(join(self.where, name), problem)

    def part(self, name: str) -> Part:
        found = self.value.get(name)
        if found is not None and not isinstance(found, dict):
            self.fault(name, f"{name_of(found)} came; expected an object")
        return Part(found if isinstance(found, dict) else {}, join(self.where, name), self._fault)

    def items(self, name: str) -> list[Any]:
        found = self.value.get(name)
        if found is not None and not isinstance(found, list):
            self.fault(name, f"{name_of(found)} came; expected a list")
        return found if isinstance(found, list) else []

    def parts(self, name: str) -> Iterator[Part]:
        """The objects of a list; whatever else stands in it is a fault."""
        for number, item in enumerate(self.items(name)):
            if isinstance(item, dict):
                yield Part(item, join(self.where, name, number), self._fault)
            else:
                self.fault(join(name, number), f"{name_of(item)} came; expected an object")

    def text(self, name: str, limit: int, clean: Callable[[str], str] = str) -> Text | None:
        """A text fit for the log, of at most `limit` characters; `clean` takes out what may not stand in it."""
        value = self.value.get(name)
        if value is None:
            return None
        if not isinstance(value, str):
            self.fault(name, f"{name_of(value)} came; expected a text")
            return None
        # Cleaned a good way past the limit, so that nothing is cut in two before it can be recognised.
        text = value[: 4 * limit].encode("utf-8", "replace").decode("utf-8")
        plain = _CONTROL.sub(" ", _DIRECTION.sub("", text.replace("\r\n", "\n").replace("\r", "\n")))
        if plain != text.replace("\r\n", "\n").replace("\r", "\n"):
            self.fault(name, "control characters came in the text; they were taken out")
        plain = unicodedata.normalize("NFC", with_few_marks(plain)).strip()
        if (cleaned := clean(plain)) != plain:
            self.fault(name, "contact details stood in the text; they were taken out")
        if len(value) > 4 * limit or len(cleaned) > limit:
            self.fault(name, f"a text of {len(value)} characters came; it was cut after {limit}")
            cleaned = cleaned[: limit - 1] + "…"
        return cleaned or None

    def code(self, name: str, limit: int = 100) -> str | None:
        """An identifier: a short text, or a whole number."""
        value = self.value.get(name)
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)[:limit]
        return self.text(name, limit)

    def one_of(self, name: str, codes: Collection[str]) -> str | None:
        """A code of a closed list: it stands in the open, so it can be nothing else."""
        value = self.value.get(name)
        if value is None or (isinstance(value, str) and value in codes):
            return value
        self.fault(name, f"{_quoted(value)} came; expected one of {', '.join(codes)}")
        return None

    def many_of(self, name: str, codes: Collection[str]) -> list[str]:
        """The codes of a list, each once."""
        found: dict[str, None] = {}
        for number, value in enumerate(self.items(name)):
            if isinstance(value, str) and value in codes:
                found[value] = None
            else:
                self.fault(join(name, number), f"{_quoted(value)} came; expected one of {', '.join(codes)}")
        return list(found)

    def moment(self, name: str) -> datetime | None:
        value = self.value.get(name)
        if value is None:
            return None
        found = moment_of(value)
        if found is None:
            self.fault(name, f"{_quoted(value)} came; expected a date and time as 2026-11-22T12:00:00Z")
        return found

    def instant(self, name: str) -> Instant | None:
        found = self.moment(name)
        return None if found is None else instant(found)

    def day(self, name: str) -> Day | None:
        """The calendar day in London."""
        found = self.moment(name)
        return None if found is None else found.astimezone(LONDON).date().isoformat()

    def pence(self, name: str) -> Pence | None:
        """The amount of a value in pounds sterling."""
        value = self.part(name)
        amount, currency = value.value.get("amount"), value.value.get("currency")
        if amount is None:
            return None
        if isinstance(amount, bool) or not isinstance(amount, int | Decimal):
            value.fault("amount", f"{name_of(amount)} came; expected a number")
            return None
        if currency not in (None, "GBP"):
            value.fault("currency", f"{_quoted(currency)} came; only pounds sterling are taken")
            return None
        # Compared before it is multiplied: 1e999999 must not be written out.
        if not 0 <= amount <= MAX_INTEGER // 100:
            value.fault("amount", f"an amount out of range came; expected 0 to {MAX_INTEGER // 100}")
            return None
        exact = Decimal(amount) * 100
        pence = exact.to_integral_value(ROUND_HALF_UP)
        if pence != exact:
            value.fault("amount", "an amount with a part of a penny came; it was rounded")
        if currency is None:
            value.fault("currency", "no currency came; pounds sterling were taken")
        if amount == 0:
            value.fault("amount", "0 came; it often means that the value is not known")
        return int(pence)


def moment_of(value: Any) -> datetime | None:
    """A date and time as OCDS writes it; a date alone is its first moment in London."""
    if not isinstance(value, str) or len(value) > 40:
        return None
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        return None
    if found.year not in YEARS:
        return None
    if found.tzinfo is not None:
        return found
    return found.replace(tzinfo=LONDON if _DATE_ONLY.fullmatch(value) else UTC)


def is_code(value: str) -> bool:
    """Letters, digits and a few marks: what may stand in the open, for it can hold no sentence and no address."""
    return _CODE.fullmatch(value) is not None


def _quoted(value: Any) -> str:
    return repr(value[:40]) if isinstance(value, str) else name_of(value)
