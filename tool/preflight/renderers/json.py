"""The report as JSON: a published contract, described by schemas/report.schema.json."""

from __future__ import annotations

from typing import TYPE_CHECKING

from preflight.escaping import json_text

if TYPE_CHECKING:
    from preflight.model import JsonObject, Report, Verdict

NAME = "json"
SCHEMA = "preflight/report/v1"


def render(report: Report, *, color: bool, width: int) -> str:  # noqa: ARG001 - the same for every reader
    """Return the report as one JSON object."""
    return json_text(document(report))


def document(report: Report) -> JsonObject:
    """Return the report as plain values. A view of its own: the model may change, this format may not."""
    summary = report.summary
    return {
        "schema": SCHEMA,
        "as_of": report.as_of,
        "base": report.base,
        "head": report.head,
        "summary": {
            "vendors": summary.vendors,
            "rules": summary.rules,
            "judged": summary.judged,
            "red_flags": summary.red_flags,
            "warnings": summary.warnings,
            "advice": summary.advice,
            "waived": summary.waived,
            "blocked": summary.blocked,
        },
        "verdicts": [_verdict(each) for each in report.verdicts],
    }


def _verdict(verdict: Verdict) -> JsonObject:
    return {
        "vendor": verdict.vendor,
        "rule": verdict.rule,
        "level": verdict.level.value,
        "outcome": verdict.outcome.value,
        "message": verdict.message,
        "fix": verdict.fix,
        "path": verdict.path,
        "line": verdict.line,
        "column": verdict.column,
        "pointer": verdict.pointer,
        "waiver": verdict.waiver,
    }
