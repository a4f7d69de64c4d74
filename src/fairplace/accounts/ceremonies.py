"""What was asked of a browser during a sign-in, kept until the answer comes: each question is answered once."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Literal, TypeVar

import msgspec

from fairplace.accounts.accounts import Accounts
from fairplace.accounts.model import digest
from fairplace.errors import Refused

LASTS = timedelta(minutes=5)

T = TypeVar("T")

Kind = Literal["register", "sign-in", "oidc", "key", "read"]


class Ceremonies:
    """Questions on their way. Methods block."""

    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts

    def ask(self, kind: Kind, given: msgspec.Struct) -> str:
        """Remember what was asked; the secret that the answer must bring."""
        secret = secrets.token_urlsafe(32)
        with self._accounts.database.writing() as connection:
            connection.execute("DELETE FROM ceremony WHERE expires < ?", (self._accounts.now(),))
            connection.execute(
                "INSERT INTO ceremony (digest, kind, given, expires) VALUES (?, ?, ?, ?)",
                (digest(secret), kind, msgspec.json.encode(given), self._accounts.later(LASTS)),
            )
        return secret

    def answered(self, kind: Kind, secret: str, type_: type[T]) -> T:
        """What was asked, used up. Raises Refused when nothing like it is waiting."""
        with self._accounts.database.writing() as connection:
            row = connection.execute(
                "DELETE FROM ceremony WHERE digest = ? AND kind = ? RETURNING given, expires", (digest(secret), kind)
            ).fetchone()
        if row is None or row["expires"] < self._accounts.now():
            raise Refused("this took too long, or was done already; begin again", code="ceremony")
        return msgspec.json.decode(row["given"], type=type_)
