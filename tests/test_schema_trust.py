"""Which schemas are trusted: what would check something else than it says is refused, and nothing is fetched."""

from __future__ import annotations

import contextlib
import http.server
import json
import threading
from typing import TYPE_CHECKING

import pytest

from judged_shapes import OLDER, RECENT, REFER, refusal, shape, unknown
from preflight.errors import CannotJudge
from preflight.schema import Shape

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from preflight.model import Json, JsonObject

CORRECT = "Correct the keyword. Patterns may use neither look-around nor back references."
CIRCLE = "Refer to a schema that checks something itself."


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


def test_data_in_a_schema_is_not_read_as_keywords() -> None:
    data = {"requird": [], "$ref": "http://example.com"}
    kept = shape(const=data, default=data, examples=[data], enum=[data])
    assert kept.fits(data)
    assert shape(properties={"requird": {}, "$ref": {"type": "string"}}).fits({"requird": 1, "$ref": "x"})


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
