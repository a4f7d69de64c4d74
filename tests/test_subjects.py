"""Whose every sealed value is: told for each slot of each type, and never two people under one key."""

import re
from itertools import pairwise

import pytest

from fairplace import catalogue
from fairplace.ledger.disclosure import slots_of
from fairplace.people.sight import of_bidder
from fairplace.subjects import KINDS, SUBJECTS, kind_of, subject_of
from tests.people.test_sight import DECLARED
from tests.story import PROVIDERS, open_competition


def test_every_slot_of_every_type_has_its_subject_and_nothing_else_has() -> None:
    assert SUBJECTS.keys() == {(name, slot) for name, slot in DECLARED if name not in catalogue.PLACEMENTS}
    assert {kind_of(name, slot) for name, slot in DECLARED if name in catalogue.PLACEMENTS} == {"case"}
    assert set(SUBJECTS.values()) == KINDS.keys()


def test_what_no_table_names_is_kept_under_a_key_of_its_own() -> None:
    assert kind_of("new.thing/1", "/secret") == "entry"
    assert subject_of("new.thing/1", "e", "s", "c", "/secret") == "entry/e"
    assert subject_of("procurement.planned/1", "e", "s", None, "/title") == "entry/e", (
        "without a case there is no case's key"
    )


def test_no_two_bidders_share_a_subject() -> None:
    story = open_competition()
    subjects = {}
    for provider in PROVIDERS[:3]:
        own = of_bidder(story.history, provider.id)
        assert own
        subjects[provider.id] = {
            subject_of(one.type, f"id-{one.index}", one.stream, one.case, slot)
            for one in story.events
            for slot in own.get(one.index, ())
            if kind_of(one.type, slot) != "filing"
        }
    for first, second in pairwise([*subjects.values(), *list(subjects.values())[:1]]):
        assert first.isdisjoint(second)
        assert not any(subject.startswith("case/") for subject in first)


def test_a_subject_names_nobody() -> None:
    story = open_competition()
    known = {
        subject_of(one.type, f"id-{one.index}", one.stream, one.case, slot)
        for one in story.everything
        for slot in slots_of(one.event)
    }
    assert len(known) > 20
    uuid = r"[0-9a-f-]{36}"
    for subject in known:
        assert re.fullmatch(rf"case/{uuid}|place/{uuid}/[0-9]{{2}}|stream/{uuid}|(?:entry|filing)/id-\d+", subject)


@pytest.mark.parametrize("kind", ["deposit.received/1", "deposit.received-late/1", "deposit.withdrawn/1"])
def test_a_deposit_and_its_cover_have_subjects_alike(kind: str) -> None:
    for slot in (slot for name, slot in SUBJECTS if name == kind):
        assert (
            subject_of(kind, "e", "s", "case", slot).split("/")[0]
            == subject_of(kind, "f", "t", None, slot).split("/")[0]
        )
        assert "case" not in subject_of(kind, "e", "s", "some-case", slot)
