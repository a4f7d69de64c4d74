"""Taking notices into a register: one case per process, one event per release, and a report of what was found.

- The same release twice adds nothing: its id in its process is the idempotency key.
- Releases of different buyers are never welded into one case, whatever their process id says.
- A release that cannot be taken is a fault with its place in the file; the others are taken.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec

from fairplace.decision import Actor, Decision, History
from fairplace.errors import FairplaceError, Malformed, Missing
from fairplace.ocds import mapping, packages
from fairplace.on_disk import Register, signed_by
from fairplace.openness.commands import Release
from fairplace.procurement.events import Imported
from fairplace.terms import CaseId

_KEY = "ocds"


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """Something wrong in a file: where, and what. `path` is within the release, or within the file without one."""

    file: str
    ocid: str | None
    path: str
    problem: str


class Report(msgspec.Struct, kw_only=True):
    """What was found. Processes and awards are counted over distinct releases: same process, same release id."""

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


def import_files(register: Register, files: Iterable[Path]) -> tuple[Report, bool]:
    """Take in every file; whether one of them could not be read at all is said beside the report."""
    importer = _Importer(register)
    unreadable = False
    for file in files:
        try:
            importer.take(file)
        except (Malformed, Missing) as error:
            importer.fault(file.name, None, "", str(error))
            unreadable = True
    return importer.finished(), unreadable


def summary(report: Report) -> list[str]:
    """The report for people."""
    return [
        f"{report.releases} releases, {report.distinct_releases} of them distinct.",
        f"{report.processes} processes, {report.multi_release_processes} of them with several releases.",
        f"{report.awards} awards, {report.awards_without_value} of them without a value.",
        f"Published more than 30 days after the award date: {report.awards_over_30_days_late};"
        f" more than 90: {report.awards_over_90_days_late}.",
        f"{report.entries_appended} entries added; {len(report.faults)} faults.",
    ]


class _Importer:
    def __init__(self, register: Register) -> None:
        self._register = register
        self._desk = register.desk
        self._signer = register.service("importer")
        self._by = Actor(key=self._signer.vkey.name, roles=frozenset({"importer"}))
        self._report = Report()
        self._seen: dict[tuple[str, str], str] = {}
        self._releases_of: Counter[str] = Counter()
        self._cases: dict[str, list[tuple[str, CaseId]]] = {}
        for case in register.reader.cases():
            for recorded in register.reader.case(case):
                if isinstance(event := recorded.event, Imported):
                    self._know(event.ocid, _buyer_key(event.buyer.get()), case)

    def fault(self, file: str, ocid: str | None, path: str, problem: str) -> None:
        self._report.faults.append(Fault(file=file, ocid=ocid, path=path, problem=problem))

    def take(self, file: Path) -> None:
        """Every release of one file, then the release to the public of each case that grew."""
        grown: list[CaseId] = []
        for where, release in packages.releases(file, lambda path, problem: self.fault(file.name, None, path, problem)):
            self._report.releases += 1
            ocid, identity = release.get("ocid"), release.get("id")
            if not isinstance(ocid, str) or not ocid or not isinstance(identity, str | int) or len(ocid) > 200:
                self.fault(file.name, None, where, "a release without an ocid and an id came; it was left out")
                continue
            release["id"] = str(identity)[:200]
            self._releases_of[ocid] += 1
            if not self._is_new(file.name, ocid, where, release):
                continue
            try:
                case = self._append(file.name, ocid, where, release)
            except FairplaceError as error:
                self.fault(file.name, ocid, where, f"the release could not be recorded: {error}")
                continue
            if case is not None and case not in grown:
                grown.append(case)
        for case in grown:
            self._open(case)

    def finished(self) -> Report:
        report = self._report
        report.distinct_releases = len(self._seen)
        report.processes = len({ocid for ocid, _ in self._seen})
        report.multi_release_processes = sum(count > 1 for count in self._releases_of.values())
        return report

    def _is_new(self, file: str, ocid: str, where: str, release: dict[str, Any]) -> bool:
        digest = hashlib.sha256(packages.as_bytes(release)).hexdigest()
        identity = (ocid, release["id"])
        if identity not in self._seen:
            self._seen[identity] = digest
            self._count_awards(release)
            return True
        if self._seen[identity] != digest:
            self.fault(
                file, ocid, where, f"the release {release['id']} came again with other content; the first counts"
            )
        return False

    def _count_awards(self, release: dict[str, Any]) -> None:
        awards = release.get("awards")
        for award in awards if isinstance(awards, list) else []:
            if not isinstance(award, dict):
                continue
            self._report.awards += 1
            value = award.get("value")
            self._report.awards_without_value += not isinstance(value, dict) or value.get("amount") is None
            decided = mapping.moment_of(award.get("date"))
            published = mapping.moment_of(award.get("datePublished", release.get("date")))
            if decided and published:
                self._report.awards_over_30_days_late += published - decided > timedelta(days=30)
                self._report.awards_over_90_days_late += published - decided > timedelta(days=90)

    def _append(self, file: str, ocid: str, where: str, release: dict[str, Any]) -> CaseId | None:
        """Record one release. None when it stands in the log already and nothing is left to do for it."""
        key = f"{_KEY}:{ocid}:{release['id']}"
        if found := self._register.store.by_key(self._register.origin, key):
            # An earlier run may have ended between the event and its release to the public.
            return None if found.indexes[0] in self._register.reader.disclosed() else self._case_of(found.indexes[0])

        def fault(path: str, problem: str) -> None:
            self.fault(file, ocid, f"{where}/{path}", problem)

        buyer = _buyer_key(mapping.buyer(release, lambda *_: None))
        case = self._case_for(ocid, buyer, fault)
        history = History(
            case=case or self._register.sources.stream_id(), events=self._register.reader.case(case) if case else ()
        )
        raw = self._register.documents.put(packages.as_bytes(release), "application/json")
        at = self._register.store.now()
        event = mapping.imported(release, case=history.case, at=at, raw=raw, fault=fault)
        prepared = self._desk.prepare_decision(
            Decision(event=event, statement=f"Take in the notice {event.release} of {ocid}"),
            history,
            by=self._by,
            at=at,
            key=key,
            command=raw.sha256,
        )
        self._desk.append(prepared, signed_by(self._signer)(prepared))
        self._report.entries_appended += 1
        self._know(ocid, buyer, history.case)
        return history.case

    def _case_of(self, index: int) -> CaseId:
        case: CaseId = self._register.reader.entry(index).envelope.body["case"]
        return case

    def _case_for(self, ocid: str, buyer: str | None, fault: mapping.Fault) -> CaseId | None:
        """The case of this process and buyer, or None for a new one."""
        known = self._cases.get(ocid, [])
        for name, case in known:
            if name == buyer:
                return case
        if buyer is None and len(known) == 1:
            return known[0][1]
        if known:
            fault("buyer", f"the process {ocid} has releases of another buyer too; this one got a case of its own")
        return None

    def _know(self, ocid: str, buyer: str | None, case: CaseId) -> None:
        known = self._cases.setdefault(ocid, [])
        if all(one != case for _, one in known):
            known.append((buyer or "", case))

    def _open(self, case: CaseId) -> None:
        """Make public what an imported notice said publicly; nothing of a case that concerns one person."""
        events = [recorded.event for recorded in self._register.reader.case(case)]
        if any(isinstance(event, Imported) and event.concerns_one_person for event in events):
            return
        command = Release(
            id=self._register.sources.event_id(), as_=self._signer.vkey.name, case=case, occasion="import"
        )
        self._desk.record(command, signed_by(self._signer))
        self._report.entries_appended += 1


def _buyer_key(buyer: Any) -> str | None:
    """What tells one buyer from another: the id, else the name."""
    return (buyer.id or buyer.name.casefold()) if buyer is not None else None
