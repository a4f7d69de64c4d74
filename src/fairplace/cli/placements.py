"""What an authority takes out of its own record of placements: the yearly return, and the decision for a young person."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import click
import msgspec
from rich.console import Console
from rich.progress import track

from fairplace import episodes, formats, shelf, vault
from fairplace.cli.keys import keyring
from fairplace.counted import counted
from fairplace.custody.events import Purpose
from fairplace.decision import History
from fairplace.errors import Malformed, Missing
from fairplace.ledger.note import Signer
from fairplace.on_disk import Register
from fairplace.people.sight import Reader, shown
from fairplace.templating import environment
from fairplace.young_person import editions, facts

MOST_POSTCODES = 1 << 25
"""Bytes of a file of postcodes."""


def export_episodes(
    folder: Path, year: int, who: str, purpose: Purpose, postcodes: Path | None, out: Path | None, told: Console
) -> int:
    """Write the episodes of a collection year, as SSDA903 names them. That each case was looked into stands in the log."""
    given = episodes.postcodes(_text(postcodes)) if postcodes else None
    session = vault.new_session()
    wanted = episodes.Year(year)
    target = out or Path(f"ssda903-episodes-{year}.csv")
    found: list[episodes.Episode] = []
    closed = 0
    with Register.open(folder) as register:
        person = keyring(folder).signer(who)
        for case in track(register.reader.cases(), "Reading the cases…", console=told, transient=True):
            if not episodes.began(register.reader.case(case)):
                continue
            one = episodes.episode(seen_by(register, person, case, purpose, session))
            if one is None:
                closed += 1
            else:
                found.append(one)
    target.write_text(episodes.table(found, wanted, given), "utf-8", newline="")
    inside = sum(map(wanted.covers, found))
    told.print(f"Wrote {target}: {counted(inside, 'episode')} from {wanted.first} to {wanted.last}.", markup=False)
    if given is None:
        told.print("HOME_POST and PL_POST are empty: give --postcodes with the file that your case system makes.")
    if closed:
        told.print(f"{counted(closed, 'placement')} could not be read in full and are not in the file.")
    click.echo(msgspec.json.encode({"file": str(target), "episodes": inside, "closed": closed}))
    return 0


def export_young_person(
    folder: Path, case: str, form: str, who: str, purpose: Purpose, out: Path | None, told: Console
) -> int:
    """Write the decision in one of the editions for the young person whom it is about."""
    chosen = cast("editions.Format", form)
    target = out or Path(f"{case}-{form}.{editions.SUFFIX[chosen]}")
    with Register.open(folder) as register:
        person = keyring(folder).signer(who)
        history = seen_by(register, person, case, purpose, vault.new_session())
        try:
            made = facts.facts(history)
        except LookupError as error:
            raise Missing(str(error.args[0])) from error
        pages = environment(shelf.root("web") / "templates")
        target.write_bytes(editions.edition(chosen, made, pages, authority=register.settings.authority))
    told.print(f"Wrote {target}: {counted(len(made), 'fact')}.", markup=False, soft_wrap=True)
    told.print("When you have given it, record that: 'give-child-edition' with this format.")
    click.echo(msgspec.json.encode({"file": str(target), "facts": len(made)}))
    return 0


def seen_by(register: Register, person: Signer, case: str, purpose: Purpose, session: str) -> History:
    """A case as this person may see it, once it is in the log that they look."""
    vault.opened(register, person, case, purpose, session)
    by = register.desk.actor(person.vkey.name)
    reader = Reader(key=by.key, roles=by.roles, provider=register.provider_of(by.key))
    past = History(case=case, events=register.reader.case(case), market=register.reader.market())
    return shown(reader, past)


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > MOST_POSTCODES:
            raise Malformed(f"{path} has more than {formats.size(MOST_POSTCODES)}; give the year's file alone")
        return path.read_text("utf-8")
    except FileNotFoundError as error:
        raise Missing(f"there is no file {path}; give the file that your case system makes") from error
    except UnicodeDecodeError as error:
        raise Malformed(f"{path} is not UTF-8; save it as CSV UTF-8") from error
