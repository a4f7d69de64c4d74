"""Sealed bids: made for the openers, opened by two of them after the deadline, and by nobody before or alone."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from httpx import Response

from fairplace import erasing
from fairplace.people.commands import DecideInterest, DeclareInterests
from fairplace.procurement.commands import EndWithoutAward, OpenBids, RecordPrices
from fairplace.procurement.events import DepositReceived
from fairplace.sealing.openers import opener_text
from fairplace.workroom import Workroom
from tests.http.opened import Client
from tests.http.test_bids import CHALLENGE, Market
from tests.office import key_of, open_office, signer
from tests.sealing.sealer import b64, given, key, public, seal
from tests.story import APPROVER, BIRCH, CEDAR, EVALUATORS, MONITORING, OFFICER

PRICE = 48_001_23
"""In pence; no other number in the register has these digits."""
STAFF = (OFFICER, APPROVER, MONITORING)
ADMIN = "northbrook.gov.example/officer/adm1"


class Vault(Market):
    """A market whose bids are sealed to three openers."""

    def __init__(self, office: object) -> None:
        super().__init__(office)  # type: ignore[arg-type]
        self.office.enrol(ADMIN, "key-admin")
        self.openers: dict[str, X25519PrivateKey] = {}
        for one in STAFF:
            self.become(one.key)

    def become(self, name: str) -> None:
        """Make an opener's key, and have it confirmed."""
        made = key()
        client = self.desk.client(name)
        page = client.get("/desk/openers").text
        assert "Be an opener on this device" in page
        text = b64(public(made))
        line = signer(name).line(opener_text(name, text)).rstrip("\n")
        assert self.desk.send(client, "/desk/openers", key=text, line=line).status_code == 303
        waiting = next(one for one in Workroom(self.office.register).openers.all() if one.public_key == text)
        admin = self.desk.client(ADMIN)
        assert self.desk.send(admin, f"/desk/openers/{waiting.id}/confirm").status_code == 303
        self.openers[name] = made

    def sealed(self, file: bytes, **changes: str) -> tuple[str, bytes, str]:
        """A file as the page would seal it."""
        terms = {"case": self.case, "deadline": "2026-04-01T12:00:00.000Z", **changes}
        return "bid.sealed", seal(file, list(self.openers.values()), price=PRICE, **terms), "application/octet-stream"

    def lodge_sealed(self, file: bytes = b"%PDF a canary of a sealed bid") -> int:
        client = self.provider(BIRCH)
        sent = self.fill(client, files={"document": self.sealed(file)}, provider_name="Birch Care")
        assert sent.status_code == 303, sent.text
        return int(self.sign(client, key_of(BIRCH)).headers["location"].rpartition("/")[2])

    def give(self, name: str, wrong: bool = False) -> Response:
        """As the script of an opener's page would."""
        client = self.desk.client(name)
        address = f"/desk/openers/cases/{self.case}"
        page = client.get(address).text
        asked = re.search(r'data-bids="([^"]+)"', page)
        assert asked is not None, page
        bids = json.loads(html.unescape(asked[1]))
        own = key() if wrong else self.openers[name]
        return self.desk.send(client, address, shares=json.dumps({one["id"]: b64(given(own, one)) for one in bids}))

    def open_bids(self) -> None:
        self.office.wait_until("2026-04-02T09:00:00.000Z")
        self.office.do(OpenBids(id="test", present=[MONITORING.key]))
        self.office.register.follow()

    def everything(self) -> bytes:
        return b"".join(path.read_bytes() for path in self.office.folder.rglob("*") if path.is_file())


@pytest.fixture
def vault(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Vault]:
    with open_office(tmp_path_factory.mktemp("vault") / "register", until="published") as office:
        office.wait_until("2026-03-30T09:00:00.000Z")
        yield Vault(office)


def files_of(vault: Vault, name: str) -> tuple[Client, str]:
    client = vault.desk.opened(name, vault.case)
    return client, client.get(f"/desk/cases/{vault.case}/files").text


def test_two_openers_open_a_bid_after_the_deadline_and_the_panel_reads_it(vault: Vault) -> None:
    page = vault.provider(BIRCH).get(vault.address).text
    assert "sealed on this device before they are sent" in page
    terms = re.search(r'data-seal="([^"]+)"', page)
    assert terms is not None
    assert {one["key"] for one in json.loads(html.unescape(terms[1]))["openers"]} == {
        b64(public(one)) for one in vault.openers.values()
    }
    vault.lodge_sealed()
    vault.open_bids()
    assert "Short breaks" in vault.desk.client(OFFICER.key).get("/desk/openers").text
    opener = vault.desk.client(APPROVER.key)
    assert "Give your part" in opener.get("/desk").text
    folder = vault.office.register.folder / "documents"
    folder.rename(folder.with_name("elsewhere"))
    assert "Give your part" in opener.get("/desk").text, "no file is read a second time to say that it waits"
    folder.with_name("elsewhere").rename(folder)
    client, page = files_of(vault, OFFICER.key)
    assert "Sealed: 0 of 2 openers" in page
    sha256 = re.search(r"fp-digest\">([0-9a-f]{64})<", page)
    assert sha256 is not None
    address = f"/desk/cases/{vault.case}/files/{sha256[1]}"
    assert client.get(address).status_code == 404
    assert vault.give(APPROVER.key).status_code == 303
    assert "Give your part" not in vault.desk.client(APPROVER.key).get("/desk").text
    assert "You gave your part" in vault.desk.client(APPROVER.key).get(f"/desk/openers/cases/{vault.case}").text
    assert "Sealed: 1 of 2 openers" in files_of(vault, OFFICER.key)[1]
    assert client.get(address).status_code == 404
    assert vault.give(MONITORING.key).status_code == 303
    assert "bid.pdf" in files_of(vault, OFFICER.key)[1]
    found = client.get(address)
    assert found.content == b"%PDF a canary of a sealed bid"
    assert found.headers["content-disposition"] == f'attachment; filename="{sha256[1][:12]}.pdf"'
    assert found.headers["cache-control"] == "no-store"
    for one in EVALUATORS[:1]:
        vault.office.do(DeclareInterests(id="test", acting_as="evaluator"), by=one)
        reader = vault.desk.opened(one.key, vault.case)
        assert reader.get(address).content == found.content
    assert (
        "Two openers gave their parts, and the bids are open"
        in vault.desk.client(OFFICER.key).get(f"/desk/openers/cases/{vault.case}").text
    )


def test_a_price_stands_in_the_sealed_file_and_joins_the_record_when_it_is_opened(vault: Vault) -> None:
    place = vault.lodge_sealed()
    office = vault.office
    vault.open_bids()
    held = office.register.reader.openings(place)
    assert held["/price"].value is None
    form = vault.desk.opened(OFFICER.key, vault.case).get(f"/desk/cases/{vault.case}/prices").text
    assert "48001.23" not in form
    assert str(PRICE).encode() not in vault.everything()
    vault.give(APPROVER.key)
    vault.give(MONITORING.key)
    assert "Record the prices" in vault.desk.opened(OFFICER.key, vault.case).get(f"/desk/cases/{vault.case}").text
    assert 'value="48001.23"' in vault.desk.opened(OFFICER.key, vault.case).get(f"/desk/cases/{vault.case}/prices").text
    done = office.do(RecordPrices(id="test", bids={BIRCH.id: PRICE}))
    slots = {one.slot: one.value for one in office.register.reader.openings(done.index).values()}
    assert sorted(value for value in slots.values() if isinstance(value, int)) == [PRICE]
    assert "Record the prices" not in vault.desk.opened(OFFICER.key, vault.case).get(f"/desk/cases/{vault.case}").text
    evaluator = EVALUATORS[0]
    office.do(DeclareInterests(id="test", acting_as="evaluator"), by=evaluator)
    shown = vault.desk.opened(evaluator.key, vault.case).get(f"/desk/cases/{vault.case}").text
    assert "48,001" not in shown, "marks are given without the price"


def test_a_price_beside_the_sealed_file_is_refused_and_not_kept(vault: Vault) -> None:
    client = vault.provider(BIRCH)
    sent = vault.fill(client, files={"document": vault.sealed(b"x")}, provider_name="Birch Care", price="4,812.34")
    assert sent.status_code == 422
    assert "a price came beside the sealed file" in sent.text.lower()
    assert "4,812.34" not in sent.text
    assert b"481234" not in vault.everything()


def test_before_the_opening_there_is_nothing_with_which_to_open(vault: Vault) -> None:
    vault.lodge_sealed()
    address = f"/desk/openers/cases/{vault.case}"
    for moment in ("2026-03-30T10:00:00.000Z", "2026-04-01T12:00:01.000Z"):  # before, and after without an opening
        vault.office.wait_until(moment)
        client = vault.desk.client(OFFICER.key)
        shown = client.get(address, headers={"accept": "text/html"})
        assert shown.status_code == 422
        assert "is opened before the deadline" in shown.text
        assert "data-bids" not in shown.text
        guess = vault.desk.send(client, address, shares=json.dumps({"01": b64(bytes(32))}))
        assert guess.status_code == 422
        assert files_of(vault, OFFICER.key)[1].count("Sealed:") == 0
    with Workroom(vault.office.register).openers._file.reading() as connection:
        assert connection.execute("SELECT count(*) FROM share").fetchone()[0] == 0
    assert b"canary of a sealed bid" not in vault.everything()


def test_the_register_with_all_its_keys_and_one_opener_cannot_open_it(vault: Vault) -> None:
    vault.lodge_sealed()
    vault.open_bids()
    assert vault.give(APPROVER.key).status_code == 303
    wrong = vault.give(MONITORING.key, wrong=True)
    assert wrong.status_code == 422
    assert "do not open this bid" in wrong.text
    assert "Sealed: 0 of 2 openers" in files_of(vault, OFFICER.key)[1], "what did not fit is asked for anew"
    assert vault.give(MONITORING.key).status_code == 303
    assert vault.give(APPROVER.key).status_code == 303
    assert "bid.pdf" in files_of(vault, OFFICER.key)[1]


def test_an_opener_who_must_stay_out_is_shown_no_case_to_open(vault: Vault) -> None:
    vault.lodge_sealed()
    vault.open_bids()
    vault.office.do(DecideInterest(id="test", person=MONITORING.key, outcome="recuse", reason="A friend"), by=APPROVER)
    vault.office.register.follow()
    for place in ("/desk", "/desk/openers"):
        assert "Short breaks" in vault.desk.client(APPROVER.key).get(place).text
        assert "Short breaks" not in vault.desk.client(MONITORING.key).get(place).text


def test_only_what_is_sealed_to_these_openers_for_this_tender_is_taken_in(vault: Vault) -> None:
    client = vault.provider(CEDAR)
    stranger = [key(), key(), key()]
    other = "00000000-0000-4000-8000-000000000009"
    for file, says in (
        (("bid.pdf", b"%PDF in the clear", "application/pdf"), "not sealed"),
        (("bid.sealed", seal(b"x", stranger, case=vault.case), ""), "the openers changed"),
        (vault.sealed(b"x", case=other), "for another tender"),
        (("bid.sealed", b"", ""), "not sealed"),
    ):
        refused = vault.fill(client, files={"document": file}, provider_name=CEDAR.name)
        assert refused.status_code in {400, 422}, says
        assert says in refused.text.lower()
    assert b"in the clear" not in vault.everything()


def test_an_openers_key_is_vouched_for_by_its_owner_and_confirmed_by_another(vault: Vault) -> None:
    made = b64(public(key()))
    client = vault.desk.client(OFFICER.key)
    line = signer(OFFICER.key).line(opener_text(OFFICER.key, made)).rstrip("\n")
    foreign = signer(APPROVER.key).line(opener_text(OFFICER.key, made)).rstrip("\n")
    other = signer(OFFICER.key).line(opener_text(OFFICER.key, b64(bytes(32)))).rstrip("\n")
    for key_, signed in ((made, ""), (made, "x"), (made, foreign), (made, other), ("AAAA", line), ("", line)):
        answer = vault.desk.send(client, "/desk/openers", key=key_, line=signed)
        assert answer.status_code in {400, 403, 422}, (key_, signed)
    assert vault.desk.send(client, "/desk/openers", key=made, line=line).status_code == 303
    store = Workroom(vault.office.register).openers
    assert made not in {one.public_key for one in store.confirmed()}
    waiting = next(one for one in store.all() if one.public_key == made)
    assert vault.desk.send(client, f"/desk/openers/{waiting.id}/confirm").status_code == 403
    vault.office.enrol(ADMIN, "officer")
    admin = vault.desk.client(ADMIN)
    assert vault.desk.send(admin, f"/desk/openers/{waiting.id}/remove").status_code == 303
    assert vault.desk.send(admin, f"/desk/openers/{waiting.id}/confirm").status_code == 404
    assert vault.desk.send(client, "/desk/openers", key=made, line=line).status_code == 409, "one key, once"


def test_whoever_marks_bids_opens_none(vault: Vault) -> None:
    for one in EVALUATORS[:1]:
        client = vault.desk.client(one.key)
        assert client.get("/desk/openers").status_code == 403
        assert client.get(f"/desk/openers/cases/{vault.case}").status_code == 403
    vault.office.enrol(OFFICER.key, "evaluator")
    client = vault.desk.client(OFFICER.key)
    assert "Be an opener on this device" not in client.get("/desk/openers").text
    assert (
        "marks bids opens none" in client.get(f"/desk/openers/cases/{vault.case}", headers={"accept": "text/html"}).text
    )


def test_a_replaced_key_still_opens_what_was_sealed_to_it(vault: Vault) -> None:
    vault.lodge_sealed()
    old = vault.openers[OFFICER.key]
    vault.become(OFFICER.key)
    vault.openers[OFFICER.key] = old
    vault.open_bids()
    assert vault.give(OFFICER.key).status_code == 303
    assert vault.give(APPROVER.key).status_code == 303
    assert "bid.pdf" in files_of(vault, OFFICER.key)[1]


def test_no_entry_says_who_the_openers_are(vault: Vault) -> None:
    """A leaf is for ever: it holds names of keys, which are tokens. Whose they are is sealed, and keys of openers are not there."""
    vault.lodge_sealed()
    vault.open_bids()
    vault.give(OFFICER.key)
    vault.give(MONITORING.key)
    reader = vault.office.register.reader
    raw = b"".join(stored.raw for stored in vault.office.register.store.entries(reader.origin, 0, reader.size))
    people = [one.name for one in vault.desk.accounts.people()]
    assert len(people) >= len(STAFF)
    for name in [*people, *(f"Holder of {one.key}" for one in STAFF)]:
        assert name.encode() not in raw, name
    for made in vault.openers.values():
        assert b64(public(made)).encode() not in raw
    [opened] = [one for one in reader.case(vault.case) if one.type == "procurement.bids-opened/1"]
    assert opened.event.present == sorted([OFFICER.key, MONITORING.key]), "who was there, by the tokens of their keys"


def test_a_bid_that_is_erased_goes_from_beside_the_log_as_well(vault: Vault) -> None:
    """Its file and price as the openers took them out, its bidder's list and marks, and what was not signed."""
    client, room = vault.provider(BIRCH), Workroom(vault.office.register)
    vault.lodge_sealed()
    marked = "Rota: competitors could copy it"
    assert vault.fill(client, "/secrets", secrets=marked).status_code == 303
    assert room.lodgings.marks(vault.case)
    other = vault.provider(CEDAR)
    sent = vault.fill(other, files={"document": vault.sealed(b"%PDF another bid")}, provider_name="Cedar House")
    assert sent.status_code == 303
    assert vault.sign(other, key_of(CEDAR)).status_code == 303
    vault.open_bids()
    shares = [vault.give(one).status_code for one in (APPROVER.key, MONITORING.key)]
    assert shares == [303, 303]
    filled = vault.fill(vault.provider(BIRCH), "/challenge", **CHALLENGE)
    assert filled.status_code == 303, "a challenge that is not signed waits"
    history = vault.office.register.reader.case(vault.case)
    files = {
        one.event.provider.get(None): room.openers.inside(one.event.document.get(None).sha256)  # type: ignore[union-attr]
        for one in history
        if isinstance(one.event, DepositReceived)
    }
    birch, cedar = (next(kept for who, kept in files.items() if who and who.id == one.id) for one in (BIRCH, CEDAR))
    assert birch is not None
    assert cedar is not None
    vault.office.do(EndWithoutAward(id="test", ground="need-changed", reason="The need went away"), by=APPROVER)
    both = [signer(OFFICER.key), signer(MONITORING.key)]
    erasing.erase(vault.office.register, [f"bid:{vault.case}:{BIRCH.id}"], "erasure-request", "They asked.", both)
    room.forget_erased()
    documents = vault.office.register.documents
    assert not documents.is_here(birch.document.sha256)
    assert documents.is_here(cedar.document.sha256), "the others stay"
    with room.openers._file.reading() as connection:
        assert connection.execute("SELECT count(*) FROM opened").fetchone()[0] == 1
    assert room.lodgings.of(BIRCH.id) == []
    assert len(room.lodgings.of(CEDAR.id)) == 1
    assert room.lodgings.marks(vault.case) == {}
    assert "Sign and lodge your challenge" not in vault.provider(BIRCH).get(f"{vault.address}/sign").text
    room.forget_erased()  # asked again it does what is left
    assert documents.is_here(cedar.document.sha256)
