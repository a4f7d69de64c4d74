"""A device is lost: a new key on another one, two colleagues, a day, and the button that stops it; each at their browser."""

from __future__ import annotations

from datetime import timedelta

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

import fairplace_verify
from tests.browser.looking import look
from tests.browser.people import SIGN, Person
from tests.browser.test_recording import Council
from tests.browser.test_signing_by_passkey import council, plan

__all__ = ["council"]


class Team:
    """Somebody who loses a device, two colleagues, and whoever keeps the keys."""

    def __init__(self, ida: Person, jon: Person, kim: Person, lea: Person) -> None:
        self.ida, self.jon, self.kim, self.lea = ida, jon, kim, lea

    async def here(self) -> None:
        """Sessions end overnight."""
        for one in (self.ida, self.jon, self.kim, self.lea):
            await one.sign_in()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def team(council: Council, chromium: Browser) -> Team:
    people = [
        await council.person(chromium, name, role)
        for name, role in (("Ida", "officer"), ("Jon", "officer"), ("Kim", "approver"), ("Lea", "key-admin"))
    ]
    return Team(*people)


async def asks(one: Person) -> None:
    """The old key is gone with the device; they make a passkey on another."""
    await one.page.goto(f"{one.site}/desk/keys")
    await one.page.get_by_label("No, it is lost").check()
    await one.page.get_by_label("A passkey", exact=True).check()
    await one.page.get_by_label("What do you call this device?").fill("new phone")
    await one.page.get_by_role("button", name="Make a new signing key").click()
    await expect(one.page.get_by_text("Your lost key is to be replaced.")).to_be_visible()


async def begins(first: Person, second: Person) -> None:
    await first.page.goto(f"{first.site}/desk")
    await first.page.get_by_role("link", name="two colleagues confirm that it is them").click()
    await look(first.page, "lost keys, asked for")
    await first.page.get_by_role("button", name="Begin to replace the key of").click()
    await expect(first.page.get_by_text("Begin to replace the lost key of")).to_be_visible()
    await both_sign(first, second)


async def both_sign(first: Person, second: Person) -> None:
    await first.page.get_by_role("button", name=SIGN).click()
    await expect(first.page.get_by_role("heading", name="Waiting for a signature")).to_be_visible()
    await second.page.goto(f"{second.site}/desk")
    await second.page.get_by_role("link", name="Let a new key take the place of a lost one").click()
    await second.sign()


@pytest.mark.long
async def test_two_colleagues_give_somebody_a_new_key_a_day_later(council: Council, team: Team) -> None:
    await team.here()
    ida, jon, kim = team.ida, team.jon, team.kim
    await asks(ida)
    await look(ida.page, "my keys, with a lost one")
    await begins(jon, kim)
    await ida.page.goto(f"{ida.site}/desk")
    await expect(ida.page.get_by_text("Your signing key is being replaced")).to_be_visible()
    await look(ida.page, "my work, my key is being replaced")
    await jon.page.goto(f"{jon.site}/desk/recoveries")
    await expect(jon.page.get_by_text("on two people can let the new key take its place")).to_be_visible()
    await look(jon.page, "lost keys, under way")

    council.clock.later += timedelta(hours=25)
    await team.here()
    await jon.page.goto(f"{jon.site}/desk/recoveries")
    await jon.page.get_by_role("button", name="take its place").click()
    await both_sign(jon, kim)
    await ida.sign_in()
    place = await plan(ida)
    line = council.register.reader.entry(place).lines[0]
    standing = council.register.reader.register().standing(line.name, line.key_id)
    assert standing is not None
    assert standing.vkey.passkey is not None
    assert standing.replaces is not None
    council.register.publisher.publish()
    report = fairplace_verify.verify_register(council.register.public, [council.root.vkey.text])
    assert report.word == "genuine", report.verdict


@pytest.mark.long
async def test_the_holder_stops_it_where_the_old_key_is(council: Council, team: Team) -> None:
    """Somebody else at her desk asked for it; her own browser has the key."""
    await team.here()
    await asks(team.ida)
    await begins(team.jon, team.lea)
    page = team.ida.page
    await page.goto(f"{council.site}/desk")
    await page.get_by_label("The holder lost no key").check()
    await page.get_by_role("button", name="Stop the recovery").click()
    place = await team.ida.sign()
    assert council.register.reader.entry(place).envelope.type == "key.recovery-stopped/1"
    await page.goto(f"{council.site}/desk")
    await expect(page.get_by_text("Your signing key is being replaced")).to_have_count(0)


@pytest.mark.long
async def test_whoever_keeps_the_keys_stops_it(council: Council, team: Team) -> None:
    await team.here()
    await asks(team.ida)
    await begins(team.jon, team.kim)
    page = team.lea.page
    await page.goto(f"{council.site}/desk/recoveries")
    await page.get_by_label("The holder lost no key").check()
    await look(page, "lost keys, to stop")
    await page.get_by_role("button", name="Stop the recovery").click()
    place = await team.lea.sign()
    assert council.register.reader.entry(place).envelope.type == "key.recovery-stopped/1"


@pytest.mark.long
async def test_whoever_keeps_the_keys_revokes_one(council: Council, team: Team) -> None:
    await team.here()
    page = team.lea.page
    await page.goto(f"{council.site}/desk/people")
    await page.get_by_role("link", name="key of Kim").click()
    await page.get_by_text("Revoke this key").click()
    await page.get_by_label("The key or its device is lost").check()
    await look(page, "somebody's keys")
    await page.get_by_role("button", name="Revoke the key").click()
    place = await team.lea.sign()
    assert council.register.reader.entry(place).envelope.body["reason"] == "lost"
    await team.kim.sign_in()
    await team.kim.page.goto(f"{council.site}/desk/keys")
    await expect(team.kim.page.get_by_text("Your old key is lost.")).to_be_visible()
    await look(team.kim.page, "my keys, the old one revoked as lost")
