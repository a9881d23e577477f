"""What was found when a history was held against itself and against checkpoints, and what that does not prove."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from preflight.escaping import json_text, markdown
from preflight.tables import wrapped
from preflight.wording import counted

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from preflight.auditing.chain import Link
    from preflight.auditing.checkpoint import Checkpoint
    from preflight.model import JsonObject

SCHEMA = "preflight/verification/v1"
SHORT = 12
MOST_DETAILS = 20  # on a terminal; JSON has all of them

# ``told``: neither good nor bad, but to be known. ``unknown``: it could not be looked at.
State: TypeAlias = Literal["good", "told", "unknown", "bad"]

ALWAYS = (
    "that the records are true, or that the history was honest before the first checkpoint",
    "names and dates of commits: they are what somebody wrote; only signatures are more than that",
    "who pushed or merged, and who approved on the forge: git does not know",
    "branches beside the first-parent line, and commits on merged branches, beyond what the merges brought in",
    "that a key was in the hands of the person it is listed for",
)
WITHOUT = (
    "that no commit was dropped or rewritten: that takes a checkpoint (preflight audit checkpoint) kept elsewhere",
    "anything against somebody who can make two objects of one SHA-1, where git names objects by that",
)
WITH = (
    "anything after the newest checkpoint: a commit that came later and was dropped leaves no trace",
    "that a checkpoint is the one that was made, unless it is signed or was kept out of reach",
    "files outside of what a checkpoint covers, beyond the names that git gives them",
)


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at: what was found, and the particulars."""

    id: str
    state: State
    message: str
    details: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Verification:
    """All that was looked at. ``checkpoints``: how many it was held against."""

    head: str
    commits: int
    checks: tuple[Check, ...]
    checkpoints: int

    @property
    def state(self) -> Literal["verified", "broken", "cannot-tell"]:
        """What all of it comes to."""
        states = {each.state for each in self.checks}
        return "broken" if "bad" in states else "cannot-tell" if "unknown" in states else "verified"

    @property
    def code(self) -> int:
        """The exit code."""
        return {"verified": 0, "broken": 1, "cannot-tell": 2}[self.state]

    @property
    def not_proven(self) -> tuple[str, ...]:
        """What all of it does not prove."""
        return (*(WITH if self.checkpoints else WITHOUT), *ALWAYS)


# ---- A checkpoint beside the history of now ------------------------------------------------------


def against(name: str, point: Checkpoint, links: Sequence[Link], decisions: dict[str, str]) -> list[Check]:
    """Hold a checkpoint against the chain of now, over what it covers, and the decisions of now (path → SHA-256)."""
    return [_history(name, point, links), _decisions(name, point, decisions)]


def _history(name: str, point: Checkpoint, links: Sequence[Link]) -> Check:
    here = links[point.commits - 1] if 0 < point.commits <= len(links) else None
    made = f"{name}, made on {point.made_on} as it claims"
    if here is not None and (here.commit, here.digest) == (point.head, point.chain):
        later = len(links) - point.commits
        added = f"; {counted(later, 'commit')} came since" if later else ""
        many = counted(point.commits, "commit")
        return Check("checkpoint", "good", f"{made}: the {many} that it recorded are the first of the line{added}")
    if here is not None and here.commit == point.head:
        message = f"{made}: the commits have the names that it recorded, and hold something else"
        return Check("checkpoint", "bad", message, tuple(_parting(point, links)))
    places = {each.commit: each.number for each in links}
    found = places.get(point.head)
    where = f"is number {found:,} now, not {point.commits:,}" if found else "is not on the line any more"
    message = f"{made}: the history was rewritten; its commit {point.head[:SHORT]} {where}"
    return Check("checkpoint", "bad", message, tuple(_parting(point, links)))


def _parting(point: Checkpoint, links: Sequence[Link]) -> list[str]:
    """Say between which commits two histories part."""
    same = 0
    for mark in point.marks:
        if not 0 < mark.number <= len(links):
            break
        here = links[mark.number - 1]
        if (here.commit, here.digest) != (mark.commit, mark.digest):
            break
        same = mark.number
    first = next((mark for mark in point.marks if mark.number > same), None)
    told = ["not even its beginning is the same"]
    if same:
        told = [
            f"the first {same:,} commits of it are as recorded" if same > 1 else "only its first commit is as recorded"
        ]
    if first is not None:
        now = links[first.number - 1].commit[:SHORT] if first.number <= len(links) else "not there"
        told.append(f"commit number {first.number:,} was {first.commit[:SHORT]}, and is {now} now")
    if len(links) < point.commits:
        told.append(f"there were {counted(point.commits, 'commit')}, and there are {len(links):,}")
    return told


def _decisions(name: str, point: Checkpoint, now: dict[str, str]) -> Check:
    told = [
        f"{path} {'was edited' if path in now else 'is not there any more'}"
        for path, digest in point.decisions
        if now.get(path) != digest
    ]
    count = counted(len(point.decisions), "file")
    if told:
        message = f"{name}: of {count} of decisions that it recorded, {len(told):,} were edited or taken out"
        return Check("checkpoint-decisions", "bad", message, tuple(told))
    return Check(
        "checkpoint-decisions", "good", f"{name}: the {count} of decisions that it recorded are there, unchanged"
    )


# ---- Shown --------------------------------------------------------------------------------------

WORDS: dict[State, str] = {"good": "ok", "told": "note", "unknown": "unknown", "bad": "FAULT"}
VERDICTS = {
    "verified": "VERIFIED",
    "broken": "BROKEN",
    "cannot-tell": "CANNOT TELL",
}


def _verdict(found: Verification) -> str:
    count = {state: sum(each.state == state for each in found.checks) for state in WORDS}
    beside = f" against {counted(found.checkpoints, 'checkpoint')}" if found.checkpoints else " without a checkpoint"
    return (
        f"{VERDICTS[found.state]}{beside}: {counted(count['bad'], 'fault')}, {count['unknown']} not known; "
        f"{counted(found.commits, 'commit')} up to {found.head[:SHORT]}"
    )


def as_text(found: Verification) -> str:
    """Return it for the terminal."""
    lines: list[str] = []
    for each in found.checks:
        lines += wrapped(f"{WORDS[each.state]:8}{each.message}", hanging=" " * 8)
        for detail in each.details[:MOST_DETAILS]:
            lines += wrapped(detail, indent=" " * 10, hanging=" " * 12)
        if len(each.details) > MOST_DETAILS:
            lines.append(f"          and {len(each.details) - MOST_DETAILS:,} more; --format json has all of them")
    lines += ["", "This does not prove"]
    for told in found.not_proven:
        lines += wrapped(f"- {told}", hanging="  ")
    return "\n".join([*lines, "", *wrapped(_verdict(found))]) + "\n"


def as_markdown(found: Verification) -> str:
    """Return it for a report."""
    lines = [
        "## The history, verified",
        "",
        f"**{markdown(_verdict(found))}**",
        "",
        "| | What | |",
        "| --- | --- | --- |",
    ]
    for each in found.checks:
        details = "<br>".join(markdown(detail) for detail in each.details)
        lines.append(f"| {WORDS[each.state]} | {markdown(each.message)} | {details} |")
    lines += ["", "### What this does not prove", "", *(f"- {markdown(told)}" for told in found.not_proven)]
    return "\n".join(lines) + "\n"


def as_json(found: Verification) -> str:
    """Return JSON, described by schemas/verification.schema.json."""
    value: JsonObject = {
        "schema": SCHEMA,
        "head": found.head,
        "commits": found.commits,
        "checkpoints": found.checkpoints,
        "verdict": found.state,
        "checks": [
            {"id": each.id, "state": each.state, "message": each.message, "details": list(each.details)}
            for each in found.checks
        ],
        "not_proven": list(found.not_proven),
    }
    return json_text(value)


FORMATS: dict[str, Callable[[Verification], str]] = {"text": as_text, "json": as_json, "markdown": as_markdown}
