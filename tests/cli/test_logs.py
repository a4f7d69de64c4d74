"""What a server writes down when something goes wrong."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import structlog

from fairplace.cli import serving


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    yield
    structlog.reset_defaults()


def written_down(capsys: pytest.CaptureFixture[str]) -> str:
    sealed = f"Quokka{7}"
    try:
        int(f"no number{sealed[:0]}")
    except ValueError:
        serving.log.exception("publishing stopped")
    said = capsys.readouterr()
    return said.out + said.err


def test_a_fault_is_logged_with_its_place_and_without_any_value(capsys: pytest.CaptureFixture[str]) -> None:
    """Openings are at hand where a register is published: a log is read by more people than a register."""
    structlog.reset_defaults()
    assert "Quokka7" in written_down(capsys), "the control: the library's own way shows values"
    serving.log_plainly()
    said = written_down(capsys)
    assert "Quokka7" not in said
    assert "test_logs.py" in said
    assert "ValueError" in said
