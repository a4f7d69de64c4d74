"""The decision, and who with the power to agree to it did: the match, the money, the distance."""

from __future__ import annotations

from fairplace import home_words, procedure
from fairplace.decision import Actor, Decision, History
from fairplace.market.known import why_not
from fairplace.procedure import Objections, listed, maybe_words, refuse, second_for, words
from fairplace.referral import codes
from fairplace.referral.commands import ApproveHome, ChooseHome, Choosing
from fairplace.referral.events import Approved, HomeChosen
from fairplace.referral.footing import event_day, footing, goes_on, offer_of, version
from fairplace.referral.judging import total
from fairplace.referral.state import Made, Search
from fairplace.referral.values import Kept, Mechanism, OfferId, Rejected
from fairplace.tags import agg, party
from fairplace.terms import Day, Instant

UNDER_AGREEMENT: dict[Mechanism, str] = {
    "block": "block",
    "soft_block": "soft-block",
    "framework_call_off": "framework",
    "mini_competition": "framework",
    "dynamic_market": "dynamic-market",
}
"""Ways of buying that rest on an agreement, and of which route it is."""

CAPACITIES: dict[str, frozenset[str]] = {
    "practice": frozenset({"approver", "director"}),
    "budget": frozenset({"budget-holder"}),
    "nominated_officer": frozenset({"nominated-officer", "director"}),
    "director": frozenset({"director"}),
    "head_of_service": frozenset({"approver", "director"}),
}
"""In which capacity which role may approve (2010 Regulations, reg. 11 for the last three)."""


def decide(command: Choosing, history: History, *, at: Instant, by: Actor) -> Decision:
    match command:
        case ChooseHome():
            return _choose(command, history, at)
        case ApproveHome():
            return _approve(command, history, at, by)


def _choose(command: ChooseHome, history: History, at: Instant) -> Decision:
    search, objections = footing(command, history)
    goes_on(search, objections)
    on, happened = event_day(command, at), procedure.happened_at(command, at)
    need_version = version(search, command.need_version, objections)
    if command.fee_version != 1:
        refuse("fee-version", f"the fee version {command.fee_version} came; a home is chosen for the fee as offered, 1")
    seen = search.now - 1 if command.market_seen is None else command.market_seen
    if not 0 <= seen < max(search.now, 1):
        refuse("market-seen", f"entry {seen} of the market came, and the newest is {search.now - 1}; give one up to it")
    made = offer_of(search, command.chosen.offer)
    if made.withdrawn:
        refuse("withdrawn", f"the offer {made.offer} was withdrawn; choose one that stands")
    _check_reasons(command, search, on)
    _check_kept(command.kept, search)
    _object_to_offer(command, made, search, objections)
    _object_to_home(command, made, search, seen, objections)
    _object_to_mechanism(command, made, search, on, happened, objections)
    if not search.is_emergency(happened):
        _object_to_order(search, happened, objections)
    stamp = procedure.step(command, history, at, objections)
    return Decision(
        event=HomeChosen(
            **stamp,
            mechanism=command.mechanism,
            legal_basis=procedure.code(command.legal_basis, "the legal basis"),
            regime=procedure.code(command.regime, "the regime"),
            agreement=command.agreement,
            need_version=need_version,
            fee_version=command.fee_version,
            market_seen=seen,
            chosen=party(command.chosen),
            rejected=party(command.rejected),
            kept=party(command.kept),
            residential=agg(command.residential),
        ),
        statement=f"Choose {_called(search, made.offer)} ({home_words.MECHANISM[command.mechanism]}), for"
        f" {procedure.pounds(command.chosen.weekly_fee)} a week.",
        unless=frozenset({"referral.home-chosen/1", "referral.ended/1", "referral.offer-withdrawn/1"}),
        second=second_for(stamp["override"]),
    )


def _check_reasons(command: ChooseHome, search: Search, on: Day) -> None:
    """Reasons in words for the choice, and a coded one for each that was not chosen."""
    if not command.chosen.reasons:
        refuse("no-reason", "no reason is given; say in 'reasons' why this home")
    for reason in (*command.chosen.reasons, *command.chosen.departures):
        words(reason.words, "a reason")
    for name, one in command.rejected.items():
        offer_of(search, name)
        if name == command.chosen.offer:
            refuse("both", f"the offer {name} is chosen and rejected; take it out of 'rejected'")
        codes.check("reject_reason", one.code, on)
        words(one.words, f"why not {name}")
        _known_criteria(name, one, search)


def _known_criteria(name: OfferId, one: Rejected, search: Search) -> None:
    known = {criterion.id for criterion in search.criteria.criteria} if search.criteria else set()
    if unknown := sorted(set(one.criteria) - known):
        refuse("unknown-criterion", f"{name} came behind by {listed(unknown)}, which was not declared; correct it")


def _check_kept(kept: Kept, search: Search) -> None:
    """Every connection of the need has a status, and nothing else has (A8)."""
    if missing := sorted(search.connections - kept.connections.keys()):
        refuse(
            "connections",
            f"it is not said what becomes of {listed(missing)}; say kept, lost or changed_by_plan for each",
        )
    if unknown := sorted(kept.connections.keys() - search.connections):
        refuse("connections", f"{listed(unknown)} is no connection of the need; name those that are")
    if kept.voice_reason is not None:
        words(kept.voice_reason, "what the child's view changed")
    if kept.voice == "not" and kept.voice_reason is None:
        refuse("voice", "the child's view was not followed, and no reason came; give 'voice_reason'")


def _object_to_offer(command: ChooseHome, made: Made, search: Search, objections: Objections) -> None:
    if search.choice is not None and search.agreed is not None:
        objections.add("decided-already", "a home was chosen and agreed already; the decision stands")
    if not made.takes_part:
        objections.add("late-undecided", f"the offer {made.offer} came late and was not admitted; decide on it first")
    if made.terms is not None and made.terms.weekly_fee != command.chosen.weekly_fee:
        objections.add(
            "fee-differs",
            f"the fee {procedure.pounds(command.chosen.weekly_fee)} came, and {procedure.pounds(made.terms.weekly_fee)}"
            " was offered; choose the fee as offered",
        )
    if left := sorted(search.live.keys() - command.rejected.keys() - {made.offer}):
        objections.add("no-reject-reason", f"it is not said why not {listed(left)}; give each a reason in 'rejected'")
    scored = search.scored.scores.get({}) if search.scored else {}
    mine = scored.get(made.offer)
    if mine is None:
        return
    if mine.failed:
        objections.add(
            "condition-failed", f"the chosen offer failed {listed(sorted(mine.failed))}; choose one that did not"
        )
    better = [name for name in scored.keys() & search.live.keys() if total(scored[name]) > total(mine)]
    if better and not command.chosen.departures:
        objections.add(
            "no-departure",
            f"{listed(sorted(_called(search, one) for one in better))} has more points; say why this home all the same (a"
            " departure with its reason), or choose that",
        )


def _called(search: Search, name: OfferId) -> str:
    """A home by the name that people know; the offer's own where its terms are closed."""
    terms = search.offers[name].terms
    return terms.setting if terms else name


def _object_to_home(command: ChooseHome, made: Made, search: Search, seen: int, objections: Objections) -> None:
    """What the list of the market says against this home for this child."""
    home = search.home_of(made)
    if home is None:
        return
    if search.seeker is not None and (why := why_not(home, search.seeker, None)) not in (None, "unknown"):
        objections.add(
            "unsuitable",
            f"the home {home.setting} does not suit: {home_words.WHY_NOT.get(why or '', why)}; choose another",
        )
    if search.level is not None and home.level is not None and home.level < search.level:
        objections.add(
            "below-need",
            f"the need is of level {search.level}, and {home.setting} shows level {home.level}; choose another",
        )
    if home.grade == "inadequate":
        objections.add(
            "inadequate", f"the home {home.setting} was found inadequate on {home.graded_on}; choose another"
        )
    if search.category == "specialist" and search.need is not None and search.need.clinical.get(None) is None:
        objections.add(
            "no-formulation", "the need is a specialist's and has no clinical formulation; assess it again with one"
        )
    room = home.room
    if room is None or room.places < 1:
        objections.add(
            "at-capacity", f"the home {home.setting} has no room on record; have it declared, or choose another"
        )
    elif not room.available:
        objections.add(
            "at-capacity",
            f"the room in {home.setting} cannot be filled now: {home_words.NO_ROOM.get(room.reason_not or '', 'no reason is given')}; choose another",
        )
    before = search.market.home(home.setting, seen + 1)
    if (before.room if before else None) != room:
        objections.add(
            "market-stale",
            f"the room in {home.setting} has changed since entry {seen}, which was looked at; look again before you decide",
        )


def _object_to_mechanism(
    command: ChooseHome, made: Made, search: Search, on: Day, happened: Instant, objections: Objections
) -> None:
    """A way of buying that its own conditions bear out."""
    route = UNDER_AGREEMENT.get(command.mechanism)
    if (route is None) != (command.agreement is None):
        refuse(
            "mechanism",
            f"{command.agreement or 'no agreement'} came for a home bought so: {home_words.MECHANISM[command.mechanism]}; a call-off, block or dynamic market names"
            " its agreement, and no other way does",
        )
    home = search.home_of(made)
    provider = search.market.provider(home.provider, search.now) if home else None
    own = provider is not None and provider.provider_class == "PR1"
    if provider is not None and (command.mechanism == "in_house") != own and command.mechanism != "statutory_direction":
        objections.add(
            "mechanism",
            f"{home_words.MECHANISM[command.mechanism]!r} came for {'a service of our own' if own else 'a provider that is not our own'}; correct it",
        )
    if command.mechanism == "emergency_direct" and not search.is_emergency(happened):
        objections.add("no-emergency", "no emergency is declared and running; declare it, or choose another way")
    if command.agreement is None or route is None:
        return
    found = search.market.agreement(command.agreement, search.now)
    if found is None:
        refuse("unknown-agreement", f"no agreement {command.agreement[:64]!r} is on record; record it, or name another")
    agreement = found[1]
    if agreement.route != route:
        refuse(
            "mechanism",
            f"{command.agreement} is {home_words.ROUTE[agreement.route]}, and {home_words.MECHANISM[command.mechanism]!r} needs {home_words.ROUTE[route]};"
            " correct it",
        )
    if not agreement.starts_on <= on <= agreement.ends_on:
        objections.add(
            "not-in-force",
            f"{command.agreement} runs from {agreement.starts_on} to {agreement.ends_on}, and this is {on}; buy another way",
        )
    if search.authority is not None and search.authority not in agreement.authorities:
        objections.add("not-a-party", f"{search.authority} may not call off from {command.agreement}; buy another way")
    if home is not None and home.provider not in agreement.tiers and home.setting not in agreement.committed:
        objections.add("not-a-member", f"{home.provider} stands in no tier of {command.agreement}; buy another way")
    if route in ("block", "soft-block") and home is not None:
        _object_to_block(home.setting, agreement.committed.get(home.setting, 0), search, objections)


def _object_to_block(setting: str, paid: int, search: Search, objections: Objections) -> None:
    if not paid:
        objections.add("not-committed", f"no place of {setting} is paid for by the block; buy another way")
        return
    nights = sorted(night for home, night in search.market.occupancy if home == setting)
    last = search.market.occupancy[setting, nights[-1]].at(search.now) if nights else None
    if last is not None and (last.occupied.get(0) or 0) >= paid:
        objections.add("block-full", f"all {paid} places of {setting} that are paid for were filled on {last.night}")


def _object_to_order(search: Search, happened: Instant, objections: Objections) -> None:
    """In an emergency the order changes, and these come afterwards."""
    if search.scored is None:
        objections.add("not-scored", "the offers are not judged by the criteria; judge them first")
    if search.panel is None:
        objections.add("no-panel", "no panel has matched the child and the offers; hold it first")
    if search.voice is None:
        objections.add(
            "no-voice", "it is not recorded what the child says, or why they were not asked; record that first"
        )
    if running := search.running(happened):
        objections.add(
            "tier-running",
            f"the time of {listed([home_words.TIER[one] for one in running])} is not over; decide when all answers are in",
        )
    if waiting := sorted(name for name, done in search.questions.items() if not done):
        objections.add("unanswered", f"{listed(waiting)} is not answered; answer to everybody before you decide")


def _approve(command: ApproveHome, history: History, at: Instant, by: Actor) -> Decision:
    search, objections = footing(command, history, overridable=False)
    if command.need_version not in search.needs:
        refuse(
            "need-version", f"there is no version {command.need_version} of the need; the newest is {search.version}"
        )
    if not 1 <= command.fee_version <= search.fee_version:
        refuse(
            "fee-version", f"there is no version {command.fee_version} of the fee; the newest is {search.fee_version}"
        )
    if not command.approved and command.reason is None:
        refuse("no-reason", "no is said without a reason; give 'reason'")
    _object_to_capacity(command, search, by, objections)
    _object_to_versions(command, search, objections)
    reason = maybe_words(command.reason, "the reason")
    objections.weigh()
    said = "Approve" if command.approved else "Do not approve"
    return Decision(
        event=Approved(
            **procedure.event(command, history, at),
            capacity=command.capacity,
            need_version=command.need_version,
            fee_version=command.fee_version,
            approved=command.approved,
            reason=party(reason),
        ),
        statement=f"{said} as {home_words.CAPACITY[command.capacity]}: version {command.need_version} of the need, version"
        f" {command.fee_version} of the fee.",
        unless=frozenset({"referral.home-chosen/1", "referral.need-assessed/1"}),
    )


def _object_to_capacity(command: ApproveHome, search: Search, by: Actor, objections: Objections) -> None:
    if not by.roles & CAPACITIES[command.capacity]:
        objections.add(
            "capacity",
            f"{by.key} acts as {listed(sorted(by.roles))}; as {command.capacity.replace('_', ' ')} approves"
            f" {' or '.join(sorted(CAPACITIES[command.capacity]))}: ask somebody with that role",
        )
    if by.key in search.choosers:
        objections.add("own-decision", f"{by.key} chose this home; somebody else approves it")
    other = {"practice": "budget", "budget": "practice"}.get(command.capacity)
    if other in search.approvals and search.approvals[other][0] == by.key:
        objections.add(
            "one-person",
            f"{by.key} has signed as {home_words.CAPACITY[other or '']}; practice and budget are two persons",
        )


def _object_to_versions(command: ApproveHome, search: Search, objections: Objections) -> None:
    """Practice and budget speak of the same need and the same fee (D8), and of those that were decided on."""
    mine = (command.need_version, command.fee_version)
    for capacity in ("practice", "budget"):
        if capacity == command.capacity or capacity not in search.approvals:
            continue
        theirs = search.approvals[capacity][1]
        if theirs.approved and (theirs.need_version, theirs.fee_version) != mine and not _is_outdated(theirs, search):
            objections.add(
                "other-version",
                f"{home_words.CAPACITY[capacity]} signed version {theirs.need_version} of the need and {theirs.fee_version} of the fee, this is"
                f" {mine[0]} and {mine[1]}; both sign the same",
            )
    choice = search.choice
    if choice is not None and mine != (choice.need_version, choice.fee_version):
        objections.add(
            "other-version",
            f"the home was chosen for version {choice.need_version} of the need and {choice.fee_version} of the fee, this is"
            f" {mine[0]} and {mine[1]}; sign what was decided",
        )


def _is_outdated(approval: Approved, search: Search) -> bool:
    """Was it for a decision that another has replaced?"""
    choice = search.choice
    return choice is not None and (approval.need_version, approval.fee_version) != (
        choice.need_version,
        choice.fee_version,
    )
