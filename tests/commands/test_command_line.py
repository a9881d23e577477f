"""The command line as a whole: options, exit codes, help, completion, other commits."""

from __future__ import annotations

import json
import os
import pty
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import click
import pytest

from preflight import cli
from preflight.model import REGISTRY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from conftest import Result

ROOT = Path(__file__).parents[2]
MINI = "id: {0}\nname: {0}\ncategory: other\nlifecycle: {{status: rejected}}\n"
PREFLIGHT = [sys.executable, "-m", "preflight"]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for part in ("policies", "schemas"):
        shutil.copytree(ROOT / part, tmp_path / part)
    (tmp_path / "vendors").mkdir()
    (tmp_path / "vendors" / "acme.yaml").write_text(MINI.format("acme"), "utf-8")
    return tmp_path


def git(root: Path, *arguments: str) -> str:
    who = ["-c", "user.name=Ann", "-c", "user.email=ann@example.org", "-c", "commit.gpgsign=false"]
    return subprocess.run(
        ["git", *who, *arguments], cwd=root, check=True, capture_output=True, text=True
    ).stdout.strip()


def commands(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        yield (*path, name), command
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))


ALL_COMMANDS = list(commands(cli.cli))


@pytest.mark.parametrize(("path", "command"), ALL_COMMANDS, ids=[" ".join(path) for path, _ in ALL_COMMANDS])
def test_every_command_explains_itself(
    path: tuple[str, ...], command: click.Command, run: Callable[..., Result]
) -> None:
    result = run(*path, "--help")
    assert result.code == 0
    assert result.out.startswith(f"Usage: preflight {' '.join(path)} ")
    for option in command.params:
        assert isinstance(option, click.Argument) or getattr(option, "help", None), f"{option.name} has no help"


def loaded_after(statement: str, *suspects: str) -> str:
    """Return what a fresh interpreter prints for ``statement``, then which of the modules it has loaded."""
    seen = f"print([name for name in {suspects!r} if name in sys.modules])"
    program = f"import sys; {statement}; {seen}"
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout


def test_the_version_is_told_without_loading_anything() -> None:
    statement = "sys.argv = ['preflight', '--version']; from preflight.__main__ import main; main()"
    assert loaded_after(statement, "click", "yaml", "git", "jsonschema", "cel_expr_python") == "preflight 0.1.0\n[]\n"


def test_a_check_of_good_files_loads_neither_git_nor_the_slow_validator(root: Path) -> None:
    statement = f"from preflight.cli import run; run(['--root', {str(root)!r}, 'check'])"
    assert loaded_after(statement, "git", "jsonschema").splitlines()[-1] == "[]"


WRONG = [
    pytest.param(("chek",), "No such command 'chek'", id="a command that is not there"),
    pytest.param(("check", "--formt", "json"), "No such option", id="an option that is not there"),
    pytest.param(
        ("check", "--format", "yaml"),
        "'yaml' is not one of text, json, sarif, junit, github, markdown, gitlab",
        id="a format that is not there",
    ),
    pytest.param(
        ("check", "--format", "json="), "a file name is missing behind 'json='", id="a format without its file"
    ),
    pytest.param(
        ("--as-of", "2026-02-30", "check"),
        "'2026-02-30' is not a date that exists, as YYYY-MM-DD",
        id="a day that does not exist",
    ),
    pytest.param(("--as-of", "20260101", "check"), "is not a date that exists", id="a day in another form"),
    pytest.param(
        ("--root", "/nowhere/at/all", "check"),
        "/nowhere/at/all is not a folder · Name the root of a registry with --root.",
        id="a root that is not there",
    ),
    pytest.param(
        ("explain", "security/nothing"), "there is no rule 'security/nothing' here", id="a rule that is not there"
    ),
]


@pytest.mark.parametrize(("arguments", "message"), WRONG)
def test_a_wrong_call_is_exit_code_2_and_says_why(
    root: Path, run: Callable[..., Result], monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], message: str
) -> None:
    monkeypatch.chdir(root)
    result = run(*arguments)
    assert result.code == 2
    assert message in result.err
    assert result.out == ""


def test_all_formats_in_one_run(root: Path, tmp_path: Path, run: Callable[..., Result]) -> None:
    (root / "vendors" / "bad.yaml").write_text("id: bad\n", "utf-8")
    names = ("text", "json", "sarif", "junit", "github", "markdown", "gitlab")
    files = {name: tmp_path / "out" / f"report.{name}" for name in names}
    result = run("--root", root, "check", *(part for name in names for part in ("--format", f"{name}={files[name]}")))
    assert result.code == 1
    assert result.out == ""
    assert result.err == "".join(f"{name} written to {files[name]}\n" for name in names)
    assert "BLOCKED" in files["text"].read_text("utf-8")
    assert json.loads(files["json"].read_text("utf-8"))["summary"]["blocked"] is True
    assert json.loads(files["sarif"].read_text("utf-8"))["version"] == "2.1.0"
    assert ET.fromstring(files["junit"].read_text("utf-8")).get("failures") == "4"  # noqa: S314 - our own output
    assert files["github"].read_text("utf-8").startswith("::error file=vendors/bad.yaml,line=1,col=1,")
    assert "⛔ Blocked" in files["markdown"].read_text("utf-8")
    issues = json.loads(files["gitlab"].read_text("utf-8"))
    assert sum(each["location"]["path"] == "vendors/bad.yaml" for each in issues) == 3


def test_a_report_that_cannot_be_written_is_not_a_pass(root: Path, run: Callable[..., Result]) -> None:
    result = run("--root", root, "check", "--format", f"json={root}/vendors/acme.yaml/report.json")
    assert result.code == 2
    assert "cannot be written" in result.err


def test_quiet_says_nothing_beside_the_verdict(root: Path, tmp_path: Path, run: Callable[..., Result]) -> None:
    assert run("--quiet", "--root", root, "check", "--format", f"json={tmp_path}/r.json").err == ""


def test_another_commit_is_read_without_a_checkout(root: Path, run: Callable[..., Result]) -> None:
    git(root, "init", "--quiet")
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message", "first")
    first = git(root, "rev-parse", "HEAD")
    before = run("--root", root, "check", "--format", "json").out
    (root / "vendors" / "acme.yaml").write_text("id: other\n", "utf-8")
    (root / "vendors" / "link.yaml").symlink_to("/etc/passwd")
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message", "second")
    shutil.rmtree(root / "vendors")
    old = run("--root", root, "--at", first, "check", "--format", "json")
    assert json.loads(old.out) | {"base": None, "head": None} == json.loads(before)
    assert json.loads(old.out)["head"] == first
    new = run("--root", root, "--at", "HEAD", "check")
    assert new.code == 1
    assert "vendors/link.yaml:1:1  file/kind  this is a symbolic link; a vendor record is a regular file" in new.out


def test_a_commit_that_is_not_there_is_told(root: Path, run: Callable[..., Result]) -> None:
    git(root, "init", "--quiet")
    result = run("--root", root, "--at", "--upload-pack=x", "check")
    assert result.code == 2
    assert "git cannot read '--upload-pack=x'" in result.err
    assert run("--root", root, "--at", "v9", "check").err.startswith("preflight: git cannot read 'v9'")


def test_without_git_only_other_commits_are_out_of_reach(root: Path, run: Callable[..., Result]) -> None:
    assert run("--root", root, "check").code == 0
    result = run("--root", root, "--at", "HEAD", "check")
    assert result.code == 2
    assert "is not in a git repository" in result.err


def test_many_vendors_are_judged_on_all_cores_with_the_same_verdicts(root: Path, run: Callable[..., Result]) -> None:
    for number in range(450):
        (root / "vendors" / f"v{number:03}.yaml").write_text(MINI.format(f"v{number:03}"), "utf-8")
    (root / "vendors" / "v123.yaml").write_text("id: v123\n", "utf-8")
    whole = json.loads(run("--root", root, "check", "--format", "json").out)
    alone = json.loads(run("--root", root, "check", "v123", "--format", "json").out)
    assert whole["summary"]["vendors"] == 451
    assert [each for each in whole["verdicts"] if each["vendor"] != REGISTRY] == alone["verdicts"]


def test_one_file_that_cannot_be_judged_among_many_is_no_pass(root: Path, run: Callable[..., Result]) -> None:
    rule = root / "policies" / "rules" / "stability" / "enterprise-support.yaml"
    text = rule.read_text("utf-8").replace(
        "assert: vendor.stability.support.enterprise", "assert: vendor.capabilities[5] == 'x'"
    )
    rule.write_text(text.replace("when: facts.lifecycle.governed\n", ""), "utf-8")
    for number in range(300):
        (root / "vendors" / f"v{number:03}.yaml").write_text(MINI.format(f"v{number:03}"), "utf-8")
    (root / "vendors" / "v150.yaml").write_text(MINI.format("v150") + "capabilities: [a]\n", "utf-8")
    result = run("--root", root, "check")
    assert result.code == 2
    assert "rule stability/enterprise-support cannot be judged for vendor v150" in result.err
    assert result.out == ""


def test_two_files_with_one_id_are_both_refused(root: Path, run: Callable[..., Result]) -> None:
    (root / "preflight.yaml").write_text("vendors: tools/*.yaml\nid: /name\n", "utf-8")
    (root / "tools").mkdir()
    for name in ("one", "two"):
        (root / "tools" / f"{name}.yaml").write_text(MINI.format("same"), "utf-8")
    result = run("--root", root, "check")
    assert result.code == 1
    assert (
        result.out.count(
            "file/id  another file has the id 'same' too · Give each vendor one file and an id of its own."
        )
        == 2
    )


def test_a_terminal_gets_colours_and_wrapped_lines(root: Path) -> None:
    (root / "vendors" / "acme.yaml").write_text(MINI.format("acme").replace("rejected", "live"), "utf-8")
    shown = on_a_terminal([*PREFLIGHT, "--root", str(root), "check"])
    assert "\x1b[31;1mRed flags, which block the merge" in shown
    plain = on_a_terminal([*PREFLIGHT, "--root", str(root), "--no-color", "check"])
    assert "\x1b" not in plain
    assert max(map(len, plain.splitlines())) <= 100
    assert "\x1b" not in on_a_terminal([*PREFLIGHT, "--root", str(root), "check"], {"NO_COLOR": "1"})


def on_a_terminal(command: list[str], extra: dict[str, str] | None = None) -> str:
    """Run a command with a terminal of 80 columns as stdout; return what it shows."""
    ours, theirs = pty.openpty()
    environment = os.environ | {"COLUMNS": "80", "TERM": "xterm"} | (extra or {})
    process = subprocess.Popen(
        command, stdout=theirs, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL, env=environment
    )
    os.close(theirs)
    shown = b""
    while True:
        try:
            read = os.read(ours, 65536)
        except OSError:
            break
        if not read:
            break
        shown += read
    os.close(ours)
    process.wait(timeout=30)
    return shown.decode("utf-8").replace("\r\n", "\n")


def test_a_reader_that_closes_the_pipe_gets_the_exit_code_and_no_traceback(root: Path) -> None:
    process = subprocess.Popen(
        [*PREFLIGHT, "--root", str(root), "check", "--all"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    errors = process.stderr.read()
    process.stderr.close()
    assert process.wait(timeout=30) == 0
    assert errors == b""


def _at_work(process: subprocess.Popen[str]) -> None:
    """Wait until it has begun processes of its own, where that can be seen, or is done."""
    begun = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    if not begun.exists():
        time.sleep(0.7)
    until = time.monotonic() + 30
    while time.monotonic() < until and process.poll() is None and begun.exists() and not begun.read_text("ascii"):
        time.sleep(0.01)


def test_ctrl_c_says_that_nothing_was_judged(root: Path) -> None:
    for number in range(3000):
        (root / "vendors" / f"v{number:04}.yaml").write_text(MINI.format(f"v{number:04}"), "utf-8")
    process = subprocess.Popen(
        [*PREFLIGHT, "--root", str(root), "check"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    _at_work(process)
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=30)
    if process.returncode != 0:  # a fast machine may have finished already
        assert process.returncode == 130
        assert out == ""
        assert "Traceback" not in err
        assert err.splitlines()[-1] == "preflight: interrupted; nothing was judged"


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_scripts_are_for_this_command(shell: str, run: Callable[..., Result]) -> None:
    result = run("completion", shell)
    assert result.code == 0
    assert "_PREFLIGHT_COMPLETE" in result.out


def test_completion_knows_vendors_and_rules(root: Path) -> None:
    environment = os.environ | {
        "_PREFLIGHT_COMPLETE": "bash_complete",
        "COMP_WORDS": "preflight check ac",
        "COMP_CWORD": "2",
    }
    result = subprocess.run(PREFLIGHT, cwd=root, env=environment, capture_output=True, text=True, check=False)
    assert result.stdout == "plain,acme\n"
