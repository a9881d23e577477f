"""``preflight policy diff``: what a change of rules would do, before anybody merges it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from commands.conftest import commit
from preflight.shell import starter

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Result

ROOT = Path(__file__).parents[2]
RULE = "policies/rules/security/second-factor-required.yaml"


def change(registry: Path, path: str, old: str, new: str) -> None:
    file = registry / path
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")


def test_without_a_change_nothing_turns(registry: Path, run: Callable[..., Result]) -> None:
    result = run("--root", registry, "policy", "diff", "HEAD")
    assert result.code == 0
    assert result.out.splitlines()[0] == (
        "The registry under the rules of HEAD and under those of now, as of 2026-11-22"
    )
    assert result.out.splitlines()[-1].startswith("0 turn red, 0 turn green; red flags 0 → 0, warnings ")


def test_a_rule_made_heavier_turns_vendors_red_and_says_which(registry: Path, run: Callable[..., Result]) -> None:
    change(registry, RULE, "level: warning", "level: red-flag")
    result = run("--root", registry, "policy", "diff", "HEAD")
    assert result.code == 1
    assert "  security/second-factor-required: warning becomes red-flag\n" in result.out
    assert "\nfolio-cms turns red\n  + red-flag  security/second-factor-required  vendors/folio-cms.yaml:" in result.out
    assert "\n  - warning  security/second-factor-required  vendors/folio-cms.yaml:" in result.out
    assert "beacon-mail" not in result.out, "only what changes is told"
    assert result.out.splitlines()[-1].startswith("2 turn red, 0 turn green; red flags 0 → 2")


def test_the_other_way_they_turn_green(registry: Path, run: Callable[..., Result]) -> None:
    change(registry, RULE, "level: warning", "level: red-flag")
    commit(registry, "Harder")
    change(registry, RULE, "level: red-flag", "level: advice")
    result = run("--root", registry, "policy", "diff", "HEAD")
    assert result.code == 0
    assert "glossary-localise turns green" in result.out


def test_rules_that_come_go_and_change_are_named(registry: Path, run: Callable[..., Result]) -> None:
    shutil.copyfile(registry / RULE, registry / "policies/rules/security/second-factor-again.yaml")
    (registry / "policies/rules/security/assessed.yaml").unlink()
    change(registry, RULE, "Multi-factor", "Two-factor")
    change(registry, "policies/limits.yaml", "penetration_test_age_days: 365", "penetration_test_age_days: 500")
    result = run("--root", registry, "policy", "diff", "HEAD")
    assert "  security/assessed: gone, was red-flag\n" in result.out
    assert "  security/second-factor-again: new, warning\n" in result.out
    assert "  security/second-factor-required: says it in other words\n" in result.out
    # A limit is no rule, and what it does shows all the same.
    assert "  - warning  security/penetration-test-recent  vendors/kittiwake-social.yaml:" in result.out


def test_as_json_it_is_of_the_published_form(registry: Path, run: Callable[..., Result]) -> None:
    change(registry, RULE, "level: warning", "level: red-flag")
    document = json.loads(run("--root", registry, "policy", "diff", "HEAD", "--format", "json").out)
    assert starter.shape("policy-diff").problems(document) == ()
    assert {each["vendor"]: each["turn"] for each in document["vendors"]} == {
        "folio-cms": "turns red",
        "glossary-localise": "turns red",
    }


def test_the_records_are_those_of_now(registry: Path, run: Callable[..., Result]) -> None:
    """Only the rules are taken from the other commit: a record that is broken now is broken under both."""
    change(registry, "vendors/beacon-mail.yaml", "shared_accounts: false", "shared_accounts: true")
    result = run("--root", registry, "policy", "diff", "HEAD")
    assert result.code == 0
    assert result.out.splitlines()[-1].startswith("0 turn red, 0 turn green; red flags 1 → 1")


@pytest.mark.parametrize("revision", ["nowhere", "--output=x", "HEAD~5"])
def test_a_commit_that_is_not_there_is_told(registry: Path, run: Callable[..., Result], revision: str) -> None:
    result = run("--root", registry, "policy", "diff", "--", revision)
    assert result.code == 2
    assert revision in result.err
    assert result.out == ""
