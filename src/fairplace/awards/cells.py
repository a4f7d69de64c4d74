"""One cell of a contracts register: an amount, a day, a yes; or a sentence on why it is none. Nothing is guessed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal

from fairplace.terms import Day

YEARS = range(1980, 2100)
"""Years that a date of a contract can have."""

_NOTHING = re.compile(
    r"(n/?a|none|nil|tbc|tbd|unknown|not (known|applicable|stated|published|available)|[-–—.?]+)?", re.IGNORECASE
)
"""What people write where they have nothing to write."""

_AMOUNT = re.compile(r"(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[T ][0-9:.]+(?:Z|[+-][0-9]{2}:?[0-9]{2})?)?")
_SIGNS = re.compile(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4}|[0-9]{2})(?: 00:00(?::00)?)?")
_WORDS = re.compile(r"(?:[a-z]{3,9},? )?([0-9]{1,2})(?:st|nd|rd|th)?[ -]([a-z]{3,9})\.?,?[ -]([0-9]{4}|[0-9]{2})")
_SERIAL = re.compile(r"[2-7][0-9]{4}(?:\.0+)?")
_EPOCH = date(1899, 12, 30)
"""Day 0 of spreadsheets from March 1900 on: they count a 29 February 1900 that never was."""


def is_nothing(text: str) -> bool:
    """Is it empty, or says that there is nothing?"""
    return _NOTHING.fullmatch(text.strip()) is not None


def amount(text: str) -> tuple[Decimal | None, str]:
    """Pounds, and what is wrong. What needs a guess, as 1.2m or a range, is no amount."""
    if not text or re.fullmatch(r"[-–—]", text.strip()):
        return None, ""
    bare = re.sub(r"\s|£|GBP", "", text)
    if re.fullmatch(r"\(.*\)|[-−–].*", bare):
        return None, f"“{text[:40]}” is less than nothing; the value of a contract is 0 or more"
    if re.search(r"[€$¥]|EUR|USD", bare):
        return None, f"“{text[:40]}” is no amount in pounds; only pounds sterling are taken"
    if not _AMOUNT.fullmatch(bare):
        return None, f"“{text[:40]}” is no amount; write it in figures, such as 1234567.89"
    found = Decimal(bare.replace(",", ""))
    pennies = found.quantize(Decimal("0.01")) if found < 10**15 else found
    return (pennies if pennies == found else found), ""


def day(text: str, *, month_first: str = "") -> tuple[Day | None, str]:
    """The day, and what is wrong. `month_first`: what in this column can be read in no other way."""
    if is_nothing(text):
        return None, ""
    bare = " ".join(text.split()).casefold()
    wrong = f"“{text[:40]}” is no day; write it as 31/03/2026"
    if found := _SIGNS.fullmatch(bare):
        if month_first and int(found[2]) <= 12:
            return None, (
                f"“{text[:40]}” may have the month first, as “{month_first[:40]}” in this column has; write the days as 2026-03-31"
            )
        return _made(_year(found[3]), int(found[2]), int(found[1]), wrong)
    if found := _ISO.fullmatch(bare.upper()):
        return _made(int(found[1]), int(found[2]), int(found[3]), wrong)
    if found := _WORDS.fullmatch(bare):
        month = _MONTHS.index(found[2][:3]) + 1 if found[2][:3] in _MONTHS else 0
        return _made(_year(found[3]), month, int(found[1]), wrong)
    if _SERIAL.fullmatch(bare):
        made = _EPOCH + timedelta(days=int(bare.split(".")[0]))
        return _made(made.year, made.month, made.day, wrong)
    return None, wrong


def month_first(texts: Iterable[str]) -> str:
    """The first day of a column that can only be read with its month first; empty when there is none."""
    for text in texts:
        found = _SIGNS.fullmatch(" ".join(text.split()))
        if found and int(found[1]) <= 12 < int(found[2]):
            return text
    return ""


def _year(text: str) -> int:
    """Two figures are a year of this century; from 80 on they may be of the last one, and are no year."""
    if len(text) == 4:
        return int(text)
    return 2000 + int(text) if int(text) < YEARS[0] % 100 else 0


def _made(year: int, month: int, number: int, wrong: str) -> tuple[Day | None, str]:
    if year not in YEARS:
        return None, f"{wrong}; years from {YEARS[0]} to {YEARS[-1]} are taken"
    try:
        return date(year, month, number).isoformat(), ""
    except ValueError:
        return None, wrong


_PLACE = r"contracts? finder|find a tender|fts|ojeu|ted|sell2wales|public contracts scotland|website|portal"
_YES = re.compile(
    rf"(y|yes|ja|oui|ydy|oes|true|1|x|✓|✔|published( (on|in|at|via|to) (the |our |council('s)? )*({_PLACE})\b.*)?"
    r"|https?://\S+\.\S+|(CF|FTS|OJEU)\W{0,3}[0-9]\S*|[0-9]{4}/S [0-9]{3}-[0-9]{6,7}|[0-9]{6}-20[0-9]{2})",
    re.IGNORECASE,
)
"""Where it was published, a link and the number of a notice say it too."""
_NO = re.compile(r"(n|no|nein|non|false|0|not (yet )?published.*|unpublished|exempt.*)", re.IGNORECASE)


def said(text: str) -> Literal["yes", "no", ""]:
    """A yes or a no; empty for anything else."""
    if _YES.fullmatch(text.strip()):
        return "yes"
    return "no" if _NO.fullmatch(text.strip()) else ""


_FORMS = {
    "open": r"open( procedure| tender| competition)?|open competition.*",
    "selective": r"restricted( procedure)?|competitive flexible( procedure)?|selective",
    "limited": r"limited|negotiated.*|.*single (tender|source|supplier|quote).*|.*without (prior|publication|compet).*|.*(waiver|exemption).*",
    "direct": r".*direct(ly)? award.*|direct",
}  # fmt: skip


def method(text: str) -> str | None:
    """The procurement method (OCDS codelist) that these words are sure to mean."""
    bare = " ".join(re.sub(r"[^\w]+", " ", text.casefold()).split())
    return next((code for code, words in _FORMS.items() if re.fullmatch(words, bare)), None)
