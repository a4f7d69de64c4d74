"""Bundles that are good, and every kind of tampering with them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from tests.interop.tampering import CASES, ML_DSA, POLICY, Record, flipped
from tests.verifier.writer import (
    CASE,
    LOG,
    LOG_PQ,
    OFFICER,
    OTHER_CASE,
    ROOT,
    STRANGER,
    WITNESS,
    Writer,
    canonical,
    planned,
    story,
    zipped,
)

Members = dict[str, bytes]
WITHOUT_LOG_PQ = story([LOG])
DEPOSIT, COVER, OPENED, SHEET, AWARD = 6, 7, 8, 9, 10
EARLIER = 5


def proof(index: int) -> str:
    return f"proofs/{index:020}.tlog-proof"


def register(index: int) -> str:
    return f"register/{index:020}.tlog-proof"


def court(**more: Any) -> Members:
    return WITHOUT_LOG_PQ.members("court", earlier=[EARLIER], **more)


def without(*names: str) -> bytes:
    return zipped({name: data for name, data in court().items() if name not in names})


def saying(members: Members, **changes: Any) -> bytes:
    return zipped(members | {"bundle.json": canonical(json.loads(members["bundle.json"]) | changes)})


def told(tell: Callable[[Writer], object], edition: str = "court", **more: Any) -> Members:
    """The bundle of a story with something more in it, signed by all who must."""
    writer = story([LOG])
    tell(writer)
    return writer.publish().members(edition, **more)


def with_line(text: bytes) -> bytes:
    """The checkpoint in every proof has a line more, by a witness."""
    line = WITNESS.cosign(text)
    return zipped({name: data + line * name.endswith(".tlog-proof") for name, data in court().items()})


def swapped(data: bytes, old: bytes, new: bytes) -> bytes:
    assert old in data
    return data.replace(old, new, 1)


def bundles() -> Iterator[tuple[str, Record]]:
    made, whole = court(), zipped(court())
    size = len(WITHOUT_LOG_PQ.entries)
    text = WITHOUT_LOG_PQ.head(size)
    tie = f"consistency/{EARLIER}-{size}"
    for edition in ("court", "bidder", "ring", "public"):
        members = WITHOUT_LOG_PQ.members(edition, earlier=[EARLIER])
        yield f"a bundle, edition {edition}", Record(zipped(members), "genuine")
    yield "a bundle, under the root key", Record(whole, "genuine", (ROOT.vkey,))
    yield "a bundle, and no key", Record(whole, "partly checked", ())
    yield "a bundle, under another key", Record(whole, keys=(STRANGER.vkey,))
    yield "a bundle with a witness", Record(with_line(text), "genuine", (), POLICY)
    yield "a bundle without the witness that is asked for", Record(whole, "partly checked", (), POLICY)
    yield "a bundle with a line by a witness that is not good", Record(with_line(b"another\n"), keys=(), policy=POLICY)
    # the container
    yield "a byte of a bundle", Record(flipped(whole, whole.index(b"extra ") + 300))
    yield "a byte of a header", Record(flipped(whole, 10))
    yield "a byte of the directory", Record(flipped(whole, -60))
    yield "a bundle that broke off", Record(whole[:-30])
    yield "a bundle with something behind it", Record(whole + b"hello")
    yield "a bundle with a comment", Record(whole[:-2] + b"\x05\x00hello")
    # members
    for name in ("bundle.json", "policy", "README.txt", proof(OPENED), register(3), register(0)):
        yield f"{name} is missing", Record(without(name))
    yield "a member too many", Record(zipped(made | {"x.txt": b"hello"}))
    yield "a member outside", Record(zipped(made | {"../x.txt": b"hello"}))
    yield "the last entry of the case is missing", Record(without(proof(size - 1)), "genuine")
    yield "a proof under another name", Record(zipped(made | {proof(SHEET): made[proof(AWARD)]}))
    yield "a proof of another log", Record(zipped(made | {proof(SHEET): story().proof(SHEET)}))
    yield (
        "an entry in the wrong folder",
        Record(zipped({register(5) if n == proof(5) else n: d for n, d in made.items()})),
    )
    yield "a cover", Record(zipped(made | {proof(COVER): WITHOUT_LOG_PQ.proof(COVER)}))
    yield "a deposit whose case is closed", Record(zipped(made | {proof(DEPOSIT): WITHOUT_LOG_PQ.proof(DEPOSIT)}))
    # what it says of itself
    for member, value in {
        "case": OTHER_CASE, "log": "log.example/another", "format": "fairplace/bundle/2", "edition": "press",
        "checkpoint": {"root": json.loads(made["bundle.json"])["checkpoint"]["root"], "size": size + 1},
        "documents_left_out": 1, "software": "", "made_at": "yesterday", "more": 1,
        "documents": [{"bytes": 1, "included": False, "media": "a/b", "sha256": "0" * 64, "why": "lost"}],
    }.items():  # fmt: skip
        yield f"bundle.json with another `{member}`", Record(saying(made, **{member: value}))
    yield "a document that nothing names", Record(zipped(made | {f"documents/{'0' * 64}": b"hello"}))
    yield "a public edition that opens more", Record(saying(made, edition="public"))
    # ties and times
    yield "a bundle with a timestamp", Record(zipped(made | {f"timestamp/{size}.tsr": b"0"}), "genuine")
    yield "a timestamp of another size", Record(zipped(made | {f"timestamp/{size + 1}.tsr": b"0"}))
    yield (
        "a tie with a hash too many",
        Record(zipped(made | {tie: made[tie] + made[tie].splitlines(keepends=True)[-1]})),
    )
    yield "a tie to another root", Record(zipped(made | {tie: flipped(made[tie], made[tie].index(b"\n5\n") + 5)}))
    yield "a tie under another name", Record(zipped({n.replace("/5-", "/4-"): d for n, d in made.items()}))
    # entries
    yield "an entry by a stranger", Record(zipped(told(lambda w: planned(w, by=STRANGER, stream=CASE))))
    yield (
        "an entry by a key that was revoked",
        Record(
            zipped(
                told(
                    lambda w: (
                        w.register("key.revoked/1", {"reason": "stolen", "vkey": OFFICER.vkey}),
                        w.add("clarification.asked/1", {"case": CASE}),
                    )
                )
            )
        ),
    )
    yield "a checkpoint by a stranger", Record(zipped(story([LOG]).publish(signers=[STRANGER]).members()))
    yield "a sheet that was left out", Record(without(proof(SHEET)), blind=CASES)
    quantum_safe = story()
    yield "a bundle under two keys of the log", Record(quantum_safe.fpbundle(), "genuine")
    bad = LOG_PQ.cosign(quantum_safe.head(len(quantum_safe.entries) - 1))
    head = quantum_safe.head(len(quantum_safe.entries))
    other = quantum_safe.publish(signers=[LOG], extra=bad)
    assert head in other.checkpoints[len(other.entries)]
    yield "the ML-DSA-44 line of a bundle", Record(other.fpbundle(), blind=ML_DSA)
