"""Preview before signing: for those who sign, and nothing of it is recorded or kept."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from litestar import Litestar

from fairplace.http.app import create_app
from tests.http.colleagues import Colleague, text_of
from tests.office import Office, open_office
from tests.story import APPROVER, EVALUATORS, MONITORING, OFFICER, tender

REASON = "The best plan for each child, and within the estimate."


class Desks:
    """A case whose marks are agreed, and the people at their desks."""

    def __init__(self, folder: Path) -> None:
        self.office: Office = open_office(folder, until="moderated")
        self.office.wait_until("2026-04-09T09:00:00.000Z")
        self.office.register.follow()
        self.app: Litestar = create_app(self.office.register)
        self.asha = Colleague(self.office, self.app, APPROVER, "Asha Rao")
        self.olga = Colleague(self.office, self.app, OFFICER, "Olga Smith")
        self.eva = Colleague(self.office, self.app, EVALUATORS[0], "Eva Jones")

    def award(self) -> Any:
        """The page on which the approver signs the award."""
        self.asha.open_file(self.office.case)
        return self.asha.post(
            f"/desk/cases/{self.office.case}/award",
            a0="5,200", reasons=REASON, delegation="Scheme of delegation 4.2",
            evidence="signed-by-party", version="0", do="sign",
        )  # fmt: skip


@pytest.fixture
def desks(tmp_path: Path) -> Iterator[Desks]:
    made = Desks(tmp_path / "register")
    yield made
    made.office.close()


def test_an_award_is_previewed_for_the_public_and_for_each_bidder(desks: Desks) -> None:
    signing = desks.award()
    act = signing.url.path
    size = desks.office.register.reader.size
    page = desks.asha.get(f"{act}/preview")
    assert "Nothing is recorded, and nobody else sees it." in text_of(page)
    for name in ("Alder Homes", "Birch Care", "Cedar House"):
        assert name in text_of(page)
    public = desks.asha.get(f"{act}/preview/page")
    assert "The last step is not recorded" in public.text
    assert "Award decided" in text_of(public) or "Awarded" in text_of(public)
    assert REASON not in public.text  # sealed until the summaries are out
    assert "Alder Homes" not in public.text
    letters = [desks.asha.get(f"{act}/preview/{one}") for one in places(page.text)]
    assert len(letters) == 3
    assert desks.office.register.reader.size == size
    for answer in (page, public, *letters):
        assert answer.headers["cache-control"] == "no-store"
    shown = words(public)
    desks.asha.sign(desks.asha.get(act))
    for place, letter in zip(places(page.text), letters, strict=True):
        real = desks.asha.get(f"/desk/cases/{desks.office.case}/letters/{place}")
        assert article(letter) == article(real)
    desks.office.register.follow()
    real = words(desks.asha.get(f"/decisions/{desks.office.case}"))
    assert shown == real, list(difflib.unified_diff(shown.split(), real.split()))


def test_what_is_signed_is_said_in_pounds_days_and_names(desks: Desks) -> None:
    """An estimate in pence reads a hundred times too high, and a key's name is nobody's."""
    page = text_of(desks.award())
    for words in (
        "(Alder Homes): who the award goes to",
        "£5,200",
        "How it is recorded Signed here",
        "When 9 April 2026, 10am",
    ):
        assert words in page
    for code in ("520000", "2026-04-09", "signed-by-party"):
        assert code not in page
    desks.olga.open_file(desks.office.case)
    present = {"evidence": "signed-by-party", "outcome": "monitor", "reason": "Watch it.", "version": "0", "do": "sign"}
    lin = Colleague(desks.office, desks.app, MONITORING, "Lin Webb")
    lin.open_file(desks.office.case)
    signing = lin.post(f"/desk/cases/{desks.office.case}/interest", person=OFFICER.key, **present)
    assert "Olga Smith" in text_of(signing)
    assert "Back to the case" in text_of(lin.sign(signing))


def test_a_text_is_chosen_to_be_corrected_or_taken_down_and_nobody_types_a_slot(desks: Desks) -> None:
    office = desks.office
    desks.olga.open_file(office.case)
    planned = f"{office.at['procurement.planned/1']}:/need"
    page = desks.olga.get(f"/desk/cases/{office.case}/take-down")
    assert f'value="{planned}"' in page.text
    assert "The need, in step" in text_of(page)
    act = {"evidence": "signed-by-party", "version": "0", "do": "sign", "which": planned}
    words = {"words": "Fifty families wait for short breaks", "reason": "Ten were counted twice."}
    desks.olga.sign(desks.olga.post(f"/desk/cases/{office.case}/correct", **act, **words))
    desks.olga.sign(desks.olga.post(f"/desk/cases/{office.case}/release", **{**act, "occasion": "correction"}))
    office.register.follow()
    shown = text_of(desks.olga.get(f"/decisions/{office.case}"))
    for said in ("The need of step", "Fifty families", "Ten were counted twice.", "Forty families"):
        assert said in shown
    why = {"ground": "error", "reason": "It was meant for another case."}
    desks.olga.sign(desks.olga.post(f"/desk/cases/{office.case}/take-down", **act, **why))
    office.register.follow()
    assert "Forty families" not in desks.olga.get(f"/decisions/{office.case}").text
    assert f'value="{planned}"' not in desks.olga.get(f"/desk/cases/{office.case}/take-down").text


def places(page: str) -> list[str]:
    found = {part.split('"', 1)[0] for part in page.split("/preview/")[1:]}
    return sorted(found - {"page"})


def article(page: Any) -> str:
    """A letter as it is read."""
    return page.text.split('<article class="fp-letter">')[1].split("</article>")[0]


def words(page: Any) -> str:
    """What the record itself says, on either page: without how to take it home and how to check it."""
    record = text_of(page).split("The facts", 1)[1]
    record = record.split("How to check this", 1)[0].split("End of record", 1)[0].strip()
    return re.sub(r"Fingerprint (none before it is signed|\S+)", "", record)  # only what is signed has one


def test_a_preview_is_for_those_who_may_see_what_is_signed(desks: Desks) -> None:
    act = desks.award().url.path
    for one in (desks.eva, desks.olga):
        for address in (f"{act}/preview", f"{act}/preview/page", f"{act}/preview/01"):
            assert one.get(address).status_code == 403, address
    assert desks.asha.get("/desk/sign/nothing/preview").status_code == 404
    assert desks.asha.get(f"{act}/preview/99").status_code == 404
    assert desks.asha.get(f"{act}/preview/..%2f").status_code == 404


def test_letters_are_previewed_only_while_the_file_is_open(desks: Desks) -> None:
    act = desks.award().url.path
    again = Colleague.__new__(Colleague)
    again.__dict__.update(desks.asha.__dict__)
    again.begin(desks.app)  # another session of the same person
    page = again.get(f"{act}/preview")
    assert "Open the file" in text_of(page)
    assert "Birch Care" not in page.text
    [place, *_] = places(desks.asha.get(f"{act}/preview").text)
    assert "Open this case file" in again.get(f"{act}/preview/{place}").text


def test_a_plan_is_previewed_before_there_is_a_case(desks: Desks) -> None:
    signing = desks.olga.post(
        "/desk/cases/new/plan", title="Something else", need="A need", authority="Cabinet", regime="PA23",
        contract_kind="services", route="open", light_touch="yes", cpv="85311300", concerns_one_person="no",
        lots_reason="One", evidence="signed-by-party", version="0", do="sign",
    )  # fmt: skip
    page = desks.olga.get(f"{signing.url.path}/preview/page")
    assert page.status_code == 200
    assert "Title not public yet" in text_of(page)
    assert "Something else" not in page.text
    assert "Nothing by this step" in text_of(desks.olga.get(f"{signing.url.path}/preview"))


def test_a_release_is_previewed_with_what_it_opens_once_the_file_is_open(tmp_path: Path) -> None:
    with open_office(tmp_path / "register", until="planned") as office:
        office.do(tender())
        office.register.follow()
        olga = Colleague(office, create_app(office.register), OFFICER, "Olga Smith")
        olga.open_file(office.case)
        act = olga.post(
            f"/desk/cases/{office.case}/release", occasion="notice", evidence="signed-by-party", version="0", do="sign"
        ).url.path
        assert "Forty families wait" in text_of(olga.get(f"{act}/preview/page"))
        olga.begin(create_app(office.register))  # another session
        page = olga.get(f"{act}/preview/page")
        assert "Open this case file" in page.text
        assert "Forty families wait" not in page.text
