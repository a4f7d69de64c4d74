"""Keys at the command line: made in one's own folder, enrolled and revoked in a register."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from pathlib import Path

import click
import msgspec
from rich.console import Console

from fairplace.counted import counted
from fairplace.errors import Conflict, FairplaceError, Malformed, Misconfigured, Missing
from fairplace.keyring import Keyring, keep, personal_folder
from fairplace.ledger.key_table import Standing, how
from fairplace.ledger.note import ED25519, Signer, Vkey
from fairplace.on_disk import Register

PASSPHRASE = "FAIRPLACE_PASSPHRASE"  # noqa: S105 - the name of a variable, not a passphrase
"""For scripts. Whoever can read the environment of the process can read it."""

DEMO_KEYS = "demo-keys"


def keyring(folder: Path | None = None) -> Keyring:
    """The keys at hand: those of a demo register, then one's own."""
    folders = [folder / DEMO_KEYS] if folder and (folder / DEMO_KEYS).is_dir() else []
    return Keyring(*folders, personal_folder(), passphrase=_ask)


def _ask(name: str) -> str:
    given = os.environ.get(PASSPHRASE)
    return given if given is not None else str(click.prompt(f"Passphrase for {name}", hide_input=True, err=True))


def new_passphrase(name: str) -> str:
    """Ask twice for a passphrase that is long enough to be worth its name."""
    given = os.environ.get(PASSPHRASE)
    if given is None:
        given = str(click.prompt(f"New passphrase for {name}", hide_input=True, confirmation_prompt=True, err=True))
    if len(given) < 15:
        raise Malformed(
            f"a passphrase of {counted(len(given), 'character')} came; give at least 15, four or five words do well"
        )
    return given


def make_key(name: str, told: Console) -> Signer:
    """A new key in one's own folder, wrapped."""
    seed = secrets.token_bytes(32)
    signer = Signer(name, seed)
    path = keep(personal_folder(), name, seed, new_passphrase(name))
    told.print(
        f"Made a key for {name} in {path}. Keep a copy in a safe place: nobody can make it again.",
        markup=False,
        soft_wrap=True,
    )
    return signer


def new_key(name: str, told: Console) -> int:
    click.echo(make_key(name, told).vkey.text)
    return 0


def show_key(name: str) -> int:
    click.echo(keyring().signer(name).vkey.text)
    return 0


def publish(register: Register, told: Console, how: Callable[[], object] | None = None) -> None:
    """Publish what was recorded, and say that it stands, whatever comes of this."""
    try:
        how() if how else register.publisher.publish()
    except Conflict as error:
        told.print(f"Not published yet: {error}. 'fairplace serve' or 'fairplace publish' will.", markup=False)
    except FairplaceError as error:
        raise type(error)(f"it is recorded and stands, but it is not published yet: {error}") from error


def enrol_key(
    folder: Path, vkey: str, role: str, holder: str, provider: str | None, who: str | None, told: Console
) -> int:
    with Register.open(folder) as register:
        for standing in register.reader.register().standings():
            holds = standing.vkey.text == vkey and standing.revoked is None
            if holds and not provider and role in {held for _, held in standing.roles}:
                raise Conflict(
                    f"{_name(vkey)} acts as {role} already; 'fairplace key list {folder}' shows who may what"
                )
        done = register.enrol(
            Vkey.parse(vkey).text, role, holder=holder, provider=provider, admin=admin_of(register, who)
        )
        told.print(f"{_name(vkey)} may act as {role} from entry {done.index} on.", markup=False)
        publish(register, told)
    return 0


def revoke_key(folder: Path, vkey: str, reason: str, who: str | None, told: Console) -> int:
    with Register.open(folder) as register:
        found = standing_of(register, vkey)
        done = register.revoke(found.text, reason=reason, admin=admin_of(register, who))
        told.print(
            f"{found.name} may sign nothing after entry {done.index}; what it signed stands.",
            markup=False,
            soft_wrap=True,
        )
        publish(register, told)
    return 0


def list_keys(folder: Path, as_json: bool) -> int:
    with Register.open(folder) as register:
        keys = register.reader.register()
    for standing in keys.standings():
        held = sorted({role for _, role in standing.roles})
        if as_json:
            contested = [[one.first, one.last] for one in standing.contested]
            line = {"vkey": standing.vkey.text, "roles": held, "added": standing.added, "revoked": standing.revoked}
            click.echo(msgspec.json.encode({**line, "how": standing.ended, "contested": contested}))
        else:
            state = "" if standing.revoked is None else f", {how(standing)} at entry {standing.revoked}"
            click.echo(f"{standing.vkey.text}  {', '.join(held)} since entry {standing.added}{state}{_doubt(standing)}")
    for recovery in keys.recoveries():
        if recovery.over is None and as_json:
            recovering = {"recovering": recovery.vkey.name, "start": recovery.start, "at": recovery.at}
            click.echo(
                msgspec.json.encode({**recovering, "replaces": recovery.replaces.text, "vkey": recovery.vkey.text})
            )
        elif recovery.over is None:
            click.echo(
                f"{recovery.vkey.text}  is to take the place of {recovery.replaces.text}: recovery under way since entry"
                f" {recovery.start}, {recovery.at}"
            )
    for key in keys.log_key_history():
        if as_json:
            click.echo(msgspec.json.encode({"log_key": key.vkey.text, "added": key.added, "retired": key.retired}))
        else:
            state = "" if key.retired is None else f", retired at entry {key.retired}"
            shown = key.vkey.text if key.vkey.kind == ED25519 else f"{key.vkey.text[:80]}…"  # whole with --json
            click.echo(f"{shown}  signs checkpoints since entry {key.added}{state}")
    return 0


def _doubt(standing: Standing) -> str:
    return "".join(f"; contested on entries {one.first} to {one.last}" for one in standing.contested)


def standing_of(register: Register, named: str, *, ended: bool = False) -> Vkey:
    """The key of this name, in use or, if it may have ended, the newest; the whole public key says any."""
    if "+" in named:
        return Vkey.parse(named)
    standings = register.reader.register().standings()
    found = [one.vkey for one in standings if one.vkey.name == named and (ended or one.revoked is None)]
    if not found:
        which = "no key" if ended else "no key that may sign"
        raise Missing(f"{which} has the name {named!r}; 'fairplace key list' shows who may sign")
    return found[-1]


def _name(vkey: str) -> str:
    return Vkey.parse(vkey).name


def root_name(origin: str) -> str:
    from fairplace.on_disk import domain_of

    return f"{domain_of(origin)}/root"


def admin_of(register: Register, who: str | None) -> Signer:
    """The key that signs for the register: the one named, or its root key."""
    name = who or root_name(register.origin)
    try:
        return keyring(register.folder).signer(name)
    except Missing as error:
        raise Misconfigured(f"{error}; enrolling needs a root or key-admin key: name yours with --as") from error
