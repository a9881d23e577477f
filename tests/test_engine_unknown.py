"""Taking information away: a rule that fails does not pass because a field less is known."""

from __future__ import annotations

import copy
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from preflight.examples import Scene, judge_scene, merge, scene_of
from preflight.model import Outcome
from preflight.policy import example_parts
from preflight.shell.documents import parse
from preflight.shell.files import WorkingTree
from preflight.shell.registry import Layout, load_policy
from test_engine import TODAY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from preflight.model import Json, JsonObject
    from preflight.policy import Policy

ROOT = Path(__file__).parents[1]
POLICY = load_policy(WorkingTree(ROOT), Layout())
OVERLAYS = [
    overlay
    for compiled in POLICY.rules
    for overlay in (*compiled.rule.examples.passing, *compiled.rule.examples.failing)
]
NOTHING = parse(b"{}")


def fields(value: Json, at: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Yield the path of every member of every object. The items of a list are no fields: taking one out says more."""
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, member in members:
        if isinstance(value, dict):
            yield (*at, name)
        yield from fields(member, (*at, name))


def without(value: Json, path: tuple[str | int, ...]) -> Json:
    """Return a copy, as deep as the path, in which what the path leads to is missing."""
    less, step = copy.copy(value), path[0]
    if len(path) > 1:
        less[step] = without(less[step], path[1:])
    else:
        del less[step]
    return less


def outcomes(built: Policy, scene: JsonObject | Scene) -> dict[str, Outcome]:
    """Return the worst outcome of each rule: it passes only where it passes for every item."""
    staged = scene if isinstance(scene, Scene) else Scene(scene, policies=built.example_policies)
    worst = {compiled.rule.id: Outcome.NOT_APPLICABLE for compiled in built.rules}
    for verdict in judge_scene(staged, built, TODAY):
        if verdict.outcome is Outcome.FAIL or worst[verdict.rule] is not Outcome.FAIL:
            worst[verdict.rule] = verdict.outcome
    return worst


def assert_nothing_is_gained(built: Policy, before: dict[str, Outcome], poorer: JsonObject | Scene) -> None:
    """What fails goes on failing, or does not apply any more because its ``when`` asks with ``has`` for what is gone.

    Not so for what ``not_applicable`` says: that is a claim and not an answer, and withdrawing it counts the question
    again. It is left in place.
    """
    after = outcomes(built, poorer)
    for compiled in built.rules:
        name = compiled.rule.id
        if compiled.rule.faults:
            continue
        optional = compiled.when is not None and any(read.tested for read in compiled.when.reads)
        allowed = {Outcome.FAIL, Outcome.NOT_APPLICABLE} if optional else {Outcome.FAIL}
        if before[name] is Outcome.FAIL:
            assert after[name] in allowed, name


def poorer_by_one(record: JsonObject) -> Iterator[JsonObject]:
    """Yield the record without one field, for each field without which it still has the right shape."""
    for path in fields(record):
        if path[0] != "not_applicable" and POLICY.shape.fits(less := without(record, path)):
            yield less


def test_the_example_record_breaks_no_rule() -> None:
    assert Outcome.FAIL not in outcomes(POLICY, POLICY.example).values()


# Not those with a list of faults: what is listed may be something said, which is no fault once it is taken back. Nor
# the one about days that should not be there yet.
SAID = "lifecycle/nothing-before-approval"
CONDITIONS = [compiled.rule.id for compiled in POLICY.rules if not compiled.rule.faults and compiled.rule.id != SAID]


@pytest.mark.parametrize("name", CONDITIONS)
def test_no_failing_example_passes_with_a_field_less(name: str) -> None:
    only = POLICY.only([name])
    for overlay in only.rules[0].rule.examples.failing:
        scene = scene_of(only, overlay)
        before = outcomes(only, scene)
        assert before == {name: Outcome.FAIL}
        for poorer in poorer_by_one(scene.record):
            assert_nothing_is_gained(only, before, replace(scene, record=poorer))


@pytest.mark.parametrize("name", [name for name in CONDITIONS if not POLICY.only([name]).rules[0].rule.each])
def test_without_the_section_that_a_rule_points_at_it_does_not_pass_or_did_not_need_it(name: str) -> None:
    only = POLICY.only([name])
    rule = only.rules[0]
    section = rule.rule.at.split("/")[1]
    condition = rule.condition
    needed = condition and any(read.root == "vendor" and read.path[:1] == (section,) for read in condition.reads)
    applies = outcomes(only, POLICY.example)[name] is not Outcome.NOT_APPLICABLE
    less = {member: value for member, value in POLICY.example.items() if member != section}
    if needed and applies and POLICY.shape.fits(less):
        asks = rule.when is not None and any(read.tested and read.path[:1] == (section,) for read in rule.when.reads)
        allowed = {Outcome.FAIL, Outcome.NOT_APPLICABLE} if asks else {Outcome.FAIL}
        assert outcomes(only, less)[name] in allowed


@settings(deadline=None, max_examples=300)
@given(
    overlays=st.lists(st.sampled_from(OVERLAYS), min_size=1, max_size=4),
    picks=st.lists(st.integers(0, 10_000), min_size=1, max_size=4),
)
def test_taking_fields_away_never_makes_a_failing_rule_pass(overlays: list[JsonObject], picks: list[int]) -> None:
    record = POLICY.example
    for overlay in overlays:
        record = merge(record, example_parts(overlay)[0])
    poorer = record
    for pick in picks:
        candidates = [path for path in fields(poorer) if path[0] != "not_applicable"]
        less = without(poorer, candidates[pick % len(candidates)])
        poorer = less if POLICY.shape.fits(less) else poorer
    assert_nothing_is_gained(POLICY, outcomes(POLICY, record), poorer)
