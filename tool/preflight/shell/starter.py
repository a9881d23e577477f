"""Where the policies, schemas and workflows that ship with preflight lie: one source, never a copy."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from preflight.schema import Shape

if TYPE_CHECKING:
    from preflight.model import JsonObject

PACKAGE = Path(__file__).resolve().parents[1]


@cache
def root() -> Path:
    """Return the folder with ``policies``, ``schemas`` and ``.github``: in the wheel, or in the checkout."""
    carried = PACKAGE / "starter"
    return carried if carried.is_dir() else PACKAGE.parents[1]


@cache
def schema(kind: str) -> JsonObject:
    """Return the schema of a document kind that preflight itself defines, such as ``rule`` or ``report``."""
    document: JsonObject = json.loads((root() / "schemas" / f"{kind}.schema.json").read_text("utf-8"))
    return document


@cache
def shape(kind: str) -> Shape:
    """Return the compiled schema of a document kind that preflight itself defines."""
    return Shape(schema(kind), f"schemas/{kind}.schema.json")
