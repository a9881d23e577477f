"""The report as JSON: a published contract, described by schemas/report.schema.json."""

from __future__ import annotations

import json
import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from preflight.model import Json, JsonObject, Report, Verdict

NAME = "json"
SCHEMA = "preflight/report/v1"
HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})  # what a reader cannot see, or no file can hold
UNUSUAL = re.compile(r"[^\n -~]")
COMMAND = re.compile(r"(?<=##)\[")  # the runner of a CI job obeys ##[command] anywhere in its log


def render(report: Report, *, color: bool, width: int) -> str:  # noqa: ARG001 - the same for every reader
    """Return the report as one JSON object."""
    return written(document(report))


def written(value: Json) -> str:
    """Return ``value`` as JSON that is the same to a program and does nothing to a terminal or the log of a CI job."""
    text = COMMAND.sub(r"\\u005b", json.dumps(value, indent=2, ensure_ascii=False))
    return UNUSUAL.sub(_escaped, text) + "\n"


def _escaped(found: re.Match[str]) -> str:
    character = found.group()
    return json.dumps(character)[1:-1] if unicodedata.category(character) in HIDDEN else character


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
