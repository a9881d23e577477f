"""The policy that ships with preflight: complete, tested by its own examples, and worded for people."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from preflight import coverage, examples, policy
from preflight.model import JsonObject, Level, Outcome, Verdict
from preflight.pointers import covers
from preflight.policy import Policy, PolicyDocument
from preflight.shell import registry
from preflight.shell.files import WorkingTree

if TYPE_CHECKING:
    from preflight.rules import CompiledRule

ROOT = Path(__file__).parents[1]
POLICY: Policy = registry.load_policy(WorkingTree(ROOT), registry.Layout())
RULES = [pytest.param(compiled, id=compiled.rule.id) for compiled in POLICY.rules]
QUESTIONS = {"C1": 15, "C2": 16, "C3": 11, "C4": 12, "C5": 14}


# Red flags about what somebody said or did: a record that says nothing cannot break them, and others ask for what
# is missing.
SAID = {
    "ai/no-training-on-our-data",
    "architecture/consent-kept",
    "architecture/consent-per-region",
    "architecture/record-claimed-once",
    "contract/contracted-until-left",
    "contract/days-in-order",
    "contract/nothing-bought-when-over",
    "contract/old-terms-not-extended",
    "contract/payments-entered-in-time",
    "contract/purchases-entered-in-time",
    "contract/purchases-kept",
    "contract/recurring-entered-in-time",
    "contract/seller-kept",
    "contract/subscriptions-contracted",
    "governance/answers-kept",
    "governance/reviews-kept",
    "lifecycle/approval-dated-truly",
    "lifecycle/approvals-kept",
    "lifecycle/begins-at-the-beginning",
    "lifecycle/category-kept",
    "lifecycle/days-kept",
    "lifecycle/end-dated-truly",
    "lifecycle/id-not-reused",
    "lifecycle/in-use-is-live",
    "lifecycle/name-kept",
    "lifecycle/nothing-before-approval",
    "lifecycle/nothing-depends-on-the-retired",
    "lifecycle/over-is-over",
    "lifecycle/proposal-dated-truly",
    "lifecycle/proposer-kept",
    "lifecycle/rejected-before-it-was-bought",
    "lifecycle/transition-allowed",
    "ownership/id-of-its-own",
    "ownership/owners-in-office",
    "ownership/references-exist",
    "risk/no-split-purchase",
    "security/certifications-issued",
    "security/certifications-kept",
    "security/data-processing-dated-truly",
}


def judged(judged_by: Policy, overlay: JsonObject, as_of: str) -> tuple[Verdict, ...]:
    scene = examples.scene_of(judged_by, overlay)
    return examples.judge_scene(scene, judged_by, date.fromisoformat(as_of))


def places(judged_by: Policy, overlay: JsonObject, as_of: str) -> set[str]:
    """Return the pointers at which the example record with an overlay is known to break a rule."""
    verdicts = judged(judged_by, overlay, as_of)
    return {verdict.pointer for verdict in verdicts if verdict.outcome is Outcome.FAIL and verdict.known}


def failing(judged_by: Policy, overlay: JsonObject, as_of: str) -> set[str]:
    return {verdict.rule for verdict in judged(judged_by, overlay, as_of) if verdict.outcome is Outcome.FAIL}


def test_the_example_record_keeps_every_rule() -> None:
    assert failing(POLICY, {}, "2026-06-01") == set()


@pytest.mark.parametrize("compiled", RULES)
def test_a_failing_example_fails_because_of_its_rule_alone(compiled: CompiledRule) -> None:
    rule = compiled.rule
    others = POLICY.only(each.rule.id for each in POLICY.rules if each.rule.id != rule.id)
    for overlay in rule.examples.failing:
        assert failing(POLICY, overlay, rule.examples.as_of) == {rule.id}
        assert failing(others, overlay, rule.examples.as_of) == set(), "without the rule nobody notices"


@pytest.mark.parametrize("compiled", RULES)
def test_the_examples_notice_a_rule_that_says_the_opposite(compiled: CompiledRule) -> None:
    """Mutation proof: with its condition turned round, every example of a rule is wrong."""
    rule = compiled.rule
    document = registry._parsed(WorkingTree(ROOT), rule.path)
    opposite = f"size({rule.faults}) > 0" if rule.faults else f"!({rule.condition})"
    value = {key: each for key, each in document.value.items() if key != "faults"} | {"assert": opposite}
    if "item" in value["message"] + value.get("when", "") and rule.faults:
        value |= {"message": "Turned round"} | ({"when": "true"} if "item" in value.get("when", "") else {})
        value = {key: each for key, each in value.items() if key != "when" or each != "true"}
    turned = PolicyDocument(rule.path, value, document)
    mutant = policy.build(POLICY.shape, {rule.id: turned}, {k: v for k, v in POLICY.documents.items() if k != "levels"})
    shown = False
    for overlay in rule.examples.failing:
        own, turned_round = (places(each, overlay, rule.examples.as_of) for each in (POLICY.only([rule.id]), mutant))
        assert rule.faults or not own & turned_round
        shown = shown or bool(own)
    assert shown, "no failing example breaks the rule by a value that is known"
    noticed = [overlay for overlay in rule.examples.passing if failing(mutant, overlay, rule.examples.as_of)]
    assert noticed, "no passing example shows that the rule can be kept"


def test_no_example_lies() -> None:
    assert list(examples.faults(POLICY)) == []


@pytest.mark.parametrize("compiled", [each for each in RULES if each.values[0].rule.level is Level.RED_FLAG])  # type: ignore[union-attr]  # of a pytest.param, untyped
def test_a_red_flag_never_counts_unknown_as_safe(compiled: CompiledRule) -> None:
    """A live vendor of which nothing is known but that it holds personal data raises every red flag."""
    record = {
        "id": "x",
        "name": "X",
        "category": "other",
        "lifecycle": {"status": "live"},
        "data": {"classes": ["personal"]},
    }
    alone = POLICY.only([compiled.rule.id])
    scene = examples.Scene(record, policies=alone.example_policies)
    verdicts = examples.judge_scene(scene, alone, date(2026, 6, 1))
    if compiled.rule.id in SAID or compiled.rule.about_registry:
        assert all(verdict.outcome in {Outcome.PASS, Outcome.NOT_APPLICABLE} for verdict in verdicts)
        return
    assert {verdict.outcome for verdict in verdicts} == {Outcome.FAIL}
    if not compiled.rule.faults:
        [verdict] = verdicts
        assert not verdict.known
        assert verdict.message.startswith("Not known, because /")


def test_all_sixty_eight_questions_are_there_and_answered_by_fields() -> None:
    rows = {row.id: row for row in coverage.rows(POLICY)}
    for domain, count in QUESTIONS.items():
        for number in range(1, count + 1):
            assert rows[f"{domain}.{number}"].fields, f"{domain}.{number}"
    assert sum(name.startswith("C") for name in rows) == 68


def test_all_twenty_red_flags_are_judged_by_a_rule_that_blocks() -> None:
    blocking = {answer for each in POLICY.rules if each.rule.level is Level.RED_FLAG for answer in each.rule.answers}
    assert {f"RF{domain}.{number}" for domain in range(1, 6) for number in range(1, 5)} <= blocking


def test_all_twenty_lines_of_the_quick_reference_are_answered() -> None:
    answered = {answer for each in POLICY.rules for answer in each.rule.answers}
    assert {f"Q{domain}.{number}" for domain in range(1, 6) for number in range(1, 5)} <= answered


def test_nothing_is_missing_and_nothing_is_unknown() -> None:
    assert [(row.id, row.lacks) for row in coverage.rows(POLICY) if row.lacks] == []


def looked_at(compiled: CompiledRule) -> set[str]:
    """Return the fields that a rule looks at, itself or through the facts that it reads."""
    found: set[str] = set()
    for read in compiled.reads:
        if read.root == "facts":
            found |= {need.partition(" (")[0] for need in POLICY.needs.get(str(read), ())}
        else:
            found.add(compiled.rule.each if read.root == "item" else read.pointer)
    return found


@pytest.mark.parametrize("compiled", RULES)
def test_a_rule_answers_only_questions_whose_fields_it_looks_at(compiled: CompiledRule) -> None:
    fields = {row.id: [re.sub(r"/(\*|\[).*", "", field) for field in row.fields] for row in coverage.rows(POLICY)}
    seen = looked_at(compiled)
    for answer in compiled.rule.answers:
        if answer.startswith("C"):
            assert any(covers(one, two) or covers(two, one) for one in fields[answer] for two in seen), answer


def test_coverage_notices_a_requirement_without_answer() -> None:
    less = POLICY.only(each.rule.id for each in POLICY.rules if "RF1.4" not in each.rule.answers)
    assert [(row.id, row.lacks) for row in coverage.rows(less) if row.lacks] == [
        ("RF1.4", "no rule answers it"),
        ("Q1.4", "no rule answers it"),
    ]


@pytest.mark.parametrize("compiled", RULES)
def test_a_rule_is_written_for_people(compiled: CompiledRule) -> None:
    rule = compiled.rule
    assert len(rule.why) > 60, "why: a reason that a director would accept"
    assert len(rule.fix) > 40, "fix: what to ask for, whom, how long it takes"
    assert not rule.title.endswith(".")
    assert rule.why.endswith(".")
    assert rule.fix.endswith(".")
    assert rule.title[0].isupper()
