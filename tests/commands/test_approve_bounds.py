"""``preflight approve``: the bounds of an approval, as wide as what is now, or wider where somebody says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from commands.approving import VENDOR, statement

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Result
    from deciding_desk import Desk


def test_bounds_are_made_wider_by_options(desk: Desk, approve: Callable[..., Result]) -> None:
    wider = ("--annual-cost", "300000", "--commitment", "600000USD", "--term-months", "48", "--until", "2028-12-31")
    assert approve(VENDOR, *wider, "--risk", "critical").code == 0
    _, said = statement(desk)
    assert said["bounds"] == {
        "annual_cost": {"amount": 300000.0, "currency": "EUR"},
        "commitment": {"amount": 600000.0, "currency": "USD"},
        "term_months": 48,
        "risk": "critical",
    }
    assert said["valid_until"] == "2028-12-31"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        pytest.param(
            ("--annual-cost", "250000"),
            "--annual-cost is narrower than the yearly cost of now, 256,539.20 EUR: such an approval would not count",
            id="money",
        ),
        pytest.param(("--term-months", "35"), "narrower than the term of now, 36 months", id="term"),
        pytest.param(("--risk", "medium"), "narrower than the level of risk of now, high", id="risk"),
        pytest.param(("--data", "personal"), "of now, which has internal, too", id="data"),
        pytest.param(("--annual-cost", "75,000"), "--annual-cost '75,000' is no amount", id="no amount"),
        pytest.param(("--annual-cost", "300000XAU"), "there is no rate for XAU", id="no rate"),
        pytest.param(("--until", "2026-11-21"), "--until 2026-11-21 is over already", id="over"),
        pytest.param(("--head", "HEAD"), "--head goes together with 'policies'", id="head"),
        pytest.param(("--output", "x.json"), "--output goes together with --prepare", id="output"),
    ],
)
def test_what_would_not_count_is_refused(
    desk: Desk, approve: Callable[..., Result], options: tuple[str, ...], said: str
) -> None:
    result = approve(VENDOR, *options)
    assert (result.code, result.out) == (2, "")
    assert said in result.err
    assert desk.made() == []


def test_with_a_base_what_the_record_said_before_is_covered_too(desk: Desk, approve: Callable[..., Result]) -> None:
    """The gate counts it; an approval of what the record says now alone would not do."""
    path = desk.root / "vendors" / f"{VENDOR}.yaml"
    text = path.read_text("utf-8")
    more = "{kind: training, amount: {amount: 100000, currency: EUR}, per: year, team: crm-marketing}"
    path.write_text(text.replace("  recurring:\n", f"  recurring:\n    - {more}\n"), "utf-8")
    desk.commit("Training")
    path.write_text(text, "utf-8")
    desk.commit("No training")
    assert approve(VENDOR, "--base", "HEAD").code == 0
    _, said = statement(desk)
    of_it = 100_000 * 273 / 365  # of the dearest year of the group, from 15 February, those to 14 November
    assert said["bounds"]["annual_cost"]["amount"] == pytest.approx(256_539.20 + of_it, abs=0.01)


def test_what_is_not_known_cannot_be_approved_without_a_bound(desk: Desk, approve: Callable[..., Result]) -> None:
    text = (desk.root / "vendors" / "spyglass-video.yaml").read_text("utf-8")
    lines = [line for line in text.splitlines() if not line.strip().startswith(("ends:", "starts:"))]
    (desk.root / "vendors" / "spyglass-video.yaml").write_text("\n".join(lines) + "\n", "utf-8")
    desk.commit("Forget the term")
    result = approve("spyglass-video", "--annual-cost", "100000")
    assert result.code == 2
    assert "is not known, so the approval could not be bounded · Fill in /contract/subscriptions" in result.err
    assert desk.made() == []
    given = ("--annual-cost", "100000", "--commitment", "100000", "--term-months", "60")
    result = approve("spyglass-video", *given)
    assert result.code == 0
    assert "not known, so the approval counts only once the record says it" in " ".join(result.out.split())


def test_a_role_that_looks_at_data_signs_for_the_classes_of_now(desk: Desk, approve: Callable[..., Result]) -> None:
    assert approve("flare-sms", "--data", "personal,internal", person="noor-haddad", role="security-reviewer").code == 0
    _, said = statement(desk, "flare-sms")
    assert said["bounds"] == {"data": ["personal", "internal"]}
    desk.commit("Approve")
    assert approve("flare-sms", person="noor-haddad", role="security-reviewer").code == 0
    _, said = statement(desk, "flare-sms")
    assert said["bounds"] == {"data": ["personal"]}
