"""Kill whoever makes a witness, a signer, a register or a key, at one step after the other, and do the same again.

python -m tests.campaign.makings witness [--stride 7]
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import tempfile
import threading
import traceback
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from fairplace import log_keys
from fairplace.begun import MARK
from fairplace.errors import Conflict
from fairplace.founding import create
from fairplace.keyring import Keyring, keep
from fairplace.ledger.note import Signer
from fairplace.monitor.memory import Memory
from fairplace.on_disk import Register
from fairplace.signer import folder as signers
from fairplace.signer.keeper import Keeper
from fairplace.signer.server import SignerServer
from fairplace.sources import SYSTEM
from fairplace.witness import own
from tests.campaign.crashes import kill_at

ORIGIN = "log.council.example/commissioning"
ROOT = Signer("council.example/root", bytes(range(32)))
PHRASE = "four words for rehearsing"


def witness(home: Path) -> None:
    made = own.create(home / "w", "witness.example")
    assert len(made.vkeys) == 2, made.vkeys
    assert made.state.trusted() == {}


def signer(home: Path) -> None:
    vkeys = signers.make(home / "s", ORIGIN, SYSTEM.entropy)
    assert Keeper(home / "s", ORIGIN).last().vkeys == vkeys
    assert len(vkeys) == 2, vkeys


def register(home: Path, signer: str = "") -> None:
    folder = home / "r"
    is_whole = (folder / "fairplace.toml").exists() and not (folder / MARK).exists()
    with (
        Register.open(folder)
        if is_whole
        else create(folder, authority="Example Council", origin=ORIGIN, root=ROOT, signer=signer)
    ) as made:
        published = made.store.last_checkpoint(ORIGIN)
        assert published is not None
        assert published.size == made.reader.size == 7


def apart(home: Path) -> None:
    """A register whose log has a signer of its own, which remembers what it signed."""
    ready, tell = os.pipe()
    if (child := os.fork()) == 0:
        signers.make(home / "s", ORIGIN, SYSTEM.entropy)
        with SignerServer(home / "socket", {ORIGIN: Keeper(home / "s", ORIGIN)}) as server:
            os.write(tell, b".")
            server.serve(threading.Event())
    os.read(ready, 1)
    (home / "signer").write_text(str(child))


def with_apart(home: Path) -> None:
    register(home, f"unix:{home / 'socket'}")


def made(home: Path) -> None:
    register(home)


def new_log_keys(home: Path) -> None:
    with Register.open(home / "r") as opened:
        if opened.reader.size < 9:
            log_keys.add(opened, ROOT)
        assert [key.vkey.kind for key in opened.reader.register().log_key_history()] == [1, 6, 1, 6]
        assert len(opened.signer.last().vkeys) == 4


def second_pair(home: Path) -> None:
    signers.add_keys(home / "s", SYSTEM.entropy, signers.next_suffix(home / "s"))
    assert not signers.is_half(home / "s")
    assert {"log-2", "log-mldsa-2"} <= {path.stem for path in (home / "s").glob("*.seed")}


def key(home: Path) -> None:
    with suppress(Conflict):  # it stood
        keep(home, "council.example/officer/7f3a", bytes(32), PHRASE)
    Keyring(home, passphrase=lambda _: PHRASE).signer("council.example/officer/7f3a")


def monitor(home: Path) -> None:
    memory = Memory(home / "m")
    assert memory.last() is None
    memory.close()


MAKINGS: dict[str, tuple[Callable[[Path], None] | None, Callable[[Path], None]]] = {
    "witness": (None, witness),
    "signer": (None, signer),
    "register": (None, register),
    "apart": (apart, with_apart),
    "log-keys": (made, new_log_keys),
    "second-pair": (signer, second_pair),
    "key": (None, key),
    "monitor": (None, monitor),
}
"""What must be there before, and what is made."""


def done(making: Callable[[Path], None], home: Path, step: int) -> bool:
    """Was it made before that step? 0: to its end."""
    if (child := os.fork()) == 0:
        code = 1
        try:
            if step:
                kill_at(step, after=False)
            making(home)
            code = 0
        except BaseException:  # noqa: BLE001 - told to the parent, which stops there
            traceback.print_exc()
        os._exit(code)
    _, status = os.waitpid(child, 0)
    return status == 0


def campaign(kind: str, stride: int = 1) -> int:
    """How often it was killed."""
    before, making = MAKINGS[kind]
    step, kills = 1, 0
    while True:
        with tempfile.TemporaryDirectory(prefix="makings-") as name:
            home = Path(name)
            if before is not None:
                before(home)
            try:
                if done(making, home, step):
                    return kills
                assert done(making, home, 0), f"{kind}, killed before step {step}"
                left = [str(path) for path in home.rglob(MARK)]
                assert not left, f"{kind}, step {step}: {left}"
            finally:
                if (home / "signer").exists():
                    child = int((home / "signer").read_text())
                    os.kill(child, signal.SIGKILL)
                    os.waitpid(child, 0)
        kills += 1
        step += stride


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kinds", nargs="*", choices=[*MAKINGS, []])
    parser.add_argument("--stride", type=int, default=1)
    given = parser.parse_args()
    for kind in given.kinds or MAKINGS:
        print(f"{kind}: killed at {campaign(kind, given.stride)} steps, and made each time", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
