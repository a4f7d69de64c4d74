"""What is read the quick way is what would be read with care: the same entry, and nothing that would be refused."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from datetime import date
from random import Random
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from fairplace_verify import HEADER, MOST_JSON, Entry, Falsehood, ahead, read_entry, read_usual, read_with_care
from tests.ledger.test_canonical import keys, values
from tests.matrix import WHOLE, many
from tests.verifier.bent import bent, every_edge, every_touch, straight
from tests.verifier.decoders import PASSKEYS, little
from tests.verifier.mutators import spoiled
from tests.verifier.writer import CASE, OFFICER, b64url, canonical, story

NAMES = ("actor", "at", "body", "id", "keys", "log", "n", "prev", "sealed", "stream", "type")


def agreed(data: bytes) -> Entry | None:
    """What the quick way gives, once the careful way is found to give the same to the letter."""
    [usual] = read_usual([data])
    if usual is not None:
        careful = read_with_care(data)
        assert repr(usual) == repr(careful), f"read otherwise: {data!r}"
    return usual


def is_refused(data: bytes) -> bool:
    try:
        read_with_care(data)
    except Falsehood:
        return True
    return False


def sealed(count: int) -> dict[str, Any]:
    digests = [b64url(hashlib.sha256(bytes([number])).digest()) for number in range(count)]
    return {f"/s{number:03}": {"basis": "personal", "d": digest} for number, digest in enumerate(digests)}


def text_of(body: Any = None, **members: Any) -> bytes:
    """A good event of ours, with other members."""
    event = json.loads(little().entries[7].split(b"\n")[1])
    event |= {"body": {"case": CASE, "text": "é"} if body is None else body, "sealed": sealed(2), **members}
    return canonical(event)


def signed(text: bytes, lines: bytes | None = None) -> bytes:
    """Signed by somebody, over something: how a signature looks is read here, not whether it is good."""
    note = HEADER + text + b"\n"
    return note + b"\n" + (OFFICER.note(b"x") if lines is None else lines)


GOOD = signed(text_of(actor=OFFICER.name))


def test_the_entries_of_a_story_are_usual() -> None:
    entries = story().entries
    usual = [entry for entry in map(agreed, entries) if entry]
    assert len(usual) == len(entries)


def test_an_entry_that_is_usual_is_read_as_with_care() -> None:
    entry = agreed(GOOD)
    assert entry is not None
    assert list(entry.event) == list(NAMES)
    assert entry.digests == {slot: seal["d"] for slot, seal in sealed(2).items()}
    assert read_entry(GOOD) == entry


def with_member(name: str, value: Any) -> bytes:
    return signed(text_of(**{"actor": OFFICER.name, name: value}))


def of_body(body: Any) -> bytes:
    return with_member("body", body)


def in_body(piece: bytes) -> bytes:
    """A piece of JSON as it stands, as the one value in the body."""
    return GOOD.replace(b'"text":"\xc3\xa9"', b'"text":' + piece)


def of_slots(*slots: str, body: Any = None) -> bytes:
    """Each with a digest of its own."""
    seals = {slot: {"basis": "child", "d": b64url(bytes([n + 1]) * 32)} for n, slot in enumerate(slots)}
    return signed(text_of(actor=OFFICER.name, sealed=seals, body={} if body is None else body))


def deep(count: int) -> Any:
    value: Any = 1
    for _ in range(count):
        value = [value]
    return {"a": value}


def of_length(length: int) -> bytes:
    """So many bytes of JSON."""
    rest = len(text_of({"a": ""}, actor=OFFICER.name))
    return of_body({"a": "x" * (length - rest)})


LINE = OFFICER.note(b"x")

USUAL = {
    "no slot": with_member("sealed", {}),
    "many slots": with_member("sealed", sealed(40)),
    "more slots than are kept in mind": with_member("sealed", sealed(100)),
    "a slot of two parts": of_slots("/a/b"),
    "slots side by side": of_slots("/a/b", "/a/c", "/a/c-d", "/ab"),
    "a slot of eight parts": of_slots("/a/b/c/d/e/f/g/h"),
    "a slot of 256 letters": of_slots("/" + "a" * 63 + "".join("/" + "b" * 63 for _ in range(3))),
    "slots beside what stands in the body": of_slots("/a/c", "/a/d/e", body={"a": {"b": 1, "d": {"f": 2}}}),
    "nothing in the body": of_body({}),
    "a body in a body": of_body({"id": "x", "b": {"id": "y", "keys": [1, -2, None, True, False, 'x"},"id":"y']}}),
    "fifteen in all": of_body(deep(14)),
    "many lists, none deep": of_body({"a": [[1]] * 40}),
    "a control character, escaped": of_body({"a": '\x1f\n\t\b\f\r\\"\x7f\u2028'}),
    "the largest number": of_body({"a": 2**53 - 1, "b": 1 - 2**53, "c": 0}),
    "the last of February": with_member("at", "2028-02-29T00:00:00.000Z"),
    "the last moment of a year": with_member("at", "2026-12-31T23:59:59.999Z"),
    "a first event": with_member("prev", ""),
    "two lines": signed(text_of(actor=OFFICER.name), LINE + PASSKEYS[0].note(b"x")),
    "a passkey": signed(text_of(actor=OFFICER.name), PASSKEYS[0].note(b"x")),
}

CAREFUL = {
    "a number of sixteen digits": with_member("n", 2**53 - 1),
    "the longest text": of_length(MOST_JSON),
    "the year 999": with_member("at", "0999-01-01T00:00:00.000Z"),
}

REFUSED = {
    "nothing": b"",
    "a slot of nine parts": of_slots("/a/b/c/d/e/f/g/h/i"),
    "a slot of 257 letters": of_slots("/" + "a" * 64 + "".join("/" + "b" * 63 for _ in range(3))),
    "a slot in a slot": of_slots("/a", "/a/b"),
    "a slot in a slot of two parts": of_slots("/a/b", "/a/b/c"),
    "a slot where a value stands": of_slots("/a/b", body={"a": {"b": 1}}),
    "a slot below a value": of_slots("/a/b", body={"a": 1}),
    "a slot below a list": of_slots("/a/b", body={"a": [1]}),
    "a slot below nothing": of_slots("/a/b", body={"a": None}),
    "a slot with an empty part": of_slots("/a//b"),
    "a slot that ends in a stroke": of_slots("/a/"),
    "the header alone": HEADER,
    "another header": GOOD.replace(b"/v1", b"/v2"),
    "no signature": GOOD[: GOOD.index(b"\n\n") + 2],
    "no blank line": GOOD.replace(b"\n\n", b"\n"),
    "two blank lines": GOOD.replace(b"\n\n", b"\n\n\n"),
    "lines as on Windows": GOOD.replace(b"\n", b"\r\n"),
    "white space": GOOD.replace(b'"n":', b'"n": '),
    "white space before the body": GOOD.replace(b'"body":{', b'"body": {'),
    "white space behind the body": GOOD.replace(b'},"id"', b'} ,"id"'),
    "a tab behind the text": GOOD.replace(b"\n\n", b"\t\n\n"),
    "a line feed in the text": GOOD.replace(b',"id"', b',\n"id"'),
    "a byte order mark": GOOD.replace(b"\n{", b"\n\xef\xbb\xbf{"),
    "a byte order mark in UTF-16": GOOD.replace(b"\n{", b"\n\xff\xfe{"),
    "a body that is a list": of_body([]),
    "a body that is a word": of_body("x"),
    "a body that is missing": GOOD.replace(b'"body":', b'"body":,'),
    "a body cut short": GOOD.replace(b'"text":"\xc3\xa9"}', b'"text":"\xc3\xa9"'),
    "two bodies": GOOD.replace(b'"body":{', b'"body":{},"body":{'),
    "members in another order": GOOD.replace(b'{"actor"', b'{"at":"x","actor"'),
    "a member too many": GOOD.replace(b',"type"', b',"tyme":1,"type"'),
    "a member at the end": GOOD.replace(b"}\n\n", b',"z":1}\n\n'),
    "keys of the body in another order": of_body({}).replace(b'"body":{}', b'"body":{"b":1,"a":1}'),
    "keys ordered without regard to case": of_body({}).replace(b'"body":{}', b'"body":{"a":1,"B":1}'),
    "a key twice": of_body({}).replace(b'"body":{}', b'"body":{"a":1,"a":1}'),
    "a key twice, written otherwise": of_body({}).replace(b'"body":{}', b'"body":{"a":1,"\\u0061":1}'),
    "a key of another alphabet": of_body({"é": 1}),
    "an empty key": of_body({"": 1}),
    "a long key": of_body({"a" * 257: 1}),
    "a slot in another order": GOOD.replace(b"/s000", b"/s009"),
    "a slot twice": GOOD.replace(b"/s001", b"/s000"),
    "a slot with a place that is taken": with_member("body", {"case": CASE, "s001": None}),
    "a slot of no name": GOOD.replace(b"/s000", b"/"),
    "a slot in capitals": GOOD.replace(b"/s000", b"/S000"),
    "a slot of 65 letters": with_member("sealed", {f"/{'a' * 65}": {"basis": "child", "d": b64url(bytes(32))}}),
    "an unknown basis": GOOD.replace(b'"basis":"personal"', b'"basis":"personally"'),
    "a seal with more": GOOD.replace(b'"basis":"personal"', b'"a":1,"basis":"personal"'),
    "a comma after the seals": GOOD.replace(b'}},"stream"', b'},},"stream"'),
    "no comma between the seals": GOOD.replace(b'},"/s001"', b'}"/s001"'),
    "a digest cut short": re.sub(rb'"d":".', b'"d":"', GOOD, count=1),
    "a digest with stray bits": re.sub(rb'("d":".{42}).', rb"\1B", GOOD, count=1),
    "a digest in the other alphabet": re.sub(rb'"d":"..', b'"d":"+/', GOOD, count=1),
    "a leaf hash with stray bits": re.sub(rb'("keys":".{42}).', rb"\1B", GOOD, count=1),
    "a number of events that is none": with_member("n", 0),
    "a number of events below none": with_member("n", -1),
    "a number of events with a zero before": re.sub(rb'"n":', b'"n":0', GOOD),
    "a number of events that is a truth": with_member("n", True),
    "a number of events past 2**53": with_member("n", 2**53),
    "a number past 2**53": of_body({"a": 2**53}),
    "a number below -2**53": of_body({"a": -(2**53)}),
    "a number of 5,000 digits": in_body(b"9" * 5_000),
    "minus nothing": in_body(b"-0"),
    "a number with an exponent": in_body(b"1e3"),
    "a number with a point": in_body(b"1.0"),
    "a number with a zero before": in_body(b"01"),
    "no number": in_body(b"NaN"),
    "no end of numbers": in_body(b"-Infinity"),
    "a needless escape": in_body(b'"\\u0041"'),
    "an escaped slash": in_body(b'"\\/"'),
    "an escape in capitals": in_body(b'"\\u001F"'),
    "a long escape": in_body(b'"\\u000a"'),
    "a control character as it is": in_body(b'"\x1f"'),
    "half a pair": in_body(b'"\\ud800"'),
    "a pair, escaped": in_body(b'"\\ud83d\\ude00"'),
    "half a pair in bytes": in_body(b'"\xed\xa0\x80"'),
    "nothing as a character": in_body(b'"\\u0000"'),
    "nothing as a byte": in_body(b'"\x00"'),
    "no UTF-8": in_body(b'"\xff"'),
    "UTF-8 that is too long": in_body(b'"\xc0\xaf"'),
    "a word with no end": in_body(b'"x'),
    "sixteen in a body": of_body(deep(15)),
    "thousands in a body": in_body(b"[" * 20_000 + b"]" * 20_000),
    "thousands that do not end": in_body(b"[" * 40_000),
    "a text that is too long": of_body({"a": "x" * MOST_JSON}),
    "a text that is too long by a byte": of_length(MOST_JSON + 1),
    "a moment without a zone": with_member("at", "2026-01-01T00:00:00.000"),
    "another zone": with_member("at", "2026-01-01T00:00:00.000+00:00"),
    "a moment of no day": with_member("at", "2026-01-00T00:00:00.000Z"),
    "a moment of no month": with_member("at", "2026-00-01T00:00:00.000Z"),
    "a thirteenth month": with_member("at", "2026-13-01T00:00:00.000Z"),
    "the thirtieth of February": with_member("at", "2026-02-30T00:00:00.000Z"),
    "a leap day in a common year": with_member("at", "2026-02-29T00:00:00.000Z"),
    "the 31st of April": with_member("at", "2026-04-31T00:00:00.000Z"),
    "a day past every month": with_member("at", "2026-01-32T00:00:00.000Z"),
    "an hour past the day": with_member("at", "2026-01-01T25:00:00.000Z"),
    "a minute past the hour": with_member("at", "2026-01-01T00:60:00.000Z"),
    "a leap second": with_member("at", "2026-12-31T23:59:60.000Z"),
    "the year 0": with_member("at", "0000-01-01T00:00:00.000Z"),
    "a digit of another script": GOOD.replace(b'"at":"2', '"at":"٢'.encode()),
    "an id of version 4": re.sub(rb'("id":".{14})7', rb"\g<1>4", GOOD),
    "a stream of version 7": re.sub(rb'("stream":".{14})4', rb"\g<1>7", GOOD),
    "an actor in capitals": GOOD.replace(OFFICER.name.encode(), OFFICER.name.upper().encode()),
    "another actor": with_member("actor", "somebody/else"),
    "a type without a version": with_member("type", "procurement.note"),
    "a type of version 0": with_member("type", "procurement.note/0"),
    "a signature with stray bits": GOOD[:-3] + b"B=\n" if GOOD[-3:-2] != b"B" else GOOD[:-3] + b"C=\n",
    "a signature that is short": GOOD[:-5] + b"\n",
    "a signature of three bytes more": GOOD.replace(b" " + LINE.split(b" ")[-1], b" AAAA" + LINE.split(b" ")[-1]),
    "a signature of three bytes less": GOOD.replace(b" " + LINE.split(b" ")[-1], b" " + LINE.split(b" ")[-1][4:]),
    "a signature without a line feed": GOOD[:-1],
    "a signature in the other alphabet": GOOD[:-20] + b"-_" + GOOD[-18:],
    "a line feed too many": GOOD + b"\n",
    "a line twice": GOOD + LINE,
    "a hyphen for a dash": GOOD.replace("\n— ".encode(), b"\n- "),
    "two spaces": GOOD.replace(b" " + LINE.split(b" ")[-1], b"  " + LINE.split(b" ")[-1]),
}


@pytest.mark.parametrize("data", USUAL.values(), ids=USUAL)
def test_what_is_usual_is_read_the_quick_way(data: bytes) -> None:
    assert agreed(data) is not None


@pytest.mark.parametrize("data", CAREFUL.values(), ids=CAREFUL)
def test_what_is_good_and_rare_is_read_with_care(data: bytes) -> None:
    assert agreed(data) is None
    assert read_entry(data) == read_with_care(data)


@pytest.mark.parametrize("data", REFUSED.values(), ids=REFUSED)
def test_what_is_refused_is_never_usual(data: bytes) -> None:
    assert data != GOOD
    assert is_refused(data)
    assert agreed(data) is None


def test_every_day_of_the_calendar_is_usual_and_no_other() -> None:
    for year in (1900, 2000, 2026, 2028):
        for month in range(1, 13):
            for day in range(1, 32):
                try:
                    date(year, month, day)
                    is_day = True
                except ValueError:
                    is_day = False
                usual = agreed(with_member("at", f"{year}-{month:02}-{day:02}T12:00:00.000Z"))
                assert (usual is not None) == is_day


def test_entries_that_are_to_be_bent_are_usual() -> None:
    assert None not in map(agreed, straight())


@pytest.mark.matrix
def test_at_the_edge_of_every_member_both_ways_agree() -> None:
    entries = straight() if WHOLE else straight()[:1]
    taken = sum(agreed(data) is not None for data in every_edge(entries))
    assert taken > 200 * len(entries), "hardly an edge is within"


@pytest.mark.matrix
def test_whatever_is_put_into_an_entry_or_left_out_both_ways_agree() -> None:
    for data in straight() if WHOLE else straight()[:1]:
        taken = sum(agreed(touched) is not None for touched in every_touch(data))
        assert taken > 500, "a digest of other letters is usual"


@pytest.mark.matrix
@pytest.mark.parametrize("spoil", [bent, spoiled])
def test_whatever_is_done_to_an_entry_both_ways_agree(spoil: Callable[[bytes, Random], bytes]) -> None:
    good = [GOOD, *straight(), *little().entries]
    taken, cases = 0, many(24_000)
    for number in range(cases):
        chance = Random(number)
        taken += agreed(spoil(chance.choice(good), chance)) is not None
    assert taken > cases / 100, "nothing that was spoiled is usual any more"


@pytest.mark.matrix
def test_what_is_read_beside_an_entry_changes_nothing() -> None:
    for number in range(many(1_600)):
        chance = Random(number)
        some = [chance.choice(straight()) for _ in range(chance.choice((1, 2, 3, 20)))]
        some = [bent(data, chance) if chance.random() < 0.3 else data for data in some]
        assert read_usual(some) == [read_usual([data])[0] for data in some]


def test_two_bodies_that_are_canonical_only_together_are_both_refused() -> None:
    bodies = [
        b'{"a":{}',
        b'{}},{"b":1}',
        b'{"b":1}',
        b'{"a":1},{"a":1}',
        b'{"a":1',
        b'"b":1}',
        b'{"a":1,"a":1}',
        b'{"a":1,"b":2,"a":1}',
    ]
    texts = [of_body({}).replace(b'"body":{}', b'"body":' + body) for body in bodies]
    for one in texts:
        for two in texts:
            assert read_usual([one, two]) == [read_usual([one])[0], read_usual([two])[0]]


def test_every_flipped_bit_of_an_entry_is_read_alike_both_ways() -> None:
    taken = 0
    for at in range(len(GOOD)):
        for bit in range(8):
            taken += agreed(GOOD[:at] + bytes([GOOD[at] ^ 1 << bit]) + GOOD[at + 1 :]) is not None
    assert taken > 1_000, "a digest of other letters is usual"


@given(st.dictionaries(keys, values, max_size=4))
@example({"a": "\\u0000"})
@example({"a": "\\\\u0000"})
@example({"a": '"\\u0000'})
def test_every_body_is_read_alike_both_ways(body: dict[str, Any]) -> None:
    data = of_body(body)
    assert is_refused(data) == (agreed(data) is None)


PIECES = [b"", b" ", b"\n", b"0", b"\\u0061", b"\\u0000", b"\\/", b",", b'"', b"{}", b"[", b'"a":1,', b"\xef\xbb\xbf", b"\xed\xa0\x80"]  # fmt: skip


@given(st.dictionaries(keys, values, max_size=3), st.data())
def test_no_change_to_a_body_is_taken_that_is_not_canonical(body: dict[str, Any], chance: st.DataObject) -> None:
    good = of_body(body)
    at = chance.draw(st.integers(len(HEADER), len(good)))
    cut = chance.draw(st.integers(0, 2))
    agreed(good[:at] + chance.draw(st.sampled_from(PIECES)) + good[at + cut :])


@given(st.binary(max_size=40) | st.text(alphabet='{}[]",:0123456789-+.eE\\u ntf', max_size=30).map(str.encode))
@example(b'{"a":1}')
@example(b'{"a":1},"id":"x","body":{}')
def test_chance_bytes_for_a_body_are_taken_as_with_care_or_not_at_all(piece: bytes) -> None:
    agreed(of_body({}).replace(b'"body":{}', b'"body":' + piece))


def rising(entries: list[bytes], fault: Callable[[], Any]) -> Any:
    for at in range(0, len(entries), 7):
        yield entries[at : at + 7]
    fault()


def test_entries_are_read_ahead_in_their_order_and_a_fault_waits_for_those_before_it() -> None:
    entries = [GOOD, REFUSED["a key twice"], *[GOOD] * 100]

    def fault() -> None:
        raise Falsehood("the file ends")

    came = []

    def read() -> None:
        for data, entry in ahead(rising(entries, fault)):
            came.append((data, entry is not None))

    with pytest.raises(Falsehood, match="the file ends"):
        read()
    assert came == [(data, index != 1) for index, data in enumerate(entries)]
    assert [data for data, _ in ahead(iter([[], entries]))] == entries
