"""The engine: cases × rules → verdicts, each told at its place; what cannot be judged stops the run."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from preflight import engine, policy
from preflight.engine import Case, Judged
from preflight.errors import CannotJudge
from preflight.model import Level, Outcome, Verdict
from preflight.policy import PolicyDocument
from preflight.schema import Shape
from preflight.shell.documents import parse

if TYPE_CHECKING:
    from preflight.model import Json, JsonObject
    from preflight.policy import Policy

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
