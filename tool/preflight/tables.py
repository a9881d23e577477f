"""Tables for a terminal of eighty columns: cells are wrapped, and text in them stays text."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, TypeAlias

from tabulate import tabulate

from preflight.escaping import terminal

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

WIDTH = 80
GAP = 2  # columns between two cells
BREAK = "\ue000"  # for private use: never in text that was made safe

Cell: TypeAlias = "str | tuple[str, ...]"  # one text, or several that begin a line each


def table(rows: Sequence[Sequence[Cell]], headers: Sequence[str], widths: Sequence[int]) -> Iterator[str]:
    """Yield the lines of a table. ``widths`` are the most characters of each column, WIDTH and GAP in mind.

    Where a cell takes several lines, an empty line stands between the rows.
    """
    cells = [["\n".join(_lines(cell, width)) for cell, width in zip(row, widths, strict=True)] for row in rows]
    if any("\n" in cell for row in cells for cell in row):
        between = [BREAK, *[""] * (len(widths) - 1)]  # tabulate drops a row without any text
        cells = [line for row in cells for line in (between, row)][1:]
    drawn = tabulate(cells, headers, tablefmt="simple", disable_numparse=True)
    yield from (line.rstrip().removesuffix(BREAK) for line in drawn.splitlines())


def _lines(cell: Cell, width: int) -> Iterator[str]:
    for text in (cell,) if isinstance(cell, str) else cell:
        yield from wrapped(text, width)


def wrapped(text: str, width: int = WIDTH, indent: str = "", hanging: str = "") -> Iterator[str]:
    """Yield a text in lines of ``width`` characters at most, ``indent`` and ``hanging`` included."""
    # Ids have hyphens, and are copied whole.
    wrap = textwrap.TextWrapper(width, initial_indent=indent, subsequent_indent=hanging, break_on_hyphens=False)
    lines = wrap.wrap(terminal(text))
    # Made safe twice: a word may begin a line only once the text is wrapped.
    yield from (terminal(line) for line in lines)
