"""A made-up region of one authority, small enough to be counted by hand: it follows from its seed, and it verifies."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import msgspec
import pytest

import fairplace_verify
from fairplace.catalogue import NAMES, OF_EITHER, PLACEMENTS
from fairplace.errors import Malformed, Refused
from fairplace.ledger.disclosure import opened
from fairplace.on_disk import Register
from fairplace.placement import events as lived
from fairplace.recorded import Recorded
from fairplace.referral import events as sought
from fairplace.synthesis.region.census import Census
from fairplace.synthesis.region.gates import chi_square_p, gates
from fairplace.synthesis.region.made_up import CANARIES
from fairplace.synthesis.region.presets import PRESETS, preset
from fairplace.synthesis.region.register import Built, build

TINY = preset("tiny")


def entries(folder: Path) -> list[bytes]:
    with Register.open(folder) as register:
        return [stored.raw for stored in register.store.entries(register.origin)]


def events(folder: Path) -> list[Recorded]:
    with Register.open(folder) as register:
        return list(register.reader.recorded(0, register.reader.size))


def truth(folder: Path) -> list[dict[str, object]]:
    return [msgspec.json.decode(line) for line in (folder / "truth.jsonl").read_bytes().splitlines()]


@pytest.fixture(scope="module")
def twin(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Built, Census]:
    folder = tmp_path_factory.mktemp("twin") / "register"
    return folder, build(folder, TINY, seed=3, twin=True, canaries=True), Census.of(folder)


@pytest.fixture(scope="module")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Built, Census]:
    folder = tmp_path_factory.mktemp("faulty") / "register"
    return folder, build(folder, TINY, seed=3), Census.of(folder)


def test_the_same_seed_gives_the_same_entries_and_the_same_truth(
    faulty: tuple[Path, Built, Census], tmp_path: Path
) -> None:
    again, built = tmp_path / "again", build(tmp_path / "again", TINY, seed=3)
    assert built == faulty[1]
    assert entries(again) == entries(faulty[0])
    assert (again / "truth.jsonl").read_bytes() == (faulty[0] / "truth.jsonl").read_bytes()


def test_another_seed_gives_another_region(faulty: tuple[Path, Built, Census], tmp_path: Path) -> None:
    build(tmp_path / "other", TINY, seed=8)
    assert not set(entries(tmp_path / "other")) & set(entries(faulty[0]))


def test_within_the_house_every_entry_verifies(twin: tuple[Path, Built, Census]) -> None:
    with Register.open(twin[0]) as register:
        assert register.is_of_placements
        keys = register.settings.log[0].vkeys
    report = fairplace_verify.verify_register(twin[0], keys=keys)
    assert report.false is None
    assert report.size == twin[1].entries


def test_one_authority_and_eight_providers_seek_twenty_homes(twin: tuple[Path, Built, Census]) -> None:
    folder, built, census = twin
    kinds = Counter(recorded.type for recorded in events(folder))
    assert kinds["market.authority-registered/1"] == 1
    assert kinds["market.provider-registered/1"] == 8
    assert kinds["referral.opened/1"] == kinds["referral.criteria-declared/1"] == 20
    assert kinds["referral.home-chosen/1"] + kinds["referral.ended/1"] == 20
    assert kinds["referral.home-chosen/1"] == kinds["placement.started/1"] == kinds["placement.agreed/1"]
    assert built.planted == 0
    assert all(gate.holds for gate in gates(TINY, census))


def test_the_gates_read_the_entries_and_miss_what_is_not_there(faulty: tuple[Path, Built, Census]) -> None:
    """A register of eight providers is no region of 150, whatever it was planned to be."""
    missed = {
        gate.name
        for gate in gates(msgspec.structs.replace(TINY, residential=4, referrals=21), faulty[2])
        if not gate.holds
    }
    assert missed == {"providers", "referrals"}


def test_the_census_counts_what_stands_in_the_log(twin: tuple[Path, Built, Census]) -> None:
    folder, _, census = twin
    assert Counter(recorded.type for recorded in events(folder)) == Counter(
        {
            name: census.types[kind.__name__]
            for kind, name in NAMES.items()
            if name in PLACEMENTS.keys() | OF_EITHER and census.types[kind.__name__]
        }
    )


def test_five_things_are_done_wrong_each_in_a_case_of_its_own(faulty: tuple[Path, Built, Census]) -> None:
    planted = truth(faulty[0])
    assert sorted(str(one["rule"]) for one in planted) == ["PL-03", "PL-10", "PL-20", "PL-22", "PL-26"]
    assert len({one["case"] for one in planted}) == 5 == faulty[1].planted


def test_what_is_said_to_be_wrong_is_what_was_done(faulty: tuple[Path, Built, Census]) -> None:
    by_case = {one["case"]: one["rule"] for one in truth(faulty[0])}
    invited: Counter[str] = Counter()
    found = set()
    for recorded in events(faulty[0]):
        match recorded.event:
            case sought.ReferralPublished() as event:
                invited[event.case] += len(event.recipients.get())
            case sought.QuestionSettled() as event if len(event.recipients.get()) < invited[event.case]:
                found.add((event.case, "PL-03"))
            case lived.PlacementAgreed() as event:
                terms = event.terms.get()
                if terms.weekly_fee != sum(line.amount for line in terms.lines):
                    found.add((event.case, "PL-20"))
            case lived.PlacementStarted() as event:
                if event.started.get().place_code == "K3" and event.began.get().age_months < 192:
                    found.add((event.case, "PL-26"))
            case _:
                pass
    assert found == {(case, rule) for case, rule in by_case.items() if rule in ("PL-03", "PL-20", "PL-26")}


def test_nobody_signs_what_is_not_theirs_to_sign(twin: tuple[Path, Built, Census]) -> None:
    for recorded in events(twin[0]):
        event = recorded.event
        if isinstance(event, sought.Approved):
            role = {"practice": "approver", "budget": "budget-holder"}.get(event.capacity, event.capacity)
            assert role.replace("_", "-") in recorded.roles
        if isinstance(event, sought.OfferMade | sought.Declined):
            assert recorded.roles == {"provider"}


def test_with_canaries_every_text_holds_one_and_nothing_that_is_published_does(
    twin: tuple[Path, Built, Census], faulty: tuple[Path, Built, Census]
) -> None:
    texts = [
        text
        for recorded in events(twin[0])
        for value in opened(recorded.event).values()
        for text in _texts(value)
        if " " in text
    ]
    assert texts
    assert [text for text in texts if not any(canary in text for canary in CANARIES)] == []
    published = b"".join(path.read_bytes() for path in sorted((twin[0] / "public").rglob("*")) if path.is_file())
    assert not any(canary.encode() in published for canary in CANARIES)
    without = [
        text for recorded in events(faulty[0]) for value in opened(recorded.event).values() for text in _texts(value)
    ]
    assert not any(canary in text for text in without for canary in CANARIES)


def _texts(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [text for item in inner for text in _texts(item)]


def test_an_interrupted_build_leaves_nothing(tmp_path: Path) -> None:
    def interrupt(done: int, total: int) -> None:
        if done > total // 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build(tmp_path / "register", TINY, seed=3, progress=interrupt)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("keep me")
    with pytest.raises(Refused, match="not empty"):
        build(tmp_path, TINY, seed=3)
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


def test_the_presets_plant_what_the_paper_counts() -> None:
    assert sum(PRESETS["region"].planted().values()) == 365
    assert PRESETS["region"].providers == 150
    assert PRESETS["region"].scaled(0.05).referrals == 150
    with pytest.raises(Malformed, match="expected one of tiny"):
        preset("narnia")
    for scale in (0.0, -1.0, float("nan"), float("inf")):
        with pytest.raises(Malformed, match="expected one from"):
            PRESETS["region"].scaled(scale)


@pytest.mark.parametrize(
    ("pairs", "p"),
    [([(50, 50), (50, 50)], 1.0), ([(60, 50), (40, 50)], 0.0455), ([(10, 20), (20, 20), (30, 20)], 0.00674)],
)
def test_the_tail_of_chi_square_is_that_of_the_tables(pairs: list[tuple[float, float]], p: float) -> None:
    assert chi_square_p(pairs) == pytest.approx(p, rel=0.01)
