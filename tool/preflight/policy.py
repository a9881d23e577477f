"""Everything that judges, in one value: the compiled rules, the shapes and the policy documents.

Built from documents that somebody else read; this module reads no files.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from preflight import facts
from preflight.breaches import did_you_mean
from preflight.errors import CannotJudge
from preflight.model import Context, Json, JsonObject, Level, Positions, Rule
from preflight.rules import CompiledRule, compile_rule, parse_rule
from preflight.schema_tree import Node

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from preflight.model import Fact
    from preflight.schema import Shape


DEEPEST = 24  # levels of a record, as many as the reader takes


@dataclass(frozen=True, slots=True)
class PolicyDocument:
    """One policy file: its path, its value (already of the right shape) and the place of each pointer."""

    path: str
    value: Json
    positions: Positions


@dataclass(frozen=True, slots=True)
class Policy:
    """All that a verdict depends on beside the record and the date."""

    shape: Shape
    rules: tuple[CompiledRule, ...]
    facts: tuple[Fact, ...]
    documents: Mapping[str, PolicyDocument]
    example: JsonObject
    needs: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def context(self, today: date) -> Context:
        """Return what facts may know on that day."""
        return Context(today, {name: document.value for name, document in self.documents.items()})

    def rule(self, identifier: str) -> CompiledRule | None:
        """Return the rule of that id, or None."""
        return next((each for each in self.rules if each.rule.id == identifier), None)

    def only(self, identifiers: Iterable[str]) -> Policy:
        """Return the same policy with only those rules."""
        wanted = set(identifiers)
        return replace(self, rules=tuple(each for each in self.rules if each.rule.id in wanted))


def build(
    shape: Shape,
    rule_documents: Mapping[str, PolicyDocument],
    documents: Mapping[str, PolicyDocument],
) -> Policy:
    """Build a policy from rule documents (by rule id) and policy documents (by name, such as ``levels``).

    Raises CannotJudge for anything that would make a verdict hollow: no rules, an override that names
    nothing, an expression that reads what does not exist.
    """
    if not rule_documents:
        message = "there are no rules, so nothing would be checked"
        raise CannotJudge(message, fix="Add rule files, or point 'rules' in preflight.yaml at their folder.")
    rules = [
        parse_rule(identifier, document.value, document.path) for identifier, document in sorted(rule_documents.items())
    ]
    offered = facts.offered(shape.schema, frozenset(documents))
    levels = documents.get("levels")
    if levels is not None:
        rules = _relevelled(rules, levels)
    vendor, known = Node(shape.schema, shape.schema), facts.shape(offered)
    shapes = {"vendor": vendor, "before": vendor, "facts": Node(known, known)}
    compiled = tuple(compile_rule(rule, shapes, rule_documents[rule.id].positions) for rule in rules)
    example = documents["example"].value if "example" in documents else smallest(vendor)
    return Policy(shape, compiled, offered, documents, example, facts.needs(offered))


def _relevelled(rules: list[Rule], levels: PolicyDocument) -> list[Rule]:
    by_domain, by_rule = levels.value.get("domains", {}), levels.value.get("rules", {})
    _refuse_strangers(levels, "domains", by_domain, {rule.domain for rule in rules})
    _refuse_strangers(levels, "rules", by_rule, {rule.id for rule in rules})
    return [
        replace(rule, level=Level(by_rule.get(rule.id, by_domain.get(rule.domain, rule.level.value)))) for rule in rules
    ]


def _refuse_strangers(levels: PolicyDocument, section: str, named: Iterable[str], known: set[str]) -> None:
    for name in named:
        if name not in known:
            place = levels.positions.position(f"/{section}/{name.replace('/', '~1')}")
            message = f"{name} is not one of the {section} here, so this level would change nothing"
            fix = did_you_mean(name, sorted(known)) or "Take the line out."
            raise CannotJudge(message, fix=fix, path=levels.path, line=place.line, column=place.column)


def smallest(node: Node, depth: int = 0) -> Json:
    """Return a small value that fits a schema: required members, each with its first example or value.

    Serves as the example record of a registry that brings a schema and no example of its own.
    """
    schema = node.resolved().schema
    for keyword in ("const", "default"):
        if keyword in schema:
            return schema[keyword]
    for keyword in ("examples", "enum"):
        if schema.get(keyword):
            return schema[keyword][0]
    kind = schema.get("type")
    if kind == "object" or "properties" in schema:
        members = ((name, node.child(name)) for name in schema.get("required", ()))
        if depth > DEEPEST:
            message = "the schema asks for records of endless depth"
            raise CannotJudge(message, fix="Let one of the members that refer back be left out.")
        return {name: smallest(member, depth + 1) if member else "" for name, member in members}
    plain: dict[str, Json] = {
        "array": [],
        "integer": schema.get("minimum", 0),
        "number": schema.get("minimum", 0),
        "boolean": False,
    }
    return plain.get(str(kind), "x")
