"""A red flag goes when the vendor becomes better, and not because the record says less."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from preflight import examples, fingerprints
from preflight.model import Level, Outcome
from preflight.pointers import get, parts
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
# Of these, what is wrong is something said: to take it back is the repair.
SAID = {"contract/days-in-order", "ownership/references-exist", "risk/no-split-purchase"}
FLAGS = [
    pytest.param(compiled, id=compiled.rule.id)
    for compiled in POLICY.rules
    if compiled.rule.level is Level.RED_FLAG and not compiled.rule.about_registry and compiled.rule.id not in SAID
]
OF_CHANGES = [each.rule.id for each in POLICY.rules if "before" in f"{each.rule.when} {each.rule.condition}"]


def red(scene: Scene, policy: Policy, day: date) -> set[str]:
    """Return the red flags that a policy raises."""
    verdicts = examples.judge_scene(scene, policy, day)
    return {each.rule for each in verdicts if each.outcome is Outcome.FAIL and each.level is Level.RED_FLAG}


def without(record: Json, path: tuple[str, ...]) -> Json:
    """Return a record without what lies at a path; what is left empty by that goes, too."""
    name, *rest = path
    if not isinstance(record, dict) or name not in record:
        return record
    left = without(record[name], tuple(rest)) if rest else None
    kept = {key: each for key, each in record.items() if key != name}
    return {**kept, name: left} if left not in (None, {}) else kept


def poorer(record: JsonObject, compiled: CompiledRule) -> Iterator[tuple[str, JsonObject]]:
    """Yield a record without each field that a rule looks at, and each section around one."""
    looked = {parts(each) for each in fingerprints.covers(POLICY, compiled, compiled.rule.at) if each.startswith("/")}
    fields = {each[: each.index("*")] if "*" in each else each for each in looked}
    for path in sorted({each[:depth] for each in fields for depth in range(1, len(each) + 1)}):
        less = without(record, path)
        where = "/" + "/".join(path)
        if get(record, where) is not None and POLICY.shape.fits(less):
            yield where, less


@pytest.mark.parametrize("compiled", FLAGS)
def test_no_red_flag_goes_by_leaving_something_out(compiled: CompiledRule) -> None:
    rule, day = compiled.rule, date.fromisoformat(compiled.rule.examples.as_of)
    alone = POLICY.only([rule.id, *OF_CHANGES])  # which is quicker than all, and mostly enough
    for overlay in rule.examples.failing:
        scene = examples.scene_of(POLICY, overlay)
        if scene.before is not None:
            continue  # it is about a change itself
        for where, less in poorer(scene.record, compiled):
            change = replace(scene, record=less, before=scene.record, has_base=True)
            assert red(change, alone, day) or red(change, POLICY, day) - {rule.id}, f"it goes with {where}"
