"""Answers: an offer in time, a late one by the clock, a reason why not, or silence. Nothing of it is lost."""

from __future__ import annotations

import pytest

from fairplace.errors import Forbidden
from fairplace.referral.commands import (
    DecideLateOffer,
    DeclineReferral,
    EndReferral,
    MakeOffer,
    RecordSilence,
    WithdrawOffer,
)
from fairplace.referral.events import Declined, OfferMade, OfferMadeLate, ResponsesMissed
from fairplace.referral.values import FeeLine
from tests import needs
from tests.blocks import blocked, never
from tests.homes import ASH, BEECH, CHERRY, OFFICER, SOCIAL_WORKER
from tests.searches import Homes, a_search

AFTER = "2026-03-03T11:05:00.001Z"
DEADLINE = "2026-03-03T11:05:00.000Z"


def published() -> Homes:
    return a_search(until="published")


def test_an_offer_at_the_closing_time_is_in_time_and_a_moment_after_it_is_late() -> None:
    story = published()
    assert story.search.deadline_of(ASH.provider) == DEADLINE
    decision = story.decide(needs.offer(ASH), by=ASH.actor, at=DEADLINE)
    assert isinstance(decision.event, OfferMade)
    assert (decision.stream, decision.not_after) == ("new", DEADLINE)
    late = story.decide(needs.offer(ASH), by=ASH.actor, at=AFTER)
    assert isinstance(late.event, OfferMadeLate)
    assert late.not_after is None
    assert DEADLINE in late.statement


def test_a_reported_offer_is_late_or_not_by_when_it_came() -> None:
    story = published()
    story.wait_until("2026-03-05T09:00:00.000Z")
    in_time = story.report(needs.offer(ASH), happened_at="2026-03-03T09:00:00.000Z")
    late = story.report(needs.offer(BEECH), happened_at=AFTER)
    assert isinstance(in_time.event, OfferMade)
    assert isinstance(late.event, OfferMadeLate)


def test_an_offer_has_an_id_that_tells_nothing_and_may_be_brought() -> None:
    story = published()
    own = story.do(needs.offer(ASH, offer="0a1b2c3d"), by=ASH.actor).event
    assert isinstance(own, OfferMade)
    assert own.offer == "0a1b2c3d"
    never(story, needs.offer(BEECH, offer="0a1b2c3d"), "two-offers", by=BEECH.actor)
    drawn = story.do(needs.offer(BEECH), by=BEECH.actor).event
    assert isinstance(drawn, OfferMade)
    assert drawn.offer not in ("0a1b2c3d", "")


def test_each_speaks_for_itself() -> None:
    with pytest.raises(Forbidden, match="cannot speak for"):
        published().do(needs.offer(BEECH), by=ASH.actor)
    with pytest.raises(Forbidden, match="this is for the provider"):
        published().do(needs.offer(BEECH), by=OFFICER)


def test_a_home_is_one_of_the_providers_own_and_on_the_list() -> None:
    story = published()
    other = needs.terms(ASH, setting=BEECH.setting)
    never(story, MakeOffer(id="test", terms=other), "not-yours", by=ASH.actor)
    never(story, MakeOffer(id="test", terms=needs.terms(ASH, setting="home-77")), "unknown-home", by=ASH.actor)


def line(code: str, amount: int, *answers: str) -> FeeLine:
    return FeeLine(code=code, amount=amount, payer="care", needs=list(answers))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ([line("accommodation", 470_000 - 1)], "fee-lines"),
        ([line("accommodation", 470_000 + 1)], "fee-lines"),
        ([], "fee-lines"),
        ([line("accommodation", 480_000), line("management", -10_000)], "fee-line"),
        ([line("accommodation", 460_000), line("discount", 10_000)], "fee-line"),
        ([line("accommodation", 470_000, "n9")], "unknown-need"),
        ([line("accommodation", 2**60), line("discount", 470_000 - 2**60)], "fee-line"),
    ],
)
def test_a_fee_whose_lines_do_not_add_up_is_refused(lines: list[FeeLine], code: str) -> None:
    command = MakeOffer(id="test", terms=needs.terms(ASH, lines=lines))
    sentence = never(published(), command, code, by=ASH.actor)
    assert code != "fee-lines" or "add up" in sentence


def test_a_discount_counts_against_the_fee() -> None:
    lines = [line("accommodation", 480_000), line("discount", -10_000)]
    published().do(MakeOffer(id="test", terms=needs.terms(ASH, lines=lines)), by=ASH.actor)


def specialist() -> Homes:
    return a_search(
        until="published",
        assessed={"profile": needs.profile(category="specialist"), "clinical": needs.clinical()},
    )


def test_a23_a_specialists_offer_is_composed() -> None:
    one_figure = MakeOffer(id="test", terms=needs.terms(ASH, lines=[line("accommodation", 470_000)]))
    sentence = blocked(specialist(), one_figure, "composition-required", by=ASH.actor, final=True)
    assert sentence.startswith("composition required")
    with_discount = MakeOffer(
        id="test", terms=needs.terms(ASH, lines=[line("accommodation", 480_000), line("discount", -10_000)])
    )
    assert specialist().refusal(with_discount, by=ASH.actor).code == "composition-required"
    composed = [
        line("accommodation", 115_000),
        line("care_staffing", 248_000),
        line("education", 62_000),
        line("therapy", 38_000),
        line("management", 22_000),
    ]
    terms = needs.terms(ASH, weekly_fee=485_000, lines=composed)
    specialist().do(MakeOffer(id="test", terms=terms), by=ASH.actor)
    published().do(one_figure, by=ASH.actor)


def test_a_ratio_is_hundredths_of_adults_to_a_child() -> None:
    for ratio in (-1, 1001):
        never(published(), MakeOffer(id="test", terms=needs.terms(ASH, ratio_day=ratio)), "ratio", by=ASH.actor)
    published().do(MakeOffer(id="test", terms=needs.terms(ASH, ratio_day=200)), by=ASH.actor)


def test_who_was_not_asked_cannot_offer_but_a_report_of_it_is_kept() -> None:
    story = published()
    refused = story.refusal(needs.offer(CHERRY), by=CHERRY.actor)
    assert (refused.code, refused.overridable) == ("not-invited", False)
    told = story.report(needs.offer(CHERRY), by=OFFICER)
    assert isinstance(told.event, OfferMade)
    assert told.event.tier == "OFF"


def test_one_home_is_offered_once_until_it_is_taken_back() -> None:
    story = published()
    first = story.do(needs.offer(ASH), by=ASH.actor).event
    assert isinstance(first, OfferMade)
    never(story, needs.offer(ASH), "two-offers", by=ASH.actor)
    back = WithdrawOffer(id="test", offer=first.offer, reason="place_filled")
    with pytest.raises(Forbidden):
        story.do(back, by=BEECH.actor)
    never(story, WithdrawOffer(id="test", offer=first.offer, reason="whim"), "unknown-code", by=ASH.actor)
    never(story, WithdrawOffer(id="test", offer="00000000", reason="place_filled"), "unknown-offer", by=ASH.actor)
    story.do(back, by=ASH.actor)
    never(story, back, "withdrawn", by=ASH.actor)
    assert story.search.live == {}
    story.do(needs.offer(ASH), by=ASH.actor)


def test_a_referral_withdrawn_in_mid_answer_takes_no_offer_and_a_report_keeps_it() -> None:
    story = published()
    decision = story.decide(needs.offer(ASH), by=ASH.actor)
    assert "referral.ended/1" in decision.unless, "an offer that is being signed when the search ends is not appended"
    story.do(EndReferral(id="test", how="withdrawn", reason="The child stays with an aunt"), by=SOCIAL_WORKER)
    for command in (needs.offer(ASH), needs.decline(ASH)):
        blocked(story, command, "referral-ended", by=ASH.actor, final=True)
    story.report(needs.offer(ASH))
    assert len(story.search.offers) == 1


def test_a_late_offer_waits_for_a_decision_and_late_ones_are_treated_alike() -> None:
    story = published()
    names = []
    for seller in (ASH, BEECH):
        made = story.do(needs.offer(seller), by=seller.actor, at=AFTER).event
        assert isinstance(made, OfferMadeLate)
        names.append(made.offer)
    assert story.search.live == {}
    story.do(DecideLateOffer(id="test", offer=names[0], admitted=True, reason="The register could not be reached"))
    assert list(story.search.live) == [names[0]]
    other = DecideLateOffer(id="test", offer=names[1], admitted=False, reason="Not needed")
    blocked(story, other, "late-unequal")
    again = DecideLateOffer(id="test", offer=names[0], admitted=True, reason="Again")
    blocked(story, again, "decided-already")
    in_time = next(iter(a_search(until="answered").search.offers))
    never(a_search(until="answered"), DecideLateOffer(id="test", offer=in_time, admitted=True, reason="-"), "not-late")


def test_a_provider_says_why_it_has_no_home() -> None:
    story = published()
    never(story, DeclineReferral(id="test", provider=ASH.provider, reason="too hard"), "unknown-code", by=ASH.actor)
    told = story.do(DeclineReferral(id="test", reason="no_vacancy"), by=ASH.actor).event
    assert isinstance(told, Declined)
    assert (told.provider.get(), told.tier) == (ASH.provider, "T1")
    never(story, needs.decline(ASH), "answered", by=ASH.actor)
    never(story, needs.decline(CHERRY), "not-invited", by=CHERRY.actor)
    story.do(needs.offer(ASH), by=ASH.actor)


def test_silence_is_counted_once_the_time_is_over() -> None:
    story = published()
    story.do(needs.decline(ASH), by=ASH.actor)
    blocked(story, RecordSilence(id="test", tier="T1"), "too-early", final=True)
    never(story, RecordSilence(id="test", tier="T1", providers=[ASH.provider]), "answered")
    never(story, RecordSilence(id="test", tier="T1", providers=[CHERRY.provider]), "not-invited")
    never(story, RecordSilence(id="test", tier="T2"), "not-published")
    silent = story.do(RecordSilence(id="test", tier="T1"), at=AFTER).event
    assert isinstance(silent, ResponsesMissed)
    assert silent.providers.get() == [BEECH.provider]
    never(a_search(until="answered"), RecordSilence(id="test", tier="T1"), "nobody-silent")


def test_no_offer_comes_in_after_the_decision() -> None:
    story = a_search(until="chosen")
    chosen = story.search.chosen
    assert chosen is not None
    second = next(name for name in story.search.offers if name != chosen.offer)
    story.do(WithdrawOffer(id="test", offer=second, reason="place_filled"), by=BEECH.actor)
    assert story.refusal(needs.offer(BEECH), by=BEECH.actor).code == "decided-already"
    story.do(WithdrawOffer(id="test", offer=chosen.offer, reason="place_filled"), by=ASH.actor)
    assert story.decide(needs.offer(BEECH), by=BEECH.actor).event, (
        "the home that was chosen is gone: the search goes on"
    )
