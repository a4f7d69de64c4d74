"""A bidder's own result as its page tells it: one sentence, the days that matter, the reasons, and the proofs.

- The reasons are those of the letter to this bidder (`giving/letters.py`): what regulation 31 gives, and nothing more.
- Of the other bids it tells how many there were, and that all were opened at one moment.
"""

from __future__ import annotations

import msgspec

from fairplace.challenge.events import Acknowledged, Answered, Decided, Lodged, Remedied, TakenFurther, Withdrawn
from fairplace.decision import History
from fairplace.formats import date
from fairplace.forms.awarding import FURTHER
from fairplace.giving import standing
from fairplace.giving.known import Known, known_of
from fairplace.giving.letters import Frame, letter
from fairplace.giving.paper import Heading, Part, Words
from fairplace.giving.wording import NOT_IN_THE_RECORD
from fairplace.people.sight import of_bidder, places_of
from fairplace.procurement.events import Awarded, BidsOpened, DepositReceived, DepositReceivedLate
from fairplace.procurement.state import Bid
from fairplace.recorded import Recorded
from fairplace.terms import Instant, Place, Text, day, london_day
from fairplace.working_days import period_days

NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
RANKS = ("", "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")

CLAIM_DAYS = 30
"""Beginning with the day on which the claimant knew, or ought to have known (Procurement Act 2023, section 106(1))."""

NAMES_ANOTHER = (
    "These words name another bidder, so they are not shown here. Ask why: the buyer sends them without the name."
)

OWN_WORDS = frozenset({"Standstill", "What you can do", "How to check this"})
"""Headings of the letter whose matter the page tells in its own way, with buttons."""


class Opened(msgspec.Struct, frozen=True, kw_only=True):
    """When all bids were opened together, and where the proofs are: `deposit` is the place of the own bid in the log."""

    index: int
    at: Instant
    bids: int
    place: Place
    deposit: int
    late: bool


class Mine(msgspec.Struct, frozen=True, kw_only=True):
    """A challenge of this bidder, and how it stands."""

    index: int
    stream: str
    lodged: Instant
    ground: str
    state: str
    answer: str | None
    outcome: str | None
    reason: str | None
    follows: str | None
    """The remedy that was decided on."""
    done: str | None
    """How it was carried out, in the authority's words."""
    further: tuple[tuple[str, Text, str | None], ...]
    """To whom outside the authority it was taken, when, and that body's reference."""


class Day(msgspec.Struct, frozen=True, kw_only=True):
    """A day that matters: what ends on it, in words."""

    what: str
    words: str


class View(msgspec.Struct, frozen=True, kw_only=True):
    title: str
    sentence: str
    days: tuple[Day, ...]
    parts: tuple[Part, ...]
    opened: Opened | None
    about: int | None
    challenges: tuple[Mine, ...]


def view(history: History, provider: str, frame: Frame, now: Instant) -> View | None:
    """What this bidder may read now; None while there is nothing to tell: no summary was sent, or it was taken back."""
    known = known_of(history)
    bid = known.state.bids.get(provider)
    if bid is None or bid.place not in known.state.summaries:
        return None
    award = history.last(Awarded)
    return View(
        title=known.title or "Your bid",
        sentence=sentence(known, bid),
        days=_days(known, day(london_day(now))),
        parts=tuple(_reasons(history, provider, frame)),
        opened=_opened(history, provider),
        about=award[0].index if award else None,
        challenges=challenges(history, provider),
    )


def sentence(known: Known, bid: Bid) -> str:
    """How a bid came out, in one sentence."""
    live = len(known.state.live)
    of = NUMBERS[live] if live < len(NUMBERS) else str(live)
    result = known.state.results.get(bid.place)
    if result is None or not bid.is_live:
        return "Your bid was not assessed."
    level = sum(one.rank == result.rank for place, one in known.state.results.items()) > 1
    rank = RANKS[result.rank] if result.rank < len(RANKS) else f"number {result.rank}"
    if bid.place in known.state.awards:
        return "Your bid won. It was the only one." if live == 1 else f"Your bid won: it was {rank} of {of}."
    return f"Your bid was {'joint ' if level else ''}{rank} of {of}."


def _days(known: Known, today: Text) -> tuple[Day, ...]:
    found = []
    if last := standing.ends(known):
        what = "The standstill ended" if last < today else "The standstill ends"
        found.append(Day(what=what, words=f"at the end of {date(last)}"))
    elif known.state.awards and not known.state.contract and known.notice("UK6") is None:
        found.append(
            Day(
                what="The standstill ends",
                words="not known yet: where there is one, it is counted from the day on which the contract award notice is"
                " published, and that is not on record yet. This page will name its last day",
            )
        )
    if known.told_at is not None:
        limit = day(period_days(london_day(known.told_at), CLAIM_DAYS))
        found.append(
            Day(
                what="Last day to begin a claim in court",
                words=f"{date(limit)} at the latest, reckoned from the day on which the summaries were sent: 30 days"
                " beginning with the day on which you knew, or should have known, of what it rests on (Procurement Act"
                " 2023, section 106). It is earlier if you knew before. "
                + ("That day has passed" if limit < today else "Ask a lawyer soon"),
            )
        )
    return tuple(found)


def _reasons(history: History, provider: str, frame: Frame) -> list[Part]:
    """The letter's own parts between its address and what the page tells itself."""
    found: list[Part] = []
    skipping = True
    made = letter(history, provider, frame)
    for part in made.parts:
        if isinstance(part, Heading):
            skipping = part.level == 1 or (part.level == 2 and part.words in OWN_WORDS)
        if skipping:
            continue
        if isinstance(part, Words):
            lines = [line for line in part.words.split("\n") if f"address: {NOT_IN_THE_RECORD}" not in line]
            named = any(name.casefold() in part.words.casefold() for name in made.names)
            part = Words(NAMES_ANOTHER if named else "\n".join(lines))  # noqa: PLW2901 - the same without what it lacks
        found.append(part)
    return found


def own_deposits(history: History, provider: str) -> list[tuple[Recorded, DepositReceived | DepositReceivedLate]]:
    """Bids that this provider lodged, in their order."""
    return [
        (recorded, recorded.event)
        for recorded in history.events
        if isinstance(recorded.event, DepositReceived | DepositReceivedLate)
        and (named := recorded.event.provider.get()) is not None
        and named.id == provider
    ]


def _opened(history: History, provider: str) -> Opened | None:
    found = history.last(BidsOpened)
    own = {recorded.leaf: recorded for recorded, _ in own_deposits(history, provider)}
    places = places_of(history, set(own))
    if found is None or not places:
        return None
    recorded, event = found
    leaves = {place: bid.deposit.get() for place, bid in event.bids.items()}
    place = places[-1]
    late = leaves.get(place) not in own
    deposit = next((one for leaf, one in own.items() if leaf == leaves.get(place)), [*own.values()][-1])
    return Opened(
        index=recorded.index,
        at=event.happened_at,
        bids=sum(leaf is not None for leaf in leaves.values()),
        place=place,
        deposit=deposit.index,
        late=late,
    )


def challenges(history: History, provider: str) -> tuple[Mine, ...]:
    """This provider's challenges in a case, with what came of them."""
    found = []
    mine = of_bidder(history, provider)
    for recorded in history.events:
        if not isinstance(recorded.event, Lodged) or recorded.index not in mine:
            continue
        state, answer, outcome, reason, follows, done = "received", None, None, None, None, None
        further: list[tuple[str, Text, str | None]] = []
        for later in history.events:
            if later.stream != recorded.stream:
                continue
            match later.event:
                case Acknowledged():
                    state = "acknowledged"
                case Answered(answer=given):
                    state, answer = "answered", given.get(None)
                case Decided(outcome=ended, reason=why, remedy=remedy):
                    state, outcome, reason, follows = "decided", ended, why.get(None), remedy
                case Remedied(words=said):
                    done = said.get("")
                case TakenFurther(to=to, taken_on=on, reference=reference):
                    further.append((FURTHER[to], on, reference.get(None)))
                case Withdrawn():
                    state = "withdrawn"
                case _:
                    pass
        found.append(
            Mine(
                index=recorded.index,
                stream=recorded.stream,
                lodged=recorded.event.happened_at,
                ground=recorded.event.ground,
                state=state,
                answer=answer,
                outcome=outcome,
                reason=reason,
                follows=follows,
                done=done,
                further=tuple(further),
            )
        )
    return tuple(found)
