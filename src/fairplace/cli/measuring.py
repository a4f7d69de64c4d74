"""What all searches of a register came to, printed for whoever runs it; no row is about one child."""

from __future__ import annotations

from pathlib import Path

import click
import msgspec
from rich.console import Console
from rich.progress import track

from fairplace.errors import Refused
from fairplace.measures.together import Measure, measures
from fairplace.on_disk import Register
from fairplace.policy import Case
from fairplace.procedure import pounds
from fairplace.sources import SYSTEM
from fairplace.terms import instant


def print_measures(folder: Path, told: Console, *, as_json: bool) -> int:
    """Count over every case of the register as the authority knows it, as of now. Raises Refused for one of competitions."""
    now = instant(SYSTEM.clock())
    with Register.open(folder) as register:
        if not register.is_of_placements:
            raise Refused(f"{folder} is a register of competitions; only one of placements is measured so")
        reader = register.reader
        market, searches, kinds = reader.market(), [], []
        for name in track(reader.cases(), "Reading the searches…", console=told, transient=True):
            case = Case(id=name, as_of=now, view="authority", events=reader.case(name))
            kinds += [recorded.type for recorded in case]
            if case.search.needs:
                searches.append(case.search)
        for one in measures(searches, market, kinds, now):
            click.echo(_json(one) if as_json else _line(one))
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
