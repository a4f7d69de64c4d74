"""Files beside the log: named by what they contain, and never given out when that changed."""

from __future__ import annotations

import hashlib
import stat
from pathlib import Path

import pytest

from fairplace.documents import Documents
from fairplace.errors import Malformed, Misconfigured, Missing, Unproven
from fairplace.ledger.store.files import FileLock
from fairplace.ledger.store.keeping import alone


def kept_in(folder: Path) -> Documents:
    """A folder of documents with a key store beside it."""
    home = folder.parent / f"keys-of-{folder.name}"
    home.mkdir(exist_ok=True)
    keys = alone(home).keys
    keys.open()
    return Documents(folder, FileLock(keys))


def test_what_was_kept_is_given_back(tmp_path: Path) -> None:
    documents = kept_in(tmp_path / "documents")
    kept = documents.put(b"a bid", "text/plain")
    assert (kept.sha256, kept.bytes, kept.media) == (hashlib.sha256(b"a bid").hexdigest(), 5, "text/plain")
    assert documents.get(kept.sha256) == b"a bid"
    assert documents.put(b"a bid", "text/plain") == kept
    assert len(list((tmp_path / "documents").iterdir())) == 1
    assert documents.get(documents.put(b"", "text/plain").sha256) == b""


def test_a_document_that_was_changed_is_not_given_out(tmp_path: Path) -> None:
    documents = kept_in(tmp_path)
    kept = documents.put(b"a bid", "text/plain")
    [file] = [path for path in tmp_path.iterdir() if len(path.name) == 32]
    held = file.read_bytes()
    file.write_bytes(held[:-1] + bytes([held[-1] ^ 1]))
    with pytest.raises(Unproven, match="was changed"):
        documents.get(kept.sha256)
    documents.put(b"a bid", "text/plain")  # whoever still has it puts it right
    assert documents.get(kept.sha256) == b"a bid"


def test_only_its_owner_reads_it(tmp_path: Path) -> None:
    documents = kept_in(tmp_path / "documents")
    documents.put(b"a bid", "text/plain")
    assert [stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "documents").iterdir()] == [0o600]
    assert stat.S_IMODE((tmp_path / "documents").stat().st_mode) == 0o700


@pytest.mark.parametrize(
    "name", ["", "..", "../" + "a" * 61, "A" * 64, "a" * 63, "a" * 65, "a" * 64 + "\n", "/etc/passwd", "a" * 63 + "\0"]
)
def test_no_name_climbs_out_of_the_folder(tmp_path: Path, name: str) -> None:
    with pytest.raises(Malformed, match="64 hexadecimal digits"):
        kept_in(tmp_path).get(name)


def test_what_is_not_kept_is_missing(tmp_path: Path) -> None:
    with pytest.raises(Missing):
        kept_in(tmp_path / "nowhere").get("0" * 64)


def test_what_cannot_be_written_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        kept_in(tmp_path / "documents").put(b"a bid", "text/plain")
    assert list((tmp_path / "documents").iterdir()) == []


def test_neither_a_file_nor_its_name_tells_what_it_holds(tmp_path: Path) -> None:
    documents = kept_in(tmp_path / "documents")
    kept = documents.put(b"the lowest price is 480,000", "text/plain")
    [file] = (tmp_path / "documents").iterdir()
    assert b"price" not in file.read_bytes()
    assert kept.sha256 not in file.name
    other = kept_in(tmp_path / "elsewhere")
    other.put(b"the lowest price is 480,000", "text/plain")
    assert file.name not in {path.name for path in (tmp_path / "elsewhere").iterdir()}, "a guess is no name"


def test_a_destroyed_document_is_gone_with_its_key_even_from_a_copy(tmp_path: Path) -> None:
    documents = kept_in(tmp_path / "documents")
    kept, other = documents.put(b"a bid", "text/plain"), documents.put(b"another", "text/plain")
    copies = {path.name: path.read_bytes() for path in (tmp_path / "documents").iterdir()}
    documents.destroy(kept.sha256)
    documents.destroy(kept.sha256)
    with pytest.raises(Missing):
        documents.get(kept.sha256)
    assert documents.get(other.sha256) == b"another"
    for name, data in copies.items():
        (tmp_path / "documents" / name).write_bytes(data)
    with pytest.raises(Misconfigured, match="key of the document"):
        documents.get(kept.sha256)
    assert ["key of the document" in fault for fault in documents.faults()] == [True]


def test_keys_without_files_are_dropped(tmp_path: Path) -> None:
    documents = kept_in(tmp_path / "documents")
    documents.put(b"a bid", "text/plain")
    assert documents.drop_orphans() == 0
    for path in (tmp_path / "documents").iterdir():
        path.unlink()
    assert documents.drop_orphans() == 1
    assert documents.drop_orphans() == 0


def test_what_an_older_version_kept_in_the_clear_is_put_under_keys(tmp_path: Path) -> None:
    folder = tmp_path / "documents"
    folder.mkdir()
    digest = hashlib.sha256(b"in the clear").hexdigest()
    (folder / digest).write_bytes(b"in the clear")
    documents = kept_in(folder)
    assert documents.lock_plain_ones() == 1
    assert documents.lock_plain_ones() == 0
    assert documents.get(digest) == b"in the clear"
    assert not any(b"in the clear" in path.read_bytes() for path in folder.iterdir())


def test_every_file_that_is_not_what_its_name_says_is_told(tmp_path: Path) -> None:
    documents = kept_in(tmp_path / "documents")
    documents.put(b"a bid", "text/plain")
    documents.put(b"another", "text/plain")
    assert list(documents.faults()) == []
    first, second = sorted((tmp_path / "documents").iterdir())
    second.write_bytes(first.read_bytes())
    [fault] = documents.faults()
    assert second.name in fault
