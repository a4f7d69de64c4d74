"""Forms with files over a line that breaks, and in a session that ends: the page stays, with what was typed and chosen."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, Page, expect

from fairplace.workroom import Workroom
from tests.browser.looking import look
from tests.browser.people import Person
from tests.browser.serving import Line, served_at
from tests.browser.walking import Demo, choose, open_file
from tests.filing import made
from tests.office import person
from tests.story import BIRCH, OFFICER

PACK = {"name": "Pack.pdf", "mimeType": "application/pdf", "buffer": made.pdf()}
HERE = "All that you typed and chose is still here"


@pytest.fixture(scope="module")
def line() -> Line:
    return Line()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def desk(line: Line, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Demo]:
    one = Demo(tmp_path_factory.mktemp("sending") / "register", {"Olga": OFFICER, "Bea": person(BIRCH)}, {"Bea": BIRCH})
    one.office.tell(until="published")
    one.office.wait_until("2026-03-30T09:00:00.000Z")
    one.office.register.follow()
    async with served_at(one.office.register, line) as one.site:
        yield one
    one.office.close()


def chosen(page: Page, name: str) -> Locator:
    return page.locator(f"input[type=file][name={name}]")


async def has_file(page: Page, name: str, file: str) -> None:
    assert await chosen(page, name).evaluate("input => [...input.files].map(one => one.name)") == [file]


async def test_a_document_whose_line_breaks_is_sent_again_from_the_same_page(
    desk: Demo, line: Line, chromium: Browser, tmp_path: Path
) -> None:
    olga = await desk.be(chromium, "Olga")
    page, case = olga.page, desk.office.case
    await open_file(olga, case)
    await page.goto(f"{desk.site}/desk/cases/{case}/documents")
    await chosen(page, "file").set_input_files([PACK])
    await choose(page, "What is it?", "Note")
    line.cut()
    await page.get_by_role("button", name="Put it in").click()
    await expect(page.get_by_role("alert")).to_contain_text("sent again, it is kept once")
    await expect(page.get_by_role("alert")).to_be_focused()
    await look(page, "documents, and the line broke")
    line.broken = False
    loaded: list[str] = []
    page.on("request", lambda request: loaded.append(request.url) if "/documents/" in request.url else None)
    await page.get_by_role("button", name="Put it in").click()
    await expect(page.get_by_role("heading", level=1, name="Pack.pdf")).to_be_visible()
    assert loaded == [f"{desk.site}/desk/cases/{case}/documents/new", page.url], "the next page is loaded once"

    # The answer alone was lost: the same again is the same document
    await page.goto(f"{desk.site}/desk/cases/{case}/documents")
    await chosen(page, "file").set_input_files([PACK])
    await choose(page, "What is it?", "Note")
    await page.get_by_role("button", name="Put it in").click()
    await expect(page.get_by_role("heading", level=1, name="Pack.pdf")).to_be_visible()
    await page.get_by_role("link", name="Documents", exact=True).click()
    await expect(page.get_by_role("link", name="Pack.pdf")).to_have_count(1)

    # On a line on which nothing moves the page stops waiting, and says so
    await page.clock.install()
    await page.goto(f"{desk.site}/desk/cases/{case}/documents")
    await chosen(page, "file").set_input_files([PACK])
    await choose(page, "What is it?", "Note")
    line.upload = 1
    async with page.expect_request(lambda request: request.method == "POST"):
        await page.get_by_role("button", name="Put it in").click(no_wait_after=True)
    await expect(page.get_by_text("Sending")).to_be_visible()
    await page.clock.fast_forward(91_000)
    await expect(page.get_by_role("alert")).to_contain_text("Nothing moved for a minute and a half")
    await expect(page.get_by_role("alert")).to_be_focused()
    await has_file(page, "file", "Pack.pdf")
    line.upload = None

    # What is too large is not sent at all
    large = tmp_path / "Large.pdf"
    large.write_bytes(bytes(desk.office.register.settings.limits.document + 1))
    await chosen(page, "file").set_input_files([large])
    await page.get_by_role("button", name="Put it in").click()
    await expect(page.get_by_role("alert")).to_contain_text("“Large.pdf” has ")
    await expect(page.get_by_role("alert")).to_be_focused()
    await olga.context.close()


async def test_a_challenge_keeps_its_files_through_a_refusal_a_broken_line_and_the_end_of_a_session(
    desk: Demo, line: Line, chromium: Browser
) -> None:
    bea = await desk.be(chromium, "Bea")
    page, address = bea.page, f"{desk.site}/desk/bids/{desk.office.case}/challenge"
    await page.goto(address)
    words = page.get_by_label("What was wrong, point by point?")
    go_on = page.get_by_role("button", name="Go on to sign")
    await words.fill("The questions were answered to others alone.")
    await chosen(page, "evidence").set_input_files([PACK])
    await go_on.click()
    await expect(page.locator(".govuk-error-summary")).to_be_focused()
    await has_file(page, "evidence", "Pack.pdf")
    await expect(page.get_by_text("a browser does not keep them")).to_have_count(0)
    await expect(page.locator(".govuk-error-message")).not_to_have_count(0)

    await page.get_by_label("A challenge to the authority").check()
    await page.get_by_label("Our bid, or another, was given the wrong mark").check()
    await page.get_by_label("Our bid, or all bids, marked again").check()
    await page.get_by_label("Your name and what you are at the provider").fill("Bea Birch, director")
    line.cut()
    await go_on.click()
    await expect(page.get_by_role("alert")).to_contain_text("Nothing is lodged: that takes your signature.")
    await expect(page.locator(".govuk-error-message, [aria-describedby*=error]")).to_have_count(0)
    assert not (await page.title()).startswith("Error"), "what was wrong before it was put right is not said any more"
    await look(page, "challenge, and the line broke")
    line.broken = False

    # The session ends; signed in again in another tab, the same page goes on
    accounts = Workroom(desk.office.register).accounts
    with accounts.database.writing() as connection:
        connection.execute("DELETE FROM session")
    await go_on.click()
    await expect(page.get_by_role("alert")).to_contain_text("You were signed out")
    await expect(page.get_by_role("alert")).to_contain_text(HERE)
    await expect(page.get_by_role("link", name="Sign in (opens in a new tab)")).to_be_visible()
    await look(page, "challenge, and signed out")
    await desk.again(Person(bea.context, await bea.context.new_page(), desk.site), "Bea")
    await go_on.click()
    await expect(page.get_by_role("alert")).to_contain_text("Bea is signed in here now")
    await has_file(page, "evidence", "Pack.pdf")
    await go_on.click()
    await expect(page.get_by_role("heading", name="Sign and lodge your challenge")).to_be_visible()
    await expect(page.locator("main")).to_contain_text("Pack.pdf")
    await bea.context.close()
