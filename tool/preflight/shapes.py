"""Schemas of what facts give, written once."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from preflight.model import JsonObject

TEXT: JsonObject = {"type": "string"}
NUMBER: JsonObject = {"type": "number"}
WHOLE: JsonObject = {"type": "integer"}


def faults(description: str, **members: JsonObject) -> JsonObject:
    """Return the schema of a list of faults: its entries say with ``pointer`` where they are, and have ``members``."""
    entry = {"type": "object", "properties": {"pointer": TEXT, **members}}
    return {"type": "array", "description": description, "items": entry}
