"""In a long log other processors help: what they find false is said, and placed, all the same."""

from __future__ import annotations

import pytest

from fairplace_verify import Falsehood, verify_register
from tests.verifier.writer import CASE, LOG, Writer, bundle, planned

LENGTH = 2_100


@pytest.fixture(scope="module")
def written() -> Writer:
    writer = Writer([LOG]).begin()
    plan = planned(writer)
    notes = []
    while len(writer.entries) < LENGTH - 1:
        sealed = {"/words": "Homes"} if len(writer.entries) % 10 == 0 else None
        notes.append(writer.add("procurement.note/1", {"case": CASE}, sealed=sealed))
    writer.disclose({plan: ["/title"]} | {i: ["/words"] for i in notes if writer.disclosures[i]})
    return writer.publish()


@pytest.fixture
def files(written: Writer) -> dict[str, bytes]:
    return written.files()


def found(files: dict[str, bytes]) -> Falsehood:
    report = verify_register(files, [LOG.vkey])
    assert report.false is not None, "everything was found true"
    return report.false


def test_a_long_log_is_true(files: dict[str, bytes]) -> None:
    report = verify_register(files, [LOG.vkey])
    assert (report.exit_code, report.size) == (0, LENGTH), report.verdict


def test_the_first_of_several_false_signatures_is_named(written: Writer, files: dict[str, bytes]) -> None:
    entries = list(written.entries)
    for index in (1_029, 1_030, 1_500):
        entries[index] = entries[index][:-20] + b"AAAA" + entries[index][-16:]
    entries[1_700] = b"nonsense"
    for number in range(LENGTH // 256):
        files[f"tile/entries/{number:03d}"] = bundle(entries[256 * number : 256 * number + 256])
    falsehood = found(files)
    assert falsehood.why.endswith("does not fit the event")
    assert (falsehood.check, falsehood.entry, falsehood.file) == ("entries", 1_029, "tile/entries/004")


def test_a_text_that_is_not_canonical_is_named_before_a_later_form_that_is_false(
    written: Writer, files: dict[str, bytes]
) -> None:
    entries = written.entries[256:512]
    entries[3] = entries[3].replace(b'"n":', b'"n": ', 1)
    entries[4] = b"nonsense"
    files["tile/entries/001"] = bundle(entries)
    falsehood = found(files)
    assert "not canonical" in falsehood.why
    assert (falsehood.entry, falsehood.file) == (259, "tile/entries/001")


def test_a_false_opening_is_placed(files: dict[str, bytes]) -> None:
    name = "disclosures/x001/500"
    files[name] = files["disclosures/x001/510"]
    falsehood = found(files)
    assert "has digest" in falsehood.why
    assert (falsehood.check, falsehood.entry, falsehood.file, falsehood.slot) == ("disclosures", 1_500, name, "/words")
