"""Which way things go: what is overdue, out of date or without an owner, seen from several days.

These are today's records, looked at as of another day; not what the records said then. A vendor counts from the day
on which it was approved, signed or live, if the record has one. What has no date is counted for today alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from preflight.assessment.state import IN_USE
from preflight.facts import cadence, due, lifecycle
from preflight.facts.references import departures, references
from preflight.periods import add_months
from preflight.pointers import get

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from preflight.assessment.state import Vendor
    from preflight.model import Context, JsonObject

MONTHS = (-12, -6, -3, 0, 3)  # from today
NOW = MONTHS.index(0)
READS = frozenset(each.NAME for each in (cadence, due, lifecycle))  # the facts that are computed for every day
OUTDATED = frozenset({"certification", "evidence"})  # kinds of things that fall due
ENDED = "term"

VENDORS, REVIEWS, EVIDENCE, OWNERS, TERMS = (
    "vendors",
    "overdue-reviews",
    "outdated-evidence",
    "owners-gone",
    "ended-terms",
)
UNDOCUMENTED, UNUSED, WARNINGS = "undocumented-integrations", "unused-vendors", "warnings"
TITLES = {
    VENDORS: "Vendors in the stack",
    REVIEWS: "Reviews overdue",
    EVIDENCE: "Evidence out of date",
    OWNERS: "Duties of people who left",
    TERMS: "Terms that ended",
    UNDOCUMENTED: "Integrations that nobody described",
    UNUSED: "Vendors that are hardly used",
    WARNINGS: "Warnings",
}
DATED, UNDATED = (VENDORS, REVIEWS, EVIDENCE, OWNERS, TERMS), (UNDOCUMENTED, UNUSED, WARNINGS)

Counts = dict[str, int]  # by the names above; what cannot be known here is left out


class Seen(NamedTuple):
    """What one record adds: its counts on each day of MONTHS, and what is not known of it, by name."""

    days: tuple[Counts, ...]
    unknown: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Series:
    """One count over the days: ``unknown`` is the number of vendors of which it is not known today."""

    name: str
    points: tuple[tuple[date, int], ...]
    unknown: int

    @property
    def dated(self) -> bool:
        """Whether it is counted on several days."""
        return len(self.points) > 1

    @property
    def past(self) -> str:
        """Where it went until today; empty for what is counted once."""
        return _direction(self.points[0][1], self.points[NOW][1]) if self.dated else ""

    @property
    def ahead(self) -> str:
        """Where it goes if nothing is done; empty for what is counted once."""
        return _direction(self.points[NOW][1], self.points[-1][1]) if self.dated else ""


def _direction(first: int, last: int) -> str:
    return "steady" if first == last else "rising" if last > first else "falling"


def days(today: date) -> tuple[date, ...]:
    """Return the days on which things are counted."""
    return tuple(add_months(today, months) for months in MONTHS)


def seen(record: JsonObject, known: Sequence[JsonObject], contexts: Sequence[Context], *, people: bool) -> Seen:
    """Count one record. ``known`` are the facts that READS names, on each of the days that ``contexts`` are of.

    ``people`` says whether the registry knows who has left.
    """
    named = _in_office(record, contexts[NOW]) if people else None
    listed = (
        _counts(record, facts, context, contexts[NOW].today, named)
        for facts, context in zip(known, contexts, strict=True)
    )
    return Seen(tuple(listed), frozenset(_unknown(record, known[NOW], people=people)))


def _counts(
    record: JsonObject, known: JsonObject, context: Context, today: date, named: Sequence[str] | None
) -> Counts:
    here = known.get("lifecycle", {}).get("governed", True) and _was_there(record, context.today)
    items = [each for each in known.get("due", {}).get("items", ()) if each["days"] < 0]
    found = {VENDORS: 1}
    if "cadence" in known:
        late = known["cadence"]["overdue"]
        found[REVIEWS] = sum(
            "last" in each or not _held_since(each["kind"], record, context.today, today) for each in late
        )
    if "due" in known:
        found[EVIDENCE] = sum(each["kind"] in OUTDATED for each in items)
        found[TERMS] = sum(each["kind"] == ENDED for each in items)
    if named is not None:
        left = context.once("departures", lambda: departures(context))
        found[OWNERS] = sum(name in left for name in named)
    return found if here else dict.fromkeys(found, 0)


def _held_since(kind: str, record: JsonObject, day: date, today: date) -> bool:
    """Whether a review of that kind was held after a day and until today.

    Then the record may have lost those before it: most keep no more than the last, and nobody can say what that day
    would have shown.
    """
    last, _ = cadence.last_held(kind, record, today)
    return last > day.isoformat()


def _in_office(record: JsonObject, context: Context) -> list[str]:
    """Return everybody who has a duty of today, once a duty."""
    return [each.name for each in references(record, context.references) if each.in_office and "people" in each.kinds]


def _was_there(record: JsonObject, day: date) -> bool:
    """Whether the vendor was there on that day, as far as the record says; without any day it always was."""
    stages = get(record, "/lifecycle")
    known = [stages[name] for name in cadence.BEGINNINGS if name in stages] if isinstance(stages, dict) else []
    if isinstance(stages, dict) and not known and "proposed_on" in stages:
        known = [stages["proposed_on"]]
    return not known or min(known) <= day.isoformat()


def _unknown(record: JsonObject, known: JsonObject, *, people: bool) -> set[str]:
    """Return the counts of which nobody can say whether they hold for this record, too."""
    found: set[str] = set()
    if not known.get("lifecycle", {}).get("governed", True):
        return found
    if "due" in known:
        certified = get(record, "/security/certifications")
        if certified is None or any(each["held"] and not {"issued", "valid_until"} & each.keys() for each in certified):
            found.add(EVIDENCE)
        bought = get(record, "/contract/subscriptions")
        contracted = known.get("lifecycle", {}).get("contracted", True)
        if contracted and (bought is None or any("ends" not in each for each in bought)):
            found.add(TERMS)
    if people and not any(get(record, f"/ownership/{side}/owner") for side in ("marketing", "it")):
        found.add(OWNERS)
    return found


def now(vendor: Vendor, connections: JsonObject | None) -> tuple[Counts, set[str]]:
    """Return what has no date. ``connections`` is what facts/graph.py takes of the record, None where it is not there.

    Usage counts where the vendor is in use.
    """
    counts, unknown = {WARNINGS: vendor.warnings}, set()
    if connections is not None:
        counts[UNDOCUMENTED] = len(connections.get("undocumented", ()))
        unknown |= {UNDOCUMENTED} - ({UNDOCUMENTED} if "undocumented" in connections else set())
    if vendor.status in IN_USE:
        counts[UNUSED] = int(vendor.usage.unused)
        unknown |= set() if vendor.usage.known else {UNUSED}
    return counts, unknown


def trend(found: Sequence[tuple[Seen, tuple[Counts, set[str]]]], today: date) -> list[Series]:
    """Sum up what ``seen`` and ``now`` gave of every record."""
    series = []
    for name in DATED:
        if any(name in each.days[NOW] for each, _ in found):
            sums = [sum(each.days[at].get(name, 0) for each, _ in found) for at in range(len(MONTHS))]
            points = tuple(zip(days(today), sums, strict=True))
            series.append(Series(name, points, sum(name in each.unknown for each, _ in found)))
    for name in UNDATED:
        if any(name in counts for _, (counts, _) in found):
            count = sum(counts.get(name, 0) for _, (counts, _) in found)
            series.append(Series(name, ((today, count),), sum(name in unknown for _, (_, unknown) in found)))
    return series
