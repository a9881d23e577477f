"""The schemas of the project: each is trusted, the sample fits, and what cannot be meant does not."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from judged_shapes import ROOT, records, vendor
from preflight import pointers
from preflight.schema import Shape
from preflight.shell import documents

if TYPE_CHECKING:
    from pathlib import Path

    from preflight.model import Json


@pytest.mark.parametrize("path", sorted((ROOT / "schemas").glob("*.schema.json")), ids=lambda path: path.name)
def test_every_schema_of_the_project_is_trusted(path: Path) -> None:
    schema = json.loads(path.read_text(encoding="utf-8"))
    assert Shape(schema, path.name).schema == schema


def test_a_sample_record_fits() -> None:
    assert [record["id"] for record in records() if vendor().problems(record)] == []


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
