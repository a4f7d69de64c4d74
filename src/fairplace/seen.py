"""How far a log was seen: by its published folder, its signer and its witnesses. Who holds less was put back from a copy.

- Believed is only a checkpoint that the log itself signed: nobody stops a register with a claim.
- Who does not answer says nothing; nobody is waited for longer than a few seconds.
- What the register declares lost is no surprise any more.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from fairplace.errors import FairplaceError
from fairplace.ledger.checkpoint import Checkpoint
from fairplace.ledger.note import Vkey
from fairplace.ledger.public_folder import PublicFolder
from fairplace.ledger.register import KeyRegister
from fairplace.ledger.signing import HeadSigner, head
from fairplace.ledger.store.port import Store
from fairplace.ledger.tree import subtree_root
from fairplace.witness import client
from fairplace.witness.known import Witness

PATIENCE = 3.0
"""Seconds for all witnesses together."""


class Seen(NamedTuple):
    """A checkpoint that the log signed, and who holds it."""

    who: str
    size: int
    root: bytes
    note: bytes


def seen(
    folder: Path, signer: HeadSigner, witnesses: Iterable[Witness], origin: str, vkeys: Iterable[Vkey]
) -> list[Seen]:
    """What each holds; `vkeys` are the log's, by which alone a checkpoint is believed."""
    keys = list(vkeys)
    claims = [
        ("the published folder", PublicFolder(folder).read("checkpoint")),
        ("the signer", _signed(signer)),
        *_witnessed(witnesses, origin),
    ]
    return [one for who, note in claims if note and (one := believed(who, note, origin, keys)) is not None]


def believed(who: str, note: bytes, origin: str, vkeys: Iterable[Vkey]) -> Seen | None:
    """The checkpoint, when one of these keys of the log signed it."""
    try:
        checkpoint = Checkpoint.parse(note, vkeys)
    except FairplaceError:
        return None
    return Seen(who, checkpoint.size, checkpoint.root, note) if checkpoint.origin == origin else None


def ahead(found: Iterable[Seen], store: Store, log: str, register: KeyRegister) -> list[Seen]:
    """Those that the store's log is no extension of, and that no declared loss explains. The largest first."""
    size, node = store.head(log).size, store.node(log)
    losses = register.losses()
    lost = {(one.checkpoint.size, one.checkpoint.root) for one in store.lost(log) if one.entry in losses}
    lost |= {head(loss.lost) for loss in losses.values()}
    other = (one for one in found if one.size > size or subtree_root(0, one.size, node) != one.root)
    return sorted((one for one in other if (one.size, one.root) not in lost), key=lambda one: -one.size)


def _signed(signer: HeadSigner) -> bytes:
    try:
        return signer.last().note
    except FairplaceError:
        return b""  # publishing says that it cannot be asked


def _witnessed(witnesses: Iterable[Witness], origin: str) -> Iterator[tuple[str, bytes]]:
    """What the witnesses show of this log, as far as they answer in time."""
    asked = [one for one in witnesses if one.url]
    came: queue.SimpleQueue[tuple[str, bytes]] = queue.SimpleQueue()

    def ask(witness: Witness) -> None:
        try:
            shown = client.seen(witness, origin, seconds=PATIENCE)
        except Exception:  # noqa: BLE001 - whatever a witness sends, it is no reason against going on
            shown = None
        came.put((f"the witness {witness.name}", shown.note if shown else b""))

    for witness in asked:
        threading.Thread(target=ask, args=(witness,), name=f"seen by {witness.name}", daemon=True).start()
    until = time.monotonic() + PATIENCE
    for _ in asked:
        try:
            yield came.get(timeout=max(0.0, until - time.monotonic()))
        except queue.Empty:
            return
