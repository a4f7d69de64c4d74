"""What the published numbers leave open about the hidden ones: exact ranges, each end shown by an example.

A table over a tree of places is a network: each cell is an edge, and what flows along it is its number. Each place
without parts sends its total out over its labels; the cells of a place with parts gather those of its parts, label by
label; all cells of the root end in one sink. So a set of flows that balances at each node is exactly a table that adds
up in each row, in each column and at each level.

- Published cells are fixed. Hidden cells may be anything from their lower bound up, as long as everything balances.
- A change along a closed path of hidden cells gives another table with the same published numbers: an example.
- Flows in networks with whole numbers have whole ends (Dantzig and Fulkerson 1956), so when no path is left, the end of
  the range is exact, for whole numbers too.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Callable, Mapping, Sequence

Arc = tuple[int, bool]  # an edge, and whether it is passed forwards, which adds to it


class Network:
    """Rows in the order parents first; `above[i]` is the row that row i is a part of, None for the root."""

    def __init__(self, above: Sequence[int | None], numbers: Sequence[Sequence[int]]) -> None:
        self.above, self.width = above, len(numbers[0])
        self.flow = [number for row in numbers for number in row]
        self.lower = [0] * len(self.flow)
        self.is_hidden = [False] * len(self.flow)
        parents = {row for row in above if row is not None}
        sink = len(self.flow)
        self._tail, self._head = list[int](), list[int]()
        for row, parent in enumerate(above):
            for column in range(self.width):
                edge = row * self.width + column
                # A row without parts is one node, named by its first edge; a row with parts is one node for each label.
                self._tail.append(edge if row in parents else row * self.width)
                self._head.append(sink if parent is None else parent * self.width + column)
        self._at: dict[int, list[Arc]] = {}
        for edge in range(len(self.flow)):
            self._at.setdefault(self._tail[edge], []).append((edge, True))
            self._at.setdefault(self._head[edge], []).append((edge, False))
        self.least, self.most = list(self.flow), list(self.flow)

    def hide(self, edge: int, lower: int) -> None:
        self.is_hidden[edge], self.lower[edge] = True, lower

    def widen(self, edge: int, up_to: int, width: int) -> list[int] | None:
        """Look for examples until the cell's range reaches `up_to` and is `width` wide; None when it does.

        Otherwise the example with the most in this cell: nothing that adds up has more.
        """
        if self.is_wide(edge, up_to, width):
            return None
        flow, down = list(self.flow), list(self.flow)
        self._push(edge, flow, lambda: max(up_to, self.least[edge] + width) - flow[edge], adding=True)
        if not self.is_wide(edge, up_to, width):
            self._push(edge, down, lambda: down[edge] - self.most[edge] + width, adding=False)
        return None if self.is_wide(edge, up_to, width) else flow

    def is_wide(self, edge: int, up_to: int, width: int) -> bool:
        return self.most[edge] >= up_to and self.most[edge] - self.least[edge] >= width

    def _push(self, edge: int, flow: list[int], wanted: Callable[[], int], *, adding: bool) -> None:
        """Change the cell along closed paths of hidden cells while more is wanted and a path is left."""
        while (need := wanted()) > 0:
            if not adding:
                need = min(need, flow[edge] - self.lower[edge])
            path = self._path(edge, flow, adding=adding) if need > 0 else None
            if path is None:
                return
            step = min([need, *(flow[one] - self.lower[one] for one, forwards in path if not forwards)])
            for one, forwards in [*path, (edge, adding)]:
                flow[one] += step if forwards else -step
                self.least[one] = min(self.least[one], flow[one])
                self.most[one] = max(self.most[one], flow[one])

    def _path(self, edge: int, flow: Sequence[int], *, adding: bool) -> list[Arc] | None:
        """The shortest way from one end of the cell to the other over hidden cells that can give or take."""
        start, goal = self._head[edge], self._tail[edge]
        if not adding:
            start, goal = goal, start
        came: dict[int, tuple[int, Arc] | None] = {start: None}
        queue = deque([start])
        while queue and goal not in came:
            node = queue.popleft()
            for arc in self._at.get(node, ()):
                one, forwards = arc
                if one == edge or not self.is_hidden[one] or (not forwards and flow[one] <= self.lower[one]):
                    continue
                there = self._head[one] if forwards else self._tail[one]
                if there not in came:
                    came[there] = (node, arc)
                    queue.append(there)
        return _back(came, goal)

    def cheapest(self, edge: int, flow: Sequence[int], need: int, price: Mapping[int, int]) -> list[int] | None:
        """The published cells to hide so that this cell can grow by `need`, at the least price; None when none would do.

        The shortest-path heuristic for complementary suppression (Castro, Management Science 53, 2007): hidden cells
        cost nothing, published ones what `price` says; a cell without a price stays published.
        """
        start, goal = self._head[edge], self._tail[edge]
        came: dict[int, tuple[int, Arc] | None] = {start: None}
        cost, done = {start: 0}, set[int]()
        heap = [(0, start)]
        while heap:
            paid, node = heapq.heappop(heap)
            if node in done:
                continue
            done.add(node)
            if node == goal:
                break
            for arc in self._at.get(node, ()):
                one, forwards = arc
                if one == edge or (not self.is_hidden[one] and one not in price):
                    continue
                lower = self.lower[one] if self.is_hidden[one] else min(1, self.flow[one])
                if not forwards and flow[one] - lower < need:
                    continue
                there = self._head[one] if forwards else self._tail[one]
                asked = paid if self.is_hidden[one] else paid + price[one]
                if asked < cost.get(there, asked + 1):
                    cost[there], came[there] = asked, (node, arc)
                    heapq.heappush(heap, (asked, there))
        path = _back(came, goal)
        return None if path is None else [one for one, _ in path if not self.is_hidden[one]]


def _back(came: Mapping[int, tuple[int, Arc] | None], goal: int) -> list[Arc] | None:
    if goal not in came:
        return None
    path, at = list[Arc](), came[goal]
    while at is not None:
        path.append(at[1])
        at = came[at[0]]
    return path
