"""Tells providers by e-mail that something waits for them at the desk: that they are asked for a home, or something new.

- A message says of no search, no child, no home and no day: whoever wants to know signs in. No link of it lets anybody in.
- Every provider that answered is told once that the search is decided: who gets reasons, with the reasons; whose home was
  chosen, and who declined, took its offer back or was too late, by the decision itself. The message is the same for all.
- It is told from the log, so whether the desk recorded a step or the command line makes no difference. Each person is
  told of a step once; what is older than two days is told to nobody.
- Messages are kept under no case. What ties one to its step is made with a value that is sealed in the step, and
  cannot be made any more once the key of the case is destroyed.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Literal

from fairplace import shelf
from fairplace.accounts.accounts import Accounts
from fairplace.accounts.model import Person
from fairplace.contest.events import Answered, Decided, Remedied, WhyAnswered
from fairplace.decision import History
from fairplace.errors import FairplaceError, Malformed
from fairplace.ledger import entry
from fairplace.on_disk import Register
from fairplace.post.letter import Letter, letter
from fairplace.post.outbox import Outbox, State
from fairplace.recorded import Recorded
from fairplace.referral.events import (
    DeadlineExtended,
    HomeChosen,
    QuestionSettled,
    ReasonsSent,
    ReferralAmended,
    ReferralEnded,
    ReferralPublished,
)
from fairplace.searching import Search
from fairplace.templating import environment
from fairplace.terms import ACT, Instant, instant
from fairplace.workroom import Workroom

STEPS: Mapping[str, str] = {
    "referral.published/1": "/recipients",
    "referral.amended/1": "/recipients",
    "referral.deadline-extended/1": "/recipients",
    "referral.question-settled/1": "/recipients",
    "referral.home-chosen/1": "/chosen",
    "referral.reasons-sent/1": "/sent",
    "referral.ended/1": "/reason",
    "contest.why-answered/1": "/answer",
    "contest.answered/1": "/answer",
    "contest.decided/1": "/reason",
    "contest.remedied/1": "/words",
}
"""The steps of which providers are told, each with a sealed slot that it always has."""

NEWS = timedelta(days=2)
"""How old a step may be that is still told: as long as a message is tried again."""


SOON = timedelta(minutes=10)
"""In which a server that runs has written every message of a step."""


class ProviderNotices:
    """Of one register of placements. It remembers how far it told."""

    def __init__(self, register: Register, room: Workroom) -> None:
        self._register = register
        self._room = room
        self._pages = environment(shelf.root("web") / "templates")
        self._told_to: int | None = None

    def tell(self) -> int:
        """Queue a message for each person who has not been told of a step; how many.

        Raises what the last step that cannot be told of raised, once all others are told; it is not tried again.
        """
        size, queued, trouble = self._register.reader.size, 0, None
        start = self._first(size) if self._told_to is None else self._told_to
        for stored in self._register.store.of_types(self._register.origin, list(STEPS), start, size):
            try:
                queued += self._of_step(stored.index)
            except FairplaceError as error:
                trouble = error
        self._told_to = size
        if trouble is not None:
            raise trouble
        return queued

    def _first(self, size: int) -> int:
        since = instant(self._register.sources.clock() - NEWS)
        for stored in self._register.store.of_types(self._register.origin, list(STEPS), 0, size):
            if entry.parsed(stored.raw).envelope.at >= since:
                return stored.index
        return size

    def _of_step(self, index: int) -> int:
        [recorded] = self._register.reader.recorded(index, index + 1)
        told = providers(self._register, recorded)
        queued = 0
        for person in _people(self._room.accounts, told):
            why = cause(self._register, recorded, person.id)
            if why is not None and (written := self._written(recorded, person)) is not None:
                queued += self._room.outbox.put_once(why, written)
        return queued

    def _written(self, recorded: Recorded, person: Person) -> Letter | None:
        """Null for somebody whose address cannot be written to."""
        settings = self._register.settings
        page = self._pages.get_template(f"mail/{_says(self._register, recorded)}.txt")
        whole = page.render(authority=settings.authority, site=settings.site)
        try:
            return letter(person.email, whole)
        except Malformed:
            return None


def _says(register: Register, recorded: Recorded) -> Literal["asked", "outcome", "news"]:
    """Which message a step is told with."""
    match recorded.event:
        case ReferralPublished(evidence=evidence) if evidence == ACT:
            return "asked"
        case HomeChosen() | ReferralEnded():
            return "outcome"
        case ReasonsSent() if _search(register, recorded).choice is not None:
            return "outcome"
        case _:
            return "news"


def providers(register: Register, recorded: Recorded) -> frozenset[str]:
    """Whom a step tells something; nobody where that cannot be opened any more."""
    match recorded.event:
        case ReferralPublished(recipients=asked) | DeadlineExtended(recipients=asked):
            return frozenset(one.provider for one in asked.get(()))
        case ReferralAmended(recipients=told) | QuestionSettled(recipients=told):
            return frozenset(one.provider for one in told.get(()))
        case ReasonsSent(sent=sent):
            offers = _search(register, recorded).offers
            found = (offers[one.offer].provider for one in sent.get(()) if one.offer in offers)
            return frozenset(filter(None, found))
        case HomeChosen():
            search = _search(register, recorded)
            winner = {search.winner.provider} if search.winner else set[str | None]()
            given_reasons = {one.provider for one in search.live.values()} - winner
            return _answered(search) - given_reasons if search.chosen else frozenset()
        case ReferralEnded():
            search = _search(register, recorded)
            return _answered(search) | _may_answer(search, recorded.at)
        case WhyAnswered() | Answered() | Decided() | Remedied():
            contests = _search(register, recorded).contests
            return frozenset(one.provider for one in contests if one.stream == recorded.stream and one.provider)
        case _:
            return frozenset()


def cause(register: Register, recorded: Recorded, person: str) -> str | None:
    """What a message about a step is called in the outbox; null once the step cannot be opened any more."""
    opening = register.reader.openings(recorded.index).get(STEPS[recorded.type])
    if opening is None:
        return None
    return f"step-{hmac.new(opening.text.encode(), person.encode(), hashlib.sha256).hexdigest()[:32]}"


def state(register: Register, accounts: Accounts, outbox: Outbox, recorded: Recorded) -> State | None:
    """What became of the messages about a step: the best of them; null where nobody was written to."""
    found = [
        message.state
        for person in _people(accounts, providers(register, recorded))
        if (why := cause(register, recorded, person.id)) is not None
        for message in outbox.caused(why)[:1]
    ]
    best: tuple[State, ...] = ("sent", "waiting", "failed")
    return next((one for one in best if one in found), None)


def unreached(register: Register, accounts: Accounts, outbox: Outbox, recorded: Recorded) -> frozenset[str]:
    """Of the providers whom a step tells something: those with no account here, those to whom every message failed, and
    those to whom none was written although there was time to.
    """
    found = set(told := providers(register, recorded))
    just_now = recorded.at > instant(register.sources.clock() - SOON)
    for person in _people(accounts, told):
        why = cause(register, recorded, person.id)
        messages = outbox.caused(why) if why is not None else []
        if messages[0].state != "failed" if messages else just_now:
            found.discard(person.provider or "")
    return frozenset(found)


def _search(register: Register, recorded: Recorded) -> Search:
    """The search as it stood with this step."""
    assert recorded.case is not None
    events = tuple(one for one in register.reader.case(recorded.case) if one.index <= recorded.index)
    return Search(History(case=recorded.case, events=events))


def _answered(search: Search) -> frozenset[str]:
    """Every provider that offered a home, in time or late, took its offer back, or declined."""
    offered = (one.provider for one in search.offers.values())
    declined = (event.provider.get(None) for _, event in search.declines)
    return frozenset(filter(None, (*offered, *declined)))


def _may_answer(search: Search, at: Instant) -> frozenset[str]:
    """Whose time to answer was not over: they may be writing."""
    asked = {sent.provider: one.tier for one in search.published for sent in one.recipients or ()}
    return frozenset(name for name, tier in asked.items() if (search.deadline(tier, name) or "") > at)


def _people(accounts: Accounts, told: frozenset[str]) -> Iterator[Person]:
    return (one for one in accounts.people() if one.provider in told and one.barred is None)
