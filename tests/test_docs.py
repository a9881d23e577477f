"""What is written about preflight is true: generated files are current, commands documented, links alive."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from preflight.commands import COMMANDS
from preflight.model import Level
from preflight.shell.files import WorkingTree
from preflight.shell.registry import Layout, load_policy

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Result

ROOT = Path(__file__).parents[1]
PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]


def test_the_policy_book_is_the_one_that_the_rules_give(tmp_path: Path, run: Callable[..., Result]) -> None:
    assert run("--root", ROOT, "policy", "docs", tmp_path).code == 0
    written = {path.name: path.read_text("utf-8") for path in (ROOT / "docs" / "policy-book").iterdir()}
    assert {path.name: path.read_text("utf-8") for path in tmp_path.iterdir()} == written, "run: make docs"


def test_the_editor_schemas_are_those_that_the_schemas_give(tmp_path: Path, run: Callable[..., Result]) -> None:
    assert run("--root", ROOT, "policy", "schemas", tmp_path).code == 0
    written = {path.name: path.read_text("utf-8") for path in (ROOT / "schemas" / "editor").iterdir()}
    assert {path.name: path.read_text("utf-8") for path in tmp_path.iterdir()} == written, "run: make docs"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_within_the_project_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text("utf-8")):
        if not re.match(r"[a-z]+:", target):
            assert (page.parent / target).exists(), f"{page.name} → {target}"


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_in_the_reference(name: str) -> None:
    assert f"preflight {name}" in (ROOT / "docs" / "commands.md").read_text("utf-8")


@pytest.mark.skipif(os.name != "posix", reason="Windows has no terminals that are files")
def test_the_first_example_is_what_a_terminal_of_eighty_columns_shows(tmp_path: Path) -> None:
    for part in ("policies", "schemas", "vendors"):
        shutil.copytree(ROOT / part, tmp_path / part)
    record = tmp_path / "vendors" / "beacon-mail.yaml"
    record.write_text(re.sub(r"    - standard: soc2-type2\n(      .*\n)+", "", record.read_text("utf-8")), "utf-8")
    ours, theirs = os.openpty()
    environment = {**os.environ, "COLUMNS": "80", "NO_COLOR": "1"}
    order = [sys.executable, "-m", "preflight", "--as-of", "2026-11-22", "check", "beacon-mail"]
    with subprocess.Popen(order, cwd=tmp_path, stdout=theirs, stderr=subprocess.PIPE, env=environment) as running:
        os.close(theirs)
        shown = b""
        while some := _from(ours):
            shown += some
    os.close(ours)
    readme = (ROOT / "README.md").read_text("utf-8")
    [printed] = re.findall(
        r"^```console\n\$ preflight check beacon-mail[^\n]*\n(.*?)^```$", readme, re.MULTILINE | re.DOTALL
    )
    assert shown.decode().replace("\r\n", "\n") == printed
    assert running.returncode == 1


def _from(terminal: int) -> bytes:
    """Return what came to a terminal; nothing where nobody writes to it any more."""
    try:
        return os.read(terminal, 1 << 16)
    except OSError:  # that is how Linux says it
        return b""


@pytest.mark.parametrize("page", ["README.md", "CHANGELOG.md"])
def test_the_rules_are_counted(page: str) -> None:
    rules = load_policy(WorkingTree(ROOT), Layout()).rules
    blocking = sum(each.rule.level is Level.RED_FLAG for each in rules)
    counted = re.search(
        r"(\d+) rules(?: in CEL in eleven domains:|,) (\d+) (?:of which|that) block", (ROOT / page).read_text("utf-8")
    )
    assert counted is not None
    assert counted.groups() == (str(len(rules)), str(blocking))


def closed(schema: object, at: str = "") -> list[str]:
    """Return the places in a schema that describe an object and let any key through."""
    if not isinstance(schema, dict):
        return []
    open_here = schema.get("type") == "object" and "additionalProperties" not in schema
    found = [at or "/"] if open_here and "properties" in schema else []
    for key, value in schema.items():
        if key in {"properties", "$defs"}:
            found += [each for name, member in value.items() for each in closed(member, f"{at}/{key}/{name}")]
        elif key in {"items", "additionalProperties"}:
            found += closed(value, f"{at}/{key}")
    return found


@pytest.mark.parametrize("path", sorted((ROOT / "schemas").glob("*.json")), ids=lambda path: path.name)
def test_a_schema_is_closed_and_teaches(path: Path) -> None:
    schema = json.loads(path.read_text("utf-8"))
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert closed(schema) == []
    untitled = [
        name
        for name, member in schema["properties"].items()
        if not {"title", "description"} & set(member) and "$ref" not in member
    ]
    assert untitled == []


@pytest.mark.parametrize(
    "path", sorted((ROOT / "policies").rglob("*.yaml")), ids=lambda path: path.relative_to(ROOT).as_posix()
)
def test_a_policy_file_shows_its_editor_the_schema(path: Path) -> None:
    first = path.read_text("utf-8").splitlines()[0]
    assert first.startswith("# yaml-language-server: $schema=")
    assert (path.parent / first.partition("=")[2]).is_file()
