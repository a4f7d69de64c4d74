"""People, the invitations that let them in, and the signing keys for which they ask.

- Nobody signs up: an invitation from the console, or from somebody who may invite, comes first. Its link works once.
- A role is asked for here and conferred elsewhere: by an entry in the key register that another person signs.
"""

from __future__ import annotations

import re
import secrets
import sqlite3
from datetime import timedelta
from pathlib import Path

from fairplace.accounts.model import DeviceKey, Invitation, Passkey, Person, RoleRequest, TakenBack, digest
from fairplace.errors import Conflict, Forbidden, Malformed, Missing, Refused
from fairplace.private_file import PrivateFile
from fairplace.sources import Sources
from fairplace.terms import Instant, instant, text

CONSOLE_LINK = timedelta(minutes=30)
"""How long the first administrator's link works (threat model, attack 24)."""

INVITATION = timedelta(days=7)
FORGOTTEN = timedelta(days=30)
"""After the last day of a link that nobody used: then it is erased whom it was for."""

MOST_WAITING = 20
"""Role requests of one person that may wait at once."""

APPLICATION = 0x46504143  # "FPAC"

_EMAIL = re.compile(r"[^@\s\x00-\x1f\x7f]{1,64}@[^@\s\x00-\x1f\x7f]{1,190}")


class Accounts:
    """The accounts of one register. Methods block."""

    def __init__(self, path: Path, sources: Sources) -> None:
        self.database = PrivateFile(path, Path(__file__).with_name("schema.sql"), application=APPLICATION, form=2)
        self.sources = sources
        self.forget_invitations()

    def now(self) -> Instant:
        return instant(self.sources.clock())

    def later(self, by: timedelta) -> Instant:
        return instant(self.sources.clock() + by)

    # People

    def person(self, id_: str) -> Person:
        with self.database.reading() as connection:
            row = connection.execute("SELECT * FROM person WHERE id = ?", (id_,)).fetchone()
        if row is None:
            raise Missing("nobody with an account here has this address")
        return _person(row)

    def people(self) -> list[Person]:
        with self.database.reading() as connection:
            return [_person(row) for row in connection.execute("SELECT * FROM person ORDER BY name, id")]

    def bar(self, id_: str) -> None:
        """From now on they may not sign in; whoever is signed in is signed out."""
        self.person(id_)
        with self.database.writing() as connection:
            connection.execute("UPDATE person SET barred = ? WHERE id = ? AND barred IS NULL", (self.now(), id_))
            connection.execute("DELETE FROM session WHERE person = ?", (id_,))

    def unbar(self, id_: str) -> None:
        self.person(id_)
        with self.database.writing() as connection:
            connection.execute("UPDATE person SET barred = NULL WHERE id = ?", (id_,))

    def check_new(self, email: str) -> None:
        """Raises Refused when one of the authority's own people has an account with this address: nobody has two."""
        wanted = email.strip().casefold()
        for one in self.people():
            if one.provider is None and one.email.casefold() == wanted:
                raise Refused(
                    f"{one.name} has an account with the address {one.email} already; further roles, and further ways to"
                    " sign in, they ask for under My keys",
                    code="known",
                )

    # Invitations

    def invite(
        self,
        *,
        name: str,
        email: str,
        roles: tuple[str, ...],
        provider: str | None = None,
        invited_by: str | None = None,
        person: str | None = None,
        lasts: timedelta = INVITATION,
    ) -> str:
        """The secret of a new link. It is given out once and stands nowhere here."""
        name, email = _named(name), _addressed(email)
        secret = secrets.token_urlsafe(32)
        with self.database.writing() as connection:
            connection.execute(
                "INSERT INTO invitation (digest, name, email, provider, roles, person, invited_by, created, expires)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    digest(secret),
                    name,
                    email,
                    provider,
                    " ".join(roles),
                    person,
                    invited_by,
                    self.now(),
                    self.later(lasts),
                ),
            )
        return secret

    def invitation(self, secret: str) -> Invitation:
        """What a link opens. Raises Missing, with what to do, for one that is unknown, was used, or is too old."""
        with self.database.reading() as connection:
            row = connection.execute("SELECT * FROM invitation WHERE digest = ?", (digest(secret),)).fetchone()
        if row is None:
            raise Missing("this link is not complete, or not from this register; open it again from the message")
        if not row["name"] and (row["used"] is not None or row["expires"] >= self.now()):
            raise Missing("this link was taken back; ask whoever invited you whether you are to have a new one")
        if row["used"] is not None:
            raise Missing("this link was used already; sign in, or ask whoever invited you for a new one")
        if row["expires"] < self.now():
            raise Missing("this link is too old; ask whoever invited you for a new one")
        return _invitation(row)

    def forget_invitations(self) -> None:
        """Erase whom the links were for that nobody used and that are long too old."""
        with self.database.writing() as connection:
            connection.execute(
                "UPDATE invitation SET name = '', email = '', provider = NULL, roles = '', person = NULL"
                " WHERE used IS NULL AND name != '' AND expires < ?",
                (self.later(-FORGOTTEN),),
            )

    def invitations(self) -> list[Invitation]:
        """Those that are open, the oldest first."""
        with self.database.reading() as connection:
            rows = connection.execute(
                "SELECT * FROM invitation WHERE used IS NULL AND name != '' AND expires >= ? ORDER BY created, digest",
                (self.now(),),
            ).fetchall()
        return [_invitation(row) for row in rows]

    def taken_back(self) -> list[TakenBack]:
        """Those that were taken back, the newest first, as far as it was kept who did."""
        with self.database.reading() as connection:
            rows = connection.execute(
                "SELECT * FROM invitation WHERE used IS NOT NULL AND name = '' ORDER BY used DESC, digest"
            ).fetchall()
        return [
            TakenBack(invited=row["created"], invited_by=row["invited_by"], at=row["used"], by=row["person"])
            for row in rows
        ]

    def take_back_invitation(self, handle: str, *, by: str | None) -> None:
        """Its link opens nothing any more, and whom it was for is erased; who took it back stays, null for the console.

        Raises Missing for one that is not open.
        """
        with self.database.writing() as connection:
            taken = connection.execute(
                "UPDATE invitation SET name = '', email = '', provider = NULL, roles = '', person = ?, used = ?"
                " WHERE lower(hex(digest)) = ? AND used IS NULL AND name != ''",
                (by, self.now(), handle),
            )
        if taken.rowcount != 1:
            raise Missing(
                "this invitation was used or taken back already, so there is nothing to take back; look at the list"
                " again. Whoever used it has an account now, which you can close there"
            )

    def accept(self, connection: sqlite3.Connection, invitation: Invitation) -> Person:
        """Use the link up, within the work that gives the person a way in. Raises Conflict when it was used meanwhile."""
        used = connection.execute(
            "UPDATE invitation SET used = ? WHERE digest = ? AND used IS NULL AND name != ''",
            (self.now(), invitation.digest),
        )
        if used.rowcount != 1:
            raise Conflict("this link was used in another window, or taken back, meanwhile; open it again to see which")
        if invitation.person is not None:
            return _person(connection.execute("SELECT * FROM person WHERE id = ?", (invitation.person,)).fetchone())
        made = Person(
            id=self.sources.stream_id(),
            name=invitation.name,
            email=invitation.email,
            provider=invitation.provider,
            roles=" ".join(invitation.roles),
            created=self.now(),
            barred=None,
        )
        connection.execute(
            "INSERT INTO person (id, name, email, provider, roles, created) VALUES (?, ?, ?, ?, ?, ?)",
            (made.id, made.name, made.email, made.provider, made.roles, made.created),
        )
        return made

    # Ways in

    def passkeys(self, person: str) -> list[Passkey]:
        with self.database.reading() as connection:
            rows = connection.execute("SELECT * FROM passkey WHERE person = ? ORDER BY created", (person,)).fetchall()
        return [_passkey(row) for row in rows]

    def passkey(self, credential: bytes) -> Passkey | None:
        with self.database.reading() as connection:
            row = connection.execute("SELECT * FROM passkey WHERE credential = ?", (credential,)).fetchone()
        return None if row is None else _passkey(row)

    def forget_passkeys(self, person: str) -> None:
        """They sign in with none of these any more, and whoever is signed in as them is signed out."""
        with self.database.writing() as connection:
            connection.execute("DELETE FROM passkey WHERE person = ?", (person,))
            connection.execute("DELETE FROM session WHERE person = ?", (person,))

    def person_of(self, issuer: str, subject: str) -> Person | None:
        """Whose account this is at the authority's own sign-in."""
        with self.database.reading() as connection:
            row = connection.execute(
                "SELECT person.* FROM identity JOIN person ON person.id = identity.person"
                " WHERE issuer = ? AND subject = ?",
                (issuer, subject),
            ).fetchone()
        return None if row is None else _person(row)

    def join_identity(self, connection: sqlite3.Connection, person: str, issuer: str, subject: str) -> None:
        try:
            connection.execute(
                "INSERT INTO identity (issuer, subject, person, created) VALUES (?, ?, ?, ?)",
                (issuer, subject, person, self.now()),
            )
        except sqlite3.IntegrityError as error:
            raise Conflict("this account at the authority's sign-in belongs to somebody here already") from error

    # Signing keys and the roles asked for them

    def keep_key(self, person: str, vkey: str, label: str, roles: tuple[str, ...], *, credential: bytes = b"") -> None:
        """A new signing key of theirs, and the roles that are asked for it. `credential` is the id of a passkey."""
        with self.database.writing() as connection:
            try:
                connection.execute(
                    "INSERT INTO device_key (vkey, person, label, created, credential) VALUES (?, ?, ?, ?, ?)",
                    (vkey, person, text(label)[:80] or "this device", self.now(), credential),
                )
            except sqlite3.IntegrityError as error:
                raise Conflict("this key is known here already; reload the page") from error
            self._ask(connection, person, vkey, roles, person)

    def take_back(self, person: str) -> None:
        """What they asked for keys that may sign nothing yet, and that nobody decided: another key comes in their place."""
        with self.database.writing() as connection:
            waiting = connection.execute(
                "DELETE FROM role_request WHERE decided IS NULL"
                " AND vkey IN (SELECT vkey FROM device_key WHERE person = ?) RETURNING vkey",
                (person,),
            ).fetchall()
        for vkey in {row["vkey"] for row in waiting}:
            self.forget_key(vkey)

    def forget_key(self, vkey: str) -> None:
        """A key that nothing came of. One for which a role was asked stays: somebody else decides that."""
        with self.database.writing() as connection:
            connection.execute(
                "DELETE FROM device_key WHERE vkey = ?1 AND vkey NOT IN (SELECT vkey FROM role_request)"
                " AND vkey NOT IN (SELECT vkey FROM recovery)",
                (vkey,),
            )

    # Lost keys

    def ask_recovery(self, vkey: str) -> None:
        """Their key is lost; this new one is to take its place. One at a time: what they asked before is taken back."""
        person = self.key(vkey).person
        for one in self.recoveries():
            if one.person == person:
                self.close_recovery(one.vkey)
        with self.database.writing() as connection:
            connection.execute("INSERT INTO recovery (vkey, created) VALUES (?, ?)", (vkey, self.now()))

    def recoveries(self) -> list[DeviceKey]:
        """The new keys of people who lost theirs and wait, the oldest first."""
        with self.database.reading() as connection:
            rows = connection.execute(
                "SELECT device_key.* FROM recovery JOIN device_key USING (vkey) ORDER BY recovery.created, vkey"
            ).fetchall()
        return [DeviceKey(**dict(row)) for row in rows]

    def close_recovery(self, vkey: str, *, forget: bool = True) -> None:
        """Nobody waits for it any more; the new key is forgotten, unless the register knows it now."""
        with self.database.writing() as connection:
            connection.execute("DELETE FROM recovery WHERE vkey = ?", (vkey,))
        if forget:
            self.forget_key(vkey)

    def ask_role(self, vkey: str, role: str, asked_by: str) -> None:
        """Ask for a further role. Who confirms it is not who asked, nor whose key it is."""
        key = self.key(vkey)
        with self.database.writing() as connection:
            self._ask(connection, key.person, vkey, (role,), asked_by)

    def _ask(
        self, connection: sqlite3.Connection, person: str, vkey: str, roles: tuple[str, ...], asked_by: str
    ) -> None:
        waiting = connection.execute(
            "SELECT count(*) FROM role_request JOIN device_key USING (vkey) WHERE person = ? AND decided IS NULL",
            (person,),
        ).fetchone()[0]
        if waiting + len(roles) > MOST_WAITING:
            raise Conflict(f"{waiting} requests of this person wait already; have them decided first")
        for role in roles:
            # What was refused, or has ended since, can be asked for again.
            connection.execute(
                "DELETE FROM role_request WHERE vkey = ? AND role = ? AND decided IS NOT NULL", (vkey, role)
            )
            try:
                connection.execute(
                    "INSERT INTO role_request (id, vkey, role, asked_by, created) VALUES (?, ?, ?, ?, ?)",
                    (self.sources.stream_id(), vkey, role, asked_by, self.now()),
                )
            except sqlite3.IntegrityError as error:
                raise Conflict(f"the role {role} waits to be confirmed for this key already") from error

    def key(self, vkey: str) -> DeviceKey:
        with self.database.reading() as connection:
            row = connection.execute("SELECT * FROM device_key WHERE vkey = ?", (vkey,)).fetchone()
        if row is None:
            raise Missing("this signing key is not known here")
        return DeviceKey(**dict(row))

    def keys_of(self, person: str) -> list[DeviceKey]:
        with self.database.reading() as connection:
            rows = connection.execute(
                "SELECT * FROM device_key WHERE person = ? ORDER BY created", (person,)
            ).fetchall()
        return [DeviceKey(**dict(row)) for row in rows]

    def holders(self) -> list[tuple[str, str]]:
        """Every signing key (its vkey) of the authority's own people with the name of who holds it, the oldest first."""
        with self.database.reading() as connection:
            return [
                (row["vkey"], row["name"])
                for row in connection.execute(
                    "SELECT vkey, name FROM device_key JOIN person ON person.id = device_key.person"
                    " WHERE provider IS NULL ORDER BY device_key.created, vkey"
                )
            ]

    def requests(self) -> list[RoleRequest]:
        """Roles that wait for a second person, the oldest first."""
        with self.database.reading() as connection:
            rows = connection.execute(
                "SELECT role_request.id, vkey, role, person, asked_by, role_request.created"
                " FROM role_request JOIN device_key USING (vkey) WHERE decided IS NULL"
                " ORDER BY role_request.created, role_request.id"
            ).fetchall()
        return [RoleRequest(**dict(row)) for row in rows]

    def request(self, id_: str) -> RoleRequest:
        found = next((one for one in self.requests() if one.id == id_), None)
        if found is None:
            raise Missing("this request was decided already, or never made; look at the list again")
        return found

    def decide(self, id_: str, by: str, outcome: str) -> None:
        """Close a request. Raises Forbidden when it is their own."""
        self.check_second(self.request(id_), by)
        with self.database.writing() as connection:
            connection.execute(
                "UPDATE role_request SET decided = ?, decided_by = ?, outcome = ? WHERE id = ? AND decided IS NULL",
                (self.now(), by, outcome, id_),
            )

    @staticmethod
    def check_second(request: RoleRequest, by: str) -> None:
        """Raises Forbidden unless somebody else decides: neither whose key it is, nor who asked."""
        if by in (request.person, request.asked_by):
            raise Forbidden(
                "a second person confirms every key and every role; this is your own request", code="second"
            )


def _person(row: sqlite3.Row) -> Person:
    return Person(**dict(row))


def _invitation(row: sqlite3.Row) -> Invitation:
    known = {name: row[name] for name in row.keys() if name not in ("roles", "used")}  # noqa: SIM118 - a row yields values
    return Invitation(**known, roles=tuple(row["roles"].split()))


def _passkey(row: sqlite3.Row) -> Passkey:
    return Passkey(**{**dict(row), "backed_up": bool(row["backed_up"])})


def _named(name: str) -> str:
    clean = text(name)
    if not 1 <= len(clean) <= 200:
        raise Malformed("a name of 1 to 200 characters is needed; say whom you invite")
    return clean


def _addressed(email: str) -> str:
    clean = email.strip()
    if not _EMAIL.fullmatch(clean):
        raise Malformed(f"{clean[:80]!r} is no e-mail address; write one like ada@council.example")
    return clean
