"""What a home costs: PL-20 to PL-23."""

from typing import Any

import pytest
from msgspec.structs import replace

from fairplace.ledger.disclosure import Sealed
from fairplace.market.known import Market
from tests.policies.sought import (
    DIRECTOR,
    OFFERS,
    Sought,
    agreement,
    approved,
    choice,
    fact,
    findings,
    given_fact,
    lines,
    m,
    market,
    need,
    offer,
    others,
    outcome,
    p,
    r,
    search,
    v,
    worst,
)
from tests.policies.test_placement_asking import answers
from tests.policies.test_placement_matching import GENERALIST

# PL-20


def made_of(*parts: tuple[str, int], fee: int = 485_000, needs: Any = ("n1",), **more: Any) -> Any:
    own = offer("alder", fee=fee, lines=lines(*parts, needs=needs))
    return search(offers={**OFFERS, "a": own}, skip=("agreed",), **more)


FIVE = (("accommodation", 115_000), ("care_staffing", 248_000), ("education", 62_000), ("therapy", 38_000))


def test_five_parts_that_add_up_to_4850_are_met() -> None:
    """A23: 1,150 + 2,480 + 620 + 380 + 220 = 4,850."""
    assert outcome("PL-20", made_of(*FIVE, ("management", 22_000))) == "met"


def test_sixty_pounds_unexplained_are_found() -> None:
    found = worst("PL-20", made_of(*FIVE, ("management", 16_000)))
    assert found.outcome == "not-met"
    assert found.text == "the parts add up to £4,790, the fee is £4,850: £60 are not explained"


@pytest.mark.parametrize(("management", "expected"), [(22_100, "met"), (22_101, "not-met"), (21_900, "met")])
def test_a_pound_is_near_enough(management: int, expected: str) -> None:
    assert outcome("PL-20", made_of(*FIVE, ("management", management))) == expected


def test_a_discount_takes_off() -> None:
    assert outcome("PL-20", made_of(*FIVE, ("management", 32_000), ("discount", -10_000))) == "met"


@pytest.mark.parametrize("needs", [(), ("n9",)])
def test_a_part_that_answers_no_need_is_found(needs: Any) -> None:
    assert outcome("PL-20", made_of(*FIVE, ("management", 22_000), needs=needs)) == "not-met"


def test_one_figure_is_enough_for_a_generalist_need_only() -> None:
    assert "say of what it is made" in worst("PL-20", made_of(("care_staffing", 485_000))).text
    assert outcome("PL-20", made_of(("care_staffing", 485_000), need=GENERALIST)) == "met"


def test_a_later_fee_adds_up_too() -> None:
    fee = p.Fee(weekly_fee=500_000, lines=lines(), from_on="2026-04-01")
    later = fact(p.FeeChanged, "20 10:00", fee_version=2, basis="need_changed", fee=fee, words="More")
    assert outcome("PL-20", search(after={"started": [later]})) == "not-met"


def fee_after_the_need_changed(answered: Any) -> Any:
    """The need is assessed anew, with one line `n7`, and then the fee is raised for what is `answered`."""
    lines_ = [v.NeedLine(id="n7", words="Calm", evidence=None, evidenced_on=None)]
    again = need("18 10:00", version=2, lines=lines_)
    fee = p.Fee(weekly_fee=500_000, lines=lines(("accommodation", 100_000), ("care_staffing", 400_000), needs=answered), from_on="2026-04-01")  # fmt: skip
    later = fact(p.FeeChanged, "20 10:00", fee_version=2, basis="need_changed", fee=fee, words="More")
    return search(after={"started": [again, later]})


def test_a_later_fee_may_answer_what_is_needed_now() -> None:
    assert outcome("PL-20", fee_after_the_need_changed(("n7",))) == "met"
    found = worst("PL-20", fee_after_the_need_changed(("n1",)))
    assert found.outcome == "concern"
    assert found.text == "care staffing answer a need that has gone from the record since; look at the fee again"
    assert outcome("PL-20", fee_after_the_need_changed(("n9",))) == "not-met"


def test_what_a_part_answers_is_not_assumed_where_the_needs_are_withheld() -> None:
    case = search()
    case[:] = [
        replace(one, event=replace(one.event, lines=Sealed(basis=one.event.lines.basis)))
        if isinstance(one.event, r.NeedAssessed)
        else one
        for one in case
    ]
    assert outcome("PL-20", case) == "cannot-tell"


def test_parts_that_are_withheld_are_not_added_up() -> None:
    assert outcome("PL-20", search().hidden()) == "cannot-tell"
    assert outcome("PL-20", search(until="scored")) == "not-applicable"


# PL-21

LIKE = [450_000] * 24


def paid(pence: int, *more: Any, peers: Any = LIKE, **told: Any) -> Any:
    taken = {"chosen": choice("a", fee=pence)}
    return search(
        others_=others(*peers, **told), chosen=taken, offers={**OFFERS, "a": offer("alder", fee=pence)},
        after={"budget": more},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("pence", "expected"),
    [(517_500, "met"), (517_501, "concern"), (607_500, "concern"), (607_501, "not-met"), (337_499, "concern")],
)
def test_how_high_a_fee_may_be(pence: int, expected: str) -> None:
    assert outcome("PL-21", paid(pence)) == expected


def test_6400_against_4500_is_found() -> None:
    found = worst("PL-21", paid(640_000))
    assert found.outcome == "not-met"
    assert (
        "£6,400 is 1.42 times the median of £4,500 for 24 like needs in North in 12 months, as of entry" in found.text
    )


def test_broken_down_and_approved_a_second_time_a_high_fee_is_a_concern() -> None:
    second = (approved("director", "04 11:30"), DIRECTOR)
    assert outcome("PL-21", paid(640_000, second)) == "concern"


def test_too_few_or_too_old_or_elsewhere_are_no_peers() -> None:
    assert outcome("PL-21", paid(640_000, peers=LIKE[:19])) == "cannot-tell"
    assert outcome("PL-21", paid(640_000, peers=LIKE[:20])) == "not-met"
    assert outcome("PL-21", paid(640_000, day="2025-03-03")) == "cannot-tell"
    assert outcome("PL-21", paid(640_000, day="2025-03-04")) == "not-met"
    assert outcome("PL-21", paid(640_000, level=2)) == "cannot-tell"


def test_what_others_pay_is_never_guessed() -> None:
    assert outcome("PL-21", search().hidden()) == "cannot-tell"


def test_whoever_holds_the_log_finds_the_same_at_the_same_entry() -> None:
    """What came later in the log changes nothing of a finding of today."""
    early, late = paid(640_000), paid(640_000)
    more = others(*LIKE, *[900_000] * 99)
    assert early.others is not None
    late.others = more
    for one in more._fees.values():  # put the late ones behind the choice
        one[24:] = [replace(like, index=5000 + n) for n, like in enumerate(one[24:])]
    assert [one.text for one in findings("PL-21", early)] == [one.text for one in findings("PL-21", late)]


# PL-22


def rise(**given: int) -> Any:
    rises = {name: m.Uplift(asked=None, given=points, hardship_evidenced=False) for name, points in given.items()}
    return given_fact(m.UpliftDecided, "2026-02-01T09:00:00.000Z", agreement="NW-RES", from_on="2026-03-01", cpi=230, given=rises)  # fmt: skip


def charged(pence: int, **more: Any) -> Any:
    return search(market_=market(rise(alder=150)), agreed={"fee": pence}, **more)


def test_the_rate_with_its_rise_is_met() -> None:
    """4,850 and the lower of 1.5 % and 2.3 %: 4,922.75."""
    assert "£4,922.75" in worst("PL-22", charged(492_275)).text
    assert outcome("PL-22", charged(492_275)) == "met"


def test_5300_where_4922_75_are_agreed_is_found() -> None:
    found = worst("PL-22", charged(530_000))
    assert found.outcome == "not-met"
    assert "£377.25 a week too much" in found.text
    assert outcome("PL-22", charged(450_000)) == "not-met"


def test_below_the_rate_is_what_a_competition_is_for() -> None:
    assert outcome("PL-22", charged(450_000, chosen={"mechanism": "mini_competition"})) == "met"
    assert outcome("PL-22", charged(530_000, chosen={"mechanism": "mini_competition"})) == "not-met"


def test_a_change_that_is_on_the_record_says_why() -> None:
    fee = p.Fee(weekly_fee=530_000, lines=lines(("accommodation", 530_000)), from_on="2026-03-09")
    change = fact(p.FeeChanged, "08 10:00", fee_version=2, basis="hours_changed", fee=fee, words="Two to one")
    assert outcome("PL-22", charged(530_000, after={"agreed": [change]})) == "met"


def test_a_provider_of_the_agreement_paid_on_the_spot_is_a_concern() -> None:
    case = search(chosen={"agreement": None, "mechanism": "spot_single"})
    assert outcome("PL-22", case) == "concern"
    off_terms = {**OFFERS, "a": offer("alder", agreed_rate=False)}
    assert outcome("PL-22", search(offers=off_terms)) == "concern"


def test_a_rate_that_is_not_on_record_is_not_guessed() -> None:
    assert outcome("PL-22", search(market_=market(agreement(rates={})))) == "cannot-tell"
    assert outcome("PL-22", search().hidden()) == "cannot-tell"


def test_the_rate_of_the_level_goes_before_that_of_the_home() -> None:
    by_level = market(agreement(rates={"alder-1": 400_000, "alder-1:3": 485_000}))
    assert outcome("PL-22", search(market_=by_level)) == "met"


# PL-23


def decided(given: dict[str, m.Uplift], **rule: Any) -> Sought:
    case = Sought()
    case.market = Market()
    case.tell(agreement(**({"uplift": m.UpliftRule(**rule)} if rule else {})))
    case.tell(given_fact(m.UpliftDecided, "2026-02-01T09:00:00.000Z", agreement="NW-RES", from_on="2026-03-01", cpi=230, given=given))  # fmt: skip
    return case


def given(points: int, *, asked: int | None = None, hardship: bool = False) -> m.Uplift:
    return m.Uplift(asked=asked, given=points, hardship_evidenced=hardship)


TEN = {f"p{n}": given(150) for n in range(10)}


def test_one_rule_for_all_is_equal() -> None:
    assert answers(worst("PL-23", decided(TEN))) == ("met", "no", "no")
    assert outcome("PL-23", decided({"p": given(230)}, kind="cpi", cap=None)) == "met"
    assert outcome("PL-23", decided({"p": given(0)}, kind="none", cap=None)) == "met"
    assert outcome("PL-23", decided({**TEN, "modest": given(100, asked=100)})) == "met"


def test_ten_with_one_and_a_half_and_one_with_six_is_found() -> None:
    found = worst("PL-23", decided({**TEN, "p10": given(600)}))
    assert answers(found) == ("not-met", "yes", "unknown")
    assert "gives 1.5 %; 1 of 11 providers got 6 %" in found.text
    assert outcome("PL-23", decided({**TEN, "p10": given(100)})) == "not-met"


def test_more_for_evidenced_hardship_is_a_concern() -> None:
    assert outcome("PL-23", decided({**TEN, "p10": given(600, hardship=True)})) == "concern"
    assert outcome("PL-23", decided({**TEN, "p10": given(250, hardship=True)})) == "met"


def test_what_was_given_to_whom_is_never_guessed() -> None:
    assert outcome("PL-23", decided(TEN).hidden()) == "cannot-tell"
