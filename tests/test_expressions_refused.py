"""CEL expressions that do not compile: what cannot be meant is refused at its place, and with a way out."""

from __future__ import annotations

import pytest

from preflight.errors import CannotJudge
from preflight.expressions import compile_condition
from test_expressions import SHAPES, T, truth


def refusal(source: str) -> tuple[str, str]:
    with pytest.raises(CannotJudge) as caught:
        compile_condition(source, SHAPES)
    return caught.value.message, caught.value.fix


@pytest.mark.parametrize(
    ("source", "message", "fix"),
    [
        pytest.param(
            "vendor.acess.sso", "vendor.acess is not a field that the schema knows", "Did you mean 'access'?", id="typo"
        ),
        pytest.param(
            "vendor.access.ssso",
            "vendor.access.ssso is not a field that the schema knows",
            "Did you mean 'sso'?",
            id="a typo behind a reference",
        ),
        pytest.param(
            "vendor.access.zz",
            "vendor.access.zz is not a field that the schema knows",
            "Known in vendor.access are: sso, mfa.",
            id="nothing like it: what is known is named",
        ),
        pytest.param(
            "vendor.yes.deeper",
            "vendor.yes.deeper is not a field that the schema knows",
            "Known in vendor.yes are: no fields.",
            id="below a plain value",
        ),
        pytest.param(
            "vendor['acess'] == 1",
            "vendor.acess is not a field that the schema knows",
            "Did you mean 'access'?",
            id="a key in brackets",
        ),
        pytest.param(
            "has(vendor.acess)",
            "vendor.acess is not a field that the schema knows",
            "Did you mean 'access'?",
            id="within has, where it would be false for ever",
        ),
        pytest.param(
            "before.acess.sso",
            "before.acess is not a field that the schema knows",
            "Did you mean 'access'?",
            id="in the record at the base",
        ),
        pytest.param(
            "facts.age.reviews > 1",
            "facts.age.reviews is not a field that the facts know",
            "Did you mean 'review'?",
            id="a fact",
        ),
        pytest.param(
            "vendor.either.rigth == 1",
            "vendor.either.rigth is not a field that the schema knows",
            "Did you mean 'right'?",
            id="a choice of shapes",
        ),
        pytest.param(
            "vendor.parts.all(p, p.godo)",
            "vendor.parts.*.godo is not a field that the schema knows",
            "Did you mean 'good'?",
            id="within a macro over a list",
        ),
        pytest.param(
            "vendor.parts[0].godo",
            "vendor.parts.*.godo is not a field that the schema knows",
            "Did you mean 'good'?",
            id="behind an index",
        ),
        pytest.param(
            "vendor.parts.filter(p, p.good).all(q, !has(q.godo))",
            "vendor.parts.*.godo is not a field that the schema knows",
            "Did you mean 'good'?",
            id="behind a filter",
        ),
        pytest.param(
            "vendor.parts.map(p, p.godo).size() > 0",
            "vendor.parts.*.godo is not a field that the schema knows",
            "Did you mean 'good'?",
            id="within a map",
        ),
        pytest.param(
            "cel.bind(x, vendor.access, has(x.ssso))",
            "vendor.access.ssso is not a field that the schema knows",
            "Did you mean 'sso'?",
            id="through a bound name",
        ),
        pytest.param(
            "(vendor.yes ? vendor.parts : vendor.parts)[0].godo",
            "vendor.parts.*.godo is not a field that the schema knows",
            "Did you mean 'good'?",
            id="through a choice of two alike",
        ),
        pytest.param(
            "[vendor.acess].size() > 0",
            "vendor.acess is not a field that the schema knows",
            "Did you mean 'access'?",
            id="within a list",
        ),
        pytest.param(
            "{'a': vendor.acess}.size() > 0",
            "vendor.acess is not a field that the schema knows",
            "Did you mean 'access'?",
            id="as a value of a map",
        ),
        pytest.param(
            "{vendor.acess: 1}.size() > 0",
            "vendor.acess is not a field that the schema knows",
            "Did you mean 'access'?",
            id="as a key of a map",
        ),
        pytest.param(
            "item.good", "item is not in scope here", "'item' is there only in a rule with 'each'.", id="no item"
        ),
        pytest.param(
            "vendor.status == 'alive'",
            "vendor.status is never 'alive': the schema does not allow that value",
            "Did you mean 'live'?",
            id="a value that the schema does not know",
        ),
        pytest.param(
            "'gone' != vendor.status",
            "vendor.status is never 'gone': the schema does not allow that value",
            "Known are: live, retired.",
            id="the other way round",
        ),
        pytest.param(
            "vendor.status in ['live', 'ritired']",
            "vendor.status is never 'ritired': the schema does not allow that value",
            "Did you mean 'retired'?",
            id="within a list of values",
        ),
        pytest.param(
            "vendor.yes == 'true'",
            "vendor.yes is of type boolean and is never equal to 'true'",
            "Compare with a value of that type.",
            id="a type that never fits",
        ),
        pytest.param(
            "vendor.count == true",
            "vendor.count is of type integer and is never equal to True",
            "Compare with a value of that type.",
            id="a number is not true",
        ),
        pytest.param(
            "'1' in vendor.numbers",
            "vendor.numbers.* is of type integer and is never equal to '1'",
            "Compare with a value of that type.",
            id="membership of a list of another type",
        ),
        pytest.param(
            "vendor.name > 3",
            "vendor.name is of type string and cannot be compared with 3",
            "Compare with a value of that type, or convert it: int(), double(), string().",
            id="the order of text and a number",
        ),
        pytest.param(
            "'5' <= vendor.count",
            "vendor.count is of type integer and cannot be compared with '5'",
            "Compare with a value of that type, or convert it: int(), double(), string().",
            id="the order of a number and text",
        ),
        pytest.param(
            "'a' + 'b'", "\"'a' + 'b'\" gives STRING where BOOL is wanted", "Write a comparison.", id="no condition"
        ),
        pytest.param(
            "1 == 'a'",
            "the expression does not compile: found no matching overload for '_==_' applied to '(int, string)'",
            "The language is CEL (cel.dev): compare it with a rule that works, as 'preflight explain RULE' shows one.",
            id="a type error",
        ),
        pytest.param(
            "vendr.yes",
            "the expression does not compile: undeclared reference to 'vendr.yes' (in container '')",
            "The language is CEL (cel.dev): compare it with a rule that works, as 'preflight explain RULE' shows one.",
            id="a name that is not there",
        ),
        pytest.param(
            "today." + "x" * 2000,
            "the expression has 2,006 characters; at most 2,000 are read",
            "Split the rule, or compute a fact.",
            id="too long",
        ),
    ],
)
def test_what_cannot_be_meant_is_refused_with_a_way_out(source: str, message: str, fix: str) -> None:
    assert refusal(source) == (message, fix)


@pytest.mark.parametrize(
    ("source", "line", "column"),
    [
        pytest.param("vendor.yes &&", 1, 14, id="in the first line"),
        pytest.param("vendor.yes &&\n  true true", 2, 8, id="in the second line"),
    ],
)
def test_a_syntax_error_has_its_place_in_the_expression(source: str, line: int, column: int) -> None:
    with pytest.raises(CannotJudge, match=r"the expression does not compile: Syntax error: ") as caught:
        compile_condition(source, SHAPES)
    assert (caught.value.line, caught.value.column) == (line, column)


@pytest.mark.parametrize(
    "source",
    [
        pytest.param("(" * 200 + "true" + ")" * 200, id="brackets"),
        pytest.param("+".join(["1"] * 500) + " > 1", id="a long sum"),
        pytest.param("[" * 200 + "]" * 200 + " == []", id="lists in lists"),
    ],
)
def test_nesting_without_end_is_refused(source: str) -> None:
    with pytest.raises(CannotJudge, match="recursion"):
        compile_condition(source, SHAPES)


def test_long_conjunctions_compile() -> None:
    assert truth(" && ".join(["vendor.yes"] * 140)) is T
