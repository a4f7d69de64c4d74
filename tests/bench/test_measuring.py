"""Benchmarks run, measure what they say, and print their gates; how fast a machine is, no test judges."""

from __future__ import annotations

from pathlib import Path

import pytest

from fairplace.bench import WHAT, ledger, measure, rules


def test_a_gate_that_is_missed_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    for good, code in ((True, 0), (False, 1)):
        monkeypatch.setitem(WHAT, "rules", lambda line, entries, good=good: line(entries) or good)
        assert measure("rules", 7, said.append) == code
    assert said == [7, 7]


def test_rules_are_measured_on_cases_of_the_length_they_say() -> None:
    said: list[str] = []
    rules.run(said.append, 200)
    assert said[0].startswith("judging: ")
    assert sum("gate: " in line for line in said) == 2
    assert len(rules.case(200).events) == 200
    assert [recorded.n for recorded in rules.case(5).events] == [1, 2, 3, 4, 5]


def test_the_ledger_is_measured_on_a_register_that_is_true(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    monkeypatch.setattr(ledger, "SIZES", (300,))
    ledger.run(said.append, 20, tmp_path)
    text = "\n".join(said)
    for what in ("building: 20 entries", "verifying: 28 entries", "proving: one entry of 300"):
        assert what in text
    assert sum("gate: " in line for line in said) == 2


def test_a_proof_is_measured_over_every_entry_of_the_log(tmp_path: Path) -> None:
    assert isinstance(ledger._proving(lambda *_: None, tmp_path / "one.sqlite", 37), bool)
