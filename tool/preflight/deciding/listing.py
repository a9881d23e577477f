"""Decisions as a table, JSON or Markdown: who decided what, and whether it counts today."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from preflight.deciding.bounds import in_words
from preflight.escaping import json_text, markdown, terminal
from preflight.tables import table, wrapped
from preflight.wording import counted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import date

    from preflight.decisions import Decision
    from preflight.decisions.court import Fault
    from preflight.decisions.statement import Statement
    from preflight.model import JsonObject

SCHEMA = "preflight/decisions/v1"
Standing: TypeAlias = Literal["in-force", "exceeded", "idle", "expired", "revoked", "not-yet", "void"]
SHOWN: dict[str, str] = {
    "in-force": "in force",
    "exceeded": "does not hold",
    "idle": "lets nothing stand",
    "not-yet": "not yet",
    "void": "void",
}
LEFT, RIGHT, NARROWEST = 24, 22, 28  # columns of the table
HEADERS = ("Vendor, decision", "State, by, on", "What it says")


@dataclass(frozen=True, slots=True)
class Row:
    """One decision, and where it stands today. ``why`` says what keeps it from counting, or is to be known of it."""

    decision: Decision
    standing: Standing
    why: str = ""
    arrived: date | None = None


@dataclass(frozen=True, slots=True)
class Frame:
    """What is shown around the rows. ``width`` 0 means: not on a terminal."""

    as_of: date
    faults: Sequence[Fault] = ()
    hidden: int = 0
    width: int = 0


def past(decisions: Iterable[Decision]) -> set[str]:
    """Return the paths of decisions that need no look: revoked, revocations, and what ran out before a newer one."""
    listed = list(decisions)
    newer = {_about(each.statement) for each in listed if each.in_force}
    return {
        each.path
        for each in listed
        if each.state == "revoked"
        or each.statement.kind == "revoke"
        or (each.state == "expired" and _about(each.statement) in newer)
    }


def _about(said: Statement) -> tuple[str, ...]:
    """Return what a newer decision has to have in common with an older one to take its place."""
    return (said.kind, said.vendor, said.role, said.by, said.rule, said.pointer, said.into)


def what(said: Statement) -> list[str]:
    """Say what a decision decides, one line each."""
    if said.kind == "approve":
        first, *more = in_words(said.bounds)
        return [f"approves {first}", *more]
    if said.kind == "waive":
        return [f"waives {said.rule}" + (f" at {said.pointer}" if said.pointer else ""), f"because: {said.reason}"]
    if said.kind == "revoke":
        return [f"revokes {said.revokes}", f"because: {said.reason}"]
    reason = [f"because: {said.reason}"] if said.reason else []
    return [f"agrees to the policies {said.into[:19]}…", *reason]


def _summary(rows: Sequence[Row], frame: Frame) -> str:
    good = sum(row.standing == "in-force" for row in rows)
    faults = f", {counted(len(frame.faults), 'file')} with a fault" if frame.faults else ""
    hidden = f"; {frame.hidden:,} past left out (--all)" if frame.hidden else ""
    return f"{counted(len(rows), 'decision')}, {good:,} in force{faults} as of {frame.as_of}{hidden}"


# ---- Terminal -----------------------------------------------------------------------------------


def as_table(rows: Sequence[Row], frame: Frame) -> str:
    """Return a table, and below it the files with a fault."""
    width = frame.width or 100
    rest = max(NARROWEST, width - LEFT - RIGHT - 4)
    cells = [(_left(row), _middle(row), _right(row)) for row in rows]
    lines = [*table(cells, HEADERS, (LEFT, RIGHT, rest)), ""] if rows else []
    for path, problem in frame.faults:
        place = problem.position
        lines += wrapped(f"{path}:{place.line}:{place.column}  {problem.rule}", width)
        lines += wrapped(f"{problem.message} · {problem.fix}", width, "  ", "  ")
    lines += [""] if frame.faults else []
    return "\n".join([*lines, terminal(_summary(rows, frame))]) + "\n"


def _left(row: Row) -> tuple[str, ...]:
    said = row.decision.statement
    return (said.vendor, f"{said.kind}, {said.role}", row.decision.id)


def _middle(row: Row) -> tuple[str, ...]:
    said = row.decision.statement
    until = (f"until {said.valid_until}",) if said.valid_until else ()
    return (SHOWN.get(row.standing, row.standing), said.by, said.decided_on.isoformat(), *until)


def _right(row: Row) -> tuple[str, ...]:
    arrived = [f"here since {row.arrived}"] if row.arrived else []
    touch = ", touched" if row.decision.touched else ""
    key = f"{row.decision.fingerprint}{touch}"
    return (*([f"→ {row.why}"] if row.why else []), *what(row.decision.statement), key, *arrived)


# ---- JSON ---------------------------------------------------------------------------------------


def as_json(rows: Sequence[Row], frame: Frame) -> str:
    """Return JSON, described by schemas/decisions.schema.json. Null: there is none, or it is not known."""
    faults = [
        {
            "path": path,
            "line": problem.position.line,
            "column": problem.position.column,
            "rule": problem.rule,
            "message": problem.message,
            "fix": problem.fix,
        }
        for path, problem in frame.faults
    ]
    listed = [_entry(row) for row in rows]
    return json_text({"schema": SCHEMA, "as_of": frame.as_of.isoformat(), "decisions": listed, "faults": faults})


def _entry(row: Row) -> JsonObject:
    said, decision = row.decision.statement, row.decision
    return {
        "vendor": said.vendor,
        "id": decision.id,
        "kind": said.kind,
        "role": said.role,
        "by": said.by,
        "decided_on": said.decided_on.isoformat(),
        "valid_until": said.valid_until.isoformat() if said.valid_until else None,
        "arrived_on": row.arrived.isoformat() if row.arrived else None,
        "state": row.standing,
        "why": row.why or None,
        "bounds": said.bounds or None,
        "rule": said.rule or None,
        "pointer": said.pointer or None,
        "revokes": said.revokes or None,
        "amends": said.amends or None,
        "into": said.into or None,
        "reason": said.reason or None,
        "key": decision.fingerprint,
        "touched": decision.touched,
        "identified": decision.identified,
        "path": decision.path,
    }


# ---- Markdown -----------------------------------------------------------------------------------


def as_markdown(rows: Sequence[Row], frame: Frame) -> str:
    """Return tables for the summary of a CI job, or an issue."""
    lines = ["## Decisions", "", markdown(_summary(rows, frame)), ""]
    if rows:
        lines += [
            "| Vendor | Decision | By | On | Until | State | Key |",
            "| --- | --- | --- | --- | --- | --- | --- |",
        ]
        lines += [_row(row) for row in rows]
        lines.append("")
    if frame.faults:
        lines += ["### Files with a fault", "", "| File | What is wrong |", "| --- | --- |"]
        lines += [f"| {markdown(path)} | {markdown(f'{each.message} · {each.fix}')} |" for path, each in frame.faults]
        lines.append("")
    return "\n".join(lines)


def _row(row: Row) -> str:
    said = row.decision.statement
    state = SHOWN.get(row.standing, row.standing) + (f": {row.why}" if row.why else "")
    until = said.valid_until.isoformat() if said.valid_until else ""
    text = "<br>".join(markdown(each) for each in what(said))
    cells = (markdown(each) for each in (f"{said.by}, {said.role}", said.decided_on.isoformat(), until, state))
    key = markdown(row.decision.fingerprint)
    return f"| **{markdown(said.vendor)}** | {text} | {' | '.join(cells)} | {key} |"


FORMATS: dict[str, Callable[[Sequence[Row], Frame], str]] = {
    "table": as_table,
    "json": as_json,
    "markdown": as_markdown,
}
