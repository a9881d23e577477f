"""How much a vendor takes, set against what we need."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from preflight.model import Context, JsonObject

NAME = "integration"
INPUTS = ("/integration/rate_limit", "/integration/needed")
POLICIES = ()
SHAPE: JsonObject = {
    "type": "object",
    "properties": {
        "requests_per_hour": {
            "type": "integer",
            "description": "The rate limit that can be had: the raised one where the vendor raises it.",
            "needs": ["/integration/rate_limit/requests_per_hour"],
        },
        "shortfall_percent": {
            "type": "integer",
            "description": "Share of our peak volume that the rate limit refuses; 0 where it is enough.",
            "needs": ["/integration/rate_limit/requests_per_hour", "/integration/needed/requests_per_hour"],
        },
    },
}


def of(record: JsonObject, context: Context) -> JsonObject:  # noqa: ARG001 - does not depend on the date
    """Return the rate limit that can be had, and by how much it falls short."""
    section = record.get("integration", {})
    limit = section.get("rate_limit", {})
    raised = limit.get("raised_to_per_hour", 0) if limit.get("raisable") else 0
    highest = max(limit.get("requests_per_hour", 0), raised)
    needed = section.get("needed", {}).get("requests_per_hour")
    facts = {"requests_per_hour": highest} if "requests_per_hour" in limit or raised else {}
    if needed == 0:
        return {**facts, "shortfall_percent": 0}
    if not facts or needed is None:
        return facts
    # Rounded up, so that the smallest shortfall is not shown as none.
    return {**facts, "shortfall_percent": max(0, -(-(needed - highest) * 100 // needed))}
