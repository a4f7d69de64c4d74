"""Keys of files that lie beside the log: each its own, in the key store, under a name that tells nothing.

file   0x01 || nonce(12) || AES-256-GCM(K, nonce, bytes, "fairplace/document/v1" LF name LF)
"""

from __future__ import annotations

import os

from fairplace.errors import Misconfigured
from fairplace.ledger.store.keys import KeyStore
from fairplace.ledger.store.vault import NONCE_BYTES, VERSION, named, open_bound

_START = "document/"
_ALWAYS = 1 << 62


class FileLock:
    """Locks and unlocks the files of one register."""

    def __init__(self, keys: KeyStore) -> None:
        self._keys = keys

    def name(self, sha256: str) -> str:
        return named(self._keys.names_key, f"document {sha256}").hex()

    def lock(self, name: str, data: bytes) -> bytes:
        [cipher] = self._keys.make([_START + name], 0).values()
        nonce = os.urandom(NONCE_BYTES)
        return VERSION + nonce + cipher.encrypt(nonce, data, _bound(name))

    def unlock(self, name: str, data: bytes) -> bytes:
        if (cipher := self._keys.cipher(_START + name)) is None:
            raise Misconfigured(
                f"the key of the document {name} is missing from {self._keys.path.name}; restore the backup of keys"
            )
        return open_bound(cipher, data, _bound(name))

    def forget(self, name: str) -> None:
        self._keys.destroy([_START + name], _ALWAYS)

    def names(self) -> list[str]:
        return [subject.removeprefix(_START) for subject in self._keys.subjects(_START)]


def _bound(name: str) -> bytes:
    return f"fairplace/document/v1\n{name}\n".encode("ascii")
