"""What git tells of the first-parent line: which commits are on it, what a file was and became, and when."""

from __future__ import annotations

import gc
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest

from made_history import Made, git, write
from preflight.shell.git import GitTree

if TYPE_CHECKING:
    from pathlib import Path

PATH = "vendors/acme.yaml"
FIRST, SECOND, THIRD = date(2026, 3, 2), date(2026, 3, 5), date(2026, 3, 9)


def at(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, 12, tzinfo=UTC).timestamp())


@pytest.fixture
def line(tmp_path: Path) -> list[str]:
    """Return the commits of a line of three, the last of which merges a fourth; HEAD is that merge."""
    folder = tmp_path / "registry"
    begun, edited = {PATH: b"a: 1\n"}, {PATH: b"a: 2\n"}
    history = [
        Made([], begun, seconds=at(FIRST)),
        Made([0], edited, seconds=at(SECOND)),
        Made([0], {**begun, "beside": b""}, seconds=at(FIRST)),
        Made([1, 2], {"beside": b""}, seconds=at(THIRD)),
    ]
    write(folder, history)
    main = git(folder, "rev-list", "--first-parent", "--reverse", "HEAD").split()
    return [*main, git(folder, "rev-parse", "HEAD^2").strip()]


def test_what_was_there_before_is_on_the_line(line: list[str], tmp_path: Path) -> None:
    first, second, merge, beside = line

    def descends(head: str, commit: str) -> bool:
        return GitTree(tmp_path / "registry", head).descends(commit)

    assert descends(merge, first)
    assert descends(merge, second)
    assert descends(merge, merge), "nothing changed"
    assert not descends(merge, beside), "it was merged into the line"
    assert not descends(first, merge), "it is behind"
    assert not descends(beside, second), "both began at the same commit"


def test_a_file_is_told_with_the_day_of_each_version(line: list[str], tmp_path: Path) -> None:
    first, second, merge, _ = line
    tree = GitTree(tmp_path / "registry", merge)
    was, became = (GitTree(tmp_path / "registry", each).name(PATH) for each in (first, second))
    assert tree.versions(PATH) == [(FIRST, was), (SECOND, became), (THIRD, "")]
    assert tree.versions(PATH, first) == [(SECOND, became), (THIRD, "")]
    assert tree.versions(PATH, merge) == []


def test_what_is_edited_or_taken_out_on_the_way_is_told(line: list[str], tmp_path: Path) -> None:
    first, second, merge, _ = line
    assert GitTree(tmp_path / "registry", merge).unmade(first, "vendors") == {PATH}
    assert GitTree(tmp_path / "registry", merge).unmade(merge, "vendors") == set()
    assert GitTree(tmp_path / "registry", second).unmade(first, "policies") == set()


def test_git_is_closed_once_nobody_asks_it_whoever_else_holds_it(line: list[str], tmp_path: Path) -> None:
    """Of a ring of objects nobody knows which goes first; a pipe that goes before its owner is told as a warning."""
    tree = GitTree(tmp_path / "registry", line[1])
    assert tree.read(PATH, 100) == b"a: 2\n"
    [repository] = tree._repositories.values()
    assert repository.git.cat_file_all
    process = repository.git.cat_file_all.proc
    assert process.poll() is None
    tree.__dict__["ring"] = tree
    del tree
    gc.collect()
    assert process.poll() is not None
