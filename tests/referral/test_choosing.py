"""A decision has a mechanism, reasons, a status for each connection, and the right people's yes to just that."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from fairplace.errors import Malformed
from fairplace.jsonl import read_command
from fairplace.market.commands import ChangeSetting, WithdrawVacancy
from fairplace.market.events import Vacancy
from fairplace.referral.commands import ApproveHome, ChooseHome, DeclareEmergency, PutQuestion, WithdrawOffer
from fairplace.referral.events import Approved, HomeChosen
from fairplace.referral.values import Chosen, Rejected
from tests import homes, needs
from tests.blocks import blocked, never
from tests.homes import (
    APPROVER,
    ASH,
    BEECH,
    BUDGET,
    DIRECTOR,
    FRAMEWORK,
    NOMINATED,
    OFFICER,
    SOCIAL_WORKER,
    a_market,
    step_of_market,
)
from tests.searches import Homes, a_search, approval, choice, ranked


def judged(**changes: Any) -> Homes:
    return a_search(until="judged", **changes)


def test_a_decision_names_what_it_saw_of_the_market_and_voids_when_another_comes() -> None:
    story = judged()
    decision = story.decide(choice(story))
    assert isinstance(decision.event, HomeChosen)
    assert decision.event.market_seen == story.market.upto - 1
    assert decision.unless >= {"referral.home-chosen/1", "referral.ended/1"}


def test_a4_without_a_mechanism_nothing_can_be_signed() -> None:
    value = msgspec.to_builtins(choice(judged()))
    del value["mechanism"]
    with pytest.raises(Malformed, match="the member mechanism is missing; give it"):
        read_command(msgspec.json.encode(value))


def test_a8_every_listed_connection_has_a_status_and_no_other() -> None:
    story = judged()
    for connections in ({"c1": "kept", "c2": "kept"}, {}):
        kept = needs.kept(connections=connections)
        assert "c3" in never(story, choice(story, kept=kept), "connections")
    more = needs.kept(connections={"c1": "kept", "c2": "lost", "c3": "changed_by_plan", "c4": "kept"})
    never(story, choice(story, kept=more), "connections")


def test_a_view_that_was_not_followed_has_its_reason() -> None:
    story = judged()
    never(story, choice(story, kept=needs.kept(voice="not")), "voice")
    story.do(choice(story, kept=needs.kept(voice="not", voice_reason="It is not safe there")))


def test_reasons_are_given_for_the_choice_and_for_every_other_offer() -> None:
    story = judged()
    best, second = ranked(story)
    fee = ASH.fee
    never(story, choice(story, chosen=Chosen(offer=best, reasons=[], departures=[], weekly_fee=fee)), "no-reason")
    assert second in blocked(story, choice(story, rejected={}), "no-reject-reason")
    for code, criteria, words, refusal in (
        ("whim", [], "Came behind", "unknown-code"),
        ("lower_match_score", ["charm"], "Came behind", "unknown-criterion"),
        ("lower_match_score", ["match"], " ", "empty-text"),
    ):
        rejected = {second: Rejected(code=code, criteria=criteria, words=words)}
        never(story, choice(story, rejected=rejected), refusal)
    both = {best: Rejected(code="distance", criteria=[], words="Far"), second: Rejected(code="distance", criteria=[], words="Far")}  # fmt: skip
    never(story, choice(story, rejected=both), "both")


def test_who_has_more_points_is_taken_or_it_is_said_why_not() -> None:
    story = judged()
    _, second = ranked(story)
    assert ASH.setting in blocked(story, choice(story, pick=second), "no-departure")
    why = [needs.because("sibling", "The brother lives next door")]
    chosen = Chosen(
        offer=second, reasons=[needs.because("sibling", "The brother")], departures=why, weekly_fee=BEECH.fee
    )
    story.do(choice(story, pick=second, chosen=chosen))


def test_the_fee_is_the_one_that_was_offered() -> None:
    story = judged()
    best = ranked(story)[0]
    dearer = Chosen(offer=best, reasons=[needs.because()], departures=[], weekly_fee=ASH.fee + 1)
    blocked(story, choice(story, chosen=dearer), "fee-differs")
    never(story, choice(story, fee_version=2), "fee-version")


def test_an_offer_that_was_withdrawn_cannot_be_chosen() -> None:
    story = judged()
    best = ranked(story)[0]
    command = choice(story)
    story.do(WithdrawOffer(id="test", offer=best, reason="place_filled"), by=ASH.actor)
    never(story, command, "withdrawn")


def test_what_comes_before_a_decision_comes_before_it() -> None:
    story = a_search(until="answered")
    command = choice(story)
    assert "not judged" in blocked(story, command, "not-scored")
    overriding = msgspec.structs.replace(command, override_reason="The judge sits at noon")
    event = story.decide(overriding).event
    assert isinstance(event, HomeChosen)
    assert event.override == "not-scored+no-panel"


def test_a_question_is_answered_first() -> None:
    story = a_search(until="published")
    story.do(PutQuestion(id="test", words="Is the school place kept?"), by=ASH.actor)
    for seller in (ASH, BEECH):
        story.do(needs.offer(seller), by=seller.actor)
    overriding = msgspec.structs.replace(choice(story), override_reason="The judge sits at noon")
    event = story.decide(overriding).event
    assert isinstance(event, HomeChosen)
    assert event.override is not None
    assert "unanswered" in event.override.split("+")


def test_in_an_emergency_the_home_comes_first_and_the_panel_after() -> None:
    story = a_search(until="answered")
    direct = choice(story, mechanism="emergency_direct", agreement=None)
    blocked(story, direct, "no-emergency")
    story.do(DeclareEmergency(id="test", expires_at="2026-03-04T09:00:00.000Z", reason="breakdown"))
    story.do(direct)


# The home


def market_where(change: Any, seller: homes.Seller = ASH) -> list[Any]:
    """A market in which something of one home has changed."""
    market = a_market()
    stream = next(one.stream for one in market if getattr(one.event, "setting", None) == seller.setting)
    market.append(step_of_market(change, market, stream=stream, at="2026-01-10T10:00:00.000Z"))
    return market


def test_a_home_below_the_need_is_not_chosen_lightly() -> None:
    story = judged(market=market_where(homes.capability(ASH, claimed=3, shown=[])))
    assert "level 1" in blocked(story, choice(story), "below-need")


def test_d12_a_home_found_inadequate_needs_an_override() -> None:
    story = judged(market=market_where(homes.rating(ASH, grade="inadequate", rated_on="2026-01-03")))
    blocked(story, choice(story), "inadequate")


def test_a_home_outside_its_registration_does_not_suit() -> None:
    young = ChangeSetting(
        id="test", setting=ASH.setting, reason="registration", registration=homes.registration(age_to=12)
    )
    story = judged(market=market_where(young))
    assert "ages" in blocked(story, choice(story), "unsuitable")


def test_a_home_at_capacity_is_not_chosen_lightly() -> None:
    gone = WithdrawVacancy(id="test", setting=ASH.setting, why="filled")
    story = judged(market=market_where(gone))
    blocked(story, choice(story), "at-capacity")
    waiting = Vacancy(places=1, from_on="2026-01-10", available=False, reason_not="staffing")
    story = judged(market=market_where(homes.vacancy(ASH, vacancy=waiting)))
    assert "staffing" in blocked(story, choice(story), "at-capacity")


def test_e8_room_that_another_took_meanwhile_is_seen() -> None:
    story = judged()
    looked = story.market.upto - 1
    story.sell(WithdrawVacancy(id="test", setting=ASH.setting, why="filled"), ASH)
    overriding = choice(story, market_seen=looked, override_reason="Two children can share")
    event = story.decide(overriding).event
    assert isinstance(event, HomeChosen)
    assert event.override == "at-capacity+market-stale"
    story.sell(homes.vacancy(ASH), ASH)
    sentence = blocked(story, choice(story, market_seen=looked), "market-stale")
    assert f"since entry {looked}" in sentence
    story.do(choice(story))
    never(story, choice(story, market_seen=10_000), "market-seen")


def test_a19_a_specialist_need_has_a_clinical_formulation() -> None:
    bare = {"profile": needs.profile(category="specialist")}
    story = judged(assessed=bare)
    blocked(story, choice(story), "no-formulation")
    judged(assessed={**bare, "clinical": needs.clinical()}).do(
        choice(judged(assessed={**bare, "clinical": needs.clinical()}))
    )


# The way of buying


def test_an_agreement_is_named_for_a_call_off_and_for_nothing_else() -> None:
    story = judged()
    never(story, choice(story, agreement=None), "mechanism")
    never(story, choice(story, mechanism="spot_competed"), "mechanism")
    never(story, choice(story, agreement="FW-NONE"), "unknown-agreement")
    never(story, choice(story, mechanism="block"), "mechanism")
    blocked(story, choice(story, mechanism="in_house", agreement=None), "mechanism")
    story.do(choice(story, mechanism="spot_competed", agreement=None))


def with_agreement(**changes: Any) -> list[Any]:
    market = a_market()
    made = homes.framework(agreement="FW-2", **changes)
    market.append(step_of_market(made, market, stream=None, at="2026-01-10T10:00:00.000Z", by=APPROVER))
    return market


def test_an_agreement_counts_while_it_runs_for_its_members_and_its_authorities() -> None:
    for changes, code in (
        ({"ends_on": "2026-02-28"}, "not-in-force"),
        ({"tiers": {}}, "not-a-member"),
        ({"authorities": ["SYN02"]}, "not-a-party"),
    ):
        story = judged(market=with_agreement(**changes))
        blocked(story, choice(story, agreement="FW-2"), code)
    story = judged(market=with_agreement())
    story.do(choice(story, agreement="FW-2"))


def test_a_place_of_a_block_is_one_that_is_paid_for_and_free() -> None:
    from fairplace.market.commands import RecordOccupancy

    market = with_agreement(route="block", committed={ASH.setting: 1}, tiers={})
    story = judged(market=market)
    story.do(choice(story, mechanism="block", agreement="FW-2"))
    night = RecordOccupancy(id="test", setting=ASH.setting, night="2026-03-01", occupied=1)
    market.append(step_of_market(night, market, stream=market[-1].stream, at="2026-03-02T08:00:00.000Z"))
    story = judged(market=market)
    blocked(story, choice(story, mechanism="block", agreement="FW-2"), "block-full")
    story = judged(market=with_agreement(route="block", committed={BEECH.setting: 1}))
    blocked(story, choice(story, mechanism="block", agreement="FW-2"), "not-committed")


# Who agrees


def chosen() -> Homes:
    return a_search(until="chosen")


@pytest.mark.parametrize(
    ("capacity", "wrong", "right"),
    [
        ("practice", BUDGET, APPROVER),
        ("budget", APPROVER, BUDGET),
        ("nominated_officer", APPROVER, NOMINATED),
        ("nominated_officer", BUDGET, DIRECTOR),
        ("director", NOMINATED, DIRECTOR),
        ("head_of_service", NOMINATED, APPROVER),
    ],
)
def test_each_approves_in_the_capacity_that_is_theirs(capacity: str, wrong: Any, right: Any) -> None:
    story = chosen()
    blocked(story, approval(capacity, story), "capacity", by=wrong, final=True)
    assert isinstance(story.do(approval(capacity, story), by=right).event, Approved)


def test_d8_practice_and_budget_sign_the_same_need_and_the_same_fee() -> None:
    story = a_search(until="judged")
    story.do(needs.need(), by=SOCIAL_WORKER)
    story.do(needs.need(), by=SOCIAL_WORKER)
    yes: dict[str, Any] = {"id": "test", "fee_version": 1}
    story.do(ApproveHome(capacity="practice", need_version=3, **yes), by=APPROVER)
    other = ApproveHome(capacity="budget", need_version=2, **yes)
    assert "both sign the same" in blocked(story, other, "other-version", by=BUDGET, final=True)
    story.do(ApproveHome(capacity="budget", need_version=3, **yes), by=BUDGET)
    never(story, ApproveHome(capacity="budget", need_version=4, **yes), "need-version", by=BUDGET)
    never(story, ApproveHome(id="test", capacity="budget", need_version=3, fee_version=2), "fee-version", by=BUDGET)


def test_an_approval_speaks_of_what_was_decided() -> None:
    story = chosen()
    story.do(needs.need(), by=SOCIAL_WORKER)
    newer = ApproveHome(id="test", capacity="practice", need_version=2, fee_version=1)
    assert "sign what was decided" in blocked(story, newer, "other-version", by=APPROVER, final=True)


def test_no_is_said_with_its_reason() -> None:
    story = chosen()
    no = ApproveHome(id="test", capacity="practice", need_version=1, fee_version=1, approved=False)
    never(story, no, "no-reason", by=APPROVER)
    story.do(msgspec.structs.replace(no, reason="Too far from the brother"), by=APPROVER)
    assert not story.search.approved("practice")


def test_who_chose_does_not_approve_and_two_persons_sign() -> None:
    both = homes.Actor(key=OFFICER.key, roles=frozenset({"officer", "approver", "budget-holder"}))
    story = chosen()
    blocked(story, approval("practice", story), "own-decision", by=both, final=True)
    one = homes.Actor(key="northbrook.gov.example/officer/z9zz", roles=frozenset({"approver", "budget-holder"}))
    story.do(approval("practice", story), by=one)
    blocked(story, approval("budget", story), "one-person", by=one, final=True)


def test_the_framework_of_the_tests_is_the_one_that_is_named() -> None:
    assert isinstance(choice(judged()), ChooseHome)
    assert choice(judged()).agreement == FRAMEWORK
