"""A key is taken out of use at the desk: one's own with that very key, anybody's by whoever keeps the keys."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from fairplace.sources import SYSTEM
from tests.http.test_recoveries import LOST, Office
from tests.story import plan


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path / "register")


def address(office: Office, role: str) -> str:
    return f"/desk/people/{office.desk.people[role].id}/keys"


def last(office: Office) -> tuple[str, str]:
    envelope = office.register.reader.entry(office.register.reader.size - 1).envelope
    return envelope.type, envelope.body.get("reason", "")


def test_whoever_keeps_the_keys_revokes_anybodys(office: Office) -> None:
    vkey = office.desk.keys[LOST].vkey.text
    assert "Revoke this key" in office.client("key-admin").get(address(office, LOST)).text
    holder = office.client(LOST)
    answer = office.post("key-admin", address(office, LOST), vkey=vkey, reason="stolen")
    assert office.sign("key-admin", answer.headers["location"]).status_code == 303
    assert last(office) == ("key.revoked/1", "stolen")
    assert holder.get("/desk").status_code == 401, "they are signed out"
    assert "Your old key is lost" in office.client(LOST).get("/desk/keys").text
    assert "Ended." in office.client("key-admin").get(address(office, LOST)).text
    again = office.post("key-admin", address(office, LOST), vkey=vkey, reason="stolen")
    assert again.status_code == 422
    assert "This key is not in use" in again.text


def test_everybody_revokes_their_own_and_nobody_elses(office: Office) -> None:
    own, other = office.desk.keys["officer"].vkey.text, office.desk.keys[LOST].vkey.text
    assert office.post("officer", "/desk/keys/revocation", vkey=other, reason="lost").status_code == 422
    assert office.post("officer", address(office, LOST), vkey=other, reason="lost").status_code == 403
    answer = office.post("officer", "/desk/keys/revocation", vkey=own, reason="lost")
    assert office.sign("officer", answer.headers["location"]).status_code == 303
    assert last(office) == ("key.revoked/1", "lost")
    assert "Your signing key was revoked" in office.client("officer").get("/desk").text


@pytest.mark.parametrize("reason", ["", "<script>", "Mr Lee is ill", "LOST", "other"])
def test_the_reason_is_one_of_three_words(office: Office, reason: str) -> None:
    """It is public for ever."""
    vkey = office.desk.keys["officer"].vkey.text
    before = office.register.reader.size
    for role, where in (("officer", "/desk/keys/revocation"), ("key-admin", address(office, "officer"))):
        assert office.post(role, where, vkey=vkey, reason=reason).status_code == 400
    assert office.register.reader.size == before


def test_somebody_who_left_gets_no_other_key_by_recovery(office: Office) -> None:
    vkey = office.desk.keys[LOST].vkey.text
    answer = office.post("key-admin", address(office, LOST), vkey=vkey, reason="left")
    assert office.sign("key-admin", answer.headers["location"]).status_code == 303
    page = office.client(LOST).get("/desk/keys").text
    assert "Your old key is lost" not in page
    assert "No, it is lost" not in page


def signed(office: Office, role: str) -> int:
    """Somebody signs a plan with the key of this role; its entry."""
    key = office.desk.keys[role]
    command = plan(id=f"plan-{office.register.reader.size}", as_=key.vkey.name, case=SYSTEM.stream_id())
    return office.register.desk.record(command, lambda made: [key.line(made.text)]).index


def reported(office: Office, role: str, **fields: str) -> str:
    """A report that its key was stolen, from entry 2 on: the page on which it is signed."""
    vkey = office.desk.keys[role].vkey.text
    answer = office.post("key-admin", address(office, role), do="stolen", vkey=vkey, first="2", **fields)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def test_what_a_stolen_key_signs_while_its_report_is_read_takes_a_second_report(office: Office) -> None:
    """However often the thief signs, the first report ends the key."""
    before, act = signed(office, "officer"), reported(office, "officer")
    meanwhile = [signed(office, "officer"), signed(office, "officer")]
    assert office.sign("key-admin", act).status_code == 303
    page = office.client("key-admin").get(act).text
    assert f"the key signed 2 entries from {meanwhile[0]} to {meanwhile[1]}, too" in page
    assert "second report waits" in page
    [more] = re.findall(r'href="(/desk/sign/[^"]+)"', office.client("key-admin").get("/desk").text)
    assert f"its signatures on entries {meanwhile[0]} to {meanwhile[1]} are contested" in (
        office.client("key-admin").get(more).text
    )
    assert office.sign("key-admin", more).status_code == 303
    assert office.register.reader.contested(0, office.register.reader.size) == {before, *meanwhile}
    for one in (act, more):
        assert "too, before the report" not in office.client("key-admin").get(one).text
    assert "/desk/sign/" not in office.client("key-admin").get("/desk").text


def test_a_report_up_to_an_entry_that_was_named_is_not_made_longer(office: Office) -> None:
    entry = signed(office, "officer")
    act = reported(office, "officer", last=str(entry))
    later = signed(office, "officer")
    assert office.sign("key-admin", act).status_code == 303
    assert f"the key signed entry {later}, too" in office.client("key-admin").get(act).text
    assert "/desk/sign/" not in office.client("key-admin").get("/desk").text


def test_a_report_cannot_be_blocked_by_the_key_that_it_is_about(office: Office) -> None:
    """Its holder, or the thief, revokes it between the preparation and the signature."""
    act = reported(office, "officer")
    stolen = signed(office, "officer")
    own = office.post("officer", "/desk/keys/revocation", vkey=office.desk.keys["officer"].vkey.text, reason="lost")
    assert office.sign("officer", own.headers["location"]).status_code == 303
    moved = office.sign("key-admin", act)
    assert moved.status_code == 409
    assert "this is what you would sign now" in moved.text
    assert office.sign("key-admin", act).status_code == 303
    assert last(office)[0] == "key.compromised/1"
    assert office.register.reader.contested(0, office.register.reader.size) >= {stolen}


def test_two_changes_of_keys_that_wait_together_do_not_stand_in_each_others_way(office: Office) -> None:
    waiting = [
        office.post("key-admin", address(office, role), vkey=office.desk.keys[role].vkey.text, reason="left")
        for role in ("officer", LOST)
    ]
    first, second = (answer.headers["location"] for answer in waiting)
    assert office.sign("key-admin", first).status_code == 303
    assert office.sign("key-admin", second).status_code == 409
    assert office.sign("key-admin", second).status_code == 303
    assert office.kinds()[-2:] == ["key.revoked/1"] * 2


def test_nobodys_keys_are_at_a_made_up_address(office: Office) -> None:
    for name in ("nothing", "<script>", "x" * 5000, "%00"):
        assert office.client("key-admin").get(f"/desk/people/{name}/keys").status_code == 404
        assert office.client("officer").get(f"/desk/people/{name}/keys").status_code == 403


def test_whoever_keeps_the_keys_reports_from_which_entry_on_a_key_was_stolen(office: Office) -> None:
    vkey, page = office.desk.keys[LOST].vkey.text, address(office, LOST)
    assert "It was in other hands" in office.client("key-admin").get(page).text
    size = office.register.reader.size
    for fields, says in (
        ({"first": ""}, "write its number in the log"),
        ({"first": "-1"}, "write its number in the log"),
        ({"first": "<script>"}, "write its number in the log"),
        ({"first": "3", "last": "1e5"}, "write its number in the log"),
        ({"first": "3", "last": "2"}, "the first before the last"),
        ({"first": "0", "last": str(size)}, "the first before the last"),
        ({"first": "0", "vkey": "made up"}, "never signed here"),
    ):
        answer = office.post("key-admin", page, **{"do": "stolen", "vkey": vkey, **fields})
        assert answer.status_code in (400, 422), fields
        assert says in answer.text, fields
        assert "<script>" not in answer.text.replace('<script type="module"', "")
    assert office.post("officer", page, do="stolen", vkey=vkey, first="0").status_code == 403
    own = office.desk.keys["key-admin"].vkey.text
    assert office.post("key-admin", address(office, "key-admin"), do="stolen", vkey=own, first="0").status_code == 403
    assert office.register.reader.size == size
    answer = office.post("key-admin", page, do="stolen", vkey=vkey, first="2")
    shown = office.client("key-admin").get(answer.headers["location"]).text
    assert f"its signatures on entries 2 to {size - 1} are contested" in shown
    assert office.sign("key-admin", answer.headers["location"]).status_code == 303
    envelope = office.register.reader.entry(office.register.reader.size - 1).envelope
    assert envelope.type == "key.compromised/1"
    assert (envelope.body["from"], envelope.body["until"], envelope.body["vkey"]) == (2, size - 1, vkey)
