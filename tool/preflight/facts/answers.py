"""Answers that the record gave before and gives no more: a gap tells less than whatever stood there.

What is in a list may go, but for certifications: one that ran out or was lost is an answer, too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from preflight.pointers import get, pointer
from preflight.shapes import TEXT, faults

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

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
CERTIFIED, DESIGN, WORKS = "/security/certifications", "soc2-type1", "soc2-type2"
SHAPE: JsonObject = {
    "type": "object",
    "properties": {
        "withdrawn": faults("Fields that were filled in before, and are not any more."),
        "passed_over": faults(
            "Certifications of which the record tells less than before.",
            what={**TEXT, "description": "The standard."},
        ),
    },
}


def since(record: JsonObject, before: JsonObject | None, context: Context) -> JsonObject:  # noqa: ARG001 - of any day
    """Return which answers of the record ``before`` are not given any more."""
    was, now = ({name: each[name] for name in SECTIONS if name in each} for each in (before or {}, record))
    lost = _passed_over(get(record, CERTIFIED) or [], get(before or {}, CERTIFIED) or [])
    return {
        "withdrawn": [{"pointer": pointer(path)} for path in _gone(now, was, ())],
        "passed_over": [{"pointer": CERTIFIED, "what": name} for name in lost],
    }


def _passed_over(now: Sequence[JsonObject], was: Sequence[JsonObject]) -> list[str]:
    """Return the standards of which there are fewer entries, or of one of which nothing is left that tells as much."""
    found: dict[str, bool] = {}
    for entry in was:
        name = entry["standard"]
        were, are = ([each for each in listed if each["standard"] == name] for listed in (was, now))
        # A first report of the design is followed by one of how it works.
        follows = [each for each in now if name == DESIGN and each["standard"] == WORKS]
        fewer = len(are) < len(were) and not follows
        found[name] = (
            found.get(name, False) or fewer or not any(_as_much(each, entry, were) for each in [*are, *follows])
        )
    return [name for name, lost in found.items() if lost]


def _as_much(now: JsonObject, was: JsonObject, were: Sequence[JsonObject]) -> bool:
    """Whether an entry tells as much as one of before: a loss ends with a certificate of later than all before it."""
    if was["held"]:
        dated = "issued" in now or "issued" not in was
        return bool(now["held"]) and dated and now.get("valid_until", "") >= was.get("valid_until", "")
    before = [was, *(each for each in were if each["held"])] if "issued" not in was else [was]
    return not now["held"] or now.get("issued", "") > max(each.get("issued", "") for each in before)


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
