"""Somebody asks why, and is answered: a challenge told beside the procurement that it is about."""

from __future__ import annotations

from collections.abc import Generator
from datetime import datetime
from typing import Literal, NamedTuple

from fairplace.challenge.commands import (
    AcknowledgeChallenge,
    AnswerChallenge,
    CarryOutRemedy,
    DecideChallenge,
    LodgeChallenge,
    WithdrawChallenge,
)
from fairplace.challenge.events import Ground, Remedy
from fairplace.openness.commands import Release
from fairplace.synthesis.competition import Competition
from fairplace.synthesis.entrants import Entrant


class Grievance(NamedTuple):
    """A challenge as it is lodged, answered and decided; without an outcome it stays open."""

    kind: Literal["query", "complaint", "pre-action-letter"]
    ground: Ground
    remedy: Remedy
    words: str
    answer: str = ""
    outcome: Literal["upheld", "partly-upheld", "not-upheld"] | None = None
    reason: str = ""
    given: Remedy | None = None
    withdrawn: bool = False


SCORING = Grievance(
    kind="complaint",
    ground="scoring",
    remedy="re-score",
    words="Our mark for outcomes does not fit the reasons in our summary: the three examples it asks for stand on page 31.",
    answer="The panel read page 31 again with the moderation note beside it. The examples there are of another kind of"
    " service, as the note says; the published descriptor for the next mark asks for examples of this one.",
    outcome="not-upheld",
    reason="The record shows the marks of each evaluator, the page they looked at and why the agreed mark follows. It"
    " stands.",
)

OVERLOOKED = Grievance(
    kind="complaint",
    ground="scoring",
    remedy="re-score",
    words="Annex C of our bid, which answers the staffing question, is not mentioned in any of the reasons we were given.",
    answer="You are right. The portal had put annex C of your bid into another folder and the panel did not see it."
    " All bids were looked through for the same fault; yours is the only one.",
    outcome="upheld",
    reason="A part of one bid was not read. The award is withdrawn, and all bids are marked again with every annex in hand.",
    given="re-score",
)

LATE_SUMMARY = Grievance(
    kind="complaint",
    ground="reasons",
    remedy="apology",
    words="Our assessment summary came a day after the winner had its own, which left us a day less to think.",
    answer="The letters were sent by two people and one of them fell ill. The standstill was counted from the last letter.",
    outcome="partly-upheld",
    reason="The summaries should have gone out together. Nobody lost a day of the standstill, so the award stands.",
    given="apology",
)

PRICE = Grievance(
    kind="query",
    ground="criteria",
    remedy="explanation",
    words="How were points for price worked out where two prices were close together?",
    answer="By the published formula: the lowest price divided by your price, times the weight, rounded to a hundredth.",
    outcome="not-upheld",
    reason="The formula was published with the tender notice and the points follow from it to the last place.",
)

UNFOUNDED = Grievance(
    kind="query",
    ground="conflict-of-interest",
    remedy="explanation",
    words="A member of the panel used to manage one of the winner's homes, as far as we know.",
    withdrawn=True,
)

UNANSWERED = Grievance(
    kind="complaint",
    ground="equal-treatment",
    remedy="re-run",
    words="The session on the present rotas was announced to us two days after the notice says it took place.",
)

LANE = Grievance(
    kind="pre-action-letter",
    ground="equal-treatment",
    remedy="re-run",
    words="We understand that a competitor was seen by the head of service at a member's request while the bids were"
    " being prepared, and was answered on the same day. We waited nine days.",
    answer="The approach is on the record, with who introduced it. The panel did not know of it when it marked.",
    outcome="upheld",
    reason="An approach was put first because of who introduced it. Such a lane must not exist, whether or not it changed"
    " who won; the practice ended on the day of this decision.",
    given="explanation",
)


SAID: dict[Remedy, str] = {
    "apology": "We wrote to every bidder and said that we are sorry.",
    "explanation": "We wrote down how it came about and what changes, and sent it to every bidder.",
}
"""Remedies that are words."""


def challenged(
    story: Competition, by: Entrant, grievance: Grievance, about: int | None = None
) -> Generator[datetime, None, str]:
    """The challenge from the day after the award was told: acknowledged, answered and decided within the standstill.

    An apology or an explanation follows at once. Returns the challenge, for what takes longer.
    """
    officer, monitoring = story.panel.officer, story.panel.monitoring
    told = story.deadline_day + 16
    yield story.on(told + 1, 11)
    lodged = story.do(
        LodgeChallenge,
        by.firm,
        kind=grievance.kind,
        ground=grievance.ground,
        remedy=grievance.remedy,
        words=grievance.words,
        about=about,
        challenger=by.provider,
    )
    challenge = story.council.register.reader.entry(lodged.index).envelope.stream
    yield story.on(told + 2, 10)
    story.do(AcknowledgeChallenge, officer, challenge=challenge)
    if grievance.withdrawn:
        yield story.on(told + 3, 10)
        story.do(WithdrawChallenge, by.firm, challenge=challenge)
        return challenge
    if grievance.outcome is None:
        return challenge
    yield story.on(told + 4, 15)
    story.do(AnswerChallenge, monitoring, challenge=challenge, answer=grievance.answer)
    yield story.on(told + 5, 12)
    story.do(
        DecideChallenge,
        monitoring,
        challenge=challenge,
        outcome=grievance.outcome,
        reason=grievance.reason,
        remedy=grievance.given,
    )
    if grievance.given in SAID:
        yield story.on(told + 6, 10)
        story.do(CarryOutRemedy, officer, challenge=challenge, words=SAID[grievance.given])
    story.do(Release, officer, occasion="challenge")
    return challenge
