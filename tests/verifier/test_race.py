"""A register may be checked while it is written and published to: the verifier never raises a false alarm."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from fairplace.openness.commands import Release, WithdrawValue
from fairplace.procurement.commands import AnswerQuestion, AskQuestion
from fairplace_verify import verify_register
from tests.matrix import many
from tests.office import open_office, person
from tests.story import OFFERS

CHECKS = many(60)


def busy(folder: Path) -> None:
    """Ask, answer, make public and take down for ever, and publish after each step."""
    asker = OFFERS[0].provider
    with open_office(folder, until="published") as office:
        office.register.publisher.publish()
        print(*office.register.settings.log[0].vkeys, flush=True)
        for number in count(1):
            office.do(AskQuestion(id="test", words="Are waking nights costed apart?", asked_by=asker), by=person(asker))
            office.register.publisher.publish()
            office.do(AnswerQuestion(id="test", question=f"Q{number}", answer="Yes, on the second sheet"))
            office.do(Release(id="test", occasion="notice"))
            office.register.publisher.publish()
            answer = office.at["procurement.question-answered/1"]
            office.do(WithdrawValue(id="test", entry=answer, slots=["/words"], ground="personal", reason="x"))
            office.register.publisher.publish()


@pytest.fixture
def register(tmp_path: Path) -> Iterator[tuple[Path, list[str]]]:
    folder = tmp_path / "register"
    script = f"from pathlib import Path; from tests.verifier.test_race import busy; busy(Path({str(folder)!r}))"
    root = Path(__file__).parents[2]
    with subprocess.Popen(
        [sys.executable, "-c", script],
        cwd=root,
        env={"PYTHONPATH": f"{root / 'src'}:{root}"},
        stdout=subprocess.PIPE,
        text=True,
    ) as writing:
        assert writing.stdout
        yield folder, writing.stdout.readline().split()
        assert writing.poll() is None, "the writer fell over"
        writing.kill()


@pytest.mark.long
@pytest.mark.slow
@pytest.mark.matrix
def test_a_register_that_is_written_to_is_never_called_false(register: tuple[Path, list[str]]) -> None:
    folder, keys = register
    sizes = []
    while len(sizes) < CHECKS or sizes[-1] <= sizes[0] + CHECKS:  # it is written to meanwhile, however slowly
        report = verify_register(folder, keys)
        assert report.exit_code == 0, report.verdict
        sizes.append(report.size)
    assert sizes == sorted(sizes)
