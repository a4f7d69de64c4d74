"""Each kind of falsehood is found, is named for what it is, and is placed where it stands."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from fairplace_verify import Falsehood, verify_register
from tests.verifier.writer import (
    CASE,
    COVER,
    DEPOSITS,
    EVALUATOR,
    LOG,
    LOG_PQ,
    NEW_LOG,
    OFFICER,
    OTHER_CASE,
    RECEIVER,
    REGISTER,
    ROOT,
    SHEET,
    STRANGER,
    WITNESS,
    Signer,
    Writer,
    b64,
    bundle,
    canonical,
    deposited,
    planned,
    release_of,
    scored,
    story,
)

BUNDLE = "tile/entries/000.p/15"
FIRST_OF_CASE = 6  # entries 0 to 5 are the key register


def found(files: Mapping[str, bytes], **given: Any) -> Falsehood:
    report = verify_register(files, [LOG.vkey], **given)
    assert report.false is not None, "everything was found true"
    assert report.exit_code == 1
    assert [check.ok for check in report.checks][-1] is False
    return report.false


def false(source: Writer | Mapping[str, bytes], says: str, **where: Any) -> None:
    falsehood = found(source.publish().files() if isinstance(source, Writer) else source)
    assert says in str(falsehood)
    assert where.items() <= vars(falsehood).items(), str(falsehood)


def true(writer: Writer) -> None:
    report = verify_register(writer.publish().files(), [LOG.vkey])
    assert report.exit_code == 0, report.verdict


@pytest.fixture
def files() -> dict[str, bytes]:
    return story().files()


@pytest.fixture
def log() -> Writer:
    return Writer().begin()


# the files


@pytest.mark.parametrize("name", sorted(set(story().files()) - {"checkpoints/6"}))
def test_a_dropped_file_is_found(files: dict[str, bytes], name: str) -> None:
    del files[name]
    false(files, "missing", file=name)


def test_a_dropped_old_checkpoint_leaves_partial_tiles_that_still_fit(files: dict[str, bytes]) -> None:
    """Which sizes were ever published is known from the files alone: a witness or a receipt remembers the others."""
    del files["checkpoints/6"]
    assert verify_register(files, [LOG.vkey]).ok


@pytest.mark.parametrize(
    "name",
    [
        "index.html",
        "checkpoint~",
        "checkpoints/007",
        "checkpoints/0",
        "checkpoints/16",
        "tile/0/000",
        "tile/0/000.p/16",
        "tile/0/000.p/015",
        "tile/0/x000/000.p/3",
        "tile/1/000.p/1",
        "tile/entries/000.p/256",
        "tile/entries/001.p/1",
        "disclosures/000",
        "disclosures/14",
        "disclosures/x000/007",
        ".hidden",
    ],
)
def test_an_extra_file_is_found(files: dict[str, bytes], name: str) -> None:
    false(files | {name: b"x"}, name, file=name)


@pytest.mark.parametrize("name", sorted(set(story().files()) - {"checkpoint"}))
@pytest.mark.parametrize("cut", [0, 1, 33])
def test_a_truncated_file_is_found(name: str, cut: int) -> None:
    files = story().files()
    files[name] = files[name][:-cut] if cut else b""
    assert name in str(found(files))


@pytest.mark.parametrize("name", sorted(story().files()))
def test_bytes_after_the_end_of_a_file_are_found(files: dict[str, bytes], name: str) -> None:
    assert name in str(found(files | {name: files[name] + b"\0"}))


def test_a_partial_tile_may_go_when_the_full_one_is_there_and_must_fit_while_it_stays() -> None:
    writer = Writer([LOG]).begin().publish()
    planned(writer)
    while len(writer.entries) < 260:
        writer.add("procurement.note/1", {"case": CASE})
    files = writer.publish().files()
    assert "tile/entries/000.p/5" not in files
    assert verify_register(files, [LOG.vkey]).exit_code == 0
    stale = {"tile/entries/000.p/5": bundle(writer.entries[:5]), "tile/0/000.p/5": files["tile/0/000"][:160]}
    assert verify_register(files | stale, [LOG.vkey]).exit_code == 0
    for name in stale:
        false(files | {name: stale[name][:-1] + b"\0"}, name, file=name)


def test_a_partial_tile_of_a_published_checkpoint_may_not_be_dropped(files: dict[str, bytes]) -> None:
    del files["tile/0/000.p/6"]
    false(files, "missing", file="tile/0/000.p/6", check="files")


# the order of entries


@pytest.mark.parametrize(("at", "says"), [(1, "`keys` is"), (11, "`n` is 4, but this is event 3"), (12, "`n` is 5")])
def test_a_reordered_bundle_is_found(files: dict[str, bytes], at: int, says: str) -> None:
    entries = story().entries
    entries[at], entries[at + 1] = entries[at + 1], entries[at]
    false(files | {BUNDLE: bundle(entries)}, says, entry=at, file=BUNDLE)


def test_a_dropped_entry_is_found(files: dict[str, bytes]) -> None:
    entries = story().entries
    false(
        files | {BUNDLE: bundle([*entries[:12], *entries[13:], entries[12]])}, "`n` is 5, but this is event 4", entry=12
    )


def test_a_wrong_prev_is_found(log: Writer) -> None:
    planned(log)
    log.add("procurement.note/1", {"case": CASE}, bend=lambda e: e.update(prev=log.leaf(0)))
    false(log, "`prev` is", entry=FIRST_OF_CASE + 1)


@pytest.mark.parametrize("n", [1, 3])
def test_a_gap_or_a_step_back_in_n_is_found(log: Writer, n: int) -> None:
    planned(log)
    log.add("procurement.note/1", {"case": CASE}, bend=lambda e: e.update(n=n))
    false(log, f"`n` is {n}, but this is event 2", entry=7)


def test_a_second_event_with_the_same_id_is_found(log: Writer) -> None:
    planned(log, bend=lambda e: e.update(id=log.events[2]["id"]))
    false(log, "already that of an earlier entry", entry=6)


def test_a_digest_that_occurs_twice_is_found(log: Writer) -> None:
    first = planned(log)
    planned(log, OTHER_CASE, bend=lambda e: e.update(sealed=log.events[first]["sealed"]))
    false(log, "already occurred", entry=7, slot="/title")


def test_an_entry_of_another_log_is_found(log: Writer) -> None:
    planned(log, bend=lambda e: e.update(log="log.example/other"))
    false(log, "`log` is", entry=6)


def test_the_first_of_two_false_entries_is_named(log: Writer) -> None:
    """A signature is checked later than a form, but an earlier entry is named first all the same."""
    planned(log)
    log.entries[6] = log.entries[6][:-8] + b"AAAAAAA="[:7] + b"\n"
    falsehood = found(log.publish().files())
    assert falsehood.entry == 6
    log = Writer().begin()
    text, blank, _ = log.entries[4].partition(b"\n\n")
    log.entries[4] = text + blank + ROOT.note(b"another text")
    log.entries[5] = b"nonsense"
    false(log, "does not fit the event", entry=4)


# the keys


def test_a_key_that_was_never_added_is_found(log: Writer) -> None:
    planned(log, by=STRANGER)
    false(log, "not in the key register", entry=6)


def test_a_second_signature_by_a_stranger_is_found(log: Writer) -> None:
    planned(log, also=[STRANGER])
    false(log, "not in the key register", entry=6)


def test_a_key_used_before_it_was_added_is_found(log: Writer) -> None:
    planned(log, by=STRANGER)
    log.register("key.added/1", {"role": "officer", "vkey": STRANGER.vkey})
    false(log, "not in the key register", entry=6)


def test_a_key_added_after_the_register_head_that_the_entry_names_is_found(log: Writer) -> None:
    log.register("key.added/1", {"role": "officer", "vkey": STRANGER.vkey})
    planned(log, by=STRANGER, bend=lambda e: e.update(keys=log.leaf(5)))
    false(log, "was added by entry 6, after entry 5", entry=7)


def test_an_older_register_head_is_enough_for_a_key_that_it_has(log: Writer) -> None:
    log.register("key.added/1", {"role": "officer", "vkey": STRANGER.vkey})
    planned(log, bend=lambda e: e.update(keys=log.leaf(5)))
    true(log)


def test_a_revoked_key_is_found(log: Writer) -> None:
    planned(log)
    log.register("key.revoked/1", {"reason": "lost", "vkey": OFFICER.vkey})
    log.add("procurement.note/1", {"case": CASE})
    false(log, "was revoked by entry 7", entry=8)


def test_a_revoked_key_is_found_also_behind_an_older_register_head(log: Writer) -> None:
    log.register("key.revoked/1", {"reason": "lost", "vkey": OFFICER.vkey})
    planned(log, bend=lambda e: e.update(keys=log.leaf(5)))
    false(log, "was revoked by entry 6", entry=7)


def test_a_limited_key_may_sign_other_types_but_not_this_one(log: Writer) -> None:
    planned(log)
    log.register("key.limited/1", {"not_for": ["procurement.awarded/1"], "vkey": OFFICER.vkey})
    log.add("procurement.note/1", {"case": CASE})
    true(log)
    log.add("procurement.awarded/1", {"case": CASE})
    false(log, "may not sign procurement.awarded/1 since entry 7", entry=9)


def test_a_key_limited_after_the_register_head_that_the_entry_names_is_found(log: Writer) -> None:
    log.register("key.limited/1", {"not_for": ["procurement.awarded/1"], "vkey": OFFICER.vkey})
    planned(log, bend=lambda e: e.update(keys=log.leaf(5)))
    false(log, "was limited by entry 6, after entry 5", entry=7)


def test_a_role_without_the_right_to_change_the_register_is_found(log: Writer) -> None:
    log.register("key.added/1", {"role": "officer", "vkey": STRANGER.vkey}, by=OFFICER)
    false(log, "without the role root or key-admin", entry=6)


def test_a_key_admin_may_change_the_register(log: Writer) -> None:
    log.register("key.added/1", {"role": "key-admin", "vkey": OFFICER.vkey})
    log.register("key.added/1", {"role": "officer", "vkey": STRANGER.vkey}, by=OFFICER)
    true(log)


def test_a_role_given_after_the_register_head_that_the_entry_names_is_found(log: Writer) -> None:
    log.register("key.added/1", {"role": "key-admin", "vkey": OFFICER.vkey})
    log.register(
        "key.added/1",
        {"role": "officer", "vkey": STRANGER.vkey},
        by=OFFICER,
        bend=lambda e: e.update(keys=log.leaf(5)),
    )
    false(log, "without the role root or key-admin", entry=7)


def test_authority_over_the_register_is_that_of_the_very_key_and_not_of_its_name(log: Writer) -> None:
    second = Signer(RECEIVER.name, 13)
    log.register("key.added/1", {"role": "key-admin", "vkey": RECEIVER.vkey})
    log.register("key.added/1", {"role": "officer", "vkey": STRANGER.vkey}, by=RECEIVER)
    log.register("key.revoked/1", {"reason": "replaced", "vkey": RECEIVER.vkey})
    log.register("key.added/1", {"role": "receiver", "vkey": second.vkey})
    true(log)
    log.register("key.added/1", {"role": "evaluator", "vkey": STRANGER.vkey}, by=second)
    false(log, "without the role root or key-admin", entry=10)


def test_a_second_signature_by_a_key_admin_gives_no_authority(log: Writer) -> None:
    log.register("key.added/1", {"role": "officer", "vkey": STRANGER.vkey}, by=OFFICER, also=[ROOT])
    false(log, "without the role root or key-admin", entry=6)


def test_keys_that_names_no_register_event_is_found(log: Writer) -> None:
    planned(log)
    log.add("procurement.note/1", {"case": CASE}, bend=lambda e: e.update(keys=log.leaf(6)))
    false(log, "earlier event of the key register", entry=7)


def test_empty_keys_after_the_first_entry_is_found(log: Writer) -> None:
    planned(log, bend=lambda e: e.update(keys=""))
    false(log, "`keys` is", entry=6)


REGISTER_FALSEHOODS: list[tuple[str, dict[str, Any], str]] = [
    ("log.opened/1", {"root_key": ROOT.vkey}, "opened a second time"),
    ("key.added/1", {"role": "officer", "vkey": Signer("witness.example/w", 12, kind=4).vkey}, "expected 0x01"),
    ("key.added/1", {"role": "officer", "vkey": Signer("council.example/other", 2).vkey}, "already in use"),
    ("key.added/1", {"role": "officer", "vkey": NEW_LOG.vkey}, "as the log itself"),
    ("key.added/1", {"role": "officer", "vkey": OFFICER.vkey.replace("officer", "fficer")}, "key id"),
    ("key.added/1", {"role": "officer", "vkey": "council.example/x+00000000+AQ=="}, "has 0 bytes, expected 32"),
    ("key.added/1", {"role": "officer", "vkey": "council.example/x+00000000+AAA="}, "type 0x00"),
    ("key.added/1", {"role": "officer", "vkey": 7}, "expected a key"),
    ("key.added/1", {"role": "", "vkey": STRANGER.vkey}, "role"),
    ("key.added/1", {"role": "officer", "vkey": STRANGER.vkey, "x": 1}, "members"),
    ("key.limited/1", {"not_for": ["a.b/1"], "vkey": STRANGER.vkey}, "not a key in use now"),
    ("key.limited/1", {"not_for": [], "vkey": OFFICER.vkey}, "not_for"),
    ("key.limited/1", {"not_for": "a.b/1", "vkey": OFFICER.vkey}, "not_for"),
    ("key.revoked/1", {"reason": "lost", "vkey": STRANGER.vkey}, "not a key in use now"),
    ("key.revoked/1", {"reason": None, "vkey": OFFICER.vkey}, "reason"),
    ("log-key.added/1", {"vkey": LOG.vkey}, "added twice"),
    ("log-key.added/1", {"vkey": STRANGER.vkey}, "expected one named"),
    ("log-key.retired/1", {"vkey": NEW_LOG.vkey}, "not a key in use now"),
]


@pytest.mark.parametrize(("kind", "body", "says"), REGISTER_FALSEHOODS)
def test_a_false_register_event_is_found(log: Writer, kind: str, body: dict[str, Any], says: str) -> None:
    log.register(kind, body)
    false(log, says, entry=6)


def test_a_revoked_key_cannot_be_added_again(log: Writer) -> None:
    log.register("key.revoked/1", {"reason": "lost", "vkey": OFFICER.vkey})
    log.register("key.added/1", {"role": "officer", "vkey": OFFICER.vkey})
    false(log, "it was revoked by entry 6", entry=7)


def test_a_register_event_outside_its_stream_is_found(log: Writer) -> None:
    log.register("key.added/1", {"role": "officer", "vkey": STRANGER.vkey}, stream=OTHER_CASE)
    false(log, "outside the stream of the key register", entry=6)


def test_another_event_inside_the_register_stream_is_found(log: Writer) -> None:
    planned(log, stream=REGISTER)
    false(log, "inside the stream of the key register", entry=6)


def test_a_log_that_does_not_begin_with_its_opening_is_found() -> None:
    log = Writer()
    log.register("key.added/1", {"role": "root", "vkey": ROOT.vkey})
    false(log, "expected log.opened/1", entry=0)


def test_an_opening_signed_by_another_than_the_root_key_is_found() -> None:
    log = Writer()
    log.register("log.opened/1", {"root_key": STRANGER.vkey})
    false(log, "the actor is", entry=0)


# the form of an entry

BENT: list[tuple[Callable[[dict[str, Any]], object], str]] = [
    (lambda e: e.update(extra=1), 'a member "extra"'),
    (lambda e: e.pop("at"), 'no member "at"'),
    (lambda e: e.update(at="2026-02-30T04:00:00.000Z"), "no moment"),
    (lambda e: e.update(at="2026-11-22T04:00:00Z"), "`at` is"),
    (lambda e: e.update(id="01970000-0000-4000-8000-000000000001"), "`id` is"),
    (lambda e: e.update(id=e["id"].upper() + "F"), "`id` is"),
    (lambda e: e.update(n="1"), "`n` is"),
    (lambda e: e.update(n=True), "`n` is"),
    (lambda e: e.update(n=0), "`n` is"),
    (lambda e: e.update(prev=None), "`prev` is"),
    (lambda e: e.update(prev="47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFV="), "`prev` is"),
    (lambda e: e.update(stream="00000000-0000-1000-8000-0000000000aa"), "`stream` is"),
    (lambda e: e.update(type="planned"), "`type` is"),
    (lambda e: e.update(type="procurement.planned/01"), "`type` is"),
    (lambda e: e.update(body=[]), "`body` is"),
    (lambda e: e.update(sealed=None), "`sealed` is"),
    (lambda e: e.update(actor="council.example/somebody"), "expected the actor"),
    (lambda e: e["body"].update(price=1.5), "integers only"),
    (lambda e: e["body"].update(price=float("nan")), "integers only"),
    (lambda e: e["body"].update(price=2**53), "outside"),
    (lambda e: e["body"].update(price=-(2**53)), "outside"),
    (lambda e: e["body"].update({"päy": 1}), "key"),
    (lambda e: e["body"].update({"": 1}), "key"),
    (lambda e: e["body"].update(note="a\0b"), "U+0000"),
    (lambda e: e["body"].update(deep=json.loads("[" * 15 + "]" * 15)), "nested"),
    (lambda e: e["body"].update(note="x" * 49_152), "at most 49152"),
    (lambda e: e["body"].update(title="Homes"), "in the place of this slot"),
    (lambda e: e["sealed"].update({"/title/x": e["sealed"]["/title"]}), "inside the slot"),
    (lambda e: e["sealed"].update({"/case/x": e["sealed"]["/title"]}), "in the place of this slot"),
    (lambda e: e["sealed"].update({"title": e["sealed"]["/title"]}), "a slot of this name"),
    (lambda e: e["sealed"].update({"/A": e["sealed"]["/title"]}), "a slot of this name"),
    (lambda e: e["sealed"]["/title"].update(basis="secret"), "basis"),
    (lambda e: e["sealed"]["/title"].update(d="x"), "digest"),
    (lambda e: e["sealed"]["/title"].update(d="A" * 42 + "B"), "digest"),
    (lambda e: e["sealed"]["/title"].update(x=1), "a basis and a digest"),
    (lambda e: e["sealed"].update({"/x": None}), "a basis and a digest"),
]


@pytest.mark.parametrize(("bend", "says"), BENT)
def test_a_signed_event_of_a_wrong_form_is_found(
    log: Writer, bend: Callable[[dict[str, Any]], object], says: str
) -> None:
    planned(log, bend=bend)
    false(log, says, entry=6, file="tile/entries/000.p/7")


NOT_CANONICAL: list[tuple[bytes, bytes, str]] = [
    (b'"body":{', b'"body": {', "not canonical"),
    (b'"n":1,', b'"n":1,"n":1,', "not canonical"),
    (b'"n":1,', b'"n":-0,', "not canonical"),
    (b'"body":{', b'"body":{"a":-0,', "not canonical"),
    (b'"n":1,', b'"n":1.0,', "integers only"),
    (b'"n":1,', b'"n":1e0,', "integers only"),
    (b'"n":1,', b'"n":NaN,', "integers only"),
    (b'"n":1,', b'"n":01,', "not JSON"),
    (b'"n":1,', b'"n":' + b"9" * 5000 + b",", "is outside"),
    (b'"case":', b'"c\\u0061se":', "not canonical"),
    (b'"body":{', b'"body":{"a":"\\/",', "not canonical"),
    (b'"body":{', b'"body":{"a":"\\u001F",', "not canonical"),
    (b'"body":{', b'"body":{"a":"\\u00e9",', "not canonical"),
    (b'"body":{', b'"body":{"a":"\\ud83d\\ude00",', "not canonical"),
    (b'"body":{', b'"body":{"a":"\\ud800",', "not canonical"),
    (b'"body":{', b'"body":{"a":"\\u2028",', "not canonical"),
    (b'"body":{', b'"body":{"a":"\\u007f",', "not canonical"),
    (b'"body":{', b'"body":{"a":"\x1f",', "not JSON"),
    (b'"body":{', b'"body":{"a":"\xff",', "not UTF-8"),
    (b'"body":{', b'"body":{"a":"\xed\xa0\x80",', "not UTF-8"),
    (b'"body":{', b'"body":{"z":1,"a":' + b"[" * 30_000 + b"]" * 10 + b",", "nested"),
    (b'{"actor"', b'\xef\xbb\xbf{"actor"', "not JSON"),
    (b'{"actor"', b' {"actor"', "not canonical"),
    (b'"type":"procurement.planned/1"}', b'"type":"procurement.planned/1"} ', "not canonical"),
    (b'"type":"procurement.planned/1"}', b'"type":"procurement.planned/1"}{}', "not JSON"),
    (b"fairplace/event/v1\n", b"fairplace/event/v2\n", "begins"),
    (b"fairplace/event/v1\n", b"fairplace/event/v1\r\n", "begins"),
]


@pytest.mark.parametrize(("part", "instead", "says"), NOT_CANONICAL)
def test_a_signed_text_that_is_not_canonical_is_found(log: Writer, part: bytes, instead: bytes, says: str) -> None:
    planned(log)
    text = log.entries[6].partition(b"\n\n")[0] + b"\n"
    assert part in text
    text = text.replace(part, instead)
    log.entries[6] = text + b"\n" + OFFICER.note(text)
    false(log, says, entry=6)


def test_nesting_that_exhausts_the_reader_is_found(log: Writer) -> None:
    text = b"fairplace/event/v1\n" + b"[" * 49_000 + b"\n"
    log.put(text + b"\n" + OFFICER.note(text), log.events[0])
    false(log, "", entry=6)


@pytest.mark.parametrize("depth", [13, 14])
def test_sixteen_levels_are_allowed(log: Writer, depth: int) -> None:
    """The event, its body, and fourteen lists."""
    planned(log, bend=lambda e: e["body"].update(deep=json.loads("[" * depth + "]" * depth)))
    true(log)


@pytest.mark.parametrize("text", ["\x7f", "\u2028\u2029", "😀", "é", '\u001f\b\f\n\r\t"\\/', "\ufeff", "\uffff"])
def test_any_other_text_is_allowed(log: Writer, text: str) -> None:
    planned(log, bend=lambda e: e["body"].update(note=text))
    true(log)


SIGNATURES: list[tuple[Callable[[bytes, bytes], bytes], str]] = [
    (lambda text, line: b"", "0 signature lines"),
    (lambda text, line: line + line, "by the same key"),
    (lambda text, line: line.replace("—".encode(), b"-"), "malformed"),
    (lambda text, line: line[:-1], "malformed"),
    (lambda text, line: line + b"\n", "malformed"),
    (lambda text, line: line.replace(b"\n", b"\r\n"), "malformed"),
    (lambda text, line: OFFICER.line(b"\0" * 63), "has 63 bytes"),
    (lambda text, line: OFFICER.line(b"\0" * 64), "does not fit"),
    (lambda text, line: OFFICER.note(text[:-1]), "does not fit"),
    (lambda text, line: EVALUATOR.note(text), "expected the actor"),
    (lambda text, line: line + RECEIVER.note(text) + EVALUATOR.note(text), "not sorted"),
    (lambda text, line: line + b"".join(Signer(f"a/{i}", 20 + i).note(text) for i in range(8)), "9 signature lines"),
]


@pytest.mark.parametrize(("make", "says"), SIGNATURES)
def test_false_signature_lines_are_found(log: Writer, make: Callable[[bytes, bytes], bytes], says: str) -> None:
    planned(log)
    text = log.entries[6].partition(b"\n\n")[0] + b"\n"
    log.entries[6] = text + b"\n" + make(text, OFFICER.note(text))
    false(log, says, entry=6)


# the cases


def test_a_case_link_to_nothing_is_found(log: Writer) -> None:
    planned(log)
    log.add("procurement.note/1", {"case": OTHER_CASE, "seen": log.leaf(6)}, stream=SHEET)
    false(log, "no earlier entry opens that case", entry=7)


def test_a_case_link_to_a_stream_that_is_no_case_is_found(log: Writer) -> None:
    planned(log)
    scored(log)
    log.add("procurement.note/1", {"case": SHEET, "seen": log.leaf(7)}, stream=OTHER_CASE)
    false(log, "no earlier entry opens that case", entry=8)


def test_an_event_without_a_case_is_found(log: Writer) -> None:
    planned(log, bend=lambda e: e["body"].clear())
    false(log, "`case` is", entry=6)


def test_another_case_in_the_stream_of_a_case_is_found(log: Writer) -> None:
    planned(log)
    planned(log, OTHER_CASE)
    log.add("procurement.note/1", {"case": OTHER_CASE, "seen": log.leaf(7)}, stream=CASE)
    false(log, f"its `case` is {OTHER_CASE}", entry=8)


@pytest.mark.parametrize("seen", [None, 6, "", "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="])
def test_an_event_outside_the_case_that_has_seen_nothing_of_it_is_found(log: Writer, seen: Any) -> None:
    planned(log)
    scored(log, bend=lambda e: e["body"].update(seen=seen))
    false(log, "`seen` is", entry=7)


def test_an_event_that_has_seen_another_case_is_found(log: Writer) -> None:
    planned(log)
    planned(log, OTHER_CASE)
    scored(log, bend=lambda e: e["body"].update(seen=log.leaf(7)))
    false(log, "no earlier entry of the stream of the case", entry=8)


def rests(log: Writer, types: list[str], indexes: list[int], change: Mapping[str, Any] | None = None) -> None:
    log.add("procurement.awarded/1", {"case": CASE, "rests_on": log.rests_on(types, indexes) | (change or {})})


def test_what_an_award_rests_on_may_be_nothing_or_all(log: Writer) -> None:
    plan = planned(log)
    rests(log, ["evaluation.sheet-signed/1"], [])
    sheet = scored(log)
    rests(log, ["evaluation.sheet-signed/1", "procurement.planned/1"], [plan, sheet])
    true(log)


def test_an_award_that_leaves_out_a_sheet_is_found(log: Writer) -> None:
    planned(log)
    sheet = scored(log)
    scored(log)
    rests(log, ["evaluation.sheet-signed/1"], [sheet])
    false(log, "rests on 1 entries of evaluation.sheet-signed/1, but the case has 2", entry=9)


def test_an_award_that_rests_on_another_root_is_found(log: Writer) -> None:
    planned(log)
    scored(log)
    rests(log, ["evaluation.sheet-signed/1"], [6])
    false(log, "rests on entries with root", entry=8)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"types": ["z.z/1", "a.a/1"]}, "sorted"),
        ({"types": ["a.a/1", "a.a/1"]}, "sorted"),
        ({"types": "a.a/1"}, "list of event types"),
        ({"count": "0"}, "a number and a root"),
        ({"root": 1}, "a number and a root"),
        ({"root": "x"}, "with root"),
        ({"x": 1}, "count, root, types"),
    ],
)
def test_a_malformed_foundation_is_found(log: Writer, change: dict[str, Any], says: str) -> None:
    planned(log)
    rests(log, ["a.a/1"], [], change)
    false(log, says, entry=7)


def test_a_deposit_that_tells_its_case_is_found(log: Writer) -> None:
    planned(log)
    deposited(log, bend=lambda e: e["body"].update(case=CASE))
    false(log, "in the place of this slot", entry=7)
    log = Writer().begin()
    planned(log)
    deposited(log, stream=CASE)
    false(log, "tells its case", entry=7)


def test_a_deposit_without_its_sealed_case_is_found(log: Writer) -> None:
    planned(log)
    deposited(log, bend=lambda e: e["sealed"].pop("/case"))
    false(log, "no sealed slot /case", entry=7)


AFFAIR = "00000000-0000-4000-8000-0000000000a1"


def test_reads_erasures_and_holds_are_of_no_case(log: Writer) -> None:
    for kind in ("sealed.read/1", "sealed.erased/1", "hold.placed/1", "provider.facts-stated/1"):
        log.add(kind, {"count": 1}, stream=AFFAIR[:-1] + str(len(kind) % 10), sealed={"/case": CASE})
    true(log)


@pytest.mark.parametrize("kind", ["sealed.read/1", "hold.placed/1", "provider.facts-stated/1"])
def test_a_read_or_a_hold_that_tells_its_case_is_found(kind: str) -> None:
    log = story()
    log.add(kind, {"case": CASE}, stream=AFFAIR)
    false(log, f"{kind} has a `case`")
    log = story()
    log.add(kind, {"count": 1}, stream=CASE)
    false(log, f"{kind} tells its case")


def test_nothing_of_a_read_is_ever_made_public(log: Writer) -> None:
    read = log.add("sealed.read/1", {"purpose": "audit"}, stream=AFFAIR, sealed={"/case": CASE})
    log.disclose({read: ["/case"]})
    false(log, f"an opening names entry {read}, which belongs to no case")


def test_a_deposit_whose_opened_case_does_not_exist_is_found(log: Writer) -> None:
    planned(log)
    deposit = deposited(log, sealed={"/case": OTHER_CASE, "/seen": log.leaf(6)})
    log.disclose({deposit: ["/case", "/seen"]})
    false(log, f"but it was opened by {CASE}", entry=7, slot="/case", check="links")


def test_a_deposit_whose_opened_sight_is_of_a_later_entry_is_found(log: Writer) -> None:
    planned(log)
    deposit = deposited(log, sealed={"/case": CASE, "/seen": log.leaf(0)})
    log.disclose({deposit: ["/case", "/seen"]})
    false(log, "`seen` is", entry=7, check="links")


def opening_of(log: Writer, rests_on: list[int], deposits: list[int]) -> None:
    opened = log.add(
        "procurement.bids-opened/1", {"case": CASE}, sealed={"/rests_on": log.rests_on(DEPOSITS, rests_on)}
    )
    log.disclose({deposit: ["/case", "/seen"] for deposit in deposits} | {opened: ["/rests_on"]})


def test_an_opening_that_leaves_out_a_bid_is_found(log: Writer) -> None:
    planned(log)
    first, second = deposited(log), deposited(log)
    opening_of(log, [first], [first, second])
    false(log, "rests on 1 entries", entry=9, check="links")


def test_an_opening_over_other_bids_is_found(log: Writer) -> None:
    planned(log)
    first, second = deposited(log), deposited(log)
    opening_of(log, [first], [second])
    false(log, "rests on entries with root", entry=9, check="links")


def test_an_opening_of_which_not_all_bids_are_open_yet_is_left_unjudged_and_said(log: Writer) -> None:
    planned(log)
    first, second = deposited(log), deposited(log)
    opening_of(log, [first, second], [first])
    report = verify_register(log.publish().files(), [LOG.vkey])
    assert report.ok
    assert "2 deposits, of which 1 are open" in report.notes[0]


# the openings


def test_a_missing_disclosure_file_is_found(files: dict[str, bytes]) -> None:
    del files["disclosures/007"]
    false(files, "missing", file="disclosures/007", entry=7, check="disclosures")


def test_a_missing_line_of_a_disclosure_file_is_found(files: dict[str, bytes]) -> None:
    first = files["disclosures/007"].splitlines(keepends=True)[0]
    false(files | {"disclosures/007": first}, "is not here, but is in effect", entry=7, slot="/seen")


def test_an_opening_that_was_withdrawn_but_is_still_published_is_found(files: dict[str, bytes]) -> None:
    kept = f"~{story().disclosures[6]['/title']}\n".encode()
    false(files | {"disclosures/006": kept}, "none in effect", file="disclosures/006")


def test_an_opening_that_nobody_released_is_found() -> None:
    writer = story()
    writer.in_effect[10] = {"/bids/01/marks"}
    files = writer.files()
    extra = "".join(f"~{writer.disclosures[10][slot]}\n" for slot in ("/bids/01/marks", "/bids/02/marks")).encode()
    assert verify_register(files | {"disclosures/010": extra}).ok
    writer.disclose({10: ["/bids/02/marks"]}, "value.withdrawn/1")
    files = writer.publish().files()
    false(files | {"disclosures/010": extra}, "is here, but is not in effect", entry=10, slot="/bids/02/marks")


def disclosed(files: dict[str, bytes], text: str) -> dict[str, bytes]:
    return files | {"disclosures/009": f"~{text}\n".encode()}


def test_a_disclosure_with_another_slot_salt_or_value_is_found(files: dict[str, bytes]) -> None:
    writer = story()
    value = {"count": 9, "root": "x", "types": []}
    salt = "A" * 43
    cases = [
        ([salt, "/rests_on", value], "has digest"),
        ([salt, "/elsewhere", value], "which the entry does not have"),
        ([salt, ["/rests_on"], value], "which the entry does not have"),
        (["short", "/rests_on", value], "salt"),
        ([salt, "/rests_on"], "not [salt, slot, value]"),
        ("text", "not [salt, slot, value]"),
    ]
    for parts, says in cases:
        text = b64(canonical(parts)).rstrip("=").replace("+", "-").replace("/", "_")
        false(disclosed(files, text), says, entry=9, file="disclosures/009")
    right = writer.disclosures[9]["/rests_on"]
    false(disclosed(files, right + "="), "is not base64", entry=9)
    false(disclosed(files, right + "\n~" + right), "sorted, each once", entry=9)
    false(disclosed(files, right[:-1] + "é"), "expected ~ and a disclosure", entry=9)
    false(disclosed(files, writer.disclosures[7]["/case"]), "which the entry does not have", entry=9)


def test_disclosures_in_another_order_are_found(files: dict[str, bytes]) -> None:
    lines = files["disclosures/007"].splitlines(keepends=True)
    false(files | {"disclosures/007": b"".join(reversed(lines))}, "sorted", entry=7)


@pytest.mark.parametrize(
    ("openings", "says"),
    [
        ([{"entry": 7, "slots": ["/title"]}], "ascending ones, 0 to 6"),
        ([{"entry": -1, "slots": ["/title"]}], "ascending"),
        ([{"entry": True, "slots": ["/title"]}], "ascending"),
        ([{"entry": 6, "slots": ["/title"]}, {"entry": 6, "slots": ["/title"]}], "ascending"),
        ([{"entry": 6, "slots": []}], "sorted"),
        ([{"entry": 6, "slots": ["/title", "/title"]}], "sorted"),
        ([{"entry": 6, "slots": [1]}], "sorted"),
        ([{"entry": 6, "slots": ["/price"]}], "does not have the slot"),
        ([{"entry": 4, "slots": ["/holder"]}], "belongs to no case"),
        ([{"entry": 6}], "no member"),
        ([6], "expected an object"),
        (None, "expected a list"),
        ([], "not empty"),
    ],
)
def test_a_false_release_is_found(log: Writer, openings: Any, says: str) -> None:
    planned(log)
    log.add("value.disclosed/1", release_of(openings))
    false(log, says, entry=7)


def test_a_release_outside_the_stream_of_the_case_is_found(log: Writer) -> None:
    planned(log)
    body = release_of([{"entry": 6, "slots": ["/title"]}]) | {"seen": log.leaf(6)}
    log.add("value.disclosed/1", body, stream=SHEET)
    false(log, "expected the case's own", entry=7)


@pytest.mark.parametrize("kind", ["value.disclosed/1", "value.withdrawn/1"])
@pytest.mark.parametrize("change", [{"seen": None}, {"note": "x"}, {"occasion": "award", "ground": "child"}])
def test_a_release_with_a_member_that_it_does_not_have_is_found(log: Writer, kind: str, change: dict[str, Any]) -> None:
    planned(log)
    log.add(kind, release_of([{"entry": 6, "slots": ["/title"]}], kind) | change)
    false(log, "a member", entry=7)


@pytest.mark.parametrize("member", ["evidence", "happened_at", "occasion", "openings"])
def test_a_release_without_one_of_its_members_is_found(log: Writer, member: str) -> None:
    planned(log)
    body = release_of([{"entry": 6, "slots": ["/title"]}])
    del body[member]
    log.add("value.disclosed/1", body)
    false(log, f'no member "{member}"', entry=7)


@pytest.mark.parametrize("kind", ["value.disclosed/1", "value.withdrawn/1"])
def test_a_case_that_opens_an_entry_of_another_case_is_found(log: Writer, kind: str) -> None:
    planned(log, OTHER_CASE)
    planned(log)
    log.add(kind, release_of([{"entry": 6, "slots": ["/title"]}], kind))
    false(log, "belongs to another case", entry=8)


def test_a_deposit_of_which_something_is_public_but_not_its_case_is_found(log: Writer) -> None:
    planned(log)
    deposit = deposited(log)
    log.disclose({deposit: ["/seen"]})
    false(log, "public while its slot /case is not", entry=8)
    log = Writer().begin()
    planned(log)
    deposit = deposited(log)
    log.disclose({deposit: ["/case", "/seen"]})
    log.disclose({deposit: ["/case"]}, "value.withdrawn/1")
    false(log, "public while its slot /case is not", entry=9)


def test_a_deposit_may_be_taken_down_whole(log: Writer) -> None:
    planned(log)
    deposit = deposited(log)
    log.disclose({deposit: ["/case", "/seen"]})
    log.disclose({deposit: ["/seen"]}, "value.withdrawn/1")
    true(log)
    log.disclose({deposit: ["/case"]}, "value.withdrawn/1")
    true(log)


def test_a_deposit_that_another_case_opens_is_found(log: Writer) -> None:
    planned(log)
    planned(log, OTHER_CASE)
    deposit = deposited(log)
    body = release_of([{"entry": deposit, "slots": ["/case"]}])
    log.add("value.disclosed/1", body | {"case": OTHER_CASE}, stream=OTHER_CASE)
    log.in_effect[deposit] = {"/case"}
    false(log, f"it was opened by {OTHER_CASE}", entry=8, slot="/case", check="links")
    log = Writer().begin()
    planned(log)
    planned(log, OTHER_CASE)
    deposit = deposited(log)
    log.disclose({deposit: ["/case"]})
    log.add(
        "value.withdrawn/1", release_of(body["openings"], "value.withdrawn/1") | {"case": OTHER_CASE}, stream=OTHER_CASE
    )
    false(log, "belongs to another case", entry=10)


def test_a_cover_that_is_opened_is_found(log: Writer) -> None:
    planned(log)
    cover = deposited(log, cover=True)
    log.disclose({cover: ["/case"]})
    false(log, "the case is None", entry=7, slot="/case", check="links")


def test_a_deposit_of_a_case_that_is_opened_only_later_is_found(log: Writer) -> None:
    planned(log, OTHER_CASE)
    deposit = deposited(log)
    planned(log)
    log.disclose({deposit: ["/case"]})
    false(log, "which no earlier entry opens", entry=7, slot="/case", check="links")


# the tiles and the checkpoints


@pytest.mark.parametrize("name", ["tile/0/000.p/15", "tile/0/000.p/6"])
def test_a_hash_of_a_tile_that_is_another_is_found(files: dict[str, bytes], name: str) -> None:
    false(files | {name: files[name][:64] + bytes(32) + files[name][96:]}, "at place 64", file=name)


def test_a_false_tile_of_a_higher_level_is_found() -> None:
    writer = Writer([LOG]).begin()
    planned(writer)
    while len(writer.entries) < 257:
        writer.add("procurement.note/1", {"case": CASE})
    files = writer.publish().files()
    assert verify_register(files, [LOG.vkey]).exit_code == 0
    false(files | {"tile/1/000.p/1": bytes(32)}, "at place 0", file="tile/1/000.p/1")
    false(files | {"tile/1/000.p/1": bytes(31)}, "at place 0", file="tile/1/000.p/1")


def test_a_forked_checkpoint_is_found_though_the_log_signed_it() -> None:
    writer = story()
    other = story()
    other.entries[14] = other.entries[13]
    forked = writer.publish(other.head(15)).files()
    false(forked, "but the entries give", file="checkpoints/15", check="checkpoints")


def test_an_old_checkpoint_that_forks_is_found() -> None:
    writer = story()
    text = f"{writer.origin}\n6\n{b64(bytes(32))}\n".encode()
    writer.checkpoints[6] = text + b"\n" + LOG.note(text)
    false(writer.files(), "but the entries give", file="checkpoints/6")


def test_a_checkpoint_of_another_origin_is_found(files: dict[str, bytes]) -> None:
    writer = story()
    text = writer.head(6, "log.example/other")
    false(
        files | {"checkpoints/6": text + b"\n" + LOG.note(text)}, "expected log.example/register", file="checkpoints/6"
    )


def test_a_register_with_a_checkpoint_of_another_origin_is_found(files: dict[str, bytes]) -> None:
    writer = story()
    text = writer.head(15, "log.example/other")
    both = dict.fromkeys(("checkpoint", "checkpoints/15"), text + b"\n" + LOG.note(text))
    false(files | both, "`log` is", entry=0)


def test_a_newest_checkpoint_that_is_not_the_kept_one_is_found(files: dict[str, bytes]) -> None:
    text = story().head(15)
    false(files | {"checkpoint": text + b"\n" + LOG.note(text)}, "not the same", file="checkpoint")


def test_a_checkpoint_under_another_size_is_found(files: dict[str, bytes]) -> None:
    false(files | {"checkpoints/6": files["checkpoint"]}, "has size 15", file="checkpoints/6")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{o}\n15\n{r}\nmore\n", "three lines"),
        ("{o}\n015\n{r}\n", "three lines"),
        ("{o}\n0\n{r}\n", "three lines"),
        ("{o}\n+15\n{r}\n", "three lines"),
        ("{o}\n15\nAAAA\n", "three lines"),
        ("{o} \n15\n{r}\n", "three lines"),
        ("subtree/v1\n15\n{r}\n", "reserved"),
        ("{o}\n99999999\n{r}\n", "missing"),
        ("{o}\n14\n{r}\n", "beyond the newest checkpoint"),
        ("{o}\n16\n{r}\n", "missing"),
    ],
)
def test_a_malformed_newest_checkpoint_is_found(files: dict[str, bytes], text: str, says: str) -> None:
    root = story().head(15).decode().splitlines()[2]
    signed = text.format(o=story().origin, r=root).encode()
    false(files | {"checkpoint": signed + b"\n" + LOG.note(signed)}, says, check="files")


HEAD = story().head(15)


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        ([LOG.note(b"another")], "does not fit the checkpoint"),
        ([LOG_PQ.cosign(HEAD)], "first line is not by an Ed25519 key"),
        ([LOG_PQ.cosign(HEAD), LOG.note(HEAD)], "first line is not by an Ed25519 key"),
        ([LOG.note(HEAD), LOG.note(HEAD)], "by the same key"),
        ([LOG.note(HEAD), LOG_PQ.cosign(HEAD, 0)], "after 1970"),
        ([LOG.note(HEAD), LOG_PQ.cosign(HEAD, 2**63)], "after 1970"),
        ([LOG.note(HEAD), LOG_PQ.cosign(story().head(14))], "does not fit the checkpoint"),
        ([LOG.note(HEAD), STRANGER.note(HEAD)], "neither a key of the log nor a witness"),
        ([LOG.note(HEAD), WITNESS.cosign(HEAD)], "neither a key of the log nor a witness"),
        ([NEW_LOG.note(HEAD)], "neither a key of the log nor a witness"),
        ([LOG.line(bytes(63))], "63 bytes"),
        ([], "0 signature lines"),
    ],
)
def test_a_false_line_of_a_checkpoint_is_found(files: dict[str, bytes], lines: list[bytes], says: str) -> None:
    signed = HEAD + b"\n" + b"".join(lines)
    false(files | {"checkpoint": signed, "checkpoints/15": signed}, says)


def test_a_log_key_may_be_replaced(log: Writer) -> None:
    log.publish()
    log.register("log-key.added/1", {"vkey": NEW_LOG.vkey})
    log.publish(signers=[LOG, NEW_LOG, LOG_PQ])
    log.register("log-key.retired/1", {"vkey": LOG.vkey}, bend=lambda e: e.update(at="2026-12-22T04:00:06.000Z"))
    files = log.publish(signers=[NEW_LOG, LOG_PQ]).files()
    assert verify_register(files, [NEW_LOG.vkey]).exit_code == 0
    assert "not signed by a key that you gave" in str(verify_register(files, [LOG.vkey]).false)


def test_a_retired_log_key_is_found(log: Writer) -> None:
    log.register("log-key.added/1", {"vkey": NEW_LOG.vkey})
    log.register("log-key.retired/1", {"reason": "compromised", "vkey": LOG.vkey})
    false(log.publish(signers=[NEW_LOG, LOG]).files(), "retired by entry 7", file="checkpoints/8")


def test_a_log_key_used_before_it_was_added_is_found(log: Writer) -> None:
    log.publish(signers=[LOG, NEW_LOG])
    log.register("log-key.added/1", {"vkey": NEW_LOG.vkey})
    false(log, "added by entry 6", file="checkpoints/6")


BOTH = f"log {LOG.vkey}\nlog {LOG_PQ.vkey}\n"


@pytest.mark.parametrize(
    ("policy", "says"),
    [
        ("", "does not end in a line feed"),
        ("quorum none\n", "key register gives"),
        (f"log {LOG.vkey}\nquorum none\n", "key register gives"),
        (f"log {LOG_PQ.vkey}\nlog {LOG.vkey}\nquorum none\n", "key register gives"),
        (BOTH.replace("log ", " log ") + "quorum none\n", "key register gives"),
        (BOTH.replace("\n", " https://log.example\n") + "quorum none\n", "key register gives"),
        (BOTH, "no quorum line"),
        (BOTH + "quorum none", "does not end in a line feed"),
        (BOTH + "quorum other\n", "line 3 of the policy cannot be read"),
        (BOTH + f"witness w {WITNESS.vkey}\nwitness w {WITNESS.vkey}\nquorum w\n", "line 4 of the policy"),
    ],
)
def test_a_policy_that_the_key_register_does_not_give_is_found(files: dict[str, bytes], policy: str, says: str) -> None:
    false(files | {"policy": policy.encode()}, says, file="policy")


def test_a_policy_may_name_witnesses_and_they_must_sign_well_but_confer_nothing(files: dict[str, bytes]) -> None:
    named = f"witness one {WITNESS.vkey} https://w1.example\ngroup all-of-them all one\nquorum all-of-them\n"
    files["policy"] += named.encode()
    files["policy"] = files["policy"].replace(b"quorum none\n", b"")
    assert verify_register(files, [LOG.vkey]).exit_code == 0
    writer = story()
    text = writer.head(15)
    signed = writer.publish(extra=WITNESS.cosign(text)).files() | {"policy": files["policy"]}
    assert verify_register(signed, [LOG.vkey]).exit_code == 0
    assert verify_register(signed).exit_code == 3
    mine = f"log {LOG.vkey}\nwitness w {STRANGER_WITNESS.vkey}\nquorum w\n"
    assert verify_register(signed, policy=mine).exit_code == 3
    wrong = writer.publish(extra=WITNESS.cosign(writer.head(14))).files() | {"policy": files["policy"]}
    false(wrong, "does not fit the checkpoint", file="checkpoints/15")
    false(files | {"policy": BOTH.encode() + own_witness().encode()}, "uses a key of the register", file="policy")


STRANGER_WITNESS = Signer("witness.example/w9", 19, kind=4)


def own_witness() -> str:
    """A witness with the root key of the register."""
    return f"witness one {Signer('witness.example/w1', 1, kind=4).vkey}\nquorum one\n"


def test_a_timestamp_is_named_with_the_command_that_checks_it_and_stands_beside_its_checkpoint(
    files: dict[str, bytes],
) -> None:
    report = verify_register(files | {"timestamp/15.tsr": b"token"}, [LOG.vkey])
    assert report.exit_code == 0
    text = hashlib.sha256(files["checkpoint"].partition(b"\n\n")[0] + b"\n").hexdigest()
    assert f"openssl ts -verify -digest {text} -in timestamp/15.tsr" in "".join(report.notes)
    false(files | {"timestamp/14.tsr": b"token"}, "no checkpoint of this size", file="timestamp/14.tsr")
    false(files | {"timestamp/15.tsr": bytes(65_537)}, "longer than 65536 bytes", file="timestamp/15.tsr")


def test_a_cover_deposit_is_never_asked_for_its_case(log: Writer) -> None:
    planned(log)
    cover = deposited(log, cover=True)
    assert log.events[cover]["stream"] == COVER
    true(log)
