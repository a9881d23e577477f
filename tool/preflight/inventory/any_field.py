"""Every plain field of the records as a column of the table: which there are, their names, and their values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from preflight import pointers
from preflight.inventory.columns import column
from preflight.inventory.frame import words
from preflight.schema_tree import Node

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from preflight.inventory.columns import Column, Values
    from preflight.inventory.stock import Card
    from preflight.model import Json, JsonObject

MOST = 1500  # columns; fields that fewer records have are left to the vendors' own pages
LONGEST_POINTER = 300
BETWEEN = " › "


@dataclass(frozen=True, slots=True)
class Field:
    """One field that records have. ``count``: how many of them."""

    pointer: str
    label: str
    help: str
    count: int


def found(cards: Sequence[Card], schema: JsonObject | None) -> tuple[list[Field], int]:
    """Return the fields that can be a column, by pointer, and how many more there are."""
    counts: dict[str, int] = {}
    for card in cards:
        for pointer in card.fields:
            counts[pointer] = counts.get(pointer, 0) + 1
    fitting = [pointer for pointer in counts if len(pointer) <= LONGEST_POINTER]
    kept = sorted(sorted(fitting, key=lambda pointer: (-counts[pointer], pointer))[:MOST])
    root = None if schema is None else Node(schema, schema)
    return [Field(pointer, *_called(root, pointer), counts[pointer]) for pointer in kept], len(counts) - len(kept)


def _called(root: Node | None, pointer: str) -> tuple[str, str]:
    """Return what the way to a field is called, and what the schema says about it."""
    node, said, names = root, "", list[str]()
    for part in pointers.parts(pointer):
        node = None if node is None else node.at(pointers.pointer((part,)))
        schema = {} if node is None else node.resolved().schema
        if part != "*":
            names.append(_text(schema.get("title")) or words(part) or "(no name)")
        said = _text(schema.get("description")) or said
    return BETWEEN.join(names) or "the record", said


def columns(cards: Sequence[Card], fields: Sequence[Field]) -> Iterator[Column]:
    """Yield the column of every field."""
    for field in fields:
        made = column(field.pointer, field.label, "", (_values(card.fields.get(field.pointer)) for card in cards))
        if made is not None:
            yield made


def _values(value: Json) -> Values:
    return value if value is None or isinstance(value, list) else [value]


def _text(value: Json) -> str:
    return value if isinstance(value, str) else ""
