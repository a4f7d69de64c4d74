"""A day at the desk in browsers: a recusal, a challenge upheld and made good, a purchase by night, and an override that
two people sign. Everybody walks in through the door that only a demo has.
"""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from fairplace.challenge.commands import LodgeChallenge
from fairplace.demo import MARKER, PERSONAS, Persona
from fairplace.workroom import Workroom
from tests.browser.looking import look
from tests.browser.people import Person
from tests.browser.serving import served_at
from tests.office import Office, open_office, person, seed_of, signer
from tests.story import APPROVER, EVALUATORS, MODERATOR, MONITORING, OFFERS, OFFICER

PEOPLE = {"Olga": OFFICER, "Priya": EVALUATORS[1], "Mo": MODERATOR, "Asha": APPROVER, "Lin": MONITORING}


class Desk:
    """An office in the middle of a standstill, served as a demo."""

    def __init__(self, folder: Path) -> None:
        self.office: Office = open_office(folder).tell(until="released")
        self.site = ""
        accounts = Workroom(self.office.register).accounts
        personas = []
        for name, actor in PEOPLE.items():
            [role] = actor.roles
            link = accounts.invite(name=name, email=f"{name}@council.example", roles=(role,))
            with accounts.database.writing() as connection:
                one = accounts.accept(connection, accounts.invitation(link))
            vkey = signer(actor.key).vkey.text
            accounts.keep_key(one.id, vkey, "the demo's own key", (role,))
            seed = base64.b64encode(seed_of(actor.key)).decode()
            personas.append(
                Persona(person=one.id, name=name, role=role, vkey=vkey, seed=seed, about=f"Works as {role}.")
            )
        for asked in accounts.requests():
            accounts.decide(asked.id, "console", "confirmed")
        (folder / PERSONAS).write_bytes(msgspec.json.encode(personas))
        (folder / MARKER).write_bytes(b'{"seed":1,"worthless":true}')
        self.office.register.follow()

    async def be(self, chromium: Browser, name: str) -> Person:
        """Walk in as somebody, in a browser of one's own."""
        one = await Person.at(chromium, self.site)
        await one.page.goto(f"{self.site}/demo")
        await one.page.get_by_role("button", name=f"Be {name}").click()
        await expect(one.page.get_by_role("heading", name="My work")).to_be_visible()
        return one


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def desk(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    made = Desk(tmp_path_factory.mktemp("desk") / "register")
    async with served_at(made.office.register) as made.site:
        yield made
    made.office.close()


async def choose(page: Page, question: str, answer: str) -> None:
    await page.get_by_role("group", name=question).get_by_label(answer, exact=True).check()


async def go_on(one: Person, button: str = "Check and go on to sign") -> None:
    await one.page.get_by_role("button", name=button).click()
    await expect(
        one.page.get_by_role("button", name="Sign on this device"), await one.page.locator("main").inner_text()
    ).to_be_visible()


async def open_file(one: Person, case: str) -> None:
    await one.page.goto(f"{one.site}/desk/cases/{case}")
    await one.page.get_by_role("button", name="Open the file").click()
    await expect(one.page.get_by_role("button", name="Open the file")).to_have_count(0)


async def test_a_day_at_the_desk(desk: Desk, chromium: Browser) -> None:
    office, case = desk.office, desk.office.case
    olga, priya, asha, lin = [await desk.be(chromium, name) for name in ("Olga", "Priya", "Asha", "Lin")]
    await asha.page.goto(f"{desk.site}/demo")
    await look(asha.page, "demo")

    # What waits, and why
    await asha.page.goto(f"{desk.site}/desk")
    await expect(asha.page.get_by_text("Standstill runs to the end of Thursday 23 April")).to_be_visible()
    await expect(asha.page.get_by_text("Nothing needs you today.")).to_be_visible()
    await look(asha.page, "my work, waiting for the standstill")

    # An interest, and staying out
    await open_file(priya, case)
    await priya.page.goto(f"{desk.site}/desk/cases/{case}/interests")
    await choose(priya.page, "In this case I act as", "Evaluator")
    await choose(priya.page, "Do you know who bids?", "Yes")
    await choose(priya.page, "An interest in a provider (optional)", "I worked there")
    await priya.page.get_by_label("The provider’s id (optional)").fill("GB-COH-01000001")
    await priya.page.get_by_label("The provider’s name (optional)").fill("Alder Homes")
    await priya.page.get_by_label("What it is (optional)").fill("Until last spring")
    await go_on(priya)
    await priya.sign()
    await open_file(lin, case)
    await expect(lin.page.get_by_text("Priya declared an interest; nobody has decided yet")).to_be_visible()
    await lin.page.get_by_role("link", name="Decide on somebody’s interest").click()
    await look(lin.page, "decide on an interest")
    await lin.page.get_by_role("group", name="Whose interest").get_by_label("Priya").check()
    await choose(lin.page, "What follows", "They stay out of this case")
    await lin.page.get_by_label("Why").fill("Too close to the winner.")
    await go_on(lin)
    await lin.sign()
    await priya.page.goto(f"{desk.site}/desk/cases/{case}")
    await expect(priya.page.get_by_role("heading", name="You stay out of this case")).to_be_visible()
    await expect(priya.page.get_by_text("Until last spring")).to_be_visible()
    assert "Short breaks" not in await priya.page.locator("main").inner_text()
    await look(priya.page, "staying out")

    # A challenge, upheld and made good
    loser = OFFERS[1].provider
    lodged = office.do(
        LodgeChallenge(
            id="test",
            kind="complaint",
            ground="reasons",
            remedy="apology",
            words="Our summary came late",
            challenger=loser,
        ),
        by=person(loser),
    )
    stream = office.register.reader.entry(lodged.index).envelope.stream
    await olga.page.goto(f"{desk.site}/desk")
    await expect(olga.page.get_by_role("link", name="Acknowledge a challenge")).to_be_visible()
    await look(olga.page, "my work, with a challenge")
    await open_file(olga, case)
    await olga.page.get_by_role("link", name="Challenge: the reasons given").click()
    await expect(olga.page.get_by_text("Our summary came late")).to_be_visible()
    await look(olga.page, "a challenge at the desk")
    for one, code, fields in (
        (olga, "acknowledge", {}),
        (lin, "answer-challenge", {"The answer": "You are right: it was sent a day late."}),
        (lin, "decide-challenge", {"Why": "All should have gone out together."}),
        (olga, "remedy", {"What was done": "We wrote to every bidder and said that we are sorry."}),
    ):
        await one.page.goto(f"{desk.site}/desk/cases/{case}/{code}")
        await one.page.get_by_role("group", name="Which challenge").get_by_role("radio").check()
        if code == "decide-challenge":
            await choose(one.page, "Is it right?", "Upheld")
            await choose(one.page, "What follows (optional)", "An apology")
        for label, words in fields.items():
            await one.page.get_by_label(label, exact=True).fill(words)
        if code == "remedy":
            await look(one.page, "a remedy carried out")
        await go_on(one)
        await one.sign()
    await olga.page.goto(f"{desk.site}/desk/cases/{case}/release")
    await choose(olga.page, "On what occasion", "A challenge was decided")
    await go_on(olga)
    await olga.sign()
    office.register.follow()
    await olga.page.goto(f"{desk.site}/challenges/{stream}")
    await expect(olga.page.get_by_text("said that we are sorry").first).to_be_visible()
    await look(olga.page, "a challenge made good")

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

    # Signed in the standstill, in spite of it: with a reason, and by two
    await open_file(asha, case)
    await asha.page.goto(f"{desk.site}/desk/cases/{case}/contract")
    await asha.page.get_by_label("Value of the contract").fill("5,200")
    await asha.page.get_by_role("button", name="Check and go on to sign").click()
    await expect(asha.page.get_by_text("The standstill lasts until the end of 2026-04-23").first).to_be_visible()
    await asha.page.get_by_label("Why you do it all the same").fill("The present service ends tomorrow.")
    await look(asha.page, "an override")
    await go_on(asha)
    await asha.page.get_by_role("button", name="Sign on this device").click()
    await expect(asha.page.get_by_role("heading", name="Waiting for a signature")).to_be_visible()
    await lin.page.goto(f"{desk.site}/desk")
    await expect(lin.page.get_by_text("it waits for a second person")).to_be_visible()
    await look(lin.page, "my work, with something to sign second")
    await lin.page.get_by_role("link", name="Sign the contract").first.click()
    place = await lin.sign()
    entry = office.register.reader.entry(place)
    assert entry.envelope.body["override"] == "standstill"
    assert [line.name for line in entry.lines] == [APPROVER.key, MONITORING.key]
    for one in (olga, priya, asha, lin):
        await one.context.close()
