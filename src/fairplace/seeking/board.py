"""One line of the search board: where a search stands, which clocks run, who has answered, and what blocks it.

- It is made of what is public and what the parties know (PUB and PARTY) alone. Nothing of the child comes in: the events
  are closed to it first (`parties_only`), so that no line can show any.
- The most urgent stands first: what is over, then what ends next.
"""

from __future__ import annotations

from functools import cache
from typing import Literal

import msgspec

from fairplace import home_words
from fairplace.counted import counted
from fairplace.event import Fact
from fairplace.ledger.disclosure import closed
from fairplace.market.events import Tier
from fairplace.recorded import Recorded
from fairplace.searching import Search
from fairplace.seeking import contested
from fairplace.seeking.case_word import case_word
from fairplace.seeking.completeness import completeness
from fairplace.tags import tags
from fairplace.terms import CaseId, Day, Instant, day, london_day
from fairplace.working_days import BeyondHorizon, working_days_after

REASONS_DAYS = 5
"""Working days in which everybody who was not chosen is told why (rule PL-19)."""
REASONS = "Reasons to everybody not chosen"

LAST_OF_DAY = "T23:59:59.999Z"


@cache
def _parties(kind: type[Fact]) -> frozenset[str]:
    return frozenset(f"/{name}" for name, tag in tags(kind).items() if tag == "PARTY")


def parties_only(recorded: Recorded) -> Recorded:
    """The entry with everything closed that is not for the parties: the child's, and what counts in aggregates only."""
    return msgspec.structs.replace(recorded, event=closed(recorded.event, _parties(type(recorded.event))))


State = Literal["runs", "today", "over"]


class Clock(msgspec.Struct, frozen=True, kw_only=True):
    """Something that ends, and when: a moment, or a day to its end. `by`: it has to be done by then."""

    says: str
    due: Instant | Day
    state: State

    @property
    def order(self) -> str:
        return self.due if "T" in self.due else self.due + LAST_OF_DAY


class Answers(msgspec.Struct, frozen=True, kw_only=True):
    """Who has answered so far. `asked` and `silent` are null where that is closed.

    `waiting`: who has not answered and still has time to; `silent`: who has not, and has none left.
    """

    asked: int | None
    offers: int
    late: int
    withdrawn: int
    declines: int
    waiting: int
    silent: int | None


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """What comes next: its form in the file of the case, and what it waits for, if it does.

    `approvals`: in which capacities it is still to be approved.
    """

    code: str
    title: str
    waits: str = ""
    approvals: tuple[str, ...] = ()


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A search on the board. `per_cent`: how complete the referral is."""

    case: CaseId
    word: str
    emergency: bool
    challenged: bool
    stage: str
    clocks: tuple[Clock, ...]
    answers: Answers
    per_cent: int | None
    enough: bool
    beside: tuple[str, ...]
    step: Step | None

    @property
    def order(self) -> tuple[str, str]:
        return (min((clock.order for clock in self.clocks), default="9999"), self.case)

    @property
    def needs_somebody(self) -> bool:
        """Can somebody do something now?"""
        return bool(self.beside) or (self.step is not None and not self.step.waits)


def is_open(search: Search) -> bool:
    """Is a home still sought, or somebody still to be told why it is not theirs, or to be answered?"""
    if not search.needs:
        return False
    if any(one.is_open for one in search.contests):
        return True
    if search.ended_without is not None:
        return bool(untold(search))
    return search.started is None or bool(untold(search))


def line(case: CaseId, search: Search, now: Instant) -> Line:
    """The line of an open search, at a moment."""
    assessed = search.needs[-1][1].assessment.get(None)
    complete = completeness(assessed.facts) if assessed else None
    return Line(
        case=case,
        word=case_word(case),
        emergency=_emergency_until(search, now) is not None,
        challenged=contested.is_challenged(search),
        stage=_stage(search),
        clocks=tuple(sorted(_clocks(search, now), key=lambda one: one.order)),
        answers=answers(search, now),
        per_cent=complete.percent if complete else None,
        enough=complete.is_enough if complete else True,
        beside=tuple(_beside(search, now)),
        step=step(search, now) if search.ended_without is None else None,
    )


def answers(search: Search, now: Instant) -> Answers:
    tiers = list(dict.fromkeys(one.tier for one in search.published))
    unanswered = [search.silent(tier) for tier in tiers]
    known = frozenset[str]().union(*(one for one in unanswered if one is not None))
    waiting = {
        provider
        for tier, providers in zip(tiers, unanswered, strict=True)
        for provider in (providers or () if search.choice is None and search.ended_without is None else ())
        if (search.deadline(tier, provider) or now) > now
    }
    invited = search.invited
    return Answers(
        asked=None if invited is None else len(invited),
        offers=len(search.live),
        late=sum(one.late and one.admitted is None for one in search.offers.values()),
        withdrawn=sum(one.withdrawn is not None for one in search.offers.values()),
        declines=len(search.declines),
        waiting=len(waiting),
        silent=None if None in unanswered else len(known - waiting),
    )


def closes(search: Search, tier: Tier) -> Instant | None:
    """When the last of those asked in a tier may answer, extensions counted; null while that is closed."""
    asked = search.asked_in(tier)
    if asked is None or not asked.providers:
        return None
    found = [end for one in asked.providers if (end := search.deadline(tier, one)) is not None]
    return max(found, default=None)


def _stage(search: Search) -> str:
    if search.ended_without is not None:
        return "It ended without a home"
    if search.started is not None:
        return "The child has moved in"
    if search.agreed is not None:
        return "Agreed, not yet moved in"
    if search.choice is not None:
        return "A home is chosen"
    if search.published:
        return f"Asked: {home_words.TIER[search.published[-1].tier]}"
    if search.live:
        return "A home is offered"
    if search.opened is not None:
        return "Opened, nobody asked yet"
    return "The need is assessed"


def _clocks(search: Search, now: Instant) -> list[Clock]:
    found = [
        _clock(
            "Answer to a challenge" if one.about == "challenge" else "Answer to who asked why",
            contested.answer_by(one),
            now,
        )
        for one in search.contests
    ]
    if search.ended_without is not None:
        if untold(search):
            found.append(_clock(REASONS, _reasons_by(search), now))
        return [one for one in found if one is not None]
    if search.choice is None:
        for tier in dict.fromkeys(one.tier for one in search.published):
            end = closes(search, tier)
            # A tier that is over and answered by all, or said to be silent, has no clock any more.
            if end is not None and not _is_settled(search, tier):
                found.append(_clock(f"Answers from {home_words.TIER[tier]}", end, now))
    if search.opened is not None and search.started is None:
        needed = search.opened[1].needed_by.get(None)
        if needed is not None:
            found.append(_clock("A home is needed by", needed, now))
    if search.emergency is not None and search.started is None:
        found.append(_clock("The emergency ends", search.emergency[1].expires_at, now))
    if search.emergency is not None and search.choice is None and not _is_ratified(search):
        found.append(_clock("Approval of the emergency", search.emergency[1].expires_at, now))
    if search.choice is not None:
        if missing_approvals(search):
            found.append(_clock("Approvals", _approve_by(search), now))
        if untold(search):
            found.append(_clock(REASONS, _reasons_by(search), now))
    return [one for one in found if one is not None]


def _clock(says: str, due: Instant | Day | None, now: Instant) -> Clock | None:
    if due is None:
        return None
    today = day(london_day(now))
    state: State
    if "T" in due:
        state = "over" if due <= now else "today" if day(london_day(due)) == today else "runs"
    else:
        state = "over" if due < today else "today" if due == today else "runs"
    return Clock(says=says, due=due, state=state)


def _is_settled(search: Search, tier: Tier) -> bool:
    return search.silent(tier) == frozenset() or any(event.tier == tier for _, event in search.missed)


def _emergency_until(search: Search, now: Instant) -> Instant | None:
    if search.emergency is None or search.started is not None or search.ended_without is not None:
        return None
    until = search.emergency[1].expires_at
    return until if until > now else None


def missing_approvals(search: Search) -> list[str]:
    """Practice and budget, as far as they have not said yes to the versions that were chosen."""
    if search.choice is None:
        return []
    chosen = search.choice[1]
    given = {
        event.capacity
        for _, event in search.approvals
        if event.approved and (event.need_version, event.fee_version) == (chosen.need_version, chosen.fee_version)
    }
    return [one for one in ("practice", "budget") if one not in given]


def _is_ratified(search: Search) -> bool:
    """Has somebody with the power to said yes to what could not wait?"""
    return any(event.approved and event.capacity != "budget" for _, event in search.approvals)


def _approve_by(search: Search) -> Instant | Day | None:
    """What was chosen in an emergency, before it ends; anything else before the day on which the home is needed."""
    if search.emergency is not None:
        return search.emergency[1].expires_at
    return search.opened[1].needed_by.get(None) if search.opened else None


def _reasons_by(search: Search) -> Day | None:
    decided = search.choice or search.ended_without
    if decided is None:
        return None
    try:
        return day(working_days_after(london_day(decided[1].happened_at), REASONS_DAYS, "ENG"))
    except BeyondHorizon:
        return None


def untold(search: Search) -> list[str]:
    """The offers that were not taken, and whose providers have not been told why: another was chosen, or none."""
    if search.choice is None and search.ended_without is None:
        return []
    if search.choice is not None and search.chosen is None:
        return []  # nobody can open whose home it was
    won = search.chosen.offer if search.chosen is not None else None
    told = {given.offer for _, event in search.reasons_sent for given in event.sent.get(())}
    return [one for one in search.live if one != won and one not in told]


def _beside(search: Search, now: Instant) -> list[str]:
    """What waits beside the way of the case, in words."""
    found = contested.waiting(search)
    if search.ended_without is not None:
        return [*found, "reasons to send"] if untold(search) else found
    settled = {event.question for _, event in search.answers}
    unanswered = [event.question for _, event in search.questions if event.question not in settled]
    if unanswered:
        found.append(f"{counted(len(unanswered), 'question')} to answer")
    late = sum(one.late and one.admitted is None and one.withdrawn is None for one in search.offers.values())
    if late and search.choice is None:
        found.append(f"{counted(late, 'late offer')} to decide on")
    for asked in search.published:
        end = closes(search, asked.tier)
        if end is not None and end <= now and not _is_settled(search, asked.tier) and search.choice is None:
            found.append(f"record who of {home_words.TIER[asked.tier]} has not answered")
    if search.choice is not None and search.started is not None and untold(search):
        found.append("reasons to send")
    return found


def step(search: Search, now: Instant) -> Step | None:
    """What comes next in the way of the case; null when nothing does."""
    if search.opened is None:
        return Step(code="open-referral", title="Open the search")
    if search.choice is None and search.live and _emergency_until(search, now) is not None:
        return Step(code="choose-home", title="Choose a home")
    if not search.criteria:
        return Step(code="criteria-of-search", title="Declare the criteria")
    if search.choice is None:
        return _before_choice(search, now)
    if waiting := missing_approvals(search):
        words = " and ".join(home_words.CAPACITY[one] for one in waiting)
        return Step(
            code="approve-home",
            title="Approve",
            waits=f"waits for the approval of {words}",
            approvals=tuple(waiting),
        )
    if untold(search):
        return Step(code="send-reasons", title="Send the reasons")
    if search.agreed is None:
        return Step(code="agree-placement", title="Sign the agreement")
    if search.started is None:
        return Step(code="start-placement", title="Record that the child has moved in")
    return None


def _before_choice(search: Search, now: Instant) -> Step | None:
    if search.in_house is None and search.emergency is None:
        return Step(code="search-in-house", title="Search our own homes")
    if not search.published:
        return Step(code="publish-referral", title="Ask the first tier")
    last = search.published[-1].tier
    end = closes(search, last)
    if end is not None and end > now and search.silent(last) != frozenset():
        return Step(code="score-offers", title="Judge the offers", waits="waits for answers")
    if not search.live:
        return Step(code="publish-referral", title="Ask the next tier")
    if any(one.scored is None for one in search.live.values()):
        return Step(code="score-offers", title="Judge the offers")
    if search.panel is None:
        return Step(code="hold-panel", title="Record the panel")
    return Step(code="choose-home", title="Choose a home")
