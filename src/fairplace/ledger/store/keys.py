"""The key store: one key for each data subject, wrapped, in a file of its own with backups of its own.

- A subject's key is on the disk before anything that is kept under it.
- Keys are made and destroyed under the register's own lock, so no writer uses a key that is gone.
- What is remembered of the file is forgotten when any other connection has written to it.
- A destroyed key leaves a mark: what is missing is then known to be erased, and not lost.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from fairplace.errors import Misconfigured, Unproven
from fairplace.ledger.store.connection import Connections, Form
from fairplace.ledger.store.vault import KEY_BYTES, unwrap, wrap

FORM = Form(name="key store", application=0x46504B53, version=1, schema=Path(__file__).with_name("keys.sql"))
MOST_KNOWN = 100_000

NAMES, AUTHORITY = "names", "authority"
"""Subjects that there always are: whose key makes names of what could be guessed, and the authority itself, under whose
key stands what was erased. Neither is ever destroyed; the first tells whether the key of all keys is right."""


class Known(NamedTuple):
    """What there is of a subject: its key, if it has one; its records at places below `upto` were erased."""

    cipher: AESGCM | None
    upto: int


class KeyStore:
    """The keys of one file. Safe to share between threads."""

    def __init__(self, path: Path, kek: Callable[[], bytes]) -> None:
        """Nothing is opened or made yet; `kek` gives the key of all keys, or raises Misconfigured."""
        self.path = path
        self._kek_of = kek
        self._lock = threading.RLock()
        self._versions = threading.local()
        self._ciphers: dict[str, AESGCM | None] = {}
        self._upto: dict[str, int] = {}

    def open(self) -> None:
        """Open the file, or make it. Raises Misconfigured when the key of all keys is not the one of this file."""
        if "_connections" in self.__dict__:
            return
        self._kek = AESGCM(self._kek_of())
        self._connections = Connections(self.path, FORM)
        self.names_key = self._made_or_kept(NAMES)
        self._made_or_kept(AUTHORITY)

    def close(self) -> None:
        if "_connections" in self.__dict__:
            self._connections.close()

    def _made_or_kept(self, subject: str) -> bytes:
        """The key of a subject that there always is."""
        with self._connections.writing() as connection:
            new = wrap(self._kek, os.urandom(KEY_BYTES), subject)
            connection.execute("INSERT OR IGNORE INTO subject_key VALUES (?, ?, 0)", (subject, new))
            [found] = connection.execute("SELECT wrapped FROM subject_key WHERE subject = ?", (subject,)).fetchone()
        try:
            return unwrap(self._kek, found, subject)
        except Unproven as error:
            raise Misconfigured(
                f"the seed of the vault is not the one under which {self.path.name} was written; restore both from the"
                " same backup of keys"
            ) from error

    def known(self, subjects: Iterable[str]) -> dict[str, Known]:
        """What there is of these subjects at one moment: the file is asked once whether it was written to."""
        with self._lock:
            self._refresh()
            return {subject: self._known(subject) for subject in subjects}

    def cipher(self, subject: str) -> AESGCM | None:
        """The subject's key, or None when there is none."""
        return self.known([subject])[subject].cipher

    def erased_upto(self, subject: str) -> int:
        """Records of the subject at places below this one were erased."""
        return self.known([subject])[subject].upto

    def make(self, subjects: Iterable[str], place: int) -> dict[str, AESGCM]:
        """The keys of these subjects, made where there are none; on the disk on return.

        Called under the register's lock; `place` is the one that the log has reached.
        """
        with self._lock:
            found = {subject: self.cipher(subject) for subject in subjects}
            if missing := sorted(subject for subject, cipher in found.items() if cipher is None):
                keys = {subject: os.urandom(KEY_BYTES) for subject in missing}
                with self._connections.writing() as connection:
                    new = connection.executemany(
                        "INSERT OR IGNORE INTO subject_key VALUES (?, ?, ?)",
                        [(subject, wrap(self._kek, key, subject), place) for subject, key in keys.items()],
                    ).rowcount
                if new == len(keys):
                    for subject, key in keys.items():
                        self._ciphers[subject] = AESGCM(key)
                else:  # another process made one of them
                    self._forget()
                for subject in missing:
                    found[subject] = self.cipher(subject)
            return {subject: cipher for subject, cipher in found.items() if cipher is not None}

    def destroy(self, subjects: Iterable[str], place: int) -> int:
        """Destroy the keys of these subjects that were made before this place. How many there were.

        Called under the register's lock. The journal of the file is emptied by `scrub`.
        """
        gone = 0
        with self._lock:
            with self._connections.writing() as connection:
                for subject in subjects:
                    gone += connection.execute(
                        "DELETE FROM subject_key WHERE subject = ? AND born < ?", (subject, place)
                    ).rowcount
                    connection.execute(
                        "INSERT INTO destroyed VALUES (?, ?) ON CONFLICT (subject) DO UPDATE SET upto = max(upto, ?)",
                        (subject, place, place),
                    )
            self._forget()
        return gone

    def alive(self, subjects: Iterable[str], place: int) -> list[str]:
        """Those of the subjects that have a key from before this place."""
        execute = self._connections.get().execute
        return [
            subject
            for subject in subjects
            if execute("SELECT 1 FROM subject_key WHERE subject = ? AND born < ?", (subject, place)).fetchone()
        ]

    def subjects(self, start: str = "") -> list[str]:
        """Whose keys there are, of names that begin so."""
        rows = self._connections.get().execute("SELECT subject FROM subject_key ORDER BY subject").fetchall()
        return [subject for (subject,) in rows if subject.startswith(start)]

    def note_backup(self, path: str, made: str) -> None:
        with self._connections.writing() as connection:
            connection.execute("INSERT OR REPLACE INTO backup VALUES (?, ?)", (path, made))

    def backups(self) -> list[tuple[str, str]]:
        """Where this store was backed up to and when, oldest first."""
        return self._connections.get().execute("SELECT path, made FROM backup ORDER BY made, path").fetchall()

    def scrub(self) -> bool:
        """Fold the journal into the file and empty it: old pages may hold what was destroyed. False: somebody reads."""
        return self._connections.scrub()

    def _known(self, subject: str) -> Known:
        if subject not in self._upto:
            self._load(subject)
        return Known(self._ciphers[subject], self._upto[subject])

    def _load(self, subject: str) -> None:
        if len(self._ciphers) >= MOST_KNOWN:
            self._forget()
        execute = self._connections.get().execute
        found = execute("SELECT wrapped FROM subject_key WHERE subject = ?", (subject,)).fetchone()
        gone = execute("SELECT upto FROM destroyed WHERE subject = ?", (subject,)).fetchone()
        try:
            self._ciphers[subject] = AESGCM(unwrap(self._kek, found[0], subject)) if found else None
        except Unproven as error:
            raise Unproven(
                f"the key of {subject} cannot be used: {error}; restore {self.path.name} from its backup"
            ) from error
        self._upto[subject] = gone[0] if gone else 0

    def _refresh(self) -> None:
        """Forget what is remembered when another connection wrote: a key may be gone."""
        version = self._connections.get().execute("PRAGMA data_version").fetchone()[0]
        if version != getattr(self._versions, "seen", None):
            self._forget()
        self._versions.seen = version

    def _forget(self) -> None:
        self._ciphers = {}
        self._upto = {}
