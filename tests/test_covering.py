"""Cover rounds: what they look like, how often they come, and how little the moments of deposits tell."""

from __future__ import annotations

import random
import sqlite3
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from fairplace import covering
from fairplace.cli.serving import kept_current
from fairplace.covering import CoverRounds, rates
from fairplace.ledger.entry import Envelope
from fairplace.on_disk import Register
from fairplace.policy import Case
from fairplace.procurement.commands import ChangeDeadline, WithdrawBid
from fairplace.procurement.events import DepositReceived, DepositReceivedLate, DepositWithdrawn
from fairplace.sources import SYSTEM, Sources
from fairplace.terms import LONDON, Provider, moment
from fairplace_verify import verify_register
from tests import story
from tests.matrix import many
from tests.office import CHAPTERS, Office, key_of, open_office, person
from tests.story import DEADLINE, EXHIBIT, OFFERS, Offer

ALDER = OFFERS[0].provider
FIR = Provider(id="GB-COH-01000006", name="Fir Grange")
SIX = (*OFFERS, Offer(provider=FIR, price=530_000, marks={"care": 6, "staff": 6}))

MONDAY_NIGHT = datetime(2026, 3, 2, 3, tzinfo=UTC)
MONDAY_NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)

Batch = list[tuple[Envelope, int]]


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with open_office(tmp_path / "register") as one:
        yield one


def batches(register: Register, start: int = 0) -> list[Batch]:
    """Deposits by their moment, each with the size of its entry: what anybody can read."""
    found: dict[str, Batch] = defaultdict(list)
    for index in range(start, register.reader.size):
        entry = register.reader.entry(index)
        if entry.envelope.type.startswith("deposit."):
            found[entry.envelope.at].append((entry.envelope, len(entry.raw)))
    return list(found.values())


def shapes(batch: Batch) -> set[bytes]:
    """What an entry shows, by its type, but for what is random: ids of entry and stream, digests, signature."""
    return {
        msgspec.json.encode([
            *(one.type, one.n, one.prev, one.actor, size, one.body["evidence"], sorted(one.body)),
            one.body["happened_at"] == one.at,
            sorted((slot, sealed.basis, len(sealed.d)) for slot, sealed in one.sealed.items()),
            len(one.id),
        ])
        for one, size in batch
    }  # fmt: skip


def is_one_moment(batch: Batch) -> bool:
    open_part = {(one.at, one.id[:13], one.keys, one.body["happened_at"]) for one, _ in batch}
    return len(open_part) == 1 and len({one.stream for one, _ in batch}) == len(batch)


# The law


def test_a_round_comes_every_other_day_for_each_open_tender_and_more_often_at_its_end() -> None:
    def per_day(*tenders: list[datetime]) -> tuple[float, ...]:
        usual = covering.weight_of(MONDAY_NOON)
        return tuple(round(rate * DAY.total_seconds() / usual, 6) for rate in rates(tenders, MONDAY_NOON))

    far, near, gone = MONDAY_NOON + 20 * DAY, MONDAY_NOON + 20 * HOUR, MONDAY_NOON - 20 * HOUR
    assert per_day() == (0, 0)
    assert per_day([far]) == (0.5, 0)
    assert per_day([far], [far]) == (1, 0)
    assert per_day([near]) == (6, 0)
    assert per_day([gone]) == (0, 6)
    assert per_day([gone], [far]) == (0.5, 6)
    assert per_day([gone, far]) == (0.5, 6), "somebody alone was given more time: both may come"
    assert per_day([MONDAY_NOON - 25 * HOUR]) == (0, 0)
    assert per_day([datetime(9999, 12, 31, 23, tzinfo=UTC)]) == (0.5, 0)


def test_the_hours_of_a_week_share_its_rounds_and_office_hours_have_most() -> None:
    weights = {now: covering.weight_of(now) for now in (MONDAY_NIGHT + n * HOUR for n in range(7 * 24))}
    assert sum(weights.values()) == pytest.approx(7 * 24)
    by_day = [w for now, w in weights.items() if now.weekday() < 5 and 8 <= now.astimezone(LONDON).hour < 18]
    assert sum(by_day) == pytest.approx(covering.IN_OFFICE_HOURS * 7 * 24)
    assert min(weights.values()) > 0


def test_a_batch_has_one_more_with_probability_a_half() -> None:
    entropy = random.Random(1).randbytes
    found = Counter(covering.how_many(entropy) for _ in range(20_000))
    assert max(found) == covering.MOST_COVERS
    for covers in range(5):
        assert found[covers] / 20_000 == pytest.approx(0.5 ** (covers + 1), abs=0.015)


def test_rounds_follow_deadlines_and_nothing_that_came_in(office: Office) -> None:
    rounds = CoverRounds(office.register)
    ever = 400 * DAY.total_seconds()  # so long that a round is certain, if any can be due
    assert rounds.tick(ever) == 0
    office.tell("planned")
    assert rounds.tick(ever) == 0
    CHAPTERS["published"](office, OFFERS)
    assert rounds.tick(ever) > 0
    assert rounds.tick(0) == 0
    office.wait_until(DEADLINE)
    office.pass_by(minutes=1)
    size = office.register.reader.size
    assert rounds.tick(ever) > 0
    assert {one.type for batch in batches(office.register, size) for one, _ in batch} == {"deposit.received-late/1"}
    office.pass_by(hours=24)
    assert rounds.tick(ever) == 0


def test_a_deadline_that_moved_moves_the_rounds_and_the_log_is_read_once(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.tell("published")
    rounds = CoverRounds(office.register)
    rounds.tick(0)
    office.wait_until("2026-03-31T09:00:00.000Z")
    office.do(ChangeDeadline(id="test", deadline="2026-04-20T12:00:00.000Z", reason="An annex was wrong"))
    office.wait_until("2026-04-10T12:00:00.000Z")
    assert rounds.tick(400 * DAY.total_seconds()) > 0
    assert {one.type for batch in batches(office.register) for one, _ in batch} <= {
        "deposit.received/1",
        "deposit.withdrawn/1",
    }
    rounds.tick(0)  # has read its own round
    with monkeypatch.context() as silent:
        silent.setattr(type(office.register.store), "of_types", None)
        silent.setattr(type(office.register.store), "entries", None)
        assert rounds.tick(0) == 0


# What a round looks like


def test_nothing_that_is_public_tells_a_round_from_a_batch_with_a_bid_in_it(office: Office) -> None:
    office.tell("asked")
    rounds = CoverRounds(office.register)
    start = office.register.reader.size
    for _ in range(40):
        office.pass_by(minutes=3)
        rounds.write()
    alone = batches(office.register, start)
    start = office.register.reader.size
    for _ in range(10):
        office.do(story.bid(OFFERS[0]), by=person(ALDER))
        office.do(WithdrawBid(id="test", provider=ALDER.id), by=person(ALDER))
    around = batches(office.register, start)
    assert (len(alone), len(around)) == (40, 20)
    assert all(map(is_one_moment, alone + around))
    seen_alone, seen_around = ({shape for batch in some for shape in shapes(batch)} for some in (alone, around))
    assert seen_alone == seen_around
    assert len(seen_alone) == 2, "one shape, and so one size, for each of the two types"
    for some in (alone, around):
        assert {len(batch) for batch in some} >= {1, 2, 3}
        assert any({one.type for one, _ in batch} == {"deposit.received/1", "deposit.withdrawn/1"} for batch in some)
        assert any([one.type for one, _ in batch] == ["deposit.withdrawn/1"] for batch in some)


def test_late_bids_come_among_late_covers(office: Office) -> None:
    office.tell("asked")
    office.wait_until("2026-04-01T12:05:00.000Z")
    rounds = CoverRounds(office.register)
    start = office.register.reader.size
    for offer in OFFERS:
        assert office.do(story.bid(offer), by=person(offer.provider)).type == "deposit.received-late/1"
    around = batches(office.register, start)
    start = office.register.reader.size
    for _ in range(5):
        office.pass_by(minutes=3)
        rounds.write(late=True)
    alone = batches(office.register, start)
    assert all(map(is_one_moment, alone + around))
    assert max(map(len, around)) > 1
    [shape] = {shape for batch in alone + around for shape in shapes(batch)}
    assert b"deposit.received-late/1" in shape
    real = [one for one in office.register.reader.case(office.case) if isinstance(one.event, DepositReceivedLate)]
    assert len(real) == len(OFFERS), "covers belong to no case"


def test_a_bid_is_taken_back_without_pointing_at_it_in_public(office: Office) -> None:
    office.tell("asked")
    bid = office.do(story.bid(OFFERS[0]), by=person(ALDER))
    gone = office.do(WithdrawBid(id="test", provider=ALDER.id), by=person(ALDER))
    entry = office.register.reader.entry(gone.index).envelope
    assert (entry.n, entry.prev, sorted(entry.sealed)) == (
        1,
        "",
        ["/case", "/deposit", "/exhibit", "/provider_signature", "/seen"],
    )
    assert bid.leaf not in msgspec.json.encode(entry).decode()
    own = next(office.register.reader.recorded(gone.index, gone.index + 1))
    assert isinstance(own.event, DepositWithdrawn)
    assert own.event.deposit.get() == bid.leaf
    assert office.do(story.bid(OFFERS[0]), by=person(ALDER)).type == "deposit.received/1"


def test_what_is_reported_late_stands_among_covers_that_say_the_same(office: Office) -> None:
    office.tell("asked")
    told: dict[str, Any] = {"evidence": "portal-export", "exhibit": EXHIBIT}
    office.wait_until("2026-04-01T13:00:00.000Z")
    start = office.register.reader.size
    office.do(story.bid(OFFERS[0], happened_at="2026-03-29T10:00:00.000Z", **told))
    office.do(WithdrawBid(id="test", provider=ALDER.id, happened_at="2026-03-30T10:00:00.000Z", **told))
    office.do(story.bid(OFFERS[1], happened_at="2026-04-01T12:01:00.000Z", **told))
    for batch in batches(office.register, start):
        assert is_one_moment(batch)
        assert {one.body["evidence"] for one, _ in batch} == {"portal-export"}
        assert len(shapes(batch)) == len({one.type for one, _ in batch})


def test_a_register_with_rounds_verifies_and_its_bids_are_counted_as_before(office: Office) -> None:
    rounds = CoverRounds(office.register)
    office.tell("asked")
    for _ in range(20):
        rounds.write()
    for chapter in ("deposited", "opened", "marked", "moderated", "awarded", "released"):
        CHAPTERS[chapter](office, OFFERS[:3])
        rounds.write(late=True)
    office.register.follow()
    report = verify_register(office.register.public, office.register.settings.log[0].vkeys)
    assert report.exit_code == 0, report.verdict
    kinds = [type(one.event) for one in office.register.reader.case(office.case, "public")]
    assert kinds.count(DepositReceived) == 3
    assert DepositWithdrawn not in kinds


def test_after_the_award_everybody_can_see_which_bid_was_taken_back(office: Office) -> None:
    CHAPTERS["planned"](office, ())
    CHAPTERS["published"](office, ())
    CHAPTERS["asked"](office, OFFERS)
    office.wait_until("2026-03-29T09:00:00.000Z")
    first = office.do(story.bid(OFFERS[3]), by=person(OFFERS[3].provider))
    gone = office.do(WithdrawBid(id="test", provider=OFFERS[3].provider.id), by=person(OFFERS[3].provider))
    for chapter in ("deposited", "opened", "marked", "moderated", "awarded"):
        CHAPTERS[chapter](office, OFFERS[:3])
        assert gone.index not in office.register.reader.disclosed()
    CHAPTERS["released"](office, OFFERS[:3])
    assert office.register.reader.disclosed()[gone.index] == {"/case", "/deposit", "/seen"}
    for view in ("authority", "public"):
        events = office.register.reader.case(office.case, view)
        [taken_back] = [one.event for one in events if isinstance(one.event, DepositWithdrawn)]
        assert taken_back.deposit.get() == first.leaf
    own = office.register.reader.case(office.case)
    past = Case(id=office.case, as_of="2026-04-14T09:00:00.000Z", view="authority", events=own)
    assert past.bids.bidders == frozenset(offer.provider.id for offer in OFFERS[:3])
    office.register.follow()
    report = verify_register(office.register.public, office.register.settings.log[0].vkeys)
    assert report.exit_code == 0, report.verdict
    assert not any("left out" in note for note in report.notes), "the deposits that the opening rests on are all open"


# What can be counted


def told(folder: Path, seed: int, offers: tuple[Offer, ...]) -> int:
    """Batches between notice and deadline in a register with one tender and so many bids, each at a time of its own."""
    chance = random.Random(seed)
    with open_office(folder, seed=seed) as office:
        office.enrol(key_of(FIR), "provider", provider=FIR.id)
        office.tell("published")
        assert office.clock is not None
        rounds = CoverRounds(office.register)
        ends = moment(DEADLINE)
        waiting = sorted(
            (ends - chance.randrange(5) * DAY - timedelta(minutes=chance.randrange(90, 230)), number)
            for number in range(len(offers))
        )
        while office.clock.now < ends:
            while waiting and waiting[0][0] <= office.clock.now:
                offer = offers[waiting.pop(0)[1]]
                assert office.do(story.bid(offer), by=person(offer.provider)).type == "deposit.received/1"
            office.pass_by(minutes=30)
            rounds.tick(30 * 60)
        assert not waiting
        return len(batches(office.register))


@pytest.mark.long
@pytest.mark.matrix
def test_the_number_of_batches_does_not_say_whether_two_bid_or_six(tmp_path: Path) -> None:
    two = [told(tmp_path / f"two {seed}", seed, SIX[:2]) for seed in range(many(48))]
    six = [told(tmp_path / f"six {seed}", 100 + seed, SIX) for seed in range(many(48))]
    assert min(two) >= 8, "many more batches than bids"
    assert max(two) > min(six), (two, six)
    assert len({*two}) > 2
    assert len({*six}) > 2


@pytest.mark.matrix
def test_whoever_guesses_by_the_number_of_batches_is_often_wrong() -> None:
    """The law alone, hundreds of times: no threshold tells two bids from six in more than three cases of four."""
    chance = random.Random(7)
    ends = moment(DEADLINE)
    begins = moment(story.START)
    hours = [begins + n * HOUR for n in range(int((ends - begins) / HOUR))]
    due = [rates([[ends]], hour).in_time * 60 for hour in hours]  # per minute

    def rounds() -> int:
        return sum(chance.random() < rate for rate in due for _ in range(60))

    few, lots = ([rounds() + bids for _ in range(many(1500))] for bids in (2, 6))
    best = max(sum(n < line for n in few) + sum(n >= line for n in lots) for line in range(100)) / (2 * len(few))
    assert 0.5 < best < 0.75
    assert sum(few) / len(few) - 2 == pytest.approx(sum(60 * rate for rate in due), rel=0.05)
    assert 15 <= sum(few) / len(few) - 2 <= 30


# While a register is served


def eager(office: Office) -> Register:
    """The office's register, as another process opens it whose chance says yes to every round."""

    def entropy(count: int) -> bytes:
        return bytes(8) if count == 8 else SYSTEM.entropy(count)

    assert office.clock is not None
    return Register.open(office.folder, Sources(office.clock, entropy))


def published(register: Register) -> int:
    found = register.store.last_checkpoint(register.origin)
    return found.size if found else 0


def waits_for(what: Any) -> None:
    ends = time.monotonic() + 20
    while not what():
        assert time.monotonic() < ends, "it did not come"
        time.sleep(0.05)


def test_rounds_run_while_a_register_is_served_and_hinder_nothing(office: Office) -> None:
    office.tell("published")
    with eager(office) as register:
        started = time.monotonic()
        with kept_current(register):
            waits_for(lambda: batches(office.register))
            size = office.register.reader.size
            waits_for(lambda: published(register) >= size)
            with sqlite3.connect(office.folder / "register.sqlite", isolation_level=None) as other:
                other.execute("BEGIN IMMEDIATE")
                time.sleep(1.5)
                other.execute("ROLLBACK")
            other.close()
        assert time.monotonic() - started < 30
        (office.folder / "secrets" / "receiver.seed").unlink()
        with kept_current(register):
            office.do(story.conflicts())
            size = office.register.reader.size
            waits_for(lambda: published(register) >= size)
