"""One competition from plan to contract, with seven people in browsers of their own: a late bid, somebody who stays out, a
challenge upheld, and a contract in the standstill that two people sign.

What others show in browsers already (criteria, checks, moderation, notices) is recorded by the command line in between.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

import fairplace_verify
from fairplace.challenge.commands import AcknowledgeChallenge, AnswerChallenge
from fairplace.openness.commands import Release
from fairplace.people.commands import DeclareInterests
from tests import story
from tests.browser.looking import look
from tests.browser.people import Person
from tests.browser.serving import served_at
from tests.browser.walking import Demo, choose, go_on, open_file, take_up
from tests.office import ROOT, person, signer
from tests.story import (
    ALDER,
    APPROVER,
    BIRCH,
    CEDAR,
    EVALUATORS,
    MODERATOR,
    MONITORING,
    OFFERS,
    OFFICER,
)

PEOPLE = {
    "Olga": OFFICER, "Eva": EVALUATORS[0], "Priya": EVALUATORS[2], "Asha": APPROVER, "Lin": MONITORING, "Bea": person(BIRCH), "Cleo": person(CEDAR),
}  # fmt: skip
LIVE = OFFERS[:2]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def town(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Demo]:
    made = Demo(tmp_path_factory.mktemp("whole") / "register", PEOPLE, {"Bea": BIRCH, "Cleo": CEDAR})
    made.office.register.follow()
    async with served_at(made.office.register) as made.site:
        yield made
    made.office.close()


async def plan(olga: Person) -> None:
    page = olga.page
    await page.goto(f"{olga.site}/desk/cases/new/plan")
    await page.get_by_label("What is bought").fill("Short breaks for disabled children")
    await page.get_by_label("Why it is needed").fill("Forty families wait for short breaks.")
    await page.get_by_label("Who buys").fill("Northbrook Council")
    await page.get_by_label("Estimated value (optional)").fill("18,000")
    await choose(page, "The law that applies", "Procurement Act 2023")
    await choose(page, "Kind of contract", "Services")
    await choose(page, "Route", "Open procedure")
    await choose(page, "Is it a light-touch contract?", "No")
    await page.get_by_label("CPV codes").fill("85311300")
    await choose(page, "Does it concern one person?", "No")
    await page.get_by_label("Why there are no lots").fill("One team serves the whole county.")
    await go_on(olga)


async def lodge(one: Person, case: str, name: str, price: str, says: str) -> None:
    page = one.page
    await page.goto(f"{one.site}/desk/bids/{case}")
    await page.get_by_label("The provider’s name").fill(name)
    await page.get_by_label("Price (optional)").fill(price)
    await page.get_by_label("The bid", exact=True).set_input_files(
        {"name": "bid.pdf", "mimeType": "application/pdf", "buffer": f"%PDF-1.7 {name}".encode()}
    )
    await page.get_by_role("button", name="Go on to sign").click()
    await page.get_by_role("button", name="Sign on this device").click()
    await expect(page.get_by_text(says)).to_be_visible()


async def stay_out(priya: Person, lin: Person, case: str) -> None:
    """An interest, and what follows from it."""
    page = priya.page
    await open_file(priya, case)
    await page.goto(f"{priya.site}/desk/cases/{case}/interests")
    await choose(page, "In this case I act as", "Evaluator")
    await choose(page, "Do you know who bids?", "Yes")
    interest = page.get_by_role("group", name="An interest in a provider (optional)").first
    await interest.get_by_label("I worked there", exact=True).check()
    await page.get_by_label("The provider’s id (optional)").first.fill(ALDER.id)
    await page.get_by_label("The provider’s name (optional)").first.fill(ALDER.name)
    await page.get_by_label("What it is (optional)").first.fill("Until last spring")
    await go_on(priya)
    await priya.sign()
    await open_file(lin, case)
    await expect(lin.page.get_by_text("Priya declared an interest; nobody has decided yet")).to_be_visible()
    await take_up(lin.page, "Decide on somebody’s interest")
    await look(lin.page, "decide on an interest")
    await lin.page.get_by_role("group", name="Whose interest").get_by_label("Priya").check()
    await choose(lin.page, "What follows", "They stay out of this case")
    await lin.page.get_by_label("Why").fill("Too close to a bidder.")
    await go_on(lin)
    await lin.sign()
    await page.goto(f"{priya.site}/desk/cases/{case}")
    await expect(page.get_by_role("heading", name="You stay out of this case")).to_be_visible()
    await expect(page.get_by_text("Until last spring")).to_be_visible()
    assert "Short breaks" not in await page.locator("main").inner_text()
    await look(page, "staying out")
    await page.goto(f"{priya.site}/desk/cases/{case}/sheet")
    await expect(page.get_by_text("speak to the monitoring officer")).to_be_visible()


async def mark(eva: Person, case: str) -> None:
    await open_file(eva, case)
    await eva.page.goto(f"{eva.site}/desk/cases/{case}/sheet")
    for row, offer in enumerate(LIVE):
        for column, given in enumerate(offer.marks.values()):
            await eva.page.locator(f"input[name=b{row}-{column}-mark][value='{given}']").check()
            await eva.page.locator(f"#b{row}-{column}-reason").fill(f"{offer.provider.name}: page {row}{column}.")
    await go_on(eva)
    await eva.sign()


async def challenge(bea: Person, case: str) -> str:
    """Lodged with the bidder's own key; where it stands in the log."""
    page = bea.page
    await page.goto(f"{bea.site}/desk/bids/{case}/challenge")
    await look(page, "challenge, by a provider with an account")
    await page.get_by_label("A challenge to the authority").check()
    await page.get_by_label("The reasons we were given are missing").check()
    await page.get_by_label("What was wrong, point by point?").fill("Our summary came a day after that of others.")
    await page.get_by_label("An apology").check()
    await page.get_by_label("Your name and what you are at the provider").fill("Bea Birch, director")
    await page.get_by_role("button", name="Go on to sign").click()
    await page.get_by_role("button", name="Sign on this device").click()
    await expect(page.get_by_text("Your challenge is recorded")).to_be_visible()
    return page.url.rpartition("/")[2]


async def read_challenge(olga: Person, case: str) -> None:
    page = olga.page
    await page.goto(f"{olga.site}/desk")
    await expect(page.get_by_role("link", name="Acknowledge a challenge")).to_be_visible()
    await look(page, "my work, with a challenge")
    await open_file(olga, case)
    await page.get_by_role("link", name="Challenge: the reasons given").click()
    await expect(page.get_by_text("a day after that of others")).to_be_visible()
    await look(page, "a challenge at the desk")


async def uphold(lin: Person, olga: Person, case: str) -> None:
    for one, code, label, words in (
        (lin, "decide-challenge", "Why", "All should have gone out together."),
        (olga, "remedy", "What was done", "We wrote to every bidder and said that we are sorry."),
    ):
        if one is lin:
            await open_file(one, case)
        await one.page.goto(f"{one.site}/desk/cases/{case}/{code}")
        await one.page.get_by_role("group", name="Which challenge").get_by_role("radio").check()
        if code == "decide-challenge":
            await choose(one.page, "Is it right?", "Upheld")
            await choose(one.page, "What follows (optional)", "An apology")
        await one.page.get_by_label(label, exact=True).fill(words)
        await look(one.page, code)
        await go_on(one)
        await one.sign()


async def override(asha: Person, lin: Person, case: str) -> int:
    """Signed in the standstill, in spite of it: with a reason, and by two."""
    page = asha.page
    await page.goto(f"{asha.site}/desk/cases/{case}/contract")
    await page.get_by_label("Value of the contract").fill("5,200")
    await page.get_by_role("button", name="Check and go on to sign").click()
    await expect(page.get_by_text("The standstill lasts until the end of 23 April 2026").first).to_be_visible()
    await page.get_by_label("Why you do it all the same").fill("The present service ends tomorrow.")
    await look(page, "an override")
    await go_on(asha)
    await page.get_by_role("button", name="Sign on this device").click()
    await expect(page.get_by_role("heading", name="Waiting for a signature")).to_be_visible()
    await lin.page.goto(f"{lin.site}/desk")
    await expect(lin.page.get_by_text("it waits for a second person")).to_be_visible()
    await look(lin.page, "my work, with something to sign second")
    await lin.page.get_by_role("link", name="Sign the contract").first.click()
    return await lin.sign()


async def outcome(page: Page, case: str, stream: str) -> None:
    """What anybody reads in the end."""
    await page.goto(page.url.partition("/desk")[0] + f"/decisions/{case}")
    await expect(page.get_by_role("heading", level=1)).to_contain_text("Short breaks")
    await expect(page.get_by_text("The present service ends tomorrow.").first).to_be_visible()
    await expect(page.get_by_text("Alder Homes").first).to_be_visible()
    assert "Cedar" not in await page.locator("main").inner_text(), "nobody reads who bid late"
    await look(page, "a decision, from plan to contract")
    await page.goto(page.url.partition("/decisions")[0] + f"/challenges/{stream}")
    await expect(page.get_by_text("said that we are sorry").first).to_be_visible()
    await look(page, "a challenge made good")


@pytest.mark.long
async def test_from_plan_to_contract_with_everybody_at_their_own_browser(town: Demo, chromium: Browser) -> None:
    office = town.office
    olga = await town.be(chromium, "Olga")
    await plan(olga)
    case = office.register.reader.entry(await olga.sign()).envelope.stream
    office.case = case
    office.do(story.conflicts())
    office.do(DeclareInterests(id="test", acting_as="officer"))
    office.do(story.tender(late_policy="discretion"))
    office.do(Release(id="test", occasion="notice"))
    office.register.follow()

    # Bids: two in time, one late
    office.wait_until("2026-03-30T09:00:00.000Z")
    office.do(story.bid(LIVE[0]), by=person(ALDER))
    bea = await town.be(chromium, "Bea")
    await lodge(bea, case, "Birch Care", "4,800", "Your bid is in")
    office.wait_until("2026-04-01T12:00:30.000Z")
    cleo = await town.be(chromium, "Cleo")
    await lodge(cleo, case, "Cedar House", "6,100", "Your bid came late")
    await look(cleo.page, "receipt of a late bid")
    office.wait_until("2026-04-02T09:00:00.000Z")
    await town.again(olga, "Olga")
    await open_file(olga, case)
    await take_up(olga.page, "Open the bids")
    await go_on(olga)
    await olga.sign()
    await olga.page.goto(f"{town.site}/desk/cases/{case}/late")
    await expect(olga.page.get_by_text("Cedar House").first).to_be_visible()
    await choose(olga.page, "Is it admitted?", "No")
    await choose(olga.page, "Whose doing was it", "The bidder")
    await olga.page.get_by_label("Why", exact=True).fill("The upload began after the deadline.")
    await look(olga.page, "decide on a late bid")
    await go_on(olga)
    await olga.sign()

    # Three would mark; one stays out
    priya, eva, lin = [await town.be(chromium, name) for name in ("Priya", "Eva", "Lin")]
    await stay_out(priya, lin, case)
    panel = EVALUATORS[:2]
    for one in panel:
        office.do(DeclareInterests(id="test", acting_as="evaluator"), by=one)
    office.do(DeclareInterests(id="test", acting_as="moderator"), by=MODERATOR)
    office.do(DeclareInterests(id="test", acting_as="approver"), by=APPROVER)
    office.do(DeclareInterests(id="test", acting_as="officer"))
    office.do(story.checks(LIVE))
    await mark(eva, case)
    office.do(story.sheet(LIVE), by=EVALUATORS[1])
    office.wait_until("2026-04-07T09:00:00.000Z")
    office.do(story.agreed(LIVE, present=[one.key for one in panel]), by=MODERATOR)

    # The award, and a challenge to it
    office.wait_until("2026-04-09T09:00:00.000Z")
    asha = await town.be(chromium, "Asha")
    await open_file(asha, case)
    await asha.page.goto(f"{town.site}/desk/cases/{case}/award")
    await asha.page.get_by_label("Alder Homes: value awarded").fill("5,200")
    await asha.page.get_by_label("Reasons").fill("The best plan for each child.")
    await asha.page.get_by_label("By what power you decide").fill("Scheme of delegation 4.2")
    await go_on(asha)
    await asha.sign()
    office.wait_until("2026-04-13T09:00:00.000Z")
    office.do(story.summaries(LIVE))
    office.do(story.notice("UK6", standstill_ends=story.STANDSTILL_ENDS))
    office.do(Release(id="test", occasion="award"))
    office.register.follow()
    await town.again(bea, "Bea")
    lodged = int(await challenge(bea, case))
    stream = office.register.reader.entry(lodged).envelope.stream
    for one, name in ((olga, "Olga"), (lin, "Lin"), (asha, "Asha")):
        await town.again(one, name)
    await read_challenge(olga, case)
    office.do(AcknowledgeChallenge(id="test", challenge=stream))
    office.do(
        AnswerChallenge(id="test", challenge=stream, answer="You are right: it was sent a day late."), by=MONITORING
    )
    await uphold(lin, olga, case)

    # The contract
    await open_file(asha, case)
    place = await override(asha, lin, case)
    entry = office.register.reader.entry(place)
    assert entry.envelope.body["override"] == "standstill"
    assert [line.name for line in entry.lines] == [APPROVER.key, MONITORING.key]
    for occasion in ("challenge", "contract"):
        office.do(Release(id="test", occasion=occasion))  # type: ignore[arg-type]
    office.register.follow()
    await outcome(olga.page, case, stream)

    types = [one.type for one in office.register.reader.case(case)]
    assert (types[0], types.count("evaluation.sheet-signed/1")) == ("procurement.planned/1", 2)
    assert {"deposit.received-late/1", "procurement.late-bids-decided/1", "interest.decided/1"} < set(types)
    report = fairplace_verify.verify_register(office.register.public, [signer(ROOT).vkey.text])
    assert report.word == "genuine", report.verdict
    for one in (olga, bea, cleo, priya, eva, lin, asha):
        await one.context.close()
