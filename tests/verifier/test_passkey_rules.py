"""The register that writes and the checker that shares no code with it judge passkeys alike, and every bent assertion."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import fairplace_verify
from fairplace.errors import Malformed
from tests.verifier.passkey_rules import ALL, RULES, told
from tests.verifier.test_key_rules import checker, engine


@pytest.fixture
def no_package(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(fairplace_verify, "HAS_CRYPTOGRAPHY", False)
    monkeypatch.setattr(fairplace_verify, "HAS_ML_DSA", False)
    fairplace_verify.checker.cache_clear()
    fairplace_verify.can_check.cache_clear()
    yield
    fairplace_verify.checker.cache_clear()
    fairplace_verify.can_check.cache_clear()


@pytest.mark.parametrize("sentence", ALL)
def test_the_register_says_what_it_is(sentence: str) -> None:
    log, good = told(sentence)
    try:
        stopped, said = engine(log)
    except Malformed as error:  # a line that is no line of an entry is refused when the entry is read
        stopped, said = len(log.entries) - 1, str(error)
    assert stopped == len(log.entries) - (not good), said
    assert bool(said) != good


@pytest.mark.parametrize("sentence", ALL)
def test_the_checker_says_what_it_is(sentence: str) -> None:
    judged(sentence)


@pytest.mark.usefixtures("no_package")
@pytest.mark.parametrize("sentence", RULES)
def test_the_checker_without_the_package_says_what_it_is(sentence: str) -> None:
    judged(sentence)


def judged(sentence: str) -> None:
    log, good = told(sentence)
    stopped, said = checker(log)
    assert stopped == len(log.entries) - (not good), said
    assert bool(said) != good


def test_enough_of_them_are_good_and_enough_bent() -> None:
    good = sum(good for _, good in ALL.values())
    assert good >= 25
    assert len(ALL) - good >= 110
