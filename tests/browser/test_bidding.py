"""A provider joins, lodges a bid with a key on its own device, takes it back, and lodges another."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
import uvicorn
from playwright.async_api import Browser, expect

from fairplace.http.app import create_app
from fairplace.workroom import Workroom
from tests.browser.looking import look
from tests.browser.people import Person
from tests.office import ROOT, Office, open_office, signer
from tests.story import BIRCH


class Served:
    def __init__(self, office: Office, site: str) -> None:
        self.office = office
        self.site = site

    async def provider(self, chromium: Browser) -> Person:
        accounts = Workroom(self.office.register).accounts
        link = accounts.invite(name="Bea", email="bea@birch.example", roles=("provider",), provider=BIRCH.id)
        one = await Person.at(chromium, self.site)
        await one.join(f"{self.site}/welcome/{link}", "Bea's laptop")
        for asked in accounts.requests():
            self.office.register.enrol(asked.vkey, asked.role, holder="Bea", provider=BIRCH.id, admin=signer(ROOT))
            accounts.decide(asked.id, "console", "confirmed")
        await one.sign_in()
        return one


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def served(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Served]:
    with open_office(tmp_path_factory.mktemp("bidding") / "register") as office:
        office.tell("published")
        office.wait_until("2026-03-30T09:00:00.000Z")
        office.register.follow()
        listening = socket.socket()
        listening.bind(("127.0.0.1", 0))
        site = f"http://localhost:{listening.getsockname()[1]}"
        server = uvicorn.Server(
            uvicorn.Config(create_app(office.register, address=site), log_level="warning", server_header=False)
        )
        task = asyncio.create_task(server.serve(sockets=[listening]))
        while not server.started:  # noqa: ASYNC110 - uvicorn has a flag to look at, no event to wait for
            await asyncio.sleep(0.01)
        yield Served(office, site)
        server.should_exit = True
        await task


async def test_a_bid_is_lodged_taken_back_and_lodged_again(served: Served, chromium: Browser) -> None:
    bea = await served.provider(chromium)
    page = bea.page
    await page.get_by_role("link", name="My bids").click()
    await look(page, "my bids, empty")
    await page.get_by_role("link", name="Short breaks for disabled children").click()
    await page.get_by_role("button", name="Go on to sign").click()
    await expect(page.get_by_text("There is a problem")).to_be_visible()
    await look(page, "bid, with what is missing")
    for price in ("4,800", "4,700"):
        await page.get_by_label("The provider’s name").fill("Birch Care")
        await page.get_by_label("Price (optional)").fill(price)
        await page.get_by_label("The bid", exact=True).set_input_files(
            {"name": "bid.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 our bid"}
        )
        await page.get_by_role("button", name="Go on to sign").click()
        await expect(page.get_by_role("heading", name="Sign and lodge your bid")).to_be_visible()
        await look(page, "sign a bid")
        await page.get_by_role("button", name="Sign on this device").click()
        await expect(page.get_by_text("Your bid is in")).to_be_visible()
        served.office.register.follow()
        await page.reload()
        await expect(page.get_by_text("It stands in the log.")).to_be_visible()
        await look(page, "receipt of a bid")
        await page.get_by_role("link", name="Back to the tender").click()
        await look(page, "bid, lodged")
        if price == "4,800":
            await page.get_by_role("button", name="Take the bid back").click()
            await page.get_by_role("button", name="Sign on this device").click()
            await expect(page.get_by_text("Your bid is taken back")).to_be_visible()
            await page.get_by_role("link", name="Back to the tender").click()
    await page.goto(f"{served.site}/desk/bids")
    await expect(page.get_by_role("link", name="Receipt")).to_have_count(3)
    await look(page, "my bids")
    types = [one.type for one in served.office.register.reader.case(served.office.case)]
    assert [one for one in types if one.startswith("deposit.")] == [
        "deposit.received/1",
        "deposit.withdrawn/1",
        "deposit.received/1",
    ]
    await bea.context.close()
