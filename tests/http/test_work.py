"""My work over HTTP: what is mine, what blocks it, what is overdue; never a sealed word, nothing for the recused."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from fairplace.duties.duty import Duty
from fairplace.http.work import together
from fairplace.ledger.store.sqlite import SqliteStore
from fairplace.people.commands import DecideInterest, DeclareInterests
from tests import story
from tests.http.building import Building
from tests.office import open_office
from tests.story import EVALUATORS, MODERATOR, MONITORING, OFFICER

SEALED = ("Forty families", "Alder", "Birch", "Cedar", "520", "as page 3 shows")


def work(building: Building, key: str, **query: str | int) -> str:
    answer = building.client(key).get("/desk", params=query)
    assert answer.status_code == 200
    for word in SEALED:
        assert word not in answer.text, word
    return answer.text


@pytest.fixture
def building(tmp_path: Path) -> Iterator[Building]:
    office = open_office(tmp_path / "register", until="opened")
    for one in EVALUATORS[:2]:
        office.do(DeclareInterests(id="test", acting_as="evaluator"), by=one)
    office.do(DeclareInterests(id="test", acting_as="moderator"), by=MODERATOR)
    office.register.follow()
    yield Building(office)
    office.close()


def test_each_sees_their_own_next_step_and_the_way_to_it(building: Building) -> None:
    case = building.office.case
    officer = work(building, OFFICER.key)
    assert "Check the bids" in officer
    assert f'href="/desk/cases/{case}/checks"' in officer
    assert 'href="/rules/ET-14"' in officer
    evaluator = work(building, EVALUATORS[0].key)
    assert "Waits for the check of the bids" in evaluator
    assert "Nothing needs you today." in evaluator
    assert "Check the bids" not in evaluator


def test_whose_marks_are_waited_for_is_named_and_oneself_is_you(building: Building) -> None:
    offers = story.OFFERS[:3]
    building.office.do(DeclareInterests(id="test", acting_as="officer"))
    building.office.do(story.checks(offers))
    building.office.do(story.sheet(offers), by=EVALUATORS[0])
    assert "Waits for the marks of Priya." in work(building, MODERATOR.key)
    assert "Give your marks" in work(building, EVALUATORS[1].key)
    assert "Give your marks" not in work(building, EVALUATORS[0].key)


def test_what_is_overdue_stands_first_and_is_named_so(building: Building) -> None:
    office, first = building.office, building.office.case
    office.case = ""
    office.do(story.plan())
    office.do(story.conflicts())
    office.do(story.tender(deadline="2026-05-20T11:00:00.000Z", questions_until=None))
    assert "Until midday on Wednesday 20 May" in work(building, OFFICER.key)
    office.wait_until("2026-05-21T09:00:00.000Z")
    text = work(building, OFFICER.key)
    assert text.index("Open the bids") < text.index("Check the bids")
    assert "Overdue" in text
    assert "(1 overdue)" in text
    assert text.index(office.case) < text.index(first)


def test_a_case_is_found_by_what_whoever_looks_may_know_of_it(
    building: Building, monkeypatch: pytest.MonkeyPatch
) -> None:
    office, title, first = building.office, "Respite in the west", building.office.case
    office.case = ""
    office.do(story.plan(title=title))
    office.register.follow()
    client = building.client(OFFICER.key)

    def found(words: str) -> set[str]:
        page = client.get("/desk/cases", params={"q": words}).text
        return {one for one in (first, office.case) if f'href="/desk/cases/{one}"' in page}

    public = client.get(f"/decisions/{first}.json").json()
    assert found(public["title"].lower()) == {first}
    assert found(office.case[:8]) == {office.case}
    assert found("WESt respi") == set(), "its title is sealed, and its file is closed"
    building.signed_request(client, client.get(f"/desk/cases/{office.case}").text)
    assert found("WESt respi") == {office.case}
    assert found("west nowhere") == found("%") == set()
    assert "there are more" not in client.get("/desk/cases", params={"q": public["title"]}).text
    monkeypatch.setattr("fairplace.http.cases.MOST_FOUND", 0)
    assert "and there are more: write another word" in client.get("/desk/cases", params={"q": public["title"]}).text
    office.do(DecideInterest(id="test", person=OFFICER.key, outcome="recuse", reason="Worked there"), by=MONITORING)
    assert found("west") == found(office.case) == set(), "who stays out is not told that it is there"


def test_no_case_is_beyond_the_end_of_the_list(building: Building, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fairplace.http.cases.PAGE", 1)
    office, first = building.office, building.office.case
    office.case = ""
    office.do(story.plan(title="Respite in the west"))
    office.register.follow()
    client = building.client(OFFICER.key)
    newest, oldest = (client.get("/desk/cases", params={"page": page}).text for page in (1, 2))
    assert f'href="/desk/cases/{office.case}"' in newest
    assert 'href="?page=2"' in newest
    assert f'href="/desk/cases/{first}"' in oldest
    assert "This page of the list is empty" in client.get("/desk/cases?page=3").text


def test_a_case_without_a_public_title_has_its_citation_until_its_file_is_opened(building: Building) -> None:
    office, title = building.office, "Respite in the west"
    office.case = ""
    office.do(story.plan(title=title))
    office.register.follow()
    client = building.client(OFFICER.key)
    for place in ("/desk", "/desk/cases"):
        assert title not in (closed := client.get(place).text)
        assert "FP-NC [2026] 2, title not public yet" in closed, place
    building.signed_request(client, client.get(f"/desk/cases/{office.case}").text)
    for place in ("/desk", "/desk/cases", f"/desk/cases/{office.case}/conflicts"):
        assert title in client.get(place).text, place
    assert title not in building.client(OFFICER.key).get("/desk/cases").text
    office.do(DecideInterest(id="test", person=OFFICER.key, outcome="recuse", reason="Worked there"), by=MONITORING)
    for place in ("/desk", "/desk/cases", f"/desk/cases/{office.case}", f"/desk/cases/{office.case}/conflicts"):
        assert title not in client.get(place).text, place


def test_nothing_of_a_case_is_shown_to_who_must_stay_out(building: Building) -> None:
    key = EVALUATORS[1].key
    assert building.office.case in work(building, key, whose="all")
    building.office.do(DecideInterest(id="test", person=key, outcome="recuse", reason="Worked there"), by=MONITORING)
    for whose in ("", "all"):
        text = work(building, key, whose=whose)
        assert building.office.case not in text
        assert "Nothing needs you today." in text


def test_looking_again_reads_no_entry_and_opens_nothing(building: Building, monkeypatch: pytest.MonkeyPatch) -> None:
    work(building, MODERATOR.key)
    asked: list[str] = []
    for name in ("entries", "case_entries", "openings", "cases"):

        def counted(self: SqliteStore, *_: object, _name: str = name, **__: object) -> list[object]:
            asked.append(_name)
            return []

        monkeypatch.setattr(SqliteStore, name, counted)
    assert "Agree the marks" in work(building, MODERATOR.key)
    assert asked == []


def test_the_list_is_turned_over_by_pages(building: Building) -> None:
    assert building.client(OFFICER.key).get("/desk", params={"page": 0}).status_code == 400
    assert "Page" not in work(building, OFFICER.key, page=2)


@pytest.mark.parametrize(("to", "there"), [("checks", "/checks"), ("nonsense", ""), ("//evil.example", ""), ("", "")])
def test_who_opens_a_file_on_the_way_to_a_task_gets_there(building: Building, to: str, there: str) -> None:
    client, address = building.client(OFFICER.key), f"/desk/cases/{building.office.case}"
    page = client.get(f"{address}/checks").text
    assert 'name="to" value="checks"' in page
    answer = building.signed_request(client, page, to=to)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{address}{there}")


def test_what_rules_found_is_one_line_for_each_case_and_comes_after_the_work_itself() -> None:
    def found(case: str, rule: str, due: str) -> Duty:
        return Duty(case=case, task="answer-finding", title="", who=frozenset({"officer"}), about=rule, due=due)

    lines = together(
        [found("b", "ET-01", "2026-05-01"), found("a", "CI-01", "2026-05-02"), found("b", "AD-01", "2026-05-03")]
        + [found("c", f"ET-0{n}", "2026-05-04") for n in range(4)],
        "{} asks.".format,
    )
    assert [(one.case, one.title, one.due, one.says) for one in lines] == [
        ("b", "Answer what AD-01 and ET-01 found", "2026-05-01", "AD-01 asks. ET-01 asks."),
        ("a", "Answer what CI-01 found", "2026-05-02", "CI-01 asks."),
        ("c", "Answer what 4 rules found", "2026-05-04", "ET-00 asks. ET-01 asks. ET-02 asks. And 1 more rule."),
    ]
