"""The repository around a registry, as the shell reads it: its own settings, and never those of whoever runs it."""

from __future__ import annotations

import os
import subprocess
from datetime import date
from typing import TYPE_CHECKING

import pytest

from preflight.errors import UsageError
from preflight.shell.repository import Repository

if TYPE_CHECKING:
    from pathlib import Path

DAY = date(2026, 11, 22)


def git(root: Path, *arguments: str) -> str:
    who = ["-c", "user.name=Ann", "-c", "user.email=ann@example.org"]
    return subprocess.run(["git", *who, *arguments], cwd=root, capture_output=True, text=True, check=True).stdout


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    root = tmp_path / "clone"
    (root / "stack").mkdir(parents=True)
    git(root, "init", "--quiet", "--initial-branch=main")
    (root / "stack" / "a.yaml").write_text("a: 1\n", "utf-8")
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "-m", "Begin")
    return root


def around(root: Path) -> Repository:
    found = Repository.around(root)
    assert found is not None
    return found


def test_a_clone_knows_its_top_and_the_way_to_the_registry(clone: Path) -> None:
    assert around(clone).prefix == ""
    assert around(clone / "stack").prefix == "stack/"
    assert around(clone / "stack").top == clone


def test_a_bare_repository_has_no_top(clone: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "--quiet", "--bare", str(clone), "server.git")
    found = around(tmp_path / "server.git")
    assert (found.top, found.prefix, found.branch) == (None, "", "main")
    assert found.untracked(["."]) == []


def test_where_there_is_no_git_there_is_none(tmp_path: Path) -> None:
    assert Repository.around(tmp_path) is None


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="git cannot be run in"):
        Repository.around(tmp_path / "nowhere")


def test_settings_are_those_of_the_repository_alone(
    clone: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".gitconfig").write_text("[receive]\n\tfsckObjects = true\n", "utf-8")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert "receive.fsckobjects" not in around(clone).settings()
    with (clone / ".git" / "config").open("a", encoding="utf-8") as config:
        config.write("[receive]\n\tdenyDeletes\n")
    assert around(clone).settings()["receive.denydeletes"] == "true"


def test_a_program_in_the_settings_is_not_run(clone: Path, tmp_path: Path) -> None:
    ran = tmp_path / "ran"
    monitor = tmp_path / "monitor"
    monitor.write_text(f"#!/bin/sh\ntouch {ran}\n", "utf-8")
    monitor.chmod(0o755)
    git(clone, "config", "core.fsmonitor", str(monitor))
    found = around(clone)
    found.untracked(["."])
    found.attributes("HEAD", ["diff"], ["x"])
    found.staged(DAY)
    assert not ran.exists()


def test_the_head_of_an_empty_repository_is_none_and_a_broken_one_is_refused(clone: Path, tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet", "empty")
    assert around(tmp_path / "empty").head is None
    (clone / ".git" / "refs" / "heads" / "main").write_text("nonsense\n", "utf-8")
    with pytest.raises(UsageError, match="HEAD cannot be read"):
        _ = around(clone).head


def test_a_symbolic_ref_is_another_name(clone: Path) -> None:
    git(clone, "symbolic-ref", "refs/heads/trunk", "refs/heads/main")
    assert around(clone).target("refs/heads/trunk") == "refs/heads/main"
    assert around(clone).target("refs/heads/main") == "refs/heads/main"
    assert around(clone).target("refs/heads/none") == "refs/heads/none"


def test_attributes_are_those_of_the_commit(clone: Path) -> None:
    (clone / ".gitattributes").write_text("stack/*.yaml -diff\n", "utf-8")
    found = around(clone / "stack")
    assert found.attributes("HEAD", ["diff"], ["new.yaml"]) == {}
    git(clone, "add", "--all")
    git(clone, "commit", "--quiet", "-m", "Attributes")
    (clone / ".gitattributes").unlink()
    assert found.attributes("HEAD", ["diff"], ["new.yaml"]) == {
        "a.yaml": {"diff": "unset"},
        "new.yaml": {"diff": "unset"},
    }
    assert git(clone, "status", "--porcelain") == " D .gitattributes\n"


def test_what_is_staged_is_a_commit_of_whoever_commits_and_the_same_all_day(
    clone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_AUTHOR_NAME", "Bo Ek")
    monkeypatch.setenv("GIT_AUTHOR_EMAIL", "bo@example.org")
    (clone / "stack" / "a.yaml").write_text("a: 2\n", "utf-8")
    git(clone, "add", "--all")
    (clone / "stack" / "a.yaml").write_text("a: 3\n", "utf-8")
    found = around(clone)
    commit = found.staged(DAY)
    assert found.staged(DAY) == commit
    assert git(clone, "log", "-1", "--format=%an %ae %ad %P", "--date=short", commit).split() == [
        "Bo", "Ek", "bo@example.org", "2026-11-22", git(clone, "rev-parse", "HEAD").strip()
    ]  # fmt: skip
    assert git(clone, "show", f"{commit}:stack/a.yaml") == "a: 2\n"
    assert found.staged(date(1, 1, 1)) != commit


def test_an_index_that_git_names_is_the_one_that_counts(clone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (clone / "stack" / "a.yaml").write_text("a: 9\n", "utf-8")
    other = {**os.environ, "GIT_INDEX_FILE": str(clone / ".git" / "other")}
    subprocess.run(["git", "add", "--all"], cwd=clone, env=other, check=True)
    monkeypatch.chdir(clone)
    monkeypatch.setenv("GIT_INDEX_FILE", ".git/other")
    found = around(clone)
    monkeypatch.delenv("GIT_INDEX_FILE")
    assert git(clone, "show", f"{found.staged(DAY)}:stack/a.yaml") == "a: 9\n"
    assert git(clone, "show", f"{around(clone).staged(DAY)}:stack/a.yaml") == "a: 1\n"


def test_a_hook_is_read_where_git_looks_for_it(clone: Path) -> None:
    assert around(clone).hook("pre-commit") is None
    git(clone, "config", "core.hooksPath", "hooks")
    (clone / "hooks").mkdir()
    (clone / "hooks" / "pre-commit").write_bytes(b"\xff\xfe")
    found = around(clone).hook("pre-commit")
    assert found is not None
    assert (found.text, found.executable) == (None, False)
