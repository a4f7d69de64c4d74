"""A loss that a log declared: the one way in which a witness goes back, and only by an act of its operator.

- The log's own words are an entry of type `log.loss-declared/1`, proved to stand in a checkpoint that a trusted key signed.
- It must name all that this witness signed as lost, no less, and stand right behind what was kept.
- What had been signed, and the declaration, stay in the witness's memory.
"""

from __future__ import annotations

from typing import NamedTuple

from fairplace.errors import FairplaceError, Malformed, Refused, Unproven
from fairplace.ledger import proof, register_events
from fairplace.ledger.checkpoint import Checkpoint
from fairplace.ledger.note import unb64
from fairplace.ledger.proof import Proof
from fairplace.ledger.register_events import LOSS_DECLARED, LossDeclared
from fairplace.witness.own import Own
from fairplace.witness.state import Latest, Loss, latest_in, put_latest, put_loss


class Declared(NamedTuple):
    """What a log says that it kept and lost."""

    actor: str
    at: str
    event: LossDeclared
    proof: Proof

    @property
    def kept_root(self) -> bytes:
        return unb64(self.event.kept.root, "the root of what was kept")

    @property
    def lost_root(self) -> bytes:
        return unb64(self.event.lost.root, "the root of what was lost")

    @property
    def sentence(self) -> str:
        return (
            f"{self.actor} declares, at {self.at}, that {self.event.lost.size} entries with the root"
            f" {self.event.lost.root} cannot be brought back, and that {self.event.kept.size} were kept:"
            f" {self.event.reason}"
        )


def read(data: bytes) -> Declared:
    """The declaration in a proof file. Nothing is verified yet."""
    found = proof.parse(data)
    envelope = found.entry.envelope
    if envelope.type != LOSS_DECLARED:
        raise Malformed(f"the entry is of type {envelope.type}; a declaration of a loss is {LOSS_DECLARED}")
    event = register_events.read(LOSS_DECLARED, envelope.body)
    assert isinstance(event, LossDeclared)
    return Declared(envelope.actor, envelope.at, event, found)


def judged(own: Own, origin: str, data: bytes) -> Declared:
    """The declaration, when it is one by this log of what this witness signed. Raises Refused or Unproven when not."""
    keys = own.state.keys_of(origin)
    if not keys:
        raise Refused(f"the log {origin} is not watched here; 'fairplace witness list' names those that are")
    declared = read(data)
    try:
        checkpoint: Checkpoint = proof.verify(declared.proof, keys)
    except FairplaceError as error:
        raise Unproven(f"the declaration is not proved by the keys of {origin}: {error}") from error
    if checkpoint.origin != origin:
        raise Refused(f"the declaration is of the log {checkpoint.origin}, not of {origin}")
    if any(read(one.declaration).proof.entry.leaf == declared.proof.entry.leaf for one in own.state.losses(origin)):
        raise Refused("this declaration was accepted before; a witness goes back once for one loss")
    _check(declared, own.state.latest(origin), origin)
    return declared


def accept(own: Own, origin: str, data: bytes, at: int) -> None:
    """Go on from what the log kept. Judged again with nobody else at work, then stored."""
    declared = judged(own, origin, data)
    with own.state.writing() as connection:
        last = latest_in(connection, origin)
        _check(declared, last, origin)
        put_loss(connection, Loss(origin, at, last.note, data))
        put_latest(connection, origin, Latest(declared.event.kept.size, declared.kept_root, b"", last.signed_at))


def _check(declared: Declared, last: Latest, origin: str) -> None:
    kept, lost = declared.event.kept.size, declared.event.lost.size
    if declared.proof.index != kept:
        raise Refused(
            f"the declaration stands at entry {declared.proof.index}; it must be the first after the {kept} entries"
            " that were kept"
        )
    if last.size == 0 or (last.size, last.root) == (kept, declared.kept_root):
        raise Refused(f"nothing that was signed here is lost: {last.size} entries of {origin} were signed")
    if last.size > lost:
        raise Refused(
            f"{last.size} entries of {origin} were signed here, and only {lost} are declared lost;"
            " ask the log's operator to declare all of it"
        )
    if last.size == lost and last.root != declared.lost_root:
        raise Refused(f"another history of {last.size} entries was signed here than the one that is declared lost")
