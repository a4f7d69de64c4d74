"""Records that are good, and every kind of tampering with them: what each is must be the same for every reader.

- A change that somebody makes who has no key: to any file, by leaving out, adding, or putting in another order.
- A change that is signed again by those who hold keys, even the log's own: then the entries must tell.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from functools import cache, partial
from typing import Any, NamedTuple

from tests.verifier.passkeys import SITE, Bent, Passkey, client_data, swap
from tests.verifier.writer import (
    CASE,
    COVER,
    LOG,
    LOG_PQ,
    NEW_LOG,
    OFFICER,
    RECEIVER,
    REGISTER,
    ROOT,
    STRANGER,
    WITNESS,
    Signer,
    Writer,
    b64url,
    canonical,
    deposited,
    planned,
    scored,
    story,
)

Files = dict[str, bytes]
POLICY = f"log {LOG.vkey}\nwitness w1 {WITNESS.vkey}\nquorum w1\n"


class Record(NamedTuple):
    """What is read, and what it is. `blind` are the readers that do not see it, and say `else_`: the page must list them."""

    content: Files | bytes
    verdict: str = "not genuine"
    keys: tuple[str, ...] = (LOG.vkey,)
    policy: str | None = None
    blind: frozenset[str] = frozenset()
    else_: str = "genuine"

    def by(self, reader: str) -> str:
        """What this reader must say of it."""
        return self.else_ if reader in self.blind else self.verdict


def flipped(data: bytes, at: int) -> bytes:
    at %= len(data)
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


@cache
def short() -> Writer:
    return story()


@cache
def long() -> Writer:
    """More than a tile, published again and again."""
    writer = Writer().begin()
    planned(writer)
    for number in range(300):
        if number % 60 == 0:
            writer.publish()
        writer.add("clarification.asked/1", {"case": CASE, "question": f"Q{number}"}, sealed={"/words": "Why?"})
    return writer.publish()


def changed(**new: bytes) -> Files:
    """Files of the short log, some of them others: `tile__0` stands for the name of a file in it."""
    names = {name.replace("/", "_").replace(".", "_"): name for name in files()}
    return files() | {names[name]: data for name, data in new.items()}


def files() -> Files:
    return dict(short().files())


def without(*names: str) -> Files:
    return {name: data for name, data in files().items() if name not in names}


def edited(name: str, at: int) -> Files:
    return files() | {name: flipped(files()[name], at)}


def with_entries(change: Callable[[list[bytes]], Any], *, sign: bool) -> Files:
    """The log with other entries: all that follows from them follows. `sign` by the log, or left as it was signed."""
    writer = story()
    change(writer.entries)
    if sign:
        for size in sorted({min(size, len(writer.entries)) for size in writer.checkpoints}):
            text = writer.head(size)
            lines = [s.cosign(text) if s.kind == 6 else s.note(text) for s in writer.log_signers]
            writer.checkpoints[size] = text + b"\n" + b"".join(lines)
        writer.checkpoints = {size: note for size, note in writer.checkpoints.items() if size <= len(writer.entries)}
    return dict(writer.files())


def told(tell: Callable[[Writer], object]) -> Files:
    """The short log, and something more, signed by all who must."""
    writer = story()
    tell(writer)
    return dict(writer.publish().files())


def swapped(entries: list[bytes], one: int, other: int) -> None:
    entries[one], entries[other] = entries[other], entries[one]


def replaced(entries: list[bytes], index: int, old: bytes, new: bytes) -> None:
    assert old in entries[index]
    entries[index] = entries[index].replace(old, new)


def signed_again(entries: list[bytes], index: int, old: bytes, new: bytes, *signers: Signer) -> None:
    text = entries[index].partition(b"\n\n")[0] + b"\n"
    assert old in text
    text = text.replace(old, new)
    entries[index] = text + b"\n" + b"".join(signer.note(text) for signer in signers)


def bent(**new: Any) -> Callable[[dict[str, Any]], object]:
    return lambda event: event.update(new)


def with_line(line: bytes) -> Files:
    """The newest checkpoint with one more line."""
    newest = short().checkpoints[len(short().entries)] + line
    return files() | {"checkpoint": newest, f"checkpoints/{len(short().entries)}": newest}


def other_quantum_safe(size: int) -> Files:
    """An older checkpoint whose ML-DSA-44 line was made for another text."""
    text = short().head(size)
    line = LOG_PQ.cosign(short().head(size + 1))
    return files() | {f"checkpoints/{size}": text + b"\n" + LOG.note(text) + line}


def in_extra(proof: bytes, change: Callable[[bytes], bytes]) -> bytes:
    """A proof file with something else in the place of entry and disclosures."""
    first, extra, rest = proof.split(b"\n", 2)
    word, _, text = extra.partition(b" ")
    return first + b"\n" + word + b" " + base64.b64encode(change(base64.b64decode(text))) + b"\n" + rest


def other_value(proof: bytes) -> bytes:
    """The salt and the slot are those of the entry; the value is another."""

    def change(extra: bytes) -> bytes:
        entry, _, disclosure = extra.partition(b"\n~")
        parts = json.loads(base64.urlsafe_b64decode(disclosure.split(b"\n")[0] + b"=="))
        return entry + b"\n~" + b64url(canonical([*parts[:2], COVER])).encode() + b"\n"

    return in_extra(proof, change)


def dropped_sheet(writer: Writer) -> None:
    rests_on = writer.rests_on(["evaluation.sheet-signed/1"], [])
    writer.add("procurement.awarded/1", {"case": CASE, "rests_on": rests_on})


def limited(writer: Writer) -> None:
    """An event of a type from which its signer was kept just before."""
    writer.register("key.limited/1", {"not_for": ["clarification.asked/1"], "vkey": OFFICER.vkey})
    writer.add("clarification.asked/1", {"case": CASE})


def revoked(writer: Writer) -> None:
    writer.register("key.revoked/1", {"reason": "stolen", "vkey": OFFICER.vkey})
    writer.add("clarification.asked/1", {"case": CASE})


def rotated(writer: Writer) -> None:
    """The log takes a new key and retires the old one, which signs once more."""
    writer.register("log-key.added/1", {"vkey": NEW_LOG.vkey})
    writer.register("log-key.retired/1", {"vkey": LOG.vkey})


def stranger(writer: Writer) -> None:
    writer.add("clarification.asked/1", {"case": CASE}, by=STRANGER)


def usurped(writer: Writer) -> None:
    """Somebody lets a key of their own in, without the role for it."""
    writer.register("key.added/1", {"role": "officer", "vkey": STRANGER.vkey}, by=OFFICER)


def no_case(writer: Writer) -> None:
    writer.add("clarification.asked/1", {"case": COVER}, stream=COVER)


def late_sight(writer: Writer) -> None:
    scored(writer, bend=lambda event: event["body"].update(seen=writer.leaf(1)))


def wrong_slot(writer: Writer) -> None:
    writer.disclose({7: ["/case", "/seen"]})
    writer.in_effect[7].discard("/seen")


def silent(writer: Writer) -> None:
    """The log opens a value, but the opening is not published."""
    writer.disclose({6: ["/title"]})
    writer.in_effect.clear()


def twice(writer: Writer) -> None:
    deposited(writer, bend=bent(id=writer.events[3]["id"]), stream="00000000-0000-4000-8000-0000000000ef")


def open_early(writer: Writer) -> None:
    """A sealed bid whose case is not open, though something of it is."""
    late = deposited(writer, stream="00000000-0000-4000-8000-0000000000ee")
    writer.disclose({late: ["/seen"]})


ES256, EDDSA = Passkey("council.example/officer/9a55", 50), Passkey("council.example/officer/9a56", 51, eddsa=True)


def by_passkey(**how: Any) -> Writer:
    """Two people with passkeys sign; `how` bends the assertions."""
    writer = Writer([LOG]).begin()
    for key in (ES256, EDDSA):
        writer.register("key.added/1", {"role": "officer", "vkey": key.vkey})
    planned(writer)
    for key in (ES256, EDDSA):
        writer.add("a.b/1", {"case": CASE}, by=Bent(key, partial(key.assertion, **how)))
    return writer.publish()


VERIFIER, GO, BROWSER, ALONE = "`fairplace_verify`", "in Go", "in the browser", "without `cryptography`"
CASES = frozenset({GO})
ML_DSA = frozenset({GO, BROWSER, ALONE})
UNREAD = {
    "a whole published folder (section 10)": frozenset({BROWSER}),
    "hashes alone (section 10), and releases of numbers (section 11)": frozenset({BROWSER}),
    "evidence, and checkpoints on paper (section 12)": frozenset({GO}),
    "saved pages (section 16)": frozenset({VERIFIER, ALONE, GO}),
    "ML-DSA-44 lines of checkpoints (section 9)": ML_DSA,
    "what binds the entries of a case together (section 3)": CASES,
}
"""Who does not read what. The page of the format has the same table."""


def records() -> dict[str, Record]:
    newest = len(short().entries)
    first = min(short().checkpoints)
    entries, tile = f"tile/entries/000.p/{newest}", f"tile/0/000.p/{newest}"
    made, proof = files(), story([LOG]).proof(7, ["/case", "/seen"])
    text = proof.split(b"\n\n")[1] + b"\n"
    long_files = dict(long().files())
    return {
        # what is good
        "a register, under the log's key": Record(made, "genuine"),
        "a register, under the root key": Record(made, "genuine", (ROOT.vkey,)),
        "a register, and no key": Record(made, "partly checked", ()),
        "a register, under another key": Record(made, keys=(STRANGER.vkey,)),
        "a register of more than a tile": Record(long_files, "genuine"),
        "a register with a witness": Record(with_line(WITNESS.cosign(short().head(newest))), "genuine", policy=POLICY),
        # files that were changed
        "a byte of an entry": Record(edited(entries, made[entries].index(b"evaluation"))),
        "a byte of a signature": Record(edited(entries, -10)),
        "a length in a bundle": Record(edited(entries, 1)),
        "a byte of a full tile": Record(long_files | {"tile/0/000": flipped(long_files["tile/0/000"], 4000)}),
        "a byte of a tile above": Record(long_files | {"tile/1/000.p/1": flipped(long_files["tile/1/000.p/1"], 0)}),
        "a byte of a partial tile": Record(edited(tile, 40)),
        "a byte of an older partial tile": Record(edited(f"tile/0/000.p/{first}", 40)),
        "a byte of an older partial bundle": Record(edited(f"tile/entries/000.p/{first}", 400)),
        "the root of a checkpoint": Record(changed(checkpoint=made["checkpoint"].replace(b"\n15\n", b"\n15\nA", 1))),
        "the log's line of a checkpoint": Record(
            edited(f"checkpoints/{first}", made[f"checkpoints/{first}"].index(b"register ", 60) + 20)
        ),
        "the log's ML-DSA-44 line of a checkpoint": Record(other_quantum_safe(first), blind=ML_DSA),
        "the newest checkpoint, of another time": Record(changed(checkpoint=made[f"checkpoints/{first}"])),
        "a line by nobody's key": Record(with_line(STRANGER.note(short().head(newest)))),
        "a line by a witness that is not good": Record(with_line(WITNESS.cosign(b"another text\n")), policy=POLICY),
        "a line that comes twice": Record(with_line(LOG.note(short().head(newest)))),
        "a disclosure": Record(edited("disclosures/010", 20)),
        "the policy": Record(changed(policy=f"log {STRANGER.vkey}\nquorum none\n".encode())),
        # files that were taken away, added or cut
        "a bundle that is missing": Record(without(entries)),
        "a tile that is missing": Record(without(tile)),
        "a full tile that is missing": Record(
            {name: data for name, data in long_files.items() if name != "tile/0/000"}
        ),
        "a checkpoint that is missing": Record(without(f"checkpoints/{newest}")),
        "a disclosure that is missing": Record(without("disclosures/010")),
        "a file too many": Record(made | {"tile/0/README": b"hello"}),
        "a tile from beyond the log": Record(made | {"tile/0/001.p/1": bytes(32)}),
        "a disclosure of what is closed": Record(made | {"disclosures/008": made["disclosures/010"]}),
        "a bundle that ends early": Record(made | {entries: made[entries][:-1]}),
        "a bundle with a byte too many": Record(made | {entries: made[entries] + b"\0"}),
        # other entries, under the old checkpoints
        "an entry that was dropped": Record(
            with_entries(lambda e: e.pop(-2), sign=False) | {"checkpoint": made["checkpoint"]}
        ),
        "two entries in another order": Record(with_entries(lambda e: swapped(e, 7, 8), sign=False)),
        "an entry that is signed again": Record(
            with_entries(lambda e: signed_again(e, 6, b"plan", b"plot", OFFICER), sign=False)
        ),
        "a log cut short, with all its checkpoints": Record(
            {n: d for n, d in made.items() if "15" not in n} | {"checkpoint": made["checkpoint"]}
        ),
        # the same under new checkpoints: the log's own key was in the wrong hands
        "a dropped entry, signed again by the log": Record(with_entries(lambda e: e.pop(9), sign=True)),
        "two entries of a stream in another order, signed again by the log": Record(
            with_entries(lambda e: swapped(e, 12, 13), sign=True)
        ),
        "an edited entry, signed again by the log": Record(
            with_entries(lambda e: replaced(e, 9, b"procurement", b"procuremant"), sign=True)
        ),
        "an entry signed again by a stranger": Record(
            with_entries(lambda e: signed_again(e, 6, b"plan", b"plot", STRANGER), sign=True)
        ),
        "an entry that is not canonical": Record(
            with_entries(lambda e: signed_again(e, 9, b'"n":2', b'"n": 2', OFFICER), sign=True)
        ),
        "a number that is no integer": Record(
            with_entries(lambda e: signed_again(e, 9, b'"n":2', b'"n":2.0', OFFICER), sign=True)
        ),
        # entries that were never good, signed by all who must
        "an actor whose key is not registered": Record(told(stranger)),
        "a key let in by somebody without the role for it": Record(told(usurped)),
        "a key that was revoked": Record(told(revoked)),
        "a key that was kept from this type": Record(told(limited)),
        "a key of the log that was retired": Record(told(rotated)),
        "an event for another log": Record(told(lambda w: planned(w, COVER, bend=bent(log="log.example/other")))),
        "an id that occurs twice": Record(told(twice)),
        "a stream with a gap": Record(told(lambda w: w.add("a.b/1", {"case": CASE}, bend=bent(n=99)))),
        "a stream that forgets its past": Record(
            told(lambda w: w.add("a.b/1", {"case": CASE}, bend=bent(prev=w.leaf(6))))
        ),
        "a register event outside the register": Record(
            told(lambda w: w.add("key.revoked/1", {"reason": "left", "vkey": OFFICER.vkey}, by=ROOT, stream=CASE))
        ),
        "an event of another kind in the register": Record(
            told(lambda w: w.add("a.b/1", {"case": CASE}, by=ROOT, stream=REGISTER))
        ),
        "a value in the place of a slot": Record(
            told(lambda w: w.add("a.b/1", {"case": CASE, "title": "x"}, sealed={"/title": "y"}))
        ),
        "a basis that there is not": Record(
            told(
                lambda w: w.add(
                    "a.b/1", {"case": CASE}, sealed={"/t": 1}, bend=lambda e: e["sealed"]["/t"].update(basis="secret")
                )
            )
        ),
        "an opening that was not published": Record(told(silent)),
        "an opening of a slot that is not there": Record(
            told(lambda w: w.disclose({6: ["/nothing"]}, "value.withdrawn/1"))
        ),
        # what binds the events of a case together
        "an event of a case that was never opened": Record(told(no_case), blind=CASES),
        "a sheet whose author saw another case": Record(told(late_sight), blind=CASES),
        "an award that leaves out a sheet": Record(told(dropped_sheet), blind=CASES),
        "a bid that is open while its case is not": Record(told(open_early), blind=CASES),
        # proof files
        "a proof file": Record(proof, "genuine", (LOG.vkey, RECEIVER.vkey)),
        "a proof file, and no key": Record(proof, "partly checked", ()),
        "a proof file, under another key": Record(proof, keys=(STRANGER.vkey,)),
        "a proof file with a witness": Record(proof + WITNESS.cosign(text), "genuine", (), POLICY),
        "a proof file without the witness that is asked for": Record(proof, "partly checked", (), POLICY),
        "a proof file with a line by a witness that is not good": Record(
            proof + WITNESS.cosign(b"another text\n"), keys=(), policy=POLICY
        ),
        "the ML-DSA-44 line of a proof file": Record(
            proof + LOG_PQ.cosign(text.replace(b"\n14\n", b"\n15\n")), keys=(LOG.vkey, LOG_PQ.vkey), blind=ML_DSA
        ),
        "a proof file, under the log's ML-DSA-44 key alone": Record(
            proof + LOG_PQ.cosign(text), "genuine", (LOG_PQ.vkey,), blind=ML_DSA, else_="partly checked"
        ),
        "the ML-DSA-44 line of a proof file, under that key alone": Record(
            proof + LOG_PQ.cosign(text.replace(b"\n14\n", b"\n15\n")),
            keys=(LOG_PQ.vkey,),
            blind=ML_DSA,
            else_="partly checked",
        ),
        "the entry of a proof file": Record(flipped(proof, 200)),
        "the index of a proof file": Record(proof.replace(b"index 7", b"index 6")),
        "a hash of a proof file": Record(flipped(proof, proof.index(b"index 7") + 20)),
        "a hash too few": Record(proof.replace(proof.split(b"\n")[3] + b"\n", b"", 1)),
        "the checkpoint of a proof file": Record(flipped(proof, -20)),
        "a proof file with another value in its disclosure": Record(other_value(proof)),
        # passkeys
        "a register in which passkeys sign": Record(by_passkey().files(), "genuine"),
        "a proof file of what a passkey signed": Record(by_passkey().proof(8), "genuine", (LOG.vkey, ES256.vkey)),
        "a proof file of what another passkey signed": Record(by_passkey().proof(9), "genuine", (LOG.vkey, EDDSA.vkey)),
        "a proof file of what a passkey signed at another site": Record(
            by_passkey(client=swap(b"records", b"www")).proof(8), keys=(LOG.vkey, ES256.vkey)
        ),
        "a proof file of what a passkey signed with nobody there": Record(
            by_passkey(flags=0).proof(9), keys=(LOG.vkey, EDDSA.vkey)
        ),
        "a register with a passkey's assertion of another text": Record(
            by_passkey(client=lambda _: client_data(b"another text", SITE)).files()
        ),
        "a proof file with a passkey for the log's key": Record(
            proof + Passkey(LOG.name, 33).note(text), keys=(LOG.vkey, Passkey(LOG.name, 33).vkey)
        ),
        "a proof file with a disclosure twice": Record(
            in_extra(proof, lambda extra: extra + extra[extra.index(b"\n~") + 1 :])
        ),
    }
