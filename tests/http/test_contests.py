"""To ask why, and to challenge a search, over HTTP: each side, receipts that prove, and nothing of anybody else."""

from __future__ import annotations

import io
import zipfile
from base64 import b64decode
from typing import Any

import pytest

import fairplace_verify
from fairplace.contest.events import Decided, Lodged, Remedied, WhyAnswered, WhyAsked, Withdrawn
from fairplace.decision import Actor
from fairplace.seeking.case_word import case_word
from tests.homes import APPROVER, ASH, BEECH, CHERRY, DAMSON, DIRECTOR, MONITORING, OFFICER, SOCIAL_WORKER
from tests.http.agents import Agents, Told
from tests.http.colleagues import text_of
from tests.http.test_referrals import signed
from tests.http.test_seeking import ACT, do
from tests.http.test_telling import REPORT, last
from tests.test_canary import ENCODED, decoded

CHALLENGE = {
    "kind": "complaint",
    "ground": "scoring",
    "words": "The days of our therapist were not counted.",
    "remedy": "judge-again",
}


def challenged(agents: Agents, seller: Any = BEECH) -> str:
    """Lodge one; the id of its stream."""
    agents.agency.pass_by(minutes=1)
    signed(agents, seller, f"/desk/referrals/{agents.agency.case}/challenge", **CHALLENGE)
    recorded = agents.register.reader.case(agents.agency.case)[-1]
    assert isinstance(recorded.event, Lodged)
    return recorded.stream


def test_a_challenge_is_lodged_answered_decided_and_carried_out_and_comes_back_to_whoever_lodged_it(told: Told) -> None:
    agents = told("reasoned")
    case, place = agents.agency.case, f"/desk/referrals/{agents.agency.case}"
    assert "Ask why, or challenge" in text_of(agents.be(BEECH.actor).get(place))
    stream = challenged(agents)
    board = text_of(agents.be(OFFICER).get("/desk/searches"))
    for words in ("Challenged", "Answer to a challenge", "Answer a challenge"):
        assert words in board, words
    assert "therapist" not in board
    assert "Answer a challenge by 1" in text_of(agents.be(OFFICER).get("/desk"))
    do(agents, OFFICER, case, "answer-contest", {"contest": stream, "answer": "Two days are offered, four are needed."})
    assert "Decide a challenge" in text_of(agents.be(DIRECTOR).get("/desk"))
    decided = {
        "contest": stream,
        "outcome": "partly-upheld",
        "reason": "The letter did not say so.",
        "remedy": "explanation",
    }
    do(agents, DIRECTOR, case, "decide-contest", decided)
    event = last(agents)
    assert isinstance(event, Decided)
    assert (event.outcome.get(), event.remedy.get()) == ("partly-upheld", "explanation")
    do(agents, OFFICER, case, "remedy-contest", {"contest": stream, "words": "Explained criterion by criterion."})
    assert isinstance(last(agents), Remedied)
    said = text_of(agents.be(BEECH.actor).get(f"{place}/challenges"))
    for words in (
        "It is settled",
        "The days of our therapist were not counted.",
        "Two days are offered, four are needed.",
        "It is right in part",
        "What follows: a full explanation",
        "Explained criterion by criterion.",
    ):
        assert words in said, words
    assert "Challenged" not in text_of(agents.be(OFFICER).get("/desk/searches"))
    assert "Nothing needs you" in text_of(agents.be(DIRECTOR).get("/desk"))


def test_its_receipt_proves_what_was_lodged_and_opens_nothing_else(told: Told) -> None:
    agents = told("reasoned")
    challenged(agents)
    agents.register.follow()
    place, register = f"/desk/referrals/{agents.agency.case}/receipts", agents.register
    index = register.reader.case(agents.agency.case)[-1].index
    beech = agents.be(BEECH.actor)
    page = text_of(beech.get(f"{place}/{index}"))
    assert "The challenge is recorded" in page
    assert "Short code" in page
    proof = beech.get(f"{place}/{index}.tlog-proof").content
    report = fairplace_verify.verify_proof(proof, keys=register.settings.log[0].vkeys)
    assert report.false is None, report
    outer = b64decode(proof.splitlines()[1].removeprefix(b"extra "))
    held = outer + b"".join(decoded(run) for run in ENCODED.findall(outer))
    assert b"The days of our therapist" in held
    assert b'"/exhibit",' not in held, "what a report rests on is the authority's own"
    assert b"RECEIPT" in beech.get(f"{place}/{index}.txt").content
    for other in (index - 1, 0, 10**14, "x", "-1", "%00"):
        assert beech.get(f"{place}/{other}").status_code in (404, 422), other
    for who in (ASH, CHERRY):
        assert agents.be(who.actor).get(f"{place}/{index}").status_code == 404
        assert agents.be(who.actor).get(f"{place}/{index}.tlog-proof").status_code == 404


def test_a_provider_sees_its_own_alone(told: Told) -> None:
    agents = told("reasoned")
    challenged(agents)
    place = f"/desk/referrals/{agents.agency.case}/challenges"
    for who in (ASH, CHERRY):
        said = agents.be(who.actor).get(place).text
        for words in (BEECH.name, BEECH.provider, "therapist", "Receipt and proof"):
            assert words not in said, words
    shown = agents.be(BEECH.actor).get(place).text
    for words in (ASH.name, ASH.provider, ASH.setting, CHERRY.name, "Adults who stay calm"):
        assert words not in shown, words


def test_whose_home_was_chosen_has_nothing_to_challenge(told: Told) -> None:
    agents = told("reasoned")
    place = f"/desk/referrals/{agents.agency.case}"
    ash = agents.be(ASH.actor)
    assert "Ask why, or challenge" not in text_of(ash.get(place))
    assert "Your home was chosen, so there is nothing" in text_of(ash.get(f"{place}/challenges"))
    for what in ("why", "challenge", "withdraw-challenge"):
        assert ash.get(f"{place}/{what}").status_code == 404, what
        assert ash.post(f"{place}/{what}", **CHALLENGE).status_code == 404, what


def test_who_was_not_asked_asks_why_and_is_answered_alone(told: Told) -> None:
    agents = told("reasoned")
    case, place = agents.agency.case, f"/desk/referrals/{agents.agency.case}"
    assert "Ask why, or challenge" in text_of(agents.be(CHERRY.actor).get("/desk/referrals"))
    signed(agents, CHERRY, f"{place}/why", words="Why are we in tier 2?")
    recorded = agents.register.reader.case(case)[-1]
    assert isinstance(recorded.event, WhyAsked)
    officer = agents.be(OFFICER)
    board = text_of(officer.get("/desk/searches"))
    assert "Say why to a provider" in board
    assert "Challenged" not in board, "to ask why is no challenge"
    do(agents, SOCIAL_WORKER, case, "answer-why", {"contest": recorded.stream, "answer": "So the agreement has it."})
    assert isinstance(last(agents), WhyAnswered)
    assert "So the agreement has it." in text_of(agents.be(CHERRY.actor).get(f"{place}/challenges"))
    assert "So the agreement has it." not in agents.be(BEECH.actor).get(f"{place}/challenges").text
    assert agents.be(CHERRY.actor).get(place).status_code == 404, "it has still not been sent the referral"


def test_before_the_decision_a_question_goes_to_everybody_instead(told: Told) -> None:
    agents = told("published")
    place = f"/desk/referrals/{agents.agency.case}"
    beech = agents.be(BEECH.actor)
    assert "Ask a question" in text_of(beech.get(f"{place}/challenges"))
    assert beech.get(f"{place}/why").status_code == 404
    assert beech.get(f"{place}/challenge").status_code == 200


def test_a_challenge_is_withdrawn_by_whoever_lodged_it(told: Told) -> None:
    agents = told("reasoned")
    place = f"/desk/referrals/{agents.agency.case}"
    assert agents.be(BEECH.actor).get(f"{place}/withdraw-challenge").status_code == 404
    stream = challenged(agents)
    signed(agents, BEECH, f"{place}/withdraw-challenge", contest=stream)
    assert isinstance(last(agents), Withdrawn)
    assert "It was withdrawn" in text_of(agents.be(BEECH.actor).get(f"{place}/challenges"))
    assert "Challenged" not in text_of(agents.be(OFFICER).get("/desk/searches"))


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"words": ""}, "What was wrong"),
        ({"ground": "whim"}, "Choose one of the answers"),
        ({"kind": ""}, "Answer: what is this?"),
        ({"remedy": "=cmd()"}, "Choose one of the answers"),
        ({"words": "Her NHS number is 943 476 5919"}, "NHS number"),
        ({"words": "Write to mum@family.example"}, "e-mail"),
    ],
)
def test_what_is_wrong_comes_back_with_all_that_was_typed(told: Told, changes: dict[str, str], says: str) -> None:
    agents = told("reasoned")
    agents.be(BEECH.actor).get(f"/desk/referrals/{agents.agency.case}/challenges")  # that they look is on record once
    size = agents.register.reader.size
    sent = {**CHALLENGE, "words": "<script>alert(1)</script>", **changes}
    answer = agents.be(BEECH.actor).post(f"/desk/referrals/{agents.agency.case}/challenge", **sent)
    assert answer.status_code >= 400
    assert says in text_of(answer), text_of(answer)
    assert "<script>alert" not in answer.text
    assert agents.register.reader.size == size


def test_the_authority_names_no_child_and_no_other_provider_in_its_answer(told: Told) -> None:
    agents = told("reasoned")
    stream = challenged(agents)
    officer = agents.be(OFFICER)
    officer.open_file(agents.agency.case)
    size = agents.register.reader.size
    for words in (f"{ASH.name} was nearer.", "Her UPN is H801200001001.", "She lives at LS1 4AP."):
        answer = officer.post(
            f"/desk/cases/{agents.agency.case}/answer-contest", **ACT, contest=stream, answer=words, version="0"
        )
        assert "/desk/sign/" not in str(answer.url), words
    assert agents.register.reader.size == size


def test_what_came_another_way_is_recorded_and_found_by_the_provider(told: Told) -> None:
    agents = told("reasoned")
    case = agents.agency.case
    agents.agency.pass_by(minutes=5)
    officer = agents.be(OFFICER)
    officer.open_file(case)
    at = {"happened_at-day": "2", "happened_at-month": "3", "happened_at-year": "2026", "happened_at-time": "09:00"}
    fields = {**CHALLENGE, **at, "provider": DAMSON.provider, "ground": "not-asked", "words": "Nobody asked us."}
    page = officer.post(f"/desk/cases/{case}/contest-received", **REPORT, **fields)
    assert "/desk/sign/" in str(page.url), text_of(page)
    officer.sign(page)
    event = last(agents)
    assert isinstance(event, Lodged)
    assert event.provider.get() == DAMSON.provider
    said = text_of(agents.be(DAMSON.actor).get(f"/desk/referrals/{case}/challenges"))
    assert "Nobody asked us." in said


def test_the_authority_reads_all_of_a_search_once_its_file_is_open(told: Told) -> None:
    agents = told("reasoned")
    challenged(agents)
    place = f"/desk/searches/{agents.agency.case}/challenges"
    approver = agents.be(APPROVER)
    assert "therapist" not in approver.get(place).text
    approver.open_file(agents.agency.case)
    said = text_of(approver.get(place))
    for words in (BEECH.name, "The days of our therapist were not counted.", "stops no step of the search by itself"):
        assert words in said, words
    assert "Who asked why, and who challenged" in text_of(approver.get(f"/desk/cases/{agents.agency.case}"))


@pytest.mark.parametrize("who", [ASH.actor, OFFICER], ids=["chosen", "officer"])
def test_nobody_lodges_for_another(told: Told, who: Actor) -> None:
    agents = told("reasoned")
    answer = agents.be(who).post(
        f"/desk/referrals/{agents.agency.case}/challenge", **CHALLENGE, provider=BEECH.provider
    )
    assert answer.status_code in (403, 404)


def test_a_search_that_nobody_has_is_not_there(told: Told) -> None:
    agents = told("reasoned")
    for case in ("nothing", "0" * 36, "0c1b7e52-9a64-4f0e-b6f5-2f7a1d3c8e90", "%3Cscript%3E"):
        for what in ("challenges", "why", "challenge", "receipts/1"):
            status = agents.be(BEECH.actor).get(f"/desk/referrals/{case}/{what}").status_code
            assert status in (404, 422), (case, what)
    assert agents.be(MONITORING).get(f"/desk/searches/{'0' * 36}/challenges").status_code == 404


def test_the_young_person_s_edition_is_the_same_whoever_challenges(told: Told) -> None:
    agents = told("reasoned")
    case = agents.agency.case
    worker = agents.be(SOCIAL_WORKER)
    worker.open_file(case)
    before = worker.get(f"/desk/searches/{case}/young-person/plain").content
    challenged(agents)
    after = worker.get(f"/desk/searches/{case}/young-person/plain").content
    assert after == before
    assert BEECH.name.encode() not in after


def test_it_stands_among_the_answers_that_a_provider_takes_away(told: Told) -> None:
    agents = told("reasoned")
    challenged(agents)
    agents.register.follow()
    index = agents.register.reader.case(agents.agency.case)[-1].index
    packed = zipfile.ZipFile(
        io.BytesIO(agents.be(BEECH.actor).get(f"/desk/referrals/{agents.agency.case}/take-away").content)
    )
    assert f"{index}.tlog-proof" in packed.namelist()
    assert case_word(agents.agency.case) in packed.read("READ-ME.txt").decode()
