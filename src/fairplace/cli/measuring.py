"""What all searches of a register came to, printed for a named person; no row is about one child.

Every search is read for it. So an entry for each says first who counted and what for, as for any other reading of what is
sealed, and what that person may not be shown is not counted.
"""

from __future__ import annotations

from pathlib import Path

import click
import msgspec
from rich.console import Console
from rich.progress import track

from fairplace import vault
from fairplace.cli.exporting import asked_purpose
from fairplace.cli.keys import keyring
from fairplace.cli.placements import seen_by
from fairplace.counted import counted
from fairplace.errors import Forbidden, Refused
from fairplace.measures.together import Measure, measures
from fairplace.on_disk import Register
from fairplace.policy import Case
from fairplace.procedure import pounds
from fairplace.sources import SYSTEM
from fairplace.terms import instant


def print_measures(folder: Path, who: str, purpose: str, told: Console, *, as_json: bool) -> int:
    """Count over every case of the register as this person may see it, as of now. Raises Refused for one of competitions."""
    now = instant(SYSTEM.clock())
    session = vault.new_session()
    with Register.open(folder) as register:
        if not register.is_of_placements:
            raise Refused(f"{folder} is a register of competitions; only one of placements is measured so")
        reader = register.reader
        market, searches, kinds = reader.market(), [], []
        person = keyring(folder).signer(who)
        closed: list[Forbidden] = []
        for name in track(reader.cases(), "Reading the searches…", console=told, transient=True):
            try:
                past = seen_by(register, person, name, asked_purpose(purpose), session)
            except Forbidden as error:
                closed.append(error)
                continue
            case = Case(id=name, as_of=now, view="authority", events=past.events)
            kinds += [recorded.type for recorded in case]
            if case.search.needs:
                searches.append(case.search)
        if closed and not searches:
            raise closed[0]
        for one in measures(searches, market, kinds, now):
            click.echo(_json(one) if as_json else _line(one))
    if closed:
        told.print(f"{counted(len(closed), 'search', 'searches')} may not be shown to {who} and are not counted.")
    told.print(
        "These numbers are for inside: small ones point to a child. 'fairplace release' publishes what does not.",
        soft_wrap=True,
    )
    return 0


def _json(one: Measure) -> str:
    return msgspec.json.encode({**msgspec.structs.asdict(one), "percent": one.percent}).decode()


def _line(one: Measure) -> str:
    parts = [f"{one.name:<32}"]
    if one.percent is not None:
        parts.append(f"{one.percent} % ({one.count:,} of {one.of:,})")
    elif one.unit == "pence" and one.amount is not None:
        parts.append(pounds(one.amount))
    elif one.amount is not None:
        parts.append(f"{one.amount:,} {one.unit}")
    elif one.count is not None or one.unit is not None:
        parts.append("none on record")
    parts.append(one.says)
    if one.unknown:
        parts.append(f"({one.unknown:,} not known)")
    return "  ".join(parts)
