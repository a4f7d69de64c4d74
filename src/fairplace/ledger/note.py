"""Signed notes: keys, their names, and the lines by which they sign (wire format, sections 1 and 9).

- A key is known by name, kind and public bytes together; its id is four bytes of their hash.
- 0x01 signs a text as it stands; 0x04 and 0x06 sign a checkpoint with the second at which it was seen; 0xff is a
  passkey, which signs what a device and a browser say of a text.
- Base64 that does not re-encode to itself is refused.
"""

import base64
import hashlib
import re
from collections.abc import Callable, Iterable
from functools import cache, cached_property, lru_cache
from typing import NamedTuple, Self

import msgspec
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey, MLDSA44PublicKey

from fairplace.errors import Malformed, Misconfigured, Unproven
from fairplace.ledger import passkey

ED25519, COSIGNATURE, MLDSA44, PASSKEY = 0x01, 0x04, 0x06, 0xFF
SIGNS_EVENTS = (ED25519, PASSKEY)
SEED_BYTES = 32
MAX_LINES = 100
"""A reader must take at least 16 (C2SP signed-note); more than this is an attack on the reader's time."""

_PUBLIC_BYTES = {ED25519: 32, COSIGNATURE: 32, MLDSA44: 1312}
_SIGNATURE_BYTES = {ED25519: 64, COSIGNATURE: 8 + 64, MLDSA44: 8 + 2420}
_MAX_TIME = 2**63 - 1
_NAME = re.compile(r"[a-z0-9._/-]{1,200}")
_TAKEN = ("fairplace/", "cosignature/", "subtree/")
_VKEY = re.compile(r"([^+]*)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)")
_LINE = re.compile(r"— ([^ ]+) ([^ ]+)")
_SIZE = re.compile(r"0|[1-9][0-9]{0,17}")
_CONTROL = re.compile(rb"[\x00-\x09\x0b-\x1f]")


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def unb64(text: str, what: str) -> bytes:
    """The bytes of standard base64 on one line, in the one form that re-encodes to itself."""
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError as error:
        raise Malformed(f"{what} is not base64: {text[:60]!r} came") from error
    if b64(data) != text:
        raise Malformed(f"{what} is base64 in another form than the canonical one: {text[:60]!r} came")
    return data


class Vkey(msgspec.Struct, frozen=True, dict=True):
    """A public key with its name and kind: what a reader must hold to check a signature.

    `public` is all that stands after the kind: of a passkey its type and its site as well.
    """

    name: str
    kind: int
    public: bytes

    def __post_init__(self) -> None:
        check_name(self.name)
        if self.kind == PASSKEY:
            passkey.read(self.public)
            return
        if (expected := _PUBLIC_BYTES.get(self.kind)) is None:
            raise Malformed(f"a key of kind {self.kind:#04x} came; only 0x01, 0x04, 0x06 and 0xff are known")
        if len(self.public) != expected:
            raise Malformed(f"a public key of {len(self.public)} bytes came; kind {self.kind:#04x} has {expected}")

    @classmethod
    def parse(cls, text: str) -> Self:
        """`name+hex8(key id)+B64(kind || public key)`."""
        if not (parts := _VKEY.fullmatch(text)):
            raise Malformed(f"a key came as {text[:100]!r}; it must read name+key id+base64")
        name, claimed, encoded = parts.groups()
        material = unb64(encoded, "the public key")
        key = cls(name, material[0], material[1:])
        if key.key_id.hex() != claimed:
            raise Malformed(f"the key of {name} says the id {claimed}; its bytes give {key.key_id.hex()}")
        return key

    @cached_property
    def key_id(self) -> bytes:
        return hashlib.sha256(f"{self.name}\n".encode() + bytes([self.kind]) + self.public).digest()[:4]

    @cached_property
    def passkey(self) -> passkey.Passkey | None:
        """What the key is, when it is a passkey."""
        return passkey.read(self.public) if self.kind == PASSKEY else None

    @property
    def bare(self) -> bytes:
        """The public key alone, which has one name and one use."""
        return self.public if self.passkey is None else self.passkey.public

    @cached_property
    def text(self) -> str:
        return f"{self.name}+{self.key_id.hex()}+{b64(bytes([self.kind]) + self.public)}"

    def verify(self, text: bytes, signature: bytes) -> None:
        """Is this signature (the bytes after the key id) by this key over this text? Raises Unproven when not."""
        if self.passkey is not None:
            self.passkey.verify(text, signature)
            return
        if len(signature) != _SIGNATURE_BYTES[self.kind]:
            raise Unproven(
                f"a signature of {len(signature)} bytes by {self.name} came;"
                f" kind {self.kind:#04x} has {_SIGNATURE_BYTES[self.kind]}"
            )
        try:
            if self.kind == ED25519:
                Ed25519PublicKey.from_public_bytes(self.public).verify(signature, text)
            elif self.kind == COSIGNATURE:
                message = cosignature_message(text, self.signed_at(signature))
                Ed25519PublicKey.from_public_bytes(self.public).verify(signature[8:], message)
            else:
                if not mldsa_supported():
                    raise Misconfigured("this build of `cryptography` has no ML-DSA-44: install a newer one")
                message = subtree_message(self.name, *tree_head(text), self.signed_at(signature))
                MLDSA44PublicKey.from_public_bytes(self.public).verify(signature[8:], message)
        except (InvalidSignature, ValueError) as error:
            raise Unproven(f"the signature by {self.name} does not fit the text") from error

    def signed_at(self, signature: bytes) -> int:
        """The POSIX second that a cosignature states; 0x01 states none."""
        return int.from_bytes(signature[:8])


@lru_cache(maxsize=4096)  # the same names come in every entry
def check_name(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise Malformed(f"the key name {name[:200]!r} came; names match {_NAME.pattern}")


@lru_cache(maxsize=256)
def check_origin(origin: str) -> None:
    """A log's name; it must not begin as the other signed texts do, or one could be taken for another."""
    check_name(origin)
    if origin.startswith(_TAKEN):
        raise Malformed(f"the origin {origin!r} came; an origin must not begin with {', '.join(_TAKEN)}")


class SignatureLine(NamedTuple):
    name: str
    key_id: bytes
    signature: bytes

    @property
    def text(self) -> str:
        """The line as it stands in a note, with its line feed."""
        return f"— {self.name} {b64(self.key_id + self.signature)}\n"


def parse_line(line: str) -> SignatureLine:
    """A signature line without its line feed."""
    if not (parts := _LINE.fullmatch(line)):
        raise Malformed(f"a signature line came as {line[:80]!r}; it must read dash, name, base64")
    name, encoded = parts.groups()
    check_name(name)
    data = unb64(encoded, f"the signature by {name}")
    if len(data) < 5:
        raise Malformed(f"the signature by {name} has {len(data)} bytes; 4 of key id and a signature are needed")
    return SignatureLine(name, data[:4], data[4:])


def parse_lines(block: bytes) -> list[SignatureLine]:
    """The signature lines after the blank line: at least one, each with its line feed, none twice."""
    if not block.endswith(b"\n"):
        raise Malformed("a signed note must end with a signature line and a line feed")
    try:
        lines = block[:-1].decode("utf-8").split("\n")
    except UnicodeDecodeError as error:
        raise Malformed("a signature line is not UTF-8") from error
    if len(lines) > MAX_LINES:
        raise Malformed(f"{len(lines)} signature lines came; at most {MAX_LINES} are read")
    parsed = [parse_line(line) for line in lines]
    if len({line[:2] for line in parsed}) != len(parsed):
        raise Malformed("two signature lines by one key came")
    return parsed


def parse_note(data: bytes) -> tuple[bytes, list[SignatureLine]]:
    """Part a signed note at its last blank line. Nothing is verified yet."""
    end = data.rfind(b"\n\n") + 1
    if not end:
        raise Malformed("a signed note needs a blank line between its text and its signatures")
    if found := _CONTROL.search(data):
        raise Malformed(f"the control character {found.group()[0]:#04x} came in a signed note")
    text = data[:end]
    try:
        text.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Malformed("the text of a signed note is not UTF-8") from error
    return text, parse_lines(data[end + 1 :])


def join_note(text: bytes, lines: Iterable[str]) -> bytes:
    return text + b"\n" + "".join(lines).encode()


def tree_head(text: bytes) -> tuple[str, int, bytes]:
    """Origin, size and root of a checkpoint's text: three lines and not one more (wire format, section 8)."""
    try:
        lines = text.decode("ascii").split("\n")
    except UnicodeDecodeError as error:
        raise Malformed("a checkpoint is not ASCII") from error
    if len(lines) != 4 or lines[3]:
        raise Malformed(f"a checkpoint of {text.count(10)} lines came; origin, size and root are three")
    origin, size, root = lines[:3]
    check_origin(origin)
    if not _SIZE.fullmatch(size):
        raise Malformed(
            f"the tree size {size[:40]!r} came; it must be decimal without leading zeros, of at most 18 digits"
        )
    if len(digest := unb64(root, "the root hash")) != 32:
        raise Malformed(f"a root hash of {len(digest)} bytes came; SHA-256 gives 32")
    return origin, int(size), digest


def cosignature_message(text: bytes, time_seconds: int) -> bytes:
    """What an Ed25519 witness signs (C2SP tlog-cosignature, cosignature/v1)."""
    return f"cosignature/v1\ntime {_checked_time(time_seconds)}\n".encode() + text


def subtree_message(cosigner: str, origin: str, size: int, root: bytes, time_seconds: int) -> bytes:
    """What an ML-DSA-44 cosigner signs for a whole tree (C2SP tlog-cosignature, subtree/v1, start 0)."""
    names = [bytes([len(name)]) + name.encode("ascii") for name in (cosigner, origin)]
    time = _checked_time(time_seconds).to_bytes(8)
    return b"subtree/v1\n\0" + names[0] + time + names[1] + bytes(8) + size.to_bytes(8) + root


def _checked_time(seconds: int) -> int:
    if not 0 < seconds <= _MAX_TIME:
        raise Unproven(f"a cosignature states the second {seconds}; it must be above 0 and fit 63 bits")
    return seconds


class Signer:
    """An Ed25519 key that signs texts: an actor's on events, a log's on checkpoints."""

    def __init__(self, name: str, seed: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(_checked_seed(seed))
        self.vkey = Vkey(name, ED25519, self._key.public_key().public_bytes_raw())

    def line(self, text: bytes) -> str:
        """The signature line over this text, with its line feed."""
        return SignatureLine(self.vkey.name, self.vkey.key_id, self._key.sign(text)).text


class Cosigner:
    """An Ed25519 key of a witness."""

    def __init__(self, name: str, seed: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(_checked_seed(seed))
        self.vkey = Vkey(name, COSIGNATURE, self._key.public_key().public_bytes_raw())

    def line(self, text: bytes, time_seconds: int) -> str:
        """The signature line over this checkpoint's text as it was seen at that second, with its line feed."""
        signature = self._key.sign(cosignature_message(text, time_seconds))
        return SignatureLine(self.vkey.name, self.vkey.key_id, time_seconds.to_bytes(8) + signature).text


class MlDsaSigner:
    """An ML-DSA-44 key of a log or a witness (FIPS 204). Signing is randomised: no two lines are equal."""

    def __init__(self, name: str, seed: bytes) -> None:
        if not mldsa_supported():
            raise Misconfigured("this build of `cryptography` has no ML-DSA-44: install a newer one")
        self._key = MLDSA44PrivateKey.from_seed_bytes(_checked_seed(seed))
        self.vkey = Vkey(name, MLDSA44, self._key.public_key().public_bytes_raw())

    def line(self, origin: str, size: int, root: bytes, time_seconds: int) -> str:
        """The signature line over this tree head at that second, with its line feed."""
        signature = self._key.sign(subtree_message(self.vkey.name, origin, size, root, time_seconds))
        return SignatureLine(self.vkey.name, self.vkey.key_id, time_seconds.to_bytes(8) + signature).text


def _checked_seed(seed: bytes) -> bytes:
    if len(seed) != SEED_BYTES:
        raise Malformed(f"a seed of {len(seed)} bytes came; a private key is {SEED_BYTES}")
    return seed


@cache
def mldsa_supported() -> bool:
    """Does this build of `cryptography` have ML-DSA-44? Logs and witnesses then sign with it as well."""
    make: Callable[[bytes], object] = MLDSA44PrivateKey.from_seed_bytes
    try:
        make(bytes(SEED_BYTES))
    except UnsupportedAlgorithm:
        return False
    return True
