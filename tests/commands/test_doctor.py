"""``preflight doctor`` on real repositories: clones, bare ones, those of others, and none."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from commands.conftest import commit
from preflight.schema import Shape

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Result
    from preflight.model import JsonObject

    Told = dict[str, list[tuple[str, str]]]

ROOT = Path(__file__).parents[2]


def git(root: Path, *arguments: str) -> str:
    who = ["-c", "user.name=A", "-c", "user.email=a@example.com"]
    return subprocess.run(["git", *who, *arguments], cwd=root, capture_output=True, text=True, check=True).stdout


@pytest.fixture
def doctor(run: Callable[..., Result]) -> Callable[..., tuple[int, Told]]:
    """Return the exit code, and by check what was said; the JSON has to be what its schema says."""
    schema = json.loads((ROOT / "schemas" / "doctor.schema.json").read_text("utf-8"))
    shape = Shape(schema, "doctor")

    def call(root: Path, *before: str) -> tuple[int, Told]:
        result = run("--root", root, *before, "doctor", "--format", "json")
        written: JsonObject = json.loads(result.out)
        assert shape.problems(written) == ()
        told: Told = {}
        for each in written["findings"]:
            told.setdefault(each["check"], []).append((each["outcome"], each["message"]))
        return result.code, told

    return call


@pytest.fixture
def well(registry: Path, run: Callable[..., Result]) -> Path:
    """A clone for GitHub with all that this project gives it."""
    shutil.copytree(ROOT / ".github" / "workflows", registry / ".github" / "workflows")
    shutil.copyfile(ROOT / "action.yml", registry / "action.yml")
    (registry / ".gitattributes").write_text("vendors/decisions/** -text\n", "utf-8")
    assert run("--root", registry, "codeowners", "--write").code == 0
    commit(registry, "Protect")
    hook = registry / ".git" / "hooks" / "pre-commit"
    hook.write_text("#!/bin/sh\nexec preflight hook pre-commit\n", "utf-8")
    hook.chmod(0o755)
    return registry


@pytest.fixture
def server(well: Path, tmp_path: Path) -> Path:
    """A bare repository with the hook."""
    bare = tmp_path / "server.git"
    git(tmp_path, "clone", "--quiet", "--bare", str(well), str(bare))
    hook = bare / "hooks" / "pre-receive"
    hook.write_text("#!/bin/sh\nexec preflight hook pre-receive --branch main\n", "utf-8")
    hook.chmod(0o755)
    for key in ("receive.fsckObjects", "receive.denyDeletes", "receive.denyNonFastForwards"):
        git(bare, "config", key, "true")
    return bare


def outcomes(told: Told) -> dict[str, str]:
    """Return the checks that are not in order."""
    return {check: found[0][0] for check, found in told.items() if found[0][0] in ("problem", "advice")}


def test_what_this_project_ships_protects(well: Path, doctor: Callable[..., tuple[int, Told]]) -> None:
    code, told = doctor(well)
    assert (code, outcomes(told)) == (0, {})
    assert {"required-check", "bypass", "trust-root", "gate", "pinned-actions", "roles", "attributes"} <= set(told)


def test_a_bare_repository_is_read_from_git(server: Path, doctor: Callable[..., tuple[int, Told]]) -> None:
    code, told = doctor(server)
    assert (code, outcomes(told)) == (0, {})
    assert told["pre-receive"] == [("ok", "hooks/pre-receive judges what is pushed to main")]
    assert told["trust-root"][0][0] == "ok"
    assert "gate" not in told


@pytest.mark.parametrize(
    ("change", "check", "outcome"),
    [
        (("config", "receive.fsckObjects", "false"), "server", "problem"),
        (("config", "core.hooksPath", "/nowhere"), "pre-receive", "problem"),
        (("symbolic-ref", "HEAD", "refs/heads/other"), "head", "problem"),
        (("update-ref", "refs/replace/" + 40 * "a", "HEAD"), "replace-refs", "problem"),
    ],
    ids=["no fsck", "hooks elsewhere", "nothing on the branch", "a replaced object"],
)
def test_what_is_wrong_with_a_server_is_seen(
    server: Path, doctor: Callable[..., tuple[int, Told]], change: tuple[str, ...], check: str, outcome: str
) -> None:
    git(server, *change)
    code, told = doctor(server)
    assert code == 1
    assert outcomes(told)[check] == outcome


def test_files_that_git_does_not_take_along_are_seen(well: Path, doctor: Callable[..., tuple[int, Told]]) -> None:
    (well / ".gitignore").write_text("vendors/secret-*.yaml\nvendors/decisions/\n", "utf-8")
    (well / "vendors" / "secret-deal.yaml").write_text("id: secret-deal\n", "utf-8")
    (well / "vendors" / "new.yaml").write_text("id: new\n", "utf-8")
    (well / "vendors" / ".DS_Store").write_bytes(b"\0")
    code, told = doctor(well)
    assert code == 1
    assert [message for _, message in told["ignored"]] == [
        "1 file (vendors/secret-deal.yaml) ignored by git: judged here, and never proposed",
        "git ignores vendors/decisions/: what was signed there never leaves this folder",
    ]
    assert told["untracked"] == [
        ("advice", "1 file (vendors/new.yaml) not known to git: judged here, and proposed to nobody")
    ]


def test_attributes_that_hide_are_seen_by_the_eyes_of_git(well: Path, doctor: Callable[..., tuple[int, Told]]) -> None:
    (well / ".gitattributes").write_text("[attr]quiet -diff\nvendors/b* quiet\nvendors/decisions/** -text\n", "utf-8")
    git(well, "add", "--all")
    git(well, "commit", "--quiet", "--no-verify", "-m", "Hide")
    code, told = doctor(well)
    assert code == 1
    [(outcome, message)] = told["attributes"]
    assert outcome == "problem"
    assert message == (
        ".gitattributes hides changes from reviews (diff: unset): "
        "2 files (vendors/beacon-mail.yaml, vendors/bosun-tags.yaml)"
    )


def test_a_shallow_clone_is_seen(well: Path, tmp_path: Path, doctor: Callable[..., tuple[int, Told]]) -> None:
    git(tmp_path, "clone", "--quiet", "--depth=1", f"file://{well}", str(tmp_path / "shallow"))
    code, told = doctor(tmp_path / "shallow")
    assert (code, told["shallow"][0][0]) == (1, "problem")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("a: &x [*x]\n", "cannot be read: ", id="an anchor"),
        pytest.param("[" * 50_000, "cannot be read: ", id="very deep"),
        pytest.param("on: [pull_request\n", "cannot be read: ", id="no YAML"),
    ],
)
def test_a_hostile_workflow_is_a_finding(
    well: Path, doctor: Callable[..., tuple[int, Told]], text: str, said: str
) -> None:
    (well / ".github" / "workflows" / "evil.yml").write_text(text, "utf-8")
    code, told = doctor(well)
    assert code == 1
    assert told["workflows"][0][1].startswith(said)


def test_policies_that_cannot_be_read_are_told_with_their_place(well: Path, run: Callable[..., Result]) -> None:
    (well / "policies" / "people.yaml").write_text("teams: []\npeople: nobody\n", "utf-8")
    result = run("--root", well, "doctor")
    assert result.code == 1
    assert "  policies  policies/people.yaml:2  " in result.out
    assert result.err == ""


def test_the_table_ends_with_what_there_is(well: Path, run: Callable[..., Result]) -> None:
    result = run("--root", well, "doctor")
    assert result.out.startswith("Cannot be seen from here (4)\n  required-check  ")
    assert result.out.splitlines()[-1].startswith("No problem, 0 advice, 4 not to be seen from here, ")


def test_a_folder_without_git_is_told_to_begin(
    registry: Path, tmp_path: Path, doctor: Callable[..., tuple[int, Told]]
) -> None:
    shutil.copytree(registry, tmp_path / "plain", ignore=shutil.ignore_patterns(".git"))
    code, told = doctor(tmp_path / "plain")
    assert (code, outcomes(told)["repository"]) == (1, "problem")
    assert told["roles"][0][0] == "ok"
    assert "trust-root" not in told


def test_records_of_somebody_else_are_not_asked_for_what_they_do_not_have(
    tmp_path: Path, doctor: Callable[..., tuple[int, Told]]
) -> None:
    for name, text in {"preflight.yaml": "vendors: tools/*.yaml\n", "tools/saw.yaml": "id: saw\n"}.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    commit(tmp_path, "Begin")
    code, told = doctor(tmp_path)
    assert code == 0
    assert not {"roles", "policy-owners", "logins", "signers", "rule-owners", "policies"} & set(told)
    assert told["attributes"] == [("ok", "no attribute hides or changes what the gate reads")]


def test_a_registry_below_the_top_is_seen_with_what_lies_at_the_top(
    well: Path, tmp_path: Path, doctor: Callable[..., tuple[int, Told]], run: Callable[..., Result]
) -> None:
    top = tmp_path / "top"
    shutil.copytree(well, top / "stack", ignore=shutil.ignore_patterns(".git", ".github", ".gitattributes"))
    shutil.copytree(well / ".github" / "workflows", top / ".github" / "workflows")
    shutil.copyfile(ROOT / "action.yml", top / "action.yml")
    (top / ".gitattributes").write_text("stack/vendors/decisions/** -text\n", "utf-8")
    git(top, "init", "--quiet", "--initial-branch=main")
    assert run("--root", top / "stack", "codeowners", "--write").code == 0
    commit(top, "Begin")
    code, told = doctor(top / "stack")
    assert (code, outcomes(told)) == (0, {"pre-commit": "advice"})
    (top / ".gitattributes").write_text("/vendors/* -diff\nstack/vendors/decisions/** -text\n", "utf-8")
    commit(top, "What is not ours may be hidden")
    assert outcomes(doctor(top / "stack")[1]) == {"pre-commit": "advice"}


def test_a_commit_of_the_past_can_be_looked_at(well: Path, doctor: Callable[..., tuple[int, Told]]) -> None:
    code, told = doctor(well, "--at", "HEAD~1")
    assert outcomes(told)["trust-root"] == "advice"
    assert code == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        pytest.param(("--root", "nowhere", "doctor"), "nowhere is not a folder", id="no folder"),
        pytest.param(("doctor", "--format", "xml"), "'xml' is not one of", id="no format"),
    ],
)
def test_what_cannot_be_looked_at_is_refused(run: Callable[..., Result], arguments: tuple[str, ...], said: str) -> None:
    result = run(*arguments)
    assert (result.code, result.out) == (2, "")
    assert said in result.err


def test_a_commit_that_is_not_there_is_refused(well: Path, run: Callable[..., Result]) -> None:
    result = run("--root", well, "--at", "nowhere", "doctor")
    assert (result.code, result.out) == (2, "")
    assert "git cannot read 'nowhere'" in result.err
