"""Episodes as the yearly return names them, from the record of placements: no postcode ever comes from it."""

import csv
import io
from datetime import date

import msgspec
import pytest

from fairplace import episodes
from fairplace.decision import History
from fairplace.episodes import COLUMNS, Episode, Year, episode, postcodes, table
from fairplace.errors import Malformed
from fairplace.ledger.disclosure import closed
from tests.searches import a_search

ONE = Episode(
    child="5f2c", began_on=date(2025, 5, 1), reason="S", legal_status="C1", need_code="N1", place="K2",
    provider_class="PR4", ended_on=date(2026, 2, 3), rec="X1", change="CARPL", urn="9000001",
)  # fmt: skip


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_a_placement_of_the_record_is_an_episode() -> None:
    story = a_search()
    assert episodes.began(story.history.events)
    found = episode(story.history)
    assert found is not None
    [row] = rows(table([found], Year(2026)))
    assert tuple(row) == COLUMNS
    assert row["DECOM"] == "06/03/2026"
    assert (row["RNE"], row["LS"], row["CIN"], row["PLACE"], row["DEC"]) == ("P", "C2", "N1", "K2", "")
    assert row["HOME_POST"] == row["PL_POST"] == ""
    assert not episodes.began(a_search(until="agreed").history.events)
    assert episode(a_search(until="agreed").history) is None


def test_what_is_closed_gives_no_half_row() -> None:
    past = a_search().history
    for kind in ("referral.need-assessed/1", "placement.started/1"):
        dark = tuple(
            msgspec.structs.replace(one, event=closed(one.event, frozenset())) if one.type == kind else one
            for one in past.events
        )
        assert episode(History(case=past.case, events=dark)) is None


@pytest.mark.parametrize(
    ("year", "count", "ending"),
    [(2025, 0, ""), (2026, 1, "03/02/2026"), (2027, 0, "")],
)
def test_a_year_has_the_episodes_that_touch_it(year: int, count: int, ending: str) -> None:
    found = rows(table([ONE], Year(year)))
    assert len(found) == count
    assert not found or found[0]["DEC"] == ending


def test_an_end_after_the_year_is_not_in_its_file() -> None:
    later = msgspec.structs.replace(ONE, ended_on=date(2026, 4, 1))
    [row] = rows(table([later], Year(2026)))
    assert (row["DEC"], row["REC"], row["REASON_PLACE_CHANGE"]) == ("", "", "")
    [row] = rows(table([later], Year(2027)))
    assert (row["DEC"], row["REC"], row["REASON_PLACE_CHANGE"]) == ("01/04/2026", "X1", "CARPL")


def test_episodes_stand_by_child_and_day() -> None:
    second = msgspec.structs.replace(ONE, began_on=date(2025, 9, 9))
    other = msgspec.structs.replace(ONE, child="01ab")
    assert [(row["CHILD"], row["DECOM"]) for row in rows(table([second, ONE, other], Year(2026)))] == [
        ("01ab", "01/05/2025"), ("5f2c", "01/05/2025"), ("5f2c", "09/09/2025"),
    ]  # fmt: skip


def test_postcodes_of_the_case_system_go_into_the_file_alone() -> None:
    given = postcodes("\ufeffCHILD,DECOM,HOME_POST,PL_POST\r\n5f2c,01/05/2025,st4  1ab,\r\n")
    [row] = rows(table([ONE], Year(2026), given))
    assert (row["HOME_POST"], row["PL_POST"]) == ("ST4 1AB", "")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("CHILD,DECOM\n", "no column HOME_POST, PL_POST"),
        ("", "no column CHILD"),
        ("CHILD,DECOM,HOME_POST,PL_POST\na,01/05/2025,=cmd(),\n", "is no postcode"),
        ("CHILD,DECOM,HOME_POST,PL_POST\na,01/05/2025,ST4 1AB ST4 1AB,\n", "is no postcode"),
        ("CHILD,DECOM,HOME_POST,PL_POST\na,1,B1 1AA,\na,1,B1 1AA,\n", "line 3 of the file of postcodes repeats"),
    ],
)
def test_a_file_of_postcodes_that_is_wrong_is_refused_with_its_line(text: str, said: str) -> None:
    with pytest.raises(Malformed, match=said):
        postcodes(text)
