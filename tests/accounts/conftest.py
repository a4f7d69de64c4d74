"""Accounts in a temporary file, with a clock that a test moves."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from fairplace.accounts.accounts import Accounts
from fairplace.accounts.model import Person
from fairplace.sources import Sources


class Clock:
    def __init__(self) -> None:
        self.moment = datetime(2026, 11, 28, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.moment

    def pass_(self, **by: float) -> None:
        self.moment += timedelta(**by)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def accounts(tmp_path: Path, clock: Clock) -> Accounts:
    return Accounts(tmp_path / "accounts.sqlite", Sources(clock, secrets.token_bytes))


def joined(accounts: Accounts, name: str, *roles: str, provider: str | None = None) -> Person:
    """Somebody who has followed their invitation."""
    link = accounts.invite(name=name, email=f"{name}@council.example", roles=roles, provider=provider)
    with accounts.database.writing() as connection:
        return accounts.accept(connection, accounts.invitation(link))
