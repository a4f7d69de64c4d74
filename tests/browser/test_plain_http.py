"""A register that is served by plain http to other machines: every page where something is signed says that it cannot be."""

from __future__ import annotations

from playwright.async_api import Browser, Route, expect

from fairplace.accounts.sessions import Sessions
from fairplace.http.guard import cookie_name
from fairplace.workroom import Workroom
from tests.browser.looking import look
from tests.browser.test_recording import Council
from tests.browser.test_signing_by_passkey import council, prepare

__all__ = ["council"]

ELSEWHERE = "http://register.intranet.example"


async def test_each_page_says_that_nothing_can_be_signed_here_and_why(council: Council, chromium: Browser) -> None:
    una = await council.person(chromium, "Una", "officer")
    await una.sign_in()
    await prepare(una)
    act = una.page.url.removeprefix(council.site)
    await expect(una.page.locator("[data-insecure]")).to_be_hidden()
    room = Workroom(council.register)
    person = next(one for one in room.accounts.people() if one.name == "Una")
    secret = Sessions(room.accounts).begin(person)

    async def pass_on(route: Route) -> None:
        """As a proxy without TLS would."""
        address = route.request.url.replace(ELSEWHERE, council.site)
        headers = route.request.headers | {"cookie": f"{cookie_name(council.site)}={secret}"}
        await route.fulfill(response=await route.fetch(url=address, headers=headers, max_redirects=0))

    context = await chromium.new_context()
    await context.route(f"{ELSEWHERE}/**", pass_on)
    page = await context.new_page()
    await page.goto(f"{ELSEWHERE}{act}")
    assert not await page.evaluate("window.isSecureContext")
    await expect(page.get_by_text("Nothing can be signed here.")).to_be_visible()
    await page.get_by_role("button", name="Sign on this device").click()
    await expect(page.get_by_role("status")).to_contain_text("not loaded over https")
    before = council.register.reader.size

    await page.goto(f"{ELSEWHERE}/desk/keys")
    await expect(page.get_by_text("Nothing can be signed here.")).to_be_visible()
    for keeper in ("This browser", "A passkey"):
        await page.get_by_label(keeper, exact=True).check()
        await page.get_by_role("button", name="Make a new signing key").click()
        await expect(page.get_by_role("status")).to_contain_text("Ask whoever runs the register for its https address")
    await look(page, "my keys, by plain http")
    assert (len(room.accounts.keys_of(person.id)), council.register.reader.size) == (1, before)
    await context.close()
    await una.context.close()
