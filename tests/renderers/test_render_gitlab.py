"""The report as a GitLab code quality report."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from preflight.renderers import gitlab, sarif

if TYPE_CHECKING:
    from collections.abc import Callable

    from preflight.model import Report

ONE = """\
[
  {
    "description": "The report is 400 days old; 365 were wanted · Ask for the current report.",
    "check_name": "security/certification-current",
    "fingerprint": "dc39b642b439e7b11a8089c3f33e050fdac06cd6011e237c365e5963f2e9ceeb",
    "severity": "blocker",
    "location": {
      "path": "vendors/beacon-mail.yaml",
      "lines": {
        "begin": 12
      }
    }
  }
]
"""


def test_the_whole_document(of: Callable[..., Report]) -> None:
    assert gitlab.render(of(), color=True, width=80) == ONE


def test_nothing_to_report_is_an_empty_list(clean: Report) -> None:
    assert gitlab.render(clean, color=False, width=0) == "[]\n"


def test_failures_are_listed_by_severity_and_nothing_else_is(report: Report) -> None:
    entries = json.loads(gitlab.render(report, color=False, width=0))
    assert [(each["check_name"], each["severity"], each["description"]) for each in entries] == [
        ("schema/required", "blocker", "name is missing · Add name."),
        (
            "security/certification-current",
            "blocker",
            "The report is 400 days old; 365 were wanted · Ask for the current report.",
        ),
        ("stability/support", "minor", "No support"),
        ("security/open", "info", "4 of 16 answers · Ask."),
    ]


def test_fingerprints_are_those_of_the_other_report_and_tell_findings_apart(report: Report) -> None:
    found = [each["fingerprint"] for each in json.loads(gitlab.render(report, color=False, width=0))]
    assert found == [sarif.fingerprint(verdict) for verdict in report.verdicts[:4]]
    assert len(set(found)) == 4
