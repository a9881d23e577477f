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

_KEY = re.compile(rb"^([A-Za-z_][A-Za-z0-9_-]{0,99}):(?=[ \r\n]|\Z)", re.MULTILINE)
_OTHER = re.compile(rb"^(?![ \r\n#-]|[A-Za-z_][A-Za-z0-9_-]{0,99}:(?:[ \r\n]|\Z))[^\n]|^-(?![ \r\n])", re.MULTILINE)
_BEFORE = re.compile(rb"(?:[ ]*(?:#[^\n]*)?\r?\n)*")


@dataclass(frozen=True, slots=True)
class Part:
    """A member that was parsed: its value, and how many nodes it is, its key included."""

    value: Json
    nodes: int


def cut(data: bytes) -> dict[bytes, bytes] | None:
    """Return the members of a record by key, as they are written; None where it has to be read as a whole."""
    places = [(found.start(), found[1]) for found in _KEY.finditer(data)]
    if not places or len(data) > documents.MAX_BYTES or _OTHER.search(data):
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
        try:
            document = documents.parse(text)
        except DocumentError:
            return None
        name = key.decode("ascii")
        if not isinstance(document.value, dict) or list(document.value) != [name]:
            return None
        found[key] = Part(document.value[name], len(document.marks) - 1)
    return found


def together(parts: dict[bytes, Part]) -> JsonObject:
    """Return the record that the members are."""
    return {key.decode("ascii"): part.value for key, part in parts.items()}
