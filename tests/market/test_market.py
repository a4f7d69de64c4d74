"""The list of those who offer homes says what is so: nothing in it is overridden, and what does not add up is refused."""

from __future__ import annotations

import msgspec
import pytest

from fairplace.decision import Command, History
from fairplace.errors import Forbidden, Malformed, Refused
from fairplace.market.commands import (
    ChangeSetting,
    DecideUplift,
    DeclareFullCost,
    DeclareOwnership,
    DisputeEntry,
    RecordOccupancy,
    WithdrawVacancy,
)
from fairplace.market.events import (
    Ability,
    CapabilityEvidenced,
    Registration,
    SettingChanged,
    SettingRegistered,
    Uplift,
    UpliftRule,
    Vacancy,
)
from fairplace.market.homes import level_of
from fairplace.market.known import Market
from fairplace.recorded import Recorded
from tests import homes
from tests.homes import APPROVER, ASH, AUTHORITY, BEECH, OFFICER, OWN, Seller, a_market, made, step_of_market

NOW = "2026-01-05T10:00:00.000Z"
MARKET = a_market()


def stream_of(seller: Seller) -> str:
    return next(
        one.stream
        for one in MARKET
        if one.type == "market.provider-registered/1" and getattr(one.event, "provider", None) == seller.provider
    )


def of_type(kind: str) -> str:
    return next(one.stream for one in MARKET if one.type == kind)


def step(command: Command, stream: str | None = None, **more: object) -> Recorded:
    return step_of_market(command, MARKET, stream=stream, at=NOW, **more)  # type: ignore[arg-type]


def refusal(command: Command, stream: str | None = None, **more: object) -> str:
    """The code of the refusal; the same for a report of it."""
    with pytest.raises(Refused) as refused:
        step(command, stream, **more)
    assert not refused.value.overridable
    return refused.value.code


def test_the_market_of_the_tests_is_as_it_says() -> None:
    market = Market.of(MARKET)
    home = market.home(ASH.setting, market.upto)
    assert home is not None
    assert (home.level, home.grade, home.area, home.places) == (3, "good", AUTHORITY, 4)
    assert home.room is not None


def test_what_is_registered_already_is_refused() -> None:
    assert refusal(homes.authority()) == "authority-known"
    assert refusal(homes.provider(ASH)) == "provider-known"
    assert refusal(homes.framework(), by=APPROVER) == "agreement-known"
    assert refusal(homes.home(ASH), stream_of(ASH)) == "home-known"
    assert refusal(homes.home(ASH), stream_of(BEECH)) == "home-known"
    assert refusal(homes.authority("SYN05"), stream_of(ASH)) == "case-exists"
    assert refusal(homes.in_house_policy(), of_type("market.authority-registered/1"), by=APPROVER) == "policy-known"


def test_a_home_belongs_to_a_provider_that_is_registered() -> None:
    assert refusal(homes.home(ASH, setting="home-77"), of_type("market.authority-registered/1")) == "no-provider"
    assert refusal(homes.vacancy(BEECH), stream_of(ASH)) == "unknown-home"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"registration": homes.registration(age_from=12, age_to=8)}, "ages"),
        ({"registration": homes.registration(sexes=[])}, "sexes"),
        ({"registration": homes.registration(urn="12345")}, "urn"),
        ({"places": -1}, "places"),
        ({"buildings": 0}, "buildings"),
        ({"place_code": "H5"}, "code-out-of-date"),
        ({"place_code": "Q9"}, "unknown-code"),
        ({"point": homes.Point(easting=-1, northing=0)}, "point"),
        ({"setting": "a home of words, and more"}, "code"),
    ],
)
def test_a_home_that_does_not_add_up_is_refused(changes: dict[str, object], code: str) -> None:
    assert refusal(homes.home(ASH, **{"setting": "home-77", **changes}), stream_of(ASH)) == code


@pytest.mark.parametrize("urn", ["1234567", "SC123456", "XXXXXXX", None])
def test_an_urn_has_one_of_its_forms(urn: str | None) -> None:
    new = homes.home(ASH, setting="home-77", registration=homes.registration(urn=urn))
    assert isinstance(step(new, stream_of(ASH)).event, SettingRegistered)


def abilities(*kinds: str) -> list[Ability]:
    return [Ability(kind=kind, detail="Seen", seen_on="2025-10-01") for kind in kinds]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("claimed", "kinds", "level"),
    [
        (3, ["ratio"], 1),
        (4, ["ratio", "ratio", "ratio"], 1),
        (3, ["clinical-staff", "model-of-care"], 3),
        (4, ["clinical-staff", "model-of-care"], 3),
        (4, ["clinical-staff", "model-of-care", "outcomes"], 4),
        (2, ["clinical-staff", "model-of-care", "outcomes"], 2),
        (3, ["training"], 2),
        (3, ["training", "inspection-text"], 2),
        (4, [], 1),
    ],
)
def test_a22_a_level_comes_of_evidence_and_never_of_staffing_alone(claimed: int, kinds: list[str], level: int) -> None:
    assert level_of(claimed, abilities(*kinds)) == level
    recorded = step(homes.capability(ASH, claimed=claimed, shown=abilities(*kinds)), stream_of(ASH))
    assert isinstance(recorded.event, CapabilityEvidenced)
    assert (recorded.event.claimed.get(), recorded.event.evidenced.get()) == (claimed, level)


def test_a_level_is_one_of_four() -> None:
    assert refusal(homes.capability(ASH, claimed=5), stream_of(ASH)) == "level"


def room(**changes: object) -> Vacancy:
    return made(Vacancy, changes, places=1, from_on="2026-01-05", available=True, reason_not=None)


def test_room_is_within_the_places_and_says_why_it_cannot_be_filled() -> None:
    assert refusal(homes.vacancy(ASH, vacancy=room(places=5)), stream_of(ASH)) == "over-places"
    assert refusal(homes.vacancy(ASH, vacancy=room(places=0)), stream_of(ASH)) == "over-places"
    assert refusal(homes.vacancy(ASH, vacancy=room(available=False)), stream_of(ASH)) == "reason-not"
    assert refusal(homes.vacancy(ASH, vacancy=room(reason_not="staffing")), stream_of(ASH)) == "reason-not"
    with pytest.raises(Malformed):
        step(homes.vacancy(ASH, vacancy=room(from_on="2026-02-31")), stream_of(ASH))


def test_a_provider_declares_its_own_room_and_no_others() -> None:
    assert step(homes.vacancy(ASH), stream_of(ASH), by=ASH.actor).actor == ASH.actor.key
    with pytest.raises(Forbidden, match="cannot speak for"):
        step(homes.vacancy(ASH), stream_of(ASH), by=BEECH.actor)
    gone = WithdrawVacancy(id="test", setting=ASH.setting, why="filled")
    with pytest.raises(Forbidden, match="cannot speak for"):
        step(gone, stream_of(ASH), by=BEECH.actor)
    dispute = DisputeEntry(id="test", setting=ASH.setting, field="ages", words="It is 8 to 17")
    with pytest.raises(Forbidden):
        step(dispute, stream_of(ASH), by=BEECH.actor)
    assert step(dispute, stream_of(ASH), by=ASH.actor).type == "market.entry-disputed/1"


def test_a_home_that_closed_has_no_room_and_is_reopened_first() -> None:
    closed = step(ChangeSetting(id="test", setting=ASH.setting, reason="closure"), stream_of(ASH))
    assert isinstance(closed.event, SettingChanged)
    assert (closed.event.status, closed.event.places.get()) == ("closed", 4)
    past = [*MARKET, closed]
    for command, code in (
        (homes.vacancy(ASH), "home-closed"),
        (ChangeSetting(id="test", setting=ASH.setting, reason="places", places=2), "home-closed"),
    ):
        with pytest.raises(Refused) as refused:
            step_of_market(command, past, stream=stream_of(ASH), at=NOW)
        assert refused.value.code == code
    back = step_of_market(
        ChangeSetting(id="test", setting=ASH.setting, reason="reopening"), past, stream=stream_of(ASH), at=NOW
    )
    assert isinstance(back.event, SettingChanged)
    assert back.event.status == "active"


def test_a_change_keeps_what_is_left_out() -> None:
    changed = step(ChangeSetting(id="test", setting=ASH.setting, reason="places", places=6), stream_of(ASH))
    assert isinstance(changed.event, SettingChanged)
    assert isinstance(changed.event.registration.get(), Registration)
    assert changed.event.registration.get() == homes.registration()
    assert (changed.event.places.get(), changed.event.status) == (6, "active")


def test_a_grade_is_one_of_the_day_and_given_already() -> None:
    assert refusal(homes.rating(ASH, grade="splendid"), stream_of(ASH)) == "unknown-code"
    assert refusal(homes.rating(ASH, rated_on="2026-01-06"), stream_of(ASH)) == "future"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"provider_class": "PR0"}, "provider-class"),
        ({"provider_class": "PR9"}, "unknown-code"),
        ({"provider_class": "PR1"}, "provider-class"),
        ({"authority": AUTHORITY}, "provider-class"),
        ({"name": "  "}, "empty-text"),
        ({"provider": "=cmd()"}, "code"),
    ],
)
def test_a_provider_that_does_not_add_up_is_refused(changes: dict[str, object], code: str) -> None:
    assert refusal(homes.provider(ASH, **{"provider": "GB-COH-09999999", **changes})) == code


def test_an_authority_does_not_adjoin_itself() -> None:
    assert refusal(homes.authority("SYN05", adjoining=["SYN05"])) == "adjoining"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"ends_on": "2025-05-31"}, "agreement-days"),
        ({"tiers": {"GB-COH-99": "T1"}}, "unknown-provider"),
        ({"window_hours": {"T9": 24}}, "window"),
        ({"window_hours": {"T1": 0}}, "window"),
        ({"families": []}, "families"),
        ({"authorities": []}, "authorities"),
        ({"authorities": ["SYN77"]}, "unknown-authority"),
        ({"committed": {ASH.setting: 2}}, "committed"),
        ({"route": "block"}, "committed"),
        ({"route": "block", "committed": {ASH.setting: 5}}, "committed"),
        ({"route": "block", "committed": {"home-77": 1}}, "unknown-home"),
        ({"uplift": UpliftRule(kind="cpi", cap=150)}, "uplift"),
        ({"uplift": UpliftRule(kind="lower-of-cap-and-cpi", cap=None)}, "uplift"),
        ({"rates": {ASH.setting: -1}}, "amount"),
    ],
)
def test_an_agreement_that_does_not_add_up_is_refused(changes: dict[str, object], code: str) -> None:
    assert refusal(homes.framework(**{"agreement": "FW-2", **changes}), by=APPROVER) == code


def test_a_night_of_a_block_fills_no_more_than_is_paid_for() -> None:
    block = step(
        homes.framework(agreement="BL-1", route="block", committed={BEECH.setting: 2}, tiers={}, rates={}), by=APPROVER
    )
    past = [*MARKET, block]

    def night(setting: str, occupied: int) -> Recorded:
        command = RecordOccupancy(id="test", setting=setting, night="2026-01-04", occupied=occupied)
        return step_of_market(command, past, stream=block.stream, at=NOW)

    assert night(BEECH.setting, 2).type == "market.block-occupancy-recorded/1"
    for setting, occupied in ((BEECH.setting, 3), (BEECH.setting, -1), (ASH.setting, 1)):
        with pytest.raises(Refused):
            night(setting, occupied)


def test_a_rise_is_for_those_who_stand_in_a_tier() -> None:
    stream = of_type("market.agreement-concluded/1")
    rise = Uplift(asked=230, given=150, hardship_evidenced=False)
    given = DecideUplift(id="test", from_on="2026-04-01", cpi=230, given={ASH.provider: rise})
    assert step(given, stream, by=APPROVER).type == "market.uplift-decided/1"
    other = DecideUplift(id="test", from_on="2026-04-01", cpi=230, given={OWN.provider: rise})
    assert refusal(other, stream, by=APPROVER) == "unknown-provider"


def test_a_home_is_used_on_no_more_nights_than_there_are() -> None:
    cost = DeclareFullCost(
        id="test", setting=OWN.setting, year=2025, cost=156_000_000, nights_used=2000, nights_possible=1750
    )
    assert refusal(cost, stream_of(OWN)) == "nights"


def test_nothing_of_the_list_is_overridden() -> None:
    with pytest.raises(Refused) as refused:
        step(homes.vacancy(ASH, override_reason="The director said so"), stream_of(ASH))
    assert refused.value.code == "override"


@pytest.mark.parametrize("name", ["Mary Smith", "Smith", "smith-family"])
def test_nobodys_name_stands_in_the_open_as_the_id_of_a_home_or_an_owner(name: str) -> None:
    """A leaf is for ever: a foster carer's or a founder's name in it could never be taken down."""
    assert refusal(homes.home(ASH, setting=name), stream_of(ASH)) == "name"
    owned = DeclareOwnership(id="test", owner=name, owner_type="founder", from_on="2020-01-01")
    assert refusal(owned, stream_of(ASH)) == "name"
    assert step(msgspec.structs.replace(owned, owner_type="group"), stream_of(ASH)).event
    assert step(msgspec.structs.replace(owned, owner="P-17"), stream_of(ASH)).event


def test_who_may_not_keep_the_list_does_not() -> None:
    with pytest.raises(Forbidden):
        step(homes.framework(agreement="FW-2"), by=OFFICER)
    with pytest.raises(Forbidden):
        step(
            DeclareOwnership(id="test", owner="O-1", owner_type="group", from_on="2020-01-01"),
            stream_of(ASH),
            by=BEECH.actor,
        )


def test_a_stream_that_is_not_there_is_missing() -> None:
    from fairplace.errors import Missing

    with pytest.raises(Missing):
        step(homes.vacancy(ASH), "7b1d6c0e-2f4a-4e57-8a36-0d9c51b7e2f4")
    assert History(case="x", events=()).head is None
