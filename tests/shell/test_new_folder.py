"""A folder that takes the place of another: all of it, or nothing, and never over what is not ours."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from preflight.errors import UsageError
from preflight.shell import new_folder
from preflight.shell.new_folder import Mark, replacing

MARK = Mark("mark.json", b'"ours/')


def ours(folder: Path, text: str = "old") -> Path:
    folder.mkdir(parents=True)
    (folder / "mark.json").write_text('{"schema": "ours/v1"}')
    (folder / "page").write_text(text)
    return folder


def fill(target: Path, text: str = "new") -> None:
    with replacing(target, MARK) as ready:
        new_folder.add(ready, "mark.json", b'{"schema": "ours/v2"}')
        new_folder.add(ready, "deep/page", text.encode())


def tree(folder: Path) -> dict[str, str]:
    return {path.relative_to(folder).as_posix(): path.read_text() for path in folder.rglob("*") if path.is_file()}


NEW = {"mark.json": '{"schema": "ours/v2"}', "deep/page": "new"}


def test_what_is_ours_is_replaced_as_a_whole(tmp_path: Path) -> None:
    target = ours(tmp_path / "site")
    fill(target)
    assert tree(target) == NEW
    assert [each.name for each in tmp_path.iterdir()] == ["site"]


@pytest.mark.parametrize("there", [False, True], ids=["nothing there", "an empty folder there"])
def test_a_new_one_is_made_with_the_folders_above_it(there: bool, tmp_path: Path) -> None:  # noqa: FBT001 - a case
    target = tmp_path / "a" / "b" / "site"
    if there:
        target.mkdir(parents=True)
    fill(target)
    assert tree(target) == NEW


def test_the_place_may_be_named_from_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    fill(Path("site"))
    fill(Path("../beside/../site"))
    assert tree(tmp_path / "here" / "site") == NEW
    assert tree(tmp_path / "site") == NEW


def test_the_folder_in_which_one_stands_can_be_filled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    fill(Path())
    assert tree(tmp_path / "here") == NEW


@pytest.mark.parametrize(
    "files",
    [
        pytest.param({"page": "mine"}, id="no mark"),
        pytest.param({"mark.json": '{"schema": "mine"}'}, id="the mark of another"),
        pytest.param({"mark.json": " " * 5000 + '"ours/'}, id="a mark far down"),
        pytest.param({"mark.json/x": '"ours/'}, id="a folder for a mark"),
    ],
)
def test_a_folder_of_somebody_else_is_refused(files: dict[str, str], tmp_path: Path) -> None:
    target = tmp_path / "site"
    for path, text in files.items():
        (target / path).parent.mkdir(parents=True, exist_ok=True)
        (target / path).write_text(text)
    with pytest.raises(UsageError, match="not one that this command wrote"):
        fill(target)
    assert tree(target) == files
    assert [each.name for each in tmp_path.iterdir()] == ["site"]


def test_a_file_and_links_are_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    ours(tmp_path / "real")
    (tmp_path / "link").symlink_to("real")
    (tmp_path / "dangling").symlink_to("nowhere")
    (tmp_path / "marked").mkdir()
    (tmp_path / "marked" / "mark.json").symlink_to(tmp_path / "real" / "mark.json")
    for name in ("file", "link", "dangling", "marked"):
        with pytest.raises(UsageError, match="not one that this command wrote"):
            fill(tmp_path / name)
    assert tree(tmp_path / "real") == {"mark.json": '{"schema": "ours/v1"}', "page": "old"}


def broken_off(target: Path, fault: BaseException | type[BaseException]) -> None:
    with replacing(target, MARK) as ready:
        new_folder.add(ready, "deep/page", b"half")
        raise fault


def overtaken(target: Path) -> None:
    with replacing(target, MARK):
        target.mkdir()
        (target / "page").write_text("mine")


@pytest.mark.parametrize("fault", [KeyboardInterrupt, UsageError("no", fix="none"), OSError(28, "No space left")])
def test_whatever_stops_it_all_is_as_it_was(fault: BaseException | type[BaseException], tmp_path: Path) -> None:
    target = ours(tmp_path / "site")
    before = tree(tmp_path)
    for place in (target, tmp_path / "a" / "b"):
        with pytest.raises((KeyboardInterrupt, UsageError)):
            broken_off(place, fault)
    assert tree(tmp_path) == before
    assert [each.name for each in tmp_path.iterdir()] == ["site"]


def test_what_came_in_the_meantime_is_not_replaced(tmp_path: Path) -> None:
    target = tmp_path / "site"
    with pytest.raises(UsageError, match="not one that this command wrote"):
        overtaken(target)
    assert tree(target) == {"page": "mine"}
    assert [each.name for each in tmp_path.iterdir()] == ["site"]


def test_a_file_above_it_is_told_of(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(UsageError, match="cannot be"):
        fill(tmp_path / "file" / "site")


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="an administrator may write everywhere")
def test_a_folder_that_cannot_be_written_is_told_of(tmp_path: Path) -> None:
    (tmp_path / "closed").mkdir(mode=0o500)
    with pytest.raises(UsageError, match="cannot be written: Permission denied"):
        fill(tmp_path / "closed" / "site")
    (tmp_path / "shut").mkdir(mode=0o000)
    with pytest.raises(UsageError, match="cannot be read: Permission denied"):
        fill(tmp_path / "shut" / "site")
    (tmp_path / "shut").chmod(0o700)


def test_nothing_is_written_outside(tmp_path: Path) -> None:
    for path in ("../x", "/x", "a/../../x"):
        with pytest.raises(AssertionError), replacing(tmp_path / "site", MARK) as ready:
            new_folder.add(ready, path, b"")
    assert list(tmp_path.iterdir()) == []
