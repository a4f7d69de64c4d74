"""Letters and notices at the desk: for those who keep the file, once it is open, and for nobody else."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator

import pytest
from docx import Document

from fairplace.people.commands import DecideInterest
from tests.http.opened import Client, Desk
from tests.office import open_office
from tests.story import APPROVER, EVALUATORS, MODERATOR, MONITORING, OFFICER

SEALED = ("Cedar House", "Agreed for", "71.48", "Alder Homes")


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with open_office(tmp_path_factory.mktemp("giving") / "register", until="awarded") as office:
        office.register.follow()
        yield Desk(office)


@pytest.fixture(scope="module")
def officer(desk: Desk) -> Client:
    return desk.opened(OFFICER.key, desk.office.case)


def paths(case: str) -> list[str]:
    base = f"/desk/cases/{case}"
    names = [f"0{place}" for place in range(1, 9)]
    letters = [f"{base}/letters/{name}{end}" for name in names for end in ("", ".docx")]
    return [
        f"{base}/letters",
        *letters,
        f"{base}/letters/decision",
        *(f"{base}/notices/UK{n}" for n in (4, 5, 6, 7, 12)),
    ]


def test_nothing_of_a_closed_file_is_shown(desk: Desk) -> None:
    client = desk.client(OFFICER.key)
    for path in paths(desk.office.case):
        answer = client.get(path)
        assert answer.status_code == 200
        assert "Open this case file" in answer.text, path
        assert not [one for one in SEALED if one in answer.text], path


@pytest.mark.parametrize("key", [EVALUATORS[0].key, MODERATOR.key], ids=["evaluator", "moderator"])
def test_who_does_not_keep_the_file_reads_no_letter_even_with_an_open_file(desk: Desk, key: str) -> None:
    client = desk.opened(key, desk.office.case)
    for path in paths(desk.office.case):
        answer = client.get(path)
        assert answer.status_code == 403, path
        assert not [one for one in SEALED if one in answer.text], path


@pytest.mark.parametrize("key", [OFFICER.key, APPROVER.key, MONITORING.key], ids=["officer", "approver", "monitoring"])
def test_who_keeps_the_file_finds_a_letter_to_each_bidder(desk: Desk, key: str) -> None:
    client = desk.opened(key, desk.office.case)
    page = client.get(f"/desk/cases/{desk.office.case}/letters")
    assert page.status_code == 200
    assert page.headers["cache-control"] == "no-store"
    for name in ("Alder Homes", "Birch Care", "Cedar House"):
        assert name in page.text
    assert "UK5: Transparency notice" in page.text
    assert "it needs no transparency notice" in page.text


def links(page: str) -> list[str]:
    return re.findall(r'href="(/desk/cases/[^"]+/letters/[0-9]{2})"', page)


def test_each_letter_is_a_page_and_the_same_words_as_a_word_file(desk: Desk, officer: Client) -> None:
    addresses = links(officer.get(f"/desk/cases/{desk.office.case}/letters").text)
    assert len(addresses) == 3
    for address in addresses:
        page = officer.get(address)
        assert page.status_code == 200
        file = officer.get(f"{address}.docx")
        assert file.headers["content-type"].endswith("wordprocessingml.document")
        assert file.headers["content-disposition"].startswith('attachment; filename="letter-')
        assert file.headers["x-content-type-options"] == "nosniff"
        assert file.headers["cache-control"] == "no-store"
        assert file.content == officer.get(f"{address}.docx").content
        title = Document(io.BytesIO(file.content)).paragraphs[0].text
        assert title in page.text
        assert "fairplace checkpoint 1" in page.text


def test_the_decision_text_stands_in_a_field_that_works_without_a_script(desk: Desk, officer: Client) -> None:
    desk.client(APPROVER.key)
    page = officer.get(f"/desk/cases/{desk.office.case}/letters/decision").text
    assert "<textarea" in page
    on_paper = page.split('class="fp-printed-only', 1)[1].split("</div>", 1)[0]
    assert "Date of the decision: 9 April 2026" in on_paper
    assert "Decided by: Person a5ee" in page


def test_a_fill_sheet_shows_values_and_what_is_missing(desk: Desk, officer: Client) -> None:
    page = officer.get(f"/desk/cases/{desk.office.case}/notices/UK6").text
    assert "5200.00" in page
    assert "not in the record: the address of Alder Homes" in page
    none = officer.get(f"/desk/cases/{desk.office.case}/notices/UK5").text
    assert "it needs no transparency notice" in none
    assert "Contracting authority" not in none


@pytest.mark.parametrize("name", ["99", "00", "nothing", "99.docx", "%2e%2e%2f01", "%3Cscript%3E", "decision.docx"])
def test_an_address_without_a_letter_is_not_found(desk: Desk, officer: Client, name: str) -> None:
    answer = officer.get(f"/desk/cases/{desk.office.case}/letters/{name}")
    assert answer.status_code == 404
    assert "<script>" not in answer.text


def test_the_file_of_one_case_opens_no_letter_of_another(desk: Desk, officer: Client) -> None:
    other = "00000000-0000-4000-8000-000000000000"
    assert officer.get(f"/desk/cases/{other}/letters").status_code == 404


def test_who_must_stay_out_of_the_case_reads_nothing_more(tmp_path_factory: pytest.TempPathFactory) -> None:
    with open_office(tmp_path_factory.mktemp("recused") / "register", until="awarded") as office:
        office.register.follow()
        desk = Desk(office)
        client = desk.opened(OFFICER.key, office.case)
        assert client.get(f"/desk/cases/{office.case}/letters").status_code == 200
        office.do(DecideInterest(id="test", person=OFFICER.key, outcome="recuse", reason="A cousin."), by=MONITORING)
        for path in paths(office.case):
            answer = client.get(path)
            assert answer.status_code == 403, path
            assert "stay out of this case" in answer.text
