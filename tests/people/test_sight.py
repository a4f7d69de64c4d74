"""Who may read which sealed value: every slot of every type is thought of, and nobody sees what is not given to them."""

import re
from collections.abc import Iterator
from typing import Any, get_args, get_origin, get_type_hints

import msgspec
import pytest

from fairplace import catalogue
from fairplace.custody.events import Affair
from fairplace.decision import Actor, History
from fairplace.ledger.disclosure import Sealed, opened, slots_of
from fairplace.people import roles
from fairplace.people.commands import DecideInterest
from fairplace.people.sight import (
    SIGHTS,
    TAGGED,
    Reader,
    Sight,
    Since,
    of_bidder,
    shown,
    stages_of,
    visible,
    visible_alone,
)
from tests.story import (
    ALDER,
    APPROVER,
    BIRCH,
    EVALUATORS,
    MODERATOR,
    MONITORING,
    OFFICER,
    Story,
    open_competition,
)

AUDITOR = Actor(key="a/officer/audit", roles=frozenset({"auditor"}))
EVERYBODY = sorted(roles.ROLES)


def slots_of_type(kind: Any, path: str = "") -> Iterator[str]:
    """The slots that a type declares; `*` is any place."""
    for name, hint in get_type_hints(kind).items():
        origin, arguments = get_origin(hint), get_args(hint)
        if hint is Sealed or origin is Sealed:
            yield f"{path}/{name}"
        elif origin is dict and isinstance(arguments[1], type) and issubclass(arguments[1], msgspec.Struct):
            yield from slots_of_type(arguments[1], f"{path}/{name}/*")


DECLARED = {(name, slot) for name, kind in catalogue.TYPES.items() for slot in slots_of_type(kind)}
DECLARED.add(("key.added/1", "/holder"))


def reader(who: Actor, provider: str | None = None) -> Reader:
    return Reader(key=who.key, roles=who.roles, provider=provider)


def seen(story: Story, who: Actor, kind: str) -> set[str]:
    """The slots of the newest entry of a type that somebody may be shown."""
    index = [one.index for one in story.events if one.type == kind][-1]
    return visible(reader(who), story.history).get(index, set())


def test_every_slot_of_every_type_is_thought_of_and_no_row_names_another() -> None:
    listed = {(kind, slot) for sight in (*SIGHTS, *TAGGED) for kind in sight.types for slot in sight.slots}
    assert len(DECLARED) > 100
    assert listed == DECLARED


@pytest.mark.parametrize("sight", [*SIGHTS, *TAGGED], ids=lambda one: f"{min(one.types)} {one.slots[0]} {one.since}")
def test_every_row_names_known_roles_and_says_why(sight: Sight) -> None:
    assert sight.who
    assert sight.who <= roles.ROLES - {"receiver", "assessor", "importer", "vault"}, "a service is no reader"
    assert "provider" not in sight.who, "a provider reads its own, which the case tells"
    assert sight.since in get_args(Since)
    assert sight.why


@pytest.mark.parametrize("role", EVERYBODY)
@pytest.mark.parametrize("until", ["planned", "deposited", "opened", "marked", "moderated", "awarded"])
def test_every_role_sees_at_each_stage_what_the_table_gives_it_and_nothing_else(role: str, until: str) -> None:
    story = open_competition(until=until)
    stages = stages_of(story.history)
    found = visible(Reader(key="x/officer/none", roles=frozenset({role})), story.history)
    for recorded in story.events:
        for slot in slots_of(recorded.event):
            pattern = re.sub(r"/[0-9]{2}/", "/*/", slot)
            given = any(
                recorded.type in one.types and pattern in one.slots and role in one.who and one.since in stages
                for one in SIGHTS
            )
            assert (slot in found.get(recorded.index, set())) is given, (role, until, recorded.type, slot)


@pytest.mark.parametrize(
    "who", [OFFICER, *EVALUATORS, MODERATOR, APPROVER, MONITORING, AUDITOR], ids=lambda one: one.key
)
def test_before_the_opening_nobody_reads_a_bid(who: Actor) -> None:
    story = open_competition(until="deposited")
    deposits = {one.index for one in story.events if one.type.startswith("deposit.")}
    assert len(deposits) == 3
    everything = Reader(key=who.key, roles=roles.ROLES - {"provider"})
    assert not deposits & visible(reader(who), story.history).keys()
    assert not deposits & visible(everything, story.history).keys()
    assert deposits <= visible(everything, open_competition(until="opened").history).keys()


def test_evaluators_read_bids_without_prices_and_others_sheets_only_after_moderation() -> None:
    marked = open_competition(until="marked")
    assert seen(marked, EVALUATORS[0], "deposit.received/1") == {"/case", "/seen", "/provider", "/document"}
    assert "/price" in seen(marked, MODERATOR, "deposit.received/1")
    sheets = [one for one in marked.events if one.type == "evaluation.sheet-signed/1"]
    for sheet in sheets:
        own = sheet.actor == EVALUATORS[0].key
        slots = visible(reader(EVALUATORS[0]), marked.history).get(sheet.index, set())
        assert any(slot.endswith("/marks") for slot in slots) is own
    moderated = open_competition(until="moderated")
    assert any(slot.endswith("/marks") for slot in seen(moderated, EVALUATORS[2], "evaluation.sheet-signed/1"))


def test_who_must_stay_out_reads_only_their_own_words() -> None:
    story = open_competition(until="marked")
    before = visible(reader(EVALUATORS[0]), story.history)
    story.do(DecideInterest(id="test", person=EVALUATORS[0].key, outcome="recuse", reason="A cousin"), by=MONITORING)
    after = visible(reader(EVALUATORS[0]), story.history)
    own = {one.index for one in story.events if one.actor == EVALUATORS[0].key}
    assert before.keys() > after.keys()
    assert after.keys() <= own


def test_a_provider_reads_its_own_bid_at_any_time_and_its_marks_once_it_is_told() -> None:
    waiting = open_competition(until="deposited")
    birch = Reader(key="a/provider/b", roles=frozenset({"provider"}), provider=BIRCH.id)
    deposits = {
        one.index: one.event.provider.get().id  # type: ignore[attr-defined]  # deposits have a provider
        for one in waiting.events
        if one.type == "deposit.received/1"
    }
    shown = visible(birch, waiting.history)
    assert {index for index, whose in deposits.items() if whose == BIRCH.id} == {*shown} & {*deposits}
    assert not any(
        "/bids/" in slot
        for slots in visible(birch, open_competition(until="awarded").history).values()
        for slot in slots
    )

    told = open_competition()
    mine = [slot for slots in of_bidder(told.history, BIRCH.id).values() for slot in slots if "/bids/" in slot]
    theirs = [slot for slots in of_bidder(told.history, ALDER.id).values() for slot in slots if "/bids/" in slot]
    assert {slot.split("/")[2] for slot in mine} != {slot.split("/")[2] for slot in theirs}
    assert len({slot.split("/")[2] for slot in mine}) == 1
    assert {slot.split("/")[3] for slot in mine} == {"check", "marks", "reasons", "result", "summary"}


def test_what_is_of_no_case_is_for_those_who_watch() -> None:
    for name, kind in catalogue.TYPES.items():
        if issubclass(kind, Affair):
            slots = set(slots_of_type(kind))
            watcher = Reader(key=MONITORING.key, roles=MONITORING.roles)
            assert visible_alone(watcher, name, "x/service/vault", slots) == slots
            evaluator = Reader(key=EVALUATORS[0].key, roles=EVALUATORS[0].roles)
            assert visible_alone(evaluator, name, "x/service/vault", slots) == set()


def test_a_case_without_a_past_shows_nothing() -> None:
    assert visible(reader(MONITORING), History(case="x", events=())) == {}


@pytest.mark.parametrize("until", ["deposited", "checked", "marked", "moderated", "contracted"])
@pytest.mark.parametrize("role", ["officer", "evaluator", "moderator", "approver", "monitoring", "auditor", "provider"])
def test_a_past_as_somebody_is_shown_it_is_open_exactly_where_they_may_look(role: str, until: str) -> None:
    story = open_competition(until=until)
    who = Reader(key="x/officer/none", roles=frozenset({role}))
    may = visible(who, story.history)
    past = shown(who, story.history)
    assert [one.index for one in past.events] == [one.index for one in story.events]
    for before, after in zip(story.events, past.events, strict=True):
        values = opened(before.event)
        assert opened(after.event) == {slot: values[slot] for slot in may.get(before.index, set())}
        assert slots_of(after.event) == slots_of(before.event)
