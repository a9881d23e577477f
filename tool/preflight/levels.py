"""The four levels of risk, and how they compare."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

LEVELS = ("low", "medium", "high", "critical")


def rank(level: str) -> int:
    """0 for low, 3 for critical; for comparing."""
    return LEVELS.index(level)


def highest(levels: Iterable[str | None]) -> str:
    """Return the highest of levels; low where there is none."""
    return max((each for each in levels if each is not None), key=rank, default=LEVELS[0])
