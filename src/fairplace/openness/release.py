"""The allow-list: what may become public, and on which occasion. Nothing that is not listed here ever does.

- Before the award is released nothing says who bid, how many, at what price or with what marks.
- A loser is only ever a place: the slots of a place that did not win never lead to a provider.
- Nothing released depends on the price of a bid that lost: its points would tell it to anybody who can divide.
- A case that concerns one person is never released, on no occasion.
- What was taken down stays down until somebody names it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Literal

import msgspec

from fairplace.challenge.events import Answered, Decided
from fairplace.decision import History
from fairplace.event import Fact
from fairplace.ledger.disclosure import Sealed
from fairplace.openness.events import OTHERS, Corrected, Disclosed, FindingAnswered, Occasion, Withdrawn
from fairplace.openness.unpriced import price_counts_for_nothing, winners_stand_alone
from fairplace.procurement.events import (
    Awarded,
    AwardWithdrawn,
    BidsOpened,
    ContractEntered,
    DepositReceived,
    EndedWithoutAward,
    GroundNamed,
    Imported,
    NoticePublished,
    Planned,
    QuestionAnswered,
    TenderPublished,
)
from fairplace.procurement.standstill import summaries_due
from fairplace.recorded import Recorded
from fairplace.terms import Place
from fairplace.urgent.events import Bought
from fairplace.urgent.events import Decided as UrgencyDecided

Which = Literal["all", "standing", "winner", "to-all", "of-public", "overridden"]
"""Of the entries of a type: all of them; the newest, which stands; a deposit that won; an answer given to all; a
correction of what is public itself; an entry whose body says that a refusal was overridden."""

Provided = Literal["", "price-counts-for-nothing", "winners-stand-alone"]
"""On what a grant depends besides its occasion: nothing; no criterion is about price; the winners' points tell nothing
of the other bids' prices."""


class Grant(msgspec.Struct, frozen=True):
    """Slots of one type of entry that an occasion makes public. `*` is any place, `{winner}` a place that won."""

    type: str
    slots: tuple[str, ...]
    which: Which = "all"
    provided: Provided = ""


_BUYERS = Grant("procurement.buyers-named/1", ("/buyers",))

_NOTICE = (
    Grant("procurement.planned/1", ("/title", "/need", "/authority", "/estimated_value")),
    _BUYERS,
    Grant("procurement.parent-named/1", ("/name",)),
    Grant("procurement.ground-named/1", ("/provider", "/reason")),  # a transparency notice says both (Act, s. 44)
    Grant("procurement.tender-published/1", ("/titles", "/descriptors", "/documents")),
    Grant("procurement.criteria-changed/1", ("/titles", "/descriptors")),
    Grant("procurement.question-answered/1", ("/words", "/answer"), "to-all"),
)

_STEPS = tuple(
    Grant(name, ("/override_reason",), "overridden")
    for name in (
        "procurement.planned/1",
        "procurement.buyers-named/1",
        "procurement.parent-named/1",
        "procurement.ground-named/1",
        "procurement.conflicts-assessed/1",
        "procurement.tender-published/1",
        "procurement.criteria-changed/1",
        "procurement.deadline-changed/1",
        "procurement.question-asked/1",
        "procurement.question-answered/1",
        "procurement.contact-recorded/1",
        "procurement.bids-opened/1",
        "procurement.late-bids-decided/1",
        "procurement.prices-opened/1",
        "procurement.corrections-invited/1",
        "procurement.corrections-received/1",
        "procurement.secrets-marked/1",
        "procurement.secrets-decided/1",
        "procurement.bids-checked/1",
        "evaluation.anonymity-decided/1",
        "evaluation.sheet-signed/1",
        "evaluation.moderated/1",
        "procurement.awarded/1",
        "procurement.summaries-sent/1",
        "procurement.notice-published/1",
        "procurement.claim-notified/1",
        "procurement.suspension-ended/1",
        "procurement.contract-entered/1",
        "procurement.contract-changed/1",
        "procurement.contract-ended/1",
        "procurement.ended-without-award/1",
        "procurement.award-withdrawn/1",
        "interest.decided/1",
    )
)
"""An override is always published with its reason, once the case is decided."""

_AWARD = (
    *_NOTICE,
    # Who stands in a framework is what its own award notice says: with it anybody can see that a call-off stayed within.
    Grant("procurement.parent-named/1", ("/members",)),
    # Anybody can recount the deposits and recompute the root; whose they are stays closed, but for the winner's.
    Grant("procurement.bids-opened/1", ("/rests_on", "/bids/*/deposit")),
    Grant("deposit.received/1", ("/case", "/seen")),
    Grant("deposit.withdrawn/1", ("/case", "/seen", "/deposit")),
    Grant("deposit.received/1", ("/provider", "/price"), "winner"),
    Grant("procurement.prices-opened/1", ("/bids/{winner}/price",)),
    # What the winner calls a trade secret, why, and whether it was accepted; never the secret.
    Grant("procurement.secrets-marked/1", ("/bids/{winner}/secrets",)),
    Grant("procurement.secrets-decided/1", ("/bids/{winner}/rulings",)),
    # An agreed mark can only be judged beside the marks that it came from. Evaluators are named by key, not by
    # name; the words of their sheets stay closed, because they describe losing bids.
    Grant("evaluation.sheet-signed/1", ("/bids/*/marks",)),
    Grant("evaluation.moderated/1", ("/bids/*/marks", "/bids/{winner}/reasons"), "standing"),
    # Points, total and rank: with the published formula and a winner's price they would tell what others bid.
    Grant("evaluation.moderated/1", ("/bids/{winner}/result",), "standing", "winners-stand-alone"),
    Grant("evaluation.moderated/1", ("/bids/*/result",), "standing", "price-counts-for-nothing"),
    Grant("procurement.awarded/1", ("/bids/*/award", "/reasons", "/alternatives"), "standing"),
    # How an approach was handled, without who approached: a side lane shows in the facts alone.
    Grant("procurement.contact-recorded/1", ("/handling",)),
    *_STEPS,
)

RELEASES: Mapping[Occasion, tuple[Grant, ...]] = {
    # What a tender notice says anyway.
    "notice": _NOTICE,
    # What is opened is opened to the panel: the public learns from the entry's own body that it happened.
    "opening": (),
    "award": _AWARD,
    # A standstill's end makes nothing public that the award did not: it is an occasion to catch up.
    "standstill-end": _AWARD,
    # What the notices of change and of termination say (Procurement Regulations 2024, regs 40 and 41).
    "contract": (
        Grant("procurement.contract-entered/1", ("/providers", "/value")),
        Grant("procurement.contract-changed/1", ("/providers", "/value_before", "/value_after", "/reason")),
        Grant("procurement.contract-ended/1", ("/reason",)),
        *_STEPS,
    ),
    "ended": (*_NOTICE, Grant("procurement.ended-without-award/1", ("/reason",)), *_STEPS),
    # Never the challenge's own words: they tell who challenged.
    "challenge": (
        Grant("challenge.answered/1", ("/answer",)),
        Grant("challenge.decided/1", ("/reason",)),
        Grant("challenge.remedied/1", ("/words",)),
    ),
    # What the buyer says of a finding that everybody reads.
    "finding": (Grant("finding.answered/1", ("/words",)),),
    "correction": (Grant("words.corrected/1", ("/words", "/reason"), "of-public"),),
    # What an award notice would say; what concerns one person stays closed for ever, as everywhere.
    "urgent": (
        Grant("urgent.bought/1", ("/need", "/provider", "/price", "/why")),
        Grant("urgent.decided/1", ("/reason",)),
    ),
    # What the notice published elsewhere says already; never the raw file, which may name a contact person.
    "import": (
        Grant("procurement.imported/1", ("/title", "/description", "/buyer", "/tender_value", "/awards")),
        _BUYERS,
    ),
    # Somebody asked: whatever an occasion that has come would release, by name.
    "request": (),
}
"""Occasion by occasion. Left out on purpose, and so closed for ever: interests; who asked a question, who was told what
alone, who challenged; losers' names, prices, points for price, totals, ranks, documents, signatures and reasons; late
bids and the words on them; the checks of bids; summaries; raw notices; the documents that reports rest on."""


@cache
def ever_public(kind: str, slot: str) -> bool:
    """May some occasion make this slot of this type of entry public? `*` in `slot` is any place."""
    grants = (grant for found in RELEASES.values() for grant in found if grant.type == kind)
    return any(slot == one.replace("{winner}", "*") for grant in grants for one in grant.slots)


def due(history: History, occasion: Occasion) -> str | None:
    """Has the occasion come? Null when it has, else a sentence that says what must come first."""
    match occasion:
        case "notice":
            return _notice_due(history)
        case "opening":
            return None if history.last(BidsOpened) else "the bids are not opened yet; open them first"
        case "award" | "standstill-end":
            return _award_due(history)
        case "contract":
            return None if history.last(ContractEntered) else "no contract is on record yet; enter it first"
        case "ended":
            return None if history.last(EndedWithoutAward) else "the case has not ended without award"
        case "challenge":
            answered = any(isinstance(recorded.event, Answered | Decided) for recorded in history.events)
            return None if answered else "no challenge is answered yet; answer it first"
        case "correction":
            return None if history.of(Corrected) else "nothing is corrected yet; correct it first"
        case "finding":
            return None if history.of(FindingAnswered) else "no finding is answered yet; answer it first"
        case "urgent":
            return None if history.of(UrgencyDecided) else "nobody has decided on an urgent purchase here yet"
        case "import":
            return None if history.of(Imported) else "nothing in this case was imported"
        case "request":
            return None


def _notice_due(history: History) -> str | None:
    """A tender notice, or of a direct award its transparency notice (Act, ss. 21 and 44)."""
    if history.last(GroundNamed):
        told = any(event.notice == "UK5" for _, event in history.of(NoticePublished))
        return None if told else "the transparency notice (UK5) is not published yet; publish it first"
    return None if history.last(TenderPublished) else "the tender notice is not published yet; publish it first"


def _award_due(history: History) -> str | None:
    if (award := standing_award(history)) is None:
        return "no award stands in the case; nothing about bids is released before one is decided"
    planned = history.last(Planned)
    sent = [recorded for recorded in history.events if recorded.type == "procurement.summaries-sent/1"]
    if summaries_due(planned[1] if planned else None) and not any(recorded.index > award.index for recorded in sent):
        return (
            "the bidders have not got their assessment summaries yet; send them before the award is public (Act, s. 50)"
        )
    return None


def standing_award(history: History) -> Recorded | None:
    """The award that was not withdrawn."""
    award, withdrawn = history.last(Awarded), history.last(AwardWithdrawn)
    if award is None or (withdrawn is not None and withdrawn[0].index > award[0].index):
        return None
    return award[0]


def still_sealed(history: History) -> str | None:
    """Why nothing may stand in the open yet that follows from what the authority alone sees; None once it may."""
    if any(isinstance(recorded.event, EndedWithoutAward | ContractEntered) for recorded in history.events):
        return None
    award = standing_award(history)
    if award is not None and any(
        recorded.index > award.index and event.occasion in ("award", "standstill-end")
        for recorded, event in history.of(Disclosed)
    ):
        return None
    return (
        "what the rules say of the sealed record would tell of the bids before the award is released; release the award"
        " first, or ask for the public view alone"
    )


OF_HOMES = ("market.", "referral.", "placement.")
"""What stands in a log of placements: nothing of it is ever public by itself."""


def concerns_one_person(history: History) -> bool:
    return any(
        recorded.type.startswith(OF_HOMES)
        or (isinstance(recorded.event, Planned | Imported | Bought) and recorded.event.concerns_one_person)
        for recorded in history.events
    )


def releasable(history: History, occasion: Occasion) -> dict[int, set[str]]:
    """Entry index to the slots that the occasion may make public, whether they are so already or not."""
    found: dict[int, set[str]] = {}
    if concerns_one_person(history):
        return found
    if occasion == "request":
        for other in RELEASES:
            if other != "request" and due(history, other) is None:
                for index, slots in releasable(history, other).items():
                    found.setdefault(index, set()).update(slots)
        return found
    winners = _winners(history)
    for grant in RELEASES[occasion]:
        if not _holds(grant.provided, history, winners):
            continue
        patterns = [_pattern(slot, tuple(sorted(winners))) for slot in grant.slots]
        for recorded in _granted(history, grant, winners):
            slots = {slot for slot in slots_of(recorded.event) if any(one.fullmatch(slot) for one in patterns)}
            if slots:
                found.setdefault(recorded.index, set()).update(slots)
    return found


def _holds(condition: Provided, history: History, winners: Mapping[Place, str]) -> bool:
    match condition:
        case "":
            return True
        case "price-counts-for-nothing":
            return price_counts_for_nothing(history)
        case "winners-stand-alone":
            return winners_stand_alone(history, winners)


def _granted(history: History, grant: Grant, winners: Mapping[Place, str]) -> Iterator[Recorded]:
    """The entries that a grant is about."""
    entries = [recorded for recorded in history.events if recorded.type == grant.type]
    match grant.which:
        case "all":
            yield from entries
        case "standing":
            yield from entries[-1:]
        case "winner":
            yield from (
                one for one in entries if isinstance(one.event, DepositReceived) and one.leaf in winners.values()
            )
        case "to-all":
            yield from (
                one for one in entries if isinstance(one.event, QuestionAnswered) and one.event.audience == "all"
            )
        case "of-public":
            public = in_effect(history)[0]
            for one in entries:
                if isinstance(one.event, Corrected) and one.event.slot in public.get(one.event.entry, ()):
                    yield one
        case "overridden":
            yield from (one for one in entries if getattr(one.event, "override", None) is not None)


def _winners(history: History) -> dict[Place, str]:
    """The places that won in the award that stands, with the leaf hash of their deposits."""
    award, opened = standing_award(history), history.last(BidsOpened)
    if award is None or not isinstance(award.event, Awarded) or opened is None:
        return {}
    deposits = {place: bid.deposit.get() or "" for place, bid in opened[1].bids.items()}
    return {place: deposits.get(place, "") for place, bid in award.event.bids.items() if bid.award.get() is not None}


@cache
def _pattern(slot: str, winners: tuple[Place, ...]) -> re.Pattern[str]:
    places = "|".join(winners) or "(?!)"
    return re.compile(re.escape(slot).replace(r"\*", "[0-9]{2}").replace(r"\{winner\}", f"(?:{places})"))


def slots_of(value: object, path: str = "") -> Iterator[str]:
    """The paths of an event's sealed values."""
    if isinstance(value, Sealed):
        yield path
    elif isinstance(value, msgspec.Struct):
        for field in msgspec.structs.fields(value):
            yield from slots_of(getattr(value, field.name), f"{path}/{field.encode_name}")
    elif isinstance(value, dict):
        for name, item in value.items():
            yield from slots_of(item, f"{path}/{name}")


def is_others(recorded: Recorded) -> bool:
    """Are the words of an entry those of somebody outside, or of one person alone? The receiver signs what others say."""
    return recorded.type.startswith(OTHERS) or "receiver" in recorded.roles


def in_effect(history: History) -> tuple[dict[int, set[str]], dict[int, set[str]]]:
    """Slots that are public now, and slots that were taken down: the last act on a slot wins."""
    public: dict[int, set[str]] = {}
    down: dict[int, set[str]] = {}
    for recorded in history.events:
        match recorded.event:
            case Disclosed(openings=openings):
                to, off = public, down
            case Withdrawn(openings=openings):
                to, off = down, public
            case _:
                continue
        for one in openings:
            to.setdefault(one.entry, set()).update(one.slots)
            off.setdefault(one.entry, set()).difference_update(one.slots)
    return public, down


def caseless(
    history: History, slots: Mapping[int, set[str]], public: Mapping[int, set[str]] | None = None
) -> list[int]:
    """Deposits of which these slots would be public while `/case` is not: nobody could check that they are of this case."""
    deposits = {recorded.index for recorded in history.events if recorded.type.startswith("deposit.")}
    return [
        index
        for index, named in slots.items()
        if index in deposits and named and "/case" not in named | (public or {}).get(index, set())
    ]


def event_of(history: History, index: int) -> Fact | None:
    """The event of one entry of this case."""
    return next((recorded.event for recorded in history.events if recorded.index == index), None)
