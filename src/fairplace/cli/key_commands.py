"""The commands about keys, as they are typed."""

from __future__ import annotations

from pathlib import Path

import click

from fairplace.cli.console import told

PATH = click.Path(path_type=Path)
REASONS = ("lost", "stolen", "left", "replaced", "other")

_folder = click.argument("folder", metavar="DIR", type=PATH)
_as = click.option("--as", "who", help="The root or key-admin key that signs; your register's root key unless given.")
_two = click.option("--by", "people", metavar="NAME", multiple=True, help="A key that signs; give two, of two people.")
_out = click.option(
    "--request", "out", metavar="REQUEST", type=PATH, help="Give one --by: the second person signs this file elsewhere."
)


@click.group()
def key() -> None:
    """Make, enrol, rotate and revoke keys; say which was lost or stolen; list who may sign."""


@key.command("new")
@click.argument("name")
def key_new(name: str) -> int:
    """Make a signing key in your own key folder and print its public key."""
    from fairplace.cli.keys import new_key

    return new_key(name, told)


@key.command("show")
@click.argument("name")
def key_show(name: str) -> int:
    """Print the public key of a key in your own key folder once more."""
    from fairplace.cli.keys import show_key

    return show_key(name)


@key.command("enrol")
@_folder
@click.argument("vkey")
@click.option("--role", required=True, help="What the key may do, as evaluator or approver.")
@click.option("--holder", required=True, help="Whose key it is; sealed, never published.")
@click.option("--provider", help="The provider's id, for a provider's key.")
@_as
def key_enrol(folder: Path, vkey: str, role: str, holder: str, provider: str | None, who: str | None) -> int:
    """Let a key act in a role."""
    from fairplace.cli.keys import enrol_key

    return enrol_key(folder, vkey, role, holder, provider, who, told)


@key.command("rotate")
@_folder
@click.argument("name")
@click.option("--to", "vkey", metavar="VKEY", help="A new key that was made elsewhere; else one is made here.")
@_as
def key_rotate(folder: Path, name: str, vkey: str | None, who: str | None) -> int:
    """Let a new key take the place of NAME's: the old key signs first, somebody else who keeps the keys second."""
    from fairplace.cli.rotating import rotate_key

    return rotate_key(folder, name, vkey, who, told)


@key.command("revoke")
@_folder
@click.argument("vkey", metavar="NAME|VKEY")
@click.option("--reason", type=click.Choice(REASONS), required=True, help="Published.")
@click.option("--as", "who", help="The root or key-admin key that signs, or the key itself.")
def key_revoke(folder: Path, vkey: str, reason: str, who: str | None) -> int:
    """From now on this key may sign nothing; what it signed stands."""
    from fairplace.cli.keys import revoke_key

    return revoke_key(folder, vkey, reason, who, told)


@key.command("stolen")
@_folder
@click.argument("vkey", metavar="NAME|VKEY")
@click.option("--from", "first", type=click.IntRange(0), required=True, help="The first entry that may not be theirs.")
@click.option("--until", "last", type=click.IntRange(0), help="The last one; the newest unless given.")
@_as
def key_stolen(folder: Path, vkey: str, first: int, last: int | None, who: str | None) -> int:
    """Mark what this key signed meanwhile as contested; it may sign nothing more."""
    from fairplace.cli.recovering import report_stolen

    return report_stolen(folder, vkey, first, last, who, told)


@key.command("recover")
@_folder
@click.argument("vkey")
@_two
@_out
def key_recover(folder: Path, vkey: str, people: tuple[str, ...], out: Path | None) -> int:
    """Begin to replace a lost key by the new key VKEY of the same name: two others sign, and a day must pass."""
    from fairplace.cli.recovering import request_start, start

    return start(folder, vkey, people, told) if out is None else request_start(folder, vkey, people, out, told)


@key.command("finish-recovery")
@_folder
@click.argument("name")
@_two
@_out
def key_finish_recovery(folder: Path, name: str, people: tuple[str, ...], out: Path | None) -> int:
    """A day later: let the new key take the place of NAME's lost one. Two others sign."""
    from fairplace.cli.recovering import finish, request_finish

    return finish(folder, name, people, told) if out is None else request_finish(folder, name, people, out, told)


@key.command("stop-recovery")
@_folder
@click.argument("name")
@click.option("--reason", required=True, help="In a few words; published.")
@click.option("--as", "who", help="The root or key-admin key that signs, or NAME's own.")
def key_stop_recovery(folder: Path, name: str, reason: str, who: str | None) -> int:
    """Stop the recovery of NAME's key: it was not lost, or was found."""
    from fairplace.cli.recovering import stop

    return stop(folder, name, reason, who, told)


@key.command("rotate-log")
@_folder
@_as
def key_rotate_log(folder: Path, who: str | None) -> int:
    """Give the log new keys, which sign beside the old ones for thirty days."""
    from fairplace.cli.rotating import rotate_log

    return rotate_log(folder, who, told)


@key.command("retire-log")
@_folder
@click.option("--stolen", is_flag=True, help="At once, because an old key was stolen.")
@_as
def key_retire_log(folder: Path, stolen: bool, who: str | None) -> int:
    """Take the log's old keys out of use, thirty days after the new ones came, and destroy their seeds."""
    from fairplace.cli.rotating import retire_log

    return retire_log(folder, who, told, stolen=stolen)


@key.command("list")
@_folder
@click.option("--json", "as_json", is_flag=True)
def key_list(folder: Path, as_json: bool) -> int:
    """Who may sign, as what, and since which entry; which recoveries are under way; the log's own keys."""
    from fairplace.cli.keys import list_keys

    return list_keys(folder, as_json)
