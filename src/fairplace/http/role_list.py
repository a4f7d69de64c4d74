"""The roles for which somebody of the authority can be asked in or ask, each with what it is for."""

from __future__ import annotations

from collections.abc import Collection

import msgspec

from fairplace.http.guard import Key
from fairplace.http.site import Site
from fairplace.people.roles import in_words

ABOUT = {
    "officer": "Runs a purchase: plan, notice, questions, bids, letters",
    "evaluator": "Marks bids, alone",
    "moderator": "Brings those who mark to one mark; chairs a panel",
    "approver": "Decides the award and signs the contract",
    "monitoring": "Decides on interests and challenges, and signs second",
    "auditor": "Looks on, from inside or outside the authority; can open sealed bids with another",
    "key-admin": "Lets others in and keeps their keys; sees no bid",
}
OF_HOMES = {
    "social-worker": "Knows the child, and keeps the file of the search with the officer",
    "budget-holder": "Approves what a home costs",
    "nominated-officer": "Approves a home beside the authority's area",
    "director": "Approves a home at a distance or outside England",
}
"""Those that only searches for homes know."""


class Choice(msgspec.Struct, frozen=True):
    """A role as a form offers it."""

    role: str
    name: str
    about: str


def roles_of(site: Site) -> dict[str, str]:
    """The roles of this kind of register, with what each is for."""
    return ABOUT | OF_HOMES if site.seeks else ABOUT


def choices(site: Site, without: Collection[str] = ()) -> list[Choice]:
    return [
        Choice(role, in_words(frozenset({role})).capitalize(), about)
        for role, about in roles_of(site).items()
        if role not in without
    ]


def further_roles(site: Site, key: Key, asked: Collection[str]) -> list[Choice]:
    """What somebody with this key may ask for besides."""
    return choices(site, without={*key.roles, *asked})
