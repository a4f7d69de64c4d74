"""The demo at the command line: one register of procurements, and one of placements beside it; both served together."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from fairplace.cli.listening import check_address
from fairplace.cli.serving import Place, serve_registers
from fairplace.counted import counted
from fairplace.errors import Malformed, Refused

Made = TypeVar("Made")

LAST_PORT = 65535
HOMES = "-homes"
"""What the folder of the placements' register is called, after the name of the other."""


def show_demo(folder: Path, seed: int, host: str, port: int, told: Console, *, serve: bool) -> int:
    """Build what is not there yet, and serve it: the one at `port`, the other at the next."""
    folder = folder if folder.name not in ("", "..") else folder.resolve()
    if not folder.name:
        raise Malformed(f"{folder} has no name for the second folder beside it to be called after; give a folder in it")
    if serve and port >= LAST_PORT:
        raise Malformed(
            f"port {port} came; the second register is served at the next, so give one up to {LAST_PORT - 1}"
        )
    homes = folder.with_name(folder.name + HOMES)
    places = [Place(folder, host, port), Place(homes, host, port + 1 if port else 0)]
    if serve:
        for place in places:
            check_address(place.host, place.port)
    _build(folder, seed, told)
    _build_homes(homes, seed, told)
    return serve_registers(places, told) if serve else 0


def _build(folder: Path, seed: int, told: Console) -> None:
    from fairplace.synthesis import procurements

    if _is_there(folder, seed, told):
        return
    built = _with_progress(
        told, "Building a demo register", lambda tell: procurements.build(folder, seed=seed, progress=tell)
    )
    entries = counted(built.entries, "entry", "entries")
    told.print(f"Built a demo register in {folder}: {entries}, root {built.root}.", markup=False, soft_wrap=True)


def _build_homes(folder: Path, seed: int, told: Console) -> None:
    from fairplace.synthesis import homes_demo

    if _is_there(folder, seed, told):
        return
    now = datetime.now(UTC)
    entries = _with_progress(
        told, "Building a demo of placements", lambda tell: homes_demo.build(folder, seed=seed, now=now, progress=tell)
    )
    told.print(
        f"Built a demo of placements in {folder}: {counted(entries, 'entry', 'entries')}.", markup=False, soft_wrap=True
    )


def _is_there(folder: Path, seed: int, told: Console) -> bool:
    from fairplace.synthesis import procurements

    if not (folder.exists() and any(folder.iterdir())):
        return False
    if procurements.seed_of(folder) != seed:
        raise Refused(
            f"{folder} is not empty and is no demo register of seed {seed}; give another folder or the same seed"
        )
    told.print(f"Using the demo register in {folder}.", markup=False)
    return True


def _with_progress(told: Console, what: str, build: Callable[[Callable[[int, int], None]], Made]) -> Made:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=told, transient=True) as progress:
        task = progress.add_task(what, total=None)
        return build(lambda done, total: progress.update(task, completed=done, total=total))
