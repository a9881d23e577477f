"""``preflight audit alignment``: measured on a registry whose past the test has made."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from chronicle import ELISE, KOFI, STRANGER, TOMAS, Chronicle
from preflight.schema import Shape

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Result

ROOT = Path(__file__).parents[2]
PROPOSED = "status: proposed\nproposed_on: 2026-02-09"
WAIVED = "security/single-sign-on"


def history(root: Path) -> Chronicle:
    """Write a year: one vendor that IT saw in time, one that it saw late, one that it never saw."""
    told = Chronicle(root)
    told.keep("flare-sms")
    told.begin(ELISE, "2026-01-15")
    told.record("newcomer", PROPOSED)
    told.edit("newcomer", "  it: {owner: ines-albrecht, team: integration-services}\n", "")
    told.commit("Propose a newcomer", TOMAS, "2026-02-10")
    told.branch("look")
    told.edit("newcomer", "  marketing: {", "  it: {owner: kofi-mensah, team: integration-services}\n  marketing: {")
    told.commit("Look at the newcomer", KOFI, "2026-05-01")
    told.merge("look", "Merge pull request #7 from look", ELISE, "2026-05-04")
    told.edit("newcomer", "status: proposed", "status: approved\n  approved_on: 2026-05-20")
    told.commit("Approve it", TOMAS, "2026-05-20")
    told.record("latecomer", "status: live\nproposed_on: 2026-05-01\nsigned_on: 2026-07-01\nlive_on: 2026-08-01")
    told.record("solo", "status: live\nproposed_on: 2026-05-01\nsigned_on: 2026-07-01\nlive_on: 2026-08-01")
    told.commit("Two that are live already", TOMAS, "2026-07-10")
    told.edit("latecomer", "summary: Sends", "summary: Still sends")
    told.commit("So there is a latecomer", KOFI, "2026-07-20")
    return told


@pytest.fixture(scope="module")
def past(tmp_path_factory: pytest.TempPathFactory) -> Chronicle:
    root = tmp_path_factory.mktemp("past")
    for folder in ("policies", "schemas", "vendors"):
        _copy(ROOT / folder, root / folder)
    return history(root)


def _copy(source: Path, target: Path) -> None:
    for path in source.rglob("*"):
        if path.is_file():
            place = target / path.relative_to(source)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(path.read_bytes())


@pytest.fixture
def measured(past: Chronicle, run: Callable[..., Result]) -> Callable[..., dict[str, Any]]:
    def call(*more: str | Path, as_of: str = "2026-11-22") -> dict[str, Any]:
        result = run("--root", past.root, "audit", "alignment", "--format", "json", *more, as_of=as_of)
        assert (result.code, result.err) == (0, "")
        found: dict[str, Any] = json.loads(result.out)
        return found

    return call


def test_json_is_what_its_schema_says(measured: Callable[..., dict[str, Any]]) -> None:
    schema = json.loads((ROOT / "schemas" / "alignment-report.schema.json").read_text("utf-8"))
    shape = Shape(schema, "alignment-report")
    assert shape.problems(measured()) == ()
    assert shape.problems(measured("--anonymous")) == ()


def test_the_stage_of_each_vendor_is_told_by_the_log(measured: Callable[..., dict[str, Any]]) -> None:
    found = measured()
    assert {each["vendor"]: (each["stage"], each["basis"]) for each in found["vendors"]} == {
        "flare-sms": ("before-signature", "record"),
        "newcomer": ("before-signature", "log"),
        "latecomer": ("after-signature", "log"),
        "solo": ("never", None),
    }
    assert found["stages"]["never"] == 1
    assert found["whole"]["measures"]["it-before-signature"] == {"value": 33, "good": 1, "of": 3, "unknown": 0}
    assert found["whole"]["measures"]["it-involved"]["value"] == 75


def test_decisions_are_timed_from_the_proposal_in_the_quarter_in_which_they_fell(
    measured: Callable[..., dict[str, Any]],
) -> None:
    found = measured()
    [newcomer] = [each for each in found["vendors"] if each["vendor"] == "newcomer"]
    assert (newcomer["decision_days"], newcomer["decided_in"]) == (100, "2026-Q2")
    [solo] = [each for each in found["vendors"] if each["vendor"] == "solo"]
    assert (solo["value_days"], solo["live_in"]) == (92, "2026-Q3")
    by_quarter = {each["quarter"]: each for each in found["quarters"]}
    assert (by_quarter["2026-Q2"]["decided"], by_quarter["2026-Q2"]["decision_days"]) == (1, 100)
    assert (by_quarter["2026-Q3"]["went_live"], by_quarter["2026-Q3"]["value_days"]) == (2, 92)


def test_each_quarter_is_judged_on_the_records_of_its_last_day(measured: Callable[..., dict[str, Any]]) -> None:
    found = measured("--quarters", "5")["quarters"]
    assert [each["quarter"] for each in found] == ["2025-Q4", "2026-Q1", "2026-Q2", "2026-Q3", "2026-Q4"]
    assert [each["vendors"] for each in found] == [None, 2, 2, 4, 4]
    assert (found[0]["told"], found[0]["missing"]) == (False, "the registry did not exist yet")
    involved = [each["measures"] and each["measures"]["it-involved"]["good"] for each in found]
    assert involved == [None, 1, 2, 3, 3]
    late = [each["drift"]["overdue-reviews"] for each in found[1:]]
    assert late[0] > late[-1]  # reviews of later in the year had not been held in March


def test_a_stranger_in_the_history_makes_never_unknown(past: Chronicle, run: Callable[..., Result]) -> None:
    head = past.git("rev-parse", "HEAD").strip()
    past.edit("solo", "summary: Sends", "summary: Also sends")
    past.commit("From outside", STRANGER, "2026-08-01")
    try:
        result = run("--root", past.root, "audit", "alignment", "--format", "json", "--quarters", "1")
        [solo] = [each for each in json.loads(result.out)["vendors"] if each["vendor"] == "solo"]
        assert solo["stage"] == "not-known"
        earlier = run("--root", past.root, "--at", head, "audit", "alignment", "--format", "json", "--quarters", "1")
        assert {each["stage"] for each in json.loads(earlier.out)["vendors"] if each["vendor"] == "solo"} == {"never"}
    finally:
        past.git("reset", "-q", "--hard", head)


def test_the_table_says_the_step_what_is_lacking_and_where_it_goes(past: Chronicle, run: Callable[..., Result]) -> None:
    shown = run("--root", past.root, "audit", "alignment").out
    for part in (
        "Step 2 of 5: In radio contact",
        "IT took part before the signature: 33%; at least 70% is wanted",
        "Reviews overdue: falling",
        "Days to decision, median",
        "latecomer",
        "crm-marketing",
    ):
        assert part in shown
    assert max(len(line) for line in shown.splitlines()) <= 80


def test_findings_that_were_repaired_before_the_signature_are_counted(
    measured: Callable[..., dict[str, Any]],
) -> None:
    # The newcomer was proposed without an owner in IT; before anybody signed, it had one.
    found = {each["vendor"]: each["fixed_before_signature"] for each in measured("--quarters", "1")["vendors"]}
    assert found["newcomer"] is not None
    assert found["newcomer"] >= 1
    assert found["latecomer"] is None


def test_an_export_without_names_holds_none(
    past: Chronicle, tmp_path: Path, run: Callable[..., Result], measured: Callable[..., dict[str, Any]]
) -> None:
    target = tmp_path / "out" / "alignment.json"
    result = run("--root", past.root, "audit", "alignment", "--export", target, "--anonymous", "--quarters", "5")
    assert result.code == 0
    text = target.read_text("utf-8")
    secret = set(_strings(yaml.safe_load((past.root / "policies" / "people.yaml").read_text("utf-8"))))
    for path in (past.root / "vendors").glob("*.yaml"):
        secret |= set(_strings(yaml.safe_load(path.read_text("utf-8"))))
    # Words that every organisation has: sides, categories, states, and what is called as a measure is.
    schema = (ROOT / "schemas" / "alignment-report.schema.json").read_text("utf-8")
    plain = set(re.findall(r"[a-z-]+", schema)) | {"it", "sms-messaging"}
    told = set(re.findall(r'"((?:[^"\\]|\\.)*)"', text))
    words = {word for each in told for word in (each, each.rpartition(" ")[0])}
    assert not (secret - plain) & words
    for each in sorted(secret - plain):
        if len(each) > 5 and not any(each in word for word in plain):
            assert each not in text
    assert not re.search(r"\d{4}-\d{2}-\d{2}|[0-9a-f]{40}", text)
    named = measured("--quarters", "5")
    assert json.loads(text)["whole"]["measures"] == named["whole"]["measures"]
    assert [each["vendor"] for each in json.loads(text)["vendors"]] == [f"sms-messaging {at}" for at in range(1, 5)]


def _strings(value: object) -> list[str]:
    if isinstance(value, dict):
        return [each for member in value.values() for each in _strings(member)]
    if isinstance(value, list):
        return [each for member in value for each in _strings(member)]
    return [value] if isinstance(value, str) and value else []


def test_names_are_taken_out_of_json_alone(past: Chronicle, run: Callable[..., Result]) -> None:
    result = run("--root", past.root, "audit", "alignment", "--anonymous")
    assert result.code == 2
    assert "only JSON is written without names" in result.err


@pytest.mark.parametrize("missing", ["people", "alignment"])
def test_without_the_directory_or_the_scale_it_cannot_be_told(
    registry: Path, run: Callable[..., Result], missing: str
) -> None:
    (registry / "policies" / f"{missing}.yaml").unlink()
    Chronicle(registry).commit("Take it out")
    result = run("--root", registry, "audit", "alignment")
    assert (result.code, result.out) == (2, "")
    assert f"there is no policies/{missing}.yaml, so it cannot be told" in result.err


def test_a_registry_of_somebody_else_is_told_what_it_lacks(tmp_path: Path, run: Callable[..., Result]) -> None:
    (tmp_path / "vendors").mkdir()
    (tmp_path / "vendors" / "acme.yaml").write_text("id: acme\nname: Acme\n", "utf-8")
    Chronicle(tmp_path).begin()
    result = run("--root", tmp_path, "audit", "alignment")
    assert (result.code, result.out) == (2, "")
    assert "there is no policies/people.yaml, so it cannot be told which commits are of IT" in result.err


def test_hostile_words_stay_words(registry: Path, run: Callable[..., Result]) -> None:
    told = Chronicle(registry)
    told.keep("flare-sms")
    scale = registry / "policies" / "alignment.yaml"
    evil = r'"##[error] <script>|@all \u001b[31m"'
    scale.write_text(scale.read_text("utf-8").replace("title: In radio contact", f"title: {evil}"), "utf-8")
    people = registry / "policies" / "people.yaml"
    people.write_text(people.read_text("utf-8").replace("name: Kofi Mensah", 'name: "<img>|x"'), "utf-8")
    told.commit("Evil", ELISE, "2026-02-01")
    for output in ("table", "json", "markdown"):
        result = run("--root", registry, "audit", "alignment", "--format", output, "--quarters", "1")
        assert "\x1b" not in result.out
        assert "##[error]" not in result.out
        assert "<script>" not in result.out or output != "markdown"


def test_a_quarter_whose_rules_cannot_be_read_is_left_untold(registry: Path, run: Callable[..., Result]) -> None:
    told = Chronicle(registry)
    told.keep("flare-sms")
    rule = registry / "policies" / "risk.yaml"
    good = rule.read_text("utf-8")
    rule.write_text("open: [\n", "utf-8")
    told.commit("Break the rules", ELISE, "2026-11-20")
    rule.write_text(good, "utf-8")
    told.commit("Repair them", ELISE, "2027-02-01")
    result = run("--root", registry, "audit", "alignment", "--quarters", "2", "--format", "json", as_of="2027-02-03")
    [broken, now] = json.loads(result.out)["quarters"]
    assert (broken["told"], now["told"]) == (False, True)
    assert broken["step"] is None
    assert broken["missing"]


def test_a_schema_of_somebody_else_with_other_fields_is_measured_as_far_as_it_goes(
    tmp_path: Path, run: Callable[..., Result]
) -> None:
    strange = {
        "lifecycle": 7,
        "ownership": [1],
        "reviews": ["good", {"by": 3, "date": "soon"}, {"by": "kofi-mensah", "date": "2026-13-01"}],
        "approvals": {"by": "x"},
        "category": "secret-project",
        "integrations": "none",
    }
    case = ROOT / "tests" / "cases" / "null-means-not-known"
    _copy(case, tmp_path)
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object", "properties": {}}
    schema["properties"] = {"name": {"type": "string"}, "owner": {"type": ["string", "null"]}} | {
        name: {"examples": [value]} for name, value in strange.items()
    }
    (tmp_path / "tool.schema.json").write_text(json.dumps(schema), "utf-8")
    (tmp_path / "tools" / "odd.yaml").write_text(yaml.safe_dump({"name": "Odd", "owner": "ann", **strange}), "utf-8")
    (tmp_path / "tool-policies").mkdir()
    for name in ("people.yaml", "alignment.yaml"):
        (tmp_path / "tool-policies" / name).write_bytes((ROOT / "policies" / name).read_bytes())
    Chronicle(tmp_path).begin(TOMAS, "2026-10-01")
    result = run("--root", tmp_path, "audit", "alignment", "--format", "json", "--anonymous")
    assert result.code == 0, result.err
    found = json.loads(result.out)
    assert found["whole"]["step"] == 1
    assert {each["category"] for each in found["vendors"]} == {"vendor"}
    assert "secret-project" not in result.out
    named = json.loads(run("--root", tmp_path, "audit", "alignment", "--format", "json").out)
    stages = {each["vendor"]: each["stage"] for each in named["vendors"]}
    assert (stages["odd"], stages["drill"]) == ("never", "not-known")  # drill.yml is not of the right form
