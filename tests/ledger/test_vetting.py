"""Somebody who can write to the register's file adds an entry with everything that the store keeps beside it: nothing
that a verifier would refuse is ever signed by the log.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from fairplace.errors import Unproven
from fairplace.ledger import disclosure, entry
from fairplace.ledger.entry import Entry
from fairplace.ledger.note import Signer
from fairplace.ledger.store.growth import grow
from fairplace.ledger.store.sqlite_reads import BITS
from fairplace.on_disk import Register
from fairplace.sources import SYSTEM
from tests.office import Office, open_office, signer
from tests.story import APPROVER, OFFICER

FOLLOWING = "procurement.tender-published/1"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with open_office(tmp_path / "register", until="published") as one:
        one.register.follow()
        yield one


def insert(office: Office, one: Entry) -> None:
    """All rows of an entry, as an owner of the file would write them."""
    file = sqlite3.connect(office.folder / "register.sqlite")
    number, size, frontier = file.execute("SELECT number, size, frontier FROM log").fetchone()
    envelope = one.envelope
    file.execute("INSERT OR IGNORE INTO type (name) VALUES (?)", (envelope.type,))
    [kind] = file.execute("SELECT number FROM type WHERE name = ?", (envelope.type,)).fetchone()
    case = file.execute("SELECT number FROM cases WHERE id = ?", (envelope.body.get("case"),)).fetchone()
    place = (number << BITS) + size
    file.execute("DROP INDEX entry_leaf")
    file.execute("DROP INDEX entry_id")
    file.execute(
        "INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?, ?)",
        (place, one.leaf, envelope.id, kind, case and case[0], envelope.at, one.raw),
    )
    frontier, root, nodes = grow(frontier, [one.leaf])
    file.executemany("INSERT INTO node VALUES (?, ?, ?, ?)", [(number, *node) for node in nodes])
    file.execute("UPDATE log SET size = ?, frontier = ?, root = ?", (size + 1, frontier, root))
    file.commit()
    file.close()


def newest(office: Office, kind: str) -> Entry:
    return office.register.reader.entry(office.at[kind])


def forged(office: Office, by: Signer, **changes: Any) -> Entry:
    """The next entry of the case's stream, like the newest, with slots of its own, signed by this key."""
    reader, envelope = office.register.reader, newest(office, FOLLOWING).envelope
    head = office.register.store.stream_head(reader.origin, office.case)
    assert head is not None
    slots = {
        slot: disclosure.Slot(part.basis, disclosure.make_opening(slot, None, SYSTEM.entropy(32)).digest)
        for slot, part in envelope.sealed.items()
    }
    members = {
        "actor": by.vkey.name, "id": SYSTEM.event_id(), "keys": reader.register().head_leaf, "n": head.n + 1,
        "prev": head.leaf, "sealed": slots,
    }  # fmt: skip
    text = entry.text(msgspec.structs.replace(envelope, **(members | changes)))
    return entry.parse(entry.assemble(text, [by.line(text)]))


def a_stranger(office: Office) -> Entry:
    return forged(office, Signer(OFFICER.key, b"?" * 32))


def a_service_that_decides(office: Office) -> Entry:
    return forged(office, office.register.service("receiver"))


def somebody_without_the_role(office: Office) -> Entry:
    return forged(office, signer(APPROVER.key))


def a_gap(office: Office) -> Entry:
    return forged(office, signer(OFFICER.key), n=99)


def a_fork(office: Office) -> Entry:
    old = newest(office, FOLLOWING).envelope
    return forged(office, signer(OFFICER.key), n=old.n, prev=old.prev)


def another_log(office: Office) -> Entry:
    return forged(office, signer(OFFICER.key), log="log.elsewhere.example/commissioning")


def the_id_of_another(office: Office) -> Entry:
    return forged(office, signer(OFFICER.key), id=newest(office, FOLLOWING).envelope.id)


def the_same_again(office: Office) -> Entry:
    return newest(office, FOLLOWING)


def an_event_outside_its_stream(office: Office) -> Entry:
    return forged(office, signer(OFFICER.key), stream=office.register.reader.register().stream)


FORGERIES = (
    a_stranger, a_service_that_decides, somebody_without_the_role, a_gap, a_fork, another_log, the_id_of_another,
    the_same_again, an_event_outside_its_stream,
)  # fmt: skip


@pytest.mark.parametrize("forge", FORGERIES, ids=lambda one: one.__name__)
def test_what_was_written_past_the_desk_is_not_signed(office: Office, forge: Callable[[Office], Entry]) -> None:
    before = (office.register.public / "checkpoint").read_bytes()
    insert(office, forge(office))
    with pytest.raises(Unproven, match="may stand in the log"):
        office.register.publisher.publish()
    with Register.open(office.folder) as again, pytest.raises(Unproven, match="nothing is signed"):
        again.publisher.publish()
    assert (office.register.public / "checkpoint").read_bytes() == before


def test_an_entry_that_came_another_way_and_is_as_it_must_be_is_signed(office: Office) -> None:
    """The control: the refusals above are not for the way in which it came."""
    insert(office, forged(office, signer(OFFICER.key)))
    with Register.open(office.folder) as again:
        newest_one = again.publisher.publish()
        assert newest_one is not None
        assert newest_one.size == again.reader.size
