"""What the desk says before a step of a search is signed."""

from typing import Any

from fairplace import assess, shelf
from fairplace.decision import Actor
from tests.policies.sought import (
    OFFICER,
    Sought,
    asked,
    choice,
    chosen,
    market,
    others,
    outcome,
    published,
    search,
    usual_market,
)
from tests.policies.test_placement_matching import THREE

RULES = assess.rules(shelf.policies(kind="placements"))
BY = Actor(key=OFFICER, roles=frozenset({"officer"}))


def fixes(case: Sought, draft: Any) -> list[tuple[str, bool, str]]:
    past = case.case(as_of=draft.happened_at)
    found = assess.preflight(past, assess.drafted(past, draft, by=BY), RULES)
    return [(fix.rule.code, fix.blocks, fix.finding.text) for fix in found]


def test_the_nearest_suitable_home_is_named_before_a_farther_one_is_chosen() -> None:
    judged = search(market_=market(alder=1), offers=THREE, until="scored")
    found = fixes(judged, chosen(chosen=choice("c", fee=460_000)))
    assert ("PL-12", True, "the nearest suitable home is 44 miles nearer; say why, or choose it") in found
    assert "PL-12" not in [code for code, _, _ in fixes(judged, chosen(chosen=choice("b", fee=440_000)))]


def test_a_fair_choice_makes_nothing_worse() -> None:
    assert fixes(search(until="scored"), chosen()) == []


def test_whom_a_referral_leaves_out_is_said_before_it_goes_out() -> None:
    ready = search(until="in_house")
    [(code, blocks, text)] = fixes(ready, published(recipients=asked("alder", "birch")))
    assert (code, blocks) == ("PL-01", True)
    assert "not asked: cedar; ask them" in text
    assert fixes(ready, published()) == []


def test_a_draft_stands_behind_all_that_is_known_of_the_market_and_of_others() -> None:
    """Else it would be judged by a market of last week."""
    case = search(until="scored")
    assert case.others is not None
    assert assess.drafted(case.case(), chosen(), by=BY).index == case[-1].index + 1
    case.others = others(1)
    case.others.upto = 9_000
    assert assess.drafted(case.case(), chosen(), by=BY).index == 9_000


def test_every_rule_tells_its_place_in_the_findings_document() -> None:
    judged = assess.assess(search().case(), RULES)
    assert list(judged.outcomes) == [one.rule.code for one in RULES]
    assert {code: outcome(code, search()) for code in judged.outcomes} == judged.outcomes
    assert usual_market().upto < 200
