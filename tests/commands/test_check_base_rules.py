"""``preflight check --base``: a change is judged by the rules that were there before it."""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from commands.conftest import commit
from commands.proposed import FACTOR, LIVE, PROPOSED, change, raise_price, red
from preflight.model import REGISTRY

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import Result


# ---- The rules are those of the base ------------------------------------------------------------


def test_a_change_cannot_weaken_the_rule_that_judges_it(registry: Path, judge: Callable[..., dict[str, Any]]) -> None:
    change(registry, f"vendors/{LIVE}.yaml", "shared_accounts: false", "shared_accounts: true")
    path = "policies/rules/security/no-shared-admin-accounts.yaml"
    change(registry, path, "level: red-flag", "level: advice")
    report = judge()
    assert (LIVE, "security/no-shared-admin-accounts") in red(report)
    assert {(each["vendor"], each["rule"], each["path"]) for each in report["verdicts"]} >= {
        (REGISTRY, "change/policy", path)
    }


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        pytest.param("policies/approvals.yaml", "annual_cost_from: 50000", "annual_cost_from: 500000", id="a limit"),
        pytest.param(
            "policies/people.yaml", "{role: cfo, from: 2022-07-01}", "{role: cfo, from: 2012-07-01}", id="who"
        ),
        pytest.param("policies/rates.yaml", "base: EUR", "base: USD", id="the currency"),
    ],
)
def test_a_limit_or_a_role_that_comes_with_the_change_does_not_help_it(
    registry: Path, judge: Callable[..., dict[str, Any]], path: str, old: str, new: str
) -> None:
    raise_price(registry)
    change(registry, path, old, new)
    assert (LIVE, "risk/approved-by-the-roles") in red(judge())


def test_a_rule_taken_out_with_the_change_still_judges_it(registry: Path, judge: Callable[..., dict[str, Any]]) -> None:
    raise_price(registry)
    (registry / "policies/rules/risk/approved-by-the-roles.yaml").unlink()
    assert (LIVE, "risk/approved-by-the-roles") in red(judge())


def test_records_cannot_be_moved_out_of_sight(registry: Path, judge: Callable[..., dict[str, Any]]) -> None:
    (registry / "tools").mkdir()
    shutil.copyfile(registry / "vendors/beacon-mail.yaml", registry / "tools/beacon-mail.yaml")
    (registry / "preflight.yaml").write_text("vendors: tools/*.yaml\n", "utf-8")
    raise_price(registry)
    report = judge()
    assert (LIVE, "risk/approved-by-the-roles") in red(report)
    assert any(each["rule"] == "change/policy" for each in report["verdicts"])


def test_a_harder_rule_is_held_against_the_whole_registry(registry: Path, judge: Callable[..., dict[str, Any]]) -> None:
    change(registry, FACTOR, "level: warning", "level: red-flag")
    report = judge()
    assert {each for each in red(report) if each[0] != REGISTRY} == {
        ("folio-cms", "security/second-factor-required"),
        ("glossary-localise", "security/second-factor-required"),
    }


def test_rules_that_cannot_be_used_do_not_get_in(registry: Path, run: Callable[..., Result]) -> None:
    change(registry, FACTOR, "vendor.security.access.mfa", "vendor.security.access.mfaa")
    commit(registry, "Misspelt")
    result = run("--root", registry, "check", "--base", "HEAD~1")
    assert result.code == 2
    assert "mfaa" in result.err


# ---- Before and after ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("vendor", "old", "new"),
    [
        pytest.param(LIVE, "live", "proposed", id="back to the proposal"),
        pytest.param(PROPOSED, "proposed", "retired", id="two steps at once"),
    ],
)
def test_a_state_follows_only_upon_those_that_the_policy_names(
    registry: Path, judge: Callable[..., dict[str, Any]], vendor: str, old: str, new: str
) -> None:
    change(registry, f"vendors/{vendor}.yaml", f"  status: {old}\n", f"  status: {new}\n")
    assert (vendor, "lifecycle/transition-allowed") in red(judge())


def test_a_new_vendor_begins_as_a_proposal(registry: Path, judge: Callable[..., dict[str, Any]]) -> None:
    text = (registry / f"vendors/{LIVE}.yaml").read_text("utf-8")
    (registry / "vendors/trident-two.yaml").write_text(text.replace(f"id: {LIVE}", "id: trident-two"), "utf-8")
    assert ("trident-two", "lifecycle/begins-at-the-beginning") in red(judge())


def test_the_record_of_a_live_vendor_does_not_disappear(registry: Path, judge: Callable[..., dict[str, Any]]) -> None:
    (registry / f"vendors/{LIVE}.yaml").unlink()
    report = judge()
    [verdict] = [each for each in report["verdicts"] if each["rule"] == "change/removed"]
    assert verdict["message"] == f"the record of {LIVE} (live) is taken out, and its history with it"
    assert report["summary"]["blocked"]


def test_a_proposal_may_be_withdrawn(registry: Path, judge: Callable[..., dict[str, Any]]) -> None:
    """As long as nobody has looked at it: else what was found goes with it."""
    path = registry / f"vendors/{PROPOSED}.yaml"
    text = path.read_text("utf-8")
    path.write_text(re.sub(r"(?m)^(reviews|approvals):\n(?:[ -].*\n)+", "", text), "utf-8")
    commit(registry, "Nobody has looked at it")
    path.unlink()
    assert red(judge()) == set()
    path.write_text(text, "utf-8")
    commit(registry, "Somebody has")
    path.unlink()
    assert red(judge()) == {(PROPOSED, "change/removed")}


def test_a_renamed_file_is_one_that_disappears_and_one_that_is_new(
    registry: Path, judge: Callable[..., dict[str, Any]]
) -> None:
    text = (registry / f"vendors/{LIVE}.yaml").read_text("utf-8")
    (registry / f"vendors/{LIVE}.yaml").unlink()
    (registry / "vendors/trident.yaml").write_text(text.replace(f"id: {LIVE}", "id: trident"), "utf-8")
    assert {(LIVE, "change/removed"), ("trident", "lifecycle/begins-at-the-beginning")} <= red(judge())
