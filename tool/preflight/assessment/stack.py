"""The stack as a whole: which vendors should worry most, a few figures, and who takes whose place.

Sorted so that what should worry most comes first: a vendor whose level of risk is not known stands before those that
are known to have the level that it has at least.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from preflight.levels import LEVELS, rank
from preflight.model import Level, Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from preflight.assessment.state import Vendor
    from preflight.model import Verdict


def ordered(vendors: Iterable[Vendor]) -> list[Vendor]:
    """Return the vendors, what should worry most first."""
    return sorted(vendors, key=_weight)


def _weight(vendor: Vendor) -> tuple[int, bool, int, float, bool, str]:
    level, unsure = -1, False
    if vendor.risk is not None:
        level, unsure = rank(vendor.risk.at_least), vendor.risk.level is None
    paid, exact = (vendor.cost.at_least, vendor.cost.known) if vendor.cost else (0.0, True)
    return -level, not unsure, -vendor.red_flags, -paid, exact, vendor.id


@dataclass(frozen=True, slots=True)
class Share:
    """The vendors of one level of risk: how many, what is known to be paid to them, and of how many not all is.

    ``level`` is None where it is not known; ``at_least`` is None where the registry computes no risk at all.
    """

    level: str | None
    at_least: str | None
    vendors: int
    annual: float
    unpriced: int


@dataclass(frozen=True, slots=True)
class Summary:
    """The stack in a few figures. ``open`` questions of the checklist of so many ``asked``; None: there is none.

    ``without_plan`` are ids, None where records have no place for a plan. ``unreadable`` are ids of vendor files that
    are not of the right form. ``registry`` counts red flags and warnings that concern no vendor alone.
    """

    vendors: int
    levels: tuple[Share, ...]
    currency: str
    red_flags: int
    flagged: int
    warnings: int
    elevated: int
    without_plan: tuple[str, ...] | None
    late_plans: int
    open: int | None
    asked: int | None
    unknown_risk: int | None
    unknown_cost: int | None
    ended: int
    unreadable: tuple[str, ...]
    registry: tuple[int, int] = (0, 0)


def summarise(
    vendors: Sequence[Vendor],
    *,
    plans: bool,
    ended: int = 0,
    unreadable: Iterable[str] = (),
    registry: Sequence[Verdict] = (),
) -> Summary:
    """Sum up vendors that are in order. ``plans``: whether records have a place for one."""
    asked = [each.answered for each in vendors if each.answered is not None]
    open_ = sum(of - known for known, of in asked)
    priced, judged = ([each for each in vendors if getattr(each, name) is not None] for name in ("cost", "risk"))
    failed = [each.level for each in registry if each.outcome is Outcome.FAIL]
    return Summary(
        vendors=len(vendors),
        levels=_shares(vendors),
        currency=next((each.cost.currency for each in vendors if each.cost), ""),
        red_flags=sum(each.red_flags for each in vendors),
        flagged=sum(each.red_flags > 0 for each in vendors),
        warnings=sum(each.warnings for each in vendors),
        elevated=sum(each.elevated for each in vendors),
        without_plan=tuple(each.id for each in vendors if each.lacks_plan) if plans else None,
        late_plans=sum(each.plan is not None and each.plan.late for each in vendors),
        open=open_ if asked else None,
        asked=sum(of for _, of in asked) if asked else None,
        unknown_risk=sum(each.risk is not None and each.risk.level is None for each in judged) if judged else None,
        unknown_cost=sum(each.cost is not None and not each.cost.known for each in priced) if priced else None,
        ended=ended,
        unreadable=tuple(sorted(set(unreadable))),
        registry=(failed.count(Level.RED_FLAG), failed.count(Level.WARNING)),
    )


def _shares(vendors: Sequence[Vendor]) -> tuple[Share, ...]:
    """Return one share a level, the highest first; a level that nobody has is told where risk is computed."""
    groups: dict[tuple[str | None, str | None], list[Vendor]] = {}
    if any(each.risk for each in vendors):
        for level in reversed(LEVELS):
            groups |= {(None, level): [], (level, level): []}
    for each in vendors:
        key = (each.risk.level, each.risk.at_least) if each.risk else (None, None)
        groups.setdefault(key, []).append(each)
    return tuple(
        _share(level, at_least, found) for (level, at_least), found in groups.items() if found or level is not None
    )


def _share(level: str | None, at_least: str | None, vendors: Sequence[Vendor]) -> Share:
    costs = [each.cost for each in vendors if each.cost is not None]
    annual = round(sum(each.at_least for each in costs), 2)
    return Share(level, at_least, len(vendors), annual, sum(not each.known for each in costs))


def successors(records: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Return by vendor who is said to take its place. ``records`` are the ids that each vendor says it replaces."""
    found: dict[str, list[str]] = {}
    for vendor in sorted(records):
        for replaced in records[vendor]:
            found.setdefault(replaced, []).append(vendor)
    return found
