"""The committee: both sides in it, and it meets."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from preflight.facts import committee
from preflight.model import Context

if TYPE_CHECKING:
    from preflight.model import JsonObject

PEOPLE: JsonObject = {
    "teams": [
        {"id": "crm", "name": "CRM", "side": "marketing"},
        {"id": "ops", "name": "Operations", "side": "it"},
    ],
    "people": [
        {"id": "mia", "name": "Mia", "team": "crm"},
        {"id": "ida", "name": "Ida", "team": "ops"},
        {"id": "eva", "name": "Eva"},
        {"id": "pia", "name": "Pia", "team": "ops", "left": "2026-05-31"},
        {"id": "zoe", "name": "Zoe", "team": "ops", "left": "2026-06-01"},
    ],
}
TODAY = "2026-06-01"


def facts(members: list[tuple[str, str]] | None, today: str = TODAY, **changes: object) -> JsonObject:
    document: JsonObject = {}
    if members is not None:
        listed = [{"person": person, "side": side} for person, side in members]
        document["committee"] = {
            "name": "Board",
            "meets_every_months": 1,
            "last_met_on": "2026-05-12",
            "members": listed,
            **changes,
        }
    context = Context(date.fromisoformat(today), {"ownership": document, "people": PEOPLE})
    return committee.overview({"a": committee.extract({}, context)}, context)


@pytest.mark.parametrize(
    ("members", "missing"),
    [
        pytest.param([("mia", "marketing"), ("ida", "it")], [], id="both"),
        pytest.param([("mia", "marketing"), ("eva", "it")], [], id="of whom no team is known, the committee knows"),
        pytest.param([("mia", "marketing"), ("zoe", "it")], [], id="on the last day"),
        pytest.param([("mia", "marketing"), ("pia", "it")], ["IT"], id="left yesterday"),
        pytest.param([("mia", "marketing"), ("nobody", "it")], ["IT"], id="somebody who does not exist"),
        pytest.param([("ida", "it"), ("ida", "marketing")], ["marketing"], id="who speaks for the other side"),
        pytest.param([("mia", "marketing")], ["IT"], id="one"),
        pytest.param([], ["marketing", "IT"], id="none"),
    ],
)
def test_each_side_has_somebody_in_it(members: list[tuple[str, str]], missing: list[str]) -> None:
    found = facts(members)["unbalanced"]
    assert [each["side"] for each in found] == missing
    assert {(each["pointer"], each["name"]) for each in found} <= {("/ownership/committee/members", "Board")}


def test_without_a_committee_both_sides_are_missing_and_no_meeting() -> None:
    found = facts(None)
    assert [each["side"] for each in found["unbalanced"]] == ["marketing", "IT"]
    assert found["overdue"] == []


@pytest.mark.parametrize(
    ("last", "months", "due"),
    [
        pytest.param("2026-05-01", 1, None, id="due today"),
        pytest.param("2026-04-30", 1, "2026-05-30", id="due two days ago"),
        pytest.param("2026-03-01", 3, None, id="a quarter, due today"),
        pytest.param("2026-02-28", 3, "2026-05-28", id="a quarter, overdue"),
        pytest.param("2026-06-01", 1, None, id="met today"),
        pytest.param("2026-06-02", 1, TODAY, id="planned for tomorrow, so not known to have met"),
    ],
)
def test_it_meets_as_often_as_it_says(last: str, months: int, due: str | None) -> None:
    found = facts([("mia", "marketing")], last_met_on=last, meets_every_months=months)["overdue"]
    assert [each["due"] for each in found] == ([] if due is None else [due])


def test_a_meeting_that_is_overdue_is_told_with_its_days() -> None:
    assert facts([], last_met_on="2026-04-30")["overdue"] == [
        {
            "pointer": "/ownership/committee/last_met_on",
            "name": "Board",
            "every": "month",
            "due": "2026-05-30",
            "last": "2026-04-30",
        }
    ]


def test_a_committee_that_never_met_is_overdue() -> None:
    document = {"committee": {"name": "Board", "meets_every_months": 2, "members": []}}
    context = Context(date.fromisoformat(TODAY), {"ownership": document, "people": PEOPLE})
    [found] = committee.overview({}, context)["overdue"]
    assert (found["last"], found["due"], found["every"]) == ("not known", TODAY, "2 months")


def test_it_says_nothing_of_a_vendor() -> None:
    context = Context(date.fromisoformat(TODAY), {"ownership": {}, "people": PEOPLE})
    assert committee.gather({"a": {}, "b": {}}, context) == {"a": {}, "b": {}}
