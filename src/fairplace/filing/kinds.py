"""What a file is, by what it contains and never by its name; macros, programs and what is not known are refused.

- Taken are PDF, Word and Excel files (.docx, .xlsx), OpenDocument text, CSV, plain text, PNG, JPEG and e-mails.
- A file that could act when it is opened is refused with one sentence, whatever it is called.
- Nothing is unpacked further than a list of what is inside, and a few small members of it.
"""

from __future__ import annotations

import contextlib
import csv
import io
import logging
import re
import struct
import zipfile
import zlib

import pikepdf
from PIL import Image

from fairplace.errors import Malformed

logging.getLogger("pikepdf").setLevel(logging.CRITICAL)  # it tells what it mends in a file, and may quote the file

PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ODT = "application/vnd.oasis.opendocument.text"
PNG, JPEG = "image/png", "image/jpeg"
CSV, TEXT, MAIL = "text/csv", "text/plain", "message/rfc822"

NAMES = {
    PDF: "PDF",
    DOCX: "Word file",
    XLSX: "Excel file",
    ODT: "OpenDocument text",
    PNG: "picture (PNG)",
    JPEG: "picture (JPEG)",
    CSV: "table (CSV)",
    TEXT: "plain text",
    MAIL: "e-mail",
}
"""How each kind is called, and all kinds that are taken."""
ENDINGS = {PDF: "pdf", DOCX: "docx", XLSX: "xlsx", ODT: "odt", PNG: "png", JPEG: "jpg", CSV: "csv", TEXT: "txt", MAIL: "eml"}  # fmt: skip

MOST_MEMBERS = 5000
MOST_UNPACKED = 300_000_000
"""Bytes that the members of a container may say that they unpack to."""
MOST_PIXELS = 40_000_000
MOST_DEPTH = 8
"""How deep one object of a PDF may be written inside another, for it to be looked into."""

DAMAGE = (
    zipfile.BadZipFile,
    NotImplementedError,
    RuntimeError,
    EOFError,
    ValueError,
    LookupError,
    OSError,
    struct.error,
    zlib.error,
)
"""What reading a damaged container can raise."""

_PROGRAMS = (
    b"MZ",
    b"\x7fELF",
    b"\xca\xfe\xba\xbe",
    b"\xcf\xfa\xed\xfe",
    b"\xce\xfa\xed\xfe",
    b"#!",
    b"L\x00\x00\x00\x01\x14",
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HEADER = re.compile(rb"(?:From|To|Cc|Date|Subject|Message-ID|MIME-Version|Received|Return-Path|Delivered-To|Reply-To): ?[^\r\n]", re.IGNORECASE)  # fmt: skip
_FIELD = re.compile(rb"[!-9;-~]+:|[ \t]")
_ACTS = ("/JavaScript", "/Launch", "/ImportData", "/SubmitForm", "/Rendition", "/GoToE")
_MACRO = re.compile(
    r"(?:^|/)(?:oleObject[^/]*\.bin|vbaProject\.bin|vbaData\.xml|macrosheets/|activeX/|customUI/)", re.IGNORECASE
)
_OFFICE = {
    b"wordprocessingml.document.main+xml": DOCX,
    b"spreadsheetml.sheet.main+xml": XLSX,
}


def media_of(data: bytes) -> str:
    """The media type of a file. Raises Malformed, with the sentence for whoever sent it, for what is not taken."""
    if not data:
        raise Malformed("an empty file came; choose the file again")
    if data.startswith(_PROGRAMS):
        raise Malformed("a program came; documents are taken, and programs never")
    if data.startswith(_OLE):
        raise Malformed("a file of an old office format came, which can hold macros; save it as .docx, .xlsx or .pdf")
    if b"%PDF-" in data[:1024]:
        return _pdf(data)
    if data.startswith(b"PK"):
        return _container(data)
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return _picture(data, "PNG", PNG)
    if data.startswith(b"\xff\xd8\xff"):
        return _picture(data, "JPEG", JPEG)
    return _words(data)


def _pdf(data: bytes) -> str:
    try:
        with pikepdf.open(io.BytesIO(data)) as pdf:
            if any(_acts(one) for one in pdf.objects):
                raise Malformed("a PDF with a script or an action in it came; print it to a new PDF and send that")
            unpacked = sum(_unpacked(one) for one in pdf.objects if isinstance(one, pikepdf.Stream))
            if unpacked > MOST_UNPACKED:
                raise Malformed(f"a PDF came that unpacks to more than {MOST_UNPACKED:,} bytes; print it to a new PDF")
    except pikepdf.PasswordError:
        return PDF  # nothing of it can be seen, and nothing of it will be published
    except (pikepdf.PdfError, TypeError, *DAMAGE) as error:
        raise Malformed("a file that begins as a PDF came, and cannot be read as one; save it anew") from error
    return PDF


def _unpacked(one: pikepdf.Stream) -> int:
    """The bytes of a stream, unpacked at most so far that they are too many. Raises Malformed for a program."""
    data = one.read_raw_bytes()
    if str(one.get("/Filter", "")) in ("/FlateDecode", "[/FlateDecode]"):
        with contextlib.suppress(zlib.error):
            data = zlib.decompressobj().decompress(data, MOST_UNPACKED + 1)
    if str(one.get("/Type", "")) == "/EmbeddedFile" and data.startswith(_PROGRAMS):
        raise Malformed("a PDF with a program attached came; programs are never taken")
    return len(data)


def _acts(one: object, depth: int = 0) -> bool:
    """Does this object, or one that is written inside it, run something or fetch a file?"""
    if isinstance(one, pikepdf.Dictionary | pikepdf.Stream):
        if "/JS" in one or "/XFA" in one or str(one.get("/S", "")) in _ACTS:
            return True
        held = [one.get(name) for name in one.keys()]  # noqa: SIM118 - a PDF dictionary is no mapping
    elif isinstance(one, pikepdf.Array):
        held = list(one)
    else:
        return False
    inside = [each for each in held if isinstance(each, pikepdf.Object) and not each.is_indirect]
    return depth < MOST_DEPTH and any(_acts(each, depth + 1) for each in inside)


def _container(data: bytes) -> str:
    """What lies in a ZIP file; only the formats that are named here are taken."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            check_members(members)
            names = [one.filename for one in members]
            kind = _opendocument(archive, names) if "mimetype" in names else _office(archive, names)
    except DAMAGE as error:
        raise Malformed("a damaged or protected container came; save the document anew, without a password") from error
    if kind is None:
        raise Malformed(
            "a ZIP file came that is no Word, Excel or OpenDocument text file; send the documents one by one"
        )
    return kind


def check_members(members: list[zipfile.ZipInfo]) -> None:
    """Raises Malformed for a container that unpacks to more than anybody's document does."""
    total = sum(one.file_size for one in members)
    if len(members) > MOST_MEMBERS or total > MOST_UNPACKED:
        raise Malformed(
            f"a container of {len(members):,} parts came that unpacks to {total:,} bytes; at most {MOST_MEMBERS:,} parts"
            f" and {MOST_UNPACKED:,} bytes are taken"
        )


def _office(archive: zipfile.ZipFile, names: list[str]) -> str | None:
    if "[Content_Types].xml" not in names:
        return None
    said = small(archive, "[Content_Types].xml")
    if b"macroEnabled" in said or b"vbaProject" in said or any(_MACRO.search(name) for name in names):
        raise Malformed("a file with macros or objects of other programs came; save it without them, or as PDF")
    return next((kind for mark, kind in _OFFICE.items() if mark in said), None)


def _opendocument(archive: zipfile.ZipFile, names: list[str]) -> str | None:
    if any(name.startswith(("Basic/", "Scripts/")) for name in names):
        raise Malformed("a file with macros came; save it without them")
    return ODT if small(archive, "mimetype").strip() == ODT.encode() else None


def small(archive: zipfile.ZipFile, name: str, most: int = 2_000_000) -> bytes:
    """One member, when it is as small as it should be."""
    with archive.open(name) as member:
        data = member.read(most + 1)
    if len(data) > most:
        raise Malformed("a container with an unusually large part came; save the document anew")
    return data


def _picture(data: bytes, form: str, media: str) -> str:
    try:
        with Image.open(io.BytesIO(data), formats=[form]) as picture:
            width, height = picture.size
            picture.verify()
    except (SyntaxError, Image.DecompressionBombError, *DAMAGE) as error:
        raise Malformed("a picture came that cannot be read; save it anew, or smaller") from error
    if width * height > MOST_PIXELS:
        raise Malformed(f"a picture of {width:,} by {height:,} pixels came; make it smaller")
    return media


def _words(data: bytes) -> str:
    if _is_mail(data):
        return MAIL
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Malformed(
            "a file of a kind that is not known came; PDF, Word, Excel, OpenDocument text, CSV, plain text (UTF-8), PNG,"
            " JPEG and e-mails (.eml) are taken"
        ) from error
    if re.search(r"[\x00-\x08\x0e-\x1f]", text):
        raise Malformed("a file came that is no text and no document of a known kind; save it as PDF")
    if re.match(r"\s*(?:<\?xml|<!doctype|<html|<svg|<script|\{\\rtf)", text, re.IGNORECASE):
        raise Malformed("a web page, a drawing or rich text came; save it as PDF or as plain text")
    return CSV if _is_table(text) else TEXT


def _is_mail(data: bytes) -> bool:
    """Does it begin with the fields of a message (RFC 5322), at least two that every message has?"""
    head = re.split(rb"\r?\n\r?\n", data[:65_536].lstrip(), maxsplit=1)[0]
    lines = head.splitlines()
    if not lines or not all(_FIELD.match(line) for line in lines):
        return False
    return sum(bool(_HEADER.match(line)) for line in lines) >= 2


def _is_table(text: str) -> bool:
    """Are there at least two lines, all of the same number of fields, and of two at least?"""
    try:
        rows = [row for row, _ in zip(csv.reader(io.StringIO(text)), range(50), strict=False) if row]
    except csv.Error:
        return False
    widths = {len(row) for row in rows}
    return len(rows) >= 2 and len(widths) == 1 and widths.pop() >= 2
