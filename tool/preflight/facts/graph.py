"""The integrations as a graph: who gets data from whom, how far an outage reaches, and what hangs by one thread.

An edge leads from where data comes from to where it goes. An integration whose direction is not known is taken as
one in both, because what is not known is not safe. Vendors that have ended take no part.

A single point of failure is a vendor or system through which at least two vendors get all of their data, or which
feeds at least a quarter of the live vendors, and at least three, directly. «All of their data» means: every way
from an origin leads through it. Origins are our own systems, the vendors that are a system of record, and those
that nobody feeds. (That an outage can be followed to somebody proves little: in a stack with one event bus,
everything reaches everything.)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from preflight import digraph
from preflight.facts import lifecycle
from preflight.pointers import get
from preflight.shapes import TEXT, faults
from preflight.wording import counted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from preflight.model import Context, JsonObject

NAME = "graph"
INPUTS = ("/integrations", "/lifecycle/status")
POLICIES = ()

FEWEST_CUT_OFF = 2  # vendors that get all of their data through a single point of failure
SHARE_PERCENT, FEWEST_FED = 25, 3  # of the live vendors, directly
MOST_NAMED = 5  # vendors in a sentence
COMPLETE = ("pattern", "direction", "data", "frequency", "authentication", "error_handling", "owner")
IN, OUT, BOTH = "in", "out", "both"
RUNNING = frozenset({"live", "deprecated", "retired"})  # retired: until the day has come

_NEEDS = ["/integrations"]
_IDS = {"type": "array", "items": {"type": "string"}}
_POINTER = {"type": "string", "description": "Where the finding points."}
_SYSTEM = {"type": "string", "description": "Id of the system or vendor at the other end."}


def _list(what: str, **members: JsonObject) -> JsonObject:
    items = {"type": "object", "additionalProperties": False, "properties": {"pointer": _POINTER, **members}}
    return {"type": "array", "description": what, "items": items, "needs": _NEEDS}


SHAPE: JsonObject = {
    "type": "object",
    "properties": {
        "dependants": {
            **_IDS,
            "description": "Ids of the vendors and systems that get data from it directly.",
            "needs": _NEEDS,
        },
        "sources": {
            **_IDS,
            "description": "Ids of the vendors and systems that it gets data from directly.",
            "needs": _NEEDS,
        },
        "reach": {
            "type": "integer",
            "description": "Number of vendors and systems that its data reaches, over however many steps.",
            "needs": _NEEDS,
        },
        "named_by": faults(
            "The connections to it in the records of vendors in use, also once it has ended.",
            vendor={**TEXT, "description": "Id of that vendor."},
            connection={**TEXT, "description": "What it moves, and how: another one to the same system is another."},
        ),
        "single_point": {
            "type": "boolean",
            "description": "Whether it is a single point of failure: two vendors or more get all of their data "
            "through it, or it feeds a quarter of the live vendors, and at least three, directly.",
            "needs": _NEEDS,
        },
        "single_point_because": _list(
            "Why it is a single point of failure.",
            reason={"type": "string", "description": "What hangs on it, in a sentence."},
        ),
        "ended": _list(
            "Integrations with a vendor that has ended, or is being left.",
            system=_SYSTEM,
            status={"type": "string", "description": "Its status."},
            kind={"type": "string", "description": "ended: retired or rejected; ending: still running."},
            since={"type": "string", "description": "The day from which on that holds, where it is known."},
            reason={"type": "string", "description": "What happens to the other end, in a sentence."},
        ),
        "undocumented": _list(
            "Integrations of which no description exists.",
            system=_SYSTEM,
            stated={"type": "boolean", "description": "Whether the record says so; false: it says nothing."},
        ),
        "incomplete": _list(
            "Integrations of which something is not stated.",
            system=_SYSTEM,
            lacks={**_IDS, "description": "The fields that are not filled in."},
        ),
    },
}


# ---- What the registry has to know of one record ------------------------------------------------


def extract(record: JsonObject, context: Context) -> JsonObject:
    """Return what a record says of its integrations, and whether it is in use."""
    stage = record["lifecycle"]
    governed = lifecycle.of(record, context)["governed"]
    since = stage.get({"retired": "retired_on", "deprecated": "deprecated_on"}.get(stage["status"], ""))
    taken: JsonObject = {
        "name": str(record.get("name", "")),
        "status": stage["status"],
        "since": since,
        "ended": not governed,
        "ending": governed and stage["status"] in {"deprecated", "retired"},
        "live": governed and stage["status"] in RUNNING,
        "origin": bool(get(record, "/data/system_of_record_for")),
    }
    if "integrations" in record:
        entries = list(enumerate(record["integrations"]))
        taken["edges"] = [[at, entry["system"], entry.get("direction", BOTH)] for at, entry in entries]
        taken["moved"] = [_moved(entry) for _, entry in entries]
        taken["undocumented"] = [
            {"pointer": f"/integrations/{at}", "system": entry["system"], "stated": "documented" in entry}
            for at, entry in entries
            if not entry.get("documented")
        ]
        taken["incomplete"] = [
            {"pointer": f"/integrations/{at}", "system": entry["system"], "lacks": lacks}
            for at, entry in entries
            if (lacks := [field for field in COMPLETE if not entry.get(field)])
        ]
    return taken


# ---- The graph ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Flows:
    """Who feeds whom, among the vendors that have not ended and the systems that they name; ids in order.

    ``gate`` holds for each node the last one that all its data passes, or None.
    """

    downstream: dict[str, list[str]]
    upstream: dict[str, list[str]]
    vendors: frozenset[str]
    live: frozenset[str]
    origins: frozenset[str]
    gate: dict[str, str | None]


def flows(extracts: Mapping[str, JsonObject], vendors: frozenset[str] = frozenset()) -> Flows:
    """Return the graph. ``vendors`` are the ids of all vendor files: an unreadable one is no system of ours."""
    known = frozenset(extracts) | vendors
    active = sorted(vendor for vendor in extracts if not extracts[vendor]["ended"])
    ends = {vendor: set[str]() for vendor in active}
    for vendor in active:
        for _, system, direction in extracts[vendor].get("edges", ()):
            if system == vendor or (system in extracts and extracts[system]["ended"]):
                continue
            ends.setdefault(system, set())
            if direction != IN:
                ends[vendor].add(system)
            if direction != OUT:
                ends[system].add(vendor)
    downstream = {node: sorted(ends[node]) for node in sorted(ends)}
    upstream = digraph.reversed_edges(downstream)
    stated = {vendor for vendor in active if extracts[vendor]["origin"]} | (downstream.keys() - known)
    origins = frozenset(stated | _unfed(downstream, upstream))
    gate = digraph.dominators(downstream, sorted(origins))
    live = frozenset(vendor for vendor in active if extracts[vendor]["live"])
    return Flows(downstream, upstream, known & downstream.keys(), live, origins, gate)


def _unfed(downstream: dict[str, list[str]], upstream: dict[str, list[str]]) -> set[str]:
    """Return the nodes that get no data, but from each other: theirs has to begin with them."""
    found: set[str] = set()
    for component in digraph.components(downstream):
        inside = set(component)
        if not any(source not in inside for node in component for source in upstream[node]):
            found |= inside
    return found


@dataclass(frozen=True, slots=True)
class Thread:
    """Who gets all data through one node: how many vendors, and some of them."""

    count: int = 0
    vendors: tuple[str, ...] = ()


def threads(graph: Flows) -> dict[str, Thread]:
    """Return what hangs on each node by one thread. A vendor that is an origin hangs on nobody."""
    found = dict.fromkeys(graph.downstream, Thread())
    for node in reversed(graph.gate):  # what hangs on a node comes behind it
        gate = graph.gate[node]
        if gate is not None:
            own = (node,) if node in graph.vendors and node not in graph.origins else ()
            below, there = found[node], found[gate]
            vendors = (*own, *below.vendors, *there.vendors)[:MOST_NAMED]
            found[gate] = Thread(there.count + below.count + len(own), vendors)
    return found


def single_points(graph: Flows, names: Mapping[str, str]) -> dict[str, list[str]]:
    """Return the single points of failure, each with the reasons, one sentence each."""
    return {node: said for node, thread in threads(graph).items() if (said := list(_why(graph, node, thread, names)))}


def _why(graph: Flows, node: str, thread: Thread, names: Mapping[str, str]) -> Iterator[str]:
    if thread.count >= FEWEST_CUT_OFF:
        listed = ", ".join(names.get(vendor) or vendor for vendor in sorted(thread.vendors))
        more = f" and {thread.count - len(thread.vendors)} more" if thread.count > len(thread.vendors) else ""
        yield f"{counted(thread.count, 'vendor')} get all of their data through it: {listed}{more}."
    fed = sum(follower in graph.live for follower in graph.downstream[node])
    if fed >= FEWEST_FED and 100 * fed >= SHARE_PERCENT * len(graph.live):
        yield f"{fed:,} of {len(graph.live):,} live vendors get data from it directly."


# ---- The facts of every vendor ------------------------------------------------------------------


def gather(extracts: Mapping[str, JsonObject], context: Context) -> dict[str, JsonObject]:
    """Return for every vendor what depends on it, and what is wrong with its integrations."""
    graph = flows(extracts, context.vendors)
    points = single_points(graph, {vendor: taken["name"] for vendor, taken in extracts.items()})
    reach = digraph.reach(graph.downstream)
    naming = _naming(extracts)
    found: dict[str, JsonObject] = {}
    for vendor, taken in extracts.items():
        because = [{"pointer": "/integrations", "reason": reason} for reason in points.get(vendor, ())]
        proven: JsonObject = {"single_point": bool(because), "single_point_because": because}
        claims = [
            {"pointer": "/lifecycle/status", "vendor": other, "connection": moved}
            for other, moved in naming.get(vendor, ())
        ]
        named: JsonObject = {"named_by": claims}
        if "edges" not in taken:  # others may name it, but who else does is not known
            found[vendor] = named | (proven if because else {})
            continue
        found[vendor] = {
            "dependants": graph.downstream.get(vendor, []),
            "sources": graph.upstream.get(vendor, []),
            "reach": reach.get(vendor, 0),
            **named,
            **proven,
            "ended": list(_ended(taken, extracts)),
            "undocumented": taken["undocumented"],
            "incomplete": taken["incomplete"],
        }
    return found


def _naming(extracts: Mapping[str, JsonObject]) -> dict[str, list[tuple[str, str]]]:
    """Return by id the vendors in use that name it in their integrations, in the order of ids, with what moves."""
    found: dict[str, dict[tuple[str, str], None]] = {}
    for vendor in sorted(extracts):
        taken = extracts[vendor]
        edges = () if taken["ended"] else zip(taken.get("edges", ()), taken.get("moved", ()), strict=True)
        for (_, system, _), moved in edges:
            if system != vendor:
                found.setdefault(system, {})[vendor, moved] = None
    return {system: list(named) for system, named in found.items()}


def _moved(entry: JsonObject) -> str:
    """Say what an integration moves, and how: another one to the same system is not what somebody has looked at."""
    how = [entry[field] for field in ("pattern", "direction", "frequency") if entry.get(field)]
    return f"{', '.join(how)}: {', '.join(sorted(map(str, entry.get('data', ()))))}"


def _ended(taken: JsonObject, extracts: Mapping[str, JsonObject]) -> Iterator[JsonObject]:
    for at, system, _ in taken["edges"]:
        other = extracts.get(system, {})
        if other.get("ended") or other.get("ending"):
            since = {"since": other["since"]} if other["since"] else {}
            yield {
                "pointer": f"/integrations/{at}",
                "system": system,
                "status": other["status"],
                "kind": "ended" if other["ended"] else "ending",
                **since,
                "reason": _told(other),
            }


def _told(other: JsonObject) -> str:
    status, since = other["status"], other["since"]
    if other["ended"]:
        return f"{other['name']} was {status}{f' on {since}' if since else ''}."
    if status == "retired":
        return f"{other['name']} is to be switched off{f' on {since}' if since else ', nobody says when'}."
    return f"{other['name']} is being left{f' since {since}' if since else ''}."
