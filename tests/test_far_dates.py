"""Dates at the ends of the calendar: one that stood in the log would break every page and rule that reckons with it."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from fairplace.errors import FairplaceError, Malformed
from fairplace.procurement.commands import NotifyClaim, PublishNotice
from fairplace.terms import check_dates
from tests import story
from tests.office import open_office

FIRST, LAST = "0001-01-01", "9999-12-31"


@pytest.mark.parametrize("day", [FIRST, LAST, "1899-12-31", "2200-01-01"])
def test_a_day_that_nobody_can_reckon_with_is_refused(tmp_path: Path, day: str) -> None:
    reported = {"evidence": "stated-by-officer", "happened_at": "2026-03-01T00:00:00.000Z"}
    with open_office(tmp_path / "register", until="planned") as office:
        size = office.register.reader.size
        tender = story.tender()
        for command in (
            msgspec.structs.replace(story.plan(), commenced_on=day),
            msgspec.structs.replace(tender, deadline=f"{day}T00:00:00.000Z"),
            msgspec.structs.replace(tender, **{**reported, "happened_at": f"{day}T00:00:00.000Z"}),
            PublishNotice(id="test", notice="UK6", standstill_ends=day, **reported),
            NotifyClaim(id="test", issued_on=day, notified_on=day, **reported),
        ):
            with pytest.raises(FairplaceError):
                office.do(command)
        assert office.register.reader.size == size


@pytest.mark.parametrize("value", [FIRST, f"{LAST}T00:00:00.000Z", {"a": [LAST]}])
def test_a_service_cannot_record_such_a_day_either(value: object) -> None:
    with pytest.raises(Malformed, match="1900 to 2199"):
        check_dates(value)


@pytest.mark.parametrize("value", ["1900-01-01", "2199-12-31T23:59:59.999Z", f"not before {FIRST}"])
def test_other_days_and_words_about_days_pass(value: str) -> None:
    check_dates([value])
