"""The files of decisions: as they lie in a source, and when they came into its history."""

from __future__ import annotations

from typing import TYPE_CHECKING

from preflight.decisions import FOLDER
from preflight.decisions.ruling import MAX_BYTES
from preflight.decisions.signers import Signers
from preflight.decisions.statement import POLICIES
from preflight.errors import CannotJudge, DocumentError, PreflightError
from preflight.shell import listed_keys
from preflight.shell.files import Kind
from preflight.shell.git import GitTree
from preflight.shell.registry import CONFIG, is_decision, layout

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from preflight.decisions.signers import SignerKey
    from preflight.shell.files import Source
    from preflight.shell.git import Arrival

AMENDMENTS = f"{FOLDER}/{POLICIES}/"
MAX_SIGNERS = 1024 * 1024


def read(source: Source) -> dict[str, bytes]:
    """Return the content of every file that has the name of a decision. What has another name is told elsewhere."""
    most = max(MAX_BYTES.values())
    found: dict[str, bytes] = {}
    for entry in source.entries(FOLDER):
        if is_decision(entry):
            try:
                found[entry.path] = source.read(entry.path, most)
            except OSError as error:
                message = f"this decision cannot be read: {error.strerror or error}"
                raise CannotJudge(message, path=entry.path, fix="Make it a regular, readable file.") from None
    return found


def signers(source: Source, policies: str) -> Signers:
    """Return the keys that may sign; none where there is no such file. Raises CannotJudge."""
    path = f"{policies}/{listed_keys.SIGNERS}"
    kind = source.kind(path)
    if kind is None:
        return Signers({})
    if kind is not Kind.FILE:
        message = f"this is a {kind.value}, and no list of keys"
        raise CannotJudge(message, path=path, fix="Make it a regular file.")
    try:
        data = source.read(path, MAX_SIGNERS)
        if len(data) <= MAX_SIGNERS:
            return Signers.of(data.decode("utf-8"))
    except DocumentError as error:
        raise CannotJudge(error.message, path=path, line=error.line, column=error.column, fix=error.fix) from None
    except UnicodeDecodeError as error:
        message = f"this is not UTF-8: {error.reason} at byte {error.start + 1}"
        raise CannotJudge(message, path=path, fix="Save it as UTF-8.") from None
    except OSError as error:
        message = f"this file cannot be read: {error.strerror or error}"
        raise CannotJudge(message, path=path, fix="Make it a regular, readable file.") from None
    message = f"more than {MAX_SIGNERS:,} bytes are not read"
    raise CannotJudge(message, path=path, fix="Take out keys of people who left.")


def arrivals(tree: GitTree, files: Mapping[str, bytes]) -> dict[str, Arrival]:
    """Return when each of those statements came into the history of a commit, of those that it holds as they are."""
    came = tree.arrivals(FOLDER)
    there = read(tree)
    return {path: came[path] for path, data in files.items() if path in came and there.get(path) == data}


def former_signers(tree: GitTree, came: Mapping[str, Arrival], policies: str, now: Signers) -> dict[str, Signers]:
    """Return the keys that were listed when each decision came: those before its commit, in its first parent.

    Of a key that is not listed ``now`` what the last list said that had it counts: that it ended on a day stays true
    when its line goes. A first commit has nothing before it; who made it chose the keys in it. Amendments may come in a
    commit after the one that takes away a key by which they were signed: of them, those before the last change of the
    list count, too.
    """
    known = {commit: _before(tree, commit) for commit in {each.commit for each in came.values()}}
    amended = {each.commit for path, each in came.items() if path.startswith(AMENDMENTS)}
    earlier = {commit: _before_last_change(tree, commit, policies) for commit in amended}
    former = {
        path: Signers({**earlier[each.commit].keys, **known[each.commit].keys})
        if path.startswith(AMENDMENTS)
        else known[each.commit]
        for path, each in came.items()
    }
    gone = {key for each in former.values() for key in each.keys} - now.keys.keys()
    last = _last_lines(tree, gone) if gone else {}
    return {
        path: Signers({key: last.get(key, line) for key, line in each.keys.items()}) for path, each in former.items()
    }


def _last_lines(tree: GitTree, gone: Collection[str]) -> dict[str, SignerKey]:
    """Return what the last list that had each of those keys said of it.

    A list comes and goes as well where the configuration names another folder.
    """
    found: dict[str, SignerKey] = {}
    for commit in tree.changing(listed_keys.SIGNERS, CONFIG):
        listed = _before(tree, commit).keys
        found |= {key: listed[key] for key in gone if key in listed and key not in found}
        if len(found) == len(gone):
            break
    return found


def _before_last_change(tree: GitTree, commit: str, policies: str) -> Signers:
    """Return the keys that were listed before the last change of the list that came before a commit."""
    parent = tree.parent(commit)
    last = parent and GitTree(tree.root, parent).last_changed(f"{policies}/{listed_keys.SIGNERS}")
    return _before(tree, last) if last else Signers({})


def _before(tree: GitTree, commit: str) -> Signers:
    """Return the keys that were listed before a commit, where the policies lay then."""
    try:
        then = GitTree(tree.root, tree.parent(commit) or commit)
        return signers(then, layout(then).policies)
    except PreflightError:  # a list that was no good then let nobody sign
        return Signers({})


def vendors_of(paths: Iterable[str]) -> set[str]:
    """Return the vendors that decisions among those paths are about."""
    inside = (path.removeprefix(FOLDER + "/") for path in paths if path.startswith(FOLDER + "/"))
    return {path.partition("/")[0] for path in inside if "/" in path}
