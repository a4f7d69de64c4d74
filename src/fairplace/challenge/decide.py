"""A challenge on its way: lodged, acknowledged, answered, decided; or withdrawn by whoever lodged it."""

from __future__ import annotations

from fairplace import procedure
from fairplace.challenge.commands import (
    AcknowledgeChallenge,
    AnswerChallenge,
    AnyCommand,
    DecideChallenge,
    LodgeChallenge,
    WithdrawChallenge,
)
from fairplace.challenge.events import TYPES, Acknowledged, Answered, Decided, Lodged, Withdrawn
from fairplace.decision import Actor, Decision, History
from fairplace.errors import Missing
from fairplace.event import Fact
from fairplace.ledger.disclosure import sealed
from fairplace.people import roles
from fairplace.procedure import Objections, words
from fairplace.terms import Instant

_KINDS = tuple(TYPES.values())


def decide(command: AnyCommand, history: History, *, at: Instant, by: Actor, chance: bytes = b"") -> Decision:
    """The one event that the command gives, or a refusal."""
    roles.require(by, command.gives, report=command.is_report)
    match command:
        case LodgeChallenge():
            return _lodge(command, history, at)
        case AcknowledgeChallenge(challenge=challenge):
            return Decision(
                event=Acknowledged(**_stamp(command, history, at, challenge)),
                statement="Acknowledge the challenge.",
                stream=challenge,
            )
        case AnswerChallenge(challenge=challenge):
            answer = words(command.answer, "the answer to the challenge")
            return Decision(
                event=Answered(**_stamp(command, history, at, challenge), answer=sealed("standstill", answer)),
                statement="Answer the challenge; the answer stays sealed until it is released.",
                stream=challenge,
            )
        case DecideChallenge(challenge=challenge):
            reason = words(command.reason, "the reason for the decision on the challenge")
            return Decision(
                event=Decided(
                    **_stamp(command, history, at, challenge),
                    outcome=command.outcome,
                    remedy=command.remedy,
                    reason=sealed("standstill", reason),
                ),
                statement=f"Decide that the challenge is {command.outcome.replace('-', ' ')};"
                f" remedy: {(command.remedy or 'none').replace('-', ' ')}.",
                stream=challenge,
            )
        case WithdrawChallenge(challenge=challenge):
            return Decision(
                event=Withdrawn(**_stamp(command, history, at, challenge)),
                statement="Withdraw the challenge.",
                stream=challenge,
            )


def _lodge(command: LodgeChallenge, history: History, at: Instant) -> Decision:
    Objections(command, overridable=False).weigh()
    if command.about is not None and all(recorded.index != command.about for recorded in history.events):
        procedure.refuse(
            "unknown-entry",
            f"the challenge is about entry {command.about}, which is not in this case; name one that is",
        )
    challenger = None if command.challenger is None else procedure.provider(command.challenger)
    about = "the case" if command.about is None else f"entry {command.about}"
    return Decision(
        event=Lodged(
            **procedure.aside(command, history, at),
            kind=command.kind,
            ground=command.ground,
            remedy=command.remedy,
            about=command.about,
            challenger=sealed("personal", challenger),
            words=sealed("personal", words(command.words, "the challenge")),
            challenger_signature=sealed("personal", command.signature),
        ),
        statement=f"Lodge a challenge to {about} on the ground of {command.ground.replace('-', ' ')};"
        " who lodged it stays sealed.",
        stream="new",
    )


def _stamp(
    command: AcknowledgeChallenge | AnswerChallenge | DecideChallenge | WithdrawChallenge,
    history: History,
    at: Instant,
    challenge: str,
) -> procedure.AsideStamp:
    """The stamp of a later step, once it may be taken."""
    objections = Objections(command, overridable=False)
    trail: list[type[Fact]] = [
        type(recorded.event)
        for recorded in history.events
        if recorded.stream == challenge and isinstance(recorded.event, _KINDS)
    ]
    if not trail:
        raise Missing(f"there is no challenge {challenge[:60]} in this case; name one by the id of its stream")
    if closed := [kind for kind in trail if kind in (Decided, Withdrawn)]:
        objections.add(
            "challenge-closed",
            f"the challenge was {closed[0].__name__.lower()} already; lodge a new one if there is more to say",
        )
    lodged_by = next(
        (
            procedure.signed_by(recorded.event.challenger_signature.get())
            for recorded in history.events
            if recorded.stream == challenge and isinstance(recorded.event, Lodged)
        ),
        None,
    )
    match command:
        case AcknowledgeChallenge() if Acknowledged in trail:
            objections.add("acknowledged-already", "the challenge was acknowledged already; answer it")
        case AnswerChallenge() if Acknowledged not in trail:
            objections.add("not-acknowledged", "the challenge was not acknowledged yet; acknowledge it, then answer")
        case AnswerChallenge() if Answered in trail:
            objections.add("answered-already", "the challenge was answered already; decide it")
        case DecideChallenge() if Answered not in trail:
            objections.add("not-answered", "the challenge was not answered yet; answer it, then decide")
        case WithdrawChallenge(signature=signature) if lodged_by not in (None, procedure.signed_by(signature)):
            objections.add("not-yours", "the challenge was lodged with another key; whoever lodged it withdraws it")
        case _:
            pass
    objections.weigh()
    return procedure.aside(command, history, at)
