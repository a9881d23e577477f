"""Everything that judges, in one value: the compiled rules, the shapes and the policy documents.

Built from documents that somebody else read; this module reads no files.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

from preflight import facts, pointers
from preflight.breaches import did_you_mean
from preflight.errors import CannotJudge
from preflight.model import (
    NOTHING_DECIDED,
    Context,
    Decided,
    Json,
    JsonObject,
    Level,
    Positions,
    ReferenceFields,
    Rule,
)
from preflight.rules import CompiledRule, compile_rule, parse_rule
from preflight.schema_tree import DEEPEST, Node, reference_fields

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import date

    from preflight.model import ChangeFact, Fact, FactModule, RegistryFact
    from preflight.schema import Shape


# What an example says beside the record: policy documents (a merge patch), other records, the record before, and
# approvals of signed decisions.
SURROUNDINGS = ("$policies", "$others", "$before", "$decisions")


@dataclass(frozen=True, slots=True)
class PolicyDocument:
    """One policy file: its path, its value (already of the right shape) and the place of each pointer."""

    path: str
    value: Json
    positions: Positions


@dataclass(frozen=True, slots=True)
class Stage:
    """Rules that are judged together, and the least that has to be computed and bound for them.

    ``sections`` are the members of a record that the rules read; None: they may read all. ``places`` are
    those that findings most likely point into. ``named`` are the facts that the rules read, and which members of each;
    None: all.
    """

    rules: tuple[CompiledRule, ...]
    local: tuple[Fact | ChangeFact, ...]
    shared: tuple[RegistryFact, ...]
    sections: frozenset[str] | None
    places: frozenset[str]
    named: Mapping[str, frozenset[str] | None]

    def seen(self, known: JsonObject) -> JsonObject:
        """Return what the rules read of facts; whatever else differs, they say the same."""
        return {
            name: known[name] if members is None else {each: known[name][each] for each in members & known[name].keys()}
            for name, members in self.named.items()
            if name in known
        }

    def part(self, record: JsonObject) -> JsonObject:
        """Return the members of ``record`` that the rules read."""
        if self.sections is None:
            return record
        return {name: record[name] for name in self.sections if name in record}


@dataclass(frozen=True)
class Policy:
    """All that a verdict depends on beside the records and the date."""

    shape: Shape
    rules: tuple[CompiledRule, ...]
    facts: tuple[FactModule, ...]
    documents: Mapping[str, PolicyDocument]
    example: JsonObject
    example_policies: JsonObject = field(default_factory=dict)  # what the example record finds instead of our own
    needs: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    references: ReferenceFields = field(default_factory=dict)

    def context(
        self, today: date, vendors: frozenset[str] = frozenset(), decided: Decided = NOTHING_DECIDED
    ) -> Context:
        """Return what facts may know on that day. ``vendors`` are the ids of the whole registry."""
        known = {name: document.value for name, document in self.documents.items()}
        return Context(today, known, self.references, vendors, decided)

    @cached_property
    def at_once(self) -> Stage:
        """The rules that one record is enough for."""
        return self._stage(lambda each: not each.rule.about_registry and not self._awaits(each))

    @cached_property
    def deferred(self) -> Stage:
        """The rules that have to wait until all records are read."""
        return self._stage(lambda each: not each.rule.about_registry and self._awaits(each))

    @cached_property
    def shared(self) -> tuple[RegistryFact, ...]:
        """The registry facts that some rule reads."""
        return tuple(dict.fromkeys((*self.deferred.shared, *self.about_registry.shared)))

    @cached_property
    def about_registry(self) -> Stage:
        """The rules that are judged once a run."""
        return self._stage(lambda each: each.rule.about_registry)

    def of_others(self, compiled: CompiledRule) -> tuple[tuple[str, ...], ...]:
        """Return what a rule decides on that other records tell as well: the paths below ``facts``."""
        return tuple(read.path for read in compiled.reads if read.root == "facts" and self._is_shared(read.path))

    def _awaits(self, compiled: CompiledRule) -> bool:
        return any(read.root == "facts" and self._is_shared(read.path) for read in compiled.touches)

    def _is_shared(self, path: Sequence[str]) -> bool:
        return bool(path) and path[0] in self._of_registry

    @cached_property
    def _of_registry(self) -> frozenset[str]:
        return frozenset(fact.NAME for fact in facts.registry(self.facts))

    def _stage(self, belongs: Callable[[CompiledRule], bool]) -> Stage:
        rules = tuple(each for each in self.rules if belongs(each))
        read = [each for rule in rules for each in rule.touches]
        named = members(each.path for each in read if each.root == "facts" and each.path)
        roots = [each for each in read if each.root == "vendor"]
        sections = frozenset(each.path[0] for each in roots if each.path)
        shared = tuple(fact for fact in facts.registry(self.facts) if fact.NAME in named)
        placed = [*(rule.rule.at for rule in rules), *(each for fact in shared for each in fact.INPUTS)]
        return Stage(
            rules,
            tuple(fact for fact in facts.local(self.facts) if fact.NAME in named),
            shared,
            None if any(not each.path for each in roots) else sections,
            sections | {part for at in placed for part in pointers.parts(at)[:1]},
            named,
        )

    def rule(self, identifier: str) -> CompiledRule | None:
        """Return the rule of that id, or None."""
        return next((each for each in self.rules if each.rule.id == identifier), None)

    def only(self, identifiers: Iterable[str]) -> Policy:
        """Return the same policy with only those rules."""
        wanted = set(identifiers)
        return replace(self, rules=tuple(each for each in self.rules if each.rule.id in wanted))


def members(paths: Iterable[tuple[str, ...]]) -> dict[str, frozenset[str] | None]:
    """Return by its first part the second parts of all paths; None where one has no second, or any."""
    found: dict[str, frozenset[str] | None] = {}
    for name, *rest in paths:
        before = found.get(name, frozenset())
        found[name] = before | {rest[0]} if rest and rest[0] != "*" and before is not None else None
    return found


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
    vendor, known, overview = Node(shape.schema, shape.schema), facts.shape(offered), facts.overview_shape(offered)
    named: JsonObject = {"properties": {name: {} for name in documents}}
    of_vendor = {"vendor": vendor, "before": vendor, "facts": Node(known, known)}
    of_registry = {"facts": Node(overview, overview), "policies": Node(named, named)}
    compiled = tuple(
        compile_rule(rule, of_registry if rule.about_registry else of_vendor, rule_documents[rule.id].positions)
        for rule in rules
    )
    given = documents["example"].value if "example" in documents else smallest(vendor)
    example, around = example_parts(given)
    policies = around.get(SURROUNDINGS[0], {})
    _refuse_strangers_around(documents, policies)
    built = Policy(
        shape, compiled, offered, documents, example, policies, facts.needs(offered), reference_fields(vendor)
    )
    return replace(built, rules=tuple(_waivable(built, each) for each in compiled))


def _waivable(built: Policy, compiled: CompiledRule) -> CompiledRule:
    """Return a rule that nobody can waive, if it blocks and decides on what other records say.

    Whoever signs a waiver sees what they say today; what they say tomorrow comes with changes of theirs.
    """
    blocks = compiled.rule.level is Level.RED_FLAG and built.of_others(compiled)
    return replace(compiled, rule=replace(compiled.rule, waivable=False)) if blocks else compiled


def example_parts(document: JsonObject) -> tuple[JsonObject, JsonObject]:
    """Split an example into the record (or an overlay on it) and what it says of its surroundings."""
    around = {name: value for name, value in document.items() if name in SURROUNDINGS}
    return {name: value for name, value in document.items() if name not in SURROUNDINGS}, around


def _refuse_strangers_around(documents: Mapping[str, PolicyDocument], policies: JsonObject) -> None:
    for name in policies:
        if name not in documents:
            place = documents["example"].positions.position(f"/{SURROUNDINGS[0]}/{name}")
            message, path = f"there is no policy document {name}", documents["example"].path
            raise CannotJudge(message, fix=did_you_mean(name, documents), path=path, line=place.line)


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
