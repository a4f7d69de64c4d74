"""The page on keys is done, command by command, on a real register: time passes where the page says that it does."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.ready import standing
from tests.matrix import every

pytestmark = pytest.mark.long

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/how-to/keys.md").read_text("utf-8")
STEPS = re.findall(r"```sh\n(.+?)```|<!-- (\d+) (hours|days) pass -->", PAGE, re.DOTALL)
SECONDS = {"hours": 3600, "days": 86_400}
VERIFY = "fairplace verify register > verdict.txt || [ $? = 3 ] || { cat verdict.txt; exit 1; }"
"""After each block: the files are true, whoever they belong to."""


class Drill:
    """A shell that goes through the page, block by block, in one empty folder."""

    def __init__(self, folder: Path, ahead: Path, programs: Path) -> None:
        self.folder = folder
        self.ahead = ahead
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "FAIRPLACE", "XDG"))}
        self.environment = kept | {
            "HOME": str(folder),
            "PATH": f"{programs}:{Path(sys.executable).parent}:{kept['PATH']}",
            "TERM": "dumb",
        }

    def run(self, script: str) -> subprocess.CompletedProcess[str]:
        """Run this after all the variables that were set before."""
        saved = self.folder / "variables"
        restore = f". {saved}\n" if saved.exists() else ""
        script = f"set -euo pipefail\nset -a\n{restore}{script}\ndeclare -p {NAMES} 2>/dev/null > {saved} || true\n"
        return subprocess.run(
            ["bash", "-c", script], cwd=self.folder, env=self.environment, capture_output=True, text=True, check=False
        )

    def does(self, script: str) -> str:
        done = self.run(script)
        assert done.returncode == 0, f"{script}\n{done.stdout}\n{done.stderr}"
        return done.stdout + done.stderr

    def refused(self, command: str, code: int = 1) -> str:
        done = self.run(command)
        assert done.returncode == code, f"{command}\n{done.stdout}\n{done.stderr}"
        assert done.stdout == ""
        assert len(done.stderr.strip().splitlines()) == 1, done.stderr
        return done.stderr

    def wait(self, **time: int) -> None:
        seconds = sum(SECONDS[unit] * number for unit, number in time.items())
        self.ahead.write_text(str(int(self.ahead.read_text("ascii")) + seconds), "ascii")


NAMES = "XDG_CONFIG_HOME FAIRPLACE_PASSPHRASE ann ben cem dee new case entry stolen receiver"


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Drill, list[str]]]:
    """What each block said, in order; the register is verified after each."""
    folder = tmp_path_factory.mktemp("drill")
    ahead = folder / "ahead"
    ahead.write_text("0", "ascii")
    with standing(ahead=ahead) as programs:
        drill = Drill(folder, ahead, programs)
        found = []
        for block, number, unit in STEPS:
            if number:
                drill.wait(**{unit: int(number)})
                continue
            found.append(drill.does(f"{block}\n{VERIFY}"))
        yield drill, found


def test_the_page_is_done_command_by_command(said: tuple[Drill, list[str]]) -> None:
    drill, blocks = said
    every = "\n".join(blocks)
    assert len(re.findall(r"^GENUINE\.", every, re.MULTILINE)) == 4, every
    assert "council.example/officer/c3cc" in blocks[5]
    assert "recovery under way since entry" in blocks[5]
    assert "was reported stolen at entry" in every
    assert "is true, and has the root that this log continues" in every
    assert "contested on entries" in blocks[-1]
    assert "sealed bids: in order" in blocks[-1]
    policy = (drill.folder / "register/public/policy").read_text("ascii")
    newest = (drill.folder / "newer-log-keys.txt").read_text("ascii").split()
    assert re.findall(r"^log (\S+)$", policy, re.MULTILINE) == newest


def test_the_contested_step_is_marked_and_reaffirmed_in_the_rows_and_a_rebuild_gives_the_same(
    said: tuple[Drill, list[str]],
) -> None:
    drill, blocks = said
    notes = next(block for block in blocks if "was reported stolen by entry" in block)
    assert re.search(r"1 of its signatures is contested \(entries (\d+)\); reaffirmed with a new key: \1", notes), notes
    drill.does("fairplace rebuild register && fairplace doctor register")


@pytest.mark.matrix
def test_what_must_not_be_is_refused_in_one_sentence(said: tuple[Drill, list[str]]) -> None:
    drill, _ = said
    size = int((drill.folder / "register/public/checkpoint").read_text("utf-8").split("\n")[1])
    nobody = "council.example/officer/0000"
    now = drill.does("fairplace key list register | grep \"^$ann+\" | tail -1 | cut -d' ' -f1").strip()
    wrong = []
    cases = [
        (f"fairplace key rotate register {nobody} --as $ben", 2, "is not on this machine"),
        (f"fairplace key stolen register {nobody} --from 1 --as $ben", 2, "no key has the name"),
        ("fairplace key stolen register $ann --from 9 --until 8 --as $ben", 1, "entries 9 to 8 came"),
        (f"fairplace key stolen register $ann --from 1 --until {size} --as $ben", 1, f"some of 0 to {size - 1}"),
        ("fairplace key stolen register $ben --from 1 --as $ben", 1, "with that very key"),
        ("fairplace key rotate register $ben --as $ben", 1, "came twice; this takes the signatures of two people"),
        ("fairplace key rotate register $ann --to \"$new\" --as $ben", 1, "it must have the name of the old"),
        ("fairplace key rotate register $ann --to \"$stolen\" --as $ben", 1, "it must have the name of the old"),
        (f"fairplace key rotate register $ann --to {now} --as $ben", 1, "was in use before"),
        ("fairplace key rotate register $dee --as $ben", 1, "is not in use"),
        ("fairplace key rotate register $cem --as $ben", 1, "is not in use"),
        ("fairplace key revoke register $dee --reason lost --as $ben", 2, "no key that may sign has the name"),
        ("fairplace key recover register \"$new\" --by $ann --by $ben", 1, "was in use before"),
        ("fairplace key recover register \"$new\" --by $ann", 2, "1 names came with --by"),
        ("fairplace key recover register \"$new\" --by $ann --by $ann", 1, "came twice"),
        ("fairplace key finish-recovery register $cem --by $ann --by $ben", 1, "no recovery of"),
        ("fairplace key stop-recovery register $cem --reason x --as $ben", 1, "no recovery of"),
        ("fairplace key retire-log register", 1, "the log has no older keys to retire"),
        ("fairplace key rotate-log register --as $ben", 1, "is for the root"),
        ("fairplace init other --authority X --origin log.council.example/commissioning --continues register", 1, "origin of its own"),
        ("fairplace init other --authority X --origin log.x.example/y --continues plan.jsonl", 2, ""),
    ]  # fmt: skip
    for command, code, sentence in every(3, cases):
        done = drill.run(command)
        if done.returncode != code or done.stdout or sentence not in done.stderr or done.stderr.count("\n") != 1:
            wrong.append((command, done.returncode, done.stdout, done.stderr))
    assert wrong == []
    assert not (drill.folder / "other").exists()
    drill.does(VERIFY)


def test_a_person_with_two_keys_is_one_person_and_a_recovery_waits_for_the_first(said: tuple[Drill, list[str]]) -> None:
    drill, _ = said
    drill.does(
        "fairplace key enrol register $(fairplace key new council.example/officer/e5ee) --role monitoring --holder 'Eve'\n"
        "fairplace key enrol register $(fairplace key new council.example/officer/f6ff) --role officer --holder 'Fay'"
    )
    fay = drill.does("XDG_CONFIG_HOME=$PWD/fay fairplace key new council.example/officer/f6ff 2>/dev/null").strip()
    # The same person under another name: the enrolment is refused, and so two of her keys never meet.
    assert "acts with the key" in drill.refused(
        "fairplace key enrol register $(XDG_CONFIG_HOME=$PWD/eve fairplace key new council.example/officer/e7ee 2>/dev/null)"
        " --role officer --holder ' eve '"
    )
    drill.does(f"fairplace key recover register '{fay}' --by council.example/officer/e5ee --by $ben")
    assert "is under way since entry" in drill.refused(f"fairplace key recover register '{fay}' --by $ann --by $ben")
    finish = "fairplace key finish-recovery register council.example/officer/f6ff --by $ann --by $ben"
    assert "24 hours later at the earliest" in drill.refused(finish)
    drill.wait(hours=-26)
    assert "set the clock right" in drill.refused(finish, 5)
    drill.wait(hours=26)
    drill.wait(hours=24)
    drill.does(finish)
    drill.does(VERIFY)
    # Eve revokes her own key in the night, and asks nobody.
    eve = "council.example/officer/e5ee"
    drill.does(f"fairplace key revoke register {eve} --reason stolen --as {eve}")
    assert "no key that may sign has the name" in drill.refused(
        f"fairplace key revoke register {eve} --reason stolen --as {eve}", 2
    )
    drill.does(VERIFY)


def test_new_log_keys_wait_thirty_days_and_a_broken_off_rotation_is_finished(said: tuple[Drill, list[str]]) -> None:
    drill, _ = said
    drill.does("fairplace key rotate-log register")
    assert "stand beside" in drill.refused("fairplace key rotate-log register")
    assert "for 30 days" in drill.refused("fairplace key retire-log register")
    checkpoint = (drill.folder / "register/public/checkpoint").read_text("utf-8")
    assert checkpoint.count("\n— log.council.example/commissioning ") == checkpoint.count("\n— ") >= 2
    drill.wait(days=30)
    drill.does("fairplace key retire-log register")
    seeds = sorted(path.name for path in (drill.folder / "register/secrets").glob("log*.seed"))
    assert len(seeds) == 2, seeds
    drill.does(VERIFY)


def test_a_log_that_does_not_continue_the_one_that_was_given_is_found(said: tuple[Drill, list[str]]) -> None:
    drill, _ = said
    drill.does("fairplace verify register-2 --json > new.json || [ $? = 3 ]")
    last = json.loads((drill.folder / "new.json").read_text("utf-8").splitlines()[-1])
    assert any("whether that log has this root was not checked" in note for note in last["notes"])
    for old, why in (("register-2", "the earlier log that was given is log.council.example/commissioning-2"),):
        done = drill.run(f"fairplace verify register-2 --continues {old}")
        assert done.returncode == 1
        assert why in done.stdout, done.stdout
    done = drill.run("fairplace verify register --continues register-2")
    assert done.returncode == 1
    assert "entry 0 says that there is none" in done.stdout
