"""Lost and stolen keys at the command line."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console

from fairplace.cli.keys import admin_of, keyring, publish, standing_of
from fairplace.cli.requesting import write_request
from fairplace.cli.rotating import of_two
from fairplace.drafting.acts import ChangeKey, What
from fairplace.errors import Refused
from fairplace.keeping import Keeping
from fairplace.ledger.key_table import RECOVERY_WAIT
from fairplace.ledger.note import Vkey
from fairplace.on_disk import Register
from fairplace.terms import instant, moment


def report_stolen(folder: Path, named: str, first: int, last: int | None, who: str | None, told: Console) -> int:
    with Register.open(folder) as register:
        vkey = standing_of(register, named, ended=True)
        found = Keeping(register).stolen(vkey, first, last, admin_of(register, who))
        entries = ", ".join(map(str, found.contested)) or "none"
        told.print(
            f"The key of {vkey.name} was reported stolen at entry {found.reports[0].index} and may sign nothing more."
            f" Contested entries: {entries}.",
            markup=False,
            soft_wrap=True,
        )
        if found.of_register:
            told.print(
                f"It changed the key register meanwhile, at {', '.join(map(str, found.of_register))}: look at each, and"
                " revoke what it let in.",
                markup=False,
                soft_wrap=True,
            )
        publish(register, told)
    return 0


def start(folder: Path, vkey: str, people: tuple[str, ...], told: Console) -> int:
    name = Vkey.parse(vkey).name
    with Register.open(folder) as register:
        keeping = Keeping(register)
        done = keeping.start_recovery(vkey, *of_two(register, people))
        due = instant(moment(keeping.under_way(name).at) + RECOVERY_WAIT)
        told.print(
            f"The recovery of {name} began at entry {done.index}. Tell {name} by another way, too. Unless it is stopped,"
            f" finish it from {due} on: 'fairplace key finish-recovery {folder} {name}'.",
            markup=False,
            soft_wrap=True,
        )
        publish(register, told)
    return 0


def finish(folder: Path, name: str, people: tuple[str, ...], told: Console) -> int:
    with Register.open(folder) as register:
        done = Keeping(register).finish_recovery(name, *of_two(register, people))
        told.print(
            f"{name} signs with the new key after entry {done.index}; the lost one may sign nothing.",
            markup=False,
            soft_wrap=True,
        )
        publish(register, told)
    return 0


def request_start(folder: Path, vkey: str, people: tuple[str, ...], out: Path, told: Console) -> int:
    """Sign first that a key was lost; a second person signs it elsewhere."""
    return _request(folder, "start-recovery", Vkey.parse(vkey).name, vkey, people, out, told)


def request_finish(folder: Path, name: str, people: tuple[str, ...], out: Path, told: Console) -> int:
    """Sign first that the new key takes the place of the lost one; a second person signs it elsewhere."""
    return _request(folder, "finish-recovery", name, None, people, out, told)


def _request(
    folder: Path, what: What, name: str, vkey: str | None, people: tuple[str, ...], out: Path, told: Console
) -> int:
    if len(people) != 1:
        raise Refused(f"{len(people)} names came with --by; with --request give one: the second signs elsewhere")
    with Register.open(folder) as register:
        wanted = ChangeKey(id=f"{what}:{register.sources.stream_id()}", as_=people[0], what=what, name=name, vkey=vkey)
        write_request(register, keyring(folder), wanted, out, told)
    return 0


def stop(folder: Path, name: str, reason: str, who: str | None, told: Console) -> int:
    with Register.open(folder) as register:
        done = Keeping(register).stop_recovery(name, reason, admin_of(register, who))
        told.print(f"The recovery of {name} was stopped at entry {done.index}.", markup=False, soft_wrap=True)
        publish(register, told)
    return 0
