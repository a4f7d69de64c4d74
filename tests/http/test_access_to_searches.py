"""Who may come where in a register of placements: each address says for whom it is, and lets nobody else in."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from litestar.routes import HTTPRoute

from fairplace.decision import Actor
from fairplace.http.app import SEEKING
from tests.homes import APPROVER, ASH, BUDGET, CHAIR, CHERRY, DIRECTOR, MONITORING, NOMINATED, OFFICER, SOCIAL_WORKER
from tests.http.agents import Agents
from tests.placement_office import open_placements

KEEPERS = {OFFICER.key, APPROVER.key, MONITORING.key}
TEAM = {one.key for one in (OFFICER, SOCIAL_WORKER, CHAIR, APPROVER, BUDGET, NOMINATED, DIRECTOR, MONITORING)}
PROVIDERS = {ASH.actor.key, CHERRY.actor.key}
WHO = {
    "/desk/searches": TEAM,
    "/desk/searches/{case:str}/offers": TEAM,
    "/desk/searches/{case:str}/letters": KEEPERS,
    "/desk/searches/{case:str}/tonight": {OFFICER.key},
    "/desk/searches/{case:str}/challenges": TEAM,
    "/desk/searches/living": TEAM,
    "/desk/searches/{case:str}/young-person/{form:str}": TEAM - {BUDGET.key},
    "/desk/market": TEAM,
    "/desk/market/{stream:str}": TEAM,
    "/desk/market/{stream:str}/{what:str}": {OFFICER.key},
    "/desk/referrals": PROVIDERS,
    "/desk/referrals/{case:str}": PROVIDERS,
    "/desk/referrals/{case:str}/document": PROVIDERS,
    "/desk/referrals/{case:str}/take-away": PROVIDERS,
    "/desk/referrals/{case:str}/challenges": PROVIDERS,
    "/desk/referrals/{case:str}/receipts/{name:str}": PROVIDERS,
    "/desk/referrals/{case:str}/bundle": PROVIDERS,
    "/desk/referrals/{case:str}/{what:str}": PROVIDERS,
    "/desk/homes": PROVIDERS,
    "/desk/homes/{setting:str}/{what:str}": PROVIDERS,
}


@pytest.fixture(scope="module")
def agents(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Agents]:
    office = open_placements(tmp_path_factory.mktemp("access") / "register", until="published")
    yield Agents(office)
    office.close()


def addresses(agents: Agents) -> dict[tuple[str, str], str]:
    """Each address of a search with a method, and its audience."""
    own = {path for handler in SEEKING for path in handler.paths}
    return {
        (route.path, method): str(handler.opt.get("audience"))
        for route in agents.app.routes
        if isinstance(route, HTTPRoute) and route.path in own
        for method, (handler, _) in route.route_handler_map.items()
        if method in ("GET", "POST")
    }


def test_every_address_says_for_whom_it_is(agents: Agents) -> None:
    found = addresses(agents)
    assert {path for path, _ in found} == WHO.keys()
    assert {audience for (_, method), audience in found.items() if method == "GET"} == {"signed-in"}
    assert {audience for (_, method), audience in found.items() if method == "POST"} == {"acting"}


def example(path: str, case: str) -> str:
    return (
        path.replace("{case:str}", case)
        .replace("{setting:str}", "home-01")
        .replace("{stream:str}", "new")
        .replace("{form:str}", "plain")
        .replace("{name:str}", "0")
        .replace("{what:str}", "offer" if "market" not in path else "provider")
    )


@pytest.mark.parametrize(
    "who",
    [OFFICER, SOCIAL_WORKER, CHAIR, APPROVER, BUDGET, NOMINATED, DIRECTOR, MONITORING, ASH.actor, CHERRY.actor],
    ids=lambda who: who.key.rpartition("/")[2],
)
def test_a_role_opens_its_own_places_and_no_others(agents: Agents, who: Actor) -> None:
    one = agents.be(who)
    for path, method in addresses(agents):
        for case in (agents.agency.case, "nothing", "0" * 40):
            address = example(path, case)
            answer = one.get(address) if method == "GET" else one.post(address)
            assert answer.status_code < 500, (address, method)
            assert (answer.status_code == 403) == (who.key not in WHO[path]), (address, method, answer.status_code)


def test_nobody_comes_in_without_signing_in_or_from_another_site(agents: Agents) -> None:
    one = agents.be(OFFICER)
    for path, method in addresses(agents):
        address = example(path, agents.agency.case)
        if method == "POST":
            assert (
                one.client.post(
                    address, data={"token": one.token}, headers={"sec-fetch-site": "cross-site"}
                ).status_code
                == 403
            )
            assert (
                one.client.post(
                    address, data={"token": "made up"}, headers={"sec-fetch-site": "same-origin"}
                ).status_code
                == 403
            )
    one.client.cookies.clear()
    for path, method in addresses(agents):
        answer = one.client.request(method, example(path, agents.agency.case), headers={"accept": "application/json"})
        assert answer.status_code == 401, path
    one.begin(agents.app)
