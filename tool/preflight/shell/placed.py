"""A document that was read: its value in plain JSON, and the line and column of every pointer into it."""

from __future__ import annotations

import sys
from array import array
from bisect import bisect_left
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeAlias

from preflight import pointers
from preflight.model import Json, Position

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

Mark: TypeAlias = Any  # libyaml's; its stub makes everything optional
MOST_SHARED = 40  # characters of a text that is kept once for all records


@dataclass(frozen=True, slots=True)
class Document:
    """A parsed document: ``value`` in plain JSON, and where each pointer stands."""

    value: Json
    marks: list[Mark] = field(repr=False, compare=False)
    has_nulls: bool = False
    tops: dict[str, Mark] = field(default_factory=dict, repr=False, compare=False)  # of the members of the top level
    _places: dict[str, int] = field(default_factory=dict, repr=False, compare=False)

    @property
    def known(self) -> Json:
        """The value without members that are null: where a schema lets null through, it means 'not known'."""
        return _without_nulls(self.value) if self.has_nulls else self.value

    def position(self, pointer: str) -> Position:
        """Return the 1-based place of ``pointer``, or of its nearest ancestor that exists."""
        found = pointers.existing(self.value, pointer)
        if found not in self._places:
            self._number_around(pointers.parts(found)[:1])
        mark = self.marks[self._places[found]]
        return Position(mark.line + 1, mark.column + 1)

    def _number_around(self, top: tuple[str, ...]) -> None:
        """Find the places in one member of the top level, because most documents have findings in few of them."""
        self._places[""] = 0
        if not top:
            return
        if top[0] not in self.tops:  # a list
            _number(self.value, "", self._places, 1)
            return
        at = pointers.pointer(top)
        self._places[at] = begin = bisect_left(self.marks, self.tops[top[0]].index, 1, key=_index)
        _number(self.value[top[0]], at, self._places, begin + 1)

    def part(self, members: Collection[str]) -> Excerpt:
        """Return the places in those members of the top level, without the rest of the document."""
        names = list(self.tops)
        begins = [bisect_left(self.marks, mark.index, 1, key=_index) for mark in self.tops.values()]
        ends = [*begins[1:], len(self.marks)]
        kept = [self.marks[0]]
        value: dict[str, Json] = {}
        for name, begin, end in zip(names, begins, ends, strict=True):
            if name in members:
                value[name] = self.value[name]
                kept += self.marks[begin:end]
        lines, columns = array("L", [mark.line for mark in kept]), array("L", [mark.column for mark in kept])
        return Excerpt(value, lines, columns, frozenset(names) - value.keys())


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Some members of a document and where their parts stand; ``lines`` and ``columns`` are 0-based."""

    value: Json
    lines: array[int]
    columns: array[int]
    elsewhere: frozenset[str] = frozenset()  # members of the document that were left out
    _places: dict[str, int] = field(default_factory=dict, repr=False, compare=False)

    def has(self, pointer: str) -> bool:
        """Whether the place of ``pointer`` is here, and not in what was left out."""
        return not self.elsewhere.intersection(pointers.parts(pointer)[:1])

    def position(self, pointer: str) -> Position:
        """Return the 1-based place of ``pointer``, or of its nearest ancestor that exists."""
        if not self._places:
            self._places[""] = 0
            _number(self.value, "", self._places, 1)
        index = self._places[pointers.existing(self.value, pointer)]
        return Position(self.lines[index] + 1, self.columns[index] + 1)

    def part(self, members: Collection[str]) -> Excerpt:  # noqa: ARG002 - it is small already
        """Return the same."""
        return self


@dataclass(frozen=True, slots=True)
class Light:
    """A document without its places, for holding thousands at a time: they are read again when somebody asks."""

    value: Json
    load: Callable[[], Document | None] = field(repr=False, compare=False)

    @classmethod
    def of(cls, document: Document, load: Callable[[], Document | None]) -> Light:
        """Keep what is known of a document; ``load`` reads it again."""
        return cls(_shared(document.known), load)

    @property
    def known(self) -> Json:
        """The value without members that are null."""
        return self.value

    def position(self, pointer: str) -> Position:
        """Return the place of ``pointer``, or of its nearest ancestor that exists."""
        document = self.load()
        return document.position(pointer) if document else Position()

    def part(self, members: Collection[str]) -> Light:  # noqa: ARG002 - nothing is held that could be left out
        """Return the same."""
        return self


def _shared(value: Json) -> Json:
    """Return the same value, with one copy of every short text: records say the same words again and again."""
    if isinstance(value, dict):
        return {sys.intern(name): _shared(member) for name, member in value.items()}
    if isinstance(value, list):
        return [_shared(item) for item in value]
    return sys.intern(value) if isinstance(value, str) and len(value) <= MOST_SHARED else value


def _without_nulls(value: Json) -> Json:
    if isinstance(value, dict):
        return {key: _without_nulls(item) for key, item in value.items() if item is not None}
    return [_without_nulls(item) for item in value] if isinstance(value, list) else value


def _number(value: Json, at: str, numbers: dict[str, int], following: int) -> int:
    """Give every pointer below ``at`` a number, in the order of the document, which is that of the marks.

    The place of a member is that of its key, the place of an item that of its first character. Returns the
    number that comes next.
    """
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, item in members:
        below = at + _step(name)
        numbers[below] = following
        following += 1
        if isinstance(item, (dict, list)):
            following = _number(item, below, numbers, following)
    return following


def _index(mark: Mark) -> int:
    """Return how far into the text a mark is."""
    index: int = mark.index
    return index


@lru_cache(maxsize=4096)
def _step(name: str | int) -> str:
    return pointers.pointer((name,))
