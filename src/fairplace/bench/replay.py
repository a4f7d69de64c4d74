"""Rebuilding every projection, beside the library's tracking recorder and a plain loop, in the same run.

- All read the same entries from memory and use the same folds; what differs is how rows and position are stored.
- The library keeps one view for each projection, and commits row and position once for each event; its subscription
  and its reading of stored events are left out, in its favour. The plain loop does the same without the library.
- Memory is that of the process at its largest: it must not grow with the log.
"""

from __future__ import annotations

import base64
import hashlib
import resource
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from fairplace import catalogue, shelf
from fairplace.event import Fact, RestsOn
from fairplace.ledger import disclosure
from fairplace.ledger.disclosure import Sealed, sealed
from fairplace.ledger.store.stock_view import StockView
from fairplace.openness.events import Disclosed, Slots
from fairplace.procurement import events as e
from fairplace.recorded import Recorded
from fairplace.replay import Loaded, Replay, loaded
from fairplace.terms import Provider

GATE = 30
PLAIN = 2_000
"""Events given to the plain loop: its rate does not depend on how many there are."""

AT = "2026-01-05T09:00:00.000Z"
QUESTIONS = 8
CASES_PER_PROVIDER = 20


def run(line: Callable[..., object], entries: int = 100_000, folder: Path | None = None) -> bool:
    """Measure and print; True when the gate holds. `folder` names the disk to measure on."""
    projections = loaded(shelf.projections())
    with tempfile.TemporaryDirectory(prefix="fairplace-bench-", dir=folder) as scratch:
        stock = _rate(min(PLAIN, entries), lambda log: _stock(Path(scratch), log, projections))
        plain = _rate(min(PLAIN, entries), lambda log: _plainly(Path(scratch) / "plain.sqlite", log, projections))
        small = _rate(
            max(1_000, entries // 10), lambda log: _replayed(Path(scratch) / "small.sqlite", log, projections)
        )
        before = _peak()
        whole = _rate(entries, lambda log: _replayed(Path(scratch) / "whole.sqlite", log, projections))
        grown = _peak() - before
    ratio = whole / stock
    line(f"rebuild of {len(projections)} projections from {entries:,} entries")
    for name, rate in (
        ("the library's tracking recorder", stock),
        ("a plain loop, a commit an event", plain),
        ("fairplace, a tenth of the entries", small),
        ("fairplace", whole),
    ):
        line(f"  {name:<34}{rate:>10,.0f} entries/s{rate / stock:>8.1f}")
    line(f"  memory at its largest grew by {grown / 1024:,.1f} MiB from a tenth of the entries to all of them")
    line(f"  gate: at least {GATE} times the library: {'held' if ratio >= GATE else 'MISSED'}")
    return ratio >= GATE


def _rate(entries: int, work: Callable[[Memory], object]) -> float:
    log = Memory(entries)
    begun = time.perf_counter()
    work(log)
    return entries / (time.perf_counter() - begun)


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def _replayed(database: Path, log: Memory, projections: Sequence[Loaded]) -> None:
    replay = Replay(database, log, projections, code="BENCH")
    replay._connection.execute("PRAGMA journal_mode = WAL")  # noqa: SLF001 - the setting that the store gives the file
    replay.catch_up()
    replay.close()


def _stock(folder: Path, log: Memory, projections: Sequence[Loaded]) -> None:
    for projection, _ in projections:
        view = StockView(folder / f"{projection.name}.stock.sqlite", projection.name)
        decode = msgspec.json.Decoder(projection.row).decode
        for recorded in log.recorded(0, log.size, "public", log.size):
            rows = {}
            for key in projection.keys(recorded):
                found = view.load(key)
                row = projection.empty(key, None) if found is None else decode(found)
                rows[key] = msgspec.json.encode(projection.fold(row, recorded), order="sorted")
            view.save(rows, recorded.index + 1)
        view.close()


def _plainly(database: Path, log: Memory, projections: Sequence[Loaded]) -> None:
    connection = sqlite3.connect(database, isolation_level=None)
    connection.executescript(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
        "CREATE TABLE view(projection TEXT, key TEXT, row BLOB, PRIMARY KEY(projection, key));"
        "CREATE TABLE tracking(position INTEGER); INSERT INTO tracking VALUES (0)"
    )
    for projection, _ in projections:  # one runner for each, as a stock runner has it
        decode = msgspec.json.Decoder(projection.row).decode
        for recorded in log.recorded(0, log.size, "public", log.size):
            connection.execute("BEGIN IMMEDIATE")
            for key in projection.keys(recorded):
                place = (projection.name, key)
                found = connection.execute("SELECT row FROM view WHERE projection = ? AND key = ?", place).fetchone()
                row = decode(found[0]) if found else projection.empty(key, None)
                data = msgspec.json.encode(projection.fold(row, recorded), order="sorted")
                connection.execute("INSERT OR REPLACE INTO view VALUES (?, ?, ?)", (*place, data))
            connection.execute("UPDATE tracking SET position = ?", (recorded.index + 1,))
            connection.execute("COMMIT")
    connection.close()


class Memory:
    """A log of as many cases as it takes, made as it is read, so that it costs no memory and next to no time."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._closed, self._open = zip(*(_read(event) for event in _story()), strict=True)

    def contested(self, start: int, stop: int) -> tuple[int, ...]:
        return ()

    def recorded(self, start: int, stop: int, view: Any = "public", upto: int | None = None) -> Iterator[Recorded]:
        upto = self.size if upto is None else upto
        length = len(self._open)
        for index in range(start, min(stop, self.size)):
            number, n = divmod(index, length)
            case = f"{number:08x}-0000-4000-8000-000000000000"
            released = (number + 1) * length <= upto
            event = msgspec.structs.replace(self._open[n] if released else self._closed[n], case=case)
            if isinstance(event, e.Awarded) and released:
                winner = Provider(id=f"GB-COH-{number // CASES_PER_PROVIDER:08d}", name="Bench Ltd")
                award = msgspec.structs.replace(event.bids["03"].award, value=e.AwardedTo(provider=winner, value=100))
                event = msgspec.structs.replace(event, bids=event.bids | {"03": e.AwardBid(award=award)})
            if isinstance(event, Disclosed):
                first = number * length
                openings = [Slots(entry=first + at, slots=part.slots) for at, part in enumerate(event.openings)]
                event = msgspec.structs.replace(event, openings=openings)
            yield Recorded(
                index=index,
                leaf=base64.b64encode(hashlib.sha256(index.to_bytes(8, "big")).digest()).decode(),
                at=AT,
                actor="bench.example/officer",
                signers=("bench.example/officer",),
                roles=frozenset({"officer"}),
                type=catalogue.NAMES[type(event)],
                stream=case,
                n=n + 1,
                case=case,
                event=event,
            )


def _read(event: Fact) -> tuple[Fact, Fact]:
    """The event as it is read before and after its release."""
    body, slots, openings = disclosure.split(event, bytes)
    name = catalogue.NAMES[type(event)]
    opened = {opening.slot: opening.value for opening in openings}
    return catalogue.read(name, body, slots, {}), catalogue.read(name, body, slots, opened)


def _story() -> list[Fact]:
    """A case from plan to award, with questions and answers, and the release of all of it at the end."""
    step: dict[str, Any] = {
        "case": "", "happened_at": AT, "evidence": "signed-by-party", "exhibit": _hidden(None), "override": None,
        "override_reason": _hidden(None),
    }  # fmt: skip
    places = [f"{place:02d}" for place in range(1, 9)]
    winner = e.AwardedTo(provider=Provider(id="GB-COH-00000001", name="Bench Ltd"), value=100)
    events: list[Fact] = [
        e.Planned(
            **step, regime="PA23", commenced_on="2026-01-05", contract_kind="services", route="open", light_touch=True,
            cpv=["85311300"], concerns_one_person=False, value_estimable=True, max_term_days=None, related=[],
            title=_hidden("Homes for children"), need=_hidden("Ten beds."), authority=_hidden("Bench Council"),
            estimated_value=_hidden(100), lots_reason=_hidden(None), split_reason=_hidden(None),
        )
    ]  # fmt: skip
    for number in range(QUESTIONS):
        words = _hidden("May all who bid visit the homes before they write?")
        events += [
            e.QuestionAsked(**step, question=f"q-{number}", words=words, asked_by=_hidden(None)),
            e.QuestionAnswered(
                **step, question=f"q-{number}", audience="all", material=True, confidential_reason=None, words=words,
                answer=_hidden("Yes: on 3 February, all together."), recipients=_hidden([]),
            ),
        ]  # fmt: skip
    events += [
        e.BidsChecked(**step, bids={place: e.CheckedBid(check=_hidden(None)) for place in places}),
        e.Awarded(
            **step, rests_on=RestsOn(count=0, root="", types=[]), reasons=_hidden(["The best care."]),
            alternatives=_hidden([]), delegation="4.2", pre_award_findings=None,
            bids={place: e.AwardBid(award=_hidden(winner if place == "03" else None)) for place in places},
        ),
    ]  # fmt: skip
    openings = [Slots(entry=n, slots=sorted(disclosure.split(event, bytes)[1])) for n, event in enumerate(events)]
    about = {name: step[name] for name in ("case", "happened_at", "evidence", "exhibit")}
    return [*events, Disclosed(**about, occasion="award", openings=openings)]


def _hidden(value: Any) -> Sealed[Any]:
    return sealed("standstill", value)
