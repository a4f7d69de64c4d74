"""Braille as an embosser takes it: what the rules of Unified English Braille say, sign by sign."""

import string

import pytest

from fairplace.young_person.braille import CELLS, LINES, cells, file


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("you can stay", "YOU CAN STAY"),
        ("You", ",YOU"),  # section 8.3: one capital
        ("NHS", ",,NHS"),  # section 8.4: a capital word
        ("I", ",I"),
        ("18 miles", "#AH MILES"),  # section 6.1
        ("3 March 2026.", "#C ,MARCH #BJBF4"),  # uncontracted
        ("2b", "#B;B"),  # section 6.5: a letter that would be read as a digit
        ("2m", "#BM"),
        ("1,000.5", "#A1JJJ4E"),
        ("can't", "CAN'T"),
        ("Why?", ",WHY8"),
        ("(free)", '"<FREE">'),
        ("Zoë’s", ",ZOE'S"),
        ("a\u202eb", "AB"),
    ],
)
def test_a_text_is_written_sign_by_sign(text: str, expected: str) -> None:
    assert cells(text) == expected


def test_a_file_has_only_cells_lines_and_pages() -> None:
    made = file(["A sentence that goes on for much longer than a line of braille has room for. " * 30])
    pages = made.decode("ascii").split("\f")
    assert pages[-1] == ""
    for page in pages[:-1]:
        lines = page.split("\r\n")[:-1]
        assert 1 <= len(lines) <= LINES
        assert all(len(line) <= CELLS for line in lines)
    allowed = set(string.ascii_uppercase + string.digits + string.punctuation + " \r\n\f") - set(string.ascii_lowercase)
    assert set(made.decode("ascii")) <= allowed


def test_no_text_makes_an_empty_page() -> None:
    assert file([]) == b"\f"
