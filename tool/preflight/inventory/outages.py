"""What breaks if one vendor or system is down, as a page tells it: in sentences, with names, and not without end."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING
from urllib.parse import quote

from preflight import digraph
from preflight.impact_views import CAUGHT, FELT
from preflight.lineage import PACE, SYSTEM, VENDOR, way

if TYPE_CHECKING:
    from collections.abc import Sequence

    from preflight.lineage import Effect, Impact, Landscape, Owner, Party

MOST_DIRECT = 40
MOST_DATA = 6  # kinds of data of one connection
MOST_STEPS = 3  # names of a way
MOST_SOURCES = 20
IN_USE = frozenset({"live", "deprecated", "retired", None})
AT_ONCE, LATER, UNKNOWN, PLANNED = "Stops at once", "Felt later", "When it is felt is not known", "Not in use yet"
SEVERITY = (AT_ONCE, LATER, UNKNOWN, PLANNED)
_COUNTED = re.compile(r"([\d,]+ of [\d,]+) live vendors get data from it directly\.")


@dataclass(frozen=True, slots=True)
class Direct:
    """One that gets its data from the party that is down."""

    party: Party
    severity: str
    felt: str
    loses_all: bool
    data: str
    caught: str
    call: Owner | None
    doubts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Further:
    """One that is reached over others: by their names."""

    party: Party
    by_way_of: tuple[str, ...]
    loses_all: bool
    doubts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Outage:
    """What one outage breaks. ``direct`` and ``further`` are by how soon it is felt, the soonest first.

    ``counts``: how many are reached directly, by severity; those that are left out of ``direct`` are in it.
    """

    impact: Impact
    address: str
    direct: tuple[Direct, ...]
    direct_count: int
    counts: tuple[int, ...]
    further: tuple[tuple[str, tuple[Further, ...]], ...]
    further_count: int
    left_out: int
    sources: tuple[str, ...]
    sources_more: int
    records: tuple[tuple[str, tuple[str, ...]], ...]  # party, its data domains

    @property
    def groups(self) -> tuple[tuple[str, int, tuple[Direct, ...]], ...]:
        """Those who are reached directly, by severity, each with the count of all."""
        count = dict(zip(SEVERITY, self.counts, strict=True))
        return tuple((name, count[name], tuple(hits)) for name, hits in groupby(self.direct, lambda hit: hit.severity))

    @property
    def said(self) -> str:
        """What breaks in a line: first what stops at once."""
        parts = zip(self.counts, ("at once", "later", "not known when", "not in use yet"), strict=True)
        split = ", ".join(f"{count:,} {when}" for count, when in parts if count)
        directly = f"{self.direct_count:,} directly{f' ({split})' if split else ''}"
        return f"{directly}, {self.further_count:,} through others"

    @property
    def order(self) -> tuple[int, ...]:
        """Sorts outages, the worst first: by what stops at once, by what is reached directly, by the rest."""
        return (-self.counts[0], -self.direct_count, -self.further_count)


def address(identifier: str) -> str:
    """Return an id as the hash of the page has it."""
    return quote(identifier, safe="")


def widest(landscape: Landscape) -> list[str]:
    """Return the ids of all that take part, those whose data reaches the most first."""
    reach = digraph.reach(landscape.flows.downstream)
    return sorted(reach, key=lambda node: (-reach[node], -len(landscape.flows.downstream[node]), node))


def outage(landscape: Landscape, identifier: str, most_further: int) -> Outage:
    """Return what breaks if that party is down; of those reached over others the first so many."""
    impact = landscape.impact(identifier)
    direct = sorted((each for each in impact.breaks if each.distance == 1), key=_urgency)
    severities = [_severity(each) for each in direct]
    further = [each for each in impact.breaks if each.distance > 1]
    sources = [each.party.id for each in impact.feeds if each.distance == 1]
    claims: dict[str, list[str]] = {}
    for claim in impact.claims:
        claims.setdefault(claim.party, []).append(claim.domain)
    return Outage(
        impact,
        address(identifier),
        tuple(_direct(each) for each in direct[:MOST_DIRECT]),
        len(direct),
        tuple(severities.count(each) for each in SEVERITY),
        _by_pace(impact.breaks, further[:most_further], landscape),
        len(further),
        max(0, len(direct) - MOST_DIRECT) + max(0, len(further) - most_further),
        tuple(sources[:MOST_SOURCES]),
        max(0, len(sources) - MOST_SOURCES),
        tuple((party, tuple(domains)) for party, domains in claims.items()),
    )


def _severity(effect: Effect) -> str:
    if _planned(effect):
        return PLANNED
    pace = effect.leg.frequency
    return UNKNOWN if pace is None else AT_ONCE if pace == PACE[0] else LATER


def _urgency(effect: Effect) -> tuple[int, int, bool]:
    return SEVERITY.index(_severity(effect)), PACE.index(effect.leg.frequency), not effect.cut_off


def _planned(effect: Effect) -> bool:
    return effect.party.kind == VENDOR and effect.party.status not in IN_USE


def reasons(because: Sequence[str]) -> list[str]:
    """Return why a party is a single point of failure. What the facts call live, the table of vendors calls in use."""
    says = r"\1 vendors in use get data from it directly."
    return [_COUNTED.sub(says, each) if _COUNTED.fullmatch(each) else each for each in because]


def _direct(effect: Effect) -> Direct:
    leg = effect.leg
    more = f" and {len(leg.data) - MOST_DATA} more" if len(leg.data) > MOST_DATA else ""
    return Direct(
        effect.party,
        _severity(effect),
        FELT[leg.frequency],
        effect.cut_off,
        ", ".join(leg.data[:MOST_DATA]) + more if leg.data else "",
        CAUGHT[leg.error_handling],
        leg.owner or effect.party.owner,
        _doubts(effect),
    )


def _by_pace(
    effects: Sequence[Effect], further: Sequence[Effect], landscape: Landscape
) -> tuple[tuple[str, tuple[Further, ...]], ...]:
    found: dict[str, list[Further]] = {FELT[pace]: [] for pace in PACE}
    for effect in further:
        steps = [landscape.parties[each].name for each in way(effects, effect)]
        shown = steps if len(steps) <= MOST_STEPS else [*steps[: MOST_STEPS - 1], "…", steps[-1]]
        entry = Further(effect.party, tuple(shown), effect.cut_off, _doubts(effect))
        found[FELT[effect.frequency]].append(entry)
    return tuple((felt, tuple(listed)) for felt, listed in found.items() if listed)


def _doubts(effect: Effect) -> tuple[str, ...]:
    """Say why an outage may not matter: it is not used yet, or the data may only go the other way."""
    return (
        *([f"{effect.party.status}, not in use yet"] if _planned(effect) else ()),
        *(() if effect.leg.sure else ("direction not known",)),
    )


def kind(party: Party) -> str:
    """Say what a party is."""
    return {VENDOR: "vendor", SYSTEM: "own system"}.get(party.kind, "described nowhere")
