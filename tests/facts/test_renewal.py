"""Renewal: until when a subscription runs, and the last day to cancel it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.facts import renewal
from preflight.model import Context

if TYPE_CHECKING:
    from preflight.model import JsonObject

PLACE = "/contract/subscriptions/0"


def facts(*subscriptions: JsonObject, today: str = "2026-11-22", status: str = "live", **life: str) -> JsonObject:
    record = {"lifecycle": {"status": status, **life}, "contract": {"subscriptions": list(subscriptions)}}
    return renewal.of(record, Context(date.fromisoformat(today), {}))


def term(today: str = "2026-11-22", **subscription: Any) -> JsonObject:
    found: JsonObject
    [found] = facts({"product": "Mail", **subscription}, today=today)["terms"]
    assert (found.pop("pointer"), found.pop("product")) == (PLACE, "Mail")
    return found


YEAR: JsonObject = {"starts": "2026-01-01", "ends": "2026-12-31", "auto_renews": True, "notice_days": 30}


@pytest.mark.parametrize(
    ("today", "ends", "last_day", "days_left", "next_day"),
    [
        pytest.param("2026-11-30", "2026-12-31", "2026-12-01", 1, "2026-12-01", id="the day before the last"),
        pytest.param("2026-12-01", "2026-12-31", "2026-12-01", 0, "2026-12-01", id="on the last day"),
        pytest.param("2026-12-02", "2026-12-31", "2026-12-01", -1, "2027-12-01", id="a day too late"),
        pytest.param("2026-12-31", "2026-12-31", "2026-12-01", -30, "2027-12-01", id="on the last day of the term"),
        pytest.param("2027-01-01", "2027-12-31", "2027-12-01", 334, "2027-12-01", id="on the first of the next term"),
        pytest.param("2029-06-01", "2029-12-31", "2029-12-01", 183, "2029-12-01", id="three terms on"),
    ],
)
def test_the_last_day_to_cancel_is_so_many_days_before_the_end(
    today: str, ends: str, last_day: str, days_left: int, next_day: str
) -> None:
    found = term(today, **YEAR)
    assert {name: found[name] for name in ("ends", "last_day", "days_left", "next_day")} == {
        "ends": ends,
        "last_day": last_day,
        "days_left": days_left,
        "next_day": next_day,
    }
    assert found["rolled"] is (ends != "2026-12-31")
    assert found["known"] is True


@pytest.mark.parametrize(
    ("changes", "today", "wanted"),
    [
        pytest.param(
            {"notice_days": 0},
            "2026-11-22",
            {"last_day": "2026-12-31", "days_left": 39},
            id="without notice it is the last day of the term",
        ),
        pytest.param(
            {"starts": "2025-03-01", "ends": "2028-02-29", "notice_days": 90},
            "2026-11-22",
            {"last_day": "2027-12-01"},
            id="over the turn of the year",
        ),
        pytest.param(
            {"starts": "2023-03-01", "ends": "2024-02-29", "notice_days": 1},
            "2026-11-22",
            {"ends": "2027-02-28", "last_day": "2027-02-27"},
            id="a term that ended on a leap day ends with February",
        ),
        pytest.param(
            {"starts": "2023-03-01", "ends": "2024-02-29", "notice_days": 1},
            "2027-11-22",
            {"ends": "2028-02-29", "last_day": "2028-02-28"},
            id="and on the next leap day again",
        ),
        pytest.param(
            {"starts": "2026-01-01", "ends": "2026-01-31", "notice_days": 14},
            "2026-11-22",
            {"ends": "2026-11-30", "last_day": "2026-11-16", "days_left": -6, "next_day": "2026-12-17"},
            id="month by month",
        ),
        pytest.param(
            {"starts": "2026-01-01", "ends": "2026-01-31", "notice_days": 90},
            "2026-11-22",
            {"ends": "2026-11-30", "days_left": -82, "next_day": "2026-11-30"},
            id="a notice longer than the term reaches a later one",
        ),
    ],
)
def test_terms_of_other_lengths(changes: JsonObject, today: str, wanted: JsonObject) -> None:
    found = term(today, **YEAR | changes)
    assert {name: found[name] for name in wanted} == wanted


def test_a_term_without_a_start_renews_by_the_year() -> None:
    found = term("2028-01-01", **{name: value for name, value in YEAR.items() if name != "starts"})
    assert (found["ends"], found["rolled"]) == ("2028-12-31", True)


@pytest.mark.parametrize(
    ("today", "days_left"), [("2026-12-30", 1), ("2026-12-31", 0), ("2027-01-01", -1)], ids=["before", "on", "after"]
)
def test_a_term_that_does_not_renew_counts_to_its_end(today: str, days_left: int) -> None:
    found = term(today, **YEAR | {"auto_renews": False})
    assert found == {
        "auto_renews": False,
        "ends": "2026-12-31",
        "rolled": False,
        "days_left": days_left,
        "known": True,
    }


def test_not_known_whether_it_renews_counts_as_if_it_did_and_claims_nothing() -> None:
    unknown = {name: value for name, value in YEAR.items() if name != "auto_renews"}
    assert term(**unknown) == {
        "ends": "2026-12-31",
        "last_day": "2026-12-01",
        "days_left": 9,
        "next_day": "2026-12-01",
        "next_days": 9,
        "known": True,
    }
    found = term("2027-01-01", **unknown)
    assert (found["ends"], found["known"]) == ("2026-12-31", False)
    assert "rolled" not in found
    assert "next_day" not in found


@pytest.mark.parametrize(
    ("subscription", "today", "lacks"),
    [
        pytest.param({"auto_renews": True}, "2026-11-22", ["ends", "notice_days"], id="neither end nor notice"),
        pytest.param({"auto_renews": True, "ends": "2026-12-31"}, "2026-11-22", ["notice_days"], id="no notice"),
        pytest.param({"auto_renews": True, "notice_days": 30}, "2026-11-22", ["ends"], id="no end"),
        pytest.param({"auto_renews": False}, "2026-11-22", ["ends"], id="does not renew, and no end"),
        pytest.param({"auto_renews": False, "ends": "2026-12-31"}, "2026-11-22", None, id="no renewal, an end"),
        pytest.param({}, "2026-11-22", ["ends", "notice_days", "auto_renews"], id="nothing"),
        pytest.param({"ends": "2026-12-31", "notice_days": 30}, "2026-12-31", None, id="enough until the end"),
        pytest.param({"ends": "2026-12-31", "notice_days": 30}, "2027-01-01", ["auto_renews"], id="not behind it"),
    ],
)
def test_undated_says_what_has_to_be_filled_in(subscription: JsonObject, today: str, lacks: list[str] | None) -> None:
    found = facts({"product": "Mail", **subscription}, today=today)
    wanted = [] if lacks is None else [{"pointer": PLACE, "product": "Mail", "lacks": lacks}]
    assert found["undated"] == wanted
    assert [each["known"] for each in found["terms"]] == [lacks is None]


@pytest.mark.parametrize(
    ("status", "today", "days"),
    [
        pytest.param("live", "2026-12-31", None, id="on its last day"),
        pytest.param("live", "2027-01-01", 1, id="the day after"),
        pytest.param("deprecated", "2027-01-01", None, id="of a vendor that is being replaced"),
        pytest.param("approved", "2027-01-01", None, id="of a vendor that is not in use yet"),
    ],
)
def test_ended_are_those_that_a_live_vendor_runs_without(status: str, today: str, days: int | None) -> None:
    found = facts({"product": "Mail", **YEAR, "auto_renews": False}, today=today, status=status)["ended"]
    wanted = [] if days is None else [{"pointer": PLACE, "product": "Mail", "ends": "2026-12-31", "days": days}]
    assert found == wanted


@pytest.mark.parametrize(
    ("successor", "alone"),
    [
        pytest.param({"product": "Mail", "starts": "2027-01-01"}, False, id="the next term of the same"),
        pytest.param({"product": "Mail", "starts": "2026-12-31"}, False, id="from the last day on"),
        pytest.param({"product": "Mail", "starts": "2026-12-30"}, True, id="one that ran beside it"),
        pytest.param({"product": "Mail"}, True, id="one that began nobody knows when"),
        pytest.param({"product": "Mail", "starts": "2027-01-01", "team": "crm"}, True, id="of another team"),
        pytest.param({"product": "Chat", "starts": "2027-01-01"}, True, id="another product"),
    ],
)
@pytest.mark.parametrize("renews", [True, False])
def test_a_term_of_the_past_gives_way_to_the_one_that_took_its_place(
    successor: JsonObject, *, alone: bool, renews: bool
) -> None:
    found = facts({"product": "Mail", **YEAR, "auto_renews": renews}, successor, today="2027-02-01")
    assert (PLACE in [each["pointer"] for each in found["terms"]]) is alone
    assert (PLACE in [each["pointer"] for each in found["ended"]]) is (alone and not renews)


def test_an_entry_with_absurd_dates_does_not_succeed_itself() -> None:
    found = facts({"product": "Mail", "starts": "2026-12-31", "ends": "2026-01-01", "auto_renews": False})
    assert [each["days"] for each in found["ended"]] == [325]


@pytest.mark.parametrize(
    "life", [{"status": "proposed"}, {"status": "rejected"}, {"status": "retired", "retired_on": "2026-11-22"}]
)
def test_without_a_contract_there_are_no_terms(life: dict[str, str]) -> None:
    assert facts({"product": "Mail", **YEAR}, **life) == {"terms": [], "ended": [], "undated": []}


@pytest.mark.parametrize(
    "life", [{"status": "retired", "retired_on": "2026-11-23"}, {"status": "rejected", "signed_on": "2026-01-01"}]
)
def test_a_word_alone_ends_no_contract(life: dict[str, str]) -> None:
    assert [each["product"] for each in facts({"product": "Mail", **YEAR}, **life)["terms"]] == ["Mail"]


def test_nothing_is_known_while_the_subscriptions_are_not() -> None:
    context = Context(date(2026, 11, 22), {})
    assert renewal.of({"lifecycle": {"status": "live"}}, context) == {}
    assert renewal.of({"lifecycle": {"status": "live"}, "contract": {}}, context) == {}
    assert facts() == {"terms": [], "ended": [], "undated": []}


def test_the_soonest_dates_of_all_subscriptions() -> None:
    found = facts(
        {"product": "Mail", **YEAR},
        {"product": "Chat", **YEAR, "ends": "2027-03-31", "notice_days": 10},
        {"product": "Maps", "ends": "2026-12-15", "auto_renews": False},
        {"product": "Logs", "ends": "2026-11-21", "auto_renews": False},
    )
    assert (found["next_notice_days"], found["next_end_days"]) == (9, 23)
    alone = facts({"product": "Logs", "ends": "2026-11-21", "auto_renews": False})
    assert not {"next_notice_days", "next_end_days"} & alone.keys()


DAYS = st.dates(date(2000, 1, 1), date(2050, 12, 31))


@given(first=DAYS, length=st.integers(1, 1500), notice=st.integers(0, 400), today=DAYS)
def test_the_next_day_to_cancel_has_not_passed_and_leaves_the_notice(
    first: date, length: int, notice: int, today: date
) -> None:
    last = first + timedelta(days=length)
    found = term(
        today.isoformat(),
        starts=first.isoformat(),
        ends=last.isoformat(),
        auto_renews=True,
        notice_days=notice,
    )
    assert found["ends"] >= today.isoformat()
    assert found["next_days"] >= 0
    assert found["next_days"] == (date.fromisoformat(found["next_day"]) - today).days
    assert (date.fromisoformat(found["ends"]) - date.fromisoformat(found["last_day"])).days == notice
    assert (found["next_day"] == found["last_day"]) is (found["days_left"] >= 0) or notice > length
