"""What is asked of somebody who buys at once, from a phone: five things, and whether it is for one person."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from fairplace.forms.fields import Fault, Field, Sent, read_all

FIELDS = (
    Field(name="need", label="What is needed", kind="words", hint="Name no child, school or street"),
    Field(name="provider", label="From whom", kind="line", hint="Name, and number if you have it: Alder Homes, GB-COH-01000001"),
    Field(name="price", label="The most that it will cost", kind="money"),
    Field(name="why", label="Why it could not wait", kind="words", hint="What happened, and whom you asked"),
    Field(name="from_on", label="From when", kind="day", hint="Today, unless you say another day"),
    Field(name="concerns_one_person", label="Is it for one person?", kind="yes", public=True, hint="Then nothing of it is ever public"),
)  # fmt: skip

_NUMBER = re.compile(r"[A-Za-z]{2}-[A-Za-z0-9]{2,10}-[A-Za-z0-9._/:-]{1,80}")
_OTHER = re.compile(r"[^a-z0-9]+")


def read(sent: Sent, known: Mapping[str, str]) -> tuple[dict[str, Any], list[Fault]]:
    """The members of the command. `known` are the providers' ids by their names in small letters.

    Where no number is given and the name is not known, the id says that it is a name and no number.
    """
    members, faults = read_all(FIELDS, sent)
    line = str(members.get("provider", ""))
    name, _, number = line.rpartition(",")
    if not name or not _NUMBER.fullmatch(number.strip()):
        name, number = line, ""
    name = name.strip()
    slug = _OTHER.sub("-", name.lower()).strip("-")[:80]
    if line and not slug:
        faults.append(Fault("provider", "Write the provider’s name in letters"))
    members["provider"] = {"name": name, "id": number.strip() or known.get(name.lower()) or f"name:{slug}"}
    return members, faults
