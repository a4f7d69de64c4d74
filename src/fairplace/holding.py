"""Holds: while a court or an audit may need sealed values, nobody erases them."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from fairplace.affairs import append, in_words, prepare
from fairplace.chosen import choose
from fairplace.custody import made
from fairplace.custody.events import LIFTED, PLACED, HoldReason
from fairplace.desk import Appended, Prepared
from fairplace.errors import Missing
from fairplace.ledger import entry
from fairplace.ledger.note import Signer
from fairplace.on_disk import Register
from fairplace.terms import KeyName, Text


class Hold(msgspec.Struct, frozen=True):
    """A hold that is in effect."""

    index: int
    leaf: str
    reason: str
    names: tuple[str, ...]


def holds(register: Register) -> list[Hold]:
    """The holds in effect, in log order."""
    found: dict[str, Hold] = {}
    log = register.origin
    stored = list(register.store.of_types(log, (PLACED, LIFTED)))
    held = register.store.openings(log, [one.index for one in stored])
    for one in stored:
        read = entry.parsed(one.raw)
        body = read.envelope.body
        if read.envelope.type == PLACED:
            names = tuple(held.get(one.index, {})["/subjects"].value)
            found[read.leaf_text] = Hold(one.index, read.leaf_text, str(body["reason"]), names)
        else:
            found.pop(str(body["hold"]), None)
    return list(found.values())


def place_hold(register: Register, names: Sequence[str], reason: HoldReason, signer: Signer) -> Appended:
    """From now on nothing of what is named is erased. One person may do this."""
    choose(register, names)
    return append(
        register,
        lambda at: made.placed(at, reason=reason, subjects=names),
        f"Keep {', '.join(names)} from being erased ({reason})",
        [signer],
    )


def lift_hold(register: Register, index: int, reason: Text, signers: Sequence[Signer]) -> Appended:
    """What a hold kept may be erased again. Two persons sign."""
    words = in_words(reason)
    hold = _in_effect(register, index)
    return append(
        register, lambda at: made.lifted(at, hold=hold.leaf, reason=words), f"Lift the hold at entry {index}", signers
    )


def prepare_lifting(register: Register, index: int, reason: Text, *, by: KeyName, key: str) -> Prepared:
    """The same, for two who sign on two machines."""
    words = in_words(reason)
    hold = _in_effect(register, index)
    return prepare(
        register,
        lambda at: made.lifted(at, hold=hold.leaf, reason=words),
        f"Lift the hold at entry {index}",
        by=by,
        key=key,
    )


def _in_effect(register: Register, index: int) -> Hold:
    hold = next((one for one in holds(register) if one.index == index), None)
    if hold is None:
        raise Missing(f"no hold that is in effect stands at entry {index}; 'fairplace hold list' shows them")
    return hold
