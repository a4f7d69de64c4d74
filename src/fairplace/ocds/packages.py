"""Releases out of files: release packages, record packages, bare releases and lists of them, read as a stream.

- A file is read twice: a first pass finds out whether all of it is sound JSON, so that a broken file adds nothing.
- Memory is bounded by the largest release, and a release has a bounded size; so has a single text or number.
- What is wrong but can be lived with (a byte order mark, a member given twice) is a fault, not a refusal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, Literal

import ijson
import msgspec

from fairplace.errors import Malformed, Missing

MAX_VALUE = 16 << 20
"""Bytes of a single text, number or run of white space."""
MAX_RELEASE = 8 << 20
"""Characters in all texts and names of members of one release."""
MAX_MEMBERS = 400_000
"""Values in one release."""
MAX_DEPTH = 64

FaultIn = Callable[[str, str], None]
"""Told of a fault: the path in the file, and the problem."""

Shape = Literal["bare", "list", "package"]

_BOM = b"\xef\xbb\xbf"
_DEPTHS: dict[Shape, int] = {"bare": 0, "list": 1, "package": 2}
"""How many objects and lists stand around a release or record."""
_LISTS = ("releases", "records")
_TELLING = {*_LISTS, "ocid"}
_STARTS = ("start_map", "start_array")
_ENDS = ("end_map", "end_array")

_encoder = msgspec.json.Encoder(decimal_format="number", order="sorted")


def releases(path: Path, fault: FaultIn) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every release of a file with its path in it. Raises Malformed when the file is not sound JSON throughout."""
    shape = _shape(path)
    for where, value in _items(path, shape, fault):
        if isinstance(value, dict):
            yield from _unpacked(where, value, fault)
        else:
            fault(where, f"{name_of(value)} came; expected a release or a record")


def as_bytes(release: dict[str, Any]) -> bytes:
    """The release as JSON again, numbers as exact as they were written, members sorted: what is kept beside the log."""
    try:
        return _encoder.encode(release)
    except UnicodeEncodeError as error:
        raise Malformed("a lone surrogate came in a text; expected valid Unicode") from error


def name_of(value: Any) -> str:
    """What came, in words."""
    match value:
        case None:
            return "null"
        case bool():
            return "true or false"
        case str():
            return "a text"
        case list():
            return "a list"
        case dict():
            return "an object"
        case _:
            return "a number"


def _unpacked(where: str, value: dict[str, Any], fault: FaultIn) -> Iterator[tuple[str, dict[str, Any]]]:
    """A release as it is; a record as the releases in it, or as its compiled release when it has no other."""
    if "releases" not in value and "compiledRelease" not in value:
        yield where, value
        return
    embedded = value.get("releases")
    found = False
    for number, release in enumerate(embedded if isinstance(embedded, list) else []):
        place = join(where, "releases", number)
        if not isinstance(release, dict):
            fault(place, f"{name_of(release)} came; expected a release")
        elif "ocid" not in release and "url" in release:
            fault(place, "the release is a link, and links are not followed; it was left out")
        else:
            found = True
            yield place, release
    if found:
        return
    compiled = value.get("compiledRelease")
    if isinstance(compiled, dict):
        fault(where, "the record has no release in it; its compiled release was taken")
        yield join(where, "compiledRelease"), compiled
    else:
        fault(where, "the record has neither a release nor a compiled release in it")


def join(*parts: str | int) -> str:
    """A path in a file: `releases/3/tender/title`."""
    return "/".join(str(part) for part in parts if part != "")


def _shape(path: Path) -> Shape:
    """What kind of file it is, once all of it was read."""
    depth = 0
    first: str | None = None
    members: set[str] = set()
    for event, value in _events(path):
        first = first or event
        if event in _STARTS:
            depth += 1
        elif event in _ENDS:
            depth -= 1
        elif event == "map_key" and depth == 1 and value in _TELLING:
            members.add(value)
    if first == "start_array":
        return "list"
    if first != "start_map":
        raise Malformed(f"{path.name} holds a single value; expected a package of releases")
    if "ocid" in members and "records" not in members:
        return "bare"
    if not members:
        raise Malformed(f"{path.name} is no OCDS package: it has neither releases nor records, and no ocid of its own")
    return "package"


def _items(path: Path, shape: Shape, fault: FaultIn) -> Iterator[tuple[str, Any]]:
    """What stands where releases and records belong, one after the other, with its path."""
    level = _DEPTHS[shape]
    inside = shape != "package"
    place = member = ""
    number = depth = 0
    met: set[str] = set()
    builder: _Builder | None = None
    for event, value in _events(path, fault):
        closing = event in _ENDS
        depth -= closing
        if builder is None and inside and depth == level and not closing:
            builder = _Builder(join(place, number) if level else "", fault)
            number += 1
        if builder is not None:
            builder.take(event, value)
            if builder.is_whole:
                if not builder.is_too_large:
                    yield builder.where, builder.value
                builder = None
        elif shape == "package" and depth == 1:
            if event == "map_key":
                member = value
            else:
                inside = event == "start_array" and member in _LISTS
                place, number = member, 0
                if member in _LISTS and not closing:
                    if not inside:
                        fault(member, "something else came; expected a list")
                    if member in met:
                        fault(member, "the member came twice; each was read")
                    met.add(member)
        depth += event in _STARTS


class _Guard:
    """A stream that refuses to hand out more than `MAX_VALUE` bytes for one value."""

    def __init__(self, stream: BinaryIO, name: str) -> None:
        self._stream = stream
        self._name = name
        self.since = 0

    def read(self, size: int = -1) -> bytes:
        data = self._stream.read(size)
        self.since += len(data)
        if self.since > MAX_VALUE:
            raise Malformed(f"{self._name} has a text or number of more than {MAX_VALUE >> 20} MiB; it was not taken")
        return data


def _events(path: Path, fault: FaultIn | None = None) -> Iterator[tuple[str, Any]]:
    """The events of a file that holds one JSON document. Raises Malformed with one sentence when it does not."""
    name = path.name
    try:
        if not path.is_file() and path.exists():
            raise Malformed(f"{path} is no file; give files of releases")
        with path.open("rb") as stream:
            start = stream.read(4)
            if not start:
                raise Malformed(f"{name} is empty; expected a package of releases")
            if start.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in start:
                raise Malformed(f"{name} is in UTF-16 or UTF-32, or no text at all; save it as UTF-8")
            marked = start.startswith(_BOM)
            if marked and fault is not None:
                fault("", "the file begins with a byte order mark; it was passed over")
            stream.seek(len(_BOM) if marked else 0)
            yield from _parsed(name, _Guard(stream, name))
    except FileNotFoundError as error:
        raise Missing(f"there is no file {path}") from error
    except OSError as error:
        raise Malformed(f"{path} cannot be read: {error.strerror}") from error


def _parsed(name: str, stream: _Guard) -> Iterator[tuple[str, Any]]:
    depth = 0
    # Not `ijson.parse`: its prefixes grow with the square of the depth, before anybody can look at it.
    events = iter(ijson.basic_parse(stream))
    while True:
        try:
            event, value = next(events)
        except StopIteration:
            return
        except ijson.JSONError as error:
            raise Malformed(f"{name} is not sound JSON: {_why(error)}") from error
        except UnicodeDecodeError as error:
            raise Malformed(f"{name} is not sound JSON: not all of it is UTF-8") from error
        except (ArithmeticError, SystemError, ValueError) as error:
            # Thousands of digits or an exponent of many digits: Python refuses to make a number of them.
            raise Malformed(f"{name} holds a number that is too long to be read") from error
        stream.since = 0
        if event in _STARTS:
            depth += 1
            if depth > MAX_DEPTH:
                raise Malformed(f"{name} is nested more than {MAX_DEPTH} deep")
        elif event in _ENDS:
            depth -= 1
        yield event, value


def _why(error: Exception) -> str:
    """The parser's first line, in plain words where it is a common one."""
    said = error.args[0] if error.args else ""
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
    if "premature EOF" in text or "Incomplete" in text:
        return "it ends in the middle"
    if "trailing garbage" in text or "Additional data" in text:
        return "something follows after its end; put each document into a file of its own"
    if "UTF8" in text:
        return "not all of it is UTF-8"
    return text.partition("\n")[0].strip().rstrip(".")[:120]


class _Builder:
    """Builds one value from events; ijson's own builder lets a member come twice unseen, and grows without bound."""

    def __init__(self, where: str, fault: FaultIn) -> None:
        self.where = where
        self.value: Any = None
        self.is_whole = False
        self.is_too_large = False
        self._fault = fault
        self._open: list[Any] = []
        self._keys: list[str] = []
        self._depth = self._members = self._characters = 0

    def take(self, event: str, value: Any) -> None:
        if event in _STARTS:
            self._depth += 1
        elif event in _ENDS:
            self._depth -= 1
        self._members += 1
        if isinstance(value, str):
            self._characters += len(value)
        if self.is_too_large:
            self.is_whole = self._depth == 0 and event != "map_key"
        elif self._members > MAX_MEMBERS or self._characters > MAX_RELEASE:
            self._fault(self.where, f"more than {MAX_MEMBERS} values or {MAX_RELEASE >> 20} MiB came; it was left out")
            self.is_too_large = True
            self.is_whole = self._depth == 0
            self._open.clear()
        else:
            self._build(event, value)

    def _build(self, event: str, value: Any) -> None:
        match event:
            case "map_key":
                self._keys.append(value)
                if value in self._open[-1]:
                    self._fault(self._place(), "the member came twice; the last one counts")
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
            self.value = value
            self.is_whole = True
        elif isinstance(self._open[-1], dict):
            self._open[-1][self._keys.pop()] = value
        else:
            self._open[-1].append(value)

    def _place(self) -> str:
        keys = iter(self._keys)
        steps = [next(keys) if isinstance(one, dict) else len(one) for one in self._open]
        return join(self.where, *(str(step)[:60] for step in steps))
