"""Commands as lines of JSON: what is not exactly one is refused, with what to do about it."""

from __future__ import annotations

import contextlib
import io

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairplace.errors import Malformed
from fairplace.jsonl import lines, read_command
from fairplace.openness.commands import Assess, Release

GOOD = '{"id": "1", "as": "a/b", "do": "release", "case": "c", "occasion": "award"}'


def test_a_line_is_a_command() -> None:
    assert read_command(GOOD.encode()) == Release(id="1", as_="a/b", case="c", occasion="award")
    assert isinstance(read_command(b'{"id": "1", "do": "assess", "case": "c"}', who="a/b"), Assess)


def test_who_acts_is_taken_from_the_line_first() -> None:
    assert read_command(GOOD.encode(), who="x/y").as_ == "a/b"
    assert read_command(GOOD.replace('"as": "a/b", ', "").encode(), who="x/y").as_ == "x/y"


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ('{"id": "1", "id": "2", "do": "release"}', "'id' came twice; give it once"),
        ('{"id": "1", "do": "release", "case": {"a": 1, "a": 1}}', "'a' came twice"),
        ('{"id": 1.5, "do": "release"}', "1.5 came; give whole pence"),
        ('{"id": NaN, "do": "release"}', "NaN came"),
        ('{"id": 1e3, "do": "release"}', "1e3 came"),
        ('{"id": 9007199254740992, "do": "release"}', "below 2 to the 53rd"),
        ('{"id": ' + "9" * 5000 + ', "do": "release"}', "below 2 to the 53rd"),
        ('{"id": "1", "do": "releas"}', "did you mean release?"),
        ('{"id": "1", "do": "fly to the moon"}', "expected a command such as acknowledge-challenge, "),
        ('{"id": "1", "do": ["release"]}', "give 'do', one of"),
        ('{"id": "1"}', "does not say what to do"),
        ('{"id": "1", "do": "release", "occasion": "award", "why": ""}', "there is no member why; leave it out"),
        ('{"id": "1", "do": "release", "occasion": "party"}', "occasion: 'party' came; expected one of "),
        ('{"id": "1", "do": "release", "occasio": "award"}', "there is no member occasio; did you mean occasion?"),
        ('{"id": "1", "do": "release"}', "the member occasion is missing; give it"),
        ('{"id": "1", "do": "release", "happened_at": "7 April"}', "happened_at: expected a moment in UTC"),
        ('{"id": "1", "do": "plan", "commenced_on": "7 April"}', "commenced_on: expected a day such as"),
        ('{"id": "1", "do": "plan", "regime": "PPN"}', "'PPN' came; expected one of PA23, PSR"),
        ('{"id": "", "do": "release", "occasion": "award"}', "id: Expected `str` of length >= 1"),
        ('{"id": "\\ud800", "do": "release", "occasion": "award"}', "half of a surrogate pair"),
        ("[]", "a list came"),
        ("7", "a int came"),
        ("null", "a NoneType came"),
        ("{}{}", "Extra data at character 3; give one object a line"),
        ('{"id": "1"', "this is not JSON"),
        ('{"id": "a\tb"}', "Invalid control character"),
        ("[" * 100_000, "nested too deeply"),
        ('{"a":' * 100_000, "nested too deeply"),
    ],
)
def test_what_is_no_command_gets_a_sentence(line: str, sentence: str) -> None:
    with pytest.raises(Malformed) as caught:
        read_command(line.encode())
    assert sentence in str(caught.value)
    assert caught.value.exit_code == 2


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32"])
def test_another_encoding_is_named(encoding: str) -> None:
    with pytest.raises(Malformed, match="save the file as UTF-8"):
        read_command(GOOD.encode(encoding))


def test_latin_1_is_named() -> None:
    with pytest.raises(Malformed, match="0xe9 at 8 is not UTF-8"):
        read_command('{"id": "é"}'.encode("latin-1"))


def test_the_mark_that_some_editors_write_is_passed_over() -> None:
    [(number, line)] = lines(io.BytesIO(b"\xef\xbb\xbf" + GOOD.encode()), 1000)
    assert number == 1
    read_command(line)


def test_lines_are_numbered_as_an_editor_does_and_empty_ones_passed_over() -> None:
    assert list(lines(io.BytesIO(b"\n a \r\n\n \nb"), 10)) == [(2, b" a \r\n"), (5, b"b")]


def test_a_line_without_end_is_refused_before_it_is_read() -> None:
    class Endless(io.RawIOBase):
        taken = 0

        def readable(self) -> bool:
            return True

        def readinto(self, buffer: bytearray) -> int:  # type: ignore[override] # any writable buffer
            Endless.taken += len(buffer)
            buffer[:] = b"x" * len(buffer)
            return len(buffer)

    with pytest.raises(Malformed, match="line 1 has more than 1000 bytes"):
        list(lines(io.BufferedReader(Endless()), 1000))
    assert Endless.taken < 100_000


@given(st.binary(max_size=300))
def test_no_bytes_do_more_than_refuse(line: bytes) -> None:
    with contextlib.suppress(Malformed):
        read_command(line)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(["id", "as", "case", "occasion", "only", "evidence", "happened_at"]), JSON))
def test_no_members_do_more_than_refuse(members: dict[str, object]) -> None:
    with contextlib.suppress(Malformed):
        assert isinstance(read_command(msgspec.json.encode({"do": "release", **members})), Release)
