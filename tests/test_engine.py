"""The engine: cases × rules → verdicts; what cannot be judged stops the run; nothing unknown passes."""

from __future__ import annotations

import copy
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from preflight import engine, policy, renderers
from preflight.engine import Case, Judged
from preflight.errors import CannotJudge
from preflight.examples import Scene, judge_scene, merge, scene_of
from preflight.model import Level, Outcome, Position, Problem, Verdict
from preflight.policy import PolicyDocument, example_parts
from preflight.schema import Shape
from preflight.shell.documents import parse
from preflight.shell.files import WorkingTree
from preflight.shell.registry import Layout, load_policy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from preflight.model import Json, JsonObject
    from preflight.policy import Policy

ROOT = Path(__file__).parents[1]
TODAY = date(2026, 6, 1)
LINK = {
    "type": "object",
    "properties": {"to": {"type": "string"}, "safe": {"type": "boolean"}, "ends": {"type": "string"}},
}
SCHEMA: JsonObject = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "properties": {
        "open": {"type": "boolean"},
        "rate": {"type": "integer"},
        "on": {"type": "string"},
        "links": {"type": "array", "items": LINK},
        "countries": {"type": "array", "items": {"type": "string"}},
        "anything": {"items": {"type": "string"}},
        "data": {"type": "object", "properties": {"classes": {"description": "Anything."}}},
    },
}
COMMON = {"answers": [], "level": "red-flag", "why": "Because.", "fix": "Put it right."}
EXAMPLES = {"as_of": "2026-06-01", "pass": [{}], "fail": [{}]}
OPEN = {"title": "It is open", "at": "/open", "assert": "vendor.open", "message": "It is closed"}
LINKS = {
    "title": "Links are safe",
    "each": "/links",
    "at": "/safe",
    "assert": "item.safe",
    "message": "The link to {item.to} is not safe",
}
NOWHERE = parse(b"{}")


def rules(*documents: JsonObject) -> Policy:
    """Build a policy of rules named a/1, a/2 and so on."""
    named = {
        f"a/{number}": PolicyDocument(f"rules/a/{number}.yaml", {**COMMON, "examples": EXAMPLES, **document}, NOWHERE)
        for number, document in enumerate(documents, 1)
    }
    return policy.build(Shape(SCHEMA, "schema.json"), named, {})


def case(text: str, **others: Json) -> Case:
    document = parse(text.encode())
    return Case("acme", "vendors/acme.yaml", document.value, document, **others)


def judged(built: Policy, text: str, *, everything: bool = False, **others: Json) -> Judged:
    return engine.judge_case(case(text, **others), built, built.context(TODAY), everything=everything)


def places(result: Judged) -> list[tuple[str, int, int, str, str]]:
    return [(each.outcome.value, each.line, each.column, each.pointer, each.message) for each in result.verdicts]


# ---- One rule, one vendor -----------------------------------------------------------------------


def test_a_failure_is_told_in_full_at_its_place() -> None:
    assert judged(rules(OPEN), "rate: 1\nopen: false\n") == Judged(
        vendor="acme",
        path="vendors/acme.yaml",
        verdicts=(
            Verdict(
                vendor="acme",
                rule="a/1",
                level=Level.RED_FLAG,
                outcome=Outcome.FAIL,
                message="It is closed",
                fix="Put it right.",
                path="vendors/acme.yaml",
                line=2,
                column=1,
                pointer="/open",
            ),
        ),
        judged=1,
    )


def test_what_is_not_known_fails_at_the_nearest_place_that_exists() -> None:
    assert places(judged(rules(OPEN), "\n\nrate: 1\n")) == [
        ("fail", 3, 1, "/open", "Not known, because /open is not filled in; wanted: It is open")
    ]


def test_passes_are_counted_and_listed_only_when_everything_is_wanted() -> None:
    built = rules(OPEN, {**OPEN, "when": "vendor.rate > 5"})
    assert judged(built, "{open: true, rate: 1}") == Judged(
        "acme", "vendors/acme.yaml", (), 2, not_applicable=1, passed=1
    )
    result = judged(built, "{open: true, rate: 1}", everything=True)
    assert places(result) == [("pass", 1, 2, "/open", "It is open"), ("not-applicable", 1, 2, "/open", "It is open")]
    assert [each.fix for each in result.verdicts] == ["", ""]
    assert result.judged == 2


# ---- Rules over the items of a list -------------------------------------------------------------

ITEMS = """\
links:
  - {to: crm, safe: true}
  - to: erp
    safe: false
  - {to: bus}
  - {to: web, safe: true}
"""


def test_each_item_is_judged_at_its_own_place_and_none_hides_another() -> None:
    assert places(judged(rules(LINKS), ITEMS)) == [
        ("fail", 4, 5, "/links/1/safe", "The link to erp is not safe"),
        ("fail", 5, 5, "/links/2/safe", "Not known, because /links/…/safe is not filled in; wanted: Links are safe"),
    ]


def test_items_that_pass_are_listed_with_everything() -> None:
    result = judged(rules(LINKS), ITEMS, everything=True)
    assert [(each.outcome.value, each.pointer) for each in result.verdicts] == [
        ("pass", "/links/0/safe"),
        ("fail", "/links/1/safe"),
        ("fail", "/links/2/safe"),
        ("pass", "/links/3/safe"),
    ]


COUNTRY = {"title": "Not there", "each": "/countries", "at": "", "assert": "item != 'XK'", "message": "It is in {item}"}


@pytest.mark.parametrize(
    ("rule", "text", "wanted"),
    [
        pytest.param(
            LINKS,
            "links: []",
            [("not-applicable", 1, 1, "/links", "Links are safe")],
            id="an empty list says that there are none",
        ),
        pytest.param(
            LINKS,
            "\nopen: true",
            [("fail", 2, 1, "/links", "Not known, because /links is not filled in; wanted: Links are safe")],
            id="an absent list says nothing",
        ),
        pytest.param(
            {**LINKS, "when": "has(item.ends)"},
            "\nopen: true",
            [("fail", 2, 1, "/links", "Not known, because /links is not filled in; wanted: Links are safe")],
            id="an absent list does not say that its items lack a field",
        ),
        pytest.param(
            {**LINKS, "when": "has(item.ends)"},
            "links: [{safe: false}]",
            [("not-applicable", 1, 1, "/links", "Links are safe")],
            id="items for which the rule does not apply",
        ),
        pytest.param(
            {**LINKS, "when": "has(item.ends)"},
            "links: [{safe: false}, {to: x, safe: false, ends: soon}]",
            [("fail", 1, 32, "/links/1/safe", "The link to x is not safe")],
            id="the one item for which the rule applies",
        ),
        pytest.param(
            {**LINKS, "when": "vendor.open"},
            "open: false",
            [("not-applicable", 1, 1, "/links", "Links are safe")],
            id="an absent list does not matter where the rule does not apply",
        ),
        pytest.param(
            COUNTRY,
            "open: true",
            [("fail", 1, 1, "/countries", "Not known, because /countries is not filled in; wanted: Not there")],
            id="an absent list of words holds no harmless word",
        ),
        pytest.param(
            {**COUNTRY, "assert": "!(item in ['XK'])"},
            "open: true",
            [("fail", 1, 1, "/countries", "Not known, because /countries is not filled in; wanted: Not there")],
            id="nor is its word outside a list",
        ),
        pytest.param(
            COUNTRY,
            "countries:\n- DE\n- XK\n",
            [("pass", 2, 3, "/countries/0", "Not there"), ("fail", 3, 3, "/countries/1", "It is in XK")],
            id="a list of words",
        ),
    ],
)
def test_lists_that_are_empty_absent_or_mixed(
    rule: JsonObject, text: str, wanted: list[tuple[str, int, int, str, str]]
) -> None:
    assert places(judged(rules(rule), text, everything=True)) == wanted


# ---- Rules that judge a change ------------------------------------------------------------------

RAISED = {
    "title": "The rate stays",
    "at": "/rate",
    "assert": "before == null || vendor.rate <= before.rate",
    "message": "The rate went from {before.rate} to {vendor.rate}",
}
NEW = {
    "title": "New ones begin closed",
    "at": "/open",
    "when": "before == null",
    "assert": "!vendor.open",
    "message": "Open",
}


@pytest.mark.parametrize(
    ("rule", "others", "wanted"),
    [
        pytest.param(RAISED, {}, ("not-applicable", "The rate stays"), id="nothing to compare with"),
        pytest.param(RAISED, {"has_base": True, "before": None}, ("pass", "The rate stays"), id="a new vendor"),
        pytest.param(RAISED, {"has_base": True, "before": {"rate": 5}}, ("pass", "The rate stays"), id="no change"),
        pytest.param(
            RAISED, {"has_base": True, "before": {"rate": 4}}, ("fail", "The rate went from 4 to 5"), id="a change"
        ),
        pytest.param(
            RAISED,
            {"has_base": True, "before": {}},
            ("fail", "Not known, because a field that it reads is not filled in; wanted: The rate stays"),
            id="what was is not known",
        ),
        pytest.param(NEW, {}, ("not-applicable", "New ones begin closed"), id="no base does not make a vendor new"),
        pytest.param(NEW, {"has_base": True}, ("fail", "Open"), id="a vendor that the base does not have is new"),
    ],
)
def test_rules_that_compare_with_the_base(rule: JsonObject, others: JsonObject, wanted: tuple[str, str]) -> None:
    [verdict] = judged(rules(rule), "{open: true, rate: 5}", everything=True, **others).verdicts
    assert (verdict.outcome.value, verdict.message) == wanted


# ---- What cannot be judged ----------------------------------------------------------------------

FAULT = "rules/a/1.yaml  rule a/1 cannot be judged for vendor acme (vendors/acme.yaml:"
CORRECT = " · Correct the rule: it has to give true or false for every record of the right shape."


@pytest.mark.parametrize(
    ("rule", "text", "wanted"),
    [
        pytest.param(
            {**OPEN, "assert": "vendor.rate / 0 > 1"},
            "rate: 1",
            FAULT + "1:1): divide by zero" + CORRECT,
            id="division by zero",
        ),
        pytest.param(
            {**OPEN, "assert": "vendor.on > vendor.rate"},
            "{on: soon, rate: 5}",
            FAULT + "1:1): No matching overloads found : _>_(string, int64)" + CORRECT,
            id="types that do not compare",
        ),
        pytest.param(
            {**OPEN, "assert": "vendor.links[0].safe"},
            "links: []",
            FAULT + "1:1): Index error: index=0 size=0" + CORRECT,
            id="an item that is not there",
        ),
        pytest.param(
            {**OPEN, "assert": "days_between(vendor.on, today) < 5"},
            "on: 2026-02-30",
            FAULT + "1:1): day is out of range for month" + CORRECT,
            id="a date that does not exist",
        ),
        pytest.param(
            {**OPEN, "assert": "!vendor.countries.exists(a, vendor.countries.exists(b, a + b == ''))"},
            f"countries: [{', '.join('abcdefghij' * 20)}]",
            FAULT + "1:1): INTERNAL: Iteration budget exceeded" + CORRECT,
            id="a loop that takes too many steps",
        ),
        pytest.param(
            {**OPEN, "when": "vendor.rate"},
            "rate: 1",
            FAULT + "1:1): gives INT where true or false is wanted" + CORRECT,
            id="a condition that is a number",
        ),
        pytest.param(
            {**LINKS, "assert": "item.to > vendor.rate"},
            "{rate: 5, links: [{to: x}]}",
            FAULT + "1:11): No matching overloads found : _>_(string, int64)" + CORRECT,
            id="an item that does not compare",
        ),
        pytest.param(
            {**COUNTRY, "each": "/anything"},
            "anything: word",
            "rules/a/1.yaml  rule a/1 cannot be judged for vendor acme: /anything is not a list"
            " · Let the schema allow nothing but a list there.",
            id="text in place of a list is not judged letter by letter",
        ),
        pytest.param(
            {**OPEN, "when": "facts.data.is_personal"},
            "{open: true, data: {classes: 5}}",
            "vendors/acme.yaml  the facts of vendor acme cannot be computed: TypeError: 'int' object is not iterable"
            " · The schema lets values through that the facts do not expect; narrow the schema.",
            id="a value that the facts do not expect",
        ),
    ],
)
def test_a_fault_stops_the_run_and_names_rule_and_vendor(rule: JsonObject, text: str, wanted: str) -> None:
    with pytest.raises(CannotJudge) as caught:
        judged(rules(rule), text)
    assert str(caught.value) == wanted


def test_a_fault_in_one_rule_is_not_outweighed_by_rules_that_pass() -> None:
    with pytest.raises(CannotJudge, match="rule a/2 cannot be judged for vendor acme"):
        judged(rules(OPEN, {**OPEN, "assert": "vendor.rate / 0 > 1"}), "{open: true, rate: 1}")


# ---- Taking information away --------------------------------------------------------------------

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


def without(record: JsonObject, path: tuple[str | int, ...]) -> JsonObject:
    less: JsonObject = copy.deepcopy(record)
    holder: Json = less
    for step in path[:-1]:
        holder = holder[step]
    del holder[path[-1]]
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


# ---- The report ---------------------------------------------------------------------------------


def verdict(**changes: Json) -> Verdict:
    plain = {
        "vendor": "acme",
        "rule": "a/1",
        "level": Level.RED_FLAG,
        "outcome": Outcome.FAIL,
        "message": "It is closed",
        "fix": "Put it right.",
        "path": "vendors/acme.yaml",
        "line": 1,
        "column": 1,
        "pointer": "/open",
    }
    return Verdict(**{**plain, **changes})


def test_a_file_of_the_wrong_form_gives_red_flags_and_no_rule_is_judged() -> None:
    problems = [Problem("schema/required", "name is missing", "Add name.", "/legal", Position(3, 5))]
    assert engine.breached("acme", "vendors/acme.yaml", problems) == Judged(
        "acme",
        "vendors/acme.yaml",
        (
            verdict(
                rule="schema/required", message="name is missing", fix="Add name.", line=3, column=5, pointer="/legal"
            ),
        ),
        0,
    )


MIXED = [
    verdict(outcome=Outcome.PASS, rule="a/0"),
    verdict(outcome=Outcome.NOT_APPLICABLE, rule="a/0"),
    verdict(outcome=Outcome.WAIVED, waiver="2026-05-01-ciso-0011aabb"),
    verdict(level=Level.ADVICE),
    verdict(level=Level.WARNING, vendor="zebra", path="vendors/zebra.yaml"),
    verdict(level=Level.WARNING, line=9),
    verdict(level=Level.WARNING, line=10),
    verdict(level=Level.WARNING, line=9, column=4),
    verdict(level=Level.WARNING, line=9, rule="a/0"),
    verdict(level=Level.WARNING, line=9, pointer="/a"),
    verdict(level=Level.WARNING, line=9, message="It is ajar"),
    verdict(vendor="zebra", path="vendors/zebra.yaml"),
]
SORTED = [11, 8, 9, 10, 5, 7, 6, 4, 3, 2, 0, 1]


def gathered(verdicts: list[Verdict]) -> list[Judged]:
    vendors = dict.fromkeys(each.vendor for each in verdicts)
    return [
        Judged(name, f"vendors/{name}.yaml", tuple(each for each in verdicts if each.vendor == name), 3)
        for name in vendors
    ]


def test_a_report_counts_and_shows_the_worst_first() -> None:
    built = rules(OPEN, OPEN)
    report = engine.report(gathered(MIXED), [each.rule for each in built.rules], "2026-06-01", everything=True)
    assert [MIXED.index(each) for each in report.verdicts] == SORTED
    assert (report.as_of, report.base, report.head) == ("2026-06-01", None, None)
    assert set(report.rules) == {"a/1", "a/2"}
    summary = report.summary
    assert (summary.vendors, summary.rules, summary.judged) == (2, 2, 6)
    assert (summary.red_flags, summary.warnings, summary.advice, summary.waived) == (1, 7, 1, 1)
    assert summary.blocked is True


def test_passes_are_left_out_of_a_report_unless_everything_is_wanted() -> None:
    report = engine.report(gathered(MIXED), [], "2026-06-01")
    assert [MIXED.index(each) for each in report.verdicts] == SORTED[:-2]
    assert report.summary == engine.report(gathered(MIXED), [], "2026-06-01", everything=True).summary


@pytest.mark.parametrize(
    ("changes", "blocked"),
    [
        pytest.param({}, True, id="a red flag blocks"),
        pytest.param({"level": Level.WARNING}, False, id="a warning does not"),
        pytest.param({"level": Level.ADVICE}, False, id="advice does not"),
        pytest.param({"outcome": Outcome.WAIVED, "waiver": "x"}, False, id="a waived red flag does not"),
        pytest.param({"outcome": Outcome.PASS}, False, id="a red flag that passes does not"),
        pytest.param({"outcome": Outcome.NOT_APPLICABLE}, False, id="a red flag that does not apply does not"),
    ],
)
def test_only_a_failed_red_flag_shuts_the_gate(changes: JsonObject, blocked: bool) -> None:  # noqa: FBT001 - pytest passes it by name
    assert engine.report(gathered([verdict(**changes)]), [], "2026-06-01").summary.blocked is blocked


@settings(deadline=None, max_examples=60)
@given(shuffled=st.permutations(MIXED))
def test_the_same_verdicts_in_another_order_give_the_same_bytes(shuffled: list[Verdict]) -> None:
    wanted = engine.report(gathered(MIXED), [], "2026-06-01", everything=True)
    found = engine.report(gathered(shuffled), [], "2026-06-01", everything=True)
    assert found == wanted
    for renderer in renderers.FORMATS:
        assert renderer.render(found, color=True, width=80) == renderer.render(wanted, color=True, width=80)
