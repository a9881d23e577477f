"""The report as a GitLab code quality report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from preflight.escaping import json_text, visible
from preflight.model import Level, Outcome
from preflight.renderers.sarif import fingerprint
from preflight.wording import said

if TYPE_CHECKING:
    from preflight.model import Report

NAME = "gitlab"
SEVERITIES = {Level.RED_FLAG: "blocker", Level.WARNING: "minor", Level.ADVICE: "info"}


def render(report: Report, *, color: bool, width: int) -> str:  # noqa: ARG001 - the same for every reader
    """Return the array that the merge request widget reads. Passes and waived findings are left out.

    What is fixed GitLab sees for itself: by the fingerprints of the report before.
    """
    entries = [
        {
            "description": visible(f"{said(verdict)} · {verdict.fix}" if verdict.fix else said(verdict)),
            "check_name": verdict.rule,
            "fingerprint": fingerprint(verdict),
            "severity": SEVERITIES[verdict.level],
            "location": {"path": verdict.path, "lines": {"begin": verdict.line}},
        }
        for verdict in report.verdicts
        if verdict.outcome is Outcome.FAIL
    ]
    return json_text(entries)
