"""Schemas to judge by: small ones made on the spot, and that of the records."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from preflight.errors import CannotJudge
from preflight.schema import DRAFTS, Shape
from preflight.shell import documents

if TYPE_CHECKING:
    from preflight.model import Json, JsonObject

ROOT = Path(__file__).parents[1]
RECENT, OLDER = DRAFTS
REFER = "Refer to '#/$defs/NAME' of the same file; nothing is fetched from files or the network."


def shape(draft: str = RECENT, /, **keywords: Json) -> Shape:
    return Shape({"$schema": draft} | keywords, "s.json")


def refusal(schema: Json) -> CannotJudge:
    with pytest.raises(CannotJudge) as caught:
        Shape(schema, "policies/s.json")
    assert caught.value.path == "policies/s.json"
    return caught.value


@cache
def vendor() -> Shape:
    return Shape(json.loads((ROOT / "schemas/vendor.schema.json").read_text(encoding="utf-8")), "vendor.schema.json")


@cache
def records() -> tuple[JsonObject, ...]:
    return tuple(documents.parse(path.read_bytes()).value for path in sorted((ROOT / "vendors").glob("*.yaml")))


def said(problems: Any) -> list[tuple[str, str, str]]:
    return [(problem.rule, problem.pointer, problem.message) for problem in problems]


def unknown(at: str, keyword: str) -> str:
    return f"{at}: the schema keyword {keyword!r} is not known, so it would check nothing"
