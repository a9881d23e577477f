"""``preflight inventory diff``: what came, went and moved, as a table, JSON and Markdown."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator
from markdown_it import MarkdownIt

from commands.conftest import begin, commit

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Result

ROOT = Path(__file__).parents[2]
SCHEMA = Draft202012Validator(json.loads((ROOT / "schemas" / "inventory-diff.schema.json").read_text("utf-8")))
KEPT = ("bosun-tags", "flare-sms", "trident-experiments")
HOSTILE = "::error::<script>alert(1)</script> [x](javascript:alert(1)) | @team #1 **bold** ##[error]"


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two commits: three vendors; then one went, one came, and one moved."""
    root = tmp_path_factory.mktemp("diff") / "registry"
    begin(root, KEPT)
    (root / "vendors" / "bosun-tags.yaml").unlink()
    shutil.copy(ROOT / "vendors" / "ripple-surveys.yaml", root / "vendors")
    edit(root, "trident-experiments", "shared_accounts: false", "shared_accounts: true")
    commit(root, "Move things")
    return root


@pytest.fixture
def root(begun: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(begun, tmp_path / "registry"))


def edit(root: Path, name: str, old: str, new: str) -> None:
    path = root / "vendors" / f"{name}.yaml"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def parsed(result: Result) -> dict[str, Any]:
    assert (result.code, result.err) == (0, "")
    found: dict[str, Any] = json.loads(result.out)
    SCHEMA.validate(found)
    return found


def test_a_table_of_eighty_columns_tells_what_came_went_and_moved(root: Path, run: Callable[..., Result]) -> None:
    result = run("--root", root, "inventory", "diff", "HEAD~1", "HEAD")
    assert result.code == 0
    lines = result.out.splitlines()
    assert max(map(len, lines)) <= 80
    told = [line.split(maxsplit=2) for line in lines if line.startswith(("came", "went", "moved"))]
    assert told[0][:2] == ["came", "ripple-surveys"]
    assert told[0][2].startswith("Ripple Surveys, ")
    assert told[1][:2] == ["went", "bosun-tags"]
    [moved] = [each[2] for each in told if each[:2] == ["moved", "trident-experiments"]]
    assert moved.startswith("red flags: ")
    assert "1 came, 1 went, " in result.out


def test_json_is_what_its_schema_says(root: Path, run: Callable[..., Result]) -> None:
    found = parsed(run("--root", root, "--quiet", "inventory", "diff", "HEAD~1", "HEAD", "--format", "json"))
    assert found["schema"] == "preflight/inventory-diff/v1"
    assert [each["id"] for each in found["came"]] == ["ripple-surveys"]
    assert [each["id"] for each in found["went"]] == ["bosun-tags"]
    moved = {each["id"]: each for each in found["moved"]}
    assert moved["trident-experiments"]["fields_changed"] == 1
    [flags] = [move for move in moved["trident-experiments"]["moves"] if move["what"] == "red flags"]
    assert flags["after"] == flags["before"] + 1
    assert found["totals"]["vendors"] == {"before": 3, "after": 3}
    assert found["before"] != found["after"]


def test_without_a_second_commit_it_is_the_files_as_they_are(root: Path, run: Callable[..., Result]) -> None:
    edit(root, "flare-sms", "name: ", "name: New ")
    found = parsed(run("--root", root, "--quiet", "inventory", "diff", "HEAD", "--format", "json"))
    assert found["after"] is None
    [moved] = found["moved"]
    assert moved["id"] == "flare-sms"
    assert {"what": "name", "before": "Flare SMS", "after": "New Flare SMS"} in moved["moves"]
    assert "to the working tree" in run("--root", root, "inventory", "diff", "HEAD").out


def test_the_same_twice_is_no_difference(root: Path, run: Callable[..., Result]) -> None:
    result = run("--root", root, "inventory", "diff", "HEAD", "HEAD")
    assert result.code == 0
    assert result.out.startswith("0 came, 0 went, 0 moved from ")
    assert len(result.out.splitlines()) == 1


def test_a_field_that_nobody_asks_for_is_counted(root: Path, run: Callable[..., Result]) -> None:
    edit(root, "flare-sms", "summary: ", "summary: Once more. ")
    assert "1 field changed" in run("--root", root, "inventory", "diff", "HEAD").out


def test_a_file_that_cannot_be_read_is_no_vendor_that_went(root: Path, run: Callable[..., Result]) -> None:
    path = root / "vendors" / "flare-sms.yaml"
    whole = path.read_text("utf-8")
    path.write_text("name: [\n", "utf-8")
    found = parsed(run("--root", root, "--quiet", "inventory", "diff", "HEAD", "--format", "json"))
    assert found["went"] == []
    [moved] = [each for each in found["moved"] if each["id"] == "flare-sms"]
    assert moved["moves"] == [{"what": "file", "before": "in order", "after": "not of the right form"}]
    commit(root, "A slip")
    path.write_text(whole, "utf-8")
    found = parsed(run("--root", root, "--quiet", "inventory", "diff", "HEAD", "--format", "json"))
    assert found["came"] == []


def test_names_are_text_in_markdown_and_on_the_terminal(tmp_path: Path, run: Callable[..., Result]) -> None:
    (tmp_path / "vendors").mkdir()
    path = tmp_path / "vendors" / "a.yaml"
    path.write_text("name: A\n", "utf-8")
    commit(tmp_path, "Begin")
    path.write_text(f"name: {json.dumps(HOSTILE)}\n", "utf-8")
    (tmp_path / "vendors" / "b.yaml").write_text(f"name: {json.dumps(HOSTILE)}\n", "utf-8")
    parsed(run("--root", tmp_path, "--quiet", "inventory", "diff", "HEAD", "--format", "json"))
    written = run("--root", tmp_path, "--quiet", "inventory", "diff", "HEAD", "--format", "markdown").out
    html = MarkdownIt("gfm-like", {"linkify": False}).render(written)
    assert "&lt;script&gt;" in html
    assert "javascript:alert(1)" in html
    assert not any(tag in html for tag in ("<script", "<a ", "<table"))
    assert "@team" not in written
    shown = run("--root", tmp_path, "--quiet", "inventory", "diff", "HEAD").out
    assert "##[error]" not in shown
    assert not any(line.lstrip().startswith("::") for line in shown.splitlines())
    assert max(map(len, shown.splitlines())) <= 80


def test_markdown_has_a_part_for_each(root: Path, run: Callable[..., Result]) -> None:
    lines = run("--root", root, "inventory", "diff", "HEAD~1", "HEAD", "--format", "markdown").out.splitlines()
    assert [line for line in lines if line.startswith("#")] == ["### Came", "### Went", "### Moved"]
    assert lines[0].startswith("**1 came, 1 went, ")


def test_a_commit_that_is_not_there_is_refused(root: Path, run: Callable[..., Result]) -> None:
    for arguments in (("nowhere",), ("HEAD", "nowhere")):
        result = run("--root", root, "inventory", "diff", *arguments)
        assert (result.code, result.out) == (2, "")
        assert "nowhere" in result.err


def test_without_git_there_is_nothing_to_compare_with(tmp_path: Path, run: Callable[..., Result]) -> None:
    (tmp_path / "vendors").mkdir()
    (tmp_path / "vendors" / "a.yaml").write_text("name: A\n", "utf-8")
    result = run("--root", tmp_path, "inventory", "diff", "HEAD")
    assert (result.code, result.out) == (2, "")
    assert "Traceback" not in result.err


def test_records_without_rules_are_compared_by_what_they_say(tmp_path: Path, run: Callable[..., Result]) -> None:
    (tmp_path / "vendors").mkdir()
    for name in ("a", "b"):
        (tmp_path / "vendors" / f"{name}.yaml").write_text(f"name: {name.upper()}\nurl: one\n", "utf-8")
    commit(tmp_path, "Begin")
    (tmp_path / "vendors" / "a.yaml").write_text("name: A\nurl: two\n", "utf-8")
    found = parsed(run("--root", tmp_path, "--quiet", "inventory", "diff", "HEAD", "--format", "json"))
    assert [each["id"] for each in found["moved"]] == ["a"]
    assert found["totals"]["annual cost"] == {"before": None, "after": None}
