"""A large JSON file, cut into the releases or records in it, in bounded memory.

- Only brackets and strings are told apart here; every piece, and what stands around the pieces, is then read by the
  standard library, so that nothing passes that is not sound JSON.
- Numbers stay exact; one that no program could hold comes as a text.
- A piece, what stands around the pieces, and the depth have bounds; what is beyond them is refused or left out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import Any, BinaryIO, NoReturn

from fairplace.errors import Malformed

MAX_PIECE = 8 << 20
"""Bytes of one release, or of all that stands around the releases."""
MAX_OBJECTS = 200_000
"""Objects and lists in one release."""
MAX_DEPTH = 64
FAR_BEYOND = 10
"""A release so many times over its bounds is no release: the file is refused, and nobody reads on for minutes."""

LISTS = ("releases", "records")

_CHUNK = 1 << 20
_KEYS = {f'"{name}"'.encode() for name in LISTS}
# Possessive, so that no text makes them try again (Python 3.11).
_PLAIN = re.compile(rb'[^"{}\[\]\\]*+')
_STRING = re.compile(rb'"(?:[^"\\]++|\\.)*+"', re.DOTALL)
_WITHIN = re.compile(rb'(?:[^"{}\[\]\\]++|"(?:[^"\\]++|\\.)*+")*+', re.DOTALL)


class Doubled(dict[str, Any]):
    """An object in which a member came twice; the last one counts."""


def value_of(data: bytes) -> Any:
    """The value of one JSON text. Raises Malformed when it is none; the message says why."""
    try:
        return _decoder.decode(data.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise Malformed("not all of it is UTF-8") from error
    except json.JSONDecodeError as error:
        raise Malformed(error.msg[:1].lower() + error.msg[1:]) from error


class Cutter:
    """Cuts one stream. `pieces` gives the objects and lists in `releases`, in `records`, or in a bare list.

    `around` is what is left: there each piece is an empty object or list.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self.around = bytearray()
        self._stream = stream
        self._depth = 0
        self._level: int | None = None  # at this depth a piece begins
        self._is_list = False
        self._is_begun = False
        self._key = b""
        self._piece: bytearray | None = None
        self._opened = b""
        self._size = self._objects = 0
        self._is_too_large = False

    def pieces(self) -> Iterator[bytes | None]:
        """One piece after the other; None for one that is beyond the bounds."""
        buffer, at = b"", 0
        while True:
            found = (_PLAIN if self._piece is None else _WITHIN).match(buffer, at)
            assert found is not None  # both match nothing, too
            self._keep(found[0])
            at = found.end()
            token = buffer[at : at + 1]
            if token in (b"{", b"["):
                self._open(token)
                at += 1
            elif token in (b"}", b"]"):
                at += 1
                if self._close(token):
                    yield None if self._is_too_large or self._piece is None else bytes(self._piece)
                    self._piece = None
            elif token == b'"' and self._piece is None and (text := _STRING.match(buffer, at)):
                self._key = text[0]
                self._keep(text[0])
                at = text.end()
            elif token == b"\\":
                raise Malformed("a backslash stands outside a text")
            else:
                if len(buffer) - at > MAX_PIECE:
                    raise Malformed(f"it has a text of more than {MAX_PIECE >> 20} MiB")
                more = self._stream.read(_CHUNK)
                if not more:
                    break
                buffer, at = buffer[at:] + more, 0
        if self._depth or at < len(buffer):
            raise Malformed("it ends in the middle")

    def _open(self, token: bytes) -> None:
        if self._depth == 0 and self._is_begun:
            raise Malformed("something follows after its end; put each document into a file of its own")
        if self._depth == MAX_DEPTH:
            raise Malformed(f"it is nested more than {MAX_DEPTH} deep")
        if self._depth == self._level and self._piece is None:
            self._piece, self._opened, self._is_too_large = bytearray(), token, False
            self._size = self._objects = 0
        self._objects += 1
        self._keep(token)
        self._depth += 1
        if self._depth == 1:
            self._is_begun, self._is_list = True, token == b"["
            self._level = 1 if self._is_list else None
        elif self._depth == 2 and not self._is_list and token == b"[" and self._key in _KEYS:
            self._level = 2

    def _close(self, token: bytes) -> bool:
        """Is a piece whole now?"""
        self._keep(token)
        self._depth -= 1
        if self._depth < 0:
            raise Malformed("a bracket is closed that was not opened")
        if self._piece is not None and self._depth == self._level:
            self.around += b"{}" if self._opened == b"{" else b"[]"
            return True
        if self._depth == 1 and not self._is_list:
            self._level = None
        return False

    def _keep(self, data: bytes) -> None:
        if self._piece is None:
            self.around += data
            if self._depth == 0 and data.strip():
                self._refuse_outside(data)
            if len(self.around) > MAX_PIECE:
                raise Malformed(f"it has more than {MAX_PIECE >> 20} MiB outside lists of releases")
        else:
            self._size += len(data)
            over = max(self._size / MAX_PIECE, self._objects / MAX_OBJECTS)
            if over > FAR_BEYOND:
                raise Malformed("it has a release of a size that no release has")
            self._is_too_large = over > 1
            if self._is_too_large:
                self._piece.clear()
            else:
                self._piece += data

    def _refuse_outside(self, data: bytes) -> None:
        if self._is_begun and data not in (b"}", b"]"):
            raise Malformed("something follows after its end; put each document into a file of its own")
        if not self._is_begun and data not in (b"{", b"["):
            raise Malformed("it begins with neither { nor [")


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    return found if len(found) == len(pairs) else Doubled(found)


def _whole(text: str) -> int | Decimal:
    """A whole number; Python turns thousands of digits into an int only slowly, or not at all."""
    return int(text) if len(text) <= 18 else Decimal(text)


def _fraction(text: str) -> Decimal | str:
    try:
        return Decimal(text)
    except InvalidOperation:  # an exponent of many digits
        return text


def _constant(text: str) -> NoReturn:
    raise Malformed(f"{text} is no JSON")


_decoder = json.JSONDecoder(
    object_pairs_hook=_members, parse_int=_whole, parse_float=_fraction, parse_constant=_constant
)
