"""The list of facts: what is offered for a schema, what shape it promises, and that it keeps its promise."""

from __future__ import annotations

import pkgutil
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from preflight import facts
from preflight.examples import merge
from preflight.model import Context, Fact, JsonObject
from preflight.schema import DRAFTS, Shape
from preflight.shell.documents import parse
from preflight.shell.starter import schema

ROOT = Path(__file__).parents[2]
DOCUMENTS = frozenset({"checklist", "limits"})
POLICIES = {name: parse((ROOT / f"policies/{name}.yaml").read_bytes()).value for name in DOCUMENTS}
EXAMPLE: JsonObject = parse((ROOT / "policies/example.yaml").read_bytes()).value
VENDORS = [parse(path.read_bytes()).value for path in sorted((ROOT / "vendors").glob("*.yaml"))]


def closed(fact_schema: JsonObject) -> JsonObject:
    """Return the same schema, refusing members that it does not name."""
    if "properties" not in fact_schema:
        return {key: value for key, value in fact_schema.items() if key != "needs"}
    members = {name: closed(member) for name, member in fact_schema["properties"].items()}
    return {"type": "object", "additionalProperties": False, "properties": members}


SHAPE = Shape({"$schema": DRAFTS[0], **closed(facts.shape(facts.FACTS))}, "facts")


def test_every_module_of_facts_is_listed_once() -> None:
    modules = {name for _, name, _ in pkgutil.iter_modules(facts.__path__)}
    listed = [str(getattr(fact, "__name__", "")).rpartition(".")[2] for fact in facts.FACTS]
    assert sorted(listed) == sorted(modules)
    names = [fact.NAME for fact in facts.FACTS]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("fact", facts.FACTS, ids=lambda fact: str(fact.NAME))
def test_a_fact_is_offered_for_our_own_schema_and_documents(fact: Fact) -> None:
    assert fact in facts.offered(schema("vendor"), DOCUMENTS)


@pytest.mark.parametrize("fact", facts.FACTS, ids=lambda fact: str(fact.NAME))
def test_a_fact_is_not_offered_where_an_input_or_document_is_missing(fact: Fact) -> None:
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


def test_nothing_but_limits_is_offered_for_a_schema_of_another_kind() -> None:
    foreign = {"type": "object", "properties": {"service": {"type": "string"}}}
    assert [fact.NAME for fact in facts.offered(foreign, DOCUMENTS)] == ["limits"]
    assert facts.offered(foreign, frozenset()) == ()


@pytest.mark.parametrize("fact", facts.FACTS, ids=lambda fact: str(fact.NAME))
def test_every_leaf_of_a_shape_is_described(fact: Fact) -> None:
    def leaves(node: JsonObject) -> list[JsonObject]:
        members = node.get("properties")
        return [leaf for member in members.values() for leaf in leaves(member)] if members else [node]

    for leaf in leaves(fact.SHAPE):
        assert leaf["type"] in {"array", "boolean", "integer"}
        assert leaf["description"].endswith(".")


def test_what_has_to_be_filled_in_is_told_by_the_path_of_the_fact() -> None:
    needed = facts.needs(facts.FACTS)
    assert needed["facts.data.is_personal"] == ("/data/classes",)
    assert needed["facts.integration.shortfall_percent"] == (
        "/integration/rate_limit/requests_per_hour",
        "/integration/needed/requests_per_hour",
    )
    assert needed["facts.age.release"] == ("/stability/product/last_release_on (a day up to today)",)
    assert facts.needs([]) == {}


@pytest.mark.parametrize("record", [EXAMPLE, *VENDORS], ids=lambda record: str(record["id"]))
def test_facts_of_real_records_have_the_promised_shape(record: JsonObject) -> None:
    found = facts.compute(facts.FACTS, record, Context(date(2026, 6, 1), POLICIES))
    assert set(found) == {fact.NAME for fact in facts.FACTS}
    assert SHAPE.problems(found) == ()


@settings(deadline=None, max_examples=150)
@given(gone=st.sets(st.sampled_from(sorted(set(EXAMPLE) - {"id", "name", "category", "lifecycle"}))), day=st.dates())
def test_facts_of_records_with_sections_missing_have_the_promised_shape(gone: set[str], day: date) -> None:
    record = merge(EXAMPLE, dict.fromkeys(gone))
    assert SHAPE.problems(facts.compute(facts.FACTS, record, Context(day, POLICIES))) == ()


def test_facts_of_a_record_that_says_nothing_claim_nothing() -> None:
    found = facts.compute(facts.FACTS, {"lifecycle": {"status": "proposed"}}, Context(date(2026, 6, 1), POLICIES))
    assert found["evidence"] == {}
    assert found["data"] == {}
    assert found["age"] == {}
    assert found["integration"] == {}
    assert {name: found["completeness"][name]["percent"] for name in ("security", "stability")} == {
        "security": 0,
        "stability": 0,
    }
