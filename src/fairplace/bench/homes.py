"""Judging searches for a home as they are read from a register: how long 3,000 of them take two cores.

- A part of the made-up region is built, and every rule is asked of every search in it by one process.
- From that follows what each of two processes would need for 3,000: the market is read whole by both, what other searches
  came to as well, and half of the searches each.
- Beside the bound stands a ratio that no machine changes: asking the rules takes less than reading what they are asked of.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from fairplace import assess, shelf
from fairplace.on_disk import Register
from fairplace.policy import Case
from fairplace.synthesis.region.days import ENDS, at
from fairplace.synthesis.region.presets import preset
from fairplace.synthesis.region.register import build
from fairplace.terms import instant

GATE_SECONDS = 60.0
"""For 3,000 referrals by two processes."""
GATE_ASKING = 1.0
"""Asking the rules, beside reading the searches."""
REFERRALS = 3_000
ENTRIES_OF_ONE = 44
"""How many entries a search makes, in the middle."""

Line = Callable[..., object]


class Took(NamedTuple):
    """Seconds of processor: for the market, its own cases, what other searches came to, the searches, and the rules."""

    market: float
    streams: float
    others: float
    reading: float
    asking: float

    def of_two(self, referrals: int) -> float:
        """What each of two processes needs for 3,000 referrals, if these took so long."""
        share = REFERRALS / referrals
        return self.market + self.streams / 2 + share * (self.others + (self.reading + self.asking) / 2)


def run(line: Line, entries: int = 5_000, folder: Path | None = None) -> bool:
    """Build, judge and print; True when every gate holds. `entries` say how many searches there are, twenty at least."""
    world = preset("region")
    referrals = min(REFERRALS, max(30, entries // ENTRIES_OF_ONE))
    with tempfile.TemporaryDirectory(prefix="fairplace-bench-", dir=folder) as scratch:
        register = Path(scratch) / "register"
        build(register, world.scaled(referrals / world.referrals), seed=1, twin=True)
        took = judged(register)
    seconds, asking = took.of_two(referrals), took.asking / took.reading
    line(f"judging searches for a home: {referrals} of {REFERRALS:,}, read from the disk")
    line(f"  {'3,000 by each of two processes':<34}{seconds:>10.1f} s of processor")
    line(f"  gate: at most {GATE_SECONDS:.0f} s: {'held' if seconds <= GATE_SECONDS else 'MISSED'}")
    line(f"  {'asking the rules':<34}{asking:>10.2f} times the reading")
    line(f"  gate: at most {GATE_ASKING}: {'held' if asking <= GATE_ASKING else 'MISSED'}")
    return seconds <= GATE_SECONDS and asking <= GATE_ASKING


def judged(folder: Path) -> Took:
    """Every rule asked of every case of a register of placements."""
    clock = time.process_time
    rules = assess.rules(shelf.policies(kind="placements"))
    as_of = instant(at(ENDS, 23))
    with Register.open(folder) as register:
        reader = register.reader
        began = clock()
        market = reader.market()
        known = clock()
        others = reader.others()
        compared, streams, reading, asking = clock(), 0.0, 0.0, 0.0
        for name in reader.cases():
            start = clock()
            events = reader.case(name)
            read = clock()
            case = Case(id=name, as_of=as_of, view="authority", events=events, market=market, others=others)
            for one in rules:
                one.rule.findings(case)
            if case.search.needs:
                reading, asking = reading + read - start, asking + clock() - read
            else:  # a provider, an authority, an agreement: as many, however many children there are
                streams += clock() - start
    return Took(market=known - began, streams=streams, others=compared - known, reading=reading, asking=asking)
