"""What follows from a command about bids beside their marks: one event, or a refusal."""

from __future__ import annotations

from fairplace.bidding import anonymity, correcting, secrets
from fairplace.bidding.commands import (
    AnyCommand,
    DecideAnonymity,
    DecideSecrets,
    InviteCorrections,
    MarkSecrets,
    RecordCorrections,
    RecordNameSeen,
)
from fairplace.decision import Actor, Decision, History
from fairplace.people import roles
from fairplace.terms import Instant


def decide(command: AnyCommand, history: History, *, at: Instant, by: Actor, chance: bytes = b"") -> Decision:
    """Raises Forbidden (the person's role), Refused (procedure or integrity), Malformed (a value) or Missing (the case)."""
    roles.require(by, command.gives, report=command.is_report)
    match command:
        case InviteCorrections():
            return correcting.invite(command, history, at=at)
        case RecordCorrections():
            return correcting.record(command, history, at=at)
        case DecideAnonymity():
            return anonymity.decide_anonymity(command, history, at=at)
        case RecordNameSeen():
            return anonymity.record_name_seen(command, history, at=at, by=by)
        case MarkSecrets():
            return secrets.mark(command, history, at=at)
        case DecideSecrets():
            return secrets.decide_secrets(command, history, at=at)
