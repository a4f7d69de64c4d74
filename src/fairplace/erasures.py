"""Carrying erasures out: after the entry that orders one, keys, records and files go, and nothing opens the values again.

- An entry of two persons comes first; what stops the work after it is made up for when the register is next opened.
- Files go before keys: which files only the erased values name is told by those values.
- A key that is older than the erasure is destroyed wherever it comes from: one that a backup brought back goes again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import msgspec

from fairplace.custody.events import ERASED
from fairplace.documents import Documents
from fairplace.ledger import entry
from fairplace.ledger.store.sqlite import SqliteStore
from fairplace.terms import CaseId, Instant

_PAGE = 500
_ASSESSED = "case.assessed/1"
_DEPOSITS = ("deposit.received/1", "deposit.received-late/1", "deposit.withdrawn/1")


class Ordered(msgspec.Struct, frozen=True):
    """An erasure as the log orders it."""

    index: int
    subjects: tuple[str, ...]
    digests: frozenset[str]


def ordered(store: SqliteStore, log: str) -> Iterator[Ordered]:
    """Every erasure of the log, in order."""
    found = [stored.index for stored in store.of_types(log, (ERASED,))]
    held = store.openings(log, found)
    for index in found:
        values = {slot: opening.value for slot, opening in held.get(index, {}).items()}
        yield Ordered(index, tuple(values.get("/subjects", ())), frozenset(values.get("/digests", ())))


def whole_cases(store: SqliteStore, log: str) -> Iterator[tuple[CaseId, Instant]]:
    """The cases of which all that is sealed was erased, and when that was ordered."""
    for one in ordered(store, log):
        [stored] = store.entries(log, one.index, one.index + 1)
        for subject in one.subjects:
            kind, _, case = subject.partition("/")
            if kind == "case" and case:
                yield case, entry.parsed(stored.raw).envelope.at


class Deposits(NamedTuple):
    """The deposits of which nothing that is the bidder's opens any more, and the files that the others name."""

    erased: frozenset[int]
    files: frozenset[str]


def deposits(store: SqliteStore, log: str) -> Deposits:
    """What became of all deposits, so that what is kept beside the log of an erased one can go as well."""
    indexes = [stored.index for stored in store.of_types(log, _DEPOSITS)]
    erased, files = set(indexes), set[str]()
    for start in range(0, len(indexes), _PAGE):
        for index, slots in store.openings(log, indexes[start : start + _PAGE]).items():
            if "/provider_signature" in slots:
                erased.discard(index)
            files.update(name for opening in slots.values() for name in files_in(opening.value))
    return Deposits(frozenset(erased), frozenset(files))


def finish(store: SqliteStore, documents: Documents, log: str) -> int:
    """Carry out whatever was ordered and is not done. How many erasures that were."""
    done = 0
    for one in ordered(store, log):
        if store.is_to_erase(log, one.subjects, one.index):
            carry_out(store, documents, log, one)
            done += 1
    return done


def under_way(store: SqliteStore, log: str) -> bool:
    """Is something ordered and not carried out yet? It opens until then."""
    return any(store.is_to_erase(log, one.subjects, one.index) for one in ordered(store, log))


def carry_out(store: SqliteStore, documents: Documents, log: str, what: Ordered) -> None:
    """Destroy files, keys and records. Asked again it does what is left."""
    kept = store.kept(log, what.subjects, what.index)
    indexes = sorted({one.index for one in kept})
    names = _named_in(store, log, indexes, {(one.index, one.slot) for one in kept})
    names |= _findings(store, log, {stored.case for stored in _entries(store, log, indexes)}, what.index)
    if names:
        names -= _still_named(store, log, names, {(one.index, one.slot) for one in kept})
        for name in sorted(names):
            documents.destroy(name)
    store.erase(log, what.subjects, what.index)


def _named_in(store: SqliteStore, log: str, indexes: list[int], chosen: set[tuple[int, str]]) -> set[str]:
    """The files that the chosen values name."""
    held = store.openings(log, indexes)
    return {
        name
        for index, slots in held.items()
        for slot, opening in slots.items()
        if (index, slot) in chosen
        for name in files_in(opening.value)
    }


def named(store: SqliteStore, log: str, names: set[str]) -> set[str]:
    """Those of these files that a step of the record names, sealed or in the open."""
    return _still_named(store, log, names, set()) if names else set()


def _findings(store: SqliteStore, log: str, cases: set[str | None], before: int) -> set[str]:
    """What the rules said on the authority's facts of these cases: it may quote what is erased."""
    found = set()
    for stored in store.of_types(log, (_ASSESSED,), 0, before):
        body = entry.parsed(stored.raw).envelope.body
        if stored.case in cases and body.get("view") == "authority":
            found.add(str(body["findings"]))
    return found


def _still_named(store: SqliteStore, log: str, names: set[str], without: set[tuple[int, str]]) -> set[str]:
    """Those of the files that another value names, or an entry in the open."""
    found: set[str] = set()
    size = store.head(log).size
    for start in range(0, size, _PAGE):
        indexes = range(start, min(start + _PAGE, size))
        for stored in store.entries(log, start, start + _PAGE):
            if (body := entry.parse(stored.raw).envelope).type != _ASSESSED:
                found |= names & set(files_in(body.body))
        for index, slots in store.openings(log, indexes).items():
            for slot, opening in slots.items():
                if (index, slot) not in without:
                    found |= names & set(files_in(opening.value))
    return found


def files_in(value: Any) -> Iterator[str]:
    """The digests of files that a value names, at any depth."""
    if isinstance(value, dict):
        if isinstance(name := value.get("sha256"), str):
            yield name
        for item in value.values():
            yield from files_in(item)
    elif isinstance(value, list):
        for item in value:
            yield from files_in(item)


def _entries(store: SqliteStore, log: str, indexes: Iterable[int]) -> Iterator[Any]:
    for index in indexes:
        yield from store.entries(log, index, index + 1)
