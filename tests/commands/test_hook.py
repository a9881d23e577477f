"""``preflight hook pre-receive``: real pushes into a real bare repository."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from commands.conftest import commit
from ready import ASK

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import Result

LIVE = "vendors/trident-experiments.yaml"
IDENTITY = ["-c", "user.name=A", "-c", "user.email=a@example.com"]


def git(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["git", *IDENTITY, *arguments], cwd=root, capture_output=True, text=True, check=False)


@pytest.fixture(autouse=True)
def known_author(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the commits be of somebody whom people.yaml knows: who proposes must not be who agrees."""
    monkeypatch.setenv("GIT_AUTHOR_EMAIL", "amara.okafor@harbourline.example")
    monkeypatch.setenv("GIT_COMMITTER_DATE", "2026-11-22T12:00:00Z")  # the server takes no commit of tomorrow


@pytest.fixture
def server(registry: Path, tmp_path: Path, ready: None) -> Path:  # noqa: ARG001 - it only has to be there
    """A bare repository with the hook, that holds the sample registry already."""
    bare = tmp_path / "server.git"
    assert git(tmp_path, "clone", "--quiet", "--bare", str(registry), str(bare)).returncode == 0
    hook = bare / "hooks" / "pre-receive"
    hook.write_text(f"#!/bin/sh\nexec {' '.join(ASK)} --as-of 2026-11-22 hook pre-receive\n", "utf-8")
    hook.chmod(0o755)
    git(registry, "remote", "add", "server", str(bare))
    return bare


def push(registry: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return git(registry, "push", "--quiet", "server", *(arguments or ("HEAD:main",)))


def change(registry: Path, old: str, new: str, path: str = LIVE) -> None:
    file = registry / path
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")
    commit(registry, f"{old} becomes {new}")


def tip(server: Path, ref: str = "main") -> str:
    return git(server, "rev-parse", "--verify", "--quiet", ref).stdout.strip()


@pytest.mark.usefixtures("server")
def test_a_change_without_a_red_flag_is_taken_without_a_word(registry: Path) -> None:
    change(registry, "amount: 46000", "amount: 46100")
    result = push(registry)
    assert (result.returncode, result.stderr) == (0, "")


def test_a_red_flag_is_refused_with_what_blocks_and_how_to_fix_it(registry: Path, server: Path) -> None:
    before = tip(server)
    change(registry, "amount: 46000", "amount: 52000")
    result = push(registry)
    assert result.returncode != 0
    said = [line.removeprefix("remote: ").rstrip() for line in result.stderr.splitlines() if line.startswith("remote:")]
    assert said[0] == "REFUSED: 1 red flag in what was pushed to main"
    assert f"{LIVE}:361:1  risk/approved-by-the-roles" in said
    assert any(line.startswith("  → Ask the holder of that role") for line in said)
    assert len(said) < 25
    assert tip(server) == before


def test_many_red_flags_still_fit_on_a_screen(registry: Path, server: Path) -> None:
    for path in sorted((registry / "vendors").glob("*.yaml")):
        text = path.read_text("utf-8").replace("shared_accounts: false", "shared_accounts: true")
        path.write_text(text, "utf-8")
    commit(registry, "All share")
    result = push(registry)
    assert result.returncode != 0
    said = [line.rstrip() for line in result.stderr.splitlines() if line.startswith("remote:")]
    assert len(said) < 25
    assert any(line.endswith("more red flags:") for line in said)
    assert any(line.startswith("remote:   preflight check --base ") for line in said)
    assert max(map(len, said)) <= 80
    assert tip(server) != tip(registry, "HEAD")


def test_other_branches_are_for_proposals(registry: Path, server: Path) -> None:
    change(registry, "amount: 46000", "amount: 52000")
    assert push(registry, "HEAD:proposal").returncode == 0
    assert tip(server, "proposal") == tip(registry, "HEAD")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        pytest.param((":main",), "main is guarded and is not deleted", id="deleted"),
        pytest.param(("--force", "HEAD~1:main"), "this would rewrite the history of main", id="rewritten"),
        pytest.param(("HEAD:refs/replace/" + 40 * "a",), "would change what history shows", id="a replace ref"),
        pytest.param(("HEAD:refs/notes/commits",), "would change what history shows", id="notes"),
    ],
)
def test_what_would_hide_history_is_refused(
    registry: Path, server: Path, arguments: tuple[str, ...], said: str
) -> None:
    git(server, "config", "receive.denyDeleteCurrent", "ignore")
    change(registry, "amount: 46000", "amount: 46100")
    assert push(registry).returncode == 0
    before = tip(server)
    result = push(registry, *arguments)
    assert result.returncode != 0
    assert said in result.stderr
    assert tip(server) == before


def test_a_push_past_several_commits_is_judged_as_a_whole(registry: Path, server: Path) -> None:
    """What was put right before the push is no fault; what was broken on the way to it is."""
    change(registry, "amount: 46000", "amount: 52000")
    change(registry, "amount: 52000", "amount: 46200")
    assert push(registry).returncode == 0
    assert tip(server) == tip(registry, "HEAD")


def test_rules_weakened_in_the_same_push_do_not_help(registry: Path, server: Path) -> None:
    change(registry, "annual_cost_from: 50000", "annual_cost_from: 500000", "policies/approvals.yaml")
    change(registry, "amount: 46000", "amount: 52000")
    result = push(registry)
    assert result.returncode != 0
    assert "risk/approved-by-the-roles" in result.stderr
    assert tip(server) != tip(registry, "HEAD")


def test_a_gate_that_cannot_judge_refuses(registry: Path, server: Path) -> None:
    change(registry, "vendor.security.access.mfa", "vendor.security.access.mfaa",
           "policies/rules/security/second-factor-required.yaml")  # fmt: skip
    result = push(registry)
    assert result.returncode != 0
    assert "REFUSED: the gate cannot judge this push." in result.stderr
    assert tip(server) != tip(registry, "HEAD")


def test_the_first_push_has_to_hold_by_its_own_rules(registry: Path, server: Path) -> None:
    git(server, "update-ref", "-d", "refs/heads/main")
    change(registry, "shared_accounts: false", "shared_accounts: true")
    assert push(registry).returncode != 0
    change(registry, "shared_accounts: true", "shared_accounts: false")
    result = push(registry)
    assert result.returncode == 0, result.stderr
    assert tip(server) == tip(registry, "HEAD")


@pytest.fixture
def young(registry: Path, server: Path) -> Path:
    """A registry of rules and people without a vendor or a history, and the server without anything."""
    for ref in git(server, "for-each-ref", "--format=%(refname)").stdout.split():
        git(server, "update-ref", "-d", ref)
    shutil.rmtree(registry / "vendors")
    git(registry, "update-ref", "-d", "HEAD")
    return registry


def told(result: subprocess.CompletedProcess[str]) -> str:
    return " ".join(line.removeprefix("remote:").strip() for line in result.stderr.splitlines())


def test_an_empty_server_takes_rules_without_a_vendor_and_says_that_nothing_was_judged(
    young: Path, server: Path, begun: Path
) -> None:
    commit(young, "The rules")
    result = push(young)
    assert result.returncode == 0, result.stderr
    assert re.fullmatch(
        r"This begins the registry with \d+ rules and without a vendor: nothing was judged\. "
        r"Every later push is judged by the rules before it\.\s*",
        told(result),
    )
    change(young, "annual_cost_from: 50000", "annual_cost_from: 500000", "policies/approvals.yaml")
    weaker = push(young)
    assert weaker.returncode != 0, "from now on there is a branch to guard"
    assert "change/policy This change alters the pol" in told(weaker)
    git(young, "reset", "--hard", "--quiet", "HEAD~1")
    shutil.copytree(begun / "vendors", young / "vendors")
    change(young, "amount: 46000", "amount: 52000")
    first = push(young)
    assert first.returncode != 0, "the first vendor is judged by the rules that were there before it"
    assert "lifecycle/begins-at-the-beginning" in told(first)
    assert tip(server) == tip(young, "HEAD~1")


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        pytest.param(("vendor.security", "vendor.securty", "policies/rules/security/second-factor-required.yaml"),
                     "securty", id="a rule that cannot be used"),
        pytest.param((",preflight-policy@v1", "", "policies/allowed_signers"),
                     "and here 0 people could give one: after this push nobody could change them", id="no owner's key"),
    ],
)  # fmt: skip
def test_rules_that_nobody_could_use_or_change_begin_nothing(
    young: Path, server: Path, edit: tuple[str, str, str], said: str
) -> None:
    change(young, *edit)
    result = push(young)
    assert result.returncode != 0
    assert said in told(result)
    assert not tip(server)


@pytest.mark.parametrize("other", ["HEAD:proposal", "HEAD:refs/tags/v1"])
def test_a_server_that_holds_anything_takes_no_rules_without_a_vendor(young: Path, server: Path, other: str) -> None:
    commit(young, "The rules")
    assert push(young, other).returncode == 0
    result = push(young)
    assert result.returncode != 0
    assert "no vendor file matches" in told(result)
    assert not tip(server)


@pytest.mark.parametrize("path", ["vendors/a.txt", "vendors/decisions/a/b.json", "vendors/a.yml"])
def test_what_only_pretends_to_be_a_record_is_judged_with_the_rules(young: Path, server: Path, path: str) -> None:
    (young / path).parent.mkdir(parents=True, exist_ok=True)
    (young / path).write_text("id: a\n", "utf-8")
    commit(young, "The rules")
    assert push(young).returncode != 0
    assert not tip(server)


def test_a_tag_is_nothing_to_judge(registry: Path, server: Path) -> None:
    git(registry, "tag", "v1")
    assert push(registry, "v1").returncode == 0
    assert tip(server, "v1")


def test_another_name_of_a_guarded_branch_is_guarded_too(registry: Path, server: Path) -> None:
    git(server, "symbolic-ref", "refs/heads/trunk", "refs/heads/main")
    before = tip(server)
    change(registry, "amount: 46000", "amount: 52000")
    result = push(registry, "HEAD:trunk")
    assert result.returncode != 0
    assert "REFUSED: 1 red flag in what was pushed to main" in result.stderr
    assert tip(server) == before


def test_a_push_of_many_refs_still_fits_on_a_screen(registry: Path, server: Path) -> None:
    for path in sorted((registry / "vendors").glob("*.yaml")):
        text = path.read_text("utf-8").replace("shared_accounts: false", "shared_accounts: true")
        path.write_text(text, "utf-8")
    commit(registry, "All share")
    notes = [f"HEAD:refs/notes/{number}" for number in range(9)]
    result = push(registry, "HEAD:main", "HEAD:proposal", *notes)
    said = [line.removeprefix("remote: ").rstrip() for line in result.stderr.splitlines() if line.startswith("remote:")]
    assert result.returncode != 0
    assert len(said) < 25
    assert "REFUSED: 24 red flags in what was pushed to main" in said
    assert said[-1] == "… and 5 more refs refused"
    assert not tip(server, "proposal")


@pytest.mark.parametrize(
    ("attributes", "said"),
    [
        pytest.param("vendors/*.yaml -diff\n", "hides changes from reviews: vendors/beacon-", id="-diff"),
        pytest.param("* export-ignore\n", "leaves files out of archives: policies/", id="left out of archives"),
        pytest.param("[attr]quiet -diff\n*.yaml quiet\n", "hides changes from reviews: policies/", id="by a macro"),
        pytest.param("*.yaml linguist-generated\n", "folds changes away in reviews: policies/", id="generated"),
        pytest.param("vendors/z* filter=x\n/vendors/a-new* filter=x\n", "into a checkout: vendors/", id="to come"),
    ],
)
def test_attributes_that_hide_changes_are_refused(registry: Path, server: Path, attributes: str, said: str) -> None:
    before = tip(server)
    (registry / ".gitattributes").write_text(attributes, "utf-8")
    commit(registry, "Attributes")
    result = push(registry)
    assert result.returncode != 0
    assert said in " ".join(line.removeprefix("remote: ").strip() for line in result.stderr.splitlines())
    assert tip(server) == before


@pytest.mark.usefixtures("server")
def test_attributes_that_hide_nothing_of_ours_are_no_reason_to_refuse(registry: Path) -> None:
    attributes = "vendors/decisions/** -text\n*.png -diff\nvendors/*.yaml diff\n"
    (registry / ".gitattributes").write_text(attributes, "utf-8")
    commit(registry, "Attributes")
    assert "REFUSED: .gitattributes" not in push(registry).stderr


def test_a_ref_with_a_hostile_name_does_nothing_to_the_terminal(registry: Path) -> None:
    zeros, refs = 40 * "0", ["refs/x/\u202e##[stop-commands]y", "refs/x/\udcff", "refs/x/" + 300 * "z"]
    given = "".join(f"{zeros} {zeros} {ref}\n" for ref in refs).encode("utf-8", "surrogateescape")
    command = [sys.executable, "-m", "preflight", "hook", "pre-receive"]
    result = subprocess.run(command, cwd=registry, input=given, capture_output=True, check=False)
    said = result.stdout.decode("utf-8")
    assert (result.returncode, result.stderr) == (1, b"")
    assert "\u202e" not in said
    assert "##[" not in said
    assert max(len(line) for line in said.splitlines()) <= 72


@pytest.mark.parametrize("text", ["", "one two\n", "nothing at all"])
def test_run_by_hand_it_says_who_runs_it(
    registry: Path, run: Callable[..., Result], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, text: str
) -> None:
    (tmp_path / "stdin").write_text(text, "utf-8")
    with (tmp_path / "stdin").open("r", encoding="utf-8") as given:
        monkeypatch.setattr("sys.stdin", given)
        result = run("--root", registry, "hook", "pre-receive")
    assert result.code == 2
    assert "Let git run it, from hooks/pre-receive" in result.err
