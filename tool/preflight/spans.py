"""Amounts a day over spans of days: where one set of them comes to more than another."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


@dataclass(frozen=True, slots=True)
class Span:
    """So much a day, from a first to a last day."""

    first: date
    last: date
    rate: Decimal

    @property
    def whole(self) -> Decimal:
        """What it comes to over all its days."""
        return ((self.last - self.first).days + 1) * self.rate


def beyond(ones: Iterable[Span], others: Iterable[Span]) -> Iterator[Span]:
    """Yield by how much a day some spans together come to more than others together, from when to when, in order."""
    turns: dict[int, Decimal] = defaultdict(Decimal)  # by the number of a day, how much more it is from then on
    for spans, sign in ((ones, 1), (others, -1)):
        for each in spans:
            if each.first <= each.last:
                turns[each.first.toordinal()] += sign * each.rate
                turns[each.last.toordinal() + 1] -= sign * each.rate
    more, begun = Decimal(0), 0
    for turn in sorted(each for each, rate in turns.items() if rate):
        if more > 0:
            yield Span(date.fromordinal(begun), date.fromordinal(turn - 1), more)
        more, begun = more + turns[turn], turn
