"""From a release to what fairplace takes of it: an allow-list, and never a contact person.

- What stands in the open is a code of a closed list, a date, or an identifier that can hold no words.
- Money becomes pence; absent stays absent; what cannot be taken is a fault, and counts as absent.
- What does not fit into one entry is cut, and says so where it was cut: a part must not pass for the whole.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from fairplace.ledger.canonical import MAX_BYTES
from fairplace.ledger.disclosure import sealed
from fairplace.ocds.buyers import several
from fairplace.ocds.part import Fault, Part, is_code
from fairplace.ocds.persons import cleaner, concerns_one_person, without_contacts
from fairplace.procurement.events import Imported, ImportedAward
from fairplace.terms import Document, Evidence, Instant, Provider

MAX_TITLE = 500
MAX_TEXT = 10_000
MAX_NAME = 300
MAX_CPV = 50

TAGS = (
    "planning", "planningUpdate", "tender", "tenderAmendment", "tenderUpdate", "tenderCancellation", "award",
    "awardUpdate", "awardCancellation", "contract", "contractUpdate", "contractAmendment", "implementation",
    "implementationUpdate", "contractTermination", "compiled",
)  # fmt: skip
METHODS = ("open", "selective", "limited", "direct")
STATUSES = ("planning", "planned", "active", "cancelled", "unsuccessful", "complete", "withdrawn")

_CPV = re.compile(r"[0-9]{8}(-[0-9])?")
_ROOM = MAX_BYTES - 1_000
"""Bytes for the awards: salt, slot and a line on what was cut stand beside them."""
_REST = 200
"""Bytes for a line on the suppliers that were cut."""

Clean = Callable[[str], str]


def imported(
    release: dict[str, Any], *, at: Instant, raw: Document, fault: Fault, evidence: Evidence = "imported-notice"
) -> Imported:
    """The event of one release, its case still open: it depends on the buyer. `fault(path, problem)` hears what was wrong."""
    whole = Part(release, "", fault)
    tender = whole.part("tender")
    parties = parties_of(release)
    clean = cleaner(release, (party.name for party in parties.values()))
    method = tender.one_of("procurementMethod", METHODS)
    codes = cpv(release, fault)
    released_at = whole.instant("date")
    details = (tender.value.get(name) for name in ("title", "procurementMethodDetails", "procurementMethodRationale"))
    return Imported(
        case="",
        happened_at=released_at or at,
        evidence=evidence,
        exhibit=sealed("commercial", None),
        ocid=in_the_open(release["ocid"], "ocid", fault),
        release=in_the_open(str(release["id"]), "id", fault),
        released_at=released_at,
        tags=whole.many_of("tag", TAGS),
        method=method,
        cpv=codes,
        status=tender.one_of("status", STATUSES),
        concerns_one_person=concerns_one_person(codes, method, details, _related(release)),
        tender_closes=tender.part("tenderPeriod").instant("endDate"),
        title=sealed("commercial", tender.text("title", MAX_TITLE, clean)),
        description=sealed("commercial", tender.text("description", MAX_TEXT, clean)),
        buyer=sealed("commercial", _buyer(whole, parties)),
        tender_value=sealed("commercial", tender.pence("value")),
        awards=sealed("commercial", _awards(whole, parties)),
        raw=sealed("personal", raw),
    )


def _buyer(whole: Part, parties: dict[str, Provider]) -> Provider | None:
    """The buying organisation, named by the release or by the role that a party has; of several one, and a fault."""
    together = several(whole)
    if whole.value.get("buyer") is not None:
        found = organisation(whole.part("buyer"), parties)
    else:
        buyers = together or (party for party in whole.parts("parties") if "buyer" in party.items("roles"))
        first = next(iter(buyers), None)
        found = None if first is None else organisation(first, parties)
    if together:
        whole.fault(
            "parties",
            f"{len(together)} buyers came, and an entry has room for one: {found.name if found else 'none'} was taken;"
            " name them all with the command name-buyers, as a report",
        )
    return found


def in_the_open(identifier: str, name: str, fault: Fault) -> str:
    """An identifier as it may stand in a leaf for ever: itself, or its digest when it could hold words."""
    if is_code(identifier):
        return identifier
    fault(name, "an identifier with other characters than letters, digits and . _ : / - came; its digest stands for it")
    return "sha256:" + hashlib.sha256(identifier.encode("utf-8", "replace")).hexdigest()


def _awards(whole: Part, parties: dict[str, Provider]) -> list[ImportedAward]:
    """As many awards as fit into one sealed value; the last says how many did not."""
    found: list[ImportedAward] = []
    ids: set[str] = set()
    room = _ROOM
    for award in whole.parts("awards"):
        bare = _award(award, whole, ids)
        room -= _size(bare)
        suppliers = _suppliers(award, parties, room)
        if suppliers is None:
            found.append(_further(whole, len(found)))
            break
        room -= sum(map(_size, suppliers))
        found.append(msgspec.structs.replace(bare, suppliers=suppliers))
    return found


def _further(whole: Part, taken: int) -> ImportedAward:
    """A line in place of the awards that were cut; its missing value keeps a sum over a part from looking whole."""
    count = len(whole.items("awards"))
    whole.fault("awards", f"{count} awards came; {taken} fit into an entry, all stand in the kept release")
    rest = Provider(id="", name=f"and {count - taken} more awards, not shown")
    return ImportedAward(id="…", status=None, decided_on=None, published_on=None, value=None, suppliers=[rest])


def _award(award: Part, whole: Part, ids: set[str]) -> ImportedAward:
    """The award without its suppliers."""
    name = award.code("id", MAX_NAME) or ""
    if not name or name in ids:
        award.fault("id", "an award without an id of its own came; its place stands for it")
        name = f"{name}#{len(ids)}"
    ids.add(name)
    dated = award if award.value.get("datePublished") is not None else whole
    return ImportedAward(
        id=without_contacts(name),
        status=award.text("status", 60, without_contacts),
        decided_on=award.day("date"),
        published_on=dated.day("datePublished" if dated is award else "date"),
        value=award.pence("value"),
        suppliers=[],
    )


def _suppliers(award: Part, parties: dict[str, Provider], room: int) -> list[Provider] | None:
    """The suppliers of an award, as many as fit, the last saying how many did not; None when there is no room at all."""
    found: list[Provider] = []
    for supplier in award.parts("suppliers"):
        provider = organisation(supplier, parties)
        if provider is None:
            continue
        room -= _size(provider)
        if room < _REST and found:
            count = len(award.items("suppliers"))
            award.fault(
                "suppliers", f"{count} suppliers came; {len(found)} fit into an entry, all stand in the release"
            )
            return [*found, Provider(id="", name=f"and {count - len(found)} more suppliers, not shown")]
        if room < _REST:
            return None
        found.append(provider)
    return found if room >= _REST else None


def organisation(part: Part, parties: dict[str, Provider]) -> Provider | None:
    """An organisation where it stands whole (OCDS 1.0), or by its reference to `parties` (1.1)."""
    found = _provider(part)
    name = part.text("name", MAX_NAME, without_contacts)
    known = parties.get(found)
    if not found and not name:
        if part.value:
            part.fault("", "an organisation without a name and an id came")
        return None
    return Provider(id=found, name=name or (known.name if known else "") or found)


def _provider(part: Part) -> str:
    """The id of an organisation: its own, else `<scheme>-<id>` of its identifier, else nothing."""
    if found := part.code("id", MAX_NAME):
        return without_contacts(found)
    identifier = part.part("identifier")
    scheme, number = identifier.code("scheme", 60), identifier.code("id", 120)
    return without_contacts(f"{scheme}-{number}") if scheme and number else ""


def parties_of(release: dict[str, Any]) -> dict[str, Provider]:
    """The organisations of a release by id."""
    found: dict[str, Provider] = {}
    for party in Part(release, "", _unheard).parts("parties"):
        name = party.text("name", MAX_NAME, without_contacts)
        name = name or party.part("identifier").text("legalName", MAX_NAME, without_contacts)
        key = _provider(party)
        found[key or f"#{len(found)}"] = Provider(id=key, name=name or "")
    return found


def cpv(release: dict[str, Any], fault: Fault | None = None) -> list[str]:
    """Every CPV code of the tender, its items, and the items of awards and contracts."""
    fault = fault or _unheard
    codes: dict[str, None] = {}
    odd = False
    for where in _classified(Part(release, "", _unheard)):
        for one in (where.part("classification"), *where.parts("additionalClassifications")):
            if str(one.value.get("scheme")).upper() != "CPV":
                continue
            code = one.code("id") or ""
            if _CPV.fullmatch(code):
                codes[code] = None
            else:
                odd = True
    if odd:
        fault("tender", "a CPV code without eight digits came; it was left out")
    if len(codes) > MAX_CPV:
        fault("tender", f"{len(codes)} CPV codes came; the first {MAX_CPV} were taken")
    return list(codes)[:MAX_CPV]


def _classified(whole: Part) -> Iterator[Part]:
    """What a classification can stand at."""
    tender = whole.part("tender")
    yield tender
    for holder in (tender, *tender.parts("lots"), *whole.parts("awards"), *whole.parts("contracts")):
        yield from holder.parts("items")


def _related(release: dict[str, Any]) -> Iterator[Any]:
    """The relationships of a release to other processes."""
    for one in Part(release, "", _unheard).parts("relatedProcesses"):
        yield from one.items("relationship")


def _size(value: msgspec.Struct) -> int:
    return len(msgspec.json.encode(value)) + 1


def _unheard(path: str, problem: str) -> None:
    """For a second look at what another reading reports, or at what may be missing."""
