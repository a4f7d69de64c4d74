"""An officer brings a workbook, three evaluators sign what it says, the panel agrees and one approver decides."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from playwright.async_api import Browser, expect

from fairplace.clerk import Clerk
from fairplace.decision import Command, History
from fairplace.ledger.note import Signer
from fairplace.procurement.commands import CheckBids, LodgeBid, OpenBids
from fairplace.procurement.events import Criterion, Moderated, Scale, SheetSigned
from fairplace.procurement.state import state_of
from fairplace.terms import instant
from tests import story
from tests.browser.looking import look
from tests.browser.test_recording import Council, council, go_on, open_file
from tests.browser.walking import choose, take_up
from tests.story import OFFERS
from tests.workbook.written import Marks, wide, xlsx

__all__ = ["council"]

TITLES = {
    "care": "Quality of care", "safe": "Keeping children safe", "voice": "Children’s voice", "staff": "Staffing",
    "health": "Health", "school": "Education", "move": "Moving on", "value": "Social value",
}  # fmt: skip
NAMES = ("Ella", "Ewan", "Esi")
AGREED = "Agreed"
WINNER = OFFERS[1]
DECIDING = {"evaluation.sheet-signed/1", "evaluation.moderated/1", "procurement.awarded/1"}


def marks() -> Marks:
    """5 bids, 3 evaluators, 8 criteria: 120 marks."""
    return {
        (who, offer.provider.name, title): ((number + bid * 5 + row) % 6, f"Page {number + bid * 8 + row}: {title} as {who} reads it.")
        for number, who in enumerate(NAMES)
        for bid, offer in enumerate(OFFERS)
        for row, title in enumerate(TITLES.values())
    }  # fmt: skip


def agreed() -> Marks:
    """What the panel came to: the first evaluator's mark, in words of its own."""
    return {
        (AGREED, bidder, title): (mark, f"The panel: {why}")
        for (who, bidder, title), (mark, why) in marks().items()
        if who == NAMES[0]
    }


class Beforehand:
    """Records what comes before the marks, by the command line, up to bids that are checked."""

    def __init__(self, council: Council) -> None:
        self._council = council
        self._count = 0
        self.case = ""
        self.officer = self.enrol("before/officer", "officer")

    def enrol(self, name: str, role: str, provider: str | None = None) -> Signer:
        self._count += 1
        kind, token = name.split("/")
        made = Signer(
            f"council.example/{'provider' if provider else 'officer'}/{kind}{token}", bytes([90 + self._count]) * 32
        )
        self._council.register.enrol(made.vkey.text, role, holder=name, provider=provider, admin=self._council.root)
        return made

    def do(self, command: Command, by: Signer | None = None) -> None:
        signer = by or self.officer
        self._count += 1
        named = msgspec.structs.replace(
            command, id=f"before-{self._count}", as_=signer.vkey.name, case=self.case or None
        )
        done = Clerk(self._council.register, lambda _: signer).carry_out(named)
        self.case = self.case or str(done.recorded.case)

    def run(self) -> None:
        now = self._council.clock()
        self.do(story.plan())
        self.do(story.conflicts())
        quality = [Criterion(id=one, parent=None, kind="quality", weight=750) for one in TITLES]
        price = Criterion(id="price", parent=None, kind="price", weight=4000)
        self.do(
            story.tender(
                criteria=[*quality, price], titles={**TITLES, "price": "Price"}, descriptors={},
                scale=Scale(lowest=0, highest=5, step=1), deadline=instant(now + timedelta(days=40)), questions_until=None,
            )
        )  # fmt: skip
        for number, offer in enumerate(OFFERS):
            bidder = self.enrol(f"bid/{number}", "provider", provider=f"GB-COH-0900000{number}")
            provider = story.Provider(id=f"GB-COH-0900000{number}", name=offer.provider.name)
            self.do(LodgeBid(id="x", provider=provider, price=offer.price), by=bidder)
        self._council.clock.later += timedelta(days=41)
        self.do(OpenBids(id="x"))
        check = story.check(debarment_checked_on=f"{self._council.clock():%Y-%m-%d}")
        self.do(CheckBids(id="x", bids={f"GB-COH-0900000{number}": check for number in range(len(OFFERS))}))


@pytest.mark.long
async def test_a_workbook_becomes_an_award_of_five_signatures_with_no_mark_typed(
    council: Council, chromium: Browser
) -> None:
    before = Beforehand(council)
    before.run()
    case = before.case
    olga = await council.person(chromium, "Oda", "officer")
    evaluators = [await council.person(chromium, name, "evaluator") for name in NAMES]
    moderator = await council.person(chromium, "Mia", "moderator")
    approver = await council.person(chromium, "Ama", "approver")
    acting_as = (
        (olga, ""),
        *((one, "Evaluator") for one in evaluators),
        (moderator, "Moderator"),
        (approver, "Approver"),
    )
    for person, acting in acting_as:
        await person.sign_in()
        await open_file(person, case)
        if acting:
            await take_up(person.page, "Declare my interests")
            await choose(person.page, "In this case I act as", acting)
            await choose(person.page, "Do you know who bids?", "Yes")
            await go_on(person.page)
            await person.sign()

    page = olga.page
    await page.goto(f"{council.site}/desk/cases/{case}")
    await page.get_by_role("link", name="Read marks from a workbook").click()
    await look(page, "choose a workbook")
    spoiled = {**marks(), (NAMES[0], OFFERS[0].provider.name, "Health"): (9, "Too high")}
    for given in (spoiled, marks()):
        data = xlsx({who: wide(given, who) for who in NAMES})
        await page.get_by_label("The workbook").set_input_files(
            [{"name": "Scores final v3.xlsx", "mimeType": "application/octet-stream", "buffer": data}]
        )
        await page.get_by_role("button", name="Read it").click()
        if given is spoiled:
            await expect(page.get_by_text("119 marks read, 1 to answer.")).to_be_visible()
            await expect(page.get_by_text("“9” is not on the scale from 0 to 5")).to_be_visible()
            await look(page, "a workbook with a question")
            await page.get_by_text("How the workbook is laid out").click()
            await look(page, "how a workbook is laid out")
            await page.get_by_role("button", name="Put this workbook away").click()
    await expect(page.get_by_text("120 marks read, 0 to answer.")).to_be_visible()
    await page.get_by_role("button", name="Put 120 marks into the drafts").click()
    await expect(page.get_by_text("The marks are in the drafts. Nothing is signed yet.")).to_be_visible()
    await look(page, "a workbook in the drafts")

    equal = 0
    for who, person in zip(NAMES, evaluators, strict=True):
        await person.page.goto(f"{council.site}/desk/cases/{case}/sheet")
        await expect(person.page.get_by_text("From the workbook").first).to_be_visible()
        if who == NAMES[0]:
            await look(person.page, "a sheet from a workbook")
        await go_on(person.page)
        if who == NAMES[0]:
            await person.page.get_by_role("link", name="Preview").click()
            await look(person.page, "preview")
            await person.page.get_by_role("link", name="The public page after this step").click()
            await expect(person.page.get_by_text("The last step is not recorded")).to_be_visible()
            await look(person.page, "preview of the public page")
            await person.page.get_by_role("link", name="Back to the preview").click()
            await person.page.get_by_role("link", name="Back to the signature").click()
        place = await person.sign()
        [signed] = council.register.reader.recorded(place, place + 1)
        assert isinstance(signed.event, SheetSigned)
        equal += compared(council, case, who, signed.event)
    assert equal == 120

    await page.goto(f"{council.site}/desk/cases/{case}")
    await page.get_by_role("link", name="Read marks from a workbook").click()
    data = xlsx({"Agreed": wide(agreed(), AGREED)})
    await page.get_by_label("The workbook").set_input_files(
        [{"name": "Agreed.xlsx", "mimeType": "application/octet-stream", "buffer": data}]
    )
    await page.get_by_role("button", name="Read it").click()
    await page.get_by_role("button", name="Put 40 marks into the drafts").click()

    panel = moderator.page
    await panel.goto(f"{council.site}/desk/cases/{case}/moderation")
    await expect(panel.get_by_role("heading", name="To look at first")).to_be_visible()
    await look(panel, "to look at first")
    for field in await panel.locator("[id^=b][id$=-change]").all():
        await field.fill("The panel read the plan again together.")
    await go_on(panel)
    [moderated] = council.register.reader.recorded(place := await moderator.sign(), place + 1)
    assert isinstance(moderated.event, Moderated)
    assert in_the_log(council, case, moderated.event) == agreed()

    page = approver.page
    await page.goto(f"{council.site}/desk/cases/{case}/award")
    await page.get_by_label(f"{WINNER.provider.name}: value awarded").fill(f"{WINNER.price / 100:.2f}")
    await page.get_by_label("Reasons").fill("The best plan for each child, below the estimate.")
    await page.get_by_label("By what power you decide").fill("Scheme of delegation 4.2")
    await go_on(page)
    place = await approver.sign()
    steps = [one for one in council.register.reader.case(case) if one.type in DECIDING and one.index <= place]
    assert steps[-1].type == "procurement.awarded/1"
    signatures = sum(len(council.register.reader.entry(one.index).lines) for one in steps)
    assert signatures == 5  # three sheets, what the panel agreed on, and the award
    page = olga.page
    await page.goto(f"{council.site}/desk/cases/{case}/names")
    await page.get_by_label("Names").fill("Maya Osei")
    await page.get_by_role("button", name="Keep the list").click()
    await page.goto(f"{council.site}/desk/cases/{case}/end")
    await choose(page, "On what ground", "Something else")
    await page.locator("#reason").fill("Maya Osei of 14 Mill Lane needs it no more.")
    await choose(page, "How do you record it?", "It has already happened; I say so")
    when = datetime.now(UTC) + council.clock.later - timedelta(hours=1)
    for part in ("day", "month", "year"):
        await page.locator(f"#happened_at-{part}").fill(str(getattr(when, part)))
    await page.locator("#happened_at-time").fill("00:01")
    await page.get_by_role("button", name="Check and go on to sign").click()
    await expect(page.get_by_text("Does this tell of a child?")).to_be_visible()
    await expect(page.get_by_text("is a name of this case").first).to_be_visible()
    await look(page, "words that tell of a child")
    await page.goto(f"{council.site}/desk/cases/new/plan/notice")
    await look(page, "choose a notice")
    for person in (olga, *evaluators, moderator, approver):
        await person.context.close()


def compared(council: Council, case: str, who: str, event: SheetSigned) -> int:
    """How many signed marks and reasons are those of the workbook."""
    state = state_of(History(case=case, events=council.register.reader.case(case)))
    found = 0
    for bid in state.bids.values():
        marked, reasons = event.bids[bid.place].marks.get({}), event.bids[bid.place].reasons.get({})
        for criterion, title in TITLES.items():
            assert (marked[criterion], reasons[criterion]) == marks()[who, bid.provider.name, title]
            found += 1
    return found


def in_the_log(council: Council, case: str, event: Moderated) -> Marks:
    """The marks that the panel agreed on, as they stand in the log."""
    state = state_of(History(case=case, events=council.register.reader.case(case)))
    return {
        (AGREED, bid.provider.name, title): (
            event.bids[place].marks.get({})[one],
            event.bids[place].reasons.get({})[one],
        )
        for place, bid in ((bid.place, bid) for bid in state.bids.values())
        for one, title in TITLES.items()
    }
