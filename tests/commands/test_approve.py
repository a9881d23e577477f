"""``preflight approve``: real keys, a real ssh-keygen, real repositories."""

from __future__ import annotations

import json
import os
import pty
import resource
import shutil
import signal
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from deciding_desk import DECISIONS, Desk, program, run
from preflight.decisions import NAMESPACE
from preflight.decisions.statement import parse
from preflight.schema import Shape

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from conftest import Result

ROOT = Path(__file__).parents[2]
CFO = "gareth-whitlock"
OWNERS = ("noor-haddad", "ruben-castellanos")
VENDOR = "beacon-mail"
RAISED = "the cost is up"


@pytest.fixture
def desk(registry: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Desk:
    return Desk.at(registry, tmp_path_factory, monkeypatch)


@pytest.fixture
def approve(desk: Desk, run: Callable[..., Result]) -> Callable[..., Result]:
    def call(vendor: str = VENDOR, *more: str | Path, person: str = CFO, role: str = "cfo") -> Result:
        return run("--root", desk.root, "approve", vendor, "--role", role, "--key", desk.key(person), "--yes", *more)

    return call


def statement(desk: Desk, vendor: str = VENDOR) -> tuple[Path, dict[str, Any]]:
    """Return the one statement that was added."""
    [path] = [desk.root / each for each in desk.made() if each.endswith(".json")]
    assert path.parent == desk.root / DECISIONS / vendor
    return path, json.loads(path.read_bytes())


# ---- What is shown and written ------------------------------------------------------------------


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


def test_bounds_are_made_wider_by_options(desk: Desk, approve: Callable[..., Result]) -> None:
    wider = ("--annual-cost", "300000", "--commitment", "600000USD", "--term-months", "48", "--until", "2028-12-31")
    assert approve(VENDOR, *wider, "--risk", "critical").code == 0
    _, said = statement(desk)
    assert said["bounds"] == {
        "annual_cost": {"amount": 300000.0, "currency": "EUR"},
        "commitment": {"amount": 600000.0, "currency": "USD"},
        "term_months": 48,
        "risk": "critical",
    }
    assert said["valid_until"] == "2028-12-31"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        pytest.param(
            ("--annual-cost", "250000"),
            "--annual-cost is narrower than the yearly cost of now, 256,539.20 EUR: such an approval would not count",
            id="money",
        ),
        pytest.param(("--term-months", "35"), "narrower than the term of now, 36 months", id="term"),
        pytest.param(("--risk", "medium"), "narrower than the level of risk of now, high", id="risk"),
        pytest.param(("--data", "personal"), "of now, which has internal, too", id="data"),
        pytest.param(("--annual-cost", "75,000"), "--annual-cost '75,000' is no amount", id="no amount"),
        pytest.param(("--annual-cost", "300000XAU"), "there is no rate for XAU", id="no rate"),
        pytest.param(("--until", "2026-11-21"), "--until 2026-11-21 is over already", id="over"),
        pytest.param(("--head", "HEAD"), "--head goes together with 'policies'", id="head"),
        pytest.param(("--output", "x.json"), "--output goes together with --prepare", id="output"),
    ],
)
def test_what_would_not_count_is_refused(
    desk: Desk, approve: Callable[..., Result], options: tuple[str, ...], said: str
) -> None:
    result = approve(VENDOR, *options)
    assert (result.code, result.out) == (2, "")
    assert said in result.err
    assert desk.made() == []


def test_what_is_not_known_cannot_be_approved_without_a_bound(desk: Desk, approve: Callable[..., Result]) -> None:
    text = (desk.root / "vendors" / "spyglass-video.yaml").read_text("utf-8")
    lines = [line for line in text.splitlines() if not line.strip().startswith(("ends:", "starts:"))]
    (desk.root / "vendors" / "spyglass-video.yaml").write_text("\n".join(lines) + "\n", "utf-8")
    desk.commit("Forget the term")
    result = approve("spyglass-video", "--annual-cost", "100000")
    assert result.code == 2
    assert "is not known, so the approval could not be bounded · Fill in /contract/subscriptions" in result.err
    assert desk.made() == []
    given = ("--annual-cost", "100000", "--commitment", "100000", "--term-months", "60")
    result = approve("spyglass-video", *given)
    assert result.code == 0
    assert "not known, so the approval counts only once the record says it" in " ".join(result.out.split())


def test_a_role_that_looks_at_data_signs_for_the_classes_of_now(desk: Desk, approve: Callable[..., Result]) -> None:
    assert approve("flare-sms", "--data", "personal,internal", person="noor-haddad", role="security-reviewer").code == 0
    _, said = statement(desk, "flare-sms")
    assert said["bounds"] == {"data": ["personal", "internal"]}
    desk.commit("Approve")
    assert approve("flare-sms", person="noor-haddad", role="security-reviewer").code == 0
    _, said = statement(desk, "flare-sms")
    assert said["bounds"] == {"data": ["personal"]}


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
    assert "gareth-whitlock changed vendors/beacon-mail.yaml since the base" in " ".join(result.out.split())


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


# ---- Who, and with which key --------------------------------------------------------------------


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


# ---- What goes wrong ----------------------------------------------------------------------------


def _umask() -> int:
    current = os.umask(0)
    os.umask(current)
    return current


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


# ---- By mail ------------------------------------------------------------------------------------


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


# ---- The policies -------------------------------------------------------------------------------


def test_two_owners_agree_to_a_change_of_the_policies(desk: Desk, run: Callable[..., Result]) -> None:
    base = desk.git("rev-parse", "HEAD").strip()
    desk.edit("policies/waivers.yaml", "longest_days: 180", "longest_days: 90")
    desk.commit("Shorter waivers")
    call = ("--root", desk.root, "approve", "policies", "--role", "policy-owner", "--base", base, "--yes")
    for person in OWNERS:
        result = run(*call, "--key", desk.key(person), "--reason", "Half a year is too long.")
        assert (result.code, result.err) == (0, "")
    assert "changed  policies/waivers.yaml" in result.out
    assert f"preflight policy diff {base}" in result.out
    said = [parse((desk.root / each).read_bytes()) for each in desk.made() if each.endswith(".json")]
    assert {each.by for each in said} == set(OWNERS)
    assert [dict(each.facts) for each in said] == [{"policies/waivers.yaml": "changed"}] * 2
    desk.commit("Agree")
    result = run("--root", desk.root, "check", "--base", base)
    assert "This change alters the policy itself: policies/waivers.yaml; signed by" in result.out
    assert result.code == 0


def test_many_changed_files_are_counted(desk: Desk, run: Callable[..., Result]) -> None:
    base = desk.git("rev-parse", "HEAD").strip()
    for path in (desk.root / "policies" / "rules").glob("*/*.yaml"):
        path.write_text(path.read_text("utf-8") + "# anew\n", "utf-8")
    key = desk.key("noor-haddad")
    call = ("approve", "policies", "--role", "policy-owner", "--base", base, "--key", key, "--yes")
    result = run("--root", desk.root, *call)
    assert (result.code, result.err) == (0, "")
    assert "the change is not committed as it is in the folder" in " ".join(result.out.split())
    path = next(desk.root / each for each in desk.made() if each.endswith(".json"))
    facts = json.loads(path.read_bytes())["facts"]
    assert len(facts) == 40
    assert facts["and"].endswith(" more")


@pytest.mark.parametrize(
    ("more", "said"),
    [
        pytest.param((), "--base is missing: from which policies the change begins", id="no base"),
        pytest.param(("--base", "HEAD"), "nothing by which the gate judges differs from HEAD", id="no change"),
        pytest.param(("--base", "nowhere"), "git cannot read 'nowhere'", id="no such base"),
        pytest.param(("--base", "HEAD", "--risk", "low"), "has neither bounds nor an end", id="bounds"),
    ],
)
def test_an_amendment_needs_a_base_and_a_change(
    desk: Desk, run: Callable[..., Result], more: tuple[str, ...], said: str
) -> None:
    key = desk.key("noor-haddad")
    result = run("--root", desk.root, "approve", "policies", "--role", "policy-owner", "--key", key, "--yes", *more)
    assert result.code == 2
    assert said in result.err
    assert desk.made() == []


def test_a_file_with_a_hostile_name_is_shown_and_signed_as_text(desk: Desk, run: Callable[..., Result]) -> None:
    base = desk.git("rev-parse", "HEAD").strip()
    (desk.root / "schemas" / ("x" * 200)).write_text("long", "utf-8")
    (desk.root / "schemas" / "a\n::error::b\x1b[31m\u202e##[group]").write_text("hostile", "utf-8")
    key = desk.key("noor-haddad")
    call = ("approve", "policies", "--role", "policy-owner", "--base", base, "--key", key, "--yes")
    result = run("--root", desk.root, *call)
    assert (result.code, result.err) == (0, "")
    assert not set("\x1b\u202e") & set(result.out)
    assert "##[" not in result.out
    assert not [line for line in result.out.splitlines() if line.lstrip().startswith("::")]
    path = next(desk.root / each for each in desk.made() if each.endswith(".json"))
    facts = json.loads(path.read_bytes())["facts"]
    assert list(facts.values()) == ["added", "added"]
    assert [len(name) <= 100 for name in facts] == [True, True]


def test_only_owners_of_the_policies_agree_to_their_change(approve: Callable[..., Result]) -> None:
    result = approve("policies", "--base", "HEAD")
    assert "the role cfo does not agree to changes of the policies" in result.err
