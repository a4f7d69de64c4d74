"""The rules as the public reads them: question, law and the file that asks, straight from the policy shelf."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec

from fairplace import shelf
from fairplace.policy import Rule


class RulePage(msgspec.Struct, frozen=True, kw_only=True):
    """One published rule. `sha256` is of the file that asks it, which assessments cite."""

    code: str
    name: str
    question: str
    source: str
    severity: str
    blocks: bool
    family: str
    file: str
    sha256: str
    method: str
    example: str | None


class Rulebook:
    """All rules of a register, by code."""

    def __init__(self, own: Path | None = None) -> None:
        self._rules = {page.code: page for file in shelf.policies(own) for page in _pages(file)}

    def get(self, code: str) -> RulePage | None:
        return self._rules.get(code)

    def __iter__(self) -> Iterator[RulePage]:
        return iter(self._rules.values())

    def families(self) -> dict[str, list[RulePage]]:
        """Rules under the sentence that opens their file."""
        found: dict[str, list[RulePage]] = {}
        for page in self:
            found.setdefault(page.family, []).append(page)
        return found


def _pages(file: shelf.Shelved) -> Iterator[RulePage]:
    family = (file.module.__doc__ or file.name).strip().splitlines()[0].rstrip(".")
    examples: dict[str, str] = getattr(file.module, "EXAMPLES", {})
    methods: dict[str, str] = getattr(file.module, "METHODS", {})
    for rule in vars(file.module).values():
        if isinstance(rule, Rule):
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
                method=methods.get(rule.code, ""),
                example=examples.get(rule.code),
            )
