"""All of it: the whole registry, each team, each quarter."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from preflight.alignment import DRIFT, STAGES, Quarter
from preflight.alignment.levels import standing
from preflight.alignment.measures import drift, measure
from preflight.periods import add_months

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from preflight.alignment import Snapshot, Vendor
    from preflight.alignment.levels import Standing, Step
    from preflight.alignment.measures import Measure

YEAR = 4  # quarters: what was decided in the last year counts


@dataclass(frozen=True, slots=True)
class Group:
    """A team, or the whole: its vendors, what was measured, and where it stands. ``name`` is empty for the whole."""

    name: str
    side: str
    vendors: int
    measures: Mapping[str, Measure]
    standing: Standing


@dataclass(frozen=True, slots=True)
class Past:
    """The whole at the end of a quarter; ``group`` None: nothing can be told of it, and ``snapshot`` says why."""

    snapshot: Snapshot
    group: Group | None
    drift: Mapping[str, int | None]
    decided: int
    decision_days: int | None
    went_live: int
    value_days: int | None


@dataclass(frozen=True, slots=True)
class Report:
    """How marketing and IT work together, up to the commit ``head``; the last of ``past`` is the quarter of today."""

    as_of: str
    head: str
    scale: tuple[Step, ...]
    whole: Group
    teams: tuple[Group, ...]
    past: tuple[Past, ...]
    vendors: tuple[Vendor, ...]
    stages: Mapping[str, int]
    fixed: int | None  # findings repaired before the signature; None: the log tells of no vendor


def gather(
    as_of: str, head: str, scale: tuple[Step, ...], past: Sequence[Snapshot], sides: Mapping[str, str]
) -> Report:
    """Put the report together; ``sides`` are those of the teams. The last snapshot has to be one that can be told."""
    now = past[-1]
    teams = sorted({team for each in now.vendors for team in each.teams if team in sides})
    groups = (
        _group(team, sides[team], [each for each in now.vendors if team in each.teams], now.quarter, scale)
        for team in teams
    )
    counted = Counter(each.stage for each in now.vendors)
    fixed = [each.fixed for each in now.vendors if each.fixed is not None]
    return Report(
        as_of=as_of,
        head=head,
        scale=scale,
        whole=_group("", "", now.vendors, now.quarter, scale),
        teams=tuple(groups),
        past=tuple(_past(each, scale) for each in past),
        vendors=now.vendors,
        stages={name: counted[name] for name in STAGES},
        fixed=sum(fixed) if fixed else None,
    )


def _group(name: str, side: str, vendors: Sequence[Vendor], now: Quarter, scale: tuple[Step, ...]) -> Group:
    found = measure(vendors, _year(now))
    return Group(name, side, len(vendors), found, standing(scale, found))


def _year(now: Quarter) -> frozenset[str]:
    return frozenset(Quarter.of(add_months(now.first, -3 * back)).name for back in range(YEAR))


def _past(snapshot: Snapshot, scale: tuple[Step, ...]) -> Past:
    if snapshot.missing:
        return Past(snapshot, None, dict.fromkeys(DRIFT), 0, None, 0, None)
    alone = measure(snapshot.vendors, {snapshot.quarter.name})
    days, value = alone["decision-days"], alone["value-days"]
    group = _group("", "", snapshot.vendors, snapshot.quarter, scale)
    counts = drift(snapshot.vendors)
    for name, more in snapshot.drift.items():
        counts[name] = (counts.get(name) or 0) + more
    return Past(snapshot, group, counts, days.of, days.value, value.of, value.value)
