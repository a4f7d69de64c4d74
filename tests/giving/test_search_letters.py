"""The letter to one provider of a search: its own points and reasons, and nothing of another."""

from __future__ import annotations

from fairplace.giving.paper import text
from fairplace.giving.search_letters import SearchLetter, letters
from tests.seeking import given
from tests.seeking.given import CASE, Past, X, Y


def written(past: Past) -> dict[str, SearchLetter]:
    return {one.offer: one for one in letters(CASE, past.search, given.market(), "Northbrook Council")}


def test_there_is_none_before_a_home_is_chosen_or_while_that_is_closed() -> None:
    assert written(given.judged()) == {}
    assert written(given.chosen().dark) == {}


def test_who_was_not_chosen_reads_why_and_its_points_beside_the_chosen_ones() -> None:
    one = written(given.chosen())[X]
    said = text(one.parts)
    for words in (
        "Your home was not chosen",
        "To: alder",
        "You offered alder-1",
        "£4,000 a week",
        "Less experience of such a need",
        "It has fewer points for match with the need.",
        "Criterion: Match with the need; Most: 50; Yours: 34; Chosen: 44",
    ):
        assert words in " ".join(said.split()), words
    assert (one.won, one.gaps, one.names) == (False, (), ())


def test_no_letter_has_a_name_a_fee_or_points_for_price_of_another() -> None:
    priced = given.scored(
        given.judged(),
        o0000000a={"match": 3400, "outcomes": 1200, "near": 900, "price": 1500},
        o0000000b={"match": 4400, "outcomes": 1500, "near": 1200, "price": 1364},
    )
    found = written(given.chosen(priced))
    lost, won = text(found[X].parts), text(found[Y].parts)
    for word in ("cedar", "4,400", "13.64", "SECRET"):
        assert word not in lost, word
    for word in ("alder", "4,000", "15.00", "34", "SECRET"):
        assert word not in won, word
    assert "Your home was chosen" in won


def test_a_reason_that_names_another_provider_is_pointed_out() -> None:
    past = given.chosen(why="We know cedar better")
    assert written(past)[X].names == ("cedar",)


def test_what_the_record_does_not_tell_is_said_to_be_missing() -> None:
    one = written(given.chosen(rejected=()))[X]
    assert one.gaps == ("why this home was not chosen",)
    assert "stands in no step of the record" in text(one.parts)
