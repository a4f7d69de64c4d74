"""Whoever is said to have lost a key is told by e-mail, once, by a message that lets nobody in."""

from __future__ import annotations

from pathlib import Path

from fairplace import holder_notices
from fairplace.cli.posting import kept_sending
from fairplace.on_disk import Register
from fairplace.post.letter import letter
from fairplace.workroom import Workroom
from tests.http.test_recoveries import DAY, LOST, Office
from tests.post.mailserver import mailserver

HOLDER = f"{LOST}@council.example"


def test_the_holder_is_told_when_two_colleagues_begin(tmp_path: Path) -> None:
    office = Office(tmp_path / "register")
    key = office.ask()
    room = Workroom(office.register)
    assert holder_notices.tell(office.register, room) == 0, "nobody has begun yet"
    office.started(key)
    assert "No e-mail told the holder: tell them yourself" in office.client("officer").get("/desk/recoveries").text
    office.register.close()
    with mailserver() as server:
        with (tmp_path / "register/fairplace.toml").open("a") as file:
            file.write(
                f'\n[mail]\nhost = "127.0.0.1"\nport = {server.port}\nsecurity = "none"\nsender = "keys@council.example"\n'
            )
        with Register.open(tmp_path / "register") as register, kept_sending(register, every=0.02):
            assert server.kept.arrived.wait(20)
    [message] = server.kept.messages
    assert server.kept.to == [HOLDER]
    said = message.get_content()
    assert message["Subject"] == "Your signing key is being replaced: was it you?"
    assert "Stop the recovery" in said
    assert "at number" in said
    for secret in ("/welcome/", "/debrief/", "token", key.vkey, key.name):
        assert secret not in said, secret


def test_each_is_told_once_and_colleagues_see_what_became_of_it(tmp_path: Path) -> None:
    office = Office(tmp_path / "register")
    office.started(office.ask())
    room = Workroom(office.register)
    assert [holder_notices.tell(office.register, room) for _ in range(2)] == [1, 0]

    def seen() -> str:
        return office.client("officer").get("/desk/recoveries").text

    assert "An e-mail to the holder is on its way." in seen()
    taken = room.outbox.take()
    assert taken is not None
    assert (taken.message.letter.to, taken.link) == (HOLDER, "")
    room.outbox.hindered(taken.message, "550 no such user", for_good=True)
    assert "The e-mail to the holder failed: tell them yourself." in seen()
    room.outbox.sent(taken.message)
    assert "An e-mail told the holder." in seen()
    assert "e-mail" not in office.client(LOST).get("/desk/recoveries").text, "whoever reads it there needs none"
    office.register.close()


def test_of_two_processes_that_both_saw_nobody_told_one_writes(tmp_path: Path) -> None:
    office = Office(tmp_path / "register")
    written = letter(HOLDER, "Was it you?\n\nSomebody says that you lost your key.")
    rooms = [Workroom(office.register), Workroom(office.register)]
    assert [room.outbox.put_once("recovery-7", written) for room in rooms] == [True, False]
    assert rooms[0].outbox.put_once("recovery-8", written)
    assert len(rooms[1].outbox.caused("recovery-7")) == 1
    office.register.close()


def test_a_notice_that_cannot_be_written_keeps_no_other_message_back(tmp_path: Path) -> None:
    office = Office(tmp_path / "register")
    office.started(office.ask())
    room = Workroom(office.register)
    room.outbox.put("", "test", letter("ada@provider.example", "Hello\n\nHello"))
    with room.accounts.database.writing() as connection:
        connection.execute("ALTER TABLE device_key RENAME TO lost_keys")
    office.register.close()
    with mailserver() as server:
        with (tmp_path / "register/fairplace.toml").open("a") as file:
            file.write(
                f'\n[mail]\nhost = "127.0.0.1"\nport = {server.port}\nsecurity = "none"\nsender = "keys@council.example"\n'
            )
        with Register.open(tmp_path / "register") as register, kept_sending(register, every=0.02):
            assert server.kept.arrived.wait(20)
    assert server.kept.to == ["ada@provider.example"]


def test_a_recovery_that_is_over_and_a_key_without_an_account_are_told_to_nobody(tmp_path: Path) -> None:
    office = Office(tmp_path / "register")
    key = office.ask()
    office.started(key)
    act = office.act("key-admin", do="stop", name=key.name, reason="not-lost")
    assert office.sign("key-admin", act).status_code == 303
    room = Workroom(office.register)
    assert holder_notices.tell(office.register, room) == 0
    office.later = DAY
    office.started(office.ask(seed=121))
    with room.accounts.database.writing() as connection:
        connection.execute("DELETE FROM role_request WHERE vkey = ?", (office.desk.keys[LOST].vkey.text,))
        connection.execute("DELETE FROM device_key WHERE vkey = ?", (office.desk.keys[LOST].vkey.text,))
    assert holder_notices.tell(office.register, room) == 0
    office.register.close()
