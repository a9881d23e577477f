"""``preflight init``: the start of a registry."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Result

ROOT = Path(__file__).parents[2]


def test_a_new_registry_has_rules_and_nobody_in_it(tmp_path: Path, run: Callable[..., Result]) -> None:
    result = run("init", tmp_path / "registry")
    assert result.code == 0
    place = f"{tmp_path}/policies/limits.yaml"
    assert result.err == f"preflight: {place} is there already · Choose another folder, or move it away first.
"
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["limits.yaml"]


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path, run: Callable[..., Result]) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    result = run("init", tmp_path / "file" / "below")
    assert result.code == 2
    assert "cannot be written" in result.err
