"""The calendars and the test vectors of the law: Procurement Act 2023 and Provider Selection Regime."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairplace import working_days as wd

# Published; last day by the UK's calendar; the wrong answer with England's; last day under the Provider Selection Regime.
STANDSTILLS = (
    (date(2026, 3, 9), date(2026, 3, 19), date(2026, 3, 18), date(2026, 3, 20)),
    (date(2026, 6, 8), date(2026, 6, 18), date(2026, 6, 17), date(2026, 6, 19)),
    (date(2026, 11, 23), date(2026, 12, 3), date(2026, 12, 2), date(2026, 12, 4)),
    (date(2026, 11, 28), date(2026, 12, 10), date(2026, 12, 9), date(2026, 12, 9)),
    (date(2026, 12, 18), date(2026, 12, 31), date(2026, 12, 31), date(2027, 1, 4)),
    (date(2026, 12, 21), date(2027, 1, 5), date(2027, 1, 4), date(2027, 1, 6)),
    (date(2027, 3, 22), date(2027, 4, 2), date(2027, 4, 2), date(2027, 4, 6)),
)

# Month, day: the bank holidays of England and Wales, then those elsewhere in the UK.
HOLIDAYS = {
    2025: (
        ((1, 1), (4, 18), (4, 21), (5, 5), (5, 26), (8, 25), (12, 25), (12, 26)),
        ((1, 2), (3, 17), (7, 14), (8, 4), (12, 1)),
    ),
    2026: (
        ((1, 1), (4, 3), (4, 6), (5, 4), (5, 25), (8, 31), (12, 25), (12, 28)),
        ((1, 2), (3, 17), (6, 15), (7, 13), (8, 3), (11, 30)),
    ),
    2027: (
        ((1, 1), (3, 26), (3, 29), (5, 3), (5, 31), (8, 30), (12, 27), (12, 28)),
        ((1, 4), (3, 17), (7, 12), (8, 2), (11, 30)),
    ),
    2028: (
        ((1, 3), (4, 14), (4, 17), (5, 1), (5, 29), (8, 28), (12, 25), (12, 26)),
        ((1, 4), (3, 17), (7, 12), (8, 7), (11, 30)),
    ),
}


@pytest.mark.parametrize(("published", "last", "england", "psr"), STANDSTILLS)
def test_a_standstill_ends_on_the_day_that_the_law_says(published: date, last: date, england: date, psr: date) -> None:
    assert wd.pa_standstill_last(published) == last
    assert wd.pa_standstill_last(published, name="ENG") == england
    assert wd.psr_standstill_last(published) == psr


@pytest.mark.parametrize("year", HOLIDAYS)
def test_the_bank_holidays_of_each_year_are_those_of_the_table(year: int) -> None:
    here, elsewhere = ({date(year, *day) for day in days} for days in HOLIDAYS[year])
    assert {day for day in wd.calendar("ENG").holidays if day.year == year} == here
    assert {day for day in wd.calendar("UK").holidays if day.year == year} == here | elsewhere


@pytest.mark.parametrize(
    ("start", "n", "last"),
    [
        (date(2026, 12, 1), 30, date(2026, 12, 30)),
        (date(2026, 12, 1), 120, date(2027, 3, 30)),
        (date(2026, 12, 1), 180, date(2027, 5, 29)),
        (date(2026, 12, 1), 90, date(2027, 2, 28)),
        (date(2026, 4, 1), 56, date(2026, 5, 26)),
        (date(2026, 9, 30), 30, date(2026, 10, 29)),
    ],
)
def test_a_period_begins_with_its_first_day(start: date, n: int, last: date) -> None:
    assert wd.period_days(start, n) == last


@pytest.mark.parametrize(
    ("start", "n", "last"),
    [
        (date(2026, 12, 1), 36, date(2029, 11, 30)),
        (date(2026, 12, 3), 3, date(2027, 3, 2)),
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2027, 8, 31), 6, date(2028, 2, 29)),
        (date(2026, 12, 31), 1, date(2027, 1, 30)),
        (date(2026, 12, 15), 12, date(2027, 12, 14)),
    ],
)
def test_months_end_on_the_day_before_the_same_day(start: date, n: int, last: date) -> None:
    assert wd.months_beginning(start, n) == last


def test_a_working_day_after_is_never_the_day_itself() -> None:
    assert wd.working_days_after(date(2026, 12, 4), 1) == date(2026, 12, 7)
    assert wd.working_days_after(date(2026, 12, 24), 2, "ENG") == date(2026, 12, 30)
    assert wd.working_days_after(date(2026, 11, 27), 1) == date(2026, 12, 1)
    assert wd.working_days_after(date(2026, 11, 27), 1, "ENG") == date(2026, 11, 30)


def test_a_day_beyond_what_is_known_is_never_guessed() -> None:
    with pytest.raises(wd.BeyondHorizon, match="2029-01-01"):
        wd.pa_standstill_last(date(2028, 12, 27))
    with pytest.raises(wd.BeyondHorizon, match="2023-12-31"):
        wd.is_working_day(date(2023, 12, 31))


def test_a_count_of_no_days_is_refused() -> None:
    with pytest.raises(ValueError, match="0 working days"):
        wd.pa_standstill_last(date(2026, 3, 9), 0)
    with pytest.raises(ValueError, match="0 days"):
        wd.period_days(date(2026, 3, 9), 0)


def test_the_holiday_list_has_one_digest() -> None:
    assert wd.holiday_list_sha256() == wd.holiday_list_sha256()
    assert len(wd.holiday_list_sha256()) == 64


days = st.dates(date(2024, 1, 1), date(2028, 10, 1))


@given(published=days, extra=st.integers(0, 40), n=st.integers(1, 25))
def test_adding_a_holiday_never_moves_an_end_earlier(published: date, extra: int, n: int) -> None:
    for name in ("UK", "ENG"):
        known = wd.calendar(name)
        more = wd.Calendar(holidays=known.holidays | {published + timedelta(days=extra)})
        assert wd.pa_standstill_last(published, n, more) >= wd.pa_standstill_last(published, n, known)
        assert wd.working_days_after(published, n, more) >= wd.working_days_after(published, n, known)
        assert wd.psr_standstill_last(published, more) >= wd.psr_standstill_last(published, known)


@given(published=days, n=st.integers(1, 25))
def test_the_uk_never_ends_before_england(published: date, n: int) -> None:
    assert wd.pa_standstill_last(published, n) >= wd.pa_standstill_last(published, n, "ENG")
    assert wd.is_working_day(wd.pa_standstill_last(published, n))
