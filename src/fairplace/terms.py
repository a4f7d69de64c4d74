"""The field's nouns and value types, as they stand in the log."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, date, datetime
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

import msgspec

from fairplace.errors import Malformed

LONDON = ZoneInfo("Europe/London")

Instant = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{4}(-[0-9]{2}){2}T([0-9]{2}:){2}[0-9]{2}\.[0-9]{3}Z$(?!\n)")]
"""A moment in UTC, exactly 24 bytes: `2026-11-22T04:00:00.000Z` (wire format, section 3)."""

Day = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$(?!\n)")]
"""A calendar day in Europe/London."""

Pence = int
"""An amount of pounds sterling in pence, VAT included unless the field says otherwise."""

BasisPoints = int
"""A share in ten-thousandths: a weight of 1500 is 15 %; a total of 8143 is 81.43 of 100."""

Mark = int
"""Whole units of the published scale. Unbounded on purpose: a report may record a mark off the scale."""

Text = str
"""Free text in NFC; it never stands in a leaf, only in a sealed slot."""

Place = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{2}$(?!\n)")]
"""A bid's place in one case, given at random when bids are opened; it means nothing in any other case."""

CaseId = str
KeyName = str
LeafHash = Annotated[str, msgspec.Meta(min_length=44, max_length=44)]
"""Base64 of the 32-byte leaf hash of an entry (RFC 6962)."""

YEARS = range(1900, 2200)
"""Years that are recorded: at the ends of the calendar neither London's time nor a later day can be told."""

PLACES = (8, 16, 32, 64)
"""How many places a case can have; slots are written for all of them, so that they do not count the bids."""


class Term(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A value made of named parts, all of them always present."""


class Provider(Term, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who bids. `id` is `<scheme>-<id>` as in OCDS, e.g. `GB-COH-01234567`."""

    id: str
    name: Text


class Document(Term, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A file kept beside the log, named by what it contains."""

    sha256: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}$(?!\n)")]
    bytes: int
    media: str


Evidence = Literal["signed-by-party", "portal-export", "stated-by-officer", "imported-notice", "sent-by-link"]
"""On what an event rests. `signed-by-party` is an *act*, done here; the others are *reports*: of what happened elsewhere,
or (`sent-by-link`) of what came from whoever held a link that was e-mailed to a bidder, and bears no signature of theirs.
"""

ACT: Evidence = "signed-by-party"


def instant(moment: datetime) -> Instant:
    """The moment, to the millisecond, in UTC. A naive datetime is refused."""
    if moment.tzinfo is None:
        raise Malformed(f"a moment without a time zone came: {moment.isoformat()}; say which zone it is in")
    if moment.tzinfo is not UTC:
        moment = moment.astimezone(UTC)
    return moment.isoformat(timespec="milliseconds")[:23] + "Z"


def moment(value: Instant) -> datetime:
    """The datetime of an `Instant`, in UTC. Raises Malformed for one that is on no calendar."""
    try:
        found = datetime.fromisoformat(value)  # strptime is twenty times slower, and rules read many moments
    except ValueError as error:
        raise Malformed(
            f"the moment {value[:40]!r} is on no calendar; expected one as 2026-11-22T04:00:00.000Z"
        ) from error
    if found.tzinfo is None or instant(found) != value:
        raise Malformed(f"the moment {value[:40]!r} came; expected one as 2026-11-22T04:00:00.000Z, in UTC")
    return found


def london_day(value: Instant) -> date:
    """The calendar day in London on which a moment falls."""
    return moment(value).astimezone(LONDON).date()


def day(value: date) -> Day:
    return value.isoformat()


def as_date(value: Day) -> date:
    """The date of a `Day`. Raises Malformed for one that is on no calendar."""
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        raise Malformed(f"the day {value[:40]!r} is on no calendar; expected one as 2026-11-22") from error


def check_dates(value: object) -> None:
    """Raises Malformed when anything in this value looks like a day or a moment and is none that can be reckoned with."""
    if isinstance(value, str):
        if _DAY.fullmatch(value):
            as_date(value)
        elif _INSTANT.fullmatch(value):
            moment(value)
        else:
            return
        if int(value[:4]) not in YEARS:
            raise Malformed(f"the year of {value} came; expected one from {YEARS[0]} to {YEARS[-1]}")
    elif isinstance(value, dict):
        for item in value.values():
            check_dates(item)
    elif isinstance(value, list | tuple):
        for item in value:
            check_dates(item)


_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


MOST_MARKS = 30
"""Accents and other marks on one letter, as in the stream-safe form of UAX 15, section 13: no writing has as many."""


def with_few_marks(value: str) -> str:
    """The text without the marks that are too many for one letter.

    Whoever brings a text into a normal form sorts the marks of each letter, and takes the square of their number for it: a
    hundred thousand on one letter are minutes.
    """
    if value.isascii():
        return value
    run, kept = 0, []
    for one in value:
        run = run + 1 if unicodedata.category(one).startswith("M") else 0
        if run <= MOST_MARKS:
            kept.append(one)
    return value if len(kept) == len(value) else "".join(kept)


def text(value: str) -> Text:
    """Free text made fit for the log: NFC, outer white space off, line ends as LF; control characters are refused."""
    if with_few_marks(value) != value:
        raise Malformed(f"more than {MOST_MARKS} accents on one letter came in a text; take them out")
    clean = unicodedata.normalize("NFC", value.replace("\r\n", "\n").replace("\r", "\n")).strip()
    if found := _CONTROL.search(clean):
        raise Malformed(f"a control character U+{ord(found.group()):04X} came in a text; take it out")
    return clean
