"""The tutorial for a registry of one's own: its files, as printed, judge invented records as it promises."""

from __future__ import annotations

import json
import re
import shlex
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Result

TUTORIAL = (Path(__file__).parents[1] / "docs" / "tutorial-your-own-registry.md").read_text("utf-8")
FILE = re.compile(r"^`([^`\n]+)`:\n\n```yaml\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK, FRESH, TWICE = "records/link", "pricing/fresh", "pricing/sso-within-twice"
LEVELS, RULE = "policies/levels.yaml", f"policies/rules/{TWICE}.yaml"
AT_MOST_TWICE = "Single sign-on costs at most twice the base price"
SOURCE = "pricing_source: https://vendor.example/pricing"

# Invented vendors, of the shape that the tutorial's registry has.
RECORDS = {
    "ahoy-mail": f"""---
base_pricing: $10 per u/m
name: Ahoy Mail
percent_increase: 100%
{SOURCE}
sso_pricing: $20 per u/m
updated_at: 2024-11-22
vendor_url: https://ahoy-mail.example
""",
    "brig-suite": f"""---
base_pricing: $8 per u/m
name: Brig Suite
percent_increase: 100.5%
{SOURCE}
sso_pricing: $16.04 per u/m
updated_at: 2026-03-01
vendor_url: https://brig-suite.example
""",
    "cabin-chat": f"""---
base_pricing: $99 per month
name: Cabin Chat
percent_increase: ???
{SOURCE}
sso_pricing: Call Us!
updated_at: 2026-03-01
vendor_note: The price is told in a call and not in writing.
vendor_url: https://cabin-chat.example
""",
    "davit-desk": """---
base_pricing: $4 per u/m
name: Davit Desk
percent_increase: 50%
pricing_source:
- https://davit-desk.example/pricing
- https://davit-desk.example/enterprise
sso_pricing: $6 per u/m
updated_at: 2024-11-21
vendor_url: https://davit-desk.example
""",
    "easel-ads": f"""---
base_pricing: $20 per month
name: Easel Ads
percent_increase: 17%
{SOURCE}
sso_pricing: $23.40 per month
updated_at: 2025-07-18
""",
    "fathom-forms": f"""---
base_pricing: ฿ 350 je Sitz
name: Fathom Forms
percent_increase: 87.5%
pricing_source_info: Pricing comes from a quote
{SOURCE}
sso_pricing: ฿ 656,25 je Sitz
updated_at: 2026-11-22
vendor_url: http://fathom-forms.example/
""",
    "gangway-wiki": f"""---
base_pricing: $249/mo
name: Gangway Wiki
{SOURCE}
sso_pricing: Call Us! (over $249/mo)
updated_at: 2026-01-07
vendor_url: https://gangway-wiki.example
""",
    "hawser-sign": f"""---
base_pricing: $30 per month
name: Hawser Sign
percent_increase: 67%+
{SOURCE}
sso_pricing: Call Us! ($50/month+)
updated_at: 2026-01-07
vendor_url: https://hawser-sign.example
""",
}
FAILS = {
    ("brig-suite", TWICE): (
        "Single sign-on adds 100.5% to the base price; a known figure of at most 100% was wanted",
        "_vendors/brig-suite.yaml",
        4,
    ),
    ("cabin-chat", TWICE): (
        "Single sign-on adds ??? to the base price; a known figure of at most 100% was wanted",
        "_vendors/cabin-chat.yaml",
        4,
    ),
    ("gangway-wiki", TWICE): (
        f"Not known, because /percent_increase is not filled in; wanted: {AT_MOST_TWICE}",
        "_vendors/gangway-wiki.yaml",
        2,
    ),
    ("hawser-sign", TWICE): (
        "Single sign-on adds 67%+ to the base price; a known figure of at most 100% was wanted",
        "_vendors/hawser-sign.yaml",
        4,
    ),
    ("davit-desk", FRESH): (
        "The prices were last looked at 731 days ago; at most 730 days were wanted",
        "_vendors/davit-desk.yaml",
        9,
    ),
    ("easel-ads", LINK): (
        "The record has no link; the vendor's address in vendor_url was wanted",
        "_vendors/easel-ads.yaml",
        2,
    ),
}


def printed() -> dict[str, str]:
    """Return the files of the tutorial by path; of two versions, the later one."""
    return dict(FILE.findall(TUTORIAL))


def flat(text: str) -> str:
    """Return a text as if it had been printed on one line."""
    return " ".join(text.split())


@pytest.fixture
def registry(tmp_path: Path) -> Path:
    for name, text in {**printed(), **{f"_vendors/{name}.yaml": text for name, text in RECORDS.items()}}.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return tmp_path


def test_the_tutorial_prints_every_file_that_its_last_step_commits() -> None:
    committed = re.findall(r"^A  (\S+)$", TUTORIAL, re.MULTILINE)
    assert sorted(printed()) == committed


def test_the_records_can_be_listed_before_there_is_a_schema(tmp_path: Path, run: Callable[..., Result]) -> None:
    first_version = FILE.findall(TUTORIAL)[0]
    assert first_version == ("preflight.yaml", "vendors: _vendors/*.yaml\n")
    (tmp_path / "preflight.yaml").write_text(first_version[1], "utf-8")
    (tmp_path / "_vendors").mkdir()
    for name, text in RECORDS.items():
        (tmp_path / "_vendors" / f"{name}.yaml").write_text(text, "utf-8")
    result = run("--root", tmp_path, "inventory", "list", "--format", "csv", "--column", "/percent_increase")
    assert result.code == 0
    assert result.out.splitlines()[1:] == [
        "ahoy-mail,100%",
        "brig-suite,100.5%",
        "cabin-chat,???",
        "davit-desk,50%",
        "easel-ads,17%",
        "fathom-forms,87.5%",
        "gangway-wiki,",
        "hawser-sign,67%+",
    ]


def test_a_schema_without_rules_is_never_green(registry: Path, run: Callable[..., Result]) -> None:
    for name in printed():
        if name.startswith("policies/rules/") or name == LEVELS:
            (registry / name).unlink()
    shutil.rmtree(registry / "policies" / "rules")
    result = run("--root", registry, "check")
    assert (result.code, result.out) == (2, "")
    assert result.err.strip() in TUTORIAL


def test_the_rules_hold_their_examples(registry: Path, run: Callable[..., Result]) -> None:
    result = run("--root", registry, "policy", "test")
    assert (result.code, result.out) == (0, "3 rules, 10 examples: all hold\n")
    assert f"$ preflight policy test\n{result.out}" in TUTORIAL


def test_the_rules_judge_every_record_as_the_tutorial_says(registry: Path, run: Callable[..., Result]) -> None:
    (registry / LEVELS).unlink()
    result = run("--root", registry, "check", "--format", "json", "--all")
    report = json.loads(result.out)
    found = {(each["vendor"], each["rule"]): each for each in report["verdicts"]}
    failed = {key: each for key, each in found.items() if each["outcome"] == "fail"}
    levels = {LINK: "red-flag", FRESH: "warning", TWICE: "red-flag"}
    assert result.code == 1
    assert set(found) == {(vendor, rule) for vendor in RECORDS for rule in levels}
    assert {key: (each["message"], each["path"], each["line"]) for key, each in failed.items()} == FAILS
    assert {each["outcome"] for key, each in found.items() if key not in FAILS} == {"pass"}
    assert {each["rule"]: each["level"] for each in report["verdicts"]} == levels
    assert {rule: each["fix"] for (_, rule), each in failed.items()} == {
        rule: yaml.safe_load(printed()[f"policies/rules/{rule}.yaml"])["fix"] for rule in levels
    }


def test_the_level_turns_a_blocked_gate_into_a_passing_one(registry: Path, run: Callable[..., Result]) -> None:
    (registry / "_vendors" / "easel-ads.yaml").unlink()  # its missing link is a red flag with and without levels.yaml
    passing = run("--root", registry, "check")
    (registry / LEVELS).unlink()
    blocked = run("--root", registry, "check")
    counts = "7 vendors, 3 rules, 21 verdicts as of 2026-11-22"
    assert passing.code == 0
    assert passing.out.splitlines()[-1] == f"PASSED: 0 red flags, 5 warnings, 0 advice · {counts}"
    assert blocked.code == 1
    assert blocked.out.splitlines()[-1] == f"BLOCKED: 4 red flags, 1 warning, 0 advice · {counts}"


def test_the_gate_still_blocks_what_the_tutorial_says_it_does(registry: Path, run: Callable[..., Result]) -> None:
    wrong = registry / "_vendors" / "ahoy-mail.yaml"
    wrong.write_text(RECORDS["ahoy-mail"].replace("vendor_url:", "url:"), "utf-8")
    result = run("--root", registry, "check")
    assert result.code == 1
    red = result.out[: result.out.index("\n\n")].splitlines()
    assert [line.split("  ")[:2] for line in red[1:]] == [
        ["_vendors/ahoy-mail.yaml:8:1", "schema/additionalProperties"],
        ["_vendors/easel-ads.yaml:2:1", LINK],
    ]
    assert "  the key 'url' is not known at the top of the file · " in red[1]


def test_a_level_for_a_rule_that_is_not_there_stops_the_run(registry: Path, run: Callable[..., Result]) -> None:
    levels = registry / LEVELS
    levels.write_text(levels.read_text("utf-8").replace(TWICE, "pricing/sso"), "utf-8")
    assert run("--root", registry, "check").code == 2


@pytest.mark.parametrize(
    ("record", "wanted"),
    [("percent_increase: 17", "schema/type"), ("percent_increase: a lot", "schema/pattern")],
)
def test_the_schema_refuses_a_percentage_of_another_form(
    record: str, wanted: str, registry: Path, run: Callable[..., Result]
) -> None:
    path = registry / "_vendors" / "ahoy-mail.yaml"
    path.write_text(RECORDS["ahoy-mail"].replace("percent_increase: 100%", record), "utf-8")
    result = run("--root", registry, "check", "ahoy-mail", "--format", "json")
    assert [verdict["rule"] for verdict in json.loads(result.out)["verdicts"]] == [wanted]


def test_the_first_idea_for_the_third_rule_cannot_judge(registry: Path, run: Callable[..., Result]) -> None:
    [idea] = re.findall(r"^```yaml\nassert: (.*)\n```$", TUTORIAL, re.MULTILINE)
    rewrite(registry / RULE, {"assert": idea})
    result = run("--root", registry, "check", "hawser-sign")
    assert result.code == 2
    assert flat(result.err).replace("hawser-sign", "anydesk") in flat(TUTORIAL)


def test_leaving_records_out_would_hide_what_nobody_knows(registry: Path, run: Callable[..., Result]) -> None:
    [tempting] = re.findall(r"`when: ([^`]*)`", TUTORIAL)
    rewrite(registry / RULE, {"when": tempting})
    report = json.loads(run("--root", registry, "check", "--format", "json", "--all").out)
    found = {each["vendor"]: each["outcome"] for each in report["verdicts"] if each["rule"] == TWICE}
    assert [vendor for vendor, outcome in found.items() if outcome == "not-applicable"] == ["cabin-chat", "hawser-sign"]
    assert run("--root", registry, "policy", "test").code == 2


def rewrite(path: Path, fields: dict[str, str]) -> None:
    """Change fields of a rule file."""
    path.write_text(yaml.safe_dump({**yaml.safe_load(path.read_text("utf-8")), **fields}), "utf-8")


def test_explaining_shows_the_value_that_the_rule_saw(registry: Path, run: Callable[..., Result]) -> None:
    result = run("--root", registry, "explain", "hawser-sign", TWICE)
    assert result.code == 0
    assert "hawser-sign: fail at _vendors/hawser-sign.yaml:4:1\n" in result.out
    assert "\n  vendor.percent_increase = 67%+\n" in result.out


def test_the_day_alone_changes_a_verdict(registry: Path, run: Callable[..., Result]) -> None:
    def old(day: str) -> list[str]:
        report = json.loads(run("--root", registry, "check", "--format", "json", as_of=day).out)
        return [each["vendor"] for each in report["verdicts"] if each["rule"] == FRESH]

    assert old("2026-11-21") == []
    assert old("2026-11-22") == ["davit-desk"]
    assert old("2026-11-23") == ["ahoy-mail", "davit-desk"]


def test_the_lines_for_ci_run(registry: Path, run: Callable[..., Result], monkeypatch: pytest.MonkeyPatch) -> None:
    workflow = yaml.safe_load((registry / ".github/workflows/vendors.yml").read_text("utf-8"))
    lines = [step["run"] for step in workflow["jobs"]["check"]["steps"] if "run" in step]
    assert len(lines) == 3
    monkeypatch.chdir(registry)
    codes = [run(*shlex.split(command)[1:]) for command in lines[1].split(" && ")]
    assert [result.code for result in codes] == [0, 1]
    assert "::error file=_vendors/easel-ads.yaml,line=2,col=1,title=records/link (easel-ads)::" in codes[1].out
    assert (registry / "summary.md").read_text("utf-8").startswith("## ⛔ Blocked\n")
