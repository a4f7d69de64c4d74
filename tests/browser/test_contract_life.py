"""After the signature, in browsers: a framework is called off from, its contract changes with a notice, and ends."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from fairplace.openness.commands import Release
from tests import story
from tests.browser.looking import look
from tests.browser.serving import served_at
from tests.browser.walking import Demo, choose, day, go_on, open_file, take_up
from tests.office import CALL_OFF
from tests.story import APPROVER, OFFERS, OFFICER


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def town(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Demo]:
    folder = tmp_path_factory.mktemp("life") / "register"
    made = Demo(folder, {"Olga": OFFICER, "Asha": APPROVER})
    office = made.office
    office.set_up_a_framework()
    office.register.follow()
    async with served_at(office.register) as made.site:
        yield made
    office.close()


@pytest.mark.long
async def test_a_framework_is_called_off_from_changed_and_ended(town: Demo, chromium: Browser) -> None:
    office, framework = town.office, town.office.case
    olga, asha = await town.be(chromium, "Olga"), await town.be(chromium, "Asha")

    # A call-off names it
    office.case = ""
    office.do(story.plan(**CALL_OFF))
    call_off = office.case
    office.register.follow()
    page = olga.page
    await page.goto(f"{olga.site}/desk")
    await expect(page.get_by_text("Name the framework or dynamic market").first).to_be_visible()
    await open_file(olga, call_off)
    await take_up(page, "Name the framework or dynamic market")
    await look(page, "name the framework")
    await page.get_by_label("Short breaks, a framework").check()
    await go_on(olga)
    await look(page, "sign the name of the framework")
    await olga.sign()
    office.register.follow()
    await page.goto(f"{olga.site}/decisions/{call_off}")
    await expect(page.get_by_role("link", name="Short breaks, a framework").first).to_be_visible()
    await look(page, "a call-off")

    # The contract changes
    await open_file(asha, framework)
    page = asha.page
    await take_up(page, "Change the contract")
    await page.get_by_role("button", name="Check and go on to sign").click()
    await look(page, "change the contract, with what is missing")
    await choose(page, "What changes", "The price")
    await choose(page, "On what ground", "The contract provides for it")
    await day(page, "changed_on", date(2026, 6, 1))
    await page.get_by_label("Value of the contract after the change (optional)").fill("7,000")
    await page.get_by_label("Days by which the longest term changes (optional)").fill("200")
    await choose(page, "Does it change the scope materially?", "No")
    await choose(page, "Does it tilt the balance materially to the supplier?", "No")
    await page.get_by_label("Why", exact=True).fill("Clause 14 ties the price to the index of wages.")
    await go_on(asha)
    await expect(page.get_by_text("a contract change notice (UK10) is due before").first).to_be_visible()
    await look(page, "sign a change of the contract")
    await asha.sign()
    office.register.follow()
    await open_file(olga, framework)
    page = olga.page
    await page.goto(f"{olga.site}/desk/cases/{framework}/notices/UK10")
    await expect(page.get_by_text("Needed before 1 June 2026")).to_be_visible()
    await look(page, "the fill sheet of a change")
    await page.goto(f"{olga.site}/desk")
    await expect(page.get_by_text("Publish the notice of the contract change of Monday 1 June")).to_be_visible()
    await look(page, "my work, with a change to be noticed")
    office.case = framework
    office.do(story.notice("UK10", reference="2026/S 000-054321"))

    # It ends
    office.wait_until("2026-07-01T09:00:00.000Z")
    await town.again(olga, "Olga")
    await open_file(olga, framework)
    await take_up(page, "Record the end of the contract")
    await day(page, "ended_on", date(2026, 6, 30))
    await choose(page, "How it ended", "One side terminated it")
    await choose(page, "Why it ended", "A breach of contract")
    await page.get_by_label("Say it in words").fill("Nobody came on nine nights in May.")
    await look(page, "record the end of the contract")
    await go_on(olga)
    await olga.sign()
    office.do(Release(id="test", occasion="contract"))
    office.register.follow()
    await page.goto(f"{olga.site}/decisions/{framework}")
    await expect(page.get_by_role("heading", name="The contract since it was signed")).to_be_visible()
    await expect(page.get_by_text("£7,000 (+34.62%)")).to_be_visible()
    await expect(page.get_by_text("Nobody came on nine nights in May.").first).to_be_visible()
    await expect(page.locator(f"main a[href='/decisions/{call_off}']")).to_be_visible()
    await look(page, "a framework that was changed and ended")
    await page.get_by_role("button", name="Check this page").click()
    await expect(page.locator(".fp-verdict h2").first).to_contain_text("Partly checked")
    await expect(page.locator(".fp-differs")).to_have_count(0)
    await page.goto(f"{olga.site}/providers/{OFFERS[0].provider.id}")
    await expect(page.get_by_text("(contract ended)")).to_be_visible()
    await look(page, "a provider whose contract ended")
    for one in (olga, asha):
        await one.context.close()
