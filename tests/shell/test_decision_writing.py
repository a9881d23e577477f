"""Two files in their places, or none: at whichever step a run is killed, the next one leaves nothing by halves."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from killed import at_step
from preflight.errors import UsageError
from preflight.shell import decision_writing, one_at_a_time

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

FOLDER = "vendors/decisions/acme"
FIRST = {f"{FOLDER}/one.json.sig": b"signature 1\n", f"{FOLDER}/one.json": b"statement 1\n"}
SECOND = {f"{FOLDER}/two.json.sig": b"signature 2\n", f"{FOLDER}/two.json": b"statement 2\n"}
MOST_STEPS = 100  # more than there are


@pytest.fixture
def top(tmp_path: Path) -> Path:
    (tmp_path / ".git").mkdir()
    (tmp_path / "vendors").mkdir()
    (tmp_path / "vendors/acme.yaml").write_text("id: acme\n", "utf-8")
    return tmp_path


def place(top: Path, files: dict[str, bytes] = FIRST) -> list[str]:
    return decision_writing.place(top, files, top / ".git")


def lying(top: Path) -> dict[str, bytes]:
    """Return all files, and what lies in the folder of git."""
    assert [path.name for path in (top / ".git").iterdir()] == []
    found = {path.relative_to(top).as_posix(): path.read_bytes() for path in top.rglob("*") if path.is_file()}
    assert found.pop("vendors/acme.yaml") == b"id: acme\n"
    return found


def emptied(top: Path) -> None:
    shutil.rmtree(top / "vendors/decisions", ignore_errors=True)


def begun(work: Callable[[], object]) -> int:
    """Begin something in a process of its own."""
    child = os.fork()
    if not child:
        try:
            work()
            os._exit(0)
        finally:
            os._exit(1)
    return child


def ended(child: int) -> int:
    """Wait for a process; return how it ended."""
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def apart(work: Callable[[], object]) -> int:
    """Do something in a process of its own; return how that ended."""
    return ended(begun(work))


def killed_at(step: int, top: Path, files: dict[str, bytes] = FIRST, *, links: bool = True) -> bool:
    """Place files, and be killed at a step; return whether there was such a step."""

    def work() -> None:
        if not links:
            os.link = refuse  # type: ignore[assignment]
        at_step(step)
        place(top, files)

    code = apart(work)
    assert code in {0, -signal.SIGKILL}
    return code != 0


def refuse(*_: object) -> None:
    raise OSError(18, "Invalid cross-device link")


@pytest.mark.parametrize("links", [True, False], ids=["by links", "by copies"])
def test_killed_at_any_step_the_next_run_leaves_all_or_nothing(top: Path, *, links: bool) -> None:
    seen = set()
    for step in range(MOST_STEPS):
        if not killed_at(step, top, links=links):
            break
        there = [path.name for path in (top / "vendors").rglob("one.*")]
        left = place(top, SECOND)
        found = lying(top)
        assert found in (SECOND, {**FIRST, **SECOND})
        whole = found != SECOND
        assert sorted(left) == ([] if whole else sorted(f"{FOLDER}/{name}" for name in there))
        seen.add((len(there), whole))
        emptied(top)
    assert step < MOST_STEPS - 1
    assert {(0, False), (1, False), (2, True)} <= seen


def left_by_a_kill(top: Path) -> None:
    """Leave a signature without its statement."""
    for step in range(MOST_STEPS):
        assert killed_at(step, top)
        if [path.name for path in (top / "vendors").rglob("one.*")] == ["one.json.sig"]:
            return
        place(top, {})
    pytest.fail("there was no such step")


def test_whoever_takes_back_may_be_killed_too(top: Path) -> None:
    left_by_a_kill(top)
    half = shutil.copytree(top, top.with_name("half"))
    for step in range(MOST_STEPS):
        if not killed_at(step, top, SECOND):
            break
        place(top, {})
        assert lying(top) in ({}, SECOND)
        shutil.rmtree(top)
        shutil.copytree(half, top)
    assert 0 < step < MOST_STEPS - 1
    assert lying(top) == SECOND


@pytest.mark.parametrize("length", [0, 5])
def test_a_copy_that_was_begun_is_taken_back(top: Path, length: int) -> None:
    left_by_a_kill(top)
    target = top / FOLDER / "one.json.sig"
    target.unlink()  # or the file that is ready would be cut, too
    target.write_bytes(FIRST[f"{FOLDER}/one.json.sig"][:length])
    assert place(top, SECOND) == [f"{FOLDER}/one.json.sig"]
    assert lying(top) == SECOND


def test_a_statement_that_somebody_puts_beside_it_makes_it_whole(top: Path) -> None:
    left_by_a_kill(top)
    (top / FOLDER / "one.json").write_bytes(b"another\n")
    assert place(top, SECOND) == []
    assert lying(top) == {**FIRST, f"{FOLDER}/one.json": b"another\n", **SECOND}


def test_the_same_again_is_no_half(top: Path) -> None:
    left_by_a_kill(top)
    assert place(top) == [f"{FOLDER}/one.json.sig"]
    assert lying(top) == FIRST
    assert place(top) == []


def test_what_is_there_is_never_written_over(top: Path) -> None:
    place(top)
    with pytest.raises(UsageError, match=r"one\.json is there already"):
        place(top, {**SECOND, f"{FOLDER}/one.json": b"another\n"})
    assert lying(top) == FIRST


@pytest.mark.parametrize("call", ["write", "fsync"])
@pytest.mark.parametrize("number", [0, 1])
def test_a_full_disk_leaves_nothing(top: Path, monkeypatch: pytest.MonkeyPatch, call: str, number: int) -> None:
    calls: list[object] = []
    real_write, real_sync = decision_writing.write, os.fsync

    def full() -> None:
        calls.append(None)
        if len(calls) == number + 1:
            raise OSError(28, "No space left on device")

    def sync(handle: int) -> None:
        full()
        real_sync(handle)

    class Full(type(top)):  # type: ignore[misc]  # whatever kind of path this system has
        def open(self, *arguments: object, **more: object) -> object:
            full()
            return super().open(*arguments, **more)

    def write(path: Path, data: bytes) -> None:
        real_write(Full(path), data)

    monkeypatch.setattr(os, "fsync", sync) if call == "fsync" else monkeypatch.setattr(decision_writing, "write", write)
    with pytest.raises(UsageError, match="cannot be written: No space left on device") as caught:
        place(top)
    assert "nothing was changed" in str(caught.value.fix)
    assert len(calls) == number + 1
    assert lying(top) == {}


def test_a_disk_that_is_full_indeed_leaves_nothing(tmp_path: Path) -> None:
    top = tmp_path / "small"
    top.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(top)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("only an administrator may mount a disk")
    try:
        (top / ".git").mkdir()
        (top / "filling").write_bytes(b"x" * 36_000)
        files = {f"{FOLDER}/one.json.sig": b"x" * 5_000, f"{FOLDER}/one.json": b"x" * 40_000}
        with pytest.raises(UsageError, match=r"one\.json cannot be written: No space left on device"):
            place(top, files)
        assert sorted(path.name for path in top.rglob("*")) == [".git", "filling"]
    finally:
        subprocess.run(["umount", str(top)], check=True)


# ---- The lock -----------------------------------------------------------------------------------


def test_a_lock_ends_with_a_killed_process(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from preflight.shell import one_at_a_time\n"
        "with one_at_a_time.held(Path(sys.argv[1])) as alone:\n    print(alone, flush=True)\n    sys.stdin.read()\n"
    )
    path = tmp_path / "lock"
    command = [sys.executable, "-c", script, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"True\n"
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as waiting:
            other.kill()
            assert waiting.stdout is not None
            assert waiting.stdout.readline() == b"True\n"
            waiting.communicate()
    assert not path.exists()


def test_one_waits_for_the_other_whoever_takes_the_file_away(tmp_path: Path) -> None:
    path, log = tmp_path / "lock", tmp_path / "log"

    def work() -> None:
        for _ in range(50):
            with one_at_a_time.held(path) as alone:
                assert alone
                with log.open("x"):
                    pass
                log.unlink()

    children = [begun(work) for _ in range(4)]
    assert [ended(child) for child in children] == [0, 0, 0, 0]


def test_where_nothing_can_be_locked_it_says_so(tmp_path: Path) -> None:
    with one_at_a_time.held(tmp_path / "nowhere" / "lock") as alone:
        assert not alone
