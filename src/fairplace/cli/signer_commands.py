"""The commands of a signer, as they are typed."""

from __future__ import annotations

from pathlib import Path

import click

from fairplace.cli.console import told

PATH = click.Path(path_type=Path)


@click.group()
def signer() -> None:
    """Hold a log's keys in a process of its own, which signs nothing but extensions of what it signed."""


@signer.command("init")
@click.argument("folder", metavar="STATE", type=PATH)
@click.option(
    "--origin", required=True, help="The log's address without https://, as log.council.example/commissioning."
)
@click.option("--from", "seen", metavar="CHECKPOINT", type=PATH, help="Begin again after the newest checkpoint seen.")
@click.option("--root", "root_key", metavar="VKEY", help="The root key: who may declare a loss.")
def signer_init(folder: Path, origin: str, seen: Path | None, root_key: str | None) -> int:
    """Make keys for a new log in STATE and print them; with --from, begin again with the keys that are there."""
    from fairplace.cli.signing import make_signer

    return make_signer(folder, origin, seen, root_key or "", told)


@signer.command("add-keys")
@click.argument("folder", metavar="STATE", type=PATH)
def signer_add_keys(folder: Path) -> int:
    """Make a second set of the log's keys in STATE and print them; 'fairplace key rotate-log' takes them into use."""
    from fairplace.cli.signing import add_keys

    return add_keys(folder, told)


@signer.command("move")
@click.argument("folder", metavar="DIR", type=PATH)
@click.argument("state", metavar="STATE", type=PATH)
@click.option("--socket", "path", metavar="PATH", type=PATH, required=True, help="Where the signer will listen.")
def signer_move(folder: Path, state: Path, path: Path) -> int:
    """Move the log's keys out of the register in DIR into STATE, for a signer of their own."""
    from fairplace.cli.signing import move_signer

    return move_signer(folder, state, path, told)


@signer.command("serve")
@click.argument("folders", metavar="STATE…", type=PATH, nargs=-1, required=True)
@click.option("--socket", "path", metavar="PATH", type=PATH, required=True, help="The Unix socket to listen on.")
@click.option("--user", "users", metavar="NAME", multiple=True, help="Answer this user's processes, too.")
def signer_serve(folders: tuple[Path, ...], path: Path, users: tuple[str, ...]) -> int:
    """Sign for the logs whose keys stand in STATE (or in a register's own folder), until stopped."""
    from fairplace.cli.signing import serve_signer

    return serve_signer(folders, path, users, told)
