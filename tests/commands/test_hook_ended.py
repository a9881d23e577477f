"""``preflight hook pre-receive`` that does not come to an end: nothing is taken, and the server stays as it was."""

from __future__ import annotations

import hashlib
import sys
from typing import TYPE_CHECKING

import pytest

import killed
from commands.test_hook import change, git, known_author, push

if TYPE_CHECKING:
    from pathlib import Path

PREFLIGHT = f"{sys.executable} -m preflight --as-of 2026-11-22 hook pre-receive"
ENDED = f"{sys.executable} {killed.__file__} {{}} {{}} --as-of 2026-11-22 hook pre-receive"

__all__ = ["known_author"]  # a fixture for the tests here, too


@pytest.fixture
def bare(registry: Path, tmp_path: Path) -> Path:
    """A server without a hook, that holds the sample registry already."""
    bare = tmp_path / "server.git"
    assert git(tmp_path, "clone", "--quiet", "--bare", str(registry), str(bare)).returncode == 0
    git(registry, "remote", "add", "server", str(bare))
    return bare


def guard(bare: Path, *lines: str) -> None:
    hook = bare / "hooks" / "pre-receive"
    hook.write_text("\n".join(["#!/bin/sh", *lines, ""]), "utf-8")
    hook.chmod(0o755)


def state(bare: Path) -> tuple[str, dict[str, str]]:
    """Return the refs of a server, and the whole of its files."""
    files = (path for path in sorted(bare.rglob("*")) if path.is_file())
    found = {path.relative_to(bare).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
    folders = {path.relative_to(bare).as_posix(): "" for path in bare.rglob("*") if path.is_dir()}
    return git(bare, "for-each-ref").stdout, {**found, **folders}


@pytest.mark.parametrize("number", [0, 1, 5, 10])
def test_a_hook_that_is_killed_takes_nothing(registry: Path, bare: Path, number: int) -> None:
    change(registry, "amount: 46000", "amount: 46100")
    guard(bare, f"exec {ENDED.format('program', number)}")
    before = state(bare)
    result = push(registry)
    assert result.returncode != 0
    assert "pre-receive died of signal 9" in result.stderr
    assert "[remote rejected] HEAD -> main (pre-receive hook declined)" in result.stderr
    assert state(bare) == before
    guard(bare, f"exec {PREFLIGHT}")
    assert push(registry).returncode == 0


@pytest.mark.parametrize(
    ("limit", "hook", "said"),
    [
        pytest.param("ulimit -t 2", ENDED.format("busy", 5), "pre-receive died of signal 9", id="no more time"),
        pytest.param("ulimit -f 0", PREFLIGHT, "preflight: the system refuses: ", id="a full disk"),
        pytest.param("ulimit -v 100000", PREFLIGHT, "", id="no memory"),
    ],
)
def test_a_hook_that_runs_out_of_something_takes_nothing(
    registry: Path, bare: Path, limit: str, hook: str, said: str
) -> None:
    (registry / ".gitattributes").write_text("*.png -diff\n", "utf-8")
    change(registry, "amount: 46000", "amount: 46100")
    guard(bare, limit, f"exec {hook}")
    before = state(bare)
    result = push(registry)
    assert result.returncode != 0
    assert said in result.stderr
    assert "[remote rejected] HEAD -> main (pre-receive hook declined)" in result.stderr
    assert state(bare) == before
