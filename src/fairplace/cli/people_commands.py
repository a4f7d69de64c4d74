"""The commands about people who sign in with a browser, as they are typed."""

from __future__ import annotations

from pathlib import Path

import click

from fairplace.cli.console import told

PATH = click.Path(path_type=Path)


@click.group()
def people() -> None:
    """People who sign in with a browser: invite them, and confirm their keys."""


@people.command("invite")
@click.argument("folder", metavar="DIR", type=PATH)
@click.option("--name", required=True, help="Their name; it stays sealed.")
@click.option("--email", required=True)
@click.option("--role", "roles", multiple=True, help="What they will do, as officer or key-admin; may be repeated.")
@click.option("--provider", help="The id of the provider for which they act, instead of a role.")
@click.option("--site", default="http://localhost:8000", show_default=True, help="Where the register is served.")
def people_invite(folder: Path, name: str, email: str, roles: tuple[str, ...], provider: str | None, site: str) -> int:
    """Print a link with which somebody makes their account; it works once."""
    from fairplace.cli.people import invite

    return invite(folder, name, email, roles, provider, site, told)


@people.command("link")
@click.argument("folder", metavar="DIR", type=PATH)
@click.option("--email", required=True, help="Of somebody who has an account.")
@click.option("--lost", is_flag=True, help="Forget the passkeys that they have, and sign them out: a device is lost.")
@click.option("--site", default="http://localhost:8000", show_default=True, help="Where the register is served.")
def people_link(folder: Path, email: str, lost: bool, site: str) -> int:
    """Print a link with which somebody who cannot sign in any more makes a further passkey; it works once."""
    from fairplace.cli.people import link

    return link(folder, email, site, told, lost=lost)


@people.command("waiting")
@click.argument("folder", metavar="DIR", type=PATH)
def people_waiting(folder: Path) -> int:
    """Keys and roles that wait for a second person, and invitations that are open."""
    from fairplace.cli.people import waiting

    return waiting(folder, told)


@people.command("take-back")
@click.argument("folder", metavar="DIR", type=PATH)
@click.option("--email", required=True, help="Of whoever was invited: every open invitation to this address.")
def people_take_back(folder: Path, email: str) -> int:
    """Take an invitation back that nobody has used: its link opens nothing any more."""
    from fairplace.cli.people import take_back

    return take_back(folder, email, told)


@people.command("confirm")
@click.argument("folder", metavar="DIR", type=PATH)
@click.argument("request", required=False)
@click.option("--as", "who", help="The root or key-admin key that signs; your register's root key unless given.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def people_confirm(folder: Path, request: str | None, who: str | None, yes: bool) -> int:
    """Confirm, with a key at hand, keys and roles that wait."""
    from fairplace.cli.people import confirm

    return confirm(folder, request, who, told, yes=yes)
