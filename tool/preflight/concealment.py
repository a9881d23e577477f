"""What ``.gitattributes`` can hide: from reviews, from archives, from a checkout.

The gate reads what was committed, and no attribute changes that. People read differences, and those can be hidden.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

# attribute → the values that conceal (None: any but switched off), and what they do
_CONCEALING: dict[str, tuple[frozenset[str] | None, str]] = {
    "diff": (frozenset({"unset"}), "hides changes from reviews"),
    "linguist-generated": (frozenset({"set", "true"}), "folds changes away in reviews"),
    "gitlab-generated": (frozenset({"set", "true"}), "folds changes away in reviews"),
    "export-ignore": (frozenset({"set"}), "leaves files out of archives"),
    "export-subst": (frozenset({"set"}), "changes files in archives"),
    "filter": (None, "changes files on their way into a checkout"),
    "working-tree-encoding": (None, "changes files on their way into a checkout"),
    "merge": (frozenset({"union"}), "lets merges keep both sides without asking"),
}
TEXT = "text"
NAMES = (*_CONCEALING, TEXT)
NEW = "a-new-file.yaml"  # stands for what is not there yet


@dataclass(frozen=True, slots=True)
class Concealed:
    """A file that an attribute hides, and how."""

    path: str
    attribute: str  # with its value, as git check-attr tells it
    effect: str


def managed(folders: Iterable[str], files: Iterable[str]) -> tuple[str, ...]:
    """Return the folders that the gate reads: those given, and those of ``files``, which may be globs.

    ``""`` is the root of the registry.
    """
    fixed = [path[: found.start()] if (found := re.search(r"[*?]", path)) else path for path in files]
    return tuple(sorted({*folders, *(path.rpartition("/")[0] for path in fixed)}))


def probes(folders: Iterable[str]) -> list[str]:
    """Return paths that ask what holds for files that are not there yet."""
    return [f"{folder}/{NEW}" if folder else NEW for folder in folders]


def concealed(attributes: Mapping[str, Mapping[str, str]], folders: Iterable[str]) -> list[Concealed]:
    """Return what ``attributes`` (path → attribute → value) hide of the files below ``folders``."""
    below = tuple(f"{folder}/" if folder else "" for folder in folders)
    found = [
        Concealed(path, f"{name}: {given[name]}", effect)
        for path, given in attributes.items()
        if path.startswith(below)
        for name, (values, effect) in _CONCEALING.items()
        if name in given and (given[name] in values if values is not None else given[name] != "unset")
    ]
    # What is there names the place better than what is not there yet.
    return sorted(found, key=lambda each: (each.path.endswith(NEW), each.path, each.attribute))
