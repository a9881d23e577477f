"""What a vendor is connected to, and who answers for what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from preflight.inventory.dossier.labels import words
from preflight.pointers import get

if TYPE_CHECKING:
    from collections.abc import Iterator

    from preflight.inventory.dossier.labels import Labels
    from preflight.lineage import Landscape, Leg
    from preflight.model import JsonObject

GETS, SENDS, BOTH, UNSURE = "gets from", "sends to", "sends to and gets from", "connected to"
MOST = 80  # partners; the page of integrations has all
_WAYS = {(True, True): BOTH, (True, False): SENDS, (False, True): GETS}
_STATED = {"in": GETS, "out": SENDS, "both": BOTH}
NOBODY = ""
CONTROLS = "/ownership/controls"


@dataclass(frozen=True, slots=True)
class Partner:
    """One vendor or system at the other end. Texts are empty where nobody wrote it down."""

    id: str
    way: str
    data: tuple[str, ...]
    frequency: str
    caught: str  # what happens to a transfer that fails
    owner: str
    how: str  # pattern, and how the ends know each other
    documented: bool | None
    own: bool  # the vendor's own record tells of it


def partners(vendor: str, record: JsonObject, landscape: Landscape | None) -> tuple[list[Partner], int] | None:
    """Return the partners by name and how many are left out; None: neither its record nor any other tells of one."""
    own: dict[str, JsonObject] = {}
    for entry in record.get("integrations") or ():
        own.setdefault(entry["system"], entry)
    out, back = _legs(vendor, landscape)
    others = sorted({*own, *out, *back} - {vendor})
    if not others and record.get("integrations") is None:
        return None
    found = [_partner(each, own.get(each), out.get(each), back.get(each)) for each in others[:MOST]]
    return found, max(0, len(others) - MOST)


def _legs(vendor: str, landscape: Landscape | None) -> tuple[dict[str, Leg], dict[str, Leg]]:
    if landscape is None:
        return {}, {}
    flows, legs = landscape.flows, landscape.legs
    out = {each: legs[vendor, each] for each in flows.downstream.get(vendor, ()) if (vendor, each) in legs}
    back = {each: legs[each, vendor] for each in flows.upstream.get(vendor, ()) if (each, vendor) in legs}
    return out, back


def _partner(other: str, entry: JsonObject | None, out: Leg | None, back: Leg | None) -> Partner:
    told = entry or {}
    legs = [leg for leg in (out, back) if leg is not None]
    stated = _STATED.get(told.get("direction", ""))
    sure = any(leg.sure for leg in legs) or not legs
    way = _WAYS.get((out is not None, back is not None)) if legs else stated
    data = dict.fromkeys([*told.get("data", ()), *(item for leg in legs for item in leg.data)])
    how = [words(told[name]).lower() for name in ("pattern", "authentication") if name in told]
    owner = told.get("owner") or next((leg.owner.id for leg in legs if leg.owner), NOBODY)
    return Partner(
        other,
        (way or UNSURE) if sure else UNSURE,
        tuple(data),
        told.get("frequency") or next((leg.frequency for leg in legs if leg.frequency), ""),
        told.get("error_handling") or next((leg.error_handling for leg in legs if leg.error_handling), ""),
        owner,
        ", ".join(how),
        told.get("documented"),
        entry is not None,
    )


# ---- Who answers for what -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Role:
    """A role of the service with its holder and who steps in; empty: nobody."""

    title: str
    person: str
    deputy: str


@dataclass(frozen=True, slots=True)
class Control:
    """How one thing is kept under control."""

    title: str
    what: str
    by: str
    measured_by: str
    every: str


def roles(record: JsonObject, labels: Labels) -> list[Role]:
    """Return the roles of the service that the record fills."""
    held = get(record, "/ownership/service_roles") or {}
    return [
        Role(labels.way(f"/ownership/service_roles/{name}")[-1], each.get("person", ""), each.get("deputy", ""))
        for name, each in held.items()
    ]


def responsibilities(record: JsonObject, labels: Labels) -> list[tuple[str, str]]:
    """Return who answers for each task: a side, or both."""
    found = get(record, "/ownership/responsibilities") or {}
    sides = {"it": "IT", "marketing": "marketing", "shared": "both together"}
    return [
        (labels.way(f"/ownership/responsibilities/{name}")[-1], sides.get(side, side)) for name, side in found.items()
    ]


def controls(record: JsonObject, labels: Labels) -> Iterator[Control]:
    """Yield how changes, incidents, access and releases are kept under control."""
    for name, each in (get(record, CONTROLS) or {}).items():
        months = each.get("every_months")
        yield Control(
            labels.way(f"{CONTROLS}/{name}")[-1],
            each["what"],
            each.get("by", ""),
            each.get("measured_by", ""),
            f"every {months} months" if months and months > 1 else "every month" if months else "",
        )
