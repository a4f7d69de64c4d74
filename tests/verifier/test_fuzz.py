"""Whatever is put to any decoder of the checker: a reason, never a traceback, and nothing spoiled is called genuine.

`make fuzz` puts a hundred thousand to each; here are some thousands, the same every time, and a fixed list.
"""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.matrix import many
from tests.verifier.decoders import decoders
from tests.verifier.fuzz import campaign, main, remembering
from tests.verifier.malformed import corpus

CASES = {"bundle": 500, "proof": 2_000}
CORPUS = list(corpus())
TEXTS = ["json", "entry", "vkey", "line", "checkpoint", "proof", "policy", "disclosures", "evidence", "paper"]


@pytest.fixture(autouse=True, scope="module")
def remembered() -> object:
    with remembering():
        yield


@pytest.mark.parametrize("name", decoders())
def test_good_bytes_are_taken(name: str) -> None:
    decoder = decoders()[name]
    assert all(map(decoder.asked, decoder.good))


def test_the_list_of_malformed_inputs_is_long_and_of_every_decoder() -> None:
    counts = Counter(name for name, _, _ in CORPUS)
    assert len(CORPUS) >= 300
    assert counts.keys() == decoders().keys()
    assert min(counts.values()) >= 15
    assert len({(name, why) for name, why, _ in CORPUS}) == len(CORPUS)


@pytest.mark.parametrize("name", decoders())
def test_no_malformed_input_is_taken(name: str) -> None:
    decoder = decoders()[name]
    assert [why for which, why, data in CORPUS if which == name and decoder.asked(data)] == []


@pytest.mark.parametrize("name", decoders())
def test_no_spoiled_input_is_taken_for_the_record(name: str) -> None:
    cases = CASES.get(name, 3_000)
    done, taken = campaign(decoders()[name], cases, seed=2026)
    assert done == cases
    assert taken < cases / 2, "the spoilers hardly spoil"


@pytest.mark.parametrize("name", TEXTS)
@settings(max_examples=many(400), deadline=None)
@given(data=st.data())
def test_no_chance_bytes_are_taken(name: str, data: st.DataObject) -> None:
    decoder = decoders()[name]
    good = data.draw(st.sampled_from(decoder.good))
    at = data.draw(st.integers(0, len(good)))
    until = data.draw(st.integers(at, min(len(good), at + 20)))
    piece = data.draw(st.binary(max_size=40) | st.text(max_size=20).map(str.encode))
    decoder.asked(good[:at] + piece + good[until:])
    decoder.asked(piece)


def test_the_campaign_says_how_many_it_put_and_when_it_was_cut_short(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["vkey", "line", "--cases", "64"]) == 0
    said = capsys.readouterr().out
    assert "vkey               64 cases in" in said
    assert said.endswith("no traceback, and nothing spoiled was called genuine\n")
    assert main(["vkey", "--cases", "640", "--seconds", "0"]) == 1
    assert "cut short by the limit of 0 s" in capsys.readouterr().out
