"""How the authority's workbooks of marks are laid out: said once by somebody, and offered again to everybody."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from fairplace.drafting.drafts import Drafts
from fairplace.errors import Conflict


class Layouts:
    """The layouts of one register, each by what its headings have in common. They are kept as drafts are: encrypted."""

    def __init__(self, drafts: Drafts) -> None:
        self._drafts = drafts

    def get(self, headings: str) -> Mapping[str, Any] | None:
        found = self._drafts.get("", _task(headings))
        return None if found is None else found.written

    def keep(self, headings: str, layout: Mapping[str, Any], *, by: str) -> None:
        found = self._drafts.get("", _task(headings))
        if found is not None and found.written == dict(layout):
            return
        try:
            self._drafts.save("", _task(headings), layout, by=by, version=found.version if found else 0)
        except Conflict:
            return  # somebody else said so at the same moment; theirs will be offered


def _task(headings: str) -> str:
    return f"layout:{hashlib.sha256(headings.encode('utf-8', 'replace')).hexdigest()}"
