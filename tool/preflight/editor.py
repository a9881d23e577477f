"""A draft-07 flavour of a schema, for editors: their YAML language server reads no later draft well.

References are written out, because draft-07 ignores a title or description beside a reference. Notes that only
preflight reads are left out: an editor does nothing with them, and strict ones complain.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from preflight.schema_tree import Node

if TYPE_CHECKING:
    from preflight.model import Json, JsonObject

DRAFT = "http://json-schema.org/draft-07/schema#"
DROPPED = frozenset({"$schema", "$id", "$defs", "x-in-office", "x-refers-to"})
DEEPEST = 24  # a schema that refers to itself is cut off here; records cannot be nested deeper


def flavour(schema: JsonObject) -> JsonObject:
    """Return the same schema in draft-07, without references."""
    return {"$schema": DRAFT, **_plain(Node(schema, schema), 0)}


def _plain(node: Node, depth: int) -> JsonObject:
    if depth > DEEPEST:
        return {}
    resolved = node.resolved()
    return {key: _keyword(resolved, key, value, depth) for key, value in resolved.schema.items() if key not in DROPPED}


def _keyword(node: Node, key: str, value: Json, depth: int) -> Json:
    def below(schema: Json) -> Json:
        return _plain(Node(schema, node.root), depth + 1) if isinstance(schema, dict) else schema

    if key in {"properties", "patternProperties"}:
        return {name: below(member) for name, member in value.items()}
    if key in {"allOf", "anyOf", "oneOf"}:
        return [below(option) for option in value]
    if key in {"items", "additionalProperties", "propertyNames", "not", "if", "then", "else", "contains"}:
        return below(value)
    return value
