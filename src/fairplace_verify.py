"""Check a published fairplace register, or one proof from it, without trusting whoever published it.

    python fairplace_verify.py PATH [--key VKEY]... [--policy FILE] [--json]

PATH is a register's folder (one with `public/`), a folder of published files, or one `.tlog-proof` file.
This one file needs Python 3.11 and the package `cryptography`. It shares no code with the programs that write
registers: it was written from the published format ("the format" below; § is a section of it).

A register is true when all of this holds:

1. Every published file is named by the layout, and no file is missing (§10).
2. Every entry is a signed note over one line of canonical JSON with exactly the members of an event (§2, §3).
3. Every signature is by a key that the key register allowed at that position in the log (§1, §5).
4. No id, no digest occurs twice; every stream counts 1, 2, 3 … and each event names the one before it (§3, §6).
5. Every event belongs to a case that exists, names what its author had seen of it, and what it rests on (§3).
6. Every tile, and the root of every checkpoint ever published, follows from the entries (§4, §10).
7. Every line of every checkpoint is a good signature by a key that was the log's at that size (§8, §9).
8. Exactly the openings that the log says are public are published, and each one fits its digest (§6).

The answer is one sentence. When something is false, it names the first false thing, what came, what was expected.
The program's exit code: 0 all true · 1 something is false · 2 unreadable, or wrong usage ·
3 all true, but no key that you brought yourself says whose register this is.
"""

from __future__ import annotations

import argparse
import base64
import binascii
import hashlib
import json
import os
import re
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, NamedTuple, NoReturn, Protocol

try:
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    HAS_CRYPTOGRAPHY = True
except ImportError:
    HAS_CRYPTOGRAPHY = False
try:
    from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PublicKey

    HAS_ML_DSA = True
except ImportError:
    HAS_ML_DSA = False

JSON = Any  # a value read from JSON: its shape is what is being checked


# ── 1. What comes out ────────────────────────────────────────────────────────────────────────────────────────────────


class Falsehood(Exception):
    """Something is not as it must be. `why` says what came and what was expected; the rest says where."""

    def __init__(self, why: str, file: str | None = None, entry: int | None = None, slot: str | None = None) -> None:
        super().__init__(why)
        self.why, self.file, self.entry, self.slot = why, file, entry, slot
        self.check = ""

    def at(self, file: str | None = None, entry: int | None = None, slot: str | None = None) -> Falsehood:
        """The same, with what was not yet known of the place."""
        self.file = file if self.file is None else self.file
        self.entry = entry if self.entry is None else self.entry
        self.slot = slot if self.slot is None else self.slot
        return self

    def __str__(self) -> str:
        entry = None if self.entry is None else f"entry {self.entry}"
        places = [entry, None if self.slot is None else f"slot {shown(self.slot)}", self.file and plain(self.file)]
        place = ", ".join(filter(None, places))
        return f"{place}: {self.why}" if place else self.why


@contextmanager
def place(file: str | None = None, entry: int | None = None) -> Iterator[None]:
    """Where we are, for what is found false inside."""
    try:
        yield
    except Falsehood as error:
        raise error.at(file, entry) from None


class Unreadable(Exception):
    """The question cannot be answered: what was given is no register, no proof, or no key."""


@dataclass(frozen=True)
class Check:
    """One thing that was checked, and how much of it there was."""

    check: str
    ok: bool
    detail: str
    count: int


@dataclass
class Report:
    """Everything that was found. `false` is the first false thing, or None; `trusted` tells whose register it is."""

    checks: list[Check] = field(default_factory=list)
    false: Falsehood | None = None
    trusted: bool = False
    trust: str = "no key was given, so the files agree with each other, but anybody could have made them"
    notes: list[str] = field(default_factory=list)
    origin: str = ""
    size: int = 0
    root: str = ""

    @property
    def ok(self) -> bool:
        return self.false is None

    @property
    def exit_code(self) -> int:
        return 1 if self.false else 0 if self.trusted else 3

    @property
    def verdict(self) -> str:
        if self.false:
            return f"FALSE. {self.false}."
        if self.trusted:
            return f"TRUE. Everything checked holds; {self.trust}."
        return f"TRUE, BUT NOT TRUSTED. Everything checked holds; {self.trust}."


@contextmanager
def checking(report: Report, check: str) -> Iterator[Callable[[str, int], None]]:
    """One check of the report: `done` says what holds; a falsehood says what does not."""
    try:
        yield lambda detail, count: report.checks.append(Check(check, ok=True, detail=detail, count=count))
    except Falsehood as error:
        error.check = check
        report.checks.append(Check(check, ok=False, detail=str(error), count=0))
        raise


def plain(text: str, most: int = 120) -> str:
    """Text from a file, made harmless for a terminal and cut short."""
    safe = text if text.isascii() and text.isprintable() else ascii(text)[1:-1]
    return safe if len(safe) <= most else f"{safe[:most]}..."


def shown(value: object) -> str:
    """A value from a file as it may stand in a sentence."""
    if isinstance(value, str):
        return f'"{plain(value)}"'
    if isinstance(value, bytes):
        return plain(repr(value)[1:])
    return plain(repr(value))


# ── 2. Where files come from ─────────────────────────────────────────────────────────────────────────────────────────


class Files(Protocol):
    """Published files, by their path from the top."""

    def names(self) -> Mapping[str, str]:
        """Every path, with what it is: "file", "folder" (an empty one, its path ends in /) or something else."""

    def read(self, name: str, most: int) -> bytes:
        """The content of a file. Falsehood when it is missing or longer than `most` bytes."""


def too_long(name: str, most: int) -> NoReturn:
    raise Falsehood(f"the file is longer than {most} bytes, which no file of this name may be", file=name)


class InMemory:
    """Files in a mapping."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self.files = files

    def names(self) -> Mapping[str, str]:
        return dict.fromkeys(self.files, "file")

    def read(self, name: str, most: int) -> bytes:
        if (data := self.files.get(name)) is None:
            raise Falsehood("the file is missing", file=name)
        return data if len(data) <= most else too_long(name, most)


class Folder:
    """Files on disk, perhaps while somebody publishes."""

    def __init__(self, top: Path) -> None:
        self.top = top

    def names(self) -> Mapping[str, str]:
        return dict(self._below(self.top, ""))

    def _below(self, folder: Path, prefix: str) -> Iterator[tuple[str, str]]:
        waiting = [(folder, prefix)]
        while waiting:
            folder, prefix = waiting.pop()
            empty = True
            try:
                with os.scandir(folder) as found:
                    for item in found:
                        empty = False
                        if item.is_symlink():
                            yield prefix + item.name, "symbolic link"
                        elif item.is_dir():
                            waiting.append((Path(item.path), f"{prefix}{item.name}/"))
                        else:
                            yield prefix + item.name, "file" if item.is_file() else "special file"
            except FileNotFoundError:
                continue  # it was taken away between the listing and now; what is then missing is found later
            except OSError as error:
                raise Unreadable(f"the folder {plain(str(folder))} cannot be read: {error.strerror}") from error
            if empty and prefix:
                yield prefix, "folder"

    def read(self, name: str, most: int) -> bytes:
        try:
            with (self.top / name).open("rb") as file:
                data = file.read(most + 1)
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            raise Falsehood("the file is missing", file=name) from None
        except OSError as error:
            raise Unreadable(f"the file {plain(name)} cannot be read: {error.strerror}") from error
        return data if len(data) <= most else too_long(name, most)


# ── 3. Canonical JSON (§2) ───────────────────────────────────────────────────────────────────────────────────────────
# The check is: read, look at every value, write again, compare bytes. Python's writer, set as below, equals RFC 8785
# for all that the profile allows: keys are ASCII, so code-point order is UTF-16 order; numbers are integers; and with
# ensure_ascii off it escapes exactly what RFC 8785 section 3.2.2.2 escapes. The comparison refuses white space,
# duplicate keys, another key order, needless escapes, lone surrogates (never UTF-8), -0 and trailing bytes.

MOST_JSON = 49_152
MOST_DEPTH = 16
MOST_INTEGER = 2**53 - 1
KEY = re.compile(r"[A-Za-z0-9_./:-]{1,256}")
NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")  # as an escape: an odd number of backslashes before u0000
known_keys: set[str] = set()  # keys that have already matched KEY: a log uses the same few again and again


def no_float(text: str) -> NoReturn:
    raise Falsehood(f"the number {plain(text)} came, expected integers only")


DECODER: Final = json.JSONDecoder(parse_float=no_float, parse_constant=no_float)
ENCODER: Final = json.JSONEncoder(
    ensure_ascii=False, check_circular=False, allow_nan=False, sort_keys=True, separators=(",", ":")
)


def read_json(data: bytes) -> JSON:
    """The value of a canonical JSON text (§2)."""
    if len(data) > MOST_JSON:
        raise Falsehood(f"a JSON text of {len(data)} bytes came, expected at most {MOST_JSON}")
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise Falsehood(f"byte {error.start} of the JSON text is not UTF-8") from None
    try:
        value = DECODER.decode(text)
    except RecursionError:
        raise Falsehood(f"the JSON text is nested more than {MOST_DEPTH} deep") from None
    except ValueError as error:
        raise Falsehood(f"the text is not JSON: {plain(str(error))}") from None
    check_values((value,), 0)
    if "\\u0000" in text and NUL.search(text):
        raise Falsehood("a string with the character U+0000 came")
    again = ENCODER.encode(value)
    if again != text:
        raise Falsehood(f"the JSON text is not canonical: {difference(text, again)}")
    return value


def check_values(values: Iterable[JSON], depth: int) -> None:
    """Rules 1, 2 and 4 of §2, for values that stand `depth` deep and all that is in them."""
    for value in values:
        kind = type(value)
        if kind is dict:
            if depth >= MOST_DEPTH:
                raise Falsehood(f"the JSON text is nested more than {MOST_DEPTH} deep")
            for key in value:
                if key not in known_keys:
                    check_key(key)
            check_values(value.values(), depth + 1)
        elif kind is list:
            if depth >= MOST_DEPTH:
                raise Falsehood(f"the JSON text is nested more than {MOST_DEPTH} deep")
            check_values(value, depth + 1)
        elif kind is int and not -MOST_INTEGER <= value <= MOST_INTEGER:
            raise Falsehood(f"the number {plain(str(value), 30)} is outside -{MOST_INTEGER} .. {MOST_INTEGER}")


def check_key(key: str) -> None:
    if not KEY.fullmatch(key):
        raise Falsehood(f"the JSON key {shown(key)} came, expected 1 to 256 of A-Z a-z 0-9 _ . / : -")
    if len(known_keys) < 10_000:
        known_keys.add(key)


def difference(came: str, expected: str) -> str:
    """Where a text stops being canonical. A key that stands twice is said first: it is the usual trick."""

    def once(pairs: list[tuple[str, JSON]]) -> dict[str, JSON]:
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise KeyError(key)
            seen.add(key)
        return dict(pairs)

    try:
        json.JSONDecoder(object_pairs_hook=once).decode(came)
    except KeyError as error:
        return f"the key {shown(error.args[0])} stands twice in one object"
    shorter = min(len(came), len(expected))
    place = next((i for i in range(shorter) if came[i] != expected[i]), shorter)
    came, expected = came[place : place + 12], expected[place : place + 12]
    return f"at character {place} came {shown(came)}, expected {shown(expected)}"


# ── 4. Base64, keys, signature lines (§1) ────────────────────────────────────────────────────────────────────────────

NAME = r"[a-z0-9._/-]{1,200}"
HASH = re.compile(r"[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=")  # base64 of 32 bytes; the last character has no stray bits
HASH_URL = re.compile(r"[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]")  # base64url of 32 bytes
VKEY = re.compile(rf"({NAME})\+([0-9a-f]{{8}})\+([A-Za-z0-9+/]+={{0,2}})")
LINE = re.compile(rb"\xe2\x80\x94 (" + NAME.encode() + rb") ([A-Za-z0-9+/]+={0,2})\n")
ED25519, WITNESS_ED25519, ML_DSA_44 = 0x01, 0x04, 0x06
PUBLIC_BYTES = {ED25519: 32, WITNESS_ED25519: 32, ML_DSA_44: 1312}
SIGNATURE_BYTES = {ED25519: 64, WITNESS_ED25519: 8 + 64, ML_DSA_44: 8 + 2420}


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def from_b64(text: str | bytes) -> bytes:
    """Base64 with padding; a text that does not re-encode to itself is refused."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise Falsehood(f"{shown(text)} is not base64") from None
    if base64.b64encode(data) != (text.encode() if isinstance(text, str) else text):
        raise Falsehood(f"the base64 text {shown(text)} is not canonical")
    return data


def from_b64url(text: str) -> bytes:
    """Base64url without padding; a text that does not re-encode to itself is refused."""
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise Falsehood(f"{shown(text)} is not base64url") from None
    if base64.urlsafe_b64encode(data).rstrip(b"=").decode() != text:
        raise Falsehood(f"the base64url text {shown(text)} is not canonical")
    return data


@dataclass(frozen=True)
class Key:
    """A public key with its name: what a vkey says."""

    name: str
    keyid: bytes
    kind: int
    public: bytes
    vkey: str


@lru_cache(maxsize=4096)
def read_vkey(text: str) -> Key:
    if not (found := VKEY.fullmatch(text)):
        raise Falsehood(f"{shown(text)} is not a key; expected name+keyid+base64")
    name, keyid, data = found[1], bytes.fromhex(found[2]), from_b64(found[3])
    kind, public = data[0], data[1:]
    if kind not in PUBLIC_BYTES:
        raise Falsehood(f"the key {shown(text)} has type {kind:#04x}, expected 0x01, 0x04 or 0x06")
    if len(public) != PUBLIC_BYTES[kind]:
        raise Falsehood(f"the key {shown(name)} has {len(public)} bytes, expected {PUBLIC_BYTES[kind]}")
    if keyid != (expected := hashlib.sha256(name.encode() + b"\n" + data).digest()[:4]):
        raise Falsehood(f"the key {shown(name)} has key id {keyid.hex()}, expected {expected.hex()}")
    return Key(name, keyid, kind, public, text)


class Line(NamedTuple):
    """A signature line: who, with which key, and the bytes."""

    name: str
    keyid: bytes
    signature: bytes

    def __str__(self) -> str:
        return f"{plain(self.name)} (key id {self.keyid.hex()})"


def read_lines(data: bytes, most: int) -> list[Line]:
    """The signature lines that end a note."""
    lines: list[Line] = []
    at = 0
    while at < len(data):
        if not (found := LINE.match(data, at)):
            raise Falsehood(f"signature line {len(lines) + 1} is malformed: {shown(data[at : at + 60])}")
        signed = from_b64(found[2])
        lines.append(Line(found[1].decode(), signed[:4], signed[4:]))
        at = found.end()
    if not 1 <= len(lines) <= most:
        raise Falsehood(f"{len(lines)} signature lines came, expected 1 to {most}")
    if len({line[:2] for line in lines}) != len(lines):
        raise Falsehood("two signature lines are by the same key")
    return lines


@lru_cache(maxsize=4096)
def checker(kind: int, public: bytes) -> Callable[[bytes, bytes], None]:
    """The function of `cryptography` that raises unless (signature, message) is good under this key."""
    try:
        if kind == ML_DSA_44:
            if not HAS_ML_DSA:
                raise Unreadable("this version of cryptography cannot check ML-DSA-44 signatures; install a newer one")
            return MLDSA44PublicKey.from_public_bytes(public).verify
        return Ed25519PublicKey.from_public_bytes(public).verify
    except ValueError:
        raise Falsehood("a key's bytes are not a public key") from None
    except UnsupportedAlgorithm as error:
        raise Unreadable("this build of cryptography cannot check ML-DSA-44 signatures; install another") from error


def is_signed(kind: int, public: bytes, signature: bytes, message: bytes) -> bool:
    try:
        checker(kind, public)(signature, message)
    except InvalidSignature:
        return False
    return True


# ── 5. Events (§3) and sealed values (§6) ────────────────────────────────────────────────────────────────────────────

HEADER = b"fairplace/event/v1\n"
MEMBERS = ["actor", "at", "body", "id", "keys", "log", "n", "prev", "sealed", "stream", "type"]
UUID4 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
TYPE = re.compile(r"[a-z][a-z0-9-]*(\.[a-z][a-z0-9-]*)+/[1-9][0-9]*")
FORMS = (
    ("actor", re.compile(NAME), "a key name"),
    ("at", re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z"), "YYYY-MM-DDTHH:MM:SS.sssZ"),
    ("id", re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"), "a UUIDv7"),
    ("keys", re.compile(HASH.pattern + "|"), "a leaf hash, or nothing in the first entry"),
    ("log", re.compile(NAME), "the origin of the log"),
    ("prev", re.compile(HASH.pattern + "|"), "a leaf hash, or nothing in the first event of a stream"),
    ("stream", UUID4, "a UUIDv4"),
    ("type", TYPE, "a type such as evaluation.scored/1"),
)
SLOT = re.compile(r"(/[a-z0-9_-]{1,64}){1,8}")
BASES = frozenset({"personal", "child", "commercial", "standstill", "security", "legal-privilege"})
known_slots: set[str] = set()  # slots that have already matched SLOT


class Entry(NamedTuple):
    """One entry of the log, read and found well formed."""

    event: dict[str, JSON]
    text: bytes  # what is signed
    lines: list[Line]
    leaf: bytes
    leaf_b64: str

    @property
    def type(self) -> str:
        return str(self.event["type"])


def read_entry(data: bytes) -> Entry:
    """An entry whose form is right: header, canonical JSON, members, signature lines (§3)."""
    if not data.startswith(HEADER):
        raise Falsehood(f"it begins {shown(data[:19])}, expected {shown(HEADER)}")
    end = data.find(b"\n\n", len(HEADER))
    if end < 0:
        raise Falsehood("it has no blank line between the event and its signatures")
    event = read_json(data[len(HEADER) : end])
    check_envelope(event)
    lines = read_lines(data[end + 2 :], 8)
    if lines[0].name != event["actor"]:
        raise Falsehood(f"the first signature is by {lines[0]}, expected the actor, {plain(event['actor'])}")
    for line in lines:
        if len(line.signature) != SIGNATURE_BYTES[ED25519]:
            raise Falsehood(f"the signature of {line} has {len(line.signature)} bytes, expected 64")
    if len(lines) > 2 and (rest := [line[:2] for line in lines[1:]]) != sorted(rest):
        raise Falsehood("the second and later signature lines are not sorted by name and key id")
    leaf = leaf_hash(data)
    return Entry(event, data[: end + 1], lines, leaf, b64(leaf))


def check_envelope(event: JSON) -> None:
    """The eleven members of an event, no other (§3)."""
    if type(event) is not dict:
        raise Falsehood(f"the event is {shown(event)}, expected an object")
    if list(event) != MEMBERS:
        missing, extra = sorted(set(MEMBERS) - set(event)), sorted(set(event) - set(MEMBERS))
        what = f"no member {shown(missing[0])}" if missing else f"a member {shown(extra[0])} that no event has"
        raise Falsehood(f"the event has {what}")
    for member, form, words in FORMS:
        value = event[member]
        if type(value) is not str or not form.fullmatch(value):
            raise Falsehood(f"`{member}` is {shown(value)}, expected {words}")
    try:
        datetime.fromisoformat(event["at"])
    except ValueError:
        raise Falsehood(f"`at` is {shown(event['at'])}, which is no moment of the calendar") from None
    if type(event["n"]) is not int or event["n"] < 1:
        raise Falsehood(f"`n` is {shown(event['n'])}, expected 1 or more")
    for member in ("body", "sealed"):
        if type(event[member]) is not dict:
            raise Falsehood(f"`{member}` is {shown(event[member])}, expected an object")
    if event["sealed"]:
        check_sealed(event["sealed"], event["body"])


def check_sealed(sealed: dict[str, JSON], body: dict[str, JSON]) -> None:
    """Every slot has a basis and a digest, and its place in the body is free (§6)."""
    for slot, seal in sealed.items():
        if slot not in known_slots:
            if len(slot) > 256 or not SLOT.fullmatch(slot):
                raise Falsehood("a slot of this name came, expected 1 to 8 parts such as /score", slot=slot)
            if len(known_slots) < 10_000:
                known_slots.add(slot)
        if type(seal) is not dict or list(seal) != ["basis", "d"]:
            raise Falsehood(f"{shown(seal)} came, expected a basis and a digest", slot=slot)
        if type(seal["basis"]) is not str or seal["basis"] not in BASES:
            raise Falsehood(
                f"the basis is {shown(seal['basis'])}, expected one of {', '.join(sorted(BASES))}", slot=slot
            )
        if type(seal["d"]) is not str or not HASH_URL.fullmatch(seal["d"]):
            raise Falsehood(f"the digest is {shown(seal['d'])}, expected base64url of 32 bytes", slot=slot)
        *parents, last = slot[1:].split("/")
        place: JSON = body
        path = ""
        for parent in parents:
            path += f"/{parent}"
            if path in sealed:
                raise Falsehood(f"the slot lies inside the slot {shown(path)}", slot=slot)
            place = place.get(parent, {}) if type(place) is dict else None
        if type(place) is not dict or last in place:
            raise Falsehood("the body already has something in the place of this slot", slot=slot)


def read_disclosure(text: str, sealed: Mapping[str, JSON]) -> tuple[str, JSON]:
    """Slot and value of a disclosure that fits a digest of the entry (§6; RFC 9901 section 4.2)."""
    parts = read_json(from_b64url(text))
    if type(parts) is not list or len(parts) != 3:
        raise Falsehood("a disclosure is not [salt, slot, value]")
    salt, slot, value = parts
    if type(salt) is not str or not HASH_URL.fullmatch(salt):
        raise Falsehood(f"a disclosure has the salt {shown(salt)}, expected base64url of 32 bytes")
    if type(slot) is not str or slot not in sealed:
        raise Falsehood(f"a disclosure opens the slot {shown(slot)}, which the entry does not have")
    digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
    if digest != sealed[slot]["d"]:
        raise Falsehood(f"the disclosure has digest {digest}, the entry holds {sealed[slot]['d']}", slot=slot)
    return slot, value


# ── 6. The tree (§4; RFC 6962 section 2.1) ───────────────────────────────────────────────────────────────────────────


def leaf_hash(entry: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


class Tree:
    """A Merkle tree that only grows. `heights[h]` holds the hashes of all complete subtrees of 2**h leaves, in order."""

    def __init__(self, leaves: Iterable[bytes] = ()) -> None:
        self.heights = [bytearray()]
        for leaf in leaves:
            self.append(leaf)

    def __len__(self) -> int:
        return len(self.heights[0]) // 32

    def append(self, leaf: bytes) -> None:
        self.heights[0] += leaf
        complete, height = len(self), 0
        while complete % 2 == 0:
            pair = self.heights[height][-64:]
            complete, height = complete // 2, height + 1
            if height == len(self.heights):
                self.heights.append(bytearray())
            self.heights[height] += node_hash(bytes(pair[:32]), bytes(pair[32:]))

    def leaf(self, index: int) -> bytes:
        return bytes(self.heights[0][32 * index : 32 * index + 32])

    def root(self, size: int) -> bytes:
        """The root over the first `size` leaves: the complete subtrees, joined from the right."""
        root = b""
        for height in range(size.bit_length()):
            if size >> height & 1:
                end = 32 * (size >> height)
                subtree = bytes(self.heights[height][end - 32 : end])
                root = node_hash(subtree, root) if root else subtree
        return root or hashlib.sha256().digest()

    def tile(self, level: int, number: int, width: int) -> bytes:
        """`width` hashes of a tile (tlog-tiles): each stands for 256**level leaves."""
        start = 32 * 256 * number
        return bytes(self.heights[8 * level][start : start + 32 * width])


def root_from(leaf: bytes, index: int, size: int, proof: Sequence[bytes]) -> bytes:
    """The root that an inclusion proof leads to: RFC 9162 section 2.1.3.2, step by step."""
    if not 0 <= index < size:
        raise Falsehood(f"the proof is for entry {index} of a log of {size}")
    at, last, value = index, size - 1, leaf
    for step in proof:
        if last == 0:
            raise Falsehood("the inclusion proof has more hashes than the path")
        if at & 1 or at == last:
            value = node_hash(step, value)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            value = node_hash(value, step)
        at, last = at >> 1, last >> 1
    if last:
        raise Falsehood("the inclusion proof has fewer hashes than the path")
    return value


# ── 7. The key register (§5) ─────────────────────────────────────────────────────────────────────────────────────────
# Validity is by position, not by clock. A key may sign the entry at index i when it was added at or before the register
# event that the entry's `keys` names, and no register event before i revoked it, or narrowed it for this type; nor may
# anything have narrowed it between the register event that `keys` names and i.

REGISTER_MEMBERS: Final[Mapping[str, list[str]]] = {
    "log.opened/1": ["root_key"],
    "key.added/1": ["role", "vkey"],
    "key.limited/1": ["not_for", "vkey"],
    "key.revoked/1": ["reason", "vkey"],
    "log-key.added/1": ["vkey"],
    "log-key.retired/1": ["vkey"],
}
ROLE = re.compile(r"[a-z][a-z-]{0,63}")


@dataclass
class Standing:
    """What the register says of one key that signs events, with the indexes at which it said so."""

    key: Key
    added: int
    roles: dict[str, int]
    limits: dict[str, int] = field(default_factory=dict)
    narrowed: int = -1
    revoked: int | None = None


@dataclass
class LogKey:
    """One of the log's own keys."""

    key: Key
    added: int
    retired: int | None = None

    def stands_at(self, size: int) -> bool:
        """May it sign the checkpoint of this size? The events that add and retire it must be, or not be, in it."""
        return self.added < size and (self.retired is None or self.retired >= size)


class KeyRegister:
    """All keys, as the entries read so far have them."""

    def __init__(self) -> None:
        self.stream = ""
        self.events: dict[str, int] = {}  # leaf hash of a register event to its index
        self.keys: dict[tuple[str, bytes], Standing] = {}
        self.log_keys: dict[tuple[str, bytes], LogKey] = {}
        self.publics: dict[bytes, str] = {}  # public key to the one vkey under which it stands
        self.root_key = ""

    def judge(self, index: int, entry: Entry) -> list[Key]:
        """The keys of the entry's signature lines, each found allowed to sign here; and what the entry changes."""
        event = entry.event
        is_register = event["type"] in REGISTER_MEMBERS
        if index == 0:
            self._open(entry)
        elif is_register != (event["stream"] == self.stream):
            where = "outside" if is_register else "inside"
            raise Falsehood(f"an event {event['type']} stands {where} the stream of the key register")
        named = self._named(index, event["keys"])
        keys = [self._signer(line, named, event["type"]) for line in entry.lines]
        if is_register:
            if index:
                self._change(index, event, named)
            self.events[entry.leaf_b64] = index
        return keys

    def active_log_keys(self) -> list[Key]:
        return [log_key.key for log_key in self.log_keys.values() if log_key.retired is None]

    def _named(self, index: int, keys: str) -> int:
        """The index of the register event that the entry names."""
        if index == 0:
            if keys:
                raise Falsehood(f"`keys` of the first entry is {shown(keys)}, expected nothing")
            return 0
        if (named := self.events.get(keys)) is None:
            raise Falsehood(f"`keys` is {shown(keys)}, expected the leaf hash of an earlier event of the key register")
        return named

    def _signer(self, line: Line, named: int, of_type: str) -> Key:
        standing = self.keys.get((line.name, line.keyid))
        if standing is None:
            raise Falsehood(f"it is signed by {line}, a key that is not in the key register at this point")
        if standing.added > named:
            why = f"was added by entry {standing.added}, after entry {named}, the register event that `keys` names"
        elif standing.revoked is not None:
            why = f"was revoked by entry {standing.revoked}"
        elif of_type in standing.limits:
            why = f"may not sign {of_type} since entry {standing.limits[of_type]}"
        elif standing.narrowed > named:
            why = f"was limited by entry {standing.narrowed}, after entry {named}, the register event that `keys` names"
        else:
            return standing.key
        raise Falsehood(f"it is signed by {line}, a key that {why}")

    def _open(self, entry: Entry) -> None:
        """Entry 0 brings the root key, and is signed by it."""
        event = entry.event
        if event["type"] != "log.opened/1":
            raise Falsehood(f"the first entry is of type {event['type']}, expected log.opened/1")
        body = dict(event["body"])
        if "continues" in body:
            before = body.pop("continues")
            if type(before) is not dict or list(before) != ["log", "root", "size"]:
                raise Falsehood(f"`continues` is {shown(before)}, expected log, root and size of the earlier log")
        root = self._actor_key(self._vkey(body, "root_key", REGISTER_MEMBERS["log.opened/1"]), event["log"])
        if root.name != event["actor"]:
            raise Falsehood(f"the root key is {plain(root.name)}, but the actor is {plain(event['actor'])}")
        self.stream, self.root_key = event["stream"], root.vkey
        self.keys[root.name, root.keyid] = Standing(root, 0, {"root": 0})

    def _change(self, index: int, event: dict[str, JSON], named: int) -> None:
        """What one register event does. It must be by a key with the role root or key-admin."""
        kind, body = event["type"], event["body"]
        actors = [s for s in self.keys.values() if s.key.name == event["actor"] and s.revoked is None]
        if not any(s.roles.get(role, index) <= named for s in actors for role in ("root", "key-admin")):
            raise Falsehood(f"{plain(event['actor'])} changes the key register without the role root or key-admin")
        if kind == "log.opened/1":
            raise Falsehood("the log is opened a second time")
        key = self._vkey(body, "vkey", REGISTER_MEMBERS[kind])
        if kind == "log-key.added/1":
            self._add_log_key(index, key, event["log"])
        elif kind == "log-key.retired/1":
            log_key = self.log_keys.get((key.name, key.keyid))
            if log_key is None or log_key.retired is not None:
                raise Falsehood(f"the log key {plain(key.vkey)} is retired, but is not one of the log's keys now")
            log_key.retired = index
        elif kind == "key.added/1":
            role = body["role"]
            if type(role) is not str or not ROLE.fullmatch(role):
                raise Falsehood(f"the role is {shown(role)}, expected a word")
            standing = self.keys.setdefault(
                (key.name, key.keyid), Standing(self._actor_key(key, event["log"]), index, {})
            )
            if standing.revoked is not None:
                raise Falsehood(f"the key {plain(key.vkey)} is added again, but entry {standing.revoked} revoked it")
            standing.roles.setdefault(role, index)
        else:
            self._narrow(index, kind, key, body)

    def _narrow(self, index: int, kind: str, key: Key, body: dict[str, JSON]) -> None:
        standing = self.keys.get((key.name, key.keyid))
        if standing is None or standing.revoked is not None:
            raise Falsehood(f"{kind} names the key {plain(key.vkey)}, which is not a key that may sign now")
        if kind == "key.revoked/1":
            if type(body["reason"]) is not str:
                raise Falsehood(f"`reason` is {shown(body['reason'])}, expected a word")
            standing.revoked = index
            return
        types = body["not_for"]
        if type(types) is not list or not all(type(t) is str and TYPE.fullmatch(t) for t in types):
            raise Falsehood(f"`not_for` is {shown(types)}, expected a list of event types")
        standing.narrowed = index
        for of_type in types:
            standing.limits.setdefault(of_type, index)

    def _vkey(self, body: dict[str, JSON], member: str, members: list[str]) -> Key:
        if list(body) != members:
            raise Falsehood(f"the body has the members {shown(list(body))}, expected {shown(members)}")
        if type(body[member]) is not str:
            raise Falsehood(f"`{member}` is {shown(body[member])}, expected a key")
        return read_vkey(body[member])

    def _actor_key(self, key: Key, origin: str) -> Key:
        if key.kind != ED25519:
            raise Falsehood(f"the key {plain(key.vkey)} has type {key.kind:#04x}, expected 0x01 for a key of an actor")
        if key.name == origin:
            raise Falsehood(f"a key named {plain(origin)}, as the log itself, is added to sign events")
        return self._one_name(key)

    def _add_log_key(self, index: int, key: Key, origin: str) -> None:
        if key.name != origin or key.kind not in (ED25519, ML_DSA_44):
            raise Falsehood(
                f"the log key {plain(key.vkey)} came, expected one named {plain(origin)}, type 0x01 or 0x06"
            )
        if (key.name, key.keyid) in self.log_keys:
            raise Falsehood(f"the log key {plain(key.vkey)} is added twice")
        self.log_keys[key.name, key.keyid] = LogKey(self._one_name(key), index)

    def _one_name(self, key: Key) -> Key:
        """One public key stands under one name and one type (§1)."""
        if (other := self.publics.setdefault(key.public, key.vkey)) != key.vkey:
            raise Falsehood(f"the key {plain(key.vkey)} is already in use as {plain(other)}")
        return key


# ── 8. Cases: what binds events together (§3) ────────────────────────────────────────────────────────────────────────
# Every event outside the key register names its `case`: the stream of the case, which begins with an entry of that same
# case. An event in any other stream names what its author had `seen`: an entry of the case's stream. Closing events say
# what they rest on: count, types and root of all earlier entries of the case of these types, so a dropped one shows.
# Deposits (sealed bids) have `case` and `seen` as sealed slots, so that nobody can count a case's bids; they are judged
# as far as they have been opened.

DISCLOSED, WITHDRAWN = "value.disclosed/1", "value.withdrawn/1"


class Cases:
    """The cases, as the entries read so far have them."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.opened: dict[str, int] = {}  # case to the index of its first entry
        self.standing: dict[str, tuple[str, int]] = {}  # leaf hash in a case's own stream to case and index
        self.members: dict[str, dict[str, list[int]]] = {}  # case to type to indexes

    def judge(self, index: int, entry: Entry) -> None:
        event, body = entry.event, entry.event["body"]
        stream, case = event["stream"], body.get("case")
        if event["type"].startswith("deposit."):
            self._judge_deposit(event)
            return
        if type(case) is not str or not UUID4.fullmatch(case):
            raise Falsehood(f"`case` is {shown(case)}, expected the stream of a case")
        if stream == case and event["n"] == 1:
            self.opened[case] = index
        if stream in self.opened and stream != case:
            raise Falsehood(f"it stands in the stream of the case {stream}, but its `case` is {case}")
        if case not in self.opened:
            raise Falsehood(f"its `case` is {case}, but no earlier entry opens that case")
        if stream != case or body.get("seen") is not None:
            self.judge_seen(index, body.get("seen"), case)
        if body.get("rests_on") is not None:
            rests_on = read_rests_on(body["rests_on"])
            indexes = [i for kind in rests_on["types"] for i in self.members.get(case, {}).get(kind, ())]
            self.judge_rests_on(rests_on, indexes)
        if stream == case:
            self.standing[entry.leaf_b64] = case, index
        self.members.setdefault(case, {}).setdefault(event["type"], []).append(index)

    def _judge_deposit(self, event: dict[str, JSON]) -> None:
        for member in ("case", "seen"):
            if member in event["body"] or f"/{member}" not in event["sealed"]:
                raise Falsehood(f"a deposit has no sealed slot /{member}")
        if event["stream"] in self.opened:
            raise Falsehood(f"a deposit stands in the stream of the case {event['stream']}, and so tells its case")

    def judge_seen(self, index: int, seen: JSON, case: str | None) -> None:
        if type(seen) is not str or not HASH.fullmatch(seen):
            raise Falsehood(f"`seen` is {shown(seen)}, expected the leaf hash of an entry of the case's stream")
        of_case, at = self.standing.get(seen, ("", index))
        if at >= index or case not in (None, of_case):
            raise Falsehood(f"`seen` is {seen}, which is no earlier entry of the stream of the case {case or 'named'}")

    def judge_rests_on(self, rests_on: dict[str, JSON], indexes: list[int]) -> None:
        if rests_on["count"] != len(indexes):
            kinds = ", ".join(rests_on["types"])
            raise Falsehood(f"it rests on {rests_on['count']} entries of {kinds}, but the case has {len(indexes)}")
        root = b64(Tree(self.tree.leaf(i) for i in sorted(indexes)).root(len(indexes)))
        if rests_on["root"] != root:
            raise Falsehood(f"it rests on entries with root {rests_on['root']}, but those of the case give {root}")


def read_rests_on(value: JSON) -> dict[str, JSON]:
    if type(value) is not dict or list(value) != ["count", "root", "types"]:
        raise Falsehood(f"`rests_on` is {shown(value)}, expected count, root and types")
    if type(value["count"]) is not int or type(value["root"]) is not str or not HASH.fullmatch(value["root"]):
        raise Falsehood(f"`rests_on` is {shown(value)}, expected a number and a root")
    types = value["types"]
    if type(types) is not list or not all(type(t) is str and TYPE.fullmatch(t) for t in types):
        raise Falsehood(f"`rests_on` has the types {shown(types)}, expected a list of event types")
    if types != sorted(set(types)):
        raise Falsehood(f"`rests_on` has the types {shown(types)}, expected them sorted and each once")
    return value


def read_openings(event: dict[str, JSON], index: int) -> Iterator[tuple[int, list[str]]]:
    """Which slots of which entries an event discloses or withdraws."""
    body = event["body"]
    openings = body.get("openings")
    if event["stream"] != body["case"]:
        raise Falsehood(f"{event['type']} stands in the stream {event['stream']}, expected the case's own")
    if type(openings) is not list:
        raise Falsehood(f"`openings` is {shown(openings)}, expected a list")
    last = -1
    for opening in openings:
        if type(opening) is not dict or list(opening) != ["entry", "slots"] or type(opening["slots"]) is not list:
            raise Falsehood(f"an opening is {shown(opening)}, expected an entry and its slots")
        entry, slots = opening["entry"], opening["slots"]
        if type(entry) is not int or not last < entry < index:
            raise Falsehood(
                f"an opening names entry {shown(entry)}, expected ascending ones from {last + 1} to {index - 1}"
            )
        if not slots or not all(type(slot) is str for slot in slots) or slots != sorted(set(slots)):
            raise Falsehood(f"an opening names the slots {shown(slots)}, expected them sorted and each once")
        last = entry
        yield entry, slots


# ── 9. Checkpoints (§8, §9) and policies (tlog-policy) ───────────────────────────────────────────────────────────────

CHECKPOINT = re.compile(rb"(" + NAME.encode() + rb")\n([1-9][0-9]{0,17})\n([A-Za-z0-9+/]{43}=)\n")
MOST_CHECKPOINT = 1_000_000
RESERVED = ("fairplace/", "cosignature/", "subtree/")


class Checkpoint(NamedTuple):
    origin: str
    size: int
    root: bytes
    text: bytes
    lines: list[Line]


def read_checkpoint(data: bytes) -> Checkpoint:
    text, blank, lines = data.partition(b"\n\n")
    if not blank:
        raise Falsehood("a checkpoint has no blank line before its signatures")
    if not (found := CHECKPOINT.fullmatch(text := text + b"\n")):
        raise Falsehood(f"a checkpoint reads {shown(text)}, expected three lines: origin, size, root")
    origin = found[1].decode()
    if origin.startswith(RESERVED):
        raise Falsehood(f"the origin {plain(origin)} begins with a word that is reserved")
    return Checkpoint(origin, int(found[2]), from_b64(found[3]), text, read_lines(lines, 256))


def statement(key: Key, line: Line, checkpoint: Checkpoint) -> tuple[bytes, bytes]:
    """Signature and signed message of a line under a checkpoint, by the type of its key (§1, §9)."""
    if len(line.signature) != SIGNATURE_BYTES[key.kind]:
        raise Falsehood(
            f"the signature of {line} has {len(line.signature)} bytes, expected {SIGNATURE_BYTES[key.kind]}"
        )
    if key.kind == ED25519:
        return line.signature, checkpoint.text
    stamp, signature = line.signature[:8], line.signature[8:]
    seconds = int.from_bytes(stamp, "big")
    if not 0 < seconds < 2**63:
        raise Falsehood(f"the signature of {line} has the time {seconds}, expected one after 1970")
    if key.kind == WITNESS_ED25519:
        return signature, b"cosignature/v1\ntime %d\n" % seconds + checkpoint.text
    name, origin = key.name.encode(), checkpoint.origin.encode()
    span = bytes(8) + checkpoint.size.to_bytes(8, "big")
    cosigner = b"subtree/v1\n\x00" + bytes([len(name)]) + name + stamp
    return signature, cosigner + bytes([len(origin)]) + origin + span + checkpoint.root


def check_line(key: Key, line: Line, checkpoint: Checkpoint) -> None:
    signature, message = statement(key, line, checkpoint)
    if not is_signed(key.kind, key.public, signature, message):
        raise Falsehood(f"the signature of {line} does not fit the checkpoint")


class Policy(NamedTuple):
    """Whose word counts: logs, witnesses, and how many of the witnesses (tlog-policy)."""

    logs: list[Key]
    witnesses: dict[str, Key]
    groups: dict[str, tuple[int, list[str]]]
    quorum: str

    def met(self, signers: set[str]) -> bool:
        """Do the witnesses among these vkeys make the quorum?"""
        have = {name for name, key in self.witnesses.items() if key.vkey in signers}
        for name, (least, parts) in self.groups.items():  # a group names only what stands before it
            if sum(part in have for part in parts) >= least:
                have.add(name)
        return self.quorum == "none" or self.quorum in have


def read_policy(text: str) -> Policy:
    """A tlog-policy file, as somebody brings it to say whom they trust."""
    policy = Policy([], {}, {}, "")
    members: set[str] = set()
    for number, line in enumerate(text.split("\n"), 1):
        words = re.findall(r"[^ \t]+", line)
        if not words or words[0].startswith("#"):
            continue
        try:
            policy = read_policy_line(policy, words, members)
        except (Falsehood, IndexError, ValueError) as error:
            raise Unreadable(f"line {number} of the policy cannot be read: {plain(line)} ({error})") from None
    if not policy.quorum:
        raise Unreadable("the policy has no quorum line")
    keys = [*policy.logs, *policy.witnesses.values()]
    if len({key.public for key in keys}) != len(keys):
        raise Unreadable("the policy names one public key twice")
    return policy


def read_policy_line(policy: Policy, words: list[str], members: set[str]) -> Policy:
    defined = policy.witnesses.keys() | policy.groups.keys()
    match words:
        case ["log", vkey] | ["log", vkey, _] if (key := read_vkey(vkey)).kind in (ED25519, ML_DSA_44):
            policy.logs.append(key)
        case ["witness", name, vkey] | ["witness", name, vkey, _] if name not in defined | {"none"} and (
            key := read_vkey(vkey)
        ).kind in (WITNESS_ED25519, ML_DSA_44):
            policy.witnesses[name] = key
        case ["group", name, least, *parts] if name not in defined | {"none"} and parts:
            needed = {"any": 1, "all": len(parts)}.get(least) or int(least)
            if not 1 <= needed <= len(parts) or len(set(parts)) != len(parts) or not set(parts) <= defined - members:
                raise ValueError("expected names defined above, each a member once, and a number that they can reach")
            policy.groups[name] = needed, parts
            members.update(parts)
        case ["quorum", name] if not policy.quorum and name in defined | {"none"}:
            return policy._replace(quorum=name)
        case _:
            raise ValueError("expected log, witness, group or quorum, with known names and suitable keys")
    return policy


class Trust(NamedTuple):
    """What the reader brought: keys, and perhaps a policy."""

    keys: list[Key]
    policy: Policy | None

    def witness(self, line: Line) -> Key | None:
        known = self.policy.witnesses.values() if self.policy else ()
        return next((key for key in known if (key.name, key.keyid) == line[:2]), None)

    def judge(self, report: Report, origin: str, signers: set[str], root_key: str = "") -> None:
        """Is it the register that the reader means? `signers` are the vkeys of all good lines of the checkpoint."""
        reasons: list[str] = []
        if self.keys:
            if not (found := [key for key in self.keys if key.vkey in signers | {root_key}]):
                names = ", ".join(plain(key.vkey) for key in self.keys)
                raise Falsehood(f"the checkpoint of {origin} is not signed by the key that you gave: {names}")
            what = "was opened by" if found[0].vkey == root_key else "is signed by"
            reasons.append(f"the log {origin} {what} a key that you gave")
        if self.policy and self.policy.logs:
            if not any(key.vkey in signers for key in self.policy.logs):
                raise Falsehood(f"the checkpoint of {origin} is not signed by a log that your policy names")
            reasons.append(f"the log {origin} is one that your policy names")
        if self.policy and not self.policy.met(signers):
            report.trust = f"the witnesses that your policy asks for ({self.policy.quorum}) have not all signed"
        elif reasons:
            report.trusted, report.trust = True, " and ".join(reasons)


def read_trust(keys: Iterable[str], policy: str | None) -> Trust:
    if not HAS_CRYPTOGRAPHY:
        raise Unreadable(
            "this verifier needs the Python package cryptography: install it with `pip install cryptography`"
        )
    try:
        return Trust([read_vkey(key.strip()) for key in keys], None if policy is None else read_policy(policy))
    except Falsehood as error:
        raise Unreadable(f"a key that was given cannot be read: {error}") from None


# ── 10. The layout of published files (§10) ──────────────────────────────────────────────────────────────────────────

NUMBER = r"(?:x[0-9]{3}/)*[0-9]{3}"
TILE = re.compile(rf"tile/(entries|0|[1-9])/({NUMBER})(?:\.p/([1-9][0-9]{{0,2}}))?")
DISCLOSURES = re.compile(rf"disclosures/({NUMBER})")
FOLDER = re.compile(
    r"checkpoints/|tile/(?:(?:entries|[0-9])/(?:x[0-9]{3}/)*(?:[0-9]{3}\.p/)?)?|disclosures/(?:x[0-9]{3}/)*"
)
MOST_BUNDLE = 256 * (2 + 65_535)


def number_path(number: int) -> str:
    """1234067 as x001/x234/067."""
    path = f"{number % 1000:03d}"
    while number := number // 1000:
        path = f"x{number % 1000:03d}/{path}"
    return path


def tile_path(level: int | str, number: int, width: int) -> str:
    return f"tile/{level}/{number_path(number)}" + (f".p/{width}" if width < 256 else "")


class Tile(NamedTuple):
    level: int
    is_bundle: bool
    number: int
    width: int

    def fits(self, size: int) -> bool:
        """Does a log of this size fill it?"""
        return 256 * self.number + self.width <= size >> 8 * self.level


def read_tile_path(name: str) -> Tile | None:
    if not (found := TILE.fullmatch(name)):
        return None
    number = int(found[2].replace("x", "").replace("/", ""))
    width = int(found[3] or 256)
    if number_path(number) != found[2] or (found[3] and width > 255):
        return None
    return Tile(0 if found[1] == "entries" else int(found[1]), found[1] == "entries", number, width)


class Layout(NamedTuple):
    """The files of a register, found complete: published checkpoints, and the widths in which each tile is there."""

    sizes: list[int]
    widths: dict[tuple[int, bool, int], list[int]]
    disclosures: list[str]
    files: int


def read_layout(names: Mapping[str, str], size: int) -> Layout:
    """Every file is named by the layout, and none that the layout asks for is missing (§10).

    A partial tile of a published checkpoint is needed until the full tile is there; afterwards it may stay or go.
    """
    if size // 256 > len(names):
        raise Falsehood(f"the checkpoint says {size} entries, but there are only {len(names)} files", file="checkpoint")
    layout = Layout([], {}, [], len(names))
    for name, kind in sorted(names.items()):
        if kind not in ("file", "folder") or (kind == "folder" and not FOLDER.fullmatch(name)):
            raise Falsehood(f"a {kind} came, expected only the files of a published register", file=name)
        if kind == "folder" or name in ("checkpoint", "policy"):
            continue
        if found := re.fullmatch(r"checkpoints/([1-9][0-9]{0,17})", name):
            if int(found[1]) > size:
                raise Falsehood(f"the file is beyond the newest checkpoint, which has size {size}", file=name)
            layout.sizes.append(int(found[1]))
        elif DISCLOSURES.fullmatch(name):
            layout.disclosures.append(name)
        elif not (tile := read_tile_path(name)):
            raise Falsehood("no file of this name belongs to a published register", file=name)
        elif not tile.fits(size):
            raise Falsehood(f"the file is beyond the newest checkpoint, which has size {size}", file=name)
        else:
            layout.widths.setdefault(tile[:3], []).append(tile.width)
    layout.sizes.sort()
    for name in ("policy", f"checkpoints/{size}", *needed_tiles(size, layout.sizes)):
        if name not in names:
            raise Falsehood("the file is missing", file=name)
    return layout


def needed_tiles(size: int, sizes: Iterable[int]) -> Iterator[str]:
    for level in range((size.bit_length() + 7) // 8):
        full = (size >> 8 * level) // 256
        partial = {divmod(published >> 8 * level, 256) for published in {*sizes, size}}
        for folder in ("entries", 0) if level == 0 else (level,):
            for number in range(full):
                yield tile_path(folder, number, 256)
            for number, width in sorted(partial):
                if width and number == full:
                    yield tile_path(folder, number, width)


# ── 11. A whole register ─────────────────────────────────────────────────────────────────────────────────────────────


class Pending(NamedTuple):
    """A signature that is still to be checked: this is where the time goes, so it is done by all processors."""

    entry: int
    line: Line
    key: Key
    message: bytes


class Audit:
    """One reading of a register's published files, from the first file to the last."""

    def __init__(self, files: Files, trust: Trust, progress: Callable[[int, int], None] | None) -> None:
        self.files, self.trust, self.progress = files, trust, progress
        self.report = Report()
        self.tree = Tree()
        self.register = KeyRegister()
        self.cases = Cases(self.tree)
        self.streams: dict[str, tuple[int, str]] = {}  # stream to `n` and leaf hash of its last event
        self.ids: set[str] = set()
        self.digests: set[str] = set()
        self.in_effect: dict[int, set[str]] = {}  # entry to the slots whose opening is public
        self.opened: dict[int, dict[str, JSON]] = {}  # entry to slot to value, for the slots that bind events together
        self.bundles: dict[int, list[bytes]] = {}  # the bundles read last
        self.pool = ThreadPoolExecutor(os.cpu_count() or 1)

    def run(self) -> Report:
        with self.pool:
            try:
                self.check_all()
            except Falsehood as error:
                self.report.false = error
        return self.report

    def check_all(self) -> None:
        report = self.report
        with checking(report, "files") as done:
            self.read_newest()
            self.layout = read_layout(self.files.names(), report.size)
            done("all are named by the layout, none is missing", self.layout.files)
        with checking(report, "entries") as done:
            self.check_entries()
            done(f"form, signatures, keys, order and cases hold, in {len(self.streams)} streams", len(self.tree))
        with checking(report, "tiles") as done:
            done("all follow from the entries", self.check_tiles())
        with checking(report, "checkpoints") as done:
            signers = self.check_checkpoints()
            done("every root and every signature holds", len(self.layout.sizes))
        with checking(report, "disclosures") as done:
            done("exactly the openings in effect are published", self.check_disclosures())
        with checking(report, "links") as done:
            done("opened cases, sightings and what rests on them hold", self.check_opened_links())
        with checking(report, "policy") as done:
            self.check_policy()
            done("it names the log's keys", len(self.register.active_log_keys()))
        with checking(report, "trust") as done:
            self.trust.judge(report, report.origin, signers, self.register.root_key)
            done(report.trust, len(self.trust.keys))

    # files

    def read_newest(self) -> None:
        with place("checkpoint"):
            newest = read_checkpoint(self.files.read("checkpoint", MOST_CHECKPOINT))
        self.report.origin, self.report.size, self.report.root = newest.origin, newest.size, b64(newest.root)

    # entries

    def check_entries(self) -> None:
        size = self.report.size
        for number in range((size + 255) // 256):
            count = min(256, size - 256 * number)
            self.check_bundle(number, count)
            if self.progress:
                self.progress(256 * number + count, size)

    def check_bundle(self, number: int, count: int) -> None:
        """The entries of a bundle, in order; then that the stale forms of the bundle begin as it does."""
        name = tile_path("entries", number, count)
        bundle = self.read_bundle(number, count)
        pending: list[Pending] = []
        for index, data in enumerate(bundle, 256 * number):
            try:
                pending += self.check_entry(index, data)
            except Falsehood as error:
                self.check_signatures(pending, name)  # what is false earlier is said first
                raise error.at(name, index) from None
        self.check_signatures(pending, name)
        for width in self.layout.widths[0, True, number]:
            if width < count:
                stale = tile_path("entries", number, width)
                expected = b"".join(len(entry).to_bytes(2, "big") + entry for entry in bundle[:width])
                if self.files.read(stale, MOST_BUNDLE) != expected:
                    raise Falsehood(f"it is not the beginning of {name}", file=stale)

    def read_bundle(self, number: int, count: int) -> list[bytes]:
        """The entries of a bundle: (u16 length || entry) for each (tlog-tiles)."""
        if number in self.bundles:
            return self.bundles[number]
        name = tile_path("entries", number, count)
        data = self.files.read(name, MOST_BUNDLE)
        entries: list[bytes] = []
        at = 0
        for index in range(256 * number, 256 * number + count):
            end = at + 2 + int.from_bytes(data[at : at + 2], "big")
            if at + 2 > len(data) or end > len(data):
                raise Falsehood(f"the file ends after {len(data)} bytes, in the middle of this entry", name, index)
            entries.append(data[at + 2 : end])
            at = end
        if at != len(data):
            raise Falsehood(f"the file has {len(data) - at} bytes after its {count} entries", name)
        while len(self.bundles) > 7:
            del self.bundles[next(iter(self.bundles))]
        self.bundles[number] = entries
        return entries

    def check_entry(self, index: int, data: bytes) -> list[Pending]:
        """One entry, in the light of all before it (§3, §5, §6)."""
        entry = read_entry(data)
        event = entry.event
        if event["log"] != self.report.origin:
            raise Falsehood(f"`log` is {shown(event['log'])}, expected {self.report.origin}")
        if event["id"] in self.ids:
            raise Falsehood(f"its id, {event['id']}, is already that of an earlier entry")
        self.ids.add(event["id"])
        for slot, seal in event["sealed"].items():
            if seal["d"] in self.digests:
                raise Falsehood(f"its digest, {seal['d']}, has already occurred", slot=slot)
            self.digests.add(seal["d"])
        keys = self.register.judge(index, entry)
        self.check_stream(event)
        if event["stream"] != self.register.stream:
            self.cases.judge(index, entry)
            if event["type"] in (DISCLOSED, WITHDRAWN):
                self.change_openings(index, event)
        self.streams[event["stream"]] = event["n"], entry.leaf_b64
        self.tree.append(entry.leaf)
        return [Pending(index, line, key, entry.text) for line, key in zip(entry.lines, keys, strict=True)]

    def check_stream(self, event: dict[str, JSON]) -> None:
        """`n` counts without gaps, and `prev` is the leaf hash of the event before (§3)."""
        n, prev = self.streams.get(event["stream"], (0, ""))
        if event["n"] != n + 1:
            raise Falsehood(f"`n` is {event['n']}, but this is event {n + 1} of the stream {event['stream']}")
        if event["prev"] != prev:
            raise Falsehood(f"`prev` is {shown(event['prev'])}, but the event before it in the stream is {shown(prev)}")

    def check_signatures(self, pending: list[Pending], name: str) -> None:
        def first_bad(part: list[Pending]) -> Pending | None:
            signed = ((item, item.line.signature, item.message) for item in part)
            return next((i for i, sig, text in signed if not is_signed(ED25519, i.key.public, sig, text)), None)

        share = max(64, -(-len(pending) // (os.cpu_count() or 1)))
        parts = [pending[start : start + share] for start in range(0, len(pending), share)]
        for bad in self.pool.map(first_bad, parts) if len(parts) > 1 else map(first_bad, parts):
            if bad:
                raise Falsehood(f"the signature of {bad.line} does not fit the event", name, bad.entry)

    def change_openings(self, index: int, event: dict[str, JSON]) -> None:
        """The last act on a slot wins; each takes effect at its own index (§6)."""
        for opened, slots in read_openings(event, index):
            before = self.read_again(opened)
            if before["stream"] == self.register.stream:
                raise Falsehood(f"an opening names entry {opened}, which belongs to the key register")
            for slot in slots:
                if slot not in before["sealed"]:
                    raise Falsehood(f"an opening names entry {opened}, which does not have the slot {shown(slot)}")
            if event["type"] == DISCLOSED:
                self.in_effect.setdefault(opened, set()).update(slots)
            else:
                self.in_effect.get(opened, set()).difference_update(slots)

    def read_again(self, index: int) -> dict[str, JSON]:
        """The event of an entry that was checked before. Entries are not kept: a log may be larger than memory."""
        number, place = divmod(index, 256)
        data = self.read_bundle(number, min(256, self.report.size - 256 * number))[place]
        if leaf_hash(data) != self.tree.leaf(index):
            raise Falsehood("the entry is another than it was a moment ago", entry=index)
        event: dict[str, JSON] = DECODER.decode(data[len(HEADER) : data.index(b"\n\n")].decode())
        return event

    # tiles and checkpoints

    def check_tiles(self) -> int:
        """Every tile, full or partial, is what the entries give (§4, §10)."""
        count = 0
        for (level, is_bundle, number), widths in sorted(self.layout.widths.items()):
            for width in sorted(widths) if not is_bundle else ():
                name = tile_path(level, number, width)
                data, expected = self.files.read(name, 8192), self.tree.tile(level, number, width)
                if data != expected:
                    if len(data) != len(expected):
                        raise Falsehood(f"the tile has {len(data)} bytes, expected {len(expected)}", file=name)
                    place = next(i for i in range(0, len(data), 32) if data[i : i + 32] != expected[i : i + 32])
                    came, right = b64(data[place : place + 32]), b64(expected[place : place + 32])
                    raise Falsehood(
                        f"hash {place // 32} of the tile is {came}, but the entries give {right}", file=name
                    )
                count += 1
        return count

    def check_checkpoints(self) -> set[str]:
        """Every checkpoint ever published: root and lines. Returns the vkeys that signed the newest."""
        signers: set[str] = set()
        for size in self.layout.sizes:
            name = f"checkpoints/{size}"
            data = self.files.read(name, MOST_CHECKPOINT)
            with place(name):
                checkpoint = read_checkpoint(data)
                if checkpoint.size != size:
                    raise Falsehood(f"the checkpoint has size {checkpoint.size}")
                if checkpoint.origin != self.report.origin:
                    raise Falsehood(f"the checkpoint is of {checkpoint.origin}, expected {self.report.origin}")
                if checkpoint.root != (root := self.tree.root(size)):
                    raise Falsehood(f"the root is {b64(checkpoint.root)}, but the entries give {b64(root)}")
                signers = self.check_checkpoint_lines(checkpoint)
        if self.files.read("checkpoint", MOST_CHECKPOINT) != data:
            raise Falsehood(f"it is not the same as {name}", file="checkpoint")
        return signers

    def check_checkpoint_lines(self, checkpoint: Checkpoint) -> set[str]:
        """First the log's Ed25519, then its ML-DSA-44, then witnesses sorted by name and key id; all good (§8)."""
        signers: set[str] = set()
        order: list[tuple[int, str, bytes]] = []
        for line in checkpoint.lines:
            if log_key := self.register.log_keys.get((line.name, line.keyid)):
                key = log_key.key
                if not log_key.stands_at(checkpoint.size):
                    retired = "" if log_key.retired is None else f" and retired by entry {log_key.retired}"
                    when = f"added by entry {log_key.added}{retired}"
                    raise Falsehood(f"it is signed by {line}, a log key that was {when}: it is not one at this size")
                order.append((0, "", b"") if key.kind == ED25519 else (1, "", b""))
            elif witness := self.trust.witness(line):
                key = witness
                order.append((2, line.name, line.keyid))
                if key.public in self.register.publics:
                    raise Falsehood(f"the witness {line} uses a key of the register")
            else:
                raise Falsehood(
                    f"it is signed by {line}, which is neither a key of the log nor a witness in your policy"
                )
            check_line(key, line, checkpoint)
            signers.add(key.vkey)
        if order[0][0] != 0:
            raise Falsehood("the first line is not by an Ed25519 key of the log")
        if order != sorted(order):
            raise Falsehood("the lines are not in order: the log's Ed25519, its ML-DSA-44, then witnesses by name")
        return signers

    # disclosures

    def check_disclosures(self) -> int:
        """Exactly the openings in effect are published, each fits its digest, sorted by slot (§6)."""
        expected = {f"disclosures/{number_path(i)}": i for i, slots in sorted(self.in_effect.items()) if slots}
        for name in self.layout.disclosures:
            if name not in expected:
                raise Falsehood("openings are published, but the log has none in effect for this entry", file=name)
        count = 0
        for name, index in expected.items():
            with place(name, index):
                sealed = self.read_again(index)["sealed"]
                openings = read_disclosure_lines(self.files.read(name, MOST_BUNDLE * 2), sealed)
                wanted = self.in_effect[index]
                if openings.keys() != wanted:
                    missing = sorted(wanted - openings.keys())
                    slot = missing[0] if missing else min(openings.keys() - wanted)
                    why = "is not here, but is in effect" if missing else "is here, but is not in effect"
                    raise Falsehood(f"the opening of this slot {why}", slot=slot)
            self.opened[index] = {s: openings[s] for s in ("/case", "/seen", "/rests_on") if s in openings}
            count += len(openings)
        return count

    def check_opened_links(self) -> int:
        """`case`, `seen` and `rests_on` that were sealed, as far as they are open now (§3)."""
        deposits: dict[str, dict[str, list[int]]] = {}  # case to type to indexes
        count = 0
        for index, values in self.opened.items():
            with place(f"disclosures/{number_path(index)}", index):
                case = values.get("/case")
                if case is not None:
                    if type(case) is not str or self.cases.opened.get(case, index) >= index:
                        raise Falsehood(f"the case is {shown(case)}, which no earlier entry opens", slot="/case")
                    of_type = self.read_again(index)["type"]
                    deposits.setdefault(case, {}).setdefault(of_type, []).append(index)
                if values.get("/seen") is not None:
                    self.cases.judge_seen(index, values["/seen"], case)
                if values.get("/rests_on") is not None:
                    self.check_opened_rests_on(index, values["/rests_on"], deposits)
            count += len(values)
        return count

    def check_opened_rests_on(self, index: int, value: JSON, deposits: dict[str, dict[str, list[int]]]) -> None:
        """Deposits count as far as they are open. Fewer than the count: it cannot be told yet. More: it is false."""
        rests_on = read_rests_on(value)
        case = self.read_again(index)["body"].get("case")
        known = [
            i
            for of in (self.cases.members, deposits)
            for kind in rests_on["types"]
            for i in of.get(case, {}).get(kind, ())
        ]
        known = [i for i in known if i < index]
        if len(known) < rests_on["count"] and any(kind.startswith("deposit.") for kind in rests_on["types"]):
            self.report.notes.append(
                f"entry {index} rests on {rests_on['count']} deposits, of which {len(known)} are open: "
                "that none was left out cannot be checked until all are open"
            )
            return
        self.cases.judge_rests_on(rests_on, known)

    # policy

    def check_policy(self) -> None:
        """`policy` is the text that follows from the key register (§10)."""
        lines = [f"log {key.vkey}\n" for key in self.register.active_log_keys()]
        expected = "".join([*lines, "quorum none\n"]).encode()
        came = self.files.read("policy", MOST_CHECKPOINT)
        if came != expected:
            pairs = zip(came.split(b"\n"), expected.split(b"\n"), strict=False)
            line, right = next((pair for pair in pairs if pair[0] != pair[1]), (came[-40:], expected[-40:]))
            raise Falsehood(f"it reads {shown(line)}, but the key register gives {shown(right)}", file="policy")


def read_disclosure_lines(data: bytes, sealed: Mapping[str, JSON]) -> dict[str, JSON]:
    """Lines of `~` disclosure LF, sorted by slot, each slot once: slot to value."""
    openings: dict[str, JSON] = {}
    last = ""
    *lines, rest = data.split(b"\n")
    if rest or not lines:
        raise Falsehood("a disclosure does not end in a line feed")
    for line in lines:
        if not line.startswith(b"~") or not line.isascii():
            raise Falsehood(f"a line begins {shown(line[:20])}, expected ~ and a disclosure")
        slot, value = read_disclosure(line[1:].decode(), sealed)
        if slot <= last:
            raise Falsehood(f"the slot comes after {shown(last)}, expected slots sorted, each once", slot=slot)
        openings[slot] = value
        last = slot
    return openings


def verify_register(
    path: str | Path | Mapping[str, bytes],
    keys: Iterable[str] = (),
    policy: str | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Report:
    """Check a folder of published files, or the same files in a mapping.

    A folder may be published to while it is read. So when something seems false, the newest checkpoint is read again;
    when it has changed meanwhile, the check starts anew. Raises Unreadable.
    """
    trust = read_trust(keys, policy)
    if isinstance(path, Mapping):
        return Audit(InMemory(path), trust, progress).run()
    files = Folder(published_folder(Path(path)))
    report = Audit(files, trust, progress).run()
    for _ in range(5):
        if report.false is None:
            break
        if report.false.check in ("files", "disclosures"):
            time.sleep(1)  # files are written before the checkpoint that names them
        try:
            newest = read_checkpoint(files.read("checkpoint", MOST_CHECKPOINT))
        except Falsehood:
            break
        if b64(newest.root) == report.root:
            break
        report = Audit(files, trust, progress).run()
    return report


def published_folder(path: Path) -> Path:
    top = path / "public" if (path / "public").is_dir() else path
    if not any((top / name).exists() for name in ("checkpoint", "checkpoints", "tile")):
        raise Unreadable(f"{plain(str(path))} is not a register: it has no checkpoint and no tiles")
    return top


# ── 12. One proof (§11; tlog-proof) ──────────────────────────────────────────────────────────────────────────────────

PROOF = re.compile(
    rb"c2sp\.org/tlog-proof@v1\nextra ([A-Za-z0-9+/]+={0,2})\nindex (0|[1-9][0-9]{0,17})\n"
    rb"((?:[A-Za-z0-9+/]{43}=\n){0,64})\n"
)


def verify_proof(data: bytes, keys: Iterable[str] = (), policy: str | None = None) -> Report:
    """Check one `.tlog-proof` file. The key register is not in it, so the actor's key is judged only if it is given."""
    trust, report = read_trust(keys, policy), Report()
    try:
        check_proof(data, trust, report)
    except Falsehood as error:
        report.false = error
    return report


def check_proof(data: bytes, trust: Trust, report: Report) -> None:
    with checking(report, "proof file") as done:
        if not (found := PROOF.match(data)):
            raise Falsehood("it is no proof file: expected tlog-proof@v1 with extra, index, hashes and a checkpoint")
        index, hashes = int(found[2]), [from_b64(line) for line in found[3].split()]
        checkpoint = read_checkpoint(data[found.end() :])
        report.origin, report.size, report.root = checkpoint.origin, checkpoint.size, b64(checkpoint.root)
        done("it is complete", 1)
    with checking(report, "entry") as done, place(entry=index):
        entry, openings = read_extra(from_b64(found[1]))
        if entry.event["log"] != checkpoint.origin:
            raise Falsehood(f"`log` is {shown(entry.event['log'])}, expected {checkpoint.origin}")
        actors = check_given_actors(entry, trust)
        done(f"event {entry.type} by {entry.event['actor']}; disclosures fit their digests", len(openings))
    with checking(report, "inclusion") as done, place(entry=index):
        root = root_from(entry.leaf, index, checkpoint.size, hashes)
        if root != checkpoint.root:
            raise Falsehood(f"the proof leads to {b64(root)}, the checkpoint's root is {b64(checkpoint.root)}")
        done(f"it is entry {index} of {checkpoint.size}", len(hashes))
    with checking(report, "checkpoint") as done:
        signers = check_given_lines(checkpoint, trust)
        unknown = len(checkpoint.lines) - len(signers)
        done(f"signatures by known keys hold; {unknown} by others were not judged", len(signers))
    with checking(report, "trust") as done:
        judged = trust._replace(keys=[key for key in trust.keys if key.vkey not in actors])
        judged.judge(report, checkpoint.origin, signers)
        done(report.trust, len(trust.keys))
    report.notes.append("whether the actor's key was allowed to sign cannot be judged from this file alone")


def read_extra(extra: bytes) -> tuple[Entry, dict[str, JSON]]:
    """An entry and the disclosures after it: after the blank line, its own lines begin with U+2014, theirs with ~."""
    start = extra.find(b"\n~", max(0, extra.find(b"\n\n"))) + 1
    entry = read_entry(extra[:start] if start else extra)
    return entry, read_disclosure_lines(extra[start:], entry.event["sealed"]) if start else {}


def check_given_actors(entry: Entry, trust: Trust) -> set[str]:
    """The entry's signatures by keys that the reader brought."""
    found: set[str] = set()
    for line in entry.lines:
        for key in trust.keys:
            if (key.name, key.keyid) == line[:2] and key.kind == ED25519:
                if not is_signed(ED25519, key.public, line.signature, entry.text):
                    raise Falsehood(f"the signature of {line} does not fit the event")
                found.add(key.vkey)
    return found


def check_given_lines(checkpoint: Checkpoint, trust: Trust) -> set[str]:
    """The checkpoint's lines by keys that the reader brought."""
    logs = [*trust.keys, *(trust.policy.logs if trust.policy else ())]
    known = {(key.name, key.keyid): key for key in logs if key.name == checkpoint.origin}
    signers: set[str] = set()
    for line in checkpoint.lines:
        if key := known.get(line[:2]) or trust.witness(line):
            check_line(key, line, checkpoint)
            signers.add(key.vkey)
    return signers


# ── 13. The command ──────────────────────────────────────────────────────────────────────────────────────────────────

MOST_PROOF = 4_000_000


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="fairplace-verify",
        description="Check a published fairplace register, or one proof from it, without trusting whoever published it.",
        epilog="Exit codes: 0 all true; 1 something is false; 2 unreadable or wrong usage; 3 all true, "
        "but no key that you brought says whose register this is.",
    )
    parser.add_argument(
        "path", metavar="PATH", type=Path, help="a register's folder, published files, or a .tlog-proof"
    )
    parser.add_argument(
        "--key", metavar="VKEY", action="append", default=[], help="a key that you trust; may be repeated"
    )
    parser.add_argument(
        "--policy", metavar="FILE", type=Path, help="a tlog-policy file: logs and witnesses that you trust"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object for each check, one a line")
    try:
        given = parser.parse_args(argv)
    except SystemExit as leaving:  # argparse has said what is wrong; --help leaves with 0
        return int(leaving.code or 0)
    try:
        report = verify(given.path, given.key, given.policy)
    except Unreadable as error:
        if given.json:
            print(ENCODER.encode({"detail": str(error), "exit": 2, "ok": False, "verdict": "unreadable"}))
        print(f"{parser.prog}: {error}", file=sys.stderr)
        return 2
    print(as_json(report) if given.json else as_text(report))
    return report.exit_code


def verify(path: Path, keys: Sequence[str], policy: Path | None) -> Report:
    try:
        policy_text = None if policy is None else policy.read_bytes().decode("latin-1")  # its octets are opaque
        if path.is_file():
            with path.open("rb") as file:
                data = file.read(MOST_PROOF)
            return verify_proof(data, keys, policy_text)
        if not path.is_dir():
            raise Unreadable(f"{plain(str(path))} does not exist")
    except (OSError, ValueError) as error:
        raise Unreadable(f"a file cannot be read: {plain(str(error))}") from error
    return verify_register(path, keys, policy_text, show_progress if sys.stderr.isatty() else None)


def show_progress(done: int, size: int) -> None:
    if done == size:
        sys.stderr.write("\r\x1b[K")
    elif done % 4096 == 0:
        sys.stderr.write(f"\r{done:,} of {size:,} entries checked ({100 * done // size} %)")
    sys.stderr.flush()


def as_text(report: Report) -> str:
    lines = [f"{'ok   ' if c.ok else 'FALSE'}  {c.check:<12}{c.count or '':>9}  {c.detail}" for c in report.checks]
    lines += [f"note   {note}" for note in report.notes]
    if report.size:
        lines.append(f"       {report.origin}, {report.size} entries, root {report.root}")
    return "\n".join([*lines, "", report.verdict])


def as_json(report: Report) -> str:
    """One canonical object a line: each check, then the verdict."""
    objects: list[dict[str, JSON]] = [
        {"check": c.check, "ok": c.ok, "detail": c.detail, "count": c.count} for c in report.checks
    ]
    false = report.false
    objects.append(
        {
            "verdict": "false" if false else "true" if report.trusted else "true-not-trusted",
            "ok": report.ok,
            "trusted": report.trusted,
            "exit": report.exit_code,
            "detail": report.verdict,
            "origin": report.origin,
            "size": report.size,
            "root": report.root,
            "notes": report.notes,
            "false": false
            and {"check": false.check, "file": false.file, "entry": false.entry, "slot": false.slot, "why": false.why},
        }
    )
    return "\n".join(ENCODER.encode(value) for value in objects)


if __name__ == "__main__":
    raise SystemExit(main())
