"""Cover: deposits of nothing, so that neither entries nor the moments at which they came count bids.

- A *batch* is what comes in at one moment: one to nine deposits, each further one with probability a half.
- Whoever lodges a bid or takes one back does so within a batch; a *cover round* is a batch of covers alone.
- Rounds come by chance that remembers nothing, as often as the deadlines in public entries say, and never by what came
  in. So the number of batches is the number of bids and a number that nobody knows.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

import msgspec

from fairplace.decision import Actor, Decision, History
from fairplace.ledger import entry
from fairplace.ledger.note import Signer
from fairplace.on_disk import Register
from fairplace.prepared import Prepared
from fairplace.procurement.deposits import CoverKind, cover_deposit
from fairplace.terms import ACT, LONDON, CaseId, Evidence, Instant, moment

MOST_COVERS = 8
"""Beside the first deposit of a batch: more than eight come once in five hundred times, and would only cost space."""

WITHDRAWALS = 1 / 8
"""Of the covers that come before a deadline: bids are taken back more seldom, so cover outnumbers what is real."""

USUALLY = timedelta(days=2)
"""Between two rounds for one open tender. In the usual thirty days fifteen come, give or take four: as wide as the
difference between two bids and six, which is what somebody would want to know."""

AT_THE_END = timedelta(hours=4)
"""Between two rounds in the last day before a deadline, when most bids come, and in the day after, when late ones do."""

LAST_DAY = timedelta(days=1)

OFFICE_HOURS = (8, 18)
"""From Monday to Friday in London: when bids come in, and so when most rounds must."""

IN_OFFICE_HOURS = 3 / 4
"""The share of a week's rounds that comes in those fifty hours. A round at night is known for what it is, and covers
nothing; but a bid at night would stand alone if there were none."""

_WEEK, _OPEN = 7 * 24, 5 * (OFFICE_HOURS[1] - OFFICE_HOURS[0])

_DEADLINES = ("procurement.tender-published/1", "procurement.deadline-changed/1")


class Rates(NamedTuple):
    """Rounds to be expected per second, before deadlines and after."""

    in_time: float
    late: float


def rates(tenders: Iterable[Iterable[datetime]], now: datetime) -> Rates:
    """How often rounds come now. Each tender has one deadline, or several when some bidders were given another."""
    in_time = late = 0.0
    for deadlines in tenders:
        ahead = [deadline - now for deadline in deadlines]
        if any(left >= timedelta(0) for left in ahead):
            ends = any(timedelta(0) <= left <= LAST_DAY for left in ahead)
            in_time += 1 / (AT_THE_END if ends else USUALLY).total_seconds()
        if any(timedelta(0) < -left <= LAST_DAY for left in ahead):
            late += 1 / AT_THE_END.total_seconds()
    weight = weight_of(now)
    return Rates(in_time * weight, late * weight)


def weight_of(now: datetime) -> float:
    """How much more often, or less, rounds come at this hour of the week; one on average over the week."""
    local = now.astimezone(LONDON)
    if local.weekday() < 5 and OFFICE_HOURS[0] <= local.hour < OFFICE_HOURS[1]:
        return IN_OFFICE_HOURS * _WEEK / _OPEN
    return (1 - IN_OFFICE_HOURS) * _WEEK / (_WEEK - _OPEN)


def happens(probability: float, entropy: Callable[[int], bytes]) -> bool:
    return int.from_bytes(entropy(8)) < probability * 2**64


def how_many(entropy: Callable[[int], bytes]) -> int:
    """Covers beside the first deposit of a batch."""
    covers = 0
    while covers < MOST_COVERS and entropy(1)[0] < 128:
        covers += 1
    return covers


def kind_of_cover(entropy: Callable[[int], bytes], *, late: bool) -> CoverKind:
    if late:
        return "deposit.received-late/1"
    return "deposit.withdrawn/1" if happens(WITHDRAWALS, entropy) else "deposit.received/1"


def among_covers(
    register: Register, receiver: Signer, real: Prepared, *, happened_at: Instant, evidence: Evidence
) -> list[Prepared]:
    """A real deposit at a random place among covers that say in the open what it says."""
    late = real.type == "deposit.received-late/1"
    entropy = register.sources.entropy
    batch = _covers(register, receiver, how_many(entropy), real.at, late=late, happened_at=happened_at, said=evidence)
    batch.insert(int.from_bytes(entropy(8)) % (len(batch) + 1), real)
    return batch


class CoverRounds:
    """Writes cover rounds in one register. It follows the log by its size and reads each deadline once."""

    def __init__(self, register: Register) -> None:
        self._register = register
        self._read = 0
        self._tenders: dict[CaseId, dict[str, datetime]] = {}

    def tick(self, seconds: float) -> int:
        """Write the rounds that fall due after so many seconds without one: how many deposits were written.

        Raises what appending raises; a round that could not be written is left out.
        """
        self._follow()
        if not self._tenders:
            return 0
        now = moment(self._register.store.now())
        due = rates([deadlines.values() for deadlines in self._tenders.values()], now)
        entropy = self._register.sources.entropy
        return sum(
            self.write(late=late)
            for rate, late in ((due.in_time, False), (due.late, True))
            if rate and happens(-math.expm1(-rate * seconds), entropy)
        )

    def write(self, *, late: bool = False) -> int:
        """One round, by the same law as the batch around a real deposit."""
        register = self._register
        receiver = register.service("receiver")
        at = register.store.now()
        many = 1 + how_many(register.sources.entropy)
        batch = _covers(register, receiver, many, at, late=late, happened_at=at, said=ACT)
        register.desk.append_all([(one, [receiver.line(one.text)]) for one in batch])
        return len(batch)

    def _follow(self) -> None:
        """Learn new deadlines, and forget those that are long past."""
        store, log = self._register.store, self._register.origin
        size = store.head(log).size
        if size == self._read:
            return
        for stored in store.of_types(log, _DEADLINES, self._read, size):
            envelope = entry.parsed(stored.raw).envelope
            body = envelope.body
            # Who else was given another deadline is sealed; that somebody was, and which, is public.
            self._tenders.setdefault(body["case"], {})[body.get("audience", "all")] = moment(body["deadline"])
        now = moment(store.now())
        self._tenders = {
            case: deadlines for case, deadlines in self._tenders.items() if now - max(deadlines.values()) <= LAST_DAY
        }
        self._read = size


def _covers(
    register: Register, receiver: Signer, many: int, at: Instant, *, late: bool, happened_at: Instant, said: Evidence
) -> list[Prepared]:
    """So many covers of one moment, each ready to be signed by the receiver."""
    return [_cover(register, receiver, at, late, happened_at, said) for _ in range(many)]


def _cover(
    register: Register, receiver: Signer, at: Instant, late: bool, happened_at: Instant, said: Evidence
) -> Prepared:
    kind = kind_of_cover(register.sources.entropy, late=late)
    key = register.sources.event_id()
    cover = register.desk.prepare_decision(
        Decision(
            event=cover_deposit(kind, at=happened_at, evidence=said),
            statement="A cover deposit",
            stream="new",
        ),
        History(case=register.sources.stream_id(), events=()),
        by=Actor(key=receiver.vkey.name, roles=frozenset({"receiver"})),
        at=at,
        key=key,
        command=key,
    )
    return msgspec.structs.replace(cover, case=None)
