"""Rules: a rule file becomes a compiled rule, and a compiled rule judges one case.

A rule sees one case and says true, false or not known. The loop over vendors, the level, the position
and the waivers belong to the engine.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from preflight import pointers
from preflight.breaches import did_you_mean
from preflight.errors import CannotJudge
from preflight.expressions import (
    Activation,
    Expression,
    ExpressionError,
    Read,
    Truth,
    compile_condition,
    compile_expression,
    compile_over_items,
    message_parts,
)
from preflight.model import Examples, Json, JsonObject, Level, Positions, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from preflight.schema_tree import Node

MOST_SHOWN = 200  # characters of a value in a message


@dataclass(frozen=True)
class CompiledRule:
    """A rule with its expressions compiled. ``message`` alternates text and expressions."""

    rule: Rule
    when: Expression | None
    condition: Expression | None  # None: every entry of the list of faults is a finding
    message: tuple[str | Expression, ...]
    over_items: Expression | None = None

    def items_at_once(self, bound: Activation) -> Sequence[str | None] | None:
        """Return what the rule says of each item of its list; None where they have to be asked one by one.

        Binding the record anew for each item would take most of the time of a check.
        """
        try:
            return self.over_items.value(bound) if self.over_items else None
        except ExpressionError:  # will come up again at the item that it is about
            return None

    @cached_property
    def reads(self) -> tuple[Read, ...]:
        """Every path that the rule reads to decide, each once."""
        conditions = (self.when, self.condition)
        listed = (Read("facts", self.faults),) if self.faults else ()
        return tuple(dict.fromkeys((*listed, *(read for each in conditions if each for read in each.reads))))

    @cached_property
    def touches(self) -> tuple[Read, ...]:
        """Every path that the rule reads to decide or to say what it found."""
        told = (read for part in self.message if isinstance(part, Expression) for read in part.reads)
        listed = (Read("vendor", pointers.parts(self.rule.each)),) if self.rule.each else ()
        return tuple(dict.fromkeys((*self.reads, *listed, *told)))

    @cached_property
    def faults(self) -> tuple[str, ...]:
        """The path of the list of faults below ``facts``; empty for a rule with a condition."""
        return tuple(self.rule.faults.split(".")[1:])

    @cached_property
    def when_is_shared(self) -> bool:
        """Whether ``when`` says the same of all items of a case, and so need not be asked for each."""
        return not (self.rule.each or self.rule.faults) or "item" not in self.rule.when

    @cached_property
    def needs_before(self) -> bool:
        """Whether the rule judges a change, and so can say nothing without a base."""
        return any(read.root == "before" for read in self.reads)


def parse_rule(identifier: str, document: JsonObject, path: str) -> Rule:
    """Turn a rule document, already of the right shape, into a Rule."""
    examples = document["examples"]
    return Rule(
        id=identifier,
        title=document["title"],
        answers=tuple(document.get("answers", ())),
        level=Level(document["level"]),
        waivable=document.get("waivable", True),
        at=document["at"],
        each=document.get("each", ""),
        when=document.get("when", ""),
        condition=document.get("assert", ""),
        message=document["message"],
        why=document["why"],
        fix=document["fix"],
        examples=Examples(examples["as_of"], tuple(examples["pass"]), tuple(examples["fail"])),
        path=path,
        faults=document.get("faults", ""),
        about_registry=document.get("about") == "registry",
    )


def compile_rule(rule: Rule, shapes: Mapping[str, Node], positions: Positions) -> CompiledRule:
    """Compile and check a rule. Raises CannotJudge at the line of the field that is wrong."""
    scope = dict(shapes)
    if rule.about_registry:
        if pointers.parts(rule.at)[:1] and pointers.parts(rule.at)[0] not in scope["policies"].names():
            raise _refused(rule, positions, "/at", f"there is no policy document for {rule.at}")
    else:
        target = f" in an item of {rule.each}" if rule.each else ""
        where = scope["vendor"]
        if rule.each:
            scope["item"] = where = _items(rule, positions, "/each", where.at(rule.each), rule.each)
        if rule.at and where.at(rule.at) is None:
            raise _refused(rule, positions, "/at", f"the schema has no field {rule.at}{target}")
    scope.pop("policies", None)
    if rule.faults:
        scope["item"] = _faults(rule, positions, scope["facts"])
    with_message = tuple(
        text if kind == "text" else _checked(rule, positions, "/message", text, scope)
        for kind, text in message_parts(rule.message)
    )
    return CompiledRule(
        rule,
        _condition(rule, positions, "/when", rule.when, scope) if rule.when else None,
        _condition(rule, positions, "/assert", rule.condition, scope) if rule.condition else None,
        with_message,
        compile_over_items(rule.each, rule.when, rule.condition) if rule.each else None,
    )


def _items(rule: Rule, positions: Positions, pointer: str, listed: Node | None, name: str) -> Node:
    items = listed.items() if listed else None
    if items is None:
        raise _refused(rule, positions, pointer, f"the schema has no list {name}")
    return items


def _faults(rule: Rule, positions: Positions, facts: Node) -> Node:
    """Return the shape of an entry of the list of faults: each says what it is about with ``pointer``."""
    node: Node | None = facts
    known: tuple[str, ...] = ()
    for part in rule.faults.split(".")[1:]:
        known = _lists(node) if node else known
        node = node.child(part) if node else None
    items = node.items() if node else None
    if items is None:
        message = f"{rule.faults} is not a list that the facts know"
        close = did_you_mean(rule.faults.rpartition(".")[2], known) or f"Known are: {', '.join(known) or 'none'}."
        raise _refused(rule, positions, "/faults", message, close)
    return items


def _lists(node: Node) -> tuple[str, ...]:
    """Return the members that are lists of objects, or lead on to some."""
    members = ((name, node.child(name)) for name in node.names())
    return tuple(
        name for name, each in members if each and (each.names() or ((inside := each.items()) and inside.names()))
    )


def _refused(rule: Rule, positions: Positions, pointer: str, message: str, fix: str = "") -> CannotJudge:
    place = positions.position(pointer)
    fix = fix or "Use a JSON Pointer to a field of the vendor schema."
    return CannotJudge(message, fix=fix, path=rule.path, line=place.line, column=place.column)


def _checked(rule: Rule, positions: Positions, pointer: str, source: str, scope: Mapping[str, Node]) -> Expression:
    try:
        return compile_expression(source, scope)
    except CannotJudge as error:
        raise _placed(rule, positions, pointer, error) from None


def _condition(rule: Rule, positions: Positions, pointer: str, source: str, scope: Mapping[str, Node]) -> Expression:
    try:
        compiled = compile_condition(source, scope)
    except CannotJudge as error:
        raise _placed(rule, positions, pointer, error) from None
    if not compiled.reads and "today" not in source:
        message = f"{source!r} looks at no field, so it says the same of every vendor"
        hollow = CannotJudge(message, fix="Ask for a field of vendor, facts or item; leave 'when' out for 'always'.")
        raise _placed(rule, positions, pointer, hollow)
    return compiled


def _placed(rule: Rule, positions: Positions, pointer: str, error: CannotJudge) -> CannotJudge:
    place = positions.position(pointer)
    inside = f" (column {error.column} of the expression)" if error.column else ""
    message = f"rule {rule.id}, {pointer[1:]}: {error.message}{inside}"
    return CannotJudge(message, fix=error.fix, path=rule.path, line=place.line, column=place.column)


# ---- Judging one case ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule says of one case: ``truth`` TRUE where it holds, FALSE or UNKNOWN where it does not.

    ``about`` tells several findings at one place from each other.
    """

    truth: Truth
    pointer: str
    message: str
    about: str = ""


def judge(  # noqa: PLR0913 - all that a rule sees of a case
    compiled: CompiledRule,
    at: str,
    bound: Activation,
    known: Mapping[str, Json],
    needs: Mapping[str, tuple[str, ...]],
    *,
    applies: Truth | None = None,
) -> Finding | None:
    """Judge one case; None where the rule does not apply. Raises ExpressionError.

    ``when → assert`` in three values: where it is not known whether the rule applies, only an assertion
    that holds is good enough. ``applies`` is what ``when`` gives, where that was found out before.
    """
    if applies is None:
        applies = compiled.when.truth(bound) if compiled.when else Truth.TRUE
    if applies is Truth.FALSE:
        return None
    holds = compiled.condition.truth(bound) if compiled.condition else Truth.FALSE  # a fault is one by being listed
    if holds is Truth.TRUE:
        return Finding(Truth.TRUE, at, "")
    if applies is Truth.UNKNOWN or holds is Truth.UNKNOWN:
        return not_known(compiled, at, known, needs)
    return Finding(Truth.FALSE, at, "".join(_rendered(part, bound) for part in compiled.message))


def _rendered(part: str | Expression, bound: Activation) -> str:
    if isinstance(part, str):
        return part
    try:
        return shown(part.value(bound))
    except ExpressionError:
        return "not known"


def shown(value: Json) -> str:
    """Return a value as a message shows it."""
    if value is None:
        return "not known"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        text = f"{value:,.2f}".rstrip("0").rstrip(".")
    elif isinstance(value, int):
        text = f"{value:,}" if abs(value) >= 10_000 else str(value)  # noqa: PLR2004 - years and small counts stay plain
    elif isinstance(value, list):
        text = ", ".join(shown(item) for item in value) or "none"
    elif isinstance(value, dict):
        text = ", ".join(f"{key} {shown(item)}" for key, item in sorted(value.items()))
    else:
        text = str(value)
    return text if len(text) <= MOST_SHOWN else text[: MOST_SHOWN - 1] + "…"


def not_known(
    compiled: CompiledRule, at: str, known: Mapping[str, Json], needs: Mapping[str, tuple[str, ...]]
) -> Finding:
    """Say which fields have to be filled in before the rule can be judged."""
    fields = tuple(dict.fromkeys(_open_fields(compiled, known, needs)))
    asked = ", ".join(fields) if fields else "a field that it reads"
    verb = "is" if len(fields) < 2 else "are"  # noqa: PLR2004 - one or many
    message = f"Not known, because {asked} {verb} not filled in; wanted: {compiled.rule.title}"
    return Finding(Truth.UNKNOWN, at, message)


def _open_fields(
    compiled: CompiledRule, known: Mapping[str, Json], needs: Mapping[str, tuple[str, ...]]
) -> Iterator[str]:
    for read in compiled.reads:
        if read.root == "item" and "item" not in known:  # the list itself is not known
            yield from filter(None, [compiled.rule.each])  # of a list of faults, the facts say what they need
        elif read.tested or read.root == "before" or _is_known(known.get(read.root), read.path):
            continue
        elif read.root == "facts":
            yield from needs.get(str(read), ())
        else:
            yield read.pointer if read.root == "vendor" else compiled.rule.each + "/…" + read.pointer


def _is_known(value: Json, path: tuple[str, ...]) -> bool:
    found = list(pointers.matches(value, pointers.pointer(path)))
    return bool(found) and all(item is not None for _, item in found)
