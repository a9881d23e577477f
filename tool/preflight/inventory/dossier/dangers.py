"""Why the risk of a vendor is what it is: four dimensions, and the signs in the record behind each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from preflight import terms
from preflight.facts import risk
from preflight.inventory.dossier.labels import spoken
from preflight.wording import counted

if TYPE_CHECKING:
    from datetime import date

    from preflight.facts.risk import Dimension, Signal
    from preflight.model import JsonObject


@dataclass(frozen=True, slots=True)
class Sign:
    """One sign, as it was read, and which level it speaks for (empty: none)."""

    title: str
    told: str
    level: str
    says: str


@dataclass(frozen=True, slots=True)
class Part:
    """One dimension with its signs; ``sure`` False: something that could raise it is not known."""

    title: str
    level: str
    sure: bool
    signs: tuple[Sign, ...]
    stated: str


@dataclass(frozen=True, slots=True)
class Breakdown:
    """The whole, and the sentences that say how it adds up and what it asks for."""

    parts: tuple[Part, ...]
    sentences: tuple[str, ...]
    why: str  # what the record says of itself


def breakdown(record: JsonObject, policy: JsonObject, today: date) -> Breakdown:
    """Return the risk of a record by policies/risk.yaml on a day."""
    found = risk.assess(terms.current(record, today), policy)
    reached = policy["totals"][found.summed]
    told = [f"Together {counted(found.points, 'point')}, which is {found.summed} (from {reached} points on)."]
    if found.lifted_by:
        told.append(f"Lifted to {found.at_least}, because one dimension is {found.lifted_by}.")
    asks = policy["oversight"][found.at_least]
    told += [f"{asks['title']}: {asks['what']}", *([f"It takes: {asks['resources']}"] if "resources" in asks else [])]
    own = record.get("risk", {}).get("why", "")
    return Breakdown(tuple(_part(each) for each in found.dimensions), tuple(told), own)


def _part(dimension: Dimension) -> Part:
    return Part(
        dimension.title,
        dimension.at_least,
        not dimension.open,
        tuple(_sign(each) for each in dimension.signals),
        dimension.stated or "",
    )


def _sign(signal: Signal) -> Sign:
    if not signal.known and signal.value is None:
        says = "says nothing" if signal.optional else "could raise it"
        return Sign(signal.title, "", "", says)
    told = list(dict.fromkeys(map(spoken, signal.value))) if isinstance(signal.value, list) else signal.value
    unsure = "" if signal.known else "the policy does not know all of it"
    return Sign(signal.title, spoken(told), signal.level or "", unsure if signal.level else "says nothing")
