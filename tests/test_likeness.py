"""Suggestions while a record is being written: the same vendor, or one for the same work."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from preflight import likeness
from preflight.model import Context

if TYPE_CHECKING:
    from preflight.model import Json, JsonObject

POLICY = {"legal_forms": ["inc", "ltd"], "generic_capabilities": ["reporting"], "regions_everywhere": ["global"]}
CONTEXT = Context(date(2026, 6, 1), {"overlap": POLICY})
ACME: JsonObject = {
    "name": "Acme Mail",
    "legal_entity": {"name": "Acme Works Inc.", "domains": ["acme.example"]},
    "capabilities": ["newsletter", "reporting"],
    "lifecycle": {"status": "live"},
    "ownership": {"marketing": {"owner": "ann", "team": "crm"}},
}


def like(**candidate: Json) -> list[tuple[str, str]]:
    return list(likeness.like({"lifecycle": {"status": "proposed"}, **candidate}, {"acme": ACME}, CONTEXT))


@pytest.mark.parametrize(
    ("candidate", "what", "why"),
    [
        pytest.param(
            {"name": "X", "legal_entity": {"domains": ["eu.acme.example"]}},
            "duplicate of acme",
            "their domains eu.acme.example and acme.example belong to one owner",
            id="a domain below",
        ),
        pytest.param(
            {"name": "X", "legal_entity": {"name": "ACME Works"}},
            "duplicate of acme",
            "both are sold by ACME Works",
            id="the company",
        ),
        pytest.param({"name": "ACME-Mail, Ltd"}, "duplicate of acme", "both go by the name 'acme mail'", id="the name"),
        pytest.param(
            {"name": "Acme Mailer"},
            "duplicate of acme",
            "the names 'acme mailer' and 'acme mail' are much alike",
            id="a name further away than CI would go",
        ),
        pytest.param(
            {
                "name": "Zephyr",
                "capabilities": ["newsletter"],
                "ownership": {"marketing": {"owner": "b", "team": "crm"}},
            },
            "overlap with acme",
            "Zephyr and Acme Mail are both used for newsletter by crm. In which region Zephyr and Acme Mail are used is"
            " not recorded, so it may be the same",
            id="the same work for the same team",
        ),
    ],
)
def test_what_is_alike_is_named_with_the_reason(candidate: JsonObject, what: str, why: str) -> None:
    assert like(**candidate) == [(what, why)]


@pytest.mark.parametrize(
    "candidate",
    [
        pytest.param({"name": "Zephyr"}, id="nothing in common"),
        pytest.param({"name": "Zephyr", "capabilities": ["reporting"]}, id="what all do"),
        pytest.param(
            {
                "name": "Zephyr",
                "capabilities": ["newsletter"],
                "lifecycle": {"status": "proposed", "replaces": ["acme"]},
            },
            id="one that takes over",
        ),
    ],
)
def test_the_rest_gives_no_warning(candidate: JsonObject) -> None:
    assert like(**candidate) == []


def test_records_of_another_form_are_compared_by_name_alone() -> None:
    foreign = {"name": "Acme Mail", "lifecycle": "live since 2020", "capabilities": {"a": 1}, "contract": [1]}
    found = list(likeness.like({"name": "acme mail", "lifecycle": 7}, {"x": foreign, "y": {"title": "Z"}}, CONTEXT))
    assert found == [("duplicate of x", "both go by the name 'acme mail'")]
    odd = {"name": "Acme Mail", "lifecycle": {"status": "retired", "retired_on": "soon"}, "capabilities": ["x"]}
    assert list(likeness.like({"name": "acme mail"}, {"x": odd}, CONTEXT)) == found
