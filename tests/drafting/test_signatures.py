"""Signatures made elsewhere: over the bytes that were prepared, by whom they were prepared for, and never half done."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from fairplace.clerk import Clerk
from fairplace.deciders import convert
from fairplace.decision import Command
from fairplace.drafting.acts import Act
from fairplace.drafting.signatures import Renewed, Signatures
from fairplace.errors import Conflict, FairplaceError, Forbidden, Malformed, Missing
from fairplace.ledger.note import Signer, Vkey
from fairplace.workroom import Workroom
from tests.http.town import Town, build


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    made = build(tmp_path_factory.mktemp("town") / "register")
    yield made
    made.register.close()


def nobody(name: str) -> Signer:
    raise Missing(name)


class Room:
    def __init__(self, town: Town) -> None:
        self.town = town
        self.acts = Workroom(town.register).acts
        self.signatures = Signatures(self.acts, Clerk(town.register, nobody))

    def begin(self, number: int, **members: object) -> Act:
        officer = self.town.keys["officer"].vkey.name
        command: Command = convert(
            {
                "do": "plan",
                "id": f"plan-{number}",
                "as": officer,
                "regime": "PA23",
                "commenced_on": "2026-09-01",
                "contract_kind": "services",
                "route": "open",
                "light_touch": True,
                "cpv": ["85311000"],
                "concerns_one_person": False,
                "title": "Short breaks",
                "need": "Families need a rest.",
                "authority": "Cabinet, item 4",
                **members,
            }
        )
        return self.acts.get(self.signatures.begin(command, task="plan", made_by="ada"))

    def sign(self, act: Act, signer: Signer, text: bytes | None = None) -> int | None:
        line = signer.line(act.prepared.text if text is None else text)
        return self.signatures.sign(act, line, lambda name, key_id: self.key(signer, name, key_id))

    @staticmethod
    def key(signer: Signer, name: str, key_id: bytes) -> Vkey | None:
        return signer.vkey if (name, key_id) == (signer.vkey.name, signer.vkey.key_id) else None


@pytest.fixture
def room(town: Town) -> Room:
    return Room(town)


def test_what_was_prepared_is_signed_and_stands(room: Room) -> None:
    act = room.begin(1)
    place = room.sign(act, room.town.keys["officer"])
    assert place is not None
    entry = room.town.register.reader.entry(place)
    assert entry.text == act.prepared.text
    assert room.acts.place(act.id) == place
    with pytest.raises(Missing):
        room.acts.get(act.id)


def test_a_signature_over_anything_else_is_none(room: Room) -> None:
    act = room.begin(2)
    with pytest.raises(FairplaceError, match="does not fit"):
        room.sign(act, room.town.keys["officer"], text=act.prepared.text.replace(b"Families", b"Officers") + b" ")
    assert room.acts.get(act.id).state == "waiting"


def test_somebody_else_cannot_sign_first(room: Room) -> None:
    act = room.begin(3)
    with pytest.raises(Forbidden, match="was prepared for"):
        room.sign(act, room.town.keys["approver"])


@pytest.mark.parametrize("line", ["", "nonsense", "— a b\n", "\ud800", "— northcliffe.example/officer/off1 AAAA\n" * 2])
def test_what_is_no_signature_line_is_refused_in_a_sentence(room: Room, line: str) -> None:
    act = room.begin(hash(line) % 1000 + 100)
    with pytest.raises((Malformed, Forbidden, FairplaceError)):
        room.signatures.sign(act, line, lambda name, key_id: None)
    assert room.acts.get(act.id).state == "waiting"


def test_an_act_that_waited_too_long_is_prepared_anew_and_not_half_done(room: Room) -> None:
    act = room.begin(4)
    room.town.clock.moment += timedelta(hours=1)
    with pytest.raises(Renewed, match="moved on"):
        room.sign(act, room.town.keys["officer"])
    anew = room.acts.get(act.id)
    assert anew.prepared.text != act.prepared.text
    assert room.sign(anew, room.town.keys["officer"]) is not None


def test_two_who_sign_at_once_give_one_entry(room: Room) -> None:
    act = room.begin(5)
    size = room.town.register.reader.size
    first = room.sign(act, room.town.keys["officer"])
    second = room.sign(act, room.town.keys["officer"])
    assert first == second
    assert room.town.register.reader.size == size + 1


def test_an_act_that_was_taken_back_cannot_be_signed(room: Room) -> None:
    act = room.begin(6)
    room.acts.drop(act)
    with pytest.raises(Missing):
        room.acts.get(act.id)
    with pytest.raises(Conflict):
        room.acts.drop(act)


def test_no_word_of_an_act_stands_in_the_file(room: Room) -> None:
    act = room.begin(7, need="a canary in the mine")
    folder: Path = room.town.register.folder
    for file in folder.glob("drafts.sqlite*"):
        assert b"canary" not in file.read_bytes()
    room.acts.drop(act)
