"""What the rules said in their own words, for the answers that rest on public facts alone.

- Only the document of the newest run on public facts is read: what was found there anybody can find again. The words
  of the authority's own run may hold what is withheld, and are never opened here.
- The log names the document by its digest. One that is missing, or not what it should be, says nothing.
- Words that were found before a text was taken down could quote it: then none are shown.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from fairplace.documents import Documents
from fairplace.errors import Malformed, Misconfigured, Missing, Unproven
from fairplace.http.published import Published
from fairplace.ledger.entry import parse

TOLD = ("not-met", "concern")
"""What somebody should look at, the graver first."""

TAKEN_DOWN = "value.withdrawn/1"


class FoundHere(msgspec.Struct, frozen=True, kw_only=True):
    """What one rule found in the public view. `evidence` are the places in the log on which it rests."""

    rule: str
    text: str
    evidence: list[int]


class _Finding(msgspec.Struct, frozen=True, kw_only=True):
    outcome: str
    text: str
    evidence: list[int]


class _Verdict(msgspec.Struct, frozen=True, kw_only=True):
    code: str
    findings: list[_Finding]


class _Document(msgspec.Struct, frozen=True, kw_only=True):
    """The parts of a findings document that are shown. One that speaks of another view is not read."""

    case: str
    view: Literal["public"]
    rules: list[_Verdict]


def found_in_public(row: Any, published: Published, documents: Documents) -> list[FoundHere]:
    """The words for those checks of a decision record that the run on public facts answered, the graver first."""
    run = next((run for run in row.runs if run.view == "public"), None)
    asked = {check.rule for check in row.checks if check.view == "public" and check.outcome in TOLD}
    if run is None or not asked or _taken_down_since(row, run.upto):
        return []
    try:
        document = _document(row.case, run.index, published, documents)
    except (Malformed, Misconfigured, Missing, Unproven, msgspec.MsgspecError):
        return []
    return [
        FoundHere(rule=verdict.code, text=finding.text, evidence=finding.evidence)
        for verdict in document.rules
        if verdict.code in asked
        for finding in sorted(verdict.findings, key=lambda one: one.outcome != TOLD[0])
        if finding.outcome in TOLD
    ]


def _taken_down_since(row: Any, upto: int) -> bool:
    return any(step.type == TAKEN_DOWN and step.index >= upto for step in row.trail)


def _document(case: str, index: int, published: Published, documents: Documents) -> _Document:
    """The document that the log names at this place; it must be of this case, as the public sees it."""
    envelope = parse(published.entry(index)).envelope
    said = envelope.body
    if (envelope.type, said.get("view"), said.get("case")) != ("case.assessed/1", "public", case):
        raise Malformed(f"number {index} of the log is no run on the public facts of this case")
    document = msgspec.json.decode(documents.get(str(said.get("findings"))), type=_Document)
    if document.case != case:
        raise Malformed("the findings are of another case")
    return document
