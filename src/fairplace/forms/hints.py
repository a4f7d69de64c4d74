"""What whoever moderates should look at first: marks that stand apart, and reasons that were written once and used twice.

- It points out and judges nothing: an outlier can be the one who read the bid, and two people can find the same words.
- Names of bidders count as one word here: a sentence that only changes the name is the same sentence.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from statistics import median_high, median_low

import msgspec

from fairplace.terms import KeyName, Mark, Place, Text

APART = 2
"""Steps of the scale between a mark and the median of the others' from which it stands apart.

Where two marks stand in the middle of the others, the nearer counts: of 1, 5 and 5 only the 1 stands apart.
"""
ALIKE = 0.5
"""Part of their runs of three words that two sentences have in common, from which they are nearly the same."""
FEWEST_WORDS = 5
"""A shorter sentence is anybody's: *No evidence was given.*"""
MOST_SENTENCES = 5_000
"""Sentences of all sheets together that are compared."""

_END = re.compile(r"[.!?;]\s+|\n+")
_WORD = re.compile(r"\w+")


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """One mark of one evaluator, with its reason."""

    evaluator: KeyName
    place: Place
    criterion: str
    mark: Mark
    reason: Text


class Outlier(msgspec.Struct, frozen=True, kw_only=True):
    """A mark that stands apart from the others'. `others` are those marks."""

    evaluator: KeyName
    place: Place
    criterion: str
    mark: Mark
    others: tuple[Mark, ...]


class Copied(msgspec.Struct, frozen=True, kw_only=True):
    """A sentence that stands in several reasons, the same or nearly so, and where."""

    sentence: str
    where: tuple[Given, ...]

    @property
    def evaluators(self) -> int:
        return len({one.evaluator for one in self.where})


class Hints(msgspec.Struct, frozen=True, kw_only=True):
    outliers: tuple[Outlier, ...] = ()
    copied: tuple[Copied, ...] = ()


def hints(given: Iterable[Given], step: Mark, bidders: Iterable[str] = ()) -> Hints:
    """What to look at in these marks. `step` is the scale's; `bidders` are the names that count as one word."""
    everything = list(given)
    return Hints(outliers=tuple(_outliers(everything, step)), copied=tuple(_copied(everything, list(bidders))))


def _outliers(given: list[Given], step: Mark) -> Iterator[Outlier]:
    cells: Mapping[tuple[Place, str], list[Given]] = _grouped(given)
    for found in cells.values():
        for one in found:
            others = tuple(sorted(other.mark for other in found if other is not one))
            if others and _distance(one.mark, others) >= APART * step:
                yield Outlier(
                    evaluator=one.evaluator, place=one.place, criterion=one.criterion, mark=one.mark, others=others
                )


def _distance(mark: Mark, others: tuple[Mark, ...]) -> Mark:
    low, high = median_low(others), median_high(others)
    return max(low - mark, mark - high, 0)


def _grouped(given: list[Given]) -> dict[tuple[Place, str], list[Given]]:
    cells: dict[tuple[Place, str], list[Given]] = defaultdict(list)
    for one in given:
        cells[one.place, one.criterion].append(one)
    return cells


def _copied(given: list[Given], bidders: list[str]) -> Iterator[Copied]:
    """Sentences by what they have in common; only those of several evaluators, or on several bids."""
    sentences = [(text, one) for one in given for text in _sentences(one.reason)][:MOST_SENTENCES]
    runs = [_runs(text, bidders) for text, _ in sentences]
    for group in _alike(runs):
        where = list(dict.fromkeys(sentences[at][1] for at in group))
        if len({(one.evaluator, one.place) for one in where}) > 1:
            yield Copied(sentence=sentences[group[0]][0], where=tuple(where))


def _sentences(reason: str) -> Iterator[str]:
    for text in _END.split(reason):
        if len(_WORD.findall(text)) >= FEWEST_WORDS:
            yield " ".join(text.split())


def _runs(text: str, bidders: list[str]) -> frozenset[tuple[str, ...]]:
    """Every three words that follow one another."""
    plain = text.casefold()
    for name in bidders:
        plain = plain.replace(name.casefold(), " bidder ")
    words = _WORD.findall(plain)
    return frozenset(tuple(words[at : at + 3]) for at in range(max(len(words) - 2, 1)))


def _alike(runs: list[frozenset[tuple[str, ...]]]) -> Iterator[list[int]]:
    """Groups of sentences, by their places, each nearly the same as the first of its group."""
    first_of: dict[tuple[str, ...], list[int]] = defaultdict(list)  # a run, and the groups that begin with it in
    groups: dict[int, list[int]] = {}
    for at, own in enumerate(runs):
        shared: dict[int, int] = defaultdict(int)
        for run in own:
            for first in first_of[run]:
                shared[first] += 1
        best = max(shared, key=lambda first: (_likeness(shared[first], own, runs[first]), -first), default=None)
        if best is not None and _likeness(shared[best], own, runs[best]) >= ALIKE:
            groups[best].append(at)
            continue
        groups[at] = [at]
        for run in own:
            first_of[run].append(at)
    return (group for group in groups.values() if len(group) > 1)


def _likeness(shared: int, one: frozenset[tuple[str, ...]], other: frozenset[tuple[str, ...]]) -> float:
    return shared / (len(one) + len(other) - shared)
