"""Lines for a spreadsheet: comma-separated values (RFC 4180) in which no text is taken for a formula."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def written(lines: Iterable[Sequence[str]]) -> bytes:
    """In UTF-8, with the mark by which a spreadsheet knows it."""
    text = "\r\n".join(",".join(_field(value) for value in line) for line in lines) + "\r\n"
    return b"\xef\xbb\xbf" + text.encode("utf-8")


def _field(value: str) -> str:
    """A spreadsheet must not take a name for a formula: what begins like one gets an apostrophe (OWASP, CSV injection)."""
    is_number = value.lstrip("-").replace(".", "", 1).isdigit()
    if (value.lstrip(" \t\r\n")[:1] in {"=", "+", "-", "@"} and not is_number) or value[:1] in {"\t", "\r", "\n"}:
        value = "'" + value
    return '"' + value.replace('"', '""') + '"' if any(sign in value for sign in '",\r\n') else value
