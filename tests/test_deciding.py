"""What a statement may hold of what others wrote, and how bounds are read and weighed: values in, values out."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.deciding import bounds, drafts, lines
from preflight.deciding.bounds import Extent
from preflight.decisions.statement import AFTER, parse, render
from preflight.errors import UsageError
from preflight.model import Examples, Level, Outcome, Rule, Verdict
from preflight.money import Rates

if TYPE_CHECKING:
    from preflight.model import JsonObject

TODAY = date(2026, 11, 22)
HEADING = drafts.Heading("registry-1", "cfo", "ida-holm", TODAY, "a" * 40, "0123456789abcdef")
RATES = Rates("EUR", {"USD": (("2020-01-01", Decimal("0.9")),)})
NOW = Extent(Decimal(50000), Decimal(50000), Decimal(0), 0, "medium", ("personal",))
NOTHING = Extent(None, Decimal(100), None, None, None, None)


@given(st.text(max_size=400), st.text(max_size=400))
def test_whatever_a_vendor_writes_can_be_signed_and_read_again(name: str, status: str) -> None:
    record = {"id": "acme", "name": name, "lifecycle": {"status": status}}
    said = drafts.approval(HEADING, record, NOW, {"risk": "high"}, "EUR", until=None)
    assert parse(render(said)) == said


@given(st.dictionaries(st.text(min_size=1, max_size=300), st.sampled_from(["added", "changed", "removed"]), min_size=1))
def test_whatever_files_are_called_an_amendment_can_be_signed(changed: dict[str, str]) -> None:
    digest = "sha256:" + "0" * 64
    said = drafts.amendment(HEADING, digest, digest.replace("0", "1"), changed, "")
    assert parse(render(said)) == said


RULE = Rule(
    id="security/mfa",
    title="Accounts have a second factor",
    answers=(),
    level=Level.RED_FLAG,
    waivable=True,
    at="/security",
    each="",
    when="",
    condition="vendor.security.mfa",
    message="",
    why="",
    fix="",
    examples=Examples("2026-11-22", (), ()),
)
FOUND = Verdict(
    "acme", RULE.id, Level.RED_FLAG, Outcome.FAIL, "There is none", "", "vendors/acme.yaml", 1, 1, "/security"
)


@given(st.dictionaries(st.from_regex(r"/[a-z_]{1,9}", fullmatch=True), st.text(), min_size=1), st.integers(1, 400))
def test_whatever_a_waiver_rests_on_can_be_signed(says: dict[str, str], times: int) -> None:
    rests_on = {name: [f"{text} \N{CHESTNUT}" * times] for name, text in says.items()}
    fingerprint = "sha256:" + "0" * 64
    said = drafts.waiver(
        HEADING, {"id": "acme", "name": "Acme"}, RULE, [FOUND], fingerprint, rests_on, "In May.", until=TODAY
    )
    assert parse(render(said)) == said
    assert [name for name, _ in said.facts if name.startswith("Rests on")]


def test_an_amendment_of_many_files_has_room_to_say_what_it_comes_after() -> None:
    digest = "sha256:" + "0" * 64
    changed = {f"policies/rules/money/rule-{number}.yaml": "changed" for number in range(100)}
    said = drafts.amendment(HEADING, digest, digest.replace("0", "1"), changed, "")
    revocations = [f"2026-11-22-policy-owner-0000000{number}:{'a' * 32}" for number in range(9)]
    told = drafts.after(said, revocations)
    assert (len(said.facts), len(told.facts)) == (40, 40)
    assert told.listed(AFTER) == frozenset(revocations)
    assert parse(render(told)) == told
    assert next(drafts.sentences(told, {})) == next(drafts.sentences(said, {}))
    assert "of 100 files" in next(drafts.sentences(told, {}))


@given(st.text())
def test_one_line_is_one_line_that_can_be_seen(text: str) -> None:
    line = lines.one_line(text, most=80)
    assert line.isprintable()
    assert 1 <= len(line) <= 80
    assert line == line.strip()


@pytest.mark.parametrize(
    ("text", "amount", "currency"),
    [("75000", 75000.0, "EUR"), ("75000.5USD", 75000.5, "USD"), (" 1 USD", 1.0, "USD"), ("0", 0.0, "EUR")],
)
def test_an_amount_is_digits_and_a_currency(text: str, amount: float, currency: str) -> None:
    assert bounds.money(text, "--annual-cost", "EUR", RATES.currencies) == {"amount": amount, "currency": currency}


@pytest.mark.parametrize("text", ["", "-1", "75,000", "75.000,00", "1e5", "75k", "EUR75", "75 eur", "٧٥", "nan"])
def test_what_people_read_in_two_ways_is_no_amount(text: str) -> None:
    with pytest.raises(UsageError, match="is no amount"):
        bounds.money(text, "--annual-cost", "EUR", RATES.currencies)


def test_bounds_are_what_is_now_rounded_up_to_what_can_be_said() -> None:
    exact = Extent(Decimal("100.001"), Decimal("100.001"), Decimal("0.5"), 0, "low", ())
    assert bounds.chosen(exact, ("annual_cost", "commitment", "term_months", "risk", "data"), {}, RATES, TODAY) == {
        "annual_cost": {"amount": 100.01, "currency": "EUR"},
        "commitment": {"amount": 0.5, "currency": "EUR"},
        "term_months": 1,
        "risk": "low",
        "data": [],
    }


def test_an_amount_in_another_currency_is_weighed_at_todays_rate() -> None:
    wide = {"annual_cost": {"amount": 56000.0, "currency": "USD"}}
    assert bounds.chosen(NOW, (), wide, RATES, TODAY) == wide
    with pytest.raises(UsageError, match="narrower than the yearly cost of now, 50,000 EUR"):
        bounds.chosen(NOW, (), {"annual_cost": {"amount": 55000.0, "currency": "USD"}}, RATES, TODAY)


@pytest.mark.parametrize("name", ["annual_cost", "commitment", "term_months", "risk", "data"])
def test_what_is_not_known_is_not_bounded_by_a_guess(name: str) -> None:
    option = bounds.ABOUT[name][1]
    with pytest.raises(UsageError) as caught:
        bounds.chosen(NOTHING, (name,), {}, RATES, TODAY)
    assert caught.value.message.endswith("is not known, so the approval could not be bounded")
    assert caught.value.fix.endswith(f"or give the bound yourself: {option}.")


def test_a_role_signs_for_all_that_its_demands_look_at() -> None:
    demands: list[JsonObject] = [
        {"role": "cfo", "annual_cost_from": 1, "why": "x"},
        {"role": "cfo", "term_months_from": 48, "annual_cost_from": 1, "why": "x", "people": 2},
        {"role": "board", "risk_from": "high", "why": "x"},
    ]
    assert bounds.asked("cfo", demands) == ("annual_cost", "term_months")
    assert bounds.asked("board", demands) == ("risk",)
    assert bounds.asked("nobody-asks", demands) == ("annual_cost", "risk")
