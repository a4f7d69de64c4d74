"""Criteria, scale and formula as they may be published: what does not add up is refused."""

from __future__ import annotations

from collections import Counter

from fairplace import procedure
from fairplace.procedure import refuse
from fairplace.procurement.commands import ChangeCriteria, PublishTender
from fairplace.procurement.events import Criterion
from fairplace.procurement.scoring import WHOLE, leaves
from fairplace.terms import Text


def check_criteria(command: PublishTender | ChangeCriteria) -> None:
    """Raises Refused when the weights, parents, scale or formula do not fit together."""
    criteria = command.criteria
    names = [procedure.code(one.id, "a criterion's id", procedure.CRITERION) for one in criteria]
    if twice := [name for name, count in Counter(names).items() if count > 1]:
        refuse("criteria", f"the criterion {twice[0]} came twice; each has an id of its own")
    for one in criteria:
        _check_parent(one, {other.id: other for other in criteria})
    scored_on = leaves(criteria)
    total = sum(one.weight for one in scored_on)
    if total != WHOLE or any(one.weight <= 0 for one in criteria):
        refuse(
            "weights",
            f"the weights of the criteria that are scored add up to {total}; each must be above 0 and together they"
            f" must make {WHOLE} (100 %)",
        )
    _check_scale(command)
    _check_formula(command, [one.id for one in scored_on if one.kind == "price"])


def _check_parent(one: Criterion, known: dict[str, Criterion]) -> None:
    if one.parent is None:
        pass
    elif (parent := known.get(one.parent)) is None:
        refuse(
            "criteria", f"the criterion {one.id} names the parent {one.parent[:64]}, which is not among them; add it"
        )
    elif parent.kind != one.kind:
        refuse("criteria", f"the criterion {one.id} is of kind {one.kind}, its parent of kind {parent.kind}; part them")
    above, seen = one.parent, {one.id}
    while above is not None and above in known:
        if above in seen:
            refuse("criteria", f"the criterion {one.id} stands below itself; name a parent that does not")
        seen.add(above)
        above = known[above].parent
    below = [other.weight for other in known.values() if other.parent == one.id]
    if below and sum(below) != one.weight:
        refuse("weights", f"the criterion {one.id} weighs {one.weight}, its parts {sum(below)}; make them equal")


def _check_scale(command: PublishTender | ChangeCriteria) -> None:
    scale = command.scale
    if (
        scale.lowest < 0
        or scale.step < 1
        or scale.highest <= scale.lowest
        or (scale.highest - scale.lowest) % scale.step
    ):
        refuse(
            "scale",
            f"a scale from {scale.lowest} to {scale.highest} in steps of {scale.step} came; it must start at 0 or above"
            " and reach its highest mark in whole steps",
        )
    if scale.highest > 10_000:
        refuse("scale", f"a scale up to {scale.highest} came; at most 10000 is sensible")
    marks = range(scale.lowest, scale.highest + 1, scale.step)
    for mark in command.descriptors:
        if not (mark.isascii() and mark.isdecimal() and str(int(mark)) == mark and int(mark) in marks):
            refuse("scale", f"a descriptor for the mark {mark[:20]!r} came, which is not on the scale; take it out")


def _check_formula(command: PublishTender | ChangeCriteria, prices: list[str]) -> None:
    if len(prices) > 1:
        refuse("criteria", f"{procedure.listed(prices)} are all price criteria; a bid has one price, so have one")
    if prices and command.price_formula is None:
        refuse("formula", "price is a criterion, but no formula says how it earns points; name the formula")
    if not prices and command.price_formula is not None:
        refuse("formula", "a price formula came, but price is no criterion; leave it out or add the criterion")


def titles_of(command: PublishTender | ChangeCriteria) -> dict[str, Text]:
    """The words of every criterion, and of no other."""
    wanted, came = {one.id for one in command.criteria}, set(command.titles)
    if wanted != came:
        odd = procedure.listed(sorted(wanted ^ came)[:5])
        refuse("titles", f"each criterion needs its words in 'titles', and nothing else does; look at {odd}")
    return {name: procedure.words(words, f"the title of {name}") for name, words in command.titles.items()}


def descriptors_of(command: PublishTender | ChangeCriteria) -> dict[str, Text]:
    return {mark: procedure.words(words, f"the descriptor of {mark}") for mark, words in command.descriptors.items()}
