"""What workflow files must not do, by tools that know; and what is read by forges and by pre-commit."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from workflows.conftest import ROOT, Forge, git

BIN = Path(sys.executable).parent
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
TEMPLATE = ROOT / ".gitlab" / "preflight.gitlab-ci.yml"
WRITING = {
    "watch": {("apply", "issues")},
    "inventory": {("publish", "pages"), ("publish", "id-token")},
}
each_workflow = pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)


def read(path: Path) -> dict[str, Any]:
    """Return a YAML file as GitHub reads it: the key ``on`` is not the word for yes."""
    loader = yaml.BaseLoader  # makes nothing but texts, lists and mappings
    loaded: dict[str, Any] = yaml.load(path.read_text("utf-8"), Loader=loader)  # noqa: S506 - see above
    return loaded


def test_the_auditor_finds_nothing() -> None:
    order = [str(BIN / "zizmor"), "--offline", "--persona=auditor", "--no-progress", ".github", "action.yml"]
    done = subprocess.run(order, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert "No findings" in done.stdout


@pytest.mark.parametrize(
    ("schema", "files"),
    [
        pytest.param("vendor.github-workflows", WORKFLOWS, id="workflows"),
        pytest.param("custom.github-workflows-require-timeout", WORKFLOWS, id="each job ends"),
        pytest.param("vendor.github-actions", [ROOT / "action.yml"], id="the action"),
        pytest.param("vendor.dependabot", [ROOT / ".github" / "dependabot.yml"], id="dependabot"),
        pytest.param("vendor.gitlab-ci", [TEMPLATE], id="gitlab"),
    ],
)
def test_the_files_are_of_the_form_that_the_forge_reads(schema: str, files: list[Path]) -> None:
    order = [str(BIN / "check-jsonschema"), "--builtin-schema", schema, *map(str, files)]
    done = subprocess.run(order, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@each_workflow
def test_no_workflow_runs_with_the_rights_of_the_base_and_each_job_says_what_it_may(path: Path) -> None:
    workflow = read(path)
    assert not set(workflow["on"]) & {"pull_request_target", "workflow_run", "issue_comment"}
    assert workflow["permissions"] == {}
    writing = {
        (name, scope)
        for name, job in workflow["jobs"].items()
        for scope, right in job["permissions"].items()
        if right != "read"
    }
    assert writing == WRITING.get(path.stem, set())


@each_workflow
def test_every_action_is_named_by_its_commit(path: Path) -> None:
    used = re.findall(r"uses: (\S+)(.*)", path.read_text("utf-8"))
    for name, comment in used:
        assert name == "./" or re.fullmatch(r"actions/[a-z-]+@[0-9a-f]{40}", name), name
        assert comment.strip().startswith("#")


def test_no_run_step_has_an_expression_in_it() -> None:
    steps = [step for path in WORKFLOWS for job in read(path)["jobs"].values() for step in job["steps"]]
    steps += read(ROOT / "action.yml")["runs"]["steps"]
    assert [step["run"] for step in steps if "${{" in step.get("run", "")] == []


def test_the_required_check_always_runs_and_can_never_be_skipped() -> None:
    gate = read(ROOT / ".github" / "workflows" / "gate.yml")
    assert gate["on"] == {"pull_request": "", "merge_group": ""}  # no filter of branches, paths or types
    [job] = gate["jobs"].values()
    assert job["name"] == "preflight"
    assert not {"if", "needs", "continue-on-error", "strategy"} & set(job)
    assert not [step for step in job["steps"] if {"if", "continue-on-error"} & set(step)]
    assert gate["concurrency"]["cancel-in-progress"] == "${{ github.event_name == 'pull_request' }}"


def test_the_job_that_may_write_issues_runs_nothing_of_the_repository() -> None:
    jobs = read(ROOT / ".github" / "workflows" / "watch.yml")["jobs"]
    assert [step["uses"].partition("@")[0] for step in jobs["apply"]["steps"] if "uses" in step] == [
        "actions/download-artifact"
    ]
    assert "preflight " not in jobs["apply"]["steps"][-1]["run"].replace("preflight watch", "")


def test_the_job_that_may_publish_runs_nothing_of_the_repository_and_only_where_somebody_decided_so() -> None:
    publish = read(ROOT / ".github" / "workflows" / "inventory.yml")["jobs"]["publish"]
    assert [step["uses"].partition("@")[0] for step in publish["steps"]] == [
        "actions/download-artifact",
        "actions/upload-pages-artifact",
        "actions/deploy-pages",
    ]
    assert "vars.PREFLIGHT_PAGES == 'true' && github.ref == 'refs/heads/main'" in publish["if"]


@pytest.mark.parametrize(
    "path", [ROOT / ".github" / "workflows" / "inventory.yml", TEMPLATE], ids=lambda path: path.stem
)
def test_who_publishes_is_told_what_an_inventory_tells(path: Path) -> None:
    text = path.read_text("utf-8").replace("\n#", "")
    assert "AN INVENTORY IS CONFIDENTIAL" in text
    assert "CAN BE OPEN TO THE WHOLE WORLD" in text


def test_pre_commit_runs_on_the_whole_and_on_every_commit() -> None:
    [hook] = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
    assert (hook["id"], hook["entry"]) == ("preflight", "preflight hook pre-commit")
    assert (hook["pass_filenames"], hook["always_run"]) == (False, True)


# ---- GitLab -------------------------------------------------------------------------------------


def run_template(forge: Forge, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run the script of the job as a runner does, in a clone of the project."""
    clone = forge.around / "clone"
    git(forge.around, "clone", "--quiet", "--branch=proposal", str(forge.root), str(clone))
    bin_folder = forge.around / "bin"
    (bin_folder / "preflight-of-the-day").rename(bin_folder / "preflight")
    [script] = read(TEMPLATE)["preflight"]["script"]
    known = {
        "CI_PROJECT_ID": "1",
        "CI_MERGE_REQUEST_PROJECT_ID": "1",
        "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main",
        "CI_MERGE_REQUEST_DIFF_BASE_SHA": git(clone, "merge-base", "origin/main", "HEAD").strip(),
        "CI_COMMIT_SHA": git(clone, "rev-parse", "HEAD").strip(),
        "GITLAB_USER_LOGIN": "alice",
        "PATH": f"{bin_folder}{os.pathsep}{os.environ['PATH']}",
    }
    order = ["bash", "-eo", "pipefail", "-c", script]
    return subprocess.run(order, cwd=clone, env=known | variables, capture_output=True, text=True, check=False)


def test_on_gitlab_a_bad_merge_request_is_red_with_both_reports(forge: Forge) -> None:
    path = "vendors/trident-experiments.yaml"
    forge.propose({path: forge.read(path).replace("shared_accounts: false", "shared_accounts: true")})
    done = run_template(forge)
    assert done.returncode == 1
    assert ":48  security/no-shared-admin-accounts" in done.stdout
    assert "security/no-shared-admin-accounts" in (forge.around / "clone" / "gl-code-quality-report.json").read_text(
        "utf-8"
    )
    assert "security/no-shared-admin-accounts" in (forge.around / "clone" / "preflight.xml").read_text("utf-8")
    assert forge.logged("proposers") == ["alice"]


def test_on_gitlab_the_rules_are_those_of_the_target_branch_as_it_is_now(forge: Forge) -> None:
    """Whoever begins at an old commit gets the rules that came since then all the same."""
    path, rule = "vendors/trident-experiments.yaml", "policies/rules/security/no-shared-admin-accounts.yaml"
    strict = forge.read(rule)
    forge.commit("Weak", {rule: strict.replace("level: red-flag", "level: advice")})
    forge.propose({path: forge.read(path).replace("shared_accounts: false", "shared_accounts: true")})
    git(forge.root, "checkout", "--quiet", "main")
    forge.commit("Strict again", {rule: strict})
    assert run_template(forge).returncode == 1


def test_on_gitlab_a_pipeline_of_a_fork_is_refused(forge: Forge) -> None:
    forge.propose({"README.md": "# Registry\n"})
    done = run_template(forge, CI_PROJECT_ID="2")
    assert done.returncode == 2
    assert "This pipeline runs in a fork." in done.stderr


@pytest.mark.parametrize("name", ["main", "v1", "", "0123456", "0123456789012345678901234567890123456789;id"])
def test_on_gitlab_the_program_is_taken_only_by_its_commit(name: str, tmp_path: Path) -> None:
    [script] = read(TEMPLATE)["preflight"]["before_script"]
    known = {"PREFLIGHT_COMMIT": name, "PREFLIGHT_REPOSITORY": str(tmp_path), "PATH": os.environ["PATH"]}
    order = ["bash", "-eo", "pipefail", "-c", script]
    done = subprocess.run(order, cwd=tmp_path, env=known, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr == "PREFLIGHT_COMMIT has to be the full name of a commit.\n"


def test_on_gitlab_the_site_is_an_artifact_of_the_guarded_branch(forge: Forge) -> None:
    for path in sorted((forge.root / "vendors").glob("*.yaml"))[3:]:
        path.unlink()
    job = read(TEMPLATE)["inventory"]
    assert job["rules"] == [
        {"if": '$CI_PIPELINE_SOURCE != "merge_request_event" && $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH'}
    ]
    assert job["artifacts"]["access"] == "developer"
    bin_folder = forge.around / "bin"
    (bin_folder / "preflight-of-the-day").rename(bin_folder / "preflight")
    order = ["bash", "-eo", "pipefail", "-c", *job["script"]]
    known = {"CI_PROJECT_NAME": "registry", "PATH": f"{bin_folder}{os.pathsep}{os.environ['PATH']}"}
    subprocess.run(order, cwd=forge.root, env=known, capture_output=True, text=True, check=True)
    assert job["artifacts"]["paths"] == ["site", "inventory.csv"]
    assert "<title>Overview · registry</title>" in (forge.root / "site" / "index.html").read_text("utf-8")
    assert (forge.root / "inventory.csv").read_text("utf-8").count("\n") == 4


def test_on_gitlab_the_site_is_published_only_where_somebody_decided_so() -> None:
    job = read(TEMPLATE)["pages"]
    [rule] = job["rules"]
    assert rule["if"].startswith('$PREFLIGHT_PAGES == "true" && ')
    assert job["needs"] == ["inventory"]
    assert "before_script" not in job


def test_on_gitlab_only_the_job_that_builds_the_site_installs_what_it_needs() -> None:
    jobs = read(TEMPLATE)
    assert jobs["inventory"]["before_script"] == jobs["preflight"]["before_script"]
    assert jobs["inventory"]["variables"]["PREFLIGHT_PART"] == "site"
    assert "PREFLIGHT_PART" not in jobs["preflight"]["variables"]
