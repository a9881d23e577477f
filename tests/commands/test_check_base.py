"""``preflight check --base``: which records of a change are judged, and when it cannot be known."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from commands.conftest import commit
from commands.proposed import LIVE, change, git, raise_price, red
from preflight.shell.git import GitTree

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Result
    from preflight.shell.files import Entry

SAMPLE = Path(__file__).parents[2] / "vendors"


# ---- What is judged -----------------------------------------------------------------------------


def test_only_what_changes_is_judged_and_the_commits_are_named(
    registry: Path, judge: Callable[..., dict[str, Any]]
) -> None:
    raise_price(registry)
    report = judge()
    assert report["summary"]["vendors"] == 1
    assert red(report) == {(LIVE, "risk/approved-by-the-roles")}
    assert (report["base"], report["head"]) == tuple(git(registry, "rev-parse", "HEAD~1", "HEAD").split())


def test_the_head_is_read_from_git_and_not_from_the_disk(registry: Path, run: Callable[..., Result]) -> None:
    raise_price(registry)
    commit(registry, "Change")
    git(registry, "checkout", "--quiet", "HEAD~1")
    assert run("--root", registry, "check", "--base", "HEAD", "--head", "main").code == 1
    shutil.rmtree(registry / "vendors")
    assert run("--root", registry, "check", "--base", "HEAD", "--head", "main").code == 1


def test_a_bare_repository_will_do(registry: Path, tmp_path: Path, run: Callable[..., Result]) -> None:
    raise_price(registry)
    commit(registry, "Change")
    git(tmp_path, "clone", "--quiet", "--bare", str(registry), "bare.git")
    result = run("--root", tmp_path / "bare.git", "check", "--base", "main~1", "--head", "main")
    assert result.code == 1
    assert "vendors/trident-experiments.yaml:361:1  risk/approved-by-the-roles" in result.out


def test_what_came_to_the_base_in_the_meantime_is_not_part_of_the_change(
    registry: Path, judge: Callable[..., dict[str, Any]]
) -> None:
    git(registry, "checkout", "--quiet", "-b", "proposal")
    change(registry, f"vendors/{LIVE}.yaml", "summary: ", "summary: Now it ")
    commit(registry, "Proposal")
    git(registry, "checkout", "--quiet", "main")
    change(registry, "vendors/beacon-mail.yaml", "shared_accounts: false", "shared_accounts: true")
    commit(registry, "Meantime")
    git(registry, "checkout", "--quiet", "proposal")
    change(registry, f"vendors/{LIVE}.yaml", "summary: Now it ", "summary: Today it ")
    report = judge(base="main")
    assert report["summary"]["vendors"] == 1
    assert not report["summary"]["blocked"]


def test_without_a_common_history_everything_is_new(registry: Path, judge: Callable[..., dict[str, Any]]) -> None:
    git(registry, "checkout", "--quiet", "--orphan", "other")
    report = judge(base="main")
    assert report["summary"]["vendors"] == len(list(SAMPLE.glob("*.yaml")))


def test_a_change_without_a_vendor_says_so_and_passes(registry: Path, run: Callable[..., Result]) -> None:
    (registry / "README.md").write_text("# Stack\n", "utf-8")
    commit(registry, "Words")
    result = run("--root", registry, "check", "--base", "HEAD~1")
    assert result.code == 0
    assert "no vendor file differs between" in result.err
    assert "0 vendors" in result.out
    assert "0 verdicts, as no commit changes anything that is judged, as of 2026-11-22" in result.out


def test_what_the_change_does_to_others_is_seen(registry: Path, judge: Callable[..., dict[str, Any]]) -> None:
    """The records that do not change are read all the same: the new one costs too much together with one of them."""
    text = (registry / f"vendors/{LIVE}.yaml").read_text("utf-8")
    twin = text.replace(f"id: {LIVE}", "id: trident-again").replace("status: live", "status: proposed")
    (registry / "vendors/trident-again.yaml").write_text(twin, "utf-8")
    report = judge()
    assert {("trident-again", "risk/no-split-purchase"), (LIVE, "risk/no-split-purchase")} <= red(report)


def test_many_records_before_the_change_are_listed_once(
    registry: Path, run: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One listing a folder and commit, however many vendors change: else the time would grow with their square."""
    listed: list[str] = []
    asked = GitTree._list

    def counted(tree: GitTree, folder: str) -> list[Entry]:
        listed.append(folder)
        return asked(tree, folder)

    monkeypatch.setattr(GitTree, "_list", counted)
    for path in (registry / "vendors").glob("*.yaml"):
        path.write_text(path.read_text("utf-8") + "# looked at\n", "utf-8")
    commit(registry, "Change")
    assert run("--root", registry, "check", "--base", "HEAD~1").code == 0
    assert listed.count("vendors") <= 3


# ---- What makes no sense, or cannot be known ----------------------------------------------------


def test_a_shallow_clone_is_refused(registry: Path, tmp_path: Path, run: Callable[..., Result]) -> None:
    raise_price(registry)
    commit(registry, "Change")
    git(tmp_path, "clone", "--quiet", "--depth", "1", f"file://{registry}", "shallow")
    result = run("--root", tmp_path / "shallow", "check", "--base", "HEAD")
    assert result.code == 2
    assert "this clone is shallow, so what changed cannot be known · Fetch the whole history" in result.err


def test_a_replaced_commit_is_seen_as_it_was_pushed(registry: Path, run: Callable[..., Result]) -> None:
    raise_price(registry)
    commit(registry, "Change")
    git(registry, "replace", "HEAD", "HEAD~1")
    assert run("--root", registry, "check", "--base", "HEAD~1").code == 1


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        pytest.param(("--head", "HEAD"), "--head goes together with --base", id="a head alone"),
        pytest.param(("--base", "nowhere"), "nowhere", id="no such base"),
        pytest.param(("--base", "HEAD", "--head", "nowhere"), "nowhere", id="no such head"),
        pytest.param(("--base", "--all"), "--all", id="an option for a commit"),
        pytest.param(("--base", "HEAD", "trident"), "there is no vendor 'trident'", id="no such vendor"),
    ],
)
def test_what_makes_no_sense_is_refused(
    registry: Path, run: Callable[..., Result], arguments: tuple[str, ...], fault: str
) -> None:
    result = run("--root", registry, "check", *arguments)
    assert result.code == 2
    assert fault in result.err
    assert result.out == ""


def test_at_and_base_exclude_each_other(registry: Path, run: Callable[..., Result]) -> None:
    result = run("--root", registry, "--at", "HEAD", "check", "--base", "HEAD")
    assert result.code == 2
    assert "--at and --base exclude each other" in result.err
