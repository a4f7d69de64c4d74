"""Recording with keys at hand: bids among covers, signatures inside, assessments, and taking a text down."""

from __future__ import annotations

import base64
import re
from collections import Counter
from pathlib import Path
from typing import Any

import msgspec
import pytest

import fairplace_verify
from fairplace.assessing import assess_case
from fairplace.challenge.commands import LodgeChallenge
from fairplace.clerk import Clerk
from fairplace.errors import Forbidden, Malformed, Missing, Refused, Unproven
from fairplace.ledger import canonical
from fairplace.lodging import check_lodging, sign_lodging
from fairplace.openness.commands import Assess, Release, WithdrawValue
from fairplace.openness.events import Assessed
from fairplace.procurement.commands import AskQuestion, ChangeDeadline, EndWithoutAward, WithdrawAward, WithdrawBid
from fairplace.procurement.events import DepositReceived
from tests import story
from tests.office import Office, key_of, open_office, person, signer
from tests.story import APPROVER, EVALUATORS, EXHIBIT, MONITORING, OFFERS, OFFICER

ALDER, BIRCH = OFFERS[0].provider, OFFERS[1].provider


@pytest.fixture
def office(tmp_path: Path) -> Any:
    with open_office(tmp_path / "register") as one:
        yield one


def deposits(office: Office) -> list[int]:
    return [one.index for one in office.register.store.of_types(office.register.origin, ["deposit.received/1"])]


# Deposits


def test_covers_stand_beside_bids_and_belong_to_no_case(office: Office) -> None:
    office.tell("deposited", OFFERS)
    events = [next(office.register.reader.recorded(index, index + 1)) for index in deposits(office)]
    real = [one for one in events if one.case == office.case]
    covers = [one for one in events if one.case is None]
    assert len(real) == len(OFFERS)
    assert len(real) + len(covers) == len(events)
    assert covers
    assert all(isinstance(one.event, DepositReceived) and one.event.provider.get("closed") is None for one in covers)


def test_nothing_in_an_entry_tells_a_bid_from_a_cover(office: Office) -> None:
    """By type: same members, same lengths, same signer, same moment, same time in the id; the order is drawn by lot."""
    office.tell("asked")
    places: Counter[int] = Counter()
    for _ in range(14):
        before = office.register.reader.size
        done = office.do(story.bid(OFFERS[0]), by=person(ALDER))
        batch = [office.register.reader.entry(index).envelope for index in range(before, office.register.reader.size)]
        types = {one.type for one in batch}
        assert types <= {"deposit.received/1", "deposit.withdrawn/1"}
        lengths = {(one.type, len(office.register.reader.entry(before + n).raw)) for n, one in enumerate(batch)}
        if len(batch) > 1:
            places[done.index - before] += 1
        alike = {
            msgspec.json.encode(
                [one.at, one.actor, one.type, one.n, one.prev, one.keys, one.body, sorted(one.sealed), one.id[:13]]
            )
            for one in batch
        }
        bases = {str({slot: sealed.basis for slot, sealed in one.sealed.items()}) for one in batch}
        assert {len(lengths), len(alike), len(bases)} == {len(types)}
        office.do(WithdrawBid(id="test", provider=ALDER.id), by=person(ALDER))
    assert len(places) > 1


def test_who_bid_for_what_is_in_no_public_byte(office: Office) -> None:
    office.tell("deposited")
    office.register.follow()
    public = b"".join(path.read_bytes() for path in office.register.public.rglob("*") if path.is_file())
    for index in deposits(office):
        raw = office.register.reader.entry(index).raw
        assert raw in public
        for told in (office.case, key_of(ALDER), ALDER.id, ALDER.name, "520000"):
            assert told.encode() not in raw
    assert ALDER.name.encode() not in public


def test_a_report_of_a_bid_has_covers_that_report_too(office: Office) -> None:
    office.tell("asked")
    office.wait_until("2026-03-30T09:00:00.000Z")
    told = story.bid(OFFERS[0], evidence="portal-export", exhibit=EXHIBIT, happened_at="2026-03-29T10:00:00.000Z")
    for _ in range(6):
        before = office.register.reader.size
        office.do(told)
        told = msgspec.structs.replace(told, provider=OFFERS[_ % 4 + 1].provider) if _ < 4 else told
        bodies = {
            msgspec.json.encode(office.register.reader.entry(index).envelope.body)
            for index in range(before, office.register.reader.size)
        }
        assert len(bodies) == 1
        if _ == 4:
            break


def test_the_provider_signs_inside_what_the_receiver_signs_outside(office: Office) -> None:
    office.tell("asked")
    done = office.do(story.bid(OFFERS[0], id="bid-1"), by=person(ALDER))
    recorded = next(office.register.reader.recorded(done.index, done.index + 1))
    assert recorded.signers == (office.register.service("receiver").vkey.name,)
    assert isinstance(recorded.event, DepositReceived)
    note = recorded.event.provider_signature.get()
    members = {**office.named(story.bid(OFFERS[0])).lodged(), "id": "bid-1", "log": office.register.origin}  # type: ignore[attr-defined]
    assert check_lodging(note, members, lambda *_: signer(key_of(ALDER)).vkey).name == key_of(ALDER)
    with pytest.raises(Unproven, match="something else"):
        check_lodging(note, members | {"price": 1}, lambda *_: signer(key_of(ALDER)).vkey)


def test_a_signature_that_came_with_the_bid_is_checked(office: Office) -> None:
    office.tell("asked")
    command: Any = office.named(story.bid(OFFERS[0], id="bid-1"), by=person(ALDER))
    members = {**command.lodged(), "id": "bid-1", "log": office.register.origin}
    good = sign_lodging(signer(key_of(ALDER)), members)
    false = {
        "another price": sign_lodging(signer(key_of(ALDER)), members | {"price": 1}),
        "another log": sign_lodging(signer(key_of(ALDER)), members | {"log": "log.other.example/x"}),
        "another command, replayed": sign_lodging(signer(key_of(ALDER)), members | {"id": "bid-0"}),
        "another provider's key": sign_lodging(signer(key_of(BIRCH)), members),
        "an unknown key": sign_lodging(signer("nobody/here"), members),
        "a forged line": good.replace(key_of(ALDER), key_of(BIRCH)),
        "two signatures": good + signer(key_of(BIRCH)).line(good.encode().split(b"\n\n")[0] + b"\n"),
        "no note": "x",
        "empty": "",
    }
    size = office.register.reader.size
    for what, note in false.items():
        with pytest.raises((Unproven, Forbidden, Malformed)):
            office.recorder.record(msgspec.structs.replace(command, signature=note))
        assert office.register.reader.size == size, what
    assert office.recorder.record(msgspec.structs.replace(command, signature=good)).index >= size


def test_a_providers_key_speaks_for_that_provider_only(office: Office) -> None:
    office.tell("asked")
    with pytest.raises(Forbidden, match="cannot speak for"):
        office.do(story.bid(OFFERS[0]), by=person(BIRCH))
    office.do(story.bid(OFFERS[0]), by=person(ALDER))
    with pytest.raises(Forbidden, match="cannot speak for"):
        office.do(WithdrawBid(id="test", provider=ALDER.id), by=person(BIRCH))
    with pytest.raises(Forbidden, match="cannot speak for"):
        office.do(AskQuestion(id="test", words="Why?", asked_by=ALDER), by=person(BIRCH))
    challenge = LodgeChallenge(
        id="test", kind="complaint", ground="other", remedy="explanation", words="Why?", challenger=ALDER
    )
    with pytest.raises(Forbidden, match="cannot speak for"):
        office.do(challenge, by=person(BIRCH))
    assert office.do(challenge, by=person(ALDER)).type == "challenge.lodged/1"
    assert office.do(WithdrawBid(id="test", provider=ALDER.id), by=person(ALDER)).type == "deposit.withdrawn/1"


def test_an_officer_lodges_no_bid_of_their_own_accord(office: Office) -> None:
    office.tell("asked")
    with pytest.raises(Forbidden):
        office.do(story.bid(OFFERS[0]))


def test_the_same_bid_again_is_at_the_same_place(office: Office) -> None:
    office.tell("asked")
    command = office.named(story.bid(OFFERS[0], id="bid-1"), by=person(ALDER))
    first = office.recorder.record(command)
    size = office.register.reader.size
    again = office.recorder.record(command)
    assert (again.index, again.case, again.duplicate) == (first.index, office.case, True)
    assert office.register.reader.size == size


def test_whoever_has_no_key_here_lodges_nothing(office: Office) -> None:
    office.tell("asked")

    def nobody(name: str) -> Any:
        raise Missing(f"no key of {name}")

    office.recorder = type(office.recorder)(office.register, nobody)
    for command in (story.bid(OFFERS[0]), AskQuestion(id="test", words="Why?", asked_by=ALDER)):
        with pytest.raises(Missing):
            office.do(command, by=person(ALDER))


# Assessments


def assessments(office: Office) -> list[Assessed]:
    return [
        recorded.event for recorded in office.register.reader.case(office.case) if isinstance(recorded.event, Assessed)
    ]


def test_the_rules_speak_after_an_award_is_released(office: Office) -> None:
    office.tell("awarded")
    office.do(story.summaries(OFFERS[:3]))
    clerk = Clerk(office.register, signer)
    release = office.named(Release(id="open-1", occasion="award"))
    done = clerk.carry_out(release)
    assert [(one.view, one.occasion) for one in assessments(office)] == [("authority", "award"), ("public", "award")]
    for one, entry in zip(assessments(office), done.assessed, strict=True):
        assert office.register.documents.get(one.findings)
        assert office.register.reader.entry(entry.index).envelope.actor.endswith("service/assessor")
        assert one.upto > done.recorded.index
    size = office.register.reader.size
    again = clerk.carry_out(release)
    assert all(one.duplicate for one in (again.recorded, *again.assessed))
    assert office.register.reader.size == size


def test_an_assessment_that_was_cut_off_is_made_up_for(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    office.tell("planned")
    end = office.named(EndWithoutAward(id="end-1", ground="need-changed", reason="Nobody waits"), by=APPROVER)
    with monkeypatch.context() as cut:
        cut.setattr(office.register.documents, "put", _fails)
        with pytest.raises(OSError, match="full"):
            Clerk(office.register, signer).carry_out(end)
    assert assessments(office) == []
    done = Clerk(office.register, signer).carry_out(end)
    assert done.recorded.duplicate
    assert [one.duplicate for one in done.assessed] == [False, False]


def _fails(*_: Any) -> Any:
    raise OSError(28, "No space left on device: the disk is full")


def test_an_assessment_is_made_on_request_of_those_who_may(office: Office) -> None:
    office.tell("published")
    clerk = Clerk(office.register, signer)
    clerk.carry_out(office.named(Assess(id="test"), by=MONITORING))
    assert [(one.occasion, one.view) for one in assessments(office)] == [("request", "public")]
    with pytest.raises(Forbidden):
        clerk.carry_out(office.named(Assess(id="test"), by=EVALUATORS[0]))
    office.case = "6a1f5c1e-0b7e-4f0e-9d57-2f6d0a8c1b11"
    with pytest.raises(Missing):
        clerk.carry_out(office.named(Assess(id="test"), by=MONITORING))


@pytest.mark.parametrize("until", ["deposited", "opened", "moderated", "awarded"])
def test_before_the_award_is_released_no_assessment_tells_of_the_bids(tmp_path: Path, until: str) -> None:
    said = []
    for bids in (2, 3):
        with open_office(tmp_path / str(bids)) as office:
            office.tell(until, OFFERS[:bids])
            Clerk(office.register, signer).carry_out(office.named(Assess(id="test"), by=MONITORING))
            with pytest.raises(Refused, match="release the award first") as refused:
                assess_case(office.register, office.case, "authority", "request")
            assert refused.value.code == "too-early"
            said.append([(one.view, one.outcomes) for one in assessments(office)])
    assert said[0] == said[1]
    assert [view for view, _ in said[0]] == ["public"]


def test_an_award_taken_back_is_no_reason_to_speak_of_the_next(office: Office) -> None:
    office.tell("released")
    office.do(WithdrawAward(id="test", reason="A price was added wrongly"), by=APPROVER)
    with pytest.raises(Refused, match="release the award first"):
        assess_case(office.register, office.case, "authority", "request")


def test_the_digest_of_sealed_findings_cannot_be_guessed(office: Office) -> None:
    office.tell("released")
    for _ in range(2):
        Clerk(office.register, signer).carry_out(office.named(Assess(id="test"), by=MONITORING))
    salts = []
    for one in assessments(office):
        document = office.register.documents.get(one.findings)
        found = canonical.decode(document).get("salt")
        assert (found is None) == (one.view == "public")
        if found is not None:
            salts.append(base64.b64decode(found))
    assert [len(salt) for salt in salts] == [32, 32]
    assert salts[0] != salts[1]


def test_whoever_has_the_public_view_gets_the_same_findings(office: Office) -> None:
    from fairplace import assess, shelf
    from fairplace.reading_files import FolderReader

    office.tell("released")
    Clerk(office.register, signer).carry_out(office.named(Assess(id="test")))
    office.register.follow()
    stated = assessments(office)[-1]
    rules = assess.rules(shelf.policies())
    judged = assess.judge(
        FolderReader(office.register.public),
        office.case,
        rules,
        view="public",
        upto=stated.upto,
        as_of=stated.happened_at,
    )
    assert stated.view == "public"
    assert judged is not None
    assert (judged.sha256, judged.outcomes) == (stated.findings, stated.outcomes)


def test_a_rehearsal_says_what_would_be_signed_and_records_nothing(office: Office) -> None:
    office.tell("published")
    office.pass_by(hours=1)
    size = office.register.reader.size
    clerk = Clerk(office.register, lambda name: pytest.fail(f"the key of {name} was asked for"))
    moved = ChangeDeadline(
        id="test",
        deadline="2026-04-08T12:00:00.000Z",
        reason="They asked",
        evidence="stated-by-officer",
        happened_at=office.register.store.now(),
    )
    assert clerk.rehearse(office.named(moved)).fixes == ()
    for_one = msgspec.structs.replace(moved, audience="one", recipients=[ALDER])
    rehearsed = clerk.rehearse(office.named(for_one))
    assert (rehearsed.type, rehearsed.actor) == ("procurement.deadline-changed/1", OFFICER.key)
    assert "for one" in rehearsed.statement
    assert [(fix.rule.name, fix.finding.outcome) for fix in rehearsed.fixes] == [("equal-deadlines", "not-met")]
    with pytest.raises(Refused):
        clerk.rehearse(office.named(story.award(OFFERS[0]), by=APPROVER))
    assert office.register.reader.size == size


# Taking down


def test_a_childs_name_that_was_published_is_gone_and_every_proof_holds(office: Office) -> None:
    name = "Ottoline Quill"
    office.tell("moderated")
    office.wait_until("2026-04-09T09:00:00.000Z")
    office.do(story.award(OFFERS[0], reasons=[f"It suits {name}, who waits for a place"]), by=APPROVER)
    office.do(story.summaries(OFFERS[:3]))
    office.do(Release(id="test", occasion="award"))
    office.register.follow()
    assert _found(office, name)
    before = _proofs(office)
    award = office.at["procurement.awarded/1"]
    office.do(
        WithdrawValue(id="test", entry=award, slots=["/reasons"], ground="child", reason="A child is named"),
        by=MONITORING,
    )
    office.register.follow()
    assert _found(office, name) == []
    assert _proofs(office) == before + 1
    shown = next(office.register.reader.recorded(award, award + 1, "public"))
    assert not shown.event.reasons.is_open  # type: ignore[attr-defined]
    earlier = next(office.register.reader.recorded(award, award + 1, "public", award + 3))
    assert not earlier.event.reasons.is_open  # type: ignore[attr-defined]
    for text in (row for _, _, row, _ in office.register.replay.stored()):
        assert name.encode() not in text


def _found(office: Office, name: str) -> list[Path]:
    """Where the name stands among the published files, as text or inside an encoded disclosure."""
    found = []
    for path in office.register.public.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            opened = b"".join(
                base64.urlsafe_b64decode(text + b"=" * (-len(text) % 4))
                for text in re.findall(rb"~([A-Za-z0-9_-]{60,})\n", data)
            )
            if name.encode() in data + opened:
                found.append(path)
    return found


def _proofs(office: Office) -> int:
    """The size of the log, once a stranger with its keys has checked all of it."""
    keys = office.register.settings.log[0].vkeys
    report = fairplace_verify.verify(office.register.public, keys, None)
    assert report.exit_code == 0, report.verdict
    return report.size


def test_only_the_officer_and_monitoring_take_down(office: Office) -> None:
    office.tell("released")
    award = office.at["procurement.awarded/1"]
    command = WithdrawValue(id="test", entry=award, slots=["/reasons"], ground="error", reason="x")
    with pytest.raises(Forbidden):
        office.do(command, by=EVALUATORS[0])
    office.do(command, by=OFFICER)
