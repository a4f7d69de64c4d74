"""The pages that tell how to do something are done, command by command, in an empty folder."""

import base64
import json
import os
import re
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.ready import standing

HOW_TO = Path(__file__).parents[2] / "docs/how-to"
MILESTONES = (
    "council.example/officer/a5ee+",
    "procurement.bids-opened/1",
    "evaluation.moderated/1",
    "value.disclosed/1",
)


def blocks(page: Path) -> list[str]:
    return re.findall(r"```sh\n(.+?)```", page.read_text("utf-8"), re.DOTALL)


@pytest.fixture(scope="module")
def programs() -> Iterator[Path]:
    with standing() as folder:
        yield folder


def run(programs: Path, page: Path, folder: Path, first: str = "", typed: str = "") -> subprocess.CompletedProcess[str]:
    """All blocks in one shell that stops at the first command that fails; `typed` is what somebody answers."""
    # What a page leaves at work ends with the shell: it would hold up whoever reads what was said.
    script = f"trap 'kill $(jobs -p) 2>/dev/null || :' EXIT\n{first}\n" + "\n".join(
        f"echo '[block {n}]'\n{block}" for n, block in enumerate(blocks(page))
    )
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "FAIRPLACE", "XDG"))}
    return subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=folder,
        env=kept
        | {"HOME": str(folder), "PATH": f"{programs}:{Path(sys.executable).parent}:{kept['PATH']}", "TERM": "dumb"},
        input=typed,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def first(programs: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """The folder in which the first page was done, and what it said."""
    folder = tmp_path_factory.mktemp("rehearsal")
    return folder, run(programs, HOW_TO / "first-register.md", folder)


@pytest.mark.slow
def test_the_first_register_is_made_recorded_published_and_verified_as_the_page_says(
    first: tuple[Path, subprocess.CompletedProcess[str]],
) -> None:
    folder, done = first
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    said = dict(enumerate(re.split(r"\[block \d+\]\n", done.stdout)[1:]))
    assert not [name for name in MILESTONES if name not in done.stdout], done.stdout + done.stderr
    assert [json.loads(line)["duplicate"] for line in said[4].splitlines()] == [True] * 9
    assert [json.loads(line)["duplicate"] for line in said[3].splitlines()] == [False] * 9
    assert json.loads(said[6].splitlines()[0])["type"] == "procurement.awarded/1"
    assert re.findall(r"^\S+  ([A-Z]+-\d+)  (?:not-met|concern):", done.stdout, re.MULTILINE) == ["CI-01"]
    assert "exit code 1\n" in said[7]
    assert re.search(r"line 1: no contract award notice \(UK6\) is published", done.stderr)
    verdicts = re.findall(r"^(GENUINE|NOT GENUINE)[.,]", done.stdout, re.MULTILINE)
    assert verdicts == ["GENUINE", "NOT GENUINE"]
    assert "Alder Homes" in "".join(opened(folder / "website"))
    assert "Birch Care" not in "".join(opened(folder / "website"))


@pytest.mark.slow
def test_a_witness_is_made_and_told_whom_to_watch_as_the_page_says(programs: Path, tmp_path: Path) -> None:
    done = run(programs, HOW_TO / "witness.md", tmp_path)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    assert re.findall(r"^(\S+?)\+[0-9a-f]{8}\+\S+$", done.stdout, re.MULTILINE)[0] == "witness.northbrook.example"
    assert "log.council.example/commissioning  never seen" in done.stdout


@pytest.mark.slow
def test_a_case_is_handed_over_in_four_editions_as_the_page_says(
    programs: Path, first: tuple[Path, subprocess.CompletedProcess[str]]
) -> None:
    folder, _ = first
    done = run(programs, HOW_TO / "bundles.md", folder, first=SETTING)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    made = {one["file"]: one for line in done.stdout.splitlines() if line.startswith("{") for one in [json.loads(line)]}
    assert list(made) == ["public.fpbundle", "birch.fpbundle", "ring.fpbundle", "court.fpbundle"]
    assert [one["withheld"] == 0 for one in made.values()] == [False, False, False, True]
    assert "exit code 1\n" in done.stdout
    assert "the ring edition is for monitoring" in done.stderr
    birch, public = (zipfile.ZipFile(folder / name) for name in ("birch.fpbundle", "public.fpbundle"))
    assert "Birch Care" in birch.read("record.html").decode()
    assert "Birch Care" not in public.read("record.html").decode()
    verdicts = re.findall(r"^([A-Z]{3,}[A-Z, ]*)\. ", done.stdout, re.MULTILINE)
    assert len(verdicts) == 5, done.stdout
    assert set(verdicts) <= {"GENUINE", "GENUINE, BUT SUPERSEDED"}, done.stdout
    assert re.search(r"entries agree byte for byte.*none altered, none missing", done.stdout)


@pytest.mark.long
@pytest.mark.slow
def test_a_placement_is_recorded_and_nothing_of_it_is_published_as_the_page_says(
    programs: Path, tmp_path: Path
) -> None:
    done = run(programs, HOW_TO / "placements.md", tmp_path)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    assert "placement.started/1" in done.stdout
    assert "contest.lodged/1" in done.stdout
    assert "refused, exit code" in done.stdout
    assert "LS1 4AP” looks like a postcode" in done.stderr
    assert re.search(r"^0 not-met, 0 concern, \d+ cannot-tell, \d+ met", done.stderr, re.MULTILINE), done.stdout
    assert re.search(r"^GENUINE", done.stdout, re.MULTILINE), done.stdout
    shown = [path.relative_to(tmp_path / "website").as_posix() for path in (tmp_path / "website").rglob("*")]
    assert "checkpoint" in shown
    assert not [name for name in shown if "entries" in name or "disclosures" in name]
    published = b"".join(path.read_bytes() for path in (tmp_path / "website").rglob("*") if path.is_file())
    assert b"home-01" not in published
    assert b"referral." not in published
    assert b"contest." not in published
    assert "Why this home" in (tmp_path / "for-you.html").read_text("utf-8")
    assert "4700" not in (tmp_path / "for-you.html").read_text("utf-8")
    assert b",WHY THIS HOME3" in (tmp_path / "for-you.brf").read_bytes()
    assert len((tmp_path / "episodes.csv").read_text("utf-8").splitlines()) == 2
    assert "no other edition, exit code 1" in done.stdout
    record = zipfile.ZipFile(tmp_path / "court.fpbundle").read("record.html").decode()
    assert "A home was chosen" in record
    assert "£4,700" in record
    assert "referral.home-chosen/1</h" not in record


@pytest.mark.long
@pytest.mark.slow
def test_numbers_are_counted_signed_by_two_and_taken_back_as_the_page_says(programs: Path, tmp_path: Path) -> None:
    done = run(programs, HOW_TO / "numbers.md", tmp_path)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    said = dict(enumerate(re.split(r"\[block \d+\]\n", done.stdout)[1:]))
    draft = json.loads((tmp_path / "draft.json").read_text("utf-8"))
    assert (draft["plan"], draft["number"]) == ("decisions", 1)
    assert done.stderr.count("No attack found a group below six children") == 3, "a draft, a release, another"
    assert [json.loads(line)["type"] for line in said[2].splitlines()] == ["placements.released/1"]
    assert "placements.release-withdrawn/1" in said[3]
    assert re.search(r"^PARTLY CHECKED\.", said[4], re.MULTILINE), said[4]
    assert re.search(r"^decisions  1  \S+  \d+  [0-9a-f]{64}", said[3], re.MULTILINE)


SETTING = 'export XDG_CONFIG_HOME="$PWD/my-keys" FAIRPLACE_PASSPHRASE="four words for rehearsing"'
"""What the first page sets for a rehearsal."""


def opened(website: Path) -> list[str]:
    """The published openings, decoded."""
    lines = [
        line for path in (website / "disclosures").rglob("*") if path.is_file() for line in path.read_text().split()
    ]
    return [base64.urlsafe_b64decode(line[1:] + "==").decode("utf-8") for line in lines]


@pytest.mark.slow
def test_the_keys_of_a_log_are_kept_apart_as_the_page_says(programs: Path) -> None:
    with tempfile.TemporaryDirectory() as name:  # the address of a socket may have 107 bytes
        folder = Path(name)
        done = run(programs, HOW_TO / "signer.md", folder)
        assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
        assert re.search(r"^GENUINE\.", done.stdout, re.MULTILINE), done.stdout
        assert "goes on from 7 entries" in done.stderr
        assert not list((folder / "register/secrets").glob("log*"))
        assert {path.name for path in (folder / "apart").iterdir()} == {"log.seed", "log-mldsa.seed", "signed.json"}


@pytest.mark.slow
def test_a_register_is_recovered_as_the_page_says(programs: Path, tmp_path: Path) -> None:
    done = run(programs, HOW_TO / "recovery.md", tmp_path)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    said = dict(enumerate(re.split(r"\[block \d+\]\n", done.stdout)[1:]))
    assert "whole" in said[2]
    assert "GENUINE" in said[3]
    assert "exit code 5" in said[4]
    assert "declares a loss" in said[4]
    assert "Took entry 7 back from website" in done.stderr
    assert "entry 7, key.added/1: /holder" in done.stderr
    assert sorted(path.name for path in (tmp_path / "second/public/lost/7").iterdir()) == ["8"]


OVER = """
monitoring=council.example/officer/m0n1
provider=GB-COH-01000002
fairplace key enrol register "$(fairplace key new $monitoring)" --role monitoring --holder "Mona Monitoring"
cat > over.jsonl <<END
{"id":"withdrawn","do":"withdraw-award","as":"$approver","case":"$case","reason":"The need went away."}
{"id":"ended","do":"end-without-award","as":"$approver","case":"$case","ground":"need-changed","reason":"The need went away."}
END
fairplace record register over.jsonl
"""


@pytest.mark.long
@pytest.mark.slow
def test_a_bid_is_erased_and_a_register_backed_up_and_restored_as_the_pages_say(programs: Path, tmp_path: Path) -> None:
    before = "\n".join([*blocks(HOW_TO / "first-register.md")[:9], OVER])
    erased = run(programs, HOW_TO / "erasure.md", tmp_path, before, typed="y\n")
    assert erased.returncode == 0, f"{erased.stdout}\n{erased.stderr}"
    assert '"type":"sealed.erased/1"' in erased.stdout
    assert '"do":"withdraw-value"' in (tmp_path / "take-down.jsonl").read_text()
    assert "GENUINE" in erased.stdout
    kept = b"".join(path.read_bytes() for path in (tmp_path / "register").rglob("*") if path.is_file())
    assert b"Birch Care" not in kept

    environment = 'export XDG_CONFIG_HOME="$PWD/my-keys" FAIRPLACE_PASSPHRASE="four words for rehearsing"\n'
    backed_up = run(programs, HOW_TO / "backups.md", tmp_path, environment)
    assert backed_up.returncode == 0, f"{backed_up.stdout}\n{backed_up.stderr}"
    assert "GENUINE" in backed_up.stdout
    assert not list((tmp_path / "safe").rglob("*.seed"))
