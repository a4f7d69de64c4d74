"""Signers at the command line: made, moved out of a register, served."""

from __future__ import annotations

import pwd
import secrets
import signal
import threading
from pathlib import Path

import click
from rich.console import Console

from fairplace import settings
from fairplace.counted import counted
from fairplace.errors import Malformed, Misconfigured
from fairplace.on_disk import Register
from fairplace.signer import folder as folders
from fairplace.signer.keeper import Keeper
from fairplace.signer.memory import FILE, origin_of
from fairplace.signer.server import SignerServer


def make_signer(folder: Path, origin: str, seen: Path | None, root_key: str, told: Console) -> int:
    settings.check_origin(origin)
    if seen is None:
        before = (folder / FILE).is_file()
        for vkey in folders.make(folder, origin, secrets.token_bytes):
            click.echo(vkey)
        made = f"The keys for {origin} stand in {folder} already" if before else f"Made keys for {origin} in {folder}"
        told.print(
            f"{made}. Next: 'fairplace signer serve {folder} --socket PATH', then"
            f" 'fairplace init DIR --authority NAME --origin {origin} --signer unix:PATH'.",
            markup=False,
            soft_wrap=True,
        )
        return 0
    try:
        note = seen.read_bytes()
    except OSError as error:
        raise Malformed(f"{seen} cannot be read: {error.strerror}; give the newest checkpoint that was seen") from error
    signed = folders.begin_again(folder, origin, note, root_key=root_key)
    told.print(
        f"The signer in {folder} goes on from {counted(signed.size, 'entry', 'entries')}.", markup=False, soft_wrap=True
    )
    return 0


def add_keys(folder: Path, told: Console) -> int:
    origin = origin_of(folder)
    before = set(Keeper(folder, origin).last().vkeys)
    folders.add_keys(folder, secrets.token_bytes, folders.next_suffix(folder))
    for vkey in Keeper(folder, origin).last().vkeys:
        if vkey not in before:
            click.echo(vkey)
    told.print(
        f"Made new keys for {origin}. Next: 'fairplace key rotate-log DIR' where the register is.",
        markup=False,
        soft_wrap=True,
    )
    return 0


def move_signer(folder: Path, state: Path, path: Path, told: Console) -> int:
    where = f"unix:{path.absolute()}"
    if state.resolve().is_relative_to(folder.resolve()):
        raise Malformed(f"{state} lies within the register's own folder; give a folder elsewhere")
    with Register.open(folder) as register:
        vkeys = folders.move(folder / "secrets", state, register.origin, lambda: settings.set_signer(folder, where))
    for vkey in vkeys:
        click.echo(vkey)
    told.print(
        f"Moved the keys of {register.origin} into {state}; {settings.FILE} says where they are."
        f" Next: 'fairplace signer serve {state} --socket {path}', then start 'fairplace serve' again."
        " Copies of secrets/ in old backups still hold them.",
        markup=False,
        soft_wrap=True,
    )
    return 0


def serve_signer(states: tuple[Path, ...], path: Path, users: tuple[str, ...], told: Console) -> int:
    keepers: dict[str, Keeper] = {}
    for state in states:
        place = state / "secrets" if (state / settings.FILE).is_file() else state
        origin = origin_of(place)
        if origin in keepers:
            raise Misconfigured(f"{state} is a second signer for {origin}; one log has one")
        keepers[origin] = Keeper(place, origin)
        told.print(f"Signing for {origin}, from {keepers[origin].last().size} entries on.", markup=False)
    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    with SignerServer(path, keepers, frozenset(map(_user, users))) as server:
        told.print(f"Listening at {server.path}. Stop with Ctrl-C.", markup=False, soft_wrap=True)
        server.serve(stop)
    return 0


def _user(name: str) -> int:
    try:
        return int(name) if name.isdigit() else pwd.getpwnam(name).pw_uid
    except KeyError as error:
        raise Malformed(f"there is no user {name} on this machine; give a name or a number") from error
