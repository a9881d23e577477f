"""Rules: compiled at the line that is wrong, judged in three values, told in words."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from preflight.errors import CannotJudge
from preflight.expressions import ExpressionError, Truth, activation
from preflight.model import Examples, Level, Rule
from preflight.rules import Finding, compile_rule, judge, parse_rule, shown
from preflight.schema_tree import Node
from preflight.shell.documents import parse

if TYPE_CHECKING:
    from preflight.model import Json, JsonObject
    from preflight.rules import CompiledRule

SCHEMA: JsonObject = {
    "type": "object",
    "properties": {
        "status": {"enum": ["live", "retired"]},
        "open": {"type": "boolean"},
        "region": {"type": "string"},
        "rate": {"type": "integer"},
        "links": {
            "type": "array",
            "items": {"type": "object", "properties": {"to": {"type": "string"}, "safe": {"type": "boolean"}}},
        },
        "countries": {"type": "array", "items": {"type": "string"}},
    },
}
FACTS: JsonObject = {
    "type": "object",
    "properties": {"age": {"type": "object", "properties": {"review": {"type": "integer"}}}},
}
VENDOR = Node(SCHEMA, SCHEMA)
SHAPES = {"vendor": VENDOR, "before": VENDOR, "facts": Node(FACTS, FACTS)}
NEEDS = {"facts.age.review": ("/reviews", "/reviews (on)")}
NOWHERE = parse(b"{}")
RULE = Rule(
    id="security/open",
    title="It is open",
    answers=(),
    level=Level.RED_FLAG,
    waivable=True,
    at="/open",
    each="",
    when="",
    condition="vendor.open",
    message="Open: {vendor.open}, in {vendor.region}; open was wanted",
    why="Because.",
    fix="Open it.",
    examples=Examples("2026-06-01", (), ()),
    path="policies/rules/security/open.yaml",
)


def compiled(**changes: str) -> CompiledRule:
    return compile_rule(replace(RULE, **changes), SHAPES, NOWHERE)  # type: ignore[arg-type]  # a stand-in


def judged(rule: CompiledRule, record: JsonObject, **others: Json) -> Finding | None:
    known = {"vendor": record, "before": None, "facts": {}, "today": "2026-06-01", **others}
    return judge(rule, rule.rule.at, activation(known), known, NEEDS)


# ---- From document to rule ----------------------------------------------------------------------

DOCUMENT = b"""\
title: It is open
answers: [RF1.1, C1.3]
level: warning
at: /open
assert: vendor.open
message: It is closed
why: Because.
fix: Open it.
examples:
  as_of: 2026-06-01
  pass:
    - {}
  fail:
    - open: false
"""


def test_a_document_becomes_a_rule() -> None:
    rule = parse_rule("security/open", parse(DOCUMENT).value, "policies/rules/security/open.yaml")
    assert rule == Rule(
        id="security/open",
        title="It is open",
        answers=("RF1.1", "C1.3"),
        level=Level.WARNING,
        waivable=True,
        at="/open",
        each="",
        when="",
        condition="vendor.open",
        message="It is closed",
        why="Because.",
        fix="Open it.",
        examples=Examples("2026-06-01", ({},), ({"open": False},)),
        path="policies/rules/security/open.yaml",
    )
    assert rule.domain == "security"


def test_optional_fields_of_a_document_are_kept() -> None:
    extra = {"waivable": False, "each": "/links", "when": "vendor.open"}
    rule = parse_rule("a/b", {**parse(DOCUMENT).value, **extra}, "")
    assert (rule.waivable, rule.each, rule.when) == (False, "/links", "vendor.open")


@pytest.mark.parametrize(
    ("old", "new", "wanted"),
    [
        pytest.param(
            "assert: vendor.open",
            "assert: vendor.opem",
            "rules.yaml:5:1  rule security/open, assert: vendor.opem is not a field that the schema knows"
            " · Did you mean 'open'?",
            id="a misspelt path in the assertion",
        ),
        pytest.param(
            "assert: vendor.open",
            "when: vendor.open == 1\nassert: vendor.open",
            "rules.yaml:5:1  rule security/open, when: vendor.open is of type boolean and is never equal to 1"
            " · Compare with a value of that type.",
            id="a comparison in 'when' that never holds",
        ),
        pytest.param(
            "assert: vendor.open",
            "assert: vendor.open ||",
            "rules.yaml:5:1  rule security/open, assert: the expression does not compile: Syntax error: mismatched"
            " input '<EOF>' (column 15 of the expression) ·"
            " The language is CEL (cel.dev): compare it with a rule that works, as 'preflight explain RULE' shows one.",
            id="a syntax error, with its column",
        ),
        pytest.param(
            "assert: vendor.open",
            "assert: vendor.region + 'x'",
            "rules.yaml:5:1  rule security/open, assert: \"vendor.region + 'x'\" gives STRING where BOOL is wanted"
            " · Write a comparison.",
            id="an assertion that is no condition",
        ),
        pytest.param(
            "message: It is closed",
            'message: "It is {vendor.opne}"',
            "rules.yaml:6:1  rule security/open, message: vendor.opne is not a field that the schema knows"
            " · Did you mean 'open'?",
            id="a misspelt path in the message",
        ),
        pytest.param(
            "message: It is closed",
            'message: "{item.to} is closed"',
            "rules.yaml:6:1  rule security/open, message: item is not in scope here"
            " · 'item' is there only in a rule with 'each'.",
            id="an item in a rule without 'each'",
        ),
        pytest.param(
            "at: /open",
            "at: /opened",
            "rules.yaml:4:1  the schema has no field /opened · Use a JSON Pointer to a field of the vendor schema.",
            id="a place that is not there",
        ),
        pytest.param(
            "at: /open",
            "each: /open\nat: /safe",
            "rules.yaml:4:1  the schema has no list /open · Use a JSON Pointer to a field of the vendor schema.",
            id="'each' over what is no list",
        ),
        pytest.param(
            "at: /open",
            "each: /lonks\nat: /safe",
            "rules.yaml:4:1  the schema has no list /lonks · Use a JSON Pointer to a field of the vendor schema.",
            id="'each' over what is not there",
        ),
        pytest.param(
            "at: /open",
            "each: /links\nat: /open",
            "rules.yaml:5:1  the schema has no field /open in an item of /links"
            " · Use a JSON Pointer to a field of the vendor schema.",
            id="a place that items do not have",
        ),
    ],
)
def test_a_rule_that_cannot_mean_anything_is_refused_at_its_line(old: str, new: str, wanted: str) -> None:
    document = parse(DOCUMENT.replace(old.encode(), new.encode()))
    rule = parse_rule("security/open", document.value, "rules.yaml")
    with pytest.raises(CannotJudge) as caught:
        compile_rule(rule, SHAPES, document)
    assert str(caught.value) == wanted


def test_a_rule_may_point_at_the_whole_record_or_the_whole_item() -> None:
    assert judged(compiled(at=""), {"open": True}) == Finding(Truth.TRUE, "", "")
    assert compiled(at="", each="/countries", condition="item != 'XK'", message="{item}").rule.each == "/countries"


def test_reads_are_those_of_when_and_assert_each_once() -> None:
    rule = compiled(when="vendor.open && facts.age.review > 1", condition="vendor.open && vendor.rate > 1")
    assert [str(read) for read in rule.reads] == ["vendor.open", "facts.age.review", "vendor.rate"]


@pytest.mark.parametrize(
    ("condition", "wanted"),
    [
        pytest.param("vendor.open", False, id="reads the record alone"),
        pytest.param("before.open || vendor.open", True, id="reads a field of the base"),
        pytest.param("before == null || vendor.open", True, id="asks whether there is a base"),
        pytest.param("!has(before.open)", True, id="asks whether the base has a field"),
    ],
)
def test_a_rule_that_judges_a_change_needs_a_base(condition: str, wanted: bool) -> None:  # noqa: FBT001 - pytest passes it by name
    assert compiled(condition=condition).needs_before is wanted
    assert compiled(when=condition, condition="vendor.open").needs_before is wanted


# ---- Judging ------------------------------------------------------------------------------------

NAMED = {"true": {"open": True}, "false": {"open": False}, "unknown": {}}


@pytest.mark.parametrize(
    ("when", "holds", "wanted"),
    [
        pytest.param("true", "true", Truth.TRUE, id="applies and holds: pass"),
        pytest.param("true", "false", Truth.FALSE, id="applies and does not hold: fail"),
        pytest.param("true", "unknown", Truth.UNKNOWN, id="applies and is not known: fail as not known"),
        pytest.param("false", "true", None, id="does not apply and holds: not applicable"),
        pytest.param("false", "false", None, id="does not apply and does not hold: not applicable"),
        pytest.param("false", "unknown", None, id="does not apply and is not known: not applicable"),
        pytest.param("unknown", "true", Truth.TRUE, id="may apply and holds: pass"),
        pytest.param("unknown", "false", Truth.UNKNOWN, id="may apply and does not hold: fail as not known"),
        pytest.param("unknown", "unknown", Truth.UNKNOWN, id="may apply and is not known: fail as not known"),
    ],
)
def test_when_and_assert_in_three_values(when: str, holds: str, wanted: Truth | None) -> None:
    applies = {"true": True, "false": False}
    rule = compiled(when="vendor.status == 'live'", condition="vendor.open")
    record: JsonObject = dict(NAMED[holds])
    if when in applies:
        record["status"] = "live" if applies[when] else "retired"
    found = judged(rule, record)
    assert (found and found.truth) is wanted


@pytest.mark.parametrize(
    ("changes", "record", "wanted"),
    [
        pytest.param(
            {},
            {"open": False, "region": "EU"},
            Finding(Truth.FALSE, "/open", "Open: no, in EU; open was wanted"),
            id="a failure shows the values",
        ),
        pytest.param(
            {},
            {"open": False},
            Finding(Truth.FALSE, "/open", "Open: no, in not known; open was wanted"),
            id="a value in the message that is not known",
        ),
        pytest.param(
            {"message": "{vendor.rate / 0} a day"},
            {"open": False, "rate": 1},
            Finding(Truth.FALSE, "/open", "not known a day"),
            id="a message that cannot be computed does not hide the failure",
        ),
        pytest.param(
            {},
            {},
            Finding(Truth.UNKNOWN, "/open", "Not known, because /open is not filled in; wanted: It is open"),
            id="the field that has to be filled in",
        ),
        pytest.param(
            {"condition": "vendor.open && vendor.rate > 1 && vendor.region == 'EU'"},
            {"region": "EU"},
            Finding(Truth.UNKNOWN, "/open", "Not known, because /open, /rate are not filled in; wanted: It is open"),
            id="the fields that have to be filled in, without those that are",
        ),
        pytest.param(
            {"condition": "facts.age.review < 30"},
            {},
            Finding(
                Truth.UNKNOWN,
                "/open",
                "Not known, because /reviews, /reviews (on) are not filled in; wanted: It is open",
            ),
            id="a fact names the fields that it needs",
        ),
        pytest.param(
            {"when": "vendor.status == 'live'"},
            {"open": False},
            Finding(Truth.UNKNOWN, "/open", "Not known, because /status is not filled in; wanted: It is open"),
            id="what 'when' needs",
        ),
        pytest.param(
            {"condition": "vendor.links.all(link, link.safe)"},
            {"links": [{"safe": True}, {"to": "x"}]},
            Finding(Truth.UNKNOWN, "/open", "Not known, because /links/*/safe is not filled in; wanted: It is open"),
            id="a field that some item lacks",
        ),
        pytest.param(
            {"condition": "vendor.open || has(vendor.rate) && vendor.rate > 1"},
            {},
            Finding(Truth.UNKNOWN, "/open", "Not known, because /open, /rate are not filled in; wanted: It is open"),
            id="a field that is only asked for need not be filled in, one that is used has to",
        ),
        pytest.param(
            {"condition": "{'a': true}.b && today > '2000'"},
            {},
            Finding(
                Truth.UNKNOWN, "/open", "Not known, because a field that it reads is not filled in; wanted: It is open"
            ),
            id="nothing of the record is missing",
        ),
    ],
)
def test_findings_say_what_is_or_what_is_missing(changes: dict[str, str], record: JsonObject, wanted: Finding) -> None:
    assert judged(compiled(**changes), record) == wanted


EACH = {"each": "/links", "at": "/safe", "condition": "item.safe", "message": "{item.to} is not safe"}


@pytest.mark.parametrize(
    ("changes", "others", "wanted"),
    [
        pytest.param(
            {}, {"item": {"to": "crm", "safe": False}}, Finding(Truth.FALSE, "/safe", "crm is not safe"), id="an item"
        ),
        pytest.param(
            {},
            {"item": {"to": "crm"}},
            Finding(Truth.UNKNOWN, "/safe", "Not known, because /links/…/safe is not filled in; wanted: It is open"),
            id="a field of an item that is not filled in",
        ),
        pytest.param(
            {},
            {},
            Finding(Truth.UNKNOWN, "/safe", "Not known, because /links is not filled in; wanted: It is open"),
            id="no list: the list is what has to be filled in",
        ),
        pytest.param(
            {"when": "has(item.safe)"},
            {},
            Finding(Truth.UNKNOWN, "/safe", "Not known, because /links is not filled in; wanted: It is open"),
            id="no list: nor is it known whether its items have a field",
        ),
        pytest.param(
            {"each": "/countries", "at": "", "condition": "!(item in ['XK'])", "message": "{item}"},
            {},
            Finding(Truth.UNKNOWN, "", "Not known, because /countries is not filled in; wanted: It is open"),
            id="no list of plain values: none of them is known to be harmless",
        ),
    ],
)
def test_rules_over_items(changes: dict[str, str], others: JsonObject, wanted: Finding) -> None:
    assert judged(compiled(**{**EACH, **changes}), {}, **others) == wanted


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"condition": "vendor.rate / 0 > 1"}, id="in the assertion"),
        pytest.param({"when": "vendor.rate / 0 > 1"}, id="in 'when'"),
    ],
)
def test_a_fault_is_raised_and_never_a_finding(changes: dict[str, str]) -> None:
    with pytest.raises(ExpressionError, match=r"^divide by zero$"):
        judged(compiled(**changes), {"open": True, "rate": 1})


# ---- Values in messages -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        pytest.param(None, "not known", id="nothing"),
        pytest.param(True, "yes", id="true"),
        pytest.param(False, "no", id="false"),
        pytest.param(0, "0", id="zero"),
        pytest.param(2026, "2026", id="a year has no comma"),
        pytest.param(9_999, "9999", id="the largest number without a comma"),
        pytest.param(10_000, "10,000", id="the smallest number with a comma"),
        pytest.param(-10_000, "-10,000", id="a large negative number"),
        pytest.param(99.9, "99.9", id="a fraction"),
        pytest.param(100.0, "100", id="a fraction without any"),
        pytest.param(1234.5678, "1,234.57", id="a long fraction"),
        pytest.param("a | b", "a | b", id="text as it is: the renderers escape it"),
        pytest.param([], "none", id="an empty list"),
        pytest.param(["DE", None, 12_000], "DE, not known, 12,000", id="a list"),
        pytest.param({"a": True, "b": [1, 2]}, "a yes, b 1, 2", id="a group"),
        pytest.param("x" * 200, "x" * 200, id="200 characters"),
        pytest.param("x" * 201, "x" * 199 + "…", id="more than 200 characters"),
        pytest.param(["x" * 150, "y" * 150], "x" * 150 + ", " + "y" * 47 + "…", id="a long list"),
    ],
)
def test_values_are_shown_for_people(value: Json, wanted: str) -> None:
    assert shown(value) == wanted
