"""Registries for the commands to work on."""

from __future__ import annotations

import shutil
from pathlib import Path

import git
import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def registry(tmp_path: Path) -> Path:
    """A copy of the sample registry, committed."""
    root = tmp_path / "registry"
    for folder in ("policies", "schemas", "vendors"):
        shutil.copytree(ROOT / folder, root / folder)
    commit(root, "Begin")
    return root


def commit(root: Path, message: str) -> None:
    """Commit everything below ``root``."""
    repository = git.Repo.init(root, initial_branch="main")
    repository.git.add("--all")
    author = ["-c", "user.name=A", "-c", "user.email=a@example.com"]
    repository.git.execute(["git", *author, "commit", "-q", "-m", message])
    repository.close()
