"""The gate on GitHub: the real workflow and the real action, on pull requests that are good, bad and hostile."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import pytest

from workflows.conftest import ROOT, git

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from workflows.conftest import Forge

LIVE = "vendors/trident-experiments.yaml"
RULE = "policies/rules/security/no-shared-admin-accounts.yaml"
FINDING = "title=security/no-shared-admin-accounts (trident-experiments)::"
ALL = len(list((ROOT / "vendors").glob("*.yaml")))
REFUSED = "::error title=preflight cannot judge this change::"
PWNED = "the change runs its own program"


def good(forge: Forge) -> dict[str, str]:
    """Change a vendor in a way that nobody minds."""
    return {LIVE: forge.read(LIVE).replace("summary: Runs tests on", "summary: Carries out tests on")}


def bad(forge: Forge) -> dict[str, str]:
    """Change a vendor so that a red flag stands."""
    return {LIVE: forge.read(LIVE).replace("shared_accounts: false", "shared_accounts: true")}


def weaker(forge: Forge) -> dict[str, str]:
    """Let the rule that would stop that be advice."""
    return {RULE: forge.read(RULE).replace("level: red-flag", "level: advice")}


def queued(forge: Forge, event: dict[str, Any]) -> dict[str, Any]:
    """Return the event of the merge queue for a pull request that was proposed."""
    head = git(forge.root, "rev-parse", "HEAD").strip()
    base = event["pull_request"]["base"]["sha"]
    group = {
        "base_sha": base,
        "base_ref": "refs/heads/main",
        "head_sha": head,
        "head_ref": "refs/heads/gh-readonly-queue/main/pr-7",
    }
    return {"action": "checks_requested", "merge_group": group, "repository": {"default_branch": "main"}}


def test_a_good_pull_request_is_green_and_shows_the_page_of_the_approver(forge: Forge) -> None:
    run = forge.run("gate", "pull_request", forge.propose(good(forge)))
    assert run.green, run.log
    assert run.outputs["decision"] == "passed"
    assert "## ✅ Passed" in run.summary
    assert "### ✅ Trident Experiments (`trident-experiments`), live" in run.summary
    assert "- Summary: Runs tests on" in run.summary


def test_a_bad_pull_request_is_red_with_an_annotation_at_the_line(forge: Forge) -> None:
    run = forge.run("gate", "pull_request", forge.propose(bad(forge)))
    assert not run.green
    assert run.outputs["decision"] == "blocked"
    line = 1 + forge.read(LIVE).splitlines().index(
        "    privileged: {managed: true, audited: true, shared_accounts: true}"
    )
    assert f"::error file={LIVE},line={line},col=48,{FINDING}" in run.log
    assert "## ⛔ Blocked" in run.summary
    assert "**Cannot be merged: 1 red flag" in run.summary


def test_who_proposed_it_is_told_to_the_gate(forge: Forge) -> None:
    event = forge.propose(good(forge))
    assert forge.run("gate", "pull_request", event).green
    assert forge.run("gate", "merge_group", queued(forge, event)).green
    assert forge.logged("proposers") == ["alice,bob", "nobody"]  # who queues it has not proposed it


def test_only_what_is_pinned_is_installed_and_it_comes_from_the_base(forge: Forge) -> None:
    event = forge.propose(good(forge) | {"tool/constraints-core.txt": "evil==1.0\n"})
    assert forge.run("gate", "pull_request", event).green
    pinned, own = forge.logged("pip")
    assert "--require-hashes --only-binary :all: -r " in pinned
    assert "--no-deps --no-build-isolation --no-index " in own


@pytest.mark.parametrize(("change", "decision"), [(good, "passed"), (bad, "blocked")])
def test_the_merge_queue_is_judged_like_a_pull_request(
    forge: Forge, change: Callable[[Forge], dict[str, str]], decision: str
) -> None:
    run = forge.run("gate", "merge_group", queued(forge, forge.propose(change(forge))))
    assert run.green == (decision == "passed")
    assert run.outputs["decision"] == decision
    assert "1 vendor, " in run.summary


def test_a_title_and_a_branch_that_want_to_be_commands_stay_text(forge: Forge) -> None:
    event = forge.propose(good(forge), branch='zzz";touch${IFS}owned;#')
    hostile = '"; touch owned; echo "$(touch owned)`touch owned`\n::set-output name=decision::passed\n::error::owned'
    event["pull_request"]["title"] = event["pull_request"]["body"] = hostile
    run = forge.run("gate", "pull_request", event)
    assert run.green
    assert "owned" not in run.log
    assert not list(forge.around.rglob("owned"))


def test_a_change_of_a_rule_together_with_a_vendor_is_judged_by_the_rule_that_was_there(forge: Forge) -> None:
    event = forge.propose(weaker(forge) | bad(forge))
    run = forge.run("gate", "pull_request", event)
    assert not run.green
    assert run.outputs["decision"] == "blocked"
    assert FINDING in run.log


def test_a_change_of_the_action_and_of_what_it_runs_is_not_used(forge: Forge) -> None:
    action = forge.read("action.yml").replace("set -euo pipefail", f"echo {PWNED}; exit 0")
    script = f"#!/bin/sh\necho {PWNED} >&2\n"
    event = forge.propose(bad(forge) | {"action.yml": action, "tool/install.sh": script})
    run = forge.run("gate", "pull_request", event)
    assert not run.green
    assert run.outputs["decision"] == "blocked"
    assert PWNED not in run.log


def test_a_pull_request_into_another_branch_is_not_judged_by_the_rules_of_that_one(forge: Forge) -> None:
    """Else somebody lets it pass there, and moves it to the guarded branch afterwards with its check still green."""
    event = forge.propose(good(forge))
    event["pull_request"]["base"]["ref"] = "of-my-own"
    run = forge.run("gate", "pull_request", event)
    assert not run.green
    assert f"{REFUSED}It does not go into the guarded branch." in run.log


# ---- The action, in a registry elsewhere ---------------------------------------------------------

USES = "example/preflight@0123456789012345678901234567890123456789"
FIVE_LINES = f"""\
name: gate
on: [pull_request, merge_group, push, pull_request_target]
permissions: {{}}
jobs:
  preflight:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@08c6903cd8c0fde910a37f88322edcfb5dd907a8
      - id: gate
        uses: {USES}
        with:
          reports: |
            json=report.json
            sarif=report.sarif
      - if: always()
        shell: bash
        env: {{DECISION: "${{{{ steps.gate.outputs.decision }}}}"}}
        run: echo "decided:$DECISION"; ls report.*
"""


@pytest.fixture
def elsewhere(forge: Forge) -> tuple[Forge, str]:
    """A registry that has none of our files, and uses the action by its commit."""
    action = forge.around / "action"
    (action / "tool").mkdir(parents=True)
    for part in ("action.yml", "tool/install.sh"):
        shutil.copy(ROOT / part, action / part)
        (forge.root / part).unlink()
    shutil.rmtree(forge.root / ".github")
    forge.commit("A registry elsewhere", {".github/workflows/gate.yml": FIVE_LINES})
    return forge, f"--local-repository={USES}={action}"


def test_another_registry_uses_the_gate_in_five_lines(elsewhere: tuple[Forge, str]) -> None:
    forge, action = elsewhere
    run = forge.run("gate", "pull_request", forge.propose(good(forge)), action)
    assert run.green, run.log
    assert "decided:passed" in run.log
    assert "report.json" in run.log
    assert "report.sarif" in run.log


def test_files_of_the_change_with_the_names_of_modules_are_not_imported(elsewhere: tuple[Forge, str]) -> None:
    forge, action = elsewhere
    hostile = f"import os\nprint({PWNED!r}, flush=True)\nos._exit(0)\n"
    names = ("venv", "pip", "preflight", "sitecustomize", "click", "yaml", "git")
    event = forge.propose(bad(forge) | {f"{name}.py": hostile for name in names})
    run = forge.run("gate", "pull_request", event, action)
    assert not run.green
    assert "decided:blocked" in run.log
    assert PWNED not in run.log


def test_a_commit_of_the_change_cannot_name_its_own_base(elsewhere: tuple[Forge, str]) -> None:
    """What is checked out is a commit of the proposer, whose first parent has weaker rules."""
    forge, action = elsewhere
    event = forge.propose(weaker(forge))
    git(forge.root, "checkout", "--quiet", "proposal")
    event["pull_request"]["head"]["sha"] = forge.commit("And the vendor", bad(forge))
    run = forge.run("gate", "pull_request", event, action)
    assert not run.green
    assert "decided:cannot-judge" in run.log
    assert f"{REFUSED}The merge commit of the pull request is not there with its history." in run.log


def test_a_clone_without_history_is_refused(elsewhere: tuple[Forge, str], tmp_path: Path) -> None:
    forge, action = elsewhere
    event = forge.propose(good(forge))
    git(tmp_path, "clone", "--quiet", "--depth=1", "--branch=merge", forge.root.as_uri(), "shallow")
    forge.root = tmp_path / "shallow"
    run = forge.run("gate", "pull_request", event, action)
    assert not run.green
    assert "fetch-depth 0" in run.log


def test_an_event_with_the_rights_of_the_base_is_refused(elsewhere: tuple[Forge, str]) -> None:
    forge, action = elsewhere
    run = forge.run("gate", "pull_request_target", forge.propose(good(forge)), action)
    assert not run.green
    assert f"{REFUSED}Run the gate on pull_request and merge_group;" in run.log


@pytest.mark.parametrize(
    ("before", "judged"),
    [
        pytest.param("HEAD~1", "1 vendor, ", id="what was pushed"),
        pytest.param("", f"{ALL} vendors, ", id="a new branch, judged as a whole"),
        pytest.param("other", f"{ALL} vendors, ", id="a branch that was rewritten"),
    ],
)
def test_a_push_is_judged_from_where_the_branch_stood(elsewhere: tuple[Forge, str], before: str, judged: str) -> None:
    forge, action = elsewhere
    git(forge.root, "checkout", "--quiet", "--orphan", "other")
    forge.commit("Something else", {"README.md": "# Other\n"})
    git(forge.root, "checkout", "--quiet", "main")
    forge.commit("In other words", good(forge))
    commit = git(forge.root, "rev-parse", before).strip() if before else "0" * 40
    event = {"before": commit, "ref": "refs/heads/main", "repository": {"default_branch": "main"}}
    run = forge.run("gate", "push", event, action)
    assert run.green, run.log
    assert judged in run.summary


def test_a_registry_whose_rules_are_broken_is_not_judged_and_says_so(elsewhere: tuple[Forge, str]) -> None:
    forge, action = elsewhere
    forge.commit("A slip", {RULE: forge.read(RULE).replace("level: red-flag", "level: redflag")})
    run = forge.run("gate", "pull_request", forge.propose(good(forge)), action)
    assert not run.green
    assert "decided:cannot-judge" in run.log
    assert run.summary == "## ⛔ Cannot judge\n\nThe log of the job says why. Nothing is approved by this.\n"
