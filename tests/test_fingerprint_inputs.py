"""A waiver ends by what repairs its finding: whatever turns a verdict is in the fingerprint of the finding.

The fields behind a fact are declared, and what a fact reads besides would be forgotten.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from preflight import examples, fingerprints
from preflight.model import Level, Outcome
from preflight.shell import registry
from preflight.shell.files import WorkingTree

if TYPE_CHECKING:
    from collections.abc import Iterator

    from preflight.examples import Scene
    from preflight.model import Json, JsonObject
    from preflight.policy import Policy
    from preflight.rules import CompiledRule

SOURCE = WorkingTree(Path(__file__).parents[1])
POLICY = registry.load_policy(SOURCE, registry.layout(SOURCE))
PEOPLE = {person["id"] for person in POLICY.example_policies["people"]["people"]}
WAIVED = [
    pytest.param(compiled, id=compiled.rule.id)
    for compiled in POLICY.rules
    if compiled.rule.level is Level.RED_FLAG and compiled.rule.waivable and not compiled.rule.about_registry
    # Of these, the whole record before is in it, and what other records say has a digest of its own.
    if not compiled.needs_before and not POLICY.of_others(compiled)
]
Place = tuple[str | int, ...]


def leaves(value: Json, at: Place = ()) -> Iterator[tuple[Place, Any]]:
    """Yield the places of a record with what stands there; of lists, both the list and what is in it."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else None
    if inside is None or isinstance(value, list):
        yield at, value
    for name, each in inside or ():
        yield from leaves(each, (*at, name))


def put(value: Any, at: Place, *new: Json) -> Any:
    """Return a record with something else at a place; with nothing given, without what stands there."""
    name, *rest = at
    changed = [put(value[name], tuple(rest), *new)] if rest else list(new)
    if isinstance(value, dict):
        return {key: each for key, each in value.items() if key != name} | dict(zip([name], changed, strict=False))
    return [*value[: int(name)], *changed, *value[int(name) + 1 :]]


def others(record: JsonObject) -> Iterator[tuple[Place, JsonObject]]:
    """Yield records that differ from one at a single place."""
    people = {each for _, each in leaves(record) if isinstance(each, str) and each in PEOPLE}
    for at, value in leaves(record):
        if at[0] == "id":
            continue
        yield at, put(record, at)
        news: list[Json] = (
            [not value] if isinstance(value, bool) else [10 * value + 1] if isinstance(value, int) else []
        )
        if isinstance(value, str):
            news = [each for each in sorted(people) if each != value] if value in people else [f"{value}-x"]
        yield from ((at, put(record, at, each)) for each in news)


def failing(scene: Scene, alone: Policy, compiled: CompiledRule) -> set[str]:
    """Return the places at which a record fails the rule."""
    verdicts = examples.judge_scene(scene, alone, date.fromisoformat(compiled.rule.examples.as_of))
    ours = (each for each in verdicts if (each.vendor, each.rule) == (scene.record["id"], compiled.rule.id))
    return {each.pointer for each in ours if each.outcome is Outcome.FAIL}


@pytest.mark.parametrize("compiled", WAIVED)
def test_what_turns_a_verdict_is_in_the_fingerprint(compiled: CompiledRule) -> None:
    rule, alone = compiled.rule, POLICY.only([compiled.rule.id])

    def fingerprint(record: JsonObject, pointer: str = rule.at) -> str:
        return fingerprints.of(POLICY, compiled, record, pointer)

    for overlay in (rule.examples.failing[0], rule.examples.passing[0]):
        scene = replace(examples.scene_of(POLICY, overlay), before=None, has_base=False)
        was, print_of = failing(scene, alone, compiled), fingerprint(scene.record)
        for at, record in others(scene.record):
            if fingerprint(record) != print_of or not POLICY.shape.fits(record):
                continue
            turned = was ^ failing(replace(scene, record=record), alone, compiled)
            same = {each for each in turned if fingerprint(scene.record, each) == fingerprint(record, each)}
            assert not same, f"{at} turns it, and is not in the fingerprint"
