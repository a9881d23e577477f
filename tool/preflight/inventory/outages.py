"""What breaks if one vendor or system is down, as a page tells it: in sentences, with names, and not without end."""

from __future__ import annotations

from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Direct:
    """One that gets its data from the party that is down."""

    party: Party
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
    """What one outage breaks. ``further`` is by how soon it is felt, the soonest first."""

    impact: Impact
    address: str
    direct: tuple[Direct, ...]
    direct_count: int
    further: tuple[tuple[str, tuple[Further, ...]], ...]
    further_count: int
    left_out: int
    sources: tuple[str, ...]
    sources_more: int
    records: tuple[tuple[str, tuple[str, ...]], ...]  # party, its data domains


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
    direct = [each for each in impact.breaks if each.distance == 1]
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
        _by_pace(impact.breaks, further[:most_further], landscape),
        len(further),
        max(0, len(direct) - MOST_DIRECT) + max(0, len(further) - most_further),
        tuple(sources[:MOST_SOURCES]),
        max(0, len(sources) - MOST_SOURCES),
        tuple((party, tuple(domains)) for party, domains in claims.items()),
    )


def _direct(effect: Effect) -> Direct:
    leg = effect.leg
    more = f" and {len(leg.data) - MOST_DATA} more" if len(leg.data) > MOST_DATA else ""
    return Direct(
        effect.party,
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
    planned = effect.party.kind == VENDOR and effect.party.status not in IN_USE
    return (
        *([f"{effect.party.status}, not in use yet"] if planned else ()),
        *(() if effect.leg.sure else ("direction not known",)),
    )


def kind(party: Party) -> str:
    """Say what a party is."""
    return {VENDOR: "vendor", SYSTEM: "own system"}.get(party.kind, "described nowhere")
