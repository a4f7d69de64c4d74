"""What is asked of whoever holds the log's keys, and what must hold before they sign.

- A signer remembers the head that it signed last, and signs only an extension of it: it takes a proof and nobody's word.
- It goes back for one thing alone: a declared loss (wire format, section 5) that names the very head that it signed last,
  signed by the root key. Which key that is, entry 0 told it the first time.
- What it remembers is on the disk before a signature leaves it.
"""

from __future__ import annotations

from typing import Protocol

import msgspec

from fairplace.errors import Conflict, Malformed, Unproven
from fairplace.ledger import entry, register_events
from fairplace.ledger.entry import Entry
from fairplace.ledger.note import Vkey, unb64
from fairplace.ledger.register import KeyRegister
from fairplace.ledger.register_events import LOSS_DECLARED, LossDeclared, TreeHead
from fairplace.ledger.tree import EMPTY_ROOT, leaf_hash, verify_consistency, verify_inclusion

MOST_SIZE = 10**18 - 1
"""Of a checkpoint that a reader takes (wire format, section 8): a larger one would be the last that a signer ever signed."""


class Signed(msgspec.Struct, frozen=True, kw_only=True):
    """What a signer signed last (size 0: nothing yet), the root key that it knows, and the vkeys that it signs with."""

    size: int = 0
    root: bytes = EMPTY_ROOT
    note: bytes = b""
    root_key: str = ""
    vkeys: tuple[str, ...] = ()


class Shown(msgspec.Struct, frozen=True):
    """An entry, and its inclusion proof in the head that is to be signed."""

    index: int
    raw: bytes
    proof: tuple[bytes, ...]


class Ask(msgspec.Struct, frozen=True, kw_only=True):
    """Sign the tree of this size and root. `proof` shows that it extends the tree of size `old`.

    `keys` are the vkeys of the log at this size, in register order: the signer signs with those that it holds.
    `opening` is entry 0, for a signer that knows no root key yet; `loss` the declaration for which it is to go back.
    """

    origin: str
    size: int
    root: bytes
    old: int
    proof: tuple[bytes, ...]
    keys: tuple[str, ...]
    opening: Shown | None = None
    loss: Shown | None = None


class HeadSigner(Protocol):
    """Holds the keys of one log. Methods raise Misconfigured when there is nobody to ask."""

    def last(self) -> Signed: ...

    def sign(self, ask: Ask) -> bytes:
        """The signed checkpoint. Raises Unproven when it is not shown to extend the last one, Conflict when that moved."""
        ...


def check(ask: Ask, last: Signed) -> str:
    """May a signer that signed `last` sign this? Returns the root key that it knows from now on."""
    if not 0 < ask.size <= MOST_SIZE or len(ask.root) != len(EMPTY_ROOT):
        raise Malformed(f"a head of size {ask.size} with a root of {len(ask.root)} bytes came; nothing is signed")
    if ask.loss is not None:
        _check_loss(ask, ask.loss, last)
        return last.root_key
    if ask.old != last.size:
        raise Conflict(f"the signer signed {last.size} entries last; a proof from {ask.old} came: ask what it signed")
    if last.size:
        _check_extends(last.size, last.root, ask)
    elif ask.proof:
        raise Malformed(f"a proof of {len(ask.proof)} hashes came for the first head; none is needed")
    return last.root_key or _root_key(ask)


def _check_extends(size: int, root: bytes, ask: Ask) -> None:
    if ask.size < size:
        raise Unproven(f"the signer signed {size} entries of {ask.origin}; it does not sign {ask.size} after that")
    try:
        verify_consistency(size, ask.size, root, ask.root, ask.proof)
    except Unproven as error:
        raise Unproven(f"what came is not shown to extend the {size} entries that were signed: {error}") from error


def _check_loss(ask: Ask, loss: Shown, last: Signed) -> None:
    """The root key says of this very head that it is lost. A declaration serves once: the head is another afterwards."""
    if not last.root_key:
        raise Unproven("the signer knows no root key, so nobody can declare a loss to it; start it from a checkpoint")
    declaration = _shown(ask, loss)
    body = _loss(declaration)
    lines = [line for line in declaration.lines if line[:2] == _ref(last.root_key)]
    if not lines or declaration.lines[0] != lines[0]:
        raise Unproven(
            f"the loss is declared by {declaration.lines[0].name}, not by the root key that the signer knows"
        )
    Vkey.parse(last.root_key).verify(declaration.text, lines[0].signature)
    if head(body.lost) != (last.size, last.root):
        raise Unproven(
            f"the loss is of a tree of {body.lost.size} entries, and not of the {last.size} that were signed last"
        )
    kept, root = head(body.kept)
    if kept != loss.index:
        raise Unproven(f"a loss that keeps {kept} entries is declared at entry {loss.index}")
    _check_extends(kept, root, ask)


def _root_key(ask: Ask) -> str:
    if ask.opening is None or ask.opening.index:
        raise Unproven("the signer knows no root key yet: entry 0 must be shown to it")
    first = _shown(ask, ask.opening)
    register = KeyRegister()
    register.check_signers(first, 0)
    register.apply(0, first.leaf, first.envelope)
    return register.standings()[0].vkey.text


def _shown(ask: Ask, shown: Shown) -> Entry:
    verify_inclusion(leaf_hash(shown.raw), shown.index, ask.size, shown.proof, ask.root)
    one = entry.parse(shown.raw)
    if one.envelope.log != ask.origin:
        raise Unproven(f"an entry of {one.envelope.log} was shown for a head of {ask.origin}")
    return one


def _loss(one: Entry) -> LossDeclared:
    if one.envelope.type != LOSS_DECLARED:
        raise Unproven(f"an entry of type {one.envelope.type} was shown as the declaration of a loss")
    body = register_events.read(LOSS_DECLARED, one.envelope.body)
    assert isinstance(body, LossDeclared)
    return body


def _ref(vkey: str) -> tuple[str, bytes]:
    key = Vkey.parse(vkey)
    return key.name, key.key_id


def head(of: TreeHead) -> tuple[int, bytes]:
    """Size and root as numbers and bytes."""
    return of.size, unb64(of.root, "the root")
