"""Making a register whole again that was put back from an old copy, or saying publicly what of it is lost.

- Taken back is only what a copy proves: its entries stand behind those that are here and give the root that the log signed.
- Public openings come back with them; sealed ones that only the lost file held are named.
- What nobody can give back is declared lost by the root key, with what was signed of it as evidence.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import NamedTuple

from fairplace.copies import Copy
from fairplace.errors import Busy, Conflict, FairplaceError, Misconfigured, Refused, Unproven
from fairplace.ledger import disclosure, entry
from fairplace.ledger.checkpoint import Checkpoint
from fairplace.ledger.disclosure import Opening
from fairplace.ledger.entry import Entry
from fairplace.ledger.note import ED25519, Signer, Vkey, b64, join_note, parse_note, tree_head
from fairplace.ledger.register import TYPES as REGISTER_TYPES
from fairplace.ledger.register_events import LOSS_DECLARED
from fairplace.ledger.store.connection import Connection
from fairplace.ledger.store.inspection import TAKEN_BACK
from fairplace.ledger.store.port import Committed, Published, Stored, Submission
from fairplace.ledger.tiles import TileReader, disclosures_path
from fairplace.ledger.tree import EMPTY_ROOT, Frontier, leaf_hash
from fairplace.on_disk import Register
from fairplace.prepared import check_signers, new_entry
from fairplace.seen import Seen
from fairplace.signer import folder as signer_folder
from fairplace.signer.memory import FILE as MEMORY

BATCH = 200
"""Entries that are taken back in one commit."""


class Taken(NamedTuple):
    """Entries that came back, and the sealed slots of them that did not: `(index, type, slots)`."""

    before: int
    after: int
    closed: list[tuple[int, str, list[str]]]


def take_back(register: Register, copy: Copy) -> Taken:
    """Append what a copy has beyond the store, proved. Raises Unproven when it is no continuation of what is here."""
    store, log = register.store, register.origin
    size = store.head(log).size
    note = copy.fetch("checkpoint") or b""
    checkpoint = Checkpoint.parse(note, register.log_vkeys())
    if checkpoint.origin != log:
        raise Unproven(f"{copy.where} is of the log {checkpoint.origin}; this register is {log}")
    if checkpoint.size <= size:
        return Taken(size, size, [])
    reader = TileReader(copy.fetch, checkpoint.size)
    notes = dict(_notes(copy, note))
    tree = _Grown(stored.raw for stored in store.entries(log))
    for raw in reader.entries(size):
        tree.append(raw)
    if tree.root() != checkpoint.root:
        raise Unproven(
            f"the entries in {copy.where} do not continue the {size} that are here: they give another root than the log"
            f" signed for size {checkpoint.size}"
        )
    _forget_undeclared(register)
    taking = _Taking(register, copy, tree.leaves[size:])
    for start in range(size, checkpoint.size, BATCH):
        taking.take(start, list(reader.entries(start, min(start + BATCH, checkpoint.size))))
    _keep_checkpoints(register, notes, tree.roots(set(notes)))
    _keep_lost(register, copy)
    return Taken(size, checkpoint.size, taking.closed)


class _Grown:
    """A tree that is built from entries, with their leaf hashes."""

    def __init__(self, entries: Iterable[bytes]) -> None:
        self._frontier = Frontier()
        self.leaves: list[bytes] = []
        for raw in entries:
            self.append(raw)

    def append(self, raw: bytes) -> None:
        leaf = leaf_hash(raw)
        self._frontier.append(leaf)
        self.leaves.append(leaf)

    @property
    def size(self) -> int:
        return self._frontier.size

    def root(self) -> bytes:
        return self._frontier.root()

    def roots(self, sizes: set[int]) -> dict[int, bytes]:
        """The roots that the tree had at those of these sizes that it ever had."""
        found, again = {0: EMPTY_ROOT}, Frontier()
        for leaf in self.leaves:
            again.append(leaf)
            if again.size in sizes:
                found[again.size] = again.root()
        return found


class _Taking:
    """Puts entries back into the store, batch by batch; each is judged as it was the first time."""

    def __init__(self, register: Register, copy: Copy, leaves: list[bytes]) -> None:
        self._register = register
        self._copy = copy
        self._leaves = leaves
        self.closed: list[tuple[int, str, list[str]]] = []
        self._first = register.store.head(register.origin).size
        self._vetting = register.vetting(self._first)
        for stored in register.store.entries(register.origin):
            self._vetting(stored)

    def take(self, start: int, raws: list[bytes]) -> None:
        store, log = self._register.store, self._register.origin
        head = store.head(log).register_head
        submissions = []
        for index, raw in enumerate(raws, start):
            if leaf_hash(raw) != self._leaves[index - self._first]:
                raise Unproven(f"entry {index} changed in {self._copy.where} while it was read")
            one = entry.parse(raw)
            self._vetting(Stored(index=index, raw=raw, leaf=one.leaf, case=None, recorded_at=store.now()))
            openings = self._openings(index, one)
            # The id of the command is private and lost: the same command would be recorded again.
            key = TAKEN_BACK + one.envelope.id
            held = {opening.slot for opening in openings}
            closed = [disclosure.digest_bytes(seal) for slot, seal in one.envelope.sealed.items() if slot not in held]
            submissions.append(
                Submission(
                    entries=(new_entry(one, _case(one, openings), openings, closed),),
                    key=key,
                    command=key,
                    register_head=head,
                )
            )
            head = index if one.envelope.type in REGISTER_TYPES else head
        for result in store.append(log, submissions):
            if not isinstance(result, Committed):
                raise Conflict(f"somebody wrote to the register meanwhile ({result}); stop everything that uses it")

    def _openings(self, index: int, one: Entry) -> tuple[Opening, ...]:
        """Those that are public; the slots that stay closed are remembered."""
        data = self._copy.fetch(disclosures_path(index)) if one.envelope.sealed else None
        lines = (data or b"").decode("ascii", "replace").splitlines()
        openings = tuple(disclosure.parse_opening(line.removeprefix("~")) for line in lines)
        for opening in openings:
            disclosure.check(one.envelope.sealed, opening)
        if closed := sorted(one.envelope.sealed.keys() - {opening.slot for opening in openings}):
            self.closed.append((index, one.envelope.type, closed))
        return openings


def _case(one: Entry, openings: Iterable[Opening]) -> str | None:
    """The case of an entry, as far as it can be told from what is public."""
    opened = {opening.slot: opening.value for opening in openings}
    case = one.envelope.body.get("case", opened.get("/case"))
    return case if isinstance(case, str) else None


def _notes(copy: Copy, newest: bytes) -> Iterator[tuple[int, bytes]]:
    """The checkpoints that a copy shows, by size."""
    for note in [*(copy.fetch(name) for name in copy.names if name.startswith("checkpoints/")), newest]:
        if note is not None:
            with suppress(FairplaceError):
                yield tree_head(parse_note(note)[0])[1], note


def _keep_checkpoints(register: Register, notes: dict[int, bytes], roots: dict[int, bytes]) -> None:
    """Store what was signed of the part that came back, so that it is shown again."""
    store, log, vkeys = register.store, register.origin, register.log_vkeys()
    for size in sorted(notes):
        last = store.last_checkpoint(log)
        if size not in roots or (last is not None and size <= last.size):
            continue
        checkpoint = Checkpoint.parse(notes[size], vkeys)
        if checkpoint.root != roots[size]:
            raise Unproven(
                f"the checkpoint of size {size} does not follow from the entries; nothing more is taken back"
            )
        store.put_checkpoint(log, last, Published(size=size, root=checkpoint.root, note=notes[size]))


def _keep_lost(register: Register, copy: Copy) -> None:
    """Bring back the evidence of losses that were declared in the part that was taken back."""
    held = {one.entry for one in register.store.lost(register.origin)}
    for index, loss in register.reader.register().losses().items():
        if index not in held:
            names = {f"lost/{index}/{loss.lost.size}", *(one for one in copy.names if one.startswith(f"lost/{index}/"))}
            notes = [note for name in sorted(names) if (note := copy.fetch(name)) is not None]
            found = [one for note in notes if (one := evidence(register, note)) is not None]
            register.store.put_lost(register.origin, index, found)


def _forget_undeclared(register: Register) -> None:
    """Evidence of a loss that was about to be declared, and then was not."""
    declared = register.reader.register().losses()
    for index in {one.entry for one in register.store.lost(register.origin)} - declared.keys():
        register.store.put_lost(register.origin, index, [])


# A loss


def evidence(register: Register, note: bytes) -> Published | None:
    """A checkpoint with those lines that the register can answer for (wire format, section 10); None when it has none."""
    keys = {
        (key.name, key.key_id): key
        for key in (
            *register.reader.register().all_log_keys(),
            *(key for one in register.witnesses for key in one.vkeys),
        )
    }
    try:
        text, lines = parse_note(note)
        origin, size, root = tree_head(text)
    except FairplaceError:
        return None
    good = [line for line in lines if (key := keys.get(line[:2])) and _fits(key, text, line.signature)]
    if origin != register.origin or not any(keys[line[:2]].kind == ED25519 for line in good):
        return None
    return Published(size=size, root=root, note=join_note(text, (line.text for line in good)))


def _fits(key: Vkey, text: bytes, signature: bytes) -> bool:
    try:
        key.verify(text, signature)
    except FairplaceError:
        return False
    return True


def declare_loss(register: Register, behind: list[Seen], reason: str, root: Signer) -> int:
    """Write that what these have seen is lost. Returns the index of the entry. Publishes nothing yet.

    The signer must stand at the very head that is lost; one in this process that stands before it is brought there.
    """
    store, log = register.store, register.origin
    head = store.head(log)
    kept = _Grown(stored.raw for stored in store.entries(log))
    if (kept.size, kept.root()) != (head.size, head.root):
        raise Unproven(
            f"the {kept.size} entries that are here do not give the root of the store: it was changed, too; put back a"
            " copy that is in order"
        )
    lost = behind[0]
    _meet(register, lost, kept)
    notes = {one.size: one for one in _evidence(register, behind, kept)}
    if lost.size not in notes or notes[lost.size].root != lost.root:
        raise Misconfigured(
            f"the checkpoint of {lost.size} entries that {lost.who} holds is by no key that this copy of the register"
            " names; a newer copy is needed"
        )
    store.put_lost(log, head.size, list(notes.values()))
    body = {
        "kept": {"root": b64(head.root), "size": head.size},
        "lost": {"root": b64(lost.root), "size": lost.size},
        "reason": reason,
    }
    prepared = register.desk.prepare_register(
        LOSS_DECLARED,
        body,
        actor=root.vkey.name,
        key=register.sources.event_id(),
        statement=f"Declare that what was signed of {log} after {head.size} entries is lost",
    )
    one = entry.parsed(entry.assemble(prepared.text, [root.line(prepared.text)]))
    check_signers(prepared, one, register.reader.register(), head.size)
    submission = Submission(
        entries=(new_entry(one, None, ()),),
        key=prepared.key,
        command=prepared.command,
        register_head=head.register_head,
    )

    def allowed(connection: Connection, number: int) -> None:
        [size] = connection.execute("SELECT size FROM log WHERE number = ?", (number,)).fetchone()
        if size != head.size:
            raise Busy("somebody writes to the register; stop everything that uses it, and run this again")

    [result] = store.append_if(log, [submission], allowed)
    if not isinstance(result, Committed):
        raise Conflict(f"the loss was not declared: {result}")
    return result.indexes[0]


def _meet(register: Register, lost: Seen, kept: _Grown) -> None:
    """See that the signer's memory ends at what is lost, or within what is kept."""
    was = register.signer.last()
    if (was.size, was.root) == (lost.size, lost.root) or kept.roots({was.size}).get(was.size) == was.root:
        return
    if register.settings.socket:
        path = register.folder / "lost.checkpoint"
        path.write_bytes(lost.note)
        raise Misconfigured(
            f"the signer at {register.settings.signer} remembers {was.size} entries, and {lost.who} holds {lost.size}: run"
            f" 'fairplace signer init STATE --origin {register.origin} --from {path}' where it is, then this again"
        )
    signer_folder.begin_again(register.folder / "secrets", register.origin, lost.note)


def _evidence(register: Register, behind: Iterable[Seen], kept: _Grown) -> Iterator[Published]:
    """Whatever was signed and is no part of what is kept. Of one size, what was seen comes last, and wins."""
    folder = register.public
    paths = [*folder.glob("checkpoints/*"), *folder.glob("lost/*/*")]
    notes = [path.read_bytes() for path in paths if path.is_file()]
    notes += [one.note for one in register.store.checkpoints(register.origin)]
    notes += [one.note for one in reversed(list(behind))]
    found = [one for note in notes if (one := evidence(register, note)) is not None]
    roots = kept.roots({one.size for one in found})
    yield from (one for one in found if roots.get(one.size) != one.root)


def remember_again(register: Register, found: Iterable[Seen]) -> int:
    """Make the memory of the signer in this process anew, from the largest that was seen. Returns its size."""
    secrets = register.folder / "secrets"
    if register.settings.socket or (secrets / MEMORY).exists():
        raise Refused("the signer's memory is there; it is not made anew")
    largest = max(found, key=lambda one: one.size, default=None)
    if largest is None:
        raise Misconfigured(
            "nothing that was signed of this log can be found, and the signer's memory is missing: put back"
            f" {secrets / MEMORY}, or give a copy of the published files with --from"
        )
    root = register.reader.register().standings()[0].vkey.text
    return signer_folder.begin_again(secrets, register.origin, largest.note, root_key=root).size
