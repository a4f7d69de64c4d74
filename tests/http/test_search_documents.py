"""Documents of a search at the desk: kept by who keeps its file, seen by who may, and the referral itself sent to providers."""

from __future__ import annotations

import hashlib
import io
import zipfile
from typing import Any

import msgspec
import pytest

import fairplace_verify
from fairplace import vault
from fairplace.errors import Refused
from fairplace.filing import kinds
from fairplace.ledger.entry import Envelope
from fairplace.on_disk import Register
from fairplace.referral.commands import PublishReferral
from fairplace.referral.events import OfferMade, ReferralPublished
from fairplace.workroom import Workroom
from tests.filing import made
from tests.homes import ASH, BEECH, BUDGET, CHAIR, CHERRY, OFFICER, SOCIAL_WORKER
from tests.http.agents import Agents, Told
from tests.http.colleagues import text_of
from tests.http.test_seeking import do
from tests.http.test_telling import last
from tests.needs import asked


def put(agents: Agents, who: Any, kind: str, data: bytes, name: str = "About a child.pdf") -> Any:
    one = agents.be(who)
    one.open_file(agents.agency.case)
    return one.post(f"/desk/cases/{agents.agency.case}/documents/new", files={"file": (name, data)}, kind=kind)


def test_the_referral_itself_goes_to_those_who_are_asked_without_its_authors(told: Told) -> None:
    agents = told("searched")
    case = agents.agency.case
    page = put(agents, SOCIAL_WORKER, "referral", made.pdf())
    assert page.status_code == 200, text_of(page)
    assert "Part of the child’s case record" in text_of(page)
    officer = agents.be(OFFICER)
    officer.open_file(case)
    form = officer.get(f"/desk/cases/{case}/publish-referral").text
    chosen = form.split('name="document" type="radio" value="')[1][:64]
    assert chosen in form
    do(
        agents,
        OFFICER,
        case,
        "publish-referral",
        {"tier": "T1", "recipients-T1": [ASH.provider, BEECH.provider], "document": chosen},
    )
    event = last(agents)
    assert isinstance(event, ReferralPublished)
    sent = event.document.get()
    assert sent is not None
    assert sent.sha256 == chosen
    place = f"/desk/referrals/{case}"
    assert "Download it" in agents.be(BEECH.actor).get(place).text
    got = agents.be(BEECH.actor).get(f"{place}/document")
    assert got.content.startswith(b"%PDF")
    assert got.content != made.pdf(), "the copy goes out, not the original"
    assert "About a child" not in got.headers["content-disposition"]
    assert agents.be(CHERRY.actor).get(f"{place}/document").status_code == 404


def test_a_referral_is_given_to_nobody_any_more_whose_time_to_answer_is_over(told: Told) -> None:
    agents = told("searched")
    case, place = agents.agency.case, f"/desk/referrals/{agents.agency.case}"
    put(agents, SOCIAL_WORKER, "referral", made.pdf())
    [chosen] = sends(agents)
    sent = {"tier": "T1", "recipients-T1": [ASH.provider, BEECH.provider], "document": chosen}
    do(agents, OFFICER, case, "publish-referral", sent)
    beech = agents.be(BEECH.actor)
    assert beech.get(f"{place}/document").status_code == 200
    agents.register.publisher.publish()
    assert chosen in held(beech.get(f"{place}/bundle").content)
    agents.wait(days=60)
    late = beech.get(f"{place}/document")
    assert late.status_code == 404
    assert "delete your copies" in late.text.lower()
    page = beech.get(place).text
    assert "Download it" not in page
    assert "Delete your copies" in page
    assert chosen not in held(beech.get(f"{place}/bundle").content), "nor in what it takes of its own"


def held(bundle: bytes) -> set[str]:
    """The digests of the files in it."""
    with zipfile.ZipFile(io.BytesIO(bundle)) as packed:
        return {hashlib.sha256(packed.read(name)).hexdigest() for name in packed.namelist()}


def sends(agents: Agents) -> list[str]:
    """The documents that *Ask a tier* offers."""
    officer = agents.be(OFFICER)
    officer.open_file(agents.agency.case)
    form = officer.get(f"/desk/cases/{agents.agency.case}/publish-referral").text
    return [part[:64] for part in form.split('name="document" type="radio" value="')[1:] if part[0] != '"']


def test_a_referral_that_tells_who_the_child_is_does_not_go_out_until_that_is_taken_out(told: Told) -> None:
    agents = told("searched")
    page = put(agents, SOCIAL_WORKER, "referral", made.pdf("NHS number 943 476 5919"))
    words = text_of(page)
    assert "It cannot go to others: page 1: “943 476 5919” is an NHS number: its check digit is right" in words
    assert "Take that out of your document and put it in again" in words
    assert "Make a copy without names" in words
    assert "I looked" not in words, "nobody states away what was found"
    assert sends(agents) == []
    [kept] = Workroom(agents.register).cabinet.of(agents.agency.case)
    assert kept.held is not None
    again = agents.be(OFFICER).post(f"/desk/cases/{agents.agency.case}/documents/{kept.id}", do="seen")
    assert again.status_code == 422
    assert "is an NHS number" in text_of(again)
    assert sends(agents) == []
    put(agents, SOCIAL_WORKER, "referral", made.pdf("A child of 160 months"))
    assert len(sends(agents)) == 1


def test_what_could_not_be_read_is_looked_at_by_somebody_and_that_is_kept(told: Told) -> None:
    agents = told("searched")
    page = put(agents, SOCIAL_WORKER, "referral", made.png(), "scan.png")
    assert "not all of it could be read: it is a picture, and pictures are not read" in text_of(page)
    assert sends(agents) == []
    [kept] = Workroom(agents.register).cabinet.of(agents.agency.case)
    place = f"/desk/cases/{agents.agency.case}/documents/{kept.id}"
    assert "Looked at by eye" not in page.text
    officer = agents.be(OFFICER)
    assert officer.post(place, do="copy").status_code == 422, "a copy is made once somebody looked"
    seen = officer.post(place, do="seen")
    assert seen.status_code == 200, text_of(seen)
    assert f"Looked at by eye By {officer.person.name}" in text_of(seen)
    assert "pictures are not read" in text_of(seen)
    assert len(sends(agents)) == 1


@pytest.mark.parametrize("kind", [kinds.PDF, kinds.TEXT, kinds.PNG])
def test_no_other_way_sends_what_tells_who_the_child_is(told: Told, kind: str) -> None:
    agents = told("searched")
    office = agents.agency
    data = made.pdf("born 3 May 2012") if kind == kinds.PDF else b"Born 3 May 2012\n"
    document = agents.register.documents.put(data, kind)  # whatever it is said to be
    command = PublishReferral(
        id="sent-by-command",
        case=office.case,
        as_=OFFICER.key,
        tier="T1",
        recipients=asked([ASH, BEECH], office.register.store.now(), "2026-03-09T12:00:00.000Z"),
        document=document,
    )
    with pytest.raises(Refused, match=r"would tell who the child is. (page|line) 1: .[bB]orn 3 May 2012"):
        agents.register.desk.prepare(command)
    fine = agents.register.documents.put(b"A child of 160 months.\n", kinds.TEXT)
    agents.register.desk.prepare(msgspec.structs.replace(command, document=fine))


def test_who_knows_the_child_reads_about_the_child_and_who_pays_reads_the_agreement(told: Told) -> None:
    agents = told("opened")
    place = f"/desk/cases/{agents.agency.case}/documents"
    put(agents, OFFICER, "care-plan", made.pdf(), "care-plan.pdf")
    put(agents, OFFICER, "agreement", b"The terms of the agreement, in words.\n", "agreement.txt")
    put(agents, OFFICER, "note", b"A note of the team, for itself.\n", "note.txt")
    for who, seen in ((SOCIAL_WORKER, 3), (CHAIR, 2), (BUDGET, 1)):
        one = agents.be(who)
        one.open_file(agents.agency.case)
        listed = one.get(place).text
        assert [name in listed for name in ("agreement.txt", "care-plan.pdf", "note.txt")] == [
            row < seen for row in range(3)
        ]
    assert agents.be(CHAIR).post(f"{place}/new", files={"file": ("a.txt", b"words\n")}, kind="note").status_code == 403
    tender = put(agents, OFFICER, "tender-pack", made.pdf())
    assert tender.status_code == 400
    assert "choose one of the kinds" in text_of(tender)
    closed = agents.be(BEECH.actor).get(place)
    assert closed.status_code == 403


def test_a_document_is_kept_until_75_years_after_birth_and_nowhere_says_the_birthday(told: Told) -> None:
    agents = told("opened")
    page = text_of(put(agents, OFFICER, "assessment", made.pdf()))
    assert "Kept until 2 November 2087" in page, page  # 160 months old on 2 March 2026: born in the month before it
    budget = agents.be(BUDGET)
    put(agents, OFFICER, "agreement", b"The terms of the agreement, in words.\n", "agreement.txt")
    budget.open_file(agents.agency.case)
    assert "2087" not in budget.get(f"/desk/cases/{agents.agency.case}/documents").text


def test_a_provider_takes_its_own_answers_away_and_proves_them(told: Told) -> None:
    agents = told("answered")
    register = agents.register
    register.follow()
    place = f"/desk/referrals/{agents.agency.case}"
    assert "Take your answers away" in agents.be(BEECH.actor).get(place).text
    got = agents.be(BEECH.actor).get(f"{place}/take-away")
    packed = zipfile.ZipFile(io.BytesIO(got.content))
    proofs = [name for name in packed.namelist() if name.endswith(".tlog-proof")]
    [offer] = [
        one.index
        for one in register.reader.case(agents.agency.case)
        if isinstance(one.event, OfferMade) and one.event.terms.get().provider == BEECH.provider
    ]
    assert len(proofs) == 2, "its question and its offer"
    assert f"{offer}.tlog-proof" in proofs
    for name in proofs:
        report = fairplace_verify.verify_proof(packed.read(name), keys=register.settings.log[0].vkeys)
        assert report.false is None, report
    everything = b"".join(packed.read(name) for name in packed.namelist())
    assert BEECH.setting.encode() in everything
    for words in (ASH.provider, ASH.name, ASH.setting, "Adults who stay calm"):
        assert words.encode() not in everything, words
    assert agents.be(CHERRY.actor).get(f"{place}/take-away").status_code == 404


def test_a_provider_takes_all_that_is_its_own_as_a_bundle_and_that_it_looked_is_on_record(told: Told) -> None:
    agents = told("answered")
    register, place = agents.register, f"/desk/referrals/{agents.agency.case}"
    register.publisher.publish()
    beech, before = agents.be(BEECH.actor), register.reader.size
    assert "as one sealed file" in beech.get(place).text
    assert register.reader.size == before + 1
    got = beech.get(f"{place}/bundle")
    assert got.status_code == 200, got.text
    assert got.headers["content-disposition"].endswith('.fpbundle"')
    beech.get(f"{place}/offer")
    assert register.reader.size == before + 1, "one entry for a person, a case and a sitting"
    [read] = [entry_of(register, index) for index in range(before, register.reader.size)]
    assert read.type == "sealed.read/1"
    assert read.body["purpose"] == "own"
    [said] = [one.value for slot, one in register.reader.openings(before).items() if slot == "/request"]
    assert BEECH.actor.key in said
    assert '"signed":false' in said
    report = fairplace_verify.verify_bundle(got.content, keys=register.settings.log[0].vkeys)
    assert report.word == "genuine", report
    for words in (ASH.provider, ASH.setting):
        assert words.encode() not in got.content
    cherry = agents.be(CHERRY.actor)
    assert cherry.get(f"{place}/bundle").status_code == 404
    assert register.reader.size == before + 1, "who sees nothing leaves no entry"


def test_where_it_cannot_be_written_down_that_a_provider_looks_nothing_is_shown(
    told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    agents = told("published")

    def full(*_: object) -> None:
        raise Refused("the disk is full")

    monkeypatch.setattr(vault, "_leave_read", full)
    beech = agents.be(BEECH.actor)
    for path in ("", "/document", "/offer", "/take-away", "/bundle"):
        answer = beech.get(f"/desk/referrals/{agents.agency.case}{path}")
        assert answer.status_code in (404, 422), path
        assert "Offer a home" not in answer.text
    assert beech.get("/desk/referrals").status_code == 200


def entry_of(register: Register, index: int) -> Envelope:
    return register.reader.entry(index).envelope
