"""The stage: what the policy of the life cycle allows and demands, and dates that tell another story."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from preflight.facts import stage
from preflight.model import Context
from preflight.schema_tree import Node
from preflight.shell.documents import parse
from preflight.shell.starter import schema

if TYPE_CHECKING:
    from preflight.model import JsonObject

ROOT = Path(__file__).parents[2]
OURS: JsonObject = parse((ROOT / "policies/lifecycle.yaml").read_bytes()).value
TODAY = date(2026, 11, 22)
LIVE = {
    "status": "live",
    "proposed_on": "2025-01-10",
    "it_involved_on": "2025-01-10",
    "approved_on": "2025-03-01",
    "signed_on": "2025-03-01",
    "live_on": "2025-06-30",
}


def facts(lifecycle: JsonObject, policy: JsonObject = OURS, **record: object) -> JsonObject:
    return stage.of({"lifecycle": lifecycle, **record}, Context(TODAY, {"lifecycle": policy}))


def demanding(*demands: JsonObject) -> JsonObject:
    return {"states": [{"state": "live", "title": "Live", "follows": ["approved"], "demands": list(demands)}]}


@pytest.mark.parametrize(
    ("status", "follows", "begins"),
    [
        ("proposed", [], True),
        ("approved", ["proposed"], False),
        ("live", ["approved"], False),
        ("deprecated", ["live"], False),
        ("retired", ["deprecated", "live"], False),
        ("rejected", ["proposed", "approved"], False),
    ],
)
def test_what_may_come_before_is_what_the_policy_says(status: str, follows: list[str], *, begins: bool) -> None:
    found = facts({"status": status})
    assert (found["may_follow"], found["may_begin"]) == (follows, begins)


def test_of_a_state_that_the_policy_does_not_know_nothing_is_known() -> None:
    found = facts({"status": "proposed"}, demanding())
    assert not {"may_follow", "may_begin", "missing"} & found.keys()


KNOWN = {"field": "/contract/reference", "title": "Where it is filed"}
TRUE = {"field": "/contract/clauses/exit_rights", "title": "A way out", "is": True}
DONE = {"field": "/retirement/data_deleted/ready", "title": "Our data is deleted", "is": True}


def deleted(day: str) -> JsonObject:
    return {"retirement": {"data_deleted": {"ready": True, "date": day}}}


EACH = {"field": "/integrations/*/documented", "title": "Documented", "is": True}


@pytest.mark.parametrize(
    ("demand", "record", "met"),
    [
        pytest.param(KNOWN, {}, False, id="a field that is not known"),
        pytest.param(KNOWN, {"contract": {"reference": "CT-1"}}, True, id="a field that is known"),
        pytest.param(TRUE, {}, False, id="to be true, and not known"),
        pytest.param(TRUE, {"contract": {"clauses": {"exit_rights": False}}}, False, id="to be true, and false"),
        pytest.param(TRUE, {"contract": {"clauses": {"exit_rights": True}}}, True, id="to be true, and true"),
        pytest.param({**TRUE, "field": "/name"}, {"name": "Acme"}, False, id="to be true, and something else"),
        pytest.param(DONE, {"retirement": {"data_deleted": {"ready": True}}}, True, id="to be true, without a day"),
        pytest.param(DONE, deleted(TODAY.isoformat()), True, id="to be true, today"),
        pytest.param(DONE, deleted((TODAY + timedelta(1)).isoformat()), False, id="to be true, tomorrow"),
        pytest.param(EACH, {}, False, id="of every entry, and the list is not known"),
        pytest.param(EACH, {"integrations": []}, True, id="of every entry of a list without entries"),
        pytest.param(EACH, {"integrations": [{"documented": True}, {}]}, False, id="of every entry, one not known"),
        pytest.param(
            EACH, {"integrations": [{"documented": True}, {"documented": False}]}, False, id="of every entry, one false"
        ),
        pytest.param(EACH, {"integrations": [{"documented": True}]}, True, id="of every entry, all true"),
    ],
)
def test_missing_are_the_demands_that_are_not_met(demand: JsonObject, record: JsonObject, *, met: bool) -> None:
    missing = facts(LIVE, demanding(demand), **record)["missing"]
    assert missing == ([] if met else [{"pointer": demand["field"], "title": demand["title"]}])


def test_our_own_demands_name_fields_of_our_own_schema() -> None:
    node = Node(schema("vendor"), schema("vendor"))
    strange = [
        demand["field"] for state in OURS["states"] for demand in state["demands"] if node.at(demand["field"]) is None
    ]
    assert strange == []


@pytest.mark.parametrize(
    ("changes", "wanted"),
    [
        pytest.param({}, [], id="in order, also on one day"),
        pytest.param({"approved_on": "2025-01-09"}, [("approved_on", "the proposal", "2025-01-10")], id="a day early"),
        pytest.param({"signed_on": "2025-02-28"}, [("signed_on", "the approval", "2025-03-01")], id="signed early"),
        pytest.param({"live_on": "2025-02-28"}, [("live_on", "the signature", "2025-03-01")], id="live early"),
        pytest.param(
            {"signed_on": None, "live_on": "2025-02-28"},
            [("live_on", "the approval", "2025-03-01")],
            id="steps without a date are passed over",
        ),
        pytest.param(
            {"status": "retired", "retired_on": "2025-06-29"},
            [("retired_on", "going live", "2025-06-30")],
            id="switched off before it went live",
        ),
        pytest.param({"it_involved_on": "2026-01-01"}, [], id="IT after the signature is for another rule"),
        pytest.param(
            {"it_involved_on": "2025-01-09"}, [("it_involved_on", "the proposal", "2025-01-10")], id="IT before anybody"
        ),
        pytest.param({"proposed_on": None, "it_involved_on": "2020-01-01"}, [], id="IT, and no day of the proposal"),
    ],
)
def test_disorder_is_a_step_before_the_one_that_has_to_come_first(
    changes: JsonObject, wanted: list[tuple[str, str, str]]
) -> None:
    lifecycle = {name: day for name, day in {**LIVE, **changes}.items() if day is not None}
    assert facts(lifecycle)["disorder"] == [
        {
            "pointer": f"/lifecycle/{name}",
            "earlier": earlier,
            "earlier_on": day,
            "later": stage.STEPS.get(name, stage.IT_STEP),
            "later_on": lifecycle[name],
        }
        for name, earlier, day in wanted
    ]


@pytest.mark.parametrize(("day", "denied"), [("2026-11-22", False), ("2026-11-23", True)], ids=["today", "tomorrow"])
@pytest.mark.parametrize(
    ("status", "name"),
    [
        ("proposed", "proposed_on"),
        ("approved", "approved_on"),
        ("live", "live_on"),
        ("deprecated", "deprecated_on"),
        ("retired", "retired_on"),
        ("rejected", "proposed_on"),
    ],
)
def test_disorder_is_also_a_step_that_the_status_says_was_taken_and_has_not_come(
    status: str, name: str, day: str, *, denied: bool
) -> None:
    listed = {
        "pointer": f"/lifecycle/{name}",
        "earlier": stage.STEPS[name],
        "earlier_on": day,
        "later": "today",
        "later_on": "2026-11-22",
    }
    assert facts({"status": status, name: day})["disorder"] == ([listed] if denied else [])


@pytest.mark.parametrize(("day", "told"), [("2026-11-22", True), ("2026-11-23", False)], ids=["today", "tomorrow"])
@pytest.mark.parametrize(
    ("status", "name"),
    [
        ("proposed", "approved_on"),
        ("proposed", "signed_on"),
        ("approved", "live_on"),
        ("live", "deprecated_on"),
        ("live", "retired_on"),
        ("deprecated", "retired_on"),
        ("rejected", "signed_on"),
    ],
)
def test_premature_is_a_step_that_was_taken_while_the_status_stayed(
    status: str, name: str, day: str, *, told: bool
) -> None:
    listed = {"pointer": f"/lifecycle/{name}", "step": stage.STEPS[name], "date": day}
    assert facts({"status": status, name: day})["premature"] == ([listed] if told else [])


def test_a_contract_may_be_signed_while_it_is_approved() -> None:
    assert facts({"status": "approved", "approved_on": "2026-01-01", "signed_on": "2026-02-01"})["premature"] == []


@pytest.mark.parametrize(
    ("lifecycle", "age"),
    [
        pytest.param({"status": "proposed", "proposed_on": "2026-11-22"}, 0, id="since today"),
        pytest.param(
            {"status": "deprecated", "deprecated_on": "2025-11-22", "live_on": "2020-01-01"}, 365, id="a year"
        ),
        pytest.param({"status": "live", "live_on": "2026-11-23"}, None, id="from tomorrow on"),
        pytest.param({"status": "live", "signed_on": "2026-01-01"}, None, id="nobody says since when"),
        pytest.param({"status": "rejected", "proposed_on": "2026-01-01"}, None, id="a refusal has no day"),
    ],
)
def test_the_age_of_a_state_is_counted_from_its_own_day(lifecycle: JsonObject, age: int | None) -> None:
    assert facts(lifecycle).get("age_days") == age


def test_every_status_of_the_schema_is_covered() -> None:
    known = set(schema("vendor")["properties"]["lifecycle"]["properties"]["status"]["enum"])
    assert set(stage.TAKEN) == set(stage.AHEAD) == known
    assert set(stage.STEPS) | {stage.IT} <= set(schema("vendor")["properties"]["lifecycle"]["properties"])
