"""A log whose entries are kept within: it shows hashes alone, and releases of numbers, each with its proof."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable

from tests.verifier.writer import (
    AT,
    EVALUATOR,
    LOG,
    LOG_PQ,
    NEW_LOG,
    WITNESS,
    Signer,
    Writer,
    planned,
    scored,
)

STREAM = "00000000-0000-4000-8000-0000000000dd"
WHY = "Homes were counted twice"
WITHDRAWN_WHY = {"day": "2026-11-22", "why": WHY}
SYMBOLS = {
    "c": "Confidential: not shown, so that no number from one to five can be seen or worked out.",
    "k": "Rounds to zero, but is not zero.",
    "missing": "Not known: the register did not hold it for this place and period.",
    "z": "Not applicable: there is nothing to divide by.",
}


def document(number: int, plan: str = "decisions", **more: object) -> bytes:
    """A release as it is given out: what a verifier reads of it, and a number."""
    said = {"format": "fairplace-release/1", "number": number, "plan": plan, "rules": "r/1", "until": "2026-09-30"}
    return json.dumps(said | {"tables": [{"cells": [6]}]} | more, sort_keys=True).encode() + b"\n"


def tombstone(number: int, plan: str = "decisions") -> bytes:
    said = json.loads(document(number, plan))
    del said["tables"]
    return json.dumps(said | {"symbols": SYMBOLS, "withdrawn": WITHDRAWN_WHY}).encode()


def release(writer: Writer, number: int, plan: str = "decisions", data: bytes | None = None) -> int:
    data = document(number, plan) if data is None else data
    body = {
        "document": {"bytes": len(data), "media": "application/json", "sha256": hashlib.sha256(data).hexdigest()},
        "happened_at": AT,
        "number": number,
        "plan": plan,
        "rules": "r/1",
        "until": "2026-09-30",
    }
    return writer.add("placements.released/1", body, stream=STREAM, also=[EVALUATOR], sealed={"/rows": None})


def withdraw(writer: Writer, number: int, plan: str = "decisions") -> int:
    body = {"happened_at": AT, "number": number, "plan": plan, "why": WHY}
    return writer.add("placements.release-withdrawn/1", body, stream=STREAM)


def story(log_signers: Iterable[Signer] = (LOG, LOG_PQ), *, salts: int = 0) -> tuple[Writer, dict[str, int]]:
    """Two releases of one plan, of which the first was taken back, and one of another; the place of each entry."""
    writer = Writer(log_signers)
    writer.salts = salts
    writer.begin()
    writer.publish()
    planned(writer)
    at = {"decisions-1": release(writer, 1), "answers-1": release(writer, 1, "answers")}
    scored(writer)
    at["decisions-1-withdrawn"] = withdraw(writer, 1)
    at["decisions-2"] = release(writer, 2)
    scored(writer, stream="00000000-0000-4000-8000-0000000000be")
    writer.publish(extra=WITNESS.cosign(writer.head(len(writer.entries))))
    return writer, at


def hashes(writer: Writer) -> dict[str, bytes]:
    """What is published of it: its policy names the witness."""
    found = {name: data for name, data in writer.files().items() if not name.startswith("tile/entries")}
    return found | {"policy": writer.policy().replace(b"quorum", f"witness w1 {WITNESS.vkey}\nquorum".encode())}


def releases(writer: Writer, at: dict[str, int]) -> dict[str, bytes]:
    """What a folder of its releases holds, as far as it is checked."""
    found = {f"{name}.tlog-proof": writer.proof(index) for name, index in at.items()}
    for name in at:
        plan, _, number = name.removesuffix("-withdrawn").rpartition("-")
        data = tombstone(int(number), plan) if f"{plan}-{number}-withdrawn" in at else document(int(number), plan)
        found[f"{plan}-{number}.json"] = data
    return found


def rotated() -> Writer:
    """The log's key is replaced: earlier states are by a key that its policy no longer names."""
    writer = Writer([LOG]).begin()
    writer.publish()
    planned(writer)
    writer.publish()
    writer.register("log-key.added/1", {"vkey": NEW_LOG.vkey})
    writer.publish(signers=[LOG, NEW_LOG])
    writer.register("log-key.retired/1", {"reason": "compromised", "vkey": LOG.vkey})
    return writer.publish(signers=[NEW_LOG])
