"""What a breach of a schema means, in words that tell the writer of a file what to do."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from preflight import pointers
from preflight.model import Json, JsonObject, Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

LIKE = 0.65  # from here on two words are taken for the same one, misspelt
LEAVE_OUT = "Fill it in, or take the line out: a field that is absent means 'not known'."
TYPE_WORDS = {
    "array": "a list",
    "boolean": "true or false",
    "integer": "a whole number",
    "null": "nothing",
    "number": "a number",
    "object": "a group of fields",
    "string": "text",
}


@dataclass(frozen=True, slots=True)
class Breach:
    """One keyword of a schema that a value breaks: ``wanted`` is the keyword's value, ``at`` the value's pointer."""

    keyword: str
    wanted: Json
    instance: Json
    schema: JsonObject
    at: str
    text: str = ""


def explain(breach: Breach) -> Iterator[Problem]:
    """Say what is wrong and how to put it right: one problem, or one for each key."""
    say = _SAY.get(breach.keyword, _say_other) if breach.schema else _say_other
    for pointer, message, fix in say(breach):
        yield Problem(f"schema/{breach.keyword}", message, fix, breach.at + pointer)


_Said = tuple[str, str, str]  # pointer below the instance, message, fix


def _say_additional(breach: Breach) -> Iterator[_Said]:
    allowed = breach.schema.get("properties", {})
    where, known = _where(breach), f" Known are: {_some(allowed)}." if allowed else ""
    for key in sorted(set(breach.instance) - set(allowed)):
        fix = did_you_mean(key, allowed) or f"Take it out, or move it to where it belongs.{known}"
        yield pointers.pointer((key,)), f"the key {_shown(key)} is not known {where}", fix


def _say_required(breach: Breach) -> Iterator[_Said]:
    properties = breach.schema.get("properties", {})
    for key in breach.wanted:
        if key not in breach.instance:
            yield (
                "",
                f"{key} is missing {_where(breach)}",
                f"Add {key}: {_hint(properties.get(key, {}))}".rstrip(" :") + ".",
            )


def _say_type(breach: Breach) -> Iterator[_Said]:
    wanted = breach.wanted if isinstance(breach.wanted, list) else [breach.wanted]
    words = " or ".join(TYPE_WORDS.get(str(kind), str(kind)) for kind in wanted)
    fix = f"Write {words}{_example(breach.schema)}."
    if wanted == ["string"] and isinstance(breach.instance, (bool, int, float)):
        fix = f'Put it in quotes: "{_shown(breach.instance)}".'
    if breach.instance is None:
        fix = LEAVE_OUT
    yield "", f"{_what(breach.instance)} stands here; {words} is wanted", fix


def _say_enum(breach: Breach) -> Iterator[_Said]:
    if breach.instance is None:
        yield "", f"{_what(None)} stands here; one of the known values is wanted", LEAVE_OUT
        return
    allowed = [str(value) for value in breach.wanted]
    fix = did_you_mean(str(breach.instance), allowed) or f"Use one of: {_some(allowed, 40)}."
    yield "", f"{_shown(breach.instance)} is not one of the known values", fix


def _say_text(breach: Breach) -> Iterator[_Said]:
    meaning = breach.schema.get("description", "")
    wanted = meaning or f"text that matches {breach.wanted}"
    yield "", f"{_shown(breach.instance)} is not of the wanted form", f"{wanted.rstrip('.')}{_example(breach.schema)}."


def _say_format(breach: Breach) -> Iterator[_Said]:
    wanted = {"date": "a date that exists, as YYYY-MM-DD"}.get(breach.wanted, f"a valid {breach.wanted}")
    yield "", f"{_shown(breach.instance)} is not {wanted}", f"Write {wanted}{_example(breach.schema)}."


_BOUNDS = {  # keyword → words before the number, and what is counted (one, many)
    "minimum": ("at least", ("", "")),
    "maximum": ("at most", ("", "")),
    "exclusiveMinimum": ("more than", ("", "")),
    "exclusiveMaximum": ("less than", ("", "")),
    "minLength": ("at least", (" character", " characters")),
    "maxLength": ("at most", (" character", " characters")),
    "minItems": ("at least", (" entry", " entries")),
    "maxItems": ("at most", (" entry", " entries")),
    "minProperties": ("at least", (" field", " fields")),
    "maxProperties": ("at most", (" field", " fields")),
    "multipleOf": ("a multiple of", ("", "")),
}


def _say_bound(breach: Breach) -> Iterator[_Said]:
    bound, (one, many) = _BOUNDS[breach.keyword]
    wanted = f"{bound} {breach.wanted}{one if breach.wanted == 1 else many}"
    if not many:
        yield "", f"this is {_shown(breach.instance)}; {wanted} is wanted", f"Give {wanted}."
        return
    count = len(breach.instance)
    yield (
        "",
        f"this has {count:,}{one if count == 1 else many}; {wanted} {'is' if breach.wanted == 1 else 'are'} wanted",
        f"Give {wanted}.",
    )


def _say_unique(_: Breach) -> Iterator[_Said]:
    yield "", "an entry stands twice in this list", "Keep one of the two."


def _say_any(breach: Breach) -> Iterator[_Said]:
    options = breach.wanted if isinstance(breach.wanted, list) else []
    names = [each["required"][0] for each in options if list(each) == ["required"] and len(each["required"]) == 1]
    if not names or len(names) < len(options):
        yield from _say_other(breach)
        return
    listed = " or ".join(names)
    yield "", f"one of {', '.join(names)} is missing {_where(breach)}", f"Add {listed}."


def _say_contains(breach: Breach) -> Iterator[_Said]:
    fixed = {name: each.get("const") for name, each in breach.wanted.get("properties", {}).items() if "const" in each}
    if not fixed:
        yield from _say_other(breach)
        return
    wanted = ", ".join(f"{name}: {value}" for name, value in fixed.items())
    yield "", f"there is no entry with {wanted} in this list", "Add one."


def _say_false(_: Breach) -> Iterator[_Said]:
    message = "this does not go together with what stands beside it"
    yield "", message, "Take out one of the two; the schema says which belong together."


def _say_other(breach: Breach) -> Iterator[_Said]:
    yield "", _short(breach.text), "Compare with the schema of this field."


_SAY = {
    "additionalProperties": _say_additional,
    "required": _say_required,
    "type": _say_type,
    "enum": _say_enum,
    "const": _say_other,
    "pattern": _say_text,
    "format": _say_format,
    "uniqueItems": _say_unique,
    "anyOf": _say_any,
    "contains": _say_contains,
    "falseSchema": _say_false,
    **dict.fromkeys(_BOUNDS, _say_bound),
}


def _where(breach: Breach) -> str:
    if not breach.at:
        return "at the top of the file"
    title = breach.schema.get("title")
    return f"in {breach.at}" + (f" ({title})" if title else "")


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
    names = list(known)
    close = [
        each for each in difflib.get_close_matches(word, names, n=3, cutoff=LIKE) if _last_part_is_like(word, each)
    ]
    close = close or [name for name in names if word and word in name.split("_")]  # url for vendor_url
    return f"Did you mean {close[0]!r}?" if close else ""


def _last_part_is_like(word: str, name: str) -> bool:
    """Whether two paths are alike in more than the folder that they share."""
    (folder, _, last), (other, _, end) = word.rpartition("/"), name.rpartition("/")
    return folder != other or difflib.SequenceMatcher(None, end, last).ratio() >= LIKE


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
