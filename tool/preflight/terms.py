"""What a contract says of each thing bought: when it runs, what it costs a year and over its term, and what follows it.

A year of a contract is a year, whether it has a leap day or not: terms are counted in whole months where they have
them. A subscription goes on after its end unless the record says that it does not renew, or what takes its place.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, Decimal
from typing import TYPE_CHECKING

from preflight.money import A_YEAR, DAYS, Rates
from preflight.periods import YEAR, add_days, term_end, whole_term

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from preflight.model import Context, JsonObject

TO_LEAVE = 10  # parts of a term, of which the first has to be enough to give notice in
SOON = 92  # days without a term; what begins after no more than that goes on with the term before
MONTHS_DAYS = Decimal("30.4375")


@dataclass(frozen=True, slots=True)
class Purchase:
    """One subscription: what it costs a year and over its term, in the base currency; None: not known.

    ``least`` is what is known of a year. ``until`` is the last day on which it runs; None: until somebody cancels.
    ``ends`` is that of its term, after which it ``renews`` by itself or not; ``leaves`` the last day that is owed
    if notice is given today.
    """

    pointer: str
    annual: Decimal | None
    term: Decimal | None
    least: Decimal
    months: int | None
    starts: date | None
    until: date | None
    ends: date | None = None
    leaves: date | None = None
    renews: bool = False
    place: tuple[str | None, ...] = ()  # product, team, region

    @property
    def in_a_year(self) -> Decimal | None:
        """What it adds to the spend of any one year: its term, if that is shorter; of terms that renew, all of them."""
        if self.annual is None or self.term is None or (self.renews and self.until is None):
            return self.annual
        ran = Length.of(self.starts, self.until) if self.renews else None
        return min(self.annual, max(self.term, ran.whole(self.annual)) if ran else self.term)

    @property
    def a_day(self) -> Decimal | None:
        """What it costs a day, spread over the days on which it runs; over a year of them it comes to a year."""
        if self.annual is None:
            return None
        days = (self.until - self.starts).days + 1 if self.until and self.starts else 0
        if days <= 0 or days > DAYS or self.renews or self.term is None:
            return self.annual / DAYS
        return self.term / days


@dataclass(frozen=True, slots=True)
class Length:
    """How long a term is, as a fraction of a year: whole months where it has them, so that three years are three."""

    part: int
    of_year: int
    months: int  # started ones

    @classmethod
    def of(cls, starts: date | None, ends: date | None) -> Length | None:
        """Measure a term; None where its days are not known, or contradict each other."""
        if starts is None or ends is None or ends < starts:
            return None
        months, days = whole_term(starts, ends), (ends - starts).days + 1
        if months is not None:
            return cls(months, YEAR, months)
        return cls(days, DAYS, int((days / MONTHS_DAYS).to_integral_value(ROUND_CEILING)))

    @property
    def over_a_year(self) -> bool:
        """Whether it is longer than a year."""
        return self.part > self.of_year

    def whole(self, annual: Decimal) -> Decimal:
        """Return what a yearly amount comes to over the term."""
        return annual * self.part / self.of_year

    def of_several(self, term: Decimal, bound: Length) -> Decimal:
        """Return what an amount for the term comes to over a length of several terms."""
        return term * round(Decimal(bound.part * self.of_year) / (bound.of_year * self.part))

    def yearly(self, whole: Decimal) -> Decimal:
        """Return what an amount for the term comes to a year."""
        return whole * self.of_year / self.part


def rates(context: Context) -> Rates:
    """Return the rates, read once for all records of a run."""
    found: Rates = context.once("rates", lambda: Rates.of(context.policies["rates"]))
    return found


def alone(entry: JsonObject, context: Context) -> Purchase:
    """Return one subscription as if it were the only one."""
    return _purchase("", entry, (), context)


def bought(record: JsonObject, context: Context) -> list[Purchase]:
    """Return all subscriptions of a record, those that are over included."""
    listed = record.get("contract", {}).get("subscriptions", ())
    return [_purchase(f"/contract/subscriptions/{index}", entry, listed, context) for index, entry in enumerate(listed)]


def _purchase(pointer: str, entry: JsonObject, listed: Sequence[JsonObject], context: Context) -> Purchase:
    starts, ends = (date.fromisoformat(entry[name]) if name in entry else None for name in ("starts", "ends"))
    length = Length.of(starts, ends)
    price = rates(context).converted(entry["price"], context.today) if "price" in entry else None
    annual, term = _priced(price, entry, length)
    least = annual or Decimal(0)
    if "minimum" in entry.get("commitment", {}):
        minimum = rates(context).converted(entry["commitment"]["minimum"], context.today)
        if minimum is None:  # owed, and nobody can say how much
            annual = term = None
        else:
            renews = entry.get("auto_renews", True)
            # Owed once a term: of a short one that begins anew by itself, several times a year.
            yearly = length.yearly(minimum) if length and (length.over_a_year or renews) else minimum
            least = max(least, yearly)
            annual, term = _not_below(yearly, annual), _not_below(minimum, term)
            if length is None and renews:  # nobody knows how often
                annual = None
    if starts and ends and ends < starts:  # one of the two is wrong, so neither is known
        return Purchase(pointer, annual, term, least, None, None, None, place=_place(entry))
    months = length.months if length else None
    renews = entry.get("auto_renews", True)
    until = _until(entry, listed)
    leaves = until
    if renews and ends and (until is None or until > ends):
        stated, notice, last = ends, entry.get("notice_days", 0), until or date.max
        leaves = min(term_end(starts, stated, add_days(context.today, notice)), last)
        if starts and length:  # who has to give notice before a tenth of the term is over is bound to the next, too
            soon = ((stated - starts).days + 1) // TO_LEAVE
            ends = min(term_end(starts, stated, add_days(starts, notice + soon)), last)
            bound = Length.of(starts, ends) or length
            months, term = bound.months, None if term is None else length.of_several(term, bound)
        ends = min(term_end(starts, stated, max(context.today, ends)), last)  # that which runs now
        if leaves > ends and starts and (left := Length.of(max(context.today, starts), leaves)):
            # It is too late to leave by then: the next one is owed, too, and what is left of this one.
            months, ends = max(months or 0, left.months), leaves
            term = None if term is None or annual is None else max(term, left.whole(annual))
    return Purchase(pointer, annual, term, least, months, starts, until, ends, leaves, renews, _place(entry))


def _not_below(least: Decimal, amount: Decimal | None) -> Decimal | None:
    return None if amount is None else max(amount, least)


def _priced(price: Decimal | None, entry: JsonObject, length: Length | None) -> tuple[Decimal | None, Decimal | None]:
    """Return what the price comes to in a year, and over the term."""
    per = entry.get("per")
    if price is None or per is None:
        return None, None
    if per != "term":
        annual = price * A_YEAR[per]
        return annual, length.whole(annual) if length else None
    if length is None:
        return None, price
    # A term of less than a year costs its price in that year, unless it begins anew by itself.
    return length.yearly(price) if length.over_a_year or entry.get("auto_renews", True) else price, price


def _until(entry: JsonObject, listed: Sequence[JsonObject]) -> date | None:
    """Return the last day on which a subscription runs; None where it goes on until somebody cancels it.

    One that renews by itself, or of which that is not known, goes on, unless the record says what takes its place.
    That begins later: of two that begin on one day neither follows the other, and both are paid for. Upon one of which
    nobody knows when it began nothing follows.
    """
    if "ends" not in entry:
        return None
    ends = date.fromisoformat(entry["ends"])
    following = [
        date.fromisoformat(each["starts"])
        for each in listed
        if each is not entry
        and "starts" in entry
        and _place(each) == _place(entry)
        and each.get("starts", "") >= entry["ends"]
        and each["starts"] > entry["starts"]
    ]
    goes_on = entry.get("auto_renews", True)
    if not following:
        return None if goes_on else ends
    before = add_days(min(following), -1)  # the last day of a term may be told as the day after it
    if not goes_on or "starts" not in entry or entry["starts"] > entry["ends"]:
        return min(ends, before)
    # What has renewed by itself runs to the end of that term, whatever follows.
    return before if before <= ends else term_end(date.fromisoformat(entry["starts"]), ends, before)


def _place(entry: JsonObject) -> tuple[str | None, ...]:
    return entry["product"], entry.get("team"), entry.get("region")


def rolling(first: date | None, last: date, today: date) -> tuple[date, date]:
    """Return of what renews by itself the last day of the term that runs, and of the one after it."""
    running = term_end(first, last, today)
    return running, running if running == date.max else term_end(first, last, add_days(running, 1))


def current(record: JsonObject, today: date) -> JsonObject:
    """Return a record with those subscriptions alone that run or are to come."""
    contract = record.get("contract", {})
    listed = contract.get("subscriptions", ())
    kept = [each for each in listed if (until := _until(each, listed)) is None or until >= today]
    return record if len(kept) == len(listed) else {**record, "contract": {**contract, "subscriptions": kept}}


def peak(bought: list[Purchase]) -> list[Purchase]:
    """Return the most that runs at one time from now on, by what is known; of several times the first."""
    marks = sorted({each.starts for each in bought if each.starts})
    times = [[each for each in bought if runs(each, mark)] for mark in (None, *marks)]
    return max(times, key=lambda running: sum((each.least for each in running), Decimal(0)))


def yearly(bought: list[Purchase] | None) -> tuple[Decimal, bool]:
    """Return the most that runs at one time from now on, a year, as far as it is known; and whether all of it is.

    What follows upon another subscription is not added to it.
    """
    if bought is None:
        return Decimal(0), True
    most = sum((each.least for each in peak(bought)), Decimal(0))
    return most, all(each.annual is not None for each in bought)


def runs(purchase: Purchase, mark: date | None) -> bool:
    """Whether a subscription runs on a day; None: from the beginning, which only those without a start have."""
    if mark is None:
        return purchase.starts is None
    return (purchase.starts is None or purchase.starts <= mark) and (purchase.until is None or purchase.until >= mark)


def months(first: date, last: date) -> int:
    """Return how many months there are from a first to a last day, started ones included."""
    length = Length.of(first, last)
    return length.months if length else 0


def bound(terms: Iterable[tuple[date, date]], today: date, since: date = date.max) -> int:
    """Return for how many months from today on terms bind that follow each other soon: cut in two, they are one.

    Whatever they are for: another product, team or region of the same seller binds to the same seller. Those of which
    the first began on ``since`` or later bind from its beginning on: a term that is told in two steps is one, too.
    """
    longest = 0
    first, last = date.max, date.min
    for starts, ends in sorted(terms):
        if last == date.min or starts > add_days(last, SOON + 1):
            first = starts
        last = max(last, ends)
        longest = max(longest, months(first if first >= since else max(first, today), last))
    return longest


def dated(bought: Iterable[Purchase]) -> list[tuple[date, date]]:
    """Return the first and the last day of each term, as far as they are known."""
    return [(each.starts, each.ends) for each in bought if each.starts and each.ends]
