"""What a rule found can be answered: until when stands beside it, then the answer; the list shows what is still to answer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from fairplace.challenge.commands import (
    AcknowledgeChallenge,
    AnswerChallenge,
    CarryOutRemedy,
    DecideChallenge,
    LodgeChallenge,
)
from fairplace.clerk import Clerk
from fairplace.openness.commands import AnswerFinding, Assess, Release
from tests.http.building import Building
from tests.office import open_office, signer
from tests.story import EVALUATORS, MONITORING, OFFICER


@pytest.fixture
def building(tmp_path: Path) -> Iterator[Building]:
    office = open_office(tmp_path / "register", until="released")
    Clerk(office.register, signer).carry_out(office.named(Assess(id="ask"), by=MONITORING))
    office.register.follow()
    yield Building(office)
    office.close()


def waiting(building: Building) -> list[str]:
    """The rules that somebody is to answer, as the file of the case has them."""
    form = building.opened(OFFICER.key).get(f"/desk/cases/{building.office.case}/answer-finding").text
    return re.findall(r'name="rule"[^>]* value="([A-Z]+-\d+)"', form)


def test_the_window_stands_beside_the_finding_and_then_the_answer(building: Building) -> None:
    office, client = building.office, building.client(OFFICER.key)
    page = f"/decisions/{office.case}"
    rules = waiting(building)
    assert rules
    assert "FA-01" not in rules
    text = client.get(page).text
    assert text.count("The council") >= len(rules)
    assert 'href="/rules/FA-01"' in text
    assert "its time for that ended with" in text  # the office's clock stands in April 2026, the page's does not
    desk = client.get("/desk").text
    assert desk.count("Answer what ") == 1, "one line for the case"
    assert all(rule in desk for rule in rules) if len(rules) <= 3 else f"Answer what {len(rules)} rules found" in desk
    assert "To answer (1)" in client.get("/decisions").text
    assert office.case in client.get("/decisions?state=to-answer").text
    for rule in rules:
        office.do(AnswerFinding(id="test", rule=rule, words=f"To {rule}: <b>it was a slip</b>"))
    office.register.follow()
    text = client.get(page).text
    assert "its words are not public yet" in text
    assert "it was a slip" not in text
    office.do(Release(id="test", occasion="finding"))
    office.register.follow()
    text = client.get(page).text
    assert f"To {rules[0]}: &lt;b&gt;it was a slip&lt;/b&gt;" in text
    assert office.case not in client.get("/decisions?state=to-answer").text
    assert "To answer" not in client.get("/decisions").text
    assert waiting(building) == []


def test_a_remedy_stands_on_the_public_page_of_the_challenge(building: Building) -> None:
    office, client = building.office, building.client(OFFICER.key)
    lodged = office.do(
        LodgeChallenge(id="test", kind="complaint", ground="reasons", remedy="apology", words="Late"), by=MONITORING
    )
    stream = office.register.reader.entry(lodged.index).envelope.stream
    office.do(AcknowledgeChallenge(id="test", challenge=stream))
    assert "Answer a challenge" in client.get("/desk").text
    office.do(AnswerChallenge(id="test", challenge=stream, answer="Yes"), by=MONITORING)
    office.do(
        DecideChallenge(id="test", challenge=stream, outcome="upheld", reason="So", remedy="apology"), by=MONITORING
    )
    office.register.follow()
    assert "not on record as carried out yet" in client.get(f"/challenges/{stream}").text
    opened = building.opened(OFFICER.key)
    page = opened.get(f"/desk/cases/{office.case}/challenges/{stream}").text
    for word in ("Challenge: the reasons given", "Late", "Carry out a remedy", "/rules/RM-05", "Yes", "So"):
        assert word in page, word
    evaluator = building.opened(EVALUATORS[0].key)
    assert evaluator.get(f"/desk/cases/{office.case}/challenges/{stream}").status_code == 403
    assert opened.get(f"/desk/cases/{office.case}/challenges/{office.case}").status_code == 404
    assert "Decided: apology" in opened.get(f"/desk/cases/{office.case}/remedy").text
    assert "Record a remedy as carried out" in opened.get(f"/desk/cases/{office.case}").text
    office.do(CarryOutRemedy(id="test", challenge=stream, words="We wrote to them"))
    office.do(Release(id="test", occasion="challenge"))
    office.register.follow()
    text = client.get(f"/challenges/{stream}").text
    assert "It was carried out by" in text
    assert "We wrote to them" in text
