"""Facts: what is computed of a record, for rules and pages alike. One module each, listed in FACTS."""

from __future__ import annotations

from typing import TYPE_CHECKING

from preflight.facts import backing, certifications, completeness, data, dates, integration, lifecycle, limits
from preflight.pointers import get, parts

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from preflight.model import Context, Fact, JsonObject

FACTS: tuple[Fact, ...] = (backing, certifications, completeness, data, dates, integration, lifecycle, limits)


def offered(schema: JsonObject, policies: frozenset[str]) -> tuple[Fact, ...]:
    """Return the facts whose inputs this schema and these policy documents have."""
    return tuple(
        fact
        for fact in FACTS
        if policies.issuperset(fact.POLICIES) and all(_known(schema, each) for each in fact.INPUTS)
    )


def _known(schema: JsonObject, pointer: str) -> bool:
    """Whether the schema has properties all the way down ``pointer`` (the last step may hide behind a reference)."""
    for part in parts(pointer):
        schema = get(schema, f"/properties/{part}") or {}
        if not schema:
            return False
    return True


def compute(chosen: Sequence[Fact], record: JsonObject, context: Context) -> JsonObject:
    """Return all facts of one record, by the name of their module's NAME."""
    return {fact.NAME: fact.of(record, context) for fact in chosen}


def shape(chosen: Sequence[Fact]) -> JsonObject:
    """Return the JSON Schema of what ``compute`` gives."""
    return {"type": "object", "properties": {fact.NAME: fact.SHAPE for fact in chosen}}


def needs(chosen: Sequence[Fact]) -> dict[str, tuple[str, ...]]:
    """Return, by path (``facts.data.is_personal``), the fields without which that fact is not known."""
    return {f"facts.{fact.NAME}{path}": fields for fact in chosen for path, fields in _needs(fact.SHAPE, "")}


def _needs(schema: JsonObject, at: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    if "needs" in schema:
        yield at, tuple(schema["needs"])
    for name, member in schema.get("properties", {}).items():
        yield from _needs(member, f"{at}.{name}")
