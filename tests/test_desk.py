"""The one path in, on a real register: prepared, signed and appended in separate steps."""

from __future__ import annotations

import contextlib
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest

from fairplace import deciders
from fairplace.challenge.commands import LodgeChallenge
from fairplace.cli.doctor import LOOKS, _ills
from fairplace.decision import Command, History
from fairplace.errors import Conflict, FairplaceError, Forbidden, Malformed, Missing, Refused, Unproven
from fairplace.ledger import entry
from fairplace.ledger.note import Signer
from fairplace.lodging import sign_lodging
from fairplace.on_disk import Register
from fairplace.openness.commands import Release
from fairplace.people.commands import DeclareInterests
from fairplace.prepared import Appended, Prepared
from fairplace.procurement.commands import ChangeDeadline, EndWithoutAward, EnterContract, OpenBids, WithdrawBid
from tests import story
from tests.office import ROOT, Office, key_of, open_office, person, signer
from tests.story import APPROVER, DEADLINE, EVALUATORS, MONITORING, OFFERS, OFFICER, RECEIVER

LATER = "2026-04-08T12:00:00.000Z"


@pytest.fixture
def office(tmp_path: Path) -> Any:
    with open_office(tmp_path / "register") as one:
        yield one


def prepared(office: Office, command: Command, **who: Any) -> Prepared:
    return office.register.desk.prepare(office.named(command, **who))


def append(office: Office, one: Prepared, *names: str, at_receiver: bool = False) -> Appended:
    if at_receiver:
        return office.register.desk.append(one, [office.register.service("receiver").line(one.text)])
    return office.register.desk.append(one, [signer(name).line(one.text) for name in names or (one.actor,)])


def refusal(office: Office, one: Prepared, *names: str) -> FairplaceError:
    size = office.register.reader.size
    with pytest.raises(FairplaceError) as caught:
        append(office, one, *names)
    assert office.register.reader.size == size
    return caught.value


def later() -> ChangeDeadline:
    return ChangeDeadline(id="test", deadline=LATER, reason="More time for all")


# Three steps


def test_what_is_signed_is_what_was_prepared_and_what_stands(office: Office) -> None:
    one = prepared(office, story.plan())
    size = office.register.reader.size
    assert size == office.register.store.head(office.register.origin).size  # preparing writes nothing
    done = append(office, one)
    stored = office.register.reader.entry(done.index)
    assert stored.raw == entry.assemble(one.text, [signer(OFFICER.key).line(one.text)])
    assert stored.text == one.text
    assert (done.index, done.size, done.type) == (size, size + 1, "procurement.planned/1")
    assert done.case == stored.envelope.stream == stored.envelope.body["case"]
    assert len(one.digest) == 64
    assert one.statement


def test_another_text_than_the_prepared_one_cannot_be_signed(office: Office) -> None:
    one = prepared(office, story.plan())
    line = signer(OFFICER.key).line(one.text.replace(b"signed-by-party", b"signed-by-Party"))
    with pytest.raises(Unproven):
        office.register.desk.append(one, [line])
    assert isinstance(refusal(office, one, APPROVER.key), Unproven)  # not the actor


def test_a_signature_after_the_window_is_refused(office: Office) -> None:
    one = prepared(office, story.plan())
    office.pass_by(minutes=15, seconds=1)
    assert getattr(refusal(office, one), "code", "") == "window"
    two = prepared(office, story.plan())
    office.pass_by(minutes=15)
    append(office, two)


def test_the_time_is_that_of_prepare(office: Office) -> None:
    one = prepared(office, story.plan())
    office.pass_by(minutes=5)
    done = append(office, one)
    [recorded] = office.register.reader.recorded(done.index, done.size)
    assert recorded.at == one.at < office.register.store.now()


def test_a_clock_far_behind_the_newest_entry_records_nothing(office: Office) -> None:
    office.tell("planned")
    office.pass_by(days=-400)
    with pytest.raises(FairplaceError, match="clock"):
        append(office, prepared(office, story.conflicts()))


# Races


def test_a_lost_race_is_a_conflict_and_half_of_nothing(office: Office) -> None:
    office.tell("published")
    slow = prepared(office, later())
    office.do(msgspec.structs.replace(later(), deadline="2026-04-20T12:00:00.000Z"))
    conflict = refusal(office, slow)
    assert isinstance(conflict, Conflict)
    assert conflict.kind == "stream"
    assert conflict.exit_code == 4


def test_recording_prepares_a_lost_race_again(office: Office) -> None:
    office.tell("published")
    tries = []

    def sign(one: Prepared) -> list[str]:
        tries.append(one)
        if len(tries) == 1:  # somebody else is faster
            office.do(story.conflicts(steps=["A second look"]))
        return [signer(OFFICER.key).line(one.text)]

    done = office.register.desk.record(office.named(later()), sign)
    assert len(tries) == 2
    assert office.register.reader.entry(done.index).text == tries[1].text


def test_a_decision_that_missed_an_entry_is_void(office: Office) -> None:
    """An entry that came after the past was read is not passed over because the text names the newer head."""
    office.tell("published")
    seen, at = office.register.reader.size, office.register.store.now()
    past = History(case=office.case, events=office.register.reader.case(office.case))
    decision = deciders.decide(office.named(later()), past, at=at, by=OFFICER, chance=bytes(32))
    faster = office.do(story.conflicts(steps=["A second look"]))
    with pytest.raises(Conflict, match=f"entry {faster.index} came"):
        office.register.desk.prepare_decision(decision, past, by=OFFICER, at=at, key="x", command="x", seen=seen)


RACER = """
import sys
from pathlib import Path
from fairplace.errors import Conflict
from fairplace.on_disk import Register
from tests.office import Office
from tests import story
folder, case, name = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
with Register.open(folder) as register:
    office = Office(folder, register, None)
    office.case = case
    for number in range(20):
        done = office.do(story.conflicts(id=f"{name}-{number}", steps=[f"{name} {number}"]))
        print(done.index)
"""


def test_two_processes_race_and_every_command_stands_once(tmp_path: Path) -> None:
    with open_office(tmp_path / "register", real_time=True) as office:
        case = office.do(story.plan()).case
        before = office.register.reader.size
        racers = [
            subprocess.Popen([sys.executable, "-c", RACER, office.folder, str(case), name], stdout=subprocess.PIPE)
            for name in ("left", "right")
        ]
        indexes = [int(line) for racer in racers for line in racer.communicate(timeout=60)[0].split()]
        assert [racer.returncode for racer in racers] == [0, 0]
        assert sorted(indexes) == list(range(before, before + 40))
        events = office.register.reader.case(str(case))
        assert [recorded.n for recorded in events] == list(range(1, 42))


# The signature inside


def lodged(office: Office, offer: story.Offer, **changes: Any) -> Command:
    """A bid as the provider signs it, without the recorder's help; `changes` come after the signature."""
    command: Any = office.named(story.bid(offer), by=person(offer.provider))
    members = {**command.lodged(), "id": command.id, "log": office.register.origin}
    note = sign_lodging(signer(key_of(offer.provider)), members)
    signed: Command = msgspec.structs.replace(command, **{"signature": note, **changes})
    return signed


def test_whoever_holds_the_receivers_key_lodges_nothing_in_anothers_name(office: Office) -> None:
    office.tell("asked")
    alder, birch = OFFERS[0], OFFERS[1]
    false = {
        "no note": lodged(office, alder, signature=None),
        "another price": lodged(office, alder, price=1),
        "another id": lodged(office, alder, id="another"),
        "another bidder": lodged(office, alder, provider=birch.provider),
        "another document": lodged(office, alder, document=None),
        "another provider's key": lodged(office, birch, provider=alder.provider, price=alder.price),
        "no note at all": lodged(office, alder, signature="x"),
        "a note over nothing": lodged(
            office, alder, signature=sign_lodging(signer(key_of(alder.provider)), {"do": "lodge-bid"})
        ),
        "an officer's key": lodged(
            office, alder, signature=sign_lodging(signer(OFFICER.key), {"do": "lodge-bid", "provider": None})
        ),
    }
    receiver = office.register.service("receiver")
    for what, command in false.items():
        size = office.register.reader.size
        one = office.register.desk.prepare(command, actor=RECEIVER.key)
        with pytest.raises((Refused, Unproven, Malformed)) as refused:
            office.register.desk.append(one, [receiver.line(one.text)])
        assert not getattr(refused.value, "overridable", False)
        assert office.register.reader.size == size, what
    one = office.register.desk.prepare(lodged(office, alder), actor=RECEIVER.key)
    assert office.register.desk.append(one, [receiver.line(one.text)]).type == "deposit.received/1"
    unsigned = office.named(WithdrawBid(id="test", provider=alder.provider.id, signature=None))
    with pytest.raises(Refused):
        office.register.desk.prepare(unsigned, actor=RECEIVER.key)


def test_what_is_reported_of_a_bid_may_lack_the_note(office: Office) -> None:
    office.tell("asked")
    office.wait_until("2026-03-30T09:00:00.000Z")
    told = story.bid(OFFERS[0], evidence="stated-by-officer", happened_at="2026-03-29T10:00:00.000Z")
    one = office.register.desk.prepare(office.named(told), actor=RECEIVER.key)
    assert append(office, one, at_receiver=True).type == "deposit.received/1"


@pytest.mark.parametrize("offer", OFFERS[:2], ids=["their own words", "other words"])
def test_a_challenge_in_a_providers_name_bears_its_signature(office: Office, offer: story.Offer) -> None:
    office.tell("awarded")
    words = LodgeChallenge(
        id="test", kind="complaint", ground="other", remedy="explanation", words=" Why? ", challenger=offer.provider
    )
    command: Any = office.named(words, by=person(offer.provider))
    one = office.register.desk.prepare(command, actor=RECEIVER.key)
    with pytest.raises(Refused, match="without the provider's signature") as refused:
        append(office, one, at_receiver=True)
    assert (refused.value.code, refused.value.overridable) == ("unsigned", False)
    note = sign_lodging(
        signer(key_of(OFFERS[0].provider)), {**command.lodged(), "id": command.id, "log": office.register.origin}
    )
    one = office.register.desk.prepare(msgspec.structs.replace(command, signature=note), actor=RECEIVER.key)
    if offer is OFFERS[0]:
        assert append(office, one, at_receiver=True).type == "challenge.lodged/1"
    else:
        with pytest.raises(Unproven):
            append(office, one, at_receiver=True)


# Deadlines


def test_a_deadline_that_passes_between_prepare_and_append_makes_the_bid_late(office: Office) -> None:
    office.tell("asked")
    office.wait_until("2026-04-01T11:59:30.000Z")
    one = office.register.desk.prepare(lodged(office, OFFERS[0]), actor=RECEIVER.key)
    office.pass_by(minutes=1)
    with pytest.raises(Conflict) as caught:
        office.register.desk.append(one, [office.register.service("receiver").line(one.text)])
    assert caught.value.kind == "deadline"
    done = office.do(story.bid(OFFERS[0]), by=person(OFFERS[0].provider))
    assert done.type == "deposit.received-late/1"


def test_a_bid_at_the_very_deadline_is_in_time(office: Office) -> None:
    office.tell("asked")
    office.wait_until("2026-04-01T11:59:00.000Z")
    assert office.do(story.bid(OFFERS[0]), by=person(OFFERS[0].provider)).type == "deposit.received/1"
    assert office.register.store.now() == DEADLINE


# Who may


def test_the_role_is_asked_for_when_it_is_prepared(office: Office) -> None:
    for by in (EVALUATORS[0], APPROVER, person(OFFERS[0].provider)):
        with pytest.raises(Forbidden, match="ask somebody with that role"):
            prepared(office, story.plan(), by=by)
    with pytest.raises(Forbidden, match="enrol"):
        prepared(office, story.plan(), by=msgspec.structs.replace(OFFICER, key="nobody/here"))


def test_the_role_is_that_of_the_very_key_that_signs(office: Office) -> None:
    """A second key does not come under an officer's name, and signs nothing under it."""
    other = Signer(OFFICER.key, b"2" * 32)
    with pytest.raises(Refused, match="takes its place by rotation or recovery"):
        office.register.enrol(other.vkey.text, "evaluator", holder="Another", provider=None, admin=signer(ROOT))
    one = prepared(office, story.plan())
    with pytest.raises(Unproven, match="not registered"):
        office.register.desk.append(one, [other.line(one.text)])
    append(office, one)


def after_the_end(office: Office) -> Command:
    """A step that procedure forbids and two persons may take all the same."""
    office.tell("planned")
    office.do(EndWithoutAward(id="test", ground="need-changed", reason="Nobody waits any more"), by=APPROVER)
    return story.tender(override_reason="The notice was out already")


def test_an_override_needs_another_person_who_may(office: Office) -> None:
    one = prepared(office, after_the_end(office))
    assert one.second == {"approver", "monitoring"}
    codes = [getattr(refusal(office, one, OFFICER.key, *more), "code", "") for more in ((), (EVALUATORS[0].key,))]
    assert codes == ["second-signature"] * 2
    assert isinstance(refusal(office, one, OFFICER.key, OFFICER.key), FairplaceError)
    done = append(office, one, OFFICER.key, MONITORING.key)
    [recorded] = office.register.reader.recorded(done.index, done.size)
    assert recorded.signers == (OFFICER.key, MONITORING.key)
    assert getattr(recorded.event, "override", None)


def test_a_second_key_of_the_actors_name_is_not_another_person(office: Office) -> None:
    other = Signer(OFFICER.key, b"2" * 32)
    with pytest.raises(Refused, match="takes its place by rotation or recovery"):
        office.register.enrol(other.vkey.text, "approver", holder="The same name", provider=None, admin=signer(ROOT))
    one = prepared(office, after_the_end(office))
    lines = [signer(OFFICER.key).line(one.text), other.line(one.text)]
    with pytest.raises(Unproven, match="not registered"):
        office.register.desk.append(one, lines)


def test_a_signature_that_nobody_asked_for_is_refused(office: Office) -> None:
    one = prepared(office, story.plan())
    assert isinstance(refusal(office, one, OFFICER.key, EVALUATORS[0].key), Forbidden)


def test_a_recorder_without_a_named_second_says_so(office: Office) -> None:
    blocked = after_the_end(office)
    with pytest.raises(Refused, match="name them in 'second'"):
        office.do(blocked)
    office.do(blocked, second=APPROVER)


# Keys


def test_a_revoked_key_signs_nothing_after_its_place(office: Office) -> None:
    before = append(office, prepared(office, story.plan()))
    ready = prepared(office, story.plan())
    office.register.revoke(signer(OFFICER.key).vkey.text, reason="stolen", admin=signer(ROOT))
    assert "revoked" in str(refusal(office, ready))
    with pytest.raises(Forbidden, match="revoked at entry"):
        prepared(office, story.plan())
    assert office.register.reader.entry(before.index)  # what it signed stands


def test_an_unrelated_enrolment_does_not_stop_an_honest_entry(office: Office) -> None:
    ready = prepared(office, story.plan())
    office.enrol("northbrook.gov.example/officer/new", "officer")
    done = append(office, ready)
    assert office.register.reader.entry(done.index).envelope.keys != office.register.reader.register().head_leaf


def test_an_enrolment_under_the_lock_has_the_signers_judged_again(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The register moves between the judging and the commit: the store says so, and the desk judges once more."""
    ready = prepared(office, story.plan())
    store, real = office.register.store, office.register.store.append
    answers: list[Any] = []

    def overtaken(log: str, submissions: Any) -> Any:
        if not answers:
            monkeypatch.setattr(store, "append", real)  # the enrolment itself goes straight in
            office.enrol("northbrook.gov.example/officer/new", "officer")
            monkeypatch.setattr(store, "append", overtaken)
        answers.extend(real(log, submissions))
        return answers[-1:]

    monkeypatch.setattr(store, "append", overtaken)
    append(office, ready)
    assert [getattr(answer, "kind", "committed") for answer in answers] == ["keys", "committed"]


def test_a_register_event_that_does_not_fit_is_refused_before_it_stands_in_the_way(office: Office) -> None:
    vkey = signer(OFFICER.key).vkey.text
    office.register.revoke(vkey, reason="lost", admin=signer(ROOT))
    size = office.register.reader.size
    with pytest.raises(Refused, match="revoked before"):
        office.register.revoke(vkey, reason="lost", admin=signer(ROOT))
    with pytest.raises(Refused, match="not registered"):
        office.register.revoke(signer("never/enrolled").vkey.text, reason="lost", admin=signer(ROOT))
    assert office.register.reader.size == size
    new = signer("northbrook.gov.example/officer/new")
    with pytest.raises(Refused):
        office.register.enrol(new.vkey.text, "officer", holder="A", provider=None, admin=signer(OFFICER.key))
    assert office.register.reader.size == size


# The same again


def test_the_same_command_again_is_at_the_same_place(office: Office) -> None:
    command = office.named(story.plan(id="once"))
    first = office.recorder.record(command)
    again = office.recorder.record(command)
    assert again.duplicate
    assert (again.index, again.leaf, again.case, again.type) == (first.index, first.leaf, first.case, first.type)
    assert office.register.reader.size == first.size
    one = office.register.desk.prepare(command)  # asked twice at once: the second append is the first's place
    assert append(office, one).duplicate
    assert append(office, one).case == first.case


def test_an_id_that_another_command_had_is_a_conflict(office: Office) -> None:
    office.do(story.plan(id="once"))
    for other in (story.plan(id="once", title="Something else"), story.conflicts(id="once")):
        with pytest.raises(Conflict) as caught:
            office.do(other)
        assert (caught.value.kind, caught.value.exit_code) == ("idempotency", 4)


# Cases


def test_a_plan_may_bring_its_own_id_and_no_other_streams(office: Office) -> None:
    own = "6a1f5c1e-0b7e-4f0e-9d57-2f6d0a8c1b11"
    office.case = own
    assert office.do(story.plan()).case == own
    with pytest.raises(Refused):
        office.do(story.plan())
    stream = office.register.reader.entry(
        office.do(DeclareInterests(id="test", acting_as="officer")).index
    ).envelope.stream
    for taken in (stream, office.register.reader.register().stream):
        office.case = taken
        with pytest.raises(Refused, match="another stream"):
            office.do(story.plan())
    office.case = "not-an-id"
    with pytest.raises(FairplaceError):
        office.do(story.plan())


def test_a_case_that_is_not_there_is_missing(office: Office) -> None:
    office.case = "6a1f5c1e-0b7e-4f0e-9d57-2f6d0a8c1b11"
    for command in (
        later(),
        Release(id="test", occasion="notice"),
        EndWithoutAward(id="test", ground="other", reason="x"),
    ):
        with pytest.raises((Missing, Refused)):
            office.do(command, by=APPROVER if isinstance(command, EndWithoutAward) else OFFICER)


def test_a_refusal_leaves_nothing_behind(office: Office) -> None:
    office.tell("published")
    size = office.register.reader.size
    with pytest.raises(Refused):
        office.do(EnterContract(id="test", value=1), by=APPROVER)
    assert office.register.reader.size == size


# A store that was changed

HIDDEN = "UPDATE entry SET case_number = NULL WHERE place & 0xffffffff = ?"
ELSEWHERE = "UPDATE entry SET case_number = (SELECT max(number) FROM cases) WHERE place & 0xffffffff = ?"
OTHER_TYPE = """UPDATE entry SET type = (SELECT number FROM type WHERE name = 'interest.declared/1')
    WHERE place & 0xffffffff = ?"""
CLOSED = "DELETE FROM vault WHERE place & 0xffffffff = ? AND slot = '/case'"
SWAPPED = "UPDATE vault SET record = zeroblob(60) WHERE place & 0xffffffff = ? AND slot = '/case'"


def changed(office: Office, change: str) -> tuple[int, str]:
    """A deposit in whose rows something was changed by whoever has the file; and its case."""
    office.tell("deposited")
    own, office.case = office.case, "6a1f5c1e-0b7e-4f0e-9d57-2f6d0a8c1b11"
    office.do(story.plan())
    office.case = own
    office.wait_until("2026-04-02T09:00:00.000Z")
    assert prepared(office, OpenBids(id="test")).statement.startswith("Open the bids together: 3 in time")
    deposit = [one.index for one in office.register.reader.case(own) if one.type == "deposit.received/1"][1]
    with contextlib.closing(sqlite3.connect(office.folder / "register.sqlite")) as store:
        for (trigger,) in store.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            store.execute(f"DROP TRIGGER {trigger}")
        assert store.execute(change, (deposit,)).rowcount == 1
        store.commit()
    return deposit, own


@pytest.mark.parametrize("change", [CLOSED, SWAPPED], ids=["closed", "swapped"])
def test_no_bids_are_opened_while_the_store_hides_one(office: Office, change: str) -> None:
    hidden, _ = changed(office, change)
    with Register.open(office.folder, office.register.sources) as fresh:
        command = office.named(OpenBids(id="test"), by=OFFICER)
        with pytest.raises(Unproven, match=r"restore the store from its backup|changed from outside"):
            fresh.desk.prepare(command)
        assert [code for code, _ in _ills(LOOKS["sealed bids"], fresh)] == [1]
    assert hidden


@pytest.mark.parametrize("change", [HIDDEN, ELSEWHERE, OTHER_TYPE], ids=["hidden", "moved", "renamed"])
def test_a_deposit_is_filed_by_its_own_sealed_text_whatever_the_columns_say(office: Office, change: str) -> None:
    deposit, own = changed(office, change)
    with Register.open(office.folder, office.register.sources) as fresh:
        assert deposit in {one.index for one in fresh.reader.case(own)}
        assert deposit not in {one.index for one in fresh.reader.case("6a1f5c1e-0b7e-4f0e-9d57-2f6d0a8c1b11")}
        command = office.named(OpenBids(id="test"), by=OFFICER)
        assert fresh.desk.prepare(command).statement.startswith("Open the bids together: 3 in time")
