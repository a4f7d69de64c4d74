"""A look at a page in the middle of a story: accessible and narrow enough at every width, and a picture when asked for."""

from __future__ import annotations

import os
from pathlib import Path

from axe_playwright_python.async_playwright import Axe
from axe_playwright_python.base import AxeResults
from playwright.async_api import Page

from tests.browser.test_pages import LOOK, RUN_AXE, WIDTHS


async def look(page: Page, name: str) -> None:
    """Check the page as it stands; `FAIRPLACE_SCREENSHOTS` names a folder for pictures of it."""
    pictures = os.environ.get("FAIRPLACE_SCREENSHOTS")
    before = page.viewport_size
    await page.evaluate(Axe().axe_script)
    for width in WIDTHS:
        await page.set_viewport_size({"width": width, "height": 800})
        folded, _, unfolded = await page.evaluate(LOOK)
        assert max(folded, unfolded) <= width, f"{name} scrolls sideways at {width} px"
        found = AxeResults(await page.evaluate(RUN_AXE))
        assert found.violations_count == 0, f"{name}, {width} px: {found.generate_report()}"
        if pictures and width != WIDTHS[0]:
            await page.screenshot(path=Path(pictures) / f"{name}-{width}.png", full_page=True)
    if before is not None:
        await page.set_viewport_size(before)
