"""Lawful homes and lawful distance: Care Planning, Placement and Case Review (England) Regulations 2010 and what follows them."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise

from fairplace.placement.events import PlacementStarted
from fairplace.policy import Case, Finding, Home, Recorded, rule
from fairplace.terms import Day, Instant, as_date, day, london_day, moment
from fairplace.working_days import BeyondHorizon, working_days_after

KIND = "placements"

MONTHS = 12
SUPPORTED_FROM_AGE = 16
SUPPORTED = (
    (date(2021, 9, 9), frozenset({"H5", "P2"})),  # reg. 27A: no child under 16 in unregulated arrangements
    (date(2023, 10, 28), frozenset({"H5", "P2", "K3"})),  # Supported Accommodation (England) Regulations 2023
)
"""From that day, the kinds of place (SSDA903 PLACE) that are for those of 16 and 17 only."""
REGISTERED = (
    (date(2010, 4, 1), frozenset({"K1", "K2"})),  # Care Standards Act 2000 s. 11
    (date(2023, 10, 28), frozenset({"K1", "K2", "K3"})),  # SI 2023/416
)
"""From that day, the kinds of place that need a registration of their own."""
OPEN_DOORS = ((date(2026, 4, 1), frozenset({"K1", "P1", "R5", "K3"})),)
"""From that day, the kinds of place where nobody is deprived of liberty by an order of the court (SSDA903 709, 710)."""

SECURE, SECURE_HOURS = "K1", 72
"""Children (Secure Accommodation) Regulations 1991 reg. 10: hours without a court in 28 days."""
REVIEW_DAYS = 7  # configured: how often the use of an unregistered place is looked at again
NOTICE_WORKING_DAYS = 5  # reg. 13(4)
KEY_STAGE_4 = (10, 11)

NOT_CHOSEN = "no home is chosen yet"


@rule(
    code="PL-26",
    name="lawful-setting",
    source="Care Planning Regulations 2010 reg. 27A; SI 2023/416; Care Standards Act 2000 s. 11; Children Act 1989 s. 25",
    severity="critical",
    blocks=True,
)
def lawful_setting(case: Case) -> Iterator[Finding]:
    """May a child of this age live in this kind of home, and is the home registered as it must be?"""
    search = case.search
    if search.started is not None:
        found = list(_of_start(case, *search.started))
    elif search.choice is not None:
        found = list(_of_choice(case, search.choice[0]))
    else:
        found = [Finding(outcome="not-applicable", text=NOT_CHOSEN)]
    yield from found
    if not found:
        recorded = search.started[0] if search.started else search.choice[0] if search.choice else None
        text = "the kind of home is one for a child of this age, and it is registered as it must be"
        yield Finding(outcome="met", text=text, evidence=(recorded.index,) if recorded else ())


def _of_choice(case: Case, recorded: Recorded) -> Iterator[Finding]:
    search, evidence = case.search, (recorded.index,)
    won, need = search.winner, search.need(search.choice[1].need_version) if search.choice else None
    home = case.market.home(won.terms.setting, recorded.index) if case.market and won and won.terms else None
    if won is None or won.terms is None or home is None or need is None or not need[1].child.is_open:
        text = "the child's age, or the kind of home, is not on the record, or withheld in this view"
        yield Finding(outcome="cannot-tell", text=text, evidence=evidence)
        return
    begins = as_date(won.terms.available_on)
    months = need[1].child.get().age_months + _months_between(london_day(need[1].happened_at), begins)
    yield from _too_young(months, home.place_code, begins, (need[0].index, *evidence))
    yield from _not_active(home, evidence)


def _of_start(case: Case, recorded: Recorded, event: PlacementStarted) -> Iterator[Finding]:
    evidence = (recorded.index,)
    if not event.began.is_open or not event.started.is_open:
        text = "the child's age, or the kind of home, is withheld in this view"
        yield Finding(outcome="cannot-tell", text=text, evidence=evidence)
        return
    began, started = event.began.get(), event.started.get()
    since = as_date(began.started_on)
    yield from _too_young(began.age_months, started.place_code, since, evidence)
    if started.registered:
        if started.place_code in _on(REGISTERED, since) and began.urn is None:
            text = (
                f"a place of kind {started.place_code} must be registered, and no registration number is on the record"
            )
            yield Finding(outcome="not-met", text=text, evidence=evidence)
        home = case.market.home(began.setting, recorded.index) if case.market else None
        if home is not None:
            yield from _not_active(home, evidence)
    else:
        yield from _unregistered(case, evidence)
    need = case.search.needs[-1] if case.search.needs else None
    deprived = need is not None and need[1].child.is_open and need[1].child.get().deprived_of_liberty
    if deprived and started.place_code in _on(OPEN_DOORS, since):
        text = f"a child deprived of liberty by the court is recorded in a place of kind {started.place_code}"
        yield Finding(outcome="concern", text=text, evidence=(need[0].index, *evidence) if need else evidence)
    if started.place_code == SECURE:
        yield from _secure(case, event, evidence)


def _too_young(months: int, place_code: str, since: date, evidence: tuple[int, ...]) -> Iterator[Finding]:
    if months < SUPPORTED_FROM_AGE * MONTHS and place_code in _on(SUPPORTED, since):
        age = f"{months // MONTHS} years and {months % MONTHS} months"
        text = f"the child is {age}; a place of kind {place_code} is for those of {SUPPORTED_FROM_AGE} and over"
        yield Finding(outcome="not-met", text=text, evidence=evidence)


def _not_active(home: Home, evidence: tuple[int, ...]) -> Iterator[Finding]:
    if home.status != "active":
        text = f"the home's registration was {home.status} at the time"
        yield Finding(outcome="not-met", text=text, evidence=evidence)


def _secure(case: Case, event: PlacementStarted, evidence: tuple[int, ...]) -> Iterator[Finding]:
    if not event.moved_at.is_open:
        yield Finding(
            outcome="cannot-tell", text="how long a secure stay lasts is withheld in this view", evidence=evidence
        )
        return
    until = case.search.ended[1].happened_at if case.search.ended else case.as_of
    if moment(until) - moment(event.moved_at.get()) > timedelta(hours=SECURE_HOURS):
        text = (
            f"a secure stay lasted more than {SECURE_HOURS} hours; whether a court authorised it is not on the record"
        )
        yield Finding(outcome="cannot-tell", text=text, evidence=evidence)


def _unregistered(case: Case, evidence: tuple[int, ...]) -> Iterator[Finding]:
    search = case.search
    if not search.unregistered:
        text = "the place must be registered and is not, and its use is not in the register of such use"
        yield Finding(outcome="not-met", text=text, evidence=evidence)
        return
    recorded, event = search.unregistered[-1]
    evidence = (*evidence, recorded.index, *(one.index for one, _ in search.unregistered_reviews))
    reviewed = [one.reviewed_on.get(None) for _, one in search.unregistered_reviews]
    use = event.use.get(None)
    if use is None or None in reviewed:
        text = "when the use of an unregistered place was looked at again is withheld in this view"
        yield Finding(outcome="cannot-tell", text=text, evidence=evidence)
        return
    over = next((one for _, one in search.unregistered_reviews if not one.goes_on), None)
    ended = search.ended[1].ending.get(None) if search.ended else None
    ends = as_date(ended.ended_on) if ended else None
    if over is not None:
        ends = as_date(over.reviewed_on.get())
    last = min(ends or london_day(case.as_of), london_day(case.as_of))
    days = [as_date(use.began_on), *(as_date(one) for one in sorted(filter(None, reviewed)) if as_date(one) <= last)]
    gap = max(((later - earlier).days for earlier, later in pairwise(days)), default=0)
    waiting = (last - days[-1]).days
    if waiting > REVIEW_DAYS:
        text = f"the use of an unregistered place was not looked at again for {waiting} days; every {REVIEW_DAYS} is expected"
        yield Finding(outcome="not-met", text=f"{text} (configured)", evidence=evidence)
    elif gap > REVIEW_DAYS:
        text = f"the use of an unregistered place was looked at again after {gap} days; every {REVIEW_DAYS} is expected"
        yield Finding(outcome="concern", text=f"{text} (configured)", evidence=evidence)
    if event.approved_by == "nobody":
        yield Finding(outcome="not-met", text="nobody approved the use of an unregistered place", evidence=evidence)


@rule(
    code="PL-27",
    name="distance-approved-and-told",
    source="Care Planning, Placement and Case Review (England) Regulations 2010 regs 10, 11, 13",
    severity="critical",
    blocks=True,
)
def distance_approved_and_told(case: Case) -> Iterator[Finding]:
    """Was a home outside the area approved by the right officer before the start, and was the area told in time?"""
    search = case.search
    if search.choice is None and search.started is None:
        yield Finding(outcome="not-applicable", text=NOT_CHOSEN)
        return
    boundary = _boundary(case)
    evidence = tuple(step[0].index for step in (search.choice, search.started) if step is not None)
    if boundary is None:
        text = "on which side of the boundary the home lies is not on the record, or withheld in this view"
        yield Finding(outcome="cannot-tell", text=text, evidence=evidence)
        return
    found = []
    if boundary != "IN":
        start = _start(case)
        if search.started is not None and start is None:
            text = "when the child moved in is withheld in this view"
            yield Finding(outcome="cannot-tell", text=text, evidence=evidence)
            return
        if start is None:
            who = "the nominated officer" if boundary == "ADJ" else "the director of children's services"
            text = f"the home is outside the area ({boundary}): {who} approves before the start, and the area is told"
            found.append(Finding(outcome="not-applicable", text=text, evidence=evidence))
        else:
            found += _approved(case, boundary, start, evidence)
            found += _told(case, london_day(start), evidence)
    found += _key_stage_4(case, evidence)
    yield from found
    if boundary == "IN" and not found:
        yield Finding(outcome="not-applicable", text="the home is in the authority's own area", evidence=evidence)
    elif not found:
        text = f"a home outside the area ({boundary}) was approved by the right officer before the start, and the area told"
        yield Finding(outcome="met", text=text, evidence=_with_notices(case, evidence))


def _approved(case: Case, boundary: str, start: Instant, evidence: tuple[int, ...]) -> Iterator[Finding]:
    needed = {"director"} if boundary != "ADJ" else {"nominated_officer", "director"}
    given = [(recorded, event) for recorded, event in case.search.approvals if event.approved]
    right = [recorded for recorded, event in given if event.capacity in needed and _holds(recorded, event.capacity)]
    who = "the director of children's services" if boundary != "ADJ" else "a nominated officer"
    evidence = (*evidence, *(recorded.index for recorded, _ in given))
    if not any(recorded.event.happened_at <= start for recorded in right):
        when = "only after the start" if right else "not at all"
        text = f"a home outside the area ({boundary}) needs the approval of {who} before the start; it was given {when}"
        yield Finding(outcome="not-met", text=text, evidence=evidence)
    if boundary == "ADJ":
        return
    asked = [(recorded, event) for recorded, event in case.search.consulted if event.happened_at <= start]
    if not asked:
        text = "the authority of the area was not consulted before a placement at a distance"
        yield Finding(outcome="not-met", text=text, evidence=evidence)
    elif not any(event.care_plan_given for _, event in asked):
        text = "the authority of the area was consulted without the care plan"
        yield Finding(outcome="concern", text=text, evidence=(*evidence, *(recorded.index for recorded, _ in asked)))


def _holds(recorded: Recorded, capacity: str) -> bool:
    """Did the signer hold that office? Of a report nobody can say; the desk holds acts to it."""
    return not recorded.event.is_act or capacity.replace("_", "-") in recorded.roles


def _told(case: Case, start: date, evidence: tuple[int, ...]) -> Iterator[Finding]:
    notices = case.search.notified
    evidence = _with_notices(case, evidence)
    if any(not event.notified_on.is_open for _, event in notices):
        yield Finding(outcome="cannot-tell", text="when the area was told is withheld in this view", evidence=evidence)
        return
    days: list[Day] = [event.notified_on.get() for _, event in notices]
    emergency = case.search.emergency is not None or _opened_as_emergency(case)
    try:
        due = working_days_after(start, NOTICE_WORKING_DAYS, "ENG") if emergency else start
    except BeyondHorizon as error:
        yield Finding(outcome="cannot-tell", text=f"calendar-horizon: {error}", evidence=evidence)
        return
    first = min((as_date(one) for one in days), default=None)
    by = f"within {NOTICE_WORKING_DAYS} working days of an emergency" if emergency else "before the start"
    if first is None and london_day(case.as_of) <= due:
        text = f"the authority of the area is told in writing {by}: by {due.isoformat()}"
        yield Finding(outcome="not-applicable", text=text, evidence=evidence, due_on=day(due))
    elif first is None or first > due:
        when = "never told" if first is None else f"told on {first.isoformat()} only"
        text = f"the authority of the area was {when}; it had to be told in writing {by}: by {due.isoformat()}"
        yield Finding(outcome="not-met", text=text, evidence=evidence, due_on=day(due))
    elif not any(event.with_assessment for _, event in notices):
        text = "the authority of the area was told without the assessment of the child's needs"
        yield Finding(outcome="concern", text=text, evidence=evidence)


def _opened_as_emergency(case: Case) -> bool:
    opened = case.search.opened
    return opened is not None and opened[1].urgency.get(None) == "emergency"


def _key_stage_4(case: Case, evidence: tuple[int, ...]) -> Iterator[Finding]:
    """Reg. 10: in the last two years of school a nominated officer approves what disrupts education."""
    search = case.search
    need = search.need(search.choice[1].need_version) if search.choice else None
    if need is None or not need[1].child.is_open or not need[1].connections.is_open or search.choice is None:
        return
    kept = search.choice[1].kept.get(None)
    if need[1].child.get().school_year not in KEY_STAGE_4 or kept is None or search.started is None:
        return
    lost = [one for one in need[1].connections.get() if one.kind == "school" and kept.connections.get(one.id) == "lost"]
    if lost and not any(
        event.approved and event.capacity in ("nominated_officer", "director") for _, event in search.approvals
    ):
        text = "the school is lost in the last two years of it, and no nominated officer approved that"
        yield Finding(outcome="concern", text=text, evidence=(need[0].index, *evidence))


def _boundary(case: Case) -> str | None:
    """Where the child moved in; where the carers of the chosen offer were located, whatever the start says of them."""
    search, winner = case.search, case.search.winner
    located = winner.boundary if winner else None
    if search.started is None or not search.started[1].started.is_open:
        return located
    started, began = search.started[1].started.get(), search.started[1].began.get(None)
    is_chosen = winner is not None and began is not None and began.setting == winner.setting
    return located if started.family == "foster" and is_chosen and located is not None else str(started.boundary)


def _start(case: Case) -> Instant | None:
    started = case.search.started
    return started[1].moved_at.get(None) if started else None


def _with_notices(case: Case, evidence: tuple[int, ...]) -> tuple[int, ...]:
    return (*evidence, *(recorded.index for recorded, _ in case.search.notified))


def _on(table: tuple[tuple[date, frozenset[str]], ...], on: date) -> frozenset[str]:
    """What the law says on a day."""
    return next((kinds for since, kinds in reversed(table) if on >= since), frozenset())


def _months_between(earlier: date, later: date) -> int:
    whole = (later.year - earlier.year) * MONTHS + later.month - earlier.month - (later.day < earlier.day)
    return max(0, whole)
