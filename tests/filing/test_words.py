"""The words of documents: what is read of each kind, and that what is not read is said."""

from __future__ import annotations

import io
import random
from datetime import date

import openpyxl
import pikepdf
import pytest
from docx import Document
from openpyxl.comments import Comment
from PIL import Image

from fairplace.filing import kinds, pdf_words
from fairplace.filing.words import plainly, words_of
from tests.filing import made
from tests.filing.test_spoiled import FILES, spoiled
from tests.matrix import many


def read(data: bytes) -> str:
    return "\n".join(f"{one.place}: {one.words}" for one in words_of(data, kinds.media_of(data)).passages)


def unread(data: bytes) -> str:
    return "; ".join(words_of(data, kinds.media_of(data)).unread)


def printed(markup: str) -> bytes:
    """A PDF as a program prints it: fonts cut down to the letters used, each under a number of its own."""
    weasyprint = pytest.importorskip("weasyprint")
    found: bytes = weasyprint.HTML(string=markup).write_pdf()
    return found


def drawn(steps: str, **root: object) -> bytes:
    """A page of a PDF by what draws it."""
    target = io.BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page(page_size=(400, 400))
        page = pdf.pages[0]
        page.Contents = pdf.make_stream(steps.encode("latin-1"))
        font = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
        page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font, **root))
        pdf.save(target)
    return target.getvalue()


def test_a_printed_pdf_is_read_page_by_page() -> None:
    data = printed(
        "<h1>Référence</h1><p style='letter-spacing:4px'>943 476 5919</p><p>an office, ﬁne</p>"
        "<p style='break-before:page'>The <a href='mailto:gran@example.org'>grandmother</a></p>"
    )
    words = read(data)
    assert "page 1: Référence\n943 476 5919\nan office, fine" in words
    assert "page 2: The grandmother" in words
    assert "gran@example.org" in words, "where a link leads is read, too"
    assert unread(data) == ""


@pytest.mark.parametrize(
    "steps",
    [
        "BT /F1 12 Tf 20 100 Td (943 476 5919) Tj ET",
        "BT /F1 12 Tf 20 100 Td [(943) -400 (476) -400 (5919)] TJ ET",
        "BT /F1 12 Tf 1 0 0 1 20 100 Tm (943) Tj 1 0 0 1 45 100 Tm (476) Tj 1 0 0 1 70 100 Tm (5919) Tj ET",
        "q 2 0 0 2 0 0 cm BT /F1 6 Tf 20 100 Td <393433203437362035393139> Tj ET Q",
        "BT /F1 12 Tf 14 TL 20 100 Td (Number) Tj (943 476 5919) ' ET",
    ],
    ids=["one", "apart", "placed", "turned", "next line"],
)
def test_however_a_pdf_places_its_letters_they_are_words(steps: str) -> None:
    assert "943 476 5919" in read(drawn(steps))


def test_a_pdf_tells_its_notes_and_pieces_that_pages_share() -> None:
    assert "Read again" in read(made.pdf())
    target = io.BytesIO()
    with pikepdf.open(io.BytesIO(drawn("/P1 Do"))) as pdf:
        page = pdf.pages[0]
        piece = pdf.make_stream(b"BT /F1 12 Tf (inside a piece) Tj ET")
        piece.Type, piece.Subtype, piece.BBox = pikepdf.Name.XObject, pikepdf.Name.Form, [0, 0, 9, 9]
        piece.Resources = page.obj.Resources
        page.obj.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(P1=piece))
        pdf.save(target)
    assert "page 1: inside a piece" in read(target.getvalue())


def test_a_scanned_page_is_said_to_be_unread() -> None:
    target = io.BytesIO()
    Image.new("RGB", (300, 400), (250, 250, 250)).save(target, "PDF")
    assert unread(target.getvalue()) == "a picture on page 1"
    assert unread(made.png()) == "it is a picture, and pictures are not read"
    assert unread(made.locked_pdf()) == "all of it: it is protected by a password"
    assert unread(drawn("0 0 100 100 re f")) == "page 1, which has drawings and no words"


def test_writing_that_does_not_tell_its_letters_is_said_to_be_unread() -> None:
    own = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type0, Encoding=pikepdf.Name("/Identity-H"))
    assert unread(drawn("BT /F2 12 Tf <00010002> Tj ET", F2=own)) == (
        "writing on page 1 in a font that does not tell its letters"
    )


def test_a_pdf_that_draws_without_end_is_left_off_and_said_to_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf_words, "MOST_STEPS", 50)
    data = drawn("BT /F1 12 Tf (a) Tj ET " * 100)
    assert "cannot be unpacked" in unread(data)
    monkeypatch.setattr(pdf_words, "MOST_STEPS", 400_000)
    monkeypatch.setattr(pdf_words, "MOST_BYTES", 100)
    assert "cannot be unpacked" in unread(data)


def test_a_word_file_is_read_with_headers_comments_and_what_was_deleted() -> None:
    paper = Document()
    line = paper.add_paragraph()
    for piece in ("943 4", "76 59", "19"):
        line.add_run(piece)
    paper.add_table(1, 1).cell(0, 0).text = "in a cell"
    paper.sections[0].header.paragraphs[0].text = "in the header"
    paper.add_comment(line.runs, text="in a comment", author="A", initials="A")
    target = io.BytesIO()
    paper.save(target)
    deleted = b'<w:p><w:del w:id="1" w:author="A"><w:r><w:delText>was deleted</w:delText></w:r></w:del></w:p>'
    data = made.changed(
        target.getvalue(), {}, {"word/document.xml": lambda old: old.replace(b"<w:sectPr", deleted + b"<w:sectPr", 1)}
    )
    words = read(data)
    for said in ("paragraph 1: 943 476 5919", "paragraph 2: in a cell", "a header: in the header", "a comment: in a comment", "was deleted"):  # fmt: skip
        assert said in words, said


def test_a_workbook_is_read_as_a_reader_sees_it_hidden_sheets_too() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Costs"
    sheet["A1"], sheet["B1"], sheet["B2"] = "Born", date(2012, 5, 3), 9434765919
    sheet["A3"] = date(2013, 6, 4)
    sheet["A3"].comment = Comment("beside the cell", "A")
    hidden = book.create_sheet("Kept back")
    hidden.sheet_state = "hidden"
    hidden["C9"] = "out of sight"
    target = io.BytesIO()
    book.save(target)
    words = read(target.getvalue())
    for said in ("sheet Costs, row 1: Born | 2012-05-03", "row 2: 9434765919", "2013-06-04", "beside the cell", "sheet Kept back, row 9: out of sight"):  # fmt: skip
        assert said in words, said


def test_the_other_kinds_are_read() -> None:
    assert "paragraph 1: Tender pack" in read(made.odt())
    assert "Again" in read(made.odt())
    assert read(b"one\n\nthree\n") == "line 1: one\nline 3: three"
    assert "ann@provider.example" in read(made.mail())
    assert "what is attached: " in unread(made.mail())
    assert unread(b" \n") == "no words were found in it"


def test_letters_that_only_look_different_are_the_same_letters() -> None:
    assert plainly("９４３\u00a0４７６\u200b ５９\u00ad１９") == "943 476 5919"
    assert plainly("AB1\u20112CD") == "AB1-2CD"
    assert plainly("9 4 3   4 7 6") == "943 476"
    assert plainly("a b") == "a b"


@pytest.mark.matrix
@pytest.mark.parametrize("name", [*FILES, "mail"])
def test_a_spoiled_file_is_read_or_said_to_be_unread(name: str) -> None:
    whole = made.mail() if name == "mail" else FILES[name]()
    media, chance = kinds.media_of(whole), random.Random(name)
    for _ in range(many(200)):
        words = words_of(spoiled(whole, chance), media)
        assert words.passages or words.unread
