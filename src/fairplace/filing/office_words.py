"""The words of Word, Excel and OpenDocument text files: paragraphs and cells, notes and comments, headers, links, alternative texts.

- Deleted words that a tracked change keeps are read, too: they are in the file.
- What is in the file and of no kind that is read here is said to be unread, whatever it is called.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from datetime import date, datetime

import openpyxl
from lxml import etree
from openpyxl.utils.cell import column_index_from_string
from PIL import Image

from fairplace.filing import kinds
from fairplace.filing.passages import Passage, Unread, may_hold_words

MOST_CELLS = 200_000
"""Cells and rows that are read; a row that is left out counts as well."""
MOST_PART = 40_000_000
"""Bytes of one part that are read."""

_PARSER = etree.XMLParser(
    resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False, remove_comments=True, remove_pis=True
)
_PICTURE = re.compile(r"\.(?:png|jpe?g|gif|bmp|tiff?|emf|wmf|svg)$", re.IGNORECASE)
_NO_WORDS = re.compile(r"mimetype|layout-cache|.*\.(?:psmdcp|odttf|ttf|otf|fntdata)|xl/printerSettings/.*|(?:docProps|Thumbnails)/thumbnail\..*", re.IGNORECASE)  # fmt: skip
"""Parts that are no text and no picture of what stands in the document: fonts, where lines break, settings of a printer."""
_OF_THE_FILE = re.compile(r"docProps/.*|meta\.xml|settings\.xml|META-INF/.*", re.IGNORECASE)
"""Parts that say who made the file, when and with what: the copy for others loses that."""
_PARAGRAPHS = frozenset({"p", "h", "si"})
_TEXTS = frozenset({"t", "delText", "instrText"})
_BREAKS = {"tab": "\t", "br": "\n", "cr": "\n", "line-break": "\n", "s": " "}
_SAID = frozenset({
    "descr", "title", "alt", "Target", "href", "oddHeader", "oddFooter", "displayText", "prompt", "promptTitle", "error",
    "errorTitle", "tooltip", "display", "string-value",
})  # fmt: skip
"""Attributes that hold what somebody wrote: alternative texts, where links lead, choices, hints."""
_SAID_BY = frozenset({"alias", "tag", "docVar", "helpText", "statusText", "default"})
"""Elements that hold it as their `val`."""
_KEPT_ROWS = "xl/pivotCache/"
"""Parts with rows that a pivot table was made of, each value as its `v`: they stay when the sheet is gone."""
_APART = etree.XPath("//text()[normalize-space()][not(ancestor::*[local-name()='p' or local-name()='h' or local-name()='si' or local-name()='v' or local-name()='text'])]")  # fmt: skip
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
            name = one.filename
            if one.is_dir() or _NO_WORDS.fullmatch(name):
                continue
            if name.lower().endswith((".xml", ".rels", ".vml", ".rdf")):
                if one.file_size > MOST_PART:
                    yield Unread(what=f"its part {name[:80]}, which is too large")
                else:
                    yield from _part(kinds.small(archive, name, MOST_PART), name)
            elif _PICTURE.search(name):
                pictures += _may_hold_words(archive, one)
            else:
                yield Unread(what=f"its part {name[:80]}, of a kind that is not read")
        if pictures:
            yield Unread(what="one picture in it" if pictures == 1 else f"{pictures} pictures in it")


def _may_hold_words(archive: zipfile.ZipFile, one: zipfile.ZipInfo) -> bool:
    """A picture whose size cannot be told may."""
    try:
        with archive.open(one) as data, Image.open(data, formats=["PNG", "JPEG", "GIF", "BMP"]) as picture:
            return may_hold_words(*picture.size)
    except (SyntaxError, Image.DecompressionBombError, *kinds.DAMAGE):
        return True


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
        yield from _sheet(root, name)
    elif not _OF_THE_FILE.fullmatch(name):
        yield Passage(place=place or "words outside of the paragraphs", words="\n".join(map(str, _APART(root))))
    for element in root.iter(etree.Element):
        local = etree.QName(element).localname
        if local in _PARAGRAPHS:
            number += local != "si"
            yield Passage(place=place or f"paragraph {number}", words=_words(element))
        elif not name.startswith("xl/worksheets/") and (local == "v" or (local == "text" and name.startswith("xl/"))):
            yield Passage(place=place or "a chart", words="".join(element.itertext()))
        if local == "Relationship" and element.get("TargetMode") != "External":
            continue  # one part of the file names another
        for attribute, value in element.attrib.items():
            called = etree.QName(attribute).localname
            if called == "v" and name.startswith(_KEPT_ROWS):
                yield Passage(place="the rows behind a pivot table", words=str(value))
            elif (called in _SAID or (called == "val" and local in _SAID_BY)) and value.strip():
                yield Passage(place="a link or the description of a picture", words=str(value).removeprefix("mailto:"))


def _sheet(root: etree._Element, name: str) -> Iterator[Passage | Unread]:
    """What stands in a sheet beside the values of its cells: formulas, what cells hold themselves, headers.

    Cells and rows that do not stand in their order are left out by whoever reads on from one to the next.
    """
    for element in root.iter("{*}f", "{*}t", "{*}formula1", "{*}formula2"):
        yield Passage(place="a cell", words=element.text or "")
    for element in root.iter("{*}oddHeader", "{*}oddFooter", "{*}evenHeader", "{*}evenFooter", "{*}firstHeader", "{*}firstFooter"):  # fmt: skip
        yield Passage(place="a header or footer of a sheet", words=element.text or "")
    row = 0
    for each in root.iter("{*}row"):
        before, row = row, int(each.get("r") or row + 1)
        columns = [column_index_from_string(re.sub(r"[^A-Z]", "", str(one.get("r")))) for one in each.iter("{*}c") if one.get("r")]  # fmt: skip
        if row <= before or columns != sorted(set(columns)):
            yield Unread(what=f"its part {name[:80]}, whose cells do not stand in their order")
            return


def _place(name: str) -> str:
    """Where words of a part stand; empty for the text itself, of which paragraphs are counted."""
    last = re.sub(r"\d*\.xml$", "", name.rsplit("/", 1)[-1])
    if last in ("document", "content"):
        return ""
    if name == "xl/sharedStrings.xml":
        return "a cell"
    return next((words for known, words in _PLACES.items() if last.startswith(known)), "a part beside the text")


def _words(paragraph: etree._Element) -> str:
    """The letters of one paragraph in their order, however often the program cut them into runs; those of another inside
    it are its own.
    """
    found: list[str] = []
    walk = etree.iterwalk(paragraph, events=("start", "end"))
    for event, element in walk:
        name = etree.QName(element)
        inside = "opendocument" in (name.namespace or "")
        if event == "end":
            found.append((element.tail or "") if inside and element is not paragraph else "")
        elif name.localname in _PARAGRAPHS and element is not paragraph:
            walk.skip_subtree()
        else:
            found.append(_BREAKS.get(name.localname, ""))
            found.append((element.text or "") if inside or name.localname in _TEXTS else "")
    return "".join(found)


def _cells(data: bytes) -> Iterator[Passage | Unread]:
    """Each row of each sheet, hidden ones too; a day is written as one, as a reader sees it."""
    book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
    left = MOST_CELLS
    try:
        for sheet in book.worksheets:
            yield Passage(place="the name of a sheet", words=sheet.title)
            sheet.reset_dimensions()  # a sheet may say that it is smaller than it is
            for number, row in enumerate(sheet.iter_rows(values_only=True), 1):
                left -= max(len(row), 1)
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
