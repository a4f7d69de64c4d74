"""Whom a register lets act: what a key is called for its role, one person one key, and never a register without its head.

- A key's name says in the open what kind of key it is and nothing of whose: `<domain>/officer/<token>` for people,
  `<domain>/provider/<token>` for providers, `<domain>/service/<role>` for the register's own, `<domain>/root`. So no
  key of a provider or of a service ever has another role.
- One person has one key that decides: two would let one person sign first and second.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from fairplace.errors import Malformed, Refused
from fairplace.holders import Holder
from fairplace.ledger.note import Vkey
from fairplace.ledger.register import KeyRegister
from fairplace.people.roles import HEADS, PEOPLE, ROLES
from fairplace.terms import text

_TOKEN = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")


def check_role(role: str, holder: str, provider: str | None) -> str:
    """The holder's name as it is sealed. Raises Malformed for a role that is none, or without its holder."""
    if role not in ROLES:
        raise Malformed(f"the role {role[:80]!r} came; expected one of {', '.join(sorted(ROLES))}")
    if not (holder := text(holder)):
        raise Malformed("a key needs a holder; say whose it is")
    if (role == "provider") != (provider is not None):
        raise Malformed("a provider's key, and no other, is enrolled with the provider's id")
    return holder


def check_name(name: str, role: str, domain: str, provider: str | None = None) -> None:
    """Raises Refused unless a key of this name may have this role, and does not tell which provider it is."""
    start, _, token = name.rpartition("/")
    if role == "root":
        fits, expected = name == f"{domain}/root", f"{domain}/root"
    elif role in PEOPLE or role == "provider":
        expected = f"{domain}/{'officer' if role in PEOPLE else 'provider'}"
        fits, expected = start == expected and _TOKEN.fullmatch(token) is not None, f"{expected}/TOKEN"
    else:
        fits, expected = name == f"{domain}/service/{role}", f"{domain}/service/{role}"
    if not fits:
        raise Refused(
            f"the key {name[:200]} cannot act as {role}: its name must be {expected}"
            + (", with a token of letters and digits that tells nobody whose it is" if "TOKEN" in expected else ""),
            code="key-name",
        )
    if provider and provider.casefold() in name:
        raise Refused(f"the key {name[:200]} names its provider in the open; give it a random token", code="key-name")


def check_service(vkey: Vkey, role: str, own: Vkey) -> None:
    """Raises Refused unless a service's key is the one that this register holds."""
    if vkey.text != own.text:
        raise Refused(f"the {role} is the register itself; only its own key {own.text} is enrolled so", code="key-name")


def check_one_key(vkey: Vkey, role: str, holder: str, known: Iterable[Holder], register: KeyRegister) -> None:
    """Raises Refused when somebody of this name decides with another key already."""
    if role not in PEOPLE:
        return
    for other in known:
        lives = any(one.vkey.name == other.vkey.name and one.revoked is None for one in register.standings())
        same = other.name is not None and folded(other.name) == folded(holder)
        if lives and same and other.role in PEOPLE and other.vkey.name != vkey.name:
            raise Refused(
                f"{holder} acts with the key {other.vkey.name} already; revoke the old key first, or, if it is another"
                " person, give a holder that tells them apart",
                code="two-keys",
            )


def check_revocation(vkey: Vkey, register: KeyRegister) -> None:
    """Raises Refused when nobody would be left who can let anybody act."""
    heads = {one.vkey.text for one in register.standings() if one.revoked is None and _is_head(one.roles)}
    if heads == {vkey.text}:
        raise Refused(
            f"{vkey.name} is the last key that can enrol others; enrol a key-admin first, then revoke it",
            code="last-head",
        )


def _is_head(roles: Iterable[tuple[int, str]]) -> bool:
    return not HEADS.isdisjoint(role for _, role in roles)


def folded(name: str) -> str:
    """A holder's name as two of them are compared."""
    return " ".join(name.casefold().split())
