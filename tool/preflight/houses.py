"""Who sells together: vendors of one parent, company or domain are one house, and limits count what it gets from us."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from preflight import terms
from preflight.money import cents, decimal
from preflight.naming import LEGAL_FORMS, legal_forms, owned, registered, seller_keys
from preflight.periods import add_days

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from preflight.model import Context, JsonObject

MOST_TOLD = 20  # others of a house that are listed beside one vendor


@dataclass(frozen=True, slots=True)
class Sums:
    """What vendors of one group cost together, as far as is known.

    ``annual``: a year. ``once``: paid once within the window, on top of it. ``window``: all that was bought
    within the window. ``busiest``: what falls into any one stretch as long as the window, from its beginning on.
    ``committed``: promised over the terms.
    """

    annual: Decimal
    once: Decimal
    window: Decimal
    busiest: Decimal
    committed: Decimal

    @classmethod
    def of(cls, extracts: Sequence[JsonObject], first: date, days: int) -> Sums:
        """Add up what ``extract`` gave for each of them; the window has so many days from ``first`` on.

        Of one that is over, what was bought within the window counts there still, and what is owed until its term ends:
        who buys, retires and buys again has bought twice.
        """
        recent = [part for taken in extracts for part in taken["parts"] if part["recent"] and part["amount"]]
        undated = sum((decimal(taken["undated"]) for taken in extracts), Decimal(0))
        return cls(
            sum((decimal(taken["yearly"]) for taken in extracts), Decimal(0)),
            sum((part["amount"] for part in recent if not part["term"]), Decimal(0)),
            sum((part["amount"] for part in recent), undated),
            _busiest([part for taken in extracts for part in taken["parts"]], first, days)
            + sum((decimal(taken["flat"]) for taken in extracts), Decimal(0)),
            sum((decimal(taken["owed"]) for taken in extracts), Decimal(0)),
        )

    @property
    def amount(self) -> Decimal:
        """The amount that limits are held against: a year and what is paid once, all purchases, or a busy year."""
        return max(self.annual + self.once, self.window, self.busiest)

    @property
    def bought(self) -> bool:
        """Whether it is what was bought within the window that counts."""
        return self.amount > self.annual


def _busiest(parts: Sequence[JsonObject], first: date, days: int) -> Decimal:
    """Return the most that is spent in any stretch of so many days from a first one on, spread over their own days."""
    spans = [
        (max(part["from"] or first, date.min).toordinal(), (part["to"] or date.max).toordinal(), part["rate"])
        for part in parts
        if part["term"] and part["rate"]
    ]
    spans = [each for each in spans if each[0] <= each[1]]  # what ends before it begins takes nothing away
    once = [part for part in parts if not part["term"] and part["amount"]]
    payments = [(part["from"].toordinal(), part["amount"]) for part in once if part["from"]]
    whenever = sum((part["amount"] for part in once if not part["from"]), Decimal(0))
    begins = _Steps.of((start, rate, rate * (start - 1)) for start, _, rate in spans)
    ends = _Steps.of((end + 1, rate, rate * end) for _, end, rate in spans)
    paid = _Steps.of((day, amount, Decimal(0)) for day, amount in payments)

    def until(day: int) -> Decimal:
        running, before = begins.up_to(day)
        over, behind = ends.up_to(day)
        return day * (running - over) - before + behind + paid.up_to(day)[0]

    # The most begins with something, or ends with something.
    begun = {each[0] for each in (*spans, *payments)}
    ended = {each - days + 1 for each in (*(end for _, end, _ in spans), *(day for day, _ in payments))}
    marks = {first.toordinal(), *(each for each in begun | ended if each >= first.toordinal())}
    return cents(whenever + max(until(mark + days - 1) - until(mark - 1) for mark in marks))


@dataclass(frozen=True, slots=True)
class _Steps:
    """Two sums that grow on certain days, so that what they are on a day is found without adding all up again."""

    days: list[int]
    sums: list[tuple[Decimal, Decimal]]

    @classmethod
    def of(cls, steps: Iterable[tuple[int, Decimal, Decimal]]) -> _Steps:
        ordered = sorted(steps)
        sums = [(Decimal(0), Decimal(0))]
        for _, one, other in ordered:
            sums.append((sums[-1][0] + one, sums[-1][1] + other))
        return cls([day for day, _, _ in ordered], sums)

    def up_to(self, day: int) -> tuple[Decimal, Decimal]:
        return self.sums[bisect_right(self.days, day)]


@dataclass(frozen=True, slots=True)
class House:
    """The vendors of one house that are paid for, and what they cost together.

    ``slices`` are for each limit the number of purchases that stay below it one by one, ``months`` for how long their
    terms bind to it one after the other. ``recalled``: a part of it is told by earlier versions of the records alone.
    """

    members: tuple[str, ...]
    sums: Sums
    months: int
    slices: Mapping[float, int]
    recalled: bool

    def others(self, vendor: str) -> tuple[list[str], int]:
        """Return the first other members, and how many there are in all."""
        here = bisect_left(self.members, vendor)
        among = here < len(self.members) and self.members[here] == vendor
        listed = [each for each in self.members[: MOST_TOLD + 1] if each != vendor][:MOST_TOLD]
        return listed, len(self.members) - among


def is_one(company: str, other: str, context: Context) -> bool:
    """Whether another way of writing a company differs in dots, commas and size of letters alone, and keeps its house.

    It is found by every key by which the first was found: whoever shares one of them is still of the same house.
    """
    forms = _forms(context)
    keys, others = (frozenset(seller_keys(each, forms)) for each in (company, other))
    return registered(company) == registered(other) and keys <= others


def _forms(context: Context) -> Collection[str]:
    return legal_forms(tuple(context.policies.get("overlap", {}).get("legal_forms", LEGAL_FORMS)))


def members(extracts: Mapping[str, JsonObject], context: Context) -> list[list[str]]:
    """Return the vendors of each house: those of one parent, company or domain, or one that is the other's parent.

    A vendor of nobody known is a house of its own. What one record says of a company holds for the others that
    name it: leaving the parent out of one of them separates nothing, and neither does taking out the proposal that
    named it.
    """
    forms = _forms(context)
    above: dict[str, str] = {}  # a forest: each company, and one that is of the same group

    def top(name: str) -> str:
        while (higher := above.setdefault(name, name)) != name:
            above[name] = name = above[higher]
        return name

    def joined(entity: JsonObject) -> str:
        names = [key for each in ("parent", "name") if each in entity for key in seller_keys(entity[each], forms)]
        names += [f"@{owned(each)}" for each in entity.get("domains", ())]  # one domain, one house, whatever its name
        for name in names[1:]:
            above[top(name)] = top(names[0])
        return names[0] if names else ""

    own = {vendor: joined(taken["sold_by"]) or f"={vendor}" for vendor, taken in extracts.items()}  # no name has a "="
    for entity in context.earlier.sellers():
        joined(entity)
    groups: dict[str, list[str]] = {}
    for vendor, name in own.items():
        groups.setdefault(top(name), []).append(vendor)
    return list(groups.values())


def house(
    members: Sequence[str],
    extracts: Mapping[str, JsonObject],
    limits: Collection[float],
    today: date,
    window: tuple[date, int],
) -> House:
    """Add up what the vendors of one house cost; ``extracts`` are those of facts/oversight.py.

    ``window`` is the first day on which one may begin, and its length in days.
    """
    _, days = window
    paid = [vendor for vendor in members if not extracts[vendor]["over"]]
    parts = [part for vendor in paid for part in extracts[vendor]["parts"]]
    return House(
        tuple(sorted(paid)),
        Sums.of([extracts[vendor] for vendor in members], *window),
        terms.bound((term for each in members for term in extracts[each]["terms"]), today, add_days(today, 1 - days)),
        {limit: sum(is_below(part, limit) for part in parts) for limit in limits},
        any("recalled" in part for vendor in members for part in extracts[vendor]["parts"]),
    )


def is_below(part: JsonObject, limit: float) -> bool:
    """Whether a purchase stays below a limit by itself."""
    return bool(part["annual"]) and part["annual"] < decimal(limit)
