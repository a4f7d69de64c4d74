"""The log's side: asking witnesses to sign a checkpoint, all at once and not for long (C2SP tlog-witness).

- What comes back counts only when it is a good line by a key that the settings name; all else is dropped.
- A witness that fails is left alone for a while, so that the log is never slow for long because of it.
- Refusals are told apart from silence: a witness that has seen another history is news, a slow one is not.
"""

from __future__ import annotations

import contextlib
import logging
import queue
import re
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from fairplace.errors import Busy, Conflict, FairplaceError, Malformed, Missing, Refused, Unproven
from fairplace.ledger.heads import AFRESH
from fairplace.ledger.note import MAX_LINES, SignatureLine, b64, parse_line, parse_note, tree_head
from fairplace.witness.asking import Answer, Question, asked
from fairplace.witness.known import Witness
from fairplace.witness.paths import ADD, SIZE_MEDIA, latest_path

PATIENCE = 5.0
"""Seconds for all witnesses together."""

GRACE = 0.5
"""Seconds for the slower ones once the quorum is reached."""

REST, LONGEST_REST = 10.0, 600.0
"""Seconds for which a witness that failed is left alone: doubled each time, up to the second."""

_SIZE = re.compile(rb"(0|[1-9][0-9]{0,18})\n")

Proof = Callable[[int], list[bytes]]

_logger = logging.getLogger(__name__)


class Collector:
    """Asks the witnesses of one log. Call it with a checkpoint and a maker of consistency proofs (`publisher.Collect`).

    `trouble` says of each witness that failed what it said last; `ahead` the size of one that has seen more than we have.
    """

    def __init__(
        self,
        witnesses: Iterable[Witness],
        quorum: int = 0,
        *,
        clock: Callable[[], float] = time.time,
        patience: float = PATIENCE,
        rest: float = REST,
    ) -> None:
        self._witnesses = [one for one in witnesses if one.url and not one.retired]
        self._quorum = quorum
        self._clock = clock
        self._patience = patience
        self._rest = rest
        self._sizes: dict[str, int] = {}
        self._failures: dict[str, int] = {}
        self._resting: dict[str, float] = {}
        self.trouble: dict[str, str] = {}
        self.ahead: dict[str, int] = {}

    def __call__(self, note: bytes, proof: Proof) -> list[str]:
        text, lines = parse_note(note)
        missing = [one for one in self._witnesses if not self._has_signed(one, text, lines)]
        now = time.monotonic()
        due = [one for one in missing if self._resting.get(one.name, 0.0) <= now]
        if not due:
            return []
        return self._collect(due, note, proof, len(self._witnesses) - len(missing))

    def _has_signed(self, witness: Witness, text: bytes, lines: list[SignatureLine]) -> bool:
        """A line of today's: a log that does not grow asks anew every day, to show that its witnesses live."""
        newest = max((int.from_bytes(line.signature[:8]) for line in witness.good(text, lines)), default=0)
        return newest > self._clock() - AFRESH

    def _collect(self, due: list[Witness], note: bytes, proof: Proof, had: int) -> list[str]:
        came: queue.SimpleQueue[tuple[_Asking, list[str] | Exception]] = queue.SimpleQueue()
        running = {one.name: _Asking(one, note, proof, self._sizes.get(one.name, 0), self._patience) for one in due}
        for asking in running.values():
            threading.Thread(
                target=asking.run, args=(came,), name=f"witness {asking.witness.name}", daemon=True
            ).start()
        until = time.monotonic() + self._patience
        lines: list[str] = []
        while running:
            try:
                asking, result = came.get(timeout=max(0.0, until - time.monotonic()))
            except queue.Empty:
                break
            del running[asking.witness.name]
            if isinstance(result, Exception):
                self._failed(asking, result)
                continue
            lines += result
            had += 1
            self._answered(asking)
            if self._quorum and had >= self._quorum:
                until = min(until, time.monotonic() + GRACE)
        for asking in running.values():
            asking.give_up()
            self._failed(asking, Busy(f"{asking.witness.url} did not answer in time"))
        return lines

    def _answered(self, asking: _Asking) -> None:
        name = asking.witness.name
        self._sizes[name] = asking.size
        for gone in (self._failures, self._resting, self.trouble, self.ahead):
            gone.pop(name, None)

    def _failed(self, asking: _Asking, error: Exception) -> None:
        name = asking.witness.name
        times = self._failures[name] = self._failures.get(name, 0) + 1
        self._resting[name] = time.monotonic() + min(LONGEST_REST, self._rest * 2.0 ** min(times - 1, 20))
        self._sizes.pop(name, None)
        self.ahead.pop(name, None)
        if asking.stored is not None and asking.stored > asking.size:
            self.ahead[name] = asking.stored
        if self.trouble.get(name) != str(error):
            self.trouble[name] = str(error)
            _logger.warning("the witness %s has not signed: %s", name, error)


class _Asking:
    """One witness asked for one checkpoint, twice at most: the second time from the size that it said it has."""

    def __init__(self, witness: Witness, note: bytes, proof: Proof, old: int, seconds: float) -> None:
        self.witness = witness
        self.stored: int | None = None
        self._note = note
        self._text = parse_note(note)[0]
        self.size = tree_head(self._text)[1]
        self._proof = proof
        self._old = min(old, self.size)
        self._seconds = seconds
        self._question: Question | None = None
        self._over = False

    def run(self, came: queue.SimpleQueue[tuple[_Asking, list[str] | Exception]]) -> None:
        try:
            came.put((self, self._lines()))
        except Exception as error:  # noqa: BLE001 - whatever a witness sends, the log goes on and says what it was
            came.put((self, error))

    def give_up(self) -> None:
        self._over = True
        if self._question is not None:
            self._question.give_up()

    def _lines(self) -> list[str]:
        answer = self._post(self._old)
        if answer.status == 409 and answer.media.partition(";")[0].strip() == SIZE_MEDIA:
            self.stored = _stated_size(answer.body, self.witness)
            if self.stored > self.size:
                raise Conflict(
                    f"it has seen {self.stored} entries of this log, which has {self.size} here:"
                    " an old copy of the register was put back, or another one signs with its keys"
                )
            answer = self._post(self.stored)
        if answer.status != 200:
            said = "".join(chr(byte) for byte in answer.body[:200] if 32 <= byte < 127).strip()
            raise Refused(f"it refuses with status {answer.status}: {said or 'no reason given'}")
        good = self.witness.good(self._text, _lines_in(answer.body))
        if not (lines := [line.text for line in good]):
            raise Unproven("it sent no good signature by the keys that fairplace.toml has for it")
        return lines

    def _post(self, old: int) -> Answer:
        if self._over:
            raise Busy("its time is up")
        hashes = self._proof(old) if 0 < old < self.size else []
        body = request(old, hashes, self._note)
        self._question = Question(self.witness.url.rstrip("/") + ADD, body, seconds=self._seconds)
        return self._question.ask()


def request(old: int, hashes: Iterable[bytes], note: bytes) -> bytes:
    """The body of an add-checkpoint request."""
    return "".join([f"old {old}\n", *(f"{b64(one)}\n" for one in hashes), "\n"]).encode("ascii") + note


def _lines_in(body: bytes) -> Iterator[SignatureLine]:
    """The signature lines of an answer; what is none is passed over."""
    for line in body.decode("utf-8", "replace").split("\n")[:MAX_LINES]:
        with contextlib.suppress(Malformed):
            yield parse_line(line)


def _stated_size(body: bytes, witness: Witness) -> int:
    if not (found := _SIZE.fullmatch(body)):
        raise Unproven(f"{witness.url} answers 409 with {body[:40]!r}; a size and a line feed were expected")
    return int(found[1])


class Seen(NamedTuple):
    """What a witness holds of a log: the newest checkpoint that it signed, with its good lines."""

    size: int
    root: bytes
    note: bytes


def seen(witness: Witness, origin: str, *, seconds: float = PATIENCE) -> Seen | None:
    """The newest checkpoint that this witness has signed of a log; None when it has none.

    Its own line on it is verified; whether the log's is good, only who has the log's keys can say. Raises Busy when it
    does not answer, Unproven when what came is no checkpoint of this log that it signed.
    """
    if not witness.url:
        raise Missing(f"the witness {witness.name} has no address in the settings")
    answer = asked(witness.url.rstrip("/") + latest_path(origin), seconds=seconds)
    if answer.status == 404:
        return None
    if answer.status != 200:
        raise Busy(f"{witness.url} answers with status {answer.status}; try again later")
    try:
        text, lines = parse_note(answer.body)
        named, size, root = tree_head(text)
    except FairplaceError as error:
        raise Unproven(f"{witness.url} shows something else than a checkpoint: {error}") from error
    if named != origin:
        raise Unproven(f"{witness.url} shows a checkpoint of {named}; that of {origin} was asked for")
    if not any(True for _ in witness.good(text, lines)):
        raise Unproven(f"{witness.url} shows a checkpoint without a good signature of its own")
    return Seen(size, root, answer.body)
