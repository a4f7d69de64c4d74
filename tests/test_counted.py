"""Numbers and their words agree, in what is signed, found and shown alike."""

from __future__ import annotations

import re
from pathlib import Path

from fairplace.counted import counted, every

ROOT = Path(__file__).parent.parent

UNAWARE = re.compile(r"(?<!of )\{len\([^{}]*\)\} [a-z]+(?:s|ia)\b")
"""A number of things, put before a plural whatever it is."""


def test_a_number_and_its_word_agree() -> None:
    assert [counted(number, "bid") for number in (0, 1, 2, 1234)] == ["0 bids", "1 bid", "2 bids", "1,234 bids"]
    assert counted(2, "entry", "entries") == "2 entries"
    assert [every(number, "bid was", "bids were") for number in (1, 3)] == ["the one bid was", "all 3 bids were"]


def test_no_rule_and_no_statement_speaks_of_one_things() -> None:
    """`statement` is what a person signs: it, and each answer of a rule, is read as a sentence."""
    rules = {path: path.read_text("utf-8") for path in sorted((ROOT / "policies").glob("*.py"))}
    signed = {
        path: "\n".join(re.findall(r"statement=(?:f?\"[^\n]*\n\s*)+", path.read_text("utf-8")))
        for path in sorted((ROOT / "src/fairplace").rglob("*.py"))
    }
    found = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for path, text in (rules | signed).items()
        for line in text.splitlines()
        if UNAWARE.search(line)
    ]
    assert found == []
