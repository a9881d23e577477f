"""What recurs: costs and usage that a record tells by the year, from a day and to a day where it has them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from preflight import terms
from preflight.money import A_YEAR, decimal
from preflight.naming import words
from preflight.pointers import get

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from preflight.model import Context, Json, JsonObject

RECURRING, USAGE = "/cost/recurring", "/cost/usage"
INSIDE = "internal-labour"  # not paid to the vendor
SUBSCRIPTION = "subscription"  # the contract, seen once more


def is_since(entry: JsonObject, first: date) -> bool:
    """Whether something that recurs is paid since that day or later; of ``date.min`` all is."""
    return first == date.min or str(entry.get("since", "")) >= first.isoformat()


def day(entry: JsonObject, name: str) -> date | None:
    """Return the day since when, or until when, something is paid; None where the entry has none."""
    return date.fromisoformat(entry[name]) if name in entry else None


def ended(entry: JsonObject, context: Context) -> bool:
    """Whether something that recurred is not paid any more."""
    return str(entry.get("until", "9999-12-31")) < context.today.isoformat()


def yearly(entry: JsonObject, context: Context) -> Decimal | None:
    """Return what one recurring cost comes to in a year; None: no rate converts it."""
    amount = terms.rates(context).converted(entry["amount"], context.today)
    return None if amount is None else amount * A_YEAR[entry["per"]]


def expected(entry: JsonObject, context: Context) -> Decimal | None:
    """Return what the usage of one unit costs in the year that is expected; None: that is not known."""
    price = terms.rates(context).converted(entry["price"], context.today)
    # An expectation below the low case is none.
    units = max(
        (entry[name] for name in ("expected", "low" if "expected" in entry else "high") if name in entry),
        default=entry.get("low"),
    )
    return None if price is None or units is None else price * decimal(units)


def listed(record: JsonObject, pointer: str) -> Sequence[JsonObject]:
    """Return the entries of a list of the record; none where it has no such list."""
    found: Sequence[JsonObject] = get(record, pointer) or ()
    return found


def plainly(text: Json) -> str:
    """Return a name for comparing: how it is spelt does not matter."""
    return " ".join(words(str(text or "")))


@dataclass(frozen=True, slots=True)
class Kind:
    """A list of what recurs: where it is, what it is called, and which member of an entry says what it pays for."""

    at: str
    what: str
    by: str
    amount: Callable[[JsonObject, Context], Decimal | None]

    def entries(self, record: JsonObject) -> list[JsonObject]:
        """Return what the vendor is paid for."""
        return [each for each in listed(record, self.at) if self.at == USAGE or each[self.by] != INSIDE]

    def name(self, entry: JsonObject) -> str:
        """Return what an entry pays for, however it is spelt."""
        return plainly(entry[self.by])

    def same(self, one: JsonObject, other: JsonObject) -> bool:
        """Whether two entries pay for one thing, since one day."""
        return self.name(one) == self.name(other) and one.get("since") == other.get("since")

    def as_much(self, was: JsonObject, now: JsonObject, context: Context) -> bool:
        """Whether as much is paid as was, as far as that is known."""
        before, after = (self.amount(each, context) for each in (was, now))
        return before is None or (after is not None and after >= before)

    def sums_of(self, entries: Sequence[JsonObject], context: Context) -> dict[str, Decimal | None]:
        """Return by name what entries come to in a year; None: that is not known."""
        found: dict[str, Decimal | None] = {}
        for each in entries:
            name, amount = self.name(each), self.amount(each, context)
            so_far = found.get(name, Decimal(0))
            found[name] = None if so_far is None or amount is None else so_far + amount
        return dict(sorted(found.items()))

    def known_of(self, entries: Sequence[JsonObject], context: Context) -> dict[str, Decimal]:
        """Return by name what entries come to in a year, as far as that is known."""
        known = [each for each in entries if self.amount(each, context) is not None]
        return {name: amount for name, amount in self.sums_of(known, context).items() if amount is not None}


KINDS = (
    Kind(RECURRING, "the recurring cost of", "kind", yearly),
    Kind(USAGE, "the usage in", "unit", expected),
)
