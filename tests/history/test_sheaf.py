"""The whole log that is kept in one piece is the log, whatever became of the piece."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest

from made_history import Life, append, git, write
from preflight.history import lines
from preflight.shell import history, history_sheaf

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from made_history import Made


def log(root: Path, revision: str = "HEAD", *, cached: bool = True) -> bytes:
    found = history_sheaf.published(root, revision, cached=cached, quiet=True)
    return b"".join(lines.document(found.head, found.pieces.items()))


def piece(root: Path) -> Path:
    return root / ".git" / "preflight" / history_sheaf.FILE


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep small logs, too, and write them seldom."""
    monkeypatch.setattr(history_sheaf, "LEAST_BYTES", 1)
    monkeypatch.setattr(history_sheaf, "OFTEN", 3)
    monkeypatch.setattr(history_sheaf, "PIECE", 512)


@pytest.fixture
def life(tmp_path: Path, told: None) -> tuple[Path, list[Made]]:  # noqa: ARG001 - what is kept depends on it
    """A registry of which the last commits are not there yet."""
    made = Life(21, managed=False)
    made.live(60)
    line = made.line()
    commits = [type(each)([number - 1] if number else [], each.files) for number, each in enumerate(line)]
    return write(tmp_path / "r", commits[:40]), commits


def test_each_commit_that_comes_is_added(life: tuple[Path, list[Made]], monkeypatch: pytest.MonkeyPatch) -> None:
    root, commits = life
    assert log(root) == log(root, cached=False)
    written = piece(root).read_bytes()
    for number in range(40, 43):
        append(root, commits[: number + 1], number)
        assert log(root) == log(root, cached=False)
    assert piece(root).read_bytes() == written, "a few commits are added each time"
    append(root, commits[:44], 43)
    assert log(root) == log(root, cached=False)
    assert piece(root).read_bytes() != written, "many are kept"
    monkeypatch.setattr(history, "Reader", None)
    assert json.loads(log(root))["head"] == git(root, "rev-parse", "HEAD").strip(), "no row is read where all is there"


def test_an_earlier_and_another_commit_tell_their_own(life: tuple[Path, list[Made]]) -> None:
    root, commits = life
    log(root)
    assert log(root, "HEAD~7") == log(root, "HEAD~7", cached=False)
    assert log(root) == log(root, cached=False)
    git(root, "branch", "other", "HEAD~5")
    git(root, "symbolic-ref", "HEAD", "refs/heads/other")
    assert log(root) == log(root, cached=False)
    assert log(root, "main") == log(root, "main", cached=False)
    assert commits


def test_another_layout_is_another_log(tmp_path: Path, told: None) -> None:  # noqa: ARG001 - as above
    made = Life(8, managed=False)
    made.live(12)
    commits = made.line()
    commits = [type(each)([number - 1] if number else [], each.files) for number, each in enumerate(commits)]
    root = write(tmp_path / "r", commits)
    log(root)
    other = commits[-1].files | {"preflight.yaml": b"vendors: vendors/a-*.yaml\nid: /name\n"}
    append(root, [*commits, type(commits[0])([len(commits) - 1], other)], len(commits))
    assert log(root) == log(root, cached=False), "of every commit, as its last one says"


def garble(path: Path) -> None:
    path.write_bytes(b"\x00garbage" * 1000)


def tear(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def empty(path: Path) -> None:
    path.write_bytes(b"")


def poison(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b"v1", b"v2"))


def move(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b'"number": ', b'"number": 1'))


def remove(path: Path) -> None:
    path.unlink()


def block(path: Path) -> None:
    path.unlink()
    path.mkdir()


def lose_rows(path: Path) -> None:
    path.with_name("history.sqlite").unlink()


@pytest.mark.parametrize("harm", [garble, tear, empty, poison, move, remove, block, lose_rows])
@pytest.mark.parametrize("more", [0, 1])
def test_a_piece_that_was_harmed_changes_nothing(
    life: tuple[Path, list[Made]], harm: Callable[[Path], None], more: int
) -> None:
    root, commits = life
    log(root)
    if more:
        append(root, commits[:41], 40)
    wanted = log(root, cached=False)
    harm(piece(root))
    assert log(root) == wanted
    assert log(root) == wanted


def test_without_a_cache_nothing_is_kept(life: tuple[Path, list[Made]]) -> None:
    root, _ = life
    log(root, cached=False)
    assert not piece(root).parent.exists()


def test_a_large_log_is_not_kept(life: tuple[Path, list[Made]], monkeypatch: pytest.MonkeyPatch) -> None:
    root, _ = life
    monkeypatch.setattr(history_sheaf, "MOST_BYTES", 1_000)
    assert log(root) == log(root, cached=False)
    assert not piece(root).exists()


def test_a_git_directory_that_cannot_be_written_has_none(life: tuple[Path, list[Made]]) -> None:
    root, _ = life
    shutil.rmtree(piece(root).parent, ignore_errors=True)
    piece(root).parent.write_text("in the way", "utf-8")
    assert log(root) == log(root, cached=False)


def test_what_was_opened_is_told_although_another_run_writes(life: tuple[Path, list[Made]]) -> None:
    root, _ = life
    wanted = log(root)
    found = history_sheaf.published(root, "HEAD", cached=True, quiet=True)
    new = piece(root).with_suffix(".other")
    new.write_bytes(b"another")
    new.replace(piece(root))
    assert b"".join(lines.document(found.head, found.pieces.items())) == wanted


def test_a_folder_with_a_line_feed_in_its_name(tmp_path: Path) -> None:
    made = Life(2, managed=False)
    made.live(3)
    root = write(tmp_path / "a\nb", made.commits)
    assert json.loads(log(root))["changes"] == json.loads(log(root, cached=False))["changes"] != []
    assert (root / ".git" / "preflight").is_dir()
