"""States of a log that came some other way: from a witness, from paper, from a receipt, held against what was seen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from fairplace.errors import FairplaceError, Malformed
from fairplace.ledger import paper, proof
from fairplace.ledger.note import Vkey, b64
from fairplace.monitor import evidence
from fairplace.monitor.evidence import BETWEEN
from fairplace.monitor.following import State
from fairplace.monitor.memory import Finding, Last, Memory


class Given(NamedTuple):
    """A state that somebody brought, and where it came from. Paper has no signatures, and so no `state`."""

    name: str
    origin: str
    size: int
    root: bytes
    state: State | None


def read(name: str, data: bytes) -> Iterator[Given]:
    """The states in a file: a checkpoint, a proof, a pair of checkpoints, or five lines from paper in any text."""
    if data.startswith(proof.HEADER.encode("ascii")):
        yield _signed(name, proof.parse(data).checkpoint)
        return
    parts = data.split(b"\n" + BETWEEN)
    try:
        found = [_signed(name, part if part.endswith(b"\n") else part + b"\n") for part in parts]
    except FairplaceError:
        found = []
    if found:
        yield from found
        return
    try:
        yield Given(name, *paper.read(data.decode("utf-8", "replace")), None)
    except Malformed as error:
        raise Malformed(f"{name}: {error}") from error


def _signed(name: str, note: bytes) -> Given:
    state = State.read(note)
    return Given(name, state.origin, state.size, state.root, state)


def against(memory: Memory, last: Last, one: Given, keys: Sequence[Vkey]) -> Finding:
    """What a given state says beside what was seen."""
    if one.origin != last.origin:
        return Finding("other", f"{one.name}: it is of the log {one.origin}, not of {last.origin}")
    if one.size > last.size:
        return Finding("ahead", f"{one.name}: it is of {one.size} entries, of which {last.size} were seen so far")
    root = memory.root_at(one.size)
    if root == one.root:
        return Finding("agrees", f"{one.name}: its {one.size} entries are those that were seen")
    if one.state is None or not _is_signed(one.state, keys):
        return Finding(
            "differs",
            f"{one.name}: it says {b64(one.root)}, the log that was seen gives {b64(root)} at that size: one of the two"
            " histories was changed, or it was never signed",
            grave=True,
        )
    kept = next((note for found, note in memory.seen_of(one.size) if found == root), last.note)
    path = evidence.keep(memory.folder, one.state.note, kept)
    return Finding(
        "fork",
        f"THE LOG {one.origin} HAS TWO HISTORIES: {one.name} is signed, and is not what was seen. The evidence is {path}",
        grave=True,
    )


def among(given: Sequence[Given], keys: Sequence[Vkey]) -> Iterator[Finding]:
    """Given states of one log and one size that contradict each other."""
    for at, one in enumerate(given):
        for other in given[at + 1 :]:
            if (one.origin, one.size) == (other.origin, other.size) and one.root != other.root:
                signed = all(each.state is not None and _is_signed(each.state, keys) for each in (one, other))
                yield Finding(
                    "fork" if signed else "differs",
                    f"{one.name} and {other.name} say different things of the same {one.size} entries of {one.origin}"
                    + (": the log has two histories" if signed else ""),
                    grave=True,
                )


def _is_signed(state: State, keys: Iterable[Vkey]) -> bool:
    try:
        return state.signed_by_log(keys)
    except FairplaceError:
        return False
