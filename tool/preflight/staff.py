"""Who is who: the people of policies/people.yaml, by the names under which they commit and log in."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from preflight.model import JsonObject

NOREPLY = "@users.noreply.github.com"  # of people who hide their address: 123+login@…
IT = "it"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in the directory. ``team`` and ``side`` are empty where it names none, ``left`` while they stay."""

    id: str
    name: str
    team: str = ""
    side: str = ""
    left: str = ""


@dataclass(frozen=True, slots=True)
class Staff:
    """The directory. A name that two people have is nobody's: it would be a guess whose it is."""

    people: Mapping[str, Person] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    sides: Mapping[str, str] = field(default_factory=dict)  # by team

    @classmethod
    def of(cls, directory: JsonObject) -> Staff:
        """Read the directory, of the form of schemas/people.schema.json."""
        sides = {team["id"]: team["side"] for team in directory["teams"]}
        people: dict[str, Person] = {}
        names: dict[str, str] = {}
        for each in directory["people"]:
            team = each.get("team", "")
            people[each["id"]] = Person(each["id"], each["name"], team, sides.get(team, ""), each.get("left", ""))
            for name in {str(name).casefold() for name in (each.get("email"), *each.get("logins", ())) if name}:
                names[name] = each["id"] if names.get(name, each["id"]) == each["id"] else ""
        return cls(people, names, sides)

    def known_as(self, name: str) -> Person | None:
        """Return whoever commits or logs in under a name or address; None: nobody here, or not only one."""
        return self.people.get(self.names.get(name.casefold()) or self.names.get(login(name)) or "")

    def side(self, person: str) -> str:
        """Return the side of a person by id; empty where it is not known."""
        found = self.people.get(person)
        return found.side if found else ""


def login(name: str) -> str:
    """Return a name or address in lower case; of an address that hides another, the login in it."""
    plain = name.casefold()
    return plain.removesuffix(NOREPLY).rpartition("+")[2] if plain.endswith(NOREPLY) else plain
