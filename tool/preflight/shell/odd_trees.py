"""Trees that git would never write and takes all the same, unless it is told to look: what they hide, and from whom.

A checkout shows such files, and whoever asks for them by folder does not see them.
"""

from __future__ import annotations

import os
import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from preflight.shell.git import GitTree

FOLDER = "040000"
# A name as Windows writes it in eight letters and three.
_SHORT = re.compile(r"(?P<start>[^~.]{1,6})~[0-9]+(\.[^.]{0,3})?")
SHORTENED = 6  # letters of a name that stay in its short form


def strange(tree: GitTree, managed: Iterable[str]) -> str | None:
    """Say what is wrong with the names in a commit's tree, at the top and below ``managed``; None where nothing is.

    The managed paths may not be written in two ways either.
    """
    managed = tuple(managed)
    folders = {path.rpartition("/")[0] for path in managed} - {""}
    plain = {_folded(path): path for path in (*managed, *folders)}
    top = tree.rows()
    names = [name for _, name in top]
    for name in names:
        if "/" in name:
            return f"the name {name!r} at the top of the tree holds a slash, so that a folder is not what it seems"
        if names.count(name) > 1:
            return f"{name!r} stands twice at the top of the tree"
    if odd := _out_of_order(top) or _out_of_order(tree.rows(below=managed, deep=True)):
        return odd
    inside = sorted(folders & {name for mode, name in top if mode == FOLDER})
    for path in (*names, *(f"{folder}/{name}" for folder in inside for _, name in tree.rows(folder))):
        meant = plain.get(_folded(path), path)
        if meant != path:
            return f"{path!r} is {meant!r} written otherwise, and the same on many machines"
        if short := next((each for key, each in plain.items() if _is_short(_folded(path), key)), ""):
            return f"{path!r} may stand for {short!r} where names are kept in a short form, too"
    return None


def _out_of_order(rows: Iterable[tuple[str, str]]) -> str | None:
    """Say where a tree is not in the order of git, which stops searching where a name should have come."""
    last: dict[str, bytes] = {}
    for mode, path in rows:
        folder, _, name = path.rpartition("/")
        key = os.fsencode(name + "/" if mode == FOLDER else name)
        if key == last.get(folder):
            return f"{path!r} stands twice in its folder"
        if key < last.get(folder, b""):
            return f"{path!r} stands behind a name that comes after it, so that git does not find it"
        last[folder] = key
    return None


def _folded(name: str) -> str:
    """Return a name as machines keep it that know no case, no accents in two ways, and no dot or blank at the end."""
    plain = unicodedata.normalize("NFKC", name).casefold()
    return "".join(each for each in plain if unicodedata.category(each) != "Cf").rstrip(". ")


def _is_short(name: str, meant: str) -> bool:
    """Whether a folded path is the short form of another that Windows may give it, such as POLICI~1."""
    folder, _, last = name.rpartition("/")
    short = _SHORT.fullmatch(last)
    there, _, whole = meant.rpartition("/")
    plain, start = whole.replace(".", ""), short["start"] if short else ""
    # Of several that begin alike, later ones keep two letters before four digits of a checksum.
    alike = plain.startswith(start) or (len(start) == SHORTENED and plain.startswith(start[:2]))
    return bool(short) and folder == there and alike
