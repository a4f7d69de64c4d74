"""A small part of the made-up region: whom a tier asks, what is paid, who allows it, and what is planted."""

from __future__ import annotations

from collections import Counter, defaultdict
from pathlib import Path
from typing import NamedTuple

import msgspec
import pytest

from fairplace.market.known import Market, Seeker
from fairplace.on_disk import Register
from fairplace.placement import events as lived
from fairplace.recorded import Recorded
from fairplace.referral import events as sought
from fairplace.synthesis.region.census import Census
from fairplace.synthesis.region.gates import gates
from fairplace.synthesis.region.presets import preset
from fairplace.synthesis.region.register import build

SMALL = msgspec.structs.replace(
    preset("region").scaled(0.03),
    authorities=4,
    residential=24,
    foster=12,
    supported=8,
    blocks=4,
    tiers={"residential": (6, 4), "foster": (3, 3), "supported": (2, 2)},
)
"""The region with a third of its market and a thirtieth of its searches."""

pytestmark = pytest.mark.long


class Told(NamedTuple):
    """A register as it is read back: its market, its cases, and what was done wrong by rule and case."""

    market: Market
    cases: dict[str, list[Recorded]]
    truth: set[tuple[str, str]]


def read_back(folder: Path) -> Told:
    cases: dict[str, list[Recorded]] = defaultdict(list)
    market = Market()
    with Register.open(folder) as register:
        for recorded in register.reader.recorded(0, register.reader.size):
            market.add(recorded)
            if recorded.type.startswith(("referral.", "placement.")):
                cases[str(recorded.case)].append(recorded)
    lines = (folder / "truth.jsonl").read_bytes().splitlines()
    rows = [msgspec.json.decode(line) for line in lines]
    return Told(market, dict(cases), {(row["rule"], row["case"]) for row in rows})


@pytest.fixture(scope="module")
def twin(tmp_path_factory: pytest.TempPathFactory) -> Told:
    folder = tmp_path_factory.mktemp("region") / "twin"
    build(folder, SMALL, seed=11, twin=True)
    assert all(gate.holds for gate in gates(SMALL, Census.of(folder)))
    return read_back(folder)


@pytest.fixture(scope="module")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> Told:
    folder = tmp_path_factory.mktemp("region") / "faulty"
    build(folder, SMALL, seed=11)
    return read_back(folder)


def test_a_search_that_found_no_home_has_a_cause_and_one_that_was_withdrawn_has_none(twin: Told, faulty: Told) -> None:
    """As the desk has it: it would refuse anything else."""
    for told in (twin, faulty):
        ended = [
            one.event for events in told.cases.values() for one in events if isinstance(one.event, sought.ReferralEnded)
        ]
        assert ended
        assert all((one.how.get() == "withdrawn") == (one.cause.get() is None) for one in ended)


def omitted(told: Told) -> set[str]:
    """Cases in which somebody who could be asked in a tier was not, as the market stood."""
    found = set()
    for case, events in told.cases.items():
        need = next(one.event for one in events if isinstance(one.event, sought.NeedAssessed))
        profile, child = need.profile.get(), need.child.get()
        agreement = next(one.event.agreement for one in events if isinstance(one.event, sought.CriteriaDeclared))
        for recorded in events:
            if isinstance(event := recorded.event, sought.ReferralPublished):
                eligible = told.market.eligible(
                    Seeker(family=profile.family, age_months=child.age_months, sex=child.sex),
                    event.tier,
                    authority=profile.authority,
                    agreement=agreement,
                    areas=event.areas.get(),
                    at=recorded.index,
                )
                if eligible != {one.provider for one in event.recipients.get()}:
                    found.add(case)
    return found


def test_everybody_who_could_be_asked_is_asked_but_where_somebody_was_left_out(twin: Told, faulty: Told) -> None:
    assert omitted(twin) == set()
    assert omitted(faulty) == {case for rule, case in faulty.truth if rule == "PL-01"} != set()


def test_nothing_is_planted_in_the_twin_and_each_kind_at_its_share_in_the_other(twin: Told, faulty: Told) -> None:
    assert twin.truth == set()
    planted = Counter(rule for rule, _ in faulty.truth)
    wanted = SMALL.planted()
    assert all(planted[rule] <= count for rule, count in wanted.items())
    assert sum(planted.values()) >= sum(wanted.values()) - 4  # a rare kind may find no case in so few
    assert len({case for _, case in faulty.truth}) == len(faulty.truth)


def test_every_fee_of_the_twin_is_the_sum_of_its_lines_and_the_rate_that_was_agreed(twin: Told) -> None:
    called_off = 0
    for events in twin.cases.values():
        chosen = next((one for one in events if isinstance(one.event, sought.HomeChosen)), None)
        for recorded in events:
            if isinstance(event := recorded.event, lived.PlacementAgreed):
                terms = event.terms.get()
                assert terms.weekly_fee == sum(line.amount for line in terms.lines)
                assert chosen is not None
                choice = chosen.event
                assert isinstance(choice, sought.HomeChosen)
                if choice.agreement is None:
                    continue
                called_off += 1
                need = next(one.event for one in events if isinstance(one.event, sought.NeedAssessed))
                found = twin.market.agreement(choice.agreement, chosen.index)
                assert found is not None
                rate = found[1].rates.get()[f"{terms.setting}:{need.profile.get().level}"]
                risen = recorded.event.happened_at >= "2025-04-01"
                assert terms.weekly_fee == (rate * 10_150 // 10_000 if risen else rate)
    assert called_off > 10


def test_a_distance_is_allowed_by_the_right_person_before_the_move_and_the_other_authority_knows(twin: Told) -> None:
    beyond = 0
    for events in twin.cases.values():
        started = next((one for one in events if isinstance(one.event, lived.PlacementStarted)), None)
        if started is None or not isinstance(event := started.event, lived.PlacementStarted):
            continue
        boundary = event.started.get().boundary
        if not event.started.get().registered or boundary == "IN":
            continue
        beyond += 1
        before = [one.event for one in events if one.index < started.index]
        capacity = "director" if boundary == "DIST" else "nominated_officer"
        assert any(isinstance(one, sought.Approved) and one.capacity == capacity for one in before)
        assert any(isinstance(one, sought.AreaNotified) for one in before)
    assert beyond > 10


def test_the_places_that_are_paid_for_are_counted(twin: Told) -> None:
    counted = [states.last for states in twin.market.occupancy.values()]
    assert {one.occupied.get() for one in counted} <= {0, 1, 2}
    assert len(counted) > 500
