"""An officer, evaluators and an approver take a case from plan to award, each in a browser of their own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from fairplace.clerk import Clerk
from fairplace.deciders import convert
from fairplace.errors import Missing
from fairplace.founding import create
from fairplace.ledger.note import Signer
from fairplace.on_disk import Register
from fairplace.sources import SYSTEM, Sources
from fairplace.workroom import Workroom
from tests.browser.filing import keep_documents
from tests.browser.looking import look
from tests.browser.people import Person
from tests.browser.serving import served_at
from tests.browser.walking import choose, day, day_and_time, fill_in_a_plan, take_up

BIDDERS = {"GB-COH-01000001": ("Alder Homes", 168_000_000), "GB-COH-01000002": ("Birch Care", 171_000_000)}


class Clock:
    """The real time, moved on by what a test says."""

    def __init__(self) -> None:
        self.later = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.later


class Council:
    """A register, served, with people who join by invitation."""

    def __init__(self, folder: Path) -> None:
        self.clock = Clock()
        self.root = Signer("council.example/root", b"r" * 32)
        sources = Sources(self.clock, SYSTEM.entropy)
        self.register: Register = create(
            folder, authority="Example Council", origin="log.council.example/commissioning", root=self.root,
            sources=sources,
        )  # fmt: skip
        self.site = ""

    async def person(
        self, chromium: Browser, name: str, *roles: str, keeper: str = "This browser", **options: object
    ) -> Person:
        accounts = Workroom(self.register).accounts
        link = accounts.invite(name=name, email=f"{name.lower()}@council.example", roles=roles)
        one = await Person.at(chromium, self.site, **options)
        await one.join(f"{self.site}/welcome/{link}", keeper=keeper)
        for asked in accounts.requests():
            self.register.enrol(asked.vkey, asked.role, holder=name, provider=None, admin=self.root)
            accounts.decide(asked.id, "console", "confirmed")
        return one

    def bid(self, case: str) -> None:
        """Bids come in by the command line."""
        for number, (provider, (name, price)) in enumerate(BIDDERS.items()):
            signer = Signer(f"council.example/provider/p{number}", bytes([40 + number]) * 32)
            self.register.enrol(signer.vkey.text, "provider", holder=name, provider=provider, admin=self.root)
            command = convert(
                {"do": "lodge-bid", "id": f"bid-{number}", "as": signer.vkey.name, "case": case,
                 "provider": {"id": provider, "name": name}, "price": price}
            )  # fmt: skip
            Clerk(self.register, lambda _, signer=signer: signer).carry_out(command)  # type: ignore[misc]


def nobody(name: str) -> Signer:
    raise Missing(name)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def council(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Council]:
    made = Council(tmp_path_factory.mktemp("council") / "register")
    made.register.follow()
    async with served_at(made.register) as made.site:
        yield made
    made.register.close()


async def go_on(page: Page) -> None:
    await page.get_by_role("button", name="Check and go on to sign").click()
    await expect(
        page.get_by_role("button", name="Sign on this device"), await page.locator("main").inner_text()
    ).to_be_visible()


async def open_file(person: Person, case: str) -> None:
    await person.page.goto(f"{person.site}/desk/cases/{case}")
    await person.page.get_by_role("button", name="Open the file").click()
    await expect(person.page.get_by_role("heading", name="Evaluate")).to_be_visible()


async def read_what_is_given_back(person: Person, case: str) -> None:
    """The letters, the decision text and a fill sheet, and a value copied from it."""
    page = person.page
    await page.goto(f"{person.site}/desk/cases/{case}")
    await page.get_by_role("link", name="Letters and notices").click()
    await look(page, "letters and notices")
    await page.get_by_role("link", name="Birch Care", exact=True).click()
    await expect(page.get_by_text("Your bid was not successful")).to_be_visible()
    await look(page, "a letter")
    await page.get_by_role("link", name="Letters and notices").click()
    await page.get_by_role("link", name="The decision as text").click()
    await expect(page.get_by_label("Record of the decision")).to_contain_text("Decided by: Asha")
    await look(page, "decision text")
    await page.goto(f"{person.site}/desk/cases/{case}/notices/UK6")
    await person.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await page.get_by_role("button", name="Copy Supplier: name").click()
    await expect(page.get_by_text("Copied")).to_be_visible()
    assert await page.evaluate("navigator.clipboard.readText()") == "Alder Homes"
    await look(page, "a fill sheet")


@pytest.mark.long
async def test_a_case_goes_from_plan_to_award_in_browsers_alone(council: Council, chromium: Browser) -> None:
    olga = await council.person(chromium, "Olga", "officer")
    await olga.sign_in()
    page = olga.page
    await page.get_by_role("link", name="Cases", exact=True).click()
    await page.get_by_role("button", name="Plan something new").click()
    await page.get_by_role("button", name="Check and go on to sign").click()
    await expect(page.get_by_text("Write what is bought").first).to_be_visible()
    await look(page, "plan, with what is missing")
    await fill_in_a_plan(page)
    await page.get_by_role("button", name="Save the draft").click()
    await page.goto(f"{council.site}/desk/cases/new/plan")
    await expect(page.get_by_label("Why it is needed")).to_have_value("Forty families wait for short breaks.")
    await go_on(page)
    await look(page, "sign")
    place = await olga.sign()
    await look(page, "signed")
    case = council.register.reader.entry(place).envelope.stream
    await page.goto(f"{council.site}/desk/cases/{case}")
    await look(page, "a closed file")
    await open_file(olga, case)
    await look(page, "a case")

    await keep_documents(olga, case)
    await page.goto(f"{council.site}/desk/cases/{case}")
    await take_up(page, "Assess conflicts of interest")
    await page.get_by_label("Conflicts seen").fill("None known")
    await page.get_by_label("Steps taken against them").fill("Everybody declares before they mark.")
    await go_on(page)
    await olga.sign()

    await page.goto(f"{council.site}/desk/cases/{case}")
    await take_up(page, "Publish the tender notice")
    for row, (title, kind, weight) in enumerate((("Quality of care", "Quality", "60"), ("Price", "Price", "40"))):
        await page.locator(f"#c{row}-title").fill(title)
        await page.locator(f"input[name=c{row}-kind][value={kind.lower()}]").check()
        await page.locator(f"#c{row}-weight").fill(weight)
    await page.get_by_label("Highest mark").fill("5")
    await page.get_by_label("What earns each mark").fill(
        "0: No answer\n1: Serious doubt\n2: Several doubts\n3: Few doubts\n4: Confidence in most points\n5: Confidence throughout"
    )
    await choose(page, "How the price earns its weight (optional)", "Lowest price ÷ price")
    await day_and_time(page, "deadline", datetime.now(UTC) + timedelta(days=40))
    await page.get_by_label("How many may win").fill("1")
    await choose(page, "Late bids", "Are rejected")
    await page.get_by_role("group", name="The tender documents").get_by_label("Tender pack.docx").check()
    await look(page, "tender notice")
    await go_on(page)
    await olga.sign()

    council.bid(case)
    council.clock.later = timedelta(days=41)
    evaluators = [await council.person(chromium, name, "evaluator") for name in ("Eva", "Emil")]
    approver = await council.person(chromium, "Asha", "approver")
    moderator = await council.person(chromium, "Mo", "moderator")
    await olga.sign_in()
    await open_file(olga, case)
    await take_up(page, "Open the bids")
    await go_on(page)
    await olga.sign()
    await page.goto(f"{council.site}/desk/cases/{case}/checks")
    for row in range(2):
        await page.locator(f"input[name=b{row}-status][value=live]").check()
        await page.locator(f"input[name=b{row}-exclusion][value=clear]").check()
    await day(page, "b0-debarment", council.clock())
    await day(page, "b1-debarment", council.clock())
    await look(page, "checks of bids")
    await go_on(page)
    await olga.sign()

    for number, person in enumerate((*evaluators, moderator, approver)):
        await person.sign_in()
        await open_file(person, case)
        await take_up(person.page, "Declare my interests")
        acting = ("Evaluator", "Evaluator", "Moderator", "Approver")[number]
        await choose(person.page, "In this case I act as", acting)
        await choose(person.page, "Do you know who bids?", "Yes")
        await go_on(person.page)
        await person.sign()
    for number, person in enumerate(evaluators):
        await person.page.goto(f"{council.site}/desk/cases/{case}/sheet")
        await expect(person.page.get_by_role("heading", name="Alder Homes: Quality of care")).to_be_visible()
        for row in range(2):
            await person.page.locator(f"input[name=b{row}-0-mark][value='{3 + (number + row) % 2}']").check()
            await person.page.locator(f"#b{row}-0-reason").fill(f"Evidence on page {row + 4} of the plan ({number}).")
        if number == 0:
            await look(person.page, "marks")
        await go_on(person.page)
        await person.sign()

    await moderator.page.goto(f"{council.site}/desk/cases/{case}/moderation")
    for row in range(2):
        await moderator.page.locator(f"input[name=b{row}-0-mark][value='4']").check()
        await moderator.page.locator(f"#b{row}-0-reason").fill("The panel agreed on the evidence.")
        await moderator.page.locator(f"#b{row}-0-change").fill("The rota on page 12 had been overlooked.")
    await go_on(moderator.page)
    await moderator.sign()

    await approver.page.goto(f"{council.site}/desk/cases/{case}/award")
    await look(approver.page, "award")
    await approver.page.get_by_label("Alder Homes: value awarded").fill("1,680,000")
    await approver.page.get_by_label("Reasons").fill("The best plan for each child, below the estimate.")
    await approver.page.get_by_label("By what power you decide").fill("Scheme of delegation 4.2")
    await go_on(approver.page)
    await look(approver.page, "sign an award")
    place = await approver.sign()
    await read_what_is_given_back(olga, case)
    award = council.register.reader.entry(place)
    assert award.envelope.type == "procurement.awarded/1"
    types = [one.type for one in council.register.reader.case(case)]
    assert types.count("evaluation.sheet-signed/1") == 2
    assert types[-1] == "procurement.awarded/1"
    reads = [
        one for one in council.register.reader.recorded(0, council.register.reader.size) if one.type == "sealed.read/1"
    ]
    assert len(reads) >= 5
    for person in (olga, *evaluators, moderator, approver):
        await person.context.close()
