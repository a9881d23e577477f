"""A walk through a schema: which members and items it knows at a path."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from preflight import pointers
from preflight.breaches import did_you_mean

if TYPE_CHECKING:
    from preflight.model import Json, JsonObject, ReferenceFields


_ITEM = re.compile(r"\*|[0-9]+", re.ASCII)
DEEPEST = 24  # levels of a record, as many as the reader takes
LONGEST_CHAIN = 16  # references that lead to references; longer is a loop


@dataclass(frozen=True, slots=True)
class Node:
    """A place in a schema, with the schema that its references point into."""

    schema: JsonObject
    root: JsonObject

    def resolved(self) -> Node:
        """Follow references; titles beside a reference win over those behind it."""
        schema, seen = self.schema, 0
        while "$ref" in schema and seen < LONGEST_CHAIN:
            target: Json = pointers.get(self.root, schema["$ref"][1:])
            schema = _merged(target if isinstance(target, dict) else {}, schema)
            seen += 1
        return Node(schema, self.root)

    def child(self, name: str) -> Node | None:
        """Return the schema of the member ``name``, or None where the schema knows none."""
        here = self.resolved().schema
        if name in here.get("properties", {}):
            return self._below(here["properties"][name])
        for keyword in ("allOf", "anyOf", "oneOf"):
            for option in here.get(keyword, ()):
                found = self._below(option).child(name)
                if found is not None:
                    return found
        extra = here.get("additionalProperties")
        return self._below(extra) if isinstance(extra, dict) else None

    def items(self) -> Node | None:
        """Return the schema of the items of a list, or None."""
        inside = self.resolved().schema.get("items")
        return self._below(inside) if isinstance(inside, dict) else None

    def names(self) -> tuple[str, ...]:
        """Return the names of all members that the schema knows."""
        here = self.resolved().schema
        options = [option for keyword in ("allOf", "anyOf", "oneOf") for option in here.get(keyword, ())]
        return (*here.get("properties", {}), *(name for option in options for name in self._below(option).names()))

    def at(self, pointer: str) -> Node | None:
        """Return the schema of what ``pointer`` points at (``*`` and ``[key=text]``: any item), or None."""
        node: Node | None = self
        for part in pointers.parts(pointer):
            if node is None:
                return None
            listed = pointers.is_choice(part)
            node = (None if listed else node.child(part)) or (node.items() if listed or _ITEM.fullmatch(part) else None)
        return node

    def _below(self, schema: Json) -> Node:
        return Node(schema if isinstance(schema, dict) else {}, self.root)


def _merged(target: JsonObject, beside: JsonObject) -> JsonObject:
    """Put what stands beside a reference over what is behind it; both know members."""
    merged = {**target, **{key: value for key, value in beside.items() if key != "$ref"}}
    if "properties" in target and "properties" in beside:
        merged["properties"] = {**target["properties"], **beside["properties"]}
    if "allOf" in target and "allOf" in beside:
        merged["allOf"] = [*target["allOf"], *beside["allOf"]]
    return merged


REFERS_TO, IN_OFFICE = "x-refers-to", "x-in-office"


def reference_fields(root: Node, depth: int = 0) -> ReferenceFields:
    """Return which fields hold ids, by ``x-refers-to``; see ReferenceFields. Endless schemas are followed so far."""
    schema = root.resolved().schema
    found: ReferenceFields = {}
    if REFERS_TO in schema:
        found[""] = {"kinds": list(schema[REFERS_TO]), "in_office": bool(schema.get(IN_OFFICE))}
    if depth > DEEPEST:
        return found
    items = root.items()
    extra = schema.get("additionalProperties")
    below = {name: root.child(name) for name in root.names()}
    below["*"] = items or (root.child("*") if isinstance(extra, dict) else None)
    for name, node in below.items():
        if node is not None and (inner := reference_fields(node, depth + 1)):
            found[name] = inner
    return found


def suggestion(root: Node, pointer: str) -> str:
    """Say which field was probably meant by a pointer that the schema does not know."""
    node, way = root, ""
    for part in pointers.parts(pointer):
        below = node.at(pointers.pointer((part,)))
        if below is None:
            known = node.names()
            return (
                did_you_mean(part, known)
                or f"Known{' in ' + way if way else ''} are: {', '.join(known) or 'no fields'}."
            )
        node, way = below, way + pointers.pointer((part,))
    return ""
