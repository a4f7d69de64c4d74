"""The checker can be installed alone, from a wheel made through its sdist, and checks a bundle where nothing else is."""

from __future__ import annotations

import subprocess
import sys
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest

import fairplace
import fairplace_verify
from tests.verifier.writer import LOG, story

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "packaging/fairplace-verify"


def run(*command: str | Path, cwd: Path, expect: int = 0) -> str:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == expect, done.stdout + done.stderr
    return done.stdout


def test_the_file_and_the_program_are_of_one_version() -> None:
    assert fairplace_verify.__version__ == fairplace.__version__


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("alone")
    run(sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-d", out, cwd=PACKAGE)
    [sdist] = out.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        archive.extractall(out / "source", filter="data")
    [source] = (out / "source").iterdir()
    assert (source / "fairplace_verify.py").read_bytes() == Path(fairplace_verify.__file__).read_bytes()
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", out, cwd=source)
    [archive_path] = out.glob("*.whl")
    return archive_path


def test_the_wheel_holds_the_one_file_and_its_licence_and_asks_for_nothing(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        [metadata] = [archive.read(name).decode() for name in names if name.endswith("METADATA")]
        assert archive.read("fairplace_verify.py") == Path(fairplace_verify.__file__).read_bytes()
    assert [name for name in names if "dist-info" not in name] == ["fairplace_verify.py"]
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert wheel.name == f"fairplace_verify-{fairplace.__version__}-py3-none-any.whl"
    needs = [line for line in metadata.splitlines() if line.startswith("Requires-Dist")]
    assert needs == ["Requires-Dist: cryptography>=47; extra == 'fast'"]


@pytest.mark.long
@pytest.mark.slow
def test_installed_alone_it_checks_a_bundle_and_a_proof(wheel: Path, tmp_path: Path) -> None:
    venv.create(tmp_path / "clean", with_pip=True)
    python = tmp_path / "clean/bin/python"
    run(python, "-m", "pip", "install", "--quiet", "--no-index", "--disable-pip-version-check", wheel, cwd=tmp_path)
    (tmp_path / "case.fpbundle").write_bytes(story().fpbundle())
    (tmp_path / "bid.tlog-proof").write_bytes(story().proof(7, ["/case"]))
    command = tmp_path / "clean/bin/fairplace-verify"
    assert "GENUINE. " in run(command, "case.fpbundle", "--key", LOG.vkey, cwd=tmp_path)
    assert "GENUINE. " in run(command, "bid.tlog-proof", "--key", LOG.vkey, cwd=tmp_path)
    run(command, "case.fpbundle", cwd=tmp_path, expect=3)
    assert run(command, "--version", cwd=tmp_path) == f"fairplace-verify {fairplace.__version__}\n"
    run(python, "-c", "import cryptography", cwd=tmp_path, expect=1)
