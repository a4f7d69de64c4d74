"""A register that is served, and providers who join it in browsers of their own."""

from __future__ import annotations

from playwright.async_api import Browser

from fairplace.terms import Provider
from fairplace.workroom import Workroom
from tests.browser.people import Person
from tests.office import ROOT, Office, signer
from tests.story import BIRCH


class Served:
    def __init__(self, office: Office, site: str) -> None:
        self.office = office
        self.site = site

    async def provider(self, chromium: Browser, provider: Provider = BIRCH) -> Person:
        accounts = Workroom(self.office.register).accounts
        link = accounts.invite(name="Bea", email="bea@birch.example", roles=("provider",), provider=provider.id)
        one = await Person.at(chromium, self.site)
        await one.join(f"{self.site}/welcome/{link}", "Bea's laptop")
        for asked in accounts.requests():
            self.office.register.enrol(asked.vkey, asked.role, holder="Bea", provider=provider.id, admin=signer(ROOT))
            accounts.decide(asked.id, "console", "confirmed")
        await one.sign_in()
        return one
