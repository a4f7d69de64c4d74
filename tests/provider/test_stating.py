"""A provider states its details once: sealed, signed inside, each number in one form, and shown beside the cases it bids in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from rich.console import Console

import fairplace_verify
from fairplace import deciders, details
from fairplace.chosen import choose
from fairplace.cli.custody import open_values
from fairplace.decision import Actor, History
from fairplace.erasing import erase
from fairplace.errors import FairplaceError, Forbidden, Malformed, Missing, Refused, Unproven
from fairplace.lodging import sign_lodging
from fairplace.people.roles import ROLES
from fairplace.people.sight import Reader, visible_alone
from fairplace.procurement.commands import NameGround
from fairplace.provider.commands import StateFacts
from fairplace.provider.events import Facts, FactsStated, Paper
from fairplace.provider.known import Stated
from fairplace.terms import Provider
from tests import story
from tests.office import CHAPTERS, Office, open_office, person, signer
from tests.story import (
    ALDER,
    APPROVER,
    BIRCH,
    CEDAR,
    DOGWOOD,
    EVALUATORS,
    MODERATOR,
    MONITORING,
    OFFICER,
    RECEIVER,
)

AUDITOR = Actor(key=f"{story.DOMAIN}/officer/a7au", roles=frozenset({"auditor"}))
INSURANCE = Paper(kind="insurance", what="Public liability", by="An Insurer", number="PL-1", until="2026-04-15")
OFSTED = Paper(kind="registration", what="Provider of homes", by="Ofsted", number=None, until=None)
FACTS = Facts(
    name="Alder Homes Ltd", company="1000001", ppon="pbzb 4962 tvlr", charity=None, ofsted=None, address="1 Alder Way\nNorthbrook",
    email="bids@alder.example", size="small", vcse=False,
    papers=[OFSTED, INSURANCE],
)  # fmt: skip


def state(facts: Facts = FACTS, provider: str = ALDER.id, **changes: Any) -> StateFacts:
    return StateFacts(id="test", provider=provider, facts=msgspec.structs.replace(facts, **changes))


def decided(command: StateFacts) -> FactsStated:
    past = History(case="c", events=())
    event = deciders.decide(command, past, at=story.START, by=RECEIVER, chance=story.CHANCE).event
    assert isinstance(event, FactsStated)
    return event


def test_what_was_typed_is_kept_and_each_number_stands_beside_it_in_one_form() -> None:
    event = decided(state(charity="SC12345", ofsted=" "))
    facts = event.facts.get()
    assert (facts.company, facts.ppon, facts.ofsted) == ("1000001", "pbzb 4962 tvlr", None)
    assert {one.scheme: one.id for one in event.identifiers.get()} == {
        "GB-COH": "01000001",
        "GB-PPON": "PBZB-4962-TVLR",
        "GB-SC": "SC012345",
    }
    for slot in ("provider", "facts", "identifiers", "provider_signature", "exhibit"):
        assert type(getattr(event, slot)).__name__ == "Sealed"


@pytest.mark.parametrize(
    ("changes", "error", "says"),
    [
        ({"company": "01000002"}, Refused, "this key was enrolled for GB-COH-01000001"),
        ({"company": "12"}, Malformed, "8 characters"),
        ({"name": " "}, Refused, "the legal name is empty"),
        ({"name": "x" * 201}, Malformed, "shorten it to 200"),
        ({"name": "Alder \u202e Homes"}, Refused, "the legal name must be one line"),
        (
            {"papers": [msgspec.structs.replace(INSURANCE, number="1\u20282")]},
            Refused,
            "the number of row 1 must be one line",
        ),
        ({"papers": [msgspec.structs.replace(INSURANCE, what="")]}, Refused, "what row 1 is is empty"),
        ({"papers": [msgspec.structs.replace(INSURANCE, until="2026-02-30")]}, Malformed, "the last day of row 1"),
        ({"papers": [INSURANCE] * 41}, Refused, "41 rows came and 40"),
    ],
)
def test_what_cannot_be_stated_is_refused_in_a_sentence(
    changes: dict[str, Any], error: type[FairplaceError], says: str
) -> None:
    with pytest.raises(error, match=says):
        decided(state(**changes))


def told(office: Office, command: StateFacts, provider: Provider) -> int:
    """Have it stated, by the provider's own key; its entry."""
    office.pass_by(minutes=1)
    named = msgspec.structs.replace(office.named(command, by=person(provider)), case=None)
    return office.recorder.record(named).index


def shown(office: Office, actor: Actor = OFFICER, *, newest: bool = False) -> dict[str, Stated | None]:
    register = office.register
    past = History(case=office.case, events=register.reader.case(office.case))
    who = Reader(key=actor.key, roles=actor.roles)
    return details.beside(register.reader, past, who, register.store.now(), newest=newest)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """A tender that is published."""
    with open_office(tmp_path / "register", until="published") as office:
        yield office


def test_details_stand_in_the_log_sealed_and_signed_inside_and_belong_to_no_case(office: Office) -> None:
    index = told(office, state(), ALDER)
    envelope = office.register.reader.entry(index).envelope
    assert envelope.type == "provider.facts-stated/1"
    assert envelope.actor == RECEIVER.key
    assert envelope.body.keys() == {"happened_at", "evidence"}
    for part in (b"Alder", b"01000001", b"PBZB", b"provider/alder"):
        assert part not in entry_bytes(office, index)
    note = office.register.reader.openings(index)["/provider_signature"].value
    assert person(ALDER).key in note
    assert office.register.reader.cases() == [office.case]
    assert details.own(office.register.reader, ALDER.id) is not None
    assert details.own(office.register.reader, BIRCH.id) is None
    with pytest.raises(Forbidden, match="is shown at the desk"):
        open_values(office.folder, index, None, OFFICER.key, "audit", None, Console(quiet=True))
    office.register.follow()
    keys = [one.text for one in office.register.log_vkeys()]
    assert fairplace_verify.verify_register(office.register.public, keys=keys).word == "genuine"


def entry_bytes(office: Office, index: int) -> bytes:
    [stored] = office.register.store.entries(office.register.origin, index, index + 1)
    return stored.raw


def test_a_provider_states_its_own_and_nobody_states_anothers(office: Office) -> None:
    size = office.register.reader.size
    with pytest.raises(Forbidden, match="cannot speak for GB-COH-01000001"):
        told(office, state(), BIRCH)
    report = {"evidence": "stated-by-officer", "happened_at": story.START}
    for actor in (OFFICER, MONITORING):
        for command in (state(), msgspec.structs.replace(state(), **report)):
            with pytest.raises(Forbidden):
                office.recorder.record(msgspec.structs.replace(office.named(command, by=actor), case=None))
    with pytest.raises(Refused, match="nobody reports them"):
        told(office, msgspec.structs.replace(state(), **report), ALDER)
    with pytest.raises(Refused, match="leave 'case' out"):
        office.do(state(), by=person(ALDER))
    assert office.register.reader.size == size


def test_what_the_provider_did_not_sign_is_not_taken_in(office: Office) -> None:
    """Whoever holds the receiver's key cannot change what a provider stated, nor state for it."""
    named = msgspec.structs.replace(office.named(state(), by=person(ALDER)), case=None)
    assert isinstance(named, StateFacts)
    members = {**named.lodged(), "id": named.id, "log": office.register.origin}
    signed = msgspec.structs.replace(named, signature=sign_lodging(signer(named.as_), members))
    receiver = office.register.service("receiver")
    others = msgspec.structs.replace(FACTS, name="Other Homes")
    for bent in (
        named,
        msgspec.structs.replace(signed, facts=others),
        msgspec.structs.replace(signed, provider=BIRCH.id, facts=msgspec.structs.replace(FACTS, company=None)),
    ):
        prepared = office.register.desk.prepare(bent, actor=receiver.vkey.name)
        with pytest.raises((Refused, Unproven)):
            office.register.desk.append(prepared, [receiver.line(prepared.text)])
    prepared = office.register.desk.prepare(signed, actor=receiver.vkey.name)
    assert office.register.desk.append(prepared, [receiver.line(prepared.text)]).index


def test_beside_a_case_stand_the_details_of_its_bidders_alone_as_they_stood_when_they_bid(office: Office) -> None:
    first = told(office, state(), ALDER)
    told(office, state(FACTS, DOGWOOD.id, company=None), DOGWOOD)
    everybody = (OFFICER, *EVALUATORS, MODERATOR, APPROVER, MONITORING, AUDITOR)
    CHAPTERS["asked"](office, story.OFFERS[:3])
    CHAPTERS["deposited"](office, story.OFFERS[:3])
    second = told(office, state(name="Alder Homes 2026 Ltd"), ALDER)
    told(office, state(FACTS, BIRCH.id, name="Birch Care Ltd", company=None), BIRCH)
    for actor in everybody:
        assert shown(office, actor) == {}, "before the opening nobody learns who bids"
        alone = Reader(key=actor.key, roles=ROLES - {"provider"})
        slots = office.register.reader.openings(first)
        assert not visible_alone(alone, "provider.facts-stated/1", RECEIVER.key, slots), "nor by the entry alone"
    CHAPTERS["opened"](office, story.OFFERS[:3])
    for actor in (*EVALUATORS, MODERATOR):
        assert set(shown(office, actor).values()) <= {None}, "no marks are given on them"
    for actor in (OFFICER, APPROVER, MONITORING, AUDITOR):
        found = shown(office, actor)
        assert found.keys() == {ALDER.id, BIRCH.id, CEDAR.id}, "Dogwood stated, and does not bid"
        alder = found[ALDER.id]
        assert alder is not None
        assert (alder.index, alder.facts.name) == (first, FACTS.name)
        assert alder.changed == office.register.reader.entry(second).envelope.at
        assert found[BIRCH.id] is None, "it stated only after it bid"
    newest = shown(office, newest=True)
    assert newest[ALDER.id].facts.name == "Alder Homes 2026 Ltd"  # type: ignore[union-attr]
    assert newest[BIRCH.id].facts.name == "Birch Care Ltd"  # type: ignore[union-attr]
    assert newest[CEDAR.id] is None


def test_of_a_direct_award_the_details_of_whom_it_is_meant_for_are_shown(office: Office) -> None:
    told(office, state(), ALDER)
    told(office, state(FACTS, BIRCH.id, company=None), BIRCH)
    office.case = ""
    office.do(story.plan(route="direct_s41", concerns_one_person=False))
    office.do(story.conflicts())
    assert shown(office) == {}
    office.do(NameGround(id="test", ground="repeat", provider=ALDER, reason="The notice of 2025 foresaw it."))
    found = shown(office)
    assert found.keys() == {ALDER.id}
    assert found[ALDER.id].shown("ppon") == "PBZB-4962-TVLR"  # type: ignore[union-attr]
    assert set(shown(office, EVALUATORS[0]).values()) <= {None}


def test_details_are_erased_under_a_key_of_their_own_unless_an_opened_bid_needs_them(office: Office) -> None:
    index = told(office, state(), ALDER)
    told(office, state(FACTS, BIRCH.id, company=None), BIRCH)
    names = [f"details:{ALDER.id}"]
    assert len(choose(office.register, names).subjects) == 1
    CHAPTERS["asked"](office, story.OFFERS[:3])
    CHAPTERS["deposited"](office, story.OFFERS[:3])
    CHAPTERS["opened"](office, story.OFFERS[:3])
    two = [signer(OFFICER.key), signer(APPROVER.key)]
    with pytest.raises(Refused, match="is checked in it against these details"):
        erase(office.register, names, "erasure-request", "They asked for it.", two)
    erase(office.register, names, "court-order", "A court ordered it.", two)
    assert details.own(office.register.reader, ALDER.id) is None
    assert office.register.reader.openings(index) == {}
    assert shown(office)[ALDER.id] is None
    assert shown(office)[BIRCH.id] is not None
    with pytest.raises(Missing, match="erased already"):
        choose(office.register, names)


def test_what_runs_out_is_told_by_its_last_day() -> None:
    event = decided(state())
    found = Stated(index=1, at=story.START, facts=event.facts.get(), identifiers=())
    assert found.out("2026-04-15") == [], "its last day is good"
    assert found.out("2026-04-16") == [INSURANCE]
    assert found.running_out("2026-04-01", "2026-04-15") == []
    assert found.running_out("2026-04-01", "2026-05-01") == [INSURANCE]
    assert found.running_out("2026-04-16", "2026-05-01") == [], "that is out already"
