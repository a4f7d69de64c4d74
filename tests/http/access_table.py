"""Who has business at each private address: the access matrix, held against the addresses of the application.

A row stands for a method and an address; nobody else than its roles comes in. What they see there is narrower still: by
the stage of the case, by sight, by the task, and by whose it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from litestar import Litestar
from litestar.routes import HTTPRoute

from fairplace.people.roles import HEADS

ROLES = ("officer", "evaluator", "moderator", "approver", "monitoring", "auditor", "key-admin", "provider")
EVERYBODY = frozenset(ROLES)
PEOPLE = EVERYBODY - {"provider"}
STAFF = frozenset({"officer", "evaluator", "moderator", "approver", "monitoring"})
OFFICE = frozenset({"officer", "approver", "monitoring"})
SENDERS = frozenset({"officer", "monitoring"})
OPENERS = OFFICE | {"auditor"}
HEADED = frozenset(HEADS) & EVERYBODY
PROVIDERS = frozenset({"provider"})

CASE = "/desk/cases/{case:str}"

TABLE: dict[tuple[str, str], frozenset[str]] = {
    ("GET", "/desk"): EVERYBODY,
    ("POST", "/desk/sign-out"): EVERYBODY,
    # keys and people
    ("GET", "/desk/keys"): EVERYBODY,
    ("POST", "/desk/keys"): EVERYBODY,
    ("POST", "/desk/keys/passkeys"): EVERYBODY,
    ("POST", "/desk/keys/recovery"): EVERYBODY,
    ("POST", "/desk/keys/revocation"): EVERYBODY,
    ("POST", "/desk/keys/roles"): EVERYBODY,
    ("GET", "/desk/recoveries"): PEOPLE,
    ("POST", "/desk/recoveries"): PEOPLE,
    ("GET", "/desk/people"): HEADED,
    ("POST", "/desk/people/invite"): HEADED,
    ("POST", "/desk/people/invitations/{invitation:str}"): HEADED,
    ("POST", "/desk/people/requests/{asked:str}"): HEADED,
    ("POST", "/desk/people/{person:str}/bar"): HEADED,
    ("GET", "/desk/people/{person:str}/keys"): HEADED,
    ("POST", "/desk/people/{person:str}/keys"): HEADED,
    # signing: whoever it is not for is refused by the act itself
    ("GET", "/desk/sign/{act:str}"): EVERYBODY,
    ("POST", "/desk/sign/{act:str}"): EVERYBODY,
    ("GET", "/desk/sign/{act:str}/preview"): EVERYBODY,
    ("GET", "/desk/sign/{act:str}/preview/{name:str}"): EVERYBODY,
    # cases
    ("GET", "/desk/cases"): STAFF,
    ("GET", CASE): STAFF,
    ("POST", f"{CASE}/file"): STAFF,
    ("GET", f"{CASE}/{{code:str}}"): STAFF,
    ("POST", f"{CASE}/{{code:str}}"): STAFF,
    ("GET", f"{CASE}/{{code:str}}/notice"): STAFF,
    ("POST", f"{CASE}/{{code:str}}/notice"): STAFF,
    ("GET", f"{CASE}/workbook"): STAFF,
    ("POST", f"{CASE}/workbook"): STAFF,
    ("GET", f"{CASE}/documents"): STAFF,
    ("POST", f"{CASE}/documents/new"): OFFICE,
    ("POST", f"{CASE}/documents/destroy"): OFFICE,
    ("GET", f"{CASE}/documents/{{name:str}}"): STAFF,
    ("POST", f"{CASE}/documents/{{name:str}}"): OFFICE,
    ("GET", f"{CASE}/documents/{{name:str}}/{{what:str}}"): STAFF,
    ("GET", f"{CASE}/files"): STAFF,
    ("GET", f"{CASE}/files/{{sha256:str}}"): STAFF,
    ("GET", f"{CASE}/challenges/{{challenge:str}}"): OFFICE,
    ("GET", f"{CASE}/letters"): OFFICE,
    ("GET", f"{CASE}/letters/{{name:str}}"): OFFICE,
    ("GET", f"{CASE}/notices/{{code:str}}"): OFFICE,
    ("GET", f"{CASE}/correspondence"): OFFICE,
    ("POST", f"{CASE}/correspondence/{{message:str}}/again"): OFFICE,
    ("POST", f"{CASE}/correspondence/{{note:str}}/answer"): SENDERS,
    ("GET", f"{CASE}/correspondence/{{note:str}}/{{sha256:str}}"): OFFICE,
    ("GET", f"{CASE}/debriefs"): OFFICE,
    ("POST", f"{CASE}/debriefs"): SENDERS,
    ("POST", f"{CASE}/debriefs/{{link:str}}/revoke"): SENDERS,
    ("GET", f"{CASE}/names"): SENDERS,
    ("POST", f"{CASE}/names"): SENDERS,
    ("GET", f"{CASE}/take-in"): SENDERS,
    ("POST", f"{CASE}/take-in"): SENDERS,
    ("GET", f"{CASE}/take-in-challenge"): SENDERS,
    ("POST", f"{CASE}/take-in-challenge"): SENDERS,
    ("POST", f"{CASE}/challenges/{{challenge:str}}/let-go"): SENDERS,
    ("GET", "/desk/urgent"): frozenset({"officer"}),
    ("POST", "/desk/urgent"): frozenset({"officer"}),
    ("GET", "/desk/awards"): frozenset({"officer"}),
    ("POST", "/desk/awards"): frozenset({"officer"}),
    ("GET", "/desk/awards/{name:str}"): frozenset({"officer"}),
    # openers of sealed bids
    ("GET", "/desk/openers"): OPENERS | HEADED,
    ("POST", "/desk/openers"): OPENERS,
    ("GET", "/desk/openers/cases/{case:str}"): OPENERS,
    ("POST", "/desk/openers/cases/{case:str}"): OPENERS,
    ("POST", "/desk/openers/{opener:str}/confirm"): HEADED,
    ("POST", "/desk/openers/{opener:str}/remove"): HEADED,
    # providers
    ("GET", "/desk/bids"): PROVIDERS,
    ("GET", "/desk/bids/{case:str}"): PROVIDERS,
    ("POST", "/desk/bids/{case:str}"): PROVIDERS,
    ("GET", "/desk/bids/{case:str}/sign"): PROVIDERS,
    ("POST", "/desk/bids/{case:str}/sign"): PROVIDERS,
    ("POST", "/desk/bids/{case:str}/withdraw"): PROVIDERS,
    ("GET", "/desk/bids/{case:str}/secrets"): PROVIDERS,
    ("POST", "/desk/bids/{case:str}/secrets"): PROVIDERS,
    ("GET", "/desk/bids/{case:str}/question"): PROVIDERS,
    ("POST", "/desk/bids/{case:str}/question"): PROVIDERS,
    ("GET", "/desk/bids/{case:str}/challenge"): PROVIDERS,
    ("POST", "/desk/bids/{case:str}/challenge"): PROVIDERS,
    ("GET", "/desk/bids/{case:str}/receipts/{name:str}"): PROVIDERS,
    ("GET", "/desk/bids/{case:str}/offline"): PROVIDERS,
    ("POST", "/desk/bids/{case:str}/result"): PROVIDERS,
    ("GET", "/desk/details"): PROVIDERS,
    ("GET", "/desk/details/change"): PROVIDERS,
    ("POST", "/desk/details/change"): PROVIDERS,
    ("GET", "/desk/details/sign"): PROVIDERS,
    ("POST", "/desk/details/sign"): PROVIDERS,
    ("GET", "/desk/details/receipts/{name:str}"): PROVIDERS,
}


def handlers(app: Litestar) -> Iterator[tuple[str, str, Any]]:
    """Each address with a method and its handler."""
    for route in app.routes:
        assert isinstance(route, HTTPRoute)
        for method, (handler, _) in route.route_handler_map.items():
            if method != "OPTIONS":
                yield route.path, method, handler


def private(app: Litestar) -> set[tuple[str, str]]:
    """The methods and addresses for which somebody has to be signed in."""
    return {
        (method, path)
        for path, method, handler in handlers(app)
        if handler.opt.get("audience") in ("signed-in", "acting") and method != "HEAD"
    }
