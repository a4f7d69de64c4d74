"""Making, verifying and proving entries, beside what the bare signature algorithm costs in the same run.

- A real register in a scratch folder: the bytes as published, read back by the independent checker.
- The check of a register is gated by the processor time of all its processes, beside that of a bare loop over the same
  signatures in the same run. The checker uses every core and the loop one, so the ratio by the clock is printed too.
- A proof is gated by processor time as well: other work on the machine would be measured with it by the clock.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from fairplace.bench.proving import proving
from fairplace.bench.store import signed
from fairplace.bench.verifying import bundle, register
from fairplace.ledger import entry
from fairplace.ledger.note import Signer

SIZES = (10_000, 100_000, 1_000_000)
"""Lengths of logs in which entries are proved."""
OF_A_CASE = 1_000
"""Entries in the bundle that is checked."""

Line = Callable[..., object]


def run(line: Line, entries: int = 5_000, folder: Path | None = None) -> bool:
    """Measure and print; True when every gate holds. `folder` names the disk to measure on."""
    building(line, entries)
    with tempfile.TemporaryDirectory(prefix="fairplace-bench-", dir=folder) as scratch:
        held = [register(line, Path(scratch) / "register", entries)]
        held += [bundle(line, Path(scratch) / "case", min(entries, OF_A_CASE))]
        held += [proving(line, Path(scratch) / f"{size}.sqlite", size) for size in SIZES]
    return all(held)


def building(line: Line, count: int) -> None:
    """Entries sealed, built and signed, beside bare signing of as many texts."""
    began = time.process_time()
    made = [one.entries[0].raw for one in signed(count)]
    built = count / (time.process_time() - began)
    texts = [entry.parse(raw).text for raw in made]
    signer = Signer("bench.example/officer", bytes(32))
    began = time.process_time()
    for text in texts:
        signer.line(text)
    bare = count / (time.process_time() - began)
    line(f"building: {count:,} entries with two sealed values each, on one core")
    line(f"  {'built, sealed and signed':<38}{built:>10,.0f} entries/s{built / bare:>8.2f}")
    line(f"  {'bare Ed25519 signing':<38}{bare:>10,.0f} entries/s{1:>8.2f}")
