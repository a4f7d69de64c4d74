"""What holds for every rule on placements: it does not matter who a provider is, nor whose, nor who else is about."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairplace.ledger.disclosure import Sealed
from fairplace.market.events import ProviderRegistered
from fairplace.referral.events import Declined, OfferMade
from tests.matrix import many
from tests.policies import given as procurement
from tests.policies import test_placement_asking as asking
from tests.policies import test_placement_capacity as capacity
from tests.policies import test_placement_judging as judging
from tests.policies import test_placement_lawful as lawful
from tests.policies import test_placement_matching as matching
from tests.policies.sought import (
    OFFERS,
    RULES,
    Sought,
    Stood,
    asked,
    choice,
    findings,
    home,
    market,
    offer,
    outcome,
    provider,
    search,
    shows,
    stood,
)

JUDGING = [f"PL-{n:02d}" for n in range(8, 20)]
EQUAL_TREATMENT = ["PL-01", "PL-02", "PL-03", "PL-04", "PL-05", "PL-07", "PL-08", "PL-09", "PL-10", "PL-11", "PL-23"]

MADE: dict[str, Callable[[], Sought]] = {
    "fair": search,
    "left out": lambda: search(t1={"recipients": asked("alder", "birch")}),
    "asked early": lambda: search(t1={"recipients": asked("alder", "birch", "cedar", alder="01 15:00")}),
    "longer for one": lambda: search(after={"t1": [asking.extended("cedar")]}),
    "late": lambda: search(offers=asking.LATE, after={"offers": [asking.late(True, "c")]}),
    "told one": lambda: search(after={"t1": [asking.amended("alder")]}),
    "spoken for": lambda: search(offers=asking.waits("14:00", "03 09:00"), contact=asking.spoken_for()),
    "next tier early": lambda: search(after={"t1": [asking.second("14:30")]}),
    "own first": lambda: search(in_house=asking.shown(asking.EARLY)),
    "own chosen": lambda: search(offers=judging.OURS),
    "own unscored": lambda: search(offers={"a": offer("own", points=None), "b": OFFERS["b"]}),
    "worse chosen": lambda: search(offers=judging.SIX, chosen={"chosen": choice("a", "lowest_fee")}),
    "far": lambda: matching.local("c"),
    "less": lambda: matching.local("a"),
    "more": matching.dear,
    "only staff": lambda: search(market_=matching.only_ratio()),
    "no reasons": lambda: search(skip=("reasons",)),
    "spot": lambda: capacity.spot(capacity.block(capacity.night(9))),
    "far without director": lambda: lawful.outside(lawful.CONSULTED, lawful.BY_NOMINATED, lawful.told_area()),
}

CASES = {name: cache(make) for name, make in MADE.items()}
NAMES = ("alder", "birch", "cedar", "elm", "oak", "own")


def outcomes(case: Sought, codes: Any = RULES) -> dict[str, Any]:
    return {
        code: sorted(
            (one.outcome, str(one.process_unequal), str(one.outcome_likely_changed), one.evidence)
            for one in findings(code, case)
        )
        for code in codes
    }


def renamed(value: Any, names: Mapping[str, str]) -> Any:
    """The same value with other names of providers, wherever they stand."""
    if isinstance(value, str):
        name, dash, rest = value.partition("-")
        return f"{names.get(name, name)}{dash}{rest}"
    if isinstance(value, Sealed):
        return msgspec.structs.replace(value, value=renamed(value.value, names)) if value.is_open else value
    if isinstance(value, msgspec.Struct):
        kept = {name: renamed(getattr(value, name), names) for name in value.__struct_fields__}
        return type(value)(**kept)
    if isinstance(value, dict):
        return {renamed(name, names): renamed(item, names) for name, item in value.items()}
    if isinstance(value, list | tuple | frozenset):
        return type(value)(renamed(item, names) for item in value)
    return value


def again(case: Sought, told: Any, events: Any) -> Sought:
    """The same case of other events, before another market."""
    other = Sought()
    other.as_of, other.others, other.market = case.as_of, case.others, stood(told)
    other += events
    return other


def told_of(case: Sought) -> tuple[Any, ...]:
    assert isinstance(case.market, Stood)
    return case.market.told


@pytest.mark.parametrize("name", CASES)
@settings(max_examples=many(10))
@given(order=st.permutations(NAMES))
def test_other_names_never_change_a_result(name: str, order: Any) -> None:
    case, names = CASES[name](), dict(zip(NAMES, (f"{one}x" for one in order), strict=True))
    events = [msgspec.structs.replace(one, event=renamed(one.event, names)) for one in case]
    assert outcomes(again(case, renamed(told_of(case), names), events)) == outcomes(case)


@pytest.mark.parametrize("name", CASES)
@settings(max_examples=many(10))
@given(data=st.data())
def test_the_order_of_those_asked_and_of_what_they_answer_never_changes_a_result(name: str, data: Any) -> None:
    case = CASES[name]()
    events = [msgspec.structs.replace(one, event=shuffled(one.event, data)) for one in case]
    for kind in (OfferMade, Declined):
        at = [n for n, one in enumerate(events) if isinstance(one.event, kind)]
        moved = data.draw(st.permutations([events[n].event for n in at]))
        for n, event in zip(at, moved, strict=True):
            events[n] = msgspec.structs.replace(events[n], event=event)
    other = again(case, told_of(case), events)
    assert {code: outcome(code, other) for code in RULES} == {code: outcome(code, case) for code in RULES}


def shuffled(event: Any, data: Any) -> Any:
    if not hasattr(event, "recipients"):
        return event
    mixed = data.draw(st.permutations(event.recipients.get()))
    return msgspec.structs.replace(event, recipients=msgspec.structs.replace(event.recipients, value=mixed))


@pytest.mark.parametrize("name", CASES)
def test_whose_a_home_is_never_changes_how_it_is_judged(name: str) -> None:
    """Swapping the authority's own service (PR1) and private providers (PR4)."""
    case = CASES[name]()
    swap = {"PR1": "PR4", "PR4": "PR1"}
    told = [
        msgspec.structs.replace(event, provider_class=swap.get(event.provider_class, event.provider_class))
        if isinstance(event, ProviderRegistered)
        else event
        for event in told_of(case)
    ]
    assert outcomes(again(case, told, list(case)), JUDGING) == outcomes(case, JUDGING)


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize(
    "changes", [{"family": "foster", "place_code": "U4"}, {"area": "SYN12"}], ids=["another family", "in no tier"]
)
def test_a_provider_that_need_not_be_asked_changes_nothing(name: str, changes: dict[str, str]) -> None:
    case = CASES[name]()
    told = [*told_of(case), provider("zelkova"), home("zelkova", **changes), shows("zelkova", 4)]
    assert outcomes(again(case, told, list(case))) == outcomes(case)


@pytest.mark.parametrize("code", RULES)
def test_the_same_case_gives_the_same_findings(code: str) -> None:
    assert findings(code, search()) == findings(code, search())


@pytest.mark.parametrize("code", RULES)
def test_an_empty_case_is_never_met(code: str) -> None:
    assert outcome(code, Sought()) in ("cannot-tell", "not-applicable")


@pytest.mark.parametrize("code", RULES)
def test_closing_every_sealed_value_never_turns_a_result_to_met(code: str) -> None:
    for make in CASES.values():
        if outcome(code, make()) != "met":
            assert outcome(code, make().hidden()) != "met", code


@pytest.mark.parametrize("code", RULES)
def test_a_fair_search_is_not_accused(code: str) -> None:
    assert outcome(code, search()) in ("met", "not-applicable")


@pytest.mark.parametrize("code", RULES)
def test_only_rules_on_equal_treatment_say_whether_providers_were_treated_differently(code: str) -> None:
    for make in (*CASES.values(), Sought):
        for one in findings(code, make()):
            both = (one.process_unequal, one.outcome_likely_changed)
            if code in EQUAL_TREATMENT:
                assert all(answer in ("yes", "no", "unknown") for answer in both)
                assert (one.outcome == "not-met") == (one.process_unequal == "yes")
            else:
                assert both == (None, None)


@pytest.mark.parametrize("code", RULES)
def test_a_finding_never_accuses_and_never_tells_who_the_child_is(code: str) -> None:
    for make in CASES.values():
        for one in findings(code, make()):
            told = one.text.lower()
            assert not any(word in told for word in ("unlawful", "illegal", "breach", "corrupt", "c0ffee", "near sam"))


@pytest.mark.parametrize("code", RULES)
def test_a_competition_is_not_a_search_for_a_home(code: str) -> None:
    assert RULES[code].findings(procurement.competition().case())[0].outcome == "not-applicable"


def test_every_case_of_a_fault_is_found_by_some_rule() -> None:
    for name, make in CASES.items():
        found = {code for code in RULES if outcome(code, make()) in ("not-met", "concern")}
        assert bool(found) == (name != "fair"), name


def test_all_twenty_seven_are_there() -> None:
    assert list(RULES) == [f"PL-{n:02d}" for n in range(1, 28)]
    assert market().upto == len(market().told)
