"""What the checks say, as a table or JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from preflight.doctor.observed import Outcome
from preflight.escaping import json_text, terminal
from preflight.tables import wrapped
from preflight.wording import counted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import date

    from preflight.doctor.observed import Finding

SCHEMA = "preflight/doctor/v1"
HEADINGS = {
    Outcome.PROBLEM: "Problems",
    Outcome.ADVICE: "Advice",
    Outcome.CANNOT_TELL: "Cannot be seen from here",
    Outcome.OK: "In order",
}
LEAST = 40  # characters, however narrow the terminal


def table(findings: Sequence[Finding], as_of: date, width: int = 0) -> str:
    """Return the findings in groups, what is wrong first. ``width`` 0: not wrapped."""
    lines: list[str] = []
    for outcome, heading in HEADINGS.items():
        found = [each for each in findings if each.outcome is outcome]
        if found:
            lines += [f"{heading} ({len(found):,})", *(line for each in found for line in _told(each, width)), ""]
    return "\n".join([*lines, _verdict(findings, as_of)]) + "\n"


def _told(finding: Finding, width: int) -> Iterator[str]:
    place = ":".join(str(part) for part in (finding.path, finding.line) if part)
    yield from _line(f"{finding.check}  {f'{place}  ' if place else ''}{finding.message}", "  ", width)
    if finding.fix:
        yield from _line(f"→ {finding.fix}", "    ", width)


def _line(text: str, indent: str, width: int) -> Iterator[str]:
    if width:
        yield from wrapped(text, max(LEAST, width), indent, "    ")
    else:
        yield indent + terminal(text)


def _verdict(findings: Sequence[Finding], as_of: date) -> str:
    count = _summary(findings)
    problems = counted(count["problems"], "problem") if count["problems"] else "No problem"
    return (
        f"{problems}, {count['advice']} advice, {count['cannot_tell']} not to be seen from here, "
        f"{count['ok']} in order, as of {as_of}"
    )


def _summary(findings: Sequence[Finding]) -> dict[str, int]:
    names = {
        "ok": Outcome.OK,
        "problems": Outcome.PROBLEM,
        "advice": Outcome.ADVICE,
        "cannot_tell": Outcome.CANNOT_TELL,
    }
    return {name: sum(each.outcome is outcome for each in findings) for name, outcome in names.items()}


def as_json(findings: Sequence[Finding], as_of: date, _: int = 0) -> str:
    """Return JSON, described by schemas/doctor.schema.json. Null: no place, nothing to do."""
    listed = [
        {
            "check": each.check,
            "outcome": each.outcome.value,
            "message": each.message,
            "fix": each.fix or None,
            "path": each.path or None,
            "line": each.line or None,
        }
        for each in findings
    ]
    written = {"schema": SCHEMA, "as_of": as_of.isoformat(), "summary": _summary(findings), "findings": listed}
    return json_text(written)


FORMATS: dict[str, Callable[[Sequence[Finding], date, int], str]] = {"table": table, "json": as_json}
