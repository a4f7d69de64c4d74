"""What the public may take from the demo register tells nothing of what losing bidders asked, and contradicts nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from fairplace import assess, shelf
from fairplace.on_disk import Register
from fairplace.policy import Case
from fairplace.procurement.events import Awarded, Moderated
from tests.whole_demo import whole_demo

# Not among the slow files, which begin first: the whole demo stands by then, and nobody waits for it.
pytestmark = pytest.mark.long

AS_OF = "2026-11-20T17:00:00.000Z"


@pytest.fixture(scope="module")
def register(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Register]:
    folder, _ = whole_demo(tmp_path_factory)
    with Register.open(folder) as made:
        made.follow()
        yield made


@pytest.fixture(scope="module")
def cases(register: Register) -> list[tuple[Case, Case]]:
    """Each case as the authority and as the public sees it."""
    return [
        (
            Case(id=case, as_of=AS_OF, view="authority", events=register.reader.case(case, "authority")),
            Case(id=case, as_of=AS_OF, view="public", events=register.reader.case(case, "public")),
        )
        for case in register.reader.cases()
    ]


def test_results_that_are_public_are_those_that_the_winners_alone_would_have(cases: list[tuple[Case, Case]]) -> None:
    told = kept = 0
    for own, public in cases:
        moderated = public.last(Moderated)
        if moderated is None or own.bids.terms is None:
            continue
        shown = {place: bid.result.get() for place, bid in moderated[1].bids.items() if bid.result.is_open}
        winners = own.bids.winners or frozenset()
        assert shown.keys() <= winners
        others = own.bids.by_place.keys() - winners
        alone = own.bids.standings(without=others) if shown else {}
        assert alone is not None
        assert {place: result.points for place, result in shown.items() if result} == {
            place: alone[place].points for place in shown
        }
        told, kept = told + bool(shown), kept + bool(winners and not shown)
    assert min(told, kept) >= 3, "both kinds must be there, or this looked at nothing"


def test_no_price_or_total_that_is_kept_stands_anywhere_else(cases: list[tuple[Case, Case]]) -> None:
    """Not in reasons, answers or any other opened value, in pence, in pounds or in points."""
    looked = 0
    for own, public in cases:
        winners = own.bids.winners or frozenset()
        text = msgspec.json.encode([one.event for one in public.events]).decode()
        once = {place for _, award in own.of(Awarded) for place, bid in award.bids.items() if bid.award.get()}
        told = {one.price for one in own.bids.by_place.values() if one.place in winners | once}
        for bid in own.bids.by_place.values():
            if bid.place in winners or bid.price is None or bid.price in told:
                continue
            looked += 1
            for written in (f":{bid.price},", f":{bid.price}}}", f"£{bid.price / 100:,.2f}", f"£{bid.price // 100:,}."):
                assert written not in text, (own.id, bid.place)
            if bid.result is not None:
                total = f"{bid.result.total // 100}.{bid.result.total % 100:02d} of 100"
                assert total not in text
                assert f'"total":{bid.result.total},' not in text, (own.id, bid.place)
    assert looked > 50


def test_the_public_view_cannot_tell_or_tells_the_same(cases: list[tuple[Case, Case]]) -> None:
    """No rule is met or not met for the public that is not so on all the facts."""
    rules = assess.rules(shelf.policies())
    silent: set[str] = set()
    for own, public in cases:
        if not public.events:
            continue
        full, part = assess.assess(own, rules).outcomes, assess.assess(public, rules).outcomes
        for rule, outcome in part.items():
            assert outcome in ("cannot-tell", full[rule]), (own.id, rule)
        silent |= {rule for rule, outcome in full.items() if outcome == "not-met" and part[rule] == "cannot-tell"}
    assert silent >= {"ET-12", "AD-01"}


def test_what_was_planted_shows_on_the_record_all_the_same(register: Register) -> None:
    """What the public run cannot tell, the authority's own run in the log does, and the rows say whose word it is."""
    rows: Any = register.rows.list("decision-record", limit=1000)[0]
    shown = {(check.rule, check.view) for row in rows for check in row.checks if check.outcome == "not-met"}
    assert {rule for rule, view in shown if view == "authority"} >= {"ET-12", "AD-01", "RR-01", "RR-03"}
    assert any(view == "public" for _, view in shown)
    lines = {line.case: line for line in register.rows.list("register", limit=1000)[0]}
    for row in rows:
        found = [check.outcome for check in row.checks]
        assert lines[row.case].checks == {outcome: found.count(outcome) for outcome in set(found)}
