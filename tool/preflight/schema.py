"""JSON Schema: is a document of the right shape, and if not, what is wrong in words that help.

A compiled validator (jsonschema-rs) gives the fast verdict; jsonschema, slower, says why a document
fails. Both use the same linear-time regular expressions, so that no pattern can hang the gate. A
schema is itself checked first: a misspelt keyword would otherwise pass everything in silence.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from preflight import pointers
from preflight.breaches import Breach, did_you_mean, explain
from preflight.errors import CannotJudge
from preflight.model import Json, JsonObject, Position, Positions, Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import jsonschema_rs
    from jsonschema.exceptions import ValidationError
    from jsonschema.protocols import Validator

DRAFTS = ("https://json-schema.org/draft/2020-12/schema", "http://json-schema.org/draft-07/schema#")

# Keywords by what they hold, of both drafts.
HOLDS_SCHEMA = frozenset(
    "additionalItems additionalProperties contains contentSchema else if items not propertyNames then "  # noqa: SIM905
    "unevaluatedItems unevaluatedProperties".split()
)
HOLDS_SCHEMAS = frozenset({"allOf", "anyOf", "oneOf", "prefixItems", "items"})
HOLDS_NAMED = frozenset({"$defs", "definitions", "dependentSchemas", "patternProperties", "properties"})
HOLDS_DATA = frozenset(
    "$anchor $comment $id $ref $schema const contentEncoding contentMediaType default dependentRequired "  # noqa: SIM905
    "deprecated description enum examples exclusiveMaximum exclusiveMinimum format maxContains maxItems "
    "maxLength maxProperties maximum minContains minItems minLength minProperties minimum multipleOf "
    "pattern readOnly required title type uniqueItems writeOnly".split()
)
KEYWORDS = HOLDS_SCHEMA | HOLDS_SCHEMAS | HOLDS_NAMED | HOLDS_DATA
FORMATS = frozenset(
    "date date-time duration email hostname ipv4 ipv6 iri json-pointer regex time uri uri-reference uuid".split()  # noqa: SIM905
)


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
        broken = [*_explained(self.schema, value)] or [*_unexplained(self._fast, value)]
        found = {(each.pointer, each.rule, each.message): each for breach in broken for each in explain(breach)}
        placed = [
            Problem(
                each.rule,
                each.message,
                each.fix,
                each.pointer,
                positions.position(each.pointer) if positions else Position(),
            )
            for each in found.values()
        ]
        return tuple(
            sorted(placed, key=lambda each: (each.position.line, each.position.column, each.rule, each.pointer))
        )


# ---- Trusting a schema --------------------------------------------------------------------------


def _trusted(schema: Json, path: str) -> JsonObject:
    if not isinstance(schema, dict):
        message, fix = "a schema is a group of keywords", 'Write an object, for example {"type": "object"}.'
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


def _explained(schema: JsonObject, value: Json) -> Iterator[Breach]:
    """Breaches as jsonschema finds them: with the part of the schema that speaks of the value."""
    import jsonschema  # noqa: PLC0415 - only a document with breaches needs it
    from jsonschema import validators  # noqa: PLC0415
    from referencing import Registry  # noqa: PLC0415

    def pattern(_: Validator, wanted: str, text: Json, __: JsonObject) -> Iterator[ValidationError]:
        if isinstance(text, str) and not _linear(wanted).is_valid(text):
            yield jsonschema.ValidationError(f"{text!r} does not match {wanted!r}")

    draft = validators.validator_for(schema)
    extend: Callable[..., type[Validator]] = validators.extend
    checker = extend(draft, {"pattern": pattern})(schema, registry=Registry(), format_checker=draft.FORMAT_CHECKER)
    for error in checker.iter_errors(value):
        yield _breach(error)


def _breach(error: ValidationError) -> Breach:
    """Leave the library's own type behind; of several alternatives, take the one that comes closest."""
    from jsonschema.exceptions import best_match  # noqa: PLC0415 - as above

    closest = best_match(error.context) if error.context and error.validator in {"anyOf", "oneOf"} else None
    if closest is not None:
        return _breach(closest)
    schema: Json = error.schema
    at = pointers.pointer(error.absolute_path)
    return Breach(str(error.validator or "false"), error.validator_value, error.instance, schema, at, error.message)


def _unexplained(validator: jsonschema_rs.Validator, value: Json) -> Iterator[Breach]:
    """Breaches as the compiled validator names them: for what only it finds."""
    for error in validator.iter_errors(value):
        keyword = str(error.schema_path[-1]) if error.schema_path else "schema"
        yield Breach(keyword, None, None, {}, pointers.pointer(error.instance_path), error.message)
