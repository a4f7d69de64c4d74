"""Passkeys that sign in: made and used as a device and a browser would, with each algorithm that devices offer."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from typing import Any

import cbor2
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256, SHA384

from fairplace.accounts.accounts import Accounts
from fairplace.accounts.passkeys import Passkeys
from fairplace.errors import Refused

SITE = "https://records.council.example"
HERE = hashlib.sha256(b"records.council.example").digest()
PRESENT, VERIFIED, ATTESTED = 1, 4, 64


class Device:
    """What it makes is of one algorithm (COSE)."""

    def __init__(self, algorithm: int) -> None:
        self.algorithm = algorithm
        self.credential = hashlib.sha256(str(algorithm).encode()).digest()
        self.key, self.cose = KEYS[algorithm]()

    def created(self, options: dict[str, Any]) -> dict[str, Any]:
        about = bytes(16) + len(self.credential).to_bytes(2, "big") + self.credential + cbor2.dumps(self.cose)
        said = HERE + bytes([PRESENT | VERIFIED | ATTESTED]) + bytes(4) + about
        attested = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": said})
        return self._answer({"clientDataJSON": client("create", options), "attestationObject": attested})

    def given(self, options: dict[str, Any], flags: int = PRESENT | VERIFIED) -> dict[str, Any]:
        said, browser = HERE + bytes([flags]) + bytes(4), client("get", options)
        signature = SIGN[self.algorithm](self.key, said + hashlib.sha256(browser).digest())
        return self._answer({"clientDataJSON": browser, "authenticatorData": said, "signature": signature})

    def _answer(self, response: dict[str, bytes]) -> dict[str, Any]:
        """As `passkey.js` sends it."""
        return {
            "id": b64(self.credential), "rawId": b64(self.credential), "type": "public-key", "clientExtensionResults": {},
            "response": {name: b64(part) for name, part in response.items()},
        }  # fmt: skip


def b64(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def client(what: str, options: dict[str, Any]) -> bytes:
    said = {"type": f"webauthn.{what}", "challenge": options["challenge"], "origin": SITE, "crossOrigin": False}
    return json.dumps(said).encode()


def eddsa() -> tuple[Any, dict[int, Any]]:
    key = Ed25519PrivateKey.generate()
    return key, {1: 1, 3: -8, -1: 6, -2: key.public_key().public_bytes_raw()}


def es256() -> tuple[Any, dict[int, Any]]:
    key = ec.generate_private_key(ec.SECP256R1())
    point = key.public_key().public_numbers()
    return key, {1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32, "big"), -3: point.y.to_bytes(32, "big")}


def rsa_of(algorithm: int) -> Callable[[], tuple[Any, dict[int, Any]]]:
    def made() -> tuple[Any, dict[int, Any]]:
        key = rsa.generate_private_key(65537, 2048)
        modulus = key.public_key().public_numbers().n
        return key, {1: 3, 3: algorithm, -1: modulus.to_bytes(256, "big"), -2: b"\x01\x00\x01"}

    return made


EDDSA, ES256, RS256, RS384 = -8, -7, -257, -258
KEYS = {EDDSA: eddsa, ES256: es256, RS256: rsa_of(RS256), RS384: rsa_of(RS384)}
SIGN: dict[int, Callable[[Any, bytes], bytes]] = {
    EDDSA: lambda key, message: key.sign(message),
    ES256: lambda key, message: key.sign(message, ec.ECDSA(SHA256())),
    RS256: lambda key, message: key.sign(message, padding.PKCS1v15(), SHA256()),
    RS384: lambda key, message: key.sign(message, padding.PKCS1v15(), SHA384()),
}


@pytest.fixture
def passkeys(accounts: Accounts) -> Passkeys:
    return Passkeys(accounts, site=SITE, name="Alder Council")


def joined(accounts: Accounts, passkeys: Passkeys, device: Device) -> list[int]:
    """Somebody makes a passkey from their invitation; the algorithms that they were offered, in order."""
    link = accounts.invite(name="Ada", email="ada@council.example", roles=("officer",), provider=None)
    secret, asked = passkeys.begin_registering(invitation=link)
    options = json.loads(asked)
    passkeys.finish_registering(secret, device.created(options), "laptop")
    return [one["alg"] for one in options["pubKeyCredParams"]]


@pytest.mark.parametrize("algorithm", [EDDSA, ES256, RS256])
def test_a_passkey_of_each_kind_signs_in(accounts: Accounts, passkeys: Passkeys, algorithm: int) -> None:
    device = Device(algorithm)
    offered = joined(accounts, passkeys, device)
    secret, asked = passkeys.begin_signing_in()
    assert passkeys.finish_signing_in(secret, device.given(json.loads(asked))).name == "Ada"
    assert offered == [EDDSA, ES256, RS256], "a device makes the first that it can"


def test_a_passkey_of_another_kind_makes_no_account(accounts: Accounts, passkeys: Passkeys) -> None:
    with pytest.raises(Refused, match="the new passkey was not accepted"):
        joined(accounts, passkeys, Device(RS384))
    assert not accounts.people()


@pytest.mark.parametrize("algorithm", [EDDSA, ES256, RS256])
def test_what_another_key_signed_lets_nobody_in(accounts: Accounts, passkeys: Passkeys, algorithm: int) -> None:
    joined(accounts, passkeys, Device(algorithm))
    secret, asked = passkeys.begin_signing_in()
    with pytest.raises(Refused, match="the passkey was not accepted"):
        passkeys.finish_signing_in(secret, Device(algorithm).given(json.loads(asked)))


def test_a_device_that_did_not_check_who_holds_it_lets_nobody_in(accounts: Accounts, passkeys: Passkeys) -> None:
    device = Device(RS256)
    joined(accounts, passkeys, device)
    secret, asked = passkeys.begin_signing_in()
    with pytest.raises(Refused, match="the passkey was not accepted"):
        passkeys.finish_signing_in(secret, device.given(json.loads(asked), PRESENT))


def test_an_answer_counts_once(accounts: Accounts, passkeys: Passkeys) -> None:
    device = Device(ES256)
    joined(accounts, passkeys, device)
    secret, asked = passkeys.begin_signing_in()
    answer = device.given(json.loads(asked))
    passkeys.finish_signing_in(secret, answer)
    with pytest.raises(Refused, match="took too long, or was done already"):
        passkeys.finish_signing_in(secret, answer)
