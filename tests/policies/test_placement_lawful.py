"""Lawful homes and lawful distance: PL-26 and PL-27."""

from typing import Any

import pytest

from tests.policies.sought import (
    DIRECTOR,
    NOMINATED,
    OFFERS,
    Sought,
    approved,
    began,
    child,
    fact,
    given_fact,
    home,
    kept,
    m,
    market,
    moment,
    offer,
    outcome,
    p,
    provider,
    r,
    search,
    shows,
    started_as,
    worst,
)

# PL-26


def lives(code: str = "K2", months: int = 14 * 12, registered: bool = True, **changes: Any) -> Sought:
    more = changes.pop("after", {})
    as_of = changes.pop("as_of", None)
    return search(
        started={
            "started": started_as(place_code=code, registered=registered),
            "began": began(age_months=months, urn=changes.pop("urn", "9000001"), **changes),
        },
        after=more,
        as_of=as_of,
    )


def test_a_registered_home_for_a_child_of_this_age_is_met() -> None:
    assert outcome("PL-26", search()) == "met"
    assert outcome("PL-26", lives("K3", 16 * 12)) == "met"


def test_fifteen_years_and_eleven_months_in_supported_accommodation_is_found() -> None:
    found = worst("PL-26", lives("K3", 16 * 12 - 1))
    assert found.outcome == "not-met"
    assert "15 years and 11 months" in found.text


def test_the_law_of_the_day_is_the_one_that_counts() -> None:
    assert outcome("PL-26", lives("H5", 15 * 12, started_on="2021-09-08")) == "met"
    assert outcome("PL-26", lives("H5", 15 * 12, started_on="2021-09-09")) == "not-met"
    assert outcome("PL-26", lives("K3", 17 * 12, urn=None, started_on="2023-10-27")) == "met"
    assert outcome("PL-26", lives("K3", 17 * 12, urn=None, started_on="2023-10-28")) == "not-met"


def test_a_home_whose_registration_is_suspended_or_that_has_no_number_is_found() -> None:
    closed = given_fact(m.SettingChanged, "2026-02-01T09:00:00.000Z", setting="alder-1", status="suspended", reason="suspension", registration=m.Registration(urn=None, age_from=10, age_to=17, sexes=["female"]), places=4)  # fmt: skip
    assert outcome("PL-26", search(market_=market(closed))) == "not-met"
    assert outcome("PL-26", lives(urn=None)) == "not-met"


def test_the_choice_is_judged_before_anybody_moves() -> None:
    flats = market(provider("oak"), home("oak", family="supported", place_code="K3"), shows("oak", 3))
    offers = {"a": offer("oak", available_on="2026-03-09"), "b": OFFERS["b"]}
    for months, expected in ((15 * 12 + 10, "not-met"), (16 * 12, "met")):
        case = search(market_=flats, offers=offers, until="budget", need={"child": child(age_months=months)})
        assert outcome("PL-26", case) == expected


def used(*reviews: tuple[str, bool], approved_by: Any = "director") -> list[Any]:
    use = p.UnregisteredUse(began_on="2026-03-09", weekly_cost=1_050_000, review_due_on="2026-03-16", registration_applied=False, court="none")  # fmt: skip
    return [
        fact(p.UnregisteredUseRecorded, "09 16:00", reason="no_registered_home", approved_by=approved_by, use=use),
        *(
            fact(p.UnregisteredUseReviewed, f"{day[8:]} 12:00", reviewed_on=day, goes_on=goes_on, next_on=None)
            for day, goes_on in reviews
        ),
    ]


def unregistered(*reviews: tuple[str, bool], day: str = "2026-03-23", **more: Any) -> Sought:
    return lives(registered=False, urn=None, after={"started": used(*reviews, **more)}, as_of=f"{day}T12:00:00.000Z")


def test_a_place_that_is_not_registered_must_be_in_the_register_of_such_use() -> None:
    assert outcome("PL-26", lives(registered=False, urn=None)) == "not-met"
    assert outcome("PL-26", unregistered(("2026-03-16", True), ("2026-03-23", True))) == "met"
    assert outcome("PL-26", unregistered(("2026-03-16", True), ("2026-03-23", True), approved_by="nobody")) == "not-met"


def test_a_review_that_came_late_is_a_concern_and_one_that_never_came_is_found() -> None:
    assert outcome("PL-26", unregistered(("2026-03-17", True), ("2026-03-23", True))) == "concern"
    assert outcome("PL-26", unregistered(("2026-03-15", True))) == "not-met"
    assert outcome("PL-26", unregistered(day="2026-03-16")) == "met"
    assert outcome("PL-26", unregistered(day="2026-03-17")) == "not-met"  # A21: no review in seven days
    assert outcome("PL-26", unregistered(("2026-03-16", False), day="2026-06-01")) == "met"


def test_liberty_is_taken_only_in_a_place_for_it() -> None:
    case = search(need={"child": child(deprived_of_liberty=True)}, started={"started": started_as(place_code="R5"), "began": began(started_on="2026-04-01")})  # fmt: skip
    assert outcome("PL-26", case) == "concern"
    assert outcome("PL-26", search(need={"child": child(deprived_of_liberty=True)})) == "met"


def test_a_secure_stay_of_more_than_72_hours_needs_a_court_that_is_not_on_record() -> None:
    secure = {"started": started_as(place_code="K1")}
    assert outcome("PL-26", search(started=secure, as_of="2026-03-12T15:00:00.000Z")) == "met"
    assert outcome("PL-26", search(started=secure, as_of="2026-03-12T15:01:00.000Z")) == "cannot-tell"


def test_an_age_that_is_withheld_is_not_guessed() -> None:
    assert outcome("PL-26", lives("K3", 15 * 12).hidden()) == "cannot-tell"
    assert outcome("PL-26", search(until="scored")) == "not-applicable"


# PL-27


def told_area(day: str = "2026-03-09", **changes: Any) -> Any:
    fields = {"area": "SYN09", "notified_on": day, "with_assessment": True, **changes}
    return fact(r.AreaNotified, "09 09:00", **fields)


CONSULTED = fact(r.AreaConsulted, "05 09:00", area="SYN09", care_plan_given=True)
EMERGENCY = fact(r.EmergencyDeclared, "09:20", expires_at=moment("05 09:20"), reason="breakdown")
BY_DIRECTOR = (approved("director", "05 10:00"), DIRECTOR)
BY_NOMINATED = (approved("nominated_officer", "05 10:00"), NOMINATED)


def outside(*steps: Any, boundary: str = "DIST", **more: Any) -> Sought:
    emergency = more.pop("emergency", False)
    return search(
        started={"started": started_as(boundary=boundary)},
        after={"agreed": steps, **({"in_house": [EMERGENCY]} if emergency else {})},
        **more,
    )


def test_at_a_distance_the_director_approves_and_the_area_is_asked_and_told() -> None:
    assert outcome("PL-27", outside(CONSULTED, BY_DIRECTOR, told_area())) == "met"
    assert outcome("PL-27", outside(BY_NOMINATED, told_area(), boundary="ADJ")) == "met"
    assert outcome("PL-27", search()) == "not-applicable"


def test_a_nominated_officer_is_not_enough_at_a_distance() -> None:
    found = worst("PL-27", outside(CONSULTED, BY_NOMINATED, told_area()))
    assert found.outcome == "not-met"
    assert "needs the approval of the director of children's services" in found.text


@pytest.mark.parametrize("steps", [
    (CONSULTED, (approved("director", "09 15:01"), DIRECTOR), told_area()),  # after the child moved in
    (CONSULTED, (approved("director", "05 10:00"), NOMINATED), told_area()),  # signed by somebody who is not
    (CONSULTED, (approved("director", "05 10:00", approved=False), DIRECTOR), told_area()),
    (BY_DIRECTOR, told_area()),  # nobody asked the area
    (CONSULTED, BY_DIRECTOR),  # nobody told it
])  # fmt: skip
def test_what_is_wrong_or_late_is_found(steps: Any) -> None:
    assert outcome("PL-27", outside(*steps)) == "not-met"


@pytest.mark.parametrize(
    ("day", "emergency", "expected"),
    [
        ("2026-03-10", False, "not-met"),
        ("2026-03-16", True, "met"),
        ("2026-03-17", True, "not-met"),
        ("2026-03-18", True, "not-met"),  # the seventh working day
    ],
)
def test_when_the_area_must_be_told(day: str, emergency: bool, expected: str) -> None:
    assert outcome("PL-27", outside(CONSULTED, BY_DIRECTOR, told_area(day), emergency=emergency)) == expected


def test_half_a_notice_is_a_concern() -> None:
    assert outcome("PL-27", outside(CONSULTED, BY_DIRECTOR, told_area(with_assessment=False))) == "concern"
    bare = fact(r.AreaConsulted, "05 09:00", area="SYN09", care_plan_given=False)
    assert outcome("PL-27", outside(bare, BY_DIRECTOR, told_area())) == "concern"


def test_before_the_start_nothing_is_late() -> None:
    far = {name: offer(one.terms.provider, boundary="DIST", points=one.points) for name, one in OFFERS.items()}
    found = worst("PL-27", search(offers=far, until="budget"))
    assert found.outcome == "not-applicable"
    assert "the director of children's services approves before the start" in found.text


def test_a_school_lost_in_the_last_two_years_needs_a_nominated_officer() -> None:
    lost = {"kept": kept(connections={"k1": "kept", "k2": "lost"})}
    case = search(need={"child": child(school_year=10)}, chosen=lost)
    assert outcome("PL-27", case) == "concern"
    assert outcome("PL-27", search(need={"child": child(school_year=10)}, chosen=lost, after={"agreed": [BY_NOMINATED]})) == "not-applicable"  # fmt: skip


def test_a_start_without_a_choice_is_judged_by_where_the_place_lies() -> None:
    """A child who moved into a place that nobody chose was approved for, and its area told, no less."""
    unchosen = ("chosen", "practice", "budget", "agreed", "reasons", "edition")
    far = {"started": {"started": started_as(boundary="DIST", registered=False, place_code="Z14")}}
    assert outcome("PL-27", search(skip=unchosen, **far)) == "not-met"
    told = {"located": [CONSULTED, BY_DIRECTOR, told_area()]}
    assert outcome("PL-27", search(skip=unchosen, after=told, **far)) == "met"
    assert outcome("PL-27", search(skip=unchosen)) == "not-applicable"
    assert "own area" in worst("PL-27", search(skip=unchosen)).text


def test_foster_carers_live_where_they_were_located_whatever_the_start_says() -> None:
    far = {name: offer(one.terms.provider, boundary="DIST", points=one.points) for name, one in OFFERS.items()}
    near = started_as(boundary="IN", family="foster", place_code="U4")
    assert outcome("PL-27", search(offers=far, started={"started": near})) == "not-met"
    elsewhere = began(setting="cedar-1")
    assert outcome("PL-27", search(offers=far, started={"started": near, "began": elsewhere})) == "not-applicable"


def test_a_boundary_that_is_not_on_record_is_not_guessed() -> None:
    assert outcome("PL-27", search(skip=("located", "started"))) == "cannot-tell"
    assert outcome("PL-27", outside(CONSULTED, BY_DIRECTOR, told_area()).hidden()) == "cannot-tell"
