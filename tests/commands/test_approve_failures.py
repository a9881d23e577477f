"""``preflight approve``: whatever goes wrong, nothing is left half done."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from commands.approving import CFO, VENDOR
from deciding_desk import DECISIONS, Desk, program
from preflight.decisions.statement import parse

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Result


def test_without_ssh_keygen_it_says_how_to_get_it(
    desk: Desk, approve: Callable[..., Result], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = tmp_path / "bin"
    path.mkdir()
    (path / "git").symlink_to(str(shutil.which("git")))
    monkeypatch.setenv("PATH", str(path))
    result = approve()
    monkeypatch.undo()
    assert result.code == 2
    assert "ssh-keygen is not installed, and it makes the signature · It is a part of OpenSSH" in result.err
    assert desk.made() == []


def test_a_passphrase_that_nobody_can_type_is_an_error_and_no_hang(desk: Desk, run: Callable[..., Result]) -> None:
    key = desk.key("locked", "ed25519", "-N", "long enough")
    desk.enlist(desk.line(CFO, key))
    result = run("--root", desk.root, "approve", VENDOR, "--role", "cfo", "--key", key, "--yes")
    assert result.code == 2
    assert "ssh-keygen did not sign: " in result.err


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_killed_while_it_signs_it_leaves_nothing_between_the_decisions(
    desk: Desk, tmp_path: Path, how: signal.Signals
) -> None:
    began = tmp_path / "began"
    path = program(tmp_path / "bin", "ssh-keygen", f"touch {began}; exec sleep 30")
    command, environment = desk.process(
        "approve", VENDOR, "--role", "cfo", "--key", str(desk.key(CFO)), "--yes", path=path
    )
    with subprocess.Popen(
        command,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
    ) as process:
        for _ in range(1500):
            if began.exists():
                break
            time.sleep(0.02)
        assert began.exists()
        assert desk.git("status", "--porcelain", "--untracked-files=all") == ""
        os.kill(process.pid, how)
        process.wait(timeout=30)
        left = desk.made()
        os.killpg(process.pid, signal.SIGKILL) if how is signal.SIGKILL else None
    assert process.returncode == (-9 if how is signal.SIGKILL else 130)
    assert left == []
    assert desk.git("fsck") == ""


def test_a_full_disk_leaves_nothing(desk: Desk) -> None:
    command, environment = desk.process("approve", VENDOR, "--role", "cfo", "--key", str(desk.key(CFO)), "--yes")
    done = subprocess.run(
        command,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (300, 300)),
    )
    assert done.returncode == 2
    assert "cannot be written: File too large" in done.stderr
    assert "nothing was changed" in done.stderr
    assert desk.made() == []


@pytest.mark.parametrize("after", [0, 1])
def test_what_fails_half_way_is_undone(
    desk: Desk, approve: Callable[..., Result], monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    done: list[object] = []
    real = os.link

    def link(source: Path, target: Path) -> None:
        if len(done) == after:
            raise FileExistsError(17, "File exists")
        done.append(target)
        real(source, target)

    monkeypatch.setattr(os, "link", link)
    result = approve("trident-experiments")  # which has no decisions yet
    assert result.code == 2
    assert "is there already" in result.err
    assert desk.made() == []
    assert not (desk.root / DECISIONS / "trident-experiments").exists()


def test_a_disk_that_is_read_only_is_told(
    desk: Desk, approve: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(Path, "mkdir", refuse)
    result = approve("trident-experiments")
    assert result.code == 2
    assert "trident-experiments" in result.err
    assert "cannot be written: Read-only file system" in result.err
    assert desk.made() == []


def test_a_disk_without_links_takes_copies(
    desk: Desk, approve: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(18, "Invalid cross-device link")

    monkeypatch.setattr(os, "link", refuse)
    assert approve().code == 0
    assert len(desk.made()) == 2


def test_it_writes_through_no_link(desk: Desk, approve: Callable[..., Result], tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (desk.root / DECISIONS / "flare-sms").symlink_to(outside)
    result = approve("flare-sms")
    assert result.code == 2
    assert list(outside.iterdir()) == []


def test_two_at_once_do_not_meet(desk: Desk) -> None:
    command, environment = desk.process("approve", VENDOR, "--role", "cfo", "--key", str(desk.key(CFO)), "--yes")
    both = [subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL) for _ in range(2)]
    assert [each.wait(timeout=120) for each in both] == [0, 0]
    found = [parse((desk.root / each).read_bytes()) for each in desk.made() if each.endswith(".json")]
    assert len({each.nonce for each in found}) == 2


def test_at_a_commit_or_without_its_layout_nothing_can_be_decided(desk: Desk, run: Callable[..., Result]) -> None:
    result = run("--root", desk.root, "--at", "HEAD", "approve", VENDOR, "--role", "cfo", "--yes")
    assert "a decision is written into the folder, and --at reads a commit" in result.err
