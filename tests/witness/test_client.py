"""The log's side, against witnesses on real sockets: honest, slow, silent, confused and malicious ones."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fairplace.errors import Busy, Malformed, Unproven
from fairplace.ledger.checkpoint import Checkpoint, with_cosignatures
from fairplace.ledger.note import parse_line, parse_note
from fairplace.witness.asking import asked
from fairplace.witness.client import Collector, seen
from fairplace.witness.judge import Judge
from fairplace.witness.known import Witness, cosigned
from fairplace.witness.own import Own, create
from fairplace.witness.paths import SIZE_MEDIA
from tests.witness.served import answering, free_port, reply, served
from tests.witness.trees import LOG_KEYS, NOW, ORIGIN, Tree, cosigner

TREE, FORK = Tree(), Tree(forked_at=5)
NOTE = TREE.note(5)
TEXT = parse_note(NOTE)[0]


def own(folder: Path, name: str) -> Own:
    made = create(folder, name)
    for key in LOG_KEYS:
        made.state.trust(key, NOW)
    return made


def at(one: Own, url: str) -> Witness:
    return Witness(one.name, tuple(one.vkeys), url, retired=False)


def proof(size: int, tree: Tree = TREE) -> Callable[[int], list[bytes]]:
    return lambda old: tree.proof(old, size)


def collector(*witnesses: Witness, quorum: int = 0, patience: float = 2.0, rest: float = 60.0) -> Collector:
    return Collector(witnesses, quorum, clock=lambda: NOW, patience=patience, rest=rest)


@pytest.fixture
def first(tmp_path: Path) -> Iterator[tuple[Own, str]]:
    made = own(tmp_path / "first", "w1.example")
    with served(made, Judge(made, lambda: NOW)) as url:
        yield made, url


@pytest.fixture
def second(tmp_path: Path) -> Iterator[tuple[Own, str]]:
    made = own(tmp_path / "second", "w2.example")
    with served(made, Judge(made, lambda: NOW)) as url:
        yield made, url


def test_two_witnesses_sign_and_their_lines_are_good(first: tuple[Own, str], second: tuple[Own, str]) -> None:
    witnesses = at(*first), at(*second)
    note = with_cosignatures(NOTE, collector(*witnesses)(NOTE, proof(5)))
    keys = [*LOG_KEYS, *first[0].vkeys, *second[0].vkeys]
    assert set(Checkpoint.parse(note, keys, strict=True).signers) == set(keys)
    assert cosigned(note, witnesses, 2) == (("w1.example", "w2.example"), 2, 2)
    assert cosigned(note, witnesses, 2).met
    assert not cosigned(NOTE, witnesses, 1).met


def test_whoever_has_signed_is_not_asked_again(first: tuple[Own, str]) -> None:
    ask = collector(at(*first))
    note = with_cosignatures(NOTE, ask(NOTE, proof(5)))
    first[0].state.path.unlink()
    assert ask(note, proof(5)) == []
    assert ask.trouble == {}


def test_a_log_that_does_not_know_what_a_witness_has_asks_twice(first: tuple[Own, str]) -> None:
    assert collector(at(*first))(NOTE, proof(5))
    again = collector(at(*first))
    assert again(TREE.note(9), proof(9))
    assert again(TREE.note(12), proof(12))
    assert first[0].state.latest(ORIGIN).size == 12


def test_a_day_later_the_same_tree_is_signed_anew(first: tuple[Own, str]) -> None:
    ask = collector(at(*first))
    note = with_cosignatures(NOTE, ask(NOTE, proof(5)))
    late = Collector([at(*first)], clock=lambda: NOW + 90_000, patience=2)
    assert late(note, proof(5))


def test_a_witness_that_has_seen_more_says_that_an_old_copy_was_put_back(first: tuple[Own, str]) -> None:
    assert collector(at(*first))(TREE.note(9), proof(9))
    ask = collector(at(*first))
    assert ask(NOTE, proof(5)) == []
    assert ask.ahead == {"w1.example": 9}
    assert "has seen 9 entries of this log, which has 5 here" in ask.trouble["w1.example"]


def test_a_witness_that_has_seen_another_history_refuses_and_keeps_the_pair(first: tuple[Own, str]) -> None:
    assert collector(at(*first))(TREE.note(9), proof(9))
    for size in (9, 12):
        ask = collector(at(*first))
        assert ask(FORK.note(size), proof(size, FORK)) == []
        assert "refuses with status 422" in ask.trouble["w1.example"]
    assert len(first[0].state.evidence(ORIGIN)) == 1


def test_a_witness_that_is_down_is_left_alone_for_a_while_and_asked_again(tmp_path: Path) -> None:
    made, port = own(tmp_path / "w", "w1.example"), free_port()
    ask = collector(at(made, f"http://127.0.0.1:{port}"), rest=0.3)
    assert ask(NOTE, proof(5)) == []
    assert "does not answer" in ask.trouble["w1.example"]
    with served(made, Judge(made, lambda: NOW), port=port):
        assert ask(NOTE, proof(5)) == []
        time.sleep(0.35)
        assert ask(NOTE, proof(5))
    assert ask.trouble == {}


def silent(_: bytes, connection: socket.socket) -> None:
    connection.recv(1)


def dripping(_: bytes, connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n")
    for _ in range(1000):
        connection.sendall(b"x")
        time.sleep(0.05)


def endless(_: bytes, connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    for _ in range(10_000):
        connection.sendall(b"x" * 10_000)


@pytest.mark.parametrize("answer", [silent, dripping])
def test_the_wait_is_over_in_time_however_slow_a_witness_is(
    first: tuple[Own, str], answer: Callable[[bytes, socket.socket], None]
) -> None:
    with answering(answer) as url:
        ask = collector(at(*first), Witness("slow", (cosigner("slow").vkey,), url, retired=False), patience=2)
        began = time.monotonic()
        lines = ask(NOTE, proof(5))
        assert time.monotonic() - began < 20
        assert lines
        assert any(says in ask.trouble["slow"] for says in ("in time", "timed out")), "which of both clocks ended it"
        began = time.monotonic()
        ask(TREE.note(7), proof(7))
        assert time.monotonic() - began < 1.9


def test_once_the_quorum_is_reached_the_slower_ones_are_not_waited_for(first: tuple[Own, str]) -> None:
    with answering(silent) as url:
        slow = Witness("slow", (cosigner("slow").vkey,), url, retired=False)
        began = time.monotonic()
        assert collector(at(*first), slow, quorum=1, patience=10)(NOTE, proof(5))
        assert time.monotonic() - began < 3


MINE = cosigner("w1.example")
OTHERS = cosigner("w9.example")
GOOD = MINE.line(TEXT, NOW).encode()
SPOILT = parse_line(GOOD.decode()[:-1])


@pytest.mark.parametrize(
    ("status", "body", "media", "sentence"),
    [
        ("200 OK", b"", "text/plain", "no good signature"),
        ("200 OK", OTHERS.line(TEXT, NOW).encode(), "text/plain", "no good signature"),
        ("200 OK", MINE.line(parse_note(TREE.note(6))[0], NOW).encode(), "text/plain", "no good signature"),
        ("200 OK", GOOD.replace(b"w1", b"w2"), "text/plain", "no good signature"),
        ("200 OK", b"\xff\x00" * 500, "text/plain", "no good signature"),
        ("200 OK", b"x" * 100_000, "text/plain", "more than 65536 bytes"),
        ("302 Found", b"", "text/plain", "refuses with status 302"),
        ("404 Not Found", b"nothing here\x1b[31m", "text/plain", "refuses with status 404: nothing here"),
        ("409 Conflict", b"many\n", SIZE_MEDIA, "a size and a line feed"),
        ("409 Conflict", b"3", SIZE_MEDIA, "a size and a line feed"),
        ("409 Conflict", b"9" * 30 + b"\n", SIZE_MEDIA, "a size and a line feed"),
        ("409 Conflict", b"3\n", SIZE_MEDIA, "refuses with status 409"),
        ("409 Conflict", b"3\n", "text/plain", "refuses with status 409"),
        ("500 Oops", b"", "text/plain", "refuses with status 500"),
    ],
)
def test_what_a_malicious_witness_sends_is_dropped(status: str, body: bytes, media: str, sentence: str) -> None:
    with answering(reply(status, body, media)) as url:
        ask = collector(Witness("w1", (MINE.vkey,), url, retired=False))
        assert ask(NOTE, proof(5)) == []
        assert sentence in ask.trouble["w1"]
        assert "\x1b" not in ask.trouble["w1"]


def test_a_good_line_among_others_is_kept_alone() -> None:
    junk = b"\xe2\x80\x94 broken\n" + OTHERS.line(TEXT, NOW).encode()
    with answering(reply("200 OK", junk + GOOD + junk)) as url:
        assert collector(Witness("w1", (MINE.vkey,), url, retired=False))(NOTE, proof(5)) == [GOOD.decode()]


def test_a_redirect_is_not_followed(first: tuple[Own, str]) -> None:
    def send_on(_: bytes, connection: socket.socket) -> None:
        connection.sendall(
            f"HTTP/1.1 307 X\r\nlocation: {first[1]}/add-checkpoint\r\ncontent-length: 0\r\n\r\n".encode()
        )

    with answering(send_on) as url:
        assert collector(at(first[0], url))(NOTE, proof(5)) == []
    assert first[0].state.latest(ORIGIN).size == 0


def test_a_retired_witness_and_one_without_an_address_are_not_asked(first: tuple[Own, str]) -> None:
    retired = at(*first)._replace(retired=True)
    assert collector(retired, at(*first)._replace(url=""))(NOTE, proof(5)) == []
    assert first[0].state.latest(ORIGIN).size == 0


# What a witness holds


def test_what_a_witness_has_seen_can_be_asked(first: tuple[Own, str]) -> None:
    assert seen(at(*first), ORIGIN) is None
    assert collector(at(*first))(NOTE, proof(5))
    found = seen(at(*first), ORIGIN)
    assert found is not None
    assert (found.size, found.root) == (5, TREE.root(5))
    assert Checkpoint.parse(found.note, LOG_KEYS).root == TREE.root(5)


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        ("200 OK", b"hello", Unproven),
        ("200 OK", NOTE, Unproven),
        ("200 OK", TREE.note(5, origin="log.other.example/a"), Unproven),
        ("200 OK", b"x" * 100_000, Unproven),
        ("503 Busy", b"", Busy),
    ],
)
def test_what_is_no_checkpoint_that_it_signed_is_not_taken(status: str, body: bytes, kind: type[Exception]) -> None:
    with answering(reply(status, body)) as url, pytest.raises(kind):
        seen(Witness("w1", (MINE.vkey,), url, retired=False), ORIGIN)


def test_an_answer_without_end_or_without_haste_is_given_up() -> None:
    with answering(endless) as url, pytest.raises(Unproven, match="more than"):
        asked(url, seconds=5)
    with answering(dripping) as url, pytest.raises(Busy, match="within 0 seconds"):
        asked(url, seconds=0.4)


@pytest.mark.parametrize(
    "url", ["", "ftp://a.example", "//a.example", "http://", "http://u:p@a.example", "https://a:b/"]
)
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(Malformed, match="the address"):
        asked(url)
