"""Registers at the command line: made, rebuilt, published, looked over."""

from __future__ import annotations

import contextlib
import io
from pathlib import Path

import click
from rich.console import Console

import fairplace_verify
from fairplace.cli.keys import keyring, make_key, root_name
from fairplace.errors import FairplaceError, Missing
from fairplace.on_disk import Register, create
from fairplace.settings import check_origin


def make_register(folder: Path, authority: str, origin: str, told: Console) -> int:
    check_origin(origin)
    name = root_name(origin)
    try:
        root = keyring().signer(name)
        told.print(f"Using your key of {name} as the root key.", markup=False)
    except Missing:
        root = make_key(name, told)
    with create(folder, authority=authority, origin=origin, root=root) as register:
        told.print(f"Made the register of {register.settings.authority} in {folder}.", markup=False)
        told.print("Tell these public keys to whoever shall verify it, by another way than this register:")
        for vkey in register.settings.log[0].vkeys:
            click.echo(vkey)
    told.print(f"Next: 'fairplace key new NAME', 'fairplace key enrol {folder} VKEY --role officer --holder NAME'.")
    return 0


def rebuild_rows(folder: Path, projections: tuple[str, ...], told: Console) -> int:
    with Register.open(folder) as register, told.status("Building the rows again…"):
        published = register.store.last_checkpoint(register.origin)
        read = register.replay.rebuild(projections, published.size if published else 0)
    told.print(f"Built the rows again from nothing: {read} entries read.")
    return 0


def publish_files(folder: Path, out: Path, told: Console) -> int:
    with Register.open(folder) as register, told.status("Publishing…"):
        register.publisher.publish()
        register.publisher.publish_to(out)
        size = register.store.last_checkpoint(register.origin)
    told.print(f"{out} holds the published files of {size.size if size else 0} entries.", markup=False)
    return 0


def look_over(folder: Path, told: Console) -> int:
    """Each thing that can be wrong, with what to do; the worst exit code of all."""
    worst = 0
    with Register.open(folder) as register:
        head = register.store.head(register.origin)
        last = register.store.last_checkpoint(register.origin)
        told.print(f"settings, keys and database of {register.settings.authority}: can be read", markup=False)
        behind = head.size - (last.size if last else 0)
        told.print(f"entries: {head.size}, of which {behind} are not published yet")
        if behind:
            told.print("  run 'fairplace serve' or 'fairplace publish' to publish them")
        for name in ("receiver", "assessor", "importer"):
            try:
                register.service(name)
            except FairplaceError as error:
                told.print(f"  {error}", markup=False)
                worst = max(worst, error.exit_code)
        differing = register.replay.check(last.size if last else 0)
        if differing:
            named = ", ".join(f"{one.projection} {one.key}" for one in differing[:5])
            told.print(f"{len(differing)} rows differ from a fresh rebuild ({named}); run 'fairplace rebuild {folder}'")
            worst = max(worst, 1)
        else:
            told.print("pages: equal to a fresh rebuild, byte for byte")
        answers = io.StringIO()
        with contextlib.redirect_stdout(answers), contextlib.redirect_stderr(answers):
            keys = [part for vkey in register.settings.log[0].vkeys for part in ("--key", vkey)]
            code = fairplace_verify.main([str(folder), *keys])
        told.print(answers.getvalue().strip(), markup=False)
    return max(worst, code)
