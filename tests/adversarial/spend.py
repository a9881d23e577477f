"""What the versions of records ever said of money, day by day: the truth of a log, beside which the gate is held.

The gate reads the record of today and the one before. This reads all of them. A version tells what was paid on the
days on which it was the one of record, and before them; of the last few the next one may know better.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple

from adversarial.histories import context_on
from preflight import terms
from preflight.recurring import INSIDE, SUBSCRIPTION, expected, yearly

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from adversarial.histories import History
    from preflight.model import JsonObject

YEAR = 365
ENTERED = 90  # days after which nothing may be entered any more
TOLD = 7  # days by which the end of a vendor may be dated back
NEVER = "9999-12-31"
AHEAD = 800  # days from today on that are looked at
AGREED = {"approved", "live", "deprecated", "retired"}
CONTRACT, PAID, BESIDE = "contract", "paid", "beside"

context_of = cache(context_on)


class Line(NamedTuple):
    """So much a day, from a first to a last day: of the contract, paid for it, or beside it."""

    first: date
    last: date
    rate: float
    kind: str


def most(history: History) -> float:
    """Return the most that one seller was to be paid within a year, among those to which something may be entered."""
    first = history.today - timedelta(YEAR - 1 + ENTERED)
    days = [first + timedelta(each) for each in range(ENTERED + YEAR + AHEAD)]
    total = [0.0] * len(days)
    for versions in history.versions.values():
        total = [one + other for one, other in zip(total, _told(versions, history.today, days), strict=True)]
    sums = [0.0, *accumulate(total)]
    return max(sums[end] - sums[end - YEAR] for end in range(YEAR, len(sums)))


def _told(versions: Sequence[tuple[date, JsonObject]], today: date, days: Sequence[date]) -> list[float]:
    """Return for each day the most that any version says of it that may say something of that day."""
    agreed = next((day for day, each in versions if each["lifecycle"]["status"] in AGREED), date.max)
    told = [0.0] * len(days)
    if agreed == date.max:
        return told
    ends = [day - timedelta(1) for day, _ in versions[1:]] + [date.max]
    for (_, record), end in zip(versions, ends, strict=True):
        said = _daily(record, min(end, today), days)
        settled = end if end == date.max else end - timedelta(TOLD + 1)
        for index, day in enumerate(days):
            if agreed - timedelta(ENTERED) <= day <= settled:
                told[index] = max(told[index], said[index])
    return told


def _daily(record: JsonObject, on: date, days: Sequence[date]) -> list[float]:
    """Return what a version says is paid on each of the days; ``on`` is the last day on which it was of record."""
    life = record["lifecycle"]
    begun = any(each.get("starts", "") <= on.isoformat() for each in record["contract"]["subscriptions"])
    if life["status"] not in AGREED and not (life["status"] == "rejected" and "approved_on" in life and begun):
        return [0.0] * len(days)
    sums = {kind: [0.0] * len(days) for kind in (CONTRACT, PAID, BESIDE)}
    for line in _lines(record, on):
        start, end = (max(line.first, days[0]) - days[0]).days, (min(line.last, days[-1]) - days[0]).days
        for index in range(start, end + 1):
            sums[line.kind][index] += line.rate
    once = {day.isoformat(): 0.0 for day in days}
    for each in record["cost"]["one_off"]:
        if each["kind"] != INSIDE and each.get("date") in once:
            once[each["date"]] += each["amount"]["amount"]
    # The contract, and what is paid for it, are two views of one sum.
    parts = zip(sums[CONTRACT], sums[PAID], sums[BESIDE], once.values(), strict=True)
    return [max(contract, paid) + beside + single for contract, paid, beside, single in parts]


def _lines(record: JsonObject, on: date) -> Iterator[Line]:
    life = record["lifecycle"]
    over = life["status"] in {"retired", "rejected"}
    left = date.fromisoformat(life.get("retired_on", on.isoformat())) if over else date.max
    context = context_of(min(left, on))
    listed = record["contract"]["subscriptions"]
    for entry, each in zip(listed, terms.bought(record, context), strict=True):
        if entry.get("starts", "") <= entry.get("ends", NEVER):
            until = each.until or ((each.leaves or left) if over else date.max)
            rate = each.a_day if each.a_day is not None else each.least / YEAR
            yield Line(each.starts or date.min, until, float(rate), CONTRACT)
    days = [life[name] for name in ("signed_on", "live_on") if name in life]
    days += [each["starts"] for each in listed if "starts" in each]
    begun = min(days, default=NEVER)  # what has no day is paid since something began
    for name, amount in (("recurring", yearly), ("usage", expected)):
        for entry in record["cost"][name]:
            kind = PAID if entry.get("kind") == SUBSCRIPTION else BESIDE
            if name == "usage" or entry["kind"] != INSIDE:
                first, last = (date.fromisoformat(entry.get(*each)) for each in (("since", begun), ("until", NEVER)))
                yield Line(first, min(last, left), float(amount(entry, context) or 0) / YEAR, kind)
