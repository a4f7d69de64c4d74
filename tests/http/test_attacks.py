"""What a hostile review tried at the desk: each attempt leads nowhere, and what happened can still be recorded."""

from __future__ import annotations

import base64
import html
import io
import re
import zipfile
from pathlib import Path

import msgspec
import pytest
from litestar._parsers import parse_url_encoded_form_data

from fairplace import vault as opening
from fairplace.clerk import Clerk
from fairplace.drafting.signatures import Signatures
from fairplace.errors import Forbidden, Refused
from fairplace.http.app import _no_key
from fairplace.procurement.commands import ChangeDeadline, OpenBids
from fairplace.sealing.openers import opener_text
from fairplace.workroom import Workroom
from tests import story
from tests.http.opened import Client, Desk
from tests.http.test_bids import FILE, Market, market
from tests.http.test_debrief import Letterbox
from tests.http.test_openers import ADMIN, Vault, files_of, vault
from tests.office import open_office, signer
from tests.sealing.sealer import b64, key, public
from tests.story import ALDER, APPROVER, BIRCH, MONITORING, OFFICER

__all__ = ["market", "vault"]

FALSE_OPENING = OpenBids(
    id="test", present=[MONITORING.key], evidence="stated-by-officer", happened_at="2026-03-29T09:00:00.000Z"
)
EARLIER = ChangeDeadline(
    id="test", deadline="2026-03-30T08:00:00.000Z", audience="all", recipients=[], reason="So it was said.",
    evidence="stated-by-officer", happened_at="2026-03-29T09:00:00.000Z",
)  # fmt: skip


def opened(place: Market) -> set[str]:
    """The slots that the officer is shown."""
    register = place.office.register
    try:
        found = opening.opened(register, signer(OFFICER.key), place.case, "procedure", opening.new_session())
    except Forbidden:
        return set()
    return {slot for slots in found.values() for slot in slots}


def test_an_opening_that_is_only_said_to_have_happened_shows_no_bid_before_the_deadline(market: Market) -> None:
    market.lodge(market.provider(BIRCH), BIRCH)
    market.office.do(FALSE_OPENING)
    market.office.do(EARLIER)
    market.office.register.follow()
    assert not opened(market) & {"/price", "/provider", "/document"}
    client, address = market.desk.opened(OFFICER.key, market.case), f"/desk/cases/{market.case}"
    assert "Birch" not in client.get(f"{address}/files").text
    market.office.wait_until("2026-04-01T12:00:01.000Z")
    size = market.office.register.reader.size
    client = reopened(market)
    assert "Birch" in client.get(f"{address}/checks").text, "the clock alone opens them, without a further step"
    assert [one.type for one in market.office.register.reader.recorded(size, size + 9)] == ["sealed.read/1"]
    assert opened(market) >= {"/price", "/provider"}


def reopened(place: Market) -> Client:
    """The officer, signed in anew days later, with the file open."""
    return place.desk.opened(OFFICER.key, place.case)


def test_two_openers_open_nothing_before_the_deadline_whatever_was_reported(vault: Vault) -> None:
    vault.lodge_sealed()
    vault.office.do(FALSE_OPENING)
    vault.office.do(EARLIER)
    vault.office.register.follow()
    client = vault.desk.client(APPROVER.key)
    address = f"/desk/openers/cases/{vault.case}"
    assert client.get(address).status_code == 422
    assert vault.desk.send(client, address, shares='{"01": "x"}').status_code == 422
    assert "bid.pdf" not in files_of(vault, OFFICER.key)[1]


def test_nobody_alone_ends_the_sealing_of_bids(vault: Vault) -> None:
    openers = Workroom(vault.office.register).openers
    admin = vault.desk.client(ADMIN)
    third = next(one for one in openers.all() if one.name == MONITORING.key)
    assert vault.desk.send(admin, f"/desk/openers/{third.id}/remove").status_code == 303
    second = openers.confirmed()[0]
    assert vault.desk.send(admin, f"/desk/openers/{second.id}/remove").status_code == 422
    made = b64(public(key()))
    line = signer(OFFICER.key).line(opener_text(OFFICER.key, made)).rstrip("\n")
    assert vault.desk.send(vault.desk.client(OFFICER.key), "/desk/openers", key=made, line=line).status_code == 303
    assert {one.name for one in openers.confirmed()} == {OFFICER.key, APPROVER.key}
    assert re.search(r'data-seal="[^"]+"', vault.provider(BIRCH).get(vault.address).text)
    sent = vault.fill(vault.provider(BIRCH), files={"document": FILE}, provider_name="Birch Care")
    assert sent.status_code == 400
    assert "sealed" in sent.text
    waiting = next(one for one in openers.all() if one.confirmed is None)
    assert vault.desk.send(admin, f"/desk/openers/{waiting.id}/confirm").status_code == 303
    assert made in {one.public_key for one in openers.confirmed()}
    assert len(openers.all()) == 2


def test_an_unsealed_bid_is_taken_in_no_more_once_there_were_openers(vault: Vault) -> None:
    with Workroom(vault.office.register).openers._file.writing() as connection:
        connection.execute("UPDATE opener SET removed = created")
    sent = vault.fill(vault.provider(BIRCH), files={"document": FILE}, provider_name="Birch Care", price="4,800")
    assert sent.status_code == 422
    assert "none is taken in unsealed" in sent.text


def test_reasons_that_name_another_bidder_are_not_on_the_page_behind_the_link(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    agreed = story.agreed

    def naming(offers: object, marks: object = None, **changes: object) -> object:
        made = agreed(offers, marks, **changes)  # type: ignore[arg-type]
        of_alder = made.bids[ALDER.id]
        reasons = dict.fromkeys(of_alder.reasons, "Stronger than Cedar House, whose night rota (6,100 pounds) was thin")
        return msgspec.structs.replace(
            made, bids=made.bids | {ALDER.id: msgspec.structs.replace(of_alder, reasons=reasons)}
        )

    monkeypatch.setattr(story, "agreed", naming)
    with open_office(tmp_path / "register") as office:
        office.tell("released", story.OFFERS[:4])
        box = Letterbox(office)
        box.send(**{f"to-{place:02}": "bea@birch.example" for place in range(1, 9)})
        client, link = box.opened(BIRCH)
        page = client.get(link).text
    assert "Cedar House" not in page
    assert "6,100" not in page
    assert "name another bidder" in page


def test_a_large_form_without_files_is_refused_before_it_is_read_as_one(market: Market) -> None:
    client = market.desk.client(OFFICER.key)
    answer = client.post(
        "/debrief/anything/challenge",
        content=b"a=1&" * 1_000_000,
        headers={
            "content-type": "application/x-www-form-urlencoded",
            "sec-fetch-site": "same-origin",
            "accept": "text/html",
        },
    )
    assert answer.status_code == 413
    assert "More was sent than the 1.0 MB that are taken here; send less, or in parts" in answer.text


def test_of_a_form_nothing_is_left_out_and_nothing_stays_in_memory(market: Market) -> None:
    officer, address = market.desk.opened(OFFICER.key, market.case), f"/desk/cases/{market.case}/question"
    many = {f"field-{number}": "x" for number in range(2_000)}
    refused = market.desk.send(officer, address, **many, words="The last of them", do="save")
    assert refused.status_code == 400
    assert "more than 2,000 fields came, and nothing of it was taken in" in refused.text
    remembered = parse_url_encoded_form_data.cache_info().currsize
    assert market.desk.send(officer, address, words="The last of them", do="save").status_code == 303
    assert "The last of them" in officer.get(address).text
    assert parse_url_encoded_form_data.cache_info().currsize == remembered


def test_an_open_document_sheet_with_macros_is_no_evidence(market: Market) -> None:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as file:
        file.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        file.writestr("Basic/Standard/Module1.xml", "Sub Main")
    sent = market.fill(
        market.provider(BIRCH), files={"document": ("bid.ods", data.getvalue(), "x")}, provider_name="Birch Care"
    )
    assert sent.status_code == 422


def test_a_second_person_signs_marks_without_reading_them_before_they_are_agreed(tmp_path: Path) -> None:
    with open_office(tmp_path / "register") as office:
        office.tell("opened")
        office.register.follow()
        desk, name = Desk(office), "northbrook.gov.example/officer/ev9"
        office.enrol(name, "evaluator")
        sheet = msgspec.structs.replace(
            story.sheet(story.OFFERS[:3]), id="t", as_=name, case=office.case, override_reason="no time to declare"
        )
        room = Workroom(office.register)
        waiting = Signatures(room.acts, Clerk(office.register, _no_key))
        act = waiting.begin(sheet, task="sheet", made_by=desk._person(name).id)
        evaluator = desk.client(name)
        page = evaluator.get(f"/desk/sign/{act}").text
        assert "as page" in page
        text = base64.b64decode(html.unescape(re.findall(r'data-text="([^"]+)"', page)[0]))
        signed = desk.send(evaluator, f"/desk/sign/{act}", line=signer(name).line(text).rstrip("\n"))
        assert signed.status_code == 303
        approver = desk.client(APPROVER.key)
        page = approver.get(f"/desk/sign/{act}").text
        assert "Closed to you for now" in page
        assert "as page" not in page
        assert approver.get(f"/desk/sign/{act}/preview").status_code == 403
        assert desk.send(approver, f"/desk/sign/{act}", withdraw="yes").status_code == 403
        assert room.acts.get(act).state == "first-signed"


def test_the_last_two_openers_stay(vault: Vault) -> None:
    openers = Workroom(vault.office.register).openers
    first, *_ = openers.confirmed()
    openers.remove(first.id)
    with pytest.raises(Refused, match="fewest to whom bids can be sealed"):
        openers.remove(openers.confirmed()[0].id)
