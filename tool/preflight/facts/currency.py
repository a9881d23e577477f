"""Whether the rates of policies/rates.yaml are recent enough, for the currencies in which somebody is paid.

The rate in force counts: one entered for a day that has not come converts nothing yet. A currency without any rate
is a matter of the record that names it.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from preflight.facts import cost
from preflight.periods import days_until

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from preflight.model import Context, JsonObject

NAME = "currency"
INPUTS = ("/contract/subscriptions", "/cost/recurring", "/cost/usage")
POLICIES = ("rates",)
SHAPE: JsonObject = {"type": "object", "properties": {}}
OVERVIEW: JsonObject = {
    "type": "object",
    "properties": {
        "stale": {
            "type": "array",
            "description": "Currencies in use whose rate in force is older than rates should become.",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "properties": {
                    "pointer": {"type": "string", "description": "The rate in force."},
                    "currency": {"type": "string", "description": "The currency."},
                    "from": {"type": "string", "description": "The day from which the rate holds."},
                    "days": {"type": "integer", "description": "Its age in days."},
                    "most": {"type": "integer", "description": "The age that rates may reach."},
                },
            },
        },
    },
}


def extract(record: JsonObject, context: Context) -> JsonObject:
    """Return the currencies in which a vendor is paid; none once nothing is paid any more."""
    paid = () if cost.is_over(record, context) else cost.amounts(record)
    return {"currencies": sorted({money["currency"] for _, money in paid})}


def gather(extracts: Mapping[str, JsonObject], context: Context) -> dict[str, JsonObject]:  # noqa: ARG001 - one shape
    """Return nothing of any vendor: the age of a rate is a matter of the policy."""
    return {vendor: {} for vendor in extracts}


def overview(extracts: Mapping[str, JsonObject], context: Context) -> JsonObject:
    """Return the rates that have grown old, of the currencies in use."""
    used = {name for taken in extracts.values() for name in taken["currencies"]}
    return {"stale": list(_stale(used, context))}


def _stale(used: set[str], context: Context) -> Iterator[JsonObject]:
    document, today = context.policies["rates"], context.today.isoformat()
    in_force: dict[str, tuple[str, int]] = {}
    for index, rate in enumerate(document["rates"]):
        if rate["from"] <= today and rate["currency"] in used - {document["base"]}:
            in_force[rate["currency"]] = max(in_force.get(rate["currency"], ("", 0)), (rate["from"], index))
    for name, (day, index) in sorted(in_force.items()):
        days = -days_until(date.fromisoformat(day), context.today)
        if days > document["stale_after_days"]:
            told = {"currency": name, "from": day, "days": days, "most": document["stale_after_days"]}
            yield {"pointer": f"/rates/rates/{index}", **told}
