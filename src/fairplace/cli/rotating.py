"""New keys for old at the command line: a person's, a service's, the log's."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from pathlib import Path

import click
from rich.console import Console

from fairplace import log_keys
from fairplace.cli.keys import admin_of, keyring, new_passphrase, publish
from fairplace.counted import counted
from fairplace.errors import Missing
from fairplace.keeping import Keeping, next_service, settle_service
from fairplace.keyring import NEXT, is_worthless, keep, keep_worthless, succeed
from fairplace.ledger.note import Signer, Vkey
from fairplace.ledger.register import KeyRegister
from fairplace.on_disk import SERVICES, Register


def rotate_key(folder: Path, name: str, vkey: str | None, who: str | None, told: Console) -> int:
    with Register.open(folder) as register:
        role = name.removeprefix(f"{register.domain}/service/")
        if role in SERVICES and role != name:
            return _rotate_service(register, role, admin_of(register, who), told)
        keys = keyring(folder)
        old, admin = keys.signer(name), admin_of(register, who)
        keeping, known = Keeping(register), register.reader.register()
        begun = keys.successor(name) if vkey is None else None
        recorded = begun is not None and _has(known, begun.vkey.text)
        if not recorded:
            keeping.check_rotation(old, admin)
        settle: Callable[[], None] | None = None
        if vkey is None:
            home = keys.folder_of(name)
            assert home is not None
            vkey = (begun or _made(home, name, told)).vkey.text
            settle = lambda: succeed(home, name)  # noqa: E731 - one step, taken once the register has the key
        if not recorded:
            done = keeping.rotate(old, vkey, admin)
            told.print(
                f"{name} signs with a new key after entry {done.index}; the old one may sign nothing more.",
                markup=False,
                soft_wrap=True,
            )
        if settle is not None:
            settle()
        click.echo(vkey)
        publish(register, told)
    return 0


def _made(home: Path, name: str, told: Console) -> Signer:
    """A new key beside the old; wrapped, unless the old is a worthless one of a demo."""
    seed = secrets.token_bytes(32)
    if is_worthless(home, name):
        keep_worthless(home, name, seed, suffix=NEXT)
    else:
        keep(home, name, seed, new_passphrase(name), suffix=NEXT)
    told.print(f"Made a new key for {name}. Keep a copy in a safe place.", markup=False, soft_wrap=True)
    return Signer(name, seed)


def _has(register: KeyRegister, vkey: str) -> bool:
    """Is it in use already? Then an earlier try was broken off after that was recorded."""
    key = Vkey.parse(vkey)
    standing = register.standing(key.name, key.key_id)
    return standing is not None and standing.revoked is None


def _rotate_service(register: Register, role: str, admin: Signer, told: Console) -> int:
    """The seed lies with the register: the new one takes the old one's place once the register has its key."""
    new = next_service(register, role)
    if not _has(register.reader.register(), new.vkey.text):
        Keeping(register).renew_service(role, new.vkey.text, admin)
    settle_service(register, role)
    told.print(f"The {role} signs with a new key.", markup=False)
    click.echo(new.vkey.text)
    publish(register, told)
    return 0


def rotate_log(folder: Path, who: str | None, told: Console) -> int:
    with Register.open(folder) as register:
        new = log_keys.add(register, admin_of(register, who))
        for vkey in new:
            click.echo(vkey)
        told.print(
            f"The log signs with new keys beside the old ones. Give the new public keys to everybody who verifies it,"
            f" and retire the old ones from {log_keys.due(register)} on: 'fairplace key retire-log {folder}'.",
            markup=False,
            soft_wrap=True,
        )
    return 0


def retire_log(folder: Path, who: str | None, told: Console, *, stolen: bool) -> int:
    with Register.open(folder) as register:
        done = log_keys.retire(register, admin_of(register, who), stolen=stolen)
    gone = (
        "their seeds are destroyed here"
        if done.destroyed
        else "destroy their seeds where the signer keeps them; none are here"
    )
    told.print(
        f"{counted(len(done.vkeys), 'key of the log is', 'keys of the log are')} out of use; {gone}. Copies may be in old backups of secrets/.",
        markup=False,
        soft_wrap=True,
    )
    return 0


def of_two(register: Register, people: tuple[str, ...]) -> tuple[Signer, Signer]:
    """The keys of the two who sign together."""
    if len(people) != 2:
        raise Missing(f"{len(people)} names came with --by; give two, of two people who both sign")
    first, second = (keyring(register.folder).signer(name) for name in people)
    return first, second
