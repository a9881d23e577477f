"""What fits a schema, and what is said of what does not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from judged_shapes import OLDER, said, shape, vendor
from preflight.model import Position
from preflight.shell import documents

if TYPE_CHECKING:
    from preflight.model import Json, JsonObject


# ---- What fits ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("keywords", "value", "fits"),
    [
        pytest.param({"pattern": "^[A-Z]{2}$"}, "NO", True, id="a pattern"),
        pytest.param({"pattern": "^[A-Z]{2}$"}, "NO\n", False, id="the end of a pattern is the end of the text"),
        pytest.param({"pattern": r"^\d$"}, "٣", False, id="digits are ASCII digits"),
        pytest.param({"pattern": "b"}, "abc", True, id="a pattern without anchors may match within"),
        pytest.param({"pattern": "^a$"}, 7, True, id="a pattern is for text"),
        pytest.param({"format": "date"}, "2024-02-29", True, id="a leap day"),
        pytest.param({"format": "date"}, "2023-02-29", False, id="no leap day"),
        pytest.param({"format": "date"}, "2026-02-30", False, id="no such day"),
        pytest.param({"format": "date"}, "20260131", False, id="a date without hyphens"),
        pytest.param({"format": "date"}, "2026-W05-1", False, id="a date by week"),
        pytest.param({"format": "date"}, "2026-1-1", False, id="a date without zeros"),
        pytest.param({"format": "date"}, "2026-01-01T00:00:00Z", False, id="a time"),
        pytest.param({"format": "date"}, "٢٠٢٦-01-01", False, id="digits of other scripts"),
        pytest.param({"format": "date"}, "2026-01-01\n", False, id="a date and a line end"),
        pytest.param({"format": "date"}, "0000-01-01", False, id="a year that no calendar has"),
        pytest.param({"format": "date"}, "0001-01-01", True, id="the first year"),
        pytest.param({"format": "date"}, "9999-12-31", True, id="the last day"),
        pytest.param({"format": "email"}, "nobody", False, id="formats are checked"),
        pytest.param({"format": "uri"}, "a b", False, id="formats that only one of the validators knows"),
        pytest.param({"uniqueItems": True}, [1, 1.0], False, id="1 and 1.0 are the same"),
        pytest.param({"uniqueItems": True}, [1, True], True, id="1 and true are not the same"),
        pytest.param({"uniqueItems": True}, [{"a": 1, "b": 2}, {"b": 2, "a": 1}], False, id="the order of keys is not"),
        pytest.param({"enum": [1]}, True, False, id="true is not 1 in a list of values"),
        pytest.param({"type": "integer"}, 1.0, True, id="1.0 is whole"),
        pytest.param({"type": "integer"}, True, False, id="true is no number"),
        pytest.param({"maxLength": 1}, "😀", True, id="length counts characters"),
        pytest.param({"patternProperties": {"^x-": {"type": "string"}}}, {"x-a": 1}, False, id="members by pattern"),
        pytest.param(
            {"patternProperties": {"^x-": True}, "additionalProperties": False}, {"x-a": 1}, True,
            id="a member that a pattern names is known",
        ),
        pytest.param({"properties": {"a": False}}, {"a": 1}, False, id="a member that may not be"),
        pytest.param({"additionalProperties": {"type": "string"}}, {"a": 1}, False, id="members of one kind"),
        pytest.param({"unevaluatedProperties": False}, {"a": 1}, False, id="members that nothing has looked at"),
        pytest.param({"not": {"type": "string"}}, "a", False, id="not"),
        pytest.param({"contains": {"const": 1}}, [2], False, id="contains"),
        pytest.param({"dependentRequired": {"a": ["b"]}}, {"a": 1}, False, id="a member that needs another"),
        pytest.param({"if": {"required": ["a"]}, "then": {"required": ["b"]}}, {"a": 1}, False, id="if and then"),
        pytest.param({"propertyNames": {"pattern": "^[a-z]+$"}}, {"A": 1}, False, id="names of members"),
        pytest.param({"multipleOf": 0.01}, 19.99, True, id="cents"),
    ],
)  # fmt: skip
def test_fits_and_problems_agree(keywords: JsonObject, value: Json, fits: bool) -> None:  # noqa: FBT001 - pytest passes it by name
    judged = shape(**keywords)
    assert judged.fits(value) is fits
    assert (judged.problems(value) == ()) is fits


# ---- What is said -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("keywords", "value", "problems"),
    [
        pytest.param(
            {"properties": {"a": {"properties": {"b": False}}}}, {"a": {"b": 1}},
            [("schema/falseSchema", "/a/b", "False schema does not allow 1")], id="a member that may not be",
        ),
        pytest.param(
            {"properties": {"known": {}}, "patternProperties": {"^x-": True}, "additionalProperties": False},
            {"x-1": 1, "know": 2},
            [("schema/additionalProperties", "/know", "the key 'know' is not known at the top of the file")],
            id="a member that a pattern names is not complained of",
        ),
        pytest.param(
            {"patternProperties": {"^x-": {"type": "string"}}}, {"x-1": 1, "y": 2},
            [("schema/type", "/x-1", "the value 1 stands here; text is wanted")], id="a member named by a pattern",
        ),
        pytest.param(
            {"additionalProperties": {"type": "string"}, "properties": {"n": {}}}, {"n": 1, "m": 2},
            [("schema/type", "/m", "the value 2 stands here; text is wanted")], id="any other member",
        ),
        pytest.param(
            {"properties": {"a": {"anyOf": [{"type": "string"}, {"type": "object", "required": ["x"]}]}}}, {"a": {}},
            [("schema/required", "/a", "x is missing in /a")], id="the alternative that comes closest",
        ),
        pytest.param(
            {"properties": {"a": {"oneOf": [
                {"type": "object", "properties": {"b": {"type": "string"}}, "required": ["b"]}, {"type": "integer"},
            ]}}}, {"a": {"b": 1}},
            [("schema/type", "/a/b", "the value 1 stands here; text is wanted")],
            id="the alternative that comes closest, further down",
        ),
        pytest.param(
            {"format": "uri"}, "a b", [("schema/format", "", '"a b" is not a "uri"')],
            id="what only the compiled validator finds",
        ),
        pytest.param(
            {"properties": {"a": {"type": "string"}}, "unevaluatedProperties": False}, {"a": 1, "b": 1},
            [
                ("schema/type", "/a", "the value 1 stands here; text is wanted"),
                ("schema/unevaluatedProperties", "", "Unevaluated properties are not allowed ('b' was unexpected)"),
            ],
            id="members that nothing has looked at, beside another breach",
        ),
        pytest.param(
            {"uniqueItems": True, "items": {"type": "string"}}, ["a", "a", 1],
            [
                ("schema/type", "/2", "the value 1 stands here; text is wanted"),
                ("schema/uniqueItems", "", "an entry stands twice in this list"),
            ],
            id="an entry that stands twice",
        ),
        pytest.param(
            {"propertyNames": {"pattern": "^[a-z]+$"}}, {"A": 1},
            [("schema/pattern", "", "'A' is not of the wanted form")], id="the name of a member",
        ),
        pytest.param(
            {"$ref": "#/$defs/a", "$defs": {"a": {"maxLength": 1}}}, "ab",
            [("schema/maxLength", "", "this has 2 characters; at most 1 character is wanted")], id="behind a reference",
        ),
        pytest.param(
            {"allOf": [{"type": "string"}, {"type": "string"}]}, 1,
            [("schema/type", "", "the value 1 stands here; text is wanted")], id="the same twice is said once",
        ),
    ],
)  # fmt: skip
def test_what_is_said(keywords: JsonObject, value: Json, problems: list[tuple[str, str, str]]) -> None:
    assert sorted(said(shape(**keywords).problems(value))) == sorted(problems)


def test_the_older_draft_is_judged_by_its_own_rules() -> None:
    tuples = shape(OLDER, items=[{"type": "string"}], additionalItems=False)
    assert tuples.fits(["a"])
    assert said(tuples.problems([1])) == [("schema/type", "/0", "the value 1 stands here; text is wanted")]
    assert not tuples.fits(["a", 1])
    assert tuples.problems(["a", 1])


def test_problems_come_in_the_order_of_the_file_with_their_places() -> None:
    text = (
        b"name:\n"  # 1
        b"lifecyle: {status: live}\n"  # 2
        b"category: websites\n"  # 3
        b"lifecycle:\n"  # 4
        b"  status: live\n"  # 5
        b"  live_on: 2026-02-30\n"  # 6
        b"  replaces: [a-b, A B]\n"  # 7
        b"aliases: [x, 7]\n"  # 8
    )
    document = documents.parse(text)
    problems = vendor().problems(document.value, document)
    assert [(each.position.line, each.position.column, each.rule, each.pointer) for each in problems] == [
        (1, 1, "schema/required", ""),
        (1, 1, "schema/type", "/name"),
        (2, 1, "schema/additionalProperties", "/lifecyle"),
        (3, 1, "schema/enum", "/category"),
        (6, 3, "schema/format", "/lifecycle/live_on"),
        (7, 19, "schema/pattern", "/lifecycle/replaces/1"),
        (8, 14, "schema/type", "/aliases/1"),
    ]
    assert [(each.message, each.fix) for each in problems][:3] == [
        ("id is missing at the top of the file", "Add id: for example 'beacon-mail'."),
        (
            "nothing stands here; text is wanted",
            "Fill it in, or take the line out: a field that is absent means 'not known'.",
        ),
        ("the key 'lifecyle' is not known at the top of the file", "Did you mean 'lifecycle'?"),
    ]


def test_without_positions_every_problem_is_at_the_beginning() -> None:
    assert {each.position for each in vendor().problems({"id": 7, "zzz": 1})} == {Position(1, 1)}
