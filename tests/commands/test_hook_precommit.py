"""``preflight hook pre-commit``: real commits in a real clone."""

from __future__ import annotations

import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import Result

LIVE = "vendors/trident-experiments.yaml"
OTHER = "vendors/flare-sms.yaml"
GOOD, BAD = "amount: 46100", "amount: 52000"
IDENTITY = ["-c", "user.name=Amara Okafor", "-c", "user.email=amara.okafor@harbourline.example"]


def git(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["git", *IDENTITY, *arguments], cwd=root, capture_output=True, text=True, check=False)


def install(top: Path, root: str = ".") -> None:
    hook = top / ".git" / "hooks" / "pre-commit"
    command = f"{sys.executable} -m preflight --root {root} --as-of 2026-11-22 hook pre-commit"
    hook.write_text(f"#!/bin/sh\nexec {command}\n", "utf-8")
    hook.chmod(0o755)


@pytest.fixture
def clone(registry: Path) -> Path:
    install(registry)
    return registry


def edit(root: Path, new: str, path: str = LIVE, old: str = "amount: 46000") -> None:
    file = root / path
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")


def tip(root: Path) -> str:
    return git(root, "rev-parse", "HEAD").stdout.strip()


def test_what_has_no_red_flag_is_committed_without_a_word(clone: Path) -> None:
    edit(clone, GOOD)
    before = tip(clone)
    git(clone, "add", "--all")
    result = git(clone, "commit", "--quiet", "-m", "A little more")
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")
    assert tip(clone) != before


def test_a_registry_may_begin_with_its_rules_and_is_told_that_nothing_was_judged(clone: Path) -> None:
    shutil.rmtree(clone / "vendors")
    git(clone, "update-ref", "-d", "HEAD")
    git(clone, "add", "--all")
    result = git(clone, "commit", "--quiet", "-m", "The rules")
    assert result.returncode == 0, result.stderr
    assert "rules and without a vendor: nothing was judged." in " ".join((result.stdout + result.stderr).split())


def test_a_red_flag_is_refused_with_what_blocks_and_how_to_fix_it(clone: Path) -> None:
    edit(clone, BAD)
    before = tip(clone)
    git(clone, "add", "--all")
    result = git(clone, "commit", "-m", "Much more")
    said = result.stderr.splitlines()
    assert result.returncode != 0
    assert said[0] == "REFUSED: 1 red flag in what is staged"
    assert f"{LIVE}:361:1  risk/approved-by-the-roles" in said
    assert any(line.startswith("  → ") for line in said)
    assert len(said) < 25
    assert tip(clone) == before


def test_only_what_is_staged_counts_not_what_lies_in_the_folder(clone: Path) -> None:
    edit(clone, GOOD)
    git(clone, "add", "--all")
    edit(clone, BAD, old=GOOD)
    assert git(clone, "commit", "--quiet", "-m", "The good half").returncode == 0
    assert GOOD in git(clone, "show", f"HEAD:{LIVE}").stdout
    git(clone, "add", "--all")
    edit(clone, GOOD, old=BAD)
    refused = git(clone, "commit", "--quiet", "-m", "The bad half")
    assert refused.returncode != 0
    assert "risk/approved-by-the-roles" in refused.stderr


@pytest.mark.parametrize("named", [("--all",), ("--only", LIVE)], ids=["of all that changed", "of named files"])
def test_a_commit_past_the_index_is_judged_by_what_it_takes(clone: Path, named: tuple[str, ...]) -> None:
    """git makes such a commit from an index of its own, and tells the hook where it lies."""
    edit(clone, BAD)
    before = tip(clone)
    refused = git(clone, "commit", "--quiet", "-m", "Past the index", *named)
    assert refused.returncode != 0
    assert "risk/approved-by-the-roles" in refused.stderr
    assert tip(clone) == before
    edit(clone, GOOD, old=BAD)
    assert git(clone, "commit", "--quiet", "-m", "Past the index", *named).returncode == 0
    assert GOOD in git(clone, "show", f"HEAD:{LIVE}").stdout


def test_a_commit_of_named_files_leaves_out_what_else_is_staged(clone: Path) -> None:
    edit(clone, BAD)
    git(clone, "add", "--all")
    edit(clone, "summary: Still s", OTHER, "summary: S")
    result = git(clone, "commit", "--quiet", "-m", "The other one", "--only", OTHER)
    assert result.returncode == 0, result.stderr


def test_the_first_commit_has_to_hold_by_its_own_rules(clone: Path) -> None:
    git(clone, "update-ref", "-d", "HEAD")
    edit(clone, BAD)
    git(clone, "add", "--all")
    refused = git(clone, "commit", "--quiet", "-m", "Begin")
    assert refused.returncode != 0
    assert "risk/approved-by-the-roles" in refused.stderr
    edit(clone, "amount: 46000", old=BAD)
    git(clone, "add", "--all")
    assert git(clone, "commit", "--quiet", "-m", "Begin").returncode == 0


def test_rules_weakened_in_the_same_commit_do_not_help(clone: Path) -> None:
    edit(clone, "annual_cost_from: 500000", "policies/approvals.yaml", "annual_cost_from: 50000")
    edit(clone, BAD)
    git(clone, "add", "--all")
    refused = git(clone, "commit", "--quiet", "-m", "Both")
    assert refused.returncode != 0
    assert "risk/approved-by-the-roles" in refused.stderr


def test_a_gate_that_cannot_judge_refuses(clone: Path) -> None:
    edit(clone, "access.mfaa", "policies/rules/security/second-factor-required.yaml", "access.mfa")
    git(clone, "add", "--all")
    before = tip(clone)
    refused = git(clone, "commit", "--quiet", "-m", "A rule that reads nothing")
    assert refused.returncode != 0
    assert "preflight: policies/rules/security/second-factor-required.yaml" in refused.stderr
    assert tip(clone) == before


def test_nothing_is_left_behind_but_objects_that_no_ref_names(clone: Path) -> None:
    edit(clone, BAD)
    git(clone, "add", "--all")
    refs, status = git(clone, "for-each-ref").stdout, git(clone, "status", "--porcelain").stdout
    for _ in range(2):
        assert git(clone, "commit", "--quiet", "-m", "Much more").returncode != 0
    assert (git(clone, "for-each-ref").stdout, git(clone, "status", "--porcelain").stdout) == (refs, status)
    assert git(clone, "fsck", "--no-progress").stdout.count("dangling commit") == 1


def test_a_registry_below_the_top_and_a_second_working_tree_are_judged(registry: Path, tmp_path: Path) -> None:
    top = tmp_path / "top"
    top.mkdir()
    git(top, "init", "--quiet", "--initial-branch=main")
    registry.joinpath(".git").rename(tmp_path / "away")
    registry.rename(top / "stack")
    git(top, "add", "--all")
    git(top, "commit", "--quiet", "-m", "Begin")
    install(top, "stack")
    git(top, "worktree", "add", "--quiet", str(tmp_path / "second"))
    for tree in (top, tmp_path / "second"):
        edit(tree, BAD, f"stack/{LIVE}")
        git(tree, "add", "--all")
        refused = git(tree, "commit", "--quiet", "-m", "Much more")
        assert refused.returncode != 0
        assert "REFUSED: 1 red flag in what is staged" in refused.stderr


def test_what_the_command_names_for_more_shows_the_same(clone: Path, run: Callable[..., Result]) -> None:
    for path in sorted((clone / "vendors").glob("*.yaml")):
        text = path.read_text("utf-8").replace("shared_accounts: false", "shared_accounts: true")
        path.write_text(text, "utf-8")
    git(clone, "add", "--all")
    refused = git(clone, "commit", "--quiet", "-m", "All share")
    said = refused.stderr.splitlines()
    assert len(said) < 25
    [more] = [line.split() for line in said if line.startswith("  preflight check ")]
    result = run("--root", clone, *more[1:])
    [verdict] = [line for line in said if line.startswith("BLOCKED: ")]
    assert result.code == 1
    assert result.out.splitlines()[-1].startswith(verdict.rpartition(" · ")[0])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        pytest.param(("--at", "HEAD"), "--at makes no sense here: what is staged is judged", id="with --at"),
        pytest.param((), "is not in a clone with a working tree, so nothing is staged", id="without git"),
    ],
)
def test_where_nothing_can_be_staged_it_says_so(
    tmp_path: Path, run: Callable[..., Result], arguments: tuple[str, ...], said: str
) -> None:
    result = run("--root", tmp_path, *arguments, "hook", "pre-commit")
    assert (result.code, result.out) == (2, "")
    assert said in result.err


def test_in_a_bare_repository_it_names_the_other_hook(
    registry: Path, tmp_path: Path, run: Callable[..., Result]
) -> None:
    bare = tmp_path / "server.git"
    git(tmp_path, "clone", "--quiet", "--bare", str(registry), str(bare))
    result = run("--root", bare, "hook", "pre-commit")
    assert (result.code, result.out) == (2, "")
    assert "a bare repository has 'preflight hook pre-receive'" in result.err
