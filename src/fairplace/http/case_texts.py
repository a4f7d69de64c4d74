"""The texts of a case that can be corrected or taken down, read and put into words only for the form that asks for them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from fairplace.counted import counted
from fairplace.decision import History
from fairplace.forms.task import Texts
from fairplace.http.said import in_words
from fairplace.http.site import Site
from fairplace.ledger.disclosure import opened
from fairplace.openness.events import Disclosed
from fairplace.openness.release import in_effect, is_others
from fairplace.publish.wording import Wording
from fairplace.recorded import Recorded

BONDS = ("rests_on", "seen", "deposit", "late", "case")
"""What binds entries together: it says nothing to a reader."""
NO_TEXT = (*BONDS, "exhibit", "documents")


def own(site: Site, past: History) -> Texts:
    """The authority's own texts, the newest step first; `past` is as far as whoever looks may see it."""
    some = next(_own(past), None) is not None
    return Texts(any=some, all=lambda: [_told(site, *one) for one in _own(past)])


def _own(past: History) -> Iterator[tuple[Recorded, str, object]]:
    for one in reversed(past.events):
        for slot, value in () if is_others(one) else sorted(opened(one.event).items()):
            of_words = isinstance(value, str) or (isinstance(value, list) and value and isinstance(value[0], str))
            if value and of_words and slot.rpartition("/")[2] not in NO_TEXT:
                yield one, slot, value


def public(site: Site, past: History) -> Texts:
    """What is public of the case now and says something, the newest step first."""
    says = any(_says(slot) for slots in in_effect(past)[0].values() for slot in slots)
    return Texts(any=says, all=lambda: _public(site, past))


def _says(slot: str) -> bool:
    return slot.rpartition("/")[2] not in BONDS


def _public(site: Site, past: History) -> Sequence[tuple[str, str, str]]:
    return [
        _told(site, one, slot, value)
        for one in reversed(site.register.reader.case(past.case, "public"))
        for slot, value in sorted(opened(one.event).items())
        if value and _says(slot)
    ]


def _told(site: Site, one: Recorded, slot: str, value: object) -> tuple[str, str, str]:
    """A text of a step: how it is named, what it is, and how it begins."""
    words = Wording(site.pages.environment, places={}, leaves={}, criteria={}, names={})
    what = _called(words, one, slot)
    says = words.line(words.node(value, slot.rpartition("/")[2])).partition(", SHA-256")[0]
    return f"{one.index}:{slot}", what, says[:120]


def _called(words: Wording, one: Recorded, slot: str) -> str:
    return f"{words.slot(slot)}, in step {one.index}: {words.of('did', one.type).lower()}"


class Opens(msgspec.Struct, frozen=True):
    """A text that a release makes public: how it is named, and what it says."""

    name: str
    lines: list[str]


CLOSED = "Closed to you, or erased: ask somebody who may read it to sign"


def to_open(past: History, release: Disclosed, words: Wording) -> list[Opens]:
    """Every value that a release makes public, whole, as far as `past` shows it; what binds steps to each other last."""
    entries = {one.index: one for one in past.events}
    named = [(entries[one.entry], slot) for one in release.openings for slot in one.slots if one.entry in entries]
    found = [Opens(_called(words, one, slot), _lines(one, slot, words)) for one, slot in named if _says(slot)]
    if binding := len(named) - len(found):
        found.append(Opens("What binds steps to each other", [f"{counted(binding, 'value')}: numbers, and no words"]))
    return found


def _lines(one: Recorded, slot: str, words: Wording) -> list[str]:
    values = opened(one.event)
    if slot not in values:
        return [CLOSED]
    return in_words(msgspec.to_builtins(values[slot]), slot.rpartition("/")[2], words) or ["Nothing: it is empty"]
