"""From a release to what fairplace takes of it: an allow-list, and never a contact person.

Money becomes pence; absent stays absent; what cannot be taken is told as a fault and left out.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from fairplace.ledger.canonical import MAX_INTEGER
from fairplace.ledger.disclosure import sealed
from fairplace.procurement.events import Imported, ImportedAward
from fairplace.terms import LONDON, CaseId, Day, Document, Instant, Pence, Provider, instant

MAX_TEXT = 10_000
MAX_AWARDS = 200
MAX_SUPPLIERS = 100

Fault = Callable[[str, str], None]

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_DATE_ONLY = re.compile(r"\d{4}-\d\d-\d\d")
_SPOT_METHODS = ("direct", "limited")
_CALL_OFF = re.compile(r"call[- ]?off|spot|direct award|single tender", re.IGNORECASE)
_SOCIAL_CARE = ("853", "80340")
"""CPV codes of social work and special education: an award to one provider there may be about one child."""


def imported(release: dict[str, Any], *, case: CaseId, at: Instant, raw: Document, fault: Fault) -> Imported:
    """The event of one release. `fault(path, problem)` hears what was wrong."""
    tender = _object(release, "tender", fault)
    method = _short(tender.get("procurementMethod"), "tender/procurementMethod", fault)
    codes = _cpv(tender)
    released_at = _instant(release.get("date"), "date", fault)
    return Imported(
        case=case,
        happened_at=released_at or at,
        evidence="imported-notice",
        exhibit=sealed("commercial", None),
        ocid=str(release["ocid"]),
        release=str(release["id"]),
        released_at=released_at,
        tags=[str(tag)[:40] for tag in _list(release, "tag", fault)],
        method=method,
        cpv=codes,
        status=_short(tender.get("status"), "tender/status", fault),
        concerns_one_person=_concerns_one_person(codes, method, tender.get("procurementMethodDetails")),
        tender_closes=_instant(
            _object(tender, "tenderPeriod", fault).get("endDate"), "tender/tenderPeriod/endDate", fault
        ),
        title=sealed("commercial", _text(tender.get("title"), "tender/title", fault)),
        description=sealed("commercial", _text(tender.get("description"), "tender/description", fault)),
        buyer=sealed("commercial", buyer(release, fault)),
        tender_value=sealed("commercial", _pence(tender.get("value"), "tender/value", fault)),
        awards=sealed("commercial", _awards(release, fault)),
        raw=sealed("personal", raw),
    )


def buyer(release: dict[str, Any], fault: Fault) -> Provider | None:
    """The buying organisation: its id and name, and nothing of any person."""
    return _organisation(release.get("buyer"), "buyer", fault)


def moment_of(value: Any) -> datetime | None:
    """A date and time as OCDS writes it; a date alone is its first moment in London."""
    if not isinstance(value, str):
        return None
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        return None
    if _DATE_ONLY.fullmatch(value):
        return found.replace(tzinfo=LONDON)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _awards(release: dict[str, Any], fault: Fault) -> list[ImportedAward]:
    awards = _list(release, "awards", fault)
    if len(awards) > MAX_AWARDS:
        fault("awards", f"{len(awards)} awards came; the first {MAX_AWARDS} were taken, all stand in the kept release")
    return [
        _award(award, f"awards/{number}", release, fault)
        for number, award in enumerate(awards[:MAX_AWARDS])
        if _is_object(award, f"awards/{number}", fault)
    ]


def _award(award: dict[str, Any], where: str, release: dict[str, Any], fault: Fault) -> ImportedAward:
    suppliers = _list(award, "suppliers", fault, where)
    if len(suppliers) > MAX_SUPPLIERS:
        fault(f"{where}/suppliers", f"{len(suppliers)} suppliers came; the first {MAX_SUPPLIERS} were taken")
    found = [
        _organisation(supplier, f"{where}/suppliers/{number}", fault)
        for number, supplier in enumerate(suppliers[:MAX_SUPPLIERS])
    ]
    return ImportedAward(
        id=str(award.get("id", "")),
        status=_short(award.get("status"), f"{where}/status", fault),
        decided_on=_day(award.get("date"), f"{where}/date", fault),
        published_on=_day(award.get("datePublished", release.get("date")), f"{where}/datePublished", fault),
        value=_pence(award.get("value"), f"{where}/value", fault),
        suppliers=[supplier for supplier in found if supplier is not None],
    )


def _concerns_one_person(codes: list[str], method: str | None, details: Any) -> bool:
    """Social care by direct award, spot purchase or call-off: taken to be about one person unless shown otherwise."""
    social = any(code.startswith(_SOCIAL_CARE) for code in codes)
    alone = method in _SPOT_METHODS or (isinstance(details, str) and _CALL_OFF.search(details) is not None)
    return social and alone


def _cpv(tender: dict[str, Any]) -> list[str]:
    found = [tender.get("classification")]
    additional = tender.get("additionalClassifications")
    found += additional if isinstance(additional, list) else []
    items = tender.get("items")
    for item in items if isinstance(items, list) else []:
        if isinstance(item, dict):
            more = item.get("additionalClassifications")
            found += [item.get("classification"), *(more if isinstance(more, list) else [])]
    codes = [
        str(one["id"])[:20] for one in found if isinstance(one, dict) and one.get("scheme") == "CPV" and one.get("id")
    ]
    return list(dict.fromkeys(codes))[:50]


def _organisation(value: Any, where: str, fault: Fault) -> Provider | None:
    if value is None or not _is_object(value, where, fault):
        return None
    name = _text(value.get("name"), f"{where}/name", fault)
    given = value.get("id")
    if name is None and given is None:
        fault(where, "an organisation without a name and an id came")
        return None
    return Provider(id=str(given)[:200] if given is not None else "", name=name or "")


def _pence(value: Any, where: str, fault: Fault) -> Pence | None:
    if value is None or not _is_object(value, where, fault):
        return None
    amount, currency = value.get("amount"), value.get("currency")
    if amount is None:
        return None
    if isinstance(amount, bool) or not isinstance(amount, int | Decimal):
        fault(f"{where}/amount", f"{str(amount)[:40]!r} came; expected a number")
        return None
    if currency not in (None, "GBP"):
        fault(f"{where}/currency", f"{str(currency)[:10]!r} came; only pounds sterling are taken")
        return None
    # Compared before it is multiplied: 1e999999999 must not be written out.
    if not 0 <= amount <= MAX_INTEGER // 100:
        fault(f"{where}/amount", f"{str(amount)[:40]} came; expected an amount from 0 to {MAX_INTEGER // 100}")
        return None
    pence = Decimal(amount) * 100
    if pence != pence.to_integral_value():
        fault(f"{where}/amount", f"{amount} came, with a part of a penny; it was rounded")
    if amount == 0:
        fault(f"{where}/amount", "0 came; it often means that the value is not known")
    return int(pence.to_integral_value())


def _text(value: Any, where: str, fault: Fault) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str):
        fault(where, f"{type(value).__name__} came; expected a text")
        return None
    clean = unicodedata.normalize("NFC", value.encode("utf-8", "replace").decode("utf-8"))
    if _CONTROL.search(clean):
        fault(where, "control characters came in the text; they were taken out")
        clean = _CONTROL.sub(" ", clean)
    clean = clean.replace("\r\n", "\n").replace("\r", "\n").strip()
    if len(clean) > MAX_TEXT:
        fault(where, f"a text of {len(clean)} characters came; {MAX_TEXT} were taken, all stands in the kept release")
        clean = clean[:MAX_TEXT] + "…"
    return clean or None


def _short(value: Any, where: str, fault: Fault) -> str | None:
    """A code of a code list."""
    found = _text(value, where, fault)
    return found[:60] if found else None


def _instant(value: Any, where: str, fault: Fault) -> Instant | None:
    if value is None:
        return None
    found = moment_of(value)
    if found is None:
        fault(where, f"{str(value)[:40]!r} came; expected a date and time as 2026-11-22T12:00:00Z")
        return None
    try:
        return instant(found)
    except (OverflowError, ValueError):
        fault(where, f"{str(value)[:40]!r} is out of range")
        return None


def _day(value: Any, where: str, fault: Fault) -> Day | None:
    found = _instant(value, where, fault)
    return None if found is None else datetime.fromisoformat(found).astimezone(LONDON).date().isoformat()


def _object(value: dict[str, Any], name: str, fault: Fault) -> dict[str, Any]:
    found = value.get(name)
    return found if found is not None and _is_object(found, name, fault) else {}


def _list(value: dict[str, Any], name: str, fault: Fault, where: str = "") -> list[Any]:
    found = value.get(name)
    if found is None:
        return []
    if not isinstance(found, list):
        fault(f"{where}/{name}".strip("/"), f"{type(found).__name__} came; expected a list")
        return []
    return found


def _is_object(value: Any, where: str, fault: Fault) -> bool:
    if isinstance(value, dict):
        return True
    fault(where, f"{type(value).__name__} came; expected an object")
    return False
