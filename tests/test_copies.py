"""A copy of what was published that was damaged gets a sentence, however it was packed."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from random import Random

import pytest

from fairplace.copies import opened
from fairplace.errors import Malformed, Missing, Unproven
from tests.matrix import many

NAMES = ("checkpoint", "checkpoints/12", "tile/0/000")
WAYS = {
    "stored": zipfile.ZIP_STORED,
    "deflate": zipfile.ZIP_DEFLATED,
    "bzip2": zipfile.ZIP_BZIP2,
    "lzma": zipfile.ZIP_LZMA,
}


def packed(way: int) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", way) as file:
        for name in NAMES:
            file.writestr(name, b"what was published " * 40 + name.encode())
    return out.getvalue()


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_a_copy_in_a_zip_is_read_however_it_was_packed(tmp_path: Path, way: int) -> None:
    path = tmp_path / "log.zip"
    path.write_bytes(packed(way))
    copy = opened(str(path))
    assert copy.names == ("checkpoints/12",)
    assert all(name.encode() in (copy.fetch(name) or b"") for name in NAMES)
    assert copy.fetch("tile/0/001") is None


@pytest.mark.matrix
@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_a_copy_in_a_damaged_zip_gets_a_sentence(tmp_path: Path, way: int) -> None:
    path, good, refused = tmp_path / "log.zip", packed(way), 0
    cases = many(3_200)
    for number in range(cases):
        chance = Random(number)
        data = bytearray(good)
        for _ in range(chance.choice((1, 1, 2, 5))):
            data[chance.randrange(len(data))] = chance.randrange(256)
        path.write_bytes(data[: chance.randrange(len(data))] if chance.random() < 0.1 else data)
        try:
            copy = opened(str(path))
            for name in (*NAMES, *copy.names):
                copy.fetch(name)
        except (Malformed, Missing, Unproven):
            refused += 1
    assert refused > cases / 2
