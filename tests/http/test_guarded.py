"""Before anything is signed its words are looked through; what is stated of them stays in the workroom."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from litestar import Litestar

from fairplace.http.app import create_app
from tests import story
from tests.http.colleagues import Colleague, text_of
from tests.office import Office, open_office
from tests.story import APPROVER, EVALUATORS, OFFICER

POSTCODE = "LS6 2AB"


class Desks:
    def __init__(self, folder: Path) -> None:
        self.office: Office = open_office(folder)
        self.office.do(story.plan())
        self.office.register.follow()
        self.app: Litestar = create_app(self.office.register)
        self.olga = Colleague(self.office, self.app, OFFICER, "Olga Smith")
        self.olga.open_file(self.office.case)
        self.address = f"/desk/cases/{self.office.case}"

    def conflicts(self, **fields: str) -> Any:
        return self.olga.post(f"{self.address}/conflicts", evidence="signed-by-party", do="sign", **fields)

    def plan(self, **fields: str) -> Any:
        usual = {
            "title": "Short breaks", "need": "Families wait.", "authority": "Cabinet", "regime": "PA23",
            "contract_kind": "services", "route": "open", "light_touch": "yes", "cpv": "85311300",
            "concerns_one_person": "no", "lots_reason": "One team", "evidence": "signed-by-party", "do": "sign",
        }  # fmt: skip
        return self.olga.post("/desk/cases/new/plan", **{**usual, **fields})


@pytest.fixture
def desks(tmp_path: Path) -> Iterator[Desks]:
    made = Desks(tmp_path / "register")
    yield made
    made.office.close()


def test_a_public_field_is_not_signed_before_it_is_answered(desks: Desks) -> None:
    page = desks.plan(need=f"A family at {POSTCODE} waits.", version="0")
    assert page.status_code == 422
    assert f"Why it is needed: “{POSTCODE}” looks like a postcode" in text_of(page)
    assert "A family at" in page.text  # nothing that was typed is lost
    [name] = set(re.findall(r'name="(not-a-child-[0-9a-f]+)"', page.text))
    page = desks.plan(need=f"A family at {POSTCODE} waits.", version="1", **{name: "It is the office of the council."})
    assert page.url.path.startswith("/desk/sign/")
    size = desks.office.register.reader.size
    desks.olga.sign(page)
    assert desks.office.register.reader.size == size + 1
    raw = desks.office.register.reader.entry(size).raw
    held = desks.office.register.reader.openings(size)
    assert b"office of the council" not in raw
    assert not [one for one in held.values() if "office of the council" in str(one.value)]
    assert b"not-a-child" not in raw


def test_words_that_are_taken_out_ask_no_more(desks: Desks) -> None:
    desks.plan(need=f"A family at {POSTCODE} waits.", version="0")
    assert desks.plan(need="A family waits.", version="1").url.path.startswith("/desk/sign/")


def test_a_sealed_field_warns_once_and_is_then_signed(desks: Desks) -> None:
    fields = {"conflicts": f"A member lives at {POSTCODE}", "steps": "Declarations"}
    page = desks.conflicts(version="0", **fields)
    assert page.status_code == 422
    assert "They stay sealed" in text_of(page)
    [seen] = re.findall(r'name="seen-warnings" value="([0-9a-f]+)"', page.text)
    other = desks.conflicts(version="1", **{**fields, "steps": "Ring 01632 960123"}, **{"seen-warnings": seen})
    assert other.status_code == 422
    page = desks.conflicts(version="2", **fields, **{"seen-warnings": seen})
    assert page.url.path.startswith("/desk/sign/")


def test_saving_a_draft_asks_nothing(desks: Desks) -> None:
    page = desks.plan(need=f"A family at {POSTCODE} waits.", version="0", do="save")
    assert page.status_code == 200
    assert "Does this tell of a child" not in page.text


def test_names_of_the_case_are_looked_for_and_never_recorded(desks: Desks) -> None:
    size = desks.office.register.reader.size
    address = f"{desks.address}/names"
    page = desks.olga.post(address, names="Maya Osei\n\nOsei\nMaya Osei", version="0")
    assert "Maya Osei\nOsei</textarea>" in page.text
    page = desks.conflicts(version="0", conflicts="Mr Osei’s brother works there", steps="He stays out")
    assert "“Osei” is a name of this case" in text_of(page)
    assert desks.office.register.reader.size == size
    stored = (desks.office.folder / "drafts.sqlite").read_bytes()
    assert b"Osei" not in stored
    page = desks.olga.post(address, names="Other", version="0")
    assert (page.status_code, "you saved this draft in another window" in text_of(page).lower()) == (409, True)
    assert ">Other</textarea>" in page.text


@pytest.mark.parametrize("names", ["x", "y" * 81, "\n".join(f"name {n}" for n in range(201))])
def test_a_list_that_cannot_be_kept_says_so(desks: Desks, names: str) -> None:
    page = desks.olga.post(f"{desks.address}/names", names=names, version="0")
    assert page.status_code == 400
    assert "There is a problem" in text_of(page)


def test_hostile_names_stay_words(desks: Desks) -> None:
    hostile = "</textarea><script>alert(1)</script>"
    page = desks.olga.post(f"{desks.address}/names", names=hostile, version="0")
    assert hostile not in page.text
    page = desks.conflicts(version="0", conflicts=hostile, steps="x")
    assert hostile not in page.text


def test_what_was_stated_is_kept_for_those_who_keep_the_list(desks: Desks) -> None:
    desks.office.do(story.conflicts())
    reason = f"The building at {POSTCODE} was sold."
    address = f"{desks.address}/end"
    sent = {
        "ground": "need-changed",
        "reason": reason,
        "evidence": "stated-by-officer",
        "happened_at-day": "1",
        "happened_at-month": "3",
        "happened_at-year": "2026",
        "happened_at-time": "09:00",
        "do": "sign",
    }
    page = desks.olga.post(address, version="0", **sent)
    [name] = set(re.findall(r'name="(not-a-child-[0-9a-f]+)"', page.text))
    desks.olga.post(address, version="1", **sent, **{name: "An office building."})
    told = text_of(desks.olga.get(f"{desks.address}/names"))
    assert f"“{POSTCODE}” looks like a postcode" in told
    assert "An office building." in told
    assert "Olga Smith" in told
    desks.olga.post(address, version="2", **sent, **{name: "An office building."})
    assert text_of(desks.olga.get(f"{desks.address}/names")).count("An office building.") == 1


def test_the_list_is_for_those_who_keep_it(desks: Desks) -> None:
    for who, name in ((EVALUATORS[0], "Eva Jones"), (APPROVER, "Asha Rao")):
        one = Colleague(desks.office, desks.app, who, name)
        assert one.get(f"{desks.address}/names").status_code == 403
        one.open_file(desks.office.case)
        assert one.get(f"{desks.address}/names").status_code == 403
        assert one.post(f"{desks.address}/names", names="Some Body", version="0").status_code == 403


URGENT = {
    "need": f"A bed near {POSTCODE} tonight", "provider": "Alder Homes, GB-COH-01000001", "price": "9,800",
    "why": "The placement broke down.", "from_on-day": "2", "from_on-month": "3", "from_on-year": "2026",
}  # fmt: skip


def test_what_is_bought_at_once_is_looked_through_too(desks: Desks) -> None:
    page = desks.olga.post("/desk/urgent", **URGENT, concerns_one_person="no")
    assert page.status_code == 422
    [name] = set(re.findall(r'name="(not-a-child-[0-9a-f]+)"', page.text))
    page = desks.olga.post("/desk/urgent", **URGENT, concerns_one_person="no", **{name: "It is the home’s own."})
    assert page.url.path.startswith("/desk/sign/")


def test_of_what_concerns_one_person_nothing_is_released_so_it_warns(desks: Desks) -> None:
    page = desks.olga.post("/desk/urgent", **URGENT, concerns_one_person="yes")
    assert (page.status_code, "not-a-child-" in page.text) == (422, False)
    [seen] = re.findall(r'name="seen-warnings" value="([0-9a-f]+)"', page.text)
    page = desks.olga.post("/desk/urgent", **URGENT, concerns_one_person="yes", **{"seen-warnings": seen})
    assert page.url.path.startswith("/desk/sign/")
