"""Commands as lines of JSON, read strictly: what is not exactly a command is refused with what to do about it.

- A line is bounded before it is read whole; so is every number.
- Duplicate members, fractions, unknown members and half surrogates are refused, never guessed at.
"""

from __future__ import annotations

import difflib
import itertools
import json
import re
from collections.abc import Iterator
from typing import Any, BinaryIO, NoReturn, get_args, get_type_hints

import msgspec

from fairplace import deciders
from fairplace.decision import Command
from fairplace.errors import Malformed
from fairplace.openness.commands import Assess
from fairplace.terms import Day, Instant

_COMMANDS: tuple[type[Command], ...] = (*deciders.COMMANDS, Assess)
_TAGS = sorted(str(kind.__struct_config__.tag) for kind in _COMMANDS)
_MARK = b"\xef\xbb\xbf"
_FORMS = {
    get_args(Instant)[1].pattern: "a moment in UTC with milliseconds, such as 2026-11-22T04:00:00.000Z",
    get_args(Day)[1].pattern: "a day such as 2026-11-22",
}


def lines(stream: BinaryIO, limit: int) -> Iterator[tuple[int, bytes]]:
    """The numbered lines that hold something; one past the limit is refused before it is read whole."""
    for number in itertools.count(1):
        line = stream.readline(limit + 1)
        if not line:
            return
        if len(line) > limit:
            raise Malformed(f"line {number} has more than {limit} bytes; a command is smaller, one object a line")
        if number == 1:
            line = line.removeprefix(_MARK)
        if line.strip():
            yield number, line


def read_command(line: bytes, *, who: str | None = None) -> Command:
    """One command from one line; `who` acts where the line does not say."""
    value = _object(line)
    if who is not None:
        value.setdefault("as", who)
    named = value.get("do")
    if named not in _TAGS:
        raise Malformed(_unknown(named))
    try:
        return msgspec.convert(value, Assess) if named == "assess" else deciders.convert(value)
    except msgspec.ValidationError as error:
        kind = next(kind for kind in _COMMANDS if kind.__struct_config__.tag == named)
        raise Malformed(f"this is no {named} command: {_plainly(error, kind)}") from error


def _object(line: bytes) -> dict[str, Any]:
    if b"\0" in line:
        raise Malformed("a zero byte came, as in UTF-16; save the file as UTF-8")
    try:
        text = line.decode("utf-8")
        value = json.loads(
            text, object_pairs_hook=_once, parse_int=_whole, parse_float=_no_fraction, parse_constant=_no_fraction
        )
        msgspec.json.encode(value)
    except UnicodeDecodeError as error:
        raise Malformed(
            f"the byte {line[error.start]:#04x} at {error.start} is not UTF-8; save the file as UTF-8"
        ) from error
    except UnicodeEncodeError as error:
        raise Malformed("half of a surrogate pair came in a text; write the whole character") from error
    except json.JSONDecodeError as error:
        raise Malformed(
            f"this is not JSON: {error.msg} at character {error.pos + 1}; give one object a line"
        ) from error
    except RecursionError as error:
        raise Malformed("the JSON is nested too deeply; a command is an object of a few levels") from error
    if not isinstance(value, dict):
        raise Malformed(f'a command is a JSON object, as {{"id": …, "do": …}}; a {type(value).__name__} came')
    return value


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise Malformed(f"the member {twice[:80]!r} came twice; give it once")
    return members


def _whole(literal: str) -> int:
    if len(literal) > 16 or abs(number := int(literal)) >= 1 << 53:
        raise Malformed(f"the number {literal[:40]} came; numbers are below 2 to the 53rd")
    return number if literal[0] != "-" else -abs(number)


def _no_fraction(literal: str) -> NoReturn:
    raise Malformed(f"the number {literal[:40]} came; give whole pence, basis points or marks")


def _unknown(named: object) -> str:
    if not isinstance(named, str):
        return f"the line does not say what to do; give 'do', one of {', '.join(_TAGS)}"
    near = difflib.get_close_matches(named[:80], _TAGS, n=1)
    alike = [tag for tag in _TAGS if tag[:1] == named[:1]]  # all of them are too many for a sentence
    meant = f"did you mean {near[0]}?" if near else f"expected a command such as {', '.join(alike[:12] or _TAGS[:12])}"
    return f"nothing is called {named[:80]!r} here; {meant}"


def _plainly(error: msgspec.ValidationError, kind: type[Command]) -> str:
    """The library's sentence as one that says what to write, with the place in front: `bids: …`."""
    said, _, place = str(error)[:500].partition(" - at `$")
    where = place.removesuffix("`").lstrip(".")
    return f"{where}: {_asked(said, where, kind)}" if where else _asked(said, where, kind)


def _asked(said: str, where: str, kind: type[Command]) -> str:
    if found := re.fullmatch(r"Object missing required field `(.+)`", said):
        return f"the member {found[1]} is missing; give it"
    if found := re.fullmatch(r"Object contains unknown field `(.+)`", said):
        near = difflib.get_close_matches(found[1], [] if where else kind.__struct_encode_fields__, n=1)
        return f"there is no member {found[1]}; " + (f"did you mean {near[0]}?" if near else "leave it out")
    for pattern, form in _FORMS.items():
        if repr(pattern)[1:-1] in said or pattern in said:
            return f"expected {form}"
    if said.startswith("Invalid enum value") and (values := _values(kind, where)):
        return f"{said.removeprefix('Invalid enum value ')} came; expected one of {', '.join(values)}"
    return f"{said}; correct it"


def _values(kind: type[Command], where: str) -> list[str]:
    """What a member of a fixed list may be; nothing where the place is deeper in the command."""
    hints = get_type_hints(kind)
    names = dict(zip(kind.__struct_encode_fields__, kind.__struct_fields__, strict=True))
    return [value for value in get_args(hints.get(names.get(where, ""))) if isinstance(value, str)]
