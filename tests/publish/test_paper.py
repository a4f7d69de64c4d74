"""A bundle on paper: what the PDF is, that its pages are those of the index, and what is said where none can be made."""

from __future__ import annotations

import builtins
import csv
import io
import os
import re
import sys
import zlib
from typing import Any

import pytest

from fairplace.cli import main
from fairplace.errors import Misconfigured
from fairplace.publish import paper
from tests.office import Office
from tests.publish.case import OWN, bundled, opened, proofs

try:
    import weasyprint
except (ImportError, OSError):
    weasyprint = None

needs_paper = pytest.mark.skipif(
    weasyprint is None and os.environ.get("CI") != "true", reason="WeasyPrint or Pango is not here: 'make pdf' says how"
)


@pytest.fixture(scope="module")
def printed(office: Office) -> dict[str, bytes]:
    return opened(bundled(office.register, office.case, "bidder", provider=OWN.id, pdf=True)[0])


def objects(pdf: bytes) -> dict[int, bytes]:
    """The objects of a PDF by number, those in object streams too (ISO 32000-1, section 7.5.7)."""
    found = {int(n): body for n, body in re.findall(rb"(?m)^(\d+) 0 obj\n(.*?)\nendobj", pdf, re.DOTALL)}
    for body in list(found.values()):
        if b"/ObjStm" in body[:200]:
            data = zlib.decompress(re.search(rb"stream\n(.*)\nendstream", body, re.DOTALL)[1])  # type: ignore[index]  # a stream has one
            first = int(re.search(rb"/First (\d+)", body)[1])  # type: ignore[index]  # the form asks for it
            head = [int(number) for number in data[:first].split()]
            starts = [*head[1::2], len(data) - first]
            for n, number in enumerate(head[::2]):
                found[number] = data[first + starts[n] : first + starts[n + 1]]
    return found


def pages(pdf: bytes) -> list[int]:
    """The numbers of the page objects, in order."""
    [root] = [body for body in objects(pdf).values() if re.search(rb"/Type ?/Pages\b", body)]
    return [int(n) for n in re.findall(rb"(\d+) 0 R", re.search(rb"/Kids ?\[(.*?)\]", root, re.DOTALL)[1])]  # type: ignore[index]  # a tree has kids


@needs_paper
def test_the_pdf_is_tagged_dated_by_the_record_and_says_its_form(office: Office, printed: dict[str, bytes]) -> None:
    pdf = printed["record.pdf"]
    assert pdf.startswith(b"%PDF-1.7")
    plain = b"\n".join(objects(pdf).values())
    for part in (b"/MarkInfo", b"/StructTreeRoot", b"/OutputIntents", b"/Lang"):
        assert part in plain
    metadata = b"".join(_streams(pdf))
    assert b'pdfaid:part="3"' in metadata or b"<pdfaid:part>3</pdfaid:part>" in metadata
    newest = office.register.reader.entry(office.register.store.last_checkpoint(office.register.origin).size - 1)  # type: ignore[union-attr]  # it is published
    when = newest.envelope.at[:19].replace("-", "").replace("T", "").replace(":", "").encode()
    assert set(re.findall(rb"/(?:CreationDate|ModDate) ?\(D:(\d{14})", plain)) == {when}


def _streams(pdf: bytes) -> list[bytes]:
    found = []
    for body in re.findall(rb"stream\n(.*?)\nendstream", pdf, re.DOTALL):
        try:
            found.append(zlib.decompress(body))
        except zlib.error:
            found.append(body)
    return found


@needs_paper
def test_page_n_of_the_pdf_is_page_n_of_the_index(printed: dict[str, bytes]) -> None:
    pdf = printed["record.pdf"]
    order = pages(pdf)
    bookmarks = {
        title.decode("latin-1"): order.index(int(page)) + 1
        for body in objects(pdf).values()
        if (found := re.search(rb"/Title ?\((.*?)\)", body)) and (at := re.search(rb"/Dest ?\[(\d+) 0 R", body))
        for title, page in [(found[1], at[1])]
    }
    lines = list(csv.DictReader(io.StringIO(printed["index.csv"].decode("utf-8-sig"), newline="")))
    assert [int(line["Page"]) for line in lines] == sorted(int(line["Page"]) for line in lines)
    assert (lines[0]["Title"], lines[0]["Page"]) == ("Cover", "1")
    compared = 0
    for line in lines:
        name = f"Entry {line['Entry']}: {line['Title']}" if line["Entry"] else line["Title"]
        if name in bookmarks:
            assert bookmarks[name] == int(line["Page"]), name
            compared += 1
    assert compared > len(proofs(printed)), "every entry has a bookmark, and so has every part"
    assert len(order) >= int(lines[-1]["Page"])


@needs_paper
def test_the_proof_of_every_entry_is_attached_byte_for_byte(printed: dict[str, bytes]) -> None:
    pdf = printed["record.pdf"]
    inside = set(_streams(pdf))
    files = {name: data for name, data in printed.items() if name.startswith("proofs/")}
    assert all(data in inside for data in files.values())
    assert len(re.findall(rb"/AFRelationship ?/Source", b"\n".join(objects(pdf).values()))) == len(files)


@needs_paper
def test_the_same_page_gives_the_same_pdf() -> None:
    page = '<html lang="en"><title>t</title><body><h1 id="a">Entry 1</h1><p>text</body></html>'
    first, again = (paper.paginated(page, {"proof": b"1"}, "2026-11-22T04:00:00.000Z") for _ in range(2))
    assert first == again


@needs_paper
@pytest.mark.long
def test_the_same_case_gives_the_same_pdf(office: Office, printed: dict[str, bytes]) -> None:
    again = opened(bundled(office.register, office.case, "bidder", provider=OWN.id, pdf=True)[0])
    assert again == printed


@needs_paper
@pytest.mark.parametrize(
    "address", ["https://elsewhere.example/p.png", "http://127.0.0.1/p", "file:///etc/hostname", "data:,x"]
)
def test_nothing_is_fetched_while_a_pdf_is_made(address: str) -> None:
    with pytest.raises(ValueError, match=r"(?i)protocol|scheme|allowed"):
        paper._fetches_nothing(weasyprint).fetch(address)
    made = paper.paginated(
        f'<html lang="en"><title>t</title><body id="a"><img src="{address}" alt="">text</body></html>',
        {}, "2026-11-22T04:00:00.000Z",
    )  # fmt: skip
    assert (made.pages, made.anchors) == (1, {"a": 1})


def test_where_no_pdf_can_be_made_it_is_said_what_to_install(
    office: Office, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    real = builtins.__import__

    def without(name: str, *rest: Any, **more: Any) -> Any:
        if name == "weasyprint":
            raise OSError("cannot load library 'libpango-1.0-0'")
        return real(name, *rest, **more)

    monkeypatch.delitem(sys.modules, "weasyprint", raising=False)
    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(Misconfigured, match=r"libpango-1\.0-0.*--no-pdf"):
        bundled(office.register, office.case, "public", pdf=True)
    folder = str(office.register.folder)
    assert main(["export", folder, "bundle", office.case, "--edition", "public", "--out", "/nowhere/x.fpbundle"]) == 1
    assert main(["export", folder, "bundle", office.case, "--edition", "public", "--out", f"{folder}.fpbundle"]) == 5
    said = capsys.readouterr().err
    assert "fairplace[pdf]" in said
    assert "--no-pdf" in said
    assert not os.path.exists(f"{folder}.fpbundle")  # noqa: PTH110 - a text is at hand
