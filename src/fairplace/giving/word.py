"""A paper as a Word file: the same paper gives the same bytes.

- It has no macro, no field, no link and no picture of another place: text, headings and tables alone.
- Every date in it is that of the decision it tells of, and its author is the authority.
- What people wrote stands in it as text; characters that XML cannot hold are taken out.
"""

from __future__ import annotations

import io
import re
import zipfile
from datetime import UTC, datetime

from docx import Document
from docx.document import Document as Paper
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt
from docx.table import Table as DrawnTable

from fairplace.giving.paper import Exact, Heading, Part, Parts, Table, Words
from fairplace.terms import Instant, moment

MEDIA = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff\u202a-\u202e\u2066-\u2069]")
"""What XML cannot hold, and marks that turn the direction of what follows."""

_ZIPPED_AT = (1980, 1, 1, 0, 0, 0)
"""The date of every member of the container: the earliest that the format knows."""


def docx(parts: Parts, *, title: str, author: str, at: Instant) -> bytes:
    """The file. `at`: the moment that it gives as its own."""
    paper = Document()
    _named(paper, title, author, moment(at))
    _styled(paper)
    for part in parts:
        _add(paper, part)
    target = io.BytesIO()
    paper.save(target)
    return _settled(target.getvalue())


def _named(paper: Paper, title: str, author: str, at: datetime) -> None:
    said = paper.core_properties
    said.title, said.author, said.last_modified_by = _fit(title)[:255], _fit(author)[:255], _fit(author)[:255]
    said.comments, said.keywords, said.category, said.subject = "", "", "", ""
    said.created = said.modified = at.astimezone(UTC).replace(tzinfo=None, microsecond=0)
    said.language, said.revision = "en-GB", 1


def _styled(paper: Paper) -> None:
    """A4, a plain typeface at 11 points, and a language that a screen reader can read aloud."""
    section = paper.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.5)
    normal = paper.styles["Normal"]
    normal.font.name, normal.font.size = "Arial", Pt(11)
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), "en-GB")
    normal.element.get_or_add_rPr().append(language)


def _add(paper: Paper, part: Part) -> None:
    match part:
        case Heading(words=words, level=level):
            paper.add_heading(_fit(words), level)
        case Words(words=words):
            paper.add_paragraph(_fit(words))  # a line feed becomes a break of the line
        case Exact(lines=lines):
            run = paper.add_paragraph().add_run(_fit("\n".join(lines)))
            run.font.name, run.font.size = "Courier New", Pt(9)
        case Table():
            _add_table(paper, part)


def _add_table(paper: Paper, part: Table) -> None:
    caption = paper.add_paragraph()
    caption.add_run(_fit(part.caption)).bold = True
    caption.paragraph_format.keep_with_next = True
    table = paper.add_table(rows=1 + len(part.rows), cols=len(part.columns), style="Table Grid")
    _headed(table)
    for number, row in enumerate((part.columns, *part.rows)):
        for column, words in enumerate(row):
            paragraph = table.cell(number, column).paragraphs[0]
            paragraph.add_run(_fit(words)).bold = number == 0
            if column in part.numbers:
                paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    paper.add_paragraph()


def _headed(table: DrawnTable) -> None:
    """The first row is a heading: a screen reader names it, and it is repeated on the next page."""
    mark = OxmlElement("w:tblHeader")
    mark.set(qn("w:val"), "true")
    table.rows[0]._tr.get_or_add_trPr().append(mark)  # noqa: SLF001 - python-docx has no public door to it


def _fit(words: str) -> str:
    return _UNFIT.sub("", words)


def _settled(data: bytes) -> bytes:
    """The same container with its members in one order, without the times at which they were written."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as given, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
        names = sorted(given.namelist(), key=lambda name: (name != "[Content_Types].xml", name))
        for name in names:
            member = zipfile.ZipInfo(name, _ZIPPED_AT)
            member.compress_type, member.external_attr, member.create_system = zipfile.ZIP_DEFLATED, 0o600 << 16, 3
            made.writestr(member, given.read(name))
    return target.getvalue()
