"""Signing in with the authority's own account, against a real provider on loopback, good and bad."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc.jwk import RSAKey

from fairplace.accounts.accounts import Accounts
from fairplace.accounts.oidc import Oidc
from fairplace.errors import Busy, Forbidden, Misconfigured, Refused
from fairplace.founding import create
from fairplace.ledger.note import Signer
from fairplace.on_disk import Register
from fairplace.settings import OidcSettings
from fairplace.workroom import Workroom
from tests.accounts.issuer import CLIENT, SECRET, Issuer, serving

BACK = "http://localhost:8000/sign-in/back"


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    with serving(Issuer()) as one:
        yield one


def client(accounts: Accounts, issuer: Issuer, secret: str = SECRET) -> Oidc:
    chosen = OidcSettings(issuer=issuer.address, client_id=CLIENT)
    return Oidc(accounts, chosen, secret, redirect=BACK)


def gone_and_back(oidc: Oidc, **given: str) -> tuple[str, str]:
    """The question's secret, and the address to which the provider sent the browser back."""
    secret, address = oidc.leave(**given)
    answer = httpx.get(address, follow_redirects=False)
    return secret, answer.headers["location"]


def invited(accounts: Accounts) -> str:
    return accounts.invite(name="Ada", email="ada@council.example", roles=("officer",))


def test_somebody_invited_joins_and_signs_in_again(accounts: Accounts, issuer: Issuer) -> None:
    oidc = client(accounts, issuer)
    ada, onward = oidc.come_back(*gone_and_back(oidc, invitation=invited(accounts), onward="/desk/keys"))
    assert (ada.name, onward) == ("Ada", "/desk/keys")
    again, _ = oidc.come_back(*gone_and_back(oidc))
    assert again == ada


def test_an_account_there_alone_opens_nothing_here(accounts: Accounts, issuer: Issuer) -> None:
    oidc = client(accounts, issuer)
    with pytest.raises(Forbidden, match="nobody invited you"):
        oidc.come_back(*gone_and_back(oidc))
    assert accounts.people() == []


def test_the_way_there_says_only_what_it_must(accounts: Accounts, issuer: Issuer) -> None:
    secret, address = client(accounts, issuer).leave(invitation="a link of ours")
    asked = {name: value[0] for name, value in parse_qs(urlsplit(address).query).items()}
    assert asked["state"] == secret
    assert asked["code_challenge_method"] == "S256"
    assert asked["scope"] == "openid"
    assert "a link of ours" not in address
    assert SECRET not in address


def test_an_answer_counts_once_and_only_for_its_question(accounts: Accounts, issuer: Issuer) -> None:
    oidc = client(accounts, issuer)
    secret, address = gone_and_back(oidc, invitation=invited(accounts))
    other, _ = oidc.leave()
    with pytest.raises(Refused):
        oidc.come_back(other, address)
    with pytest.raises(Refused):
        oidc.come_back("made up", address)
    oidc.come_back(secret, address)
    with pytest.raises(Refused, match="begin again"):
        oidc.come_back(secret, address)


HOUR = 3600
BAD: dict[str, dict[str, Any]] = {
    "another issuer": {"iss": "https://login.example"},
    "for another service": {"aud": "another"},
    "for several, made for another": {"aud": [CLIENT, "another"], "azp": "another"},
    "for several, made for nobody": {"aud": [CLIENT, "another"]},
    "no audience": {"aud": None},
    "an answer to another question": {"nonce": "another"},
    "too old": {"exp": int(time.time()) - HOUR},
    "of the future": {"iat": int(time.time()) + HOUR},
    "of nobody": {"sub": ""},
}


@pytest.mark.parametrize("claims", BAD.values(), ids=BAD.keys())
def test_a_token_that_is_not_for_us_is_refused(accounts: Accounts, issuer: Issuer, claims: dict[str, Any]) -> None:
    oidc = client(accounts, issuer)
    issuer.claims = claims
    with pytest.raises(Refused):
        oidc.come_back(*gone_and_back(oidc, invitation=invited(accounts)))
    assert accounts.people() == []


def test_a_token_signed_with_the_public_key_as_a_secret_is_refused(accounts: Accounts, issuer: Issuer) -> None:
    oidc = client(accounts, issuer)
    issuer.confuses = True
    with pytest.raises(Refused, match="not good"):
        oidc.come_back(*gone_and_back(oidc, invitation=invited(accounts)))


def test_a_token_by_an_unknown_key_is_refused_and_a_new_key_of_the_issuer_is_learnt(
    accounts: Accounts, issuer: Issuer
) -> None:
    oidc = client(accounts, issuer)
    oidc.come_back(*gone_and_back(oidc, invitation=invited(accounts)))
    new = RSAKey.generate_key(2048, {"kid": "two"})
    issuer.signing, issuer.header = new, {"alg": "RS256", "kid": "two"}
    with pytest.raises(Refused):
        oidc.come_back(*gone_and_back(oidc))
    issuer.key = new
    ada, _ = oidc.come_back(*gone_and_back(oidc))
    assert ada.name == "Ada"


def test_a_wrong_secret_of_ours_is_refused_there(accounts: Accounts, issuer: Issuer) -> None:
    oidc = client(accounts, issuer, secret="wrong")
    with pytest.raises(Refused, match="did not answer as it should"):
        oidc.come_back(*gone_and_back(oidc))


def test_an_issuer_that_calls_itself_something_else_is_refused(accounts: Accounts, issuer: Issuer) -> None:
    issuer.says = "https://login.example"
    with pytest.raises(Misconfigured, match=r"fairplace\.toml names the issuer"):
        client(accounts, issuer).leave()


def test_an_issuer_that_cannot_be_reached_says_so(accounts: Accounts) -> None:
    chosen = OidcSettings(issuer="http://localhost:9", client_id=CLIENT)
    with pytest.raises(Busy, match="cannot be reached"):
        Oidc(accounts, chosen, SECRET, redirect=BACK).leave()


@pytest.mark.parametrize(("secret", "says"), [(None, "cannot be read"), ("", "is empty"), ("\n", "is empty")])
def test_without_our_secret_the_register_says_what_to_write(tmp_path: Path, secret: str | None, says: str) -> None:
    folder, root = tmp_path / "register", Signer("council.example/root", b"r" * 32)
    create(folder, authority="Council", origin="log.council.example/c", root=root).close()
    with (folder / "fairplace.toml").open("a") as settings:
        settings.write('\n[oidc]\nissuer = "https://login.example"\nclient_id = "fairplace"\n')
    if secret is not None:
        (folder / "secrets" / "oidc.secret").write_text(secret)
    with Register.open(folder) as register, pytest.raises(Misconfigured, match=says):
        Workroom(register).oidc(BACK)
