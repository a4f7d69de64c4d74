"""Passkeys as signers (wire format, section 1; Web Authentication Level 3, sections 5.8.1, 6.1 and 7.2).

- A passkey does not sign a text: it signs what the authenticator and the browser say, in which the text's hash stands.
- Where it signs is part of the key: the origin of the register's site, of which the host is the relying party.
- One assertion has one form: no extensions, plain client data, the lower s of ES256. Any other form is refused.
"""

from __future__ import annotations

import base64
import hashlib
import re
from functools import lru_cache
from typing import Self

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from fairplace.errors import Malformed, Unproven

EDDSA, ES256 = b"fairplace/passkey-eddsa/v1\n", b"fairplace/passkey-es256/v1\n"
"""The two types of passkey: what stands after the byte 0xff."""
MAX_CLIENT_DATA = 1024
AUTHENTICATOR_BYTES = 32 + 1 + 4
"""The hash of the relying party's name, flags, a counter; extensions and attested data have no place here."""
SIGNATURE_BYTES = 64
SIZES = range(
    AUTHENTICATOR_BYTES + 3 + SIGNATURE_BYTES, AUTHENTICATOR_BYTES + 2 + MAX_CLIENT_DATA + SIGNATURE_BYTES + 1
)
"""How many bytes an assertion has in a signature line."""

_PUBLIC_BYTES = {EDDSA: 32, ES256: 65}
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_SITE = re.compile(r"https://[a-z0-9-]+(?:\.[a-z0-9-]+)*(?::[1-9][0-9]{0,4})?|http://localhost(?::[1-9][0-9]{0,4})?")
_CLIENT_DATA = re.compile(
    rb'\{"type":"webauthn\.get","challenge":"([A-Za-z0-9_-]{43})","origin":"([^"\\]*)"(?:,"crossOrigin":false)?'
    rb'((?:,"[A-Za-z0-9_]{1,64}":(?:true|false|"[ !#-\[\]-~]*"))*)\}'
)
_FURTHER = re.compile(rb',"([A-Za-z0-9_]{1,64})":')
_ONCE = frozenset((b"type", b"challenge", b"origin", b"crossOrigin", b"topOrigin"))
_PRESENT, _VERIFIED, _MAY_BE_COPIED, _IS_COPIED = 0x01, 0x04, 0x08, 0x10


class Passkey(msgspec.Struct, frozen=True):
    """A passkey's public key, its type, and the origin of the site at which it signs."""

    kind: bytes
    site: str
    public: bytes

    def __post_init__(self) -> None:
        if (size := _PUBLIC_BYTES.get(self.kind)) is None:
            raise Malformed(f"a passkey of the type {self.kind[:40]!r} came; EdDSA and ES256 are known")
        if len(self.site) > 255 or not _SITE.fullmatch(self.site):
            raise Malformed(
                f"a passkey of the site {self.site[:80]!r} came; it must read https://host, or http://localhost to try"
            )
        if len(self.public) != size or (self.kind == ES256 and self.public[0] != 4):
            raise Malformed(f"a passkey of {len(self.public)} bytes came; {size} are expected, a point uncompressed")

    @classmethod
    def read(cls, data: bytes) -> Self:
        """What stands in a vkey after the byte 0xff."""
        end = data.find(b"\n") + 1
        kind, rest = data[:end], data[end:]
        if not rest:
            raise Malformed(f"a passkey of the type {kind[:40]!r} came, and no key")
        site = rest[1 : 1 + rest[0]]
        if not site.isascii():
            raise Malformed("a passkey of a site came whose name is not ASCII")
        return cls(kind, site.decode("ascii"), rest[1 + rest[0] :])

    @property
    def written(self) -> bytes:
        """The same again."""
        return self.kind + bytes([len(self.site)]) + self.site.encode("ascii") + self.public

    @property
    def host(self) -> str:
        """The relying party."""
        return host_of(self.site)

    def verify(self, text: bytes, signature: bytes) -> None:
        """Is this the passkey's answer to the question: do you sign this text? Raises Unproven when not."""
        if len(signature) not in SIZES:
            raise Unproven(f"a passkey's signature of {len(signature)} bytes came; {SIZES[0]} to {SIZES[-1]} are read")
        said, rest = signature[:AUTHENTICATOR_BYTES], signature[AUTHENTICATOR_BYTES + 2 :]
        size = int.from_bytes(signature[AUTHENTICATOR_BYTES : AUTHENTICATOR_BYTES + 2])
        if len(rest) != size + SIGNATURE_BYTES:
            raise Unproven(f"a passkey's client data has {len(rest) - SIGNATURE_BYTES} bytes and says {size}")
        client, signed = rest[:size], rest[size:]
        self._check_client(client, text)
        self._check_authenticator(said)
        self._check_signature(signed, said + hashlib.sha256(client).digest())

    def _check_client(self, client: bytes, text: bytes) -> None:
        """What the browser said (section 5.8.1)."""
        if not (found := _CLIENT_DATA.fullmatch(client)):
            raise Unproven(f"a passkey's client data is {client[:80]!r}, which is not of the form that is read")
        if found[1] != base64.urlsafe_b64encode(hashlib.sha256(text).digest()).rstrip(b"="):
            raise Unproven("the passkey signed another text")
        if found[2] != self.site.encode("ascii"):
            raise Unproven(f"the passkey signed at {found[2][:80]!r}; it is of {self.site}")
        names = _FURTHER.findall(found[3])
        if _ONCE & set(names) or len(set(names)) != len(names):
            raise Unproven("a passkey's client data says something twice")

    def _check_authenticator(self, said: bytes) -> None:
        """What the device said (section 6.1): the site, a person who is there, and was verified."""
        if said[:32] != hashlib.sha256(self.host.encode("ascii")).digest():
            raise Unproven(f"the passkey signed for another site than {self.host}")
        flags = said[32]
        if not (flags & _PRESENT and flags & _VERIFIED):
            raise Unproven("the passkey signed without asking who is there: a PIN, a finger or a face is needed")
        unknown = flags & ~(_PRESENT | _VERIFIED | _MAY_BE_COPIED | _IS_COPIED)
        if unknown or (flags & _IS_COPIED and not flags & _MAY_BE_COPIED):
            raise Unproven(f"a passkey's flags are {flags:#04x}, which are none that are read")

    def _check_signature(self, signed: bytes, message: bytes) -> None:
        try:
            if self.kind == EDDSA:
                Ed25519PublicKey.from_public_bytes(self.public).verify(signed, message)
                return
            r, s = int.from_bytes(signed[:32]), int.from_bytes(signed[32:])
            if s > _ORDER // 2:
                raise Unproven("a passkey's signature has the higher of two values for s; the lower one is read")
            key = EllipticCurvePublicKey.from_encoded_point(SECP256R1(), self.public)
            key.verify(encode_dss_signature(r, s), message, ECDSA(SHA256()))
        except (InvalidSignature, ValueError) as error:
            raise Unproven("the passkey's signature does not fit the text") from error


read = lru_cache(maxsize=1024)(Passkey.read)


def host_of(site: str) -> str:
    """The host of an origin, without scheme and port."""
    return site.partition("://")[2].partition(":")[0]


def is_site(origin: str) -> bool:
    """May passkeys be of this origin?"""
    return len(origin) <= 255 and _SITE.fullmatch(origin) is not None
