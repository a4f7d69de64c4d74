"""Readers that share no code say the same of the same record: the good ones, and every kind of tampering."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.interop.readers import Go, Verifier
from tests.interop.tampering import GO, UNREAD, records

RECORDS = records()


@pytest.mark.parametrize("name", RECORDS)
def test_the_verifier_says_what_it_is(name: str) -> None:
    record = RECORDS[name]
    said = Verifier().read(record.content, record.keys, record.policy)
    assert said.verdict == record.verdict, said.why


@pytest.mark.needs_go
@pytest.mark.parametrize("name", RECORDS)
def test_the_reader_in_go_says_what_it_is(name: str, checker: Path) -> None:
    record = RECORDS[name]
    said = Go(checker).read(record.content, record.keys, record.policy)
    assert said.verdict == ("genuine" if GO in record.blind else record.verdict), said.why


def test_the_page_lists_what_each_reader_does_not_read() -> None:
    page = (Path(__file__).parents[2] / "docs/wire-format.md").read_text("utf-8")
    heads, *rows = re.findall(r"^\| (.+) \|$", page.partition("## 15. ")[2], re.MULTILINE)
    readers = [words.strip() for words in heads.split("|")][1:]
    said = {}
    for row in rows[1:]:
        what, *cells = (cell.strip() for cell in row.split("|"))
        said[what] = frozenset(reader for reader, cell in zip(readers, cells, strict=True) if cell == "not read")
    assert {what: blind for what, blind in said.items() if blind} == UNREAD
