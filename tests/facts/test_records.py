"""Systems of record: who has the last word on which data, where two claim it, and where nobody has it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from jsonschema import Draft202012Validator

from preflight.facts import records
from preflight.model import Context
from preflight.shell.starter import schema

if TYPE_CHECKING:
    from preflight.model import JsonObject

SHAPE = Draft202012Validator({"additionalProperties": False, **records.SHAPE})
OVERVIEW = Draft202012Validator({"additionalProperties": False, **records.OVERVIEW})


def vendor(*domains: str, status: str = "live") -> JsonObject:
    stage = {"status": status, **({"retired_on": "2026-01-01"} if status == "retired" else {})}
    return {"name": "A vendor", "lifecycle": stage, "data": {"system_of_record_for": list(domains)}}


def context(*settled: tuple[str, str], vendors: frozenset[str] = frozenset()) -> Context:
    listed = [{"domain": domain, "system": system} for domain, system in settled]
    systems = {"systems": [{"id": "ledger", "name": "Ledger", "kind": "erp"}], "records": listed}
    return Context(date(2026, 6, 1), {"systems": systems}, vendors=vendors)


def contested(known: Context, **vendors: JsonObject) -> dict[str, list[JsonObject]]:
    extracts = {identifier: records.extract(record, known) for identifier, record in vendors.items()}
    found = records.gather(extracts, known)
    for facts in found.values():
        SHAPE.validate(facts)
    return {identifier: facts["contested"] for identifier, facts in found.items() if "contested" in facts}


def overview(known: Context, **vendors: JsonObject) -> JsonObject:
    """Return the overview without the domains that nobody ever named."""
    found = whole_overview(known, **vendors)
    return {**found, "unclaimed": [each for each in found["unclaimed"] if not each["reason"].startswith("Nobody ")]}


def whole_overview(known: Context, **vendors: JsonObject) -> JsonObject:
    extracts = {identifier: records.extract(record, known) for identifier, record in vendors.items()}
    found = records.overview(extracts, known)
    OVERVIEW.validate(found)
    return found


def test_every_domain_of_the_schema_needs_a_system_of_record() -> None:
    claims = schema("vendor")["properties"]["data"]["properties"]["system_of_record_for"]
    assert sorted(records.DOMAINS) == sorted(claims["items"]["enum"])
    [found] = whole_overview(context(), a=vendor("plans"))["unclaimed"]
    assert found == {
        "pointer": "/systems/records",
        "domain": ", ".join(sorted(set(records.DOMAINS) - {"plans"})),
        "reason": "Nobody has the last word.",
    }


def test_a_domain_that_two_claim_is_contested_on_both_sides() -> None:
    found = contested(context(), a=vendor("assets", "plans"), b=vendor("plans"))
    claim = {
        "pointer": "/data/system_of_record_for/1",
        "domain": "plans",
        "others": ["b"],
        "reason": "B claims it, too.",
    }
    assert found["a"] == [claim]
    assert [each["others"] for each in found["b"]] == [["a"]]


def test_where_the_policy_names_one_only_the_other_is_contested() -> None:
    found = contested(context(("plans", "a")), a=vendor("plans"), b=vendor("plans"))
    assert found["a"] == []
    assert found["b"] == [
        {
            "pointer": "/data/system_of_record_for/0",
            "domain": "plans",
            "others": ["a"],
            "named": "a",
            "reason": "The policy names a and a claims it, too.",
        }
    ]


def test_what_the_policy_gives_to_a_system_no_vendor_may_claim() -> None:
    [found] = contested(context(("budgets", "ledger")), a=vendor("budgets"))["a"]
    assert (found["named"], found["others"], found["reason"]) == ("ledger", [], "The policy names ledger.")


@pytest.mark.parametrize("status", ["retired", "rejected"])
def test_a_vendor_that_has_ended_neither_contests_nor_is_contested(status: str) -> None:
    assert contested(context(), a=vendor("plans"), b=vendor("plans", status=status)) == {"a": [], "b": []}


def test_a_claim_that_nobody_else_makes_stands() -> None:
    assert contested(context(("budgets", "ledger")), a=vendor("plans"), b=vendor()) == {"a": [], "b": []}


def test_what_is_not_known_is_left_out() -> None:
    assert contested(context(), a={"name": "A", "lifecycle": {"status": "live"}}) == {}


def test_of_a_crowd_a_few_are_named() -> None:
    crowd = {f"v{number:03}": vendor("plans") for number in range(300)}
    [found] = contested(context(), **crowd)["v000"]
    assert found["others"] == ["v001", "v002", "v003", "v004", "v005"]
    assert found["reason"] == "V001, v002, v003, v004, v005 and 294 more claim it, too."


# ---- The registry as a whole --------------------------------------------------------------------


def test_every_domain_has_its_holder() -> None:
    found = overview(context(("budgets", "ledger"), ("plans", "a")), a=vendor("plans"), b=vendor("assets"))
    assert found["unclaimed"] == []
    assert found["held"] == [
        {"pointer": "/systems/records", "domain": "assets", "by": "b"},
        {"pointer": "/systems/records/0", "domain": "budgets", "by": "ledger"},
        {"pointer": "/systems/records/1", "domain": "plans", "by": "a"},
    ]


@pytest.mark.parametrize(
    ("settled", "vendors", "entry"),
    [
        pytest.param(
            [("budgets", "ledger"), ("plans", "nobody")],
            {},
            {
                "pointer": "/systems/records/1/system",
                "domain": "plans",
                "named": "nobody",
                "reason": "nobody, which the policy names for plans, is no system or vendor here.",
            },
            id="the policy names what is not there",
        ),
        pytest.param(
            [("plans", "old")],
            {"old": vendor("plans", status="retired")},
            {
                "pointer": "/systems/records/0/system",
                "domain": "plans",
                "named": "old",
                "reason": "old, which the policy names for plans, was retired.",
            },
            id="the policy names one that is gone",
        ),
        pytest.param(
            [],
            {"old": vendor("plans", status="rejected")},
            {
                "pointer": "/systems/records",
                "domain": "plans",
                "reason": "The only vendors that claimed plans are gone.",
            },
            id="the only one that claimed it is gone",
        ),
    ],
)
def test_a_domain_without_a_system_of_record_is_told(
    settled: list[tuple[str, str]], vendors: dict[str, JsonObject], entry: JsonObject
) -> None:
    assert overview(context(*settled), **vendors)["unclaimed"] == [entry]


def test_a_domain_that_two_vendors_claim_is_held_by_none() -> None:
    found = overview(context(), a=vendor("plans"), b=vendor("plans"))
    assert (found["held"], found["unclaimed"]) == ([], [])


def test_a_second_system_for_one_domain_is_told() -> None:
    found = overview(context(("budgets", "ledger"), ("budgets", "a")), a=vendor())
    assert found["repeated"] == [
        {"pointer": "/systems/records/1", "domain": "budgets", "named": "a", "first": "ledger"}
    ]
    assert [each["by"] for each in found["held"]] == ["ledger"]


def test_a_vendor_whose_file_cannot_be_read_is_not_gone() -> None:
    known = context(("plans", "broken"), vendors=frozenset({"broken"}))
    assert [each["by"] for each in overview(known)["held"]] == ["broken"]


def test_a_policy_without_systems_of_record_leaves_it_to_the_vendors() -> None:
    known = Context(date(2026, 6, 1), {"systems": {"systems": []}})
    assert overview(known, a=vendor("plans"))["held"][0]["by"] == "a"
