"""``preflight due``: the list as a person, a script, a job and a calendar get it."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from icalendar import Calendar

from preflight.schema import Shape

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Result
    from preflight.model import JsonObject

ROOT = Path(__file__).parents[2]
ACME = """\
id: acme
name: "Acme Mail; \\"the best\\" [x](https://evil.example)"
category: email-marketing
lifecycle: {status: live, live_on: 2026-01-31}
ownership:
  marketing: {owner: mara-lindqvist}
  it: {owner: kofi-mensah}
contract:
  subscriptions:
    - {product: Acme One, team: crm-marketing, starts: 2026-01-01, ends: 2026-12-31, auto_renews: true, notice_days: 30}
    - {product: Acme Two, ends: 2026-11-21, auto_renews: false}
evidence:
  - {for: /name, valid_until: 2027-06-30}
"""
BOLT = """\
id: bolt
name: Bolt
category: other
lifecycle: {status: approved, live_on: 2026-12-22}
ownership: {it: {owner: viktor-salonen}}
"""
CALENDAR = """\
horizon_days: 60
cadences:
  - {kind: budget, title: Budget review, every_months: 3, states: [live], owner: marketing}
reminders: {}
"""
RATES = "base: EUR\nstale_after_days: 100\nrates:\n  - {currency: USD, from: 2026-09-01, rate: 0.9}\n"

# What the two records do not say: an empty list is not to be taken for a good one.
BLIND = (
    "1 of 2 vendors records no subscriptions (bolt): by when to cancel is not known\n"
    "2 of 2 vendors record no reviews (acme, bolt): which of them are due is not known\n"
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for part in ("policies", "schemas"):
        shutil.copytree(ROOT / part, tmp_path / part)
    (tmp_path / "policies" / "calendar.yaml").write_text(CALENDAR, "utf-8")
    (tmp_path / "policies" / "rates.yaml").write_text(RATES, "utf-8")
    ownership = (tmp_path / "policies" / "ownership.yaml").read_text("utf-8")
    met = re.sub("last_met_on: .*", "last_met_on: 2026-11-10", ownership)
    (tmp_path / "policies" / "ownership.yaml").write_text(met, "utf-8")
    (tmp_path / "vendors").mkdir()
    (tmp_path / "vendors" / "acme.yaml").write_text(ACME, "utf-8")
    (tmp_path / "vendors" / "bolt.yaml").write_text(BOLT, "utf-8")
    return tmp_path


Listed = list[tuple[str | None, str, str]]


@pytest.fixture
def listed(root: Path, run: Callable[..., Result]) -> Callable[..., Listed]:
    """Return who, what kind and when, of what the JSON lists."""

    def call(*arguments: str) -> Listed:
        result = run("--root", root, "due", *arguments, "--format", "json")
        assert result.code == 0
        return [(each["vendor"], each["kind"], each["date"]) for each in json.loads(result.out)["items"]]

    return call


ALL = [
    ("acme", "review", "2026-04-30"),
    ("acme", "term", "2026-11-21"),
    ("acme", "notice", "2026-12-01"),
    (None, "rate", "2026-12-10"),
    (None, "committee", "2026-12-10"),
    ("bolt", "milestone", "2026-12-22"),
]


def test_what_falls_due_is_listed_in_groups_with_who_sees_to_it(root: Path, run: Callable[..., Result]) -> None:
    result = run("--root", root, "due")
    assert (result.code, result.err) == (0, BLIND)
    assert result.out == (
        "Overdue (2)\n"
        "2026-04-30  206 d late  acme  review  mara-lindqvist  Budget review, never held so far\n"
        "2026-11-21  1 d late    acme  term    mara-lindqvist  Acme Two ended, and the vendor is still live\n"
        "\n"
        "In the next 30 days (4)\n"
        "2026-12-01  9 d   acme        notice     mara-lindqvist         "
        "Last day to cancel Acme One; it renews by itself after 2026-12-31\n"
        "2026-12-10  18 d  (registry)  rate       nobody named           "
        "Currency rates of 2026-09-01 grow stale: USD\n"
        "2026-12-10  18 d  (registry)  committee  elise-fontaine         "
        "Meeting of the Marketing Technology Committee; the last meeting was on 2026-11-10\n"
        "2026-12-22  30 d  bolt        milestone  viktor-salonen (left)  Planned to go live\n"
        "\n"
        "2 things overdue, 4 more due by 2027-01-21 (60 days from 2026-11-22)\n"
    )


def test_the_horizon_is_that_of_the_calendar_unless_another_is_asked_for(listed: Callable[..., Listed]) -> None:
    assert listed() == ALL
    assert listed("--within", "0") == ALL[:2]
    assert listed("--within", "9") == ALL[:3]
    assert listed("--within", "300") == [*ALL, ("acme", "evidence", "2027-06-30")]


@pytest.mark.parametrize(
    ("arguments", "places"),
    [
        pytest.param(("--owner", "mara-lindqvist"), [0, 1, 2], id="of a person"),
        pytest.param(("--owner", "crm-marketing"), [0, 1, 2], id="of a team"),
        pytest.param(("--owner", "growth-marketing"), [5], id="of the team of somebody who left"),
        pytest.param(("--owner", "noor-haddad"), [], id="of somebody with nothing to do"),
        pytest.param(("--vendor", "bolt"), [5], id="of a vendor"),
        pytest.param(("--vendor", "bolt", "--vendor", "acme"), [0, 1, 2, 5], id="of two vendors"),
        pytest.param(("--kind", "rate"), [3], id="of a kind"),
        pytest.param(("--kind", "notice", "--kind", "term", "--vendor", "acme"), [1, 2], id="of kinds and a vendor"),
    ],
)
def test_the_list_can_be_narrowed(listed: Callable[..., Listed], arguments: tuple[str, ...], places: list[int]) -> None:
    assert listed(*arguments) == [ALL[place] for place in places]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        pytest.param(("--vendor", "acm"), "there is no vendor 'acm' here · Did you mean 'acme'?", id="a vendor"),
        pytest.param(
            ("--owner", "mara-lindquist"),
            "'mara-lindquist' is neither a person nor a team in policies/people.yaml · Did you mean 'mara-lindqvist'?",
            id="a person",
        ),
        pytest.param(("--kind", "notices"), "'notices' is not one of", id="a kind"),
        pytest.param(("--within", "-1"), "-1 is not in the range", id="a number of days"),
        pytest.param(("--format", "csv"), "'csv' is not one of", id="a format"),
    ],
)
def test_what_is_not_there_is_refused(
    root: Path, run: Callable[..., Result], arguments: tuple[str, ...], said: str
) -> None:
    result = run("--root", root, "due", *arguments)
    assert (result.code, result.out) == (2, "")
    assert said in result.err


def test_json_is_what_its_schema_says_and_leads_to_the_line(root: Path, run: Callable[..., Result]) -> None:
    written: JsonObject = json.loads(run("--root", root, "due", "--format", "json").out)
    schema = json.loads((ROOT / "schemas" / "due.schema.json").read_text("utf-8"))
    assert Shape(schema, "due").problems(written) == ()
    found = {each["kind"]: each for each in written["items"]}
    assert (found["term"]["path"], found["term"]["line"]) == ("vendors/acme.yaml", 11)
    assert (found["review"]["path"], found["review"]["pointer"]) == ("vendors/acme.yaml", "/reviews")
    assert (found["rate"]["path"], found["rate"]["line"], found["rate"]["pointer"]) == (
        "policies/rates.yaml",
        4,
        "/rates/0",
    )


def test_markdown_is_for_a_job_or_an_issue(root: Path, run: Callable[..., Result]) -> None:
    shown = run("--root", root, "due", "--format", "markdown", "--vendor", "acme").out
    assert shown.startswith("## What falls due\n\n2 things overdue, 1 more due by 2027-01-21")
    assert '| 2026-11-21<br>1 day ago | **Acme Mail; "the best" \\[x\\](https&#58;//evil.example)** |' in shown
    assert shown.count("| Mara Lindqvist |") == 3


def test_the_calendar_is_the_same_on_every_run_and_can_be_read(root: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "preflight",
        "--root",
        str(root),
        "--as-of",
        "2026-11-22",
        "due",
        "--format",
        "ics",
    ]
    first, second = (subprocess.run(command, capture_output=True, check=True).stdout for _ in range(2))
    assert first == second
    assert first.endswith(b"END:VCALENDAR\r\n")
    assert b"\r\r" not in first
    events = Calendar.from_ical(first).walk("VEVENT")
    assert len(events) == len(ALL)
    assert str(events[1]["summary"]) == (
        'Overdue: Acme Mail; "the best" [x](https://evil.example): Acme Two ended, and the vendor is still live'
    )
    assert len({str(event["uid"]) for event in events}) == len(events)


def test_without_the_package_the_other_formats_still_work(root: Path) -> None:
    program = (
        "import sys; sys.modules['icalendar'] = None; from preflight.cli import run; "
        f"common = ['--root', {str(root)!r}, '--as-of', '2026-11-22', 'due']; "
        "sys.exit(10 * run([*common, '--format', 'json']) + run([*common, '--format', 'ics']))"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert result.returncode == 2
    assert json.loads(result.stdout)["schema"] == "preflight/due/v1"
    assert result.stderr == 2 * BLIND + (
        "preflight: calendars are written by the package icalendar, which is not installed"
        " · pip install 'preflight-governance[site]'\n"
    )


def test_only_the_calendar_loads_the_package(root: Path) -> None:
    program = (
        f"import sys; from preflight.cli import run; run(['--root', {str(root)!r}, 'due']); "
        "print('icalendar' in sys.modules)"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert result.stdout.splitlines()[-1] == "False"


def test_a_file_of_the_wrong_form_is_left_out_and_told_of(root: Path, run: Callable[..., Result]) -> None:
    (root / "vendors" / "cork.yaml").write_text("id: cork\n", "utf-8")
    result = run("--root", root, "due", "--format", "json")
    assert result.code == 0
    assert {each["vendor"] for each in json.loads(result.out)["items"]} == {"acme", "bolt", None}
    assert "1 vendor file not of the right form and left out; 'preflight check' says why" in result.err


def test_nothing_due_is_said(root: Path, run: Callable[..., Result]) -> None:
    result = run("--root", root, "due", "--owner", "noor-haddad")
    assert (result.code, result.out) == (0, "Nothing falls due by 2027-01-21 (60 days from 2026-11-22)\n")


def test_without_a_calendar_nobody_knows_what_falls_due(root: Path, run: Callable[..., Result]) -> None:
    (root / "policies" / "calendar.yaml").unlink()
    for rule in (root / "policies" / "rules").rglob("*.yaml"):  # those that read the facts of the calendar
        if any(name in rule.read_text("utf-8") for name in ("facts.cadence", "facts.due")):
            rule.unlink()
    result = run("--root", root, "due")
    assert (result.code, result.out) == (2, "")
    assert "there is no policies/calendar.yaml, so nothing can be said of what falls due" in result.err


def test_a_registry_of_another_kind_is_told_which_fields_are_missing(
    tmp_path: Path, run: Callable[..., Result]
) -> None:
    for name, text in {
        "policies/calendar.yaml": CALENDAR,
        "policies/limits.yaml": (ROOT / "policies" / "limits.yaml").read_text("utf-8"),
        "policies/rules/a/b.yaml": (
            "title: Named\nlevel: advice\nat: /name\nassert: vendor.name != ''\nmessage: No name\nwhy: It has one.\n"
            "fix: Give it one.\nexamples: {as_of: 2026-01-01, pass: [{}], fail: [{name: ''}]}\n"
        ),
        "schemas/vendor.schema.json": json.dumps(
            {
                "$schema": "https://json-schema.org/draft/2020-12/schema",
                "type": "object",
                "properties": {"id": {"type": "string"}, "name": {"type": "string"}, "reviews": {"type": "array"}},
            }
        ),
        "vendors/acme.yaml": "id: acme\nname: Acme\n",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    result = run("--root", tmp_path, "due")
    assert (result.code, result.out) == (2, "")
    assert "schemas/vendor.schema.json does not have the fields that tell of what falls due" in result.err
    assert "Missing: /lifecycle/status, /contract/subscriptions, /security/certifications, /evidence." in result.err


def test_our_own_registry_of_any_day_can_be_listed(run: Callable[..., Result]) -> None:
    for day in ("0001-01-01", "2024-02-29", "9999-12-31"):
        for output in ("table", "json", "markdown", "ics"):
            assert run("--root", ROOT, "due", "--format", output, as_of=day).code == 0
