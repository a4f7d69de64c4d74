"""Who a supplier is, as a notice asks: what the record has of it, and what it stated of itself.

- Of what it stated a notice has its numbers, its addresses, its size and its kind, and nothing else: no papers and no policy numbers.
- What it did not state is said to be not stated, and never taken for no.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from fairplace.giving.fields import Field, absent, field
from fairplace.provider.known import Stated
from fairplace.terms import Provider

StatedBy = Mapping[str, Stated | None]
"""What providers state of themselves, by their ids; null, or not there: nothing."""

SAID = "As it stated of itself; nobody was asked whether it is so"

PUBLIC_NUMBERS = {"ppon": "Public Procurement Organisation Number", "company": "company number", "charity": "charity number"}  # fmt: skip
"""What of its numbers a notice has; a charity number only where it is stated, for most are none."""


def who(start: str, one: Provider, by: StatedBy) -> list[Field]:
    """Name, identifiers and address of one supplier."""
    stated = by.get(one.id)
    numbers = {kind: stated.shown(kind) if stated else "" for kind in ("ppon", "company", "charity")}  # fmt: skip
    fields = [field(f"{start}name", one.name, _called(one, stated)), field(f"{start}identifier", one.id)]
    fields += [
        field(f"{start}{label}", number, SAID)
        if (number := numbers[kind])
        else absent(f"{start}{label}", label, _unsaid(stated))
        for kind, label in PUBLIC_NUMBERS.items()
        if numbers[kind] or kind != "charity"
    ]
    label, reached = f"{start}postal and e-mail address", address(one, by)
    return [
        *fields,
        field(label, reached, SAID) if reached else absent(label, f"the address of {one.name}", _unsaid(stated)),
    ]


def address(one: Provider, by: StatedBy) -> str:
    """Where it is reached, as it states it; empty where it states neither address."""
    stated = by.get(one.id)
    return "\n".join(part for part in (stated.facts.address, stated.facts.email) if part) if stated else ""


def kind(start: str, one: Provider, by: StatedBy) -> list[Field]:
    """Its size, and whether it is a voluntary, community or social enterprise."""
    stated = by.get(one.id)
    size, vcse = (stated.facts.size, stated.facts.vcse) if stated else (None, None)
    return [
        _answered(f"{start}small or medium-sized enterprise", None if size is None else size != "large", stated),
        _answered(f"{start}voluntary, community or social enterprise", vcse, stated),
    ]


def small_ones(bidders: Iterable[Provider], by: StatedBy) -> Field:
    """How many of those who bid are small, medium-sized or voluntary, once all of them have said so."""
    label = "Of them small, medium-sized or voluntary"
    found = [by.get(one.id) for one in bidders]
    said = [one.facts for one in found if one is not None and one.facts.size is not None and one.facts.vcse is not None]
    small, voluntary = sum(one.size != "large" for one in said), sum(one.vcse is True for one in said)
    words = f"{small} small or medium-sized, {voluntary} voluntary, community or social enterprises"
    if found and len(said) == len(found):
        return field(label, words)
    left = len(found) - len(said)
    return absent(
        label,
        "the size and kind of bidders",
        f"As stated: {words}; {left} of {len(found)} have not stated it" if said else "",
    )


def _answered(label: str, value: bool | None, stated: Stated | None) -> Field:
    if value is None:
        return absent(label, "yes or no", _unsaid(stated))
    return field(label, "Yes" if value else "No", SAID)


def _called(one: Provider, stated: Stated | None) -> str:
    return f"It states its legal name as {stated.facts.name}" if stated and stated.facts.name != one.name else ""


def _unsaid(stated: Stated | None) -> str:
    return "Its details do not state it" if stated else "It stated no details"
