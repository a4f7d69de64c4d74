"""While a register is served, what is queued goes out by itself; nothing of it stands in the operator's log."""

from __future__ import annotations

from pathlib import Path

import pytest

from fairplace.cli.posting import kept_sending
from fairplace.errors import Misconfigured
from fairplace.on_disk import Register
from fairplace.post.letter import MARK, letter
from fairplace.workroom import Workroom
from tests.office import open_office
from tests.post.mailserver import mailserver


def with_mail(folder: Path, lines: str) -> Register:
    open_office(folder).close()
    with (folder / "fairplace.toml").open("a") as file:
        file.write(f'\n[mail]\nhost = "127.0.0.1"\nsender = "buying@council.example"\nsecurity = "none"\n{lines}\n')
    return Register.open(folder)


def test_a_server_sends_what_is_queued(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with mailserver() as server, with_mail(tmp_path / "register", f"port = {server.port}") as register:
        outbox = Workroom(register).outbox
        outbox.put("", "test", letter("ada@provider.example", f"Hello\n\n{MARK}"), link="https://canary.example/")
        with kept_sending(register, every=0.02):
            assert server.kept.arrived.wait(20)
        assert server.kept.messages[0].get_content().strip() == "https://canary.example/"
        assert [one.state for one in outbox.of_case("")] == ["sent"]
    told = "".join(capsys.readouterr())
    assert "sent" in told
    assert "ada@" not in told
    assert "canary" not in told


def test_a_password_that_is_asked_for_and_missing_stops_the_start(tmp_path: Path) -> None:
    with (
        with_mail(tmp_path / "register", 'user = "fairplace"') as register,
        pytest.raises(Misconfigured, match=r"mail\.secret cannot be read.*readable by you alone"),
        kept_sending(register),
    ):
        pass


def test_without_a_mail_server_nothing_is_tried(tmp_path: Path) -> None:
    with open_office(tmp_path / "register") as office:
        outbox = Workroom(office.register).outbox
        outbox.put("", "test", letter("ada@provider.example", "Hello\n\nHello"))
        with kept_sending(office.register, every=0.01):
            pass
        assert outbox.of_case("")[0].tries == 0
