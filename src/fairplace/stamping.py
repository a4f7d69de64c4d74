"""A time from outside: asking a time-stamping authority about the newest checkpoint, and checking what it answers.

- Asked is for the text of the checkpoint alone, by its SHA-256, with a nonce and the authority's certificate (RFC 3161).
- Nothing is sent from here: the query is a file, and any tool may carry it. What comes back is checked by `openssl ts`,
  with a certificate that the operator has from elsewhere, before it is kept.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import tempfile
from pathlib import Path

from fairplace.errors import Malformed, Misconfigured, Missing, Unproven
from fairplace.ledger.note import parse_note
from fairplace.ledger.timestamps import MAX_BYTES
from fairplace.on_disk import Register

MOST_ASKED = 32
"""Queries that wait for their answers; older ones are given up."""


def ask(register: Register) -> tuple[int, bytes]:
    """The query about the newest published checkpoint, and the size of that; remembered until its answer comes."""
    published = register.store.last_checkpoint(register.origin)
    if published is None:
        raise Missing("nothing is published yet: there is no checkpoint to be timestamped")
    query = _openssl("-query", "-digest", _digest(published.note), "-sha256", "-cert")
    asked = _asked(register)
    asked.mkdir(mode=0o700, parents=True, exist_ok=True)
    (asked / f"{published.size}-{hashlib.sha256(query).hexdigest()[:16]}.tsq").write_bytes(query)
    for old in _by_age(asked)[MOST_ASKED:]:
        old.unlink(missing_ok=True)
    return published.size, query


def add(register: Register, answer: bytes, authority: Path, chain: Path | None = None) -> tuple[int, bool]:
    """Check an answer and keep it. Returns the size that it is over, and whether it is new there.

    `authority` holds the certificate that is trusted, `chain` those between it and the one that signed, if any.
    Raises Unproven for an answer to none of the queries that wait, or one that is not good.
    """
    if len(answer) > MAX_BYTES:
        raise Malformed(f"an answer of {len(answer)} bytes came; a timestamp has at most {MAX_BYTES}")
    for path in (authority, chain):
        if path is not None and not path.is_file():
            raise Missing(f"there is no file {path}; give the authority's certificate as PEM")
    waiting = _by_age(_asked(register))
    if not waiting:
        raise Missing("no query waits for an answer; ask first with 'fairplace timestamp request'")
    trusted = ["-CAfile", str(authority), *(["-untrusted", str(chain)] if chain else [])]
    with tempfile.TemporaryDirectory(prefix="fairplace-timestamp-") as scratch:
        token = Path(scratch) / "answer.tsr"
        token.write_bytes(answer)
        why = ""
        for query in waiting:
            size = int(query.name.partition("-")[0])
            try:
                _openssl("-verify", "-queryfile", str(query), "-in", str(token), *trusted)
            except Unproven as error:
                why = why or str(error)
                continue
            return size, _kept(register, size, query, token, trusted)
    raise Unproven(f"the timestamp answers none of the {len(waiting)} queries that wait: {why}")


def _kept(register: Register, size: int, query: Path, token: Path, trusted: list[str]) -> bool:
    """Against the checkpoint as it stands in the store now, not only against the query."""
    published = next((one for one in register.store.checkpoints(register.origin) if one.size == size), None)
    if published is None:
        raise Unproven(f"the timestamp is over a checkpoint of size {size}, which this register does not have")
    _openssl("-verify", "-digest", _digest(published.note), "-in", str(token), *trusted)
    new = register.timestamps.get(size) is None
    if new:
        register.timestamps.keep(size, token.read_bytes())
    query.unlink(missing_ok=True)
    return new


def _digest(note: bytes) -> str:
    """SHA-256 of a checkpoint's text, as hexadecimal."""
    return hashlib.sha256(parse_note(note)[0]).hexdigest()


def _asked(register: Register) -> Path:
    return register.folder / "timestamps" / "asked"


def _by_age(asked: Path) -> list[Path]:
    """The queries that wait, the newest first."""
    found = list(asked.glob("*.tsq")) if asked.is_dir() else []
    return sorted(found, key=lambda path: path.stat().st_mtime_ns, reverse=True)


def _openssl(*arguments: str) -> bytes:
    """What `openssl ts` prints. Raises Unproven with its own words when it says no."""
    program = shutil.which("openssl")
    if program is None:
        raise Misconfigured("timestamps need the program openssl, which is not here: sudo apt-get install openssl")
    done = subprocess.run(  # noqa: S603 - the words are ours; what others gave is in files
        [program, "ts", *arguments], capture_output=True, check=False, stdin=subprocess.DEVNULL
    )
    if done.returncode:
        raise Unproven(_said(done.stdout + done.stderr))
    return done.stdout


def _said(output: bytes) -> str:
    """The reason out of OpenSSL's error lines, whose fields stand between colons."""
    lines = [line for line in output.decode("utf-8", "replace").splitlines() if ":error:" in line]
    parts = [line.split(":", 8) for line in lines]
    reasons = [": ".join(filter(None, [*part[5:6], *part[8:]])) for part in parts]
    return f"openssl says: {'; '.join(reasons) or output.decode('utf-8', 'replace').strip()[:300] or 'nothing'}"
