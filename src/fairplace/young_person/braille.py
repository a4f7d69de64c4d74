"""Text in uncontracted Unified English Braille, as a file for an embosser or a braille display (BRF).

- Each braille cell is one character of North American ASCII Braille; a line has 40 cells, a page 25 lines.
- Capital letters, capital words, numbers and punctuation follow The Rules of Unified English Braille (2nd edition, 2013),
  sections 6 to 8. An accent is left out; a character that has no cell here is left out.
"""

from __future__ import annotations

import re
import textwrap
import unicodedata

CELLS = 40
LINES = 25

_CAPITAL, _CAPITAL_WORD, _NUMBER, _LETTER = ",", ",,", "#", ";"
_DIGITS = {"1": "A", "2": "B", "3": "C", "4": "D", "5": "E", "6": "F", "7": "G", "8": "H", "9": "I", "0": "J"}
_MARKS = {
    ".": "4", ",": "1", ";": "2", ":": "3", "!": "6", "?": "8", "'": "'", "-": "-", "(": '"<', ")": '">', "/": "_/",
    "\u2019": "'", "\u2018": ",8", "\u201c": "8", "\u201d": "0", "\u2013": ",-", "\u2014": ",-", "&": "@&",
}  # fmt: skip


def cells(text: str) -> str:
    """One line of text, unwrapped, as ASCII Braille."""
    plain = "".join(one for one in unicodedata.normalize("NFD", text) if not unicodedata.combining(one))
    return re.sub(r"\S+", lambda word: _word(word[0]), plain).strip()


def _word(word: str) -> str:
    found: list[str] = []
    letters = [one for one in word if one.isascii() and one.isalpha()]
    whole = len(letters) > 1 and all(one.isupper() for one in letters)
    numeric = False
    for place, one in enumerate(word):
        if one in _DIGITS:
            found.append(_DIGITS[one] if numeric else _NUMBER + _DIGITS[one])
            numeric = True
        elif one.isascii() and one.isalpha():
            if whole and one is letters[0] and place == word.index(one):
                found.append(_CAPITAL_WORD)
            elif not whole and one.isupper():
                found.append(_CAPITAL)
            elif numeric and one in "abcdefghij":
                found.append(_LETTER)  # else it would be read as a digit
            found.append(one.upper())
            numeric = False
        elif one in _MARKS:
            found.append(_MARKS[one])
            numeric = numeric and one in ".,"  # a decimal point or a comma goes on with the number
    return "".join(found)


def file(paragraphs: list[str]) -> bytes:
    """A BRF file: each paragraph begins in the third cell, pages end with a form feed."""
    lines = [
        line
        for paragraph in paragraphs
        for line in textwrap.wrap(
            cells(paragraph), CELLS, initial_indent="  ", break_long_words=True, break_on_hyphens=False
        )
    ]
    pages = [lines[start : start + LINES] for start in range(0, len(lines), LINES)] or [[]]
    return "".join("".join(f"{line}\r\n" for line in page) + "\f" for page in pages).encode("ascii")
