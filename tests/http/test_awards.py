"""A contracts register at the desk: chosen, matched, looked at, taken in with one press, and told; by officers alone."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from fairplace.awards.kept import WORDS
from fairplace.http import awards
from fairplace.http.app import create_app
from fairplace.ocds.importing import alone
from tests.awards.registers import HEAD, placement, register, row
from tests.http.colleagues import Colleague, text_of
from tests.office import Office, open_office
from tests.story import APPROVER, OFFICER
from tests.taken_in import imported
from tests.workbook.written import comma_separated

ADDRESS = "/desk/awards"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = open_office(tmp_path / "register", until="planned")
    made.register.follow()
    yield made
    made.close()


@pytest.fixture
def olga(office: Office) -> Colleague:
    return Colleague(office, create_app(office.register), OFFICER, "Olga Smith")


def choose(olga: Colleague, data: bytes) -> str:
    return text_of(olga.post(ADDRESS, do="choose", files={"register": ("contracts.csv", data)}))


def test_a_register_is_looked_at_taken_in_and_told(office: Office, olga: Colleague) -> None:
    size = office.register.reader.size
    rows = (row(title="Mowing <b>", value="1.2m"), row("C-2", published=""), placement("C-3"))
    said = choose(olga, register(*rows))
    assert "3 awards in 3 rows. 1 is public once taken in. Nothing is recorded yet." in said
    assert "1 award: nothing says that it was published." in said
    assert "Row 2, Contract value : “1.2m” is no amount" in said
    assert "<b>" not in olga.get(ADDRESS).text.split("What was read")[1].split("</ol>")[0]
    assert office.register.reader.size == size

    look = {"do": "look", "heading": "1", "published": "yes", "column-reference": "Contract ref"}
    look |= {"column-title": "Contract title", "column-supplier": "Supplier name", "column-value": "Contract value"}
    look |= {"column-department": "Department", "column-procedure": "Procurement route"}
    assert "nothing says that it was published" not in text_of(olga.post(ADDRESS, **look))

    said = text_of(olga.post(ADDRESS, do="take"))
    assert "3 awards taken in." in said
    assert "Row 2, Contract value : “1.2m” is no amount" in said
    assert [event.concerns_one_person for event in imported(office.register)] == [False, False, True]
    raw = office.register.documents.get(imported(office.register)[0].raw.get().sha256)
    assert json.loads(raw)["taken_in_by"].startswith("Olga Smith, ")
    report = olga.get(f"{ADDRESS}/report.json")
    assert report.json()["taken"] == 3
    assert "no amount" in olga.get(f"{ADDRESS}/faults.csv").content.decode("utf-8-sig")
    assert olga.get(f"{ADDRESS}/report.pdf").status_code == 404
    case = imported(office.register)[2].case
    assert (
        f'C-3,4,"Residential placement, J.S.","{WORDS["one-person"]}",{case}' in olga.get(f"{ADDRESS}/awards.csv").text
    )
    assert f'href="/desk/cases/{case}"' in olga.get(ADDRESS).text
    cases = olga.get("/desk/cases").text
    assert 0 < cases.index(f"/desk/cases/{office.case}") < cases.index(f"/desk/cases/{case}")  # its own come first

    office.register.follow()
    assert "Mowing &lt;b&gt;" in olga.get("/decisions").text
    assert "From a contracts register" in olga.get("/decisions").text
    assert "The register" in text_of(olga.post(ADDRESS, do="drop"))
    said = choose(olga, register(*rows))  # the columns of the last one are remembered, and that it was published is not
    assert "read as the last register" in said
    assert "3 awards are here already" in said
    assert "Date of award" not in json.loads(olga.get(f"{ADDRESS}/report.json").text)["columns"]


def test_unknown_headings_are_matched_by_hand(office: Office, olga: Colleague) -> None:
    said = choose(olga, comma_separated([["Our contracts"], ["Nr", "What", "Who"], ["7", "Mowing", "Green Ltd"]]))
    assert "0 awards in 0 rows" in said
    assert (
        "has no column for the reference (reference) and the title (title) and the supplier (supplier); there are “Nr”, “What”, “Who”"
        in said
    )
    assert olga.post(ADDRESS, do="take").status_code == 400
    olga.post(ADDRESS, do="look", heading="2")
    names = {"column-reference": "Nr", "column-title": "What", "column-supplier": "Who", "column-value": "No such"}
    assert "1 award in 1 row." in text_of(olga.post(ADDRESS, do="look", heading="2", **names))


def test_care_becomes_public_only_when_an_officer_says_to_have_read_it(office: Office, olga: Colleague) -> None:
    rows = [row(f"C-{number}", title=f"Mowing {number}") for number in range(30)]
    care = placement("C-50", procedure="Open", title="Short breaks for families", description="Swimming")
    said = choose(olga, register(*rows, care, placement("C-51", procedure="Open")))
    assert "30 are public once taken in" in said
    before, listed = said.split("30 awards to become public")
    assert before.index("Awards of care to read") < before.index("Short breaks for families") < before.index("Swimming")
    assert "Residential placement" not in before
    assert all(f"Mowing {number} " in listed for number in range(30))
    assert f"Kept from the public: {WORDS['names']}." in listed
    shown = re.search(r'name="shown" value="(\w+)"', olga.get(ADDRESS).text)
    assert shown
    refused = olga.post(ADDRESS, do="care", shown="of another register", care_read="yes")
    assert refused.status_code == 409
    assert "read these, and say so again" in text_of(refused)
    olga.post(ADDRESS, do="take")  # what is said later makes public what was kept back
    assert len(imported(office.register)) == 32
    assert "31 are public once taken in" in text_of(olga.post(ADDRESS, do="care", shown=shown[1], care_read="yes"))
    olga.post(ADDRESS, do="take")
    event = imported(office.register)[32]
    kept = json.loads(office.register.documents.get(event.raw.get().sha256))
    assert (kept["columns"]["care_read"], kept["taken_in_by"][:10]) == (True, "Olga Smith")
    office.register.follow()
    assert "Short breaks for families" in olga.get("/decisions").text


def test_what_does_not_fit_into_one_answer_is_gone_on_with(
    office: Office, olga: Colleague, monkeypatch: pytest.MonkeyPatch
) -> None:
    choose(olga, register(row("C-1", value="0"), row("C-2")))
    with alone(office.register):
        busy = olga.post(ADDRESS, do="take")
    assert busy.status_code == 503
    assert "Another import into this register is running" in text_of(busy)
    monkeypatch.setattr(awards, "AT_A_TIME", 0)
    assert "0 awards taken in, 2 left." in text_of(olga.post(ADDRESS, do="take"))
    monkeypatch.undo()
    said = text_of(olga.post(ADDRESS, do="take"))
    assert "2 awards taken in." in said
    assert "0 came; it often means that the value is not known" in said


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "The file is empty"),
        (b"PK\x03\x04 no workbook", "damaged"),
        (b"%PDF-1.7\n1 0 obj, <<>>", "This is no spreadsheet, it is a PDF"),
        (comma_separated([HEAD, *[row(str(number)) for number in range(5001)]]), "more than 5,000 rows"),
    ],
)
def test_what_cannot_be_read_says_why(office: Office, olga: Colleague, data: bytes, says: str) -> None:
    answer = olga.post(ADDRESS, do="choose", files={"register": ("contracts.csv", data)})
    assert answer.status_code == 400
    assert says in text_of(answer)


def test_nobody_else_takes_awards_in(office: Office, olga: Colleague) -> None:
    """Nor does anybody see what an officer chose: a register can hold names."""
    choose(olga, register(row()))
    asha = Colleague(office, create_app(office.register), APPROVER, "Asha Rao")
    assert asha.get(ADDRESS).status_code == asha.get(f"{ADDRESS}/report.json").status_code == 403
    assert asha.post(ADDRESS, do="take").status_code == 403
    assert "/desk/awards" not in asha.get("/desk/cases").text
    assert "/desk/awards" in olga.get("/desk/cases").text


def test_what_was_kept_back_is_read_in_its_file_and_made_public_from_there(office: Office, olga: Colleague) -> None:
    choose(olga, register(row("C-2", published=""), placement("C-3")))
    olga.post(ADDRESS, do="take")
    closed, secret = [event.case for event in imported(office.register)]
    for case, words, why in (
        (closed, "Grounds maintenance", "not-published"),
        (secret, "Residential placement, J.S.", "one-person"),
    ):
        olga.open_file(case)
        said = text_of(olga.get(f"/desk/cases/{case}"))
        assert words in said
        assert "What the contracts register states" in said
        assert f"Kept from the public when it was taken in: {WORDS[why]}." in said
        assert "Reference C-" in said
        assert "Plan what is bought" not in said
        assert ("Release what may be public" in said) is (case == closed)
    address = f"/desk/cases/{closed}/release"
    assert WORDS["not-published"] in text_of(olga.get(address))
    page = olga.post(address, version="0", evidence="signed-by-party", do="sign", occasion="import")
    said = text_of(page)
    assert "because it is published elsewhere" in said
    for shown in (said, text_of(olga.get(f"{page.url.path}/preview"))):
        opens = shown.partition("What becomes public")[2]
        assert "The title, in step" in opens
        assert "Grounds maintenance" in opens
    assert said.index("Grounds maintenance") < said.index("Sign on this device")
    olga.begin(olga.client.app)  # another session, in which the file is closed
    unread = olga.get(page.url.path)
    assert "Grounds maintenance" not in unread.text
    assert "open the file of the case" in text_of(unread)
    assert "Sign on this device" not in unread.text
    olga.open_file(closed)
    olga.sign(page)
    office.register.follow()
    assert "Grounds maintenance" in olga.get("/decisions").text
    assert "Kept from the public" not in olga.get(f"/desk/cases/{closed}").text
    olga.open_file(secret)
    refused = text_of(
        olga.post(
            f"/desk/cases/{secret}/release", version="0", evidence="signed-by-party", do="sign", occasion="import"
        )
    )
    assert "concerns one person" in refused
