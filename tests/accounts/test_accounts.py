"""Invitations, signing keys that are asked for, and second persons."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from fairplace.accounts.accounts import MOST_WAITING, Accounts
from fairplace.errors import Conflict, Forbidden, Malformed, Misconfigured, Missing
from fairplace.sources import SYSTEM
from tests.accounts.conftest import Clock, joined

KEY = "council.example/officer/a1+00000000+AAAA"


def test_a_link_works_once(accounts: Accounts) -> None:
    link = accounts.invite(name="Ada", email="ada@council.example", roles=("officer",))
    invitation = accounts.invitation(link)
    with accounts.database.writing() as connection:
        ada = accounts.accept(connection, invitation)
    assert (ada.name, ada.roles, ada.provider) == ("Ada", "officer", None)
    with pytest.raises(Missing, match="was used already"):
        accounts.invitation(link)
    with pytest.raises(Conflict, match="another window"), accounts.database.writing() as connection:
        accounts.accept(connection, invitation)
    assert accounts.people() == [ada]


def test_a_link_ends(accounts: Accounts, clock: Clock) -> None:
    link = accounts.invite(name="Ada", email="ada@council.example", roles=("officer",))
    clock.pass_(days=7, seconds=1)
    with pytest.raises(Missing, match="too old"):
        accounts.invitation(link)


def test_who_was_invited_and_did_not_come_is_forgotten_a_month_later(accounts: Accounts, clock: Clock) -> None:
    used, link = (accounts.invite(name="Ada", email="ada@council.example", roles=("officer",)) for _ in range(2))
    with accounts.database.writing() as connection:
        accounts.accept(connection, accounts.invitation(used))

    def kept() -> list[tuple[str, str]]:
        accounts.forget_invitations()
        with accounts.database.reading() as connection:
            return [tuple(row) for row in connection.execute("SELECT name, email FROM invitation WHERE used IS NULL")]

    clock.pass_(days=37)
    assert kept() == [("Ada", "ada@council.example")]
    clock.pass_(seconds=1)
    assert kept() == [("", "")]
    assert accounts.taken_back() == []
    with pytest.raises(Missing, match="too old"):
        accounts.invitation(link)
    with pytest.raises(Missing, match="used already"):
        accounts.invitation(used)


@pytest.mark.parametrize("link", ["", "nothing", "x" * 10_000, "\ud800", "../../etc"])
def test_a_foreign_link_says_what_to_do(accounts: Accounts, link: str) -> None:
    with pytest.raises(Missing, match="open it again from the message"):
        accounts.invitation(link)


def test_no_secret_stands_in_the_file(accounts: Accounts, tmp_path: Path) -> None:
    link = accounts.invite(name="Ada", email="ada@council.example", roles=())
    assert link.encode() not in (tmp_path / "accounts.sqlite").read_bytes()


@pytest.mark.parametrize(
    ("name", "email"), [("", "a@b.example"), ("x" * 201, "a@b.example"), ("Ada", "ada"), ("Ada", "a b@c"), ("Ada", "@")]
)
def test_an_invitation_needs_a_name_and_an_address(accounts: Accounts, name: str, email: str) -> None:
    with pytest.raises(Malformed):
        accounts.invite(name=name, email=email, roles=())


def test_nobody_confirms_their_own_key(accounts: Accounts) -> None:
    ada, bel = joined(accounts, "ada", "officer"), joined(accounts, "bel", "key-admin")
    accounts.keep_key(ada.id, KEY, "laptop", ("officer",))
    [asked] = accounts.requests()
    with pytest.raises(Forbidden, match="your own request"):
        accounts.decide(asked.id, ada.id, "confirmed")
    accounts.decide(asked.id, bel.id, "confirmed")
    assert accounts.requests() == []
    with pytest.raises(Missing, match="decided already"):
        accounts.decide(asked.id, bel.id, "refused")


def test_who_asked_for_somebody_else_does_not_confirm_it(accounts: Accounts) -> None:
    ada, bel = joined(accounts, "ada"), joined(accounts, "bel")
    accounts.keep_key(ada.id, KEY, "laptop", ())
    accounts.ask_role(KEY, "approver", bel.id)
    [asked] = accounts.requests()
    for one in (ada, bel):
        with pytest.raises(Forbidden):
            accounts.check_second(asked, one.id)


def test_a_key_and_a_role_are_asked_for_once(accounts: Accounts) -> None:
    ada, bel = joined(accounts, "ada"), joined(accounts, "bel")
    accounts.keep_key(ada.id, KEY, "laptop", ("officer",))
    with pytest.raises(Conflict, match="known here already"):
        accounts.keep_key(bel.id, KEY, "laptop", ("officer",))
    with pytest.raises(Conflict, match="waits to be confirmed for this key already"):
        accounts.ask_role(KEY, "officer", bel.id)
    [refused] = accounts.requests()
    accounts.decide(refused.id, "console", "refused")
    accounts.ask_role(KEY, "officer", bel.id)
    assert [one.id != refused.id for one in accounts.requests()] == [True], "refused by mistake, it is asked for again"
    for number in range(MOST_WAITING - 1):
        accounts.ask_role(KEY, f"role-{number}", bel.id)
    with pytest.raises(Conflict, match="wait already"):
        accounts.ask_role(KEY, "one-more", bel.id)


def test_an_account_at_the_authority_belongs_to_one_person(accounts: Accounts) -> None:
    ada, bel = joined(accounts, "ada"), joined(accounts, "bel")
    with accounts.database.writing() as connection:
        accounts.join_identity(connection, ada.id, "https://login.example", "subject-1")
    with pytest.raises(Conflict), accounts.database.writing() as connection:
        accounts.join_identity(connection, bel.id, "https://login.example", "subject-1")
    assert accounts.person_of("https://login.example", "subject-1") == ada
    assert accounts.person_of("https://login.example/", "subject-1") is None


def test_the_file_is_its_owners_alone_and_no_other_program_s(tmp_path: Path) -> None:
    Accounts(tmp_path / "accounts.sqlite", SYSTEM)
    assert stat.S_IMODE((tmp_path / "accounts.sqlite").stat().st_mode) == 0o600
    (tmp_path / "other.sqlite").write_bytes(b"no database, long enough to be looked at as one" * 50)
    with pytest.raises(Misconfigured, match=r"other\.sqlite cannot be read"):
        Accounts(tmp_path / "other.sqlite", SYSTEM)
    with pytest.raises(Misconfigured, match="cannot be opened"):
        Accounts(tmp_path / "nowhere" / "accounts.sqlite", SYSTEM)
