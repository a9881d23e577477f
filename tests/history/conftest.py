"""The committed sample, as the commands have it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from made_history import git

ROOT = Path(__file__).parents[2]


@pytest.fixture
def registry(tmp_path: Path) -> Path:
    """A copy of the sample registry, committed."""
    root = tmp_path / "registry"
    for folder in ("policies", "schemas", "vendors"):
        shutil.copytree(ROOT / folder, root / folder)
    git(root, "init", "-q", "-b", "main")
    git(root, "add", "--all")
    git(root, "-c", "user.name=A", "-c", "user.email=a@example.com", "commit", "-q", "-m", "Begin")
    return root
