"""Whether a role has agreed: each fault in its words, bounds of each kind, people and not keys, and who proposes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from preflight.agreement import SIGNED, Agreement, Directory, Role, agreement
from preflight.authority import Amounts
from preflight.model import Proposers
from preflight.money import Rates

if TYPE_CHECKING:
    from preflight.model import JsonObject

TODAY = date(2026, 6, 1)
DIRECTORY = Directory(
    roles={
        "ida": [{"role": "cfo", "from": "2026-01-01"}],
        "max": [{"role": "cfo", "from": "2020-01-01", "until": "2026-05-31"}],
        "tess": [{"role": "cfo", "from": "2020-01-01"}],
    },
    left={"tess": "2026-03-31"},
    today=TODAY,
    rates=Rates.of({"base": "EUR", "rates": [{"currency": "USD", "from": "2026-01-01", "rate": 0.5}]}),
)
AMOUNTS = Amounts(
    annual=Decimal(60_000),
    least=Decimal(60_000),
    committed=Decimal(100_000),
    term_months=24,
    risk="high",
    risk_least="high",
    classes=frozenset({"internal", "personal"}),
    basis="a year",
)


def given(by: str = "ida", on: str = "2026-05-20", **changes: Any) -> JsonObject:
    """Return a signed approval."""
    return {"role": "cfo", "by": by, "date": on, "id": f"{on}-{by}", "state": "in-force", **changes}


def recorded(by: str = "ida", on: str = "2026-05-20", **changes: Any) -> JsonObject:
    """Return an entry of the record."""
    return {"role": "cfo", "by": by, "date": on, "pointer": "/approvals/0", **changes}


def judged(
    *approvals: JsonObject, amounts: Amounts = AMOUNTS, proposers: Proposers | None = None, **role: Any
) -> Agreement:
    return agreement(Role("cfo", **{"proof": SIGNED, **role}), approvals, amounts, DIRECTORY, proposers or Proposers())


def found(*approvals: JsonObject, **others: Any) -> str:
    """Return why a role has not agreed; empty: it has."""
    said = judged(*approvals, **others)
    return "" if said.enough else said.found


@pytest.mark.parametrize(
    ("approval", "fault"),
    [
        pytest.param(given(), "", id="good"),
        pytest.param(given(role="board"), "nobody", id="another role"),
        pytest.param(
            recorded(), "ida on 2026-05-20 by the word of the record alone, and a signature is asked", id="recorded",
        ),
        pytest.param(given(state="expired"), "ida on 2026-05-20, run out", id="run out"),
        pytest.param(given(state="revoked"), "ida on 2026-05-20, revoked", id="revoked"),
        pytest.param(given(state="not-yet"), "ida on 2026-05-20, not in force yet", id="not yet"),
        pytest.param(given(state="void"), "ida on 2026-05-20, signed by a key that leaked", id="leaked"),
        pytest.param(given(on="2026-06-01"), "", id="today"),
        pytest.param(given(on="2026-06-02"), "ida, on a day that is still to come (2026-06-02)", id="tomorrow"),
        pytest.param(given(on="2025-12-31"), "ida, who did not hold that role on 2025-12-31", id="before the role"),
        pytest.param(given(on="2026-01-01"), "", id="on the first day in the role"),
        pytest.param(given("max", "2026-05-31"), "", id="on the last day in the role"),
        pytest.param(given("max", "2026-06-01"), "max, who did not hold that role on 2026-06-01", id="after the role"),
        pytest.param(given("tess", "2026-03-31"), "", id="on the last day with us"),
        pytest.param(given("tess", "2026-04-01"), "tess, who had left on 2026-03-31", id="left"),
        pytest.param(given("nobody"), "nobody, who did not hold that role on 2026-05-20", id="unknown"),
    ],
)  # fmt: skip
def test_it_says_why_an_approval_does_not_count(approval: JsonObject, fault: str) -> None:
    assert found(approval) == fault


def euro(amount: float, currency: str = "EUR") -> JsonObject:
    return {"amount": amount, "currency": currency}


NOT_IN_FULL = replace(AMOUNTS, committed=None, term_months=None, committed_least=Decimal(300_001), months_least=61)


@pytest.mark.parametrize(
    ("amounts", "fault"),
    [
        pytest.param(
            NOT_IN_FULL,
            "up to 300,000 EUR, and it is 300,001 EUR promised, of which it says nothing now; "
            "ida on 2026-05-20, up to a term of 60 months, and it is 61 months now",
            id="more is promised, and longer, than five years of it",
        ),
        pytest.param(
            replace(NOT_IN_FULL, committed_least=Decimal(300_000), months_least=60), "", id="five years of it"
        ),
    ],
)
def test_what_is_known_of_a_promise_is_held_against_an_approval_that_says_nothing_of_it(
    amounts: Amounts, fault: str
) -> None:
    """One thing that nobody knows would else hide all that is known."""
    told = found(given(bounds={"annual_cost": euro(60_000)}), amounts=amounts)
    assert told == (f"ida on 2026-05-20, {fault}" if fault else "")


UNKNOWN = Amounts(None, Decimal(10), None, None, None, "medium", None)


@pytest.mark.parametrize(
    ("bounds", "fault"),
    [
        pytest.param({"annual_cost": euro(60_000)}, "", id="cost at the bound"),
        pytest.param(
            {"annual_cost": euro(59_999.99)}, "up to 59,999.99 EUR, and it is 60,000 EUR a year now", id="cost",
        ),
        pytest.param({"annual_cost": euro(120_000, "USD")}, "", id="cost in another currency"),
        pytest.param(
            {"annual_cost": euro(119_999, "USD")}, "up to 119,999 USD, and it is 60,000 EUR a year now",
            id="too much in another currency",
        ),
        pytest.param(
            {"annual_cost": euro(999_999, "CHF")}, "up to an amount in CHF, which has no rate on that day",
            id="a currency without a rate",
        ),
        pytest.param({"commitment": euro(100_000)}, "", id="commitment at the bound"),
        pytest.param(
            {"commitment": euro(99_999)}, "up to 99,999 EUR, and it is 100,000 EUR promised now", id="commitment",
        ),
        pytest.param({"term_months": 24}, "", id="term at the bound"),
        pytest.param({"term_months": 23}, "up to a term of 23 months, and it is 24 months now", id="term"),
        pytest.param({"risk": "high"}, "", id="risk at the bound"),
        pytest.param({"risk": "medium"}, "up to medium risk, and it is high now", id="risk"),
        pytest.param({"data": ["personal", "internal", "health"]}, "", id="data within"),
        pytest.param(
            {"data": ["internal"]}, "for data that is internal, and it is also personal now", id="more data",
        ),
        pytest.param({"data": []}, "for data that is none, and it is also internal, personal now", id="no data"),
        pytest.param({"valid_until": "2026-06-01"}, "", id="on its last day"),
        pytest.param({"valid_until": "2026-05-31"}, "valid until 2026-05-31", id="after its last day"),
        pytest.param(
            {"risk": "low", "term_months": 12},
            "up to a term of 12 months, and it is 24 months now; ida on 2026-05-20, up to low risk, and it is high now",
            id="two of them",
        ),
    ],
)  # fmt: skip
def test_it_says_which_bound_is_passed(bounds: JsonObject, fault: str) -> None:
    assert found(given(bounds=bounds)) == (f"ida on 2026-05-20, {fault}" if fault else "")


@pytest.mark.parametrize(
    ("bounds", "fault"),
    [
        ({"annual_cost": euro(20)}, "up to 20 EUR, and it is at least 10 EUR a year and not known in full now"),
        ({"annual_cost": euro(5)}, "up to 5 EUR, and it is at least 10 EUR a year and not known in full now"),
        ({"commitment": euro(1)}, "up to 1 EUR, and it is not known now"),
        ({"term_months": 12}, "up to a term of 12 months, and it is not known now"),
        ({"risk": "high"}, "up to high risk, and it is at least medium and not known now"),
        ({"data": ["internal"]}, "for data that is internal, and it is not known now"),
    ],
)
def test_what_is_not_known_is_within_no_bound(bounds: JsonObject, fault: str) -> None:
    assert found(given(bounds=bounds), amounts=UNKNOWN) == f"ida on 2026-05-20, {fault}"


def test_where_the_record_is_enough_a_signature_is_enough_as_well() -> None:
    assert found(recorded(), proof="recorded") == ""
    assert found(given(), proof="recorded") == ""


# ---- People -------------------------------------------------------------------------------------


def test_two_people_are_two_people_and_two_keys_of_one_are_one() -> None:
    assert found(given(), given("max"), people=2) == ""
    assert found(given(), given(on="2026-05-21"), people=2) == "ida, and 2 people are asked"
    assert found(given(), given("max", state="revoked"), people=2) == (
        "ida, and 2 people are asked; max on 2026-05-20, revoked"
    )
    assert found(people=2) == "nobody"


def test_one_approval_a_person_is_shown_the_later_one() -> None:
    said = judged(given(on="2026-05-25"), given(), given("max", "2026-05-01"))
    assert [(each["by"], each["date"]) for each in said.counted] == [("max", "2026-05-01"), ("ida", "2026-05-25")]


def test_a_good_approval_is_not_spoilt_by_a_bad_one() -> None:
    assert found(given(state="revoked"), given(on="2026-05-10")) == ""
    assert found(given(on="2026-05-10", state="expired"), given("max", state="revoked")) == (
        "max on 2026-05-20, revoked"
    )


# ---- Who proposes -------------------------------------------------------------------------------


def test_nobody_approves_what_they_propose() -> None:
    proposers = Proposers(frozenset({"ida"}))
    fault = "ida on 2026-05-20, who proposes this change, and nobody approves what they propose"
    assert found(given(), proposers=proposers) == fault
    assert found(given(), given("max"), proposers=proposers) == ""
    assert found(recorded(), proposers=proposers, proof="recorded") == fault


def test_whom_nobody_knows_may_be_anybody() -> None:
    proposers = Proposers(strangers=("a@x.example", "b@x.example"))
    assert found(given(), proposers=proposers) == (
        "ida on 2026-05-20; but the change is proposed by a@x.example, b@x.example, whom policies/people.yaml does not "
        "know, so that it may be the same person"
    )
    assert found(given(), proposers=proposers, strangers_propose=True) == ""
