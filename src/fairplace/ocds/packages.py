"""Releases out of files: release packages, record packages and bare releases, read as a stream.

- A file is read twice: a first pass finds out whether all of it is sound JSON, so that a broken file adds nothing.
- Memory is bounded by the largest release, and a release is at most `MAX_RELEASE` bytes.
- What is wrong but can be lived with (a byte order mark, a key given twice) is a fault, not a refusal.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any, Protocol

import ijson

from fairplace.errors import Malformed, Missing

MAX_RELEASE = 16 << 20
MAX_DEPTH = 64

_BOM = b"\xef\xbb\xbf"
_PLACES = {"releases.item", "records.item", "item"}
"""Where a release or a record stands: in a release package, in a record package, in a bare list."""

Faults = Callable[[str, str], None]
"""Told of a fault: the path in the file, and the problem."""


class _Bytes(Protocol):
    def read(self, size: int = -1, /) -> bytes: ...


class _Guard:
    """A stream that refuses to hand out more than `MAX_RELEASE` bytes for one release."""

    def __init__(self, stream: _Bytes) -> None:
        self._stream = stream
        self._since = 0

    def read(self, size: int = -1) -> bytes:
        data = self._stream.read(size)
        self._since += len(data)
        if self._since > MAX_RELEASE + (1 << 16):
            raise Malformed(f"more than {MAX_RELEASE >> 20} MiB came in one release; split the file")
        return data

    def restart(self) -> None:
        self._since = 0


def releases(path: Path, fault: Faults) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every release of a file with its path in it. Raises Malformed when the file is not sound JSON throughout."""
    members: set[str] = set()
    for _ in _read(path, lambda *_: None, members, bare=False):
        pass
    bare = "ocid" in members and not members & {"releases", "records"}
    if not bare and members and not members & {"releases", "records"}:
        raise Malformed(f"{path.name} is no OCDS package: it has neither releases nor records, and no ocid of its own")
    for where, value in _read(path, fault, set(), bare=bare):
        yield from _unpacked(where, value, fault)


def _unpacked(where: str, value: dict[str, Any], fault: Faults) -> Iterator[tuple[str, dict[str, Any]]]:
    """A release as it is; a record as the releases in it, or as its compiled release when it has no other."""
    if "releases" not in value and "compiledRelease" not in value:
        yield where, value
        return
    embedded = value.get("releases")
    found = False
    for number, release in enumerate(embedded if isinstance(embedded, list) else []):
        if isinstance(release, dict) and "ocid" in release:
            found = True
            yield f"{where}/releases/{number}", release
        else:
            fault(f"{where}/releases/{number}", "the release is a link, and links are not followed; it was left out")
    compiled = value.get("compiledRelease")
    if not found and isinstance(compiled, dict):
        fault(where, "the record has no release in it; its compiled release was taken")
        yield f"{where}/compiledRelease", compiled


def _read(path: Path, fault: Faults, members: set[str], *, bare: bool) -> Iterator[tuple[str, dict[str, Any]]]:
    try:
        with path.open("rb") as stream:
            start = stream.read(4)
            if start.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in start:
                raise Malformed(f"{path.name} is in UTF-16 or UTF-32; save it as UTF-8")
            if start.startswith(_BOM):
                fault("", "the file begins with a byte order mark; it was passed over")
            stream.seek(len(_BOM) if start.startswith(_BOM) else 0)
            yield from _parse(path.name, _Guard(stream), fault, members, bare)
    except FileNotFoundError as error:
        raise Missing(f"there is no file {path}") from error
    except OSError as error:
        raise Malformed(f"{path} cannot be read: {error}") from error


def _parse(
    name: str, stream: _Guard, fault: Faults, members: set[str], bare: bool
) -> Iterator[tuple[str, dict[str, Any]]]:
    builder: _Builder | None = None
    documents = found = depth = 0
    try:
        for prefix, event, value in ijson.parse(stream, multiple_values=True):
            if event in ("start_map", "start_array"):
                depth += 1
                documents += depth == 1
                if depth > MAX_DEPTH:
                    raise Malformed(f"{name} is nested more than {MAX_DEPTH} deep")
            elif event in ("end_map", "end_array"):
                depth -= 1
            elif event == "map_key":
                if depth == 1:
                    members.add(value)
            elif depth == 0:
                raise Malformed(f"{name} holds {str(value)[:40]!r}; expected a package of releases")
            if builder is None and event == "start_map" and (prefix in _PLACES or (bare and prefix == "")):
                builder = _Builder(f"{prefix.replace('.item', '') or 'release'}/{found}", fault)
            if builder is not None:
                builder.take(event, value)
                if builder.done is not None:
                    stream.restart()
                    yield builder.where, builder.done
                    found += 1
                    builder = None
    except (ijson.JSONError, UnicodeDecodeError) as error:
        raise Malformed(f"{name} is not sound JSON: {str(error).splitlines()[0]}") from error
    if documents == 0:
        raise Malformed(f"{name} is empty; expected a package of releases")
    if documents > 1:
        fault("", f"the file holds {documents} JSON documents one after the other; each was read")


class _Builder:
    """Builds one object from events; ijson's own builder lets a key come twice unseen."""

    def __init__(self, where: str, fault: Faults) -> None:
        self.where = where
        self.done: dict[str, Any] | None = None
        self._fault = fault
        self._open: list[Any] = []
        self._keys: list[str] = []

    def take(self, event: str, value: Any) -> None:
        match event:
            case "map_key":
                self._keys.append(value)
                if value in self._open[-1]:
                    self._fault(f"{self.where}/{value}", "the member came twice; the last one counts")
            case "start_map":
                self._open.append({})
            case "start_array":
                self._open.append([])
            case "end_map" | "end_array":
                self._put(self._open.pop())
            case _:
                self._put(value)

    def _put(self, value: Any) -> None:
        if not self._open:
            self.done = value
        elif isinstance(self._open[-1], dict):
            self._open[-1][self._keys.pop()] = value
        else:
            self._open[-1].append(value)


def as_bytes(release: dict[str, Any]) -> bytes:
    """The release as JSON again, numbers as they were written, members sorted: what is kept beside the log."""
    out = io.StringIO()
    _write(release, out)
    return out.getvalue().encode("utf-8", "surrogatepass")


def _write(value: Any, out: io.StringIO) -> None:
    if isinstance(value, dict):
        out.write("{")
        for number, key in enumerate(sorted(value)):
            out.write("," if number else "")
            out.write(json.dumps(key, ensure_ascii=False) + ":")
            _write(value[key], out)
        out.write("}")
    elif isinstance(value, list):
        out.write("[")
        for number, item in enumerate(value):
            out.write("," if number else "")
            _write(item, out)
        out.write("]")
    elif isinstance(value, Decimal):
        out.write(str(value))
    else:
        out.write(json.dumps(value, ensure_ascii=False))
