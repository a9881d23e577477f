"""Shares and medians over vendors. A share is of all to which it applies: what is not known is not good."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

from preflight.alignment import DRIFT, MEDIANS, SHARES

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from preflight.alignment import Vendor


@dataclass(frozen=True, slots=True)
class Measure:
    """A share of vendors in percent, or a median of days; ``value`` is None where there is nothing to measure.

    ``of`` is how many vendors it is about, ``good`` of how many it holds (of a median: all), ``unknown`` of how many
    nobody can say.
    """

    name: str
    value: int | None
    good: int
    of: int
    unknown: int = 0

    @property
    def is_share(self) -> bool:
        """Whether it is a share, and more is better; else it is a number of days."""
        return self.name in SHARES


def measure(vendors: Sequence[Vendor], decided: Collection[str]) -> dict[str, Measure]:
    """Return every measure, by name. Medians are over what was decided, or went live, in those quarters."""
    found = {name: _share(name, [each.good[name] for each in vendors if name in each.good]) for name in SHARES}
    days = [each.decision_days for each in vendors if each.decided in decided]
    values = [each.value_days for each in vendors if each.live in decided]
    lengths = zip(MEDIANS, (days, values), strict=True)
    return found | {name: _median(name, [each for each in known if each is not None]) for name, known in lengths}


def _share(name: str, known: Sequence[bool | None]) -> Measure:
    good = sum(each is True for each in known)
    value = 100 * good // len(known) if known else None
    return Measure(name, value, good, len(known), sum(each is None for each in known))


def _median(name: str, days: Sequence[int]) -> Measure:
    return Measure(name, round(median(days)) if days else None, len(days), len(days))


def drift(vendors: Iterable[Vendor]) -> dict[str, int | None]:
    """Return the counts of what drifts; None: nobody can say of any vendor."""
    listed = list(vendors)
    found: dict[str, int | None] = {}
    for name in DRIFT:
        known = [each.drift[name] for each in listed if name in each.drift]
        found[name] = sum(known) if known or not listed else None
    return found
