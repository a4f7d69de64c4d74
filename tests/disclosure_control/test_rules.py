"""R1 to R13 of publication and disclosure control, each by its number, with the worked numbers of the domain notes."""

import json

import msgspec
import pytest

from fairplace.disclosure_control import records as record_rules
from fairplace.disclosure_control.batches import as_counted
from fairplace.disclosure_control.facts import NEVER, Area, Fact, children
from fairplace.disclosure_control.plan import ALL, NOT_RECORDED
from fairplace.disclosure_control.released import RULES, series, withdraw
from fairplace.disclosure_control.releasing import release
from fairplace.disclosure_control.writing import as_csv, as_json
from fairplace.errors import Refused
from tests.disclosure_control.town import (
    TWELVE,
    area,
    counts,
    decisions,
    everything,
    fact,
    facts,
    plan,
    row,
    table,
    values,
)

ABC = ("a", "b", "c")
FLAT = plan(table(labels=ABC, down_to="region"))
NORTH = "region:North"
MAY = "2025-05-04"


def test_r1_numbers_from_one_to_five_are_hidden_and_a_true_zero_is_shown() -> None:
    made = release(FLAT, [area("A")], facts({"a": 5, "b": 4, "c": 30}), until="2026-06-30")
    assert counts(row(made, NORTH)) == {ALL: "39", "a": "c", "b": "c", "c": "30", NOT_RECORDED: "0"}


def test_r1_a_zero_that_reveals_is_hidden_with_its_line() -> None:
    telling = plan(table(labels=ABC, zero_reveals=True))
    areas = [area(code) for code in "ABC"]
    given = [
        *facts({"a": 12}, authority="A", start="A"),
        *facts({"a": 20, "b": 20}, authority="B", start="B"),
        *facts({"a": 30, "b": 30}, authority="C", start="C"),
    ]
    made = release(telling, areas, given, until="2026-06-30")
    assert counts(row(made, "A")) == {ALL: "12", "a": "c", "b": "c", "c": "c", NOT_RECORDED: "c"}
    plain = release(plan(table(labels=ABC)), areas, given, until="2026-06-30")
    assert counts(row(plain, "A")) == {ALL: "12", "a": "12", "b": "0", "c": "0", NOT_RECORDED: "0"}


def test_r2_one_hidden_number_hides_the_next_smallest() -> None:
    """Hiding only the 4 would let 23 − 12 − 7 = 4 be worked out."""
    made = release(FLAT, [area("A")], facts({"a": 4, "b": 7, "c": 12}), until="2026-06-30")
    assert counts(row(made, NORTH)) == {ALL: "23", "a": "c", "b": "c", "c": "12", NOT_RECORDED: "0"}


def test_r2_two_hidden_ones_that_could_only_be_ones_hide_a_third() -> None:
    made = release(FLAT, [area("A")], facts({"a": 1, "b": 1, "c": 12}), until="2026-06-30")
    assert counts(row(made, NORTH)) == {ALL: "14", "a": "c", "b": "c", "c": "c", NOT_RECORDED: "0"}


def test_r2_six_ones_are_hidden_with_their_zeros() -> None:
    """Six numbers that are not zero and are six together would each be one."""
    six = plan(table(labels=(*ABC, "d", "e", "f"), down_to="region"))
    made = release(six, [area("A")], facts(dict.fromkeys("abcdef", 1)), until="2026-06-30")
    assert set(counts(row(made, NORTH)).values()) == {"6", "c"}
    assert counts(row(made, NORTH))[NOT_RECORDED] == "c"


def test_r2_a_hidden_number_is_protected_down_the_column_too() -> None:
    areas = [area(code) for code in "ABC"]
    given = [
        *facts({"a": 4, "b": 9, "c": 20}, authority="A", start="A"),
        *facts({"a": 11, "b": 12, "c": 20}, authority="B", start="B"),
        *facts({"a": 30, "b": 40, "c": 50}, authority="C", start="C"),
    ]
    made = release(plan(table(labels=ABC)), areas, given, until="2026-06-30")
    assert counts(row(made, "A")) == {ALL: "33", "a": "c", "b": "c", "c": "20", NOT_RECORDED: "0"}
    assert counts(row(made, "B")) == {ALL: "43", "a": "c", "b": "c", "c": "20", NOT_RECORDED: "0"}
    assert counts(row(made, "C")) == {ALL: "120", "a": "30", "b": "40", "c": "50", NOT_RECORDED: "0"}


def test_r3_a_share_rests_on_six_or_more_and_a_mean_too() -> None:
    shares = plan(table(labels=("yes", "no", "none"), measure="share", outside=("none",), down_to="region"))
    made = release(shares, [area("A")], facts({"yes": 17, "no": 3 + 5, "none": 9}), until="2026-06-30")
    assert values(row(made, NORTH)) == {ALL: "100.0", "yes": "68.0", "no": "32.0", "none": "z", NOT_RECORDED: "z"}
    few = release(shares, [area("A")], facts({"yes": 0, "no": 0, "none": 9}), until="2026-06-30")
    assert values(row(few, NORTH))["yes"] == "z"
    means = plan(table(by=None, measure="mean", of="days", unit="days", down_to="region"))
    given = [fact(number, days=number) for number in range(6)]
    assert values(row(release(means, [area("A")], given, until="2026-06-30"), NORTH))["with-amount"] == "2.5"
    some = [*given, *(fact(f"none{number}") for number in range(4))]
    made = release(means, [area("A")], some, until="2026-06-30")
    assert counts(row(made, NORTH)) == {ALL: "10", "with-amount": "c", "no-amount": "c"}
    assert set(values(row(made, NORTH)).values()) == {"c", "z"}


def test_r3_a_share_is_not_shown_where_it_would_tell_to_how_many_it_does_not_apply() -> None:
    shares = plan(table(labels=("yes", "no", "none"), measure="share", outside=("none",), down_to="region"))
    made = release(shares, [area("A")], facts({"yes": 30, "no": 20, "none": 3}), until="2026-06-30")
    assert counts(row(made, NORTH)) == {ALL: "53", "yes": "30", "no": "c", "none": "c", NOT_RECORDED: "0"}
    assert values(row(made, NORTH))["yes"] == "c"


FEES = plan(
    table(
        "fees", "level", ("1", "2"), measure="median", of="fee", unit="£ a week", money=True, decimals=0, round_to=50,
        public_interest_test="Recorded on 3 March 2026.", down_to="region",
        pair="match", pair_words="the median points for the match",
    )
)  # fmt: skip


def fees(providers: str) -> list[Fact]:
    return [
        fact(
            f"{level}{number}",
            day="2025-11-05",
            level=level,
            fee=4000 + 100 * number,
            match=60 + number,
            provider=provider,
        )
        for level in ("1", "2")
        for number, provider in enumerate(providers)
    ]


def test_r3_no_money_is_shown_where_one_provider_stands_for_more_than_four_fifths() -> None:
    spread = release(FEES, [area("A")], fees("PPPQQQRRR"), until="2026-06-30")
    assert values(row(spread, NORTH))["1"] == "4,400"
    dominated = release(FEES, [area("A")], fees("PPPPPPPPQ"), until="2026-06-30")
    assert values(row(dominated, NORTH))["1"] == "c"
    assert counts(row(dominated, NORTH))["1"] == "9", "how many is no secret"


def test_a_fee_is_never_shown_without_how_well_the_homes_match() -> None:
    """A13: appropriateness and cost always together, and each over the same decisions."""
    found = fees("PPPQQQRRR")
    [one] = [
        cell for cell in row(release(FEES, [area("A")], found, until="2026-06-30"), NORTH).cells if cell.label == "1"
    ]
    assert (str(one.count), str(one.value), str(one.beside)) == ("9", "4,400", "64")
    bare = [msgspec.structs.replace(each, amounts={**each.amounts, "match": None}) for each in found]
    for cell in row(release(FEES, [area("A")], bare, until="2026-06-30"), NORTH).cells:
        assert cell.value is None or cell.value.number is None
    some = [*bare[:4], *found[4:]]  # five of level 1 have both
    for cell in row(release(FEES, [area("A")], some, until="2026-06-30"), NORTH).cells:
        assert (cell.value.number is None) == (cell.beside.number is None)  # type: ignore[union-attr]


def test_a_label_that_is_all_of_the_one_above_is_hidden_with_it_and_stops_nothing() -> None:
    """What is left of a place beside its parts cannot be widened in such a column, and need not be."""
    twice = plan(
        table("spot", "spot", ("s", "n")),
        table("again", "again", ("s", "n"), within="spot", inside={"s": "s", "n": "n"}),
    )
    found = [
        fact(f"{place}{label}{number}", authority=place, spot=label, again=label)
        for place, label, count in (
            ("A", "s", 5), ("A", "n", 20), ("B", "s", 5), ("B", "n", 20),
            ("C", "s", 30), ("C", "n", 30), ("D", "s", 40), ("D", "n", 40),
        )
        for number in range(count)
    ]  # fmt: skip
    made = release(twice, [area(code) for code in "ABCD"], found, until="2026-06-30")
    for place in (NORTH, "A", "B", "C", "D"):
        assert counts(row(made, place, "spot")) == counts(row(made, place, "again"))
    assert counts(row(made, "A", "again"))["s"] == "c"
    assert counts(row(made, "D", "again"))["s"] == "40"


def test_r3_providers_are_compared_from_twenty_decisions_on() -> None:
    named = plan(
        table(
            "providers", "provider", ("p", "q", "r"), measure="median", of="days", unit="days", named_providers=True,
            grain="year", down_to="region",
        )
    )  # fmt: skip
    many = {"p": 20, "q": 19, "r": 40}
    given = [
        Fact(id=f"{name}{number}", authority="A", day=MAY, recorded=MAY, labels={"provider": name}, amounts={"days": 7})
        for name, count in many.items()
        for number in range(count)
    ]
    line = row(release(named, [area("A")], given, until="2026-03-31"), NORTH)
    assert {label: value for label, value in values(line).items() if label in "pqr"} == {
        "p": "7.0",
        "q": "c",
        "r": "7.0",
    }


def quarterly(**many: int) -> list[Fact]:
    """So many decisions on the fifth day of each month."""
    return [
        fact(f"{month}{number}", day=f"2026-{month[1:]}-05", mechanism="a")
        for month, count in many.items()
        for number in range(count)
    ]


def test_r4_thirty_four_after_thirty_one_is_held_and_thirty_nine_is_released() -> None:
    given = quarterly(m02=31, m05=3, m08=5)
    first = release(FLAT, [area("A")], given, until="2026-03-31")
    assert counts(row(first, NORTH))[ALL] == "31"
    second = release(FLAT, [area("A")], given, until="2026-06-30", earlier=[first])
    assert (second.held, second.tables) == (("North",), ()), "34 would show that 3 came"
    third = release(FLAT, [area("A")], given, until="2026-09-30", earlier=[first, second])
    [only] = third.table("mechanisms").stretches
    assert (only.span.words, counts(only.rows[0])[ALL]) == ("April to September 2026", "8")
    assert third.held == ()


def test_r4_what_becomes_known_late_never_changes_a_number_that_is_out() -> None:
    given = [
        *facts({"a": 20}, day="2026-02-05"),
        *facts({"a": 3}, day="2026-02-06", recorded="2026-04-20", start="late"),
        *facts({"a": 9}, day="2026-05-05", start="next"),
    ]
    first = release(FLAT, [area("A")], given, until="2026-03-31")
    second = release(FLAT, [area("A")], given, until="2026-06-30", earlier=[first])
    assert [counts(one.rows[0])[ALL] for one in series([first, second], "mechanisms")] == ["20", "12"]
    assert str(second.late) == "c", "three is too few to tell"


def test_r4_a_changed_total_of_a_released_period_is_refused() -> None:
    yearly = plan(table(labels=ABC, down_to="region"), table("years", "family", ("x",), down_to="region", grain="year"))
    given = facts({"a": 20}, day="2025-05-05") + facts({"a": 20}, day="2026-02-05", start="next")
    first = release(yearly, [area("A")], given, until="2025-12-31")
    with pytest.raises(Refused, match=r"North, April 2025 to March 2026: the total is not the one released before"):
        release(yearly, [area("A")], given[3:], until="2026-03-31", earlier=[first])


def test_r4_facts_stay_counted_as_they_were_whatever_is_corrected_or_erased_later() -> None:
    yearly = plan(table(labels=ABC, down_to="region"), table("years", "family", ("x",), down_to="region", grain="year"))
    then = facts({"a": 20}, day="2025-05-05") + facts({"b": 20}, day="2026-02-05", start="next")
    first = release(yearly, [area("A")], as_counted([("2025-12-31", then)]), until="2025-12-31")
    moved = [msgspec.structs.replace(then[3], day="2026-03-03", labels={"mechanism": "a", "family": "x"}), *then[4:]]
    given = as_counted([("2025-12-31", then), ("2026-03-31", moved)])
    second = release(yearly, [area("A")], given, until="2026-03-31", earlier=[first])
    assert counts(row(second, NORTH, "years"))[ALL] == "40", "three were erased, one was moved: counted as they were"
    assert next(one for one in given if one.id == "a3").labels["family"] == "x", "what is learnt later is learnt"
    assert next(one for one in given if one.id == "a3").day == "2025-05-05"


def test_a_child_whose_first_search_is_erased_is_tied_to_its_others_by_the_name_of_one_that_was_counted() -> None:
    """The first search gave the name; without it the others have a new one, which is theirs alone."""
    [first, second] = facts({"a": 2}, day="2025-05-05", child="by the first search")
    other, later = facts({"a": 2}, day="2026-02-05", start="other", child="somebody else")
    later = msgspec.structs.replace(later, child="by the second search")
    known = [msgspec.structs.replace(second, child="by the second search"), other, later]
    given = {one.id: one.child for one in as_counted([("2025-12-31", [first, second]), ("2026-03-31", known)])}
    assert given == {
        **dict.fromkeys((first.id, second.id, later.id), "by the first search"),
        other.id: "somebody else",
    }


def test_what_shows_only_later_waits() -> None:
    waiting = plan(table(labels=ABC, down_to="region", wait=2))
    given = facts({"a": 9}, day="2026-02-05")
    first = release(waiting, [area("A")], given, until="2026-06-30")
    assert first.tables == ()
    second = release(waiting, [area("A")], given, until="2026-09-30", earlier=[first])
    assert [one.span.key for one in second.table("mechanisms").stretches] == ["2026-01/2026-03"]


def test_r5_nothing_comes_out_between_the_ends_of_quarters() -> None:
    given = quarterly(m02=31, m04=9, m05=9)
    first = release(FLAT, [area("A")], given, until="2026-04-30")
    assert [one.span.key for one in first.table("mechanisms").stretches] == ["2026-01/2026-03"]
    with pytest.raises(Refused, match="hold until 2026-06-30 is over") as refused:
        release(FLAT, [area("A")], given, until="2026-05-31", earlier=[first])
    assert refused.value.code == "hold"


def test_r6_an_authority_below_six_is_counted_in_the_area_around_it() -> None:
    areas = [area(code, sub_region="Coast") for code in "AB"] + [area(code, sub_region="Hills") for code in "CD"]
    given = [
        *facts({"a": 5}, authority="A", start="A"),
        *facts({"a": 9}, authority="B", start="B"),
        *facts({"a": 2}, authority="C", start="C"),
        *facts({"a": 1}, authority="D", start="D"),
    ]
    made = release(plan(table(labels=ABC)), areas, given, until="2026-06-30")
    told = {one.place: (counts(one)[ALL], one.counted_with) for one in made.table("mechanisms").stretches[0].rows}
    assert told["A"] == ("c", NORTH)
    assert told["C"] == told["sub-region:Hills"] == ("c", NORTH)
    assert told[NORTH] == ("17", None)


def test_r6_an_authority_that_is_all_of_its_area_is_shown_as_the_area_is() -> None:
    areas = [
        area("A", sub_region="Coast", looked_after=60),
        area("B", sub_region="Hills"),
        area("C", sub_region="Hills"),
    ]
    given = [*facts({"a": 7}, authority="A", start="A"), *facts({"a": 30}, authority="B", start="B")]
    made = release(plan(table(labels=ABC)), areas, given, until="2026-06-30")
    assert counts(row(made, "A")) == counts(row(made, "sub-region:Coast"))
    assert row(made, "A").rounded_to == 1


def test_r6_small_authorities_are_rounded_to_five_and_nothing_is_rounded_to_five_itself() -> None:
    areas = [area("A", looked_after=60), area("B", looked_after=None), area("C"), area("D")]
    given = [
        *facts({"a": 13, "b": 9}, authority="A", start="A"),
        *facts({"a": 7}, authority="B", start="B"),
        *facts({"a": 6, "b": 0}, authority="C", start="C"),
        *facts({"a": 40, "b": 40}, authority="D", start="D"),
    ]
    made = release(plan(table(labels=ABC)), areas, given, until="2026-06-30")
    assert counts(row(made, "A"))[ALL] == "20"
    assert counts(row(made, "B"))[ALL] == "c", "7 would be shown as 5"
    assert row(made, "A").rounded_to == 5


RECORDED = plan(table(labels=ABC, down_to="region"), single_records=True)


def home(number: int, category: str = "generalist", **more: object) -> Fact:
    plain = {"mechanism": "a", "family": "foster", "category": category, "tier": "t1", "reasons": "match distance"}
    return fact(number, day="2026-05-05", **plain, invited=12, offers=3, **more)


def test_r7_single_records_are_off_by_default() -> None:
    made = release(FLAT, [area("A")], [home(number) for number in range(9)], until="2026-09-30")
    assert made.records == ()


def test_r7_a_single_record_stands_only_beside_six_others_and_says_only_what_is_coarse() -> None:
    six = [home(number, "specialist") for number in range(100, 106)]
    seven = [home(number) for number in range(7)]
    made = release(RECORDED, [area("A")], six + seven, until="2026-09-30")
    assert len(made.records) == 7
    assert {one.category for one in made.records} == {"generalist"}
    assert str(made.records_withheld) == "6"
    assert (made.records[0].invited, made.records[0].offers) == ("11–20", "2–3")
    assert made.records[0].reasons == ("distance", "match")
    assert set(made.records[0].__struct_fields__) == {
        "region", "half_year", "family", "category", "mechanism", "tier", "invited", "offers", "reasons", "findings",
        "approvals", "challenge",
    }  # fmt: skip


def test_r7_few_withheld_records_are_not_counted() -> None:
    given = [*(home(number) for number in range(8)), home(9, "specialist")]
    made = release(RECORDED, [area("A")], given, until="2026-09-30")
    assert (len(made.records), made.records_withheld.symbol) == (8, "k")


@pytest.mark.parametrize(
    ("number", "told"), [(None, NOT_RECORDED), (0, NOT_RECORDED), (5, "1–5"), (6, "6–10"), (20, "11–20"), (21, "21+")]
)
def test_r7_how_many_were_invited_is_told_in_bands(number: int | None, told: str) -> None:
    assert record_rules.invited(number) == told


@pytest.mark.parametrize(("number", "told"), [(None, NOT_RECORDED), (0, "0"), (1, "1"), (3, "2–3"), (4, "4+")])
def test_r7_how_many_offered_is_told_in_bands(number: int | None, told: str) -> None:
    assert record_rules.offers(number) == told


def test_r7_a_record_of_something_sensitive_is_withheld() -> None:
    given = [home(number, findings="secure-home") for number in range(9)]
    made = release(RECORDED, [area("A")], given, until="2026-09-30")
    assert (made.records, str(made.records_withheld)) == ((), "9")


@pytest.mark.parametrize("label", ["secure-home", "uasc", "disability", "offending", "child-exploitation", "pregnancy"])
def test_r8_what_is_sensitive_is_told_for_the_region_and_the_year_alone(label: str) -> None:
    plain = plan(table("needs", "need", (label, "other"), grain="year", down_to="region"))
    with pytest.raises(Refused, match="the table needs: it counts what is sensitive"):
        release(plain, [area("A")], [], until="2026-03-31")
    marked = plan(table("needs", "need", (label, "other"), grain="half-year", down_to="region", sensitive=True))
    with pytest.raises(Refused, match=r"the region and the year alone \(R8"):
        release(marked, [area("A")], [], until="2026-03-31")
    allowed = plan(table("needs", "need", (label, "other"), grain="year", down_to="region", sensitive=True))
    given = facts({label: 7, "other": 9}, "need", day="2025-05-05")
    assert counts(row(release(allowed, [area("A")], given, until="2026-03-31"), NORTH))[label] == "7"


def test_r9_whoever_knows_authority_week_age_and_family_is_left_with_six_candidates() -> None:
    """For each child, each published number that an intruder could place it in is about six children or more."""
    given = decisions(9, 900, 18)
    made = release(everything(), TWELVE, given, until="2025-09-30")
    above = {one.code: {one.code, f"sub-region:{one.sub_region}", NORTH} for one in TWELVE}
    known = {"ages": "age-band", "families": "family"}
    smallest, looked_at = len(given), 0
    for each in made.tables:
        for stretch in each.stretches:
            inside = [one for one in given if stretch.span.first <= one.day[:7] <= stretch.span.last]
            shown = [(line, cell) for line in stretch.rows for cell in line.cells if cell.count.number]
            for line, cell in shown:
                if cell.label != ALL and each.name not in known:
                    continue
                alike = [
                    other
                    for other in inside
                    if line.place in above[other.authority]
                    and cell.label in (ALL, other.labels[known.get(each.name, "family")] or NOT_RECORDED)
                ]
                # No week is in a release, so one that the intruder knows narrows nothing. Late facts are counted later.
                looked_at += 1
                smallest = min(smallest, children(alike))
    assert looked_at > 300
    assert smallest >= 6


def test_r9_six_decisions_about_five_children_are_five_candidates() -> None:
    five = [fact(number, mechanism="a", child=f"child {number % 5}") for number in range(6)]
    rest = facts({"b": 20, "c": 30})
    made = release(FLAT, [area("A")], [*five, *rest], until="2026-06-30")
    assert counts(row(made, NORTH)) == {ALL: "56", "a": "c", "b": "c", "c": "30", NOT_RECORDED: "0"}
    again = [*facts({"a": 3}, child="one", start="x"), *facts({"b": 3}, child="one", start="x"), *rest[20:]]
    made = release(FLAT, [area("A")], again, until="2026-06-30")
    assert counts(row(made, NORTH)) == {ALL: "36", "a": "c", "b": "c", "c": "c", NOT_RECORDED: "0"}, "six of one child"
    alone = release(FLAT, [area("A")], facts({"a": 40}, child="one"), until="2026-06-30")
    assert (alone.held, alone.tables) == (("North",), ())


def test_r10_providers_are_named_for_the_region_and_the_year_alone() -> None:
    for more in ({"grain": "quarter", "down_to": "region"}, {"grain": "year", "down_to": "authority"}):
        with pytest.raises(Refused, match="R10"):
            release(plan(table("p", "provider", ("x",), named_providers=True, **more)), [], [], until="2026-03-31")
    with pytest.raises(Refused, match="mark it as one that names them"):
        release(plan(table("p", "provider", ("x",), grain="year", down_to="region")), [], [], until="2026-03-31")


@pytest.mark.parametrize("field", ["setting", "urn", "home", "postcode", "school"])
def test_r10_where_a_child_lives_is_counted_by_nothing(field: str) -> None:
    with pytest.raises(Refused, match="by which a child could be found"):
        release(plan(table("t", field, ("x",))), [area("A")], [], until="2026-03-31")
    with pytest.raises(Refused, match=f"carries the field '{field}'"):
        release(FLAT, [area("A")], [fact(1, **{field: "x"})], until="2026-06-30")


def test_r11_fees_come_two_quarters_later_as_medians() -> None:
    given = fees("PPPQQQRRR")
    first = release(FEES, [area("A")], given, until="2025-12-31")
    assert first.tables == ()
    second = release(FEES, [area("A")], given, until="2026-03-31", earlier=[first])
    assert not [one for one in series([second], "fees") if counts(one.rows[0])[ALL] != "0"]
    third = release(FEES, [area("A")], given, until="2026-06-30", earlier=[first, second])
    [only] = third.table("fees").stretches
    assert only.span.words == "October to December 2025"
    assert values(only.rows[0])["1"] == "4,400"


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"money": False}, "mark it so"),
        ({"measure": "mean"}, "fees are published as medians"),
        ({"public_interest_test": " "}, "need a recorded public-interest test"),
        ({"by": "mechanism"}, "by level of need and family"),
        ({"pair": None}, "only beside how well they match"),
        ({"pair_words": " "}, "has words of its own"),
    ],
)
def test_r11_fees_without_their_conditions_are_refused(more: dict[str, object], why: str) -> None:
    plain = {"measure": "median", "of": "fee", "unit": "£ a week", "money": True, "public_interest_test": "Yes."}
    plain |= {"pair": "match", "pair_words": "the median points for the match"}
    with pytest.raises(Refused, match=why):
        release(plan(table("fees", **{"by": "level", "labels": ("1",), **plain, **more})), [], [], until="2026-06-30")


@pytest.mark.parametrize("field", ["court", "legal_status", "order"])
def test_r12_nothing_of_a_court_is_counted(field: str) -> None:
    assert field in NEVER
    with pytest.raises(Refused, match="R12"):
        release(plan(table("t", field, ("x",))), [area("A")], [], until="2026-03-31")


def test_r13_a_release_names_its_rules_and_a_withdrawn_one_leaves_a_tombstone() -> None:
    made = release(FLAT, [area("A")], facts({"a": 5 + 8, "b": 9}), until="2026-06-30")
    assert json.loads(as_json(made))["rules"] == RULES
    gone = withdraw(made, day="2026-07-20", why="a column was mislabelled")
    told = json.loads(as_json(gone))
    assert told["withdrawn"] == {"day": "2026-07-20", "why": "a column was mislabelled"}
    assert "tables" not in told
    assert b"mislabelled" in as_csv(gone)
    assert b"mechanisms" not in as_csv(gone)
    assert series([gone], "mechanisms") == []
    with pytest.raises(Refused, match="needs a reason"):
        withdraw(made, day="2026-07-20", why=" ")
    with pytest.raises(Refused, match="was withdrawn on 2026-07-20 already"):
        withdraw(gone, day="2026-07-21", why="again")


def test_what_is_not_known_is_shown_as_missing_and_nothing_as_nothing() -> None:
    late = Area(code="B", name="Council B", region="North", looked_after=400, since="2026-07-01")
    shares = plan(table(labels=ABC, measure="share"))
    made = release(shares, [area("A"), late], [], until="2026-06-30")
    assert set(counts(row(made, "A")).values()) == {"0"}
    assert set(values(row(made, "A")).values()) == {"z"}
    assert set(counts(row(made, "B")).values()) == set(values(row(made, "B")).values()) == {"missing"}


def test_a_share_that_rounds_to_zero_says_so() -> None:
    whole = plan(table(labels=ABC, measure="share", decimals=0, down_to="region"))
    made = release(whole, [area("A")], facts({"a": 6, "b": 1400}), until="2026-06-30")
    assert values(row(made, NORTH)) == {ALL: "100", "a": "k", "b": "100", "c": "0", NOT_RECORDED: "z"}
