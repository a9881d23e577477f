"""JSON Schema: is a document of the right shape, and if not, what is wrong in words that help.

A compiled validator (jsonschema-rs) gives the fast verdict; jsonschema, slower, says why a document
fails. Both use the same linear-time regular expressions, so that no pattern can hang the gate. A
schema is itself checked first: a misspelt keyword would otherwise pass everything in silence.
"""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING, Any

from preflight import pointers
from preflight.breaches import Breach, did_you_mean, explain
from preflight.errors import CannotJudge
from preflight.model import Json, JsonObject, Position, Positions, Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    import jsonschema_rs
    from jsonschema.exceptions import ValidationError
    from jsonschema.protocols import Validator

DRAFTS = ("https://json-schema.org/draft/2020-12/schema", "http://json-schema.org/draft-07/schema#")

# Keywords by what they hold, of both drafts; split from text, because a list of them would fill the page.
HOLDS_SCHEMA = frozenset(
    "additionalItems additionalProperties contains contentSchema else if items not propertyNames then "  # noqa: SIM905 - a list of them would fill the page
    "unevaluatedItems unevaluatedProperties".split()
)
HOLDS_SCHEMAS = frozenset({"allOf", "anyOf", "oneOf", "prefixItems", "items"})
HOLDS_NAMED = frozenset({"$defs", "definitions", "dependentSchemas", "patternProperties", "properties"})
HOLDS_DATA = frozenset(
    "$anchor $comment $id $ref $schema const contentEncoding contentMediaType default dependentRequired "  # noqa: SIM905 - a list of them would fill the page
    "deprecated description enum examples exclusiveMaximum exclusiveMinimum format maxContains maxItems "
    "maxLength maxProperties maximum minContains minItems minLength minProperties minimum multipleOf "
    "pattern readOnly required title type uniqueItems writeOnly x-in-office x-refers-to".split()
)
KEYWORDS = HOLDS_SCHEMA | HOLDS_SCHEMAS | HOLDS_NAMED | HOLDS_DATA
# Keywords that the other draft knows and this one passes over in silence.
SILENT = {
    DRAFTS[0]: frozenset({"additionalItems"}),
    DRAFTS[1]: frozenset(
        "dependentRequired dependentSchemas maxContains minContains prefixItems unevaluatedItems "  # noqa: SIM905 - a list of them would fill the page
        "unevaluatedProperties".split()
    ),
}
NOTES = frozenset(
    "$comment default deprecated description examples readOnly title writeOnly x-in-office x-refers-to".split()  # noqa: SIM905 - a list of them would fill the page
)
# Of what a field may hold the id: x-refers-to lists one or more of these. No validator looks at it; a fact does.
REFERRED = ("people", "teams", "systems", "vendors", "currencies", "roles")
_KINDS = ", ".join(REFERRED)
LATER_FORMATS = frozenset({"duration", "uuid"})
PARTNERS = {"then": "if", "else": "if", "minContains": "contains", "maxContains": "contains"}
SPEAKS_OF = {
    "string": frozenset({"maxLength", "minLength", "pattern", "format"}),
    "number": frozenset({"exclusiveMaximum", "exclusiveMinimum", "maximum", "minimum", "multipleOf"}),
    "array": frozenset({"maxItems", "minItems", "uniqueItems"}),
    "object": frozenset({"maxProperties", "minProperties", "required"}),
}
FORMATS = frozenset(
    "date date-time duration email hostname ipv4 ipv6 iri json-pointer regex time uri uri-reference uuid".split()  # noqa: SIM905 - a list of them would fill the page
)

# What only the compiled validator finds, or places rightly.
LEFT_TO_COMPILED = frozenset({"falseSchema", "unevaluatedProperties"})

_DATE = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


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
        compiled = [*_compiled(self._fast, value)]
        left = [each for each in compiled if each.keyword in LEFT_TO_COMPILED]
        broken = [*_explained(self.schema, value), *left] or compiled
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
    places = dict(_places(schema, ""))
    for at, place in places.items():
        for keyword, value in place.items() if isinstance(place, dict) else ():
            _trust_keyword(at + pointers.pointer((keyword,)), keyword, value, places, path)
    for at, place in places.items():
        if isinstance(place, dict) and (hollow := _hollow(at, place, draft)):
            message = f"{at or '#'}: {hollow}, so it would check nothing"
            raise CannotJudge(message, path=path, fix="Say it where it is checked, or take it out.")
    try:
        TopologicalSorter({at: tuple(_same(place, at)) for at, place in places.items()}).prepare()
    except CycleError as error:
        message = f"{error.args[1][0] or '#'}: references lead in a circle back to the same place"
        raise CannotJudge(message, path=path, fix="Refer to a schema that checks something itself.") from None
    return schema


def _hollow(at: str, place: JsonObject, draft: str) -> str:
    """Say what a schema states that no validator looks at, or nothing."""
    old = draft == DRAFTS[1]
    inner = {"$schema", "$id"} & place.keys() if at else set()
    beside = place.keys() - NOTES - {"$ref"} if old and "$ref" in place else set()
    lonely = [(keyword, partner) for keyword, partner in PARTNERS.items() if keyword in place and partner not in place]
    faults = (
        *(f"{name} stands below the top" for name in sorted(inner)),
        *(f"draft-07 passes over {name!r} beside $ref" for name in sorted(beside)),
        *(
            f"draft-07 does not know the format {name!r}"
            for name in [place.get("format")]
            if old and name in LATER_FORMATS
        ),
        *(f"{keyword!r} stands without {partner!r}" for keyword, partner in lonely),
        *("an empty list of values allows none" for name in ("enum", "type") if place.get(name) == []),
        *_out_of_type(place),
    )
    return next(iter(faults), "")


def _out_of_type(place: JsonObject) -> Iterator[str]:
    """Yield keywords that speak of values of another type than the one that is allowed."""
    stated = place.get("type")
    kinds = {stated} if isinstance(stated, str) else set(stated or ())
    for kind, keywords in SPEAKS_OF.items():
        if kinds and not kinds & {kind, "integer" if kind == "number" else kind}:
            yield from (f"{name!r} speaks of another type than {stated}" for name in sorted(keywords & place.keys()))


def _same(schema: Json, at: str) -> Iterator[str]:
    """Yield the pointers of the schemas that judge the same value as the one at ``at``."""
    for keyword, value in schema.items() if isinstance(schema, dict) else ():
        here = at + pointers.pointer((keyword,))
        if keyword == "$ref":
            yield value[1:]
        elif keyword in {"allOf", "anyOf", "oneOf"} and isinstance(value, list):
            yield from (f"{here}/{index}" for index in range(len(value)))
        elif keyword == "dependentSchemas" and isinstance(value, dict):
            yield from (here + pointers.pointer((name,)) for name in value)
        elif keyword in {"if", "then", "else", "not"}:
            yield here


def _places(schema: Json, at: str) -> Iterator[tuple[str, Json]]:
    """Yield (pointer, schema) of a schema and of every schema inside it."""
    yield at, schema
    for keyword, value in schema.items() if isinstance(schema, dict) else ():
        here = at + pointers.pointer((keyword,))
        if keyword in HOLDS_SCHEMAS and isinstance(value, list):
            for index, item in enumerate(value):
                yield from _places(item, f"{here}/{index}")
        elif keyword in HOLDS_SCHEMA:
            yield from _places(value, here)
        elif keyword in HOLDS_NAMED and isinstance(value, dict):
            for name, item in value.items():
                yield from _places(item, here + pointers.pointer((name,)))


def _trust_keyword(at: str, keyword: str, value: Json, places: Mapping[str, Json], path: str) -> None:
    if keyword not in KEYWORDS:
        message = f"{at}: the schema keyword {keyword!r} is not known, so it would check nothing"
        raise CannotJudge(message, path=path, fix=did_you_mean(keyword, KEYWORDS) or "Take it out.")
    draft = places[""]["$schema"]
    if keyword in SILENT[draft]:
        message = f"{at}: the schema keyword {keyword!r} belongs to another draft, so it would check nothing"
        other = DRAFTS[1 - DRAFTS.index(draft)]
        raise CannotJudge(message, path=path, fix=f'Take it out, or set "$schema": "{other}".')
    if keyword == "$ref" and not (isinstance(value, str) and value.startswith("#") and value[1:] in places):
        message = f"{at}: the reference {value!r} does not lead to a place in this schema"
        fix = "Refer to '#/$defs/NAME' of the same file; nothing is fetched from files or the network."
        raise CannotJudge(message, path=path, fix=fix)
    if keyword == "format" and not (isinstance(value, str) and value in FORMATS):
        message = f"{at}: the format {value!r} is not known, so it would check nothing"
        raise CannotJudge(message, path=path, fix=did_you_mean(str(value), FORMATS) or "Use a pattern instead.")
    if keyword == "x-refers-to":
        _trust_reference(at, value, path)
    if keyword == "x-in-office":
        _trust_office(at, value, places[at.rpartition("/")[0]].get("x-refers-to"), path)


def _trust_reference(at: str, value: Json, path: str) -> None:
    """Refuse an ``x-refers-to`` that is no list of the kinds of ids that there are."""
    named = value if isinstance(value, list) else [value]
    strange = next((each for each in named if each not in REFERRED), None)
    if strange is not None:
        message = f"{at}: an id cannot refer to {strange!r}, so it would check nothing"
        raise CannotJudge(message, path=path, fix=did_you_mean(str(strange), REFERRED) or f"Known are: {_KINDS}.")
    if named is not value or not named or len(set(named)) < len(named):
        message = f"{at}: what an id refers to is a list of kinds, each once"
        raise CannotJudge(message, path=path, fix=f"List one or more of: {_KINDS}.")


def _trust_office(at: str, value: Json, refers: Json, path: str) -> None:
    """Refuse an ``x-in-office`` that asks whether somebody is with us where nobody is named."""
    if value is not True:
        message = f"{at}: the only value is true"
        raise CannotJudge(message, path=path, fix="Write true, or take the keyword out.")
    if not isinstance(refers, list) or "people" not in refers:
        message = f"{at}: this asks whether a person is with us, and no x-refers-to beside it names people"
        raise CannotJudge(message, path=path, fix='Set "x-refers-to": ["people"] beside it, or take it out.')


def _compile(schema: JsonObject, path: str) -> jsonschema_rs.Validator:
    import jsonschema_rs  # noqa: PLC0415 - lazily: half of the commands need no schema

    try:
        return jsonschema_rs.validator_for(
            schema,
            validate_formats=True,
            formats={"date": _is_date},
            pattern_options=jsonschema_rs.RegexOptions(),
            offline=True,
        )
    except (jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError, ValueError) as error:
        first = str(error).splitlines()[0]
        message = f"this is no usable JSON Schema: {first}"
        fix = "Correct the keyword. Patterns may use neither look-around nor back references."
        raise CannotJudge(message, path=path, fix=fix) from None


def _is_date(text: str) -> bool:
    """Whether Python has such a date: all that computes with dates relies on it."""
    try:
        return _DATE.fullmatch(text) is not None and date.fromisoformat(text) is not None
    except ValueError:
        return False


@lru_cache(maxsize=1)
def _distinct() -> jsonschema_rs.Validator:
    return _compile({"$schema": DRAFTS[0], "uniqueItems": True}, "")


@lru_cache(maxsize=512)
def _linear(pattern: str) -> jsonschema_rs.Validator:
    return _compile({"$schema": DRAFTS[0], "type": "string", "pattern": pattern}, "")


def _explained(schema: JsonObject, value: Json) -> Iterator[Breach]:
    """Breaches as jsonschema finds them: with the part of the schema that speaks of the value."""
    from jsonschema import validators  # noqa: PLC0415 - only a document with breaches needs it
    from referencing import Registry  # noqa: PLC0415 - as above

    draft = validators.validator_for(schema)
    extend: Callable[..., type[Validator]] = validators.extend
    checker = extend(draft, LINEAR)(schema, registry=Registry(), format_checker=draft.FORMAT_CHECKER)
    for error in checker.iter_errors(value):
        if error.validator is not None:  # of the schema `false`, where the library loses the place
            yield _breach(error)


def _breach(error: ValidationError) -> Breach:
    """Leave the library's own type behind; of several alternatives, take the one that comes closest."""
    from jsonschema.exceptions import best_match  # noqa: PLC0415 - as above

    closest = best_match([error]) or error
    schema: Json = closest.schema
    at = pointers.pointer(closest.absolute_path)
    return Breach(str(closest.validator), closest.validator_value, closest.instance, schema, at, closest.message)


def _compiled(validator: jsonschema_rs.Validator, value: Json) -> Iterator[Breach]:
    """Breaches as the compiled validator names them."""
    for error in validator.iter_errors(value):
        yield Breach(error.kind.name, None, None, {}, pointers.pointer(error.instance_path), error.message)


# ---- Keywords that jsonschema itself checks in quadratic or exponential time --------------------


def _error(message: str, **about: Json) -> ValidationError:
    from jsonschema import ValidationError as Error  # noqa: PLC0415 - as above

    return Error(message, **about)


def _check_pattern(_: Validator, wanted: str, value: Json, __: JsonObject) -> Iterator[ValidationError]:
    if isinstance(value, str) and not _linear(wanted).is_valid(value):
        yield _error(f"{value!r} does not match {wanted!r}")


def _check_named(validator: Any, wanted: JsonObject, value: Json, _: JsonObject) -> Iterator[ValidationError]:
    for pattern, inside in wanted.items() if isinstance(value, dict) else ():
        for key in filter(_linear(pattern).is_valid, value):
            yield from validator.descend(value[key], inside, path=key, schema_path=pattern)


def _check_additional(validator: Any, wanted: Json, value: Json, schema: JsonObject) -> Iterator[ValidationError]:
    if not isinstance(value, dict) or wanted is True:
        return
    patterns = [_linear(pattern) for pattern in schema.get("patternProperties", ())]
    unnamed = value.keys() - schema.get("properties", {}).keys()
    extra = {key: value[key] for key in unnamed if not any(each.is_valid(key) for each in patterns)}
    if isinstance(wanted, dict):
        for key, item in extra.items():
            yield from validator.descend(item, wanted, path=key)
    elif extra:
        yield _error(f"{', '.join(sorted(extra))}: not known", instance=extra)


def _check_unique(_: Validator, wanted: Json, value: Json, __: JsonObject) -> Iterator[ValidationError]:
    if wanted and isinstance(value, list) and not _distinct().is_valid(value):
        yield _error("an entry stands twice")


def _check_nothing(*_: Json) -> Iterator[ValidationError]:
    yield from ()


LINEAR = {
    "additionalProperties": _check_additional,
    "pattern": _check_pattern,
    "patternProperties": _check_named,
    "unevaluatedProperties": _check_nothing,  # left to the compiled validator
    "uniqueItems": _check_unique,
}
