"""What was there already, and emergencies: PL-24 and PL-25."""

from typing import Any

import pytest
from msgspec.structs import replace

from fairplace.market.known import Market
from tests.policies.sought import (
    OFFERS,
    Sought,
    agreement,
    authority,
    choice,
    fact,
    given_fact,
    home,
    m,
    market,
    offer,
    others,
    outcome,
    profile,
    provider,
    r,
    search,
    shows,
    worst,
)

# PL-24

ON_THE_SPOT = {"agreement": None, "mechanism": "spot_single", "chosen": choice("a", fee=560_000)}
LEVEL_2 = {"profile": profile(level=2, category="generalist"), "clinical": None}


def night(occupied: int, on: str = "2026-03-03", setting: str = "oak-1") -> Any:
    return given_fact(m.BlockOccupancyRecorded, f"{on}T23:00:00.000Z", agreement="BLOCK", setting=setting, night=on, occupied=occupied)  # fmt: skip


def block(*more: Any, level: int = 2, **changes: Any) -> Market:
    fields: dict[str, Any] = {
        "route": "block",
        "tiers": {"oak": "T1"},
        "committed": {"oak-1": 12},
        "rates": {"oak-1": 380_000},
    }
    return market(provider("oak"), home("oak", places=12), shows("oak", level), agreement("BLOCK", **{**fields, **changes}), *more)  # fmt: skip


def spot(market_: Market, **more: Any) -> Sought:
    offers = {**OFFERS, "a": offer("alder", fee=560_000, agreed_rate=False)}
    return search(**{"market_": market_, "need": LEVEL_2, "offers": offers, "chosen": ON_THE_SPOT, **more})


def test_a_spot_home_while_three_places_of_a_block_stood_empty_is_found() -> None:
    """A block of 12, nine filled, a need of level 2: 3 × £3,800 a week are paid for nothing."""
    found = worst("PL-24", spot(block(night(9))))
    assert found.outcome == "not-met"
    assert "3 places that are paid for stood empty" in found.text
    assert "£11,400 a week" in found.text


def test_a_full_block_or_one_that_does_not_suit_leaves_the_spot() -> None:
    assert outcome("PL-24", spot(block(night(12)))) == "met"
    assert outcome("PL-24", spot(block(night(9), level=1))) == "met"
    assert outcome("PL-24", spot(block(night(9), authorities=["SYN02"]))) == "met"
    assert outcome("PL-24", spot(block(night(9), ends_on="2026-03-01"))) == "met"
    assert outcome("PL-24", spot(block(night(9)), opened={"area_excluded": ["SYN01"]})) == "met"


def test_a_home_under_an_agreement_is_not_bought_on_the_spot() -> None:
    assert outcome("PL-24", search(market_=block(night(9)), need=LEVEL_2)) == "not-applicable"


def test_a_coded_reason_is_a_concern() -> None:
    no = fact(r.Declined, "11:00", tier="T1", provider="oak", reason="match_with_resident_children", had_vacancy=True, words=None)  # fmt: skip
    found = worst("PL-24", spot(block(night(9)), after={"t1": [no]}))
    assert found.outcome == "concern"
    assert "match with resident children" in found.text
    said = {"unsuitable": {"oak-1": "match_with_resident_children"}}
    assert outcome("PL-24", spot(block(night(9)), in_house=said)) == "concern"


def test_without_a_count_of_the_nights_before_nobody_can_tell() -> None:
    assert outcome("PL-24", spot(block())) == "cannot-tell"
    assert outcome("PL-24", spot(block(night(9, on="2026-02-24")))) == "cannot-tell"
    assert outcome("PL-24", spot(block(night(9, on="2026-02-25")))) == "not-met"
    assert outcome("PL-24", spot(block(night(9))).hidden()) == "cannot-tell"


def room(setting: str = "own-1", available: bool = True) -> Any:
    vacancy = m.Vacancy(
        places=1, from_on="2026-03-01", available=available, reason_not=None if available else "staffing"
    )
    return given_fact(m.VacancyDeclared, "2026-03-01T09:00:00.000Z", setting=setting, vacancy=vacancy)


def test_e12_five_bought_outside_while_two_homes_of_ones_own_had_room_are_two_found() -> None:
    """E12."""
    empty, full = market(room(), own=2), market(own=2)
    cases = [spot(empty if n < 2 else full) for n in range(5)]
    assert [outcome("PL-24", case) for case in cases].count("not-met") == 2
    said = {"unsuitable": {"own-1": "match_with_resident_children"}}
    assert outcome("PL-24", spot(empty, in_house=said)) == "concern"
    assert outcome("PL-24", spot(market(room(available=False), own=2))) == "met"


# PL-25


@pytest.mark.parametrize(
    ("urgency", "known", "expected"),
    [
        ("planned", "2026-01-01", "not-applicable"),
        ("emergency", "2026-03-02", "met"),
        ("same_day", "2026-02-16", "met"),
        ("same_day", "2026-02-15", "concern"),
    ],
)
def test_an_emergency_known_of_for_more_than_a_fortnight_was_avoidable(urgency: str, known: str, expected: str) -> None:
    assert outcome("PL-25", search(opened={"urgency": urgency, "known_on": known})) == expected


def test_how_urgent_it_was_is_never_guessed() -> None:
    assert outcome("PL-25", search(opened={"urgency": "emergency"}).hidden()) == "cannot-tell"


def of_authority(known: int = 0, **quarters: tuple[int, int]) -> Sought:
    """The entry of an authority, and its referrals of three quarters: so many emergencies of so many."""
    days = {"newest": "2026-02-01", "before": "2025-11-01", "earlier": "2025-08-01"}
    case = Sought()
    case.tell(authority())
    case.others = others(
        urgencies={days[name]: ["emergency"] * urgent + ["planned"] * (of - urgent) for name, (urgent, of) in quarters.items()},
        known=known,
    )  # fmt: skip
    return case


def test_18_of_120_are_fifteen_percent_and_usual() -> None:
    found = worst("PL-25", of_authority(newest=(18, 120)))
    assert found.outcome == "met"
    assert "18 of 120 referrals" in found.text
    assert "15.0 %" in found.text


@pytest.mark.parametrize(
    ("quarters", "expected"),
    [
        ({"newest": (19, 120)}, "concern"),
        ({"newest": (31, 120), "before": (30, 120), "earlier": (29, 120)}, "not-met"),
        ({"newest": (31, 120), "before": (30, 120), "earlier": (30, 120)}, "concern"),
        ({"newest": (30, 120), "before": (29, 120), "earlier": (28, 120)}, "concern"),
        ({"newest": (2, 19)}, "cannot-tell"),
    ],
)
def test_the_share_of_emergencies_of_an_authority(quarters: dict[str, tuple[int, int]], expected: str) -> None:
    assert outcome("PL-25", of_authority(**quarters)) == expected


def test_seven_of_eighteen_avoidable_are_a_concern() -> None:
    found = worst("PL-25", of_authority(known=7, newest=(18, 120)))
    assert found.outcome == "concern"
    assert "7 of 18 emergencies were known of for more than 14 days: avoidable" in found.text


def test_what_others_did_is_withheld_with_the_market() -> None:
    assert outcome("PL-25", replace(of_authority(newest=(18, 120)).case(), others=None)) == "cannot-tell"
