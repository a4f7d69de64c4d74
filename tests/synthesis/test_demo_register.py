"""The demo register is what it says: large enough, of every stage, true to its seed, and its truth is what the rules find."""

from __future__ import annotations

import base64
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from fairplace import assess, shelf
from fairplace.bidding.events import AnonymityDecided, CorrectionsReceived, SecretsMarked
from fairplace.challenge.events import Decided, Lodged, Withdrawn
from fairplace.demo import personas
from fairplace.keyring import Keyring
from fairplace.ledger.note import Vkey
from fairplace.ledger.register import KeyRegister
from fairplace.on_disk import Register
from fairplace.openness.events import Assessed, Disclosed
from fairplace.people.events import InterestDecided
from fairplace.procurement.events import (
    Awarded,
    AwardWithdrawn,
    BidsChecked,
    BidsOpened,
    ClaimNotified,
    ContractChanged,
    ContractEnded,
    ContractEntered,
    DepositReceived,
    DepositReceivedLate,
    DepositWithdrawn,
    EndedWithoutAward,
    LateBidsDecided,
    Moderated,
    NoticePublished,
    ParentNamed,
    Planned,
    QuestionAnswered,
    QuestionAsked,
    SheetSigned,
    TenderPublished,
)
from fairplace.recorded import Recorded
from fairplace.sealing import container
from fairplace.sealing.container import MEDIA
from fairplace.synthesis import procurements
from fairplace.terms import LONDON, moment
from fairplace_verify import verify_register
from tests.sealing.sealer import b64, given, public
from tests.whole_demo import whole_demo

pytestmark = pytest.mark.slow

Found = set[tuple[str, str]]


class Demo(NamedTuple):
    """The register as built, and its cases as the authority sees them."""

    folder: Path
    built: procurements.Built
    register: Register
    cases: dict[str, tuple[Recorded, ...]]

    @property
    def everything(self) -> list[Recorded]:
        return [recorded for events in self.cases.values() for recorded in events]

    def truth(self, outcome: str) -> Found:
        lines = (self.folder / "truth.jsonl").read_text("utf-8").splitlines()
        planted = [json.loads(line) for line in lines]
        assert all(set(one) == {"case", "rule", "outcome"} for one in planted)
        return {(one["case"], one["rule"]) for one in planted if one["outcome"] == outcome}

    def found(self, as_of: str) -> set[tuple[str, str, str]]:
        """What the rules say of every case on a day: case, rule, outcome."""
        rules = assess.rules(shelf.policies())
        said = set()
        for case in self.cases:
            judged = assess.judge(self.register.reader, case, rules, as_of=as_of)
            assert judged is not None
            said |= {(case, line["rule"], line["outcome"]) for line in assess.lines(judged)}
        return said


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    folder, built = whole_demo(tmp_path_factory)
    with Register.open(folder) as register:
        cases = {case: register.reader.case(case) for case in register.reader.cases()}
        yield Demo(folder, built, register, cases)


def has(events: tuple[Recorded, ...], kind: type) -> bool:
    return any(isinstance(recorded.event, kind) for recorded in events)


def stage(events: tuple[Recorded, ...], now: str) -> str:
    """How far a case has come."""
    published = [one.event for one in events if isinstance(one.event, TenderPublished)]
    standstills = [
        one.event.standstill_ends
        for one in events
        if isinstance(one.event, NoticePublished) and one.event.standstill_ends
    ]
    for kind, name in ((EndedWithoutAward, "ended"), (ContractEntered, "contract"), (ClaimNotified, "suspended")):
        if has(events, kind):
            return name
    if standstills and now[:10] <= standstills[-1]:
        return "standstill"
    for kind, name in ((Awarded, "awarded"), (SheetSigned, "evaluation"), (BidsOpened, "opened")):
        if has(events, kind):
            return name
    if not published:
        return "planned"
    return "open" if now < published[-1].deadline else "closed"


@pytest.mark.parametrize(
    "as_of", ["2026-11-20T17:00:00.000Z", pytest.param("2027-12-01T12:00:00.000Z", marks=pytest.mark.long)]
)
def test_what_was_planted_is_found_and_nothing_else(demo: Demo, as_of: str) -> None:
    found = demo.found(as_of)
    assert {(case, rule) for case, rule, outcome in found if outcome == "not-met"} == demo.truth("not-met")
    concerns = {(case, rule) for case, rule, outcome in found if outcome == "concern"}
    assert demo.truth("concern") <= concerns
    # What stays open is no fault planted: time alone makes a challenge, a remedy and an unanswered finding one.
    assert {rule for _, rule in concerns - demo.truth("concern")} <= {"FA-01", "RM-04", "RM-05"}


def test_unfairness_is_of_many_kinds(demo: Demo) -> None:
    kinds = {rule for _, rule in demo.truth("not-met")}
    assert len(kinds) >= 20
    assert kinds >= {"ET-01", "ET-02", "ET-03", "ET-04", "ET-08", "ET-12", "RR-01", "RR-03", "AD-01", "AD-02", "CI-02"}


def test_most_cases_are_fair(demo: Demo) -> None:
    faulty = {case for case, _ in demo.truth("not-met")}
    assert len(demo.cases.keys() - faulty) >= 20
    assert len(faulty) < len(demo.cases) / 2 + 1


def test_procurements_stand_at_every_stage(demo: Demo) -> None:
    assert len(demo.cases) >= 24
    now = max(recorded.at for recorded in demo.everything)
    stages = Counter(stage(events, now) for events in demo.cases.values())
    assert stages.keys() == {
        "planned", "open", "closed", "opened", "evaluation", "awarded", "standstill", "suspended", "contract", "ended",
    }  # fmt: skip
    assert any(has(events, AwardWithdrawn) for events in demo.cases.values())


def test_there_are_bids_questions_changes_and_late_bids(demo: Demo) -> None:
    kinds = Counter(type(recorded.event) for recorded in demo.everything)
    assert kinds[DepositReceived] >= 100
    assert min(kinds[QuestionAsked], kinds[QuestionAnswered]) >= 50
    assert kinds[DepositReceivedLate] >= 4
    assert kinds[DepositWithdrawn] >= 1
    moderated = [one.event for one in demo.everything if isinstance(one.event, Moderated)]
    assert sum(len(bid.changes.get() or {}) for event in moderated for bid in event.bids.values()) >= 50
    decided = [one.event for one in demo.everything if isinstance(one.event, LateBidsDecided)]
    assert {one.admitted for event in decided for one in event.decisions.get()} == {True, False}
    checked = [one.event for one in demo.everything if isinstance(one.event, BidsChecked)]
    held = {check.exclusion for event in checked for bid in event.bids.values() if (check := bid.check.get())}
    assert held >= {"clear", "excludable"}


def test_bids_of_one_case_are_sealed_and_any_two_whose_keys_are_in_the_demo_open_them(demo: Demo) -> None:
    keys = {
        one.opener_key: X25519PrivateKey.from_private_bytes(base64.b64decode(one.opener_seed))
        for one in personas(demo.folder, demo.register.domain)
        if one.opener_key
    }
    assert {b64(public(one)) for one in keys.values()} == keys.keys()
    documents = [one.event.document.get() for one in demo.everything if isinstance(one.event, DepositReceived)]
    bids = [container.read(demo.register.documents.get(one.sha256)) for one in documents if one and one.media == MEDIA]
    assert len(bids) == 5
    for bid in bids:
        head = {"ephemeral": bid.head.ephemeral}
        shares = {place: given(keys[one.key], head) for place, one in enumerate(bid.head.openers)}
        manifest, file = container.opened(bid, shares)
        assert manifest.price
        assert len(file) == manifest.bytes


def test_the_newer_steps_are_there_too(demo: Demo) -> None:
    for kind in (AnonymityDecided, CorrectionsReceived, SecretsMarked, ParentNamed, ContractChanged, ContractEnded):
        assert any(isinstance(one.event, kind) for one in demo.everything), kind
    [named] = [one.event for one in demo.everything if isinstance(one.event, ParentNamed)]
    assert named.parent in demo.cases


def test_challenges_are_upheld_refused_let_go_and_still_open(demo: Demo) -> None:
    outcomes = {one.event.outcome for one in demo.everything if isinstance(one.event, Decided)}
    assert outcomes == {"upheld", "partly-upheld", "not-upheld"}
    lodged = {one.stream for one in demo.everything if isinstance(one.event, Lodged)}
    closed = {one.stream for one in demo.everything if isinstance(one.event, Decided | Withdrawn)}
    assert lodged - closed
    assert any(isinstance(one.event, InterestDecided) and one.event.outcome == "recuse" for one in demo.everything)


def test_reports_stand_beside_acts_and_overrides_under_two_signatures(demo: Demo) -> None:
    evidence = Counter(one.event.evidence for one in demo.everything)
    assert evidence.keys() == {"signed-by-party", "portal-export", "stated-by-officer"}
    for one in demo.everything:
        if one.event.evidence == "portal-export":
            exhibit = one.event.exhibit.get()
            assert exhibit is not None
            assert len(demo.register.documents.get(exhibit.sha256)) == exhibit.bytes
    overridden = [one for one in demo.everything if getattr(one.event, "override", None)]
    assert len(overridden) >= 6
    assert all(len(set(one.signers)) == 2 for one in overridden)


def test_every_person_and_provider_has_a_key_of_its_own(demo: Demo) -> None:
    keyring = Keyring(demo.folder / "demo-keys")
    register: KeyRegister = demo.register.reader.register()
    enrolled = [standing.vkey for standing in register.standings()]
    people = [vkey for vkey in enrolled if "/service/" not in vkey.name]
    assert {vkey.name for vkey in people} == set(keyring.names())
    assert all(keyring.signer(vkey.name).vkey == vkey for vkey in people)
    assert len({Vkey.parse(vkey.text).text.split("+")[2] for vkey in people}) == len(people)
    assert sum("/provider/" in vkey.name for vkey in people) == 60
    acted = {recorded.actor for recorded in demo.everything if "/service/" not in recorded.actor}
    assert acted <= {vkey.name for vkey in people}
    assert len({one.actor for one in demo.everything if isinstance(one.event, SheetSigned) and one.event.is_act}) >= 6


def test_providers_are_nobody_real(demo: Demo) -> None:
    deposits = [one.event for one in demo.everything if isinstance(one.event, DepositReceived | DepositReceivedLate)]
    bidders = {provider for event in deposits if (provider := event.provider.get())}
    assert len({one.id for one in bidders}) == len({one.name for one in bidders}) >= 40
    assert all(one.id.startswith("GB-COH-99") and len(one.id) == 15 for one in bidders)


def test_everything_happens_in_working_hours_over_eighteen_months(demo: Demo) -> None:
    moments = [moment(recorded.at).astimezone(LONDON) for recorded in demo.everything]
    assert (max(moments) - min(moments)).days >= 540
    assert all(one.weekday() < 5 and 9 <= one.hour < 18 for one in moments)


def test_a_case_of_one_person_is_on_the_record_and_never_released(demo: Demo) -> None:
    private = [
        events
        for events in demo.cases.values()
        if any(isinstance(one.event, Planned) and one.event.concerns_one_person for one in events)
    ]
    assert private
    assert not any(has(events, Disclosed) for events in private)


def test_the_rules_spoke_to_the_authority_and_to_the_public(demo: Demo) -> None:
    spoken = Counter(one.event.view for one in demo.everything if isinstance(one.event, Assessed))
    assert spoken["authority"] == spoken["public"] >= 30
    for one in demo.everything:
        if isinstance(one.event, Assessed):
            assert demo.register.documents.get(one.event.findings)


def test_the_published_record_verifies_with_the_key_of_the_log(demo: Demo) -> None:
    report = verify_register(demo.folder / "public", demo.register.settings.log[0].vkeys)
    assert report.exit_code == 0, report.verdict
    assert len(list((demo.folder / "public/checkpoints").iterdir())) >= 18
    assert demo.built.entries == demo.register.reader.size


def test_nothing_public_names_a_provider_that_never_won(demo: Demo) -> None:
    bidders: dict[str, str] = {}
    winners: set[str] = set()
    for one in demo.everything:
        if isinstance(one.event, DepositReceived | DepositReceivedLate) and (provider := one.event.provider.get()):
            bidders[provider.id] = provider.name
        if isinstance(one.event, Awarded):
            winners |= {award.provider.id for bid in one.event.bids.values() if (award := bid.award.get())}
    losers = bidders.keys() - winners
    assert len(losers) >= 5
    published = b"".join(path.read_bytes() for path in (demo.folder / "public").rglob("*") if path.is_file())
    decoded = b"".join(
        json.dumps([opening.value for opening in demo.register.reader.openings(index, "public").values()]).encode()
        for index in demo.register.reader.disclosed()
    )
    assert any(name.encode() in decoded for name in (bidders[winner] for winner in winners))
    for loser in losers:
        for secret in (loser, bidders[loser]):
            assert secret.encode() not in published + decoded, secret


def test_the_moments_of_deposits_do_not_count_the_bids_of_a_case(demo: Demo) -> None:
    """From public bytes: between a notice and its opening there are many times more batches than bids."""
    reader = demo.register.reader
    envelopes = [reader.entry(index).envelope for index in range(reader.size)]
    deposits = [(index, one) for index, one in enumerate(envelopes) if one.type.startswith("deposit.")]
    assert all(one.n == 1 for _, one in deposits)
    looked = 0
    for events in demo.cases.values():
        first = next((one.index for one in events if isinstance(one.event, TenderPublished)), None)
        opened = next((one.index for one in events if isinstance(one.event, BidsOpened)), None)
        if first is None or opened is None:
            continue
        bids = sum(isinstance(one.event, DepositReceived) and one.index < opened for one in events)
        moments = {one.at for index, one in deposits if first < index < opened and one.type == "deposit.received/1"}
        assert len(moments) > 3 * bids, events[0].case
        looked += 1
    assert looked >= 20


def test_the_folder_says_whose_seed_it_grew_from(demo: Demo) -> None:
    assert procurements.seed_of(demo.folder) == 1
    assert procurements.seed_of(demo.folder.parent) is None
