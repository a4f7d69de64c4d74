"""Which sealed values each edition of a bundle opens. What is not named here stays closed.

- `public`: what is in effect. Every other edition holds that too.
- `bidder`: besides, what concerns that provider alone: its own bid at once; its marks, reasons and letters once the
  award may be known. A slot that also holds something of somebody else stays closed.
- `provider`, of a search for a home: what that provider was asked, answered and was told alone, and nothing else; other
  providers' entries are not even in it, nor anything after the last step that is its own.
- `ring`: besides, what is commercially sensitive or was not public yet; never what is personal, nor what was taken
  down to protect somebody.
- `court`: all that is still held, erased values being named as erased.
- Legal advice opens in no edition: privilege is not a register's to give up.
- Before the bids are opened nobody sees a bid but its own bidder.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from typing import Any

from fairplace.bidding import events as bidding
from fairplace.challenge import events as challenge
from fairplace.decision import History
from fairplace.errors import Forbidden, Refused
from fairplace.ledger.disclosure import Basis, Slot
from fairplace.openness.events import Withdrawn
from fairplace.openness.release import concerns_one_person, due, in_effect, still_sealed
from fairplace.people.asked import of_asked
from fairplace.people.roles import EDITIONS, Edition, may_export
from fairplace.procurement import events as e
from fairplace.recorded import Recorded
from fairplace.terms import Document, LeafHash, Place

RING: frozenset[Basis] = frozenset({"commercial", "standstill"})
NEVER: frozenset[Basis] = frozenset({"legal-privilege"})

Slots = Mapping[int, frozenset[str]]
"""Entry to the slots of it that are open."""


def check_asker(edition: Edition, roles: AbstractSet[str], own: str | None, provider: str | None) -> None:
    """May somebody with these roles, acting for the provider `own`, have this edition? Raises Forbidden."""
    if not may_export(roles, edition):
        raise Forbidden(
            f"whoever asks acts as {', '.join(sorted(roles)) or 'nobody'}; the {edition} edition is for"
            f" {' or '.join(sorted(EDITIONS[edition]))}: ask somebody with that role",
            code="role",
        )
    if own is not None and own != provider:
        raise Forbidden(f"the key acts for {own}; the bundle of {provider} is not theirs to take", code="role")


def check_stage(edition: Edition, history: History) -> None:
    """Is it time for this edition? Raises Refused."""
    if edition == "provider" and not _is_search(history):
        raise Refused("the case is no search for a home; one of a bidder has the edition 'bidder'")
    if edition not in ("court", "provider") and concerns_one_person(history):
        raise Refused("the case concerns one person: it has a court edition and no other, but that of a provider asked")
    if edition not in ("ring", "court") or history.last(e.EndedWithoutAward):
        return
    if history.last(e.TenderPublished) and not history.last(e.BidsOpened):
        raise Refused("the bids of the case are not opened yet; until then nobody may see one: open them first")
    if edition == "ring" and history.last(e.TenderPublished) and (reason := _not_known_yet(history)):
        raise Refused(f"{reason}; a confidentiality ring reads what was decided")


def _is_search(history: History) -> bool:
    return any(one.type.startswith("referral.") for one in history.events)


def is_held(edition: Edition, history: History, provider: str | None) -> Callable[[Recorded], bool]:
    """Which entries of the case an edition holds at all. Raises Refused where nothing in the case is the provider's.

    A provider's own has the steps of the case up to the last that is its own or that its answers had seen, because a
    stream is proved from its beginning; and of what others say in streams of their own it has its own answers alone.
    """
    if edition != "provider":
        return lambda _: True
    own = of_asked(history, provider or "")
    if not own:
        raise Refused(
            f"{provider} was not asked in this search and has not answered; there is nothing of its own in it"
        )
    seen = {getattr(one.event, "seen", None) for one in history.events if one.index in own}
    last: dict[str, int] = {}
    for one in history.events:
        if one.index in own or (one.stream == history.case and one.leaf in seen):
            last[one.stream] = one.index
    return lambda one: one.index <= last.get(one.stream, -1)


def _not_known_yet(history: History) -> str | None:
    """Why those who bid may not know yet how they were marked."""
    reason = due(history, "award")
    return None if reason is None or still_sealed(history) is None else reason


def opened(
    edition: Edition, history: History, sealed: Mapping[int, Mapping[str, Slot]], public: Slots, provider: str | None
) -> dict[int, frozenset[str]]:
    """The slots that this edition opens, by entry. `sealed` are all slots of the case, `public` those in effect.

    `history` is the case as the authority knows it: whose a value is stands in the values themselves.
    """
    match edition:
        case "public":
            wanted: Callable[[int, str, Slot], bool] = _none
        case "ring":
            down = _protected(history)

            def wanted(index: int, slot: str, part: Slot) -> bool:
                return part.basis in RING and slot not in down.get(index, ())

        case "court":
            wanted = _in_court
        case "bidder" | "provider":
            own = (_own if edition == "bidder" else of_asked)(history, provider or "")

            def wanted(index: int, slot: str, part: Slot) -> bool:
                return slot in own.get(index, ()) and part.basis not in NEVER

    return {
        index: frozenset(
            slot for slot, part in slots.items() if slot in public.get(index, ()) or wanted(index, slot, part)
        )
        for index, slots in sealed.items()
    }


def _none(index: int, slot: str, part: Slot) -> bool:
    return False


def _in_court(index: int, slot: str, part: Slot) -> bool:
    return part.basis not in NEVER


def _protected(history: History) -> dict[int, set[str]]:
    """What is down because a person or a court asked for it."""
    down = in_effect(history)[1]
    found: dict[int, set[str]] = {}
    for _, act in history.of(Withdrawn):
        if act.ground in ("child", "personal", "court-order"):
            for one in act.openings:
                found.setdefault(one.entry, set()).update(set(one.slots) & down.get(one.entry, set()))
    return found


# A bidder's own

_LODGED = ("/case", "/seen", "/provider", "/document", "/price", "/provider_signature")
_BY_PLACE: Mapping[type[Any], tuple[str, tuple[str, ...]]] = {
    e.BidsOpened: ("bids", ("deposit",)),
    e.PricesOpened: ("bids", ("price",)),
    bidding.CorrectionsInvited: ("bids", ("faults",)),
    bidding.CorrectionsReceived: ("bids", ("correction",)),
    bidding.SecretsMarked: ("bids", ("secrets",)),
    bidding.SecretsDecided: ("bids", ("rulings",)),
    e.BidsChecked: ("bids", ("check",)),
    e.SheetSigned: ("bids", ("marks", "reasons")),
    e.Moderated: ("bids", ("marks", "reasons", "changes", "result")),
    e.Awarded: ("bids", ("award",)),
    e.SummariesSent: ("bids", ("summary",)),
}
"""What stands by place; a place has one bidder."""


def _own(history: History, provider: str) -> dict[int, frozenset[str]]:
    """The slots that concern this provider and nobody else."""
    deposits = {
        recorded.leaf
        for recorded in history.events
        if isinstance(event := recorded.event, e.DepositReceived | e.DepositReceivedLate)
        and _is(event.provider.get(), provider)
    }
    known = _not_known_yet(history) is None
    places = set(_places(history, deposits)) if known else set[Place]()
    questions = {event.question for _, event in history.of(e.QuestionAsked) if _is(event.asked_by.get(), provider)}
    challenges = {
        recorded.stream for recorded, event in history.of(challenge.Lodged) if _is(event.challenger.get(), provider)
    }
    found: dict[int, frozenset[str]] = {}
    for recorded in history.events:
        event = recorded.event
        slots: tuple[str, ...] = ()
        match event:
            case e.DepositReceived() | e.DepositReceivedLate() if recorded.leaf in deposits:
                slots = _LODGED
            case e.DepositWithdrawn() if event.deposit.get() in deposits:
                slots = ("/case", "/seen", "/deposit", "/provider_signature")
            case e.QuestionAsked() if event.question in questions:
                slots = ("/words", "/asked_by")
            case e.QuestionAnswered() if event.question in questions:
                told = [one.provider.id for one in event.recipients.get(())]
                slots = ("/words", "/answer", *(("/recipients",) if set(told) == {provider} else ()))
            case challenge.Lodged() if recorded.stream in challenges:
                slots = ("/challenger", "/words", "/challenger_signature")
            case challenge.Answered() if recorded.stream in challenges:
                slots = ("/answer",)
            case challenge.Decided() if recorded.stream in challenges:
                slots = ("/reason",)
            case e.LateBidsDecided() if known:
                about = {one.deposit for one in event.decisions.get(())}
                slots = ("/decisions",) if about and about <= deposits else ()
            case e.ClaimNotified() if _is(event.claimant.get(), provider):
                slots = ("/claimant",)
            case e.ContractEntered() if [one.id for one in event.providers.get(())] == [provider]:
                slots = ("/providers", "/value", "/document")
            case e.ContractChanged() if [one.id for one in event.providers.get(())] == [provider]:
                slots = ("/providers", "/value_before", "/value_after", "/reason", "/document")
            case _ if type(event) in _BY_PLACE:
                group, names = _BY_PLACE[type(event)]
                slots = tuple(f"/{group}/{place}/{name}" for place in sorted(places) for name in names)
            case _:
                pass
        if slots:
            found[recorded.index] = frozenset(slots)
    return found


def _places(history: History, deposits: AbstractSet[LeafHash]) -> Iterator[Place]:
    """The places that were given to these deposits."""
    for _, event in history.of(e.BidsOpened):
        yield from (place for place, bid in event.bids.items() if bid.deposit.get() in deposits)
    for _, decided in history.of(e.LateBidsDecided):
        for one in decided.decisions.get(()):
            if one.place is not None and one.deposit in deposits:
                yield one.place


def _is(found: Any, provider: str) -> bool:
    return found is not None and found.id == provider


# Documents


def documents_in(value: Any) -> Iterator[Document]:
    """Every document that a body or an opened value names: an object of just a digest, a size and a media type."""
    match value:
        case {"sha256": str(digest), "bytes": int(size), "media": str(media)} if len(value) == 3:
            yield Document(sha256=digest, bytes=size, media=media)
        case dict():
            for item in value.values():
                yield from documents_in(item)
        case list():
            for item in value:
                yield from documents_in(item)
        case _:
            pass
