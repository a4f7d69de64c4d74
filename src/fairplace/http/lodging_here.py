"""What a provider's person lodges in a browser: kept until they sign it on their device, and carried out once they did.

- Before anything is signed the page shows what; the register's receiver signs outside, so the log does not show who came.
- What was shown is what is lodged: where something else took its place meanwhile, nothing is.
"""

from __future__ import annotations

import base64
import hashlib
from typing import Any

import msgspec

from fairplace.challenge.commands import LodgeChallenge
from fairplace.deciders import convert
from fairplace.decision import Command
from fairplace.errors import Conflict, Forbidden
from fairplace.http.guard import Key, Sent, Visitor
from fairplace.http.site import Site
from fairplace.ledger.note import join_note
from fairplace.lodging import lodging_text
from fairplace.post.notes import File
from fairplace.prepared import Appended
from fairplace.procurement.commands import LodgeBid, WithdrawBid
from fairplace.provider.commands import StateFacts
from fairplace.terms import CaseId
from fairplace.workroom import LODGING

Lodged = LodgeBid | WithdrawBid | LodgeChallenge | StateFacts

OTHER = (
    "what that page showed was not lodged: something else that you began, perhaps in another tab, took its place; this is"
    " what waits now"
)


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """What waits for a signature: the command, and what came with a challenge."""

    command: dict[str, Any]
    words: str = ""
    name: str = ""
    files: tuple[File, ...] = ()


def mine(visitor: Visitor) -> tuple[str, Key]:
    """For whom they act and with which key. Raises Forbidden unless it is a provider's person with a confirmed key."""
    visitor.need("provider")
    able = [key for key in visitor.keys if "provider" in key.roles]
    if visitor.person.provider is None or not able:
        raise Forbidden("this is for providers with a signing key; make one under My keys", code="key")
    return visitor.person.provider, able[-1]


def written(site: Site, command: Command) -> dict[str, Any]:
    """The command as it is kept. Raises what would stand in its way: better now than after it is signed."""
    # A rehearsal: it asks by whose key it will be signed, and nobody has signed yet.
    assert isinstance(command, Lodged)
    site.clerk.prepare(msgspec.structs.replace(command, signature=f"\u2014 {command.as_} "))
    return {name: value for name, value in msgspec.to_builtins(command).items() if value is not None}


def wait(site: Site, visitor: Visitor, case: CaseId, waiting: Waiting) -> None:
    before = site.drafts.get(case, LODGING, visitor.person.id)
    site.drafts.save(
        case,
        LODGING,
        msgspec.to_builtins(waiting),
        by=visitor.person.id,
        version=before.version if before else 0,
        owner=visitor.person.id,
    )


def waits(site: Site, visitor: Visitor, case: CaseId) -> tuple[Waiting, Command] | None:
    """What they went on to sign and did not sign yet; null when nothing waits."""
    draft = site.drafts.get(case, LODGING, visitor.person.id)
    if draft is None:
        return None
    waiting = msgspec.convert(draft.written, Waiting)
    return waiting, convert(dict(waiting.command))


def let_go(site: Site, visitor: Visitor, case: CaseId) -> None:
    site.drafts.drop(case, LODGING, visitor.person.id)


def text(site: Site, command: Command) -> bytes:
    """What the provider signs (wire format, section 7)."""
    assert isinstance(command, Lodged)
    return lodging_text({**command.lodged(), "id": command.id, "log": site.register.origin})


def encoded(signed: bytes) -> str:
    """As the page hands it to the script that signs."""
    return base64.b64encode(signed).decode("ascii")


def digest(signed: bytes) -> str:
    return hashlib.sha256(signed).hexdigest()


def key_of(visitor: Visitor, command: Command) -> Key | None:
    """Their key for which it was prepared, when it may still sign."""
    return next((key for key in visitor.keys if key.name == command.as_ and key.roles), None)


def check(site: Site, visitor: Visitor, command: Command, sent: Sent) -> None:
    """Raises Conflict when their page showed something else than what waits, Forbidden for another key."""
    if sent.get("shown") not in {"", digest(text(site, command))}:
        raise Conflict(OTHER)
    if key_of(visitor, command) is None:
        raise Forbidden("this was prepared for another key of yours; begin again", code="key")


def carry_out(site: Site, command: Command, sent: Sent) -> Appended:
    """Lodge what they signed. Raises what stands in its way; nothing is half done."""
    assert isinstance(command, Lodged)
    note = join_note(text(site, command), [sent.line() + "\n"]).decode("utf-8", "replace")
    return site.clerk.carry_out(msgspec.structs.replace(command, signature=note)).recorded
