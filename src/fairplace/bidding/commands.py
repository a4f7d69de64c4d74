"""What can be asked for with bids beside their marks. They are named by the provider's id; places are the decider's business."""

from __future__ import annotations

from typing import ClassVar

from fairplace.bidding.events import FormalFault, Learned, Ruling, SecretMark
from fairplace.decision import Command
from fairplace.terms import Instant, KeyName, Place, Term, Text

ProviderId = str

MOST_PARTS = 50
"""Parts of one bid that can be marked as a trade secret."""


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


class DecideAnonymity(Command, frozen=True, kw_only=True, tag="decide-anonymity"):
    """Decide, before bids are opened, that they are marked without names. Who knows them meanwhile, the register says."""

    gives: ClassVar[str] = "evaluation.anonymity-decided/1"
    arrangements: Text | None = None


class RecordNameSeen(Command, frozen=True, kw_only=True, tag="record-name-seen"):
    """Say that somebody who marks learned whose a bid is. Without `person` it is whoever says so."""

    gives: ClassVar[str] = "evaluation.name-seen/1"
    how: Learned
    person: KeyName | None = None
    bid: Place | None = None
    note: Text | None = None


class MarkSecrets(Command, frozen=True, kw_only=True, tag="mark-secrets"):
    """Record which parts of their bids bidders mark as a trade secret, and why. The parts themselves stand in no entry."""

    gives: ClassVar[str] = "procurement.secrets-marked/1"
    bids: dict[ProviderId, list[SecretMark]]


class DecideSecrets(Command, frozen=True, kw_only=True, tag="decide-secrets"):
    """Decide which marks are accepted, and why."""

    gives: ClassVar[str] = "procurement.secrets-decided/1"
    bids: dict[ProviderId, list[Ruling]]


AnyCommand = InviteCorrections | RecordCorrections | DecideAnonymity | RecordNameSeen | MarkSecrets | DecideSecrets

COMMANDS: tuple[type[Command], ...] = (
    InviteCorrections,
    RecordCorrections,
    DecideAnonymity,
    RecordNameSeen,
    MarkSecrets,
    DecideSecrets,
)
