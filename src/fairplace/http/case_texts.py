"""The texts of a case that can be corrected or taken down, read and put into words only for the form that asks for them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from fairplace.decision import History
from fairplace.forms.task import Texts
from fairplace.http.site import Site
from fairplace.ledger.disclosure import opened
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
    what = f"{words.slot(slot)}, in step {one.index}: {words.of('did', one.type).lower()}"
    says = words.line(words.node(value, slot.rpartition("/")[2])).partition(", SHA-256")[0]
    return f"{one.index}:{slot}", what, says[:120]
