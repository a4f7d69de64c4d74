"""A provider joins, lodges a bid with a key on its own device, takes it back, and lodges another."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from fairplace.procurement.commands import OpenBids
from fairplace.procurement.events import DepositReceived
from fairplace.sealing import container
from fairplace.workroom import Workroom
from tests.browser.looking import look
from tests.browser.market import Served
from tests.browser.people import Person
from tests.browser.serving import served_at
from tests.office import ROOT, open_office, signer
from tests.sealing import sealer
from tests.story import CEDAR, DOGWOOD


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def served(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Served]:
    with open_office(tmp_path_factory.mktemp("bidding") / "register", until="published") as office:
        office.wait_until("2026-03-30T09:00:00.000Z")
        office.register.follow()
        async with served_at(office.register) as site:
            yield Served(office, site)


async def state_details(page: Page) -> None:
    """Once, for all bids: a number as people write it, an insurance that runs out before the tender closes."""
    await page.get_by_role("link", name="Our details").click()
    await look(page, "our details, none stated")
    await page.get_by_role("button", name="State your details").click()
    await page.get_by_label("Legal name").fill("Birch Care Limited")
    await page.get_by_label("Company number").fill("12")
    first = page.get_by_role("group", name="Kind").first
    await first.get_by_label("Insurance").check()
    await page.get_by_label("What").first.fill("Public liability, £10 million")
    await page.get_by_role("button", name="Check and go on to sign").click()
    await expect(page.get_by_text("There is a problem")).to_be_visible()
    await look(page, "our details, with what is wrong")
    await page.get_by_label("Company number").fill("1000002")
    await page.get_by_label("PPON").fill("pbzb 4962 tvlr")
    await page.get_by_label("By whom").first.fill("An Insurer plc")
    for part, value in (("Day", "31"), ("Month", "3"), ("Year", "2026")):
        await page.get_by_role("group", name="Last day").first.get_by_label(part).fill(value)
    await page.get_by_role("button", name="Check and go on to sign").click()
    await expect(page.get_by_role("heading", name="Sign your details")).to_be_visible()
    await look(page, "sign our details")
    await page.get_by_role("button", name="Sign on this device").click()
    await expect(page.get_by_text("Your details are recorded")).to_be_visible()
    await page.get_by_role("link", name="Back to Our details").click()
    await look(page, "our details")


@pytest.mark.long
async def test_a_bid_is_lodged_taken_back_and_lodged_again(served: Served, chromium: Browser) -> None:
    bea = await served.provider(chromium)
    page = bea.page
    await state_details(page)
    await page.get_by_role("link", name="My bids").click()
    await look(page, "my bids, empty")
    await page.get_by_role("link", name="Short breaks for disabled children").click()
    await page.get_by_role("button", name="Go on to sign").click()
    await expect(page.get_by_text("There is a problem")).to_be_visible()
    await look(page, "bid, with what is missing")
    for price in ("4,800", "4,700"):
        await expect(page.get_by_label("The provider’s name")).to_have_value("Birch Care Limited")
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


@pytest.mark.long
async def test_a_bid_is_sealed_by_a_page_that_was_kept_while_the_site_is_down(
    served: Served, chromium: Browser, tmp_path: Path
) -> None:
    openers, made = Workroom(served.office.register).openers, [sealer.key(), sealer.key()]
    for number, one in enumerate(made):
        openers.add(f"person {number}", f"a.example/officer/{number}", sealer.b64(sealer.public(one)), "a note")
        openers.confirm(next(kept.id for kept in openers.all() if kept.confirmed is None), "somebody else")
    bea = await served.provider(chromium, DOGWOOD)
    await bea.page.goto(f"{served.site}/desk/bids/{served.office.case}")
    async with bea.page.expect_download() as waiting:
        await bea.page.get_by_role("link", name="this page as a file").click()
    kept = tmp_path / "seal-a-bid.html"
    await (await waiting.value).save_as(kept)
    context = await chromium.new_context(offline=True)
    page = await context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    await page.goto(kept.as_uri())
    await page.get_by_role("button", name="Seal it").click()
    await expect(page.get_by_text("Choose the file that holds your bid.")).to_be_visible()
    await page.get_by_label("The file that holds your bid").set_input_files(
        {"name": "bid.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 sealed at home"}
    )
    await page.get_by_label("What it asks, in pounds").fill("lots")
    await page.get_by_role("button", name="Seal it").click()
    await expect(page.get_by_text("Write the price in pounds")).to_be_visible()
    await page.get_by_label("What it asks, in pounds").fill("5,555.50")
    async with page.expect_download() as waiting:
        await page.get_by_role("button", name="Seal it").click()
    data = (await (await waiting.value).path()).read_bytes()
    await expect(page.get_by_text(hashlib.sha256(data).hexdigest())).to_be_visible()
    if pictures := os.environ.get("FAIRPLACE_SCREENSHOTS"):
        await page.screenshot(path=Path(pictures) / "page for when the site is down.png", full_page=True)
    assert said == [], "nothing was stopped by the page's own policy"
    sealed = container.read(data)
    head = json.loads(data.split(b"\n")[1])
    by_key = {sealer.b64(sealer.public(one)): one for one in made}
    shares = {at: sealer.given(by_key[one["key"]], head) for at, one in enumerate(head["openers"])}
    manifest, found = container.opened(sealed, shares)
    assert (found, manifest.name, sealed.head.case) == (b"%PDF-1.7 sealed at home", "bid.pdf", served.office.case)
    assert manifest.price == 555_550

    page = bea.page  # the site is back: what was sealed is not sealed again
    await page.get_by_label("The provider’s name").fill("Dogwood Lodge")
    await page.get_by_label("The bid", exact=True).set_input_files(
        {"name": "bid.sealed", "mimeType": "application/octet-stream", "buffer": data}
    )
    await page.get_by_role("button", name="Go on to sign").click()
    await expect(page.get_by_text("inside the sealed file")).to_be_visible()
    await expect(page.get_by_text(hashlib.sha256(data).hexdigest())).to_be_visible()
    await page.get_by_role("button", name="Do not sign; go back").click()
    with openers._file.writing() as connection:  # the other tests of this register begin without openers
        connection.execute("DELETE FROM opener")
    await context.close()
    await bea.context.close()


async def opener(served: Served, chromium: Browser, name: str, role: str) -> Person:
    """Somebody who joins and makes an opener's key on their own device; a second person confirms it."""
    room = Workroom(served.office.register)
    link = room.accounts.invite(name=name, email=f"{name.lower()}@council.example", roles=(role,))
    one = await Person.at(chromium, served.site)
    await one.join(f"{served.site}/welcome/{link}", "laptop")
    for asked in room.accounts.requests():
        served.office.register.enrol(asked.vkey, asked.role, holder=name, provider=None, admin=signer(ROOT))
        room.accounts.decide(asked.id, "console", "confirmed")
    await one.sign_in()
    await one.page.get_by_role("link", name="Openers").click()
    await look(one.page, "openers")
    await one.page.get_by_role("button", name="Make an opener’s key").click()
    await expect(one.page.get_by_text("Waiting")).to_be_visible()
    [waiting] = [kept for kept in room.openers.all() if kept.confirmed is None]
    room.openers.confirm(waiting.id, "somebody else")
    return one


@pytest.mark.long
async def test_a_bid_is_sealed_in_one_browser_and_opened_in_two_others(served: Served, chromium: Browser) -> None:
    first = await opener(served, chromium, "Asha", "approver")
    second = await opener(served, chromium, "Noor", "auditor")
    third = await opener(served, chromium, "Mo", "monitoring")
    office = served.office
    size = len([path for path in (office.folder / "documents").iterdir() if path.is_file()])
    cedar = await served.provider(chromium, CEDAR)
    page = cedar.page
    await page.goto(f"{served.site}/desk/bids/{office.case}")
    await look(page, "bid, to be sealed")
    await page.get_by_label("The provider’s name").fill("Cedar House")
    await page.get_by_label("Price (optional)").fill("6,100")
    content = b"%PDF-1.7 " + b"the canary of a sealed bid. " * 9000
    await page.get_by_label("The bid", exact=True).set_input_files(
        {"name": "Gebot für Kinder.pdf", "mimeType": "application/pdf", "buffer": content}
    )
    await page.get_by_role("button", name="Go on to sign").click()
    await expect(page.get_by_role("heading", name="Sign and lodge your bid")).to_be_visible()
    await page.get_by_role("button", name="Sign on this device").click()
    await expect(page.get_by_text("Your bid is in")).to_be_visible()
    documents = [path for path in (office.folder / "documents").iterdir() if path.is_file()]
    assert len(documents) == size + 1

    await first.page.goto(f"{served.site}/desk/openers/cases/{office.case}")
    await expect(first.page.get_by_text("Nothing is opened before the deadline")).to_be_visible()
    office.wait_until("2026-04-02T09:00:00.000Z")
    office.do(OpenBids(id="test", present=[]))
    office.register.follow()
    for person, after in (
        (first, "You gave your part"),
        (second, "Two openers gave their parts, and the bids are open"),
    ):
        await person.sign_in()
        await person.page.goto(f"{served.site}/desk/openers")
        await person.page.get_by_role("link", name="Short breaks for disabled children").click()
        await look(person.page, "opening, for one opener")
        await person.page.get_by_role("button", name="Give my part").click()
        await expect(person.page.get_by_text(after)).to_be_visible()
    [found] = [
        inside
        for one in office.register.reader.case(office.case)
        if isinstance(one.event, DepositReceived)
        and (document := one.event.document.get()) is not None
        and (inside := Workroom(office.register).openers.inside(document.sha256)) is not None
    ]
    assert (found.manifest.name, found.manifest.price) == ("Gebot für Kinder.pdf", 610_000)
    assert office.register.documents.get(found.document.sha256) == content

    await third.sign_in()
    await third.page.goto(f"{served.site}/desk/cases/{office.case}")
    await third.page.get_by_role("button", name="Open the file").click()
    await third.page.get_by_role("link", name="Files of the bids").click()
    await expect(third.page.get_by_text("opened by two openers")).to_be_visible()
    await expect(third.page.get_by_text("Birch Care")).to_have_count(1)  # what was taken back is not read
    await look(third.page, "files of the bids")
    await third.page.get_by_role("link", name="Take in a bid").click()
    await third.page.get_by_role("button", name="Take it in").click()
    await expect(third.page.get_by_text("There is a problem")).to_be_visible()
    await look(third.page, "take in a bid, with what is missing")
    await third.page.goto(f"{served.site}/desk/cases/{office.case}/files")
    async with third.page.expect_download() as waiting:
        await third.page.get_by_role("link", name="Gebot für Kinder.pdf").click()
    assert (await (await waiting.value).path()).read_bytes() == content
    for person in (first, second, third, cedar):
        await person.context.close()
