"""What asks for approvals, records of what is bought, and what the facts say of both."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from preflight.facts import oversight
from preflight.model import Context

if TYPE_CHECKING:
    from preflight.model import Json, JsonObject

TODAY = date(2026, 6, 1)
CFO = {"role": "cfo", "annual_cost_from": 50000, "why": "It is much money."}
BOARD = {"role": "board", "risk_from": "high", "why": "It is hard to undo."}
SECURITY = {"role": "security", "data": ["personal"], "why": "It can hurt people."}
LONG = {"role": "cfo", "term_months_from": 48, "annual_cost_from": 20000, "why": "It is long."}
PROMISED = {"role": "cfo", "commitment_from": 150000, "why": "It is owed."}
PEOPLE = {
    "teams": [],
    "people": [
        {"id": "gareth", "roles": [{"role": "cfo", "from": "2026-01-01", "until": "2026-05-31"}]},
        {"id": "olga", "roles": [{"role": "cfo", "from": "2025-01-01"}], "left": "2026-03-31"},
        {"id": "ruben", "roles": [{"role": "board", "from": "2020-01-01"}]},
        {"id": "sam", "roles": [{"role": "security", "from": "2020-01-01"}]},
    ],
}
RATES = {"base": "EUR", "rates": [{"currency": "USD", "from": "2026-01-01", "rate": 0.5}]}
DIMENSIONS = ("integration_complexity", "data_sensitivity", "operational_criticality", "change_magnitude")
RISK: JsonObject = {
    "points": {"low": 0, "medium": 1, "high": 3, "critical": 6},
    "totals": {"low": 0, "medium": 2, "high": 5, "critical": 9},
    "floors": {"high": "high", "critical": "critical"},
    "oversight": {},
    "dimensions": [
        {
            "name": name,
            "title": name,
            "signals": [
                {"title": "Stated", "of": f"/risk/{name}", "by": "value", "levels": {"low": "low", "high": "high"}}
            ],
        }
        for name in DIMENSIONS
    ],
}


def around(*demands: JsonObject, just_under: float = 5, today: date = TODAY) -> Context:
    roles = [{"role": name, "title": name.upper(), "proof": "recorded"} for name in ("cfo", "board", "security")]
    approvals = {"window_days": 365, "just_under_percent": just_under, "roles": roles, "demands": list(demands)}
    policies = {
        "approvals": approvals,
        "people": PEOPLE,
        "rates": RATES,
        "risk": RISK,
        "systems": {"systems": []},
        "overlap": {"legal_forms": ["gmbh", "plc", "inc"]},
    }
    return Context(today, policies)


def vendor(amount: float | None, *, parent: str = "Acme plc", **others: Json) -> JsonObject:
    """Return a record with one subscription of that yearly price, of low risk."""
    price = {} if amount is None else {"price": {"amount": amount, "currency": "EUR"}}
    term = {"product": "P", "per": "year", "starts": "2026-01-01", "ends": "2026-12-31", **price}
    record: JsonObject = {
        "lifecycle": {"status": "live"},
        "legal_entity": {"parent": parent},
        "contract": {"subscriptions": [term]},
        "data": {"classes": ["public"]},
        "risk": dict.fromkeys(DIMENSIONS, "low"),
    }
    return record | others


def judged(context: Context, **records: JsonObject) -> dict[str, JsonObject]:
    extracts = {}
    for name, record in records.items():
        context.memory.pop("record", None)
        extracts[name] = oversight.extract(record, context)
    return oversight.gather(extracts, context)


def missing(facts: JsonObject) -> Json:
    """Return the roles that are missing with what was found, or None where it is not known."""
    return {each["role"]: each["found"] for each in facts["missing"]} if "missing" in facts else None
