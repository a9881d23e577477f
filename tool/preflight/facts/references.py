"""Whether everybody and everything that a record names by id exists, and is still with us.

Which fields hold ids, the schema says (``x-refers-to``), and which of them are duties of today
(``x-in-office``): a reviewer of last year may have left, an owner may not.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from preflight.agreement import holds
from preflight.breaches import did_you_mean
from preflight.pointers import pointer as joined
from preflight.shapes import TEXT, WHOLE, faults

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from preflight.model import Context, Json, JsonObject, ReferenceFields

NAME = "references"
INPUTS = ()
POLICIES = ("people", "systems")
MOST_COMPARED = 2000  # names among which a likely one is sought
MOST_GUESSED = 100  # ids for which one is sought: where more are wrong, something else is wrong
KINDS = {
    "people": "person",
    "teams": "team",
    "systems": "system",
    "vendors": "vendor",
    "currencies": "currency",
    "roles": "role",
}


SHAPE: JsonObject = {
    "type": "object",
    "properties": {
        "unknown": faults("Ids that name nobody and nothing.", name=TEXT, kind=TEXT, close=TEXT),
        "left": faults("People named for a duty of today who have left.", name=TEXT, since=TEXT, days=WHOLE),
        "namesakes": faults("Its id, where one of our own systems has the same.", name=TEXT),
    },
}
OVERVIEW: JsonObject = {
    "type": "object",
    "properties": {
        "unknown": faults("Ids in policy documents that name nobody.", name=TEXT, kind=TEXT, close=TEXT),
        "left": faults("People with a duty in a policy document who have left.", name=TEXT, since=TEXT, what=TEXT),
        "vacant": faults("Roles that have to agree and that nobody holds today.", role=TEXT, title=TEXT),
    },
}


class Reference(NamedTuple):
    """One id in a record: where it stands, what it says, what it may name, whether it is a duty of today."""

    path: tuple[str | int, ...]
    name: str
    kinds: list[str]
    in_office: bool

    @property
    def pointer(self) -> str:
        """Where it stands."""
        return joined(self.path)


def references(value: Json, fields: ReferenceFields, at: tuple[str | int, ...] = ()) -> list[Reference]:
    """Return every id in ``value``, in the order of the schema's fields."""
    found: list[Reference] = []
    _collect(value, fields, at, found)
    return found


def _collect(value: Json, fields: ReferenceFields, at: tuple[str | int, ...], found: list[Reference]) -> None:
    """Add the ids below ``value``. Every record is walked, so only the way that the schema names is gone."""
    if isinstance(value, str):
        if (here := fields.get("")) is not None:
            found.append(Reference(at, value, here["kinds"], here["in_office"]))
    elif isinstance(value, list):
        if (inner := fields.get("*")) is not None:
            for index, item in enumerate(value):
                _collect(item, inner, (*at, index), found)
    elif isinstance(value, dict):
        for name, inner in fields.items():
            member = value.get(name)
            if member is not None:
                _collect(member, inner, (*at, name), found)
        if "*" in fields:  # a map whose members the schema does not name
            _collect_others(value, fields, at, found)


def _collect_others(
    value: JsonObject, fields: ReferenceFields, at: tuple[str | int, ...], found: list[Reference]
) -> None:
    for name, member in value.items():
        if name not in fields:
            _collect(member, fields["*"], (*at, name), found)


def directory(context: Context) -> dict[str, Collection[str]]:
    """Return the ids that exist, by kind; a kind without its policy document is not checked."""
    policies = context.policies
    known: dict[str, Collection[str]] = {
        "people": {each["id"] for each in policies["people"]["people"]},
        "teams": {each["id"] for each in policies["people"]["teams"]},
        "systems": {each["id"] for each in policies["systems"]["systems"]},
    }
    if "rates" in policies:
        known["currencies"] = {each["currency"] for each in policies["rates"]["rates"]} | {policies["rates"]["base"]}
    if "approvals" in policies:
        known["roles"] = {each["role"] for each in policies["approvals"]["roles"]}
    return known


def departures(context: Context) -> dict[str, str]:
    """Return the last day of each person who is no longer with us; on that day they still are."""
    today = context.today.isoformat()
    people = context.policies["people"]["people"]
    return {each["id"]: each["left"] for each in people if each.get("left", "9999-12-31") < today}


def extract(record: JsonObject, context: Context) -> JsonObject:
    """Return the ids that the policy documents do not know, and the duties of those who left."""
    known = context.once("directory", lambda: directory(context))
    left = context.once("departures", lambda: departures(context))
    open_, gone = [], []
    for each in references(record, context.references):
        if each.in_office and each.name in left and "people" in each.kinds:
            gone.append(_departed(each, left[each.name], context.today))
        elif not any(each.name in known.get(kind, ()) for kind in each.kinds) and _is_checked(each.kinds, known):
            open_.append({"pointer": each.pointer, "name": each.name, "kinds": list(each.kinds)})
    return {"open": open_, "left": gone}


def _is_checked(kinds: Collection[str], known: Mapping[str, Collection[str]]) -> bool:
    return all(kind in known or kind == "vendors" for kind in kinds)


def _departed(reference: Reference, since: str, today: date) -> JsonObject:
    days = (today - date.fromisoformat(since)).days
    return {"pointer": reference.pointer, "name": reference.name, "since": since, "days": days}


def gather(extracts: Mapping[str, JsonObject], context: Context) -> dict[str, JsonObject]:
    """Settle the ids that may be vendors: now it is known which there are."""
    guesses = _Guesses({**directory(context), "vendors": context.vendors | extracts.keys()})
    systems = guesses.known["systems"]
    return {
        vendor: {
            "unknown": [
                _stranger(each, guesses)
                for each in extract["open"]
                if "vendors" not in each["kinds"] or each["name"] not in guesses.known["vendors"]
            ],
            "left": extract["left"],
            "namesakes": [{"pointer": "/id", "name": vendor}] if vendor in systems else [],
        }
        for vendor, extract in extracts.items()
    }


@dataclass
class _Guesses:
    """What a misspelt id probably means; each is looked for once, and not among very many nor for very many."""

    known: Mapping[str, Collection[str]]
    found: dict[tuple[str, ...], str] = field(default_factory=dict)

    def close(self, name: str, kinds: Sequence[str]) -> str:
        """Return a suggestion, or nothing."""
        key = (name, *kinds)
        if key not in self.found:
            options = sorted({option for kind in kinds for option in self.known.get(kind, ())})
            asked = len(options) <= MOST_COMPARED and len(self.found) < MOST_GUESSED
            self.found[key] = did_you_mean(name, options) if asked else ""
        return self.found[key]


def _stranger(found: JsonObject, guesses: _Guesses) -> JsonObject:
    kind = " or ".join(KINDS[each] for each in found["kinds"])
    close = guesses.close(found["name"], found["kinds"])
    return {"pointer": found["pointer"], "name": found["name"], "kind": kind, "close": close}


def overview(extracts: Mapping[str, JsonObject], context: Context) -> JsonObject:  # noqa: ARG001 - of policies alone
    """Return what policy documents say of people who do not exist, or left; and roles that nobody holds."""
    policies, known, left = context.policies, directory(context), departures(context)
    named, guesses = list(_duties(policies)), _Guesses(known)
    return {
        "unknown": [
            _stranger({"pointer": pointer, "name": name, "kinds": [kind]}, guesses)
            for pointer, name, kind in named
            if name not in known.get(kind, (name,))
        ],
        "left": [
            {"pointer": pointer, "name": name, "since": left[name], "what": pointer.rpartition("/")[2]}
            for pointer, name, kind in named
            if kind == "people" and name in left
        ],
        "vacant": [] if "approvals" not in policies else list(_vacant(policies, context.today, left)),
    }


def _duties(policies: Mapping[str, Json]) -> Iterator[tuple[str, str, str]]:
    """Yield (pointer, id, kind) of everybody with a duty in a policy document, and of the teams and roles it names."""
    people, committee = policies["people"], policies.get("ownership", {}).get("committee", {})
    listed = (
        ("/people/teams", people["teams"], "lead", "people"),
        ("/people/people", people["people"], "team", "teams"),
        ("/systems/systems", policies["systems"]["systems"], "owner", "people"),
        ("/ownership/committee/members", committee.get("members", ()), "person", "people"),
    )
    for at, entries, member, kind in listed:
        for index, entry in enumerate(entries):
            if member in entry:
                yield f"{at}/{index}/{member}", entry[member], kind
    for index, person in enumerate(people["people"]):
        for number, role in enumerate(person.get("roles", ())):
            yield f"/people/people/{index}/roles/{number}/role", role["role"], "roles"
    for index, demand in enumerate(policies.get("approvals", {}).get("demands", ())):
        yield f"/approvals/demands/{index}/role", demand["role"], "roles"


def _vacant(policies: Mapping[str, Json], today: date, left: Mapping[str, str]) -> Iterator[JsonObject]:
    held = {
        role["role"]
        for person in policies["people"]["people"]
        for role in person.get("roles", ())
        if person["id"] not in left and holds(role, today.isoformat())
    }
    demanded = {each["role"] for each in policies["approvals"]["demands"]}
    for index, role in enumerate(policies["approvals"]["roles"]):
        if role["role"] in demanded - held:
            yield {"pointer": f"/approvals/roles/{index}", "role": role["role"], "title": role["title"]}
