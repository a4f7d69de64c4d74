"""Searches that ended without a chosen home: one coarse row for each, and the tables over them.

- No decision for a home is among them, so nothing that is said of decisions can be subtracted from what is said here.
- A child who moved in although no choice is on record is among those for whom none was found. A label of its own would
  lie within another table's, since such a place is as a rule not registered, and what is left beside it could be told.
"""

from __future__ import annotations

from fairplace.counting.naming import Hidden, name
from fairplace.disclosure_control.facts import Fact
from fairplace.disclosure_control.plan import Plan, Table
from fairplace.measures import of_placement
from fairplace.searching import Search
from fairplace.terms import CaseId, Instant, day, london_day

CAUSES: dict[str, str] = {
    "no-capacity": "None found: nobody had room",
    "declined-on-match": "None found: no home suited",
    "late-referral": "None found: the request came too late",
    "incomplete": "None found: the request was incomplete",
    "fee-not-agreed": "None found: no fee was agreed",
    "need-changed": "None found: the need changed",
    "cause-not-said": "None found: the cause was not said",
}
"""The codes of `EndCause`, and none."""
UNREGISTERED_WORDS = {"used": "Unregistered", "not-used": "No such use recorded"}
NIGHTS_TEXT = (
    "Nights from the day on which the use began to the day on which it ended, or to the release where it goes on; of a "
    "child without such use, none. The mean, times how many were in such places, is all their nights."
)

ENDINGS = Plan(
    name="endings",
    tables=(
        Table(
            name="endings",
            title="How searches ended without a home",
            text=(
                "Each search that was ended without a chosen home, in the half-year in which it was ended: none was found, "
                "or the search was withdrawn. A child who moved in without any choice of a home on record is counted as "
                "one for whom none was found, on the day of the move. Searches that still go on are in no number."
            ),
            by="how",
            labels=("not-found", "withdrawn"),
            words={"not-found": "No home was found and chosen", "withdrawn": "The search was withdrawn"},
            measure="share",
            unit="searches",
            grain="half-year",
        ),
        Table(
            name="causes",
            title="Why no home was found",
            text=(
                "The same searches, those in which no home was found by the cause that the authority gave. For a child who "
                "moved in without a choice on record none is given."
            ),
            by="cause",
            labels=(*CAUSES, "withdrawn"),
            words={**CAUSES, "withdrawn": "The search was withdrawn"},
            measure="share",
            unit="searches",
            outside=("withdrawn",),
            within="endings",
            inside={**dict.fromkeys(CAUSES, "not-found"), "withdrawn": "withdrawn"},
            grain="half-year",
        ),
        Table(
            name="unregistered-without-a-home",
            title="Children without a chosen home in places that must be registered and are not",
            text=(
                "Of the same searches, whether it was recorded that the child was in a place that is not registered. "
                + NIGHTS_TEXT
            ),
            by="unregistered",
            labels=("used", "not-used"),
            words=UNREGISTERED_WORDS,
            measure="mean",
            of="nights",
            nothing=("not-used",),
            unit="nights",
            grain="half-year",
        ),
    ),
)


def row(case: CaseId, search: Search, hidden: Hidden, *, as_of: Instant) -> Fact | None:
    """The row of one search; null while it goes on, when a home was chosen, and where nobody can open for whom it was."""
    profile = search.needs[-1][1].profile.get(None) if search.needs else None
    over = search.ended_without or search.started
    if search.choice is not None or over is None or profile is None:
        return None
    recorded, event = over
    child = search.needs[-1][1].child.get(None)
    happened = day(london_day(event.happened_at))
    ended = search.ended_without[1] if search.ended_without else None
    how, cause = _how(ended.how.get(None), ended.cause.get(None)) if ended else _how("not_found", None)
    return Fact(
        id=name("ending", case, hidden.case),
        authority=profile.authority,
        day=happened,
        recorded=max(happened, day(london_day(recorded.at))),
        labels={"how": how, "cause": cause, "unregistered": "used" if search.unregistered else "not-used"},
        amounts={"nights": nights(search, as_of)},
        child=name("child", child.pseudonym, hidden.child) if child else None,
    )


def nights(search: Search, as_of: Instant) -> int | None:
    """Nights in a place that must be registered and is not; none without such use, null where that cannot be opened."""
    if not search.unregistered:
        return 0
    use = of_placement.unregistered_use(search, as_of)
    return None if use is None else use.nights


def _how(how: str | None, cause: str | None) -> tuple[str | None, str | None]:
    if how is None:
        return None, None
    if how == "withdrawn":
        return "withdrawn", "withdrawn"
    return "not-found", (cause or "cause-not-said").replace("_", "-")
