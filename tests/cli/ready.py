"""The program standing ready: a process that has read all its modules forks once for each command, which then starts at once.

`standing()` is a folder with a `fairplace` in it, to be found first on the path. What runs is the program itself, with
the arguments, folder, environment and files of whoever called it; only its start is not repeated, and key files that it
writes are cheap to open. Run as a program, this
file is the process that waits; `CALLER` is what stands in the folder.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

from tests.cli import clocked

CALLER = """#!{python} -IS
import array, json, os, socket, sys
waiting = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
waiting.connect({address!r})
call = json.dumps([sys.argv[1:], os.getcwd(), dict(os.environ)]).encode()
files = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [0, 1, 2]))]
waiting.sendmsg([len(call).to_bytes(4, "big")], files)
waiting.sendall(call)
sys.exit((waiting.recv(1) or b"\\x7f")[0])
"""

IMPORTED = re.compile(r"^\s+(?:from|import) (fairplace[\w.]*)", re.MULTILINE)
"""What commands read only when they run."""


@contextlib.contextmanager
def standing(*, ahead: Path | None = None) -> Iterator[Path]:
    """A folder with a `fairplace` in it; with `ahead`, its clock is ahead by the seconds that stand in that file."""
    with tempfile.TemporaryDirectory() as folder:
        yield from _standing(Path(folder), ahead)


def _standing(folder: Path, ahead: Path | None) -> Iterator[Path]:
    address = folder / "ready"  # the address of a socket may be a hundred letters long
    program = folder / "fairplace"
    program.write_text(CALLER.format(python=sys.executable, address=str(address)), "utf-8")
    program.chmod(0o755)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "FAIRPLACE", "XDG"))}
    command = [sys.executable, "-m", "tests.cli.ready", str(address), *([str(ahead)] if ahead else [])]
    waiting = subprocess.Popen(command, env=kept, stdout=subprocess.PIPE, cwd=Path(__file__).parents[2])
    assert waiting.stdout is not None
    try:
        assert waiting.stdout.readline() == b"ready\n"
        yield folder
    finally:
        waiting.terminate()
        waiting.wait()


def wait(address: str) -> None:
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listening.bind(address)
    listening.listen()
    print("ready", flush=True)
    while True:
        asked, _ = listening.accept()
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:  # those that have ended
                pass
        if os.fork() == 0:
            listening.close()
            answer(asked)
        asked.close()


def answer(asked: socket.socket) -> None:
    """Be the program for one caller, and end with it."""
    length, files, _, _ = socket.recv_fds(asked, 4, 3)
    call = b""
    while len(call) < int.from_bytes(length, "big"):
        call += asked.recv(65536)
    arguments, folder, environment = json.loads(call)
    for number, file in enumerate(files):
        os.dup2(file, number)
        os.close(file)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["fairplace", *arguments]
    threading.Thread(target=follow, args=[asked], daemon=True).start()
    code = 70
    try:
        from fairplace.cli import main

        code = main()
        sys.stdout.flush()
        sys.stderr.flush()
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 1
    finally:
        with contextlib.suppress(OSError):
            asked.sendall(bytes([code]))
        os._exit(code)


def follow(asked: socket.socket) -> None:
    """Whoever stops the caller stops the program."""
    if not asked.recv(1):
        os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    if len(sys.argv) > 2:
        clocked.move(Path(sys.argv[2]))  # before anything takes the clock as its own
    import importlib

    import fairplace.cli
    from fairplace import keyring

    keyring.COST = keyring.Cost(memory_kib=64, passes=1, lanes=1)  # a story opens its key files for every command
    for source in Path(fairplace.cli.__file__).parent.glob("*.py"):
        for name in sorted({f"fairplace.cli.{source.stem}", *IMPORTED.findall(source.read_text("utf-8"))}):
            importlib.import_module(name.removesuffix(".__init__"))
    wait(sys.argv[1])
