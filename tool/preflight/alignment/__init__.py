"""How marketing and IT work together, measured by what the log and the records tell.

``stages`` says when IT first took part in a vendor, ``measures`` counts, ``levels`` finds the step on the scale of
policies/alignment.yaml, ``report`` gathers it by team and quarter, ``views`` shows it, and ``anonymous`` takes the
names out. What is not known is not good: a share is of all, those included of which nobody can say.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Literal, TypeAlias

from preflight.periods import add_days, add_months

if TYPE_CHECKING:
    from collections.abc import Mapping

SCHEMA = "preflight/alignment/v1"

Stage: TypeAlias = Literal[
    "before-proposal", "before-signature", "after-signature", "after-go-live", "never", "not-known"
]
STAGES: dict[Stage, str] = {
    "before-proposal": "before it was proposed",
    "before-signature": "before the contract was signed",
    "after-signature": "after the contract was signed",
    "after-go-live": "after it went live",
    "never": "never",
    "not-known": "not known",
}
IN_TIME: frozenset[Stage] = frozenset({"before-proposal", "before-signature"})

# Shares of vendors, by name: what they are a share of, and what counts as good.
SHARES = {
    "it-involved": "IT took part at all",
    "it-before-signature": "IT took part before the signature",
    "it-before-proposal": "IT took part before the proposal",
    "owned-by-both": "Owned on both sides",
    "reviewed-by-both": "Reviewed or approved by both sides",
    "reviews-in-time": "No review overdue",
    "owners-in-office": "No duty of somebody who left",
    "integrations-documented": "All connections documented",
    "in-use": "Used by those it was bought for",
    "without-red-flags": "No red flag stands",
    "without-waivers": "No waiver in force",
}
MEDIANS = {  # in days
    "decision-days": "Days from proposal to decision",
    "value-days": "Days from proposal to going live",
}
DRIFT = {  # counts
    "overdue-reviews": "Reviews overdue",
    "owners-gone": "Duties of people who left",
    "undocumented-integrations": "Connections without description",
    "unused-vendors": "Vendors hardly used",
    "red-flags": "Red flags standing",
    "waivers": "Waivers in force",
    "stale-waivers": "Waivers that let nothing stand",
}
REVIEWERS = ("marketing", "it", "finance", "legal", "executive", "not-known")  # sides


@dataclass(frozen=True, slots=True)
class Quarter:
    """A quarter of the calendar."""

    year: int
    number: int

    @classmethod
    def of(cls, day: date) -> Quarter:
        """Return the quarter that a day is in."""
        return cls(day.year, (day.month + 2) // 3)

    @property
    def name(self) -> str:
        """Its name, as 2026-Q4."""
        return f"{self.year:04}-Q{self.number}"

    @property
    def first(self) -> date:
        """Its first day."""
        return date(self.year, self.number * 3 - 2, 1)

    @property
    def last(self) -> date:
        """Its last day."""
        return add_days(add_months(self.first, 3), -1) if self.first < date(date.max.year, 10, 1) else date.max


def quarters(today: date, count: int) -> list[Quarter]:
    """Return the last quarters up to the one of today, oldest first."""
    starts = (add_months(Quarter.of(today).first, -3 * back) for back in range(count - 1, -1, -1))
    return list(dict.fromkeys(Quarter.of(start) for start in starts))


@dataclass(frozen=True, slots=True)
class Vendor:
    """One vendor at the end of a quarter.

    ``good`` says of each of SHARES whether it holds: None, it is not known; not there, it does not apply. ``drift`` are
    counts of DRIFT. ``decided`` and ``live`` are the quarters of the decision and of going live, where
    ``decision_days`` and ``value_days`` are known. ``basis`` says what tells of IT's first part: ``log`` or
    ``record``. ``fixed`` are findings that were repaired before the signature; None: the log does not tell.
    """

    id: str
    category: str
    status: str
    teams: tuple[str, ...]
    stage: Stage
    basis: str = ""
    good: Mapping[str, bool | None] = field(default_factory=dict)
    drift: Mapping[str, int] = field(default_factory=dict)
    decision_days: int | None = None
    decided: str = ""
    value_days: int | None = None
    live: str = ""
    fixed: int | None = None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The registry at the end of a quarter, judged on the records of that day.

    ``missing`` says why nothing can be told of it; else it is empty. ``granted`` are waivers of that quarter,
    ``reviews`` what each side reviewed and approved in it.
    """

    quarter: Quarter
    day: date
    commit: str
    missing: str = ""
    vendors: tuple[Vendor, ...] = ()
    granted: int = 0
    reviews: Mapping[str, int] = field(default_factory=dict)
    drift: Mapping[str, int] = field(default_factory=dict)  # of the registry as a whole, beside those of vendors
