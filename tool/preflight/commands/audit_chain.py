"""The chain over a line, and what a checkpoint says of it: what is written down, and held against it later."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from preflight.auditing import chain
from preflight.auditing.checkpoint import Checkpoint
from preflight.commands.past import is_record
from preflight.decisions import FOLDER, amendment
from preflight.errors import PreflightError
from preflight.history.line import NO_FILE
from preflight.shell import first_line, object_check, registry, trust_root
from preflight.shell.files import Kind
from preflight.shell.git import GitTree

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from preflight.auditing.chain import Link
    from preflight.shell.first_line import Passed
    from preflight.shell.git_objects import Spot
    from preflight.shell.registry import Layout

PIECE = 500  # commits whose files are read at once


def links(spot: Spot, line: Sequence[Passed], covers: Sequence[str]) -> list[Link]:
    """Return the chain over a line: a link a commit. Raises CannotJudge where an object is missing."""
    found: list[Link] = []
    known: dict[str, str] = {}
    before = chain.BEGINNING
    for start in range(0, len(line), PIECE):
        piece = line[start : start + PIECE]
        listed = [
            [touch for touch in each if chain.governs(touch.path, covers)] for each in first_line.touched(spot, piece)
        ]
        wanted = {
            touch.after for each in listed for touch in each if touch.after and not touch.after.startswith(NO_FILE)
        }
        known |= object_check.digests(spot.root, sorted(wanted - set(known)))
        for passed, touches in zip(piece, listed, strict=True):
            changes = {touch.path: _content(touch.after, known) for touch in touches}
            before = chain.link(before, passed.commit.id, passed.data, changes)
            found.append(chain.Link(passed.number + 1, passed.commit.id, before))
    return found


def _content(name: str, known: dict[str, str]) -> str:
    if name.startswith(NO_FILE):
        return chain.GONE + name.removeprefix(NO_FILE).rpartition(" ")[0].replace(" ", "-")
    return known[name] if name else chain.GONE


def covers(where: Layout) -> tuple[str, ...]:
    """Return the folders and files that a registry is made of: records, decisions, and what judges."""
    folder = where.vendors.partition("*")[0].partition("?")[0].rpartition("/")[0]
    named = {folder, where.schema, where.rules, where.policies, *trust_root.FOLDERS, *trust_root.FILES}
    if where.managed:
        named.add("vendors")
    inside = {each for each in named for other in named if each != other and chain.governs(each, [other])}
    return tuple(sorted(named - inside))


def decisions(tree: GitTree, where: Layout) -> dict[str, str]:
    """Return the files of decisions in a commit, with the SHA-256 of each."""
    if not where.managed:
        return {}
    there = [each.path for each in tree.entries(FOLDER) if registry.is_decision(each)]
    names = {path: tree.name(path) for path in there}
    known = object_check.digests(tree.root, sorted(set(names.values())))
    return {path: known[name] for path, name in names.items()}


def taken(spot: Spot, line: Sequence[Passed], today: date, made_by: str) -> Checkpoint:
    """Return the checkpoint of a line. Raises PreflightError."""
    tree = GitTree(spot.root, spot.commit)
    where = registry.layout(tree)
    covered = covers(where)
    whole = links(spot, line, covered)
    trusted = None
    with contextlib.suppress(PreflightError):  # what cannot be read is still in the chain
        trusted = amendment.digest(trust_root.listing(tree, where))
    records = sum(each.kind is Kind.FILE and is_record(each.path, where) for each in tree.entries(""))
    return Checkpoint(
        registry=registry_name(tree, where),
        made_on=today,
        made_by=made_by,
        head=spot.commit,
        commits=len(line),
        chain=whole[-1].digest,
        covers=covered,
        trust_root=trusted,
        records=records,
        decisions=tuple(sorted(decisions(tree, where).items())),
        marks=chain.marks(whole),
    )


def registry_name(tree: GitTree, where: Layout) -> str | None:
    """Return the name that a registry gives itself in policies/approvals.yaml; None where it has none."""
    with contextlib.suppress(PreflightError):
        found = registry.policy_documents(tree, where).get("approvals")
        name = found.value.get("registry") if found else None
        return name if isinstance(name, str) else None
    return None


def changed_decisions(spot: Spot, line: Sequence[Passed]) -> list[tuple[Passed, str, bool]]:
    """Return each commit that edits or takes out a file of a decision: the commit, the path, and whether it is gone."""
    found: list[tuple[Passed, str, bool]] = []
    for passed, touches in zip(line, first_line.touched(spot, line), strict=True):
        found += [
            (passed, touch.path, not touch.after)
            for touch in touches
            if touch.before and touch.path.startswith(f"{FOLDER}/")
        ]
    return found
