"""The report as JSON: a published contract."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from preflight.escaping import json_text
from preflight.renderers import json as renderer
from preflight.shell.starter import shape

if TYPE_CHECKING:
    from collections.abc import Callable

    from preflight.model import Report

ONE = """\
{
  "schema": "preflight/report/v1",
  "as_of": "2026-06-01",
  "base": null,
  "head": null,
  "summary": {
    "vendors": 1,
    "rules": 1,
    "judged": 2,
    "red_flags": 1,
    "warnings": 0,
    "advice": 0,
    "waived": 0,
    "blocked": true
  },
  "verdicts": [
    {
      "vendor": "beacon-mail",
      "rule": "security/certification-current",
      "level": "red-flag",
      "outcome": "fail",
      "message": "Größe · 400 days old",
      "fix": "Ask for the current report.",
      "path": "vendors/beacon-mail.yaml",
      "line": 12,
      "column": 3,
      "pointer": "/security/certifications",
      "waiver": null
    }
  ]
}
"""


def test_the_whole_document(of: Callable[..., Report]) -> None:
    assert renderer.render(of(message="Größe · 400 days old"), color=False, width=0) == ONE


def test_every_kind_of_verdict_fits_the_published_schema(report: Report, clean: Report) -> None:
    for each in (report, clean, replace(report, base="0" * 40, head="f" * 40)):
        document = json.loads(renderer.render(each, color=True, width=80))
        assert shape("report").problems(document) == ()
        assert document == renderer.document(each)


def test_levels_outcomes_and_waivers_have_their_published_names(report: Report) -> None:
    found = [(each["level"], each["outcome"], each["waiver"]) for each in renderer.document(report)["verdicts"]]
    assert found == [
        ("red-flag", "fail", None),
        ("red-flag", "fail", None),
        ("warning", "fail", None),
        ("advice", "fail", None),
        ("red-flag", "waived", "2026-05-01-ciso-0011aabb"),
        ("red-flag", "pass", None),
        ("red-flag", "not-applicable", None),
    ]


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        pytest.param("Größe · 東京 😀", '"Größe · 東京 😀"', id="letters of all scripts stay readable"),
        pytest.param("a\nb\tc", '"a\\nb\\tc"', id="line ends"),
        pytest.param("\x1b[31m\x7f\x9b", '"\\u001b[31m\\u007f\\u009b"', id="control characters"),
        pytest.param("\u202egnp", '"\\u202egnp"', id="an override of the reading direction"),
        pytest.param("a\u2028b\u200b", '"a\\u2028b\\u200b"', id="separators and characters without width"),
        pytest.param("\U000e0041", '"\\udb40\\udc41"', id="an invisible tag"),
        pytest.param("\udcff", '"\\udcff"', id="a byte of a file name that is no character"),
        pytest.param("##[stop-commands]x", '"##\\u005bstop-commands]x"', id="an order to the runner"),
        pytest.param("#[ ##x[", '"#[ ##x["', id="what only looks like one"),
        pytest.param(["##", "["], '[\n  "##",\n  "["\n]', id="brackets of the document itself"),
    ],
)
def test_what_a_reader_cannot_see_is_escaped_and_nothing_is_lost(value: str | list[str], wanted: str) -> None:
    text = json_text(value)
    assert text == wanted + "\n"
    assert json.loads(text) == value
