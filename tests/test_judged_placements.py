"""A real register of placements, recorded step by step, is judged by the rules for its kind."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from fairplace import assess
from fairplace.assess import Assessment
from fairplace.clerk import Clerk
from fairplace.market.known import Market
from fairplace.others import Others
from fairplace.policy import Case
from fairplace.referral.values import Reason
from tests.office import signer
from tests.placement_office import Live, PlacementOffice, open_placements
from tests.searches import choice, ranked

AS_OF = "2026-12-01T12:00:00.000Z"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PlacementOffice]:
    with open_placements(tmp_path_factory.mktemp("judged") / "register") as office:
        yield office.tell("started")


def judged(office: PlacementOffice, case: str) -> Assessment:
    asked = assess.rules(office.register.policies)
    found = assess.judge(office.register.reader, case, asked, as_of=AS_OF)
    assert found is not None
    return found


def test_a_register_of_placements_asks_the_rules_on_placements_alone(office: PlacementOffice) -> None:
    assert list(judged(office, office.case).outcomes) == [f"PL-{n:02d}" for n in range(1, 28)]


def test_a_fair_search_that_was_really_recorded_is_not_accused(office: PlacementOffice) -> None:
    outcomes = judged(office, office.case).outcomes
    assert {code for code, outcome in outcomes.items() if outcome in ("not-met", "concern")} == set()
    untold = {code for code, outcome in outcomes.items() if outcome == "cannot-tell"}
    assert untold == {"PL-04", "PL-21"}, "nobody kept a log of contacts, and there are no like needs yet"
    assert sum(outcome == "met" for outcome in outcomes.values()) == 20


def test_what_is_known_of_the_market_is_no_search_for_a_home(office: PlacementOffice) -> None:
    for case in office.register.reader.cases():
        if case != office.case:
            assert set(judged(office, case).outcomes.values()) <= {"not-applicable", "cannot-tell"}


def test_whoever_holds_the_whole_log_finds_the_same_to_the_byte(office: PlacementOffice) -> None:
    reader = office.register.reader
    everything = list(reader.recorded(0, reader.size))
    again = Case(
        id=office.case, as_of=AS_OF, view="authority", events=reader.case(office.case), market=Market.of(everything),
        others=Others.of(everything),
    )  # fmt: skip
    asked = assess.rules(office.register.policies)
    assert assess.assess(again, asked).document == judged(office, office.case).document


def test_the_desk_says_what_is_amiss_before_another_home_is_chosen(tmp_path: Path) -> None:
    """Rehearsed in earnest: nothing is recorded, and the sentence names what to do."""
    with open_placements(tmp_path / "register") as desk:
        story = Live(desk.tell("judged"))
        clerk, size = Clerk(desk.register, signer), desk.register.reader.size
        best, *others = ranked(story)
        assert clerk.rehearse(desk.named(choice(story, pick=best))).fixes == ()
        cheaper = choice(story, pick=others[0])
        departing = replace(
            cheaper, chosen=replace(cheaper.chosen, departures=[Reason(code="lowest_fee", words="Less")])
        )
        fixes = clerk.rehearse(desk.named(departing)).fixes
        assert ("PL-11", True) in [(one.rule.code, one.blocks) for one in fixes]
        assert "for the lowest fee, which the points count already" in assess.told(fixes)
        assert desk.register.reader.size == size
