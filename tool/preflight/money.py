"""Money: amounts made comparable, by the dated rates of policies/rates.yaml.

Amounts are decimals, so that a limit of 50,000 is reached by 50,000 and by nothing less. An amount in a
currency without a rate on that day is not known; it is never counted as zero.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from preflight.model import JsonObject

CENT = Decimal("0.01")
_WIDE = Context(prec=60)  # digits; the largest price times the largest number of units has its cents, too
A_YEAR = {"month": 12, "quarter": 4, "year": 1}  # how often a period comes in a year
DAYS = 365


@dataclass(frozen=True, slots=True)
class Rates:
    """What one unit of each currency is worth in the base currency, by the day from which it holds."""

    base: str
    by_currency: Mapping[str, tuple[tuple[str, Decimal], ...]]

    @classmethod
    def of(cls, document: JsonObject) -> Rates:
        """Read policies/rates.yaml, already of the right shape."""
        found: dict[str, list[tuple[str, Decimal]]] = {}
        for entry in document["rates"]:
            found.setdefault(entry["currency"], []).append((entry["from"], decimal(entry["rate"])))
        return cls(document["base"], {name: tuple(sorted(rates)) for name, rates in found.items()})

    @property
    def currencies(self) -> frozenset[str]:
        """All currencies that have a rate on some day, and the base."""
        return frozenset(self.by_currency) | {self.base}

    def rate(self, currency: str, day: date) -> Decimal | None:
        """Return the rate in force on that day, or None."""
        if currency == self.base:
            return Decimal(1)
        known = self.by_currency.get(currency, ())
        index = bisect_right(known, day.isoformat(), key=lambda entry: entry[0])
        return known[index - 1][1] if index else None

    def converted(self, money: JsonObject, day: date) -> Decimal | None:
        """Return an amount in the base currency at that day's rate, or None where there is none."""
        rate = self.rate(money["currency"], day)
        return None if rate is None else decimal(money["amount"]) * rate


def decimal(number: float) -> Decimal:
    """Return a number as it is written: 0.1 is a tenth."""
    return Decimal(str(number))


def cents(amount: Decimal) -> Decimal:
    """Return an amount rounded to cents: what is counted by the day does not add up to a year otherwise."""
    return amount.quantize(CENT, ROUND_HALF_UP, _WIDE)


def plain(amount: Decimal) -> float:
    """Return an amount as a JSON number, rounded to cents."""
    return float(cents(amount))


def total(amounts: Iterable[Decimal | None]) -> tuple[Decimal, bool]:
    """Return the sum of what is known, and whether all of it is."""
    listed = list(amounts)
    known = [amount for amount in listed if amount is not None]
    return sum(known, Decimal(0)), len(known) == len(listed)


def shown(amount: float, currency: str) -> str:
    """Return an amount as people read it: ``50,000 EUR``; cents only where there are some."""
    text = f"{amount:,.2f}".removesuffix(".00")
    return f"{text} {currency}"
