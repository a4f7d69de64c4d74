"""What a provider states of itself once, for all its bids: the form, filled in with what it stated before."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from fairplace import identifiers
from fairplace.errors import Malformed
from fairplace.formats import capitalised
from fairplace.forms.fields import Fault, Field, Sent, read_all
from fairplace.forms.growing import EMPTY, typed_rows
from fairplace.forms.task import options
from fairplace.provider.commands import EMAIL, LONGEST, MOST_PAPERS
from fairplace.provider.events import Facts

NUMBERS: Mapping[identifiers.Kind, str] = {
    "company": "Company number",
    "ppon": "PPON",
    "charity": "Charity number",
    "ofsted": "Ofsted URN",
}

SIZES: Mapping[str, str] = {
    "small": "Small: fewer than 50 people",
    "medium": "Medium-sized: fewer than 250 people",
    "large": "Large",
}

KINDS: Mapping[str, str] = {"registration": "Registration", "accreditation": "Accreditation", "insurance": "Insurance"}

WORDS: Mapping[str, Mapping[str, str]] = {"number": dict(NUMBERS.items()), "size": SIZES, "kind": KINDS}
"""How pages say what was stated."""

_HINTS: Mapping[identifiers.Kind, str] = {
    "company": "Of Companies House, such as 01234567 or SC123456",
    "ppon": "Your number on the central platform (Find a Tender), such as PBZB-4962-TVLR",
    "charity": "6 or 7 digits in England and Wales, SC and 6 digits in Scotland, NIC and 6 digits in Northern Ireland",
    "ofsted": "Of the provider itself; each home has its own",
}


def fields(typed: Sent) -> list[Field]:
    """The form, with as many rows as were written and two more."""
    return [
        Field(name="name", label="Legal name", kind="line", hint="As it stands on the register of companies or charities", check=_short),
        *(Field(name=kind, label=label, kind="line", optional=True, hint=_HINTS[kind], check=_number(kind)) for kind, label in NUMBERS.items()),
        Field(name="address", label="Postal address", kind="words", optional=True, theirs=True, check=_short, hint="Of the office that is written to. The award notice asks for it"),
        Field(name="email", label="E-mail address", kind="line", optional=True, theirs=True, check=_email, hint="Best one that several people read. The award notice asks for it"),
        Field(name="size", label="Size", kind="choice", optional=True, options=options(*((code, words) for code, words in SIZES.items()))),
        Field(name="vcse", label="Are you a voluntary, community or social enterprise?", kind="yes", optional=True),
        *(field for row in typed_rows(typed, "r", least=3, spare=2, most=MOST_PAPERS) for field in _row(row)),
    ]  # fmt: skip


def _row(row: int) -> list[Field]:
    more: dict[str, Any] = {"row": f"r{row}", "group": f"Registration, accreditation or insurance {row + 1}"}
    first = EMPTY if row == 0 else ""
    return [
        Field(name=f"r{row}-kind", label="Kind", kind="choice", hint=first, beside=True, options=options(*((code, words) for code, words in KINDS.items())), **more),
        Field(name=f"r{row}-what", label="What", kind="line", hint="Such as: public liability, £10 million" if row == 0 else "", check=_short, **more),
        Field(name=f"r{row}-by", label="By whom", kind="line", hint="Who registered, accredited or insures you" if row == 0 else "", check=_short, **more),
        Field(name=f"r{row}-number", label="Number", kind="line", optional=True, check=_short, **more),
        Field(name=f"r{row}-until", label="Last day", kind="day", optional=True, hint="Leave it empty for what does not run out", **more),
    ]  # fmt: skip


def read(asked: Sequence[Field], sent: Sent) -> tuple[dict[str, Any], list[Fault]]:
    """The members of the command: what is not stated is null."""
    members, faults = read_all(asked, sent)
    rows = sorted({int(field.row[1:]) for field in asked if field.row})
    papers = [
        {"kind": members[f"r{row}-kind"], "what": members.get(f"r{row}-what", ""), "by": members.get(f"r{row}-by", ""),
         "number": members.get(f"r{row}-number"), "until": members.get(f"r{row}-until")}
        for row in rows
        if f"r{row}-kind" in members
    ]  # fmt: skip
    said = {name: members.get(name) for name in ("name", *NUMBERS, "address", "email", "size", "vcse")}
    return {"facts": {**said, "papers": papers}}, faults


def filled(facts: Facts) -> dict[str, list[str]]:
    """The form as these details fill it."""
    found = {
        name: [value]
        for name in ("name", *NUMBERS, "address", "email", "size")
        if (value := getattr(facts, name)) is not None
    }
    if facts.vcse is not None:
        found["vcse"] = ["yes" if facts.vcse else "no"]
    for row, paper in enumerate(facts.papers):
        found |= {f"r{row}-kind": [paper.kind], f"r{row}-what": [paper.what], f"r{row}-by": [paper.by]}
        found |= {f"r{row}-number": [paper.number]} if paper.number else {}
        if paper.until:
            year, month, day = paper.until.split("-")
            found |= {f"r{row}-until-year": [year], f"r{row}-until-month": [month], f"r{row}-until-day": [day]}
    return found


def begun(provider: str, name: str) -> dict[str, list[str]]:
    """The form for who states for the first time: what its own id says, and its name where that is public."""
    own = identifiers.of_provider(provider)
    kind = {"GB-COH": "company", "GB-PPON": "ppon"}.get(own.scheme, "charity") if own else ""
    return {**({"name": [name]} if name else {}), **({kind: [identifiers.shown(own)]} if own else {})}


def _number(kind: identifiers.Kind) -> Callable[[Any], str]:
    def check(value: Any) -> str:
        try:
            identifiers.READ[kind](str(value))
        except Malformed as error:
            return capitalised(str(error))
        return ""

    return check


def _email(value: Any) -> str:
    return "" if EMAIL.fullmatch(value) else "Write an e-mail address, such as bids@provider.example"


def _short(value: Any) -> str:
    return f"Shorten this to {LONGEST} characters; it has {len(value)}" if len(value) > LONGEST else ""
