"""Drift: the same records, looked at from several days."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from preflight.assessment import drift
from preflight.assessment.state import Usage, Vendor
from preflight.facts import cadence, due, lifecycle
from preflight.model import Context, Level, Outcome, Verdict

if TYPE_CHECKING:
    from preflight.model import JsonObject

TODAY = date(2026, 11, 22)
DAYS = ["2025-11-22", "2026-05-22", "2026-08-22", "2026-11-22", "2027-02-22"]
CADENCE = {"kind": "budget", "title": "Budget review", "every_months": 3, "states": ["live"], "owner": "marketing"}
POLICIES = {
    "calendar": {"horizon_days": 90, "cadences": [CADENCE], "reminders": {}},
    "limits": {"penetration_test_age_days": 365, "certification_age_days": 365},
    "people": {"teams": [], "people": [{"id": "kofi", "left": "2026-08-22"}, {"id": "mara", "left": "2026-11-22"}]},
}
PERSON = {"kinds": ["people"], "in_office": True}
FIELDS = {
    "ownership": {side: {"owner": {"": PERSON}} for side in ("it", "marketing")},
    "reviews": {"*": {"by": {"": {"kinds": ["people"], "in_office": False}}}},
}


def seen(record: JsonObject, *, people: bool = True) -> drift.Seen:
    whole = {"id": "acme", "lifecycle": {"status": "live"}, **record}
    contexts = [Context(day, POLICIES, FIELDS) for day in drift.days(TODAY)]
    facts = [{each.NAME: each.of(whole, context) for each in (cadence, due, lifecycle)} for context in contexts]
    return drift.seen(whole, facts, contexts, people=people)


def counts(name: str, **record: Any) -> list[int]:
    return [each[name] for each in seen(record).days]


def test_the_days_are_months_away() -> None:
    assert [day.isoformat() for day in drift.days(TODAY)] == DAYS
    assert drift.days(date(2027, 2, 28))[1:] == (
        date(2026, 8, 28), date(2026, 11, 28), date(2027, 2, 28), date(2027, 5, 28),
    )  # fmt: skip
    assert drift.days(date(2026, 5, 31))[2] == date(2026, 2, 28)


@pytest.mark.parametrize(
    ("stages", "there"),
    [
        pytest.param({}, [1, 1, 1, 1, 1], id="no day is known"),
        pytest.param({"live_on": "2026-05-22"}, [0, 1, 1, 1, 1], id="live on that day"),
        pytest.param({"live_on": "2026-05-23"}, [0, 0, 1, 1, 1], id="live the day after"),
        pytest.param({"live_on": "2026-11-01", "signed_on": "2026-05-01"}, [0, 1, 1, 1, 1], id="signed before"),
        pytest.param(
            {"live_on": "2026-11-01", "proposed_on": "2020-01-01"}, [0, 0, 0, 1, 1], id="proposed is not there"
        ),
        pytest.param({"proposed_on": "2026-08-01"}, [0, 0, 1, 1, 1], id="no more than proposed"),
        pytest.param({"status": "retired", "retired_on": "2026-08-22"}, [1, 1, 0, 0, 0], id="gone on that day"),
        pytest.param({"status": "retired", "retired_on": "2026-08-23"}, [1, 1, 1, 0, 0], id="gone the day after"),
        pytest.param({"status": "rejected"}, [0, 0, 0, 0, 0], id="never there"),
    ],
)
def test_a_vendor_counts_while_it_is_there(stages: JsonObject, there: list[int]) -> None:
    assert counts(drift.VENDORS, lifecycle={"status": "live", **stages}) == there


@pytest.mark.parametrize(
    ("record", "overdue"),
    [
        pytest.param({"lifecycle": {"status": "live", "live_on": "2025-08-22"}}, [0, 1, 1, 1, 1], id="three months on"),
        pytest.param({"lifecycle": {"status": "live", "live_on": "2025-08-21"}}, [1, 1, 1, 1, 1], id="and a day"),
        pytest.param(
            {"reviews": [{"kind": "budget", "date": "2026-11-22"}]}, [0, 0, 0, 0, 0], id="earlier ones are not kept"
        ),
        pytest.param({"reviews": [{"kind": "budget", "date": "2026-11-21"}]}, [0, 0, 0, 0, 1], id="due again by then"),
        pytest.param(
            {"reviews": [{"kind": "budget", "date": each} for each in ("2025-01-01", "2026-11-01")]},
            [1, 1, 1, 0, 1],
            id="one that is kept counts",
        ),
        pytest.param({"reviews": [{"kind": "security", "date": "2026-11-21"}]}, [1, 1, 1, 1, 1], id="of another kind"),
        pytest.param(
            {"reviews": [{"kind": "budget", "date": "2027-01-01"}]}, [1, 1, 1, 1, 0], id="planned is not held"
        ),
    ],
)
def test_reviews_that_were_overdue(record: JsonObject, overdue: list[int]) -> None:
    assert counts(drift.REVIEWS, **record) == overdue


def test_evidence_and_certifications_that_run_out() -> None:
    certified = [{"standard": "iso-27001", "held": True, "issued": "2020-01-01", "valid_until": "2026-08-21"}]
    evidence = [{"for": "/name", "valid_until": "2026-11-22"}]
    record: JsonObject = {"security": {"certifications": certified}, "evidence": evidence}
    assert counts(drift.EVIDENCE, **record) == [0, 0, 1, 1, 2]


def test_terms_that_end() -> None:
    terms = [
        {"product": "Mail", "ends": day, "auto_renews": False} for day in ("2026-05-21", "2026-11-21", "2027-02-22")
    ]
    assert counts(drift.TERMS, contract={"subscriptions": terms}) == [0, 1, 1, 2, 2]


def test_duties_of_people_who_left_count_from_the_day_after() -> None:
    owned = {"it": {"owner": "kofi"}, "marketing": {"owner": "mara"}}
    reviewed = [{"kind": "security", "date": "2020-01-01", "by": "kofi"}]
    assert counts(drift.OWNERS, ownership=owned, reviews=reviewed) == [0, 0, 0, 1, 2]
    assert drift.OWNERS not in seen({}, people=False).days[0]


@pytest.mark.parametrize(
    ("record", "unknown"),
    [
        pytest.param({}, {drift.EVIDENCE, drift.TERMS, drift.OWNERS}, id="nothing is known"),
        pytest.param(
            {
                "security": {"certifications": []},
                "contract": {"subscriptions": []},
                "ownership": {"marketing": {"owner": "mara"}},
            },
            set(),
            id="all is known",
        ),
        pytest.param(
            {
                "security": {"certifications": [{"standard": "hipaa", "held": True}]},
                "contract": {"subscriptions": [{"product": "Mail"}]},
                "ownership": {"it": {"owner": "kofi"}},
            },
            {drift.EVIDENCE, drift.TERMS},
            id="days are missing",
        ),
        pytest.param({"lifecycle": {"status": "rejected"}}, set(), id="what ended owes no answer"),
    ],
)
def test_what_is_not_known_is_counted_apart(record: JsonObject, unknown: set[str]) -> None:
    assert seen(record).unknown == unknown


# ---- Today --------------------------------------------------------------------------------------


def vendor(status: str = "live", usage: Usage = Usage()) -> Vendor:  # noqa: B008 - a value that nothing changes
    warning = Verdict("acme", "a/b", Level.WARNING, Outcome.FAIL, "", "", "", 1, 1, "")
    return Vendor("acme", "Acme", "", status, governed=True, usage=usage, findings=(warning, warning))


@pytest.mark.parametrize(
    ("found", "connections", "expected"),
    [
        pytest.param(vendor(), None, ({"warnings": 2, "unused-vendors": 0}, {"unused-vendors"}), id="not counted"),
        pytest.param(vendor(usage=Usage(0)), None, ({"warnings": 2, "unused-vendors": 1}, set()), id="unused"),
        pytest.param(vendor("proposed"), None, ({"warnings": 2}, set()), id="not in use"),
        pytest.param(
            vendor("proposed"), {}, ({"warnings": 2, "undocumented-integrations": 0}, {"undocumented-integrations"}),
            id="integrations are not recorded",
        ),
        pytest.param(
            vendor("proposed"), {"undocumented": [{}, {}]}, ({"warnings": 2, "undocumented-integrations": 2}, set()),
            id="two are not described",
        ),
    ],
)  # fmt: skip
def test_what_has_no_date(found: Vendor, connections: Any, expected: tuple[drift.Counts, set[str]]) -> None:
    assert drift.now(found, connections) == expected


def test_the_trend_is_the_sum_of_all() -> None:
    owned = {"it": {"owner": "kofi"}, "marketing": {"owner": "mara"}}
    found = drift.trend([(seen({"ownership": owned}), drift.now(vendor(), None))] * 2, TODAY)
    by_name = {each.name: each for each in found}
    assert list(by_name) == [*drift.DATED, drift.UNUSED, drift.WARNINGS]
    owners = by_name[drift.OWNERS]
    assert [(day.isoformat(), count) for day, count in owners.points] == list(zip(DAYS, [0, 0, 0, 2, 4], strict=True))
    assert (owners.past, owners.ahead, owners.unknown, owners.dated) == ("rising", "rising", 0, True)
    assert (by_name[drift.TERMS].past, by_name[drift.TERMS].ahead, by_name[drift.TERMS].unknown) == (
        "steady",
        "steady",
        2,
    )
    warnings = by_name[drift.WARNINGS]
    assert (warnings.points, warnings.past, warnings.dated) == (((TODAY, 4),), "", False)


def test_a_count_may_fall() -> None:
    points = tuple(zip(drift.days(TODAY), (3, 2, 2, 1, 0), strict=True))
    found = drift.Series(drift.REVIEWS, points, 0)
    assert (found.past, found.ahead) == ("falling", "falling")


def test_without_the_facts_there_is_nothing_to_count() -> None:
    contexts = [Context(day, {}) for day in drift.days(TODAY)]
    found = drift.seen({"id": "acme"}, [{}] * len(contexts), contexts, people=False)
    assert [each.name for each in drift.trend([(found, ({}, set()))], TODAY)] == [drift.VENDORS]
