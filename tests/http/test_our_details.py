"""A provider states its details in a browser, once; each bid has them, and nobody learns from them who bids."""

from __future__ import annotations

import base64
import html
import re
from collections.abc import Iterator

import pytest
from httpx import Response

from fairplace.bidding.commands import DecideAnonymity
from fairplace.decision import Actor
from fairplace.people.commands import DeclareInterests
from fairplace.procurement.commands import OpenBids
from fairplace.terms import Provider
from tests import story
from tests.http.opened import Client
from tests.http.test_bids import Market
from tests.office import key_of, open_office, person, signer
from tests.story import ALDER, APPROVER, BIRCH, EVALUATORS, MODERATOR, MONITORING, OFFERS, OFFICER

FORM = {
    "name": "Birch Canary Care Ltd", "company": "1000002", "ppon": "pcan 4962 ryxx", "size": "small", "vcse": "no",
    "address": "9 Canary Row\nNorthbrook NB1 2CD", "email": "canary@birch.example",
    "r0-kind": "insurance", "r0-what": "Canary liability", "r0-by": "An Insurer", "r0-number": "PL-77123",
    "r0-until-day": "31", "r0-until-month": "3", "r0-until-year": "2026",
    "r1-kind": "registration", "r1-what": "Provider of homes", "r1-by": "Ofsted",
}  # fmt: skip
CANARIES = ("Canary", "PCAN-4962", "PL-77123", "pcan 4962")


class Details:
    """A market whose providers have a place for their details."""

    def __init__(self, market: Market) -> None:
        self.market = market

    def fill(self, client: Client, path: str = "/change", **fields: str) -> Response:
        session = self.market.desk.sessions.get(next(iter(client.cookies.values())))
        assert session is not None
        return client.post(
            f"/desk/details{path}", data={"token": session.csrf, **fields},
            headers={"sec-fetch-site": "same-origin"}, follow_redirects=False,
        )  # fmt: skip

    def sign(self, client: Client, provider: Provider) -> Response:
        page = client.get("/desk/details/sign").text
        text = re.search(r'data-text="([^"]+)"', page)
        assert text is not None, page
        line = signer(key_of(provider)).line(base64.b64decode(html.unescape(text[1]))).rstrip("\n")
        return self.fill(client, "/sign", line=line)

    def state(self, client: Client, provider: Provider, **changes: str) -> int:
        filled = self.fill(client, **{**FORM, **changes})
        assert filled.status_code == 303, filled.text
        done = self.sign(client, provider)
        assert done.status_code == 303, done.text
        return int(done.headers["location"].rpartition("/")[2])


@pytest.fixture
def market(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Market]:
    with open_office(tmp_path_factory.mktemp("details") / "register", until="published") as office:
        office.wait_until("2026-03-30T09:00:00.000Z")
        yield Market(office)


def test_details_are_stated_once_signed_on_the_device_and_every_bid_has_them(market: Market) -> None:
    client, own = market.provider(BIRCH), Details(market)
    assert "You have stated nothing yet" in client.get("/desk/details").text
    assert "State your details once" in client.get(market.address).text
    begun = client.get("/desk/details/change").text
    assert 'value="01000002"' in begun, "its own id says its number"
    size = market.office.register.reader.size
    for changes, says in (
        ({"company": "12"}, "Companies House writes 8 characters"),
        ({"company": "01000001"}, "this key was enrolled for GB-COH-01000002"),
        ({"ppon": "PPON"}, "such as PBZB-4962-TVLR"),
        ({"email": "nobody"}, "Write an e-mail address"),
        ({"name": ""}, "Write legal name"),
        ({"r1-by": ""}, "Registration, accreditation or insurance 2: write by whom"),
        ({"r0-until-day": "32"}, "Write a day of the calendar"),
    ):
        wrong = own.fill(client, **{**FORM, **changes})
        assert wrong.status_code == 422, changes
        assert says in html.unescape(wrong.text), (changes, says)
        assert "Canary liability" in wrong.text, "nothing typed is lost"
    assert own.fill(client, **{**FORM, "name": "Half", "do": "more"}).status_code == 303
    draft = client.get("/desk/details/change").text
    assert 'value="Half"' in draft
    assert "accreditation or insurance 4" in draft
    assert "Your draft of" in draft
    assert own.fill(client, **FORM).status_code == 303
    shown = client.get("/desk/details/sign").text
    assert "01000002 (written as 1000002)" in shown
    assert "PCAN-4962-RYXX (written as pcan 4962 ryxx)" in shown
    assert "Details wait for your signature" in client.get("/desk/details").text
    assert market.office.register.reader.size == size, "nothing is recorded before"
    index = int(own.sign(client, BIRCH).headers["location"].rpartition("/")[2])
    entry = market.office.register.reader.entry(index)
    assert entry.envelope.type == "provider.facts-stated/1"
    assert entry.envelope.actor.endswith("/service/receiver")
    market.office.register.follow()
    receipt = client.get(f"/desk/details/receipts/{index}")
    assert "Your details are recorded" in receipt.text
    proof = client.get(f"/desk/details/receipts/{index}.tlog-proof")
    assert proof.status_code == 200
    page = client.get("/desk/details").text
    assert "As you stated them on 30 March 2026" in html.unescape(re.sub("<[^>]+>", "", page))
    assert f"/desk/details/receipts/{index}" in page
    before = market.office.register.reader.size
    bid = client.get(market.address).text
    assert 'value="Birch Canary Care Ltd"' in bid, "the name is filled in"
    told = " ".join(html.unescape(re.sub("<[^>]+>", "", bid)).split())
    assert "This bid has your details as you stated them on 30 March 2026" in told
    assert (
        "Canary liability, by An Insurer, number PL-77123. Runs out on 31 March 2026, before this tender closes" in told
    )
    assert market.office.register.reader.size == before, (
        "no entry tells that it looked: it would tell who is about to bid"
    )
    assert "run out" not in client.get("/desk").text
    market.office.wait_until("2026-04-01T09:00:00.000Z")
    client = market.provider(BIRCH)
    assert "1 registration, accreditation or insurance of yours has run out" in client.get("/desk").text
    assert "1 thing has run out" in client.get("/desk/details").text
    assert 'value="pcan 4962 ryxx"' in client.get("/desk/details/change").text, "as it was typed"


def test_what_a_provider_stated_is_on_no_page_of_another(market: Market) -> None:
    client, own = market.provider(BIRCH), Details(market)
    index = own.state(client, BIRCH)
    market.office.register.follow()
    other = market.provider(ALDER)
    for address in ("/desk/details", "/desk/details/change", market.address, "/desk/bids", "/desk"):
        assert not any(canary in other.get(address).text for canary in CANARIES), address
    for end in ("", ".txt", ".pdf", ".tlog-proof"):
        assert other.get(f"/desk/details/receipts/{index}{end}").status_code == 404
    assert market.desk.client(OFFICER.key).get("/desk/details").status_code == 403


TASKS = (
    "open",
    "checks",
    "sheet",
    "moderation",
    "interests",
    "award",
    "notice",
    "documents",
    "files",
    "letters",
    "notices/UK6",
)


def pages(market: Market, who: Actor) -> str:
    """All that somebody at the authority is shown of the case, and the public entry of each statement."""
    client, base = market.desk.opened(who.key, market.office.case), f"/desk/cases/{market.office.case}"
    entries = [f"/log/{index}" for index in market.office.register.reader.statements().of[BIRCH.id]]
    tasks = [f"{base}/{code}" for code in TASKS]
    return "".join(client.get(path).text for path in ("/desk", "/desk/cases", base, *tasks, "/log", *entries))


def leaks(market: Market, who: Actor) -> list[str]:
    shown = pages(market, who)
    return [canary for canary in CANARIES if canary.casefold() in shown.casefold()]


def test_nobody_learns_from_details_who_bids_and_whoever_checks_reads_them_once_bids_are_opened(market: Market) -> None:
    """Marked without names: an evaluator is shown none of it at any stage, and no page before the opening has any."""
    office = market.office
    office.do(DecideAnonymity(id="test", arrangements="Answers go in under letters."))
    client, own = market.provider(BIRCH), Details(market)
    own.state(client, BIRCH)
    market.lodge(client, BIRCH)
    own.state(client, BIRCH, name="Birch Canary 2026 Ltd")
    for offer in OFFERS[::2][:2]:
        office.do(story.bid(offer), by=person(offer.provider))
    office.register.follow()
    for who in (OFFICER, EVALUATORS[0], MODERATOR, APPROVER, MONITORING):
        assert leaks(market, who) == [], who.key
    office.wait_until("2026-04-02T09:00:00.000Z")
    office.do(OpenBids(id="test", present=[MONITORING.key]))
    office.do(DeclareInterests(id="test", acting_as="evaluator", bidders_known=True), by=EVALUATORS[0])
    office.register.follow()
    for who in (EVALUATORS[0], MODERATOR):
        assert leaks(market, who) == [], who.key
    officer = market.desk.opened(OFFICER.key, office.case)
    checks = officer.get(f"/desk/cases/{office.case}/checks").text
    told = " ".join(html.unescape(re.sub("<[^>]+>", "", checks)).split())
    assert told.count("The bidder had stated no details when this bid was lodged") == 2
    assert told.count("What the bidder stated of itself on 30 March 2026") == 1
    assert "Birch Canary Care Ltd" in told, "as it stood when the bid was lodged"
    assert "It stated other details on 30 March 2026" in told
    assert "Birch Canary 2026" not in told
    assert "Canary liability, by An Insurer, number PL-77123. Ran out on 31 March 2026" in told
    sheet = officer.get(f"/desk/cases/{office.case}/notices/UK6").text
    assert "Canary" not in sheet, "nobody is awarded yet"
