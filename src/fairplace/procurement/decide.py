"""What follows from a command in a procurement: one event, or a refusal."""

from __future__ import annotations

from fairplace.decision import Actor, Decision, History
from fairplace.people import roles
from fairplace.procurement import awarding, changes, contract, deposits, evaluation, invitation, opening
from fairplace.procurement.commands import (
    AnswerQuestion,
    AnyCommand,
    AskQuestion,
    AssessConflicts,
    Award,
    Awarding,
    Bidding,
    ChangeContract,
    ChangeCriteria,
    ChangeDeadline,
    CheckBids,
    DecideLateBids,
    EndContract,
    EndSuspension,
    EndWithoutAward,
    EnterContract,
    Evaluation,
    LodgeBid,
    Moderate,
    NameBuyers,
    NameGround,
    NameParent,
    NotifyClaim,
    OpenBids,
    Plan,
    PublishNotice,
    PublishTender,
    RecordContact,
    RecordPrices,
    SendSummaries,
    SignSheet,
    WithdrawAward,
    WithdrawBid,
)
from fairplace.terms import Instant


def decide(command: AnyCommand, history: History, *, at: Instant, by: Actor, chance: bytes) -> Decision:
    """The one event that the command gives.

    Raises Forbidden (the person's role), Refused (procedure or integrity), Malformed (a value) or Missing (the case).
    """
    roles.require(by, command.gives, report=command.is_report)
    match command:
        case (
            Plan()
            | NameBuyers()
            | NameParent()
            | NameGround()
            | AssessConflicts()
            | PublishTender()
            | ChangeCriteria()
            | ChangeDeadline()
            | AskQuestion()
            | AnswerQuestion()
            | RecordContact()
        ):
            return invitation.decide(command, history, at=at)
        case LodgeBid() | WithdrawBid() | OpenBids() | DecideLateBids() | RecordPrices() | CheckBids():
            return _bidding(command, history, at, by, chance)
        case SignSheet() | Moderate():
            return _evaluation(command, history, at, by)
        case Award() | SendSummaries() | PublishNotice() | WithdrawAward() | EndWithoutAward():
            return _awarding(command, history, at, by)
        case NotifyClaim() | EndSuspension() | EnterContract():
            return contract.decide(command, history, at=at)
        case ChangeContract():
            return changes.change(command, history, at=at)
        case EndContract():
            return changes.end(command, history, at=at)


def _bidding(command: Bidding, history: History, at: Instant, by: Actor, chance: bytes) -> Decision:
    match command:
        case LodgeBid():
            return deposits.lodge(command, history, at)
        case WithdrawBid():
            return deposits.withdraw(command, history, at)
        case OpenBids():
            return opening.open_bids(command, history, at=at, by=by, chance=chance)
        case RecordPrices():
            return opening.record_prices(command, history, at=at)
        case DecideLateBids():
            return opening.decide_late(command, history, at=at, chance=chance)
        case CheckBids():
            return opening.check_bids(command, history, at=at)


def _evaluation(command: Evaluation, history: History, at: Instant, by: Actor) -> Decision:
    match command:
        case SignSheet():
            return evaluation.sign_sheet(command, history, at=at, by=by)
        case Moderate():
            return evaluation.moderate(command, history, at=at, by=by)


def _awarding(command: Awarding, history: History, at: Instant, by: Actor) -> Decision:
    match command:
        case Award():
            return awarding.award(command, history, at=at, by=by)
        case SendSummaries():
            return awarding.send_summaries(command, history, at=at)
        case PublishNotice():
            return awarding.publish_notice(command, history, at=at)
        case WithdrawAward():
            return awarding.withdraw_award(command, history, at=at)
        case EndWithoutAward():
            return awarding.end_without_award(command, history, at=at)
