"""The contract: clauses that are missing, guesses, rises without a cap, long notices."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from preflight.facts import clauses
from preflight.model import Context

if TYPE_CHECKING:
    from preflight.model import JsonObject

POLICY: JsonObject = {
    "clauses": [
        {"id": "data_ownership", "title": "Data ownership", "required": True, "why": "It stays ours."},
        {"id": "exit_rights", "title": "Exit rights", "required": True, "why": "We can leave."},
        {"id": "audit_rights", "title": "Audit rights", "required": False, "why": "We may look."},
    ],
    "forecast_confidence_percent": 80,
    "uplift_cap_percent": 6,
    "notice_days_most": 180,
}
ALL = {"data_ownership": True, "exit_rights": True, "audit_rights": True}
TODAY = "2026-11-22"
TERM: JsonObject = {"product": "Mail", "auto_renews": True, "uplift_cap_percent": 3, "notice_days": 90}


def facts(contract: JsonObject | None, today: str = TODAY) -> JsonObject:
    record = {} if contract is None else {"contract": contract}
    return clauses.of(record, Context(date.fromisoformat(today), {"contract": POLICY}))


def of_terms(name: str, *terms: JsonObject, today: str = TODAY) -> list[JsonObject]:
    found: list[JsonObject] = facts({"subscriptions": list(terms)}, today)[name]
    return found


def test_a_contract_with_everything_lacks_nothing() -> None:
    found = facts({"clauses": ALL, "subscriptions": [TERM]})
    assert found == {name: [] for name in ("missing", "advised", "guessed", "uncapped", "long_notice")}


@pytest.mark.parametrize("contract", [None, {}, {"clauses": {}}])
def test_of_a_contract_that_is_not_known_every_clause_is_missing(contract: JsonObject | None) -> None:
    found = facts(contract)
    assert [(each["clause"], each["said"]) for each in found["missing"]] == [
        ("Data ownership", "not known"),
        ("Exit rights", "not known"),
    ]
    assert [each["clause"] for each in found["advised"]] == ["Audit rights"]
    assert not {"guessed", "uncapped", "long_notice"} & found.keys(), "of terms that are not known nothing is"


def test_a_clause_that_is_known_not_to_be_there_is_told_apart_from_one_that_nobody_looked_for() -> None:
    found = facts({"clauses": {**ALL, "exit_rights": False, "audit_rights": False}})
    assert found["missing"] == [
        {
            "pointer": "/contract/clauses/exit_rights",
            "clause": "Exit rights",
            "said": "not in it",
            "reason": "We can leave.",
        }
    ]
    assert found["advised"] == [
        {
            "pointer": "/contract/clauses/audit_rights",
            "clause": "Audit rights",
            "said": "not in it",
            "reason": "We may look.",
        }
    ]


@pytest.mark.parametrize(
    ("confidence", "told"),
    [
        pytest.param(100, None, id="sure"),
        pytest.param(80, None, id="just sure enough"),
        pytest.param(79.9, "79.9 %", id="a little less"),
        pytest.param(0, "0 %", id="not at all"),
        pytest.param(None, "not stated", id="nobody said"),
    ],
)
def test_a_commitment_needs_a_forecast_that_is_sure_enough(confidence: float | None, told: str | None) -> None:
    commitment: JsonObject = {"minimum": {"amount": 1, "currency": "EUR"}}
    commitment |= {} if confidence is None else {"forecast_confidence": confidence}
    found = of_terms("guessed", TERM, {**TERM, "commitment": commitment})
    assert found == (
        []
        if told is None
        else [
            {"pointer": "/contract/subscriptions/1/commitment", "product": "Mail", "confidence": told, "wanted": 80},
        ]
    )


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        pytest.param({"uplift_cap_percent": 6}, None, id="as much as we accept"),
        pytest.param({"uplift_cap_percent": 6.1}, "6.1 %", id="a little more"),
        pytest.param({"uplift_cap_percent": None}, "not stated", id="no cap"),
        pytest.param({"uplift_cap_percent": None, "auto_renews": False}, None, id="does not renew, so nothing rises"),
        pytest.param({"uplift_cap_percent": None, "auto_renews": None}, "not stated", id="may renew, for all we know"),
    ],
)
def test_a_term_that_renews_needs_a_cap_on_its_price(changes: dict[str, Any], told: str | None) -> None:
    term = {name: value for name, value in {**TERM, **changes}.items() if value is not None}
    place = "/contract/subscriptions/0/uplift_cap_percent"
    wanted = [] if told is None else [{"pointer": place, "product": "Mail", "cap": told, "wanted": 6}]
    assert of_terms("uncapped", term) == wanted


@pytest.mark.parametrize(("days", "long"), [(0, False), (180, False), (181, True)])
def test_a_notice_may_not_be_longer_than_we_accept(days: int, *, long: bool) -> None:
    place = "/contract/subscriptions/0/notice_days"
    wanted = [{"pointer": place, "product": "Mail", "days": days, "wanted": 180}] if long else []
    assert of_terms("long_notice", {**TERM, "notice_days": days}) == wanted


def test_a_notice_that_is_not_known_is_not_called_long() -> None:
    assert of_terms("long_notice", {"product": "Mail", "auto_renews": True}) == []


BAD: JsonObject = {
    "product": "Mail",
    "notice_days": 365,
    "uplift_cap_percent": 20,
    "commitment": {"minimum": {"amount": 1, "currency": "EUR"}},
}


@pytest.mark.parametrize(
    ("term", "counts"),
    [
        pytest.param({"ends": "2026-11-22", "auto_renews": False}, True, id="its last day"),
        pytest.param({"ends": "2026-11-21", "auto_renews": False}, False, id="ended yesterday"),
        pytest.param({"ends": "2026-11-21", "auto_renews": True}, True, id="renewed by itself yesterday"),
        pytest.param({"ends": "2026-11-21"}, True, id="ended, unless it renewed"),
        pytest.param({"starts": "2027-01-01", "ends": "2027-12-31", "auto_renews": False}, True, id="is to come"),
        pytest.param({"auto_renews": False}, True, id="nobody knows until when"),
    ],
)
def test_what_is_over_is_not_held_against_a_contract(term: JsonObject, *, counts: bool) -> None:
    found = facts({"clauses": ALL, "subscriptions": [{**BAD, **term}]})
    assert bool(found["guessed"]) is counts
    assert bool(found["long_notice"]) is counts
    assert bool(found["uncapped"]) is (counts and term.get("auto_renews", True))


def test_a_term_that_another_took_over_is_not_held_against_a_contract() -> None:
    old = {**BAD, "starts": "2025-01-01", "ends": "2025-12-31", "auto_renews": True}
    new = {**TERM, "starts": "2026-01-01", "ends": "2026-12-31"}
    assert of_terms("uncapped", old, new) == []
    assert [each["pointer"] for each in of_terms("guessed", old, {**new, "product": "Survey"})] == [
        "/contract/subscriptions/0/commitment"
    ]
