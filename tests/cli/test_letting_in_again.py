"""Somebody who cannot sign in any more: the console lets them in again, as the same person and without any key."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from fairplace.accounts.sessions import Sessions
from fairplace.cli.doctor import LOOKS, _ills
from fairplace.errors import Missing
from fairplace.founding import create
from fairplace.ledger.note import Signer
from fairplace.on_disk import Register
from fairplace.workroom import Workroom
from tests.cli.said import called
from tests.verifier.passkeys import SITE, Passkey


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A register with an account of Ben's, who has a passkey and is signed in; and two people of one address."""
    folder, root = tmp_path / "register", Signer("council.example/root", b"r" * 32)
    with create(folder, authority="Council", origin="log.council.example/c", root=root) as register:
        accounts = Workroom(register).accounts
        for name, email in (
            ("Ben", "ben@council.example"),
            ("Cem", "team@council.example"),
            ("Dee", "team@council.example"),
        ):
            link = accounts.invite(name=name, email=email, roles=("officer",))
            with accounts.database.writing() as connection:
                person = accounts.accept(connection, accounts.invitation(link))
                connection.execute(
                    "INSERT INTO passkey (credential, person, public_key, sign_count, label, backed_up, created)"
                    " VALUES (?, ?, x'00', 0, 'laptop', 0, '2026-11-28T00:00:00.000Z')",
                    (name.encode(), person.id),
                )
            Sessions(accounts).begin(person)
        key = Passkey("council.example/officer/7f3a", 77)
        register.enrol(key.vkey, "officer", holder="Ben", provider=None, admin=root)
    return folder


def state(folder: Path, name: str = "Ben") -> tuple[int, int]:
    """How many passkeys they sign in with, and in how many places they are signed in."""
    with Register.open(folder) as register:
        accounts = Workroom(register).accounts
        [person] = [one for one in accounts.people() if one.name == name]
        with accounts.database.reading() as connection:
            signed_in = connection.execute("SELECT count(*) FROM session WHERE person = ?", (person.id,)).fetchone()[0]
        return len(accounts.passkeys(person.id)), signed_in


def test_the_link_is_of_the_same_person_and_gives_no_role(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    code, out, err = called(capfd, "people", "link", folder, "--email", "BEN@council.example", "--site", f"{SITE}/")
    assert code == 0
    assert "Give this link to Ben" in err
    secret = out.strip().removeprefix(f"{SITE}/welcome/")
    code, out, err = called(capfd, "people", "waiting", folder)
    assert (code, out) == (0, "")
    assert "Invited: Ben for a further passkey, until" in err
    assert secret not in err
    with Register.open(folder) as register:
        accounts = Workroom(register).accounts
        invitation = accounts.invitation(secret)
        assert (accounts.person(invitation.person or "").name, invitation.roles) == ("Ben", ())
        with accounts.database.writing() as connection:
            assert accounts.accept(connection, invitation).name == "Ben"
        assert len(accounts.people()) == 3
    assert state(folder) == (1, 1), "what they have goes on working"


def test_a_lost_device_lets_nobody_in_any_more(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert called(capfd, "people", "link", folder, "--email", "ben@council.example", "--lost")[0] == 0
    assert state(folder) == (0, 0)
    assert state(folder, "Cem") == (1, 1)


@pytest.mark.parametrize(
    ("email", "found"), [("nobody@council.example", 0), ("team@council.example", 2), ("\u202e", 0)]
)
def test_an_address_that_is_not_one_persons_gives_no_link(
    folder: Path, capfd: pytest.CaptureFixture[str], email: str, found: int
) -> None:
    code, out, err = called(capfd, "people", "link", folder, "--email", email, "--lost")
    assert (code, out) == (2, "")
    assert f"{found} people with an account have the address" in err
    assert state(folder, "Cem") == (1, 1)


def test_the_doctor_says_which_passkeys_sign_at_another_address(folder: Path) -> None:
    def said() -> list[str]:
        with Register.open(folder) as register:
            return [sentence for _, sentence in _ills(LOOKS["keys"], register)]

    assert not any(SITE in one for one in said())
    settings = folder / "fairplace.toml"
    settings.write_text('site = "https://new.council.example"\n' + settings.read_text())
    assert [one for one in said() if f"1 passkey signs at {SITE}" in one] != []


def test_who_is_confirmed_at_the_console_signs_in_anew_and_has_one_account(run: Any, tmp_path: Path) -> None:
    folder = tmp_path / "register"
    run("init", folder, "--authority", "Council", "--origin", "log.council.example/c")
    ada = ("people", "invite", folder, "--name", "Ada", "--email", "ada@council.example", "--role", "key-admin")
    secret = run(*ada).out.strip().rpartition("/")[2]
    with Register.open(folder) as register:
        accounts = Workroom(register).accounts
        with accounts.database.writing() as connection:
            person = accounts.accept(connection, accounts.invitation(secret))
        accounts.keep_key(person.id, Signer("council.example/officer/ada1", b"a" * 32).vkey.text, "", ("key-admin",))
        Sessions(accounts).begin(person)
    assert "Invited" not in run("people", "waiting", folder).sentence, "she has come"
    assert "Ada has an account with the address ada@council.example" in run(*ada).sentence
    assert state(folder, "Ada") == (0, 1)
    assert run("people", "confirm", folder, "--yes").code == 0
    assert state(folder, "Ada") == (0, 0)


def test_an_invitation_is_taken_back_at_the_console(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    invite = ("people", "invite", folder, "--name", "Eve", "--email", "eve@council.example", "--role", "officer")
    links = [called(capfd, *invite)[1].strip().rpartition("/")[2] for _ in range(2)]
    code, _, err = called(capfd, "people", "take-back", folder, "--email", "EVE@council.example")
    assert (code, "2 invitations were taken back" in err) == (0, True)
    code, _, err = called(capfd, "people", "take-back", folder, "--email", "eve@council.example")
    assert code == 2
    assert "no invitation to eve@council.example is open" in err
    with Register.open(folder) as register:
        accounts = Workroom(register).accounts
        assert [(one.invited_by, one.by) for one in accounts.taken_back()] == [(None, None)] * 2
        for link in links:
            with pytest.raises(Missing, match="taken back"):
                accounts.invitation(link)
