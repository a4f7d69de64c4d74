"""Who asked why or challenged: what is owed to them and by when, and how each stands, for either side to read.

- Five working days are the desk's own measure, the same in which reasons go out (rule PL-19): no enactment sets one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from fairplace import home_words
from fairplace.contest.events import Answered, Decided, Lodged, Remedied, WhyAnswered, WhyAsked, Withdrawn
from fairplace.contest.known import Contest
from fairplace.searching import Search
from fairplace.seeking.lived import Owed, said_by
from fairplace.terms import Day, Instant, Text, day, london_day
from fairplace.working_days import BeyondHorizon, working_days_after

ANSWER_DAYS = 5
"""Working days in which a question why, and a challenge, is answered: as reasons are sent (rule PL-19)."""


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """One step, in words. `index` is its place in the log; `lines`: what it says in codes; `words`: what was written."""

    title: str
    at: Instant
    index: int
    actor: str
    lines: tuple[str, ...] = ()
    words: Text = ""


class Contested(msgspec.Struct, frozen=True, kw_only=True):
    """A question why, or a challenge, from its beginning to where it stands. `next`: what it waits for."""

    contest: Contest
    title: str
    standing: str
    steps: tuple[Said, ...]
    next: Owed | None


_TASK = {
    "asked": ("answer-why", "say why to a provider"),
    "lodged": ("answer-contest", "answer a challenge"),
    "answered": ("decide-contest", "decide a challenge"),
    "owed": ("remedy-contest", "carry out what was decided on a challenge"),
}
_STANDING = {
    "asked": "It waits for an answer",
    "lodged": "It waits for an answer",
    "answered": "It is answered, and waits for a decision",
    "owed": "It is decided; what was decided is still to be carried out",
    "over": "It is settled",
    "withdrawn": "It was withdrawn",
}


def is_challenged(search: Search) -> bool:
    """Is a challenge open, or what was decided on one still owed? To ask why is no challenge."""
    return any(one.about == "challenge" and one.is_open for one in search.contests)


def owed(search: Search, today: Day) -> list[Owed]:
    """What is to be done for those who asked or challenged, what has a day first."""
    found = [next_of(one, today) for one in search.contests]
    return sorted((one for one in found if one is not None), key=lambda one: one.due or "9999")


def waiting(search: Search) -> list[str]:
    """What is to be done for them, in words without a day."""
    return list(dict.fromkeys(_TASK[one.state][1] for one in search.contests if one.is_open))


def next_of(one: Contest, today: Day) -> Owed | None:
    """What one waits for; null when it is settled."""
    if not one.is_open:
        return None
    code, says = _TASK[one.state]
    due = answer_by(one)
    return Owed(code=code, says=f"{says} {said_by(due, today)}" if due else says, due=due)


def answer_by(one: Contest) -> Day | None:
    """The day by which it is answered; null once it is."""
    if one.state not in ("asked", "lodged"):
        return None
    try:
        return day(working_days_after(london_day(one.begun.event.happened_at), ANSWER_DAYS, "ENG"))
    except BeyondHorizon:
        return None


def contested(contests: Iterable[Contest], today: Day) -> list[Contested]:
    return [
        Contested(
            contest=one,
            title=_title(one),
            standing=_STANDING[one.state],
            steps=tuple(_said(one)),
            next=next_of(one, today),
        )
        for one in contests
    ]


def _title(one: Contest) -> str:
    if isinstance(one.begun.event, Lodged):
        ground = one.begun.event.ground.get(None)
        return f"Challenge: {home_words.GROUND.get(ground or '', 'the ground is closed')}"
    return "Asked why"


def _said(one: Contest) -> Iterator[Said]:
    for recorded in one.steps:
        title, lines, words = _step(recorded.event)
        yield Said(
            title=title,
            at=recorded.event.happened_at,
            index=recorded.index,
            actor=recorded.actor,
            lines=lines,
            words=words,
        )


def _step(event: object) -> tuple[str, tuple[str, ...], Text]:
    match event:
        case WhyAsked():
            return "The question", (), event.words.get("")
        case WhyAnswered():
            return "The answer", (), event.answer.get("")
        case Lodged():
            kind, remedy = event.kind.get(None), event.remedy.get(None)
            lines = (
                home_words.CONTEST_KIND.get(kind or "", ""),
                f"asked for: {home_words.REMEDY[remedy]}" if remedy else "",
            )
            return "The challenge", tuple(filter(None, lines)), event.words.get("")
        case Answered():
            return "The answer", (), event.answer.get("")
        case Decided():
            outcome, remedy = event.outcome.get(None), event.remedy.get(None)
            lines = (
                home_words.OUTCOME.get(outcome or "", ""),
                f"what follows: {home_words.REMEDY[remedy]}" if remedy else "",
            )
            return "The decision", tuple(filter(None, lines)), event.reason.get("")
        case Remedied():
            return "Carried out", (), event.words.get("")
        case Withdrawn():
            return "Withdrawn", (), ""
        case _:
            return "", (), ""
