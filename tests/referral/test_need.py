"""The need comes first, in versions; criteria stand before anybody is asked; an emergency ends by itself."""

from __future__ import annotations

import pytest

from fairplace.errors import Forbidden, Missing
from fairplace.referral.commands import DeclareEmergency
from fairplace.referral.events import CriteriaDeclared, NeedAssessed, ReferralOpened
from fairplace.referral.values import Connection, NeedLine, SearchCriterion
from tests import homes, needs
from tests.blocks import blocked, never
from tests.homes import APPROVER, OFFICER, SOCIAL_WORKER, a_market, step_of_market
from tests.searches import Homes, a_search


def assessed() -> Homes:
    return a_search(until="assessed")


def test_each_assessment_is_a_version_of_its_own() -> None:
    story = assessed()
    story.do(needs.need(profile=needs.profile(level=4)), by=SOCIAL_WORKER)
    assert [one.version for _, one in story.history.of(NeedAssessed)] == [1, 2]
    assert story.search.level == 4


def test_a_search_begins_with_a_need() -> None:
    with pytest.raises(Missing):
        Homes(a_market()).do(needs.opening())


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"child": needs.child(pseudonym="case-4711")}, "pseudonym"),
        ({"child": needs.child(legal_status="C9")}, "unknown-code"),
        ({"child": needs.child(need_code="N0")}, "unknown-code"),
        ({"child": needs.child(age_months=216)}, "age"),
        ({"child": needs.child(age_months=-1)}, "age"),
        ({"child": needs.child(age_months=200)}, "age-band"),
        ({"child": needs.child(school_year=14)}, "school-year"),
        ({"profile": needs.profile(level=5)}, "level"),
        ({"profile": needs.profile(authority="SYN77")}, "unknown-authority"),
        ({"lines": []}, "no-lines"),
        ({"lines": [NeedLine(id="n1", words=" ", evidence=None, evidenced_on=None)]}, "empty-text"),
        ({"lines": [NeedLine(id="n1", words="Sleep", evidence="carer", evidenced_on=None)]}, "evidence"),
        ({"lines": [NeedLine(id="n1", words="Sleep", evidence=None, evidenced_on=None)] * 2}, "twice"),
        ({"connections": [Connection(id="c1", kind="school")] * 2}, "twice"),
    ],
)
def test_a_need_that_does_not_add_up_is_refused(changes: dict[str, object], code: str) -> None:
    story = Homes(a_market())
    assert story.refusal(needs.need(**changes), by=SOCIAL_WORKER).code == code


def test_a_case_is_one_childs() -> None:
    never(assessed(), needs.need(child=needs.child(pseudonym="0" * 32)), "another-child", by=SOCIAL_WORKER)


def test_a_need_is_not_assessed_in_a_stream_of_the_market() -> None:
    story = Homes(a_market())
    provider = next(one for one in story.everything if one.type == "market.provider-registered/1")
    story.record(provider.event)
    assert story.refusal(needs.need(), by=SOCIAL_WORKER).code == "case-exists"


def test_whoever_knows_the_child_assesses_and_nobody_of_the_team_that_buys() -> None:
    with pytest.raises(Forbidden):
        Homes(a_market()).do(needs.need(), by=OFFICER)


def test_views_are_heard_or_it_is_said_why_not() -> None:
    story = assessed()
    never(story, needs.voice(heard=None), "voice", by=SOCIAL_WORKER)
    never(story, needs.voice(how="not_taken", heard=None), "voice", by=SOCIAL_WORKER)
    story.do(needs.voice(how="not_taken", heard=None, reason_not="too_young"), by=SOCIAL_WORKER)


def test_a_search_is_opened_once_for_a_version_that_is_known() -> None:
    story = assessed()
    never(story, needs.opening(need_version=2), "need-version")
    never(story, needs.opening(known_on="2026-03-10"), "days")
    story.do(needs.opening())
    blocked(story, needs.opening(), "opened-already")


def test_an_older_version_of_the_need_is_objected_to() -> None:
    story = assessed()
    story.do(needs.need(), by=SOCIAL_WORKER)
    blocked(story, needs.opening(need_version=1), "stale-need")
    opened = story.do(needs.opening()).event
    assert isinstance(opened, ReferralOpened)
    assert opened.need_version == 2


def opened() -> Homes:
    story = assessed()
    story.do(needs.opening())
    return story


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"criteria": needs.CRITERIA[:3]}, "weights"),
        ({"criteria": [SearchCriterion(id="a", kind="price", weight=5000), SearchCriterion(id="b", kind="price", weight=5000)]}, "weights"),
        ({"criteria": [SearchCriterion(id="a", kind="match", weight=-5000), SearchCriterion(id="b", kind="other", weight=15000)]}, "weights"),
        ({"criteria": [SearchCriterion(id="a", kind="match", weight=5000)] * 2}, "twice"),
        ({"window_hours": {"T1": 0}}, "window"),
        ({"window_hours": {"T8": 24}}, "window"),
        ({"agreement": "FW-NONE"}, "unknown-agreement"),
        ({"in_house_policy": "IHP-NONE"}, "unknown-policy"),
        ({"policies": {"a": "b"}}, "code"),
    ],
)  # fmt: skip
def test_criteria_that_do_not_add_up_are_refused(changes: dict[str, object], code: str) -> None:
    never(opened(), needs.criteria(**changes), code)


def test_criteria_come_after_the_opening_and_stay_once_offers_were_looked_at() -> None:
    blocked(assessed(), needs.criteria(), "not-opened")
    blocked(a_search(until="judged"), needs.criteria(), "criteria-frozen")


def test_a10_a_specialist_need_is_not_cut_off_by_price() -> None:
    specialist = {"profile": needs.profile(category="specialist"), "clinical": needs.clinical()}
    story = a_search(until="assessed", assessed=specialist)
    story.do(needs.opening())
    blocked(story, needs.criteria(price_cut_off=True), "specialist-by-price")
    assert isinstance(story.do(needs.criteria()).event, CriteriaDeclared)
    market = a_market()
    ranked = homes.framework(agreement="FW-PRICE", price_ranked=True)
    market.append(step_of_market(ranked, market, stream=None, at="2026-01-01T10:00:00.000Z", by=APPROVER))
    story = a_search(until="assessed", market=market, assessed=specialist)
    story.do(needs.opening())
    blocked(story, needs.criteria(agreement="FW-PRICE"), "specialist-by-price")


def test_own_homes_are_searched_by_declared_criteria() -> None:
    now = "2026-03-02T09:00:00.000Z"
    blocked(opened(), needs.in_house_search(now), "no-criteria")
    story = a_search(until="opened")
    never(story, needs.in_house_search(now, unsuitable={"home-77": "ages"}), "unknown-home")
    never(story, needs.in_house_search(now, unsuitable={homes.OWN.setting: "whim"}), "unknown-code")
    never(story, needs.in_house_search("2026-03-09T09:00:00.000Z"), "future")


def emergency(until: str) -> DeclareEmergency:
    return DeclareEmergency(id="test", expires_at=until, reason="breakdown")


def test_an_emergency_ends_after_72_hours_at_most() -> None:
    story = opened()
    at = "2026-03-02T10:00:00.000Z"
    blocked(story, emergency("2026-03-05T10:00:00.001Z"), "emergency-too-long", at=at)
    story.do(emergency("2026-03-05T10:00:00.000Z"), at=at)
    assert story.search.is_emergency("2026-03-05T09:59:59.999Z")
    assert not story.search.is_emergency("2026-03-05T10:00:00.000Z")
    never(story, emergency("2026-03-02T09:00:00.000Z"), "emergency")
