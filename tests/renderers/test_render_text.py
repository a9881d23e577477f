"""The report for people: one line a finding in a log, the same words wrapped on a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from preflight.renderers import text

if TYPE_CHECKING:
    from collections.abc import Callable

    from preflight.model import Report

PLAIN = """\
Red flags, which block the merge (2 findings)
vendors/acme.yaml:1:1  schema/required  name is missing · Add name.
vendors/beacon-mail.yaml:12:3  security/certification-current  The report is 400 days old; 365 were wanted\
 · Ask for the current report.

Warnings (1 finding)
vendors/beacon-mail.yaml:30:3  stability/support  No support

Advice (1 finding)
vendors/beacon-mail.yaml:12:3  security/open  4 of 16 answers · Ask.

Waived (1 finding)
vendors/beacon-mail.yaml:12:3  security/mfa  The report is 400 days old; 365 were wanted\
 · Waived by 2026-05-01-ciso-0011aabb; 'preflight decisions beacon-mail' says until when.

Passed (1 finding)
vendors/beacon-mail.yaml:1:1  data/dpa  An agreement is signed

Not applicable (1 finding)
vendors/beacon-mail.yaml:12:3  data/sub  Subprocessors are named

BLOCKED: 2 red flags, 1 warning, 1 advice, 1 waived · 2 vendors, 1 rule, 4 verdicts as of 2026-06-01
"""

WRAPPED = """\
<31;1>Red flags, which block the merge (2 findings)<0>
vendors/acme.yaml:1:1  <31>schema/required<0>
    name is missing
    → Add name.
vendors/beacon-mail.yaml:12:3
    <31>security/certification-current<0>
    The report is 400 days old; 365 were
    wanted
    → Ask for the current report.

<33;1>Warnings (1 finding)<0>
vendors/beacon-mail.yaml:30:3
    <33>stability/support<0>
    No support

<36;1>Advice (1 finding)<0>
vendors/beacon-mail.yaml:12:3
    <36>security/open<0>
    4 of 16 answers
    → Ask.

Waived (1 finding)
vendors/beacon-mail.yaml:12:3
    security/mfa
    The report is 400 days old; 365 were
    wanted
    → Waived by
    2026-05-01-ciso-0011aabb; 'preflight
    decisions beacon-mail' says until
    when.

Passed (1 finding)
vendors/beacon-mail.yaml:1:1  data/dpa
    An agreement is signed

Not applicable (1 finding)
vendors/beacon-mail.yaml:12:3  data/sub
    Subprocessors are named

<31;1>BLOCKED: 2 red flags, 1 warning, 1<0>
<31;1>advice, 1 waived · 2 vendors, 1 rule, 4<0>
<31;1>verdicts as of 2026-06-01<0>
"""

NARROW = "PASSED: 0 red flags, 0 warnings, 0 advice · 1 vendor, 1 rule, 2 verdicts as of 2026-06-01"


def test_a_log_has_one_line_a_finding(report: Report) -> None:
    assert text.render(report, color=False, width=0) == PLAIN


def test_a_terminal_shows_the_same_words_wrapped_and_coloured(report: Report) -> None:
    colours = WRAPPED.replace("<", "\x1b[").replace(">", "m")
    assert text.render(report, color=True, width=40) == colours


def test_a_report_without_findings_is_one_line(clean: Report) -> None:
    assert text.render(clean, color=False, width=0) == NARROW + "\n"
    assert text.render(clean, color=True, width=0) == f"\x1b[32;1m{NARROW}\x1b[0m\n"


@pytest.mark.parametrize("width", [1, 39, 40, 41, 80, 200])
def test_wrapped_lines_fit_the_terminal_and_lose_no_word(of: Callable[..., Report], width: int) -> None:
    message = " ".join(f"word-{number}" for number in range(60))
    lines = text.render(of(message=message, fix=""), color=False, width=width).splitlines()
    body = [line for line in lines if line.startswith("    ")]
    rule = ["security/certification-current"] if width < 60 else []  # on a line of its own where it does not fit
    assert max(map(len, lines[1:])) <= max(width, 40)
    assert " ".join(line.strip() for line in body) == " ".join([*rule, message])


@pytest.mark.parametrize("width", range(40, 80))
def test_no_wrapped_line_begins_with_an_order_to_the_runner(of: Callable[..., Report], width: int) -> None:
    message = "The name is not allowed ::set-output name=decision::allow, nor is ::error::this"
    lines = text.render(of(message=message, fix=message), color=False, width=width).splitlines()
    assert not [line for line in lines if line.lstrip().startswith("::")]
    assert "set-output" in "".join(lines)
