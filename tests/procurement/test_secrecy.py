"""What stands in the open before the award is released: nothing of a bid, a bidder, a mark, a word, or a count."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from fairplace.event import Fact
from fairplace.ledger import disclosure
from fairplace.procurement.commands import RecordContact
from fairplace.procurement.events import Handling
from fairplace.terms import Provider
from tests.story import (
    APPROVER,
    BIRCH,
    DEADLINE,
    DESCRIPTORS,
    EVALUATORS,
    MODERATOR,
    OFFERS,
    TITLES,
    Offer,
    Story,
    agreed,
    award,
    open_competition,
    sheet,
)

CANARIES = [
    Offer(
        provider=Provider(id=f"GB-COH-7770{n}777", name=f"Canary {n} Homes"),
        price=770_000_001 + n,
        marks={"care": 8 if n == 0 else 4, "staff": 6},
    )
    for n in range(5)
]


CODE = re.compile("[a-z-]+")
"""A word of the vocabulary, as `own-scores`: member names are of the same words."""


def canary_story(bids: int, until: str = "contracted") -> Story:
    return open_competition(until=until, offers=CANARIES[:bids], seed=7)


def bodies(story: Story) -> list[tuple[str, dict[str, Any], list[str]]]:
    return [(one.type, *_parts(one.event)) for one in story.events]


def _parts(event: Fact) -> tuple[dict[str, Any], list[str]]:
    body, slots, _ = disclosure.split(event, bytes)
    return body, [f"{slot} {value.basis}" for slot, value in slots.items()]


def values(value: Any) -> Iterator[Any]:
    """Every single value that stands sealed in an event."""
    if isinstance(value, dict):
        for item in value.values():
            yield from values(item)
    elif isinstance(value, list):
        for item in value:
            yield from values(item)
    else:
        yield value


def test_no_body_of_a_whole_story_holds_a_price_a_bidder_a_total_or_a_word() -> None:
    story = canary_story(5, "released")
    story.do(contact())
    public = json.dumps([body for _, body, _ in bodies(story)])
    for offer in CANARIES:
        for secret in (offer.provider.id, offer.provider.name, str(offer.price), "Canary", "77000000"):
            assert secret not in public
    for word in (
        *TITLES.values(),
        *DESCRIPTORS.values(),
        "Short breaks",
        "Northbrook Council",
        "strongest",
        "telephone",
    ):
        assert word not in public


def test_everything_sealed_that_is_long_enough_to_recognise_is_absent_from_every_body() -> None:
    story = canary_story(3)
    public = json.dumps([body for _, body, _ in bodies(story)], ensure_ascii=False)
    allowed = {story.case, *(one.leaf for one in story.events), *published_codes(story)}
    for recorded in story.events:
        _, _, openings = disclosure.split(recorded.event, bytes)
        for opening in openings:
            for value in values(opening.value):
                text = str(value)
                if len(text) > 5 and text not in allowed and not CODE.fullmatch(text):
                    assert text not in public, f"{opening.slot} of {recorded.type}"


def published_codes(story: Story) -> set[str]:
    """What the open part of an event says on purpose: when acts were done, and what a root is over."""
    return {one.at for one in story.events} | {one.type for one in story.events} | {DEADLINE[:10]}


def test_two_bids_and_five_leave_the_same_shapes_and_the_same_slots() -> None:
    two, five = ([one for one in bodies(canary_story(bids)) if not one[0].startswith("deposit.")] for bids in (2, 5))
    assert [name for name, _, _ in two] == [name for name, _, _ in five]
    for (name, few, few_slots), (_, many, many_slots) in zip(two, five, strict=True):
        assert few_slots == many_slots, name
        assert shape(few) == shape(many), name


def shape(value: Any) -> Any:
    """A body with every hash and time taken out."""
    if isinstance(value, dict):
        return {name: shape(item) for name, item in value.items() if name not in ("happened_at", "seen", "root")}
    return [shape(item) for item in value] if isinstance(value, list) else value


def test_every_type_of_event_has_the_same_slots_whatever_it_holds() -> None:
    story = canary_story(2)
    seen: dict[str, set[tuple[str, ...]]] = {}
    for name, _, slots in [*bodies(story), *bodies(canary_story(5))]:
        seen.setdefault(name, set()).add(tuple(slots))
    assert {name: len(kinds) for name, kinds in seen.items() if len(kinds) > 1} == {}


@pytest.mark.parametrize("until", ["opened", "checked", "marked", "moderated", "awarded", "summarised", "contracted"])
def test_the_public_view_shows_nothing_of_bids_before_the_award_is_released(until: str) -> None:
    story = canary_story(5, until)
    shown = msgspec.json.encode(story.public()).decode()
    for offer in CANARIES:
        assert offer.provider.id not in shown
        assert offer.provider.name not in shown
        assert str(offer.price) not in shown
    assert "deposit.received/1" not in [one.type for one in story.public()]
    assert "strongest" not in shown


def test_after_the_release_the_winner_is_known_and_losers_are_places() -> None:
    story = canary_story(5, "released")
    shown = msgspec.json.encode(story.public()).decode()
    winner, *losers = CANARIES
    assert winner.provider.name in shown
    assert str(winner.price) in shown
    for loser in losers:
        assert loser.provider.id not in shown
        assert loser.provider.name not in shown
        assert str(loser.price) not in shown


def test_reasons_about_losing_bids_and_sheets_stay_closed_after_the_release() -> None:
    story = open_competition(until="checked")
    for person in EVALUATORS[:2]:
        story.do(sheet(OFFERS[:3]), by=person)
    story.do(agreed(OFFERS[:3]), by=MODERATOR)
    shown = msgspec.json.encode(story.public()).decode()
    assert "as page" not in shown
    assert "Agreed for" not in shown
    released = msgspec.json.encode(open_competition(until="released").public()).decode()
    assert "as page" not in released
    assert "Agreed for Alder Homes on care" in released
    assert "Agreed for Birch" not in released


def contact() -> RecordContact:
    handling = Handling(
        channel="telephone",
        introduced_by="member",
        priority=False,
        priority_basis=None,
        first_response_minutes=5,
        interest_noted=True,
    )
    return RecordContact(id="test", handling=handling, provider=BIRCH, note="Canary 9 Homes rang")


def test_a_statement_is_for_the_signer_and_no_part_of_the_event() -> None:
    story = canary_story(2, "moderated")
    decision = story.decide(award(CANARIES[0]), by=APPROVER)
    assert CANARIES[0].provider.name in decision.statement
    assert CANARIES[0].provider.name not in json.dumps(_parts(decision.event)[0])
