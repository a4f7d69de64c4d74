"""A bid that is on its way when the deadline passes, over a line that is slow or that breaks."""

from __future__ import annotations

import asyncio
import os
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
from tests.story import CEDAR

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


async def sent(page: Page) -> None:
    """A press of the button; from here on the bid is on its way."""
    async with page.expect_request(lambda request: request.method == "POST"):
        await page.get_by_role("button", name="Go on to sign").click(no_wait_after=True)


async def cut(page: Page, line: Line) -> None:
    """The line breaks while the bid is on its way; once this ends the browser knows."""
    async with page.expect_event("requestfailed", lambda request: request.method == "POST"):
        line.cut()
    line.upload = None


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


@pytest.mark.long
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
    size = office.register.reader.size

    # The line breaks while the bid is sent: the page says so, and stands as it was
    await page.goto(address)
    await written(page)
    line.upload = SLOW
    await sent(page)
    await cut(page, line)
    told = page.get_by_role("alert")
    await expect(told).to_contain_text("The line broke before an answer came")
    await expect(told).to_contain_text("Nothing is lodged: that takes your signature.")
    await expect(told).to_be_focused()
    assert page.url == address
    await look(page, "bid, and the line broke")
    assert "request failed" not in "".join(capfd.readouterr()), "a line that breaks is no fault of this side"
    await page.get_by_role("button", name="Go on to sign").click()  # the line is still broken
    await expect(told).to_be_focused()
    assert office.register.reader.size == size

    # Pressed again, it goes with the price and the file that were there
    line.broken = False
    await page.get_by_role("button", name="Go on to sign").click()
    await expect(page.get_by_role("heading", name="Sign and lodge your bid")).to_be_visible()
    await expect(page.get_by_text("Birch Care (GB-COH-01000002)")).to_be_visible()

    # A file that is written to after it was chosen is not sent, and is not taken for a broken line
    await page.goto(address)
    await written(page)
    file = served.office.folder.parent / "bid.pdf"
    file.write_bytes(FILE["buffer"])
    await page.get_by_label("The bid", exact=True).set_input_files([file])
    # A busy browser looks at a chosen file a moment later: until it has, what is written is what was chosen.
    await page.get_by_label("The bid", exact=True).evaluate(
        "async (it) => { await it.files[0].slice(0, 1).arrayBuffer(); }"
    )
    file.write_bytes(b"%PDF-1.7 another")
    os.utime(file, (2_000_000_000, 2_000_000_000))
    await page.get_by_role("button", name="Go on to sign").click()
    await expect(told).to_contain_text("The file cannot be read")
    await expect(page.get_by_label("Price (optional)")).to_have_value("4,800")

    # A price beside a file that is sealed already would be lost, so it is not sent
    sealed = {"name": "bid.sealed", "mimeType": "", "buffer": b"fairplace/sealed-bid/v1\n{}"}
    await page.get_by_label("The bid", exact=True).set_input_files([sealed])
    await page.get_by_role("button", name="Go on to sign").click()
    await expect(page.get_by_text("This file is sealed already, with its price inside.")).to_be_visible()
    await page.get_by_label("Price (optional)").fill("")
    await page.get_by_role("button", name="Go on to sign").click()
    await expect(page.get_by_text("There is a problem")).to_be_visible()

    # What the register refuses keeps the price and the file, too
    await written(page)
    await page.get_by_label("The provider’s name").fill("")
    await page.get_by_role("button", name="Go on to sign").click()
    await expect(page.locator(".govuk-error-summary")).to_contain_text("Write")
    await expect(page.locator(".govuk-error-summary")).to_be_focused()
    await expect(page.get_by_label("Price (optional)")).to_have_value("4,800")
    await expect(page.get_by_text("a browser does not keep it")).to_have_count(0)
    assert await page.get_by_label("The bid", exact=True).evaluate("input => input.files[0].name") == "bid.pdf"
    await look(page, "bid, with what is missing and its file")

    # It is sent in time, over the slow line; the deadline passes before it has arrived
    await page.get_by_label("The provider’s name").fill("Birch Care")
    line.upload = SLOW
    await sent(page)
    assert page.url == address, "it is still on its way"
    office.wait_until("2026-04-01T12:00:01.000Z")
    line.upload = None
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


async def test_where_no_script_sends_it_loading_the_page_again_says_what_to_do(
    served: Served, line: Line, chromium: Browser
) -> None:
    bea = await served.provider(chromium, CEDAR)
    page = bea.page
    await page.goto(f"{served.site}/desk/bids/{served.office.case}")
    await page.route("**/scripts/**", lambda route: route.abort())
    await page.reload()
    await page.get_by_label("The provider’s name").fill("Cedar House")
    await page.get_by_label("The bid", exact=True).set_input_files([FILE])
    size = served.office.register.reader.size
    line.upload = SLOW
    await sent(page)
    await cut(page, line)
    line.broken = False
    await loaded_again(page)  # the browser sends what it still has
    await expect(page.get_by_text("There is a problem")).to_be_visible()
    await expect(page.get_by_label("The provider’s name")).to_have_value("Cedar House")
    assert served.office.register.reader.size == size
    await bea.context.close()
