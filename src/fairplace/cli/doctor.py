"""Look a register over: each thing that can be wrong, with what to do about it."""

from __future__ import annotations

import contextlib
import io
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

from rich.console import Console

import fairplace_verify
from fairplace import assess, shelf
from fairplace.errors import FairplaceError
from fairplace.on_disk import SERVICES, Register

Ill = tuple[int, str]
"""An exit code, and a sentence that says what is wrong and what to do."""

Look = Callable[[Register], Iterator[Ill]]


def look_over(folder: Path, told: Console) -> int:
    """The worst exit code of all: 5 where the operator must act, 1 where something is false, 0 when all is well."""
    worst = 0
    with Register.open(folder) as register:
        told.print(f"{register.settings.authority}, {register.origin}: {register.reader.size} entries", markup=False)
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
        if standing is None or standing.revoked is not None:
            yield 5, f"the seed of the {role} is not that of its registered key; restore secrets/ from its backup"
    logs = [vkey.text for vkey in register.reader.register().log_keys()]
    if register.settings.log[0].vkeys != logs:
        yield 5, f"fairplace.toml names other keys of the log than the register; they are {', '.join(logs)}"
    if not set(register.signer.last().vkeys) & set(logs):
        yield 5, "the seed of the log is not that of its registered key; restore it from its backup"
    for path in sorted((register.folder / "secrets").iterdir()):
        if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            yield 5, f"others can read {path}; run 'chmod 600 {path}', and think about whether it was read"


def _published(register: Register) -> Iterator[Ill]:
    last = register.store.last_checkpoint(register.origin)
    behind = register.reader.size - (last.size if last else 0)
    if behind:
        entries = "entry is" if behind == 1 else "entries are"
        yield 0, f"{behind} {entries} not published yet; 'fairplace serve' or 'fairplace publish' publishes"


def _pages(register: Register) -> Iterator[Ill]:
    last = register.store.last_checkpoint(register.origin)
    if differing := register.replay.check(last.size if last else 0):
        named = ", ".join(f"{one.projection} {one.key}" for one in differing[:5])
        yield 1, f"{len(differing)} differ from a fresh rebuild ({named}); run 'fairplace rebuild {register.folder}'"


def _documents(register: Register) -> Iterator[Ill]:
    for path in sorted((register.folder / "documents").glob("*")):
        try:
            register.documents.get(path.name)
        except FairplaceError as error:
            yield 1, f"{error}; restore it from its backup"


def _deposits(register: Register) -> Iterator[Ill]:
    """Is every sealed bid where its own text says?"""
    for sentence in register.reader.misfiled():
        yield 1, sentence


def _rules(register: Register) -> Iterator[Ill]:
    assess.rules(shelf.policies(register.own_policies))
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
    "published files": _published,
    "proofs": _proofs,
    "pages": _pages,
    "documents": _documents,
    "sealed bids": _deposits,
    "rules": _rules,
}
