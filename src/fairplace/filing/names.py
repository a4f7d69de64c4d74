"""Names of files as people give them, made safe to show, to keep and to send back."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import quote

from fairplace.filing.kinds import ENDINGS
from fairplace.terms import with_few_marks

LONGEST = 150

_TURNS = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")

_UNSAFE = re.compile('[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff<>:"|?*]')


def unturned(words: str) -> str:
    """The words without marks that turn the direction of what follows: `gnp.exe` stays what it is."""
    return _TURNS.sub("", words)


def safe(name: str, media: str) -> str:
    """The name without folders, marks that turn text round and what no file system takes; with the ending of its kind."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", with_few_marks(name)))[-1]
    plain = " ".join(_UNSAFE.sub("", last).split()).strip(". ")
    ending = ENDINGS.get(media, "bin")
    stem = plain[: -len(ending) - 1] if plain.lower().endswith(f".{ending}") else plain
    if media == "image/jpeg" and stem.lower().endswith(".jpeg"):
        stem = stem[:-5]
    return f"{stem[:LONGEST].strip('. ') or 'document'}.{ending}"


def disposition(name: str) -> str:
    """The header of a download (RFC 6266): always kept, never shown; the name in ASCII and in full."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode("ascii")
    plain = re.sub(r"[^A-Za-z0-9 ._()-]", "_", plain)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
