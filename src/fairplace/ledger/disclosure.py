"""Sealed values: what stands in a leaf only as a salted digest, and how it is opened.

Wire format, section 6; the disclosure and its digest are those of RFC 9901, section 4.2.

- A field of type `Sealed[T]` becomes one slot; its path in the event is the slot's name.
- The set of slots is fixed per event type (and number of places): presence tells nothing.
- An opening matches exactly one digest, at exactly the slot it names.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from functools import cache
from typing import Any, Generic, Literal, TypeVar, get_args, get_origin, get_type_hints

import msgspec

from fairplace.errors import Malformed, Unproven
from fairplace.ledger import canonical

T = TypeVar("T")
E = TypeVar("E", bound=msgspec.Struct)

Basis = Literal["personal", "child", "commercial", "standstill", "security", "legal-privilege"]
BASES: frozenset[str] = frozenset(("personal", "child", "commercial", "standstill", "security", "legal-privilege"))

_URL_SAFE = bytes.maketrans(b"+/", b"-_")
SLOT = re.compile(r"^(?:/[a-z0-9_-]{1,64}){1,8}$")
SALT_BYTES = 32
SALT = re.compile("[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]")  # 32 bytes: the last letter carries four bits


class Sealed(msgspec.Struct, Generic[T], frozen=True, forbid_unknown_fields=True):
    """One private value of an event, at the slot where the field stands.

    `value` is UNSET while it is closed to whoever reads; `digest` is "" until the event is written.
    """

    basis: Basis
    value: T | msgspec.UnsetType = msgspec.UNSET
    digest: str = ""

    @property
    def is_open(self) -> bool:
        return self.value is not msgspec.UNSET

    def get(self, otherwise: Any = None) -> Any:
        """The value, or `otherwise` while it is closed."""
        return otherwise if self.value is msgspec.UNSET else self.value


def sealed(basis: Basis, value: T) -> Sealed[T]:
    """A value about to be written."""
    return Sealed(basis=basis, value=value)


class Slot(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the leaf shows of a sealed value: why it is withheld, and its digest."""

    basis: Basis
    d: str


class Opening(msgspec.Struct, frozen=True):
    """A disclosure, decoded: what somebody must hold to read one slot."""

    slot: str
    value: Any
    text: str

    @property
    def digest(self) -> str:
        return digest(self.text)


def digest(disclosure: str) -> str:
    """`B64U(H(ASCII(disclosure)))`, 43 characters."""
    return b64u(hashlib.sha256(disclosure.encode("ascii")).digest())


def digest_bytes(slot: Slot) -> bytes:
    """What a slot shows of its value, as bytes."""
    return base64.urlsafe_b64decode(f"{slot.d}=")


def make_opening(slot: str, value: Any, salt: bytes) -> Opening:
    """`B64U(FJ([salt, slot, value]))` with a fresh salt of 32 bytes."""
    if len(salt) != SALT_BYTES:
        raise Malformed(f"a salt of {len(salt)} bytes came; a sealed value needs {SALT_BYTES}")
    return Opening(slot, value, b64u(canonical.encode([b64u(salt), slot, value])))


def parse_opening(disclosure: str) -> Opening:
    """Read a disclosure, strictly: one canonical form, a slot of the right shape, a salt of the right length."""
    try:
        raw = base64.b64decode(disclosure + "=" * (-len(disclosure) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise Malformed("a disclosure that is not base64url came") from error
    if b64u(raw) != disclosure:
        raise Malformed("a disclosure came in an encoding that is not the canonical one")
    parts = canonical.decode(raw)
    match parts:
        case [str() as salt, str() as slot, value] if (
            SALT.fullmatch(salt) and SLOT.fullmatch(slot) and len(slot) <= 256
        ):
            return Opening(slot, value, disclosure)
        case _:
            raise Malformed("a disclosure must be [salt, slot, value]")


def split(
    event: msgspec.Struct, entropy: Callable[[int], bytes]
) -> tuple[dict[str, Any], dict[str, Slot], list[Opening]]:
    """Part an event into its public body, the slots that stand in the leaf, and the openings that do not."""
    slots: dict[str, Slot] = {}
    openings: list[Opening] = []

    def seal(path: str, value: Sealed[Any]) -> None:
        if not value.is_open:
            raise Malformed(f"the value of {path} is closed to the writer; an event is written with all its values")
        opening = make_opening(path, msgspec.to_builtins(value.get()), entropy(SALT_BYTES))
        slots[path] = Slot(value.basis, opening.digest)
        openings.append(opening)

    return _public(event, "", seal), slots, openings


def _public(value: Any, path: str, seal: Callable[[str, Sealed[Any]], None]) -> Any:
    members: Iterator[tuple[str, Any]]
    if isinstance(value, msgspec.Struct):
        # Not `msgspec.structs.fields`, which reads the annotations anew at every call.
        names = zip(value.__struct_encode_fields__, value.__struct_fields__, strict=True)
        members = ((member, getattr(value, name)) for member, name in names)
    elif isinstance(value, dict):
        members = ((str(key), item) for key, item in value.items())
    else:
        return msgspec.to_builtins(value)
    body: dict[str, Any] = {}
    for name, item in members:
        if isinstance(item, Sealed):
            seal(f"{path}/{name}", item)
        elif holds_sealed(item):
            # A parent with nothing public in it leaves no trace: `join` makes it again (wire format, section 6).
            if inner := _public(item, f"{path}/{name}", seal):
                body[name] = inner
        else:
            body[name] = msgspec.to_builtins(item)
    return body


def holds_sealed(value: Any) -> bool:
    """Is there a sealed value anywhere in this one?"""
    if isinstance(value, Sealed):
        return True
    if isinstance(value, msgspec.Struct):
        return any(holds_sealed(getattr(value, name)) for name in value.__struct_fields__)
    if isinstance(value, list | tuple) and any(holds_sealed(item) for item in value):
        raise Malformed("a sealed value stands in a list, where no slot can name it; it would be written in the open")
    return isinstance(value, dict) and any(holds_sealed(item) for item in value.values())


def join(kind: type[E], body: Mapping[str, Any], slots: Mapping[str, Slot], openings: Mapping[str, Any]) -> E:
    """The event again: every slot at its path, open where `openings` (slot to value) has it.

    Raises Malformed when the members are not those of `kind`.
    """
    record: dict[str, Any] = _copied(body)
    for path, slot in slots.items():
        *parents, last = path.split("/")[1:]
        node = record
        for name in parents:
            node = node.setdefault(name, {})
            if not isinstance(node, dict):
                raise Malformed(f"the slot {path} stands below {name}, which has a value in the body")
        if last in node:
            raise Malformed(f"the slot {path} already has a member in the body")
        node[last] = {"basis": slot.basis, "digest": slot.d}
        if path in openings:
            node[last]["value"] = openings[path]
    try:
        event = msgspec.convert(record, kind)
    except msgspec.ValidationError as error:
        raise Malformed(f"this is no {kind.__name__}: {error}") from error
    # A body could imitate a sealed value, and a slot could stand inside another: neither has a digest of its own.
    only = _only_places(kind)
    if (only is None or slots.keys() != only) and (odd := slots.keys() ^ _places(event, "", set())):
        raise Malformed(f"the slots are not those of this {kind.__name__}: {', '.join(sorted(odd))[:200]}")
    return event


def closed(event: E, kept: AbstractSet[str]) -> E:
    """The event with every sealed value closed, but for the slots `kept`."""
    found: E = _closed(event, kept, "")
    return found


def _closed(value: Any, kept: AbstractSet[str], path: str) -> Any:
    if isinstance(value, Sealed):
        return value if path in kept else Sealed(basis=value.basis, digest=value.digest)
    if not holds_sealed(value):
        return value
    if isinstance(value, msgspec.Struct):
        names = zip(value.__struct_encode_fields__, value.__struct_fields__, strict=True)
        changes = {name: _closed(getattr(value, name), kept, f"{path}/{member}") for member, name in names}
        return msgspec.structs.replace(value, **changes)
    return {name: _closed(item, kept, f"{path}/{name}") for name, item in value.items()}


def opened(event: msgspec.Struct) -> dict[str, Any]:
    """The values that are open in an event, by their slots, as JSON has them."""
    found: dict[str, Any] = {}

    def take(path: str, value: Sealed[Any]) -> None:
        if value.is_open:
            found[path] = msgspec.to_builtins(value.get())

    _public(event, "", take)
    return found


def slots_of(event: msgspec.Struct) -> set[str]:
    """The paths of an event's sealed values."""
    return _places(event, "", set())


def _places(value: msgspec.Struct | dict[str, Any], path: str, found: set[str]) -> set[str]:
    """Where the sealed values of an event stand, beside those that are found already."""
    if isinstance(value, dict):
        names: Iterable[str] = value
        items: Iterable[Any] = value.values()
    else:
        names = value.__struct_encode_fields__
        items = (getattr(value, name) for name in value.__struct_fields__)
    for name, item in zip(names, items, strict=True):
        if isinstance(item, Sealed):
            found.add(f"{path}/{name}")
        elif isinstance(item, (dict, msgspec.Struct)):
            _places(item, f"{path}/{name}", found)
    return found


@cache
def _only_places(kind: type[msgspec.Struct]) -> frozenset[str] | None:
    """The slots of every event of a type that can hold no others: its sealed fields, where nothing else can seal.

    Such an event with just these slots has a sealed value at each, made by `join` itself: it need not be searched.
    """
    found = set[str]()
    for member, hint in zip(kind.__struct_encode_fields__, _hints(kind), strict=True):
        if get_origin(hint) is Sealed or hint is Sealed:
            found.add(f"/{member}")
        elif _may_seal(hint):
            return None
    return frozenset(found)


def _hints(kind: type[msgspec.Struct]) -> list[Any]:
    hints = get_type_hints(kind)
    return [hints[name] for name in kind.__struct_fields__]


def _may_seal(hint: Any) -> bool:
    """Could a value of this type hold a sealed one?"""
    if hint is Sealed or get_origin(hint) is Sealed:
        return True
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        return any(map(_may_seal, _hints(hint)))
    return hint is Any or any(map(_may_seal, get_args(hint)))


def _copied(value: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _copied(item) if isinstance(item, dict) else item for name, item in value.items()}


def check(slots: Mapping[str, Slot], opening: Opening) -> None:
    """Does this opening belong to the entry with these slots? Raises Unproven when it does not."""
    slot = slots.get(opening.slot)
    if slot is None:
        raise Unproven(f"a disclosure for the slot {opening.slot} came, which the entry does not have")
    if slot.d != opening.digest:
        raise Unproven(f"the disclosure of {opening.slot} has the digest {opening.digest}, the entry says {slot.d}")


def b64u(data: bytes) -> str:
    """RFC 4648, section 5, without padding."""
    return binascii.b2a_base64(data, newline=False).translate(_URL_SAFE, b"=").decode("ascii")
