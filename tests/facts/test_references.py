"""References: whether everybody and everything that is named exists, and is still with us."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from preflight.examples import merge
from preflight.facts import references
from preflight.model import Context
from preflight.schema_tree import Node, reference_fields
from preflight.shell.documents import parse
from preflight.shell.starter import schema

if TYPE_CHECKING:
    from preflight.model import JsonObject

ROOT = Path(__file__).parents[2]
FIELDS = reference_fields(Node(schema("vendor"), schema("vendor")))
POLICIES: JsonObject = {
    "people": {
        "teams": [{"id": "crm", "name": "CRM", "side": "marketing", "lead": "mia"}],
        "people": [
            {"id": "mia", "name": "Mia", "team": "crm", "roles": [{"role": "cfo", "from": "2026-01-01"}]},
            {"id": "zoe", "name": "Zoe", "left": "2026-06-01"},
            {"id": "pia", "name": "Pia", "left": "2026-05-31"},
        ],
    },
    "systems": {"systems": [{"id": "ledger", "name": "Ledger", "owner": "mia"}], "records": []},
    "rates": {"base": "EUR", "rates": [{"currency": "USD", "from": "2030-01-01", "rate": 0.9}]},
    "approvals": {
        "roles": [{"role": "cfo", "title": "Finance"}, {"role": "keeper", "title": "Keeper"}],
        "demands": [{"role": "cfo", "risk_from": "high", "why": "Money."}],
    },
    "ownership": {"committee": {"members": [{"person": "mia", "side": "marketing"}]}},
}
TODAY = "2026-06-01"


def context(today: str = TODAY, *, vendors: tuple[str, ...] = (), **changes: Any) -> Context:
    policies = {name: each for name, each in merge(POLICIES, changes).items() if each}
    return Context(date.fromisoformat(today), policies, FIELDS, frozenset(vendors))


def facts(record: JsonObject, today: str = TODAY, *, vendors: tuple[str, ...] = (), **changes: Any) -> JsonObject:
    known = context(today, vendors=vendors, **changes)
    return references.gather({"a": references.extract(record, known), "b": references.extract({}, known)}, known)["a"]


def overview(today: str = TODAY, **changes: Any) -> JsonObject:
    return references.overview({}, context(today, **changes))


def unknown(record: JsonObject, **changes: Any) -> list[tuple[str, str, str]]:
    return [(each["pointer"], each["kind"], each["name"]) for each in facts(record, **changes)["unknown"]]


NOTHING: JsonObject = {"unknown": [], "left": [], "namesakes": []}
GOOD: JsonObject = {
    "lifecycle": {"status": "live", "replaces": ["b"]},
    "ownership": {"marketing": {"owner": "mia", "team": "crm"}},
    "contract": {"subscriptions": [{"product": "Mail", "price": {"amount": 1, "currency": "USD"}}]},
    "integrations": [{"system": "ledger", "owner": "crm"}, {"system": "b", "owner": "mia"}],
    "approvals": [{"role": "cfo", "by": "mia", "date": "2026-01-01"}],
}


def test_a_record_that_names_what_exists_has_no_finding() -> None:
    assert facts(GOOD) == NOTHING
    assert facts({}) == NOTHING


@pytest.mark.parametrize(
    ("record", "found"),
    [
        pytest.param(
            {"ownership": {"it": {"owner": "crm"}}},
            ("/ownership/it/owner", "person", "crm"),
            id="a team where a person is wanted",
        ),
        pytest.param(
            {"ownership": {"it": {"owner": "mia", "team": "mia"}}},
            ("/ownership/it/team", "team", "mia"),
            id="a person where a team is wanted",
        ),
        pytest.param(
            {"integrations": [{"system": "ledger"}, {"system": "abacus"}]},
            ("/integrations/1/system", "system or vendor", "abacus"),
            id="a system",
        ),
        pytest.param(
            {"lifecycle": {"replaces": ["ledger"]}}, ("/lifecycle/replaces/0", "vendor", "ledger"), id="a vendor"
        ),
        pytest.param(
            {"cost": {"one_off": [{"kind": "exit", "amount": {"amount": 1, "currency": "XYZ"}}]}},
            ("/cost/one_off/0/amount/currency", "currency", "XYZ"),
            id="a currency",
        ),
        pytest.param(
            {"approvals": [{"role": "pope", "by": "mia"}]}, ("/approvals/0/role", "role", "pope"), id="a role"
        ),
        pytest.param(
            {"integration": {"monitoring": {"alerts_to": "nobody"}}},
            ("/integration/monitoring/alerts_to", "person or team", "nobody"),
            id="neither person nor team",
        ),
    ],
)
def test_an_id_that_names_nothing_is_told_where_it_stands(record: JsonObject, found: tuple[str, str, str]) -> None:
    assert unknown(record) == [found]


def test_what_was_probably_meant_is_told() -> None:
    [found] = facts({"integrations": [{"system": "legder"}]})["unknown"]
    assert found["close"] == "Did you mean 'ledger'?"
    [found] = facts({"integrations": [{"system": "qqq"}]})["unknown"]
    assert found["close"] == ""


def test_among_very_many_names_none_is_suggested(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(references, "MOST_COMPARED", 2)
    [found] = facts({"ownership": {"it": {"owner": "mja"}}})["unknown"]
    assert found["close"] == ""


def test_a_vendor_whose_file_cannot_be_read_exists() -> None:
    record = {"lifecycle": {"replaces": ["broken"]}}
    assert unknown(record, vendors=("broken",)) == []
    assert unknown(record) == [("/lifecycle/replaces/0", "vendor", "broken")]


def test_a_vendor_may_name_itself() -> None:
    assert unknown({"integrations": [{"system": "a"}]}) == []


@pytest.mark.parametrize(
    ("document", "record"),
    [
        ("rates", {"cost": {"one_off": [{"amount": {"amount": 1, "currency": "XYZ"}}]}}),
        ("approvals", {"approvals": [{"role": "pope", "by": "mia"}]}),
    ],
)
def test_without_the_policy_document_of_a_kind_it_is_not_checked(document: str, record: JsonObject) -> None:
    assert unknown(record) != []
    assert unknown(record, **{document: None}) == []


def test_the_members_of_an_open_map_are_followed() -> None:
    inner = {"": {"kinds": ["people"], "in_office": False}}
    fields = {"by_region": {"*": inner, "emea": {"person": inner}}}
    value = {"by_region": {"emea": {"person": "mia"}, "apac": "ida", "*": "tom"}}
    found = [(each.pointer, each.name) for each in references.references(value, fields)]
    assert sorted(found) == [("/by_region/*", "tom"), ("/by_region/apac", "ida"), ("/by_region/emea/person", "mia")]


# ---- Duties of today ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("today", "gone"),
    [
        pytest.param("2026-05-31", False, id="the last day"),
        pytest.param("2026-06-01", True, id="the day after"),
    ],
)
def test_who_has_a_duty_is_with_us_until_the_last_day(today: str, *, gone: bool) -> None:
    found = facts({"ownership": {"it": {"owner": "pia"}}}, today)
    wanted = {"pointer": "/ownership/it/owner", "name": "pia", "since": "2026-05-31", "days": 1}
    assert found == {**NOTHING, "left": [wanted] if gone else []}


@pytest.mark.parametrize(
    "record",
    [
        {"ownership": {"marketing": {"owner": "pia"}}},
        {"ownership": {"service_roles": {"support_manager": {"person": "pia"}}}},
        {"ownership": {"service_roles": {"support_manager": {"person": "mia", "deputy": "pia"}}}},
        {"ownership": {"performance_review": {"owner": "pia"}}},
        {"ownership": {"controls": {"change": {"what": "All.", "by": "pia"}}}},
        {"integration": {"monitoring": {"alerts_to": "pia"}}},
        {"integrations": [{"system": "ledger", "owner": "pia"}]},
        {"ai": {"human_review_by": "pia"}},
        {"remediation": {"decision": "keep", "owner": "pia"}},
        {"remediation": {"decision": "keep", "steps": [{"what": "This.", "owner": "pia"}]}},
    ],
)
def test_every_duty_of_today_asks_for_somebody_who_is_with_us(record: JsonObject) -> None:
    found = facts(record)
    assert [each["name"] for each in found["left"]] == ["pia"]
    assert found["unknown"] == []


@pytest.mark.parametrize(
    "record",
    [
        {"reviews": [{"kind": "security", "date": "2026-01-01", "by": "pia"}]},
        {"evidence": [{"for": "/id", "reviewed_by": "pia"}]},
        {"approvals": [{"role": "cfo", "by": "pia", "date": "2026-01-01"}]},
        {"readiness": {"support": {"ready": True, "by": "pia"}}},
    ],
)
def test_what_somebody_did_before_leaving_stays_true(record: JsonObject) -> None:
    assert facts(record) == NOTHING


# ---- The policy documents themselves ------------------------------------------------------------


def test_policies_that_name_who_is_there_have_no_finding() -> None:
    assert overview() == {"unknown": [], "left": [], "vacant": []}


PERSON: JsonObject = {"id": "mia", "name": "Mia", "roles": [{"role": "cfo", "from": "2026-01-01"}]}


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        pytest.param(
            {"people": {"teams": [{"id": "crm", "lead": "tom"}]}},
            ("/people/teams/0/lead", "person", "tom"),
            id="a lead",
        ),
        pytest.param(
            {"people": {"people": [{**PERSON, "team": "ops"}]}}, ("/people/people/0/team", "team", "ops"), id="a team"
        ),
        pytest.param(
            {"people": {"people": [PERSON, {"id": "ida", "roles": [{"role": "cfoo", "from": "2026-01-01"}]}]}},
            ("/people/people/1/roles/0/role", "role", "cfoo"),
            id="a role that somebody holds",
        ),
        pytest.param(
            {"approvals": {"demands": [{"role": "pope", "why": "All."}]}},
            ("/approvals/demands/0/role", "role", "pope"),
            id="a role that is asked for",
        ),
        pytest.param(
            {"systems": {"systems": [{"id": "ledger", "owner": "tom"}]}},
            ("/systems/systems/0/owner", "person", "tom"),
            id="an owner of a system",
        ),
        pytest.param(
            {"ownership": {"committee": {"members": [{"person": "tom", "side": "it"}]}}},
            ("/ownership/committee/members/0/person", "person", "tom"),
            id="a member of the committee",
        ),
    ],
)
def test_a_policy_that_names_nobody_is_told(changes: dict[str, Any], found: tuple[str, str, str]) -> None:
    told = overview(**changes)
    assert [(each["pointer"], each["kind"], each["name"]) for each in told["unknown"]] == [found]


def test_for_a_policy_too_what_was_probably_meant_is_told() -> None:
    [found] = overview(people={"people": [{**PERSON, "team": "crn"}]})["unknown"]
    assert found["close"] == "Did you mean 'crm'?"


def test_without_roles_and_ownership_nothing_is_said_of_them() -> None:
    assert overview(approvals=None, ownership=None) == {"unknown": [], "left": [], "vacant": []}


@pytest.mark.parametrize(
    ("person", "gone"),
    [
        pytest.param("zoe", False, id="the last day"),
        pytest.param("pia", True, id="the day after"),
    ],
)
def test_a_duty_in_a_policy_asks_for_somebody_who_is_with_us(person: str, *, gone: bool) -> None:
    found = overview(systems={"systems": [{"id": "ledger", "owner": person}]})
    wanted = {"pointer": "/systems/systems/0/owner", "name": "pia", "since": "2026-05-31", "what": "owner"}
    assert found["left"] == ([wanted] if gone else [])
    assert found["unknown"] == []


@pytest.mark.parametrize(
    ("held", "left", "vacant"),
    [
        pytest.param({"from": "2026-06-01"}, None, False, id="from today on"),
        pytest.param({"from": "2026-06-02"}, None, True, id="from tomorrow on"),
        pytest.param({"from": "2026-01-01", "until": "2026-06-01"}, None, False, id="until today"),
        pytest.param({"from": "2026-01-01", "until": "2026-05-31"}, None, True, id="until yesterday"),
        pytest.param({"from": "2026-01-01"}, "2026-06-01", False, id="leaves today"),
        pytest.param({"from": "2026-01-01"}, "2026-05-31", True, id="left yesterday"),
        pytest.param(None, None, True, id="never held"),
    ],
)
def test_a_role_that_has_to_agree_is_held_by_somebody(
    held: JsonObject | None, left: str | None, *, vacant: bool
) -> None:
    person: JsonObject = {"id": "mia", "roles": [] if held is None else [{"role": "cfo", **held}]}
    person |= {"left": left} if left else {}
    found = overview(people={"people": [person], "teams": []}, systems={"systems": []}, ownership=None)["vacant"]
    assert found == ([{"pointer": "/approvals/roles/0", "role": "cfo", "title": "Finance"}] if vacant else [])


def test_a_role_that_nobody_asks_for_may_be_empty() -> None:
    assert [each["role"] for each in overview(approvals={"demands": [{"role": "keeper"}]})["vacant"]] == ["keeper"]
    assert overview(approvals={"demands": []})["vacant"] == []


def test_one_holder_of_several_is_enough() -> None:
    gone = {"id": "tom", "left": "2020-01-01", "roles": [{"role": "cfo", "from": "2010-01-01"}]}
    assert overview(people={"people": [gone, PERSON]})["vacant"] == []


def test_the_shipped_registry_names_nobody_in_vain() -> None:
    ours = {path.stem: parse(path.read_bytes()).value for path in (ROOT / "policies").glob("*.yaml")}
    known = Context(date(2026, 11, 22), ours, FIELDS)
    records = {path.stem: parse(path.read_bytes()).value for path in (ROOT / "vendors").glob("*.yaml")}
    extracts = {vendor: references.extract(record, known) for vendor, record in records.items()}
    assert [each for found in references.gather(extracts, known).values() for each in found["unknown"]] == []
    assert references.overview(extracts, known) == {"unknown": [], "left": [], "vacant": []}


def test_who_has_not_left_is_there_on_the_last_day_that_there_is() -> None:
    people = {"people": [{"id": "mia"}, {"id": "zoe", "left": "9999-12-30"}]}
    assert references.departures(Context(date.max, {"people": people})) == {"zoe": "9999-12-30"}
