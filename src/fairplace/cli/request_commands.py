"""The commands for two who sign on two machines, as they are typed."""

from __future__ import annotations

from pathlib import Path

import click

from fairplace.cli.console import told

PATH = click.Path(path_type=Path)


@click.group()
def request() -> None:
    """Have a second person sign on another machine: the request goes to them as a file, and comes back signed."""


@request.command("make")
@click.argument("folder", metavar="DIR", type=PATH)
@click.argument("file", metavar="COMMAND.json", type=PATH)
@click.option(
    "--out", metavar="REQUEST", type=PATH, required=True, help="Where the request is written; it holds what is sealed."
)
@click.option("--as", "who", help="The name of the key that signs first, where the command has no 'as'.")
def request_make(folder: Path, file: Path, out: Path, who: str | None) -> int:
    """Sign a command first, and write the request for the second person."""
    from fairplace.cli.requesting import make_request

    return make_request(folder, file, out, who, told)


@request.command("show")
@click.argument("path", metavar="REQUEST", type=PATH)
def request_show(path: Path) -> int:
    """Print what would be signed, in the open and sealed."""
    from fairplace.cli.requesting import show_request

    return show_request(path, told)


@request.command("sign")
@click.argument("path", metavar="REQUEST", type=PATH)
@click.option("--as", "who", required=True, help="The name of your key.")
@click.option("--yes", is_flag=True, help="Sign without being asked: for scripts.")
def request_sign(path: Path, who: str, yes: bool) -> int:
    """Read what a request says, and sign it with your key. No register is needed."""
    from fairplace.cli.requesting import sign_request

    return sign_request(path, who, told, yes=yes)


@request.command("record")
@click.argument("folder", metavar="DIR", type=PATH)
@click.argument("path", metavar="REQUEST", type=PATH)
def request_record(folder: Path, path: Path) -> int:
    """Record what two signed."""
    from fairplace.cli.requesting import record_request

    return record_request(folder, path, told)
