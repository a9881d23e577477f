"""Which part of the line an audit is about, as --since and --until name it: a commit, a day, or a checkpoint."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from preflight.auditing import checkpoint
from preflight.errors import CannotJudge, DocumentError, UsageError
from preflight.shell import first_line, git_objects, registry
from preflight.shell.files import WorkingTree
from preflight.shell.git import GitTree
from preflight.shell.terminal import note

if TYPE_CHECKING:
    from collections.abc import Sequence

    from preflight.auditing.checkpoint import Checkpoint
    from preflight.commands.given import Given
    from preflight.history.seals import Key
    from preflight.shell.first_line import Passed
    from preflight.shell.git_objects import Spot

DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
ENDING = ".json"  # of a checkpoint; no branch is called like a file that lies there and ends so


@dataclass(frozen=True, slots=True)
class Span:
    """A line of commits, oldest first, and where in it the part begins that is asked for."""

    spot: Spot
    line: Sequence[Passed]
    start: int

    @property
    def part(self) -> Sequence[Passed]:
        """The commits that are asked for."""
        return self.line[self.start :]

    @property
    def since(self) -> str | None:
        """The last commit before them; None where they are the whole line."""
        return self.line[self.start - 1].commit.id if self.start else None


def span(given: Given, since: str | None, until: str | None) -> Span:
    """Return the part of the first-parent line that is asked for. Raises PreflightError; a shallow clone is refused."""
    last = _day(until)
    head = given.at or "HEAD" if until is None or last is not None else until
    spot = git_objects.locate(given.root, head)
    line: Sequence[Passed] = first_line.read(spot, known_keys(given, spot))
    if last is not None:
        line = [each for each in line if each.day <= last]
        if not line:
            message = f"no commit is from {last} or before"
            raise UsageError(message, fix="Name a later day, or leave --until out.")
        spot = git_objects.locate(given.root, line[-1].commit.id)
    return Span(spot, line, _start(given, spot, line, since))


def _start(given: Given, spot: Spot, line: Sequence[Passed], since: str | None) -> int:
    if since is None:
        return 0
    if (first := _day(since)) is not None:
        return sum(each.day < first for each in line)
    if since.endswith(ENDING) and Path(since).is_file():
        return _behind(read_checkpoint(Path(since)), line, since)
    known = git_objects.locate(given.root, since).commit
    return len(line) - len(git_objects.beyond(given.root, spot.commit, known))


def _behind(point: Checkpoint, line: Sequence[Passed], name: str) -> int:
    """Return where the line goes on after a checkpoint. Raises CannotJudge where it is not on it any more."""
    at = point.commits - 1
    if not 0 <= at < len(line) or line[at].commit.id != point.head:
        message = (
            f"the history that {name} recorded is not the one here: its commit {point.head[:12]} is not on the line"
        )
        raise CannotJudge(message, fix=f"See what became of it: preflight audit verify {name}")
    return point.commits


def _day(text: str | None) -> date | None:
    """Read a day; None: it is no day, so it has to be a commit or a file."""
    try:
        return date.fromisoformat(text) if text and DAY.fullmatch(text) else None
    except ValueError:
        message = f"{text} is not a day of the calendar"
        raise UsageError(message, fix="Write YYYY-MM-DD, or name a commit.") from None


def read_checkpoint(path: Path) -> Checkpoint:
    """Read a checkpoint. Raises UsageError."""
    return parsed(path, content(path))


def content(path: Path) -> bytes:
    """Return the bytes of a checkpoint, or of a file beside it. Raises UsageError."""
    try:
        return WorkingTree(path.parent).read(path.name, checkpoint.MAX_BYTES)
    except OSError as error:
        message = f"{path} cannot be read: {error.strerror or error}"
        raise UsageError(message, fix="Name a file that 'preflight audit checkpoint' wrote.") from None


def parsed(path: Path, data: bytes) -> Checkpoint:
    """Read what a file holds as a checkpoint. Raises UsageError."""
    try:
        return checkpoint.parse(data)
    except DocumentError as error:
        message = f"{path} is no checkpoint: {error.message}"
        raise UsageError(message, fix=error.fix) from None


def known_keys(given: Given, spot: Spot) -> dict[str, Key]:
    """Return the keys that may sign commits; none where the list cannot be read, which is told."""
    try:
        return first_line.keys(spot, registry.layout(GitTree(spot.root, spot.commit)).policies)
    except CannotJudge as error:
        note(f"no signature of a commit counts as known: {error}", quiet=given.quiet)
        return {}
