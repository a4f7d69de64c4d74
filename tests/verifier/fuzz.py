"""A campaign: so many spoiled inputs for every decoder, each from a number that gives it again.

python -m tests.verifier.fuzz [--cases 100000] [--seconds 1500] [--seed 1] [DECODER]...
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from random import Random

import fairplace_verify
from tests.verifier.decoders import Decoder, decoders

PURE = (fairplace_verify.is_signed, fairplace_verify.read_entry, fairplace_verify.read_json)


@contextmanager
def remembering() -> Iterator[None]:
    """What was read and checked before need not be again: three pure functions keep their answers."""
    try:
        for pure in PURE:
            setattr(fairplace_verify, pure.__name__, lru_cache(maxsize=20_000)(pure))
        yield
    finally:
        for pure in PURE:
            setattr(fairplace_verify, pure.__name__, pure)


def campaign(decoder: Decoder, cases: int, seed: int, seconds: float = float("inf")) -> tuple[int, int]:
    """How many inputs were put to it, and how many of them it took. AssertionError, or what the decoder raised, at a find."""
    end, taken = time.monotonic() + seconds, 0
    for number in range(cases):
        if number % 64 == 0 and time.monotonic() > end:
            return number, taken
        chance = Random(f"{decoder.name} {seed} {number}")
        data = decoder.spoil(chance.choice(decoder.good), chance)
        try:
            taken += decoder.asked(data)
        except BaseException:
            print(f"{decoder.name}: seed {seed}, case {number}: {data[:2_000]!r}", file=sys.stderr)
            raise
    return cases, taken


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="make fuzz", description="Put spoiled inputs to every decoder of the checker."
    )
    parser.add_argument(
        "names", metavar="DECODER", nargs="*", choices=[*decoders(), []], help="all, when none is named"
    )
    parser.add_argument("--cases", type=int, default=100_000, help="for each decoder")
    parser.add_argument("--seconds", type=float, default=1_500, help="at most, for each decoder")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args(arguments)
    short = False
    for decoder in decoders().values():
        if given.names and decoder.name not in given.names:
            continue
        began = time.monotonic()
        with remembering():
            done, taken = campaign(decoder, given.cases, given.seed, given.seconds)
        took = time.monotonic() - began
        short |= done < given.cases
        cut = "" if done == given.cases else f", cut short by the limit of {given.seconds:.0f} s"
        print(f"{decoder.name:<12}{done:>9,} cases in {took:6.1f} s, {taken:,} of the right form{cut}", flush=True)
    print("no traceback, and nothing spoiled was called genuine")
    return int(short)


if __name__ == "__main__":
    raise SystemExit(main())
