"""At the desk: a call-off names its framework, stays within it, and each page leads to the other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from litestar import Litestar

from fairplace.http.app import create_app
from fairplace.openness.commands import WithdrawValue
from fairplace_verify import verify_register
from tests import story
from tests.http.colleagues import Colleague, text_of
from tests.ocds.test_facts import notice, packed
from tests.office import CALL_OFF, Office, open_office
from tests.story import ALDER, MONITORING, OFFICER

ACT = {"evidence": "signed-by-party", "version": "0", "do": "sign"}


class Desks:
    """A framework with Alder, and a call-off that is planned; an officer with the file of the call-off open."""

    def __init__(self, folder: Path) -> None:
        self.office: Office = open_office(folder)
        office = self.office
        self.framework, office.case = office.set_up_a_framework(), ""
        office.do(story.plan(**CALL_OFF))
        self.case = office.case
        office.do(story.conflicts())
        office.register.follow()
        self.app: Litestar = create_app(office.register)
        self.olga = Colleague(office, self.app, OFFICER, "Olga Smith")
        self.olga.open_file(self.case)

    def name(self, **fields: str) -> Any:
        return self.olga.post(f"/desk/cases/{self.case}/parent", **{**ACT, **fields})

    def text(self, address: str) -> str:
        self.office.register.follow()
        return text_of(self.olga.get(address))


@pytest.fixture
def desks(tmp_path: Path) -> Iterator[Desks]:
    made = Desks(tmp_path / "register")
    yield made
    made.office.close()


def test_a_call_off_waits_for_the_name_of_its_framework_and_each_page_leads_to_the_other(desks: Desks) -> None:
    assert "Name the framework or dynamic market" in desks.text("/desk")
    form = desks.olga.get(f"/desk/cases/{desks.case}/parent")
    assert "Short breaks, a framework (FP-" in text_of(form)
    signing = desks.name(where=desks.framework)
    assert f"the case {desks.framework} of this register, with 1 provider" in text_of(signing)
    preview = desks.olga.get(f"{signing.url.path}/preview/page")
    assert f'href="/decisions/{desks.framework}"' in preview.text
    desks.olga.sign(signing)
    assert "Name the framework or dynamic market" not in desks.text("/desk")
    page = desks.olga.get(f"/decisions/{desks.case}").text
    row = page.partition("Called off from</dt>")[2].partition("</dd>")[0]
    assert f'href="/decisions/{desks.framework}"' in row
    assert "Short breaks, a framework" in row
    assert "until 23 April 2030" in re.sub(r"<[^>]+>", "", row)
    back = desks.olga.get(f"/decisions/{desks.framework}").text
    listed = back.partition('id="called-off"')[2].partition("<h2")[0]
    assert f'href="/decisions/{desks.case}"' in listed
    register = desks.office.register
    report = verify_register(register.folder / "public", register.settings.log[0].vkeys)
    assert report.exit_code == 0, report.verdict


def test_whoever_names_a_framework_sees_nothing_of_it_that_is_not_public(desks: Desks) -> None:
    office = desks.office
    entered = next(one.index for one in office.register.reader.case(desks.framework) if one.type.endswith("entered/1"))
    office.case = desks.framework
    taken = WithdrawValue(id="test", entry=entered, slots=["/providers"], ground="commercial", reason="A secret")
    office.do(taken, by=MONITORING)
    office.register.follow()
    signing = desks.name(where=desks.framework)
    assert f"the case {desks.framework} of this register." in text_of(signing)
    assert ALDER.name not in signing.text


def test_a_framework_of_elsewhere_is_named_by_its_number(desks: Desks) -> None:
    signing = desks.name(
        **{"where": "elsewhere", "reference": "ocds-h6vhtk-04a1b2", "name": "Breaks <script>",
           "member-lines": "GB-COH-01234567 Alder Homes\nGB-COH-02345678 Birch Care"}
    )  # fmt: skip
    assert "known elsewhere as ocds-h6vhtk-04a1b2, with 2 providers" in text_of(signing)
    desks.olga.sign(signing)
    page = desks.text(f"/decisions/{desks.case}")
    assert "ocds-h6vhtk-04a1b2 (not in this register)" in page
    assert "Breaks" not in page, "its name is sealed until the notice"
    sheet = desks.text(f"/desk/cases/{desks.case}/notices/UK6")
    assert "ocds-h6vhtk-04a1b2, Breaks <script>" in sheet


def test_a_framework_of_elsewhere_is_filled_in_from_its_notice(desks: Desks) -> None:
    own = notice(techniques={"hasFrameworkAgreement": True}) | {
        "awards": [{"id": "1", "suppliers": [{"id": "GB-COH-01234567", "name": "Alder <b>Homes"}]}]
    }
    address = f"/desk/cases/{desks.case}/parent"
    assert f"{address}/notice" in desks.olga.get(address).text
    desks.olga.post(f"{address}/notice", do="choose", files={"notice": ("a.json", packed(own))})
    page = desks.olga.get(address).text
    assert "GB-COH-01234567 Alder &lt;b&gt;Homes" in page
    assert page.count("From the notice 012345-2026, ocds-h6vhtk-0abcde") == 4
    empty = desks.olga.post(f"{address}/notice", do="choose", files={"notice": ("a.json", packed(notice()))})
    assert "The notice is of no framework, and names none" in text_of(empty)


def test_a_call_off_that_concerns_one_person_is_in_no_list(desks: Desks) -> None:
    office = desks.office
    office.case = ""
    office.do(story.plan(**{**CALL_OFF, "concerns_one_person": True}))
    alone = office.case
    office.do(story.parent(parent=desks.framework, reference=None))
    assert "Called off from it" not in desks.text(f"/decisions/{desks.framework}")
    assert alone not in desks.olga.get(f"/decisions/{desks.framework}").text
    assert desks.olga.get(f"/decisions/{alone}").status_code == 404


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "choose which framework"),
        ({"where": "elsewhere"}, "give the parent's case in this register, or the reference"),
        ({"where": "3f0c9a52-6f0e-4c1d-9d7e-2b8d5a1c4e90"}, "choose one of the answers"),
        ({"where": "elsewhere", "reference": "Alder"}, "could be a name"),
        ({"where": "elsewhere", "reference": "=cmd()1"}, "must be a short code"),
        ({"where": "elsewhere", "reference": "ocds-1", "member-lines": "GB-COH-1"}, "name"),
        ({"where": "elsewhere", "reference": "ocds-1", "until-day": "31", "until-month": "2", "until-year": "2029"},
         "write a day of the calendar"),
    ],
)  # fmt: skip
def test_what_names_no_framework_is_said_beside_the_form(desks: Desks, fields: dict[str, str], said: str) -> None:
    size = desks.office.register.reader.size
    answer = desks.name(**fields)
    assert answer.status_code == 422, str(answer.url)
    assert said in text_of(answer).lower()
    assert desks.office.register.reader.size == size


def test_a_call_off_is_not_advertised_before_it_names_its_framework(desks: Desks) -> None:
    answer = desks.olga.post(
        f"/desk/cases/{desks.case}/tender",
        **{"c0-title": "Care", "c0-kind": "quality", "c0-weight": "100", "highest": "5", "winners": "1",
           "late_policy": "reject", "deadline-day": "1", "deadline-month": "6", "deadline-year": "2026",
           "deadline-time": "12:00", **ACT},
    )  # fmt: skip
    assert answer.status_code == 422
    assert "this one names none; name it first" in text_of(answer)
    assert "reason that is published" not in text_of(answer)
