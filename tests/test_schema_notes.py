"""Notes on ids in a schema, which preflight alone reads: what each refers to, and whether a person is with us."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from judged_shapes import refusal, said, unknown, vendor
from preflight import editor
from preflight.schema import DRAFTS, Shape

if TYPE_CHECKING:
    from collections.abc import Iterator

    from preflight.model import Json, JsonObject

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
