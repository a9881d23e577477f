"""Registries for the commands to work on."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import git
import pytest

if TYPE_CHECKING:
    from collections.abc import Iterable

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample registry, committed and packed: few files to copy."""
    root = tmp_path_factory.mktemp("begun") / "registry"
    for folder in ("policies", "schemas", "vendors"):
        shutil.copytree(ROOT / folder, root / folder)
    commit(root, "Begin")
    with git.Repo(root) as repository:
        repository.git.repack("-a", "-d", "-q")
    for sample in (root / ".git" / "hooks").glob("*.sample"):
        sample.unlink()
    return root


@pytest.fixture
def registry(begun: Path, tmp_path: Path) -> Path:
    """A copy of the sample registry, committed."""
    return Path(shutil.copytree(begun, tmp_path / "registry"))


def begin(root: Path, vendors: Iterable[str]) -> Path:
    """Begin a registry with all rules and some vendors of the sample, committed."""
    for folder in ("policies", "schemas"):
        shutil.copytree(ROOT / folder, root / folder)
    (root / "vendors").mkdir()
    for name in vendors:
        shutil.copy(ROOT / "vendors" / f"{name}.yaml", root / "vendors")
    commit(root, "Begin")
    return root


def commit(root: Path, message: str) -> None:
    """Commit everything below ``root``."""
    repository = git.Repo.init(root, initial_branch="main")
    repository.git.add("--all")
    author = ["-c", "user.name=A", "-c", "user.email=a@example.com"]
    repository.git.execute(["git", *author, "commit", "-q", "-m", message])
    repository.close()
