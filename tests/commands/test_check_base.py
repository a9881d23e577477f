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
    change(registry, f"vendors/{LIVE}.yaml", "name: Trident Experiments", "name: Trident Trials")
    commit(registry, "Proposal")
    git(registry, "checkout", "--quiet", "main")
    change(registry, "vendors/beacon-mail.yaml", "shared_accounts: false", "shared_accounts: true")
    commit(registry, "Meantime")
    git(registry, "checkout", "--quiet", "proposal")
    change(registry, f"vendors/{LIVE}.yaml", "name: Trident Trials", "name: Trident Tests")
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
    assert "0 verdicts, as no commit changes anything that is judged, as of 2026-11-22" in result.out


def test_what_the_change_does_to_others_is_seen(registry: Path, judge: Callable[..., dict[str, Any]]) -> None:
    """The records that do not change are read all the same: the new one costs too much together with one of them."""
    text = (registry / f"vendors/{LIVE}.yaml").read_text("utf-8")
    twin = text.replace(f"id: {LIVE}", "id: trident-again").replace("status: live", "status: proposed")
    (registry / "vendors/trident-again.yaml").write_text(twin, "utf-8")
    report = judge()
    assert {("trident-again", "risk/no-split-purchase"), (LIVE, "risk/no-split-purchase")} <= red(report)


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
    assert {each for each in red(report) if each[0] != REGISTRY} == {
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


# ---- New, known, fixed --------------------------------------------------------------------------


def marks(report: dict[str, Any], vendor: str) -> dict[tuple[str, str], str]:
    """Return the marks of the findings on a vendor, by rule and pointer."""
    return {(each["rule"], each["pointer"]): each["change"] for each in report["verdicts"] if each["vendor"] == vendor}


def fixed(report: dict[str, Any]) -> set[tuple[str, str]]:
    return {(each["vendor"], each["rule"]) for each in report["fixed"]}


def test_findings_are_new_or_known_or_fixed(registry: Path, judge: Callable[..., dict[str, Any]]) -> None:
    raise_price(registry)
    report = judge()
    found = marks(report, LIVE)
    assert found["risk/approved-by-the-roles", "/approvals"] == "new"
    assert found["security/penetration-test-recent", "/security/testing/penetration_test"] == "known"
    assert report["fixed"] == [
        {
            "vendor": LIVE,
            "rule": "risk/not-just-under-a-limit",
            "level": "warning",
            "pointer": "/contract/subscriptions",
            "message": "47,740 EUR a year is just below the 50,000 from which the Chief Financial Officer has to "
            "agree; a word with that role was wanted",
        }
    ]


def test_a_known_red_flag_blocks_like_a_new_one(registry: Path, judge: Callable[..., dict[str, Any]]) -> None:
    raise_price(registry)
    commit(registry, "Raise")
    change(registry, f"vendors/{LIVE}.yaml", "name: Trident Experiments", "name: Trident Trials")
    report = judge()
    assert marks(report, LIVE)["risk/approved-by-the-roles", "/approvals"] == "known"
    assert report["summary"]["blocked"]


def test_what_moves_within_a_list_stays_known(registry: Path, judge: Callable[..., dict[str, Any]]) -> None:
    path = "vendors/signalpost-ads.yaml"
    item = """\
    - product: Signalpost Desk, Asia
      team: brand-marketing
      region: apac
      users: 1
      starts: 2025-08-01
      ends: 2027-07-31
      auto_renews: true
      notice_days: 30
      price: {amount: 1, currency: EUR}
      per: month
      uplift_cap_percent: 12
"""
    change(
        registry, path, "    - product: Signalpost Desk, Europe\n", item + "    - product: Signalpost Desk, Europe\n"
    )
    report = judge()
    caps = {at: mark for (rule, at), mark in marks(report, "signalpost-ads").items() if rule.endswith("rise-capped")}
    assert caps == {
        "/contract/subscriptions/0/uplift_cap_percent": "new",
        "/contract/subscriptions/1/uplift_cap_percent": "known",
        "/contract/subscriptions/2/uplift_cap_percent": "known",
    }
    assert ("signalpost-ads", "contract/price-rise-capped") not in fixed(report)


def test_an_entry_that_goes_takes_its_finding_along(registry: Path, judge: Callable[..., dict[str, Any]]) -> None:
    path = registry / "vendors/folio-cms.yaml"
    kept = [line for line in path.read_text("utf-8").splitlines() if not line.startswith("  - {system: sounding-seo,")]
    path.write_text("\n".join(kept) + "\n", "utf-8")
    report = judge()
    assert ("folio-cms", "architecture/no-ended-partner") in fixed(report)
    assert set(marks(report, "folio-cms").values()) == {"known"}


def test_of_a_vendor_that_is_added_everything_is_new(registry: Path, judge: Callable[..., dict[str, Any]]) -> None:
    text = (registry / "vendors/kittiwake-social.yaml").read_text("utf-8")
    (registry / "vendors/kittiwake-two.yaml").write_text(text.replace("id: kittiwake-social", "id: kittiwake-two"))
    found = marks(judge(), "kittiwake-two")
    assert found["security/penetration-test-recent", "/security/testing/penetration_test"] == "new"
    assert set(found.values()) == {"new"}


def test_what_goes_with_a_record_is_not_fixed(registry: Path, judge: Callable[..., dict[str, Any]]) -> None:
    (registry / f"vendors/{LIVE}.yaml").unlink()
    report = judge()
    assert marks(report, LIVE)["change/removed", ""] == "new"
    assert LIVE not in {vendor for vendor, _ in fixed(report)}


def test_a_rename_carries_nothing_over(registry: Path, judge: Callable[..., dict[str, Any]]) -> None:
    text = (registry / f"vendors/{LIVE}.yaml").read_text("utf-8")
    (registry / f"vendors/{LIVE}.yaml").unlink()
    (registry / "vendors/trident.yaml").write_text(text.replace(f"id: {LIVE}", "id: trident"), "utf-8")
    report = judge()
    assert set(marks(report, "trident").values()) == {"new"}
    assert [(each["vendor"], each["kind"]) for each in report["delta"]["vendors"]] == [
        ("trident", "added"),
        (LIVE, "removed"),
    ]


def test_beside_a_record_that_could_not_be_read_everything_is_new(
    registry: Path, judge: Callable[..., dict[str, Any]]
) -> None:
    path = registry / f"vendors/{LIVE}.yaml"
    text = path.read_text("utf-8")
    path.write_text(text + "name: Again\n", "utf-8")
    commit(registry, "Broken")
    path.write_text(text, "utf-8")
    report = judge()
    assert set(marks(report, LIVE).values()) == {"new"}
    assert fixed(report) == {(LIVE, "yaml/duplicate-key")}
    [delta] = report["delta"]["vendors"]
    assert (delta["kind"], delta["annual_before"], delta["annual_after"]) == ("changed", None, 47740)


def test_a_fault_of_form_that_stays_is_known(registry: Path, judge: Callable[..., dict[str, Any]]) -> None:
    change(registry, f"vendors/{LIVE}.yaml", "name: Trident Experiments", "nme: Trident Experiments")
    commit(registry, "Misspelt")
    change(registry, f"vendors/{LIVE}.yaml", "classification:", "clasification:")
    found = [(each["rule"], each["message"], each["change"]) for each in judge()["verdicts"]]
    assert {change for rule, message, change in found if "name" in message} == {"known"}
    assert {change for rule, message, change in found if "clasification" in message} == {"new"}


def test_what_the_change_does_to_a_vendor_that_it_leaves_alone_is_part_of_the_verdict(
    registry: Path, judge: Callable[..., dict[str, Any]]
) -> None:
    change(registry, "vendors/glossary-localise.yaml", "  status: live\n", "  status: deprecated\n")
    report = judge()
    assert marks(report, "folio-cms") == {("architecture/no-ended-partner", "/integrations/3"): "new"}


def test_what_the_change_repairs_in_a_vendor_that_it_leaves_alone_is_fixed(
    registry: Path, judge: Callable[..., dict[str, Any]]
) -> None:
    change(registry, "vendors/sounding-seo.yaml", "  status: deprecated\n", "  status: live\n")
    report = judge()
    assert ("folio-cms", "architecture/no-ended-partner") in fixed(report)
    assert marks(report, "folio-cms") == {}


def test_who_refers_to_a_vendor_that_goes_is_told(registry: Path, judge: Callable[..., dict[str, Any]]) -> None:
    change(registry, "vendors/folio-cms.yaml", "{system: sounding-seo,", f"{{system: {PROPOSED},")
    commit(registry, "Connected")
    (registry / f"vendors/{PROPOSED}.yaml").unlink()
    report = judge()
    assert marks(report, "folio-cms") == {("ownership/references-exist", "/integrations/2/system"): "new"}
    assert report["summary"]["blocked"]


def test_asked_for_some_vendors_it_says_nothing_of_others(registry: Path, judge: Callable[..., dict[str, Any]]) -> None:
    change(registry, "vendors/glossary-localise.yaml", "  status: live\n", "  status: deprecated\n")
    raise_price(registry)
    report = judge(LIVE)
    assert {each["vendor"] for each in report["verdicts"]} == {LIVE}
    assert [each["vendor"] for each in report["delta"]["vendors"]] == [LIVE]
    assert marks(report, LIVE)["risk/approved-by-the-roles", "/approvals"] == "new"


def test_without_a_common_history_every_finding_is_new(registry: Path, judge: Callable[..., dict[str, Any]]) -> None:
    git(registry, "checkout", "--quiet", "--orphan", "other")
    report = judge(base="main")
    assert {each["change"] for each in report["verdicts"]} == {"new"}
    assert report["fixed"] == []
    assert {each["kind"] for each in report["delta"]["vendors"]} == {"added"}


def test_the_first_vendor_of_a_registry_has_nothing_before_it(
    registry: Path, judge: Callable[..., dict[str, Any]]
) -> None:
    first = (registry / f"vendors/{PROPOSED}.yaml").read_text("utf-8")
    shutil.rmtree(registry / "vendors")
    commit(registry, "Rules alone")
    (registry / "vendors").mkdir()
    (registry / f"vendors/{PROPOSED}.yaml").write_text(first, "utf-8")
    report = judge()
    assert set(marks(report, PROPOSED).values()) == {"new"}


def test_what_the_policy_makes_heavier_is_new(registry: Path, judge: Callable[..., dict[str, Any]]) -> None:
    change(registry, FACTOR, "level: warning", "level: red-flag")
    report = judge()
    assert marks(report, "folio-cms") == {("security/second-factor-required", "/security/access/mfa"): "new"}
    assert {each["change"] for each in report["verdicts"] if each["vendor"] == REGISTRY} == {"new"}


def test_a_red_flag_that_stood_before_keeps_nobody_from_changing_the_policy(
    registry: Path, judge: Callable[..., dict[str, Any]]
) -> None:
    change(registry, FACTOR, "level: warning", "level: red-flag")
    commit(registry, "Harder")
    change(registry, FACTOR, "level: red-flag", "level: red-flag # as agreed")
    assert marks(judge(), "folio-cms") == {}


def test_without_a_base_nothing_is_marked(registry: Path, run: Callable[..., Result]) -> None:
    report = json.loads(run("--root", registry, "check", "--format", "json").out)
    assert {"fixed", "delta"} & set(report) == set()
    assert not any("change" in each for each in report["verdicts"])


# ---- What it weighs -----------------------------------------------------------------------------


def test_cost_and_risk_before_and_after_in_the_base_currency(
    registry: Path, judge: Callable[..., dict[str, Any]]
) -> None:
    """The price rises by 500 dollars a month, at 0.92 EUR each."""
    raise_price(registry)
    change(registry, "vendors/signalpost-ads.yaml", "{amount: 2150, currency: USD}", "{amount: 2650, currency: USD}")
    delta = judge()["delta"]
    assert delta["currency"] == "EUR"
    by = {each["vendor"]: each for each in delta["vendors"]}
    assert set(by) == {LIVE, "signalpost-ads"}
    assert (by[LIVE]["annual_before"], by[LIVE]["annual_after"]) == (47740, 53740)
    assert (by[LIVE]["committed_before"], by[LIVE]["committed_after"]) == (92000, 104000)
    assert (by[LIVE]["risk_before"], by[LIVE]["risk_after"]) == ("medium", "medium")
    assert by["signalpost-ads"]["annual_after"] - by["signalpost-ads"]["annual_before"] == 500 * 12 * 0.92
    assert delta["annual_after"] - delta["annual_before"] == 6000 + 500 * 12 * 0.92


def test_a_cost_that_no_rate_converts_is_not_known(registry: Path, judge: Callable[..., dict[str, Any]]) -> None:
    change(registry, f"vendors/{LIVE}.yaml", "{amount: 46000, currency: EUR}", "{amount: 46000, currency: ZAR}")
    delta = judge()["delta"]
    assert (delta["annual_before"], delta["annual_after"]) == (47740, None)


def test_a_registry_that_knows_no_cost_has_no_delta(registry: Path, judge: Callable[..., dict[str, Any]]) -> None:
    shutil.rmtree(registry / "policies")
    rule = registry / "policies/rules/form/name-short.yaml"
    rule.parent.mkdir(parents=True)
    rule.write_text(
        "title: The name is short\nlevel: warning\nat: /name\nassert: size(vendor.name) < 9\nmessage: Long\n"
        "why: It has to fit.\nfix: Cut it.\n"
        "examples:\n  as_of: 2026-06-01\n  pass:\n    - {name: Short}\n  fail:\n    - {name: Far too long a name}\n",
        "utf-8",
    )
    (registry / "schemas/vendor.schema.json").write_text(
        json.dumps(
            {
                "$schema": "https://json-schema.org/draft/2020-12/schema",
                "type": "object",
                "additionalProperties": False,
                "required": ["id", "name"],
                "properties": {
                    "id": {"type": "string", "examples": ["acme"]},
                    "name": {"type": "string", "examples": ["Acme"]},
                },
            }
        ),
        "utf-8",
    )
    shutil.rmtree(registry / "vendors")
    (registry / "vendors").mkdir()
    (registry / "vendors/acme.yaml").write_text("id: acme\nname: Acme\n", "utf-8")
    commit(registry, "Small")
    (registry / "vendors/acme.yaml").write_text("id: acme\nname: Acme Incorporated\n", "utf-8")
    report = judge()
    assert marks(report, "acme") == {("form/name-short", "/name"): "new"}
    assert "delta" not in report


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        pytest.param(
            "text",
            [
                "Warnings (1 finding, 0 new)",
                f"vendors/{LIVE}.yaml:361:1  risk/approved-by-the-roles  new: Chief Financial Officer has to agree",
                "Fixed (1 finding)",
                f"{LIVE}  risk/not-just-under-a-limit  47,740 EUR a year is just below",
                "Cost and risk, before → after",
                f"{LIVE}: 47,740 EUR → 53,740 EUR (+6,000 EUR) a year; 92,000 EUR → 104,000 EUR (+12,000 EUR) promised",
                " promised; risk medium\n",
                " new, 1 known, 1 fixed · 1 vendor",
            ],
            id="text",
        ),
        pytest.param(
            "markdown",
            [
                f"| **{LIVE}** | 47,740 EUR → 53,740 EUR (+6,000 EUR) | 92,000 EUR → 104,000 EUR (+12,000 EUR) | ",
                "Warnings (1, 0 new)",
                f"| **{LIVE}**<br>new | Chief Financial Officer has to agree",
                "<details><summary>Fixed (1)</summary>",
            ],
            id="markdown",
        ),
        pytest.param("github", ["::new: Chief Financial Officer", f"preflight: {LIVE}: 47,740 EUR → "], id="github"),
        pytest.param("junit", ['"red-flag: new: Chief', '<property name="fixed" value="', "delta"], id="junit"),
        pytest.param("gitlab", ['"description": "new: Chief', '"description": "known: The last'], id="gitlab"),
        pytest.param("sarif", [f'"baselineState": "{each}"' for each in ("new", "unchanged", "absent")], id="sarif"),
    ],
)
def test_every_format_tells_what_is_new_and_what_it_weighs(
    registry: Path, run: Callable[..., Result], name: str, lines: list[str]
) -> None:
    raise_price(registry)
    commit(registry, "Raise")
    said = run("--root", registry, "check", "--base", "HEAD~1", "--format", name).out
    assert [line for line in lines if line not in said] == []


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
