"""Matching a child with a home: as local as possible and as specialist as necessary, by Children Act 1989, section 22C.

A home's level is the one that its evidence bears, never the one that it claims. No rule here looks at whose a home is.
"""

from collections.abc import Iterator
from datetime import timedelta

from fairplace.counted import counted
from fairplace.policy import UNKNOWN, Case, Finding, Home, OfferRead, Recorded, rule
from fairplace.referral.events import NeedAssessed
from fairplace.terms import Instant, moment

KIND = "placements"

# Configured: readings of "near", "better" and "for long", not law.
FAR_TENTHS = 100
"""Ten miles, in tenths."""
BETTER_MATCH = 1_000
"""Ten points of a hundred, in basis points."""
EMERGENCY_HOURS = 72
TWO_ADULTS, LONG_DAYS = 200, 28
"""Adults to a child, in hundredths, and for how many days a generalist home may keep them up."""
WEEKS = 52

NEARNESS = frozenset({"sibling", "school", "safety_distance", "child_view"})
"""Reasons for which a farther home may be chosen."""
HIGHEST_NEED = 4

NOT_CHOSEN = "no home is chosen yet"
WITHHELD = "what was chosen, and why, is withheld in this view"


@rule(
    code="PL-12",
    name="nearest-suitable",
    source="Children Act 1989 s. 22C(7)-(9): near home, not disrupting education, siblings together",
    severity="high",
    blocks=True,
)
def nearest_suitable(case: Case) -> Iterator[Finding]:
    """Was the nearest suitable home chosen, or is it said why a farther one was?"""
    search = case.search
    if search.choice is None:
        yield Finding(outcome="not-applicable", text=NOT_CHOSEN)
        return
    evidence, won, chosen = _evidence(case), search.winner, search.chosen
    if won is None or chosen is None or won.terms is None:
        yield Finding(outcome="cannot-tell", text=WITHHELD, evidence=evidence)
        return
    suitable = _suitable(case)
    if suitable is None:
        text = "which of the offered homes suit the child cannot be told from what this view shows"
        yield Finding(outcome="cannot-tell", text=text, evidence=evidence)
        return
    others = [one for one in suitable if one.offer != won.offer]
    if not others:
        yield Finding(outcome="met", text="no other suitable home was offered", evidence=evidence)
        return
    known = {one.offer: one.tenths for one in (*others, won) if one.tenths is not None and one.tenths < UNKNOWN}
    if len(known) <= len(others):
        text = "how far an offered home is from the child's own is not on the record, or withheld in this view"
        yield Finding(outcome="cannot-tell", text=text, evidence=evidence)
        return
    nearest = min(others, key=lambda one: (known[one.offer], one.offer))
    farther = known[won.offer] - known[nearest.offer]
    if farther <= 0:
        yield Finding(outcome="met", text="the nearest suitable home was chosen", evidence=evidence)
        return
    said = {str(one.code) for one in (*chosen.reasons, *chosen.departures)}
    miles = f"the nearest suitable home is {_miles(farther)} nearer"
    if (better := _match(case, won) - _match(case, nearest)) >= BETTER_MATCH:
        text = f"{miles}; the chosen one matches better by {better // 100} points of a hundred"
        yield Finding(outcome="met", text=text, evidence=evidence)
    elif good := said & NEARNESS:
        yield Finding(outcome="met", text=f"{miles}; the reason given: {_said(good)}", evidence=evidence)
    elif given := {str(one.code) for one in chosen.departures}:
        text = f"{miles}; the reason given ({_said(given)}) is none that the law names"
        yield Finding(outcome="concern", text=text, evidence=evidence)
    elif farther > FAR_TENTHS:
        yield Finding(outcome="not-met", text=f"{miles}; say why, or choose it", evidence=evidence)
    else:
        text = f"{miles}, not more than {FAR_TENTHS // 10} (configured), and no reason is given"
        yield Finding(outcome="concern", text=text, evidence=evidence)


@rule(
    code="PL-13",
    name="not-less-specialist-than-needed",
    source="Children Act 1989 s. 22C(5), s. 22(3): the most appropriate placement available",
    severity="critical",
    blocks=True,
)
def not_less_specialist_than_needed(case: Case) -> Iterator[Finding]:
    """Can the chosen home, by its evidence, give what the child needs?"""
    levels = _levels(case)
    if isinstance(levels, Finding):
        yield levels
        return
    need, home = levels
    evidence = _evidence(case)
    if home >= need:
        text = f"the need is level {need}, and the home shows level {home}"
        yield Finding(outcome="met", text=text, evidence=evidence)
        return
    text = f"the need is level {need}, and the chosen home shows level {home} only"
    if case.search.emergency is None:
        yield Finding(outcome="not-met", text=f"{text}; choose one that can meet the need", evidence=evidence)
        return
    hours = _hours_in(case)
    evidence = (*evidence, case.search.emergency[0].index)
    if hours is not None and hours > EMERGENCY_HOURS:
        days = hours // 24
        text = f"{text}, for {counted(days, 'day')}; an emergency excuses {EMERGENCY_HOURS} hours"
        yield Finding(outcome="not-met", text=text, evidence=evidence)
    else:
        text = f"{text}: in an emergency, for {EMERGENCY_HOURS} hours at most"
        yield Finding(outcome="concern", text=text, evidence=evidence)


@rule(
    code="PL-14",
    name="not-more-specialist-than-needed",
    source="Children Act 1989 s. 22C(5), s. 22G: enough homes of each kind",
    severity="medium",
)
def not_more_specialist_than_needed(case: Case) -> Iterator[Finding]:
    """Was no home chosen that is more specialist than the child needs, unless it is said why?"""
    levels = _levels(case)
    if isinstance(levels, Finding):
        yield levels
        return
    need, home = levels
    search, evidence, won = case.search, _evidence(case), case.search.winner
    chosen = search.chosen
    if home <= need or won is None or won.terms is None or chosen is None:
        text = f"the need is level {need}, and the home shows level {home}"
        yield Finding(outcome="met", text=text, evidence=evidence)
        return
    suitable = _suitable(case)
    if suitable is None:
        text = "which other homes would have suited cannot be told from what this view shows"
        yield Finding(outcome="cannot-tell", text=text, evidence=evidence)
        return
    enough = [
        one
        for one in suitable
        if one.terms and one.offer != won.offer and need <= (_shown(case, one.terms.setting) or 0) < home
    ]
    text = f"the need is level {need}, and the chosen home shows level {home}"
    least = min((one.terms.weekly_fee for one in enough if one.terms), default=None)
    if least is not None and (more := won.terms.weekly_fee - least) > 0:
        text += f"; one that suits costs {_pounds(more)} a week less: {_pounds(more * WEEKS)} a year"
    said = {str(one.code) for one in chosen.departures} | (
        {str(one.code) for one in chosen.reasons} & {*NEARNESS, "only_suitable"}
    )
    if home >= need + 2 and not said:
        yield Finding(outcome="not-met", text=f"{text}; say why", evidence=evidence)
    elif home >= need + 2:
        yield Finding(outcome="concern", text=f"{text}; the reason given: {_said(said)}", evidence=evidence)
    elif any(_shown(case, one.terms.setting) == need for one in enough if one.terms):
        yield Finding(
            outcome="concern", text=f"{text}; a suitable one of the needed level was offered", evidence=evidence
        )
    else:
        yield Finding(outcome="met", text=f"{text}; no suitable one of the needed level was offered", evidence=evidence)


@rule(
    code="PL-15",
    name="staff-are-no-specialism",
    source="NCERCC: specialism is not an enhanced generalism; Children Act 1989 s. 22C(5)",
    severity="high",
)
def staff_are_no_specialism(case: Case) -> Iterator[Finding]:
    """Does a specialist match rest on more than many staff, and is a generalist home not kept up by them?"""
    search = case.search
    if search.choice is None:
        yield Finding(outcome="not-applicable", text=NOT_CHOSEN)
        return
    evidence, won = _evidence(case), search.winner
    need = search.need(search.choice[1].need_version)
    home = _home(case, won.terms.setting) if won and won.terms else None
    if need is None or not need[1].profile.is_open or home is None or won is None or won.terms is None:
        text = "the need, or what the home can do, is not on the record, or withheld in this view"
        yield Finding(outcome="cannot-tell", text=text, evidence=evidence)
    elif need[1].profile.get().category == "specialist":
        yield _specialist(home, evidence)
    else:
        yield _generalist(case, won, evidence)


def _specialist(home: Home, evidence: tuple[int, ...]) -> Finding:
    if not home.shown:
        text = "what the home can do is not evidenced on the record, or withheld in this view"
        return Finding(outcome="cannot-tell", text=text, evidence=evidence)
    if home.shown == {"ratio"}:
        text = "a specialist need is matched with a home that shows nothing but how many staff it has"
        return Finding(outcome="not-met", text=text, evidence=evidence)
    kinds = _said(set(home.shown) - {"ratio"})
    return Finding(outcome="met", text=f"what the home can do is shown by {kinds}", evidence=evidence)


def _generalist(case: Case, won: OfferRead, evidence: tuple[int, ...]) -> Finding:
    search = case.search
    ratios = [(search.choice[0].index, won.terms.ratio_day)] if search.choice and won.terms else []
    ratios += [(recorded.index, event.ratio_day.get(None)) for recorded, event in search.reviews]
    known = [(index, ratio) for index, ratio in ratios if ratio is not None]
    if not known:
        if search.family != "residential":
            return Finding(outcome="not-applicable", text="a generalist home without staff on shift", evidence=evidence)
        return Finding(outcome="cannot-tell", text="how many adults there are is not on the record", evidence=evidence)
    most = max(ratio for _, ratio in known)
    hours = _hours_in(case)
    evidence = tuple(sorted({*evidence, *(index for index, _ in known)}))
    if most >= TWO_ADULTS and hours is not None and hours > LONG_DAYS * 24:
        text = (
            f"a generalist home keeps {_adults(most)} to the child for {hours // 24} days; assess the need again:"
            " it may be a specialist one"
        )
        return Finding(outcome="concern", text=text, evidence=evidence)
    return Finding(outcome="met", text=f"a generalist home with {_adults(most)} to the child", evidence=evidence)


@rule(
    code="PL-16",
    name="clinical-basis",
    source="NCERCC: specialist needs are approached clinically; Care Planning Regulations 2010 reg. 7",
    severity="high",
    blocks=True,
)
def clinical_basis(case: Case) -> Iterator[Finding]:
    """Does a specialist match rest on a clinical formulation with somebody who leads it, and not on the lowest price?"""
    search = case.search
    if search.choice is None:
        yield Finding(outcome="not-applicable", text=NOT_CHOSEN)
        return
    recorded, choice = search.choice
    need = search.need(choice.need_version)
    if need is None or not need[1].profile.is_open:
        text = "the need on which the choice rests is not on the record, or withheld in this view"
        yield Finding(outcome="cannot-tell", text=text, evidence=(recorded.index,))
        return
    evidence = (need[0].index, recorded.index)
    if need[1].profile.get().category != "specialist":
        yield Finding(outcome="not-applicable", text="the need is a generalist's to meet", evidence=evidence)
        return
    wrong = [*_priced(case, recorded), *_formulated(need[1], evidence)]
    yield from wrong
    if not wrong:
        text = "the specialist need rests on a clinical formulation, with somebody who leads it"
        yield Finding(outcome="met", text=text, evidence=evidence)


def _priced(case: Case, recorded: Recorded) -> Iterator[Finding]:
    declared = case.search.criteria_at(recorded.index)
    if declared is not None and declared[1].price_cut_off:
        text = "offers for a specialist need were cut off by price; that is for generalist needs"
        yield Finding(outcome="not-met", text=text, evidence=(declared[0].index, recorded.index))


def _formulated(need: NeedAssessed, evidence: tuple[int, ...]) -> Iterator[Finding]:
    if not need.clinical.is_open:
        text = "whether there is a clinical formulation is withheld in this view"
        yield Finding(outcome="cannot-tell", text=text, evidence=evidence)
    elif need.clinical.get() is None:
        text = "a specialist need has no clinical formulation and nobody who leads it"
        yield Finding(outcome="not-met", text=text, evidence=evidence)
    elif need.assessment.is_open and need.assessment.get().assessor_class == "generic" and _level(need) == HIGHEST_NEED:
        text = f"a need of level {HIGHEST_NEED} was assessed by nobody with a specialism"
        yield Finding(outcome="concern", text=text, evidence=evidence)


def _level(need: NeedAssessed) -> int | None:
    profile = need.profile.get(None)
    return profile.level if profile else None


# What several of these rules read


def _evidence(case: Case) -> tuple[int, ...]:
    """The need on which the choice rests, and the choice."""
    if case.search.choice is None:
        return ()
    recorded, choice = case.search.choice
    need = case.search.need(choice.need_version)
    return (need[0].index, recorded.index) if need else (recorded.index,)


def _levels(case: Case) -> tuple[int, int] | Finding:
    """The level needed and the level of the chosen home; or why that cannot be told."""
    search = case.search
    if search.choice is None:
        return Finding(outcome="not-applicable", text=NOT_CHOSEN)
    need = search.need(search.choice[1].need_version)
    level = _level(need[1]) if need else None
    won = search.winner
    if level is None or won is None or won.terms is None or case.market is None:
        text = "the need, or what was chosen, is not on the record, or withheld in this view"
        return Finding(outcome="cannot-tell", text=text, evidence=_evidence(case))
    shown = _shown(case, won.terms.setting)
    if shown is None:
        text = "what the chosen home can do is not evidenced on the record"
        return Finding(outcome="cannot-tell", text=text, evidence=_evidence(case))
    return level, shown


def _home(case: Case, setting: str) -> Home | None:
    """A home as it was known when the choice was made."""
    at = case.search.choice[0].index if case.search.choice else None
    return None if case.market is None or at is None else case.market.home(setting, at)


def _shown(case: Case, setting: str) -> int | None:
    home = _home(case, setting)
    return home.level if home else None


def _suitable(case: Case) -> list[OfferRead] | None:
    """The offers that take part, fail no condition, and come from a home that can meet the need; null if it cannot be told."""
    search = case.search
    need = search.need(search.choice[1].need_version) if search.choice else None
    level = _level(need[1]) if need else None
    if case.market is None or level is None or any(not event.scores.is_open for _, event in search.sittings):
        return None
    found = []
    for one in search.live.values():
        if one.terms is None:
            return None
        if one.scored is not None and one.scored.failed:
            continue
        shown = _shown(case, one.terms.setting)
        if shown is not None and shown >= level:
            found.append(one)
    return found


def _match(case: Case, offer: OfferRead) -> int:
    """What an offer earned for how it matches the child."""
    at = case.search.choice[0].index if case.search.choice else 0
    declared = case.search.criteria_at(at)
    if declared is None or offer.scored is None:
        return 0
    return sum(offer.scored.points.get(one.id, 0) for one in declared[1].criteria if one.kind == "match")


def _hours_in(case: Case) -> int | None:
    """How long the child has been in the home, or was; null before the start, or where it is withheld."""
    search = case.search
    if search.started is None or not search.started[1].moved_at.is_open:
        return None
    until: Instant = search.ended[1].happened_at if search.ended else case.as_of
    since = moment(search.started[1].moved_at.get())
    return int((moment(until) - since) / timedelta(hours=1))


def _adults(hundredths: int) -> str:
    return "one adult" if hundredths == 100 else f"{hundredths / 100:g} adults"


def _miles(tenths: int) -> str:
    miles = f"{tenths // 10}" if tenths % 10 == 0 else f"{tenths // 10}.{tenths % 10}"
    return f"{miles} {'mile' if tenths == 10 else 'miles'}"


def _said(codes: set[str] | frozenset[str]) -> str:
    return " and ".join(sorted(code.replace("_", " ").replace("-", " ") for code in codes))


def _pounds(pence: int) -> str:
    return f"£{pence // 100:,}" if pence % 100 == 0 else f"£{pence // 100:,}.{pence % 100:02d}"
