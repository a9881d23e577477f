"""Schemas: which are trusted, what fits them, and what is said of what does not."""

from __future__ import annotations

import contextlib
import copy
import http.server
import json
import random
import threading
import time
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from referencing import Registry

from preflight import editor, pointers
from preflight.errors import CannotJudge
from preflight.model import Position
from preflight.schema import DRAFTS, Shape
from preflight.shell import documents

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from preflight.model import Json, JsonObject

ROOT = Path(__file__).parents[1]
RECENT, OLDER = DRAFTS
SECONDS = 2.0


def shape(draft: str = RECENT, /, **keywords: Json) -> Shape:
    return Shape({"$schema": draft} | keywords, "s.json")


def refusal(schema: Json) -> CannotJudge:
    with pytest.raises(CannotJudge) as caught:
        Shape(schema, "policies/s.json")
    assert caught.value.path == "policies/s.json"
    return caught.value


@cache
def vendor() -> Shape:
    return Shape(json.loads((ROOT / "schemas/vendor.schema.json").read_text(encoding="utf-8")), "vendor.schema.json")


@cache
def records() -> tuple[JsonObject, ...]:
    return tuple(documents.parse(path.read_bytes()).value for path in sorted((ROOT / "vendors").glob("*.yaml")))


def said(problems: Any) -> list[tuple[str, str, str]]:
    return [(problem.rule, problem.pointer, problem.message) for problem in problems]


# ---- Trusting a schema --------------------------------------------------------------------------

REFER = "Refer to '#/$defs/NAME' of the same file; nothing is fetched from files or the network."
CORRECT = "Correct the keyword. Patterns may use neither look-around nor back references."
CIRCLE = "Refer to a schema that checks something itself."


def unknown(at: str, keyword: str) -> str:
    return f"{at}: the schema keyword {keyword!r} is not known, so it would check nothing"


def astray(at: str, reference: str) -> str:
    return f"{at}: the reference {reference!r} does not lead to a place in this schema"


@pytest.mark.parametrize(
    ("keywords", "message", "fix"),
    [
        # Misspelt keywords, wherever a schema can stand.
        pytest.param(
            {"requird": ["id"]}, unknown("/requird", "requird"), "Did you mean 'required'?", id="requird",
        ),
        pytest.param(
            {"properties": {"a/b": {"additonalProperties": False}}},
            unknown("/properties/a~1b/additonalProperties", "additonalProperties"),
            "Did you mean 'additionalProperties'?", id="additonalProperties, in a member",
        ),
        pytest.param({"zzz": 1}, unknown("/zzz", "zzz"), "Take it out.", id="a keyword like no other"),
        *(
            pytest.param(
                {keyword: {"requird": []}}, unknown(f"/{keyword}/requird", "requird"), "Did you mean 'required'?",
                id=f"misspelt in {keyword}",
            )
            for keyword in (
                "additionalProperties", "contains", "else", "if", "items", "not", "propertyNames", "then",
                "unevaluatedItems", "unevaluatedProperties",
            )
        ),
        *(
            pytest.param(
                {keyword: [True, {"requird": []}]}, unknown(f"/{keyword}/1/requird", "requird"),
                "Did you mean 'required'?", id=f"misspelt in {keyword}",
            )
            for keyword in ("allOf", "anyOf", "oneOf", "prefixItems")
        ),
        *(
            pytest.param(
                {keyword: {"x": {"requird": []}}}, unknown(f"/{keyword}/x/requird", "requird"),
                "Did you mean 'required'?", id=f"misspelt in {keyword}",
            )
            for keyword in ("$defs", "definitions", "dependentSchemas", "patternProperties", "properties")
        ),
        pytest.param(
            {"$dynamicRef": "#x"}, unknown("/$dynamicRef", "$dynamicRef"), "Take it out.", id="a dynamic reference",
        ),
        # References.
        *(
            pytest.param({"items": {"$ref": to}}, astray("/items/$ref", to), REFER, id=f"a reference to {to}")
            for to in (
                "http://example.com/s.json", "https://example.com/s.json#/$defs/a", "file:///etc/passwd", "other.json",
                "urn:preflight:schema:vendor", "#/$defs/gone", "#anchor", "#/title", "#/examples/0", "#/properties", "",
            )
        ),
        pytest.param(
            {"$ref": ["#"]}, "/$ref: the reference ['#'] does not lead to a place in this schema", REFER,
            id="a list of references",
        ),
        pytest.param(
            {"$ref": "#"}, "#: references lead in a circle back to the same place", CIRCLE, id="a reference to itself",
        ),
        pytest.param(
            {"items": {"anyOf": [{"type": "string"}, {"$ref": "#/items"}]}},
            "/items: references lead in a circle back to the same place", CIRCLE,
            id="an alternative that is the schema itself",
        ),
        # Formats and patterns.
        pytest.param(
            {"format": "dat"}, "/format: the format 'dat' is not known, so it would check nothing",
            "Did you mean 'date'?", id="a misspelt format",
        ),
        pytest.param(
            {"format": "zip-code"}, "/format: the format 'zip-code' is not known, so it would check nothing",
            "Use a pattern instead.", id="a format like no other",
        ),
        pytest.param(
            {"format": ["zzz"]}, "/format: the format ['zzz'] is not known, so it would check nothing",
            "Use a pattern instead.", id="a list of formats",
        ),
        *(
            pytest.param(
                {"pattern": pattern}, f'this is no usable JSON Schema: {json.dumps(pattern)} is not a "regex"',
                CORRECT, id=name,
            )
            for pattern, name in (
                ("(?=a)", "a pattern that looks ahead"),
                ("(?!a)", "a pattern that looks ahead for nothing"),
                ("(?<=a)b", "a pattern that looks behind"),
                (r"(a)\1", "a pattern with a back reference"),
                ("(", "a pattern that is none"),
            )
        ),
        pytest.param(
            {"patternProperties": {"(?=a)": True}},
            'this is no usable JSON Schema: "(?=a)" is not a "regex"', CORRECT, id="a pattern of names looks ahead",
        ),
        # Values of keywords.
        pytest.param(
            {"required": "id"}, 'this is no usable JSON Schema: "id" is not of type "array"', CORRECT,
            id="required as text",
        ),
        pytest.param(
            {"maxLength": -1}, "this is no usable JSON Schema: -1 is less than the minimum of 0", CORRECT,
            id="a negative length",
        ),
        pytest.param(
            {"allOf": 3}, 'this is no usable JSON Schema: 3 is not of type "array"', CORRECT, id="allOf as a number",
        ),
        pytest.param(
            {"properties": {"a": 3}},
            'this is no usable JSON Schema: 3 is not of types "boolean", "object"', CORRECT, id="a number as schema",
        ),
        # Of another draft.
        pytest.param(
            {"additionalItems": False},
            "/additionalItems: the schema keyword 'additionalItems' belongs to another draft, "
            "so it would check nothing",
            f'Take it out, or set "$schema": "{OLDER}".', id="a keyword of the older draft",
        ),
    ],
)  # fmt: skip
def test_a_schema_that_would_not_check_what_it_says_is_refused(keywords: JsonObject, message: str, fix: str) -> None:
    error = refusal({"$schema": RECENT, "title": "T", "examples": [{"typ": "string"}], "properties": {}} | keywords)
    assert (error.message, error.fix) == (message, fix)


@pytest.mark.parametrize(
    "keyword",
    [
        "dependentRequired", "dependentSchemas", "maxContains", "minContains", "prefixItems", "unevaluatedItems",
        "unevaluatedProperties",
    ],
)  # fmt: skip
def test_a_keyword_that_the_older_draft_passes_over_is_refused_there(keyword: str) -> None:
    error = refusal({"$schema": OLDER, "items": {keyword: {}}})
    assert error.message == (
        f"/items/{keyword}: the schema keyword {keyword!r} belongs to another draft, so it would check nothing"
    )
    assert error.fix == f'Take it out, or set "$schema": "{RECENT}".'


@pytest.mark.parametrize(
    ("schema", "message", "fix"),
    [
        pytest.param(
            [], "a schema is a group of keywords", 'Write an object, for example {"type": "object"}.', id="a list"
        ),
        pytest.param(
            True, "a schema is a group of keywords", 'Write an object, for example {"type": "object"}.', id="true"
        ),
        pytest.param(
            {"type": "object"},
            f"$schema is None; known are {RECENT} and {OLDER}",
            f'Set "$schema": "{RECENT}".',
            id="without a draft",
        ),
        pytest.param(
            {"$schema": "http://json-schema.org/draft-04/schema#"},
            f"$schema is 'http://json-schema.org/draft-04/schema#'; known are {RECENT} and {OLDER}",
            f'Set "$schema": "{RECENT}".',
            id="an old draft",
        ),
        pytest.param(
            {"$schema": [RECENT]},
            f"$schema is [{RECENT!r}]; known are {RECENT} and {OLDER}",
            f'Set "$schema": "{RECENT}".',
            id="a list of drafts",
        ),
    ],
)
def test_what_is_no_schema_is_refused(schema: Json, message: str, fix: str) -> None:
    error = refusal(schema)
    assert (error.message, error.fix) == (message, fix)


REFERRED = "people, teams, systems, vendors, currencies, roles"
WITHOUT_PEOPLE = "this asks whether a person is with us, and no x-refers-to beside it names people"


@pytest.mark.parametrize(
    ("keywords", "message", "fix"),
    [
        pytest.param(
            {"x-refers-to": ["people", "vendor"]},
            "/properties/owner/x-refers-to: an id cannot refer to 'vendor', so it would check nothing",
            "Did you mean 'vendors'?",
            id="a kind of id that there is not",
        ),
        pytest.param(
            {"x-refers-to": ["country"]},
            "/properties/owner/x-refers-to: an id cannot refer to 'country', so it would check nothing",
            f"Known are: {REFERRED}.",
            id="a kind of id like no other",
        ),
        pytest.param(
            {"x-refers-to": [["people"]]},
            "/properties/owner/x-refers-to: an id cannot refer to ['people'], so it would check nothing",
            "Did you mean 'people'?",
            id="a list within the list",
        ),
        *(
            pytest.param(
                {"x-refers-to": value},
                "/properties/owner/x-refers-to: what an id refers to is a list of kinds, each once",
                f"List one or more of: {REFERRED}.",
                id=name,
            )
            for value, name in (
                ("people", "a kind without a list"),
                ([], "an empty list"),
                (["people", "people"], "a kind twice"),
            )
        ),
        *(
            pytest.param(
                {"x-in-office": True} | beside,
                f"/properties/owner/x-in-office: {WITHOUT_PEOPLE}",
                'Set "x-refers-to": ["people"] beside it, or take it out.',
                id=name,
            )
            for beside, name in (
                ({}, "in office, of nobody"),
                ({"x-refers-to": ["systems"]}, "in office, of a system"),
                ({"$ref": "#/$defs/person"}, "in office, with the reference elsewhere"),
            )
        ),
        pytest.param(
            {"x-in-office": False, "x-refers-to": ["people"]},
            "/properties/owner/x-in-office: the only value is true",
            "Write true, or take the keyword out.",
            id="not in office",
        ),
        pytest.param(
            {"x-refer-to": ["people"]},
            unknown("/properties/owner/x-refer-to", "x-refer-to"),
            "Did you mean 'x-refers-to'?",
            id="a misspelt note",
        ),
    ],
)
@pytest.mark.parametrize("draft", DRAFTS)
def test_a_note_on_ids_that_would_check_nothing_is_refused(
    draft: str, keywords: JsonObject, message: str, fix: str
) -> None:
    person: JsonObject = {"type": "string", "x-refers-to": ["people"]}
    own = {"properties": {"owner": {"title": "Owner"} | keywords}, "$defs": {"person": person}}
    error = refusal({"$schema": draft} | own)
    assert (error.message, error.fix) == (message, fix)


@pytest.mark.parametrize("draft", DRAFTS)
def test_a_note_on_ids_changes_nothing_about_what_fits(draft: str) -> None:
    noted = Shape(
        {
            "$schema": draft,
            "properties": {
                "owner": {"$ref": "#/$defs/slug", "x-in-office": True, "x-refers-to": ["people", "teams"]},
                "x-refers-to": {"type": "string"},
            },
            "$defs": {"slug": {"type": "string", "maxLength": 5}},
        },
        "s.json",
    )
    assert noted.fits({"owner": "nobod", "x-refers-to": "a field of that name"})
    assert said(noted.problems({"owner": "nobody"})) == [
        ("schema/maxLength", "/owner", "this has 6 characters; at most 5 characters are wanted")
    ]


def references(node: Json) -> Iterator[str]:
    """Yield what stands in every x-refers-to of a schema."""
    for key, value in node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ():
        if key == "x-refers-to":
            yield from value
        yield from references(value)


def test_the_editor_is_told_nothing_that_only_preflight_reads() -> None:
    own = vendor().schema
    assert set(references(own)) == {"people", "teams", "systems", "vendors", "currencies", "roles"}
    text = json.dumps(editor.flavour(own))
    assert "x-refers-to" not in text
    assert "x-in-office" not in text


def test_data_in_a_schema_is_not_read_as_keywords() -> None:
    data = {"requird": [], "$ref": "http://example.com"}
    kept = shape(const=data, default=data, examples=[data], enum=[data])
    assert kept.fits(data)
    assert shape(properties={"requird": {}, "$ref": {"type": "string"}}).fits({"requird": 1, "$ref": "x"})


@pytest.mark.parametrize("path", sorted((ROOT / "schemas").glob("*.schema.json")), ids=lambda path: path.name)
def test_every_schema_of_the_project_is_trusted(path: Path) -> None:
    schema = json.loads(path.read_text(encoding="utf-8"))
    assert Shape(schema, path.name).schema == schema


def policies(kind: str) -> tuple[Shape, Json]:
    path = ROOT / "schemas" / f"{kind}.schema.json"
    value = documents.parse((ROOT / "policies" / f"{kind}.yaml").read_bytes(), max_bytes=1 << 20).value
    return Shape(json.loads(path.read_text(encoding="utf-8")), path.name), value


@pytest.mark.parametrize(
    ("kind", "at", "value"),
    [
        pytest.param("risk", "/dimensions/3/name", "data_sensitivity", id="one side of risk twice, another never"),
        pytest.param("risk", "/dimensions/0/signals/0/levels", {"many": "high"}, id="a count with levels of words"),
        pytest.param("risk", "/dimensions/0/signals/1/from", {"high": 5}, id="a word with a lowest number"),
        pytest.param("risk", "/dimensions/0/signals/0/by", "value", id="a word without levels"),
        pytest.param("risk", "/totals/low", 1, id="a sum of points without a level"),
        pytest.param("approvals", "/demands/0", {"role": "cfo", "why": "Because."}, id="a demand without a condition"),
        pytest.param("approvals", "/demands/5/annual_cost_from", -1, id="a limit below nothing"),
        pytest.param("rates", "/rates/0/rate", 0, id="a currency that is worth nothing"),
        pytest.param("ownership", "/controls/0/id", "chnage", id="a control that no record has"),
        pytest.param(
            "ownership",
            "/committee/members",
            [{"person": "a", "side": "it"}, {"person": "b", "side": "it"}],
            id="a committee of one side",
        ),
        pytest.param("contract", "/clauses/0/id", "data_owner", id="a clause that no record has"),
        pytest.param("lifecycle", "/states/0/begins", False, id="a life cycle without a beginning"),
        pytest.param("lifecycle", "/states/5/state", "retired", id="a state twice, another never"),
        pytest.param("calendar", "/cadences/0/every_months", 0, id="a review that never ends"),
        pytest.param("calendar", "/reminders/notce", 60, id="a reminder of nothing"),
        pytest.param("overlap", "/legal_forms/0", "B.V.", id="an ending as no name is compared"),
        pytest.param("systems", "/records/0/domain", "money", id="a data domain that no record has"),
    ],
)
def test_a_policy_that_cannot_be_meant_is_refused(kind: str, at: str, value: Json) -> None:
    shape_of, own = policies(kind)
    assert shape_of.fits(own)
    parent, _, name = at.rpartition("/")
    place: Any = pointers.get(own, parent)
    place[int(name) if isinstance(place, list) else name] = value
    assert shape_of.problems(own)


@pytest.mark.parametrize(
    "reference", ["#/$defs/a", "#/$defs/b~1c", "#/properties/x", "#/allOf/0", "#/$defs/a/items", "#/$defs/all"]
)
def test_a_reference_to_any_schema_within_is_followed(reference: str) -> None:
    text: JsonObject = {"type": "string", "items": {"type": "string"}}
    own = {
        "$defs": {"a": text, "b/c": text, "all": False},
        "properties": {"x": text},
        "allOf": [{"type": ["object", "string"]}],
    }
    refers = Shape({"$schema": RECENT, **own, "additionalProperties": {"$ref": reference}}, "s.json")
    assert refers.fits({"y": "text"}) is (reference != "#/$defs/all")
    assert not refers.fits({"y": 7})


# ---- Nothing is fetched -------------------------------------------------------------------------


@pytest.fixture
def served() -> Iterator[tuple[str, list[str]]]:
    """A schema on the network, and what was asked for."""
    asked: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b'{"const": "fetched"}')

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name that the parent class gives it
            del format, args

    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as server:
        serving = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        serving.start()
        yield f"http://127.0.0.1:{server.server_port}/s.json", asked
        server.shutdown()
        serving.join()


@pytest.mark.parametrize(
    "build",
    [
        pytest.param(lambda url: {"$ref": url}, id="a reference"),
        pytest.param(lambda url: {"$ref": f"{url}#/$defs/a"}, id="a reference into it"),
        pytest.param(lambda url: {"$id": url, "properties": {"a": {"$ref": "other.json"}}}, id="a relative reference"),
        pytest.param(lambda url: {"properties": {"a": {"$id": url, "$ref": "#/$defs/b"}}}, id="a name within"),
        pytest.param(lambda url: {"properties": {"a": {"$schema": url, "type": "string"}}}, id="a draft within"),
        pytest.param(lambda url: {"$schema": url}, id="a draft"),
        pytest.param(lambda url: {"$id": url, "type": "string"}, id="a name"),
        pytest.param(lambda url: {"dependencies": {"a": {"$ref": url}}}, id="a keyword that is not known"),
        pytest.param(lambda url: {"examples": [{"$ref": url}], "type": "string"}, id="in an example"),
    ],
)
def test_nothing_is_fetched_from_the_network(served: tuple[str, list[str]], build: Callable[[str], JsonObject]) -> None:
    url, asked = served
    with contextlib.suppress(CannotJudge):
        built = Shape({"$schema": RECENT} | build(url), "s.json")
        assert (built.problems({"a": 1}) == ()) is built.fits({"a": 1})
    assert asked == []


@pytest.mark.parametrize("absolute", [True, False], ids=["by its address", "by its path"])
def test_nothing_is_read_from_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, absolute: bool) -> None:  # noqa: FBT001 - pytest passes it by name
    secret = tmp_path / "secret.json"
    secret.write_text('{"const": "the secret"}', encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    error = refusal({"$schema": RECENT, "$ref": secret.as_uri() if absolute else "secret.json"})
    assert "the secret" not in str(error)
    assert error.fix == REFER


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


# ---- However hostile, it does not take long -----------------------------------------------------


def quick(judged: Shape, value: Json) -> list[str]:
    begun = time.process_time()
    rules = sorted({problem.rule for problem in judged.problems(value)})
    assert time.process_time() - begun < SECONDS
    return rules


@pytest.mark.parametrize("pattern", ["^(a+)+$", "^([a-z0-9]+-?)+$", "^(a|a)*$", "^(.*)*$b"])
def test_a_pattern_takes_linear_time(pattern: str) -> None:
    hostile = "a" * 50_000 + "!\n"
    assert quick(shape(pattern=pattern), hostile) == ["schema/pattern"]
    names = {"propertyNames": {"pattern": pattern}}
    assert quick(shape(**names), {hostile: 1}) == ["schema/pattern"]


@pytest.mark.parametrize("pattern", ["^(a+)+$", "^([a-z0-9]+-?)+$"])
def test_a_pattern_for_the_names_of_members_takes_linear_time(pattern: str) -> None:
    named = {"patternProperties": {pattern: {"type": "string"}}}
    value = {"a" * 50_000 + "!": 1, "aa": 1}
    rules = ["schema/additionalProperties", "schema/type"]
    assert quick(shape(**named, additionalProperties=False), value) == rules
    assert quick(shape(**named, unevaluatedProperties=False), value) == ["schema/type", "schema/unevaluatedProperties"]


@pytest.mark.parametrize(
    "items",
    [
        pytest.param([{"a": n} for n in range(5000)], id="5,000 groups"),
        pytest.param([n if n % 2 else str(n) for n in range(9000)], id="9,000 numbers and texts"),
        pytest.param([[n] if n % 2 else str(n) for n in range(7000)], id="7,000 lists and texts"),
    ],
)
def test_entries_are_compared_in_linear_time(items: list[Json]) -> None:
    record = {"id": "a", "name": "A", "category": "seo", "lifecycle": {"status": "live"}, "aliases": items}
    assert quick(vendor(), record) == ["schema/maxItems", "schema/type"]


# ---- Two validators, one verdict ----------------------------------------------------------------


def insides(value: Json, path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], Json]]:
    yield path, value
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, item in members:
        yield from insides(item, (*path, name))


ODD: tuple[Json, ...] = (
    None, True, False, 0, -1, 1.5, 101, 10**13, "", " ", "x", "NO", "live", "A B", "a-b", "a--b", "x" * 201, "y" * 2001,
    "2026-02-30", "2026-02-28", "0000-01-01", "2026-1-1", "http://", "https://a.example/x", "ftp://a", "a.example",
    "/a/b", "C1.13", "é", "٣", "EUR", [], {}, [1], ["x", "x"], {"amount": 1, "currency": "EUR"}, {"person": "a"},
)  # fmt: skip


def mutated(record: JsonObject, chance: random.Random) -> JsonObject:
    """Return a copy of a record with one to three small changes."""
    changed: JsonObject = copy.deepcopy(record)
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        path, _ = chance.choice([each for each in insides(changed) if each[0]] or [(("id",), None)])
        around: Json = pointers.get(changed, pointers.pointer(path[:-1]))
        odd, here = copy.deepcopy(chance.choice(ODD)), path[-1]
        change = chance.randrange(5)
        if change == 0:
            del around[here]
        elif change == 1 and isinstance(around, dict):
            around[chance.choice(("zzz", "nmae", "", "note", "url", "on"))] = odd
        elif change == 2 and isinstance(around, list):
            around.append(copy.deepcopy(around[int(here)]))
        elif change == 3 and isinstance(around[here], str):
            around[here] = chance.choice((around[here].upper(), around[here] * 300, around[here][:-1], f"{odd}"))
        else:
            around[here] = odd
    return changed


@pytest.mark.parametrize("number", range(24))
def test_both_validators_reach_the_same_verdict_on_changed_records(number: int) -> None:
    """The library is asked with Python's own regular expressions: none of the texts ends in a new line."""
    library = Draft202012Validator(
        vendor().schema, registry=Registry(), format_checker=Draft202012Validator.FORMAT_CHECKER
    )
    chance = random.Random(number)  # noqa: S311 - repeatable on purpose
    record, verdicts = records()[number % len(records())], set()
    for _ in range(12):
        changed = mutated(record, chance)
        fits = vendor().fits(changed)
        assert fits == library.is_valid(changed)
        problems = vendor().problems(changed)
        assert (problems == ()) is fits
        assert all(pointers.existing(changed, problem.pointer) == problem.pointer for problem in problems)
        assert all(problem.message and problem.fix for problem in problems)
        verdicts.add(fits)
    assert False in verdicts


def test_a_sample_record_fits() -> None:
    assert [record["id"] for record in records() if vendor().problems(record)] == []


SMALL: JsonObject = {
    "properties": {
        "a": {"type": ["string", "integer"], "minLength": 2, "maximum": 5},
        "b": {"type": "array", "uniqueItems": True, "items": {"enum": [1, "x", None, True]}, "maxItems": 3},
        "c": {"anyOf": [{"$ref": "#/$defs/short"}, {"required": ["a"], "type": "object"}]},
    },
    "patternProperties": {"^x": {"type": "boolean"}},
    "additionalProperties": False,
    "$defs": {"short": {"type": "string", "maxLength": 1, "pattern": "^[a-z]*$"}},
}
anything = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.sampled_from(["", "a", "x", "ab", "A", 1.0, 1.5]),
    lambda inside: (
        st.lists(inside, max_size=4)
        | st.dictionaries(st.sampled_from(["a", "b", "c", "x", "xy", "zzz"]), inside, max_size=4)
    ),
    max_leaves=10,
)


@settings(deadline=None, max_examples=400)
@given(anything)
def test_both_validators_reach_the_same_verdict_on_anything(value: Json) -> None:
    judged = _small()
    library = Draft202012Validator(judged.schema, registry=Registry())
    fits = judged.fits(value)
    assert fits == library.is_valid(value)
    assert (judged.problems(value) == ()) is fits


@cache
def _small() -> Shape:
    return Shape({"$schema": RECENT} | SMALL, "small.json")
