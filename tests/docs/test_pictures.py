"""The pictures of the how-to pages: made by the tests, small, described for those who do not see them, and none idle."""

from __future__ import annotations

import re
from pathlib import Path

from PIL import Image

from tests.browser.pictures import PHONE, PICTURES, TALLEST

ROOT = Path(__file__).parent.parent.parent
PAGES = ROOT / "docs/how-to"
LARGEST = 60_000
"""Bytes of one picture."""

SHOWN = re.compile(r"!\[([^\]]*)\]\(([^)]+)\)")


def shown() -> list[tuple[str, str]]:
    """Each picture of a page: its words, and its file."""
    return [found for page in sorted(PAGES.glob("*.md")) for found in SHOWN.findall(page.read_text("utf-8"))]


def test_each_picture_is_shown_and_each_that_is_shown_is_there() -> None:
    files = {f"pictures/{path.name}" for path in (PAGES / "pictures").iterdir()}
    assert files == {f"pictures/{name}.png" for name, _ in PICTURES.values()}
    assert {file for _, file in shown()} == files


def test_each_picture_has_words_for_those_who_do_not_see_it() -> None:
    words = [words for words, _ in shown()]
    assert len(words) == len(set(words)) >= 10
    assert [one for one in words if len(one) < 25] == []


def test_each_picture_is_small() -> None:
    for name, width in PICTURES.values():
        path = PAGES / f"pictures/{name}.png"
        assert path.stat().st_size <= LARGEST, name
        with Image.open(path) as picture:
            assert (picture.format, picture.mode, picture.size) == ("PNG", "P", (width, TALLEST)), name
            assert picture.info.keys() <= {"transparency"}, f"{name} says more than it shows"
    assert any(width == PHONE for _, width in PICTURES.values())


def test_each_picture_is_made_by_a_story_that_make_pictures_tells() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    [told] = re.findall(r"^PICTURED := (.+)$", makefile, re.MULTILINE)
    stories = "".join((ROOT / f"tests/browser/{one}.py").read_text("utf-8") for one in told.split())
    looks = set(re.findall(r'(?:look|seen)\([^"]*"([^"]+)"\)', stories))
    assert sorted(set(PICTURES) - looks) == []
