"""Signing in with a passkey (Web Authentication Level 3), user verification required.

- EdDSA, ES256, and RS256 last, which is all that Windows Hello makes on many machines. The device checks its user (PIN,
  finger, face) every time.
- A passkey that signs entries is another thing, and is EdDSA or ES256 alone (wire format, section 1).
- No attestation is asked for: it would tell the make of somebody's device and prove nothing that is needed here.
- The sign counter is advisory: one that went back is told to the operator, because a synced passkey counts nothing.
"""

from __future__ import annotations

import base64
from typing import Any

import msgspec
import structlog
import webauthn
from webauthn.helpers import exceptions, options_to_json
from webauthn.helpers.cose import COSEAlgorithmIdentifier
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from fairplace.accounts.accounts import Accounts
from fairplace.accounts.ceremonies import Ceremonies
from fairplace.accounts.model import Invitation, Person
from fairplace.errors import Refused
from fairplace.terms import text

ALGORITHMS = [
    COSEAlgorithmIdentifier.EDDSA,
    COSEAlgorithmIdentifier.ECDSA_SHA_256,
    COSEAlgorithmIdentifier.RSASSA_PKCS1_v1_5_SHA_256,
]

log = structlog.get_logger(__name__)


class Registering(msgspec.Struct, frozen=True, kw_only=True):
    challenge: bytes
    user: bytes
    invitation: str  # the link's secret; empty when somebody signed in adds a further passkey
    person: str  # who adds one; empty with an invitation


class SigningIn(msgspec.Struct, frozen=True, kw_only=True):
    challenge: bytes


class Passkeys:
    """Passkeys of one site. `site` is its origin, such as https://records.council.example. Methods block."""

    def __init__(self, accounts: Accounts, *, site: str, name: str) -> None:
        self._accounts = accounts
        self._ceremonies = Ceremonies(accounts)
        self._origin = site
        self._host = site.split("://", 1)[-1].rsplit(":", 1)[0] if "://" in site else site
        self._name = name

    # Making one

    def begin_registering(self, *, invitation: str = "", person: Person | None = None) -> tuple[str, str]:
        """A secret for the answer, and the options for the browser as JSON."""
        if person is None:
            found: Invitation | Person = self._accounts.invitation(invitation)
            known = found.person if isinstance(found, Invitation) else None
        else:
            found, known = person, person.id
        held = self._accounts.passkeys(known) if known else []
        user = self._accounts.sources.entropy(32)
        options = webauthn.generate_registration_options(
            rp_id=self._host,
            rp_name=self._name,
            user_id=user,
            user_name=found.email,
            user_display_name=found.name,
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED,
                user_verification=UserVerificationRequirement.REQUIRED,
            ),
            exclude_credentials=[PublicKeyCredentialDescriptor(id=one.credential) for one in held],
            supported_pub_key_algs=ALGORITHMS,
        )
        secret = self._ceremonies.ask(
            "register",
            Registering(
                challenge=options.challenge, user=user, invitation=invitation, person=person.id if person else ""
            ),
        )
        return secret, options_to_json(options)

    def finish_registering(self, secret: str, answer: dict[str, Any], label: str) -> Person:
        """Keep the new passkey; the person whose it is. Raises Refused when the answer does not fit the question."""
        asked = self._ceremonies.answered("register", secret, Registering)
        try:
            verified = webauthn.verify_registration_response(
                credential=answer,
                expected_challenge=asked.challenge,
                expected_rp_id=self._host,
                expected_origin=self._origin,
                require_user_verification=True,
                supported_pub_key_algs=ALGORITHMS,
            )
        except (exceptions.WebAuthnException, ValueError, TypeError, KeyError) as error:
            raise Refused(f"the new passkey was not accepted: {_first(error)}; try again", code="passkey") from error
        invitation = self._accounts.invitation(asked.invitation) if asked.invitation else None
        with self._accounts.database.writing() as connection:
            if invitation is not None:
                person = self._accounts.accept(connection, invitation)
            else:
                person = self._accounts.person(asked.person)
            taken = connection.execute(
                "SELECT 1 FROM passkey WHERE credential = ?", (verified.credential_id,)
            ).fetchone()
            if taken:
                raise Refused("this passkey is known here already; sign in with it", code="passkey")
            connection.execute(
                "INSERT INTO passkey (credential, person, public_key, sign_count, label, backed_up, created)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    verified.credential_id,
                    person.id,
                    verified.credential_public_key,
                    verified.sign_count,
                    text(label)[:80] or "passkey",
                    verified.credential_backed_up,
                    self._accounts.now(),
                ),
            )
        return person

    # Using one

    def begin_signing_in(self) -> tuple[str, str]:
        """A secret for the answer, and the options for the browser as JSON. Which account it is, the passkey says."""
        options = webauthn.generate_authentication_options(
            rp_id=self._host, user_verification=UserVerificationRequirement.REQUIRED
        )
        return self._ceremonies.ask("sign-in", SigningIn(challenge=options.challenge)), options_to_json(options)

    def finish_signing_in(self, secret: str, answer: dict[str, Any]) -> Person:
        """Whose passkey answered. Raises Refused, alike for an unknown passkey and for a false answer."""
        asked = self._ceremonies.answered("sign-in", secret, SigningIn)
        known = self._accounts.passkey(_credential(answer))
        if known is None:
            raise Refused("this passkey is not known here; use another, or ask for a new invitation", code="passkey")
        try:
            verified = webauthn.verify_authentication_response(
                credential=answer,
                expected_challenge=asked.challenge,
                expected_rp_id=self._host,
                expected_origin=self._origin,
                credential_public_key=known.public_key,
                credential_current_sign_count=0,  # judged below: a count that went back does not shut anybody out
                require_user_verification=True,
            )
        except (exceptions.WebAuthnException, ValueError, TypeError, KeyError) as error:
            raise Refused(f"the passkey was not accepted: {_first(error)}; try again", code="passkey") from error
        if verified.new_sign_count < known.sign_count:
            log.warning("a passkey's counter went back", person=known.person, label=known.label)
        with self._accounts.database.writing() as connection:
            connection.execute(
                "UPDATE passkey SET sign_count = ?, backed_up = ?, used = ? WHERE credential = ?",
                (
                    max(verified.new_sign_count, known.sign_count),
                    verified.credential_backed_up,
                    self._accounts.now(),
                    known.credential,
                ),
            )
        return self._accounts.person(known.person)


def _credential(answer: dict[str, Any]) -> bytes:
    """The id of the passkey that an answer speaks of; empty when it is unreadable."""
    given = answer.get("rawId")
    if not isinstance(given, str) or len(given) > 2048:
        return b""
    try:
        return base64.urlsafe_b64decode(given + "=" * (-len(given) % 4))
    except ValueError:
        return b""


def _first(error: Exception) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__
