"""The policy as one value: what it is built of, what is refused, and levels that override those of rules."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from preflight import facts, policy
from preflight.errors import CannotJudge
from preflight.model import Level
from preflight.policy import PolicyDocument, smallest
from preflight.schema import Shape
from preflight.schema_tree import Node
from preflight.shell.documents import parse
from preflight.shell.files import WorkingTree
from preflight.shell.registry import Layout, load_policy
from preflight.shell.starter import shape

if TYPE_CHECKING:
    from preflight.model import Json, JsonObject
    from preflight.policy import Policy

ROOT = Path(__file__).parents[1]
DRAFT = "https://json-schema.org/draft/2020-12/schema"
SCHEMA: JsonObject = {
    "$schema": DRAFT,
    "type": "object",
    "required": ["id", "open"],
    "properties": {
        "id": {"type": "string", "examples": ["acme"]},
        "open": {"type": "boolean"},
        "data": {"type": "object", "properties": {"classes": {"type": "array", "items": {"type": "string"}}}},
    },
}
RULE = """\
title: {title}
answers: []
level: {level}
at: /open
assert: {condition}
message: It is closed
why: Because.
fix: Open it.
examples: {{as_of: 2026-06-01, pass: [{{}}], fail: [{{open: false}}]}}
"""


def document(path: str, text: str) -> PolicyDocument:
    parsed = parse(text.encode())
    return PolicyDocument(path, parsed.value, parsed)


def rule(identifier: str, level: str = "red-flag", condition: str = "vendor.open") -> PolicyDocument:
    text = RULE.format(title=identifier, level=level, condition=condition)
    return document(f"policies/rules/{identifier}.yaml", text)


RULES = {name: rule(name) for name in ("security/open", "security/closed", "stability/open")}


def build(levels: str | None = None, rules: dict[str, PolicyDocument] | None = None, **others: str) -> Policy:
    documents = {name: document(f"policies/{name}.yaml", text) for name, text in others.items()}
    if levels is not None:
        documents["levels"] = document("policies/levels.yaml", levels)
    return policy.build(Shape(SCHEMA, "schema.json"), RULES if rules is None else rules, documents)


# ---- Building -----------------------------------------------------------------------------------


def test_rules_are_compiled_in_the_order_of_their_ids() -> None:
    built = build()
    assert [each.rule.id for each in built.rules] == ["security/closed", "security/open", "stability/open"]
    assert built.rules[0].rule.path == "policies/rules/security/closed.yaml"


def test_rules_can_be_asked_for_and_left_out() -> None:
    built = build()
    found = built.rule("security/open")
    assert found is built.rules[1]
    assert built.rule("security/opem") is None
    only = built.only(["stability/open", "nothing/like-it"])
    assert [each.rule.id for each in only.rules] == ["stability/open"]
    assert (only.shape, only.documents, only.example) == (built.shape, built.documents, built.example)


def test_facts_are_offered_where_the_schema_and_the_documents_have_what_they_need() -> None:
    assert [fact.NAME for fact in build().facts] == ["data"]
    assert [fact.NAME for fact in build(limits="notification_hours: 72").facts] == ["data", "limits"]
    assert build().needs == {
        "facts.data.is_personal": ("/data/classes",),
        "facts.data.is_confidential": ("/data/classes",),
    }


def test_the_context_has_the_values_of_the_policy_documents() -> None:
    context = build(limits="notification_hours: 72").context(date(2026, 6, 1))
    assert context.today == date(2026, 6, 1)
    assert context.policies == {"limits": {"notification_hours": 72}}


def test_the_example_is_the_document_or_else_the_smallest_record() -> None:
    assert build(example="{id: other, open: true}").example == {"id": "other", "open": True}
    assert build().example == {"id": "acme", "open": False}


def test_the_policy_of_this_repository_offers_every_fact_and_has_a_fitting_example() -> None:
    built = load_policy(WorkingTree(ROOT), Layout())
    names = {fact.NAME for fact in built.facts}
    assert names == {fact.NAME for fact in facts.FACTS}
    assert built.shape.fits(built.example)


def test_of_facts_about_the_registry_that_counts_which_a_rule_reads() -> None:
    """A vendor of which nothing else differs needs no second look when the registry around it changes."""
    deferred = load_policy(WorkingTree(ROOT), Layout()).deferred
    read, unread = {"ended": [], "undocumented": ["/integrations/0"]}, {"reach": 7}
    assert deferred.seen({"graph": read | unread, "unheard": {}}) == {"graph": read}
    assert deferred.seen({}) == {}


@pytest.mark.parametrize(
    ("paths", "members"),
    [
        ([("cost", "annual"), ("cost", "mismatch", "*")], frozenset({"annual", "mismatch"})),
        ([("cost", "annual"), ("cost",)], None),
        ([("cost",), ("cost", "annual")], None),
        ([("cost", "*", "annual")], None),
    ],
)
def test_a_fact_that_is_read_as_a_whole_counts_as_a_whole(
    paths: list[tuple[str, ...]], members: frozenset[str] | None
) -> None:
    assert policy.members(paths) == {"cost": members}


# ---- Refusals -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rules", "levels", "wanted"),
    [
        pytest.param(
            {},
            None,
            "there are no rules, so nothing would be checked"
            " · Add rule files, or point 'rules' in preflight.yaml at their folder.",
            id="no rules",
        ),
        pytest.param(
            {"a/b": rule("a/b", condition="facts.limits.notification_hours > 1")},
            None,
            "policies/rules/a/b.yaml:5:1  rule a/b, assert: facts.limits is not a field that the facts know"
            " · Known in facts are: data.",
            id="a fact whose policy document is not there",
        ),
        pytest.param(
            {"a/b": rule("a/b", condition="vendor.opem")},
            None,
            "policies/rules/a/b.yaml:5:1  rule a/b, assert: vendor.opem is not a field that the schema knows"
            " · Did you mean 'open'?",
            id="a field that is not there",
        ),
        pytest.param(
            RULES,
            "domains:\n  stability: advice\n  securty: warning\n",
            "policies/levels.yaml:3:3  securty is not one of the domains here, so this level would change nothing"
            " · Did you mean 'security'?",
            id="a level for a misspelt domain",
        ),
        pytest.param(
            RULES,
            "rules:\n  security/open: advice\n  security/opened: warning\n",
            "policies/levels.yaml:3:3  security/opened is not one of the rules here, so this level would change nothing"
            " · Did you mean 'security/open'?",
            id="a level for a misspelt rule",
        ),
        pytest.param(
            RULES,
            "rules:\n\n  zzz: warning\n",
            "policies/levels.yaml:3:3  zzz is not one of the rules here, so this level would change nothing"
            " · Take the line out.",
            id="a level for a rule that is like no other",
        ),
        pytest.param(
            RULES,
            "domains: {security/open: warning}\n",
            "policies/levels.yaml:1:11  security/open is not one of the domains here,"
            " so this level would change nothing · Did you mean 'security'?",
            id="a rule among the domains",
        ),
        pytest.param(
            RULES,
            "rules:\n  ~odd/~name: warning\n",
            "policies/levels.yaml:2:3  ~odd/~name is not one of the rules here, so this level would change nothing"
            " · Take the line out.",
            id="a name with signs that pointers escape",
        ),
    ],
)
def test_what_would_make_a_verdict_hollow_is_refused(
    rules: dict[str, PolicyDocument], levels: str | None, wanted: str
) -> None:
    with pytest.raises(CannotJudge) as caught:
        build(levels, rules)
    assert str(caught.value) == wanted


# ---- Levels -------------------------------------------------------------------------------------

R, W, A = Level.RED_FLAG, Level.WARNING, Level.ADVICE


@pytest.mark.parametrize(
    ("levels", "wanted"),
    [
        pytest.param("{}", (R, R, R), id="nothing is changed"),
        pytest.param("domains: {security: warning}", (W, W, R), id="a domain"),
        pytest.param("rules: {security/open: advice}", (R, A, R), id="a rule"),
        pytest.param(
            "{domains: {security: warning}, rules: {security/open: advice}}",
            (W, A, R),
            id="the rule wins over its domain",
        ),
        pytest.param(
            "{domains: {security: advice}, rules: {security/open: red-flag}}", (A, R, R), id="a rule is kept back up"
        ),
    ],
)
def test_levels_override_those_of_the_rules(levels: str, wanted: tuple[Level, ...]) -> None:
    assert tuple(each.rule.level for each in build(levels).rules) == wanted


def test_a_level_can_be_raised_above_what_the_rule_says() -> None:
    rules = {"a/b": rule("a/b", level="advice")}
    assert build("domains: {a: red-flag}", rules).rules[0].rule.level is R


# ---- The smallest record ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("schema", "wanted"),
    [
        pytest.param({"type": "object", "properties": {"a": {}}}, {}, id="nothing is required"),
        pytest.param({"required": ["a"], "properties": {"a": {"type": "boolean"}}}, {"a": False}, id="no stated type"),
        pytest.param({"type": "object", "required": ["a"]}, {"a": ""}, id="required and not described"),
        pytest.param({"const": 7, "default": 8, "examples": [9]}, 7, id="the constant"),
        pytest.param({"default": 8, "examples": [9]}, 8, id="the default"),
        pytest.param({"examples": [9, 10], "enum": [10, 9]}, 9, id="the first example"),
        pytest.param({"examples": [], "enum": ["a", "b"]}, "a", id="the first value"),
        pytest.param({"type": "array"}, [], id="a list"),
        pytest.param({"type": "integer", "minimum": 3}, 3, id="a whole number with a minimum"),
        pytest.param({"type": "number"}, 0, id="a number"),
        pytest.param({"type": "string"}, "x", id="text"),
        pytest.param({}, "x", id="anything"),
    ],
)
def test_the_smallest_value_of_a_schema(schema: JsonObject, wanted: Json) -> None:
    assert smallest(Node(schema, schema)) == wanted
    assert Shape({"$schema": DRAFT, **schema}, "").fits(wanted)


def test_the_smallest_value_follows_references() -> None:
    schema: JsonObject = {
        "required": ["at"],
        "properties": {"at": {"$ref": "#/$defs/day"}},
        "$defs": {"day": {"type": "string", "examples": ["2026-03-31"]}},
    }
    assert smallest(Node(schema, schema)) == {"at": "2026-03-31"}


def test_the_smallest_vendor_record_is_of_the_right_shape() -> None:
    vendor = shape("vendor")
    record = smallest(Node(vendor.schema, vendor.schema))
    assert set(record) == {"id", "name", "category", "lifecycle"}
    assert vendor.problems(record) == ()
