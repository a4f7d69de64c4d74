"""A page of this register that somebody saved, read again: what it says it was made from, and its marked words.

- Plain HTML, or the one file (MHTML) that some browsers write. It is only read; nothing in it is run or fetched.
- The words are compared with what is public now, as the script in the browser does (published format, section 16).
"""

from __future__ import annotations

import base64
import quopri
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from fairplace import formats, markup
from fairplace.errors import Malformed
from fairplace.http.made_from import FORMAT
from fairplace.ledger import canonical

MOST_STEPS = 5000
MOST_LETTERS = 4_000_000
MOST_PARTS = 1000
MOST_OF_FIELDS = 65_536
MOST_PLACES = 1_000_000
"""Places of the record that the marked parts of one page name, all in all."""
MOST_WITHIN = 8
"""Marked parts within one another."""
VOID = frozenset(["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"])

_MIME = re.compile(rb"(?:From: |MIME-Version: |Content-Type: multipart/related)", re.IGNORECASE)
_BOUNDARY = re.compile(r'boundary=(?:"([^"]{1,200})"|([^\s;"]{1,200}))', re.IGNORECASE)
_BLANK = re.compile(rb"\r?\n\r?\n")
_FOLD = re.compile(r"\r?\n[ \t]+")
_PATH = re.compile(r"([0-9]*)(/.*)")
_SPACE = re.compile(r"\s+")


class MadeFrom(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The attribute `data-made-from`."""

    checkpoint: str
    format: str
    page: str
    steps: list[tuple[int, str]]


class Marked(msgspec.Struct, frozen=True):
    """A part of the page that comes from the record: where from, how it is written, and what the page says."""

    source: str
    way: str
    text: str


class SavedPage(msgspec.Struct, frozen=True):
    made_from: MadeFrom
    words: list[Marked]


def is_page(data: bytes) -> bool:
    return bool(_MIME.match(data)) or _begins_as_html(data[:4096].decode("utf-8-sig", "replace"))


def _begins_as_html(text: str) -> bool:
    for token in markup.tokens(text):
        match token:
            case markup.Comment(words=words) if words.lower().startswith("doctype html"):
                return True
            case markup.Comment():
                pass
            case markup.Start(name=name):
                return name in ("html", "head", "body")
            case str() if not token.strip():
                pass
            case _:
                return False
    return False


def read(data: bytes) -> SavedPage:
    """Raises Malformed when the page says nothing of what it was made from."""
    page = _html(data).decode("utf-8", "replace")
    if len(page) > MOST_LETTERS:
        raise Malformed(
            f"the page has {len(page):,} letters; this server reads {MOST_LETTERS:,} at most: give a proof instead"
        )
    reader = _Reader()
    for token in markup.tokens(page):
        reader.take(token)
    try:
        found = msgspec.json.decode(reader.made_from, type=MadeFrom)
    except msgspec.MsgspecError as error:
        raise Malformed("the page does not say which steps of a register it was made from") from error
    if found.format != FORMAT or len(found.steps) > MOST_STEPS:
        raise Malformed("what the page says it was made from is of another form than is known here")
    return SavedPage(found, reader.words)


def _html(data: bytes) -> bytes:
    """The page itself, out of the one file of RFC 2557 where it is one: its first part that is a page."""
    if not _MIME.match(data):
        return data
    fields, start = _fields(data, 0)
    boundary = _BOUNDARY.search(fields.get("content-type", ""))
    if boundary is None:
        return _decoded(fields, data[start:])
    line = f"--{boundary[1] or boundary[2]}".encode("ascii", "replace")
    begin = data.find(line, start)
    for _ in range(MOST_PARTS):
        if begin < 0:
            break
        end = data.find(line, begin + len(line))
        fields, start = _fields(data, data.find(b"\n", begin) + 1)
        if fields.get("content-type", "").lower().startswith("text/html"):
            return _decoded(fields, data[start : end if end >= 0 else len(data)])
        begin = end
    raise Malformed("the file has no page in it")


def _fields(data: bytes, start: int) -> tuple[dict[str, str], int]:
    """The fields of a message or of a part (RFC 5322, section 2.2) by their names, and where what follows begins."""
    end = _BLANK.search(data, start, start + MOST_OF_FIELDS)
    if end is None:
        raise Malformed("no saved page could be read in the file; save the page again, as one file")
    text = _FOLD.sub(" ", data[start : end.start()].decode("latin-1"))
    named = (line.partition(":") for line in text.splitlines())
    return {name.strip().lower(): value.strip() for name, colon, value in named if colon}, end.end()


def _decoded(fields: Mapping[str, str], data: bytes) -> bytes:
    """RFC 2045, section 6."""
    match fields.get("content-transfer-encoding", "").lower():
        case "quoted-printable":
            return quopri.decodestring(data)
        case "base64":
            try:
                return base64.b64decode(data)
            except ValueError as error:
                raise Malformed("the page in the file is damaged; save it again") from error
        case _:
            return data


class _Element(msgspec.Struct, frozen=True):
    """An element that is not closed yet. `start`: how many texts came before it."""

    name: str
    marked: Marked | None
    start: int


class _Reader:
    """Collects the attribute, and the text of every marked part. What it takes grows with the page alone."""

    def __init__(self) -> None:
        self.made_from = ""
        self.words: list[Marked] = []
        self._open: list[_Element] = []
        self._names: Counter[str] = Counter()
        self._within = 0
        self._texts: list[str] = []

    def take(self, token: markup.Token) -> None:
        match token:
            case str() if self._within:
                self._texts.append(token)
            case markup.Start(name=name, attributes=attributes):
                self._begin(name, attributes)
            case markup.End(name=name):
                self._end(name)
            case _:
                pass

    def _begin(self, name: str, attributes: Mapping[str, str]) -> None:
        self.made_from = self.made_from or attributes.get("data-made-from", "")
        if name in VOID:
            return
        source = attributes.get("data-from")
        marked = Marked(source, attributes.get("data-as") or "text", "") if source else None
        self._open.append(_Element(name, marked, len(self._texts)))
        self._names[name] += 1
        self._within += marked is not None
        if self._within > MOST_WITHIN:
            raise Malformed("marked parts of the page lie within one another, deeper than in any page of a register")

    def _end(self, name: str) -> None:
        while self._names[name]:
            one = self._open.pop()
            self._names[one.name] -= 1
            if one.marked:
                self._within -= 1
                text = "".join(self._texts[one.start :])
                self.words.append(Marked(one.marked.source, one.marked.way, text))
            if not self._within:
                self._texts.clear()
            if one.name == name:
                return


def _whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


WAYS: Mapping[str, Any] = {
    "text": lambda value: value if isinstance(value, str) else None,
    "number": lambda value: str(value) if _whole(value) else None,
    "bracketed": lambda value: f"({value})" if _whole(value) else None,
    "money": lambda value: formats.money(value) if _whole(value) else None,
    "points": lambda value: formats.points(value) if _whole(value) else None,
    "json": lambda value: value if isinstance(value, str) else canonical.encode(value).decode(),
}


def compared(words: list[Marked], steps: Mapping[int, Mapping[str, Any]]) -> tuple[int, list[str], list[Marked]]:
    """How many marked parts say what the record says, what the others would have to say, and which are not public now.

    `steps` are the opened parts of each step, by slot.
    """
    places = sum(1 if path[:1].isdigit() else len(steps) for one in words for path in one.source.split(" "))
    if places > MOST_PLACES:
        raise Malformed(f"the page names {places:,} places of the record; this server looks up {MOST_PLACES:,} at most")
    same, closed, different = 0, list[Marked](), list[str]()
    for one in words:
        way = WAYS.get(one.way, lambda _: None)
        rights = [text for value in _values(one.source, steps) if (text := way(value)) is not None]
        if not rights:
            closed.append(one)
        elif _bare(one.text) in map(_bare, rights):
            same += 1
        else:
            different.append(f"the page says “{_bare(one.text)[:60]}” where the record says “{rights[0][:60]}”")
    return same, different, [one for one in closed if one.way in WAYS]


def _bare(text: str) -> str:
    return _SPACE.sub("", text)


def _values(source: str, steps: Mapping[int, Mapping[str, Any]]) -> Iterator[Any]:
    for path in source.split(" "):
        if not (found := _PATH.fullmatch(path)):
            continue
        index, names = found[1], found[2].split("/")[1:]
        for place in [int(index[:18])] if index else list(steps):
            for slot, value in steps.get(place, {}).items():
                own = slot.split("/")[1:]
                if len(own) <= len(names) and all(a in (b, "*") for a, b in zip(names, own, strict=False)):
                    yield from _inside(value, names[len(own) :])


def _inside(value: Any, names: list[str]) -> Iterator[Any]:
    if not names:
        yield value
    elif isinstance(value, list):
        for i, one in enumerate(value):
            if names[0] in ("*", str(i)):
                yield from _inside(one, names[1:])
    elif isinstance(value, dict):
        for name, one in value.items():
            if names[0] in ("*", name):
                yield from _inside(one, names[1:])
