"""Registries for the commands to work on."""

from __future__ import annotations

import shutil
from pathlib import Path

import git
import pytest

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


def commit(root: Path, message: str) -> None:
    """Commit everything below ``root``."""
    repository = git.Repo.init(root, initial_branch="main")
    repository.git.add("--all")
    author = ["-c", "user.name=A", "-c", "user.email=a@example.com"]
    repository.git.execute(["git", *author, "commit", "-q", "-m", message])
    repository.close()
