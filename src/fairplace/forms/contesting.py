"""What is filled in when a provider asks why or challenges a search for a home, on either side: forms that are never one."""

from __future__ import annotations

from fairplace import home_words
from fairplace.contest.commands import (
    AnswerContest,
    AnswerWhy,
    AskWhy,
    DecideContest,
    LodgeContest,
    RemedyContest,
    WithdrawContest,
)
from fairplace.contest.known import Contest, State
from fairplace.formats import date
from fairplace.forms.fields import Field
from fairplace.forms.lists import market_of, named, search_of, worded
from fairplace.forms.task import AWAY, NOW, File, Stage, Task, options
from fairplace.seeking.contested import answer_by
from fairplace.terms import day, london_day

NAME_NOBODY = "Name no child, school or street, and no other provider"
MOST_SAID = 300
"""Characters of what was written that a form shows; the page of challenges has all of it."""


def ask() -> list[Field]:
    return [Field(name="words", label="What do you want to know?", kind="words", hint=NAME_NOBODY)]


def challenge() -> list[Field]:
    kinds = options(
        (
            "complaint",
            "A challenge to the authority",
            "It has to answer it, and somebody who did not choose decides it",
        ),
        ("letter-before-claim", "A letter before court action", "Your lawyer will tell you whether you need one"),
    )
    return [
        Field(name="kind", label="What is this?", kind="choice", options=kinds),
        Field(name="ground", label="On what ground?", kind="choice", options=worded(home_words.GROUND)),
        Field(name="words", label="What was wrong, point by point?", kind="words", hint=NAME_NOBODY),
        Field(name="remedy", label="What should follow?", kind="choice", options=worded(home_words.REMEDY)),
    ]


def withdraw(open_ones: list[Contest]) -> list[Field]:
    return [
        Field(name="contest", label="Which challenge", kind="choice", options=options(*((one.stream, _begun_on(one)) for one in open_ones))),
    ]  # fmt: skip


def _begun_on(one: Contest) -> str:
    did = "Asked" if one.about == "why" else "Lodged"
    return f"{did} on {date(day(london_day(one.begun.event.happened_at)))}"


def _in(file: File, *states: State) -> list[Contest]:
    return [one for one in search_of(file).contests if one.state in states]


def _waits(file: File, *states: State) -> Stage:
    found = _in(file, *states)
    if not found:
        return AWAY
    due = min((by for one in found if (by := answer_by(one)) is not None), default=None)
    return Stage("now", f"{len(found)} to do" + (f", by {date(due)}" if due else ""))


def _which(file: File, *states: State) -> Field:
    return Field(name="contest", label="Which one", kind="choice", options=options(
        *((one.stream, f"{named(file, one.provider) if one.provider else 'A provider'}. {_begun_on(one)}", _says(one)) for one in _in(file, *states))))  # fmt: skip


def _says(one: Contest) -> str:
    return " ".join(one.begun.event.words.get("").split())[:MOST_SAID]  # type: ignore[attr-defined]  # each event that begins one has words


def _whose(file: File) -> Field:
    market = market_of(file)
    winner = search_of(file).winner
    chosen = winner.provider if winner is not None else None
    others = sorted(
        (one.provider for one in market.providers(market.upto) if one.provider != chosen),
        key=lambda one: named(file, one),
    )
    return Field(name="provider", label="Which provider", kind="choice", options=options(*((one, named(file, one)) for one in others)))  # fmt: skip


def _may_come(file: File) -> Stage:
    search = search_of(file)
    return NOW if search.published or search.choice is not None or search.ended_without is not None else AWAY


def _decide(file: File) -> list[Field]:
    return [
        _which(file, "answered"),
        Field(name="outcome", label="Is it right?", kind="choice", options=worded(home_words.OUTCOME)),
        Field(name="reason", label="Why", kind="words", hint=f"Whoever lodged it reads this. {NAME_NOBODY}"),
        Field(name="remedy", label="What follows, if anything", kind="choice", optional=True, options=worded(home_words.REMEDY),
              hint="It moves no child by itself: a move is a decision about the child, with its own steps"),
    ]  # fmt: skip


_READ = f"That provider alone reads it. {NAME_NOBODY}"

TASKS: tuple[Task, ...] = (
    Task(code="answer-why", title="Say why to a provider", part="Challenges", command=AnswerWhy, again=True, stage=lambda file: _waits(file, "asked"),
         fields=lambda file: [_which(file, "asked"), Field(name="answer", label="The answer", kind="words", hint=_READ)],
         lead="It asked why it was not chosen, or not asked. This is no challenge."),
    Task(code="answer-contest", title="Answer a challenge of the search", part="Challenges", command=AnswerContest, again=True, stage=lambda file: _waits(file, "lodged"),
         fields=lambda file: [_which(file, "lodged"), Field(name="answer", label="The answer", kind="words", hint=_READ)],
         lead="Point by point. It stops no step of the search by itself."),
    Task(code="decide-contest", title="Decide a challenge of the search", part="Challenges", command=DecideContest, again=True, stage=lambda file: _waits(file, "answered"),
         fields=_decide, lead="Somebody who neither chose nor approved the home says whether it is right."),
    Task(code="remedy-contest", title="Record that a remedy was carried out", part="Challenges", command=RemedyContest, again=True, stage=lambda file: _waits(file, "owed"),
         fields=lambda file: [_which(file, "owed"), Field(name="words", label="What was done", kind="words", hint=_READ)], lead="What was decided on a challenge, done."),
    Task(code="why-received", title="Record that a provider asked why, in another way", part="Challenges", command=AskWhy, again=True, any_time=True, stage=_may_come,
         fields=lambda file: [_whose(file), *ask()], lead="By e-mail, by telephone, by letter. The provider finds it on its own page."),
    Task(code="contest-received", title="Record a challenge that came another way", part="Challenges", command=LodgeContest, again=True, any_time=True, stage=_may_come,
         fields=lambda file: [_whose(file), *challenge()], lead="By e-mail, by telephone, by letter. The provider finds it on its own page."),
    Task(code="contest-withdrawn", title="Record that a challenge was withdrawn", part="Challenges", command=WithdrawContest, again=True, any_time=True,
         stage=lambda file: NOW if _in(file, "lodged", "answered") else AWAY, fields=lambda file: [_which(file, "lodged", "answered")],
         lead="The provider let it go, by another way than its own page."),
)  # fmt: skip
