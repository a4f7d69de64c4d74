"""Checking what was published, beside bare verification of the same signatures."""

from __future__ import annotations

import contextlib
import io
import os
import resource
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from statistics import median

import fairplace
import fairplace_verify
from fairplace.decision import Actor, Decision, History
from fairplace.errors import Misconfigured
from fairplace.founding import create
from fairplace.ledger import canonical, entry, proof, tree
from fairplace.ledger.disclosure import sealed
from fairplace.ledger.entry import Entry
from fairplace.ledger.note import Signer, Vkey, b64
from fairplace.on_disk import Register, signed_by
from fairplace.procurement.events import QuestionAsked
from fairplace.terms import ACT

AIM, GATE = 0.8, 0.75
"""Of bare verification on the same core. Below the gate something was made slower: the aim is missed by chance on a machine
that does other work, which costs a long program more of what lies near the processor than a loop.
"""
GATE_BUNDLE = 60.0
"""Seconds, by the clock, for a bundle on a bare Python."""
ROUNDS, ROUNDS_FREELY = 9, 3
FOR_PEOPLE = ("README.txt", "record.html", "chronology.csv", "index.csv", "schedule.csv", "certificate.txt")

Line = Callable[..., object]
Spent = tuple[float, float]  # seconds of processor, and by the clock


def register(line: Line, folder: Path, count: int) -> bool:
    """The whole check of published files, beside a loop over the same signatures. True when the gate holds.

    Each round measures both, one after the other, so that what else the machine does is measured with both.
    """
    with made(folder, count, cases_of=100) as one:
        entries = [entry.parse(stored.raw) for stored in one.store.entries(one.origin)]
        known = {standing.vkey.name: standing.vkey for standing in one.reader.register().standings()}
        keys = [part for vkey in one.settings.log[0].vkeys for part in ("--key", vkey)]

        def turns_of(rounds: int) -> list[tuple[Spent, Spent]]:
            return [(_spent(_bare, entries, known), _spent(_checked, one.public, keys)) for _ in range(rounds)]

        with _on_one_core():
            turns = turns_of(ROUNDS)
        freely = turns_of(ROUNDS_FREELY)
    count, cores = len(entries), os.cpu_count()
    bare, whole = (count / median(spent for spent, _ in times) for times in zip(*turns, strict=True))
    ratio = float(median(first / second for (first, _), (second, _) in turns))
    by_clock = float(median(first / second for (_, first), (_, second) in freely))
    line(f"verifying: {count:,} entries from published files: signatures, form, keys, chains, tiles, tree")
    line(f"  {'fairplace verify, on one core':<38}{whole:>10,.0f} entries/s{ratio:>8.2f}")
    line(f"  {'bare Ed25519 verification, on it':<38}{bare:>10,.0f} entries/s{1:>8.2f}")
    line(f"  aim: {AIM} of bare verification; gate: at least {GATE}: {_held(ratio >= GATE)}")
    line(f"  {f'by the clock, {cores} cores to one bare loop':<38}{'':>20}{by_clock:>8.2f}")
    return ratio >= GATE


def bundle(line: Line, folder: Path, count: int) -> bool:
    """One case in a bundle, checked as somebody does who has only the file: with the package, and on a bare Python."""
    with made(folder, count, cases_of=count) as one:
        path = folder / "case.fpbundle"
        path.write_bytes(packed(one))
        key = one.settings.log[0].vkeys[0]
    times = {}
    for what, options in (("with cryptography", ["-I"]), ("on a bare Python", ["-I", "-S"])):
        command = [sys.executable, *options, fairplace_verify.__file__, str(path), "--key", key]
        began = time.perf_counter()
        done = subprocess.run(command, env={}, capture_output=True, text=True, check=False)  # noqa: S603 - our own program
        times[what] = time.perf_counter() - began
        if done.returncode:
            raise Misconfigured(f"the bundle of the benchmark is not genuine: {done.stdout[-500:]}{done.stderr[-500:]}")
    line(f"a bundle of one case, {count:,} entries, {path.stat().st_size / 1e6:.1f} MB:")
    for what, taken in times.items():
        line(f"  {what:<38}{taken:>10.1f} s")
    slowest = max(times.values())
    line(f"  gate: below {GATE_BUNDLE:.0f} s: {_held(slowest < GATE_BUNDLE)}")
    return slowest < GATE_BUNDLE


def made(folder: Path, count: int, cases_of: int) -> Register:
    """A published register with cases of so many questions each."""
    officer, root = Signer("bench.example/officer/1", bytes(32)), Signer("bench.example/root", b"r" * 32)
    register = create(folder, authority="Bench", origin="log.bench.example/commissioning", root=root)
    register.enrol(officer.vkey.text, "officer", holder="Bench", provider=None, admin=root)
    by = Actor(key=officer.vkey.name, roles=frozenset({"officer"}))
    sign = signed_by(officer)
    for first in range(0, count, cases_of):
        case, at = register.sources.stream_id(), register.store.now()
        for number in range(first, min(first + cases_of, count)):
            event = QuestionAsked(
                case=case,
                happened_at=at,
                evidence=ACT,
                exhibit=sealed("personal", None),
                override=None,
                override_reason=sealed("standstill", None),
                question=f"Q{number}",
                words=sealed("commercial", "May all who bid visit the homes before they write?"),
                asked_by=sealed("commercial", None),
            )
            prepared = register.desk.prepare_decision(
                Decision(event=event, statement="Ask"),
                History(case=case, events=()),
                by=by,
                at=at,
                key=str(number),
                command=str(number),
            )
            register.desk.append(prepared, sign(prepared))
    register.publisher.publish()
    return register


def packed(register: Register) -> bytes:
    """The one case of a register as a bundle (wire format, section 11), with placeholders where people read."""
    published = register.store.last_checkpoint(register.origin)
    assert published is not None
    node = register.store.node(register.origin)
    members = {"policy": (register.public / "policy").read_bytes()} | dict.fromkeys(FOR_PEOPLE, b"for people\n")
    [case] = register.reader.cases()
    for stored in register.store.entries(register.origin):
        openings = register.reader.openings(stored.index) if stored.case else {}
        path = tree.inclusion_proof(stored.index, published.size, node)
        texts = [opening.text for _, opening in sorted(openings.items())]
        name = f"{'proofs' if stored.case else 'register'}/{stored.index:020}.tlog-proof"
        members[name] = proof.make(stored.raw, texts, stored.index, path, published.note)
    members["bundle.json"] = canonical.encode(
        {
            "case": case,
            "checkpoint": {"root": b64(published.root), "size": published.size},
            "documents": [],
            "documents_left_out": 0,
            "edition": "court",
            "format": "fairplace/bundle/1",
            "log": register.origin,
            "made_at": register.store.now(),
            "software": fairplace.__version__,
        }
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        for name, data in sorted(members.items()):
            member = zipfile.ZipInfo(name)
            member.create_system, member.external_attr = 3, 0o100644 << 16
            file.writestr(member, data)
    return out.getvalue()


def _bare(entries: Sequence[Entry], known: Mapping[str, Vkey]) -> None:
    for one in entries:
        for signature in one.lines:
            known[signature.name].verify(one.text, signature.signature)


def _checked(public: Path, keys: Sequence[str]) -> None:
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        code = fairplace_verify.main([str(public), *keys])
    if code:
        raise Misconfigured(f"the register of the benchmark is not true: {said.getvalue()[:500]}")


def _spent(work: Callable[..., object], *given: object) -> Spent:
    """Seconds of processor, of this process and of those that it started; and seconds by the clock."""
    before, began = _processor(), time.perf_counter()
    work(*given)
    return _processor() - before, time.perf_counter() - began


@contextlib.contextmanager
def _on_one_core() -> Iterator[None]:
    """Where the system lets us: two cores of one machine slow each other down, each by how much the other does."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(cores)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, cores)


def _processor() -> float:
    used = [resource.getrusage(whose) for whose in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def _held(good: bool) -> str:
    return "held" if good else "MISSED"
