"""One command as a fresh process: how long it takes, what it computes, and how much memory it needs.

Run as a script, this is the small process between the benchmark and the command. Its only child is the
command, so what the system counts for its children is the command with all processes below it.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

UNIT = 1 if sys.platform == "darwin" else 1024  # bytes in which the system counts ru_maxrss


@dataclass(frozen=True)
class Run:
    """One run: seconds on the wall, seconds of processors, bytes of the largest process at its peak."""

    wall: float
    processor: float
    peak: int


def run(command: Sequence[str | Path], *, allowed: Sequence[int] = (0,)) -> Run:
    """Run a command to its end. Raises RuntimeError where it ends otherwise than expected."""
    words = [sys.executable, __file__, *map(str, command)]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    code, wall, processor, peak = json.loads(done.stdout)
    if code not in allowed:
        message = f"{command[0]} ended with {code}: {done.stderr[-2000:]}"
        raise RuntimeError(message)
    return Run(wall, processor, peak)


def main() -> None:
    """Run the command that the arguments name, and print what it took."""
    began = time.perf_counter()
    code = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, check=False).returncode
    wall = time.perf_counter() - began
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    sys.stdout.write(json.dumps([code, wall, used.ru_utime + used.ru_stime, used.ru_maxrss * UNIT]))


if __name__ == "__main__":
    main()
