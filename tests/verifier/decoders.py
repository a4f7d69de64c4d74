"""Every decoder of the checker, with good bytes for it, and what it says of any others.

- A decoder answers True when it takes the bytes as good, and False when it refuses them with a reason.
- Only the good bytes themselves may be taken as good, where a signature, a digest or a key id guards them; where nothing
  does (a policy, a bare JSON text), what is taken must be of the right form by another measure.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from random import Random
from typing import Any

import rfc8785

import fairplace_verify as checker
from fairplace.errors import FairplaceError
from fairplace.ledger import entry as written
from fairplace_verify import Falsehood, Unreadable
from tests.verifier.bent import bent, straight
from tests.verifier.mutators import spoiled
from tests.verifier.passkeys import Passkey
from tests.verifier.writer import LOG, OFFICER, RECEIVER, WITNESS, Writer, deposited, planned, root_of, story, zipped

KEYS = [LOG.vkey]
TRUST = checker.read_trust(KEYS, None)
PASSKEYS = [Passkey(OFFICER.name, 40), Passkey(OFFICER.name, 41, eddsa=True)]
HOW: list[dict[str, Any]] = [{}, {"flags": 0x1D}, {"client": lambda said: said[:-1] + b',"more":"x y","and":true}'}]
GENUINE = ("genuine", "genuine but superseded")


@dataclass(frozen=True)
class Decoder:
    """`takes` may raise nothing but Falsehood and Unreadable; a report must have a sentence that can be printed."""

    name: str
    good: Sequence[bytes]
    takes: Callable[[bytes], bool]
    spoil: Callable[[bytes, Random], bytes] = spoiled
    guarded: bool = True  # nothing but the good bytes can be taken as good

    def asked(self, data: bytes) -> bool:
        taken, reason = False, ""
        try:
            taken = self.takes(data)
        except (Falsehood, Unreadable) as error:
            reason = str(error)
        assert reason.isprintable(), f"{self.name}: a reason that moves the cursor"
        assert not (taken and self.guarded and data not in self.good), f"{self.name}: taken as good: {data!r}"
        return taken


def judged(report: checker.Report) -> bool:
    assert report.verdict.isprintable()
    assert report.exit_code in (0, 1, 3)
    assert json.loads(checker.as_json(report).splitlines()[-1])["verdict"] == report.word
    return report.word in GENUINE


@cache
def little() -> Writer:
    """A log of nine entries, so that a bundle of it is quickly checked."""
    writer = Writer([LOG]).begin().publish()
    planned(writer)
    deposited(writer)
    writer.add("procurement.note/1", {"case": "00000000-0000-4000-8000-0000000000aa", "text": 'é "\\\n\u2028'})
    return writer.publish()


def takes_json(data: bytes) -> bool:
    value = checker.read_json(data)
    assert rfc8785.dumps(value) == data, f"taken as canonical: {data!r}"
    return True


def takes_entry(data: bytes) -> bool:
    entry = checker.read_entry(data)
    keys = {checker.read_vkey(signer.vkey)[:2]: signer for signer in (OFFICER, RECEIVER)}
    return all(
        line[:2] in keys
        and checker.is_signed(1, checker.read_vkey(keys[line[:2]].vkey).public, line.signature, entry.text)
        for line in entry.lines
    )


def takes_entry_alike(data: bytes) -> bool:
    """The quick way, the careful way and the program's own reader say the same. It alone looks at what the last lines list."""
    [usual] = checker.read_usual([data])
    try:
        ours = written.parse(data)
    except FairplaceError:
        ours = None
    try:
        careful = checker.read_with_care(data)
    except Falsehood:
        assert (usual, ours) == (None, None), f"taken by one and refused by another: {data!r}"
        raise
    event, digests = careful.event, careful.digests.values()
    assert usual is None or repr(usual) == repr(careful), f"read otherwise the quick way: {data!r}"
    if ours is None:
        first = (event["n"] == 1) == (event["prev"] == "")
        taken = event["log"].startswith(("fairplace/", "cosignature/", "subtree/"))
        assert not first or taken or len(set(digests)) < len(digests), f"refused by the program alone: {data!r}"
    else:
        assert (ours.text, ours.leaf, ours.envelope.body) == (careful.text, careful.leaf, event["body"])
        assert [line[:3] for line in careful.lines] == [(one.name, one.key_id, one.signature) for one in ours.lines]
    return True


def takes_vkey(data: bytes) -> bool:
    return bool(checker.read_vkey(data.decode("latin-1")))


def takes_lines(data: bytes) -> bool:
    """A line is good when it is that of the officer under this very text."""
    text = b"fairplace"
    key = checker.read_vkey(OFFICER.vkey)
    return all(
        line[:2] == key[:2] and checker.is_signed(1, key.public, line.signature, text)
        for line in checker.read_lines(data, 8)
    )


def takes_assertion(data: bytes) -> bool:
    """An assertion by either passkey over this very text."""
    good = False
    for key in PASSKEYS:
        with suppress(Falsehood):
            good |= checker.check_assertion(
                checker.read_passkey(checker.read_vkey(key.vkey).public), data, b"fairplace"
            )
    return good


def takes_checkpoint(data: bytes) -> bool:
    """The log's line comes first; a witness may have signed as well, or not."""
    checkpoint = checker.read_checkpoint(data)
    keys = {key[:2]: key for key in map(checker.read_vkey, (LOG.vkey, WITNESS.vkey))}
    known = all(line[:2] in keys and checker.check_line(keys[line[:2]], line, checkpoint) for line in checkpoint.lines)
    return known and checkpoint.lines[0].name == LOG.name


def takes_proof(data: bytes) -> bool:
    return judged(checker.verify_proof(data, [LOG.vkey, OFFICER.vkey, RECEIVER.vkey]))


def takes_policy(data: bytes) -> bool:
    policy = checker.read_policy(data.decode("latin-1"))
    assert policy.quorum in policy.witnesses.keys() | policy.groups.keys() | {"none"}
    return True


def takes_disclosures(data: bytes) -> bool:
    checker.read_disclosures(data, checker.digests_of(little().events[6]))
    return True


def takes_bundle(data: bytes) -> bool:
    """Pages for people may differ, and what no bundle alone can show may be left out: nothing else than the record is in."""
    bundle, log = checker.read_bundle(data, TRUST), little()
    if not judged(bundle.report):
        return False
    assert (bundle.report.size, bundle.checkpoint.text) == (len(log.entries), log.head(len(log.entries))), data
    for index, entry in bundle.entries.items():
        assert entry.leaf == log.leaves[index], f"taken as genuine with another entry {index}: {data!r}"
        whole = checker.read_proof(log.proof(index, log.disclosures[index])).read()[1]
        assert bundle.values[index].items() <= whole.items(), f"taken as genuine with another opening: {data!r}"
    return True


def takes_evidence(data: bytes) -> bool:
    """It stays evidence when the two change places, and in no other way."""
    taken = judged(checker.verify_evidence(data, KEYS))
    assert not taken or sorted(data.split(b"--\n")) == sorted(decoders()["evidence"].good[0].split(b"--\n")), data
    return taken


def takes_paper(data: bytes) -> bool:
    """What is read is good when the register extends it; two check digits alone let one slip of 256 through."""
    writer, paper = little(), checker.read_paper(data)
    if paper.origin != writer.origin or not 0 < paper.size <= len(writer.entries):
        return False
    return bool(checker.Tree(writer.leaves).root(paper.size) == paper.root)


@cache
def members() -> dict[str, bytes]:
    return little().members(earlier=[5])


def spoil_bundle(data: bytes, chance: Random) -> bytes:
    """Half of the time the container; else a member, in a container that is as it should be."""
    if chance.random() < 0.5:
        return spoiled(data, chance)
    changed = dict(members())
    name = chance.choice([name for name in changed if name.endswith((".json", "proof", "policy")) or "-" in name])
    match chance.randrange(6):
        case 0:
            del changed[name]
        case 1:
            changed[chance.choice(sorted(changed))] = changed[name]
        case _:
            changed[name] = spoiled(changed[name], chance)
    return zipped(changed)


def signed_head(writer: Writer, size: int) -> bytes:
    text = writer.head(size)
    return text + b"\n" + LOG.note(text)


def two_heads(one: Writer, two: Writer) -> bytes:
    return signed_head(one, len(one.entries)) + b"--\n" + signed_head(two, len(one.entries))


def fork() -> Writer:
    """Another history of the same length."""
    writer = Writer([LOG]).begin()
    planned(writer, sealed={"/title": "Palaces"})
    deposited(writer)
    deposited(writer, cover=True)
    return writer


@cache
def decoders() -> dict[str, Decoder]:
    log, whole = little(), story([LOG])
    size = len(log.entries)
    head = log.head(size)
    text = log.entries[7].split(b"\n")[1]
    disclosures = "".join(f"~{log.disclosures[6][slot]}\n" for slot in ("/case", "/seen")).encode()
    policy = f"log {LOG.vkey} https://x\nwitness a {WITNESS.vkey}\ngroup g all a\nquorum g\n".encode()
    found = [
        Decoder("json", [text, b'{"a":[1,-2,"x\\u001f"],"b":{}}'], takes_json, guarded=False),
        Decoder("entry", [log.entries[7], log.entries[6]], takes_entry),
        Decoder("alike", straight(), takes_entry_alike, bent, guarded=False),
        Decoder("vkey", [signer.vkey.encode() for signer in (LOG, WITNESS, *PASSKEYS)], takes_vkey),
        Decoder("line", [OFFICER.note(b"fairplace")], takes_lines),
        Decoder("assertion", [key.assertion(b"fairplace", **how) for key in PASSKEYS for how in HOW], takes_assertion),
        Decoder(
            "checkpoint", [signed_head(log, size), signed_head(log, size) + WITNESS.cosign(head)], takes_checkpoint
        ),
        Decoder("proof", [log.proof(7), log.proof(6, ["/case", "/seen"]), whole.proof(6, ["/case"])], takes_proof),
        Decoder("policy", [policy], takes_policy, guarded=False),
        Decoder("disclosures", [disclosures], takes_disclosures, guarded=False),
        Decoder("bundle", [zipped(members())], takes_bundle, spoil_bundle, guarded=False),
        Decoder("evidence", [two_heads(log, fork())], takes_evidence, guarded=False),
        Decoder("paper", [printed(log, size), log.head(5), signed_head(log, size)], takes_paper, guarded=False),
    ]
    return {decoder.name: decoder for decoder in found}


def printed(writer: Writer, size: int) -> bytes:
    """Written from the format: five lines."""
    digits = root_of(writer.leaves[:size]).hex().upper()
    lines = ["fairplace checkpoint 1", writer.origin, f"size {size}"]
    for number in (1, 2):
        part = digits[32 * number - 32 : 32 * number]
        check = hashlib.sha256(f"{writer.origin}\n{size}\n{number}\n{part}".encode()).hexdigest()[:2].upper()
        lines.append(" ".join([*(part[i : i + 4] for i in range(0, 32, 4)), check]))
    return "\n".join([*lines, ""]).encode()
