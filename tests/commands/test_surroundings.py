"""What happens around a run: streams, signals, devices, git's own environment. The verdict does not change."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Result

ROOT = Path(__file__).parents[2]
MINI = "id: {0}\nname: {0}\ncategory: other\nlifecycle: {{status: rejected}}\n"
PREFLIGHT = [sys.executable, "-m", "preflight"]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    registry = tmp_path / "registry"
    for part in ("policies", "schemas"):
        shutil.copytree(ROOT / part, registry / part)
    (registry / "vendors").mkdir()
    (registry / "vendors" / "acme.yaml").write_text(MINI.format("acme"), "utf-8")
    return registry


def git(folder: Path, *arguments: str) -> None:
    who = ["-c", "user.name=Ann", "-c", "user.email=ann@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *who, *arguments], cwd=folder, check=True, capture_output=True)


def test_what_git_exports_to_hooks_does_not_change_what_is_judged(root: Path) -> None:
    """With GIT_DIR set, git itself would take the top of the repository for the registry."""
    top = root.parent
    shutil.copytree(root, top, dirs_exist_ok=True)
    (root / "vendors" / "acme.yaml").write_text("id: acme\n", "utf-8")
    git(top, "init", "--quiet")
    git(top, "add", "--all")
    git(top, "commit", "--quiet", "--message", "one good registry around a bad one")
    command = [*PREFLIGHT, "--root", str(root), "--at", "HEAD", "check"]
    plain = subprocess.run(command, capture_output=True, text=True, check=False)
    hooked = subprocess.run(
        command, env=os.environ | {"GIT_DIR": str(top / ".git")}, capture_output=True, text=True, check=False
    )
    assert plain.returncode == 1
    assert (hooked.returncode, hooked.stdout) == (plain.returncode, plain.stdout)


def test_a_commit_and_its_checkout_get_the_same_verdicts(root: Path, run: Callable[..., Result]) -> None:
    (root / "vendors" / "run.yaml").write_text(MINI.format("run"), "utf-8")
    (root / "vendors" / "run.yaml").chmod(0o755)
    (root / "vendors" / "away.yaml").symlink_to("acme.yaml")
    git(root, "init", "--quiet")
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message", "odd entries")
    tree = json.loads(run("--root", root, "check", "--format", "json").out)
    commit = json.loads(run("--root", root, "--at", "HEAD", "check", "--format", "json").out)
    assert {each["rule"] for each in tree["verdicts"] if each["vendor"] in {"run", "away"}} == {"file/kind"}
    assert commit | {"base": None, "head": None} == tree


def test_an_id_that_stands_in_two_files_is_judged_in_both(root: Path, run: Callable[..., Result]) -> None:
    (root / "preflight.yaml").write_text("vendors: vendors/**/*.yaml\n", "utf-8")
    (root / "vendors" / "old").mkdir()
    (root / "vendors" / "old" / "acme.yaml").write_text(MINI.format("acme").replace("rejected", "live"), "utf-8")
    assert run("--root", root, "check").code == 1
    alone = run("--root", root, "check", "acme")
    assert alone.code == 1
    assert alone.out.count("another file has the id 'acme' too") == 2


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
@pytest.mark.parametrize("arguments", [["check"], ["--version"], ["check", "--help"]])
def test_a_full_disk_behind_stdout_is_no_pass(root: Path, arguments: list[str]) -> None:
    with Path("/dev/full").open("w") as full:
        result = subprocess.run(
            [*PREFLIGHT, *arguments], cwd=root, stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert result.returncode == 2
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-"])
def test_closed_streams_leave_the_exit_code(root: Path, closed: str) -> None:
    command = f'"{sys.executable}" -m preflight check {closed}'
    assert subprocess.run(["sh", "-c", command], cwd=root, capture_output=True, check=False).returncode == 0
    (root / "vendors" / "acme.yaml").write_text("id: acme\n", "utf-8")
    assert subprocess.run(["sh", "-c", command], cwd=root, capture_output=True, check=False).returncode == 1


def test_a_report_can_go_to_a_pipe(root: Path) -> None:
    pipe = root.parent / "pipe"
    os.mkfifo(pipe)
    with subprocess.Popen([*PREFLIGHT, "--quiet", "check", "--format", f"json={pipe}"], cwd=root) as process:
        report = json.loads(pipe.read_text("utf-8"))
    assert process.returncode == 0
    assert report["summary"]["vendors"] == 1
    assert pipe.is_fifo()


def test_a_file_with_thousands_of_faults_tells_a_hundred(root: Path, run: Callable[..., Result]) -> None:
    keys = "".join(f"k{number}: 1\n" for number in range(4000))
    (root / "vendors" / "acme.yaml").write_text(MINI.format("acme") + keys, "utf-8")
    result = run("--root", root, "check")
    assert result.code == 1
    assert result.out.count("is not known at the top of the file") == 100
    assert "file/faults  3,900 more faults of this file are not listed" in result.out


def test_a_run_that_is_ended_leaves_no_process_behind(root: Path) -> None:
    for number in range(4000):
        (root / "vendors" / f"v{number:04}.yaml").write_text(MINI.format(f"v{number:04}"), "utf-8")
    process = subprocess.Popen(
        [*PREFLIGHT, "check"], cwd=root, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True
    )
    time.sleep(0.9)
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=30)
    # 0: a fast machine had finished already; by the signal: Python itself was still beginning, or ending already.
    assert process.returncode in {130, -signal.SIGINT, 0}
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)
