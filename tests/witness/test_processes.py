"""Two witnesses, a log and a monitor, each a process of its own, on real sockets: what an attack meets in earnest."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import fairplace_verify
from fairplace.errors import Misconfigured
from fairplace.ledger.note import parse_note, tree_head
from fairplace.ledger.tree import consistency_proof
from fairplace.on_disk import Register
from fairplace.witness.client import Collector
from fairplace.witness.known import Witness
from tests.witness.council import founded, grow, name_witnesses, neighbour
from tests.witness.served import free_port

SRC = Path(fairplace_verify.__file__).parent

pytestmark = pytest.mark.slow


class Processes:
    """Processes of ours, ended by their own ids when the test is over."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._running: list[subprocess.Popen[bytes]] = []

    def start(self, *arguments: object) -> subprocess.Popen[bytes]:
        environment = os.environ | {"PYTHONPATH": str(SRC), "TERM": "dumb"}
        name = f"{len(self._running)}-{arguments[0]}"
        with (self._folder / f"{name}.log").open("wb") as said:
            started = subprocess.Popen(
                [sys.executable, "-m", "fairplace", *map(str, arguments)],
                stdout=said,
                stderr=subprocess.STDOUT,
                env=environment,
            )
        self._running.append(started)
        return started

    def run(self, *arguments: object) -> tuple[int, str]:
        done = subprocess.run(
            [sys.executable, "-m", "fairplace", *map(str, arguments)],
            capture_output=True,
            text=True,
            check=False,
            env=os.environ | {"PYTHONPATH": str(SRC), "TERM": "dumb"},
        )
        assert "Traceback" not in done.stderr, done.stderr
        return done.returncode, done.stdout + done.stderr

    def end(self, *which: subprocess.Popen[bytes]) -> None:
        for one in which or self._running:
            if one.poll() is None:
                one.send_signal(signal.SIGINT)
        for one in which or self._running:
            try:
                one.wait(15)
            except subprocess.TimeoutExpired:
                one.kill()
                one.wait()


@pytest.fixture
def processes(tmp_path: Path) -> Iterator[Processes]:
    made = Processes(tmp_path)
    yield made
    made.end()


def until(holds: Callable[[], Any], seconds: float = 120) -> Any:
    end = time.monotonic() + seconds
    while not (found := holds()):
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.1)
    return found


def got(url: str) -> bytes | None:
    try:
        with urllib.request.urlopen(url, timeout=30) as answer:  # noqa: S310 - our own process
            found: bytes = answer.read()
            return found
    except OSError:
        return None


def names_on(note: bytes | None) -> set[str]:
    return {line.name for line in parse_note(note)[1]} if note else set()


def size_of(note: bytes | None) -> int:
    return tree_head(parse_note(note)[0])[1] if note else 0


@pytest.mark.long
def test_a_fork_is_refused_by_witnesses_and_proved_by_a_monitor(tmp_path: Path, processes: Processes) -> None:
    council = founded(tmp_path / "register")
    old = shutil.copytree(council, tmp_path / "old")
    ports = [free_port(), free_port()]
    owns = [neighbour(tmp_path / f"w{n}", f"w{n}.example", council) for n in (1, 2)]
    _, second = [
        processes.start("witness", "serve", own.folder, "--port", port) for own, port in zip(owns, ports, strict=True)
    ]
    for port in ports:
        until(lambda port=port: got(f"http://127.0.0.1:{port}/"))
    addressed = [(own, f"http://127.0.0.1:{port}") for own, port in zip(owns, ports, strict=True)]
    for folder in (council, old):
        name_witnesses(folder, *addressed, quorum=2)
    port = free_port()
    site = f"http://127.0.0.1:{port}"
    log = processes.start("serve", council, "--port", port)
    both = {"w1.example", "w2.example"}
    until(lambda: both <= names_on(got(f"{site}/checkpoint")))

    with Register.open(council) as register:
        keys = [key.text for key in register.reader.register().log_keys()]
        policy = tmp_path / "policy"
        policy.write_text(
            "".join(f"log {key}\n" for key in keys)
            + "".join(f"witness {own.name} {own.vkeys[0].text} {url}\n" for own, url in addressed)
            + "group both all w1.example w2.example\nquorum both\n"
        )
        state = tmp_path / "state"
        watching = ("monitor", site, "--state", state, "--policy", policy, "--once", "--json")
        code, said = processes.run(*watching)
        assert code == 0, said
        for _ in range(3):
            grow(register)
    size = size_of(got(f"{site}/checkpoint"))
    until(lambda: both <= names_on(got(f"{site}/checkpoint")) and size_of(got(f"{site}/checkpoint")) > size - 1)
    code, said = processes.run(*watching)
    assert code == 0, said

    # A witness that is away stops nothing, and signs later.
    processes.end(second)
    with Register.open(council) as register:
        index = grow(register)
    shown = until(lambda: (note := got(f"{site}/checkpoint")) and size_of(note) > index and note)
    assert "w1.example" in names_on(shown)
    assert "w2.example" not in names_on(shown)
    assert "Not yet cosigned: 1 of the 2 witnesses" in " ".join((got_page(site, "/log")).split())
    code, said = processes.run(*watching)
    assert code == 3, said
    second = processes.start("witness", "serve", owns[1].folder, "--port", ports[1])
    until(lambda: both <= names_on(got(f"{site}/checkpoint")))
    code, said = processes.run(*watching)
    assert code == 0, said

    # The state of the log is wiped, and another history is signed with its keys.
    processes.end(log)
    last = size_of((council / "public/checkpoint").read_bytes())
    with Register.open(old) as register, pytest.raises(Misconfigured, match="an old copy of the register was put back"):
        grow(register)
    name_witnesses(old)  # whoever means it takes the witnesses out of the settings
    ask = Collector([Witness(own.name, tuple(own.vkeys), url, retired=False) for own, url in addressed])
    with Register.open(old) as register:
        while register.reader.size < last + 2:
            grow(register)
            register.publisher.publish()
        node, size = register.store.node(register.origin), register.reader.size
        forked = (old / "public/checkpoint").read_bytes()
        assert ask(forked, lambda known: consistency_proof(known, size, node)) == []
    assert all("refuses with status 422" in one for one in ask.trouble.values())
    assert ask.trouble.keys() == both, "no witness signs the second history"
    log = processes.start("serve", old, "--port", port)
    until(lambda: size_of(got(f"{site}/checkpoint")) >= last + 2)
    code, said = processes.run(*watching)
    assert code == 1, said
    [fork] = [one for one in map(json.loads, said.splitlines()) if one["kind"] == "fork"]
    assert "HAS TWO HISTORIES" in fork["sentence"]
    [evidence] = (state / "evidence").iterdir()
    assert_proves(evidence, keys)


def got_page(site: str, path: str) -> str:
    request = urllib.request.Request(site + path, headers={"accept": "text/html"})  # noqa: S310 - our own process
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
        found: str = answer.read().decode()
        return found


def assert_proves(evidence: Path, keys: list[str]) -> None:
    """The checker takes it for what it is, from a reader who knows the log's key, and from nobody else."""
    report = fairplace_verify.verify_evidence(evidence.read_bytes(), keys)
    assert (report.ok, report.exit_code) == (True, 0), report
    assert fairplace_verify.verify_evidence(evidence.read_bytes()).exit_code == 3
    assert fairplace_verify.verify_evidence(evidence.read_bytes().replace(b"--\n", b"-\n"), keys).exit_code == 1


def test_a_monitor_that_is_killed_says_everything_all_the_same(tmp_path: Path, processes: Processes) -> None:
    council = founded(tmp_path / "register")
    with Register.open(council) as register:
        for _ in range(40):
            grow(register)
        register.follow()
        size = register.reader.size
    state = tmp_path / "state"
    arguments = ("monitor", council, "--state", state, "--json")
    said: list[dict[str, Any]] = []
    for patience in (0.45, 0.6, 0.75, 0.9):
        started = processes.start(*arguments, "--every", 1)
        time.sleep(patience)
        started.send_signal(signal.SIGKILL)
        started.wait()
    code, out = processes.run(*arguments, "--once")
    assert code == 3
    for path in sorted(tmp_path.glob("*-monitor.log")):
        said += [json.loads(line) for line in path.read_text().splitlines() if line.endswith("}")]
    said += map(json.loads, out.splitlines())
    keys = {one["sentence"].split(",")[0] for one in said if one["kind"] == "key"}
    assert len(keys) == size
    assert said[-1]["size"] == size
