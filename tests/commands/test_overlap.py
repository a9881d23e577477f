"""``preflight overlap``: the same vendor or the same work twice, and suite against best of breed."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from jsonschema import Draft202012Validator
from markdown_it import MarkdownIt

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Result

ROOT = Path(__file__).parents[2]
RULE = "policies/rules/stability/enterprise-support.yaml"
SCHEMA = Draft202012Validator(json.loads((ROOT / "schemas/overlap-report.schema.json").read_text("utf-8")))
OVERLAP = """
legal_forms: [bv, ltd]
generic_capabilities: [reporting]
regions_everywhere: [global]
"""
RATES = """
base: EUR
stale_after_days: 100
rates: [{currency: USD, from: 2026-01-01, rate: 0.5, source: the bank}]
"""


def vendor(name: str, able: str, price: str = "", *, parent: str = "", company: str = "", more: str = "") -> str:
    bought = f"\n    - {{product: {name} Desk, region: emea{price}}}"
    return f"""
name: {name}
category: email-marketing
capabilities: [{able}]
legal_entity: {{name: {company or name + " Works"}{parent and f", parent: {parent}"}}}
lifecycle: {{status: live}}
ownership: {{marketing: {{owner: ann, team: crm}}}}
contract:
  subscriptions:{bought}
{more}"""


VENDORS = {
    "beacon": vendor(
        "Beacon", "newsletter, lifecycle, reporting", ", price: {amount: 1000, currency: EUR}, per: month"
    ),
    "beecon": vendor(
        "Beecon",
        "newsletter, sms",
        ", price: {amount: 1000, currency: USD}, per: year",
        parent="Longshore plc",
        more="integrations: [{system: beacon, direction: in}]\n",
    ).replace("email-marketing", "sms-messaging"),
    "zephyr": vendor("Zephyr", "webinars", parent="Longshore plc").replace("email-marketing", "other")
    + "    - {product: Zephyr Desk Team, region: apac, team: field}\n",
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "schemas", tmp_path / "schemas")
    (tmp_path / RULE).parent.mkdir(parents=True)
    shutil.copy(ROOT / RULE, tmp_path / RULE)
    (tmp_path / "policies" / "overlap.yaml").write_text(OVERLAP, "utf-8")
    (tmp_path / "policies" / "rates.yaml").write_text(RATES, "utf-8")
    (tmp_path / "vendors").mkdir()
    for name, text in VENDORS.items():
        (tmp_path / "vendors" / f"{name}.yaml").write_text(f"id: {name}{text}", "utf-8")
    return tmp_path


PAIRS = """\
Vendors that look like one (1)
------------------------------
who     how sure    why
------  ----------  ----------------------------------------
beacon  similar     The names 'beacon' and 'beecon' are much
beecon              alike.

Vendors for the same work (1)
-----------------------------
who     how sure    why
------  ----------  -----------------------------------
beacon  known       Beacon and Beecon are both used for
beecon              newsletter by crm in emea.

"""
DOUBLE = """\
Subscriptions held double (1)
-----------------------------
who     how sure    why
------  ----------  -----------------------------------------
zephyr  similar     'Zephyr Desk Team' by field for apac and
                    'Zephyr Desk' for emea look like the same
                    product, bought twice at the same time;
                    one contract may cost less.
"""
SUITES = """
With the capability newsletter: 2 vendors, beacon, beecon.
  Side by side they have 1 connection between them and cost 12,500 EUR a year.
  More than one does newsletter.
  As one, beacon would cover 2 of 3 capabilities; to be found elsewhere: sms.
  beacon alone costs 12,000 EUR a year today.

Sold by Longshore plc: 2 vendors, beecon, zephyr.
  Side by side they have 0 connections between them; what they cost in a year is
  not fully known.
  One contract for all of them may cost less, and ties more to one company.
"""


def test_what_is_bought_twice_is_told_with_reasons(root: Path, run: Callable[..., Result]) -> None:
    result = run("--root", root, "overlap")
    assert (result.code, result.out, result.err) == (0, PAIRS + DOUBLE, "")


def test_suites_are_compared_on_request(root: Path, run: Callable[..., Result]) -> None:
    assert run("--root", root, "overlap", "--suites").out == PAIRS + DOUBLE + SUITES


def test_only_what_concerns_some_vendors_can_be_had(root: Path, run: Callable[..., Result]) -> None:
    assert run("--root", root, "overlap", "zephyr").out == DOUBLE
    assert run("--root", root, "overlap", "beecon").out == PAIRS.rstrip("\n") + "\n"
    both = run("--root", root, "overlap", "zephyr", "--suites").out
    assert "Sold by Longshore plc" in both
    assert "newsletter" not in both


def test_nothing_found_is_told_too(root: Path, run: Callable[..., Result]) -> None:
    for name in ("beecon", "zephyr"):
        (root / "vendors" / f"{name}.yaml").unlink()
    out = run("--root", root, "overlap", "--suites").out
    assert out == (
        "No two vendors look like one, or do the same work for the same team; no\n"
        "subscription is held double.\n\n"
        "There is nothing to compare: no two vendors stand side by side.\n"
    )
    assert "There is nothing to compare" in run("--root", root, "overlap", "--suites", "--format", "markdown").out


def test_an_unknown_vendor_is_refused(root: Path, run: Callable[..., Result]) -> None:
    result = run("--root", root, "overlap", "zephir")
    assert (result.code, result.out) == (2, "")
    assert "there is no vendor 'zephir' here · Did you mean 'zephyr'?" in result.err


def test_a_registry_without_the_policy_is_told_so(root: Path, run: Callable[..., Result]) -> None:
    (root / "policies" / "overlap.yaml").unlink()
    result = run("--root", root, "overlap")
    assert result.code == 2
    assert "there is no policies/overlap.yaml, so nothing can be said of overlap" in result.err


def test_without_rates_costs_are_left_out(root: Path, run: Callable[..., Result]) -> None:
    (root / "policies" / "rates.yaml").unlink()
    out = run("--root", root, "overlap", "--suites").out
    assert "Side by side they have 1 connection between them.\n" in out
    assert "EUR" not in out
    report = json.loads(run("--root", root, "overlap", "--suites", "--format", "json").out)
    assert [(each["annual"], each["currency"]) for each in report["suites"]] == [(None, None), (None, None)]


def test_what_puts_a_pair_in_another_light_is_told(root: Path, run: Callable[..., Result]) -> None:
    text = VENDORS["beecon"].replace("{status: live}", "{status: live, replaces: [beacon]}")
    (root / "vendors" / "beecon.yaml").write_text(f"id: beecon{text}", "utf-8")
    text = VENDORS["beacon"].replace("{status: live}", "{status: rejected}")
    (root / "vendors" / "beacon.yaml").write_text(f"id: beacon{text}", "utf-8")
    out = run("--root", root, "overlap", "beacon").out
    assert "One of them has ended." in out
    assert "One names the other as replaced, or as an\n                    alternative." in out
    assert "Vendors for the same work" not in out


# ---- JSON ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("arguments", [(), ("--suites",), ("zephyr",)], ids=["pairs", "suites", "one vendor"])
def test_json_has_the_published_form(root: Path, run: Callable[..., Result], arguments: tuple[str, ...]) -> None:
    report = json.loads(run("--root", root, "overlap", *arguments, "--format", "json").out)
    SCHEMA.validate(report)
    assert ("suites" in report) == ("--suites" in arguments)


def test_json_tells_the_same_as_the_tables(root: Path, run: Callable[..., Result]) -> None:
    report = json.loads(run("--root", root, "overlap", "--suites", "--format", "json").out)
    assert [(each["vendors"], each["strength"]) for each in report["duplicates"]] == [(["beacon", "beecon"], "similar")]
    assert report["capabilities"][0]["shared"] == ["newsletter"]
    assert report["subscriptions"][0]["pointer"] == "/contract/subscriptions/1"
    assert report["suites"][0] == {
        "kind": "capability",
        "name": "newsletter",
        "vendors": ["beacon", "beecon"],
        "capabilities": ["lifecycle", "newsletter", "sms"],
        "shared": ["newsletter"],
        "connections": 1,
        "annual": 12500.0,
        "currency": "EUR",
        "suite": {"vendor": "beacon", "covers": ["lifecycle", "newsletter"], "leaves": ["sms"]},
    }


def crowd(root: Path, count: int) -> None:
    for number in range(count):
        (root / "vendors" / f"crowd-{number:02}.yaml").write_text(
            f"id: crowd-{number:02}\nname: Crowd\ncategory: seo\nlifecycle: {{status: live}}\n", "utf-8"
        )


def test_a_crowd_is_counted(root: Path, run: Callable[..., Result]) -> None:
    crowd(root, 40)
    report = json.loads(run("--root", root, "overlap", "--format", "json").out)
    SCHEMA.validate(report)
    assert report["crowded"] == [{"vendor": f"crowd-{number:02}", "more": 34} for number in range(40)]
    out = run("--root", root, "overlap").out
    assert f"Vendors that look like one ({len(report['duplicates'])})" in out
    assert f"… and {len(report['duplicates']) - 50} more; --format json lists them all." in out
    assert "With more others than are listed, about: crowd-00 (34), crowd-01 (34)," in out
    assert max(map(len, out.splitlines())) <= 80


# ---- Markdown, and names that would be more than names ------------------------------------------


def test_markdown_is_for_a_pull_request(root: Path, run: Callable[..., Result]) -> None:
    out = run("--root", root, "overlap", "--suites", "--format", "markdown").out
    assert out.startswith(
        "## Overlap\n\n### Vendors that look like one (1)\n\n"
        "- **beacon and beecon** (similar): The names 'beacon' and 'beecon' are much alike.\n"
    )
    assert (
        "\n### Suite or best of breed\n\n- **With the capability newsletter: 2 vendors, beacon, beecon.** Side" in out
    )


HOSTILE = "::error:: ##[x] @team **b** <script> | [l](http://x.example)"


def test_names_stay_names_in_every_format(root: Path, run: Callable[..., Result]) -> None:
    for name in ("beacon", "beecon"):
        text = VENDORS[name].replace(f"product: {name.title()} Desk", f"product: {json.dumps(HOSTILE)}")
        text = text.replace(f"name: {name.title()}\n", f"name: {json.dumps(HOSTILE)}\n")
        text = text.replace(
            f"name: {name.title()} Works", f"name: {json.dumps(HOSTILE)}, parent: {json.dumps(HOSTILE)}", 1
        )
        text = text.replace(", parent: Longshore plc", "")
        (root / "vendors" / f"{name}.yaml").write_text(f"id: {name}{text}", "utf-8")
    for output in ("table", "json", "markdown"):
        shown = run("--root", root, "overlap", "--suites", "--format", output)
        assert shown.code == 0, shown.err
        assert "##[" not in shown.out
        assert not [line for line in shown.out.splitlines() if line.lstrip().startswith("::")]
    tokens = MarkdownIt("commonmark").enable("table").parse(shown.out)
    kinds = {child.type for token in tokens for child in token.children or ()}
    assert kinds <= {"text", "strong_open", "strong_close", "text_special"}


def test_the_sample_registry_can_be_asked(run: Callable[..., Result]) -> None:
    result = run("--root", ROOT, "overlap", "--suites", "--format", "json")
    SCHEMA.validate(json.loads(result.out))
