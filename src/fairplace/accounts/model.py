"""What is known of those who can sign in."""

from __future__ import annotations

import hashlib

import msgspec

from fairplace.terms import Instant


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who can sign in. `provider` is the id of the provider for which they act, null for the authority's own.

    `roles` are those to be asked for their first signing key; they confer nothing.
    """

    id: str
    name: str
    email: str
    provider: str | None
    roles: str
    created: Instant
    barred: Instant | None


class Passkey(msgspec.Struct, frozen=True, kw_only=True):
    """A way in: the public half of a key on somebody's device (WebAuthn Level 3)."""

    credential: bytes
    person: str
    public_key: bytes
    sign_count: int
    label: str
    backed_up: bool
    created: Instant
    used: Instant | None


class DeviceKey(msgspec.Struct, frozen=True, kw_only=True):
    """A signing key on somebody's device. What it may sign stands in the key register.

    `credential` is the id by which a browser finds a passkey; it is empty for a key that the browser keeps.
    """

    vkey: str
    person: str
    label: str
    created: Instant
    credential: bytes


class RoleRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A role asked for a key, until a second person confirms or refuses it."""

    id: str
    vkey: str
    role: str
    person: str
    asked_by: str
    created: Instant


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who is signed in. `csrf` must come back with whatever they send."""

    person: Person
    csrf: str


class TakenBack(msgspec.Struct, frozen=True, kw_only=True):
    """An invitation that was taken back: whom it was for is erased. Who invited, and who took it back, is null for the console."""

    invited: Instant
    invited_by: str | None
    at: Instant
    by: str | None


class Invitation(msgspec.Struct, frozen=True, kw_only=True):
    """An invitation as its link opens it. `person` is null for somebody new."""

    digest: bytes
    name: str
    email: str
    provider: str | None
    roles: tuple[str, ...]
    person: str | None
    invited_by: str | None
    created: Instant
    expires: Instant

    @property
    def handle(self) -> str:
        """What names it on a page. Nobody gets from here to its link."""
        return self.digest.hex()


def digest(secret: str) -> bytes:
    """How a secret that was given out is kept."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()
