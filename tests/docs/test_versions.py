"""The page of the format says which version a text is of as the programs do, and puts a number on itself."""

from __future__ import annotations

import re
from pathlib import Path

import fairplace
import fairplace_verify as checker
from fairplace import lodging
from fairplace.ledger import entry, paper, proof

PAGE = (Path(__file__).parents[2] / "docs/wire-format.md").read_text("utf-8")
VERSIONS = PAGE[PAGE.index("## 17. Versions") :]


def test_the_page_has_a_version_and_its_history_ends_with_it() -> None:
    [version] = re.findall(r"^# The published format, version (\d+)$", PAGE, re.MULTILINE)
    history = re.findall(r"^\| (\d+) \| (\d+\.\d+\.\d+) \|", VERSIONS, re.MULTILINE)
    assert [number for number, _ in history] == [str(n) for n in range(1, int(version) + 1)]
    assert f"This is version {version}." in VERSIONS
    assert history[-1][1] == re.match(r"\d+\.\d+\.\d+", fairplace.__version__)[0]  # type: ignore[index]


def test_every_text_is_marked_as_the_programs_mark_it() -> None:
    marks = dict(re.findall(r"^\| (a[^|]+) \| .*?`([^`]+)`", VERSIONS, re.MULTILINE))
    assert marks["an entry"].encode() + b"\n" == checker.HEADER
    assert marks["an entry"].encode() + b"\n" == entry.HEADER
    assert marks["a proof file"] == proof.HEADER
    assert checker.PROOF.pattern.startswith(re.escape(marks["a proof file"]).encode().replace(rb"\-", b"-"))
    for what, module in (("a lodging", lodging), ("a checkpoint on paper", paper), ("a bundle", checker)):
        assert marks[what] in Path(str(module.__file__)).read_text("utf-8"), what


def test_the_limits_on_the_page_are_those_of_the_checker() -> None:
    for limit in (
        checker.MOST_JSON,
        checker.MOST_GIVEN,
        checker.MOST_TIMESTAMP,
        checker.MOST_CONTAINER,
        checker.MOST_CONTAINED,
        checker.MOST_CHECKPOINT,
    ):
        assert f"{limit:,}" in PAGE, limit
