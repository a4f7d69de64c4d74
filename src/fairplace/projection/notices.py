"""Notices that were published elsewhere, and rows of contracts registers, taken in: what each release states, and what all of them say together.

A release may carry only what changed: the newer speaks, an older one where the newer is silent.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol, TypeVar

import msgspec
from msgspec.structs import replace

from fairplace.openness.events import Disclosed, Withdrawn
from fairplace.procurement.events import Imported, ImportedAward
from fairplace.projection.contract import Winner
from fairplace.recorded import Recorded
from fairplace.terms import Day, Instant, Pence, Text

A = TypeVar("A", bound=msgspec.Struct)


class AwardRow(msgspec.Struct, frozen=True, kw_only=True):
    """An award as a notice states it."""

    id: str
    status: str | None
    decided_on: Day | None
    published_on: Day | None
    value: Pence | None
    suppliers: list[Winner]


class ReleaseRow(msgspec.Struct, frozen=True, kw_only=True):
    """One release of a notice that was published elsewhere, as it states things; null is not stated, or withheld."""

    index: int
    release: str
    released_at: Instant | None
    ocid: str
    tags: list[str]
    method: str | None
    status: str | None
    cpv: list[str]
    tender_closes: Instant | None
    title: Text | None
    description: Text | None
    buyer: Text | None
    tender_value: Pence | None
    awards: list[AwardRow]


class Dated(Protocol):
    """A release of a notice: when it was released, where that is stated, and which entry took it in."""

    @property
    def released_at(self) -> Instant | None: ...
    @property
    def index(self) -> int: ...


R = TypeVar("R", bound=Dated)


def release(recorded: Recorded, event: Imported) -> ReleaseRow:
    buyer = event.buyer.get()
    return ReleaseRow(
        index=recorded.index,
        release=event.release,
        released_at=event.released_at,
        ocid=event.ocid,
        tags=event.tags,
        method=event.method,
        status=event.status,
        cpv=event.cpv,
        tender_closes=event.tender_closes,
        title=event.title.get(),
        description=event.description.get(),
        buyer=None if buyer is None else buyer.name,
        tender_value=event.tender_value.get(),
        awards=[_award(award) for award in event.awards.get(())],
    )


def _award(award: ImportedAward) -> AwardRow:
    suppliers = [Winner(provider_id=one.id, provider_name=one.name, value=None) for one in award.suppliers]
    row = AwardRow(
        id=award.id,
        status=award.status,
        decided_on=award.decided_on,
        published_on=award.published_on,
        value=award.value,
        suppliers=suppliers,
    )
    return won_alone(row)


def won_alone(award: AwardRow) -> AwardRow:
    """What one supplier won alone is the award's value; what several won together nobody states."""
    alone = award.value if len(award.suppliers) == 1 else None
    return replace(award, suppliers=[replace(one, value=alone) for one in award.suppliers])


def is_shown(event: object) -> bool:
    """Has it a place of its own on the public pages? A row of a contracts register of which nothing is public has none.

    An act on openings has its place with the entries that it names.
    """
    if isinstance(event, Disclosed | Withdrawn):
        return False
    if not isinstance(event, Imported) or event.evidence == NOTICE:
        return True
    return any(slot.is_open for slot in (event.title, event.description, event.buyer, event.awards))


def state_of(event: Imported) -> str:
    """Where a case stands that began elsewhere: on a published notice, or on the council's own register."""
    return "imported" if event.evidence == NOTICE else "listed"


NOTICE = "imported-notice"


def newest_first(releases: Iterable[R]) -> list[R]:
    return sorted(releases, key=lambda one: (one.released_at or "", one.index), reverse=True)


def stated(newest: Sequence[object], name: str) -> Any:
    """What the newest release states, of releases with the newest first."""
    return next((value for one in newest if (value := getattr(one, name)) not in (None, [])), None)


def total(values: Iterable[Pence | None]) -> Pence | None:
    """The sum of what is stated; unknown as soon as one part is, for a part is no total."""
    parts = list(values)
    known = [value for value in parts if value is not None]
    return sum(known) if known and len(known) == len(parts) else None


def merged_awards(releases: Iterable[Mapping[str, A]]) -> dict[str, A]:
    """What several releases of a notice, oldest first, state of each award, by its id and in the order of the ids.

    An award was published when it first was.
    """
    found: dict[str, A] = {}
    for release in releases:
        for award_id, award in release.items():
            found[award_id] = _over(found[award_id], award) if award_id in found else award
    return dict(sorted(found.items()))


def _over(older: A, newer: A) -> A:
    said = {name: value for name in newer.__struct_fields__ if (value := getattr(newer, name)) not in _SILENT}
    if days := [day for one in (older, newer) if (day := getattr(one, "published_on", None)) is not None]:
        said["published_on"] = min(days)
    return replace(older, **said)


_SILENT: tuple[object, ...] = (None, "", [], {})
