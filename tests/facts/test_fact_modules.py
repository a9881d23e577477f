"""The list of facts: what is offered for a schema, what shape it promises, and that it keeps its promise."""

from __future__ import annotations

import pkgutil
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from preflight import facts
from preflight.examples import merge
from preflight.model import Context, FactModule, JsonObject
from preflight.policy import example_parts
from preflight.schema import DRAFTS, Shape
from preflight.schema_tree import Node, reference_fields
from preflight.shell.documents import parse
from preflight.shell.starter import schema

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ROOT = Path(__file__).parents[2]
DOCUMENTS = frozenset(path.stem for path in (ROOT / "policies").glob("*.yaml")) - {"example"}
POLICIES = {name: parse((ROOT / f"policies/{name}.yaml").read_bytes()).value for name in DOCUMENTS}
EXAMPLE: JsonObject = example_parts(parse((ROOT / "policies/example.yaml").read_bytes()).value)[0]
REFERENCES = reference_fields(Node(schema("vendor"), schema("vendor")))
VENDORS = [parse(path.read_bytes()).value for path in sorted((ROOT / "vendors").glob("*.yaml"))]


def closed(fact_schema: JsonObject) -> JsonObject:
    """Return the same schema, refusing members that it does not name."""
    if "items" in fact_schema:
        kept = {key: value for key, value in fact_schema.items() if key != "needs"}
        return {**kept, "items": closed(fact_schema["items"])}
    if "properties" not in fact_schema:
        return {key: value for key, value in fact_schema.items() if key != "needs"}
    members = {name: closed(member) for name, member in fact_schema["properties"].items()}
    return {"type": "object", "additionalProperties": False, "properties": members}


SHAPE = Shape({"$schema": DRAFTS[0], **closed(facts.shape(facts.FACTS))}, "facts")
OVERVIEWS = Shape({"$schema": DRAFTS[0], **closed(facts.overview_shape(facts.FACTS))}, "overviews")


def context(day: date, *vendors: str) -> Context:
    return Context(day, POLICIES, REFERENCES, frozenset(vendors))


def computed(records: Sequence[JsonObject], day: date) -> dict[str, JsonObject]:
    """Return all facts of each record of a registry, by id."""
    named = {str(record.get("id", "x")): record for record in records}
    around = context(day, *named)
    taken = {name: facts.extracts(facts.REGISTRY, record, around) for name, record in named.items()}
    shared = facts.gather(facts.REGISTRY, taken, around)
    return {
        name: {**facts.compute((*facts.LOCAL, *facts.CHANGES), record, around), **shared[name]}
        for name, record in named.items()
    }


def test_every_module_of_facts_is_listed_once() -> None:
    modules = {name for _, name, package in pkgutil.iter_modules(facts.__path__) if not package}
    listed = [str(getattr(fact, "__name__", "")).rpartition(".")[2] for fact in facts.FACTS]
    assert sorted(listed) == sorted(modules)
    names = [fact.NAME for fact in facts.FACTS]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("fact", facts.FACTS, ids=lambda fact: str(fact.NAME))
def test_a_fact_is_offered_for_our_own_schema_and_documents(fact: FactModule) -> None:
    assert fact in facts.offered(schema("vendor"), DOCUMENTS)


@pytest.mark.parametrize("fact", facts.FACTS, ids=lambda fact: str(fact.NAME))
def test_a_fact_is_not_offered_where_an_input_or_document_is_missing(fact: FactModule) -> None:
    for pointer in fact.INPUTS:
        parts = pointer.split("/")[1:]
        assert fact not in facts.offered(lacking(schema("vendor"), parts), DOCUMENTS)
    for document in fact.POLICIES:
        assert fact not in facts.offered(schema("vendor"), DOCUMENTS - {document})


def lacking(shape: JsonObject, parts: list[str]) -> JsonObject:
    properties: JsonObject = dict(shape["properties"])
    if len(parts) == 1:
        del properties[parts[0]]
    else:
        properties[parts[0]] = lacking(properties[parts[0]], parts[1:])
    return {**shape, "properties": properties}


def test_only_what_needs_no_field_is_offered_for_a_schema_of_another_kind() -> None:
    foreign = {"type": "object", "properties": {"service": {"type": "string"}}}
    offered = facts.offered(foreign, DOCUMENTS)
    assert "limits" in {fact.NAME for fact in offered}
    assert all(not fact.INPUTS for fact in offered)
    assert facts.offered(foreign, frozenset()) == ()


def leaves(node: JsonObject) -> Iterator[JsonObject]:
    """Yield what a rule reads: values, and lists as a whole."""
    members = node.get("properties")
    if members is None:
        yield node
    else:
        for member in members.values():
            yield from leaves(member)


@pytest.mark.parametrize("fact", facts.FACTS, ids=lambda fact: str(fact.NAME))
def test_every_leaf_of_a_shape_is_described(fact: FactModule) -> None:
    for shape in (fact.SHAPE, getattr(fact, "OVERVIEW", {"type": "object", "properties": {}})):
        for leaf in leaves(shape):
            assert leaf["type"] in {"array", "boolean", "integer", "number", "string"}
            assert leaf["description"].endswith(".")


@pytest.mark.parametrize("fact", facts.FACTS, ids=lambda fact: str(fact.NAME))
def test_every_entry_of_a_list_of_faults_has_a_place(fact: FactModule) -> None:
    listed = [leaf["items"] for leaf in leaves(fact.SHAPE) if "properties" in leaf.get("items", {})]
    overview = getattr(fact, "OVERVIEW", {"type": "object", "properties": {}})
    assert all(items["properties"]["pointer"]["type"] == "string" for items in listed)
    for leaf in leaves(overview):
        if "pointer" in leaf.get("items", {}).get("properties", {}):
            assert leaf["items"]["properties"]["pointer"]["type"] == "string"


def test_a_fact_is_local_or_of_the_registry() -> None:
    assert facts.local(facts.FACTS) == (*facts.LOCAL, *facts.CHANGES)
    assert facts.registry(facts.FACTS) == facts.REGISTRY
    assert not any(hasattr(fact, "of") for fact in facts.REGISTRY)


def test_what_has_to_be_filled_in_is_told_by_the_path_of_the_fact() -> None:
    needed = facts.needs(facts.FACTS)
    assert needed["facts.data.is_personal"] == ("/data/classes",)
    assert needed["facts.integration.shortfall_percent"] == (
        "/integration/rate_limit/requests_per_hour",
        "/integration/needed/requests_per_hour",
    )
    assert needed["facts.age.release"] == ("/stability/product/last_release_on (a day up to today)",)
    assert facts.needs([]) == {}


def test_facts_of_real_records_have_the_promised_shape() -> None:
    for name, found in computed([EXAMPLE, *VENDORS], date(2026, 6, 1)).items():
        assert set(found) == {fact.NAME for fact in facts.FACTS}
        assert SHAPE.problems(found) == (), name


def test_overviews_have_the_promised_shape() -> None:
    around = context(date(2026, 6, 1), *(str(record["id"]) for record in VENDORS))
    taken = {str(record["id"]): facts.extracts(facts.REGISTRY, record, around) for record in VENDORS}
    assert OVERVIEWS.problems(facts.overviews(facts.REGISTRY, taken, around)) == ()
    assert OVERVIEWS.problems(facts.overviews(facts.REGISTRY, {}, around)) == ()


@settings(deadline=None, max_examples=150)
@given(gone=st.sets(st.sampled_from(sorted(set(EXAMPLE) - {"id", "name", "category", "lifecycle"}))), day=st.dates())
def test_facts_of_records_with_sections_missing_have_the_promised_shape(gone: set[str], day: date) -> None:
    record = merge(EXAMPLE, dict.fromkeys(gone))
    [found] = computed([record], day).values()
    assert SHAPE.problems(found) == ()


def test_facts_of_a_record_that_says_nothing_claim_nothing() -> None:
    [found] = computed([{"lifecycle": {"status": "proposed"}}], date(2026, 6, 1)).values()
    assert found["evidence"] == {}
    assert found["data"] == {}
    assert found["age"] == {}
    assert found["integration"] == {}
    assert not {"annual", "committed", "term_months"} & found["cost"].keys()
    assert "level" not in found["risk"]
    assert {name: found["completeness"][name]["percent"] for name in ("security", "stability")} == {
        "security": 0,
        "stability": 0,
    }
