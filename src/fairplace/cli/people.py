"""Accounts at the console: the first administrator's link, and keys and roles that the root key confirms."""

from __future__ import annotations

from pathlib import Path

import click
from rich.console import Console

from fairplace.accounts.accounts import CONSOLE_LINK, INVITATION
from fairplace.accounts.sessions import Sessions
from fairplace.cli.keys import keyring, publish, root_name
from fairplace.counted import counted
from fairplace.errors import Malformed, Missing
from fairplace.formats import date_time
from fairplace.ledger.note import Vkey
from fairplace.on_disk import Register
from fairplace.people.roles import PEOPLE
from fairplace.workroom import Workroom

CONSOLE = "console"


def invite(
    folder: Path, name: str, email: str, roles: tuple[str, ...], provider: str | None, site: str, told: Console
) -> int:
    """Print a link that lets somebody make an account; it works once."""
    with Register.open(folder) as register:
        accounts = Workroom(register).accounts
        first = not accounts.people()
        if unknown := set(roles) - PEOPLE:
            raise Malformed(f"there is no role {min(unknown)[:40]}; there are {', '.join(sorted(PEOPLE))}")
        if bool(roles) == (provider is not None):
            raise Malformed("somebody acts for the authority or for a provider; give --role or --provider")
        if first and "key-admin" not in roles:
            raise Malformed("the first person here confirms all others; invite them with --role key-admin")
        if roles:
            accounts.check_new(email)
        lasts = CONSOLE_LINK if first else INVITATION
        secret = accounts.invite(name=name, email=email, roles=roles, provider=provider, lasts=lasts)
        address = (register.settings.site or site).rstrip("/")
    shown = "30 minutes" if first else "seven days"
    told.print(f"Give this link to {name}. It works once, and for {shown}:", markup=False, soft_wrap=True)
    click.echo(f"{address}/welcome/{secret}")
    told.print(f"When they have made a signing key: 'fairplace people confirm {folder}'", markup=False, soft_wrap=True)
    return 0


def link(folder: Path, email: str, site: str, told: Console, *, lost: bool) -> int:
    """Print a link with which somebody who has an account makes a further passkey to sign in.

    `lost`: the passkeys that they have are forgotten, and whoever is signed in with one is signed out.
    """
    with Register.open(folder) as register:
        accounts = Workroom(register).accounts
        found = [one for one in accounts.people() if one.email.casefold() == email.strip().casefold()]
        if len(found) != 1:
            raise Missing(f"{len(found)} people with an account have the address {email[:80]}; one is expected")
        [person] = found
        if lost:
            accounts.forget_passkeys(person.id)
        secret = accounts.invite(
            name=person.name,
            email=person.email,
            roles=(),
            provider=person.provider,
            person=person.id,
            lasts=CONSOLE_LINK,
        )
        address = (register.settings.site or site).rstrip("/")
    told.print(f"Give this link to {person.name}. It works once, and for 30 minutes:", markup=False, soft_wrap=True)
    click.echo(f"{address}/welcome/{secret}")
    told.print("It lets them sign in. A lost signing key is another matter: they ask for one under 'My keys'.")
    return 0


def waiting(folder: Path, told: Console) -> int:
    """Keys and roles that wait for a second person, and who is invited and has not come yet."""
    with Register.open(folder) as register:
        accounts = Workroom(register).accounts
        invited = accounts.invitations()
        names = {one.id: one.name for one in accounts.people()}
        requests = accounts.requests()
        for one in requests:
            click.echo(f"{one.id}  {names[one.person]} as {one.role}  {one.vkey}")
    told.print(f"{len(requests)} waiting")
    for person in invited:
        what = f"as {', '.join(person.roles)}" if person.roles else f"for {person.provider or 'a further passkey'}"
        told.print(f"Invited: {person.name} {what}, until {date_time(person.expires)}", markup=False, soft_wrap=True)
    return 0


def take_back(folder: Path, email: str, told: Console) -> int:
    """Take back every open invitation to an address."""
    with Register.open(folder) as register:
        accounts = Workroom(register).accounts
        found = [one for one in accounts.invitations() if one.email.casefold() == email.strip().casefold()]
        if not found:
            raise Missing(
                f"no invitation to {email[:80]} is open; 'fairplace people waiting {folder}' lists those that are."
                " Whoever used theirs has an account now, which can be closed under People"
            )
        for one in found:
            accounts.take_back_invitation(one.handle, by=None)
    what = counted(len(found), "invitation was", "invitations were")
    told.print(f"{what} taken back: the link opens nothing any more, and whom it was for is erased.", markup=False)
    return 0


def confirm(folder: Path, request: str | None, who: str | None, told: Console, *, yes: bool) -> int:
    """Sign, with a root or key-admin key at hand, what waits: one request, or each after asking."""
    with Register.open(folder) as register:
        admin = keyring(folder).signer(who or root_name(register.origin))
        accounts = Workroom(register).accounts
        sessions, people = Sessions(accounts), {one.id: one for one in accounts.people()}
        asked = [one for one in accounts.requests() if request in (None, one.id)]
        for one in asked:
            person = people[one.person]
            passkey = Vkey.parse(one.vkey).passkey
            kind = f"the passkey, which signs at {passkey.site}," if passkey else "the key"
            question = f"Let {person.name} ({person.email}) act as {one.role} with {kind} {one.vkey}?"
            if not yes and not click.confirm(question, err=True):
                continue
            done = register.enrol(one.vkey, one.role, holder=person.name, provider=person.provider, admin=admin)
            accounts.decide(one.id, CONSOLE, "confirmed")
            sessions.end_all(person.id)
            told.print(f"{person.name} may act as {one.role} from entry {done.index} on.", markup=False)
        publish(register, told)
    if not asked:
        told.print("Nothing waits.")
    return 0
