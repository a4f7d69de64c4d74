"""A notice fills in the plan, who buys and the invitation: marked as the notice's, and nothing recorded."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fairplace.forms.buying import rows_of
from fairplace.http.app import create_app
from fairplace.openness.commands import Release
from fairplace_verify import verify_register
from tests import story
from tests.http.colleagues import Colleague, text_of
from tests.ocds.test_facts import notice, packed
from tests.office import Office, open_office
from tests.story import APPROVER, OFFICER


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = open_office(tmp_path / "register")
    made.do(story.plan())
    made.do(story.conflicts())
    made.register.follow()
    yield made
    made.close()


@pytest.fixture
def olga(office: Office) -> Colleague:
    made = Colleague(office, create_app(office.register), OFFICER, "Olga Smith")
    made.open_file(office.case)
    return made


def choose(who: Colleague, address: str, data: bytes, name: str = "notice.json") -> object:
    return who.post(f"{address}/notice", do="choose", files={"notice": (name, data)})


def test_a_plan_is_filled_in_and_marked(office: Office, olga: Colleague) -> None:
    size = office.register.reader.size
    choose(olga, "/desk/cases/new/plan", packed(notice()))
    page = olga.get("/desk/cases/new/plan").text
    assert 'value="Short breaks"' in page
    assert 'value="Northbrook Council"' in page
    assert 'value="1,800,000.50"' in page
    assert page.count("From the notice 012345-2026, ocds-h6vhtk-0abcde") == 9
    assert "Jo Bloggs" not in page
    changed = olga.post("/desk/cases/new/plan", title="Another title", version="1", do="save")
    assert changed.status_code == 200
    page = olga.get("/desk/cases/new/plan").text
    assert "From the notice" not in page.split('id="title"', 1)[0].rsplit("govuk-form-group", 1)[1]
    assert office.register.reader.size == size


def test_an_invitation_is_filled_in_with_weights_and_days(office: Office, olga: Colleague) -> None:
    address = f"/desk/cases/{office.case}/tender"
    choose(olga, address, packed(notice()))
    draft = olga.drafts.get(office.case, "tender")
    assert draft is not None
    assert (draft.written["c0-weight"], draft.written["deadline-day"]) == (["57.5"], ["30"])
    page = olga.get(address).text
    assert page.count("From the notice 012345-2026") == 9  # six of criteria, two moments, the number
    sent = {name: values for name, values in draft.written.items() if not name.startswith("@")}
    more = {"highest": "5", "price_formula": "lowest-over-price", "winners": "1", "late_policy": "reject"}
    signing = olga.post(address, **sent, **more, evidence="signed-by-party", version="1", do="sign")
    olga.sign(signing)
    event = office.register.reader.case(office.case)[-1].event
    assert [one.weight for one in event.criteria] == [5750, 4250]
    assert event.deadline == "2026-10-30T12:00:00.000Z"
    assert "In the case <strong>Short breaks for disabled children</strong>" in signing.text


def test_twelve_criteria_have_room_and_stand_in_the_form_that_changes_them(office: Office, olga: Colleague) -> None:
    titles = [f"Part {number}" for number in range(1, 13)]
    rows = [{"type": "quality", "name": one, "numbers": [{"number": 5, "weight": "percentageExact"}]} for one in titles]
    rows.append({"type": "cost", "name": "Price", "numbers": [{"number": 40, "weight": "percentageExact"}]})
    address = f"/desk/cases/{office.case}/tender"
    choose(olga, address, packed(notice(awardCriteria={"criteria": rows})))
    draft = olga.drafts.get(office.case, "tender")
    assert draft is not None
    page = olga.get(address).text
    assert 'value="Part 12"' in page
    assert page.count(">Criterion ") == 16  # thirteen and three more
    sent = {name: values for name, values in draft.written.items() if not name.startswith("@")}
    more = {
        "highest": "5",
        "descriptors": "5: all of it\n0: nothing",
        "price_formula": "lowest-over-price",
        "winners": "1",
        "late_policy": "reject",
    }
    version = str(draft.version)
    stray = olga.post(
        address,
        **sent,
        **{**more, "descriptors": "5: all of it\nnothing"},
        evidence="signed-by-party",
        version=version,
        do="sign",
    )
    assert "this one does not: nothing" in stray.text
    olga.sign(olga.post(address, **sent, **more, evidence="signed-by-party", version=str(draft.version + 1), do="sign"))
    change = olga.get(f"/desk/cases/{office.case}/criteria").text
    assert all(f'value="{one}"' in change for one in [*titles, "Price"])
    assert "5: all of it" in change
    assert "checked" in change.split('value="lowest-over-price"', 1)[1].split(">", 1)[0]


def test_room_for_more_is_made_without_losing_what_was_typed(office: Office, olga: Colleague) -> None:
    address = f"/desk/cases/{office.case}/tender"
    answer = olga.post(address, **{f"c{row}-title": f"Part {row}" for row in range(6)}, version="0", do="more")
    assert 'value="Part 5"' in answer.text
    assert 'id="c8-title"' in answer.text
    assert 'id="c9-title"' not in answer.text


def test_of_several_lots_one_is_chosen(olga: Colleague) -> None:
    lots = [{"id": "1", "title": "North"}, {"id": "2", "title": "South"}]
    page = choose(olga, "/desk/cases/new/plan", packed(notice(lots=lots, value={"amount": 5})))
    assert "Short breaks: South" in text_of(page)
    for odd in ("", "7", "-1", "²", "x" * 50):
        assert olga.post("/desk/cases/new/plan/notice", do="take", which=odd).status_code == 400
    olga.post("/desk/cases/new/plan/notice", do="take", which="1")
    assert 'value="Short breaks: South"' in olga.get("/desk/cases/new/plan").text


def test_what_the_notice_leaves_open_is_said(olga: Colleague) -> None:
    page = choose(olga, "/desk/cases/new/plan", packed(notice(value={"amount": 5_000, "currency": "GBP"})))
    assert "The notice gives a value of £5,000" in text_of(page)


def test_what_somebody_wrote_stays(olga: Colleague) -> None:
    olga.post("/desk/cases/new/plan", title="My own words", version="0", do="save")
    page = choose(olga, "/desk/cases/new/plan", packed(notice()))
    assert "1 fields stay" not in text_of(page)
    assert "1 field stays as it was written by hand" in text_of(page)
    assert 'value="My own words"' in olga.get("/desk/cases/new/plan").text


def test_another_notice_takes_the_place_of_the_first_and_mixes_with_nothing(olga: Colleague) -> None:
    """Whoever chose the wrong file first must not sign its term with the right one's title."""
    choose(olga, "/desk/cases/new/plan", packed(notice()))
    olga.post("/desk/cases/new/plan", title="Short breaks", need="My own words", version="1", do="save")
    other = {**notice(title="Foster care", lots=[]), "id": "099999-2026"}
    choose(olga, "/desk/cases/new/plan", packed(other))
    draft = olga.drafts.get("", "plan", olga.person.id)
    assert draft is not None
    assert (draft.written["title"], draft.written["need"]) == (["Foster care"], ["My own words"])
    assert "max_term_days" not in draft.written
    assert "012345-2026" not in olga.get("/desk/cases/new/plan").text


@pytest.mark.parametrize("data", [b"", b"{", b"\xff\xfe", b'{"ocid": 5}', b"<script>", b"[" * 50_000])
def test_what_is_no_notice_is_said_on_the_page(olga: Colleague, data: bytes) -> None:
    page = choose(olga, "/desk/cases/new/plan", data)
    assert page.status_code == 400  # type: ignore[attr-defined]
    assert "There is a problem" in text_of(page)
    assert olga.drafts.get("", "plan", olga.person.id) is None


def test_hostile_words_of_a_notice_stay_words(olga: Colleague) -> None:
    hostile = '"><script>alert(1)</script>'
    choose(olga, "/desk/cases/new/plan", packed(notice(title=hostile)), f"{hostile}.json")
    page = olga.get("/desk/cases/new/plan").text
    assert hostile not in page
    assert "&lt;script&gt;" in page


def test_other_tasks_and_other_roles_take_no_notice(office: Office, olga: Colleague) -> None:
    assert olga.get(f"/desk/cases/{office.case}/award/notice").status_code == 404
    asha = Colleague(office, create_app(office.register), APPROVER, "Asha Rao")
    assert asha.get("/desk/cases/new/plan/notice").status_code == 403
    assert choose(asha, "/desk/cases/new/plan", packed(notice())).status_code == 403  # type: ignore[attr-defined]


ACT = {"evidence": "signed-by-party", "version": "0", "do": "sign"}
PARTIES = [
    {"id": "GB-PPON-PNOR-1234-TBRK", "name": "Northbrook Council", "roles": ["buyer", "leadBuyer"]},
    {"id": "GB-LAE-VAL", "name": "Vale Council", "roles": ["buyer"]},
    {"name": "Vale Children’s Trust", "roles": ["buyer"], "contactPoint": {"name": "Jo Bloggs"}},
]


def test_who_buys_is_filled_in_from_a_notice_signed_and_shown_and_found_by_each_of_them(
    office: Office, olga: Colleague
) -> None:
    address = f"/desk/cases/{office.case}/buyers"
    assert "Name who buys together" in text_of(olga.get(f"/desk/cases/{office.case}"))
    assert 'value="Northbrook Council"' in olga.get(address).text
    said: Any = choose(olga, address, packed(notice() | {"parties": PARTIES}))
    assert "The notice gives no identifier of Vale Children’s Trust" in text_of(said)
    draft = olga.drafts.get(office.case, "buyers")
    assert draft is not None
    form = {name: values[0] for name, values in draft.written.items() if not name.startswith("@")}
    assert (form["b0-role"], form["b1-id"], form["b2-role"]) == ("leads", "GB-LAE-VAL", "buys")
    wrong = olga.post(address, **{**ACT, "version": "1"}, **{**form, "b1-role": "leads"})
    assert (wrong.status_code, 'value="GB-LAE-VAL"' in wrong.text) == (422, True)
    assert "Northbrook Council and Vale Council came as leading" in text_of(wrong)
    signing = olga.post(address, **{**ACT, "version": "2"}, **{**form, "b2-role": "bought-for"})
    assert "Vale Council (GB-LAE-VAL), buys jointly" in text_of(signing)
    shown = olga.get(f"{signing.url.path}/preview/page").text
    assert "Buyers, each by name" in shown
    assert "Vale Council" not in shown  # not before the notice
    olga.sign(signing)
    office.do(story.tender())
    assert "Vale Council" not in olga.get(f"/decisions/{office.case}").text
    office.do(Release(id="test", occasion="notice"))
    office.register.follow()
    page = text_of(olga.get(f"/decisions/{office.case}"))
    assert "Vale Council ( GB-LAE-VAL , buys jointly)" in page
    assert "Vale Children’s Trust (no identifier known, is bought for)" in page
    data = olga.get(f"/decisions/{office.case}.json").json()
    checked = f'data-from="{data["buyers_index"]}/buyers/1/id">GB-LAE-VAL</span>'
    assert checked in olga.get(f"/decisions/{office.case}").text, "anybody can have their browser compare it"
    assert [one["role"] for one in data["buyers"]] == ["leads", "buys", "bought-for"]
    for words in ("Vale Council", "GB-LAE-VAL", "children’s trust"):
        found = olga.get(f"/decisions.json?q={words}").json()
        assert [row["case"] for row in found["rows"]] == [office.case], words
    assert "Northbrook Council, Vale Council and Vale Children’s Trust" in text_of(olga.get("/decisions"))
    report = verify_register(office.register.folder / "public", office.register.settings.log[0].vkeys)
    assert report.exit_code == 0, report.verdict
    assert 'value="Vale Council"' in olga.get(address).text  # naming anew begins with who is named


def test_a_notice_puts_no_part_of_one_buyer_beside_another() -> None:
    written = {
        "b0-name": ["Borough of Example"],
        "b0-role": ["leads"],
        "b2-id": ["GB-LAE-X"],
        "b3-name": ["VALE council"],
    }
    assert rows_of([("Vale Council", "GB-LAE-VAL", "buys"), ("Northbrook", None, "leads")], written) == {
        "b3-name": ["Vale Council"], "b3-id": ["GB-LAE-VAL"], "b3-role": ["buys"],
        "b1-name": ["Northbrook"], "b1-role": ["leads"],
    }  # fmt: skip
