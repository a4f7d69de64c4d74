"""What was there already, and what was left until too late: paid capacity that stands empty, and emergencies that need not have been.

The share of emergencies of an authority is asked of the authority's own entry in the market, never of one child's case.
It counts what the log held before the entry that the finding names.
"""

from collections.abc import Iterator
from datetime import date, timedelta

from fairplace.counted import counted
from fairplace.market.events import AgreementConcluded, AuthorityRegistered
from fairplace.policy import AT_ONCE, Case, Finding, Home, OfferRead, Opening, rule, why_not
from fairplace.referral.events import HomeChosen
from fairplace.terms import as_date, london_day

KIND = "placements"

INSIDE = frozenset({"in_house", "block", "soft_block", "statutory_direction"})
"""Mechanisms that buy nothing on the spot."""
BLOCKS = frozenset({"block", "soft-block"})
NIGHTS_BACK = 7  # configured: for how long a count of filled places is taken to hold

# Configured: what counts as usual, as too much, as enough, and as known in time; not law.
USUAL_PERCENT, MOST_PERCENT = 15, 25
ENOUGH_REFERRALS = 20
AVOIDABLE_DAYS = 14

NOT_CHOSEN = "no home is chosen yet"


@rule(
    code="PL-24",
    name="paid-capacity-first",
    source="Local Government Act 1999 s. 3 (best value); Children Act 1989 s. 22G: sufficiency",
    severity="high",
)
def paid_capacity_first(case: Case) -> Iterator[Finding]:
    """Was nothing bought on the spot while a suitable place that is paid for already stood empty?"""
    search = case.search
    if search.choice is None:
        yield Finding(outcome="not-applicable", text=NOT_CHOSEN)
        return
    recorded, choice = search.choice
    won = search.winner
    if won is None or won.terms is None or case.market is None:
        text = "what was chosen, or what stood empty, is withheld in this view"
        yield Finding(outcome="cannot-tell", text=text, evidence=(recorded.index,))
        return
    if not _on_the_spot(case, choice, won):
        text = "the home was not bought on the spot"
        yield Finding(outcome="not-applicable", text=text, evidence=(recorded.index,))
        return
    empty = _empty(case, choice, won)
    evidence = (recorded.index, *((search.in_house[0].index,) if search.in_house else ()))
    if empty is None:
        text = "whether a place that is paid for stood empty cannot be told from what this view shows"
        yield Finding(outcome="cannot-tell", text=text, evidence=evidence)
        return
    silent = [one for one in empty if _reason(case, one[0]) is None]
    if silent:
        yield Finding(outcome="not-met", text=_stood(case, silent), evidence=evidence)
    elif empty:
        codes = sorted({str(_reason(case, home)).replace("_", " ") for home, _, _ in empty})
        text = f"places that are paid for stood empty in {counted(len(empty), 'home that suits', 'homes that suit')}; the reasons: {', '.join(codes)}"
        yield Finding(outcome="concern", text=text, evidence=evidence)
    else:
        text = "no suitable place that is paid for already stood empty"
        yield Finding(outcome="met", text=text, evidence=evidence)


def _on_the_spot(case: Case, choice: HomeChosen, won: OfferRead) -> bool:
    """Outside, and under no agreement, or off its terms."""
    if choice.mechanism in INSIDE or won.terms is None or case.market is None or case.search.choice is None:
        return False
    provider = case.market.provider(won.terms.provider, case.search.choice[0].index)
    if provider is not None and provider.authority == case.search.authority:
        return False
    return choice.agreement is None or not won.terms.agreed_rate


def _empty(case: Case, choice: HomeChosen, won: OfferRead) -> list[tuple[Home, int, int | None]] | None:
    """Each suitable home with empty places that are paid for, how many, and what one costs a week; null if unknown."""
    search, market = case.search, case.market
    need, seeker = search.need(choice.need_version), search.seeker(choice.need_version)
    if market is None or need is None or seeker is None or search.choice is None or won.terms is None:
        return None
    level, at, today = need[1].profile.get().level, search.choice[0].index, london_day(choice.happened_at)
    kept_out = search.opened[1].area_excluded.get(None) if search.opened else []
    if kept_out is None:
        return None
    found: list[tuple[Home, int, int | None]] = []
    for _, agreement in market.agreements(at):
        if not _counts(agreement, today, search.authority):
            continue
        for setting, committed in agreement.committed.items():
            home = market.home(setting, at)
            if home is None or why_not(home, seeker, None) or (home.level or 0) < level or home.area in kept_out:
                continue
            filled = _filled(case, setting, today, at)
            if filled is None:
                return None
            if committed > filled:
                rates = agreement.rates.get({})
                found.append((home, committed - filled, rates.get(f"{setting}:{level}", rates.get(setting))))
    own = [one.provider for one in market.providers(at) if one.authority == search.authority]
    for home in (home for name in own for home in market.homes_of(name, at)):
        room = home.room
        if room is None or not room.available or room.places < 1:
            continue
        in_time = as_date(room.from_on) <= as_date(won.terms.available_on)
        if in_time and not why_not(home, seeker, None) and (home.level or 0) >= level and home.area not in kept_out:
            found.append((home, room.places, None))
    return found


def _counts(agreement: AgreementConcluded, today: date, authority: str | None) -> bool:
    in_force = as_date(agreement.starts_on) <= today <= as_date(agreement.ends_on)
    return agreement.route in BLOCKS and in_force and authority in agreement.authorities


def _filled(case: Case, setting: str, today: date, at: int) -> int | None:
    """How many places were filled on the newest night that was counted before the choice."""
    for back in range(NIGHTS_BACK + 1):
        night = (today - timedelta(days=back)).isoformat()
        known = case.market.occupancy.get((setting, night)) if case.market else None
        counted = known.at(at) if known else None
        if counted is not None:
            occupied: int | None = counted.occupied.get(None)
            return occupied
    return None


def _reason(case: Case, home: Home) -> str | None:
    """The coded reason why an empty place does not suit after all: said by whoever searched, or by the provider."""
    search = case.search
    if search.in_house and home.setting in (unsuitable := search.in_house[1].unsuitable.get({})):
        return str(unsuitable[home.setting])
    if home.room is not None and not home.room.available and home.room.reason_not:
        return home.room.reason_not
    declined = next((event for _, event in search.declines if event.provider.get(None) == home.provider), None)
    if declined is not None and declined.reason.is_open:
        return str(declined.reason.get())
    for offer, one in search.offers.items():
        if one.setting == home.setting and search.rejected and offer in search.rejected:
            return search.rejected[offer].code
    return None


def _stood(case: Case, empty: list[tuple[Home, int, int | None]]) -> str:
    places = sum(n for _, n, _ in empty)
    cost = sum(n * rate for _, n, rate in empty if rate is not None)
    paid = f"; {_pounds(cost)} a week are paid for them" if cost else ""
    places_are = "place that is" if places == 1 else "places that are"
    return f"{places} {places_are} paid for stood empty in homes that suit{paid}; use one, or say why not"


@rule(
    code="PL-25",
    name="emergencies-avoided",
    source="Children Act 1989 s. 22C(5), s. 22G; good practice: planned, not in an emergency",
    severity="medium",
)
def emergencies_avoided(case: Case) -> Iterator[Finding]:
    """Was an emergency one that could not be seen coming, and are emergencies few among an authority's referrals?"""
    search = case.search
    registered = case.last(AuthorityRegistered)
    if registered is not None:
        yield from _rate(case, registered[1].authority, registered[0].index)
    elif search.opened is None:
        yield Finding(outcome="not-applicable", text="no referral was opened")
    else:
        recorded, event = search.opened
        evidence = (recorded.index,)
        if not event.urgency.is_open or not event.known_on.is_open:
            text = "how urgent it was, and since when that was known, is withheld in this view"
            yield Finding(outcome="cannot-tell", text=text, evidence=evidence)
        elif event.urgency.get() not in AT_ONCE:
            yield Finding(outcome="not-applicable", text="the referral was no emergency", evidence=evidence)
        elif (days := (london_day(event.happened_at) - as_date(event.known_on.get())).days) > AVOIDABLE_DAYS:
            text = f"that a home was needed was known {counted(days, 'day')} before; the search began as an emergency: avoidable"
            yield Finding(outcome="concern", text=text, evidence=evidence)
        else:
            text = f"that a home was needed was known {counted(max(days, 0), 'day')} before"
            yield Finding(outcome="met", text=text, evidence=evidence)


def _rate(case: Case, authority: str, index: int) -> Iterator[Finding]:
    """The share of emergencies in the last whole quarter, and whether it rose twice before."""
    if case.others is None:
        text = "how urgent the authority's referrals were is withheld in this view"
        yield Finding(outcome="cannot-tell", text=text, evidence=(index,))
        return
    at = case.others.upto
    first = _quarter(london_day(case.as_of))
    quarters: list[list[Opening]] = []
    for _ in range(3):
        last = first - timedelta(days=1)
        first = _quarter(last)
        quarters.append(list(case.others.openings(authority, first, last, at=at)))
    newest = quarters[0]
    if len(newest) < ENOUGH_REFERRALS:
        text = f"{counted(len(newest), 'referral')} in the last whole quarter: fewer than {ENOUGH_REFERRALS} are too few (configured)"
        yield Finding(outcome="cannot-tell", text=text, evidence=(index,))
        return
    urgent = [one for one in newest if one.urgency in AT_ONCE]
    text = (
        f"{len(urgent)} of {counted(len(newest), 'referral')} in the last whole quarter were for the same day or an emergency:"
        f" {len(urgent) * 100 / len(newest):.1f} %, as of entry {at}"
    )
    if len(urgent) * 100 <= USUAL_PERCENT * len(newest):
        yield Finding(outcome="met", text=text, evidence=(index,))
    elif len(urgent) * 100 > MOST_PERCENT * len(newest) and _rises(quarters):
        yield Finding(outcome="not-met", text=f"{text}, and rising for two quarters", evidence=(index,))
    else:
        yield Finding(
            outcome="concern", text=f"{text}; up to {USUAL_PERCENT} % is usual (configured)", evidence=(index,)
        )
    late = [one for one in urgent if one.known_days is not None and one.known_days > AVOIDABLE_DAYS]
    if len(late) * 100 > MOST_PERCENT * len(urgent):
        text = f"{len(late)} of {counted(len(urgent), 'emergency', 'emergencies')} were known of for more than {AVOIDABLE_DAYS} days: avoidable"
        yield Finding(outcome="concern", text=text, evidence=(index,))


def _rises(quarters: list[list[Opening]]) -> bool:
    """Did the share rise in each of the last two quarters?"""
    if any(len(quarter) < ENOUGH_REFERRALS for quarter in quarters):
        return False
    urgent = [sum(one.urgency in AT_ONCE for one in quarter) for quarter in quarters]
    return all(urgent[n] * len(quarters[n + 1]) > urgent[n + 1] * len(quarters[n]) for n in range(len(quarters) - 1))


def _quarter(day: date) -> date:
    """The first day of a day's quarter."""
    return date(day.year, (day.month - 1) // 3 * 3 + 1, 1)


def _pounds(pence: int) -> str:
    return f"£{pence // 100:,}" if pence % 100 == 0 else f"£{pence // 100:,}.{pence % 100:02d}"
