"""The demo of placements, in browsers: everybody of a search walks in at its door and sees their desk."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from fairplace.demo import Persona, personas
from fairplace.on_disk import Register
from fairplace.synthesis import homes_demo
from tests.browser.looking import look
from tests.browser.serving import served_at
from tests.matrix import some

FURTHER = {
    "officer": ("/desk/searches", "/desk/market"),
    "provider": ("/desk/referrals", "/desk/homes"),
}
"""Where a role looks next."""


class Demo:
    def __init__(self, register: Register, site: str) -> None:
        self.people = personas(register.folder, register.domain)
        self.site = site


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def demo(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Demo]:
    folder = tmp_path_factory.mktemp("demo") / "homes"
    homes_demo.build(folder, seed=2026, now=datetime.now(UTC))
    with Register.open(folder) as register:
        register.follow()
        async with served_at(register) as site:
            yield Demo(register, site)


async def test_the_door_and_the_public_pages(demo: Demo, chromium: Browser) -> None:
    context = await chromium.new_context()
    page = await context.new_page()
    await page.goto(f"{demo.site}/demo")
    await look(page, "homes demo, the door")
    await page.get_by_role("link", name="the numbers that two persons signed").click()
    await look(page, "homes demo, the numbers")
    await page.get_by_role("link", name="Release 1", exact=False).first.click()
    await expect(page.get_by_role("heading", level=1)).to_be_visible()
    await context.close()


@pytest.mark.long
async def test_everybody_walks_in_and_sees_their_desk(demo: Demo, chromium: Browser) -> None:
    chosen: tuple[Persona, ...] = tuple(some(demo.people, demo.people[0], demo.people[-1]))
    for one in chosen:
        context = await chromium.new_context()
        page = await context.new_page()
        await page.goto(f"{demo.site}/demo")
        await page.get_by_role("button", name=f"Be {one.name}", exact=True).click()
        await expect(page.get_by_role("heading", name="My work")).to_be_visible()
        name = f"homes demo, {one.role} {demo.people.index(one)}"
        await look(page, name)
        for address in FURTHER.get(one.role, ()):
            await page.goto(demo.site + address)
            await look(page, f"{name}{address.replace('/', ' ')}")
        await context.close()
