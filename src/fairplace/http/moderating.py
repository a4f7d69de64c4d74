"""What whoever agrees the marks sees beside the form: marks that stand apart, and reasons that were used twice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec

from fairplace.decision import History
from fairplace.forms.evaluation import mark_fields
from fairplace.forms.hints import Given, hints
from fairplace.forms.task import File
from fairplace.procurement.events import SheetSigned

MOST_SHOWN = 50
"""Hints of a kind on one page."""


class Where(msgspec.Struct, frozen=True, kw_only=True):
    """A mark in words, and the field of the form that it is about."""

    evaluator: str
    about: str
    field: str


class Apart(msgspec.Struct, frozen=True, kw_only=True):
    where: Where
    mark: int
    others: tuple[int, ...]


class Twice(msgspec.Struct, frozen=True, kw_only=True):
    """A sentence that was used twice. `between`: evaluators, or the bids of one of them."""

    sentence: str
    between: str
    where: tuple[Where, ...]


class Gave(msgspec.Struct, frozen=True, kw_only=True):
    """The mark that one evaluator gave, and why."""

    evaluator: str
    mark: int
    reason: str


class Pointed(msgspec.Struct, frozen=True, kw_only=True):
    """What is pointed out. `left` are those that the page has no room for."""

    apart: tuple[Apart, ...] = ()
    twice: tuple[Twice, ...] = ()
    left: int = 0
    sheets: Mapping[str, tuple[Gave, ...]] = {}  # what evaluators gave, by the field of the agreed mark


def pointed(seen: History, made: File) -> Pointed:
    """What to look at first. `seen` is the past as whoever moderates may see it."""
    scale = made.state.scale
    if scale is None:
        return Pointed()
    names = [bid.provider.name for bid in made.bids.values()]
    given = list(_given(seen, made))
    found = hints(given, scale.step, names)
    apart = tuple(
        Apart(where=_where(made, one.evaluator, one.place, one.criterion), mark=one.mark, others=one.others)
        for one in found.outliers
    )
    twice = tuple(
        Twice(
            sentence=one.sentence,
            between=f"{one.evaluators} evaluators" if one.evaluators > 1 else "several bids, by one evaluator",
            where=tuple(_where(made, other.evaluator, other.place, other.criterion) for other in one.where),
        )
        for one in found.copied
    )
    left = max(len(apart) - MOST_SHOWN, 0) + max(len(twice) - MOST_SHOWN, 0)
    return Pointed(apart=apart[:MOST_SHOWN], twice=twice[:MOST_SHOWN], left=left, sheets=_sheets(given, made))


def _sheets(given: list[Given], made: File) -> dict[str, tuple[Gave, ...]]:
    """What each gave and wrote, beside the mark that is to be agreed on it."""
    found: dict[str, tuple[Gave, ...]] = {}
    for one in given:
        where = _where(made, one.evaluator, one.place, one.criterion)
        gave = Gave(evaluator=where.evaluator, mark=one.mark, reason=one.reason)
        found[where.field] = (*found.get(where.field, ()), gave)
    return found


def _given(seen: History, made: File) -> Iterator[Given]:
    """The marks that count: of live bids, of each evaluator's newest sheet, and of nobody who must stay out."""
    live = {bid.place for bid in made.state.live.values()}
    newest: dict[tuple[str, str, str], Given] = {}
    for recorded, event in seen.of(SheetSigned):
        evaluator = recorded.actor if event.is_act else recorded.stream
        if evaluator in made.state.recused:
            continue
        for place, bid in event.bids.items():
            marks, reasons = bid.marks.get() or {}, bid.reasons.get() or {}
            for criterion, mark in marks.items():
                if place in live:
                    newest[evaluator, place, criterion] = Given(
                        evaluator=evaluator,
                        place=place,
                        criterion=criterion,
                        mark=mark,
                        reason=reasons.get(criterion, ""),
                    )
    yield from newest.values()


def _where(made: File, evaluator: str, place: str, criterion: str) -> Where:
    name, bid = next((name, bid) for name, bid in made.bids.items() if bid.place == place)
    return Where(
        evaluator=made.people.get(evaluator, "An evaluator"),
        about=f"{bid.provider.name}: {made.named(criterion)}",
        field=mark_fields(made).get((name, criterion), ""),
    )
