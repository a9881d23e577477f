"""What calls ssh-keygen: real keys and signatures, and programs that do not do what they should."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest

from deciding_desk import program, run
from preflight.decisions import NAMESPACE, sshsig
from preflight.errors import UsageError
from preflight.shell import signing_keys, ssh_keygen

if TYPE_CHECKING:
    from pathlib import Path

TEXT = b'{"kind": "approve"}\n'


@pytest.fixture
def text(tmp_path: Path) -> Path:
    path = tmp_path / "statement.json"
    path.write_bytes(TEXT)
    return path


def make(folder: Path, kind: str, *more: str) -> Path:
    run("ssh-keygen", "-q", "-t", kind, *more, "-N", "", "-C", "me", "-f", str(folder / kind))
    return folder / kind


@pytest.mark.parametrize(("kind", "more"), [("ed25519", ()), ("ecdsa", ("-b", "521")), ("rsa", ("-b", "3072"))])
def test_a_signature_is_one_that_we_accept(tmp_path: Path, text: Path, kind: str, more: tuple[str, ...]) -> None:
    key = make(tmp_path, kind, *more)
    armored = ssh_keygen.sign(text, NAMESPACE, key, agent=False)
    parsed = sshsig.parse(armored)
    sshsig.verify(parsed, TEXT, NAMESPACE)
    assert signing_keys.named(key).public == parsed.key
    assert text.read_bytes() == TEXT


@pytest.mark.parametrize(
    ("script", "said"),
    [
        pytest.param(
            "echo 'no such identity' >&2; exit 255", "ssh-keygen did not sign: no such identity", id="refuses"
        ),
        pytest.param("exit 3", "ssh-keygen did not sign: exit code 3", id="says nothing"),
        pytest.param("echo 'unknown option -- Y' >&2; exit 1", "this ssh-keygen is too old to sign files", id="old"),
        pytest.param("exit 0", "ssh-keygen ended without a signature", id="does nothing"),
    ],
)
def test_whatever_goes_wrong_is_said_in_words(
    tmp_path: Path, text: Path, monkeypatch: pytest.MonkeyPatch, script: str, said: str
) -> None:
    path = program(tmp_path / "bin", "ssh-keygen", script)
    monkeypatch.setenv("PATH", f"{path}{os.pathsep}{os.environ['PATH']}")
    with pytest.raises(UsageError, match=said):
        ssh_keygen.sign(text, NAMESPACE, tmp_path / "key", agent=False)


def test_an_agent_is_not_waited_for_without_end(tmp_path: Path, text: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = program(tmp_path / "bin", "ssh-keygen", "exec sleep 60")
    monkeypatch.setenv("PATH", f"{path}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setattr(ssh_keygen, "PATIENCE", 0.2)
    with pytest.raises(UsageError, match=r"did not sign within 0\.2 seconds"):
        ssh_keygen.sign(text, NAMESPACE, tmp_path / "key.pub", agent=True)


def test_a_missing_ssh_keygen_says_where_it_comes_from(
    tmp_path: Path, text: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UsageError) as caught:
        ssh_keygen.sign(text, NAMESPACE, tmp_path / "key", agent=False)
    assert "apt install openssh-client" in caught.value.fix


def test_a_key_is_the_agents_where_only_its_public_half_is_here(tmp_path: Path) -> None:
    key = make(tmp_path, "ed25519")
    assert not signing_keys.named(key).agent
    assert not signing_keys.named(key.with_suffix(".pub")).agent
    alone = tmp_path / "alone.pub"
    shutil.copyfile(key.with_suffix(".pub"), alone)
    assert signing_keys.named(alone).agent


@pytest.mark.parametrize(
    ("content", "said"),
    [("", "it is not the line of a public key"), ("ssh-ed25519 AAAA", "is not accepted"), ("x y", "is not accepted")],
)
def test_a_public_key_that_is_none_is_refused(tmp_path: Path, content: str, said: str) -> None:
    path = tmp_path / "key.pub"
    path.write_text(content, "utf-8")
    with pytest.raises(UsageError, match=said):
        signing_keys.named(path)


def test_an_openpgp_key_of_git_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    (tmp_path / ".gitconfig").write_text("[user]\n\tsigningkey = 3AA5C34371567BD2\n", "utf-8")
    assert signing_keys.found(tmp_path) == []
    key = make(tmp_path, "ed25519")
    (tmp_path / ".gitconfig").write_text("[user]\n\tsigningkey = ~/ed25519.pub\n", "utf-8")
    assert [each.file for each in signing_keys.found(tmp_path)] == [key.with_suffix(".pub")]


def test_an_agent_that_does_not_answer_has_no_keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = program(tmp_path / "bin", "ssh-add", "exec sleep 60")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PATH", f"{path}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("SSH_AUTH_SOCK", str(tmp_path / "socket"))
    monkeypatch.setattr(signing_keys, "PATIENCE", 0.2)
    assert signing_keys.found(tmp_path) == []
