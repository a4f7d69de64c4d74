"""Ways to spoil bytes: each takes good bytes and chance, and gives others. They know nothing of what they spoil."""

from __future__ import annotations

import re
from collections.abc import Callable
from random import Random

Mutator = Callable[[bytes, Random], bytes]

MOST = 400_000
NUMBER = re.compile(rb"-?[0-9]+")
WORDS = [
    *(
        b"",
        b"\0",
        b"\n",
        b"\n\n",
        b"\r\n",
        b" ",
        b"\t",
        b"\xff",
        b"\xc3",
        b"\xed\xa0\x80",
        b"\xe2\x80\x94 ",
        b"\xef\xbb\xbf",
    ),
    *(b"{", b"}", b"[", b"]", b'"', b"\\u0000", b"\\ud800", b"null", b"true", b"-0", b"1e5", b"1.0", b"NaN", b"[" * 40),
    *(b"=", b"==", b"+", b"/", b"-", b"_", b"~", b"--\n", b"PK\3\4", b"PK\1\2", b"PK\5\6", b"c2sp.org/tlog-proof@v1\n"),
    *(b"9" * 30, b"0", b"00", b"4294967295", b"9223372036854775808", b"quorum none\n", b"fairplace checkpoint 1\n"),
]
NUMBERS = [0, 1, -1, 2**31 - 1, 2**31, 2**32 - 1, 2**53 - 1, 2**53, 2**63, 2**64 - 1, 10**18, 10**30]


def flip(data: bytes, chance: Random) -> bytes:
    at = chance.randrange(len(data))
    return data[:at] + bytes([data[at] ^ 1 << chance.randrange(8)]) + data[at + 1 :]


def replace(data: bytes, chance: Random) -> bytes:
    at = chance.randrange(len(data))
    return data[:at] + chance.randbytes(chance.choice((1, 1, 1, 2, 4))) + data[at + 1 :]


def truncate(data: bytes, chance: Random) -> bytes:
    return data[: chance.randrange(len(data))]


def behead(data: bytes, chance: Random) -> bytes:
    return data[chance.randrange(len(data)) :]


def cut(data: bytes, chance: Random) -> bytes:
    start = chance.randrange(len(data))
    return data[:start] + data[start + chance.choice((1, 2, 8, 64, len(data) // 4 + 1)) :]


def repeat(data: bytes, chance: Random) -> bytes:
    start = chance.randrange(len(data))
    piece = data[start : start + chance.choice((1, 2, 8, 64, len(data) // 4 + 1))]
    return data[:start] + piece * chance.choice((2, 2, 3, 50)) + data[start + len(piece) :]


def insert(data: bytes, chance: Random) -> bytes:
    at = chance.randrange(len(data) + 1)
    return data[:at] + chance.choice(WORDS) + data[at:]


def overwrite(data: bytes, chance: Random) -> bytes:
    at, word = chance.randrange(len(data)), chance.choice(WORDS)
    return data[:at] + word + data[at + len(word) :]


def renumber(data: bytes, chance: Random) -> bytes:
    found = list(NUMBER.finditer(data))
    if not found:
        return insert(data, chance)
    one = chance.choice(found)
    return data[: one.start()] + str(chance.choice(NUMBERS)).encode() + data[one.end() :]


def swap_lines(data: bytes, chance: Random) -> bytes:
    lines = data.split(b"\n")
    one, two = chance.randrange(len(lines)), chance.randrange(len(lines))
    lines[one], lines[two] = lines[two], lines[one]
    return b"\n".join(lines)


def drop_line(data: bytes, chance: Random) -> bytes:
    lines = data.split(b"\n")
    del lines[chance.randrange(len(lines))]
    return b"\n".join(lines)


def recase(data: bytes, chance: Random) -> bytes:
    at = chance.randrange(len(data))
    return data[:at] + data[at : at + 8].swapcase() + data[at + 8 :]


MUTATORS: tuple[Mutator, ...] = (
    *(flip, flip, replace, truncate, behead, cut, repeat, insert, insert, overwrite, renumber, swap_lines, drop_line),
    recase,
)


def spoiled(data: bytes, chance: Random) -> bytes:
    """One to four of them, one after the other."""
    for _ in range(chance.choice((1, 1, 1, 2, 3, 4))):
        data = chance.choice(MUTATORS)(data or b"\0", chance)[:MOST]
    return data
