"""A long form on several pages: each keeps its own, says how complete it is, and the whole is checked before it is signed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fairplace.referral.events import NeedAssessed
from tests.homes import APPROVER, SOCIAL_WORKER
from tests.http.agents import Agents
from tests.http.colleagues import text_of
from tests.http.test_seeking import NEED
from tests.placement_office import open_placements

FORM = "/desk/cases/new/need"


@pytest.fixture
def agents(tmp_path: Path) -> Iterator[Agents]:
    agency = open_placements(tmp_path / "register")
    agency.wait_until("2026-03-02T09:00:00.000Z")
    yield Agents(agency)
    agency.close()


def version(page: Any) -> str:
    found = re.search(r'name="version" value="(\d+)"', page.text)
    assert found
    return found[1]


def names_on(page: Any) -> set[str]:
    return set(re.findall(r'<(?:input|textarea|select)[^>]* name="([^"]+)"', page.text)) - {"token", "version", "part"}


def test_the_need_is_filled_in_part_by_part_and_signed_as_a_whole(agents: Agents) -> None:
    worker = agents.be(SOCIAL_WORKER)
    listed = worker.get(FORM)
    said = text_of(listed)
    assert re.search(r"\d+ answers are still missing", said), said
    for title in (
        "The home",
        "The child",
        "What is needed",
        "Connections",
        "The assessment",
        "Which facts are at hand",
    ):
        assert title in said, title
    parts = sorted({int(one) for one in re.findall(r'href="\?part=(\d+)"', listed.text)})
    for number in parts:
        page = worker.get(f"{FORM}?part={number}")
        assert f"part {number} of {len(parts)}" in text_of(page)
        own = {name: value for name, value in NEED.items() if name in names_on(page)}
        after = worker.post(FORM, **own, part=str(number), version=version(page), do="next")
        assert after.status_code == 200
        if number < parts[-1]:
            assert f"part {number + 1} of {len(parts)}" in text_of(after), text_of(after)
    said = text_of(after)
    assert "Nothing that must be answered is missing" in said
    assert "The referral is" in said
    assert "% complete" in said
    page = worker.post(FORM, evidence="signed-by-party", part="list", version=version(after), do="sign")
    assert "/desk/sign/" in str(page.url), text_of(page)
    worker.sign(page)
    reader = agents.register.reader
    [recorded] = reader.recorded(reader.size - 1, reader.size)
    event = recorded.event
    assert isinstance(event, NeedAssessed)
    assert [line.words for line in event.lines.get()] == ["Adults who stay calm at night", "The same school"]
    assert event.child.get().age_months == 160


def test_what_is_wrong_is_said_in_its_part_and_nothing_of_any_part_is_lost(agents: Agents) -> None:
    worker = agents.be(SOCIAL_WORKER)
    first = worker.get(f"{FORM}?part=1")
    home = {name: value for name, value in NEED.items() if name in names_on(first)}
    second = worker.post(FORM, **home, part="1", version=version(first), do="next")
    wrong = worker.post(FORM, years="=1+1", **{"child.sex": "female"}, part="2", version=version(second), do="next")
    assert wrong.status_code == 422
    assert "Write a whole number" in text_of(wrong)
    assert 'value="=1+1"' in wrong.text
    left = worker.post(FORM, years="=1+1", **{"child.sex": "female"}, part="2", version=version(wrong), do="save")
    signed = worker.post(FORM, evidence="signed-by-party", part="list", version=version(left), do="sign")
    assert signed.status_code == 422
    assert 'href="?part=2#years"' in signed.text
    again = worker.get(f"{FORM}?part=1").text
    assert 'value="residential" checked' in again
    hostile = worker.post(
        FORM, **{"n0-words": "<script>alert(1)</script> lives at LS1 4AP"}, part="3", version=version(signed), do="next"
    )
    assert hostile.status_code == 422
    assert "postcode" in text_of(hostile)
    assert "<script>alert(1)" not in hostile.text


def test_two_people_cannot_write_over_each_other_and_no_part_is_one_that_is_not_there(agents: Agents) -> None:
    agents.agency.tell("judged")
    case = agents.agency.case
    worker = agents.be(SOCIAL_WORKER)
    worker.open_file(case)
    place = f"/desk/cases/{case}/need"
    page = worker.get(f"{place}?part=1")
    fields = {name: value for name, value in NEED.items() if name in names_on(page)}
    worker.post(place, **fields, part="1", version=version(page), do="next")
    stale = worker.post(place, **{**fields, "profile.level": "4"}, part="1", version=version(page), do="next")
    assert stale.status_code == 409
    for odd in ("99", "0", "-1", "<script>", "list"):
        assert (
            "All on one page"
            in worker.get(
                place,
            ).text
        )
        assert "All on one page" in worker.client.get(place, params={"part": odd}).text
    assert "Save and go on" not in worker.get(f"{place}?part=all").text
    approver = agents.be(APPROVER)
    approver.open_file(case)
    assert approver.get(f"{place}?part=1").status_code == 403
