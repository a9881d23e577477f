"""What a schema knows at a path."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from preflight.schema_tree import Node

if TYPE_CHECKING:
    from preflight.model import JsonObject

ROOT = Path(__file__).parents[1]

SCHEMA: JsonObject = {
    "$ref": "#/$defs/base",
    "title": "Record",
    "properties": {
        "owner": {"$ref": "#/$defs/person", "title": "Owner"},
        "tags": {"items": {"type": "string"}},
        "years": {"additionalProperties": {"title": "Year"}, "properties": {"2025": {"title": "Last year"}}},
        "any": True,
        "anything": {"$ref": "#/$defs/anything"},
        "parent": {"$ref": "#"},
        "loop": {"$ref": "#/$defs/loop"},
        "choice": {"anyOf": [{"$ref": "#/$defs/person"}, {"properties": {"team": {"title": "Team"}}}]},
    },
    "allOf": [{"properties": {"beside": {"title": "Beside"}}}],
    "$defs": {
        "base": {
            "title": "Base",
            "properties": {"id": {"title": "Id"}, "owner": {"title": "Replaced"}},
            "allOf": [{"properties": {"behind": {"title": "Behind"}}}],
        },
        "person": {"title": "Person", "type": "object", "properties": {"name": {"title": "Name"}}},
        "anything": True,
        "loop": {"$ref": "#/$defs/loop"},
    },
}
TREE = Node(SCHEMA, SCHEMA)


@pytest.mark.parametrize(
    ("pointer", "title"),
    [
        pytest.param("", "Record", id="the schema itself, with its own title"),
        pytest.param("/owner", "Owner", id="a title beside a reference wins"),
        pytest.param("/owner/name", "Name", id="a member behind a reference"),
        pytest.param("/id", "Id", id="a member behind a reference that stands beside members"),
        pytest.param("/beside", "Beside", id="a member in allOf"),
        pytest.param("/behind", "Behind", id="a member in allOf behind a reference"),
        pytest.param("/choice/name", "Name", id="a member of one alternative"),
        pytest.param("/choice/team", "Team", id="a member of another alternative"),
        pytest.param("/years/2025", "Last year", id="a member whose name is a number"),
        pytest.param("/years/2031", "Year", id="any other member, by a number"),
        pytest.param("/years/next", "Year", id="any other member, by a word"),
        pytest.param("/parent/parent/owner/name", "Name", id="a schema that holds itself"),
        pytest.param("/tags", None, id="a place without a title"),
    ],
)
def test_a_place_that_is_known(pointer: str, title: str | None) -> None:
    node = TREE.at(pointer)
    assert node is not None
    assert node.resolved().schema.get("title") == title


@pytest.mark.parametrize("pointer", ["/tags/*", "/tags/0", "/tags/12"])
def test_the_items_of_a_list(pointer: str) -> None:
    assert TREE.at(pointer) == Node({"type": "string"}, SCHEMA)


@pytest.mark.parametrize(
    "pointer",
    [
        pytest.param("/gone", id="no such member"),
        pytest.param("/gone/below", id="below no such member"),
        pytest.param("/tags/name", id="a name below a list"),
        pytest.param("/tags/*/name", id="below an item that has no members"),
        pytest.param("/owner/*", id="the items of something that is no list"),
        pytest.param("/owner/0", id="an item of something that is no list"),
        pytest.param("/any/thing", id="below true"),
        pytest.param("/anything/at/all", id="below a reference to true"),
        pytest.param("/loop/x", id="below a reference to itself"),
    ],
)
def test_a_place_that_is_not_known(pointer: str) -> None:
    assert TREE.at(pointer) is None


def test_the_names_of_members_come_from_everywhere() -> None:
    assert TREE.names() == (
        "id", "owner", "tags", "years", "any", "anything", "parent", "loop", "choice", "behind", "beside",
    )  # fmt: skip
    choice = TREE.at("/choice")
    assert choice is not None
    assert choice.names() == ("name", "team")


def test_a_reference_to_a_reference_is_followed() -> None:
    schema = {"$ref": "#/$defs/0", "$defs": {str(n): {"$ref": f"#/$defs/{n + 1}"} for n in range(9)}}
    schema["$defs"] |= {"9": {"title": "End"}}  # type: ignore[operator]  # a schema is any JSON
    assert Node(schema, schema).resolved().schema["title"] == "End"


@pytest.mark.parametrize(
    "pointer",
    [
        "/id",
        "/lifecycle/status",
        "/contract/subscriptions/*/commitment/minimum/amount",
        "/security/certifications/0/findings/open",
        "/integrations/*/owner",
    ],
)
def test_the_vendor_schema_knows_its_fields(pointer: str) -> None:
    schema = json.loads((ROOT / "schemas/vendor.schema.json").read_text(encoding="utf-8"))
    node = Node(schema, schema).at(pointer)
    assert node is not None
    assert {"type", "enum"} & node.resolved().schema.keys()
