"""Drafts: what people write before they sign, kept so that nothing typed is lost.

- A draft is shared by colleagues on one task of one case, or somebody's alone (an evaluator's sheet).
- Two people who write at once see each other; the later save of an older version is refused, with both texts at hand.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec

from fairplace.drafting.cipher import Cipher
from fairplace.errors import Conflict
from fairplace.private_file import PrivateFile
from fairplace.sources import Sources
from fairplace.terms import Instant, instant

APPLICATION = 0x46504446  # "FPDF"
SCHEMA = Path(__file__).with_name("schema.sql")

PRESENT = timedelta(minutes=2)
"""How long somebody counts as looking at a draft after their last request for it."""


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """What was written for one task: the fields of its form by name. `changed_by` is a person's id."""

    written: dict[str, Any]
    version: int
    changed_by: str
    changed: Instant


class Drafts:
    """The drafts of one register. Methods block."""

    def __init__(self, file: PrivateFile, cipher: Cipher, sources: Sources) -> None:
        self._file = file
        self._cipher = cipher
        self._sources = sources

    def get(self, case: str, task: str, owner: str = "") -> Draft | None:
        with self._file.reading() as connection:
            row = connection.execute(
                "SELECT * FROM draft WHERE case_id = ? AND task = ? AND owner = ?", (case, task, owner)
            ).fetchone()
        if row is None:
            return None
        written = msgspec.json.decode(self._cipher.open(row["written"], _place(case, task, owner)))
        return Draft(written=written, version=row["version"], changed_by=row["changed_by"], changed=row["changed"])

    def save(self, case: str, task: str, written: Mapping[str, Any], *, by: str, version: int, owner: str = "") -> int:
        """Keep what was written on top of this version (0: nothing yet); the new version.

        Raises Conflict when somebody saved meanwhile: nothing is overwritten, and what came stays with its writer.
        """
        sealed = self._cipher.seal(msgspec.json.encode(dict(written)), _place(case, task, owner))
        with self._file.writing() as connection:
            row = connection.execute(
                "SELECT version, changed_by FROM draft WHERE case_id = ? AND task = ? AND owner = ?",
                (case, task, owner),
            ).fetchone()
            found = row["version"] if row else 0
            if found != version:
                raise Conflict(
                    "you saved this draft in another window meanwhile; what stands here is what you wrote in this one."
                    " Open the page again beside it to compare, then save here what is to stay"
                    if row is not None and row["changed_by"] == by
                    else "somebody else saved this draft while you wrote, and theirs is kept; what stands here is yours."
                    " Open the page again beside it to compare, then save here what is to stay",
                    kind="draft",
                )
            connection.execute(
                "INSERT INTO draft (case_id, task, owner, version, written, changed_by, changed)"
                " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (case_id, task, owner) DO UPDATE SET"
                " version = excluded.version, written = excluded.written, changed_by = excluded.changed_by,"
                " changed = excluded.changed",
                (case, task, owner, version + 1, sealed, by, self._now()),
            )
        return version + 1

    def drop(self, case: str, task: str, owner: str = "") -> None:
        """Once it is recorded, or thrown away by its writer."""
        with self._file.writing() as connection:
            connection.execute("DELETE FROM draft WHERE case_id = ? AND task = ? AND owner = ?", (case, task, owner))

    def forget(self, case: str, upto: Instant) -> None:
        """Every draft of a case, whoever wrote it, that was last changed by then."""
        with self._file.writing() as connection:
            connection.execute("DELETE FROM draft WHERE case_id = ? AND changed <= ?", (case, upto))

    def look(self, case: str, task: str, person: str) -> list[str]:
        """Say that somebody has this draft open; who else has, by their ids."""
        since = instant(self._sources.clock() - PRESENT)
        with self._file.writing() as connection:
            connection.execute("DELETE FROM looking WHERE seen < ?", (since,))
            connection.execute(
                "INSERT INTO looking (case_id, task, person, seen) VALUES (?, ?, ?, ?)"
                " ON CONFLICT (case_id, task, person) DO UPDATE SET seen = excluded.seen",
                (case, task, person, self._now()),
            )
            rows = connection.execute(
                "SELECT person FROM looking WHERE case_id = ? AND task = ? AND person <> ? ORDER BY seen",
                (case, task, person),
            ).fetchall()
        return [row["person"] for row in rows]

    def of(self, case: str, person: str) -> dict[str, Instant]:
        """The tasks of a case for which somebody finds a draft, with when it was last changed."""
        with self._file.reading() as connection:
            rows = connection.execute(
                "SELECT task, max(changed) AS changed FROM draft WHERE case_id = ? AND owner IN ('', ?) GROUP BY task",
                (case, person),
            ).fetchall()
        return {row["task"]: row["changed"] for row in rows}

    def _now(self) -> Instant:
        return instant(self._sources.clock())


def _place(case: str, task: str, owner: str) -> str:
    return f"fairplace/draft/v1\n{case}\n{task}\n{owner}\n"
