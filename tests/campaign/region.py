"""Made-up regions held against published figures, and the rules against what was planted: `python -m tests.campaign.region`.

A rule finds a case when its outcome there is *not met* or *concern*. A finding is right when the fault is in the truth of the
register, or follows from one by the paper's own words (`also`); everything else is a false alarm. The twin of the same
seed, in which nobody did anything wrong, must have none. The desk must decide every act of a twin just as it stands.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import msgspec

from fairplace import assess, shelf
from fairplace.on_disk import Register
from fairplace.policy import Case
from fairplace.synthesis.region.census import Census
from fairplace.synthesis.region.days import ENDS, at
from fairplace.synthesis.region.gates import gates
from fairplace.synthesis.region.presets import PRESETS, Preset
from fairplace.synthesis.region.register import build
from fairplace.terms import instant
from tests.campaign.replayed import replayed

AS_OF = instant(at(ENDS, 23))
FOUND = ("not-met", "concern")

Findings = list[tuple[str, str, str, str]]
"""Case, rule, outcome, and the first sentence."""


class Grade(msgspec.Struct, kw_only=True):
    """One rule: cases planted, found among them, wrongly found in the same register, and found in the twin."""

    planted: int = 0
    found: int = 0
    false: int = 0
    twin: int = 0


class Took(msgspec.Struct, frozen=True):
    """Seconds by the clock, and seconds of processor of the process that worked longest."""

    clock: float
    processor: float


def evaluated(folder: Path, workers: int) -> tuple[Findings, Took]:
    """Every rule asked of every case, and what it took."""
    began = time.monotonic()
    parts = [(folder, part, workers) for part in range(workers)]
    if workers == 1:
        done = [_part(*parts[0])]
    else:
        with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
            done = list(pool.map(_part, *zip(*parts, strict=True)))
    findings = [one for found, _ in done for one in found]
    return findings, Took(time.monotonic() - began, max(seconds for _, seconds in done))


def _part(folder: Path, part: int, parts: int) -> tuple[Findings, float]:
    findings: Findings = []
    began = time.process_time()
    with Register.open(folder) as register:
        rules = assess.rules(shelf.policies(register.own_policies, "placements"))
        reader = register.reader
        market, others = reader.market(), reader.others()
        for case in reader.cases()[part::parts]:
            past = Case(id=case, as_of=AS_OF, view="authority", events=reader.case(case), market=market, others=others)
            for one in rules:
                told = one.rule.findings(past)
                outcomes = {finding.outcome for finding in told}
                worst = next((name for name in FOUND if name in outcomes), None)
                if worst:
                    text = next(finding.text for finding in told if finding.outcome == worst)
                    findings.append((case, one.rule.code, worst, text))
    return findings, time.process_time() - began


def graded(preset: Preset, seed: int, folder: Path, *, workers: int, verbose: bool) -> tuple[dict[str, Grade], Took]:
    """Build the region and its twin, and hold what the rules find against what was done."""
    rules = assess.rules(shelf.policies(None, "placements"))
    grades = defaultdict(Grade, {one.rule.code: Grade() for one in rules})
    build(folder / "faulty", preset, seed=seed)
    build(folder / "twin", preset, seed=seed, twin=True)
    planted: set[tuple[str, str]] = set()
    allowed: set[tuple[str, str]] = set()
    for line in (folder / "faulty" / "truth.jsonl").read_bytes().splitlines():
        row = msgspec.json.decode(line)
        planted.add((row["case"], row["rule"]))
        allowed |= {(row["case"], rule) for rule in row["also"]}
        grades[row["rule"]].planted += 1
    findings, took = evaluated(folder / "faulty", workers)
    by_case = dict(planted)
    for case, rule, outcome, text in findings:
        if (case, rule) in planted:
            grades[rule].found += 1
        elif (case, rule) not in allowed:
            grades[rule].false += 1
            if verbose:
                print(f"  false {rule} {outcome} in a case of {by_case.get(case, 'no fault')}: {text[:170]}")
    found = {(case, rule) for case, rule, _, _ in findings}
    for case, rule in sorted(planted - found, key=lambda one: one[1]):
        if verbose:
            print(f"  missed {rule} in {case}")
    for _, rule, outcome, text in evaluated(folder / "twin", workers)[0]:
        grades[rule].twin += 1
        if verbose:
            print(f"  twin {rule} {outcome}: {text[:170]}")
    return dict(sorted(grades.items())), took


def table(grades: dict[str, Grade]) -> str:
    """The table of `docs/judgement.md`."""
    rows = [
        f"| {rule} | {one.planted or '-'} | {one.found if one.planted else '-'} | {one.false} | {one.twin} |"
        for rule, one in grades.items()
    ]
    total = [sum(getattr(one, name) for one in grades.values()) for name in ("planted", "found", "false", "twin")]
    head = ["| Rule | Planted | Found | False alarms | In the twin |", "| --- | ---: | ---: | ---: | ---: |"]
    return "\n".join([*head, *rows, f"| all | {total[0]} | {total[1]} | {total[2]} | {total[3]} |"])


def _like_the_country(preset: Preset, seed: int, folder: Path, only: str | None) -> bool:
    """One fair world: its gates, and every act asked of the desk again. True when both hold."""
    build(folder, preset, seed=seed, twin=True)
    print(f"{preset.name}, {preset.referrals} referrals")
    held = True
    for gate in gates(preset, Census.of(folder)) if only != "replay" else ():
        print(f"  {gate.sentence}")
        held &= gate.holds
    if only != "gates":
        acts, wrong = replayed(folder)
        print(f"  {acts} acts asked of the desk again, {len(wrong)} decided otherwise", flush=True)
        print("".join(f"    entry {index}, {kind}: {what}\n" for index, kind, what in wrong[:20]), end="", flush=True)
        held &= not wrong
    return held


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--only", choices=("gates", "replay", "grade"))
    parser.add_argument(
        "--preset",
        action="append",
        choices=sorted(PRESETS),
        help="of which gates and replay are asked; all unless given",
    )
    parser.add_argument("--verbose", action="store_true")
    chosen = parser.parse_args(arguments)
    held = True
    with tempfile.TemporaryDirectory(prefix="fairplace-region-") as scratch:
        for name in (chosen.preset or PRESETS) if chosen.only != "grade" else ():
            held &= _like_the_country(
                PRESETS[name].scaled(chosen.scale), chosen.seed, Path(scratch) / name, chosen.only
            )
        if chosen.only in (None, "grade"):
            preset = PRESETS["region"] if chosen.scale == 1.0 else PRESETS["region"].scaled(chosen.scale)
            grades, took = graded(preset, chosen.seed, Path(scratch), workers=chosen.workers, verbose=chosen.verbose)
            print(table(grades))
            print(
                f"{preset.referrals} referrals before every rule by {chosen.workers} processes: {took.clock:.0f} s by the"
                f" clock, {took.processor:.0f} s of processor in each"
            )
            held &= all(one.found == one.planted and not one.false and not one.twin for one in grades.values())
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
