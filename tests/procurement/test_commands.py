"""Commands as they come in JSON, one object a line."""

import msgspec
import pytest

from fairplace import deciders
from fairplace.decision import Command
from tests.story import (
    DOGWOOD,
    OFFERS,
    agreed,
    award,
    bid,
    checks,
    conflicts,
    contract,
    notice,
    plan,
    sheet,
    summaries,
    tender,
)

THREE = OFFERS[:3]


@pytest.mark.parametrize(
    "command",
    [
        plan(),
        conflicts(),
        tender(),
        bid(OFFERS[0]),
        checks(THREE),
        sheet(THREE),
        agreed(THREE),
        award(OFFERS[0]),
        summaries(THREE),
        notice(),
        contract(OFFERS[0], providers=["GB-COH-1", DOGWOOD]),
    ],
    ids=lambda command: type(command).__name__,
)
def test_a_command_is_the_same_after_a_journey_through_json(command: Command) -> None:
    assert deciders.convert(msgspec.json.decode(msgspec.json.encode(command))) == command


def test_every_command_has_an_imperative_name_of_its_own() -> None:
    names = [kind.__struct_config__.tag for kind in deciders.COMMANDS]
    assert len(set(names)) == len(names)
    assert all(isinstance(name, str) and name == name.lower() and "_" not in name for name in names)


@pytest.mark.parametrize(
    "value",
    [
        {"id": "a", "do": "end-suspension", "how": "lifted", "extra": 1},
        {"id": "a", "do": "end-suspension", "how": "bribed"},
        {"id": "a", "do": "end-everything"},
        {"id": "", "do": "end-suspension", "how": "lifted"},
        {"do": "end-suspension", "how": "lifted"},
        {"id": "a", "do": "lodge-bid", "provider": {"id": "x", "name": "X"}, "price": 5.5},
        {"id": "a", "do": "notify-claim", "issued_on": "1 May 2026", "notified_on": "2026-05-02"},
    ],
)
def test_what_is_no_command_is_refused(value: dict[str, object]) -> None:
    with pytest.raises(msgspec.ValidationError):
        deciders.convert(value)
