"""How submissions are judged: the contract that every engine keeps."""

from typing import Any

import pytest

from fairplace.errors import Malformed, Misconfigured, Unproven
from fairplace.ledger import tree
from fairplace.ledger.note import b64
from fairplace.ledger.store.port import Committed, Condition, Conflict, Duplicate, Result, Store, Submission
from tests.ledger.store.build import LOG, Clock, Streams, leaves, opening, submission
from tests.ledger.store.conftest import MakeStore


@pytest.fixture
def write() -> Streams:
    return Streams()


def kinds(results: list[Result]) -> list[str]:
    return [result.kind if isinstance(result, Conflict) else type(result).__name__.lower() for result in results]


def test_an_empty_log_has_the_empty_root(store: Store) -> None:
    head = store.head(LOG)
    assert (head.size, head.root, head.register_head, head.register_leaf, head.last_at) == (
        0, tree.EMPTY_ROOT, -1, "", None,
    )  # fmt: skip
    assert store.append(LOG, []) == []
    assert store.stream_head(LOG, "case-1") is None
    assert store.by_key(LOG, "nothing") is None
    assert list(store.entries(LOG)) == []
    assert store.cases(LOG) == []
    assert store.last_checkpoint(LOG) is None


def test_a_commit_says_where_each_entry_stands(store: Store, write: Streams) -> None:
    batch = [write.one(), submission(write.entry(), write.entry("case-2"))]
    first, second = store.append(LOG, batch)
    assert first == Committed(indexes=(0,), leaves=(b64(batch[0].entries[0].leaf),), size=1)
    assert second == Committed(indexes=(1, 2), leaves=tuple(b64(e.leaf) for e in batch[1].entries), size=3)
    head = store.head(LOG)
    assert (head.size, head.root, head.last_at) == (3, tree.root(leaves(batch)), "2026-11-22T12:00:00.000Z")
    end = store.stream_head(LOG, "case-1")
    assert end is not None
    assert (end.n, end.leaf, end.index) == (2, b64(batch[1].entries[0].leaf), 1)


def test_logs_of_one_store_do_not_touch(store: Store) -> None:
    other = "log.council.example/placements"
    here, there = Streams(), Streams()
    store.append(LOG, here.many(3))
    shared: dict[str, Any] = {"id": "id-shared", "openings": (opening("/price", seed=1),), "raw": b"the same bytes"}
    results = store.append(LOG, [here.one(**shared)]) + store.append(other, [there.one(**shared)])
    assert [result.indexes for result in results if isinstance(result, Committed)] == [(3,), (0,)]
    assert [store.head(log).size for log in (LOG, other)] == [4, 1]
    assert [len(store.case_entries(log, "case-1")) for log in (LOG, other)] == [4, 1]
    assert [len(list(store.of_types(log, ["case.noted/1"]))) for log in (LOG, other)] == [4, 1]
    assert [len(store.openings(log, range(9))) for log in (LOG, other)] == [1, 1]


def test_a_repeated_command_gets_its_first_answer(store: Store, make_store: MakeStore, clock: Clock) -> None:
    write = Streams()
    batch = [write.one(), submission(write.entry(), write.entry())]
    answers = [answer for answer in store.append(LOG, batch) if isinstance(answer, Committed)]
    store.append(LOG, [write.one()])
    clock.move(days=400)
    for other in (store, make_store(clock.sources)):
        again = other.append(LOG, batch)
        assert again == [Duplicate(indexes=a.indexes, leaves=a.leaves, size=a.size) for a in answers]
        assert other.by_key(LOG, batch[1].key) == again[1]
    assert store.head(LOG).size == 4


def test_a_repeated_command_is_told_before_anything_else_is_judged(store: Store, clock: Clock) -> None:
    write = Streams()
    timely = submission(write.entry(), not_after="2026-11-22T12:00:00.000Z")
    assert kinds(store.append(LOG, [timely, timely])) == ["committed", "duplicate"]
    clock.move(seconds=1)
    late = submission(write.entry(), key=timely.key, command=timely.command, not_after="2026-11-22T12:00:00.000Z")
    other = submission(write.entry(), key=timely.key, not_after="2026-11-22T12:00:00.000Z")
    assert kinds(store.append(LOG, [late, other])) == ["duplicate", "idempotency"]


def test_the_same_key_for_another_command_is_refused(store: Store, write: Streams) -> None:
    first = write.one()
    other = submission(write.entry(), key=first.key)
    assert kinds(store.append(LOG, [first, other])) == ["committed", "idempotency"]
    assert kinds(store.append(LOG, [other])) == ["idempotency"]


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({"not_before": "2026-11-22T12:00:00.001Z"}, "early"),
        ({"not_before": "2026-11-22T12:00:00.000Z"}, "committed"),
        ({"not_after": "2026-11-22T11:59:59.999Z"}, "deadline"),
        ({"not_after": "2026-11-22T12:00:00.000Z"}, "committed"),
    ],
)
def test_times_are_inclusive_and_judged_by_the_store_s_clock(
    store: Store, write: Streams, members: dict[str, str], expected: str
) -> None:
    assert kinds(store.append(LOG, [submission(write.entry(), **members)])) == [expected]


def test_signers_are_judged_again_when_the_register_moved(store: Store, write: Streams) -> None:
    opened = write.one("register", "log.opened/1", case=None)
    stale = submission(write.entry())
    assert kinds(store.append(LOG, [opened, stale])) == ["committed", "keys"]
    head = store.head(LOG)
    assert (head.register_head, head.register_leaf) == (0, b64(opened.entries[0].leaf))
    assert kinds(store.append(LOG, [submission(*stale.entries, register_head=0)])) == ["committed"]
    added = write.entry("register", "key.added/1", case=None)
    assert kinds(store.append(LOG, [submission(added, register_head=0)])) == ["committed"]
    assert store.head(LOG).register_head == 2


@pytest.mark.parametrize("members", [{"n": 3}, {"n": 1}, {"prev": b64(bytes(32))}, {"n": 1, "prev": ""}])
def test_an_entry_that_does_not_follow_its_stream_is_refused(store: Store, members: dict[str, Any]) -> None:
    write = Streams()
    store.append(LOG, [write.one()])
    assert kinds(store.append(LOG, [write.one(**members)])) == ["stream"]
    assert kinds(store.append(LOG, [Streams().one("case-2", n=2, prev=b64(bytes(32)))])) == ["stream"]
    assert store.head(LOG).size == 1


def test_a_condition_looks_at_the_database_and_at_the_batch(store: Store, write: Streams) -> None:
    def unless(after: int, *types: str) -> tuple[Condition, ...]:
        return (Condition(case="case-1", types=frozenset(types), after=after),)

    store.append(LOG, [write.one(kind="bid.opened/1"), write.one("case-2", "bid.awarded/1")])
    judged = [
        ("condition", unless(-1, "bid.opened/1")),
        ("committed", unless(0, "bid.opened/1")),
        ("committed", unless(-1, "bid.awarded/1", "bid.closed/1")),
    ]
    for number, (expected, conditions) in enumerate(judged):
        other = Streams().entry(f"other-{number}", case="case-1")
        assert kinds(store.append(LOG, [submission(other, conditions=conditions)])) == [expected]
    size = store.head(LOG).size
    sheet, late = Streams().entry("sheet-1", "sheet.signed/1", case="case-1"), Streams().entry("late", case="case-1")
    batch = [submission(sheet), submission(late, conditions=unless(size - 1, "sheet.signed/1"))]
    assert kinds(store.append(LOG, batch)) == ["committed", "condition"]
    assert kinds(store.append(LOG, [submission(late, conditions=unless(size, "sheet.signed/1"))])) == ["committed"]


def test_a_condition_sees_what_another_process_committed_in_between(
    store: Store, make_store: MakeStore, clock: Clock, write: Streams
) -> None:
    def guarded(stream: str) -> Submission:
        conditions = (Condition(case="case-1", types=frozenset(["bid.opened/1"]), after=-1),)
        return submission(Streams().entry(stream, case="case-1"), conditions=conditions)

    other = make_store(clock.sources)
    assert kinds(store.append(LOG, [write.one()])) == ["committed"]
    assert kinds(store.append(LOG, [guarded("a")])) == ["committed"]
    assert kinds(other.append(LOG, [write.one(kind="bid.opened/1")])) == ["committed"]
    assert kinds(store.append(LOG, [guarded("b")])) == ["condition"]


def test_a_condition_forgets_what_was_undone(store: Store, write: Streams) -> None:
    def sheet(number: int, **members: Any) -> Submission:
        conditions = (Condition(case="case-1", types=frozenset(["sheet.signed/1"]), after=-1),)
        return submission(
            Streams().entry(f"sheet-{number}", "sheet.signed/1", case="case-1", **members), conditions=conditions
        )

    assert kinds(store.append(LOG, [write.one(id="id-taken")])) == ["committed"]
    assert kinds(store.append(LOG, [sheet(1, id="id-taken")])) == ["digest"]
    assert kinds(store.append(LOG, [sheet(2)])) == ["committed"]
    assert kinds(store.append(LOG, [sheet(3)])) == ["condition"]


def test_ids_and_sealed_digests_stand_once_in_a_log(store: Store) -> None:
    write = Streams()
    taken = write.one(id="id-taken", openings=(opening("/price", seed=7), opening("/reason")))
    assert kinds(store.append(LOG, [taken])) == ["committed"]
    repeats: list[dict[str, Any]] = [{"id": "id-taken"}, {"openings": (opening("/price", seed=7),)}]
    for number, members in enumerate(repeats):
        repeating = Streams().one(f"repeat-{number}", **members)
        around = [Streams().one(f"before-{number}"), repeating, Streams().one(f"after-{number}")]
        assert kinds(store.append(LOG, around)) == ["committed", "digest", "committed"]
    twice = [Streams().one(f"twice-{i}", id="id-twice") for i in (1, 2)]
    assert kinds(store.append(LOG, [*twice, Streams().one("third", id="id-third")])) == [
        "committed", "digest", "committed",
    ]  # fmt: skip
    inside = submission(
        Streams().entry("inside", openings=(opening("/a", "x", seed=9),)),
        Streams().entry("beside", openings=(opening("/a", "x", seed=9),)),
    )
    assert kinds(store.append(LOG, [inside])) == ["digest"]


def test_a_refused_submission_leaves_no_trace_and_harms_no_neighbour(store: Store, clock: Clock) -> None:
    write = Streams()
    good = write.one("case-1")
    half = submission(
        Streams().entry("half", openings=(opening("/a", seed=20),)),
        Streams().entry("half", n=5),
    )
    late = submission(Streams().entry("late"), not_after="2026-11-22T11:00:00.000Z")
    follows = write.one("case-1")
    whole = submission(Streams().entry("half", openings=(opening("/a", seed=20),)), Streams().entry("late"))
    results = store.append(LOG, [good, half, late, follows, whole])
    assert kinds(results) == ["committed", "stream", "deadline", "committed", "committed"]
    assert [result.indexes for result in results if isinstance(result, Committed)] == [(0,), (1,), (2, 3)]
    assert [stored.index for stored in store.entries(LOG)] == [0, 1, 2, 3]
    assert store.by_key(LOG, half.key) is None
    assert store.head(LOG).root == tree.root(leaves([good, follows, whole]))


def test_bytes_that_are_not_what_they_claim_are_refused_whole(store: Store, write: Streams) -> None:
    with pytest.raises(Unproven, match="its bytes give another"):
        store.append(LOG, [write.one(), write.one(leaf=bytes(32))])
    with pytest.raises(Malformed, match="65536 bytes came"):
        store.append(LOG, [write.one(raw=bytes(65_536))])
    with pytest.raises(Malformed, match="no entry"):
        store.append(LOG, [submission()])
    assert store.head(LOG).size == 0


def test_a_clock_a_minute_behind_the_log_is_refused(store: Store, make_store: MakeStore, clock: Clock) -> None:
    write = Streams()
    store.append(LOG, [write.one()])
    clock.move(seconds=-60)
    store.append(LOG, [write.one()])
    assert [stored.recorded_at for stored in store.entries(LOG)] == ["2026-11-22T12:00:00.000Z"] * 2
    clock.move(seconds=-1)
    with pytest.raises(Misconfigured, match=r"61 seconds later; set the clock right"):
        store.append(LOG, [write.one()])
    with pytest.raises(Misconfigured, match="61 seconds later"):
        make_store(clock.sources)
    clock.move(seconds=61)
    assert make_store(clock.sources).head(LOG).size == 2
