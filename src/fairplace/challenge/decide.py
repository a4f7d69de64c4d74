"""A challenge on its way: lodged, acknowledged, answered, decided; or withdrawn by whoever lodged it."""

from __future__ import annotations

from fairplace import procedure
from fairplace.challenge.commands import (
    AcknowledgeChallenge,
    AnswerChallenge,
    AnyCommand,
    CarryOutRemedy,
    DecideChallenge,
    LodgeChallenge,
    TakeChallengeFurther,
    WithdrawChallenge,
)
from fairplace.challenge.events import TYPES, Acknowledged, Answered, Decided, Lodged, Remedied, TakenFurther, Withdrawn
from fairplace.decision import Actor, Decision, History
from fairplace.errors import Missing
from fairplace.event import Fact
from fairplace.ledger.disclosure import sealed
from fairplace.people import roles
from fairplace.procedure import Objections, words
from fairplace.recorded import Recorded
from fairplace.terms import Instant, day, london_day

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
        case CarryOutRemedy():
            return _remedy(command, history, at)
        case TakeChallengeFurther():
            return _further(command, history, at)
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
    stamp = procedure.aside(command, history, at)
    _after(stamp, history.events[0], "the case was begun")
    challenger = None if command.challenger is None else procedure.provider(command.challenger)
    about = "the case" if command.about is None else f"entry {command.about}"
    return Decision(
        event=Lodged(
            **stamp,
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


REDONE: dict[str, frozenset[str]] = {
    "re-score": frozenset({"evaluation.sheet-signed/1", "evaluation.moderated/1"}),
    "re-run": frozenset({"procurement.award-withdrawn/1", "procurement.ended-without-award/1"}),
    "withdraw-award": frozenset({"procurement.award-withdrawn/1"}),
}
"""The steps of the case that carry a remedy out, where it is one that the case itself shows."""


def _remedy(command: CarryOutRemedy, history: History, at: Instant) -> Decision:
    challenge = command.challenge
    stamp = _stamp(command, history, at, challenge)
    # A report that it was decided once more, without a remedy, takes nothing from what is owed.
    owed = [(one, event.remedy) for one, event in history.of(Decided) if one.stream == challenge and event.remedy]
    if not owed:
        procedure.refuse("no-remedy", "no remedy was decided on in this challenge, so none can be carried out")
    decided, remedy = owed[-1]
    entries = sorted(set(command.entries))
    later = {one.index: one.type for one in history.events if one.index > decided.index}
    for index in entries:
        if index not in later:
            procedure.refuse(
                "unknown-entry",
                f"entry {index} is no step of this case after the decision; name those by which it was done",
            )
    steps = REDONE.get(remedy)
    if steps is not None and not steps & {later[index] for index in entries}:
        procedure.refuse(
            "not-carried-out",
            f"the remedy is {remedy.replace('-', ' ')}, and no step that does it is named in 'entries'; record the step"
            " first, then name it",
        )
    said = words(command.words, "what was done")
    return Decision(
        event=Remedied(**stamp, remedy=remedy, entries=entries, words=sealed("standstill", said)),
        statement=f"Record that the remedy was carried out: {remedy.replace('-', ' ')}; the words stay sealed until released.",
        stream=challenge,
    )


def _further(command: TakeChallengeFurther, history: History, at: Instant) -> Decision:
    """It may go to several bodies, before or after it was decided, and after it was let go here."""
    stamp = _stamp(command, history, at, command.challenge)
    if procedure.a_day(command.taken_on, "taken_on") > london_day(stamp["happened_at"]):
        procedure.refuse(
            "not-yet", f"the day {command.taken_on} came, which is after the day on which it is recorded; name when it was"
        )  # fmt: skip
    reference = None if command.reference is None else words(command.reference, "the reference")
    return Decision(
        event=TakenFurther(**stamp, to=command.to, taken_on=command.taken_on, reference=sealed("personal", reference)),
        statement=f"Record that the challenge was taken further: {command.to.replace('-', ' ')}, {command.taken_on};"
        " its reference stays sealed.",
        stream=command.challenge,
    )


def _stamp(
    command: AcknowledgeChallenge
    | AnswerChallenge
    | DecideChallenge
    | CarryOutRemedy
    | TakeChallengeFurther
    | WithdrawChallenge,
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
    ends: tuple[type[Fact], ...] = (Decided, Withdrawn)
    if isinstance(command, CarryOutRemedy | TakeChallengeFurther):
        ends = (Withdrawn,) if isinstance(command, CarryOutRemedy) else ()
    if closed := [kind for kind in trail if kind in ends]:
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
        case CarryOutRemedy() if Remedied in trail:
            objections.add("remedied-already", "the remedy is on record as carried out already")
        case WithdrawChallenge(signature=signature) if lodged_by not in (None, procedure.signed_by(signature)):
            objections.add("not-yours", "the challenge was lodged with another key; whoever lodged it withdraws it")
        case _:
            pass
    objections.weigh()
    stamp = procedure.aside(command, history, at)
    _after(stamp, next(one for one, _ in history.of(Lodged) if one.stream == challenge), "the challenge came")
    return stamp


def _after(stamp: procedure.AsideStamp, first: Recorded, what: str) -> None:
    """Refuses a day before the one on which what it is about came: a slip in the year would set clocks wrong for ever."""
    came, begun = (day(london_day(one)) for one in (stamp["happened_at"], first.event.happened_at))
    if came < begun:
        procedure.refuse("before", f"the day {came} came, and {what} on {begun}; name the day on which it happened")
