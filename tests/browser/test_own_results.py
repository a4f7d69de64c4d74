"""A bidder compares its own results, opened one after the other in one browser: with scripts and without."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from tests.browser.looking import look
from tests.browser.serving import served_at
from tests.http.test_own_results import TITLES, Both


class Served:
    def __init__(self, both: Both, site: str) -> None:
        self.both, self.site = both, site


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def served(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Served]:
    both = Both(tmp_path_factory.mktemp("own results") / "register")
    async with served_at(both.office.register) as site:
        yield Served(both, site)
    both.office.close()


@pytest.mark.parametrize("scripts", [True, False])
async def test_a_bidder_compares_its_own_results(served: Served, chromium: Browser, scripts: bool) -> None:
    context = await chromium.new_context(java_script_enabled=scripts)
    page = await context.new_page()
    first, second = (f"{served.site}{served.both.link(which)}" for which in ("first", "second"))
    await page.goto(first)
    await page.get_by_role("button", name="Show our result").click()
    await page.get_by_role("link", name="See your results side by side").click()
    await expect(page.get_by_text("No other result of yours is open in this browser")).to_be_visible()
    await expect(page.get_by_text(TITLES[1])).to_have_count(0)
    if scripts:
        await look(page, "own results, one alone")
    await page.goto(second)
    await page.get_by_role("button", name="Show our result").click()
    await expect(page.get_by_role("heading", level=1, name="Your bid was second of two.")).to_be_visible()
    await page.goto(f"{first}/others")
    await expect(page.get_by_role("heading", name="By criterion")).to_be_visible()
    await expect(page.get_by_text(TITLES[1]).first).to_be_visible()
    if scripts:
        await look(page, "own results, side by side")
    await page.get_by_role("link", name="Back to your result").click()
    await expect(page.get_by_role("heading", level=1, name="Your bid was second of two.")).to_be_visible()
    await context.close()
