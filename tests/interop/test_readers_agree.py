"""Readers that share no code say the same of the same record: the good ones, and every kind of tampering."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from playwright.async_api import Browser

from tests.browser.conftest import chromium  # noqa: F401 - a fixture
from tests.interop.bundles import bundles
from tests.interop.kept_within import records as kept_within
from tests.interop.readers import Go, Verifier, without_cryptography
from tests.interop.tampering import ALONE, BROWSER, GO, UNREAD, records

RECORDS = records() | dict(bundles()) | kept_within()


@pytest.mark.parametrize("name", RECORDS)
def test_the_verifier_says_what_it_is(name: str) -> None:
    record = RECORDS[name]
    said = Verifier().read(record.content, record.keys, record.policy)
    assert said.verdict == record.verdict, said.why


@pytest.fixture(scope="module")
def alone() -> Verifier:
    module = without_cryptography()
    assert not module.HAS_CRYPTOGRAPHY
    assert not module.can_check(module.ML_DSA_44)
    return Verifier(module)


@pytest.mark.parametrize("name", RECORDS)
def test_the_verifier_without_cryptography_says_what_it_is(name: str, alone: Verifier) -> None:
    record = RECORDS[name]
    said = alone.read(record.content, record.keys, record.policy)
    assert said.verdict == record.by(ALONE), said.why
    if ALONE in record.blind:
        assert "ML-DSA-44" in said.why


@pytest.mark.needs_go
@pytest.mark.parametrize("name", RECORDS)
def test_the_reader_in_go_says_what_it_is(name: str, checker: Path) -> None:
    record = RECORDS[name]
    said = Go(checker).read(record.content, record.keys, record.policy)
    assert said.verdict == record.by(GO), said.why


SCRIPTS = Path(__file__).parents[2] / "web/scripts"
READ = """async ([address, record, given]) => {
  const { checkProof } = await import(`${address}/proof.js`), { readTrust } = await import(`${address}/trust.js`);
  const { Bundle } = await import(`${address}/bundle.js`), { looksLikeBundle } = await import(`${address}/container.js`);
  const data = Uint8Array.from(atob(record), one => one.charCodeAt(0)), trust = await readTrust(given);
  return (await (looksLikeBundle(data) ? new Bundle(data, trust).run() : checkProof(data, trust))).verdict;
}"""


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def scripts() -> Iterator[str]:
    """The address of the browser's own reader."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(SCRIPTS)))
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.mark.browser
async def test_the_reader_in_the_browser_says_what_each_file_is(scripts: str, chromium: Browser) -> None:  # noqa: F811
    page = await chromium.new_page()
    await page.goto(f"{scripts}/proof.js")
    said, right = {}, {}
    for name, record in RECORDS.items():
        if isinstance(record.content, bytes):
            text = base64.b64encode(record.content).decode()
            given = record.policy or "\n".join(record.keys)
            said[name] = await page.evaluate(READ, [scripts, text, given])
            right[name] = record.by(BROWSER)
    await page.close()
    assert said == right
    assert len(said) > 50


def test_the_page_lists_what_each_reader_does_not_read() -> None:
    page = (Path(__file__).parents[2] / "docs/wire-format.md").read_text("utf-8")
    heads, *rows = re.findall(r"^\| (.+) \|$", page.partition("## 15. ")[2].partition("\n## ")[0], re.MULTILINE)
    readers = [words.strip() for words in heads.split("|")][1:]
    said = {}
    for row in rows[1:]:
        what, *cells = (cell.strip() for cell in row.split("|"))
        said[what] = frozenset(reader for reader, cell in zip(readers, cells, strict=True) if cell == "not read")
    assert {what: blind for what, blind in said.items() if blind} == UNREAD
