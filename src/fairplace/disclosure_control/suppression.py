"""Which cells of a table are hidden: the small ones, and as many others as it takes that no small one can be found.

- First (R1): a number from one to five, or to seven where numbers are rounded.
- Second (R2): for each hidden cell there must be tables that agree with all published numbers and have six or more in
  it, and its range must be six numbers wide. Where there are none, the cheapest further cells are hidden, small ones
  before large ones, zeros last.
- What is left of a place beside its parts is hidden from the start, and protected like any hidden cell.
- Where nothing helps, the whole table is hidden for this region and period, zeros too.
"""

from __future__ import annotations

from collections.abc import Sequence

from fairplace.disclosure_control.network import Network
from fairplace.disclosure_control.opening import WIDTH, Grid
from fairplace.disclosure_control.plan import LEAST
from fairplace.errors import Refused

ZERO_PRICE = 10**9
"""To hide a zero is the last resort: it may not be needed, and a reader would miss it."""


def hidden_cells(grid: Grid, *, zero_reveals: bool = False) -> set[tuple[int, int]]:
    """Row and column of each hidden cell. Raises Refused when not even hiding everything protects all cells."""
    if not grid.codes:
        return set()
    network = Network(grid.above, grid.numbers)
    width = network.width
    for row, code in enumerate(grid.codes):
        numbers = grid.numbers[row]
        is_plain = zero_reveals and sum(1 for number in numbers if number) == 1
        for column, number in enumerate(numbers):
            if code is None or is_plain:
                network.hide(row * width + column, 0)
            elif 0 < number < grid.least[row]:
                network.hide(row * width + column, 1)
    if not _protect(network):
        for edge in range(len(network.flow)):
            network.hide(edge, 0)
        if any(number and network.widen(edge, LEAST, WIDTH) is not None for edge, number in enumerate(network.flow)):
            raise Refused(
                "a table stays open to being worked out with every cell hidden; hold it until the next period"
            )
    return {divmod(edge, width) for edge, is_hidden in enumerate(network.is_hidden) if is_hidden}


def _protect(network: Network) -> bool:
    """Hide more until every hidden number is safe; False when some cannot be made safe."""
    waiting = [edge for edge in _by_size(network) if network.is_hidden[edge]]
    while waiting:
        edge = waiting.pop()
        while (example := network.widen(edge, LEAST, WIDTH)) is not None:
            more = _more_to_hide(network, edge, example)
            if not more:
                return False
            for one in more:
                network.hide(one, min(1, network.flow[one]))
                if network.flow[one]:
                    waiting.append(one)
    return True


def _by_size(network: Network) -> Sequence[int]:
    return sorted((edge for edge, number in enumerate(network.flow) if number), key=lambda edge: -network.flow[edge])


def _more_to_hide(network: Network, edge: int, example: Sequence[int]) -> list[int] | None:
    need = max(LEAST, network.least[edge] + WIDTH) - network.most[edge]
    price = {one: network.flow[one] or ZERO_PRICE for one in range(len(network.flow)) if not network.is_hidden[one]}
    for enough in (need, 1):
        if more := network.cheapest(edge, example, enough, price):
            return more
    return None
