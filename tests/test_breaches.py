"""What is said about a breach of a schema."""

# ruff: noqa: FBT003 - true and false are values of keywords here

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from preflight.breaches import Breach, did_you_mean, explain

if TYPE_CHECKING:
    from preflight.model import JsonObject

STATUS: JsonObject = {"enum": ["proposed", "live", "retired"]}
ENTITY: JsonObject = {
    "title": "Legal entity",
    "properties": {
        "country": {"examples": ["DE"]},
        "kind": {"enum": ["public", "private"]},
        "name": {"title": "Registered name"},
        "other": {},
    },
}


def breach(keyword: str, wanted: Any, instance: Any, schema: JsonObject | None = None, at: str = "/x") -> Breach:
    return Breach(keyword, wanted, instance, {keyword: wanted} | (schema or {}), at, "as the library says it")


@pytest.mark.parametrize(
    ("found", "pointer", "message", "fix"),
    [
        # Keys.
        pytest.param(
            breach("additionalProperties", False, {"contry": 1}, ENTITY, "/legal_entity"),
            "/legal_entity/contry",
            "the key 'contry' is not known in /legal_entity (Legal entity)",
            "Did you mean 'country'?",
            id="a misspelt key",
        ),
        pytest.param(
            breach("additionalProperties", False, {"zzz": 1}, ENTITY, "/legal_entity"),
            "/legal_entity/zzz",
            "the key 'zzz' is not known in /legal_entity (Legal entity)",
            "Take it out, or move it to where it belongs. Known are: country, kind, name, other.",
            id="a key like no other",
        ),
        pytest.param(
            breach("additionalProperties", False, {"a/b~c": 1}, {}, ""),
            "/a~1b~0c",
            "the key 'a/b~c' is not known at the top of the file",
            "Take it out, or move it to where it belongs.",
            id="a key where none is known",
        ),
        pytest.param(
            breach("additionalProperties", False, {"k" * 99: 1}, {"properties": {f"p{n:02}": {} for n in range(15)}}),
            "/x/" + "k" * 99,
            f"the key '{'k' * 59}…' is not known in /x",
            "Take it out, or move it to where it belongs. "
            "Known are: p00, p01, p02, p03, p04, p05, p06, p07, p08, p09, p10, p11 and 3 more.",
            id="a long key where many are known",
        ),
        pytest.param(
            breach("required", ["country"], {"name": "x"}, ENTITY),
            "/x", "country is missing in /x (Legal entity)", "Add country: for example 'DE'.",
            id="a missing key with an example",
        ),
        pytest.param(
            breach("required", ["kind"], {}, ENTITY),
            "/x", "kind is missing in /x (Legal entity)", "Add kind: one of public, private.",
            id="a missing key with known values",
        ),
        pytest.param(
            breach("required", ["name"], {}, ENTITY),
            "/x", "name is missing in /x (Legal entity)", "Add name: Registered name.",
            id="a missing key with a title",
        ),
        pytest.param(
            breach("required", ["other"], {}, ENTITY, ""),
            "", "other is missing at the top of the file", "Add other.",
            id="a missing key that nothing is said about",
        ),
        pytest.param(
            breach("required", ["any"], {}, {"properties": {"any": True}}),
            "/x", "any is missing in /x", "Add any.", id="a missing key that may be anything",
        ),
        # Types.
        pytest.param(
            breach("type", "string", 7, {"examples": ["DE"]}),
            "/x", "the value 7 stands here; text is wanted", 'Put it in quotes: "7".', id="a number for text",
        ),
        pytest.param(
            breach("type", "string", False),
            "/x", "the value false stands here; text is wanted", 'Put it in quotes: "false".', id="false for text",
        ),
        pytest.param(
            breach("type", "string", [1], {"examples": ["DE"]}),
            "/x", "a list stands here; text is wanted", "Write text, for example 'DE'.", id="a list for text",
        ),
        pytest.param(
            breach("type", "boolean", "yes"),
            "/x", "the text 'yes' stands here; true or false is wanted", "Write true or false.",
            id="text for true or false",
        ),
        pytest.param(
            breach("type", ["integer", "null"], True),
            "/x", "the value true stands here; a whole number or nothing is wanted",
            "Write a whole number or nothing.", id="one of two types",
        ),
        pytest.param(
            breach("type", "array", {"a": 1}),
            "/x", "a group of fields stands here; a list is wanted", "Write a list.", id="a group for a list",
        ),
        pytest.param(
            breach("type", "object", [1]),
            "/x", "a list stands here; a group of fields is wanted", "Write a group of fields.",
            id="a list for a group",
        ),
        pytest.param(
            breach("type", "number", None),
            "/x", "nothing stands here; a number is wanted",
            "Fill it in, or take the line out: a field that is absent means 'not known'.", id="a field left empty",
        ),
        # Values.
        pytest.param(
            breach("enum", STATUS["enum"], "lives"),
            "/x", "'lives' is not one of the known values", "Did you mean 'live'?", id="a misspelt value",
        ),
        pytest.param(
            breach("enum", STATUS["enum"], 7),
            "/x", "7 is not one of the known values", "Use one of: proposed, live, retired.",
            id="a value like no other",
        ),
        pytest.param(
            breach("pattern", "^[A-Z]{2}$", "Norway", {"description": "A country code.", "examples": ["NO"]}),
            "/x", "'Norway' is not of the wanted form", "A country code, for example 'NO'.",
            id="text of another form, described",
        ),
        pytest.param(
            breach("pattern", "^[A-Z]{2}$", "Norway"),
            "/x", "'Norway' is not of the wanted form", "text that matches ^[A-Z]{2}$.",
            id="text of another form, not described",
        ),
        pytest.param(
            breach("format", "date", "2026-02-30", {"examples": ["2026-03-31"]}),
            "/x", "'2026-02-30' is not a date that exists, as YYYY-MM-DD",
            "Write a date that exists, as YYYY-MM-DD, for example '2026-03-31'.", id="no such day",
        ),
        pytest.param(
            breach("format", "email", "nobody"),
            "/x", "'nobody' is not a valid email", "Write a valid email.", id="another format",
        ),
        pytest.param(
            breach("uniqueItems", True, ["a", "a"]),
            "/x", "an entry stands twice in this list", "Keep one of the two.", id="an entry that stands twice",
        ),
        # Bounds.
        *(
            pytest.param(
                breach(keyword, 3, instance), "/x", f"this {has}; {words} wanted", f"Give {words.rpartition(' ')[0]}.",
                id=f"beyond {keyword}",
            )
            for keyword, instance, has, words in (
                ("minimum", 2.5, "is 2.5", "at least 3 is"),
                ("maximum", 4, "is 4", "at most 3 is"),
                ("exclusiveMinimum", 3, "is 3", "more than 3 is"),
                ("exclusiveMaximum", 3, "is 3", "less than 3 is"),
                ("multipleOf", 4, "is 4", "a multiple of 3 is"),
                ("minLength", "é", "has 1 character", "at least 3 characters are"),
                ("maxLength", "abcd", "has 4 characters", "at most 3 characters are"),
                ("minItems", [], "has 0 entries", "at least 3 entries are"),
                ("maxItems", [1, 2, 3, 4], "has 4 entries", "at most 3 entries are"),
                ("minProperties", {"a": 1}, "has 1 field", "at least 3 fields are"),
                ("maxProperties", dict.fromkeys("abcd"), "has 4 fields", "at most 3 fields are"),
            )
        ),
        # Anything else.
        pytest.param(
            breach("const", "v1", "v2"),
            "/x", "as the library says it", "Compare with the schema of this field.", id="a keyword without own words",
        ),
        pytest.param(
            Breach("minimum", None, None, {}, "/x", "y" * 200),
            "/x", "y" * 159 + "…", "Compare with the schema of this field.", id="a breach without its schema",
        ),
    ],
)  # fmt: skip
def test_a_breach_in_words(found: Breach, pointer: str, message: str, fix: str) -> None:
    (problem,) = explain(found)
    assert (problem.rule, problem.pointer, problem.message, problem.fix) == (
        f"schema/{found.keyword}",
        pointer,
        message,
        fix,
    )


def test_each_key_is_a_problem_of_its_own() -> None:
    unknown = explain(breach("additionalProperties", False, {"name": 1, "b": 2, "a": 3}, ENTITY))
    assert [problem.pointer for problem in unknown] == ["/x/a", "/x/b"]
    missing = explain(breach("required", ["name", "kind", "country"], {"kind": 1}, ENTITY))
    assert [problem.message for problem in missing] == [
        "name is missing in /x (Legal entity)",
        "country is missing in /x (Legal entity)",
    ]


@pytest.mark.parametrize(
    ("word", "known", "suggestion"),
    [
        pytest.param("nothere", ["quoter"], "", id="nothing that is like it"),
        pytest.param("security/nonexist", ["security/roles-separated"], "", id="like it only in the folder"),
        pytest.param(
            "securty/single-signon",
            ["security/single-sign-on"],
            "Did you mean 'security/single-sign-on'?",
            id="folder and name",
        ),
        pytest.param("requird", ["required", "require"], "Did you mean 'required'?", id="the closest"),
        pytest.param("url", ["vendor", "vendor_url"], "Did you mean 'vendor_url'?", id="a part of a longer name"),
        pytest.param("zzz", ["required"], "", id="nothing close"),
        pytest.param("word", [], "", id="nothing known"),
        pytest.param("", ["required"], "", id="no word"),
    ],
)
def test_did_you_mean(word: str, known: list[str], suggestion: str) -> None:
    assert did_you_mean(word, known) == suggestion
