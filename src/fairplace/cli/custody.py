"""Sealed values at the command line: read with an entry left first, erased by two persons, held; and who looked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import click
import msgspec
from rich.console import Console

from fairplace import backups, erasing, holding, vault
from fairplace.cli.keys import keyring
from fairplace.cli.records import show_public
from fairplace.counted import counted
from fairplace.custody.events import READ, ErasureBasis, HoldReason, Purpose
from fairplace.errors import Forbidden, Malformed
from fairplace.ledger import entry
from fairplace.on_disk import Register
from fairplace.terms import london_day
from fairplace.workroom import Workroom

STATED = "provider.facts-stated/1"


def open_values(
    folder: Path, index: int, slot: str | None, who: str, purpose: str, session: str | None, told: Console
) -> int:
    """Print the sealed values of an entry that this person may be shown; the log says first that they look."""
    with Register.open(folder) as register:
        envelope = register.reader.entry(index).envelope
        if slot is not None and slot not in envelope.sealed:
            named = ", ".join(sorted(envelope.sealed)[:8]) or "none"
            raise Malformed(f"entry {index} has no slot {slot[:100]!r}; it has {named}")
        case = _case_of(register, index, envelope.type)
        person = keyring(folder).signer(who)
        found = vault.opened(
            register, person, case, cast("Purpose", purpose), session or vault.new_session(), {index: slot}
        )
        shown = found.get(index, {})
        for name in sorted(shown):
            click.echo(msgspec.json.encode({"entry": index, "slot": name, "value": shown[name].value}))
        if closed := sorted(envelope.sealed.keys() - shown.keys()) if slot is None else []:
            told.print(
                f"Not for {who} at this stage, or erased: {', '.join(closed[:8])}{' …' if len(closed) > 8 else ''}.",
                markup=False,
                soft_wrap=True,
            )
        told.print("The log says that somebody looked, and seals who.", markup=False)
        show_public(register, told)
    return 0


def _case_of(register: Register, index: int, kind: str) -> str | None:
    [stored] = register.store.entries(register.origin, index, index + 1)
    if kind == STATED:
        raise Forbidden(
            f"entry {index} is what a provider states of itself; it is shown at the desk, to that provider and beside the"
            " bids that it lodged once they are opened",
            code="sight",
        )
    if stored.case is None and kind not in vault.OF_NO_CASE:
        # The same words for a cover and for a bid: which it is nobody is told.
        raise Forbidden(
            f"entry {index} is of no case whose bids are opened; until then nobody may read a deposit", code="sight"
        )
    return stored.case


def show_reads(folder: Path, case: str | None, who: str | None, told: Console, *, as_json: bool) -> int:
    """How often sealed values were read, by month and purpose; for those who may see it, by whom and where."""
    with Register.open(folder) as register:
        if who is None:
            if case is not None:
                raise Malformed("which case was looked into is sealed; say who asks with --as")
            lines: list[dict[str, Any]] = counts(register)
        else:
            found = vault.opened(register, keyring(folder).signer(who), None, "audit", vault.new_session())
            lines = _who_looked(register, found, case)
            show_public(register, told)
        for line in lines:
            click.echo(msgspec.json.encode(line) if as_json else "  ".join(str(part) for part in line.values()))
        if not lines:
            told.print("Nobody has read sealed values" + (" of this case." if case else "."))
    return 0


def counts(register: Register) -> list[dict[str, Any]]:
    """Reads by month (London) and purpose, as anybody can count them in the log."""
    found: Counter[tuple[str, str]] = Counter()
    for stored in register.store.of_types(register.origin, (READ,)):
        envelope = entry.parsed(stored.raw).envelope
        found[london_day(envelope.at).isoformat()[:7], str(envelope.body["purpose"])] += 1
    return [{"month": month, "purpose": purpose, "reads": count} for (month, purpose), count in sorted(found.items())]


def _who_looked(register: Register, found: vault.Openings, case: str | None) -> list[dict[str, Any]]:
    lines = []
    for index, slots in found.items():
        envelope = register.reader.entry(index).envelope
        if envelope.type == READ and {"/reader", "/of_case"} <= slots.keys():
            of_case = slots["/of_case"].value
            if case is None or case == of_case:
                lines.append(
                    {
                        "entry": index,
                        "at": envelope.at,
                        "reader": slots["/reader"].value,
                        "purpose": envelope.body["purpose"],
                        "case": of_case,
                    }
                )
    return lines


def erase_values(
    folder: Path, names: Sequence[str], basis: str, reason: str, who: str, second: str | None, told: Console
) -> int:
    """Erase what is named, for ever. What is public of it is printed as the commands that take it down."""
    with Register.open(folder) as register:
        keys = keyring(folder)
        signers = [keys.signer(name) for name in (who, second) if name]
        try:
            done = erasing.erase(register, names, cast("ErasureBasis", basis), reason, signers)
        except erasing.Public as public:
            for line in public.lines:
                click.echo(msgspec.json.encode(line))
            raise
        for one in done:
            click.echo(msgspec.json.encode({"entry": one.index, "type": one.type}))
        say_erased(folder, register, told)
        show_public(register, told)
    return 0


def say_erased(folder: Path, register: Register, told: Console) -> None:
    """What an erasure did, and what it cannot do. What was written about it at the desk goes with it."""
    Workroom(register).forget_erased()
    told.print(
        f"Erased: nothing in {folder} opens these values any more. Backups of keys do until they lapse, after"
        f" {register.settings.vault.keep_key_backups} days at most; what others copied before cannot be called back.",
        markup=False,
        soft_wrap=True,
    )


def place_hold(folder: Path, names: Sequence[str], reason: str, who: str, told: Console) -> int:
    with Register.open(folder) as register:
        done = holding.place_hold(register, names, cast("HoldReason", reason), keyring(folder).signer(who))
        click.echo(msgspec.json.encode({"entry": done.index, "type": done.type}))
        told.print("Nothing of this is erased until two persons lift the hold.", markup=False)
        show_public(register, told)
    return 0


def lift_hold(folder: Path, index: int, reason: str, who: str, second: str | None, told: Console) -> int:
    with Register.open(folder) as register:
        keys = keyring(folder)
        done = holding.lift_hold(register, index, reason, [keys.signer(name) for name in (who, second) if name])
        click.echo(msgspec.json.encode({"entry": done.index, "type": done.type}))
        show_public(register, told)
    return 0


def list_holds(folder: Path, who: str, told: Console, *, as_json: bool) -> int:
    """The holds in effect, for those who may know what is held."""
    with Register.open(folder) as register:
        found = vault.opened(register, keyring(folder).signer(who), None, "audit", vault.new_session())
        for hold in holding.holds(register):
            if "/subjects" not in found.get(hold.index, {}):
                continue
            line = {"entry": hold.index, "reason": hold.reason, "subjects": list(hold.names)}
            click.echo(msgspec.json.encode(line) if as_json else f"{hold.index}  {hold.reason}  {' '.join(hold.names)}")
        show_public(register, told)
    return 0


def back_up(folder: Path, what: str, out: Path, told: Console) -> int:
    with Register.open(folder) as register, told.status("Copying…"):
        before = {one.path for one in backups.key_backups(out)}
        target = backups.backup(register, cast("backups.What", what), out)
        gone = len(before - {one.path for one in backups.key_backups(out)})
        click.echo(str(target))
        days = register.settings.vault.keep_key_backups
    if what == "keys":
        told.print(
            f"Keep it apart from the records, in other hands. It lapses after {counted(days, 'day')}; {gone} older"
            f" {'one was' if gone == 1 else 'ones were'} deleted.",
            markup=False,
            soft_wrap=True,
        )
    else:
        told.print("Now back up the keys, elsewhere: this opens nothing without them.", markup=False)
    return 0
