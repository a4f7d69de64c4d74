"""What a register shows that keeps its entries within, good and tampered with: each reader must say the same of it."""

from __future__ import annotations

from tests.interop.tampering import Files, Record, flipped
from tests.verifier import within
from tests.verifier.test_hashes import FALSE
from tests.verifier.writer import LOG, NEW_LOG, OFFICER, ROOT, STRANGER, Signer, Writer, planned


def long() -> Files:
    """More than a tile, published again and again."""
    writer = Writer().begin()
    for number in range(600):
        if number % 100 == 0:
            writer.publish()
        within.release(writer, number + 1)
    return {name: data for name, data in writer.publish().files().items() if not name.startswith("tile/entries")}


def unsigned() -> Files:
    """The key that stands signed the state before, and the one after; between them somebody else did, in its name."""
    writer = Writer([LOG]).begin().publish()
    planned(writer)
    writer.publish(signers=[Signer(LOG.name, 77)])
    planned(writer, "00000000-0000-4000-8000-0000000000ab")
    return within.hashes(writer.publish())


def records() -> dict[str, Record]:
    writer, at = within.story()
    made, numbers, newest = within.hashes(writer), within.releases(writer, at), len(writer.entries)
    many, rotated = long(), within.hashes(within.rotated())
    partly, other = "partly checked", within.hashes(within.story(salts=100)[0])

    def edited(name: str, place: int) -> Files:
        return made | {name: flipped(made[name], place)}

    def less(name: str) -> Files:
        return {one: data for one, data in made.items() if one != name}

    hashes = {
        "hashes alone": Record(made, partly),
        "hashes alone, and no key": Record(made, partly, ()),
        "hashes alone, under the root key": Record(made, partly, (ROOT.vkey,)),
        "hashes alone, under another log's key": Record(made, keys=(NEW_LOG.vkey,)),
        "hashes of more than a tile": Record(many, partly),
        "hashes of a log whose key was replaced": Record(rotated, partly, (NEW_LOG.vkey,)),
        "hashes, and a state that the standing key did not sign": Record(unsigned()),
        "a hash of an entry": Record(edited(f"tile/0/000.p/{newest}", 40)),
        "a hash in a full tile": Record(many | {"tile/0/001": flipped(many["tile/0/001"], 4000)}),
        "a hash in a tile above": Record(many | {"tile/1/000.p/2": flipped(many["tile/1/000.p/2"], 0)}),
        "a hash in an older tile": Record(edited("tile/0/000.p/6", 40)),
        "a line of the newest state of hashes": Record(edited("checkpoint", -10)),
        "the key id in a line of the newest state of hashes": Record(
            made
            | dict.fromkeys(
                ("checkpoint", f"checkpoints/{newest}"), other_id(made["checkpoint"])
            )
        ),
        "a tile of hashes that is missing": Record(less(f"tile/0/000.p/{newest}")),
        "a policy that names a key of another log": Record(made | {"policy": f"log {STRANGER.vkey}\nquorum none\n".encode()}),
        "an opening among hashes": Record(made | {"disclosures/006": b"~x\n"}),
        "the state of other hashes": Record(made | {"checkpoint": other["checkpoint"]}),
    }  # fmt: skip
    released = {
        "releases of numbers": Record(numbers, "genuine"),
        "releases of numbers, and who signed them": Record(numbers, "genuine", (LOG.vkey, OFFICER.vkey)),
        "releases of numbers, and no key": Record(numbers, partly, ()),
        "releases of numbers, under another key": Record(numbers, keys=(NEW_LOG.vkey,)),
        "a byte of a release": Record(numbers | {"decisions-2.json": flipped(numbers["decisions-2.json"], 100)}),
        "a byte of the proof of a release": Record(
            numbers | {"answers-1.tlog-proof": flipped(numbers["answers-1.tlog-proof"], 300)}
        ),
    }
    return hashes | released | {f"releases: {what}": Record(files()) for what, (files, _) in FALSE.items()}


def other_id(note: bytes) -> bytes:
    """The first line of a checkpoint as by another key of the same name."""
    start = note.index(LOG.name.encode() + b" ", note.index(b"\n\n")) + len(LOG.name) + 1
    return flipped(note, start)
