"""What policies/lifecycle.yaml says of the state that a vendor is in, and whether its dates tell the same story."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING

from preflight.facts import completeness
from preflight.periods import days_until
from preflight.pointers import get, matches

if TYPE_CHECKING:
    from collections.abc import Iterator

    from preflight.model import Context, JsonObject

NAME = "stage"
INPUTS = ("/lifecycle/status",)  # and whatever field a demand of the policy names
POLICIES = ("lifecycle",)
PROPOSED, IT, APPROVED, SIGNED, LIVE, DEPRECATED, RETIRED = (
    f"{step}_on" for step in ("proposed", "it_involved", "approved", "signed", "live", "deprecated", "retired")
)
STEPS = {  # in the order in which they have to come
    PROPOSED: "the proposal",
    APPROVED: "the approval",
    SIGNED: "the signature",
    LIVE: "going live",
    DEPRECATED: "the decision to leave it",
    RETIRED: "switching it off",
}
IT_STEP = "the first part that IT took"  # may come late, which another rule is about, but not before the proposal
# Steps that a status says have been taken, and steps that it says are still ahead.
TAKEN = {
    "proposed": (PROPOSED,),
    "approved": (PROPOSED, APPROVED),
    "live": (PROPOSED, APPROVED, SIGNED, LIVE),
    "deprecated": (PROPOSED, APPROVED, SIGNED, LIVE, DEPRECATED),
    "retired": (PROPOSED, APPROVED, SIGNED, LIVE, DEPRECATED, RETIRED),
    "rejected": (PROPOSED,),
}
AHEAD = {
    "proposed": (APPROVED, SIGNED, LIVE, DEPRECATED, RETIRED),
    "approved": (LIVE, DEPRECATED, RETIRED),
    "live": (DEPRECATED, RETIRED),
    "deprecated": (RETIRED,),
    "retired": (),
    "rejected": (SIGNED, LIVE),
}
BEGAN = {name: f"{name}_on" for name in ("proposed", "approved", "live", "deprecated", "retired")}


def _listed(what: str, **members: str) -> JsonObject:
    properties = {name: {"type": "string", "description": text} for name, text in members.items()}
    items = {"type": "object", "additionalProperties": False, "properties": properties}
    return {"type": "array", "description": what, "items": items}


_OF_STATUS = ["/lifecycle/status (one that policies/lifecycle.yaml knows)"]
SHAPE: JsonObject = {
    "type": "object",
    "properties": {
        "may_follow": {
            "type": "array",
            "items": {"type": "string"},
            "description": "States from which the present one may be reached.",
            "needs": _OF_STATUS,
        },
        "may_begin": {
            "type": "boolean",
            "description": "Whether a new record may begin with the present state.",
            "needs": _OF_STATUS,
        },
        "missing": {
            **_listed(
                "Demands of the present state that are not met.",
                pointer="The field that the demand is about.",
                title="What is demanded, in words.",
            ),
            "needs": _OF_STATUS,
        },
        "disorder": _listed(
            "Dates of the life cycle that contradict their order, or that have not come although the status says so.",
            pointer="The date that cannot be right beside the other.",
            earlier="What has to come first, in words.",
            earlier_on="The day that the record gives for it.",
            later="What has to come after it, in words.",
            later_on="The day that the record gives for it, or today.",
        ),
        "premature": _listed(
            "Steps that were taken by their date while the status says that they are still ahead.",
            pointer="The date.",
            step="The step, in words.",
            date="The day that the record gives for it.",
        ),
        "age_days": {
            "type": "integer",
            "description": "Days that the vendor has been in its present state.",
            "needs": ["/lifecycle (the day on which its present state began, up to today)"],
        },
    },
}


def of(record: JsonObject, context: Context) -> JsonObject:
    """Return what the present state allows and demands, and where its dates contradict it."""
    lifecycle, today = record["lifecycle"], context.today
    status = lifecycle["status"]
    facts: JsonObject = {
        "disorder": [*_out_of_order(lifecycle), *_not_come(lifecycle, today)],
        "premature": list(_premature(lifecycle, today)),
    }
    began = lifecycle.get(BEGAN.get(status))
    if began is not None and (age := -days_until(date.fromisoformat(began), today)) >= 0:
        facts["age_days"] = age
    state = next((each for each in context.policies["lifecycle"]["states"] if each["state"] == status), None)
    if state is None:
        return facts
    return facts | {
        "may_follow": list(state["follows"]),
        "may_begin": state.get("begins", False),
        "missing": [
            {"pointer": demand["field"], "title": demand["title"]}
            for demand in state["demands"]
            if not _is_met(record, demand, today)
        ],
    }


def _is_met(record: JsonObject, demand: JsonObject, today: date) -> bool:
    """Whether a field is known, and true by today where that is demanded. With ``*`` it is asked of every entry."""
    field = demand["field"]
    if not completeness.answered(record, {"fields": [field]}):
        return False
    return not demand.get("is") or all(
        value is True and not _is_ahead(record, pointer, today) for pointer, value in matches(record, field)
    )


def _is_ahead(record: JsonObject, pointer: str, today: date) -> bool:
    """Whether the ``date`` beside a field is still to come."""
    day = get(record, f"{pointer.rpartition('/')[0]}/date")
    return isinstance(day, str) and day > today.isoformat()


def _out_of_order(lifecycle: JsonObject) -> Iterator[JsonObject]:
    """Yield each step that lies before the one that has to come first. Steps without a date are passed over."""
    known = [name for name in STEPS if name in lifecycle]
    ordered = [*pairwise(known), *([(PROPOSED, IT)] if {PROPOSED, IT} <= lifecycle.keys() else [])]
    for earlier, later in ordered:
        if lifecycle[later] < lifecycle[earlier]:
            yield {
                "pointer": f"/lifecycle/{later}",
                "earlier": STEPS[earlier],
                "earlier_on": lifecycle[earlier],
                "later": STEPS.get(later, IT_STEP),
                "later_on": lifecycle[later],
            }


def _not_come(lifecycle: JsonObject, today: date) -> Iterator[JsonObject]:
    """Yield each step that the status says has been taken, and whose day has not come."""
    taken = TAKEN[lifecycle["status"]]
    for name in (*taken, *([IT] if APPROVED in taken else [])):
        if name in lifecycle and date.fromisoformat(lifecycle[name]) > today:
            yield {
                "pointer": f"/lifecycle/{name}",
                "earlier": STEPS.get(name, IT_STEP),
                "earlier_on": lifecycle[name],
                "later": "today",
                "later_on": today.isoformat(),
            }


def _premature(lifecycle: JsonObject, today: date) -> Iterator[JsonObject]:
    for name in AHEAD[lifecycle["status"]]:
        if name in lifecycle and date.fromisoformat(lifecycle[name]) <= today:
            yield {"pointer": f"/lifecycle/{name}", "step": STEPS[name], "date": lifecycle[name]}
