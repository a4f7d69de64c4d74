"""Signing in with the authority's own accounts: OpenID Connect, authorization code with PKCE.

- Issuer and audience are exact, the token's algorithm is one of a short list, state and nonce are used once.
- Somebody is known by issuer and subject, never by e-mail; an account there confers nothing here, and a group even less.
- Nothing is fetched but from the issuer that the operator named, and what it names under its own address.
"""

from __future__ import annotations

import base64
import hashlib
import time
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

import httpx
import msgspec
from authlib.common.errors import AuthlibBaseError
from authlib.oauth2.rfc6749.parameters import parse_authorization_code_response, prepare_grant_uri
from authlib.oidc.discovery import OpenIDProviderMetadata, get_well_known_url
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from fairplace.accounts.accounts import Accounts
from fairplace.accounts.ceremonies import Ceremonies
from fairplace.accounts.model import Person
from fairplace.errors import Busy, Forbidden, Misconfigured, Refused
from fairplace.settings import OidcSettings

ALGORITHMS = ["RS256", "ES256", "PS256", "EdDSA"]
"""No symmetric one: somebody who knows the public keys could make tokens with it."""

PATIENCE = 10.0
LEEWAY = 60
"""Seconds by which two clocks may differ."""


class Leaving(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody on the way to the authority's sign-in."""

    verifier: str
    nonce: str
    invitation: str
    onward: str


class Oidc:
    """One issuer. `redirect` is the address on this site to which it sends people back. Methods block."""

    def __init__(self, accounts: Accounts, chosen: OidcSettings, secret: str, *, redirect: str) -> None:
        self._accounts = accounts
        self._ceremonies = Ceremonies(accounts)
        self._chosen = chosen
        self._secret = secret
        self._redirect = redirect

    def leave(self, *, invitation: str = "", onward: str = "") -> tuple[str, str]:
        """A secret for the way back, and the address to send the browser to."""
        leaving = Leaving(
            verifier=self._accounts.sources.entropy(32).hex(),
            nonce=self._accounts.sources.entropy(16).hex(),
            invitation=invitation,
            onward=onward,
        )
        secret = self._ceremonies.ask("oidc", leaving)
        address = prepare_grant_uri(
            str(self._metadata["authorization_endpoint"]),
            self._chosen.client_id,
            "code",
            redirect_uri=self._redirect,
            scope="openid",
            state=secret,
            nonce=leaving.nonce,
            code_challenge=_challenge(leaving.verifier),
            code_challenge_method="S256",
        )
        return secret, address

    def come_back(self, secret: str, address: str) -> tuple[Person, str]:
        """Who came back with this answer, and where they wanted to go. Raises Refused or Forbidden."""
        left = self._ceremonies.answered("oidc", secret, Leaving)
        token = self._token(secret, address, left.verifier)
        subject = self._subject(token, left.nonce)
        issuer = self._chosen.issuer
        person = self._accounts.person_of(issuer, subject)
        if person is None and left.invitation:
            invitation = self._accounts.invitation(left.invitation)
            with self._accounts.database.writing() as connection:
                person = self._accounts.accept(connection, invitation)
                self._accounts.join_identity(connection, person.id, issuer, subject)
        if person is None:
            raise Forbidden(
                "your account at the authority is good, but nobody invited you here yet; ask for an invitation link",
                code="no-account",
            )
        return person, left.onward

    def _subject(self, token: dict[str, Any], nonce: str) -> str:
        """Whom the token names, once all of it is judged (OpenID Connect Core 1.0, section 3.1.3.7)."""
        try:
            claims = self._decoded(str(token.get("id_token", "")))
            jwt.JWTClaimsRegistry(
                now=lambda: int(time.time()),
                leeway=LEEWAY,
                iss={"essential": True, "value": self._chosen.issuer},
                sub={"essential": True},
                exp={"essential": True},
                iat={"essential": True},
                nonce={"essential": True, "value": nonce},
            ).validate(claims)
        except (JoseError, ValueError, TypeError) as error:
            raise Refused(
                f"the authority's sign-in sent a token that is not good: {_plain(error)}", code="oidc"
            ) from error
        audience = claims.get("aud")
        audiences = [audience] if isinstance(audience, str) else audience
        if not isinstance(audiences, list) or self._chosen.client_id not in audiences:
            raise Refused("the authority's sign-in sent a token for another service", code="oidc")
        if len(audiences) > 1 and claims.get("azp") != self._chosen.client_id:
            raise Refused("the authority's sign-in sent a token that was made for another service", code="oidc")
        return str(claims["sub"])

    def _decoded(self, token: str) -> dict[str, Any]:
        """The claims of a token with a good signature. Unknown keys are asked for once more: an issuer changes them."""
        try:
            return jwt.decode(token, self._keys, algorithms=ALGORITHMS).claims
        except JoseError:
            del self._keys
            return jwt.decode(token, self._keys, algorithms=ALGORITHMS).claims

    def _token(self, secret: str, address: str, verifier: str) -> dict[str, Any]:
        """What the code in this answer is good for (RFC 6749, section 4.1.3; RFC 7636, section 4.5)."""
        try:
            code = parse_authorization_code_response(address, state=secret)["code"]
            answer = httpx.post(
                str(self._metadata["token_endpoint"]),
                data={
                    "grant_type": "authorization_code",
                    "code": code,
                    "redirect_uri": self._redirect,
                    "code_verifier": verifier,
                },
                auth=(self._chosen.client_id, self._secret),
                timeout=PATIENCE,
            )
            answer.raise_for_status()
            found = answer.json()
        except (AuthlibBaseError, httpx.HTTPError, ValueError, KeyError) as error:
            raise Refused(
                f"the authority's sign-in did not answer as it should: {_plain(error)}", code="oidc"
            ) from error
        return found if isinstance(found, dict) else {}

    @cached_property
    def _metadata(self) -> OpenIDProviderMetadata:
        """What the issuer says of itself (OpenID Connect Discovery 1.0)."""
        address = get_well_known_url(self._chosen.issuer, external=True)
        try:
            answer = httpx.get(address, timeout=PATIENCE)
            answer.raise_for_status()
            found = OpenIDProviderMetadata(answer.json())
        except (httpx.HTTPError, ValueError) as error:
            raise Busy(f"the authority's sign-in cannot be reached: {_plain(error)}") from error
        if found.get("issuer") != self._chosen.issuer:
            raise Misconfigured(
                f"the sign-in at {address} calls itself {str(found.get('issuer'))[:200]!r};"
                f" fairplace.toml names the issuer {self._chosen.issuer!r}"
            )
        for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
            self._check_address(name, found.get(name))
        return found

    def _check_address(self, name: str, address: Any) -> None:
        parts = urlsplit(address if isinstance(address, str) else "")
        safe = parts.scheme == "https" or parts.hostname in ("localhost", "127.0.0.1")
        if not safe or not parts.hostname:
            raise Misconfigured(f"the authority's sign-in names {str(address)[:200]!r} as its {name}; https is needed")

    @cached_property
    def _keys(self) -> KeySet:
        try:
            answer = httpx.get(str(self._metadata["jwks_uri"]), timeout=PATIENCE)
            answer.raise_for_status()
            return KeySet.import_key_set(answer.json())
        except (httpx.HTTPError, JoseError, ValueError, KeyError) as error:
            raise Busy(f"the keys of the authority's sign-in cannot be read: {_plain(error)}") from error


def _challenge(verifier: str) -> str:
    """`S256` of RFC 7636, section 4.2."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode("ascii")).digest()).rstrip(b"=").decode("ascii")


def _plain(error: Exception) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__
