"""Following a log: each new state is proved to be the last one grown, and every new entry is read.

- A state counts when a key signed it that the reader brought, or that the log's own register names.
- First the consistency proof, from the published tiles; then the entries themselves, which must give the signed root.
- What contradicts an earlier state is never taken in: the monitor stays with what it saw first, and keeps the evidence.
- A log that shows less than before is given ten minutes, for a cache on the way; then it is reported.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from fairplace.errors import FairplaceError, Malformed, Missing, Unproven
from fairplace.ledger.note import (
    ED25519,
    MLDSA44,
    SignatureLine,
    Vkey,
    b64,
    join_note,
    mldsa_supported,
    parse_note,
    tree_head,
)
from fairplace.ledger.register import KeyRegister
from fairplace.ledger.tiles import TileReader
from fairplace.ledger.tree import Frontier, consistency_proof, leaf_hash, verify_consistency
from fairplace.monitor import evidence, hashes
from fairplace.monitor.judging import Judging
from fairplace.monitor.memory import Finding, Last, Memory
from fairplace.monitor.source import Source

PATIENCE = 600
"""Seconds for which a log may show an older state than before: web servers and caches lag."""

SILENT = 25 * 3600
"""Seconds after which a log that signs nothing is silent: it signs at least every day."""

OLD_PAIRS = 100
"""Earlier checkpoints that are asked for again when a log was found to have two histories."""


class State(NamedTuple):
    """A state of a log as it was read: what was signed, and by which known keys."""

    origin: str
    size: int
    root: bytes
    note: bytes
    text: bytes
    lines: list[SignatureLine]

    @classmethod
    def read(cls, note: bytes) -> State:
        text, lines = parse_note(note)
        return cls(*tree_head(text), note, text, lines)

    def signers(self, keys: Iterable[Vkey]) -> list[Vkey]:
        """Which of these keys signed. A line by one of them that is not good is Unproven."""
        known = {(key.name, key.key_id): key for key in keys if key.kind != MLDSA44 or mldsa_supported()}
        found = []
        for line in self.lines:
            if (key := known.get(line[:2])) is not None:
                key.verify(self.text, line.signature)
                found.append(key)
        return found

    def signed_by_log(self, keys: Iterable[Vkey]) -> bool:
        return any(key.kind == ED25519 and key.name == self.origin for key in self.signers(keys))

    @property
    def core(self) -> bytes:
        """The same with the log's Ed25519 lines alone: small enough to be kept for every state."""
        own = [line.text for line in self.lines if line.name == self.origin and len(line.signature) == 64]
        return join_note(self.text, own or [line.text for line in self.lines])

    def signed_at(self) -> int:
        """When the log signed, as its ML-DSA-44 line says; 0 where it has none."""
        times = [line.signature[:8] for line in self.lines if line.name == self.origin and len(line.signature) > 64]
        return max((int.from_bytes(one) for one in times), default=0)


class Follower:
    """One monitor of one log. `keys` are those that the reader brought; without any, what is found is not trusted.

    `hashes_alone` is the reader's word that this log shows no entries by right, as a register of placements. The log's own
    word would not do: whoever wants to hide what a competition came to would say the same.
    """

    def __init__(
        self, source: Source, memory: Memory, keys: Iterable[Vkey] = (), *, hashes_alone: bool = False
    ) -> None:
        self._source = source
        self._memory = memory
        self._keys = list(keys)
        self._hashes_alone = hashes_alone

    def look(self, now: int) -> list[Finding]:
        """One look at the log. What was found is in the memory, and given back. Raises Busy when nothing answers."""
        try:
            found = list(self._looked(now))
        except Unproven as error:
            found = [Finding("false", str(error), grave=True)]
        except (Malformed, Missing) as error:
            found = [Finding("unreadable", str(error), grave=True)]
        with self._memory.taking_in():
            for one in found:
                self._memory.find(one, now)
        return found

    def _looked(self, now: int) -> Iterator[Finding]:
        note = self._source.get("checkpoint")
        if note is None:
            raise Missing(f"{self._source.at} shows no checkpoint: it is no log, or it was taken away")
        state, last = State.read(note), self._memory.last()
        if last is None:
            yield from self._grown(state, None, now)
            return
        if state.origin != last.origin:
            raise Unproven(f"{self._source.at} shows the log {state.origin} now; it was {last.origin} before")
        if state.size > last.size:
            yield from self._grown(state, last, now)
            return
        self._check_signed(state, Judging(self._memory, last.origin).register)
        seen = last.root if state.size == last.size else self._memory.root_at(state.size)
        if state.root != seen:
            yield from self._less_or_other(state, last, now)
        elif state.size < last.size:
            if now - last.grown_at > PATIENCE:
                yield Finding(
                    "back",
                    f"the log shows {state.size} entries, and had {last.size} before: an old copy was put back, or"
                    " somebody is shown less than others",
                    grave=True,
                )
        else:
            if state.note != last.note:
                with self._memory.taking_in():
                    self._memory.put_last(last._replace(note=state.note))
            if 0 < state.signed_at() < now - SILENT:
                yield Finding("silent", f"the log has signed nothing since {_hours(now - state.signed_at())} hours")

    def _less_or_other(self, state: State, last: Last, now: int) -> Iterator[Finding]:
        """Another tree, no larger than the last one: a fork, unless the entries can be read and declare a loss."""
        try:
            found = list(self._parted(state, last, now))
        except FairplaceError:
            found = [self._forked(state, last)]  # two signed states are proof enough
        yield from found

    # Growing

    def _grown(self, state: State, last: Last | None, now: int) -> Iterator[Finding]:
        """Take in what is new, or raise with what is false; a fork is found here too."""
        judging = Judging(self._memory, state.origin)
        reader = TileReader(self._source.get, state.size)
        if not judging.register.standings() and hashes.alone(self._source, state.size):
            if last is None and not self._hashes_alone:
                raise Missing(
                    f"{self._source.at} shows hashes and none of its entries: a register of procurement that does so hides"
                    " what it recorded; if it is one of placements, say so with --hashes-alone"
                )
            yield self._grown_alone(state, last, reader, now)
            return
        known = [*self._keys, *judging.register.all_log_keys()]
        if state.signed_by_log(known) and last is not None and not self._extends(state, last, reader):
            yield from self._parted(state, last, now)
            return
        with self._memory.taking_in():
            leaves: list[bytes] = []
            frontier = last.frontier if last else Frontier()
            start = frontier.size
            for place, raw in enumerate(reader.entries(start, state.size), start):
                leaf = judging.take(place, raw)
                frontier.append(leaf)
                leaves.append(leaf)
            if frontier.root() != state.root:
                raise Unproven(f"the {state.size} entries do not give the root that was signed for them")
            self._check_signed(state, judging.register)
            self._memory.add_leaves(start, leaves)
            self._memory.put_last(Last(state.origin, state.size, state.root, state.note, frontier, now))
            self._memory.put_seen(state.size, state.root, state.core, now)
            grown = f"{state.size} entries, {state.size - start} of them new; every one of these was read and holds"
            found = [Finding("grown", grown), *judging.found]
            for one in found:  # kept together with what it is about
                self._memory.find(one, now)
        yield from found

    def _grown_alone(self, state: State, last: Last | None, reader: TileReader, now: int) -> Finding:
        """Take in new leaves of a log that shows no entries, or raise with what is false; a fork is found here too."""
        self._check_signed(state, KeyRegister())
        if last is not None and not self._extends(state, last, reader):
            return self._forked(state, last)
        frontier = last.frontier if last else Frontier()
        start = frontier.size
        leaves = reader.leaves(start, state.size)
        for leaf in leaves:
            frontier.append(leaf)
        if frontier.root() != state.root:
            raise Unproven(f"the hashes of {state.size} entries do not give the root that was signed for them")
        text = (
            f"{state.size} entries, {state.size - start} of them new, shown as hashes alone: nothing earlier was changed;"
            " what they say is kept within and was not read"
        )
        found = Finding("grown", text)
        with self._memory.taking_in():
            self._memory.add_leaves(start, leaves)
            self._memory.put_last(Last(state.origin, state.size, state.root, state.note, frontier, now))
            self._memory.put_seen(state.size, state.root, state.core, now)
            self._memory.find(found, now)
        return found

    def _check_signed(self, state: State, register: KeyRegister) -> None:
        """Is it signed by a key of the log, and at first sight by one that the reader brought?"""
        if not register.standings():  # no entry of it was ever read
            if not state.signed_by_log(self._log_keys() or hashes.named(self._source, state.origin)):
                whose = (
                    "a key that you gave; where it was replaced, ask for the new one"
                    if self._keys
                    else "the key that it names"
                )
                raise Unproven(f"the state of {state.size} entries is not signed by {whose}")
            return
        if not state.signed_by_log([*register.log_keys(state.size), *self._log_keys()]):
            raise Unproven(f"the state of {state.size} entries is not signed by a key of the log {state.origin}")
        if not self._keys or self._memory.last() is not None:
            return  # a key of the log that came later was brought in by those that were known
        brought = {key.text for key in self._keys}
        opener = register.standings()[0].vkey.text
        if opener not in brought and not any(key.text in brought for key in state.signers(self._keys)):
            raise Unproven(f"the log {state.origin} is neither signed nor opened by a key that you gave")

    def _log_keys(self) -> list[Vkey]:
        last = self._memory.last()
        return [key for key in self._keys if last is None or key.name == last.origin]

    def _extends(self, state: State, last: Last, reader: TileReader) -> bool:
        """Does a proof from the tiles hold? Without tiles that give the signed root there is none."""
        proof = consistency_proof(last.size, state.size, reader.node)
        try:
            verify_consistency(last.size, state.size, last.root, state.root, proof)
        except Unproven:
            return False
        return True

    # Parting

    def _parted(self, state: State, last: Last, now: int) -> Iterator[Finding]:
        """The signed tree is not the last one grown: read all of it, say where it parts, and keep what proves it."""
        frontier, first, parts = Frontier(), None, self._memory.leaves(last.size)
        for place, raw in enumerate(TileReader(self._source.get, state.size).entries()):
            leaf = leaf_hash(raw)
            if first is None and place < last.size and leaf != next(parts):
                first = place
            frontier.append(leaf)
        if frontier.root() != state.root:
            raise Unproven(
                f"the {state.size} entries do not give the root that was signed for them, nor do the tiles show that"
                f" they hold the {last.size} that were seen before"
            )
        if first is None:
            raise Unproven(f"the tiles do not show that the {state.size} entries hold the {last.size} seen before")
        try:
            yield self._declared(state, last, first, now)
        except _NotDeclaredError:
            yield self._forked(state, last, first)

    def _forked(self, state: State, last: Last, first: int | None = None) -> Finding:
        other, same_size = self._counterpart(state, last, first or 0)
        path = evidence.keep(self._memory.folder, *other)
        where = f", from entry {first} on" if first is not None else ""
        proof = (
            "both signed: anybody can check it"
            if same_size
            else "both signed, of different sizes: it proves it together with the record of either"
        )
        return Finding(
            "fork",
            f"THE LOG {state.origin} HAS TWO HISTORIES{where}: its state of {state.size} entries is not what was seen"
            f" before. The evidence is {path} ({proof})",
            grave=True,
        )

    def _counterpart(self, state: State, last: Last, first: int) -> tuple[tuple[bytes, bytes], bool]:
        """Two signed states of one size with different roots, where such can be had; else the two that were compared."""
        for root, note in self._memory.seen_of(state.size):
            if root != state.root:
                return (note, state.note), True
        keys = [*self._keys, *Judging(self._memory, last.origin).register.all_log_keys()]
        for count, (size, root, note) in enumerate(self._memory.seen(above=first)):
            if count >= OLD_PAIRS:
                break
            shown = self._source.get(f"checkpoints/{size}")
            if shown is None:
                continue
            try:
                found = State.read(shown)
                if (
                    (found.origin, found.size) == (state.origin, size)
                    and found.root != root
                    and found.signed_by_log(keys)
                ):
                    return (note, shown), True
            except FairplaceError:
                continue
        return (last.note, state.note), False

    def _declared(self, state: State, last: Last, first: int, now: int) -> Finding:
        """The log says itself that it lost what was seen: then it is read anew, and the loss is told."""
        with self._memory.taking_in():
            self._memory.forget_log()
            judging, frontier = Judging(self._memory, state.origin), Frontier()
            leaves = []
            for place, raw in enumerate(TileReader(self._source.get, state.size).entries()):
                leaves.append(judging.take(place, raw))
                frontier.append(leaves[-1])
            lost = last.size, b64(last.root)
            covering = [
                (place, one)
                for place, one in judging.register.losses().items()
                if place >= first > 0 and (one.lost.size > last.size or (one.lost.size, one.lost.root) == lost)
            ]
            if not covering or frontier.root() != state.root:
                raise _NotDeclaredError  # and the memory stays as it was
            self._check_signed(state, judging.register)
            self._memory.add_leaves(0, leaves)
            self._memory.put_last(Last(state.origin, state.size, state.root, state.note, frontier, now))
            self._memory.put_seen(state.size, state.root, state.core, now)
            place, loss = covering[0]
            found = Finding(
                "loss",
                f"THE LOG DECLARES A LOSS, at entry {place}: {loss.lost.size} entries had been signed, {loss.kept.size}"
                f" were kept ({loss.reason}). What was seen from entry {first} on is gone. Ask whether that is so;"
                " whoever holds a receipt of the lost part can show it",
                grave=True,
            )
            for one in (found, *judging.found):
                self._memory.find(one, now)
        return found


class _NotDeclaredError(Exception):
    pass


def _hours(seconds: int) -> int:
    return seconds // 3600
