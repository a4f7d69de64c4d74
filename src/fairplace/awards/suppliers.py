"""Who won, as a row of a contracts register says it: names, and ids as notices have them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from fairplace import identifiers
from fairplace.awards.cells import is_nothing
from fairplace.awards.columns import Role
from fairplace.errors import Malformed

Supplier = dict[str, str]
"""An organisation of a release: its name, and its id if it has one."""

_PACKED = re.compile(r"\[([^\[\]|]+)\|([^\[\]]*)\]")
"""As the export of Contracts Finder has them: [Name|Address|Ref type|Ref Number|Is SME|Is VCSE], one after the other."""


def read(given: Mapping[Role, str]) -> tuple[list[Supplier], list[tuple[Role, str]]]:
    """The suppliers of a row, and what is wrong with its cells."""
    wrong: list[tuple[Role, str]] = []
    if packed := _PACKED.findall(given["supplier"]):
        found = []
        for name, rest in packed:
            parts = [part.strip() for part in rest.split("|")]
            number = parts[2] if len(parts) > 2 and "COMPANIES" in parts[1].upper() else ""
            found.append(_named(name, _id({"company": number}, wrong, within="supplier")))
        return found, wrong
    return [_named(given["supplier"], _id(given, wrong))], wrong


def _named(name: str, identifier: str) -> Supplier:
    return {"name": " ".join(name.split())} | ({"id": identifier} if identifier else {})


def _id(given: Mapping[Role, str], wrong: list[tuple[Role, str]], *, within: Role | None = None) -> str:
    """A company's number first, then a charity's, then whatever the council calls it."""
    for role, form in _FORMS.items():
        text = " ".join(given.get(role, "").split())
        if is_nothing(text):
            continue
        try:
            return form(text)
        except Malformed as error:
            wrong.append((within or role, str(error)))
    return ""


def _number(one: identifiers.Identifier) -> str:
    return f"{one.scheme}-{one.id}"


_FORMS: Mapping[Role, Callable[[str], str]] = {
    "company": lambda text: _number(identifiers.company(text)),
    "charity": lambda text: _number(identifiers.charity(text)),
    "supplier_id": identifiers.canonical,
}
