"""Episodes of care as the yearly return on looked-after children names them (SSDA903), for use inside the authority.

- One row for each placement that began, in the order of the children's pseudonyms and the days; dates as dd/mm/yyyy.
- Postcodes are not in the record and never enter it: HOME_POST and PL_POST come from the authority's case system, at
  export, and go into the file alone.
- What is closed to whoever exports is left empty, and counted.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

import msgspec

from fairplace.errors import Malformed
from fairplace.recorded import Recorded
from fairplace.searching import Past, Search
from fairplace.terms import as_date

COLUMNS = (
    "CHILD", "DECOM", "RNE", "LS", "CIN", "PLACE", "PLACE_PROVIDER", "DEC", "REC", "REASON_PLACE_CHANGE",
    "HOME_POST", "PL_POST", "URN",
)  # fmt: skip

NO_PROVIDER = frozenset(["T0", "T1", "T2", "T3", "T4", "Z11", "Z12", "Z13", "Z14"])
"""Types of placement for which PLACE_PROVIDER and the reason for a change are left empty."""

Postcodes = Mapping[tuple[str, str], tuple[str, str]]
"""Child and day of beginning (dd/mm/yyyy) to the postcodes of home and placement."""


class Episode(msgspec.Struct, frozen=True, kw_only=True):
    """One placement of one child. `ended_on` null: it goes on."""

    child: str
    began_on: date
    reason: str
    legal_status: str
    need_code: str
    place: str
    provider_class: str
    ended_on: date | None
    rec: str
    change: str
    urn: str


class Year(msgspec.Struct, frozen=True):
    """A collection year, named by the calendar year in which it ends: 2026 runs from 1 April 2025 to 31 March 2026."""

    ends_in: int

    @property
    def first(self) -> date:
        return date(self.ends_in - 1, 4, 1)

    @property
    def last(self) -> date:
        return date(self.ends_in, 3, 31)

    def covers(self, episode: Episode) -> bool:
        return episode.began_on <= self.last and (episode.ended_on is None or episode.ended_on >= self.first)


def began(events: Iterable[Recorded]) -> bool:
    """Is there a placement in this case at all?"""
    return any(recorded.type == "placement.started/1" for recorded in events)


def episode(past: Past) -> Episode | None:
    """The episode of a case; None where no placement began, or where what it needs is closed."""
    search = Search(past)
    if search.started is None or not search.needs:
        return None
    started, exact = search.started[1].started.get(None), search.started[1].began.get(None)
    child = search.needs[-1][1].child.get(None)
    if started is None or exact is None or child is None:
        return None
    ended = search.ended[1] if search.ended else None
    ending = ended.ending.get(None) if ended else None
    if ended is not None and ending is None:
        return None
    named = started.place_code not in NO_PROVIDER
    return Episode(
        child=child.pseudonym,
        began_on=as_date(exact.started_on),
        reason=exact.reason,
        legal_status=exact.legal_status,
        need_code=exact.need_code,
        place=started.place_code,
        provider_class=started.provider_class if named else "",
        ended_on=as_date(ending.ended_on) if ending else None,
        rec=ending.rec if ending else "",
        change=(ended.reason.get(None) or "") if ended and named else "",
        urn=exact.urn or "",
    )


def table(episodes: Sequence[Episode], year: Year, postcodes: Postcodes | None = None) -> str:
    """The file of a collection year, as comma-separated values."""
    held = postcodes or {}
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for one in sorted(episodes, key=lambda one: (one.child, one.began_on)):
        if not year.covers(one):
            continue
        closed = one.ended_on is not None and one.ended_on <= year.last
        home, placed = held.get((one.child, _day(one.began_on)), ("", ""))
        writer.writerow(
            (
                one.child,
                _day(one.began_on),
                one.reason,
                one.legal_status,
                one.need_code,
                one.place,
                one.provider_class,
                _day(one.ended_on) if closed and one.ended_on else "",
                one.rec if closed else "",
                one.change if closed else "",
                home,
                placed,
                one.urn,
            )
        )
    return out.getvalue()


def postcodes(text: str) -> Postcodes:
    """What the case system gives: CHILD, DECOM, HOME_POST, PL_POST. Raises Malformed with the line that is wrong."""
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
    wanted = ("CHILD", "DECOM", "HOME_POST", "PL_POST")
    if missing := [name for name in wanted if name not in (reader.fieldnames or ())]:
        raise Malformed(f"the file of postcodes has no column {', '.join(missing)}; it needs {', '.join(wanted)}")
    found: dict[tuple[str, str], tuple[str, str]] = {}
    for row in reader:
        child, day = (row["CHILD"] or "").strip(), (row["DECOM"] or "").strip()
        if (child, day) in found:
            raise Malformed(f"line {reader.line_num} of the file of postcodes repeats {child} of {day}; take one out")
        found[child, day] = _post(row["HOME_POST"], reader.line_num), _post(row["PL_POST"], reader.line_num)
    return found


def _post(value: str | None, line: int) -> str:
    """A postcode as it may stand in a spreadsheet: letters, digits and one space."""
    clean = " ".join((value or "").upper().split())
    if len(clean) > 8 or (not clean.replace(" ", "").isalnum() and clean):
        raise Malformed(
            f"line {line} of the file of postcodes has {clean[:20]!r}, which is no postcode; correct it there"
        )
    return clean


def _day(value: date) -> str:
    return f"{value:%d/%m/%Y}"
