"""The bundle of one provider that was asked for a home: its own, proved; nothing of another, and nothing of the child."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

import fairplace_verify
from fairplace import vault
from fairplace.errors import Forbidden, Refused
from fairplace.publish.bundle import Wish, make
from fairplace.publish.held import Asker, SignedIn
from tests.homes import ASH, BEECH, CHERRY, MONITORING, OFFICER, Seller
from tests.office import signer
from tests.placement_office import PlacementOffice, open_placements


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PlacementOffice]:
    made = open_placements(tmp_path_factory.mktemp("placements") / "register")
    made.tell("chosen")
    made.register.publisher.publish()
    yield made
    made.register.close()


def bundle(office: PlacementOffice, whom: Seller, target: Path, asker: Asker | SignedIn | None = None) -> Path:
    asker = asker or SignedIn(whom.actor.key, vault.new_session())
    wish = Wish(case=office.case, edition="provider", provider=whom.provider, asker=asker, pdf=False)
    make(office.register, wish, target)
    return target


def everything(path: Path) -> bytes:
    with zipfile.ZipFile(path) as held:
        return b"".join(held.read(name) for name in held.namelist())


def held(path: Path) -> dict[int, fairplace_verify.Entry]:
    found = fairplace_verify.read_bundle(path, fairplace_verify.read_trust((), None))
    return {index: found.entries[index] for index in found.of_case}


def test_it_is_genuine_and_says_whose_it_is(office: PlacementOffice, tmp_path: Path) -> None:
    path = bundle(office, BEECH, tmp_path / "beech.fpbundle")
    report = fairplace_verify.verify_bundle(path, keys=office.register.settings.log[0].vkeys)
    assert report.false is None, report
    assert report.word == "genuine", report
    assert any("one provider's own" in note for note in report.notes)
    words = everything(path)
    for own in (BEECH.provider, BEECH.setting, "Is the school place kept?", "Yes, until the summer"):
        assert own.encode() in words, own
    assert b"Edition of a provider who was asked" in words


def test_it_holds_nothing_of_another_provider_and_nothing_sealed_of_the_child(
    office: PlacementOffice, tmp_path: Path
) -> None:
    path = bundle(office, BEECH, tmp_path / "beech.fpbundle")
    words = everything(path)
    for other in (ASH.provider, ASH.name, ASH.setting, ASH.actor.key + '"', "Adults who stay calm", "keeps the school"):
        assert other.encode() not in words.replace(b"vkey", b""), other
    entries = held(path)
    offers = [one for one in entries.values() if one.event["type"] == "referral.offer-made/1"]
    assert len(offers) == 1, "how many others offered cannot be counted"
    assert not any(one.event["type"].startswith(("placement.", "referral.approved")) for one in entries.values())


def test_a_bundle_of_the_whole_case_agrees_with_it_and_a_changed_one_does_not_hold(
    office: PlacementOffice, tmp_path: Path
) -> None:
    path = bundle(office, BEECH, tmp_path / "beech.fpbundle")
    asker = Asker(signer(MONITORING.key), "court", vault.new_session())
    court = tmp_path / "court.fpbundle"
    make(office.register, Wish(case=office.case, edition="court", asker=asker, pdf=False), court)
    trust = fairplace_verify.read_trust(office.register.settings.log[0].vkeys, None)
    pair = [fairplace_verify.read_bundle(one, trust) for one in (path, court)]
    assert fairplace_verify.verify_pair(*pair).false is None
    data = bytearray(path.read_bytes())
    at = data.index(b"Is the school place kept?")
    data[at] ^= 1
    assert fairplace_verify.verify_bundle(bytes(data)).false is not None


def test_a_provider_takes_its_own_and_no_other_and_an_officer_for_it(office: PlacementOffice, tmp_path: Path) -> None:
    with pytest.raises(Forbidden, match="is not theirs to take"):
        bundle(office, ASH, tmp_path / "a.fpbundle", SignedIn(BEECH.actor.key, vault.new_session()))
    with pytest.raises(Refused, match="was not asked in this search"):
        bundle(office, CHERRY, tmp_path / "c.fpbundle")
    assert not list(tmp_path.iterdir())
    before = office.register.reader.size
    session = vault.new_session()
    for name in ("one", "two"):
        bundle(office, BEECH, tmp_path / f"{name}.fpbundle", SignedIn(BEECH.actor.key, session))
    assert office.register.reader.size == before + 1, "one entry for a person, a case and a session says who looked"
    officer = bundle(office, BEECH, tmp_path / "o.fpbundle", Asker(signer(OFFICER.key), "information-request", session))
    assert [*held(officer)] == [*held(tmp_path / "one.fpbundle")]


def test_no_entry_no_reading(office: PlacementOffice, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(office.register.store, "append", full)
    with pytest.raises(OSError, match="no space left"):
        bundle(office, BEECH, tmp_path / "b.fpbundle")
    assert not list(tmp_path.iterdir())
