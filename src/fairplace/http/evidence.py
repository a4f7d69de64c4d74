"""Files that come with a challenge: few, of kinds that people can open, named by what they contain."""

from __future__ import annotations

import hashlib
from pathlib import PurePath

from fairplace.errors import Malformed, Refused
from fairplace.filing import kinds
from fairplace.formats import plainly
from fairplace.http.guard import File as Came
from fairplace.http.site import Site
from fairplace.post.notes import File
from fairplace.terms import Document

MOST_FILES = 5
LARGEST_FORM = 40 << 20
"""Bytes of a form with files; each file is held to the setting `limits.document` besides."""

MEDIA = {
    ".pdf": ("application/pdf", b"%PDF-"),
    ".docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", b"PK\x03\x04"),
    ".xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", b"PK\x03\x04"),
    ".odt": ("application/vnd.oasis.opendocument.text", b"PK\x03\x04"),
    ".ods": ("application/vnd.oasis.opendocument.spreadsheet", b"PK\x03\x04"),
    ".png": ("image/png", b"\x89PNG\r\n\x1a\n"),
    ".jpg": ("image/jpeg", b"\xff\xd8\xff"),
    ".jpeg": ("image/jpeg", b"\xff\xd8\xff"),
    ".txt": ("text/plain", b""),
    ".csv": ("text/csv", b""),
}
"""By the end of its name: the media type, and how such a file begins."""


def check(site: Site, came: list[Came]) -> None:
    """Raises Refused, with what to do, before anything is kept."""
    if len(came) > MOST_FILES:
        raise Refused(f"{len(came)} files came; send at most {MOST_FILES}, or put them together in one PDF")
    for one in came:
        kind = MEDIA.get(PurePath(one.name).suffix.lower())
        if kind is None:
            raise Refused(f"{one.name[-60:]!r} cannot be taken in; send a PDF, a document without macros, or a picture")
        if not one.data:
            raise Refused(f"{one.name[-60:]!r} is empty; choose the file again")
        if len(one.data) > site.settings.limits.document:
            raise Refused(
                f"{one.name[-60:]!r} has {len(one.data):,} bytes; at most {site.settings.limits.document:,} are taken in"
            )
        if not one.data.startswith(kind[1]) or (kind[0].startswith("text/") and not _is_text(one.data)):
            raise Refused(f"{one.name[-60:]!r} does not hold what its name says; save it anew and send it again")
        if one.data.startswith(b"PK"):
            _without_macros(one)


def _without_macros(one: Came) -> None:
    """Raises Refused for an office file that could act when somebody opens it, or is none."""
    try:
        kinds.media_of(one.data)
    except Malformed as error:
        raise Refused(f"{one.name[-60:]!r} cannot be taken in: {error}") from error


def described(came: list[Came]) -> tuple[File, ...]:
    """Checked files as a challenge names them."""
    return tuple(
        File(
            name=_name(one),
            document=Document(
                sha256=hashlib.sha256(one.data).hexdigest(),
                bytes=len(one.data),
                media=MEDIA[PurePath(one.name).suffix.lower()][0],
            ),
        )
        for one in came
    )


def _name(one: Came) -> str:
    """In one line, with nothing hidden in it: it stands in the words that are sealed, and where people open it."""
    return " ".join(plainly(PurePath(one.name.replace("\\", "/")).name).split())[-120:]


def keep(site: Site, came: list[Came]) -> tuple[File, ...]:
    """Keep checked files among the documents."""
    named = described(came)
    for one, file in zip(came, named, strict=True):
        site.documents.put(one.data, file.document.media)
    return named


def _is_text(data: bytes) -> bool:
    try:
        return "\x00" not in data.decode("utf-8")
    except UnicodeDecodeError:
        return False


def with_files(words: str, name: str, files: tuple[File, ...]) -> str:
    """The words of a challenge with who wrote them and what came with them: sealed together, so one digest covers all."""
    listed = [f"- {one.name}, {one.document.bytes} bytes, SHA-256 {one.document.sha256}" for one in files]
    came = ["", "Documents that came with it:", *listed] if listed else []
    return "\n".join([words.strip(), "", f"Written by {name}.", *came])
