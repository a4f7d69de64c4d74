"""Letters as Word files: the same bytes each time, the same words as the page, and nothing that could act."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime

from docx import Document

from fairplace.giving.letters import Letter, letter
from fairplace.giving.paper import Heading, Table, Words
from fairplace.giving.word import docx
from tests.giving.test_letters import FRAME
from tests.story import BIRCH, open_competition


def made(one: Letter) -> bytes:
    return docx(one.parts, title=one.subject, author=FRAME.authority, at=one.decided_at)


def birch() -> Letter:
    return letter(open_competition(until="noticed").history, BIRCH.id, FRAME)


def test_the_same_letter_gives_the_same_bytes() -> None:
    assert made(birch()) == made(birch())
    with zipfile.ZipFile(io.BytesIO(made(birch()))) as archive:
        assert {one.date_time for one in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert archive.testzip() is None


def test_it_reads_back_as_the_words_of_the_page() -> None:
    one = birch()
    paper = Document(io.BytesIO(made(one)))
    read = [paragraph.text for paragraph in paper.paragraphs]
    for part in one.parts:
        if isinstance(part, Heading | Words):
            assert part.words in read
    tables = [part for part in one.parts if isinstance(part, Table)]
    assert len(paper.tables) == len(tables)
    for drawn, part in zip(paper.tables, tables, strict=True):
        assert [tuple(cell.text for cell in row.cells) for row in drawn.rows] == [part.columns, *part.rows]


def test_its_properties_name_the_authority_and_the_day_of_the_decision() -> None:
    said = Document(io.BytesIO(made(birch()))).core_properties
    assert (said.author, said.last_modified_by, said.comments) == ("Northbrook Council", "Northbrook Council", "")
    assert said.created == said.modified
    assert said.created is not None
    assert said.created.replace(tzinfo=None) == datetime(2026, 4, 9, 9, 1)  # noqa: DTZ001 - the file has no zone


def test_nothing_in_it_can_act_or_fetch() -> None:
    with zipfile.ZipFile(io.BytesIO(made(birch()))) as archive:
        names = archive.namelist()
        assert not [name for name in names if "vba" in name.lower() or "embed" in name.lower() or name.endswith(".bin")]
        for name in names:
            data = archive.read(name)
            assert b"TargetMode" not in data, name
            assert b"w:instrText" not in data, name
            assert b"w:fldSimple" not in data, name


def test_hostile_words_are_words() -> None:
    hostile = "<w:p>&amp; =cmd|' /C calc'!A0 \x0b\x00\ud800 \u202egnp.exe </w:p>"
    parts = (Heading(hostile), Words(hostile), Table(hostile, (hostile,), ((hostile,),)))
    paper = Document(io.BytesIO(docx(parts, title=hostile, author=hostile * 50, at="2026-04-09T09:01:00.000Z")))
    kept = "<w:p>&amp; =cmd|' /C calc'!A0  gnp.exe </w:p>"
    assert [one.text for one in paper.paragraphs][:2] == [kept, kept]
    assert paper.tables[0].cell(1, 0).text == kept
