"""FJ, the one byte sequence for a value: a profile of RFC 8785 (wire format, section 2).

- No floats; integers within 2^53 - 1 of zero.
- Object keys match `[A-Za-z0-9_./:-]{1,256}`, so that byte order is UTF-16 order.
- Strings are valid Unicode without lone surrogates and without U+0000.
- Objects and arrays stand at most 16 deep, counting the outermost as 1; the whole is at most 49,152 bytes.
- What does not re-encode to itself, byte for byte, is refused.
"""

import re
from functools import lru_cache
from typing import Any, NoReturn

import msgspec

from fairplace.errors import Malformed

MAX_BYTES = 49_152
MAX_DEPTH = 16
MAX_INTEGER = 9_007_199_254_740_991

_KEY = re.compile(r"[A-Za-z0-9_./:-]{1,256}")


def _no_float(literal: str) -> NoReturn:
    raise Malformed(f"the number {literal[:40]} came; only whole numbers may stand in canonical JSON")


# "sorted", not "deterministic": the latter leaves the fields of a Struct in declared order.
_encode = msgspec.json.Encoder(order="sorted").encode
_decode = msgspec.json.Decoder(float_hook=_no_float).decode


def encode(value: Any) -> bytes:
    """The canonical bytes of a value made of dict, list, tuple, str, int, bool and None."""
    _walk(value, MAX_DEPTH)
    try:
        data = _encode(value)
    except UnicodeEncodeError as error:
        raise Malformed("a lone surrogate came in a string; canonical JSON holds valid Unicode only") from error
    if len(data) > MAX_BYTES:
        raise Malformed(f"canonical JSON of {len(data)} bytes came; at most {MAX_BYTES} are allowed")
    return data


def decode(data: bytes) -> Any:
    """The value of canonical bytes; anything that is not byte-equal to its own encoding is refused."""
    if len(data) > MAX_BYTES:
        raise Malformed(f"canonical JSON of {len(data)} bytes came; at most {MAX_BYTES} are allowed")
    try:
        value = _decode(data.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise Malformed(f"the byte {data[error.start]:#04x} at {error.start} is not UTF-8") from error
    except msgspec.DecodeError as error:
        raise Malformed(f"this is not JSON: {error}") from error
    except (RecursionError, MemoryError) as error:
        raise Malformed(f"the JSON is nested too deeply; at most {MAX_DEPTH} levels are allowed") from error
    _walk(value, MAX_DEPTH)
    if (expected := _encode(value)) != data:
        raise Malformed(_difference(data, expected))
    return value


@lru_cache(maxsize=4096)  # the same few member names come in every event
def _is_key(key: Any) -> bool:
    return type(key) is str and _KEY.fullmatch(key) is not None


def _walk(value: Any, depth: int) -> None:
    """Rules 1 to 4 of the profile. `depth` is how many levels are left."""
    kind = type(value)
    if kind is str:
        if "\0" in value:
            raise Malformed("the character U+0000 came in a string; it may not stand in canonical JSON")
    elif kind is int:
        if not -MAX_INTEGER <= value <= MAX_INTEGER:
            raise Malformed(f"an integer outside -{MAX_INTEGER} to {MAX_INTEGER} came; write it as a string")
    elif kind is dict or kind is list or kind is tuple:
        if not depth:
            raise Malformed(f"the JSON is nested too deeply; at most {MAX_DEPTH} levels are allowed")
        if kind is dict:
            for key in value:
                if not _is_key(key):
                    raise Malformed(f"the key {str(key)[:80]!r} came; keys match {_KEY.pattern}")
            value = value.values()
        for item in value:
            if type(item) is not str or "\0" in item:  # most values are strings: no call for those
                _walk(item, depth - 1)
    elif value is not None and kind is not bool:
        raise Malformed(f"a value of type {kind.__name__} came; canonical JSON has none of that type")


def _difference(came: bytes, expected: bytes) -> str:
    """Where two byte strings part, in a sentence short enough to read."""
    at = next(
        (i for i, (a, b) in enumerate(zip(came, expected, strict=False)) if a != b), min(len(came), len(expected))
    )
    return (
        f"this JSON is not canonical: at byte {at} came {came[at : at + 16]!r},"
        f" the canonical form has {expected[at : at + 16]!r}"
    )
