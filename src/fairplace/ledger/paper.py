"""A checkpoint on paper: five lines that a letter can carry and a person can type (wire format, section 8).

- The root is written as hexadecimal, 16 bytes a line in groups of four digits, each line with a check of two digits.
- A check covers origin, size and the number of its line, so that a slip of the pen is found in the line where it is.
- Paper is a witness that nobody can call back: whoever kept the letter can show that the log was changed since.
"""

from __future__ import annotations

import hashlib
import re

from fairplace.errors import Malformed
from fairplace.ledger.note import check_origin, parse_note, tree_head

FIRST_LINE = "fairplace checkpoint 1"


def printed(note: bytes) -> str:
    """The five lines of a checkpoint as it is published, each with its line feed. Signatures stay off the paper."""
    return lines(*tree_head(parse_note(note)[0]))


def lines(origin: str, size: int, root: bytes) -> str:
    """The same of a tree head."""
    digits = root.hex().upper()
    halves = [_line(origin, size, number, digits[at : at + 32]) for number, at in ((1, 0), (2, 32))]
    return "\n".join([FIRST_LINE, origin, f"size {size}", *halves, ""])


def short_code(index: int, leaf: bytes) -> str:
    """An entry as it can be read out on the telephone: its number, and the first four bytes of its leaf hash."""
    digits = leaf.hex().upper()
    return f"{index}-{digits[:4]}-{digits[4:8]}"


_READ = re.compile(
    r"fairplace\s+checkpoint\s+1\s+([!-~]{1,200})\s+size\s+([0-9]{1,19})\s+((?:[0-9A-FOIL]\s*){68})",
    re.IGNORECASE,
)
_LOOK_ALIKE = str.maketrans("OIL", "011")


def read(text: str) -> tuple[str, int, bytes]:
    """Origin, size and root of a checkpoint that was typed or scanned, wherever it stands in the text.

    Raises Malformed when there is none, or with the line whose check fails.
    """
    if not (found := _READ.search(text)):
        raise Malformed("no checkpoint in five lines stands in this text; it begins with 'fairplace checkpoint 1'")
    origin, size = found[1].lower(), int(found[2])
    check_origin(origin)
    digits = "".join(found[3].upper().split()).translate(_LOOK_ALIKE)
    halves = digits[:32], digits[34:66]
    for number, half, came in ((1, halves[0], digits[32:34]), (2, halves[1], digits[66:])):
        if check(origin, size, number, half) != came:
            raise Malformed(
                f"line {number + 3} does not fit its check {came}: a digit of it, the log's name or the size was misread"
            )
    return origin, size, bytes.fromhex("".join(halves))


def _line(origin: str, size: int, number: int, digits: str) -> str:
    groups = [digits[at : at + 4] for at in range(0, 32, 4)]
    return " ".join([*groups, check(origin, size, number, digits)])


def check(origin: str, size: int, number: int, digits: str) -> str:
    """The last two digits of a line: the first byte of the SHA-256 of all that they guard."""
    return hashlib.sha256(f"{origin}\n{size}\n{number}\n{digits}".encode("ascii")).hexdigest()[:2].upper()
