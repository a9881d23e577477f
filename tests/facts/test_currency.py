"""Whether currency rates are recent enough, for the currencies in which somebody is paid."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from jsonschema import Draft202012Validator

from preflight.facts import currency
from preflight.model import Context

if TYPE_CHECKING:
    from preflight.model import JsonObject

OVERVIEW = Draft202012Validator({"additionalProperties": False, **currency.OVERVIEW})


def paid(*currencies: str, **lifecycle: str) -> JsonObject:
    recurring = [{"kind": "support", "amount": {"amount": 1, "currency": each}, "per": "year"} for each in currencies]
    return {"lifecycle": {"status": "live", **lifecycle}, "cost": {"recurring": recurring}}


def stale(rates: list[tuple[str, str]], *records: JsonObject, today: str = "2026-06-01") -> list[JsonObject]:
    listed = [{"currency": name, "from": day, "rate": 2} for name, day in rates]
    policy = {"base": "EUR", "stale_after_days": 100, "rates": listed}
    context = Context(date.fromisoformat(today), {"rates": policy})
    extracts = {f"v{index}": currency.extract(record, context) for index, record in enumerate(records)}
    assert currency.gather(extracts, context) == {vendor: {} for vendor in extracts}
    found = currency.overview(extracts, context)
    OVERVIEW.validate(found)
    return list(found["stale"])


def test_a_rate_grows_stale_on_the_day_after_its_last() -> None:
    assert stale([("USD", "2026-02-21")], paid("USD")) == []
    assert stale([("USD", "2026-02-20")], paid("USD")) == [
        {"pointer": "/rates/rates/0", "currency": "USD", "from": "2026-02-20", "days": 101, "most": 100}
    ]


@pytest.mark.parametrize(
    ("rates", "pointers"),
    [
        pytest.param([("USD", "2026-04-01"), ("USD", "2025-01-01")], [], id="an old one beside a new one"),
        pytest.param([("USD", "2025-01-01"), ("USD", "2026-01-01")], ["/rates/rates/1"], id="the newest is told"),
        pytest.param([("USD", "2025-01-01"), ("USD", "2026-06-02")], ["/rates/rates/0"], id="entered for tomorrow"),
        pytest.param([("USD", "2025-01-01"), ("USD", "2026-06-01")], [], id="new from today on"),
        pytest.param([("GBP", "2025-01-01")], [], id="of a currency that nobody is paid in"),
        pytest.param([("EUR", "2025-01-01")], [], id="of the base"),
        pytest.param([], [], id="no rate at all is a matter of the record"),
    ],
)
def test_the_rate_in_force_of_a_currency_in_use_counts(rates: list[tuple[str, str]], pointers: list[str]) -> None:
    assert [each["pointer"] for each in stale(rates, paid("USD", "EUR"))] == pointers


def test_each_currency_is_told_once_whoever_is_paid_in_it() -> None:
    found = stale([("USD", "2025-01-01"), ("GBP", "2025-01-01")], paid("USD"), paid("GBP", "USD"))
    assert [each["currency"] for each in found] == ["GBP", "USD"]


def test_what_is_over_uses_no_currency() -> None:
    assert stale([("USD", "2025-01-01")], paid("USD", status="retired", retired_on="2026-05-31")) == []
    assert stale([("USD", "2025-01-01")], paid("USD", status="retired")) != []


def test_contract_prices_and_minimums_count_too() -> None:
    money = {"amount": 1, "currency": "USD"}
    for entry in ({"product": "A", "price": money}, {"product": "A", "commitment": {"minimum": money}}):
        record = {"lifecycle": {"status": "live"}, "contract": {"subscriptions": [entry]}}
        assert len(stale([("USD", "2025-01-01")], record)) == 1
