"""Whether files on the disk are just those of a commit, byte for byte.

git is not asked what changed: it would run programs that the settings of the repository name, and believe time stamps.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from preflight.errors import PreflightError
from preflight.shell import registry
from preflight.shell.files import Kind, WorkingTree
from preflight.shell.git import GitTree

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from preflight.shell.files import Entry, Source
    from preflight.shell.registry import Layout

MOST = 64 << 20  # bytes of a file that are read; a larger one counts as changed
NAMES = {40: hashlib.sha1, 64: hashlib.sha256}  # by the length of a name, what git makes it with


def is_unchanged(root: Path, commit: str) -> bool:
    """Say whether a registry's records, decisions and all that judges them are those of the commit."""
    tree, folder = GitTree(root, commit), WorkingTree(root)
    try:
        where = registry.layout(folder)
        if registry.layout(tree) != where:
            return False
        here = sorted(set(_entries(folder, where)), key=lambda entry: entry.path)
        there = sorted(set(_entries(tree, where)), key=lambda entry: entry.path)
        return here == there and all(_same(tree, folder, entry) for entry in here)
    except (PreflightError, OSError):
        return False  # what cannot be read cannot be compared


def _entries(source: Source, where: Layout) -> Iterator[Entry]:
    yield from registry.record_entries(source, where)
    if where.managed:
        yield from (entry for entry in source.entries("vendors") if registry.is_decision(entry))
    for folder in {where.policies, where.rules, where.schema.rpartition("/")[0]} - {""}:
        yield from (entry for entry in source.entries(folder) if entry.path.endswith((".yaml", ".json", "_signers")))


def _same(tree: GitTree, folder: WorkingTree, entry: Entry) -> bool:
    if entry.kind not in {Kind.FILE, Kind.EXECUTABLE}:
        return False
    name, data = tree.name(entry.path), folder.read(entry.path, MOST)
    made = NAMES[len(name)](b"blob %d\0" % len(data), usedforsecurity=False)
    made.update(data)
    return made.hexdigest() == name
