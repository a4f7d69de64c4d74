"""The command that takes together what an authority's searches came to, as it is typed."""

from __future__ import annotations

from pathlib import Path

import click

from fairplace.cli.console import told


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="One object a line.")
def measure(folder: Path, as_json: bool) -> int:
    """Print what all searches of a register of placements came to: for inside, because small numbers point to a child."""
    from fairplace.cli.measuring import print_measures

    return print_measures(folder, told, as_json=as_json)
