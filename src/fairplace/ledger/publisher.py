"""The one that shows: it has the stored rows proved and signed, and puts them where anybody can copy them.

- A checkpoint is signed and stored before anything of it leaves the process (`heads`).
- Then witnesses are asked. None of them can stop the log: what they sign later is stored and shown later.
- Then the files: bundles, tiles, disclosures, policy, `checkpoints/<size>`, and last `checkpoint`, by rename.
- A crash between any two steps is healed by publishing again; files are a function of what is stored.
- Of partial tiles those of published checkpoints stay until the full tile is there, and go with it.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

from fairplace.errors import FairplaceError, Malformed, Misconfigured, Unproven
from fairplace.ledger import entry
from fairplace.ledger.checkpoint import with_cosignatures
from fairplace.ledger.disclosure import check
from fairplace.ledger.heads import Heads, behind
from fairplace.ledger.in_effect import InEffect
from fairplace.ledger.note import parse_note, tree_head
from fairplace.ledger.public_folder import PublicFolder, full_names
from fairplace.ledger.signing import HeadSigner
from fairplace.ledger.store.port import Published, Store, Stored
from fairplace.ledger.tiles import WIDTH, bundle, disclosures_path, entries_path, grown_bundles, grown_tiles, tile_path
from fairplace.ledger.timestamps import Timestamps
from fairplace.ledger.tree import consistency_proof

POLL = 0.05
"""Seconds between two looks at the head."""

ASK_AGAIN = 5.0
"""Seconds after which a log that is otherwise idle looks whether a witness is still to be asked."""

SLOWEST = 60.0
"""Seconds between two tries at what does not work."""

Collect = Callable[[bytes, Callable[[int], list[bytes]]], list[str]]
"""Asks witnesses to sign a checkpoint that was stored, given the note and the consistency proof from any smaller size.

Gives the lines that are good and that the note lacks: none when nobody answers in time, or when all have signed.
"""

_logger = logging.getLogger(__name__)


class Publisher:
    """Publishes one log into one folder. Several processes may have one: a lease lets one of them work at a time."""

    def __init__(
        self,
        store: Store,
        log: str,
        folder: Path,
        signer: HeadSigner,
        *,
        clock: Callable[[], datetime],
        verify_entry: Callable[[Stored], None] | None = None,
        collect: Collect | None = None,
        witnesses: str = "quorum none\n",
        timestamps: Timestamps | None = None,
        inside: Path | None = None,
    ) -> None:
        """`witnesses` is what the policy says after the log's own keys.

        With `inside` the entries and disclosures go there alone, and `folder` shows checkpoints and hashes.
        """
        self._store = store
        self._log = log
        self._folder = PublicFolder(folder)
        self._inside = None if inside is None else PublicFolder(inside)
        self._heads = Heads(store, log, signer, clock=clock, verify_entry=verify_entry)
        self._effect = InEffect(store, log)
        self._timestamps = timestamps
        self._collect = collect
        self._witnesses = witnesses
        self._turn = threading.Lock()
        self._wake = threading.Event()
        self._shown = -1
        self._ask_again = 0.0
        self.failure: Exception | None = None

    def publish(self) -> Published | None:
        """Sign and show all that is committed. Returns the newest checkpoint.

        None: there is nothing to publish yet, or another publisher is at work. Raises Unproven, and shows nothing new,
        when the rows are not what was signed or what the head says.
        """
        with self._turn, self._folder.lease() as held:
            if not held:
                return None
            try:
                newest = self._publish()
            except Unproven:
                self._heads.forget()  # what was read is in doubt: the next look reads every row again
                self._effect = InEffect(self._store, self._log)
                raise
            self._shown = newest.size if newest else -1
            self._show_timestamps(self._folder)
            return newest

    def _publish(self) -> Published | None:
        last, head = self._store.last_checkpoint(self._log), self._store.head(self._log)
        shown, pending = self._pending(self._folder, last)
        if not head.size:
            return None
        newest = self._heads.next(last, head)
        if newest is not None:
            newest = self._cosigned(newest)
            self._show(self._folder, shown, pending | {newest.size: newest}, newest, whole=self._inside is None)
            self._show_inside(last, newest)
        return newest

    def _show_inside(self, last: Published | None, newest: Published) -> None:
        """The whole log, for those within who check it."""
        if self._inside is None:
            return
        self._inside.path.mkdir(mode=0o700, exist_ok=True)
        with self._inside.lease() as held:
            if held:
                shown, pending = self._pending(self._inside, last)
                self._show(self._inside, shown, pending | {newest.size: newest}, newest, whole=True)

    def _cosigned(self, newest: Published) -> Published:
        """The same checkpoint with the lines of those witnesses that answered, stored."""
        if self._collect is None:
            return newest
        node = self._store.node(self._log)
        self._ask_again = time.monotonic() + ASK_AGAIN
        lines = self._collect(newest.note, lambda old: consistency_proof(old, newest.size, node))
        if not lines:
            return newest
        better = Published(size=newest.size, root=newest.root, note=with_cosignatures(newest.note, lines))
        return better if self._store.put_checkpoint(self._log, newest, better) else newest

    def publish_to(self, out: Path, *, whole: bool | None = None) -> Published | None:
        """Write the public files of the newest checkpoint into another folder, whatever state that is in.

        `whole`: entries and disclosures too, of a log that shows them to those within alone.
        """
        self.publish()
        folder = PublicFolder(out)
        with self._turn, folder.lease() as held:
            newest = self._store.last_checkpoint(self._log)
            if not held or newest is None:
                return None
            shown, pending = self._pending(folder, newest)
            if self._heads.rows.size < newest.size:
                self._heads.rows.prove(newest.size)
            if self._heads.rows.root(newest.size) != newest.root:
                raise Unproven(f"the stored rows do not give the root that was signed for size {newest.size}")
            everything = self._inside is None if whole is None else whole
            self._show(folder, shown, pending | {newest.size: newest}, newest, whole=everything)
            self._show_timestamps(folder)
            return newest

    def run(self, stop: threading.Event, every: float = 1.0) -> None:
        """Publish whatever is committed, at once when idle, at most every so many seconds; until `stop` is set.

        What goes wrong is logged, kept as `failure`, and tried again: a log that cannot be proved is never signed.
        """
        pause = every
        while not stop.is_set():
            if not self._wake.wait(POLL) and not self._is_due():
                continue
            self._wake.clear()
            began = time.monotonic()
            try:
                self.publish()
                self.failure, pause = None, every
            except (FairplaceError, OSError, sqlite3.Error) as error:
                if str(error) != str(self.failure):
                    _logger.error("%s cannot be published: %s", self._log, error)  # noqa: TRY400 - the sentence says all
                self.failure, pause = error, min(max(every, 2 * pause), SLOWEST)
            stop.wait(max(0.0, pause - (time.monotonic() - began)))

    def nudge(self) -> None:
        """Something was committed: look now."""
        self._wake.set()

    def _is_due(self) -> bool:
        try:
            size = self._store.head(self._log).size
        except (FairplaceError, sqlite3.Error):
            return True  # publishing says what is wrong
        if size > 0 and self._collect is not None and time.monotonic() >= self._ask_again:
            return True  # the collector knows whether a witness is still to be asked
        return size > 0 and (size != self._shown or self._heads.is_stale(self._store.last_checkpoint(self._log)))

    # Showing

    def _pending(self, folder: PublicFolder, last: Published | None) -> tuple[int, dict[int, Published]]:
        """The size that a folder shows (0: none that can be read), and the stored checkpoints that it lacks.

        A folder that shows what this store never signed stops everything: an old copy of the store was put back, and
        signing on would give the log a second face (threat model, attack 11).
        """
        tree = _tree_shown(folder)
        if tree is not None and last is not None and tree == (self._log, last.size, last.root):
            return last.size, {}
        stored = {one.size: one for one in self._store.checkpoints(self._log)}
        if tree is None:
            return 0, stored
        origin, shown, root = tree
        if origin != self._log:
            raise Misconfigured(
                f"{folder.path} shows a checkpoint of {origin}, and this is {self._log}: give another folder"
            )
        if (shown, root) in {(one.checkpoint.size, one.checkpoint.root) for one in self._store.lost(self._log)}:
            return 0, stored
        if shown not in stored:
            raise Misconfigured(behind(str(folder.path), self._log, shown, self._store.head(self._log).size))
        if stored[shown].root != root:
            raise Unproven(
                f"{folder.path} shows another root of size {shown} than the store has signed; nothing is signed"
            )
        return shown, {size: one for size, one in stored.items() if size > shown}

    def _show(
        self, folder: PublicFolder, shown: int, pending: dict[int, Published], newest: Published, *, whole: bool
    ) -> None:
        """Bring a folder that shows `shown` to this checkpoint, by way of all that are pending."""
        policy = self._policy(newest.size)
        if shown == newest.size and (folder.read("checkpoint"), folder.read("policy")) == (newest.note, policy):
            return
        sizes = sorted(size for size in pending if size <= newest.size)
        written = {"checkpoint", *(f"timestamp/{size}.tsr" for size in sizes)}
        for name, data in self._tree_files(shown, newest.size, sizes, whole=whole):
            folder.write(name, data)
            written.add(name)
        if whole:
            self._show_disclosures(folder, shown, newest.size)
        folder.write("policy", policy)
        lost = dict(self._lost_files(newest.size))
        for name, data in (lost | {f"checkpoints/{size}": pending[size].note for size in sizes}).items():
            folder.write(name, data)
            written.add(name)
        for tile in grown_tiles(shown, newest.size):
            if tile.width == WIDTH:
                for full in full_names(tile):
                    folder.remove_partials(full)
        if lost and not shown:  # what was published of the lost part goes, before anybody is told of the new
            opened = map(disclosures_path, self._effect.open_entries()) if whole else ()
            folder.keep_only(written | {"policy", *opened})
        folder.settle()
        folder.write("checkpoint", newest.note)
        folder.settle()
        folder.tidy()

    def _lost_files(self, size: int) -> Iterator[tuple[str, bytes]]:
        """The checkpoints of what was declared lost (wire format, section 10)."""
        declared = self._heads.losses(size)
        for entry_index, one in self._store.lost(self._log):
            if entry_index in declared:
                yield f"lost/{entry_index}/{one.size}", one.note

    def _tree_files(self, shown: int, size: int, sizes: list[int], *, whole: bool) -> Iterator[tuple[str, bytes]]:
        """Bundles and tiles that are new since `shown`, and the partial ones of every checkpoint in `sizes`.

        Not `whole`: hashes alone, and no bundle of entries.
        """
        wanted = {tile for between in sizes for tile in grown_tiles(shown, between)}
        wanted = {tile for tile in wanted if tile.width == WIDTH or (tile.n + 1) * WIDTH > size >> 8 * tile.level}
        bundles = {one for between in sizes for one in grown_bundles(shown, between)}
        for n, width in sorted(bundles):
            if width == WIDTH or (n + 1) * WIDTH > size:
                raw, leaves = self._heads.rows.block(n, width)
                if whole:
                    yield entries_path(n, width), bundle(raw)
                yield tile_path(0, n, width), b"".join(leaves)
        for tile in sorted(wanted):
            if tile.level:
                yield tile.path, self._heads.rows.tile(tile)

    def _show_disclosures(self, folder: PublicFolder, shown: int, size: int) -> None:
        self._effect.follow(size)
        for index in self._effect.touched(shown):
            slots = self._effect.slots(index)
            if slots:
                folder.write(disclosures_path(index), self._disclosure_lines(index, sorted(slots)))
            else:
                folder.remove(disclosures_path(index))

    def _show_timestamps(self, folder: PublicFolder) -> None:
        if self._timestamps is not None:
            self._timestamps.show(folder)

    def _disclosure_lines(self, index: int, slots: list[str]) -> bytes:
        """Each opening as the log sealed it; one that is not held, or does not fit, is not published."""
        held = self._store.openings(self._log, [index], {index: frozenset(slots)}).get(index, {})
        [stored] = self._store.entries(self._log, index, index + 1)
        sealed = entry.parsed(stored.raw).envelope.sealed
        if missing := [slot for slot in slots if slot not in held]:
            raise Unproven(f"entry {index} has the slot {missing[0]} disclosed, but its opening is not in the store")
        for slot in slots:
            check(sealed, held[slot])
        return "".join(f"~{held[slot].text}\n" for slot in slots).encode("ascii")

    def _policy(self, size: int) -> bytes:
        """The log's keys and its witnesses, as the register has them (C2SP tlog-policy)."""
        return "".join([*(f"log {vkey}\n" for vkey in self._heads.log_keys(size)), self._witnesses]).encode("ascii")


def _tree_shown(folder: PublicFolder) -> tuple[str, int, bytes] | None:
    """Origin, size and root of what a folder shows; None when there is nothing to be read."""
    note = folder.read("checkpoint")
    try:
        return tree_head(parse_note(note)[0]) if note is not None else None
    except Malformed:
        return None
