"""The command that takes together what an authority's searches came to, as it is typed."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import click

from fairplace.cli.console import told
from fairplace.custody.events import Purpose


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option(
    "--as",
    "who",
    required=True,
    metavar="KEY",
    help="Who counts, by the name of their key: every search is read for it.",
)
@click.option(
    "--purpose", required=True, type=click.Choice(get_args(Purpose)), help="What for; an entry for each search says so."
)
@click.option("--json", "as_json", is_flag=True, help="One object a line.")
def measure(folder: Path, who: str, purpose: str, as_json: bool) -> int:
    """Print what all searches of a register of placements came to: for inside, because small numbers point to a child."""
    from fairplace.cli.measuring import print_measures

    return print_measures(folder, who, purpose, told, as_json=as_json)
