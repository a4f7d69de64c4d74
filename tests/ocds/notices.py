"""Builders of notices in the Open Contracting Data Standard, all invented."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

BUYER = {"id": "GB-LAC-E08000035", "name": "Borough of Example"}
OCID = "ocds-b5fd17-0001"


def contact(name: str = "Zaphod Quillfeather") -> dict[str, str]:
    return {
        "name": name,
        "email": "zaphod.quillfeather@example.org",
        "telephone": "01632 960123",
        "faxNumber": "01632 960124",
    }


def award(number: int = 1, **members: Any) -> dict[str, Any]:
    usual = {
        "id": f"award-{number}",
        "status": "active",
        "date": "2025-01-10T00:00:00Z",
        "value": {"amount": 120000.5, "currency": "GBP"},
        "suppliers": [{"id": "GB-COH-01234567", "name": "Oak Homes Ltd"}],
    }
    return usual | members


def tender(**members: Any) -> dict[str, Any]:
    usual = {
        "id": "T-1",
        "title": "Short breaks for families",
        "description": "Day and overnight short breaks.",
        "status": "complete",
        "procurementMethod": "open",
        "procurementMethodDetails": "Open procedure",
        "classification": {"scheme": "CPV", "id": "85311300", "description": "Welfare services for children"},
        "value": {"amount": 250000, "currency": "GBP"},
        "tenderPeriod": {"endDate": "2024-12-01T12:00:00Z"},
    }
    return usual | members


def release(number: int = 1, ocid: str = OCID, **members: Any) -> dict[str, Any]:
    """A release as OCDS 1.1 has it: organisations in `parties`, each with a contact."""
    usual = {
        "ocid": ocid,
        "id": f"notice-{number}",
        "date": "2025-01-20T09:00:00Z",
        "tag": ["award"],
        "initiationType": "tender",
        "language": "en",
        "buyer": dict(BUYER),
        "tender": tender(),
        "awards": [award()],
        "parties": [
            {**BUYER, "roles": ["buyer"], "contactPoint": contact()},
            {
                "id": "GB-COH-01234567",
                "name": "Oak Homes Ltd",
                "roles": ["supplier"],
                "identifier": {"scheme": "GB-COH", "id": "01234567", "legalName": "Oak Homes Limited"},
                "contactPoint": contact("Trillian Vantongeren"),
            },
        ],
    }
    return usual | members


def direct(number: int = 1, ocid: str = "ocds-b5fd17-9999", **members: Any) -> dict[str, Any]:
    """A home for one child, bought directly."""
    alone = tender(procurementMethod="direct", procurementMethodDetails="Direct award", title="A home for one child")
    return release(number, ocid, tender=alone, **members)


def package(*releases: Any, **members: Any) -> dict[str, Any]:
    return {
        "uri": "https://example.org/package",
        "version": "1.1",
        "publisher": {"name": "Example"},
        "publishedDate": "2025-02-01T00:00:00Z",
        "releases": list(releases),
    } | members


def records(*found: dict[str, Any]) -> dict[str, Any]:
    return {"uri": "https://example.org/records", "version": "1.1", "records": list(found)}


def written(folder: Path, value: Any, name: str = "notices.json") -> Path:
    """A file of this content: bytes and text as they are, anything else as JSON."""
    path = folder / name
    match value:
        case bytes():
            path.write_bytes(value)
        case str():
            path.write_text(value, "utf-8")
        case _:
            path.write_text(json.dumps(value), "utf-8")
    return path
