"""Who won, as a row of a contracts register says it: names, and ids as notices have them."""

from __future__ import annotations

import re
from collections.abc import Mapping

from fairplace.awards.cells import is_nothing
from fairplace.awards.columns import Role

Supplier = dict[str, str]
"""An organisation of a release: its name, and its id if it has one."""

_COMPANY = re.compile(r"(?:[A-Z]{2}[0-9]{6}|[A-Z][0-9]{7}|[0-9]{1,8})")
_CHARITY = re.compile(r"[0-9]{6,7}(-[0-9]{1,2})?")
_PACKED = re.compile(r"\[([^\[\]|]+)\|([^\[\]]*)\]")
"""As the export of Contracts Finder has them: [Name|Address|Ref type|Ref Number|Is SME|Is VCSE], one after the other."""


def read(given: Mapping[Role, str]) -> tuple[list[Supplier], list[tuple[Role, str]]]:
    """The suppliers of a row, and what is wrong with its cells."""
    if packed := _PACKED.findall(given["supplier"]):
        return [_unpacked(name, [part.strip() for part in rest.split("|")]) for name, rest in packed], []
    found, wrong = _id(given)
    return [_named(given["supplier"], found)], wrong


def _unpacked(name: str, parts: list[str]) -> Supplier:
    number = parts[2].upper() if len(parts) > 2 and "COMPANIES" in parts[1].upper() else ""
    return _named(name, _company(number) if _COMPANY.fullmatch(number) else "")


def _named(name: str, identifier: str) -> Supplier:
    return {"name": " ".join(name.split())} | ({"id": identifier} if identifier else {})


def _company(number: str) -> str:
    """Companies House numbers have eight signs; a spreadsheet drops the zeros in front."""
    return f"GB-COH-{number:0>8}"


def _id(given: Mapping[Role, str]) -> tuple[str, list[tuple[Role, str]]]:
    """A company's number first, then a charity's, then whatever the council calls it."""
    wrong: list[tuple[Role, str]] = []
    company = "".join(given["company"].upper().split())
    if not is_nothing(company):
        if _COMPANY.fullmatch(company):
            return _company(company), wrong
        problem = f"“{given['company'][:40]}” is no company number; it has 8 signs, such as 01234567"
        wrong.append(("company", problem))
    charity = "".join(given["charity"].split())
    if not is_nothing(charity):
        if _CHARITY.fullmatch(charity):
            return f"GB-CHC-{charity}", wrong
        wrong.append(("charity", f"“{charity[:40]}” is no charity number; it has 6 or 7 figures"))
    return "" if is_nothing(given["supplier_id"]) else " ".join(given["supplier_id"].split()), wrong
