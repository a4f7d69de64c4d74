"""Which cells of a table are hidden: the small ones, and as many others as it takes that no small one can be found.

- First (R1): a number from one to five, or of fewer than six children, or to seven where numbers are rounded.
- Second (R2): for each hidden cell there must be tables that agree with all published numbers and have six or more in
  it, and its range must be six numbers wide. Where there are none, the cheapest further cells are hidden, small ones
  before large ones, zeros last.
- What is left of a place beside its parts is hidden from the start, and protected like any hidden cell.
- Where nothing helps, the whole table is hidden for this region and period, zeros too; where not even that does, it is
  refused, and whoever makes a release leaves it out.
"""

from __future__ import annotations

from collections.abc import Sequence

from fairplace.disclosure_control.network import Network
from fairplace.disclosure_control.opening import WIDTH, Grid, is_small
from fairplace.disclosure_control.plan import LEAST
from fairplace.errors import Refused

Cell = tuple[int, int]  # row and column

OPEN = "open"
"""Why a table is left out: what its places have together leaves too little room, whatever is hidden."""

ZERO_PRICE = 10**9
"""To hide a zero is the last resort: it may not be needed, and a reader would miss it."""

BESIDE_PRICE = 10**6
"""What was not recorded in one table was often not recorded in another: hidden in one, it could be read in the other."""


def hidden_cells(grid: Grid, *, zero_reveals: bool = False) -> set[tuple[int, int]]:
    """Row and column of each hidden cell. Raises Refused when not even hiding everything protects all cells."""
    too_few = set[Cell]()
    while True:
        hidden = _hidden(grid, too_few, zero_reveals=zero_reveals) if grid.codes else set()
        if (more := _of_too_few_children(grid, hidden)) is None:
            return hidden
        too_few.add(more)


def _of_too_few_children(grid: Grid, hidden: set[Cell]) -> Cell | None:
    """A cell to hide, since what is left beside it, of a line or of a place, is about fewer than six children."""
    for row, line in enumerate(grid.cells):
        shown = [(len(cell), column) for column, cell in enumerate(line) if cell and (row, column) not in hidden]
        if shown and is_small([fact for column, cell in enumerate(line) if (row, column) in hidden for fact in cell]):
            return row, min(shown)[1]
        parts = [part for part, above in enumerate(grid.above) if above == row]
        for _, column in shown if parts else ():
            seen = [(len(grid.cells[part][column]), part) for part in parts if (part, column) not in hidden]
            left = [fact for part in parts if (part, column) in hidden for fact in grid.cells[part][column]]
            if is_small(left):
                biggest = [part for number, part in sorted(seen) if number]
                return (biggest[0], column) if biggest else (row, column)
    return None


def _hidden(grid: Grid, too_few: set[Cell], *, zero_reveals: bool) -> set[Cell]:
    network = Network(grid.above, grid.numbers)
    width = network.width
    for row, code in enumerate(grid.codes):
        line = grid.cells[row]
        is_plain = zero_reveals and sum(1 for cell in line if cell) == 1
        for column, cell in enumerate(line):
            if code is None or is_plain:
                network.hide(row * width + column, 0)
            elif 0 < len(cell) < grid.least[row] or is_small(cell) or (row, column) in too_few:
                network.hide(row * width + column, 1)
    if not _protect(network, grid.beside):
        for edge in range(len(network.flow)):
            network.hide(edge, 0)
        if any(number and network.widen(edge, LEAST, WIDTH) is not None for edge, number in enumerate(network.flow)):
            raise Refused(
                "a table stays open to being worked out with every cell hidden; leave it out for this period", code=OPEN
            )
    return {divmod(edge, width) for edge, is_hidden in enumerate(network.is_hidden) if is_hidden}


def _protect(network: Network, beside: frozenset[int]) -> bool:
    """Hide more until every hidden number is safe; False when some cannot be made safe."""
    waiting = [edge for edge in _by_size(network) if network.is_hidden[edge]]
    while waiting:
        edge = waiting.pop()
        while (example := network.widen(edge, LEAST, WIDTH)) is not None:
            more = _more_to_hide(network, edge, example, beside)
            if not more:
                return False
            for one in more:
                network.hide(one, min(1, network.flow[one]))
                if network.flow[one]:
                    waiting.append(one)
    return True


def _by_size(network: Network) -> Sequence[int]:
    return sorted((edge for edge, number in enumerate(network.flow) if number), key=lambda edge: -network.flow[edge])


def _more_to_hide(network: Network, edge: int, example: Sequence[int], beside: frozenset[int]) -> list[int] | None:
    need = max(LEAST, network.least[edge] + WIDTH) - network.most[edge]
    price = {
        one: (network.flow[one] + BESIDE_PRICE * (one % network.width in beside)) if network.flow[one] else ZERO_PRICE
        for one in range(len(network.flow))
        if not network.is_hidden[one]
    }
    for enough in (need, 1):
        if more := network.cheapest(edge, example, enough, price):
            return more
    return None
