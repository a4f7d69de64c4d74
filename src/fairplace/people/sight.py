"""Who may read which sealed value, and from when on: nothing that is not listed here, by nobody.

- Before the bids of a case are opened nobody reads a bid, whatever their role; a late one not before the others.
- An evaluator reads the bids without their prices, and of the others' sheets nothing before marks are agreed; nor whose a
  bid is, where it was decided that bids are marked without names.
- Who must stay out of a case reads nothing of it but their own words.
- A provider reads what is its own: what it lodged at any time, how it was judged once it is told; of a search for a home,
  what it was asked and what it answered (`people/asked.py`).
- What belongs to no case is whose a key is, and what was done with sealed values.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Literal

import msgspec

from fairplace.bidding.events import AnonymityDecided
from fairplace.challenge.events import Lodged
from fairplace.decision import History
from fairplace.ledger.disclosure import closed, slots_of
from fairplace.people import by_tag
from fairplace.people.asked import of_asked
from fairplace.people.roles import KNOW_NAMES, recused
from fairplace.procurement.events import (
    Awarded,
    BidsOpened,
    DeadlineChanged,
    DepositReceived,
    DepositReceivedLate,
    DepositWithdrawn,
    EndedWithoutAward,
    GroundNamed,
    LateBidsDecided,
    Moderated,
    QuestionAsked,
    SummariesSent,
    TenderPublished,
)
from fairplace.terms import Instant, KeyName, Place

Since = Literal["always", "bidders", "opened", "named", "moderated", "decided"]
"""From when on. `bidders`: since the bids are opened, or since a ground names whom a direct award is to go to."""


class Sight(msgspec.Struct, frozen=True):
    """Slots of some types that some roles may read. `*` is any place; `own`: the signer of the entry, too."""

    types: frozenset[str]
    slots: tuple[str, ...]
    who: frozenset[str]
    since: Since
    why: str
    own: bool = False


def _sight(types: str, slots: str, who: str, since: Since, why: str, *, own: bool = False) -> Sight:
    return Sight(frozenset(types.split()), tuple(slots.split()), frozenset(who.split()), since, why, own)


_OFFICE = "officer approver monitoring auditor"
_PANEL = "officer evaluator moderator approver monitoring auditor"
_KNOW_NAMES = " ".join(sorted(KNOW_NAMES))
_EVERY_STEP = (
    "procurement.planned/1 procurement.buyers-named/1 procurement.parent-named/1 procurement.ground-named/1 procurement.conflicts-assessed/1"
    " procurement.tender-published/1 procurement.criteria-changed/1"
    " procurement.deadline-changed/1 procurement.question-asked/1 procurement.question-answered/1"
    " procurement.contact-recorded/1 procurement.bids-opened/1 procurement.late-bids-decided/1"
    " procurement.prices-opened/1 procurement.corrections-invited/1 procurement.corrections-received/1"
    " procurement.secrets-marked/1 procurement.secrets-decided/1"
    " procurement.bids-checked/1 evaluation.anonymity-decided/1 evaluation.sheet-signed/1 evaluation.moderated/1"
    " procurement.awarded/1 procurement.summaries-sent/1 procurement.notice-published/1 procurement.claim-notified/1"
    " procurement.suspension-ended/1 procurement.contract-entered/1 procurement.contract-changed/1"
    " procurement.contract-ended/1 procurement.ended-without-award/1 procurement.award-withdrawn/1 interest.decided/1"
)
_BESIDE = (
    "evaluation.name-seen/1 interest.declared/1 challenge.lodged/1 challenge.acknowledged/1 challenge.answered/1 challenge.decided/1"
    " challenge.remedied/1 challenge.taken-further/1 challenge.withdrawn/1 finding.answered/1 words.corrected/1 urgent.bought/1 urgent.decided/1 value.disclosed/1 value.withdrawn/1 case.assessed/1 signature.reaffirmed/1 procurement.imported/1"
)

SIGHTS: tuple[Sight, ...] = (
    _sight(_EVERY_STEP, "/override_reason", _OFFICE, "always", "whoever answers for the procedure"),
    _sight(f"{_EVERY_STEP} {_BESIDE}", "/exhibit", _OFFICE, "always", "whoever keeps the file"),
    # The invitation
    _sight("procurement.planned/1", "/title /need /authority /estimated_value /lots_reason /split_reason", _PANEL,
           "always", "the panel knows what is bought"),
    _sight("procurement.buyers-named/1", "/buyers", _PANEL, "always", "the panel knows who buys"),
    _sight("procurement.parent-named/1", "/name", _PANEL, "always", "the panel knows what is bought"),
    _sight("procurement.parent-named/1", "/members", _OFFICE, "always", "it names who may bid"),
    _sight("procurement.ground-named/1", "/provider /reason", _OFFICE, "always", "whoever answers for the award"),
    _sight("procurement.conflicts-assessed/1", "/conflicts /steps", _OFFICE, "always", "it names people"),
    _sight("procurement.tender-published/1", "/titles /descriptors /documents", _PANEL, "always", "the panel's scale"),
    _sight("procurement.criteria-changed/1", "/titles /descriptors /reason", _PANEL, "always", "the panel's scale"),
    _sight("procurement.deadline-changed/1", "/recipients /reason", _OFFICE, "always", "it names who may bid"),
    _sight("procurement.question-asked/1", "/words", _PANEL, "always", "answers are for everybody"),
    _sight("procurement.question-asked/1", "/asked_by", "monitoring auditor", "always", "the asker stays hidden"),
    _sight("procurement.question-answered/1", "/words /answer", _PANEL, "always", "answers are for everybody"),
    _sight("procurement.question-answered/1", "/recipients", "monitoring auditor", "always", "it names who may bid"),
    _sight("procurement.contact-recorded/1", "/handling /provider /note", "officer monitoring auditor", "always",
           "whoever deals with approaches"),
    # Bids
    _sight("deposit.received/1 deposit.received-late/1", "/case /seen /provider /document", _KNOW_NAMES, "opened",
           "the bids are on the table"),
    _sight("deposit.received/1 deposit.received-late/1", "/case /seen /provider /document", "evaluator", "named",
           "marks may be given without names"),
    _sight("deposit.received/1 deposit.received-late/1", "/price /provider_signature",
           "officer moderator approver monitoring auditor", "opened", "marks are given without the price"),
    _sight("deposit.withdrawn/1", "/case /seen /deposit /provider_signature", _OFFICE, "opened", "it came to nothing"),
    _sight("deposit.received/1 deposit.received-late/1 deposit.withdrawn/1", "/exhibit", _OFFICE, "opened",
           "what the report of a bid rests on may hold the bid"),
    _sight("procurement.bids-opened/1", "/bids/*/deposit /rests_on /late", _KNOW_NAMES, "opened", "places name the bids"),
    _sight("procurement.bids-opened/1", "/bids/*/deposit /rests_on /late", "evaluator", "named",
           "marks may be given without names"),
    _sight("procurement.late-bids-decided/1", "/decisions", _OFFICE, "opened", "it names late bidders"),
    _sight("procurement.prices-opened/1", "/bids/*/price", "officer moderator approver monitoring auditor", "opened",
           "marks are given without the price"),
    _sight("procurement.bids-checked/1", "/bids/*/check", _KNOW_NAMES, "bidders", "which bids are live"),
    _sight("procurement.bids-checked/1", "/bids/*/check", "evaluator", "named", "a reason may name the bidder"),
    _sight("procurement.corrections-invited/1", "/bids/*/faults", "officer moderator approver monitoring auditor",
           "opened", "marks are given without it"),
    _sight("procurement.corrections-received/1", "/bids/*/correction", "officer moderator approver monitoring auditor",
           "opened", "marks are given without it"),
    _sight("procurement.secrets-marked/1", "/bids/*/secrets", _KNOW_NAMES, "opened", "who answers for what is published"),
    _sight("procurement.secrets-decided/1", "/bids/*/rulings", _KNOW_NAMES, "opened", "who answers for what is published"),
    # Evaluation and decision
    _sight("evaluation.anonymity-decided/1", "/arrangements", _PANEL, "always", "who marks knows how names are kept out"),
    _sight("evaluation.name-seen/1", "/bid /note", _KNOW_NAMES, "opened", "who weighs what follows", own=True),
    _sight("evaluation.sheet-signed/1", "/bids/*/marks /bids/*/reasons", "moderator monitoring auditor", "opened",
           "who moderates must know them", own=True),
    _sight("evaluation.sheet-signed/1", "/bids/*/marks /bids/*/reasons", "officer evaluator approver", "moderated",
           "nobody marks after others' marks"),
    _sight("evaluation.moderated/1", "/bids/*/marks /bids/*/reasons /bids/*/changes /bids/*/result", _PANEL, "moderated",
           "the panel's agreement"),
    _sight("procurement.awarded/1", "/bids/*/award /reasons /alternatives", _PANEL, "decided", "the decision"),
    _sight("procurement.summaries-sent/1", "/bids/*/summary", _OFFICE, "decided", "what each bidder was told"),
    _sight("procurement.claim-notified/1", "/claimant", _OFFICE, "always", "whoever deals with the claim"),
    _sight("procurement.contract-entered/1", "/providers /value /document", _OFFICE, "decided", "the contract"),
    _sight("procurement.contract-changed/1", "/providers /value_before /value_after /document /reason", _OFFICE, "always",
           "whoever manages the contract"),
    _sight("procurement.contract-ended/1", "/reason", _OFFICE, "always", "whoever manages the contract"),
    _sight("procurement.ended-without-award/1", "/reason", _PANEL, "decided", "the decision"),
    _sight("procurement.award-withdrawn/1", "/reason", _PANEL, "always", "the decision"),
    _sight("procurement.imported/1", "/title /description /buyer /tender_value /awards /raw", "officer monitoring auditor",
           "always", "a published notice"),
    # People
    _sight("interest.declared/1", "/interests", "approver monitoring auditor", "always", "who decides on them", own=True),
    _sight("interest.decided/1", "/reason", "approver monitoring auditor", "always", "who decides on them"),
    # Challenges
    _sight("challenge.lodged/1", "/challenger /words /challenger_signature", _OFFICE, "always", "who must answer"),
    _sight("challenge.answered/1", "/answer", _OFFICE, "always", "who must answer"),
    _sight("challenge.decided/1", "/reason", _OFFICE, "always", "who must answer"),
    _sight("challenge.remedied/1", "/words", _OFFICE, "always", "who must answer"),
    _sight("challenge.taken-further/1", "/reference", _OFFICE, "always", "who must answer"),
    _sight("words.corrected/1", "/words /reason", _OFFICE, "always", "whoever answers for the words"),
    _sight("finding.answered/1", "/words", _OFFICE, "always", "the buyer's own words"),
    # Bought at once
    _sight("urgent.bought/1", "/need /provider /price /why", _OFFICE, "always", "whoever answers for the purchase"),
    _sight("urgent.decided/1", "/reason", _OFFICE, "always", "whoever answers for the purchase"),
    # What a provider states of itself: shown beside a case, for those alone who bid in it (fairplace.details)
    _sight("provider.facts-stated/1", "/provider /facts /identifiers /provider_signature /exhibit", _OFFICE, "bidders",
           "who checks and awards, and tells of it"),
    # Openness
    _sight("value.withdrawn/1", "/reason", "officer monitoring auditor", "always", "it may name whom it protects"),
    # Of no case
    _sight("key.added/1", "/holder", "root key-admin monitoring auditor", "always", "whose a key is"),
    _sight("sealed.read/1", "/of_case /reader /request", "monitoring auditor", "always", "who looked"),
    _sight("sealed.erased/1", "/subjects /digests /reason", "monitoring auditor", "always", "what was erased and why"),
    _sight("hold.placed/1", "/subjects", "officer approver monitoring auditor", "always", "what may not be erased"),
    _sight("hold.lifted/1", "/reason", "monitoring auditor", "always", "why it may be again"),
    _sight("sealed.read/1 sealed.erased/1 hold.placed/1 hold.lifted/1", "/exhibit", "monitoring auditor", "always",
           "always null: these are acts"),
)  # fmt: skip


TAGGED: tuple[Sight, ...] = tuple(_sight(name, slots, who, "always", why) for name, slots, who, why in by_tag.rows())
"""Of a log of placements: by the tag of each field."""


class Reader(msgspec.Struct, frozen=True, kw_only=True):
    """Who would read: the key, its roles, and for which provider it was enrolled."""

    key: KeyName
    roles: frozenset[str]
    provider: str | None = None


def visible(reader: Reader, history: History, now: Instant | None = None) -> dict[int, set[str]]:
    """Entry index to the sealed slots of a case that this reader may be shown now. Empty: none."""
    stages = stages_of(history, now)
    found: dict[int, set[str]] = {}
    if reader.key in recused(history):  # their own declaration alone
        reader = msgspec.structs.replace(reader, roles=frozenset())
    for recorded in history.events:
        slots = set(_seen(reader, recorded.type, recorded.actor, slots_of(recorded.event), stages))
        if slots:
            found[recorded.index] = slots
    if reader.provider is not None and "provider" in reader.roles:
        for index, own in (*of_bidder(history, reader.provider).items(), *of_asked(history, reader.provider).items()):
            found.setdefault(index, set()).update(own)
    return found


def shown(reader: Reader, history: History, now: Instant | None = None) -> History:
    """The past as this reader may be shown it now: every sealed value closed, but for those that are theirs to see."""
    found = visible(reader, history, now)
    return msgspec.structs.replace(
        history,
        events=tuple(
            msgspec.structs.replace(recorded, event=closed(recorded.event, found.get(recorded.index, frozenset())))
            for recorded in history.events
        ),
    )


def closed_in(reader: Reader, history: History, kind: str, slots: Iterable[str], now: Instant) -> set[str]:
    """The slots of an entry about to be written that a second person may not be shown before they sign it."""
    stages = stages_of(history, now) | {"decided", _REACHES.get(kind, "always")}
    named = set(slots)
    return named - set(_seen(reader, kind, "", named, stages))


_REACHES: dict[str, Since] = {"procurement.bids-opened/1": "opened", "evaluation.moderated/1": "moderated"}
"""What an entry is the first to show."""


def visible_alone(reader: Reader, kind: str, actor: KeyName, slots: Iterable[str]) -> set[str]:
    """The slots of an entry of no case that this reader may be shown."""
    return set(_seen(reader, kind, actor, slots, frozenset({"always"})))


def _seen(reader: Reader, kind: str, actor: KeyName, slots: Iterable[str], stages: frozenset[Since]) -> Iterator[str]:
    rows = [
        row
        for row in (*SIGHTS, *TAGGED)
        if kind in row.types and (reader.roles & row.who or (row.own and actor == reader.key)) and row.since in stages
    ]
    for slot in slots:
        if any(_pattern(pattern).fullmatch(slot) for row in rows for pattern in row.slots):
            yield slot


def are_open(history: History, now: Instant | None = None) -> bool:
    """Are the bids opened, and has the last deadline passed that was announced?

    An opening that is only reported may be false: the record holds it, and nothing is shown before the deadline all the
    same. A report puts the deadline off at most. `now`: at least the moment of the newest entry.
    """
    if history.last(BidsOpened) is None:
        return False
    until = ""
    for recorded in history.events:
        match recorded.event:
            case DeadlineChanged(audience="all", evidence="signed-by-party", deadline=deadline):
                until = deadline
            case TenderPublished(deadline=deadline) | DeadlineChanged(deadline=deadline):
                until = max(until, deadline)
            case _:
                pass
    return max(now or "", history.events[-1].at) >= until


def stages_of(history: History, now: Instant | None = None) -> frozenset[Since]:
    """How far the case has come."""
    reached: set[Since] = {"always"}
    for recorded in history.events:
        match recorded.event:
            case Moderated():
                reached.add("moderated")
            case Awarded() | EndedWithoutAward():
                reached.add("decided")
            case GroundNamed():
                reached.add("bidders")
            case _:
                pass
    if are_open(history, now):
        reached |= {"bidders", "opened"}
        if "moderated" in reached or not without_names(history):
            reached.add("named")
    else:
        reached &= {"always", "bidders", "decided"}
    return frozenset(reached)


def without_names(history: History) -> bool:
    """Was it decided here, before the bids were opened, that they are marked without names?"""
    opened = history.last(BidsOpened)
    return any(
        event.is_act and (opened is None or recorded.index < opened[0].index)
        for recorded, event in history.of(AnonymityDecided)
    )


def of_bidder(history: History, provider: str) -> dict[int, set[str]]:
    """What in a case is one provider's own: its bids, its questions, its challenges.

    Once the summaries are sent, its own marks and reasons, the result and its summary too (Act, s. 50).
    """
    found: dict[int, set[str]] = {}
    leaves: set[str] = set()
    for recorded in history.events:
        match recorded.event:
            case DepositReceived(provider=own) | DepositReceivedLate(provider=own):
                if (named := own.get()) is not None and named.id == provider:
                    leaves.add(recorded.leaf)
                    found[recorded.index] = set(slots_of(recorded.event))
            case DepositWithdrawn(deposit=deposit) if deposit.get() in leaves:
                found[recorded.index] = set(slots_of(recorded.event))
            case QuestionAsked(asked_by=asker) if (who := asker.get()) is not None and who.id == provider:
                found[recorded.index] = {"/words", "/asked_by"}
            case Lodged(challenger=challenger) if (who := challenger.get()) is not None and who.id == provider:
                found[recorded.index] = {"/challenger", "/words", "/challenger_signature"}
            case _:
                pass
    if any(isinstance(recorded.event, SummariesSent) for recorded in history.events):
        for place in places_of(history, leaves):
            told = re.compile(
                rf"/bids/{place}/(?:check|correction|faults|marks|price|reasons|result|rulings|secrets|summary)"
            )
            for recorded in history.events:
                if recorded.type in _TOLD and (slots := {s for s in slots_of(recorded.event) if told.fullmatch(s)}):
                    found.setdefault(recorded.index, set()).update(slots)
    return found


_TOLD = (
    "procurement.prices-opened/1",
    "procurement.corrections-invited/1",
    "procurement.corrections-received/1",
    "procurement.secrets-marked/1",
    "procurement.secrets-decided/1",
    "procurement.bids-checked/1",
    "evaluation.moderated/1",
    "procurement.summaries-sent/1",
)


def places_of(history: History, leaves: set[str]) -> list[Place]:
    """The places that these deposits got at opening, or when late ones were admitted."""
    opened = history.last(BidsOpened)
    found = [] if opened is None else [p for p, bid in opened[1].bids.items() if bid.deposit.get() in leaves]
    for _, decided in history.of(LateBidsDecided):
        found += [one.place for one in decided.decisions.get([]) if one.place is not None and one.deposit in leaves]
    return sorted(set(found))


@cache
def _pattern(slot: str) -> re.Pattern[str]:
    return re.compile(re.escape(slot).replace(r"\*", "[0-9]{2}"))
