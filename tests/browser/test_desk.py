"""A day at the desk in browsers: what waits and why, a purchase by night that somebody else approves, awards taken in.

Everybody walks in through the door that only a demo has.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from tests.awards.registers import placement, register, row
from tests.browser.looking import look
from tests.browser.serving import served_at
from tests.browser.walking import Demo, choose, go_on, open_file
from tests.story import APPROVER, OFFICER
from tests.taken_in import imported

PEOPLE = {"Olga": OFFICER, "Asha": APPROVER}


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def desk(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Demo]:
    made = Demo(tmp_path_factory.mktemp("desk") / "register", PEOPLE)
    made.office.tell(until="released")
    made.office.register.follow()
    async with served_at(made.office.register) as made.site:
        yield made
    made.office.close()


async def test_a_day_at_the_desk(desk: Demo, chromium: Browser) -> None:
    office = desk.office
    olga, asha = [await desk.be(chromium, name) for name in ("Olga", "Asha")]
    await asha.page.goto(f"{desk.site}/demo")
    await look(asha.page, "demo")

    # What waits, and why
    await asha.page.goto(f"{desk.site}/desk")
    await expect(asha.page.get_by_text("Standstill runs to the end of Thursday 23 April")).to_be_visible()
    await expect(asha.page.get_by_text("Nothing needs you today.")).to_be_visible()
    await look(asha.page, "my work, waiting for the standstill")

    # Bought by night, from a phone
    await olga.page.set_viewport_size({"width": 390, "height": 800})
    await olga.page.goto(f"{desk.site}/desk")
    await olga.page.get_by_role("link", name="Record something that was bought at once").click()
    await olga.page.get_by_role("button", name="Go on to sign").click()
    await expect(olga.page.get_by_text("Write what is needed").first).to_be_visible()
    await look(olga.page, "bought at once, with what is missing")
    await olga.page.get_by_label("What is needed").fill("A bed for one child, tonight.")
    await olga.page.get_by_label("From whom").fill("Birch Care, GB-COH-01000002")
    await olga.page.get_by_label("The most that it will cost").fill("9,800")
    await olga.page.get_by_label("Why it could not wait").fill("The placement broke down at 22:00.")
    for part, value in (("day", "13"), ("month", "4"), ("year", "2026")):
        await olga.page.locator(f"#from_on-{part}").fill(value)
    await choose(olga.page, "Is it for one person?", "Yes")
    await look(olga.page, "bought at once")
    await go_on(olga, "Go on to sign")
    await olga.sign()
    bought = office.register.reader.cases()[-1]
    await asha.page.goto(f"{desk.site}/desk")
    await expect(asha.page.get_by_role("link", name="Approve an urgent purchase")).to_be_visible()
    await look(asha.page, "my work, with a purchase to approve")
    await open_file(asha, bought)
    await asha.page.goto(f"{desk.site}/desk/cases/{bought}/decide-urgency")
    await choose(asha.page, "Was it right to buy at once?", "Yes, it is approved")
    await asha.page.get_by_label("Why", exact=True).fill("Nobody could have waited.")
    await look(asha.page, "approve a purchase")
    await go_on(asha)
    await asha.sign()
    assert [one.type for one in office.register.reader.case(bought)] == ["urgent.bought/1", "urgent.decided/1"]

    # What was decided elsewhere
    await olga.page.set_viewport_size({"width": 1280, "height": 900})
    await olga.page.goto(f"{desk.site}/desk/cases")
    await olga.page.get_by_role("link", name="Take in awards from a contracts register").click()
    rows = register(row(title="Short breaks by the sea", value="1.2m"), row("C-002", published=""), placement())
    await olga.page.get_by_label("The register").set_input_files(
        files=[{"name": "contracts.csv", "mimeType": "text/csv", "buffer": rows}]
    )
    await olga.page.get_by_role("button", name="Read it").click()
    await expect(olga.page.get_by_text("3 awards in 3 rows.")).to_be_visible()
    await look(olga.page, "awards, looked at")
    await olga.page.get_by_role("button", name="Take in 3 awards").click()
    await expect(olga.page.get_by_text("3 awards taken in.")).to_be_visible()
    await look(olga.page, "awards, taken in")
    assert [event.concerns_one_person for event in imported(office.register)] == [False, False, True]

    for one in (olga, asha):
        await one.context.close()
