"""Files beside the log: named by what they contain, and never given out when that changed."""

from __future__ import annotations

import hashlib
import stat
from pathlib import Path

import pytest

from fairplace.documents import Documents
from fairplace.errors import Malformed, Missing, Unproven


def test_what_was_kept_is_given_back(tmp_path: Path) -> None:
    documents = Documents(tmp_path / "documents")
    kept = documents.put(b"a bid", "text/plain")
    assert (kept.sha256, kept.bytes, kept.media) == (hashlib.sha256(b"a bid").hexdigest(), 5, "text/plain")
    assert documents.get(kept.sha256) == b"a bid"
    assert documents.put(b"a bid", "text/plain") == kept
    assert [path.name for path in (tmp_path / "documents").iterdir()] == [kept.sha256]
    assert documents.get(documents.put(b"", "text/plain").sha256) == b""


def test_a_document_that_was_changed_is_not_given_out(tmp_path: Path) -> None:
    documents = Documents(tmp_path)
    kept = documents.put(b"a bid", "text/plain")
    (tmp_path / kept.sha256).write_bytes(b"a bad")
    with pytest.raises(Unproven, match="was changed"):
        documents.get(kept.sha256)
    documents.put(b"a bid", "text/plain")  # whoever still has it puts it right
    assert documents.get(kept.sha256) == b"a bid"


def test_only_its_owner_reads_it(tmp_path: Path) -> None:
    documents = Documents(tmp_path / "documents")
    kept = documents.put(b"a bid", "text/plain")
    assert stat.S_IMODE((tmp_path / "documents" / kept.sha256).stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "documents").stat().st_mode) == 0o700


@pytest.mark.parametrize(
    "name", ["", "..", "../" + "a" * 61, "A" * 64, "a" * 63, "a" * 65, "a" * 64 + "\n", "/etc/passwd", "a" * 63 + "\0"]
)
def test_no_name_climbs_out_of_the_folder(tmp_path: Path, name: str) -> None:
    with pytest.raises(Malformed, match="64 hexadecimal digits"):
        Documents(tmp_path).get(name)


def test_what_is_not_kept_is_missing(tmp_path: Path) -> None:
    with pytest.raises(Missing):
        Documents(tmp_path / "nowhere").get("0" * 64)


def test_what_cannot_be_written_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        Documents(tmp_path / "documents").put(b"a bid", "text/plain")
    assert list((tmp_path / "documents").iterdir()) == []
