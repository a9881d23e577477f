"""The report as JUnit XML: one suite a vendor, one case a rule. Red flags fail, other findings are skipped cases."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from preflight.comparison import told
from preflight.escaping import visible, xml
from preflight.model import Level, Outcome
from preflight.wording import said, verdict_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from preflight.model import Comparison, Report, Verdict

NAME = "junit"
MOST_VENDORS = 100  # whose cost and risk are told one by one


def render(report: Report, *, color: bool, width: int) -> str:  # noqa: ARG001 - the same for every reader
    """Return the document. It always holds the case ``gate``, which fails when the gate is shut."""
    root = ET.Element("testsuites", {"name": "preflight"})
    _gate(root, report)
    for vendor, verdicts in groupby(sorted(report.verdicts, key=_order), key=lambda each: each.vendor):
        _suite(root, vendor, verdicts)
    for key in ("tests", "failures", "skipped"):
        root.set(key, str(sum(int(suite.get(key, "0")) for suite in root)))
    ET.indent(root)
    # The runner of a CI job obeys ##[command] anywhere in its log; a character reference is the same text to a reader.
    body = ET.tostring(root, encoding="unicode").replace("##[", "##&#91;")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{body}\n'


def _order(verdict: Verdict) -> tuple[str, str, str]:
    return verdict.vendor, verdict.rule, verdict.pointer


def _gate(root: ET.Element, report: Report) -> None:
    blocked = report.summary.blocked
    suite = ET.SubElement(
        root, "testsuite", {"name": "preflight", "tests": "1", "failures": str(int(blocked)), "skipped": "0"}
    )
    if report.comparison:
        properties = ET.SubElement(suite, "properties")
        for name, text in _properties(report.comparison):
            ET.SubElement(properties, "property", {"name": name, "value": _text(text)})
    case = ET.SubElement(suite, "testcase", {"classname": "preflight", "name": "gate"})
    if blocked:
        ET.SubElement(case, "failure", {"message": verdict_line(report), "type": "blocked"})


def _properties(change: Comparison) -> Iterator[tuple[str, str]]:
    """Yield what a change does beside what it leaves open; no case, because nothing of it is left to test."""
    for verdict in change.fixed:
        yield "fixed", f"{verdict.vendor}  {verdict.rule}  {verdict.message}"
    for sentence in told(change.delta, MOST_VENDORS):
        yield "delta", sentence


def _suite(root: ET.Element, vendor: str, verdicts: Iterable[Verdict]) -> None:
    suite = ET.SubElement(root, "testsuite", {"name": _text(vendor)})
    counts = {"tests": 0, "failures": 0, "skipped": 0}
    for verdict in verdicts:
        counts["tests"] += 1
        name = verdict.rule + (f" at {verdict.pointer}" if verdict.pointer else "")
        case = ET.SubElement(
            suite,
            "testcase",
            {"classname": _text(vendor), "name": _text(name), "file": _text(verdict.path), "line": str(verdict.line)},
        )
        if verdict.outcome is Outcome.PASS:
            continue
        kind, element = ("failures", "failure") if verdict.blocks else ("skipped", "skipped")
        counts[kind] += 1
        label = verdict.outcome.value if verdict.outcome is not Outcome.FAIL else verdict.level.value
        found = ET.SubElement(case, element, {"message": _text(f"{label}: {said(verdict)}")})
        if verdict.level is Level.RED_FLAG and verdict.blocks:
            found.set("type", verdict.level.value)
        found.text = _text(f"{verdict.path}:{verdict.line}:{verdict.column}  {verdict.fix}".rstrip())
    for key, count in counts.items():
        suite.set(key, str(count))


def _text(text: str) -> str:
    return xml(visible(text))
