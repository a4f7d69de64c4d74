"""The market as it stood: who was to be asked at a moment, and why somebody was not."""

import pytest

from fairplace.event import Fact
from fairplace.ledger.disclosure import closed
from fairplace.market.events import (
    AgreementConcluded,
    CapabilityEvidenced,
    OwnershipDeclared,
    ProviderRegistered,
    Registration,
    SettingChanged,
    SettingRegistered,
    UpliftRule,
    Vacancy,
    VacancyDeclared,
    VacancyWithdrawn,
)
from fairplace.market.known import Market, Seeker
from fairplace.recorded import Recorded
from fairplace.tags import agg, party, seal

BOY_OF_NINE = Seeker(family="residential", age_months=9 * 12 + 4, sex="male")


def stamp() -> dict[str, object]:
    return {
        "case": "c",
        "happened_at": "2026-01-05T09:00:00.000Z",
        "evidence": "signed-by-party",
        "exhibit": seal(None),
    }


def recorded(index: int, event: Fact) -> Recorded:
    return Recorded(
        index=index,
        leaf="l",
        at="2026-01-05T09:00:00.000Z",
        actor="a",
        signers=("a",),
        roles=frozenset({"officer"}),
        type="t",
        stream="c",
        n=1,
        case="c",
        event=event,
    )


def provider(name: str, kind: str = "PR4", authority: str | None = None) -> Fact:
    return ProviderRegistered(
        **stamp(), provider=name, provider_class=kind, authority=authority, company=None, size_band="small",
        name=party(name),
    )  # fmt: skip


def registration(ages: tuple[int, int] = (8, 17), sexes: str = "female male") -> Registration:
    return Registration(urn="9000001", age_from=ages[0], age_to=ages[1], sexes=sexes.split())


def home(name: str, of: str, area: str = "SYN01", ages: tuple[int, int] = (8, 17), sexes: str = "female male") -> Fact:
    return SettingRegistered(
        **stamp(), provider=of, setting=name, family="residential", place_code="K2",
        registration=party(registration(ages, sexes)), places=agg(4), buildings=agg(1), area=agg(area), point=seal(None),
    )  # fmt: skip


def agreement(**tiers: str) -> Fact:
    return AgreementConcluded(
        **stamp(), agreement="NW-RES", route="framework", regime="PA23", authorities=["SYN01"], concluded_on="2025-03-01",
        starts_on="2025-04-01", ends_on="2029-03-31", families=["residential"], tiers=tiers,
        window_hours={"T1": 24, "T2": 24}, price_ranked=False,
        uplift=UpliftRule(kind="lower-of-cap-and-cpi", cap=150), committed={}, rates=party({}),
    )  # fmt: skip


def market(*events: Fact) -> Market:
    return Market.of(recorded(index, event) for index, event in enumerate(events))


FOUR = (
    provider("own", "PR1", "SYN01"), provider("alder"), provider("birch"), provider("cedar"),
    home("own-1", "own"), home("alder-1", "alder"), home("birch-1", "birch", ages=(12, 17)), home("cedar-1", "cedar"),
    agreement(alder="T1", birch="T1", cedar="T2"),
)  # fmt: skip


def asked(found: Market, tier: str, at: int = 99, **more: object) -> frozenset[str] | None:
    wanted = {"authority": "SYN01", "agreement": "NW-RES", "areas": None, **more}
    return found.eligible(BOY_OF_NINE, tier, at=at, **wanted)  # type: ignore[arg-type]


def test_each_tier_asks_its_own_whose_homes_may_take_the_child() -> None:
    found = market(*FOUR, provider("elm"), home("elm-1", "elm"))
    assert asked(found, "IN_HOUSE") == {"own"}
    assert asked(found, "T1") == {"alder"}, "birch takes from twelve"
    assert asked(found, "T2") == {"cedar"}
    assert asked(found, "OFF") == {"elm"}
    assert asked(found, "IN_HOUSE", authority="SYN02") == frozenset()


def test_what_came_later_was_not_known_before() -> None:
    found = market(*FOUR, SettingChanged(
        **stamp(), setting="birch-1", status="active", reason="registration", registration=party(registration((6, 17))),
        places=agg(4),
    ))  # fmt: skip
    at = len(FOUR)
    assert asked(found, "T1", at=at) == {"alder"}
    assert asked(found, "T1", at=at + 1) == {"alder", "birch"}


def test_a_provider_is_told_why_it_was_not_asked() -> None:
    found = market(*FOUR, provider("elm"))

    def why(name: str, tier: str = "T1", areas: list[str] | None = None) -> list[tuple[str | None, str]]:
        return found.why_not_asked(
            name, BOY_OF_NINE, tier, authority="SYN01", agreement="NW-RES", areas=areas, at=99  # type: ignore[arg-type]
        )  # fmt: skip

    assert why("birch") == [("birch-1", "ages")]
    assert why("cedar") == [(None, "other_tier")]
    assert why("elm", "OFF") == [(None, "no_home")]
    assert why("nobody") == [(None, "not_registered")]
    assert why("alder") == []
    assert why("alder", areas=["SYN02"]) == [("alder-1", "area")]


@pytest.mark.parametrize(("status", "expected"), [("suspended", set()), ("closed", set()), ("active", {"alder"})])
def test_a_home_that_is_not_active_is_not_asked(status: str, expected: set[str]) -> None:
    changed = SettingChanged(
        **stamp(), setting="alder-1", status=status, reason="suspension", registration=party(registration()),
        places=agg(4),
    )  # fmt: skip
    assert asked(market(*FOUR, changed), "T1") == expected


def test_nothing_is_concluded_from_what_is_closed() -> None:
    dark = [closed(event, frozenset()) for event in FOUR]
    assert asked(market(*dark), "T1") is None
    assert asked(market(*FOUR), "T1", agreement="NW-OTHER") is None, "an agreement that nobody knows tells nothing"


def test_a_home_is_known_by_the_newest_of_each_thing_that_was_said() -> None:
    said = VacancyDeclared(
        **stamp(), setting="alder-1",
        vacancy=party(Vacancy(places=1, from_on="2026-02-01", available=False, reason_not="staffing")),
    )  # fmt: skip
    evidenced = CapabilityEvidenced(**stamp(), setting="alder-1", claimed=party(3), evidenced=party(1), shown=party([]))
    owned = OwnershipDeclared(**stamp(), provider="alder", owner="g1", owner_type="group", from_on="2026-01-01")
    found = market(*FOUR, said, evidenced, owned, VacancyWithdrawn(**stamp(), setting="alder-1", why="filled"))
    at = len(FOUR)
    before, after = found.home("alder-1", at + 2), found.home("alder-1", at + 4)
    assert before is not None
    assert after is not None
    assert before.room is not None
    assert (before.room.places, before.room.reason_not, before.level, before.claimed) == (1, "staffing", 1, 3)
    assert after.room is None
    alder = found.provider("alder", 99)
    assert alder is not None
    assert alder.owner == "g1"
