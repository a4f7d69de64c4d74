"""Notices into a real register: cases, counts, faults, and what the public can read afterwards."""

from __future__ import annotations

import fcntl
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import fairplace_verify
from fairplace.cli import main
from fairplace.errors import Busy
from fairplace.ocds import importing, report
from fairplace.ocds.importing import import_files
from fairplace.ocds.report import Report
from fairplace.on_disk import Register
from fairplace.openness.events import Disclosed, Withdrawn
from fairplace.procurement.events import Imported
from fairplace.reading_files import FolderReader
from fairplace.sources import SYSTEM
from tests.matrix import many
from tests.ocds.notices import OCID, award, contact, direct, package, records, release, tender, written
from tests.ocds.test_mapping import MEMBERS, VALUES
from tests.taken_in import events, founded, imported, public_bytes


@pytest.fixture
def register(tmp_path: Path) -> Iterator[Register]:
    with founded(tmp_path) as made:
        yield made


def take(register: Register, *values: Any) -> Report:
    """Import files with these contents, all of which can be read."""
    files = [written(register.folder.parent, value, f"file-{number}.json") for number, value in enumerate(values)]
    found, unreadable = import_files(register, files)
    assert unreadable == []
    return found


def problems(found: Report) -> list[tuple[str | None, str]]:
    return [(fault.ocid, fault.path) for fault in found.faults]


# Cases and counts


def test_the_report_counts_releases_processes_and_awards() -> None:
    assert list(msgspec.to_builtins(Report())) == [
        "releases", "distinct_releases", "processes", "multi_release_processes", "awards", "awards_over_30_days_late",
        "awards_over_90_days_late", "awards_without_value", "entries_appended", "faults",
    ]  # fmt: skip
    assert report.Fault.__struct_fields__ == ("file", "ocid", "path", "problem")


def test_a_process_is_one_case_with_an_event_for_each_release(register: Register) -> None:
    again = release(2, awards=[award(date="2024-09-01"), award(2, value=None)], tag=["awardUpdate"])
    found = take(register, package(release(1), again, release(1)), package(release(1, "ocds-other-1")))
    assert msgspec.to_builtins(found) == {
        "releases": 4,
        "distinct_releases": 3,
        "processes": 2,
        "multi_release_processes": 1,
        "awards": 4,
        "awards_over_30_days_late": 1,
        "awards_over_90_days_late": 1,
        "awards_without_value": 1,
        "entries_appended": 5,  # three releases, and what each of two cases makes public
        "faults": [],
    }
    assert [(event.ocid, event.release) for event in imported(register)] == [
        (OCID, "notice-1"),
        (OCID, "notice-2"),
        ("ocds-other-1", "notice-1"),
    ]
    assert len(register.reader.cases()) == 2


def test_the_same_file_twice_adds_nothing(register: Register) -> None:
    first = take(register, package(release(1), release(2), direct()))
    size = register.reader.size
    second = take(register, package(release(1), release(2), direct()))
    assert register.reader.size == size
    assert second == msgspec.structs.replace(first, entries_appended=0)
    reordered = json.loads(json.dumps(release(1), sort_keys=True))
    assert take(register, [reordered]).faults == []
    assert register.reader.size == size


def test_a_later_file_extends_the_case_of_its_process(register: Register) -> None:
    take(register, package(release(1)))
    take(register, records({"ocid": OCID, "releases": [release(2)]}))
    assert len(register.reader.cases()) == 1
    assert [event.release for event in imported(register)] == ["notice-1", "notice-2"]


def test_what_comes_again_with_other_content_is_a_fault_and_the_first_counts(register: Register) -> None:
    changed = release(1, tender=tender(title="Rewritten"))
    found = take(register, package(release(1), changed))
    assert problems(found) == [(OCID, "releases/1")]
    assert problems(take(register, package(changed))) == [(OCID, "releases/0")]
    assert [event.title.get() for event in imported(register)] == ["Short breaks for families"]


def test_releases_of_different_buyers_are_never_one_case(register: Register) -> None:
    other = release(2, buyer={"id": "GB-LAC-2", "name": "Borough of Example"})
    unknown = release(3, buyer=None, parties=[])
    found = take(register, package(release(1), other, unknown))
    cases = {event.case for event in imported(register)}
    assert len(cases) == 3
    assert problems(found) == [(OCID, "releases/1/buyer"), (OCID, "releases/2/buyer")]
    take(register, package(release(4), release(5, buyer=other["buyer"])))
    assert {event.case for event in imported(register)} == cases


def test_a_buyer_is_the_same_by_name_where_an_id_is_missing_and_may_be_left_out(register: Register) -> None:
    named = release(2, buyer={"name": "BOROUGH OF EXAMPLE"})
    found = take(register, package(release(0, buyer=None, parties=None), release(1), named, release(3, buyer=None)))
    assert (found.faults, len(register.reader.cases())) == ([], 1)


def test_the_raw_release_is_kept_beside_the_log_and_stays_closed(register: Register) -> None:
    take(register, package(release()))
    [event] = imported(register)
    raw = event.raw.get()
    assert json.loads(register.documents.get(raw.sha256)) == json.loads(json.dumps(release()))
    register.follow()
    public = [one.event for one in FolderReader(register.public).recorded(0, 99) if isinstance(one.event, Imported)]
    assert [event.raw.is_open for event in public] == [False]
    assert [event.title.get() for event in public] == ["Short breaks for families"]
    assert raw.sha256.encode() not in public_bytes(register)


def test_an_import_stands_every_check_of_the_verifier(register: Register, capsys: pytest.CaptureFixture[str]) -> None:
    take(register, package(release(1), direct(), release(2, awards=[award(number) for number in range(500)])))
    register.follow()
    assert fairplace_verify.main([str(register.public)]) in (0, 3), capsys.readouterr()


# Persons


def test_no_contact_person_reaches_the_log_or_the_public(register: Register) -> None:
    words = "Ask Zaphod Quillfeather, zaphod.quillfeather@example.org, 01632 960123"
    named = release(
        1, tender=tender(description=words, contactPoint=contact()), buyer={"name": "B", "contactPoint": contact()}
    )
    take(
        register,
        package(named, release(1, "ocds-2", awards=[award(suppliers=[{"name": "O", "contactPoint": contact()}])])),
    )
    held = msgspec.json.encode(events(register)) + public_bytes(register)
    for private in (*contact().values(), "Trillian Vantongeren"):
        assert private.encode() not in held
    assert b"Short breaks for families" in held


def test_a_case_that_concerns_one_person_makes_nothing_public(register: Register) -> None:
    found = take(register, package(direct(), release()))
    assert found.entries_appended == 3
    assert [event.concerns_one_person for event in imported(register)] == [True, False]
    assert sum(isinstance(event, Disclosed) for event in events(register)) == 1
    assert b"A home for one child" not in public_bytes(register)
    assert b"A home for one child" not in msgspec.json.encode(events(register, "public"))


def test_what_was_public_is_taken_down_when_a_later_notice_shows_one_person(register: Register) -> None:
    take(register, package(release(1, tender=tender(title="Home for Sam"))))
    assert b"Home for Sam" in public_bytes(register)
    found = take(register, package(direct(2, OCID)))
    assert found.entries_appended == 2
    assert sum(isinstance(event, Withdrawn) for event in events(register)) == 1
    assert b"Home for Sam" not in public_bytes(register)
    assert (
        take(register, package(direct(2, OCID), release(1, tender=tender(title="Home for Sam")))).entries_appended == 0
    )


# What is wrong in a file


def test_a_release_without_an_id_of_its_own_is_left_out_with_its_place(register: Register) -> None:
    odd: list[Any] = [
        release(ocid=None), release(ocid=""), release(ocid=7), release(id=None), release(id=True), release(id=[]),
        release(ocid="x" * 1_001), {}, release(id=12),
    ]  # fmt: skip
    found = take(register, package(*odd))
    assert problems(found) == [(None, f"releases/{number}") for number in range(8)]
    assert [event.release for event in imported(register)] == ["12"]


def test_a_fault_has_the_file_the_process_and_the_path_in_the_file(register: Register) -> None:
    odd = release(2, awards=[award(), award(2, value={"amount": "much"}), 7], tag=["award", None])
    found = take(register, package(release(1), odd))
    assert {(fault.file, fault.ocid) for fault in found.faults} == {("file-0.json", OCID)}
    assert {fault.path for fault in found.faults} == {
        "releases/1/awards/1/value/amount",
        "releases/1/awards/2",
        "releases/1/tag/1",
    }
    assert len(imported(register)) == 2


def test_half_a_character_costs_its_release_and_the_report_can_still_be_written(register: Register) -> None:
    text = json.dumps(package(release(1, "\ud800"), release(1, title="\udfff"), release(2)))
    found = take(register, text)
    assert [path for _, path in problems(found)] == ["releases/0", "releases/1"]
    msgspec.json.encode(found)
    assert [event.release for event in imported(register)] == ["notice-2"]


def test_a_broken_file_adds_nothing_and_the_others_are_taken(register: Register) -> None:
    folder = register.folder.parent
    broken = json.dumps(package(release(1), release(2)))[:-5]
    files = [
        written(folder, broken, "broken.json"),
        folder / "gone.json",
        written(folder, package(release(3)), "sound.json"),
    ]
    found, unreadable = import_files(register, files)
    assert len(unreadable) == 2
    assert [(fault.file, fault.ocid) for fault in found.faults] == [("broken.json", None), ("gone.json", None)]
    assert [event.release for event in imported(register)] == ["notice-3"]
    assert found.releases == 1


def test_millions_of_faults_are_counted_and_not_all_told(register: Register, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report, "MAX_FAULTS", 10)
    found = take(register, [None] * 100)
    assert len(found.faults) == 11
    assert found.faults[-1].problem == "90 more faults came in this file"


def test_a_large_release_fits_into_an_entry(register: Register) -> None:
    suppliers = [{"id": f"GB-COH-{number}", "name": f"Home {number} " + "é" * 100} for number in range(2_000)]
    large = release(
        awards=[award(number, suppliers=suppliers) for number in range(5)],
        tender=tender(title="T" * 9_000, description="\U0001f600" * 90_000),
        tag=["award"] * 5_000,
    )
    found = take(register, package(large))
    assert found.releases == 1
    assert len(imported(register)) == 1
    public_bytes(register)


@settings(max_examples=many(50), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.dictionaries(st.sampled_from(MEMBERS), VALUES) | VALUES, max_size=4))
def test_any_list_of_any_values_is_taken_or_a_fault(register: Register, values: list[Any]) -> None:
    take(register, json.dumps(values, default=str))


# Interruptions


def test_an_import_that_was_cut_short_is_completed_by_the_next(
    register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Stopped(Exception):
        pass

    def stop(*_: object) -> None:
        raise Stopped

    with monkeypatch.context() as patch:
        patch.setattr(importing.Importer, "_settle", stop)
        with pytest.raises(Stopped):
            take(register, package(release(1), release(1, "ocds-2")))
    assert not any(isinstance(event, Disclosed) for event in events(register))
    assert take(register, package(release(1), release(1, "ocds-2"))).entries_appended == 2
    assert sum(isinstance(event, Disclosed) for event in events(register)) == 2


def test_only_one_import_runs_at_a_time(register: Register) -> None:
    with (register.folder / "secrets" / "importer.seed").open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(Busy, match="another import"):
            take(register, package(release()))
    assert take(register, package(release())).entries_appended == 2


# The command line


def test_the_command_takes_files_and_writes_the_report(register: Register, capsys: pytest.CaptureFixture[str]) -> None:
    folder = register.folder.parent
    sound, out = written(folder, package(release(), direct())), folder / "report.json"
    assert main(["import", "ocds", str(register.folder), str(sound), "--report", str(out)]) == 0
    told = json.loads(out.read_bytes())
    assert (told["releases"], told["entries_appended"], told["faults"]) == (2, 3, [])
    assert "2 releases" in capsys.readouterr().err


def test_the_command_says_which_file_cannot_be_read_and_ends_with_2(
    register: Register, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = register.folder.parent
    broken, sound = written(folder, "{", "broken.json"), written(folder, package(release()), "sound.json")
    assert main(["import", "ocds", str(register.folder), str(broken), str(sound)]) == 2
    said = capsys.readouterr().err
    assert "broken.json cannot be read: it ends in the middle" in said
    assert "Traceback" not in said
    assert len(imported(register)) == 1


def test_the_command_refuses_a_report_that_cannot_be_written_before_it_takes_anything(register: Register) -> None:
    sound = written(register.folder.parent, package(release()))
    for out in (register.folder / "no" / "report.json", register.folder):
        assert main(["import", "ocds", str(register.folder), str(sound), "--report", str(out)]) == 2
    assert imported(register) == []


def test_the_command_refuses_a_folder_that_is_no_register(tmp_path: Path) -> None:
    assert main(["import", "ocds", str(tmp_path), str(written(tmp_path, package(release())))]) == 2


def test_a_clock_of_the_future_is_no_matter(register: Register) -> None:
    ahead = (datetime.now(UTC) + timedelta(days=400)).isoformat()
    take(register, package(release(date=ahead)))
    assert imported(register)[0].happened_at > SYSTEM.clock().isoformat()[:10]
