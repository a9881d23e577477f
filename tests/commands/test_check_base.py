"""``preflight check --base``: what a change leaves behind, by the rules that were there before it."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from commands.conftest import commit
from preflight.model import REGISTRY
from preflight.shell.git import GitTree

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Result
    from preflight.shell.files import Entry

SAMPLE = Path(__file__).parents[2] / "vendors"
LIVE = "trident-experiments"
PROPOSED = "quayside-chat"
FACTOR = "policies/rules/security/second-factor-required.yaml"


def git(root: Path, *arguments: str) -> str:
    author = ["-c", "user.name=A", "-c", "user.email=a@example.com"]
    return subprocess.run(["git", *author, *arguments], cwd=root, check=True, capture_output=True, text=True).stdout


def change(root: Path, path: str, old: str, new: str) -> None:
    file = root / path
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")


def raise_price(root: Path) -> None:
    change(root, f"vendors/{LIVE}.yaml", "amount: 46000", "amount: 52000")


@pytest.fixture
def judge(registry: Path, run: Callable[..., Result]) -> Callable[..., dict[str, Any]]:
    """Commit what was changed and judge it against the commit before, as JSON."""

    def call(*arguments: str, base: str = "HEAD~1") -> dict[str, Any]:
        commit(registry, "Change")
        result = run("--root", registry, "check", "--base", base, "--format", "json", *arguments)
        report: dict[str, Any] = json.loads(result.out)
        assert result.code == int(report["summary"]["blocked"])
        return report

    return call


def red(report: dict[str, Any]) -> set[tuple[str, str]]:
    return {(each["vendor"], each["rule"]) for each in report["verdicts"] if each["level"] == "red-flag"}


# ---- What is judged -----------------------------------------------------------------------------


def test_only_what_changes_is_judged_and_the_commits_are_named(
    registry: Path, judge: Callable[..., dict[str, Any]]
) -> None:
    raise_price(registry)
    report = judge()
    assert report["summary"]["vendors"] == 1
    assert red(report) == {(LIVE, "risk/approved-by-the-roles")}
    assert (report["base"], report["head"]) == tuple(git(registry, "rev-parse", "HEAD~1", "HEAD").split())


def test_the_head_is_read_from_git_and_not_from_the_disk(registry: Path, run: Callable[..., Result]) -> None:
    raise_price(registry)
    commit(registry, "Change")
    git(registry, "checkout", "--quiet", "HEAD~1")
    assert run("--root", registry, "check", "--base", "HEAD", "--head", "main").code == 1
    shutil.rmtree(registry / "vendors")
    assert run("--root", registry, "check", "--base", "HEAD", "--head", "main").code == 1


def test_a_bare_repository_will_do(registry: Path, tmp_path: Path, run: Callable[..., Result]) -> None:
    raise_price(registry)
    commit(registry, "Change")
    git(tmp_path, "clone", "--quiet", "--bare", str(registry), "bare.git")
    result = run("--root", tmp_path / "bare.git", "check", "--base", "main~1", "--head", "main")
    assert result.code == 1
    assert "vendors/trident-experiments.yaml:361:1  risk/approved-by-the-roles" in result.out


def test_what_came_to_the_base_in_the_meantime_is_not_part_of_the_change(
    registry: Path, judge: Callable[..., dict[str, Any]]
) -> None:
    git(registry, "checkout", "--quiet", "-b", "proposal")
    change(registry, f"vendors/{LIVE}.yaml", "amount: 46000", "amount: 46500")
    commit(registry, "Proposal")
    git(registry, "checkout", "--quiet", "main")
    change(registry, "vendors/beacon-mail.yaml", "shared_accounts: false", "shared_accounts: true")
    commit(registry, "Meantime")
    git(registry, "checkout", "--quiet", "proposal")
    change(registry, f"vendors/{LIVE}.yaml", "amount: 46500", "amount: 46600")
    report = judge(base="main")
    assert report["summary"]["vendors"] == 1
    assert not report["summary"]["blocked"]


def test_without_a_common_history_everything_is_new(registry: Path, judge: Callable[..., dict[str, Any]]) -> None:
    git(registry, "checkout", "--quiet", "--orphan", "other")
    report = judge(base="main")
    assert report["summary"]["vendors"] == len(list(SAMPLE.glob("*.yaml")))


def test_a_change_without_a_vendor_says_so_and_passes(registry: Path, run: Callable[..., Result]) -> None:
    (registry / "README.md").write_text("# Stack\n", "utf-8")
    commit(registry, "Words")
    result = run("--root", registry, "check", "--base", "HEAD~1")
    assert result.code == 0
    assert "no vendor file differs between" in result.err
    assert "0 vendors" in result.out


def test_what_the_change_does_to_others_is_seen(registry: Path, judge: Callable[..., dict[str, Any]]) -> None:
    """The records that do not change are read all the same: the new one costs too much together with one of them."""
    text = (registry / f"vendors/{LIVE}.yaml").read_text("utf-8")
    twin = text.replace(f"id: {LIVE}", "id: trident-again").replace("status: live", "status: proposed")
    (registry / "vendors/trident-again.yaml").write_text(twin, "utf-8")
    report = judge()
    assert report["summary"]["vendors"] == 1
    assert ("trident-again", "risk/no-split-purchase") in red(report)


def test_many_records_before_the_change_are_listed_once(
    registry: Path, run: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One listing a folder and commit, however many vendors change: else the time would grow with their square."""
    listed: list[str] = []
    asked = GitTree._list

    def counted(tree: GitTree, folder: str) -> list[Entry]:
        listed.append(folder)
        return asked(tree, folder)

    monkeypatch.setattr(GitTree, "_list", counted)
    for path in (registry / "vendors").glob("*.yaml"):
        path.write_text(path.read_text("utf-8") + "# looked at\n", "utf-8")
    commit(registry, "Change")
    assert run("--root", registry, "check", "--base", "HEAD~1").code == 0
    assert listed.count("vendors") <= 3


# ---- The rules are those of the base ------------------------------------------------------------


def test_a_change_cannot_weaken_the_rule_that_judges_it(registry: Path, judge: Callable[..., dict[str, Any]]) -> None:
    change(registry, f"vendors/{LIVE}.yaml", "shared_accounts: false", "shared_accounts: true")
    path = "policies/rules/security/no-shared-admin-accounts.yaml"
    change(registry, path, "level: red-flag", "level: advice")
    report = judge()
    assert (LIVE, "security/no-shared-admin-accounts") in red(report)
    assert {(each["vendor"], each["rule"], each["path"]) for each in report["verdicts"]} >= {
        (REGISTRY, "change/policy", path)
    }


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        pytest.param("policies/approvals.yaml", "annual_cost_from: 50000", "annual_cost_from: 500000", id="a limit"),
        pytest.param(
            "policies/people.yaml", "{role: cfo, from: 2022-07-01}", "{role: cfo, from: 2012-07-01}", id="who"
        ),
        pytest.param("policies/rates.yaml", "base: EUR", "base: USD", id="the currency"),
    ],
)
def test_a_limit_or_a_role_that_comes_with_the_change_does_not_help_it(
    registry: Path, judge: Callable[..., dict[str, Any]], path: str, old: str, new: str
) -> None:
    raise_price(registry)
    change(registry, path, old, new)
    assert (LIVE, "risk/approved-by-the-roles") in red(judge())


def test_a_rule_taken_out_with_the_change_still_judges_it(registry: Path, judge: Callable[..., dict[str, Any]]) -> None:
    raise_price(registry)
    (registry / "policies/rules/risk/approved-by-the-roles.yaml").unlink()
    assert (LIVE, "risk/approved-by-the-roles") in red(judge())


def test_records_cannot_be_moved_out_of_sight(registry: Path, judge: Callable[..., dict[str, Any]]) -> None:
    (registry / "tools").mkdir()
    shutil.copyfile(registry / "vendors/beacon-mail.yaml", registry / "tools/beacon-mail.yaml")
    (registry / "preflight.yaml").write_text("vendors: tools/*.yaml\n", "utf-8")
    raise_price(registry)
    report = judge()
    assert (LIVE, "risk/approved-by-the-roles") in red(report)
    assert any(each["rule"] == "change/policy" for each in report["verdicts"])


def test_a_harder_rule_is_held_against_the_whole_registry(registry: Path, judge: Callable[..., dict[str, Any]]) -> None:
    change(registry, FACTOR, "level: warning", "level: red-flag")
    report = judge()
    assert red(report) == {
        ("folio-cms", "security/second-factor-required"),
        ("glossary-localise", "security/second-factor-required"),
    }


def test_rules_that_cannot_be_used_do_not_get_in(registry: Path, run: Callable[..., Result]) -> None:
    change(registry, FACTOR, "vendor.security.access.mfa", "vendor.security.access.mfaa")
    commit(registry, "Misspelt")
    result = run("--root", registry, "check", "--base", "HEAD~1")
    assert result.code == 2
    assert "mfaa" in result.err


# ---- Before and after ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("vendor", "old", "new"),
    [
        pytest.param(LIVE, "live", "proposed", id="back to the proposal"),
        pytest.param(PROPOSED, "proposed", "retired", id="two steps at once"),
    ],
)
def test_a_state_follows_only_upon_those_that_the_policy_names(
    registry: Path, judge: Callable[..., dict[str, Any]], vendor: str, old: str, new: str
) -> None:
    change(registry, f"vendors/{vendor}.yaml", f"  status: {old}\n", f"  status: {new}\n")
    assert (vendor, "lifecycle/transition-allowed") in red(judge())


def test_a_new_vendor_begins_as_a_proposal(registry: Path, judge: Callable[..., dict[str, Any]]) -> None:
    text = (registry / f"vendors/{LIVE}.yaml").read_text("utf-8")
    (registry / "vendors/trident-two.yaml").write_text(text.replace(f"id: {LIVE}", "id: trident-two"), "utf-8")
    assert ("trident-two", "lifecycle/begins-at-the-beginning") in red(judge())


def test_the_record_of_a_live_vendor_does_not_disappear(registry: Path, judge: Callable[..., dict[str, Any]]) -> None:
    (registry / f"vendors/{LIVE}.yaml").unlink()
    report = judge()
    [verdict] = [each for each in report["verdicts"] if each["rule"] == "change/removed"]
    assert verdict["message"] == f"the record of {LIVE} (live) is taken out, and its history with it"
    assert report["summary"]["blocked"]


def test_a_proposal_may_be_withdrawn(registry: Path, judge: Callable[..., dict[str, Any]]) -> None:
    (registry / f"vendors/{PROPOSED}.yaml").unlink()
    assert red(judge()) == set()


def test_a_renamed_file_is_one_that_disappears_and_one_that_is_new(
    registry: Path, judge: Callable[..., dict[str, Any]]
) -> None:
    text = (registry / f"vendors/{LIVE}.yaml").read_text("utf-8")
    (registry / f"vendors/{LIVE}.yaml").unlink()
    (registry / "vendors/trident.yaml").write_text(text.replace(f"id: {LIVE}", "id: trident"), "utf-8")
    assert {(LIVE, "change/removed"), ("trident", "lifecycle/begins-at-the-beginning")} <= red(judge())


# ---- What makes no sense, or cannot be known -----------------------------------------------------


def test_a_shallow_clone_is_refused(registry: Path, tmp_path: Path, run: Callable[..., Result]) -> None:
    raise_price(registry)
    commit(registry, "Change")
    git(tmp_path, "clone", "--quiet", "--depth", "1", f"file://{registry}", "shallow")
    result = run("--root", tmp_path / "shallow", "check", "--base", "HEAD")
    assert result.code == 2
    assert "this clone is shallow, so what changed cannot be known · Fetch the whole history" in result.err


def test_a_replaced_commit_is_seen_as_it_was_pushed(registry: Path, run: Callable[..., Result]) -> None:
    raise_price(registry)
    commit(registry, "Change")
    git(registry, "replace", "HEAD", "HEAD~1")
    assert run("--root", registry, "check", "--base", "HEAD~1").code == 1


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        pytest.param(("--head", "HEAD"), "--head goes together with --base", id="a head alone"),
        pytest.param(("--base", "nowhere"), "nowhere", id="no such base"),
        pytest.param(("--base", "HEAD", "--head", "nowhere"), "nowhere", id="no such head"),
        pytest.param(("--base", "--all"), "--all", id="an option for a commit"),
        pytest.param(("--base", "HEAD", "trident"), "there is no vendor 'trident'", id="no such vendor"),
    ],
)
def test_what_makes_no_sense_is_refused(
    registry: Path, run: Callable[..., Result], arguments: tuple[str, ...], fault: str
) -> None:
    result = run("--root", registry, "check", *arguments)
    assert result.code == 2
    assert fault in result.err
    assert result.out == ""


def test_at_and_base_exclude_each_other(registry: Path, run: Callable[..., Result]) -> None:
    result = run("--root", registry, "--at", "HEAD", "check", "--base", "HEAD")
    assert result.code == 2
    assert "--at and --base exclude each other" in result.err
