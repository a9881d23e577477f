"""Steps of the scale: the highest whose every condition holds, and nothing unknown counts as good."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from preflight.alignment import MEDIANS, SHARES, Quarter, Snapshot, Vendor
from preflight.alignment.levels import lacks, scale, standing
from preflight.alignment.measures import drift, measure
from preflight.alignment.report import gather
from preflight.schema import Shape

ROOT = Path(__file__).parents[1]
POLICY: dict[str, Any] = {
    "steps": [
        {"id": "a", "title": "A", "what": "w", "needs": []},
        {"id": "b", "title": "B", "what": "w", "needs": [{"measure": "it-involved", "at_least": 50}]},
        {
            "id": "c",
            "title": "C",
            "what": "w",
            "needs": [{"measure": "it-involved", "at_least": 80}, {"measure": "decision-days", "at_most": 30}],
        },
    ]
}
STEPS = scale(POLICY)


def vendor(name: str, *, involved: bool | None = None, days: int | None = None, **more: Any) -> Vendor:
    decided = "2026-Q4" if days is not None else ""
    good = {"it-involved": involved}
    return Vendor(name, "crm", "live", ("t",), "never", good=good, decision_days=days, decided=decided, **more)


def step(*vendors: Vendor) -> int:
    return standing(STEPS, measure(vendors, {"2026-Q4"})).step.number


@pytest.mark.parametrize(
    ("vendors", "expected"),
    [
        pytest.param([], 1, id="nothing to measure"),
        pytest.param([vendor("x", involved=True)], 2, id="no decision to measure"),
        pytest.param([vendor("x", involved=True, days=30)], 3, id="just in time"),
        pytest.param([vendor("x", involved=True, days=31)], 2, id="a day too long"),
        pytest.param([vendor("x", involved=True), vendor("y", involved=None)], 2, id="half of them, one not known"),
        pytest.param([vendor("x", involved=None)], 1, id="unknown is not good"),
        pytest.param([vendor("x", involved=False, days=1)], 1, id="fast alone is not enough"),
    ],
)
def test_the_step_is_the_highest_whose_every_condition_holds(vendors: list[Vendor], expected: int) -> None:
    assert step(*vendors) == expected


def test_a_share_does_not_round_up() -> None:
    found = measure([vendor("x", involved=True), vendor("y", involved=True), vendor("z", involved=False)], ())
    assert (found["it-involved"].value, found["it-involved"].good, found["it-involved"].of) == (66, 2, 3)


def test_what_does_not_apply_is_not_in_the_share() -> None:
    assert measure([vendor("x", involved=True)], ())["it-before-signature"].value is None


def test_what_is_lacking_is_said_with_what_is_not_known() -> None:
    found = measure([vendor("x", involved=True), vendor("y")], {"2026-Q4"})
    where = standing(STEPS, found)
    assert [lacks(need, found[need.measure]) for need in where.lacking] == [
        "IT took part at all: 50%, 1 of 2 not known; at least 80% is wanted",
        "Days from proposal to decision: nothing to measure; at most 30 days is wanted",
    ]


def test_on_the_highest_step_nothing_is_lacking() -> None:
    where = standing(STEPS, measure([vendor("x", involved=True, days=3)], {"2026-Q4"}))
    assert (where.next, where.lacking) == (None, ())


def test_a_count_that_nobody_knows_of_any_vendor_is_not_known() -> None:
    assert drift([vendor("x", drift={"waivers": 1}), vendor("y", drift={"waivers": 2})])["waivers"] == 3
    assert drift([vendor("x")])["waivers"] is None


def test_a_quarter_that_cannot_be_told_has_no_step() -> None:
    day = Quarter(2026, 4).last
    gone = Snapshot(Quarter(2026, 3), day, "", "the rules of then cannot be read")
    now = Snapshot(Quarter(2026, 4), day, "c" * 40, vendors=(vendor("x", involved=True),))
    found = gather("2026-12-31", "c" * 40, STEPS, [gone, now], {"t": "it"})
    assert [each.group and each.group.standing.step.number for each in found.past] == [None, 2]
    assert [(each.name, each.side, each.vendors) for each in found.teams] == [("t", "it", 1)]


def test_the_scale_of_the_sample_is_what_its_schema_says() -> None:
    schema = json.loads((ROOT / "schemas" / "alignment.schema.json").read_text("utf-8"))
    policy = yaml.safe_load((ROOT / "policies" / "alignment.yaml").read_text("utf-8"))
    assert Shape(schema, "alignment").problems(policy) == ()
    steps = scale(policy)
    assert [each.number for each in steps] == [1, 2, 3, 4, 5]
    assert steps[0].needs == ()


def test_every_measure_can_be_a_condition_and_no_other() -> None:
    schema = json.loads((ROOT / "schemas" / "alignment.schema.json").read_text("utf-8"))
    needs = schema["properties"]["steps"]["items"]["properties"]["needs"]
    assert needs["items"]["properties"]["measure"]["enum"] == [*SHARES, *MEDIANS]


def test_a_condition_without_a_bound_is_refused() -> None:
    schema = json.loads((ROOT / "schemas" / "alignment.schema.json").read_text("utf-8"))
    steps = [*POLICY["steps"], *POLICY["steps"][:2]]
    bare = {"steps": [{**each, "needs": [{"measure": "in-use"}]} for each in steps]}
    assert Shape(schema, "alignment").problems({"steps": steps}) == ()
    assert Shape(schema, "alignment").problems(bare)
