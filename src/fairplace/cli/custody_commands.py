"""The commands about sealed values, as they are typed: read, erase, keep from being erased."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import click

from fairplace.cli.console import told
from fairplace.custody import events
from fairplace.errors import Malformed

PATH = click.Path(path_type=Path)
PURPOSES: tuple[str, ...] = get_args(events.Purpose)
BASES: tuple[str, ...] = get_args(events.ErasureBasis)
HOLD_REASONS: tuple[str, ...] = get_args(events.HoldReason)
ELSEWHERE = "Write a request here instead, which another person signs on their own machine; 'request record' takes it."


def _one_way(second: str | None) -> None:
    """Raises Malformed where both ways of signing second are named."""
    if second is not None:
        raise Malformed("both --second and --request came; the second person signs here or elsewhere, so give one")


@click.command(name="open")
@click.argument("folder", metavar="DIR", type=PATH)
@click.argument("index", metavar="INDEX", type=click.IntRange(0))
@click.option("--slot", help="Only this slot, such as /price.")
@click.option("--as", "who", required=True, help="The key of whoever reads; it signs the request.")
@click.option("--purpose", type=click.Choice(PURPOSES), required=True, help="Published.")
@click.option("--session", help="The name of a sitting of yours that goes on; it costs one entry.")
def open_(folder: Path, index: int, slot: str | None, who: str, purpose: str, session: str | None) -> int:
    """Show the sealed values of an entry to somebody who may see them, after the log says that they look."""
    from fairplace.cli.custody import open_values

    return open_values(folder, index, slot, who, purpose, session, told)


@click.command()
@click.argument("folder", metavar="DIR", type=PATH)
@click.option("--case", help="Only reads of this case; needs --as.")
@click.option("--as", "who", help="An auditor's or monitoring officer's key: they are told who looked, and where.")
@click.option("--json", "as_json", is_flag=True, help="One object a line on stdout.")
def reads(folder: Path, case: str | None, who: str | None, as_json: bool) -> int:
    """How often sealed values were read, by month and purpose; and by whom, for those who may know."""
    from fairplace.cli.custody import show_reads

    return show_reads(folder, case, who, told, as_json=as_json)


@click.command()
@click.argument("folder", metavar="DIR", type=PATH)
@click.argument("subjects", metavar="SUBJECT…", nargs=-1, required=True)
@click.option("--basis", type=click.Choice(BASES), required=True, help="Published.")
@click.option("--reason", required=True, help="In words; sealed.")
@click.option("--as", "who", required=True, help="The officer's or monitoring officer's key that signs first.")
@click.option("--second", help="Another person's key, an approver's or monitoring officer's.")
@click.option("--request", "out", metavar="REQUEST", type=PATH, help=ELSEWHERE)
def erase(
    folder: Path, subjects: tuple[str, ...], basis: str, reason: str, who: str, second: str | None, out: Path | None
) -> int:
    """Erase sealed values for ever: case:<case>, bid:<case>:<provider>, person:<key name>, entry:<index> or details:<provider>."""
    from fairplace.cli.custody import erase_values
    from fairplace.cli.requesting import request_erasure

    if out is not None:
        _one_way(second)
        return request_erasure(folder, subjects, basis, reason, who, out, told)
    return erase_values(folder, subjects, basis, reason, who, second, told)


@click.group()
def hold() -> None:
    """Keep sealed values from being erased while a court or an auditor may need them."""


@hold.command("place")
@click.argument("folder", metavar="DIR", type=PATH)
@click.argument("subjects", metavar="SUBJECT…", nargs=-1, required=True)
@click.option("--reason", type=click.Choice(HOLD_REASONS), required=True, help="Published.")
@click.option("--as", "who", required=True, help="The officer's or monitoring officer's key that signs.")
def hold_place(folder: Path, subjects: tuple[str, ...], reason: str, who: str) -> int:
    """From now on nothing of what is named is erased."""
    from fairplace.cli.custody import place_hold

    return place_hold(folder, subjects, reason, who, told)


@hold.command("lift")
@click.argument("folder", metavar="DIR", type=PATH)
@click.argument("index", metavar="INDEX", type=click.IntRange(0))
@click.option("--reason", required=True, help="In words; sealed.")
@click.option("--as", "who", required=True, help="The monitoring officer's or approver's key that signs first.")
@click.option("--second", help="Another person's key, an approver's or monitoring officer's.")
@click.option("--request", "out", metavar="REQUEST", type=PATH, help=ELSEWHERE)
def hold_lift(folder: Path, index: int, reason: str, who: str, second: str | None, out: Path | None) -> int:
    """What the hold at this entry kept may be erased again."""
    from fairplace.cli.custody import lift_hold
    from fairplace.cli.requesting import request_lifting

    if out is not None:
        _one_way(second)
        return request_lifting(folder, index, reason, who, out, told)
    return lift_hold(folder, index, reason, who, second, told)


@hold.command("list")
@click.argument("folder", metavar="DIR", type=PATH)
@click.option("--as", "who", required=True, help="The key of whoever asks: what is held is sealed.")
@click.option("--json", "as_json", is_flag=True)
def hold_list(folder: Path, who: str, as_json: bool) -> int:
    """The holds in effect."""
    from fairplace.cli.custody import list_holds

    return list_holds(folder, who, told, as_json=as_json)
