"""What falls due for one vendor: by when, how near that is, and what is no longer worth a word."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from preflight.facts import due
from preflight.model import Context
from preflight.shell.documents import parse
from preflight.shell.starter import schema

if TYPE_CHECKING:
    from preflight.model import JsonObject

ROOT = Path(__file__).parents[2]
VENDORS = [parse(path.read_bytes()).value for path in sorted((ROOT / "vendors").glob("*.yaml"))]
OURS = {path.stem: parse(path.read_bytes()).value for path in (ROOT / "policies").glob("*.yaml")}
TODAY = "2026-11-22"
BUDGET = {"kind": "budget", "title": "Budget review", "every_months": 3, "states": ["live"], "owner": "marketing"}
PEOPLE: JsonObject = {
    "teams": [
        {"id": "crm", "name": "CRM", "side": "marketing", "lead": "ann"},
        {"id": "ops", "name": "Operations", "side": "it", "lead": "olaf"},
        {"id": "lost", "name": "Nobody's", "side": "it"},
    ],
    "people": [
        {"id": "ann", "name": "Ann"},
        {"id": "mia", "name": "Mia"},
        {"id": "ida", "name": "Ida"},
        {"id": "olaf", "name": "Olaf", "left": "2026-11-22"},
        {"id": "pia", "name": "Pia", "left": "2026-11-21"},
    ],
}


def context(today: str = TODAY, **changes: JsonObject) -> Context:
    calendar = {"horizon_days": 90, "cadences": [], "reminders": {"notice": 60, "penetration_test": 30}}
    limits = {"certification_age_days": 365, "penetration_test_age_days": 365}
    policies: JsonObject = {
        "calendar": calendar | changes.pop("calendar", {}),
        "limits": limits | changes.pop("limits", {}),
    }
    return Context(date.fromisoformat(today), {**policies, "people": PEOPLE, **changes})


def items(record: JsonObject, today: str = TODAY, **changes: JsonObject) -> list[JsonObject]:
    lifecycle = {"status": "live", **record.pop("lifecycle", {})}
    found: list[JsonObject] = due.of({"lifecycle": lifecycle, **record}, context(today, **changes))["items"]
    return found


def brief(record: JsonObject, today: str = TODAY, **changes: JsonObject) -> list[tuple[str, str, str]]:
    return [(each["kind"], each["what"], each["date"]) for each in items(record, today, **changes)]


def subscribed(**subscription: object) -> JsonObject:
    return {"contract": {"subscriptions": [{"product": "Mail", **subscription}]}}


def certified(*entries: JsonObject) -> JsonObject:
    return {"security": {"certifications": [{"standard": "iso-27001", "held": True, **each} for each in entries]}}


# ---- Contracts ----------------------------------------------------------------------------------

YEAR: JsonObject = {"starts": "2026-01-01", "ends": "2026-12-31", "notice_days": 30}


@pytest.mark.parametrize(
    ("subscription", "today", "wanted"),
    [
        pytest.param(
            {**YEAR, "auto_renews": True},
            "2026-12-01",
            [("notice", "Last day to cancel Mail; it renews by itself after 2026-12-31", "2026-12-01")],
            id="renews, on the last day to cancel",
        ),
        pytest.param(
            {**YEAR, "auto_renews": True},
            "2026-12-02",
            [
                ("term", "Mail renews by itself after this day; the last day to cancel was 2026-12-01", "2026-12-31"),
                ("notice", "Last day to cancel Mail; it renews by itself after 2027-12-31", "2027-12-01"),
            ],
            id="renews, a day too late: the next chance, and what comes before it",
        ),
        pytest.param(
            {**YEAR, "auto_renews": True},
            "2027-01-01",
            [("notice", "Last day to cancel Mail; it renews by itself after 2027-12-31", "2027-12-01")],
            id="renewed: only the next chance",
        ),
        pytest.param(
            {"ends": "2026-12-31", "auto_renews": True},
            "2026-12-31",
            [
                (
                    "term",
                    "Mail renews by itself after this day; by when to cancel is not known",
                    "2026-12-31",
                )
            ],
            id="renews, and nobody knows by when to cancel",
        ),
        pytest.param(
            {**YEAR, "auto_renews": False},
            "2026-12-31",
            [("term", "Mail ends and does not renew", "2026-12-31")],
            id="does not renew, on its last day",
        ),
        pytest.param(
            {**YEAR, "auto_renews": False},
            "2027-01-01",
            [("term", "Mail ended, and the vendor is still live", "2026-12-31")],
            id="does not renew, and has ended",
        ),
        pytest.param(
            YEAR,
            "2026-12-01",
            [
                ("notice", "Last day to cancel Mail; it may renew by itself after 2026-12-31", "2026-12-01"),
                ("term", "Mail ends; whether it renews by itself is not known", "2026-12-31"),
            ],
            id="may renew",
        ),
        pytest.param(
            YEAR,
            "2027-01-01",
            [("term", "Mail ended; whether it renews by itself is not known", "2026-12-31")],
            id="may have renewed",
        ),
        pytest.param({}, TODAY, [], id="nothing is known"),
    ],
)
def test_contracts(subscription: JsonObject, today: str, wanted: list[tuple[str, str, str]]) -> None:
    assert brief(subscribed(**subscription), today) == wanted


@pytest.mark.parametrize("status", ["proposed", "rejected"])
def test_without_a_contract_there_is_nothing_to_cancel(status: str) -> None:
    assert brief({"lifecycle": {"status": status}, **subscribed(**YEAR, auto_renews=True)}) == []


# ---- Proof --------------------------------------------------------------------------------------

ENDS = "The iso-27001 certification ends"


@pytest.mark.parametrize(
    ("entries", "wanted"),
    [
        pytest.param([{"valid_until": "2027-01-31"}], [(ENDS, "2027-01-31")], id="held"),
        pytest.param([{"valid_until": "2026-11-21"}], [(ENDS, "2026-11-21")], id="run out"),
        pytest.param([{"valid_until": "2027-01-31", "held": False}], [], id="not held"),
        pytest.param([{}], [], id="nobody knows until when"),
        pytest.param(
            [{"valid_until": "2026-12-01"}, {"valid_until": "2027-12-01"}], [(ENDS, "2027-12-01")], id="renewed already"
        ),
        pytest.param(
            [{"valid_until": "2026-12-01"}, {"issued": "2026-11-23", "valid_until": "2027-12-01"}],
            [(ENDS, "2026-12-01")],
            id="to be renewed tomorrow",
        ),
        pytest.param(
            [{"standard": "soc2-type2", "issued": "2026-02-10", "valid_until": "2027-02-09"}],
            [("The soc2-type2 certification ends", "2027-02-09")],
            id="a report that ends before it is too old",
        ),
        pytest.param(
            [{"standard": "soc2-type2", "issued": "2026-02-10"}],
            [("The soc2-type2 report counts as out of date after this", "2027-02-10")],
            id="a report that grows too old",
        ),
        pytest.param(
            [{"standard": "soc2-type2", "issued": "2024-02-29"}],
            [("The soc2-type2 report counts as out of date after this", "2025-02-28")],
            id="a report from a leap day",
        ),
    ],
)
def test_certifications(entries: list[JsonObject], wanted: list[tuple[str, str]]) -> None:
    assert brief(certified(*entries)) == [("certification", *each) for each in wanted]


@pytest.mark.parametrize(("count", "told"), [(0, False), (1, True), (None, True)], ids=["none", "one", "not known"])
def test_findings_that_may_be_open(count: int | None, *, told: bool) -> None:
    findings = {"due": "2026-12-31"} | ({} if count is None else {"open": count})
    wanted = [("findings", "Open findings of the iso-27001 assessment are to be closed", "2026-12-31")]
    assert brief(certified({"findings": findings})) == (wanted if told else [])


@pytest.mark.parametrize(
    ("entries", "dates"),
    [
        pytest.param([{"for": "/cost", "valid_until": "2026-12-31"}], ["2026-12-31"], id="one"),
        pytest.param([{"for": "/cost"}], [], id="without an end"),
        pytest.param(
            [{"for": "/cost", "valid_until": "2026-12-31"}, {"for": "/cost", "valid_until": "2027-12-31"}],
            ["2027-12-31"],
            id="the newest for a field",
        ),
        pytest.param(
            [{"for": "/cost", "valid_until": "2026-12-31"}, {"for": "/data", "valid_until": "2026-12-01"}],
            ["2026-12-01", "2026-12-31"],
            id="for two fields",
        ),
        pytest.param(
            [{"for": "/security/certifications/0", "valid_until": "2026-12-31"}],
            [],
            id="of a certification, told there",
        ),
        pytest.param(
            [{"for": "/security/certifications/0/scope", "valid_until": "2026-12-31"}], [], id="of a part of it"
        ),
        pytest.param(
            [{"for": "/security/certifications/0", "valid_until": "2026-12-30"}], ["2026-12-30"], id="with another end"
        ),
    ],
)
def test_evidence(entries: list[JsonObject], dates: list[str]) -> None:
    record = {"evidence": entries, **certified({"held": False, "valid_until": "2026-12-31"})}
    assert [(each["kind"], each["date"]) for each in items(record)] == [("evidence", day) for day in dates]


@pytest.mark.parametrize(
    ("entries", "dates"),
    [
        pytest.param([{"bounds": {"valid_until": "2026-12-31"}}], ["2026-12-31"], id="with an end"),
        pytest.param([{"bounds": {"risk": "high"}}], [], id="with other bounds"),
        pytest.param([{}], [], id="without bounds"),
        pytest.param([{"bounds": {"valid_until": "2026-12-31"}}, {}], [], id="given again without bounds"),
        pytest.param(
            [{"bounds": {"valid_until": "2026-12-31"}}, {"bounds": {"valid_until": "2027-12-31"}}],
            ["2027-12-31"],
            id="given again",
        ),
        pytest.param(
            [{"bounds": {"valid_until": "2026-12-31"}}, {"date": "2026-11-23"}],
            ["2026-12-31"],
            id="to be given again tomorrow",
        ),
        pytest.param([{"bounds": {"valid_until": "2026-12-31"}}, {"role": "cio"}], ["2026-12-31"], id="another role's"),
    ],
)
def test_approvals(entries: list[JsonObject], dates: list[str]) -> None:
    approvals = [{"role": "cfo", "by": "ann", "date": "2026-01-01", **each} for each in entries]
    assert brief({"approvals": approvals}) == [("approval", "The approval by the cfo ends", day) for day in dates]


# ---- Reviews and tests --------------------------------------------------------------------------


def test_a_review_that_comes_round_is_told_once() -> None:
    record = {"reviews": [{"kind": "budget", "date": "2026-10-01", "due": "2026-12-01"}]}
    wanted = [("review", "Budget review, last on 2026-10-01", "2026-12-01")]
    assert brief(record, calendar={"cadences": [BUDGET]}) == wanted
    assert brief(record) == [("review", "Next budget review, last on 2026-10-01", "2026-12-01")]


def test_a_review_that_was_never_held_and_may_be_late_is_due_today() -> None:
    assert brief({}, calendar={"cadences": [BUDGET]}) == [("review", "Budget review, never held so far", TODAY)]


def test_a_failed_review_that_is_to_be_repeated() -> None:
    record = {"reviews": [{"kind": "legal", "date": "2026-10-01", "outcome": "failed", "due": "2026-12-01"}]}
    assert brief(record) == [("review", "Next legal review, never held so far", "2026-12-01")]


@pytest.mark.parametrize(
    ("plan", "cadences", "wanted"),
    [
        pytest.param({"every_months": 6, "last_on": "2026-08-31"}, [], "2027-02-28", id="by its own plan"),
        pytest.param(
            {"every_months": 6, "last_on": "2026-08-31"},
            [{**BUDGET, "kind": "performance"}],
            "2026-11-30",
            id="by the calendar, more often",
        ),
        pytest.param({"last_on": "2026-08-31"}, [], None, id="no plan"),
        pytest.param({"every_months": 0, "last_on": "2026-08-31"}, [], None, id="a plan of nothing"),
    ],
)
def test_performance_reviews(plan: JsonObject, cadences: list[JsonObject], wanted: str | None) -> None:
    found = items({"ownership": {"performance_review": plan}}, calendar={"cadences": cadences})
    assert [(each["kind"], each["date"]) for each in found] == ([("performance-review", wanted)] if wanted else [])


def test_a_plan_of_performance_reviews_says_nothing_before_there_is_a_contract() -> None:
    plan = {"performance_review": {"every_months": 6}}
    assert items({"lifecycle": {"status": "proposed"}, "ownership": plan}) == []


@pytest.mark.parametrize(
    ("reviews", "wanted"),
    [
        pytest.param([], ("Look at who has access, never held so far", TODAY), id="never"),
        pytest.param(
            [{"kind": "access", "date": "2026-08-31"}],
            ("Look at who has access, last on 2026-08-31", "2027-02-28"),
            id="half a year after the last",
        ),
        pytest.param(
            [{"kind": "access", "date": "2026-08-31", "due": "2026-12-01"}],
            ("Look at who has access, last on 2026-08-31", "2026-12-01"),
            id="earlier, as the last one said; told once",
        ),
    ],
)
def test_who_has_access_is_looked_at_again(reviews: list[JsonObject], wanted: tuple[str, str]) -> None:
    controls = {"access": {"what": "Leavers lose it.", "every_months": 6}, "change": {"what": "-", "every_months": 1}}
    assert brief({"reviews": reviews, "ownership": {"controls": controls}}) == [("control", *wanted)]


TESTS = [
    pytest.param(
        "penetration-test", {"security": {"testing": {"penetration_test": {"date": "DAY"}}}}, id="penetration"
    ),
    pytest.param("incident-exercise", {"security": {"incident_response": {"exercised_on": "DAY"}}}, id="exercise"),
    pytest.param("recovery-test", {"scalability": {"disaster_recovery": {"tested_on": "DAY"}}}, id="recovery"),
    pytest.param("recovery-test", {"scalability": {"redundancy": {"tested_on": "DAY"}}}, id="fallback"),
]


def filled(record: JsonObject, day: str) -> JsonObject:
    return {key: filled(value, day) if isinstance(value, dict) else day for key, value in record.items()}


@pytest.mark.parametrize(
    ("last", "wanted", "days"),
    [
        pytest.param("2025-11-21", "2026-11-21", -1, id="a year and a day ago"),
        pytest.param("2025-11-22", "2026-11-22", 0, id="a year ago"),
        pytest.param("2026-11-22", "2027-11-22", 365, id="today"),
        pytest.param("2026-11-23", "2026-11-23", 1, id="planned for tomorrow"),
    ],
)
@pytest.mark.parametrize(("kind", "record"), TESTS)
def test_tests_are_due_again_after_a_year(kind: str, record: JsonObject, last: str, wanted: str, days: int) -> None:
    [found] = items(filled(record, last))
    assert (found["kind"], found["date"], found["days"]) == (kind, wanted, days)
    assert found["what"].endswith("is planned" if last > TODAY else f"last on {last}")


def test_the_age_of_tests_can_be_set() -> None:
    limits: JsonObject = {
        "penetration_test_age_days": 10,
        "incident_exercise_age_days": 20,
        "recovery_test_age_days": 30,
    }
    record: JsonObject = {
        "security": {
            "testing": {"penetration_test": {"date": TODAY}},
            "incident_response": {"exercised_on": TODAY},
        },
        "scalability": {"disaster_recovery": {"tested_on": TODAY}},
    }
    assert [each["days"] for each in items(record, limits=limits)] == [10, 20, 30]


# ---- What was agreed ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("plan", "wanted"),
    [
        pytest.param({"decision": "retire"}, [], id="without a day"),
        pytest.param({"decision": "retire", "due": "2027-03-31"}, ["It is to be switched off for good"], id="with one"),
        pytest.param(
            {"decision": "replace", "due": "2027-03-31", "replacement": "acme"},
            ["It is to be replaced by acme"],
            id="by another",
        ),
        pytest.param(
            {
                "decision": "remediate",
                "due": "2027-03-31",
                "steps": [
                    {"what": "Ask them.", "due": "2026-12-01"},
                    {"what": "Write it\n  down.", "due": "2026-11-01", "done_on": "2026-11-23"},
                    {"what": "Call.", "due": "2026-11-01", "done_on": "2026-11-22"},
                    {"what": "Some day."},
                ],
            },
            ["Step of the plan: Write it down.", "Step of the plan: Ask them.", "What is wrong is to be put right"],
            id="steps that are not done",
        ),
        pytest.param(
            {"decision": "keep", "due": "2027-03-31", "steps": [{"what": "Call.", "done_on": "2026-11-22"}]},
            [],
            id="all steps are done",
        ),
    ],
)
def test_remediation(plan: JsonObject, wanted: list[str]) -> None:
    assert [each["what"] for each in items({"remediation": plan})] == wanted


def test_actions_after_an_incident() -> None:
    actions = [
        {"what": "x" * 500, "due": "2026-11-01"},
        {"what": "Done.", "due": "2026-11-01", "done_on": "2026-11-01"},
        {"what": "Some day."},
    ]
    [found] = items({"incidents": [{"date": "2026-05-05", "kind": "outage", "summary": "-", "actions": actions}]})
    assert (found["kind"], found["pointer"], found["days"]) == ("action", "/incidents/0/actions/0", -21)
    assert found["what"].startswith("After the outage of 2026-05-05: xxx")
    assert len(found["subject"]) == due.LONGEST


@pytest.mark.parametrize(
    ("lifecycle", "wanted"),
    [
        pytest.param({"status": "approved", "live_on": "2027-01-01"}, ["Planned to go live"], id="to come"),
        pytest.param({"status": "approved", "live_on": "2026-11-01"}, ["Planned to go live"], id="late"),
        pytest.param({"status": "approved", "signed_on": "2026-12-01"}, ["Planned to be signed"], id="to be signed"),
        pytest.param({"status": "approved", "signed_on": "2026-11-01"}, [], id="signed"),
        pytest.param({"status": "live", "live_on": "2026-01-01"}, [], id="done"),
        pytest.param(
            {"status": "deprecated", "retired_on": "2027-01-31"}, ["Planned to be switched off"], id="on its way out"
        ),
    ],
)
def test_milestones(lifecycle: JsonObject, wanted: list[str]) -> None:
    assert [each["what"] for each in items({"lifecycle": lifecycle})] == wanted


def test_nothing_falls_due_for_a_vendor_that_is_gone() -> None:
    record = {
        "lifecycle": {"status": "retired", "retired_on": TODAY},
        "remediation": {"decision": "keep", "due": TODAY},
    }
    assert items(dict(record)) == []
    record["lifecycle"] = {"status": "retired"}  # a word alone does not end it
    assert len(items(record)) == 1


# ---- The list as a whole ------------------------------------------------------------------------


def test_the_soonest_comes_first_and_the_overdue_are_counted() -> None:
    record = {
        **certified({"valid_until": "2026-12-31"}),
        **subscribed(ends="2026-11-01", auto_renews=False),
        "remediation": {"decision": "keep", "due": "2026-11-21"},
    }
    found = due.of({"lifecycle": {"status": "live"}, **record}, context())
    assert [each["date"] for each in found["items"]] == ["2026-11-01", "2026-11-21", "2026-12-31"]
    assert found["overdue"] == 2


@pytest.mark.parametrize(
    ("today", "near"),
    [("2026-10-01", False), ("2026-10-02", True), ("2026-12-01", True)],
    ids=["61 days before", "60 days before", "on the day"],
)
def test_near_is_what_the_calendar_wants_to_be_reminded_of(today: str, *, near: bool) -> None:
    assert [each["near"] for each in items(subscribed(**YEAR, auto_renews=True), today)] == [near]


@pytest.mark.parametrize(("today", "near"), [("2026-12-30", False), ("2026-12-31", True)], ids=["before", "on the day"])
def test_without_a_reminder_a_thing_is_near_on_its_day(today: str, *, near: bool) -> None:
    assert [each["near"] for each in items(certified({"valid_until": "2026-12-31"}), today)] == [near]


def test_reminders_name_kinds_that_there_are() -> None:
    known = {kind.replace("-", "_") for kind in due.KINDS} | {"waiver", "committee", "rate"}
    assert set(schema("calendar")["properties"]["reminders"]["properties"]) <= known


@settings(deadline=None, max_examples=60)
@given(record=st.sampled_from(VENDORS), today=st.dates())
def test_real_records_have_an_owner_and_a_sentence_for_everything_on_any_day(record: JsonObject, today: date) -> None:
    for each in due.of(record, Context(today, OURS))["items"]:
        assert set(each) <= set(due.SHAPE["properties"]["items"]["items"]["properties"])
        assert each["kind"] in due.KINDS
        assert each["owner"]
        assert each["what"].strip() == each["what"] != ""
        assert each["days"] == (date.fromisoformat(each["date"]) - today).days
