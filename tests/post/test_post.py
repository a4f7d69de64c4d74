"""Messages go out through a real mail server, are tried again, and hold no secret but their one link."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from fairplace.drafting.cipher import Cipher
from fairplace.errors import Malformed, Misconfigured, Missing
from fairplace.post import outbox
from fairplace.post.letter import MARK, Letter, check_address, letter, on_the_wire
from fairplace.post.outbox import WAITS, Outbox
from fairplace.post.postman import Postman
from fairplace.private_file import PrivateFile
from fairplace.settings import MailSettings, read
from fairplace.sources import Sources
from tests.post.mailserver import Mailserver, mailserver, self_signed

CASE = "00000000-0000-4000-8000-000000000001"
LINK = "https://records.council.example/debrief/canary-of-a-link"
PASSWORD = "canary of a password"
WHOLE = f"Your bid\n\nGood morning,\nread it here:\n\n{MARK}\n"


class Clock:
    def __init__(self) -> None:
        self.moment = datetime(2026, 11, 28, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.moment


class Room:
    """An outbox in a folder, and a clock that the test moves."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = Clock()
        self.sources = Sources(self.clock, secrets.token_bytes)
        file = PrivateFile(folder / "post.sqlite", outbox.SCHEMA, application=outbox.APPLICATION)
        self.outbox = Outbox(file, Cipher(b"k" * 32), self.sources)

    def postman(self, server: Mailserver, **changes: object) -> Postman:
        chosen = {"host": "localhost", "port": server.port, "sender": "buying@council.example", "security": "none"}
        settings = MailSettings(**{**chosen, **changes})  # type: ignore[arg-type]
        return Postman(self.outbox, settings, PASSWORD, authority="Example Council, Éire", sources=self.sources)

    def put(self) -> None:
        self.outbox.put(CASE, "debrief", letter("ada@provider.example", WHOLE), link=LINK)

    def everything(self) -> bytes:
        return b"".join(path.read_bytes() for path in self.folder.glob("post.sqlite*"))


@pytest.fixture
def room(tmp_path: Path) -> Room:
    return Room(tmp_path)


@pytest.fixture
def server() -> Iterator[Mailserver]:
    with mailserver() as made:
        yield made


def test_a_message_reaches_its_reader_with_the_link_in_it(room: Room, server: Mailserver) -> None:
    room.put()
    [outcome] = room.postman(server).turn()
    assert (outcome.state, outcome.code) == ("sent", 250)
    [got] = server.kept.messages
    assert server.kept.to == ["ada@provider.example"]
    assert got.get_content().replace("\r\n", "\n") == f"Good morning,\nread it here:\n\n{LINK}\n"
    assert got["Subject"] == "Your bid"
    assert got["From"].addresses[0].display_name == "Example Council, Éire"
    assert got["Auto-Submitted"] == "auto-generated"
    [kept] = room.outbox.of_case(CASE)
    assert (kept.state, kept.cause, kept.letter.text) == ("sent", "debrief", letter("a@b.example", WHOLE).text)
    assert room.postman(server).turn() == []


def test_nothing_of_a_message_lies_in_the_clear_and_the_link_is_gone_once_it_is_sent(
    room: Room, server: Mailserver
) -> None:
    room.put()
    for word in (b"ada@provider", b"Good morning", b"canary-of-a-link"):
        assert word not in room.everything()
    taken = room.outbox.take()
    assert taken is not None
    assert taken.link == LINK
    room.outbox.sent(taken.message)
    room.clock.moment += timedelta(days=9)
    assert room.outbox.take() is None
    assert LINK not in str(room.outbox.of_case(CASE))


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_over_tls_with_a_password(room: Room, tmp_path: Path, security: str, monkeypatch: pytest.MonkeyPatch) -> None:
    certificate = self_signed(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with mailserver(security, certificate, PASSWORD) as server:
        room.put()
        [outcome] = room.postman(server, security=security, user="fairplace").turn()
        assert outcome.state == "sent", room.outbox.of_case(CASE)[0].trouble
        assert server.kept.users == ["fairplace"]
        assert server.kept.secured == [True]


def test_a_server_whose_certificate_nobody_vouches_for_gets_nothing(room: Room, tmp_path: Path) -> None:
    with mailserver("starttls", self_signed(tmp_path), PASSWORD) as server:
        room.put()
        [outcome] = room.postman(server, security="starttls", user="fairplace").turn()
        assert (outcome.state, server.kept.messages, server.kept.users) == ("waiting", [], [])


def test_a_server_without_tls_gets_nothing_when_tls_is_asked_for(room: Room, server: Mailserver) -> None:
    room.put()
    [outcome] = room.postman(server, security="starttls").turn()
    assert (outcome.state, server.kept.messages) == ("waiting", [])


def test_a_wrong_password_is_tried_again_and_told_nowhere(
    room: Room, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = self_signed(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with mailserver("starttls", certificate, "another password") as server:
        room.put()
        [outcome] = room.postman(server, security="starttls", user="fairplace").turn()
    assert (outcome.state, outcome.code) == ("waiting", 535), room.outbox.of_case(CASE)[0].trouble
    assert PASSWORD not in str(outcome) + room.outbox.of_case(CASE)[0].trouble


def test_what_fails_is_tried_again_later_and_later_and_given_up_after_days(room: Room) -> None:
    with mailserver() as gone:
        postman = room.postman(gone)
    room.put()
    for wait in WAITS:
        [outcome] = postman.turn()
        assert outcome.state == "waiting"
        room.clock.moment += wait - timedelta(seconds=1)
        assert postman.turn() == [], "not before its time"
        room.clock.moment += timedelta(seconds=1)
    [outcome] = postman.turn()
    assert (outcome.state, outcome.tries) == ("failed", len(WAITS) + 1)
    room.clock.moment += timedelta(days=30)
    assert postman.turn() == []
    [kept] = room.outbox.of_case(CASE)
    assert kept.trouble
    with pytest.raises(Missing, match="no such message"):
        room.outbox.again("another case", kept.id)
    room.outbox.again(CASE, kept.id)
    with mailserver() as server:
        assert [one.state for one in room.postman(server).turn()] == ["sent"]
        assert LINK in server.kept.messages[0].get_content()


@pytest.mark.parametrize("stage", ["RCPT", "DATA"])
@pytest.mark.parametrize(("answer", "state"), [("550 no such person", "failed"), ("451 come back later", "waiting")])
def test_a_refused_address_is_given_up_at_once(
    room: Room, server: Mailserver, stage: str, answer: str, state: str
) -> None:
    room.put()
    server.kept.answers[stage] = answer
    [outcome] = room.postman(server).turn()
    assert (outcome.state, outcome.code) == (state, int(answer[:3]))
    assert answer[4:] in room.outbox.of_case(CASE)[0].trouble
    assert "provider.example" not in str(outcome)


def test_a_message_in_one_hand_is_not_taken_by_another_and_comes_back_when_the_first_dies(room: Room) -> None:
    room.put()
    assert room.outbox.take() is not None
    assert room.outbox.take() is None
    room.clock.moment += outbox.IN_HAND
    again = room.outbox.take()
    assert again is not None
    assert again.message.tries == 2


@pytest.mark.parametrize(
    "address",
    ["", "ada", "ada@", "@b.example", "ada@b", "a@b.example\nBcc: c@d.example", "a@b.example\r", "a,b@c.example",
     "a@b.example, c@d.example", "Ada <a@b.example>", "a@b..example", "a@-b.example", "é@b.example", "a@b.example\x00",
     "a" * 65 + "@b.example", "a@" + "b" * 260 + ".example", "a b@c.example", '"a"@b.example', "a@b.example\u2028x"],
)  # fmt: skip
def test_what_is_no_single_address_is_refused(address: str) -> None:
    with pytest.raises(Malformed, match="no e-mail address"):
        check_address(address)
    with pytest.raises(Malformed):
        on_the_wire(
            Letter(to=address, subject="s", text="t"), "", sender="a@b.example", authority="A", id_="1",
            at="2026-11-28T09:00:00.000Z",
        )  # fmt: skip


@pytest.mark.parametrize(
    "whole", ["", "\n\ntext", "subject", "s" * 200 + "\n\nx", "a\rBcc: x@y.example\n\nx", "a\x00\n\nx"]
)
def test_a_subject_is_one_line_and_a_message_says_something(whole: str) -> None:
    with pytest.raises(Malformed):
        letter("ada@provider.example", whole)


def test_a_hostile_subject_or_name_begins_no_other_header() -> None:
    for breaking in ("a\nBcc: x@y.example", "a\r\nBcc: x@y.example"):
        with pytest.raises(ValueError, match=r"linefeed|newline|carriage"):
            on_the_wire(
                Letter(to="a@b.example", subject=breaking, text="t"), "", sender="a@b.example", authority="A", id_="1",
                at="2026-11-28T09:00:00.000Z",
            )  # fmt: skip
    made = on_the_wire(
        Letter(to="a@b.example", subject="s", text="t"), "", sender="a@b.example", authority="A\r\nBcc: x@y.example",
        id_="1", at="2026-11-28T09:00:00.000Z",
    )  # fmt: skip
    assert made["Bcc"] is None
    assert b"\nBcc:" not in made.as_bytes()


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ('host = "mail example"', "mail server"),
        ('host = "mail.example"\nsecurity = "none"', "another machine"),
        ('host = "mail.example"\nsecurity = "ssl"', "security"),
        ('host = "mail.example"\nport = 0', "port"),
        ('host = "mail.example"\nuser = "a\\nb"', "printed"),
        ('host = "mail.example"\npassword = "x"', "password"),
    ],
)
def test_mail_settings_that_cannot_be_meant_are_refused(line: str, fault: str) -> None:
    text = f'format = 1\nauthority = "A"\n[[log]]\norigin = "log.a.example/x"\nvkeys = []\n[mail]\nsender = "a@b.example"\n{line}\n'
    with pytest.raises(Misconfigured, match=fault):
        read(text.encode(), "fairplace.toml", {})


def test_a_sender_is_one_plain_address() -> None:
    text = 'format = 1\nauthority = "A"\n[[log]]\norigin = "log.a.example/x"\nvkeys = []\n[mail]\nhost = "m.example"\n'
    assert read(f'{text}sender = "a@b.example"\n'.encode(), "x", {}).mail == MailSettings(
        host="m.example", sender="a@b.example"
    )
    for sender in ("a", "A <a@b.example>", "a@b.example\\r\\nBcc: c@d.example"):
        with pytest.raises(Misconfigured, match="sender"):
            read(f'{text}sender = "{sender}"\n'.encode(), "x", {})
