"""A checkpoint: a history written down in a few lines, to be kept where those who keep the history cannot write."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from preflight.auditing.chain import Link
from preflight.errors import DocumentError
from preflight.escaping import json_text

if TYPE_CHECKING:
    from preflight.model import Json, JsonObject

SCHEMA = "preflight/checkpoint/v1"
NAMESPACE = "preflight-checkpoint@v1"  # of the SSH signature over a checkpoint
MAX_BYTES = 16 * 1024 * 1024

_COMMIT = re.compile("[0-9a-f]{40}|[0-9a-f]{64}", re.ASCII)
_DIGEST = re.compile("[0-9a-f]{64}", re.ASCII)
_FIX = "Name a file that 'preflight audit checkpoint' wrote, as it wrote it."
MEMBERS = (
    "schema",
    "registry",
    "made_on",
    "made_by",
    "head",
    "commits",
    "chain",
    "covers",
    "trust_root",
    "records",
    "decisions",
    "marks",
)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What was there when it was made.

    ``made_on`` and ``made_by`` are claims. ``chain`` is the last link over ``commits`` commits and the files in
    ``covers``; ``marks`` are links before it, the oldest first. ``decisions`` are the files of decisions with the
    SHA-256 of what they hold. ``trust_root`` is None where what judges cannot be read.
    """

    registry: str | None
    made_on: date
    made_by: str
    head: str
    commits: int
    chain: str
    covers: tuple[str, ...]
    trust_root: str | None
    records: int
    decisions: tuple[tuple[str, str], ...]
    marks: tuple[Link, ...]


def render(point: Checkpoint) -> str:
    """Return the file, described by schemas/checkpoint.schema.json."""
    value: JsonObject = {
        "schema": SCHEMA,
        "registry": point.registry,
        "made_on": point.made_on.isoformat(),
        "made_by": point.made_by,
        "head": point.head,
        "commits": point.commits,
        "chain": point.chain,
        "covers": list(point.covers),
        "trust_root": point.trust_root,
        "records": point.records,
        "decisions": [{"path": path, "sha256": digest} for path, digest in point.decisions],
        "marks": [{"commits": each.number, "commit": each.commit, "chain": each.digest} for each in point.marks],
    }
    return json_text(value)


def parse(data: bytes) -> Checkpoint:
    """Read the file. Raises DocumentError for anything that is not a whole checkpoint."""
    value = _read(data)
    _wanted(isinstance(value, dict), "it is no JSON object")
    _wanted(value.get("schema") == SCHEMA, f"its schema is {str(value.get('schema'))[:60]!r}, not {SCHEMA!r}")
    for name in MEMBERS:
        _wanted(name in value, f"{name} is missing")
    for name in value:
        _wanted(name in MEMBERS, f"nobody knows what {name[:60]!r} means")
    listed = value["decisions"], value["marks"], value["covers"]
    _wanted(all(isinstance(each, list) for each in listed), "decisions, marks and covers are lists")
    point = Checkpoint(
        None if value["registry"] is None else _text(value["registry"], "registry"),
        _day(value["made_on"]),
        _text(value["made_by"], "made_by"),
        _matching(_COMMIT, value["head"], "head"),
        _count(value["commits"], "commits"),
        _matching(_DIGEST, value["chain"], "chain"),
        tuple(_text(each, "covers") for each in value["covers"]),
        None if value["trust_root"] is None else _text(value["trust_root"], "trust_root"),
        _count(value["records"], "records"),
        tuple(
            (_text(path, "path"), _matching(_DIGEST, digest, "sha256")) for path, digest in _pairs(value["decisions"])
        ),
        tuple(_mark(each) for each in value["marks"]),
    )
    last = point.marks[-1] if point.marks else None
    same = last is not None and (last.number, last.commit, last.digest) == (point.commits, point.head, point.chain)
    _wanted(same, "its last mark is not its head")
    numbers = [each.number for each in point.marks]
    _wanted(numbers == sorted(set(numbers)), "its marks do not go up")
    return point


def _read(data: bytes) -> Json:
    _wanted(len(data) <= MAX_BYTES, f"it has more than {MAX_BYTES:,} bytes")
    try:
        return json.loads(data.decode("utf-8"), object_pairs_hook=_unique, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        message = f"it is not JSON: {getattr(error, 'msg', error)}"
        raise DocumentError(message, fix=_FIX, line=getattr(error, "lineno", 1)) from None


def _unique(pairs: list[tuple[str, Json]]) -> JsonObject:
    found: JsonObject = {}
    for key, value in pairs:
        _wanted(key not in found, f"{key[:60]!r} stands twice in one object")
        found[key] = value
    return found


def _no_constant(text: str) -> Json:
    message = f"{text} is no value"
    raise ValueError(message)


def _wanted(holds: bool, message: str) -> None:  # noqa: FBT001 - reads as an assertion
    if not holds:
        raise DocumentError(message, fix=_FIX)


def _text(value: Json, name: str) -> str:
    _wanted(isinstance(value, str), f"{name} is no text")
    return str(value)


def _count(value: Json, name: str) -> int:
    _wanted(type(value) is int and value >= 0, f"{name} is no count")
    return int(value)


def _matching(pattern: re.Pattern[str], value: Json, name: str) -> str:
    _wanted(isinstance(value, str) and pattern.fullmatch(value) is not None, f"{name} is no digest")
    return str(value)


def _day(value: Json) -> date:
    try:
        return date.fromisoformat(_text(value, "made_on"))
    except ValueError:
        message = "made_on is no day"
        raise DocumentError(message, fix=_FIX) from None


def _pairs(listed: list[Json]) -> list[tuple[Json, Json]]:
    _wanted(all(isinstance(each, dict) and set(each) == {"path", "sha256"} for each in listed), "a decision is no pair")
    return [(each["path"], each["sha256"]) for each in listed]


def _mark(value: Json) -> Link:
    _wanted(isinstance(value, dict) and set(value) == {"commits", "commit", "chain"}, "a mark is no mark")
    return Link(
        _count(value["commits"], "commits"),
        _matching(_COMMIT, value["commit"], "commit"),
        _matching(_DIGEST, value["chain"], "chain"),
    )
