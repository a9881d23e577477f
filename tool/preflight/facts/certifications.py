"""Certifications and attestations, by standard: held or not, and how old.

An entry issued in the future does not count: it certifies nothing yet.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from preflight.model import Context, JsonObject

NAME = "evidence"
INPUTS = ("/security/certifications",)
POLICIES = ()
STANDARDS = (
    "soc2-type1",
    "soc2-type2",
    "iso-27001",
    "iso-27018",
    "iso-27701",
    "pci-dss",
    "hipaa",
    "fedramp",
    "csa-star",
    "tisax",
    "cyber-essentials",
)


def _standard(name: str) -> JsonObject:
    entry = f"/security/certifications (entry for {name}, with dates, issued by today)"
    return {
        "type": "object",
        "description": f"The newest entry for {name}.",
        "properties": {
            "held": {"type": "boolean", "description": "Whether it is held.", "needs": [entry]},
            "age_days": {"type": "integer", "description": "Days since it was issued.", "needs": [entry]},
            "days_left": {
                "type": "integer",
                "description": "Days until it ends, 0 on its last day, negative after it.",
                "needs": [entry],
            },
        },
    }


SHAPE: JsonObject = {
    "type": "object",
    "properties": {
        **{name.replace("-", "_"): _standard(name) for name in STANDARDS},
        "missing": {
            "type": "array",
            "items": {"type": "string"},
            "description": "Certifications that apply and are not held, or have run out.",
            "needs": ["/security/industry_certifications_apply", "/security/certifications"],
        },
    },
}


def of(record: JsonObject, context: Context) -> JsonObject:
    """Return, for each standard that the record names, what is known of it on that day."""
    security = record.get("security", {})
    entries = _issued(security.get("certifications"), context.today)
    newest: dict[str, JsonObject] = {}
    for entry in sorted(entries or (), key=_day):
        newest[entry["standard"]] = entry
    known = {name: _seen(entry, context.today) for name, entry in newest.items()}
    facts: JsonObject = {name.replace("-", "_"): seen for name, seen in known.items()}
    applying = security.get("industry_certifications_apply")
    if applying == [] or (applying is not None and entries is not None):
        covered = {name: _current(name, entries or (), context.today) for name in applying}
        missing = [name for name, current in covered.items() if current is False]
        if missing or None not in covered.values():
            facts["missing"] = missing
    return facts


def _issued(entries: list[JsonObject] | None, today: date) -> list[JsonObject] | None:
    if entries is None:
        return None
    return [entry for entry in entries if "issued" not in entry or date.fromisoformat(entry["issued"]) <= today]


def _day(entry: JsonObject) -> tuple[str, bool]:
    """Return the order of an entry: what is not held, without a day since when, is not held now."""
    held = entry["held"]
    return entry.get("issued", "" if held else "9999-12-31"), not held


def _seen(entry: JsonObject, today: date) -> JsonObject:
    seen: JsonObject = {"held": entry["held"]}
    if "issued" in entry:
        seen["age_days"] = (today - date.fromisoformat(entry["issued"])).days
    if "valid_until" in entry:
        seen["days_left"] = (date.fromisoformat(entry["valid_until"]) - today).days
    return seen


def _current(standard: str, entries: Iterable[JsonObject], today: date) -> bool | None:
    """Whether some entry for ``standard`` is held and has not run out; None while its last day is not known.

    What was held before it was lost does not count.
    """
    ends: list[str | None] = []
    for entry in sorted((each for each in entries if each["standard"] == standard), key=_day):
        ends = [*ends, entry.get("valid_until")] if entry["held"] else []
    if any(end is not None and date.fromisoformat(end) >= today for end in ends):
        return True
    return None if None in ends else False
