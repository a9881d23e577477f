"""Who owns what between marketing and IT: gaps, double claims, roles without holders. By policies/ownership.yaml."""

from __future__ import annotations

from typing import TYPE_CHECKING

from preflight.pointers import get
from preflight.shapes import TEXT, faults

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from preflight.model import Context, Json, JsonObject

NAME = "ownership"
INPUTS = ("/ownership",)
POLICIES = ("ownership", "people")
SIDES = ("marketing", "it")


SHAPE: JsonObject = {
    "type": "object",
    "properties": {
        "unowned": faults("Sides without an owner.", side=TEXT),
        "wrong_side": faults("Owners who work on another side.", side=TEXT, owner=TEXT, works=TEXT),
        "unassigned": faults("Responsibilities that nobody has.", responsibility=TEXT, sides=TEXT),
        "misplaced": faults(
            "Responsibilities with a side that cannot carry them, or claimed by both.",
            responsibility=TEXT,
            given=TEXT,
            sides=TEXT,
        ),
        "unfilled": faults("Service roles without a holder.", role=TEXT),
        "no_deputy": faults("Service roles without a deputy, or with the holder as deputy.", role=TEXT, holder=TEXT),
        "unready": faults("Conditions of going live that do not hold by today.", condition=TEXT, wanted=TEXT),
        "late": faults(
            "Conditions of going live that came to hold only after the day of going live.",
            condition=TEXT,
            held_on=TEXT,
            live_on=TEXT,
        ),
        "uncontrolled": faults("Controls that are not stated.", control=TEXT, wanted=TEXT),
    },
}


def of(record: JsonObject, context: Context) -> JsonObject:
    """Return every gap and every double claim."""
    policy, owned = context.policies["ownership"], record.get("ownership", {})
    return {
        "unowned": [
            {"pointer": f"/ownership/{side}/owner", "side": named_side(side)}
            for side in SIDES
            if "owner" not in owned.get(side, {})
        ],
        "wrong_side": list(_wrong_side(owned, context)),
        **_responsibilities(owned.get("responsibilities", {}), policy["responsibilities"]),
        **_roles(owned.get("service_roles", {}), policy["service_roles"]),
        **_readiness(record, policy["readiness"], context.today.isoformat()),
        "uncontrolled": [
            {"pointer": f"/ownership/controls/{each['id']}", "control": each["title"], "wanted": each["what"]}
            for each in policy["controls"]
            if not owned.get("controls", {}).get(each["id"])
        ],
    }


def named_side(side: str) -> str:
    """Return a side as a sentence names it."""
    return "IT" if side == "it" else side


def _wrong_side(owned: JsonObject, context: Context) -> Iterator[JsonObject]:
    works: Mapping[str, str] = context.once("sides", lambda: sides_of_people(context.policies["people"]))
    for side in SIDES:
        owner = owned.get(side, {}).get("owner")
        if owner in works and works[owner] != side:
            pointer = f"/ownership/{side}/owner"
            yield {"pointer": pointer, "side": named_side(side), "owner": owner, "works": named_side(works[owner])}


def sides_of_people(people: JsonObject) -> dict[str, str]:
    """Return the side that each person works on; who is in no team is left out."""
    teams = {team["id"]: team["side"] for team in people["teams"]}
    return {each["id"]: teams[each["team"]] for each in people["people"] if each.get("team") in teams}


def _responsibilities(given: Mapping[str, str], wanted: list[JsonObject]) -> JsonObject:
    unassigned, misplaced = [], []
    for each in wanted:
        sides = " or ".join(named_side(side) for side in each["sides"])
        title, side = each["title"], given.get(each["id"])
        pointer = f"/ownership/responsibilities/{each['id']}"
        if side is None:
            unassigned.append({"pointer": pointer, "responsibility": title, "sides": sides})
        elif side not in each["sides"]:
            misplaced.append({"pointer": pointer, "responsibility": title, "given": named_side(side), "sides": sides})
    return {"unassigned": unassigned, "misplaced": misplaced}


def _roles(held: Mapping[str, JsonObject], wanted: list[JsonObject]) -> JsonObject:
    unfilled, alone = [], []
    for each in wanted:
        pointer, holder = f"/ownership/service_roles/{each['id']}", held.get(each["id"])
        if holder is None and each["required"]:
            unfilled.append({"pointer": pointer, "role": each["title"]})
        elif holder is not None and each["deputy"] and holder.get("deputy") in (None, holder["person"]):
            alone.append({"pointer": pointer, "role": each["title"], "holder": holder["person"]})
    return {"unfilled": unfilled, "no_deputy": alone}


def _readiness(record: JsonObject, wanted: list[JsonObject], today: str) -> JsonObject:
    stated, live_on = record.get("readiness", {}), get(record, "/lifecycle/live_on")
    unready, late = [], []
    for each in wanted:
        pointer, condition = f"/readiness/{each['id']}", stated.get(each["id"], {})
        held_on: Json = condition.get("date")
        if condition.get("ready") is not True or (held_on is not None and held_on > today):
            unready.append({"pointer": pointer, "condition": each["title"], "wanted": each["what"]})
        elif live_on is not None and held_on is not None and held_on > live_on:
            late.append({"pointer": pointer, "condition": each["title"], "held_on": held_on, "live_on": live_on})
    return {"unready": unready, "late": late}
