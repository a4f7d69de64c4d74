"""A log that shows hashes and no entries, as a register of placements does: it can be followed, and not read.

- That nothing earlier was changed is proved as for any log: new leaves must carry on the old tree to the signed root.
- Which keys may sign it stands in entries that nobody outside reads: the reader brings them, or takes the log's own word.
"""

from __future__ import annotations

import contextlib

from fairplace.errors import Malformed
from fairplace.ledger.note import Vkey
from fairplace.ledger.tiles import WIDTH, entries_path, tile_path
from fairplace.monitor.source import Source


def alone(source: Source, size: int) -> bool:
    """Are there hashes of the first entries, and not one bundle of entries?"""
    width = min(size, WIDTH)
    if not width or any(source.get(path) is not None for path in (entries_path(0, width), entries_path(0))):
        return False
    return any(source.get(path) is not None for path in (tile_path(0, 0, width), tile_path(0, 0)))


def named(source: Source, origin: str) -> list[Vkey]:
    """The keys of the log that its own published policy names: its own word, for whoever brought no key."""
    found = []
    for line in (source.get("policy") or b"").decode("utf-8", "replace").splitlines():
        words = line.split()
        if len(words) >= 2 and words[0] == "log":
            with contextlib.suppress(Malformed):
                found.append(Vkey.parse(words[1]))
    return [key for key in found if key.name == origin]
