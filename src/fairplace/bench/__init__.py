"""Speed, always beside a bound or a rival in the same run."""

from __future__ import annotations

from collections.abc import Callable

from fairplace.bench.homes import run as run_homes
from fairplace.bench.ledger import run as run_ledger
from fairplace.bench.replay import run as run_rows
from fairplace.bench.rules import run as run_rules
from fairplace.bench.store import run as run_store

WHAT: dict[str, Callable[[Callable[..., object], int], bool]] = {
    "store": run_store,
    "ledger": run_ledger,
    "rules": run_rules,
    "rows": run_rows,
    "homes": run_homes,
}


def measure(what: str, entries: int, line: Callable[..., object]) -> int:
    """Measure one part and print it: 0 when every gate holds, 1 when one is missed."""
    return 0 if WHAT[what](line, entries) else 1
