"""Numbers about placements at the command line: made and attacked, signed by two, listed, taken back."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import click
import msgspec
from rich.console import Console
from rich.progress import track

from fairplace import issuing, shelf
from fairplace.cli.keys import keyring
from fairplace.cli.records import show_public
from fairplace.counted import counted
from fairplace.disclosure_control.released import Release
from fairplace.errors import Malformed, Refused
from fairplace.http import numbers_folder
from fairplace.on_disk import Register


def make_release(
    folder: Path,
    plan: str,
    until: str | None,
    who: str | None,
    second: str | None,
    told: Console,
    *,
    public_interest_test: str | None,
    without: Sequence[str],
    replaces: int | None,
    dry_run: bool,
) -> int:
    """Count, attack, and unless it is a dry run have two persons sign; the release itself goes to stdout on a dry run."""
    if not dry_run and (who is None or second is None):
        raise Malformed("a release needs two persons; name their keys with --as and --second, or give --dry-run")
    if who is not None and who == second:
        raise Malformed(f"{who} came twice; the second person is another one")
    with Register.open(folder) as register:
        shown = partial(track, description="Reading the searches…", console=told, transient=True)
        made = issuing.draft(
            register,
            plan,
            until,
            public_interest_test=public_interest_test,
            without=without,
            replaces=replaces,
            track=shown,
        )
        document = made.document
        for line in _lines(made.release, hashlib.sha256(document).hexdigest()):
            told.print(line, markup=False, soft_wrap=True)
        if dry_run:
            click.echo(document.decode("utf-8"), nl=False)
            told.print("Nothing was recorded. Look at it together before two of you sign it.", markup=False)
            return 0
        keys = keyring(folder)
        done = issuing.sign(register, made, [keys.signer(name) for name in (who, second) if name])
        click.echo(msgspec.json.encode({"entry": done.index, "type": done.type, "release": made.release.number}))
        show_public(register, told)
    return 0


def withdraw_release(folder: Path, plan: str, number: int, why: str, who: str, told: Console) -> int:
    with Register.open(folder) as register:
        done = issuing.withdraw(register, plan, number, why, keyring(folder).signer(who))
        click.echo(msgspec.json.encode({"entry": done.index, "type": done.type, "release": number}))
        told.print("Its numbers are no longer shown; that it was there, and why it went, is.", markup=False)
        show_public(register, told)
    return 0


def write_folder(folder: Path, out: Path, told: Console) -> int:
    with Register.open(folder) as register:
        if not register.is_of_placements:
            raise Refused("numbers about placements come from a register of placements, and this is one of procurement")
        many = numbers_folder.write(register, shelf.root("web"), out)
    told.print(f"{counted(many, 'release')} in {out}; put the folder on any web server.", markup=False)
    return 0


def list_releases(folder: Path, *, as_json: bool) -> int:
    with Register.open(folder) as register:
        for one in issuing.issued(register):
            line = {
                "plan": one.plan,
                "release": one.number,
                "until": one.until,
                "entry": one.index,
                "sha256": one.document.sha256,
                "withdrawn": one.withdrawn.day if one.withdrawn else None,
            }
            click.echo(msgspec.json.encode(line) if as_json else "  ".join(str(part or "") for part in line.values()))
    return 0


def _lines(release: Release, digest: str) -> Sequence[str]:
    cells = [cell for table in release.tables for part in table.stretches for row in part.rows for cell in row.cells]
    hidden = sum(cell.count.symbol == "c" for cell in cells)
    found = [
        f"Release {release.number} of {release.plan}, until {release.until}, by the rules {release.rules}.",
        f"{counted(len(release.tables), 'table')}, {counted(len(cells), 'number')}, {hidden} of them hidden.",
        "No attack found a group below six children.",
    ]
    if release.held:
        found.append(f"Too few decisions came in {', '.join(release.held)}: they are counted with the next quarter.")
    return [*found, f"SHA-256 {digest}"]
