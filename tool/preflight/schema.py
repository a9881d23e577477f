"""JSON Schema: is a document of the right shape, and if not, what is wrong in words that help.

A compiled validator (jsonschema-rs) gives the fast verdict; jsonschema, slower, says why a document
fails. Both use the same linear-time regular expressions, so that no pattern can hang the gate. A
schema is itself checked first: a misspelt keyword would otherwise pass everything in silence.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from preflight import pointers
from preflight.errors import CannotJudge
from preflight.model import Json, JsonObject, Position, Positions, Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import jsonschema_rs
    from jsonschema.exceptions import ValidationError
    from jsonschema.protocols import Validator

DRAFTS = ("https://json-schema.org/draft/2020-12/schema", "http://json-schema.org/draft-07/schema#")

# Keywords by what they hold, of both drafts.
HOLDS_SCHEMA = frozenset(
    "additionalItems additionalProperties contains contentSchema else if items not propertyNames then "
    "unevaluatedItems unevaluatedProperties".split()
)
HOLDS_SCHEMAS = frozenset({"allOf", "anyOf", "oneOf", "prefixItems", "items"})
HOLDS_NAMED = frozenset({"$defs", "definitions", "dependentSchemas", "patternProperties", "properties"})
HOLDS_DATA = frozenset(
    "$anchor $comment $id $ref $schema const contentEncoding contentMediaType default dependentRequired "
    "deprecated description enum examples exclusiveMaximum exclusiveMinimum format maxContains maxItems "
    "maxLength maxProperties maximum minContains minItems minLength minProperties minimum multipleOf "
    "pattern readOnly required title type uniqueItems writeOnly".split()
)
KEYWORDS = HOLDS_SCHEMA | HOLDS_SCHEMAS | HOLDS_NAMED | HOLDS_DATA
FORMATS = frozenset(
    "date date-time duration email hostname ipv4 ipv6 iri json-pointer regex time uri uri-reference uuid".split()
)
TYPE_WORDS = {
    "array": "a list",
    "boolean": "true or false",
    "integer": "a whole number",
    "null": "nothing",
    "number": "a number",
    "object": "a group of fields",
    "string": "text",
}


class Shape:
    """One compiled schema. Raises CannotJudge where the schema itself cannot be trusted to check anything."""

    def __init__(self, schema: Json, path: str) -> None:
        self.schema = _trusted(schema, path)
        self.path = path
        self._fast = _compile(self.schema, path)

    def fits(self, value: Json) -> bool:
        """Whether ``value`` has this shape; fast."""
        return self._fast.is_valid(value)

    def problems(self, value: Json, positions: Positions | None = None) -> tuple[Problem, ...]:
        """Return every breach, in the order of the document; empty where the value fits."""
        if self._fast.is_valid(value):
            return ()
        explained = [problem for error in _explainer(self).iter_errors(value) for problem in _explain(error, self.schema)]
        found = {(each.pointer, each.rule, each.message): each for each in explained or _plain(self._fast, value)}
        placed = [
            Problem(each.rule, each.message, each.fix, each.pointer, positions.position(each.pointer) if positions else Position())
            for each in found.values()
        ]
        return tuple(sorted(placed, key=lambda each: (each.position.line, each.position.column, each.rule, each.pointer)))


# ---- Trusting a schema --------------------------------------------------------------------------


def _trusted(schema: Json, path: str) -> JsonObject:
    if not isinstance(schema, dict):
        message, fix = "a schema is a group of keywords", "Write an object, for example {\"type\": \"object\"}."
        raise CannotJudge(message, path=path, fix=fix)
    draft = schema.get("$schema")
    if draft not in DRAFTS:
        message = f"$schema is {draft!r}; known are {' and '.join(DRAFTS)}"
        raise CannotJudge(message, path=path, fix=f'Set "$schema": "{DRAFTS[0]}".')
    for at, keyword, value in _keywords(schema, ""):
        _trust_keyword(at, keyword, value, schema, path)
    return schema


def _keywords(schema: Json, at: str) -> Iterator[tuple[str, str, Json]]:
    """Yield (pointer, keyword, value) of every keyword of a schema and of the schemas inside it."""
    if not isinstance(schema, dict):
        return
    for keyword, value in schema.items():
        here = at + pointers.pointer((keyword,))
        yield here, keyword, value
        if keyword in HOLDS_SCHEMAS and isinstance(value, list):
            for index, item in enumerate(value):
                yield from _keywords(item, f"{here}/{index}")
        elif keyword in HOLDS_SCHEMA:
            yield from _keywords(value, here)
        elif keyword in HOLDS_NAMED and isinstance(value, dict):
            for name, item in value.items():
                yield from _keywords(item, here + pointers.pointer((name,)))


def _trust_keyword(at: str, keyword: str, value: Json, root: JsonObject, path: str) -> None:
    if keyword not in KEYWORDS:
        message = f"{at}: the schema keyword {keyword!r} is not known, so it would check nothing"
        raise CannotJudge(message, path=path, fix=did_you_mean(keyword, KEYWORDS) or "Take it out.")
    if keyword == "$ref" and not (isinstance(value, str) and _resolves(value, root)):
        message = f"{at}: the reference {value!r} does not lead to a place in this schema"
        fix = "Refer to '#/$defs/NAME' of the same file; nothing is fetched from files or the network."
        raise CannotJudge(message, path=path, fix=fix)
    if keyword == "format" and value not in FORMATS:
        message = f"{at}: the format {value!r} is not known, so it would check nothing"
        raise CannotJudge(message, path=path, fix=did_you_mean(str(value), FORMATS) or "Use a pattern instead.")


def _resolves(reference: str, root: JsonObject) -> bool:
    return reference == "#" or (reference.startswith("#/") and pointers.get(root, reference[1:]) is not None)


def _compile(schema: JsonObject, path: str) -> jsonschema_rs.Validator:
    import jsonschema_rs  # noqa: PLC0415 - lazily: half of the commands need no schema

    try:
        return jsonschema_rs.validator_for(
            schema, validate_formats=True, pattern_options=jsonschema_rs.RegexOptions(), offline=True
        )
    except (jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError, ValueError) as error:
        first = str(error).splitlines()[0]
        message = f"this is no usable JSON Schema: {first}"
        fix = "Correct the keyword. Patterns may use neither look-around nor back references."
        raise CannotJudge(message, path=path, fix=fix) from None


@lru_cache(maxsize=512)
def _linear(pattern: str) -> jsonschema_rs.Validator:
    return _compile({"$schema": DRAFTS[0], "type": "string", "pattern": pattern}, "")


def _explainer(shape: Shape) -> Validator:
    import jsonschema  # noqa: PLC0415 - only a document with breaches needs it
    from jsonschema import validators  # noqa: PLC0415
    from referencing import Registry  # noqa: PLC0415

    def pattern(_: Validator, wanted: str, value: Json, __: JsonObject) -> Iterator[ValidationError]:
        if isinstance(value, str) and not _linear(wanted).is_valid(value):
            yield jsonschema.ValidationError(f"{value!r} does not match {wanted!r}")

    draft = validators.validator_for(shape.schema)
    linear = validators.extend(draft, {"pattern": pattern})
    checked: Validator = linear(shape.schema, registry=Registry(), format_checker=draft.FORMAT_CHECKER)
    return checked


# ---- Saying what is wrong -----------------------------------------------------------------------


def _explain(error: ValidationError, root: JsonObject) -> Iterator[Problem]:
    at = pointers.pointer(error.absolute_path)
    if error.context and error.validator in {"anyOf", "oneOf"}:
        from jsonschema.exceptions import best_match  # noqa: PLC0415

        closest = best_match(error.context)
        if closest is not None:
            yield from _explain(closest, root)
            return
    handler = _SAY.get(str(error.validator), _say_other)
    for pointer, message, fix in handler(error):
        yield Problem(f"schema/{error.validator}", message, fix, at + pointer)


_Said = tuple[str, str, str]  # pointer below the instance, message, fix


def _say_additional(error: ValidationError) -> Iterator[_Said]:
    allowed = error.schema.get("properties", {})
    where = _where(error)
    for key in sorted(set(error.instance) - set(allowed)):
        fix = did_you_mean(key, allowed) or f"Take it out, or move it to where it belongs. Known are: {_some(allowed)}."
        yield pointers.pointer((key,)), f"the key {_shown(key)} is not known {where}", fix


def _say_required(error: ValidationError) -> Iterator[_Said]:
    properties = error.schema.get("properties", {})
    for key in error.validator_value:
        if key not in error.instance:
            yield "", f"{key} is missing {_where(error)}", f"Add {key}: {_hint(properties.get(key, {}))}".rstrip(" :") + "."


def _say_type(error: ValidationError) -> Iterator[_Said]:
    wanted = error.validator_value if isinstance(error.validator_value, list) else [error.validator_value]
    words = " or ".join(TYPE_WORDS.get(kind, kind) for kind in wanted)
    fix = f"Write {words}{_example(error.schema)}."
    if error.instance is None:
        fix = "Fill it in, or take the line out: a field that is absent means 'not known'."
    yield "", f"{_what(error.instance)} stands here; {words} is wanted", fix


def _say_enum(error: ValidationError) -> Iterator[_Said]:
    allowed = [str(value) for value in error.validator_value]
    fix = did_you_mean(str(error.instance), allowed) or f"Use one of: {_some(allowed, 40)}."
    yield "", f"{_shown(error.instance)} is not one of the known values", fix


def _say_text(error: ValidationError) -> Iterator[_Said]:
    meaning = error.schema.get("description", "")
    wanted = meaning or f"text that matches {error.validator_value}"
    yield "", f"{_shown(error.instance)} is not of the wanted form", f"{wanted.rstrip('.')}{_example(error.schema)}."


def _say_format(error: ValidationError) -> Iterator[_Said]:
    wanted = {"date": "a date that exists, as YYYY-MM-DD"}.get(error.validator_value, f"a valid {error.validator_value}")
    yield "", f"{_shown(error.instance)} is not {wanted}", f"Write {wanted}{_example(error.schema)}."


_BOUNDS = {
    "minimum": "at least {}",
    "maximum": "at most {}",
    "exclusiveMinimum": "more than {}",
    "exclusiveMaximum": "less than {}",
    "minLength": "at least {} characters",
    "maxLength": "at most {} characters",
    "minItems": "at least {} entries",
    "maxItems": "at most {} entries",
    "minProperties": "at least {} fields",
    "maxProperties": "at most {} fields",
    "multipleOf": "a multiple of {}",
}


def _say_bound(error: ValidationError) -> Iterator[_Said]:
    wanted = _BOUNDS[str(error.validator)].format(error.validator_value)
    has = error.instance if isinstance(error.instance, (int, float)) else len(error.instance)
    yield "", f"this has {_shown(has)}; {wanted} is wanted", f"Give {wanted}."


def _say_unique(_: ValidationError) -> Iterator[_Said]:
    yield "", "an entry stands twice in this list", "Keep one of the two."


def _say_other(error: ValidationError) -> Iterator[_Said]:
    yield "", _short(error.message), "Compare with the schema of this field."


_SAY = {
    "additionalProperties": _say_additional,
    "required": _say_required,
    "type": _say_type,
    "enum": _say_enum,
    "const": _say_other,
    "pattern": _say_text,
    "format": _say_format,
    "uniqueItems": _say_unique,
    **dict.fromkeys(_BOUNDS, _say_bound),
}


def _plain(validator: jsonschema_rs.Validator, value: Json) -> Iterable[Problem]:
    """Breaches as the compiled validator names them: for what only it finds."""
    for error in validator.iter_errors(value):
        keyword = str(error.schema_path[-1]) if error.schema_path else "schema"
        yield Problem(f"schema/{keyword}", _short(error.message), "Compare with the schema of this field.", pointers.pointer(error.instance_path))


def _where(error: ValidationError) -> str:
    if not error.absolute_path:
        return "at the top of the file"
    title = error.schema.get("title")
    return f"in {pointers.pointer(error.absolute_path)}" + (f" ({title})" if title else "")


def _hint(schema: Json) -> str:
    if not isinstance(schema, dict):
        return ""
    if examples := schema.get("examples"):
        return f"for example {_shown(examples[0])}"
    if values := schema.get("enum"):
        return f"one of {_some([str(value) for value in values])}"
    return str(schema.get("title", ""))


def _example(schema: JsonObject) -> str:
    examples = schema.get("examples")
    return f", for example {_shown(examples[0])}" if examples else ""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return a suggestion for a misspelt word, or nothing."""
    close = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f"Did you mean {close[0]!r}?" if close else ""


def _some(names: Iterable[str], most: int = 12) -> str:
    listed = list(names)
    more = f" and {len(listed) - most} more" if len(listed) > most else ""
    return ", ".join(listed[:most]) + more


def _what(value: Json) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, dict):
        return "a group of fields"
    if isinstance(value, list):
        return "a list"
    return f"the {'text' if isinstance(value, str) else 'value'} {_shown(value)}"


def _shown(value: Json) -> str:
    text = {True: "true", False: "false"}[value] if isinstance(value, bool) else str(value)
    return repr(_short(text, 60)) if isinstance(value, str) else _short(text, 60)


def _short(text: str, most: int = 160) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


# ---- Walking a schema ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Node:
    """A place in a schema, with the schema that its references point into."""

    schema: JsonObject
    root: JsonObject

    def resolved(self) -> Node:
        """Follow references; titles beside a reference win over those behind it."""
        schema, seen = self.schema, 0
        while "$ref" in schema and seen < 16:  # noqa: PLR2004 - a chain that long is a loop
            target = pointers.get(self.root, schema["$ref"][1:]) if schema["$ref"] != "#" else self.root
            schema = {**target, **{key: value for key, value in schema.items() if key != "$ref"}}
            seen += 1
        return Node(schema, self.root)

    def child(self, name: str) -> Node | None:
        """Return the schema of the member ``name``, or None where the schema knows none."""
        here = self.resolved().schema
        if name in here.get("properties", {}):
            return self._below(here["properties"][name])
        for keyword in ("allOf", "anyOf", "oneOf"):
            for option in here.get(keyword, ()):
                found = self._below(option).child(name)
                if found is not None:
                    return found
        extra = here.get("additionalProperties")
        return self._below(extra) if isinstance(extra, dict) else None

    def items(self) -> Node | None:
        """Return the schema of the items of a list, or None."""
        inside = self.resolved().schema.get("items")
        return self._below(inside) if isinstance(inside, dict) else None

    def names(self) -> tuple[str, ...]:
        """Return the names of all members that the schema knows."""
        here = self.resolved().schema
        options = [option for keyword in ("allOf", "anyOf", "oneOf") for option in here.get(keyword, ())]
        return (*here.get("properties", {}), *(name for option in options for name in self._below(option).names()))

    def at(self, pointer: str) -> Node | None:
        """Return the schema of what ``pointer`` points at (``*``: any item), or None."""
        node: Node | None = self
        for part in pointers.parts(pointer):
            if node is None:
                return None
            node = node.items() if part == "*" or part.isdecimal() else node.child(part)
        return node

    def _below(self, schema: Json) -> Node:
        return Node(schema if isinstance(schema, dict) else {}, self.root)
