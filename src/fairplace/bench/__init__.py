"""Speed, always beside a bound or a rival in the same run."""

from __future__ import annotations

from collections.abc import Callable

from fairplace.bench import ledger, replay, rules, store

WHAT: dict[str, Callable[[Callable[..., object], int], bool]] = {
    "store": store.run,
    "ledger": ledger.run,
    "rules": rules.run,
    "rows": replay.run,
}


def measure(what: str, entries: int, line: Callable[..., object]) -> int:
    """Measure one part and print it: 0 when every gate holds, 1 when one is missed."""
    return 0 if WHAT[what](line, entries) else 1
