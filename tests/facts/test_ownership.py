"""Ownership: sides without owner, tasks without side, roles without holder, conditions that do not hold."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from preflight.facts import ownership
from preflight.model import Context

if TYPE_CHECKING:
    from preflight.model import JsonObject

POLICIES: JsonObject = {
    "ownership": {
        "responsibilities": [
            {"id": "security", "title": "Security", "sides": ["it", "shared"]},
            {"id": "budget", "title": "Budget", "sides": ["marketing", "it", "shared"]},
        ],
        "service_roles": [
            {"id": "platform_owner", "title": "Platform owner", "required": True, "deputy": True},
            {"id": "governance_lead", "title": "Governance lead", "required": True, "deputy": False},
            {"id": "creative_technologist", "title": "Creative technologist", "required": False, "deputy": True},
        ],
        "readiness": [
            {"id": "support", "title": "Support", "what": "Somebody answers."},
            {"id": "enablement", "title": "Training", "what": "Users are trained."},
        ],
        "controls": [
            {"id": "change", "title": "Change control", "what": "Who agrees."},
            {"id": "access", "title": "Access control", "what": "Who gives access."},
        ],
    },
    "people": {
        "teams": [
            {"id": "crm", "name": "CRM", "side": "marketing"},
            {"id": "ops", "name": "Operations", "side": "it"},
            {"id": "control", "name": "Control", "side": "finance"},
        ],
        "people": [
            {"id": "mia", "name": "Mia", "team": "crm"},
            {"id": "ida", "name": "Ida", "team": "ops"},
            {"id": "fay", "name": "Fay", "team": "control"},
            {"id": "eva", "name": "Eva"},
            {"id": "tom", "name": "Tom", "team": "dissolved"},
        ],
    },
}
TODAY = "2026-06-01"
OWNED: JsonObject = {
    "marketing": {"owner": "mia"},
    "it": {"owner": "ida"},
    "responsibilities": {"security": "it", "budget": "shared"},
    "service_roles": {
        "platform_owner": {"person": "mia", "deputy": "eva"},
        "governance_lead": {"person": "mia"},
    },
    "controls": {"change": {"what": "Both agree."}, "access": {"what": "By role."}},
}
READY: JsonObject = {"support": {"ready": True, "date": "2026-03-01"}, "enablement": {"ready": True}}
RECORD: JsonObject = {
    "lifecycle": {"status": "live", "live_on": "2026-03-02"},
    "ownership": OWNED,
    "readiness": READY,
}


def facts(record: JsonObject, today: str = TODAY) -> JsonObject:
    return ownership.of(record, Context(date.fromisoformat(today), POLICIES))


def owning(**changes: JsonObject | None) -> JsonObject:
    owned = {name: value for name, value in {**OWNED, **changes}.items() if value is not None}
    return facts({**RECORD, "ownership": owned})


def test_a_record_that_settles_everything_has_no_gap() -> None:
    found = facts(RECORD)
    assert found == {name: [] for name in ownership.SHAPE["properties"]}


def test_of_a_record_that_says_nothing_everything_is_open() -> None:
    found = facts({"lifecycle": {"status": "live"}})
    assert [each["side"] for each in found["unowned"]] == ["marketing", "IT"]
    assert [each["responsibility"] for each in found["unassigned"]] == ["Security", "Budget"]
    assert [each["role"] for each in found["unfilled"]] == ["Platform owner", "Governance lead"]
    assert [each["condition"] for each in found["unready"]] == ["Support", "Training"]
    assert [each["control"] for each in found["uncontrolled"]] == ["Change control", "Access control"]
    assert found["wrong_side"] == found["misplaced"] == found["no_deputy"] == found["late"] == []


def test_every_finding_points_at_a_field_of_its_own() -> None:
    found = facts({"lifecycle": {"status": "live"}})
    pointers = [each["pointer"] for listed in found.values() for each in listed]
    assert len(set(pointers)) == len(pointers)
    assert "/ownership/marketing/owner" in pointers
    assert "/ownership/controls/access" in pointers


@pytest.mark.parametrize(("side", "told"), [("marketing", "marketing"), ("it", "IT")])
def test_a_side_without_owner_is_told(side: str, told: str) -> None:
    assert owning(**{side: None})["unowned"] == [{"pointer": f"/ownership/{side}/owner", "side": told}]


@pytest.mark.parametrize(
    ("side", "owner", "told"),
    [
        ("marketing", "ida", ("marketing", "IT")),
        ("it", "mia", ("IT", "marketing")),
        ("it", "fay", ("IT", "finance")),
    ],
)
def test_an_owner_from_another_side_is_told(side: str, owner: str, told: tuple[str, str]) -> None:
    named, works = told
    assert owning(**{side: {"owner": owner}})["wrong_side"] == [
        {"pointer": f"/ownership/{side}/owner", "side": named, "owner": owner, "works": works}
    ]


@pytest.mark.parametrize("owner", ["eva", "tom", "nobody"])
def test_an_owner_whose_side_is_not_known_is_not_called_wrong(owner: str) -> None:
    assert owning(it={"owner": owner})["wrong_side"] == []


def test_a_task_without_a_side_is_told_with_those_that_may_have_it() -> None:
    assert owning(responsibilities={"budget": "marketing"})["unassigned"] == [
        {"pointer": "/ownership/responsibilities/security", "responsibility": "Security", "sides": "IT or shared"}
    ]


def test_a_task_with_a_side_that_cannot_carry_it_is_told() -> None:
    found = owning(responsibilities={"budget": "marketing", "security": "marketing"})
    assert found["unassigned"] == []
    assert found["misplaced"] == [
        {
            "pointer": "/ownership/responsibilities/security",
            "responsibility": "Security",
            "given": "marketing",
            "sides": "IT or shared",
        }
    ]


@pytest.mark.parametrize("side", ["it", "shared"])
def test_a_task_is_well_with_any_side_that_the_policy_allows(side: str) -> None:
    found = owning(responsibilities={"budget": "marketing", "security": side})
    assert found["unassigned"] == found["misplaced"] == []


def test_a_role_without_holder_is_told_if_it_is_required() -> None:
    found = owning(service_roles={"platform_owner": {"person": "mia", "deputy": "eva"}})
    assert found["unfilled"] == [{"pointer": "/ownership/service_roles/governance_lead", "role": "Governance lead"}]
    assert found["no_deputy"] == []


@pytest.mark.parametrize(
    ("holder", "alone"),
    [
        pytest.param({"person": "mia", "deputy": "eva"}, False, id="somebody else"),
        pytest.param({"person": "mia", "deputy": "mia"}, True, id="the holder"),
        pytest.param({"person": "mia"}, True, id="nobody"),
    ],
)
def test_the_deputy_has_to_be_somebody_else(holder: JsonObject, *, alone: bool) -> None:
    found = owning(service_roles={"platform_owner": holder, "governance_lead": {"person": "ida"}})
    place = "/ownership/service_roles/platform_owner"
    assert found["no_deputy"] == ([{"pointer": place, "role": "Platform owner", "holder": "mia"}] if alone else [])
    assert found["unfilled"] == []


def test_a_role_that_may_be_left_open_needs_a_deputy_once_somebody_holds_it() -> None:
    roles = {**OWNED["service_roles"], "creative_technologist": {"person": "ida"}}
    assert [each["role"] for each in owning(service_roles=roles)["no_deputy"]] == ["Creative technologist"]


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        pytest.param({"ready": True}, True, id="no day"),
        pytest.param({"ready": True, "date": "2026-06-01"}, True, id="today"),
        pytest.param({"ready": True, "date": "2026-06-02"}, False, id="tomorrow"),
        pytest.param({"ready": False, "date": "2026-02-01"}, False, id="known not to hold"),
        pytest.param(None, False, id="nobody said"),
    ],
)
def test_a_condition_holds_when_its_day_has_come(condition: JsonObject | None, *, holds: bool) -> None:
    readiness = {**READY, **({"enablement": condition} if condition else {})}
    if condition is None:
        del readiness["enablement"]
    found = facts({**RECORD, "lifecycle": {"status": "live"}, "readiness": readiness})
    wanted = {"pointer": "/readiness/enablement", "condition": "Training", "wanted": "Users are trained."}
    assert found["unready"] == ([] if holds else [wanted])
    assert found["late"] == []


@pytest.mark.parametrize(
    ("day", "late"),
    [
        pytest.param("2026-03-01", False, id="the day before"),
        pytest.param("2026-03-02", False, id="the day of going live"),
        pytest.param("2026-03-03", True, id="the day after"),
    ],
)
def test_a_condition_that_held_after_going_live_came_late(day: str, *, late: bool) -> None:
    found = facts({**RECORD, "readiness": {**READY, "support": {"ready": True, "date": day}}})
    wanted = {"pointer": "/readiness/support", "condition": "Support", "held_on": day, "live_on": "2026-03-02"}
    assert found["late"] == ([wanted] if late else [])
    assert found["unready"] == []


def test_a_condition_that_does_not_hold_is_open_and_not_late() -> None:
    found = facts({**RECORD, "readiness": {**READY, "support": {"ready": True, "date": "2026-07-01"}}})
    assert [each["condition"] for each in found["unready"]] == ["Support"]
    assert found["late"] == []


def test_without_a_day_of_going_live_nothing_is_late() -> None:
    readiness = {**READY, "support": {"ready": True, "date": "2026-05-01"}}
    assert facts({"lifecycle": {"status": "approved"}, "ownership": OWNED, "readiness": readiness})["late"] == []


def test_a_control_that_is_not_stated_is_told() -> None:
    found = owning(controls={"change": {"what": "Both agree."}})
    assert found["uncontrolled"] == [
        {"pointer": "/ownership/controls/access", "control": "Access control", "wanted": "Who gives access."}
    ]
