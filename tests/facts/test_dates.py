"""Ages: whole days between the dates of a record and the day of the run."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.facts import dates
from preflight.model import Context

if TYPE_CHECKING:
    from preflight.model import Json, JsonObject

PLACES = {name: pointer for name, (pointer, _) in dates.SOURCES.items() if name != "security_review"}


def facts(record: JsonObject, today: str = "2026-06-01") -> JsonObject:
    return dates.of(record, Context(date.fromisoformat(today), {}))


def nested(pointer: str, value: Json) -> JsonObject:
    first, _, rest = pointer.removeprefix("/").partition("/")
    return {first: nested(rest, value) if rest else value}


@pytest.mark.parametrize("name", PLACES)
@pytest.mark.parametrize(
    ("on", "today", "age"),
    [
        pytest.param("2026-06-01", "2026-06-01", 0, id="today"),
        pytest.param("2026-05-31", "2026-06-01", 1, id="yesterday"),
        pytest.param("2024-02-29", "2025-02-28", 365, id="a year without the leap day itself"),
        pytest.param("2024-02-29", "2025-03-01", 366, id="a year and a day after a leap day"),
        pytest.param("2024-02-28", "2024-03-01", 2, id="over a leap day"),
        pytest.param("2023-02-28", "2023-03-01", 1, id="over the end of a plain February"),
        pytest.param("1999-12-31", "2000-01-01", 1, id="over the turn of a century"),
    ],
)
def test_the_age_of_each_date(name: str, on: str, today: str, age: int) -> None:
    assert facts(nested(PLACES[name], on), today) == {name: age}


@given(day=st.dates(date(1950, 1, 1), date(2100, 1, 1)), age=st.integers(-40_000, 40_000))
def test_ages_are_exact_to_the_day_and_a_day_to_come_has_none(day: date, age: int) -> None:
    record = nested(PLACES["release"], (day - timedelta(age)).isoformat())
    assert facts(record, day.isoformat()) == ({"release": age} if age >= 0 else {})


def review(on: str, outcome: str = "passed", kind: str = "security") -> JsonObject:
    return {"kind": kind, "date": on, "by": "ruth", "outcome": outcome}


@pytest.mark.parametrize(
    ("reviews", "wanted"),
    [
        pytest.param([], {}, id="none"),
        pytest.param([review("2026-05-31")], {"security_review": 1}, id="passed"),
        pytest.param([review("2026-05-31", "passed-with-conditions")], {"security_review": 1}, id="with conditions"),
        pytest.param([review("2026-05-31", "failed")], {}, id="failed"),
        pytest.param([{"kind": "security", "date": "2026-05-31", "by": "ruth"}], {}, id="outcome not known"),
        pytest.param(
            [{"kind": "security", "date": "2026-05-31", "outcome": "passed"}], {}, id="by nobody who is named"
        ),
        pytest.param([review("2026-05-31", kind="architecture")], {}, id="of another kind"),
        pytest.param(
            [review("2024-06-01"), review("2026-05-30"), review("2025-06-01")],
            {"security_review": 2},
            id="the latest, in whatever order",
        ),
        pytest.param(
            [review("2026-05-30"), review("2026-05-31", "failed")],
            {},
            id="passed once, and failed since",
        ),
        pytest.param(
            [review("2026-05-30"), review("2026-06-02", "failed"), review("2030-01-01")],
            {"security_review": 2},
            id="only those that were held by that day",
        ),
    ],
)
def test_the_security_review_that_counts(reviews: list[JsonObject], wanted: JsonObject) -> None:
    assert facts({"reviews": reviews}) == wanted


@pytest.mark.parametrize(
    "wanted", [{"lifecycle": {"proposed_by": "ruth"}}, {"ownership": {"marketing": {"owner": "ruth"}}}]
)
def test_nobody_reviews_what_they_want(wanted: JsonObject) -> None:
    assert facts({"reviews": [review("2026-05-31")], **wanted}) == {}
    assert facts({"reviews": [review("2026-05-30"), review("2026-05-31")], **wanted}) == {}


def test_dates_that_are_not_known_have_no_age() -> None:
    assert facts({}) == {}
    assert facts({"stability": {"product": {}}, "security": {"testing": {}}}) == {}
