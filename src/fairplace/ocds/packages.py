"""Releases out of files: release packages, record packages, bare releases and lists of them.

- A file is read twice: a first pass finds out whether all of it is sound JSON, so that a broken file adds nothing.
- A member given twice in a release is a fault; the last one counts, as it does for everybody who reads JSON.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from fairplace.errors import Malformed, Missing
from fairplace.ocds.cutting import LISTS, MAX_OBJECTS, MAX_PIECE, Cutter, Doubled, value_of

FaultIn = Callable[[str, str], None]
"""Told of a fault: the path in the file, and the problem."""

_BOM = b"\xef\xbb\xbf"
_PACKED = (b"\x1f\x8b", b"PK\x03\x04")

_encoder = msgspec.json.Encoder(decimal_format="number", order="sorted")


def releases(path: Path, fault: FaultIn) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every release of a file with its path in it. Raises Malformed when the file is not sound JSON throughout."""
    around = _checked(path)
    _tell_doubled(around, "", fault)
    found = False
    for where, value in _pieces(path, around, fault):
        for place, release in _unpacked(where, value, fault):
            found = True
            yield place, release
    if isinstance(around, dict) and not found and "records" not in around:
        if "compiledRelease" in around:  # a record by itself
            yield from _compiled("", around, fault)
        elif "releases" not in around:
            yield "", around


def as_bytes(release: dict[str, Any]) -> bytes:
    """The release as JSON again, numbers as exact as they were written, members sorted: what is kept beside the log."""
    try:
        return _encoder.encode(release)
    except UnicodeEncodeError as error:
        raise Malformed("half a character came in a text (a lone surrogate); expected valid Unicode") from error


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


def join(*parts: str | int) -> str:
    """A path in a file: `releases/3/tender/title`."""
    return "/".join(str(part)[:60] for part in parts if part != "")


def _checked(path: Path) -> Any:
    """What stands around the releases, once all of the file was read and is sound."""
    with _opened(path) as stream:
        cutter = Cutter(stream)
        count = 0
        for piece in cutter.pieces():
            count += 1
            if piece is not None:
                value_of(piece)
        around = value_of(bytes(cutter.around))
        if isinstance(around, dict) and not around.keys() & {*LISTS, "ocid"}:
            raise Malformed("it is no OCDS package: it has neither releases nor records nor an ocid")
        if count != len(list(_places(around, _unheard))):
            raise Malformed("it gives its list of releases twice, and it is not clear which one counts")
    return around


def _pieces(path: Path, around: Any, fault: FaultIn) -> Iterator[tuple[str, dict[str, Any]]]:
    """The releases and records that were cut out, with their paths."""
    places = list(_places(around, fault))
    with _opened(path) as stream:
        for where, data in zip(places, Cutter(stream).pieces(), strict=True):
            if data is None:
                fault(where, f"more than {MAX_PIECE >> 20} MiB or {MAX_OBJECTS} objects came; it was left out")
                continue
            value = value_of(data)
            _tell_doubled(value, where, fault)
            if isinstance(value, dict):
                yield where, value
            else:
                fault(where, f"{name_of(value)} came; expected a release or a record")


def _places(around: Any, fault: FaultIn) -> Iterator[str]:
    """The path of each piece that was cut out; whatever else stands in its place is a fault."""
    lists = {name: around[name] for name in around if name in LISTS} if isinstance(around, dict) else {"": around}
    for name, found in lists.items():
        if not isinstance(found, list):
            fault(name, f"{name_of(found)} came; expected a list")
            continue
        for number, value in enumerate(found):
            if isinstance(value, dict | list):
                yield join(name, number)
            else:
                fault(join(name, number), f"{name_of(value)} came; expected a release or a record")


def _unpacked(where: str, value: dict[str, Any], fault: FaultIn) -> Iterator[tuple[str, dict[str, Any]]]:
    """A release as it is; a record as the releases in it, or as its compiled release when it has no other."""
    if "ocid" not in value and "url" in value:
        fault(where, "the release is a link, and links are not followed; it was left out")
    elif "releases" not in value and "compiledRelease" not in value:
        yield where, value
    else:
        found = False
        embedded = value.get("releases")
        for number, release in enumerate(embedded if isinstance(embedded, list) else []):
            place = join(where, "releases", number)
            if not isinstance(release, dict):
                fault(place, f"{name_of(release)} came; expected a release")
            elif "ocid" not in release and "url" in release:
                fault(place, "the release is a link, and links are not followed; it was left out")
            else:
                found = True
                yield place, release
        if not found:
            yield from _compiled(where, value, fault)


def _compiled(where: str, record: dict[str, Any], fault: FaultIn) -> Iterator[tuple[str, dict[str, Any]]]:
    """The compiled release of a record that has no release in it."""
    compiled = record.get("compiledRelease")
    if isinstance(compiled, dict):
        fault(where, "the record has no release in it; its compiled release was taken")
        yield join(where, "compiledRelease"), compiled
    else:
        fault(where, "the record has neither a release nor a compiled release in it")


def _tell_doubled(value: Any, where: str, fault: FaultIn) -> None:
    """A fault for each object in which a member came twice."""
    if isinstance(value, Doubled):
        fault(where, "a member came twice in this object; the last one counts")
    if isinstance(value, dict | list):
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            if isinstance(item, dict | list):
                _tell_doubled(item, join(where, key), fault)


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    """The file, past a byte order mark. Every way in which it cannot be read becomes one sentence."""
    try:
        _check_kind(path)
        with path.open("rb") as stream:
            _check_start(stream)
            yield stream
    except Malformed as error:
        raise Malformed(f"{path.name} cannot be read: {error}") from error
    except FileNotFoundError as error:
        raise Missing(f"there is no file {path}") from error
    except OSError as error:
        raise Malformed(f"{path.name} cannot be read: {error.strerror}") from error


def _check_kind(path: Path) -> None:
    """A device may have no end, and a pipe can be read only once."""
    if path.exists() and not path.is_file():
        raise Malformed("it is no file; give files of releases")


def _check_start(stream: BinaryIO) -> None:
    """Refuse what its first bytes betray, and pass over a byte order mark."""
    start = stream.read(4)
    if not start:
        raise Malformed("it is empty; expected a package of releases")
    if start.startswith(_PACKED):
        raise Malformed("it is compressed; unpack it first")
    if start.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in start:
        raise Malformed("it is in UTF-16 or UTF-32, or no text at all; save it as UTF-8")
    stream.seek(len(_BOM) if start.startswith(_BOM) else 0)


def _unheard(path: str, problem: str) -> None:
    """For a look ahead at what will be told later."""
