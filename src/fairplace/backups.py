"""Backups of a register: records in one set, keys in another, so that neither alone opens anything.

- Both are whole at one moment, also while others write: SQLite's own backup, a page at a time, under no lock.
- *records*: the database, published files, documents (each under its own key), settings and rules; no key of any kind.
- *keys*: the key store and the seeds. A backup of keys lapses: until it is gone, what was erased since can be opened with
  an old backup of records. Each new one deletes those that are past their days; the newest stays whatever its age.
- Records first, then keys: a key store that is newer than the records has every key that they need.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import sqlite3
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal, NamedTuple

from fairplace import erasures, settings
from fairplace.documents import LIST
from fairplace.errors import Busy, Misconfigured, Refused
from fairplace.ledger.store.keeping import FILE as KEYS
from fairplace.on_disk import Register
from fairplace.terms import instant, moment

What = Literal["records", "keys"]

_NAME = re.compile(r"(records|keys)-([0-9]{4})([0-9]{2})([0-9]{2})T([0-9]{2})([0-9]{2})([0-9]{2})([0-9]{3})Z")
BESIDE = (LIST, "openers.sqlite", "post.sqlite")
"""What cannot be made again: what the documents of cases are, who can open sealed bids, and the correspondence. Each is
encrypted under a seed that goes with the keys."""

_PAGES = 1024
"""Copied at once; between two steps writers may write."""


class Backup(NamedTuple):
    """A backup of keys that lies in a folder."""

    path: Path
    made: datetime


def backup(register: Register, what: What, out: Path) -> Path:
    """Write a backup into a new folder below `out`. What fails on the way leaves nothing behind.

    Of keys, those below `out` that are past their days are deleted afterwards.
    """
    if out.resolve().is_relative_to(register.folder.resolve()):
        raise Refused(f"{out} lies in the register itself; give a folder elsewhere, best on another machine")
    now = register.store.now()
    target = out / f"{what}-{re.sub('[-:.]', '', now)}"
    fresh = out / f".new-{target.name}"
    try:
        out.mkdir(mode=0o700, parents=True, exist_ok=True)
        if target.exists():
            raise Busy(f"{target} is there already; try again in a moment")
        fresh.mkdir(mode=0o700)
        _records(register, fresh) if what == "records" else _keys(register, fresh)
        _settled(fresh)
        fresh.rename(target)
    except OSError as error:
        raise Misconfigured(
            f"{out} cannot be written: {error.strerror}; see whose folder it is, and its space"
        ) from error
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    if what == "keys":
        register.store.keys.note_backup(str(target.resolve()), now)
        for one in lapsed(register, out):
            shutil.rmtree(one.path)
    return target


def _records(register: Register, target: Path) -> None:
    # The checkpoint first: the database that follows holds at least what it covers.
    shutil.copytree(register.public, target / "public", symlinks=True)
    _database(register.folder / register.settings.database, target / register.settings.database)
    for name in BESIDE:
        if (listed := register.folder / name).exists():
            _database(listed, target / name)
    for name in ("documents", "policies"):
        if (register.folder / name).is_dir():
            shutil.copytree(register.folder / name, target / name, ignore=shutil.ignore_patterns(".new-*"))
    shutil.copy2(register.folder / settings.FILE, target / settings.FILE)


def _keys(register: Register, target: Path) -> None:
    erasures.finish(register.store, register.documents, register.origin)
    register.documents.drop_orphans()
    _database(register.folder / KEYS, target / KEYS)
    shutil.copytree(register.folder / "secrets", target / "secrets")


def _database(source: Path, target: Path) -> None:
    """A copy of a database at one moment, in one file without a journal."""
    os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    with contextlib.closing(sqlite3.connect(source)) as here, contextlib.closing(sqlite3.connect(target)) as there:
        here.backup(there, pages=_PAGES)
        there.execute("PRAGMA journal_mode = DELETE")
    with target.open("rb+") as file:
        os.fsync(file.fileno())


def _settled(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


# What lapses


def key_backups(folder: Path) -> Iterator[Backup]:
    """The backups of keys in a folder, oldest first."""
    if not folder.is_dir():
        return
    for path in sorted(folder.iterdir()):
        if (found := _NAME.fullmatch(path.name)) and found[1] == "keys" and path.is_dir():
            year, month, day, hour, minute, second, rest = found.groups()[1:]
            yield Backup(path, moment(f"{year}-{month}-{day}T{hour}:{minute}:{second}.{rest}Z"))


def lapsed(register: Register, folder: Path) -> list[Backup]:
    """Those of a folder's backups of keys that are past their days and not the newest."""
    return [one for one in list(key_backups(folder))[:-1] if is_past(register, one.made)]


def is_past(register: Register, made: datetime) -> bool:
    days = timedelta(days=register.settings.vault.keep_key_backups)
    return moment(instant(register.sources.clock())) - made > days


def known(register: Register) -> Iterator[Backup]:
    """Every backup of keys that this register made and that is still where it was written."""
    for path, made in register.store.keys.backups():
        if Path(path).is_dir():
            yield Backup(Path(path), moment(made))
