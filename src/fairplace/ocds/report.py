"""What an import found: counts over releases, processes and awards, and every fault with its place."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

import msgspec

from fairplace.ocds.part import moment_of

MAX_FAULTS = 2_000
"""Faults told one by one for a file; a hostile file could hold millions."""


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """Something wrong in a file: where, and what. `path` is within the file; `ocid` null: the fault is the file's own."""

    file: str
    ocid: str | None
    path: str
    problem: str


class Report(msgspec.Struct, kw_only=True):
    """What was found. Awards are counted over distinct releases, several releases of one process over all of them."""

    releases: int = 0
    distinct_releases: int = 0
    processes: int = 0
    multi_release_processes: int = 0
    awards: int = 0
    awards_over_30_days_late: int = 0
    awards_over_90_days_late: int = 0
    awards_without_value: int = 0
    entries_appended: int = 0
    faults: list[Fault] = msgspec.field(default_factory=list)

    def lines(self) -> list[str]:
        """The report for people."""
        late = f"{self.awards_over_30_days_late} of them published more than 30 days after the award date"
        return [
            f"{self.releases} releases, {self.distinct_releases} of them distinct.",
            f"{self.processes} processes, {self.multi_release_processes} of them with several releases.",
            f"{self.awards} awards, {self.awards_without_value} of them without a value.",
            f"{late}, {self.awards_over_90_days_late} more than 90.",
            f"Entries added: {self.entries_appended}. Faults: {len(self.faults)}.",
        ]


class Tally:
    """Counts while files are read."""

    def __init__(self) -> None:
        self._report = Report()
        self._releases_of: Counter[str] = Counter()
        self._faults_of: Counter[str] = Counter()

    def fault(self, file: str, ocid: str | None, path: str, problem: str) -> None:
        self._faults_of[file] += 1
        if self._faults_of[file] <= MAX_FAULTS:
            told = Fault(file=_sound(file), ocid=ocid and _sound(ocid), path=_sound(path), problem=_sound(problem))
            self._report.faults.append(told)

    def release(self, ocid: str) -> None:
        """Any release, met before or not."""
        self._report.releases += 1
        self._releases_of[ocid] += 1

    def distinct(self, release: dict[str, Any]) -> None:
        """A release that was not met before in this run."""
        self._report.distinct_releases += 1
        awards = release.get("awards")
        for award in awards if isinstance(awards, list) else []:
            if isinstance(award, dict):
                self._award(award, release)

    def appended(self) -> None:
        self._report.entries_appended += 1

    def finished(self) -> Report:
        for file, count in self._faults_of.items():
            if count > MAX_FAULTS:
                more = f"{count - MAX_FAULTS} more faults came in this file"
                self._report.faults.append(Fault(file=file, ocid=None, path="", problem=more))
        self._report.processes = len(self._releases_of)
        self._report.multi_release_processes = sum(count > 1 for count in self._releases_of.values())
        return self._report

    def _award(self, award: dict[str, Any], release: dict[str, Any]) -> None:
        self._report.awards += 1
        value = award.get("value")
        self._report.awards_without_value += not isinstance(value, dict) or value.get("amount") is None
        decided = moment_of(award.get("date"))
        # The release's own date: an award's `datePublished` stays that of the first notice when a later one changes it.
        published = moment_of(release.get("date"))
        if decided and published:
            self._report.awards_over_30_days_late += published - decided > timedelta(days=30)
            self._report.awards_over_90_days_late += published - decided > timedelta(days=90)


def _sound(text: str) -> str:
    """A text that can be written: half a character (a lone surrogate) becomes a question mark."""
    return text.encode("utf-8", "replace").decode("utf-8")
