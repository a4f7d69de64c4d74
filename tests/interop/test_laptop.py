"""A laptop that has never seen fairplace: the page's own commands, on an empty machine, for a case of a thousand entries."""

from __future__ import annotations

import re
import shutil
import subprocess
import time
import venv
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import pytest

import fairplace_verify
from fairplace.bench import verifying
from tests.interop.readers import Go
from tests.office import CHAPTERS, open_office
from tests.publish.case import bundled
from tests.story import OFFERS

PAGE = (Path(__file__).parents[2] / "docs/verify.md").read_text("utf-8")
LARGE = 1_000
"""Entries of the case."""
SECONDS = 60
HEADING = "A bundle, on a laptop that has never seen fairplace"


class Desk(NamedTuple):
    """What a solicitor was sent, and the one program."""

    folder: Path
    key: str


def furnished(folder: Path, key: str, **files: bytes) -> Desk:
    for name, data in files.items():
        (folder / f"{name}.fpbundle").write_bytes(data)
    shutil.copyfile(fairplace_verify.__file__, folder / "fairplace_verify.py")
    return Desk(folder, key)


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """One case of a thousand entries, made and signed by the engine."""
    with verifying.made(tmp_path_factory.mktemp("council") / "register", LARGE, cases_of=LARGE) as register:
        key = register.settings.log[0].vkeys[0]
        return furnished(tmp_path_factory.mktemp("desk"), key, case=verifying.packed(register))


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A whole competition, and two editions of it: what the council gave the court, and what anybody may have."""
    with open_office(tmp_path_factory.mktemp("council") / "register") as office:
        for tell in CHAPTERS.values():
            tell(office, OFFERS[:3])
        office.register.follow()
        court, public = (bundled(office.register, office.case, edition)[0] for edition in ("court", "public"))
        key = office.register.settings.log[0].vkeys[0]
        return furnished(tmp_path_factory.mktemp("desk"), key, council=court, bidder=public)


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    """An environment with `python3` and nothing else: no package, and a home in which nothing is."""
    home = tmp_path_factory.mktemp("laptop")
    venv.create(home / "python", with_pip=False)
    (home / "home").mkdir()
    environment = {"PATH": str(home / "python/bin"), "HOME": str(home / "home")}
    done = subprocess.run(
        [shutil.which("bash") or "bash", "-c", "python3 -c 'import cryptography'"],
        env=environment,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 1, "the empty machine is not empty"
    return environment


def commands(heading: str) -> list[str]:
    """The blocks under a heading of the page that call the program."""
    section = PAGE.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    return [block for block in re.findall(r"```\n(.+?)```", section, re.DOTALL) if "fairplace_verify.py" in block]


def typed(block: str, desk: Desk, environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """As it stands on the page, with the reader's key in the place of the page's."""
    block = re.sub(r'--key (?:"[^"]+"|KEY)', f'--key "{desk.key}"', block)
    return subprocess.run(
        [shutil.which("bash") or "bash", "-euc", block],
        cwd=desk.folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.slow
def test_a_bundle_of_a_thousand_entries_is_checked_as_the_page_says_in_a_minute(
    large: Desk, bare: Mapping[str, str]
) -> None:
    first, _ = commands(HEADING)
    began = time.monotonic()
    done = typed(first, large, bare)
    assert time.monotonic() - began < SECONDS
    assert (done.returncode, done.stderr) == (0, ""), done.stdout + done.stderr
    assert done.stdout.splitlines()[-1].startswith("GENUINE. ")
    assert "ML-DSA-44 signatures of checkpoints were not checked" in done.stdout
    data = bytearray((large.folder / "case.fpbundle").read_bytes())
    data[len(data) // 2] ^= 1
    (large.folder / "case.fpbundle").write_bytes(bytes(data))
    done = typed(first, large, bare)
    assert done.returncode == 1, done.stdout
    assert done.stdout.splitlines()[-1].startswith("NOT GENUINE. ")


@pytest.mark.slow
def test_two_editions_are_compared_as_the_page_says(two: Desk, bare: Mapping[str, str]) -> None:
    _, second = commands(HEADING)
    done = typed(second, two, bare)
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"\d+ entries agree byte for byte", done.stdout)
    assert "none altered, none missing" in done.stdout


@pytest.mark.slow
@pytest.mark.needs_go
def test_the_reader_in_go_finds_what_the_writer_bundled_genuine(two: Desk, checker: Path) -> None:
    for name in ("council", "bidder"):
        said = Go(checker).read((two.folder / f"{name}.fpbundle").read_bytes(), [two.key])
        assert said.verdict == "genuine", (name, said.why)
