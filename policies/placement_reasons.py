"""Reasons to every provider whose home was not chosen: Procurement Act 2023, section 12(1)(c) and good practice after it.

No rule here looks at whose a home is.
"""

from collections.abc import Iterator

from fairplace.counted import counted, every
from fairplace.policy import Case, Finding, OfferRead, Recorded, rule
from fairplace.terms import Instant, day, london_day
from fairplace.working_days import BeyondHorizon, working_days_after

KIND = "placements"

# Configured: good practice, not law.
IN_TIME_WORKING_DAYS, LATEST_WORKING_DAYS = 5, 10


@rule(
    code="PL-19",
    name="reasons-to-all",
    source="Procurement Act 2023 s. 12(1)(c), s. 50; good practice: reasons by criterion to every unsuccessful party",
    severity="high",
)
def reasons_to_all(case: Case) -> Iterator[Finding]:
    """Was every provider whose offer was not taken told why, by criterion, within five working days?"""
    search = case.search
    decided = search.choice or search.ended_without
    if decided is None:
        yield Finding(outcome="not-applicable", text="nothing is decided yet")
        return
    recorded = decided[0]
    if search.choice and search.chosen is None:
        yield Finding(
            outcome="cannot-tell", text="what was chosen is withheld in this view", evidence=(recorded.index,)
        )
        return
    lost = [one for one in search.offers.values() if _lost(case, one, recorded)]
    if not lost:
        yield Finding(outcome="not-applicable", text="no offer was turned down", evidence=(recorded.index,))
        return
    sent = search.reasons_sent
    evidence = (recorded.index, *(one.index for one, _ in sent))
    if any(not event.sent.is_open for _, event in sent):
        yield Finding(outcome="cannot-tell", text="who was told why is withheld in this view", evidence=evidence)
        return
    first: dict[str, Instant] = {}
    compared: set[str] = set()
    for _, event in sent:
        for one in event.sent.get():
            first[one.offer] = min(one.at, first.get(one.offer, one.at))
            if one.comparison and one.code:
                compared.add(one.offer)
    try:
        yield from _in_time(case, recorded, [one.offer for one in lost], first, compared, evidence)
    except BeyondHorizon as error:
        yield Finding(outcome="cannot-tell", text=f"calendar-horizon: {error}", evidence=evidence)


def _in_time(
    case: Case,
    recorded: Recorded,
    lost: list[str],
    first: dict[str, Instant],
    compared: set[str],
    evidence: tuple[int, ...],
) -> Iterator[Finding]:
    decided = london_day(recorded.event.happened_at)
    due = working_days_after(decided, IN_TIME_WORKING_DAYS, "ENG")
    latest = working_days_after(decided, LATEST_WORKING_DAYS, "ENG")
    today = london_day(case.as_of)
    when = {offer: london_day(first[offer]) if offer in first else None for offer in lost}
    never = [offer for offer, at in when.items() if at is None]
    late = [offer for offer, at in when.items() if at is not None and due < at <= latest]
    too_late = [offer for offer, at in when.items() if at is not None and at > latest]
    bare = [offer for offer in lost if offer in first and offer not in compared]
    of = f"of {counted(len(lost), 'provider whose offer was', 'providers whose offers were')} not taken"
    if too_late or (never and today > latest):
        n = len(too_late) + (len(never) if today > latest else 0)
        text = f"{n} {of} got reasons after more than {LATEST_WORKING_DAYS} working days (configured), or never"
        yield Finding(outcome="not-met", text=text, evidence=evidence, due_on=day(due))
    if late or (never and due < today <= latest):
        n = len(late) + (len(never) if due < today <= latest else 0)
        text = (
            f"{n} {of} got reasons later than {IN_TIME_WORKING_DAYS} working days (configured), or still wait for them"
        )
        yield Finding(outcome="concern", text=text, evidence=evidence, due_on=day(due))
    if bare:
        text = f"{len(bare)} {of} got a reason without how they compare, criterion by criterion"
        yield Finding(outcome="concern", text=text, evidence=evidence)
    if never and today <= due:
        text = f"{len(never)} {of} wait for reasons; they are due on {due.isoformat()}"
        yield Finding(outcome="not-applicable", text=text, evidence=evidence, due_on=day(due))
    elif not (too_late or late or bare or never):
        text = f"{every(len(lost), 'provider whose offer was', 'providers whose offers were')} not taken got reasons by criterion in time"
        yield Finding(outcome="met", text=text, evidence=evidence)


def _lost(case: Case, offer: OfferRead, decided: Recorded) -> bool:
    """Did it stand when it was decided, and was it not the one? Whoever took an offer back needs no reasons."""
    if offer.made.index > decided.index or offer.withdrawn is not None:
        return False
    return case.search.chosen is None or case.search.chosen.offer != offer.offer
