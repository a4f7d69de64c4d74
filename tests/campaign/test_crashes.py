"""The campaign of kills, small: `make campaign` runs a thousand. And a signer that is killed while it signs."""

from __future__ import annotations

import re
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

import fairplace_verify
from fairplace.errors import Misconfigured
from fairplace.ledger.publisher import Publisher
from fairplace.signer.client import RemoteSigner
from fairplace.signer.keeper import Keeper
from tests.ledger.test_publisher import Register
from tests.signer.test_serving import ORIGIN, process, short

__all__ = ["short"]

ROOT = Path(__file__).parents[2]

SERVER = """
import sys, threading
from pathlib import Path
from fairplace.signer.keeper import Keeper
from fairplace.signer.server import SignerServer
from tests.campaign.crashes import ORIGIN, kill_at

with SignerServer(Path(sys.argv[1]), {ORIGIN: Keeper(Path(sys.argv[2]), ORIGIN)}) as server:
    kill_at(int(sys.argv[3]), after=sys.argv[4] == "after")
    print("ready", flush=True)
    server.serve(threading.Event())
"""


def campaign(*arguments: str) -> subprocess.CompletedProcess[str]:
    """A process of its own: it forks, and this one may have threads."""
    return subprocess.run(
        [sys.executable, "-m", "tests.campaign.crashes", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.slow
def test_nothing_acknowledged_is_lost_and_nothing_false_is_signed_however_the_process_is_killed() -> None:
    done = campaign("--kills", "24")
    assert done.returncode == 0, done.stdout + done.stderr
    found = re.search(r"(\d+) kills in .*: (\d+) entries acknowledged, (\d+) checkpoints told, 0 faults", done.stdout)
    assert found, done.stdout
    assert int(found[1]) == 24
    assert int(found[2]) > 100, "the children were killed before they did anything"
    assert int(found[3]) > 5


@pytest.mark.slow
def test_the_campaign_notices_an_acknowledgement_that_comes_too_early() -> None:
    done = campaign("--kills", "200", "--early")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "were acknowledged and are lost" in done.stdout


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_signer_that_is_killed_while_it_signs_signs_one_history(tmp_path: Path, short: Path, when: str) -> None:
    """Its memory may be ahead of what the register has stored: the register then extends what was signed."""
    register = Register(tmp_path)
    remote = RemoteSigner(str(short / "s"), ORIGIN)
    publisher = Publisher(register.store, ORIGIN, register.public, remote, clock=lambda: register.moment)
    killed = 0
    for step in range(1, 9):
        command = [sys.executable, "-c", SERVER, str(short / "s"), str(register.keys), str(step), when]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as server:
            assert server.stdout is not None
            assert server.stdout.readline() == "ready\n"
            with suppress(Misconfigured):  # it does not answer
                publisher.publish()
            with suppress(subprocess.TimeoutExpired):  # it hangs up a moment before it is gone
                server.wait(1)
            if server.poll() is not None or step < 3:
                killed += 1
            server.kill()
        register.grow(1)
    assert killed > 2
    with process(short / "s", register.keys):
        published = publisher.publish()
    assert published is not None
    assert published.size == len(register.log.entries)
    assert Keeper(register.keys, ORIGIN).last().root == published.root
    assert fairplace_verify.main([str(register.public), "--policy", str(register.public / "policy")]) == 0
    register.store.close()
