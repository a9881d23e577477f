"""The report as JSON: a published contract, described by schemas/report.schema.json."""

from __future__ import annotations

from typing import TYPE_CHECKING

from preflight.comparison import ABSENT
from preflight.escaping import json_text

if TYPE_CHECKING:
    from preflight.model import Comparison, Delta, JsonObject, Report, Verdict, Weight

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
        **(_comparison(report.comparison) if report.comparison else {}),
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
        **({"change": verdict.change.value} if verdict.change else {}),
    }


def _comparison(found: Comparison) -> JsonObject:
    fixed = [
        {
            "vendor": verdict.vendor,
            "rule": verdict.rule,
            "level": verdict.level.value,
            "pointer": verdict.pointer,
            "message": verdict.message,
        }
        for verdict in found.fixed
    ]
    return {"fixed": fixed, **({"delta": _delta(found.delta)} if found.delta else {})}


def _delta(delta: Delta) -> JsonObject:
    return {
        "currency": delta.currency,
        **_amounts(delta.before, delta.after),
        "vendors": [
            {
                "vendor": each.vendor,
                "kind": "added" if each.before is None else "removed" if each.after is None else "changed",
                "currency": delta.currency,
                **_amounts(each.before or ABSENT, each.after or ABSENT),
                "risk_before": each.before and each.before.risk,
                "risk_after": each.after and each.after.risk,
            }
            for each in delta.vendors
        ],
    }


def _amounts(before: Weight, after: Weight) -> JsonObject:
    return {
        "annual_before": before.annual,
        "annual_after": after.annual,
        "committed_before": before.committed,
        "committed_after": after.committed,
    }
