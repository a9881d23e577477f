"""A new record as text: what is known filled in, every other field of the schema as a comment that teaches it.

Fields that are not known are written without a value. Whoever takes the comment sign away and fills nothing in
is told so by the gate: an invented answer would be worse than none.
"""

from __future__ import annotations

import re
import textwrap
from typing import TYPE_CHECKING

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterator

    from preflight.model import Json, JsonObject
    from preflight.schema_tree import Node

WIDTH = 110
DEEPEST = 12
EXPONENT = re.compile(r"-?[0-9.]+[eE][-+]?[0-9]+", re.ASCII)
DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
Line = tuple[bool, str]  # active (else a comment), text


def record(node: Node, values: JsonObject, schema_path: str) -> str:
    """Return the text of a record of the shape ``node``, with ``values`` filled in."""
    head = [
        f"# yaml-language-server: $schema={schema_path}",
        "#",
        "# A field that is absent means: not known. Take away the '# ' in front of what you can answer, and of the",
        "# lines above it that it belongs to. 'preflight explain' shows what is still open.",
    ]
    body = (text if active else _comment(text) for active, text in _members(node, values, 0, top=True))
    return "\n".join([*head, *body]) + "\n"


def _comment(text: str) -> str:
    return f"# {text}".rstrip()


def _members(node: Node, values: JsonObject, depth: int, *, top: bool = False) -> Iterator[Line]:
    """Yield the lines of an object's members, in the order of the schema."""
    if depth > DEEPEST:  # a schema that refers to itself
        return
    for name in node.names():
        member = node.child(name)
        if member is None:
            continue
        if top and _holds(member):
            yield True, ""
            yield from ((True, f"# {text}") for text in _prose(member))
        yield from _member(name, member, values.get(name), depth)


def _holds(node: Node) -> bool:
    schema = node.resolved().schema
    return "properties" in schema or schema.get("type") == "array"


def _prose(node: Node) -> list[str]:
    schema = node.resolved().schema
    return textwrap.wrap(f"{schema.get('title', '')}. {schema.get('description', '')}".strip(), WIDTH)


def _member(name: str, node: Node, value: Json, depth: int) -> Iterator[Line]:
    indent, key = "  " * depth, _scalar(name)
    known = value is not None
    schema = node.resolved().schema
    if "properties" in schema:
        yield known, f"{indent}{key}:{' {}' if value == {} else ''}"
        yield from _members(node, value or {}, depth + 1)
        return
    items = node.items()
    if items is not None and "properties" in items.resolved().schema:
        yield known, f"{indent}{key}:{' []' if value == [] else ''}"
        for entry in value or ([{}] if value is None else []):
            yield from _entry(items, entry, depth + 1)
        return
    if known:
        yield True, f"{indent}{key}: {_flow(value)}"
    else:
        yield from ((False, line) for line in _open(f"{indent}{key}:", _hint(node)))


def _open(start: str, hint: str) -> list[str]:
    """Return a field without a value and, behind it, what is wanted; continued below where it is long."""
    below = " " * (len(start) - len(start.lstrip()) + 4) + "# "
    lines: list[str] = textwrap.wrap(hint, WIDTH, initial_indent=f"{start}  # ", subsequent_indent=below)
    return lines or [start]


def _entry(node: Node, entry: JsonObject, depth: int) -> Iterator[Line]:
    """Yield one entry of a list of objects; its first line carries the dash."""
    lines = sorted(_members(node, entry, depth + 1), key=lambda line: not line[0])  # the dash needs an active line
    for index, (active, text) in enumerate(lines):
        inside = "  " * depth
        yield active, f"{inside}- {text[len(inside) + 2 :]}" if index == 0 else text


def _hint(node: Node) -> str:
    schema = node.resolved().schema
    items = node.items()
    if items is not None:
        example = f", for example {_flow(schema['examples'][0])}" if schema.get("examples") else ""
        return f"a list{example} · {_hint(items)}"
    wanted = {"boolean": "true or false", "integer": "a whole number", "number": "a number"}.get(
        schema.get("type", ""), ""
    )
    if "enum" in schema:
        wanted = ", ".join(map(str, schema["enum"][:-1])) + f" or {schema['enum'][-1]}"
    if not wanted and schema.get("examples"):
        wanted = f"for example {_flow(schema['examples'][0])}"
    about = schema.get("description", schema.get("title", ""))
    return " · ".join(part for part in (wanted, about) if part)


def _flow(value: Json) -> str:
    if isinstance(value, list):
        return f"[{', '.join(_flow(item) for item in value)}]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_scalar(key)}: {_flow(item)}" for key, item in value.items()) + "}"
    return _scalar(value)


def _scalar(value: Json) -> str:
    """Return a scalar in YAML. Dates stay plain, as people write them; the strict reader takes them for text."""
    if isinstance(value, str) and DATE.fullmatch(value):
        return value
    if isinstance(value, str) and EXPONENT.fullmatch(value):
        return f'"{value}"'  # a number to a reader of JSON, though not to the emitter
    # Within a list, so that the emitter quotes what flow style needs quoted.
    text: str = yaml.safe_dump([value], default_flow_style=True, allow_unicode=True, width=10**6)
    return text.strip().removeprefix("[").removesuffix("]")
