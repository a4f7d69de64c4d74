"""What a home costs: a fee made of parts that add up, compared with like needs, at the agreed rate, raised by one rule for all.

Amounts are pounds a week. What other searches came to is asked as of the entry that made the choice: whoever holds the
authority's view adds up the same.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from fractions import Fraction
from functools import partial
from statistics import median
from typing import NamedTuple

from fairplace.counted import counted, every
from fairplace.market.events import AgreementConcluded, UpliftDecided, UpliftRule
from fairplace.policy import Case, Finding, Like, Recorded, rule
from fairplace.referral.events import NeedAssessed
from fairplace.referral.values import FeeLine
from fairplace.terms import Pence, as_date, london_day
from fairplace.working_days import months_beginning

KIND = "placements"

WITHIN: Pence = 100
"""A pound: what sums may differ by."""
OVERHEAD = frozenset(
    {"accommodation", "allowances", "matching_transition", "management", "surplus", "discount", "retainer"}
)
"""Parts of a fee that answer no single need."""

# Configured: what counts as like, as enough and as high; not law.
PEERS, PEER_MONTHS = 20, 12
USUAL, HIGH, LOW = Fraction(115, 100), Fraction(135, 100), Fraction(75, 100)
SPREAD = 100
"""One percentage point, in basis points."""

FIXED = frozenset({"framework_call_off", "block", "soft_block"})
"""Mechanisms in which the agreed rate is the price; in the others it is the most that may be asked."""

UNEQUAL = partial(Finding, outcome="not-met", process_unequal="yes", outcome_likely_changed="unknown")
DOUBT = partial(Finding, outcome="concern", process_unequal="unknown", outcome_likely_changed="unknown")
EQUAL = partial(Finding, outcome="met", process_unequal="no", outcome_likely_changed="no")
UNTOLD = partial(Finding, outcome="cannot-tell", process_unequal="unknown", outcome_likely_changed="unknown")
NOT_ASKED = partial(Finding, outcome="not-applicable", process_unequal="unknown", outcome_likely_changed="unknown")

NOT_CHOSEN = "no home is chosen yet"


@rule(
    code="PL-20",
    name="fee-adds-up",
    source="Good practice: a fee composed of what it pays for; Local Government Act 1999 s. 3 (best value)",
    severity="high",
    blocks=True,
)
def fee_adds_up(case: Case) -> Iterator[Finding]:
    """Do the parts of the fee add up to it, and does each answer a need or pay for the running of the home?"""
    search = case.search
    if search.choice is None:
        yield Finding(outcome="not-applicable", text=NOT_CHOSEN)
        return
    recorded, choice = search.choice
    won = search.winner
    if won is None or won.terms is None:
        text = "of what the fee is made is withheld in this view"
        yield Finding(outcome="cannot-tell", text=text, evidence=(recorded.index,))
        return
    need = search.need(choice.need_version)
    profile = need[1].profile.get(None) if need else None
    decided = _lines(need)
    specialist = profile.category == "specialist" if profile else None
    fees = [_Made((won.made.index, recorded.index), won.terms.weekly_fee, won.terms.lines, decided, decided)]
    closed = []
    if search.agreed:
        terms = search.agreed[1].terms.get(None)
        if terms is None:
            closed.append(search.agreed[0].index)
        else:
            fees.append(_Made((search.agreed[0].index,), terms.weekly_fee, terms.lines, decided, decided))
    for one, event in search.fees:
        fee = event.fee.get(None)
        if fee is None:
            closed.append(one.index)
        else:
            now = _lines(search.need_at(one.index))
            fees.append(_Made((one.index,), fee.weekly_fee, fee.lines, now, decided))
    found = [told for fee in fees for told in _composed(fee, specialist=specialist)]
    yield from found
    if closed:
        text = "of what a later fee is made is withheld in this view"
        yield Finding(outcome="cannot-tell", text=text, evidence=tuple(closed))
    elif not found:
        text = f"the parts of the fee add up to {_pounds(fees[-1].fee)} a week"
        yield Finding(outcome="met", text=text, evidence=tuple(index for fee in fees for index in fee.at))


class _Made(NamedTuple):
    """A fee and its parts; the needs on the record when it was made, and at the choice. Null: they are withheld."""

    at: tuple[int, ...]
    fee: Pence
    lines: Sequence[FeeLine]
    known: frozenset[str] | None
    decided: frozenset[str] | None


def _lines(need: tuple[Recorded, NeedAssessed] | None) -> frozenset[str] | None:
    lines = need[1].lines.get(None) if need else None
    return frozenset(one.id for one in lines) if lines is not None else None


def _composed(made: _Made, *, specialist: bool | None) -> Iterator[Finding]:
    total = sum(line.amount for line in made.lines)
    if abs(made.fee - total) > WITHIN:
        what = (
            f"{_pounds(abs(made.fee - total))} {'are not explained' if made.fee > total else 'too much is explained'}"
        )
        text = f"the parts add up to {_pounds(total)}, the fee is {_pounds(made.fee)}: {what}"
        yield Finding(outcome="not-met", text=text, evidence=made.at)
    elif specialist and len(made.lines) < 2:
        text = "the fee for a specialist need is one figure; say of what it is made"
        yield Finding(outcome="not-met", text=text, evidence=made.at)
    elif specialist is None and len(made.lines) < 2:
        text = "the fee is one figure, and whether the need is a specialist's to meet is withheld in this view"
        yield Finding(outcome="cannot-tell", text=text, evidence=made.at)
    yield from _linked(made, [line for line in made.lines if line.code not in OVERHEAD])


def _linked(made: _Made, parts: Sequence[FeeLine]) -> Iterator[Finding]:
    """Does each of these parts answer a need? One that has gone since the choice leaves a doubt."""
    known, decided = made.known, made.decided
    bare = [line for line in parts if not line.needs]
    named = [line for line in parts if line.needs]
    if known is None or decided is None:
        if named:
            text = "whether the parts of the fee answer needs on the record is withheld in this view"
            yield Finding(outcome="cannot-tell", text=text, evidence=made.at)
        loose, gone = bare, list[FeeLine]()
    else:
        loose = bare + [line for line in named if not (known | decided) & set(line.needs)]
        gone = [line for line in named if line not in loose and not known & set(line.needs)]
    if loose:
        text = f"{_pounds(sum(line.amount for line in loose))} a week answer no need on the record ({_names(loose)}); link each part to a need"
        yield Finding(outcome="not-met", text=text, evidence=made.at)
    if gone:
        text = f"{_names(gone)} answer a need that has gone from the record since; look at the fee again"
        yield Finding(outcome="concern", text=text, evidence=made.at)


def _names(lines: Sequence[FeeLine]) -> str:
    return ", ".join(sorted({line.code.replace("_", " ") for line in lines}))


@rule(
    code="PL-21",
    name="fee-against-like-needs",
    source="Local Government Act 1999 s. 3 (best value); Children Act 1989 s. 22G",
    severity="high",
)
def fee_against_like_needs(case: Case) -> Iterator[Finding]:
    """Is the fee near what is paid for like needs in the region, or is it broken down and approved a second time?"""
    search = case.search
    if search.choice is None:
        yield Finding(outcome="not-applicable", text=NOT_CHOSEN)
        return
    recorded, choice = search.choice
    chosen, need = search.chosen, search.need(choice.need_version)
    profile = need[1].profile.get(None) if need else None
    at = recorded.index
    region = _region(case, profile.authority, at) if profile else None
    if chosen is None or profile is None or case.others is None or region is None:
        text = "the fee, the need, or what is paid for like needs is withheld in this view"
        yield Finding(outcome="cannot-tell", text=text, evidence=(at,))
        return
    today = london_day(choice.happened_at)
    since = _months_before(today, PEER_MONTHS)
    like = [
        one
        for one in case.others.like(profile, at=at, since=since, but=case.id)
        if _region(case, one.authority, at) == region
    ]
    where = f"like needs in {region} in {PEER_MONTHS} months, as of entry {at}"
    if len(like) < PEERS:
        text = f"{len(like)} {where}: fewer than {PEERS} are too few to compare with (configured)"
        yield Finding(outcome="cannot-tell", text=text, evidence=(at,))
        return
    usual = median(_risen(case, one, today, at) for one in like)
    ratio = Fraction(chosen.weekly_fee) / usual
    text = (
        f"the fee of {_pounds(chosen.weekly_fee)} is {_times(ratio)} times the median of {_pounds(int(usual))} for"
        f" {len(like)} {where}"
    )
    if ratio > HIGH:
        yield _high(case, text, at)
    elif ratio > USUAL:
        yield Finding(outcome="concern", text=f"{text}; up to {_times(USUAL)} is usual (configured)", evidence=(at,))
    elif ratio < LOW:
        yield Finding(outcome="concern", text=f"{text}; is it enough for what the child needs?", evidence=(at,))
    else:
        yield Finding(outcome="met", text=text, evidence=(at,))


def _high(case: Case, text: str, at: int) -> Finding:
    search, won = case.search, case.search.winner
    lines = won.terms.lines if won and won.terms else []
    broken_down = (
        len(lines) > 1
        and abs(sum(line.amount for line in lines) - (won.terms.weekly_fee if won and won.terms else 0)) <= WITHIN
    )
    second = [
        recorded
        for recorded, event in search.approvals
        if event.approved and event.capacity in ("head_of_service", "director")
    ]
    if broken_down and second:
        evidence = (at, *(recorded.index for recorded in second))
        return Finding(
            outcome="concern", text=f"{text}; it is broken down and was approved a second time", evidence=evidence
        )
    missing = [
        *([] if broken_down else ["break it down"]),
        *([] if second else ["have a head of service or the director approve it"]),
    ]
    return Finding(outcome="not-met", text=f"{text}; {' and '.join(missing)}", evidence=(at,))


def _risen(case: Case, one: Like, today: date, at: int) -> Fraction:
    """A peer's fee as it would be today: agreed rates rise by what was decided since."""
    fee = Fraction(one.weekly_fee)
    if case.market is None or one.agreement is None or one.provider is None:
        return fee
    for index, event in case.market.uplifts.get(one.agreement, ()):
        given = event.given.get({}).get(one.provider)
        if index < at and given is not None and one.day < as_date(event.from_on) <= today:
            fee *= Fraction(10_000 + given.given, 10_000)
    return fee


def _region(case: Case, authority: str, at: int) -> str | None:
    found = case.market.authority(authority, at) if case.market else None
    return found.region if found else None


@rule(
    code="PL-22",
    name="agreed-rate-honoured",
    source="The agreement's rates and uplift rule; Procurement Act 2023 s. 45, s. 74",
    severity="high",
)
def agreed_rate_honoured(case: Case) -> Iterator[Finding]:
    """Is a home under an agreement paid at the agreed rate, with the rises that were decided and nothing else?"""
    search = case.search
    if search.choice is None:
        yield Finding(outcome="not-applicable", text=NOT_CHOSEN)
        return
    recorded, choice = search.choice
    won, chosen = search.winner, search.chosen
    evidence = (recorded.index, *((search.agreed[0].index,) if search.agreed else ()))
    if won is None or won.terms is None or chosen is None or case.market is None:
        text = "the fee, or the agreed rate, is withheld in this view"
        yield Finding(outcome="cannot-tell", text=text, evidence=evidence)
        return
    today = london_day(choice.happened_at)
    named = case.market.agreement(choice.agreement, recorded.index) if choice.agreement else None
    if named is None or not won.terms.agreed_rate:
        yield _off_terms(case, won.terms.provider, today, recorded.index, evidence)
        return
    terms = search.agreed[1].terms.get(None) if search.agreed else None
    fee, start = (
        (terms.weekly_fee, as_date(terms.starts_on)) if terms else (chosen.weekly_fee, as_date(won.terms.available_on))
    )
    need = search.need(choice.need_version)
    level = need[1].profile.get().level if need and need[1].profile.is_open else None
    rate = _rate(case, named[1], won.terms.setting, won.terms.provider, level, start, recorded.index)
    if rate is None:
        text = "the agreed rate of the home is not on the record, or withheld in this view"
        yield Finding(outcome="cannot-tell", text=text, evidence=(named[0], *evidence))
        return
    explained = [
        one.index for one, event in search.fees if (new := event.fee.get(None)) and as_date(new.from_on) <= start
    ]
    more = fee - rate
    said = f"the agreed rate is {_pounds(rate)} a week, {_pounds(fee)} are paid"
    if abs(more) <= WITHIN or (more < 0 and choice.mechanism not in FIXED):
        yield Finding(outcome="met", text=said, evidence=(named[0], *evidence))
    elif explained:
        text = f"{said}; the change of the fee is on the record"
        yield Finding(outcome="met", text=text, evidence=(named[0], *evidence, *explained))
    else:
        text = f"{said}: {_pounds(abs(more))} a week too {'much' if more > 0 else 'little'}, and nothing says why"
        yield Finding(outcome="not-met", text=text, evidence=(named[0], *evidence))


def _off_terms(case: Case, provider: str, today: date, at: int, evidence: tuple[int, ...]) -> Finding:
    """A provider that stands in an agreement, paid by terms of its own."""
    family, authority = case.search.family, case.search.authority
    for index, agreement in case.market.agreements(at) if case.market else ():
        in_force = as_date(agreement.starts_on) <= today <= as_date(agreement.ends_on)
        if (
            in_force
            and provider in agreement.tiers
            and family in agreement.families
            and authority in agreement.authorities
        ):
            text = f"the provider stands in the agreement {agreement.agreement}, and this home is paid by other terms"
            return Finding(outcome="concern", text=text, evidence=(index, *evidence))
    return Finding(outcome="not-applicable", text="the home is under no agreement", evidence=evidence)


def _rate(
    case: Case, agreement: AgreementConcluded, setting: str, provider: str, level: int | None, start: date, at: int
) -> Pence | None:
    """What an agreement asks for a home on a day: the rate for the level, else for the home, with the rises since."""
    rates = agreement.rates.get(None)
    found: Pence | None = None if rates is None else rates.get(f"{setting}:{level}", rates.get(setting))
    if found is None or case.market is None:
        return None
    for index, event in case.market.uplifts.get(agreement.agreement, ()):
        if index >= at or as_date(event.from_on) > start:
            continue
        if not event.given.is_open:
            return None
        if (given := event.given.get().get(provider)) is not None:
            found = (found * (10_000 + given.given) * 2 + 10_000) // 20_000  # half up, to the penny
    return found


@rule(
    code="PL-23",
    name="same-uplift-rule",
    source="Equal treatment of the providers of one agreement: Procurement Act 2023 s. 12(2), s. 74",
    severity="high",
)
def same_uplift_rule(case: Case) -> Iterator[Finding]:
    """Were the rates of every provider in an agreement raised by its one rule?"""
    decided = case.of(UpliftDecided)
    if not decided:
        yield NOT_ASKED(text="no rise of agreed rates was decided here")
    for recorded, event in decided:
        own = [(one.index, made) for one, made in case.of(AgreementConcluded) if made.agreement == event.agreement]
        known = case.market.agreement(event.agreement, recorded.index) if case.market else None
        agreement = own[-1] if own else known
        if agreement is None or not event.given.is_open:
            text = "the agreement, or what was given to whom, is not on the record, or withheld in this view"
            yield UNTOLD(text=text, evidence=(recorded.index,))
        else:
            yield from _given(recorded, event, agreement[1].uplift, (agreement[0], recorded.index))


def _given(recorded: Recorded, event: UpliftDecided, by: UpliftRule, evidence: tuple[int, ...]) -> Iterator[Finding]:
    given = event.given.get()
    if not given:
        yield NOT_ASKED(text="nobody's rates were raised", evidence=evidence)
        return
    allowed = {"cpi": event.cpi, "none": 0}.get(by.kind, event.cpi if by.cap is None else min(by.cap, event.cpi))
    above = [one for one in given.values() if one.given > allowed and not one.hardship_evidenced]
    below = [one for one in given.values() if one.given < min(allowed, one.asked if one.asked is not None else allowed)]
    excused = [one for one in given.values() if one.given > allowed and one.hardship_evidenced]
    rises = [one.given for one in given.values()]
    rule_says = f"the agreement's rule gives {_percent(allowed)}"
    if above or below:
        odd = sorted({one.given for one in (*above, *below)})
        text = f"{rule_says}; {len(above) + len(below)} of {counted(len(given), 'provider')} got {', '.join(map(_percent, odd[:5]))}"
        yield UNEQUAL(text=f"{text}, without evidence of hardship", evidence=evidence)
    elif excused and max(rises) - min(rises) > SPREAD:
        text = (
            f"{rule_says}; {len(excused)} of {counted(len(given), 'provider')} got more for evidenced hardship, up to"
        )
        yield DOUBT(text=f"{text} {_percent(max(rises))}", evidence=evidence)
    else:
        yield EQUAL(
            text=f"{every(len(given), 'provider')} got what the agreement's rule gives: {_percent(allowed)}",
            evidence=evidence,
        )


def _months_before(day: date, months: int) -> date:
    """The same day so many months earlier, or the last of that month."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    first = date(year, month + 1, 1)
    return first.replace(day=min(day.day, months_beginning(first, 1).day))


def _pounds(pence: int) -> str:
    return f"£{pence // 100:,}" if pence % 100 == 0 else f"£{pence // 100:,}.{pence % 100:02d}"


def _percent(points: int) -> str:
    return f"{points // 100}.{points % 100:02d}".rstrip("0").rstrip(".") + " %"


def _times(ratio: Fraction) -> str:
    return f"{float(ratio):.2f}"
