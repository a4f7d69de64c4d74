import json
from typing import Any

import pytest
import rfc8785
from hypothesis import assume, example, given
from hypothesis import strategies as st

from fairplace.errors import Malformed
from fairplace.ledger import canonical

texts = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"))
keys = st.from_regex(r"[A-Za-z0-9_./:-]{1,20}", fullmatch=True)
integers = st.integers(-canonical.MAX_INTEGER, canonical.MAX_INTEGER)
values = st.recursive(
    st.none() | st.booleans() | integers | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=12,
)


@given(values)
def test_it_writes_what_rfc_8785_writes(value: Any) -> None:
    data = canonical.encode(value)
    assert data == rfc8785.dumps(value)
    assert canonical.decode(data) == value


def test_every_character_is_written_as_rfc_8785_writes_it() -> None:
    points = [chr(i) for i in range(1, 0x110000) if not 0xD800 <= i <= 0xDFFF]
    for start in range(0, len(points), 12_000):
        text = "".join(points[start : start + 12_000])
        assert canonical.encode(text) == rfc8785.dumps(text)


@given(st.binary(max_size=40) | st.text(alphabet='{}[]",:0123456789-+.eE\\u ntf', max_size=30).map(str.encode))
@example(b'{"a":1,"a":1}')
@example(b"-0")
def test_what_is_accepted_is_what_rfc_8785_would_write(data: bytes) -> None:
    try:
        value = canonical.decode(data)
    except Malformed:
        return
    assert rfc8785.dumps(value) == data
    assert json.loads(data) == value


@given(values, st.data())
def test_no_other_bytes_are_read_as_the_same_value(value: Any, data: st.DataObject) -> None:
    good = canonical.encode(value)
    at = data.draw(st.integers(0, len(good)))
    cut = data.draw(st.integers(0, 2))
    put = data.draw(st.sampled_from([b"", b" ", b"\n", b"\t", b"0", b"\\u0061", b"\\/", b",", b'"', b"\xef\xbb\xbf"]))
    bad = good[:at] + put + good[at + cut :]
    assume(bad != good)
    try:
        other = canonical.decode(bad)
    except Malformed:
        return
    assert canonical.encode(other) == bad
    assert other != value or json.dumps(other) != json.dumps(value)


@given(st.dictionaries(keys, integers, min_size=2, max_size=6), st.randoms())
def test_members_in_another_order_are_refused(value: dict[str, int], random: Any) -> None:
    pairs = list(value.items())
    random.shuffle(pairs)
    text = json.dumps(dict(pairs), separators=(",", ":")).encode()
    if [name for name, _ in pairs] == sorted(value):
        assert canonical.decode(text) == value
    else:
        with pytest.raises(Malformed, match="not canonical"):
            canonical.decode(text)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "not JSON"),
        (b"1.0", "the number 1.0 came"),
        (b"1e400", "the number 1e400 came"),
        (b'{"a":[0.1]}', "the number 0.1 came"),
        (b"NaN", "not JSON"),
        (b"-0", "not canonical"),
        (b"1 ", "not canonical"),
        (b" 1", "not canonical"),
        (b"1\n", "not canonical"),
        (b"1 2", "not JSON"),
        (b'{"b":1,"a":2}', "not canonical"),
        (b'{"a":1,"a":1}', "not canonical"),
        (b'"\\/"', "not canonical"),
        (b'"\\u0041"', "not canonical"),
        (b'"\\u001F"', "not canonical"),
        (b'"\\u0000"', r"U\+0000"),
        (b'"\\ud83d\\ude00"', "not canonical"),
        (b'"\\ud800"', "not JSON"),
        (b'"\xff"', "not UTF-8"),
        (b'"\xed\xa0\x80"', "not UTF-8"),
        (b'"\xc0\xaf"', "not UTF-8"),
        (b"\xef\xbb\xbf1", "not JSON"),
        (b"9007199254740992", "an integer outside"),
        (b"-9007199254740992", "an integer outside"),
        (b"1" * 5_000, "not JSON"),
        (b'{"":1}', "the key '' came"),
        ('{"é":1}'.encode(), "the key 'é' came"),
        (b'{"a b":1}', "the key 'a b' came"),
        (b'{"a\\n":1}', "the key 'a"),
        (b'{"' + b"a" * 257 + b'":1}', "the key"),
        (b"[" * 17 + b"]" * 17, "nested too deeply"),
        (b"[" * 49_000, "nested too deeply"),
        (b'{"a":' * 8_000 + b"1" + b"}" * 8_000, "nested too deeply"),
        (b'"' + b"a" * 49_151 + b'"', "49153 bytes came"),
    ],
)
def test_what_is_outside_the_profile_is_refused_with_a_sentence(data: bytes, sentence: str) -> None:
    with pytest.raises(Malformed, match=sentence):
        canonical.decode(data)


@pytest.mark.parametrize(
    "value",
    [
        1.0,
        float("nan"),
        2**53,
        -(2**53),
        b"bytes",
        {1: 2},
        {"a\n": 1},
        {"": 1},
        {"a": {"é": 1}},
        "\0",
        {"a": "b\0"},
        "\ud800",
        object(),
        {1, 2},
        "a" * 49_151,
    ],
    ids=lambda value: type(value).__name__ if type(value) is object else repr(value)[:20],
)
def test_what_is_outside_the_profile_is_not_written(value: Any) -> None:
    with pytest.raises(Malformed):
        canonical.encode(value)


def test_sixteen_levels_are_read_and_written_and_seventeen_are_not() -> None:
    deep: Any = []
    for _ in range(15):
        deep = [deep]
    assert canonical.decode(canonical.encode(deep)) == deep
    with pytest.raises(Malformed, match="nested too deeply"):
        canonical.encode([deep])


def test_the_longest_text_is_read() -> None:
    data = b'"' + b"a" * (canonical.MAX_BYTES - 2) + b'"'
    assert canonical.encode(canonical.decode(data)) == data
