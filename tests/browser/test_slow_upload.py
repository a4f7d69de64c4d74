"""A bid that is on its way when the deadline passes, over a line that is slow or that breaks."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Error, Page, expect

from fairplace.workroom import Workroom
from tests.browser.looking import look
from tests.browser.market import Served
from tests.browser.serving import Line, served_at
from tests.office import open_office
from tests.sealing import sealer

FILE = {"name": "bid.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 " + bytes(600_000)}
SLOW = 10_000
"""Bytes a second: the file would take a minute, and is on its way for as long as the test wants."""


@pytest.fixture(scope="module")
def line() -> Line:
    return Line()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def served(line: Line, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Served]:
    with open_office(tmp_path_factory.mktemp("slow") / "register") as office:
        office.tell("published")
        office.wait_until("2026-04-01T11:50:00.000Z")
        office.register.follow()
        async with served_at(office.register, line) as site:
            yield Served(office, site)


async def written(page: Page) -> None:
    await page.get_by_label("The provider’s name").fill("Birch Care")
    await page.get_by_label("Price (optional)").fill("4,800")
    await page.get_by_label("The bid", exact=True).set_input_files([FILE])


async def sent(page: Page) -> asyncio.Task[None]:
    """A press of the button, which ends with the next page; from here on the bid is on its way."""
    async with page.expect_request(lambda request: request.method == "POST"):
        press = page.get_by_role("button", name="Go on to sign").click(timeout=0)
        return asyncio.ensure_future(press)


async def loaded_again(page: Page) -> None:
    """Chromium says that a request failed a moment before its page about it stands, and until then reloads nothing."""
    for _ in range(100):
        try:
            await page.reload()
            return
        except Error as error:
            if "Not attached to an active page" not in str(error):
                raise
            await asyncio.sleep(0.05)
    pytest.fail("the browser's own page about the broken line never came")


async def test_a_bid_is_on_its_way_when_the_deadline_passes(
    served: Served, line: Line, chromium: Browser, capfd: pytest.CaptureFixture[str]
) -> None:
    office = served.office
    openers = Workroom(office.register).openers
    for number in range(2):
        openers.add(f"person {number}", f"a.example/officer/{number}", sealer.b64(sealer.public(sealer.key())), "note")
        openers.confirm(next(one.id for one in openers.all() if one.confirmed is None), "somebody else")
    bea = await served.provider(chromium)
    page = bea.page
    address = f"{served.site}/desk/bids/{office.case}"
    # The line breaks while the bid is sent: nothing came in, and loading the page again says what to do
    size = office.register.reader.size
    await page.goto(address)
    await written(page)
    line.upload = SLOW
    sending = await sent(page)
    async with page.expect_event("requestfailed", lambda request: request.method == "POST"):
        line.cut()
    await sending
    line.upload, line.broken = None, False
    assert office.register.reader.size == size
    assert "request failed" not in "".join(capfd.readouterr()), "a line that breaks is no fault of this side"
    await loaded_again(page)  # the browser sends what it still has: the words, and not what was sealed
    await expect(page.get_by_text("choose the bid again on the page")).to_be_visible()
    await expect(page.get_by_label("The provider’s name")).to_have_value("Birch Care")
    assert office.register.reader.size == size

    # It is sent in time, over the slow line; the deadline passes before it has arrived
    await page.goto(address)
    await expect(page.get_by_role("heading", name="Lodge a bid", exact=True)).to_be_visible()
    await written(page)
    line.upload = SLOW
    sending = await sent(page)
    assert page.url == address, "it is still on its way"
    office.wait_until("2026-04-01T12:00:01.000Z")
    line.upload = None
    await sending
    await expect(page.get_by_role("heading", name="Sign and lodge your bid")).to_be_visible()
    await expect(page.get_by_text("The deadline has passed.")).to_be_visible()
    await expect(page.get_by_text("nothing is lodged yet")).to_be_visible()
    await expect(page.get_by_text("Birch Care (GB-COH-01000002)")).to_be_visible()
    await expect(page.get_by_text("The tender says that late bids are rejected")).to_be_visible()
    await look(page, "sign a bid that came too late")
    assert office.register.reader.size == size

    # Whoever signs it all the same has a receipt that says what it is
    await page.get_by_role("button", name="Sign on this device").click()
    await expect(page.get_by_text("Your bid came late")).to_be_visible()
    await expect(page.get_by_text("stays sealed until it is decided whether it is admitted")).to_be_visible()
    office.register.follow()
    await page.reload()
    await look(page, "receipt of a late bid")
    [late] = [one for one in office.register.reader.case(office.case) if one.type.startswith("deposit.")]
    assert late.type == "deposit.received-late/1"
    await bea.context.close()
