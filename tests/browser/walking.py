"""A council in which everybody walks in by the door of a demo: each in a browser of their own, with a key of their own."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path

import msgspec
from playwright.async_api import Browser, Page, expect

from fairplace.decision import Actor
from fairplace.demo import MARKER, PERSONAS, Persona
from fairplace.terms import Provider
from fairplace.workroom import Workroom
from tests.browser.people import Person
from tests.office import Office, open_office, seed_of, signer


class Demo:
    """A register marked as a demo, and its people; `providers` says for whom somebody acts."""

    def __init__(
        self, folder: Path, people: Mapping[str, Actor], providers: Mapping[str, Provider] | None = None
    ) -> None:
        self.office: Office = open_office(folder)
        self.site = ""
        accounts = Workroom(self.office.register).accounts
        personas = []
        for name, actor in people.items():
            [role] = actor.roles
            provider = (providers or {}).get(name)
            link = accounts.invite(
                name=name, email=f"{name}@council.example", roles=(role,), provider=provider.id if provider else None
            )
            with accounts.database.writing() as connection:
                one = accounts.accept(connection, accounts.invitation(link))
            vkey = signer(actor.key).vkey.text
            accounts.keep_key(one.id, vkey, "the demo's own key", (role,))
            seed = base64.b64encode(seed_of(actor.key)).decode()
            about = f"Works as {role}."
            personas.append(Persona(person=one.id, name=name, role=role, vkey=vkey, seed=seed, about=about))
        for asked in accounts.requests():
            accounts.decide(asked.id, "console", "confirmed")
        (folder / PERSONAS).write_bytes(msgspec.json.encode(personas))
        (folder / MARKER).write_bytes(b'{"seed":1,"worthless":true}')

    async def be(self, chromium: Browser, name: str) -> Person:
        """Walk in as somebody, in a browser of one's own."""
        one = await Person.at(chromium, self.site)
        await self.again(one, name)
        return one

    async def again(self, one: Person, name: str) -> None:
        """Walk in anew: sessions end while weeks go by."""
        await one.page.goto(f"{self.site}/demo")
        await one.page.get_by_role("button", name=f"Be {name}").click()
        await expect(one.page.get_by_role("heading", name="My work")).to_be_visible()


async def take_up(page: Page, title: str) -> None:
    """Choose a step in the list of the case; what is to be done now stands above it too."""
    await page.locator(".govuk-task-list").get_by_role("link", name=title).click()


async def choose(page: Page, question: str, answer: str) -> None:
    await page.get_by_role("group", name=question).get_by_label(answer, exact=True).check()


async def day(page: Page, name: str, when: date) -> None:
    for part in ("day", "month", "year"):
        await page.locator(f"#{name}-{part}").fill(str(getattr(when, part)))


async def day_and_time(page: Page, name: str, when: datetime) -> None:
    await day(page, name, when)
    await page.locator(f"#{name}-time").fill(f"{when:%H:%M}")


async def go_on(one: Person, button: str = "Check and go on to sign") -> None:
    await one.page.get_by_role("button", name=button).click()
    await expect(
        one.page.get_by_role("button", name="Sign on this device"), await one.page.locator("main").inner_text()
    ).to_be_visible()


async def open_file(one: Person, case: str) -> None:
    await one.page.goto(f"{one.site}/desk/cases/{case}")
    await one.page.get_by_role("button", name="Open the file").click()
    await expect(one.page.get_by_role("button", name="Open the file")).to_have_count(0)


PLAN = {
    "What is bought": "Short breaks for disabled children",
    "Why it is needed": "Forty families wait for short breaks.",
    "Who buys": "Northbrook Council",
    "Estimated value (optional)": "1,800,000",
    "CPV codes": "85311300",
    "Why there are no lots": "One team serves the whole county.",
}
CHOSEN = {
    "The law that applies": "Procurement Act 2023",
    "Kind of contract": "Services",
    "Route": "Open procedure",
    "Is it a light-touch contract?": "Yes",
    "Does it concern one person?": "No",
}


async def fill_in_a_plan(page: Page) -> None:
    """Everything that the form of a plan asks for; the page stands there."""
    for label, text in PLAN.items():
        await page.get_by_label(label).fill(text)
    for question, answer in CHOSEN.items():
        await choose(page, question, answer)
