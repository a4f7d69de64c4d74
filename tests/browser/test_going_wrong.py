"""Wrong turns in real browsers: no key on this device, a clock that is wrong, two tabs, going back, and a session that ended."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from fairplace.workroom import Workroom
from tests.browser.looking import look
from tests.browser.people import Person
from tests.browser.serving import served_at
from tests.browser.walking import Demo, go_on, open_file
from tests.story import OFFICER

FORM = "conflicts"
SEEN, STEPS = "Conflicts seen", "Steps taken against them"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def desk(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Demo]:
    made = Demo(tmp_path_factory.mktemp("turns") / "register", {"Olga": OFFICER})
    made.office.tell(until="published")
    made.office.register.follow()
    async with served_at(made.office.register) as made.site:
        yield made
    made.office.close()


async def typed(olga: Person, address: str, words: str) -> None:
    await olga.page.goto(address)
    await olga.page.get_by_label(SEEN).fill(words)
    await olga.page.get_by_label(STEPS).fill("Everybody declares before they mark.")


async def test_what_was_typed_outlives_each_wrong_turn(desk: Demo, chromium: Browser) -> None:
    office, case = desk.office, desk.office.case
    olga = await desk.be(chromium, "Olga")
    page, address = olga.page, f"{desk.site}/desk/cases/{case}/{FORM}"
    await open_file(olga, case)

    # Two tabs: whoever saves second is told
    await typed(olga, address, "From the first tab.")
    second = await olga.context.new_page()
    await second.goto(address)
    await second.get_by_label(SEEN).fill("From the second tab.")
    await page.get_by_role("button", name="Save the draft").click()
    await page.wait_for_url(f"**/{case}")
    await second.get_by_role("button", name="Save the draft").click()
    await expect(second.get_by_text("There is a problem")).to_be_visible()
    await expect(second.get_by_label(SEEN)).to_have_value("From the second tab.")
    await look(second, "a draft that somebody else saved")
    await second.close()

    # No key on this device: nothing is signed, and the way out is named
    await typed(olga, address, "Typed before the key was gone.")
    await go_on(olga)
    size = office.register.reader.size
    seed = await page.evaluate("async () => (await indexedDB.databases()).map(one => one.name)")
    for name in seed:
        await page.evaluate(
            "name => new Promise(done => { const q = indexedDB.deleteDatabase(name);"
            " q.onsuccess = q.onerror = q.onblocked = () => done(); })",
            name,
        )
    await page.reload()
    await page.get_by_role("button", name="Sign on this device").click()
    await expect(page.get_by_text("Your signing key is not on this device")).to_be_visible()
    await look(page, "sign, and the key is not on this device")
    assert office.register.reader.size == size

    # Back to the form: what was typed is in the draft
    await page.goto(address)
    await expect(page.get_by_label(SEEN)).to_have_value("Typed before the key was gone.")

    # The session ends while they type
    await page.get_by_label(SEEN).fill("Typed while the session ended.")
    accounts = Workroom(office.register).accounts
    with accounts.database.writing() as connection:
        connection.execute("DELETE FROM session")
    await page.get_by_role("button", name="Save the draft").click()
    await expect(page.get_by_role("heading", name="You were signed out")).to_be_visible()
    await look(page, "signed out while typing")
    other = Person(olga.context, await olga.context.new_page(), desk.site)
    await desk.again(other, "Olga")
    await open_file(other, case)
    await page.get_by_role("button", name="Go on").click()
    await expect(page.get_by_role("heading", name="This page was open too long")).to_be_visible()
    await page.get_by_role("button", name="Go on").click()
    await page.wait_for_url(f"**/desk/cases/{case}")
    await page.goto(address)
    await expect(page.get_by_label(SEEN)).to_have_value("Typed while the session ended.")

    # A clock that is wrong by years signs all the same: time is the register's
    await page.clock.set_fixed_time(datetime.now(UTC) - timedelta(days=4000))
    await page.goto(address)
    await go_on(olga)
    place = await olga.sign()
    assert office.register.reader.entry(place).envelope.at.startswith("2026-")

    # Back: what is signed is signed once
    size = office.register.reader.size
    await page.go_back()
    await page.reload()
    assert office.register.reader.size == size
    await expect(page.locator("main")).to_contain_text("Signed")
    await olga.context.close()
