"""The words of Word, Excel and OpenDocument text files: paragraphs and cells, notes and comments, headers, links, alternative texts.

Deleted words that a tracked change keeps are read, too: they are in the file.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from datetime import date, datetime

import openpyxl
from lxml import etree

from fairplace.filing import kinds
from fairplace.filing.passages import Passage, Unread

MOST_CELLS = 200_000
MOST_PART = 40_000_000
"""Bytes of one part that are read."""
SMALLEST_PICTURE = 3_000
"""Bytes of a picture file: a smaller one is a bullet or a line, and holds no words."""

_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False)
_PICTURE = re.compile(r"\.(?:png|jpe?g|gif|bmp|tiff?|emf|wmf|svg)$", re.IGNORECASE)
_TEXTS = frozenset({"t", "delText", "instrText"})
_BREAKS = {"tab": "\t", "br": "\n", "cr": "\n", "line-break": "\n", "s": " "}
_SAID = frozenset({"descr", "title", "alt", "Target", "href", "oddHeader", "oddFooter"})
"""Attributes that hold what somebody wrote: alternative texts, and where links lead."""
_PLACES = {"header": "a header", "footer": "a footer", "comments": "a comment", "footnotes": "a footnote", "endnotes": "an endnote", "styles": "the styles"}  # fmt: skip


def passages(data: bytes, media: str) -> Iterator[Passage | Unread]:
    """Everything in the file that is words. Raises what reading a damaged container raises."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = archive.infolist()
        kinds.check_members(members)
        if media == kinds.XLSX:
            yield from _cells(data)
        pictures = 0
        for one in members:
            if one.filename.lower().endswith((".xml", ".rels", ".vml")):
                if one.file_size > MOST_PART:
                    yield Unread(what=f"its part {one.filename[:80]}, which is too large")
                else:
                    yield from _part(kinds.small(archive, one.filename, MOST_PART), one.filename)
            elif _PICTURE.search(one.filename) and one.file_size >= SMALLEST_PICTURE:
                pictures += 1
        if pictures:
            yield Unread(what="one picture in it" if pictures == 1 else f"{pictures} pictures in it")


def _part(data: bytes, name: str) -> Iterator[Passage | Unread]:
    if not data.strip():
        return
    try:
        root = etree.fromstring(data, _PARSER)
    except etree.XMLSyntaxError:
        yield Unread(what=f"its part {name[:80]}, which is damaged")
        return
    place, number = _place(name), 0
    if name.startswith("xl/worksheets/"):
        for element in root.iter("{*}oddHeader", "{*}oddFooter", "{*}evenHeader", "{*}evenFooter", "{*}firstHeader"):
            yield Passage(place="a header or footer of a sheet", words=element.text or "")
        return
    for element in root.iter(etree.Element):
        local = etree.QName(element).localname
        if local in ("p", "h", "si"):
            number += local != "si"
            yield Passage(place=place or f"paragraph {number}", words=_words(element))
        elif local == "v" or (local == "text" and name.startswith("xl/")):
            yield Passage(place=place or "a chart", words="".join(element.itertext()))
        if local == "Relationship" and element.get("TargetMode") != "External":
            continue  # one part of the file names another
        for attribute, value in element.attrib.items():
            if etree.QName(attribute).localname in _SAID and value.strip():
                yield Passage(place="a link or the description of a picture", words=str(value).removeprefix("mailto:"))


def _place(name: str) -> str:
    """Where words of a part stand; empty for the text itself, of which paragraphs are counted."""
    last = re.sub(r"\d*\.xml$", "", name.rsplit("/", 1)[-1])
    if last in ("document", "content"):
        return ""
    if name == "xl/sharedStrings.xml":
        return "a cell"
    return next((words for known, words in _PLACES.items() if last.startswith(known)), "a part beside the text")


def _words(paragraph: etree._Element) -> str:
    """The letters of one paragraph in their order, however often the program cut them into runs."""
    found: list[str] = []
    for element in paragraph.iter(etree.Element):
        local = etree.QName(element).localname
        inside = "opendocument" in (etree.QName(element).namespace or "")
        found.append(_BREAKS.get(local, ""))
        if inside or local in _TEXTS:
            found.append(element.text or "")
        if inside and element is not paragraph:
            found.append(element.tail or "")
    return "".join(found)


def _cells(data: bytes) -> Iterator[Passage | Unread]:
    """Each row of each sheet, hidden ones too; a day is written as one, as a reader sees it."""
    book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
    left = MOST_CELLS
    try:
        for sheet in book.worksheets:
            yield Passage(place="the name of a sheet", words=sheet.title)
            for number, row in enumerate(sheet.iter_rows(values_only=True), 1):
                left -= len(row)
                if left < 0:
                    yield Unread(what=f"what comes after row {number} of sheet {sheet.title[:40]}")
                    return
                if words := [_cell(value) for value in row if value is not None]:
                    yield Passage(place=f"sheet {sheet.title[:40]}, row {number}", words=" | ".join(words))
    finally:
        book.close()


def _cell(value: object) -> str:
    if isinstance(value, datetime):
        return value.date().isoformat()
    return value.isoformat() if isinstance(value, date) else str(value)
