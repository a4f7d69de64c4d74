"""Made-up registers at the command line: built with a bar that tells how far it is, and held against published figures."""

from __future__ import annotations

from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn


def make_region(
    folder: Path, name: str, seed: int, scale: float, *, twin: bool, canaries: bool, held: bool, told: Console
) -> int:
    from fairplace.synthesis.region.census import Census
    from fairplace.synthesis.region.gates import gates
    from fairplace.synthesis.region.presets import preset
    from fairplace.synthesis.region.register import build

    world = preset(name)
    if scale != 1.0:
        world = world.scaled(scale)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("days"))
    with Progress(*columns, console=told, transient=True) as progress:
        task = progress.add_task(f"Telling two years of {world.name}", total=None)
        built = build(
            folder,
            world,
            seed=seed,
            twin=twin,
            canaries=canaries,
            progress=lambda done, total: progress.update(task, completed=done, total=total),
        )
    told.print(
        f"Made up a register in {folder}: {world.referrals} referrals, {built.entries} entries, {built.planted} faults,"
        f" root {built.root}.",
        markup=False,
        soft_wrap=True,
    )
    if not held:
        return 0
    found = gates(world, Census.of(folder))
    for gate in found:
        click.echo(gate.sentence)
    return 0 if all(gate.holds for gate in found) else 1
