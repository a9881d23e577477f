"""Suite or best of breed: what several vendors side by side cost, and how much of their work one alone could do.

Vendors are put together that stand in one category, that have a capability in common, or that one company sells.
For each such group: what they cost a year, how many connections hold them together, and which of them covers the
most, with what it would leave to be found elsewhere. A comparison to think with: that two vendors can do the same
does not say that they do it equally well.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from preflight.facts import graph, overlap

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from preflight.model import Context, JsonObject

CATEGORY, CAPABILITY, COMPANY = "category", "capability", "company"


@dataclass(frozen=True, slots=True)
class Costs:
    """What vendors cost a year, by id, in one currency; a vendor whose cost is not known is left out."""

    annual: Mapping[str, float]
    currency: str

    def of(self, vendors: Sequence[str]) -> float | None:
        """Return the sum, or None while the cost of one is not known."""
        known = [self.annual[vendor] for vendor in vendors if vendor in self.annual]
        return sum(known) if len(known) == len(vendors) else None


@dataclass(frozen=True, slots=True)
class Suite:
    """The one vendor that covers the most of a group: the capabilities that it has, and those that it lacks."""

    vendor: str
    covers: tuple[str, ...]
    leaves: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Vendors side by side. ``annual`` is what they cost together, None while that of one is not known.

    ``connections`` is the number of pairs among them that exchange data. ``shared`` are capabilities of more than
    one. ``suite`` is None where the capabilities of none, or of only one, are known.
    """

    kind: str
    name: str
    vendors: tuple[str, ...]
    capabilities: tuple[str, ...]
    shared: tuple[str, ...]
    connections: int
    annual: float | None
    suite: Suite | None


def compare(
    records: Mapping[str, JsonObject],
    context: Context,
    costs: Costs | None = None,
    wanted: frozenset[str] = frozenset(),
) -> list[Group]:
    """Return the groups of vendors that are in use or on their way in, the largest first.

    ``wanted`` leaves only groups with one of those vendors; empty: all.
    """
    extracts = {vendor: overlap.extract(record, context) for vendor, record in records.items()}
    staying = {vendor: taken for vendor, taken in extracts.items() if not taken["ended"] and not taken["leaving"]}
    flows = graph.flows({vendor: graph.extract(record, context) for vendor, record in records.items()}, context.vendors)
    found: list[Group] = []
    seen: set[tuple[str, ...]] = set()
    for kind, name, vendors in _together(staying):
        if len(vendors) > 1 and vendors not in seen and not (wanted and wanted.isdisjoint(vendors)):
            seen.add(vendors)
            found.append(_group(kind, name, vendors, staying, flows, costs))
    return sorted(found, key=lambda group: (-len(group.vendors), group.kind, group.name))


def _together(extracts: Mapping[str, JsonObject]) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Yield (kind, name, vendor ids) of everything that vendors may have in common."""
    by: dict[tuple[str, str], list[str]] = {}
    shown: dict[tuple[str, str], str] = {}
    for vendor in sorted(extracts):
        taken = extracts[vendor]
        keys = [(CATEGORY, taken["category"])] if taken["category"] else []
        keys += [(CAPABILITY, each) for each in taken.get("capabilities", ())]
        if company := taken.get("parent") or taken.get("entity"):
            keys.append((COMPANY, company[0]))
            shown.setdefault((COMPANY, company[0]), company[1])
        for key in keys:
            by.setdefault(key, []).append(vendor)
    for kind in (CATEGORY, CAPABILITY, COMPANY):
        for key in sorted(key for key in by if key[0] == kind):
            yield kind, shown.get(key, key[1]), tuple(by[key])


def _group(  # noqa: PLR0913, PLR0917 - what a group is made of
    kind: str,
    name: str,
    vendors: tuple[str, ...],
    extracts: Mapping[str, JsonObject],
    flows: graph.Flows,
    costs: Costs | None,
) -> Group:
    able = {vendor: extracts[vendor]["capabilities"] for vendor in vendors if "capabilities" in extracts[vendor]}
    count: dict[str, int] = {}
    for listed in able.values():
        for each in listed:
            count[each] = count.get(each, 0) + 1
    inside = set(vendors)
    connected = {
        frozenset((vendor, other))
        for vendor in vendors
        for other in flows.downstream.get(vendor, ())
        if other in inside
    }
    return Group(
        kind,
        name,
        vendors,
        tuple(sorted(count)),
        tuple(sorted(each for each in count if count[each] > 1)),
        len(connected),
        costs.of(vendors) if costs else None,
        _suite(able, count) if kind != COMPANY else None,
    )


def _suite(able: Mapping[str, Sequence[str]], count: Mapping[str, int]) -> Suite | None:
    """Return the vendor with the most capabilities of all that its group has; of equals, the first by id."""
    if len(able) < 2 or not count:  # noqa: PLR2004 - with one there is nothing to compare
        return None
    vendor = min(able, key=lambda each: (-len(set(able[each])), each))
    covered = set(able[vendor])
    return Suite(vendor, tuple(sorted(covered)), tuple(sorted(set(count) - covered)))
