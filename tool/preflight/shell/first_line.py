"""The first-parent line as it is in git, read without any cache: commits, their days, and what each changed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from preflight.errors import CannotJudge, DocumentError
from preflight.history import commits, seals
from preflight.shell import git_objects, listed_keys

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from preflight.history import Commit
    from preflight.history.line import Touch
    from preflight.history.seals import Key
    from preflight.shell.git_objects import Spot

PIECE = 500  # commits that are asked for at once


@dataclass(frozen=True, slots=True)
class Passed:
    """One commit of the line: its place (0: the first), the commit, its day, and the object itself.

    The day is the one that its committer claims, in UTC, but no earlier than that of the commits before it: a date
    that was set back brings nothing into the past.
    """

    number: int
    commit: Commit
    day: date
    data: bytes


def read(spot: Spot, keys: Mapping[str, Key] | None = None) -> list[Passed]:
    """Return the line that ends in a commit, oldest first. Raises CannotJudge where an object is missing.

    ``keys``: those that may sign commits; without them no signature is looked at.
    """
    names = git_objects.line(spot.root, spot.commit)[::-1]
    found: list[Passed] = []
    latest = date.min
    for start in range(0, len(names), PIECE):
        piece = names[start : start + PIECE]
        for name, data in zip(piece, git_objects.whole(spot.root, piece), strict=True):
            commit, payload, signature = commits.parse(name, data)
            latest = max(latest, datetime.fromisoformat(commit.date).astimezone(UTC).date())
            if keys is not None:
                state = seals.state(seals.examine(payload, signature), latest, keys)
                commit = replace(commit, signature=state)
            found.append(Passed(len(found), commit, latest, data))
    return found


def keys(spot: Spot, policies: str) -> dict[str, Key]:
    """Return the keys that a commit lists for signing, by fingerprint. Raises CannotJudge for one that is no good."""
    listed = listed_keys.read(spot, policies)
    if listed is None:
        return {}
    path = f"{policies}/{listed_keys.SIGNERS}"
    try:
        return seals.keys(listed[1].decode("utf-8"))
    except DocumentError as error:
        raise CannotJudge(error.message, path=path, line=error.line, column=error.column, fix=error.fix) from None
    except UnicodeDecodeError as error:
        message = f"this is not UTF-8: {error.reason} at byte {error.start + 1}"
        raise CannotJudge(message, path=path, fix="Save it as UTF-8.") from None


def touched(spot: Spot, line: Sequence[Passed]) -> Iterator[list[Touch]]:
    """Yield what each commit changed below our root against its first parent."""
    for start in range(0, len(line), PIECE):
        pairs = [(each.commit.id, (*each.commit.parents, "")[0]) for each in line[start : start + PIECE]]
        told = git_objects.touched(spot.root, pairs)
        for name, _ in pairs:
            yield [_inside(each, spot.prefix) for each in told[name] if each.path.startswith(spot.prefix)]


def _inside(touch: Touch, prefix: str) -> Touch:
    return type(touch)(touch.path.removeprefix(prefix), touch.before, touch.after)
