"""``preflight approve``: who decides, and with which key."""

from __future__ import annotations

import shutil
import subprocess
import time
from typing import TYPE_CHECKING

import pytest

from commands.approving import CFO, VENDOR
from deciding_desk import DECISIONS, Desk, run
from preflight.decisions import NAMESPACE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from conftest import Result


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        pytest.param(
            ("--role", "cf"), "there is no role 'cf' in policies/approvals.yaml · Did you mean 'cfo'?", id="role"
        ),
        pytest.param((), "--role is missing", id="no role"),
        pytest.param(
            ("--role", "cfo", "--by", "nobody"), "there is nobody 'nobody' in policies/people.yaml", id="person"
        ),
        pytest.param(
            ("--role", "cfo", "--by", "beatrix-langley"),
            "beatrix-langley does not hold the role cfo on 2026-11-22 · It is held by gareth-whitlock",
            id="left",
        ),
        pytest.param(("--role", "cfo", "--key", "/nowhere"), "--key /nowhere is not a file", id="key"),
        pytest.param(("--role", "cfo"), "no key is at hand with which gareth-whitlock could sign as cfo", id="none"),
    ],
)
def test_who_decides_has_to_exist_and_to_be_in_office(
    desk: Desk, run: Callable[..., Result], arguments: tuple[str, ...], said: str
) -> None:
    result = run("--root", desk.root, "approve", VENDOR, *arguments)
    assert result.code == 2
    assert said in result.err
    assert desk.made() == []


def test_a_key_of_somebody_else_or_of_nobody_is_refused(desk: Desk, approve: Callable[..., Result]) -> None:
    assert "is that of noor-haddad, not of gareth-whitlock" in approve(VENDOR, "--by", CFO, person="noor-haddad").err
    assert "noor-haddad does not hold the role cfo" in approve(person="noor-haddad").err
    result = approve(person="stranger")
    assert "is not listed in policies/allowed_signers" in result.err
    assert f'gareth-whitlock namespaces="{NAMESPACE}" ssh-ed25519 AAAA' in result.err
    assert desk.made() == []


def test_a_key_that_is_listed_in_the_same_change_is_not_taken_with_a_base(
    desk: Desk, approve: Callable[..., Result]
) -> None:
    base = desk.git("rev-parse", "HEAD").strip()
    desk.enlist(desk.line(CFO, desk.key("fresh")))
    desk.commit("A key of my own")
    assert approve(person="fresh").code == 0
    shutil.rmtree(desk.root / DECISIONS / VENDOR)
    desk.git("checkout", "-q", "--", DECISIONS)
    result = approve(VENDOR, "--base", base, person="fresh")
    assert "is not listed in policies/allowed_signers" in result.err
    assert desk.made() == []


def test_a_key_that_is_over_or_for_something_else_is_refused(desk: Desk, approve: Callable[..., Result]) -> None:
    line = desk.line(CFO, desk.key("old"))
    desk.enlist(line.replace('" ssh', '",valid-before="20260101Z" ssh'))
    desk.enlist(desk.line(CFO, desk.key("other"), "git"))
    assert "is not valid on 2026-11-22" in approve(person="old").err
    assert f"may not sign in {NAMESPACE}" in approve(person="other").err


@pytest.mark.parametrize(("kind", "more"), [("ecdsa", ()), ("rsa", ("-b", "3072"))])
def test_every_kind_of_key_signs(desk: Desk, run: Callable[..., Result], kind: str, more: tuple[str, ...]) -> None:
    key = desk.key(CFO, kind, *more)
    desk.enlist(desk.line(CFO, key))
    result = run("--root", desk.root, "approve", VENDOR, "--role", "cfo", "--key", key, "--yes")
    assert (result.code, result.err) == (0, "")


def test_a_key_without_its_public_half_needs_to_be_said_whose_it_is(
    desk: Desk, run: Callable[..., Result], tmp_path: Path
) -> None:
    key = tmp_path / "alone"
    shutil.copyfile(desk.key(CFO), key)
    key.chmod(0o600)
    call = ("--root", desk.root, "approve", VENDOR, "--role", "cfo", "--key", key, "--yes")
    assert "so it is not known whose key it is · Say it by --by" in run(*call).err
    assert run(*call, "--by", CFO).code == 0


def test_a_private_key_of_somebody_else_is_found_out_after_signing(
    desk: Desk, run: Callable[..., Result], tmp_path: Path
) -> None:
    key = tmp_path / "alone"
    shutil.copyfile(desk.key("noor-haddad"), key)
    key.chmod(0o600)
    result = run("--root", desk.root, "approve", VENDOR, "--role", "cfo", "--key", key, "--by", CFO, "--yes")
    assert result.code == 2
    assert "nothing was written, because the gate would refuse it (decision/principal)" in result.err
    assert desk.made() == []


def test_the_key_that_git_signs_with_is_the_default(desk: Desk, run: Callable[..., Result]) -> None:
    desk.git("config", "user.signingkey", str(desk.key(CFO)))
    assert run("--root", desk.root, "approve", VENDOR, "--role", "cfo", "--yes").code == 0


# ---- An agent -----------------------------------------------------------------------------------


@pytest.fixture
def agent(desk: Desk, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    socket = tmp_path_factory.mktemp("a") / "s"  # a socket's path is short
    with subprocess.Popen(["ssh-agent", "-D", "-a", str(socket)], stdout=subprocess.DEVNULL) as process:
        try:
            for _ in range(200):
                if socket.exists():
                    break
                time.sleep(0.02)
            monkeypatch.setenv("SSH_AUTH_SOCK", str(socket))
            run("ssh-add", "-q", str(desk.key(CFO)))
            yield socket
        finally:
            process.terminate()


def test_an_agent_signs_for_a_public_key(desk: Desk, agent: Path, run: Callable[..., Result], tmp_path: Path) -> None:
    assert agent.exists()
    public = tmp_path / "only.pub"
    shutil.copyfile(desk.key(CFO).with_suffix(".pub"), public)
    result = run("--root", desk.root, "approve", VENDOR, "--role", "cfo", "--key", public, "--yes")
    assert (result.code, result.err) == (0, "")
    # and is asked for its keys where none is named, a key that stands in the settings of git itself included
    assert run("--root", desk.root, "approve", "cask-dam", "--role", "cfo", "--yes").code == 0
    desk.git("config", "user.signingkey", f"key::{public.read_text('utf-8').strip()}")
    assert run("--root", desk.root, "approve", "folio-cms", "--role", "cfo", "--yes").code == 0


def test_with_keys_of_two_people_it_has_to_be_said_who_decides(
    desk: Desk, agent: Path, run: Callable[..., Result]
) -> None:
    assert agent.exists()
    for person in ("elise-fontaine", "sanne-devries"):
        subprocess.run(["ssh-add", "-q", str(desk.key(person))], check=True)
    call = ("--root", desk.root, "approve", "flare-sms", "--role", "marketing-operations-lead", "--yes")
    assert "there are keys here of elise-fontaine, sanne-devries · Say by --by who decides." in run(*call).err
    assert run(*call, "--by", "sanne-devries").code == 0
