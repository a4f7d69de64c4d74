"""Folding the past: it never fails, whatever was reported."""

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from fairplace.ledger.disclosure import Sealed
from fairplace.procurement.state import State, evolve, state_of
from tests.matrix import many
from tests.story import OFFERS, Story, closed, open_competition, sheet

WHOLE = open_competition(until="released", bids=5, covers=True)


@given(st.permutations(WHOLE.events))
@settings(max_examples=many(100))
def test_no_order_of_events_breaks_the_fold(events: list[object]) -> None:
    state = State()
    for recorded in events:
        state = evolve(state, recorded)  # type: ignore[arg-type]  # a permutation of Recorded
        assert state.live.keys() <= state.bids.keys()


@given(st.sets(st.integers(0, len(WHOLE.events))))
@settings(max_examples=many(100))
def test_no_missing_event_breaks_the_fold(missing: set[int]) -> None:
    story = Story()
    story._events = [recorded for place, recorded in enumerate(WHOLE.events) if place not in missing]
    state = state_of(story.history)
    assert state.undecided_late == {}


def test_closed_values_do_not_break_the_fold() -> None:
    state = State()
    for recorded in WHOLE.events:
        state = evolve(state, msgspec.structs.replace(recorded, event=closed(recorded.event, set())))
    assert state.tender is not None
    assert isinstance(state.tender.titles, Sealed)
    assert state.bids == {}


def test_folding_twice_gives_the_same_state() -> None:
    assert state_of(WHOLE.history) == state_of(WHOLE.history)


def test_the_newest_sheet_of_an_evaluator_counts() -> None:
    story = open_competition(until="marked")
    place = next(iter(state_of(story.history).live.values())).place
    before = state_of(story.history).inputs(place, "care")
    story.report(sheet(OFFERS[:3]))
    assert len(state_of(story.history).inputs(place, "care")) == len(before) + 1
