"""The copy that may be published: the words are there, and nobody's name."""

from __future__ import annotations

import io
import zipfile

import pikepdf
import pytest
from docx import Document
from PIL import Image

from fairplace.errors import Refused
from fairplace.filing import kinds
from fairplace.filing.stripping import published_copy
from tests.filing import made
from tests.filing.made import WHO


def everything(data: bytes) -> bytes:
    """The bytes, with those of all parts of a container."""
    if not data.startswith(b"PK"):
        return data
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return b"\n".join(
            [archive.read(name) for name in archive.namelist()] + [name.encode() for name in archive.namelist()]
        )


FILES = {
    "docx": (made.docx(), kinds.DOCX, b"Tender pack"),
    "xlsx": (made.xlsx(), kinds.XLSX, b"Why so dear?"),
    "odt": (made.odt(), kinds.ODT, b"Tender pack"),
    "jpeg": (made.jpeg(), kinds.JPEG, b""),
    "png": (made.png(), kinds.PNG, b""),
}


@pytest.mark.parametrize("name", FILES)
def test_no_name_is_left_and_the_words_are(name: str) -> None:
    data, media, words = FILES[name]
    assert WHO.encode() in everything(data)
    copy = published_copy(data, media)
    assert WHO.encode() not in everything(copy)
    assert words in everything(copy)
    assert kinds.media_of(copy) == media
    assert published_copy(data, media) == copy, "the same file gives the same copy"


def test_a_pdf_loses_its_author_its_notes_authors_and_the_camera_s_words() -> None:
    copy = published_copy(made.pdf(), kinds.PDF)
    with pikepdf.open(io.BytesIO(copy)) as pdf:
        whole = io.BytesIO()
        pdf.save(
            whole,
            object_stream_mode=pikepdf.ObjectStreamMode.disable,
            compress_streams=False,
            stream_decode_level=pikepdf.StreamDecodeLevel.generalized,
        )
        assert WHO.encode() not in whole.getvalue()
        assert b"Tender pack" in whole.getvalue()
        assert "/Metadata" not in pdf.Root
        assert str(pdf.pages[0].Annots[0].Contents) == "Read again"
        photo = pikepdf.PdfImage(pdf.pages[0].Resources.XObject.P).as_pil_image()
        assert photo.size == (8, 8)
    assert published_copy(made.pdf(), kinds.PDF) == copy


def test_a_word_file_still_opens_with_its_comment_and_its_picture() -> None:
    paper = Document(io.BytesIO(published_copy(made.docx(), kinds.DOCX)))
    assert paper.paragraphs[0].text == "Tender pack"
    [comment] = list(paper.comments)
    assert (comment.text, comment.author) == ("Read this again", "")
    assert len(paper.inline_shapes) == 1
    assert paper.core_properties.author == ""


def test_a_picture_taken_sideways_stays_upright_without_its_note() -> None:
    wide = Image.new("RGB", (16, 8))
    exif = Image.Exif()
    exif[0x0112] = 6
    target = io.BytesIO()
    wide.save(target, "JPEG", exif=exif)
    copy = Image.open(io.BytesIO(published_copy(target.getvalue(), kinds.JPEG)))
    assert copy.size == (8, 16)
    assert not copy.getexif()


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA", "I;16"])
def test_a_picture_of_any_mode_keeps_its_pixels(mode: str) -> None:
    given = made.png(mode=mode)
    before, after = Image.open(io.BytesIO(given)), Image.open(io.BytesIO(published_copy(given, kinds.PNG)))
    assert before.size == after.size
    assert before.convert("RGBA").tobytes() == after.convert("RGBA").tobytes()


REFUSED = {
    "an e-mail": (made.mail(), kinds.MAIL, "who wrote it to whom"),
    "a pdf with a password": (made.locked_pdf(), kinds.PDF, "protected by a password"),
    "a pdf that holds files": (made.pdf_holding(b"a,b\n"), kinds.PDF, "holds other files"),
    "a word file that holds another": (made.changed(made.docx(), {"word/embeddings/Prices.xlsx": b"PK"}), kinds.DOCX, "holds another file"),
    "a part that is no xml": (made.changed(made.docx(), {"word/broken.xml": b"<a>"}), kinds.DOCX, "cannot be read"),
    "a part with entities": (made.changed(made.docx(), {"word/x.xml": b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>'}), kinds.DOCX, "defines words of its own|cannot be read"),
    "a broken picture inside": (made.changed(made.docx(), {"word/media/x.png": b"\x89PNG"}), kinds.DOCX, "."),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_stripped_is_said_and_not_published(name: str) -> None:
    data, media, why = REFUSED[name]
    with pytest.raises(Refused, match=why):
        published_copy(data, media)


def test_text_and_tables_are_published_as_they_are() -> None:
    assert published_copy(b"a,b\n1,2\n", kinds.CSV) == b"a,b\n1,2\n"
    assert published_copy(b"A note", kinds.TEXT) == b"A note"


def test_the_name_of_a_template_on_somebody_s_machine_goes() -> None:
    relations = (
        b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="t" TargetMode='
        b'"External" Type="http://x/attachedTemplate" Target="file:///C:/Users/canary-person/n.dotm"/><Relationship Id="h"'
        b' TargetMode="External" Type="http://x/hyperlink" Target="file:///C:/Users/canary-person/a.docx"/></Relationships>'
    )
    copy = published_copy(made.changed(made.docx(), {"word/_rels/settings.xml.rels": relations}), kinds.DOCX)
    assert WHO.encode() not in everything(copy)
    assert b"about:blank" in everything(copy)
