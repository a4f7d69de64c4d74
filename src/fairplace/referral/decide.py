"""What follows from a command in the search for one child's home: one event, or a refusal."""

from __future__ import annotations

from fairplace.decision import Actor, Decision, History
from fairplace.people import roles
from fairplace.referral import answers, asking, choosing, judging, need, telling
from fairplace.referral.commands import (
    AmendReferral,
    AnyCommand,
    ApproveHome,
    AssessNeed,
    ChooseHome,
    ConsiderOffers,
    DecideLateOffer,
    DeclareCriteria,
    DeclareEmergency,
    DeclineReferral,
    ExtendDeadline,
    HoldPanel,
    LocateOffers,
    MakeOffer,
    OpenReferral,
    PublishReferral,
    PutQuestion,
    RecordApproach,
    RecordSilence,
    RecordVoice,
    ScoreOffers,
    SearchInHouse,
    SettleQuestion,
    WithdrawOffer,
)
from fairplace.terms import Instant


def decide(command: AnyCommand, history: History, *, at: Instant, by: Actor, chance: bytes) -> Decision:
    """The one event that the command gives.

    Raises Forbidden (the person's role), Refused (procedure or integrity), Malformed (a value) or Missing (the case).
    """
    roles.require(by, command.gives, report=command.is_report)
    match command:
        case AssessNeed() | RecordVoice() | OpenReferral() | DeclareCriteria() | SearchInHouse() | DeclareEmergency():
            return need.decide(command, history, at=at)
        case (
            PublishReferral() | AmendReferral() | ExtendDeadline() | PutQuestion() | SettleQuestion() | RecordApproach()
        ):
            return asking.decide(command, history, at=at, by=by)
        case MakeOffer() | DecideLateOffer() | WithdrawOffer() | DeclineReferral() | RecordSilence():
            return answers.decide(command, history, at=at, by=by, chance=chance)
        case ConsiderOffers() | LocateOffers() | ScoreOffers() | HoldPanel():
            return judging.decide(command, history, at=at)
        case ChooseHome() | ApproveHome():
            return choosing.decide(command, history, at=at, by=by)
        case _:
            return telling.decide(command, history, at=at, by=by)
