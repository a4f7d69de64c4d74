"""A register of placements: of its own kind, with a log of its own, of which nothing but hashes leaves the house."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import fairplace_verify
from fairplace import settings
from fairplace.cli.registers import publish_files
from fairplace.decision import Decision, History
from fairplace.errors import Misconfigured, Refused
from fairplace.ledger.disclosure import slots_of
from fairplace.on_disk import Register
from fairplace.procurement.deposits import cover_deposit
from fairplace.reading_files import FolderReader
from fairplace.terms import instant
from tests import needs, story
from tests.homes import SOCIAL_WORKER
from tests.office import open_office
from tests.placement_office import PlacementOffice, open_placements


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PlacementOffice]:
    with open_placements(tmp_path_factory.mktemp("placements") / "register", until="started") as office:
        office.register.follow()
        yield office


def secrets_of(office: PlacementOffice) -> list[bytes]:
    """Words, ids and types that stand in any entry of the market or of a case; not what is in every such register."""
    found: set[str] = set()
    reader = office.register.reader
    for recorded in reader.recorded(0, reader.size):
        if recorded.type.startswith(("market.", "referral.", "placement.")):
            found |= {recorded.type, recorded.stream}
            found |= set(_texts([getattr(recorded.event, name) for name in recorded.event.__struct_fields__]))
            assert slots_of(recorded.event) or recorded.event
    telling = (text for text in sorted(found) if len(text) > 5 and re.search(r"[0-9 .]", text))
    return [text.encode() for text in telling if not re.match(r"20[0-9]{2}-|PA23", text)]


def _texts(value: object) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            for name, item in value.items():
                yield from _texts(name)
                yield from _texts(item)
        case list() | tuple():
            for item in value:
                yield from _texts(item)
        case _ if hasattr(value, "is_open"):
            yield from _texts(value.get(None))
        case _ if hasattr(value, "__struct_fields__"):
            yield from _texts([getattr(value, name) for name in value.__struct_fields__])
        case _:
            pass


def files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_whole_search_is_recorded_in_earnest(office: PlacementOffice) -> None:
    types = [recorded.type for recorded in office.register.reader.case(office.case)]
    assert types[0] == "referral.need-assessed/1"
    assert types[-2:] == ["placement.started/1", "placement.plan-signed/1"]


def test_what_is_published_holds_hashes_and_no_entry(office: PlacementOffice) -> None:
    names = set(files(office.register.public))
    assert "checkpoint" in names
    assert "policy" in names
    assert any(name.startswith("tile/0/") for name in names)
    assert not [name for name in names if name.startswith(("tile/entries", "disclosures"))]


def test_no_published_byte_tells_of_a_case_or_of_the_market(office: PlacementOffice) -> None:
    secrets = secrets_of(office)
    assert len(secrets) > 50
    for name, data in files(office.register.public).items():
        assert [secret for secret in secrets if secret in data] == [], name


def test_within_the_house_the_log_is_whole_and_verifies(office: PlacementOffice) -> None:
    report = fairplace_verify.verify_register(office.folder, keys=office.register.settings.log[0].vkeys)
    assert report.false is None
    assert report.size == office.register.reader.size
    inside = FolderReader(office.register.whole)
    assert inside.size == office.register.reader.size
    assert inside.entry(inside.size - 1).envelope.type == "placement.plan-signed/1"


def test_the_whole_log_is_for_its_owner_alone(office: PlacementOffice) -> None:
    assert office.register.whole.stat().st_mode & 0o077 == 0


def test_both_folders_show_the_same_signed_state(office: PlacementOffice) -> None:
    public, whole = files(office.register.public), files(office.register.whole)
    assert public["checkpoint"] == whole["checkpoint"]
    assert public.items() <= whole.items()


def test_a_copy_of_the_published_files_has_no_entry_unless_it_is_asked_for(
    office: PlacementOffice, tmp_path: Path
) -> None:
    from fairplace.cli.console import told

    publish_files(office.folder, tmp_path / "out", told)
    assert not [name for name in files(tmp_path / "out") if "entries" in name]
    keys = office.register.settings.log[0].vkeys
    report = fairplace_verify.verify_register(tmp_path / "out", keys)
    assert report.word == "partly checked"
    assert "the log only grew" in report.verdict
    assert "its entries are not public" in report.verdict
    publish_files(office.folder, tmp_path / "within", told, with_entries=True)
    report = fairplace_verify.verify_register(tmp_path / "within", keys=office.register.settings.log[0].vkeys)
    assert report.false is None


def test_a_command_of_a_procurement_is_refused_here_and_the_other_way_round(
    office: PlacementOffice, tmp_path: Path
) -> None:
    with pytest.raises(
        Refused, match="plan is for a register of procurement, and this is one of placements"
    ) as refused:
        office.record(story.plan())
    assert refused.value.code == "kind"
    with open_office(tmp_path / "procurement") as other:
        other.enrol(SOCIAL_WORKER.key, "social-worker")
        with pytest.raises(Refused, match="assess-need is for a register of placements"):
            other.do(needs.need(), by=SOCIAL_WORKER)


def test_no_event_of_the_other_kind_gets_in_by_another_way_than_a_command(office: PlacementOffice) -> None:
    """Services prepare events of their own: covers, what is taken in from notices."""
    desk = office.register.desk
    at = instant(office.register.sources.clock())
    decision = Decision(event=cover_deposit(at=at), statement="A deposit of nothing", stream="new")
    history = History(case="", events=())
    by = desk.actor(office.register.service("receiver").vkey.name)
    with pytest.raises(Refused, match=r"deposit\.received/1 is for a register of procurement"):
        desk.prepare_decision(decision, history, by=by, at=at, key="cover", command="cover")


def test_the_settings_say_the_kind_and_cannot_be_turned(tmp_path: Path) -> None:
    folder = tmp_path / "register"
    with open_placements(folder) as made:
        assert settings.load(folder).kind == "placements"
        made.register.follow()
    written = (folder / settings.FILE).read_text("utf-8")
    assert 'kind = "placements"\n' in written
    (folder / settings.FILE).write_text(written.replace('kind = "placements"\n', ""), "utf-8")
    with pytest.raises(Misconfigured, match="the entries are of placements; set it back"):
        Register.open(folder)
    assert not [name for name in files(folder / "public") if "entries" in name]
    (folder / settings.FILE).write_text(written.replace("placements", "plays"), "utf-8")
    with pytest.raises(Misconfigured):
        Register.open(folder)


def test_a_register_of_procurement_cannot_become_one_of_placements(tmp_path: Path) -> None:
    folder = tmp_path / "register"
    with open_office(folder) as other:
        other.do(story.plan())
    written = (folder / settings.FILE).read_text("utf-8")
    (folder / settings.FILE).write_text(f'kind = "placements"\n{written}', "utf-8")
    with pytest.raises(Misconfigured, match="the entries are of procurement"):
        Register.open(folder)


def test_an_offer_prepared_in_time_and_signed_too_late_becomes_a_late_one(tmp_path: Path) -> None:
    """By the register's clock, as late bids do."""
    from tests.homes import ASH, BEECH

    with open_placements(tmp_path / "register", until="published") as office:
        office.wait_until("2026-03-03T11:04:30.000Z")
        command = office.named(needs.offer(ASH), by=ASH.actor)
        prepared = office.register.desk.prepare(command)
        assert prepared.type == "referral.offer-made/1"
        office.pass_by(minutes=5)

        def signing(one: object) -> list[str]:
            return office.recorder._sign_as(command)(one)  # type: ignore[arg-type]

        done = office.register.desk.record(command, signing)
        assert done.type == "referral.offer-made-late/1"
        assert instant(office.register.sources.clock())[:16] == "2026-03-03T11:09"
        assert office.record(needs.offer(BEECH), by=BEECH.actor).type == "referral.offer-made-late/1"


def test_a_providers_key_speaks_for_that_provider_alone(tmp_path: Path) -> None:
    from fairplace.errors import Forbidden
    from tests.homes import ASH, BEECH

    with open_placements(tmp_path / "register") as office:
        office.tell("published")
        with pytest.raises(Forbidden, match="it cannot speak for GB-COH-02000002"):
            office.record(needs.offer(BEECH), by=ASH.actor)
