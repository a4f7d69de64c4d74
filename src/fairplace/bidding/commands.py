"""What can be asked for with opened bids. They are named by the provider's id; places are the decider's business."""

from __future__ import annotations

from typing import ClassVar

from fairplace.bidding.events import FormalFault
from fairplace.decision import Command
from fairplace.terms import Instant, Term, Text

ProviderId = str


class Faulty(Term, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is formally wrong with a bid. Whoever is not invited to put it right is named with the reason in `note`."""

    kinds: list[FormalFault]
    invited: bool = True
    note: Text | None = None


class InviteCorrections(Command, frozen=True, kw_only=True, tag="invite-corrections"):
    """Invite bidders to put formal faults right, until one moment for all. A bid left out is said to have no such fault."""

    gives: ClassVar[str] = "procurement.corrections-invited/1"
    bids: dict[ProviderId, Faulty]
    until: Instant


class Came(Term, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What came of one invitation; without `came_at` nothing came. What is not accepted needs a reason."""

    came_at: Instant | None = None
    accepted: bool = False
    changed_offer: bool = False
    reason: Text | None = None


class RecordCorrections(Command, frozen=True, kw_only=True, tag="record-corrections"):
    """Record what came of the invitations to put formal faults right, all together."""

    gives: ClassVar[str] = "procurement.corrections-received/1"
    bids: dict[ProviderId, Came]


AnyCommand = InviteCorrections | RecordCorrections

COMMANDS: tuple[type[Command], ...] = (InviteCorrections, RecordCorrections)
