"""``preflight check --base``: what a change weighs in cost and risk, and how each format tells it."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from commands.conftest import commit
from commands.proposed import LIVE, change, marks, raise_price

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import Result


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
