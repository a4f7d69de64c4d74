"""The file of a case shows each value as sight allows it, slot by slot, and to who stays out nothing but their own words."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fairplace.decision import Actor
from fairplace.people.commands import DecideInterest, DeclareInterests
from fairplace.people.events import Interest
from tests import story
from tests.http.building import Building
from tests.office import Office, open_office
from tests.story import ALDER, APPROVER, BIRCH, EVALUATORS, MODERATOR, MONITORING, OFFICER

STAFF = {
    "officer": OFFICER,
    "evaluator": EVALUATORS[0],
    "moderator": MODERATOR,
    "approver": APPROVER,
    "monitoring": MONITORING,
}
FORMS = (
    "",
    "/open",
    "/late",
    "/checks",
    "/sheet",
    "/moderation",
    "/award",
    "/summaries",
    "/contract",
    "/interest",
    "/criteria",
)
NAMES = ("Alder", "Birch", "Cedar")
REASON = "Alder Homes on care: as page 3 shows"

Built = Callable[[str], Building]


@pytest.fixture
def built(tmp_path: Path) -> Iterator[Built]:
    offices: list[Office] = []

    def build(until: str) -> Building:
        office = open_office(tmp_path / "register", until="opened" if until == "marked" else until)
        offices.append(office)
        if until == "marked":  # the two differ on Alder's care
            _declared(office)
            office.do(story.checks(story.OFFERS[:3]))
            office.do(story.sheet(story.OFFERS[:3]), by=EVALUATORS[0])
            office.do(story.sheet(story.OFFERS[:3], {ALDER.id: {"care": 4}}), by=EVALUATORS[1])
        office.register.follow()
        return Building(office)

    yield build
    for office in offices:
        office.close()


def _declared(office: Office) -> None:
    for one in EVALUATORS[:2]:
        office.do(DeclareInterests(id="test", acting_as="evaluator"), by=one)
    for one, acting in ((MODERATOR, "moderator"), (APPROVER, "approver"), (OFFICER, "officer")):
        office.do(DeclareInterests(id="test", acting_as=acting), by=one)  # type: ignore[arg-type]


def pages(building: Building, who: Actor) -> dict[str, str]:
    """Each page of the file that this person may open, by its address below the case."""
    client = building.opened(who.key)
    found = {form: client.get(f"/desk/cases/{building.office.case}{form}") for form in FORMS}
    assert {page.status_code for page in found.values()} <= {200, 403}
    return {form: page.text for form, page in found.items() if page.status_code == 200}


def test_before_the_bids_are_opened_nobody_sees_who_bid(built: Built) -> None:
    building = built("deposited")
    for role, who in STAFF.items():
        for form, text in pages(building, who).items():
            assert not [name for name in NAMES if name in text], (role, form)


def test_marks_on_the_way_are_for_the_moderator_and_monitoring_alone(built: Built) -> None:
    building = built("marked")
    for role, who in STAFF.items():
        found = pages(building, who)
        seen = {form for form, text in found.items() if "Evaluators gave" in text}
        assert seen == ({"/moderation"} if role in ("moderator", "monitoring") else set()), role
        assert not [form for form, text in found.items() if REASON in text and form not in seen], role
        assert "Short breaks for disabled children" in found[""], role


def test_bidders_stand_in_forms_once_the_bids_are_open(built: Built) -> None:
    building = built("marked")
    assert "Alder Homes" in pages(building, EVALUATORS[0])["/sheet"]
    assert "Convincing in every respect" in pages(building, EVALUATORS[0])["/sheet"], (
        "the scale stands beside each mark"
    )
    assert "Alder Homes" in pages(building, OFFICER)["/checks"]
    assert "Alder Homes" in pages(building, OFFICER)["/moderation"]


def test_who_must_stay_out_sees_their_own_words_and_nothing_else(built: Built) -> None:
    building = built("marked")
    office, case = building.office, building.office.case
    note = Interest(kind="former-employee", provider=ALDER, note="I left last year")
    office.do(DeclareInterests(id="test", acting_as="evaluator", interests=[note]), by=EVALUATORS[0])
    office.do(DecideInterest(id="test", person=EVALUATORS[0].key, outcome="recuse", reason="Too close"), by=MONITORING)
    client = building.opened(EVALUATORS[0].key)
    own = client.get(f"/desk/cases/{case}").text
    assert "You stay out of this case" in own
    assert f"Kind: Worked there; The provider’s name: Alder Homes ({ALDER.id}); A note: I left last year" in own
    assert REASON in own  # their own marks, which count no more
    for word in ("Short breaks", "Too close", "Forty families", "Check the bids", "Agree the marks"):
        assert word not in own, word
    for form in FORMS[1:]:
        answer = client.get(f"/desk/cases/{case}{form}")
        assert answer.status_code == 403, form
        assert "Alder" not in answer.text
    assert case not in client.get("/desk/cases").text
    assert case not in client.get("/desk").text
    task = pages(building, MODERATOR)
    assert "The marks of Eva stay out: recused" in task[""]


def test_an_interest_is_written_as_a_whole_and_there_is_room_for_several(built: Built) -> None:
    building = built("marked")
    client, address = building.opened(EVALUATORS[1].key), f"/desk/cases/{building.office.case}/interests"
    first = {
        "kind": "family",
        "provider.id": ALDER.id,
        "provider.name": "Alder Homes",
        "note": "My sister runs it \u202e1£",
    }
    second = {"i1-kind": "dispute", "i1-provider.id": BIRCH.id, "i1-provider.name": "Birch Care", "i1-note": "A bill"}
    act = {"evidence": "signed-by-party", "acting_as": "evaluator", "bidders_known": "yes", "version": "0"}
    wrong = building.post(client, address, **act, **{**first, "kind": ""})
    assert wrong.status_code == 422, "what is declared is never left out silently"
    assert "My sister runs it" in wrong.text
    version = re.findall(r'name="version" value="(\d+)"', wrong.text)[0]
    signing = building.post(client, address, **{**act, "version": version}, **first, **second)
    assert signing.status_code == 303, signing.text
    page = client.get(signing.headers["location"]).text
    for says in (
        "Somebody of the family works there or owns it",
        "Has a dispute with it",
        "My sister runs it [U+202E]1£",  # what turns the writing round is shown, and turns nothing
        "A bill",
    ):
        assert says in page


def test_whoever_decides_on_interests_sees_what_waits_and_others_do_not(built: Built) -> None:
    building = built("marked")
    note = Interest(kind="former-employee", provider=ALDER, note="I left last year")
    building.office.do(DeclareInterests(id="test", acting_as="evaluator", interests=[note]), by=EVALUATORS[1])
    for role, who in STAFF.items():
        found = pages(building, who)
        may = role in ("approver", "monitoring")
        assert ("Priya declared an interest; nobody has decided yet" in found[""]) == may, role
        assert ("I left last year" in found.get("/interest", "")) == may, role
    building.office.do(
        DecideInterest(id="test", person=EVALUATORS[1].key, outcome="monitor", reason="Long ago"), by=MONITORING
    )
    assert "nobody has decided yet" not in pages(building, MONITORING)[""]


def test_an_act_of_a_case_is_not_shown_to_who_must_stay_out_of_it(built: Built) -> None:
    building = built("marked")
    client = building.opened(APPROVER.key)
    sent = {
        "evidence": "signed-by-party",
        "person": EVALUATORS[1].key,
        "outcome": "none",
        "reason": "Nothing in it",
        "do": "sign",
    }
    made = building.post(client, f"/desk/cases/{building.office.case}/interest", **sent)
    act = made.headers["location"]
    assert client.get(act).status_code == 200
    building.office.do(DecideInterest(id="test", person=APPROVER.key, outcome="recuse", reason="Kin"), by=MONITORING)
    refused = client.get(act)
    assert refused.status_code == 403
    assert "Nothing in it" not in refused.text
    assert building.post(client, act, line="x").status_code == 403
