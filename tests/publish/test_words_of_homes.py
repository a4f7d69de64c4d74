"""The words on the papers of a search: no code as the log spells it, and none that mean something else in a competition."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Literal, get_args, get_origin

import msgspec
import pytest

from fairplace import shelf
from fairplace.catalogue import PLACEMENTS
from fairplace.publish.wording import Wording
from fairplace.referral.codes import LISTS
from fairplace.templating import environment

SPELLED = re.compile(r"[a-z]+[_-][a-z]|[A-Z]{3,}_")
"""What only a program says: `need_above_capability`, `STAY_SAFE`."""


@pytest.fixture(scope="module")
def words() -> Wording:
    return wording(of_homes=True)


def wording(*, of_homes: bool) -> Wording:
    pages = environment(shelf.root("web") / "templates")
    return Wording(pages, places={}, leaves={}, criteria={}, names={}, of_homes=of_homes)


def codes_of(kind: Any, name: str, known: set[type]) -> Iterator[tuple[str, str]]:
    """Every code that a type can hold, with the member that holds it."""
    if get_origin(kind) is Literal:
        yield from ((str(code), name) for code in get_args(kind))
    elif isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        if kind not in known:
            known.add(kind)
            for field in msgspec.structs.fields(kind):
                yield from codes_of(field.type, field.name, known)
    else:
        for part in (*get_args(kind), *filter(None, [getattr(kind, "__value__", None)])):
            yield from codes_of(part, name, known)


def test_every_code_of_a_search_has_words(words: Wording) -> None:
    known: set[type] = set()
    found = {one for kind in PLACEMENTS.values() for one in codes_of(kind, "", known)}
    assert len(found) > 150
    listed = {(one.code, name) for name, of in (("reason", "decline_reason"), ("code", "reject_reason"), ("grade", "grade"))
              for one in LISTS[of]}  # type: ignore[index] # fmt: skip
    said = {code: words.line(words.node(code, name)) for code, name in found | listed}
    spelled = {code: one for code, one in said.items() if SPELLED.search(one) and one not in ("in-house", "call-off")}
    assert {code: one for code, one in spelled.items() if one == code} == {}


def test_a_code_of_the_return_keeps_its_letters_beside_its_words(words: Wording) -> None:
    assert words.line(words.node("J1", "legal_status")).startswith("J1 (")
    assert words.line(words.node("need_above_capability", "reason")) == "more need than the home can meet"
    assert words.line(words.node("STAY_SAFE", "frame")) == "stay safe"
    assert words.line(words.node("no_vacancy", "outcome")) == "no vacancy"
    assert words.line(words.node("It said no vacancy", "reason")) == "It said no vacancy", "what people wrote stays"


def test_a_member_that_both_kinds_of_case_have_says_what_it_is_here(words: Wording) -> None:
    other = wording(of_homes=False)
    for member, here, there in (
        ("/providers", "The providers", "The contract’s parties"),
        ("/authority", "The authority", "The council’s name"),
        ("/provider", "The provider", "The provider’s name"),
    ):
        assert (words.slot(member), other.slot(member)) == (here, there)
    reasons = [{"code": "top_score", "words": "The school stays"}]
    assert words.line(words.node(reasons, "reasons")) == "Code: most points; In words: The school stays"
    assert (words.name("notified_on"), other.name("notified_on")) == ("The day it was told", "Council told on")
    assert (
        words.line(words.node({"T1": 72, "OFF": 96}, "window_hours")) == "Tier 1: 72; Providers off the agreement: 96"
    )
    assert words.line(words.node({"area": True, "home.others": False}, "facts")) == "Area: yes; Home, others: no"
