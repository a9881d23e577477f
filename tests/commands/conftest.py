"""Registries for the commands to work on."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import git
import pytest

from commands.approving import CFO, VENDOR
from commands.house import House
from deciding_desk import AS_OF, Desk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from conftest import Result
    from signing import Keys

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


@pytest.fixture
def judge(registry: Path, run: Callable[..., Result]) -> Callable[..., dict[str, Any]]:
    """Commit what was changed and judge it against the commit before, as JSON."""

    def call(*arguments: str, base: str = "HEAD~1") -> dict[str, Any]:
        commit(registry, "Change")
        result = run("--root", registry, "check", "--base", base, "--format", "json", *arguments)
        report: dict[str, Any] = json.loads(result.out)
        assert result.code == int(report["summary"]["blocked"])
        return report

    return call


@pytest.fixture
def desk(registry: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A copy of the sample registry in which people can decide."""
    return Desk.at(registry, tmp_path_factory, monkeypatch)


@pytest.fixture
def approve(desk: Desk, run: Callable[..., Result]) -> Callable[..., Result]:
    """Let somebody approve a vendor: as a rule the CFO, without being asked."""

    def call(vendor: str = VENDOR, *more: str | Path, person: str = CFO, role: str = "cfo") -> Result:
        return run("--root", desk.root, "approve", vendor, "--role", role, "--key", desk.key(person), "--yes", *more)

    return call


@pytest.fixture
def house(tmp_path: Path, signer: Keys, run: Callable[..., Result]) -> House:
    """The registry of the example company, with few rules."""
    return House(tmp_path / "house", signer, run)


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
    """Commit everything below ``root``, on the day of the story: whatever day it is, the gate takes it for today's."""
    repository = git.Repo.init(root, initial_branch="main")
    repository.git.add("--all")
    author = ["-c", "user.name=A", "-c", "user.email=a@example.com"]
    when = {f"GIT_{who}_DATE": f"{AS_OF}T12:00:00Z" for who in ("AUTHOR", "COMMITTER")}
    repository.git.execute(["git", *author, "commit", "-q", "-m", message], env=when)
    repository.close()
