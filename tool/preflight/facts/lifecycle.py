"""Where a vendor stands in its life cycle."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from preflight.model import Context, JsonObject

NAME = "lifecycle"
INPUTS = ("/lifecycle/status",)
POLICIES = ()
ENDED = frozenset({"retired", "rejected"})
SHAPE: JsonObject = {
    "type": "object",
    "properties": {
        "governed": {
            "type": "boolean",
            "description": "Whether the rules for vendors in use or proposed apply: neither retired nor rejected.",
            "needs": ["/lifecycle/status"],
        },
        "contracted": {
            "type": "boolean",
            "description": "Whether there is a contract: approved, live or deprecated.",
            "needs": ["/lifecycle/status"],
        },
    },
}


def of(record: JsonObject, context: Context) -> JsonObject:  # noqa: ARG001 - the status is stated, not computed
    """Return what the status means."""
    status = record["lifecycle"]["status"]
    return {"governed": status not in ENDED, "contracted": status in {"approved", "live", "deprecated"}}
