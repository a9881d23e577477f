"""``preflight approve``: a statement is prepared, mailed, signed elsewhere and added by somebody else."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from commands.approving import CFO, VENDOR, statement
from preflight.decisions import NAMESPACE

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Result
    from deciding_desk import Desk


def test_a_statement_is_prepared_mailed_signed_elsewhere_and_added_by_somebody_else(
    desk: Desk, run: Callable[..., Result], tmp_path: Path
) -> None:
    mailed = tmp_path / "beacon.json"
    call = ("--root", desk.root, "approve", VENDOR, "--role", "cfo")
    result = run(*call, "--prepare", "--output", mailed)
    assert (result.code, desk.made()) == (0, [])
    command = f"ssh-keygen -Y sign -n {NAMESPACE} -f ~/.ssh/id_ed25519 beacon.json"
    assert f"gareth-whitlock signs it with:\n  {command}\n" in result.out
    desk_of_cfo = Path.home() / ".ssh"
    desk_of_cfo.mkdir()
    shutil.copyfile(desk.key(CFO), desk_of_cfo / "id_ed25519")
    (desk_of_cfo / "id_ed25519").chmod(0o600)
    subprocess.run(["sh", "-c", command], cwd=tmp_path, check=True, capture_output=True)
    signature = tmp_path / "beacon.json.sig"
    signature.write_bytes(signature.read_bytes().replace(b"\n", b"\r\n"))  # as a mail program leaves it
    result = run("--root", desk.root, "approve", mailed, "--signature", signature)
    assert (result.code, result.err) == (0, "")
    assert "The signature is good: gareth-whitlock" in result.out
    assert "git -C" in result.out
    path, _ = statement(desk)
    assert path.read_bytes() == mailed.read_bytes()
    desk.commit("Approve")
    assert run("--root", desk.root, "check", VENDOR).code == 0


def test_a_statement_may_wait_among_the_decisions_for_its_signature(
    desk: Desk, run: Callable[..., Result], tmp_path: Path
) -> None:
    assert run("--root", desk.root, "approve", VENDOR, "--role", "cfo", "--prepare").code == 0
    path, _ = statement(desk)
    signature = tmp_path / "answer.sig"
    command = ["ssh-keygen", "-q", "-Y", "sign", "-n", NAMESPACE, "-f", str(desk.key(CFO))]
    signature.write_bytes(subprocess.run(command, input=path.read_bytes(), check=True, capture_output=True).stdout)
    assert run("--root", desk.root, "approve", VENDOR, "--signature", signature).code == 0
    assert path.with_name(path.name + ".sig").read_bytes() == signature.read_bytes()
    again = run("--root", desk.root, "approve", path, "--signature", path.with_name(path.name + ".sig"))
    assert (again.code, len(desk.made())) == (0, 2)  # to look at it again changes nothing


@pytest.mark.parametrize(
    ("person", "change", "said"),
    [
        pytest.param("noor-haddad", (b"", b""), "(decision/principal)", id="somebody else"),
        pytest.param("stranger", (b"", b""), "(decision/key): nobody's key is SHA256:", id="nobody's key"),
        pytest.param(CFO, (b"cfo", b"cf0"), "the signature is not one of any statement on beacon-mail", id="changed"),
        pytest.param(CFO, (b"\n", b"\r\n"), "it was signed with other line ends", id="line ends"),
    ],
)
def test_a_signature_that_does_not_fit_is_not_added(  # noqa: PLR0917 - fixtures, and what varies
    desk: Desk, run: Callable[..., Result], tmp_path: Path, person: str, change: tuple[bytes, bytes], said: str
) -> None:
    run("--root", desk.root, "approve", VENDOR, "--role", "cfo", "--prepare")
    path, _ = statement(desk)
    data = path.read_bytes().replace(*change) if change[0] else path.read_bytes()
    command = ["ssh-keygen", "-q", "-Y", "sign", "-n", NAMESPACE, "-f", str(desk.key(person))]
    signature = tmp_path / "answer.sig"
    signature.write_bytes(subprocess.run(command, input=data, check=True, capture_output=True).stdout)
    result = run("--root", desk.root, "approve", VENDOR, "--signature", signature)
    assert result.code == 2
    assert said in result.err
    assert [Path(each).name for each in desk.made()] == [path.name]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"hello", "is not accepted as a signature"),
        (b"x" * 9000, "more than the 8,192 bytes"),
        (None, "there is no file"),
    ],
)
def test_what_is_no_signature_is_refused(
    desk: Desk, run: Callable[..., Result], tmp_path: Path, content: bytes | None, said: str
) -> None:
    file = tmp_path / "x.sig"
    if content is not None:
        file.write_bytes(content)
    result = run("--root", desk.root, "approve", VENDOR, "--signature", file)
    assert result.code == 2
    assert said in result.err


def test_a_signature_on_a_vendor_that_is_not_here_is_not_added(
    desk: Desk, run: Callable[..., Result], tmp_path: Path
) -> None:
    file = tmp_path / "s.json"
    assert run("--root", desk.root, "approve", "flare-sms", "--role", "cfo", "--prepare", "--output", file).code == 0
    subprocess.run(["ssh-keygen", "-q", "-Y", "sign", "-n", NAMESPACE, "-f", desk.key(CFO), file], check=True)
    (desk.root / "vendors" / "flare-sms.yaml").unlink()
    desk.commit("Take it out")
    result = run("--root", desk.root, "approve", file, "--signature", f"{file}.sig")
    assert "the statement is about flare-sms, and there is no such vendor here" in result.err
    assert (result.code, desk.made()) == (2, [])


def test_a_prepared_statement_overwrites_nothing(desk: Desk, run: Callable[..., Result], tmp_path: Path) -> None:
    file = tmp_path / "mine.json"
    file.write_text("mine", "utf-8")
    result = run("--root", desk.root, "approve", VENDOR, "--role", "cfo", "--prepare", "--output", file)
    assert (result.code, file.read_text("utf-8")) == (2, "mine")
