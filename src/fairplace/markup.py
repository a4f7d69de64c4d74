"""HTML that somebody else wrote, read once from its beginning to its end: what it is made of, and the words in it.

- The time grows with the length and with nothing else: what is never closed is read to the end once, as browsers do. The
  library's own parser looks for the same end again at each beginning, and sixty kilobytes hold it up for minutes.
- As in browsers (HTML standard, section 13.2.5): a `>` within quotes ends no tag, of two attributes of one name the first
  counts, and in scripts and styles nothing but their own end is markup.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import NamedTuple


class Start(NamedTuple):
    """A tag that begins an element. Names are in small letters."""

    name: str
    attributes: Mapping[str, str]


class End(NamedTuple):
    name: str


class Comment(NamedTuple):
    words: str


Token = str | Start | End | Comment
"""A string is text, with its references resolved."""

_RAW = frozenset({"script", "style", "xmp", "iframe", "noembed", "noframes"})
_TEXT_ALONE = frozenset({"textarea", "title"})
_NAME = re.compile(r"[a-zA-Z][^\s/>]*")
_BETWEEN = re.compile(r"[\s/]*")
_ATTRIBUTE = re.compile(r"=?[^\s/>=]*")
_EQUALS = re.compile(r"\s*=\s*")
_BARE = re.compile(r"[^\s>]*")
_HUGE = re.compile(r"&#(?:[0-9]{1000,}|[xX][0-9a-fA-F]{1000,});?")
"""A number that no letter has; whoever makes it out is held up, or stops."""


def unescaped(text: str) -> str:
    return html.unescape(_HUGE.sub("\ufffd", text)) if "&" in text else text


def tokens(markup: str) -> Iterator[Token]:
    """What it is made of, in order. What is never closed is a text to the end, so that nothing of it is unseen."""
    place = 0
    while place < len(markup):
        begin = markup.find("<", place)
        if begin < 0:
            begin = len(markup)
        if begin > place:
            yield unescaped(markup[place:begin])
        if begin == len(markup):
            return
        place, found = _token(markup, begin)
        yield found
        if isinstance(found, Start) and found.name in _RAW | _TEXT_ALONE:
            end = _end_of(found.name).search(markup, place)
            stop = end.start() if end else len(markup)
            if stop > place:
                yield markup[place:stop] if found.name in _RAW else unescaped(markup[place:stop])
            place = stop


@cache
def _end_of(name: str) -> re.Pattern[str]:
    return re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE | re.ASCII)


def _token(markup: str, begin: int) -> tuple[int, Token]:
    """What begins at a `<`, and where it ends."""
    if markup.startswith("<!--", begin):
        for short in ("<!-->", "<!--->"):
            if markup.startswith(short, begin):
                return begin + len(short), Comment("")
        return _until(markup, begin, begin + 4, "-->")
    ends = markup.startswith("</", begin)
    named = _NAME.match(markup, begin + 1 + ends)
    if named is None:
        if ends or markup.startswith(("<!", "<?"), begin):
            return _until(markup, begin, begin + 2, ">")
        return begin + 1, "<"
    stop, attributes = _attributes(markup, named.end())
    if stop < 0:
        return len(markup), unescaped(markup[begin:])
    name = named[0].lower()
    return stop, End(name) if ends else Start(name, attributes)


def _until(markup: str, begin: int, start: int, end: str) -> tuple[int, Token]:
    stop = markup.find(end, start)
    return (len(markup), markup[begin:]) if stop < 0 else (stop + len(end), Comment(markup[start:stop]))


def _attributes(markup: str, place: int) -> tuple[int, dict[str, str]]:
    """The attributes of a tag and where it ends; -1 when it never does."""
    found: dict[str, str] = {}
    while True:
        place = _end(_BETWEEN, markup, place)
        if place >= len(markup):
            return -1, found
        if markup[place] == ">":
            return place + 1, found
        start, place = place, _end(_ATTRIBUTE, markup, place)
        name, value = markup[start:place].lower(), ""
        if equals := _EQUALS.match(markup, place):
            place = equals.end()
            quote = markup[place : place + 1]
            if quote in ("'", '"'):
                stop = markup.find(quote, place + 1)
                if stop < 0:
                    return -1, found
                value, place = markup[place + 1 : stop], stop + 1
            else:
                start, place = place, _end(_BARE, markup, place)
                value = markup[start:place]
        found.setdefault(name, unescaped(value))


def _end(pattern: re.Pattern[str], markup: str, place: int) -> int:
    found = pattern.match(markup, place)
    assert found is not None  # each matches nothing, too
    return found.end()


# Words

_WITHIN_A_LINE = frozenset({
    "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em", "font", "i", "ins", "kbd",
    "label", "mark", "q", "s", "samp", "small", "span", "strike", "strong", "sub", "sup", "time", "tt", "u", "var", "wbr",
})  # fmt: skip
_NOT_SHOWN = frozenset({"script", "style", "title", "template"})


def words(markup: str) -> str:
    """The words that a reader of the page sees, a line for each part of it."""
    found: list[str] = []
    unseen = 0
    for token in tokens(markup):
        match token:
            case str() if not unseen:
                found.append(token)
            case Start(name=name) | End(name=name) if name in _NOT_SHOWN:
                unseen = max(0, unseen + (1 if isinstance(token, Start) else -1))
            case Start(name=name) | End(name=name) if name not in _WITHIN_A_LINE:
                found.append("\n")
            case _:
                pass
    return _lines("".join(found))


def all_words(markup: str) -> str:
    """Every word that stands in it, whether a page shows it or not: of hidden parts, attributes and comments too."""
    shown: list[str] = []
    beside: list[str] = []
    for token in tokens(markup):
        match token:
            case str():
                shown.append(token)
            case Start(name=name, attributes=attributes):
                beside += attributes.values()
                shown.append("" if name in _WITHIN_A_LINE else "\n")
            case Comment(words=said):
                beside.append(said)
            case End(name=name) if name not in _WITHIN_A_LINE:
                shown.append("\n")
            case _:
                pass
    return _lines("\n".join(["".join(shown), *beside]))


def _lines(text: str) -> str:
    lines = (" ".join(line.split()) for line in text.split("\n"))
    return "\n".join(line for line in lines if line)
