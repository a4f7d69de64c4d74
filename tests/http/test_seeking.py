"""A whole search at the desk over HTTP: every form from the need to the reasons, each by whom it is for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from fairplace.decision import Actor
from fairplace.seeking.completeness import GROUPS
from tests.homes import APPROVER, ASH, BEECH, BUDGET, CHAIR, DIRECTOR, FRAMEWORK, OFFICER, OWN, SOCIAL_WORKER
from tests.http.agents import Agents
from tests.http.colleagues import Colleague, text_of
from tests.http.spelled import spelled
from tests.http.test_referrals import OFFER
from tests.placement_office import open_placements

ACT = {"evidence": "signed-by-party", "do": "sign"}
NEED: dict[str, Any] = {
    "profile.authority": "SYN01", "profile.family": "residential", "profile.level": "3", "profile.category": "generalist",
    "years": "13", "months": "4", "child.sex": "female", "child.legal_status": "C2", "child.need_code": "N1",
    "n0-words": "Adults who stay calm at night", "n0-evidence": "carer", "n0-on-day": "12", "n0-on-month": "1",
    "n0-on-year": "2026", "n1-words": "The same school", "connections": ["school", "sibling"],
    "assessment.assessor_class": "social_worker",
    **{f"facts-{group.code}": list(group.facts) for group in GROUPS if group.code != "risk"},
    "facts-risk": ["missing"], "facts-none": ["risk.fire", "risk.sexual"],
}  # fmt: skip


@pytest.fixture
def agents(tmp_path: Path) -> Iterator[Agents]:
    agency = open_placements(tmp_path / "register")
    agency.wait_until("2026-03-02T09:00:00.000Z")
    yield Agents(agency)
    agency.close()


def day(name: str, year: int, month: int, day: int) -> dict[str, str]:
    return {f"{name}-day": str(day), f"{name}-month": str(month), f"{name}-year": str(year)}


def do(agents: Agents, who: Actor, case: str, code: str, fields: Mapping[str, Any]) -> str:
    """Fill in a task and sign it; the words of the page that was signed."""
    agents.agency.pass_by(minutes=1)
    one = agents.be(who)
    if case != "new":
        one.open_file(case)
    page = one.post(f"/desk/cases/{case}/{code}", **ACT, **fields)
    assert "/desk/sign/" in str(page.url), text_of(page)
    said = text_of(page)
    assert spelled(said) == [], "what somebody signs is in words"
    one.sign(page)
    return said


def begun(agents: Agents) -> str:
    do(agents, SOCIAL_WORKER, "new", "need", NEED)
    [case] = [
        one
        for one in agents.register.reader.cases()
        if agents.register.reader.case(one)[0].type == "referral.need-assessed/1"
    ]
    agents.agency.case = case
    return case


def test_from_the_need_to_the_reasons(agents: Agents) -> None:
    case = begun(agents)
    do(agents, SOCIAL_WORKER, case, "voice", {"how": "in_person", "heard": "The same school, please"})
    do(
        agents,
        OFFICER,
        case,
        "open-referral",
        {"urgency": "within_7d", **day("needed_by", 2026, 3, 9), **day("known_on", 2026, 3, 1)},
    )
    do(agents, OFFICER, case, "criteria-of-search", {
        "w-match": "50", "w-outcomes": "20", "w-locality": "15", "w-price": "15", "hard": ["registration"],
        "agreement": FRAMEWORK, "price_cut_off": "no",
    })  # fmt: skip
    do(
        agents,
        OFFICER,
        case,
        "search-in-house",
        {"outcome": "none_suitable", f"not-{OWN.setting}": "need_above_capability"},
    )

    # Whom the tier asks is ticked from the list, and who is left out is said with the reason
    officer = agents.be(OFFICER)
    page = officer.get(f"/desk/cases/{case}/publish-referral")
    said = text_of(page)
    assert f"{ASH.name} (1 place declared)" in said
    assert "The referral is" in said
    assert page.text.count("checked") >= 3
    assert 'value="T1" checked' in page.text or "T1" in page.text
    do(agents, OFFICER, case, "publish-referral", {"tier": "T1", "recipients-T1": [ASH.provider, BEECH.provider]})

    place = f"/desk/referrals/{case}"
    for seller, fee in ((ASH, "4,700"), (BEECH, "4,850")):
        one = agents.be(seller.actor)
        sent = {
            **OFFER,
            "setting": seller.setting,
            "weekly_fee": fee,
            "needs": "n1",
            "fee-discount": "",
            "fee-accommodation": "1,900" if seller is ASH else "2,050",
        }
        one.sign(one.post(f"{place}/offer", **sent))
    agents.wait(hours=30)
    do(agents, OFFICER, case, "consider-offers", {"offers": list(agents.search.live)})
    do(agents, OFFICER, case, "locate-offers", {"o0-miles": "5", "o1-miles": "18.2"})
    do(agents, OFFICER, case, "score-offers", {
        "o0-match": "44", "o0-outcomes": "16", "o0-locality": "14", "o0-keeps": ["school"],
        "o1-match": "40", "o1-outcomes": "15", "o1-locality": "10.5",
    })  # fmt: skip
    officer.open_file(case)
    table = text_of(officer.get(f"/desk/searches/{case}/offers"))
    assert f"{ASH.name} comes first by full value and by price alone." in table
    assert "18.2 miles" in table
    do(agents, CHAIR, case, "hold-panel", {
        "attended": ["chair", "social_worker", "placements"], "before_start": "yes", "rank-0": "1", "rank-1": "2",
        "note": "Both could meet the need; the first keeps the school.",
    })  # fmt: skip
    do(agents, OFFICER, case, "choose-home", {
        "offer": next(iter(agents.search.live)), "why-code": "top_score", "why-words": "Most points, and the school stays.",
        "mechanism": "framework_call_off", "legal_basis": "Children Act 1989 s.22C", "regime": "PA23",
        "not1-code": "lower_match_score", "not1-criteria": ["match"], "not1-words": "The other home has more experience of such a need.",
        "kept-school": "kept", "kept-sibling": "kept", "voice": "followed", "residential": "positive_choice",
    })  # fmt: skip

    officer.open_file(case)
    letters = text_of(officer.get(f"/desk/searches/{case}/letters"))
    for words in (BEECH.name, "The other home has more experience", "Your home was chosen"):
        assert words in letters, words

    for who, capacity in ((APPROVER, "practice"), (BUDGET, "budget")):
        one = agents.be(who)
        assert waits(one) == "Approve"
        assert waits(agents.be(DIRECTOR)) == "See whether this needs your approval", "no list says where a home lies"
        one.open_file(case)
        form = text_of(one.get(f"/desk/cases/{case}/approve-home"))
        assert "£4,700 a week; version 1 of the need, version 1 of the fee" in form
        signs = do(agents, who, case, "approve-home", {"capacity": capacity, "approved": "yes"})
        assert "version 1 of the need, version 1 of the fee" in signs
        assert waits(one) == ""
        if capacity == "practice":
            director = agents.be(DIRECTOR)
            director.open_file(case)
            assert " Approve For " in text_of(director.get(f"/desk/cases/{case}")), "of another role, as it says"
    do(agents, OFFICER, case, "send-reasons", {"comparison": "yes"})
    beech = text_of(agents.be(BEECH.actor).get(place))
    for words in ("It was not chosen", "The other home has more experience of such a need.", "Came behind by points"):
        assert words in beech, words
    assert ASH.name not in beech
    assert "It was chosen" in text_of(agents.be(ASH.actor).get(place))

    do(agents, OFFICER, case, "agree-placement", {
        "standard": "IPA-2025", **day("starts_on", 2026, 3, 6), "notice_days": "28", "no-n2": "The school is not part of the home’s fee.",
        "o0-frame": "BE_HEALTHY", "o0-baseline": "Wakes most nights", "o0-target": "Sleeps through", "o0-tool": "SDQ", **day("o0-due", 2026, 9, 1),
        "o1-frame": "STAY_SAFE", "o1-baseline": "Goes missing", "o1-target": "Does not", "o1-tool": "Log", **day("o1-due", 2026, 9, 1),
        "o2-frame": "ENJOY_ACHIEVE", "o2-baseline": "Half days", "o2-target": "Whole days", "o2-tool": "Attendance", **day("o2-due", 2026, 9, 1),
    })  # fmt: skip
    do(
        agents,
        OFFICER,
        case,
        "start-placement",
        {**day("moved_at", 2026, 3, 3), "moved_at-time": "10:00", "reason": "P"},
    )
    assert agents.register.reader.case(case)[-1].type == "placement.started/1"
    assert "No search is open." in text_of(agents.be(OFFICER).get("/desk/searches"))


def test_whoever_has_no_power_to_approve_is_told_who_has(agents: Agents) -> None:
    case = begun(agents)
    worker = agents.be(SOCIAL_WORKER)
    worker.open_file(case)
    answer = worker.get(f"/desk/cases/{case}/approve-home")
    assert answer.status_code == 403
    assert (
        "this is for the approver, the budget holder, the director or the nominated officer: ask somebody"
        in answer.text
    )


def test_nothing_is_typed_twice_in_a_later_version_of_the_need(agents: Agents) -> None:
    case = begun(agents)
    worker = agents.be(SOCIAL_WORKER)
    worker.open_file(case)
    page = worker.get(f"/desk/cases/{case}/need?part=all").text
    for words in ("Adults who stay calm at night", 'value="13"', 'value="C2" checked', 'value="carer" checked'):
        assert words in page, words
    do(agents, SOCIAL_WORKER, case, "need", {**NEED, "profile.level": "4"})
    first, second = agents.search.needs.values()
    assert (first.profile.get().level, second.profile.get().level) == (3, 4)
    assert first.child.get().pseudonym == second.child.get().pseudonym


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"n0-words": "Her NHS number is 943 476 5919"}, "NHS"),
        ({"n0-words": "Lives at LS1 4AP"}, "postcode"),
        ({"years": "19"}, "below 18 years"),
        ({"years": "=1+1"}, "Write a whole number"),
        ({"n0-on-day": ""}, "Write a day of the calendar"),
        ({"profile.level": "9"}, "Choose one of the answers"),
        ({"n0-words": ""}, "Write what is needed"),
    ],
)
def test_what_may_never_be_recorded_is_refused_and_nothing_typed_is_lost(
    agents: Agents, fields: dict[str, str], says: str
) -> None:
    size = agents.register.reader.size
    answer = agents.be(SOCIAL_WORKER).post("/desk/cases/new/need", **ACT, **{**NEED, **fields})
    if (
        "/desk/sign/" not in str(answer.url) and "seen-warnings" in answer.text
    ):  # a warning is shown once, then it is tried
        seen = answer.text.split('name="seen-warnings"')[1].split('value="')[1].split('"')[0]
        version = answer.text.split('name="version" value="')[1].split('"')[0]
        again = {**ACT, **NEED, **fields, "seen-warnings": seen, "version": version}
        answer = agents.be(SOCIAL_WORKER).post("/desk/cases/new/need", **again)
    assert answer.status_code >= 400, text_of(answer)
    assert says in text_of(answer)
    assert "The same school" in answer.text
    assert agents.register.reader.size == size


def waits(one: Colleague) -> str:
    """What of approvals waits on their desk."""
    said = one.get("/desk").text
    return next((title for title in ("See whether this needs your approval", "Approve") if f">{title}<" in said), "")
