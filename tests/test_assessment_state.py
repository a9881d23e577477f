"""Where vendors stand: what is read from a record and its facts, and in which order vendors are told."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from preflight.assessment import stack, state
from preflight.assessment.stack import Share
from preflight.assessment.state import Cost, Late, Plan, Risk, Usage, Vendor
from preflight.facts import cadence, due, lifecycle, renewal
from preflight.model import Context, Level, Outcome, Verdict

if TYPE_CHECKING:
    from preflight.model import Json, JsonObject

TODAY = date(2026, 11, 22)


def verdict(level: Level = Level.RED_FLAG, outcome: Outcome = Outcome.FAIL, *, known: bool = True) -> Verdict:
    return Verdict(
        "acme", "security/sso", level, outcome, "None", "Ask.", "vendors/acme.yaml", 1, 1, "/security", known=known
    )


def vendor(name: str = "acme", flags: int = 0, **changes: Any) -> Vendor:
    plain = Vendor(id=name, name=name.title(), path=f"vendors/{name}.yaml", status="live", governed=True)
    return replace(plain, findings=(verdict(),) * flags, **changes)


def risk(level: str | None, at_least: str = "") -> Risk:
    return Risk(level, at_least or level or "low", "Data sensitivity", at_least or level or "low")


def costs(amount: float, *, known: bool = True) -> Cost:
    return Cost("EUR", amount, known)


# ---- Order --------------------------------------------------------------------------------------

ORDER = [
    vendor("critical", risk=risk("critical")),
    vendor("maybe-high", risk=risk(None, "high")),
    vendor("high-flagged", 2, risk=risk("high"), cost=costs(0)),
    vendor("high-less-flagged", 1, risk=risk("high"), cost=costs(900_000)),
    vendor("high-dear", risk=risk("high"), cost=costs(50_000)),
    vendor("high-as-dear-at-least", risk=risk("high"), cost=costs(20_000, known=False)),
    vendor("high-as-dear", risk=risk("high"), cost=costs(20_000)),
    vendor("high-free-a", risk=risk("high"), cost=costs(0)),
    vendor("high-free-b", risk=risk("high"), cost=costs(0)),
    vendor("maybe-medium", risk=risk(None, "medium")),
    vendor("medium", 7, risk=risk("medium")),
    vendor("maybe-low", risk=risk(None, "low")),
    vendor("low", 9, risk=risk("low")),
]


@pytest.mark.parametrize("turned", [False, True])
def test_what_should_worry_most_comes_first(turned: bool) -> None:  # noqa: FBT001 - pytest passes it by name
    mixed = sorted(ORDER, key=lambda each: each.id, reverse=turned)
    assert [each.id for each in stack.ordered(mixed)] == [each.id for each in ORDER]


def test_without_any_risk_red_flags_and_cost_decide() -> None:
    found = stack.ordered([vendor("a", cost=costs(1)), vendor("b", cost=costs(2)), vendor("c", 1)])
    assert [each.id for each in found] == ["c", "b", "a"]


@pytest.mark.parametrize(
    ("found", "elevated"),
    [
        pytest.param(vendor(risk=risk("critical")), True, id="critical"),
        pytest.param(vendor(risk=risk("high")), True, id="high"),
        pytest.param(vendor(risk=risk("medium")), False, id="medium"),
        pytest.param(vendor(risk=risk("low")), False, id="low"),
        pytest.param(vendor(risk=risk(None, "low")), True, id="nobody knows: never safe"),
        pytest.param(vendor(flags=1, risk=risk("low")), True, id="a red flag"),
        pytest.param(vendor(), False, id="no risk is computed, and no red flag"),
        pytest.param(vendor(flags=1), True, id="no risk is computed, and a red flag"),
    ],
)
def test_who_should_have_a_plan(found: Vendor, elevated: bool) -> None:  # noqa: FBT001 - pytest passes it by name
    assert found.elevated is elevated
    assert found.lacks_plan is elevated
    assert not replace(found, plan=Plan("keep")).lacks_plan


# ---- From a record ------------------------------------------------------------------------------

LIMITS = {"usage_percent": 40}
CADENCE = {"kind": "budget", "title": "Budget review", "every_months": 3, "states": ["live"], "owner": "marketing"}
CALENDAR = {"horizon_days": 90, "cadences": [CADENCE], "reminders": {}}


def stood(record: JsonObject, *facts: Any) -> Vendor:
    policies = {
        "calendar": CALENDAR,
        "limits": {"penetration_test_age_days": 365, "certification_age_days": 365, **LIMITS},
    }
    context = Context(TODAY, policies)
    whole = {"id": "acme", "name": "Acme", "lifecycle": {"status": "live"}, **record}
    return state.stand(
        "acme", "vendors/acme.yaml", whole, {each.NAME: each.of(whole, context) for each in facts}, context
    )


@pytest.mark.parametrize(
    ("section", "plan"),
    [
        pytest.param(None, None, id="none"),
        pytest.param({"decision": "keep"}, Plan("keep"), id="no more than a decision"),
        pytest.param({"decision": "keep", "due": "2026-11-22"}, Plan("keep", due=TODAY), id="due today is in time"),
        pytest.param(
            {"decision": "replace", "due": "2026-11-21", "owner": "mia", "replacement": "bolt"},
            Plan("replace", "mia", date(2026, 11, 21), "bolt", late=True),
            id="due yesterday is late",
        ),
        pytest.param(
            {"decision": "retire", "due": "2026-11-21", "steps": [{"what": "x", "done_on": "2026-11-22"}]},
            Plan("retire", due=date(2026, 11, 21), steps=1, done=1),
            id="all is done: not late",
        ),
        pytest.param(
            {"decision": "retire", "due": "2026-11-21", "steps": [{"what": "x", "done_on": "2026-11-23"}]},
            Plan("retire", due=date(2026, 11, 21), steps=1, late=True),
            id="done tomorrow is not done",
        ),
        pytest.param("later", None, id="a plan in the way of somebody else is none that we can read"),
        pytest.param({"decision": 1}, None, id="a decision that is no text"),
        pytest.param({"decision": "keep", "due": "soon", "steps": ["x"]}, Plan("keep"), id="a day that is none"),
    ],
)
def test_the_plan_of_a_record(section: Json, plan: Plan | None) -> None:
    assert stood({"remediation": section} if section is not None else {}).plan == plan


@pytest.mark.parametrize(
    ("section", "unused", "known"),
    [
        pytest.param(None, False, False, id="nobody counted"),
        pytest.param({"active_users": 0}, True, True, id="nobody"),
        pytest.param({"active_users": 4}, False, False, id="how many seats is not known"),
        pytest.param({"active_users": 39, "seats": 100}, True, True, id="one below the limit"),
        pytest.param({"active_users": 40, "seats": 100}, False, True, id="at the limit"),
        pytest.param({"active_users": 3, "seats": 0}, False, True, id="no seats are counted"),
        pytest.param({"active_users": 0, "measured_on": "2026-11-22"}, True, True, id="counted today"),
        pytest.param({"active_users": 0, "measured_on": "2026-11-23"}, False, False, id="to be counted tomorrow"),
    ],
)
def test_who_is_hardly_used(section: Json, unused: bool, known: bool) -> None:  # noqa: FBT001 - pytest passes it by name
    usage = stood({"usage": section} if section is not None else {}).usage
    assert (usage.unused, usage.known) == (unused, known)


def test_without_a_limit_only_what_nobody_uses_is_unused() -> None:
    assert not Usage(1, 100).unused
    assert Usage(1, 100).known
    assert Usage(0, 100).unused


TERM = {"product": "Mail", "starts": "2026-01-01", "ends": "2026-12-31", "auto_renews": True, "notice_days": 30}


@pytest.mark.parametrize(
    ("subscriptions", "notice", "leaves"),
    [
        pytest.param(None, None, None, id="not known"),
        pytest.param([TERM], 9, 9, id="by notice"),
        pytest.param([{**TERM, "notice_days": 39}], 0, 0, id="the last day is today"),
        pytest.param([{**TERM, "notice_days": 40}], 364, 364, id="the last day was yesterday: next year's"),
        pytest.param([{**TERM, "auto_renews": False}], None, 39, id="it ends by itself, whatever the notice"),
        pytest.param([{**TERM, "auto_renews": False, "ends": "2026-11-22"}], None, 0, id="it ends today"),
        pytest.param(
            [{"product": "Mail", "ends": "2026-12-31", "auto_renews": True}], None, None, id="notice not known"
        ),
        pytest.param([{"product": "Mail", "ends": "2026-11-21", "auto_renews": False}], None, 0, id="it ended"),
    ],
)
def test_how_near_the_exit_is(subscriptions: Json, notice: int | None, leaves: int | None) -> None:
    found = stood({"contract": {"subscriptions": subscriptions}} if subscriptions else {}, renewal)
    assert (found.notice_days, found.exit_days) == (notice, leaves)


def test_a_review_that_was_never_held_is_overdue_though_nobody_can_say_since_when() -> None:
    found = stood({"evidence": [{"for": "/name", "valid_until": "2026-11-20"}]}, due, cadence).overdue
    assert found == (
        Late("evidence", "The evidence for /name ends", date(2026, 11, 20), 2),
        Late("review", "Budget review, never held so far", TODAY, 0),
    )


def test_what_is_due_today_is_not_overdue() -> None:
    evidence = [{"for": "/name", "valid_until": "2026-11-22"}]
    held = [{"kind": "budget", "date": "2026-08-22", "outcome": "passed"}]
    assert stood({"evidence": evidence, "reviews": held}, due, cadence).overdue == ()


def test_without_the_facts_nothing_is_said() -> None:
    found = stood({"name": 7, "lifecycle": 3})
    assert (found.name, found.status, found.governed) == ("acme", "", True)
    assert (found.risk, found.cost, found.percent, found.overdue) == (None, None, None, None)


def test_one_that_ended_is_not_governed() -> None:
    retired = {"lifecycle": {"status": "retired", "retired_on": "2026-11-22"}}
    assert not stood(retired, lifecycle).governed
    assert stood({"lifecycle": {**retired["lifecycle"], "retired_on": "2026-11-23"}}, lifecycle).governed


@pytest.mark.parametrize(("answered", "percent"), [((199, 200), 99), ((0, 68), 0), ((68, 68), 100), ((0, 0), 100)])
def test_the_share_of_answers_is_rounded_down(answered: tuple[int, int], percent: int) -> None:
    assert vendor(answered=answered).percent == percent


def test_what_is_waived_is_counted_apart() -> None:
    found = state.with_findings(vendor(), [verdict(), verdict(Level.WARNING), verdict(outcome=Outcome.WAIVED)])
    assert (found.red_flags, found.warnings, found.waived) == (1, 1, 1)


# ---- Summary ------------------------------------------------------------------------------------


def test_levels_that_are_not_known_have_a_line_of_their_own() -> None:
    found = stack.summarise([vendor("a", risk=risk(None, "low")), vendor("b", risk=risk("low"))], plans=True)
    assert found.levels == (
        Share("critical", "critical", 0, 0, 0),
        Share("high", "high", 0, 0, 0),
        Share("medium", "medium", 0, 0, 0),
        Share(None, "low", 1, 0, 0),
        Share("low", "low", 1, 0, 0),
    )


def test_spend_that_is_not_wholly_known_is_counted() -> None:
    known = [vendor("a", risk=risk("low"), cost=costs(10.5)), vendor("b", risk=risk("low"), cost=costs(1, known=False))]
    found = stack.summarise(known, plans=True)
    assert found.levels[-1] == Share("low", "low", 2, 11.5, 1)
    assert (found.currency, found.unknown_cost, found.unknown_risk) == ("EUR", 1, 0)


def test_without_risk_there_is_one_share() -> None:
    found = stack.summarise([vendor("a", 2), vendor("b")], plans=False, unreadable=["z", "y", "z"])
    assert found.levels == (Share(None, None, 2, 0, 0),)
    assert (found.red_flags, found.flagged, found.elevated) == (2, 1, 1)
    assert (found.unknown_risk, found.unknown_cost, found.open, found.without_plan) == (None, None, None, None)
    assert found.unreadable == ("y", "z")


def test_who_lacks_a_plan_is_named_in_order() -> None:
    planned = vendor("planned", 1, plan=Plan("keep", late=True))
    found = stack.summarise(stack.ordered([vendor("b", 1), vendor("a", 2), planned, vendor("calm")]), plans=True)
    assert found.without_plan == ("a", "b")
    assert found.late_plans == 1


def test_successors_are_those_whose_record_says_so() -> None:
    assert stack.successors({"new": ["old", "older"], "newer": ["old"], "old": []}) == {
        "old": ["new", "newer"],
        "older": ["new"],
    }
