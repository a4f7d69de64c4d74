"""A signer as a process of its own: the real program on a real socket, and a register that has no key of its log."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from structlog.testing import capture_logs

import fairplace_verify
from fairplace import settings
from fairplace.cli import main
from fairplace.cli.serving import kept_current
from fairplace.errors import Busy, Misconfigured, Refused, Unproven
from fairplace.founding import create
from fairplace.keyring import keep_worthless
from fairplace.ledger.checkpoint import Checkpoint
from fairplace.ledger.note import Vkey
from fairplace.on_disk import Register
from fairplace.signer.client import RemoteSigner
from fairplace.signer.folder import make, move
from fairplace.signer.keeper import Keeper
from fairplace.signer.memory import FILE
from fairplace.signer.server import SignerServer
from fairplace.signer.wire import MOST_BYTES
from fairplace.sources import SYSTEM
from tests.ledger.story import ORIGIN
from tests.office import AUTHORITY, ROOT, seed_of, signer
from tests.office import ORIGIN as OFFICE
from tests.signer.asks import Grown
from tests.story import DOMAIN

SECRETS = ("log.seed", "log-mldsa.seed", FILE)


@pytest.fixture
def short() -> Iterator[Path]:
    """A folder with a short path: the address of a socket is at most 107 bytes."""
    folder = Path(tempfile.mkdtemp(prefix="fp-"))
    yield folder
    shutil.rmtree(folder)


@contextmanager
def process(path: Path, *states: Path) -> Iterator[subprocess.Popen[str]]:
    """`fairplace signer serve`, as an operator runs it, from its first word to its end."""
    command = [sys.executable, "-m", "fairplace", "signer", "serve", *map(str, states), "--socket", str(path)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as running:
        assert running.stderr is not None
        for line in running.stderr:
            if "Listening at" in line:
                break
        try:
            yield running
        finally:
            running.terminate()
            running.wait(timeout=10)


@contextmanager
def served(path: Path, folder: Path, origin: str = ORIGIN, **given: frozenset[int]) -> Iterator[RemoteSigner]:
    """The same server in this process."""
    stop = threading.Event()
    with SignerServer(path, {origin: Keeper(folder, origin)}, **given) as server:
        thread = threading.Thread(target=server.serve, args=(stop,))
        thread.start()
        try:
            yield RemoteSigner(str(path), origin)
        finally:
            stop.set()
            thread.join()


def test_a_register_whose_log_key_never_was_in_its_folder(
    short: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    state, folder, path = tmp_path / "signer", tmp_path / "register", short / "socket"
    assert main(["signer", "init", str(state), "--origin", OFFICE]) == 0
    vkeys = capsys.readouterr().out.split()
    with process(path, state) as running:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        with create(folder, authority=AUTHORITY, origin=OFFICE, root=signer(ROOT), signer=f"unix:{path}") as register:
            assert register.settings.log[0].vkeys == vkeys
            size = register.reader.size
        assert not [name for name in SECRETS if (folder / "secrets" / name).exists()]
        assert not [one for one in folder.rglob("*") if one.is_file() and _seed(state) in one.read_bytes()]
        assert fairplace_verify.main([str(folder), "--key", vkeys[0]]) == 0
        with pytest.raises(Refused, match=f"has signed {size} entries of {OFFICE} already; a new log needs a new one"):
            create(tmp_path / "b", authority=AUTHORITY, origin=OFFICE, root=signer(ROOT), signer=f"unix:{path}")
        assert not (tmp_path / "b").exists()
    assert running.returncode == 0
    assert not path.exists()
    # What is recorded without the signer stands, and is signed when it is back.
    with Register.open(folder) as register:
        register.limit(register.service("importer").vkey.text, not_for=["a.b/1"], admin=signer(ROOT))
        with pytest.raises(Misconfigured, match=r"signer at unix:\S+ does not answer .* start it with"):
            register.publisher.publish()
    with capture_logs() as logs, Register.open(folder) as register, kept_current(register):
        until = time.monotonic() + 20
        while not logs and time.monotonic() < until:
            time.sleep(0.05)
    assert [(one["event"], "exc_info" in one) for one in logs] == [("publishing stopped", False)]
    assert "start it with 'fairplace signer serve'" in logs[0]["reason"]
    keep_worthless(folder / "demo-keys", ROOT, seed_of(ROOT))
    assert main(["key", "revoke", str(folder), f"{DOMAIN}/service/importer", "--reason", "stolen"]) == 5
    said = " ".join(capsys.readouterr().err.split())
    assert f"may sign nothing after entry {size + 1}" in said, "what was done"
    assert "it is recorded and stands, but it is not published yet: the signer at unix:" in said
    with process(path, state), Register.open(folder) as register:
        published = register.publisher.publish()
        assert published is not None
        assert published.size == size + 2


def _seed(state: Path) -> bytes:
    return (state / "log.seed").read_bytes().strip()


def test_the_keys_of_a_register_are_moved_out_and_sign_on(
    short: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    state, folder, path = tmp_path / "signer", tmp_path / "register", short / "socket"
    create(folder, authority=AUTHORITY, origin=OFFICE, root=signer(ROOT)).close()
    before = settings.load(folder)
    assert main(["signer", "move", str(folder), str(state), "--socket", str(path)]) == 0
    assert capsys.readouterr().out.split() == before.log[0].vkeys
    assert not [name for name in SECRETS if (folder / "secrets" / name).exists()]
    assert sorted(one.name for one in state.iterdir()) == sorted(SECRETS)
    after = settings.load(folder)
    assert after.signer == f"unix:{path}"
    assert (after.authority, after.log) == (before.authority, before.log)
    with process(path, state), Register.open(folder) as register:
        register.limit(register.service("importer").vkey.text, not_for=["a.b/1"], admin=signer(ROOT))
        published = register.publisher.publish()
        assert published is not None
        assert published.size == register.reader.size
        assert main(["doctor", str(folder)]) == 0
    assert main(["doctor", str(folder)]) == 5
    assert "does not answer" in capsys.readouterr().err


@pytest.mark.parametrize("at", range(8))
def test_a_move_that_broke_off_leaves_one_signer_at_most_and_is_finished_by_doing_it_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    register, state = tmp_path / "secrets", tmp_path / "signer"
    vkeys = make(register, ORIGIN, SYSTEM.entropy)
    log = Grown()
    keeper = Keeper(register, ORIGIN)
    keeper.sign(log.ask(0, vkeys))
    told: list[str] = []
    steps = 0

    class Crash(BaseException):
        pass

    def crashing(owner: type, name: str) -> None:
        real = getattr(owner, name)

        def step(*given: object, **named: object) -> object:
            nonlocal steps
            steps += 1
            if steps - 1 == at:
                raise Crash
            return real(*given, **named)

        monkeypatch.setattr(owner, name, step)

    with monkeypatch.context():
        crashing(Path, "unlink")
        crashing(Path, "rename")
        try:
            move(register, state, ORIGIN, lambda: told.append("settled"))
        except Crash:
            pass
        else:
            assert at > 5, "there were more steps than this test breaks off"
        monkeypatch.undo()
    able = [folder for folder in (register, state) if _signs(folder, log)]
    assert len(able) <= 1
    if (register / FILE).exists() or (state / f".{FILE}.moving").exists():
        assert move(register, state, ORIGIN, lambda: told.append("settled")) == vkeys
    assert told
    assert sorted(one.name for one in state.iterdir()) == sorted(SECRETS)
    assert list(register.iterdir()) == []
    assert _signs(state, log)


def _signs(folder: Path, log: Grown) -> bool:
    try:
        was = Keeper(folder, ORIGIN).last()
        Keeper(folder, ORIGIN).sign(log.ask(was.size, was.vkeys))
    except Misconfigured:
        return False
    return True


def test_moving_leaves_other_files_alone(tmp_path: Path) -> None:
    make(tmp_path / "secrets", ORIGIN, SYSTEM.entropy)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "mine").write_text("mine")
    with pytest.raises(Refused, match="not empty"):
        move(tmp_path / "secrets", tmp_path / "other", ORIGIN, lambda: None)
    (tmp_path / "secrets" / FILE).unlink()
    with pytest.raises(Misconfigured, match="holds no signer's memory"):
        move(tmp_path / "secrets", tmp_path / "new", ORIGIN, lambda: None)


def test_one_signer_for_several_logs(short: Path, tmp_path: Path) -> None:
    origins = ("log.a.example/x", "log.b.example/y")
    for origin in origins:
        make(tmp_path / origin.replace("/", "-"), origin, SYSTEM.entropy)
    with process(short / "s", *(tmp_path / origin.replace("/", "-") for origin in origins)):
        keys = [RemoteSigner(str(short / "s"), origin).last().vkeys for origin in origins]
        assert [{Vkey.parse(vkey).name for vkey in vkeys} for vkeys in keys] == [{origin} for origin in origins]
        with pytest.raises(Misconfigured, match=r"holds no key of log\.c\.example/z; it signs for log\.a"):
            RemoteSigner(str(short / "s"), "log.c.example/z").last()


def test_what_a_signer_refuses_comes_back_as_it_was_said(short: Path, tmp_path: Path) -> None:
    make(tmp_path / "keys", ORIGIN, SYSTEM.entropy)
    log = Grown().grow(7)
    with served(short / "s", tmp_path / "keys") as remote:
        vkeys = remote.last().vkeys
        note = remote.sign(log.ask(0, vkeys))
        assert Checkpoint.parse(note, map(Vkey.parse, vkeys), strict=True).root == log.root()
        assert remote.last() == Keeper(tmp_path / "keys", ORIGIN).last()
        with pytest.raises(Unproven, match="does not sign 5 after that"):
            remote.sign(log.fork(5).ask(9, vkeys))
        (tmp_path / "keys" / FILE).unlink()
        with pytest.raises(Misconfigured, match="is missing, so nothing is signed"):
            remote.last()


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b'{"do":"last"}\n',
        b'{"do":"last","origin":1}\n',
        b'{"do":"seeds","origin":"x"}\n',
        b'{"do":"sign","ask":{}}\n',
        b"[" * 50_000 + b"\n",
        b'{"do":"last","origin":"\xff"}\n',
        b"x" * (MOST_BYTES + 2),
        os.urandom(5_000) + b"\n",
    ],
)
def test_whatever_comes_over_the_socket_is_answered_with_a_sentence_and_the_next_is_served(
    short: Path, tmp_path: Path, sent: bytes
) -> None:
    make(tmp_path / "keys", ORIGIN, SYSTEM.entropy)
    with served(short / "s", tmp_path / "keys") as remote:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as raw:
            raw.settimeout(10)
            raw.connect(str(short / "s"))
            raw.sendall(sent)
            raw.shutdown(socket.SHUT_WR)
            answer = b"".join(iter(lambda: raw.recv(1 << 16), b""))
        assert re.search(rb'"refused":"[^"]+', answer), answer
        assert remote.last().size == 0


def test_somebody_who_asks_and_goes_away_harms_nobody(short: Path, tmp_path: Path) -> None:
    make(tmp_path / "keys", ORIGIN, SYSTEM.entropy)
    with served(short / "s", tmp_path / "keys") as remote:
        for _ in range(3):
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as raw:
                raw.connect(str(short / "s"))
                raw.sendall(b'{"do":"last","origin":"' + ORIGIN.encode() + b'"}\n')
        assert remote.last().size == 0


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can ask as somebody else")
def test_a_process_of_another_user_is_not_answered_unless_it_is_named(short: Path, tmp_path: Path) -> None:
    """The kernel says who asks: the mode of the socket is the first lock, and this the second."""
    make(tmp_path / "keys", ORIGIN, SYSTEM.entropy)
    short.chmod(0o755)
    script = (
        "import os, socket, sys\n"
        "os.setuid(65534)\n"
        "s = socket.socket(socket.AF_UNIX)\n"
        "try:\n    s.connect(sys.argv[1])\n"
        "except PermissionError:\n    sys.exit('no way in')\n"
        f"""try:\n    s.sendall(b'{{"do":"last","origin":"{ORIGIN}"}}\\n')\n"""
        "except BrokenPipeError:\n    pass\n"
        "print(s.recv(65536).decode())\n"
    )

    def asked() -> str:
        done = subprocess.run(
            [sys.executable, "-c", script, str(short / "s")], capture_output=True, text=True, check=False
        )
        return done.stdout + done.stderr

    with served(short / "s", tmp_path / "keys"):
        assert "no way in" in asked()
    with served(short / "s", tmp_path / "keys", users=frozenset({12345})):
        assert "does not answer the user 65534" in asked()
    with served(short / "s", tmp_path / "keys", users=frozenset({65534})):
        assert '"size":0' in asked()


def test_a_socket_that_is_served_is_not_taken_over_and_a_dead_one_is(short: Path, tmp_path: Path) -> None:
    make(tmp_path / "keys", ORIGIN, SYSTEM.entropy)
    path = short / "s"
    with served(path, tmp_path / "keys") as remote:
        with pytest.raises(Busy, match="another signer answers"), SignerServer(path, {}):
            pass
        assert remote.last().size == 0
    with process(path, tmp_path / "keys") as running:
        running.send_signal(signal.SIGKILL)
        running.wait()
        assert path.is_socket()
    with served(path, tmp_path / "keys") as remote:
        assert remote.last().size == 0
    (short / "file").write_text("mine")
    with pytest.raises(Misconfigured, match="cannot be made"), SignerServer(short / "file", {}):
        pass
    assert (short / "file").read_text() == "mine"
    with pytest.raises(Misconfigured, match="more than 107 bytes"), SignerServer(short / ("x" * 108), {}):
        pass


def test_a_signer_that_never_answers_is_not_waited_for(short: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from fairplace.signer import client, wire

    monkeypatch.setattr(wire, "PATIENCE", 0.2)
    monkeypatch.setattr(client, "PATIENCE", 0.2)
    with socket.socket(socket.AF_UNIX) as deaf:
        deaf.bind(str(short / "s"))
        deaf.listen(1)
        began = time.monotonic()
        with pytest.raises(Misconfigured, match="does not answer"):
            RemoteSigner(str(short / "s"), ORIGIN).last()
        assert time.monotonic() - began < 5


def test_a_signer_that_is_begun_again_says_from_where(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    state = tmp_path / "signer"
    vkeys = make(state, ORIGIN, SYSTEM.entropy)
    note = Keeper(state, ORIGIN).sign(Grown().ask(0, vkeys))
    (state / FILE).unlink()
    (tmp_path / "seen").write_bytes(note)
    again = ["signer", "init", str(state), "--origin", ORIGIN]
    assert main(again) == 1
    assert "not empty" in capsys.readouterr().err
    assert main([*again, "--from", str(tmp_path / "missing")]) == 2
    assert main([*again, "--from", str(tmp_path / "seen"), "--root", signer(ROOT).vkey.text]) == 0
    assert "goes on from 2 entries" in capsys.readouterr().err
    assert main(["signer", "serve", str(tmp_path), "--socket", str(tmp_path / "s")]) == 5
    assert "is no signer's folder" in capsys.readouterr().err
