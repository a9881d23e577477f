"""The report as Markdown: tables that stay tables, within the size of a job summary."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from preflight.model import Level
from preflight.renderers import markdown

if TYPE_CHECKING:
    from collections.abc import Callable

    from preflight.model import Report

WHOLE = """\
## ⛔ Blocked

BLOCKED: 2 red flags, 1 warning, 1 advice, 1 waived · 2 vendors, 1 rule, 4 verdicts as of 2026-06-01

### Red flags (2)

| Vendor | What is wrong | How to fix it | Where |
| --- | --- | --- | --- |
| **acme** | name is missing | Add name. | vendors/acme.yaml:1<br>schema/required |
| **beacon-mail** | The report is 400 days old; 365 were wanted<br>*Why:* An auditor's word that the controls work.\
 | Ask for the current report. | vendors/beacon-mail.yaml:12<br>security/certification-current |

<details><summary>Warnings (1)</summary>

| Vendor | What is wrong | How to fix it | Where |
| --- | --- | --- | --- |
| **beacon-mail** | No support |  | vendors/beacon-mail.yaml:30<br>stability/support |

</details>

<details><summary>Advice (1)</summary>

| Vendor | What is wrong | How to fix it | Where |
| --- | --- | --- | --- |
| **beacon-mail** | 4 of 16 answers | Ask. | vendors/beacon-mail.yaml:12<br>security/open |

</details>

<details><summary>Waived (1)</summary>

| Vendor | What is wrong | How to fix it | Where |
| --- | --- | --- | --- |
| **beacon-mail** | The report is 400 days old; 365 were wanted\
 | Waived by 2026-05-01-ciso-0011aabb; 'preflight decisions beacon-mail' says until when.\
 | vendors/beacon-mail.yaml:12<br>security/mfa |

</details>
"""

CLEAN = """\
## ✅ Passed

PASSED: 0 red flags, 0 warnings, 0 advice · 1 vendor, 1 rule, 2 verdicts as of 2026-06-01
"""


def rows(output: str) -> list[list[str]]:
    """Return the cells of each row of each table, heads left out: a bar ends a cell unless it is escaped."""
    lines = [line for line in output.splitlines() if line.startswith("| **")]
    return [[cell.strip() for cell in re.findall(r"((?:\\.|[^\\|])*)\|", line)[1:]] for line in lines]


def test_the_whole_document(report: Report) -> None:
    assert markdown.render(report, color=True, width=80) == WHOLE


def test_a_run_without_findings_is_a_heading_and_a_line(clean: Report) -> None:
    assert markdown.render(clean, color=False, width=0) == CLEAN


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        pytest.param("a | b", "a \\| b", id="a bar"),
        pytest.param("a \\| b", "a \\\\\\| b", id="a bar that is escaped already"),
        pytest.param("a\\", "a\\\\", id="a backslash before the end of the cell"),
        pytest.param("a\nb", "a\\\\u{a}b", id="a line end"),
        pytest.param("||||", "\\|\\|\\|\\|", id="nothing but bars"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_a_row_has_four_cells_whatever_is_in_them(of: Callable[..., Report], value: str, shown: str) -> None:
    output = markdown.render(of(message=value, fix=value, vendor=value, path=value, rule="a/b"), color=False, width=0)
    assert rows(output) == [[f"**{shown}**", shown, shown, f"{shown}:12<br>a/b"]]


def test_what_does_not_fit_into_a_job_summary_is_counted(of: Callable[..., Report]) -> None:
    output = markdown.render(of(count=3000, message="é" * 400, level=Level.WARNING), color=False, width=0)
    assert 890_000 < len(output.encode()) < 1024 * 1024
    shown = len(rows(output))
    assert f"<details><summary>Warnings ({shown})</summary>" in output
    assert output.endswith(
        f"\n</details>\n\n{3000 - shown:,} more entries left out for length; run `preflight check` to see all.\n"
    )


def test_red_flags_are_kept_when_space_is_short(of: Callable[..., Report]) -> None:
    output = markdown.render(of(count=1001, message="x" * 900), color=False, width=0)
    assert f"### Red flags ({len(rows(output))})" in output
    assert len(rows(output)) < 1001
