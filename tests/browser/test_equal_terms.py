"""What is done with bids beside their marks, as people see it: formal faults, marks without names, trade secrets."""

from __future__ import annotations

import re
from datetime import timedelta

import msgspec
import pytest
from playwright.async_api import Browser, Page, expect

from fairplace.clerk import Clerk
from fairplace.decision import Command, History
from fairplace.ledger.note import Signer
from fairplace.post.lodgings import Mark
from fairplace.procurement.commands import LodgeBid, OpenBids
from fairplace.procurement.events import BidCheck
from fairplace.procurement.state import State, state_of
from fairplace.procurement.veil import bid_under, letter
from fairplace.terms import instant
from fairplace.workroom import Workroom
from tests import story
from tests.browser.looking import look
from tests.browser.test_recording import Council, council, go_on, open_file
from tests.browser.walking import choose, day_and_time, take_up
from tests.story import ALDER, CEDAR, OFFERS

__all__ = ["council"]

NAMES = re.compile("Alder|Birch|Cedar|GB-COH")


class Before:
    """What comes before the bids are opened, by the command line."""

    def __init__(self, council: Council, name: str) -> None:
        self._council, self._name, self._count, self.case = council, name, 0, ""
        self.officer = self.enrol("officer", "officer")

    def enrol(self, token: str, role: str, provider: str | None = None) -> Signer:
        self._count += 1
        kind = "provider" if provider else "officer"
        seed = f"{self._name} {token}".encode().ljust(32, b".")[:32]
        made = Signer(f"council.example/{kind}/{self._name}{self._count}", seed)
        holder = f"{self._name} {token}"
        self._council.register.enrol(made.vkey.text, role, holder=holder, provider=provider, admin=self._council.root)
        return made

    def do(self, command: Command, by: Signer | None = None) -> None:
        signer = by or self.officer
        self._count += 1
        named = msgspec.structs.replace(
            command, id=f"{self._name}-{self._count}", as_=signer.vkey.name, case=self.case or None
        )
        done = Clerk(self._council.register, lambda _: signer).carry_out(named)
        self.case = self.case or str(done.recorded.case)

    def until_published(self) -> None:
        until = instant(self._council.clock() + timedelta(days=40))
        self.do(story.plan())
        self.do(story.conflicts())
        self.do(story.tender(deadline=until, questions_until=None, conditions=[]))

    def until_opened(self) -> None:
        for offer in OFFERS[:3]:
            bidder = self.enrol(f"bids as {story.short(offer.provider)}", "provider", provider=offer.provider.id)
            self.do(LodgeBid(id="x", provider=offer.provider, price=offer.price), by=bidder)
        self._council.clock.later += timedelta(days=41)
        self.do(OpenBids(id="x"))

    @property
    def state(self) -> State:
        register = self._council.register
        register.follow()
        return state_of(History(case=self.case, events=register.reader.case(self.case)))

    def row(self, provider: story.Provider) -> int:
        return list(self.state.bids).index(provider.id)


async def task(page: Page, site: str, case: str, code: str) -> None:
    await page.goto(f"{site}/desk/cases/{case}/{code}")


@pytest.mark.long
async def test_formal_faults_are_put_right_on_equal_terms(council: Council, chromium: Browser) -> None:
    before = Before(council, "faults")
    before.until_published()
    before.until_opened()
    olga = await council.person(chromium, "Olive", "officer")
    page, case = olga.page, before.case
    await olga.sign_in()
    await open_file(olga, case)
    await take_up(page, "Let formal faults be put right")
    alder, cedar = before.row(ALDER), before.row(CEDAR)
    await day_and_time(page, "until", council.clock() + timedelta(days=2))
    for row in (alder, cedar):
        await page.locator(f"input[name=f{row}-kinds][value=signature]").check()
    await page.locator(f"#f{alder}-note").fill("Page 3 of the form of tender")
    await page.locator(f"input[name=f{cedar}-invited][value=no]").check()
    await page.locator(f"#f{cedar}-note").fill("It came on paper")
    await page.get_by_role("button", name="Check and go on to sign").click()
    await expect(page.get_by_text("like others that may put it right; invite it too").first).to_be_visible()
    await look(page, "formal faults, one left out")
    await page.locator(f"input[name=f{cedar}-invited][value=yes]").check()
    await go_on(page)
    await expect(page.get_by_text("Invite 2 bidders to put formal faults right")).to_be_visible()
    await look(page, "formal faults, to sign")
    await olga.sign()

    await page.goto(f"{council.site}/desk/cases/{case}")
    await look(page, "formal faults, the case")
    await page.get_by_role("link", name="Letters and notices").click()
    await look(page, "formal faults, letters")
    await page.get_by_role("link", name=re.compile("^Invitation to\\s+Alder Homes")).click()
    await expect(page.get_by_text("Page 3 of the form of tender")).to_be_visible()
    await look(page, "formal faults, a letter")

    council.clock.later += timedelta(days=3)
    await olga.sign_in()
    await open_file(olga, case)
    await take_up(page, "Record what was put right")
    await choose_came(page, alder, "accepted")
    await day_and_time(page, f"c{alder}-at", council.clock() - timedelta(days=2))
    await choose_came(page, cedar, "nothing")
    await look(page, "formal faults, what came")
    await go_on(page)
    await olga.sign()
    state = before.state
    assert state.corrected[state.bids[ALDER.id].place].accepted
    assert state.corrected[state.bids[CEDAR.id].place].came_at is None
    await page.goto(f"{council.site}/decisions/{case}")
    await olga.context.close()


@pytest.mark.long
async def test_bids_are_marked_without_names(council: Council, chromium: Browser) -> None:
    before = Before(council, "unnamed")
    before.until_published()
    olga = await council.person(chromium, "Orla", "officer")
    page, case = olga.page, before.case
    await olga.sign_in()
    await open_file(olga, case)
    await take_up(page, "Mark bids without names")
    await page.locator("#arrangements").fill("The officer puts each answer in under its letter.")
    await look(page, "without names, the decision")
    await go_on(page)
    await expect(page.get_by_text("Which bid is whose is known to approver, auditor")).to_be_visible()
    await olga.sign()
    before.until_opened()
    before.do(story.checks(OFFERS[:3], **{story.short(one.provider): unchecked(council) for one in OFFERS[:3]}))
    place = before.state.bids[ALDER.id].place
    await olga.sign_in()
    await open_file(olga, case)
    await task(page, council.site, case, "documents")
    answer = {"name": f"Bid {letter(place)}.txt", "mimeType": "text/plain", "buffer": b"Each child has a key worker."}
    await page.locator("#file").set_input_files([answer])
    await page.get_by_label("Written answer without a name").check()
    await look(page, "without names, documents")
    await page.get_by_role("button", name="Put it in").click()
    await expect(page.get_by_role("heading", name=f"Bid {letter(place)}.txt")).to_be_visible()
    await look(page, "without names, an answer")

    eva = await council.person(chromium, "Esther", "evaluator")
    page = eva.page
    await eva.sign_in()
    await open_file(eva, case)
    await take_up(page, "Declare my interests")
    await expect(
        page.get_by_text("Those who bid, by the alphabet: Alder Homes, Birch Care, Cedar House")
    ).to_be_visible()
    await look(page, "without names, interests")
    await choose(page, "In this case I act as", "Evaluator")
    await choose(page, "Do you know who bids?", "Yes")
    await go_on(page)
    await eva.sign()
    await task(page, council.site, case, "documents")
    await expect(page.get_by_role("link", name=f"Bid {letter(place)}.txt")).to_be_visible()
    await task(page, council.site, case, "sheet")
    await expect(page.get_by_role("heading", name=f"{bid_under(place)}: Quality of care")).to_be_visible()
    assert not NAMES.search(await page.content())
    await look(page, "without names, a sheet")
    for row in range(3):
        for column in range(2):
            await page.locator(f"input[name=b{row}-{column}-mark][value='6']").check()
            await page.locator(f"#b{row}-{column}-reason").fill(f"Page {row + 4} shows how, in answer {column}.")
    await go_on(page)
    assert not NAMES.search(await page.content())
    await look(page, "without names, to sign")
    await eva.sign()
    await task(page, council.site, case, "name-seen")
    await choose(page, "How did it become known?", "From a written answer")
    await choose(page, "Which bid (optional)", bid_under(place))
    await look(page, "without names, a name was seen")
    await go_on(page)
    await eva.sign()
    await page.goto(f"{council.site}/decisions/{case}")
    await expect(page.get_by_text("Whoever marks sees letters in place of bidders")).to_be_visible()
    await look(page, "without names, the public page")
    for person in (olga, eva):
        await person.context.close()


def unchecked(council: Council) -> BidCheck:
    """Live and clear, on the day of the test, for a tender that sets no condition."""
    return story.check(conditions={}, debarment_checked_on=f"{council.clock():%Y-%m-%d}")


async def test_trade_secrets_are_recorded_and_decided_on(council: Council, chromium: Browser) -> None:
    before = Before(council, "secrets")
    before.until_published()
    marks = (Mark(part="Rota, pages 7 to 9", reason="competitors could copy it"),)
    Workroom(council.register).lodgings.mark(before.case, ALDER.id, marks, person="")
    before.until_opened()
    olga = await council.person(chromium, "Odile", "officer")
    page, case = olga.page, before.case
    await olga.sign_in()
    await open_file(olga, case)
    await take_up(page, "Record trade secrets")
    row = before.row(ALDER)
    await expect(page.locator(f"#s{row}")).to_have_value("Rota, pages 7 to 9: competitors could copy it")
    await look(page, "trade secrets, recorded")
    await go_on(page)
    await olga.sign()
    await task(page, council.site, case, "secrets-decided")
    await page.locator(f"input[name=d{row}-0-accepted][value=yes]").check()
    await page.locator(f"#d{row}-0-reason").fill("It is not known outside.")
    await look(page, "trade secrets, decided on")
    await go_on(page)
    await olga.sign()
    state = before.state
    assert [one.accepted for one in state.rulings[state.bids[ALDER.id].place]] == [True]
    await olga.context.close()


async def choose_came(page: Page, row: int, what: str) -> None:
    await page.locator(f"input[name=c{row}-what][value={what}]").check()
