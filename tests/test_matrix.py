"""`make test` runs a part of each long matrix, and `make matrices` finds them all."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests import matrix

TESTS = Path(__file__).parent


@pytest.mark.parametrize("whole", [True, False])
def test_a_part_is_of_the_whole_and_ends_where_it_ends(whole: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matrix, "WHOLE", whole)
    assert list(matrix.some("abcd", "d", "a")) == (["a", "b", "c", "d"] if whole else ["d", "a"])
    assert list(matrix.every(4, range(10))) == (list(range(10)) if whole else [0, 4, 8, 9])
    assert [list(matrix.every(7, range(size))) for size in (0, 1, 2)] == [[], [0], [0, 1]]
    assert matrix.many(6000) == (6000 if whole else 500)


def test_what_stands_for_a_matrix_is_in_it() -> None:
    with pytest.raises(ValueError, match=r"\['e'\] is none of"):
        matrix.some("abcd", "a", "e")


def test_each_file_that_runs_a_part_is_found_by_make_matrices() -> None:
    """Browser tests bear the mark all together, and so do laws with examples by chance."""
    asking = {
        path
        for path in TESTS.rglob("test_*.py")
        if re.search(r"^from tests\.matrix import", path.read_text("utf-8"), re.MULTILINE)
    }
    assert len(asking) > 5
    for path in asking:
        text = path.read_text("utf-8")
        assert path.parent.name == "browser" or re.search(r"pytest\.mark\.(matrix|long)|@given", text), path
