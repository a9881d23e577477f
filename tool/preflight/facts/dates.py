"""How long ago things happened: reviews, tests, releases."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from preflight.pointers import get

if TYPE_CHECKING:
    from preflight.model import Context, JsonObject

NAME = "age"
SOURCES = {
    "security_review": ("/reviews", "Days since the last security review that was passed."),
    "penetration_test": ("/security/testing/penetration_test/date", "Days since the last penetration test."),
    "release": ("/stability/product/last_release_on", "Days since the last substantial release."),
    "roadmap": ("/stability/product/roadmap/updated_on", "Days since the roadmap was renewed."),
    "financials": ("/stability/finances/as_of", "Days since the date of the financial figures."),
}
PASSED_REVIEW = "/reviews (one of kind security that was passed)"
INPUTS = tuple(pointer for pointer, _ in SOURCES.values())
POLICIES = ()
SHAPE: JsonObject = {
    "type": "object",
    "properties": {
        name: {
            "type": "integer",
            "description": f"{what} Negative for a date to come.",
            "needs": [PASSED_REVIEW if name == "security_review" else pointer],
        }
        for name, (pointer, what) in SOURCES.items()
    },
}


def of(record: JsonObject, context: Context) -> JsonObject:
    """Return the age in days of each date that is known."""
    known = {name: get(record, pointer) for name, (pointer, _) in SOURCES.items() if name != "security_review"}
    passed = [
        review["date"]
        for review in record.get("reviews", ())
        if review["kind"] == "security" and review.get("outcome") in {"passed", "passed-with-conditions"}
    ]
    known["security_review"] = max(passed, default=None)
    return {name: (context.today - date.fromisoformat(on)).days for name, on in known.items() if on is not None}
