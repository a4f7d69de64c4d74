"""What a later decision needs to know of a procurement's past.

- `evolve` never raises, whatever was reported: it is also run on ten-year-old events and on reports of breaches.
- Bids are known here by their deposit, their place and their provider; only the authority's view can fold them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec
from msgspec.structs import replace

from fairplace.bidding import events as bidding
from fairplace.decision import History
from fairplace.people.events import InterestDecided
from fairplace.procedure import signed_by
from fairplace.procurement.events import (
    Awarded,
    AwardWithdrawn,
    BidCheck,
    BidsChecked,
    BidsOpened,
    BuyersNamed,
    ClaimNotified,
    ConflictsAssessed,
    ContractChanged,
    ContractEnded,
    ContractEntered,
    CriteriaChanged,
    Criterion,
    DeadlineChanged,
    DepositReceived,
    DepositReceivedLate,
    DepositWithdrawn,
    EndedWithoutAward,
    GroundNamed,
    LateBidsDecided,
    LateDecision,
    Moderated,
    NoticePublished,
    ParentNamed,
    Planned,
    PriceFormula,
    PricesOpened,
    QuestionAnswered,
    QuestionAsked,
    Result,
    Scale,
    SheetSigned,
    SummariesSent,
    SuspensionEnded,
    TenderPublished,
)
from fairplace.recorded import Recorded
from fairplace.terms import Day, Instant, KeyName, LeafHash, Mark, Pence, Place, Provider, london_day

K = TypeVar("K")
V = TypeVar("V")


class Deposit(msgspec.Struct, frozen=True, kw_only=True):
    leaf: LeafHash
    provider: Provider
    price: Pence | None
    signed_by: KeyName | None
    late: bool
    withdrawn: bool = False


class Sheet(msgspec.Struct, frozen=True, kw_only=True):
    """One sheet: whose it is (a report's evaluator is unknown, so its stream stands for them), and its marks."""

    index: int
    evaluator: KeyName
    criteria: tuple[str, ...]
    marks: Mapping[Place, Mapping[str, Mark]]


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """A contract award notice (UK6): the day in London on which it was published, and the standstill it gives."""

    published_on: Day
    standstill_ends: Day | None


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    issued_on: Day
    notified_on: Day


class Invitation(msgspec.Struct, frozen=True, kw_only=True):
    """What a bid's formal faults are, and until when they may be put right where its bidder was invited."""

    until: Instant
    faults: bidding.FormalFaults


class Contract(msgspec.Struct, frozen=True, kw_only=True):
    """The contract as it stands after its changes. `ended_on` is null while it runs."""

    entered_on: Day
    value: Pence | None
    providers: tuple[Provider, ...]
    ended_on: Day | None = None


class Bid(msgspec.Struct, frozen=True, kw_only=True):
    """A bid that has a place. It is live until a check says otherwise."""

    place: Place
    provider: Provider
    price: Pence | None
    check: BidCheck | None

    @property
    def is_live(self) -> bool:
        return self.check is None or self.check.status == "live"


class State(msgspec.Struct, frozen=True, kw_only=True):
    planned: Planned | None = None
    buyers: BuyersNamed | None = None
    parent: ParentNamed | None = None
    ground: GroundNamed | None = None
    transparent: bool = False
    """Was a transparency notice published?"""
    conflicts_assessed: bool = False
    tender: TenderPublished | None = None
    criteria: tuple[Criterion, ...] = ()
    scale: Scale | None = None
    price_formula: PriceFormula | None = None
    deadline: Instant | None = None
    deadline_for: Mapping[str, Instant] = {}
    """Providers who alone were given another deadline."""
    questions: Mapping[str, str] = {}
    answered: frozenset[str] = frozenset()
    deposits: Mapping[LeafHash, Deposit] = {}
    opened: bool = False
    places: Mapping[Place, LeafHash | None] = {}
    late_decided: frozenset[LeafHash] = frozenset()
    checks: Mapping[Place, BidCheck] = {}
    sheets: tuple[Sheet, ...] = ()
    recused: Mapping[KeyName, int] = {}
    """Who must stay out of the case, with the index of the decision."""
    reopened_at: int = -1
    """The index of the newest withdrawal of an award: sheets and moderation may follow it again."""
    moderated_at: int = -1
    anonymity: int | None = None
    """The index of the decision that bids are marked without names; null without one."""
    veil: bool = False
    """Was that decided here and before the bids were opened, so that this register keeps the names away?"""
    prices: Mapping[Place, Pence] = {}
    """Those that stood inside sealed bids."""
    corrections: Mapping[Place, Invitation] = {}
    corrected: Mapping[Place, bidding.Correction] = {}
    secrets: Mapping[Place, list[bidding.SecretMark]] = {}
    rulings: Mapping[Place, list[bidding.Ruling]] = {}
    results: Mapping[Place, Result] = {}
    awarded_at: int = -1
    awards: Mapping[Place, Pence] = {}
    summaries: frozenset[Place] = frozenset()
    award_notice: Notice | None = None
    claims: tuple[Claim, ...] = ()
    contract: Contract | None = None
    ended: bool = False

    @property
    def bids(self) -> dict[str, Bid]:
        """Every bid that has a place, by its provider's id, in the order of places."""
        return {
            deposit.provider.id: Bid(
                place=place,
                provider=deposit.provider,
                price=self.prices.get(place) if deposit.price is None else deposit.price,
                check=self.checks.get(place),
            )
            for place, leaf in sorted(self.places.items())
            if leaf is not None and (deposit := self.deposits.get(leaf)) is not None
        }

    @property
    def live(self) -> dict[str, Bid]:
        return {name: bid for name, bid in self.bids.items() if bid.is_live}

    @property
    def last_deadline(self) -> Instant | None:
        """The latest moment at which anybody may bid."""
        return None if self.deadline is None else max([self.deadline, *self.deadline_for.values()])

    @property
    def undecided_late(self) -> dict[str, Deposit]:
        """Late bids on which nobody has decided, by provider; of several from one provider the newest counts."""
        return {
            deposit.provider.id: deposit
            for leaf, deposit in self.deposits.items()
            if deposit.late and not deposit.withdrawn and leaf not in self.late_decided
        }

    @property
    def is_veiled(self) -> bool:
        """Are bids marked under letters now? Once marks are agreed every sheet is in, and names come back."""
        return self.veil and self.moderated_at < 0

    def deadline_of(self, provider: str) -> Instant | None:
        return self.deadline_for.get(provider, self.deadline)

    def in_time(self, provider: str) -> Deposit | None:
        """This provider's deposit that came in time and was not withdrawn."""
        for deposit in self.deposits.values():
            if deposit.provider.id == provider and not deposit.late and not deposit.withdrawn:
                return deposit
        return None

    def inputs(self, place: Place, criterion: str) -> list[Mark]:
        """What evaluators gave, in the order of their sheets; of one evaluator's several the newest; of the recused none."""
        given = {
            sheet.evaluator: sheet.marks[place][criterion]
            for sheet in self.sheets
            if criterion in sheet.marks.get(place, {}) and sheet.evaluator not in self.recused
        }
        return list(given.values())


def calls_off(planned: Planned | None) -> bool:
    """Is it bought under a framework or dynamic market?"""
    return planned is not None and planned.route in ("framework_calloff", "flexible_dm")


def awards_directly(planned: Planned | None) -> bool:
    return planned is not None and planned.route in ("direct_s41", "direct_s43")


def state_of(history: History) -> State:
    state = State()
    for recorded in history.events:
        state = evolve(state, recorded)
    return state


def evolve(state: State, recorded: Recorded) -> State:
    """The state after one more entry of the case."""
    for fold in (_invitation, _bids, _evaluation, _decision):
        state = fold(state, recorded)
    return state


def _grounded(state: State, leaf: LeafHash, event: GroundNamed) -> State:
    """Whom a direct award is to go to stands in the one place there is, as if they had bid.

    What was awarded stays with whom it was awarded to, whatever is reported later; and a notice told of the ground and of
    the supplier that were named before it, of no others.
    """
    if state.awarded_at >= 0:
        return state
    named, held, before = event.provider.get(), dict(state.deposits), state.ground
    if named is not None:
        held[leaf] = Deposit(leaf=leaf, provider=named, price=None, signed_by=None, late=False)
    same = before is None or (before.ground, before.provider.get()) == (event.ground, named)
    return replace(
        state,
        ground=event,
        transparent=state.transparent and same,
        opened=True,
        places={"01": leaf},
        deposits=held,
    )


def _invitation(state: State, recorded: Recorded) -> State:
    match recorded.event:
        case Planned() as event:
            return replace(state, planned=event)
        case ParentNamed() as event:
            return replace(state, parent=event)
        case BuyersNamed() as event:
            return replace(state, buyers=event)
        case GroundNamed() as event:
            return _grounded(state, recorded.leaf, event)
        case ConflictsAssessed():
            return replace(state, conflicts_assessed=True)
        case TenderPublished() as event:
            return replace(
                state,
                tender=event,
                criteria=tuple(event.criteria),
                scale=event.scale,
                price_formula=event.price_formula,
                deadline=event.deadline,
            )
        case CriteriaChanged() as event:
            return replace(state, criteria=tuple(event.criteria), scale=event.scale, price_formula=event.price_formula)
        case DeadlineChanged(audience="all", deadline=deadline):
            return replace(state, deadline=deadline, deadline_for={})
        case DeadlineChanged(deadline=deadline, recipients=recipients):
            some = {provider.id: deadline for provider in recipients.get([])}
            return replace(state, deadline_for={**state.deadline_for, **some})
        case QuestionAsked(question=question, words=words):
            return replace(state, questions=_with(state.questions, question, words.get("")))
        case QuestionAnswered(question=question):
            return replace(state, answered=state.answered | {question})
        case _:
            return state


def _bids(state: State, recorded: Recorded) -> State:
    match recorded.event:
        case DepositReceived() | DepositReceivedLate() as event:
            if (provider := event.provider.get()) is None:
                return state
            deposit = Deposit(
                leaf=recorded.leaf,
                provider=provider,
                price=event.price.get(),
                signed_by=signed_by(event.provider_signature.get()),
                late=isinstance(event, DepositReceivedLate),
            )
            return replace(state, deposits=_with(state.deposits, recorded.leaf, deposit))
        case DepositWithdrawn(deposit=taken_back):
            gone = {
                leaf: replace(deposit, withdrawn=deposit.withdrawn or leaf == taken_back.get())
                for leaf, deposit in state.deposits.items()
            }
            return replace(state, deposits=gone)
        case BidsOpened(bids=bids):
            return replace(state, opened=True, places={place: bid.deposit.get() for place, bid in bids.items()})
        case PricesOpened(bids=asked):
            known = {place: price for place, one in asked.items() if (price := one.price.get()) is not None}
            return replace(state, prices={**state.prices, **known})
        case LateBidsDecided(decisions=sealed):
            decisions: list[LateDecision] = sealed.get([])
            admitted = {one.place: one.deposit for one in decisions if one.admitted and one.place is not None}
            return replace(
                state,
                places={**state.places, **admitted},
                late_decided=state.late_decided | {one.deposit for one in decisions},
            )
        case bidding.CorrectionsInvited(bids=bids, until=until):
            named = {place: Invitation(until=until, faults=one) for place, one in _open(bids, "faults").items()}
            return replace(state, corrections={**state.corrections, **named})
        case bidding.CorrectionsReceived(bids=bids):
            return replace(state, corrected={**state.corrected, **_open(bids, "correction")})
        case bidding.SecretsMarked(bids=bids):
            return replace(state, secrets={**state.secrets, **_open(bids, "secrets")})
        case bidding.SecretsDecided(bids=bids):
            return replace(state, rulings={**state.rulings, **_open(bids, "rulings")})
        case BidsChecked(bids=bids):
            return replace(state, checks={**state.checks, **_open(bids, "check")})
        case _:
            return state


def _evaluation(state: State, recorded: Recorded) -> State:
    match recorded.event:
        case SheetSigned() as event:
            sheet = Sheet(
                index=recorded.index,
                evaluator=recorded.actor if event.is_act else recorded.stream,
                criteria=tuple(event.criteria),
                marks=_open(event.bids, "marks"),
            )
            return replace(state, sheets=(*state.sheets, sheet))
        case bidding.AnonymityDecided() as event:
            return replace(state, anonymity=recorded.index, veil=event.is_act and not state.opened)
        case InterestDecided(person=person, outcome=outcome):
            others = {name: index for name, index in state.recused.items() if name != person}
            out = {person: recorded.index} if outcome == "recuse" else {}
            return replace(state, recused={**others, **out})
        case Moderated() as event:
            return replace(state, moderated_at=recorded.index, results=_open(event.bids, "result"))
        case _:
            return state


def _decision(state: State, recorded: Recorded) -> State:
    match recorded.event:
        case Awarded(bids=bids):
            won = {place: award.value for place, award in _open(bids, "award").items()}
            return replace(state, awarded_at=recorded.index, awards=won)
        case SummariesSent(bids=bids):
            return replace(state, summaries=state.summaries | _open(bids, "summary").keys())
        case NoticePublished(notice="UK5"):
            return replace(state, transparent=True)
        case NoticePublished(notice="UK6") as event:
            published_on = london_day(event.happened_at).isoformat()
            return replace(state, award_notice=Notice(published_on=published_on, standstill_ends=event.standstill_ends))
        case ClaimNotified() as event:
            claim = Claim(issued_on=event.issued_on, notified_on=event.notified_on)
            return replace(state, claims=(*state.claims, claim))
        case SuspensionEnded():
            return replace(state, claims=())
        case ContractEntered() as event:
            return replace(state, contract=_signed(event))
        case ContractChanged() as event if state.contract is not None:
            return replace(state, contract=_changed(state.contract, event))
        case ContractEnded(ended_on=ended_on) if state.contract is not None:
            return replace(state, contract=replace(state.contract, ended_on=ended_on))
        case EndedWithoutAward():
            return replace(state, ended=True)
        case AwardWithdrawn():
            return replace(
                state,
                reopened_at=recorded.index,
                awarded_at=-1,
                awards={},
                summaries=frozenset(),
                award_notice=None,
            )
        case _:
            return state


def _signed(event: ContractEntered) -> Contract:
    return Contract(entered_on=event.entered_on, value=event.value.get(), providers=tuple(event.providers.get(())))


def _changed(contract: Contract, event: ContractChanged) -> Contract:
    value, providers = event.value_after.get(), event.providers.get(())
    return replace(
        contract,
        value=contract.value if value is None else value,
        providers=tuple(providers) or contract.providers,
    )


def _with(known: Mapping[K, V], key: K, value: V) -> dict[K, V]:
    return {**known, key: value}


def _open(bids: Mapping[Place, Any], name: str) -> dict[Place, Any]:
    """The values under this name of the places that have one."""
    values = {place: getattr(bid, name).get() for place, bid in bids.items()}
    return {place: value for place, value in values.items() if value is not None}
