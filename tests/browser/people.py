"""People in real browsers: each with a profile of their own, a passkey in a virtual authenticator, and a signing key."""

from __future__ import annotations

import re
from typing import Any

from playwright.async_api import Browser, BrowserContext, CDPSession, Page, expect

expect.set_options(timeout=30_000)
"""Milliseconds: several browsers and a server share the machine's cores."""

AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


SIGN = re.compile("^Sign (on this device|with your passkey)$")


class Person:
    """Somebody at their own browser."""

    def __init__(self, context: BrowserContext, page: Page, site: str) -> None:
        self.context = context
        self.page = page
        self.site = site
        self._devices: CDPSession | None = None

    @classmethod
    async def at(cls, chromium: Browser, site: str, **options: Any) -> Person:
        """A new browser profile with a passkey device."""
        context = await chromium.new_context(**options)
        page = await context.new_page()
        made = cls(context, page, site)
        await made.another_device()
        return made

    async def another_device(self) -> None:
        """A passkey device, in place of the one before."""
        if self._devices is not None:
            await self._devices.detach()
        self._devices = await self.context.new_cdp_session(self.page)
        await self._devices.send("WebAuthn.enable")
        await self._devices.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})

    async def join(self, link: str, device: str = "work laptop", *, keeper: str = "This browser") -> None:
        """Follow an invitation, and make a passkey and a signing key."""
        await self.page.goto(link)
        await self.page.get_by_label("What do you call this device?").fill(device)
        await self.page.get_by_role("button", name="Make a passkey").click()
        await self.page.wait_for_url("**/desk/keys")
        await self.make_key(device, keeper=keeper)

    async def make_key(self, device: str = "work laptop", *, keeper: str = "This browser") -> None:
        """A first signing key, which this browser keeps, or `A passkey`."""
        await self.ask_for_key(device, keeper=keeper)
        await self.page.wait_for_url("**/desk/keys?made=yes")

    async def ask_for_key(self, device: str, *, keeper: str) -> None:
        await self.page.goto(f"{self.site}/desk/keys")
        await self.page.get_by_label(keeper, exact=True).check()
        await self.page.get_by_label("What do you call this device?").fill(device)
        await self.page.get_by_role("button", name=re.compile("^Make a (new )?signing key$")).click()

    async def sign_in(self) -> None:
        """Sign in, unless they are signed in already."""
        await self.page.goto(f"{self.site}/sign-in")
        if self.page.url.endswith("/desk"):
            return
        await self.page.get_by_role("button", name="Sign in with a passkey").click()
        await self.page.wait_for_url("**/desk")

    async def sign(self) -> int:
        """Sign what the page shows; where it stands in the log."""
        await self.page.get_by_role("button", name=SIGN).click()
        await expect(self.page.get_by_role("heading", name="Signed and recorded")).to_be_visible()
        return int(await self.page.locator(".govuk-panel__body strong").inner_text())
