"""Nobody is shown a sealed value before the log says that they look; and who fails to say so is shown nothing."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from fairplace import vault
from fairplace.custody.events import Purpose, ValuesRead
from fairplace.decision import Actor
from fairplace.errors import Busy, FairplaceError, Forbidden, Malformed, Misconfigured, Missing, Refused, Unproven
from fairplace.ledger.store import connection
from fairplace.ledger.store.port import Stored
from fairplace.on_disk import Register
from tests.office import Office, key_of, open_office, signer
from tests.story import ALDER, APPROVER, BIRCH, EVALUATORS, MONITORING, OFFERS, OFFICER

AUDITOR = Actor(key="northbrook.gov.example/officer/au77", roles=frozenset({"auditor"}))


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with open_office(tmp_path / "register") as one:
        one.enrol(AUDITOR.key, "auditor")
        yield one


def reads(office: Office) -> list[Stored]:
    return list(office.register.store.of_types(office.register.origin, ["sealed.read/1"]))


def look(office: Office, who: Actor, session: str = "s" * 22, purpose: Purpose = "audit") -> vault.Openings:
    return vault.opened(office.register, signer(who.key), office.case, purpose, session)


def values(found: vault.Openings) -> set[str]:
    return {msgspec.json.encode(one.value).decode() for slots in found.values() for one in slots.values()}


def test_a_person_sees_what_their_role_gives_after_an_entry_that_says_they_look(office: Office) -> None:
    office.tell("opened")
    before = office.register.reader.size
    found = look(office, AUDITOR)
    assert any(str(OFFERS[0].price) in value for value in values(found))
    [read] = reads(office)
    assert read.index == before
    [recorded] = office.register.reader.recorded(read.index, read.index + 1)
    assert recorded.actor == "northbrook.gov.example/service/vault"
    event = recorded.event
    assert isinstance(event, ValuesRead)
    assert (event.of_case.get(), event.reader.get(), event.purpose) == (office.case, AUDITOR.key, "audit")
    assert event.request.get().startswith("fairplace/read/v1\n")


def test_the_entry_tells_the_public_the_purpose_and_neither_who_nor_where(office: Office) -> None:
    office.tell("opened")
    look(office, AUDITOR)
    [read] = reads(office)
    assert b'"purpose":"audit"' in read.raw
    for secret in (office.case, AUDITOR.key, "au77"):
        assert secret.encode() not in read.raw
    office.register.follow()
    public = b"".join(path.read_bytes() for path in office.register.public.rglob("*") if path.is_file())
    assert b"au77" in public, "the enrolment is public"
    assert read.raw in public


def test_one_entry_serves_a_person_a_case_a_purpose_and_a_session(office: Office) -> None:
    office.tell("opened")
    look(office, AUDITOR)
    look(office, AUDITOR)
    assert len(reads(office)) == 1
    look(office, AUDITOR, session="t" * 22)
    look(office, AUDITOR, purpose="court")
    look(office, MONITORING)
    assert len(reads(office)) == 4


def test_a_session_ends_after_twelve_hours(office: Office) -> None:
    office.tell("opened")
    look(office, AUDITOR)
    office.pass_by(hours=11)
    look(office, AUDITOR)
    office.pass_by(hours=2)
    with pytest.raises(Refused, match="begin another"):
        look(office, AUDITOR)
    assert len(reads(office)) == 1


def test_who_may_see_nothing_is_refused_and_leaves_no_entry(office: Office) -> None:
    office.tell("deposited")
    size = office.register.reader.size
    stranger = Actor(key=key_of(OFFERS[4].provider), roles=frozenset({"provider"}))
    with pytest.raises(Forbidden, match="may be shown nothing sealed"):
        look(office, stranger)
    with pytest.raises(Missing, match="there is no case"):
        vault.opened(office.register, signer(AUDITOR.key), "0" * 36, "audit", "s" * 22)
    assert office.register.reader.size == size


def test_before_the_opening_no_role_is_shown_a_bid_and_its_bidder_is(office: Office) -> None:
    office.tell("deposited")
    everybody = [look(office, one) for one in (OFFICER, EVALUATORS[0], APPROVER, MONITORING, AUDITOR)]
    assert not any("deposit" in office.register.reader.entry(index).envelope.type for one in everybody for index in one)
    own = look(office, Actor(key=key_of(ALDER), roles=frozenset({"provider"})), purpose="own")
    assert any(ALDER.id in value for value in values(own))
    assert not any(BIRCH.id in value for value in values(own))


def test_whose_a_key_is_can_be_read_by_those_who_watch_and_leaves_an_entry(office: Office) -> None:
    found = vault.opened(office.register, signer(MONITORING.key), None, "audit", "s" * 22)
    assert f"Holder of {OFFICER.key}" in {one["/holder"].value["name"] for one in found.values() if "/holder" in one}
    assert len(reads(office)) == 1
    with pytest.raises(Forbidden):
        vault.opened(office.register, signer(EVALUATORS[0].key), None, "audit", "s" * 22)


# Fail closed


def test_when_the_register_is_locked_nothing_is_shown(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    office.tell("opened")
    monkeypatch.setattr(connection, "PATIENCE", 0.2)
    holder = sqlite3.connect(office.folder / "register.sqlite", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with Register.open(office.folder, office.register.sources) as other:
        with pytest.raises(Busy):
            vault.opened(other, signer(AUDITOR.key), office.case, "audit", "s" * 22)
        holder.execute("ROLLBACK")
        assert reads(office) == []
        assert vault.opened(other, signer(AUDITOR.key), office.case, "audit", "s" * 22)
    holder.close()


def test_when_the_disk_is_full_nothing_is_shown(office: Office) -> None:
    office.tell("opened")
    file = office.register.store._connections.get()
    pages = file.execute("PRAGMA page_count").fetchone()[0]
    file.execute(f"PRAGMA max_page_count = {pages}")
    free = file.execute("PRAGMA freelist_count").fetchone()[0]

    def fill() -> None:
        for number in range(200 + 10 * free):  # until the pages that have room are full
            look(office, AUDITOR, session=f"{number:022d}")

    with pytest.raises((Misconfigured, sqlite3.OperationalError), match="full"):
        fill()
    count = len(reads(office))
    with pytest.raises((Misconfigured, sqlite3.OperationalError), match="full"):
        look(office, AUDITOR, session="x" * 22)
    assert len(reads(office)) == count


def test_when_the_vault_may_not_sign_nothing_is_shown(office: Office) -> None:
    office.tell("opened")
    office.register.revoke(
        office.register.service("vault").vkey.text, reason="lost", admin=signer("northbrook.gov.example/root")
    )
    with pytest.raises(FairplaceError):
        look(office, AUDITOR)
    assert reads(office) == []


# Who asks proves it


def test_a_request_signed_by_somebody_else_is_refused(office: Office) -> None:
    office.tell("opened")
    note = vault.ask(office.register, signer(AUDITOR.key), office.case, "audit", "s" * 22)
    forged = vault.ask(office.register, signer(EVALUATORS[0].key), office.case, "audit", "s" * 22)
    mixed = note.split("\n\n")[0] + "\n\n" + forged.split("\n\n")[1]
    for bad in (mixed, note.replace("audit", "court"), note.replace(office.case, office.case[::-1])):
        with pytest.raises(FairplaceError) as refused:
            vault.opened_on(office.register, bad)
        assert isinstance(refused.value, Unproven | Forbidden | Malformed | Refused)
    assert reads(office) == []
    assert vault.opened_on(office.register, note)


@pytest.mark.parametrize("note", ["", "x", "fairplace/read/v1\n", "fairplace/read/v1\n{}\n\n— a b\n", "\x00" * 50])
def test_what_is_no_request_is_refused_in_a_sentence(office: Office, note: str) -> None:
    with pytest.raises(Malformed):
        vault.opened_on(office.register, note)


def test_an_old_request_a_foreign_one_and_a_bad_session_are_refused(office: Office) -> None:
    office.tell("opened")
    note = vault.ask(office.register, signer(AUDITOR.key), office.case, "audit", "s" * 22)
    office.pass_by(minutes=20)
    with pytest.raises(Refused, match="ask anew"):
        vault.opened_on(office.register, note)
    with pytest.raises(Malformed, match="random letters"):
        look(office, AUDITOR, session="monday")
    with pytest.raises(Malformed, match="purposes are"):
        look(office, AUDITOR, purpose="curiosity")  # type: ignore[arg-type]  # no purpose at all
    assert reads(office) == []


def test_a_revoked_key_reads_nothing(office: Office) -> None:
    office.tell("opened")
    office.register.revoke(signer(AUDITOR.key).vkey.text, reason="left", admin=signer("northbrook.gov.example/root"))
    with pytest.raises(Forbidden):
        look(office, AUDITOR)
    assert reads(office) == []
