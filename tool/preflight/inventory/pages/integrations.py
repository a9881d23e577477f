"""Who gives data to whom, drawn and in words: what breaks if one of them is down, and who has the last word on what."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from preflight.facts import graph, records
from preflight.inventory import outages, payload, wiring
from preflight.inventory.pages.stack_map import heading
from preflight.lineage import STRANGER, VENDOR

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from preflight.inventory.frame import Site
    from preflight.inventory.outages import Outage
    from preflight.inventory.stock import Person, Stock
    from preflight.inventory.wiring import Box
    from preflight.lineage import Landscape, Party
    from preflight.model import Json, JsonObject

TITLE = "Integrations"
PATH = "integrations.html"
MOST_PARTIES = 150  # that are drawn, and told of, all together
MOST_DRAWN = 60  # of more parties
MOST_SYSTEMS = 100
MOST_ROWS = 500  # of the table
FURTHER_FEW, FURTHER_MANY, FEW = 40, 12, 60  # parties told of that are reached over others; many parties: fewer each
LONGEST = 200  # characters of a text in the table
BATCH = "batch"
AT_ONCE = frozenset({"real-time", "on-demand"})


@dataclass(frozen=True, slots=True)
class Node:
    """A box of the picture and what it marks. ``number`` is its place in the data of the script."""

    box: Box
    number: int
    address: str
    kind: str
    point: bool  # a single point of failure
    record: bool  # a system of record
    planned: bool
    says: str  # to who cannot see it


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the picture: between the nodes of those numbers, forth, back or both."""

    path: str
    start: int
    end: int
    forth: bool
    back: bool
    batch: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One integration as a record tells it, from one id to another; ``both``: it goes both ways."""

    source: str
    target: str
    both: bool
    sure: bool
    data: str
    pattern: str
    frequency: str
    authentication: str
    errors: str
    owner: Person | None
    owner_name: str


@dataclass(frozen=True, slots=True)
class Held:
    """A data domain, who has the last word on it (several: they disagree; none: nobody), and the note of the policy."""

    domain: str
    parties: tuple[str, ...]
    note: str


def offered(stock: Stock) -> bool:
    """Whether anybody is connected to anybody."""
    return stock.landscape is not None and bool(stock.landscape.legs)


def files(site: Site) -> Iterator[tuple[str, bytes]]:
    """Yield the page, and who is reached from where for its script."""
    landscape = site.stock.landscape
    if landscape is None:
        return
    order = outages.widest(landscape)
    taking_part = {end for leg in landscape.legs for end in leg}
    ours = [each for each in order if landscape.parties[each].kind != VENDOR and each in taking_part]
    drawn = _drawn([each for each in order if each in taking_part], ours)
    told = _told(landscape, [*ours[:MOST_SYSTEMS], *(each for each in drawn if each not in set(ours))])
    drawing = wiring.draw(_nodes(landscape, drawn), [leg for leg in landscape.legs if set(leg) <= set(drawn)])
    number = {box.node.id: at for at, box in enumerate(drawing.boxes)}
    yield site.page(
        PATH,
        "integrations.html",
        TITLE,
        drawing=drawing,
        nodes=[_node(landscape, box, number) for box in drawing.boxes],
        lines=[_line(site, landscape, line, number) for line in drawing.lines],
        told=told,
        picked=sorted(told, key=lambda each: _named(each.impact.party)),
        held=_held(site.stock, landscape),
        points=[(each, outages.reasons(landscape.single_points[each])) for each in sorted(landscape.single_points)],
        rows=_rows(site),
        total=sum(len(card.integrations) for card in site.stock.governed),
        parties=len(taking_part),
        outages=outages,
        party=landscape.parties,
        unconnected=sum(not card.systems and card.id not in taking_part for card in site.stock.governed),
    )
    yield "data/integrations.js", payload.call("preflightReach", _reach(told, number))


def _drawn(order: list[str], ours: list[str]) -> list[str]:
    """Return who is drawn: all, or of very many our own systems and those with the widest reach."""
    if len(order) <= MOST_PARTIES:
        return order
    hubs = ours[: MOST_DRAWN // 2]
    return [*hubs, *[each for each in order if each not in set(ours)][: MOST_DRAWN - len(hubs)]]


def _told(landscape: Landscape, wanted: list[str]) -> list[Outage]:
    further = FURTHER_FEW if len(wanted) <= FEW else FURTHER_MANY
    found = [outages.outage(landscape, each, further) for each in wanted]
    return sorted(found, key=lambda each: (*each.order, each.impact.party.kind == VENDOR, *_named(each.impact.party)))


def _named(party: Party) -> tuple[str, str]:
    return party.name.casefold(), party.id


# ---- The picture ----------------------------------------------------------------------------------


def _nodes(landscape: Landscape, drawn: list[str]) -> list[wiring.Node]:
    parties = landscape.parties
    middle = frozenset(each for each in drawn if parties[each].kind != VENDOR)
    if not middle:
        degree = {each: len(landscape.flows.downstream[each]) + len(landscape.flows.upstream[each]) for each in drawn}
        middle = wiring.hubs(drawn, degree)
    return [
        wiring.Node(
            each, parties[each].name, tuple(_below(landscape, each)), parties[each].category or "", each in middle
        )
        for each in drawn
    ]


def _below(landscape: Landscape, identifier: str) -> Iterator[str]:
    """Yield what stands below the name in a box."""
    party = landscape.parties[identifier]
    if party.kind == VENDOR:
        status = f"{party.status.capitalize()} · " if party.status and party.status != "live" else ""
        yield f"{status}{heading(party.category) if party.category else 'Vendor'}"
    else:
        yield "Own system" if party.kind != STRANGER else "Described nowhere"
    if landscape.single_points.get(identifier):
        yield "Single point of failure"
    domains = landscape.claims.get(identifier, ())
    if domains:
        yield f"Record of {', '.join(domains)}"


def _node(landscape: Landscape, box: Box, number: Mapping[str, int]) -> Node:
    identifier = box.node.id
    party = landscape.parties[identifier]
    planned = party.kind == VENDOR and party.status not in outages.IN_USE
    says = ". ".join([party.name[:LONGEST], *box.node.lines])
    return Node(
        box,
        number[identifier],
        outages.address(identifier),
        party.kind,
        bool(landscape.single_points.get(identifier)),
        bool(landscape.claims.get(identifier)),
        planned,
        says,
    )


def _line(site: Site, landscape: Landscape, line: wiring.Line, number: Mapping[str, int]) -> Line:
    one, other = line.ends
    forth, back = (one, other) in landscape.legs, (other, one) in landscape.legs
    return Line(line.path, number[one], number[other], forth, back, _batch(site, one, other))


def _reach(told: list[Outage], number: Mapping[str, int]) -> Json:
    """Return by number of a node whom its outage reaches: number, and the number of the one next to it on the way.

    Who is reached over somebody who is not drawn stands without a way: -1.
    """
    found: JsonObject = {}
    for each in told:
        start = each.impact.party.id
        if start in number:
            found[str(number[start])] = [
                [number[effect.party.id], number.get(effect.via, -1)]
                for effect in each.impact.breaks
                if effect.party.id in number
            ]
    return found


# ---- Tables ---------------------------------------------------------------------------------------


def _rows(site: Site) -> list[Row]:
    """Return the first rows of the table."""
    entries = ((card.id, entry) for card in site.stock.governed for entry in card.integrations)
    return [_row(site, vendor, entry) for vendor, entry in islice(entries, MOST_ROWS)]


def _row(site: Site, vendor: str, entry: Mapping[str, Json]) -> Row:
    direction, system = entry.get("direction"), str(entry["system"])
    source, target = (system, vendor) if direction == graph.IN else (vendor, system)
    owner = _text(entry.get("owner"))
    return Row(
        source,
        target,
        both=direction not in {graph.IN, graph.OUT},
        sure=direction in {graph.IN, graph.OUT, graph.BOTH},
        data=_listed(entry.get("data")),
        pattern=_text(entry.get("pattern")),
        frequency=_text(entry.get("frequency")),
        authentication=_text(entry.get("authentication")),
        errors=_text(entry.get("error_handling")),
        owner=site.stock.people.get(owner),
        owner_name=site.name(owner) if owner else "",
    )


def _batch(site: Site, one: str, other: str) -> bool:
    """Whether all that goes between two goes in batches: by the pattern of each connection, or by how often."""
    entries = [
        entry
        for here, there in ((one, other), (other, one))
        if here in site.cards
        for entry in site.cards[here].integrations
        if entry["system"] == there
    ]
    return bool(entries) and all(
        entry["pattern"] == BATCH if "pattern" in entry else entry.get("frequency", "real-time") not in AT_ONCE
        for entry in entries
    )


def _held(stock: Stock, landscape: Landscape) -> list[Held]:
    by_domain: dict[str, list[str]] = {}
    for party in sorted(landscape.claims):
        for domain in landscape.claims[party]:
            by_domain.setdefault(domain, []).append(party)
    notes = {_text(each.get("domain")): _text(each.get("note")) for each in reversed(list(_settled(stock)))}
    return [
        Held(domain, tuple(by_domain.get(domain, ())), notes.get(domain, ""))
        for domain in sorted({*records.DOMAINS, *by_domain})
    ]


def _settled(stock: Stock) -> Iterable[JsonObject]:
    document = stock.policies.get("systems")
    listed = document.get("records") if isinstance(document, dict) else None
    return [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []


def _text(value: Json) -> str:
    return value[:LONGEST] if isinstance(value, str) else ""


def _listed(value: Json) -> str:
    return ", ".join(_text(each) for each in value[:20] if isinstance(each, str)) if isinstance(value, list) else ""
