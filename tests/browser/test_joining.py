"""Somebody new: invited, with a passkey and a signing key of their own, confirmed by a second person."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from fairplace.ledger.note import Vkey
from fairplace.on_disk import Register
from fairplace.workroom import Workroom
from tests.browser.looking import look
from tests.browser.people import Person
from tests.browser.serving import served_at
from tests.http.town import Town, build


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def office(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[Town, str]]:
    """A register of its own, served; what its people do changes no other test's."""
    town = build(tmp_path_factory.mktemp("office") / "register")
    async with served_at(town.register) as address:
        yield town, address
    town.register.close()


def invited(register: Register, site: str, name: str, *roles: str) -> str:
    return f"{site}/welcome/" + Workroom(register).accounts.invite(
        name=name, email=f"{name}@council.example", roles=roles
    )


async def test_a_second_person_confirms_a_new_key_in_the_browser(office: tuple[Town, str], chromium: Browser) -> None:
    town, site = office
    ada, bel = await Person.at(chromium, site), await Person.at(chromium, site)
    await ada.page.goto(invited(town.register, site, "somebody", "officer"))
    await look(ada.page, "welcome")
    await ada.join(invited(town.register, site, "ada", "key-admin"))
    [asked] = Workroom(town.register).accounts.requests()
    town.register.enrol(asked.vkey, "key-admin", holder="ada", provider=None, admin=town.root)
    Workroom(town.register).accounts.decide(asked.id, "console", "confirmed")

    await bel.join(invited(town.register, site, "bel", "officer"))
    await expect(bel.page.get_by_text("Waiting for a second person: officer")).to_be_visible()

    await look(bel.page, "my keys")
    await ada.page.goto(f"{site}/desk/people")
    await look(ada.page, "people")
    await ada.page.get_by_role("button", name="Confirm bel as officer").click()
    await expect(ada.page.get_by_text("act as officer")).to_be_visible()
    place = await ada.sign()

    entry = town.register.reader.entry(place)
    assert entry.envelope.type == "key.added/1"
    assert entry.envelope.body["role"] == "officer"
    bels = Vkey.parse(entry.envelope.body["vkey"])
    assert "officer" in town.register.desk.roles_of(bels.name)
    assert entry.envelope.actor == Vkey.parse(asked.vkey).name

    # Roles changed: Bel signs in anew, and may act.
    await bel.page.goto(f"{site}/sign-in")
    await look(bel.page, "sign in")
    await bel.sign_in()
    await expect(bel.page.get_by_role("heading", name="My work")).to_be_visible()
    await expect(bel.page.get_by_text("Nothing needs you today.")).to_be_visible()
    await bel.page.goto(f"{site}/desk/keys")
    await expect(bel.page.locator("[data-held]")).to_have_text("Yes")

    # Another device: a passkey of its own signs her in, and the same one is not made twice.
    await bel.page.get_by_text("Make a further passkey to sign in").click()
    await bel.page.get_by_role("button", name="Make a further passkey").click()
    await expect(bel.page.get_by_text("This device has a passkey here already")).to_be_visible()
    await bel.another_device()
    await bel.page.get_by_label("What do you call that device?").fill("telephone")
    await bel.page.get_by_role("button", name="Make a further passkey").click()
    await expect(bel.page.get_by_text("telephone, made")).to_be_visible()
    await look(bel.page, "my keys, with a further passkey")
    await bel.page.get_by_role("button", name="Sign out", exact=True).click()
    await bel.sign_in()
    await ada.context.close()
    await bel.context.close()
