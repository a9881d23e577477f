"""Facts: what is computed of records, for rules and pages alike. One module each, listed by what it needs.

A local fact (LOCAL) needs one record; one about a change (CHANGES) the record that this one replaces, too. A registry
fact (REGISTRY) needs a little of every record first, and then says something of each: who is its twin, what its group
spends, what depends on it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from preflight.facts import (
    additions,
    answers,
    backing,
    cadence,
    certifications,
    clauses,
    committee,
    completeness,
    cost,
    currency,
    data,
    dates,
    due,
    graph,
    integration,
    ledger,
    lifecycle,
    limits,
    overlap,
    oversight,
    ownership,
    records,
    references,
    renewal,
    risk,
    stage,
)
from preflight.pointers import get, parts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from preflight.model import ChangeFact, Context, Fact, FactModule, JsonObject, RegistryFact

LOCAL: tuple[Fact, ...] = (
    backing,
    cadence,
    certifications,
    clauses,
    completeness,
    cost,
    data,
    dates,
    due,
    integration,
    lifecycle,
    limits,
    ownership,
    renewal,
    risk,
    stage,
)
CHANGES: tuple[ChangeFact, ...] = (additions, answers, ledger)
REGISTRY: tuple[RegistryFact, ...] = (committee, currency, graph, overlap, oversight, records, references)
FACTS: tuple[FactModule, ...] = (*LOCAL, *CHANGES, *REGISTRY)


def offered(schema: JsonObject, policies: frozenset[str]) -> tuple[FactModule, ...]:
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


def local(chosen: Iterable[FactModule]) -> tuple[Fact | ChangeFact, ...]:
    """Return those that one record, and the one that it replaces, are enough for."""
    return tuple(cast("Fact | ChangeFact", fact) for fact in chosen if not hasattr(fact, "gather"))


def registry(chosen: Iterable[FactModule]) -> tuple[RegistryFact, ...]:
    """Return those that need the whole registry."""
    return tuple(cast("RegistryFact", fact) for fact in chosen if hasattr(fact, "gather"))


def compute(
    chosen: Sequence[Fact | ChangeFact], record: JsonObject, context: Context, before: JsonObject | None = None
) -> JsonObject:
    """Return the facts of one record, by the name of their module's NAME; ``before``: the record that it replaces."""
    return {fact.NAME: _computed(fact, record, before, context) for fact in chosen}


def _computed(fact: Fact | ChangeFact, record: JsonObject, before: JsonObject | None, context: Context) -> JsonObject:
    if hasattr(fact, "since"):
        return cast("ChangeFact", fact).since(record, before, context)
    return fact.of(record, context)


def extracts(chosen: Sequence[RegistryFact], record: JsonObject, context: Context) -> JsonObject:
    """Return what each registry fact has to know of one record, by NAME."""
    return {fact.NAME: fact.extract(record, context) for fact in chosen}


def gather(chosen: Sequence[RegistryFact], taken: Mapping[str, JsonObject], context: Context) -> dict[str, JsonObject]:
    """Return the registry facts of every vendor, by id and NAME. ``taken`` are the extracts of every vendor."""
    found: dict[str, JsonObject] = {vendor: {} for vendor in taken}
    for fact in chosen:
        for vendor, facts in fact.gather(_of(fact, taken), context).items():
            found[vendor][fact.NAME] = facts
    return found


def overviews(chosen: Sequence[RegistryFact], taken: Mapping[str, JsonObject], context: Context) -> JsonObject:
    """Return the facts of the registry as a whole, by NAME, of those that have some."""
    return {fact.NAME: fact.overview(_of(fact, taken), context) for fact in chosen if hasattr(fact, "overview")}


def _of(fact: RegistryFact, taken: Mapping[str, JsonObject]) -> dict[str, JsonObject]:
    return {vendor: extracts[fact.NAME] for vendor, extracts in taken.items()}


def shape(chosen: Sequence[FactModule]) -> JsonObject:
    """Return the JSON Schema of the facts of one vendor."""
    return {"type": "object", "properties": {fact.NAME: fact.SHAPE for fact in chosen}}


def overview_shape(chosen: Sequence[FactModule]) -> JsonObject:
    """Return the JSON Schema of what ``overviews`` gives."""
    named = {fact.NAME: fact.OVERVIEW for fact in chosen if hasattr(fact, "OVERVIEW")}
    return {"type": "object", "properties": named}


def needs(chosen: Sequence[FactModule]) -> dict[str, tuple[str, ...]]:
    """Return, by path (``facts.data.is_personal``), the fields without which that fact is not known."""
    return {f"facts.{fact.NAME}{path}": fields for fact in chosen for path, fields in _needs(fact.SHAPE, "")}


def _needs(schema: JsonObject, at: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    if "needs" in schema:
        yield at, tuple(schema["needs"])
    for name, member in schema.get("properties", {}).items():
        yield from _needs(member, f"{at}.{name}")
