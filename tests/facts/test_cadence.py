"""Cadence: which reviews are overdue, which come up, and from when they are counted."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.facts import cadence
from preflight.model import Context
from preflight.periods import add_months

if TYPE_CHECKING:
    from preflight.model import JsonObject

TODAY = "2026-11-22"
BUDGET = {"kind": "budget", "title": "Quarterly budget review", "every_months": 3, "states": ["live"], "owner": "it"}
PERFORMANCE = {**BUDGET, "kind": "performance", "title": "Performance review", "every_months": 12}


def facts(
    *reviews: JsonObject,
    today: str = TODAY,
    cadences: tuple[JsonObject, ...] = (BUDGET,),
    performance: JsonObject | None = None,
    lifecycle: JsonObject | None = None,
    horizon: int = 90,
) -> JsonObject:
    record: JsonObject = {"lifecycle": {"status": "live", **(lifecycle or {})}}
    record |= {"reviews": list(reviews)} if reviews else {}
    record |= {"ownership": {"performance_review": performance}} if performance else {}
    calendar = {"horizon_days": horizon, "cadences": list(cadences), "reminders": {}}
    return cadence.of(record, Context(date.fromisoformat(today), {"calendar": calendar}))


def held(day: str, kind: str = "budget", **more: str) -> JsonObject:
    return {"kind": kind, "date": day, **more}


def overdue(found: JsonObject) -> list[tuple[str, int]]:
    assert found["upcoming"] == []
    return [(each["due"], each["days"]) for each in found["overdue"]]


def upcoming(found: JsonObject) -> list[tuple[str, int]]:
    assert found["overdue"] == []
    return [(each["due"], each["days"]) for each in found["upcoming"]]


def test_a_review_says_what_when_and_where() -> None:
    assert facts(held("2026-01-15"), held("2026-05-06", outcome="passed")) == {
        "overdue": [
            {
                "pointer": "/reviews/1",
                "kind": "budget",
                "title": "Quarterly budget review",
                "last": "2026-05-06",
                "due": "2026-08-06",
                "days": 108,
            }
        ],
        "upcoming": [],
    }


@pytest.mark.parametrize(
    ("today", "late", "left"),
    [
        pytest.param("2026-05-07", [], [("2026-08-06", 91)], id="beyond the horizon"),
        pytest.param("2026-05-08", [], [("2026-08-06", 90)], id="at the horizon"),
        pytest.param("2026-08-05", [], [("2026-08-06", 1)], id="the day before"),
        pytest.param("2026-08-06", [], [("2026-08-06", 0)], id="on the day"),
        pytest.param("2026-08-07", [("2026-08-06", 1)], [], id="the day after"),
    ],
)
def test_overdue_begins_on_the_day_after(today: str, late: list[tuple[str, int]], left: list[tuple[str, int]]) -> None:
    found = facts(held("2026-05-06"), today=today)
    assert [(each["due"], each["days"]) for each in found["overdue"]] == late
    within = [entry for entry in left if entry[1] <= 90]
    assert [(each["due"], each["days"]) for each in found["upcoming"]] == within


@pytest.mark.parametrize(
    ("last", "due"),
    [
        pytest.param("2025-11-30", "2026-02-28", id="from a long month to a short one"),
        pytest.param("2023-11-30", "2024-02-29", id="in a leap year"),
        pytest.param("2024-02-29", "2024-05-29", id="from a leap day"),
        pytest.param("2025-10-31", "2026-01-31", id="over the turn of the year"),
    ],
)
def test_months_end_where_the_month_ends(last: str, due: str) -> None:
    assert overdue(facts(held(last)))[0][0] == due


@pytest.mark.parametrize(
    ("reviews", "last"),
    [
        pytest.param([held("2026-01-10"), held("2026-03-10", outcome="failed")], "2026-01-10", id="one that failed"),
        pytest.param([held("2026-01-10"), held("2026-11-23")], "2026-01-10", id="one that is still to come"),
        pytest.param([held("2026-01-10"), held("2026-11-22")], "2026-11-22", id="one that is held today"),
        pytest.param([held("2026-03-10"), held("2026-01-10")], "2026-03-10", id="the newest, wherever it stands"),
        pytest.param([held("2026-01-10"), held("2026-03-10", "legal")], "2026-01-10", id="one of another kind"),
        pytest.param([held("2026-03-10", outcome="passed-with-conditions")], "2026-03-10", id="one with conditions"),
    ],
)
def test_the_newest_that_was_held_and_not_failed_counts(reviews: list[JsonObject], last: str) -> None:
    found = facts(*reviews, horizon=365)
    assert [each["last"] for each in (*found["overdue"], *found["upcoming"])] == [last]


@pytest.mark.parametrize(
    ("reviews", "due"),
    [
        pytest.param([held("2026-10-01", due="2026-12-01")], "2026-12-01", id="earlier than the interval"),
        pytest.param([held("2026-10-01", due="2027-06-01")], "2027-01-01", id="later than the interval"),
        pytest.param(
            [held("2026-10-01", due="2026-12-01"), held("2026-11-01")], "2027-02-01", id="of a review that was followed"
        ),
        pytest.param(
            [held("2026-10-01"), held("2026-11-01", outcome="failed", due="2026-11-30")],
            "2026-11-30",
            id="of one that failed and is to be repeated",
        ),
        pytest.param([held("2026-10-01", due="2026-09-01")], "2027-01-01", id="before the review itself, an oversight"),
        pytest.param(
            [held("2026-10-01"), held("2026-12-01", due="2026-12-02")], "2027-01-01", id="of one that is still to come"
        ),
    ],
)
def test_a_day_that_a_review_names_itself_counts_where_it_is_earlier(reviews: list[JsonObject], due: str) -> None:
    assert upcoming(facts(*reviews))[0][0] == due


@pytest.mark.parametrize(
    ("lifecycle", "due"),
    [
        pytest.param({"live_on": "2026-02-28", "signed_on": "2026-01-01"}, "2026-05-28", id="from going live"),
        pytest.param({"signed_on": "2026-01-01", "approved_on": "2025-01-01"}, "2026-04-01", id="from the signature"),
        pytest.param({"approved_on": "2025-12-31"}, "2026-03-31", id="from the approval"),
        pytest.param(
            {"live_on": "2026-12-01", "signed_on": "2026-01-01"}, "2026-04-01", id="not from a day that has not come"
        ),
    ],
)
def test_one_that_was_never_held_is_counted_from_the_beginning(lifecycle: JsonObject, due: str) -> None:
    found = facts(lifecycle=lifecycle)
    assert overdue(found)[0][0] == due
    assert "last" not in found["overdue"][0]
    assert found["overdue"][0]["pointer"] == "/reviews"


@pytest.mark.parametrize("lifecycle", [{}, {"live_on": "2026-12-01"}], ids=["no date", "a date that has not come"])
def test_where_no_day_is_known_it_is_overdue_now(lifecycle: JsonObject) -> None:
    assert overdue(facts(lifecycle=lifecycle)) == [(TODAY, 0)]
    assert overdue(facts(held("2026-09-01", outcome="failed", due="2026-10-01"), lifecycle=lifecycle)) == [
        ("2026-10-01", 52)
    ]


@pytest.mark.parametrize(
    ("status", "states", "applies"),
    [("live", ["live"], True), ("deprecated", ["live"], False), ("deprecated", ["live", "deprecated"], True)],
)
def test_a_cadence_is_for_the_states_that_it_names(status: str, states: list[str], *, applies: bool) -> None:
    found = facts(cadences=({**BUDGET, "states": states},), lifecycle={"status": status})
    assert bool(found["overdue"]) is applies


@pytest.mark.parametrize(
    ("plan", "due"),
    [
        pytest.param({"every_months": 6}, "2026-07-15", id="more often than the policy wants"),
        pytest.param({"every_months": 24}, "2027-01-15", id="less often"),
        pytest.param({"every_months": 0}, "2027-01-15", id="never, which is no plan"),
        pytest.param({"every_months": 6, "last_on": "2026-05-31"}, "2026-11-30", id="last held by the plan"),
        pytest.param({"every_months": 6, "last_on": "2025-05-31"}, "2026-07-15", id="held by the plan, and once since"),
        pytest.param({"every_months": 6, "last_on": "2026-11-23"}, "2026-07-15", id="held on a day to come"),
        pytest.param({"owner": "ann"}, "2027-01-15", id="no interval"),
    ],
)
def test_the_performance_review_has_a_plan_of_its_own_in_the_record(plan: JsonObject, due: str) -> None:
    found = facts(held("2026-01-15", "performance"), cadences=(PERFORMANCE,), performance=plan)
    assert [each["due"] for each in (*found["overdue"], *found["upcoming"])] == [due]


RISK: JsonObject = {
    "points": {"low": 0, "medium": 1, "high": 3, "critical": 6},
    "totals": {"low": 0, "medium": 2, "high": 3, "critical": 6},
    "floors": {},
    "dimensions": [
        {
            "name": "data_sensitivity",
            "title": "Data",
            "signals": [{"title": "Classes", "of": "/data/classes", "by": "value", "levels": {"public": "low"}}],
        }
    ],
}
BY_RISK = {**BUDGET, "every_months": 24, "risk": {"high": 12, "critical": 6}}


@pytest.mark.parametrize(
    ("record", "policies", "due"),
    [
        pytest.param({"data": {"classes": ["public"]}}, {"risk": RISK}, "2027-12-01", id="low: as usual"),
        pytest.param(
            {"data": {"classes": ["public"]}, "risk": {"data_sensitivity": "high"}},
            {"risk": RISK},
            "2026-12-01",
            id="high: more often",
        ),
        pytest.param({"risk": {"data_sensitivity": "critical"}}, {"risk": RISK}, "2026-06-01", id="critical"),
        pytest.param({}, {"risk": RISK}, "2026-06-01", id="not known: it may be critical"),
        pytest.param({"risk": {"data_sensitivity": "low"}}, {}, "2026-06-01", id="no policy of risk"),
    ],
)
def test_a_cadence_may_depend_on_the_risk(record: JsonObject, policies: JsonObject, due: str) -> None:
    calendar = {"horizon_days": 3650, "cadences": [BY_RISK], "reminders": {}}
    whole = {"lifecycle": {"status": "live"}, "reviews": [held("2025-12-01")], **record}
    found = cadence.of(whole, Context(date.fromisoformat(TODAY), {"calendar": calendar, **policies}))
    assert [each["due"] for each in (*found["overdue"], *found["upcoming"])] == [due]


def test_the_plan_is_of_performance_reviews_only() -> None:
    found = facts(held("2026-05-06"), performance={"every_months": 1, "last_on": "2026-11-01"})
    assert overdue(found) == [("2026-08-06", 108)]


def test_the_most_urgent_comes_first() -> None:
    legal = {**BUDGET, "kind": "legal"}
    found = facts(held("2026-05-06"), held("2026-03-06", "legal"), cadences=(BUDGET, legal))
    assert [each["kind"] for each in found["overdue"]] == ["legal", "budget"]


@given(st.dates(date(2000, 1, 1), date(2026, 11, 22)), st.integers(1, 120))
def test_due_is_overdue_or_upcoming_or_beyond_the_horizon(last: date, months: int) -> None:
    found = facts(held(last.isoformat()), cadences=({**BUDGET, "every_months": months},))
    due, today = add_months(last, months), date.fromisoformat(TODAY)
    late = [(today - due).days] if due < today else []
    left = [(due - today).days] if today <= due <= today + timedelta(days=90) else []
    assert [each["days"] for each in found["overdue"]] == late
    assert [each["days"] for each in found["upcoming"]] == left
