"""Entries: one event as it is signed, stored, hashed and published (wire format, section 3).

- The signed text is a header line and one line of canonical JSON; a blank line and the signatures follow.
- The first signature is the actor's; at most seven more stand after it by name and key id, no key twice.
- The bytes that came are the bytes that are kept: nothing is written anew.
"""

import re
from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from operator import itemgetter
from typing import Any

import msgspec

from fairplace.errors import Malformed, Unproven
from fairplace.ledger import canonical, passkey
from fairplace.ledger.disclosure import SLOT, Slot
from fairplace.ledger.note import SignatureLine, b64, check_name, check_origin, join_note, parse_line, parse_lines
from fairplace.ledger.tree import leaf_hash

HEADER = b"fairplace/event/v1\n"
MAX_BYTES = 65_535
"""What the 16-bit length of an entry bundle can say."""
MAX_SIGNATURES = 8
REMEMBERED, SMALL = 4096, 8192
"""How many entries are kept read for those who ask again, and of how many bytes at most: a few tens of megabytes."""

_UUID = "[0-9a-f]{8}-[0-9a-f]{4}-%s[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
_ID = re.compile(_UUID % "7")
_STREAM = re.compile(_UUID % "4")
# No hour is 24, which Python takes for the next day from 3.14 on.
_AT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T(?:[01][0-9]|2[0-3]):[0-9]{2}:[0-9]{2}\.[0-9]{3}Z")
_TYPE = re.compile(r"[a-z][a-z0-9-]*(?:\.[a-z][a-z0-9-]*)+/[1-9][0-9]*")
# 32 bytes: the last letter carries four bits, the two below them are zero.
_HASH = re.compile(r"[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=")
_DIGEST = re.compile(r"[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]")


class Envelope(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What every event says of itself; the members and their rules are those of section 3."""

    actor: str
    at: str
    body: dict[str, Any]
    id: str
    keys: str
    log: str
    n: int
    prev: str
    sealed: dict[str, Slot]
    stream: str
    type: str

    def __post_init__(self) -> None:
        check_name(self.actor)
        check_origin(self.log)
        _expect(_ID, self.id, "id", "a UUIDv7 in lower case")
        _expect(_STREAM, self.stream, "stream", "a UUIDv4 in lower case")
        _expect(_TYPE, self.type, "type", "names and a version, as in evaluation.scored/1")
        _expect(_AT, self.at, "at", "YYYY-MM-DDTHH:MM:SS.sssZ")
        try:
            datetime.fromisoformat(self.at)
        except ValueError as error:
            raise Malformed(f"at is {self.at}, which is on no calendar") from error
        if self.keys:
            _expect(_HASH, self.keys, "keys", "the base64 of a leaf hash")
        if self.prev:
            _expect(_HASH, self.prev, "prev", "the base64 of a leaf hash")
        if self.n < 1 or (self.n == 1) != (not self.prev):
            raise Malformed(
                f"n is {self.n} and prev is {self.prev!r}; the first event of a stream, and only it, has none"
            )
        for path, slot in self.sealed.items():
            if not _is_slot(path):
                raise Malformed(f"the slot {path[:80]!r} came; slots match {SLOT.pattern}, in 256 bytes")
            if not _DIGEST.fullmatch(slot.d):
                raise Malformed(f"the slot {path} has the digest {slot.d[:80]!r}; it must be base64url of SHA-256")
        if len({slot.d for slot in self.sealed.values()}) != len(self.sealed):
            raise Malformed("two slots came with one digest; a digest stands once in a log")
        if self.sealed:
            _check_places(self.body, self.sealed)


@lru_cache(maxsize=4096)  # an event type has the same slots each time
def _is_slot(path: str) -> bool:
    return len(path) <= 256 and SLOT.fullmatch(path) is not None


def _check_places(body: dict[str, Any], sealed: dict[str, Slot]) -> None:
    """Is the place of every slot free, in the body and of other slots? (Wire format, section 6.)"""
    places: dict[str, Any] = {"": body}
    for path in sealed:
        parent, _, last = path.rpartition("/")
        if parent not in places:
            place: Any = body
            above = ""
            for name in parent.split("/")[1:]:
                above = f"{above}/{name}"
                if above in sealed:
                    raise Malformed(f"the slot {path} stands inside the slot {above}")
                place = place.get(name, {}) if isinstance(place, dict) else None
            places[parent] = place
        if not isinstance(place := places[parent], dict) or last in place:
            raise Malformed(f"the body has something in the place of the slot {path}")


def _expect(pattern: re.Pattern[str], value: str, member: str, shape: str) -> None:
    if not pattern.fullmatch(value):
        raise Malformed(f"{member} is {value[:80]!r}; it must be {shape}")


class Entry(msgspec.Struct, frozen=True):
    """An entry that was read: well formed, its signatures not yet checked against the key register."""

    envelope: Envelope
    text: bytes
    lines: tuple[SignatureLine, ...]
    raw: bytes
    leaf: bytes

    @property
    def leaf_text(self) -> str:
        return b64(self.leaf)


def text(envelope: Envelope) -> bytes:
    """What the actor and everyone else sign."""
    members = {name: getattr(envelope, name) for name in envelope.__struct_fields__}
    members["sealed"] = {path: {"basis": slot.basis, "d": slot.d} for path, slot in envelope.sealed.items()}
    return HEADER + canonical.encode(members) + b"\n"


def assemble(text: bytes, lines: Iterable[str]) -> bytes:
    """The entry: the actor's line stays first, the others are put in order."""
    first, *others = [parse_line(line.removesuffix("\n")) for line in lines]
    raw = join_note(text, [line.text for line in (first, *sorted(others, key=itemgetter(0, 1)))])
    return parsed(raw).raw


def parse(raw: bytes) -> Entry:
    """Read an entry, strictly. Signatures are checked by the key register, which knows the keys."""
    if len(raw) > MAX_BYTES:
        raise Malformed(f"an entry of {len(raw)} bytes came; at most {MAX_BYTES} are allowed")
    if not raw.startswith(HEADER):
        raise Malformed(f"an entry began with {raw[: len(HEADER)]!r}; this version reads {HEADER!r}")
    end = raw.find(b"\n\n", len(HEADER))
    if end < 0:
        raise Malformed("an entry needs a blank line between its text and its signatures")
    envelope = read_envelope(raw[len(HEADER) : end])
    lines = parse_lines(raw[end + 2 :])
    check_lines(envelope, lines)
    return Entry(envelope, raw[: end + 1], tuple(lines), raw, leaf_hash(raw))


def parsed(raw: bytes) -> Entry:
    """As `parse`, for bytes that are read again and again: the very same bytes give the same entry, to be changed by nobody."""
    return _parsed(raw) if len(raw) <= SMALL else parse(raw)


_parsed = lru_cache(maxsize=REMEMBERED)(parse)


def read_envelope(data: bytes) -> Envelope:
    """The envelope from its line of canonical JSON."""
    try:
        return msgspec.convert(canonical.decode(data), Envelope)
    except msgspec.ValidationError as error:
        raise Malformed(f"this is no event: {error}") from error


def check_lines(envelope: Envelope, lines: list[SignatureLine]) -> None:
    """Who signs, and in which order: the actor, then the others by name and key id."""
    if len(lines) > MAX_SIGNATURES:
        raise Malformed(f"{len(lines)} signatures came; an entry has at most {MAX_SIGNATURES}")
    if lines[0].name != envelope.actor:
        raise Unproven(f"the first signature is by {lines[0].name}; the event says that {envelope.actor} acts")
    for line in lines:
        if (size := len(line.signature)) != 64 and size not in passkey.SIZES:
            raise Malformed(
                f"the signature by {line.name} has {size} bytes; events are signed with 64, or by a passkey"
            )
    if len(lines) > 2 and lines[1:] != sorted(lines[1:], key=itemgetter(0, 1)):
        raise Malformed("the signatures after the actor's must stand by name and key id")
