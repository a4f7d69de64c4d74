"""The copy of a document that may be published: the same words and pictures, without who made it, where and on what.

The original is never changed. What cannot be stripped is said, and is not published.
"""

from __future__ import annotations

import io

import pikepdf
from PIL import Image, ImageOps

from fairplace.errors import Refused
from fairplace.filing import kinds, office_files

_NAMING = ("/T", "/Author", "/RC")
"""What an annotation says of whoever wrote it, and its words a second time as markup."""
_PRIVATE = ("/Metadata", "/PieceInfo", "/LastModified")


def published_copy(data: bytes, media: str) -> bytes:
    """The bytes to publish. Raises Refused with why they cannot be."""
    try:
        match media:
            case kinds.PDF:
                return _pdf(data)
            case kinds.DOCX | kinds.XLSX | kinds.ODT:
                return office_files.stripped(data, picture)
            case kinds.PNG | kinds.JPEG:
                return picture(data, media)
            case kinds.CSV | kinds.TEXT:
                return data  # it holds its words and nothing beside them
            case _:
                raise Refused("who wrote it to whom stands in it and cannot be taken out; publish what it says instead")
    except kinds.DAMAGE as error:
        raise Refused("it cannot be read well enough to take names out of it; print it to a new PDF") from error


def _pdf(data: bytes) -> bytes:
    target = io.BytesIO()
    try:
        with pikepdf.open(io.BytesIO(data)) as pdf:
            if pdf.attachments or "/AF" in pdf.Root:
                raise Refused("it holds other files inside; take them out, or print it to a new PDF")
            for one in pdf.objects:
                _unname(one)
            if "/Info" in pdf.trailer:
                del pdf.trailer["/Info"]
            pdf.remove_unreferenced_resources()
            pdf.save(target, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    except pikepdf.PasswordError as error:
        raise Refused("it is protected by a password, so that nobody can see what is in it; send it without") from error
    except (pikepdf.PdfError, TypeError) as error:
        raise Refused("it cannot be read well enough to take names out of it; print it to a new PDF") from error
    return target.getvalue()


def _unname(one: pikepdf.Object) -> None:
    if not isinstance(one, pikepdf.Dictionary | pikepdf.Stream):
        return
    for name in _PRIVATE:
        if name in one:
            del one[name]
    if isinstance(one, pikepdf.Stream) and str(one.get("/Filter", "")) == "/DCTDecode":
        given = one.get("/DecodeParms")
        parameters = given if isinstance(given, pikepdf.Dictionary | pikepdf.Array) else None
        one.write(quiet_jpeg(one.read_raw_bytes()), filter=pikepdf.Name.DCTDecode, decode_parms=parameters)
    annotations = one.get("/Annots")
    held = list(annotations) if isinstance(annotations, pikepdf.Array) else []
    for annotation in [one, *held]:
        if isinstance(annotation, pikepdf.Dictionary) and "/Subtype" in annotation and "/Rect" in annotation:
            for name in _NAMING:
                # A field of a form has its own name under /T: without it a form loses what was filled in.
                if name in annotation and "/FT" not in annotation and "/Parent" not in annotation:
                    del annotation[name]


def quiet_jpeg(data: bytes) -> bytes:
    """A JPEG without what cameras and programs write beside the picture (ITU-T T.81, annex B); what is seen is untouched.

    Kept are JFIF, the colour profile and Adobe's note on colours (APP0, APP2, APP14).
    """
    if not data.startswith(b"\xff\xd8"):
        return data
    kept, at = [data[:2]], 2
    while at + 4 <= len(data) and data[at] == 0xFF and data[at + 1] != 0xDA:
        mark = data[at + 1]
        if mark == 0xFF:  # a byte that fills
            at += 1
            continue
        end = at + 2 + int.from_bytes(data[at + 2 : at + 4])
        if not (mark == 0xFE or (0xE0 <= mark <= 0xEF and mark not in (0xE0, 0xE2, 0xEE))):
            kept.append(data[at:end])
        at = end
    return b"".join([*kept, data[at:]])


def picture(data: bytes, media: str) -> bytes:
    """A picture as it looks, without where and when it was taken, on what, and by whom."""
    target = io.BytesIO()
    try:
        with Image.open(io.BytesIO(data), formats=["PNG" if media == kinds.PNG else "JPEG"]) as given:
            if given.width * given.height > kinds.MOST_PIXELS:
                raise Refused(f"a picture in it has {given.width:,} by {given.height:,} pixels; make it smaller")
            seen = given.convert("RGBA") if "transparency" in given.info else given
            upright = ImageOps.exif_transpose(seen)
            clean = Image.frombytes(upright.mode, upright.size, upright.tobytes())
            if upright.mode == "P" and (colours := upright.getpalette("RGB")) is not None:
                clean.putpalette(colours, "RGB")
    except (SyntaxError, Image.DecompressionBombError) as error:
        raise Refused("a picture in it cannot be read; save it anew") from error
    if media == kinds.PNG:
        clean.save(target, "PNG", optimize=False)
    else:
        clean.save(target, "JPEG", quality=92, subsampling=0)
    return target.getvalue()
