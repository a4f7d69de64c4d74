"""A provider lodges, replaces and takes back its bid in a browser, and finds its receipts; nobody else finds anything."""

from __future__ import annotations

import base64
import hashlib
import html
import re
from collections.abc import Iterator

import pytest
from httpx import Response

import fairplace_verify
from fairplace.challenge.commands import AcknowledgeChallenge, AnswerChallenge
from fairplace.ledger import proof
from fairplace.procurement.commands import OpenBids
from fairplace.terms import Provider
from fairplace.workroom import Workroom
from tests.http.opened import Client, Desk
from tests.office import ROOT, Office, key_of, open_office, signer
from tests.story import ALDER, BIRCH, CEDAR, MONITORING, OFFICER
from tests.verifier.passkeys import Passkey

FILE = ("bid.pdf", b"%PDF-1.7 a canary of a bid", "application/pdf")
CHALLENGE = {
    "kind": "complaint", "ground": "time-limits", "words": "A canary of words.", "remedy": "re-run", "name": "Bea Birch",
}  # fmt: skip


class Market:
    """An office with a tender that is open, and providers with accounts at it."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.desk = Desk(office)
        self.case = office.case
        self.address = f"/desk/bids/{office.case}"
        office.register.follow()

    def provider(self, provider: Provider) -> Client:
        key = key_of(provider)
        accounts = self.desk.accounts
        if key not in self.desk._people:
            link = accounts.invite(name="Bea", email="bea@birch.example", roles=("provider",), provider=provider.id)
            with accounts.database.writing() as connection:
                self.desk._people[key] = accounts.accept(connection, accounts.invitation(link))
            accounts.keep_key(self.desk._people[key].id, signer(key).vkey.text, "laptop", ())
        return self.desk.client(key)

    def fill(self, client: Client, path: str = "", files: object = None, **fields: str) -> Response:
        session = self.desk.sessions.get(next(iter(client.cookies.values())))
        assert session is not None
        return client.post(
            self.address + path, data={"token": session.csrf, **fields}, files=files,  # type: ignore[arg-type]
            headers={"sec-fetch-site": "same-origin"}, follow_redirects=False,
        )  # fmt: skip

    def sign(self, client: Client, key: str) -> Response:
        """As the script of the page would."""
        page = client.get(f"{self.address}/sign").text
        text = re.search(r'data-text="([^"]+)"', page)
        assert text is not None, page
        line = signer(key).line(base64.b64decode(html.unescape(text[1]))).rstrip("\n")
        return self.fill(client, "/sign", line=line)

    def lodge(self, client: Client, provider: Provider, price: str = "4,800") -> int:
        filled = self.fill(client, files={"document": FILE}, provider_name=provider.name, price=price)
        assert filled.status_code == 303, filled.text
        done = self.sign(client, key_of(provider))
        assert done.status_code == 303, done.text
        return int(done.headers["location"].rpartition("/")[2])


@pytest.fixture
def market(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Market]:
    with open_office(tmp_path_factory.mktemp("market") / "register", until="published") as office:
        office.wait_until("2026-03-30T09:00:00.000Z")
        yield Market(office)


def test_a_bid_is_lodged_with_the_providers_own_signature_and_leaves_a_receipt(market: Market) -> None:
    client = market.provider(BIRCH)
    assert "Short breaks" in client.get("/desk/bids").text
    page = client.get(market.address).text
    assert "Lodge a bid" in page
    for fields, files, says in (
        ({"provider_name": ""}, {"document": FILE}, "Write the provider’s name"),
        ({"provider_name": "Birch Care"}, None, "Choose the file"),
        ({"provider_name": "Birch Care", "price": "lots"}, {"document": FILE}, "Write an amount"),
        ({"provider_name": "Birch Care"}, {"document": ("a.exe", b"MZ")}, "cannot be taken in"),
        ({"provider_name": "Birch Care"}, {"document": ("a.pdf", b"")}, "is empty"),
    ):
        wrong = market.fill(client, files=files, **fields)  # type: ignore[arg-type]
        assert wrong.status_code == 422, fields
        assert says in wrong.text
    size = market.office.register.reader.size
    index = market.lodge(client, BIRCH)
    assert market.office.register.reader.size > size
    entry = market.office.register.reader.entry(index)
    assert entry.envelope.type == "deposit.received/1"
    assert entry.envelope.actor.endswith("/service/receiver")
    opened = {slot: one.value for slot, one in market.office.register.reader.openings(index).items()}
    assert opened["/provider"] == {"id": BIRCH.id, "name": "Birch Care"}
    assert opened["/price"] == 480_000
    assert key_of(BIRCH) in opened["/provider_signature"]
    receipt = f"{market.address}/receipts/{index}"
    assert "load this page again" in client.get(receipt).text
    market.office.register.follow()
    page = client.get(receipt).text
    assert "Your bid is in" in page
    assert "Short code" in page
    assert hashlib.sha256(FILE[1]).hexdigest() in page, "what came in"
    assert "£4,800" in page
    assert "30 March 2026, 10:00:00am" in page, "to the second: it decides whether a bid was in time"
    data = client.get(f"{receipt}.tlog-proof").content
    assert {one.slot for one in proof.parse(data).openings} >= {"/price", "/document", "/provider"}
    key = market.office.register.log_vkeys()[0].text
    assert fairplace_verify.verify_proof(data, [key]).word == "genuine"
    printed = client.get(f"{receipt}.pdf")
    assert printed.headers["content-type"] == "application/pdf"
    assert printed.content.startswith(b"%PDF-")
    assert "The receipt as a PDF" in page
    assert f"{market.address}/receipts/{index}" in client.get("/desk/bids").text
    for gone_back in (client.get(f"{market.address}/sign", follow_redirects=False), market.fill(client, "/sign")):
        assert gone_back.headers["location"] == market.address, "the page that says that the bid is in"
    again = market.fill(client, files={"document": FILE}, provider_name="Birch Care")
    assert again.status_code == 422
    assert "withdraw it before another is lodged" in again.text


def test_who_goes_back_before_signing_finds_what_was_typed_and_the_way_on(market: Market) -> None:
    client, name = market.provider(BIRCH), "Birch Care <b>"
    assert "waits for your signature" not in client.get(market.address).text
    turned = market.fill(client, files={"document": FILE}, provider_name="Birch \u202eCare", price="4,800")
    assert turned.status_code == 422
    assert "U+202E came" in turned.text, "it could turn an amount that stands behind the name"
    assert 'value="Birch \u202eCare"' in turned.text
    assert market.fill(client, files={"document": FILE}, provider_name=name, price="4,800").status_code == 303
    shown = client.get(f"{market.address}/sign").text
    assert f"<bdi>{html.escape(name)}</bdi> ({BIRCH.id})" in shown, "letters of another direction turn the name alone"
    back = client.get(market.address).text
    assert "A bid waits for your signature" in back
    assert f'href="/desk/bids/{market.office.case}/sign"' in back
    assert f'value="{html.escape(name)}"' in back
    assert 'value="4,800"' in back or 'value="4,800.00"' in back
    assert market.fill(client, "/sign", drop="yes").status_code == 303
    assert "waits for your signature" not in client.get(market.address).text
    assert "waits for your signature" not in market.provider(CEDAR).get(market.address).text


def test_what_another_tab_put_in_its_place_is_not_lodged_by_this_one(market: Market) -> None:
    client = market.provider(BIRCH)
    for price in ("4,800", "4,700"):
        assert market.fill(client, files={"document": FILE}, provider_name="Birch Care", price=price).status_code == 303
    shown = re.search(r'name="shown" value="([0-9a-f]{64})"', client.get(f"{market.address}/sign").text)
    assert shown is not None
    size = market.office.register.reader.size
    refused = market.fill(client, "/sign", line="as the other tab", shown="0" * 64)
    assert refused.status_code == 409
    assert "perhaps in another tab, took its place" in refused.text
    assert "£4,700" in refused.text
    assert market.office.register.reader.size == size
    assert "took its place" not in market.fill(client, "/sign", line="bent", shown=shown[1]).text


def test_a_provider_signs_a_bid_by_passkey(market: Market) -> None:
    client = market.provider(BIRCH)
    key = Passkey(f"{market.office.register.domain}/provider/77aa", 78)
    market.office.register.enrol(key.vkey, "provider", holder="Bea", provider=BIRCH.id, admin=signer(ROOT))
    person = market.desk._people[key_of(BIRCH)].id
    market.desk.accounts.keep_key(person, key.vkey, "phone", (), credential=bytes(20))
    filled = market.fill(client, files={"document": FILE}, provider_name=BIRCH.name, price="4,800")
    assert filled.status_code == 303, filled.text
    page = client.get(f"{market.address}/sign").text
    assert "Sign with your passkey" in page
    assert f'data-site="{key.site}"' in page
    text = base64.b64decode(html.unescape(re.search(r'data-text="([^"]+)"', page)[1]))  # type: ignore[index]
    bent = key.line(key.assertion(text, flags=0)).decode().rstrip("\n")
    refused = market.fill(client, "/sign", line=bent)
    assert refused.status_code == 422
    assert "who is there" in refused.text
    done = market.fill(client, "/sign", line=key.note(text).decode().rstrip("\n"))
    assert done.status_code == 303, done.text
    index = int(done.headers["location"].rpartition("/")[2])
    opened = {slot: one.value for slot, one in market.office.register.reader.openings(index).items()}
    assert key.note(text).decode() in opened["/provider_signature"]


def test_a_bid_is_replaced_until_the_deadline_and_is_late_after_it(market: Market) -> None:
    client = market.provider(BIRCH)
    first = market.lodge(client, BIRCH)
    assert market.fill(client, "/withdraw").status_code == 303
    page = client.get(f"{market.address}/sign").text
    assert "Take your bid back" in page
    gone = market.sign(client, key_of(BIRCH))
    assert gone.status_code == 303
    second = market.lodge(client, BIRCH, price="4,700")
    types = [market.office.register.reader.entry(one).envelope.type for one in (first, second)]
    assert types == ["deposit.received/1", "deposit.received/1"]

    late = market.provider(CEDAR)
    filled = market.fill(late, files={"document": FILE}, provider_name=CEDAR.name, price="1")
    assert filled.status_code == 303
    market.office.wait_until("2026-04-01T12:00:01.000Z")
    client, late = (
        market.provider(BIRCH),
        market.provider(CEDAR),
    )  # their sessions ended; what waits to be signed did not
    assert "recorded as late" in late.get(f"{market.address}/sign").text
    index = int(market.sign(late, key_of(CEDAR)).headers["location"].rpartition("/")[2])
    assert market.office.register.reader.entry(index).envelope.type == "deposit.received-late/1"
    assert "Your bid came late" in late.get(f"{market.address}/receipts/{index}").text
    refused = market.fill(client, "/withdraw")
    assert refused.status_code == 422
    assert "can be withdrawn until the deadline" in refused.text
    market.office.wait_until("2026-04-02T09:00:00.000Z")
    opened = market.office.do(OpenBids(id="test", present=[MONITORING.key]))
    assert "1 in time, 1 late" in opened.statement


def test_nobody_finds_what_another_lodged(market: Market) -> None:
    client = market.provider(BIRCH)
    index = market.lodge(client, BIRCH)
    market.office.register.follow()
    other = market.provider(CEDAR)
    assert other.get(market.address).text.count("receipt of entry") == 0
    for suffix in ("", ".txt", ".tlog-proof"):
        assert other.get(f"{market.address}/receipts/{index}{suffix}").status_code == 404
        assert client.get(f"{market.address}/receipts/{index}{suffix}").status_code == 200
    for wrong in ("0", "-1", "x", "999999", "1e5", f"0{index}", f"{index}.doc", "0.pdf"):
        assert client.get(f"{market.address}/receipts/{wrong}").status_code == 404, wrong
    assert "Sign and lodge" not in other.get(f"{market.address}/sign").text
    canaries = ("4,800", "480000", "canary", BIRCH.id, "Birch")
    officer = market.desk.opened(OFFICER.key, market.case)
    for client_, path in (
        (other, "/desk/bids"),
        (other, market.address),
        (officer, f"/desk/cases/{market.case}"),
        (officer, f"/desk/cases/{market.case}/correspondence"),
        (officer, f"/log/{index}"),
        (officer, "/log"),
    ):
        shown = client_.get(path)
        assert shown.status_code == 200, path
        assert not [word for word in canaries if word in shown.text], path
    everything = b"".join(path.read_bytes() for path in market.office.folder.glob("post.sqlite*"))
    for secret in (BIRCH.id.encode(), market.case.encode(), b"Birch"):
        assert secret not in everything


def test_a_signature_of_another_or_over_another_text_lodges_nothing(market: Market) -> None:
    client = market.provider(BIRCH)
    assert market.fill(client, files={"document": FILE}, provider_name="Birch Care").status_code == 303
    size = market.office.register.reader.size
    assert market.sign(client, key_of(ALDER)).status_code in {403, 422}
    for line in ("", "nonsense", signer(key_of(BIRCH)).line(b"another text\n").rstrip("\n")):
        assert market.fill(client, "/sign", line=line).status_code in {400, 403, 422}, line
    assert market.office.register.reader.size == size
    assert "Sign and lodge your bid" in client.get(f"{market.address}/sign").text, "what was typed is still there"
    assert market.fill(client, "/sign", drop="yes").status_code == 303
    assert client.get(f"{market.address}/sign", follow_redirects=False).headers["location"] == market.address


def test_somebody_who_asks_for_another_provider_is_refused(market: Market) -> None:
    """The account says for whom it acts; what the form says of a name changes nothing of it."""
    client = market.provider(CEDAR)
    index = market.lodge(client, CEDAR)
    opened = {slot: one.value for slot, one in market.office.register.reader.openings(index).items()}
    assert opened["/provider"]["id"] == CEDAR.id
    for key in (OFFICER.key, MONITORING.key):
        for path in ("/desk/bids", market.address, f"{market.address}/receipts/{index}"):
            assert market.desk.client(key).get(path).status_code == 403


def test_a_challenge_is_signed_with_the_providers_key(market: Market) -> None:
    client = market.provider(BIRCH)
    wrong = market.fill(client, "/challenge", **{**CHALLENGE, "ground": ""})
    assert wrong.status_code == 422
    assert "A canary of words." in wrong.text
    assert market.fill(client, "/challenge", files={"evidence": FILE}, **CHALLENGE).status_code == 303
    shown = client.get(f"{market.address}/sign").text
    assert "A canary of words." in shown
    assert "To run the procurement again" in shown, "in words, not by its code"
    index = int(market.sign(client, key_of(BIRCH)).headers["location"].rpartition("/")[2])
    entry = market.office.register.reader.entry(index)
    assert (entry.envelope.type, entry.envelope.body["evidence"]) == ("challenge.lodged/1", "signed-by-party")
    assert "canary" not in entry.raw.decode()
    opened = {slot: one.value for slot, one in market.office.register.reader.openings(index).items()}
    assert key_of(BIRCH) in opened["/challenger_signature"]
    assert "bid.pdf" in opened["/words"]
    market.office.register.follow()
    listed = client.get("/desk/bids").text
    assert "Challenge" in listed
    assert "Received" in listed
    [note] = Workroom(market.office.register).notes.of_case(market.case)
    assert note.written.place == index

    def reads() -> int:
        return len(list(market.office.register.store.of_types(market.office.register.origin, ["sealed.read/1"])))

    receipt, stream, before = f"{market.address}/receipts/{index}", entry.envelope.stream, reads()
    assert "How it stands" not in client.get(receipt).text
    assert reads() == before, "there is nothing to read yet"
    market.office.do(AcknowledgeChallenge(id="test", challenge=stream))
    market.office.do(AnswerChallenge(id="test", challenge=stream, answer="A canary of an answer."), by=MONITORING)
    market.office.register.follow()
    assert "A canary of an answer." in client.get(receipt).text
    assert client.get(receipt).status_code == 200
    assert reads() == before + 1, "one entry a sitting, before it is shown"
    assert market.provider(CEDAR).get(receipt).status_code == 404
    assert "canary" not in client.get(f"/challenges/{stream}").text
