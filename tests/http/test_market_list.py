"""The list of homes at the desk: who stands on it, what is disputed, and every form by which it is kept."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fairplace.decision import Actor
from fairplace.market.events import (
    AgreementConcluded,
    AuthorityRegistered,
    BlockOccupancyRecorded,
    CapabilityEvidenced,
    FullCostDeclared,
    InHousePolicyDeclared,
    OwnershipDeclared,
    ProviderRegistered,
    SettingChanged,
    SettingRated,
    SettingRegistered,
    UpliftDecided,
    VacancyDeclared,
    VacancyWithdrawn,
)
from tests.homes import APPROVER, ASH, AUTHORITY, BEECH, CHERRY, OFFICER, OWN, SOCIAL_WORKER
from tests.http.agents import Agents
from tests.http.colleagues import text_of
from tests.http.test_seeking import day
from tests.placement_office import open_placements


@pytest.fixture
def agents(tmp_path: Path) -> Iterator[Agents]:
    agency = open_placements(tmp_path / "register")
    agency.wait_until("2026-03-02T09:00:00.000Z")
    yield Agents(agency)
    agency.close()


def keep(agents: Agents, who: Actor, address: str, **fields: Any) -> Any:
    """Fill in a form of the list and sign it; the event that it gave, and its stream."""
    agents.agency.pass_by(minutes=1)
    one = agents.be(who)
    page = one.post(address, **fields)
    assert "/desk/sign/" in str(page.url), text_of(page)
    said = text_of(one.sign(page))
    assert "Go to the list of homes" in said
    reader = agents.register.reader
    [recorded] = reader.recorded(reader.size - 1, reader.size)
    return recorded


def stream_of(agents: Agents, provider: str) -> str:
    for recorded in agents.register.reader.of_types(["market.provider-registered/1"], 0, agents.register.reader.size):
        if recorded.event.provider == provider:  # type: ignore[attr-defined]
            return recorded.stream
    raise KeyError(provider)


HOME = {
    "setting": "home-17", "family": "residential", "place_code": "K2", "places": "3", "registration.urn": "1234567",
    "registration.age_from": "10", "registration.age_to": "17", "registration.sexes": ["female", "male"], "area": AUTHORITY,
}  # fmt: skip


def test_a_provider_its_home_and_an_agreement_are_entered_and_kept(agents: Agents) -> None:
    new = keep(
        agents, OFFICER, "/desk/market/new/provider",
        provider="GB-COH-09000001", name="Elm Care", provider_class="PR4", size_band="small",
    )  # fmt: skip
    assert isinstance(new.event, ProviderRegistered)
    place = f"/desk/market/{new.stream}"
    assert isinstance(keep(agents, OFFICER, f"{place}/home", **HOME).event, SettingRegistered)
    owned = keep(agents, OFFICER, f"{place}/owner", owner="OWN-1", owner_type="founder", **day("from_on", 2020, 1, 1))
    assert isinstance(owned.event, OwnershipDeclared)
    shown = keep(agents, OFFICER, f"{place}/level", setting="home-17", claimed="3", **{
        "a0-kind": "training", "a0-detail": "Seen", **day("a0-on", 2026, 2, 1),
    })  # fmt: skip
    assert isinstance(shown.event, CapabilityEvidenced)
    assert (shown.event.claimed.get(), shown.event.evidenced.get()) == (3, 2)
    graded = keep(agents, OFFICER, f"{place}/grade", setting="home-17", grade="good", **day("rated_on", 2026, 2, 1))
    assert isinstance(graded.event, SettingRated)
    room = {
        "setting": "home-17",
        "vacancy.places": "2",
        **day("vacancy.from_on", 2026, 3, 2),
        "vacancy.available": "yes",
    }
    assert isinstance(keep(agents, OFFICER, f"{place}/room", **room).event, VacancyDeclared)
    said = text_of(agents.be(SOCIAL_WORKER).get(place))
    for words in ("Elm Care", "Ages 10 to 17", "2 places", "Good", "2; it says 3", "OWN-1 (founder)"):
        assert words in said, words
    assert "Nothing of a child is published here." in agents.be(SOCIAL_WORKER).get(place).text, (
        "it is one of its own kind"
    )
    assert isinstance(keep(agents, OFFICER, f"{place}/gone", setting="home-17", why="filled").event, VacancyWithdrawn)

    block = keep(agents, APPROVER, "/desk/market/new/agreement", **{
        "agreement": "BLK-1", "route": "block", "regime": "PA23", **day("concluded_on", 2026, 1, 1), **day("starts_on", 2026, 1, 1),
        **day("ends_on", 2028, 1, 1), "authorities": [AUTHORITY], "families": ["residential"], "tier-T1": ["GB-COH-09000001"],
        "hours-T1": "24", "price_ranked": "no", "uplift.kind": "lower-of-cap-and-cpi", "uplift.cap": "1.5",
        "rates": "home-17 4,700", "committed": "home-17 2",
    })  # fmt: skip
    assert isinstance(block.event, AgreementConcluded)
    assert (block.event.tiers, block.event.uplift.cap) == ({"GB-COH-09000001": "T1"}, 150)
    assert (block.event.rates.get(), block.event.committed) == ({"home-17": 470_000}, {"home-17": 2})
    place = f"/desk/market/{block.stream}"
    nights = keep(agents, OFFICER, f"{place}/nights", setting="home-17", occupied="1", **day("night", 2026, 3, 1))
    assert isinstance(nights.event, BlockOccupancyRecorded)
    rise = keep(agents, APPROVER, f"{place}/rise", **day("from_on", 2026, 4, 1), cpi="2.3", **{"p0-given": "1.5"})
    assert isinstance(rise.event, UpliftDecided)
    assert rise.event.given.get()["GB-COH-09000001"].given == 150


def test_an_authority_its_policy_and_what_its_own_homes_cost(agents: Agents) -> None:
    new = keep(
        agents, OFFICER, "/desk/market/new/authority", authority="SYN20", name="SYN20 Council", region="North",
        sub_region="North East", adjoining="SYN01\nSYN02", under_100_looked_after="no",
    )  # fmt: skip
    assert isinstance(new.event, AuthorityRegistered)
    assert new.event.adjoining == ["SYN01", "SYN02"]
    policy = keep(
        agents, APPROVER, f"/desk/market/{new.stream}/policy", policy="IHP-2", family="foster", head_start_hours="4",
        reason="Own homes are known well.", **day("from_on", 2026, 3, 1),
    )  # fmt: skip
    assert isinstance(policy.event, InHousePolicyDeclared)
    cost = keep(
        agents, OFFICER, f"/desk/market/{stream_of(agents, OWN.provider)}/cost", setting=OWN.setting, year="2025",
        cost="1,560,000", nights_used="1750", nights_possible="2184",
    )  # fmt: skip
    assert isinstance(cost.event, FullCostDeclared)
    assert cost.event.cost.get() == 156_000_000


def test_what_a_provider_says_is_wrong_stands_on_top_until_the_list_is_changed(agents: Agents) -> None:
    cherry = agents.be(CHERRY.actor)
    page = cherry.post(f"/desk/homes/{CHERRY.setting}/correct", field="ages", words="It is registered from 6.")
    cherry.sign(page)
    officer = agents.be(OFFICER)
    said = text_of(officer.get("/desk/market"))
    for words in ("Said to be wrong", "the ages that it is registered for", "It is registered from 6."):
        assert words in said, words
    place = f"/desk/market/{stream_of(agents, CHERRY.provider)}"
    form = officer.get(f"{place}/change?home={CHERRY.setting}").text
    assert 'value="17"' in form
    changed = keep(agents, OFFICER, f"{place}/change", **{
        "setting": CHERRY.setting, "reason": "correction", "registration.urn": "1234567", "registration.age_from": "6",
        "registration.age_to": "17", "registration.sexes": ["female", "male", "other"],
    })  # fmt: skip
    assert isinstance(changed.event, SettingChanged)
    assert (changed.event.registration.get().age_from, changed.event.places.get()) == (6, 4)
    assert "Said to be wrong" not in text_of(officer.get("/desk/market"))


def test_why_words_are_not_about_a_child_is_kept_with_who_stated_it(agents: Agents) -> None:
    address, one = "/desk/market/new/authority", agents.be(OFFICER)
    sent = {"authority": "SYN20", "region": "North", "sub_region": "North East", "under_100_looked_after": "no"}
    sent |= {"name": f"{one.person.name} Council", "adjoining": "SYN01"}
    page = one.post(address, **sent)
    assert page.status_code == 422
    [name] = set(re.findall(r'name="(not-a-child-[0-9a-f]+)"', page.text))
    for _ in range(2):
        assert "/desk/sign/" in str(one.post(address, **sent, **{name: "The council is called so."}).url)
    kept = one.drafts.get("", "stated", one.person.id)
    assert kept is not None
    [stated] = kept.written["stated"]
    assert stated["by"] == one.person.name
    assert stated["why"] == "The council is called so."
    assert one.person.name in stated["found"]


def test_what_was_written_of_one_home_never_becomes_anothers(agents: Agents) -> None:
    """Two homes of one provider: each has a form of its own, with its own draft, and no choice of another."""
    place = f"/desk/market/{stream_of(agents, ASH.provider)}"
    keep(agents, OFFICER, f"{place}/home", **HOME)
    one, other = (f"{place}/change?home={name}" for name in (ASH.setting, "home-17"))
    officer = agents.be(OFFICER)
    assert f"Change what the list says of a home: {ASH.setting}" in text_of(officer.get(one))
    written = {"setting": ASH.setting, "reason": "registration", "registration.urn": "7654321", "registration.age_from": "5",
               "registration.age_to": "", "registration.sexes": ["male"]}  # fmt: skip
    assert officer.post(one, **written).status_code == 422
    assert "7654321" in officer.get(one).text, "what was typed is there still"
    form = officer.get(other).text
    assert "7654321" not in form
    assert 'value="1234567"' in form
    assert f'value="{ASH.setting}"' not in form
    assert 'value="home-17"' not in officer.get(one).text
    moved = officer.post(other, **{**written, "registration.age_to": "17"})
    assert moved.status_code == 422
    assert "Choose one of the answers" in text_of(moved)
    assert officer.get(f"{place}/change?home=home-99").status_code == 404
    assert "7654321" not in officer.get(f"{place}/change").text, "where no home is named, nothing of any is filled in"
    changed = keep(agents, OFFICER, other, **{**written, "setting": "home-17", "registration.age_to": "17"})
    assert isinstance(changed.event, SettingChanged)
    assert (changed.event.setting, changed.event.registration.get().urn) == ("home-17", "7654321")


@pytest.mark.parametrize(
    ("what", "fields", "says"),
    [
        ("new/provider", {"provider": "GB-COH-09000001", "name": "Call 07700 900123", "provider_class": "PR4", "size_band": "small"}, "telephone"),
        ("new/provider", {"provider": ASH.provider, "name": "Ash", "provider_class": "PR4", "size_band": "small"}, "is registered already"),
        ("new/provider", {"provider": "GB-COH-09000001", "name": "Own", "provider_class": "PR1", "size_band": "small"}, "names its authority"),
        ("{ash}/home", HOME | {"setting": BEECH.setting}, "is registered already"),
        ("{ash}/home", HOME | {"registration.age_from": "18"}, "Ages from 18 to 17 came"),
        ("{ash}/home", HOME | {"places": "1e9"}, "Write a whole number"),
        ("{ash}/home", HOME | {"point.easting": "404000"}, "Write the easting with the northing"),
        ("{ash}/change", {"setting": ASH.setting, "reason": "registration", "registration.age_from": "5"}, "Fill in all of the registration"),
        ("{ash}/room", {"setting": ASH.setting, "vacancy.places": "9", **day("vacancy.from_on", 2026, 3, 2), "vacancy.available": "yes"}, "registered for 4"),
        ("{ash}/room", {"vacancy.places": "9", "setting": BEECH.setting}, "Choose one of the answers"),
        ("{ash}/level", {"setting": ASH.setting, "claimed": "3", "a0-kind": "training"}, "Write what you saw"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_said_and_nothing_typed_is_lost(
    agents: Agents, what: str, fields: dict[str, Any], says: str
) -> None:
    before = agents.register.reader.size
    answer = agents.be(OFFICER).post(f"/desk/market/{what.format(ash=stream_of(agents, ASH.provider))}", **fields)
    assert answer.status_code == 422, text_of(answer)
    assert says in text_of(answer)
    assert next(iter(fields.values())) in answer.text
    assert agents.register.reader.size == before


def test_who_may_not_keep_the_list_reads_it_and_is_told_who_may(agents: Agents) -> None:
    worker = agents.be(SOCIAL_WORKER)
    said = text_of(worker.get("/desk/market"))
    assert ASH.name in said
    assert "Enter a provider" not in said
    answer = worker.get("/desk/market/new/provider")
    assert answer.status_code == 403
    assert "this is for the officer" in answer.text
    for lost in ("nothing", "0" * 40, "new"):
        assert worker.get(f"/desk/market/{lost}").status_code == 404
    assert agents.be(OFFICER).get(f"/desk/market/{stream_of(agents, ASH.provider)}/nothing").status_code == 404
    assert agents.be(OFFICER).get("/desk/market/new/nothing").status_code == 404
