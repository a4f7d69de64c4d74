"""A bidder marks parts of its bid as a trade secret, and everybody reads why once it wins: with scripts and without."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from fairplace.bidding.commands import DecideSecrets, MarkSecrets
from fairplace.bidding.events import Ruling, SecretMark
from fairplace.workroom import Workroom
from tests.browser.looking import look
from tests.browser.market import Served
from tests.browser.serving import served_at
from tests.office import CHAPTERS, open_office
from tests.story import ALDER, BIRCH, OFFERS


@pytest_asyncio.fixture(loop_scope="session")
async def served(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Served]:
    with open_office(tmp_path_factory.mktemp("secrets") / "register", until="deposited") as office:
        office.register.follow()
        async with served_at(office.register) as site:
            yield Served(office, site)


@pytest.mark.long
async def test_a_bidder_marks_parts_and_the_winner_s_marks_are_public(served: Served, chromium: Browser) -> None:
    office = served.office
    lodged = [one for one in office.register.reader.case(office.case) if one.type == "deposit.received/1"]
    own = next(one for one in lodged if one.event.provider.get() == BIRCH)  # type: ignore[attr-defined]
    Workroom(office.register).lodgings.put("bid", office.case, BIRCH.id, place=own.index, stream=own.stream, person="")
    bea = await served.provider(chromium)
    page = bea.page
    await page.goto(f"{served.site}/desk/bids/{office.case}")
    await page.get_by_role("link", name="Mark parts of your bid as a trade secret").click()
    await page.get_by_label("Parts of your bid that are a trade secret").fill("Rota")
    await page.get_by_role("button", name="Keep these marks").click()
    await expect(page.get_by_text("Write line 1 as the part, a colon and the reason").first).to_be_visible()
    await look(page, "trade secrets, with what is missing")
    await page.get_by_label("Parts of your bid that are a trade secret").fill(
        "Rota, pages 7 to 9: competitors could copy it"
    )
    await page.get_by_role("button", name="Keep these marks").click()
    await expect(page.get_by_role("heading", name="What you mark")).to_be_visible()
    await look(page, "trade secrets, marked")

    CHAPTERS["opened"](office, OFFERS[:3])
    marks = [SecretMark(part="Plan for nights", reason="It took us years")]
    office.do(MarkSecrets(id="test", bids={ALDER.id: marks}))
    ruling = Ruling(part="Plan for nights", accepted=True, reason="It is not known outside")
    office.do(DecideSecrets(id="test", bids={ALDER.id: [ruling]}))
    for chapter in ("marked", "moderated", "awarded", "released"):
        CHAPTERS[chapter](office, OFFERS[:3])
    office.register.follow()
    await page.goto(f"{served.site}/decisions/{office.case}")
    await expect(page.get_by_role("heading", name="What the bidder calls a trade secret")).to_be_visible()
    await expect(page.get_by_text("It is not known outside")).to_be_visible()
    await look(page, "trade secrets, the public page")
    await bea.context.close()
