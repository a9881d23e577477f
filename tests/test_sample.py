"""The sample registry: a stack that a good enterprise would run, and what the gate says of it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

from preflight.commands import explain
from preflight.commands.session import Session

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Result

ROOT = Path(__file__).parents[1]
VENDORS = sorted((ROOT / "vendors").glob("*.yaml"))
AS_OF = "2026-11-22"
RULES = sorted((ROOT / "policies/rules").glob("*/*.yaml"))


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    for part in ("policies", "schemas", "vendors"):
        shutil.copytree(ROOT / part, tmp_path / part)
    return tmp_path


def report(result: Result) -> dict[str, object]:
    parsed: dict[str, object] = json.loads(result.out)
    return parsed


def test_the_gate_is_green_with_a_few_honest_warnings(run: Callable[..., Result]) -> None:
    result = run("--root", ROOT, "check", "--format", "json")
    summary = json.loads(result.out)["summary"]
    assert result.code == 0
    assert summary["red_flags"] == 0
    assert 1 <= summary["warnings"] <= 2 * summary["vendors"]
    whole = sum(yaml.safe_load(path.read_text("utf-8")).get("about") == "registry" for path in RULES)
    assert summary["judged"] == summary["vendors"] * (summary["rules"] - whole) + whole


def test_there_are_twenty_vendors_in_twelve_categories() -> None:
    records = [yaml.safe_load(path.read_text("utf-8")) for path in VENDORS]
    assert len(records) >= 20
    assert len({record["category"] for record in records}) >= 12


@pytest.mark.parametrize("path", VENDORS, ids=lambda path: path.stem)
def test_a_sample_shows_its_editor_the_schema(path: Path) -> None:
    first = path.read_text("utf-8").splitlines()[0]
    assert first == "# yaml-language-server: $schema=../schemas/editor/vendor.schema.json"
    assert (path.parent / first.partition("=")[2]).is_file()


@pytest.mark.parametrize("path", VENDORS, ids=lambda path: path.stem)
def test_a_sample_names_only_people_teams_and_systems_that_exist(path: Path) -> None:
    people = yaml.safe_load((ROOT / "policies" / "people.yaml").read_text("utf-8"))
    systems = yaml.safe_load((ROOT / "policies" / "systems.yaml").read_text("utf-8"))
    persons, teams = ({each["id"] for each in people[kind]} for kind in ("people", "teams"))
    known = {each["id"] for each in systems["systems"]} | {each.stem for each in VENDORS}
    record = yaml.safe_load(path.read_text("utf-8"))
    for side in ("marketing", "it"):
        assert record["ownership"][side]["owner"] in persons
        assert record["ownership"][side].get("team", "brand-marketing") in teams
    for integration in record["integrations"]:
        assert integration["system"] in known
        assert integration.get("owner", "kofi-mensah") in persons | teams


def test_dropping_a_soc_2_report_blocks_at_its_line_with_a_fix(copy: Path, run: Callable[..., Result]) -> None:
    path = copy / "vendors" / "beacon-mail.yaml"
    text = path.read_text("utf-8")
    kept, inside = [], False
    for line in text.splitlines(keepends=True):
        inside = line.startswith("    - standard: soc2-type2") or (inside and line.startswith("      "))
        if not inside:
            kept.append(line)
    path.write_text("".join(kept), "utf-8")
    result = run("--root", copy, "check", "--format", "json")
    [verdict] = [each for each in json.loads(result.out)["verdicts"] if each["level"] == "red-flag"]
    place = 1 + [row.strip() for row in "".join(kept).splitlines()].index("certifications:")
    assert result.code == 1
    assert (verdict["rule"], verdict["vendor"], verdict["line"]) == (
        "security/certification-current",
        "beacon-mail",
        place,
    )
    assert "bridge letter" in verdict["fix"]


SURROUNDINGS = [
    pytest.param({"TZ": "Pacific/Kiritimati"}, id="another time zone"),
    pytest.param({"LC_ALL": "C", "PYTHONUTF8": "0"}, id="no locale"),
    pytest.param({"COLUMNS": "20", "TERM": "dumb"}, id="a small terminal"),
    pytest.param({"PYTHONHASHSEED": "7"}, id="another hash seed"),
]


def judged_in(surroundings: dict[str, str]) -> subprocess.CompletedProcess[bytes]:
    command = [
        sys.executable,
        "-m",
        "preflight",
        "--root",
        str(ROOT),
        "--as-of",
        "2026-11-22",
        "check",
        "--format",
        "text",
        "--format",
        "json",
    ]
    plain = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT / "tool")}
    return subprocess.run(command, env=plain | surroundings, capture_output=True, check=False)


@pytest.fixture(scope="module")
def here() -> subprocess.CompletedProcess[bytes]:
    return judged_in({})


@pytest.mark.parametrize("surroundings", SURROUNDINGS)
def test_verdicts_do_not_depend_on_the_surroundings(
    surroundings: dict[str, str], here: subprocess.CompletedProcess[bytes]
) -> None:
    there = judged_in(surroundings)
    assert (here.returncode, here.stdout) == (there.returncode, there.stdout)
    assert b"PASSED" in here.stdout


def test_verdicts_do_not_depend_on_the_order_of_the_files(copy: Path, run: Callable[..., Result]) -> None:
    before = run("--root", copy, "check", "--format", "json").out
    files = (each for each in (copy / "vendors").rglob("*") if each.is_file())
    for path in sorted(files, reverse=True):  # written anew: another order on the disk
        data = path.read_bytes()
        path.unlink()
        path.write_bytes(data)
    assert run("--root", copy, "check", "--format", "json").out == before


def test_every_vendor_can_be_explained(run: Callable[..., Result]) -> None:
    session = Session(ROOT, date.fromisoformat(AS_OF), quiet=True)
    pages = {path.stem: "\n".join(explain.of_vendor(session, path.stem)) for path in VENDORS}
    assert [vendor for vendor, page in pages.items() if "Initial screening: " not in page or "C5.14" not in page] == []
    first = VENDORS[0].stem
    assert run("--root", ROOT, "explain", first).out == pages[first] + "\n"
