"""Which letters the codes of a PDF font mean, and how wide they are (ISO 32000-1, section 9).

- A map to Unicode counts before an encoding; an encoding by names of glyphs counts before a built-in one.
- A code that nothing maps is `LOST`: whoever reads says that there was writing that could not be told.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator, Mapping
from html.entities import name2codepoint

import msgspec
import pikepdf

LOST = "\ufffd"
MOST_MAP = 2_000_000
"""Bytes of one map to Unicode."""
MOST_CODES = 70_000
_SYMBOLIC = 4
"""Table 123: a font whose letters are not those of the standard set."""

_NAMED = {
    "space": " ", "nbspace": " ", "period": ".", "comma": ",", "hyphen": "-", "minus": "-", "at": "@", "slash": "/", "colon": ":",
    "semicolon": ";", "parenleft": "(", "parenright": ")", "quotesingle": "'", "quoteright": "’", "quoteleft": "‘", "quotedblleft": "“",
    "quotedblright": "”", "quotedbl": '"', "underscore": "_", "plus": "+", "ampersand": "&", "exclam": "!", "question": "?", "numbersign": "#",
    "endash": "–", "emdash": "—", "bullet": "•", "sterling": "£", "percent": "%", "equal": "=", "asterisk": "*", "fi": "fi", "fl": "fl", "ff": "ff",
    "ffi": "ffi", "ffl": "ffl", "germandbls": "ß", "zero": "0", "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6",
    "seven": "7", "eight": "8", "nine": "9", "bracketleft": "[", "bracketright": "]", "less": "<", "greater": ">", "bar": "|",
    "backslash": "\\", "asciitilde": "~", "asciicircum": "^", "grave": "`", "dollar": "$", "braceleft": "{", "braceright": "}", "Euro": "€",
}  # fmt: skip


class Font(msgspec.Struct, frozen=True, kw_only=True):
    """A font as far as words need it: code to letters, code to width in thousandths, and bytes (`step`) of a code."""

    letters: Mapping[int, str]
    widths: Mapping[int, float]
    width: float
    step: int
    size: int = 0  # bytes of its map to Unicode, unpacked

    def read(self, data: bytes) -> Iterator[tuple[str, float]]:
        """The letters of each code in a string, with its width."""
        for at in range(0, len(data) - self.step + 1, self.step):
            code = int.from_bytes(data[at : at + self.step])
            yield self.letters.get(code, LOST), self.widths.get(code, self.width)


def font_of(given: pikepdf.Object) -> Font:
    """The font of a resource. Raises what reading a damaged PDF raises."""
    data = unpacked(given.get("/ToUnicode"), MOST_MAP) or b""
    mapped = _mapped(data)
    if str(given.get("/Subtype", "")) == "/Type0":
        below = given.get("/DescendantFonts")
        inner = below[0] if isinstance(below, pikepdf.Array) and len(below) else pikepdf.Dictionary()
        return Font(
            letters=mapped,
            widths=dict(_cid_widths(inner)),
            width=_number(inner.get("/DW"), 1000),
            step=2,
            size=len(data),
        )
    letters = {**_encoded(given), **mapped}
    first, widths = int(_number(given.get("/FirstChar"), 0)), given.get("/Widths")
    known = {first + n: _number(one, 500) for n, one in enumerate(widths)} if isinstance(widths, pikepdf.Array) else {}
    if str(given.get("/Subtype", "")) == "/Type3":  # its widths are in units of its own
        known = {}
    return Font(letters=letters, widths=known, width=500, step=1, size=len(data))


def unpacked(stream: object, most: int) -> bytes | None:
    """The bytes of a stream that is packed in no way or in the usual one; None when that cannot be told within `most`."""
    if not isinstance(stream, pikepdf.Stream):
        return None
    given, data = stream.get("/Filter"), stream.read_raw_bytes()
    filters = [str(one) for one in given] if isinstance(given, pikepdf.Array) else [str(given)] if given else []
    if filters == ["/FlateDecode"]:
        try:
            data = zlib.decompressobj().decompress(data, most + 1)
        except zlib.error:
            return None
    elif filters:
        return None
    return data if len(data) <= most else None


def _number(value: object, otherwise: float) -> float:
    try:
        return float(value)  # type: ignore[arg-type]  # whatever is no number is caught
    except (TypeError, ValueError):
        return otherwise


def _cid_widths(font: pikepdf.Object) -> Iterator[tuple[int, float]]:
    """Section 9.7.4.3: `c [w1 w2 …]`, or `first last w`."""
    given = font.get("/W")
    parts = list(given)[:MOST_CODES] if isinstance(given, pikepdf.Array) else []
    at, left = 0, MOST_CODES
    while at + 1 < len(parts) and left > 0:
        first = int(_number(parts[at], 0))
        following = parts[at + 1]
        if isinstance(following, pikepdf.Array):
            yield from ((first + n, _number(one, 1000)) for n, one in enumerate(following))
            at += 2
        elif at + 2 < len(parts):
            last = min(int(_number(following, 0)), first + left)
            left -= max(last - first, 0) + 1
            yield from ((code, _number(parts[at + 2], 1000)) for code in range(first, last + 1))
            at += 3
        else:
            return


_TOKEN = re.compile(rb"<([0-9A-Fa-f\s]*)>|\[|\]|begin(?:bfchar|bfrange)|end(?:bfchar|bfrange)")


def _mapped(data: bytes) -> dict[int, str]:
    """A map to Unicode (section 9.10.3): single codes, and ranges of them."""
    found: dict[int, str] = {}
    within, inside = b"", False
    given: list[bytes] = []
    for token in _TOKEN.finditer(data):
        word = token[0]
        if word.startswith(b"begin"):
            within, given = word[5:], []
        elif word.startswith(b"end"):
            within = b""
        elif not within or len(found) > MOST_CODES:
            continue
        elif word == b"[":
            inside = True
        elif word == b"]":
            given, inside = [], False
        else:
            code = bytes.fromhex(
                (token[1] if len(token[1].split()) < 2 else b"".join(token[1].split())).decode().zfill(2)
            )
            given.append(code)
            if within == b"bfchar" and len(given) == 2:
                found[int.from_bytes(given[0])] = _utf16(given[1])
                given = []
            elif within == b"bfrange" and inside and len(given) > 2:
                found[int.from_bytes(given[0]) + len(given) - 3] = _utf16(given[-1])
            elif within == b"bfrange" and not inside and len(given) == 3:
                found.update(_range(*given))
                given = []
    return found


def _range(first: bytes, last: bytes, start: bytes) -> Iterator[tuple[int, str]]:
    low, high, letter = int.from_bytes(first), int.from_bytes(last), int.from_bytes(start)
    for n in range(min(high - low + 1, 65_536)):
        yield low + n, _utf16((letter + n).to_bytes(max(len(start), 2), "big"))


def _utf16(data: bytes) -> str:
    return (data if len(data) % 2 == 0 else b"\0" + data).decode("utf-16-be", "replace")


def _encoded(font: pikepdf.Object) -> dict[int, str]:
    """Codes of a simple font by its encoding (section 9.6.6); none for a symbolic font that brings its own."""
    given = font.get("/Encoding")
    base, differences = "", None
    if isinstance(given, pikepdf.Dictionary):
        base, differences = str(given.get("/BaseEncoding", "")), given.get("/Differences")
    elif isinstance(given, pikepdf.Name):
        base = str(given)
    described = font.get("/FontDescriptor")
    flags = int(_number(described.get("/Flags"), 0)) if isinstance(described, pikepdf.Dictionary) else 0
    own = str(font.get("/Subtype", "")) == "/Type3" or (flags & _SYMBOLIC and not base)
    page = "mac_roman" if base == "/MacRomanEncoding" else "cp1252"
    found = {} if own else {code: bytes([code]).decode(page, "replace") for code in range(32, 256)}
    code = 0
    for one in list(differences)[:1024] if isinstance(differences, pikepdf.Array) else ():
        if isinstance(one, pikepdf.Name):
            found[code] = _glyph(str(one)[1:])
            code += 1
        else:
            code = int(_number(one, 0))
    return found


def _glyph(name: str) -> str:
    """Adobe Glyph List specification, section 2, as far as letters of Latin script go."""
    name = name.split(".", maxsplit=1)[0]
    if len(name) == 1:
        return name
    if name in _NAMED:
        return _NAMED[name]
    if name in name2codepoint:
        return chr(name2codepoint[name])
    if (hexadecimal := re.fullmatch(r"(?:uni|u)([0-9A-F]{4,6})", name)) and int(hexadecimal[1], 16) < 0x110000:
        return chr(int(hexadecimal[1], 16))
    return LOST
