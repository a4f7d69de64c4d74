"""What a provider says is wrong stays on top until just that is answered."""

from __future__ import annotations

from typing import Any

import pytest

from fairplace.market.events import CapabilityEvidenced, EntryDisputed, SettingChanged
from fairplace.seeking.listing import listing
from fairplace.tags import agg, party
from tests.market.test_known import FOUR, agreement, recorded, registration, stamp

FIELDS = ("ages", "sexes", "places", "capability", "area", "agreement", "other")


def disputed(field: str, home: str = "alder-1") -> Any:
    return EntryDisputed(
        **stamp(), setting=home, field=field, words=party("See the certificate"), referral=party(None)
    )  # fmt: skip


def changed(reason: str, home: str = "alder-1", places: int = 4, **registered: Any) -> Any:
    return SettingChanged(
        **stamp(), setting=home, status="active", reason=reason, registration=party(registration(**registered)),
        places=agg(places),
    )  # fmt: skip


def evidenced(home: str = "alder-1") -> Any:
    return CapabilityEvidenced(**stamp(), setting=home, claimed=agg(3), evidenced=agg(2), shown=party([]))


@pytest.mark.parametrize(
    ("then", "answered"),
    [
        (changed("registration", ages=(6, 17)), {"ages", "sexes"}),
        (changed("places", places=5), {"places"}),
        (evidenced(), {"capability"}),
        (agreement(alder="T2"), {"agreement"}),
        (agreement(birch="T2"), set()),
        (changed("correction", ages=(6, 17)), {"ages"}),
        (changed("correction", sexes="male"), {"sexes"}),
        (changed("correction", places=5), {"places"}),
        (changed("correction"), {"area", "agreement", "other"}),
        (changed("suspension"), set()),
        (changed("closure"), set()),
        (changed("registration", home="birch-1"), set()),
        (evidenced("birch-1"), set()),
    ],
)
def test_a_change_answers_what_it_is_about_and_nothing_else(then: Any, answered: set[str]) -> None:
    told = [*FOUR, *(disputed(field) for field in FIELDS), then]
    found = listing(recorded(index, event) for index, event in enumerate(told))
    assert {one.field for one in found.disputes} == set(FIELDS) - answered
    assert {one.setting for one in found.disputes} == {"alder-1"}


def test_what_is_said_again_after_the_answer_stands_again() -> None:
    told = [*FOUR, disputed("places"), changed("places", places=5), disputed("places")]
    found = listing(recorded(index, event) for index, event in enumerate(told))
    assert [one.field for one in found.disputes] == ["places"]
