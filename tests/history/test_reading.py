"""A history is read whole, from objects alone, and the cache changes nothing but the time it takes."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from made_history import Life, Made, append, git, write
from preflight.errors import CannotJudge, UsageError
from preflight.shell import history, history_cache, history_work

if TYPE_CHECKING:
    from collections.abc import Callable

    from preflight.history import Change
    from preflight.shell.history import History

TOOL = Path(__file__).parents[2] / "tool"
A = b"name: A\ncost: 1\n"
B = b"name: A\ncost: 2\n"


def changes(found: History) -> list[Change]:
    return [change for step in found.steps for change in step.entries]


def plain(found: History) -> list[tuple[str, str, str, object, object]]:
    return [(each.vendor, each.kind, each.field, each.before, each.after) for each in changes(found)]


def kept(root: Path) -> Path:
    return Path(git(root, "rev-parse", "--absolute-git-dir").strip()) / "preflight" / "history.sqlite"


@pytest.fixture
def life(tmp_path: Path) -> Path:
    """A registry of sixty commits."""
    made = Life(7, managed=True)
    made.live(60)
    return write(tmp_path / "r", made.commits)


# ---- What is read -------------------------------------------------------------------------------


def test_a_field_that_a_merge_alone_changes_is_told_of_the_merge(tmp_path: Path) -> None:
    files = {"vendors/a.yaml": A, "x": b"0"}
    side = files | {"x": b"1"}
    evil = side | {"vendors/a.yaml": B}
    commits = [Made([], files), Made([0], side), Made([0], files), Made([2, 1], evil, "Merge pull request #9 from x")]
    found = history.read(write(tmp_path / "r", commits))
    assert len(found.steps) == 3, "the side branch is not on the line"
    [change] = found.steps[-1].changes()
    assert (change.vendor, change.field, change.before, change.after) == ("a", "/cost", 1, 2)
    assert found.steps[-1].commit.pull_request == 9
    assert len(found.steps[-1].commit.parents) == 2


def test_a_date_that_is_set_back_moves_nothing(tmp_path: Path) -> None:
    commits = [
        Made([], {"vendors/a.yaml": A}, seconds=1_700_000_000),
        Made([0], {"vendors/a.yaml": B}, seconds=978_307_200),
    ]
    found = history.read(write(tmp_path / "r", commits))
    assert [step.commit.date[:4] for step in found.steps] == ["2023", "2001"]
    assert plain(found)[-1] == ("a", "changed", "/cost", 1, 2)


def test_links_and_large_files_are_reported_and_stepped_over(tmp_path: Path) -> None:
    large = b"name: " + b"x" * 70_000 + b"\n"
    commits = [
        Made([], {"vendors/a.yaml": A}),
        Made([0], {"vendors/a.yaml": b"b.yaml"}, modes={"vendors/a.yaml": "120000"}),
        Made([1], {"vendors/a.yaml": large}),
        Made([2], {"vendors/a.yaml": B}),
    ]
    assert plain(history.read(write(tmp_path / "r", commits)))[1:] == [
        ("a", "unreadable", "", None, "this is a symbolic link; a record is a regular file"),
        ("a", "unreadable", "", None, "the file has 70,007 bytes; at most 65,536 are read"),
        ("a", "readable", "", None, None),
        ("a", "changed", "/cost", 1, 2),
    ]


def test_decisions_and_what_judges_are_in_streams_of_their_own(registry: Path) -> None:
    (registry / "policies" / "budgets.txt").write_text("x", "utf-8")
    rates = registry / "policies" / "rates.yaml"
    rates.write_text(rates.read_text("utf-8").replace("base: EUR", "base: USD"), "utf-8")
    decision = registry / "vendors" / "decisions" / "cask-dam" / "2026-11-20-cfo-00000000.json"
    decision.parent.mkdir(parents=True, exist_ok=True)
    decision.write_text('{"kind": "approve"}\n', "utf-8")
    git(registry, "add", "-A")
    git(registry, "-c", "user.name=A", "-c", "user.email=a@example.com", "commit", "-qm", "More")
    last = history.read(registry).steps[-1]
    assert last.changes() == []
    [given] = last.changes("decisions")
    assert (given.vendor, given.kind, given.after) == ("cask-dam", "added", {"kind": "approve"})
    told = [(each.vendor, each.kind, each.path, each.field) for each in last.changes("policies")]
    assert ("policies", "added", "policies/budgets.txt", "") in told
    assert ("policies", "changed", "policies/rates.yaml", "/base") in told


def test_another_layout_is_read_by_its_own_configuration(tmp_path: Path) -> None:
    config = b"vendors: entries/**/*.json\nid: /key\n"
    first = {"preflight.yaml": config, "entries/x/a.json": b'{"key": "alpha", "n": 1}\n'}
    second = {"preflight.yaml": config, "entries/y/b.json": b'{"key": "alpha", "n": 2}\n'}
    found = history.read(write(tmp_path / "r", [Made([], first), Made([0], second)]))
    assert plain(found)[-2:] == [
        ("alpha", "renamed", "", "entries/x/a.json", "entries/y/b.json"),
        ("alpha", "changed", "/n", 1, 2),
    ]


def test_a_registry_below_the_top_tells_only_of_itself(tmp_path: Path) -> None:
    files = {"vendors/outside.yaml": A, "sub/vendors/inside.yaml": A}
    root = write(tmp_path / "r", [Made([], files)])
    git(root, "checkout", "-q", "main")
    assert [change.vendor for change in changes(history.read(root / "sub"))] == ["inside"]


@pytest.mark.parametrize(
    "name", ["vendors/a b.yaml", "vendors/-x.yaml", "vendors/l\nf.yaml", "vendors/é\x1b[31m.yaml", 'vendors/"q".yaml']
)
def test_names_of_files_can_hold_anything(tmp_path: Path, name: str) -> None:
    found = history.read(write(tmp_path / "r", [Made([], {name: A}), Made([0], {name: B})]))
    assert [(each.path, each.field) for each in changes(found)] == [(name, ""), (name, "/cost")]


def test_what_a_user_told_git_to_show_makes_no_difference(life: Path) -> None:
    before = history.read(life, cached=False)
    for key, value in {
        "log.showRoot": "false",
        "diff.renames": "copies",
        "diff.relative": "true",
        "diff.noprefix": "true",
        "core.quotePath": "true",
        "diff.orderFile": "/dev/null",
        "log.follow": "true",
        "core.abbrev": "7",
    }.items():
        git(life, "config", key, value)
    assert history.read(life, cached=False) == before


def test_replaced_and_grafted_commits_are_not_believed(life: Path) -> None:
    before = history.read(life, cached=False)
    first, second, *_ = git(life, "rev-list", "--first-parent", "HEAD").split()
    git(life, "replace", first, git(life, "rev-parse", f"{second}~2").strip())
    (life / ".git" / "info" / "grafts").write_text(f"{first} {second}~3\n".replace("~3", ""), "utf-8")
    assert history.read(life, cached=False) == before


def test_sha256_bare_and_linked_repositories(tmp_path: Path, life: Path) -> None:
    made = Life(7, managed=True)
    made.live(60)
    other = write(tmp_path / "long", made.commits, "--object-format=sha256")
    git(tmp_path, "clone", "-q", "--bare", str(life), "bare")
    git(life, "worktree", "add", "-q", str(tmp_path / "tree"))
    wanted = plain(history.read(life))
    assert [len(step.id) for step in history.read(other).steps[:1]] == [64]
    for root in (other, tmp_path / "bare", tmp_path / "tree"):
        assert plain(history.read(root)) == wanted
    assert kept(tmp_path / "bare").is_file()
    assert not (life / ".git" / "worktrees" / "tree" / "preflight").exists(), "working trees share one cache"


def test_an_earlier_commit_tells_what_a_clone_of_it_tells(life: Path, tmp_path: Path) -> None:
    git(life, "branch", "early", "HEAD~20")
    git(tmp_path, "clone", "-q", "--branch", "early", "--single-branch", str(life), "copy")
    assert history.read(life, "HEAD~20") == history.read(tmp_path / "copy")


def test_what_cannot_be_read_is_refused_with_a_way_out(tmp_path: Path, life: Path) -> None:
    git(tmp_path, "clone", "-q", "--depth", "3", life.as_uri(), "shallow")
    with pytest.raises(UsageError, match="shallow") as refused:
        history.read(tmp_path / "shallow")
    assert "--unshallow" in refused.value.fix
    with pytest.raises(UsageError, match="not in a git repository"):
        history.read(tmp_path)
    with pytest.raises(UsageError, match="no commit 'nowhere'"):
        history.read(life, "nowhere")
    with pytest.raises(UsageError, match="no commit '--all'"):
        history.read(life, "--all")
    git(tmp_path, "init", "-q", "empty")
    with pytest.raises(UsageError, match="cannot read HEAD"):
        history.read(tmp_path / "empty")


def test_a_history_with_a_hole_is_not_told(tmp_path: Path) -> None:
    root = write(tmp_path / "r", [Made([], {"vendors/a.yaml": A}), Made([0], {"vendors/a.yaml": B})])
    git(root, "checkout", "-q", "main")
    name = git(root, "rev-parse", "HEAD~1:vendors/a.yaml").strip()
    _explode(root)
    (root / ".git" / "objects" / name[:2] / name[2:]).unlink()
    with pytest.raises(CannotJudge, match="is missing"):
        history.read(root)


def _explode(root: Path) -> None:
    """Make loose files of a pack, so that one can be taken out."""
    for pack in (root / ".git" / "objects" / "pack").glob("*.pack"):
        data = pack.read_bytes()
        pack.chmod(0o600)
        pack.unlink()
        pack.with_suffix(".idx").unlink()
        subprocess.run(["git", "unpack-objects", "-q"], cwd=root, input=data, check=True)


# ---- The cache ----------------------------------------------------------------------------------


def test_what_is_kept_is_not_read_again(life: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = history.read(life)

    def refuse(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr(history_work, "compare", refuse)
    assert history.read(life) == before
    assert history.read(life, "HEAD~30").steps == before.steps[:-30]


def test_another_branch_takes_up_where_it_parted(tmp_path: Path) -> None:
    made = Life(11, managed=False)
    made.live(40)
    root = write(tmp_path / "r", made.commits)
    history.read(root)
    before = len(git(root, "rev-list", "--first-parent", "HEAD").split())
    other = Made([len(made.commits) - 1], made.commits[-1].files | {"vendors/new.yaml": b"id: new\n"})
    append(root, [*made.line(), Made([before - 1], other.files)], before)
    assert history.read(root) == history.read(root, cached=False)
    assert plain(history.read(root))[-1][:2] == ("new", "added")


def garble(path: Path) -> None:
    path.write_bytes(b"\x00garbage" * 1000)


def tear(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[5000 : len(data) // 2] = b"\xff" * (len(data) // 2 - 5000)
    path.write_bytes(bytes(data))


def empty(path: Path) -> None:
    path.write_bytes(b"")


def poison(path: Path) -> None:
    _do(path, "UPDATE commits SET changes = replace(changes, 'v1', 'v2'), about = replace(about, 'A', 'B')")


def misplace(path: Path) -> None:
    _do(path, "UPDATE commits SET number = number + 1")


def forget(path: Path) -> None:
    _do(path, "DELETE FROM commits WHERE number % 7 = 3")
    _do(path, "DELETE FROM heads")


def mistype(path: Path) -> None:
    _do(path, "UPDATE commits SET about = 5, changes = NULL")
    _do(path, "UPDATE heads SET told = 'x'")


def rebuild(path: Path) -> None:
    path.unlink()
    _do(path, "CREATE TABLE heads (a)")


def _do(path: Path, statement: str) -> None:
    base = sqlite3.connect(path)
    with base:
        base.execute(statement)
    base.close()


@pytest.mark.parametrize("harm", [garble, tear, empty, poison, misplace, forget, mistype, rebuild])
def test_a_cache_that_was_harmed_changes_nothing(life: Path, harm: Callable[[Path], None]) -> None:
    wanted = history.read(life)
    path = kept(life)
    harm(path)
    for ending in ("-wal", "-shm"):
        path.with_name(path.name + ending).unlink(missing_ok=True)
    assert history.read(life) == wanted
    assert history.read(life) == wanted


def test_what_other_code_kept_is_not_used(life: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = history.read(life)
    _do(kept(life), "UPDATE commits SET changes = ''")
    monkeypatch.setattr(history_cache, "_code", lambda: "of another version")
    assert history.read(life) == wanted


def test_a_git_directory_that_cannot_be_written_has_no_cache(life: Path) -> None:
    (life / ".git" / "preflight").write_text("in the way", "utf-8")
    assert history.read(life) == history.read(life, cached=False)


def test_without_a_cache_nothing_is_kept(life: Path) -> None:
    history.read(life, cached=False)
    assert not kept(life).exists()


def test_the_cache_is_bounded_and_the_oldest_go(life: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history_cache, "MOST_BYTES", 80_000)
    wanted = history.read(life, cached=False)
    assert history.read(life) == wanted
    assert history.read(life) == wanted
    base = sqlite3.connect(kept(life))
    numbers = [number for (number,) in base.execute("SELECT number FROM commits ORDER BY number")]
    base.close()
    assert numbers[-1] == wanted.steps[-1].number
    assert numbers[0] > 0
    assert kept(life).stat().st_size < 120_000


def test_several_runs_at_once_tell_the_same(tmp_path: Path) -> None:
    made = Life(5, managed=True)
    made.live(1_500)
    root = write(tmp_path / "r", made.commits)
    command = [sys.executable, "-m", "preflight", "--root", str(root), "audit", "log", "--format", "json"]
    surroundings = {**os.environ, "PYTHONPATH": str(TOOL)}
    runs = [subprocess.Popen(command, stdout=subprocess.PIPE, env=surroundings) for _ in range(3)]
    found = [run.communicate(timeout=120)[0] for run in runs]
    anew = subprocess.run([*command, "--no-cache"], capture_output=True, env=surroundings, check=True)
    assert found == [anew.stdout] * 3
    assert history.read(root) == history.read(root, cached=False)


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_a_run_that_is_ended_leaves_a_cache_that_can_be_used(tmp_path: Path, how: signal.Signals) -> None:
    made = Life(3, managed=True)
    made.live(6_000)
    root = write(tmp_path / "r", made.commits)
    command = [sys.executable, "-m", "preflight", "--root", str(root), "audit", "log", "--format", "json"]
    surroundings = {**os.environ, "PYTHONPATH": str(TOOL)}
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=surroundings) as run:
        until = time.monotonic() + 60
        while not _counted(kept(root)) and time.monotonic() < until and run.poll() is None:
            time.sleep(0.02)
        run.send_signal(how)
        run.communicate(timeout=60)
    assert _counted(kept(root)), "a batch that was done is kept"
    done = subprocess.run(command, capture_output=True, env=surroundings, check=True)
    anew = subprocess.run([*command, "--no-cache"], capture_output=True, env=surroundings, check=True)
    assert done.stdout == anew.stdout


def _counted(path: Path) -> int:
    if not path.exists():
        return 0
    try:
        base = sqlite3.connect(path, timeout=0.01)
        try:
            return int(base.execute("SELECT COUNT(*) FROM commits").fetchone()[0])
        finally:
            base.close()
    except sqlite3.Error:
        return 0


def test_a_cache_that_was_removed_is_made_again(life: Path) -> None:
    wanted = history.read(life)
    shutil.rmtree(kept(life).parent)
    assert history.read(life) == wanted
    assert kept(life).is_file()
