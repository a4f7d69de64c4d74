"""What a file is, told by what it contains; what could act is refused."""

from __future__ import annotations

import contextlib
import io
import zipfile

import pikepdf
import pytest

from fairplace.errors import Malformed
from fairplace.filing import kinds
from fairplace.filing.names import disposition, safe
from tests.filing import made

TAKEN = {
    "pdf": (made.pdf(), kinds.PDF),
    "pdf with a password": (made.locked_pdf(), kinds.PDF),
    "docx": (made.docx(), kinds.DOCX),
    "xlsx": (made.xlsx(), kinds.XLSX),
    "odt": (made.odt(), kinds.ODT),
    "png": (made.png(), kinds.PNG),
    "jpeg": (made.jpeg(), kinds.JPEG),
    "csv": (b"bid,price\nAlder,5200\nBirch,4800\n", kinds.CSV),
    "text": ("Forty families wait – “now”.\n".encode(), kinds.TEXT),
    "text with a colon": (b"Note: they rang.\nThey will ring again.\n", kinds.TEXT),
    "eml": (made.mail(), kinds.MAIL),
    "formula in a table": (b"a,=cmd|' /C calc'!A0\n1,2\n", kinds.CSV),
}


def with_part(name: str, held: bytes = b"x") -> bytes:
    return made.changed(made.docx(), {name: held})


def macro_enabled() -> bytes:
    return made.changed(
        made.docx(), {}, {"[Content_Types].xml": lambda data: data.replace(b"document.main+xml", b"document.macroEnabled.main+xml")}
    )  # fmt: skip


def bomb() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for number in range(4):
            archive.writestr(f"{number}.xml", bytes(90_000_000))
    return target.getvalue()


REFUSED = {
    "empty": (b"", "an empty file"),
    "windows program": (b"MZ\x90\x00" + bytes(100), "a program came"),
    "linux program": (b"\x7fELF" + bytes(100), "a program came"),
    "script": (b"#!/bin/sh\nrm -rf /\n", "a program came"),
    "shortcut": (b"L\x00\x00\x00\x01\x14\x02\x00", "a program came"),
    "old word": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "old office format"),
    "macros": (with_part("word/vbaProject.bin"), "macros"),
    "macros by type": (macro_enabled(), "macros"),
    "active controls": (with_part("word/activeX/activeX1.xml"), "macros"),
    "packed object": (with_part("word/embeddings/oleObject1.bin"), "objects of other programs"),
    "odt macros": (made.changed(made.odt(), {"Basic/Standard/Module1.xml": b"Sub x"}), "macros"),
    "script in a pdf": (made.pdf_with(OpenAction=pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")), "script"),
    "launch in a pdf": (made.pdf_with(OpenAction=pikepdf.Dictionary(S=pikepdf.Name.Launch, F="calc.exe")), "action"),
    "form that acts": (made.pdf_with(AcroForm=pikepdf.Dictionary(Fields=[], XFA="x")), "script"),
    "broken pdf": (b"%PDF-1.7\n" + bytes(50), "cannot be read as one"),
    "plain zip": (made.container(a_dot_txt="x"), "a ZIP file came"),
    "broken zip": (b"PK\x03\x04" + bytes(50), "damaged or protected"),
    "bomb": (bomb(), "unpacks to"),
    "cut picture": (made.png()[:40], "picture"),
    "web page": (b"<!DOCTYPE html><script>alert(1)</script>", "web page"),
    "drawing": (b"<svg xmlns='http://www.w3.org/2000/svg' onload='x'/>", "web page"),
    "rich text": (b"{\\rtf1\\ansi x}", "rich text"),
    "other bytes": (bytes(range(256)), "not known"),
    "text with nulls": (b"a\x00b", "no text"),
    "utf-16": ("Forty families".encode("utf-16"), "not known"),
    "gzip": (b"\x1f\x8b\x08\x00" + bytes(20), "not known"),
}  # fmt: skip


@pytest.mark.parametrize("name", TAKEN)
def test_a_file_is_known_by_what_it_contains(name: str) -> None:
    data, media = TAKEN[name]
    assert kinds.media_of(data) == media


@pytest.mark.parametrize("name", REFUSED)
def test_what_could_act_or_is_not_known_is_refused_in_one_sentence(name: str) -> None:
    data, words = REFUSED[name]
    with pytest.raises(Malformed, match=words) as caught:
        kinds.media_of(data)
    assert ". " not in str(caught.value)


@pytest.mark.parametrize("name", TAKEN)
def test_a_file_that_is_cut_anywhere_is_a_kind_or_a_sentence(name: str) -> None:
    data, _ = TAKEN[name]
    for at in range(0, len(data), max(1, len(data) // 60)):
        with contextlib.suppress(Malformed):
            kinds.media_of(data[:at])


@pytest.mark.parametrize(
    ("given", "media", "kept"),
    [
        ("Tender pack.pdf", kinds.PDF, "Tender pack.pdf"),
        ("virus.exe", kinds.PDF, "virus.exe.pdf"),
        ("C:\\Users\\ann\\bid.DOCX", kinds.DOCX, "bid.docx"),
        ("../../etc/passwd", kinds.TEXT, "passwd.txt"),
        ("gpj\u202egnp.\x00exe\r\nx: y", kinds.PNG, "gpjgnp.exex y.png"),
        ("photo.jpeg", kinds.JPEG, "photo.jpg"),
        ("", kinds.PDF, "document.pdf"),
        ("...", kinds.MAIL, "document.eml"),
        ("n" * 5000, kinds.CSV, "n" * 150 + ".csv"),
        ("<script>alert(1)</script>", kinds.TEXT, "script.txt"),
    ],
)
def test_a_name_is_made_safe_and_ends_as_its_kind(given: str, media: str, kept: str) -> None:
    assert safe(given, media) == kept
    header = disposition(safe(given, media))
    assert header.startswith("attachment; ")
    assert header.isascii()
    assert "\r" not in header
    assert "\n" not in header
