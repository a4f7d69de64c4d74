"""A page of this register that somebody saved, read again: what it says it was made from, and its marked words.

- Plain HTML, or the one file (MHTML) that some browsers write. It is only read; nothing in it is run or fetched.
- The words are compared with what is public now, as the script in the browser does (published format, section 16).
"""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from typing import Any

import msgspec

from fairplace import formats
from fairplace.errors import Malformed
from fairplace.http.made_from import FORMAT
from fairplace.ledger import canonical

MOST_STEPS = 5000
VOID = frozenset(["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"])

_HTML = re.compile(rb"\s*(?:<!--.*?-->\s*)*<(?:!doctype html|html|head|body)[\s>]", re.IGNORECASE | re.DOTALL)
_MIME = re.compile(rb"(?:From: |MIME-Version: |Content-Type: multipart/related)", re.IGNORECASE)
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
    return bool(_HTML.match(data[:4096].removeprefix(b"\xef\xbb\xbf")) or _MIME.match(data))


def read(data: bytes) -> SavedPage:
    """Raises Malformed when the page says nothing of what it was made from."""
    reader = _Reader()
    reader.feed(_html(data).decode("utf-8", "replace"))
    reader.close()
    try:
        found = msgspec.json.decode(reader.made_from, type=MadeFrom)
    except msgspec.MsgspecError as error:
        raise Malformed("the page does not say which steps of a register it was made from") from error
    if found.format != FORMAT or len(found.steps) > MOST_STEPS:
        raise Malformed("what the page says it was made from is of another form than is known here")
    return SavedPage(found, reader.words)


def _html(data: bytes) -> bytes:
    """The page itself, out of the one file of RFC 2557 where it is one."""
    if not _MIME.match(data):
        return data
    for part in email.message_from_bytes(data, policy=email.policy.default).walk():
        if part.get_content_type() == "text/html":
            found = part.get_payload(decode=True)
            return found if isinstance(found, bytes) else b""
    raise Malformed("the file has no page in it")


class _Reader(HTMLParser):
    """Collects the attribute, and the text of every marked part."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.made_from = ""
        self.words: list[Marked] = []
        self._open: list[tuple[str, Marked | None, list[str]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.made_from = self.made_from or found.get("data-made-from") or ""
        if tag in VOID:
            return
        source = found.get("data-from")
        marked = Marked(source, found.get("data-as") or "text", "") if source else None
        self._open.append((tag, marked, []))

    def handle_data(self, data: str) -> None:
        for _, marked, text in self._open:
            if marked:
                text.append(data)

    def handle_endtag(self, tag: str) -> None:
        if all(one != tag for one, _, _ in self._open):
            return
        while self._open:
            name, marked, text = self._open.pop()
            if marked:
                self.words.append(Marked(marked.source, marked.way, "".join(text)))
            if name == tag:
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
