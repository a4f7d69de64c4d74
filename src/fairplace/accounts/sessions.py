"""Sessions: who is signed in, for how long, and how often somebody may try.

- The cookie's secret is 32 random bytes; the file holds its digest alone. It is new at every sign-in.
- A session ends after half an hour without a request and after twelve hours in any case.
- Tries are counted in the file, so that several processes count together.
"""

from __future__ import annotations

import math
import secrets
import time
from datetime import timedelta

from fairplace.accounts.accounts import Accounts
from fairplace.accounts.model import Person, Session, digest
from fairplace.errors import Forbidden
from fairplace.terms import instant, moment

IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=12)
TOUCH = timedelta(minutes=1)
"""A session is noted as seen no more often than this: reading pages should not write to the disk each time."""


class TooMany(Forbidden):
    """Somebody tried too often; they may again soon."""

    status = 429


class Sessions:
    """The sessions of one register's accounts. Methods block."""

    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts
        self._database = accounts.database

    def begin(self, person: Person, ended: str | None = None) -> str:
        """Sign somebody in; the secret for their cookie. The session that their browser had before ends."""
        if person.barred is not None:
            raise Forbidden("this account was closed; ask whoever looks after the register", code="barred")
        secret = secrets.token_urlsafe(32)
        now = self._accounts.now()
        with self._database.writing() as connection:
            if ended is not None:
                connection.execute("DELETE FROM session WHERE digest = ?", (digest(ended),))
            connection.execute(
                "INSERT INTO session (digest, person, csrf, created, seen) VALUES (?, ?, ?, ?, ?)",
                (digest(secret), person.id, secrets.token_urlsafe(32), now, now),
            )
            connection.execute("DELETE FROM session WHERE created < ?", (self._before(LONGEST),))
        return secret

    def get(self, secret: str) -> Session | None:
        """Who is signed in with this cookie, or nobody."""
        with self._database.reading() as connection:
            row = connection.execute(
                "SELECT person.*, session.csrf, session.created AS begun, session.seen"
                " FROM session JOIN person ON person.id = session.person WHERE digest = ?",
                (digest(secret),),
            ).fetchone()
        if row is None or row["barred"] is not None:
            return None
        if row["begun"] < self._before(LONGEST) or row["seen"] < self._before(IDLE):
            self.end(secret)
            return None
        if row["seen"] < self._before(TOUCH):
            with self._database.writing() as connection:
                connection.execute(
                    "UPDATE session SET seen = ? WHERE digest = ?", (self._accounts.now(), digest(secret))
                )
        known = {name: row[name] for name in Person.__struct_fields__}
        return Session(person=Person(**known), csrf=row["csrf"])

    def end(self, secret: str) -> None:
        with self._database.writing() as connection:
            connection.execute("DELETE FROM session WHERE digest = ?", (digest(secret),))

    def end_all(self, person: str) -> None:
        """Everywhere: after a change of roles, and when somebody asks for it."""
        with self._database.writing() as connection:
            connection.execute("DELETE FROM session WHERE person = ?", (person,))

    def count(self, what: str, most: int, within: timedelta = timedelta(minutes=1)) -> None:
        """One more try of something. Raises TooMany beyond `most` within the time, and says when there is room again."""
        now = time.time()
        since = now - within.total_seconds()
        with self._database.writing() as connection:
            connection.execute("DELETE FROM attempt WHERE at < ?", (now - 3600,))
            before = connection.execute(
                "SELECT at FROM attempt WHERE what = ? AND at > ? ORDER BY at DESC LIMIT 1 OFFSET ?",
                (what, since, most - 1),
            ).fetchone()
            if before is None:
                connection.execute("INSERT INTO attempt (what, at) VALUES (?, ?)", (what, now))
        if before is not None:
            minutes = math.ceil((before[0] - since) / 60)
            wait = "wait a minute and try again" if minutes <= 1 else f"try again in {minutes} minutes"
            raise TooMany(f"that was tried too often; {wait}", code="too-many")

    def _before(self, by: timedelta) -> str:
        return instant(moment(self._accounts.now()) - by)
