"""Making, verifying and proving entries, beside what the bare signature algorithm costs in the same run.

- A real register in a scratch folder: the bytes as published, read back by the independent checker.
- What counts is the ratio to bare Ed25519, in turns, on the same cores.
"""

from __future__ import annotations

import contextlib
import io
import itertools
import random
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import median

import fairplace_verify
from fairplace.bench.store import LOG, signed
from fairplace.decision import Actor, Decision, History
from fairplace.errors import Misconfigured
from fairplace.ledger import entry, tree
from fairplace.ledger.disclosure import sealed
from fairplace.ledger.entry import Entry
from fairplace.ledger.note import Signer, Vkey
from fairplace.ledger.store.sqlite import SqliteStore
from fairplace.on_disk import Register, create, signed_by
from fairplace.procurement.events import QuestionAsked
from fairplace.terms import ACT

GATE_VERIFY = 0.8
"""Of bare verification."""
GATE_PROOF = 0.005
"""Seconds for one proof."""
SIZES = (10_000, 100_000)
PROOFS = 200
ROUNDS = 3

Line = Callable[..., object]


def run(line: Line, entries: int = 5_000, folder: Path | None = None) -> bool:
    """Measure and print; True when every gate holds. `folder` names the disk to measure on."""
    _building(line, entries)
    with tempfile.TemporaryDirectory(prefix="fairplace-bench-", dir=folder) as scratch:
        held = [_verifying(line, Path(scratch) / "register", entries)]
        held += [_proving(line, Path(scratch) / f"{size}.sqlite", size) for size in SIZES]
    return all(held)


def _building(line: Line, count: int) -> None:
    """Entries sealed, built and signed, beside bare signing of as many texts."""
    began = time.perf_counter()
    made = [one.entries[0].raw for one in signed(count)]
    built = count / (time.perf_counter() - began)
    texts = [entry.parse(raw).text for raw in made]
    signer = Signer("bench.example/officer", bytes(32))
    began = time.perf_counter()
    for text in texts:
        signer.line(text)
    bare = count / (time.perf_counter() - began)
    line(f"building: {count:,} entries with two sealed values each")
    line(f"  {'built, sealed and signed':<34}{built:>10,.0f} entries/s{built / bare:>8.2f}")
    line(f"  {'bare Ed25519 signing':<34}{bare:>10,.0f} entries/s{1:>8.2f}")


def _verifying(line: Line, folder: Path, count: int) -> bool:
    """The whole check of published files, beside bare verification of the same signatures."""
    with _register(folder, count) as register:
        entries = [entry.parse(stored.raw) for stored in register.store.entries(register.origin)]
        known = {standing.vkey.name: standing.vkey for standing in register.reader.register().standings()}
        keys = [part for vkey in register.settings.log[0].vkeys for part in ("--key", vkey)]
        public = register.public
        turns = [(_timed(_bare, entries, known), _timed(_checked, public, keys)) for _ in range(ROUNDS)]
    bare, whole = (len(entries) / median(times) for times in zip(*turns, strict=True))
    ratio = float(whole / bare)
    line(f"verifying: {len(entries):,} entries from published files: signatures, form, keys, chains, tiles, tree")
    line(f"  {'fairplace verify':<34}{whole:>10,.0f} entries/s{ratio:>8.2f}")
    line(f"  {'bare Ed25519 verification':<34}{bare:>10,.0f} entries/s{1:>8.2f}")
    line(f"  gate: at least {GATE_VERIFY} of bare verification: {_held(ratio >= GATE_VERIFY)}")
    return ratio >= GATE_VERIFY


def _register(folder: Path, count: int) -> Register:
    """A published register with cases of a hundred questions each."""
    officer, root = Signer("bench.example/officer/1", bytes(32)), Signer("bench.example/root", b"r" * 32)
    register = create(folder, authority="Bench", origin="log.bench.example/commissioning", root=root)
    register.enrol(officer.vkey.text, "officer", holder="Bench", provider=None, admin=root)
    by = Actor(key=officer.vkey.name, roles=frozenset({"officer"}))
    sign = signed_by(officer)
    for first in range(0, count, 100):
        case, at = register.sources.stream_id(), register.store.now()
        for number in range(first, min(first + 100, count)):
            event = QuestionAsked(
                case=case,
                happened_at=at,
                evidence=ACT,
                exhibit=sealed("personal", None),
                override=None,
                override_reason=sealed("standstill", None),
                question=f"Q{number}",
                words=sealed("commercial", "May all who bid visit the homes before they write?"),
                asked_by=sealed("commercial", None),
            )
            prepared = register.desk.prepare_decision(
                Decision(event=event, statement="Ask"),
                History(case=case, events=()),
                by=by,
                at=at,
                key=str(number),
                command=str(number),
            )
            register.desk.append(prepared, sign(prepared))
    register.publisher.publish()
    return register


def _bare(entries: Sequence[Entry], known: Mapping[str, Vkey]) -> None:
    for one in entries:
        for signature in one.lines:
            known[signature.name].verify(one.text, signature.signature)


def _checked(public: Path, keys: Sequence[str]) -> None:
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        code = fairplace_verify.main([str(public), *keys])
    if code:
        raise Misconfigured(f"the register of the benchmark is not true: {said.getvalue()[:500]}")


def _proving(line: Line, path: Path, size: int) -> bool:
    """Proofs for entries at random places, from the stored hashes."""
    chance = random.Random(size)  # noqa: S311 - which entries are proved protects nothing
    with SqliteStore(path) as store:
        work = signed(size)
        while batch := list(itertools.islice(work, 1_000)):
            store.append(LOG, batch)
        head, node = store.head(LOG), store.node(LOG)
        times = []
        for index in (chance.randrange(size) for _ in range(PROOFS)):
            began = time.perf_counter()
            proof = tree.inclusion_proof(index, size, node)
            times.append(time.perf_counter() - began)
            [stored] = store.entries(LOG, index, index + 1)
            tree.verify_inclusion(stored.leaf, index, size, proof, head.root)
    took = median(times)
    line(f"proving: one entry of {size:,}: {took * 1000:.2f} ms (slowest {max(times) * 1000:.2f} ms)")
    line(f"  gate: below {GATE_PROOF * 1000:.0f} ms: {_held(took < GATE_PROOF)}")
    return took < GATE_PROOF


def _timed(work: Callable[..., object], *given: object) -> float:
    began = time.perf_counter()
    work(*given)
    return time.perf_counter() - began


def _held(good: bool) -> str:
    return "held" if good else "MISSED"
