"""Our scripts: small, our own, of one version, and unable to make markup out of text."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest

from fairplace import shelf
from fairplace.http.about import FOR_EVER
from fairplace.http.pages import Scripts
from tests.http.conftest import Client

FOLDER = shelf.root("web") / "scripts"
FILES = sorted(FOLDER.glob("*.js"))
IMPORT = re.compile(r'^(?:import|export) (?:[^;]*? from )?"([^"]*)";$', re.MULTILINE)
FORBIDDEN = (
    r"\b(eval|Function|innerHTML|outerHTML|insertAdjacentHTML|document\.write|importScripts|XMLHttpRequest|WebSocket)\b"
)
BUT = {"sending.js": ["XMLHttpRequest"]}
"""It says how much of a file has gone, which `fetch` tells nobody."""


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_a_script_is_small_and_loads_nothing_but_its_neighbours(file: Path) -> None:
    text = file.read_text("utf-8")
    assert text.startswith("// "), "a script says first what is in the room"
    assert len(text.splitlines()) <= 250
    names = {path.name for path in FILES}
    found = IMPORT.findall(text)
    assert {f"./{name}" for name in names} >= set(found)
    asked = re.findall(r"^import |\bimport\(", text, re.MULTILINE)
    near = re.findall(r'^import [^;]*"\./|\bimport\("\./', text, re.MULTILINE)
    assert len(asked) == len(near)
    assert re.findall(FORBIDDEN, text) == BUT.get(file.name, [])
    assert re.findall(r"https?://", text) == []


def test_scripts_are_served_under_the_digest_of_all_of_them(client: Client) -> None:
    lines = "".join(f"{file.name} {hashlib.sha256(file.read_bytes()).hexdigest()}\n" for file in FILES)
    version = hashlib.sha256(lines.encode()).hexdigest()
    assert Scripts(FOLDER.parent).version == version
    for file in FILES:
        answer = client.get(f"/scripts/{version}/{file.name}")
        assert answer.content == file.read_bytes()
        assert answer.headers["content-type"].startswith("text/javascript")
        assert answer.headers["cache-control"] == FOR_EVER


@pytest.mark.parametrize("name", ["proof.mjs", "..%2fstatic%2ffairplace.css", "nothing.js", ""])
def test_no_other_file_is_a_script(client: Client, name: str) -> None:
    assert client.get(f"/scripts/{Scripts(FOLDER.parent).version}/{name}").status_code == 404


def test_a_page_of_an_older_version_gets_no_newer_script(client: Client) -> None:
    assert client.get(f"/scripts/{'0' * 64}/proof.js").status_code == 404


def test_a_changed_script_changes_the_address_of_all(tmp_path: Path) -> None:
    (tmp_path / "scripts").mkdir()
    for file in FILES:
        (tmp_path / "scripts" / file.name).write_bytes(file.read_bytes())
    same = Scripts(tmp_path)
    assert same.address("proof.js") == f"/scripts/{same.version}/proof.js"
    (tmp_path / "scripts" / "tree.js").write_text("// another\n")
    assert Scripts(tmp_path).version != same.version
