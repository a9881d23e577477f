"""Rule expressions in CEL: compiled, checked against the shape of what they read, and evaluated.

Three-valued: a field that the schema knows but the record does not have makes an expression UNKNOWN, and so
does ``item`` where it is not known which items there are.
CEL's own ``&&`` and ``||`` already work that way (an error on one side is absorbed when the other side
decides), so that ``false && unknown`` is false and ``true || unknown`` is true, and nothing unknown ever
passes for yes or for no. Every other error means that the expression cannot be judged.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import date
from enum import Enum
from functools import cache
from typing import TYPE_CHECKING, Any

from cel_expr_python import cel
from cel_expr_python.ext import ext_bindings, ext_math, ext_strings

from preflight import cel_syntax, pointers
from preflight.breaches import did_you_mean
from preflight.errors import CannotJudge

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from preflight.model import Json
    from preflight.schema_tree import Node

VARIABLES = ("vendor", "before", "facts", "item")
NOT_KNOWN = ("NOT_FOUND: Key not found in map", 'UNKNOWN: No value with name "item" found in Activation')
ORDERED = frozenset({"_<_", "_<=_", "_>_", "_>=_"})
STATUS = re.compile(r"[A-Z_]+: ")  # the runtime's own name for the kind of an error
MAX_LENGTH = 2000  # characters of one expression
ITEMS = "*"
HOLDS, FAILS, IDLE = "holds", "fails", "idle"  # what a rule says of an item; idle: it does not apply

Activation = Any  # the runtime's own type, opaque to us


class Truth(Enum):
    """The three values of a condition."""

    TRUE = "true"
    FALSE = "false"
    UNKNOWN = "unknown"


class ExpressionError(Exception):
    """An expression that cannot be evaluated for a reason other than something not known."""


@dataclass(frozen=True, slots=True)
class Read:
    """A path that an expression reads: ``root`` is vendor, before, facts or item; ``*`` stands for any item."""

    root: str
    path: tuple[str, ...]
    tested: bool = False

    def __str__(self) -> str:
        """Return the path as it is written in an expression."""
        return ".".join((self.root, *self.path))

    @property
    def pointer(self) -> str:
        """The path as a JSON Pointer below its root."""
        return "".join("/" + part for part in self.path)


@dataclass(frozen=True, slots=True)
class Expression:
    """A compiled expression and what it reads."""

    source: str
    reads: tuple[Read, ...]
    compiled: cel.Expression

    def value(self, activation: Activation) -> Json:
        """Return the plain value, or None where it is not known. Raises ExpressionError."""
        result = self._run(activation)
        return None if _is_unknown(result) else result.plain_value()

    def truth(self, activation: Activation) -> Truth:
        """Evaluate as a condition. Raises ExpressionError where it is neither true, false nor unknown."""
        result = self._run(activation)
        value = result.value()
        if value is True:  # of all that comes back, only BOOL is this True
            return Truth.TRUE
        if value is False:
            return Truth.FALSE
        if _is_unknown(result):
            return Truth.UNKNOWN
        message = f"gives {result.type().name()} where true or false is wanted"
        raise ExpressionError(message)

    def _run(self, activation: Activation) -> cel.Value:
        try:
            return self.compiled.eval(activation)
        except RuntimeError as error:  # the runtime raises only for its own limits, such as the iteration budget
            raise ExpressionError(_first_line(error)) from None


def _is_unknown(result: cel.Value) -> bool:
    """Whether a field that is not there is all that kept an expression from a value. Raises ExpressionError."""
    if result.type() != cel.Type.ERROR:
        return False
    fault = str(result.value())
    if fault.startswith(NOT_KNOWN):
        return True
    raise ExpressionError(STATUS.sub("", fault, count=1))


def days_between(start: str, end: str) -> int:
    """Whole days from one ISO date to another; negative where ``end`` comes first."""
    return (date.fromisoformat(end[:10]) - date.fromisoformat(start[:10])).days


@cache
def _environment() -> cel.Env:
    string, integer = cel.Type.STRING, cel.Type.INT
    days = cel.FunctionDecl(
        "days_between",
        [cel.Overload("days_between_string_string", integer, [string, string], is_member=False, impl=days_between)],
    )
    return cel.NewEnv(
        variables={**dict.fromkeys(VARIABLES, cel.Type.DYN), "today": string},
        functions=[days],
        extensions=[ext_strings.ExtStrings(), ext_math.ExtMath(), ext_bindings.ExtBindings()],
    )


def activation(values: Mapping[str, Json]) -> Activation:
    """Bind the variables of one case once, for all expressions that are evaluated on it."""
    return _environment().Activation(dict(values))


def compile_expression(source: str, shapes: Mapping[str, Node], wanted: cel.Type | None = None) -> Expression:
    """Compile and check ``source``.

    ``shapes`` gives the schema of each variable in scope. Raises CannotJudge (line and column are those within
    the expression) for a syntax error, a path that no schema knows, or a comparison that can never hold.
    """
    if len(source) > MAX_LENGTH:
        message = f"the expression has {len(source):,} characters; at most {MAX_LENGTH:,} are read"
        raise CannotJudge(message, fix="Split the rule, or compute a fact.")
    try:
        compiled = _environment().compile(source)
    except RuntimeError as error:
        raise _syntax(error) from None
    if wanted is not None and compiled.return_type() not in (wanted, cel.Type.DYN):
        message = f"{source!r} gives {compiled.return_type().name()} where {wanted.name()} is wanted"
        raise CannotJudge(message, fix="Write a comparison.")
    walker = _Walker(shapes)
    walker.node(cel_syntax.tree(compiled.serialize()))
    return Expression(source, tuple(dict.fromkeys(walker.reads)), compiled)


def compile_condition(source: str, shapes: Mapping[str, Node]) -> Expression:
    """Compile an expression that has to be true or false."""
    return compile_expression(source, shapes, cel.Type.BOOL)


def compile_over_items(each: str, when: str, condition: str) -> Expression:
    """Compile what a rule says of every item of the list at ``each``: HOLDS, FAILS or IDLE, in their order.

    Not known as a whole where one of them is not. The parts have to be compiled, and so checked, before.
    """
    listed = "vendor" + "".join(f"[{json.dumps(part)}]" for part in pointers.parts(each))
    # On lines of their own, so that a comment in one part cannot swallow what follows.
    judged = f'(\n{condition}\n) ? "{HOLDS}" : "{FAILS}"'
    source = f'dyn({listed}).map(item, (\n{when or "true"}\n) ? ({judged}) : "{IDLE}")'
    return Expression(source, (), _environment().compile(source))


def _syntax(error: RuntimeError) -> CannotJudge:
    text = _first_line(error)
    found = re.search(r"ERROR: <input>:(\d+):(\d+): (.*)", text)
    # What the parser would have taken instead is a list of tokens that helps nobody.
    line, column, message = (
        (int(found[1]), int(found[2]), found[3].partition(" expecting ")[0]) if found else (0, 0, text)
    )
    fix = "The language is CEL (cel.dev): compare it with a rule that works, as 'preflight explain RULE' shows one."
    if "no matching overload" in message and "double" in message and "int" in message:
        fix = "A number with a fraction compares only with another: write 100.0 for 100."
    return CannotJudge(f"the expression does not compile: {message}", fix=fix, line=line, column=column)


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0].removesuffix(" [INTERNAL]")


class _Walker:
    """Walks a syntax tree, follows each path through the schemas and collects what is read."""

    def __init__(self, shapes: Mapping[str, Node]) -> None:
        self.shapes = shapes
        self.scope: dict[str, tuple[Node | None, Read | None]] = {}
        self.reads: list[Read] = []

    def node(self, expr: Any) -> Node | None:
        """Check ``expr`` and return the schema of its value, where one is known."""
        return self._visit(expr)[0]

    def _visit(self, expr: Any) -> tuple[Node | None, Read | None]:
        kind = expr.WhichOneof("kind")
        visit = getattr(self, f"_visit_{kind}", None)
        return visit(getattr(expr, kind)) if visit else (None, None)

    def _visit_ident_expr(self, ident: Any) -> tuple[Node | None, Read | None]:
        if ident.name in self.scope:
            return self.scope[ident.name]
        if ident.name in self.shapes:
            read = Read(ident.name, ())
            self.reads.append(read)
            return self.shapes[ident.name], read
        if ident.name in VARIABLES:
            message = f"{ident.name} is not in scope here"
            raise CannotJudge(
                message, fix="'item' is there only in a rule with 'each'." if ident.name == "item" else ""
            )
        return None, None

    def _visit_select_expr(self, select: Any) -> tuple[Node | None, Read | None]:
        node, read = self._visit(select.operand)
        if node is None or read is None:
            return None, None
        return self._step(node, read, select.field, tested=select.test_only)

    def _step(self, node: Node, read: Read, name: str, *, tested: bool = False) -> tuple[Node, Read]:
        below, path = node.child(name), Read(read.root, (*read.path, name), tested)
        if below is None:
            message = f"{path} is not a field that the {'facts' if read.root == 'facts' else 'schema'} know"
            fix = did_you_mean(name, node.names()) or f"Known in {read} are: {', '.join(node.names()) or 'no fields'}."
            raise CannotJudge(message.replace("schema know", "schema knows"), fix=fix)
        if self.reads and self.reads[-1] == read:
            self.reads.pop()  # only the whole path counts as read, not the steps to it
        self.reads.append(path)
        return below, path

    def _visit_call_expr(self, call: Any) -> tuple[Node | None, Read | None]:
        arguments = ([call.target] if call.HasField("target") else []) + list(call.args)
        if call.function == "_[_]" and isinstance(cel_syntax.constant(call.args[1]), str):
            node, read = self._visit(call.args[0])
            return (
                (None, None)
                if node is None or read is None
                else self._step(node, read, cel_syntax.constant(call.args[1]))
            )
        if call.function == "dyn":
            message = "dyn() hides a path from the check of its fields"
            raise CannotJudge(message, fix="Write the path without dyn().")
        seen = [self._visit(argument) for argument in arguments]
        if call.function in {"_==_", "_!=_"}:
            self._compared(seen[0], arguments[1])
            self._compared(seen[1], arguments[0])
        elif call.function in ORDERED:
            self._ordered(seen[0], arguments[1])
            self._ordered(seen[1], arguments[0])
        elif call.function == "@in":
            self._member(seen, arguments)
        elif call.function == "_[_]":
            return self._item(seen[0])
        elif call.function == "_?_:_" and seen[1] == seen[2]:
            return seen[1]
        return None, None

    def _member(self, seen: list[tuple[Node | None, Read | None]], arguments: list[Any]) -> None:
        left, right = arguments
        if right.WhichOneof("kind") == "list_expr":
            for element in right.list_expr.elements:
                self._compared(seen[0], element)
        else:
            self._compared(self._item(seen[1]), left)
            node, read = seen[1]
            name = cel_syntax.constant(left)
            if node is not None and read is not None and isinstance(name, str) and node.names():
                self._step(node, read, name, tested=True)

    @staticmethod
    def _item(seen: tuple[Node | None, Read | None]) -> tuple[Node | None, Read | None]:
        node, read = seen
        inside = node.items() if node else None
        return inside, Read(read.root, (*read.path, ITEMS)) if inside and read else None

    @staticmethod
    def _ordered(seen: tuple[Node | None, Read | None], other: Any) -> None:
        """Refuse to ask which comes first of two values of different types: it could never be judged."""
        node, read = seen
        literal = cel_syntax.constant(other)
        kind = node.resolved().schema.get("type") if node else None
        if literal is None or not isinstance(kind, str):
            return
        if not _is_type(literal, "number" if kind == "integer" else kind):
            message = f"{read} is of type {kind} and cannot be compared with {literal!r}"
            raise CannotJudge(
                message, fix="Compare with a value of that type, or convert it: int(), double(), string()."
            )

    @staticmethod
    def _compared(seen: tuple[Node | None, Read | None], other: Any) -> None:
        """Refuse a comparison with a constant that the schema rules out: it would be false for ever."""
        node, read = seen
        literal = cel_syntax.constant(other)
        if node is None or literal is None:
            return
        allowed = node.resolved().schema.get("enum")
        if allowed is not None and literal not in allowed:
            message = f"{read} is never {literal!r}: the schema does not allow that value"
            raise CannotJudge(
                message,
                fix=did_you_mean(str(literal), map(str, allowed)) or f"Known are: {', '.join(map(str, allowed))}.",
            )
        kind = node.resolved().schema.get("type")
        if isinstance(kind, str) and not _is_type(literal, kind):
            message = f"{read} is of type {kind} and is never equal to {literal!r}"
            raise CannotJudge(message, fix="Compare with a value of that type.")

    def _visit_list_expr(self, created: Any) -> tuple[None, None]:
        for element in created.elements:
            self._visit(element)
        return None, None

    def _visit_struct_expr(self, created: Any) -> tuple[None, None]:
        for entry in created.entries:
            self._visit(entry.map_key)
            self._visit(entry.value)
        return None, None

    def _visit_comprehension_expr(self, loop: Any) -> tuple[Node | None, Read | None]:
        ranged = self._visit(loop.iter_range)
        initial = self._visit(loop.accu_init)
        outer = dict(self.scope)
        self.scope[loop.iter_var] = self._item(ranged)
        self.scope[loop.accu_var] = initial
        for part in (loop.loop_condition, loop.loop_step):
            self._visit(part)
        self.scope = outer
        self.scope[loop.accu_var] = initial
        result = self._visit(loop.result)
        self.scope = outer
        return ranged if _is_filter(loop) else result


def _is_filter(loop: Any) -> bool:
    """Whether a loop is what ``filter`` stands for: it adds items as they are, so its list has the same items."""
    step = loop.loop_step.call_expr
    if step.function != "_?_:_":
        return False
    added = [each for part in step.args[1].call_expr.args for each in part.list_expr.elements]
    return len(added) == 1 and bool(added[0].ident_expr.name == loop.iter_var)


def _is_type(literal: Json, kind: str) -> bool:
    if isinstance(literal, bool):
        return kind == "boolean"
    wanted: dict[str, type | tuple[type, ...]] = {
        "string": str,
        "integer": int,
        "number": (int, float),
        "boolean": bool,
    }
    return isinstance(literal, wanted.get(kind, ()))


def message_parts(template: str) -> Iterator[tuple[str, str]]:
    """Split ``text {expression} text`` into (kind, text) with kind ``text`` or ``expression``."""
    for index, part in enumerate(re.split(r"\{([^{}]*)\}", template)):
        if part:
            yield ("expression" if index % 2 else "text"), part
