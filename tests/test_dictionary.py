"""Brute force over code lists, names and small numbers: no digest of anything sealed is found, anywhere in a register.

The control plants digests made as somebody might who thinks that hashing is enough; those are found.
"""

from __future__ import annotations

import base64
import hashlib
import re
import sqlite3
import typing
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest

from fairplace import catalogue
from fairplace.decision import Command
from fairplace.desk import digest_of
from fairplace.ledger import canonical
from fairplace.ledger.entry import parse
from fairplace.openness.commands import WithdrawValue
from fairplace.procurement.commands import EndWithoutAward, WithdrawAward
from tests import story
from tests.office import STAFF, Office, key_of, open_office
from tests.people.test_sight import DECLARED
from tests.story import APPROVER, OFFERS, PROVIDERS

HASH = re.compile(rb"[A-Za-z0-9+/_-]{43}=?|[0-9a-f]{64}")


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with open_office(tmp_path_factory.mktemp("dictionary") / "register", until="released") as one:
        one.do(WithdrawAward(id="test", reason="The need went away"), by=APPROVER)
        one.do(EndWithoutAward(id="test", ground="need-changed", reason="The need went away"), by=APPROVER)
        one.register.documents.put(b"The lowest price is 480,000", "text/plain")
        one.register.follow()
        yield one


# What an attacker has


def digests(office: Office) -> set[bytes]:
    """Every 32 bytes and every 16 that stand anywhere in the register's files and could be a digest."""
    register = office.register
    found: set[bytes] = set()
    for stored in register.store.entries(register.origin):
        found |= {unb64(slot.d) for slot in parse(stored.raw).envelope.sealed.values()}
    for path in register.folder.rglob("*"):
        found |= {decoded(path.name.encode())}
        if path.is_file() and path.suffix not in (".sqlite", ".seed"):
            found |= {decoded(one) for one in HASH.findall(path.read_bytes())}
    for name in ("register.sqlite", "keys.sqlite"):
        with sqlite3.connect(register.folder / name) as file:
            tables = [table for (table,) in file.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
            for table in tables:
                for row in file.execute(f"SELECT * FROM {table}"):  # noqa: S608 - names of our own tables
                    for value in row:
                        if isinstance(value, bytes) and len(value) in (16, 32):
                            found.add(value)
                        elif isinstance(value, str):
                            found |= {decoded(one) for one in HASH.findall(value.encode())}
    return found | {one[:16] for one in found}


def unb64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=")


def decoded(text: bytes) -> bytes:
    if len(text) in (32, 64) and re.fullmatch(rb"[0-9a-f]+", text):
        return bytes.fromhex(text.decode())
    plain = text.rstrip(b"=").translate(bytes.maketrans(b"-_", b"+/"))
    return base64.b64decode(plain + b"=") if len(plain) == 43 else b""


# What an attacker tries


def codes() -> set[str]:
    """Every word of every list of codes in the types."""
    found: set[str] = set()

    def walk(hint: Any) -> None:
        for one in get_args(hint):
            if isinstance(one, str):
                found.add(one)
            else:
                walk(one)

    for kind in catalogue.TYPES.values():
        for hint in typing.get_type_hints(kind).values():
            walk(hint)
            for part in get_args(hint):
                if isinstance(part, type) and issubclass(part, msgspec.Struct):
                    for inner in typing.get_type_hints(part).values():
                        walk(inner)
    return found


def guesses(office: Office) -> list[Any]:
    providers = [msgspec.to_builtins(provider) for provider in PROVIDERS]
    days = [f"2026-{month:02}-{day:02}" for month in range(3, 6) for day in range(1, 29)]
    return [
        None, True, False, "", [], {}, *range(301), *(offer.price for offer in OFFERS), *range(480_000, 620_000, 10_000),
        *sorted(codes()), *providers, *(provider["name"] for provider in providers), *(p["id"] for p in providers),
        office.case, *days, *({"care": a, "staff": b} for a in range(0, 11, 2) for b in range(0, 11, 2)),
        *({"name": f"Holder of {name}", "provider_id": None} for name in (one.key for one in STAFF)),
    ]  # fmt: skip


def salts(office: Office) -> list[str]:
    """What somebody might use who has no chance: nothing, zeros, numbers, and what the entry says anyway."""
    plain = [bytes(32), b"\xff" * 32, bytes(range(32)), *(n.to_bytes(32) for n in range(4))]
    named = [office.case, office.register.origin, "salt"]
    return ["", *(b64u(one) for one in plain), *named, *(b64u(hashlib.sha256(one.encode()).digest()) for one in named)]


def b64u(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def tried(office: Office, values: Iterable[Any]) -> Iterator[tuple[bytes, Any]]:
    """The digests of each guess in every way in which a value could have been hashed, and the guess."""
    slots = sorted({re.sub(r"\*", place, slot) for _, slot in DECLARED for place in ("01",)})
    encoded_slots = [canonical.encode(slot) for slot in slots]
    salted = [canonical.encode(one) for one in salts(office)]
    for value in values:
        text = canonical.encode(value)
        yield hashlib.sha256(text).digest(), value
        if isinstance(value, str):
            yield hashlib.sha256(value.encode()).digest(), value
        for slot in encoded_slots:
            yield hashlib.sha256(b"[" + slot + b"," + text + b"]").digest(), value
            for salt in salted:
                made = b"[" + salt + b"," + slot + b"," + text + b"]"
                yield hashlib.sha256(base64.urlsafe_b64encode(made).rstrip(b"=")).digest(), value


def found(office: Office, known: set[bytes], values: Iterable[Any]) -> list[Any]:
    return [value for digest, value in tried(office, values) if digest in known]


def test_no_sealed_digest_of_a_register_is_found_by_trying(office: Office) -> None:
    known = digests(office)
    assert len(known) > 500
    values = guesses(office)
    assert len(values) > 500
    assert found(office, known, values) == []


def test_the_control_a_digest_without_chance_is_found(office: Office) -> None:
    slot = canonical.encode("/price")
    price = canonical.encode(OFFERS[1].price)
    bare = hashlib.sha256(price).digest()
    with_slot = hashlib.sha256(b"[" + slot + b"," + price + b"]").digest()
    salt = canonical.encode(b64u(bytes(32)))
    constant = hashlib.sha256(
        base64.urlsafe_b64encode(b"[" + salt + b"," + slot + b"," + price + b"]").rstrip(b"=")
    ).digest()
    for planted in (bare, with_slot, constant):
        assert set(found(office, digests(office) | {planted}, [OFFERS[1].price, 7])) == {OFFERS[1].price}


def test_who_knows_all_of_a_command_but_the_price_does_not_find_it(office: Office) -> None:
    """Commands are remembered, so that a second try is known; under a keyed name, because most of one is public."""
    known = digests(office)
    commands: list[Command] = [
        msgspec.structs.replace(story.bid(offer), id=f"command-{n}", as_=key_of(offer.provider), case=office.case)
        for offer in OFFERS[:3]
        for n in range(1, 60)
    ]
    commands.append(WithdrawValue(id="test", entry=1, slots=["/a"], ground="error", reason="x"))
    for command in commands:
        digest = bytes.fromhex(digest_of(command))
        assert digest not in known
        assert digest[:16] not in known
        assert hashlib.blake2b(digest.hex().encode(), digest_size=16).digest() not in known, "without the key of names"
    ids = [f"command-{n}".encode() for n in range(1, 60)]
    raw = (office.folder / "register.sqlite").read_bytes()
    assert not any(b"\x00" + one + b"\x00" in raw for one in ids)
    assert not any(hashlib.sha256(one).digest() in known for one in ids)


def test_a_short_document_is_not_found_by_its_name(office: Office) -> None:
    known = digests(office)
    digest = hashlib.sha256(b"The lowest price is 480,000").digest()
    assert digest not in known
    assert digest[:16] not in known
    assert Path(office.folder / "documents").is_dir()
