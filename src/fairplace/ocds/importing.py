"""Taking notices into a register: one case per process, one event per release, and a report of what was found.

- The same release twice adds nothing: its id in its process is the idempotency key.
- Releases of different buyers are never welded into one case, whatever their process id says.
- A release that cannot be taken is a fault with its place in the file; the others are taken.
- One import runs at a time; one that was cut short is completed by running it again.
"""

from __future__ import annotations

import fcntl
import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from fairplace.decision import Actor, Decision, History
from fairplace.desk import ATTEMPTS, Prepared
from fairplace.errors import Busy, Conflict, Malformed, Missing, Refused
from fairplace.ledger.entry import parse
from fairplace.ocds import mapping, packages
from fairplace.ocds.part import Fault
from fairplace.ocds.report import Report, Tally
from fairplace.on_disk import Register, signed_by
from fairplace.openness.commands import Release, WithdrawValue
from fairplace.openness.events import Ground, Slots
from fairplace.openness.release import concerns_one_person, in_effect, releasable
from fairplace.procurement.events import Imported
from fairplace.terms import CaseId, Evidence, Provider

_TYPE = "procurement.imported/1"
_MAX_ID = 1_000


def import_files(register: Register, files: Iterable[Path]) -> tuple[Report, list[str]]:
    """Take in every file. Beside the report: a sentence for each file that could not be read at all.

    Raises Busy while another import runs.
    """
    unreadable: list[str] = []
    with alone(register):
        importer = Importer(register)
        for file in files:
            try:
                importer.take(file)
            except (Malformed, Missing) as error:
                importer.tally.fault(file.name, None, "", str(error))
                unreadable.append(str(error))
    return importer.tally.finished(), unreadable


@contextmanager
def alone(register: Register) -> Iterator[None]:
    """Two imports at once could each begin a case for one process: the importer's key is used by one at a time.

    Raises Busy while another runs, and Refused where no awards belong.
    """
    if register.is_of_placements:
        raise Refused(
            "notices and awards are taken into a register of procurement, and this is one of placements", code="kind"
        )
    with (register.folder / "secrets" / "importer.seed").open("rb") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Busy("another import into this register is running; try again when it has ended") from error
        yield


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """What becomes one entry: a release, and the bytes from which it was made.

    `key` is the same for what must not be recorded twice. `public`: what it says may be made public by the register itself.
    `one_person`: it is taken to concern one person, whatever its codes and its method say. `refused`: it says that it is not
    published, so that what is public of its case must not stay.
    """

    release: dict[str, Any]
    raw: bytes
    key: str
    evidence: Evidence = "imported-notice"
    public: bool = True
    one_person: bool = False
    refused: bool = False


class Importer:
    """Takes releases into a register. What was taken is made public, or kept from it, when `settle` is called."""

    def __init__(self, register: Register) -> None:
        self.tally = Tally()
        self._register = register
        self._log = register.origin
        self._signer = register.service("importer")
        self._by = Actor(key=self._signer.vkey.name, roles=frozenset({"importer"}))
        self._seen: dict[str, str] = {}  # idempotency key to digest, of this run
        self._public = register.reader.disclosed()
        self._cases = _Cases(register)
        self._grown: dict[CaseId, set[int]] = {}  # to the entries that may be made public
        self._refused: set[CaseId] = set()

    def take(self, file: Path) -> None:
        """Every release of one file, then make public, or keep from it, what came."""
        tell = self.tally.fault
        for where, release in packages.releases(file, lambda path, problem: tell(file.name, None, path, problem)):
            ocid, identity = release.get("ocid"), _identity(release.get("id"))
            if not isinstance(ocid, str) or not 0 < len(ocid) <= _MAX_ID or identity is None:
                tell(file.name, None, where, "a release without an ocid and an id came; it was left out")
                continue

            def fault(path: str, problem: str, where: str = where, ocid: str = ocid) -> None:
                tell(file.name, ocid, packages.join(where, path), problem)

            release["id"] = identity
            self.tally.release(ocid)
            try:
                self._take(ocid, release, fault)
            except (Malformed, Refused) as error:
                fault("", f"the release could not be recorded: {error}")
        self.settle()

    def _take(self, ocid: str, release: dict[str, Any], fault: Fault) -> None:
        """Record one release, unless it was met before."""
        raw = packages.as_bytes(release)
        digest = hashlib.sha256(raw).hexdigest()
        key = "ocds:" + hashlib.sha256(msgspec.json.encode([ocid, release["id"]])).hexdigest()
        if key in self._seen:
            if self._seen[key] != digest:
                fault("", "the release came again under the same id with other content; the first counts")
            return
        self._seen[key] = digest
        self.tally.distinct(release)
        if (index := self.known(key)) is not None:
            opening = self._register.reader.openings(index).get("/raw")
            if opening is not None and opening.value["sha256"] != digest:
                fault("", f"entry {index} has this release with other content; what was recorded first counts")
            self.settle_later(index)
        else:
            self.record(Item(release=release, raw=raw, key=key), fault)

    def known(self, key: str) -> int | None:
        """Where what has this key stands in the log."""
        found = self._register.store.by_key(self._log, key)
        return None if found is None else found.indexes[0]

    def settle_later(self, index: int) -> None:
        """An earlier run may have ended before it made this entry public."""
        if index not in self._public:
            case: CaseId = self._register.reader.entry(index).envelope.body["case"]
            self._grown.setdefault(case, set()).add(index)

    def take_down_later(self, index: int) -> None:
        """The register says now that what it had published is not: what is public of the case does not stay."""
        case: CaseId = self._register.reader.entry(index).envelope.body["case"]
        self._grown.setdefault(case, set())
        self._refused.add(case)

    def record(self, item: Item, fault: Fault) -> None:
        """Record what is not in the log yet."""
        document = self._register.documents.put(item.raw, "application/json")
        at = self._register.store.now()
        event = mapping.imported(item.release, at=at, raw=document, fault=fault, evidence=item.evidence)
        buyer: Provider | None = event.buyer.get()
        case = self._cases.of(event.ocid, buyer, fault) or self._register.sources.stream_id()
        one_person = event.concerns_one_person or item.one_person
        event = msgspec.structs.replace(event, case=case, concerns_one_person=one_person)
        index = self._append(event, item.key, hashlib.sha256(item.raw).hexdigest())
        self._cases.know(event.ocid, case, buyer)
        grown = self._grown.setdefault(case, set())
        if item.public:
            grown.add(index)
        if item.refused:
            self._refused.add(case)

    def _append(self, event: Imported, key: str, digest: str) -> int:
        desk = self._register.desk
        # The event rests on nothing before it, so the past of the case is not read.
        history = History(case=event.case, events=())
        what = "notice" if event.evidence == "imported-notice" else "row"
        decision = Decision(event=event, statement=f"Take in the {what} {event.release} of {event.ocid}")
        for _ in range(ATTEMPTS):
            at = self._register.store.now()
            prepared = desk.prepare_decision(decision, history, by=self._by, at=at, key=key, command=digest)
            try:
                appended = desk.append(prepared, self._sign(prepared))
            except Conflict as conflict:
                if conflict.kind != "stream":
                    raise
                lost = conflict
            else:
                self.tally.appended()
                return appended.index
        raise lost

    def settle(self) -> None:
        """Make public what may be of the cases that grew; nothing of one that concerns one person, and take down what was."""
        for case, entries in self._grown.items():
            self._settle(case, entries)
        self._grown = {}

    def _settle(self, case: CaseId, entries: set[int]) -> None:
        history = History(case=case, events=self._register.reader.case(case))
        public, down = in_effect(history)
        rows = {one.index: event for one, event in history.of(Imported) if event.evidence != "imported-notice"}
        if concerns_one_person(history):
            self._take_down(
                case, public, "personal", "What was taken in later shows that the case concerns one person."
            )
            return
        if case in self._refused:
            stated = {index: slots for index, slots in public.items() if index in rows}
            self._take_down(case, stated, "error", "The contracts register says now that it is not published.")
            return
        self._take_down(case, _replaced(rows, public, entries), "error", "A newer row of the register has other words.")
        notices = {one.index for one, _ in history.of(Imported)} - rows.keys()
        only = [
            Slots(entry=index, slots=sorted(slots - down.get(index, set())))
            for index, slots in releasable(history, "import").items()
            if index in notices | entries
        ]
        if only:
            self._record(Release(**self._command(case), occasion="import", only=only))

    def _take_down(self, case: CaseId, public: dict[int, set[str]], ground: Ground, reason: str) -> None:
        for entry, slots in public.items():
            if slots:
                self._record(
                    WithdrawValue(**self._command(case), entry=entry, slots=sorted(slots), ground=ground, reason=reason)
                )

    def _command(self, case: CaseId) -> dict[str, Any]:
        return {"id": self._register.sources.event_id(), "as_": self._signer.vkey.name, "case": case}

    def _record(self, command: Release | WithdrawValue) -> None:
        try:
            self._register.desk.record(command, self._sign)
        except Refused as refusal:
            if refusal.code != "nothing-to-release":  # all of it is public already, or was taken down
                raise
        else:
            self.tally.appended()

    def _sign(self, prepared: Prepared) -> list[str]:
        return signed_by(self._signer)(prepared)


def _replaced(rows: dict[int, Imported], public: dict[int, set[str]], entries: set[int]) -> dict[int, set[str]]:
    """Public words of older rows that the newest one has otherwise, or not at all: nobody corrects them to have both read."""
    newest = max((index for index in rows if index in entries or public.get(index)), default=None)
    if newest is None:
        return {}
    return {
        index: public.get(index, set()) & _differing(row, rows[newest]) for index, row in rows.items() if index < newest
    }


def _differing(one: Imported, other: Imported) -> set[str]:
    words = (("/title", one.title, other.title), ("/description", one.description, other.description))
    return {slot for slot, mine, theirs in words if mine.get() != theirs.get()}


class _Cases:
    """Which case a process has here; a buyer of its own has a case of its own."""

    def __init__(self, register: Register) -> None:
        self._reader = register.reader
        self._buyers: dict[str, dict[CaseId, Provider | None]] = {}
        self._logged: dict[str, list[tuple[CaseId, int]]] = {}
        for stored in register.store.of_types(register.origin, (_TYPE,)):
            body = parse(stored.raw).envelope.body
            self._logged.setdefault(body["ocid"], []).append((body["case"], stored.index))

    def of(self, ocid: str, buyer: Provider | None, fault: Fault) -> CaseId | None:
        """The case for this buyer's releases of a process; None: it gets a new one."""
        known = self._known(ocid)
        for case, other in known.items():
            if buyer is not None and other is not None and _same(buyer, other):
                return case
        if len(known) == 1:
            [(case, other)] = known.items()
            if buyer is None or other is None:  # a notice that carries only its changes may leave the buyer out
                return case
        if known:
            fault("buyer", "the process has releases of another buyer too; this one got a case of its own")
        return None

    def know(self, ocid: str, case: CaseId, buyer: Provider | None) -> None:
        known = self._known(ocid)
        known[case] = known.get(case) or buyer

    def _known(self, ocid: str) -> dict[CaseId, Provider | None]:
        if ocid not in self._buyers:
            known = self._buyers[ocid] = {}
            for case, index in self._logged.get(ocid, ()):
                opening = self._reader.openings(index).get("/buyer")
                stated = None if opening is None else msgspec.convert(opening.value, Provider | None)
                known[case] = known.get(case) or stated
        return self._buyers[ocid]


def _same(one: Provider, other: Provider) -> bool:
    """The same organisation: by id, and by name only where one of them has no id."""
    if one.id and other.id:
        return one.id == other.id
    return one.name.casefold() == other.name.casefold()


def _identity(value: Any) -> str | None:
    """The id of a release as a text; some publishers write a number."""
    if isinstance(value, int) and not isinstance(value, bool) and value.bit_length() <= 128:
        return str(value)
    return value if isinstance(value, str) and 0 < len(value) <= _MAX_ID else None
