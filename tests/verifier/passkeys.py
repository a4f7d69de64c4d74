"""Passkeys made from the format alone, and every way in which an assertion can be bent."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from functools import partial
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.verifier.writer import Signer, b64

SITE = "https://records.council.example"
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
PRESENT, VERIFIED, RESERVED, MAY_BE_COPIED, IS_COPIED, ATTESTED, EXTENDED = 1, 4, 2, 8, 16, 64, 128


class Passkey(Signer):
    """A passkey in place of a device key: `note` answers as an authenticator and a browser would.

    `eddsa`, or else ES256. What it says can be bent: `client` changes the browser's part, `said` the authenticator's.
    """

    def __init__(self, name: str, seed: int, *, eddsa: bool = False, site: str = SITE, lead: bytes = b"") -> None:
        self.name, self.site, self.eddsa, self.kind = name, site, eddsa, 0xFF
        secret = bytes([seed]) * 32
        if eddsa:
            self.private: Any = Ed25519PrivateKey.from_private_bytes(secret)
            point = self.private.public_key().public_bytes_raw()
        else:
            self.private = ec.derive_private_key(int.from_bytes(secret, "big"), ec.SECP256R1())
            point = self.private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        self.point = point
        lead = lead or (b"fairplace/passkey-eddsa/v1\n" if eddsa else b"fairplace/passkey-es256/v1\n")
        public = b"\xff" + lead + bytes([len(site)]) + site.encode() + point
        self.keyid = hashlib.sha256(name.encode() + b"\n" + public).digest()[:4]
        self.vkey = f"{name}+{self.keyid.hex()}+{b64(public)}"

    def note(self, text: bytes) -> bytes:
        return self.line(self.assertion(text))

    def assertion(
        self,
        text: bytes,
        *,
        client: Callable[[bytes], bytes] = lambda said: said,
        said: Callable[[bytes], bytes] = lambda said: said,
        signed: Callable[[bytes], bytes] = lambda signature: signature,
        whole: Callable[[bytes], bytes] = lambda all_of_it: all_of_it,
        flags: int = PRESENT | VERIFIED,
    ) -> bytes:
        """authenticatorData, u16 length of clientDataJSON, clientDataJSON, signature."""
        host = self.site.split("://")[1].split(":")[0]
        authenticator = said(hashlib.sha256(host.encode()).digest() + bytes([flags]) + bytes(4))
        browser = client(client_data(text, self.site))
        signature = signed(self.signature(authenticator + hashlib.sha256(browser).digest()))
        return whole(authenticator + (len(browser) & 0xFFFF).to_bytes(2, "big") + browser + signature)

    def signature(self, message: bytes) -> bytes:
        if self.eddsa:
            return bytes(self.private.sign(message))
        r, s = decode_dss_signature(self.private.sign(message, ec.ECDSA(SHA256(), deterministic_signing=True)))
        return r.to_bytes(32, "big") + min(s, ORDER - s).to_bytes(32, "big")


class Bent(Passkey):
    """The same key, whose line over a text comes out in another way."""

    def __init__(self, key: Passkey, sign: Callable[[bytes], bytes]) -> None:
        self.__dict__ = dict(key.__dict__)
        self.sign = sign

    def note(self, text: bytes) -> bytes:
        return self.line(self.sign(text))


def client_data(text: bytes, site: str, kind: str = "webauthn.get", more: str = ',"crossOrigin":false') -> bytes:
    asked = base64.urlsafe_b64encode(hashlib.sha256(text).digest()).rstrip(b"=").decode()
    return f'{{"type":"{kind}","challenge":"{asked}","origin":"{site}"{more}}}'.encode()


def swap(old: bytes, new: bytes) -> Callable[[bytes], bytes]:
    def change(data: bytes) -> bytes:
        assert old in data
        return data.replace(old, new, 1)

    return change


def more(text: bytes) -> Callable[[bytes], bytes]:
    """A further member at the end."""
    return lambda data: data[:-1] + b"," + text + b"}"


def high(signature: bytes) -> bytes:
    """The other value of s that ECDSA takes."""
    return signature[:32] + (ORDER - int.from_bytes(signature[32:], "big")).to_bytes(32, "big")


def der(signature: bytes) -> bytes:
    """As an authenticator gives an ES256 signature."""
    parts = [part.lstrip(b"\0") for part in (signature[:32], signature[32:])]
    parts = [b"\0" + part if part[0] & 0x80 else part for part in parts]
    body = b"".join(b"\x02" + bytes([len(part)]) + part for part in parts)
    return b"\x30" + bytes([len(body)]) + body


OTHER_SITE = hashlib.sha256(b"council.example").digest()
GOOD: dict[str, dict[str, Any]] = {
    "as it comes": {},
    "a browser that says nothing of frames": {"client": swap(b',"crossOrigin":false', b"")},
    "a browser that says more": {
        "client": more(
            b'"other_keys_can_be_added_here":"do not compare clientDataJSON against a template. See https://x"'
        )
    },
    "a browser that says more twice": {"client": lambda data: more(b'"b":"a,b:c"')(more(b'"a":true')(data))},
    "a passkey that may be copied": {"flags": PRESENT | VERIFIED | MAY_BE_COPIED},
    "a passkey that is copied": {"flags": PRESENT | VERIFIED | MAY_BE_COPIED | IS_COPIED},
    "a counter": {"said": lambda said: said[:-1] + b"\x07"},
    "client data of 1,024 bytes": {"client": lambda data: more(b'"a":"' + b"x" * (1024 - len(data) - 7) + b'"')(data)},
}
BENT: dict[str, dict[str, Any]] = {
    "another text": {"client": lambda _: client_data(b"another text\n", SITE)},
    "a new passkey, not an answer": {"client": swap(b"webauthn.get", b"webauthn.create")},
    "another site": {"client": swap(SITE.encode(), b"https://evil.example")},
    "a site within the site": {"client": swap(b"https://records", b"https://www.records")},
    "a site whose name begins alike": {"client": swap(SITE.encode(), SITE.encode() + b".evil.example")},
    "another port": {"client": swap(SITE.encode(), SITE.encode() + b":8443")},
    "no https": {"client": swap(b"https://", b"http://")},
    "a frame in another page": {"client": swap(b"false", b"true")},
    "a page around it": {"client": more(b'"topOrigin":"https://evil.example"')},
    "a challenge that comes twice": {"client": more(b'"challenge":"AAAA"')},
    "frames denied twice": {"client": more(b'"crossOrigin":true')},
    "a member that comes twice": {"client": lambda data: more(b'"a":true')(more(b'"a":true')(data))},
    "a member with a name that is escaped": {"client": more(b'"\\u0074ype":"x"')},
    "a text that is escaped": {"client": more(b'"a":"\\u0041"')},
    "a number": {"client": more(b'"a":1')},
    "an object": {"client": more(b'"a":{}')},
    "a letter that is not ASCII": {"client": more('"a":"é"'.encode())},
    "a byte that is no text": {"client": more(b'"a":"\xff"')},
    "white space": {"client": swap(b'"type":', b'"type": ')},
    "white space at the end": {"client": lambda data: data + b"\n"},
    "members in another order": {
        "client": lambda data: b"{" + b",".join([data[1:-1].split(b",")[i] for i in (1, 0, 2, 3)]) + b"}"
    },
    "a challenge with padding": {"client": swap(b'","origin"', b'=","origin"')},
    "a challenge with stray bits": {"client": lambda data: data[:78] + bytes([data[78] + 1]) + data[79:]},
    "a challenge that is empty": {"client": lambda data: data[:36] + data[79:]},
    "a mark of byte order": {"client": lambda data: b"\xef\xbb\xbf" + data},
    "client data that is empty": {"client": lambda _: b""},
    "client data of 1,025 bytes": {"client": lambda data: more(b'"a":"' + b"x" * (1025 - len(data) - 7) + b'"')(data)},
    "client data of 5,000 bytes": {"client": more(b'"a":"' + b"x" * 5000 + b'"')},
    "the hash of another site": {"said": lambda said: OTHER_SITE + said[32:]},
    "nobody there": {"flags": VERIFIED},
    "nobody verified": {"flags": PRESENT},
    "no flags": {"flags": 0},
    "a flag that is reserved": {"flags": PRESENT | VERIFIED | RESERVED},
    "another flag that is reserved": {"flags": PRESENT | VERIFIED | 32},
    "copied, and not to be copied": {"flags": PRESENT | VERIFIED | IS_COPIED},
    "attested data that is not there": {"flags": PRESENT | VERIFIED | ATTESTED},
    "extensions that are not there": {"flags": PRESENT | VERIFIED | EXTENDED},
    "extensions": {"flags": PRESENT | VERIFIED | EXTENDED, "said": lambda said: said + b"\xa0"},
    "authenticator data with a byte more": {"said": lambda said: said + b"\0"},
    "authenticator data with a byte less": {"said": lambda said: said[:-1]},
    "a signature with a byte more": {"signed": lambda signature: signature + b"\0"},
    "a signature with a byte less": {"signed": lambda signature: signature[:-1]},
    "no signature": {"signed": lambda _: b""},
    "a signature of nothing": {"signed": lambda _: bytes(64)},
    "a signature of the largest": {"signed": lambda _: b"\xff" * 64},
    "another signature": {"signed": lambda signature: signature[:-1] + bytes([signature[-1] ^ 1])},
    "the signature alone": {"whole": lambda whole: whole[-64:]},
    "a length with the lower byte first": {"whole": lambda whole: whole[:37] + whole[37:39][::-1] + whole[39:]},
    "a length that is one too many": {"whole": lambda whole: whole[:38] + bytes([whole[38] + 1]) + whole[39:]},
    "a length of nothing": {"whole": lambda whole: whole[:37] + bytes(2) + whole[39:]},
    "no length": {"whole": lambda whole: whole[:37] + whole[39:]},
    "an assertion with a byte before it": {"whole": lambda whole: b"\0" + whole},
}
ES256_BENT: dict[str, dict[str, Any]] = {
    "the higher s": {"signed": high},
    "a signature in DER": {"signed": der},
    "r of nothing": {"signed": lambda signature: bytes(32) + signature[32:]},
    "s of nothing": {"signed": lambda signature: signature[:32] + bytes(32)},
    "r and the order": {
        "signed": lambda signature: (
            ((int.from_bytes(signature[:32], "big") + ORDER) % 2**256).to_bytes(32, "big") + signature[32:]
        )
    },
    "r and s in each other's place": {"signed": lambda signature: signature[32:] + signature[:32]},
}


def lines(key: Passkey) -> dict[str, tuple[Callable[[bytes], bytes], bool]]:
    """By name: what signs a text with this passkey in that way, and whether it is good."""
    found = {name: (partial(key.assertion, **how), True) for name, how in GOOD.items()}
    bent = BENT if key.eddsa else BENT | ES256_BENT
    return found | {name: (partial(key.assertion, **how), False) for name, how in bent.items()}
