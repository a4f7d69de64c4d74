"""Opening the record: release what the occasion allows, and take down what must not stand."""

from __future__ import annotations

import re

from fairplace import procedure
from fairplace.counted import counted
from fairplace.decision import Actor, Decision, History
from fairplace.errors import Forbidden, Refused
from fairplace.ledger.disclosure import opened, sealed
from fairplace.openness.commands import AnswerFinding, AnyCommand, Correct, Release, WithdrawValue
from fairplace.openness.events import BECAUSE, Assessed, Corrected, Disclosed, FindingAnswered, Slots, Withdrawn
from fairplace.openness.release import caseless, concerns_one_person, due, event_of, in_effect, is_others, releasable
from fairplace.people import roles
from fairplace.procedure import Objections, refuse, words
from fairplace.procurement.events import Imported
from fairplace.terms import Instant

RULE = re.compile(r"[A-Z]{1,8}-[0-9]{1,4}")


def decide(command: AnyCommand, history: History, *, at: Instant, by: Actor, chance: bytes = b"") -> Decision:
    """The one event that the command gives, or a refusal."""
    roles.require(by, command.gives, report=command.is_report)
    procedure.head_of(history)
    if command.is_report:
        refuse(
            "report", "a release or take-down is the register's own act and cannot be reported; leave 'evidence' out"
        )
    Objections(command, overridable=False).weigh()
    match command:
        case Release():
            decision = _release(command, history, at)
        case WithdrawValue():
            decision = _withdraw(command, history, at)
        case AnswerFinding():
            return _answer(command, history, at)
        case Correct():
            return _correct(command, history, at)
    _check_importer(decision, history, by)
    return decision


FOUND = ("not-met", "concern")
"""Outcomes that the buyer can answer."""


def _answer(command: AnswerFinding, history: History, at: Instant) -> Decision:
    rule = procedure.code(command.rule, "the rule", RULE)
    found = {recorded.index for recorded, event in history.of(Assessed) if event.outcomes.get(rule) in FOUND}
    run = max(found, default=None) if command.run is None else command.run
    if run is None or run not in found:
        refuse(
            "no-finding",
            f"no assessment of this case{'' if command.run is None else f' at entry {command.run}'} found anything under"
            f" {rule}; name a rule that found something",
        )
    entries = sorted(set(command.entries))
    for index in entries:
        if event_of(history, index) is None:
            refuse("unknown-entry", f"entry {index} is not in this case; name entries that are")
    said = words(command.words, "the answer to the finding")
    return Decision(
        event=FindingAnswered(
            **procedure.event(command, history, at),
            rule=rule,
            run=run,
            entries=entries,
            words=sealed("standstill", said),
        ),
        statement=f"Answer what the rule {rule} found; the words stay sealed until you release them.",
    )


def _correct(command: Correct, history: History, at: Instant) -> Decision:
    entry = next((one for one in history.events if one.index == command.entry), None)
    if entry is None:
        refuse("unknown-entry", f"entry {command.entry} is not in this case; name the case that it belongs to")
    if is_others(entry):
        refuse(
            "not-ours",
            f"the words of entry {command.entry} are those of whoever signed them; they sign anew what they mean",
        )
    value = opened(entry.event).get(command.slot)
    if not isinstance(value, str | int | list) or not value:
        refuse(
            "no-words",
            f"{command.slot[:100]} of entry {command.entry} holds no text and no number that could be corrected; record the"
            " step anew",
        )
    said = words(command.words, "how it should read")
    if said == value:
        refuse("same-words", "these are the words that stand there already; write how it should read")
    return Decision(
        event=Corrected(
            **procedure.event(command, history, at),
            entry=command.entry,
            slot=command.slot,
            words=sealed("standstill", said),
            reason=sealed("standstill", words(command.reason, "why it is corrected")),
        ),
        statement=f"Correct a text of entry {command.entry}; the first stands beside it, and yours stays sealed until you release it.",
    )


def _check_importer(decision: Decision, history: History, by: Actor) -> None:
    """The importer's key lies on the server: it opens and closes what was imported, and nothing that people recorded."""
    assert isinstance(decision.event, Disclosed | Withdrawn)
    imported = {recorded.index for recorded, _ in history.of(Imported)}
    if by.roles <= {"importer"} and any(one.entry not in imported for one in decision.event.openings):
        raise Forbidden(
            f"{by.key} is the importer's and acts on imported notices only: ask an officer or the monitoring officer",
            code="role",
        )


def _release(command: Release, history: History, at: Instant) -> Decision:
    if concerns_one_person(history):
        raise Refused(
            "the case concerns one person: nothing of it is ever made public but counts over many cases",
            code="one-person",
        )
    if (sentence := due(history, command.occasion)) is not None:
        raise Refused(sentence, code="too-early")
    public, down = in_effect(history)
    allowed = releasable(history, command.occasion)
    if command.only is None:
        if command.occasion == "request":
            refuse("only", "a release on request names its slots; give them in 'only'")
        chosen = {index: slots - down.get(index, set()) for index, slots in allowed.items()}
        for index in caseless(history, chosen, public):
            del chosen[index]
    else:
        chosen = _named(command.only, allowed)
        for index in caseless(history, chosen, public):
            refuse(
                "case-closed", f"the slot /case of the deposit at entry {index} is not public; name it in 'only' too"
            )
    openings = [
        Slots(entry=index, slots=sorted(new))
        for index, slots in sorted(chosen.items())
        if (new := slots - public.get(index, set()))
    ]
    if not openings:
        raise Refused(
            "everything that this occasion may make public is public already, or was taken down; name a slot that was"
            " taken down in 'only' if it is to come back",
            code="nothing-to-release",
        )
    count = sum(len(one.slots) for one in openings)
    return Decision(
        event=Disclosed(**procedure.event(command, history, at), occasion=command.occasion, openings=openings),
        statement=f"Make {counted(count, 'sealed value')} of {counted(len(openings), 'entry', 'entries')} public, because {BECAUSE[command.occasion]}.",
    )


def _named(only: list[Slots], allowed: dict[int, set[str]]) -> dict[int, set[str]]:
    chosen: dict[int, set[str]] = {}
    for one in only:
        if extra := sorted(set(one.slots) - allowed.get(one.entry, set())):
            raise Refused(
                f"the slot {extra[0][:100]} of entry {one.entry} may not be made public on this occasion; name only what"
                " the allow-list has",
                code="not-allowed",
            )
        chosen.setdefault(one.entry, set()).update(one.slots)
    return chosen


def _withdraw(command: WithdrawValue, history: History, at: Instant) -> Decision:
    if event_of(history, command.entry) is None:
        refuse("unknown-entry", f"entry {command.entry} is not in this case; name the case that it belongs to")
    public = in_effect(history)[0].get(command.entry, set())
    slots = sorted(set(command.slots))
    if not slots or (closed := sorted(set(slots) - public)):
        named = closed[0][:100] if slots else "no slot"
        refuse(
            "not-public", f"{named} of entry {command.entry} is not public, so it cannot be taken down; name what is"
        )
    if caseless(history, {command.entry: public - set(slots)}):
        refuse(
            "case-closed",
            f"other slots of the deposit at entry {command.entry} would stay public without its /case, so nobody could"
            " check whose they are; take all of them down",
        )
    return Decision(
        event=Withdrawn(
            **procedure.event(command, history, at),
            ground=command.ground,
            openings=[Slots(entry=command.entry, slots=slots)],
            reason=sealed("personal", words(command.reason, "the reason for taking it down")),
        ),
        statement=f"Take {counted(len(slots), 'published value')} of entry {command.entry} down ({command.ground.replace('-', ' ')});"
        " the proofs stand.",
    )
