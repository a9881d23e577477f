"""Where boxes and lines of the picture of integrations stand: our own systems in the middle, vendors on both sides.

Vendors of one category stand together; sides and order are chosen so that few lines run across or over each other.
A line between two vendors of one side runs outside of them, one across through a gap between the systems. Everything
is counted in whole units, the same on every run.
"""

from __future__ import annotations

import math
import unicodedata
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

EDGE = 80  # left and right of all boxes, for lines outside of them
BOX, HUB = 212, 236  # widths of a vendor and of a system
CHANNEL = 116  # between the columns
WIDTH = 2 * EDGE + 2 * BOX + HUB + 2 * CHANNEL
FIRST_LINE, LINE, FOOT = 22, 17, 11  # within a box: the name, each line below it, and what is left free
GAP, HUB_GAP = 11, 30  # between boxes one above the other
PORT = 8  # between the ends of two lines at one box
TOP = 16
ROUNDS = 16
MOST_SWAPS = 400
NAME_WIDE, TEXT_WIDE = 9.2, 7.1  # of one character, at most, on average
PADDING = 20  # left and right of a text, both together
LEFT, MIDDLE, RIGHT = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Node:
    """What is to be drawn: ``lines`` are what stands below the name. ``hub``: it belongs in the middle."""

    id: str
    name: str
    lines: tuple[str, ...]
    group: str
    hub: bool


@dataclass(frozen=True, slots=True)
class Box:
    """A node in its place. ``name`` and ``lines`` are as long as there is room."""

    node: Node
    x: int
    y: int
    width: int
    height: int
    name: str
    lines: tuple[str, ...]

    @property
    def texts(self) -> list[tuple[int, str]]:
        """The lines below the name, each with the height of its foot within the box."""
        return [(FIRST_LINE + LINE * at, line) for at, line in enumerate(self.lines, start=1)]

    @property
    def octagon(self) -> str:
        """The outline with its corners cut off."""
        cut, right, foot = 11, self.width, self.height
        points = [(cut, 0), (right - cut, 0), (right, cut), (right, foot - cut)]
        points += [(right - cut, foot), (cut, foot), (0, foot - cut), (0, cut)]
        return " ".join(f"{x},{y}" for x, y in points)


@dataclass(frozen=True, slots=True)
class Line:
    """A line from one box to another, as the path of an SVG."""

    ends: tuple[str, str]
    path: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """Boxes and lines, and how much room they take."""

    width: int
    height: int
    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]


def draw(nodes: Sequence[Node], links: Iterable[tuple[str, str]]) -> Drawing:
    """Return a drawing. ``links`` are pairs of ids of nodes, each pair once, in any order."""
    pairs = sorted({(min(pair), max(pair)) for pair in links if pair[0] != pair[1]})
    near: dict[str, list[str]] = {node.id: [] for node in nodes}
    for one, other in pairs:
        near[one].append(other)
        near[other].append(one)
    columns = _columns(nodes, near)
    boxes = _placed(columns, near)
    side = {box.node.id: at for at, column in enumerate(columns) for box in [boxes[node.id] for node in column]}
    height = max((box.y + box.height for box in boxes.values()), default=0) + TOP
    lines = _Router(boxes, side, near).routed(pairs)
    return Drawing(WIDTH, height, tuple(boxes[node.id] for column in columns for node in column), lines)


# ---- Columns --------------------------------------------------------------------------------------


def _columns(nodes: Sequence[Node], near: Mapping[str, Sequence[str]]) -> list[list[Node]]:
    hubs = sorted((node for node in nodes if node.hub), key=lambda node: node.id)
    rest = [node for node in nodes if not node.hub]
    groups: dict[str, list[Node]] = {}
    for node in sorted(rest, key=lambda node: (node.group, node.id)):
        groups.setdefault(node.group, []).append(node)
    most = max(2, len(rest) // 4)  # of a larger group the parts may stand on different sides
    units = [group[at : at + most] for group in groups.values() for at in range(0, len(group), most)]
    left, right = _sides(units, near)
    columns = [left, [[hub] for hub in hubs], right]
    for _ in range(ROUNDS):
        for at in (MIDDLE, LEFT, RIGHT):
            columns[at] = _ordered(columns, at, near)
    return [[node for unit in column for node in unit] for column in columns]


def _sides(units: list[list[Node]], near: Mapping[str, Sequence[str]]) -> tuple[list[list[Node]], list[list[Node]]]:
    """Part the groups into two sides of much the same size, with few lines from one to the other."""
    sides: tuple[list[list[Node]], list[list[Node]]] = ([], [])
    sizes = [0, 0]
    for unit in sorted(units, key=lambda unit: (-len(unit), unit[0].id)):
        to = 0 if sizes[0] <= sizes[1] else 1
        sides[to].append(unit)
        sizes[to] += len(unit)
    where = {node.id: at for at, side in enumerate(sides) for unit in side for node in unit}
    for _ in range(MOST_SWAPS):
        best = min(
            (
                (_across(one, other, where, near), one[0].id, other[0].id, at, to)
                for at, one in enumerate(sides[0])
                for to, other in enumerate(sides[1])
                if abs(len(one) - len(other)) <= 1
            ),
            default=(0, "", "", 0, 0),
        )
        if best[0] >= 0:
            break
        at, to = best[3:]
        sides[0][at], sides[1][to] = sides[1][to], sides[0][at]
        where |= {node.id: 0 for node in sides[0][at]} | {node.id: 1 for node in sides[1][to]}
    return sides


def _across(
    one: Sequence[Node], other: Sequence[Node], where: Mapping[str, int], near: Mapping[str, Sequence[str]]
) -> int:
    """Return how many lines more would run across if two groups changed sides."""
    moved = {node.id for node in (*one, *other)}
    more = 0
    for name in moved:
        for end in near[name]:
            if end in where and end not in moved:
                more += 1 if where[name] == where[end] else -1
    return more


def _ordered(columns: list[list[list[Node]]], at: int, near: Mapping[str, Sequence[str]]) -> list[list[Node]]:
    """Order the groups of one column by where on the whole their lines lead, in parts of the height."""
    place: dict[str, float] = {}
    for column in columns:
        nodes = [node for unit in column for node in unit]
        place |= {node.id: (row + 0.5) / len(nodes) for row, node in enumerate(nodes)}

    def mean(names: Iterable[str]) -> float:
        ends = [place[end] for name in names for end in near[name]]
        return sum(ends) / len(ends) if ends else 0.5

    units = [sorted(unit, key=lambda node: (mean([node.id]), node.id)) for unit in columns[at]]
    return sorted(units, key=lambda unit: (mean(node.id for node in unit), unit[0].id))


# ---- Boxes ----------------------------------------------------------------------------------------


def _placed(columns: Sequence[Sequence[Node]], near: Mapping[str, Sequence[str]]) -> dict[str, Box]:
    lefts = (EDGE, EDGE + BOX + CHANNEL, EDGE + BOX + 2 * CHANNEL + HUB)
    heights = [[_height(node, len(near[node.id])) for node in column] for column in columns]
    gaps = (GAP, HUB_GAP, GAP)
    needs = [sum(column) + gaps[at] * max(0, len(column) - 1) for at, column in enumerate(heights)]
    tallest = max(needs)
    boxes: dict[str, Box] = {}
    for at, column in enumerate(columns):
        spare = tallest - needs[at]
        between = gaps[at] + (spare // (len(column) + 1) if column else 0)
        y = TOP + (tallest - sum(heights[at]) - between * max(0, len(column) - 1)) // 2
        width = HUB if at == MIDDLE else BOX
        for node, height in zip(column, heights[at], strict=True):
            lines = tuple(fitted(line, TEXT_WIDE, width - PADDING) for line in node.lines)
            name = fitted(node.name, NAME_WIDE, width - PADDING)
            boxes[node.id] = Box(node, lefts[at], y, width, height, name, lines)
            y += height + between
    return boxes


def _height(node: Node, ends: int) -> int:
    text = FIRST_LINE + LINE * len(node.lines) + FOOT
    return max(text, PORT * math.ceil(ends / 2) + 2 * FOOT) if node.hub else max(text, 5 * ends // 2)


def fitted(text: str, wide: float, room: int) -> str:
    """Return as much of a text as there is room for; wide characters count twice."""
    shown, used = "", 0.0
    for character in text[:200]:
        used += wide * (2 if unicodedata.east_asian_width(character) in "WF" else 1)
        if used > room:
            return shown.rstrip()[:-1].rstrip() + "…"
        shown += character
    return shown if len(text) <= len(shown) else shown + "…"


# ---- Lines ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _End:
    """Where a line leaves a box: on its left or right."""

    x: int
    y: int


class _Router:
    """Leads lines between boxes. Every line has an end of its own at each box, in the order in which they lead on."""

    def __init__(self, boxes: Mapping[str, Box], side: Mapping[str, int], near: Mapping[str, Sequence[str]]) -> None:
        self._boxes, self._side = boxes, side
        self._ends: dict[tuple[str, str], _End] = {}
        for name in boxes:
            faces: dict[bool, list[str]] = {False: [], True: []}
            for end in near[name]:
                faces[self._rightward(name, end)].append(end)
            for right, ends in faces.items():
                self._spread(name, ends, right=right)
        hubs = sorted((box for box in boxes.values() if side[box.node.id] == MIDDLE), key=lambda box: box.y)
        self._gaps = self._between(hubs)
        self._used = dict.fromkeys(self._gaps, 0)

    def routed(self, pairs: Sequence[tuple[str, str]]) -> tuple[Line, ...]:
        """Return all lines; those between vendors of one side the shortest first, so that they nest."""
        inside = sorted((pair for pair in pairs if self._alike(pair)), key=lambda pair: (abs(self._drop(pair)), pair))
        across = [pair for pair in pairs if not self._alike(pair)]
        return tuple(Line(pair, self._path(pair)) for pair in (*across, *inside))

    def _alike(self, pair: tuple[str, str]) -> bool:
        return self._side[pair[0]] == self._side[pair[1]]

    def _drop(self, pair: tuple[str, str]) -> int:
        return self._ends[pair].y - self._ends[pair[1], pair[0]].y

    def _rightward(self, name: str, end: str) -> bool:
        here, there = self._side[name], self._side[end]
        return there > here if here != there else here != LEFT

    def _spread(self, name: str, ends: list[str], *, right: bool) -> None:
        box = self._boxes[name]
        alike = self._side[name]
        ends.sort(key=lambda end: (self._boxes[end].y + self._boxes[end].height // 2, self._side[end] != alike, end))
        room = box.height - 14
        step = min(PORT, room // max(1, len(ends) - 1)) if len(ends) > 1 else 0
        first = box.y + (box.height - step * (len(ends) - 1)) // 2
        for at, end in enumerate(ends):
            self._ends[name, end] = _End(box.x + (box.width if right else 0), first + step * at)

    @staticmethod
    def _between(hubs: Sequence[Box]) -> list[int]:
        """Return the heights at which a line can run through the middle."""
        if not hubs:
            return []
        inner = [(above.y + above.height + below.y) // 2 for above, below in pairwise(hubs)]
        last = hubs[-1]
        above = [hubs[0].y - 12] if hubs[0].y > TOP + 20 else []
        return [*above, *inner, last.y + last.height + 12] if inner or above else [last.y + last.height + 12]

    def _path(self, pair: tuple[str, str]) -> str:
        start, stop = self._ends[pair], self._ends[pair[1], pair[0]]
        if self._alike(pair):
            return self._outside(pair, start, stop)
        if start.x > stop.x:
            start, stop = stop, start
            return self._turned(start, stop, pair, back=True)
        return self._turned(start, stop, pair, back=False)

    def _outside(self, pair: tuple[str, str], start: _End, stop: _End) -> str:
        way = -1 if self._side[pair[0]] == LEFT else 1
        out = start.x + way * min(EDGE + 14, 26 + abs(start.y - stop.y) // 6)
        return f"M{start.x},{start.y} C{out},{start.y} {out},{stop.y} {stop.x},{stop.y}"

    def _turned(self, left: _End, right: _End, pair: tuple[str, str], *, back: bool) -> str:
        """Return a line from the left to the right one, or, ``back``, the same the other way round."""
        points = [(left.x, left.y)]
        if {self._side[pair[0]], self._side[pair[1]]} == {LEFT, RIGHT} and self._gaps:
            gap = min(self._gaps, key=lambda y: (abs(left.y - y) + abs(right.y - y), self._used[y], y))
            self._used[gap] += 1
            used = self._used[gap]
            y = gap + (used // 2) * (3 if used % 2 else -3)
            points += [(EDGE + BOX + CHANNEL - 6, y), (EDGE + BOX + CHANNEL + HUB + 6, y)]
        points.append((right.x, right.y))
        if back:
            points.reverse()
        parts = [f"M{points[0][0]},{points[0][1]}"]
        for (x, y), (to_x, to_y) in pairwise(points):
            if y == to_y:
                parts.append(f"L{to_x},{to_y}")
            else:
                half = (x + to_x) // 2
                parts.append(f"C{half},{y} {half},{to_y} {to_x},{to_y}")
        return " ".join(parts)


def hubs(nodes: Iterable[str], degree: Mapping[str, int]) -> frozenset[str]:
    """Return who stands in the middle where there are no systems of our own: those with the most lines."""
    order = sorted(nodes, key=lambda node: (-degree.get(node, 0), node))
    return frozenset(order[: max(1, len(order) // 6)])
