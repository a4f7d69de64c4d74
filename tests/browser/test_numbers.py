"""Numbers about homes in a real browser: at every width, without a script, one release standing and one withdrawn."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.async_api import Browser, expect

from fairplace import issuing
from tests.browser.looking import look
from tests.browser.serving import served_at
from tests.counting.many import SPOT, search
from tests.homes import APPROVER, MONITORING, OFFICER
from tests.office import signer
from tests.placement_office import PlacementOffice, open_placements


@pytest.fixture
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PlacementOffice]:
    with open_placements(tmp_path_factory.mktemp("homes") / "register") as office:
        for number in range(13):
            search(office, number, chosen=SPOT if number < 6 else None)
        for until in ("2025-10-01T09:00:00.000Z", "2026-01-02T09:00:00.000Z"):
            office.wait_until(until)
            made = issuing.draft(office.register, "decisions")
            issuing.sign(office.register, made, [signer(OFFICER.key), signer(MONITORING.key)])
        issuing.withdraw(office.register, "decisions", 2, "A home was counted twice", signer(APPROVER.key))
        office.register.follow()
        yield office


@pytest.mark.asyncio(loop_scope="session")
async def test_numbers_are_read_and_checked_without_a_script(office: PlacementOffice, chromium: Browser) -> None:
    context = await chromium.new_context()
    async with served_at(office.register) as site:
        page = await context.new_page()
        await page.goto(f"{site}/")
        await page.get_by_role("link", name="numbers about many children").click()
        await look(page, "homes")
        await page.get_by_role("link", name="The main shares over time").click()
        await look(page, "homes-over-time")
        await page.go_back()
        await page.get_by_role("link", name="Release 1, until 30 September 2025").click()
        await expect(page.get_by_text("85 %, London, 2007")).to_be_visible()
        await look(page, "homes-release")
        await page.emulate_media(media="print")
        await expect(page.get_by_text("On paper each table has its newest half-year")).to_be_visible()
        within = page.locator("details.fp-long").first
        await within.evaluate("one => { one.open = false }")  # a look opens all
        await expect(within).to_be_hidden()
        await within.evaluate("one => { one.open = true }")
        await expect(within).to_be_visible()
        await page.emulate_media(media="screen")
        async with page.expect_download() as proof:
            await page.get_by_role("link", name="Proof that the entry stands in the log").click()
        assert (await proof.value).suggested_filename == "decisions-1.tlog-proof"
        await page.goto(f"{site}/homes/decisions-2")
        await expect(page.get_by_text("This release was withdrawn")).to_be_visible()
        await look(page, "homes-withdrawn")
        assert await page.evaluate("document.scripts.length") == 0
    await context.close()
