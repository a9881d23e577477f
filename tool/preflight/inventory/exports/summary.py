"""One vendor in short, as the JSON interface, the CSV file and the workbook tell it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from preflight.inventory.frame import Site
    from preflight.inventory.stock import Card, Stock
    from preflight.model import Json, JsonObject

API = "preflight/api/v1"


def head(stock: Stock) -> JsonObject:
    """Return what every document begins with: version of the format, day, commit."""
    return {
        "schema": API,
        "as_of": stock.as_of.isoformat(),
        "commit": stock.commit,
        "exact": stock.exact,
        "title": stock.title,
    }


def of(site: Site, card: Card) -> JsonObject:
    """Return a vendor as JSON; null: not known. Amounts are a year, in ``currency``. Addresses are from the root."""
    stem = site.stems[card.id]
    return {
        "id": card.id,
        "name": card.name,
        "summary": card.line or None,
        "aliases": list(card.aliases),
        "category": card.category or None,
        "capabilities": list(card.capabilities),
        "status": card.status or None,
        "governed": card.governed,
        "company": card.company or None,
        "risk": card.risk,
        "risk_known": card.risk_sure,
        "oversight": card.oversight or None,
        "annual_cost": card.annual,
        "annual_cost_at_least": card.at_least,
        "currency": site.stock.currency or None,
        "owners": {
            side: {"id": who.id, "name": who.name, "gone": who.gone} for side, who in sorted(card.owners.items())
        },
        "teams": dict(sorted(card.teams.items())),
        "data": None if card.data is None else list(card.data),
        "residency": None if card.residency is None else list(card.residency),
        "personal_data_outside_eea": card.abroad,
        "systems": list(card.systems),
        "certificates": list(card.certificates),
        "red_flags": card.red_flags,
        "warnings": card.warnings,
        "advice": card.advice,
        "waived": card.waived,
        "answered_percent": card.complete,
        "cancel_by": _day(card.cancel_by),
        "ends_on": _day(card.ends_on),
        "next_due": _day(card.next_due),
        "overdue": card.overdue,
        "file": card.path,
        "page": site.vendor(card.id),
        "document": f"api/v1/vendors/{stem}.json",
    }


def _day(when: Json) -> str | None:
    return when.isoformat() if when else None


# What a spreadsheet has: a flat row, people by name.
FLAT = (
    "id", "name", "status", "category", "company", "risk", "annual_cost", "annual_cost_at_least", "currency",
    "marketing_owner", "it_owner", "marketing_team", "it_team", "data", "residency", "personal_data_outside_eea",
    "systems", "certificates", "red_flags", "warnings", "advice", "waived", "answered_percent", "cancel_by", "ends_on",
    "next_due", "overdue", "summary", "file",
)  # fmt: skip


def flat(site: Site, card: Card) -> dict[str, Json]:
    """Return a vendor as a row: texts, numbers and None."""
    told = of(site, card)
    for side in ("marketing", "it"):
        told[f"{side}_owner"] = card.owners[side].name if side in card.owners else None
        told[f"{side}_team"] = site.stock.teams.get(card.teams.get(side, ""), card.teams.get(side))
    return {name: _cell(told[name]) for name in FLAT}


def _cell(value: Json) -> Json:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(value) if isinstance(value, list) else value
