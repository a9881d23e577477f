"""``preflight impact``: what breaks if this goes down, and what feeds it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from jsonschema import Draft202012Validator

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Result

ROOT = Path(__file__).parents[2]
RULE = "policies/rules/stability/enterprise-support.yaml"
SYSTEMS = """
systems:
  - {id: crm, name: Customer Records, kind: crm, owner: ann}
  - {id: bus, name: Event Bus, kind: integration-platform}
records:
  - {domain: customers, system: crm}
"""
PEOPLE = """
teams:
  - {id: crm-team, name: CRM Team, side: marketing, lead: ann}
people:
  - {id: ann, name: Ann Arbor, email: ann@example.org}
  - {id: ben, name: Ben Gone, email: ben@example.org, left: 2026-01-31}
"""
VENDORS = {
    "hub": """
name: Customer Hub
category: customer-data-platform
lifecycle: {status: live}
ownership: {it: {owner: ann}}
risk: {operational_criticality: high}
integrations:
  - {system: crm, direction: in, data: [customers], frequency: real-time, error_handling: retry-and-alert, owner: ann}
""",
    "mail": """
name: Mail
category: email-marketing
lifecycle: {status: live}
risk: {operational_criticality: medium}
data: {system_of_record_for: [templates]}
integrations:
  - {system: hub, direction: in, data: [segments, opt-outs], frequency: hourly, error_handling: none, owner: ben}
  - {system: crm, direction: in, data: [names], frequency: daily, error_handling: retry, owner: ann}
  - {system: bus, direction: out, data: [clicks], frequency: real-time, error_handling: alert, owner: ann}
""",
    "ads": """
name: Ads
category: advertising
lifecycle: {status: approved}
integrations:
  - {system: hub, direction: in, frequency: weekly, owner: crm-team}
  - {system: report}
""",
    "report": """
name: Report
category: business-intelligence
lifecycle: {status: live}
integrations:
  - {system: ads, direction: in, data: [spend], frequency: daily, error_handling: manual}
""",
    "gone": """
name: Gone
category: advertising
lifecycle: {status: rejected}
integrations:
  - {system: hub, direction: in}
""",
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "schemas", tmp_path / "schemas")
    (tmp_path / RULE).parent.mkdir(parents=True)
    shutil.copy(ROOT / RULE, tmp_path / RULE)
    (tmp_path / "policies" / "systems.yaml").write_text(SYSTEMS, "utf-8")
    (tmp_path / "policies" / "people.yaml").write_text(PEOPLE, "utf-8")
    (tmp_path / "vendors").mkdir()
    for name, text in VENDORS.items():
        (tmp_path / "vendors" / f"{name}.yaml").write_text(f"id: {name}{text}", "utf-8")
    return tmp_path


SCHEMA = Draft202012Validator(json.loads((ROOT / "schemas/impact.schema.json").read_text("utf-8")))
WHOLE = """\
Customer Hub
hub · vendor · live · customer-data-platform · as of 2026-11-22
To call: Ann Arbor · criticality: high

What breaks if it goes down
---------------------------
gets its data       data       felt       if it fails    to call
------------------  ---------  ---------  -------------  ---------
ads                 not known  within a   not known      CRM Team
(approved, not in              week
use yet)
criticality not
known
loses everything

mail                segments,  within an  by nothing     Ben Gone
criticality medium  opt-outs   hour                      (left)
loses a part

2 more over these:

reached    by way of    felt            loses
---------  -----------  --------------  ----------
report     ads          within a week   everything
bus        mail         within an hour  a part

What feeds it
-------------
source            data       how often    to call
----------------  ---------  -----------  ---------
crm               customers  real-time    Ann Arbor
Customer Records

Systems of record concerned
---------------------------
mail, which it feeds: templates

Single point of failure
-----------------------
Yes.
2 vendors get all of their data through it: Ads, Report.
"""
OVERVIEW = """\
Single points of failure, as of 2026-11-22
------------------------------------------
id                what            why
----------------  --------------  -------------------------------
crm               system of ours  3 vendors get all of their data
Customer Records                  through it: Ads, Customer Hub,
                                  Report.

hub               vendor          2 vendors get all of their data
Customer Hub                      through it: Ads, Report.

Widest reach
------------
id      what            feeds directly    reaches
------  --------------  ----------------  ---------
crm     system of ours  2                 5
hub     vendor          2                 4
ads     vendor          1                 1
mail    vendor          1                 1
report  vendor          1                 1
"""


def test_what_breaks_is_told_in_eighty_columns(root: Path, run: Callable[..., Result]) -> None:
    result = run("--root", root, "impact", "hub")
    assert (result.code, result.err) == (0, "")
    assert result.out == WHOLE


def test_without_a_system_the_weak_points_and_the_widest_are_told(root: Path, run: Callable[..., Result]) -> None:
    result = run("--root", root, "impact")
    assert (result.code, result.out) == (0, OVERVIEW)
    points = run("--root", root, "impact", "--single-points")
    assert points.out == OVERVIEW.partition("\nWidest")[0]


@pytest.mark.parametrize("flag", ["--lineage", "--upstream"])
def test_what_feeds_it_can_be_had_alone(root: Path, run: Callable[..., Result], flag: str) -> None:
    out = run("--root", root, "impact", "report", flag).out
    assert "What breaks" not in out
    assert "ads                    spend   daily        nobody is" in out
    assert "Behind these: hub, crm" in out


def test_a_system_of_ours_is_told_of_too(root: Path, run: Callable[..., Result]) -> None:
    out = run("--root", root, "impact", "bus").out
    assert out.startswith(
        "Event Bus\nbus · system of ours · as of 2026-11-22\nTo call: nobody is named · criticality: not known\n"
    )
    assert "Nothing gets data from it." in out
    assert "mail      clicks  real-time" in out


def test_a_vendor_that_has_ended_is_connected_to_nothing(root: Path, run: Callable[..., Result]) -> None:
    result = run("--root", root, "impact", "gone")
    assert result.code == 0
    assert result.out.endswith("\nIt has ended: nothing is connected to it any more.\n")


def test_connections_that_nobody_described_well_are_told_as_such(root: Path, run: Callable[..., Result]) -> None:
    (root / "vendors" / "odd.yaml").write_text(
        "id: odd\nname: Odd\ncategory: other\nlifecycle: {status: live}\nintegrations: [{system: nowhere}]\n", "utf-8"
    )
    out = run("--root", root, "impact", "nowhere").out
    assert "nowhere · described nowhere · as of 2026-11-22" in out
    assert "(direction not" in out
    assert run("--root", root, "impact", "odd").code == 0


WRONG = [
    pytest.param(("hubb",), "there is no vendor or system 'hubb' here · Did you mean 'hub'?", id="a slip"),
    pytest.param(
        ("zzz",),
        "there is no vendor or system 'zzz' here · Known are: ads, bus, crm, gone, hub, mail, report.",
        id="nothing like it",
    ),
    pytest.param(("hub", "--single-points"), "--single-points goes without one", id="one, and all weak points"),
    pytest.param(("--lineage",), "--lineage needs a SYSTEM", id="what feeds nobody in particular"),
]


@pytest.mark.parametrize(("arguments", "message"), WRONG)
def test_a_wrong_call_says_why(
    root: Path, run: Callable[..., Result], arguments: tuple[str, ...], message: str
) -> None:
    result = run("--root", root, "impact", *arguments)
    assert (result.code, result.out) == (2, "")
    assert message in result.err


def test_another_schema_is_told_what_it_lacks(root: Path, run: Callable[..., Result]) -> None:
    schema = json.loads((root / "schemas/vendor.schema.json").read_text("utf-8"))
    del schema["properties"]["integrations"]
    schema["properties"]["stability"] = {
        "type": "object",
        "properties": {"support": {"type": "object", "properties": {"enterprise": {"type": "boolean"}}}},
    }
    (root / "schemas/vendor.schema.json").write_text(json.dumps(schema), "utf-8")
    result = run("--root", root, "impact")
    assert result.code == 2
    assert (
        "schemas/vendor.schema.json does not have the fields that tell of integrations · Missing: /integrations."
        in result.err
    )


def test_a_file_of_another_form_is_left_out_and_stays_a_vendor(root: Path, run: Callable[..., Result]) -> None:
    (root / "vendors" / "hub.yaml").write_text("id: [hub]\n", "utf-8")
    result = run("--root", root, "impact", "hub")
    assert "1 vendor file not of the right form and left out" in result.err
    assert "hub · vendor · as of 2026-11-22" in result.out
    assert "ads" in result.out


# ---- JSON ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "keys"),
    [
        pytest.param(("hub",), {"system", "breaks", "feeds", "records", "single_point"}, id="one"),
        pytest.param(("hub", "--lineage"), {"system", "feeds"}, id="what feeds one"),
        pytest.param(("gone",), {"system", "breaks", "feeds", "records", "single_point"}, id="one that has ended"),
        pytest.param((), {"single_points", "widest"}, id="all"),
        pytest.param(("--single-points",), {"single_points"}, id="weak points"),
    ],
)
def test_json_has_the_published_form(
    root: Path, run: Callable[..., Result], arguments: tuple[str, ...], keys: set[str]
) -> None:
    report = json.loads(run("--root", root, "impact", *arguments, "--format", "json").out)
    SCHEMA.validate(report)
    assert set(report) == {"schema", "as_of", *keys}


def test_json_tells_way_pace_and_loss_of_each(root: Path, run: Callable[..., Result]) -> None:
    report = json.loads(run("--root", root, "impact", "crm", "--format", "json").out)
    told = [
        (each["id"], each["distance"], each["via"], each["frequency"], each["slowest"], each["loses"])
        for each in report["breaks"]
    ]
    assert told == [
        ("hub", 1, "crm", "real-time", "real-time", "all"),
        ("mail", 1, "crm", "daily", "daily", "part"),
        ("ads", 2, "hub", "weekly", "weekly", "all"),
        ("bus", 2, "mail", "real-time", "daily", "part"),
        ("report", 3, "ads", "daily", "weekly", "all"),
    ]
    assert report["breaks"][1]["call"] == {"id": "ann", "name": "Ann Arbor", "gone": False}
    assert report["records"] == [
        {"domain": "customers", "system": "crm"},
        {"domain": "templates", "system": "mail"},
    ]


# ---- Mermaid ------------------------------------------------------------------------------------


def test_a_diagram_shows_the_ways_of_an_outage(root: Path, run: Callable[..., Result]) -> None:
    assert (
        run("--root", root, "impact", "hub", "--format", "mermaid").out
        == """\
```mermaid
flowchart LR
  n0["Customer Hub"]
  n1["Ads"]
  n2["Mail"]
  n3["Report"]
  n4[("Event Bus")]
  n0 -.->|"weekly"| n1
  n0 -.->|"hourly, segments, opt-outs"| n2
  n1 -.->|"daily, spend"| n3
  n2 -->|"real-time, clicks"| n4
  classDef marked stroke-width:4px
  class n0 marked
```
"""
    )


def test_a_diagram_of_all_integrations_marks_the_weak_points(root: Path, run: Callable[..., Result]) -> None:
    assert (
        run("--root", root, "impact", "--format", "mermaid").out
        == """\
```mermaid
flowchart LR
  n0[("Customer Records")]
  n1["Customer Hub"]
  n2["Mail"]
  n3["Ads"]
  n4["Report"]
  n5[("Event Bus")]
  n0 -->|"real-time, customers"| n1
  n0 -.->|"daily, names"| n2
  n1 -.->|"weekly"| n3
  n1 -.->|"hourly, segments, opt-outs"| n2
  n3 -.->|"daily, spend"| n4
  n2 -->|"real-time, clicks"| n5
  n4 -.-> n3
  classDef marked stroke-width:4px
  class n0,n1 marked
```
"""
    )
    upstream = run("--root", root, "impact", "mail", "--lineage", "--format", "mermaid").out
    assert '  n2 -.->|"daily, names"| n0\n' in upstream
    assert "clicks" not in upstream
    points = run("--root", root, "impact", "--single-points", "--format", "mermaid").out
    assert "spend" not in points


HOSTILE = 'x"] --> y["`%%{init: {}}%%` <b>#35; ::set-output name=x:: ##[error] end'


def test_names_stay_names_in_every_format(root: Path, run: Callable[..., Result]) -> None:
    text = VENDORS["hub"].replace("name: Customer Hub", f"name: {json.dumps(HOSTILE)}")
    text = text.replace("data: [customers]", f"data: [{json.dumps('::add-mask::' + HOSTILE)}]")
    (root / "vendors" / "hub.yaml").write_text(f"id: hub{text}", "utf-8")
    diagram = run("--root", root, "impact", "hub", "--format", "mermaid").out
    [node] = [line for line in diagram.splitlines() if line.startswith("  n0[")]
    assert node == (
        '  n0["x#34;#93; --#62; y#91;#34;#96;#37;#37;#123;init#58; #123;#125;#125;#37;#37;#96; #60;b#62;#35;35#59; '
        '#58;#58;set-output name#61;x#58;#58; #35;…"]'
    )
    assert diagram.count("-->") == 1
    for arguments in (("hub",), ("crm",), ("ads",), ()):
        for output in ("table", "json", "mermaid"):
            shown = run("--root", root, "impact", *arguments, "--format", output).out
            assert "##[" not in shown
            assert not [line for line in shown.splitlines() if line.lstrip().startswith("::")]


def test_no_line_is_wider_than_eighty_columns(root: Path, run: Callable[..., Result]) -> None:
    long = "an-id-that-is-nearly-as-long-as-an-id-may-ever-be-in-a-registry"
    text = VENDORS["mail"].replace("name: Mail", f"name: {'A long name ' * 9}").replace("[clicks]", f"[{'x' * 150}]")
    (root / "vendors" / f"{long}.yaml").write_text(f"id: {long}{text}", "utf-8")
    text = VENDORS["report"].replace("system: ads", f"system: {long}")
    (root / "vendors" / "report.yaml").write_text(f"id: report{text}", "utf-8")
    for system in ("crm", "hub", "bus", "report", long, None):
        shown = run("--root", root, "impact", *([system] if system else [])).out
        assert max(map(len, shown.splitlines())) <= 80


def test_many_are_cut_short_on_a_terminal_and_in_a_diagram(root: Path, run: Callable[..., Result]) -> None:
    for number in range(300):
        source = "hub" if number < 2 else f"v{number % 2:03}"
        (root / "vendors" / f"v{number:03}.yaml").write_text(
            f"id: v{number:03}\nname: V {number}\ncategory: other\nlifecycle: {{status: live}}\n"
            f"integrations: [{{system: {source}, direction: in}}]\n",
            "utf-8",
        )
    shown = run("--root", root, "impact", "hub").out
    assert "300 more over these:" in shown
    assert "… and 280 more; --format json lists them all." in shown
    diagram = run("--root", root, "impact", "--format", "mermaid").out
    assert len([line for line in diagram.splitlines() if "->" in line]) == 200
    assert '  more["107 more connections are not drawn"]' in diagram
    report = json.loads(run("--root", root, "impact", "hub", "--format", "json").out)
    assert len(report["breaks"]) == 304


def test_the_sample_registry_can_be_asked(run: Callable[..., Result]) -> None:
    result = run("--root", ROOT, "impact", "--format", "json")
    SCHEMA.validate(json.loads(result.out))
    assert "event-bus" in result.out
