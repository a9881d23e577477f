"""Where the policies, schemas and workflows that ship with preflight lie: one source, never a copy."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from preflight.schema import Shape

if TYPE_CHECKING:
    from preflight.model import JsonObject

KIND_PATH = "schemas/{}.schema.json"
PACKAGE = Path(__file__).resolve().parents[1]


@cache
def root() -> Path:
    """Return the folder with ``policies``, ``schemas`` and ``.github``: in the wheel, or in the checkout."""
    carried = PACKAGE / "starter"
    return carried if carried.is_dir() else PACKAGE.parents[1]


def files(*, sample: bool) -> dict[str, bytes]:
    """Return what a new registry begins with, by path; with the sample vendors on request."""
    patterns = [
        "policies/**/*.yaml",
        "schemas/*.json",
        "schemas/editor/*.json",
        ".gitattributes",
        *(["vendors/*.yaml", "vendors/decisions/*/*", "policies/allowed_signers"] if sample else []),
    ]
    found = sorted(path for pattern in patterns for path in root().glob(pattern))
    return {path.relative_to(root()).as_posix(): path.read_bytes() for path in found}


def kinds() -> list[str]:
    """Return the document kinds that have a schema."""
    return sorted(path.name.removesuffix(".schema.json") for path in (root() / "schemas").glob("*.schema.json"))


@cache
def schema(kind: str) -> JsonObject:
    """Return the schema of a document kind that preflight itself defines, such as ``rule`` or ``report``."""
    document: JsonObject = json.loads((root() / KIND_PATH.format(kind)).read_text("utf-8"))
    return document


@cache
def shape(kind: str) -> Shape:
    """Return the compiled schema of a document kind that preflight itself defines."""
    return Shape(schema(kind), KIND_PATH.format(kind))
