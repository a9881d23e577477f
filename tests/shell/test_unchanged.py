"""Whether a folder is just what a commit has, byte for byte."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from preflight.shell.unchanged import is_unchanged

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def git(root: Path, *arguments: str) -> str:
    who = ["-c", "user.name=Ann", "-c", "user.email=ann@example.org"]
    return subprocess.run(["git", *who, *arguments], cwd=root, capture_output=True, text=True, check=True).stdout


def begun(root: Path, *options: str) -> Path:
    files = {
        "vendors/a.yaml": "name: A\n",
        "vendors/b.yaml": "name: B\n",
        "vendors/decisions/a/2026-11-22-cfo-5f0c2a91.json": "{}\n",
        "schemas/vendor.schema.json": "{}\n",
        "policies/rules/x.yaml": "id: x\n",
        "policies/allowed_signers": "# nobody\n",
        "README.md": "# Registry\n",
    }
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, "utf-8")
    git(root, "init", "--quiet", *options)
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "-m", "Begin")
    return root


def head(root: Path) -> str:
    return git(root, "rev-parse", "HEAD").strip()


@pytest.mark.parametrize("name", ["sha1", "sha256"])
def test_a_checkout_is_its_commit(name: str, tmp_path: Path) -> None:
    root = begun(tmp_path, f"--object-format={name}")
    assert is_unchanged(root, head(root))
    (root / "README.md").write_text("# Other\n", "utf-8")
    (root / "site").mkdir()
    (root / "site" / "index.html").write_text("", "utf-8")
    assert is_unchanged(root, head(root)), "what is no part of the registry does not count"


def linked(path: Path) -> None:
    path.unlink()
    path.symlink_to("a.yaml")


CHANGES: dict[str, Callable[[Path], object]] = {
    "a record": lambda root: (root / "vendors" / "a.yaml").write_text("name: C\n", "utf-8"),
    "the ends of lines": lambda root: (root / "vendors" / "a.yaml").write_bytes(b"name: A\r\n"),
    "a record more": lambda root: (root / "vendors" / "c.yaml").write_text("name: C\n", "utf-8"),
    "a record less": lambda root: (root / "vendors" / "b.yaml").unlink(),
    "a rule": lambda root: (root / "policies" / "rules" / "x.yaml").write_text("id: y\n", "utf-8"),
    "a rule more": lambda root: (root / "policies" / "rules" / "y.yaml").write_text("id: y\n", "utf-8"),
    "keys": lambda root: (root / "policies" / "allowed_signers").write_text("x\n", "utf-8"),
    "the schema": lambda root: (root / "schemas" / "vendor.schema.json").write_text("[]\n", "utf-8"),
    "a decision": lambda root: next((root / "vendors" / "decisions" / "a").iterdir()).write_text("[]\n", "utf-8"),
    "settings": lambda root: (root / "preflight.yaml").write_text("vendors: vendors/a.yaml\n", "utf-8"),
    "a link": lambda root: linked(root / "vendors" / "b.yaml"),
    "no records": lambda root: shutil.rmtree(root / "vendors"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_any_change_of_the_registry_counts(change: Callable[[Path], object], tmp_path: Path) -> None:
    root = begun(tmp_path)
    change(root)
    assert not is_unchanged(root, head(root))
    git(root, "add", "--all")
    assert not is_unchanged(root, head(root)), "what is only staged is not in the commit"


def test_what_a_repository_makes_git_run_is_not_run(tmp_path: Path) -> None:
    root = begun(tmp_path)
    (root / ".gitattributes").write_text("*.yaml filter=evil\n", "utf-8")
    git(root, "config", "filter.evil.clean", f"touch {tmp_path / 'run'}; cat")
    git(root, "config", "core.fsmonitor", f"touch {tmp_path / 'run'}")
    (root / "vendors" / "a.yaml").write_text("name: C\n", "utf-8")
    assert not is_unchanged(root, head(root))
    assert not (tmp_path / "run").exists()
