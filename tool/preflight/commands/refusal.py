"""What whoever pushes or commits reads: why it was refused, or what stands from now on. Fits on one screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from preflight.model import Outcome
from preflight.tables import wrapped
from preflight.wording import TAKES_TRUST_AWAY, counted, verdict_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from preflight.model import Report, Verdict

MOST_LINES = 24  # on the terminal of whoever pushes
WIDTH = 72  # git puts «remote: » in front
MOST_NAMED = 4  # further refs of a push that are named one by one


def on_one_screen(refusals: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield the first refusal in full, and of the others only that they are: a push may have many refs."""
    if not refusals:
        return
    named = [said[0] for said in refusals[1 : MOST_NAMED + 1]]
    more = len(refusals) - 1 - len(named)
    rest = [*named, *([f"… and {counted(more, 'more ref')} refused"] if more else [])]
    first = refusals[0]
    room = MOST_LINES - len(rest)
    # Cut in the middle: what blocks stands first, the verdict last.
    yield from first if len(first) <= room else [*first[: room - 2], "…", first[-1]]
    yield from rest


def standing(stands: Sequence[Verdict]) -> list[str]:
    """Say what stands from now on, because trust was taken away; nothing where nothing does."""
    if not stands:
        return []
    head = [*wrapped(f"TAKEN. {TAKES_TRUST_AWAY}. From now on there stands:", WIDTH, "", "  "), ""]
    lines: list[str] = []
    for index, verdict in enumerate(stands):
        told = list(_finding(verdict))
        if len(head) + len(lines) + len(told) >= MOST_LINES:
            return [*head, *lines, f"… and {counted(len(stands) - index, 'more red flag')}: preflight check"]
        lines += told
    return [*head, *lines]


def blocked(report: Report, where: str, command_line: str) -> Iterator[str]:
    """Yield what blocks and how to fix it, in as many lines as fit on a screen."""
    blocking = [each for each in report.verdicts if each.outcome is Outcome.FAIL and each.blocks]
    head = [*refused(f"{counted(len(blocking), 'red flag')} {where}"), ""]
    tail = ["", *wrapped(verdict_line(report), WIDTH)]
    lines: list[str] = []
    for index, verdict in enumerate(blocking):
        told = list(_finding(verdict))
        if len(head) + len(lines) + len(told) + len(tail) + 2 > MOST_LINES:
            lines += [f"… and {counted(len(blocking) - index, 'more red flag')}:", f"  {command_line}"]
            break
        lines += told
    yield from [*head, *lines, *tail]


def refused(reason: str, fix: str = "") -> Iterator[str]:
    """Yield why something is refused, and the way out."""
    yield from wrapped(f"REFUSED: {reason}", WIDTH, "", "  ")
    if fix:
        yield from remedy(fix)


def remedy(fix: str) -> Iterator[str]:
    """Yield the way out."""
    yield from wrapped(f"→ {fix}", WIDTH, "  ", "  ")


def _finding(verdict: Verdict) -> Iterator[str]:
    yield from wrapped(f"{verdict.path}:{verdict.line}:{verdict.column}  {verdict.rule}", WIDTH)
    yield from wrapped(verdict.message, WIDTH, "  ", "  ")
    yield from remedy(verdict.fix)
