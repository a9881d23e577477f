"""What merges brought along: the commits beside the first-parent line, asked of git for the whole line at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from preflight.history import commits
from preflight.landing import Brought, Landing, claimed
from preflight.shell import git_objects

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

    from preflight.history import Commit
    from preflight.shell.git_objects import Spot
    from preflight.shell.history import History


def landings(root: Path, found: History, vendor: str = "") -> list[Landing]:
    """Return the commits of a history as they landed. Raises PreflightError as ``history.read`` does.

    With ``vendor``: what they changed only where it may be about that vendor, and what judges; the rest is not read.
    """
    wanted = {step.id for step in found.steps if not step.empty and (not vendor or step.names(vendor))}
    beside = dict(_beside(root, found, wanted))
    spot = git_objects.locate(root, found.head)
    brought = _read(spot, [name for names in beside.values() for name in names])
    listed: list[Landing] = []
    for step in found.steps:
        commit = step.commit
        day = max(listed[-1].day, claimed(commit)) if listed else claimed(commit)
        along = tuple(brought[name] for name in beside.get(step.id, ()))
        changes = step.entries if step.id in wanted else step.changes("policies") if not step.empty else ()
        listed.append(Landing(step.number, commit, day, tuple(changes), along))
    return listed


def _beside(root: Path, found: History, wanted: Collection[str]) -> Iterator[tuple[str, list[str]]]:
    """Yield each of those commits that is a merge, and what it has behind it that was not there before."""
    if not any(len(step.commit.parents) > 1 for step in found.steps if step.id in wanted):
        return
    listed = git_objects.output(root, ["rev-list", "--topo-order", "--parents", found.head]).decode("ascii")
    parents = {names[0]: names[1:] for names in (line.split() for line in listed.splitlines())}
    seen: set[str] = set()
    for step in found.steps:
        seen.add(step.id)
        waiting = list(parents.get(step.id, ())[1:])
        new: list[str] = []
        while waiting:
            name = waiting.pop()
            if name not in seen:
                seen.add(name)
                new.append(name)
                waiting += parents.get(name, ())
        if new and step.id in wanted:
            yield step.id, new[::-1]


def _read(spot: Spot, names: list[str]) -> dict[str, Brought]:
    if not names:
        return {}
    read: dict[str, Commit] = {
        name: commits.parse(name, data)[0]
        for name, data in zip(names, git_objects.whole(spot.root, names), strict=True)
    }
    pairs = [(name, each.parents[0] if each.parents else "") for name, each in read.items()]
    touched = git_objects.touched(spot.root, pairs)
    return {
        name: Brought(
            each,
            frozenset(
                touch.path.removeprefix(spot.prefix) for touch in touched[name] if touch.path.startswith(spot.prefix)
            ),
        )
        for name, each in read.items()
    }
