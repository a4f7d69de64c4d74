"""How long answers take where only sealed values differ: `python -m tests.campaign.timing`.

- Five registers have the same sealed values and other salts; five more have other sealed values. How far the first five
  lie apart is what it costs to be another register; the others must not stand out from them.
- Everybody asks all ten in turn, in another order each time, so that whatever else the machine does falls on all alike.
  Measured is the time of the processor, which other programs disturb least; for each register the median counts.
- Medians are compared by a permutation test: of the 252 ways to part ten registers into two fives, how many part them as
  far as the sealed values do? Only when none does, but for the two that are these values, is a difference found: with six
  questions that happens by chance in one run of twenty.
- Last, five of them read all that is sealed in the case before they answer, as a careless page would. There the difference
  must be found, or nothing was measured.

A clock proves no absence: `tests/test_same_work.py` does, by counting. This says how much an attacker with a clock would see.
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from itertools import combinations
from math import comb
from pathlib import Path

import msgspec

from tests.http.opened import Client
from tests.twins import TAME, TOLD, WILD, Twin

EACH = 5
"""Registers of either kind."""
ROUNDS = 40
CONTROL = "the page of the case, had it read what is sealed"


class Compared(msgspec.Struct, frozen=True):
    """Microseconds of processor: the median answer of each register, with the same sealed values and with others."""

    asked: str
    same: list[float]
    other: list[float]

    @property
    def apart(self) -> float:
        """By how much other sealed values take longer."""
        return _mean(self.other) - _mean(self.same)

    @property
    def noise(self) -> float:
        """How far registers with the same sealed values lie apart: the standard deviation of their medians."""
        return statistics.stdev(self.same)

    @property
    def parted(self) -> float:
        """The share of all ways to part these registers into two halves that part them at least as far."""
        every, most = [*self.same, *self.other], abs(self.apart)
        ways = [set(chosen) for chosen in combinations(range(len(every)), len(self.same))]
        as_far = sum(
            abs(
                _mean([every[at] for at in chosen]) - _mean([every[at] for at in range(len(every)) if at not in chosen])
            )
            >= most - 1e-9
            for chosen in ways
        )
        return as_far / len(ways)

    @property
    def is_found(self) -> bool:
        return self.parted <= 2 / comb(len(self.same) + len(self.other), len(self.same))

    @property
    def line(self) -> str:
        return f"{self.asked:<46}{_mean(self.same):9.0f}{self.apart:+10.0f}{self.noise:8.0f}{self.parted:9.3f}"


HEAD = f"{'microseconds of processor':<46}{'an answer':>9}{'apart':>10}{'noise':>8}{'by chance':>11}"


def _mean(values: Sequence[float]) -> float:
    return statistics.fmean(values)


def asking(twin: Twin) -> dict[str, tuple[Client, str]]:
    """Who asks for what."""
    who, case = twin.askers(), twin.office.case
    return {
        "anybody, the page of the case": (who["nobody"], f"/decisions/{case}"),
        "anybody, the same as data": (who["nobody"], f"/decisions/{case}.json"),
        "anybody, a search for a bidder": (who["nobody"], "/decisions?q=Birch"),
        "anybody, the newest entry": (who["nobody"], f"/log/{twin.office.register.reader.size - 1}"),
        "a bidder, the page of the tender": (who["bidder"], f"/desk/bids/{case}"),
        "an officer, the file before it is opened": (who["officer"], f"/desk/cases/{case}"),
        CONTROL: (who["nobody"], f"/decisions/{case}"),
    }


def timed(client: Client, address: str, careless: Twin | None) -> float:
    start = time.process_time()
    if careless is not None:
        careless.office.register.reader.case(careless.office.case)
    answer = client.get(address)
    took = (time.process_time() - start) * 1e6
    assert answer.status_code == 200, (address, answer.status_code)
    return took


def measure(same: Sequence[Twin], other: Sequence[Twin], rounds: int, chance: random.Random) -> Iterator[Compared]:
    askers = [asking(twin) for twin in (*same, *other)]
    for what in askers[0]:
        took: list[list[float]] = [[] for _ in askers]
        for turn in range(rounds + 3):
            for place in chance.sample(range(len(askers)), k=len(askers)):
                careless = other[place - len(same)] if what == CONTROL and place >= len(same) else None
                spent = timed(*askers[place][what], careless)
                if turn >= 3:  # by then everything that is remembered is remembered
                    took[place].append(spent)
        medians = [statistics.median(one) for one in took]
        yield Compared(what, medians[: len(same)], medians[len(same) :])


@contextmanager
def built(folder: Path, each: int) -> Iterator[tuple[list[Twin], list[Twin]]]:
    """Registers of both kinds, told until everything is decided and nothing is released."""
    with ExitStack() as stack:
        found = []
        for world, first in ((TAME, 0), (WILD, each)):
            twins = [Twin(folder / f"{seed}", world, seed=seed) for seed in range(first, first + each)]
            for twin in twins:
                stack.callback(twin.close)
                for chapter in TOLD:
                    twin.tell(chapter)
            found.append(twins)
        yield found[0], found[1]


def main(arguments: Sequence[str] | None = None, told: Callable[[str], object] = print) -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args(arguments)
    told(HEAD)
    found = []
    with tempfile.TemporaryDirectory(prefix="fairplace-timing-") as scratch, built(Path(scratch), EACH) as twins:
        for one in measure(*twins, chosen.rounds, random.Random(chosen.seed)):
            told(one.line)
            found.append(one)
    *outside, control = found
    told(f"outside, a difference was found in {sum(one.is_found for one in outside)} of {len(outside)}")
    told(
        f"with what is sealed read first, a difference was {'found' if control.is_found else 'NOT found: this measures nothing'}"
    )
    return 0 if control.is_found and not any(one.is_found for one in outside) else 1


if __name__ == "__main__":
    sys.exit(main())
