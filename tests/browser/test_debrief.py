"""A bidder without an account reads why its bid lost, asks, and challenges: with scripts and without."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from fairplace.workroom import Workroom
from tests.browser.looking import look
from tests.browser.serving import served_at
from tests.office import Office, open_office
from tests.story import BIRCH, OFFERS


class Served:
    def __init__(self, office: Office, site: str) -> None:
        self.office = office
        self.site = site

    def link(self) -> str:
        links = Workroom(self.office.register).links
        return f"{self.site}/debrief/{links.make(self.office.case, BIRCH, 'bea@birch.example')}"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def served(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Served]:
    with open_office(tmp_path_factory.mktemp("debrief") / "register", until="released", offers=OFFERS[:4]) as office:
        office.register.follow()
        async with served_at(office.register) as site:
            yield Served(office, site)


@pytest.mark.parametrize("scripts", [True, False])
async def test_a_bidder_reads_asks_and_challenges(served: Served, chromium: Browser, scripts: bool) -> None:
    context = await chromium.new_context(java_script_enabled=scripts)
    page = await context.new_page()

    async def seen(name: str) -> None:
        if scripts:  # the look itself is a script
            await look(page, name)

    await page.goto(served.link())
    await seen("debrief, closed")
    await page.get_by_role("button", name="Show our result").click()
    await expect(page.get_by_role("heading", level=1, name="Your bid was second of four.")).to_be_visible()
    await seen("debrief")
    await page.get_by_role("button", name="Send my question").click()
    await expect(page.get_by_text("There is a problem")).to_be_visible()
    await seen("debrief, with what is missing")
    await page.get_by_label("What do you want to know?").fill("Why 6 of 10, and not 8?")
    await page.get_by_label("Your name", exact=True).fill("Bea Birch")
    await page.get_by_role("button", name="Send my question").click()
    await expect(page.get_by_text("You asked").first).to_be_visible()
    await seen("debrief, asked")
    await page.get_by_role("button", name="Challenge the decision").click()
    await expect(page.get_by_role("heading", level=1, name="Challenge the decision")).to_be_visible()
    await seen("challenge by link")
    await page.get_by_label("A challenge to the authority").check()
    await page.get_by_label("Our bid, or another, was given the wrong mark").check()
    await page.get_by_label("What was wrong, point by point?").fill("Page 9 was not read.")
    await page.get_by_label("Your name and what you are at the provider").fill("Bea Birch, director")
    await page.get_by_role("button", name="Lodge the challenge").click()
    await expect(page.get_by_text("There is a problem")).to_be_visible()
    await expect(page.get_by_label("What was wrong, point by point?")).to_have_value("Page 9 was not read.")
    await page.get_by_label("Our bid, or all bids, marked again").check()
    await page.get_by_label("Documents (optional)").set_input_files(
        {"name": "page 9.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 page nine"}
    )
    await page.get_by_role("button", name="Lodge the challenge").click()
    await expect(page.get_by_text("Your challenge is recorded")).to_be_visible()
    served.office.register.follow()
    await page.reload()
    await expect(page.get_by_text("It stands in the log.")).to_be_visible()
    await seen("receipt of a challenge")
    await page.get_by_role("link", name="the page of your result").click()
    await expect(page.get_by_text("Received. Receipt of entry")).to_have_count(1 if scripts else 2)
    await context.close()
