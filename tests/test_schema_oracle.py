"""Two validators, one verdict: whether something fits is what an independent library says."""

from __future__ import annotations

import copy
import random
from functools import cache
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from referencing import Registry

from judged_shapes import RECENT, records, vendor
from preflight import pointers
from preflight.schema import Shape

if TYPE_CHECKING:
    from collections.abc import Iterator

    from preflight.model import Json, JsonObject


def insides(value: Json, path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], Json]]:
    yield path, value
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, item in members:
        yield from insides(item, (*path, name))


ODD: tuple[Json, ...] = (
    None, True, False, 0, -1, 1.5, 101, 10**13, "", " ", "x", "NO", "live", "A B", "a-b", "a--b", "x" * 201, "y" * 2001,
    "2026-02-30", "2026-02-28", "0000-01-01", "2026-1-1", "http://", "https://a.example/x", "ftp://a", "a.example",
    "/a/b", "C1.13", "é", "٣", "EUR", [], {}, [1], ["x", "x"], {"amount": 1, "currency": "EUR"}, {"person": "a"},
)  # fmt: skip


def mutated(record: JsonObject, chance: random.Random) -> JsonObject:
    """Return a copy of a record with one to three small changes."""
    changed: JsonObject = copy.deepcopy(record)
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        path, _ = chance.choice([each for each in insides(changed) if each[0]] or [(("id",), None)])
        around: Json = pointers.get(changed, pointers.pointer(path[:-1]))
        odd, here = copy.deepcopy(chance.choice(ODD)), path[-1]
        change = chance.randrange(5)
        if change == 0:
            del around[here]
        elif change == 1 and isinstance(around, dict):
            around[chance.choice(("zzz", "nmae", "", "note", "url", "on"))] = odd
        elif change == 2 and isinstance(around, list):
            around.append(copy.deepcopy(around[int(here)]))
        elif change == 3 and isinstance(around[here], str):
            around[here] = chance.choice((around[here].upper(), around[here] * 300, around[here][:-1], f"{odd}"))
        else:
            around[here] = odd
    return changed


@pytest.mark.parametrize("number", range(24))
def test_both_validators_reach_the_same_verdict_on_changed_records(number: int) -> None:
    """The library is asked with Python's own regular expressions: none of the texts ends in a new line."""
    library = Draft202012Validator(
        vendor().schema, registry=Registry(), format_checker=Draft202012Validator.FORMAT_CHECKER
    )
    chance = random.Random(number)  # noqa: S311 - repeatable on purpose
    record, verdicts = records()[number % len(records())], set()
    for _ in range(12):
        changed = mutated(record, chance)
        fits = vendor().fits(changed)
        assert fits == library.is_valid(changed)
        problems = vendor().problems(changed)
        assert (problems == ()) is fits
        assert all(pointers.existing(changed, problem.pointer) == problem.pointer for problem in problems)
        assert all(problem.message and problem.fix for problem in problems)
        verdicts.add(fits)
    assert False in verdicts


SMALL: JsonObject = {
    "properties": {
        "a": {"type": ["string", "integer"], "minLength": 2, "maximum": 5},
        "b": {"type": "array", "uniqueItems": True, "items": {"enum": [1, "x", None, True]}, "maxItems": 3},
        "c": {"anyOf": [{"$ref": "#/$defs/short"}, {"required": ["a"], "type": "object"}]},
    },
    "patternProperties": {"^x": {"type": "boolean"}},
    "additionalProperties": False,
    "$defs": {"short": {"type": "string", "maxLength": 1, "pattern": "^[a-z]*$"}},
}
anything = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.sampled_from(["", "a", "x", "ab", "A", 1.0, 1.5]),
    lambda inside: (
        st.lists(inside, max_size=4)
        | st.dictionaries(st.sampled_from(["a", "b", "c", "x", "xy", "zzz"]), inside, max_size=4)
    ),
    max_leaves=10,
)


@settings(deadline=None, max_examples=400)
@given(anything)
def test_both_validators_reach_the_same_verdict_on_anything(value: Json) -> None:
    judged = _small()
    library = Draft202012Validator(judged.schema, registry=Registry())
    fits = judged.fits(value)
    assert fits == library.is_valid(value)
    assert (judged.problems(value) == ()) is fits


@cache
def _small() -> Shape:
    return Shape({"$schema": RECENT} | SMALL, "small.json")
