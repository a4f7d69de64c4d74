"""A case told step by step, through the real deciders and without a ledger: for tests of deciders, rules and read models.

    story = open_competition()            from the plan to the contract, three bids, everything fair
    story = open_competition(until="moderated")
    story.do(Award(...), by=APPROVER)     one more step; raises Refused like the desk
    story.events                          tuple[Recorded, ...], as the authority sees them
    story.public()                        the same with every slot closed that no release has opened

Each step is a minute after the one before, unless `at` says when. Leaf hashes are made from the index: they are stable.
"""

from __future__ import annotations

import base64
import hashlib
import random
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any, Literal, TypeVar
from uuid import UUID

import msgspec

from fairplace import catalogue, deciders
from fairplace.decision import Actor, Command, Decision, History
from fairplace.errors import Refused
from fairplace.event import Fact
from fairplace.ledger.disclosure import Sealed
from fairplace.openness.commands import Release
from fairplace.openness.release import in_effect
from fairplace.people.commands import DeclareInterests
from fairplace.procurement.commands import (
    Agreed,
    AnswerQuestion,
    AskQuestion,
    AssessConflicts,
    Award,
    ChangeContract,
    CheckBids,
    EndContract,
    EnterContract,
    LodgeBid,
    Marked,
    Moderate,
    NameBuyers,
    NameParent,
    OpenBids,
    Plan,
    PublishNotice,
    PublishTender,
    SendSummaries,
    SentSummary,
    SignSheet,
)
from fairplace.procurement.deposits import cover_deposit
from fairplace.procurement.events import BidCheck, Buyer, Criterion, DepositReceived, Scale
from fairplace.recorded import Recorded
from fairplace.terms import CaseId, Document, Instant, KeyName, Mark, Pence, Provider, instant, moment

DOMAIN = "northbrook.gov.example"


def _person(token: str, *roles: str) -> Actor:
    return Actor(key=f"{DOMAIN}/officer/{token}", roles=frozenset(roles))


OFFICER = _person("k7d2", "officer")
EVALUATORS = (_person("e1aa", "evaluator"), _person("e2bb", "evaluator"), _person("e3cc", "evaluator"))
MODERATOR = _person("m4dd", "moderator")
APPROVER = _person("a5ee", "approver")
MONITORING = _person("l6ff", "monitoring")
RECEIVER = Actor(key=f"{DOMAIN}/service/receiver", roles=frozenset({"receiver"}))
ASSESSOR = Actor(key=f"{DOMAIN}/service/assessor", roles=frozenset({"assessor"}))
IMPORTER = Actor(key=f"{DOMAIN}/service/importer", roles=frozenset({"importer"}))

ALDER = Provider(id="GB-COH-01000001", name="Alder Homes")
BIRCH = Provider(id="GB-COH-01000002", name="Birch Care")
CEDAR = Provider(id="GB-COH-01000003", name="Cedar House")
DOGWOOD = Provider(id="GB-COH-01000004", name="Dogwood Lodge")
ELDER = Provider(id="GB-COH-01000005", name="Elder Trust")
PROVIDERS = (ALDER, BIRCH, CEDAR, DOGWOOD, ELDER)

START: Instant = "2026-03-02T09:00:00.000Z"
DEADLINE: Instant = "2026-04-01T12:00:00.000Z"
CHANCE = bytes(range(32))

CRITERIA = [
    Criterion(id="care", parent=None, kind="quality", weight=4000),
    Criterion(id="staff", parent=None, kind="quality", weight=2000),
    Criterion(id="price", parent=None, kind="price", weight=4000),
]
TITLES = {"care": "Quality of care", "staff": "Staffing and training", "price": "Weekly price"}
SCALE = Scale(lowest=0, highest=10, step=2)
DESCRIPTORS = {"0": "Nothing said", "10": "Convincing in every respect"}


def document(name: str) -> Document:
    content = name.encode()
    return Document(sha256=hashlib.sha256(content).hexdigest(), bytes=len(content), media="application/pdf")


EXHIBIT = document("portal export")


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """A bid as the story's fair panel sees it: its price and the mark that everybody gives it on each criterion."""

    provider: Provider
    price: Pence
    marks: Mapping[str, Mark]


OFFERS = (
    Offer(provider=ALDER, price=520_000, marks={"care": 8, "staff": 6}),
    Offer(provider=BIRCH, price=480_000, marks={"care": 6, "staff": 6}),
    Offer(provider=CEDAR, price=610_000, marks={"care": 6, "staff": 8}),
    Offer(provider=DOGWOOD, price=555_500, marks={"care": 4, "staff": 8}),
    Offer(provider=ELDER, price=499_900, marks={"care": 4, "staff": 4}),
)
"""Alder ranks first among any number of these."""


class Story:
    """One case that grows by commands."""

    def __init__(self, *, case: CaseId | None = None, start: Instant = START, index: int = 0, seed: int = 1) -> None:
        self._random = random.Random(seed)
        self.case: CaseId = case or self._uuid()
        self._first = index
        self._events: list[Recorded] = []
        self._covers: list[Recorded] = []
        self.now = moment(start)

    @property
    def events(self) -> tuple[Recorded, ...]:
        return tuple(self._events)

    @property
    def history(self) -> History:
        return History(case=self.case, events=self.events)

    @property
    def everything(self) -> list[Recorded]:
        """The events with the cover deposits among them, in log order."""
        return sorted([*self._events, *self._covers], key=lambda recorded: recorded.index)

    @property
    def last(self) -> Recorded:
        return self._events[-1]

    def decide(self, command: Command, *, by: Actor = OFFICER, at: Instant | None = None) -> Decision:
        """What the deciders say now; nothing is recorded."""
        named = msgspec.structs.replace(command, case=self.case)
        return deciders.decide(named, self.history, at=at or self._next(), by=by, chance=CHANCE)

    def do(
        self,
        command: Command,
        *,
        by: Actor = OFFICER,
        at: Instant | None = None,
        second: Actor | None = None,
        stream: str | None = None,
    ) -> Recorded:
        """Carry out a command. A step that needs a second signature gets that of `second`, else of MONITORING."""
        when = at or self._next()
        decision = self.decide(command, by=by, at=when)
        if decision.not_before is not None and when < decision.not_before:
            raise Refused(f"not before {decision.not_before}", code="early")
        if decision.not_after is not None and when > decision.not_after:
            raise Refused(f"not after {decision.not_after}", code="deadline")
        signers = [by.key]
        if decision.second:
            other = second or (MONITORING if by.key != MONITORING.key else APPROVER)
            assert other.roles & decision.second, f"{other.key} cannot countersign"
            assert other.key != by.key
            signers.append(other.key)
        return self.record(decision.event, stream=stream or decision.stream, by=by, at=when, signers=signers)

    def record(
        self,
        event: Fact,
        *,
        stream: str = "case",
        by: Actor = OFFICER,
        at: Instant | None = None,
        signers: Sequence[KeyName] = (),
    ) -> Recorded:
        """Write an event as it is, past the deciders: for what no decider would let through."""
        recorded = self._recorded(event, stream, by, at or self._next(), signers)
        self._events.append(recorded)
        return recorded

    def report(self, command: Command, *, by: Actor = OFFICER, happened_at: Instant | None = None) -> Recorded:
        """The same command as a report of what the portal shows."""
        when = self._next()
        told = msgspec.structs.replace(
            command, evidence="portal-export", exhibit=EXHIBIT, happened_at=happened_at or when
        )
        return self.do(told, by=by, at=when)

    def refusal(self, command: Command, *, by: Actor = OFFICER, at: Instant | None = None) -> Refused:
        """The refusal that this command meets now."""
        try:
            decision = self.decide(command, by=by, at=at)
        except Refused as refused:
            return refused
        raise AssertionError(f"not refused: {decision.statement}")

    def cover(self) -> None:
        """A deposit of nothing."""
        event = cover_deposit(at=self._next())
        recorded = self._recorded(event, "new", RECEIVER, event.happened_at, (), case=None)
        self._covers.append(recorded)

    def wait_until(self, when: Instant) -> None:
        self.now = max(self.now, moment(when))

    def wait_days(self, days: int) -> None:
        self.now += timedelta(days=days)

    def public(self) -> tuple[Recorded, ...]:
        """The case as the public sees it: what no release has opened is closed, deposits without a case are gone."""
        opened = in_effect(self.history)[0]
        shown = [
            msgspec.structs.replace(recorded, event=closed(recorded.event, opened.get(recorded.index, set())))
            for recorded in self._events
        ]
        return tuple(one for one in shown if not isinstance(one.event, DepositReceived) or one.event.case.is_open)

    def _next(self) -> Instant:
        self.now += timedelta(minutes=1)
        return instant(self.now)

    def _uuid(self) -> str:
        return str(UUID(bytes=self._random.randbytes(16), version=4))

    def _recorded(
        self,
        event: Fact,
        stream: str,
        by: Actor,
        at: Instant,
        signers: Sequence[KeyName],
        case: CaseId | None = "",
    ) -> Recorded:
        index = self._first + len(self._events) + len(self._covers)
        name = {"case": self.case, "new": self._uuid()}.get(stream, stream)
        self.now = max(self.now, moment(at))
        return Recorded(
            index=index,
            leaf=leaf(index),
            at=at,
            actor=by.key,
            signers=tuple(signers) or (by.key,),
            roles=by.roles,
            type=catalogue.NAMES[type(event)],
            stream=name,
            n=1 + sum(one.stream == name for one in self._events),
            case=self.case if case == "" else case,
            event=event,
        )


def leaf(index: int) -> str:
    return base64.b64encode(hashlib.sha256(b"\0story" + index.to_bytes(8)).digest()).decode("ascii")


def closed(value: Any, opened: set[str], path: str = "") -> Any:
    """The value with its sealed parts closed, but for the slots in `opened`."""
    if isinstance(value, Sealed):
        return value if path in opened else Sealed(basis=value.basis, digest=value.digest)
    if isinstance(value, msgspec.Struct):
        return type(value)(
            **{name: closed(getattr(value, name), opened, f"{path}/{name}") for name in value.__struct_fields__}
        )
    if isinstance(value, dict):
        return {name: closed(item, opened, f"{path}/{name}") for name, item in value.items()}
    return value


# One builder for each noun


def plan(**changes: Any) -> Plan:
    return _made(
        Plan,
        changes,
        regime="PA23",
        contract_kind="services",
        route="open",
        light_touch=False,
        cpv=["85311300"],
        title="Short breaks for disabled children",
        need="Forty families wait for short breaks",
        authority="Northbrook Council",
        estimated_value=1_800_000,
        lots_reason="One lot: the service is one team",
    )


BUYERS = [
    Buyer(id="GB-LAE-VAL", name="Vale Council", role="buys"),
    Buyer(id="GB-PPON-PNOR-1234-TBRK", name="Northbrook Council", role="leads"),
    Buyer(id=None, name="Vale Children’s Trust", role="bought-for"),
]


def buyers(*named: Buyer, **changes: Any) -> NameBuyers:
    """Northbrook leads, Vale buys with it, and a trust is bought for."""
    return _made(NameBuyers, changes, buyers=list(named or BUYERS))


def parent(**changes: Any) -> NameParent:
    """A framework of another register."""
    return _made(NameParent, changes, reference="ocds-h6vhtk-04a1b2")


def conflicts(**changes: Any) -> AssessConflicts:
    return _made(AssessConflicts, changes, conflicts=["None seen"], steps=["Declarations before sheets"])


def tender(**changes: Any) -> PublishTender:
    return _made(
        PublishTender,
        changes,
        criteria=CRITERIA,
        scale=SCALE,
        price_formula="lowest-over-price",
        tie_break="highest-quality",
        deadline=DEADLINE,
        questions_until="2026-03-20T12:00:00.000Z",
        titles=TITLES,
        descriptors=DESCRIPTORS,
        conditions=["registered"],
        documents=[document("tender pack")],
    )


def bid(offer: Offer, **changes: Any) -> LodgeBid:
    return _made(LodgeBid, changes, provider=offer.provider, price=offer.price, document=document(offer.provider.name))


def check(**changes: Any) -> BidCheck:
    return _made(
        BidCheck,
        changes,
        status="live",
        conditions={"registered": True},
        exclusion="clear",
        debarment_checked_on="2026-04-01",
        heard_on=None,
        ground=None,
        reason=None,
    )


def checks(offers: Sequence[Offer], **changes: BidCheck) -> CheckBids:
    """Every bid live and clear, but for those named by the provider's first word in small letters."""
    return _made(CheckBids, {}, bids={one.provider.id: changes.get(short(one.provider), check()) for one in offers})


def sheet(offers: Sequence[Offer], marks: Mapping[str, Mapping[str, Mark]] | None = None, **changes: Any) -> SignSheet:
    """One evaluator's sheet; `marks` replaces marks by provider id and criterion."""
    given = {
        one.provider.id: Marked(
            marks={**one.marks, **(marks or {}).get(one.provider.id, {})},
            reasons={
                name: f"{one.provider.name} on {name}: as page {place + 3} shows"
                for place, name in enumerate(one.marks)
            },
        )
        for one in offers
    }
    return _made(SignSheet, changes, bids=given)


def agreed(offers: Sequence[Offer], marks: Mapping[str, Mapping[str, Mark]] | None = None, **changes: Any) -> Moderate:
    given = {
        one.provider.id: Agreed(
            marks={**one.marks, **(marks or {}).get(one.provider.id, {})},
            reasons={name: f"Agreed for {one.provider.name} on {name}" for name in one.marks},
        )
        for one in offers
    }
    return _made(Moderate, changes, bids=given)


def award(offer: Offer, **changes: Any) -> Award:
    return _made(
        Award,
        changes,
        awards={offer.provider.id: offer.price},
        reasons=[f"{offer.provider.name} offered the strongest care"],
        alternatives=["Bringing the service in house: too slow"],
        delegation="4.2",
    )


WHOLE: list[Literal["criteria", "own-scores", "own-reasons", "totals", "winner-scores", "why-not"]] = [
    "criteria",
    "own-scores",
    "own-reasons",
    "totals",
    "winner-scores",
    "why-not",
]


def summaries(offers: Sequence[Offer], **changes: Any) -> SendSummaries:
    return _made(SendSummaries, changes, bids={one.provider.id: SentSummary(contains=WHOLE) for one in offers})


def notice(code: str = "UK6", **changes: Any) -> PublishNotice:
    return _made(PublishNotice, changes, notice=code, reference="2026/S 000-012345")


def contract(offer: Offer, **changes: Any) -> EnterContract:
    return _made(EnterContract, changes, value=offer.price)


def contract_change(**changes: Any) -> ChangeContract:
    """A change of price that the contract provides for, from 1 June 2026 on."""
    return _made(
        ChangeContract,
        changes,
        changed_on="2026-06-01",
        kind="price",
        ground="provided-for",
        value_after=550_000,
        reason="Clause 14 ties the price to the index of wages",
    )


def contract_end(**changes: Any) -> EndContract:
    return _made(
        EndContract,
        changes,
        ended_on="2026-04-24",
        how="termination",
        cause="agreed",
        reason="Both sides agreed to part",
    )


def short(provider: Provider) -> str:
    return provider.name.split()[0].lower()


S = TypeVar("S", bound=msgspec.Struct)


def _made(kind: type[S], changes: Mapping[str, Any], /, **members: Any) -> S:
    given = {**members, **changes}
    if issubclass(kind, Command):
        given.setdefault("id", "test")
    return kind(**given)


# The whole way

STANDSTILL_ENDS = "2026-04-23"


class _Telling:
    """The chapters of a fair open competition, in their order."""

    def __init__(self, story: Story, offers: Sequence[Offer], panel: Sequence[Actor]) -> None:
        self.story = story
        self.offers = offers
        self.panel = panel
        self.planned_as: Mapping[str, Any] = {}
        self.published_as: Mapping[str, Any] = {}
        self.covers = False

    def planned(self) -> None:
        self.story.do(plan(**self.planned_as))
        if self.planned_as.get("route") in ("framework_calloff", "flexible_dm"):
            self.story.do(parent(members=[one.provider for one in self.offers]))
        self.story.do(conflicts())

    def published(self) -> None:
        self.story.do(DeclareInterests(id="test", acting_as="officer"))
        self.story.do(tender(**self.published_as))
        self.story.do(Release(id="test", occasion="notice"))

    def asked(self) -> None:
        self.story.wait_until("2026-03-10T09:00:00.000Z")
        self.story.do(AskQuestion(id="test", words="Are waking nights costed apart?", asked_by=BIRCH), by=RECEIVER)
        self.story.do(AnswerQuestion(id="test", question="Q1", answer="Yes, on the second sheet"))
        self.story.do(Release(id="test", occasion="notice"))

    def deposited(self) -> None:
        self.story.wait_until("2026-03-30T09:00:00.000Z")
        for offer in self.offers:
            if self.covers:
                self.story.cover()
            self.story.do(bid(offer), by=RECEIVER)

    def opened(self) -> None:
        self.story.wait_until("2026-04-02T09:00:00.000Z")
        self.story.do(OpenBids(id="test", present=[MONITORING.key]))

    def checked(self) -> None:
        for person in self.panel:
            self.story.do(DeclareInterests(id="test", acting_as="evaluator"), by=person)
        self.story.do(DeclareInterests(id="test", acting_as="moderator"), by=MODERATOR)
        self.story.do(DeclareInterests(id="test", acting_as="approver"), by=APPROVER)
        self.story.do(DeclareInterests(id="test", acting_as="officer"))
        self.story.do(checks(self.offers))

    def marked(self) -> None:
        for person in self.panel:
            self.story.do(sheet(self.offers), by=person)

    def moderated(self) -> None:
        self.story.wait_until("2026-04-07T09:00:00.000Z")
        self.story.do(agreed(self.offers, present=[person.key for person in self.panel]), by=MODERATOR)

    def awarded(self) -> None:
        self.story.wait_until("2026-04-09T09:00:00.000Z")
        self.story.do(award(self.offers[0]), by=APPROVER)

    def summarised(self) -> None:
        self.story.wait_until("2026-04-13T09:00:00.000Z")
        self.story.do(summaries(self.offers))

    def noticed(self) -> None:
        ends = None if self.planned_as.get("light_touch") else STANDSTILL_ENDS
        self.story.do(notice("UK6", standstill_ends=ends))

    def contracted(self) -> None:
        self.story.wait_until("2026-04-24T09:00:00.000Z")
        self.story.do(contract(self.offers[0]), by=APPROVER)
        self.story.do(notice("UK7"))

    def released(self) -> None:
        self.story.do(Release(id="test", occasion="award"))
        self.story.do(Release(id="test", occasion="contract"))


CHAPTERS: Mapping[str, Callable[[_Telling], None]] = {
    "planned": _Telling.planned,
    "published": _Telling.published,
    "asked": _Telling.asked,
    "deposited": _Telling.deposited,
    "opened": _Telling.opened,
    "checked": _Telling.checked,
    "marked": _Telling.marked,
    "moderated": _Telling.moderated,
    "awarded": _Telling.awarded,
    "summarised": _Telling.summarised,
    "noticed": _Telling.noticed,
    "contracted": _Telling.contracted,
    "released": _Telling.released,
}


def open_competition(
    *,
    bids: int = 3,
    until: str = "contracted",
    evaluators: int = 2,
    offers: Sequence[Offer] | None = None,
    planned: Mapping[str, Any] | None = None,
    published: Mapping[str, Any] | None = None,
    covers: bool = False,
    index: int = 0,
    seed: int = 1,
) -> Story:
    """One fair open competition under the Procurement Act, told up to the end of a chapter.

    Planned on 2 March 2026, bids until 1 April, opened and marked from 2 April, awarded on 9 April, award notice on
    13 April with a standstill until the 23rd, signed on the 24th. `planned` and `published` change those commands.
    """
    telling = _Telling(
        Story(index=index, seed=seed), OFFERS[:bids] if offers is None else offers, EVALUATORS[:evaluators]
    )
    telling.planned_as, telling.published_as, telling.covers = planned or {}, published or {}, covers
    for chapter, tell in CHAPTERS.items():
        tell(telling)
        if chapter == until:
            return telling.story
    raise KeyError(until)
