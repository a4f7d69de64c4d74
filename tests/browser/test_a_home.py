"""A home for one child, in browsers: a social worker, an officer, our own service, two other providers, a chair, an
approver, whoever holds the budget and a director; at a desk and on a phone. Everybody walks in through the demo's door.
"""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from fairplace.decision import Actor
from fairplace.demo import MARKER, PERSONAS, Persona
from fairplace.market.commands import DeclareFullCost
from fairplace.referral.commands import ConsiderOffers, HoldPanel, LocateOffers, PublishReferral
from fairplace.referral.state import Search
from fairplace.referral.values import Considered
from fairplace.terms import instant
from fairplace.workroom import Workroom
from tests import homes, needs, searches
from tests.browser.looking import look
from tests.browser.people import Person
from tests.browser.serving import served_at
from tests.browser.walking import go_on, open_file
from tests.filing import made as filing
from tests.homes import APPROVER, ASH, BEECH, BUDGET, CHAIR, CHERRY, DIRECTOR, OFFICER, OWN, SOCIAL_WORKER, made
from tests.office import seed_of, signer
from tests.placement_office import PlacementOffice, open_placements

PEOPLE: dict[str, Actor] = {
    "Sam": SOCIAL_WORKER, "Olga": OFFICER, "Nora": OWN.actor, "Ann": ASH.actor, "Ben": BEECH.actor, "Cora": CHERRY.actor,
    "Asha": APPROVER, "Bea": BUDGET, "Dora": DIRECTOR,
}  # fmt: skip
PHONE = {"width": 390, "height": 800}
NIGHT = "5f0c1e2d3b4a59687766554433221199"


class Agency:
    """A register of placements, served as a demo."""

    def __init__(self, folder: Path) -> None:
        self.office: PlacementOffice = open_placements(folder)
        self.office.wait_until("2026-03-02T09:00:00.000Z")
        self.site = self.home = ""  # where it is served; the case of the first story
        accounts = Workroom(self.office.register).accounts
        personas = []
        for name, actor in PEOPLE.items():
            [role] = actor.roles
            link = accounts.invite(name=name, email=f"{name}@council.example", roles=(role,), provider=actor.provider)
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

    @property
    def search(self) -> Search:
        from fairplace.decision import History

        reader = self.office.register.reader
        return Search(History(case=self.office.case, events=reader.case(self.office.case), market=reader.market()))

    async def be(self, chromium: Browser, name: str, **options: object) -> Person:
        """Walk in as somebody, in a browser of one's own."""
        one = await Person.at(chromium, self.site, **options)
        await one.page.goto(f"{self.site}/demo")
        await one.page.get_by_role("button", name=f"Be {name}").click()
        await expect(one.page.get_by_role("heading", name="My work")).to_be_visible()
        return one

    def publish(self, tier: str, *sellers: homes.Seller) -> None:
        now = instant(self.office.clock.now) if self.office.clock else ""
        later = "2026-03-03T15:00:00.000Z"
        self.office.do(made(PublishReferral, {}, tier=tier, recipients=needs.asked(sellers, now, later)))


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def agency(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Agency]:
    made = Agency(tmp_path_factory.mktemp("agency") / "register")
    async with served_at(made.office.register) as made.site:
        yield made
    made.office.close()


async def choose(one: Person, question: str, answer: str) -> None:
    await one.page.get_by_role("group", name=question, exact=True).get_by_label(answer, exact=True).check()


async def day(one: Person, name: str, year: int, month: int, date: int) -> None:
    for part, value in (("day", date), ("month", month), ("year", year)):
        await one.page.locator(f"[id='{name}-{part}']").fill(str(value))


async def next_part(one: Person, title: str) -> None:
    await one.page.get_by_role("button", name="Save and go on").click()
    await expect(one.page.get_by_role("heading", level=1)).to_have_text(title)


async def assess(agency: Agency, sam: Person) -> str:
    """The social worker says on a phone what the child needs, part by part; the case that begins."""
    page = sam.page
    await page.goto(f"{agency.site}/desk/searches")
    await expect(page.get_by_text("Nothing needs you today.")).to_be_visible()
    await page.get_by_role("link", name="Assess a child’s need and begin a search").click()
    await look(page, "home 01 the need in parts")
    await page.get_by_role("link", name="The home", exact=True).click()
    await choose(sam, "Which authority looks after the child", "SYN01 Council")
    await choose(sam, "What kind of home", "A children’s home")
    await choose(sam, "How much the child needs", "3: high")
    await choose(sam, "Is it a generalist’s or a specialist’s to give?", "A generalist’s")
    await look(page, "home 01 the need, the home")
    await next_part(sam, "The child")
    await page.locator("#years").fill("19")
    await choose(sam, "Sex", "Female")
    await choose(sam, "Legal status", "C2 Full care order")
    await page.locator("input[name='child.need_code'][value=N1]").check()
    await next_part(sam, "What is needed")
    for row, words in enumerate(
        ("Adults who stay calm at night", "Help to stay in the same school", "Therapy once a week")
    ):
        await page.locator(f"#n{row}-words").fill(words)
    await look(page, "home 01 the need, what is needed")
    await next_part(sam, "Connections")
    await page.locator("input[name=connections][value=school]").check()
    await next_part(sam, "The assessment")
    await choose(sam, "I am", "A social worker")
    await next_part(sam, "Which facts are at hand for the referral?")
    for box in await page.locator(
        "input[name^='facts-'][type=checkbox]:not([name='facts-none']):not([name='facts-risk'])"
    ).all():
        await box.check()
    await next_part(sam, "Assess the need")
    await expect(page.get_by_text("Nothing that must be answered is missing.")).to_be_visible()
    await page.get_by_role("button", name="Check and go on to sign").click()
    await expect(page.get_by_text("below 18 years").first).to_be_visible()
    await look(page, "home 01 the need refused")
    await page.get_by_role("link", name="The child", exact=True).click()
    await expect(page.locator("#years")).to_have_value("19")
    await page.locator("#years").fill("13")
    await next_part(sam, "What is needed")
    await page.get_by_role("link", name="Assess the need").click()
    await go_on(sam)
    place = await sam.sign()
    return agency.office.register.reader.entry(place).envelope.stream


async def answers(agency: Agency, chromium: Browser, olga: Person) -> Person:
    """Olga asks tier 1, our own service answers at a desk, Ann on a phone; Ben by his own system."""
    office, case = agency.office, agency.office.case
    await open_file(olga, case)
    await look(olga.page, "home 02 a search")
    await olga.page.get_by_role("link", name="Documents").click()
    pdf = {"name": "About the child.pdf", "mimeType": "application/pdf", "buffer": filing.pdf()}
    await olga.page.locator("#file").set_input_files(pdf)  # type: ignore[arg-type]
    await choose(olga, "What is it?", "Referral: what providers get")
    await olga.page.get_by_role("button", name="Put it in").click()
    await expect(olga.page.get_by_role("heading", name="About the child.pdf")).to_be_visible()
    await look(olga.page, "home 02 a document of a search")
    await olga.page.get_by_role("link", name="Documents").click()
    await look(olga.page, "home 02 the documents of a search")
    await olga.page.goto(f"{agency.site}/desk/cases/{case}")
    await olga.page.get_by_role("link", name="Ask a tier").click()
    await expect(olga.page.get_by_label(f"{ASH.name} (1 place declared)")).to_be_checked()
    await expect(olga.page.locator("#document")).to_be_checked()
    await look(olga.page, "home 03 ask a tier")
    await go_on(olga)
    await olga.sign()
    nora, ann = await agency.be(chromium, "Nora"), await agency.be(chromium, "Ann", viewport=PHONE)
    for one, seller, parts in ((nora, OWN, ("3,000", "2,500", "5,500")), (ann, ASH, ("2,100", "2,600", "4,700"))):
        page = one.page
        await page.get_by_role("link", name="Referrals to us").click()
        if one is ann:
            await look(page, "home 04 referrals")
        await page.locator("a.govuk-task-list__link").first.click()
        if one is ann:
            await look(page, "home 05 a referral")
            async with page.expect_download() as sent:
                await page.get_by_role("link", name="Download it").click()
            assert "About the child" not in (await sent.value).suggested_filename
        await page.get_by_role("link", name="Offer a home").click()
        await expect(page.get_by_label(seller.setting)).to_be_checked()
        await day(one, "available_on", 2026, 3, 5)
        await page.locator("#weekly_fee").fill("1")
        await page.locator("#fee-accommodation").fill(parts[0])
        await page.locator("#fee-care_staffing").fill(parts[1])
        await page.locator("#needs").fill("n1, n2, n3")
        await choose(one, "Is it on the terms of your agreement with us?", "Yes")
        if one is ann:
            await page.get_by_role("button", name="Check and go on to sign").click()
            await expect(page.get_by_text("The parts come to £4,700 and the fee is £1").first).to_be_visible()
            await look(page, "home 06 an offer that does not add up")
        await page.locator("#weekly_fee").fill(parts[2])
        await go_on(one)
        await one.sign()
    await ann.page.goto(f"{agency.site}/desk/referrals/{case}")
    await expect(ann.page.get_by_text("You offered a home.")).to_be_visible()
    office.do(needs.offer(BEECH), by=BEECH.actor)
    return ann


async def challenged(agency: Agency, ben: Person, olga: Person) -> None:
    """Who was not chosen challenges the search, and the officer finds it on the board."""
    page = ben.page
    await page.get_by_role("link", name="Ask why, or challenge").click()
    await look(page, "home 27 ask why, or challenge")
    await page.get_by_role("link", name="Ask why", exact=True).click()
    await look(page, "home 28 ask why")
    await page.get_by_role("link", name="Back to ask why, or challenge").click()
    await page.get_by_role("link", name="Challenge", exact=True).click()
    await page.locator("input[name=kind][value=complaint]").check()
    await page.locator("input[name=ground][value=scoring]").check()
    await page.locator("#words").fill("The days of our therapist were not counted.")
    await page.locator("input[name=remedy][value=judge-again]").check()
    await look(page, "home 29 challenge")
    await go_on(ben)
    await ben.sign()
    await page.get_by_role("link", name="Go to what you asked and lodged").click()
    await expect(page.get_by_text("It waits for an answer.")).to_be_visible()
    await look(page, "home 30 what was lodged")
    agency.office.register.follow()
    await page.get_by_role("link", name="Receipt and proof").click()
    await look(page, "home 31 a receipt")
    page = olga.page
    await page.goto(f"{agency.site}/desk/searches")
    await expect(page.get_by_text("Challenged")).to_be_visible()
    await look(page, "home 32 the board with a challenge")
    await page.goto(f"{agency.site}/desk")
    await page.get_by_role("link", name="Answer a challenge by").click()
    await look(page, "home 33 answer a challenge")
    await page.goto(f"{agency.site}/desk/searches/{agency.home}/challenges")
    await look(page, "home 34 who asked why, and who challenged")


@pytest.mark.long
async def test_a_home_for_one_child_and_each_sees_their_own(agency: Agency, chromium: Browser) -> None:
    office = agency.office
    sam, olga = await agency.be(chromium, "Sam", viewport=PHONE), await agency.be(chromium, "Olga")
    case = agency.home = office.case = await assess(agency, sam)
    office.do(needs.voice(), by=SOCIAL_WORKER)
    office.do(needs.opening())
    office.do(needs.criteria())
    office.do(needs.in_house_search(instant(office.clock.now) if office.clock else ""))
    agency.publish("IN_HOUSE", OWN)
    ann = await answers(agency, chromium, olga)
    office.do(
        ConsiderOffers(
            id="test",
            offers={
                one: Considered(at=instant(office.register.sources.clock()), priority=None)
                for one in agency.search.live
            },
        )
    )
    await olga.page.goto(f"{agency.site}/desk/searches")
    await expect(olga.page.get_by_text("nobody silent")).to_be_visible()
    await look(olga.page, "home 07 the board")
    assert "Adults who stay calm" not in await olga.page.locator("main").inner_text()

    # Judged by every criterion, our own home among them
    live = list(agency.search.live)
    office.do(LocateOffers(id="test", distance={one: 50 + 80 * row for row, one in enumerate(live)}))
    cost = DeclareFullCost(
        id="test", setting=OWN.setting, year=2025, cost=156_000_000, nights_used=1750, nights_possible=2184
    )
    office.enter(
        cost,
        next(
            one.stream
            for one in office.register.reader.of_types(["market.setting-registered/1"], 0, 999)
            if one.event.setting == OWN.setting
        ),
    )  # type: ignore[attr-defined]
    await olga.page.goto(f"{agency.site}/desk/cases/{case}/score-offers")
    for row, points in enumerate((("41", "15", "12"), ("44", "16", "14"), ("40", "15", "10.5"))):
        for name, value in zip(("match", "outcomes", "locality"), points, strict=True):
            await olga.page.locator(f"#o{row}-{name}").fill(value)
    await look(olga.page, "home 08 judge the offers")
    await go_on(olga)
    await olga.sign()
    await olga.page.goto(f"{agency.site}/desk/searches/{case}/offers")
    await expect(olga.page.get_by_text(f"{ASH.name} comes first by full value and by price alone.")).to_be_visible()
    await expect(olga.page.get_by_text("£5,000 if it were full")).to_be_visible()
    await look(olga.page, "home 09 the table of offers")
    office.do(
        HoldPanel(
            id="test",
            attended=["chair", "social_worker"],
            ranking=[live[1], live[0], live[2]],
            note="All three could meet the need",
        ),
        by=CHAIR,
    )

    # The decision, with each letter before it is signed
    page = olga.page
    await page.goto(f"{agency.site}/desk/cases/{case}/choose-home")
    await look(page, "home 10 choose a home in parts")
    await page.get_by_role("link", name="All on one page").click()
    await page.locator(f"input[name=offer][value='{live[1]}']").check()
    await choose(olga, "Why this home", "Most points")
    await page.locator("#why-words").fill("Most points, and the school stays.")
    await choose(olga, "How it is bought", "Called off a framework")
    await page.get_by_label("By what power").fill("Children Act 1989 s.22C")
    await choose(olga, "The law of the purchase", "Procurement Act 2023")
    for row in (0, 2):
        await page.locator(f"input[name=not{row}-code][value=lower_match_score]").check()
        await page.locator(f"input[name=not{row}-criteria][value=match]").check()
        await page.locator(f"#not{row}-words").fill("The chosen home has more experience of such a need.")
    await page.locator("input[name=kept-school][value=kept]").check()
    await page.locator("input[name=voice][value=followed]").check()
    await look(page, "home 10 choose a home")
    await go_on(olga)
    await look(page, "home 11 sign the decision")
    sign = page.url
    await page.get_by_role("link", name="Preview").click()
    await expect(page.get_by_role("heading", name=BEECH.name)).to_be_visible()
    await look(page, "home 12 the decision and each letter")
    await page.goto(sign)
    await olga.sign()

    # Approved by role, of the same versions; the director from a phone
    for name, capacity in (
        ("Asha", "Practice: the match"),
        ("Bea", "Budget: the money"),
        ("Dora", "Director of children’s services: at a distance"),
    ):
        one = await agency.be(chromium, name, viewport=PHONE)
        await open_file(one, case)
        await one.page.get_by_role("link", name="Approve", exact=True).click()
        await choose(one, "You approve as", capacity)
        await choose(one, "Do you approve?", "Yes")
        await expect(one.page.get_by_text("£4,700 a week; version 1 of the need, version 1 of the fee")).to_be_visible()
        await expect(one.page.get_by_text("this draft open too")).to_have_count(0)
        if name == "Dora":
            await look(one.page, "home 13 approve")
        await go_on(one)
        await one.sign()
        await one.context.close()
    await page.goto(f"{agency.site}/desk/cases/{case}/send-reasons")
    await page.get_by_label("Yes", exact=True).first.check()
    await go_on(olga)
    await olga.sign()

    # What each provider reads
    ben, cora = await agency.be(chromium, "Ben"), await agency.be(chromium, "Cora", viewport=PHONE)
    await ben.page.goto(f"{agency.site}/desk/referrals/{case}")
    await expect(ben.page.get_by_text("It was not chosen.")).to_be_visible()
    words = await ben.page.locator("main").inner_text()
    assert not [word for word in (ASH.name, OWN.name, "4,700", "5,500", "Adults who") if word in words]
    await look(ben.page, "home 14 why not chosen")
    await challenged(agency, ben, olga)
    await ann.page.goto(f"{agency.site}/desk/referrals/{case}")
    await expect(ann.page.get_by_text("It was chosen.")).to_be_visible()
    await cora.page.get_by_role("link", name="Referrals to us").click()
    await expect(cora.page.get_by_text("You stand in another tier").first).to_be_visible()
    await look(cora.page, "home 15 why not asked")
    await cora.page.get_by_role("navigation", name="Your desk").get_by_role("link", name="Our homes").click()
    await look(cora.page, "home 16 our homes")
    await cora.page.get_by_role("link", name="The room is gone").click()
    await choose(cora, "Why", "It is filled")
    await go_on(cora)
    await cora.sign()
    await cora.page.goto(f"{agency.site}/desk/homes")
    await expect(cora.page.get_by_text("Not available for matching: no room is declared.")).to_be_visible()


async def test_a_home_for_tonight_from_a_phone(agency: Agency, chromium: Browser) -> None:
    office = agency.office
    office.case = ""
    office.do(needs.need(child=needs.child(pseudonym=NIGHT)), by=SOCIAL_WORKER)
    office.do(needs.opening(urgency="same_day"))
    olga = await agency.be(chromium, "Olga", viewport=PHONE)
    await open_file(olga, office.case)
    await olga.page.get_by_role("link", name="A home for tonight").click()
    await olga.page.get_by_label(f"{BEECH.name}, {BEECH.setting}").check()
    await olga.page.locator("#weekly_fee").fill("6,400")
    await choose(olga, "Why it cannot wait", "A placement broke down")
    await olga.page.locator("#words").fill("Three homes were asked; this one can tonight.")
    await look(olga.page, "home 17 a home for tonight")
    await go_on(olga, "Go on to sign")
    await olga.sign()
    await olga.page.get_by_role("link", name="Go on with the home for tonight").click()
    await go_on(olga, "Go on to sign")
    await olga.sign()
    await olga.page.goto(f"{agency.site}/desk/searches")
    await expect(olga.page.get_by_text("Approval of the emergency")).to_be_visible()
    await look(olga.page, "home 18 the board at night")


@pytest.mark.long
async def test_how_it_goes_on_until_the_child_leaves(agency: Agency, chromium: Browser) -> None:
    """After the first story: agreed and moved in, on the list, told in their own words, reviewed, and left."""
    office, case = agency.office, agency.home
    office.case = case
    office.do(searches.agreement(agency))  # type: ignore[arg-type]  # it asks for the search alone
    office.wait_until("2026-03-06T14:00:00.000Z")
    olga = await agency.be(chromium, "Olga")
    page = olga.page
    await open_file(olga, case)
    await page.get_by_role("link", name="Record that the child has moved in").click()
    await day(olga, "moved_at", 2026, 3, 6)
    await page.locator("[id='moved_at-time']").fill("10:00")
    await page.locator("input[name=reason][value=P]").check()
    await go_on(olga)
    await olga.sign()
    await page.goto(f"{agency.site}/desk/searches/living")
    await expect(page.get_by_text("Record the placement plan by 13 March 2026")).to_be_visible()
    await look(page, "home 19 the children who moved in")
    await page.get_by_role("navigation", name="Your desk").get_by_role("link", name="List of homes").click()
    await look(page, "home 20 the list of homes")
    await page.get_by_role("link", name=ASH.name).click()
    await look(page, "home 21 a provider on the list")
    await page.get_by_role("link", name="Record a grade").click()
    await look(page, "home 22 a form of the list")
    asha = await agency.be(chromium, "Asha")
    await asha.page.goto(f"{agency.site}/desk/market")
    await asha.page.get_by_role("link", name="Record an agreement").click()
    await look(asha.page, "home 22 an agreement")

    # The social worker on a phone: the decision in the child's own words, a review, and the end
    office.wait_until("2026-03-20T09:00:00.000Z")
    sam = await agency.be(chromium, "Sam", viewport=PHONE)
    page = sam.page
    await open_file(sam, case)
    await look(page, "home 23 how it goes on")
    async with page.expect_download() as given:
        await page.get_by_role("link", name="with symbols").click()
    assert (await given.value).suggested_filename.endswith("-symbols.html")
    await page.get_by_role("link", name="Give the young person the decision").click()
    await choose(sam, "In which words did they get it?", "With symbols")
    await go_on(sam)
    await sam.sign()
    await page.goto(f"{agency.site}/desk/cases/{case}/review-placement")
    await day(sam, "reviewed_on", 2026, 3, 19)
    await choose(sam, "Is the need met?", "In part")
    await page.locator("#words").fill("Sleeps better; the school goes well.")
    await page.locator("#added_hours").fill("14")
    await look(page, "home 24 a review")
    await page.get_by_role("button", name="Check and go on to sign").click()
    await expect(page.get_by_text("give both, or neither").first).to_be_visible()
    await page.locator("#hour_rate").fill("22.00")
    await go_on(sam)
    await sam.sign()
    await page.goto(f"{agency.site}/desk/cases/{case}/end-placement")
    await day(sam, "ending.ended_on", 2026, 3, 20)
    await page.locator("input[name=reason][value=CARPL]").check()
    await page.locator("input[name='ending.rec'][value=X1]").check()
    await choose(sam, "Was it planned?", "Yes")
    await choose(sam, "Was it reviewed before?", "Yes")
    await choose(sam, "Was there an immediate risk?", "No")
    await look(page, "home 25 the end")
    await go_on(sam)
    await sam.sign()
    await page.goto(f"{agency.site}/desk/searches/living")
    await expect(page.get_by_text("No child has moved in by this record.")).to_be_visible()

    # The provider takes its answers away, and says how it was
    office.register.follow()
    ann = await agency.be(chromium, "Ann", viewport=PHONE)
    await ann.page.goto(f"{agency.site}/desk/referrals/{case}")
    async with ann.page.expect_download() as taken:
        await ann.page.get_by_role("link", name="Take your answers away, each with its proof").click()
    assert (await taken.value).suggested_filename.endswith("-our-answers.zip")
    await ann.page.get_by_role("link", name="Say how it was with us").click()
    await choose(ann, "How was it with them?", "4: good")
    await look(ann.page, "home 26 how it was")
    await go_on(ann)
    await ann.sign()
