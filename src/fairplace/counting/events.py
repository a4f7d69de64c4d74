"""Numbers about many children were published, or taken back; each in the one stream of releases."""

from __future__ import annotations

from fairplace.event import Fact
from fairplace.tags import Party, Pub
from fairplace.terms import Day, Document, Text


class PlacementsReleased(Fact, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Two persons looked at a release of numbers, and it is public from here on.

    `rows` is what was counted, as coarse rows of codes: later releases must count them alike, whatever is erased since.
    """

    number: Pub[int]
    plan: Pub[str]
    until: Pub[Day]  # the last day that was counted
    rules: Pub[str]  # the version of the rules on what is hidden
    document: Pub[Document]  # the release itself, as it is published
    rows: Party[Document]


class ReleaseWithdrawn(Fact, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A release was taken back. That it was there, and why it went, stays public: the reason is for everybody to read."""

    number: Pub[int]
    plan: Pub[str]
    why: Pub[Text]


RELEASED, WITHDRAWN = "placements.released/1", "placements.release-withdrawn/1"

TYPES: dict[str, type[Fact]] = {
    RELEASED: PlacementsReleased,
    WITHDRAWN: ReleaseWithdrawn,
}
