"""The git log as the pages tell it: one event a commit and vendor, the newest first."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from preflight.history import POLICIES
from preflight.inventory.stock import Edit, Event

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from preflight.history import Change, Commit
    from preflight.model import Json

MOST_EDITS = 30  # fields that are told of one event; the audit log has all
LONGEST = 160  # characters of a value
DECISION = "decision"


def events(number: int, commit: Commit, changes: Iterable[Change]) -> Iterator[Event]:
    """Yield what one commit did: to each vendor, to the decisions on it, and (vendor empty) to what judges.

    ``number`` is the place of the commit on the line, from 1. The day is the one that the committer claims, in UTC.
    """
    day = datetime.fromisoformat(commit.date).astimezone(UTC).date()
    request = str(commit.pull_request) if commit.pull_request is not None else ""
    for (vendor, kind), edits in _grouped(changes).items():
        yield Event(
            number=number,
            commit=commit.id,
            day=day,
            author=commit.author,
            subject=commit.subject,
            vendor="" if vendor == POLICIES else vendor,
            kind=kind,
            edits=tuple(edits[:MOST_EDITS]),
            request=request,
            signature=commit.signature,
            more=max(0, len(edits) - MOST_EDITS),
        )


def _grouped(changes: Iterable[Change]) -> dict[tuple[str, str], list[Edit]]:
    found: dict[tuple[str, str], list[Edit]] = {}
    for change in changes:
        kind = DECISION if change.stream == "decisions" else change.kind
        edits = found.setdefault((change.vendor, kind), [])
        if change.kind == "renamed" or (change.kind == "changed" and change.stream == "changes"):
            edits.append(Edit(change.field, told(change.before), told(change.after)))
        elif change.kind == "unreadable":
            edits.append(Edit(change.field, "", told(change.after)))
        elif change.stream != "changes":
            edit = Edit(change.path, "", change.kind)
            if edit not in edits[-1:]:  # of a file, one line tells of all its fields
                edits.append(edit)
    return found


def told(value: Json) -> str:
    """Return a value as text, in short; a list or an object by what it holds."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        text = ", ".join(told(each) for each in value)
    elif isinstance(value, dict):
        text = ", ".join(f"{key}: {told(each)}" for key, each in value.items())
    else:
        text = str(value)
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
