"""The changes of one commit as people read them: one line for what was one act. The published JSON has every leaf.

An entry of a list that was edited came and went at the same place; a decision is two files.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from preflight.history import Change
    from preflight.model import Json

SIGNATURE = ".sig"
DECIDED = {
    "approve": "approves it",
    "waive": "waives",
    "revoke": "revokes",
    "amend": "agrees to a change of the policies",
}
HAPPENED = {"removed": "; this decision was taken out", "changed": "; this decision was edited"}


def edited(changes: Iterable[Change]) -> list[Change]:
    """Put together what came and what went at one place of one file, as the one change that people made there."""
    found: list[Change] = []
    places: dict[tuple[str, str], int] = {}  # what came, and no more than that
    for each in changes:
        place = each.path, each.field
        if each.kind == "changed" and each.field and each.stream == "changes" and each.before != each.after:
            other = places.get(place)
            if each.after is None and other is not None:
                found[other] = replace(found[other], before=each.before)
                del places[place]
                continue
            if each.before is None:
                places[place] = len(found)
        found.append(each)
    return found


def without_signatures(changes: Iterable[Change]) -> list[Change]:
    """Leave out signatures that came, or went, together with what they sign."""
    listed = list(changes)
    there = {(each.path, each.kind) for each in listed}
    return [
        each
        for each in listed
        if not (each.path.endswith(SIGNATURE) and (each.path.removesuffix(SIGNATURE), each.kind) in there)
    ]


def decision(change: Change) -> str | None:
    """Say who decided what; None for what is no statement. Anybody may have written it: it is told, not believed."""
    statement = change.before if change.kind == "removed" else change.after
    if change.stream != "decisions" or change.field or not isinstance(statement, dict):
        return None
    does = DECIDED.get(_text(statement, "kind"))
    by, role = _text(statement, "by"), _text(statement, "role")
    if does is None or not by:
        return None
    about = _text(statement, "rule") or _text(statement, "revokes")
    until = f" until {last}" if (last := _text(statement, "valid_until")) else ""
    name = change.path.rpartition("/")[2]
    return f"{by}, as {role}, {does}{f' {about}' if about else ''}{until}{HAPPENED.get(change.kind, '')} ({name})"


def _text(statement: dict[str, Json], name: str) -> str:
    value = statement.get(name)
    return value if isinstance(value, str) else ""
