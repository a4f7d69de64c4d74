"""Bundles at the command line: a case as evidence, in one file."""

from __future__ import annotations

from pathlib import Path
from typing import cast, get_args

import click
import msgspec
from rich.console import Console

from fairplace import formats, vault
from fairplace.cli.keys import keyring
from fairplace.cli.placements import export_episodes, export_young_person
from fairplace.counted import counted
from fairplace.custody.events import Purpose
from fairplace.errors import Malformed, Missing
from fairplace.on_disk import Register
from fairplace.publish.bundle import Wish, make
from fairplace.publish.held import Asker

PURPOSES: tuple[str, ...] = get_args(Purpose)
MOST_RECEIPT = 4_000_000
"""Bytes: what a proof has at most."""


def export_bundle(
    folder: Path,
    wish: Wish,
    who: str | None,
    purpose: str | None,
    receipts: tuple[Path, ...],
    out: Path | None,
    told: Console,
) -> int:
    """Write the bundle, and print what it is as one JSON object."""
    if not wish.case or wish.edition is None:
        raise Malformed("a bundle needs a case and --edition: bidder, court, provider, public or ring")
    with Register.open(folder) as register:
        wish = msgspec.structs.replace(
            wish, asker=_asker(folder, who, purpose), receipts=tuple(_receipt(path) for path in receipts)
        )
        target = out or Path(wish.file_name)
        with told.status("Making the bundle…"):
            made = make(register, wish, target)
    click.echo(msgspec.json.encode({"file": str(target), **msgspec.to_builtins(made)}))
    told.print(
        f"Wrote {target}: {counted(made.entries, 'entry', 'entries')},"
        f" {counted(made.opened, 'value')} open, {made.withheld} withheld,"
        f" {counted(made.documents, 'document')}"
        f"{f', {made.pages} pages' if made.pages else ''}, {formats.size(made.bytes)}.",
        markup=False,
        soft_wrap=True,
    )
    if made.newer:
        told.print(
            f"{counted(made.newer, 'entry is', 'entries are')} newer than what is published, and not in it;"
            " run 'fairplace publish' first to have them too.",
            markup=False,
            soft_wrap=True,
        )
    return 0


def export_inside(
    folder: Path,
    what: str,
    case: str,
    who: str | None,
    purpose: str | None,
    out: Path | None,
    told: Console,
    *,
    year: int | None,
    form: str,
    postcodes: Path | None,
    **_of_bundles: object,
) -> int:
    """Write what only the authority itself takes out: it opens what is sealed, and the record says who looked."""
    if who is None or purpose is None:
        raise Malformed(f"{what} opens what is sealed, and the record says who looked; give --as and --purpose")
    if what == "ssda903":
        if year is None:
            raise Malformed("ssda903 needs a year; give --year, the year in which the collection ends")
        return export_episodes(folder, year, who, asked_purpose(purpose), postcodes, out, told)
    if not case:
        raise Malformed("a decision for a young person needs a case; give its id after the word")
    return export_young_person(folder, case, form, who, asked_purpose(purpose), out, told)


def asked_purpose(purpose: str) -> Purpose:
    if purpose not in PURPOSES:
        raise Malformed(f"the purpose {purpose[:60]!r} came; it is one of {', '.join(PURPOSES)}")
    return cast("Purpose", purpose)


def _asker(folder: Path, who: str | None, purpose: str | None) -> Asker | None:
    if who is None and purpose is None:
        return None
    if who is None or purpose is None:
        raise Malformed("who takes an edition that is not public, and what for, go together; give --as and --purpose")
    return Asker(keyring(folder).signer(who), asked_purpose(purpose), vault.new_session())


def _receipt(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(MOST_RECEIPT + 1)
    except FileNotFoundError as error:
        raise Missing(f"there is no file {path}; give a receipt, INDEX.tlog-proof") from error
    except OSError as error:
        raise Malformed(f"{path} cannot be read: {error.strerror}; give a receipt") from error
    if len(data) > MOST_RECEIPT:
        raise Malformed(f"{path} has more than {MOST_RECEIPT} bytes; a receipt is shorter")
    return data
