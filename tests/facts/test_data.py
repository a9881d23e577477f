"""Kinds of data: personal and confidential, or not known."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from preflight.facts import data
from preflight.model import Context
from preflight.shell.starter import schema

if TYPE_CHECKING:
    from preflight.model import JsonObject

KNOWN = schema("vendor")["properties"]["data"]["properties"]["classes"]["items"]["enum"]


def facts(record: JsonObject) -> JsonObject:
    return data.of(record, Context(date(2026, 6, 1), {}))


@pytest.mark.parametrize(
    ("classes", "personal", "confidential"),
    [
        pytest.param([], False, False, id="no data at all"),
        pytest.param(["public"], False, False, id="public"),
        pytest.param(["internal"], False, False, id="internal"),
        pytest.param(["confidential"], False, True, id="confidential"),
        pytest.param(["financial"], False, True, id="financial"),
        pytest.param(["credentials"], False, True, id="credentials"),
        pytest.param(["personal"], True, True, id="personal"),
        pytest.param(["sensitive-personal"], True, True, id="sensitive personal"),
        pytest.param(["children"], True, True, id="of children"),
        pytest.param(["health"], True, True, id="health"),
        pytest.param(["payment-card"], True, True, id="payment cards"),
        pytest.param(["public", "personal"], True, True, id="one kind among others"),
    ],
)
def test_kinds_of_data(classes: list[str], personal: bool, confidential: bool) -> None:  # noqa: FBT001 - pytest passes it by name
    assert facts({"data": {"classes": classes}}) == {"is_personal": personal, "is_confidential": confidential}


@pytest.mark.parametrize(
    ("told", "personal"),
    [
        pytest.param({"ai": {"data_seen": ["public", "internal"]}}, False, id="what anybody may see"),
        pytest.param({"ai": {"data_seen": ["financial"]}}, False, id="what does harm"),
        pytest.param({"ai": {"data_seen": ["personal"]}}, True, id="what AI is shown"),
        pytest.param({"data": {"system_of_record_for": ["spend"]}}, False, id="the last word on money"),
        pytest.param({"data": {"system_of_record_for": ["customers"]}}, True, id="the last word on customers"),
        pytest.param({"data": {"identity_resolution": {"done": False}}}, False, id="persons are not joined"),
        pytest.param({"data": {"identity_resolution": {"done": True}}}, True, id="persons are joined"),
        pytest.param({"security": {"industry_certifications_apply": ["tisax"]}}, False, id="cars"),
        pytest.param({"security": {"industry_certifications_apply": ["hipaa"]}}, True, id="patients"),
    ],
)
@pytest.mark.parametrize("classes", [["internal"], None], ids=["classes", "no classes"])
def test_every_part_of_the_record_tells_of_data(
    told: JsonObject,
    personal: bool,  # noqa: FBT001 - as above
    classes: list[str] | None,
) -> None:
    stated = {} if classes is None else {"classes": classes}
    record = {**told, "data": {**told.get("data", {}), **stated}}
    assert facts(record).get("is_personal") == (personal or (None if classes is None else False))
    held = data.held(record)
    assert held is None if classes is None else held is not None and (not data.PERSONAL.isdisjoint(held)) == personal


@pytest.mark.parametrize("record", [{}, {"data": {}}, {"data": {"residency": ["DE"]}}])
def test_nothing_is_claimed_while_the_classes_are_not_known(record: JsonObject) -> None:
    assert facts(record) == {}


def test_every_class_of_the_schema_is_sorted_one_way_or_the_other() -> None:
    assert set(KNOWN) - data.CONFIDENTIAL == {"public", "internal"}
    assert set(KNOWN) >= data.CONFIDENTIAL > data.PERSONAL
