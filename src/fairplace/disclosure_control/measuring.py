"""What is shown in a cell whose count may be shown: shares, means, medians and rates, rounded (R3, R6, R11).

A value is only ever given beside a count that is given; it rests on no decision that the count does not count.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from fairplace.disclosure_control.facts import Fact, Place
from fairplace.disclosure_control.plan import LEAST, Table
from fairplace.disclosure_control.released import Shown

ROUNDED_TO = 5
DOMINANT = Fraction(80, 100)
"""R3: no amount is published when one provider stands for more than this of it."""

HIDDEN = Shown(symbol="c")
NOT_APPLICABLE = Shown(symbol="z")
MISSING = Shown(symbol="missing")


def nearest(value: Fraction, base: int = 1) -> int:
    """The nearest multiple of `base`; a half goes up, away from zero."""
    sign = -1 if value < 0 else 1
    return sign * int((abs(value) / base + Fraction(1, 2)) // 1) * base


def count(number: int, place: Place) -> Shown:
    """A count that may be shown: to the nearest five where an authority looks after fewer than 100 children (R6)."""
    return Shown(nearest(Fraction(number), ROUNDED_TO) if place.is_small else number)


def share(label: str, shown: dict[str, Shown], table: Table, not_counted: Sequence[str]) -> Shown:
    """Of those to whom it applies: worked out from the counts as they are shown, so it tells nothing more."""
    left_out = set(not_counted)
    if label in left_out:
        return NOT_APPLICABLE
    counts = {one: cell.number for one, cell in shown.items()}
    whole, out = counts["all"], [counts[one] for one in left_out]
    mine = counts[label]
    if whole is None or mine is None or any(one is None for one in out):
        return HIDDEN
    base = whole - sum(one for one in out if one is not None)
    if base <= 0:
        return NOT_APPLICABLE
    # Counts that were each rounded to five need not add up: a share never passes the whole.
    return HIDDEN if base < LEAST else _scaled(Fraction(100 * min(mine, base), base), table, bool(mine))


def rate(shown: Shown, place_population: int | None, table: Table) -> Shown:
    """For each 1,000 looked-after children."""
    if shown.number is None:
        return Shown(symbol=shown.symbol)
    if not place_population:
        return MISSING
    return _scaled(Fraction(1000 * shown.number, place_population), table, bool(shown.number))


def middle(facts: Sequence[Fact], table: Table, of: str | None) -> Shown:
    """The mean or the median of an amount of the table over facts that all have it; `of` to the nearest `round_to`."""
    told = [fact for fact in facts if all(fact.amounts.get(one) is not None for one in (table.of, table.pair) if one)]
    amounts = sorted(amount for fact in told if (amount := fact.amounts.get(of or "")) is not None)
    if not amounts:
        return NOT_APPLICABLE
    if len(amounts) < table.least_for_values or _is_dominated(told, table):
        return HIDDEN
    if table.measure == "mean":
        found = Fraction(sum(amounts), len(amounts))
    else:
        found = Fraction(amounts[(len(amounts) - 1) // 2] + amounts[len(amounts) // 2], 2)
    return _scaled(found, table, bool(found)) if of == table.of else Shown(nearest(found))


def _is_dominated(facts: Sequence[Fact], table: Table) -> bool:
    """Does one provider stand for more than 80 % of the amount? Only money is a provider's secret."""
    if not table.money:
        return False
    by_provider: dict[str, int] = {}
    for fact in facts:
        amount = abs(fact.amounts.get(table.of or "") or 0)
        # Whose fee it is was not recorded: all of those may be one provider's.
        by_provider[fact.provider or ""] = by_provider.get(fact.provider or "", 0) + amount
    total = sum(by_provider.values())
    return total > 0 and max(by_provider.values()) > DOMINANT * total


def _scaled(value: Fraction, table: Table, is_something: bool) -> Shown:
    scale: int = 10**table.decimals
    number = nearest(value * scale, table.round_to * (scale if table.round_to > 1 else 1))
    return Shown(symbol="k") if is_something and number == 0 else Shown(number, decimals=table.decimals)
