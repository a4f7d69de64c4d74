"""Two persons can have sealed values erased for ever: afterwards nothing that is stored opens them, and all proofs hold."""

from __future__ import annotations

import base64
import contextlib
import io
import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

import fairplace_verify
from fairplace import erasing, erasures, holding, vault
from fairplace.chosen import choose
from fairplace.cli.doctor import LOOKS, _ills
from fairplace.decision import Actor
from fairplace.errors import Conflict, FairplaceError, Forbidden, Malformed, Missing, Refused
from fairplace.ledger.store.vault import unwrap
from fairplace.on_disk import Register
from fairplace.openness.commands import WithdrawValue
from fairplace.procurement.commands import EndWithoutAward, WithdrawAward
from tests import story
from tests.office import ROOT, Office, key_of, open_office, signer
from tests.story import ALDER, APPROVER, BIRCH, CEDAR, EVALUATORS, MONITORING, OFFERS, OFFICER

BOTH = [signer(OFFICER.key), signer(MONITORING.key)]
REASON = "The provider asked, and the time to keep it is over"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """A case that is over: what is kept of it may be erased."""
    with open_office(tmp_path / "register", until="released") as one:
        one.do(WithdrawAward(id="test", reason="The need went away"), by=APPROVER)
        one.do(EndWithoutAward(id="test", ground="need-changed", reason="The need went away"), by=APPROVER)
        one.register.follow()
        yield one


def erase(office: Office, *names: str, basis: str = "erasure-request") -> int:
    [done] = erasing.erase(office.register, names, basis, REASON, BOTH)  # type: ignore[arg-type]  # a basis by its name
    return done.index


def bid_of(office: Office, provider: story.Provider = BIRCH) -> str:
    return f"bid:{office.case}:{provider.id}"


def texts(office: Office, *names: str) -> dict[tuple[int, str], str]:
    """The disclosures of what is named, as they are before it is erased."""
    chosen = choose(office.register, names)
    held = office.register.store.openings(office.register.origin, sorted({one.index for one in chosen.kept}))
    return {(one.index, one.slot): held[one.index][one.slot].text for one in chosen.kept}


def test_what_was_erased_is_remembered_by_nobody(office: Office) -> None:
    reader = office.register.reader
    with reader.remembering():
        before = reader.case(office.case)
        take_down(office, bid_of(office))
        erase(office, bid_of(office))
        seen = reader.case(office.case)
    assert BIRCH.id in repr(before)
    assert seen[: len(before)] != before
    assert seen == reader.case(office.case)


def take_down(office: Office, *names: str) -> None:
    try:
        erasing.check_closed(office.register, choose(office.register, names), "erasure-request")
    except erasing.Public as public:
        for line in public.lines:
            office.do(
                WithdrawValue(
                    id=line["id"],
                    entry=line["entry"],
                    slots=line["slots"],
                    ground=line["ground"],
                    reason=line["reason"],
                )
            )
    office.register.follow()


def every_byte(folder: Path) -> bytes:
    return b"\0".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def every_key(folder: Path) -> list[AESGCM]:
    """Whatever in the folder could be a key: each subject's, the key of all keys, and each seed."""
    seeds = [bytes.fromhex(path.read_text("ascii").split()[-1]) for path in folder.rglob("*.seed")]
    kek = AESGCM(bytes.fromhex((folder / "secrets/vault.seed").read_text("ascii").strip()))
    with contextlib.closing(sqlite3.connect(folder / "keys.sqlite")) as file:
        wrapped = file.execute("SELECT wrapped, subject FROM subject_key").fetchall()
    return [AESGCM(key) for key in (*seeds, *(unwrap(kek, record, subject) for record, subject in wrapped))]


def opens(folder: Path, records: dict[tuple[int, str], tuple[bytes, bytes]]) -> bool:
    for cipher in every_key(folder):
        for record, bound in records.values():
            with contextlib.suppress(InvalidTag):
                cipher.decrypt(record[1:13], record[13:], bound)
                return True
    return False


def rows_of(office: Office, names: str) -> dict[tuple[int, str], tuple[bytes, bytes]]:
    """The records of what is named with what is bound in, as somebody may have copied them."""
    chosen = choose(office.register, [names])
    log = office.register.origin
    found = {}
    with contextlib.closing(sqlite3.connect(office.folder / "register.sqlite")) as file:
        for one in chosen.kept:
            [(record, event)] = file.execute(
                "SELECT record, id FROM vault JOIN entry USING (place) WHERE place & 0xffffffffff = ? AND slot = ?",
                (one.index, one.slot),
            ).fetchall()
            found[one.index, one.slot] = record, f"fairplace/vault/v1\n{log}\n{event}\n{one.digest}\n".encode()
    return found


def verdict(office: Office) -> tuple[int, str]:
    said = io.StringIO()
    keys = [part for vkey in office.register.settings.log[0].vkeys for part in ("--key", vkey)]
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        code = fairplace_verify.main([str(office.folder), *keys])
    return code, said.getvalue()


def test_a_bid_that_is_erased_opens_from_no_byte_and_everything_still_verifies(office: Office) -> None:
    take_down(office, bid_of(office))
    gone, rest = texts(office, bid_of(office)), texts(office, bid_of(office, CEDAR))
    copied = rows_of(office, bid_of(office))
    assert len(gone) > 8
    assert opens(office.folder, copied), "the control: with its key a record does open"
    before = every_byte(office.folder)
    assert all(record in before for record, _ in copied.values())
    roots = [(one.size, one.root) for one in office.register.store.checkpoints(office.register.origin)]
    raws = [one.raw for one in office.register.store.entries(office.register.origin)]
    assert verdict(office)[0] == 0

    act = erase(office, bid_of(office))
    office.register.follow()

    after = every_byte(office.folder)
    for record, _ in copied.values():
        assert record not in after
        assert record[13:] not in after
    for text in gone.values():
        assert text.encode() not in after
        assert base64.urlsafe_b64decode(text + "==")[60:] not in after
    for word in (BIRCH.name, str(OFFERS[1].price)):
        assert word.encode() not in after
    assert not opens(office.folder, copied), "not even a copy of the record opens"
    assert texts(office, bid_of(office, CEDAR)) == rest, "the others stay"

    assert verdict(office)[0] == 0
    assert [one.raw for one in office.register.store.entries(office.register.origin, 0, len(raws))] == raws
    assert [(one.size, one.root) for one in office.register.store.checkpoints(office.register.origin)][
        : len(roots)
    ] == roots
    assert office.register.replay.check() == []
    [recorded] = office.register.reader.recorded(act, act + 1)
    assert recorded.event.count == len(gone)  # type: ignore[attr-defined]  # an erasure counts
    assert set(recorded.signers) == {OFFICER.key, MONITORING.key}
    with Register.open(office.folder, office.register.sources) as again:
        assert not [ill for look in ("sealed bids", "proofs", "pages", "vault") for ill in _ills(LOOKS[look], again)]
        assert all((index, slot) not in gone for index in {i for i, _ in gone} for slot in again.reader.openings(index))


def test_the_log_says_how_many_and_why_and_not_whose(office: Office) -> None:
    take_down(office, bid_of(office))
    act = erase(office, bid_of(office))
    raw = office.register.reader.entry(act).raw
    assert b'"basis":"erasure-request"' in raw
    for secret in (BIRCH.id, office.case, "The provider asked"):
        assert secret.encode() not in raw


def test_what_is_public_is_refused_with_the_commands_that_take_it_down(office: Office) -> None:
    size = office.register.reader.size
    with pytest.raises(erasing.Public, match="take them down first") as refused:
        erase(office, bid_of(office, ALDER))
    assert office.register.reader.size == size
    assert all(line["do"] == "withdraw-value" and line["ground"] == "personal" for line in refused.value.lines)
    take_down(office, bid_of(office, ALDER))
    erase(office, bid_of(office, ALDER))
    assert ALDER.name.encode() not in every_byte(office.register.public)


def test_a_bid_that_is_erased_still_counts_among_the_bids(office: Office) -> None:
    take_down(office, bid_of(office))
    before = {one.index for one in office.register.reader.case(office.case) if one.type == "deposit.received/1"}
    erase(office, bid_of(office))
    with Register.open(office.folder, office.register.sources) as again:
        after = {one.index for one in again.reader.case(office.case) if one.type == "deposit.received/1"}
    assert before == after
    assert len(after) == 3


def test_a_whole_case_can_be_erased(office: Office) -> None:
    name = f"case:{office.case}"
    take_down(office, name)
    gone = texts(office, name)
    assert len(gone) > 200
    erase(office, name, basis="retention-ended")
    office.register.follow()
    after = every_byte(office.folder)
    assert not any(text.encode() in after for text in gone.values())
    for word in ("Waking nights", BIRCH.name, CEDAR.name):
        assert word.encode() not in every_byte(office.register.public)
    assert verdict(office)[0] == 0
    assert office.register.replay.check() == []
    with pytest.raises(Refused, match="erased already"):
        erase(office, name)


def test_whose_a_key_was_can_be_erased_once_it_signs_no_more(office: Office) -> None:
    name = f"person:{EVALUATORS[2].key}"
    with pytest.raises(Refused, match="revoke it first"):
        erase(office, name)
    office.register.revoke(signer(EVALUATORS[2].key).vkey.text, reason="left", admin=signer(ROOT))
    erase(office, name)
    shown = vault.opened(office.register, signer(MONITORING.key), None, "audit", "s" * 22)
    names = {one["/holder"].value["name"] for one in shown.values() if "/holder" in one}
    assert f"Holder of {EVALUATORS[2].key}" not in names
    assert f"Holder of {EVALUATORS[1].key}" in names


def test_what_was_erased_may_be_written_anew_under_a_new_key(office: Office) -> None:
    name = f"case:{office.case}"
    take_down(office, name)
    erase(office, name)
    done = office.register.enrol(
        signer(f"{story.DOMAIN}/officer/new1").vkey.text, "officer", holder="N. New", provider=None, admin=signer(ROOT)
    )
    assert office.register.reader.openings(done.index)["/holder"].value["name"] == "N. New"


def test_a_repeated_command_does_not_tell_what_was_erased(office: Office) -> None:
    """Whoever knew all of a command but the price could try prices until the register knew the command again."""
    take_down(office, bid_of(office))
    chosen = choose(office.register, [bid_of(office)])
    erase(office, bid_of(office))
    with contextlib.closing(sqlite3.connect(office.folder / "register.sqlite")) as file:
        for index in {one.index for one in chosen.kept}:
            [(command,)] = file.execute(
                "SELECT command FROM submission WHERE ? BETWEEN first AND first + count - 1", (index,)
            ).fetchall()
            assert command == b""


# Files


def test_a_file_that_only_erased_values_name_goes_and_one_that_others_name_stays(tmp_path: Path) -> None:
    with open_office(tmp_path / "register") as office:
        keep = office.register.documents.put
        alone, shared = keep(b"the bid of Birch alone" * 9, "text/plain"), keep(b"what both sent" * 9, "text/plain")
        own = {BIRCH.id: alone, CEDAR.id: shared, ALDER.id: shared}
        office.tell("asked")
        office.wait_until("2026-03-30T09:00:00.000Z")
        for offer in OFFERS[:3]:
            by = Actor(key=key_of(offer.provider), roles=frozenset({"provider"}))
            office.do(story.bid(offer, document=own[offer.provider.id]), by=by)
        office.do(EndWithoutAward(id="test", ground="need-changed", reason="The need went away"), by=APPROVER)
        erase(office, bid_of(office))
        with pytest.raises(Missing):
            office.register.documents.get(alone.sha256)
        assert office.register.documents.get(shared.sha256)
        erase(office, bid_of(office, CEDAR))
        assert office.register.documents.get(shared.sha256), "another bid names it"
        erase(office, bid_of(office, ALDER))
        with pytest.raises(Missing):
            office.register.documents.get(shared.sha256)


def test_findings_on_the_authority_s_facts_go_with_what_they_may_quote(office: Office) -> None:
    from fairplace.assessing import assess_case

    done = assess_case(office.register, office.case, "authority", "request")
    findings = office.register.reader.entry(done.index).envelope.body["findings"]
    assert office.register.documents.get(str(findings))
    take_down(office, bid_of(office))
    erase(office, bid_of(office))
    with pytest.raises(Missing):
        office.register.documents.get(str(findings))


# Who may


@pytest.mark.parametrize(
    ("signers", "says"),
    [
        ([OFFICER], "needs a second signature"),
        ([OFFICER, OFFICER], "came twice"),
        ([OFFICER, EVALUATORS[0]], "may not sign"),
        ([EVALUATORS[0], MONITORING], "is for the monitoring officer or the officer"),
    ],
    ids=["one person", "the same twice", "a second of another role", "a first of another role"],
)
def test_one_person_or_the_wrong_ones_erase_nothing(office: Office, signers: list[Actor], says: str) -> None:
    take_down(office, bid_of(office))
    size, gone = office.register.reader.size, texts(office, bid_of(office))
    with pytest.raises(FairplaceError, match=says):
        erasing.erase(
            office.register, [bid_of(office)], "erasure-request", REASON, [signer(one.key) for one in signers]
        )
    assert office.register.reader.size == size
    assert texts(office, bid_of(office)) == gone


def test_nobody_signs_the_erasure_of_what_is_their_own(office: Office) -> None:
    with pytest.raises(Refused, match="others must"):
        erasing.erase(office.register, [f"person:{OFFICER.key}"], "error", REASON, BOTH)


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("", Malformed), ("bird:1", Malformed), ("bid:x", Malformed), ("entry:x", Malformed), ("entry:-1", Malformed),
        ("entry:999999", Missing), ("case:nothing", Missing), ("bid:nothing:GB-COH-1", Missing), ("person:nobody", Missing),
        ("entry:0", Refused),
    ],
)  # fmt: skip
def test_a_name_that_names_nothing_is_refused(office: Office, name: str, error: type[FairplaceError]) -> None:
    size = office.register.reader.size
    with pytest.raises(error):
        erase(office, name)
    assert office.register.reader.size == size
    with pytest.raises(Missing, match="no bid of"):
        erase(office, f"bid:{office.case}:GB-COH-9")
    with pytest.raises(Malformed, match="name what is meant"):
        erasing.erase(office.register, [], "error", REASON, BOTH)
    with pytest.raises(Malformed, match="its reason in words"):
        erasing.erase(office.register, [bid_of(office)], "error", "  ", BOTH)
    with pytest.raises(Malformed, match="the basis"):
        erase(office, bid_of(office), basis="boredom")


def test_what_a_running_procedure_needs_goes_only_by_order_of_a_court(tmp_path: Path) -> None:
    with open_office(tmp_path / "register", until="opened") as office:
        with pytest.raises(Refused, match="is not over"):
            erase(office, bid_of(office))
        erase(office, bid_of(office), basis="court-order")


# Holds


def test_under_a_hold_nothing_is_erased_until_two_persons_lift_it(office: Office) -> None:
    take_down(office, bid_of(office))
    hold = holding.place_hold(office.register, [f"case:{office.case}"], "litigation", signer(MONITORING.key))
    assert [one.index for one in holding.holds(office.register)] == [hold.index]
    with pytest.raises(Refused, match="the hold at entry"):
        erase(office, bid_of(office))
    with pytest.raises(FairplaceError, match="second signature"):
        holding.lift_hold(office.register, hold.index, "Settled", [signer(APPROVER.key)])
    with pytest.raises(FairplaceError, match="came twice"):
        holding.lift_hold(office.register, hold.index, "Settled", [signer(APPROVER.key)] * 2)
    with pytest.raises(Missing, match="no hold that is in effect"):
        holding.lift_hold(office.register, 0, "Settled", BOTH[::-1])
    holding.lift_hold(office.register, hold.index, "Settled", [signer(APPROVER.key), signer(MONITORING.key)])
    assert holding.holds(office.register) == []
    erase(office, bid_of(office))


def test_a_hold_on_one_bid_leaves_the_others_free(office: Office) -> None:
    for one in (BIRCH, CEDAR):
        take_down(office, bid_of(office, one))
    holding.place_hold(office.register, [bid_of(office, BIRCH)], "investigation", signer(OFFICER.key))
    erase(office, bid_of(office, CEDAR))
    with pytest.raises(Refused, match="investigation"):
        erase(office, bid_of(office, BIRCH))
    with pytest.raises(Forbidden):
        holding.place_hold(office.register, [bid_of(office)], "audit", signer(EVALUATORS[0].key))
    with pytest.raises(Missing):
        holding.place_hold(office.register, ["case:nothing"], "audit", signer(OFFICER.key))


def test_a_hold_that_comes_meanwhile_voids_an_erasure_that_did_not_see_it(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    take_down(office, bid_of(office))
    real = office.register.desk.append

    def slow(prepared: object, lines: object) -> object:
        monkeypatch.undo()
        holding.place_hold(office.register, [bid_of(office)], "litigation", signer(MONITORING.key))
        return real(prepared, lines)  # type: ignore[arg-type]  # handed through

    monkeypatch.setattr(office.register.desk, "append", slow)
    with pytest.raises(Refused, match="the hold at entry"):
        erase(office, bid_of(office))
    assert texts(office, bid_of(office))


def test_an_erasure_that_one_person_signed_is_never_published(office: Office) -> None:
    """Somebody with the file could append what the desk refuses; the log does not put its name to it."""
    from fairplace.prepared import check_roles

    take_down(office, bid_of(office))
    act = erase(office, bid_of(office))
    one = office.register.reader.entry(act)
    alone = msgspec.structs.replace(one, lines=one.lines[:1])
    with pytest.raises(Forbidden, match="signed by two persons"):
        check_roles(alone, office.register.reader.register(), act)


# What stops it in the middle


@pytest.mark.parametrize("step", ["files", "keys", "records", "journal"])
def test_a_crash_after_the_order_is_made_up_for_at_the_next_opening(
    office: Office, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    take_down(office, bid_of(office))
    gone, copied = texts(office, bid_of(office)), rows_of(office, bid_of(office))
    store = office.register.store

    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    if step == "files":
        monkeypatch.setattr(erasures, "carry_out", stop)
    elif step == "keys":
        monkeypatch.setattr(store.keys, "destroy", stop)
    elif step == "records":
        real = store.keys.destroy

        def destroyed(*given: object) -> None:
            real(*given)  # type: ignore[arg-type]  # handed through
            stop()

        monkeypatch.setattr(store.keys, "destroy", destroyed)
    else:
        monkeypatch.setattr(store, "scrub", stop)
    with pytest.raises(KeyboardInterrupt):
        erase(office, bid_of(office))
    monkeypatch.undo()
    office.register.close()

    with Register.open(office.folder, office.register.sources) as again:
        assert not opens(office.folder, copied)
        after = every_byte(office.folder)
        assert not any(record[13:] in after for record, _ in copied.values())
        assert not any(text.encode() in after for text in gone.values())
        assert again.replay.check() == []
        again.follow()
        assert not [ill for look in LOOKS.values() for ill in _ills(look, again) if ill[0]]


def test_a_key_that_a_backup_brings_back_is_destroyed_again(office: Office) -> None:
    take_down(office, bid_of(office))
    copied = rows_of(office, bid_of(office))
    office.register.store.keys.scrub()
    old = (office.folder / "keys.sqlite").read_bytes()
    erase(office, bid_of(office))
    office.register.close()
    for path in office.folder.glob("keys.sqlite-*"):
        path.unlink()
    (office.folder / "keys.sqlite").write_bytes(old)
    assert opens(office.folder, copied)
    with Register.open(office.folder, office.register.sources) as again:
        assert not opens(office.folder, copied)
        assert again.reader.case(office.case)


def test_a_locked_register_erases_nothing_and_says_so(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    from fairplace.ledger.store import connection

    take_down(office, bid_of(office))
    gone = texts(office, bid_of(office))
    monkeypatch.setattr(connection, "PATIENCE", 0.2)
    with Register.open(office.folder, office.register.sources) as other:
        holder = sqlite3.connect(office.folder / "register.sqlite", isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")
        with pytest.raises(Conflict):
            erasing.erase(other, [bid_of(office)], "erasure-request", REASON, BOTH)
        holder.execute("ROLLBACK")
        holder.close()
        assert texts(office, bid_of(office)) == gone
        assert json.dumps(sorted(gone.values()))
