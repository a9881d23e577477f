"""Reports to render: one with a verdict of every kind, and one-verdict reports made to measure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from preflight import engine
from preflight.engine import Judged
from preflight.model import Examples, Level, Outcome, Report, Rule, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable

    from preflight.model import Json

CERTIFICATION = Rule(
    id="security/certification-current",
    title="The security certification is current",
    answers=("RF2.1", "C2.1"),
    level=Level.RED_FLAG,
    waivable=True,
    at="/security/certifications",
    each="",
    when="",
    condition="vendor.security.certifications.size() > 0",
    message="",
    why="An auditor's word that the controls work.",
    fix="Ask for the current report.",
    examples=Examples("2026-06-01", (), ()),
)
EXPIRED = Verdict(
    vendor="beacon-mail",
    rule="security/certification-current",
    level=Level.RED_FLAG,
    outcome=Outcome.FAIL,
    message="The report is 400 days old; 365 were wanted",
    fix="Ask for the current report.",
    path="vendors/beacon-mail.yaml",
    line=12,
    column=3,
    pointer="/security/certifications",
)


def made(**changes: Json) -> Verdict:
    """Return a verdict like the expired certification, with changes."""
    return Verdict(**{**{name: getattr(EXPIRED, name) for name in EXPIRED.__slots__}, **changes})


def gathered(*verdicts: Verdict) -> Report:
    """Return a report of these verdicts, as of the first of June."""
    vendors = dict.fromkeys(each.vendor for each in verdicts)
    judged = [
        Judged(name, verdicts[0].path, tuple(each for each in verdicts if each.vendor == name), 2) for name in vendors
    ]
    return engine.report(judged, [CERTIFICATION], "2026-06-01", everything=True)


@pytest.fixture
def report() -> Report:
    """Return a report with a verdict of every level and outcome."""
    nameless = {"rule": "schema/required", "message": "name is missing", "fix": "Add name.", "pointer": ""}
    return gathered(
        EXPIRED,
        made(**nameless, vendor="acme", path="vendors/acme.yaml", line=1, column=1),
        made(
            rule="stability/support", level=Level.WARNING, message="No support", fix="", line=30, pointer="/stability"
        ),
        made(rule="security/open", level=Level.ADVICE, message="4 of 16 answers", fix="Ask.", pointer="/security"),
        made(outcome=Outcome.WAIVED, rule="security/mfa", waiver="2026-05-01-ciso-0011aabb"),
        made(outcome=Outcome.PASS, rule="data/dpa", message="An agreement is signed", fix="", line=1, column=1),
        made(outcome=Outcome.NOT_APPLICABLE, rule="data/sub", message="Subprocessors are named", fix="", pointer=""),
    )


@pytest.fixture
def of() -> Callable[..., Report]:
    """Return a maker of reports: one verdict, like the expired certification with changes, or several times that."""

    def make(count: int = 1, **changes: Json) -> Report:
        return gathered(*(made(**{"line": 12 + number, **changes}) for number in range(count)))

    return make


@pytest.fixture
def clean() -> Report:
    """Return a report in which nothing is wrong."""
    return engine.report([Judged("acme", "vendors/acme.yaml", (), 2)], [CERTIFICATION], "2026-06-01")
