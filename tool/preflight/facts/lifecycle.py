"""Where a vendor stands in its life cycle."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from preflight.recurring import INSIDE

if TYPE_CHECKING:
    from preflight.model import Context, JsonObject

NAME = "lifecycle"
INPUTS = ("/lifecycle/status",)
POLICIES = ()
SHAPE: JsonObject = {
    "type": "object",
    "properties": {
        "governed": {
            "type": "boolean",
            "description": "Whether the rules apply: not retired by that day, nor rejected before it was signed.",
            "needs": ["/lifecycle/status"],
        },
        "contracted": {
            "type": "boolean",
            "description": "Whether there is, or may be, a contract: the rules apply, and it is more than proposed.",
            "needs": ["/lifecycle/status"],
        },
    },
}


AGREED = ("approved_on", "signed_on", "live_on")  # a vendor that has one of these days was more than a proposal
OPEN = frozenset({"proposed", "rejected"})
SIGNED = ("signed_on", "live_on")
UNDER_CONTRACT = frozenset({"live", "deprecated", "retired"})


def _has_ended(lifecycle: JsonObject, today: date) -> bool:
    """Whether the rules no longer apply. A word alone does not switch them off.

    Retired means that the day of switching off has come; rejected that it was never signed nor live.
    """
    if lifecycle["status"] == "retired":
        return "retired_on" in lifecycle and date.fromisoformat(lifecycle["retired_on"]) <= today
    return lifecycle["status"] == "rejected" and not {"signed_on", "live_on"} & lifecycle.keys()


def was_agreed(record: JsonObject) -> bool:
    """Whether somebody agreed to the vendor at some time, whatever it is now: then its history stays."""
    lifecycle = record.get("lifecycle", {})
    return lifecycle.get("status") not in OPEN or not lifecycle.keys().isdisjoint(AGREED)


def is_signed(record: JsonObject) -> bool:
    """Whether there is a contract, by the state of the vendor or by its days, whatever day they name."""
    lifecycle = record.get("lifecycle", {})
    return not lifecycle.keys().isdisjoint(SIGNED) or lifecycle.get("status") in UNDER_CONTRACT


def begun_on(record: JsonObject, today: date) -> date | None:
    """Return the first day on which anything of the contract was signed, used or paid; None: nothing has, by today."""
    cost = record.get("cost", {})
    life = record.get("lifecycle", {})
    days = [
        *(life.get(name) for name in ("signed_on", "live_on")),
        *(each.get("starts") for each in record.get("contract", {}).get("subscriptions", ())),
        *(each.get("date") for each in cost.get("one_off", ()) if each["kind"] != INSIDE),
        *(
            each.get("since")
            for each in (*cost.get("recurring", ()), *cost.get("usage", ()))
            if each.get("kind") != INSIDE
        ),
    ]
    return min((day for each in days if each and (day := date.fromisoformat(each)) <= today), default=None)


def of(record: JsonObject, context: Context) -> JsonObject:
    """Return what the status means."""
    governed = not _has_ended(record["lifecycle"], context.today)
    # Retired on a day to come, or rejected after the signature: there is a contract still, whatever the word says.
    return {"governed": governed, "contracted": governed and record["lifecycle"]["status"] != "proposed"}


def settled(record: JsonObject) -> JsonObject:
    """Return the same whatever day it is, for what is agreed to today and has to hold tomorrow.

    A rule that reads no more than this says the same of what is approved and of what is live. What has a day on which
    it is switched off counts as ended from when the record says so.
    """
    lifecycle = {"status": "", **(record.get("lifecycle") or {})}
    governed = not _has_ended(lifecycle, date.max)
    return {"governed": governed, "contracted": governed and lifecycle["status"] != "proposed"}
