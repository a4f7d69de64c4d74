"""A tiny writer of published registers, made from the format alone, so that the verifier is not tested with its rival."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import zipfile
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey

ORIGIN = "log.example/register"
DASH = "— ".encode()


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def b64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def canonical(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def leaf_hash(entry: bytes) -> bytes:
    return hashlib.sha256(b"\0" + entry).digest()


def root_of(leaves: list[bytes]) -> bytes:
    """RFC 6962 section 2.1, as it is written there."""
    if len(leaves) < 2:
        return leaves[0] if leaves else hashlib.sha256().digest()
    k = 1 << (len(leaves) - 1).bit_length() - 1
    return hashlib.sha256(b"\1" + root_of(leaves[:k]) + root_of(leaves[k:])).digest()


def path_to(index: int, leaves: list[bytes]) -> list[bytes]:
    """RFC 6962 section 2.1.1, as it is written there."""
    if len(leaves) < 2:
        return []
    k = 1 << (len(leaves) - 1).bit_length() - 1
    if index < k:
        return [*path_to(index, leaves[:k]), root_of(leaves[k:])]
    return [*path_to(index - k, leaves[k:]), root_of(leaves[:k])]


def consistency(m: int, leaves: list[bytes], whole: bool = True) -> list[bytes]:
    """RFC 6962 section 2.1.2, as it is written there."""
    if m == len(leaves):
        return [] if whole else [root_of(leaves)]
    k = 1 << (len(leaves) - 1).bit_length() - 1
    if m <= k:
        return [*consistency(m, leaves[:k], whole), root_of(leaves[k:])]
    return [*consistency(m - k, leaves[k:], False), root_of(leaves[:k])]


class Signer:
    """A private key with a name."""

    def __init__(self, name: str, seed: int, kind: int = 1) -> None:
        self.name, self.kind = name, kind
        secret = bytes([seed]) * 32
        self.private = (
            MLDSA44PrivateKey.from_seed_bytes(secret) if kind == 6 else Ed25519PrivateKey.from_private_bytes(secret)
        )
        public = bytes([kind]) + self.private.public_key().public_bytes_raw()
        self.keyid = hashlib.sha256(name.encode() + b"\n" + public).digest()[:4]
        self.vkey = f"{name}+{self.keyid.hex()}+{b64(public)}"

    def line(self, signature: bytes) -> bytes:
        return DASH + f"{self.name} {b64(self.keyid + signature)}\n".encode()

    def note(self, text: bytes) -> bytes:
        return self.line(self.private.sign(text))

    def cosign(self, text: bytes, seconds: int = 1_795_320_003) -> bytes:
        stamp = seconds.to_bytes(8, "big")
        if self.kind == 4:
            return self.line(stamp + self.private.sign(b"cosignature/v1\ntime %d\n" % seconds + text))
        origin, size, root = text.decode().splitlines()
        message = b"subtree/v1\n\0" + bytes([len(self.name)]) + self.name.encode() + stamp
        message += bytes([len(origin)]) + origin.encode() + bytes(8) + int(size).to_bytes(8, "big")
        return self.line(stamp + self.private.sign(message + base64.b64decode(root)))


ROOT = Signer("council.example/root", 1)
OFFICER = Signer("council.example/officer/7f3a", 2)
EVALUATOR = Signer("council.example/officer/91bc", 3)
RECEIVER = Signer("council.example/service/receiver", 4)
STRANGER = Signer("council.example/officer/dead", 5)
LOG = Signer(ORIGIN, 6)
LOG_PQ = Signer(ORIGIN, 7, kind=6)
NEW_LOG = Signer(ORIGIN, 8)
WITNESS = Signer("witness.example/w1", 9, kind=4)
WITNESS_PQ = Signer("witness.example/w2", 10, kind=6)

REGISTER = "00000000-0000-4000-8000-000000000001"
CASE = "00000000-0000-4000-8000-0000000000aa"
OTHER_CASE = "00000000-0000-4000-8000-0000000000ab"
SHEET = "00000000-0000-4000-8000-0000000000bb"
DEPOSIT = "00000000-0000-4000-8000-0000000000cc"
COVER = "00000000-0000-4000-8000-0000000000cd"
AT = "2026-11-22T04:00:00.000Z"
DEPOSITS = ["deposit.received/1", "deposit.withdrawn/1"]


class Writer:
    """A log that grows by `add`, is published by `publish`, and comes out as `files()`."""

    def __init__(self, log_signers: Iterable[Signer] = (LOG, LOG_PQ), *, origin: str = ORIGIN) -> None:
        self.origin = origin
        self.entries: list[bytes] = []
        self.events: list[dict[str, Any]] = []
        self.disclosures: dict[int, dict[str, str]] = {}
        self.in_effect: dict[int, set[str]] = {}
        self.checkpoints: dict[int, bytes] = {}
        self.log_signers = list(log_signers)
        self.active: list[Signer] = []
        self.salts = 0

    @property
    def leaves(self) -> list[bytes]:
        return [leaf_hash(entry) for entry in self.entries]

    def leaf(self, index: int) -> str:
        return b64(leaf_hash(self.entries[index]))

    def seal(self, slot: str, value: Any) -> str:
        self.salts += 1
        return b64url(canonical([b64url(hashlib.sha256(b"salt %d" % self.salts).digest()), slot, value]))

    def add(
        self,
        kind: str,
        body: Mapping[str, Any],
        *,
        by: Signer = OFFICER,
        stream: str = CASE,
        sealed: Mapping[str, Any] | None = None,
        also: Iterable[Signer] = (),
        bend: Callable[[dict[str, Any]], object] | None = None,
    ) -> int:
        """One entry. `bend` changes the event before it is signed; the entry is then well signed, but false."""
        index = len(self.entries)
        own = [i for i, event in enumerate(self.events) if event["stream"] == stream]
        register = [i for i, event in enumerate(self.events) if event["stream"] == REGISTER]
        disclosures = {slot: self.seal(slot, value) for slot, value in (sealed or {}).items()}
        event = {
            "actor": by.name,
            "at": f"2026-11-22T04:00:{index % 60:02d}.000Z",
            "body": dict(body),
            "id": f"01970000-0000-7000-8000-{index:012x}",
            "keys": self.leaf(register[-1]) if register else "",
            "log": self.origin,
            "n": len(own) + 1,
            "prev": self.leaf(own[-1]) if own else "",
            "sealed": {
                slot: {"basis": "commercial", "d": b64url(hashlib.sha256(text.encode()).digest())}
                for slot, text in disclosures.items()
            },
            "stream": stream,
            "type": kind,
        }
        if bend:
            bend(event)
        text = b"fairplace/event/v1\n" + canonical(event) + b"\n"
        signers = [by, *sorted(also, key=lambda signer: (signer.name, signer.keyid))]
        self.put(text + b"\n" + b"".join(signer.note(text) for signer in signers), event)
        self.disclosures[index] = disclosures
        return index

    def put(self, entry: bytes, event: dict[str, Any]) -> None:
        self.entries.append(entry)
        self.events.append(event)

    def register(self, kind: str, body: Mapping[str, Any], **more: Any) -> int:
        if kind == "log-key.added/1":
            self.active += [signer for signer in (LOG, LOG_PQ, NEW_LOG) if signer.vkey == body["vkey"]]
        elif kind == "log-key.retired/1":
            self.active = [signer for signer in self.active if signer.vkey != body["vkey"]]
        return self.add(kind, body, **{"by": ROOT, "stream": REGISTER} | more)

    def begin(self) -> Writer:
        """The log is opened, with its keys and four people."""
        self.register("log.opened/1", {"root_key": ROOT.vkey})
        for signer in self.log_signers:
            self.register("log-key.added/1", {"vkey": signer.vkey})
        for signer, role in ((OFFICER, "officer"), (EVALUATOR, "evaluator"), (RECEIVER, "receiver")):
            self.register("key.added/1", {"role": role, "vkey": signer.vkey}, sealed={"/holder": {"name": "Zoë"}})
        return self

    def disclose(self, openings: Mapping[int, Iterable[str]], kind: str = "value.disclosed/1", **more: Any) -> int:
        for index, slots in openings.items():
            effect = self.in_effect.setdefault(index, set())
            (effect.update if kind == "value.disclosed/1" else effect.difference_update)(slots)
        named = [{"entry": index, "slots": sorted(slots)} for index, slots in sorted(openings.items())]
        return self.add(kind, release_of(named, kind), **more)

    def rests_on(self, types: list[str], indexes: Iterable[int]) -> dict[str, Any]:
        leaves = [self.leaves[i] for i in indexes]
        return {"count": len(leaves), "root": b64(root_of(leaves)), "types": types}

    def head(self, size: int, origin: str | None = None) -> bytes:
        return f"{origin or self.origin}\n{size}\n{b64(root_of(self.leaves[:size]))}\n".encode()

    def publish(self, text: bytes | None = None, extra: bytes = b"", signers: Iterable[Signer] | None = None) -> Writer:
        size = len(self.entries)
        text = text or self.head(size)
        signers = self.log_signers if signers is None else list(signers)
        lines = [signer.cosign(text) if signer.kind == 6 else signer.note(text) for signer in signers]
        self.checkpoints[size] = text + b"\n" + b"".join(lines) + extra
        return self

    def files(self) -> dict[str, bytes]:
        newest = max(self.checkpoints)
        files = {f"checkpoints/{size}": text for size, text in self.checkpoints.items()}
        files |= {"checkpoint": self.checkpoints[newest], "policy": self.policy()}
        level, hashes = 0, {size: self.leaves[:size] for size in self.checkpoints}
        while any(hashes.values()):
            for size in sorted(hashes):
                for start in range(0, len(hashes[size]), 256):
                    tile = hashes[size][start : start + 256]
                    full = len(hashes[newest]) >= start + 256
                    if len(tile) == 256 or not full:
                        name = number_path(start // 256) + ("" if len(tile) == 256 else f".p/{len(tile)}")
                        files[f"tile/{level}/{name}"] = b"".join(tile)
                        if level == 0:
                            files[f"tile/entries/{name}"] = bundle(self.entries[start : start + len(tile)])
            hashes = {
                size: [root_of(all_of[i : i + 256]) for i in range(0, len(all_of) // 256 * 256, 256)]
                for size, all_of in hashes.items()
            }
            level += 1
        for index, slots in self.in_effect.items():
            if slots:
                lines = "".join(f"~{self.disclosures[index][slot]}\n" for slot in sorted(slots))
                files[f"disclosures/{number_path(index)}"] = lines.encode()
        return files

    def policy(self) -> bytes:
        return "".join([*(f"log {signer.vkey}\n" for signer in self.active), "quorum none\n"]).encode()

    def members(
        self,
        edition: str = "court",
        *,
        opens: Mapping[int, Iterable[str]] | None = None,
        documents: Mapping[str, tuple[bytes, str, str]] | None = None,
        earlier: Iterable[int] = (),
        case: str = CASE,
        more: Mapping[str, bytes] | None = None,
    ) -> dict[str, bytes]:
        """The members of a bundle. `documents`: digest to bytes, media type, and why it is left out (or nothing)."""
        size = max(self.checkpoints)
        everything = {index: list(slots) for index, slots in self.disclosures.items()}
        chosen = {"court": everything, "public": self.in_effect}.get(edition, {}) if opens is None else opens
        members: dict[str, bytes] = {"policy": self.policy(), "record.pdf": b"%PDF-1.7"}
        for index, event in enumerate(self.events[:size]):
            slots = chosen.get(index, ())
            if event["stream"] == REGISTER:
                members[f"register/{index:020}.tlog-proof"] = self.proof(index)
            elif event["body"].get("case") == case or ("/case" in slots and self.is_of(index, case)):
                members[f"proofs/{index:020}.tlog-proof"] = self.proof(index, slots)
        for m in earlier:
            hashes = "".join(f"{b64(step)}\n" for step in consistency(m, self.leaves[:size]))
            members[f"consistency/{m}-{size}"] = self.checkpoints[m] + b"\n" + hashes.encode()
        listed = []
        for digest, (data, media, why) in sorted((documents or {}).items()):
            listed.append({"bytes": len(data), "included": not why, "media": media, "sha256": digest, "why": why})
            if not why:
                members[f"documents/{digest}"] = data
        said = {
            "case": case,
            "checkpoint": {"root": b64(root_of(self.leaves[:size])), "size": size},
            "documents": listed,
            "documents_left_out": 0,
            "edition": edition,
            "format": "fairplace/bundle/1",
            "log": self.origin,
            "made_at": AT,
            "software": "0.1.0",
        }
        people = ("README.txt", "record.html", "chronology.csv", "index.csv", "schedule.csv", "certificate.txt")
        return members | {"bundle.json": canonical(said)} | dict.fromkeys(people, b"for people\n") | dict(more or {})

    def is_of(self, index: int, case: str) -> bool:
        """Does the sealed `/case` of a deposit hold this case?"""
        text = self.disclosures[index]["/case"]
        return bool(json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))[2] == case)

    def fpbundle(self, edition: str = "court", **more: Any) -> bytes:
        return zipped(self.members(edition, **more))

    def proof(self, index: int, slots: Iterable[str] = ()) -> bytes:
        size = max(self.checkpoints)
        extra = self.entries[index] + b"".join(f"~{self.disclosures[index][slot]}\n".encode() for slot in sorted(slots))
        hashes = "".join(f"{b64(step)}\n" for step in path_to(index, self.leaves[:size]))
        head = f"c2sp.org/tlog-proof@v1\nextra {b64(extra)}\nindex {index}\n{hashes}\n"
        return head.encode() + self.checkpoints[size]


def number_path(number: int) -> str:
    groups = [f"{number % 1000:03d}"]
    while number := number // 1000:
        groups.insert(0, f"x{number % 1000:03d}")
    return "/".join(groups)


def bundle(entries: list[bytes]) -> bytes:
    return b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)


def zipped(members: Mapping[str, bytes]) -> bytes:
    """The reproducible ZIP of a bundle, by Python's own writer."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        for name, data in sorted(members.items()):
            info = zipfile.ZipInfo(name)
            info.external_attr = 0o100644 << 16
            info.create_system = 3
            file.writestr(info, data)
    return out.getvalue()


def release_of(openings: Any, kind: str = "value.disclosed/1") -> dict[str, Any]:
    """The body of an act that makes something public, or takes it down."""
    why = {"occasion": "award"} if kind == "value.disclosed/1" else {"ground": "child"}
    return {"case": CASE, "evidence": "signed-by-party", "happened_at": AT, "openings": openings} | why


def planned(writer: Writer, case: str = CASE, **more: Any) -> int:
    """The first entry of a case."""
    return writer.add("procurement.planned/1", {"case": case}, **{"stream": case, "sealed": {"/title": "Homes"}} | more)


def deposited(writer: Writer, *, cover: bool = False, **more: Any) -> int:
    """A sealed bid, or a cover for one."""
    seen = next((writer.leaf(i) for i, e in enumerate(writer.events) if e["stream"] == CASE), "")
    sealed = {"/case": None, "/seen": None} if cover else {"/case": CASE, "/seen": seen}
    return writer.add(
        "deposit.received/1",
        {"happened_at": AT},
        **{"by": RECEIVER, "stream": COVER if cover else DEPOSIT, "sealed": sealed} | more,
    )


def scored(writer: Writer, **more: Any) -> int:
    """An evaluator's sheet, in a stream of its own."""
    seen = next((writer.leaf(i) for i, e in enumerate(writer.events) if e["stream"] == CASE), "")
    body = {"case": CASE, "seen": seen}
    sealed = {"/bids/01/marks": {"q1": 71}, "/bids/02/marks": None}
    return writer.add("evaluation.sheet-signed/1", body, **{"by": EVALUATOR, "stream": SHEET, "sealed": sealed} | more)


def story(log_signers: Iterable[Signer] = (LOG, LOG_PQ)) -> Writer:
    """A whole small procurement: every kind of rule has something to hold to."""
    writer = Writer(log_signers).begin()
    writer.publish()
    plan = planned(writer)
    deposit, _ = deposited(writer), deposited(writer, cover=True)
    opened = writer.add(
        "procurement.bids-opened/1", {"case": CASE}, sealed={"/rests_on": writer.rests_on(DEPOSITS, [deposit])}
    )
    sheet = scored(writer)
    body = {"case": CASE, "rests_on": writer.rests_on(["evaluation.sheet-signed/1"], [sheet])}
    writer.add("procurement.awarded/1", body, also=[EVALUATOR, RECEIVER])
    writer.disclose({plan: ["/title"], deposit: ["/case", "/seen"], opened: ["/rests_on"]})
    writer.disclose({plan: ["/title"]}, "value.withdrawn/1")
    writer.disclose({sheet: ["/bids/01/marks", "/bids/02/marks"]})
    return writer.publish()
