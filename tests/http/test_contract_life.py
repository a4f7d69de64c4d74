"""At the desk after the signature: a contract is changed with its notice, and ends; everybody can read it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from litestar import Litestar

from fairplace.http.app import create_app
from fairplace.openness.commands import Release
from tests.http.colleagues import Colleague, text_of
from tests.office import Office, open_office
from tests.story import ALDER, APPROVER, OFFERS, OFFICER, contract

ACT = {"evidence": "signed-by-party", "version": "0", "do": "sign"}


def a_day(name: str, written: str) -> dict[str, str]:
    year, month, day = written.split("-")
    return {f"{name}-year": year, f"{name}-month": month, f"{name}-day": day}


class Desks:
    """A contract with Alder for £5,200.00, signed on 24 April 2026, and two people at their desks."""

    def __init__(self, folder: Path) -> None:
        self.office: Office = open_office(folder, until="released")
        self.office.wait_until("2026-04-24T09:00:00.000Z")
        self.office.do(contract(OFFERS[0]), by=APPROVER)
        self.office.do(Release(id="test", occasion="contract"))
        self.case = self.office.case
        self.app: Litestar = create_app(self.office.register)
        self.asha = Colleague(self.office, self.app, APPROVER, "Asha Rao")
        self.olga = Colleague(self.office, self.app, OFFICER, "Olga Smith")
        self.office.register.follow()
        for one in (self.asha, self.olga):
            one.open_file(self.case)

    def change(self, **changes: Any) -> Any:
        fields = {
            "kind": "price", "ground": "provided-for", "value_after": "7,000", "scope_changed": "no", "favours_supplier": "no",
            "reason": "Clause 14 ties the price to wages.", **a_day("changed_on", "2026-06-01"), **ACT, **changes,
        }  # fmt: skip
        return self.asha.post(f"/desk/cases/{self.case}/change-contract", **fields)

    def end(self, by: Colleague, **changes: Any) -> Any:
        fields = {
            "how": "termination", "cause": "breach", "reason": "Nobody came on nine nights.",
            **a_day("ended_on", "2026-04-24"), **ACT, **changes,
        }  # fmt: skip
        return by.post(f"/desk/cases/{self.case}/end-contract", **fields)

    def notice(self, code: str) -> Any:
        return self.olga.post(
            f"/desk/cases/{self.case}/notice",
            notice=code,
            reference="2026/S 000-012345",
            conflicts_confirmed="yes",
            **ACT,
        )

    def page(self, address: str = "") -> str:
        self.office.register.follow()
        return text_of(self.olga.get(address or f"/decisions/{self.case}"))

    def publish(self) -> None:
        self.office.do(Release(id="test", occasion="contract"))


@pytest.fixture
def desks(tmp_path: Path) -> Iterator[Desks]:
    made = Desks(tmp_path / "register")
    yield made
    made.office.close()


def test_a_change_is_decided_noticed_and_read_by_everybody(desks: Desks) -> None:
    task = text_of(desks.asha.get(f"/desk/cases/{desks.case}/change-contract"))
    assert "It stands at £5,200.00" in task
    signing = desks.change()
    assert "from £5,200.00 to £7,000.00; a contract change notice (UK10) is due before" in text_of(signing)
    desks.asha.sign(signing)
    assert "Publish the notice of the contract change of Monday 1 June" in desks.page("/desk")
    sheet = desks.page(f"/desk/cases/{desks.case}/notices/UK10")
    assert "Needed before 1 June 2026" in sheet
    assert "Clause 14 ties the price to wages." in sheet
    kept = desks.page()
    assert "Changed from 1 June 2026" in kept
    assert "Due before the change (section 75)" in kept
    assert "Clause 14" not in kept
    assert "£7,000" not in kept
    desks.olga.sign(desks.notice("UK10"))
    assert "contract change" not in desks.page("/desk")
    assert re.search(r"Due before the change \(section 75\); published 24 April 2026", desks.page())
    desks.publish()
    shown = desks.page()
    assert "Clause 14 ties the price to wages." in shown
    assert "£7,000 (+34.62%)" in shown
    assert "The contract provides for it (Procurement Act 2023, schedule 8, paragraph 1)" in shown
    assert "£7,000" in desks.page(f"/providers/{ALDER.id}")


def test_an_end_is_recorded_noticed_and_read_by_everybody(desks: Desks) -> None:
    desks.olga.sign(desks.end(desks.olga))
    assert "Publish the contract termination notice" in desks.page("/desk")
    assert "Termination by a party: a breach of contract. Nobody came on nine nights." in desks.page(
        f"/desk/cases/{desks.case}/notices/UK11"
    )
    kept = desks.page()
    assert "Ended on 24 April 2026" in kept
    assert "Contract ended" in kept
    assert "nine nights" not in kept
    desks.olga.sign(desks.notice("UK11"))
    assert "termination notice" not in desks.page("/desk")
    desks.publish()
    assert "Nobody came on nine nights." in desks.page()
    assert "(contract ended)" in desks.page(f"/providers/{ALDER.id}")
    tasks = desks.asha.get(f"/desk/cases/{desks.case}").text
    assert "/change-contract" not in tasks


def test_what_the_act_does_not_permit_needs_a_reason_and_a_second_person(desks: Desks) -> None:
    hostile = desks.change(version="²", **{"changed_on-day": "9" * 40})
    assert hostile.status_code == 422
    assert "Write a day of the calendar" in text_of(hostile)
    refused = desks.change(version="1", ground="below-threshold")
    assert refused.status_code == 422
    assert "not below the threshold (Act, s. 74(4))" in text_of(refused)
    assert "Clause 14 ties the price to wages." in refused.text, "nothing typed is lost"
    again = desks.change(version="2", ground="below-threshold", override_reason="The old price would close the home.")
    assert "/desk/sign/" in str(again.url), text_of(again)


def test_a_change_that_was_made_without_its_notice_is_recorded_as_it_happened_and_found(desks: Desks) -> None:
    desks.office.wait_until("2026-07-01T09:00:00.000Z")
    desks.asha.begin(desks.app)
    desks.asha.open_file(desks.case)
    told = desks.change(
        ground="", evidence="stated-by-officer", **a_day("happened_at", "2026-06-01"), **{"happened_at-time": "09:00"}
    )
    desks.asha.sign(told)
    desks.publish()
    shown = desks.page()
    assert "The contract was changed from 1 June 2026; no notice of it is on the record" in shown
    assert "From 1 June 2026: no ground is stated" in shown


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"value_after": "7.000,00"}, "Write an amount in pounds"),
        ({"value_after": "1e9"}, "Write an amount in pounds"),
        ({"value_after": "5,200"}, "a change of price came without another value"),
        ({"term_days": "9" * 15}, "a term grows or shrinks by 36525 days at most"),
        ({"term_days": "1.5"}, "Write a whole number"),
        ({"changed_on-day": "31", "changed_on-month": "2"}, "Write a day of the calendar"),
        ({"changed_on-year": "2025"}, "what was changed before is reported"),
        ({"kind": "gift"}, "Choose one of the answers"),
        ({"ground": ""}, "a public contract is changed on a ground of the Act only"),
        ({"kind": "supplier", "new.id": "=cmd()", "new.name": "X"}, "a provider's id must be"),
        ({"kind": "supplier", "new.id": "GB-COH-1"}, "name"),
        ({"reason": "\u202e \u200b"}, "the reason for the change is empty"),
        ({"reason": ""}, "Write why"),
    ],
)
def test_what_cannot_be_a_change_is_said_beside_the_form_and_recorded_nowhere(
    desks: Desks, changes: dict[str, str], said: str
) -> None:
    size = desks.office.register.reader.size
    answer = desks.change(**changes)
    assert answer.status_code == 422, str(answer.url)
    assert said.lower() in text_of(answer).lower()
    assert desks.office.register.reader.size == size


def test_hostile_words_stay_words(desks: Desks) -> None:
    reason = "<script>alert(1)</script> =cmd() \u202egnp.exe"
    desks.asha.sign(desks.change(reason=reason))
    desks.publish()
    desks.office.register.follow()
    page = desks.olga.get(f"/decisions/{desks.case}").text
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_notices_can_be_recorded_after_the_signature(desks: Desks) -> None:
    assert f"/desk/cases/{desks.case}/notice" in desks.olga.get(f"/desk/cases/{desks.case}").text
    desks.olga.sign(desks.notice("UK9"))
