"""Look a register over: each thing that can be wrong, with what to do about it."""

from __future__ import annotations

import contextlib
import io
import stat
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

import fairplace_verify
from fairplace import assess, backups, erasures, log_keys
from fairplace.counted import counted
from fairplace.errors import FairplaceError
from fairplace.ledger import entry
from fairplace.ledger.heads import behind
from fairplace.ledger.note import ED25519, Vkey, mldsa_supported, parse_note, tree_head
from fairplace.ledger.store import inspection
from fairplace.on_disk import SERVICES, Register
from fairplace.seen import Seen, ahead
from fairplace.terms import moment
from fairplace.witness.client import seen
from fairplace.witness.known import Witness, last_met

PATIENCE = 600
"""Seconds for which a state may wait for its witnesses before somebody must look."""

Ill = tuple[int, str]
"""An exit code, and a sentence that says what is wrong and what to do."""

Look = Callable[[Register], Iterator[Ill]]


def look_over(folder: Path, told: Console) -> int:
    """The worst exit code of all: 5 where the operator must act, 1 where something is false, 0 when all is well."""
    worst = 0
    with Register.open(folder) as register:
        told.print(
            f"{register.settings.authority}, {register.origin}: {counted(register.reader.size, 'entry', 'entries')}",
            markup=False,
        )
        for what, look in LOOKS.items():
            ills = list(_ills(look, register))
            for code, sentence in ills:
                told.print(f"  {what}: {sentence}", markup=False, soft_wrap=True)
                worst = max(worst, code)
            if not ills:
                told.print(f"  {what}: in order", markup=False)
    return worst


def _ills(look: Look, register: Register) -> Iterator[Ill]:
    try:
        yield from look(register)
    except FairplaceError as error:
        yield error.exit_code, str(error)


def _keys(register: Register) -> Iterator[Ill]:
    """Are the seeds here those of the keys in the register, and readable by nobody else?"""
    known = {standing.vkey.text: standing for standing in register.reader.register().standings()}
    for role in SERVICES:
        vkey = register.service(role).vkey
        standing = known.get(vkey.text)
        if standing is None and not any(role in (held for _, held in one.roles) for one in known.values()):
            # A register that an older version made has no such key.
            enrol = f"fairplace key enrol {register.folder} {vkey.text} --role {role}"
            yield 5, f"no key acts as {role}; run '{enrol} --holder \"{register.settings.authority}: {role}\"'"
        elif standing is None or standing.revoked is not None:
            yield 5, f"the seed of the {role} is not that of its registered key; restore secrets/ from its backup"
    logs = [vkey.text for vkey in register.reader.register().log_keys()]
    if register.settings.log[0].vkeys != logs:
        yield 5, f"fairplace.toml names other keys of the log than the register; they are {', '.join(logs)}"
    mine = set(register.signer.last().vkeys)
    if not mine & set(logs):
        yield 5, "the seed of the log is not that of its registered key; restore it from its backup"
    elif missing := [
        vkey for vkey in logs if vkey not in mine and (Vkey.parse(vkey).kind == ED25519 or mldsa_supported())
    ]:
        yield (
            5,
            f"the seed of the log's key {missing[0][:80]} is missing, so it no longer signs; restore it or retire it",
        )
    if due := log_keys.due(register):
        late = moment(register.store.now()) >= moment(due)
        yield (
            0,
            (
                f"new keys of the log stand beside the old, which {'can be retired now' if late else f'stay until {due}'}:"
                f" 'fairplace key retire-log {register.folder}'"
            ),
        )
    elsewhere = [
        standing.vkey.passkey.site
        for standing in known.values()
        if standing.revoked is None and standing.vkey.passkey and register.settings.site
        if standing.vkey.passkey.site != register.settings.site
    ]
    if elsewhere:
        yield (
            0,
            (
                f"{len(elsewhere)} {'passkey signs' if len(elsewhere) == 1 else 'passkeys sign'} at {elsewhere[0]}, and the register is at {register.settings.site}:"
                " new keys are made under 'My keys'"
            ),
        )
    for one in register.reader.register().recoveries():
        if one.over is None:
            yield (
                0,
                (
                    f"a recovery of {one.vkey.name} is under way since entry {one.start}, {one.at}; if nobody there lost a key,"
                    f" stop it: 'fairplace key stop-recovery {register.folder} {one.vkey.name} --reason WHY'"
                ),
            )
    for path in sorted((register.folder / "secrets").iterdir()):
        if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            yield 5, f"others can read {path}; run 'chmod 600 {path}', and think about whether it was read"


def _published(register: Register) -> Iterator[Ill]:
    last = register.store.last_checkpoint(register.origin)
    behind = register.reader.size - (last.size if last else 0)
    stored = {one.size for one in register.store.checkpoints(register.origin)}
    for path in sorted((register.public / "checkpoints").glob("*")):
        if not path.name.isdigit() or int(path.name) not in stored:
            yield 1, f"the checkpoint {path.name} is published, and the database does not have it: restore its backup"
    if behind:
        entries = "entry is" if behind == 1 else "entries are"
        yield 0, f"{behind} {entries} not published yet; 'fairplace serve' or 'fairplace publish' publishes"


def _witnesses(register: Register) -> Iterator[Ill]:
    """Have enough of them signed, and has none of them seen more than this register has?"""
    last = register.store.last_checkpoint(register.origin)
    publics = {standing.vkey.bare for standing in register.reader.register().standings()}
    publics |= {vkey.bare for vkey in register.reader.register().all_log_keys()}
    for one in register.witnesses:
        if any(key.public in publics for key in one.vkeys):
            yield 5, f"the witness {one.name} has a key of this register: it is no other body; ask it for its own key"
    if not any(not one.retired for one in register.witnesses):
        yield 0, "no other body signs the states of this log; docs/how-to/witness.md says how to have one"
        return
    if last is None:
        return
    standing = register.cosigned(last.note)
    if not standing.met:
        yield _uncosigned(register, last.note, standing.sentence)
    for one in register.witnesses:
        if one.url and not one.retired:
            yield from _asked(register, one)


def _uncosigned(register: Register, note: bytes, sentence: str) -> Ill:
    """Since when: from the newest state that had enough; the operator must act when this one has waited for too long."""
    notes = (one.note for one in reversed(register.store.checkpoints(register.origin)))
    before = last_met(notes, register.witnesses, register.settings.quorum)
    since = (
        f"the last state with enough had {before.size} entries, {_moment(before.seconds)}"
        if before
        else "none ever had"
    )
    text, lines = parse_note(note)
    of_log = [int.from_bytes(line.signature[:8]) for line in lines if line.name == tree_head(text)[0]][1:]
    waits = bool(of_log) and register.sources.clock().timestamp() - min(of_log) > PATIENCE
    return (5 if waits else 0), f"{sentence}; {since}"


def _asked(register: Register, witness: Witness) -> Iterator[Ill]:
    try:
        found = seen(witness, register.origin, seconds=3)
    except FairplaceError as error:
        yield 0, f"the witness {witness.name}: {error}"
        return
    if found is not None and is_ahead(register, Seen(f"the witness {witness.name}", *found)):
        yield (
            5,
            (
                f"the witness {witness.name} has signed {found.size} entries of this log, which has {register.reader.size}"
                " here: an old copy was put back; stop the server and record nothing before you know what happened"
            ),
        )


def is_ahead(register: Register, one: Seen) -> bool:
    """Has it seen what is not here, and was not declared lost?"""
    return bool(ahead([one], register.store, register.origin, register.reader.register()))


def _moment(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="minutes").replace("+00:00", "Z")


def _rows(register: Register) -> Iterator[Ill]:
    """Does everything in the database follow from the entries?"""
    for sentence in inspection.faults(register.store, register.origin):
        yield 1, f"{sentence}; the database was changed: restore its backup"


def _whole(register: Register) -> Iterator[Ill]:
    """Has nobody seen more of this log than is here?"""
    for one in register.ahead():
        yield 5, behind(one.who, register.origin, one.size, register.reader.size)


def _pages(register: Register) -> Iterator[Ill]:
    last = register.store.last_checkpoint(register.origin)
    if differing := register.replay.check(last.size if last else 0):
        named = ", ".join(f"{one.projection} {one.key}" for one in differing[:5])
        yield 1, f"{len(differing)} differ from a fresh rebuild ({named}); run 'fairplace rebuild {register.folder}'"


def _documents(register: Register) -> Iterator[Ill]:
    for fault in register.documents.faults():
        yield 1, f"{fault}; restore it from its backup"


def _deposits(register: Register) -> Iterator[Ill]:
    """Is every sealed bid where its own text says?"""
    for sentence in register.reader.misfiled():
        yield 1, sentence


def _vault(register: Register) -> Iterator[Ill]:
    """Does every sealed value open or stand in an erasure; is every erasure carried out; does no old key lie about?"""
    store, log = register.store, register.origin
    for one in erasures.ordered(store, log):
        if store.is_to_erase(log, one.subjects, one.index):
            yield (
                5,
                f"the erasure at entry {one.index} is not carried out; run 'fairplace doctor' again when nobody writes",
            )
    if not store.scrub():
        yield 4, "what was erased still lies in a journal that somebody reads; run 'fairplace doctor' again"
    erased = register.reader.erased()
    lost = []
    for start in range(0, register.reader.size, 500):
        held = store.openings(log, range(start, min(start + 500, register.reader.size)))
        for stored in store.entries(log, start, start + 500):
            sealed = entry.parse(stored.raw).envelope.sealed
            lost += [
                (stored.index, slot)
                for slot, closed in sealed.items()
                if slot not in held.get(stored.index, {}) and closed.d not in erased
            ]
    if lost:
        index, slot = lost[0]
        # Said for as long as it is so; but what was lost with an old copy and cannot come back is no fault to mend.
        missing = f"{len(lost)} sealed values are missing, such as {slot} of entry {index}"
        yield 0, f"{missing}: restore the records' backup, unless they were lost with it"
    days = register.settings.vault.keep_key_backups
    for backup in backups.known(register):
        if backups.is_past(register, backup.made):
            yield 5, f"the backup of keys in {backup.path} is older than {days} days: delete it, and make a new one"


def _rules(register: Register) -> Iterator[Ill]:
    assess.rules(register.policies)
    yield from ()


def _proofs(register: Register) -> Iterator[Ill]:
    """What a stranger who has the log's keys would find."""
    said = io.StringIO()
    keys = [part for vkey in register.settings.log[0].vkeys for part in ("--key", vkey)]
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        code = fairplace_verify.main([str(register.folder), *keys])
    if code:
        wrong = [line for line in said.getvalue().splitlines() if line.strip() and not line.startswith("ok")]
        yield code, f"{' '.join(' '.join(wrong).split())}; run 'fairplace verify {register.folder}'"


LOOKS: dict[str, Look] = {
    "keys": _keys,
    "database": _rows,
    "published files": _published,
    "witnesses": _witnesses,
    "what others have seen": _whole,
    "proofs": _proofs,
    "pages": _pages,
    "documents": _documents,
    "sealed bids": _deposits,
    "vault": _vault,
    "rules": _rules,
}
