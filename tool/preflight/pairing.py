"""Entries of a list beside those of the record before: one stands for one, and what nothing stands for is missing."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from preflight.model import JsonObject

    Fits = Callable[[JsonObject, JsonObject], bool]  # an entry of before, and one of now

GONE = "it is not there any more"
LESS = "it is there as less than before"


def missing(
    were: Sequence[JsonObject],
    entries: list[JsonObject],
    same: Fits,
    holds: Fits,
) -> Iterator[tuple[JsonObject, str]]:
    """Yield each entry of before that no entry of now stands for, with what has become of it.

    One entry stands for one. Those that are as they were are paired first, so that none is taken for another.
    """
    left = [was for was in were if not taken(entries, was.__eq__)]
    for was in left:
        if not taken(entries, partial(_stands_for, same, holds, was)):
            yield was, LESS if any(same(was, each) for each in entries) else GONE


def _stands_for(same: Fits, holds: Fits, was: JsonObject, entry: JsonObject) -> bool:
    return same(was, entry) and holds(was, entry)


def taken(entries: list[JsonObject], fits: Callable[[JsonObject], bool]) -> bool:
    """Take the first entry that fits out of the list, and say whether there was one."""
    for index, each in enumerate(entries):
        if fits(each):
            del entries[index]
            return True
    return False
