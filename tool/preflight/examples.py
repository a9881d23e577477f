"""A rule's examples, run as its tests: overlays on the example record.

A passing example has to keep the rule. A failing example has to break it, and no other rule: that proves
that the rule is what catches the fault.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING

from preflight.engine import Case, judge_case, judge_registry, read, share
from preflight.errors import CannotJudge
from preflight.model import SIGNED_FOR, Decided, Json, JsonObject, Outcome, Position, Verdict
from preflight.pointers import existing, get
from preflight.policy import example_parts

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from preflight.policy import Policy
    from preflight.rules import CompiledRule


@dataclass(frozen=True, slots=True)
class Fault:
    """An example that does not show what it claims. ``example`` is a pointer into the rule file."""

    rule: str
    path: str
    example: str
    message: str


class Nowhere:
    """Positions of a record that lies in no file."""

    def position(self, pointer: str) -> Position:
        """Return the first character: nobody looks at it."""
        return Position(1 + len(existing({}, pointer)))

    def part(self, members: Collection[str]) -> Nowhere:  # noqa: ARG002 - nowhere is nowhere
        """Return the same."""
        return self


def merge(target: Json, patch: Json) -> Json:
    """Apply a JSON merge patch (RFC 7396): objects are merged, null takes out, everything else replaces."""
    if not isinstance(patch, dict):
        return patch
    merged: JsonObject = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            merged.pop(key, None)
        else:
            merged[key] = merge(merged.get(key), value)
    return merged


def faults(policy: Policy) -> Iterator[Fault]:
    """Yield every example that does not hold, rule by rule."""
    broken: set[str] = set()
    for compiled in policy.rules:
        for fault in _own_faults(policy.only([compiled.rule.id]), compiled):
            broken.add(compiled.rule.id)
            yield fault
    # A rule that does not hold by itself would only spoil what the others' examples prove.
    sound = policy.only(compiled.rule.id for compiled in policy.rules if compiled.rule.id not in broken)
    for compiled in sound.rules:
        yield from _shared_faults(sound, compiled)


def _own_faults(alone: Policy, compiled: CompiledRule) -> Iterator[Fault]:
    """Faults that a rule's examples show with no other rule around."""
    rule = compiled.rule
    outcomes: list[Outcome] = []
    for index, overlay in enumerate(rule.examples.passing):
        at = f"/examples/pass/{index}"
        seen = _outcomes(alone, compiled, overlay, at)
        if isinstance(seen, Fault):
            yield seen
            continue
        outcomes.append(seen[rule.id])
        if seen[rule.id] is Outcome.FAIL:
            yield Fault(rule.id, rule.path, at, "this example should pass, and fails")
    if outcomes and Outcome.PASS not in outcomes:
        yield Fault(rule.id, rule.path, "/examples/pass", "the rule applies to none of the passing examples")
    for index, overlay in enumerate(rule.examples.failing):
        at = f"/examples/fail/{index}"
        seen = _outcomes(alone, compiled, overlay, at)
        if isinstance(seen, Fault):
            yield seen
        elif seen[rule.id] is not Outcome.FAIL:
            yield Fault(rule.id, rule.path, at, f"this example should fail, and says {seen[rule.id].value}")


def _shared_faults(policy: Policy, compiled: CompiledRule) -> Iterator[Fault]:
    """Faults of failing examples that break other rules, too."""
    rule = compiled.rule
    for index, overlay in enumerate(rule.examples.failing):
        at = f"/examples/fail/{index}"
        plain, seen = _outcomes(policy, compiled, {}, at), _outcomes(policy, compiled, overlay, at)
        if isinstance(seen, Fault):
            yield seen
            continue
        if isinstance(plain, Fault):
            yield plain
            continue
        failing = sorted(name for name, outcome in seen.items() if outcome is Outcome.FAIL and name != rule.id)
        others = [name for name in failing if plain[name] is not Outcome.FAIL]
        if others:
            message = f"this example breaks other rules too, so it proves nothing: {', '.join(others)}"
            yield Fault(rule.id, rule.path, at, message)


def _outcomes(policy: Policy, compiled: CompiledRule, overlay: JsonObject, at: str) -> dict[str, Outcome] | Fault:
    """Judge the example record with an overlay by all rules; the worst outcome of each."""
    rule = compiled.rule
    try:
        scene = scene_of(policy, overlay)
        judged = judge_scene(scene, policy, date.fromisoformat(rule.examples.as_of))
    except CannotJudge as error:
        return Fault(rule.id, rule.path, at, error.message)
    worst: dict[str, Outcome] = {}
    for verdict in judged:
        if worst.get(verdict.rule) is not Outcome.FAIL:
            worst[verdict.rule] = verdict.outcome
    return worst


@dataclass(frozen=True, slots=True)
class Scene:
    """An example with its surroundings: the record, the others, the record before, the policy documents."""

    record: JsonObject
    others: tuple[JsonObject, ...] = ()
    before: JsonObject | None = None
    has_base: bool = False
    policies: JsonObject = field(default_factory=dict)
    approvals: tuple[JsonObject, ...] = ()


def scene_of(policy: Policy, overlay: JsonObject) -> Scene:
    """Lay an overlay on the example record. Raises CannotJudge where a record is not of the right shape.

    ``$others`` are overlays that make the other records, ``$before`` one that makes the record before (null:
    there was none), ``$policies`` a patch on the policy documents, ``$decisions`` the approvals of signed decisions.
    """
    change, around = example_parts(overlay)
    before = around.get("$before")
    records = [change, *around.get("$others", ()), *([] if before is None else [before])]
    made = [merge(policy.example, each) for each in records]
    for record in made:
        for problem in policy.shape.problems(record)[:1]:
            message = f"the record is not of the right shape at {problem.pointer or '/'}: {problem.message}"
            raise CannotJudge(message)
    others = made[1:] if before is None else made[1:-1]
    patch = merge(policy.example_policies, around.get("$policies", {}))
    last = None if before is None else made[-1]
    whom = {title.lower(): get(made[0], at) or "" for title, at in SIGNED_FOR.items()}
    meant = {"state": "in-force", **whom}
    signed = ({"id": f"example-{index}", **meant, **each} for index, each in _numbered(around))
    return Scene(made[0], tuple(others), last, "$before" in around, patch, tuple(signed))


def _numbered(around: JsonObject) -> Iterator[tuple[int, JsonObject]]:
    for index, each in enumerate(around.get("$decisions", ())):
        if not isinstance(each, dict) or not {"role", "by", "date"} <= each.keys():
            message = f"$decisions/{index} is no approval: role, by and date are wanted"
            raise CannotJudge(message)
        yield index, each


def judge_scene(scene: Scene, policy: Policy, today: date) -> tuple[Verdict, ...]:
    """Judge the record of a scene by all rules, and its registry by those about the registry. Raises CannotJudge."""
    vendor = str(scene.record.get("id", "example"))
    cases = {vendor: Case(vendor, "", scene.record, Nowhere(), scene.before, scene.has_base)}
    for index, record in enumerate(scene.others):
        name = str(record.get("id", f"other-{index}"))
        cases[name if name not in cases else f"{name}-{index}"] = Case(name, "", record, Nowhere())
    decided = Decided(approvals={vendor: scene.approvals})
    context = policy.context(today, frozenset(cases), decided)
    context = replace(context, policies=merge(dict(context.policies), scene.policies))
    extracts = {name: read(case, policy, context, judging=False).extracts for name, case in cases.items()}
    shared = share(policy, extracts, context)[vendor]
    judged = judge_case(cases[vendor], policy, context, shared, everything=True)
    whole = judge_registry(policy, extracts, context, everything=True)
    return (*judged.verdicts, *whole.verdicts)
