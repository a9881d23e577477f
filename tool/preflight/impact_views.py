"""What an outage breaks, for a terminal, as JSON, and as a diagram that GitHub draws."""

from __future__ import annotations

from typing import TYPE_CHECKING

from preflight import escaping
from preflight.lineage import STRANGER, SYSTEM, VENDOR, way
from preflight.tables import table, wrapped

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from preflight.lineage import Effect, Impact, Landscape, Leg, Owner, Party
    from preflight.model import JsonObject

SCHEMA = "preflight/impact/v1"
MOST_ROWS = 20  # of those that are reached over others; JSON has all of them
MOST_STEPS = 4  # names of a way that are shown
MOST_DATA = 4  # kinds of data of a connection that are shown
MOST_EDGES = 200  # of a diagram; GitHub draws no more than 500, and no more than 50,000 characters
MOST_LABEL = 60  # characters of a label in a diagram
FELT = {
    "real-time": "at once",
    "on-demand": "when next asked for",
    "hourly": "within an hour",
    "daily": "within a day",
    "weekly": "within a week",
    "monthly": "within a month",
    None: "not known",
}
CAUGHT = {
    "retry-and-alert": "retried, and somebody is told",
    "retry": "retried; nobody is told",
    "alert": "somebody is told; not retried",
    "manual": "somebody has to notice",
    "none": "by nothing",
    None: "not known",
}


# ---- Terminal -----------------------------------------------------------------------------------


def impact_table(impact: Impact, as_of: str, *, lineage_only: bool) -> Iterator[str]:
    """Yield what an outage breaks, and what feeds the party; or only that."""
    yield from _title(impact.party, as_of)
    if impact.ended:
        yield from ("", "It has ended: nothing is connected to it any more.")
        return
    if not lineage_only:
        yield from _breaks(impact)
    yield from _feeds(impact)
    if not lineage_only:
        yield from _claims(impact)
        yield from _single_point(impact)


def _title(party: Party, as_of: str) -> Iterator[str]:
    about = [party.id, _kind(party), party.status, party.category]
    yield from wrapped(party.name)
    yield from wrapped(" · ".join([*(each for each in about if each), f"as of {as_of}"]))
    called = _person(party.owner) if party.owner else "nobody is named"
    yield from wrapped(f"To call: {called} · criticality: {party.criticality or 'not known'}")


def _kind(party: Party) -> str:
    return {VENDOR: "vendor", SYSTEM: "system of ours", STRANGER: "described nowhere"}[party.kind]


def _heading(text: str) -> list[str]:
    return ["", text, "-" * len(text)]


def _breaks(impact: Impact) -> Iterator[str]:
    direct = [each for each in impact.breaks if each.distance == 1]
    further = [each for each in impact.breaks if each.distance > 1]
    yield from _heading("What breaks if it goes down")
    if not direct:
        yield "Nothing gets data from it."
        return
    headers = ("gets its data", "data", "felt", "if it fails", "to call")
    yield from table([_direct(each) for each in direct], headers, (20, 17, 11, 13, 11))
    if further:
        yield ""
        yield f"{len(further):,} more over these:"
        yield ""
        rows = [
            ((each.party.id, *_doubts(each)), " → ".join(_way(impact.breaks, each)), FELT[each.frequency], _loses(each))
            for each in further[:MOST_ROWS]
        ]
        yield from table(rows, ("reached", "by way of", "felt", "loses"), (22, 24, 18, 10))
        yield from _left_out(len(further) - MOST_ROWS)


def _direct(effect: Effect) -> tuple[str | tuple[str, ...], ...]:
    party, leg = effect.party, effect.leg
    critical = f"criticality {party.criticality}" if party.criticality else "criticality not known"
    about = (*_named(effect), *([critical] if party.kind == VENDOR else []), f"loses {_loses(effect)}")
    return about, _data(leg), FELT[leg.frequency], CAUGHT[leg.error_handling], _call(effect)


def _named(effect: Effect) -> tuple[str, ...]:
    party = effect.party
    return party.id, *([party.name] if party.name.casefold() != party.id else []), *_doubts(effect)


def _doubts(effect: Effect) -> list[str]:
    """Say why an outage may not matter: it is not used yet, or the data may only go the other way."""
    status = effect.party.status
    planned = effect.party.kind == VENDOR and status not in {"live", "deprecated", "retired", None}
    return [
        *([f"({status}, not in use yet)"] if planned else []),
        *(["(direction not known)"] if not effect.leg.sure else []),
    ]


def _loses(effect: Effect) -> str:
    return "everything" if effect.cut_off else "a part"


def _data(leg: Leg) -> str:
    if not leg.data:
        return "not known"
    more = f" and {len(leg.data) - MOST_DATA} more" if len(leg.data) > MOST_DATA else ""
    return ", ".join(leg.data[:MOST_DATA]) + more


def _call(effect: Effect) -> str:
    owner = effect.leg.owner or effect.party.owner
    return _person(owner) if owner else "nobody is named"


def _person(owner: Owner) -> str:
    return f"{owner.name} (left)" if owner.gone else owner.name


def _way(effects: Sequence[Effect], effect: Effect) -> list[str]:
    steps = way(effects, effect)
    return steps if len(steps) <= MOST_STEPS else [*steps[: MOST_STEPS - 1], "…", steps[-1]]


def _left_out(count: int) -> Iterator[str]:
    if count > 0:
        yield f"… and {count:,} more; --format json lists them all."


def _feeds(impact: Impact) -> Iterator[str]:
    direct = [each for each in impact.feeds if each.distance == 1]
    further = [each.party.id for each in impact.feeds if each.distance > 1]
    yield from _heading("What feeds it")
    if not direct:
        yield "It gets data from nowhere."
        return
    rows = [(_named(each), _data(each.leg), each.leg.frequency or "not known", _call(each)) for each in direct]
    yield from table(rows, ("source", "data", "how often", "to call"), (24, 26, 11, 13))
    if further:
        yield ""
        more = f" and {len(further) - MOST_ROWS:,} more" if len(further) > MOST_ROWS else ""
        yield from wrapped(f"Behind these: {', '.join(further[:MOST_ROWS])}{more}")


def _claims(impact: Impact) -> Iterator[str]:
    yield from _heading("Systems of record concerned")
    if not impact.claims:
        yield "None."
    for party in dict.fromkeys(claim.party for claim in impact.claims):
        domains = ", ".join(claim.domain for claim in impact.claims if claim.party == party)
        role = "itself" if party == impact.party.id else "which it feeds"
        yield from wrapped(f"{party}, {role}: {domains}", hanging="  ")


def _single_point(impact: Impact) -> Iterator[str]:
    yield from _heading("Single point of failure")
    yield "Yes." if impact.single_point else "No."
    for reason in impact.single_point:
        yield from wrapped(reason)


def overview_table(landscape: Landscape, as_of: str, *, points_only: bool) -> Iterator[str]:
    """Yield the single points of failure, and the parties with the widest reach."""
    yield from _heading(f"Single points of failure, as of {as_of}")[1:]
    points = [((party.id, party.name), _kind(party), tuple(why)) for party, why in _points(landscape)]
    yield from table(points, ("id", "what", "why"), (26, 14, 36)) if points else ["None."]
    if not points_only:
        yield from _heading("Widest reach")
        widest = landscape.widest()
        rows = [(each.party.id, _kind(each.party), f"{each.direct:,}", f"{each.reach:,}") for each in widest]
        headers = ("id", "what", "feeds directly", "reaches")
        yield from table(rows, headers, (34, 14, 16, 10)) if rows else ["There are no integrations."]


def _points(landscape: Landscape) -> list[tuple[Party, Sequence[str]]]:
    return [(landscape.parties[each], landscape.single_points[each]) for each in sorted(landscape.single_points)]


# ---- JSON ---------------------------------------------------------------------------------------


def impact_json(impact: Impact, as_of: str, *, lineage_only: bool) -> str:
    """Return JSON, described by schemas/impact.schema.json."""
    body: JsonObject = {"schema": SCHEMA, "as_of": as_of, "system": _party(impact.party)}
    if not lineage_only:
        body["breaks"] = [
            {**_effect(each), "felt": FELT[each.frequency], "loses": "all" if each.cut_off else "part"}
            for each in impact.breaks
        ]
    body["feeds"] = [_effect(each) for each in impact.feeds]
    if not lineage_only:
        body["records"] = [{"domain": claim.domain, "system": claim.party} for claim in impact.claims]
        body["single_point"] = {"is": bool(impact.single_point), "reasons": list(impact.single_point)}
    return escaping.json_text(body)


def overview_json(landscape: Landscape, as_of: str, *, points_only: bool) -> str:
    """Return JSON, described by schemas/impact.schema.json."""
    body: JsonObject = {"schema": SCHEMA, "as_of": as_of}
    body["single_points"] = [{**_party(party), "reasons": list(why)} for party, why in _points(landscape)]
    if not points_only:
        body["widest"] = [
            {"id": each.party.id, "direct": each.direct, "reach": each.reach} for each in landscape.widest()
        ]
    return escaping.json_text(body)


def _party(party: Party) -> JsonObject:
    return {
        "id": party.id,
        "name": party.name,
        "kind": party.kind,
        "status": party.status,
        "criticality": party.criticality,
        "owner": _owner(party.owner),
    }


def _owner(owner: Owner | None) -> JsonObject | None:
    return None if owner is None else {"id": owner.id, "name": owner.name, "gone": owner.gone}


def _effect(effect: Effect) -> JsonObject:
    leg = effect.leg
    return {
        **_party(effect.party),
        "distance": effect.distance,
        "via": effect.via,
        "data": list(leg.data),
        "frequency": leg.frequency,
        "slowest": effect.frequency,
        "error_handling": leg.error_handling,
        "call": _owner(leg.owner or effect.party.owner),
        "direction_stated": leg.sure,
    }


# ---- Mermaid ------------------------------------------------------------------------------------


def impact_diagram(impact: Impact, *, lineage_only: bool) -> str:
    """Return a diagram of the ways by which an outage spreads, or of what feeds the party."""
    effects = impact.feeds if lineage_only else impact.breaks
    legs = [each.leg for each in effects]
    parties = {impact.party.id: impact.party} | {each.party.id: each.party for each in effects}
    return _diagram(parties, legs, {impact.party.id})


def overview_diagram(landscape: Landscape, *, points_only: bool) -> str:
    """Return a diagram of all integrations, or of those of the single points of failure."""
    marked = set(landscape.single_points)
    legs = list(landscape.legs.values())
    if points_only:
        legs = [leg for leg in legs if leg.source in marked]
    return _diagram(landscape.parties, sorted(legs, key=lambda leg: leg.source not in marked), marked)


def _diagram(parties: Mapping[str, Party], legs: Sequence[Leg], marked: Collection[str]) -> str:
    """Return a flowchart in a fence, as GitHub draws it in comments, summaries and pages.

    Nodes have numbers for names, so that no id can be a word of the language; a line that is not drawn through
    carries data later than at once.
    """
    drawn = legs[:MOST_EDGES]
    ends = dict.fromkeys([*sorted(marked), *(end for leg in drawn for end in (leg.source, leg.target))])
    number = {identifier: f"n{at}" for at, identifier in enumerate(ends)}
    lines = ["```mermaid", "flowchart LR"]
    for identifier, node in number.items():
        label = _label(parties[identifier].name) or _label(identifier)
        lines.append(f'  {node}["{label}"]' if parties[identifier].kind == VENDOR else f'  {node}[("{label}")]')
    for leg in drawn:
        arrow = "-->" if leg.frequency == "real-time" else "-.->"
        label = _label(", ".join([*([leg.frequency] if leg.frequency else []), *([_data(leg)] if leg.data else [])]))
        named = f'{arrow}|"{label}"|' if label else arrow
        lines.append(f"  {number[leg.source]} {named} {number[leg.target]}")
    if len(legs) > len(drawn):
        lines.append(f'  more["{len(legs) - len(drawn)} more connections are not drawn"]')
    if marked:
        lines.append("  classDef marked stroke-width:4px")
        lines.append(f"  class {','.join(number[each] for each in sorted(marked))} marked")
    return "\n".join([*lines, "```"]) + "\n"


def _label(text: str) -> str:
    return escaping.mermaid(text if len(text) <= MOST_LABEL else f"{text[: MOST_LABEL - 1]}…")
