"""``preflight assess``: a small registry as somebody who takes it over sees it, from the files to the outputs."""

from __future__ import annotations

import json
import re
import shutil
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from preflight.schema import Shape
from preflight.shell import documents

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Result
    from preflight.model import Json, JsonObject

ROOT = Path(__file__).parents[2]
SHAPE = Shape(json.loads((ROOT / "schemas/assessment.schema.json").read_text("utf-8")), "assessment.schema.json")
RULES = {
    "security/single-sign-on": """
        title: Staff sign in through our identity provider
        level: red-flag
        at: /security
        when: facts.lifecycle.governed
        assert: size(vendor.security.access.sso) > 0
        message: "No sign-on for {vendor.name}"
        why: Leavers keep their access.
        fix: Ask for SAML.
    """,
    "contract/notice-known": """
        title: The last day to cancel is known
        level: warning
        at: /contract
        when: facts.lifecycle.contracted
        faults: facts.renewal.undated
        message: "{item.product} has no notice"
        why: It renews by itself.
        fix: Read the contract.
    """,
}
EXAMPLES = """
examples:
  as_of: 2026-06-01
  pass: [{}]
  fail: [{}]
"""
LIMITS = re.compile("usage_percent: [0-9]+")
KNOWN = """\
integrations: []
data: {classes: [personal], residency: [SE]}
integration: {data_model: {transformations: none}}
risk: {operational_criticality: low, change: {users: 1, process_change: none}}
"""
VENDORS = {
    # Broken, and nothing is known of its risk; another covers all that it does, and the exit is near.
    "acme": """\
id: acme
name: "::error::Acme [x](https://evil.example)"
category: email-marketing
capabilities: [newsletter-sending]
lifecycle: {status: live, live_on: 2026-01-31}
ownership:
  marketing: {owner: mara-lindqvist, team: crm-marketing}
  it: {owner: viktor-salonen}
contract:
  subscriptions:
    - product: "::set-output name=x::y"
      team: crm-marketing
      starts: 2026-01-01
      ends: 2026-12-31
      auto_renews: true
      notice_days: 30
      price: {amount: 1200, currency: EUR}
      per: month
data: {classes: [personal]}
security: {access: {sso: []}}
evidence: [{for: /name, valid_until: 2026-08-21}]
""",
    # Sound, and hardly anybody uses it.
    "bolt": f"""\
id: bolt
name: Bolt
category: email-marketing
capabilities: [newsletter-sending, a-b-testing]
lifecycle: {{status: live, live_on: 2020-01-31}}
ownership: {{it: {{owner: kofi-mensah}}, marketing: {{owner: mara-lindqvist, team: crm-marketing}}}}
contract: {{subscriptions: []}}
security: {{access: {{sso: [saml]}}}}
usage: {{active_users: 1, seats: 100, measured_on: 2026-11-01}}
{KNOWN}""",
    # Being left; Bolt's record does not say so, Cask's does.
    "old": f"""\
id: old
name: Old
category: other
lifecycle: {{status: deprecated}}
remediation: {{decision: retire, due: 2026-11-21}}
security: {{access: {{sso: [saml]}}}}
{KNOWN}""",
    "cask": f"""\
id: cask
name: Cask
category: other
lifecycle: {{status: live, replaces: [old]}}
contract: {{subscriptions: [{{product: Cask One}}]}}
security: {{access: {{sso: [saml]}}}}
{KNOWN}""",
    "gone": """\
id: gone
name: Gone
category: other
lifecycle: {status: retired, retired_on: 2026-11-01}
""",
    "misshapen": "id: misshapen\nname: 7\n",
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for part in ("policies", "schemas"):
        shutil.copytree(ROOT / part, tmp_path / part, ignore=shutil.ignore_patterns("rules", "levels.yaml"))
    for name, text in RULES.items():
        path = tmp_path / "policies" / "rules" / f"{name}.yaml"
        path.parent.mkdir(parents=True)
        path.write_text(textwrap.dedent(text).lstrip() + EXAMPLES.lstrip(), "utf-8")
    limits = tmp_path / "policies" / "limits.yaml"
    limits.write_text(LIMITS.sub("usage_percent: 40", limits.read_text("utf-8")), "utf-8")
    (tmp_path / "vendors").mkdir()
    for name, text in VENDORS.items():
        (tmp_path / "vendors" / f"{name}.yaml").write_text(text, "utf-8")
    return tmp_path


@pytest.fixture
def assessed(root: Path, run: Callable[..., Result]) -> Callable[..., JsonObject]:
    """Return the JSON of an assessment, held against its schema."""

    def call(*arguments: str, **options: Any) -> JsonObject:
        result = run("--root", root, "assess", *arguments, "--format", "json", **options)
        assert (result.code, result.err) == (0, "")
        value: JsonObject = json.loads(result.out)
        assert not SHAPE.problems(value, None)
        return value

    return call


def by_id(value: JsonObject) -> dict[str, JsonObject]:
    return {each["id"]: each for each in value["vendors"]}


def test_what_should_worry_most_comes_first(assessed: Callable[..., JsonObject]) -> None:
    value = assessed()
    assert [each["id"] for each in value["vendors"]] == ["acme", "cask", "old", "bolt"]
    summary = value["summary"]
    assert (summary["vendors"], summary["elevated"], summary["red_flags"], summary["warnings"]) == (4, 1, 1, 2)
    assert (summary["without_plan"], summary["late_plans"]) == (["acme"], 1)
    assert (summary["ended"], summary["unreadable"]) == (1, ["misshapen"])
    assert (summary["not_known"]["risk"], summary["not_known"]["cost"]) == (1, 2)
    assert [each["proposal"] for each in value["vendors"]] == [None] * 4


def test_each_vendor_tells_where_it_stands(assessed: Callable[..., JsonObject]) -> None:
    found = by_id(assessed())
    acme, old = found["acme"], found["old"]
    assert acme["risk"] == {"level": None, "at_least": "medium", "dimension": "Data sensitivity"}
    assert acme["cost"] == {"currency": "EUR", "annual": 14_400, "at_least": 14_400}
    assert (acme["red_flags"], acme["warnings"], acme["elevated"], acme["plan"]) == (1, 0, True, None)
    assert "evidence" in [each["kind"] for each in acme["overdue"]]
    assert old["risk"]["level"] == "medium"
    assert old["plan"] == {
        "decision": "retire", "owner": None, "due": "2026-11-21", "replacement": None,
        "steps": 0, "done": 0, "overdue": True,
    }  # fmt: skip
    assert found["cask"]["cost"] == {"currency": "EUR", "annual": None, "at_least": 0}


def test_a_plan_is_proposed_where_one_is_missing(assessed: Callable[..., JsonObject]) -> None:
    found = by_id(assessed("--plan"))
    assert [name for name, each in found.items() if each["proposal"]] == ["acme"]
    proposal = found["acme"]["proposal"]
    assert (proposal["decision"], proposal["replacement"], proposal["due"]) == ("replace", "bolt", "2026-11-30")
    assert proposal["owner"] == "mara-lindqvist"  # the one in IT has left
    assert proposal["alternatives"] == [
        {"vendor": "bolt", "name": "Bolt", "shares": ["newsletter-sending"], "of": 1, "sure": False, "successor": False}
    ]
    assert proposal["oversight"]["level"] == "medium"
    assert [(each["rule"], each["message"], each["known"]) for each in proposal["findings"]] == [
        ("security/single-sign-on", "No sign-on for ::error::Acme [x](https://evil.example)", True)
    ]


@pytest.mark.parametrize(
    ("name", "decision", "replacement", "due"),
    [
        ("bolt", "retire", None, "2027-02-20"),
        ("old", "replace", "cask", "2027-02-20"),
        ("cask", "remediate", None, "2027-02-20"),
    ],
)
def test_a_vendor_that_is_named_gets_a_plan(
    assessed: Callable[..., JsonObject], name: str, decision: str, replacement: str | None, due: str
) -> None:
    value = assessed(name)
    assert [each["id"] for each in value["vendors"]] == [name]
    proposal = value["vendors"][0]["proposal"]
    assert (proposal["decision"], proposal["replacement"], proposal["due"]) == (decision, replacement, due)
    assert value["drift"] == []
    assert assessed(name, "--no-plan")["vendors"][0]["proposal"] is None


@pytest.mark.parametrize("name", ["acme", "bolt", "old", "cask"])
def test_the_plan_can_be_pasted_into_the_record(root: Path, run: Callable[..., Result], name: str) -> None:
    text = run("--root", root, "assess", name).out
    assert f"To paste into vendors/{name}.yaml" in text
    path = root / "vendors" / f"{name}.yaml"
    own = "".join(
        line for line in path.read_text("utf-8").splitlines(keepends=True) if not line.startswith("remediation")
    )
    path.write_text(own + text[text.index("remediation:\n") :], "utf-8")
    document = documents.parse(path.read_bytes())
    schema = json.loads((root / "schemas/vendor.schema.json").read_text("utf-8"))
    assert not Shape(schema, "vendor.schema.json").problems(document.value, document)
    again = json.loads(run("--root", root, "assess", name, "--format", "json").out)["vendors"][0]
    assert again["plan"]["decision"] == document.value["remediation"]["decision"]
    assert not again["plan"]["overdue"]


def test_the_table_and_the_markdown_give_no_orders(root: Path, run: Callable[..., Result]) -> None:
    for output in ("table", "markdown"):
        result = run("--root", root, "assess", "--plan", "--format", output)
        assert result.code == 0
        assert not [line for line in result.out.splitlines() if line.lstrip().startswith("::")]
    assert "[x](https" not in re.sub("(?s)```.*?```", "", result.out)
    table = run("--root", root, "assess").out
    yaml = table.find("remediation:")
    assert max(len(line) for line in table[:yaml].splitlines()) <= 80


def test_the_drift_is_that_of_todays_records(assessed: Callable[..., JsonObject]) -> None:
    drift = {each["name"]: each for each in assessed()["drift"]}
    days = ["2025-11-22", "2026-05-22", "2026-08-22", "2026-11-22", "2027-02-22"]
    assert [each["date"] for each in drift["vendors"]["points"]] == days

    def counts(name: str) -> list[int]:
        return [each["count"] for each in drift[name]["points"]]

    assert counts("vendors") == [4, 5, 5, 4, 4]  # one was there before it was retired, one came in January
    assert counts("outdated-evidence") == [0, 0, 1, 1, 1]
    assert counts("owners-gone") == owners_gone(days)
    assert counts("unused-vendors") == [1]
    assert drift["unused-vendors"]["not_known"] == 3
    assert counts("warnings") == [2]
    assert assessed("--no-drift")["drift"] == []
    assert assessed("acme", "--drift")["drift"] != []


def owners_gone(days: list[str]) -> list[int]:
    """Return how often Acme's owner in IT had left, by the people of the checkout; Acme came in January."""
    people = documents.parse((ROOT / "policies/people.yaml").read_bytes(), max_bytes=2**20).value["people"]
    [left] = [each["left"] for each in people if each["id"] == "viktor-salonen"]
    return [int(day > max(left, "2026-01-30")) for day in days]


def test_as_of_another_day_all_is_of_that_day(assessed: Callable[..., JsonObject]) -> None:
    value = assessed("--plan", as_of="2026-12-02")
    assert value["as_of"] == "2026-12-02"
    assert by_id(value)["acme"]["proposal"]["decision"] == "remediate"  # the last day to cancel was yesterday
    assert by_id(assessed("--plan", as_of="2026-12-01"))["acme"]["proposal"]["due"] == "2026-12-01"
    assert "gone" in by_id(assessed("--no-drift", as_of="2026-10-31"))


def test_who_ended_is_shown_when_named(assessed: Callable[..., JsonObject]) -> None:
    [gone] = assessed("gone")["vendors"]
    assert (gone["status"], gone["proposal"]) == ("retired", None)


def test_a_file_that_is_named_and_misshapen_is_told(assessed: Callable[..., JsonObject]) -> None:
    value = assessed("misshapen")
    assert (value["vendors"], value["summary"]["unreadable"]) == ([], ["misshapen"])


def test_an_id_that_is_not_there_is_refused(root: Path, run: Callable[..., Result]) -> None:
    result = run("--root", root, "assess", "acmee")
    assert result.code == 2
    assert "acme" in result.err


def test_many_files_are_looked_at_by_all_cores(root: Path, assessed: Callable[..., JsonObject]) -> None:
    for number in range(250):
        text = VENDORS["bolt"].replace("id: bolt\nname: Bolt", f"id: bolt-{number}\nname: Bolt {number}")
        (root / "vendors" / f"bolt-{number}.yaml").write_text(text, "utf-8")
    value = assessed()
    assert value["summary"]["vendors"] == 254
    assert value["vendors"][0]["id"] == "acme"


# ---- A registry that somebody else began --------------------------------------------------------

FOREIGN: dict[str, Json] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "title": {"type": "string"},
        "lifecycle": {"type": "string"},
        "remediation": {"type": "string"},
        "score": {"type": "integer"},
    },
}


@pytest.fixture
def foreign(tmp_path: Path) -> Path:
    (tmp_path / "tools").mkdir()
    (tmp_path / "tools" / "One.yaml").write_text("title: One\nscore: 3\nlifecycle: live\nremediation: later\n", "utf-8")
    (tmp_path / "tools" / "Two.yaml").write_text("title: Two\n", "utf-8")
    (tmp_path / "schema.json").write_text(json.dumps(FOREIGN), "utf-8")
    (tmp_path / "rules" / "own").mkdir(parents=True)
    rule = """
        title: The score is good
        level: red-flag
        at: /score
        assert: vendor.score > 5
        message: "The score is {vendor.score}"
        why: We say so.
        fix: Better it.
    """
    (tmp_path / "rules" / "own" / "score.yaml").write_text(textwrap.dedent(rule).lstrip() + EXAMPLES.lstrip(), "utf-8")
    config = "vendors: tools/*.yaml\nschema: schema.json\nrules: rules\npolicies: rules/none\n"
    (tmp_path / "preflight.yaml").write_text(config, "utf-8")
    return tmp_path


def test_a_foreign_registry_shows_what_it_can(foreign: Path, run: Callable[..., Result]) -> None:
    result = run("--root", foreign, "assess", "--plan", "--format", "json")
    assert (result.code, result.err) == (0, "")
    value = json.loads(result.out)
    assert not SHAPE.problems(value, None)
    assert [
        (each["id"], each["red_flags"], each["status"], each["risk"], each["plan"]) for each in value["vendors"]
    ] == [
        ("One", 1, None, None, None),
        ("Two", 1, None, None, None),
    ]
    assert value["summary"]["not_known"] == {"questions": None, "risk": None, "cost": None}
    assert [(each["proposal"]["decision"], each["proposal"]["remediation"]) for each in value["vendors"]] == [
        ("remediate", None),
        ("remediate", None),
    ]
    assert [each["name"] for each in value["drift"]] == ["vendors", "warnings"]
    for output in ("table", "markdown"):
        shown = run("--root", foreign, "assess", "One", "--format", output)
        assert (shown.code, shown.err) == (0, "")
        assert "The score is 3" in shown.out


def test_a_schema_that_means_something_else_is_no_reason_for_a_traceback(
    foreign: Path, run: Callable[..., Result]
) -> None:
    members = {
        "lifecycle": {"type": "object", "properties": {"status": {"type": "string"}}},
        "integrations": {"type": "array"},
    }
    (foreign / "schema.json").write_text(
        json.dumps({**FOREIGN, "properties": {**FOREIGN["properties"], **members}}), "utf-8"
    )
    (foreign / "tools" / "One.yaml").write_text("title: One\nlifecycle: {status: new}\nintegrations: [crm]\n", "utf-8")
    (foreign / "tools" / "Two.yaml").write_text("title: Two\nlifecycle: {status: new}\n", "utf-8")
    result = run("--root", foreign, "assess")
    assert (result.code, result.out) == (2, "")
    assert "vendor One cannot be assessed: TypeError" in result.err


def test_two_files_of_one_id_are_both_not_believed(foreign: Path, run: Callable[..., Result]) -> None:
    with (foreign / "preflight.yaml").open("a", encoding="utf-8") as config:
        config.write("id: /title\n")
    (foreign / "tools" / "Copy.yaml").write_text("title: One\nscore: 9\n", "utf-8")
    value = json.loads(run("--root", foreign, "assess", "--format", "json").out)
    assert [each["id"] for each in value["vendors"]] == ["Two"]
    assert value["summary"]["unreadable"] == ["One"]
