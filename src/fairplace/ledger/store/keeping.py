"""The vault of a store: openings go in under their subjects' keys and come out as they were, or not at all."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from pathlib import Path

from fairplace.errors import Misconfigured, Unproven
from fairplace.ledger.disclosure import b64u
from fairplace.ledger.store.keys import KeyStore, Known
from fairplace.ledger.store.vault import KEY_BYTES, Bound, SubjectOf, by_stream, named, unlock


class Vault:
    """Keys, and whose each value is. `keys` is opened by the store that uses it."""

    def __init__(self, keys: KeyStore, subject_of: SubjectOf = by_stream) -> None:
        self.keys = keys
        self.subject_of = subject_of

    def name(self, text: str) -> bytes:
        """What stands for a name that could be guessed."""
        return named(self.keys.names_key, text)

    def disclosure(
        self,
        log: str,
        place: int,
        slot: str,
        subject: str,
        digest: bytes,
        record: bytes,
        event: str,
        *,
        known: Known | None = None,
    ) -> str | None:
        """The disclosure in a row of the vault; None when it was erased.

        `known` is what there is of the subject, for whoever reads many rows. Raises Misconfigured when its key is lost, and Unproven when the row was changed.
        """
        cipher, upto = known or self.keys.known([subject])[subject]
        if place < upto:
            return None
        if cipher is None:
            raise Misconfigured(
                f"the key of {subject} is missing from {self.keys.path.name}, and it was not erased; restore the backup"
                " of keys"
            )
        try:
            return unlock(cipher, record, Bound(log, event, b64u(digest)))
        except (Unproven, UnicodeDecodeError) as error:
            raise Unproven(
                f"the stored opening of {slot} cannot be read: {error}; the store was changed from outside"
            ) from error


FILE = "keys.sqlite"


def of_folder(folder: Path, kek: Callable[[], bytes], subject_of: SubjectOf) -> Vault:
    """The vault of the register in this folder."""
    return Vault(KeyStore(folder / FILE, kek), subject_of)


def alone(folder: Path) -> Vault:
    """The vault of a store that is no register's (a test's, a benchmark's): it makes its own key of all keys."""

    def kek() -> bytes:
        seed = folder / "vault.seed"
        if not seed.exists():
            fresh = folder / f".vault.seed.{os.urandom(8).hex()}"
            with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(os.urandom(KEY_BYTES))
            with contextlib.suppress(FileExistsError):  # another process was first
                os.link(fresh, seed)
            fresh.unlink()
        return seed.read_bytes()

    return of_folder(folder, kek, by_stream)
