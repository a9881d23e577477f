"""Rules that go through lists of faults, that compare vendors, and that are about the registry as a whole."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from preflight import engine, policy
from preflight.errors import CannotJudge
from preflight.examples import judge_scene, scene_of
from preflight.model import REGISTRY, Outcome
from preflight.policy import PolicyDocument
from preflight.shell import starter
from preflight.shell.documents import parse
from preflight.shell.files import WorkingTree
from preflight.shell.registry import Layout, load_policy

if TYPE_CHECKING:
    from preflight.model import JsonObject, Verdict
    from preflight.policy import Policy

ROOT = Path(__file__).parents[1]
TODAY = date(2026, 6, 1)
WHOLE = load_policy(WorkingTree(ROOT), Layout())
NOWHERE = parse(b"{}")
COMMON: JsonObject = {
    "title": "Nothing is wrong",
    "level": "red-flag",
    "at": "/readiness",
    "message": "{item.condition} is wrong",
    "why": "Because.",
    "fix": "Put it right.",
    "examples": {"as_of": "2026-06-01", "pass": [{}], "fail": [{}]},
}
UNREADY = {"faults": "facts.ownership.unready"}
VACANT = {"about": "registry", "at": "/approvals", "faults": "facts.references.vacant", "message": "{item.role}"}


def built(**document: object) -> Policy:
    """Build a policy of one rule, with the schema, facts and policy documents that ship with preflight."""
    value = {**COMMON, **document}
    named = {"a/1": PolicyDocument("policies/rules/a/1.yaml", value, NOWHERE)}
    return policy.build(WHOLE.shape, named, {name: each for name, each in WHOLE.documents.items() if name != "levels"})


def said(rule: Policy, overlay: JsonObject) -> list[tuple[str, str, str]]:
    verdicts = judge_scene(scene_of(rule, overlay), rule, TODAY)
    return [(each.outcome.value, each.pointer, each.message) for each in verdicts]


def not_ready(*names: str) -> JsonObject:
    return {"readiness": {name: {"ready": False} for name in names}}


# ---- Lists of faults ----------------------------------------------------------------------------


def test_every_entry_is_a_finding_at_its_own_place() -> None:
    assert said(built(**UNREADY), not_ready("support", "governance")) == [
        ("fail", "/readiness/governance", "Governance is wrong"),
        ("fail", "/readiness/support", "Support is wrong"),
    ]


def test_a_list_that_is_known_and_empty_is_a_pass() -> None:
    assert said(built(**UNREADY), {}) == [("pass", "/readiness", "Nothing is wrong")]


def test_a_list_that_is_not_known_is_a_finding_that_says_what_is_open() -> None:
    rule = built(faults="facts.oversight.missing", at="/approvals", message="{item.role}")
    demand = {"approvals": {"demands": [{"role": "cfo", "annual_cost_from": 50000, "why": "It is much."}]}}
    unknown: JsonObject = {"contract": {"subscriptions": None}, "cost": None, "approvals": None}
    [(outcome, pointer, message)] = said(rule, {**unknown, "$policies": demand})
    assert (outcome, pointer) == ("fail", "/approvals")
    assert message.startswith("Not known, because /contract/subscriptions, /data/classes or /risk")


def test_a_rule_that_does_not_apply_looks_at_no_list() -> None:
    rule = built(**UNREADY, when='vendor.lifecycle.status == "retired"')
    assert said(rule, not_ready("support")) == [("not-applicable", "/readiness", "Nothing is wrong")]


def test_where_it_is_not_known_whether_a_rule_applies_an_entry_counts_as_not_known() -> None:
    rule = built(**UNREADY, when="vendor.usage.seats > 5")
    [(outcome, pointer, message)] = said(rule, {**not_ready("support"), "usage": None})
    assert (outcome, pointer) == ("fail", "/readiness/support")
    assert message.startswith("Not known, because /usage/seats is not filled in")
    assert said(rule, {"usage": None}) == [("pass", "/readiness", "Nothing is wrong")]


def test_a_condition_on_the_entry_chooses_among_the_entries() -> None:
    rule = built(**UNREADY, when='item.condition == "Support"')
    assert said(rule, not_ready("support", "governance")) == [("fail", "/readiness/support", "Support is wrong")]
    assert said(rule, not_ready("governance")) == [("pass", "/readiness", "Nothing is wrong")]


def test_what_a_condition_asks_beside_the_entry_decides_where_the_list_is_not_known() -> None:
    asked = 'vendor.lifecycle.status == "live" && !item.explained'
    rule = built(faults="facts.overlap.capabilities", at="/capabilities", message="{item.reason}", when=asked)
    unknown: JsonObject = {"capabilities": None}
    wanted = "Not known, because /capabilities is not filled in; wanted: Nothing is wrong"
    assert said(rule, unknown) == [("fail", "/capabilities", wanted)]
    assert [outcome for outcome, _, _ in said(rule, {**unknown, "lifecycle": {"status": "approved"}})] == [
        "not-applicable"
    ]


@pytest.mark.parametrize(
    ("document", "wanted"),
    [
        pytest.param(
            {"faults": "facts.ownership.unredy"},
            "facts.ownership.unredy is not a list that the facts know · Did you mean 'unready'?",
            id="a list that is not there",
        ),
        pytest.param(
            {"faults": "facts.cost.annual"},
            "facts.cost.annual is not a list that the facts know · "
            "Known are: uncontracted, backwards, unpriced, mismatch.",
            id="a number",
        ),
        pytest.param(
            {**UNREADY, "message": "{item.contition}"},
            "item.contition is not a field that the schema knows · Did you mean 'condition'?",
            id="a member that entries do not have",
        ),
        pytest.param(
            {**VACANT, "when": 'vendor.id == "x"'}, "vendor is not in scope here", id="a vendor, of the whole registry"
        ),
        pytest.param({**VACANT, "at": "/approvls"}, "there is no policy document for /approvls", id="no such document"),
        pytest.param(
            {**VACANT, "faults": "facts.ownership.unready"},
            "facts.ownership.unready is not a list that the facts know",
            id="a fact of one vendor, of the whole registry",
        ),
    ],
)
def test_a_rule_that_could_find_nothing_is_refused(document: JsonObject, wanted: str) -> None:
    with pytest.raises(CannotJudge) as caught:
        built(**document)
    assert wanted in str(caught.value)


@pytest.mark.parametrize(
    ("change", "word"),
    [
        pytest.param({"assert": "vendor.ai.used", "faults": "facts.ownership.unready"}, "assert", id="both"),
        pytest.param({"faults": "facts.ownership.unready", "each": "/integrations"}, "each", id="two lists"),
        pytest.param({}, "assert", id="neither"),
        pytest.param({"faults": "vendor.integrations"}, "faults", id="a list of the record"),
    ],
)
def test_a_rule_has_a_condition_or_a_list_of_faults(change: JsonObject, word: str) -> None:
    problems = starter.shape("rule").problems({**COMMON, **change})
    assert problems, "the schema lets it through"
    assert any(word in f"{problem.pointer} {problem.message} {problem.fix}" for problem in problems)


# ---- The registry as a whole --------------------------------------------------------------------


def whole(rule: Policy, policies: JsonObject) -> tuple[Verdict, ...]:
    return judge_scene(scene_of(rule, {"$policies": policies}), rule, TODAY)


def test_a_rule_about_the_registry_points_into_a_policy_document() -> None:
    rule = built(**VACANT)
    nobody: JsonObject = {"people": {"people": []}}
    found = [each for each in whole(rule, nobody) if each.outcome is Outcome.FAIL]
    assert {each.vendor for each in found} == {REGISTRY}
    assert {each.path for each in found} == {"policies/approvals.yaml"}
    by_role = {each.message: each for each in found}
    lines = (ROOT / "policies/approvals.yaml").read_text("utf-8").splitlines()
    assert "role: cfo" in lines[by_role["cfo"].line - 1]
    assert by_role["cfo"].pointer.startswith("/roles/")


def test_it_is_judged_once_and_is_no_vendor() -> None:
    rule = built(**VACANT)
    context = rule.context(TODAY)
    judged = engine.judge_registry(rule, {}, context)
    report = engine.report([judged], [each.rule for each in rule.rules], "2026-06-01")
    assert (report.summary.vendors, report.summary.judged) == (0, 1)


# ---- Vendors compared ---------------------------------------------------------------------------


def test_other_records_are_known_when_a_vendor_is_judged() -> None:
    rule = built(faults="facts.references.unknown", at="/lifecycle", message="no {item.kind} {item.name}{item.close}")
    change: JsonObject = {"lifecycle": {"replaces": ["old-mailer"]}}
    assert said(rule, {**change, "$others": [{"id": "old-mailer"}]}) == [("pass", "/lifecycle", "Nothing is wrong")]
    assert said(rule, {**change, "$others": [{"id": "old-mail"}]}) == [
        ("fail", "/lifecycle/replaces/0", "no vendor old-mailerDid you mean 'old-mail'?")
    ]


def test_a_rule_that_waits_gives_the_same_verdict_from_what_is_left_of_a_record() -> None:
    """The rest that waits is smaller than the record, and judged alike."""
    context = WHOLE.context(TODAY)
    document = parse((ROOT / "vendors/beacon-mail.yaml").read_bytes())
    case = engine.Case("beacon-mail", "vendors/beacon-mail.yaml", document.value, document)
    first = engine.read(case, WHOLE, context)
    assert first.rest is not None
    assert set(first.rest.case.record) < set(document.value)
    shared = engine.share(WHOLE, {"beacon-mail": first.extracts}, context)["beacon-mail"]
    later = engine.judge_rest(first.rest, WHOLE, context, shared)
    alone = engine.judge_case(case, WHOLE, context)
    assert [each for each in alone.verdicts if each in later.verdicts] == list(later.verdicts)
    assert first.judged is not None
    assert alone == first.judged.with_later(later)
