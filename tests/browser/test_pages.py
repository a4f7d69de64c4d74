"""Every page in a real browser: accessible, narrow enough, silent, alone, and whole without scripts."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page

from tests.browser.looking import LOOK, WIDTHS, accessible, widths_for_axe
from tests.http.town import AUTHORITY, ORIGIN, Town
from tests.matrix import WHOLE, some

BETWEEN = (641, 1020)  # where the layout changes: nothing may hang over there either
SMALLEST_TEXT = 12.9  # digests are 13 px; nothing is smaller
NAMES = (
    "home",
    "decisions",
    "search",
    "search, nothing found",
    "decisions, one stage",
    "decision, contract",
    "decision, standstill",
    "decision, open",
    "decision, ended",
    "decision, imported",
    "challenges",
    "challenge, decided",
    "challenge, open",
    "provider",
    "provider, odd id",
    "rules",
    "rule",
    "log",
    "log, from the start",
    "entry",
    "entry, the first",
    "entry, a release",
    "keys",
    "verify",
    "about",
    "accessibility",
)

LIKE_OTHERS = {
    "search, nothing found", "decisions, one stage", "decision, ended", "challenge, open", "provider, odd id", "rules",
    "log, from the start", "entry, the first", "entry, a release", "accessibility",
}  # fmt: skip
"""Pages of a template that another page of the list has too."""


class Watched:
    """A page, with what it said to the console and where it asked for something."""

    def __init__(self, page: Page, site: str) -> None:
        self.page = page
        self.said: list[str] = []
        self.elsewhere: list[str] = []
        page.on("console", lambda message: self.said.append(message.text))
        page.on("pageerror", lambda error: self.said.append(str(error)))
        page.on(
            "request",
            lambda request: None if request.url.startswith((site, "data:")) else self.elsewhere.append(request.url),
        )


@asynccontextmanager
async def opened(browser: Browser, site: str, width: int, *, script: bool = True) -> AsyncIterator[Watched]:
    context = await browser.new_context(viewport={"width": width, "height": 800}, java_script_enabled=script)
    try:
        yield Watched(await context.new_page(), site)
    finally:
        await context.close()


def test_every_page_is_looked_at(town: Town) -> None:
    assert set(NAMES) == set(town.pages())


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def watched(site: str, chromium: Browser) -> AsyncIterator[Watched]:
    """One window for all pages: a window costs more than a page."""
    async with opened(chromium, site, WIDTHS[0]) as window:
        yield window


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def plain(site: str, chromium: Browser) -> AsyncIterator[Page]:
    """A window without scripts."""
    async with opened(chromium, site, 390, script=False) as window:
        yield window.page


@pytest.mark.parametrize("name", some(NAMES, *(name for name in NAMES if name not in LIKE_OTHERS)))
async def test_a_page_is_accessible_silent_and_fits(
    town: Town, site: str, watched: Watched, plain: Page, name: str
) -> None:
    """One visit a page: at every width as it comes and with all unfolded; then again without scripts, for its height.

    axe runs at one width, and in `make matrices` at each.
    """
    page = watched.page
    watched.said.clear()
    watched.elsewhere.clear()
    await page.set_viewport_size({"width": WIDTHS[0], "height": 800})
    answer = await page.goto(site + town.pages()[name])
    assert answer is not None
    assert answer.status == 200
    await page.evaluate(Axe().axe_script)
    tall: dict[int, float] = {}
    for width in WIDTHS:
        await page.set_viewport_size({"width": width, "height": 800})
        folded, tall[width], unfolded = await page.evaluate(LOOK)
        assert folded <= width, "the page scrolls sideways"
        assert unfolded <= width, "an open detail is too wide"
        if width in widths_for_axe(name):
            await accessible(page, f"{width} px", contrast=WHOLE or width == WIDTHS[-1])
    for width in BETWEEN:
        await page.set_viewport_size({"width": width, "height": 800})
        folded, _, unfolded = await page.evaluate(LOOK)
        assert max(folded, unfolded) <= width, f"the page scrolls sideways at {width} px"
    assert watched.said == []
    assert watched.elsewhere == []
    await plain.goto(site + town.pages()[name])
    box = await plain.locator("body").bounding_box()
    assert box is not None
    assert box["height"] == tall[390] > 400, "without scripts it is another page"
    assert await plain.locator("nav[aria-label=Main] a").first.is_visible()


async def test_the_check_would_notice(town: Town, site: str, chromium: Browser) -> None:
    """Without this, a check that looks at nothing would pass."""
    async with opened(chromium, site, 390) as watched:
        await watched.page.goto(site + "/verify")
        await watched.page.evaluate("document.querySelector('label[for=file]').remove()")
        await watched.page.evaluate(
            "document.querySelector('main').insertAdjacentHTML('beforeend', '<p style=\"color:red\">x</p>')"
        )
        found = await Axe().run(watched.page)
        assert found.violations_count > 0
        assert any("style" in said for said in watched.said), "an inline style was let through"


@pytest.mark.parametrize("name", ["decision, contract", "decision, standstill", "decision, open", "decision, imported"])
@pytest.mark.parametrize("width", [390, 1280])
async def test_no_word_of_the_machine_is_in_sight_at_first(
    town: Town, site: str, chromium: Browser, name: str, width: int
) -> None:
    async with opened(chromium, site, width) as watched:
        await watched.page.goto(site + town.pages()[name])
        seen = await watched.page.evaluate(
            """() => {
              const out = [], walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
              while (walk.nextNode()) {
                const box = document.createRange(); box.selectNodeContents(walk.currentNode);
                const at = box.getBoundingClientRect();
                if (at.height && at.top < innerHeight) out.push(walk.currentNode.data);
              }
              return out.join(' ').toLowerCase();
            }"""
        )
        assert "fp-ncc" in seen
        for word in ("entry", "leaf", "checkpoint", "sealed", "tile ", "rule code"):
            assert word not in seen


@pytest.mark.parametrize("width", some(WIDTHS, 320, 1280))
async def test_all_text_can_be_read(town: Town, site: str, chromium: Browser, width: int) -> None:
    """No text under 13 px, charts included: there the size counts as it is drawn."""
    async with opened(chromium, site, width) as watched:
        for name in ("decision, contract", "home", "log", "entry", "verify"):
            await watched.page.goto(site + town.pages()[name])
            small = await watched.page.evaluate(
                """least => [...document.querySelectorAll('main *, footer *')].filter(one => {
                  const own = [...one.childNodes].some(node => node.nodeType === 3 && node.data.trim());
                  const box = one.getBoundingClientRect();
                  if (!own || box.height < 2 || one.closest('title, .govuk-visually-hidden')) return false;
                  const svg = one.closest('svg');
                  const scale = svg && svg.viewBox.baseVal.width ? svg.getBoundingClientRect().width / svg.viewBox.baseVal.width : 1;
                  const size = parseFloat(getComputedStyle(one).fontSize) * scale;
                  return size < (svg ? 14 : least);
                }).map(one => one.outerHTML.slice(0, 120))""",
                SMALLEST_TEXT,
            )
            assert small == [], name


async def test_a_wide_table_keeps_its_meaning_as_cards(town: Town, site: str, chromium: Browser) -> None:
    async with opened(chromium, site, 390) as watched:
        page = watched.page
        await page.goto(site + town.pages()["decision, contract"])
        table = page.get_by_role("table", name="Points out of 100")
        assert await table.get_by_role("row").count() == 5
        assert await table.get_by_role("rowheader").count() == 4
        assert await table.get_by_role("columnheader").count() == 9
        label = "getComputedStyle(document.querySelector('.fp-scores td'), '::before').content"
        assert await page.evaluate(label) == '"Quality of care (30%)"'


async def test_nothing_stands_before_the_scores(town: Town, site: str, chromium: Browser) -> None:
    async with opened(chromium, site, 1280) as watched:
        page = watched.page
        await page.goto(site + town.pages()["decision, contract"] + "#scores")
        covered = await page.evaluate(
            """() => [...document.querySelectorAll('.fp-scores th, .fp-scores td')].filter(cell => {
                cell.scrollIntoView({block: 'center'});
                const box = cell.getBoundingClientRect();
                const top = document.elementFromPoint(box.right - 2, box.bottom - 2);
                return top && !cell.contains(top);
            }).map(cell => cell.textContent)"""
        )
        assert covered == []


async def test_the_keyboard_reaches_the_page_at_once(town: Town, site: str, chromium: Browser) -> None:
    async with opened(chromium, site, 1280) as watched:
        page = watched.page
        await page.goto(site + town.pages()["decision, contract"])
        await page.keyboard.press("Tab")
        assert await page.evaluate("document.activeElement.textContent") == "Skip to main content"
        await page.keyboard.press("Enter")
        await page.wait_for_url("**#main-content")


async def test_searching_works_without_a_script(town: Town, site: str, chromium: Browser) -> None:
    async with opened(chromium, site, 390, script=False) as watched:
        page = watched.page
        await page.goto(site)
        await page.get_by_label("Search the decisions").fill("schools")
        async with page.expect_navigation():
            await page.get_by_role("button", name="Search").click()
        await page.get_by_role("link", name="Homes for children near their schools").click()
        assert "Harbour House offered the best care" in await page.locator("#p1").inner_text()
        await page.get_by_role("link", name="Scores").click()
        await page.wait_for_url("**#scores")


async def test_a_proof_is_checked_without_a_script(town: Town, site: str, chromium: Browser) -> None:
    async with opened(chromium, site, 390, script=False) as watched:
        page = watched.page
        await page.goto(site + town.pages()["decision, contract"])
        async with page.expect_download() as download:
            await page.get_by_role("link", name="Download the proof").click()
        proof = await (await download.value).path()
        await page.get_by_role("link", name="Check the proof").click()
        await page.get_by_label("A proof, a bundle, evidence or a saved page").set_input_files(proof)
        async with page.expect_navigation():
            await page.get_by_role("button", name="Check").click()
        said = await page.locator("main").inner_text()
        assert "Partly checked. 5 of 5 checks passed" in said
        assert "This is this server’s word." in said


@pytest.mark.parametrize("sent", ["", "hello", "c2sp.org/tlog-proof@v1\nextra AAAA\n"])
async def test_the_answers_of_the_checker_are_accessible(town: Town, site: str, chromium: Browser, sent: str) -> None:
    async with opened(chromium, site, 390, script=False) as watched:
        page = watched.page
        await page.goto(site + "/verify")
        await page.get_by_text("Paste the text of a proof instead").click()
        await page.get_by_label("Text of the proof").fill(sent)
        async with page.expect_navigation():
            await page.get_by_role("button", name="Check").click()
        assert (await page.title()).startswith("Error:" if not sent else "Result:")
        answer = await page.content()
    async with opened(chromium, site, 390) as watched:  # axe is a script: it looks at the same answer where scripts run
        page = watched.page
        await page.route("**/answer", lambda route: route.fulfill(body=answer, content_type="text/html"))
        await page.goto(site + "/answer")
        found = await Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
        assert watched.said == []


async def test_a_page_that_is_not_there_is_accessible(town: Town, site: str, chromium: Browser) -> None:
    async with opened(chromium, site, 320) as watched:
        answer = await watched.page.goto(site + "/nothing")
        assert answer is not None
        assert answer.status == 404
        found = await Axe().run(watched.page)
        assert found.violations_count == 0, found.generate_report()


async def test_forced_colours_and_large_text_do_no_harm(town: Town, site: str, chromium: Browser) -> None:
    context = await chromium.new_context(viewport={"width": 320, "height": 800}, forced_colors="active")
    page = await context.new_page()
    await page.goto(site + town.pages()["decision, contract"])
    await page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert await page.evaluate("document.documentElement.scrollWidth") <= 320
    await context.close()


async def test_a_record_prints_without_its_controls(town: Town, site: str, chromium: Browser) -> None:
    async with opened(chromium, site, 1280) as watched:
        page = watched.page
        await page.goto(site + town.pages()["decision, contract"])
        await page.emulate_media(media="print")
        for hidden in (".govuk-service-navigation", ".fp-record__side", ".govuk-breadcrumbs"):
            assert not await page.locator(hidden).first.is_visible(), hidden
        for shown in ("h1", "#p3", ".fp-scores", "#check"):
            assert await page.locator(shown).first.is_visible(), shown
        folded = await page.evaluate(
            "document.querySelector('.govuk-details:not([open]) .govuk-details__text').offsetHeight"
        )
        assert folded > 0, "paper cannot be unfolded"
        assert len(await page.pdf()) > 20_000


async def test_paper_says_whose_it_is_and_compares_bids_in_one_table(town: Town, site: str, chromium: Browser) -> None:
    async with opened(chromium, site, 670) as watched:
        page = watched.page
        await page.goto(site + town.pages()["decision, contract"])
        head = page.locator(".fp-paper-only")
        assert not await head.is_visible(), "on a screen the address stands in the browser"
        foot = page.locator(".fp-paper-foot")
        assert not await foot.is_visible(), "the checkpoint is for paper"
        assert await page.locator(".fp-scores tr").nth(1).evaluate("one => getComputedStyle(one).display") == "block"
        await page.emulate_media(media="print")
        assert "fairplace checkpoint 1" in await foot.inner_text()
        said = await head.inner_text()
        assert (AUTHORITY in said, ORIGIN in said, town.cases["contract"] in said) == (True, True, True)
        assert (
            await page.locator(".fp-scores tr").nth(1).evaluate("one => getComputedStyle(one).display") == "table-row"
        )
        assert await page.evaluate("document.documentElement.scrollWidth") <= 670
        addresses = await page.evaluate(
            "[...document.querySelectorAll('main a')].map(one => getComputedStyle(one, '::after').content)"
        )
        assert set(addresses) == {"none"}
