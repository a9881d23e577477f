"""The terminal: what is shown beside the verdict, and how wide it may be."""

from __future__ import annotations

import os
import shutil
import sys
import time
from typing import TYPE_CHECKING, Any, Self

import click

from preflight.errors import UsageError
from preflight.escaping import terminal as escape

if TYPE_CHECKING:
    from types import TracebackType

PATIENCE = 1.0  # seconds before a progress bar appears


def width() -> int:
    """Return the width of the terminal that stdout is, or 0 where it is none: then lines are not wrapped."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else 0


def colours(*, wanted: bool) -> bool:
    """Whether to colour: asked for, not switched off by NO_COLOR, and shown on a terminal."""
    return wanted and not os.environ.get("NO_COLOR") and sys.stdout.isatty()


def show(text: str) -> None:
    """Write a verdict to stdout. A reader that has seen enough may close the pipe."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except OSError as error:
        _give_up(error)


def _give_up(error: OSError) -> None:
    """Write nothing more to stdout. Raises UsageError, but for a reader that has seen enough."""
    # Python would complain when it flushes at exit; what was not read is not wanted.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    if not isinstance(error, BrokenPipeError):
        message = f"the verdict cannot be written to stdout: {error.strerror or error}"
        raise UsageError(message, fix="Make room, or write it to a file with --format F=FILE.") from None


def show_bytes(data: bytes) -> None:
    """Write a verdict, or a part of it, that is UTF-8 already: long ones need not be encoded once more."""
    if sys.stdout.isatty() or not hasattr(sys.stdout, "buffer"):
        show(data.decode("utf-8"))
        return
    show("")  # flushes what was written as text before
    try:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    except OSError as error:
        _give_up(error)


def note(text: str, *, quiet: bool = False) -> None:
    """Say something that is not the verdict: to stderr."""
    if not quiet:
        click.echo("\n".join(escape(line) for line in text.splitlines()), err=True)


class Progress:
    """A bar on stderr for runs that take longer than a second, and only where somebody watches."""

    def __init__(self, label: str, total: int, *, quiet: bool = False) -> None:
        self.label = label
        self.total = total
        self.shown = sys.stderr.isatty() and not quiet
        self.started = time.monotonic()
        self.done = 0
        self.bar: Any = None

    def __enter__(self) -> Self:
        """Start the clock."""
        return self

    def advance(self, count: int) -> None:
        """Count what is done."""
        self.done += count
        if self.bar is not None:
            self.bar.update(count)
        elif self.shown and time.monotonic() - self.started > PATIENCE:
            self.bar = click.progressbar(length=self.total, label=self.label, file=sys.stderr).__enter__()
            self.bar.update(self.done)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Finish the bar's line."""
        if self.bar is not None:
            self.bar.__exit__(kind, error, trace)
