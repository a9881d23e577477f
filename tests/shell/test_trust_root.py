"""The trust root: every file by which the gate judges, and nothing else."""

from __future__ import annotations

import hashlib
import subprocess
from typing import TYPE_CHECKING

import pytest

from preflight.decisions.amendment import digest
from preflight.errors import CannotJudge
from preflight.shell import trust_root
from preflight.shell.files import WorkingTree
from preflight.shell.git import GitTree
from preflight.shell.registry import Layout

if TYPE_CHECKING:
    from pathlib import Path

INSIDE = (
    "policies/people.yaml",
    "policies/allowed_signers",
    "policies/rules/a/b.yaml",
    "schemas/vendor.schema.json",
    ".github/workflows/gate.yml",
    ".gitlab/gate.yml",
    ".gitlab-ci.yml",
    ".gitattributes",
    "preflight.yaml",
    "CODEOWNERS",
    "docs/CODEOWNERS",
    ".taskcluster.yml",
    ".prow.yaml",
    ".crow/check.yaml",
    "OWNERS",
    ".githooks/pre-commit",
)
OUTSIDE = (
    "vendors/acme.yaml",
    "vendors/decisions/acme/x.json",
    "README.md",
    "docs/index.md",
    "policies.md",
    "x/schemas/a",
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A registry with a file of each kind, committed."""
    for path in (*INSIDE, *OUTSIDE):
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(path, "utf-8")
    git(tmp_path, "init", "--quiet", "--initial-branch=main")
    commit(tmp_path)
    return tmp_path


def git(root: Path, *arguments: str) -> None:
    author = ["-c", "user.name=A", "-c", "user.email=a@x.example"]
    subprocess.run(["git", *author, *arguments], cwd=root, check=True, capture_output=True)


def commit(root: Path) -> None:
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "-m", "Change")


def state(root: Path, revision: str = "main") -> str:
    return digest(trust_root.listing(GitTree(root, revision), Layout()))


def test_what_judges_is_listed_and_what_is_judged_is_not(root: Path) -> None:
    listed = trust_root.listing(GitTree(root, "main"), Layout())
    assert sorted(listed) == sorted(INSIDE)
    assert [path for path in (*INSIDE, *OUTSIDE) if trust_root.holds(path, Layout())] == list(INSIDE)
    assert listed["CODEOWNERS"] == ("100644", hashlib.sha256(b"CODEOWNERS").hexdigest())


def test_commit_and_working_tree_say_the_same(root: Path) -> None:
    assert trust_root.listing(GitTree(root, "main"), Layout()) == trust_root.listing(WorkingTree(root), Layout())


@pytest.mark.parametrize("path", INSIDE)
def test_every_one_of_them_moves_the_digest(root: Path, path: str) -> None:
    (root / path).write_text("another", "utf-8")
    commit(root)
    changed = state(root)
    (root / path).unlink()
    commit(root)
    assert len({state(root, "main~2"), changed, state(root)}) == 3


def test_what_lies_elsewhere_does_not(root: Path) -> None:
    for path in OUTSIDE:
        (root / path).write_text("another", "utf-8")
    commit(root)
    assert state(root) == state(root, "main~1")


def test_mode_and_link_move_the_digest(root: Path) -> None:
    (root / "CODEOWNERS").chmod(0o755)
    commit(root)
    (root / "CODEOWNERS").unlink()
    (root / "CODEOWNERS").symlink_to("README.md")
    commit(root)
    assert len({state(root, "main~2"), state(root, "main~1"), state(root)}) == 3


def test_one_name_with_line_feeds_does_not_pass_for_two_files(root: Path) -> None:
    listed = trust_root.listing(GitTree(root, "main"), Layout())
    one, two = "policies/rules/a/b.yaml", "schemas/vendor.schema.json"
    odd = f"{one}\n100644 {listed[two][1]} {two}"
    forged = {path: about for path, about in listed.items() if path not in {one, two}} | {odd: listed[one]}
    assert digest(forged) != digest(listed)


def test_what_is_too_large_stops_the_run(root: Path) -> None:
    (root / "policies/large").write_bytes(b" " * (trust_root.MAX_BYTES + 1))
    with pytest.raises(CannotJudge, match="more than 16,777,216 bytes are not read") as raised:
        trust_root.listing(WorkingTree(root), Layout())
    assert raised.value.path == "policies/large"
