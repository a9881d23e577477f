"""Answers that the record gave before and gives no more: a gap tells less than whatever stood there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from preflight.pointers import pointer
from preflight.shapes import faults

if TYPE_CHECKING:
    from collections.abc import Iterator

    from preflight.model import Context, JsonObject

NAME = "answers"
INPUTS = ("/lifecycle/status",)
POLICIES = ()
# What the rules ask of a vendor. Days, money, approvals and reviews have rules of their own; what is in a list may go.
SECTIONS = (
    *("data", "integration", "security", "governance", "scalability", "stability"),
    *("ai", "usage", "risk", "readiness"),
)
REMARKS = frozenset({"notes", "note", "description", "url", "scope"})
SWITCHES = ("used", "done", "applied", "needed", "exists")  # where one says no, it matters no more how
SHAPE: JsonObject = {
    "type": "object",
    "properties": {
        "withdrawn": faults("Fields that were filled in before, and are not any more."),
    },
}


def since(record: JsonObject, before: JsonObject | None, context: Context) -> JsonObject:  # noqa: ARG001 - of any day
    """Return which answers of the record ``before`` are not given any more."""
    was, now = ({name: each[name] for name in SECTIONS if name in each} for each in (before or {}, record))
    return {"withdrawn": [{"pointer": pointer(path)} for path in _gone(now, was, ())]}


def _gone(now: JsonObject, was: JsonObject, at: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Yield the paths of what is gone, the whole of it where nothing of it is left."""
    off = any(now.get(name) is False for name in SWITCHES)
    for name, value in was.items():
        if name in REMARKS or value in ([], {}) or (off and not isinstance(value, bool)):
            continue
        if name not in now:
            yield (*at, name)
        elif isinstance(value, dict) and isinstance(now[name], dict):
            yield from _gone(now[name], value, (*at, name))
