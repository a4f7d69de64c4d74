"""Benchmarks run, measure what they say, and print their gates; how fast a machine is, no test judges."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path

import pytest

from fairplace.bench import WHAT, homes, ledger, measure, proving, rules, verifying
from fairplace.bench.store import LOG
from fairplace.ledger import tree
from fairplace.ledger.store.sqlite import SqliteStore


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


@pytest.mark.long
def test_searches_for_a_home_are_measured_as_they_are_read_from_a_register(tmp_path: Path) -> None:
    said: list[str] = []
    homes.run(said.append, 100, tmp_path)
    assert said[0] == "judging searches for a home: 30 of 3,000, read from the disk"
    assert sum("gate: " in line for line in said) == 2
    assert not list(tmp_path.iterdir())


def test_what_grows_with_the_searches_is_scaled_and_what_does_not_is_not() -> None:
    took = homes.Took(market=2.0, streams=1.0, others=0.1, reading=0.3, asking=0.1)
    assert took.of_two(300) == pytest.approx(2.0 + 0.5 + 10 * (0.1 + 0.2))


def test_the_ledger_is_measured_on_a_register_that_is_true(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    monkeypatch.setattr(ledger, "SIZES", (300,))
    ledger.run(said.append, 20, tmp_path)
    text = "\n".join(said)
    measured = (
        "building: 20 entries",
        "verifying: 28 entries",
        "fairplace verify, on one core",
        "by the clock, ",
        "a bundle of one case, 20 entries",
        "proving: one entry of 300",
    )
    for what in measured:
        assert what in text
    assert sum("gate: " in line for line in said) == 3


def test_a_proof_is_measured_over_every_entry_of_the_log(tmp_path: Path) -> None:
    assert isinstance(proving.proving(lambda *_: None, tmp_path / "one.sqlite", 37), bool)


def test_a_log_grown_in_bulk_has_the_tree_and_the_entries_of_one_that_was_appended_to(tmp_path: Path) -> None:
    with SqliteStore(tmp_path / "one.sqlite") as store:
        proving.grown(store, 600, random.Random(1))
        leaves = [tree.leaf_hash(stored.raw) for stored in store.entries(LOG)]
        assert (len(leaves), store.head(LOG).root) == (600, tree.root(leaves))
        assert store.node(LOG)(8, 1) == tree.root(leaves[256:512])


@pytest.mark.parametrize("spent", [0.1, 0.9])
def test_processor_time_counts_what_other_processes_did(spent: float) -> None:
    command = [sys.executable, "-c", f"import time\nwhile time.process_time() < {spent}: pass"]
    used, _ = verifying._spent(subprocess.run, command)
    assert used >= spent
