"""What a witness answers to a new checkpoint: the table of C2SP tlog-witness, row by row (wire format, section 9).

- 400 what cannot be read, or an old size above the new one · 404 a log that is not watched
- 403 no line by a trusted key, or a line by one that is not good
- 409 an old size that is not the stored one, with the stored one in the answer
- 422 an empty tree with another root than that of nothing, the stored size with another root, or a proof that fails
- 200 stored, then signed: in this order, and in one transaction with the look at what was stored
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable
from http import HTTPStatus
from typing import NamedTuple

from fairplace.errors import Malformed, Unproven
from fairplace.ledger.checkpoint import with_cosignatures
from fairplace.ledger.note import MLDSA44, SignatureLine, Vkey, join_note, mldsa_supported, parse_note, tree_head, unb64
from fairplace.ledger.tree import EMPTY_ROOT, HASH_BYTES, verify_consistency
from fairplace.witness.own import Own
from fairplace.witness.paths import SIZE_MEDIA, latest_path
from fairplace.witness.state import Latest, latest_in, put_evidence, put_latest

MOST_HASHES = 63
MOST_BYTES = 128 * 1024
"""Of a request: 63 hashes, and a checkpoint with 16 and more lines of ML-DSA-44."""

SLACK = 60
"""Seconds by which the clock may be behind what was signed last."""

TEXT = "text/plain; charset=utf-8"
_OLD = re.compile(r"old (0|[1-9][0-9]{0,18})")

_logger = logging.getLogger(__name__)


class Reply(NamedTuple):
    status: int
    body: bytes
    media: str = TEXT


class Request(NamedTuple):
    """An add-checkpoint request that could be read. Nothing in it is verified yet."""

    old: int
    hashes: list[bytes]
    text: bytes
    lines: list[SignatureLine]
    origin: str
    size: int
    root: bytes


def read(body: bytes) -> Request:
    """Raises Malformed with what came and what was expected."""
    head, blank, note = body.partition(b"\n\n")
    try:
        first, *rest = head.decode("ascii").split("\n")
    except UnicodeDecodeError as error:
        raise Malformed("the old size and the proof are not ASCII") from error
    if not blank or not (old := _OLD.fullmatch(first)):
        raise Malformed(f"the first line came as {first[:60]!r}; it must read old, a space and a size")
    if len(rest) > MOST_HASHES:
        raise Malformed(f"{len(rest)} hashes came; no proof has more than {MOST_HASHES}")
    hashes = [unb64(line, "a hash of the proof") for line in rest]
    if any(len(one) != HASH_BYTES for one in hashes):
        raise Malformed(f"a hash of the proof has not {HASH_BYTES} bytes")
    text, lines = parse_note(note)
    request = Request(int(old[1]), hashes, text, lines, *tree_head(text))
    if request.old > request.size:
        raise Malformed(f"the old size {request.old} is above the size {request.size} of the checkpoint")
    return request


class Judge:
    """Judges requests for one witness. It is called from several threads, and several processes may have one."""

    def __init__(self, own: Own, clock: Callable[[], float] = time.time) -> None:
        self._own = own
        self._clock = clock

    def add(self, body: bytes) -> Reply:
        """The answer to POST /add-checkpoint."""
        try:
            request = read(body)
        except Malformed as error:
            return _refused(400, str(error))
        trusted = self._own.state.keys_of(request.origin)
        if not trusted:
            return _refused(404, f"the log {request.origin} is not watched here")
        try:
            ours = _signed_by(trusted, request)
        except Unproven as error:
            return _refused(403, str(error))
        return self._stored(request, ours)

    def latest(self, origin_hash: str) -> Reply:
        """The answer to GET /<hash>/checkpoint."""
        state = self._own.state
        for origin in state.trusted():
            if latest_path(origin) == f"/{origin_hash}/checkpoint" and (note := state.latest(origin).note):
                return Reply(200, note)
        return _refused(404, "no checkpoint of such a log was signed here")

    def _stored(self, request: Request, ours: list[SignatureLine]) -> Reply:
        origin, size, root = request.origin, request.size, request.root
        note = join_note(request.text, (line.text for line in ours))
        with self._own.state.writing() as connection:
            last = latest_in(connection, origin)
            now = int(self._clock())
            if size == last.size and last.note and root != last.root:
                pair = last.note + b"--\n" + note
                if put_evidence(connection, origin, size, root, pair, now):
                    _logger.error("%s shows two histories: size %d with another root; the pair is kept", origin, size)
            if request.old != last.size:
                return Reply(409, f"{last.size}\n".encode("ascii"), SIZE_MEDIA)
            try:
                _check_grown(request, last)
            except Unproven as error:
                _logger.warning("refused %s, size %d: %s", origin, size, error)
                return _refused(422, str(error))
            if now < last.signed_at - SLACK:
                _logger.error("the clock says %d, a checkpoint was signed at %d: set it right", now, last.signed_at)
                return _refused(503, "the clock of this witness is behind what it signed last")
            lines = self._own.lines(request.text, origin, size, root, max(now, last.signed_at))
            put_latest(connection, origin, Latest(size, root, with_cosignatures(note, lines), max(now, last.signed_at)))
        _logger.info("signed %s, size %d", origin, size)
        return Reply(200, "".join(lines).encode("utf-8"))


def _check_grown(request: Request, last: Latest) -> None:
    """Is this tree the stored one, grown?"""
    if request.size == 0 and request.root != EMPTY_ROOT:
        raise Unproven("an empty log has the hash of nothing as its root; another came")
    if request.old == 0:
        if request.hashes:
            raise Unproven("a proof came from size 0; none is needed")
        return
    verify_consistency(request.old, request.size, last.root, request.root, request.hashes)


def _signed_by(trusted: list[Vkey], request: Request) -> list[SignatureLine]:
    """The log's own lines: one at least, and none that is not good. Lines by unknown keys are passed over."""
    known = {(key.name, key.key_id): key for key in trusted if key.kind != MLDSA44 or mldsa_supported()}
    ours = []
    for line in request.lines:
        if (key := known.get(line[:2])) is not None:
            key.verify(request.text, line.signature)
            ours.append(line)
    if not ours:
        raise Unproven(f"no line is by a key that is trusted here for {request.origin}")
    return ours


def _refused(status: int, sentence: str) -> Reply:
    return Reply(status, f"{HTTPStatus(status).phrase}: {sentence}\n".encode())


def failed(error: Exception) -> Reply:
    """What is said of a fault of our own: nothing of the inside."""
    _logger.error("a request failed: %s", error)
    return _refused(503, "this witness cannot answer just now; try again")
