"""Sealed values are erased, and a hold is lifted, by two who share no machine; what came between voids it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from fairplace.chosen import choose
from fairplace.holding import holds
from fairplace.on_disk import Register
from fairplace.post.letter import letter
from fairplace.post.notes import Written
from fairplace.procurement.commands import EndWithoutAward
from fairplace.terms import Provider
from fairplace.workroom import Workroom
from tests import story
from tests.cli.test_requests import keys, run
from tests.office import open_office, person
from tests.story import ALDER, APPROVER, BIRCH, EVALUATORS, MONITORING, OFFERS, OFFICER

__all__ = ["run"]

FIRST, SECOND = "first", "second"


@pytest.fixture(scope="module")
def over(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A case that ended without an award, with two bids."""
    folder = tmp_path_factory.mktemp("over") / "register"
    with open_office(folder, real_time=True) as office:
        office.do(story.plan())
        office.do(story.conflicts())
        office.do(story.tender(deadline="2199-04-01T12:00:00.000Z", questions_until="2199-03-01T12:00:00.000Z"))
        for provider, offer in ((ALDER, OFFERS[0]), (BIRCH, OFFERS[1])):
            office.do(story.bid(offer), by=person(provider))
        office.do(EndWithoutAward(id="test", ground="need-changed", reason="The need went away"), by=APPROVER)
        office.register.follow()
        (folder.parent / "case").write_text(office.case)
    return folder


@pytest.fixture
def folder(over: Path, tmp_path: Path) -> Path:
    shutil.copytree(over, tmp_path / "register")
    keys(tmp_path, FIRST, OFFICER.key)
    keys(tmp_path, SECOND, MONITORING.key, APPROVER.key, EVALUATORS[0].key)
    return tmp_path / "register"


@pytest.fixture
def bid(over: Path) -> str:
    return f"bid:{(over.parent / 'case').read_text()}:{ALDER.id}"


def erase(run: Any, folder: Path, bid: str, request: Path, *more: str) -> Any:
    return run(
        FIRST, "erase", folder, bid, "--basis", "erasure-request", "--reason", "They asked on 3 May.",
        "--as", OFFICER.key, "--request", request, *more,
    )  # fmt: skip


def kept(folder: Path, name: str) -> int:
    with Register.open(folder) as register:
        return len(choose(register, [name]).kept)


def test_two_who_share_no_machine_erase(run: Any, folder: Path, bid: str, tmp_path: Path) -> None:
    request, before = tmp_path / "request.json", kept(folder, bid)
    made = erase(run, folder, bid, request)
    assert made.code == 0, made.err
    assert "approver or monitoring" in made.err
    assert request.stat().st_mode & 0o077 == 0
    assert kept(folder, bid) == before, "one signature erases nothing"
    assert run(FIRST, "request", "record", folder, request).code == 1
    shown = run(SECOND, "request", "show", request)
    for said in ("sealed.erased/1", "erasure-request", "They asked on 3 May.", "SHA-256: "):
        assert said in shown.out
    signed = run(SECOND, "request", "sign", request, "--as", MONITORING.key, "--yes")
    assert signed.code == 0, signed.err
    done = run(FIRST, "request", "record", folder, request)
    assert done.code == 0, done.err
    assert "nothing in" in done.err
    with Register.open(folder) as register:
        entry = register.reader.entry(json.loads(done.out)["index"])
        assert entry.envelope.type == "sealed.erased/1"
        assert [line.name for line in entry.lines] == [OFFICER.key, MONITORING.key]
    assert erase(run, folder, bid, tmp_path / "again.json").code == 2, "nothing is left of it"
    again = run(FIRST, "request", "record", folder, request)
    assert (again.code, "recorded before" in again.err) == (0, True)
    checked = run(FIRST, "doctor", folder)
    assert checked.code == 0, checked.out + checked.err


def test_what_was_written_about_a_case_at_the_desk_goes_with_it(
    run: Any, folder: Path, bid: str, tmp_path: Path
) -> None:
    """Drafts, names that were looked for, letters and questions: nobody could erase them otherwise."""
    case, other = bid.split(":")[1], "00000000-0000-4000-8000-000000000009"
    note = Written(kind="question", provider=Provider(id=ALDER.id, name=ALDER.name), words="Why not Quillfeather?")
    with Register.open(folder) as register:
        room = Workroom(register)
        for of in (case, other):
            room.drafts.save(of, "names", {"names": ["Maya Quillfeather"]}, by="olga", version=0)
            room.drafts.save(of, "sheet", {"a": ["Quillfeather"]}, by="eve", version=0, owner="eve")
            room.notes.put(of, note)
            room.links.make(of, note.provider, "quillfeather@birch.example")
            room.outbox.put(of, "answer", letter("quillfeather@birch.example", "Subject\n\nWords\n"))
    keys(tmp_path, "third", OFFICER.key, APPROVER.key)

    def left(of: str) -> list[int]:
        with Register.open(folder) as register:
            room = Workroom(register)
            drafts = len(room.drafts.of(of, "eve"))
            return [drafts, *(len(one.of_case(of)) for one in (room.notes, room.links, room.outbox))]

    for name, kept_of_it in ((bid, [2, 1, 1, 1]), (f"case:{case}", [0, 0, 0, 0])):
        done = run(
            "third", "erase", folder, name, "--basis", "erasure-request", "--reason", "They asked.",
            "--as", OFFICER.key, "--second", APPROVER.key,
        )  # fmt: skip
        assert done.code == 0, done.err
        assert left(case) == kept_of_it
    assert left(other) == [2, 1, 1, 1], "of another case nothing goes"
    with Register.open(folder) as register:
        room = Workroom(register)
        room.drafts.save(case, "notice", {"a": ["b"]}, by="olga", version=0)
        room.forget_erased()
    assert left(case)[0] == 1, "what is written later stays"


def test_who_may_not_sign_second_erases_nothing(run: Any, folder: Path, bid: str, tmp_path: Path) -> None:
    request, before = tmp_path / "request.json", kept(folder, bid)
    assert erase(run, folder, bid, request).code == 0
    signed = run(SECOND, "request", "sign", request, "--as", EVALUATORS[0].key, "--yes")
    assert signed.code == 0, "the file decides nothing"
    refused = run(FIRST, "request", "record", folder, request)
    assert refused.code == 1
    assert "evaluator" in refused.err
    assert kept(folder, bid) == before


@pytest.mark.parametrize("meanwhile", ["hold", "erased"])
def test_what_came_between_voids_the_request(run: Any, folder: Path, bid: str, tmp_path: Path, meanwhile: str) -> None:
    request = tmp_path / "request.json"
    assert erase(run, folder, bid, request).code == 0
    assert run(SECOND, "request", "sign", request, "--as", MONITORING.key, "--yes").code == 0
    if meanwhile == "hold":
        keys(tmp_path, "third", MONITORING.key)
        placed = run("third", "hold", "place", folder, bid, "--reason", "litigation", "--as", MONITORING.key)
        assert placed.code == 0, placed.err
    else:
        keys(tmp_path, "third", OFFICER.key, APPROVER.key)
        other = run(
            "third", "erase", folder, f"case:{bid.split(':')[1]}", "--basis", "erasure-request",
            "--reason", "All of it.", "--as", OFFICER.key, "--second", APPROVER.key,
        )  # fmt: skip
        assert other.code == 0, other.err
    with Register.open(folder) as register:
        size = register.reader.size
    refused = run(FIRST, "request", "record", folder, request)
    assert refused.code in (1, 2), refused.err
    assert ("the hold at entry" if meanwhile == "hold" else "erased already") in refused.err
    with Register.open(folder) as register:
        assert register.reader.size == size


def test_what_a_case_still_needs_or_is_named_twice_makes_no_request(
    run: Any, folder: Path, bid: str, tmp_path: Path
) -> None:
    request = tmp_path / "request.json"
    both = erase(run, folder, bid, request, "--second", MONITORING.key)
    assert (both.code, "give one" in both.err) == (2, True)
    for name in ("bid:nothing", "case:00000000-0000-4000-8000-000000000009", f"person:{OFFICER.key}"):
        assert erase(run, folder, name, request).code in (1, 2), name
    missing = run(
        SECOND, "erase", folder, bid, "--basis", "error", "--reason", "x", "--as", OFFICER.key, "--request", request
    )
    assert missing.code == 2, "the first key is not on this machine"
    assert not request.exists()
    with Register.open(folder) as register:
        waiting = Workroom(register).acts.waiting_for([OFFICER.key], frozenset({"officer", "monitoring"}))
    assert waiting == [], "and nothing waits at the desk"


def test_two_who_share_no_machine_lift_a_hold(run: Any, folder: Path, bid: str, tmp_path: Path) -> None:
    request = tmp_path / "request.json"
    keys(tmp_path, "third", MONITORING.key)
    placed = run("third", "hold", "place", folder, bid, "--reason", "litigation", "--as", MONITORING.key)
    index = json.loads(placed.out)["entry"]
    made = run(
        "third", "hold", "lift", folder, index, "--reason", "It was settled.", "--as", MONITORING.key,
        "--request", request,
    )  # fmt: skip
    assert made.code == 0, made.err
    with Register.open(folder) as register:
        assert len(holds(register)) == 1
    assert run(SECOND, "request", "sign", request, "--as", APPROVER.key, "--yes").code == 0
    done = run("third", "request", "record", folder, request)
    assert done.code == 0, done.err
    with Register.open(folder) as register:
        assert holds(register) == []


def test_what_came_to_the_case_meanwhile_is_not_lost_with_it(run: Any, folder: Path, bid: str, tmp_path: Path) -> None:
    """What two signed names each value: when the case holds more by now, they sign anew."""
    request, case = tmp_path / "request.json", bid.split(":")[1]
    assert erase(run, folder, f"case:{case}", request).code == 0
    assert run(SECOND, "request", "sign", request, "--as", MONITORING.key, "--yes").code == 0
    notice = {"do": "publish-notice", "id": "n", "as": OFFICER.key, "case": case, "notice": "UK12"}
    notice["reference"] = "2026/S 000-000012"
    (tmp_path / "notice.json").write_text(json.dumps(notice))
    recorded = run(FIRST, "record", folder, tmp_path / "notice.json")
    assert recorded.code == 0, recorded.err
    before = kept(folder, f"case:{case}")
    refused = run(FIRST, "request", "record", folder, request)
    assert (refused.code, "the record moved on" in refused.err) == (1, True), refused.err
    assert kept(folder, f"case:{case}") == before
