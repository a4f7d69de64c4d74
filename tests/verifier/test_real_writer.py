"""The verifier and the real writer agree on what is true, and no byte of what the writer publishes can change unseen."""

from __future__ import annotations

import random
from functools import lru_cache
from pathlib import Path

import pytest

import fairplace_verify
from fairplace.founding import create
from fairplace.ledger.note import mldsa_supported
from fairplace.openness.commands import Release, WithdrawValue
from fairplace.people.commands import DeclareInterests
from fairplace.sources import Sources
from fairplace_verify import verify_register
from tests import office as of
from tests import story
from tests.matrix import every
from tests.office import CHAPTERS, Office, open_office
from tests.story import OFFERS, OFFICER


def published(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def told_a_little(folder: Path) -> tuple[dict[str, bytes], list[str]]:
    """A tender, made public, and one text of it taken down; three checkpoints, each under two signatures."""
    clock = of.Clock(story.START)
    sources = Sources(clock, random.Random(1).randbytes)
    register = create(folder, authority="N", origin=of.ORIGIN, root=of.signer(of.ROOT), sources=sources, worthless=True)
    with Office(folder, register, clock) as office:
        office.enrol(OFFICER.key, "officer")
        office.do(story.plan())
        register.publisher.publish()
        office.do(story.conflicts())
        office.do(DeclareInterests(id="test", acting_as="officer"))
        office.do(story.tender())
        office.do(Release(id="test", occasion="notice"))
        down = WithdrawValue(
            id="test", entry=office.at["procurement.planned/1"], slots=["/need"], ground="child", reason="x"
        )
        office.do(down)
        register.publisher.publish()
        return published(register.public), register.settings.log[0].vkeys


@pytest.fixture(scope="module")
def little(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, bytes], list[str]]:
    return told_a_little(tmp_path_factory.mktemp("little") / "register")


def test_what_the_writer_publishes_is_true_after_every_chapter_of_a_competition(tmp_path: Path) -> None:
    with open_office(tmp_path / "register") as office:
        keys = office.register.settings.log[0].vkeys
        for tell in CHAPTERS.values():
            tell(office, OFFERS[:3])
            office.register.follow()
            report = verify_register(office.register.folder, keys)
            assert report.exit_code == 0, report.verdict
            assert report.size == office.register.reader.size
        award = office.at["procurement.awarded/1"]
        office.do(WithdrawValue(id="test", entry=award, slots=["/reasons"], ground="child", reason="A child is named"))
        office.register.follow()
        assert verify_register(office.register.public, keys).exit_code == 0
        assert verify_register(office.register.public).exit_code == 3
        assert len(list((office.register.public / "checkpoints").iterdir())) == len(CHAPTERS) + 2


def test_a_register_that_the_writer_has_just_made_is_true(little: tuple[dict[str, bytes], list[str]]) -> None:
    files, keys = little
    report = verify_register(files, keys)
    assert report.exit_code == 0, report.verdict
    assert verify_register(files).exit_code == 3
    assert len([name for name in files if name.startswith("checkpoints/")]) == 3
    assert [name for name in files if name.startswith("disclosures/")]
    assert b"value.withdrawn/1" in files[f"tile/entries/000.p/{report.size}"]
    assert files["checkpoint"].count("—".encode()) == (2 if mldsa_supported() else 1)


@pytest.fixture
def remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three pure functions remember their answers for bytes that they have seen before; all else runs for every byte."""
    for pure in (fairplace_verify.is_signed, fairplace_verify.read_entry, fairplace_verify.read_json):
        monkeypatch.setattr(fairplace_verify, pure.__name__, lru_cache(maxsize=4096)(pure))


@pytest.mark.long
@pytest.mark.slow
@pytest.mark.matrix
@pytest.mark.usefixtures("remembered")
def test_every_flipped_byte_of_every_file_that_the_writer_publishes_is_found(
    little: tuple[dict[str, bytes], list[str]],
) -> None:
    """One bit of every byte of every published file: each of the eight bits in its turn."""
    files, keys = little
    unseen = []
    for name, data in files.items():
        for at in every(17, range(len(data))):
            changed = bytearray(data)
            changed[at] ^= 1 << at % 8
            if verify_register(files | {name: bytes(changed)}, keys).exit_code != 1:
                unseen.append((name, at))
    assert not unseen
