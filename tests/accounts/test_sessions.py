"""Sessions end by themselves, when told to, and with the account; tries are counted."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from fairplace.accounts.accounts import Accounts
from fairplace.accounts.ceremonies import Ceremonies
from fairplace.accounts.passkeys import SigningIn
from fairplace.accounts.sessions import Sessions, TooMany
from fairplace.errors import Forbidden, Refused
from tests.accounts.conftest import Clock, joined


def test_a_session_lasts_half_an_hour_from_the_last_request(accounts: Accounts, clock: Clock) -> None:
    sessions, ada = Sessions(accounts), joined(accounts, "ada")
    secret = sessions.begin(ada)
    for _ in range(4):
        clock.pass_(minutes=29)
        assert (found := sessions.get(secret)) is not None
        assert found.person == ada
    clock.pass_(minutes=31)
    assert sessions.get(secret) is None
    assert sessions.get(secret) is None


def test_a_session_ends_after_twelve_hours_whatever_happens(accounts: Accounts, clock: Clock) -> None:
    sessions = Sessions(accounts)
    secret = sessions.begin(joined(accounts, "ada"))
    for _ in range(12 * 3):
        assert sessions.get(secret) is not None
        clock.pass_(minutes=20, seconds=1)
    assert sessions.get(secret) is None


def test_signing_in_gives_a_new_secret_and_ends_the_old_session(accounts: Accounts, tmp_path: Path) -> None:
    sessions, ada = Sessions(accounts), joined(accounts, "ada")
    first = sessions.begin(ada)
    second = sessions.begin(ada, ended=first)
    assert first != second
    assert sessions.get(first) is None
    assert second.encode() not in (tmp_path / "accounts.sqlite").read_bytes()
    one, other = sessions.get(second), sessions.get(sessions.begin(ada))
    assert one is not None
    assert other is not None
    assert one.csrf != other.csrf


def test_sessions_end_one_by_one_and_all_together(accounts: Accounts) -> None:
    sessions, ada = Sessions(accounts), joined(accounts, "ada")
    secrets = [sessions.begin(ada) for _ in range(3)]
    sessions.end(secrets[0])
    assert [sessions.get(one) is not None for one in secrets] == [False, True, True]
    sessions.end_all(ada.id)
    assert [sessions.get(one) for one in secrets] == [None, None, None]


def test_a_closed_account_is_signed_out_and_stays_out(accounts: Accounts) -> None:
    sessions, ada = Sessions(accounts), joined(accounts, "ada")
    secret = sessions.begin(ada)
    accounts.bar(ada.id)
    assert sessions.get(secret) is None
    with pytest.raises(Forbidden, match="was closed"):
        sessions.begin(accounts.person(ada.id))
    accounts.unbar(ada.id)
    assert sessions.get(sessions.begin(accounts.person(ada.id))) is not None


@pytest.mark.parametrize("secret", ["", "x", "\ud800", "a" * 100_000])
def test_a_made_up_secret_opens_nothing(accounts: Accounts, secret: str) -> None:
    assert Sessions(accounts).get(secret) is None


def test_tries_are_counted_for_each_thing(accounts: Accounts) -> None:
    sessions = Sessions(accounts)
    for _ in range(5):
        sessions.count("sign-in 192.0.2.1", 5)
    with pytest.raises(TooMany, match="wait a minute") as caught:
        sessions.count("sign-in 192.0.2.1", 5)
    assert caught.value.status == 429
    sessions.count("sign-in 192.0.2.2", 5)
    sessions.count("question", 1, within=timedelta(hours=1))
    with pytest.raises(TooMany, match="try again in 60 minutes"):
        sessions.count("question", 1, within=timedelta(hours=1))


def test_a_question_is_answered_once_in_time_and_as_it_was_asked(accounts: Accounts, clock: Clock) -> None:
    ceremonies = Ceremonies(accounts)
    secret = ceremonies.ask("sign-in", SigningIn(challenge=b"1"))
    with pytest.raises(Refused):
        ceremonies.answered("register", secret, SigningIn)
    secret = ceremonies.ask("sign-in", SigningIn(challenge=b"2"))
    assert ceremonies.answered("sign-in", secret, SigningIn).challenge == b"2"
    with pytest.raises(Refused, match="begin again"):
        ceremonies.answered("sign-in", secret, SigningIn)
    secret = ceremonies.ask("sign-in", SigningIn(challenge=b"3"))
    clock.pass_(minutes=6)
    with pytest.raises(Refused, match="took too long"):
        ceremonies.answered("sign-in", secret, SigningIn)
