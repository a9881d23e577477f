"""What a vendor costs: a year, and over what is promised. In the base currency of policies/rates.yaml.

A year of a contract is a year, whether it has a leap day or not: terms are counted in whole months where they have
them. A subscription goes on after its end unless the record says that it does not renew, or what takes its place.

The samples of a good record hold the subscription twice, as bought (``contract``) and as paid (``cost``). They
are two views of one sum, so the larger of the two counts, never both: a low figure in one place hides nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, Decimal
from typing import TYPE_CHECKING

from preflight.facts import lifecycle
from preflight.money import A_YEAR, DAYS, Rates, decimal, plain, total
from preflight.periods import YEAR, add_days, whole_term

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from preflight.model import Context, JsonObject

NAME = "cost"
INPUTS = ("/contract/subscriptions", "/cost/recurring", "/cost/usage")
POLICIES = ("rates",)
INSIDE = "internal-labour"  # not paid to the vendor
TOLERANCE = Decimal("0.01")  # by which the two views of the subscription may differ: rounding, and exchange
SOON = 92  # days; what begins so soon after the end of another term goes on with it
MONTHS_DAYS = Decimal("30.4375")
_NEEDS = ["/contract/subscriptions (each with price, per and a currency that has a rate)"]
_LIST = {"type": "array"}
SHAPE: JsonObject = {
    "type": "object",
    "properties": {
        "currency": {"type": "string", "description": "The base currency, in which all amounts here are."},
        "annual": {
            "type": "number",
            "description": "What is paid to the vendor in a year, at today's rates, expected usage included.",
            "needs": _NEEDS,
        },
        "at_least": {"type": "number", "description": "The part of it that is known."},
        "total_annual": {
            "type": "number",
            "description": "The same with our own labour.",
            "needs": _NEEDS,
        },
        "committed": {
            "type": "number",
            "description": "What is promised over the terms that run or are to come: price for the term, or minimum.",
            "needs": [*_NEEDS, "/contract/subscriptions (starts and ends)"],
        },
        "term_months": {
            "type": "integer",
            "description": "Length of the longest term that runs or is to come, in started months.",
            "needs": ["/contract/subscriptions (starts and ends)"],
        },
        "unpriced": {
            **_LIST,
            "description": "Amounts that no rate converts on that day.",
            "items": {"type": "object", "properties": {"pointer": {"type": "string"}, "currency": {"type": "string"}}},
        },
        "mismatch": {
            **_LIST,
            "description": "Where contract and cost tell two stories of the subscription.",
            "items": {
                "type": "object",
                "properties": {
                    "pointer": {"type": "string"},
                    "bought": {"type": "number"},
                    "paid": {"type": "number"},
                },
            },
        },
    },
}


@dataclass(frozen=True, slots=True)
class Purchase:
    """One subscription: what it costs a year and over its term, in the base currency; None: not known.

    ``least`` is what is known of a year. ``until`` is the last day on which it runs; None: until somebody cancels.
    ``ends`` is that of its term.
    """

    pointer: str
    annual: Decimal | None
    term: Decimal | None
    least: Decimal
    months: int | None
    starts: date | None
    until: date | None
    ends: date | None = None

    @property
    def in_a_year(self) -> Decimal | None:
        """What it adds to the spend of any one year: its term, if that is shorter."""
        if self.annual is None or self.term is None:
            return self.annual
        return min(self.annual, self.term)


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

    def yearly(self, whole: Decimal) -> Decimal:
        """Return what an amount for the term comes to a year."""
        return whole * self.of_year / self.part


def rates(context: Context) -> Rates:
    """Return the rates, read once for all records of a run."""
    found: Rates = context.once("rates", lambda: Rates.of(context.policies["rates"]))
    return found


def is_over(record: JsonObject, context: Context) -> bool:
    """Whether nothing is paid any more. The word alone is not enough: the day has to have come."""
    return not lifecycle.of(record, context)["governed"]


def known(record: JsonObject, context: Context) -> JsonObject:
    """Return the facts of a record; those about approvals look at them, too."""
    found: JsonObject = context.once_for(record, NAME, lambda: _known(record, context))
    return found


def of(record: JsonObject, context: Context) -> JsonObject:
    """Return what is known of the cost on that day."""
    return known(record, context)


def _known(record: JsonObject, context: Context) -> JsonObject:
    known = rates(context)
    if is_over(record, context):
        none: JsonObject = {"annual": 0.0, "at_least": 0.0, "total_annual": 0.0, "committed": 0.0, "term_months": 0}
        return {"currency": known.base, **none, "unpriced": [], "mismatch": []}
    bought = purchases(record, context)
    facts: JsonObject = {"currency": known.base, "unpriced": unpriced(record, context)}
    subscribed, sure = _yearly(bought)
    paid, paid_sure = total(recurring(record, context, {"subscription"}))
    others, others_sure = total(recurring(record, context, set(A_KIND) - {"subscription", INSIDE}))
    inside, inside_sure = total(recurring(record, context, {INSIDE}))
    metered, metered_sure = total(used(record, context))
    annual = max(subscribed, paid) + others + metered
    facts["at_least"] = plain(annual)
    whole = (bought is not None or paid > 0) and sure and paid_sure and others_sure and metered_sure
    if whole:
        facts["annual"] = plain(annual)
        if inside_sure:
            facts["total_annual"] = plain(annual + inside)
    facts["mismatch"] = _mismatch(record, bought if sure else None, paid if paid_sure else None, context.today)
    if bought == [] and paid > 0:
        return facts  # something is subscribed to, and nobody wrote down for how long
    return facts | _promised(bought, context.today)


A_KIND = ("subscription", "support", "storage", "data-transfer", INSIDE, "integration", "training", "other")


def purchases(record: JsonObject, context: Context) -> list[Purchase] | None:
    """Return the subscriptions that run or are to come on that day; None where it is not known what was bought."""
    if record.get("contract", {}).get("subscriptions") is None:
        return None
    return [each for each in _bought(record, context) if each.until is None or each.until >= context.today]


def bought_since(record: JsonObject, context: Context, first: date) -> list[Purchase]:
    """Return the subscriptions bought on or after ``first``, ended ones included; a start not known counts as then."""
    return [each for each in _bought(record, context) if each.starts is None or each.starts >= first]


def undated(record: JsonObject, context: Context, bought: Decimal) -> Decimal:
    """Return what is paid in a year of which no day of purchase is known, as far as it is known itself.

    That is all that recurs besides the subscriptions, usage, and what is paid for subscriptions beyond those of the
    contract; ``bought`` is what those of them come to that were bought of late.
    """
    paid, _ = total(recurring(record, context, {"subscription"}))
    subscribed, _ = _yearly(purchases(record, context))
    others, _ = total(recurring(record, context, set(A_KIND) - {"subscription", INSIDE}))
    metered, _ = total(used(record, context))
    return max(paid - max(subscribed, bought), Decimal(0)) + others + metered


def alone(entry: JsonObject, context: Context) -> Purchase:
    """Return one subscription as if it were the only one."""
    return _purchase("", entry, (), context)


def _bought(record: JsonObject, context: Context) -> list[Purchase]:
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
        return Purchase(pointer, annual, term, least, None, None, None)
    months = length.months if length else None
    return Purchase(pointer, annual, term, least, months, starts, _until(entry, listed), ends)


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
    return before if goes_on else min(ends, before)


def _place(entry: JsonObject) -> tuple[str | None, ...]:
    return entry["product"], entry.get("team"), entry.get("region")


def peak(bought: list[Purchase]) -> list[Purchase]:
    """Return the most that runs at one time from now on, by what is known; of several times the first."""
    marks = sorted({each.starts for each in bought if each.starts})
    times = [[each for each in bought if _runs(each, mark)] for mark in (None, *marks)]
    return max(times, key=lambda running: sum((each.least for each in running), Decimal(0)))


def _yearly(bought: list[Purchase] | None) -> tuple[Decimal, bool]:
    """Return the most that runs at one time from now on, a year, as far as it is known; and whether all of it is.

    What follows upon another subscription is not added to it.
    """
    if bought is None:
        return Decimal(0), True
    most = sum((each.least for each in peak(bought)), Decimal(0))
    return most, all(each.annual is not None for each in bought)


def _runs(purchase: Purchase, mark: date | None) -> bool:
    """Whether a subscription runs on a day; None: from the beginning, which only those without a start have."""
    if mark is None:
        return purchase.starts is None
    return (purchase.starts is None or purchase.starts <= mark) and (purchase.until is None or purchase.until >= mark)


def recurring(record: JsonObject, context: Context, kinds: set[str]) -> Iterable[Decimal | None]:
    """Yield what each recurring cost of these kinds comes to in a year; None: no rate converts it."""
    for entry in record.get("cost", {}).get("recurring", ()):
        if entry["kind"] in kinds:
            amount = rates(context).converted(entry["amount"], context.today)
            yield None if amount is None else amount * A_YEAR[entry["per"]]


def used(record: JsonObject, context: Context) -> Iterable[Decimal | None]:
    """Yield what usage costs in the year that is expected; where nobody said what is, in the busiest."""
    for entry in record.get("cost", {}).get("usage", ()):
        price = rates(context).converted(entry["price"], context.today)
        # An expectation below the low case is none.
        units = max(
            (entry[name] for name in ("expected", "low" if "expected" in entry else "high") if name in entry),
            default=entry.get("low"),
        )
        yield None if price is None or units is None else price * decimal(units)


def _mismatch(record: JsonObject, bought: list[Purchase] | None, paid: Decimal | None, today: date) -> list[JsonObject]:
    """Compare what is paid with what runs today, or with what is to come where nothing runs yet."""
    if bought is None or paid is None or not _has_subscription(record):
        return []
    running = [each for each in bought if _runs(each, today)]
    subscribed, _ = _yearly(running or bought)
    if abs(subscribed - paid) <= TOLERANCE * max(subscribed, paid):
        return []
    return [{"pointer": "/cost/recurring", "bought": plain(subscribed), "paid": plain(paid)}]


def _has_subscription(record: JsonObject) -> bool:
    return any(entry["kind"] == "subscription" for entry in record.get("cost", {}).get("recurring", ()))


def _promised(bought: list[Purchase] | None, today: date) -> JsonObject:
    if bought is None:
        return {}
    promised: JsonObject = {}
    committed, sure = total(each.term for each in bought)
    if sure:
        promised["committed"] = plain(committed)
    months = [each.months for each in bought]
    if None not in months:
        longest = max((each for each in months if each is not None), default=0)
        promised["term_months"] = max(longest, bound(_terms(bought), today))
    return promised


def bound(terms: Iterable[tuple[date, date]], today: date) -> int:
    """Return for how many months from today on terms bind that follow each other soon: cut in two, they are one.

    Whatever they are for: another product, team or region of the same seller binds to the same seller.
    """
    longest = 0
    first, last = date.max, date.min
    for starts, ends in sorted(terms):
        if last == date.min or starts > add_days(last, SOON):
            first = starts
        last = max(last, ends)
        length = Length.of(max(first, today), last)
        longest = max(longest, length.months if length else 0)
    return longest


def terms(record: JsonObject, context: Context) -> list[tuple[date, date]]:
    """Return the first and the last day of each term that runs or is to come, as far as they are known."""
    return _terms(purchases(record, context) or ())


def _terms(bought: Iterable[Purchase]) -> list[tuple[date, date]]:
    return [(each.starts, each.ends) for each in bought if each.starts and each.ends]


def unpriced(record: JsonObject, context: Context) -> list[JsonObject]:
    """Return the amounts of contract and cost that no rate converts on that day."""
    found = []
    for pointer, money in amounts(record):
        if rates(context).rate(money["currency"], context.today) is None:
            found.append({"pointer": f"{pointer}/currency", "currency": money["currency"]})
    return found


def amounts(record: JsonObject) -> Iterable[tuple[str, JsonObject]]:
    """Yield (pointer, money) of every amount in contract and cost."""
    for index, entry in enumerate(record.get("contract", {}).get("subscriptions", ())):
        at = f"/contract/subscriptions/{index}"
        if "price" in entry:
            yield f"{at}/price", entry["price"]
        if "minimum" in entry.get("commitment", {}):
            yield f"{at}/commitment/minimum", entry["commitment"]["minimum"]
    for part, name in (("recurring", "amount"), ("one_off", "amount"), ("usage", "price")):
        for index, entry in enumerate(record.get("cost", {}).get(part, ())):
            yield f"/cost/{part}/{index}/{name}", entry[name]
