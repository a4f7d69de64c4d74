"""Check a published fairplace register, or a part of it, without trusting whoever published it.

    python fairplace_verify.py PATH [PATH] [--key VKEY]... [--policy FILE] [--register DIR|URL] [--checkpoint FILE]...
                               [--continues OLD] [--json]

PATH is a register (a folder with `public/`, a folder of published files, or a web address), a bundle of one case
(`.fpbundle`; two are compared), a proof of one entry (`.tlog-proof`), a folder of releases of numbers, or evidence that
a log showed two histories.
This one file needs Python 3.11, and no package; with `cryptography` it is faster, and checks ML-DSA-44 as well. It
shares no code with the programs that write registers: it was written from the published format
(docs/wire-format.md; § is a section of it).

A register is true when all of this holds; a bundle, when 2 to 5 and 7 hold of its entries, and 8 of what it opens:

1. Every published file is named by the layout, and no file is missing (§10).
2. Every entry is a signed note over one line of canonical JSON with exactly the members of an event (§2, §3).
3. Every signature is by a key that the key register allowed at that position in the log (§1, §5).
4. No id, no digest occurs twice; every stream counts 1, 2, 3 … and each event names the one before it (§3, §6).
5. Every event belongs to a case that exists, names what its author had seen of it, and what it rests on (§3).
6. Every tile, and the root of every checkpoint ever published, follows from the entries (§4, §10).
7. Every line of every checkpoint is a good signature by a key that was the log's at that size (§8, §9).
8. Exactly the openings that the log says are public are published, and each one fits its digest (§6).

Of a register that keeps its entries within and shows hashes alone, 1, 6 and 7 are checked, and its releases of numbers.
The answer is one of five verdicts, with its reason (§13). When something is false, it names the first false thing, what
came, what was expected. The program's exit code: 0 genuine, perhaps superseded · 1 not genuine · 2 not a record,
unreadable, or wrong usage · 3 partly checked: all true, but no key that you brought says whose it is, or something is
left open.
"""

from __future__ import annotations

import argparse
import base64
import binascii
import hashlib
import io
import json
import os
import re
import signal
import stat
import struct
import sys
import time
import zlib
from array import array
from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import BrokenExecutor, Executor, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache, partial
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from typing import Any, BinaryIO, Final, NamedTuple, NoReturn, Self
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

try:
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePublicKey
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
    from cryptography.hazmat.primitives.hashes import SHA256

    HAS_CRYPTOGRAPHY = True
except ImportError:
    HAS_CRYPTOGRAPHY = False  # then sections 18 and 20 check signatures

    class InvalidSignature(Exception):  # type: ignore[no-redef]
        pass

    class UnsupportedAlgorithm(Exception):  # type: ignore[no-redef]
        pass


try:
    from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PublicKey

    HAS_ML_DSA = True
except ImportError:
    HAS_ML_DSA = False

__version__ = "0.1.0"

JSON = Any  # a value read from JSON: its shape is what is being checked


# ── 1. What comes out ────────────────────────────────────────────────────────────────────────────────────────────────


class Falsehood(Exception):
    """Something is not as it must be. `why` says what came and what was expected; the rest says where."""

    def __init__(self, why: str, file: str | None = None, entry: int | None = None, slot: str | None = None) -> None:
        super().__init__(why)
        self.why, self.file, self.entry, self.slot = why, file, entry, slot
        self.check = ""

    def __str__(self) -> str:
        entry = "" if self.entry is None else f"entry {self.entry}"
        slot = "" if self.slot is None else f"slot {shown(self.slot)}"
        places = ", ".join(filter(None, (entry, slot, plain(self.file or ""))))
        return f"{places}: {self.why}" if places else self.why


class Unreadable(Exception):
    """The question cannot be answered: a file or a key cannot be read."""


class NoRecord(Unreadable):
    """What was given is nothing that could be judged: no register, proof, bundle or evidence."""


def expect(holds: object, why: str, slot: str | None = None) -> None:
    if not holds:
        raise Falsehood(why, slot=slot)


class At:
    """Where we are, for what is found false inside."""

    def __init__(self, file: str | None = None, entry: int | None = None) -> None:
        self.file, self.entry = file, entry

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _kind: object, error: object, _trace: object) -> None:
        if isinstance(error, Falsehood):
            error.file = self.file if error.file is None else error.file
            error.entry = self.entry if error.entry is None else error.entry


@dataclass(frozen=True)
class Check:
    """One thing that was checked, and how much of it there was."""

    check: str
    ok: bool
    detail: str
    count: int


Step = Callable[[], tuple[str, int]]  # one check: what holds, and how much of it there was


GENUINE, SUPERSEDED, PARTLY, FALSE, NO_RECORD = (
    *("genuine", "genuine but superseded", "partly checked", "not genuine", "not a record"),
)
EXITS: Final = {GENUINE: 0, SUPERSEDED: 0, FALSE: 1, NO_RECORD: 2, PARTLY: 3}
NO_KEY = "no key was given, so the files agree with each other, but anybody could have made them"


@dataclass(frozen=True)
class Opened:
    """What a proof opens: values that fit the digests of its entry."""

    entry: int
    type: str
    at: str
    values: dict[str, JSON]


@dataclass
class Report:
    """Everything that was found. `false` is the first false thing, or None; `trusted` tells whose register it is."""

    checks: list[Check] = field(default_factory=list)
    false: Falsehood | None = None
    trusted: bool = False
    trust: str = NO_KEY
    unsettled: list[str] = field(default_factory=list)  # what was asked, and could not be checked
    superseded: list[str] = field(default_factory=list)  # what is newer, in something that was given beside it
    notes: list[str] = field(default_factory=list)
    unchecked: dict[str, int] = field(default_factory=dict)  # vkey to the number of its lines that were left out
    origin: str = ""
    size: int = 0
    root: str = ""
    finding: str = "Everything checked holds"
    opens: Opened | None = None  # by a single proof in which nothing is false

    def take(self, steps: Mapping[str, Step]) -> Report:
        """The checks in their order, up to the first that finds something false."""
        for name, step in steps.items():
            try:
                self.checks.append(Check(name, True, *step()))
            except Falsehood as error:
                error.check, self.false = name, error
                self.checks.append(Check(name, False, str(error), 0))
                break
        return self

    @property
    def ok(self) -> bool:
        return self.false is None

    @property
    def word(self) -> str:
        """One of the five verdicts (§13)."""
        if self.false:
            return FALSE
        if self.unsettled or not self.trusted:
            return PARTLY
        return SUPERSEDED if self.superseded else GENUINE

    @property
    def exit_code(self) -> int:
        return EXITS[self.word]

    @property
    def verdict(self) -> str:
        """The word with its reason, as one sentence or two."""
        word = self.word.upper().replace(" BUT", ", BUT")
        if self.false:
            return f"{word}. {self.false}."
        return f"{word}. {'; '.join([self.finding, self.trust, *self.unsettled, *self.superseded])}."


def plain(text: str, most: int = 120) -> str:
    """Text from a file, made harmless for a terminal and cut short."""
    safe = text if text.isascii() and text.isprintable() else ascii(text)[1:-1]
    return safe if len(safe) <= most else f"{safe[:most]}..."


def shown(value: object) -> str:
    """A value from a file as it may stand in a sentence."""
    if isinstance(value, str):
        return f'"{plain(value)}"'
    return plain(repr(value)[isinstance(value, bytes) :])


def compact(value: JSON) -> str:
    """A value from a file, whole, as JSON in one line that is harmless for a terminal."""
    return HARMLESS.encode(value).replace("\x7f", r"\u007f")


def cut_short(value: JSON) -> str:
    """The same for people: cut short, and saying by how much."""
    text = value if isinstance(value, str) else compact(value)
    start = text[:MOST_SHOWN]
    left = len(text) - len(start)
    said = compact(start) if isinstance(value, str) else start
    return f"{said} ... ({left} more characters are left out here)" if left else said


def difference(came: str | bytes, right: str | bytes) -> str:
    """Where two texts or files part."""
    pairs = enumerate(zip(came, right, strict=False))
    at = next((i for i, (one, other) in pairs if one != other), min(len(came), len(right)))
    return f"at place {at} came {shown(came[at : at + 32])}, expected {shown(right[at : at + 32])}"


MOST_SHOWN = 1000  # characters of a value that is opened
HARMLESS: Final = json.JSONEncoder(allow_nan=False, sort_keys=True, separators=(",", ":"))


# ── 2. Where files come from ─────────────────────────────────────────────────────────────────────────────────────────


MISSING = "the file is missing"
KINDS = {stat.S_IFREG: "file", stat.S_IFDIR: "folder", stat.S_IFLNK: "symbolic link"}


class InMemory:
    """Files in a mapping."""

    listed = True  # we can see which files there are

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self.files = files

    def stamp(self) -> int:
        return 0

    def names(self, _: int) -> Iterable[tuple[str, str]]:
        """Every path, with what it is. That of a folder ends in / and comes only when it is empty."""
        return ((name, "file") for name in sorted(self.files))

    def read(self, name: str, most: int) -> bytes:
        """The content of a file. Falsehood when it is missing or longer than `most` bytes."""
        with At(name):
            expect(name in self.files, MISSING)
            return not_longer(self.files[name], most)


class Folder:
    """The same on disk, perhaps while somebody publishes. No link is followed and no pipe is waited for."""

    listed = True

    def __init__(self, top: Path) -> None:
        self.top = top

    def names(self, _: int) -> Iterable[tuple[str, str]]:
        return ((name, KINDS.get(stat.S_IFMT(found.st_mode), "special file")) for name, found in self._walk())

    def stamp(self) -> int:
        """A number that changes when any file does."""
        return sum(hash((name, f.st_ino, f.st_size, f.st_mtime_ns)) for name, f in self._walk())

    def read(self, name: str, most: int) -> bytes:
        with At(name):
            try:
                with open(self.top / name, "rb", opener=open_file) as file:
                    return not_longer(file.read(most + 1), most)
            except (FileNotFoundError, NotADirectoryError):
                raise Falsehood(MISSING) from None
            except OSError as error:
                raise Unreadable(f"the file {plain(name)} cannot be read: {error.strerror}") from error

    def _walk(self) -> Iterator[tuple[str, os.stat_result]]:
        """Everything but folders that hold something. What is taken away meanwhile is left out."""
        waiting = [""]
        while waiting:
            prefix = waiting.pop()
            empty = True
            try:
                with os.scandir(self.top / prefix) as found:
                    for item in found:
                        empty = False
                        if item.is_dir(follow_symlinks=False):
                            waiting.append(f"{prefix}{item.name}/")
                        else:
                            yield prefix + item.name, item.stat(follow_symlinks=False)
                if empty and prefix:
                    yield prefix, (self.top / prefix).lstat()
            except FileNotFoundError:
                continue
            except OSError as error:
                raise Unreadable(f"the folder {plain(prefix)} cannot be read: {error.strerror}") from error


MOST_BY_WEB = 10_000_000  # entries
TIMEOUT = 20  # seconds without a byte; a whole file may take six times as long


class SameSite(HTTPRedirectHandler):
    """A site may point to another place of its own, and nowhere else."""

    def redirect_request(self, asked: Request, *more: Any) -> Request | None:
        address = more[-1]
        if urlsplit(address)[:2] != urlsplit(asked.full_url)[:2]:
            raise Unreadable(f"{plain(asked.full_url)} points away, to {plain(address)}, which is not followed")
        return super().redirect_request(asked, *more)


class Site:
    """The same on a web site. Nothing is asked for but what the layout and the log say must be there."""

    listed = False  # so stray files, and checkpoints before the newest, are not seen

    def __init__(self, address: str) -> None:
        self.top, self.opener = address.rstrip("/"), build_opener(SameSite)
        self.alone = False  # does it show hashes, and no entries?
        parts = urlsplit(address)
        if not parts.hostname or parts.username or parts.query or parts.fragment:
            raise Unreadable(f"{plain(address)} is no address of a register, such as https://record.example")

    def names(self, size: int) -> Iterable[tuple[str, str]]:
        if size > MOST_BY_WEB:
            raise Unreadable(f"a log of {size} entries is too long to be asked for file by file: check a copy of it")
        return ((name, "file") for name in needed(size, [size], alone=self.alone))

    def stamp(self) -> int:
        try:
            return hash(self.read("checkpoint", MOST_CHECKPOINT))
        except Falsehood:
            raise NoRecord(f"{plain(self.top)} has no checkpoint: it is no register") from None

    def read(self, name: str, most: int) -> bytes:
        address = f"{self.top}/{name}"
        with At(name):
            try:
                asked = Request(address, headers={"User-Agent": "fairplace-verify"})  # noqa: S310 - ADDRESS was matched
                with self.opener.open(asked, timeout=TIMEOUT) as come:
                    return not_longer(received(come, most), most)
            except HTTPError as error:
                expect(error.code not in (404, 410), MISSING)
                raise Unreadable(f"{plain(address)} is answered with {error.code}") from error
            except (HTTPException, OSError, ValueError) as error:
                raise Unreadable(f"{plain(address)} cannot be read: {plain(str(error))}") from error


def is_there(files: Site | Below, name: str) -> bool:
    """Does a web site have this file?"""
    try:
        return files.read(name, MOST_BUNDLE) is not None
    except Falsehood as error:
        if error.why == MISSING:
            return False
        raise


def received(come: HTTPResponse, most: int) -> bytes:
    """No more than can be of use, and no longer than can be meant well."""
    data, end = bytearray(), time.monotonic() + 6 * TIMEOUT
    while len(data) <= most and (piece := come.read1(1 << 16)):
        data += piece
        if time.monotonic() > end:
            raise OSError("it comes too slowly")
    if come.length and len(data) <= most:
        raise OSError(f"the connection broke off {come.length} bytes before the end")
    return bytes(data)


def not_longer(data: bytes, most: int) -> bytes:
    expect(len(data) <= most, f"the file is longer than {most} bytes, which no file of this name may be")
    return data


def open_file(path: str, flags: int) -> int:
    """Open a plain file. A link, a pipe or a device is none."""
    expect(stat.S_ISREG(os.lstat(path).st_mode), "it is a link, a folder or a special file, expected a plain file")
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0))


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


def no_float(text: str) -> NoReturn:
    raise Falsehood(f"the number {plain(text)} came, expected integers only")


def whole(text: str) -> int:
    number = int(text) if len(text) < 20 else 2**64
    if not -MOST_INTEGER <= number <= MOST_INTEGER:
        raise Falsehood(f"the number {plain(text, 30)} is outside -{MOST_INTEGER} .. {MOST_INTEGER}")
    return number


KNOWN: Final[set[str]] = set()  # keys found good before: a log uses the same few again and again


def with_good_keys(value: dict[str, JSON]) -> dict[str, JSON]:
    if not value.keys() <= KNOWN:
        for key in value:
            if not KEY.fullmatch(key):
                raise Falsehood(f"the JSON key {shown(key)} came, expected 1 to 256 of A-Z a-z 0-9 _ . / : -")
        if len(KNOWN) < 10_000:
            KNOWN.update(value)
    return value


DECODER: Final = json.JSONDecoder(
    parse_float=no_float, parse_constant=no_float, parse_int=whole, object_hook=with_good_keys
)
PLAIN_DECODER: Final = json.JSONDecoder(parse_float=no_float, parse_constant=no_float, parse_int=whole)  # of any keys
ENCODER: Final = json.JSONEncoder(
    ensure_ascii=False, check_circular=False, allow_nan=False, sort_keys=True, separators=(",", ":")
)


def read_json(data: bytes) -> JSON:
    """The value of a canonical JSON text (§2)."""
    if len(data) > MOST_JSON:
        raise Falsehood(f"a JSON text of {len(data)} bytes came, expected at most {MOST_JSON}")
    try:
        text = data.decode()
        value = DECODER.decode(text)
    except UnicodeDecodeError as error:
        raise Falsehood(f"byte {error.start} of the JSON text is not UTF-8") from None
    except RecursionError:
        raise Falsehood(f"the JSON text is nested more than {MOST_DEPTH} deep") from None
    except ValueError as error:
        raise Falsehood(f"the text is not JSON: {plain(str(error))}") from None
    if text.count("{") + text.count("[") > MOST_DEPTH:  # fewer cannot be nested as deep
        check_depth((value,), 0)
    again = ENCODER.encode(value)
    if again != text:
        raise Falsehood(f"the JSON text is not canonical: {difference(text, again)}")
    if "\\u0000" in text and NUL.search(text):
        raise Falsehood("a string with the character U+0000 came")
    return value


def check_depth(values: Iterable[JSON], depth: int) -> None:
    """Rule 4 of §2, for values that stand `depth` deep and all that is in them."""
    for value in values:
        kind = type(value)
        if kind is dict or kind is list:
            if depth >= MOST_DEPTH:
                raise Falsehood(f"the JSON text is nested more than {MOST_DEPTH} deep")
            check_depth(value.values() if kind is dict else value, depth + 1)


def check_inside(values: Iterable[JSON], depth: int) -> None:
    """Rules 2 and 4 of §2, for values that stand `depth` deep and all that is in them."""
    for value in values:
        kind = type(value)
        if kind is dict or kind is list:
            if depth >= MOST_DEPTH:
                raise Falsehood(f"the JSON text is nested more than {MOST_DEPTH} deep")
            check_inside(with_good_keys(value).values() if kind is dict else value, depth + 1)


# ── 4. Base64, keys, signature lines (§1) ────────────────────────────────────────────────────────────────────────────

NAME = r"[a-z0-9._/-]{1,200}"
HASH = re.compile(r"[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=")  # base64 of 32 bytes; the last character has no stray bits
HASH_URL = re.compile(r"[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]")  # base64url of 32 bytes
VKEY = re.compile(rf"({NAME})\+([0-9a-f]{{8}})\+([A-Za-z0-9+/]+={{0,2}})")
LINE = re.compile(rb"\xe2\x80\x94 (" + NAME.encode() + rb") ([A-Za-z0-9+/]+={0,2})\n")
ED25519, WITNESS_ED25519, ML_DSA_44, PASSKEY = 0x01, 0x04, 0x06, 0xFF
PUBLIC_BYTES = {ED25519: 32, WITNESS_ED25519: 32, ML_DSA_44: 1312}
SIGNATURE_BYTES = {ED25519: 64, WITNESS_ED25519: 8 + 64, ML_DSA_44: 8 + 2420}
FROM_URL = bytes.maketrans(b"-_+/=", b"+/???")


def b64(data: bytes) -> str:
    return binascii.b2a_base64(data, newline=False).decode()


def from_b64(text: bytes) -> bytes:
    """Base64 with padding; a text that does not re-encode to itself is refused."""
    try:
        data = binascii.a2b_base64(text)
    except binascii.Error:
        raise Falsehood(f"{shown(text)} is not base64") from None
    if binascii.b2a_base64(data, newline=False) != text:
        raise Falsehood(f"the base64 text {shown(text)} is not canonical")
    return data


def from_b64url(text: bytes) -> bytes:
    """Base64url without padding, held to the same."""
    return from_b64(text.translate(FROM_URL) + b"=" * (-len(text) % 4))


def digest_of(text: str) -> str:
    """Base64url of the SHA-256 of a text (§6)."""
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest())[:43].decode()


class Key(NamedTuple):
    """A public key with its name: what a vkey says."""

    name: str
    keyid: bytes
    kind: int
    public: bytes  # all that stands after the type
    vkey: str

    @property
    def bare(self) -> bytes:
        """The public key alone: of a passkey, without what says where it signs."""
        return read_passkey(self.public).public if self.kind == PASSKEY else self.public


@lru_cache(maxsize=4096)
def read_vkey(text: str) -> Key:
    if not (found := VKEY.fullmatch(text)):
        raise Falsehood(f"{shown(text)} is not a key; expected name+keyid+base64")
    name, keyid, data = found[1], bytes.fromhex(found[2]), from_b64(found[3].encode())
    kind, public = data[0], data[1:]
    if kind == PASSKEY:
        read_passkey(public)
    else:
        size = PUBLIC_BYTES.get(kind)
        expect(size, f"the key {shown(text)} has type {kind:#04x}, expected 0x01, 0x04, 0x06 or 0xff")
        expect(len(public) == size, f"the key {shown(name)} has {len(public)} bytes, expected {size}")
    right = hashlib.sha256(name.encode() + b"\n" + data).digest()[:4]
    expect(keyid == right, f"the key {shown(name)} has key id {keyid.hex()}, expected {right.hex()}")
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
    if len(lines) > 1 and len({line[:2] for line in lines}) != len(lines):
        raise Falsehood("two signature lines are by the same key")
    return lines


@lru_cache(maxsize=4096)
def checker(kind: int, public: bytes) -> Callable[[bytes, bytes], object]:
    """A function of (signature, message) that returns False, or raises, unless the signature is good under this key."""
    if kind == ML_DSA_44:
        return MLDSA44PublicKey.from_public_bytes(public).verify
    if kind == PASSKEY:
        return partial(check_assertion, read_passkey(public))
    if HAS_CRYPTOGRAPHY:
        return Ed25519PublicKey.from_public_bytes(public).verify
    return partial(ed25519_verify, public)


def is_signed(kind: int, public: bytes, signature: bytes, message: bytes) -> bool:
    try:
        return checker(kind, public)(signature, message) is not False
    except InvalidSignature:
        return False


@lru_cache
def can_check(kind: int) -> bool:
    """Ed25519 and passkeys always; ML-DSA-44 where the package `cryptography` is new enough, and its library knows it."""
    if kind != ML_DSA_44:
        return True
    try:
        return HAS_ML_DSA and bool(MLDSA44PublicKey.from_public_bytes(bytes(PUBLIC_BYTES[ML_DSA_44])))
    except UnsupportedAlgorithm:
        return False


# ── 5. Events (§3) and sealed values (§6) ────────────────────────────────────────────────────────────────────────────

HEADER = b"fairplace/event/v1\n"
UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-%d[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
UUID4 = re.compile(UUID % 4)
TYPE = re.compile(r"[a-z][a-z0-9-]*(\.[a-z][a-z0-9-]*)+/[1-9][0-9]*")
AT = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T(?:[01][0-9]|2[0-3]):[0-9]{2}:[0-9]{2}\.[0-9]{3}Z"  # no hour is 24, which Python takes for the next day from 3.14 on
FORMS = {
    "actor": (NAME, "a key name"),
    "at": (AT, "YYYY-MM-DDTHH:MM:SS.sssZ"),
    "id": (UUID % 7, "a UUIDv7"),
    "keys": (f"(?:{HASH.pattern})?", "a leaf hash, or nothing in the first entry"),
    "log": (NAME, "the origin of the log"),
    "prev": (f"(?:{HASH.pattern})?", "a leaf hash, or nothing in the first event of a stream"),
    "stream": (UUID4.pattern, "a UUIDv4"),
    "type": (TYPE.pattern, "a type such as evaluation.scored/1"),
}
ALL_FORMS = re.compile("\n".join(form for form, _ in FORMS.values()))  # no form has a line feed in it
MEMBERS = ["actor", "at", "body", "id", "keys", "log", "n", "prev", "sealed", "stream", "type"]
SLOT = re.compile(r"(?=.{1,256}\Z)(?:/[a-z0-9_-]{1,64}){1,8}")
is_slot = lru_cache(maxsize=10_000)(SLOT.fullmatch)
ONLY_ED25519 = "[A-Za-z0-9+/]{90}[AEIMQUYcgkosw048]="  # base64 of 4 + 64 bytes; the last letter has no stray bits
BASES = frozenset({"personal", "child", "commercial", "standstill", "security", "legal-privilege"})


class Entry(NamedTuple):
    """One entry of the log, read and found well formed."""

    event: dict[str, JSON]
    text: bytes  # what is signed
    lines: list[Line]
    leaf: bytes
    leaf_b64: str
    digests: dict[str, str]  # slot to digest


def read_entry(data: bytes) -> Entry:
    """An entry whose form is right: header, canonical JSON, members, signature lines (§3)."""
    return read_usual([data])[0] or read_with_care(data)


def read_with_care(data: bytes) -> Entry:
    """The same, step by step. It alone says what is wrong."""
    if not data.startswith(HEADER):
        raise Falsehood(f"it begins {shown(data[:19])}, expected {shown(HEADER)}")
    end = data.find(b"\n\n", len(HEADER))
    if end < 0:
        raise Falsehood("it has no blank line between the event and its signatures")
    event = read_json(data[len(HEADER) : end])
    check_envelope(event)
    lines = read_signatures(data[end + 2 :], event["actor"])
    leaf = leaf_hash(data)
    return Entry(event, data[: end + 1], lines, leaf, b64(leaf), digests_of(event))


def read_signatures(data: bytes, actor: str) -> list[Line]:
    """The lines under an event: first that of the actor, then others in their order."""
    lines = read_lines(data, 8)
    if lines[0].name != actor:
        raise Falsehood(f"the first signature is by {lines[0]}, expected the actor, {plain(actor)}")
    for line in lines:
        if (size := len(line.signature)) != SIGNATURE_BYTES[ED25519] and size not in ASSERTION_BYTES:
            raise Falsehood(f"the signature of {line} has {size} bytes, expected 64, or those of a passkey")
    if len(lines) > 2 and (rest := [line[:2] for line in lines[1:]]) != sorted(rest):
        raise Falsehood("the second and later signature lines are not sorted by name and key id")
    return lines


# Nearly every entry is written in the usual way: each member as canonical JSON has it. Two patterns find that at once; only
# what stands between them, the body, is read and written again. Whatever they do not fit is no fault: it is read with
# care. So nothing may be taken here that would be refused there, or be read otherwise.

USUAL_AT = (
    r"[1-9][0-9]{3}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])T(?:[01][0-9]|2[0-3])(?::[0-5][0-9]){2}\.[0-9]{3}Z"
)
USUAL_SEAL = rf'"(?:/[a-z0-9_-]{{1,64}}){{1,8}}":{{"basis":"(?:{"|".join(sorted(BASES))})","d":"{HASH_URL.pattern}"}}'
SEALS = re.compile(
    r'"([^"]+)":{"basis":"([^"]+)","d":"([^"]+)"}'
)  # of those that are of this form: slot, basis, digest
USUAL_START = re.compile(rf'{HEADER.decode()}{{"actor":"({NAME})","at":"({USUAL_AT})","body":')
USUAL_END = re.compile(
    rf',"id":"({UUID % 7})","keys":"((?:{HASH.pattern})?)","log":"({NAME})","n":([1-9][0-9]{{0,14}})'
    rf',"prev":"((?:{HASH.pattern})?)","sealed":{{((?:{USUAL_SEAL}(?:,{USUAL_SEAL})*)?)}}'
    rf',"stream":"({UUID4.pattern})","type":"({TYPE.pattern.replace("(", "(?:")})"}}'
    rf"\n\n(?:— ({NAME}) ({ONLY_ED25519})\n|(.*))",
    re.DOTALL,  # in the last group, which holds any other lines: they are read by themselves
)

UsualBody = tuple[re.Match[str], dict[str, JSON], int]  # what stands before it, its value, and where it ends


def read_usual(entries: Sequence[bytes]) -> list[Entry | None]:
    """Entries as nearly every one is, and None for each that has to be read with care.

    Each step is done for all of them before the next: a processor is quickest in what it has just done.
    """
    texts = list(map(usual_text, entries))
    bodies = usual_bodies(texts)
    ends = [body and USUAL_END.fullmatch(text, body[2]) for text, body in zip(texts, bodies, strict=True)]
    leaves = list(map(leaf_hash, entries))
    return list(map(usual_entry, entries, bodies, ends, leaves))


def usual_text(data: bytes) -> str:
    """Nothing, when it is none, or so long that its JSON may be too long."""
    try:
        return data.decode() if len(data) <= MOST_JSON else ""
    except UnicodeDecodeError:
        return ""


def usual_bodies(texts: list[str]) -> list[UsualBody | None]:
    """The body of each, when it is canonical JSON by itself."""
    bodies = list(map(usual_body, texts))
    if are_canonical(texts, bodies):
        return bodies
    return [body if are_canonical([text], [body]) else None for text, body in zip(texts, bodies, strict=True)]


def are_canonical(texts: list[str], bodies: list[UsualBody | None]) -> bool:
    """Is each body what is written again? They are written as one list.

    Each is an object, which ends where its last bracket says. So two lists of the same text are the same in every place.
    """
    found = [(text[body[0].end() : body[2]], body[1]) for text, body in zip(texts, bodies, strict=True) if body]
    together = f"[{','.join([text for text, _ in found])}]"
    is_free_of_nul = "\\u0000" not in together or not NUL.search(together)
    return is_free_of_nul and ENCODER.encode([value for _, value in found]) == together


def usual_body(text: str) -> UsualBody | None:
    if not (start := USUAL_START.match(text)):
        return None
    at = start.end()
    try:
        body, after = PLAIN_DECODER.raw_decode(text, at)
        if type(body) is not dict:
            return None
        with_good_keys(body)
        if text.find("{", at + 1, after) > 0 or text.find("[", at, after) > 0:
            check_inside(body.values(), 2)
    except (Falsehood, ValueError, RecursionError):
        return None
    return start, body, after


def usual_entry(data: bytes, found: UsualBody | None, rest: re.Match[str] | None, leaf: bytes) -> Entry | None:
    """What the patterns found, when it fits together."""
    if found is None or rest is None:
        return None
    start, body, _ = found
    actor, at = start.groups()
    of_id, keys, log, n, prev, seals, stream, of_type, signer, signature, others = rest.groups()
    try:
        if at[8:10] > "28":
            datetime.fromisoformat(at)
        if signer == actor:
            signed = binascii.a2b_base64(signature)
            lines = [Line(actor, signed[:4], signed[4:])]
        else:
            lines = read_signatures((others or "").encode(), actor)
    except (Falsehood, ValueError):
        return None
    parts = SEALS.findall(seals)
    find_slots = usual_slots if len(parts) <= MOST_KNOWN_SLOTS else usual_slots.__wrapped__
    if not (slots := find_slots(*[slot for slot, _, _ in parts])) or not body.keys().isdisjoint(slots.names):
        return None
    sealed = {slot: {"basis": basis, "d": d} for slot, basis, d in parts}
    event = {
        "actor": actor,
        "at": at,
        "body": body,
        "id": of_id,
        "keys": keys,
        "log": log,
        "n": int(n),
        "prev": prev,
        "sealed": sealed,
        "stream": stream,
        "type": of_type,
    }
    try:
        for slot in slots.deep:
            check_slot_is_free(slot, body, sealed)
    except Falsehood:
        return None
    digests = {slot: d for slot, (_, _, d) in zip(slots.slots, parts, strict=True)}
    end = data.index(b"\n", len(HEADER)) + 1
    return Entry(event, data[:end], lines, leaf, b64(leaf), digests)


class Slots(NamedTuple):
    """The slots of an entry in canonical order, each once; their names in the body, and those of more than one part."""

    slots: list[str]
    names: list[str]
    deep: list[str]


MOST_KNOWN_SLOTS: Final = 64


@lru_cache(maxsize=256)
def usual_slots(*slots: str) -> Slots | None:
    """Found good once for all entries that have the same. A log has few such sets; a hostile one fills no memory."""
    if list(slots) != sorted(set(slots)) or not all(map(is_slot, slots)):
        return None
    known = list(map(sys.intern, slots))
    return Slots(known, [slot[1:] for slot in known], [slot for slot in known if "/" in slot[1:]])


def check_envelope(event: JSON) -> None:
    """The eleven members of an event, no other (§3)."""
    check_members("the event", event, MEMBERS)
    try:
        well_formed = ALL_FORMS.fullmatch("\n".join([event[member] for member in FORMS]))
    except TypeError:
        well_formed = None
    if not well_formed:
        check_forms(event, FORMS)
    try:
        datetime.fromisoformat(event["at"])
    except ValueError:
        raise Falsehood(f"`at` is {shown(event['at'])}, which is no moment of the calendar") from None
    n, body, sealed = event["n"], event["body"], event["sealed"]
    if type(n) is not int or n < 1:
        raise Falsehood(f"`n` is {shown(n)}, expected 1 or more")
    if type(body) is not dict or type(sealed) is not dict:
        raise Falsehood(f"`body` is {shown(body)} and `sealed` is {shown(sealed)}, expected two objects")
    for slot, seal in sealed.items():
        check_seal(slot, seal)
        if slot[1:] in body or "/" in slot[1:]:
            check_slot_is_free(slot, body, sealed)


def check_forms(value: JSON, forms: Mapping[str, tuple[str, str]]) -> None:
    for member, (form, words) in forms.items():
        found = value[member]
        good = type(found) is str and re.fullmatch(form, found)
        expect(good, f"`{member}` is {shown(found)}, expected {words}")


def check_members(what: str, value: JSON, members: list[str]) -> None:
    """An object with exactly these members, which are given sorted as canonical JSON has them."""
    if type(value) is not dict:
        raise Falsehood(f"{what} is {shown(value)}, expected an object")
    if list(value) != members:
        missing, extra = sorted(set(members) - set(value)), sorted(set(value) - set(members))
        which = [*(f"no member {shown(name)}" for name in missing), *(f"a member {shown(name)}" for name in extra)]
        raise Falsehood(f"{what} has {[*which, 'another order'][0]}, expected the members {', '.join(members)}")


def check_seal(slot: str, seal: JSON) -> None:
    """A slot has a basis and a digest (§6)."""
    if not is_slot(slot):
        raise Falsehood("a slot of this name came, expected 1 to 8 parts such as /score", slot=slot)
    if type(seal) is not dict or list(seal) != ["basis", "d"]:
        raise Falsehood(f"{shown(seal)} came, expected a basis and a digest", slot=slot)
    basis, digest = seal["basis"], seal["d"]
    if type(basis) is not str or basis not in BASES:
        raise Falsehood(f"the basis is {shown(basis)}, expected one of {', '.join(sorted(BASES))}", slot=slot)
    if type(digest) is not str or not HASH_URL.fullmatch(digest):
        raise Falsehood(f"the digest is {shown(digest)}, expected base64url of 32 bytes", slot=slot)


def check_slot_is_free(slot: str, body: JSON, sealed: Mapping[str, JSON]) -> None:
    """The value has a place in the body, in which nothing stands; and no slot lies inside another (§6)."""
    *parents, last = slot[1:].split("/")
    where, path = body, ""
    for parent in parents:
        path += f"/{parent}"
        if path in sealed:
            raise Falsehood(f"the slot lies inside the slot {shown(path)}", slot=slot)
        where = where.get(parent, {}) if type(where) is dict else None
    if type(where) is not dict or last in where:
        raise Falsehood("the body already has something in the place of this slot", slot=slot)


def read_disclosures(data: bytes, digests: Mapping[str, str]) -> dict[str, JSON]:
    """Lines of `~` disclosure LF, sorted by slot, each slot once: slot to value (§10)."""
    openings: dict[str, JSON] = {}
    last = ""
    *lines, rest = data.split(b"\n")
    if rest or not lines:
        raise Falsehood("a disclosure does not end in a line feed")
    for line in lines:
        if not line.startswith(b"~") or not line.isascii():
            raise Falsehood(f"a line begins {shown(line[:20])}, expected ~ and a disclosure")
        slot, value = read_disclosure(line[1:].decode(), digests)
        if slot <= last:
            raise Falsehood(f"the slot comes after {shown(last)}, expected slots sorted, each once", slot=slot)
        openings[slot] = value
        last = slot
    return openings


def read_disclosure(text: str, digests: Mapping[str, str]) -> tuple[str, JSON]:
    """Slot and value of a disclosure that fits the entry's digest at that slot (§6; RFC 9901 section 4.2)."""
    parts = read_json(from_b64url(text.encode()))
    if type(parts) is not list or len(parts) != 3:
        raise Falsehood("a disclosure is not [salt, slot, value]")
    salt, slot, value = parts
    if type(salt) is not str or not HASH_URL.fullmatch(salt):
        raise Falsehood(f"a disclosure has the salt {shown(salt)}, expected base64url of 32 bytes")
    if type(slot) is not str or slot not in digests:
        raise Falsehood(f"a disclosure opens the slot {shown(slot)}, which the entry does not have")
    if (digest := digest_of(text)) != digests[slot]:
        raise Falsehood(f"the disclosure has digest {digest}, the entry holds {digests[slot]}", slot=slot)
    return slot, value


def digests_of(event: Mapping[str, JSON]) -> dict[str, str]:
    return {sys.intern(slot): seal["d"] for slot, seal in event["sealed"].items()}


# ── 6. The tree (§4; RFC 6962 section 2.1) ───────────────────────────────────────────────────────────────────────────


def leaf_hash(entry: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


class Tree:
    """A Merkle tree that only grows. `heights[h]` holds the hashes of all complete subtrees of 2**h leaves, in order."""

    def __init__(self, leaves: Iterable[bytes] = ()) -> None:
        self.leaves = bytearray(b"".join(leaves))
        self.joined = [self.leaves]

    def __len__(self) -> int:
        return len(self.leaves) // 32

    def append(self, leaf: bytes) -> None:
        self.leaves += leaf

    def leaf(self, index: int) -> bytes:
        return bytes(self.leaves[32 * index : 32 * index + 32])

    @property
    def heights(self) -> list[bytearray]:
        """What was appended since somebody asked is joined now, height by height."""
        for height in range(len(self).bit_length() - 1):
            if height + 1 == len(self.joined):
                self.joined.append(bytearray())
            below, above = self.joined[height : height + 2]
            pairs = bytes(below[2 * len(above) : len(below) // 64 * 64])
            above += b"".join(
                [hashlib.sha256(b"\x01" + pairs[at : at + 64]).digest() for at in range(0, len(pairs), 64)]
            )
        return self.joined

    def root(self, size: int) -> bytes:
        """The root over the first `size` leaves: the complete subtrees, joined from the right."""
        root, heights = b"", self.heights
        for height in range(size.bit_length()):
            if size >> height & 1:
                end = 32 * (size >> height)
                subtree = bytes(heights[height][end - 32 : end])
                root = node_hash(subtree, root) if root else subtree
        return root or hashlib.sha256().digest()

    def tile(self, level: int, number: int, width: int) -> bytes:
        """`width` hashes of a tile (tlog-tiles): each stands for 256**level leaves."""
        start = 32 * 256 * number
        return bytes(self.heights[8 * level][start : start + 32 * width])


def root_from(leaf: bytes, index: int, size: int, proof: Sequence[bytes]) -> bytes:
    """The root that an inclusion proof leads to: RFC 9162 section 2.1.3.2, step by step."""
    expect(0 <= index < size, f"the proof is for entry {index} of a log of {size}")
    at, last, value = index, size - 1, leaf
    for step in proof:
        expect(last, "the inclusion proof has more hashes than the path")
        if at & 1 or at == last:
            value = node_hash(step, value)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            value = node_hash(value, step)
        at, last = at >> 1, last >> 1
    expect(not last, "the inclusion proof has fewer hashes than the path")
    return value


def check_consistency(old: tuple[int, bytes], new: tuple[int, bytes], proof: Sequence[bytes]) -> None:
    """Of two sizes with their roots, the larger tree begins with the smaller: RFC 9162 section 2.1.4.2, step by step."""
    expect(0 < old[0] < new[0], f"a proof of consistency is for the sizes {old[0]} and {new[0]}, expected a growth")
    path = [old[1], *proof] if old[0] & (old[0] - 1) == 0 else list(proof)
    expect(proof, "the consistency proof is empty")
    first, last = old[0] - 1, new[0] - 1
    while first & 1:
        first, last = first >> 1, last >> 1
    before = after = path[0]
    for step in path[1:]:
        expect(last, "the consistency proof has more hashes than the path")
        if first & 1 or first == last:
            before, after = node_hash(step, before), node_hash(step, after)
            while not first & 1 and first:
                first, last = first >> 1, last >> 1
        else:
            after = node_hash(after, step)
        first, last = first >> 1, last >> 1
    expect(not last, "the consistency proof has fewer hashes than the path")
    expect(
        before == old[1], f"the consistency proof is from {b64(before)}, but the root of size {old[0]} is {b64(old[1])}"
    )
    expect(after == new[1], f"the consistency proof is to {b64(after)}, but the root of size {new[0]} is {b64(new[1])}")


# ── 7. The key register (§5) ─────────────────────────────────────────────────────────────────────────────────────────
# Validity is by position, not by clock. A key may sign the entry at index i when it came into use at or before the
# register event that the entry's `keys` names, and no register event before i ended it, or limited it from this type;
# nor may anything have limited it between the register event that `keys` names and i. Only two waits are told by the
# `at` that was signed: a day between the start of a recovery and its end, thirty between a log key and its successor.

REGISTER_MEMBERS: Final[Mapping[str, list[str]]] = {
    "log.opened/1": ["root_key"],
    "key.added/1": ["role", "vkey"],
    "key.limited/1": ["not_for", "vkey"],
    "key.revoked/1": ["reason", "vkey"],
    "key.rotated/1": ["replaces", "vkey"],
    "key.compromised/1": ["from", "until", "vkey"],
    "key.recovery-started/1": ["replaces", "vkey"],
    "key.recovery-stopped/1": ["reason", "start"],
    "key.recovered/1": ["start"],
    "log-key.added/1": ["vkey"],
    "log-key.retired/1": ["vkey"],
    "log.loss-declared/1": ["kept", "lost", "reason"],
}
ROLE = re.compile(r"[a-z][a-z-]{0,63}")
HEADS = ("root", "key-admin")
RECOVERY_WAIT = timedelta(hours=24)
LOG_KEY_OVERLAP = timedelta(days=30)


@dataclass
class Standing:
    """What the register says of one key, with the indexes at which it said so."""

    key: Key
    added: int
    at: str = ""  # the moment that the event which brought it claims
    ended: int | None = None  # may sign no more, or retired
    how: str = ""  # it ended: revoked, replaced, reported stolen
    lost: bool = False  # it ended in a way after which its holder may recover it
    roles: dict[str, int] = field(default_factory=dict)
    limits: dict[str, int] = field(default_factory=dict)  # event type to the first index that forbids it
    limited: int = -1  # by the last event that limited it
    contested: list[tuple[int, int, int]] = field(default_factory=list)  # said at, from, until


@dataclass
class Recovery:
    """A lost key and the one that is to take its place."""

    start: int
    at: str
    lost: Standing
    key: Key
    over: str = ""  # stopped, or at its end


class Loss(NamedTuple):
    """A declared loss: the tree before it, and the tree that had been signed and is no more."""

    kept: tuple[int, bytes]
    lost: tuple[int, bytes]


class KeyRegister:
    """All keys, as the entries read so far have them."""

    def __init__(self) -> None:
        self.stream = ""
        self.events: dict[str, int] = {}  # leaf hash of a register event to its index
        self.keys: dict[tuple[str, bytes], Standing] = {}  # those that sign events, by name and key id
        self.newest: dict[str, Standing] = {}  # of each name the key that came last
        self.log_keys: dict[tuple[str, bytes], Standing] = {}  # those of the log itself, which sign checkpoints
        self.publics: dict[bytes, str] = {}  # public key to the one vkey under which it stands
        self.losses: dict[int, Loss] = {}  # by the index of the entry that declares it
        self.recoveries: dict[int, Recovery] = {}  # by the index of their start
        self.signed: dict[tuple[str, bytes], array[int]] = {}  # by each key the entries that it signed
        self.reaffirmed: dict[int, int] = {}  # a contested entry to the first that reaffirms it
        self.continues: dict[str, JSON] | None = None  # log, root and size of an earlier log
        self.root_key = ""

    def judge(self, index: int, entry: Entry) -> list[Key]:
        """The keys of the entry's signature lines, each found allowed to sign here; and what the entry changes."""
        event, of_type = entry.event, entry.event["type"]
        is_register = of_type in REGISTER_MEMBERS
        if index == 0:
            named = 0
            self._open(event)
        else:
            if is_register != (event["stream"] == self.stream):
                where = "outside" if is_register else "inside"
                raise Falsehood(f"an event {of_type} stands {where} the stream of the key register")
            if (found := self.events.get(event["keys"])) is None:
                came = shown(event["keys"])
                raise Falsehood(f"`keys` is {came}, expected the leaf hash of an earlier event of the key register")
            named = found
        keys = [self._signer(line, named, of_type) for line in entry.lines]
        for key in keys:
            if (ref := key[:2]) not in self.signed:
                self.signed[ref] = array("Q")
            self.signed[ref].append(index)
        if is_register:
            if index:
                self._change(index, event, [self.keys[line[:2]] for line in entry.lines], named)
            self.events[entry.leaf_b64] = index
        return keys

    def contested(self, size: int) -> dict[int, set[tuple[str, bytes]]]:
        """The entries with lines that are contested at this size, and the keys of these lines."""
        found: dict[int, set[tuple[str, bytes]]] = {}
        for ref, standing in self.keys.items():
            signed = self.signed.get(ref, array("Q"))
            for said, first, last in standing.contested:
                for index in signed[bisect_left(signed, first) : bisect_right(signed, last)] if said < size else ():
                    found.setdefault(index, set()).add(ref)
        return found

    def judge_reaffirmed(self, index: int, entries: list[int], lines: list[Line]) -> None:
        """Somebody stands by what an earlier key of theirs signed, though that key was reported stolen."""
        expect(len(lines) == 1, f"{len(lines)} signatures came under a {REAFFIRMED}, expected one")
        ours = {ref for ref in self.keys if ref[0] == lines[0].name and ref != lines[0][:2]}
        for at in entries:
            mine = any(self.is_contested(ref, at, index) for ref in ours)
            expect(mine, f"entry {at} is reaffirmed, but no contested signature of {lines[0].name} is on it")
            self.reaffirmed.setdefault(at, index)

    def is_contested(self, ref: tuple[str, bytes], at: int, size: int) -> bool:
        """Is there a line of this key on this entry, and contested at this size?"""
        signed = self.signed.get(ref, array("Q"))
        place = bisect_left(signed, at)
        has_signed = place < len(signed) and signed[place] == at
        spans = self.keys[ref].contested
        return has_signed and any(said < size and first <= at <= last for said, first, last in spans)

    def notes(self, size: int) -> Iterator[str]:
        """What a reader is to be told: contested signatures, recoveries under way, an earlier log."""
        contested = self.contested(size)
        for ref, standing in self.keys.items():
            if standing.contested:
                entries = sorted(index for index, refs in contested.items() if ref in refs)
                again = [index for index in entries if index in self.reaffirmed]
                yield (
                    f"the key {plain(standing.key.vkey)} was reported stolen by entry {standing.contested[0][0]}:"
                    f" {len(entries)} of its signatures {'is' if len(entries) == 1 else 'are'} contested"
                    + (f" (entries {listed(entries)})" if entries else "")
                    + (f"; reaffirmed with a new key: {listed(again)}" if again else "")
                )
        for recovery in self.under_way():
            yield (
                f"since entry {recovery.start}, {recovery.at}, the key of {recovery.key.name} is being recovered:"
                f" {plain(recovery.key.vkey)} may take its place a day later"
            )

    def under_way(self) -> list[Recovery]:
        return [recovery for recovery in self.recoveries.values() if not recovery.over]

    def _signer(self, line: Line, named: int, of_type: str) -> Key:
        standing = self.keys.get(line[:2])
        if standing is None:
            why = "is not in the key register at this point"
        elif standing.added > named:
            why = f"was added by entry {standing.added}, after entry {named}, which `keys` names"
        elif standing.ended is not None:
            why = f"was {standing.how} by entry {standing.ended}"
        elif of_type in standing.limits:
            why = f"may not sign {of_type} since entry {standing.limits[of_type]}"
        elif standing.limited > named:
            why = f"was limited by entry {standing.limited}, after entry {named}, which `keys` names"
        else:
            return standing.key
        raise Falsehood(f"it is signed by {line}, a key that {why}")

    def _open(self, event: dict[str, JSON]) -> None:
        """Entry 0 brings the root key, and is signed by it."""
        expect(event["type"] == "log.opened/1", f"the first entry is of type {event['type']}, expected log.opened/1")
        expect(not event["keys"], f"`keys` of the first entry is {shown(event['keys'])}, expected nothing")
        body = dict(event["body"])
        if "continues" in body:
            self.continues = body.pop("continues")
            self._check_continues(event["log"], self.continues)
        check_members("the body", body, REGISTER_MEMBERS["log.opened/1"])
        key = self._key(body["root_key"], event["log"], of_log=False)
        expect(key.name == event["actor"], f"the root key is {key.name}, but the actor is {event['actor']}")
        self.stream, self.root_key = event["stream"], key.vkey
        self._bring(key, 0, event["at"], {"root": 0})

    @staticmethod
    def _check_continues(origin: str, earlier: JSON) -> None:
        check_members("`continues`", earlier, ["log", "root", "size"])
        log, root, size = earlier["log"], earlier["root"], earlier["size"]
        good = type(log) is str and re.fullmatch(NAME, log) and log != origin
        expect(good, f"`continues` names the log {shown(log)}, expected another origin")
        expect(type(root) is str and HASH.fullmatch(root), f"`continues` has the root {shown(root)}, expected a hash")
        expect(type(size) is int and size > 0, f"`continues` has the size {shown(size)}, expected 1 or more")

    def _change(self, index: int, event: dict[str, JSON], signers: list[Standing], named: int) -> None:
        """What one register event does, once those who signed it could."""
        kind, body = event["type"], dict(event["body"])
        expect(kind != "log.opened/1", "the log is opened a second time")
        reason = body.get("reason", "")
        if kind == "log-key.retired/1" and "reason" in body:
            del body["reason"]
            expect(reason == "compromised", f"`reason` is {shown(reason)}, expected compromised or none")
        check_members("the body", body, REGISTER_MEMBERS[kind])
        heads = [any(signer.roles.get(role, index) <= named for role in HEADS) for signer in signers]
        expect(type(reason) is str, f"`reason` is {shown(reason)}, expected a word")
        match kind:
            case "key.rotated/1":
                self._rotate(index, event, signers, heads)
            case "key.recovery-started/1":
                self._start_recovery(index, event, signers)
            case "key.recovery-stopped/1" | "key.recovered/1":
                self._end_recovery(index, event, signers, heads)
            case "log-key.added/1" | "log-key.retired/1":
                self._expect_head(signers, heads)
                self._change_log_key(index, event, reason)
            case "log.loss-declared/1":
                self._expect_head(signers, heads)
                is_root = signers[0].roles.get("root", index) <= named
                expect(is_root, f"{signers[0].key.name} declares a loss without the role root")
                self.losses[index] = read_loss(index, body)
            case "key.added/1":
                self._expect_head(signers, heads)
                self._add(index, event)
            case _:
                key = self._key(body["vkey"], event["log"], of_log=False)
                standing = self.keys.get((key.name, key.keyid))
                ended = standing is not None and standing.ended is not None and kind != "key.compromised/1"
                if standing is None or standing.key != key or ended:
                    raise Falsehood(f"{kind} names {plain(key.vkey)}, which is not a key in use now")
                by_itself = signers[0] is standing
                if kind == "key.revoked/1":
                    heads[0] |= by_itself
                    self._expect_head(signers, heads)
                    self._end(standing, index, "revoked", lost=reason in ("lost", "stolen"))
                    return
                self._expect_head(signers, heads)
                if kind == "key.limited/1":
                    types = body["not_for"]
                    good = is_list_of_types(types) and types
                    expect(good, f"`not_for` is {shown(types)}, expected a list of event types")
                    standing.limited = index
                    for of_type in types:
                        standing.limits.setdefault(of_type, index)
                else:
                    expect(not by_itself, f"{key.name} reports its own key as stolen, with that very key")
                    self._contest(index, standing, body["from"], body["until"])

    @staticmethod
    def _expect_head(signers: list[Standing], heads: list[bool]) -> None:
        why = f"{signers[0].key.name} changes the key register without the role root or key-admin"
        expect(heads[0], why)

    def _bring(self, key: Key, index: int, at: str, roles: dict[str, int]) -> Standing:
        standing = Standing(key, index, at, roles=roles)
        self.keys[key.name, key.keyid] = self.newest[key.name] = standing
        return standing

    @staticmethod
    def _end(standing: Standing, index: int, how: str, *, lost: bool = False) -> None:
        standing.ended, standing.how, standing.lost = index, how, lost

    def _add(self, index: int, event: dict[str, JSON]) -> None:
        """A key comes, or gets a further role. A second key of a name comes so to a service only."""
        body = event["body"]
        key, role = self._key(body["vkey"], event["log"], of_log=False), body["role"]
        name = plain(key.vkey)
        standing, newest = self.keys.get((key.name, key.keyid)), self.newest.get(key.name)
        if standing is None:
            if newest is not None:
                why = "a further one comes to a person by key.rotated/1 or key.recovered/1"
                expect(part_before_last(key.name) == "service", f"{key.name} has a key already: {why}")
                expect(newest.ended is not None, f"{key.name} has a key in use already, {plain(newest.key.vkey)}")
            standing = self._bring(key, index, event["at"], {})
        else:
            expect(standing.key == key, f"another key has the name and key id of {name}")
            expect(
                standing.ended is None, f"{name} is added again, but it was {standing.how} by entry {standing.ended}"
            )
        expect(type(role) is str and ROLE.fullmatch(role), f"the role is {shown(role)}, expected a word")
        standing.roles.setdefault(role, index)

    def _rotate(self, index: int, event: dict[str, JSON], signers: list[Standing], heads: list[bool]) -> None:
        """The old key and a head of another name let a new key take its place."""
        old = signers[0]
        came = event["body"]["replaces"]
        expect(came == old.key.vkey, f"`replaces` is {shown(came)}, expected the key that signs first, {old.key.vkey}")
        admitted = len(signers) == 2 and heads[1] and signers[1].key.name != old.key.name
        expect(admitted, f"{old.key.name} rotates its key without a second signature, by another root or key-admin")
        self._succeed(index, event["at"], old, self._successor(event, old))

    def _successor(self, event: dict[str, JSON], old: Standing) -> Key:
        """A new key of the same name."""
        key = self._key(event["body"]["vkey"], event["log"], of_log=False)
        expect(key.name == old.key.name, f"the new key is named {key.name}, expected {old.key.name} as the old")
        expect((key.name, key.keyid) not in self.keys, f"the new key {plain(key.vkey)} was in use before")
        return key

    def _succeed(self, index: int, at: str, old: Standing, key: Key) -> None:
        """The new key has the roles and limits of the old, which ends here if it did not before."""
        new = self._bring(key, index, at, dict.fromkeys(old.roles, index))
        new.limits = dict.fromkeys(old.limits, index)
        if old.ended is None:
            self._end(old, index, "replaced")

    def _contest(self, index: int, standing: Standing, first: JSON, last: JSON) -> None:
        good = type(first) is int and type(last) is int and 0 <= first <= last < index
        expect(
            good, f"signatures on entries {shown(first)} to {shown(last)} are contested, expected some below {index}"
        )
        standing.contested.append((index, first, last))
        if standing.ended is None:
            self._end(standing, index, "reported stolen", lost=True)

    def _start_recovery(self, index: int, event: dict[str, JSON], signers: list[Standing]) -> None:
        came = event["body"]["replaces"]
        lost = next((one for one in self.keys.values() if one.key.vkey == came), None)
        if lost is None:
            raise Falsehood(f"`replaces` is {shown(came)}, which is no key of the register")
        self._check_recoverers(lost, signers)
        self._check_lost(lost)
        name = lost.key.name
        running = [one.start for one in self.under_way() if one.key.name == name]
        expect(not running, f"a recovery of {name} begins, but the one that entry {running[:1]} began is under way")
        self.recoveries[index] = Recovery(index, event["at"], lost, self._successor(event, lost))

    def _end_recovery(self, index: int, event: dict[str, JSON], signers: list[Standing], heads: list[bool]) -> None:
        start = event["body"]["start"]
        recovery = self.recoveries.get(start) if type(start) is int else None
        if recovery is None or recovery.over:
            ended = f", it was {recovery.over}" if recovery else ""
            raise Falsehood(f"`start` is {shown(start)}, which is no recovery under way{ended}")
        if event["type"] == "key.recovery-stopped/1":
            heads[0] |= signers[0] is recovery.lost
            self._expect_head(signers, heads)
            recovery.over = f"stopped by entry {index}"
            return
        self._check_recoverers(recovery.lost, signers)
        self._check_lost(recovery.lost)
        waited = moment(event["at"]) - moment(recovery.at)
        why = f"the recovery ends {waited} after its start at {recovery.at}, expected at least 24 hours"
        expect(waited >= RECOVERY_WAIT, why)
        recovery.over = f"ended by entry {index}"
        self._succeed(index, event["at"], recovery.lost, recovery.key)

    @staticmethod
    def _check_recoverers(lost: Standing, signers: list[Standing]) -> None:
        """Two persons, and neither is the one who lost the key."""
        names = [signer.key.name for signer in signers]
        good = len(names) == 2 and len({*names, lost.key.name}) == 3 and all(map(is_person, names))
        why = f"the key of {lost.key.name} is recovered by {', '.join(names)}, expected two other persons"
        expect(good, why)

    def _check_lost(self, lost: Standing) -> None:
        newest = self.newest[lost.key.name]
        expect(newest is lost, f"the key {plain(lost.key.vkey)} has a successor, {plain(newest.key.vkey)}")
        why = f"the key {plain(lost.key.vkey)} was {lost.how} by entry {lost.ended}, and not as lost or stolen"
        expect(lost.ended is None or lost.lost, why)

    def _change_log_key(self, index: int, event: dict[str, JSON], reason: str) -> None:
        key = self._key(event["body"]["vkey"], event["log"], of_log=True)
        name, ref = plain(key.vkey), (key.name, key.keyid)
        standing = self.log_keys.get(ref)
        if event["type"] == "log-key.added/1":
            expect(standing is None, f"the log key {name} is added twice")
            expect(ref not in self.keys, f"another key has the name and key id of {name}")
            self.log_keys[ref] = Standing(key, index, event["at"])
            return
        if standing is None or standing.key != key or standing.ended is not None:
            raise Falsehood(f"log-key.retired/1 names {name}, which is not a key in use now")
        others = [
            one for one in self.log_keys.values()
            if one is not standing and one.ended is None and one.key.kind == key.kind
        ]  # fmt: skip
        expect(others, f"the log key {name} is retired, but no other of its type is in use")
        waited = moment(event["at"]) - min(moment(one.at) for one in others)
        why = f"the log key {name} is retired {waited} after another came, expected at least 30 days beside each other"
        expect(reason or waited >= LOG_KEY_OVERLAP, why)
        standing.ended = index

    def _key(self, vkey: JSON, origin: str, *, of_log: bool) -> Key:
        """A key for its use: the log's keys have its name, nobody else's does; one public key stands under one vkey."""
        if type(vkey) is not str:
            raise Falsehood(f"{shown(vkey)} came, expected a key")
        key = read_vkey(vkey)
        if of_log:
            good = key.name == origin and key.kind in (ED25519, ML_DSA_44)
            expect(good, f"the log key {plain(vkey)} came, expected one named {origin}, type 0x01 or 0x06")
        else:
            expect(key.name != origin, f"a key named {origin}, as the log itself, is to sign events")
            why = f"the key {plain(vkey)} has type {key.kind:#04x}, expected 0x01 or 0xff to sign events"
            expect(key.kind in (ED25519, PASSKEY), why)
        other = self.publics.setdefault(key.bare, vkey)
        expect(other == vkey, f"the key {plain(vkey)} is already in use as {plain(other)}")
        return key


def read_loss(index: int, body: dict[str, JSON]) -> Loss:
    """What is kept ends where the loss is declared (§5)."""
    expect(type(body["reason"]) is str, f"`reason` is {shown(body['reason'])}, expected a word")
    heads = []
    for name in ("kept", "lost"):
        check_members(f"`{name}`", body[name], ["root", "size"])
        size, text = body[name]["size"], body[name]["root"]
        expect(type(size) is int and 0 < size < 2**63, f"`{name}` has the size {shown(size)}, expected one above 0")
        expect(type(text) is str and text.isascii(), f"`{name}` has the root {shown(text)}, expected base64")
        root = from_b64(text.encode())
        expect(len(root) == 32, f"`{name}` has a root of {len(root)} bytes, expected 32")
        heads.append((size, root))
    expect(heads[0][0] == index, f"`kept` has the size {heads[0][0]}, but {index} entries stand before the declaration")
    return Loss(*heads)


def part_before_last(name: str) -> str:
    return name.split("/")[-2] if "/" in name else ""


def is_person(name: str) -> bool:
    """Does a key of this name speak for somebody, and not for a provider or a service (§5)?"""
    return part_before_last(name) == "officer" or name.rsplit("/", maxsplit=1)[-1] == "root"


def listed(numbers: Sequence[int], most: int = 20) -> str:
    return ", ".join(map(str, numbers[:most])) + (f" and {len(numbers) - most} more" if len(numbers) > most else "")


def moment(at: str) -> datetime:
    return datetime.fromisoformat(at)


def is_list_of_types(value: JSON) -> bool:
    return type(value) is list and all(type(item) is str and TYPE.fullmatch(item) for item in value)


# ── 8. Cases: what binds events together (§3), and what is public of them (§6) ───────────────────────────────────────
# Every event outside the key register names its `case`: the stream of the case, which begins with an entry of that same
# case. An event in any other stream names what its author had `seen`: an entry of the case's stream. Closing events say
# what they rest on: count, types and root of all earlier entries of the case of these types, so a dropped one shows.
# Deposits (sealed bids) have `case` and `seen` as sealed slots, so that nobody can count a case's bids; they are judged
# as far as they have been opened. Affairs (somebody read sealed values, had them erased, or held them for a court; numbers
# about many children were released, or taken back; a provider stated its details) are of no case: nothing of them is ever
# opened to the public.

AFFAIRS: Final = ("sealed.", "hold.", "placements.", "provider.")
REAFFIRMED = "signature.reaffirmed/1"
BONDS = ("/case", "/seen", "/rests_on")  # the slots that bind events together
OPENINGS: Final = {
    "value.disclosed/1": ["case", "evidence", "happened_at", "occasion", "openings"],
    "value.withdrawn/1": ["case", "evidence", "ground", "happened_at", "openings"],
}


class Kept(NamedTuple):
    """What later entries ask of an earlier one."""

    case: str | None  # of the key register and of affairs: None; of a deposit: empty, until its slot `/case` is open
    type: str
    digests: dict[str, str]  # slot to digest


class Cases:
    """The cases, as the entries read so far have them."""

    def __init__(self, leaf: Callable[[int], bytes]) -> None:
        self.leaf = leaf  # the leaf hash of an entry that was read
        self.entries: dict[int, Kept] = {}
        self.opened: dict[str, int] = {}  # case to the index of its first entry
        self.standing: dict[str, tuple[str, int]] = {}  # leaf hash in a case's own stream to case and index
        self.members: dict[str, dict[str, list[int]]] = {}  # case to type to indexes
        self.in_effect: dict[int, set[str]] = {}  # entry to the slots whose opening is public
        self.claimed: dict[int, str] = {}  # deposit to the case whose acts opened it
        self.withdrawn: dict[tuple[int, str], int] = {}  # entry and slot to the act that took the opening down
        self.absent: dict[int, int] = {}  # entry that a bundle does not have, to the act that names it

    def judge(self, index: int, entry: Entry) -> str | None:
        """The case of an entry outside the key register; empty for a deposit, None for what is of no case."""
        event, body, kind = entry.event, entry.event["body"], entry.event["type"]
        stream, case = event["stream"], body.get("case")
        if kind.startswith(AFFAIRS):
            expect(
                "case" not in body,
                f"{kind} has a `case`, but reads, erasures, holds, releases of numbers and details of a provider are of no case",
            )
            expect(stream not in self.opened, f"{kind} tells its case: it stands in its stream, {stream}")
            return None
        if kind.startswith("deposit."):
            for member in ("case", "seen"):
                sealed = member not in body and f"/{member}" in event["sealed"]
                expect(sealed, f"a deposit has no sealed slot /{member}")
            expect(stream not in self.opened, f"a deposit tells its case: it stands in its stream, {stream}")
            return ""
        if type(case) is not str or (case not in self.opened and not UUID4.fullmatch(case)):
            raise Falsehood(f"`case` is {shown(case)}, expected the stream of a case")
        if stream == case and event["n"] == 1:
            self.opened[case] = index
        if stream in self.opened and stream != case:
            raise Falsehood(f"it stands in the stream of the case {stream}, but its `case` is {case}")
        if case not in self.opened:
            raise Falsehood(f"its `case` is {case}, but no earlier entry opens that case")
        if kind in OPENINGS:
            expect(stream == case, f"{kind} stands in the stream {stream}, expected the case's own")
            self.judge_openings(index, kind, body)
        if kind == REAFFIRMED:
            expect(stream == case, f"{kind} stands in the stream {stream}, expected the case's own")
            self.judge_named(index, body)
        if stream != case or body.get("seen") is not None:
            self.judge_seen(index, body.get("seen"), case)
        if body.get("rests_on") is not None:
            self.judge_rests_on(index, body["rests_on"], self.members.get(case, {}))
        if stream == case:
            self.standing[entry.leaf_b64] = case, index
        self.members.setdefault(case, {}).setdefault(kind, []).append(index)
        return case

    def judge_seen(self, index: int, seen: JSON, case: str) -> None:
        if type(seen) is not str or (seen not in self.standing and not HASH.fullmatch(seen)):
            raise Falsehood(f"`seen` is {shown(seen)}, expected the leaf hash of an entry of the case's stream")
        of_case, at = self.standing.get(seen, ("", index))
        if at >= index or case != of_case:
            raise Falsehood(f"`seen` is {seen}, which is no earlier entry of the stream of the case {case}")

    def judge_rests_on(
        self, index: int, rests_on: JSON, members: Mapping[str, list[int]], *, partly: bool = False
    ) -> str:
        """Number and root are those of the entries of these types. `partly`: fewer are known; a note, if so."""
        check_members("`rests_on`", rests_on, ["count", "root", "types"])
        count, root, types = rests_on["count"], rests_on["root"], rests_on["types"]
        good = type(count) is int and type(root) is str
        expect(good, f"`rests_on` is {shown(rests_on)}, expected a number and a root")
        expect(is_list_of_types(types), f"`rests_on` has the types {shown(types)}, expected a list of event types")
        expect(types == sorted(set(types)), f"`rests_on` has the types {shown(types)}, expected them sorted, each once")
        known = sorted(i for kind in types for i in members.get(kind, ()) if i < index)
        if partly and len(known) < count and any(kind.startswith("deposit.") for kind in types):
            return (
                f"entry {index} rests on {count} deposits, of which {len(known)} are open: "
                "that none was left out cannot be checked until all are open"
            )
        if len(known) != count:
            raise Falsehood(f"it rests on {count} entries of {', '.join(types)}, but the case has {len(known)}")
        right = b64(Tree(map(self.leaf, known)).root(count))
        expect(root == right, f"it rests on entries with root {shown(root)}, but those of the case give {right}")
        return ""

    def judge_openings(self, index: int, kind: str, body: dict[str, JSON]) -> None:
        """What an act makes public or takes down. The last act on a slot wins; each takes effect at its own index."""
        check_members("the body", body, OPENINGS[kind])
        case, openings = body["case"], body["openings"]
        expect(type(openings) is list and openings, f"`openings` is {shown(openings)}, expected a list, not empty")
        last = -1
        for opening in openings:
            check_members("an opening", opening, ["entry", "slots"])
            at, slots = opening["entry"], opening["slots"]
            ascending = type(at) is int and last < at < index
            expect(ascending, f"an opening names entry {shown(at)}, expected ascending ones, {last + 1} to {index - 1}")
            good = type(slots) is list and slots and all(type(slot) is str for slot in slots)
            good = good and slots == sorted(set(slots))
            expect(good, f"an opening names the slots {shown(slots)}, expected them sorted and each once")
            last = at
            if (entry := self.entries.get(at)) is None:
                self.absent.setdefault(at, index)
                continue
            expect(entry.case is not None, f"an opening names entry {at}, which belongs to no case")
            owner = entry.case or self.claimed.setdefault(at, case)
            expect(owner == case, f"an opening names entry {at}, which belongs to another case")
            for slot in slots:
                if slot not in entry.digests:
                    raise Falsehood(f"an opening names entry {at}, which does not have the slot {shown(slot)}")
            public = self.in_effect.setdefault(at, set())
            if kind == "value.disclosed/1":
                public.update(slots)
            else:
                public.difference_update(slots)
                self.withdrawn |= {(at, slot): index for slot in slots}
            tells = entry.case or not public or "/case" in public
            expect(tells, f"slots of the deposit at entry {at} are public while its slot /case is not")

    def judge_named(self, index: int, body: dict[str, JSON]) -> None:
        """The entries of which somebody reaffirms the signature are earlier ones of the case (§5)."""
        check_members("the body", body, ["case", "entries", "evidence", "happened_at"])
        case, entries = body["case"], body["entries"]
        good = type(entries) is list and entries and all(type(at) is int and 0 <= at < index for at in entries)
        expect(good, f"`entries` is {shown(entries)}, expected a list of entries below {index}, not empty")
        expect(entries == sorted(set(entries)), f"`entries` is {shown(entries)}, expected them ascending, each once")
        for at in entries:
            if (entry := self.entries.get(at)) is None:
                self.absent.setdefault(at, index)
                continue
            owner = entry.case or self.claimed.get(at)
            expect(owner == case, f"entry {at} is reaffirmed, which does not belong to the case {case}")

    def judge_opened(
        self, opened: Mapping[int, Mapping[str, JSON]], where: Callable[[int], str], *, partly: bool = True
    ) -> Iterator[str]:
        """`case`, `seen` and `rests_on` that were sealed, as far as they are open here; notes on what stays open."""
        deposits: dict[str, dict[str, list[int]]] = {}  # case to type to indexes
        for index, values in opened.items():
            with At(where(index), index):
                case, kind, _ = self.entries[index]
                if not case:
                    case, right = values.get("/case"), self.claimed[index]
                    expect(case == right, f"the case is {shown(case)}, but it was opened by {right}", "/case")
                    expect(self.opened[right] < index, f"the case is {right}, which no earlier entry opens", "/case")
                    deposits.setdefault(right, {}).setdefault(kind, []).append(index)
                    if values.get("/seen") is not None:
                        self.judge_seen(index, values["/seen"], right)
                elif values.get("/rests_on") is not None:
                    members = deposits.get(case, {}) | self.members[case]
                    yield self.judge_rests_on(index, values["/rests_on"], members, partly=partly)


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
    expect(blank, "a checkpoint has no blank line before its signatures")
    if not (found := CHECKPOINT.fullmatch(text := text + b"\n")):
        raise Falsehood(f"a checkpoint reads {shown(text)}, expected three lines: origin, size, root")
    origin = found[1].decode()
    expect(not origin.startswith(RESERVED), f"the origin {plain(origin)} begins with a word that is reserved")
    return Checkpoint(origin, int(found[2]), from_b64(found[3]), text, read_lines(lines, 256))


def check_line(key: Key, line: Line, checkpoint: Checkpoint) -> bool:
    """The signature is good for what a key of this type signs under a checkpoint (§1, §9). False: not checkable here."""
    text, signature, size = checkpoint.text, line.signature, SIGNATURE_BYTES.get(key.kind)
    expect(size, f"the key of {line} is a passkey, which signs no checkpoints")
    expect(len(signature) == size, f"the signature of {line} has {len(signature)} bytes, expected {size}")
    if key.kind != ED25519:
        stamp, signature = signature[:8], signature[8:]
        seconds = int.from_bytes(stamp, "big")
        expect(0 < seconds < 2**63, f"the signature of {line} has the time {seconds}, expected one after 1970")
        name, origin = key.name.encode(), checkpoint.origin.encode()
        if key.kind == WITNESS_ED25519:
            text = b"cosignature/v1\ntime %d\n" % seconds + text
        else:
            text = b"subtree/v1\n\x00" + bytes([len(name)]) + name + stamp + bytes([len(origin)]) + origin
            text += bytes(8) + checkpoint.size.to_bytes(8, "big") + checkpoint.root
    if not can_check(key.kind):
        return False
    good = is_signed(key.kind, key.public, signature, text)
    expect(good, f"the signature of {line} does not fit the checkpoint")
    return True


def check_lines(
    checkpoint: Checkpoint,
    register: KeyRegister,
    trust: Trust,
    report: Report,
    *,
    lost: bool = False,
    strangers: list[Line] | None = None,
) -> set[str]:
    """The vkeys of all lines, which are good, and stand in order: the log's Ed25519, its ML-DSA-44, witnesses (§8).

    `strangers` takes the lines in the log's own name by keys that are not known, where the key register is not public.
    """
    signers: set[str] = set()
    order: list[tuple[int, str, bytes]] = []
    for line in checkpoint.lines:
        if standing := register.log_keys.get(line[:2]):
            key = standing.key
            retired = "" if standing.ended is None else f" and retired by entry {standing.ended}"
            when = f"added by entry {standing.added}{retired}: it is not one at this size"
            stands = standing.added < checkpoint.size and not (standing.ended or checkpoint.size) < checkpoint.size
            expect(stands or lost, f"it is signed by {line}, a log key that was {when}")
            order.append((0 if key.kind == ED25519 else 1, "", b""))
        elif witness := trust.witness(line):
            key = witness
            expect(key.public not in register.publics, f"the witness {line} uses a key of the register")
            order.append((2, *line[:2]))
        elif strangers is not None and line.name == checkpoint.origin:
            strangers.append(line)
            order.append((0 if len(line.signature) == SIGNATURE_BYTES[ED25519] else 1, "", b""))
            continue
        else:
            raise Falsehood(f"it is signed by {line}, neither a key of the log nor a witness in your policy or its own")
        if check_line(key, line, checkpoint):
            signers.add(key.vkey)
        else:
            report.unchecked[key.vkey] = report.unchecked.get(key.vkey, 0) + 1
    expect(order[0][0] == 0, "the first line is not by an Ed25519 key of the log")
    right = "the log's Ed25519, its ML-DSA-44, then witnesses by name"
    expect(order == sorted(order), f"the lines are not in order: {right}")
    return signers


PAPER = re.compile(
    r"fairplace\s+checkpoint\s+1\s(.{1,400}?)\ssize\s+([1-9][0-9]{0,17})\s(.*)", re.DOTALL | re.IGNORECASE
)
AS_TYPED = str.maketrans("OIL", "011")


class Paper(NamedTuple):
    """A checkpoint that the reader has from elsewhere: from a letter, a receipt, somebody else's copy."""

    origin: str
    size: int
    root: bytes
    signed: Checkpoint | None = None  # when it came with its signature lines

    def is_signed(self, register: KeyRegister) -> bool:
        """Does it bear a good signature by a key of the log?"""
        for line in self.signed.lines if self.signed else ():
            standing = register.log_keys.get(line[:2])
            with suppress(Falsehood):
                if self.signed and standing and check_line(standing.key, line, self.signed):
                    return True
        return False


def read_paper(data: bytes) -> Paper:
    """A checkpoint as it is printed, typed or recognised, or in its own form with or without signatures (§12)."""
    try:
        if found := PAPER.search(data.decode("utf-8", "replace")):
            return read_printed("".join(found[1].split()).lower(), int(found[2]), found[3])
        data = data.replace(b"\r\n", b"\n").strip() + b"\n"
        if b"\n\n" in data:
            checkpoint = read_checkpoint(data)
            return Paper(*checkpoint[:3], checkpoint)
        if found_text := CHECKPOINT.fullmatch(data):
            return Paper(found_text[1].decode(), int(found_text[2]), from_b64(found_text[3]))
    except Falsehood as error:
        raise Unreadable(f"the checkpoint that you gave cannot be read: {error}") from None
    raise Unreadable(
        "the checkpoint that you gave cannot be read: expected five lines from `fairplace checkpoint 1` on"
    )


def read_printed(origin: str, size: int, rest: str) -> Paper:
    """The last two digits of each line of 34 are the first byte of the SHA-256 of what they check."""
    digits = "".join(rest[:1_000].split()).upper().translate(AS_TYPED)
    lines, wrong = (digits[:34], digits[34:68]), []
    for number, line in enumerate(lines, 1):
        hexadecimal = re.fullmatch("[0-9A-F]{34}", line)
        expect(hexadecimal, f"line {number} of its root is {shown(line)}, expected 34 hexadecimal digits")
        right = hashlib.sha256(f"{origin}\n{size}\n{number}\n{line[:32]}".encode()).hexdigest()[:2]
        wrong += [str(number)] if line[32:] != right.upper() else []
    expect(len(wrong) < 2, "no line of its root fits its two last digits; look at the name and the size, too")
    expect(not wrong, f"line {''.join(wrong)} of its root does not fit its two last digits: something in it is misread")
    expect(re.fullmatch(NAME, origin), f"its name is {shown(origin)}, expected the origin of a log")
    return Paper(origin, size, bytes.fromhex(lines[0][:32] + lines[1][:32]))


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
        except (Falsehood, ValueError) as error:
            raise Unreadable(f"line {number} of the policy cannot be read: {plain(line)} ({error})") from None
    if not policy.quorum:
        raise Unreadable("the policy has no quorum line")
    keys = [*policy.logs, *policy.witnesses.values()]
    if len({key.public for key in keys}) != len(keys):
        raise Unreadable("the policy names one public key twice")
    return policy


def read_policy_line(policy: Policy, words: list[str], members: set[str]) -> Policy:
    defined = policy.witnesses.keys() | policy.groups.keys() | {"none"}
    match words:
        case ["log", vkey] | ["log", vkey, _] if (key := read_vkey(vkey)).kind in (ED25519, ML_DSA_44):
            policy.logs.append(key)
        case ["witness", name, vkey] | ["witness", name, vkey, _] if name not in defined and (
            key := read_vkey(vkey)
        ).kind in (WITNESS_ED25519, ML_DSA_44):
            policy.witnesses[name] = key
        case ["group", name, least, *parts] if name not in defined and parts:
            needed = {"any": 1, "all": len(parts)}.get(least) or int(least)
            usable = defined - members - {"none"}
            if not 1 <= needed <= len(parts) or len(set(parts)) != len(parts) or not set(parts) <= usable:
                raise ValueError("expected names defined above, each a member once, and a number that they can reach")
            policy.groups[name] = needed, parts
            members.update(parts)
        case ["quorum", name] if not policy.quorum and name in defined:
            return policy._replace(quorum=name)
        case _:
            raise ValueError("expected log, witness, group or quorum, with known names and suitable keys")
    return policy


def read_suggested(data: bytes) -> Policy:
    """The policy that came with a record: a statement of the register about itself (§10)."""
    expect(data.endswith(b"\n"), "the policy does not end in a line feed")
    try:
        return read_policy(data.decode("latin-1"))
    except Unreadable as error:
        raise Falsehood(str(error)) from None


class Trust(NamedTuple):
    """What the reader brought: keys, and perhaps a policy. `suggested` came with the record, and confers nothing."""

    keys: list[Key]
    policy: Policy | None
    suggested: Policy | None = None

    def witness(self, line: Line) -> Key | None:
        policies = filter(None, (self.policy, self.suggested))
        known = (key for policy in policies for key in policy.witnesses.values())
        return next((key for key in known if key[:2] == line[:2]), None)

    def judge(self, report: Report, signers: set[str], root_key: str = "") -> tuple[str, int]:
        """Is it the register that the reader means? `signers` are the vkeys of all good lines of the checkpoint."""
        reasons, origin = [], report.origin
        given = {key.vkey for key in self.keys}
        asked = {
            "a key that you gave": self.keys,
            "a log that your policy names": self.policy.logs if self.policy else (),
        }
        for whom, keys in asked.items():
            if any(key.vkey in signers for key in keys):
                reasons.append(f"the log {origin} is signed by {whom}")
            elif root_key in given and keys is self.keys:
                reasons.append(f"the log {origin} was opened by {whom}")
            elif keys and any(key.vkey in report.unchecked for key in keys):
                report.unsettled.append(f"the signature of {whom} is ML-DSA-44, which cannot be checked here")
            elif keys:
                names = ", ".join(plain(key.vkey) for key in keys)
                raise Falsehood(f"the checkpoint of {origin} is not signed by {whom}: {names}")
        if self.policy and not self.policy.met(signers):
            report.trust = f"the witnesses that your policy asks for ({self.policy.quorum}) have not all signed"
        elif reasons:
            report.trusted, report.trust = True, " and ".join(reasons)
        if lines := sum(report.unchecked.values()):
            need = "the package cryptography, 47 or newer"
            report.notes.append(f"{lines} ML-DSA-44 signatures of checkpoints were not checked: that needs {need}")
        return report.trust, len(self.keys)


def read_trust(keys: Iterable[str], policy: str | None) -> Trust:
    try:
        return Trust([read_vkey(key.strip()) for key in keys], None if policy is None else read_policy(policy))
    except Falsehood as error:
        raise Unreadable(f"a key that was given cannot be read: {error}") from None


# ── 10. The layout of published files (§10) ──────────────────────────────────────────────────────────────────────────

NUMBER = r"(?:x[0-9]{3}/)*[0-9]{3}"
TILE = re.compile(rf"tile/(entries|[0-9])/({NUMBER})(?:\.p/([1-9][0-9]{{0,2}}))?")
SIZE = re.compile(r"checkpoints/([1-9][0-9]{0,17})")
LOST = re.compile(r"lost/([1-9][0-9]{0,17})/([1-9][0-9]{0,17})")
DISCLOSURES = re.compile(rf"disclosures/{NUMBER}")
TIMESTAMP = re.compile(r"timestamp/([1-9][0-9]{0,17})\.tsr")
FOLDER = re.compile(
    r"checkpoints/|timestamp/|lost/(?:[1-9][0-9]{0,17}/)?|disclosures/(?:x[0-9]{3}/)*"
    r"|tile/(?:(?:entries|[0-9])/(?:x[0-9]{3}/)*(?:[0-9]{3}\.p/)?)?"
)
MOST_BUNDLE = 256 * (2 + 65_535)
MOST_TIMESTAMP = 65_536


def number_path(number: int) -> str:
    """1234067 as x001/x234/067."""
    path = f"{number % 1000:03d}"
    while number := number // 1000:
        path = f"x{number % 1000:03d}/{path}"
    return path


def tile_path(folder: int | str, number: int, width: int) -> str:
    return f"tile/{folder}/{number_path(number)}" + (f".p/{width}" if width < 256 else "")


class Layout:
    """The files of a register, found complete: by each name what it holds."""

    def __init__(self, names: Iterable[tuple[str, str]], size: int, *, alone: bool = False) -> None:
        """Every file is named by the layout, and none that the layout asks for is missing (§10).

        `alone`: hashes, and no entries.
        """
        self.size = size
        self.files: set[str] = set()
        self.sizes: list[int] = []  # of published checkpoints
        self.lost: list[tuple[int, int]] = []  # entry that declares a loss, size of a checkpoint that was lost
        self.tiles: dict[str, tuple[str, int, int]] = {}  # name to folder ("entries" or a level), number and width
        self.disclosures: list[str] = []
        self.timestamps: set[int] = set()
        for name, kind in names:
            with At(name):
                if kind == "file":
                    self._take(name)
                else:
                    known = kind == "folder" and FOLDER.fullmatch(name)
                    expect(known, f"a {kind} came, expected only the files of a published register")
        self.sizes.sort()
        for stamped in self.timestamps - set(self.sizes):
            raise Falsehood("there is no checkpoint of this size", f"timestamp/{stamped}.tsr")
        for name in needed(size, self.sizes, alone=alone):
            with At(name):
                expect(name in self.files, "the file is missing")

    def _take(self, name: str) -> None:
        fits = True
        if found := SIZE.fullmatch(name):
            self.sizes.append(int(found[1]))
            fits = int(found[1]) <= self.size
        elif found := LOST.fullmatch(name):
            self.lost.append((int(found[1]), int(found[2])))
            fits = int(found[1]) < self.size
        elif found := TIMESTAMP.fullmatch(name):
            self.timestamps.add(int(found[1]))
        elif DISCLOSURES.fullmatch(name):
            self.disclosures.append(name)
        elif found := TILE.fullmatch(name):
            folder, digits, width = found[1], found[2].replace("x", "").replace("/", ""), int(found[3] or 256)
            level, number = 0 if folder == "entries" else int(folder), int(digits)
            right = name == tile_path(folder, number, width) and width <= 256 - bool(found[3])
            expect(right, "no file of this name belongs to a published register")
            self.tiles[name] = folder, number, width
            fits = 256 * number + width <= self.size >> 8 * level
        else:
            expect(name in ("checkpoint", "policy"), "no file of this name belongs to a published register")
        expect(fits, f"the file is beyond the newest checkpoint, which has size {self.size}")
        self.files.add(name)


def needed(size: int, sizes: Iterable[int], *, alone: bool = False) -> Iterator[str]:
    """A partial tile of a published checkpoint is needed until the full one is there; then it may stay or go."""
    yield from ("checkpoint", "policy", f"checkpoints/{size}")
    for level in range((size.bit_length() + 7) // 8):
        full = (size >> 8 * level) // 256
        edges = {divmod(one >> 8 * level, 256) for one in sizes}
        partial = sorted(width for number, width in edges if width and number == full)
        for folder in ("entries", 0) if level == 0 and not alone else (level,):
            yield from (tile_path(folder, number, 256) for number in range(full))
            yield from (tile_path(folder, full, width) for width in partial)


def timestamp_note(checkpoint: Checkpoint, name: str = "") -> str:
    """What the reader may do about a token of RFC 3161, which is not read here."""
    name = name or f"timestamp/{checkpoint.size}.tsr"
    digest = hashlib.sha256(checkpoint.text).hexdigest()
    how = f"openssl ts -verify -digest {digest} -in {name} -CAfile AUTHORITY.pem"
    return f"{name} was not checked here; with the certificate of the time-stamping authority: {how}"


# ── 11. A whole register ─────────────────────────────────────────────────────────────────────────────────────────────


Signed = tuple[int, Key, bytes, bytes]  # a signature that is still to be checked: entry, key, signature and text


class Tasks:
    """What takes most of the time, done in order: in a long log by all processors.

    Other processes work while this one reads on. `by_threads` is for what lets go of Python, as the package does while it
    checks a signature: nothing is copied then, and all that waits is done at once, while nobody reads, because who reads
    does not let go. What a task finds false is raised by whichever call comes to its result.
    """

    def __init__(self, size: int, *, by_threads: bool = False) -> None:
        self.pool: Executor | None = None
        self.by_threads = by_threads
        self.waiting: deque[Callable[[], JSON]] = deque()
        if size > 2048:
            with suppress(ImportError, NotImplementedError, OSError):  # not every machine has other processors for us
                self.pool = (
                    ThreadPoolExecutor(os.cpu_count())
                    if by_threads
                    else ProcessPoolExecutor(initializer=leave_stopping)
                )

    def add(self, function: Callable[..., JSON], *given: JSON) -> None:
        pool = None if self.by_threads else self.pool
        self.waiting.append(pool.submit(function, *given).result if pool else partial(function, *given))

    def results(self, most: int = 0) -> Iterator[JSON]:
        """Of the tasks in their order, until no more than so many are waiting."""
        if self.pool and self.by_threads and len(self.waiting) > most:
            self.waiting, most = deque([self.pool.submit(task).result for task in self.waiting]), 0
        while len(self.waiting) > most:
            yield self.waiting.popleft()()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.pool:
            self.pool.shutdown(cancel_futures=True)


def leave_stopping() -> None:
    """Ctrl-C reaches every process: the one that was started ends the others, which say nothing of it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def check_signed(name: str | None, *columns: Sequence[Any]) -> None:
    """What takes most of the time: each signature is good (§1). They come as columns, which travel quicker than rows."""
    with At(name) as at:
        for at.entry, key, signature, text in zip(*columns, strict=True):
            if not is_signed(key.kind, key.public, signature, text):
                line = Line(key.name, key.keyid, signature)
                raise Falsehood(f"the signature of {line} does not fit the event")


Published = tuple[str, int, bytes, dict[str, str], set[str]]  # file, entry, content, digests, slots in effect


def check_published(part: list[Published]) -> dict[int, dict[str, JSON]]:
    """Exactly the openings in effect, each fits its digest (§6). The values of those that bind events together."""
    bonds: dict[int, dict[str, JSON]] = {}
    for name, index, data, digests, wanted in part:
        with At(name, index):
            openings = read_disclosures(data, digests)
            if openings.keys() != wanted:
                slot = min(openings.keys() ^ wanted)
                why = "is not here, but is in effect" if slot in wanted else "is here, but is not in effect"
                raise Falsehood(f"the opening of this slot {why}", slot=slot)
        bonds[index] = {slot: openings[slot] for slot in BONDS if slot in openings}
    return bonds


def ahead(bundle: Iterator[list[bytes]]) -> Iterator[tuple[bytes, Entry | None]]:
    """Entries, read many at a time where they are usual. What is false in a later one waits its turn."""
    for some in bundle:
        yield from zip(some, read_usual(some), strict=True)


class Reading:
    """What entries read in the order of the log add up to: all of them, or the register and one case."""

    def __init__(self, leaf: Callable[[int], bytes]) -> None:
        self.report = Report()
        self.register = KeyRegister()
        self.cases = Cases(leaf)
        self.streams: dict[str, tuple[int, str]] = {}  # stream to `n` and leaf hash of its last event
        self.ids: set[str] = set()
        self.digests: set[str] = set()
        self.opened: dict[int, dict[str, JSON]] = {}  # entry to slot to value, for the slots that bind events together
        self.signers: set[str] = set()  # vkeys of the lines of the newest checkpoint

    def take(self, index: int, entry: Entry) -> list[Signed]:
        """One entry, in the light of all before it (§3, §5, §6)."""
        event = entry.event
        stream, kind = event["stream"], event["type"]
        if event["log"] != self.report.origin:
            raise Falsehood(f"`log` is {shown(event['log'])}, expected {self.report.origin}")
        if event["id"] in self.ids:
            raise Falsehood(f"its id, {event['id']}, is already that of an earlier entry")
        self.ids.add(event["id"])
        digests = entry.digests
        if not self.digests.isdisjoint(digests.values()) or len(set(digests.values())) < len(digests):
            self.refuse_repeated(digests)
        self.digests.update(digests.values())
        keys = self.register.judge(index, entry)
        n, prev = self.streams.get(stream, (0, ""))
        if event["n"] != n + 1:
            raise Falsehood(f"`n` is {event['n']}, but this is event {n + 1} of the stream {stream}")
        if event["prev"] != prev:
            raise Falsehood(f"`prev` is {shown(event['prev'])}, but the event before it in the stream is {shown(prev)}")
        case = None if stream == self.register.stream else self.cases.judge(index, entry)
        self.cases.entries[index] = Kept(case, sys.intern(kind), digests)
        if kind == REAFFIRMED:
            present = [at for at in event["body"]["entries"] if at in self.cases.entries]
            self.register.judge_reaffirmed(index, present, entry.lines)
        self.streams[stream] = n + 1, entry.leaf_b64
        if len(keys) == 1:
            return [(index, keys[0], entry.lines[0].signature, entry.text)]
        return [(index, key, line.signature, entry.text) for line, key in zip(entry.lines, keys, strict=True)]

    def refuse_repeated(self, digests: dict[str, str]) -> NoReturn:
        """The first slot whose digest came before, in an earlier entry or in this one."""
        for slot, digest in digests.items():
            expect(digest not in self.digests, f"its digest, {digest}, has already occurred", slot)
            self.digests.add(digest)
        raise AssertionError("no digest is repeated")


Files = InMemory | Folder | Site


class Audit(Reading):
    """One reading of a register's published files, from the first file to the last."""

    alone = False  # are hashes all that there is?

    def __init__(self, files: Files, trust: Trust, papers: Sequence[Paper] = (), earlier: Audit | None = None) -> None:
        self.files, self.trust, self.papers, self.earlier = files, trust, papers, earlier
        self.tree = Tree()
        super().__init__(self.tree.leaf)
        self.lost: list[tuple[int, bytes, int]] = []  # size and root of lost checkpoints, and the entry that says so

    def run(self) -> Report:
        return self.report.take(
            {
                "files": self.check_files,
                "entries": self.check_entries,
                "tiles": self.check_tiles,
                "checkpoints": self.check_checkpoints,
                "disclosures": self.check_disclosures,
                "links": self.check_links,
                "policy": self.check_policy,
                **({"earlier log": self.check_earlier} if self.earlier else {}),
                **({"paper": self.check_papers} if self.papers else {}),
                "trust": lambda: self.trust.judge(self.report, self.signers, self.register.root_key),
            }
        )

    def check_files(self) -> tuple[str, int]:
        self.newest = self.files.read("checkpoint", MOST_CHECKPOINT)
        with At("checkpoint"):
            self.report.origin, size, root, *_ = read_checkpoint(self.newest)
        self.report.size, self.report.root = size, b64(root)
        self.layout = Layout(self.files.names(size), size, alone=self.alone)
        if not self.files.listed:
            left_out = "checkpoints before the newest, and files that do not belong there"
            self.report.notes.append(f"read from a web site, which lists no files: {left_out}, were not looked for")
        return "all are named by the layout, none is missing", len(self.layout.files)

    # entries

    def check_entries(self) -> tuple[str, int]:
        """The entries, bundle by bundle, in order. Of two that are false the earlier is named (§3)."""
        size = self.report.size
        with Tasks(size, by_threads=HAS_CRYPTOGRAPHY) as tasks:
            for first in range(0, size, 256):
                count, signed, most = min(256, size - first), list[Signed](), 0
                name = tile_path("entries", first // 256, count)
                try:
                    with At(name) as at:
                        for index, (data, entry) in enumerate(ahead(self.read_bundle(name, first, count)), first):
                            at.entry = index
                            signed += self.check_entry(index, entry or read_with_care(data))
                            at.entry = None
                    most = 16
                finally:
                    tasks.add(check_signed, name, *zip(*signed, strict=True))
                    deque(tasks.results(most), maxlen=0)
                if (size > 10_000 or not self.files.listed) and sys.stderr.isatty():
                    sys.stderr.write(f"\r{len(self.tree):,} of {size:,} entries read\x1b[K\r")
            deque(tasks.results(), maxlen=0)
        return f"form, signatures, keys, order and cases hold, in {len(self.streams)} streams", size

    def read_bundle(self, name: str, first: int, count: int) -> Iterator[list[bytes]]:
        """The entries of a bundle, some at a time: (u16 length || entry) for each (tlog-tiles)."""
        data = self.files.read(name, MOST_BUNDLE)
        at, some = 0, list[bytes]()
        for index in range(first, first + count):
            start = at + 2
            end = start + int.from_bytes(data[at:start], "big")
            if start > len(data) or end > len(data):
                yield some
                raise Falsehood(f"the file ends after {len(data)} bytes, in the middle of this entry", name, index)
            some.append(data[start:end])
            at = end
            if len(some) == 32:
                yield some
                some = []
        yield some
        if at != len(data):
            raise Falsehood(f"the file has {len(data) - at} bytes after its {count} entries", name)

    def check_entry(self, index: int, entry: Entry) -> list[Signed]:
        signed = self.take(index, entry)
        if loss := self.register.losses.get(index):
            kept, right = loss.kept[1], self.tree.root(index)
            expect(kept == right, f"`kept` has the root {b64(kept)}, but the entries before it give {b64(right)}")
        self.tree.append(entry.leaf)
        return signed

    # tiles and checkpoints

    def check_tiles(self) -> tuple[str, int]:
        """Every tile, full or partial, is what the entries give; so is every partial bundle that is still there."""
        for name, (folder, number, width) in sorted(self.layout.tiles.items()):
            first, level = 256 * number, 0 if folder == "entries" else int(folder)
            if folder != "entries":
                came = self.files.read(name, 8192)
            elif first + width < min(self.report.size, first + 256):
                came = b"".join(leaf_hash(entry) for some in self.read_bundle(name, first, width) for entry in some)
            else:
                continue  # these are the bundles that were read
            right = self.tree.tile(level, number, width)
            if came != right:
                raise Falsehood(f"its hashes do not follow from the entries: {difference(came, right)}", name)
        return "all follow from the entries", len(self.layout.tiles)

    def check_checkpoints(self) -> tuple[str, int]:
        """Every checkpoint ever published: root and lines."""
        with At("policy"):
            self.trust = self.trust._replace(suggested=read_suggested(self.files.read("policy", MOST_CHECKPOINT)))
        for size in self.layout.sizes:
            name = f"checkpoints/{size}"
            data = self.files.read(name, MOST_CHECKPOINT)
            with At(name):
                checkpoint = read_checkpoint(data)
                origin, right = self.report.origin, self.tree.root(size)
                expect(checkpoint.size == size, f"the checkpoint has size {checkpoint.size}")
                expect(checkpoint.origin == origin, f"the checkpoint is of {checkpoint.origin}, expected {origin}")
                came = checkpoint.root
                expect(came == right, f"the root is {b64(came)}, but the entries give {b64(right)}")
                self.signers = check_lines(checkpoint, self.register, self.trust, self.report)
            if size in self.layout.timestamps:
                self.files.read(f"timestamp/{size}.tsr", MOST_TIMESTAMP)
                self.report.notes.append(timestamp_note(checkpoint))
        if self.newest != data:
            raise Falsehood(f"it is not the same as {name}: {difference(self.newest, data)}", "checkpoint")
        self.check_lost()
        return "every root and every signature holds", len(self.layout.sizes)

    def check_lost(self) -> None:
        """What was published of a part that was declared lost is still there, and is no part of this log (§10)."""
        for entry, loss in self.register.losses.items():
            self.layout.lost += [] if self.files.listed else [(entry, loss.lost[0])]
            with At(f"lost/{entry}/{loss.lost[0]}", entry):
                expect((entry, loss.lost[0]) in self.layout.lost, "the file is missing")
            self.report.notes.append(
                f"entry {entry} declares a loss: the log had been signed up to size {loss.lost[0]} and goes on from {entry}"
            )
        for entry, size in sorted(self.layout.lost):
            name = f"lost/{entry}/{size}"
            data = self.files.read(name, MOST_CHECKPOINT)
            with At(name):
                expect(entry in self.register.losses, f"entry {entry} declares no loss")
                checkpoint, loss = read_checkpoint(data), self.register.losses[entry]
                expect(checkpoint.size == size, f"the checkpoint has size {checkpoint.size}")
                right = self.report.origin
                expect(checkpoint.origin == right, f"the checkpoint is of {checkpoint.origin}, expected {right}")
                same = size <= entry and checkpoint.root == self.tree.root(size)
                expect(not same, "it is a checkpoint of this log as it stands: nothing of it was lost")
                declared = size != loss.lost[0] or checkpoint.root == loss.lost[1]
                expect(declared, f"its root is {b64(checkpoint.root)}, entry {entry} declares {b64(loss.lost[1])}")
                check_lines(checkpoint, self.register, self.trust, self.report, lost=True)
                self.lost.append((checkpoint.size, checkpoint.root, entry))

    # disclosures and policy

    def check_disclosures(self) -> tuple[str, int]:
        """Exactly the openings in effect are published, each fits its digest (§6)."""
        expected = {f"disclosures/{number_path(i)}": i for i, slots in sorted(self.cases.in_effect.items()) if slots}
        last = next(reversed(expected), "")
        for name in self.layout.disclosures:
            with At(name):
                expect(name in expected, "openings are published, but the log has none in effect for this entry")
        part: list[Published] = []
        with Tasks(self.report.size) as tasks:
            for name, index in expected.items():
                with At(name, index):
                    data = self.files.read(name, 2 * MOST_BUNDLE)
                part.append((name, index, data, self.cases.entries[index].digests, self.cases.in_effect[index]))
                if len(part) == 64 or name == last:
                    tasks.add(check_published, part)
                    part = []
                for bonds in tasks.results(most=0 if name == last else 16):
                    self.opened |= bonds
        count = sum(map(len, self.cases.in_effect.values()))
        return "exactly the openings in effect are published", count

    def check_links(self) -> tuple[str, int]:
        """What was sealed of the ties between events, as far as it is open."""

        def where(index: int) -> str:
            return f"disclosures/{number_path(index)}"

        self.report.notes += filter(None, self.cases.judge_opened(self.opened, where))
        self.report.notes += self.register.notes(self.report.size)
        if (earlier := self.register.continues) and self.earlier is None:
            self.report.notes.append(
                f"this log says that it continues {earlier['log']} at size {earlier['size']}, root {earlier['root']}:"
                " whether that log has this root was not checked; give it with --continues"
            )
        return "opened cases, sightings and what rests on them hold", sum(map(len, self.opened.values()))

    def check_policy(self) -> tuple[str, int]:
        """The log lines of `policy` follow from the key register (§10)."""
        logs = [standing.key for standing in self.register.log_keys.values() if standing.ended is None]
        with At("policy"):
            text = self.files.read("policy", MOST_CHECKPOINT).decode("latin-1")
            came = "".join(f"{line}\n" for line in text.split("\n") if line.split()[:1] == ["log"])
            right = "".join(f"log {key.vkey}\n" for key in logs)
            expect(came == right, f"its log lines are not what the key register gives: {difference(came, right)}")
            policy = read_suggested(text.encode("latin-1"))
            own = [key for key in policy.witnesses.values() if key.public in self.register.publics]
            expect(not own, f"the witness {plain(own[0].name)} uses a key of the register" if own else "")
        return "it names the log's keys", len(logs)

    def check_earlier(self) -> tuple[str, int]:
        """The earlier log that was given is true, and is the one that entry 0 says this log continues (§5)."""
        assert self.earlier is not None
        before, says = self.earlier.report, self.register.continues
        if says is None:
            raise Falsehood(f"an earlier log, {plain(before.origin)}, was given, but entry 0 says that there is none")
        if before.false is not None:
            raise Falsehood(f"the earlier log that was given is not true: {before.false}")
        log, size, root = says["log"], says["size"], says["root"]
        expect(log == before.origin, f"entry 0 continues {log}, but the earlier log that was given is {before.origin}")
        expect(size <= before.size, f"entry 0 continues {size} entries of {log}, but {before.size} of them were given")
        right = b64(self.earlier.tree.root(size))
        expect(root == right, f"entry 0 continues {log} with the root {root} at size {size}, but it has {right} there")
        self.report.notes.append(f"this log continues {log}, which was given, at size {size}, root {root}")
        return f"it is true, and has the root that this log continues at size {size}", size

    def judge_head(self, size: int, root: bytes, whose: str) -> str:
        """Nothing when this register extends a checkpoint from elsewhere; what to say when that was declared lost."""
        if size <= self.report.size and self.tree.root(size) == root:
            return ""
        lost = {loss.lost: entry for entry, loss in self.register.losses.items()}
        lost |= {(of_size, of_root): entry for of_size, of_root, entry in self.lost}
        if (size, root) in lost:
            return f"{whose} is of a part that entry {lost[size, root]} declares lost: no entry of it can be shown"
        if size > self.report.size:
            raise Falsehood(
                f"{whose} has {size} entries, but the register has {self.report.size}: "
                "this copy is older, or entries were taken away"
            )
        said = f"{whose} says {root.hex()}, the register gives {self.tree.root(size).hex()} at size {size}"
        raise Falsehood(f"{said}: one of the two histories was changed")

    def check_papers(self) -> tuple[str, int]:
        """The register extends every checkpoint that the reader has from elsewhere."""
        for paper in self.papers:
            expect(paper.origin == self.report.origin, f"the checkpoint that you gave is of {paper.origin}")
            try:
                lost = self.judge_head(paper.size, paper.root, "the checkpoint that you gave")
            except Falsehood as error:
                if paper.is_signed(self.register):
                    error.why += "; the log signed both, so the two checkpoints are evidence: keep them"
                raise
            self.report.unsettled += filter(None, [lost])
        return "it extends every checkpoint that you gave, if not declared lost", len(self.papers)


def shows_hashes_alone(files: Files) -> bool:
    """Are there hashes, and neither entries nor openings, as a register of placements publishes itself (§10)?"""
    if not isinstance(files, Site):
        names = [name for name, _ in files.names(0)]
        kept = any(name.startswith(("tile/entries/", "disclosures/")) for name in names)
        return not kept and any(name.startswith("tile/0/") for name in names)
    files.alone = False
    with suppress(Falsehood):
        size = read_checkpoint(files.read("checkpoint", MOST_CHECKPOINT)).size
        width = min(256, size)
        there = [is_there(files, tile_path(folder, 0, width)) for folder in ("entries", 0)]
        files.alone = there == [False, True]
    return files.alone


WITHIN = (
    "its entries are not public, so what they say, and who signed them, was not checked; only a register of placements"
    " keeps its entries by right, and one of competitions that does hides what it recorded"
)


class Hashes(Audit):
    """A register that shows hashes alone: that it only grew, by whom its states are signed, and its releases of numbers.

    Which keys it had when stands in entries that nobody outside reads. So its own `policy` says which are its keys now,
    and lines by others in its name are judged only as far as the reader brought those keys.
    """

    alone = True

    def run(self) -> Report:
        self.report.finding = "All that hashes can show holds: the log only grew"
        self.report.take(
            {
                "files": self.check_files,
                "hashes": self.check_hashes,
                "tiles": self.check_tiles,
                "checkpoints": self.check_checkpoints,
                **({"paper": self.check_papers} if self.papers else {}),
                **({} if self.files.listed else {"releases": self.check_releases}),
                "trust": self.check_trust,
            }
        )
        if self.earlier:
            self.report.unsettled.append("whether it continues the earlier log that you gave stands in its first entry")
        self.report.unsettled.append(WITHIN)
        return self.report

    def check_hashes(self) -> tuple[str, int]:
        """The hash of each entry, which the tree is made of."""
        size = self.report.size
        for first in range(0, size, 256):
            name, width = tile_path(0, first // 256, min(256, size - first)), min(256, size - first)
            data = self.files.read(name, 8192)
            with At(name):
                expect(len(data) == 32 * width, f"the file has {len(data)} bytes, expected {width} hashes of 32")
            for at in range(0, len(data), 32):
                self.tree.append(data[at : at + 32])
        return "there is one for each entry; the entries themselves are not public", size

    def check_checkpoints(self) -> tuple[str, int]:
        """Every checkpoint ever published: root, and the lines by keys that are known."""
        with At("policy"):
            suggested = read_suggested(self.files.read("policy", MOST_CHECKPOINT))
            self.trust = self.trust._replace(suggested=suggested)
            expect(suggested.logs, "it names no key of the log")
            for key in suggested.logs:
                expect(key.name == self.report.origin, f"its log {plain(key.name)} is not {self.report.origin}")
        theirs = [key for key in self.trust.keys if key.name == self.report.origin and key.kind in (ED25519, ML_DSA_44)]
        for key in [*suggested.logs, *theirs]:
            self.register.log_keys[key[:2]] = Standing(key, 0)
            self.register.publics[key.public] = key.vkey
        strangers: list[Line] = []
        signed = ""
        for size in self.layout.sizes:
            name = f"checkpoints/{size}"
            data = self.files.read(name, MOST_CHECKPOINT)
            unknown: list[Line] = []
            with At(name):
                checkpoint = read_checkpoint(data)
                origin, right = self.report.origin, self.tree.root(size)
                expect(checkpoint.size == size, f"the checkpoint has size {checkpoint.size}")
                expect(checkpoint.origin == origin, f"the checkpoint is of {checkpoint.origin}, expected {origin}")
                came = checkpoint.root
                expect(came == right, f"the root is {b64(came)}, but the hashes give {b64(right)}")
                self.signers = check_lines(
                    checkpoint, self.register, self.trust, self.report, lost=True, strangers=unknown
                )
                now = {key.vkey for key in suggested.logs if key.kind == ED25519} & self.signers
                expect(now or not signed, f"no key of `policy` signs it, and one signs {signed}, which is older")
                expect(size < self.report.size or not unknown, f"it is signed by {[*unknown, ''][0]}, not in `policy`")
                expect(size < self.report.size or now, "no Ed25519 key of `policy` signs it")
                signed = name if now else ""
            strangers += unknown
            if size in self.layout.timestamps:
                self.files.read(f"timestamp/{size}.tsr", MOST_TIMESTAMP)
                self.report.notes.append(timestamp_note(checkpoint))
        if self.newest != data:
            raise Falsehood(f"it is not the same as {name}: {difference(self.newest, data)}", "checkpoint")
        self.check_lost()
        if strangers:
            keys = ", ".join(sorted({str(line) for line in strangers}))
            self.report.unsettled.append(
                f"{len(strangers)} lines of earlier states are by keys not in `policy`: {keys}"
            )
        return "every root holds, and every signature by a key that is known", len(self.layout.sizes)

    def check_lost(self) -> None:
        """What is kept of a part that was lost is of this log, and no part of it as it stands (§10)."""
        for entry, size in sorted(self.layout.lost):
            name = f"lost/{entry}/{size}"
            data = self.files.read(name, MOST_CHECKPOINT)
            with At(name):
                checkpoint, right = read_checkpoint(data), self.report.origin
                expect(checkpoint.size == size, f"the checkpoint has size {checkpoint.size}")
                expect(checkpoint.origin == right, f"the checkpoint is of {checkpoint.origin}, expected {right}")
                same = size <= entry and checkpoint.root == self.tree.root(size)
                expect(not same, "it is a checkpoint of this log as it stands: nothing of it was lost")
                check_lines(checkpoint, self.register, self.trust, self.report, lost=True, strangers=[])
                self.lost.append((checkpoint.size, checkpoint.root, entry))
            self.report.notes.append(f"{name} is of a part that entry {entry} is said to declare lost")

    def check_releases(self) -> tuple[str, int]:
        """The releases of numbers that the site gives out below `/homes`."""
        files = Below(self.files, "homes/")
        if not is_there(files, "feed.json"):
            return "the site has no feed of them", 0
        found = Releases(files, self.trust, self)
        checked = found.check_all()
        self.report.unsettled += found.report.unsettled
        self.report.notes.append(LATER_RELEASES)
        return checked

    def judge_head(self, size: int, root: bytes, whose: str) -> str:
        """That a part was lost stands in an entry that is not seen here: it may be so, or the history was changed."""
        if not super().judge_head(size, root, whose):
            return ""
        why = "the entry that would declare that is not public, so that, or a history that was changed, was not told apart"
        return f"{whose} is no state of this log; it is kept as one that was lost, and {why}: keep both"

    def check_trust(self) -> tuple[str, int]:
        """A key of another name may have opened the log: that stands in its first entry."""
        keys = [key for key in self.trust.keys if key.name == self.report.origin]
        for key in self.trust.keys:
            if key not in keys:
                self.report.unsettled.append(f"whether {plain(key.vkey)} opened the log stands in its first entry")
        return self.trust._replace(keys=keys).judge(self.report, self.signers)


TRIES, PATIENCE = 20, 2
ADDRESS = re.compile("https?://")


def verify_register(
    place: str | Path | Mapping[str, bytes],
    keys: Iterable[str] = (),
    policy: str | None = None,
    continues: str | Path | Mapping[str, bytes] | None = None,
    papers: Sequence[Paper] = (),
) -> Report:
    """Check published files: of a folder, of a web site, or in a mapping. Raises Unreadable."""
    return audit(place, read_trust(keys, policy), papers, continues).report


def audit(
    place: str | Path | Mapping[str, bytes],
    trust: Trust,
    papers: Sequence[Paper] = (),
    continues: str | Path | Mapping[str, bytes] | None = None,
) -> Audit:
    """A register with the report of its check. `continues` are the files of an earlier log that it says it continues.

    A register may be published to while it is read, and then seem false. So nothing is called false before it has
    been found unchanged, from before it was read until some seconds later; else it is read anew.
    """
    earlier = None if continues is None else audit(continues, Trust([], None))
    files = files_of(place)
    for _ in range(TRIES):
        before = files.stamp()
        one = (Hashes if shows_hashes_alone(files) else Audit)(files, trust, papers, earlier)
        if one.run().ok or isinstance(files, InMemory):
            return one
        time.sleep(PATIENCE)
        if files.stamp() == before:
            return one
    raise Unreadable(f"the files in {plain(str(place))} change again and again while they are read; check a copy")


def files_of(place: str | Path | Mapping[str, bytes]) -> Files:
    if isinstance(place, Mapping):
        return InMemory(place)
    return Site(place) if isinstance(place, str) and ADDRESS.match(place) else Folder(published_folder(Path(place)))


def published_folder(path: Path) -> Path:
    # A register of placements keeps its entries within, and publishes hashes alone.
    top = next((path / name for name in ("inside", "public") if (path / name).is_dir()), path)
    if not any((top / name).exists() for name in ("checkpoint", "checkpoints", "tile")):
        raise NoRecord(f"{plain(str(path))} is not a register: it has no checkpoint and no tiles")
    return top


# ── 12. One proof (§11; tlog-proof) ──────────────────────────────────────────────────────────────────────────────────

MOST_GIVEN = 4_000_000  # bytes of a proof or a policy
PROOF = re.compile(
    rb"c2sp\.org/tlog-proof@v1\nextra ([A-Za-z0-9+/]+={0,2})\nindex (0|[1-9][0-9]{0,17})\n"
    rb"((?:[A-Za-z0-9+/]{43}=\n){0,63})\n"
)


class Proven(NamedTuple):
    """A proof file, read: an entry with openings, and its way to the root of a checkpoint."""

    place: int
    extra: bytes
    hashes: list[bytes]
    head: bytes  # the checkpoint, as it stands in the file

    def read(self) -> tuple[Entry, dict[str, JSON]]:
        """The entry, and the values opened. After the blank line, the entry's own lines begin with U+2014."""
        start = self.extra.find(b"\n~", max(0, self.extra.find(b"\n\n"))) + 1
        entry = read_entry(self.extra[:start] if start else self.extra)
        return entry, read_disclosures(self.extra[start:], digests_of(entry.event)) if start else {}

    def check_inclusion(self, entry: Entry, checkpoint: Checkpoint) -> None:
        root, right = root_from(entry.leaf, self.place, checkpoint.size, self.hashes), checkpoint.root
        expect(root == right, f"the proof leads to {b64(root)}, the checkpoint's root is {b64(right)}")


def read_proof(data: bytes) -> Proven:
    if not (found := PROOF.match(data)):
        raise Falsehood("it is no proof file: expected tlog-proof@v1 with extra, index, hashes and a checkpoint")
    hashes = [from_b64(line) for line in found[3].split()]
    return Proven(int(found[2]), from_b64(found[1]), hashes, data[found.end() :])


class Extract:
    """Some entries under one checkpoint: a proof or a bundle, to be held beside what the reader has from elsewhere."""

    report: Report
    checkpoint: Checkpoint
    entries: dict[int, Entry]
    values: dict[int, dict[str, JSON]]  # entry to slot to value, as far as they are open here
    tied: dict[int, bytes]  # size to root of the checkpoints that this one is known to extend
    since: int  # what came from this index on is news
    beside: Audit | None  # the register that was given as well
    papers: Sequence[Paper]

    def steps(self) -> dict[str, Step]:
        """What to hold it beside."""
        register = {"register": self.check_register} if self.beside else {}
        return register | ({"paper": self.check_papers} if self.papers and not self.beside else {})

    def check_papers(self) -> tuple[str, int]:
        """It agrees with every checkpoint that the reader has from elsewhere, as far as the two are tied together."""
        head = self.checkpoint
        for paper in self.papers:
            expect(paper.origin == head.origin, f"the checkpoint that you gave is of {paper.origin}, not {head.origin}")
            if root := ({head.size: head.root} | self.tied).get(paper.size):
                said = (
                    f"the checkpoint that you gave says {paper.root.hex()}, this one {root.hex()} at size {paper.size}"
                )
                expect(root == paper.root, f"{said}: one of the two histories was changed")
            else:
                why = f"nothing here ties size {paper.size}, of the checkpoint that you gave, to size {head.size}"
                self.report.unsettled.append(f"{why}: give the register as well")
        return "it is tied to the checkpoints that you gave, as far as can be", len(self.papers)

    def check_register(self) -> tuple[str, int]:
        """The register that was given holds all of this, and perhaps more of the case by now."""
        assert self.beside
        register, head, report = self.beside, self.checkpoint, self.report
        size = register.report.size
        expect(register.report.origin == head.origin, f"the register that you gave is of {register.report.origin}")
        expect(register.report.ok, f"the register that you gave is not genuine: {register.report.false}")
        if register.alone:
            report.notes.append(
                "the register that you gave shows hashes alone: whether more is known by now was not seen"
            )
        else:
            report.unsettled += register.report.unsettled
        if head.size > size:
            report.unsettled.append(f"the register that you gave is an older copy: it has {size} entries")
        elif lost := register.judge_head(head.size, head.root, "its checkpoint"):
            report.unsettled.append(lost)
            return "it is not among what the register holds now", 0
        for index, entry in self.entries.items():
            with At(entry=index):
                expect(index >= size or register.tree.leaf(index) == entry.leaf, "the register has another entry here")
        report.superseded += self.news(register)
        return f"its {size} entries hold all of this", len(self.entries)

    def news(self, register: Audit) -> Iterator[str]:
        """What the register knows by now of these entries, and of their case."""
        cases, since = register.cases, self.since
        for (index, slot), act in sorted(cases.withdrawn.items()):
            if act >= since and slot in self.values.get(index, ()) and slot not in cases.in_effect[index]:
                yield f"entry {act} has taken down {slot} of entry {index}, which is open here"
        of = {cases.entries[i].case or cases.claimed.get(i) for i in self.entries if i in cases.entries}
        for case in sorted(filter(None, of)):
            later = sorted(i for known in cases.members[case].values() for i in known if i >= since)
            if later:
                newest = f"entry {later[-1]}, {cases.entries[later[-1]].type}"
                yield f"the case has {len(later)} later {'entry' if len(later) == 1 else 'entries'}, the newest {newest}"
        contested = register.register.contested(register.report.size)
        for ref, standing in register.register.keys.items():
            mine = [i for i, entry in sorted(self.entries.items()) if any(line[:2] == ref for line in entry.lines)]
            if mine and standing.ended is not None and standing.ended >= since:
                yield f"the key of {standing.key.name} was {standing.how} by entry {standing.ended}"
            doubted = [i for i in mine if ref in contested.get(i, ())]
            if doubted and any(said >= since for said, *_ in standing.contested):
                yield f"the signature of {standing.key.name} on {listed(doubted)} is contested"


def verify_proof(
    data: bytes,
    keys: Iterable[str] = (),
    policy: str | None = None,
    *,
    beside: Audit | None = None,
    papers: Sequence[Paper] = (),
) -> Report:
    """Check one `.tlog-proof` file. Whether the actor's key was allowed to sign takes the register, `beside` it."""
    return Proof(data, read_trust(keys, policy), beside, papers).run()


class Proof(Extract):
    """One entry, perhaps with openings, the way from it to a root, and a checkpoint with that root."""

    def __init__(self, data: bytes, trust: Trust, beside: Audit | None = None, papers: Sequence[Paper] = ()) -> None:
        self.data, self.trust, self.report = data, trust, Report()
        self.beside, self.papers, self.tied = beside, papers, {}
        self.signers: set[str] = set()  # vkeys of the good lines of the checkpoint
        self.actors: set[str] = set()  # of the keys that the reader brought, those that signed the entry

    def run(self) -> Report:
        self.report.take(
            {
                "proof file": self.check_file,
                "entry": self.check_entry,
                "inclusion": self.check_inclusion,
                **self.steps(),
                "checkpoint": self.check_lines,
                "trust": self.check_trust,
            }
        )
        if self.report.ok:
            place = self.proven.place
            event = self.entries[place].event
            self.report.opens = Opened(place, event["type"], event["at"], self.values[place])
        if self.report.ok and not self.is_in_register():
            self.report.notes += ["whether the actor's key was allowed to sign cannot be judged from this file alone"]
        return self.report

    def is_in_register(self) -> bool:
        beside = self.beside
        return beside is not None and not beside.alone and self.proven.place < beside.report.size

    def check_file(self) -> tuple[str, int]:
        self.proven = read_proof(self.data)
        self.checkpoint = read_checkpoint(self.proven.head)
        self.since = self.proven.place + 1
        self.report.origin, self.report.size, root, *_ = self.checkpoint
        self.report.root = b64(root)
        return "it is complete", 1

    def check_entry(self) -> tuple[str, int]:
        with At(entry=self.proven.place):
            entry, values = self.proven.read()
            self.entries, self.values = {self.proven.place: entry}, {self.proven.place: values}
            event, origin = entry.event, self.checkpoint.origin
            expect(event["log"] == origin, f"`log` is {shown(event['log'])}, expected {origin}")
            self.check_actors(entry)
        return f"event {event['type']} by {event['actor']}; disclosures fit their digests", len(values)

    def check_actors(self, entry: Entry) -> None:
        """The lines by keys that the reader brought are good."""
        known = {key[:2]: key for key in self.trust.keys if key.kind in (ED25519, PASSKEY)}
        for line in entry.lines:
            if key := known.get(line[:2]):
                good = is_signed(key.kind, key.public, line.signature, entry.text)
                expect(good, f"the signature of {line} does not fit the event")
                self.actors.add(key.vkey)

    def check_inclusion(self) -> tuple[str, int]:
        with At(entry=self.proven.place):
            self.proven.check_inclusion(self.entries[self.proven.place], self.checkpoint)
        return f"it is entry {self.proven.place} of {self.checkpoint.size}", len(self.proven.hashes)

    def check_lines(self) -> tuple[str, int]:
        """The lines by keys that the reader brought; all lines, where the register says which keys the log had."""
        trust = self.trust._replace(suggested=self.beside.trust.suggested) if self.beside else self.trust
        if self.beside and not self.beside.alone and self.checkpoint.size <= self.beside.report.size:
            self.signers = check_lines(self.checkpoint, self.beside.register, trust, self.report, lost=True)
            return "every signature holds", len(self.signers)
        self.signers = known_signers(self.checkpoint, trust, self.report)
        unknown = len(self.checkpoint.lines) - len(self.signers)
        others = "1 by another was" if unknown == 1 else f"{unknown} by others were"
        return f"signatures by known keys hold; {others} not judged", len(self.signers)

    def check_trust(self) -> tuple[str, int]:
        logs = [key for key in self.trust.keys if key.vkey not in self.actors]
        root_key = self.beside.register.root_key if self.is_in_register() and self.beside else ""
        return self.trust._replace(keys=logs).judge(self.report, self.signers, root_key)


def known_signers(checkpoint: Checkpoint, trust: Trust, report: Report) -> set[str]:
    """The vkeys of the lines by keys that the reader brought, or the register beside it names, which are good."""
    signers: set[str] = set()
    policies = filter(None, (trust.policy, trust.suggested))
    given = [*trust.keys, *(key for policy in policies for key in policy.logs)]
    known = {key[:2]: key for key in given if key.name == checkpoint.origin}
    for line in checkpoint.lines:
        if key := known.get(line[:2]) or trust.witness(line):
            if check_line(key, line, checkpoint):
                signers.add(key.vkey)
            else:
                report.unchecked[key.vkey] = 1
    return signers


# ── 13. Releases of numbers (§11) ────────────────────────────────────────────────────────────────────────────────────
# A register of placements publishes none of its entries but those which say that numbers about many children came out,
# or were taken back. They stand in one stream, so none is missing from the middle, and no withdrawal is hidden.

RELEASE = re.compile(r"([a-z][a-z-]{0,40}-[1-9][0-9]{0,8})(-withdrawn)?\.tlog-proof")
OF_RELEASE = re.compile(r"([a-z][a-z-]{0,40}-[1-9][0-9]{0,8})\.json")
RELEASE_FORMAT = "fairplace-release/1"
RELEASED, TAKEN_BACK = "placements.released/1", "placements.release-withdrawn/1"
MOST_RELEASE = 50_000_000
LATER_RELEASES = "whether a release or a withdrawal came after these cannot be seen from them"
SYMBOLS = {
    "c": "Confidential: not shown, so that no number from one to five can be seen or worked out.",
    "k": "Rounds to zero, but is not zero.",
    "missing": "Not known: the register did not hold it for this place and period.",
    "z": "Not applicable: there is nothing to divide by.",
}
SHA256_HEX = re.compile("[0-9a-f]{64}")


class Below:
    """Some folder of a web site, as a place of its own. What is in it is told by the feed that lies there."""

    listed = False

    def __init__(self, files: Files, prefix: str) -> None:
        self.files, self.prefix = files, prefix

    def read(self, name: str, most: int) -> bytes:
        return self.files.read(self.prefix + name, most)

    def names(self, _: int) -> Iterable[tuple[str, str]]:
        """The files of each release that the feed names."""
        with At(f"{self.prefix}feed.json"):
            feed = read_plain_json(self.read("feed.json", MOST_RELEASE))
            items = feed.get("items") if isinstance(feed, dict) else None
            expect(isinstance(items, list), "it is no feed")
        for item in items or ():
            name = str(item.get("id") if isinstance(item, dict) else "").rpartition("/")[2]
            if RELEASE.fullmatch(f"{name}.tlog-proof"):
                yield from ((f"{name}{suffix}", "file") for suffix in (".json", ".tlog-proof"))
                if is_there(self, f"{name}-withdrawn.tlog-proof"):
                    yield f"{name}-withdrawn.tlog-proof", "file"


def holds_releases(place: Path) -> bool:
    """Is it a folder of releases of numbers, and no register?"""
    if not place.is_dir() or any((place / name).exists() for name in ("checkpoint", "checkpoints", "tile")):
        return False
    return any(RELEASE.fullmatch(path.name) for path in place.glob("*.tlog-proof"))


def read_plain_json(data: bytes) -> JSON:
    """A JSON text that need not be canonical. It says nothing twice: who reads the one would not see the other."""
    try:
        return json.loads(data, object_pairs_hook=said_once)
    except (ValueError, RecursionError) as error:
        raise Falsehood(f"it is not JSON: {plain(str(error))}") from None


def said_once(members: list[tuple[str, JSON]]) -> dict[str, JSON]:
    found = dict(members)
    expect(len(found) == len(members), "it names a member twice")
    return found


def verify_releases(
    files: Mapping[str, bytes] | Path,
    keys: Iterable[str] = (),
    policy: str | None = None,
    *,
    beside: Audit | None = None,
    papers: Sequence[Paper] = (),
) -> Report:
    """Check releases of numbers, each with its proof. `beside` them may be the register."""
    place = Folder(files) if isinstance(files, Path) else InMemory(files)
    return Releases(place, read_trust(keys, policy), beside, papers).run()


class Releases(Proof):
    """All releases of numbers of one log: each entry in its place, and the very bytes that it names."""

    def __init__(
        self, files: Files | Below, trust: Trust, beside: Audit | None = None, papers: Sequence[Paper] = ()
    ) -> None:
        super().__init__(b"", trust, beside, papers)
        self.files = files
        self.proofs: dict[str, Proven] = {}  # by the name of the release, with -withdrawn for its withdrawal
        self.documents: set[str] = set()  # releases of which a JSON file is there
        self.entries, self.values = {}, {}

    def run(self) -> Report:
        self.report.finding = "Everything checked of these releases holds"
        self.report.take(
            {
                "files": self.check_file,
                "entries": self.check_entry,
                "releases": self.check_documents,
                **self.steps(),
                "checkpoint": self.check_lines,
                "trust": self.check_trust,
            }
        )
        if self.report.ok:
            if not self.is_in_register():
                self.report.notes.append("whether those who signed were allowed to stands in entries that are not here")
            self.report.notes += [
                LATER_RELEASES,
                "pages, tables for a spreadsheet and the feed are made from the JSON files, and were not judged",
            ]
        return self.report

    def check_all(self) -> tuple[str, int]:
        """All of it but trust, which is that of the register: for a site that has both."""
        self.check_file()
        logs = {key.vkey for key in self.trust.suggested.logs if key.kind == ED25519} if self.trust.suggested else set()
        with At(f"{min(self.proofs)}.tlog-proof"):
            signers = known_signers(self.checkpoint, self.trust, self.report)
            expect(signers & logs, "no Ed25519 key of the register's `policy` signs its checkpoint")
        self.check_entry()
        found = self.check_documents()
        self.check_register()
        return found

    def check_file(self) -> tuple[str, int]:
        """The proofs, all under one checkpoint."""
        heads: dict[bytes, str] = {}
        for name, kind in sorted(self.files.names(0)):
            if one := RELEASE.fullmatch(name):
                with At(name):
                    expect(kind == "file", f"a {kind} came, expected a proof")
                    found = read_proof(self.files.read(name, MOST_GIVEN))
                    self.proofs[one[1] + (one[2] or "")] = found
                    heads.setdefault(found.head, name)
                    other = next(iter(heads.values()))
                    expect(len(heads) == 1, f"its checkpoint is not that of {other}: take all files at one time")
                    self.checkpoint = read_checkpoint(found.head)
            elif one := OF_RELEASE.fullmatch(name):
                self.documents.add(one[1])
        expect(self.proofs, "there is no proof of a release")
        self.proven = max(self.proofs.values(), key=lambda one: one.place)
        self.since = self.proven.place + 1
        self.report.origin, self.report.size, root, *_ = self.checkpoint
        self.report.root = b64(root)
        return "every proof is complete, under one checkpoint", len(self.proofs)

    def check_entry(self) -> tuple[str, int]:
        """Each entry is in the log at its place; together they are one stream without a gap."""
        origin, n, prev, stream = self.checkpoint.origin, 0, "", ""
        newest: dict[str, int] = {}
        for name, proven in sorted(self.proofs.items(), key=lambda one: one[1].place):
            with At(f"{name}.tlog-proof", proven.place):
                entry, values = proven.read()
                event = entry.event
                expect(event["log"] == origin, f"`log` is {shown(event['log'])}, expected {origin}")
                proven.check_inclusion(entry, self.checkpoint)
                n, stream = n + 1, stream or event["stream"]
                expect(event["stream"] == stream, "it stands in another stream than the other releases")
                expect(event["n"] == n, f"it is event {event['n']} of the releases, and event {n} is not here")
                expect(
                    event["prev"] == prev, f"`prev` is {shown(event['prev'])}, but the event before is {shown(prev)}"
                )
                prev = entry.leaf_b64
                plan, number = check_release(name, event)
                if event["type"] == RELEASED:
                    before = f"the one before {newest[plan]}" if plan in newest else "and is the first"
                    expect(number == newest.get(plan, 0) + 1, f"release of {plain(plan)} has number {number}, {before}")
                    newest[plan] = number
                expect(number <= newest.get(plan, 0), "it takes back what had not been released")
                self.check_actors(entry)
                self.entries[proven.place], self.values[proven.place] = entry, values
        return "each is in the log, none is missing between them", n

    def check_documents(self) -> tuple[str, int]:
        """What is given out is what was signed; of a release that was taken back, that it was, and why."""
        standing = 0
        for name in sorted({*self.documents, *(name.removesuffix("-withdrawn") for name in self.proofs)}):
            with At(f"{name}.json"):
                expect(name in self.proofs, "no proof of this release is here")
                body = self.entries[self.proofs[name].place].event["body"]
                data = self.files.read(f"{name}.json", MOST_RELEASE)
                if taken_back := self.proofs.get(f"{name}-withdrawn"):
                    check_tombstone(read_plain_json(data), body, self.entries[taken_back.place].event)
                    continue
                standing += 1
                document = body["document"]
                digest = hashlib.sha256(data).hexdigest()
                expect(digest == document["sha256"], f"its SHA-256 is {digest}, signed was {document['sha256']}")
                expect(len(data) == document["bytes"], f"it has {len(data)} bytes, signed were {document['bytes']}")
                said = read_plain_json(data)
                for member in ("number", "plan", "rules", "until"):
                    came = said.get(member) if isinstance(said, dict) else None
                    expect(came == body[member], f"its {member} is {shown(came)}, signed was {shown(body[member])}")
        withdrawn = sum(name.endswith("-withdrawn") for name in self.proofs)
        return f"each is the one that was signed; {withdrawn} more were taken back", standing


def check_release(name: str, event: Mapping[str, JSON]) -> tuple[str, int]:
    """An entry on a release says which one, by plan and number, and its file is named for it."""
    body, kind = event["body"], event["type"]
    right = TAKEN_BACK if name.endswith("-withdrawn") else RELEASED
    expect(kind == right, f"it is {kind}, expected {right}")
    plan, number = body.get("plan"), body.get("number")
    expect(type(number) is int and type(plan) is str, "it does not say of which release it is")
    expect(f"{plan}-{number}" == name.removesuffix("-withdrawn"), f"it is of release {number} of {shown(plan)}")
    if kind == TAKEN_BACK:
        expect(type(body.get("why")) is str, "it does not say why the release was taken back")
        return plan, number
    expect(type(body.get("until")) is str and type(body.get("rules")) is str, "it does not say until when, and by what")
    document = body.get("document")
    check_members("its document", document, ["bytes", "media", "sha256"])
    digest = document["sha256"]
    expect(type(digest) is str and SHA256_HEX.fullmatch(digest), f"its document has the SHA-256 {shown(digest)}")
    expect(type(document["bytes"]) is int, f"its document has {shown(document['bytes'])} bytes, expected a number")
    return plan, number


def check_tombstone(said: JSON, body: Mapping[str, JSON], act: Mapping[str, JSON]) -> None:
    """What stands in the place of a release that was taken back: no number of it, and the day and reason of that act."""
    members = ["format", "number", "plan", "rules", "symbols", "until", "withdrawn"]
    found = sorted(said) if isinstance(said, dict) else []
    expect(
        found == members, f"it was taken back, but has the members {', '.join(map(plain, found)) or 'of no release'}"
    )
    for member in ("number", "plan", "rules", "until"):
        expect(said[member] == body[member], f"its {member} is {shown(said[member])}, signed was {shown(body[member])}")
    expect(said["format"] == RELEASE_FORMAT, f"its format is {shown(said['format'])}, expected {RELEASE_FORMAT}")
    expect(said["symbols"] == SYMBOLS, "its `symbols` are not those of the format")
    stone = said["withdrawn"]
    check_members("what says that it was taken back", stone, ["day", "why"])
    for member, right in (("why", act["body"]["why"]), ("day", london_day(act["at"]))):
        came = stone[member]
        expect(came == right, f"the {member} of its taking back is {shown(came)}, signed was {shown(right)}")


def london_day(at: str) -> str:
    """The day in London: an hour later from 01:00 UTC on the last Sunday of March until that of October."""
    when = moment(at)
    ends = [datetime(when.year, month, 31, 1, tzinfo=when.tzinfo) for month in (3, 10)]
    first, last = (end - timedelta(days=end.isoweekday() % 7) for end in ends)
    return (when + timedelta(hours=first <= when < last)).date().isoformat()


# ── 14. The container of a bundle (§11) ──────────────────────────────────────────────────────────────────────────────
# A ZIP file as plain as can be. It is read from front to back; each header must be the one that name, size and CRC-32
# give, and so must the directory at the end. So nothing hides in gaps, no member overlaps another or comes twice,
# nothing is unpacked (and cannot grow), and a name that is not in the list below leads nowhere.

LOCAL, CENTRAL, END = struct.Struct("<4s5H3I2H"), struct.Struct("<4s6H3I5H2I"), struct.Struct("<4s4H2IH")
DATE = 0x0021  # 1980-01-01
PLAIN_FILE = 0o100644 << 16
MOST_CONTAINER, MOST_CONTAINED = 2**31 - 1, 65_534
FOR_PEOPLE = ["README.txt", "certificate.txt", "chronology.csv", "index.csv", "record.html", "schedule.csv"]
MEMBER = re.compile(
    r"bundle\.json|policy|(?:proofs|register)/[0-9]{20}\.tlog-proof|documents/[0-9a-f]{64}|record\.pdf"
    r"|consistency/[1-9][0-9]{0,17}-[1-9][0-9]{0,17}|timestamp/[1-9][0-9]{0,17}\.tsr|"
    + "|".join(map(re.escape, FOR_PEOPLE))
)


class Container:
    """The members of a bundle: where each stands, and how long it is."""

    def __init__(self, file: BinaryIO) -> None:
        self.file = file
        self.members: dict[str, tuple[int, int]] = {}
        length, at, last, directory = file.seek(0, os.SEEK_END), 0, "", bytearray()
        expect(length <= MOST_CONTAINER, f"the file has {length} bytes, expected at most {MOST_CONTAINER}")
        while (header := self._piece(at, LOCAL.size))[:4] == b"PK\x03\x04":
            name, crc, size = self._header(at, header)
            expect(name > last, f"the member {shown(name)} comes after {shown(last)}, expected names sorted, each once")
            start, last = at + LOCAL.size + len(name), name
            with At(name):
                expect(start + size <= length, f"it is to have {size} bytes, but the file ends before")
                found = self._crc(start, size)
                expect(found == crc, f"its CRC-32 is {found:08x}, but its header says {crc:08x}")
            fixed = (
                b"PK\x01\x02",
                3 << 8 | 20,
                20,
                0,
                0,
                0,
                DATE,
                crc,
                size,
                size,
                len(name),
                0,
                0,
                0,
                0,
                PLAIN_FILE,
                at,
            )
            directory += CENTRAL.pack(*fixed) + name.encode()
            self.members[name] = start, size
            expect(len(self.members) <= MOST_CONTAINED, f"more than {MOST_CONTAINED} members came")
            at = start + size
        count = len(self.members)
        right = bytes(directory) + END.pack(b"PK\x05\x06", 0, 0, count, count, len(directory), at, 0)
        rest = self._piece(at, len(right) + 1)
        expect(rest == right, f"after {count} members the directory is not theirs: {difference(rest, right)}")

    def _header(self, at: int, header: bytes) -> tuple[str, int, int]:
        """Name, CRC-32 and size of a member whose header has nothing else to say."""
        expect(len(header) == LOCAL.size, f"the file ends in the middle of the header at byte {at}")
        _, _, flags, method, _, _, crc, size, _, length, _ = LOCAL.unpack(header)
        name = self._piece(at + LOCAL.size, min(length, 256)).decode("latin-1")
        expect(MEMBER.fullmatch(name), f"a member {shown(name)} came, which no bundle has")
        expect(method == 0, f"the member {name} is compressed (method {method}), expected it stored")
        expect(flags == 0, f"the member {name} has the flags {flags:#06x}, expected none")
        right = LOCAL.pack(b"PK\x03\x04", 20, 0, 0, 0, DATE, crc, size, size, len(name), 0)
        expect(header == right, f"the header of {name} is not the plain one: {difference(header, right)}")
        return name, crc, size

    def _piece(self, at: int, size: int) -> bytes:
        self.file.seek(at)
        return self.file.read(size)

    def _pieces(self, at: int, size: int) -> Iterator[bytes]:
        for start in range(at, at + size, 1 << 20):
            yield self._piece(start, min(1 << 20, at + size - start))

    def _crc(self, at: int, size: int) -> int:
        crc = 0
        for piece in self._pieces(at, size):
            crc = zlib.crc32(piece, crc)
        return crc

    def read(self, name: str, most: int) -> bytes:
        with At(name):
            expect(name in self.members, "the member is missing")
            at, size = self.members[name]
            expect(size <= most, f"the member has {size} bytes, expected at most {most}")
            return self._piece(at, size)

    def sha256(self, name: str) -> str:
        digest = hashlib.sha256()
        for piece in self._pieces(*self.members[name]):
            digest.update(piece)
        return digest.hexdigest()

    def inside(self, folder: str) -> list[str]:
        return [name for name in self.members if name.startswith(folder)]


# ── 15. A bundle: one case, for a court, a bidder or the public (§11) ────────────────────────────────────────────────

EDITIONS = ("bidder", "provider", "ring", "court", "public")
SAID = ["case", "checkpoint", "documents", "documents_left_out", "edition", "format", "log", "made_at", "software"]
SAID_FORMS = {
    "case": (UUID4.pattern, "a UUIDv4"),
    "edition": ("|".join(EDITIONS), f"one of {', '.join(EDITIONS)}"),
    "format": ("fairplace/bundle/1", "fairplace/bundle/1"),
    "log": (NAME, "the origin of the log"),
    "made_at": (AT, "YYYY-MM-DDTHH:MM:SS.sssZ"),
    "software": (r"[ -~]{1,64}", "the version of a program"),
}


def verify_bundle(
    source: bytes | Path | BinaryIO,
    keys: Iterable[str] = (),
    policy: str | None = None,
    *,
    beside: Audit | None = None,
    papers: Sequence[Paper] = (),
) -> Report:
    """Check a bundle: a file, one that is open already, or its bytes. Raises Unreadable."""
    return read_bundle(source, read_trust(keys, policy), beside, papers).report


def read_bundle(
    source: bytes | Path | BinaryIO, trust: Trust, beside: Audit | None = None, papers: Sequence[Paper] = ()
) -> Bundle:
    """A bundle with the report of its check. A file that is open already stays open."""
    with ExitStack() as opened:
        if isinstance(source, bytes):
            file: BinaryIO = io.BytesIO(source)
        else:
            file = opened.enter_context(source.open("rb")) if isinstance(source, Path) else source
        bundle = Bundle(file, trust, beside, papers)
        bundle.run()
    return bundle


class Bundle(Reading, Extract):
    """All entries of one case, with openings, and all of the key register, proved to stand under one checkpoint."""

    def __init__(self, file: BinaryIO, trust: Trust, beside: Audit | None, papers: Sequence[Paper]) -> None:
        super().__init__(lambda index: self.entries[index].leaf)
        self.file, self.trust, self.beside, self.papers = file, trust, beside, papers
        self.entries, self.values, self.tied = {}, {}, {}
        self.names: dict[int, str] = {}  # of the member with the proof of each entry
        self.of_case: list[int] = []  # the entries of the case
        self.case = self.edition = ""

    def run(self) -> Report:
        return self.report.take(
            {
                "container": self.check_container,
                "proofs": self.check_proofs,
                "entries": self.check_entries,
                "checkpoint": self.check_checkpoint,
                "links": self.check_links,
                "contents": self.check_contents,
                **self.steps(),
                "trust": lambda: self.trust.judge(self.report, self.signers, self.register.root_key),
            }
        )

    def check_register(self) -> tuple[str, int]:
        """Beside what holds of every extract: it has all that the register has, up to its own size."""
        assert self.beside
        found = super().check_register()
        below = min(self.report.size, self.beside.report.size)
        known = self.beside.cases.members.get(self.case, {}).values()
        for what, indexes in (
            ("the case", (i for some in known for i in some)),
            ("the key register", self.beside.register.events.values()),
        ):
            missing = sorted(i for i in indexes if i < below and i not in self.entries)
            if self.edition == "provider" and what == "the case":
                continue  # it holds what is one provider's own, and says so
            expect(not missing, f"{what} has {listed(missing)} in the register, missing from this bundle")
        return found

    def check_container(self) -> tuple[str, int]:
        self.box = Container(self.file)
        with At("bundle.json"):
            said = self.said = read_json(self.box.read("bundle.json", MOST_JSON))
            check_members("the text", said, SAID)
            check_forms(said, SAID_FORMS)
            check_members("`checkpoint`", said["checkpoint"], ["root", "size"])
            left = said["documents_left_out"]
            expect(type(left) is int and left >= 0, f"`documents_left_out` is {shown(left)}, expected a number")
            self.case, self.edition = said["case"], said["edition"]
        for name in FOR_PEOPLE:
            with At(name):
                expect(name in self.box.members, "the member is missing")
        return f"edition {self.edition} of the case {self.case}", len(self.box.members)

    def check_proofs(self) -> tuple[str, int]:
        """Every proof leads from its entry to the one checkpoint."""
        head = b""
        for name in self.box.inside("register/") + self.box.inside("proofs/"):
            with At(name, index := int(name[-31:-11])):
                proven = read_proof(self.box.read(name, MOST_GIVEN))
                entry, values = proven.read()
                expect(proven.place == index, f"the proof is of entry {proven.place}")
                expect(index not in self.entries, f"the entry stands in {self.names.get(index)} as well")
                head = head or proven.head
                expect(proven.head == head, f"it has another checkpoint: {difference(proven.head, head)}")
                self.checkpoint = read_checkpoint(head) if not self.entries else self.checkpoint
                proven.check_inclusion(entry, self.checkpoint)
                self.entries[index], self.values[index], self.names[index] = entry, values, name
        for first in (f"register/{0:020}.tlog-proof", "proofs/"):
            with At(first):
                expect(self.box.inside(first), "the member is missing")
        self.report.origin, size, root, *_ = self.checkpoint
        self.report.size, self.report.root, self.since = size, b64(root), size
        with At("bundle.json"):
            came, right = self.said["checkpoint"], {"root": b64(root), "size": size}
            expect(came == right, f"`checkpoint` is {shown(came)}, but that of the proofs is {shown(right)}")
            expect(self.said["log"] == self.report.origin, f"`log` is {self.said['log']}, not {self.report.origin}")
        return f"all lead to the root of size {size}", len(self.entries)

    def check_entries(self) -> tuple[str, int]:
        """All entries in the order of the log: signatures, keys, streams without gaps, and that they are of the case."""
        signed: list[Signed] = []
        for index, entry in sorted(self.entries.items()):
            with At(self.names[index], index):
                signed += self.check_entry(index, entry)
        with Tasks(len(signed)) as tasks:
            for start in range(0, len(signed), 64):
                tasks.add(check_signed, None, *zip(*signed[start : start + 64], strict=True))
            deque(tasks.results(), maxlen=0)
        expect(self.case in self.cases.opened, f"no entry opens the case {self.case}")
        return f"form, signatures, keys, order and case hold, in {len(self.streams)} streams", len(self.entries)

    def check_entry(self, index: int, entry: Entry) -> list[Signed]:
        event, values = entry.event, self.values[index]
        if event["type"].startswith("deposit."):
            case = values.get("/case")
            good = case == self.case
            expect(good, f"the case of the deposit is {shown(case)}, expected it open, and {self.case}", "/case")
            self.cases.claimed[index] = self.case
        signed = self.take(index, entry)
        where = "register/" if event["stream"] == self.register.stream else "proofs/"
        expect(self.names[index].startswith(where), f"the entry belongs in {where}")
        if where == "proofs/":
            case = self.cases.entries[index].case
            expect(case in ("", self.case), f"the case of the entry is {shown(case)}, expected {self.case}")
            self.of_case.append(index)
            self.opened[index] = {slot: values[slot] for slot in BONDS if slot in values}
        return signed

    def check_checkpoint(self) -> tuple[str, int]:
        """The lines of the checkpoint, and of earlier ones that are tied to it."""
        with At("policy"):
            trust = self.trust._replace(suggested=read_suggested(self.box.read("policy", MOST_CHECKPOINT)))
        with At(next(iter(self.names.values()))):
            self.signers = check_lines(self.checkpoint, self.register, trust, self.report)
        for name in self.box.inside("consistency/"):
            with At(name):
                text, blank, tail = self.box.read(name, MOST_CHECKPOINT).rpartition(b"\n\n")
                earlier = read_checkpoint(text + b"\n" if blank else b"")
                right = f"consistency/{earlier.size}-{self.report.size}"
                expect(name == right, f"it ties the size {earlier.size}, expected the name {right}")
                expect(earlier.origin == self.report.origin, f"the checkpoint is of {earlier.origin}")
                expect(re.fullmatch(rb"(?:[A-Za-z0-9+/]{43}=\n)*", tail), "its hashes are not lines of base64 each")
                check_consistency(earlier[1:3], self.checkpoint[1:3], [from_b64(line) for line in tail.split()])
                check_lines(earlier, self.register, trust, self.report)
                self.tied[earlier.size] = earlier.root
        for name in self.box.inside("timestamp/"):
            with At(name):
                self.box.read(name, MOST_TIMESTAMP)
                expect(name == f"timestamp/{self.report.size}.tsr", "it is of another size than the checkpoint")
            self.report.notes.append(timestamp_note(self.checkpoint, name))
        return f"its lines are good; {len(self.tied)} earlier ones are tied to it", len(self.checkpoint.lines)

    def check_links(self) -> tuple[str, int]:
        """What the entries say of each other, as far as this edition opens it; and what stays closed."""
        court, notes = self.edition == "court", self.report.notes
        for at, by in self.cases.absent.items():
            expect(not court, f"entry {by} opens values of entry {at}, which is not in this edition for a court")
            notes.append(f"entry {by} opens values of entry {at}, a deposit that is not in this edition")
        notes += filter(None, self.cases.judge_opened(self.opened, self.names.__getitem__, partly=not court))
        notes += self.register.notes(self.report.size)
        if self.edition == "provider":
            notes.append("it holds what is one provider's own: that nothing else is in the case it does not say")
        closed: dict[str, int] = {}
        for index, entry in sorted(self.entries.items()):
            public = self.cases.in_effect.get(index, set())
            for slot, seal in entry.event["sealed"].items():
                if slot not in self.values[index]:
                    closed[seal["basis"]] = closed.get(seal["basis"], 0) + 1
                elif self.edition == "public" and slot not in public:
                    why = "this edition is public and opens the slot, but no act has made it public"
                    raise Falsehood(why, self.names[index], index, slot)
        if closed:
            bases = ", ".join(f"{closed[basis]} {basis}" for basis in sorted(closed))
            notes.append(f"{sum(closed.values())} sealed values are not opened in this edition: {bases}")
        return "what the entries say of each other holds", sum(map(len, self.values.values()))

    def check_contents(self) -> tuple[str, int]:
        """What the bundle says of its documents, and the documents."""
        named: dict[str, list[JSON]] = {}
        for index in self.of_case:
            for document in documents_in([self.entries[index].event["body"], *self.values[index].values()]):
                named.setdefault(document["sha256"], []).append(document)
        listed: dict[str, JSON] = {}
        with At("bundle.json"):
            expect(type(self.said["documents"]) is list, "`documents` is no list")
            for document in self.said["documents"]:
                check_members("a document", document, ["bytes", "included", "media", "sha256", "why"])
                digest = document["sha256"]
                told = {member: document[member] for member in DOCUMENT}
                expect(
                    type(digest) is str and told in named.get(digest, []), f"nothing names the document {shown(told)}"
                )
                expect(digest > max(listed, default=""), "the documents are not sorted by digest, each once")
                included, why = document["included"], document["why"]
                good = type(included) is bool and type(why) is str and bool(why) != included
                expect(good, f"the document {digest} is {shown(included)} for {shown(why)}: expected true, or a reason")
                listed[digest] = document
            left, said = len(named) - len(listed), self.said["documents_left_out"]
            expect(left == said, f"`documents_left_out` is {said}, but {left} documents are named and not listed")
        for name in self.box.inside("documents/"):
            with At(name):
                said = listed.get(name[10:])
                expect(said and said["included"], "bundle.json does not say that this document is here")
        for digest, document in listed.items():
            if document["included"]:
                name = f"documents/{digest}"
                with At(name):
                    expect(name in self.box.members, "the member is missing")
                    size = self.box.members[name][1]
                    expect(size == document["bytes"], f"it has {size} bytes, expected {document['bytes']}")
                    found = self.box.sha256(name)
                    expect(found == digest, f"its SHA-256 is {found}")
        if self.beside is None:
            self.report.notes.append(
                "that no later entry was left off the end cannot be seen from a bundle alone: give --register as well"
            )
        people = ", ".join(name for name in self.box.members if name in (*FOR_PEOPLE, "record.pdf"))
        self.report.notes.append(
            f"{people} are for people: they are no evidence, and were not compared with the entries"
        )
        return "the documents are those that the entries name", sum(one["included"] for one in listed.values())

    def is_deposit(self, index: int) -> bool:
        return str(self.entries[index].event["type"]).startswith("deposit.")


DOCUMENT = ["bytes", "media", "sha256"]


def documents_in(values: Iterable[JSON]) -> Iterator[dict[str, JSON]]:
    """Every object that names a document, anywhere in these values."""
    for value in values:
        if type(value) is dict:
            if (
                list(value) == DOCUMENT
                and type(value["sha256"]) is str
                and re.fullmatch("[0-9a-f]{64}", value["sha256"])
            ):
                yield value
            yield from documents_in(value.values())
        elif type(value) is list:
            yield from documents_in(value)


def verify_pair(one: Bundle, two: Bundle) -> Report:
    """Two bundles that were checked: how they agree."""
    report = Report(origin=two.report.origin)

    def held(bundle: Bundle, which: str) -> tuple[str, int]:
        expect(bundle.report.ok, f"the {which} bundle: {bundle.report.false}")
        return f"{bundle.report.word}; edition {bundle.edition}, {len(bundle.of_case)} entries", len(bundle.entries)

    return report.take(
        {
            "first": partial(held, one, "first"),
            "second": partial(held, two, "second"),
            "agreement": partial(agreement, one, two, report),
            "trust": partial(trust_of_both, one.report, two.report, report),
        }
    )


def agreement(one: Bundle, two: Bundle, report: Report) -> tuple[str, int]:
    """Entries by index and byte; what one of them has and the other not."""
    heads = one.checkpoint, two.checkpoint
    if heads[0].origin != heads[1].origin or one.case != two.case:
        report.unsettled.append("they are of different cases, so there is nothing to compare")
        return "of different cases", 0
    if heads[0].size == heads[1].size and heads[0].root != heads[1].root:
        raise Falsehood(f"their checkpoints are of one size, {heads[0].size}, and differ: the log showed two histories")
    if heads[0].size != heads[1].size:
        older, newer = sorted((one, two), key=lambda bundle: bundle.report.size)
        root = newer.tied.get(older.report.size)
        expect(
            root in (None, older.checkpoint.root), "the newer one is tied to another checkpoint of the older one's size"
        )
        if root is None:
            report.notes.append("nothing here ties their two checkpoints together; with the register, --register does")
    shared = sorted(one.entries.keys() & two.entries.keys())
    altered = [i for i in shared if one.entries[i].leaf != two.entries[i].leaf]
    equal = [i for i in one.of_case if i in two.entries and i not in altered]
    said, missing = [f"{len(equal)} entries agree byte for byte"], set[int]()
    for which, whose, mine, other in (("first", "second", one, two), ("second", "first", two, one)):
        more = [i for i in sorted(mine.entries) if i not in other.entries]
        if other.edition != "provider":  # that holds one provider's own, and leaves out the rest
            missing |= {i for i in more if i < other.report.size and not mine.is_deposit(i)}
        if held := [i for i in more if i not in missing]:
            name = "entry" if len(held) == 1 else "entries"
            said.append(f"the {which} holds {len(held)} more ({name} {listed(held)}; edition {mine.edition})")
        if later := [i for i in held if i >= other.report.size]:
            report.superseded.append(f"{len(later)} of these came after the {whose}")
        opened = sum(
            len(values.keys() - other.values.get(i, {}).keys()) for i, values in mine.values.items() if i in shared
        )
        said += [f"the {which} opens {opened} values that the {whose} does not"] if opened else []
    said.append(
        f"{f'altered: {listed(altered)}' if altered else 'none altered'}, "
        f"{f'missing: {listed(sorted(missing))}' if missing else 'none missing'}"
    )
    report.finding = "; ".join(said)
    expect(not altered and not missing, report.finding)
    return report.finding, len(equal)


def trust_of_both(one: Report, two: Report, report: Report) -> tuple[str, int]:
    report.trusted = one.trusted and two.trusted
    report.trust = (one if two.trusted else two).trust
    report.unsettled += [
        f"of the {which}: {why}" for which, each in (("first", one), ("second", two)) for why in each.unsettled
    ]
    return report.trust, 2


# ── 16. Evidence of two histories (§12) ──────────────────────────────────────────────────────────────────────────────


def verify_evidence(
    data: bytes, keys: Iterable[str] = (), policy: str | None = None, *, beside: Audit | None = None
) -> Report:
    """Two checkpoints, joined by a line `--`: do they prove that a log showed two histories?"""
    return Evidence(data, read_trust(keys, policy), beside).run()


class Evidence:
    """It is genuine when the log signed both, and they cannot both be true."""

    def __init__(self, data: bytes, trust: Trust, beside: Audit | None) -> None:
        self.data, self.trust, self.beside = data, trust, beside
        self.report = Report(finding="It is no evidence yet")

    def run(self) -> Report:
        return self.report.take(
            {
                "evidence": self.check_file,
                **({"register": self.check_register} if self.beside else {}),
                "histories": self.check_histories,
                "signatures": self.check_signatures,
            }
        )

    def check_file(self) -> tuple[str, int]:
        first, _, second = self.data.partition(b"\n--\n")
        self.heads = read_checkpoint(first + b"\n"), read_checkpoint(second)
        one, two = self.heads
        expect(one.origin == two.origin, f"one checkpoint is of {one.origin}, the other of {two.origin}")
        self.report.origin, self.report.size, self.report.root = one.origin, one.size, b64(one.root)
        return f"two checkpoints of {one.origin}", 2

    def check_register(self) -> tuple[str, int]:
        assert self.beside
        found = self.beside.report
        expect(found.ok, f"the register that you gave is not genuine: {found.false}")
        expect(found.origin == self.report.origin, f"the register that you gave is of {found.origin}")
        return f"it has {found.size} entries", found.size

    def check_histories(self) -> tuple[str, int]:
        """One size and two roots; or a register that does not extend one of them."""
        one, two = self.heads
        told = f"genuine evidence that the log {one.origin} showed two histories"
        if one.size == two.size:
            expect(one.root != two.root, f"both have size {one.size} and the same root: they show one history")
            self.report.finding = f"It is {told}: two trees of size {one.size}"
            return f"two roots of size {one.size}", 2
        if not self.beside:
            why = f"they are of sizes {one.size} and {two.size}, which proves nothing by itself: give the register as well"
            self.report.unsettled.append(why)
            return "of different sizes", 2
        size, tree = self.beside.report.size, self.beside.tree
        apart = [head for head in self.heads if head.size <= size and tree.root(head.size) != head.root]
        if apart:
            self.report.finding = f"It is {told}: the register has another tree of size {apart[0].size}"
            return f"the register does not extend the checkpoint of size {apart[0].size}", 1
        newest = max(one.size, two.size)
        expect(newest > size, "the register extends both: they show one history")
        self.report.unsettled.append(f"the register that you gave has {size} entries, fewer than {newest}")
        return "the register is older", 2

    def check_signatures(self) -> tuple[str, int]:
        """Both are signed by the log: by a key of the reader's, or one that the register names."""
        given = [*self.trust.keys, *(self.trust.policy.logs if self.trust.policy else ())]
        known = [standing.key for standing in self.beside.register.log_keys.values()] if self.beside else []
        trust = self.trust._replace(keys=[key for key in {*given, *known} if key.name == self.report.origin])
        expect(trust.keys or not given, f"no key that you gave is one of {self.report.origin}")
        for head in self.heads:
            signers = known_signers(head, trust, self.report)
            mine = [key.vkey for key in trust.keys if key.vkey in signers]
            if not mine and trust.keys:
                expect(
                    self.report.unchecked,
                    f"the checkpoint of size {head.size} with root {b64(head.root)} is not signed by a key of the log that is known here",
                )
                self.report.unsettled.append("a signature is ML-DSA-44, which cannot be checked here")
        whose = [key.vkey for key in given if all(key[:2] in [line[:2] for line in head.lines] for head in self.heads)]
        if whose:
            self.report.trusted, self.report.trust = True, "both are signed by a key that you gave"
        elif self.beside and self.beside.report.trusted:
            self.report.trusted, self.report.trust = True, f"both are signed by it, and {self.beside.report.trust}"
        else:
            self.report.trust = "no key of the log was given, so whether it signed both was not checked"
        return self.report.trust, len(trust.keys)


# ── 17. The command ──────────────────────────────────────────────────────────────────────────────────────────────────


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="fairplace-verify",
        description="Check a published fairplace register, a bundle, a proof or evidence, without trusting anybody.",
        epilog="Exit codes: 0 genuine, perhaps superseded; 1 not genuine; 2 not a record, unreadable, or wrong usage; "
        "3 partly checked: what was checked holds, but no key of yours says whose it is, or something is left open.",
    )
    add = parser.add_argument
    what = "a register (its folder, its published files, or their web address), a .fpbundle, a .tlog-proof, or evidence"
    add("paths", metavar="PATH", nargs="+", help=f"{what}; of bundles, two may be given, to be compared")
    add("--key", metavar="VKEY", action="append", default=[], help="a key that you trust; may be repeated")
    add("--policy", metavar="FILE", type=Path, help="a tlog-policy file: logs and witnesses that you trust")
    add("--register", metavar="DIR|URL", help="the register, to hold a bundle, a proof or evidence beside")
    add(
        "--checkpoint",
        metavar="FILE",
        action="append",
        default=[],
        help="a checkpoint from elsewhere, also on paper; - reads it from what is typed",
    )
    add("--continues", metavar="OLD", help="the register or files of the earlier log that this continues")
    add("--version", action="version", version=f"fairplace-verify {__version__}")
    add("--json", action="store_true", help="one JSON object for each check, one a line")
    try:
        given = parser.parse_args(argv)
    except SystemExit as leaving:  # argparse has said what is wrong; --help leaves with 0
        return int(leaving.code or 0)
    try:
        text, code = answer(given)
        if text:
            sys.stdout.write(f"{text}\n")
            sys.stdout.flush()
        return code
    except KeyboardInterrupt:
        why = "stopped before there was an answer"
    except OSError as error:  # a full disk, a reader that went away: exit code 1 would be taken for a verdict
        why = f"the answer cannot be written: {error.strerror}"
        with suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # else Python tries again when it leaves
    with suppress(OSError):
        sys.stderr.write(f"{parser.prog}: {why}\n")
    return 2


def answer(given: argparse.Namespace) -> tuple[str, int]:
    """What is to be said of what was given, and the exit code. The last line is the answer."""
    try:
        found = verify_all(given.paths, given.key, given.policy, given.register, given.checkpoint, given.continues)
    except Unreadable as error:
        word = NO_RECORD if isinstance(error, NoRecord) else "unreadable"
        said = ENCODER.encode({"detail": str(error), "exit": 2, "ok": False, "verdict": word}) if given.json else ""
        if not given.json and isinstance(error, NoRecord):
            return f"{word.upper()}. {error}.", 2  # an answer, and so no error beside it
        print(f"fairplace-verify: {error}", file=sys.stderr)
        return said, 2
    if given.json:
        return "\n".join(as_json(report) for _, report in found), found[-1][1].exit_code
    texts = [f"{plain(name)}:\n{as_text(report)}" if name else as_text(report) for name, report in found]
    return "\n\n".join(texts), found[-1][1].exit_code


def verify(path: str | Path, keys: Sequence[str], policy: Path | None, continues: Path | None = None) -> Report:
    """What the command does for one path."""
    return verify_all([str(path)], keys, policy, continues=None if continues is None else str(continues))[-1][1]


def verify_all(
    paths: Sequence[str],
    keys: Sequence[str] = (),
    policy: Path | None = None,
    register: str | None = None,
    checkpoints: Sequence[str] = (),
    continues: str | None = None,
) -> list[tuple[str, Report]]:
    """The reports, each with the name it needs; the last one is the answer. Raises Unreadable."""
    try:
        text = None if policy is None else read_given(policy).decode("latin-1")  # its octets are opaque
        trust = read_trust(keys, text)
        papers = [read_paper(read_typed() if name == "-" else read_given(Path(name))) for name in checkpoints]
        beside = None if register is None else audit(register, trust, papers)
        if len(paths) == 1:
            return [("", verify_one(paths[0], trust, beside, papers, continues))]
        if len(paths) > 2 or not all(kind_of(Path(path)) == "bundle" for path in paths):
            raise Unreadable("two paths may be given when both are bundles; else one")
        one, two = (read_bundle(Path(path), trust, beside, papers) for path in paths)
        return [(paths[0], one.report), (paths[1], two.report), ("both", verify_pair(one, two))]
    except BrokenExecutor:
        raise Unreadable("a process that checks signatures was ended from outside; is there enough memory?") from None
    except (OSError, RuntimeError, ValueError) as error:
        raise Unreadable(f"a file cannot be read: {plain(str(error))}") from error


def verify_one(
    path: str, trust: Trust, beside: Audit | None, papers: Sequence[Paper], continues: str | None = None
) -> Report:
    place = Path(path)
    if continues is None and not ADDRESS.match(path) and holds_releases(place):
        return Releases(Folder(place), trust, beside, papers).run()
    if ADDRESS.match(path) or place.is_dir():
        if beside:
            raise Unreadable("a register is not held beside another register: give one of them")
        return audit(path, trust, papers, continues).report
    if continues is not None:
        raise Unreadable("--continues goes with a register, and a file came")
    match kind_of(place):
        case "bundle":
            return read_bundle(place, trust, beside, papers).report
        case "proof":
            return Proof(read_given(place), trust, beside, papers).run()
        case _:
            return Evidence(read_given(place), trust, beside).run()


def kind_of(path: Path) -> str:
    """A file is told by how it begins."""
    if not path.is_file():
        raise Unreadable(f"{plain(str(path))} is no folder and no file")
    with path.open("rb") as file:
        beginning = file.read(64)
    if beginning.startswith(b"PK\3\4"):
        if beginning[30:].startswith(b"checkpoint"):
            raise NoRecord(f"{plain(path.name)} is the ZIP of a whole register: unpack it, and give the folder")
        return "bundle"
    if beginning.startswith(b"c2sp.org/tlog-proof@"):
        return "proof"
    if CHECKPOINT.match(data := read_given(path)):
        if b"\n--\n" in data:
            return "evidence"
        raise NoRecord(f"{plain(path.name)} is a checkpoint alone: give the register, and this with --checkpoint")
    raise NoRecord(f"{plain(path.name)} begins {shown(beginning[:20])}: no bundle, no proof and no evidence does")


def read_given(path: Path) -> bytes:
    with path.open("rb") as file:
        data = file.read(MOST_GIVEN + 1)
    if len(data) > MOST_GIVEN:
        raise Unreadable(f"{plain(str(path))} is longer than {MOST_GIVEN} bytes: it is no proof and no policy")
    return data


def read_typed() -> bytes:
    if sys.stdin.isatty():
        end = "Ctrl-Z and Enter" if os.name == "nt" else "Enter and Ctrl-D"
        sys.stderr.write(f"Type the five lines of the checkpoint, then {end}.\n")
    return sys.stdin.buffer.read(10_000)


def as_text(report: Report) -> str:
    lines = [f"{'ok   ' if c.ok else 'FALSE'}  {c.check:<12}{c.count or '':>9}  {c.detail}" for c in report.checks]
    lines += [f"note   {note}" for note in report.notes]
    if report.size:
        lines.append(f"       {report.origin}, {report.size} entries, root {report.root}")
    if report.ok and (found := report.opens):
        head = f"What it opens of entry {found.entry}, {found.type}, at {found.at} as the signer states it:"
        lines += ["", head, *(f"       {slot}  {cut_short(value)}" for slot, value in found.values.items())]
        lines += [] if found.values else ["       nothing: no sealed value is open in this file"]
    return "\n".join([*lines, "", report.verdict])


def as_json(report: Report) -> str:
    """One object a line, in ASCII, sorted and compact: each check, then the verdict."""
    found = report.false
    verdict = {
        "verdict": report.word,
        "ok": report.ok,
        "trusted": report.trusted,
        "exit": report.exit_code,
        "detail": report.verdict,
        "origin": report.origin,
        "size": report.size,
        "root": report.root,
        "notes": report.notes,
        "superseded": report.superseded,
        "unsettled": report.unsettled,
        "opens": vars(report.opens) if report.ok and report.opens else None,
        "false": found and {name: getattr(found, name) for name in ("check", "file", "entry", "slot", "why")},
    }
    return "\n".join(map(compact, [*map(vars, report.checks), verdict]))


# ── 18. Ed25519 without the package (RFC 8032 section 5.1) ───────────────────────────────────────────────────────────
# It accepts what OpenSSL and Go accept: S is below the order of the group; the key's y is taken modulo p; no cofactor;
# and R is compared as bytes, so that one that is not canonical fails. Nothing secret is here: it may take its time.

PRIME: Final = 2**255 - 19
ORDER: Final = 2**252 + 27742317777372353535851937790883648493
CURVE_D: Final = -121665 * pow(121666, -1, PRIME) % PRIME
ROOT_OF_MINUS_ONE: Final = pow(2, (PRIME - 1) // 4, PRIME)

Point = tuple[int, int, int, int]  # X, Y, Z, T: the point (X/Z, Y/Z), and X/Z * Y/Z = T/Z
Ready = tuple[int, int, int, int]  # of a point that is added often: Y - X, Y + X, 2Z, 2dT
Rows = tuple[tuple[Ready, ...], ...]  # row i holds 0, 1 … 15 times 16**i times a point

NEUTRAL: Final[Point] = (0, 1, 1, 0)


def point_of(data: bytes) -> Point | None:
    """The point that 32 bytes encode (RFC 8032 section 5.1.3, but for what stands above); None for none."""
    number = int.from_bytes(data, "little")
    sign, y = number >> 255, (number & 2**255 - 1) % PRIME
    u, v = (y * y - 1) % PRIME, (CURVE_D * y * y + 1) % PRIME
    x = u * v**3 * pow(u * v**7, (PRIME - 5) // 8, PRIME) % PRIME
    if v * x * x % PRIME == -u % PRIME:
        x = x * ROOT_OF_MINUS_ONE % PRIME
    if v * x * x % PRIME != u:
        return None
    x = -x % PRIME if x & 1 != sign else x
    return x, y, 1, x * y % PRIME


def ready(point: Point) -> Ready:
    x, y, z, t = point
    return y - x, y + x, 2 * z, 2 * CURVE_D * t % PRIME


def added(point: Point, other: Ready) -> Point:
    """The sum of two points, whichever they are (RFC 8032 section 5.1.4)."""
    x, y, z, t = point
    minus, plus, double_z, scaled_t = other
    a, b = (y - x) * minus % PRIME, (y + x) * plus % PRIME
    c, d = t * scaled_t % PRIME, z * double_z % PRIME
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % PRIME, g * h % PRIME, f * g % PRIME, e * h % PRIME


@lru_cache(maxsize=128)
def rows_of(data: bytes, negative: bool) -> Rows | None:
    """Sixteen multiples of each 16**i times an encoded point, or of its negative, so that no doubling is left to do."""
    if (point := point_of(data)) is None:
        return None
    x, y, z, t = point
    point = (-x % PRIME, y, z, -t % PRIME) if negative else point
    rows = []
    for _ in range(64):
        step, sums = ready(point), [NEUTRAL]
        for _ in range(16):
            sums.append(added(sums[-1], step))
        point = sums.pop()
        rows.append(tuple(map(ready, sums)))
    return tuple(rows)


def times(rows: Rows, number: int, point: Point) -> Point:
    """`point` and so many times the point of the rows."""
    for row in rows:
        if digit := number & 15:
            point = added(point, row[digit])
        number >>= 4
    return point


def ed25519_verify(public: bytes, signature: bytes, message: bytes) -> bool:
    """SB = R + hA, with R as it was sent (RFC 8032 section 5.1.7, step 3 without the cofactor)."""
    r, s = signature[:32], int.from_bytes(signature[32:], "little")
    base, key = rows_of(BASE, negative=False), rows_of(public, negative=True)
    if s >= ORDER or len(signature) != 64 or base is None or key is None:
        return False
    h = int.from_bytes(hashlib.sha512(r + public + message).digest(), "little") % ORDER
    x, y, z, _ = times(key, h, times(base, s, NEUTRAL))
    inverse = pow(z, -1, PRIME)
    return r == (y * inverse % PRIME | (x * inverse % PRIME & 1) << 255).to_bytes(32, "little")


BASE: Final = (4 * pow(5, -1, PRIME) % PRIME).to_bytes(32, "little")


# ── 19. Passkeys (§1; Web Authentication Level 3, sections 5.8.1, 6.1 and 7.2) ───────────────────────────────────────
# A passkey does not sign the text, but what an authenticator says (which site asked, that a person was there and was
# verified) and the hash of what the browser says (which site, and a challenge: the hash of the text). Both come with
# the signature, in one form and no other: no extensions, a plain text for the browser's part, and of the two values of
# s that ES256 would take the lower one.

SITE = re.compile(r"https://[a-z0-9-]+(?:\.[a-z0-9-]+)*(?::[1-9][0-9]{0,4})?|http://localhost(?::[1-9][0-9]{0,4})?")
PASSKEY_TYPES: Final = {b"fairplace/passkey-eddsa/v1\n": 32, b"fairplace/passkey-es256/v1\n": 65}
CLIENT_DATA = re.compile(
    rb'\{"type":"webauthn\.get","challenge":"([A-Za-z0-9_-]{43})","origin":"([^"\\]*)"(?:,"crossOrigin":false)?'
    rb'((?:,"[A-Za-z0-9_]{1,64}":(?:true|false|"[ !#-\[\]-~]*"))*)\}'
)
FURTHER = re.compile(rb',"([A-Za-z0-9_]{1,64})":')
ONCE: Final = (b"type", b"challenge", b"origin", b"crossOrigin", b"topOrigin")
AUTHENTICATOR_BYTES, MOST_CLIENT_DATA = 32 + 1 + 4, 1024
ASSERTION_BYTES = range(AUTHENTICATOR_BYTES + 2 + 1 + 64, AUTHENTICATOR_BYTES + 2 + MOST_CLIENT_DATA + 64 + 1)
PRESENT, VERIFIED, MAY_BE_COPIED, IS_COPIED = 0x01, 0x04, 0x08, 0x10


class Passkey(NamedTuple):
    """What stands after the type of a passkey."""

    site: str  # the origin at which it signs
    public: bytes  # 32 bytes of Ed25519, or 65 of P-256, uncompressed


@lru_cache(maxsize=4096)
def read_passkey(data: bytes) -> Passkey:
    kind, _, rest = data.partition(b"\n")
    size = PASSKEY_TYPES.get(kind + b"\n")
    if size is None or not rest:
        raise Falsehood(f"a key of type 0xff says that it is {shown(kind)}, expected a passkey of EdDSA or ES256")
    site, public = rest[1 : 1 + rest[0]], rest[1 + rest[0] :]
    expect(site.isascii() and SITE.fullmatch(site.decode()), f"a passkey is of {shown(site)}, expected https://…")
    expect(len(public) == size, f"a passkey has {len(public)} bytes, expected {size}")
    expect(size == 32 or public[0] == 4, "a passkey's point is not written uncompressed")
    return Passkey(site.decode(), public)


def check_assertion(key: Passkey, signature: bytes, text: bytes) -> bool:
    """Is this the answer of a passkey to the question: do you sign this text? (Web Authentication, section 7.2.)"""
    expect(len(signature) in ASSERTION_BYTES, f"a passkey's signature has {len(signature)} bytes")
    said, rest = signature[:AUTHENTICATOR_BYTES], signature[AUTHENTICATOR_BYTES + 2 :]
    size = int.from_bytes(signature[AUTHENTICATOR_BYTES : AUTHENTICATOR_BYTES + 2], "big")
    expect(len(rest) == size + 64, f"a passkey's signature holds {len(rest) - 64} bytes where it says {size}")
    client, signed = rest[:size], rest[size:]
    check_client(key.site, client, text)
    host = key.site.partition("://")[2].partition(":")[0]
    expect(said[:32] == hashlib.sha256(host.encode()).digest(), f"a passkey signed for another site than {host}")
    flags = said[32]
    expect(flags & PRESENT and flags & VERIFIED, "a passkey signed without a person there who was verified")
    known = flags & ~(PRESENT | VERIFIED | MAY_BE_COPIED | IS_COPIED) == 0
    expect(known and not (flags & IS_COPIED and not flags & MAY_BE_COPIED), f"a passkey's flags are {flags:#04x}")
    message = said + hashlib.sha256(client).digest()
    if len(key.public) == 32:
        return is_signed(ED25519, key.public, signed, message)
    low = int.from_bytes(signed[32:], "big") <= P256_ORDER // 2
    return low and p256_checker(key.public, signed, message)


def check_client(site: str, client: bytes, text: bytes) -> None:
    """What the browser said: this very text, at this very site, in a page that stands in no other (section 5.8.1)."""
    if not (found := CLIENT_DATA.fullmatch(client)):
        raise Falsehood(f"a passkey's client data is {shown(client[:80])}, which is not of the form that is read")
    asked = base64.urlsafe_b64encode(hashlib.sha256(text).digest()).rstrip(b"=")
    expect(found[1] == asked, "a passkey signed another text")
    expect(found[2] == site.encode(), f"a passkey signed at {shown(found[2])}, expected {site}")
    names = FURTHER.findall(found[3])
    expect(not set(names) & set(ONCE) and len(set(names)) == len(names), "a passkey's client data says something twice")


# ── 20. P-256 (FIPS 186-5 section 6.4.2; SP 800-186 section 3.2.1.3) ─────────────────────────────────────────────────
# One rule adds any two points of the curve, equal ones and the neutral one too (Renes, Costello and Batina 2016,
# algorithm 4). Nothing secret is here: it may take its time.

P256_PRIME: Final = 2**256 - 2**224 + 2**192 + 2**96 - 1
P256_ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
P256_B: Final = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
P256_BASE: Final = (
    0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
    0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
    1,
)

Projective = tuple[int, int, int]  # X, Y, Z: the point (X/Z, Y/Z); (0, 1, 0) is the neutral one


def p256_added(one: Projective, other: Projective) -> Projective:
    (x1, y1, z1), (x2, y2, z2) = one, other
    xx, yy, zz = x1 * x2 % P256_PRIME, y1 * y2 % P256_PRIME, z1 * z2 % P256_PRIME
    xy = ((x1 + y1) * (x2 + y2) - xx - yy) % P256_PRIME
    yz = ((y1 + z1) * (y2 + z2) - yy - zz) % P256_PRIME
    xz = ((x1 + z1) * (x2 + z2) - xx - zz) % P256_PRIME
    a = 3 * (xz - P256_B * zz)
    b = 3 * (P256_B * xz - 3 * zz - xx)
    c = 3 * (xx - zz)
    return (
        (xy * (yy + a) - yz * b) % P256_PRIME,
        ((yy + a) * (yy - a) + c * b) % P256_PRIME,
        (yz * (yy - a) + xy * c) % P256_PRIME,
    )


def p256_verify(public: bytes, signature: bytes, message: bytes) -> bool:
    """ECDSA with SHA-256; the signature is r || s, 32 bytes each."""
    x, y = int.from_bytes(public[1:33], "big"), int.from_bytes(public[33:], "big")
    on_curve = len(public) == 65 and public[0] == 4 and max(x, y) < P256_PRIME
    if not on_curve or (x**3 - 3 * x + P256_B - y * y) % P256_PRIME or len(signature) != 64:
        return False
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    if not (0 < r < P256_ORDER and 0 < s < P256_ORDER):
        return False
    inverse = pow(s, -1, P256_ORDER)
    u = int.from_bytes(hashlib.sha256(message).digest(), "big") * inverse % P256_ORDER
    v = r * inverse % P256_ORDER
    key = (x, y, 1)
    steps = (None, P256_BASE, key, p256_added(P256_BASE, key))
    total: Projective = (0, 1, 0)
    for bit in reversed(range(256)):
        total = p256_added(total, total)
        if step := steps[u >> bit & 1 | (v >> bit & 1) << 1]:
            total = p256_added(total, step)
    if total[2] == 0:
        return False
    return total[0] * pow(total[2], -1, P256_PRIME) % P256_PRIME % P256_ORDER == r


def p256_checker(public: bytes, signature: bytes, message: bytes) -> bool:
    """The same by the package, where it is there."""
    if not HAS_CRYPTOGRAPHY:
        return p256_verify(public, signature, message)
    try:
        key = EllipticCurvePublicKey.from_encoded_point(SECP256R1(), public)
        r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
        key.verify(encode_dss_signature(r, s), message, ECDSA(SHA256()))
    except (InvalidSignature, ValueError):
        return False
    return True


if __name__ == "__main__":
    raise SystemExit(main())
