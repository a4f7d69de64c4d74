"""Small files of each kind, with names in every place that a person or a machine leaves one."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from email.message import EmailMessage
from functools import cache

import pikepdf
from docx import Document
from PIL import Image, PngImagePlugin

WHO = "canary-person"
"""Stands where names stand; no published copy may hold it."""


@cache
def pdf(words: str = "Tender pack", *, who: str = WHO) -> bytes:
    target = io.BytesIO()
    with pikepdf.new() as made:
        made.add_blank_page(page_size=(200, 200))
        page = made.pages[0]
        page.Contents = made.make_stream(f"BT /F1 12 Tf 20 100 Td ({words}) Tj ET /P Do".encode())
        font = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
        photo = made.make_stream(jpeg(who=who))
        photo.Type, photo.Subtype, photo.Width, photo.Height = pikepdf.Name.XObject, pikepdf.Name.Image, 8, 8
        photo.ColorSpace, photo.BitsPerComponent, photo.Filter = pikepdf.Name.DeviceRGB, 8, pikepdf.Name.DCTDecode
        page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font), XObject=pikepdf.Dictionary(P=photo))
        page.PieceInfo = pikepdf.Dictionary(App=pikepdf.Dictionary(Private=who))
        note = pikepdf.Dictionary(
            Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Text, Rect=[0, 0, 9, 9], T=who, Contents="Read again"
        )
        page.Annots = pikepdf.Array([note])
        made.docinfo["/Author"] = who
        with made.open_metadata() as said:
            said["dc:creator"] = [who]
        made.save(
            target, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.disable, compress_streams=False
        )
    return target.getvalue()


def pdf_with(padding: bytes = b"", **root: object) -> bytes:
    target = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf())) as made:
        for name, value in root.items():
            made.Root[f"/{name}"] = value
        if padding:
            made.Root["/Padding"] = made.make_stream(padding)
        made.save(target)
    return target.getvalue()


def pdf_holding(attached: bytes) -> bytes:
    target = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf())) as made:
        made.attachments["prices.csv"] = attached
        made.save(target)
    return target.getvalue()


@cache
def locked_pdf() -> bytes:
    target = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf())) as made:
        made.save(target, encryption=pikepdf.Encryption(owner="o", user="u"))
    return target.getvalue()


@cache
def docx(words: str = "Tender pack", *, who: str = WHO) -> bytes:
    paper = Document()
    run = paper.add_paragraph().add_run(words)
    paper.add_picture(io.BytesIO(jpeg(who=who)))
    paper.add_comment([run], text="Read this again", author=who, initials=who[:9])
    said = paper.core_properties
    said.author, said.last_modified_by, said.title = who, who, words
    target = io.BytesIO()
    paper.save(target)
    tracked = (
        f'<w:p><w:ins w:id="9" w:author="{who}" w:date="2026-01-01T00:00:00Z"><w:r><w:t>added</w:t></w:r></w:ins></w:p>'
    )
    return changed(
        target.getvalue(),
        {"docProps/custom.xml": f"<Properties><property name='Client'>{who}</property></Properties>".encode()},
        {"word/document.xml": lambda data: data.replace(b"<w:sectPr", tracked.encode() + b"<w:sectPr", 1)},
    )


def changed(data: bytes, added: Mapping[str, bytes], turned: Mapping[str, object] | None = None) -> bytes:
    """The container with parts added, or changed by a function."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as given, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
        for name in given.namelist():
            turn = (turned or {}).get(name)
            held = given.read(name)
            made.writestr(name, turn(held) if callable(turn) else held)
        for name, held in added.items():
            made.writestr(name, held)
    return target.getvalue()


def container(**parts: str) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
        for name, words in parts.items():
            made.writestr(name.replace("__", "/").replace("_dot_", "."), words)
    return target.getvalue()


def xlsx(*, who: str = WHO) -> bytes:
    main = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    sheet = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    parts = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        f'<Override PartName="/xl/workbook.xml" ContentType="{main}.sheet.main+xml"/>'
        f'<Override PartName="/docProps/custom.xml" ContentType="x"/></Types>',
        "_rels/.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="a" Type="{relation}/officeDocument" Target="xl/workbook.xml"/>'
        f'<Relationship Id="b" Type="{relation}/custom-properties" Target="docProps/custom.xml"/></Relationships>',
        "docProps/core.xml": '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties"'
        f' xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:creator>{who}</dc:creator></cp:coreProperties>',
        "docProps/custom.xml": f"<Properties>{who}</Properties>",
        "xl/workbook.xml": f'<workbook xmlns="{sheet}"><fileSharing userName="{who}"/><sheets/></workbook>',
        "xl/comments1.xml": f'<comments xmlns="{sheet}"><authors><author>{who}</author></authors>'
        '<commentList><comment ref="A1" authorId="0"><text><t>Why so dear?</t></text></comment></commentList></comments>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{sheet}" xmlns:r="{relation}"><sheetData><row><c t="inlineStr"><is>'
        '<t>=HYPERLINK("x")</t></is></c></row></sheetData><pageSetup r:id="p1"/></worksheet>',
        "xl/worksheets/_rels/sheet1.xml.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="p1" Type="{relation}/printerSettings" Target="../printerSettings/printerSettings1.bin"/></Relationships>',
        "xl/printerSettings/printerSettings1.bin": f"\\\\server\\{who}",
    }  # fmt: skip
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as made:
        for name, words in parts.items():
            made.writestr(name, words)
    return target.getvalue()


def odt(*, who: str = WHO) -> bytes:
    office = "urn:oasis:names:tc:opendocument:xmlns:office:1.0"
    spaces = f'xmlns:office="{office}" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as made:
        made.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        made.writestr(
            "content.xml",
            f"<office:document-content {spaces}><office:body><office:text><text:p>Tender pack"
            f"<office:annotation><dc:creator>{who}</dc:creator><text:p>Again</text:p></office:annotation></text:p>"
            "</office:text></office:body></office:document-content>",
        )
        made.writestr(
            "meta.xml",
            f"<office:document-meta {spaces}><office:meta><dc:creator>{who}</dc:creator></office:meta></office:document-meta>",
        )
        made.writestr("Thumbnails/thumbnail.png", png(who=who))
        made.writestr("META-INF/manifest.xml", '<m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
                      '<m:file-entry m:full-path="content.xml"/><m:file-entry m:full-path="Thumbnails/thumbnail.png"/></m:manifest>')  # fmt: skip
    return target.getvalue()


def jpeg(*, who: str = WHO, orientation: int = 1) -> bytes:
    picture = Image.new("RGB", (8, 8), (200, 30, 30))
    exif = Image.Exif()
    exif[0x013B], exif[0x0112] = who, orientation  # Artist, Orientation
    target = io.BytesIO()
    picture.save(target, "JPEG", exif=exif, comment=who.encode())
    return target.getvalue()


def png(*, who: str = WHO, mode: str = "RGB", size: tuple[int, int] = (8, 8)) -> bytes:
    said = PngImagePlugin.PngInfo()
    said.add_text("Author", who)
    said.add_itxt("Comment", who)
    target = io.BytesIO()
    Image.new(mode, size).save(target, "PNG", pnginfo=said)
    return target.getvalue()


@cache
def mail(*, markup: bool = False) -> bytes:
    message = EmailMessage()
    message["From"], message["To"] = "Ann Provider <ann@provider.example>", "bids@council.example"
    message["Date"], message["Subject"] = "Mon, 02 Mar 2026 09:00:00 +0000", "Our question <script>alert(1)</script>"
    if markup:
        message.set_content("<style>p{}</style><p>Waking nights?</p><script>alert(1)</script>", subtype="html")
    else:
        message.set_content("Are waking nights costed apart?\n=cmd()\n")
    message.add_attachment(pdf("Rota"), maintype="application", subtype="pdf", filename="../rota\u202e.pdf")
    return message.as_bytes()
