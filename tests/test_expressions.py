"""CEL expressions: what is true, false or not known, what is a fault, and what an expression reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from cel_expr_python import cel
from hypothesis import given, settings
from hypothesis import strategies as st

from preflight import cel_syntax
from preflight.errors import CannotJudge
from preflight.expressions import (
    ExpressionError,
    Read,
    Truth,
    activation,
    compile_condition,
    compile_expression,
    days_between,
    message_parts,
)
from preflight.schema_tree import Node

if TYPE_CHECKING:
    from preflight.model import Json, JsonObject

T, F, U = Truth.TRUE, Truth.FALSE, Truth.UNKNOWN

SCHEMA: JsonObject = {
    "type": "object",
    "properties": {
        "yes": {"type": "boolean"},
        "no": {"type": "boolean"},
        "gone": {"type": "boolean"},
        "count": {"type": "integer"},
        "share": {"type": "number"},
        "name": {"type": "string"},
        "on": {"type": "string", "format": "date"},
        "status": {"enum": ["live", "retired"]},
        "numbers": {"type": "array", "items": {"type": "integer"}},
        "access": {"$ref": "#/$defs/access"},
        "parts": {"type": "array", "items": {"$ref": "#/$defs/part"}},
        "labels": {"type": "object", "additionalProperties": {"type": "string"}},
        "either": {"anyOf": [{"properties": {"left": {"type": "boolean"}}}, {"properties": {"right": {}}}]},
    },
    "$defs": {
        "access": {"type": "object", "properties": {"sso": {"type": "boolean"}, "mfa": {"enum": ["required", "none"]}}},
        "part": {"type": "object", "properties": {"good": {"type": "boolean"}, "size": {"type": "integer"}}},
    },
}
FACTS: JsonObject = {"type": "object", "properties": {"age": {"properties": {"review": {"type": "integer"}}}}}
VENDOR = Node(SCHEMA, SCHEMA)
SHAPES = {"vendor": VENDOR, "before": VENDOR, "facts": Node(FACTS, FACTS)}
WITH_ITEM = {**SHAPES, "item": Node(SCHEMA["$defs"]["part"], SCHEMA)}
RECORD: JsonObject = {"yes": True, "no": False}


def truth(source: str, record: JsonObject | None = None, **others: Json) -> Truth:
    scope = {"before": None, "facts": {}, "today": "2026-06-01", **others}
    bound = activation({"vendor": RECORD if record is None else record, **scope})
    return compile_condition(source, WITH_ITEM).truth(bound)


def value(source: str, record: JsonObject) -> Json:
    bound = activation({"vendor": record, "before": None, "facts": {}, "today": "2026-06-01"})
    return compile_expression(source, SHAPES).value(bound)


def fault(source: str, record: JsonObject, **others: Json) -> str:
    with pytest.raises(ExpressionError) as caught:
        truth(source, record, **others)
    return str(caught.value)


# ---- Three values -------------------------------------------------------------------------------

WORDS = {"vendor.yes": T, "vendor.no": F, "vendor.gone": U}
NOT = {T: F, F: T, U: U}


def both(left: Truth, right: Truth) -> Truth:
    return F if F in (left, right) else U if U in (left, right) else T


@pytest.mark.parametrize("right", WORDS)
@pytest.mark.parametrize("left", WORDS)
def test_and_or_not_and_conditional_follow_three_valued_logic(left: str, right: str) -> None:
    first, second = WORDS[left], WORDS[right]
    assert truth(f"{left} && {right}") is both(first, second)
    assert truth(f"{left} || {right}") is NOT[both(NOT[first], NOT[second])]
    assert truth(f"!{left}") is NOT[first]
    assert truth(f"{left} ? {right} : true") is {T: second, F: T, U: U}[first]
    assert truth(f"{left} == {right}") is (U if U in (first, second) else T if first is second else F)


SOURCES = st.recursive(
    st.sampled_from([*WORDS, "true", "false"]),
    lambda inner: st.one_of(
        inner.map("!({})".format),
        st.tuples(inner, st.sampled_from(["&&", "||"]), inner).map(lambda three: "({} {} {})".format(*three)),
    ),
    max_leaves=8,
)


@settings(deadline=None, max_examples=150)
@given(source=SOURCES, told=st.booleans())
def test_what_is_decided_while_a_field_is_not_known_stays_so_when_it_becomes_known(source: str, told: bool) -> None:  # noqa: FBT001 - pytest passes it by name
    undecided = truth(source)
    if undecided is not U:
        assert truth(source, {**RECORD, "gone": told}) is undecided


@pytest.mark.parametrize(
    ("source", "record", "wanted"),
    [
        pytest.param("vendor.count > 3", {}, U, id="a comparison with nothing is not known"),
        pytest.param("vendor.count > 3", {"count": 4}, T, id="a comparison that holds"),
        pytest.param("vendor.access.sso", {}, U, id="a field below an absent group is not known"),
        pytest.param("vendor.access.sso", {"access": {}}, U, id="a field absent from its group is not known"),
        pytest.param("has(vendor.yes)", {}, F, id="has asks whether a field is there: it is not"),
        pytest.param(
            "has(vendor.yes)", {"yes": False}, T, id="has asks whether a field is there, not whether it is true"
        ),
        pytest.param("has(vendor.access.sso)", {}, U, id="has below an absent group is not known"),
        pytest.param("!has(vendor.yes) || vendor.yes", {}, T, id="an optional field that is absent"),
        pytest.param(
            "!has(vendor.yes) || vendor.yes", {"yes": False}, F, id="an optional field that is given and wrong"
        ),
        pytest.param("vendor.status in ['live']", {}, U, id="membership of nothing is not known"),
        pytest.param("!(vendor.status in ['live'])", {}, U, id="not being a member is not known either"),
        pytest.param("3 in vendor.numbers", {}, U, id="membership of an absent list is not known"),
        pytest.param("!(3 in vendor.numbers)", {"numbers": []}, T, id="nothing is a member of an empty list"),
        pytest.param("vendor.numbers.size() > 0", {}, U, id="the size of an absent list is not known"),
        pytest.param("vendor.numbers.size() > 0", {"numbers": []}, F, id="an empty list has the size 0"),
        pytest.param("vendor.parts.all(p, p.good)", {}, U, id="all of an absent list is not known"),
        pytest.param("vendor.parts.all(p, p.good)", {"parts": []}, T, id="all of an empty list holds"),
        pytest.param("vendor.parts.exists(p, p.good)", {"parts": []}, F, id="none of an empty list exists"),
        pytest.param("vendor.parts.all(p, p.good)", {"parts": [{}, {"good": False}]}, F, id="one bad item decides all"),
        pytest.param("vendor.parts.all(p, p.good)", {"parts": [{"good": True}, {}]}, U, id="all with an unknown item"),
        pytest.param("vendor.parts.all(p, p.good)", {"parts": [{}, {"good": True}]}, U, id="all with an unknown first"),
        pytest.param("vendor.parts.exists(p, p.good)", {"parts": [{}, {"good": True}]}, T, id="one good item exists"),
        pytest.param("vendor.parts.exists(p, p.good)", {"parts": [{}, {"good": False}]}, U, id="one may exist"),
        pytest.param("vendor.parts.exists_one(p, p.good)", {"parts": [{}, {"good": True}]}, U, id="a second may exist"),
        pytest.param(
            "vendor.parts.filter(p, p.good).size() == 1",
            {"parts": [{}, {"good": True}]},
            U,
            id="a filter may give more",
        ),
        pytest.param("vendor.parts[0].good", {"parts": [{"good": True}]}, T, id="an item by its index"),
        pytest.param(
            "vendor.parts.map(p, p.good, p.size)[0] > 1", {"parts": [{"good": True, "size": 2}]}, T, id="a map of some"
        ),
        pytest.param("vendor.labels.tier == 'gold'", {"labels": {}}, U, id="a free label that is absent"),
        pytest.param("vendor.labels['tier'] == 'gold'", {"labels": {"tier": "gold"}}, T, id="a label by its key"),
        pytest.param("'tier' in vendor.labels", {"labels": {}}, F, id="a label is not among those given"),
        pytest.param("before == null", {}, T, id="no record at the base is null"),
        pytest.param("before == null || before.yes", {}, T, id="a guard against having no base"),
        pytest.param("days_between(vendor.on, today) == 31", {"on": "2026-05-01"}, T, id="days between two dates"),
        pytest.param("days_between(vendor.on, today) > 0", {}, U, id="days since an unknown date are not known"),
        pytest.param("vendor.on < today", {"on": "2026-05-31"}, T, id="dates compare as text"),
        pytest.param("vendor.share >= 99.9", {"share": 99.9}, T, id="a fraction"),
        pytest.param("vendor.count > 3.5", {"count": 4}, T, id="a whole number against a fraction"),
        pytest.param("vendor.name.matches('^[a-z]+$')", {"name": "abc"}, T, id="a pattern"),
        pytest.param("vendor.name.lowerAscii() == 'abc'", {"name": "ABC"}, T, id="the strings extension"),
        pytest.param("math.greatest(vendor.count, 2) == 2", {"count": 1}, T, id="the mathematics extension"),
        pytest.param(
            "cel.bind(x, vendor.access, x.sso && x.mfa == 'required')", {"access": {"sso": False}}, F, id="bind"
        ),
        pytest.param("item.good", {}, U, id="a field of an item is not known while there is no item"),
        pytest.param(
            "has(item.good)", {}, U, id="whether a field of an item is there is not known while there is none"
        ),
        pytest.param("item.size in [1, 2]", {}, U, id="membership of an item is not known while there is none"),
        pytest.param("vendor.yes && has(item.good)", {"yes": False}, F, id="false decides, whatever the items"),
    ],
)
def test_conditions_give_true_false_or_not_known(source: str, record: JsonObject, wanted: Truth) -> None:
    assert truth(source, record) is wanted


# ---- Faults: neither true, nor false, nor not known ---------------------------------------------

MANY: JsonObject = {"numbers": list(range(200)), "yes": True}
ENDLESS = "vendor.numbers.exists(x, vendor.numbers.exists(y, x + y < 0))"


@pytest.mark.parametrize(
    ("source", "record", "wanted"),
    [
        pytest.param(ENDLESS, MANY, "INTERNAL: Iteration budget exceeded", id="too many steps"),
        pytest.param(f"!({ENDLESS})", MANY, "INTERNAL: Iteration budget exceeded", id="too many steps, negated"),
        pytest.param(
            f"{ENDLESS} || vendor.yes", MANY, "INTERNAL: Iteration budget exceeded", id="too many steps before a true"
        ),
        pytest.param(
            "vendor.name > vendor.count",
            {"name": "x", "count": 3},
            "No matching overloads found : _>_(string, int64)",
            id="text compared with a number",
        ),
        pytest.param("vendor.count / 0 == 1", {"count": 1}, "divide by zero", id="division by zero"),
        pytest.param("vendor.numbers[5] == 1", {"numbers": [1]}, "Index error: index=5 size=1", id="no such item"),
        pytest.param("vendor.parts[0].good", {"parts": []}, "Index error: index=0 size=0", id="the first of none"),
        pytest.param(
            "vendor.yes",
            {"yes": None},
            "gives NULL where true or false is wanted",
            id="a null that the schema let through",
        ),
        pytest.param(
            "vendor.count", {"count": 1}, "gives INT where true or false is wanted", id="a number is no condition"
        ),
        pytest.param(
            "before.yes",
            {},
            "Applying SELECT to non-message type",
            id="below a base that is not there",
        ),
        pytest.param(
            "vendor.name.charAt(9) == 'a'",
            {"name": "a"},
            "<string>.charAt(<pos>): <pos> is greater than <string>.size()",
            id="a character that is not there",
        ),
        pytest.param(
            "vendor.name.matches('[')",
            {"name": "a"},
            "invalid regular expression: missing ]: [",
            id="a broken pattern",
        ),
        pytest.param(
            "days_between(vendor.on, today) > 1",
            {"on": "soon"},
            "Invalid isoformat string: 'soon'",
            id="text that is no date",
        ),
        pytest.param(
            "days_between(vendor.on, today) > 1",
            {"on": "2026-02-29"},
            "day is out of range for month",
            id="a day that the year does not have",
        ),
        pytest.param(
            "days_between(vendor.on, today) > 1",
            {"on": "NOT_FOUND: Key not found in map"},
            "Invalid isoformat string: 'NOT_FOUND:'",
            id="text that reads like the runtime's word for an absent field",
        ),
    ],
)
def test_a_fault_is_neither_a_pass_nor_unknown(source: str, record: JsonObject, wanted: str) -> None:
    assert fault(source, record) == wanted


@pytest.mark.parametrize(
    ("source", "wanted"),
    [
        pytest.param("vendor.yes || vendor.count / 0 > 3", T, id="true or a fault is true, as in CEL"),
        pytest.param("vendor.no && vendor.count / 0 > 3", F, id="false and a fault is false, as in CEL"),
    ],
)
def test_a_fault_that_cannot_change_the_answer_is_passed_over(source: str, wanted: Truth) -> None:
    assert truth(source, {"yes": True, "no": False, "count": 1}) is wanted


@pytest.mark.parametrize("name", ["gone", "yes"])
def test_a_fault_beside_something_unknown_never_gives_true(name: str) -> None:
    for source in (f"vendor.{name} && vendor.count / 0 > 3", f"vendor.count / 0 > 3 && vendor.{name}"):
        try:
            found = truth(source, {"yes": True, "count": 1})
        except ExpressionError:
            continue
        assert found is U


def test_values_are_plain_and_unknown_ones_are_none() -> None:
    record = {"count": 3, "numbers": [1, 2], "labels": {"tier": "gold"}, "share": 0.5, "yes": True}
    for name, wanted in record.items():
        assert value(f"vendor.{name}", record) == wanted
    assert value("vendor.name", record) is None
    assert value('"of " + string(vendor.count)', record) == "of 3"
    with pytest.raises(ExpressionError, match=r"^divide by zero$"):
        value("vendor.count / 0", record)


@pytest.mark.parametrize(
    ("start", "end", "days"),
    [
        pytest.param("2024-02-28", "2024-03-01", 2, id="over a leap day"),
        pytest.param("2026-02-28", "2026-03-01", 1, id="over the end of February"),
        pytest.param("2026-06-01", "2026-06-01", 0, id="the same day"),
        pytest.param("2026-06-02", "2026-06-01", -1, id="backwards"),
        pytest.param("2023-06-01", "2024-06-01", 366, id="a year with a leap day in it"),
        pytest.param("2026-05-31T23:59:59Z", "2026-06-01", 1, id="the time of day does not count"),
    ],
)
def test_days_between_counts_whole_days(start: str, end: str, days: int) -> None:
    assert days_between(start, end) == days


# ---- What an expression reads -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "wanted"),
    [
        pytest.param("vendor.access.sso", ["vendor.access.sso"], id="the whole path, not the steps to it"),
        pytest.param("vendor.yes && vendor.yes", ["vendor.yes"], id="each path once"),
        pytest.param("vendor.access != null && vendor.access.sso", ["vendor.access", "vendor.access.sso"], id="both"),
        pytest.param(
            "vendor.parts.all(p, p.good)", ["vendor.parts", "vendor.parts.*.good"], id="the list and its items"
        ),
        pytest.param("vendor.parts[0].good", ["vendor.parts", "vendor.parts.*.good"], id="an item by index"),
        pytest.param("vendor.labels['tier'] == 'a'", ["vendor.labels.tier"], id="a key in brackets"),
        pytest.param("cel.bind(x, vendor.access, x.sso)", ["vendor.access.sso"], id="through a bound name"),
        pytest.param("facts.age.review > 1 || before.yes", ["facts.age.review", "before.yes"], id="facts and base"),
        pytest.param("before == null", ["before"], id="the base as a whole"),
        pytest.param("today > '2026'", [], id="the date is always known"),
    ],
)
def test_reads_are_the_paths_that_decide(source: str, wanted: list[str]) -> None:
    assert [str(read) for read in compile_condition(source, SHAPES).reads] == wanted


def test_a_field_that_is_only_asked_for_counts_as_tested() -> None:
    reads = compile_condition("has(vendor.yes) && vendor.access.sso", SHAPES).reads
    assert reads == (Read("vendor", ("yes",), tested=True), Read("vendor", ("access", "sso")))
    assert reads[1].pointer == "/access/sso"


def test_the_syntax_tree_gives_constants_as_plain_values() -> None:
    elements = {"true": True, "2": 2, "3u": 3, "1.5": 1.5, '"a"': "a", "b'b'": b"b", "null": None, "1 + 1": None}
    for source, wanted in elements.items():
        compiled = compile_expression(source, {}).compiled
        assert cel_syntax.constant(cel_syntax.tree(compiled.serialize())) == wanted


def test_an_expression_may_be_of_any_type_unless_one_is_wanted() -> None:
    assert compile_expression("'a'", {}).source == "'a'"
    with pytest.raises(CannotJudge, match=r"'1' gives INT where STRING is wanted"):
        compile_expression("1", {}, cel.Type.STRING)


@pytest.mark.parametrize(
    ("template", "wanted"),
    [
        pytest.param("plain", [("text", "plain")], id="text alone"),
        pytest.param("{a.b}", [("expression", "a.b")], id="an expression alone"),
        pytest.param(
            "is {a}, was {b}!",
            [("text", "is "), ("expression", "a"), ("text", ", was "), ("expression", "b"), ("text", "!")],
            id="in turn",
        ),
        pytest.param("{a}{b}", [("expression", "a"), ("expression", "b")], id="two without text between"),
        pytest.param("", [], id="nothing"),
        pytest.param("{} { } }{", [("text", " "), ("expression", " "), ("text", " }{")], id="stray braces"),
    ],
)
def test_messages_are_split_into_text_and_expressions(template: str, wanted: list[tuple[str, str]]) -> None:
    assert list(message_parts(template)) == wanted
