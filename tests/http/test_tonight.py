"""A home for tonight over HTTP: five fields, two signatures, the decision filled in, and a clock that runs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.homes import ASH, BEECH, CHERRY, OFFICER, OWN, SOCIAL_WORKER
from tests.http.agents import Agents
from tests.http.colleagues import text_of
from tests.placement_office import open_placements

FIVE = {
    "setting": CHERRY.setting,
    "weekly_fee": "6,400",
    "reason": "breakdown",
    "words": "Three homes were asked; this one takes her tonight.",
    "available_on-day": "2",
    "available_on-month": "3",
    "available_on-year": "2026",
}


@pytest.fixture
def agents(tmp_path: Path) -> Iterator[Agents]:
    agency = open_placements(tmp_path / "register", until="opened")
    yield Agents(agency)
    agency.close()


def test_two_signatures_record_it_and_the_decision_begins_with_it(agents: Agents) -> None:
    case = agents.agency.case
    officer = agents.be(OFFICER)
    officer.open_file(case)
    place = f"/desk/searches/{case}/tonight"
    said = text_of(officer.get(place))
    for one in (OWN, ASH, BEECH, CHERRY):
        assert one.name in said
    first = officer.sign(officer.post(place, **FIVE))
    assert "Go on with the home for tonight" in text_of(first)
    assert "Approval of the emergency" in text_of(officer.get("/desk/searches"))
    again = officer.get(place)
    assert "Three homes were asked" in again.text
    assert "The emergency is signed." in text_of(again)
    second = text_of(officer.sign(officer.post(place, **FIVE)))
    assert "Go on with the home for tonight" in second, "the decision is left"
    assert "Back to the search" in second
    kinds = [one.type for one in agents.register.reader.case(case)[-2:]]
    assert kinds == ["referral.emergency-declared/1", "referral.offer-made/1"]
    assert "Choose a home" in text_of(officer.get("/desk/searches"))
    assert "A home is offered" in text_of(officer.get(f"/desk/cases/{case}"))
    decision = officer.post(place, **FIVE)
    assert str(decision.url).endswith(f"/desk/cases/{case}/choose-home")
    decision = officer.get(f"/desk/cases/{case}/choose-home?part=all")
    assert 'value="emergency_direct" checked' in decision.text
    assert "Three homes were asked" in decision.text
    assert "Go on with" not in text_of(officer.get(place))


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("weekly_fee", "a lot", "Write an amount in pounds"),
        ("setting", "home-99", "Choose one of the answers"),
        ("words", "", "Write why this home"),
        ("available_on-month", "13", "Write a day of the calendar"),
        ("words", "Ask <script>alert(1)</script> at LS1 4AP", "postcode"),
    ],
)
def test_what_is_wrong_comes_back_with_all_that_was_typed(agents: Agents, field: str, value: str, says: str) -> None:
    officer = agents.be(OFFICER)
    officer.open_file(agents.agency.case)
    size = agents.register.reader.size
    answer = officer.post(f"/desk/searches/{agents.agency.case}/tonight", **{**FIVE, field: value})
    assert answer.status_code == 422
    assert says in text_of(answer)
    assert "<script>alert" not in answer.text
    assert agents.register.reader.size == size


def test_it_is_for_the_officer_on_duty(agents: Agents) -> None:
    worker = agents.be(SOCIAL_WORKER)
    worker.open_file(agents.agency.case)
    assert worker.get(f"/desk/searches/{agents.agency.case}/tonight").status_code == 403
