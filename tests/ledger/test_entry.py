import contextlib
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairplace.errors import FairplaceError, Malformed, Unproven
from fairplace.ledger import canonical, entry
from fairplace.ledger.disclosure import Slot
from fairplace.ledger.entry import Envelope
from fairplace.ledger.note import Signer
from fairplace.ledger.register import KeyRegister
from tests.ledger import vectors as v
from tests.ledger.story import ADMIN, EVALUATOR, OFFICER, ROOT, opened, slot

ENVELOPE = entry.parse(v.ENTRY_2).envelope
SIGNER = Signer("council.example/officer/7f3a", v.OFFICER_SEED)


def with_members(**members: Any) -> bytes:
    """Entry 2 with other members, signed again."""
    record = canonical.decode(v.ENTRY_2.splitlines()[1]) | members
    return signed(entry.HEADER + canonical.encode(record) + b"\n")


def signed(text: bytes, *signers: Signer) -> bytes:
    return text + b"\n" + "".join(who.line(text) for who in signers or (SIGNER,)).encode()


def test_what_is_assembled_is_read_again() -> None:
    sealed = {f"/bids/{place:02d}/price": slot(place) for place in range(16)}
    envelope = msgspec.structs.replace(ENVELOPE, sealed=sealed, body={"reason": "é—😀", "n": None, "of": [1, -2, True]})
    text = entry.text(envelope)
    read = entry.parse(entry.assemble(text, [SIGNER.line(text)]))
    assert (read.envelope, read.text, read.raw) == (envelope, text, read.text + b"\n" + SIGNER.line(text).encode())


def test_the_same_bytes_are_read_once_and_bytes_that_are_wrong_are_refused_each_time() -> None:
    assert entry.parsed(v.ENTRY_2) is entry.parsed(bytes(bytearray(v.ENTRY_2)))
    assert entry.parsed(v.ENTRY_2) == entry.parse(v.ENTRY_2)
    for _ in range(2):
        with pytest.raises(Malformed):
            entry.parsed(v.ENTRY_2.replace(b'"n":', b'"n": '))
    long = with_members(body={"reason": "x" * entry.SMALL})
    assert entry.parsed(long) == entry.parse(long)


def test_second_signatures_stand_by_name_and_key_id_however_they_came() -> None:
    log = opened()
    text = entry.text(log.prepare("evaluation.moderated/1", {}, OFFICER))
    raw = entry.assemble(text, [OFFICER.line(text), ROOT.line(text), EVALUATOR.line(text), ADMIN.line(text)])
    assert [line.name for line in entry.parse(raw).lines] == [
        OFFICER.vkey.name,
        ADMIN.vkey.name,
        EVALUATOR.vkey.name,
        ROOT.vkey.name,
    ]
    with pytest.raises(Malformed, match="by name and key id"):
        entry.parse(signed(text, OFFICER, ROOT, ADMIN))


def test_the_actor_signs_first() -> None:
    with pytest.raises(Unproven, match="the event says that"):
        entry.parse(signed(entry.parse(v.ENTRY_2).text, OFFICER, SIGNER))


def test_an_entry_has_at_most_eight_signatures_and_none_twice() -> None:
    text = entry.text(ENVELOPE)
    others = [Signer(f"council.example/{n}", bytes([n]) * 32) for n in range(0x30, 0x38)]
    entry.parse(signed(text, SIGNER, *others[:7]))
    with pytest.raises(Malformed, match="at most 8"):
        entry.parse(signed(text, SIGNER, *others))
    with pytest.raises(Malformed, match="two signature lines by one key"):
        entry.parse(signed(text, SIGNER, SIGNER))


@pytest.mark.parametrize(
    ("member", "values"),
    [
        ("actor", ["", "Council.example/x", "a b", None, 1, "a" * 201]),
        (
            "at",
            [
                "",
                "2026-11-22T04:00:02Z",
                "2026-11-22T04:00:02.000+00:00",
                "2026-02-30T04:00:02.000Z",
                "2026-11-22T24:00:02.000Z",
                "2026-11-22T04:00:60.000Z",
                "2026-11-22 04:00:02.000Z",
                "2026-11-22T04:00:02.000Z\n",
                "２０２６-11-22T04:00:02.000Z",
            ],
        ),
        ("body", [None, [], "", 1]),
        ("id", ["", "01970000-0000-4000-8000-000000000003", "01970000-0000-7000-8000-00000000000A", 1]),
        ("keys", ["A", "x" * 44, v.LEAVES[1][:-2] + "B=", v.LEAVES[1] + "\n", None]),
        ("log", ["", "fairplace/x", "cosignature/v1", "subtree/v1", "Log", "a\nb"]),
        ("n", [0, -1, 2, True, "1", None]),
        ("prev", [v.LEAVES[0], "A", None]),
        (
            "sealed",
            [
                None,
                [],
                {"score": {"basis": "commercial", "d": v.DIGEST}},
                {"/Score": {"basis": "commercial", "d": v.DIGEST}},
                {"/": {"basis": "commercial", "d": v.DIGEST}},
                {"/a/": {"basis": "commercial", "d": v.DIGEST}},
                {"/a" * 9: {"basis": "commercial", "d": v.DIGEST}},
                {"/score": {"basis": "secret", "d": v.DIGEST}},
                {"/score": {"basis": "commercial", "d": v.DIGEST[:-1] + "5"}},
                {"/score": {"basis": "commercial", "d": v.DIGEST[:-1]}},
                {"/score": {"basis": "commercial", "d": v.DIGEST, "salt": "x"}},
                {"/score": {"basis": "commercial"}},
                {"/a": {"basis": "commercial", "d": v.DIGEST}, "/b": {"basis": "commercial", "d": v.DIGEST}},
            ],
        ),
        ("stream", ["", "00000000-0000-7000-8000-0000000000aa", "00000000-0000-4000-8000-0000000000AA"]),
        (
            "type",
            ["", "scored/1", "evaluation.scored", "evaluation.scored/0", "evaluation.scored/01", "e.s/1\n", "E.s/1"],
        ),
        ("more", [1]),
    ],
)
def test_a_member_against_its_rule_is_refused(member: str, values: list[Any]) -> None:
    for value in values:
        with pytest.raises((Malformed, Unproven)):
            entry.parse(with_members(**{member: value}))


@pytest.mark.parametrize(
    ("body", "paths"),
    [
        ({"a": 1}, ["/a"]),
        ({"a": None}, ["/a"]),
        ({"a": 1}, ["/a/b"]),
        ({"a": []}, ["/a/b"]),
        ({"a": {"b": {}}}, ["/a/b"]),
        ({"a": {"b": {"c": 1}}}, ["/a/b/c"]),
        ({"a": {"b": 1}}, ["/a/b/c/d"]),
        ({}, ["/a", "/a/b"]),
        ({}, ["/a/b", "/a/b/c/d"]),
        ({"a": {"x": 1}}, ["/a/y", "/a/y/z"]),
    ],
)
def test_a_slot_stands_where_nothing_else_does(body: dict[str, Any], paths: list[str]) -> None:
    sealed = {path: {"basis": "personal", "d": slot(n).d} for n, path in enumerate(paths)}
    with pytest.raises(Malformed, match="the slot"):
        entry.parse(with_members(body=body, sealed=sealed))


def test_a_slot_may_stand_beside_public_members_and_other_slots() -> None:
    sealed = {
        path: {"basis": "personal", "d": slot(n).d} for n, path in enumerate(("/a", "/a-b", "/b/c", "/b/d/e", "/f/g"))
    }
    read = entry.parse(with_members(body={"b": {"d": {"x": 1}, "y": 2}}, sealed=sealed))
    assert list(read.envelope.sealed) == ["/a", "/a-b", "/b/c", "/b/d/e", "/f/g"]


def test_every_member_is_required() -> None:
    for member in ENVELOPE.__struct_fields__:
        record = canonical.decode(v.ENTRY_2.splitlines()[1])
        del record[member]
        with pytest.raises(Malformed, match="missing required field"):
            entry.read_envelope(canonical.encode(record))


def test_an_envelope_cannot_even_be_made_against_the_rules() -> None:
    with pytest.raises(Malformed, match="UUIDv4"):
        msgspec.structs.replace(ENVELOPE, stream="x")
    with pytest.raises(Malformed, match="base64url"):
        Envelope(**{**msgspec.structs.asdict(ENVELOPE), "sealed": {"/a": Slot("personal", "x")}})


def test_a_body_with_what_has_no_place_in_the_log_is_not_written() -> None:
    for value in (1.5, 2**60, b"x", "\ud800", object()):
        with pytest.raises(Malformed):
            entry.text(msgspec.structs.replace(ENVELOPE, body={"x": value}))


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        v.ENTRY_2[1:],
        v.ENTRY_2[:-1],
        v.ENTRY_2 + b"\n",
        v.ENTRY_2 + b"~" + v.DISCLOSURE.encode() + b"\n",
        v.ENTRY_2.replace(b"event/v1", b"event/v2"),
        v.ENTRY_2.replace(b'"actor":', b'"actor": '),
        v.ENTRY_2.replace(b"\n\n", b"\n"),
        v.ENTRY_2.replace(b"\n\n", b"\n\n\n"),
        v.ENTRY_2.replace(b"\n\n", b"\n\n\n\n"),
        v.ENTRY_2.replace(b"\n", b"\r\n"),
        v.ENTRY_2.split(b"\n\n")[0] + b"\n\n",
        v.ENTRY_2 + b"x" * 65_535,
    ],
)
def test_bytes_that_are_no_entry_are_refused(raw: bytes) -> None:
    with pytest.raises(Malformed):
        entry.parse(raw)


def test_a_signature_of_another_length_is_refused() -> None:
    text = entry.text(ENVELOPE)
    line = f"— {SIGNER.vkey.name} 2e1ixQAAAABrAmjD\n"
    with pytest.raises(Malformed, match="64"):
        entry.parse(text + b"\n" + line.encode())


@given(st.binary(max_size=60))
def test_no_bytes_bring_down_the_reader_of_entries(data: bytes) -> None:
    for raw in (data, entry.HEADER + data, entry.HEADER + b"{}\n\n" + data, v.ENTRY_2 + data[1:]):
        with contextlib.suppress(FairplaceError):
            assert entry.parse(raw).raw == raw


@pytest.mark.parametrize("number", [0, 1, 2])
def test_no_byte_of_a_log_can_be_changed_unseen(number: int) -> None:
    register = KeyRegister()
    for index in range(number):
        read = entry.parse(v.ENTRIES[index])
        register.apply(index, read.leaf_text, read.envelope)
    raw = v.ENTRIES[number]
    register.check_signers(entry.parse(raw), number)
    for at in range(len(raw)):
        for bit in (0x01, 0x20):
            changed = raw[:at] + bytes([raw[at] ^ bit]) + raw[at + 1 :]
            with pytest.raises(FairplaceError):
                register.check_signers(entry.parse(changed), number)
