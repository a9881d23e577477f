"""What the rules say against a vendor: why it matters, how to fix it, and who let it stand until when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from preflight.model import Level, Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from preflight.deciding.listing import Row
    from preflight.decisions.statement import Statement
    from preflight.inventory.dossier.labels import Labels
    from preflight.model import Rule, Verdict

HEADINGS = {Level.RED_FLAG: "Red flags", Level.WARNING: "Warnings", Level.ADVICE: "Advice"}
WAIVED = "Waived"
COLOURS = {Level.RED_FLAG: "bad", Level.WARNING: "warn", Level.ADVICE: "info"}
MOST = 60  # findings of one kind; 'preflight explain' tells all


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding. ``waiver`` is the statement that lets it stand; None where it does not, or is not at hand."""

    rule: str
    title: str
    level: Level
    message: str
    why: str
    fix: str
    field: str
    line: int
    known: bool
    waiver: Statement | None = None
    waiver_id: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Findings of one level, or those that are waived; ``more`` are left out."""

    title: str
    colour: str
    findings: tuple[Finding, ...]
    more: int = 0


def groups(
    verdicts: Iterable[Verdict], rules: Mapping[str, Rule], decided: Sequence[Row], labels: Labels
) -> list[Group]:
    """Return the findings of a vendor, the heaviest first and those that are waived last."""
    waivers = {row.decision.id: row.decision.statement for row in decided}
    told = sorted(
        (each for each in verdicts if each.outcome in {Outcome.FAIL, Outcome.WAIVED}),
        key=lambda each: (each.level.rank, each.line, each.column, each.rule, each.pointer, each.message),
    )
    made = _maker(rules, waivers, labels)
    found = []
    for level, title in HEADINGS.items():
        open_ones = [each for each in told if each.level is level and each.outcome is Outcome.FAIL]
        if open_ones:
            found.append(_group(title, COLOURS[level], [made(each) for each in open_ones]))
    waived = [made(each) for each in told if each.outcome is Outcome.WAIVED]
    return [*found, *([_group(WAIVED, "mute", waived)] if waived else [])]


def _group(title: str, colour: str, found: Sequence[Finding]) -> Group:
    return Group(title, colour, tuple(found[:MOST]), max(0, len(found) - MOST))


def _maker(rules: Mapping[str, Rule], waivers: Mapping[str, Statement], labels: Labels) -> Callable[[Verdict], Finding]:
    def made(verdict: Verdict) -> Finding:
        rule = rules.get(verdict.rule)
        return Finding(
            rule=verdict.rule,
            title=rule.title if rule else verdict.rule,
            level=verdict.level,
            message=verdict.message,
            why=rule.why if rule else "",
            fix=verdict.fix or (rule.fix if rule else ""),
            field=labels.of(verdict.pointer) if verdict.pointer else "",
            line=verdict.line,
            known=verdict.known,
            waiver=waivers.get(verdict.waiver or ""),
            waiver_id=verdict.waiver or "",
        )

    return made
