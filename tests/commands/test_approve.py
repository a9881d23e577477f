"""``preflight approve``: what is shown and written, with real keys, a real ssh-keygen and real repositories."""

from __future__ import annotations

import json
import os
import pty
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from commands.approving import CFO, VENDOR, statement
from deciding_desk import DECISIONS, Desk
from preflight.decisions import NAMESPACE
from preflight.schema import Shape

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Result

ROOT = Path(__file__).parents[2]


def _umask() -> int:
    current = os.umask(0)
    os.umask(current)
    return current


def test_an_approval_says_what_is_now_and_is_signed_verified_and_ready_to_hand_in(
    desk: Desk, approve: Callable[..., Result]
) -> None:
    result = approve()
    assert (result.code, result.err) == (0, "")
    path, said = statement(desk)
    assert said["bounds"] == {
        "annual_cost": {"amount": 256539.2, "currency": "EUR"},  # with tidewater-automation, of the same parent
        "commitment": {"amount": 466296.0, "currency": "EUR"},
        "term_months": 36,
    }
    assert said["facts"]["Counted together with"] == "tidewater-automation"
    assert (said["by"], said["role"], said["decided_on"]) == (CFO, "cfo", "2026-11-22")
    for shown in (
        "Beacon Mail (beacon-mail), live",
        "Compared with the record on ",
        "Nothing in the record.",
        "gareth-whitlock, as Chief Financial Officer (cfo), approves beacon-mail:",
        "- up to 256,539.20 EUR a year",
        '"amount": 256539.2,',
        '"amount": 466296,',
        "Signed by gareth-whitlock with SHA256:",
        f"git -C {desk.root} commit -m 'Approve beacon-mail as cfo'",
    ):
        assert shown in result.out
    assert [Path(each).name for each in desk.made()] == [path.name, f"{path.name}.sig"]
    assert path.stat().st_mode & 0o777 == 0o666 & ~_umask()


def test_what_it_made_is_what_the_gate_takes(
    desk: Desk, approve: Callable[..., Result], run: Callable[..., Result]
) -> None:
    approve()
    desk.commit("Approve")
    assert run("--root", desk.root, "check").code == 0
    [listed] = [
        each
        for each in json.loads(run("--root", desk.root, "decisions", VENDOR, "--format", "json").out)["decisions"]
        if each["decided_on"] == "2026-11-22"
    ]
    assert (listed["state"], listed["why"], listed["by"]) == ("in-force", None, CFO)


def test_an_auditor_verifies_with_openssh_alone_by_the_command_line_of_the_guide(
    desk: Desk, approve: Callable[..., Result]
) -> None:
    approve()
    path, _ = statement(desk)
    guide = (ROOT / "docs" / "deciding.md").read_text("utf-8")
    [line] = [each.strip() for each in guide.splitlines() if each.strip().startswith("ssh-keygen -Y verify")]
    signature = path.relative_to(desk.root).as_posix()
    command = line.replace("PERSON", CFO).replace("FILE.json", signature)
    done = subprocess.run(["sh", "-c", command], cwd=desk.root, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.split(" with ")[0]) == (0, f'Good "{NAMESPACE}" signature for {CFO}')
    path.write_bytes(path.read_bytes().replace(b"256539.2", b"956539.2"))
    assert subprocess.run(["sh", "-c", command], cwd=desk.root, capture_output=True, check=False).returncode


def test_what_changed_since_that_role_approved_last_is_shown(desk: Desk, approve: Callable[..., Result]) -> None:
    approve("bosun-tags")
    desk.commit("Approve")
    desk.edit("vendors/bosun-tags.yaml", "summary: ", "summary: Anew. ")
    desk.commit("Change")
    shown = approve("bosun-tags").out
    assert "Compared with the record on 20" in shown
    assert "What changes" in shown
    assert "Anew." in shown


@pytest.mark.parametrize(
    ("vendor", "role", "person", "said"),
    [
        pytest.param("flare-sms", "cfo", CFO, "the role cfo is not asked to agree to flare-sms now", id="not asked"),
        pytest.param(
            "flare-sms",
            "marketing-operations-lead",
            "elise-fontaine",
            "for the role marketing-operations-lead an entry in the record is enough",
            id="recorded",
        ),
    ],
)
def test_it_warns_of_what_an_approval_does_not_do(
    approve: Callable[..., Result], vendor: str, role: str, person: str, said: str
) -> None:
    result = approve(vendor, role=role, person=person)
    assert result.code == 0
    assert f"Warning: {said}" in " ".join(result.out.split())


def test_it_warns_whoever_proposes_the_change_themselves(desk: Desk, approve: Callable[..., Result]) -> None:
    base = desk.commit("Nothing") if desk.made() else desk.git("rev-parse", "HEAD").strip()
    desk.edit("vendors/beacon-mail.yaml", "summary: ", "summary: Anew. ")
    desk.commit("Raise", author="Gareth <Gareth.Whitlock@harbourline.example>")
    result = approve(VENDOR, "--base", base)
    assert result.code == 0
    assert "gareth-whitlock wrote what vendors/beacon-mail.yaml proposes" in " ".join(result.out.split())


def test_it_warns_that_nobody_said_who_sells_it(desk: Desk, approve: Callable[..., Result]) -> None:
    desk.edit("vendors/beacon-mail.yaml", "  name: Beacon Software GmbH\n", "")
    said = " ".join(approve(VENDOR).out.split())
    assert "beacon-mail has no company (/legal_entity/name): with one, the approval counts no more" in said
    assert "no country" not in said


def test_a_script_gets_json(desk: Desk, approve: Callable[..., Result]) -> None:
    result = approve(VENDOR, "--format", "json")
    told = json.loads(result.out)
    schema = json.loads((ROOT / "schemas" / "signed.schema.json").read_text("utf-8"))
    assert Shape(schema, "signed").problems(told) == ()
    path, said = statement(desk)
    assert (told["path"], told["signature"]) == (f"{DECISIONS}/{VENDOR}/{path.name}", f"{told['path']}.sig")
    assert told["id"] == path.stem
    assert "What is signed" in result.err
    assert said["nonce"].startswith(path.stem[-8:])


def test_what_a_vendor_writes_is_text_in_the_statement_and_on_the_terminal(
    desk: Desk, approve: Callable[..., Result]
) -> None:
    desk.edit("vendors/beacon-mail.yaml", "name: Beacon Mail", 'name: "::error::x \\"y\\"\xa0##[group] \\\\ <b>"')
    desk.commit("Rename")
    result = approve()
    assert result.code == 0
    _, said = statement(desk)
    assert said["facts"]["Vendor"] == '::error::x "y" ##[group] \\ <b>'
    assert "##[" not in result.out
    assert not [line for line in result.out.splitlines() if line.lstrip().startswith("::")]


# ---- Asking -------------------------------------------------------------------------------------


def test_without_a_terminal_nobody_can_be_asked(desk: Desk, run: Callable[..., Result]) -> None:
    result = run("--root", desk.root, "approve", VENDOR, "--role", "cfo", "--key", desk.key(CFO))
    assert result.code == 2
    assert "there is no terminal to ask whether to sign · Run it on a terminal, or say --yes." in result.err
    assert desk.made() == []


@pytest.mark.parametrize(("answer", "code"), [(b"\n", 130), (b"n\n", 130), (b"y\n", 0)])
def test_on_a_terminal_it_asks_and_no_is_the_default(desk: Desk, answer: bytes, code: int) -> None:
    command, environment = desk.process("approve", VENDOR, "--role", "cfo", "--key", str(desk.key(CFO)))
    master, slave = pty.openpty()
    with subprocess.Popen(
        command, env=environment, stdin=slave, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        os.write(master, answer)
        out, err = process.communicate(timeout=60)
    os.close(master)
    os.close(slave)
    assert (process.returncode, b"Sign this? [y/N]" in err) == (code, True)
    assert b"The text itself" in out
    assert len(desk.made()) == (0 if code else 2)
