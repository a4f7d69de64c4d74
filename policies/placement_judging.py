"""Judging offers of a home: criteria declared first and kept, every offer judged by all of them, and the best one chosen.

No rule here looks at whose a home is: the authority's own is judged as any other. `outcome_likely_changed` is judged by
adding up the points that are there anew, with the weights as declared before the change: `yes` when another offer comes
first so, `no` when the same one does, `unknown` when points that are needed are not in view.
"""

from collections.abc import Iterator, Mapping
from fractions import Fraction
from functools import partial

from fairplace.counted import counted, every
from fairplace.policy import Answer, Case, Finding, OfferRead, Recorded, rule
from fairplace.referral.events import CriteriaDeclared

KIND = "placements"

WHOLE = 10_000
"""What the weights add up to, in basis points."""

EQUAL = partial(Finding, outcome="met", process_unequal="no", outcome_likely_changed="no")
DOUBT = partial(Finding, outcome="concern", process_unequal="unknown", outcome_likely_changed="unknown")
UNEQUAL = partial(Finding, outcome="not-met", process_unequal="yes")
UNTOLD = partial(Finding, outcome="cannot-tell", process_unequal="unknown", outcome_likely_changed="unknown")
NOT_ASKED = partial(Finding, outcome="not-applicable", process_unequal="unknown", outcome_likely_changed="unknown")

NOT_CHOSEN = "no home is chosen yet"


@rule(
    code="PL-08",
    name="criteria-first-and-kept",
    source="Procurement Act 2023 s. 19(2), s. 23(2)-(3), s. 31; transparency",
    severity="critical",
    blocks=True,
)
def criteria_first_and_kept(case: Case) -> Iterator[Finding]:
    """Were the criteria and their weights declared before anybody was asked, and kept once offers were looked at?"""
    search = case.search
    asked = [one.recorded for one in search.published]
    if search.in_house:
        asked.append(search.in_house[0])
    first = min((recorded.index for recorded in asked), default=None)
    if first is None:
        yield NOT_ASKED(text="nobody has been asked yet")
        return
    before = [one for one in search.criteria if one[0].index < first]
    if not before:
        text = "the referral went out before any criteria were declared; declare them first"
        evidence = (first, *(recorded.index for recorded, _ in search.criteria))
        yield UNEQUAL(text=text, evidence=evidence, outcome_likely_changed="unknown")
        return
    found = False
    for recorded, event in search.criteria:
        if (total := sum(one.weight for one in event.criteria)) != WHOLE:
            found = True
            text = f"the weights of the criteria add up to {_percent(total)}, not 100 %"
            yield UNEQUAL(text=text, evidence=(recorded.index,), outcome_likely_changed="unknown")
    base = before[-1]
    for recorded, event in search.criteria:
        same = (_weights(event), _conditions(event)) == (_weights(base[1]), _conditions(base[1]))
        if recorded.index <= base[0].index or same:
            continue
        found = True
        evidence = (base[0].index, recorded.index)
        moved = _moved(base[1], event)
        looked, at = _looked(case, recorded, event)
        if looked == "yes":
            text = f"criteria were changed after an offer was looked at ({moved})"
            changed = _differs(case, base[1], event)
            yield UNEQUAL(text=text, evidence=(*evidence, *at), outcome_likely_changed=changed)
        elif looked == "unknown":
            text = (
                f"criteria were changed after an offer came ({moved}); whether anybody had looked at one is not on the"
            )
            yield UNTOLD(text=f"{text} record, or withheld in this view", evidence=(*evidence, *at))
        else:
            yield DOUBT(
                text=f"criteria were changed after the referral went out ({moved}); tell all", evidence=evidence
            )
    if not found:
        text = "the criteria were declared before anybody was asked, and kept"
        yield EQUAL(text=text, evidence=(base[0].index, first))


def _looked(case: Case, change: Recorded, event: CriteriaDeclared) -> tuple[Answer, tuple[int, ...]]:
    """Had somebody looked at an offer when the criteria changed, and the entry that shows it?

    A look may be told of later, with its time. That an offer had come is no proof that anybody had seen it.
    """
    search = case.search
    shown = [recorded.index for recorded, _ in (*search.looked, *search.sittings)]
    shown += [search.choice[0].index] if search.choice else []
    if earlier := [index for index in shown if index < change.index]:
        return "yes", (min(earlier),)
    told = [(recorded.index, looked.offers.get(None)) for recorded, looked in search.looked]
    for index, offers in told:
        if any(one.at < event.happened_at for one in (offers or {}).values()):
            return "yes", (index,)
    came = [one.made.index for one in search.offers.values() if one.made.index < change.index]
    if came and (not told or any(offers is None for _, offers in told)):
        return "unknown", (min(came),)
    return "no", ()


def _weights(event: CriteriaDeclared) -> dict[str, int]:
    return {one.id: one.weight for one in event.criteria}


def _conditions(event: CriteriaDeclared) -> dict[str, str]:
    """What else an offer is held to: what it must have, whether a price puts it out, and what each criterion is about."""
    about = {f"what {one.id} is about": one.kind for one in event.criteria}
    must_have = ", ".join(sorted(event.hard)) or "nothing"
    cut_off = "some fall out" if event.price_cut_off else "none falls out"
    return {"what an offer must have": must_have, "offers above a price": cut_off, **about}


def _moved(before: CriteriaDeclared, after: CriteriaDeclared) -> str:
    old, new = _weights(before), _weights(after)
    parts = [
        f"{name}: {_percent(old.get(name, 0))}, then {_percent(new.get(name, 0))}"
        for name in sorted(old.keys() | new.keys())
        if old.get(name, 0) != new.get(name, 0)
    ]
    was, now = _conditions(before), _conditions(after)
    parts += [f"{name}: {was[name]}, then {now[name]}" for name in was if name in now and was[name] != now[name]]
    return "; ".join(parts[:6])


def _differs(case: Case, before: CriteriaDeclared, after: CriteriaDeclared) -> Answer:
    """Would another offer come first by the criteria as they were? Points grow with the weight of their criterion.

    Which offers would have met other conditions is not on the record.
    """
    by_weights = _reweighed(case, before, after)
    return "unknown" if by_weights == "no" and _conditions(before) != _conditions(after) else by_weights


def _reweighed(case: Case, before: CriteriaDeclared, after: CriteriaDeclared) -> Answer:
    search = case.search
    pinned = search.criteria_of(search.sittings[-1][1].criteria) if search.sittings else None
    # Points stand in the weights of their sitting.
    old, new = _weights(before), _weights(pinned[1] if pinned else after)
    if search.winner is None or old.keys() - new.keys():
        return "unknown"
    judged = _judged(case)
    if not judged or any(
        not old.keys() <= points.keys() or any(not new[name] for name in old) for points in judged.values()
    ):
        return "unknown"
    totals = {
        offer: sum(Fraction(points[name] * weight, new[name]) for name, weight in old.items())
        for offer, points in judged.items()
    }
    best = max(totals.values())
    return "no" if totals.get(search.winner.offer) == best else "yes"


def _judged(case: Case) -> dict[str, Mapping[str, int]]:
    """The points of each offer that takes part and fails no condition."""
    return {
        offer: one.scored.points
        for offer, one in case.search.live.items()
        if one.scored is not None and not one.scored.failed
    }


@rule(
    code="PL-09",
    name="every-offer-on-every-criterion",
    source="Procurement Act 2023 s. 19(2); equal treatment",
    severity="critical",
    blocks=True,
)
def every_offer_on_every_criterion(case: Case) -> Iterator[Finding]:
    """Was every offer that takes part judged on every declared criterion, unless it fails a declared condition?"""
    search = case.search
    if search.choice is None and not search.sittings:
        yield NOT_ASKED(text="no offer has been judged yet")
        return
    evidence = tuple(recorded.index for recorded, _ in search.sittings)
    if search.choice:
        evidence = (*evidence, search.choice[0].index)
    at = (search.choice or search.sittings[-1])[0].index
    declared = search.criteria_at(at)
    live = [one for one in search.live.values() if one.made.index < at]
    if not live:
        yield NOT_ASKED(text="no offer takes part", evidence=evidence)
        return
    if any(not event.scores.is_open for _, event in search.sittings):
        yield UNTOLD(text="what offers earned is withheld in this view", evidence=evidence)
        return
    if declared is None:
        yield UNTOLD(text="by which criteria offers are judged is not on the record", evidence=evidence)
        return
    weights, hard = _weights(declared[1]), set(declared[1].hard)
    blank, extra, over, unasked = 0, set[str](), 0, set[str]()
    for one in live:
        points = one.scored.points if one.scored else {}
        failed = set(one.scored.failed) if one.scored else set[str]()
        unasked |= failed - hard
        if not failed & hard:
            blank += len(weights.keys() - points.keys())
        extra |= points.keys() - weights.keys()
        over += sum(not 0 <= points[name] <= weights[name] for name in points.keys() & weights.keys())
    whole = len(live) * len(weights)
    across = f"{counted(len(live), 'offer')}, {counted(len(weights), 'criterion', 'criteria')}"
    for text, wrong in (
        (
            f"{whole - blank} of {counted(whole, 'point is', 'points are')} given ({across}); give the rest",
            blank,
        ),
        (f"offers earned points for what was not declared: {', '.join(sorted(extra))}", len(extra)),
        (f"offers failed for what was not declared as a condition: {', '.join(sorted(unasked))}", len(unasked)),
        ("an offer has more points than a criterion can give, or fewer than none", over),
    ):
        if wrong:
            yield UNEQUAL(text=text, evidence=evidence, outcome_likely_changed="unknown")
    moved = _given_anew(case) & {one.offer for one in live}
    if moved:
        text = f"points of {counted(len(moved), 'offer')} were given and later changed, by the same criteria; say why"
        yield DOUBT(text=text, evidence=evidence)
    if not (blank or extra or over or unasked or moved):
        text = f"{counted(len(live), 'offer was', 'offers were')} judged on {every(len(weights), 'declared criterion', 'declared criteria')}"
        yield EQUAL(text=text, evidence=evidence)


def _given_anew(case: Case) -> set[str]:
    """Offers whose points moved from one sitting to a later one while need and criteria stayed.

    Price is left out: its points move with the lowest fee.
    """
    search, moved = case.search, set[str]()
    seen: dict[str, tuple[int, int, Mapping[str, int]]] = {}
    for recorded, event in search.sittings:
        declared = search.criteria_at(recorded.index)
        if declared is None:
            continue
        priced = {one.id for one in declared[1].criteria if one.kind == "price"}
        for offer, scored in event.scores.get({}).items():
            mine = declared[0].index, event.need_version, scored.points
            before = seen.get(offer)
            if before and before[:2] == mine[:2]:
                both = before[2].keys() & scored.points.keys() - priced
                moved |= {offer} if any(before[2][name] != scored.points[name] for name in both) else set()
            seen[offer] = mine
    return moved


@rule(
    code="PL-10",
    name="own-homes-judged-the-same",
    source="Procurement Act 2023 s. 12(2)-(3); Children Act 1989 s. 22C(5): the most appropriate placement",
    severity="critical",
    blocks=True,
)
def own_homes_judged_the_same(case: Case) -> Iterator[Finding]:
    """Was the chosen home judged by the same criteria as the rest, at its full cost, whoever runs it?"""
    search = case.search
    if search.choice is None:
        yield NOT_ASKED(text=NOT_CHOSEN)
        return
    recorded, _ = search.choice
    won = search.winner
    evidence = (*(one.index for one, _ in search.sittings), recorded.index)
    if search.chosen is None or (won is not None and won.terms is None):
        yield UNTOLD(text="what was chosen, and why, is withheld in this view", evidence=evidence)
        return
    if won is None or won.scored is None:
        if any(not event.scores.is_open for _, event in search.sittings):
            yield UNTOLD(text="what offers earned is withheld in this view", evidence=evidence)
            return
        text = "the chosen home was never judged by the declared criteria; judge it as the others"
        yield UNEQUAL(text=text, evidence=evidence, outcome_likely_changed="unknown")
        return
    totals = {offer: sum(points.values()) for offer, points in _judged(case).items()}
    mine, best = totals.get(won.offer), max(totals.values(), default=0)
    if mine is not None and mine < best and not (search.chosen.departures or _codes(case) - {"top_score"}):
        text = f"a home with {_points(mine)} was chosen before one with {_points(best)}, and no reason is given"
        yield UNEQUAL(text=text, evidence=evidence, outcome_likely_changed="yes")
    elif (told := _under_cost(case, won, recorded)) is not None:
        yield told
    else:
        yield EQUAL(text="the chosen home was judged by the same criteria as every other offer", evidence=evidence)


def _under_cost(case: Case, won: OfferRead, recorded: Recorded) -> Finding | None:
    """A home whose full cost is declared is compared at that, not at what is budgeted."""
    if case.market is None or won.terms is None:
        return None
    declared = [
        (index, event) for index, event in case.market.costs.get(won.terms.setting, ()) if index < recorded.index
    ]
    if not declared:
        return None
    index, event = declared[-1]
    cost, nights = event.cost.get(None), event.nights_used.get(None)
    if cost is None or not nights:
        return UNTOLD(
            text="what the chosen home costs in full is withheld in this view", evidence=(index, recorded.index)
        )
    full = Fraction(cost * 7, nights)
    if won.terms.weekly_fee >= full - 100:
        return None
    text = (
        f"the chosen home was compared at {_pounds(won.terms.weekly_fee)} a week; its full cost, as it is used, is"
        f" {_pounds(int(full))}"
    )
    return DOUBT(text=text, evidence=(index, recorded.index))


def _codes(case: Case) -> set[str]:
    chosen = case.search.chosen
    return {str(one.code) for one in (*chosen.reasons, *chosen.departures)} if chosen else set()


@rule(
    code="PL-11",
    name="best-or-reasoned-departure",
    source="Procurement Act 2023 s. 19(1)-(2); Children Act 1989 s. 22C(5)",
    severity="critical",
    blocks=True,
)
def best_or_reasoned_departure(case: Case) -> Iterator[Finding]:
    """Was the offer with the most points chosen, or another with a coded reason under a second signature?"""
    search = case.search
    if search.choice is None:
        yield NOT_ASKED(text=NOT_CHOSEN)
        return
    recorded, _ = search.choice
    evidence = (*(one.index for one, _ in search.sittings), recorded.index)
    won, chosen = search.winner, search.chosen
    if won is None or chosen is None or won.scored is None:
        yield UNTOLD(
            text="what the chosen home earned is not on the record, or withheld in this view", evidence=evidence
        )
        return
    if won.scored.failed:
        text = f"the chosen home fails what every offer must have: {', '.join(sorted(won.scored.failed))}"
        yield UNEQUAL(text=text, evidence=evidence, outcome_likely_changed="yes")
        return
    totals = {offer: sum(points.values()) for offer, points in _judged(case).items()}
    mine, best = totals[won.offer], max(totals.values())
    if mine == best:
        yield EQUAL(text=f"the chosen home has the most points: {_points(mine)}", evidence=evidence)
        return
    behind = f"{_points(best)} was beaten by {_points(mine)}{_dearer(case, totals, won)}"
    codes = {str(one.code) for one in chosen.departures} - {"top_score"}
    if not codes:
        text = f"{behind}; say why, or choose the first"
    elif codes <= {"lowest_fee"} and _price_is_weighed(case, recorded.index):
        text = f"{behind} for the lowest fee, which the points count already"
    elif not _second_signature(case, recorded):
        text = f"{behind} for {_said(codes)}, under one signature; a departure needs a second"
    else:
        yield DOUBT(text=f"{behind} for {_said(codes)}, under a second signature", evidence=evidence)
        return
    yield UNEQUAL(text=text, evidence=evidence, outcome_likely_changed="yes")


def _dearer(case: Case, totals: Mapping[str, int], won: OfferRead) -> str:
    """By how much the first differs in price, where both fees are known."""
    first = next(case.search.live[offer] for offer, total in totals.items() if total == max(totals.values()))
    if first.terms is None or won.terms is None:
        return ""
    more = first.terms.weekly_fee - won.terms.weekly_fee
    return f" ({_pounds(abs(more))} a week {'less' if more > 0 else 'more'})" if more else ""


def _price_is_weighed(case: Case, at: int) -> bool:
    declared = case.search.criteria_at(at)
    return declared is not None and any(one.kind == "price" and one.weight for one in declared[1].criteria)


def _second_signature(case: Case, recorded: Recorded) -> bool:
    """Two people signed the choice, or somebody else approved it in practice."""
    if len(set(recorded.signers)) > 1:
        return True
    return any(
        event.approved and event.capacity in ("practice", "head_of_service", "director") and one.actor != recorded.actor
        for one, event in case.search.approvals
    )


def _said(codes: set[str]) -> str:
    return " and ".join(sorted(code.replace("_", " ") for code in codes))


def _points(total: int) -> str:
    return f"{total // 100}.{total % 100:02d} points"


def _percent(weight: int) -> str:
    return f"{weight // 100} %" if weight % 100 == 0 else f"{weight / 100:.2f} %"


def _pounds(pence: int) -> str:
    return f"£{pence // 100:,}" if pence % 100 == 0 else f"£{pence // 100:,}.{pence % 100:02d}"
