"""Codes count by the day of the event: the list of its collection year, not today's."""

import pytest

from fairplace.errors import Refused
from fairplace.referral import codes

DAY = "2026-03-02"


@pytest.mark.parametrize(
    ("code", "day", "may"),
    [
        ("H5", "2025-03-31", True),
        ("H5", "2025-04-01", False),
        ("P2", "2023-10-27", True),
        ("P2", "2023-10-28", False),
        ("Z1", "2025-03-31", True),
        ("Z1", "2025-04-01", False),
        ("K3", "2024-03-31", False),
        ("K3", "2024-04-01", True),
        ("Z11", "2025-03-31", False),
        ("Z14", "2025-04-01", True),
        ("K2", "2019-01-01", True),
        ("K9", "2026-01-01", False),
        ("k2", "2026-01-01", False),
    ],
)
def test_a_placement_type_counts_by_the_day(code: str, day: str, may: bool) -> None:
    assert codes.valid("place", code, day) is may


def test_a_code_of_another_year_is_refused_with_its_years_and_those_of_the_day() -> None:
    with pytest.raises(Refused) as refused:
        codes.check("place", "H5", DAY)
    assert refused.value.code == "code-out-of-date"
    assert "until 2025-03-31" in str(refused.value)
    assert "K3" in str(refused.value)
    assert "P2" not in str(refused.value).split("is then one of")[1]


def test_a_code_of_no_list_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(Refused) as refused:
        codes.check("legal_status", "=cmd()", DAY)
    assert refused.value.code == "unknown-code"
    assert "C2" in str(refused.value)
    assert "give one of these" in str(refused.value)


def test_every_list_has_codes_once_each_with_label_and_source() -> None:
    for name, found in codes.LISTS.items():
        names = [one.code for one in found]
        assert len(names) > 3, name
        assert len(set(names)) == len(names), name
        assert all(one.label and one.source for one in found), name
        assert codes.TITLES[name]
        assert codes.codes_on(name, DAY)
        for one in found:
            assert one.valid_from is None or one.valid_to is None or one.valid_from <= one.valid_to


def test_the_lists_have_the_codes_of_the_return() -> None:
    assert [one.code for one in codes.LISTS["place_provider"]] == ["PR0", "PR1", "PR2", "PR3", "PR4", "PR5"]
    assert [one.code for one in codes.LISTS["need"]] == [f"N{number}" for number in range(1, 9)]
    assert [one.code for one in codes.LISTS["review"]] == [f"PN{number}" for number in range(8)]
    assert {one.code for one in codes.LISTS["legal_status"]} == {
        "C1",
        "C2",
        "D1",
        "E1",
        "V2",
        "V3",
        "V4",
        "L1",
        "L2",
        "L3",
        "J1",
        "J2",
        "J3",
    }
    assert {one.code for one in codes.LISTS["placement_change"]} == {
        "CARPL",
        "CLOSE",
        "ALLEG",
        "STAND",
        "APPRR",
        "CREQB",
        "CREQO",
        "CHILD",
        "LAREQ",
        "PLACE",
        "CUSTOD",
        "OTHER",
    }
    assert {one.code for one in codes.LISTS["episode_end"]} >= {"E2", "E4A", "E4B", "E17", "E41", "E48", "X1"}


def test_a_collection_year_runs_from_april_to_march() -> None:
    assert codes.collection_year("2026-03-31") == "2025-26"
    assert codes.collection_year("2026-04-01") == "2026-27"
    assert codes.collection_year("1999-04-01") == "1999-00"


def test_a_label_is_given_for_people_and_the_code_where_there_is_none() -> None:
    assert codes.label("place", "K2") == "Children's home"
    assert codes.label("place", "Q7") == "Q7"
