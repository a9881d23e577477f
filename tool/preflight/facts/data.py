"""What kinds of data a vendor holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from preflight.model import Context, JsonObject

NAME = "data"
INPUTS = ("/data/classes",)
POLICIES = ()
PERSONAL = frozenset({"personal", "sensitive-personal", "children", "health", "payment-card"})
CONFIDENTIAL = PERSONAL | {"confidential", "financial", "credentials"}
_NEEDS = ["/data/classes"]
SHAPE: JsonObject = {
    "type": "object",
    "properties": {
        "is_personal": {"type": "boolean", "description": "Whether it holds data about people.", "needs": _NEEDS},
        "is_confidential": {
            "type": "boolean",
            "description": "Whether it holds data whose disclosure would do harm.",
            "needs": _NEEDS,
        },
    },
}


def of(record: JsonObject, context: Context) -> JsonObject:  # noqa: ARG001 - does not depend on the date
    """Return whether the vendor holds personal and confidential data; nothing while the classes are not known."""
    classes = record.get("data", {}).get("classes")
    if classes is None:
        return {}
    held = frozenset(classes)
    return {"is_personal": bool(held & PERSONAL), "is_confidential": bool(held & CONFIDENTIAL)}
