"""What breaks when a vendor or system goes down, by which way and how soon, and what feeds it.

The graph is the one of the facts (facts/graph.py); here it is read with what each connection carries: data,
frequency, what happens to a failed transfer, who answers for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from preflight import digraph
from preflight.facts import graph, records
from preflight.pointers import get

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from preflight.model import Context, JsonObject

    LegOf = Callable[[str, str], "Leg"]

VENDOR, SYSTEM, STRANGER = "vendor", "system", "unknown"
PERSON, TEAM = "person", "team"
# The quickest first: what is asked for on demand may be asked for at any moment. Not known comes last.
PACE = ("real-time", "on-demand", "hourly", "daily", "weekly", "monthly", None)
# What happens to a transfer that fails, the weakest first: of several connections the weakest tells.
CATCH = ("none", "manual", "alert", "retry", "retry-and-alert")
WIDEST = 10  # vendors and systems in the list of those with the widest reach


@dataclass(frozen=True, slots=True)
class Owner:
    """Who answers for a connection, a vendor or a system. ``gone``: the person has left."""

    id: str
    name: str
    kind: str
    gone: bool = False


@dataclass(frozen=True, slots=True)
class Party:
    """A vendor or system. ``kind`` is STRANGER for an id that nobody describes; None: not known."""

    id: str
    name: str
    kind: str
    status: str | None = None
    category: str | None = None
    criticality: str | None = None
    owner: Owner | None = None


@dataclass(frozen=True, slots=True)
class Leg:
    """All connections from one party to another, as one. ``sure``: some record states the direction."""

    source: str
    target: str
    data: tuple[str, ...] = ()
    frequency: str | None = None
    error_handling: str | None = None
    owner: Owner | None = None
    sure: bool = False


@dataclass(frozen=True, slots=True)
class Effect:
    """A party that an outage reaches, or that feeds the one that we look at.

    ``via`` is the party next to it on the way, which is as long as ``distance`` says; ``leg`` the connection
    between the two. ``frequency`` is the slowest on the way. ``cut_off``: all of its data comes that way.
    """

    party: Party
    distance: int
    via: str
    leg: Leg
    frequency: str | None
    cut_off: bool = False


@dataclass(frozen=True, slots=True)
class Claim:
    """A data domain whose system of record is concerned: the party itself, or one that it feeds directly."""

    domain: str
    party: str


@dataclass(frozen=True, slots=True)
class Impact:
    """Everything that hangs on one party, the nearest and soonest first, and everything that it hangs on."""

    party: Party
    breaks: tuple[Effect, ...]
    feeds: tuple[Effect, ...]
    claims: tuple[Claim, ...]
    single_point: tuple[str, ...]  # why it is a single point of failure; empty: it is none
    ended: bool  # it takes no part any more


@dataclass(frozen=True, slots=True)
class Breadth:
    """How many a party feeds directly, and how many its data reaches in the end."""

    party: Party
    direct: int
    reach: int


@dataclass(frozen=True, slots=True)
class Landscape:
    """All vendors, systems and connections of a registry. ``claims`` are the systems of record by party."""

    parties: Mapping[str, Party]
    flows: graph.Flows
    legs: Mapping[tuple[str, str], Leg]
    single_points: Mapping[str, Sequence[str]]
    claims: Mapping[str, Sequence[str]]

    def impact(self, identifier: str) -> Impact:
        """Return what hangs on one party. Raises KeyError for an id that is not there."""
        below = self._hanging(identifier)
        breaks = _spread(identifier, self.flows.downstream, self._leg, self.parties, below)
        feeds = _spread(identifier, self.flows.upstream, self._leg_back, self.parties, frozenset())
        near = [identifier, *(effect.party.id for effect in breaks if effect.distance == 1)]
        claims = tuple(Claim(domain, each) for each in near for domain in self.claims.get(each, ()))
        why = tuple(self.single_points.get(identifier, ()))
        party = self.parties[identifier]
        return Impact(
            party, breaks, feeds, claims, why, party.kind == VENDOR and identifier not in self.flows.downstream
        )

    def widest(self) -> list[Breadth]:
        """Return those whose data reaches the most, the widest first."""
        reach = digraph.reach(self.flows.downstream)
        direct = {node: len(followers) for node, followers in self.flows.downstream.items()}
        order = sorted((node for node in reach if reach[node]), key=lambda node: (-reach[node], -direct[node], node))
        return [Breadth(self.parties[node], direct[node], reach[node]) for node in order[:WIDEST]]

    def _hanging(self, identifier: str) -> frozenset[str]:
        """Return all that get every bit of their data through one party."""
        held: dict[str, list[str]] = {}
        for node, gate in self.flows.gate.items():
            if gate is not None:
                held.setdefault(gate, []).append(node)
        found, work = set[str](), [identifier]
        while work:
            below = held.get(work.pop(), ())
            found.update(below)
            work.extend(below)
        return frozenset(found - self.flows.origins)

    def _leg(self, source: str, target: str) -> Leg:
        return self.legs[source, target]

    def _leg_back(self, target: str, source: str) -> Leg:
        return self.legs[source, target]


def _spread(
    start: str,
    following: Mapping[str, Sequence[str]],
    leg_of: LegOf,
    parties: Mapping[str, Party],
    cut_off: frozenset[str],
) -> tuple[Effect, ...]:
    """Follow the connections step by step; each party is told at its least distance, by the quickest of such ways."""
    pace = {start: 0}
    found: list[Effect] = []
    edge, distance = [start], 0
    while edge:
        distance += 1
        ways: dict[str, tuple[int, str]] = {}
        for node in edge:
            for follower in following.get(node, ()):
                if follower not in pace:
                    way = (max(pace[node], PACE.index(leg_of(node, follower).frequency)), node)
                    ways[follower] = min(way, ways.get(follower, way))
        level = [
            Effect(parties[node], distance, via, leg_of(via, node), PACE[rank], node in cut_off)
            for node, (rank, via) in sorted(ways.items())
        ]
        level.sort(key=lambda each: (not each.cut_off, PACE.index(each.frequency)))
        found += level
        pace |= {node: rank for node, (rank, _) in ways.items()}
        edge = sorted(ways)
    return tuple(found)


def way(effects: Sequence[Effect], effect: Effect) -> list[str]:
    """Return the ids between the start and one effect, from the start on."""
    known = {each.party.id: each for each in effects}
    passed: list[str] = []
    while effect.distance > 1:
        passed.append(effect.via)
        effect = known[effect.via]
    return passed[::-1]


# ---- From the records ---------------------------------------------------------------------------


def survey(vendors: Mapping[str, JsonObject], context: Context) -> Landscape:
    """Return the landscape of a registry. ``vendors`` are the records of the right form, by id."""
    extracts = {vendor: graph.extract(record, context) for vendor, record in vendors.items()}
    flows = graph.flows(extracts, context.vendors)
    parties = _parties(vendors, flows, context)
    names = {identifier: party.name for identifier, party in parties.items()}
    legs = _legs(vendors, flows, _owners(context))
    return Landscape(parties, flows, legs, graph.single_points(flows, names), _claims(vendors, context))


def _parties(vendors: Mapping[str, JsonObject], flows: graph.Flows, context: Context) -> dict[str, Party]:
    owners = _owners(context)
    document = context.policies.get("systems")
    found = {
        vendor: Party(
            vendor,
            str(record.get("name", vendor)),
            VENDOR,
            get(record, "/lifecycle/status"),
            record.get("category"),
            get(record, "/risk/operational_criticality"),
            _owner(owners, get(record, "/ownership/it/owner") or get(record, "/ownership/marketing/owner")),
        )
        for vendor, record in vendors.items()
    }
    for system in document["systems"] if document else ():
        owner = _owner(owners, system.get("owner"))
        found.setdefault(system["id"], Party(system["id"], system["name"], SYSTEM, owner=owner))
    # Without a list of our systems, whoever is no vendor is one of them.
    stranger = STRANGER if document else SYSTEM
    for node in flows.downstream:
        found.setdefault(node, Party(node, node, VENDOR if node in flows.vendors else stranger))
    return found


def _owners(context: Context) -> dict[str, Owner]:
    people = context.policies.get("people", {})
    today = context.today.isoformat()
    persons = {
        each["id"]: Owner(each["id"], each["name"], PERSON, gone=each.get("left", today) < today)
        for each in people.get("people", ())
    }
    return {each["id"]: Owner(each["id"], each["name"], TEAM) for each in people.get("teams", ())} | persons


def _owner(owners: Mapping[str, Owner], identifier: str | None) -> Owner | None:
    return None if identifier is None else owners.get(identifier, Owner(identifier, identifier, ""))


def _legs(
    vendors: Mapping[str, JsonObject], flows: graph.Flows, owners: Mapping[str, Owner]
) -> dict[tuple[str, str], Leg]:
    """Return the connections by (source, target): what both ends say of them, put together."""
    told: dict[tuple[str, str], list[JsonObject]] = {}
    for vendor in sorted(vendors):
        for entry in vendors[vendor].get("integrations", ()) if vendor in flows.downstream else ():
            direction = entry.get("direction", graph.BOTH)
            if direction != graph.IN:
                told.setdefault((vendor, entry["system"]), []).append(entry)
            if direction != graph.OUT:
                told.setdefault((entry["system"], vendor), []).append(entry)
    return {
        (source, target): _leg(source, target, told[source, target], owners)
        for source, targets in flows.downstream.items()
        for target in targets
    }


def _leg(source: str, target: str, told: Sequence[JsonObject], owners: Mapping[str, Owner]) -> Leg:
    stated = [entry["frequency"] for entry in told if "frequency" in entry]
    caught = [entry["error_handling"] for entry in told if "error_handling" in entry]
    answering = [entry["owner"] for entry in told if "owner" in entry]
    return Leg(
        source,
        target,
        tuple(dict.fromkeys(data for entry in told for data in entry.get("data", ()))),
        min(stated, key=PACE.index, default=None),
        min(caught, key=CATCH.index, default=None),
        _owner(owners, answering[0]) if answering else None,
        any("direction" in entry for entry in told),
    )


def _claims(vendors: Mapping[str, JsonObject], context: Context) -> dict[str, list[str]]:
    """Return for each party the data domains of which it is the system of record, by policy or by its own record."""
    extracts = {vendor: records.extract(record, context) for vendor, record in vendors.items()}
    settled = records.named(context)
    found: dict[str, list[str]] = {}
    for domain, party in _holders(records.claimants(extracts), settled):
        found.setdefault(party, []).append(domain)
    return found


def _holders(claiming: Mapping[str, Sequence[str]], settled: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for domain in sorted({*claiming, *settled}):
        if domain in settled:
            yield domain, settled[domain]
        else:
            yield from ((domain, vendor) for vendor in claiming[domain])
