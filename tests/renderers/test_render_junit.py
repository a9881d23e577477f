"""The report as JUnit XML: red flags fail, everything else that is no pass is a skipped case."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from junitparser import Failure, JUnitXml, Skipped

from preflight.model import Level
from preflight.renderers import junit

if TYPE_CHECKING:
    from collections.abc import Callable

    from preflight.model import Report

WHOLE = """\
<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="preflight" tests="8" failures="3" skipped="4">
  <testsuite name="preflight" tests="1" failures="1" skipped="0">
    <testcase classname="preflight" name="gate">
      <failure message="BLOCKED: 2 red flags, 1 warning, 1 advice, 1 waived · 2 vendors, 1 rule, 4 verdicts as of\
 2026-06-01" type="blocked" />
    </testcase>
  </testsuite>
  <testsuite name="acme" tests="1" failures="1" skipped="0">
    <testcase classname="acme" name="schema/required" file="vendors/acme.yaml" line="1">
      <failure message="red-flag: name is missing" type="red-flag">vendors/acme.yaml:1:1  Add name.</failure>
    </testcase>
  </testsuite>
  <testsuite name="beacon-mail" tests="6" failures="1" skipped="4">
    <testcase classname="beacon-mail" name="data/dpa at /security/certifications" file="vendors/beacon-mail.yaml"\
 line="1" />
    <testcase classname="beacon-mail" name="data/sub" file="vendors/beacon-mail.yaml" line="12">
      <skipped message="not-applicable: Subprocessors are named">vendors/beacon-mail.yaml:12:3</skipped>
    </testcase>
    <testcase classname="beacon-mail" name="security/certification-current at /security/certifications"\
 file="vendors/beacon-mail.yaml" line="12">
      <failure message="red-flag: The report is 400 days old; 365 were wanted" type="red-flag">\
vendors/beacon-mail.yaml:12:3  Ask for the current report.</failure>
    </testcase>
    <testcase classname="beacon-mail" name="security/mfa at /security/certifications" file="vendors/beacon-mail.yaml"\
 line="12">
      <skipped message="waived: The report is 400 days old; 365 were wanted">\
vendors/beacon-mail.yaml:12:3  Ask for the current report.</skipped>
    </testcase>
    <testcase classname="beacon-mail" name="security/open at /security" file="vendors/beacon-mail.yaml" line="12">
      <skipped message="advice: 4 of 16 answers">vendors/beacon-mail.yaml:12:3  Ask.</skipped>
    </testcase>
    <testcase classname="beacon-mail" name="stability/support at /stability" file="vendors/beacon-mail.yaml" line="30">
      <skipped message="warning: No support">vendors/beacon-mail.yaml:30:3</skipped>
    </testcase>
  </testsuite>
</testsuites>
"""

CLEAN = """\
<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="preflight" tests="1" failures="0" skipped="0">
  <testsuite name="preflight" tests="1" failures="0" skipped="0">
    <testcase classname="preflight" name="gate" />
  </testsuite>
</testsuites>
"""


def read(report: Report) -> JUnitXml:
    return JUnitXml.fromstring(junit.render(report, color=False, width=0).encode())


def test_the_whole_document(report: Report) -> None:
    assert junit.render(report, color=True, width=80) == WHOLE


def test_a_run_without_findings_still_has_a_case(clean: Report) -> None:
    assert junit.render(clean, color=False, width=0) == CLEAN


def test_a_reader_of_junit_counts_what_the_document_states(report: Report) -> None:
    document = read(report)
    stated = [(suite.name, suite.tests, suite.failures, suite.errors, suite.skipped) for suite in document]
    assert stated == [("preflight", 1, 1, 0, 0), ("acme", 1, 1, 0, 0), ("beacon-mail", 6, 1, 0, 4)]
    assert (document.tests, document.failures, document.skipped) == (8, 3, 4)
    document.update_statistics()  # type: ignore[no-untyped-call]  # the package has no types
    assert (document.tests, document.failures, document.errors, document.skipped) == (8, 3, 0, 4)
    counted = [(suite.name, suite.tests, suite.failures, suite.errors, suite.skipped) for suite in document]
    assert counted == stated


@pytest.mark.parametrize(
    ("level", "kind"),
    [
        pytest.param(Level.RED_FLAG, Failure, id="a red flag fails"),
        pytest.param(Level.WARNING, Skipped, id="a warning does not"),
        pytest.param(Level.ADVICE, Skipped, id="advice does not"),
    ],
)
def test_only_red_flags_fail(of: Callable[..., Report], level: Level, kind: type) -> None:
    gate, suite = read(of(level=level))
    [result] = next(iter(suite)).result
    assert type(result) is kind
    assert gate.failures == (1 if kind is Failure else 0)


def test_vendors_have_a_suite_each_however_the_findings_are_mixed(of: Callable[..., Report], report: Report) -> None:
    assert [suite.name for suite in read(report)] == ["preflight", "acme", "beacon-mail"]
    [_, suite] = read(of(count=3))
    assert [(case.name, case._elem.get("line")) for case in suite] == [
        ("security/certification-current at /security/certifications", line) for line in ("12", "13", "14")
    ]
