"""Records with prices, and what the facts about cost say of them."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from jsonschema import Draft202012Validator

from preflight.facts import cost
from preflight.model import Context

if TYPE_CHECKING:
    from preflight.model import Json, JsonObject

SHAPE = Draft202012Validator({"additionalProperties": False, **cost.SHAPE})
RATES = {
    "base": "EUR",
    "stale_after_days": 100,
    "rates": [
        {"currency": "USD", "from": "2026-01-01", "rate": 0.9},
        {"currency": "USD", "from": "2026-10-01", "rate": 0.92},
    ],
}


def on(day: str = "2026-06-01") -> Context:
    return Context(date.fromisoformat(day), {"rates": RATES})


def eur(amount: float) -> JsonObject:
    return {"amount": amount, "currency": "EUR"}


def bought(price: float | JsonObject | None = 12000, per: str | None = "year", **entry: Json) -> JsonObject:
    """Return a subscription that runs through 2026; None takes a member out."""
    usual = {"product": "Mail", "starts": "2026-01-01", "ends": "2026-12-31", "auto_renews": False, "per": per}
    priced = {"price": eur(price) if isinstance(price, (int, float)) else price}
    return {name: value for name, value in {**usual, **priced, **entry}.items() if value is not None}


def record(*subscriptions: JsonObject, status: str = "live", **sections: Json) -> JsonObject:
    return {"lifecycle": {"status": status}, "contract": {"subscriptions": list(subscriptions)}, **sections}


def facts(of: JsonObject, day: str = "2026-06-01") -> JsonObject:
    found = cost.of(of, on(day))
    SHAPE.validate(found)
    return found
