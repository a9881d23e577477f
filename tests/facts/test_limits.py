"""Limits: the figures of the policy, by name."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from preflight.facts import limits
from preflight.model import Context
from preflight.shell.documents import parse
from preflight.shell.starter import schema

ROOT = Path(__file__).parents[2]


def test_limits_are_those_of_the_policy_whatever_the_record() -> None:
    figures = {"notification_hours": 24, "jurisdictions_allowed": ["DE"]}
    context = Context(date(2026, 6, 1), {"limits": figures})
    assert limits.of({}, context) == figures
    assert limits.of({"id": "acme", "limits": {"notification_hours": 1}}, context) == figures


def test_rules_know_every_limit_that_the_schema_knows_and_no_other() -> None:
    known = schema("limits")["properties"]
    assert set(limits.SHAPE["properties"]) == set(known)
    assert {name: member["type"] for name, member in limits.SHAPE["properties"].items()} == {
        name: member["type"] for name, member in known.items()
    }


def test_the_policy_of_this_repository_sets_every_limit() -> None:
    stated = parse((ROOT / "policies/limits.yaml").read_bytes()).value
    assert set(stated) == set(limits.SHAPE["properties"])
