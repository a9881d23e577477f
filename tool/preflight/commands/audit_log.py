"""``preflight audit log``: field by field, what every commit changed."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import click

from preflight.errors import UsageError
from preflight.history import STREAMS, Logged, lines
from preflight.history.selection import CHOICES, Selection
from preflight.shell import git_objects, history_sheaf, terminal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from preflight.commands.given import Given
    from preflight.history import Commit, Stream
    from preflight.shell.history import History

JSON = "json"
FORMATS = ("table", JSON, "csv", "markdown", "html")
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
PIECE = 1 << 16  # bytes that are written at once


@click.command("log", short_help="List what every commit changed, field by field.")
@click.argument("vendor", required=False, default="", metavar="[ID]")
@click.option("--since", metavar="REV|DAY", help="Only commits after that commit; or from that day on, as they claim.")
@click.option("--until", metavar="REV|DAY", help="Only commits up to that commit; or to that day, as they claim.")
@click.option("--field", "pointer", metavar="POINTER", default="", help="Only that field and what is in it, as /cost.")
@click.option(
    "--kind", "kinds", multiple=True, type=click.Choice(CHOICES), help="Only that kind. Can be given several times."
)
@click.option("--author", default="", metavar="TEXT", help="Only commits whose author's name or address holds that.")
@click.option("--format", "output", type=click.Choice(FORMATS), default=FORMATS[0], show_default=True, help="Format.")
@click.option("--no-cache", is_flag=True, help="Read everything anew, and keep nothing.")
@click.pass_obj
def command(  # noqa: PLR0913 - one argument an option
    given: Given,
    *,
    vendor: str,
    since: str | None,
    until: str | None,
    pointer: str,
    kinds: tuple[str, ...],
    author: str,
    output: str,
    no_cache: bool,
) -> int:
    """List what every commit changed, field by field, oldest first: records, decisions, and what judges.

    Follows the first-parent line of HEAD, or of --at; a merge is compared with the branch that it went into. A vendor
    is followed by its id. Works on any repository of YAML records, without a schema and rules.

    Names and dates are what commits claim, and nothing is ordered by them. What was read is kept in the git directory
    (in preflight/ there, at most 320 MiB); it can be deleted at any time.
    """
    if pointer and not pointer.startswith("/"):
        message = f"{pointer!r} is not a pointer to a field"
        raise UsageError(message, fix=f"Begin with a slash, as in /{pointer}.")
    if output == JSON and not (vendor or pointer or kinds or author or since or until):
        whole = history_sheaf.published(given.root, given.at or "HEAD", cached=not no_cache, quiet=given.quiet)
        _show(lines.document(whole.head, whole.pieces.items()))
        return 0
    from preflight.shell import history  # noqa: PLC0415 - the whole log is kept in one piece

    found = history.read(given.root, given.at or "HEAD", cached=not no_cache, quiet=given.quiet)
    selection = Selection(vendor, pointer, kinds, author, tuple(_reaches(given, found.head, since, until)))
    if vendor and not any(step.names(vendor) for step in found.steps):
        _refuse_unknown(vendor, found)
    if output == JSON:
        _show(lines.document(found.head, _streams(found, selection)))
        return 0
    from preflight.history import listing  # noqa: PLC0415 - JSON needs none of it

    _show(piece.encode() for piece in listing.FORMATS[output](_chosen(found, selection), found.head))
    return 0


def _streams(found: History, selection: Selection) -> Iterator[tuple[Stream, Iterable[bytes]]]:
    chosen: dict[Stream, list[bytes]] = {stream: [] for stream in STREAMS}
    for each in _chosen(found, selection):
        chosen[each.change.stream].append(lines.entry(each))
    yield from chosen.items()


def _chosen(found: History, selection: Selection) -> Iterator[Logged]:
    for step in found.steps:
        if step.empty or (selection.vendor and not step.names(selection.vendor)):
            continue
        commit = step.commit
        if selection.wants(commit):
            for entry in step.entries:
                yield from (Logged(step.number, commit, part) for part in selection.of(entry))


def _show(pieces: Iterable[bytes]) -> None:
    waiting: list[bytes] = []
    size = 0
    for piece in pieces:
        if len(piece) >= PIECE // 2:  # as it is, without another copy
            terminal.show_bytes(b"".join(waiting))
            terminal.show_bytes(piece)
            waiting, size = [], 0
            continue
        waiting.append(piece)
        size += len(piece)
        if size >= PIECE:
            terminal.show_bytes(b"".join(waiting))
            waiting, size = [], 0
    terminal.show_bytes(b"".join(waiting))


def _reaches(given: Given, head: str, since: str | None, until: str | None) -> Iterator[Callable[[Commit], bool]]:
    """Yield what tells whether a commit is in the part of the line that is asked for."""
    if since is not None:
        if (first := _day(since)) is not None:
            yield lambda commit: _claimed(commit) >= first
        else:
            after = git_objects.beyond(given.root, head, git_objects.locate(given.root, since).commit)
            yield lambda commit: commit.id in after
    if until is not None:
        if (last := _day(until)) is not None:
            yield lambda commit: _claimed(commit) <= last
        else:
            behind = git_objects.beyond(given.root, head, git_objects.locate(given.root, until).commit)
            yield lambda commit: commit.id not in behind


def _day(text: str) -> date | None:
    """Read a day; None: it is no day, so it has to be a commit."""
    try:
        return date.fromisoformat(text) if DAY.fullmatch(text) else None
    except ValueError:
        message = f"{text} is not a day of the calendar"
        raise UsageError(message, fix="Write YYYY-MM-DD, or name a commit.") from None


def _claimed(commit: Commit) -> date:
    return datetime.fromisoformat(commit.date).astimezone(UTC).date()


def _refuse_unknown(vendor: str, found: History) -> None:
    from preflight.breaches import did_you_mean  # noqa: PLC0415 - only to help

    known = {entry.vendor for step in found.steps for entry in step.entries}
    message = f"no commit tells of a vendor {vendor!r}"
    raise UsageError(message, fix=did_you_mean(vendor, sorted(known)) or "See 'preflight audit log' without an id.")
