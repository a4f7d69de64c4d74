"""The words of documents: what is read of each kind, and that what is not read is said."""

from __future__ import annotations

import io
import random
from datetime import date
from email.message import EmailMessage

import openpyxl
import pikepdf
import pytest
from docx import Document
from openpyxl.comments import Comment
from PIL import Image

from fairplace.filing import kinds, pdf_fonts, pdf_words
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


def sheet(rows: str, *, before: str = "") -> bytes:
    """A workbook of one sheet with these rows."""
    target = io.BytesIO()
    openpyxl.Workbook().save(target)
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    made_of = f'<worksheet xmlns="{main}">{before}<sheetData>{rows}</sheetData></worksheet>'.encode()
    return made.changed(target.getvalue(), {}, {"xl/worksheets/sheet1.xml": lambda _: made_of})


def cell(at: str, words: str) -> str:
    return f'<c r="{at}" t="inlineStr"><is><t>{words}</t></is></c>'


def test_a_row_that_says_it_is_the_last_of_very_many_is_not_waited_for() -> None:
    data = sheet(f'<row r="1">{cell("A1", "first")}</row><row r="999999999999">{cell("A999999999999", "last")}</row>')
    assert "row 1: first" in read(data)
    assert "what comes after row 200001 of sheet Sheet" in unread(data)


def test_a_sheet_that_says_it_is_smaller_than_it_is_is_read_whole() -> None:
    row = f'<row r="1">{cell("A1", "one")}<c r="B1"><v>9434765919</v></c></row>'
    data = sheet(row, before='<dimension ref="A1"/>')
    assert "row 1: one | 9434765919" in read(data)
    assert unread(data) == ""


@pytest.mark.parametrize(
    "rows",
    [
        '<row r="2"><c r="A2"><v>1</v></c></row><row r="1"><c r="A1"><v>9434765919</v></c></row>',
        '<row r="1"><c r="C1"><v>9434765919</v></c><c r="A1"><v>1</v></c></row>',
    ],
)
def test_cells_that_stand_out_of_their_order_are_said_to_be_unread(rows: str) -> None:
    assert unread(sheet(rows)) == "its part xl/worksheets/sheet1.xml, whose cells do not stand in their order"


def test_a_workbook_tells_its_formulas_its_hints_and_the_rows_behind_a_pivot_table() -> None:
    hint = '<dataValidations><dataValidation prompt="ask the grandmother"><formula1>"Ann,Ben"</formula1></dataValidation></dataValidations>'
    data = sheet(f'<row r="1"><c r="A1"><f>"in a "&amp;"formula"</f></c></row>{hint}')
    data = made.changed(
        data, {"xl/pivotCache/pivotCacheRecords1.xml": b'<r><s v="in a pivot"/><d v="2012-05-03T00:00:00"/></r>'}
    )
    for said in ('"in a "&"formula"', "ask the grandmother", '"Ann,Ben"', "in a pivot", "2012-05-03"):
        assert said in read(data), said


def test_what_a_word_file_holds_beside_its_paragraphs_is_read_or_said_to_be_unread() -> None:
    paper = Document()
    paper.add_paragraph("in a paragraph")
    target = io.BytesIO()
    paper.save(target)
    control = (
        '<w:sdt xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:alias w:val="as a control"/>'
        '<w:listItem w:displayText="as a choice"/><w:other>outside</w:other></w:sdt>'
    )
    parts = {
        "word/afchunk.htm": b"<p>943 476 5919</p>",
        "word/media/line.png": made.png(size=(300, 20)),
        "word/media/dot.png": made.png(size=(20, 20)),
        "word/media/drawn.svg": b"<svg><text>943 476 5919</text></svg>",
        "word/beside.xml": control.encode(),
    }
    data = made.changed(target.getvalue(), parts)
    for said in ("as a control", "as a choice", "a part beside the text: outside", "paragraph 1: in a paragraph"):
        assert said in read(data), said
    assert unread(data) == "its part word/afchunk.htm, of a kind that is not read; 2 pictures in it"


def test_words_in_words_stand_in_their_order_and_a_paragraph_in_another_is_read_once() -> None:
    text = '<text:p xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0">943 <text:a>4<text:span>7</text:span>6</text:a> 5919<text:p>inner</text:p>, after</text:p>'
    words = read(made.changed(made.odt(), {}, {"content.xml": lambda old: old.replace(b"Tender pack", text.encode())}))
    assert "943 476 5919, after" in words, words
    assert words.count("inner") == 1


def test_paragraphs_without_end_in_one_another_cost_no_more_than_they_hold() -> None:
    start, end = "<w:p>" * 200, "</w:p>" * 200
    many = f"{start}{'<w:r/>' * 30_000}<w:r><w:t>inmost</w:t></w:r>{end}"
    data = made.changed(
        made.docx(), {}, {"word/document.xml": lambda old: old.replace(b"<w:sectPr", many.encode() + b"<w:sectPr", 1)}
    )
    assert read(data).count("inmost") == 1


def test_words_that_a_remark_of_the_markup_stands_in_are_read_on() -> None:
    paper = made.changed(
        made.docx(), {}, {"word/document.xml": lambda old: old.replace(b"Tender pack", b"943 4<!-- x -->76 5919")}
    )
    assert "943 476 5919" in read(paper)


def test_a_font_that_gives_the_same_widths_again_and_again_is_read_once() -> None:
    below = pikepdf.Dictionary(W=pikepdf.Array([0, 60_000, 500] * 20_000))
    font = pikepdf.Dictionary(Subtype=pikepdf.Name.Type0, DescendantFonts=pikepdf.Array([below]))
    assert len(pdf_fonts.font_of(font).widths) <= pdf_fonts.MOST_CODES


def test_a_pdf_of_very_many_fonts_is_left_off_and_said_to_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf_words, "MOST_BYTES", 3 * pdf_words.LEAST_OF_FONT)
    fonts = {f"F{n}": pikepdf.Dictionary(Subtype=pikepdf.Name.Type1) for n in range(2, 9)}
    data = drawn("".join(f"BT /F{n} 12 Tf (word) Tj ET " for n in range(2, 9)))
    target = io.BytesIO()
    with pikepdf.open(io.BytesIO(data)) as pdf:
        pdf.pages[0].Resources.Font = pikepdf.Dictionary({f"/{name}": font for name, font in fonts.items()})
        pdf.save(target)
    assert 1 <= read(target.getvalue()).count("word") < 7
    assert "in a font that does not tell its letters" in unread(target.getvalue())


def test_a_pdf_tells_what_can_be_chosen_in_it_and_a_picture_of_one_line() -> None:
    target = io.BytesIO()
    with pikepdf.open(io.BytesIO(drawn("BT /F1 12 Tf 20 100 Td (Words) Tj ET /P1 Do"))) as pdf:
        line = pdf.make_stream(bytes(300 * 20))
        line.Type, line.Subtype, line.Width, line.Height = pikepdf.Name.XObject, pikepdf.Name.Image, 300, 20
        line.ColorSpace, line.BitsPerComponent = pikepdf.Name.DeviceGray, 8
        pdf.pages[0].Resources.XObject = pikepdf.Dictionary(P1=line)
        pdf.Root.Choice = pikepdf.Dictionary(Opt=pikepdf.Array(["first", pikepdf.Array(["2", "second"])]))
        pdf.save(target)
    assert {"first", "second"} <= {one.rpartition(": ")[2] for one in read(target.getvalue()).splitlines()}
    assert unread(target.getvalue()) == "a picture on page 1"


@pytest.mark.parametrize(
    "data", [b"a" * 400, b"\xe2\x80\x8b" * 200 + b" 943 476 5919", b"a\n" * 200, "\ufdfa".encode() * 90]
)
def test_no_more_is_looked_at_than_the_most_and_the_rest_is_said(data: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fairplace.filing.words.MOST_LETTERS", 100)
    found = words_of(data, kinds.TEXT)
    assert sum(len(one.words) for one in found.passages) <= 100
    assert "what comes after the first 100 letters" in found.unread


def test_the_other_kinds_are_read() -> None:
    assert "paragraph 1: Tender pack" in read(made.odt())
    assert "Again" in read(made.odt())
    assert read(b"one\n\nthree\n") == "line 1: one\nline 3: three"
    assert "ann@provider.example" in read(made.mail())
    assert "what is attached: " in unread(made.mail())
    assert unread(b" \n") == "no words were found in it"


def test_an_email_is_read_with_all_its_fields_and_the_markup_that_stands_beside_its_words() -> None:
    """Most programs show the markup, so what stands in it alone is what the reader is told."""
    message = EmailMessage()
    message["Subject"], message["Reply-To"], message["X-Of"] = "A child", "gran@example.org", "AB1 2CD"
    message.set_content("Please find a home.")
    message.add_alternative("<p>Call <b>Kim</b>, 943 476<span> 5919</span><img alt='of 4 Elm Road'>", subtype="html")
    words = read(message.as_bytes())
    for said in ("gran@example.org", "AB1 2CD", "line 1: Please find a home.", "943 476 5919", "of 4 Elm Road"):
        assert said in words
    assert unread(message.as_bytes()) == ""


def test_of_markup_without_end_no_more_is_read_than_the_most_and_the_rest_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("fairplace.filing.mail.MOST_MARKUP", 100)
    message = EmailMessage()
    message["From"], message["Subject"] = "a", "b"
    message.set_content("<a " * 200, subtype="html")
    assert "what comes after the first 100 letters of the formatted text" in unread(message.as_bytes())


@pytest.mark.parametrize("field", ["Content-Type: text/html; " + "a=b; " * 1000, "To: " + "a@b, " * 20_000])
def test_an_email_with_fields_that_no_program_writes_is_said_to_be_damaged(field: str) -> None:
    """Each takes the library longer than anybody waits."""
    assert "it is damaged" in unread(f"From: a\r\nSubject: b\r\n{field}\r\n\r\n<p>c".encode())


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
