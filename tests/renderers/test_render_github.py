"""Annotations: workflow commands that the runner reads back as they were meant."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

import pytest

from preflight.model import Level
from preflight.renderers import github

if TYPE_CHECKING:
    from collections.abc import Callable

    from preflight.model import Report

WHOLE = """\
::error file=vendors/acme.yaml,line=1,col=1,title=schema/required (acme)::name is missing · Add name.
::error file=vendors/beacon-mail.yaml,line=12,col=3,title=security/certification-current (beacon-mail)::\
The report is 400 days old; 365 were wanted · Ask for the current report.
::warning file=vendors/beacon-mail.yaml,line=30,col=3,title=stability/support (beacon-mail)::No support
::notice file=vendors/beacon-mail.yaml,line=12,col=3,title=security/open (beacon-mail)::4 of 16 answers · Ask.
preflight: BLOCKED: 2 red flags, 1 warning, 1 advice, 1 waived · 2 vendors, 1 rule, 4 verdicts as of 2026-06-01
"""


class Command(NamedTuple):
    """A workflow command as the runner understands it."""

    name: str
    properties: dict[str, str]
    data: str


def unescaped(text: str, *, data: bool) -> str:
    """Undo what the runner undoes, in its order."""
    mappings = [("%0D", "\r"), ("%0A", "\n")] + ([] if data else [("%3A", ":"), ("%2C", ",")]) + [("%25", "%")]
    for escape, character in mappings:
        text = text.replace(escape, character)
    return text


def commands(output: str) -> list[Command]:
    """Read a log as the runner does: ``::name a=b,c=d::data`` at the start of a line."""
    found = []
    for line in re.split("\r\n|\r|\n", output):
        trimmed = line.lstrip()
        if trimmed.startswith("::") and "::" in trimmed[2:]:
            head, _, data = trimmed[2:].partition("::")
            name, _, listed = head.partition(" ")
            pairs = (each.strip().partition("=") for each in listed.split(",") if each)
            properties = {key: unescaped(value, data=False) for key, _, value in pairs}
            found.append(Command(name, properties, unescaped(data, data=True)))
    return found


def test_the_whole_log(report: Report) -> None:
    assert github.render(report, color=True, width=80) == WHOLE


def test_a_run_without_findings_says_so(clean: Report) -> None:
    assert github.render(clean, color=False, width=0) == (
        "preflight: PASSED: 0 red flags, 0 warnings, 0 advice · 1 vendor, 1 rule, 2 verdicts as of 2026-06-01\n"
    )


def test_the_runner_reads_back_what_was_meant(report: Report) -> None:
    assert commands(github.render(report, color=False, width=0))[0] == Command(
        "error",
        {"file": "vendors/acme.yaml", "line": "1", "col": "1", "title": "schema/required (acme)"},
        "name is missing · Add name.",
    )


@pytest.mark.parametrize(
    "value",
    [
        pytest.param("100 % of 5,000: yes", id="signs that separate properties"),
        pytest.param("%0A %25 %3A %250A", id="text that looks escaped"),
        pytest.param("a::b", id="the sign between head and data"),
        pytest.param("a=b,title=c,line=1", id="text that looks like properties"),
        pytest.param("  spaces  ", id="spaces"),
    ],
)
def test_signs_that_mean_something_to_the_runner_come_back_as_they_were(of: Callable[..., Report], value: str) -> None:
    [command] = commands(github.render(of(message=value, fix="", vendor=value), color=False, width=0))
    assert command.data == value
    assert command.properties["title"] == f"security/certification-current ({value})"
    assert set(command.properties) == {"file", "line", "col", "title"}


@pytest.mark.parametrize(
    ("level", "name"), [(Level.RED_FLAG, "error"), (Level.WARNING, "warning"), (Level.ADVICE, "notice")]
)
@pytest.mark.parametrize(
    ("count", "rest"),
    [
        pytest.param(10, "", id="as many as a step shows"),
        pytest.param(11, "1 more finding", id="one more"),
        pytest.param(25, "15 more findings", id="many more"),
    ],
)
def test_the_worst_ten_of_each_level_are_shown_and_the_rest_is_counted(
    of: Callable[..., Report], level: Level, name: str, count: int, rest: str
) -> None:
    output = github.render(of(count=count, level=level), color=False, width=0)
    assert [each.name for each in commands(output)] == [name] * 10
    assert [each.properties["line"] for each in commands(output)] == [str(line) for line in range(12, 22)]
    wanted = [f"preflight: {rest} of level {level.value}; see the job summary"] if rest else []
    assert output.splitlines()[10:-1] == wanted
