"""Dates and periods: months that end where a month ends, and terms that follow upon themselves.

Nothing here fails for a date that a record may hold: what would lie beyond the calendar ends at its edge.
"""

from __future__ import annotations

import calendar
from datetime import date

YEAR = 12  # months
CLOCKS_APART = 1  # day by which the clocks of those who commit and of those who take it may differ
_EDGE_YEARS = range(date.min.year, date.max.year + 1)


def add_days(day: date, count: int) -> date:
    """Return the day ``count`` days later (negative: earlier)."""
    number = min(max(day.toordinal() + count, date.min.toordinal()), date.max.toordinal())
    return date.fromordinal(number)


def add_months(day: date, count: int) -> date:
    """Return the same day of the month ``count`` months later, or the last one where that month is shorter.

    Counted from one fixed day, months do not creep: 31 January, 28 February, 31 March.
    """
    year, month = divmod(day.year * YEAR + day.month - 1 + count, YEAR)
    if year not in _EDGE_YEARS:
        return date.max if count > 0 else date.min
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def whole_months(first: date, after: date) -> int | None:
    """Return how many whole months lie between a first day and the day after the last; None where none fit."""
    count = (after.year - first.year) * YEAR + after.month - first.month
    return count if count > 0 and add_months(first, count) == after else None


def term_end(first: date | None, last: date, day: date) -> date:
    """Return the last day of the term that runs on ``day``, of a term that renews by itself.

    While the term from ``first`` to ``last`` runs, or before it, that is ``last``. Afterwards the term repeats
    with its own length: whole months where it has them (whether the record counts the last day in or out), else
    days; a year where ``first`` is not known.
    """
    if last >= day:
        return last
    begin, months, counted_in = _measured(first, last)
    if months is None:
        length = (last - begin).days + 1
        return add_days(last, -((last - day).days // length) * length)
    rounds = max(1, ((day.year - begin.year) * YEAR + day.month - begin.month) // months)
    ends = (add_days(add_months(begin, months * (rounds + more)), -counted_in) for more in range(3))
    return next((end for end in ends if end >= day), date.max)


def whole_term(first: date, last: date) -> int | None:
    """Return the whole months of a term, whether its last day counts in or out; None where it has none."""
    return _measured(first, last)[1] if first < last else None


def _measured(first: date | None, last: date) -> tuple[date, int | None, int]:
    """Return the day to count from, the months of the term (None: it has none), and 1 where its last day counts."""
    after = add_days(last, 1)
    if first is None or first >= last:
        return after, YEAR, 1
    if months := whole_months(first, after):
        return first, months, 1
    return first, whole_months(first, last), 0


def days_until(day: date, today: date) -> int:
    """Return the days left: 0 on the day itself, negative after it."""
    return (day - today).days


def in_words(days: int) -> str:
    """Say how far away a day is: ``in 3 days``, ``today``, ``12 days ago``."""
    if days == 0:
        return "today"
    number = f"{abs(days):,} day" + ("s" if abs(days) != 1 else "")
    return f"in {number}" if days > 0 else f"{number} ago"
