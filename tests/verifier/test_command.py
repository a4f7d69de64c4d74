"""The command: paths, exit codes, and what it prints."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path

import pytest

import fairplace_verify
from fairplace_verify import Folder, main, verify_register
from tests.verifier.writer import CASE, LOG, LOG_PQ, ROOT, STRANGER, WITNESS, WITNESS_PQ, Writer, planned, story

SCRIPT = Path(fairplace_verify.__file__)


def written(folder: Path, files: Mapping[str, bytes]) -> Path:
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


@pytest.fixture
def public(tmp_path: Path) -> Path:
    return written(tmp_path / "register" / "public", story().files())


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)


def test_a_stranger_runs_the_one_file_with_nothing_of_ours_on_the_path(public: Path, tmp_path: Path) -> None:
    copy = tmp_path / "elsewhere" / "fairplace_verify.py"
    copy.parent.mkdir()
    copy.write_bytes(SCRIPT.read_bytes())
    done = subprocess.run(
        [sys.executable, "-I", str(copy), str(public), "--key", LOG.vkey], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[-1].startswith("GENUINE. Everything checked holds; the log log.example/register")


def test_the_folder_of_the_register_will_do(public: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(public.parent), "--key", LOG.vkey]) == 0
    assert "GENUINE. " in capsys.readouterr().out


@pytest.mark.parametrize("key", [LOG, LOG_PQ, ROOT])
def test_any_key_of_the_log_or_its_root_key_gives_trust(public: Path, key: object) -> None:
    assert main([str(public), "--key", key.vkey]) == 0  # type: ignore[attr-defined]  # a Signer, parametrised


def test_without_a_key_it_is_only_partly_checked(public: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(public)]) == 3
    assert "PARTLY CHECKED. " in capsys.readouterr().out


def test_another_key_makes_it_false(public: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(public), "--key", STRANGER.vkey]) == 1
    assert "not signed by a key that you gave" in capsys.readouterr().out


def test_the_published_policy_may_be_brought_along(public: Path) -> None:
    assert main([str(public), "--policy", str(public / "policy")]) == 0


def test_json_is_one_object_a_line_and_ends_with_the_verdict(public: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(public), "--key", LOG.vkey, "--json"]) == 0
    captured = capsys.readouterr()
    lines = [json.loads(line) for line in captured.out.splitlines()]
    assert [line["check"] for line in lines[:-1]] == [
        *("files", "entries", "tiles", "checkpoints", "disclosures", "links", "policy", "trust")
    ]
    assert lines[-1] | {"verdict": "genuine", "ok": True, "size": 15, "exit": 0} == lines[-1]


def test_json_places_what_is_false(public: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bundle = public / "tile/entries/000.p/15"
    bundle.write_bytes(bundle.read_bytes().replace(b'"n":2', b'"n":3', 1))
    assert main([str(public), "--json"]) == 1
    last = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert last["verdict"] == "not genuine"
    assert (last["false"]["check"], last["false"]["entry"]) == ("entries", 1)


def test_a_proof_file_is_checked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "bid.tlog-proof"
    path.write_bytes(story().proof(7, ["/case"]))
    assert main([str(path), "--key", LOG.vkey]) == 0
    assert main([str(path)]) == 3
    assert "cannot be judged from this file alone" in capsys.readouterr().out
    path.write_bytes(path.read_bytes()[:-3])
    assert main([str(path)]) == 1


def test_a_proof_says_what_it_opens_once_all_of_it_holds(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    document, name = {"bytes": 9, "sha256": "ab" * 32}, "Birch \u202e\x1b[2J\x7f\n\\u202e Ltd"
    writer = Writer([LOG]).begin()
    index = writer.add(
        "deposit.received/1",
        {"happened_at": "2026-11-22T04:00:00.000Z"},
        sealed={"/document": document, "/name": name, "/offer": "£" * 1001, "/parts": ["é" * 300], "/price": 480000}
        | {"/kept": "KEPT"},
    )
    path = tmp_path / "receipt.tlog-proof"
    opens = ["/document", "/name", "/offer", "/parts", "/price"]
    path.write_bytes(writer.publish().proof(index, opens))
    for keys, code in (["--key", LOG.vkey], 0), ([], 3):
        assert main([str(path), *keys]) == code
        *_, head, digest, bidder, offer, parts, price, blank, _ = (out := capsys.readouterr().out).splitlines()
        at = writer.events[index]["at"]
        assert head == f"What it opens of entry {index}, deposit.received/1, at {at} as the signer states it:"
        assert digest.strip() == f'/document  {{"bytes":9,"sha256":"{"ab" * 32}"}}'
        assert bidder.strip() == r'/name  "Birch \u202e\u001b[2J\u007f\n\\u202e Ltd"'
        assert offer.endswith(r'\u00a3" ... (1 more characters are left out here)')
        assert parts.endswith(" ... (804 more characters are left out here)")
        assert (price.strip(), blank) == ("/price  480000", "")
        assert out.isascii()
        assert "KEPT" not in out
    assert main([str(path), "--json"]) == 3
    said = capsys.readouterr().out
    found = json.loads(said.splitlines()[-1])["opens"]
    assert said.isascii()
    assert (found["entry"], found["type"], list(found["values"])) == (index, "deposit.received/1", opens)
    assert (found["values"]["/name"], found["values"]["/offer"]) == (name, "£" * 1001)
    path.write_bytes(writer.proof(index))
    assert main([str(path), "--key", LOG.vkey]) == 0
    assert "nothing: no sealed value is open in this file" in capsys.readouterr().out


def test_a_proof_that_is_not_genuine_shows_nothing_that_it_opens(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "bid.tlog-proof"
    path.write_bytes(story().proof(7, ["/case"]))
    assert main([str(path), "--key", LOG.vkey]) == 0
    assert CASE in capsys.readouterr().out
    assert main([str(path), "--key", STRANGER.vkey]) == 1, "every opening fits, and another key signed"
    assert CASE not in (out := capsys.readouterr().out)
    assert "What it opens" not in out
    assert main([str(path), "--key", STRANGER.vkey, "--json"]) == 1
    assert CASE not in (out := capsys.readouterr().out)
    assert json.loads(out.splitlines()[-1])["opens"] is None


@pytest.mark.parametrize(
    "arguments", [[], ["--key"], ["x", "--nonsense"], ["/nonexistent"], ["."], [".", "--key", "x"]]
)
def test_wrong_usage_and_nothing_to_read_are_two(
    arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 2
    assert "Traceback" not in capsys.readouterr().err


def test_help_is_nothing_wrong() -> None:
    assert main(["--help"]) == 0


def test_an_unreadable_file_is_two(public: Path, capsys: pytest.CaptureFixture[str]) -> None:
    if os.geteuid() == 0:
        pytest.skip("root reads everything")
    (public / "policy").chmod(0)
    assert main([str(public)]) == 2


def test_a_symbolic_link_is_found_even_to_the_right_bytes(public: Path) -> None:
    policy = public / "policy"
    policy.rename(public.parent / "policy")
    policy.symlink_to(public.parent / "policy")
    report = verify_register(public)
    assert report.false is not None
    assert "symbolic link" in str(report.false)


def test_an_empty_folder_that_the_layout_does_not_name_is_found(public: Path) -> None:
    (public / "disclosures" / "x001").mkdir()
    assert verify_register(public).ok
    (public / "private").mkdir()
    report = verify_register(public)
    assert report.false is not None
    assert report.false.file == "private/"


def test_a_special_file_is_found_and_not_waited_for(public: Path) -> None:
    os.mkfifo(public / "tile" / "0" / "pipe")
    report = verify_register(public)
    assert report.false is not None
    assert "special file" in str(report.false)


def test_a_register_that_grows_while_it_is_read_is_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    writer = Writer([LOG]).begin().publish()
    public = written(tmp_path, writer.files())
    read = Folder.read

    def publish_then_read(self: Folder, name: str, most: int) -> bytes:
        if name.startswith("tile/entries") and len(writer.checkpoints) == 1:
            planned(writer)
            written(public, writer.publish().files())
            (public / "tile/entries/000.p/5").write_bytes(b"")  # taken away in the middle of the reading
        elif len(writer.checkpoints) == 2:
            written(public, writer.files())
        return read(self, name, most)

    monkeypatch.setattr(Folder, "read", publish_then_read)
    report = verify_register(public, [LOG.vkey])
    assert (report.exit_code, report.size) == (0, 6)


def test_witnesses_are_judged_by_the_policy_that_was_brought(tmp_path: Path) -> None:
    writer = story()
    head = writer.head(15)
    lines = WITNESS.cosign(head) + WITNESS_PQ.cosign(head)
    files = writer.publish(extra=lines).files()
    both = f"log {LOG.vkey}\nwitness a {WITNESS.vkey}\nwitness b {WITNESS_PQ.vkey}\n"
    assert verify_register(files, policy=both + "group g all a b\nquorum g\n").exit_code == 0
    unknown = verify_register(files, [LOG.vkey])
    assert unknown.false is not None
    assert "nor a witness in your policy" in str(unknown.false)
    shuffled = writer.publish(extra=WITNESS_PQ.cosign(head) + WITNESS.cosign(head)).files()
    assert "order" in str(verify_register(shuffled, policy=both + "quorum none\n").false)
    fewer = writer.publish(extra=WITNESS.cosign(head)).files()
    assert verify_register(fewer, policy=both + "group g all a b\nquorum g\n").exit_code == 3
    assert verify_register(fewer, policy=both + "group g any a b\nquorum g\n").exit_code == 0
    wrong = writer.publish(extra=WITNESS.cosign(writer.head(14))).files()
    assert "does not fit the checkpoint" in str(verify_register(wrong, policy=both + "quorum none\n").false)


# how it ends: no exit code of a verdict stands for an answer that nobody got


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs Linux's disk that is always full")
def test_an_answer_that_cannot_be_written_is_no_verdict(public: Path) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, str(SCRIPT), str(public)], stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert (done.returncode, done.stderr) == (
        2,
        "fairplace-verify: the answer cannot be written: No space left on device\n",
    )


def test_a_reader_that_goes_away_gets_no_stack(public: Path) -> None:
    here, there = os.pipe()
    os.close(here)
    with os.fdopen(there, "w") as gone:
        done = subprocess.run(
            [sys.executable, str(SCRIPT), str(public)], stdout=gone, stderr=subprocess.PIPE, text=True, check=False
        )
    assert (done.returncode, done.stderr) == (2, "fairplace-verify: the answer cannot be written: Broken pipe\n")


# Whatever runs the tests may ignore Ctrl-C, and what it starts inherits that: a shell does so for what runs behind it.
AT_A_TERMINAL = """
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)
import fairplace_verify
raise SystemExit(fairplace_verify.main())
"""


def state(process: int) -> str:
    """S for one that waits, Z for one that has ended (proc(5))."""
    return Path(f"/proc/{process}/stat").read_text("utf-8").rpartition(") ")[2][0]


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks into Linux's list of processes")
def test_what_is_typed_is_asked_for_and_whoever_stops_it_gets_one_line(public: Path) -> None:
    leader, terminal = os.openpty()
    with subprocess.Popen(
        [sys.executable, "-c", AT_A_TERMINAL, str(public), "--checkpoint", "-"],
        stdin=terminal,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as started:
        assert started.stderr is not None
        assert started.stderr.readline() == "Type the five lines of the checkpoint, then Enter and Ctrl-D.\n"
        while (
            state(started.pid) not in "SZ"
        ):  # until it waits: just before, Python takes no signal before something came
            threading.Event().wait(0.05)
        os.killpg(started.pid, signal.SIGINT)
        try:
            said, wrong = started.communicate(timeout=30)
        finally:
            started.kill()
    os.close(leader)
    os.close(terminal)
    assert (started.returncode, said, wrong) == (2, "", "fairplace-verify: stopped before there was an answer\n")
