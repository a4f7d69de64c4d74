"""What stands elsewhere of a case, as its file shows it at the desk: what notices, or the contracts register, state."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from fairplace.decision import History
from fairplace.procurement.events import Imported, Planned
from fairplace.projection import notices
from fairplace.projection.notices import AwardRow
from fairplace.terms import Text


class Stated(msgspec.Struct, frozen=True, kw_only=True):
    """What is stated, the newest first to speak. `listed`: by the council's own register."""

    title: Text | None
    description: Text | None
    buyer: Text | None
    awards: Sequence[AwardRow]
    listed: bool


def stated(past: History) -> Stated | None:
    """What was taken in of a case, as far as it is shown; None when nothing was."""
    releases = [notices.release(recorded, event) for recorded, event in past.of(Imported)]
    if not releases:
        return None
    newest = notices.newest_first(releases)
    awards = notices.merged_awards({award.id: award for award in one.awards} for one in reversed(newest))
    return Stated(
        title=notices.stated(newest, "title"),
        description=notices.stated(newest, "description"),
        buyer=notices.stated(newest, "buyer"),
        awards=[notices.won_alone(award) for award in awards.values()],
        listed=is_listed(past),
    )


def is_listed(past: History) -> bool:
    """Is it an award of the council's own register, of which no procurement was begun here?"""
    imported = [event for _, event in past.of(Imported)]
    return any(event.evidence != notices.NOTICE for event in imported) and past.last(Planned) is None
