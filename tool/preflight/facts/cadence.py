"""Reviews that come round by policies/calendar.yaml: which are overdue, and which come up within its horizon.

A review was held when its day has come and it was not failed. The next one is due so many months after it, or on
the day that it names itself, whichever is earlier. One that was never held is counted from the day on which the
vendor went live, was signed or was approved; where no such day is known it is due today, since nobody can say
that it is not.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from preflight.facts import risk
from preflight.levels import LEVELS, rank
from preflight.periods import add_months, days_until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from preflight.model import Context, JsonObject

NAME = "cadence"
INPUTS = ("/lifecycle/status", "/reviews")
POLICIES = ("calendar",)
BEGINNINGS = ("live_on", "signed_on", "approved_on")  # from the first of these that is known and has come
PERFORMANCE = "performance"  # the kind of review that has a plan of its own in the record
_PLAN = "/ownership/performance_review"


def _listed(what: str, days: str) -> JsonObject:
    members = {
        "pointer": {"type": "string", "description": "The last one that was held, or where it would stand."},
        "kind": {"type": "string", "description": "The kind of review."},
        "title": {"type": "string", "description": "Its name in words."},
        "last": {"type": "string", "description": "The day of the last one; not there where it was never held."},
        "due": {"type": "string", "description": "The day by which the next one is due."},
        "days": {"type": "integer", "description": days},
    }
    items = {"type": "object", "additionalProperties": False, "properties": members}
    return {"type": "array", "description": what, "items": items}


SHAPE: JsonObject = {
    "type": "object",
    "properties": {
        "overdue": _listed("Reviews that should have been held by now.", "Days since it was due."),
        "upcoming": _listed("Reviews that are due within the horizon of the calendar.", "Days until it is due."),
    },
}


def of(record: JsonObject, context: Context) -> JsonObject:
    """Return the reviews that are overdue and those that come up, the most urgent first."""
    horizon = context.policies["calendar"]["horizon_days"]
    overdue, upcoming = [], []
    for each in all_of(record, context):
        days = days_until(date.fromisoformat(each["due"]), context.today)
        known = each.pop("known")
        if days < 0 or not known:
            overdue.append({**each, "days": -days})
        elif days <= horizon:
            upcoming.append({**each, "days": days})
    return {"overdue": overdue, "upcoming": upcoming}


def all_of(record: JsonObject, context: Context) -> list[JsonObject]:
    """Return every review that comes round for this vendor, however far ahead, with the day on which it is due.

    ``known`` says whether there is a review, or at least a day, to count from.
    """
    status = record["lifecycle"]["status"]
    applying = [each for each in context.policies["calendar"]["cadences"] if status in each["states"]]
    found = [_next(cadence, record, context) for cadence in applying]
    return sorted(found, key=lambda each: (each["due"], each["kind"]))


def _next(cadence: JsonObject, record: JsonObject, context: Context) -> JsonObject:
    following = next_review(cadence["kind"], _months(cadence, record, context), record, context.today)
    return {"kind": cadence["kind"], "title": cadence["title"], **following}


def next_review(kind: str, months: int, record: JsonObject, today: date) -> JsonObject:
    """Return ``pointer``, ``last`` (where it was held), ``due`` and ``known`` of a review that comes every so often."""
    last, pointer = last_held(kind, record, today)
    begun = date.fromisoformat(last) if last else _begun(record, today)
    reckoned = add_months(begun, months) if begun else today
    due = min([reckoned.isoformat(), *stated(kind, record, last, today)])
    return {"pointer": pointer, **({"last": last} if last else {}), "due": due, "known": begun is not None}


def _months(cadence: JsonObject, record: JsonObject, context: Context) -> int:
    """Return the months between two reviews: by the risk of the vendor, or fewer where its own plan says so.

    While it is not known how high the risk is, the shortest interval counts that it may come to.
    """
    by_risk, usual = cadence.get("risk", {}), cadence["every_months"]
    months: int = min(by_risk.get(level, usual) for level in _levels(record, context)) if by_risk else usual
    own = record.get("ownership", {}).get("performance_review", {}).get("every_months", 0)
    return min(months, own) if cadence["kind"] == PERFORMANCE and own else months


def _levels(record: JsonObject, context: Context) -> tuple[str, ...]:
    """Return the levels of risk that a vendor may have, as far as one knows."""
    if "risk" not in context.policies:
        return LEVELS
    found = risk.known(record, context)
    return (found.level,) if found.level else LEVELS[rank(found.at_least) :]


def last_held(kind: str, record: JsonObject, today: date) -> tuple[str, str]:
    """Return the day and the place of the last review of that kind; an empty day where none was held."""
    return max(_held(kind, record, today), default=("", "/reviews"))


def _held(kind: str, record: JsonObject, today: date) -> Iterator[tuple[str, str]]:
    """Yield the day and the place of each review of that kind that was held by today and not failed."""
    for index, review in enumerate(record.get("reviews", ())):
        if review["kind"] == kind and review.get("outcome") != "failed" and _has_come(review["date"], today):
            yield review["date"], f"/reviews/{index}"
    last = record.get("ownership", {}).get("performance_review", {}).get("last_on")
    if kind == PERFORMANCE and last is not None and _has_come(last, today):
        yield last, _PLAN


def _has_come(day: str, today: date) -> bool:
    return date.fromisoformat(day) <= today


def stated(kind: str, record: JsonObject, last: str, today: date) -> list[str]:
    """Return the next days that reviews name themselves: the last one that was held, and any that failed since."""
    own = (each for each in record.get("reviews", ()) if each["kind"] == kind and _has_come(each["date"], today))
    return [each["due"] for each in own if last <= each["date"] < each.get("due", "")]


def _begun(record: JsonObject, today: date) -> date | None:
    """Return the day from which a review that was never held is counted."""
    days = (record["lifecycle"].get(name) for name in BEGINNINGS)
    return next((date.fromisoformat(day) for day in days if day is not None and _has_come(day, today)), None)
