"""A folder made to hold the verifier up gets one sentence, in bounded time and memory."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
import tracemalloc
from pathlib import Path

import pytest

import fairplace_verify
from fairplace_verify import main
from tests.verifier.writer import LOG, LOG_PQ, story

FILES = story().files()
ENOUGH = 20  # seconds, on a busy machine too


@pytest.fixture
def public(tmp_path: Path) -> Path:
    folder = tmp_path / "public"
    for name, data in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)


def answer(path: Path, *more: str, megabytes: int = 600) -> tuple[int, str]:
    """Exit code and last line of a run of its own, which is given little time and memory."""

    def bounded() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (megabytes << 20, megabytes << 20))

    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-I", fairplace_verify.__file__, str(path), *more],
        capture_output=True,
        text=True,
        check=False,
        timeout=ENOUGH,
        preexec_fn=bounded,
    )
    assert time.monotonic() - began < ENOUGH
    said = done.stdout + done.stderr
    assert "Traceback" not in said
    return done.returncode, said.splitlines()[-1]


@pytest.mark.parametrize("name", [*sorted(FILES), "tile", "checkpoints", "disclosures", "policy2"])
@pytest.mark.parametrize("kind", ["loop", "pipe", "link", "folder"])
@pytest.mark.usefixtures("at_once")
def test_what_is_no_plain_file_is_found_and_neither_followed_nor_waited_for(
    public: Path, name: str, kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = public / name
    aside = public.parent / "aside"
    if path.exists():
        path.rename(aside)
    match kind:
        case "loop":
            path.symlink_to(path.name)
        case "pipe":
            os.mkfifo(path)
        case "link":
            path.symlink_to(aside)
        case _:
            path.mkdir()
    assert main([str(public), "--key", LOG.vkey]) == 1
    [verdict] = [line for line in capsys.readouterr().out.splitlines() if line.startswith("NOT GENUINE. ")]
    assert name.partition("/")[0] in verdict


def test_a_register_that_is_a_loop_of_links_is_unreadable(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    assert answer(tmp_path / "a") == (2, f"fairplace-verify: {tmp_path}/a is no folder and no file")
    (tmp_path / "public").symlink_to("public")
    assert answer(tmp_path)[0] == 2


def test_a_pipe_in_place_of_a_proof_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "bid.tlog-proof")
    assert answer(tmp_path / "bid.tlog-proof")[0] == 2


def said_here(path: Path, capsys: pytest.CaptureFixture[str], megabytes: int = 80) -> str:
    """The verdict on something false, without a process of its own: memory is counted instead of limited."""
    tracemalloc.start()
    try:
        assert main([str(path)]) == 1
        assert tracemalloc.get_traced_memory()[1] < megabytes << 20
    finally:
        tracemalloc.stop()
    return capsys.readouterr().out.splitlines()[-1]


@pytest.mark.parametrize("name", [*sorted(FILES), "checkpoints/14", "tile/0/000", "stray"])
@pytest.mark.usefixtures("at_once")
def test_a_file_of_a_gigabyte_is_not_read_whole(public: Path, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with (public / name).open("ab") as file:
        file.truncate(1 << 30)
    said = said_here(public, capsys)
    assert name in said or "tile/entries/000.p/14: the file is missing" in said


def test_a_checkpoint_of_a_gigabyte_gets_one_sentence(public: Path) -> None:
    with (public / "checkpoint").open("ab") as file:
        file.truncate(1 << 30)
    code, said = answer(public)
    assert code == 1
    assert "checkpoint: the file is longer than 1000000 bytes" in said


def test_a_proof_of_a_gigabyte_is_not_read_whole(tmp_path: Path) -> None:
    with (tmp_path / "bid.tlog-proof").open("wb") as file:
        file.write(b"c2sp.org/tlog-proof@v1\n")
        file.truncate(1 << 30)
    code, said = answer(tmp_path / "bid.tlog-proof")
    assert code == 2
    assert "longer than 4000000 bytes" in said


def test_a_bundle_of_many_gigabytes_is_not_read_whole(tmp_path: Path) -> None:
    with (tmp_path / "case.fpbundle").open("wb") as file:
        file.write(b"PK\3\4")
        file.truncate(1 << 33)
    code, said = answer(tmp_path / "case.fpbundle")
    assert code == 1
    assert "the file has 8589934592 bytes, expected at most 2147483647" in said


@pytest.mark.parametrize("where", ["stray/{:06}", "tile/0/{:06}", "{:06}", "tile/0/x000/x{:06}/y"])
@pytest.mark.usefixtures("at_once")
def test_stray_files_get_one_sentence(public: Path, where: str, capsys: pytest.CaptureFixture[str]) -> None:
    scattered(public, where, 1_000)
    assert STRAY in said_here(public, capsys)


@pytest.mark.long
@pytest.mark.slow
def test_a_hundred_thousand_stray_files_get_one_sentence(public: Path) -> None:
    scattered(public, "{:06}", 100_000)
    code, said = answer(public, megabytes=300)
    assert code == 1
    assert STRAY in said
    assert len(said) < 300


STRAY = "no file of this name belongs to a published register"


def scattered(folder: Path, where: str, count: int) -> None:
    for number in range(count):
        path = folder / where.format(number)
        if number == 0 or "/y" in where:
            path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


def test_folders_nested_as_deep_as_the_system_lets_them_get_one_sentence(public: Path) -> None:
    folder = public / "tile" / "0"
    depth = 0
    try:
        while depth < 2000:
            folder /= "x000"
            folder.mkdir()
            depth += 1
    except OSError:
        pass
    assert depth > 100
    assert answer(public)[0] in (1, 2, 3)


def test_a_checkpoint_that_claims_more_entries_than_there_can_be_gets_one_sentence(public: Path) -> None:
    head = FILES["checkpoint"].replace(b"\n15\n", b"\n999999999999999999\n")
    (public / "checkpoint").write_bytes(head)
    (public / "checkpoints/999999999999999999").write_bytes(head)
    code, said = answer(public)
    assert code == 1
    assert "the file is missing" in said


def test_a_checkpoint_of_thousands_of_lines_gets_one_sentence(public: Path) -> None:
    text, _, line = FILES["checkpoint"].partition(b"\n\n")
    (public / "checkpoint").write_bytes(text + b"\n\n" + line.splitlines(keepends=True)[0] * 6_000)
    code, said = answer(public, "--key", LOG_PQ.vkey)
    assert code == 1
    assert "signature lines came" in said
