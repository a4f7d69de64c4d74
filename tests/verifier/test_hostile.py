"""Whatever is put before the verifier, it answers with a sentence: never with a traceback, never with "true"."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairplace_verify import Report, Unreadable, as_json, as_text, verify_proof, verify_register
from tests.matrix import many
from tests.verifier.writer import LOG, OFFICER, Writer, canonical, story

STORY = story([LOG])
FILES = STORY.files()
PROOF = STORY.proof(7, ["/case", "/seen"])
JUNK = [b"", b"\n", b"\0" * 100, b"\xff" * 100, b"{}", b"[" * 60_000, b"\xe2\x80\x94 ", b"9" * 50_000, b"A" * 70_000]


def answered(report: Report) -> None:
    assert report.exit_code in (1, 3)
    assert as_text(report).replace("\n", "").isprintable()
    assert (as_text(report) + as_json(report)).isascii()


@pytest.mark.parametrize("name", sorted(FILES))
@pytest.mark.parametrize("junk", JUNK, ids=range(len(JUNK)))
def test_junk_in_place_of_a_file_is_false(name: str, junk: bytes) -> None:
    assert verify_register(FILES | {name: junk}).exit_code == 1


@pytest.mark.parametrize("junk", JUNK, ids=range(len(JUNK)))
def test_junk_in_place_of_a_proof_is_false(junk: bytes) -> None:
    assert verify_proof(junk).exit_code == 1


@pytest.mark.parametrize("seed", range(20))
def test_bytes_moved_about_in_a_file_are_answered(seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(20):
        name = chance.choice(sorted(FILES))
        data = bytearray(FILES[name])
        start, end = sorted(chance.sample(range(len(data) + 1), 2))
        piece = data[start:end]
        del data[start:end]
        at = chance.randrange(len(data) + 1)
        data[at:at] = piece * chance.choice((0, 1, 2))
        if bytes(data) != FILES[name]:
            assert verify_register(FILES | {name: bytes(data)}).exit_code == 1


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.sampled_from(["", "/title", LOG.vkey]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc/", max_size=3), inner, max_size=3),
    max_leaves=8,
)
members = st.sampled_from(["actor", "at", "body", "id", "keys", "log", "n", "prev", "sealed", "stream", "type"])
inside = st.sampled_from(
    ["case", "seen", "rests_on", "openings", "vkey", "role", "not_for", "reason", "root_key", "continues"]
)
kinds = st.sampled_from(
    [
        *("a.b/1", "value.disclosed/1", "value.withdrawn/1", "deposit.received/1", "log.opened/1"),
        *("key.added/1", "key.limited/1", "key.revoked/1", "log-key.added/1", "log-key.retired/1"),
    ]
)


@settings(max_examples=many(500), deadline=None)
@given(member=members, name=inside, kind=kinds, value=values, other=values, register=st.booleans())
def test_any_value_in_any_member_of_a_signed_event_is_answered(
    member: str, name: str, kind: str, value: object, other: object, register: bool
) -> None:
    log = Writer([LOG]).begin()

    def bend(event: dict[str, object]) -> None:
        event["body"][name] = other  # type: ignore[index]  # the event's body is an object until the next line
        event[member] = value

    body = {"case": "00000000-0000-4000-8000-0000000000aa", "vkey": OFFICER.vkey, "role": "officer"}
    try:
        if register:
            log.register(kind, body, bend=bend)
        else:
            log.add(kind, body, bend=bend)
    except UnicodeEncodeError:
        return  # a lone surrogate cannot be written at all
    answered(verify_register(log.publish().files()))


@settings(max_examples=many(500), deadline=None)
@given(value=values)
def test_any_value_in_place_of_an_event_is_answered(value: object) -> None:
    log = Writer([LOG]).begin()
    text = b"fairplace/event/v1\n" + canonical(value) + b"\n"
    log.put(text + b"\n" + OFFICER.note(text), log.events[0])
    assert verify_register(log.publish().files()).exit_code == 1


@settings(max_examples=many(500), deadline=None)
@given(data=st.binary(max_size=300), at=st.integers(0, len(PROOF)))
def test_any_bytes_in_a_proof_are_answered(data: bytes, at: int) -> None:
    if data:
        answered(verify_proof(PROOF[:at] + data + PROOF[at:]))


@pytest.mark.parametrize("key", ["", "x", "a+b+c", "a+00000000+AA==", "a+00000000+A", "é+00000000+AA==", LOG.vkey[:-1]])
def test_a_key_that_cannot_be_read_is_said(key: str) -> None:
    with pytest.raises(Unreadable, match="a key that was given"):
        verify_register(FILES, [key])


def test_words_of_a_hostile_file_cannot_move_the_cursor() -> None:
    name = "\x1b[2J\x1b]0;owned\x07"
    answered(verify_register(FILES | {name: b""}))
