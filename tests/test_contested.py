"""A key was stolen: what it signed is marked wherever it is read, from the entry on that says so."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from litestar.testing import TestClient

from fairplace.errors import Refused
from fairplace.http.app import create_app
from fairplace.keeping import Keeping
from fairplace.ledger.note import Signer
from fairplace.people.commands import ReaffirmSignatures
from fairplace.reading_files import FolderReader
from fairplace.recorded import Contested
from tests.office import ROOT, Office, open_office, signer
from tests.story import APPROVER, EVALUATORS, OFFICER

ADMIN = "northbrook.gov.example/officer/ad01"
NEW = Signer(OFFICER.key, b"n" * 32)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """A register with a case up to the opening of bids; the officer's key was stolen when bids were invited."""
    with open_office(tmp_path / "register") as made:
        made.enrol(ADMIN, "key-admin")
        made.tell("opened")
        made.register.follow()
        yield made


def stolen(office: Office) -> tuple[int, list[int]]:
    """The officer goes on with a new key, and what the old one signed since the invitation is contested."""
    keeping = Keeping(office.register)
    first = office.at["procurement.tender-published/1"]
    keeping.rotate(signer(OFFICER.key), NEW.vkey.text, signer(ADMIN))
    found = keeping.stolen(signer(OFFICER.key).vkey, first, None, signer(ADMIN))
    return found.reports[0].index, found.contested


def test_what_the_stolen_key_signed_meanwhile_is_contested_and_nothing_else(office: Office) -> None:
    size = office.register.reader.size
    said, contested = stolen(office)
    case = office.register.reader.case(office.case)
    signed = [one.index for one in case if OFFICER.key in one.signers]
    since = office.at["procurement.tender-published/1"]
    assert contested == [index for index in signed if index >= since]
    assert contested != signed
    marked = {one.index: one.contested for one in case if one.contested is not None}
    assert marked == {index: Contested(said=said, by=(OFFICER.key,)) for index in contested}
    assert all(one.contested is None for one in office.register.reader.case(office.case, upto=size))


def test_rows_show_it_and_are_those_of_a_rebuild_and_of_the_published_files(office: Office) -> None:
    register = office.register
    trail = register.rows.get("decision-record", office.case).trail
    assert all(item.contested is None for item in trail)
    said, contested = stolen(office)
    register.follow()
    trail = register.rows.get("decision-record", office.case).trail
    assert {item.index for item in trail if item.contested == said} == set(contested) & {item.index for item in trail}
    assert register.replay.check() == []
    reader = FolderReader(register.public)
    assert reader.contested(said, said + 1) == set(contested)
    public = {one.index: one.contested for one in reader.recorded(0, reader.size)}
    assert {index for index, one in public.items() if one is not None} == set(contested)


def test_whoever_the_key_belongs_to_stands_by_their_own_steps_with_the_new_key(office: Office) -> None:
    said, contested = stolen(office)
    mine = [
        index for index in contested if office.register.reader.entry(index).envelope.body.get("case") == office.case
    ]
    done = reaffirm(office, mine[:2])
    register = office.register
    register.follow()
    items = {item.index: item for item in register.rows.get("decision-record", office.case).trail}
    assert [items[index].reaffirmed for index in mine[:3]] == [done, done, None]
    assert items[mine[0]].contested == said
    assert items[done].facts == {"entries": [str(index) for index in mine[:2]]}
    assert register.replay.check() == []
    assert fairplace_verify_notes(register.public)[0].endswith(f"; reaffirmed with a new key: {mine[0]}, {mine[1]}")


def reaffirm(office: Office, entries: list[int]) -> int:
    """Signed by the officer's new key."""
    command = office.named(ReaffirmSignatures(id="test", entries=entries), by=OFFICER)
    office.pass_by(minutes=1)
    return office.register.desk.record(command, lambda prepared: [NEW.line(prepared.text)]).index


def fairplace_verify_notes(public: Path) -> list[str]:
    import fairplace_verify

    report = fairplace_verify.verify_register(public)
    assert report.false is None, report.false
    return report.notes


def test_nobody_reaffirms_what_is_not_theirs_not_contested_or_not_of_the_case(office: Office) -> None:
    said, contested = stolen(office)
    planned = office.at["procurement.planned/1"]
    mine = next(i for i in contested if office.register.reader.entry(i).envelope.body.get("case") == office.case)
    for entries, code in (
        ([], "no-entries"),
        ([planned], "not-contested"),
        ([said], "unknown-entry"),
        ([10_000], "unknown-entry"),
    ):
        with pytest.raises(Refused) as refusal:
            reaffirm(office, entries)
        assert refusal.value.code == code
    for other in (EVALUATORS[0], APPROVER):
        with pytest.raises(Refused) as refusal:
            office.do(ReaffirmSignatures(id="test", entries=[mine]), by=other)
        assert refusal.value.code == "not-contested"
    reaffirm(office, [mine])
    with pytest.raises(Refused) as refusal:
        reaffirm(office, [mine])
    assert refusal.value.code == "reaffirmed-already"
    command = office.named(ReaffirmSignatures(id="test", entries=[mine]), by=OFFICER)
    report = msgspec.structs.replace(command, evidence="stated-by-officer", happened_at="2026-01-05T09:00:00.000Z")
    with pytest.raises(Refused) as refusal:
        office.register.desk.prepare(report)
    assert refusal.value.code == "report"


def test_pages_and_data_say_in_plain_words_that_a_step_is_contested(office: Office) -> None:
    said, contested = stolen(office)
    index = next(i for i in contested if office.register.reader.entry(i).envelope.body.get("case") == office.case)
    office.register.follow()
    words = "The key of this signature was reported stolen; this step is contested."
    with TestClient(create_app(office.register)) as client:
        assert words in client.get(f"/log/{index}").text
        assert words not in client.get("/log/0").text
        assert client.get(f"/log/{index}.json").json()["contested"] == {
            "said": said, "by": [OFFICER.key], "reaffirmed": None,
        }  # fmt: skip
        assert client.get("/log/0.json").json()["contested"] is None
        assert words in client.get(f"/decisions/{office.case}").text
        trail = client.get(f"/decisions/{office.case}.json").json()["trail"]
        assert {item["index"] for item in trail if item["contested"] == said} <= set(contested)
        assert "Its signatures on numbers" in client.get("/keys").text
        done = reaffirm(office, [index])
        office.register.follow()
        assert f'<a class="govuk-link" href="/log/{done}">' in client.get(f"/log/{index}").text
        assert client.get(f"/log/{index}.json").json()["contested"]["reaffirmed"] == done


def test_pages_and_list_give_notice_of_a_recovery_until_it_is_over(office: Office) -> None:
    keeping = Keeping(office.register)
    new = Signer(APPROVER.key, b"a" * 32)
    keeping.start_recovery(new.vkey.text, signer(ADMIN), signer(OFFICER.key))
    office.register.follow()
    with TestClient(create_app(office.register)) as client:
        for address in ("/keys", "/log"):
            assert "A lost key is being replaced." in client.get(address).text
        [running] = client.get("/keys.json").json()["recoveries"]
        assert running["name"] == APPROVER.key
        keeping.stop_recovery(APPROVER.key, "it lay in the drawer", signer(APPROVER.key))
        office.register.follow()
        assert client.get("/keys.json").json()["recoveries"] == []
        assert "A lost key" not in client.get("/log").text
    assert fairplace_verify_notes(office.register.public) == []


def test_two_keys_of_one_person_are_not_two_people(office: Office) -> None:
    """Enrolment refuses a second deciding key; should one have come all the same, the holders' names are compared."""
    twin = signer("northbrook.gov.example/officer/tw1n")
    office.register.enrol(twin.vkey.text, "officer", holder="Twin", provider=None, admin=signer(ROOT))
    office.register.revoke(twin.vkey.text, reason="lost", admin=signer(ROOT))
    again = signer("northbrook.gov.example/officer/tw2n")
    office.register.enrol(again.vkey.text, "officer", holder=" twin ", provider=None, admin=signer(ROOT))
    new = Signer(twin.vkey.name, b"t" * 32)
    with pytest.raises(Refused, match="are keys of one person"):
        Keeping(office.register).start_recovery(new.vkey.text, again, signer(OFFICER.key))
