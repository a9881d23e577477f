"""``preflight init``: the start of a registry."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from preflight.decisions.signers import Signers
from preflight.shell import documents, starter

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Result

ROOT = Path(__file__).parents[2]


def contents(root: Path, folder: str) -> dict[Path, bytes]:
    """Return every file below a folder, by its path from ``root``."""
    return {path.relative_to(root): path.read_bytes() for path in (root / folder).rglob("*") if path.is_file()}


def test_a_new_registry_has_rules_and_nobody_in_it(tmp_path: Path, run: Callable[..., Result]) -> None:
    result = run("init", tmp_path / "registry")
    assert result.code == 0
    assert result.err == (
        "Fill in policies/people.yaml and policies/allowed_signers: who is who, and whose key is whose.\n"
        f"Next:\n  cd {tmp_path / 'registry'}\n  preflight new my-vendor\n"
    )
    people = (tmp_path / "registry" / "policies" / "people.yaml").read_text("utf-8")
    assert [line for line in people.splitlines() if not line.startswith("#")] == ["teams: []", "people: []"]
    assert not (tmp_path / "registry" / "vendors").exists()
    checked = run("--root", tmp_path / "registry", "check")
    assert checked.code == 2, "an empty registry is not green"
    assert "no vendor file matches" in checked.err
    assert run("--root", tmp_path / "registry", "policy", "test").code == 0
    assert run("--root", tmp_path / "registry", "policy", "coverage").code == 0


@pytest.mark.parametrize("name", ["people", "systems"])
def test_the_examples_in_the_empty_files_are_right_as_they_stand(
    tmp_path: Path, run: Callable[..., Result], name: str
) -> None:
    assert run("init", tmp_path).code == 0
    lines = (tmp_path / "policies" / f"{name}.yaml").read_text("utf-8").splitlines()
    start = next(index for index, line in enumerate(lines) if line in {"# teams:", "# systems:"})
    example = [line.removeprefix("# ") for line in lines[start:] if line.startswith("#")]
    document = documents.parse(("\n".join(example) + "\n").encode())
    assert starter.shape(name).problems(document.value) == ()


def test_the_lines_for_keys_show_what_owners_of_the_policies_need(tmp_path: Path, run: Callable[..., Result]) -> None:
    assert run("init", tmp_path).code == 0
    listed = (tmp_path / "policies" / "allowed_signers").read_text("utf-8")
    assert Signers.of(listed).keys == {}
    assert '# ada-moss namespaces="preflight-decision@v1" ssh-ed25519' in listed
    assert '# ben-kerr namespaces="preflight-decision@v1,preflight-policy@v1" ssh-ed25519' in listed


def test_the_next_steps_can_be_typed_as_they_are_printed(tmp_path: Path, run: Callable[..., Result]) -> None:
    result = run("init", tmp_path / "my vendors", "--sample")
    assert result.err == f"Next:\n  cd '{tmp_path / 'my vendors'}'\n  preflight check\n"


def test_the_sample_is_the_projects_own(tmp_path: Path, run: Callable[..., Result]) -> None:
    assert run("init", tmp_path, "--sample").code == 0
    for folder in ("policies", "schemas", "vendors"):
        assert contents(tmp_path, folder) == contents(ROOT, folder)
    assert run("--root", tmp_path, "check").code == 0


def test_other_files_in_the_folder_stay(tmp_path: Path, run: Callable[..., Result]) -> None:
    (tmp_path / "README.md").write_text("mine", "utf-8")
    assert run("init", tmp_path).code == 0
    assert (tmp_path / "README.md").read_text("utf-8") == "mine"


def test_nothing_is_overwritten_and_nothing_half_written(tmp_path: Path, run: Callable[..., Result]) -> None:
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "limits.yaml").write_text("mine", "utf-8")
    result = run("init", tmp_path)
    place = f"{tmp_path}/policies/limits.yaml"
    assert result.code == 2
    assert result.err == f"preflight: {place} is there already · Choose another folder, or move it away first.\n"
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["limits.yaml"]


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path, run: Callable[..., Result]) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    result = run("init", tmp_path / "file" / "below")
    assert result.code == 2
    assert "cannot be written" in result.err
