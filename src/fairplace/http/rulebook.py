"""The rules as the public reads them: question, law and the file that asks, straight from the policy shelf."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from fairplace import shelf
from fairplace.assess import rules_of
from fairplace.errors import Misconfigured
from fairplace.http.prose import Section, sections


class RulePage(msgspec.Struct, frozen=True, kw_only=True):
    """One published rule. `sha256` is of the file that asks it, which assessments cite.

    `sections` are its page in `docs/rules`: how it is judged, a worked example, what it cannot see.
    """

    code: str
    name: str
    question: str
    source: str
    severity: str
    blocks: bool
    family: str
    file: str
    sha256: str
    sections: list[Section]


class Rulebook:
    """All rules of a register, by code."""

    def __init__(self, files: Iterable[shelf.Shelved]) -> None:
        prose = _prose()
        self._rules = {page.code: page for file in files for page in _pages(file, prose)}

    def get(self, code: str) -> RulePage | None:
        return self._rules.get(code)

    def question(self, code: str) -> str:
        """What a rule asks; nothing of a rule that is on the shelf no more."""
        found = self._rules.get(code)
        return found.question if found else ""

    def __iter__(self) -> Iterator[RulePage]:
        return iter(self._rules.values())

    def families(self) -> dict[str, list[RulePage]]:
        """Rules under the sentence that opens their file."""
        found: dict[str, list[RulePage]] = {}
        for page in self:
            found.setdefault(page.family, []).append(page)
        return found


def _pages(file: shelf.Shelved, prose: dict[str, Path]) -> Iterator[RulePage]:
    family = (file.module.__doc__ or file.name).strip().splitlines()[0].rstrip(".")
    for rule in rules_of(file.module):
        page = prose.get(rule.code)
        yield RulePage(
            code=rule.code,
            name=rule.name,
            question=rule.question,
            source=rule.source,
            severity=rule.severity,
            blocks=rule.blocks,
            family=family,
            file=file.name,
            sha256=file.sha256,
            sections=[] if page is None else sections(page.read_text("utf-8")),
        )


def _prose() -> dict[str, Path]:
    """The pages about rules, where the installation carries them: `ET-01.md` or `ET-01-equal-information.md`."""
    try:
        folder = shelf.root("docs") / "rules"
    except Misconfigured:
        return {}
    return {"-".join(file.stem.split("-")[:2]): file for file in sorted(folder.glob("*.md"))}
