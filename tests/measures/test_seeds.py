"""What was asked for at the beginning, each with its own numbers, by its code: the parts that follow from events."""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from statistics import median
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from fairplace.catalogue import PLACEMENTS
from fairplace.decision import Actor
from fairplace.errors import Forbidden
from fairplace.market.homes import level_of
from fairplace.measures import cycle, of_placement, of_search
from fairplace.people import roles
from fairplace.referral.events import HomeChosen
from tests.policies.sought import (
    DIRECTOR,
    IDS,
    OFFERS,
    Sought,
    agreement,
    approved,
    asked,
    assessment,
    chosen,
    fact,
    given_fact,
    home,
    kept,
    lines,
    m,
    market,
    offer,
    outcome,
    p,
    profile,
    provider,
    search,
    shows,
    v,
    worst,
)
from tests.policies.test_placement_capacity import ON_THE_SPOT
from tests.policies.test_placement_fee import FIVE, made_of
from tests.policies.test_placement_judging import SIX, cost
from tests.policies.test_placement_lawful import unregistered, used
from tests.policies.test_placement_matching import GENERALIST, local, only_ratio

OVERHEAD = frozenset({"accommodation", "allowances", "matching_transition", "management", "surplus", "discount", "retainer"})  # fmt: skip
LATER = "2026-12-01T12:00:00.000Z"


def read(case: Sought) -> Any:
    return case.case().search


def ended(reason: str, planned: bool, on: str) -> Any:
    ending = p.Ending(ended_on=on, rec="X1", reviewed_first=True, immediate_risk=False, notice_given_on=None)
    return fact(p.PlacementEnded, f"{on}T15:00:00.000Z", reason=reason, planned=planned, ending=ending)


def percent(part: int, whole: int) -> float:
    return round(100 * part / whole, 1)


def test_a1_a_head_start_of_eighteen_hours() -> None:
    names = [f"p{n}" for n in range(10)]
    found = worst("PL-01", search(
        market_=market(*(given for name in names for given in _with_home(name)), _tier(names)),
        t1={"recipients": asked(*names, at="09:00", p3="01 15:00")},
    ))  # fmt: skip
    assert (found.outcome, found.process_unequal) == ("not-met", "yes")
    assert "1 of 10 providers in tier 1 had the referral up to 18 hours before the last" in found.text


def _with_home(name: str) -> Sequence[Any]:
    return provider(name), home(name)


def _tier(names: Sequence[str]) -> Any:
    return agreement(tiers=dict.fromkeys(names, "T1"))


def test_a4_no_choice_without_a_mechanism() -> None:
    """Of 200 decisions, 3 with no mechanism: those cannot even be written; the others' shares sum to 100.0 %."""
    body = msgspec.to_builtins(chosen())
    written = []
    for n in range(200):
        told = {**body, "mechanism": ("block" if n % 3 else "spot_single")} if n >= 3 else {**body, "mechanism": ""}
        try:
            written.append(msgspec.convert(told, HomeChosen))
        except msgspec.ValidationError as error:
            assert "Invalid enum value" in str(error)  # noqa: PT017
    counts = Counter(one.mechanism for one in written)
    assert sum(counts.values()) == 197
    assert sum(Fraction(n, 197) for n in counts.values()) == 1
    assert of_search.mechanism(read(search())) == "framework_call_off"
    assert of_search.mechanism(read(search(until="scored"))) is None


def test_a7_local_against_matched() -> None:
    """100 placements 48/14/27/11: local but mismatched are 14 % of all and 23 % of the local ones."""
    kinds = {
        "local_matched": (200, 3, 48),
        "local_mismatched": (200, 1, 14),
        "distant_matched": (201, 3, 27),
        "distant_mismatched": (201, 1, 11),
    }
    found: Counter[str | None] = Counter()
    for tenths, level, n in kinds.values():
        stands = market(alder=level)
        case = search(market_=stands, offers={**OFFERS, "a": offer("alder", tenths=tenths)})
        found[of_search.quadrant(read(case), stands)] += n
    wanted = {name: n for name, (_, _, n) in kinds.items()}
    assert found == wanted
    assert percent(found["local_mismatched"], 100) == 14.0
    assert round(100 * found["local_mismatched"] / (found["local_matched"] + found["local_mismatched"])) == 23
    unknown = search(offers={**OFFERS, "a": offer("alder", tenths=9999)})
    assert of_search.quadrant(read(unknown), market()) is None


def test_a8_three_of_five_connections_kept() -> None:
    five = [v.Connection(id=f"k{n}", kind="family") for n in range(1, 6)]
    status = {"k1": "kept", "k2": "kept", "k3": "kept", "k4": "changed_by_plan", "k5": "lost"}
    case = search(need={"connections": five}, chosen={"kept": kept(connections=status)})
    found = of_search.connections(read(case))
    assert found is not None
    assert percent(found.kept, found.listed) == 60.0
    assert (found.lost, found.by_plan, found.unsaid) == (1, 1, 0)
    gap = search(need={"connections": five}, chosen={"kept": kept(connections={"k1": "kept"})})
    assert outcome("PL-18", gap) == "not-met"
    assert of_search.connections(search().hidden().search) is None


def test_a9_as_local_as_possible_and_as_specialist_as_necessary() -> None:
    """Level 3; A 5 miles and level 1, B 18 miles and level 3, C 62 miles and level 3."""
    assert [outcome(code, local("b")) for code in ("PL-12", "PL-13", "PL-14")] == ["met", "met", "met"]
    assert worst("PL-12", local("c")).text.startswith("the nearest suitable home is 44 miles nearer")
    assert outcome("PL-13", local("a")) == "not-met"


def test_a10_a_specialist_need_is_not_cut_off_by_price() -> None:
    assert outcome("PL-16", search(criteria={"price_cut_off": True})) == "not-met"
    assert outcome("PL-16", search(criteria={"price_cut_off": False})) == "met"
    assert outcome("PL-16", search(criteria={"price_cut_off": True}, need=GENERALIST)) == "not-applicable"


def test_a12_right_the_first_time() -> None:
    """120 started, 24 ended unplanned: 80.0 %; of specialists 18 of 30."""
    lasts, broke = search(), search(after={"started": [ended("CREQB", False, "2026-05-01")]})
    found = [of_placement.first_time_right(read(broke if n < 24 else lasts), LATER) for n in range(120)]
    assert percent(found.count(True), len(found)) == 80.0
    of_specialists = [of_placement.first_time_right(read(broke if n < 12 else lasts), LATER) for n in range(30)]
    assert percent(of_specialists.count(True), 30) == 60.0


@pytest.mark.parametrize(
    ("reason", "planned", "on", "expected"),
    [
        ("CARPL", True, "2026-05-01", True),
        ("CARPL", False, "2026-05-01", False),
        ("PLACE", True, "2026-05-01", None),
        ("CREQB", False, "2026-09-04", False),
        ("CREQB", False, "2026-09-05", True),  # 180 days after 9 March
    ],
)
def test_a12_what_counts_as_right(reason: str, planned: bool, on: str, expected: bool | None) -> None:
    case = search(after={"started": [ended(reason, planned, on)]})
    assert of_placement.first_time_right(read(case), LATER) is expected
    assert of_placement.first_time_right(read(search()), "2026-09-04T12:00:00.000Z") is None


def test_a13_level_4_by_nobody_in_particular_and_cost_never_without_match() -> None:
    generic = {"profile": profile(level=4), "assessment": assessment(assessor_class="generic")}
    assert outcome("PL-16", search(need=generic)) == "concern"
    assert of_search.value(read(search())) == of_search.Value(weekly_fee=485_000, match=4400)
    with pytest.raises(TypeError):
        of_search.Value(weekly_fee=485_000)  # type: ignore[call-arg]
    unscored = search(offers={**OFFERS, "a": replace(OFFERS["a"], points={"price": 100})})
    assert of_search.value(read(unscored)) is None, "a fee without a match is not shown"


def test_a17_matching_is_7_8_percent_of_the_fee() -> None:
    share = of_placement.matching_share(read(search()))
    assert share == Fraction(38_000, 485_000)
    assert round(float(share * 100), 1) == 7.8


def test_a19_a_level_raised_on_paper_fails_more_often() -> None:
    """15 matches with a level newly raised, 5 failed in 90 days: 33 %; 20 with evidence, 2 failed: 10 %."""
    raised = market(shows("alder", 3), alder=1)
    late = given_fact(
        m.CapabilityEvidenced, "2025-06-01T09:00:00.000Z", setting="alder-1", claimed=3, evidenced=3, shown=[]
    )
    paper, proven = market(late, alder=1), market(alder=3)
    failed = search(market_=paper, after={"started": [ended("STAND", False, "2026-06-07")]})  # the ninetieth day
    held = search(market_=paper, after={"started": [ended("STAND", False, "2026-06-08")]})
    assert [of_placement.newly_raised(read(failed), one) for one in (paper, proven, raised)] == [True, False, False]
    on_paper = [of_placement.failed_early(read(failed if n < 5 else held)) for n in range(15)]
    with_proof = [of_placement.failed_early(read(failed if n < 2 else search())) for n in range(20)]
    assert round(percent(on_paper.count(True), 15)) == 33
    assert round(percent(with_proof.count(True), 20)) == 10


def test_a20_six_of_24_at_two_to_one() -> None:
    """6 × 112 hours × £22 are £14,784 a week."""
    more = fact(p.PlacementReviewed, "20 10:00", reviewed_on="2026-03-20", need_met="partly", ratio_day=200, ratio_night=100, added_hours=112, hour_rate=2200, words="So")  # fmt: skip
    found = [
        of_placement.staffing(read(search(need=GENERALIST, after={"started": [more] if n < 6 else []})))
        for n in range(24)
    ]
    doubled = [one for one in found if one and one.is_doubled]
    assert percent(len(doubled), 24) == 25.0
    assert sum(one.added for one in doubled) == 1_478_400


def test_a21_seven_children_210_nights() -> None:
    """£10,500 a week for thirty weeks are £315,000; a stay that nobody looks at for seven days is found."""
    stays = [read(unregistered(("2026-04-08", False))) for _ in range(7)]
    found = [of_placement.unregistered_use(one, "2026-06-01T12:00:00.000Z") for one in stays]
    assert sum(one.nights for one in found if one) == 210
    assert sum(one.cost for one in found if one) == 31_500_000
    assert outcome("PL-26", unregistered(day="2026-03-17")) == "not-met"
    assert of_placement.unregistered_use(read(search()), LATER) is None
    assert len(used()) == 1


def ability(kind: Any) -> m.Ability:
    return m.Ability(kind=kind, detail="0.4 of a full post", seen_on="2026-01-05")


def test_a22_staff_are_no_evidence_of_a_specialism() -> None:
    """A claim of level 3 with a ratio of 2:1 alone is stored as level 1; with a psychologist and a model, as level 3."""
    assert level_of(3, [ability("ratio")]) == 1
    assert level_of(3, [ability("clinical-staff"), ability("model-of-care")]) == 3
    assert outcome("PL-15", search(market_=only_ratio())) == "not-met"
    assert outcome("PL-13", search(market_=only_ratio())) == "not-met", "a ratio alone is stored as level 1"
    assert outcome("PL-15", search(market_=market(shows("alder", 3, "clinical-staff", "model-of-care")))) == "met"


def test_a23_a_specialist_fee_is_composed() -> None:
    assert outcome("PL-20", made_of(*FIVE, ("management", 22_000))) == "met"
    assert outcome("PL-20", made_of(("care_staffing", 485_000))) == "not-met"
    assert outcome("PL-20", made_of(*FIVE, ("management", 21_000))) == "not-met"


def test_c1_a_home_of_ones_own_at_full_cost() -> None:
    home = market(cost(156_000_000, 1750))
    found = of_search.full_cost(home, "own-1", 999)
    assert found == of_search.FullCost(as_used=624_000, when_full=500_000)
    assert of_search.full_cost(home, "alder-1", 999) is None


def test_c6_full_value_and_price_alone_rank_differently() -> None:
    """X £4,000: 70.00; Y £4,400: 84.64. Price would pick X, for £400 less."""
    assert of_search.price_points(1500, 400_000, 400_000) == 1500
    assert of_search.price_points(1500, 400_000, 440_000) == 1364
    found = of_search.rankings(read(search(offers=SIX)))
    assert found is not None
    assert (found.by_points[0], found.by_price[0], found.dearer) == (IDS["b"], IDS["a"], 40_000)
    assert of_search.rankings(search(offers=SIX).hidden().search) is None


def test_d1_who_approved_is_answered_for_all_of_fifty() -> None:
    assert of_search.approvers(read(search())) == ["practice", "budget"]
    assert all(of_search.approvers(read(search(until="budget"))) for _ in range(50))
    assert of_search.approvers(read(search(skip=("practice", "budget")))) == []
    refused = search(after={"budget": [(approved("director", approved=False), DIRECTOR)]})
    assert of_search.approvers(read(refused)) == ["practice", "budget"]


def test_d1_without_a_role_nothing_of_a_placement_can_be_signed() -> None:
    nobody = Actor(key="nb.example/officer/x", roles=frozenset())
    for kind in PLACEMENTS:
        with pytest.raises(Forbidden):
            roles.require(nobody, kind)
        with pytest.raises(Forbidden):
            roles.require(nobody, kind, report=True)


def test_d2_three_placements_cost_83500() -> None:
    """4,850 × 10 + 900 × 26 + 1,450 × 8."""
    total = 0
    for fee, until in ((485_000, date(2026, 5, 18)), (90_000, date(2026, 9, 7)), (145_000, date(2026, 5, 4))):
        found = of_placement.paid(read(search(agreed={"fee": fee})), until)
        assert found is not None
        total += found
    assert total == 8_350_000


def test_d2_a_fee_that_changes_counts_from_its_day() -> None:
    fee = p.Fee(weekly_fee=970_000, lines=lines(), from_on="2026-03-16")
    change = fact(p.FeeChanged, "15 10:00", fee_version=2, basis="need_changed", fee=fee, words="More")
    case = search(after={"started": [change]})
    assert of_placement.paid(read(case), date(2026, 3, 23)) == 485_000 + 970_000


def test_d3_two_of_three_outcomes_attained() -> None:
    three = [p.Outcome(id=f"o{n}", frame="STAY_SAFE", tool="BERRI", baseline="a", target="b", due_on="2026-06-01") for n in range(3)]  # fmt: skip
    looks = [
        fact(p.OutcomeMeasured, f"{day} 10:00", outcome=name, frame="STAY_SAFE", attained=said, actual="So")
        for day, name, said in (("20", "o0", "no"), ("21", "o0", "yes"), ("21", "o1", "yes"), ("21", "o2", "partly"))
    ]
    found = of_placement.attained(read(search(agreed={"outcomes": three}, after={"started": looks})))
    assert found is not None
    assert round(percent(found.attained, found.agreed)) == 67


def test_d6_every_event_has_a_stage_and_a_year_without_review_is_told() -> None:
    assert all(cycle.stage(kind) in cycle.STAGES for kind in PLACEMENTS)
    assert cycle.stage("procurement.awarded/1") is None
    year = cycle.stages(["referral.published/1"] * 400 + ["referral.need-assessed/1", "referral.opened/1"])
    assert year == {"analyse": 1, "plan": 1, "do": 400, "review": 0}
    assert cycle.gaps(year) == ["no review stage"]
    assert cycle.gaps(cycle.stages(["placement.reviewed/1"])) == []


def test_d7_six_of_eight_needs_are_evidenced() -> None:
    seen = ["2025-09-02", "2025-10-01", *["2026-02-01"] * 4]  # six months before 1 March are until 1 March
    needs = [v.NeedLine(id=f"n{n}", words="x", evidence="school", evidenced_on=on) for n, on in enumerate(seen)]
    needs += [
        v.NeedLine(id="n6", words="x", evidence=None, evidenced_on=None),
        v.NeedLine(id="n7", words="x", evidence="school", evidenced_on="2025-09-01"),
    ]
    found = of_search.evidence(read(search(need={"lines": needs})))
    assert found is not None
    assert percent(found.evidenced, found.lines) == 75.0


def test_d8_practice_and_budget_sign_the_same() -> None:
    assert of_search.joined(read(search())) is True
    assert of_search.joined(read(search(practice={"need_version": 3}, budget={"need_version": 2}))) is False
    assert of_search.joined(read(search(budget={"fee_version": 2}))) is False
    assert of_search.joined(read(search(skip=("budget",)))) is None


def test_d9_seven_of_eight_needs_are_answered() -> None:
    needs = [v.NeedLine(id=f"n{n}", words="x", evidence="school", evidenced_on="2026-02-01") for n in range(8)]
    package = [
        v.FeeLine(code="care_staffing", amount=300_000, payer="care", needs=[f"n{n}" for n in range(7)]),
        v.FeeLine(code="therapy", amount=21_000, payer="health", needs=[]),
        v.FeeLine(code="education", amount=10_000, payer="send", needs=["gone"]),
        v.FeeLine(code="management", amount=154_000, payer="care", needs=[]),
    ]
    case = search(need={"lines": needs}, offers={**OFFERS, "a": offer("alder", lines=package)}, skip=("agreed",))
    found = of_search.trace(read(case), OVERHEAD)
    assert found is not None
    assert 100 * found.linked / found.needs == 87.5
    assert found.loose == 31_000
    reasoned = p.Agreed(provider="alder", setting="alder-1", weekly_fee=485_000, lines=package, starts_on="2026-03-09", notice_days=28, deviations=[], unlinked={"n7": "Met at school"})  # fmt: skip
    agreed_so = search(need={"lines": needs}, agreed={"terms": reasoned})
    assert of_search.trace(read(agreed_so), OVERHEAD) == replace(found, linked=8)


def test_d12_a_grade_that_falls_stops_new_matches_and_asks_for_a_review() -> None:
    fell = given_fact(
        m.SettingRated, "2026-03-03T09:00:00.000Z", setting="alder-1", rated_on="2026-03-03", grade="inadequate"
    )
    bad = market(fell)
    assert of_search.needs_override(read(search(market_=bad)), bad) is True
    assert of_search.needs_override(read(search()), market()) is False
    later = given_fact(m.SettingRated, "2026-05-03T09:00:00.000Z", setting="alder-1", rated_on="2026-05-03", grade="inadequate")  # fmt: skip
    assert of_search.review_due(read(search()), market(later)) == "2026-05-18"  # ten working days; 4 May is a holiday
    assert of_search.review_due(read(search()), market()) is None


def test_d13_a_voice_recorded_and_followed() -> None:
    """90 decisions, 81 recorded, 60 of them followed."""
    kinds = {"followed": search(), "not": search(chosen={"kept": kept(voice="not", voice_reason="Far")}), None: search(skip=("voice",))}  # fmt: skip
    found = Counter(of_search.voice(read(kinds[name])) for name, n in (("followed", 60), ("not", 21), (None, 9)) for _ in range(n))  # fmt: skip
    heard = found["followed"] + found["not"]
    assert percent(heard, 90) == 90.0
    assert round(percent(found["followed"], heard)) == 74
    assert (
        of_search.voice(read(search(voice={"how": "not_taken", "reason_not": "too_young", "heard": None})))
        == "not_taken"
    )


def test_e1_residential_as_a_positive_option() -> None:
    """80: 28/22/30 are 35 % positive."""
    codes = {"positive_choice": 28, "after_failed_fostering": 22, "no_fostering_available": 30}
    made = {name: read(search(chosen={"residential": name})) for name in codes}
    found = Counter(made[name].choice[1].residential.get() for name, n in codes.items() for _ in range(n))
    assert percent(found["positive_choice"], 80) == 35.0


def test_e6_what_is_spot() -> None:
    """400 external: 340 spot are 85.0 %; 20 of them are providers of a framework off its terms, 5.0 %."""
    off = read(search(chosen={"agreement": None, "mechanism": "spot_single"}))
    outside = read(search(offers={**OFFERS, "a": offer("elm")}, market_=market(_without_elm()), chosen=ON_THE_SPOT))
    counts = Counter(
        of_search.buying(one, stands)
        for one, stands, n in (
            (read(search()), market(), 60),
            (outside, market(_without_elm()), 320),
            (off, market(), 20),
        )
        for _ in range(n)
    )
    assert counts == {"under_agreement": 60, "spot": 320, "off_terms": 20}
    assert percent(counts["spot"] + counts["off_terms"], 400) == 85.0
    assert percent(counts["off_terms"], 400) == 5.0
    assert of_search.buying(read(search(offers={**OFFERS, "a": offer("own")})), market()) == "in_house"
    assert of_search.buying(read(search()), None) is None


def _without_elm() -> Any:
    return _tier(["alder", "birch", "cedar"])


def test_e8_a_choice_by_an_older_state_of_the_market_is_told() -> None:
    room = m.Vacancy(places=1, from_on="2026-03-01", available=True, reason_not=None)
    there = given_fact(m.VacancyDeclared, "2026-03-04T10:00:00.000Z", setting="alder-1", vacancy=room)
    gone = given_fact(m.VacancyWithdrawn, "2026-03-04T10:30:00.000Z", setting="alder-1", why="filled")
    stands = market(there, gone)
    for seen, expected in ((stands.upto - 2, True), (stands.upto - 1, False)):
        case = search(market_=stands, chosen={"market_seen": seen})
        assert of_search.is_stale(read(case), stands) is expected


def test_e9_how_early_a_search_begins() -> None:
    """Leads 0, 0, 1, 3, 7, 14, 21: the median is 3, the same day 28.6 %."""
    days = ["2026-03-02", "2026-03-02", "2026-03-03", "2026-03-05", "2026-03-09", "2026-03-16", "2026-03-23"]
    found = [of_search.lead_days(read(search(opened={"needed_by": on}, until="opened"))) for on in days]
    assert found == [0, 0, 1, 3, 7, 14, 21]
    assert median(one for one in found if one is not None) == 3
    assert percent(found.count(0), 7) == 28.6
    assert of_search.lead_days(read(search(skip=("opened",)))) is None


def test_e13_an_agreement_speaks_of_all_five_outcomes() -> None:
    assert of_search.missing_frames(read(search(agreed={"frames": list(of_search.FRAMES)}))) == []
    assert of_search.missing_frames(read(search(agreed={"frames": list(of_search.FRAMES[:4])}))) == [
        "ECONOMIC_WELLBEING"
    ]
    assert of_search.missing_frames(read(search(skip=("agreed",)))) is None
