"""However hostile a value is, to hold it against a schema does not take long."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from judged_shapes import shape, vendor

if TYPE_CHECKING:
    from preflight.model import Json
    from preflight.schema import Shape

SECONDS = 2.0


def quick(judged: Shape, value: Json) -> list[str]:
    begun = time.process_time()
    rules = sorted({problem.rule for problem in judged.problems(value)})
    assert time.process_time() - begun < SECONDS
    return rules


@pytest.mark.parametrize("pattern", ["^(a+)+$", "^([a-z0-9]+-?)+$", "^(a|a)*$", "^(.*)*$b"])
def test_a_pattern_takes_linear_time(pattern: str) -> None:
    hostile = "a" * 50_000 + "!\n"
    assert quick(shape(pattern=pattern), hostile) == ["schema/pattern"]
    names = {"propertyNames": {"pattern": pattern}}
    assert quick(shape(**names), {hostile: 1}) == ["schema/pattern"]


@pytest.mark.parametrize("pattern", ["^(a+)+$", "^([a-z0-9]+-?)+$"])
def test_a_pattern_for_the_names_of_members_takes_linear_time(pattern: str) -> None:
    named = {"patternProperties": {pattern: {"type": "string"}}}
    value = {"a" * 50_000 + "!": 1, "aa": 1}
    rules = ["schema/additionalProperties", "schema/type"]
    assert quick(shape(**named, additionalProperties=False), value) == rules
    assert quick(shape(**named, unevaluatedProperties=False), value) == ["schema/type", "schema/unevaluatedProperties"]


@pytest.mark.parametrize(
    "items",
    [
        pytest.param([{"a": n} for n in range(5000)], id="5,000 groups"),
        pytest.param([n if n % 2 else str(n) for n in range(9000)], id="9,000 numbers and texts"),
        pytest.param([[n] if n % 2 else str(n) for n in range(7000)], id="7,000 lists and texts"),
    ],
)
def test_entries_are_compared_in_linear_time(items: list[Json]) -> None:
    record = {"id": "a", "name": "A", "category": "seo", "lifecycle": {"status": "live"}, "aliases": items}
    assert quick(vendor(), record) == ["schema/maxItems", "schema/type"]
