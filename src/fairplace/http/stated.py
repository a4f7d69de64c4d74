"""What stands elsewhere of a case, as its file shows it at the desk: what notices, or the contracts register, state."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from fairplace.awards.kept import WORDS, Why
from fairplace.decision import History
from fairplace.http.site import Site
from fairplace.openness.release import in_effect
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


def kept_back(site: Site, past: History) -> str:
    """Why an award of the council's register was kept from the public when it was taken in; empty once any of it is public.

    The reason stands in the document that is kept with the row, and is the register's own word for it.
    """
    public = in_effect(past)[0]
    kept = [event for _, event in past.of(Imported) if event.evidence != notices.NOTICE]
    if not kept or any(public.get(recorded.index) for recorded, _ in past.of(Imported)):
        return ""
    why = _WHY
    if (raw := kept[-1].raw.get()) is not None and site.documents.is_here(raw.sha256):
        why = WORDS.get(msgspec.json.decode(site.documents.get(raw.sha256), type=_Kept).kept_back, "") or why
    return f"Kept from the public when it was taken in: {why}."


_WHY = "nothing said that it was published, or its words may tell who somebody is"
"""Of a row whose document does not say which."""


class _Kept(msgspec.Struct, frozen=True):
    kept_back: Why = ""


def is_listed(past: History) -> bool:
    """Is it an award of the council's own register, of which no procurement was begun here?"""
    imported = [event for _, event in past.of(Imported)]
    return any(event.evidence != notices.NOTICE for event in imported) and past.last(Planned) is None
