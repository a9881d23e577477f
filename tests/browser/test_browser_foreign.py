"""A registry of another shape, by preflight.yaml with a schema and a rule of its own: judged, built, searched."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Page

CONFIG = "vendors: entries/*/*.yaml\nschema: forms/printer.yaml\nrules: forms/rules\n"
SCHEMA = """
$schema: https://json-schema.org/draft/2020-12/schema
title: A printing house
type: object
additionalProperties: false
required: [house, papers]
properties:
  house: {title: House, type: string}
  page: {title: Home page, type: string, format: uri}
  papers: {title: Papers, type: array, items: {enum: [matt, gloss, recycled]}}
  proof: {title: Proof, type: object, additionalProperties: false, properties: {days: {title: Days, type: integer}}}
"""
RULE = """
title: A proof comes within a week
answers: []
level: warning
at: /proof/days
assert: has(vendor.proof) && vendor.proof.days <= 7
message: No proof within a week is on record; at most 7 days were wanted
why: A campaign waits for its proof.
fix: Ask the house for its days. Five minutes.
examples:
  as_of: 2026-06-01
  pass:
    - proof: {days: 7}
  fail:
    - proof: null
"""
EXAMPLE = "house: Example\npapers: [matt]\nproof: {days: 2}\n"
HOUSES = {
    "north/aspen": "house: Aspen Press\npage: https://aspen.example\npapers: [matt, recycled]\nproof: {days: 2}\n",
    "north/birch": "house: Birch & Sons\npage: https://birch.example\npapers: [gloss]\nproof: {days: 9}\n",
    "south/cedar": "house: Cedar Crates\npapers: [recycled]\n",
}


def preflight(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "preflight", "--as-of", "2026-11-22", "--root", str(root), "--quiet", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def houses(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Printing houses, with fields of which preflight knows nothing."""
    root = tmp_path_factory.mktemp("houses")
    files = {
        "preflight.yaml": CONFIG,
        "forms/printer.yaml": SCHEMA,
        "forms/rules/proofs/in-time.yaml": RULE,
        "forms/example.yaml": EXAMPLE,
        **{f"entries/{name}.yaml": text for name, text in HOUSES.items()},
    }
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text.lstrip())
    return root


@pytest.fixture(scope="module")
def built(houses: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("built") / "site"
    done = preflight(houses, "inventory", "build", str(folder))
    assert done.returncode == 0, done.stderr
    return folder


def visit(page: Page, site: Path, view: str = "") -> None:
    page.goto("about:blank")
    page.goto(f"file://{site}/vendors.html{'#' + view if view else ''}")
    page.wait_for_selector("html[data-ready=table]")


def names(page: Page) -> list[str]:
    return page.locator("#vendors tbody th").all_inner_texts()


def test_every_record_is_judged_by_the_schema_and_the_rule_of_the_registry(houses: Path) -> None:
    done = preflight(houses, "check")
    assert done.returncode == 0, done.stderr
    assert "0 red flags, 2 warnings, 0 advice · 3 vendors, 1 rule" in done.stdout
    strange = houses / "entries" / "south" / "dune.yaml"
    strange.write_text("house: Dune\npapers: [papyrus]\n")
    try:
        done = preflight(houses, "check")
    finally:
        strange.unlink()
    assert done.returncode == 1, "what does not fit its schema blocks"
    assert "entries/south/dune.yaml:2:" in done.stdout
    assert "papyrus" in done.stdout


def test_its_records_are_searched_and_filtered_by_its_own_fields(page: Page, built: Path) -> None:
    visit(page, built)
    assert names(page) == ["aspen", "birch", "cedar"]
    page.get_by_label("Search", exact=True).fill("aspen press")
    expect(page.locator(".count")).to_have_text("1 of 3 vendors")
    page.get_by_label("Search", exact=True).fill("")
    page.get_by_role("list", name="Papers").get_by_label("recycled").check()
    expect(page.locator("#vendors tbody th")).to_have_text(["aspen", "cedar"])
    visit(page, built, "f=/proof/days:3..")
    assert names(page) == ["birch"]


def test_a_rule_leads_to_the_vendors_that_break_it(page: Page, built: Path) -> None:
    page.goto(f"file://{built}/rules.html")
    page.locator("#broken").get_by_role("link", name="2 vendors in the table").click()
    page.wait_for_selector("html[data-ready=table]")
    expect(page.locator("#vendors tbody th")).to_have_text(["birch", "cedar"])
    expect(page.locator(".chips li").first).to_contain_text("Rules it breaks: A proof comes within a week")


def test_its_pages_tell_what_it_has_and_ask_for_nothing_else(
    page: Page, built: Path, violations: Callable[[Page], list[str]]
) -> None:
    page.goto(f"file://{built}/vendors/aspen.html")
    assert page.locator(".toc a").all_inner_texts() == ["Summary", "Findings", "Record", "The file"]
    expect(page.get_by_role("link", name="https://aspen.example")).to_be_visible()
    for strange in ("risk not known", "Nobody has written down", "Last day to cancel"):
        assert strange not in page.locator("main").inner_text()
    assert violations(page) == []
    page.goto(f"file://{built}/index.html")
    assert page.locator(".menu a").all_inner_texts() == ["Overview", "Vendors", "Rules", "Exports"]
    for strange in ("Personal data", "due within"):
        assert strange not in page.locator("main").inner_text()
    assert violations(page) == []
