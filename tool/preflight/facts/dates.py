"""How long ago things happened: reviews, tests, releases.

A date that lies in the future tells nothing of what was done, so it counts as not known.
"""

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
WANTING = ("/lifecycle/proposed_by", "/ownership/marketing/owner")  # who asked for it, and for whom it was bought
PASSED = frozenset({"passed", "passed-with-conditions"})
PASSED_REVIEW = "/reviews (one of kind security that somebody else than who wants it passed, and none failed since)"
INPUTS = tuple(pointer for pointer, _ in SOURCES.values())
OPTIONAL_INPUTS = {"security_review": WANTING}
POLICIES = ()
SHAPE: JsonObject = {
    "type": "object",
    "properties": {
        name: {
            "type": "integer",
            "description": what,
            "needs": [PASSED_REVIEW if name == "security_review" else f"{pointer} (a day up to today)"],
        }
        for name, (pointer, what) in SOURCES.items()
    },
}


def of(record: JsonObject, context: Context) -> JsonObject:
    """Return the age in days of each date that is known and has come."""
    known = {name: get(record, pointer) for name, (pointer, _) in SOURCES.items()}
    known["security_review"] = _passed_review(record, context.today)
    ages = {name: (context.today - date.fromisoformat(on)).days for name, on in known.items() if on is not None}
    return {name: age for name, age in ages.items() if age >= 0}


def _passed_review(record: JsonObject, today: date) -> str | None:
    """Return the day of the last security review, if it was passed.

    One since then that failed, or of which nobody wrote down the outcome or who held it, ends what an earlier one said.
    So does one that was held by whoever wants the vendor.
    """
    wanting = {None, *(get(record, each) for each in WANTING)}
    held = [
        (review["date"], review.get("by") not in wanting and review.get("outcome") in PASSED)
        for review in record.get("reviews", ())
        if review["kind"] == "security" and date.fromisoformat(review["date"]) <= today
    ]
    day, passed = max(held, key=lambda each: (each[0], not each[1]), default=("", False))
    return day if passed else None
