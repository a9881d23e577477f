"""A process that kills itself at a chosen step, so that nothing depends on who is faster.

``python killed.py placement NUMBER ARGUMENTS`` is preflight. It is killed before it puts the file of that number in its
place, counted from 0, or, where it puts no more, right after the last. With ``program`` it is killed before it begins
the program of that number, such as git; with ``busy`` it does nothing from then on but spend its time.
"""

from __future__ import annotations

import os
import signal
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

# What changes a disk, as Python's audit events call it.
STEPS = {"os.chmod", "os.link", "os.mkdir", "os.remove", "os.rename", "os.rmdir", "os.truncate"}


def ended() -> None:
    """End as by ``kill -9``."""
    os.kill(os.getpid(), signal.SIGKILL)


def at_step(number: int) -> None:
    """Be killed right before the step of that number, counted from 0, that changes the disk."""
    left = [number]

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        writes = event == "open" and isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR)
        if event in STEPS or writes:
            if not left[0]:
                ended()
            left[0] -= 1

    sys.addaudithook(hook)


def busy() -> None:
    """Go on until a limit ends it."""
    while True:
        pass


def at_program(number: int, end: Callable[[], None]) -> None:
    """End right before the program of that number is begun."""
    left = [number]

    def hook(event: str, _: object) -> None:
        if event == "subprocess.Popen":
            if not left[0]:
                end()
            left[0] -= 1

    sys.addaudithook(hook)


def at_placement(number: int, most: int = 2) -> None:
    """Be killed right before that placement, or after the last of ``most``."""
    real: Callable[..., None] = os.link
    done: list[object] = []

    def link(source: object, target: object) -> None:
        if len(done) == number:
            ended()
        real(source, target)
        done.append(target)
        if len(done) == most:
            ended()

    os.link = link  # type: ignore[assignment]


if __name__ == "__main__":
    from preflight import cli

    kind, which = sys.argv[1], int(sys.argv[2])
    if kind == "placement":
        at_placement(which)
    else:
        at_program(which, busy if kind == "busy" else ended)
    sys.exit(cli.run(sys.argv[3:]))
