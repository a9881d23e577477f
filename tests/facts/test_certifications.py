"""Certifications: held or not, how old, how long still, and which of those that apply are missing."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from preflight.facts import certifications
from preflight.model import Context

if TYPE_CHECKING:
    from preflight.model import JsonObject


def facts(security: JsonObject | None, today: str = "2026-06-01") -> JsonObject:
    record = {} if security is None else {"security": security}
    return certifications.of(record, Context(date.fromisoformat(today), {}))


def held(standard: str = "soc2-type2", **dates: str) -> JsonObject:
    return {"standard": standard, "held": True, **dates}


def refused(standard: str = "soc2-type2", **dates: str) -> JsonObject:
    return {"standard": standard, "held": False, **dates}


@pytest.mark.parametrize(
    ("entries", "wanted"),
    [
        pytest.param([], {}, id="none is named"),
        pytest.param([refused()], {"soc2_type2": {"held": False}}, id="known not to be held"),
        pytest.param([held()], {"soc2_type2": {"held": True}}, id="held, dates not known"),
        pytest.param([held(issued="2026-06-01")], {"soc2_type2": {"held": True, "age_days": 0}}, id="issued today"),
        pytest.param([held(issued="2026-06-02")], {}, id="issued tomorrow"),
        pytest.param(
            [held(issued="2025-06-01", valid_until="2026-06-01")],
            {"soc2_type2": {"held": True, "age_days": 365, "days_left": 0}},
            id="on its last day",
        ),
        pytest.param(
            [held(issued="2025-05-31", valid_until="2026-05-31")],
            {"soc2_type2": {"held": True, "age_days": 366, "days_left": -1}},
            id="on the day after its last",
        ),
        pytest.param(
            [held(issued="2025-01-01"), held(issued="2026-01-01"), held(issued="2024-01-01")],
            {"soc2_type2": {"held": True, "age_days": 151}},
            id="the newest of several, in whatever order",
        ),
        pytest.param(
            [held(issued="2026-01-01"), refused()],
            {"soc2_type2": {"held": False}},
            id="one that is not held, since whenever, is not held now",
        ),
        pytest.param(
            [held(issued="2026-01-01"), held()],
            {"soc2_type2": {"held": True, "age_days": 151}},
            id="one with a date counts before one without",
        ),
        pytest.param(
            [held("iso-27001"), refused("pci-dss")],
            {"iso_27001": {"held": True}, "pci_dss": {"held": False}},
            id="each standard under its own name",
        ),
    ],
)
def test_the_newest_entry_of_a_standard_counts(entries: list[JsonObject], wanted: JsonObject) -> None:
    assert facts({"certifications": entries}) == wanted


@pytest.mark.parametrize(
    ("issued", "today", "age"),
    [
        pytest.param("2024-02-28", "2025-02-28", 366, id="over a leap day"),
        pytest.param("2024-02-29", "2025-02-28", 365, id="from a leap day"),
        pytest.param("2024-02-29", "2025-03-01", 366, id="from a leap day to the day that stands for it"),
        pytest.param("2025-03-01", "2026-03-01", 365, id="without a leap day"),
    ],
)
def test_age_counts_days_and_not_years(issued: str, today: str, age: int) -> None:
    assert facts({"certifications": [held(issued=issued)]}, today)["soc2_type2"]["age_days"] == age


ISO = "iso-27001"


@pytest.mark.parametrize(
    ("applying", "entries", "wanted"),
    [
        pytest.param(None, [held(ISO)], None, id="not known which apply"),
        pytest.param([], None, [], id="none applies: nothing can be missing"),
        pytest.param([ISO], None, None, id="not known which are held"),
        pytest.param([ISO], [], [ISO], id="none is held"),
        pytest.param([ISO], [refused(ISO)], [ISO], id="known not to be held"),
        pytest.param([ISO], [held("pci-dss", valid_until="2027-01-01")], [ISO], id="another one is held"),
        pytest.param([ISO], [held(ISO, valid_until="2026-06-01")], [], id="held, on its last day"),
        pytest.param([ISO], [held(ISO, valid_until="2026-05-31")], [ISO], id="run out yesterday"),
        pytest.param([ISO], [held(ISO)], None, id="held, and not known until when"),
        pytest.param([ISO], [held(ISO), held(ISO, valid_until="2027-01-01")], [], id="one of two is known to be valid"),
        pytest.param([ISO], [held(ISO), held(ISO, valid_until="2020-01-01")], None, id="one ran out, one may be valid"),
        pytest.param(
            [ISO],
            [
                held(ISO, issued="2023-01-01", valid_until="2027-01-01"),
                held(ISO, issued="2025-01-01", valid_until="2026-01-01"),
            ],
            [],
            id="an older one is still valid when the newer one has run out",
        ),
        pytest.param(
            [ISO],
            [held(ISO, issued="2025-01-01", valid_until="2028-01-01"), refused(ISO, issued="2026-05-01")],
            [ISO],
            id="lost since, whatever its last day says",
        ),
        pytest.param([ISO], [held(ISO, valid_until="2028-01-01"), refused(ISO)], [ISO], id="not held, without a day"),
        pytest.param(
            [ISO],
            [
                held(ISO, issued="2025-01-01", valid_until="2028-01-01"),
                refused(ISO, issued="2026-02-01"),
                held(ISO, issued="2026-05-01", valid_until="2029-01-01"),
            ],
            [],
            id="lost, and held again",
        ),
        pytest.param([ISO, "pci-dss"], [held(ISO)], ["pci-dss"], id="one surely missing, one not known"),
        pytest.param(
            ["pci-dss", ISO],
            [refused(ISO), refused("pci-dss")],
            ["pci-dss", ISO],
            id="in the order of those that apply",
        ),
    ],
)
def test_missing_are_those_that_apply_and_are_not_held_today(
    applying: list[str] | None, entries: list[JsonObject] | None, wanted: list[str] | None
) -> None:
    stated = {"industry_certifications_apply": applying, "certifications": entries}
    found = facts({name: value for name, value in stated.items() if value is not None})
    assert found.get("missing") == wanted


def test_nothing_is_known_without_the_section() -> None:
    assert facts(None) == {}
    assert facts({}) == {}


def test_every_standard_has_a_shape_under_the_name_that_rules_use() -> None:
    names = {name.replace("-", "_") for name in certifications.STANDARDS}
    assert set(certifications.SHAPE["properties"]) == names | {"missing"}
    assert set(certifications.SHAPE["properties"]["tisax"]["properties"]) == {"held", "age_days", "days_left"}
