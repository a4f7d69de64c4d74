"""Making up registers from a seed, as it is typed."""

from __future__ import annotations

from pathlib import Path

import click

from fairplace.cli.console import told

PATH = click.Path(path_type=Path)


@click.group()
def synthesise() -> None:
    """Make up a register from a seed, with people, cases and faults that exist nowhere; its keys are worthless."""


@synthesise.command("placements")
@click.argument("folder", metavar="DIR", type=PATH)
@click.option(
    "--preset",
    default="region",
    show_default=True,
    help="Which world: tiny, region, world_2007, crisis_month or small_cells.",
)
@click.option("--seed", type=click.IntRange(0, 1 << 62), default=2026, show_default=True)
@click.option(
    "--scale", type=float, default=1.0, show_default=True, help="As many referrals as in the preset, or so many times."
)
@click.option("--twin", is_flag=True, help="The same world without the faults.")
@click.option("--canaries", is_flag=True, help="A name, school, street or day that must never come out, in every text.")
@click.option("--gates", is_flag=True, help="Hold it against published figures; 1 when one is missed.")
def synthesise_placements(
    folder: Path, preset: str, seed: int, scale: float, twin: bool, canaries: bool, gates: bool
) -> int:
    """Homes sought for children over two years, in DIR; truth.jsonl there says what was done wrong, and in which case."""
    from fairplace.cli.synthesising import make_region

    return make_region(folder, preset, seed, scale, twin=twin, canaries=canaries, held=gates, told=told)
