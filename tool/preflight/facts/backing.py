"""Whether evidence backs what it says: it leads to a field that is there, and it has not run out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from preflight.pointers import existing

if TYPE_CHECKING:
    from preflight.model import Context, JsonObject

NAME = "backing"
INPUTS = ("/evidence", "/not_applicable")
POLICIES = ("checklist",)
_NAMES = {"type": "array", "items": {"type": "string"}}
SHAPE: JsonObject = {
    "type": "object",
    "properties": {
        "dangling": {
            **_NAMES,
            "description": "Places for which there is evidence, and which the record does not have.",
        },
        "strangers": {**_NAMES, "description": "Questions that are said not to apply, and which the checklist lacks."},
    },
}


def of(record: JsonObject, context: Context) -> JsonObject:
    """Return what evidence and excuses name in vain."""
    asked = {question["id"] for domain in context.policies["checklist"]["domains"] for question in domain["questions"]}
    named = [entry["for"] for entry in record.get("evidence", ())]
    excused = [entry["question"] for entry in record.get("not_applicable", ())]
    return {
        "dangling": [pointer for pointer in named if existing(record, pointer) != pointer],
        "strangers": [question for question in excused if question not in asked],
    }
