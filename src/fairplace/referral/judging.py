"""Offers looked at, located, scored and weighed: all of them, by every criterion, for one version of the need."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import msgspec

from fairplace import home_words, procedure
from fairplace.counted import counted
from fairplace.decision import Decision, History
from fairplace.procedure import Objections, listed, refuse, second_for, words
from fairplace.referral import distance
from fairplace.referral.commands import ConsiderOffers, HoldPanel, Judging, LocateOffers, ScoreOffers
from fairplace.referral.events import (
    CriteriaDeclared,
    OffersConsidered,
    OffersLocated,
    OffersScored,
    PanelHeld,
)
from fairplace.referral.footing import footing, goes_on, offer_of, once, version
from fairplace.referral.state import Made, Search
from fairplace.referral.values import BoundaryClass, Located, OfferId, Scored, SearchCriterion
from fairplace.tags import agg, party, seal
from fairplace.terms import BasisPoints, Instant, Pence


def decide(command: Judging, history: History, *, at: Instant) -> Decision:
    match command:
        case ConsiderOffers():
            return _consider(command, history, at)
        case LocateOffers():
            return _locate(command, history, at)
        case ScoreOffers():
            return _score(command, history, at)
        case HoldPanel():
            return _panel(command, history, at)


def price_points(weight: BasisPoints, lowest: Pence, fee: Pence) -> BasisPoints:
    """What a fee earns: weight x lowest / fee, rounded half up. A fee of nothing earns the whole weight."""
    if fee <= 0:
        return weight
    exact = Fraction(weight * lowest, fee)
    return (2 * exact.numerator + exact.denominator) // (2 * exact.denominator)


def total(scored: Scored) -> BasisPoints:
    return sum(scored.points.values())


def _consider(command: ConsiderOffers, history: History, at: Instant) -> Decision:
    search, objections = footing(command, history, overridable=False)
    objections.weigh()
    happened = procedure.happened_at(command, at)
    if not command.offers:
        refuse("no-offers", "no offer is named; give those that were looked at in 'offers'")
    for name, one in command.offers.items():
        offer_of(search, name)
        procedure.an_instant(one.at, "at")
        if one.at > happened:
            refuse("future", f"the offer {name} was looked at at {one.at}, and it is {happened} now; correct it")
    return Decision(
        event=OffersConsidered(**procedure.event(command, history, at), offers=party(command.offers)),
        statement=f"Record when {counted(len(command.offers), 'offer was', 'offers were')} first looked at.",
    )


def _locate(command: LocateOffers, history: History, at: Instant) -> Decision:
    search, objections = footing(command, history, overridable=False)
    objections.weigh()
    if not command.distance:
        refuse("no-offers", "no offer is named; give the distance of each in 'distance'")
    found: dict[OfferId, BoundaryClass] = {}
    for name, tenths in command.distance.items():
        made = offer_of(search, name)
        if not 0 <= tenths <= distance.UNKNOWN:
            refuse("distance", f"{tenths} tenths of a mile came; expected 0 to 9998, or 9999 for not known")
        found[name] = _side(name, made, command.boundary.get(name), search)
    if extra := sorted(command.boundary.keys() - command.distance.keys()):
        refuse("distance", f"a boundary came without a distance for {listed(extra)}; give both (9999 is not known)")
    return Decision(
        event=OffersLocated(
            **procedure.event(command, history, at),
            boundary=agg(found),
            distance=seal({name: Located(tenths=tenths) for name, tenths in command.distance.items()}),
        ),
        statement=f"Record how far {len(found)} offered homes are. Where the child lives is not kept.",
    )


def _side(name: OfferId, made: Made, given: BoundaryClass | None, search: Search) -> BoundaryClass:
    """By the area registered for the home; by what was given where none is on record.

    Foster carers live around their service, in areas of their own: what was given of one goes before the service's area.
    """
    home = search.home_of(made)
    known = search.side_of(home)
    if given is not None and home is not None and home.family == "foster":
        return given
    if known is None and given is None:
        refuse("boundary", f"the area of the home of {name} is not on record; say in 'boundary' where it lies")
    if known is not None and given is not None and known != given:
        refuse("boundary", f"{name} came as {given}, and by the registered areas it is {known}; leave 'boundary' out")
    side = known or given
    assert side is not None
    return side


def _score(command: ScoreOffers, history: History, at: Instant) -> Decision:
    search, objections = footing(command, history)
    goes_on(search, objections)
    need_version = version(search, command.need_version, objections)
    declared = search.criteria
    if declared is None:
        refuse("no-criteria", "no criteria are declared, so there is nothing to judge by; declare them first")
    for name in command.scores:
        made = offer_of(search, name)
        if not made.takes_part:
            objections.add("no-part", f"the offer {name} takes no part; decide on it first, or leave it out")
    if left := sorted(search.live.keys() - command.scores.keys()):
        objections.add("offer-left-out", f"the offers {listed(left)} are not judged; judge every offer alike")
    if search.opened is not None and (running := search.running(procedure.happened_at(command, at))):
        objections.add(
            "tier-running",
            f"the time of {listed([home_words.TIER[one] for one in running])} is not over; judge when all answers are in",
        )
    scores = {
        name: _judged(name, scored, declared, command.scores, search, objections)
        for name, scored in sorted(command.scores.items())
    }
    stamp = procedure.step(command, history, at, objections)
    return Decision(
        event=OffersScored(**stamp, need_version=need_version, criteria=search.criteria_leaf, scores=party(scores)),
        statement=f"Judge {counted(len(scores), 'offer')} by {counted(len(declared.criteria), 'criterion', 'criteria')}.",
        unless=frozenset({"referral.offer-made/1", "referral.offer-withdrawn/1", "referral.criteria-declared/1"}),
        second=second_for(stamp["override"]),
    )


def _judged(
    name: OfferId,
    scored: Scored,
    declared: CriteriaDeclared,
    judged: Mapping[OfferId, Scored],
    search: Search,
    objections: Objections,
) -> Scored:
    """The points of one offer, with those for price worked out."""
    if unknown := sorted(scored.points.keys() - {one.id for one in declared.criteria}):
        refuse("unknown-criterion", f"{listed(unknown)} is no declared criterion; judge by those that were declared")
    if unknown := sorted(set(scored.failed) - set(declared.hard)):
        refuse("unknown-condition", f"{listed(unknown)} is no declared condition; name those that were declared")
    if unknown := sorted(set(scored.keeps) - search.connections):
        refuse("unknown-connection", f"{listed(unknown)} is no connection of the need; name those that are")
    points = dict(scored.points)
    for one in declared.criteria:
        if one.kind == "price":
            points[one.id] = _for_price(name, one, points.get(one.id), judged, search)
        elif one.id not in points:
            objections.add(
                "criterion-left-out", f"the offer {name} is not judged by {one.id}; judge all by every criterion"
            )
        elif not 0 <= points[one.id] <= one.weight:
            refuse("points", f"{points[one.id]} points for {one.id} came; expected 0 to its weight {one.weight}")
    return msgspec.structs.replace(
        scored, points={one.id: points[one.id] for one in declared.criteria if one.id in points}
    )


def _for_price(
    name: OfferId, one: SearchCriterion, given: BasisPoints | None, judged: Mapping[OfferId, Scored], search: Search
) -> BasisPoints:
    fees = {offer: made.terms.weekly_fee for offer in judged if (made := search.offers[offer]).terms is not None}
    if name not in fees:
        refuse(
            "closed-value", f"the fee of {name} cannot be read any more, so its points for price cannot be worked out"
        )
    exact = price_points(one.weight, min(fees.values()), fees[name])
    if given is not None and given != exact:
        refuse(
            "price-points", f"{name} got {given} for price, and the formula gives {exact}; leave points for price out"
        )
    return exact


def _panel(command: HoldPanel, history: History, at: Instant) -> Decision:
    search, objections = footing(command, history)
    need_version = version(search, command.need_version, objections)
    if not command.attended:
        refuse("panel", "nobody was there; say in 'attended' in which parts people sat")
    once(command.attended, "'attended'")
    once(command.ranking, "the ranking")
    for name in command.ranking:
        offer_of(search, name)
    note = words(command.note, "what was weighed")
    happened = procedure.happened_at(command, at)
    if search.scored is None and not search.is_emergency(happened):
        objections.add("not-scored", "the offers are not judged yet; judge them before the panel weighs them")
    if left := sorted(search.live.keys() - set(command.ranking)):
        objections.add("offer-left-out", f"the offers {listed(left)} are not ranked; weigh every offer")
    if not command.before_start and not search.is_emergency(happened) and search.started is None:
        objections.add("panel-after", "a panel sits before the child moves in; say so, or declare the emergency")
    stamp = procedure.step(command, history, at, objections)
    return Decision(
        event=PanelHeld(
            **stamp,
            need_version=need_version,
            attended=list(command.attended),
            before_start=command.before_start,
            ranking=party(list(command.ranking)),
            note=party(note),
        ),
        statement=f"Record the panel: {len(command.attended)} present, {counted(len(command.ranking), 'offer')} weighed.",
        second=second_for(stamp["override"]),
    )
