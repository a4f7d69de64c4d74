"""The second reader, built from Debian's packages alone."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

SOURCES = Path(__file__).parent / "checker"
PACKAGES = Path(os.environ.get("FAIRPLACE_GOPATH", "/usr/share/gocode"))
"""Where Debian's golang-golang-x-mod-dev puts its sources."""


def go_settings(cache: Path) -> dict[str, str]:
    """Nothing is downloaded: no modules, only the packaged tree."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GO")}
    home = {} if "HOME" in kept else {"GOCACHE": str(cache)}
    return kept | home | {"GO111MODULE": "off", "GOPATH": str(PACKAGES), "GOFLAGS": "", "CGO_ENABLED": "0"}


@pytest.fixture(scope="session")
def checker(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program of ours that reads with golang.org/x/mod/sumdb."""
    if shutil.which("go") is None or not (PACKAGES / "src/golang.org/x/mod/sumdb/tlog").is_dir():
        pytest.skip("the second reader needs Go: sudo apt-get install golang-go golang-golang-x-mod-dev")
    folder = tmp_path_factory.mktemp("checker")
    program = folder / "checker"
    files = sorted(map(str, SOURCES.glob("*.go")))
    settings = go_settings(folder / "cache")
    done = subprocess.run(
        ["go", "build", "-o", str(program), *files], env=settings, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return program
