"""What is prepared to be signed, and whether it then is signed by those who may."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence

import msgspec

from fairplace.decision import Actor
from fairplace.errors import Conflict, Forbidden
from fairplace.ledger.disclosure import Opening
from fairplace.ledger.entry import Entry
from fairplace.ledger.register import TYPES as REGISTER_TYPES
from fairplace.ledger.register import KeyRegister
from fairplace.ledger.store import port
from fairplace.people import roles
from fairplace.terms import ACT, CaseId, Instant, KeyName


class Prepared(msgspec.Struct, frozen=True, kw_only=True):
    """What is about to be signed: exact bytes, and what they say.

    `text` is what every signer signs; `actor` signs first; another person with one of the roles `second` signs too,
    unless that is empty.
    """

    key: str
    command: str
    type: str
    text: bytes
    statement: str
    actor: KeyName
    second: frozenset[str]
    case: CaseId | None
    at: Instant
    openings: tuple[Opening, ...]
    conditions: tuple[port.Condition, ...]
    not_before: Instant | None
    not_after: Instant | None

    @property
    def digest(self) -> str:
        """SHA-256 of the bytes to be signed, in hexadecimal: shown beside the statement."""
        return hashlib.sha256(self.text).hexdigest()


class Appended(msgspec.Struct, frozen=True, kw_only=True):
    """Where it stands. `duplicate`: the same command was recorded before, and this is its place then."""

    index: int
    leaf: str
    size: int
    case: CaseId | None
    type: str
    statement: str = ""
    duplicate: bool = False


Sign = Callable[[Prepared], Sequence[str]]
"""Returns the signature lines over `text`: the actor's first."""


def new_entry(
    one: Entry, case: CaseId | None, openings: tuple[Opening, ...], closed: Sequence[bytes] = ()
) -> port.NewEntry:
    """`closed` are the digests of sealed values that are not at hand."""
    envelope = one.envelope
    return port.NewEntry(
        raw=one.raw,
        leaf=one.leaf,
        id=envelope.id,
        type=envelope.type,
        stream=envelope.stream,
        n=envelope.n,
        prev=envelope.prev,
        case=case,
        openings=openings,
        closed=tuple(closed),
    )


def check_signers(prepared: Prepared, one: Entry, register: KeyRegister, size: int) -> None:
    """May these keys sign this here, first and second, by register and roles? A role is that of the very key.

    Raises Conflict for an event of the key register that another came before.
    """
    envelope = one.envelope
    if envelope.stream == register.stream and envelope.prev != register.head_leaf:
        # To prepare it again helps, so it is no refusal: whoever is reported could else stand in the way of the report.
        raise Conflict(f"the key register moved on to entry {register.head_index} while this waited; prepare it again")
    register.check_signers(one, size)
    if envelope.type in REGISTER_TYPES:
        # What does not fit would stand in the way of every later entry.
        register.copy().apply(size, one.leaf, envelope)
    if size == 0:
        return  # the key that opens a log is named by this very entry
    others = check_roles(one, register, size)
    if prepared.second and not any(other.roles & prepared.second for other in others):
        raise Forbidden(
            f"this needs a second signature by another person who is {' or '.join(sorted(prepared.second))};"
            f" {len(others)} further signatures came",
            code="second-signature",
        )


def check_roles(one: Entry, register: KeyRegister, index: int) -> list[Actor]:
    """May these signers sign this type of entry, first and second? Those who signed second. Raises Forbidden."""
    envelope = one.envelope
    first, *others = (
        Actor(
            key=line.name,
            roles=register.roles_of(line.name, keys=envelope.keys, index=index, key_id=line.key_id),
        )
        for line in one.lines
    )
    roles.require(first, envelope.type, report=envelope.body.get("evidence", ACT) != ACT)
    for other in others:
        if other.key == first.key:
            raise Forbidden(
                f"{first.key} came twice; the second signature is another person's", code="second-signature"
            )
        if not roles.may(other.roles, envelope.type, "second"):
            raise Forbidden(
                f"{other.key} acts as {roles.in_words(other.roles, ', ')} and may not sign this too; it is signed second by"
                f" {roles.in_words(roles.TABLE[envelope.type].second)}",
                code="second-signature",
            )
    if envelope.type in roles.ALWAYS_TWO and not others:
        raise Forbidden("this is signed by two persons, and one signature came", code="second-signature")
    return others
