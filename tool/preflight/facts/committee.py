"""Whether the committee of policies/ownership.yaml has both sides in it, and meets. A fact of the registry alone."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from preflight.facts.ownership import SIDES, named_side, sides_of_people
from preflight.facts.references import departures
from preflight.periods import add_months, days_until
from preflight.shapes import TEXT, faults

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from preflight.model import Context, JsonObject

NAME = "committee"
INPUTS = ()
POLICIES = ("ownership", "people")


SHAPE: JsonObject = {"type": "object", "properties": {}}
OVERVIEW: JsonObject = {
    "type": "object",
    "properties": {
        "unbalanced": faults("Sides for which nobody sits in the committee.", side=TEXT, name=TEXT),
        "overdue": faults(
            "Meetings of the committee that should have been held by now.",
            name=TEXT,
            due=TEXT,
            last=TEXT,
            every=TEXT,
        ),
    },
}


def extract(record: JsonObject, context: Context) -> JsonObject:  # noqa: ARG001 - no record has a part in it
    """Return nothing: the committee is a matter of policies."""
    return {}


def gather(extracts: Mapping[str, JsonObject], context: Context) -> dict[str, JsonObject]:  # noqa: ARG001 - as above
    """Return nothing of any vendor."""
    return {vendor: {} for vendor in extracts}


def overview(extracts: Mapping[str, JsonObject], context: Context) -> JsonObject:  # noqa: ARG001 - as above
    """Return the sides that are missing, which without a committee are both, and the meeting that is overdue."""
    committee = context.policies["ownership"].get("committee")
    return {
        "unbalanced": list(_unbalanced(committee or {}, context)),
        "overdue": [] if committee is None else list(_overdue(committee, context.today)),
    }


def _unbalanced(committee: JsonObject, context: Context) -> Iterator[JsonObject]:
    """Yield the sides without anybody. A member speaks for the side that the own team is on, where that is known."""
    people, left = context.policies["people"], departures(context)
    known, works = {each["id"] for each in people["people"]}, sides_of_people(people)
    present = {
        works.get(member["person"], member["side"])
        for member in committee.get("members", ())
        if member["person"] in known and member["person"] not in left
    }
    for side in SIDES:
        if side not in present:
            name = committee.get("name", "A committee")
            yield {"pointer": "/ownership/committee/members", "side": named_side(side), "name": name}


def _overdue(committee: JsonObject, today: date) -> Iterator[JsonObject]:
    """Yield the meeting that should have been held. A meeting on a day to come has not been held."""
    last, months = committee.get("last_met_on", ""), committee["meets_every_months"]
    told = {
        "pointer": "/ownership/committee/last_met_on",
        "name": committee["name"],
        "every": "month" if months == 1 else f"{months} months",
    }
    if not last or date.fromisoformat(last) > today:
        yield {**told, "due": today.isoformat(), "last": "not known"}
        return
    due = add_months(date.fromisoformat(last), months)
    if days_until(due, today) < 0:
        yield {**told, "due": due.isoformat(), "last": last}
