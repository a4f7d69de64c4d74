"""The numbers by which a provider is known, brought into one form: typed in many ways, each comes to one.

- A number that is short of its form is completed only where that is no guess; otherwise the sentence says what is missing.
- The form is checked and nothing else: no register is asked whether the number is anybody's.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Literal

from fairplace.errors import Malformed
from fairplace.terms import Term

Kind = Literal["company", "ppon", "charity", "ofsted"]
Scheme = Literal["GB-COH", "GB-PPON", "GB-CHC", "GB-SC", "GB-NIC", "OFSTED-URN"]


class Identifier(Term, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A number and the list that it is from: the codes of org-id.guide, as in Open Contracting data, and one for Ofsted's."""

    scheme: Scheme
    id: str


OFSTED = r"[0-9]{7}|SC[0-9]{6}"
"""Ofsted: 7 digits, SC and 6 digits for older ones (SSDA903 guide)."""

_COMPANY = re.compile(
    r"(?:AC|CE|CS|FC|FE|GE|GS|IC|LP|NC|NF|NI|NL|NO|NP|OC|OE|PC|R0|RC|SA|SC|SE|SF|SG|SI|SL|SO|SR|SZ|ZC|[0-9]{2})[0-9]{6}"
    r"|(?:IP|SP|RS)[A-Z0-9]{6}|SL[0-9]{5}[0-9A]"
)
"""Companies House: 8 characters, of which the first two may be letters that say what kind of body it is."""

_PPON = re.compile(r"(P[A-Z]{3})([0-9]{4})([A-Z]{4})")
"""As in the notices of the central platform: `PBZB-4962-TVLR`. No page of the law gives the form."""

_SHORT_COMPANY = re.compile(r"[0-9]{6,7}|[A-Z]{2}[0-9]{4,5}")
_SHORT_CHARITY = re.compile(r"SC[0-9]{4,5}")
_BETWEEN = re.compile(r"[\s._/\u2010-\u2015\u2212-]+")
_SCHEMED = re.compile(r"(GB-(?:COH|PPON|CHC|SC|NIC))-(.+)", re.IGNORECASE)

_KINDS: Mapping[str, Kind] = {
    "GB-COH": "company", "GB-PPON": "ppon", "GB-CHC": "charity", "GB-SC": "charity", "GB-NIC": "charity",
}  # fmt: skip


def company(typed: str) -> Identifier:
    """A company's number; what lacks a zero or two in front gets them. Raises Malformed."""
    bare = _bare(typed, "GB-COH")
    if _SHORT_COMPANY.fullmatch(bare):
        letters = bare[:2] if bare[:2].isalpha() else ""
        bare = letters + bare[len(letters) :].zfill(8 - len(letters))
    if not _COMPANY.fullmatch(bare) or not bare.strip("0"):
        raise Malformed(
            f"the company number {typed[:40]!r} came; Companies House writes 8 characters, such as 01234567 or SC123456:"
            " write it as it stands there, with every zero"
        )
    return Identifier(scheme="GB-COH", id=bare)


def ppon(typed: str) -> Identifier:
    """A Public Procurement Organisation Number, of the central platform. Raises Malformed."""
    found = _PPON.fullmatch(_bare(typed, "GB-PPON"))
    if found is None:
        raise Malformed(
            f"the PPON {typed[:40]!r} came; the central platform writes P and three letters, four digits, four letters,"
            " such as PBZB-4962-TVLR: copy it from your account there"
        )
    return Identifier(scheme="GB-PPON", id="-".join(found.groups()))


def charity(typed: str) -> Identifier:
    """A charity's number: of England and Wales, of Scotland (SC), or of Northern Ireland (NIC). Raises Malformed."""
    scheme = found[1].upper() if (found := _SCHEMED.fullmatch(typed.strip())) else ""
    bare = _bare(typed, "GB-CHC", "GB-SC", "GB-NIC")
    if _SHORT_CHARITY.fullmatch(bare):
        bare = "SC" + bare[2:].zfill(6)
    if re.fullmatch(r"NIC[0-9]{6}", bare) or (scheme == "GB-NIC" and re.fullmatch(r"[0-9]{6}", bare)):
        return Identifier(scheme="GB-NIC", id=bare.removeprefix("NIC"))
    if scheme in ("", "GB-SC") and re.fullmatch(r"SC[0-9]{6}", bare):
        return Identifier(scheme="GB-SC", id=bare)
    if scheme in ("", "GB-CHC") and re.fullmatch(r"[1-9][0-9]{5,6}", bare):
        return Identifier(scheme="GB-CHC", id=bare)
    raise Malformed(
        f"the charity number {typed[:40]!r} came; expected 6 or 7 digits (England and Wales), SC and 6 digits (Scotland), or"
        " NIC and 6 digits (Northern Ireland)"
    )


def ofsted(typed: str) -> Identifier:
    """The unique reference number that Ofsted gave. Raises Malformed."""
    bare = _bare(typed).removeprefix("URN")
    if not re.fullmatch(OFSTED, bare):
        raise Malformed(f"the Ofsted URN {typed[:40]!r} came; expected 7 digits, or SC and 6 digits for older ones")
    return Identifier(scheme="OFSTED-URN", id=bare)


READ: Mapping[Kind, Callable[[str], Identifier]] = {
    "company": company,
    "ppon": ppon,
    "charity": charity,
    "ofsted": ofsted,
}


def of_provider(provider: str) -> Identifier | None:
    """What a provider's own id says, such as `GB-COH-01234567`; None where it is of another list, or of no form."""
    try:
        return _read(provider)
    except Malformed:
        return None


def canonical(provider: str) -> str:
    """A provider's id in the one form of its list; of a list that is not known, as it is. Raises Malformed."""
    one = _read(provider)
    return provider if one is None else f"{one.scheme}-{one.id}"


def _read(provider: str) -> Identifier | None:
    """The number of an id, once it says of which list. Raises Malformed for none of that list's form."""
    found = _SCHEMED.fullmatch(provider.strip())
    return None if found is None else READ[_KINDS[found[1].upper()]](provider)


def shown(one: Identifier) -> str:
    """The number as people write it: a charity of Northern Ireland with its letters."""
    return f"NIC{one.id}" if one.scheme == "GB-NIC" else one.id


def kind_of(one: Identifier) -> Kind:
    return _KINDS.get(one.scheme, "ofsted")


def _bare(typed: str, *schemes: str) -> str:
    """The number alone: in capitals, without what stands between its signs and without the list that it names."""
    bare = _BETWEEN.sub("", typed).upper()
    for scheme in schemes:
        bare = bare.removeprefix(scheme.replace("-", ""))
    return bare
