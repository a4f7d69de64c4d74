"""The status table of the witness protocol, row by row, in its order; and that no two requests roll a witness back."""

from __future__ import annotations

import multiprocessing
import random
import sqlite3
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import fairplace_verify
from fairplace.errors import Misconfigured
from fairplace.ledger.checkpoint import Checkpoint
from fairplace.ledger.note import b64, join_note, mldsa_supported, parse_lines, parse_note
from fairplace.ledger.tree import EMPTY_ROOT
from fairplace.witness.client import request
from fairplace.witness.judge import Judge, Reply
from fairplace.witness.own import Own, create
from fairplace.witness.paths import SIZE_MEDIA, latest_path
from fairplace.witness.state import State
from tests.witness.trees import LOG, LOG_KEYS, NEXT, NOW, ORIGIN, STRANGER, Tree

TREE, FORK = Tree(), Tree(forked_at=5)


class Moment:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Moment:
    return Moment()


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Own]:
    made = create(tmp_path / "witness", "witness.example")
    for key in LOG_KEYS:
        made.state.trust(key, NOW)
    return made


@pytest.fixture
def judge(own: Own, clock: Moment) -> Judge:
    return Judge(own, clock)


def seen(judge: Judge, size: int) -> None:
    assert judge.add(TREE.ask(0, size)).status == 200


def conflict(reply: Reply, size: int) -> bool:
    return (reply.status, reply.body, reply.media) == (409, f"{size}\n".encode(), SIZE_MEDIA)


# 400


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b"", "must read old"),
        (b"old 0\n", "must read old"),
        (TREE.ask(0, 5)[1:], "must read old"),
        (TREE.ask(0, 5).replace(b"old 0", b"old 00"), "must read old"),
        (TREE.ask(0, 5).replace(b"old 0", b"old -1"), "must read old"),
        (TREE.ask(0, 5).replace(b"old 0", b"old 0 "), "must read old"),
        (TREE.ask(0, 5).replace(b"old 0\n", b"old 0\r\n"), "must read old"),
        (TREE.ask(0, 5).replace(b"old 0", b"old 9223372036854775808999"), "must read old"),
        (request(3, [bytes(32)] * 64, TREE.note(5)), "64 hashes came; no proof has more than 63"),
        (request(3, [bytes(31)], TREE.note(5)), "has not 32 bytes"),
        (b"old 3\n!\n\n" + TREE.note(5), "is not base64"),
        (b"old 3\n" + b64(bytes(32)).encode() + b" \n\n" + TREE.note(5), "base64"),
        (b"old \xff\n\n" + TREE.note(5), "not ASCII"),
        (b"old 0\n\n" + TREE.note(5).rstrip(b"\n"), "must end"),
        (b"old 0\n\n" + TREE.note(5).replace(b"\n5\n", b"\n05\n"), "decimal without leading zeros"),
        (b"old 0\n\n" + TREE.note(5).replace(b"\n\n", b"\nextension\n\n"), "three"),
        (b"old 0\n\n" + TREE.note(5).partition(b"\n\n")[0], "blank line"),
        (b"old 0\n\n" + TREE.note(5) + TREE.note(5).rpartition(b"\n\n")[2], "two signature lines by one key"),
        (b"old 0\n\n" + TREE.note(5).replace(b"\n5\n", b"\n9999999999999999999\n"), "at most 18 digits"),
        (request(6, [], TREE.note(5)), "the old size 6 is above the size 5"),
    ],
)
def test_what_cannot_be_read_is_answered_with_400(judge: Judge, body: bytes, sentence: str) -> None:
    reply = judge.add(body)
    assert (reply.status, sentence in reply.body.decode()) == (400, True), reply


def test_an_old_size_above_the_new_one_is_400_even_for_a_log_that_is_not_watched(judge: Judge) -> None:
    assert judge.add(request(6, [], Tree().note(5, origin="log.other.example/a"))).status == 400


# 404


def test_a_log_that_is_not_watched_is_answered_with_404_whoever_signed(judge: Judge) -> None:
    assert judge.add(request(0, [], TREE.note(5, origin="log.other.example/a"))).status == 404
    assert judge.add(request(0, [], TREE.note(5, STRANGER, origin="log.other.example/a"))).status == 404


# 403


def test_no_line_by_a_trusted_key_is_answered_with_403(judge: Judge) -> None:
    assert judge.add(request(0, [], TREE.note(5, STRANGER))).status == 403


def test_a_line_by_a_trusted_key_that_is_not_good_is_403_though_another_is(judge: Judge, own: Own) -> None:
    own.state.trust(NEXT.vkey, NOW)
    text, lines = parse_note(TREE.note(5, LOG, NEXT))
    other = parse_note(TREE.note(6, LOG, NEXT))[1]
    assert judge.add(request(0, [], join_note(text, [lines[0].text, other[1].text]))).status == 403
    assert judge.add(request(0, [], join_note(text, [lines[0].text, lines[1].text]))).status == 200


def test_lines_by_unknown_keys_are_passed_over_good_or_not(judge: Judge) -> None:
    text, lines = parse_note(TREE.note(5, LOG, STRANGER))
    other = parse_note(TREE.note(6, LOG, STRANGER))[1]
    reply = judge.add(request(0, [], join_note(text, [lines[0].text, other[1].text])))
    assert reply.status == 200
    kept = judge.latest(latest_path(ORIGIN).split("/")[1]).body
    assert STRANGER.vkey.key_id not in {line.key_id for line in parse_note(kept)[1]}


def test_403_comes_before_409(judge: Judge) -> None:
    seen(judge, 5)
    assert judge.add(request(3, TREE.proof(3, 7), TREE.note(7, STRANGER))).status == 403


# 409


@pytest.mark.parametrize("old", [0, 3, 6])
def test_an_old_size_that_is_not_the_stored_one_is_409_with_the_stored_one(judge: Judge, old: int) -> None:
    seen(judge, 5)
    assert conflict(judge.add(TREE.ask(old, 7)), 5)


def test_before_anything_is_stored_the_stored_size_is_0(judge: Judge) -> None:
    assert conflict(judge.add(TREE.ask(3, 7)), 0)


def test_409_comes_before_422(judge: Judge) -> None:
    seen(judge, 5)
    assert conflict(judge.add(request(3, [bytes(32)], TREE.note(7))), 5)


# 422


def test_an_empty_log_with_another_root_than_that_of_nothing_is_422(judge: Judge) -> None:
    assert judge.add(request(0, [], Wrong.note(0))).status == 422


def test_the_stored_size_with_another_root_is_422_and_the_pair_is_kept_as_evidence(judge: Judge, own: Own) -> None:
    seen(judge, 7)
    assert judge.add(request(7, [], FORK.note(7))).status == 422
    [pair] = own.state.evidence(ORIGIN)
    first, second = pair.split(b"--\n")
    for note, tree in ((first, TREE), (second, FORK)):
        read = Checkpoint.parse(note, LOG_KEYS)
        assert (read.size, read.root) == (7, tree.root(7))
    assert judge.add(request(7, [], FORK.note(7))).status == 422
    assert own.state.evidence(ORIGIN) == [pair]


def test_another_root_at_the_stored_size_is_kept_even_when_the_old_size_is_wrong(judge: Judge, own: Own) -> None:
    seen(judge, 7)
    assert conflict(judge.add(request(0, [], FORK.note(7))), 7)
    assert len(own.state.evidence(ORIGIN)) == 1


def test_a_proof_from_size_0_is_422(judge: Judge) -> None:
    assert judge.add(request(0, [bytes(32)], TREE.note(5))).status == 422


def test_a_proof_between_equal_trees_is_422(judge: Judge) -> None:
    seen(judge, 5)
    assert judge.add(request(5, [bytes(32)], TREE.note(5))).status == 422


@pytest.mark.parametrize("spoil", ["missing", "extra", "swapped", "flipped", "fork", "none"])
def test_a_proof_that_does_not_hold_is_422_and_nothing_is_stored(judge: Judge, own: Own, spoil: str) -> None:
    seen(judge, 5)
    proof = TREE.proof(5, 13)
    assert len(proof) >= 3
    spoilt = {
        "missing": proof[:-1],
        "extra": [*proof, proof[0]],
        "swapped": [proof[1], proof[0], *proof[2:]],
        "flipped": [proof[0], bytes([proof[1][0] ^ 1]) + proof[1][1:], *proof[2:]],
        "fork": FORK.proof(5, 13),
        "none": [],
    }[spoil]
    note = Tree(forked_at=2).note(13) if spoil == "fork" else TREE.note(13)
    assert judge.add(request(5, spoilt, note)).status == 422
    assert own.state.latest(ORIGIN).size == 5
    assert judge.add(TREE.ask(5, 13)).status == 200


# 200


def test_what_is_signed_was_stored_and_bears_good_lines_of_both_kinds(judge: Judge, own: Own) -> None:
    reply = judge.add(TREE.ask(0, 5))
    lines = parse_lines(reply.body)
    assert [line[:2] for line in lines] == [(key.name, key.key_id) for key in own.vkeys]
    text = parse_note(TREE.note(5))[0]
    for key, line in zip(own.vkeys, lines, strict=True):
        key.verify(text, line.signature)
        assert key.signed_at(line.signature) == NOW
    assert len(lines) == (2 if mldsa_supported() else 1)
    stored = own.state.latest(ORIGIN)
    assert (stored.size, stored.root) == (5, TREE.root(5))


def test_every_size_to_every_larger_one_is_signed(judge: Judge, own: Own) -> None:
    for old in (1, 2, 3, 4, 7, 8, 9, 15, 16, 17):
        reply = judge.add(TREE.ask(own.state.latest(ORIGIN).size, old))
        assert reply.status == 200, reply


def test_an_empty_log_is_signed_and_may_grow(judge: Judge) -> None:
    assert judge.add(request(0, [], Empty.note(0))).status == 200
    assert judge.add(request(0, [], Empty.note(0))).status == 200
    assert judge.add(TREE.ask(0, 5)).status == 200


def test_the_same_tree_again_is_signed_again_at_its_new_time(judge: Judge, own: Own, clock: Moment) -> None:
    seen(judge, 5)
    clock.now += 86_400
    reply = judge.add(TREE.ask(5, 5))
    assert reply.status == 200
    assert own.vkeys[0].signed_at(parse_lines(reply.body)[0].signature) == NOW + 86_400


def test_the_newest_checkpoint_is_got_with_the_lines_of_log_and_witness(judge: Judge, own: Own) -> None:
    where = latest_path(ORIGIN).split("/")[1]
    assert judge.latest(where).status == 404
    seen(judge, 5)
    assert judge.add(TREE.ask(5, 9)).status == 200
    read = Checkpoint.parse(judge.latest(where).body, [*LOG_KEYS, *own.vkeys], strict=True)
    assert (read.size, read.root) == (9, TREE.root(9))
    assert set(read.signers) == {*LOG_KEYS, *own.vkeys}
    assert judge.latest("0" * 64).status == 404


def test_several_logs_are_watched_apart(judge: Judge, own: Own) -> None:
    other = "log.neighbour.example/commissioning"
    own.state.trust(type(LOG)(other, b"\x05" * 32).vkey, NOW)
    note = TREE.note(3, type(LOG)(other, b"\x05" * 32), origin=other)
    seen(judge, 5)
    assert judge.add(request(0, [], note)).status == 200
    assert {origin: own.state.latest(origin).size for origin in own.state.trusted()} == {ORIGIN: 5, other: 3}


def test_either_key_will_do_while_a_log_changes_its_key(judge: Judge, own: Own) -> None:
    own.state.trust(NEXT.vkey, NOW)
    assert judge.add(request(0, [], TREE.note(3, LOG))).status == 200
    assert judge.add(request(3, TREE.proof(3, 5), TREE.note(5, LOG, NEXT))).status == 200
    assert judge.add(request(5, TREE.proof(5, 8), TREE.note(8, NEXT))).status == 200


def test_a_clock_that_went_back_signs_nothing(judge: Judge, own: Own, clock: Moment) -> None:
    seen(judge, 5)
    clock.now -= 400 * 86_400
    assert judge.add(TREE.ask(5, 9)).status == 503
    clock.now = NOW - 30
    assert judge.add(TREE.ask(5, 9)).status == 200
    assert own.state.latest(ORIGIN).signed_at == NOW


def test_the_independent_checker_takes_what_a_witness_signed(judge: Judge, own: Own) -> None:
    seen(judge, 5)
    read = fairplace_verify.read_checkpoint(own.state.latest(ORIGIN).note)
    keys = {key[:2]: key for key in map(fairplace_verify.read_vkey, [k.text for k in (*LOG_KEYS, *own.vkeys)])}
    for line in read.lines:
        fairplace_verify.check_line(keys[line[:2]], line, read)


class Wrong:
    """A tree of nothing whose root is not that of nothing."""

    @staticmethod
    def note(size: int) -> bytes:
        text = f"{ORIGIN}\n{size}\n{b64(bytes(32))}\n".encode()
        return join_note(text, [LOG.line(text)])


class Empty:
    @staticmethod
    def note(size: int) -> bytes:
        text = f"{ORIGIN}\n{size}\n{b64(EMPTY_ROOT)}\n".encode()
        return join_note(text, [LOG.line(text)])


# Two at once


def race(ask: Callable[[bytes], Reply], bodies: list[bytes]) -> list[int]:
    """All at once from one process."""
    ready, statuses = threading.Barrier(len(bodies)), [0] * len(bodies)

    def one(at: int) -> None:
        ready.wait()
        statuses[at] = ask(bodies[at]).status

    threads = [threading.Thread(target=one, args=(at,)) for at in range(len(bodies))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return statuses


def test_of_many_requests_at_once_from_one_size_one_is_signed(judge: Judge, own: Own) -> None:
    seen(judge, 5)
    for _ in range(5):
        old = own.state.latest(ORIGIN).size
        sizes = list(range(old + 1, old + 9))
        statuses = race(judge.add, [TREE.ask(old, size) for size in sizes])
        assert sorted(statuses) == [200, *[409] * 7]
        assert own.state.latest(ORIGIN).size == sizes[statuses.index(200)]


def test_of_two_histories_at_once_one_is_signed(judge: Judge, own: Own) -> None:
    seen(judge, 5)
    statuses = race(judge.add, [TREE.ask(5, 9), FORK.ask(5, 9)] * 3)
    assert statuses.count(200) == 1
    signed = (TREE, FORK)[statuses.index(200) % 2]
    assert own.state.latest(ORIGIN).root == signed.root(9)
    assert len(own.state.evidence(ORIGIN)) == 1


def climb(folder: Path, first: int, step: int, top: int, ready: object, sizes: object) -> None:
    """What another process does: ask for larger and larger trees, from whatever is stored, and note what was signed."""
    own = Own(folder)
    judge = Judge(own, lambda: NOW)
    ready.wait()  # type: ignore[attr-defined]
    size, old = first, 0
    while size <= top:
        reply = judge.add(TREE.ask(min(old, size), size))
        if reply.status == 200:
            sizes.put(size)  # type: ignore[attr-defined]
            old = size
        elif reply.status == 409:
            old = int(reply.body)
            if old < size:
                continue
        size += step


@pytest.mark.slow
def test_two_processes_never_roll_a_witness_back(own: Own) -> None:
    context = multiprocessing.get_context("spawn")
    ready, sizes = context.Barrier(2), context.Queue()
    workers = [context.Process(target=climb, args=(own.folder, 1 + part, 2, 60, ready, sizes)) for part in range(2)]
    watched: list[int] = []
    for worker in workers:
        worker.start()
    while any(worker.is_alive() for worker in workers):
        watched.append(own.state.latest(ORIGIN).size)
        workers[0].join(0.002)
    assert [worker.exitcode for worker in workers] == [0, 0]
    assert watched == sorted(watched)
    signed = [sizes.get(timeout=5) for _ in range(sizes.qsize())]
    assert len(signed) == len(set(signed)) >= 2
    assert own.state.latest(ORIGIN).size == max(signed) >= 59


# On the disk


def test_a_witness_remembers_over_a_restart_and_guards_its_keys(own: Own, judge: Judge) -> None:
    seen(judge, 5)
    again = Own(own.folder)
    assert (again.name, again.vkeys) == (own.name, own.vkeys)
    assert again.state.latest(ORIGIN).size == 5
    secrets = own.folder / "secrets"
    assert {path.stat().st_mode & 0o777 for path in secrets.iterdir()} == {0o600}
    (secrets / "witness.seed").chmod(0o640)
    with pytest.raises(Misconfigured, match="others can read"):
        Own(own.folder)


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (lambda folder: (folder / "witness.toml").unlink(), "is no witness"),
        (lambda folder: (folder / "witness.toml").write_text("format = 2\nname = 'a'\n"), "expected format = 1"),
        (lambda folder: (folder / "witness.toml").write_text("="), "cannot be read"),
        (lambda folder: (folder / "witness.toml").write_text("format = 1\nname = 'A B'\n"), "the key name"),
        (lambda folder: (folder / "witness.sqlite").unlink(), "is no witness"),
        (lambda folder: (folder / "secrets/witness.seed").write_text("zz"), "cannot be read"),
        (lambda folder: (folder / "secrets/witness.seed").write_text("00"), "has 1 bytes"),
    ],
)
def test_a_folder_that_is_no_whole_witness_is_refused(own: Own, spoil: Callable[[Path], None], sentence: str) -> None:
    spoil(own.folder)
    with pytest.raises(Misconfigured, match=sentence):
        Own(own.folder)


def test_another_file_in_its_place_is_no_memory(own: Own) -> None:
    path = own.folder / "witness.sqlite"
    path.unlink()
    sqlite3.connect(path).close()
    with pytest.raises(Misconfigured, match="no memory of a witness"):
        State(own.folder).latest(ORIGIN)


def test_a_commit_is_on_the_disk_before_an_answer_leaves(own: Own) -> None:
    with own.state.writing() as connection:
        assert connection.execute("PRAGMA synchronous").fetchone() == (2,)


def test_nothing_random_is_read_as_a_request(judge: Judge) -> None:
    chance = random.Random(5)
    good = TREE.ask(0, 5)
    for _ in range(2_000):
        spoilt = bytearray(good)
        for _ in range(chance.randint(1, 4)):
            at = chance.randrange(len(spoilt))
            match chance.randrange(3):
                case 0:
                    spoilt[at] = chance.randrange(256)
                case 1:
                    del spoilt[at : at + chance.randint(1, 40)]
                case _:
                    spoilt[at:at] = chance.randbytes(chance.randint(1, 4))
        status = judge.add(bytes(spoilt)).status
        assert status in (400, 403, 404, 409, 422) or (status == 200 and good_text(bytes(spoilt))), bytes(spoilt)


def good_text(body: bytes) -> bool:
    """The text that the log signed stands in it unchanged: then only lines by unknown keys were spoilt."""
    return TREE.note(5).partition(b"\n\n")[0] in body
