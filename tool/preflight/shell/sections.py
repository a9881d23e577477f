"""A record cut into the members of its top level, so that of two versions only what differs has to be parsed.

Parsing is nearly all of the time that a long history takes, and a commit changes a line or two. The cut is made only
where it is certain to mean the same as the whole: a block mapping, each key a plain word at the start of a line, and
between two keys nothing but lines that are indented, empty, comments, or items of a list. A text in quotes or brackets
that reaches over such a line leaves a part that is not YAML by itself; whoever parses the parts then takes the whole.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from preflight.errors import DocumentError
from preflight.shell import documents

if TYPE_CHECKING:
    from preflight.model import Json, JsonObject

# Where a line begins: with a key, or with something else than a space, a comment or an item of a list.
_START = re.compile(rb"\n(?:([A-Za-z_][A-Za-z0-9_-]{0,99}):(?=[ \r\n]|\Z)|(?![ \r\n#-])[^\n]|-(?![ \r\n]))")
_BEFORE = re.compile(rb"(?:[ ]*(?:#[^\n]*)?\r?\n)*")


@dataclass(frozen=True, slots=True)
class Part:
    """A member that was parsed: its value, and how many nodes it is, its key included."""

    value: Json
    nodes: int


def cut(data: bytes) -> dict[bytes, bytes] | None:
    """Return the members of a record by key, as they are written; None where it has to be read as a whole."""
    if len(data) > documents.MAX_BYTES:
        return None
    # With a line feed in front, so that every line begins with one: the search is quick to find those.
    places = [(found.start(), found[1]) for found in _START.finditer(b"\n" + data)]
    if not places or any(key is None for _, key in places):
        return None
    first = _BEFORE.match(data)
    if first is None or first.end() != places[0][0]:
        return None
    ends = [*(start for start, _ in places[1:]), len(data)]
    # What stands before the first key belongs to it, so that nothing in the file goes unread.
    parts = {key: data[start:end] for (start, key), end in zip([(0, places[0][1]), *places[1:]], ends, strict=True)}
    return parts if len(parts) == len(places) else None


def parse(parts: dict[bytes, bytes]) -> dict[bytes, Part] | None:
    """Parse members; None where one of them is not readable by itself, and so the whole has to say why."""
    found: dict[bytes, Part] = {}
    for key, text in parts.items():
        part = member(key.decode("ascii"), text)
        if part is None:
            return None
        found[key] = part
    return found


def member(name: str, text: bytes) -> Part | None:
    """Parse one member; None where it is not readable by itself, or is not just that member."""
    try:
        document = documents.parse(text)
    except DocumentError:
        return None
    if not isinstance(document.value, dict) or list(document.value) != [name]:
        return None
    return Part(document.value[name], len(document.marks) - 1)


def together(parts: dict[bytes, Part]) -> JsonObject:
    """Return the record that the members are."""
    return {key.decode("ascii"): part.value for key, part in parts.items()}
