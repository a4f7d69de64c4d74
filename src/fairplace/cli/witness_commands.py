"""The commands of a witness, as they are typed."""

from __future__ import annotations

from pathlib import Path

import click

from fairplace.cli.console import told

PATH = click.Path(path_type=Path)


@click.group()
def witness() -> None:
    """Be a witness of other bodies' logs: one small process with its own key and memory."""


@witness.command("init")
@click.argument("folder", metavar="DIR", type=PATH)
@click.option("--name", required=True, help="The witness's own address without https://, as witness.council.example.")
def witness_init(folder: Path, name: str) -> int:
    """Make a witness in DIR and print its public keys, for the logs that will ask it."""
    from fairplace.cli.witnessing import make_witness

    return make_witness(folder, name, told)


@witness.command("add")
@click.argument("folder", metavar="DIR", type=PATH)
@click.argument("vkeys", metavar="VKEY…", nargs=-1, required=True)
def witness_add(folder: Path, vkeys: tuple[str, ...]) -> int:
    """Watch the log of these public keys; a log that changes its key has both for a while."""
    from fairplace.cli.witnessing import add_logs

    return add_logs(folder, vkeys, told)


@witness.command("list")
@click.argument("folder", metavar="DIR", type=PATH)
@click.option("--json", "as_json", is_flag=True, help="One object a line on stdout.")
def witness_list(folder: Path, as_json: bool) -> int:
    """Which logs are watched, how far each was seen, and what was found of them."""
    from fairplace.cli.witnessing import list_logs

    return list_logs(folder, as_json)


@witness.command("serve")
@click.argument("folder", metavar="DIR", type=PATH)
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(0, 65535), default=8010, show_default=True)
def witness_serve(folder: Path, host: str, port: int) -> int:
    """Answer logs that ask for signatures, and whoever asks what was signed."""
    from fairplace.cli.witnessing import serve_witness

    return serve_witness(folder, host, port, told)


@witness.command("accept-loss")
@click.argument("folder", metavar="DIR", type=PATH)
@click.argument("origin")
@click.argument("file", metavar="FILE", type=PATH)
@click.option("--yes", is_flag=True, help="Accept without being asked.")
def witness_accept_loss(folder: Path, origin: str, file: Path, yes: bool) -> int:
    """Go back with a log that declared a loss; FILE is the .tlog-proof of its declaration."""
    from fairplace.cli.witnessing import accept_loss

    return accept_loss(folder, origin, file, told, yes=yes)
