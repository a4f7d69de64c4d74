"""Copies of what was published: a folder, a ZIP, or an address. Nothing that comes from one is believed unproved."""

from __future__ import annotations

import lzma
import re
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from fairplace.errors import FairplaceError, Malformed, Missing, Unproven
from fairplace.ledger.tiles import folder
from fairplace.settings import FILE
from fairplace.witness.asking import asked

MOST_BYTES = 256 * (2 + 65_535)
"""Of one file: a full bundle of the longest entries."""

PATIENCE = 30.0
"""Seconds for one file over HTTP."""

DAMAGED = (
    *(zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError, RuntimeError),
    *(zlib.error, lzma.LZMAError),
)
"""What `zipfile` raises of a file that is none, or that was changed."""

_LISTED = re.compile(r"(?:checkpoints/[1-9][0-9]{0,17})|(?:lost/[1-9][0-9]{0,17}/[1-9][0-9]{0,17})")


class Copy(NamedTuple):
    """`fetch` gives a file by its name, or None; `names` are the checkpoints that it has, as far as they can be listed."""

    where: str
    fetch: Callable[[str], bytes | None]
    names: tuple[str, ...]


def opened(where: str) -> Copy:
    """A copy by its address or path. Raises Missing or Malformed when there is none."""
    if where.startswith(("https://", "http://")):
        return _from_address(where)
    path = Path(where)
    if path.is_dir():
        return _from_folder(path)
    if path.is_file():
        return _from_zip(path)
    raise Missing(f"there is no {where}; give a folder, a ZIP, or an address of published files")


def _from_folder(path: Path) -> Copy:
    inside = path / "inside" if (path / "inside").is_dir() else path / "public"
    published = inside if (path / FILE).is_file() else path
    if not (published / "checkpoint").is_file():
        raise Missing(f"{published} holds no checkpoint; give a folder of published files")
    found = [
        one.relative_to(published).as_posix()
        for part in ("checkpoints", "lost")
        for one in (published / part).rglob("*")
    ]
    return Copy(str(path), folder(published), tuple(name for name in found if _LISTED.fullmatch(name)))


def _from_zip(path: Path) -> Copy:
    try:
        with zipfile.ZipFile(path) as packed:
            members = {one.filename: one for one in packed.infolist()}
    except DAMAGED as error:
        raise Malformed(f"{path} is no ZIP that can be read: {error}; give /log.zip as it was downloaded") from error
    if "checkpoint" not in members:
        raise Missing(f"{path} holds no checkpoint; give the ZIP of a whole record, as /log.zip is")

    def fetch(name: str) -> bytes | None:
        if name not in members:
            return None
        try:
            with zipfile.ZipFile(path) as packed, packed.open(members[name]) as file:
                data = file.read(MOST_BYTES + 1)
        except DAMAGED as error:
            raise Unproven(f"{name} cannot be read from {path}: {error}") from error
        if len(data) > MOST_BYTES:
            raise Unproven(f"{name} in {path} has more than {MOST_BYTES} bytes: it is no published file")
        return data

    return Copy(str(path), fetch, tuple(name for name in members if _LISTED.fullmatch(name)))


def _from_address(where: str) -> Copy:
    base = where.rstrip("/")

    def fetch(name: str) -> bytes | None:
        answer = asked(f"{base}/{name}", seconds=PATIENCE, most=MOST_BYTES)
        if answer.status == 404:
            return None
        if answer.status != 200:
            raise Unproven(f"{base}/{name} answers with status {answer.status}")
        return answer.body

    try:
        found = fetch("checkpoint")
    except FairplaceError as error:
        raise Missing(f"{where} shows no published files: {error}") from error
    if found is None:
        raise Missing(f"{where} has no /checkpoint; give the address under which a log is published")
    return Copy(where, fetch, ())
