"""Encryption at rest of what people write before it is recorded: a copy of the file alone reads nothing."""

from __future__ import annotations

import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from fairplace.errors import Misconfigured

NONCE_BYTES = 12
_FORM = b"\x01"


class Cipher:
    """AES-256-GCM under one key. `place` says where a value stands, so that none can be moved to another's place."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def seal(self, value: bytes, place: str) -> bytes:
        nonce = secrets.token_bytes(NONCE_BYTES)
        return _FORM + nonce + self._cipher.encrypt(nonce, value, _FORM + place.encode("utf-8"))

    def open(self, sealed: bytes, place: str) -> bytes:
        """Raises Misconfigured when the key is another one, or the value was changed."""
        # The form is bound in: a value of another form fails as one that was changed.
        nonce, body = sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :]
        try:
            return self._cipher.decrypt(nonce, body, sealed[:1] + place.encode("utf-8"))
        except (InvalidTag, ValueError) as error:
            raise Misconfigured(
                "a draft cannot be opened: it was changed, or secrets/ is not that of this register; restore both"
            ) from error
